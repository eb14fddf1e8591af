/* mobile/commands_manifest.c -- see road.h: manifests on the command line. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "common/deskcmd_priv.h"
#include "mobile/manifest.h"
#include "mobile/road.h"

#define SCANNED_OPTION                                                                            \
    {                                                                                          \
        "--from", "FILE", "barcodes, one a line; - is standard input (a scanner)"              \
    }
static const struct cli_option check_options[] = {
    SCANNED_OPTION,
    { "--record", NULL, "what was not expected is aboard from now on" },
    { "--missing", NULL, "with --record: what was not found is missing from now on" },
    { "--all", NULL, "list also what is aboard as expected" },
    { NULL, NULL, NULL },
};
static const struct cli_option load_options[] = {
    SCANNED_OPTION,
    { "--day", "DATE", "the day it is loaded for (today)" },
    { NULL, NULL, NULL },
};
static const struct cli_option unload_options[] = {
    SCANNED_OPTION,
    { "--to", "PLACE", "where to; otherwise the branch" },
    { NULL, NULL, NULL },
};

static enum bm_rc read_list(struct cli *cli, const struct cli_args *args, struct manifest *m)
{
    const char *path = cli_value(args, "--from");
    if (!path) return err_set(BM_EUSAGE, "say where the barcodes are: --from FILE, or --from -");
    if (str_eq(path, "-")) return manifest_read(cli->in, &cli->arena, m);
    FILE *in = fopen(path, "r");
    if (!in) return err_set(BM_ENOTFOUND, "%s: %s", path, strerror(errno));
    enum bm_rc rc = manifest_read(in, &cli->arena, m);
    fclose(in);
    return rc;
}

/* --- told ------------------------------------------------------------------------------------ */

static void put_copy(struct jsonw *w, struct arena *a, const struct manifest_copy *c)
{
    static const struct {
        unsigned bit;
        const char *word;
    } words[] = { { ALERT_UNKNOWN, "unknown" },     { ALERT_ON_LOAN, "on_loan" },
                  { ALERT_COND, "condition" },      { ALERT_ELSEWHERE, "elsewhere" },
                  { ALERT_ASIDE, "aside" },         { ALERT_SLIP, "slip" } };
    jsonw_object(w);
    jsonw_put_text(w, "item", c->item);
    jsonw_put_text(w, "callno", c->callno);
    jsonw_put_text(w, "name", c->name);
    jsonw_put_text(w, "author", c->author);
    jsonw_put_text(w, "place", c->place);
    jsonw_put_text(w, "cond", c->cond);
    jsonw_put_text(w, "card", c->card);
    jsonw_put_text(w, "pickup", c->pickup);
    jsonw_key(w, "alerts");
    jsonw_array(w);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (c->alerts & words[i].bit) jsonw_text(w, words[i].word);
    jsonw_array_end(w);
    jsonw_put_text(w, "message", manifest_alert_text(a, c));
    jsonw_put_text(w, "entry", c->entry);
    jsonw_object_end(w);
}

static void put_bad(struct jsonw *w, const struct manifest *m)
{
    jsonw_put_int(w, "lines", (int64_t)m->scanned.count);
    jsonw_put_int(w, "again", m->again_count);
    jsonw_key(w, "bad");
    jsonw_array(w);
    for (size_t i = 0; i < m->bad_count; i++) {
        jsonw_object(w);
        jsonw_put_int(w, "line", m->bad[i].line);
        jsonw_put_text(w, "message", m->bad[i].why);
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
}

static void print_bad(struct cli *cli, const struct manifest *m)
{
    for (size_t i = 0; i < m->bad_count; i++)
        cli_print(cli, "line %" PRId64 " %s\n", m->bad[i].line, m->bad[i].why);
    if (m->again_count)
        cli_print(cli, "%" PRId64 " line%s of copies scanned before\n", m->again_count,
                  m->again_count == 1 ? "" : "s");
}

static void row(struct cli *cli, struct cli_table *t, const struct manifest_copy *c)
{
    cli_table_row(t, c->callno, c->item,
                  deskcmd_title(&cli->arena, c->name, c->author, "(not known)"),
                  manifest_alert_text(&cli->arena, c), c->entry ? "recorded" : "");
}

static enum bm_rc print_copies(struct cli *cli, const char *heading, const struct manifest_copy *copies,
                               const size_t *which, size_t count)
{
    struct cli_table t;
    if (count == 0) return BM_OK;
    cli_print(cli, "%s\n", heading);
    cli_table(&t, &cli->arena, "CALL NUMBER", "ITEM", "TITLE", "", "", NULL);
    for (size_t i = 0; i < count; i++) row(cli, &t, &copies[which ? which[i] : i]);
    return cli_table_end(cli, &t);
}

/* Lines that could not be taken are the reason to exit otherwise than by 0. */
static enum bm_rc verdict(struct cli *cli, const struct manifest *m, bool moved)
{
    bool left = m->bad_count > 0;
    for (size_t i = 0; moved && i < m->scanned.count; i++) left |= m->scanned.copies[i].entry == NULL;
    return left ? cli_told(cli, BM_EREFUSED) : BM_OK;
}

/* --- check ------------------------------------------------------------------------------------- */

static enum bm_rc check_json(struct cli *cli, const struct manifest *m, const char *place)
{
    struct jsonw w;
    const struct {
        const char *key;
        const struct manifest_copy *copies;
        const size_t *which;
        size_t count;
    } lists[] = { { "present", m->scanned.copies, m->present, m->present_count },
                  { "missing", m->missing.copies, NULL, m->missing.count },
                  { "unexpected", m->scanned.copies, m->surprise, m->surprise_count } };
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "place", place);
    put_bad(&w, m);
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        jsonw_key(&w, lists[k].key);
        jsonw_array(&w);
        for (size_t i = 0; i < lists[k].count; i++)
            put_copy(&w, &cli->arena, &lists[k].copies[lists[k].which ? lists[k].which[i] : i]);
        jsonw_array_end(&w);
    }
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

static enum bm_rc print_check(struct cli *cli, const struct cli_args *args, const struct manifest *m)
{
    enum bm_rc rc = BM_OK;
    print_bad(cli, m);
    if (cli_given(args, "--all")) rc = print_copies(cli, "ABOARD", m->scanned.copies, m->present, m->present_count);
    if (!rc) rc = print_copies(cli, "MISSING", m->missing.copies, NULL, m->missing.count);
    if (!rc) rc = print_copies(cli, "NOT EXPECTED", m->scanned.copies, m->surprise, m->surprise_count);
    cli_print(cli, "%zu aboard as expected, %zu missing, %zu not expected%s\n", m->present_count, m->missing.count,
              m->surprise_count, cli_given(args, "--record") ? "" : "; nothing was changed");
    return rc;
}

static enum bm_rc run_check(struct cli *cli, const struct cli_args *args)
{
    struct laptop l;
    struct manifest m;
    if (cli_given(args, "--missing") && !cli_given(args, "--record"))
        return err_set(BM_EUSAGE, "--missing goes with --record");
    enum bm_rc rc = read_list(cli, args, &m);
    if (!rc) rc = road_open(cli, &l);
    if (rc) return rc;
    rc = manifest_check(&l, &cli->arena, &m);
    if (!rc && cli_given(args, "--record"))
        rc = manifest_record(&l, &cli->arena, &m, cli_given(args, "--missing"));
    if (!rc) rc = cli->json ? check_json(cli, &m, l.desk.place) : print_check(cli, args, &m);
    laptop_close(&l);
    return rc ? rc : verdict(cli, &m, false);
}

/* --- load, unload -------------------------------------------------------------------------------- */

static enum bm_rc tell_move(struct cli *cli, const struct manifest *m, const char *done, const char *to)
{
    struct jsonw w;
    size_t moved = 0, alerted = 0;
    size_t *which = ARENA_NEWS(&cli->arena, size_t, m->scanned.count + 1);
    if (!which) return BM_ENOMEM;
    for (size_t i = 0; i < m->scanned.count; i++) {
        moved += m->scanned.copies[i].entry != NULL;
        if (m->scanned.copies[i].alerts) which[alerted++] = i;
    }
    if (cli->json) {
        cli_json(cli, &w);
        jsonw_object(&w);
        jsonw_put_text(&w, "to", to);
        jsonw_put_int(&w, "moved", (int64_t)moved);
        put_bad(&w, m);
        jsonw_key(&w, "copies");
        jsonw_array(&w);
        for (size_t i = 0; i < m->scanned.count; i++) put_copy(&w, &cli->arena, &m->scanned.copies[i]);
        jsonw_array_end(&w);
        jsonw_object_end(&w);
        return cli_json_end(cli, &w);
    }
    print_bad(cli, m);
    enum bm_rc rc = print_copies(cli, "LOOK AT THESE", m->scanned.copies, which, alerted);
    cli_print(cli, "%s  %zu to %s\n", done, moved, to);
    return rc;
}

static enum bm_rc run_move(struct cli *cli, const struct cli_args *args)
{
    struct laptop l;
    struct manifest m;
    bool loads = str_eq(args->command->name, "manifest load");
    const char *day_text = loads ? cli_value(args, "--day") : NULL;
    int64_t day = 0;
    if (day_text && zone_parse_date(day_text, &day))
        return err_set(BM_EUSAGE, "--day takes a date such as 2026-10-05");
    enum bm_rc rc = read_list(cli, args, &m);
    if (!rc) rc = road_open(cli, &l);
    if (rc) return rc;
    const char *to = loads                      ? l.desk.place
                     : cli_given(args, "--to") ? cli_value(args, "--to")
                                                : l.branch;
    rc = laptop_current(&l);
    if (!rc && !day_text) day = zone_day(journal_now_ms(&l.journal));
    if (!rc && !to) rc = err_set(BM_EUSAGE, "say where to: --to PLACE");
    if (!rc) rc = manifest_move(&l, &cli->arena, &m, to, day);
    if (!rc) rc = tell_move(cli, &m, loads ? "LOADED" : "UNLOADED", to);
    laptop_close(&l);
    return rc ? rc : verdict(cli, &m, true);
}

const struct cli_command manifest_commands[] = {
    { "Stock", "manifest check", "--from FILE", "compare what is aboard with what should be",
      "Scan every copy aboard. Tells what should be aboard and is not, and what is and should not: with call number and title. "
      "Changes nothing, but with --record. At most 5000 lines; lines that are no barcodes are named by number, and exit status "
      "1 says that there were some.",
      check_options, 0, 0, run_check },
    { "Stock", "manifest load", "--from FILE", "take copies aboard by scanning them",
      "Every copy is aboard from now on. Tells which need a look: on loan, not in order, set aside for a stop that is not on the "
      "day's route. What is not known here is left out.",
      load_options, 0, 0, run_move },
    { "Stock", "manifest unload", "--from FILE", "take copies off the van by scanning them",
      "Every copy is at the branch from now on, or at PLACE.", unload_options, 0, 0, run_move },
    { NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL },
};
