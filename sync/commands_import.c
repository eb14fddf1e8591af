/* sync/commands_import.c -- see commands.h: what a library brings along, and its rules. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sync/commands.h"
#include "sync/import.h"

enum { BAD_SHOWN_MAX = 20 /* records left out that are told one by one */ };

/* A date (its end, or now if that is earlier), or a date and time. */
static enum bm_rc read_moment(struct branch *b, const char *option, const char *text,
                              int64_t *ms)
{
    int64_t day, now = journal_now_ms(&b->journal);
    *ms = ENTRY_NONE;
    if (!text) return BM_OK;
    enum bm_rc rc = zone_parse_date(text, &day);
    if (rc)
        rc = zone_parse_time(text, ms);
    else
        *ms = zone_day_end_s(day) * 1000;
    if (rc)
        return err_set(BM_EUSAGE, "%s takes a time such as 2026-03-05 or 2026-03-05 18:30",
                       option);
    if (zone_day(*ms) == zone_day(now) && *ms > now && strlen(text) == 10) *ms = now;
    return BM_OK;
}

/* --- imports ------------------------------------------------------------------------------------------ */

struct told {
    struct cli *cli;
    int64_t bad;
};

static void on_bad(void *ctx, const char *where, int64_t number, const char *reason)
{
    struct told *told = ctx;
    if (told->bad++ < BAD_SHOWN_MAX)
        cli_note(told->cli, "%s %" PRId64 " left out: %s", where, number, reason);
}

static void on_progress(void *ctx, int64_t done)
{
    cli_progress(((struct told *)ctx)->cli, "read", done, 0);
}

static enum bm_rc print_import(struct cli *cli, const struct import_result *r)
{
    char id[EID_TEXT_MAX], text[COMMANDS_KEY_MAX];
    struct jsonw w;
    eid_text(&r->entry, id);
    if (!cli->json) {
        for (size_t i = 0; i < r->count_count; i++)
            if (i == 0 || r->counts[i].count)
                cli_print(cli, "%s%" PRId64 " %s", i ? ", " : "", r->counts[i].count,
                          r->counts[i].name);
        cli_print(cli, "; as of %s, entry %s\n", commands_time(r->asof_ms, text), id);
        if (r->superseded)
            cli_print(cli, "kept, but not in force: a file of a later date stands\n");
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
    for (size_t i = 0; i < r->count_count; i++)
        jsonw_put_int(&w, commands_key(r->counts[i].name, text), r->counts[i].count);
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

typedef enum bm_rc import_function(struct branch *b, const char *path,
                                   const struct import_how *how, struct import_result *out);

static const struct {
    const char *command;
    import_function *run;
} importers[] = {
    { "import patrons", import_patrons }, { "import loans", import_loans },
    { "import holds", import_holds },     { "import calendar", import_calendar },
    { "import routes", import_routes },   { "rules import", import_rules },
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
        if (layout && strcmp(layout, "evergreen852") == 0)
            items = MARC_ITEMS_EVERGREEN852;
        else if (!layout || strcmp(layout, "koha952") != 0)
            return err_set(BM_EUSAGE, "say where copies stand in the records: --items koha952 "
                                      "or --items evergreen852");
    }
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    rc = read_moment(&b, "--as-of", cli_value(args, "--as-of"), &how.asof_ms);
    if (!rc)
        rc = marc ? import_marc(&b, args->words[0], items, &how, &result)
                  : importers[which].run(&b, args->words[0], &how, &result);
    if (told.bad > BAD_SHOWN_MAX)
        cli_note(cli, "and %" PRId64 " more left out", told.bad - BAD_SHOWN_MAX);
    if (!rc) rc = print_import(cli, &result);
    branch_close(&b);
    return rc;
}

static enum bm_rc write_file(const char *path, const struct buf *text)
{
    FILE *f = fopen(path, "wx");
    if (!f)
        return err_set(errno == EEXIST ? BM_EEXISTS : BM_EIO, "%s: %s", path, strerror(errno));
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
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    rc = import_rules_export(&b, &text);
    branch_close(&b);
    if (!rc && args->count) rc = write_file(args->words[0], &text);
    if (!rc && !cli->json && args->count)
        cli_print(cli, "rules written to %s\n", args->words[0]);
    else if (!rc && !cli->json)
        cli_print(cli, "%s", buf_str(&text));
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

#define CSV_HELP                                                                               \
    "The columns may stand in any order, others are passed over. A line that cannot be taken " \
    "is told with its number "                                                                 \
    "and the rest go on; a file that lacks a column changes nothing."

const struct cli_command commands_import[] = {
    { "Imports", "import marc", "FILE", "titles and copies from MARC records",
      "Reads ISO 2709 or MARCXML, MARC-8 or UTF-8. A record that cannot be read is told with "
      "its number and the rest go on.",
      marc_options, 1, 1, run_import },
    { "Imports", "import patrons", "FILE", "patrons from CSV, with Koha's column names",
      CSV_HELP, csv_options, 1, 1, run_import },
    { "Imports", "import loans", "FILE", "open loans from CSV", CSV_HELP, csv_options, 1, 1,
      run_import },
    { "Imports", "import holds", "FILE", "waiting holds from CSV", CSV_HELP, csv_options, 1, 1,
      run_import },
    { "Imports", "import calendar", "FILE", "closed days from CSV, all of them",
      CSV_HELP " The newest file stands, it is not added to older ones.", csv_options, 1, 1,
      run_import },
    { "Imports", "import routes", "FILE", "the timetable from CSV, all of it",
      CSV_HELP " The newest file stands, it is not added to older ones.", csv_options, 1, 1,
      run_import },
    { "Rules", "rules import", "FILE", "loan rules from CSV, all of them",
      "The first row names the columns, in any order: branch, category, itype and loan, and as "
      "many of the others as are wanted. All there are: " POLICY_RULE_HEADER ". An unknown "
      "column is refused. All rows or none are taken; the newest file stands.",
      csv_options, 1, 1, run_import },
    { "Rules", "rules export", "[FILE]", "loan rules as CSV",
      "As rules import takes them, with every column; to standard output if no file is named.", NULL, 0, 1,
      run_rules_export },
    { 0 },
};
