/* sync/commands_books.c -- see commands.h: closing the books of what is long past. */
#include <inttypes.h>

#include "sync/commands.h"
#include "sync/horizon.h"

/* --- horizon ----------------------------------------------------------------------------------------------- */

static const struct cli_option horizon_options[] = {
    { "--days", "N", "how many days back the books stay open; 90 if not given" },
    { "--advance", NULL, "move the horizon there, or as far as it may go" },
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
    rc = advance ? horizon_advance(&b, days, &cli->arena, &h) : horizon_look(&b, days, &cli->arena, &h);
    branch_close(&b);
    if (rc) return rc;
    return cli->json ? horizon_json(cli, &h) : horizon_print(cli, &h, advance);
}

/* --- their table ------------------------------------------------------------------------------------------- */

const struct cli_command commands_books[] = {
    { "Books", "horizon", "", "up to when the books are closed",
      "Acts that happened before the horizon and come later are not applied; they become exceptions "
      "(beyond_horizon), and staff do now what is still to be done. Money and registrations always "
      "count. It moves only forward, and no further than the last sync of any laptop that may still "
      "come and the oldest entry that could not be read; a laptop that was revoked is not waited for.",
      horizon_options, 0, 0, run_horizon },
    { 0 },
};
