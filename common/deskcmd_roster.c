/* common/deskcmd_roster.c -- see deskcmd.h: patrons who have no card with them. */
#include "common/calendar.h"
#include "common/deskcmd_priv.h"
#include "common/roster.h"

enum { FIND_LIMIT = 50 };

const struct cli_option deskcmd_find_options[] = {
    { "--stop", "STOP", "only those of this stop: its key, or a part of its name" },
    { "--group", "NAME", "only those of this class or deposit collection (see patron groups)" },
    { "--limit", "N", "no more than N patrons (50)" },
    END_OPTION,
};
const struct cli_option deskcmd_groups_options[] = {
    { "--stop", "STOP", "count only patrons of this stop: its key, or a part of its name" },
    END_OPTION,
};

/* A stop as the timetable has it; one that only patrons name (imported so) by its very name. */
static enum bm_rc named_stop(struct db *db, const char *named, struct arena *a, const char **out)
{
    struct stmt *s;
    *out = NULL;
    enum bm_rc rc = named ? calendar_stop_named(db, named, a, out) : BM_OK;
    if (rc != BM_ENOTFOUND) return rc;
    rc = db_get(db, SQL_ROSTER_STOP_USED, &s, "stop", 's', named, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? err_set(rc, "no stop is called %s here", named) : rc;
    *out = stmt_copy(s, 0, a);
    stmt_done(s);
    return *out ? BM_OK : BM_ENOMEM;
}

/* --- find ---------------------------------------------------------------------------------- */

static void json_row(struct jsonw *w, const struct roster_row *r, bool expired)
{
    jsonw_object(w);
    jsonw_put_text(w, "card", r->card);
    jsonw_put_text(w, "name", r->name);
    jsonw_put_text(w, "category", r->category);
    jsonw_put_text(w, "stop", r->stop);
    jsonw_put_text(w, "group", r->group);
    jsonw_put_int(w, "loans", r->loans);
    jsonw_put_bool(w, "barred", r->barred);
    jsonw_put_int(w, "expires", r->expires_s);
    jsonw_put_bool(w, "expired", expired);
    jsonw_object_end(w);
}

static enum bm_rc tell_roster(struct cli *cli, const struct roster *found, int64_t now_s)
{
    struct jsonw w;
    struct cli_table t;
    cli_table(&t, &cli->arena, "CARD", "NAME", "CATEGORY", "STOP", "GROUP", ">LOANS", "", NULL);
    if (cli->json) cli_json(cli, &w), jsonw_array(&w);
    for (size_t i = 0; i < found->count; i++) {
        const struct roster_row *r = &found->rows[i];
        bool expired = r->expires_s != ENTRY_NONE && r->expires_s < now_s;
        if (cli->json) json_row(&w, r, expired);
        else
            cli_table_row(&t, r->card, r->name, r->category, r->stop, r->group, arena_printf(&cli->arena, "%lld", (long long)r->loans),
                          r->barred ? "BARRED" : expired ? "EXPIRED" : "");
    }
    if (cli->json) return jsonw_array_end(&w), cli_json_end(cli, &w);
    if (!found->count) return BM_OK;
    enum bm_rc rc = cli_table_end(cli, &t);
    if (!rc && found->more) cli_print(cli, "There are more; say more of the name, or --limit N.\n");
    return rc;
}

static enum bm_rc typed_name(const struct cli_args *args, struct arena *a, const char **out)
{
    *out = NULL;
    for (size_t i = 0; i < args->count; i++) {
        *out = arena_printf(a, "%s%s%s", *out ? *out : "", i ? " " : "", args->words[i]);
        if (!*out) return BM_ENOMEM;
    }
    return BM_OK;
}

enum bm_rc deskcmd_patron_find(struct cli *cli, const struct cli_args *args)
{
    struct deskcmd_look l;
    struct roster found = { 0 };
    struct roster_ask ask = { .group = cli_value(args, "--group") };
    const char *stop = cli_value(args, "--stop");
    int64_t limit, now_s = 0;
    enum bm_rc rc = cli_int(args, "--limit", 1, DESKCMD_FOUND_MAX, FIND_LIMIT, &limit);
    if (!rc && !args->count && !stop && !ask.group) rc = err_set(BM_EUSAGE, "say a part of the name, --stop or --group; see patron find --help");
    if (!rc) rc = typed_name(args, &cli->arena, &ask.name);
    if (!rc) rc = deskcmd_look_begin(&l, cli);
    if (rc) return rc;
    ask.limit = (size_t)limit;
    rc = named_stop(l.db, stop, &cli->arena, &ask.stop);
    if (!rc) rc = roster_find(l.db, &ask, &cli->arena, &found);
    now_s = journal_now_ms(l.desk->journal) / 1000;
    rc = deskcmd_look_end(&l, rc);
    if (!rc) rc = tell_roster(cli, &found, now_s);
    if (rc || found.count) return rc;
    return deskcmd_none_found(cli, args->count ? "Nobody of this name." : "Nobody there.");
}

/* --- groups --------------------------------------------------------------------------------- */

enum bm_rc deskcmd_patron_groups(struct cli *cli, const struct cli_args *args)
{
    struct deskcmd_look l;
    struct roster_groups groups = { 0 };
    struct jsonw w;
    struct cli_table t;
    const char *stop;
    enum bm_rc rc = deskcmd_look_begin(&l, cli);
    if (rc) return rc;
    rc = named_stop(l.db, cli_value(args, "--stop"), &cli->arena, &stop);
    if (!rc) rc = roster_groups(l.db, stop, &cli->arena, &groups);
    rc = deskcmd_look_end(&l, rc);
    if (rc) return rc;
    cli_table(&t, &cli->arena, "GROUP", ">PATRONS", "STOP", NULL);
    if (cli->json) cli_json(cli, &w), jsonw_array(&w);
    for (size_t i = 0; i < groups.count; i++) {
        const struct roster_group *g = &groups.list[i];
        if (!cli->json) {
            cli_table_row(&t, g->name, arena_printf(&cli->arena, "%lld", (long long)g->patrons), g->stop);
            continue;
        }
        jsonw_object(&w);
        jsonw_put_text(&w, "group", g->name);
        jsonw_put_int(&w, "patrons", g->patrons);
        jsonw_put_text(&w, "stop", g->stop);
        jsonw_object_end(&w);
    }
    if (cli->json) return jsonw_array_end(&w), cli_json_end(cli, &w);
    if (groups.count) return cli_table_end(cli, &t);
    cli_print(cli, "No patron has a group; give one with: patron update CARD --group NAME\n");
    return BM_OK;
}
