/* sync/main.c -- the program `branch`: what staff and the machine's keeper say to the main branch.
 * Floor:      sync. Uses everything below; nothing uses it.
 * Owns:       the branch handle of a command, from its start to its end.
 * Threads:    one, beside those of server_run.
 * src:        DESIGN 11 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cli.h"
#include "common/jsonw.h"
#include "sync/branch.h"
#include "sync/device.h"
#include "sync/feed.h"
#include "sync/import.h"
#include "sync/report.h"
#include "sync/server.h"

enum {
    BAD_SHOWN_MAX = 20,      /* records left out that are told one by one */
    REPORT_DAYS_DEFAULT = 28,
    ENTRIES_DEFAULT = 50, ENTRIES_LIMIT_MAX = 1000000,
    NAME_MAX_TEXT = 64, PATH_TEXT_MAX = 4096, ROW_BYTES_MAX = 64 << 10,
    PORT_DEFAULT = 8480
};

static enum bm_rc open_branch(struct cli *cli, struct branch *b)
{
    enum bm_rc rc = branch_open(cli->data, b);
    if (rc) return rc;
    b->desk.staff = cli->staff;
    b->desk.request = cli->request;
    return BM_OK;
}

/* Lower-case words with _ between: a count's name as a JSON key. */
static const char *key_of(const char *name, char out[NAME_MAX_TEXT])
{
    size_t n = 0;
    for (; *name && n + 1 < NAME_MAX_TEXT; name++) {
        bool plain = (*name >= 'a' && *name <= 'z') || (*name >= '0' && *name <= '9');
        if (plain) out[n++] = *name;
        else if (n && out[n - 1] != '_') out[n++] = '_';
    }
    out[n] = '\0';
    return out;
}

static const char *time_text(int64_t ms, char text[ZONE_TEXT_MAX])
{
    return ms == ENTRY_NONE ? "" : zone_text(ms / 1000, text, ZONE_TEXT_MAX, ZONE_DATE_TIME);
}

/* A date (its end, or now if that is earlier), or a date and time. */
static enum bm_rc read_moment(struct branch *b, const char *option, const char *text, int64_t *ms)
{
    int64_t day, now = journal_now_ms(&b->journal);
    *ms = ENTRY_NONE;
    if (!text) return BM_OK;
    enum bm_rc rc = zone_parse_date(text, &day);
    if (rc) rc = zone_parse_time(text, ms);
    else *ms = zone_day_end_s(day) * 1000;
    if (rc) return err_set(BM_EUSAGE, "%s takes a time such as 2026-03-05 or 2026-03-05 18:30", option);
    if (zone_day(*ms) == zone_day(now) && *ms > now && strlen(text) == 10) *ms = now;
    return BM_OK;
}

/* --- init ------------------------------------------------------------------------------------------- */

static const struct cli_option init_options[] = {
    { "--zone", "ZONE", "time zone of the library, such as Europe/London" },
    { "--code", "CODE", "the branch's code, as rules and catalogue have it" },
    { "--name", "NAME", "name of the library, for people" },
    { "--practice-clock", "FILE", "a practice branch: time is read from this file" },
    { NULL, NULL, NULL },
};

static enum bm_rc run_init(struct cli *cli, const struct cli_args *args)
{
    struct branch_init init = { .zone = cli_value(args, "--zone"), .code = cli_value(args, "--code"), .name = cli_value(args, "--name") };
    const char *clock = cli_value(args, "--practice-clock");
    char here[PATH_TEXT_MAX];
    if (!init.zone || !init.code) return err_set(BM_EUSAGE, "init needs --zone and --code; see `branch init --help`");
    if (clock && clock[0] != '/') { /* commands run from other folders too */
        if (!getcwd(here, sizeof here)) return err_set(BM_EIO, "the current folder cannot be named");
        clock = arena_printf(&cli->arena, "%s/%s", here, clock);
        if (!clock) return BM_ENOMEM;
    }
    init.practice_clock = clock;
    enum bm_rc rc = branch_create(cli->data, &init);
    if (rc) return rc;
    if (!cli->json) {
        cli_print(cli, "%sbranch %s made in %s, time zone %s\n", clock ? "practice " : "", init.code, cli->data, init.zone);
        return BM_OK;
    }
    struct jsonw w;
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "data", cli->data);
    jsonw_put_text(&w, "code", init.code);
    jsonw_put_text(&w, "zone", init.zone);
    jsonw_put_bool(&w, "practice", clock != NULL);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

/* --- imports ------------------------------------------------------------------------------------------ */

struct told {
    struct cli *cli;
    int64_t bad;
};

static void on_bad(void *ctx, const char *where, int64_t number, const char *reason)
{
    struct told *told = ctx;
    if (told->bad++ < BAD_SHOWN_MAX) cli_note(told->cli, "%s %" PRId64 " left out: %s", where, number, reason);
}

static void on_progress(void *ctx, int64_t done)
{
    cli_progress(((struct told *)ctx)->cli, "read", done, 0);
}

static enum bm_rc print_import(struct cli *cli, const struct import_result *r)
{
    char id[EID_TEXT_MAX], text[NAME_MAX_TEXT];
    struct jsonw w;
    eid_text(&r->entry, id);
    if (!cli->json) {
        for (size_t i = 0; i < r->count_count; i++)
            if (i == 0 || r->counts[i].count)
                cli_print(cli, "%s%" PRId64 " %s", i ? ", " : "", r->counts[i].count, r->counts[i].name);
        cli_print(cli, "; as of %s, entry %s\n", time_text(r->asof_ms, text), id);
        if (r->superseded) cli_print(cli, "kept, but not in force: a file of a later date stands\n");
        return BM_OK;
    }
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "origin", r->origin);
    jsonw_put_text(&w, "entry", id);
    jsonw_put_int(&w, "asof_ms", r->asof_ms);
    jsonw_put_int(&w, "rows", r->rows);
    jsonw_put_bool(&w, "superseded", r->superseded);
    jsonw_key(&w, "counts");
    jsonw_object(&w);
    for (size_t i = 0; i < r->count_count; i++) jsonw_put_int(&w, key_of(r->counts[i].name, text), r->counts[i].count);
    jsonw_object_end(&w);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

static const struct cli_option csv_options[] = {
    { "--as-of", "TIME", "when the file was true (a day, or day and time); now if not given" },
    { NULL, NULL, NULL },
};
static const struct cli_option marc_options[] = {
    { "--items", "LAYOUT", "where copies stand in the records: koha952 or evergreen852" },
    { "--as-of", "TIME", "when the file was true (a day, or day and time); now if not given" },
    { NULL, NULL, NULL },
};

typedef enum bm_rc import_function(struct branch *b, const char *path, const struct import_how *how, struct import_result *out);

static const struct {
    const char *command;
    import_function *run;
} importers[] = {
    { "import patrons", import_patrons }, { "import loans", import_loans },   { "import holds", import_holds },
    { "import calendar", import_calendar }, { "import routes", import_routes }, { "rules import", import_rules },
};

static enum bm_rc run_import(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct import_result result;
    struct told told = { .cli = cli };
    struct import_how how = { .on_bad = on_bad, .on_progress = on_progress, .ctx = &told };
    bool marc = strcmp(args->command->name, "import marc") == 0;
    enum marc_items items = MARC_ITEMS_KOHA952;
    size_t which = 0;
    while (!marc && strcmp(importers[which].command, args->command->name) != 0) which++;
    if (marc) {
        const char *layout = cli_value(args, "--items");
        if (layout && strcmp(layout, "evergreen852") == 0) items = MARC_ITEMS_EVERGREEN852;
        else if (!layout || strcmp(layout, "koha952") != 0)
            return err_set(BM_EUSAGE, "say where copies stand in the records: --items koha952 or --items evergreen852");
    }
    enum bm_rc rc = open_branch(cli, &b);
    if (rc) return rc;
    rc = read_moment(&b, "--as-of", cli_value(args, "--as-of"), &how.asof_ms);
    if (!rc) rc = marc ? import_marc(&b, args->words[0], items, &how, &result) : importers[which].run(&b, args->words[0], &how, &result);
    if (told.bad > BAD_SHOWN_MAX) cli_note(cli, "and %" PRId64 " more left out", told.bad - BAD_SHOWN_MAX);
    if (!rc) rc = print_import(cli, &result);
    branch_close(&b);
    return rc;
}

static enum bm_rc write_file(const char *path, const struct buf *text)
{
    FILE *f = fopen(path, "wx");
    if (!f) return err_set(errno == EEXIST ? BM_EEXISTS : BM_EIO, "%s: %s", path, strerror(errno));
    bool ok = fwrite(text->data, 1, text->len, f) == text->len;
    ok = fclose(f) == 0 && ok;
    if (!ok) unlink(path);
    return ok ? BM_OK : err_set(BM_EIO, "%s cannot be written: %s", path, strerror(errno));
}

/* Text that is no table and no JSON goes out as it is; control characters cannot come from a rule's line. */
static enum bm_rc run_rules_export(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct buf text;
    struct jsonw w;
    buf_init(&text, 0);
    enum bm_rc rc = open_branch(cli, &b);
    if (rc) return rc;
    rc = import_rules_export(&b, &text);
    branch_close(&b);
    if (!rc && args->count) rc = write_file(args->words[0], &text);
    if (!rc && !cli->json && args->count) cli_print(cli, "rules written to %s\n", args->words[0]);
    else if (!rc && !cli->json) cli_print(cli, "%s", buf_str(&text));
    if (!rc && cli->json) {
        cli_json(cli, &w);
        jsonw_object(&w);
        jsonw_put_text(&w, "file", args->count ? args->words[0] : NULL);
        jsonw_put_text(&w, "csv", buf_str(&text));
        jsonw_object_end(&w);
        rc = cli_json_end(cli, &w);
    }
    buf_free(&text);
    return rc;
}

/* --- laptops -------------------------------------------------------------------------------------------- */

static const struct cli_option device_options[] = {
    { "--name", "TEXT", "what people call it" },
    { NULL, NULL, NULL },
};

static enum bm_rc run_device_add(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    char code[SEAL_CODE_MAX] = "", text[ZONE_TEXT_MAX];
    int64_t until_s = 0;
    struct jsonw w;
    enum bm_rc rc = open_branch(cli, &b);
    if (rc) return rc;
    const char *name = cli_value(args, "--name");
    rc = device_add(&b, args->words[0], name ? name : args->words[0], code, &until_s);
    bool practice = b.practice;
    if (!rc && !cli->json) {
        cli_print(cli, "%s%s may enrol once until %s with the code\n\n    %s\n\n", practice ? "practice laptop " : "laptop ",
                  args->words[0], zone_text(until_s, text, sizeof text, ZONE_DATE_TIME), code);
        cli_print(cli, "on the laptop: bookmobile enroll URL %s\n", code);
    } else if (!rc) {
        cli_json(cli, &w);
        jsonw_object(&w);
        jsonw_put_text(&w, "device", args->words[0]);
        jsonw_put_text(&w, "code", code);
        jsonw_put_int(&w, "until_s", until_s);
        jsonw_put_bool(&w, "practice", practice);
        jsonw_object_end(&w);
        rc = cli_json_end(cli, &w);
    }
    seal_wipe(code, sizeof code);
    branch_close(&b);
    return rc;
}

static const char *device_state(struct stmt *s)
{
    return stmt_int(s, 4) != ENTRY_NONE ? "revoked" : stmt_int(s, 3) != ENTRY_NONE ? "enrolled" : "invited";
}

/* Rows of SQL_DEVICE_LIST: dev, name, practice, enrolled_ms, revoked_ms, last_sync_ms, entries. */
static void device_json(struct jsonw *w, struct stmt *s)
{
    jsonw_object(w);
    jsonw_put_text(w, "device", stmt_text(s, 0));
    jsonw_put_text(w, "name", stmt_text(s, 1));
    jsonw_put_bool(w, "practice", stmt_int(s, 2) == 1);
    jsonw_put_text(w, "state", device_state(s));
    jsonw_put_int(w, "enrolled_ms", stmt_int(s, 3));
    jsonw_put_int(w, "last_sync_ms", stmt_int(s, 5));
    jsonw_put_int(w, "entries", stmt_int(s, 6));
    jsonw_object_end(w);
}

/* All laptops, into a table or a JSON array that the caller began. */
static enum bm_rc each_device(struct branch *b, struct arena *a, struct cli_table *t, struct jsonw *w)
{
    struct stmt *s;
    char sync[ZONE_TEXT_MAX];
    enum bm_rc rc = db_get(b->db, SQL_DEVICE_LIST, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        if (w) device_json(w, s);
        else cli_table_row(t, stmt_text(s, 0), stmt_text(s, 1), device_state(s), time_text(stmt_int(s, 5), sync),
                           arena_printf(a, "%" PRId64, stmt_int(s, 6)));
    }
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc run_device_list(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct jsonw w;
    struct cli_table t;
    (void)args;
    enum bm_rc rc = open_branch(cli, &b);
    if (rc) return rc;
    if (cli->json) cli_json(cli, &w), jsonw_array(&w);
    else cli_table(&t, &cli->arena, "device", "name", "state", "last sync", ">entries", NULL);
    rc = each_device(&b, &cli->arena, &t, cli->json ? &w : NULL);
    if (cli->json) jsonw_array_end(&w);
    if (!rc) rc = cli->json ? cli_json_end(cli, &w) : cli_table_end(cli, &t);
    branch_close(&b);
    return rc;
}

/* --- serve ----------------------------------------------------------------------------------------------- */

static const struct cli_option serve_options[] = {
    { "--listen", "ADDR:PORT", "where to listen; 127.0.0.1:8480 if not given; port 0: any free one" },
    { "--cert", "FILE", "TLS certificate chain, PEM" },
    { "--key", "FILE", "its key, PEM" },
    { NULL, NULL, NULL },
};

struct serving {
    struct cli *cli;
    const char *address;
    bool tls;
};

static void on_ready(void *ctx, uint16_t port)
{
    struct serving *s = ctx;
    bool six = strchr(s->address, ':') != NULL;
    const char *scheme = s->tls ? "https" : "http", *left = six ? "[" : "", *right = six ? "]" : "";
    if (s->cli->json) { /* standard output waits for the one value at the end */
        cli_note(s->cli, "listening on %s://%s%s%s:%u", scheme, left, s->address, right, port);
        return;
    }
    cli_print(s->cli, "listening on %s://%s%s%s:%u\n", scheme, left, s->address, right, port);
    if (cli_flush(s->cli)) bm_assert(s->cli->written); /* told at the end */
}

/* "127.0.0.1:8480", "[::1]:8480", ":8480" */
static enum bm_rc read_listen(struct cli *cli, const char *text, const char **address, uint16_t *port)
{
    int64_t n = PORT_DEFAULT;
    *address = "127.0.0.1";
    *port = PORT_DEFAULT;
    if (!text) return BM_OK;
    const char *colon = strrchr(text, ':');
    if (!colon || !str_to_i64(colon + 1, 0, UINT16_MAX, &n)) return err_set(BM_EUSAGE, "--listen takes an address and a port, 127.0.0.1:8480");
    *port = (uint16_t)n;
    if (colon == text) return BM_OK;
    bool six = text[0] == '[' && colon[-1] == ']';
    *address = six ? arena_strndup(&cli->arena, text + 1, (size_t)(colon - text) - 2) : arena_strndup(&cli->arena, text, (size_t)(colon - text));
    return *address ? BM_OK : BM_ENOMEM;
}

static enum bm_rc run_serve(struct cli *cli, const struct cli_args *args)
{
    struct serving serving = { .cli = cli };
    struct server_options options = { .cert_file = cli_value(args, "--cert"), .key_file = cli_value(args, "--key"), .ready = on_ready, .ctx = &serving };
    struct jsonw w;
    if (!options.cert_file != !options.key_file) return err_set(BM_EUSAGE, "--cert and --key go together");
    enum bm_rc rc = read_listen(cli, cli_value(args, "--listen"), &options.address, &options.port);
    if (rc) return rc;
    serving.address = options.address;
    serving.tls = options.cert_file != NULL;
    rc = server_run(cli->data, &options);
    if (rc || !cli->json) return rc;
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_bool(&w, "ended", true);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

/* --- patrons ---------------------------------------------------------------------------------------------- */

static const struct cli_option bar_options[] = {
    { "--why", "TEXT", "reason, kept with the entry" },
    { NULL, NULL, NULL },
};

static enum bm_rc run_bar(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct desk_answer answer;
    struct jsonw w;
    struct buf json;
    bool bar = strcmp(args->command->name, "patron bar") == 0;
    struct desk_person person = { .card = args->words[0], .expires_s = ENTRY_NONE, .barred = bar };
    enum bm_rc rc = open_branch(cli, &b);
    if (rc) return rc;
    b.desk.why = cli_value(args, "--why");
    rc = desk_update_patron(&b.desk, &cli->arena, &person, &answer);
    branch_close(&b);
    if (rc) return rc;
    if (!cli->json) {
        cli_print(cli, "card %s: %s (slip %s)\n", answer.patron ? answer.patron : person.card, answer.word, answer.slip);
        return BM_OK;
    }
    buf_init(&json, 0);
    rc = desk_answer_json(&answer, true, &json);
    if (!rc) cli_json(cli, &w), jsonw_raw(&w, buf_str(&json)), rc = cli_json_end(cli, &w);
    buf_free(&json);
    return rc;
}

/* --- reports ------------------------------------------------------------------------------------------------ */

static const struct cli_option report_options[] = {
    { "--from", "DATE", "first day; four weeks up to today if not given" },
    { "--to", "DATE", "last day; today if not given" },
    { "--csv", NULL, "print comma-separated values" },
    { NULL, NULL, NULL },
};

static enum bm_rc read_days(struct branch *b, const struct cli_args *args, int64_t *from, int64_t *to)
{
    const char *first = cli_value(args, "--from"), *last = cli_value(args, "--to");
    *to = zone_day(journal_now_ms(&b->journal));
    if (last && zone_parse_date(last, to)) return err_set(BM_EUSAGE, "--to takes a date such as 2026-03-05");
    *from = *to - REPORT_DAYS_DEFAULT + 1;
    if (first && zone_parse_date(first, from)) return err_set(BM_EUSAGE, "--from takes a date such as 2026-03-05");
    return BM_OK;
}

/* Texts of a table's cells; an absent number is an empty cell. */
static const char *cell(struct arena *a, int64_t x)
{
    return x == ENTRY_NONE ? "" : arena_printf(a, "%" PRId64, x);
}

static const char *span(struct arena *a, int64_t from_s, int64_t to_s)
{
    char from[ZONE_TEXT_MAX], to[ZONE_TEXT_MAX];
    if (from_s == ENTRY_NONE) return "";
    zone_text(from_s, from, sizeof from, ZONE_TIME);
    if (to_s == ENTRY_NONE) return arena_printf(a, "%s-", from);
    return arena_printf(a, "%s-%s", from, zone_text(to_s, to, sizeof to, ZONE_TIME));
}

static enum bm_rc print_visits(struct cli *cli, const struct visit_report *r)
{
    struct cli_table t;
    struct arena *a = &cli->arena;
    cli_table(&t, a, "date", "stop", "planned", "actual", ">min", "status", ">open", ">lent", ">renewed", ">returned", ">holds",
              ">joined", ">visitors", NULL);
    for (size_t i = 0; i <= r->count; i++) {
        bool off = i == r->count;
        const struct visit_line *l = off ? NULL : &r->lines[i];
        const struct circ_counts *n = off ? &r->off_stop : &l->circ;
        char day[ZONE_TEXT_MAX] = "";
        if (l) zone_day_text(l->day, day, sizeof day);
        cli_table_row(&t, day, off ? "off stop" : l->stop, off ? "" : span(a, l->parr_s, l->pdep_s), off ? "" : span(a, l->arr_s, l->dep_s),
                      off ? "" : cell(a, l->deviation_min), off ? "" : visit_status_name(l->status), off ? "" : cell(a, l->open_min),
                      cell(a, n->checkouts), cell(a, n->renewals), cell(a, n->checkins), cell(a, n->holds), cell(a, n->registrations),
                      cell(a, n->visitors));
    }
    return cli_table_end(cli, &t);
}

static enum bm_rc print_stops(struct cli *cli, const struct stop_report *r, const struct visit_report *of)
{
    struct cli_table t;
    struct arena *a = &cli->arena;
    cli_table(&t, a, "stop", ">planned", ">made", ">missed", ">unplanned", ">min", ">open", ">lent", ">renewed", ">returned", ">holds",
              ">joined", ">visitors", NULL);
    for (size_t i = 0; i <= r->count; i++) {
        bool off = i == r->count;
        const struct stop_line *l = off ? NULL : &r->lines[i];
        const struct circ_counts *n = off ? &of->off_stop : &l->circ;
        cli_table_row(&t, off ? "off stop" : l->stop, off ? "" : cell(a, l->planned), off ? "" : cell(a, l->made),
                      off ? "" : cell(a, l->missed), off ? "" : cell(a, l->unscheduled), off ? "" : cell(a, l->deviation_min),
                      off ? "" : cell(a, l->open_min), cell(a, n->checkouts), cell(a, n->renewals), cell(a, n->checkins),
                      cell(a, n->holds), cell(a, n->registrations), cell(a, n->visitors));
    }
    return cli_table_end(cli, &t);
}

static enum bm_rc run_report(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct visit_report visits;
    struct stop_report stops;
    struct buf csv;
    struct jsonw w;
    int64_t from, to;
    bool by_stop = strcmp(args->command->name, "report stops") == 0;
    if (cli->json && cli_given(args, "--csv")) return err_set(BM_EUSAGE, "either --json or --csv");
    enum bm_rc rc = open_branch(cli, &b);
    if (rc) return rc;
    rc = read_days(&b, args, &from, &to);
    if (!rc) rc = report_visits(&b, from, to, journal_now_ms(&b.journal), &cli->arena, &visits);
    if (!rc && by_stop) rc = report_stops(&visits, &cli->arena, &stops);
    branch_close(&b);
    if (rc) return rc;
    if (cli->json) {
        cli_json(cli, &w);
        if (by_stop) report_stops_json(&stops, &visits, &w);
        else report_visits_json(&visits, &w);
        return cli_json_end(cli, &w);
    }
    if (!cli_given(args, "--csv")) return by_stop ? print_stops(cli, &stops, &visits) : print_visits(cli, &visits);
    buf_init(&csv, 0);
    if (by_stop) report_stops_csv(&stops, &visits, &csv);
    else report_visits_csv(&visits, &csv);
    rc = buf_rc(&csv);
    if (!rc) cli_print(cli, "%s", buf_str(&csv));
    buf_free(&csv);
    return rc;
}
