/* sync/commands_books.c -- see commands.h: closing the books of what is long past. */
#include <inttypes.h>

#include "sync/commands.h"
#include "sync/horizon.h"
#include "sync/redact.h"

/* --- horizon ----------------------------------------------------------------------------------------------- */

static const struct cli_option horizon_options[] = {
    { "--days", "N", "how many days back the books stay open; 90 if not given" },
    { "--advance", NULL, "move the horizon there, or as far as it may go" },
    { "--clock-is-right", NULL, "also if nothing came in for a long time, as when a clock was set ahead" },
    { NULL, NULL, NULL },
};

static enum bm_rc horizon_json(struct cli *cli, const struct horizon *h)
{
    struct jsonw w;
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_int(&w, "horizon_ms", h->now_ms);
    jsonw_put_int(&w, "wanted_ms", h->wanted_ms);
    jsonw_put_int(&w, "may_ms", h->may_ms);
    jsonw_put_bool(&w, "moved", h->moved);
    jsonw_key(&w, "held_by");
    jsonw_array(&w);
    for (size_t i = 0; i < h->hold_count; i++) {
        jsonw_object(&w);
        jsonw_put_text(&w, "device", h->holds[i].dev);
        jsonw_put_text(&w, "why", h->holds[i].why);
        jsonw_put_int(&w, "until_ms", h->holds[i].until_ms);
        jsonw_object_end(&w);
    }
    jsonw_array_end(&w);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

static enum bm_rc horizon_print(struct cli *cli, const struct horizon *h, bool advance)
{
    struct cli_table t;
    char text[ZONE_TEXT_MAX];
    if (h->now_ms == ENTRY_NONE)
        cli_print(cli, "the books were never closed: whatever comes late is put in its place\n");
    else
        cli_print(cli, "horizon%s: %s; what happened before it and comes now becomes an exception\n",
                  h->moved ? " moved" : "", commands_time(h->now_ms, text));
    if (!advance && h->may_ms > h->now_ms)
        cli_print(cli, "it may go to %s: branch horizon --advance\n", commands_time(h->may_ms, text));
    if (h->hold_count == 0) return BM_OK;
    cli_print(cli, "held back from %s by what may still come:\n", commands_time(h->wanted_ms, text));
    cli_table(&t, &cli->arena, "device", "why", "no later than", NULL);
    for (size_t i = 0; i < h->hold_count; i++)
        cli_table_row(&t, h->holds[i].dev, h->holds[i].why, commands_time(h->holds[i].until_ms, text));
    return cli_table_end(cli, &t);
}

static enum bm_rc run_horizon(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct horizon h;
    int64_t days;
    bool advance = cli_given(args, "--advance");
    enum bm_rc rc = cli_int(args, "--days", 1, HORIZON_DAYS_MAX, HORIZON_DAYS_DEFAULT, &days);
    if (!rc) rc = commands_open(cli, &b);
    if (rc) return rc;
    rc = advance ? horizon_advance(&b, days, cli_given(args, "--clock-is-right"), &cli->arena, &h) : horizon_look(&b, days, &cli->arena, &h);
    branch_close(&b);
    if (rc) return rc;
    return cli->json ? horizon_json(cli, &h) : horizon_print(cli, &h, advance);
}

/* --- redact ------------------------------------------------------------------------------------------------- */

static const struct cli_option redact_options[] = {
    { "--link-days", "N", "how many days after its end a loan or hold is kept with its patron; 90 unless saved otherwise" },
    { "--save", NULL, "keep N for later runs" },
    { "--dry-run", NULL, "only count" },
    { NULL, NULL, NULL },
};
static const char *const kind_words[STORY_KINDS] = { "loans", "holds", "acts" };

/* A moment, or null. */
static void put_moment(struct jsonw *w, const char *key, int64_t ms)
{
    jsonw_key(w, key);
    if (ms == ENTRY_NONE) jsonw_null(w);
    else jsonw_int(w, ms);
}

static int64_t kept_in_all(const struct redact *r, enum redact_keep why)
{
    int64_t n = 0;
    for (int kind = 0; kind < STORY_KINDS; kind++) n += r->kept[kind][why];
    return n;
}

static enum bm_rc redact_json(struct cli *cli, const struct redact *r, int64_t days, bool dry)
{
    struct jsonw w;
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_bool(&w, "dry_run", dry);
    jsonw_put_int(&w, "link_days", days);
    put_moment(&w, "horizon_ms", r->horizon_ms);
    put_moment(&w, "cut_before_ms", r->cut_ms);
    for (int kind = 0; kind < STORY_KINDS; kind++) jsonw_put_int(&w, kind_words[kind], r->cut[kind]);
    jsonw_put_int(&w, "payments", r->payments);
    jsonw_put_int(&w, "entries", r->entries);
    jsonw_put_int(&w, "asides", r->asides);
    jsonw_key(&w, "wait");
    jsonw_object(&w);
    for (int kind = 0; kind < STORY_KINDS; kind++) jsonw_put_int(&w, kind_words[kind], r->waits[kind]);
    jsonw_object_end(&w);
    jsonw_put_bool(&w, "log_left", r->log_left);
    jsonw_key(&w, "kept");
    jsonw_object(&w);
    for (int why = KEEP_NOT + 1; why < KEEP_COUNT; why++) {
        jsonw_key(&w, redact_keep_key((enum redact_keep)why));
        jsonw_object(&w);
        for (int kind = 0; kind < STORY_KINDS; kind++) jsonw_put_int(&w, kind_words[kind], r->kept[kind][why]);
        jsonw_object_end(&w);
    }
    jsonw_object_end(&w);
    jsonw_key(&w, "kept_ids");
    jsonw_array(&w);
    for (size_t i = 0; i < r->named_count; i++) jsonw_text(&w, r->named[i]);
    jsonw_array_end(&w);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

static enum bm_rc redact_print(struct cli *cli, const struct redact *r, int64_t days, bool dry)
{
    struct cli_table t;
    char text[ZONE_TEXT_MAX];
    if (r->horizon_ms == ENTRY_NONE)
        return cli_print(cli, "nothing is cut before the books are closed: branch horizon --advance\n"), BM_OK;
    cli_print(cli, "%s before %s%s: %" PRId64 " loans, %" PRId64 " holds, %" PRId64 " other acts, %" PRId64 " payments\n",
              dry ? "would be cut of what ended" : "cut of what ended", commands_time(r->cut_ms, text),
              r->cut_ms < r->wanted_ms ? " (the horizon)" : "", r->cut[STORY_LOAN], r->cut[STORY_HOLD], r->cut[STORY_ACT], r->payments);
    if (r->asides) cli_print(cli, "emptied: %" PRId64 " batches that had been stored aside\n", r->asides);
    if (r->log_left) cli_print(cli, "branch.db-wal is in use and still holds what was cut; run it again\n");
    int64_t waits = r->waits[STORY_LOAN] + r->waits[STORY_HOLD] + r->waits[STORY_ACT];
    if (waits) cli_print(cli, "wait, as money or staff's words about them are younger: %" PRId64 "\n", waits);
    bool any = false;
    for (int why = KEEP_NOT + 1; why < KEEP_COUNT; why++) any |= kept_in_all(r, (enum redact_keep)why) > 0;
    if (!any) return BM_OK;
    cli_print(cli, "over for %" PRId64 " days, and kept:\n", days);
    cli_table(&t, &cli->arena, ">loans", ">holds", ">acts", "because", NULL);
    for (int why = KEEP_NOT + 1; why < KEEP_COUNT; why++) {
        const int64_t kept[] = { r->kept[STORY_LOAN][why], r->kept[STORY_HOLD][why], r->kept[STORY_ACT][why] };
        if (kept_in_all(r, (enum redact_keep)why))
            cli_table_row(&t, commands_cell(&cli->arena, kept[0]), commands_cell(&cli->arena, kept[1]), commands_cell(&cli->arena, kept[2]),
                          redact_keep_words((enum redact_keep)why));
    }
    enum bm_rc rc = cli_table_end(cli, &t);
    for (size_t i = 0; i < r->named_count; i++) cli_print(cli, "kept as it is: %s\n", r->named[i]);
    return rc;
}

static enum bm_rc run_redact(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct redact r;
    int64_t days, saved;
    bool dry = cli_given(args, "--dry-run"), save = cli_given(args, "--save");
    if (save && !cli_given(args, "--link-days")) return err_set(BM_EUSAGE, "--save keeps what --link-days says; give both");
    enum bm_rc rc = cli_int(args, "--link-days", 1, REDACT_DAYS_MAX, 0, &days);
    if (!rc) rc = commands_open(cli, &b);
    if (rc) return rc;
    rc = redact_days(b.db, &saved);
    if (!rc && !cli_given(args, "--link-days")) days = saved;
    if (!rc && save) rc = redact_set_days(&b, days);
    if (!rc) rc = redact_run(&b, days, dry, &cli->arena, &r);
    branch_close(&b);
    if (rc) return rc;
    return cli->json ? redact_json(cli, &r, days, dry) : redact_print(cli, &r, days, dry);
}

/* --- their table ------------------------------------------------------------------------------------------- */

const struct cli_command commands_books[] = {
    { "Books", "horizon", "", "up to when the books are closed",
      "Acts that happened before the horizon and come later are not applied; they become exceptions "
      "(beyond_horizon), and staff do now what is still to be done. Money and registrations always "
      "count. It moves only forward, and no further than the last sync of any laptop that may still "
      "come and the oldest entry that could not be read; a laptop that was revoked is not waited for. Where nothing came in for "
      "40 days it does not move either, until somebody has looked at the clock.",
      horizon_options, 0, 0, run_horizon },
    { "Books", "redact", "", "cut the link from what came back to who had it",
      "Loans and holds that ended so many days ago, and before the horizon, become nobody's: the card goes from their entries, "
      "with free text, fines and payments of theirs that are settled. Kept as they are: what money is owed on, what an open "
      "exception is about, what is lost. Balances and sums stay. Run it every night, after: branch horizon --advance.",
      redact_options, 0, 0, run_redact },
    { 0 },
};
