/* common/deskcmd_acts.c -- see deskcmd.h and deskcmd_priv.h. The frame of commands that act: how one
 * act is told, how many are done in turn. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/barcode.h"
#include "common/cents.h"
#include "common/cards.h"
#include "common/deskcmd_priv.h"
#include "common/zone.h"

enum { LEFT_BYTES_MAX = 1 << 20 };

/* --- words for people --------------------------------------------------------------------- */

const char *deskcmd_day(int64_t utc_s, char *text, size_t size)
{
    static const char weekdays[7][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    bm_assert(size >= DESKCMD_DAY_SIZE);
    text[0] = '\0';
    if (utc_s == ENTRY_NONE || utc_s > INT64_MAX / 1000 || utc_s < INT64_MIN / 1000)
        return text;
    int64_t day = zone_day(utc_s * 1000);
    struct civil civil = civil_from_day(day);
    snprintf(text, size, "%s %d %s %d", weekdays[zone_weekday(day)], civil.day,
             months[civil.month - 1], civil.year);
    return text;
}

const char *deskcmd_title(struct arena *a, const char *name, const char *author,
                          const char *otherwise)
{
    if (!name || !*name) return otherwise;
    return author && *author ? arena_printf(a, "%s / %s", name, author) : name;
}

/* --- acts one after the other ------------------------------------------------------------- */

const char *acts_option(const struct cli_args *args, const char *name)
{
    for (const struct cli_option *o = args->command->options; o && o->name; o++)
        if (strcmp(o->name, name) == 0) return cli_value(args, name);
    return NULL; /* not an option of this command */
}

/* What goes into every act: who, why, when. Not every command has all of these options. */
static enum bm_rc fill_desk(struct acts *s)
{
    struct desk *d = s->desk;
    const char *when = acts_option(s->args, "--when");
    d->staff = s->cli->staff;
    d->request = s->cli->request;
    d->why = acts_option(s->args, "--why");
    d->override = acts_option(s->args, "--override") != NULL;
    d->set_due_s = 0;
    d->source = acts_option(s->args, "--source");
    d->when_ms = ENTRY_NONE;
    if (d->override && (!d->why || !*d->why))
        return err_set(BM_EUSAGE, "--override needs --why and a reason");
    if (d->source && !when)
        return err_set(BM_EUSAGE, "--source needs --when: the time when it really happened");
    if (!when) return BM_OK;
    if (!d->source) d->source = "paper";
    enum bm_rc rc = zone_parse_time(when, &d->when_ms);
    return rc ? err_set(BM_EUSAGE, "--when takes a time such as 2026-10-05T14:30") : BM_OK;
}

enum bm_rc acts_begin(struct acts *s, struct cli *cli, const struct cli_args *args,
                             bool many)
{
    struct deskcmd *host = deskcmd_of(cli);
    *s = (struct acts){ .cli = cli, .args = args, .many = many, .returned_ms = ENTRY_NONE, .cents = ENTRY_NONE, .due_s = ENTRY_NONE };
    buf_init(&s->left, LEFT_BYTES_MAX);
    enum bm_rc rc = host->open(host->owner, cli, &s->desk);
    if (rc) return rc;
    rc = fill_desk(s);
    if (rc) {
        host->close(host->owner);
        return rc;
    }
    if (cli->json) cli_json(cli, &s->json);
    s->summed = acts_option(args, "--from") != NULL;
    if (cli->json && s->summed) jsonw_object(&s->json), jsonw_key(&s->json, "acts");
    if (cli->json && many) jsonw_array(&s->json);
    return BM_OK;
}

static bool is_fault(enum bm_rc rc)
{
    return rc != BM_OK && err_exit_status(rc) == 3 && rc != BM_EINPUT && rc != BM_ELIMIT;
}

/* What came of a list, at its end. */
static void tell_summary(struct acts *s)
{
    int64_t failed = s->count - s->done - s->refused - s->twice;
    if (s->cli->json) {
        jsonw_key(&s->json, "summary");
        jsonw_object(&s->json);
        jsonw_put_int(&s->json, "done", s->done);
        jsonw_put_int(&s->json, "refused", s->refused);
        jsonw_put_int(&s->json, "failed", failed);
        if (s->twice) jsonw_put_int(&s->json, "scanned_twice", s->twice);
        jsonw_object_end(&s->json);
        jsonw_object_end(&s->json);
        return;
    }
    cli_print(s->cli, "\nSUMMARY  %lld done, %lld refused, %lld not done", (long long)s->done, (long long)s->refused, (long long)failed);
    if (s->twice) cli_print(s->cli, ", %lld scanned twice", (long long)s->twice);
    cli_print(s->cli, "\n%s", buf_str(&s->left));
}

/* --- what was scanned before --------------------------------------------------------------- */

static size_t slot_of(const struct acts *s, const char *text)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (const char *p = text; *p; p++) h = (h ^ (unsigned char)*p) * 1099511628211u;
    size_t at = (size_t)(h % s->slot_count);
    while (s->slots[at] && strcmp(s->slots[at], text) != 0) at = (at + 1) % s->slot_count;
    return at;
}

/* Half of the slots stay empty. */
static enum bm_rc more_slots(struct acts *s)
{
    enum { SLOTS_FIRST = 64 };
    struct acts wider = { .slot_count = s->slot_count ? 4 * s->slot_count : SLOTS_FIRST };
    if (s->slot_count && s->slots_used < s->slot_count / 2) return BM_OK;
    wider.slots = calloc(wider.slot_count, sizeof *wider.slots);
    if (!wider.slots) return BM_ENOMEM;
    for (size_t i = 0; i < s->slot_count; i++)
        if (s->slots[i]) wider.slots[slot_of(&wider, s->slots[i])] = s->slots[i];
    free(s->slots);
    s->slots = wider.slots;
    s->slot_count = wider.slot_count;
    return BM_OK;
}

/* Was it scanned before in this command? A word that cannot be read is no barcode: its act says so. */
static enum bm_rc scanned_before(struct acts *s, const char *word, bool *out)
{
    char text[BARCODE_MAX + 1];
    *out = false;
    if (!s->once) return BM_OK;
    enum bm_rc rc = more_slots(s);
    if (rc) return rc;
    if (barcode_clean(word, text, sizeof text)) {
        err_clear();
        return BM_OK;
    }
    char **slot = &s->slots[slot_of(s, text)];
    *out = *slot != NULL;
    if (*out) return BM_OK;
    s->slots_used++;
    *slot = strdup(text);
    return *slot ? BM_OK : BM_ENOMEM;
}

static void forget_words(struct acts *s)
{
    for (size_t i = 0; i < s->slot_count; i++) free(s->slots[i]);
    free(s->slots);
}

enum bm_rc acts_end(struct acts *s)
{
    struct deskcmd *host = deskcmd_of(s->cli);
    enum bm_rc rc = BM_OK;
    arena_free(&s->arena);
    forget_words(s);
    host->close(host->owner);
    if (!s->failed && s->cli->json && s->many) jsonw_array_end(&s->json);
    if (!s->failed && s->summed) tell_summary(s);
    if (!s->failed && s->cli->json) rc = cli_json_end(s->cli, &s->json);
    buf_free(&s->left);
    if (s->failed || rc) return s->failed ? s->failed : rc;
    return s->worst ? cli_told(s->cli, s->worst) : BM_OK;
}

/* --- one act told ------------------------------------------------------------------------- */

static void print_loud(struct cli *cli, const char *word)
{
    char loud[64] = "";
    str_copy(loud, sizeof loud, word);
    for (char *p = loud; *p; p++)
        if (*p >= 'a' && *p <= 'z') *p = (char)(*p - 'a' + 'A');
    cli_print(cli, "%s", loud);
}

static void print_refusal(struct acts *s, const struct desk_answer *d, const char *what)
{
    cli_print(s->cli, "REFUSED  %s \xE2\x80\x94", what);
    for (size_t i = 0; i < d->reason_count; i++)
        if (d->reasons[i].blocks) cli_print(s->cli, " %s", d->reasons[i].sentence);
    if (d->may_override) cli_print(s->cli, " (override: --override --why ...)");
    cli_print(s->cli, "\n");
}

/* Below a payment: each charge paid; and what is owed now. */
static void print_money(struct cli *cli, const struct desk_answer *d)
{
    char text[CENTS_TEXT_MAX];
    for (size_t i = 0; i < d->part_count; i++)
        if (d->parts[i].cents != ENTRY_NONE)
            cli_print(cli, "  %10s  %s\n", cents_text(d->parts[i].cents, text, sizeof text), d->parts[i].charge ? d->parts[i].charge : "credit");
    if (d->done && d->charge && !d->part_count) cli_print(cli, "  charge %s\n", d->charge);
    if (d->done && d->balance_cents != ENTRY_NONE) {
        bool credit = d->balance_cents < 0;
        cli_print(cli, "  %s %s\n", credit ? "credit" : "owes", cents_text(credit ? -d->balance_cents : d->balance_cents, text, sizeof text));
    }
}

static void print_notes(struct acts *s, const struct desk_answer *d)
{
    if (d->done && d->patron && str_eq(d->op, op_name(OP_REGISTER)))
        cli_print(s->cli, "  card %s\n", d->patron);
    if (d->cards_left != ENTRY_NONE && d->cards_left < CARDS_FEW)
        cli_print(s->cli, "  note: %lld card numbers are left here; ask the branch for a new range\n",
                  (long long)d->cards_left);
    for (size_t i = 0; i < d->reason_count; i++)
        if (d->reasons[i].alert)
            cli_print(s->cli, "  ALERT  %s\n", d->reasons[i].sentence);
        else if (!d->reasons[i].blocks)
            cli_print(s->cli, "  note: %s\n", d->reasons[i].sentence);
        else if (d->done)
            cli_print(s->cli, "  overridden: %s\n", d->reasons[i].sentence);
    if (d->hold_for && d->done)
        cli_print(s->cli, "  HOLD  for %s%s%s\n", d->hold_for,
                  d->hold_pickup ? ", to collect at " : "",
                  d->hold_pickup ? d->hold_pickup : "");
    print_money(s->cli, d);
    if (d->done && d->limit != ENTRY_NONE && d->loan_count != ENTRY_NONE &&
        d->loan_count >= d->limit)
        cli_print(s->cli, "  note: %lld loans of %lld\n", (long long)d->loan_count,
                  (long long)d->limit);
}

/* One line, loud and clear, and below it what else staff should know. */
static void print_answer(struct acts *s, const struct desk_answer *d, const char *word)
{
    struct cli *cli = s->cli;
    char day[DESKCMD_DAY_SIZE], money[CENTS_TEXT_MAX];
    const char *who = d->patron_name ? d->patron_name : d->patron;
    const char *what = deskcmd_title(&s->arena, d->title, d->author,
                                     d->item ? d->item
                                     : who   ? who
                                             : word);
    if (!what) what = word; /* no memory for more; the act itself is done and stored */
    if (!d->done) {
        print_refusal(s, d, what);
    } else {
        print_loud(cli, d->word ? d->word : d->op);
        cli_print(cli, "  %s", what);
        if (d->amount_cents != ENTRY_NONE)
            cli_print(cli, " \xE2\x80\x94 %s", cents_text(d->amount_cents, money, sizeof money));
        if (d->newer_card) cli_print(cli, " \xE2\x80\x94 new card %s", d->newer_card);
        if (d->due_s != ENTRY_NONE)
            cli_print(cli, " \xE2\x80\x94 due %s", deskcmd_day(d->due_s, day, sizeof day));
        if (d->hold_pickup && !d->hold_for)
            cli_print(cli, " \xE2\x80\x94 collect at %s", d->hold_pickup);
        cli_print(cli, "   [%s]%s\n",
                  d->slip[0] ? d->slip
                  : d->entry ? d->entry
                             : "",
                  d->again ? " (done before)" : "");
    }
    print_notes(s, d);
}

static enum bm_rc tell_answer(struct acts *s, const struct desk_answer *d, const char *word)
{
    if (!s->cli->json) {
        print_answer(s, d, word);
        return cli_flush(s->cli);
    }
    struct buf text = { 0 };
    enum bm_rc rc = desk_answer_json(d, true, &text);
    if (!rc) rc = buf_rc(&text);
    if (!rc) jsonw_raw(&s->json, buf_str(&text));
    buf_free(&text);
    return rc;
}

/* An act of several that was not done for another reason than a rule. */
static enum bm_rc tell_failure(struct acts *s, enum bm_rc rc, const char *word)
{
    if (!s->cli->json) {
        cli_print(s->cli, "NOT DONE  %s \xE2\x80\x94 %s\n", word, err_text(rc));
        return cli_flush(s->cli);
    }
    jsonw_object(&s->json);
    jsonw_put_bool(&s->json, "done", false);
    jsonw_put_text(&s->json, "about", word);
    jsonw_put_text(&s->json, "error", err_name(rc));
    jsonw_put_text(&s->json, "message", err_text(rc));
    jsonw_object_end(&s->json);
    return BM_OK;
}

static void keep_worst(struct acts *s, enum bm_rc rc)
{
    if (!s->worst || err_exit_status(rc) > err_exit_status(s->worst)) s->worst = rc;
}

/* A request id asked for several acts: each has one of its own, the same each time. */
static enum bm_rc own_request(struct acts *s)
{
    if (!s->cli->request || s->count == 1) return BM_OK;
    s->desk->request = arena_printf(&s->arena, "%s.%lld", s->cli->request, (long long)s->count);
    return s->desk->request ? BM_OK : BM_ENOMEM;
}

/* For the summary. */
static void note_refused(struct acts *s, const struct desk_answer *d, const char *word)
{
    if (!s->summed) return;
    buf_printf(&s->left, "  %s \xE2\x80\x94", d->item ? d->item : word);
    for (size_t i = 0; i < d->reason_count; i++)
        if (d->reasons[i].blocks) buf_printf(&s->left, " %s", d->reasons[i].sentence);
    buf_putc(&s->left, '\n');
}

static enum bm_rc tell_twice(struct acts *s, const char *word)
{
    s->twice++;
    if (!s->cli->json) {
        cli_print(s->cli, "SCANNED TWICE  %s \xE2\x80\x94 done once\n", word);
        return cli_flush(s->cli);
    }
    jsonw_object(&s->json);
    jsonw_put_bool(&s->json, "done", false);
    jsonw_put_text(&s->json, "word", "scanned twice");
    jsonw_put_text(&s->json, "about", word);
    jsonw_object_end(&s->json);
    return BM_OK;
}

enum bm_rc acts_one(struct acts *s, act_fn *act, const char *word)
{
    bool twice;
    struct desk_answer answer = { .due_s = ENTRY_NONE,
                                  .loan_count = ENTRY_NONE,
                                  .cards_left = ENTRY_NONE,
                                  .limit = ENTRY_NONE,
                                  .amount_cents = ENTRY_NONE,
                                  .balance_cents = ENTRY_NONE };
    s->count++;
    arena_free(&s->arena);
    enum bm_rc rc = scanned_before(s, word, &twice);
    if (!rc && twice) return s->failed = tell_twice(s, word);
    if (!rc) rc = own_request(s);
    if (!rc) rc = act(s, word, &answer);
    if (!rc) {
        if (!answer.done) keep_worst(s, BM_EREFUSED);
        if (!answer.done) note_refused(s, &answer, word);
        s->done += answer.done;
        s->refused += !answer.done;
        return s->failed = tell_answer(s, &answer, word);
    }
    if (!s->many) return s->failed = rc;
    keep_worst(s, rc);
    if (s->summed) buf_printf(&s->left, "  %s \xE2\x80\x94 %s\n", word, err_text(rc));
    enum bm_rc told = tell_failure(s, rc, word);
    if (told) s->failed = told;
    return told ? told : is_fault(rc) ? rc : BM_OK;
}

/* Where barcodes come from, one a line. */
struct lines {
    FILE *in;
    const char *name; /* as told: "--stdin" or the file */
    int max;
};

/* Barcodes until the end of the lines: a scanner, or a file. */
static enum bm_rc acts_of_lines(struct acts *s, act_fn *act, const struct lines *from)
{
    char line[DESKCMD_LINE_MAX + 2];
    enum bm_rc rc = BM_OK;
    for (int n = 0; !rc && fgets(line, sizeof line, from->in); n++) {
        size_t len = strlen(line);
        if (n == from->max)
            rc = err_set(BM_ELIMIT, "more than %d lines; what follows was not done, give it in parts", from->max);
        else if (len == sizeof line - 1 && line[len - 1] != '\n')
            rc = err_set(BM_EINPUT,
                         "line %d is longer than %d bytes; it and what follows was not done",
                         n + 1, DESKCMD_LINE_MAX);
        else if (!utf8_valid(line, len))
            rc = err_set(BM_EINPUT, "line %d is not UTF-8; it and what follows was not done",
                         n + 1);
        else if (strspn(line, " \t\r\n") < len) {
            line[strcspn(line, "\r\n")] = '\0';
            rc = acts_one(s, act, line);
            continue;
        }
        if (!rc) continue;
        keep_worst(s, rc);
        if (tell_failure(s, rc, from->name)) break;
    }
    if (!rc && ferror(from->in)) keep_worst(s, rc = err_set(BM_EIO, "%s cannot be read", from->name));
    return rc;
}

bool acts_from_lines(const struct cli_args *args)
{
    return acts_option(args, "--stdin") || acts_option(args, "--from");
}

/* The lines of --stdin or --from, if either was given. */
static enum bm_rc acts_from(struct acts *s, act_fn *act)
{
    const char *file = acts_option(s->args, "--from");
    struct lines from = { .in = s->cli->in, .name = "--stdin", .max = DESKCMD_LINES_MAX };
    if (!acts_from_lines(s->args)) return BM_OK;
    if (file) from.max = DESKCMD_FROM_MAX;
    if (!file || str_eq(file, "-")) return acts_of_lines(s, act, &from);
    from.name = file;
    from.in = fopen(file, "re");
    if (!from.in) return s->failed = err_set(errno == ENOENT ? BM_ENOTFOUND : BM_EIO, "%s: %s", file, strerror(errno));
    enum bm_rc rc = acts_of_lines(s, act, &from);
    fclose(from.in);
    return rc;
}

enum bm_rc acts_run(struct acts *s, act_fn *act, size_t first)
{
    enum bm_rc rc = BM_OK;
    s->once = !str_eq(s->args->command->name, "hold place"); /* titles, not scans: the desk tells */
    for (size_t i = first; i < s->args->count && !rc; i++)
        rc = acts_one(s, act, s->args->words[i]);
    if (!rc) rc = acts_from(s, act);
    return acts_end(s);
}

enum bm_rc acts_list(struct cli *cli, const struct cli_args *args, size_t first, act_fn *act)
{
    struct acts s;
    bool lines = acts_from_lines(args);
    if (args->count == first && !lines)
        return err_set(BM_EUSAGE, "%s needs %s", args->command->name, args->command->args);
    enum bm_rc rc = acts_begin(&s, cli, args, lines || args->count > first + 1);
    if (rc) return rc;
    if (first) s.card = args->words[0];
    return acts_run(&s, act, first);
}

enum bm_rc acts_single(struct cli *cli, const struct cli_args *args, const char *word, act_fn *act)
{
    struct acts s;
    enum bm_rc rc = acts_begin(&s, cli, args, false);
    if (rc) return rc;
    (void)!acts_one(&s, act, word); /* s.failed has it */
    return acts_end(&s);
}

/* --- what is typed ------------------------------------------------------------------------- */

enum bm_rc acts_cents(const char *text, int64_t *out)
{
    if (cents_parse(text, 1, DESK_CENTS_MAX, out)) return BM_OK;
    return err_set(BM_EUSAGE, "%s is not an amount; write it as 2.50, from 0.01 to %d.00", text, DESK_CENTS_MAX / 100);
}

enum bm_rc acts_day_end(const char *option, const char *text, int64_t *out_s)
{
    int64_t day;
    if (zone_parse_date(text, &day)) return err_set(BM_EUSAGE, "%s takes a date such as 2027-05-31", option);
    *out_s = zone_day_end_s(day); /* the whole of its last day */
    return BM_OK;
}
