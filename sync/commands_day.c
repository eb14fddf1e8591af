/* sync/commands_day.c -- see commands.h: one day on the road. */
#include "sync/commands.h"
#include "sync/daymap.h"

static enum bm_rc print_day(struct cli *cli, const struct daymap *map)
{
    struct cli_table t;
    struct arena *a = &cli->arena;
    char arr[ZONE_TEXT_MAX], dep[ZONE_TEXT_MAX];
    cli_table(&t, a, "laptop", "stop", "arrived", "left", ">km driven", "place", NULL);
    for (size_t i = 0; i < map->call_count; i++) {
        const struct day_call *c = &map->calls[i];
        const char *km = c->leg_m == ENTRY_NONE ? "" : arena_printf(a, "%.1f", (double)c->leg_m / 1e3);
        const char *place = c->lat_e6 == ENTRY_NONE || c->lon_e6 == ENTRY_NONE
                                ? ""
                                : arena_printf(a, "%.5f %.5f", (double)c->lat_e6 / 1e6, (double)c->lon_e6 / 1e6);
        if (!km || !place) return BM_ENOMEM;
        cli_table_row(&t, c->device ? c->device : c->dev, c->name ? c->name : c->stop ? c->stop : "",
                      zone_text(c->arr_s, arr, sizeof arr, ZONE_TIME), c->dep_s == ENTRY_NONE ? "" : zone_text(c->dep_s, dep, sizeof dep, ZONE_TIME),
                      km, place);
    }
    return cli_table_end(cli, &t);
}

static enum bm_rc run_day(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct daymap map;
    struct jsonw w;
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    int64_t now_ms = journal_now_ms(&b.journal), day = zone_day(now_ms);
    if (args->count && zone_parse_date(args->words[0], &day)) rc = err_set(BM_EUSAGE, "report day takes a date such as 2026-03-05");
    if (!rc) rc = daymap_load(&b, day, now_ms, &cli->arena, &map);
    branch_close(&b);
    if (rc) return rc;
    if (!cli->json) return print_day(cli, &map);
    cli_json(cli, &w);
    daymap_json(&map, &w);
    return cli_json_end(cli, &w);
}

const struct cli_command commands_day[] = {
    { "Reports", "report day", "[DATE]", "one day on the road: where each van stood, when, and how far it drove",
      "Today if no date is given. The JSON has the planned stops too. A laptop sends how far it drove, not the line that it drove.", NULL, 0, 1,
      run_day },
    { 0 },
};
