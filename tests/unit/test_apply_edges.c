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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_apply_a_close_taken_back_leaves_the_visit_open_or_as_another_close_has_it, begin, end),
        cmocka_unit_test_setup_teardown(test_apply_counts_without_measure_are_quarantined, begin, end),
        cmocka_unit_test_setup_teardown(test_apply_one_person_has_no_hundreds_of_cards, begin, end),
    };
    return cmocka_run_group_tests_name("apply_edges", tests, NULL, NULL);
}
