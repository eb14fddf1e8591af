/* tests/unit/test_horizon.c -- closing the books (TIMELINE 7): what is beyond the horizon, and where it may go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "sync/audit.h"
#include "sync/horizon.h"
#include "tests/tale.h"

enum { WORLD_DAYS = 400 }; /* the branch's clock stands so long after the tale's start */
#define DAYS(n) ((n) * INT64_C(86400000))

static void synced(struct tale *t, int who, int64_t at)
{
    must(db_begin(t->b.db));
    must(db_end(t->b.db, db_run(t->b.db, SQL_DEVICE_SYNCED, "now_ms", 'i', WORLD_START_MS + at, "dev", 's', t->lines[who].journal.dev, NULL)));
}

static struct horizon advance(struct tale *t, int64_t days_after_start)
{
    struct horizon h;
    must(horizon_advance(&t->b, WORLD_DAYS - days_after_start, true, &t->a, &h));
    return h;
}

/* Everybody was here yesterday; the books are closed up to so many days after the start. */
static void close_books(struct tale *t, int64_t days_after_start)
{
    for (int i = 0; i < LINES; i++) synced(t, i, DAYS(WORLD_DAYS - 1));
    struct horizon h = advance(t, days_after_start);
    assert_true(h.moved);
    assert_true(h.now_ms == WORLD_START_MS + DAYS(days_after_start));
}

static int64_t count(struct tale *t, const char *sql)
{
    struct stmt *s;
    must(db_prepare(t->b.db, sql, &s));
    must(stmt_next(s));
    int64_t n = stmt_int(s, 0);
    stmt_free(s);
    return n;
}

/* The folds agree with the rows, and all entries, in the order of the lines and each under its horizon, lead to the same. */
static void sound(struct tale *t)
{
    int64_t readings, differences;
    const char *problem;
    must(apply_verify(&t->b.apply, &readings, &differences));
    assert_int_equal(differences, 0);
    must(audit_again(&t->b, &t->a, &problem));
    if (problem) fprintf(stderr, "%s\n", problem);
    assert_null(problem);
}

static struct eid undo(struct tale *t, int who, int64_t at, struct eid target)
{
    struct entry e = act(OP_VOID);
    e.target = target;
    return tell(t, who, at, e);
}

#define OPEN_OF_B "SELECT count(*) FROM loan WHERE card = 'B' AND end_ms IS NULL"
#define BEYOND "SELECT count(*) FROM exception_now WHERE code = 'beyond_horizon' AND status = 'open'"

static void test_horizon_what_comes_too_late_rewrites_nothing(void **state)
{
    struct tale *t = *state;
    lend(t, 0, HOUR, "X", "A");
    take(t, 0, DAYS(3), "X");
    lend(t, 1, DAYS(2), "X", "B"); /* the van lent it in between, and comes when the books are closed */
    struct entry pay = act(OP_PAY);
    pay.patron = "B";
    pay.amount_cents = 30;
    tell(t, 1, DAYS(2), pay);
    struct entry join = act(OP_REGISTER);
    join.patron = "N";
    join.name = "Nan Invented";
    join.expires_s = (WORLD_START_MS + DAYS(900)) / 1000;
    tell(t, 1, DAYS(2), join);
    lend(t, 1, DAYS(12), "Y", "N");
    arrive(t, 0);
    close_books(t, 10);
    arrive(t, 1);
    assert_int_equal(count(t, BEYOND), 1);
    assert_int_equal(count(t, "SELECT count(*) FROM loan WHERE card = 'B'"), 0);
    assert_int_equal(count(t, "SELECT count(*) FROM exception WHERE code = 'lent_over_loan'"), 0);
    assert_int_equal(count(t, "SELECT count(*) FROM loan WHERE card = 'N' AND end_ms IS NULL"), 1); /* after the horizon: counts */
    assert_int_equal(count(t, "SELECT cents FROM balance WHERE account = 'B'"), -30); /* money always counts */
    assert_true(count(t, "SELECT t_ms FROM standing WHERE card = 'N'") == WORLD_START_MS + DAYS(10)); /* a card, from the horizon on */
    assert_int_equal(count(t, "SELECT count(*) FROM exception_now WHERE code = 'unknown_card'"), 0);
    sound(t);
}

static void test_horizon_a_void_is_judged_by_what_it_takes_back(void **state)
{
    struct tale *t = *state;
    struct eid old = lend(t, 1, HOUR, "X", "B"), fresh = lend(t, 1, DAYS(20), "Y", "B");
    arrive(t, 0);
    arrive(t, 1);
    close_books(t, 10);
    undo(t, 0, DAYS(30), old);
    undo(t, 1, DAYS(30), fresh);
    arrive(t, 0);
    arrive(t, 1);
    assert_int_equal(count(t, BEYOND), 1);
    assert_int_equal(count(t, OPEN_OF_B), 1); /* the old one stays */
    sound(t);
}

static void test_horizon_a_hold_counts_from_when_it_was_first_named(void **state)
{
    struct tale *t = *state;
    struct entry place = act(OP_PLACE), capture = act(OP_CAPTURE);
    place.patron = "A";
    place.title = "T";
    place.pickup = "MAIN";
    struct eid hold = tell(t, 1, DAYS(20), place);
    capture.item = "X";
    capture.hold = hold;
    tell(t, 2, DAYS(5), capture); /* by another van's clock, before it was placed */
    arrive(t, 0);
    arrive(t, 1);
    arrive(t, 2);
    close_books(t, 10);
    undo(t, 1, DAYS(30), hold);
    arrive(t, 1);
    assert_int_equal(count(t, BEYOND), 1);
    assert_int_equal(count(t, "SELECT count(*) FROM hold WHERE state = 'captured'"), 1);
    sound(t); /* which takes the entries in another order: the void before the capture */
}

static void test_horizon_a_hold_that_came_late_is_not_found_by_what_was_before_it(void **state)
{
    struct tale *t = *state;
    struct entry place = act(OP_PLACE), capture = act(OP_CAPTURE);
    place.patron = "A";
    place.title = "T";
    place.pickup = "MAIN";
    capture.item = "X";
    capture.hold = tell(t, 1, DAYS(20), place);
    tell(t, 2, DAYS(5), capture);
    arrive(t, 0);
    arrive(t, 2);
    close_books(t, 10);
    arrive(t, 1); /* the hold is in time; that it was captured on the fifth day is past changing */
    assert_int_equal(count(t, BEYOND), 0);
    assert_int_equal(count(t, "SELECT count(*) FROM hold WHERE state = 'waiting'"), 1);
    assert_int_equal(count(t, "SELECT count(*) FROM exception_now WHERE code = 'unknown_hold'"), 1);
    sound(t);
}

static void test_horizon_a_better_clock_brings_back_what_seemed_too_late(void **state)
{
    struct tale *t = *state;
    struct entry clock = act(OP_CLOCK);
    t->lines[1].env.made_wall_ms -= DAYS(30); /* the van believes that it is a month ago */
    lend(t, 1, DAYS(35), "X", "B");
    arrive(t, 0);
    close_books(t, 10);
    arrive(t, 1);
    assert_int_equal(count(t, BEYOND), 1);
    assert_int_equal(count(t, OPEN_OF_B), 0);
    sound(t);
    clock.wall_ms = WORLD_START_MS + DAYS(36);
    clock.off_ms = WORLD_START_MS - 1000000;
    clock.unc_ms = 100;
    clock.src = "gps";
    tell(t, 1, DAYS(36), clock);
    arrive(t, 1);
    assert_int_equal(count(t, BEYOND), 0);
    assert_int_equal(count(t, OPEN_OF_B), 1);
    sound(t);
}

static void test_horizon_waits_for_laptops_and_for_what_cannot_be_read(void **state)
{
    struct tale *t = *state;
    struct entry odd = act(OP_SETTLE); /* which no laptop may write */
    struct horizon h;
    arrive(t, 0);
    synced(t, 0, DAYS(399));
    synced(t, 2, DAYS(50)); /* van1 never synced: enrolled at the start */
    h = advance(t, 100);
    assert_int_equal(h.hold_count, 2);
    assert_string_equal(h.holds[0].dev, "van1");
    assert_string_equal(h.holds[0].why, "never synced");
    assert_true(h.now_ms == WORLD_START_MS - HORIZON_SYNC_MARGIN_MS);
    assert_string_equal(h.holds[1].dev, "van2");
    odd.exc_code = "barred";
    odd.exc_entry = "x";
    odd.how = "accept";
    lend(t, 1, DAYS(20), "X", "A");
    tell(t, 1, DAYS(60), odd);
    arrive(t, 1);
    synced(t, 1, DAYS(399));
    h = advance(t, 100);
    assert_string_equal(h.holds[0].why, "quarantined");
    int64_t there_ms = h.now_ms; /* what van1 wrote last before: the loan, or a clock entry beside it */
    assert_in_range(there_ms, WORLD_START_MS + DAYS(20), WORLD_START_MS + DAYS(20) + 1000);
    assert_true(h.moved);
    h = advance(t, 10);
    assert_false(h.moved);
    assert_true(h.now_ms == there_ms); /* it never goes back */
    must(horizon_look(&t->b, 1, &t->a, &h));
    assert_false(h.moved);
    assert_true(h.now_ms == h.may_ms);
}

/* A night with the clock far ahead closes nothing: between then and the last day of work nothing came in. */
static void test_horizon_doubts_a_clock_far_ahead(void **state)
{
    struct tale *t = *state;
    struct horizon h;
    for (int day = 0; day <= 300; day += HORIZON_HOLE_DAYS) take(t, 0, DAYS(day), "X");
    arrive(t, 0);
    must(db_exec(t->b.db, "UPDATE reading SET received_ms = t_ms")); /* as they were done */
    for (int i = 0; i < LINES; i++) synced(t, i, DAYS(WORLD_DAYS - 1));
    assert_int_equal(horizon_advance(&t->b, WORLD_DAYS - 200, false, &t->a, &h), BM_EREFUSED);
    must(horizon_look(&t->b, WORLD_DAYS - 200, &t->a, &h));
    assert_true(h.now_ms == ENTRY_NONE);
    for (int day = 320; day <= WORLD_DAYS; day += HORIZON_HOLE_DAYS) take(t, 0, DAYS(day), "X");
    arrive(t, 0);
    must(db_exec(t->b.db, "UPDATE reading SET received_ms = t_ms"));
    must(horizon_advance(&t->b, WORLD_DAYS - 200, false, &t->a, &h));
    assert_true(h.moved);
    assert_true(h.now_ms == WORLD_START_MS + DAYS(200));
    must(horizon_advance(&t->b, WORLD_DAYS - 210, false, &t->a, &h)); /* what was before the horizon does not count any more */
    assert_true(h.moved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_horizon_what_comes_too_late_rewrites_nothing, begin, end),
        cmocka_unit_test_setup_teardown(test_horizon_a_void_is_judged_by_what_it_takes_back, begin, end),
        cmocka_unit_test_setup_teardown(test_horizon_a_hold_counts_from_when_it_was_first_named, begin, end),
        cmocka_unit_test_setup_teardown(test_horizon_a_hold_that_came_late_is_not_found_by_what_was_before_it, begin, end),
        cmocka_unit_test_setup_teardown(test_horizon_a_better_clock_brings_back_what_seemed_too_late, begin, end),
        cmocka_unit_test_setup_teardown(test_horizon_doubts_a_clock_far_ahead, begin, end),
        cmocka_unit_test_setup_teardown(test_horizon_waits_for_laptops_and_for_what_cannot_be_read, begin, end),
    };
    return cmocka_run_group_tests_name("horizon", tests, NULL, NULL);
}
