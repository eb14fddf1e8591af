/* tests/unit/test_routes.c -- suspended visits: at the branch, in due dates, in reports; dates that move. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sync/audit.h"
#include "sync/report.h"
#include "sync/route.h"
#include "tests/world.h"

#define DAY_MS INT64_C(86400000)
enum { MONDAY = 20731 }; /* 2026-10-05 */

struct world {
    char dir[64];
    struct branch b;
    struct line van;
    struct arena a;
};

/* --- a branch with two routes ---------------------------------------------------------------------------- */

static void import(struct world *w, const char *origin, const char *const *lines, size_t count)
{
    struct observe o;
    must(observe_begin(&o, &w->b, origin, WORLD_START_MS - DAY_MS));
    for (size_t i = 0; i < count; i++) {
        struct entry row;
        entry_init(&row, OP_ROW);
        row.kind = "row";
        row.line = lines[i];
        must(observe_row(&o, &row));
    }
    must(observe_end(&o, BM_OK));
}

static void put(struct world *w, struct entry *e)
{
    struct desk_answer unused;
    must(desk_write(&w->b.desk, &w->a, e, &unused));
}

static void add_item(struct world *w, const char *item)
{
    struct entry e;
    entry_init(&e, OP_ADD_ITEM);
    e.item = item;
    e.title = "t1";
    e.place = "MAIN";
    put(w, &e);
}

static void add_patron(struct world *w, const char *card, const char *stop)
{
    struct desk_answer unused;
    struct desk_person p = { .card = card, .name = "A Name", .stop = stop, .expires_s = ENTRY_NONE, .barred = ENTRY_NONE, .born = ENTRY_NONE };
    must(desk_register(&w->b.desk, &w->a, &p, &unused));
}

static const char *const plan_lines[] = {
    "Lib,VAN1,A,Eastmere,Green,,,-1.40,51.20,Monday,Public,10:00,10:30,FREQ=WEEKLY,2026-01-05,,,",
    "Lib,VAN1,A,Norby,Church,,,-1.30,51.20,Monday,Public,11:00,11:30,FREQ=WEEKLY,2026-01-05,,,",
    "Lib,VAN1,B,Eastmere,Green,,,-1.40,51.20,Monday,Public,16:00,16:30,FREQ=WEEKLY;INTERVAL=2,2026-01-05,,,",
    "Lib,VAN2,A,Westby,Inn,,,-1.20,51.20,Monday,Public,10:00,10:30,FREQ=WEEKLY,2026-01-05,,,",
};
static const char *const rule_lines[] = { ",,,\"next_visit(5,30)\",,,,keep,10,0,,,,0,all" };

static int begin(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    if (!w || seal_init()) return -1;
    line_open(&w->van, "van1", 3);
    world_branch(&w->b, w->dir, &w->van, 1);
    env_made(&w->b.env, 7, WORLD_START_MS, 5000000);
    import(w, "routes", plan_lines, 4);
    import(w, "rules", rule_lines, 1);
    add_item(w, "301"), add_item(w, "302"), add_item(w, "303");
    add_patron(w, "P1", "VAN1/Norby/Church");
    add_patron(w, "P2", "VAN1/Eastmere/Green");
    *state = w;
    return 0;
}

static int end(void **state)
{
    struct world *w = *state;
    line_close(&w->van);
    arena_free(&w->a);
    world_branch_end(&w->b, w->dir);
    free(w);
    return 0;
}

/* --- doing and looking ------------------------------------------------------------------------------------- */

static int64_t lend(struct world *w, const char *card, const char *item)
{
    struct desk_answer answer;
    must(desk_checkout(&w->b.desk, &w->a, card, item, &answer));
    assert_true(answer.done);
    return zone_day(answer.due_s * 1000);
}

static int64_t due_day(struct world *w, const char *item)
{
    char sql[200];
    struct stmt *s;
    snprintf(sql, sizeof sql, "SELECT due_s FROM loan WHERE item = '%s' AND end_ms IS NULL", item);
    must(db_prepare(w->b.db, sql, &s));
    must(stmt_next(s));
    int64_t day = zone_day(stmt_int(s, 0) * 1000);
    stmt_free(s);
    return day;
}

static int64_t rows(struct world *w, const char *sql)
{
    struct stmt *s;
    must(db_prepare(w->b.db, sql, &s));
    must(stmt_next(s));
    int64_t n = stmt_int(s, 0);
    stmt_free(s);
    return n;
}

static struct route_done suspend(struct world *w, const char *route, const char *stop, int64_t first, int64_t last, bool move)
{
    struct route_done done;
    struct route_ask ask = { .stop = stop, .route = route, .first_day = first, .last_day = last, .why = "gearbox", .move_due = move };
    must(route_suspend(&w->b, &w->a, &ask, &done));
    return done;
}

static void take_back(struct world *w, const char *id)
{
    struct desk_answer answer;
    must(desk_void(&w->b.desk, &w->a, id, &answer));
}

static void assert_clean(struct world *w)
{
    struct audit au;
    must(audit_run(&w->b, &w->a, &au));
    if (au.problem_count) fail_msg("%s", au.texts[0]);
}

/* --- tests --------------------------------------------------------------------------------------------------- */

static void test_route_a_suspended_visit_is_skipped_for_due_dates_and_a_void_brings_it_back(void **state)
{
    struct world *w = *state;
    assert_int_equal(lend(w, "P1", "301"), MONDAY + 7);
    struct route_done done = suspend(w, "VAN1/A", NULL, MONDAY + 7, MONDAY + 7, false);
    assert_int_equal(done.visit_count, 2);
    assert_int_equal(done.moves.count, 0);
    assert_int_equal(rows(w, "SELECT count(*) FROM suspension"), 1);
    assert_int_equal(lend(w, "P1", "302"), MONDAY + 14);
    assert_clean(w);
    take_back(w, done.id);
    assert_int_equal(rows(w, "SELECT count(*) FROM suspension"), 0);
    assert_int_equal(lend(w, "P1", "303"), MONDAY + 7);
    assert_clean(w);
}

static void test_route_a_stop_of_two_routes_is_visited_while_one_of_them_is_suspended(void **state)
{
    struct world *w = *state;
    suspend(w, "VAN1/A", NULL, MONDAY, MONDAY + 20, false);
    assert_int_equal(lend(w, "P2", "301"), MONDAY + 7); /* route B comes each second Monday: 12, 26 October */
    suspend(w, "van1", NULL, MONDAY + 7, MONDAY + 7, false); /* the whole vehicle */
    assert_int_equal(lend(w, "P2", "302"), MONDAY + 21);
}

static void test_route_due_dates_move_to_the_next_visit_that_takes_place_and_only_once(void **state)
{
    struct world *w = *state;
    static const char *const closed[] = { "MAIN,2026-10-19,2026-10-19,fair" };
    lend(w, "P1", "301");
    lend(w, "P2", "302");
    import(w, "calendar", closed, 1); /* 19 October: no visit either */
    struct route_done done = suspend(w, NULL, "VAN1/Norby/Church", MONDAY + 6, MONDAY + 8, true);
    assert_int_equal(done.visit_count, 1);
    assert_int_equal(done.moves.count, 1);
    assert_string_equal(done.moves.list[0].item, "301");
    assert_string_equal(done.moves.list[0].card, "P1");
    assert_int_equal(zone_day(done.moves.list[0].old_s * 1000), MONDAY + 7);
    assert_int_equal(zone_day(done.moves.list[0].new_s * 1000), MONDAY + 21);
    assert_int_equal(due_day(w, "301"), MONDAY + 21);
    assert_int_equal(due_day(w, "302"), MONDAY + 7); /* of another stop */
    int64_t entries = rows(w, "SELECT count(*) FROM entry");
    struct route_done again = suspend(w, NULL, "VAN1/Norby/Church", MONDAY + 6, MONDAY + 8, true);
    assert_true(again.again);
    assert_string_equal(again.id, done.id);
    assert_int_equal(again.moves.count, 0);
    assert_int_equal(rows(w, "SELECT count(*) FROM entry"), entries);
    assert_int_equal(rows(w, "SELECT count(*) FROM exception WHERE code = 'premise'"), 0);
    take_back(w, done.id);
    assert_int_equal(due_day(w, "301"), MONDAY + 21); /* I9: what was told stands */
    assert_clean(w);
}

static void test_route_the_stop_where_it_was_lent_counts_before_the_patrons(void **state)
{
    struct world *w = *state;
    struct entry open, out;
    line_at(&w->van, 3600000);
    entry_init(&open, OP_OPEN_VISIT);
    open.stop = "VAN1/Norby/Church";
    open.src = "gps";
    open.arr_s = WORLD_START_MS / 1000 + 3600;
    struct eid visit = line_act(&w->van, &open);
    entry_init(&out, OP_CHECKOUT);
    out.item = "301";
    out.patron = "P2"; /* whose own stop is Eastmere */
    out.due_s = zone_day_end_s(MONDAY + 7);
    out.place = "VAN1";
    out.visit = (int64_t)visit.seq;
    out.rate_cents = out.grace_days = out.price_cents = out.keep_cents = 0;
    line_act(&w->van, &out);
    env_made(&w->b.env, 9, WORLD_START_MS + DAY_MS, 5000000 + DAY_MS);
    world_send(&w->b, &w->van, 1, 0);
    assert_int_equal(suspend(w, NULL, "VAN1/Eastmere/Green", MONDAY + 7, MONDAY + 7, true).moves.count, 0);
    struct route_done done = suspend(w, NULL, "VAN1/Norby/Church", MONDAY + 7, MONDAY + 7, true);
    assert_int_equal(done.moves.count, 1);
    assert_int_equal(due_day(w, "301"), MONDAY + 14);
}

static void test_route_a_date_after_a_visit_that_took_place_stays(void **state)
{
    struct world *w = *state;
    lend(w, "P1", "301"); /* due on the 12th */
    struct route_done done = suspend(w, NULL, "VAN1/Norby/Church", MONDAY + 12, MONDAY + 16, true);
    assert_int_equal(done.moves.count, 0);
    struct desk_answer answer;
    struct entry e; /* now due on the 18th, within: the visit of the 12th takes place, that of the 19th does not */
    entry_init(&e, OP_CHANGE_DUE);
    e.item = "301";
    e.patron = "P1";
    e.due_s = zone_day_end_s(MONDAY + 13);
    must(desk_write(&w->b.desk, &w->a, &e, &answer));
    done = suspend(w, NULL, "VAN1/Norby/Church", MONDAY + 12, MONDAY + 16, true);
    assert_int_equal(done.moves.count, 0);
    e.due_s = zone_day_end_s(MONDAY + 15); /* the 20th: he would have brought it on the 19th */
    must(desk_write(&w->b.desk, &w->a, &e, &answer));
    done = suspend(w, NULL, "VAN1/Norby/Church", MONDAY + 12, MONDAY + 16, true);
    assert_int_equal(done.moves.count, 1);
    assert_int_equal(due_day(w, "301"), MONDAY + 21);
}

/* Route B would have come on the 12th, but the library is closed then: that was no chance to bring it back. */
static void test_route_a_closed_visit_is_none_that_took_place(void **state)
{
    struct world *w = *state;
    static const char *const closed[] = { "MAIN,2026-10-12,2026-10-12,fair" };
    struct entry e;
    lend(w, "P2", "301");
    import(w, "calendar", closed, 1);
    entry_init(&e, OP_CHANGE_DUE);
    e.item = "301";
    e.patron = "P2";
    e.due_s = zone_day_end_s(MONDAY + 8);
    put(w, &e);
    assert_int_equal(suspend(w, "VAN1/A", NULL, MONDAY, MONDAY + 20, true).moves.count, 1);
    assert_int_equal(due_day(w, "301"), MONDAY + 21);
}

static void test_route_without_a_visit_to_come_the_date_stays_and_is_told(void **state)
{
    struct world *w = *state;
    lend(w, "P1", "301");
    struct route_done done = suspend(w, "VAN1", NULL, MONDAY, MONDAY + 600, true);
    assert_int_equal(done.moves.count, 1);
    assert_true(done.moves.list[0].new_s == ENTRY_NONE);
    assert_int_equal(due_day(w, "301"), MONDAY + 7);
}

static void test_route_names_are_found_and_a_name_of_two_vehicles_is_not_guessed(void **state)
{
    struct world *w = *state;
    const char *route;
    must(route_named(&w->b, "b", &w->a, &route));
    assert_string_equal(route, "VAN1/B");
    must(route_named(&w->b, "van2", &w->a, &route));
    assert_string_equal(route, "VAN2");
    must(route_named(&w->b, "van2/a", &w->a, &route));
    assert_string_equal(route, "VAN2/A");
    assert_int_equal(route_named(&w->b, "A", &w->a, &route), BM_EUSAGE);
    assert_int_equal(route_named(&w->b, "C", &w->a, &route), BM_ENOTFOUND);
    assert_int_equal(route_named(&w->b, "", &w->a, &route), BM_ENOTFOUND);
    must(calendar_stop_named(w->b.db, "norby, church", &w->a, &route));
    assert_string_equal(route, "VAN1/Norby/Church");
    must(calendar_stop_named(w->b.db, "east", &w->a, &route));
    assert_string_equal(route, "VAN1/Eastmere/Green");
    assert_int_equal(calendar_stop_named(w->b.db, "VAN1", &w->a, &route), BM_EUSAGE);
    assert_int_equal(calendar_stop_named(w->b.db, "nowhere", &w->a, &route), BM_ENOTFOUND);
}

static void test_route_days_out_of_order_and_too_many_are_refused_and_nothing_is_written(void **state)
{
    struct world *w = *state;
    struct route_done done;
    int64_t entries = rows(w, "SELECT count(*) FROM entry");
    struct route_ask ask = { .route = "VAN1", .first_day = MONDAY, .last_day = MONDAY - 1 };
    assert_int_equal(route_suspend(&w->b, &w->a, &ask, &done), BM_EUSAGE);
    ask.last_day = MONDAY + ROUTE_DAYS_MAX;
    assert_int_equal(route_suspend(&w->b, &w->a, &ask, &done), BM_EUSAGE);
    ask = (struct route_ask){ .first_day = MONDAY, .last_day = MONDAY };
    assert_int_equal(route_suspend(&w->b, &w->a, &ask, &done), BM_EUSAGE);
    assert_int_equal(rows(w, "SELECT count(*) FROM entry"), entries);
}

/* Whatever a device may send: no days, days out of the world. It is stored, takes nothing away and harms nobody. */
static void test_route_strange_suspensions_of_a_device_do_no_harm(void **state)
{
    struct world *w = *state;
    struct calendar c;
    struct calendar_visits visits;
    const struct {
        int64_t first, last;
    } days[] = { { MONDAY + 9, MONDAY + 5 }, { INT64_MIN + 1, INT64_MIN + 2 }, { INT64_MAX - 1, INT64_MAX } };
    for (size_t i = 0; i < 3; i++) {
        struct entry e;
        entry_init(&e, OP_SUSPEND);
        e.route = "VAN1";
        e.first_day = days[i].first;
        e.last_day = days[i].last;
        put(w, &e);
    }
    must(calendar_load(w->b.db, INT64_MIN, &w->a, &c));
    assert_int_equal(c.count, 3);
    must(calendar_visits(w->b.db, &c, "VAN1/Norby/Church", MONDAY, MONDAY + 30, &w->a, &visits));
    assert_int_equal(visits.planned.count, 5);
    assert_int_equal(visits.suspended.count, 0);
    struct due_moves moves;
    for (size_t i = 0; i < c.count; i++) {
        enum bm_rc rc = route_move_due(&w->b, &w->a, &c.list[i], &moves);
        assert_true(rc == BM_OK || rc == BM_EUSAGE);
    }
    assert_clean(w);
}

/* Suspension and dates together, or nothing. */
static void test_route_suspending_survives_every_failure(void **state)
{
    struct world *w = *state;
    lend(w, "P1", "301"), lend(w, "P1", "302");
    int64_t entries = rows(w, "SELECT count(*) FROM entry");
#ifndef NDEBUG
    for (int at = 1; at <= 3; at++) { /* the tick counts on from one try to the next */
        char tick[32];
        struct route_done done;
        struct route_ask ask = { .route = "VAN1/A", .first_day = MONDAY + 7, .last_day = MONDAY + 7, .why = "w", .move_due = true };
        snprintf(tick, sizeof tick, "journal.append:%d", at * (at + 1) / 2);
        setenv("BOOKMOBILE_FAIL", tick, 1);
        assert_int_equal(route_suspend(&w->b, &w->a, &ask, &done), BM_EIO);
        unsetenv("BOOKMOBILE_FAIL");
        assert_int_equal(rows(w, "SELECT count(*) FROM entry"), entries);
        assert_int_equal(rows(w, "SELECT count(*) FROM suspension"), 0);
        assert_int_equal(due_day(w, "301"), MONDAY + 7);
    }
#endif
    assert_int_equal(suspend(w, "VAN1/A", NULL, MONDAY + 7, MONDAY + 7, true).moves.count, 2);
    assert_int_equal(rows(w, "SELECT count(*) FROM entry"), entries + 3);
    assert_clean(w);
}

static const struct visit_line *line_of(const struct visit_report *r, const char *stop, int64_t day)
{
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->lines[i].stop, stop) == 0 && r->lines[i].day == day) return &r->lines[i];
    fail_msg("no line of %s", stop);
    return NULL;
}

static void test_route_a_suspended_visit_is_reported_so_and_not_as_missed_unless_it_was_made(void **state)
{
    struct world *w = *state;
    struct visit_report r;
    struct stop_report stops;
    int64_t now_ms = (zone_day_end_s(MONDAY + 8)) * 1000;
    suspend(w, "VAN1/A", NULL, MONDAY + 7, MONDAY + 7, false);
    must(report_visits(&w->b, MONDAY, MONDAY + 7, now_ms, &w->a, &r));
    assert_int_equal(line_of(&r, "VAN1/Norby/Church", MONDAY)->status, VISIT_MISSED);
    assert_int_equal(line_of(&r, "VAN1/Norby/Church", MONDAY + 7)->status, VISIT_SUSPENDED);
    assert_int_equal(line_of(&r, "VAN2/Westby/Inn", MONDAY + 7)->status, VISIT_MISSED);
    assert_string_equal(visit_status_name(VISIT_SUSPENDED), "suspended");
    must(report_stops(&r, &w->a, &stops));
    assert_string_equal(stops.lines[1].stop, "VAN1/Norby/Church");
    assert_int_equal(stops.lines[1].planned, 1);
    assert_int_equal(stops.lines[1].missed, 1);
    assert_int_equal(stops.lines[1].suspended, 1);
    struct entry open; /* the van went there all the same */
    entry_init(&open, OP_OPEN_VISIT);
    open.stop = "VAN1/Norby/Church";
    open.src = "driver";
    open.arr_s = zone_at_s(MONDAY + 7, 11 * 60 + 5);
    put(w, &open);
    must(report_visits(&w->b, MONDAY, MONDAY + 7, now_ms, &w->a, &r));
    assert_int_equal(line_of(&r, "VAN1/Norby/Church", MONDAY + 7)->status, VISIT_MADE);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        T(test_route_a_suspended_visit_is_skipped_for_due_dates_and_a_void_brings_it_back),
        T(test_route_a_stop_of_two_routes_is_visited_while_one_of_them_is_suspended),
        T(test_route_due_dates_move_to_the_next_visit_that_takes_place_and_only_once),
        T(test_route_the_stop_where_it_was_lent_counts_before_the_patrons),
        T(test_route_a_date_after_a_visit_that_took_place_stays),
        T(test_route_a_closed_visit_is_none_that_took_place),
        T(test_route_without_a_visit_to_come_the_date_stays_and_is_told),
        T(test_route_names_are_found_and_a_name_of_two_vehicles_is_not_guessed),
        T(test_route_days_out_of_order_and_too_many_are_refused_and_nothing_is_written),
        T(test_route_strange_suspensions_of_a_device_do_no_harm),
        T(test_route_suspending_survives_every_failure),
        T(test_route_a_suspended_visit_is_reported_so_and_not_as_missed_unless_it_was_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
