/* sync/commands_routes.c -- see commands.h: routes and stops, and visits that do not take place. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "common/csvw.h"
#include "sync/commands.h"
#include "sync/route.h"

/* --- due dates that moved ------------------------------------------------------------------------------- */

static const char *day_of(int64_t utc_s, char text[ZONE_TEXT_MAX])
{
    text[0] = '\0';
    return utc_s == ENTRY_NONE ? text : zone_text(utc_s, text, ZONE_TEXT_MAX, ZONE_DATE);
}

/* For notices: numbers only. */
static enum bm_rc moves_csv(struct cli *cli, const struct due_moves *moves)
{
    struct buf csv;
    char day[ZONE_TEXT_MAX];
    buf_init(&csv, 0);
    buf_puts(&csv, "card,item,old_due,new_due\n");
    for (size_t i = 0; i < moves->count; i++) {
        csv_write_field(&csv, moves->list[i].card);
        buf_putc(&csv, ',');
        csv_write_field(&csv, moves->list[i].item);
        buf_printf(&csv, ",%s", day_of(moves->list[i].old_s, day));
        buf_printf(&csv, ",%s\n", day_of(moves->list[i].new_s, day));
    }
    enum bm_rc rc = buf_rc(&csv);
    if (!rc) cli_print(cli, "%s", buf_str(&csv));
    buf_free(&csv);
    return rc;
}

static void moves_json(struct jsonw *w, const struct due_moves *moves)
{
    jsonw_key(w, "moved");
    jsonw_array(w);
    for (size_t i = 0; i < moves->count; i++) {
        const struct due_move *m = &moves->list[i];
        jsonw_object(w);
        jsonw_put_text(w, "card", m->card);
        jsonw_put_text(w, "item", m->item);
        jsonw_put_text(w, "stop", m->stop);
        jsonw_put_int(w, "old_due", m->old_s);
        jsonw_put_int(w, "new_due", m->new_s);
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
}

/* The branch's own screen may show names (I12: they go nowhere else). */
static enum bm_rc patron_name(struct branch *b, struct arena *a, const char *card, const char **out)
{
    struct stmt *s;
    *out = "";
    enum bm_rc rc = db_get(b->db, SQL_PATRON_GET, &s, "card", 's', card, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    if (stmt_text(s, 2)) *out = stmt_copy(s, 2, a);
    stmt_done(s);
    return *out ? BM_OK : BM_ENOMEM;
}

static enum bm_rc moves_table(struct cli *cli, struct branch *b, const struct due_moves *moves)
{
    struct cli_table t;
    char was[ZONE_TEXT_MAX], is[ZONE_TEXT_MAX];
    size_t left = 0;
    enum bm_rc rc = BM_OK;
    cli_table(&t, &cli->arena, "card", "name", "item", "due", "now due", "stop", NULL);
    for (size_t i = 0; i < moves->count && !rc; i++) {
        const struct due_move *m = &moves->list[i];
        const char *name;
        rc = patron_name(b, &cli->arena, m->card, &name);
        if (rc) break;
        left += m->new_s == ENTRY_NONE;
        cli_table_row(&t, m->card, name, m->item, day_of(m->old_s, was),
                      m->new_s == ENTRY_NONE ? "no visit" : day_of(m->new_s, is), m->stop);
    }
    if (!rc && moves->count) rc = cli_table_end(cli, &t);
    if (rc) return rc;
    cli_print(cli, "%zu due date%s moved\n", moves->count - left, moves->count - left == 1 ? "" : "s");
    if (left)
        cli_print(cli, "%zu left as they were: no visit to move to in the next %d days\n", left, ROUTE_AHEAD_DAYS);
    return BM_OK;
}

/* --- suspend -------------------------------------------------------------------------------------------- */

static const struct cli_option suspend_options[] = {
    { "--stop", "STOP", "one stop only: its key, or part of its name" },
    { "--why", "TEXT", "reason, for staff and for notices" },
    { "--move-due", NULL, "move due dates that fell on these visits to the next one" },
    { "--csv", NULL, "print what was moved as comma-separated values, for notices" },
    { NULL, NULL, NULL },
};

static enum bm_rc read_ask(struct cli *cli, struct branch *b, const struct cli_args *args, struct route_ask *ask)
{
    const char *stop = cli_value(args, "--stop"), *from = args->words[args->count - 2], *to = args->words[args->count - 1];
    *ask = (struct route_ask){ .why = cli_value(args, "--why"), .move_due = cli_given(args, "--move-due") };
    if (args->count == 2 && !stop) return err_set(BM_EUSAGE, "say which ROUTE, or --stop STOP; then the first and the last day");
    if (!ask->why || !ask->why[0]) return err_set(BM_EUSAGE, "a suspension needs --why and a reason");
    if (cli_given(args, "--csv") && !ask->move_due) return err_set(BM_EUSAGE, "--csv goes with --move-due");
    if (zone_parse_date(from, &ask->first_day) || zone_parse_date(to, &ask->last_day))
        return err_set(BM_EUSAGE, "FROM and TO are dates such as 2026-03-05");
    enum bm_rc rc = stop ? calendar_stop_named(b->db, stop, &cli->arena, &ask->stop) : BM_OK;
    return rc || args->count == 2 ? rc : route_named(b, args->words[0], &cli->arena, &ask->route);
}

static const char *what_of(struct arena *a, const char *stop, const char *route)
{
    const char *text = stop && route ? arena_printf(a, "%s, %s", route, stop) : stop ? stop : route;
    return text ? text : "";
}

static enum bm_rc tell_suspended(struct cli *cli, struct branch *b, const struct cli_args *args, const struct route_ask *ask,
                                 const struct route_done *done)
{
    char first[ZONE_TEXT_MAX], last[ZONE_TEXT_MAX];
    struct jsonw w;
    zone_day_text(ask->first_day, first, sizeof first);
    zone_day_text(ask->last_day, last, sizeof last);
    if (cli->json) {
        cli_json(cli, &w);
        jsonw_object(&w);
        jsonw_put_text(&w, "entry", done->id);
        jsonw_put_bool(&w, "again", done->again);
        jsonw_put_text(&w, "stop", ask->stop);
        jsonw_put_text(&w, "route", ask->route);
        jsonw_put_text(&w, "first", first);
        jsonw_put_text(&w, "last", last);
        jsonw_put_int(&w, "visits", done->visit_count);
        moves_json(&w, &done->moves);
        jsonw_object_end(&w);
        return cli_json_end(cli, &w);
    }
    if (done->visit_count == 0) cli_note(cli, "no visit is taken away: the timetable has none there in these days, or they were already");
    if (cli_given(args, "--csv")) return moves_csv(cli, &done->moves);
    cli_print(cli, "%s  %s from %s to %s: %" PRId64 " visit%s   [%s]\n", done->again ? "SUSPENDED ALREADY" : "SUSPENDED",
              what_of(&cli->arena, ask->stop, ask->route), first, last, done->visit_count, done->visit_count == 1 ? "" : "s", done->id);
    return ask->move_due ? moves_table(cli, b, &done->moves) : BM_OK;
}

static enum bm_rc run_suspend(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct route_ask ask;
    struct route_done done;
    if (cli->json && cli_given(args, "--csv")) return err_set(BM_EUSAGE, "either --json or --csv");
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    rc = read_ask(cli, &b, args, &ask);
    if (!rc) rc = route_suspend(&b, &cli->arena, &ask, &done);
    if (!rc) rc = tell_suspended(cli, &b, args, &ask, &done);
    branch_close(&b);
    return rc;
}

/* --- resume ---------------------------------------------------------------------------------------------- */

static const struct cli_option resume_options[] = {
    { "--why", "TEXT", "reason, kept with the entry" },
    { NULL, NULL, NULL },
};

static enum bm_rc run_resume(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct desk_answer answer;
    struct calendar_suspension was;
    struct jsonw w;
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    rc = route_suspension(&b, args->words[0], &cli->arena, &was);
    b.desk.why = cli_value(args, "--why");
    if (!rc) rc = desk_void(&b.desk, &cli->arena, was.id, &answer);
    branch_close(&b);
    if (rc) return rc;
    if (!cli->json) {
        cli_print(cli, "RESUMED  %s   [%s]\nDue dates that were moved stay where they are.\n",
                  what_of(&cli->arena, was.stop, was.route), answer.slip);
        return BM_OK;
    }
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "entry", answer.entry);
    jsonw_put_text(&w, "suspension", was.id);
    jsonw_put_text(&w, "stop", was.stop);
    jsonw_put_text(&w, "route", was.route);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

/* --- list ------------------------------------------------------------------------------------------------- */

static const struct cli_option list_options[] = {
    { "--all", NULL, "suspensions that are over too" },
    { NULL, NULL, NULL },
};

struct route_row {
    const char *mobile, *route;
    int64_t stops; /* rows of the timetable */
};
struct route_list {
    struct arena *a;
    struct route_row *rows;
    size_t count, cap;
};

static enum bm_rc add_route(struct route_list *l, const struct stop_plan *plan)
{
    for (size_t i = 0; i < l->count; i++)
        if (str_eq(l->rows[i].mobile, plan->mobile) && str_eq(l->rows[i].route, plan->route)) return l->rows[i].stops++, BM_OK;
    struct route_row *grown = arena_grow(l->a, l->rows, l->count, &l->cap, sizeof *grown);
    if (!grown) return BM_ENOMEM;
    l->rows = grown;
    l->rows[l->count++] = (struct route_row){ .mobile = plan->mobile, .route = plan->route, .stops = 1 };
    return BM_OK;
}

static enum bm_rc load_routes(struct branch *b, struct route_list *l)
{
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_PLANS_ALL, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct stop_plan plan;
        rc = timetable_parse_line(stmt_text(s, 3), l->a, &plan);
        if (rc == BM_EINPUT || rc == BM_ELIMIT) continue;
        if (!rc) rc = add_route(l, &plan);
        if (rc) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

struct stop_row {
    const char *key, *name;
    int64_t next_s; /* or ENTRY_NONE */
};
struct stop_list {
    struct stop_row *rows;
    size_t count, cap;
};

static enum bm_rc load_stops(struct branch *b, struct arena *a, const struct calendar *c, int64_t now_s, struct stop_list *out)
{
    struct stmt *s;
    struct day_list closed;
    struct calendar_call next;
    int64_t today = zone_day(now_s * 1000);
    *out = (struct stop_list){ 0 };
    enum bm_rc rc = calendar_closed(b->db, b->code, today, today + ROUTE_AHEAD_DAYS, a, &closed);
    if (!rc) rc = db_get(b->db, SQL_STOPS_ALL, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct stop_row *grown = arena_grow(a, out->rows, out->count, &out->cap, sizeof *grown);
        if (!grown) {
            rc = BM_ENOMEM;
            break;
        }
        out->rows = grown;
        struct stop_row *row = &grown[out->count++];
        *row = (struct stop_row){ .key = stmt_copy(s, 0, a), .name = arena_printf(a, "%s, %s", stmt_text(s, 2), stmt_text(s, 3)),
                                  .next_s = ENTRY_NONE };
        rc = row->key && row->name ? calendar_next(b->db, c, &closed, row->key, now_s, ROUTE_AHEAD_DAYS, a, &next) : BM_ENOMEM;
        if (rc && rc != BM_ENOTFOUND) break;
        if (!rc) row->next_s = next.arr_s;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc list_json(struct cli *cli, const struct route_list *routes, const struct stop_list *stops,
                            const struct calendar *c)
{
    struct jsonw w;
    char day[ZONE_TEXT_MAX];
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_key(&w, "routes"), jsonw_array(&w);
    for (size_t i = 0; i < routes->count; i++) {
        jsonw_object(&w);
        jsonw_put_text(&w, "mobile", routes->rows[i].mobile);
        jsonw_put_text(&w, "route", routes->rows[i].route);
        jsonw_put_int(&w, "stops", routes->rows[i].stops);
        jsonw_object_end(&w);
    }
    jsonw_array_end(&w);
    jsonw_key(&w, "stops"), jsonw_array(&w);
    for (size_t i = 0; i < stops->count; i++) {
        jsonw_object(&w);
        jsonw_put_text(&w, "stop", stops->rows[i].key);
        jsonw_put_text(&w, "name", stops->rows[i].name);
        jsonw_put_int(&w, "next_s", stops->rows[i].next_s);
        jsonw_object_end(&w);
    }
    jsonw_array_end(&w);
    jsonw_key(&w, "suspensions"), jsonw_array(&w);
    for (size_t i = 0; i < c->count; i++) {
        jsonw_object(&w);
        jsonw_put_text(&w, "entry", c->list[i].id);
        jsonw_put_text(&w, "stop", c->list[i].stop);
        jsonw_put_text(&w, "route", c->list[i].route);
        jsonw_put_text(&w, "first", zone_day_text(c->list[i].first_day, day, sizeof day));
        jsonw_put_text(&w, "last", zone_day_text(c->list[i].last_day, day, sizeof day));
        jsonw_put_text(&w, "why", c->list[i].why);
        jsonw_object_end(&w);
    }
    jsonw_array_end(&w);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

static enum bm_rc print_list(struct cli *cli, const struct route_list *routes, const struct stop_list *stops,
                             const struct calendar *c)
{
    struct cli_table t;
    char first[ZONE_TEXT_MAX], last[ZONE_TEXT_MAX];
    struct arena *a = &cli->arena;
    cli_table(&t, a, "vehicle", "route", ">stops", NULL);
    for (size_t i = 0; i < routes->count; i++)
        cli_table_row(&t, routes->rows[i].mobile, routes->rows[i].route, commands_cell(a, routes->rows[i].stops));
    enum bm_rc rc = cli_table_end(cli, &t);
    if (rc) return rc;
    cli_print(cli, "\n");
    cli_table(&t, a, "stop", "name", "next visit", NULL);
    for (size_t i = 0; i < stops->count; i++) {
        const struct stop_row *s = &stops->rows[i];
        cli_table_row(&t, s->key, s->name,
                      s->next_s == ENTRY_NONE ? "none" : zone_text(s->next_s, first, sizeof first, ZONE_DATE_TIME));
    }
    rc = cli_table_end(cli, &t);
    if (rc) return rc;
    cli_print(cli, "\n");
    if (c->count == 0) {
        cli_print(cli, "no suspensions\n");
        return BM_OK;
    }
    cli_table(&t, a, "suspended", "from", "to", "why", "entry", NULL);
    for (size_t i = 0; i < c->count; i++) {
        const struct calendar_suspension *s = &c->list[i];
        cli_table_row(&t, what_of(a, s->stop, s->route), zone_day_text(s->first_day, first, sizeof first),
                      zone_day_text(s->last_day, last, sizeof last), s->why, s->id);
    }
    return cli_table_end(cli, &t);
}

static enum bm_rc run_list(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct route_list routes = { .a = &cli->arena };
    struct stop_list stops;
    struct calendar calendar;
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    int64_t now_ms = journal_now_ms(&b.journal);
    rc = db_begin_read(b.db);
    if (!rc) {
        rc = calendar_load(b.db, cli_given(args, "--all") ? INT64_MIN : zone_day(now_ms), &cli->arena, &calendar);
        if (!rc) rc = load_routes(&b, &routes);
        if (!rc) rc = load_stops(&b, &cli->arena, &calendar, now_ms / 1000, &stops);
        rc = db_end(b.db, rc);
    }
    branch_close(&b);
    if (rc) return rc;
    return cli->json ? list_json(cli, &routes, &stops, &calendar) : print_list(cli, &routes, &stops, &calendar);
}

/* --- their table ------------------------------------------------------------------------------------------- */

const struct cli_command commands_routes[] = {
    { "Routes", "route list", "", "routes, stops with their next visit, suspensions", "", list_options, 0, 0, run_list },
    { "Routes", "route suspend", "[ROUTE] FROM TO", "visits that do not take place",
      "The visits of a route, of one stop, or of both (that stop on that route) from the day FROM to the day TO do not take "
      "place: nothing is due then, none is missed. ROUTE is a route's name, VEHICLE/ROUTE, or a vehicle for all of its routes. "
      "Laptops know from their next sync. With --move-due, due dates that fell on these visits move to the next that takes "
      "place, never to an earlier day; the list is for notices. Given again it moves what came to be due there since, and "
      "nothing twice.",
      suspend_options, 2, 3, run_suspend },
    { "Routes", "route resume", "ENTRY", "take a suspension back",
      "ENTRY as route list shows it. Due dates that were moved stay where they are.", resume_options, 1, 1, run_resume },
    { 0 },
};
