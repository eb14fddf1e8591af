/* tests/unit/test_visit.c -- a made laptop is driven along a made road: what its journal and its
 * tables say of it. */
#include <signal.h>
#include <sys/wait.h>

#include <jansson.h>

#include "tests/van.h"

/* --- itinerary ------------------------------------------------------------------------- */

static void test_visit_itinerary_has_todays_calls_then_the_vehicles_other_stops(void **state)
{
    struct world *w = *state;
    const struct itinerary *it = visits_itinerary(w->visits);
    assert_int_equal(it->count, 3);
    assert_int_equal(it->call_count, 2);
    assert_string_equal(it->keys[0], "VAN1/Eastmere/Green");
    assert_string_equal(it->names[0], "Eastmere, Green");
    assert_int_equal(it->plan[0].arr_s, START_MS / 1000 + 600);
    assert_int_equal(it->plan[1].dep_s, START_MS / 1000 + 100 * 60);
    assert_string_equal(it->keys[2], "VAN1/Oldham/Pump");
    assert_true(it->plan[2].arr_s == STOPS_NONE);
}

static void test_visit_itinerary_of_a_closed_day_has_no_calls(void **state)
{
    struct world *w = *state;
    struct itinerary it = { 0 };
    struct itinerary_call next;
    int64_t day = zone_day(START_MS);
    must(db_run(w->l.replica, SQL_CLOSED_ADD, "branch", 's', "MAIN", "first_day", 'i', day - 3,
                "last_day", 'i', day, "reason", 's', "", NULL));
    must(itinerary_load(&it, &w->l, START_MS));
    assert_int_equal(it.count, 3);
    assert_int_equal(it.call_count, 0);
    must(itinerary_next(&w->l, &w->arena, START_MS / 1000, &next));
    assert_string_equal(next.name, "Oldham, Pump");
    itinerary_free(&it);
}

static void test_visit_stop_is_found_by_key_and_by_part_of_its_name(void **state)
{
    struct world *w = *state;
    const struct itinerary *it = visits_itinerary(w->visits);
    size_t i = 99;
    must(itinerary_named(it, "van1/norby/church", 0, &i));
    assert_int_equal(i, 1);
    must(itinerary_named(it, "gREEN", 0, &i));
    assert_int_equal(i, 0);
    assert_int_equal(itinerary_named(it, "h", 0, &i), BM_EUSAGE); /* Church, Oldham */
    assert_int_equal(itinerary_named(it, "Westby", 0, &i),
                     BM_ENOTFOUND); /* of another vehicle */
    assert_int_equal(itinerary_named(it, "", 0, &i), BM_ENOTFOUND);
}

static void test_visit_next_call_of_the_day_and_of_later_days(void **state)
{
    struct world *w = *state;
    struct itinerary_call next;
    must(itinerary_next(&w->l, &w->arena, START_MS / 1000, &next));
    assert_string_equal(next.stop, "VAN1/Eastmere/Green");
    must(itinerary_next(&w->l, &w->arena, next.arr_s, &next));
    assert_string_equal(next.stop, "VAN1/Norby/Church");
    must(itinerary_next(&w->l, &w->arena, next.arr_s, &next));
    assert_string_equal(next.stop, "VAN1/Oldham/Pump");
    assert_int_equal(zone_day(next.arr_s * 1000), zone_day(START_MS) + 1);
}

/* --- gps to visits --------------------------------------------------------------------- */

static void test_visit_is_opened_and_closed_with_its_true_times(void **state)
{
    struct world *w = *state;
    struct visit_row row;
    visit_eastmere(w);
    int64_t left_s = w->t_ms / 1000;
    must(visit_peek(&w->l, &w->arena, &row));
    assert_string_equal(row.stop, "VAN1/Eastmere/Green");
    assert_string_equal(row.src, "gps");
    assert_in_range(row.arr_s, START_MS / 1000 + 195, START_MS / 1000 + 205);
    assert_int_equal(row.parr_s, START_MS / 1000 + 600);
    assert_true(row.dep_s == ENTRY_NONE);
    go_to(w, 5000);
    stand(w, 600);
    assert_int_equal(in_replica(w, "SELECT count(*) FROM visit"), 2);
    assert_in_range(in_replica(w, "SELECT dep_s FROM visit WHERE stop LIKE '%Green'"),
                    left_s - 5, left_s + 5);
    assert_in_range(in_replica(w, "SELECT dist_m FROM visit WHERE stop LIKE '%Green'"), 1900,
                    2020);
    assert_int_equal(
        in_replica(w, "SELECT count(*) FROM visit WHERE dep_s IS NULL AND stop LIKE '%Church'"),
        1);
    assert_string_equal(ops(w), "open_visit track close_visit open_visit track");
    assert_int_equal(w->worst, BM_OK);
}

static void test_visit_events_are_told_after_they_are_written(void **state)
{
    struct world *w = *state;
    visit_eastmere(w);
    go_to(w, 5000);
    stand(w, 200);
    const struct visit_told *x = w->told;
    size_t n = w->told_count;
    if (n && x->kind == VISIT_CLOCK) x++, n--;
    assert_int_equal(n, 3);
    assert_int_equal(x[0].kind, VISIT_ARRIVED);
    assert_string_equal(x[0].name, "Eastmere, Green");
    assert_non_null(x[0].entry);
    assert_in_range(x[0].dist_m, 1900, 2020);
    assert_int_equal(x[1].kind, VISIT_LEFT);
    assert_int_equal(x[1].planned_s, START_MS / 1000 + 40 * 60);
    assert_int_equal(x[2].kind, VISIT_ARRIVED);
    assert_in_range(x[2].dist_m, 2900, 3100); /* the second leg alone */
}

static void test_visit_elsewhere_is_an_unscheduled_one(void **state)
{
    struct world *w = *state;
    struct visit_row row;
    go_to(w, 1000);
    stand(w, 300);
    must(visit_peek(&w->l, &w->arena, &row));
    assert_null(row.stop);
    assert_true(row.parr_s == ENTRY_NONE);
    assert_int_equal(row.lat_e6, 51200000);
}

static void test_visit_at_a_known_stop_of_another_day_has_no_planned_time(void **state)
{
    struct world *w = *state;
    struct visit_row row;
    go_to(w, 8000);
    stand(w, 300);
    must(visit_peek(&w->l, &w->arena, &row));
    assert_string_equal(row.stop, "VAN1/Oldham/Pump");
    assert_true(row.parr_s == ENTRY_NONE);
}

static void test_visit_goes_on_over_a_restart_in_the_middle(void **state)
{
    struct world *w = *state;
    visit_eastmere(w);
    reopen(w);
    assert_false(visits_is_fresh(w->visits));
    stand(w, 300);
    go_to(w, 3000);
    reopen(w);
    pass(w, 20000);
    go_to(w, 5000);
    stand(w, 300);
    assert_string_equal(ops(w), "open_visit track close_visit open_visit track");
    assert_in_range(in_replica(w, "SELECT dep_s - arr_s FROM visit WHERE stop LIKE '%Green'"),
                    2090, 2110);
    assert_in_range(w->told[w->told_count - 1].dist_m, 2900,
                    3100); /* the leg began before the restart */
}

/* The drive so far is done by a process that is killed in the middle of the second leg. */
static void test_visit_goes_on_after_a_kill(void **state)
{
    struct world *w = *state;
    int status;
    must(visits_close(w->visits));
    laptop_close(&w->l);
    pid_t child = fork(); /* no database is open: none may cross a fork */
    assert_true(child >= 0);
    if (child == 0) {
        open_laptop(w);
        open_visits(w);
        visit_eastmere(w);
        go_to(w, 2600);
        kill(getpid(), SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    w->east_m = 3000; /* forty seconds later */
    w->t_ms += (200 + 1800 + 60 + 40) * 1000;
    w->boot_ms += (200 + 1800 + 60 + 40) * 1000;
    open_laptop(w);
    open_visits(w);
    assert_int_equal(in_replica(w, "SELECT count(*) FROM visit WHERE dep_s IS NOT NULL"), 1);
    go_to(w, 5000);
    stand(w, 300);
    assert_string_equal(ops(w), "open_visit track close_visit open_visit track");
    assert_in_range(w->told[w->told_count - 1].dist_m, 2950, 3050);
}

/* V1: killed at the moment when the arrival has become durable, it does not arrive again. */
static void test_visit_killed_on_arriving_has_arrived(void **state)
{
    struct world *w = *state;
    int status;
#ifdef NDEBUG
    skip(); /* no failure ticks in a release */
#endif
    must(visits_close(w->visits));
    laptop_close(&w->l);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        open_laptop(w);
        open_visits(w);
        go_to(w, 2000);
        setenv("BOOKMOBILE_CRASH", "act.durable:1", 1);
        stand(w, 200);
        _exit(1); /* it ought to be dead */
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    w->east_m = 2000;
    pass(w, (200 + 95) * 1000);
    open_laptop(w);
    open_visits(w);
    stand(w, 300);
    assert_string_equal(ops(w), "open_visit track");
    assert_int_equal(in_replica(w, "SELECT arr_s FROM visit"), START_MS / 1000 + 200);
    for (size_t i = 0; i < w->told_count; i++) assert_int_equal(w->told[i].kind, VISIT_CLOCK);
    go_to(w, 4000);
    assert_string_equal(ops(w), "open_visit track close_visit");
}

static void test_visit_kept_state_that_is_damaged_is_left_behind(void **state)
{
    struct world *w = *state;
    visit_eastmere(w);
    must(visits_close(w->visits));
    must(meta_set(w->l.db, "visits", "visits 1\n0\n0\nrubbish"));
    open_visits(w);
    assert_true(visits_is_fresh(w->visits));
    stand(w, 600); /* at the same place: the visit that is open goes on */
    go_to(w, 5000);
    assert_int_equal(in_replica(w, "SELECT count(*) FROM visit"), 1);
    assert_int_equal(in_replica(w, "SELECT count(*) FROM visit WHERE dep_s IS NOT NULL"), 1);
}

/* --- by hand --------------------------------------------------------------------------- */

static enum bm_rc by_hand(struct world *w, bool opens, const char *stop, bool unscheduled,
                          const char *why)
{
    struct visit_by_hand hand = {
        .stop = stop, .unscheduled = unscheduled, .at_s = ENTRY_NONE, .why = why
    };
    struct desk_answer answer;
    const char *name;
    enum bm_rc rc = (opens ? visit_open_by_hand : visit_close_by_hand)(&w->l, &w->arena, &hand,
                                                                       &answer, &name);
    if (!rc) assert_true(answer.done);
    return rc;
}

static void test_visit_opened_by_hand_is_closed_by_gps(void **state)
{
    struct world *w = *state;
    go_to(w, 2000);
    stand(w, 20);
    must(by_hand(w, true, NULL, false, "the receiver is slow"));
    stand(w, 1000);
    go_to(w, 4000);
    assert_string_equal(ops(w), "open_visit note track close_visit");
    assert_int_equal(in_replica(w, "SELECT count(*) FROM visit WHERE src = 'driver' AND dep_s "
                                   "IS NOT NULL AND stop LIKE '%Green'"),
                     1);
    assert_int_equal(in_replica(w, "SELECT count(*) FROM visit"), 1);
    for (size_t i = 0; i < w->told_count; i++)
        if (w->told[i].kind == VISIT_ARRIVED) assert_null(w->told[i].entry);
}

static void test_visit_closed_by_hand_is_not_closed_again(void **state)
{
    struct world *w = *state;
    visit_eastmere(w);
    must(by_hand(w, false, NULL, false, "desk closed"));
    int64_t dep_s = in_replica(w, "SELECT dep_s FROM visit");
    stand(w, 600);
    go_to(w, 4000);
    assert_string_equal(ops(w), "open_visit track close_visit");
    assert_int_equal(in_replica(w, "SELECT dep_s FROM visit"), dep_s);
}

static void test_visit_forgotten_open_is_closed_on_arriving_elsewhere(void **state)
{
    struct world *w = *state;
    must(by_hand(w, true, "Green", false, NULL)); /* half the way, no GPS yet */
    pass(w, 3600000);
    w->east_m = 4000;
    go_to(w, 5000);
    stand(w, 300);
    assert_string_equal(ops(w), "open_visit close_visit open_visit track");
    assert_int_equal(in_replica(w, "SELECT dep_s FROM visit WHERE stop LIKE '%Green'"),
                     START_MS / 1000 + 40 * 60); /* as planned */
    assert_int_equal(
        in_replica(w, "SELECT count(*) FROM visit WHERE dep_s IS NULL AND stop LIKE '%Church'"),
        1);
}

static void test_visit_by_hand_refuses_what_makes_no_sense(void **state)
{
    struct world *w = *state;
    assert_int_equal(by_hand(w, false, NULL, false, NULL), BM_EREFUSED);
    assert_int_equal(by_hand(w, true, "Nowhere", false, NULL), BM_ENOTFOUND);
    assert_int_equal(by_hand(w, true, "h", false, NULL), BM_EUSAGE);
    assert_int_equal(by_hand(w, true, NULL, true, NULL), BM_EUSAGE);
    struct visit_by_hand later = { .stop = "Green", .at_s = w->t_ms / 1000 + 60 };
    struct desk_answer answer;
    const char *name;
    assert_int_equal(visit_open_by_hand(&w->l, &w->arena, &later, &answer, &name), BM_EUSAGE);
    assert_string_equal(ops(w), "");
    must(by_hand(w, true, "School fair", true, NULL));
    assert_int_equal(by_hand(w, true, "Green", false, NULL), BM_EREFUSED);
    assert_int_equal(
        in_replica(w, "SELECT count(*) FROM visit WHERE stop IS NULL AND name = 'School fair'"),
        1);
    pass(w, 3 * 3600000); /* nothing is planned for about now */
    must(by_hand(w, false, NULL, false, NULL));
    assert_int_equal(by_hand(w, true, NULL, false, NULL), BM_ENOTFOUND);
}

static enum bm_rc by_hand_at(struct world *w, bool opens, const char *stop, int64_t at_s)
{
    struct visit_by_hand hand = { .stop = stop, .at_s = at_s };
    struct desk_answer answer;
    const char *name;
    return (opens ? visit_open_by_hand : visit_close_by_hand)(&w->l, &w->arena, &hand, &answer,
                                                              &name);
}

static void test_visit_by_hand_leaves_the_van_in_one_place_at_a_time(void **state)
{
    struct world *w = *state;
    must(by_hand(w, true, "Church", false, NULL));
    int64_t from_s = w->t_ms / 1000;
    pass(w, 1800000);
    must(by_hand(w, false, NULL, false, NULL));
    pass(w, 600000);
    assert_int_equal(by_hand_at(w, true, "Green", from_s), BM_EUSAGE);
    assert_int_equal(by_hand_at(w, true, "Green", from_s + 1799), BM_EUSAGE);
    must(by_hand_at(w, true, "Green", from_s - 600)); /* a visit forgotten, before it */
    assert_int_equal(by_hand(w, false, NULL, false, NULL), BM_EUSAGE);
    assert_int_equal(by_hand_at(w, false, NULL, from_s + 1), BM_EUSAGE);
    must(by_hand_at(w, false, NULL, from_s));
    must(by_hand_at(w, true, "Green", from_s + 1800)); /* one ends, one begins */
    must(by_hand(w, false, NULL, false, NULL));
    assert_string_equal(ops(w), "open_visit close_visit open_visit close_visit open_visit close_visit");
}

/* --- faults ---------------------------------------------------------------------------- */

/* Stand until an act has failed once at this place. ret: of the failure */
static enum bm_rc stand_until_failed_at(struct world *w, const char *place)
{
    static int passes; /* env_tick counts all its passes while the variable is set */
    char value[64];
    snprintf(value, sizeof value, "%s:%d", place, ++passes);
    setenv("BOOKMOBILE_FAIL", value, 1);
    for (int i = 0; i < 300 && !w->worst; i++) report(w, 0);
    unsetenv("BOOKMOBILE_FAIL");
    return w->worst;
}

static void test_visit_that_could_not_be_written_is_written_later(void **state)
{
    struct world *w = *state;
#ifdef NDEBUG
    skip(); /* no failure ticks in a release */
#endif
    go_to(w, 2000);
    assert_int_equal(stand_until_failed_at(w, "act.before"), BM_EIO);
    assert_string_equal(ops(w), "");
    stand(w, 5);
    assert_string_equal(ops(w), "open_visit track");
    assert_int_equal(in_replica(w, "SELECT count(*) FROM visit"), 1);
    assert_int_equal(in_replica(w, "SELECT arr_s FROM visit"), START_MS / 1000 + 200);
}

static void test_visit_written_without_being_known_is_not_written_twice(void **state)
{
    struct world *w = *state;
#ifdef NDEBUG
    skip();
#endif
    go_to(w, 2000);
    assert_int_equal(stand_until_failed_at(w, "act.durable"), BM_EIO);
    stand(w, 30);
    assert_string_equal(ops(w), "open_visit track");
    assert_int_equal(in_replica(w, "SELECT count(*) FROM visit"), 1);
    go_to(w, 4000);
    assert_string_equal(ops(w), "open_visit track close_visit");
}

static void test_visit_state_and_entries_are_one(void **state)
{
    struct world *w = *state;
    visit_eastmere(w);
    struct arena a = { 0 };
    const char *before, *after;
    must(meta_get(w->l.db, "visits", &a, &before));
    go_to(w, 2700); /* beyond merge_far_m: the departure is told */
    must(meta_get(w->l.db, "visits", &a, &after));
    assert_string_not_equal(before, after);
    assert_string_equal(ops(w), "open_visit track close_visit");
    arena_free(&a);
}

/* --- clock ----------------------------------------------------------------------------- */

static void test_visit_gps_tells_the_journal_the_time(void **state)
{
    struct world *w = *state;
    struct desk_answer answer;
    w->clock_error_ms = 300000; /* five minutes fast */
    set_time(w);
    must(desk_checkin(&w->l.desk, &w->arena, "30001", ENTRY_NONE, &answer));
    assert_int_equal(in_replica(w, "SELECT last_t FROM item") / 1000, START_MS / 1000 + 300);
    stand(w, 9);
    assert_int_equal(ask(w->l.db, "SELECT count(*) FROM clock WHERE src = 'gps'"), 0);
    stand(w, 3);
    assert_int_equal(ask(w->l.db, "SELECT count(*) FROM clock WHERE src = 'gps'"), 1);
    assert_int_equal(ask(w->l.db, "SELECT off FROM clock WHERE src = 'gps'"),
                     START_MS - 1000000);
    assert_int_equal(w->told[0].kind, VISIT_CLOCK);
    assert_int_equal(in_replica(w, "SELECT last_t FROM item") / 1000,
                     START_MS / 1000); /* I10: dated anew */
    stand(w, 200);
    assert_int_equal(ask(w->l.db, "SELECT count(*) FROM clock WHERE src = 'gps'"), 1);
}

static void test_visit_reports_that_disagree_tell_no_time(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 40; i++) {
        report(w, 0);
        w->boot_ms += i % 7 * 400; /* read late, now more, now less */
        set_time(w);
    }
    assert_int_equal(ask(w->l.db, "SELECT count(*) FROM clock WHERE src = 'gps'"), 0);
}

/* --- status ---------------------------------------------------------------------------- */

/* Run a command line as the program would. ret: exit status */
static int run(struct world *w, char *out, size_t size, const char *const *words)
{
    static const struct cli_command *const tables[] = { road_commands, NULL };
    static const struct cli_program program = { .name = "bookmobile",
                                                .version = "0",
                                                .brief = "",
                                                .about = "",
                                                .data_env = "NONE",
                                                .tables = tables };
    char *argv[16] = { strdup("bookmobile"), strdup("--data"), strdup(w->dir) };
    int argc = 3;
    for (; *words; words++) argv[argc++] = strdup(*words);
    write_clock_file(w);
    FILE *to = tmpfile(), *err = tmpfile();
    int status = cli_main_with(&program, NULL, argc, argv, stdin, to, err);
    rewind(to);
    out[fread(out, 1, size - 1, to)] = '\0';
    fclose(to);
    fclose(err);
    for (int i = 0; i < argc; i++) free(argv[i]);
    return status;
}
#define RUN(w, out, ...)                                                                       \
    run((w), (out), sizeof(out), (const char *const[]){ __VA_ARGS__, NULL })

static void test_visit_status_says_where_since_when_and_what_next(void **state)
{
    struct world *w = *state;
    char out[OUT_MAX];
    assert_int_equal(RUN(w, out, "stop", "status"), 0);
    assert_non_null(strstr(out, "on the road"));
    assert_non_null(strstr(out, "next: Eastmere, Green, 10:00 to 10:30"));
    visit_eastmere(w);
    assert_int_equal(RUN(w, out, "stop", "status"), 0);
    assert_non_null(strstr(out, "at Eastmere, Green since 09:53"));
    assert_non_null(strstr(out, "planned: 10:00 to 10:30"));
    assert_non_null(strstr(out, "next: Norby, Church, 11:00 to 11:30"));
    assert_int_equal(RUN(w, out, "stop", "next"), 0);
    assert_string_equal(out, "next: Norby, Church, 11:00 to 11:30\n");
    go_to(w, 4000);
    assert_int_equal(RUN(w, out, "stop", "status"), 0);
    assert_non_null(strstr(out, "on the road; left Eastmere, Green at 10:2"));
}

static void test_visit_status_as_json(void **state)
{
    struct world *w = *state;
    char out[OUT_MAX];
    visit_eastmere(w);
    assert_int_equal(RUN(w, out, "stop", "status", "--json"), 0);
    json_t *o = json_loads(out, 0, NULL);
    assert_non_null(o);
    assert_true(json_is_true(json_object_get(o, "open")));
    json_t *visit = json_object_get(o, "visit");
    assert_string_equal(json_string_value(json_object_get(visit, "stop")),
                        "VAN1/Eastmere/Green");
    assert_int_equal(json_integer_value(json_object_get(visit, "planned_arrival_s")),
                     START_MS / 1000 + 600);
    assert_string_equal(json_string_value(json_object_get(json_object_get(o, "next"), "stop")),
                        "VAN1/Norby/Church");
    json_decref(o);
}

static void test_visit_status_waits_for_a_visit(void **state)
{
    struct world *w = *state;
    char out[OUT_MAX];
    assert_int_equal(RUN(w, out, "stop", "status", "--wait", "09:30", "--timeout", "0"), 1);
    visit_eastmere(w);
    assert_int_equal(RUN(w, out, "stop", "status", "--wait", "09:30", "--timeout", "0"), 0);
    assert_non_null(strstr(out, "at Eastmere, Green"));
    assert_int_equal(RUN(w, out, "stop", "status", "--wait", "10:30", "--timeout", "0"), 1);
    assert_int_equal(RUN(w, out, "stop", "status", "--wait", "25:00"), 2);
}

static void test_visit_commands_by_hand(void **state)
{
    struct world *w = *state;
    char out[OUT_MAX];
    assert_int_equal(RUN(w, out, "stop", "close"), 1);
    assert_int_equal(RUN(w, out, "stop", "open", "Nowhere"), 1);
    assert_int_equal(
        RUN(w, out, "stop", "open", "Green", "--at", "09:45", "--why", "no receiver"), 0);
    assert_non_null(strstr(out, "OPENED  Eastmere, Green"));
    assert_int_equal(in_replica(w, "SELECT arr_s FROM visit"), START_MS / 1000 - 300);
    assert_int_equal(RUN(w, out, "stop", "open", "Church"), 1);
    assert_int_equal(RUN(w, out, "--request", "r1", "stop", "close"), 0);
    assert_non_null(strstr(out, "CLOSED  Eastmere, Green"));
    assert_string_equal(ops(w), "open_visit note close_visit");
}

static void test_visit_gps_standing_is_kept_for_status(void **state)
{
    struct world *w = *state;
    struct visit_gps_seen seen;
    go_to(w, 500);
    visits_gps(w->visits, GPS_STALE);
    must(visits_idle(w->visits));
    must(visit_gps_seen(&w->l, &seen));
    assert_int_equal(seen.state, GPS_STALE);
    assert_int_equal(seen.boottime_ms, w->boot_ms);
    assert_int_equal(seen.fix_ms, w->t_ms - 1000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_visit_itinerary_has_todays_calls_then_the_vehicles_other_stops),
        TEST(test_visit_itinerary_of_a_closed_day_has_no_calls),
        TEST(test_visit_stop_is_found_by_key_and_by_part_of_its_name),
        TEST(test_visit_next_call_of_the_day_and_of_later_days),
        TEST(test_visit_is_opened_and_closed_with_its_true_times),
        TEST(test_visit_events_are_told_after_they_are_written),
        TEST(test_visit_elsewhere_is_an_unscheduled_one),
        TEST(test_visit_at_a_known_stop_of_another_day_has_no_planned_time),
        TEST(test_visit_goes_on_over_a_restart_in_the_middle),
        TEST(test_visit_goes_on_after_a_kill),
        TEST(test_visit_killed_on_arriving_has_arrived),
        TEST(test_visit_kept_state_that_is_damaged_is_left_behind),
        TEST(test_visit_opened_by_hand_is_closed_by_gps),
        TEST(test_visit_closed_by_hand_is_not_closed_again),
        TEST(test_visit_forgotten_open_is_closed_on_arriving_elsewhere),
        TEST(test_visit_by_hand_refuses_what_makes_no_sense),
        TEST(test_visit_by_hand_leaves_the_van_in_one_place_at_a_time),
        TEST(test_visit_that_could_not_be_written_is_written_later),
        TEST(test_visit_written_without_being_known_is_not_written_twice),
        TEST(test_visit_state_and_entries_are_one),
        TEST(test_visit_gps_tells_the_journal_the_time),
        TEST(test_visit_reports_that_disagree_tell_no_time),
        TEST(test_visit_status_says_where_since_when_and_what_next),
        TEST(test_visit_status_as_json),
        TEST(test_visit_status_waits_for_a_visit),
        TEST(test_visit_commands_by_hand),
        TEST(test_visit_gps_standing_is_kept_for_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
