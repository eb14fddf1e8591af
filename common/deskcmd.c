/* common/deskcmd.c -- see deskcmd.h. The acts: how one is told, how many are done in turn, then
 * each, then the table. */
#include "common/deskcmd.h"

#include <string.h>

#include "common/deskcmd_priv.h"
#include "common/zone.h"

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

/* The acts of one command. */
struct acts {
    struct cli *cli;
    const struct cli_args *args;
    struct desk *desk;
    struct jsonw json;
    struct arena arena; /* of the act being done */
    bool many;          /* may be several: a list, with --json an array */
    int64_t count;
    enum bm_rc worst;  /* of the acts told so far; BM_EREFUSED = by a rule */
    enum bm_rc failed; /* not told: of a single act, or before the first; cli tells it */
    const char *card;  /* checkout, hold place */
    int64_t returned_ms;
    struct desk_person person;
};
/* Do one act. in: word, the barcode or id it is about */
typedef enum bm_rc act_fn(struct acts *s, const char *word, struct desk_answer *out);

static const char *optional(const struct cli_args *args, const char *name)
{
    for (const struct cli_option *o = args->command->options; o && o->name; o++)
        if (strcmp(o->name, name) == 0) return cli_value(args, name);
    return NULL; /* not an option of this command */
}

/* What goes into every act: who, why, when. Not every command has all of these options. */
static enum bm_rc fill_desk(struct acts *s)
{
    struct desk *d = s->desk;
    const char *when = optional(s->args, "--when");
    d->staff = s->cli->staff;
    d->request = s->cli->request;
    d->why = optional(s->args, "--why");
    d->override = optional(s->args, "--override") != NULL;
    d->source = optional(s->args, "--source");
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

static enum bm_rc acts_begin(struct acts *s, struct cli *cli, const struct cli_args *args,
                             bool many)
{
    struct deskcmd *host = deskcmd_of(cli);
    *s = (struct acts){ .cli = cli, .args = args, .many = many, .returned_ms = ENTRY_NONE };
    enum bm_rc rc = host->open(host->owner, cli, &s->desk);
    if (rc) return rc;
    rc = fill_desk(s);
    if (rc) {
        host->close(host->owner);
        return rc;
    }
    if (cli->json) cli_json(cli, &s->json);
    if (cli->json && many) jsonw_array(&s->json);
    return BM_OK;
}

static bool is_fault(enum bm_rc rc)
{
    return rc != BM_OK && err_exit_status(rc) == 3 && rc != BM_EINPUT && rc != BM_ELIMIT;
}

/* Close, and hand on how it went. */
static enum bm_rc acts_end(struct acts *s)
{
    struct deskcmd *host = deskcmd_of(s->cli);
    arena_free(&s->arena);
    host->close(host->owner);
    if (s->failed) return s->failed;
    enum bm_rc rc = BM_OK;
    if (s->cli->json) {
        if (s->many) jsonw_array_end(&s->json);
        rc = cli_json_end(s->cli, &s->json);
    }
    if (rc) return rc;
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

static void print_notes(struct acts *s, const struct desk_answer *d)
{
    for (size_t i = 0; i < d->reason_count; i++)
        if (!d->reasons[i].blocks)
            cli_print(s->cli, "  note: %s\n", d->reasons[i].sentence);
        else if (d->done)
            cli_print(s->cli, "  overridden: %s\n", d->reasons[i].sentence);
    if (d->hold_for && d->done)
        cli_print(s->cli, "  HOLD  for %s%s%s\n", d->hold_for,
                  d->hold_pickup ? ", to collect at " : "",
                  d->hold_pickup ? d->hold_pickup : "");
    if (d->done && d->limit != ENTRY_NONE && d->loan_count != ENTRY_NONE &&
        d->loan_count >= d->limit)
        cli_print(s->cli, "  note: %lld loans of %lld\n", (long long)d->loan_count,
                  (long long)d->limit);
}

/* One line, loud and clear, and below it what else staff should know. */
static void print_answer(struct acts *s, const struct desk_answer *d, const char *word)
{
    struct cli *cli = s->cli;
    char day[DESKCMD_DAY_SIZE];
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

/* ret: BM_OK go on with the next | a fault that the next would meet too */
static enum bm_rc one_act(struct acts *s, act_fn *act, const char *word)
{
    struct desk_answer answer = { .due_s = ENTRY_NONE,
                                  .loan_count = ENTRY_NONE,
                                  .limit = ENTRY_NONE };
    s->count++;
    arena_free(&s->arena);
    enum bm_rc rc = own_request(s);
    if (!rc) rc = act(s, word, &answer);
    if (!rc) {
        if (!answer.done) keep_worst(s, BM_EREFUSED);
        return s->failed = tell_answer(s, &answer, word);
    }
    if (!s->many) return s->failed = rc;
    keep_worst(s, rc);
    enum bm_rc told = tell_failure(s, rc, word);
    if (told) s->failed = told;
    return told ? told : is_fault(rc) ? rc : BM_OK;
}

/* Barcodes from standard input, one a line, until its end: a scanner, or a file. */
static enum bm_rc acts_of_lines(struct acts *s, act_fn *act)
{
    char line[DESKCMD_LINE_MAX + 2];
    enum bm_rc rc = BM_OK;
    for (int n = 0; !rc && fgets(line, sizeof line, s->cli->in); n++) {
        size_t len = strlen(line);
        if (n == DESKCMD_LINES_MAX)
            rc =
                err_set(BM_ELIMIT, "more than %d lines; give them in parts", DESKCMD_LINES_MAX);
        else if (len == sizeof line - 1 && line[len - 1] != '\n')
            rc = err_set(BM_EINPUT,
                         "line %d is longer than %d bytes; it and what follows was not done",
                         n + 1, DESKCMD_LINE_MAX);
        else if (!utf8_valid(line, len))
            rc = err_set(BM_EINPUT, "line %d is not UTF-8; it and what follows was not done",
                         n + 1);
        else if (strspn(line, " \t\r\n") < len) {
            line[strcspn(line, "\r\n")] = '\0';
            rc = one_act(s, act, line);
            continue;
        }
        if (!rc) continue;
        keep_worst(s, rc);
        if (tell_failure(s, rc, "--stdin")) break;
    }
    if (!rc && ferror(s->cli->in))
        keep_worst(s, rc = err_set(BM_EIO, "standard input cannot be read"));
    return rc;
}

/* The acts for each word from `first` on, then for each line of --stdin. */
static enum bm_rc acts_run(struct acts *s, act_fn *act, size_t first)
{
    enum bm_rc rc = BM_OK;
    for (size_t i = first; i < s->args->count && !rc; i++)
        rc = one_act(s, act, s->args->words[i]);
    if (!rc && optional(s->args, "--stdin")) rc = acts_of_lines(s, act);
    return acts_end(s);
}

/* A command whose arguments from `first` on are acts. */
static enum bm_rc run_list(struct cli *cli, const struct cli_args *args, size_t first,
                           act_fn *act)
{
    struct acts s;
    bool lines = optional(args, "--stdin") != NULL;
    if (args->count == first && !lines)
        return err_set(BM_EUSAGE, "%s needs %s", args->command->name, args->command->args);
    enum bm_rc rc = acts_begin(&s, cli, args, lines || args->count > first + 1);
    if (rc) return rc;
    if (first) s.card = args->words[0];
    return acts_run(&s, act, first);
}

/* --- the acts ----------------------------------------------------------------------------- */

static enum bm_rc act_checkout(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_checkout(s->desk, &s->arena, s->card, word, out);
}

static enum bm_rc act_checkin(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_checkin(s->desk, &s->arena, word, s->returned_ms, out);
}

static enum bm_rc act_renew(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_renew(s->desk, &s->arena, word, out);
}

static enum bm_rc act_mark(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_mark(s->desk, &s->arena, word, strchr(s->args->command->name, ' ') + 1, out);
}

static enum bm_rc act_capture(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_capture_hold(s->desk, &s->arena, word, out);
}

static enum bm_rc act_cancel(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_cancel_hold(s->desk, &s->arena, word, out);
}

static enum bm_rc act_void(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_void(s->desk, &s->arena, word, out);
}

static enum bm_rc act_place(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_place_hold(s->desk, &s->arena, s->card, word, cli_given(s->args, "--copy"),
                           cli_value(s->args, "--pickup"), out);
}

static enum bm_rc act_tally(struct acts *s, const char *word, struct desk_answer *out)
{
    int64_t count;
    if (!str_to_i64(s->args->words[1], -10000, 10000, &count))
        return err_set(BM_EUSAGE, "%s is not a number", s->args->words[1]);
    return desk_tally(s->desk, &s->arena, word, count, out);
}

static enum bm_rc act_person(struct acts *s, const char *word, struct desk_answer *out)
{
    (void)word;
    bool add = str_eq(s->args->command->name, "patron add");
    return add ? desk_register(s->desk, &s->arena, &s->person, out)
               : desk_update_patron(s->desk, &s->arena, &s->person, out);
}

static enum bm_rc run_checkout(struct cli *cli, const struct cli_args *args)
{
    return run_list(cli, args, 1, act_checkout);
}

static enum bm_rc run_checkin(struct cli *cli, const struct cli_args *args)
{
    struct acts s;
    const char *returned = cli_value(args, "--returned");
    int64_t returned_ms = ENTRY_NONE;
    bool lines = cli_given(args, "--stdin");
    if (args->count == 0 && !lines)
        return err_set(BM_EUSAGE, "checkin needs ITEM..., or --stdin");
    enum bm_rc rc = acts_begin(&s, cli, args, lines || args->count > 1);
    if (rc) return rc;
    if (returned && zone_parse_time(returned, &returned_ms)) {
        s.failed = err_set(BM_EUSAGE, "--returned takes a time such as 2026-10-05T14:30");
        return acts_end(&s);
    }
    s.returned_ms = returned_ms;
    return acts_run(&s, act_checkin, 0);
}

static enum bm_rc run_renew(struct cli *cli, const struct cli_args *args)
{
    return run_list(cli, args, 0, act_renew);
}

static enum bm_rc run_mark(struct cli *cli, const struct cli_args *args)
{
    return run_list(cli, args, 0, act_mark);
}

static enum bm_rc run_capture(struct cli *cli, const struct cli_args *args)
{
    return run_list(cli, args, 0, act_capture);
}

static enum bm_rc run_cancel(struct cli *cli, const struct cli_args *args)
{
    return run_list(cli, args, 0, act_cancel);
}

static enum bm_rc run_void(struct cli *cli, const struct cli_args *args)
{
    return run_list(cli, args, 0, act_void);
}

static enum bm_rc run_place(struct cli *cli, const struct cli_args *args)
{
    return run_list(cli, args, 1, act_place);
}

/* One act that takes its arguments from the options. */
static enum bm_rc run_tally(struct cli *cli, const struct cli_args *args)
{
    struct acts s;
    enum bm_rc rc = acts_begin(&s, cli, args, false);
    if (rc) return rc;
    (void)!one_act(&s, act_tally, args->words[0]); /* s.failed has it */
    return acts_end(&s);
}

/* --- patrons ------------------------------------------------------------------------------ */

/* The fields that only the branch may read, as one JSON object. out: *any, whether some was
 * given */
static enum bm_rc personal_json(const struct cli_args *args, struct buf *out, bool *any)
{
    static const char *const options[] = { "--birth", "--address", "--phone", "--email" };
    struct jsonw w;
    *any = false;
    jsonw_init(&w, out);
    jsonw_object(&w);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const char *text = cli_value(args, options[i]);
        if (!text) continue;
        if (strlen(text) > DESKCMD_FIELD_MAX)
            return err_set(BM_ELIMIT, "%s takes no more than %d bytes", options[i],
                           DESKCMD_FIELD_MAX);
        jsonw_put_text(&w, options[i] + 2, text);
        *any = true;
    }
    jsonw_object_end(&w);
    return jsonw_rc(&w);
}

static enum bm_rc read_dates(const struct cli_args *args, struct desk_person *p)
{
    const char *birth = cli_value(args, "--birth"), *expires = cli_value(args, "--expires");
    int64_t day;
    if (birth && zone_parse_date(birth, &day))
        return err_set(BM_EUSAGE, "--birth takes a date such as 2012-05-31");
    if (birth) p->born = civil_from_day(day).year; /* the date itself is sealed (I12) */
    if (!expires) return BM_OK;
    if (zone_parse_date(expires, &day))
        return err_set(BM_EUSAGE, "--expires takes a date such as 2027-05-31");
    p->expires_s = zone_day_end_s(day); /* the whole of its last day */
    return BM_OK;
}

/* Whether any option beside those of every act was given. */
static bool says_something(const struct cli_args *args)
{
    for (const struct cli_option *o = args->command->options; o->name; o++)
        if (!str_eq(o->name, "--why") && !str_eq(o->name, "--when") &&
            !str_eq(o->name, "--source") && cli_given(args, o->name))
            return true;
    return false;
}

static enum bm_rc fill_person(struct acts *s)
{
    const struct cli_args *args = s->args;
    struct deskcmd *host = deskcmd_of(s->cli);
    struct buf json = { 0 };
    const char *barred = optional(args, "--barred");
    bool any;
    s->person = (struct desk_person){
        .card = args->count ? args->words[0] : cli_value(args, "--card"),
        .name = cli_value(args, "--name"),
        .category = cli_value(args, "--category"),
        .branch = s->desk->branch,
        .stop = cli_value(args, "--stop"),
        .guarantor = cli_value(args, "--guarantor"),
        .expires_s = ENTRY_NONE,
        .barred = ENTRY_NONE,
    };
    if (!str_eq(args->command->name, "patron add"))
        s->person.branch = NULL; /* who changes a name does not move house */
    if (args->count && !says_something(args))
        return err_set(BM_EUSAGE, "say what is to change; see patron update --help");
    if (!s->person.card)
        return err_set(BM_EUSAGE, "patron add needs --card CARD and --name NAME");
    if (barred && !str_eq(barred, "yes") && !str_eq(barred, "no"))
        return err_set(BM_EUSAGE, "--barred takes yes or no");
    if (barred) s->person.barred = str_eq(barred, "yes");
    enum bm_rc rc = read_dates(args, &s->person);
    if (!rc) rc = personal_json(args, &json, &any);
    if (!rc && any)
        rc = host->seal_person(host->owner, buf_str(&json), s->person.name,
                               cli_value(args, "--birth"), &s->person, &s->cli->arena);
    buf_free(&json);
    return rc;
}

static enum bm_rc run_person(struct cli *cli, const struct cli_args *args)
{
    struct acts s;
    enum bm_rc rc = acts_begin(&s, cli, args, false);
    if (rc) return rc;
    s.failed = fill_person(&s);
    if (!s.failed) (void)!one_act(&s, act_person, s.person.card); /* s.failed has it */
    return acts_end(&s);
}

/* --- the table ---------------------------------------------------------------------------- */

#define WHY_OPTION                                                                             \
    {                                                                                          \
        "--why", "TEXT", "reason; goes into the entry"                                         \
    }
#define ACT_OPTIONS                                                                            \
    { "--when", "TIME",                                                                        \
      "when it really happened: caught up later, from paper (2026-10-05T14:30)" },             \
    {                                                                                          \
        "--source", "TEXT", "what it is caught up from (with --when; otherwise: paper)"        \
    }
#define OVERRIDE_OPTION                                                                        \
    {                                                                                          \
        "--override", NULL, "go on in spite of the rules, where they allow it; needs --why"    \
    }
#define STDIN_OPTION                                                                           \
    {                                                                                          \
        "--stdin", NULL, "barcodes from standard input, one a line"                            \
    }
#define PERSON_OPTIONS                                                                         \
    { "--name", "NAME", "as on the card" },                                                    \
        { "--category", "WORD", "category, such as adult or child" },                          \
        { "--stop", "KEY", "the patron's own stop" },                                          \
        { "--expires", "DATE", "last day of the card" },                                       \
        { "--guarantor", "CARD", "card of who answers for the debts" },                        \
        { "--birth", "DATE", "date of birth; sealed, but for its year" },                      \
        { "--address", "TEXT", "postal address; sealed" },                                     \
        { "--phone", "TEXT", "telephone number; sealed" },                                     \
    {                                                                                          \
        "--email", "TEXT", "mail address; sealed"                                              \
    }
#define END_OPTION                                                                             \
    {                                                                                          \
        NULL, NULL, NULL                                                                       \
    }

static const struct cli_option checkout_options[] = { STDIN_OPTION, OVERRIDE_OPTION, WHY_OPTION,
                                                      ACT_OPTIONS, END_OPTION };
static const struct cli_option renew_options[] = { OVERRIDE_OPTION, WHY_OPTION, ACT_OPTIONS,
                                                   END_OPTION };
static const struct cli_option checkin_options[] = {
    STDIN_OPTION,
    { "--returned", "TIME", "when it came back, if before it was scanned (book slot)" },
    ACT_OPTIONS,
    END_OPTION
};
static const struct cli_option why_options[] = { WHY_OPTION, ACT_OPTIONS, END_OPTION };
static const struct cli_option plain_options[] = { ACT_OPTIONS, END_OPTION };
static const struct cli_option place_options[] = {
    { "--copy", NULL, "this very copy (its barcode is given), not any of the title" },
    { "--pickup", "PLACE", "where to collect it; otherwise the patron's stop" },
    ACT_OPTIONS,
    END_OPTION
};
static const struct cli_option add_options[] = {
    { "--card", "CARD", "number of the new card" }, PERSON_OPTIONS, ACT_OPTIONS, END_OPTION
};
static const struct cli_option update_options[] = { PERSON_OPTIONS,
                                                    { "--barred", "yes|no",
                                                      "bar the patron, or no longer" },
                                                    WHY_OPTION,
                                                    ACT_OPTIONS,
                                                    END_OPTION };

enum { MANY = CLI_WORDS_MAX };

const struct cli_command deskcmd_commands[] = {
    { "Circulation", "checkout", "CARD ITEM...", "lend items to a patron",
      "Lend items to the patron with this card. Each item is an act of its own: a refused one "
      "does not stop the others. "
      "The due date that is printed is the one that stands.",
      checkout_options, 1, MANY, run_checkout },
    { "Circulation", "checkin", "ITEM...", "take items back",
      "Take items back, lent or not. Says when one is wanted by somebody who waits.",
      checkin_options, 0, MANY, run_checkin },
    { "Circulation", "renew", "ITEM...", "renew loans",
      "Renew the loans of these items from today on.", renew_options, 1, MANY, run_renew },
    { "Circulation", "void", "ENTRY...", "take an act back",
      "Take an earlier act back, by the id that its answer gave. Both entries stay in the "
      "journal.",
      why_options, 1, MANY, run_void },
    { "Circulation", "tally", "KIND N", "count visitors, reference questions, attendance",
      "Count N of KIND: visitors, reference or programme, for the visit that is open. A number "
      "below nought corrects.",
      plain_options, 2, 2, run_tally },
    { "Holds", "hold place", "CARD TITLE...", "reserve titles for a patron",
      "Place a hold on a title, by its key (see search) or by the barcode of one of its "
      "copies.",
      place_options, 2, MANY, run_place },
    { "Holds", "hold capture", "ITEM...", "set items aside for who waits",
      "Set the copy in hand aside for the first hold that it can fill.", plain_options, 1, MANY,
      run_capture },
    { "Holds", "hold cancel", "HOLD...", "cancel holds",
      "Cancel holds, by their ids (see hold list).", why_options, 1, MANY, run_cancel },
    { "Holds", "hold list", "[CARD]", "holds that wait or are set aside",
      "List the holds of a patron, of a title, or all: first placed, first served.",
      deskcmd_list_options, 0, 1, deskcmd_hold_list },
    { "Catalogue", "search", "WORD...", "find titles",
      "Find titles by words of title, author and subject, all of which must be there; the last "
      "may be the beginning of a word. "
      "A barcode or an ISBN finds its title.",
      deskcmd_search_options, 1, 16, deskcmd_search },
    { "Catalogue", "title show", "TITLE", "a title and its copies",
      "Show a title, by its key or by the barcode of a copy, and where its copies are.", NULL,
      1, 1, deskcmd_title_show },
    { "Catalogue", "shelf", "[PLACE]", "what should stand on the shelf, in its order",
      "List the items that should be at a place (otherwise here), in shelving order, without "
      "those on loan.",
      deskcmd_shelf_options, 0, 1, deskcmd_shelf },
    { "Catalogue", "item show", "ITEM", "everything about a copy",
      "Show a copy: title, place, condition, loan and hold.", NULL, 1, 1, deskcmd_item_show },
    { "Catalogue", "item damaged", "ITEM...", "mark items damaged",
      "Mark items as damaged: they are not lent until they are ok.", why_options, 1, MANY,
      run_mark },
    { "Catalogue", "item mend", "ITEM...", "send items to be mended",
      "Mark items as being mended: they are not lent until they are ok.", why_options, 1, MANY,
      run_mark },
    { "Catalogue", "item missing", "ITEM...", "mark items missing",
      "Mark items as missing from the shelf. The next scan finds them again.", why_options, 1,
      MANY, run_mark },
    { "Catalogue", "item ok", "ITEM...", "mark items as in order",
      "Mark items as in order again.", why_options, 1, MANY, run_mark },
    { "Patrons", "patron show", "CARD", "a patron with loans and holds",
      "Show a patron: standing, loans and holds.", NULL, 1, 1, deskcmd_patron_show },
    { "Patrons", "patron find", "NAME...", "find patrons by name",
      "Find patrons by parts of the name, in this order.", deskcmd_find_options, 1, 16,
      deskcmd_patron_find },
    { "Patrons", "patron add", "--card CARD --name NAME", "register a patron",
      "Register a patron with a new card. Birth date, address, telephone and mail are sealed "
      "to the branch as they are "
      "entered; nobody can read them here afterwards, but for the year of birth.",
      add_options, 0, 0, run_person },
    { "Patrons", "patron update", "CARD", "change what is known of a patron",
      "Change a patron's data: what is given is set, all else stays. Sealed fields that are "
      "given replace the earlier ones at "
      "the branch.",
      update_options, 1, 1, run_person },
    { 0 },
};
