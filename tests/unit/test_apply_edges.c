/* tests/unit/test_apply_edges.c -- what the branch does at the edges: visits taken back, numbers and chains without measure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/tale.h"

static int64_t ask(struct tale *t, const char *sql)
{
    struct stmt *s;
    must(db_prepare(t->b.db, sql, &s));
    must(stmt_next(s));
    int64_t x = stmt_int(s, 0);
    stmt_free(s);
    return x;
}

static struct eid close_visit(struct tale *t, int64_t at, int64_t opened)
{
    struct entry e = act(OP_CLOSE_VISIT);
    e.opened = opened;
    e.src = "staff";
    e.dep_s = (WORLD_START_MS + at) / 1000;
    return tell(t, 1, at, e);
}

static void test_apply_a_close_taken_back_leaves_the_visit_open_or_as_another_close_has_it(void **state)
{
    struct tale *t = *state;
    struct entry e = act(OP_OPEN_VISIT), undo = act(OP_VOID);
    e.src = "staff";
    e.arr_s = (WORLD_START_MS + HOUR) / 1000;
    struct eid opened = tell(t, 1, HOUR, e);
    close_visit(t, 2 * HOUR, (int64_t)opened.seq);
    undo.target = close_visit(t, 3 * HOUR, (int64_t)opened.seq);
    arrive(t, 1);
    assert_int_equal(ask(t, "SELECT dep_s FROM visit"), (WORLD_START_MS + 3 * HOUR) / 1000);
    tell(t, 1, 4 * HOUR, undo);
    arrive(t, 1);
    assert_int_equal(ask(t, "SELECT dep_s FROM visit"), (WORLD_START_MS + 2 * HOUR) / 1000);
    undo.target.seq--;
    tell(t, 1, 5 * HOUR, undo);
    arrive(t, 1);
    assert_int_equal(ask(t, "SELECT count(*) FROM visit WHERE dep_s IS NULL"), 1);
    same_backwards(t);
}

static void test_apply_counts_without_measure_are_quarantined(void **state)
{
    struct tale *t = *state;
    struct entry e = act(OP_TALLY);
    e.kind = "visitors";
    e.count = INT64_MAX;
    tell(t, 1, HOUR, e);
    e.count = 12;
    tell(t, 1, HOUR, e);
    arrive(t, 1);
    assert_int_equal(ask(t, "SELECT count(*) FROM entry WHERE outcome LIKE 'quarantined%'"), 1);
    assert_int_equal(ask(t, "SELECT sum(count) FROM tally"), 12);
}

static void test_apply_one_person_has_no_hundreds_of_cards(void **state)
{
    struct tale *t = *state;
    enum { CARDS = 80 };
    static char cards[CARDS + 1][16];
    for (size_t i = 0; i <= CARDS; i++) snprintf(cards[i], sizeof cards[i], "p%zu", i);
    for (size_t i = 0; i < CARDS; i++) {
        struct entry e = act(OP_MERGE);
        e.patron = cards[i];
        e.into = cards[i + 1];
        tell(t, 1, HOUR, e);
    }
    arrive(t, 1);
    assert_int_equal(ask(t, "SELECT count(*) FROM entry WHERE outcome LIKE 'quarantined more than 64 cards%'"), 1); /* the chain breaks there */
    assert_int_equal(ask(t, "SELECT max(n) FROM (SELECT count(*) AS n FROM patron GROUP BY account)"), APPLY_CARDS_MAX);
}

static void calendar(struct tale *t, const char *first_last_since_until)
{
    char sql[200];
    snprintf(sql, sizeof sql, "INSERT INTO closed_day(branch, first_day, last_day, since_t, until_t) VALUES('MAIN', %s)", first_last_since_until);
    must(db_exec(t->b.db, sql));
}

/* Due on day 14; back on day 20; the library is closed on days 16 and 17, and on 17 and 18 as it was declared later. */
static void test_apply_closed_days_count_in_a_fine_as_declared_when_the_copy_came_back(void **state)
{
    struct tale *t = *state;
    int64_t day0 = zone_day(WORLD_START_MS);
    struct entry e = act(OP_CHECKOUT);
    e.item = "X";
    e.patron = "A";
    e.rate_cents = 10;
    e.cal = "MAIN";
    e.due_s = zone_day_end_s(day0 + 14);
    tell(t, 1, HOUR, e);
    take(t, 1, 20 * INT64_C(86400000), "X");
    char text[120];
    int64_t changed = WORLD_START_MS + 21 * INT64_C(86400000); /* after the return */
    snprintf(text, sizeof text, "%lld, %lld, 0, %lld", (long long)day0 + 16, (long long)day0 + 17, (long long)changed);
    calendar(t, text);
    snprintf(text, sizeof text, "%lld, %lld, %lld, NULL", (long long)day0 + 17, (long long)day0 + 18, (long long)changed);
    calendar(t, text);
    arrive(t, 0);
    arrive(t, 1);
    assert_int_equal(ask(t, "SELECT amount_cents FROM charge WHERE kind = 'overdue'"), 40);
    e.item = "Y"; /* another, back after the calendar changed: three of the days are closed now, and one was before */
    tell(t, 2, HOUR, e);
    take(t, 2, 22 * INT64_C(86400000), "Y");
    arrive(t, 2);
    assert_int_equal(ask(t, "SELECT amount_cents FROM charge WHERE kind = 'overdue' AND item = 'Y'"), 60);
    e.cal = NULL;
    e.due_s -= 86400;
    tell(t, 2, 23 * INT64_C(86400000), e);
    take(t, 2, 24 * INT64_C(86400000), "Y");
    arrive(t, 2);
    assert_int_equal(ask(t, "SELECT max(amount_cents) FROM charge WHERE kind = 'overdue'"), 110);
}

/* At one moment the order is by device: branch, van1, van2. A million random histories found it, not we. */
static void test_apply_a_loan_that_ends_at_the_same_moment_by_an_act_before_is_counted_anew(void **state)
{
    struct tale *t = *state;
    struct entry e = act(OP_CHECKOUT);
    lend(t, 0, HOUR, "X", "A");
    arrive(t, 0);
    take(t, 1, HOUR, "Z"); /* a line's first act stands a little later than asked for, after its epoch */
    take(t, 2, HOUR, "Z");
    take(t, 2, 2 * HOUR, "X");
    arrive(t, 2);
    e.item = "Y";
    e.patron = "A";
    e.due_s = (WORLD_START_MS + 14 * (int64_t)DAY) / 1000;
    e.limit = 1;
    tell(t, 1, 2 * HOUR, e);
    arrive(t, 1);
    assert_int_equal(ask(t, "SELECT count(*) FROM exception WHERE code = 'over_limit'"), 1);
    take(t, 0, 2 * HOUR, "X");
    arrive(t, 0);
    assert_int_equal(ask(t, "SELECT count(*) FROM exception WHERE code = 'over_limit'"), 0);
    same_backwards(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_apply_a_close_taken_back_leaves_the_visit_open_or_as_another_close_has_it, begin, end),
        cmocka_unit_test_setup_teardown(test_apply_counts_without_measure_are_quarantined, begin, end),
        cmocka_unit_test_setup_teardown(test_apply_closed_days_count_in_a_fine_as_declared_when_the_copy_came_back, begin, end),
        cmocka_unit_test_setup_teardown(test_apply_a_loan_that_ends_at_the_same_moment_by_an_act_before_is_counted_anew, begin, end),
        cmocka_unit_test_setup_teardown(test_apply_one_person_has_no_hundreds_of_cards, begin, end),
    };
    return cmocka_run_group_tests_name("apply_edges", tests, NULL, NULL);
}
