/* tests/unit/test_report.c -- planned visits against actual ones, and each act counted once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/daymap.h"
#include "sync/report.h"

enum { PATH_SIZE = 256, MINUTE = 60, EP_SIZE = 17 };

/* Monday 2026-10-05; the stops are visited on Mondays. */
static int64_t monday(void)
{
    return civil_to_day(&(struct civil){ 2026, 10, 5 });
}

struct world {
    char dir[64];
    struct branch b;
    struct arena a;
    int64_t day, seq;
    struct visit_report r;
    struct stop_report stops;
};

static void run(struct world *w, const char *sql)
{
    assert_int_equal(db_exec(w->b.db, sql), BM_OK);
}

static void plan(struct world *w, int64_t n, const char *stop, const char *times)
{
    char line[512];
    snprintf(line, sizeof line, ",Van,,Ham,%s,,,-2.6,51.4,,Public,%s,FREQ=WEEKLY,2026-01-05,,,", stop, times);
    assert_int_equal(db_run(w->b.db, SQL_PLAN_ADD, "n", 'i', n, "stop", 's', stop, "mobile", 's', "Van", "line", 's', line, NULL), BM_OK);
}

static int begin(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    str_copy(w->dir, sizeof w->dir, "/tmp/test_report.XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    struct branch_init init = { .zone = "Europe/London", .code = "MAIN" };
    assert_int_equal(branch_create(w->dir, &init), BM_OK);
    assert_int_equal(branch_open(w->dir, &w->b), BM_OK);
    w->day = monday();
    plan(w, 1, "hall", "10:00,11:00");
    plan(w, 2, "green", "11:15,12:00");
    *state = w;
    return 0;
}

static int end(void **state)
{
    static const char *const names[] = { "branch.db", "branch.db-wal", "branch.db-shm", "server.key", "lock" };
    struct world *w = *state;
    branch_close(&w->b);
    arena_free(&w->a);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[PATH_SIZE];
        snprintf(path, sizeof path, "%s/%s", w->dir, names[i]);
        unlink(path);
    }
    rmdir(w->dir);
    free(w);
    return 0;
}

/* Local time of the Monday, in minutes after midnight. */
static int64_t at_s(const struct world *w, int hours, int minutes)
{
    return zone_at_s(w->day, hours * MINUTE + minutes);
}

/* An actual visit; planned_s, dep_s ENTRY_NONE = none. ret: seq of its open_visit */
static int64_t visit(struct world *w, const char *dev, const char *stop, int64_t arr_s, int64_t dep_s, int64_t planned_s)
{
    char id[EID_TEXT_MAX];
    int64_t seq = ++w->seq;
    snprintf(id, sizeof id, "%s.0000000000000001.%lld", dev, (long long)seq);
    assert_int_equal(db_run(w->b.db, SQL_VISIT_PUT, "id", 's', id, "dev", 's', dev, "opened", 'i', seq, "stop", 's', stop, "name", 's',
                            NULL, "src", 's', "gps", "arr_s", 'i', arr_s, "dep_s", 'I', dep_s, "parr_s", 'I', planned_s, "pdep_s", 'I',
                            ENTRY_NONE, "lat", 'I', ENTRY_NONE, "lon", 'I', ENTRY_NONE, "dist", 'I', ENTRY_NONE, "points", 'I',
                            ENTRY_NONE, "closed_seq", 'I', ENTRY_NONE, NULL), BM_OK);
    return seq;
}

static void act(struct world *w, const char *dev, const char *op, int64_t when_s, const char *dark)
{
    assert_int_equal(db_run(w->b.db, SQL_READING_PUT, "dev", 's', dev, "ep", 's', "0000000000000001", "seq", 'i', ++w->seq, "row", 'i',
                            (int64_t)0, "op", 's', op, "t_ms", 'i', when_s * 1000, "unc_ms", 'i', (int64_t)0, "received_ms", 'i',
                            when_s * 1000, "boot_ms", 'I', ENTRY_NONE, "node", 's', NULL, "title", 's', NULL, "card", 's', NULL,
                            "ref", 's', NULL, "dark", 's', dark, NULL), BM_OK);
}

static void visitors(struct world *w, const char *dev, int64_t opened, int64_t n, int64_t when_s)
{
    char id[EID_TEXT_MAX];
    snprintf(id, sizeof id, "%s.0000000000000001.%lld", dev, (long long)++w->seq);
    assert_int_equal(db_run(w->b.db, SQL_TALLY_PUT, "id", 's', id, "visit", 'I', opened, "kind", 's', "visitors", "count", 'i', n,
                            "at_ms", 'i', when_s * 1000, NULL), BM_OK);
}

/* The report of the Monday, as of the evening. */
static void report(struct world *w)
{
    assert_int_equal(report_visits(&w->b, w->day, w->day, at_s(w, 20, 0) * 1000, &w->a, &w->r), BM_OK);
    assert_int_equal(report_stops(&w->r, &w->a, &w->stops), BM_OK);
}

static const struct visit_line *line_of(struct world *w, const char *stop)
{
    for (size_t i = 0; i < w->r.count; i++)
        if (strcmp(w->r.lines[i].stop, stop) == 0) return &w->r.lines[i];
    fail_msg("no line of %s", stop);
    return NULL;
}

static void test_report_a_planned_visit_is_made_missed_or_expected(void **state)
{
    struct world *w = *state;
    visit(w, "van1", "hall", at_s(w, 10, 4) + 40, at_s(w, 11, 2), at_s(w, 10, 0));
    report(w);
    assert_int_equal(w->r.count, 2);
    const struct visit_line *hall = line_of(w, "hall"), *green = line_of(w, "green");
    assert_int_equal(hall->status, VISIT_MADE);
    assert_int_equal(hall->deviation_min, 5); /* 4 min 40 s late */
    assert_int_equal(hall->open_min, 57);
    assert_int_equal(hall->parr_s, at_s(w, 10, 0));
    assert_int_equal(hall->pdep_s, at_s(w, 11, 0));
    assert_int_equal(green->status, VISIT_MISSED);
    assert_int_equal(green->open_min, ENTRY_NONE);
    assert_int_equal(report_visits(&w->b, w->day, w->day, at_s(w, 11, 30) * 1000, &w->a, &w->r), BM_OK);
    assert_int_equal(line_of(w, "green")->status, VISIT_EXPECTED); /* its time is not over */
}

static void test_report_early_is_less_than_nought(void **state)
{
    struct world *w = *state;
    visit(w, "van1", "hall", at_s(w, 9, 57), at_s(w, 11, 0), at_s(w, 10, 0));
    report(w);
    assert_int_equal(line_of(w, "hall")->deviation_min, -3);
    assert_int_equal(w->stops.lines[1].deviation_min, 3); /* the mean is without sign */
}

static void test_report_a_closed_day_is_neither_planned_nor_missed(void **state)
{
    struct world *w = *state;
    assert_int_equal(db_run(w->b.db, SQL_CLOSED_ADD, "branch", 's', "OTHER", "first_day", 'i', w->day, "last_day", 'i', w->day, "reason", 's', "", NULL), BM_OK);
    report(w);
    assert_int_equal(w->r.count, 2); /* another branch's day off */
    assert_int_equal(db_run(w->b.db, SQL_CLOSED_ADD, "branch", 's', "MAIN", "first_day", 'i', w->day - 5, "last_day", 'i', w->day, "reason", 's', "", NULL), BM_OK);
    report(w);
    assert_int_equal(w->r.count, 0);
    visit(w, "van1", "hall", at_s(w, 10, 0), at_s(w, 11, 0), ENTRY_NONE);
    report(w);
    assert_int_equal(w->r.count, 1);
    assert_int_equal(w->r.lines[0].status, VISIT_UNSCHEDULED);
}

static void test_report_a_visit_elsewhere_is_unscheduled(void **state)
{
    struct world *w = *state;
    visit(w, "van1", "meadow", at_s(w, 15, 0), at_s(w, 15, 30), ENTRY_NONE);
    visit(w, "van1", "hall", at_s(w, 15, 40), at_s(w, 15, 50), ENTRY_NONE); /* a stop of ours, hours from its time */
    report(w);
    assert_int_equal(w->r.count, 4);
    assert_int_equal(line_of(w, "meadow")->status, VISIT_UNSCHEDULED);
    assert_int_equal(line_of(w, "meadow")->parr_s, ENTRY_NONE);
    assert_int_equal(line_of(w, "hall")->status, VISIT_MISSED); /* the morning's */
    assert_int_equal(w->r.lines[3].status, VISIT_UNSCHEDULED);
}

static void test_report_a_visit_without_planned_time_is_matched_by_its_stop(void **state)
{
    struct world *w = *state;
    visit(w, "van1", "hall", at_s(w, 10, 30), at_s(w, 11, 0), ENTRY_NONE);
    report(w);
    assert_int_equal(w->r.count, 2);
    assert_int_equal(line_of(w, "hall")->status, VISIT_MADE);
    assert_int_equal(line_of(w, "hall")->deviation_min, 30);
}

static void test_report_a_van_that_leaves_and_comes_back_made_one_visit(void **state)
{
    struct world *w = *state;
    visit(w, "van1", "hall", at_s(w, 10, 0), at_s(w, 10, 20), at_s(w, 10, 0));
    visit(w, "van1", "hall", at_s(w, 10, 40), at_s(w, 11, 0), at_s(w, 10, 0));
    report(w);
    const struct visit_line *hall = line_of(w, "hall");
    assert_int_equal(w->r.count, 2);
    assert_int_equal(hall->arr_s, at_s(w, 10, 0));
    assert_int_equal(hall->dep_s, at_s(w, 11, 0));
    assert_int_equal(hall->open_min, 40);
}

static void test_report_a_timetable_that_says_a_thing_twice_plans_it_once(void **state)
{
    struct world *w = *state;
    plan(w, 3, "hall", "10:00,11:00");
    plan(w, 4, "hall", "14:00,15:00"); /* and the stop comes twice a day */
    report(w);
    assert_int_equal(w->r.count, 3);
    assert_int_equal(w->stops.lines[1].planned, 2);
}

static void test_report_each_act_counts_once_at_the_nearest_visit(void **state)
{
    struct world *w = *state;
    visit(w, "van1", "hall", at_s(w, 10, 0), at_s(w, 11, 0), at_s(w, 10, 0));
    visit(w, "van1", "green", at_s(w, 11, 10), at_s(w, 12, 0), at_s(w, 11, 15)); /* ten minutes on: the edges meet */
    visit(w, "van2", "meadow", at_s(w, 10, 0), at_s(w, 12, 0), ENTRY_NONE);
    act(w, "van1", "checkout", at_s(w, 9, 50), NULL); /* setting up */
    act(w, "van1", "checkout", at_s(w, 10, 30), NULL);
    act(w, "van1", "renew", at_s(w, 11, 4), NULL);   /* nearer to hall */
    act(w, "van1", "checkin", at_s(w, 11, 7), NULL); /* nearer to green */
    act(w, "van1", "place_hold", at_s(w, 12, 10), NULL);
    act(w, "van1", "register_patron", at_s(w, 12, 11), NULL); /* too late for green */
    act(w, "van1", "checkout", at_s(w, 9, 49), NULL);         /* too early for hall */
    act(w, "van2", "checkout", at_s(w, 11, 5), NULL);
    act(w, "van1", "checkout", at_s(w, 10, 31), "void");
    act(w, "branch", "checkout", at_s(w, 10, 32), NULL); /* the branch's desk is no stop */
    act(w, "van1", "clock", at_s(w, 10, 33), NULL);
    report(w);
    const struct circ_counts *hall = &line_of(w, "hall")->circ, *green = &line_of(w, "green")->circ;
    assert_int_equal(hall->checkouts, 2);
    assert_int_equal(hall->renewals, 1);
    assert_int_equal(hall->checkins, 0);
    assert_int_equal(green->checkins, 1);
    assert_int_equal(green->holds, 1);
    assert_int_equal(green->renewals, 0);
    assert_int_equal(line_of(w, "meadow")->circ.checkouts, 1);
    assert_int_equal(w->r.off_stop.checkouts, 1);
    assert_int_equal(w->r.off_stop.registrations, 1);
    int64_t all = w->r.off_stop.checkouts;
    for (size_t i = 0; i < w->stops.count; i++) all += w->stops.lines[i].circ.checkouts;
    assert_int_equal(all, 4);
}

static void test_report_acts_of_another_day_belong_to_its_report(void **state)
{
    struct world *w = *state;
    int64_t midnight = zone_at_s(w->day, 0);
    act(w, "van1", "checkout", midnight - 60, NULL);
    report(w);
    assert_int_equal(w->r.off_stop.checkouts, 0);
    act(w, "van1", "checkout", midnight, NULL);
    report(w);
    assert_int_equal(w->r.off_stop.checkouts, 1);
    visit(w, "van1", "meadow", midnight + 60, midnight + 600, ENTRY_NONE); /* the one before midnight was for this visit */
    report(w);
    assert_int_equal(w->r.off_stop.checkouts, 0);
    assert_int_equal(line_of(w, "meadow")->circ.checkouts, 2);
}

static void test_report_a_visit_still_open_lasts_until_now_or_the_next(void **state)
{
    struct world *w = *state;
    visit(w, "van1", "hall", at_s(w, 10, 0), ENTRY_NONE, at_s(w, 10, 0));
    act(w, "van1", "checkout", at_s(w, 19, 0), NULL);
    report(w);
    assert_int_equal(line_of(w, "hall")->dep_s, ENTRY_NONE);
    assert_int_equal(line_of(w, "hall")->open_min, 600);
    assert_int_equal(line_of(w, "hall")->circ.checkouts, 1);
    visit(w, "van1", "green", at_s(w, 11, 15), at_s(w, 19, 30), at_s(w, 11, 15));
    report(w);
    assert_int_equal(line_of(w, "hall")->open_min, 75);
    assert_int_equal(line_of(w, "green")->circ.checkouts, 1);
}

static int64_t lent(const struct visit_report *r)
{
    int64_t all = r->off_stop.checkouts;
    for (size_t i = 0; i < r->count; i++) all += r->lines[i].circ.checkouts;
    return all;
}

static void test_report_days_add_up_to_the_whole_across_midnight(void **state)
{
    struct world *w = *state;
    int64_t midnight = zone_at_s(w->day + 1, 0), now_ms = (midnight + 9 * 86400) * 1000;
    plan(w, 3, "inn", "23:30,23:55");
    run(w, "INSERT INTO plan(n, stop, mobile, line) VALUES(4, 'mill', 'Van', ',Van,,Ham,mill,,,-2.6,51.4,,Public,00:05,00:20,FREQ=WEEKLY,2026-01-06,,,')");
    int64_t inn = visit(w, "van1", "inn", at_s(w, 23, 25), midnight + 30 * MINUTE, at_s(w, 23, 30));
    act(w, "van1", "checkout", midnight + 5 * MINUTE, NULL);
    act(w, "van1", "checkout", midnight + 25 * MINUTE, NULL);
    visitors(w, "van1", inn, 4, midnight + 29 * MINUTE);
    act(w, "van1", "checkout", midnight + 50 * MINUTE, NULL);                                       /* off stop, on Tuesday */
    visit(w, "van2", "mill", midnight - 2 * MINUTE, midnight + 20 * MINUTE, midnight + 5 * MINUTE); /* here before midnight, planned after */
    act(w, "van2", "checkout", midnight - MINUTE, NULL);
    visit(w, "van3", "meadow", at_s(w, 15, 0), ENTRY_NONE, ENTRY_NONE); /* never closed: until the next */
    act(w, "van3", "checkout", midnight + 3600, NULL);
    visit(w, "van3", "meadow", midnight + 7200, midnight + 9000, ENTRY_NONE);
    struct visit_report days[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(report_visits(&w->b, w->day + i, w->day + i, now_ms, &w->a, &days[i]), BM_OK);
    assert_int_equal(report_visits(&w->b, w->day, w->day + 1, now_ms, &w->a, &w->r), BM_OK);
    assert_int_equal(lent(&w->r), 5);
    assert_int_equal(lent(&days[0]), 3); /* two at the inn, one in the meadow */
    assert_int_equal(lent(&days[1]), 2); /* one off stop, one at the mill */
    assert_int_equal(days[1].off_stop.checkouts, 1);
    assert_int_equal(days[1].off_stop.visitors, 0);
    assert_int_equal(days[0].count, 4); /* hall, green, meadow, inn */
    assert_int_equal(days[1].count, 2); /* mill, meadow */
    assert_int_equal(days[1].lines[0].status, VISIT_MADE);
    assert_int_equal(days[1].lines[0].deviation_min, -7);
    w->r = days[0];
    assert_int_equal(line_of(w, "inn")->circ.visitors, 4);
    assert_int_equal(line_of(w, "meadow")->open_min, 11 * MINUTE);
}

static void test_report_visitors_belong_to_the_visit_they_name(void **state)
{
    struct world *w = *state;
    int64_t hall = visit(w, "van1", "hall", at_s(w, 10, 0), at_s(w, 11, 0), at_s(w, 10, 0));
    visit(w, "van1", "green", at_s(w, 11, 15), at_s(w, 12, 0), at_s(w, 11, 15));
    visitors(w, "van1", hall, 7, at_s(w, 11, 20)); /* typed in late */
    visitors(w, "van1", hall, -2, at_s(w, 11, 21));
    visitors(w, "van1", ENTRY_NONE, 3, at_s(w, 11, 30));
    visitors(w, "van2", hall, 100, at_s(w, 10, 30)); /* same number, another laptop */
    report(w);
    assert_int_equal(line_of(w, "hall")->circ.visitors, 5);
    assert_int_equal(line_of(w, "green")->circ.visitors, 3);
    assert_int_equal(w->r.off_stop.visitors, 100);
}

static void test_report_stops_sum_their_visits(void **state)
{
    struct world *w = *state;
    visit(w, "van1", "hall", at_s(w, 10, 3), at_s(w, 11, 0), at_s(w, 10, 0));
    visit(w, "van1", "hall", at_s(w, 10, 0) + 7 * 86400 - 6 * 60, at_s(w, 11, 0) + 7 * 86400, at_s(w, 10, 0) + 7 * 86400);
    assert_int_equal(report_visits(&w->b, w->day, w->day + 20, at_s(w, 20, 0) * 1000 + INT64_C(86400000) * 30, &w->a, &w->r), BM_OK);
    assert_int_equal(report_stops(&w->r, &w->a, &w->stops), BM_OK);
    assert_int_equal(w->stops.count, 2);
    const struct stop_line *green = &w->stops.lines[0], *hall = &w->stops.lines[1];
    assert_string_equal(green->stop, "green");
    assert_int_equal(green->missed, 3);
    assert_int_equal(green->deviation_min, ENTRY_NONE);
    assert_int_equal(hall->planned, 3);
    assert_int_equal(hall->made, 2);
    assert_int_equal(hall->missed, 1);
    assert_int_equal(hall->deviation_min, 5); /* 3 late and 6 early: 4.5 */
    assert_int_equal(hall->open_min, 57 + 66);
}

static void test_daymap_tells_where_each_van_stood_and_what_was_planned(void **state)
{
    struct world *w = *state;
    struct daymap map;
    run(w, "INSERT INTO stop(key, mobile, community, name, type, lat_e6, lon_e6) VALUES('hall', 'Van', 'Ham', 'Hall', '', 51400000, -2600000)");
    int64_t seen = visit(w, "van1", "hall", at_s(w, 10, 3), at_s(w, 11, 0), at_s(w, 10, 0));
    visit(w, "van1", NULL, at_s(w, 9, 0), at_s(w, 9, 30), ENTRY_NONE);
    visit(w, "van1", "hall", at_s(w, 10, 0) + 86400, ENTRY_NONE, ENTRY_NONE); /* another day */
    run(w, "UPDATE visit SET lat_e6 = 51400123, lon_e6 = NULL, dist_m = 4200 WHERE arr_s % 86400 = 32580"); /* half a place is none */
    assert_int_equal(daymap_load(&w->b, w->day, at_s(w, 20, 0) * 1000, &w->a, &map), BM_OK);
    assert_int_equal(map.call_count, 2);
    assert_null(map.calls[0].name);
    assert_int_equal(map.calls[0].lat_e6, ENTRY_NONE);
    assert_int_equal(seen, 1);
    assert_string_equal(map.calls[1].name, "Ham, Hall");
    assert_int_equal(map.calls[1].lat_e6, 51400000); /* the stop's: of its own it has only half */
    assert_int_equal(map.calls[1].lon_e6, -2600000);
    assert_int_equal(map.calls[1].leg_m, 4200);
    assert_int_equal(map.stop_count, 2);
    assert_int_equal(map.stops[0].status, VISIT_MADE);
    assert_int_equal(map.stops[0].lat_e6, 51400000);
    assert_int_equal(map.stops[1].status, VISIT_MISSED);
    assert_null(map.stops[1].name); /* "green" has no place any more */
}

static void test_report_days_must_be_sound(void **state)
{
    struct world *w = *state;
    assert_int_equal(report_visits(&w->b, w->day, w->day - 1, 0, &w->a, &w->r), BM_EUSAGE);
    assert_int_equal(report_visits(&w->b, w->day, w->day + REPORT_DAYS_MAX, 0, &w->a, &w->r), BM_EUSAGE);
    assert_int_equal(report_visits(&w->b, w->day, w->day + REPORT_DAYS_MAX - 1, 0, &w->a, &w->r), BM_OK);
    run(w, "UPDATE plan SET line = 'not a timetable row' WHERE n = 1");
    assert_int_equal(report_visits(&w->b, w->day, w->day, 0, &w->a, &w->r), BM_EINPUT);
    run(w, "DELETE FROM plan");
    assert_int_equal(report_visits(&w->b, w->day, w->day, 0, &w->a, &w->r), BM_OK);
    assert_int_equal(w->r.count, 0);
}

static void test_report_files_are_safe_to_open(void **state)
{
    struct world *w = *state;
    struct buf csv = { 0 }, json = { 0 };
    struct jsonw j;
    visit(w, "van1", "=cmd|' /C calc'!A0", at_s(w, 15, 0), at_s(w, 15, 30), ENTRY_NONE);
    report(w);
    report_visits_csv(&w->r, &csv);
    assert_int_equal(buf_rc(&csv), BM_OK);
    assert_non_null(strstr(buf_str(&csv), "2026-10-05,'=cmd"));
    assert_non_null(strstr(buf_str(&csv), "2026-10-05,hall,2026-10-05 10:00,2026-10-05 11:00,,,,missed,,0,0,0,0,0,0\n"));
    buf_clear(&csv);
    report_stops_csv(&w->stops, &w->r, &csv);
    assert_non_null(strstr(buf_str(&csv), "\n'=cmd"));
    for (int i = 0; i < 2; i++) {
        buf_clear(&json);
        jsonw_init(&j, &json);
        if (i) report_stops_json(&w->stops, &w->r, &j);
        else report_visits_json(&w->r, &j);
        assert_int_equal(jsonw_rc(&j), BM_OK);
        json_t *o = json_loadb(json.data, json.len, 0, NULL);
        assert_int_equal(json_array_size(json_object_get(o, i ? "stops" : "visits")), 3);
        assert_string_equal(json_string_value(json_object_get(o, "from")), "2026-10-05");
        assert_true(json_is_object(json_object_get(o, "off_stop")));
        json_decref(o);
    }
    buf_free(&csv), buf_free(&json);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_report_a_planned_visit_is_made_missed_or_expected),
        T(test_report_early_is_less_than_nought),
        T(test_report_a_closed_day_is_neither_planned_nor_missed),
        T(test_report_a_visit_elsewhere_is_unscheduled),
        T(test_report_a_visit_without_planned_time_is_matched_by_its_stop),
        T(test_report_a_van_that_leaves_and_comes_back_made_one_visit),
        T(test_report_a_timetable_that_says_a_thing_twice_plans_it_once),
        T(test_report_each_act_counts_once_at_the_nearest_visit),
        T(test_report_acts_of_another_day_belong_to_its_report),
        T(test_report_a_visit_still_open_lasts_until_now_or_the_next),
        T(test_report_days_add_up_to_the_whole_across_midnight),
        T(test_report_visitors_belong_to_the_visit_they_name),
        T(test_report_stops_sum_their_visits),
        T(test_daymap_tells_where_each_van_stood_and_what_was_planned),
        T(test_report_days_must_be_sound),
        T(test_report_files_are_safe_to_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
