/* sync/commands_report.c -- see commands.h: what happened, and whether all of it hangs together. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sync/audit.h"
#include "sync/commands.h"
#include "sync/report.h"

enum {
    REPORT_DAYS_DEFAULT = 28,
    ENTRIES_DEFAULT = 50,
    ENTRIES_LIMIT_MAX = 1000000,
    SUMS_BYTES_MAX = 64 << 10
};

/* --- reports ------------------------------------------------------------------------------------------------ */

static const struct cli_option report_options[] = {
    { "--from", "DATE", "first day; four weeks up to today if not given" },
    { "--to", "DATE", "last day; today if not given" },
    { "--csv", NULL, "print comma-separated values" },
    { NULL, NULL, NULL },
};

static enum bm_rc read_days(struct branch *b, const struct cli_args *args, int64_t *from,
                            int64_t *to)
{
    const char *first = cli_value(args, "--from"), *last = cli_value(args, "--to");
    *to = zone_day(journal_now_ms(&b->journal));
    if (last && zone_parse_date(last, to))
        return err_set(BM_EUSAGE, "--to takes a date such as 2026-03-05");
    *from = *to - REPORT_DAYS_DEFAULT + 1;
    if (first && zone_parse_date(first, from))
        return err_set(BM_EUSAGE, "--from takes a date such as 2026-03-05");
    return BM_OK;
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
    const struct circ_counts *n = &r->off_stop;
    char day[ZONE_TEXT_MAX];
    cli_table(&t, a, "date", "stop", "planned", "actual", ">min", "status", ">open", ">lent",
              ">renewed", ">returned", ">holds", ">joined", ">visitors", NULL);
#define COUNTS(n)                                                                              \
    commands_cell(a, (n)->checkouts), commands_cell(a, (n)->renewals),                         \
        commands_cell(a, (n)->checkins), commands_cell(a, (n)->holds),                         \
        commands_cell(a, (n)->registrations), commands_cell(a, (n)->visitors)
    for (size_t i = 0; i < r->count; i++) {
        const struct visit_line *l = &r->lines[i];
        cli_table_row(&t, zone_day_text(l->day, day, sizeof day), l->stop,
                      span(a, l->parr_s, l->pdep_s), span(a, l->arr_s, l->dep_s),
                      commands_cell(a, l->deviation_min), visit_status_name(l->status),
                      commands_cell(a, l->open_min), COUNTS(&l->circ));
    }
    cli_table_row(&t, "", "off stop", "", "", "", "", "", COUNTS(n));
    return cli_table_end(cli, &t);
}

static enum bm_rc print_stops(struct cli *cli, const struct stop_report *r,
                              const struct visit_report *of)
{
    struct cli_table t;
    struct arena *a = &cli->arena;
    const struct circ_counts *n = &of->off_stop;
    cli_table(&t, a, "stop", ">planned", ">made", ">missed", ">suspended", ">unplanned", ">min", ">open",
              ">lent", ">renewed", ">returned", ">holds", ">joined", ">visitors", NULL);
    for (size_t i = 0; i < r->count; i++) {
        const struct stop_line *l = &r->lines[i];
        cli_table_row(&t, l->stop, commands_cell(a, l->planned), commands_cell(a, l->made),
                      commands_cell(a, l->missed), commands_cell(a, l->suspended),
                      commands_cell(a, l->unscheduled),
                      commands_cell(a, l->deviation_min), commands_cell(a, l->open_min),
                      COUNTS(&l->circ));
    }
    cli_table_row(&t, "off stop", "", "", "", "", "", "", "", COUNTS(n));
#undef COUNTS
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
    if (cli->json && cli_given(args, "--csv"))
        return err_set(BM_EUSAGE, "either --json or --csv");
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    rc = read_days(&b, args, &from, &to);
    if (!rc) rc = report_visits(&b, from, to, journal_now_ms(&b.journal), &cli->arena, &visits);
    if (!rc && by_stop) rc = report_stops(&visits, &cli->arena, &stops);
    branch_close(&b);
    if (rc) return rc;
    if (cli->json) {
        cli_json(cli, &w);
        if (by_stop)
            report_stops_json(&stops, &visits, &w);
        else
            report_visits_json(&visits, &w);
        return cli_json_end(cli, &w);
    }
    if (!cli_given(args, "--csv"))
        return by_stop ? print_stops(cli, &stops, &visits) : print_visits(cli, &visits);
    buf_init(&csv, 0);
    if (by_stop)
        report_stops_csv(&stops, &visits, &csv);
    else
        report_visits_csv(&visits, &csv);
    rc = buf_rc(&csv);
    if (!rc) cli_print(cli, "%s", buf_str(&csv));
    buf_free(&csv);
    return rc;
}

/* --- loans ------------------------------------------------------------------------------------------------- */

static const struct cli_option loans_options[] = {
    { "--csv", NULL, "print comma-separated values" },
    { NULL, NULL, NULL },
};

/* Who has what: numbers only, names belong on the desk's screen. */
static enum bm_rc run_loans(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct jsonw w;
    struct cli_table t;
    struct stmt *s;
    bool csv = cli_given(args, "--csv");
    if (cli->json && csv) return err_set(BM_EUSAGE, "either --json or --csv");
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    if (cli->json)
        cli_json(cli, &w), jsonw_array(&w);
    else if (csv)
        cli_print(cli, "item,card,since,due\n");
    else
        cli_table(&t, &cli->arena, "item", "card", "since", "due", NULL);
    rc = db_get(b.db, SQL_REPORT_LOANS, &s, NULL);
    while (!rc && (rc = stmt_next(s)) == BM_OK) {
        char since[ZONE_TEXT_MAX], due[ZONE_TEXT_MAX];
        zone_text(stmt_int(s, 2) / 1000, since, sizeof since, ZONE_DATE_TIME);
        zone_text(stmt_int(s, 3), due, sizeof due, ZONE_DATE);
        if (csv) cli_print(cli, "%s,%s,%s,%s\n", stmt_text(s, 0), stmt_text(s, 1), since, due);
        if (!csv && !cli->json) cli_table_row(&t, stmt_text(s, 0), stmt_text(s, 1), since, due);
        if (!cli->json) continue;
        jsonw_object(&w);
        jsonw_put_text(&w, "item", stmt_text(s, 0));
        jsonw_put_text(&w, "card", stmt_text(s, 1));
        jsonw_put_int(&w, "out_ms", stmt_int(s, 2));
        jsonw_put_int(&w, "due", stmt_int(s, 3));
        jsonw_put_int(&w, "renewals", stmt_int(s, 4));
        jsonw_object_end(&w);
    }
    if (rc == BM_ENOTFOUND) rc = BM_OK;
    branch_close(&b);
    if (rc || csv) return rc;
    if (cli->json) jsonw_array_end(&w);
    return cli->json ? cli_json_end(cli, &w) : cli_table_end(cli, &t);
}

/* --- entries ------------------------------------------------------------------------------------------------------------- */

static const struct cli_option entries_options[] = {
    { "--device", "NAME", "of one device only; `branch` is the branch's own desk" },
    { "--limit", "N", "at most so many, the newest; 50 if not given" },
    { NULL, NULL, NULL },
};

/* Of an entry that has no reading: bookkeeping, or not understood. */
static const char *op_of(struct arena *a, const char *body)
{
    struct entry e;
    return entry_read(body, strlen(body), false, a, &e) == BM_OK ? op_name(e.op) : "";
}

/* A slip in the name would look like a laptop that did nothing. */
static enum bm_rc check_device(struct branch *b, const char *dev)
{
    struct stmt *s;
    if (!dev || str_eq(dev, "branch")) return BM_OK; /* its own desk */
    enum bm_rc rc = db_get(b->db, SQL_DEVICE_GET, &s, "dev", 's', dev, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? err_set(rc, "no laptop is called %s here; see: device list", dev) : rc;
    stmt_done(s);
    return BM_OK;
}

static enum bm_rc run_entries(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct jsonw w;
    struct cli_table t;
    struct stmt *s;
    int64_t limit;
    enum bm_rc rc = cli_int(args, "--limit", 1, ENTRIES_LIMIT_MAX, ENTRIES_DEFAULT, &limit);
    if (!rc) rc = commands_open(cli, &b);
    if (rc) return rc;
    rc = check_device(&b, cli_value(args, "--device"));
    if (rc) {
        branch_close(&b);
        return rc;
    }
    if (cli->json)
        cli_json(cli, &w), jsonw_array(&w);
    else
        cli_table(&t, &cli->arena, "entry", "time", "act", "came out", NULL);
    rc = db_get(b.db, SQL_REPORT_ENTRIES, &s, "dev", 's', cli_value(args, "--device"), "count",
                'i', limit, NULL);
    while (!rc && (rc = stmt_next(s)) == BM_OK) {
        const char *op =
            stmt_text(s, 3) ? stmt_text(s, 3) : op_of(&cli->arena, stmt_text(s, 6));
        char time[ZONE_TEXT_MAX],
            *id = arena_printf(&cli->arena, "%s.%s.%" PRId64, stmt_text(s, 0), stmt_text(s, 1),
                               stmt_int(s, 2));
        if (!cli->json) {
            cli_table_row(&t, id, commands_time(stmt_int(s, 4), time), op, stmt_text(s, 5));
            continue;
        }
        jsonw_object(&w);
        jsonw_put_text(&w, "entry", id);
        jsonw_put_int(&w, "time_ms", stmt_int(s, 4));
        jsonw_put_text(&w, "op", op);
        jsonw_put_text(&w, "outcome", stmt_text(s, 5));
        jsonw_object_end(&w);
    }
    if (rc == BM_ENOTFOUND) rc = BM_OK;
    branch_close(&b);
    if (cli->json) jsonw_array_end(&w);
    return rc ? rc : cli->json ? cli_json_end(cli, &w) : cli_table_end(cli, &t);
}

/* --- verify, digest ------------------------------------------------------------------------------------------------ */

static enum bm_rc print_audit(struct cli *cli, const struct audit *au)
{
    struct jsonw w;
    char text[ZONE_TEXT_MAX];
    if (!cli->json) {
        cli_print(cli,
                  "%" PRId64 " entries of %" PRId64 " devices, %" PRId64
                  " imports with %" PRId64 " rows, %" PRId64 " acts folded anew\n",
                  au->entries, au->devices, au->observes, au->rows, au->readings);
        if (au->cut_ms != ENTRY_NONE)
            cli_print(cli, "links from loans to patrons are cut up to %s, in %" PRId64 " entries and rows\n", commands_time(au->cut_ms, text),
                      au->husks);
        for (size_t i = 0; i < au->problem_count; i++)
            cli_print(cli, "PROBLEM: %s\n", au->texts[i]);
        if (au->problem_count)
            cli_print(cli, "not clean: %zu problems\n", au->problem_count);
        else
            cli_print(cli, "clean\n");
        return BM_OK;
    }
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_bool(&w, "clean", au->problem_count == 0);
    jsonw_put_int(&w, "devices", au->devices);
    jsonw_put_int(&w, "entries", au->entries);
    jsonw_put_int(&w, "imports", au->observes);
    jsonw_put_int(&w, "rows", au->rows);
    jsonw_put_int(&w, "acts", au->readings);
    jsonw_key(&w, "links_cut_ms");
    if (au->cut_ms == ENTRY_NONE) jsonw_null(&w);
    else jsonw_int(&w, au->cut_ms);
    jsonw_put_int(&w, "husks", au->husks);
    jsonw_key(&w, "problems");
    jsonw_array(&w);
    for (size_t i = 0; i < au->problem_count; i++) jsonw_text(&w, au->texts[i]);
    jsonw_array_end(&w);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

static enum bm_rc run_verify(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct audit au;
    (void)args;
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    rc = audit_run(&b, &cli->arena, &au);
    branch_close(&b);
    if (!rc) rc = print_audit(cli, &au);
    return rc ? rc : au.problem_count ? cli_told(cli, BM_ECORRUPT) : BM_OK;
}

/* {"item":"hex",...} as lines of words. */
static void print_flat(struct cli *cli, const char *heading, const char *json)
{
    cli_print(cli, "%s\n  ", heading);
    for (; *json; json++) {
        if (*json == ',')
            cli_print(cli, "\n  ");
        else if (*json == ':')
            cli_print(cli, " ");
        else if (!strchr("{}\"", *json))
            cli_print(cli, "%c", *json);
    }
    cli_print(cli, "\n");
}

static enum bm_rc run_digest(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct buf feed, state;
    struct jsonw w;
    (void)args;
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    buf_init(&feed, SUMS_BYTES_MAX);
    buf_init(&state, SUMS_BYTES_MAX);
    rc = audit_digests(&b, &feed, &state);
    branch_close(&b);
    if (!rc && !cli->json) {
        print_flat(cli, "what laptops hold", buf_str(&feed));
        print_flat(cli, "what the entries led to", buf_str(&state));
    } else if (!rc) {
        cli_json(cli, &w);
        jsonw_object(&w);
        jsonw_key(&w, "feed"), jsonw_raw(&w, buf_str(&feed));
        jsonw_key(&w, "state"), jsonw_raw(&w, buf_str(&state));
        jsonw_object_end(&w);
        rc = cli_json_end(cli, &w);
    }
    buf_free(&feed), buf_free(&state);
    return rc;
}

/* --- their table ------------------------------------------------------------------------------------------- */

const struct cli_command commands_report[] = {
    { "Reports", "report visits", "", "visits planned against actual, and what was lent there",
      "Acts of laptops belong to the visit during which they happened, from ten minutes before "
      "it to ten minutes after.",
      report_options, 0, 0, run_report },
    { "Reports", "report stops", "", "the same, summed over each stop",
      "The column min is the mean deviation of arrivals, early or late.", report_options, 0, 0,
      run_report },
    { "Reports", "report loans", "", "who has what", "Open loans, by item.", loans_options, 0, 0, run_loans },
    { "Reports", "entries", "", "entries and how they came out", "", entries_options, 0, 0,
      run_entries },
    { "Checks", "verify", "", "check every chain, every import and every table",
      "Exit status 3 and what differs, if something does.", NULL, 0, 0, run_verify },
    { "Checks", "digest", "", "sums of all rows, to compare",
      "The first sums are compared with a laptop's; the others with another branch that has "
      "the same entries.",
      NULL, 0, 0, run_digest },
    { 0 },
};
