/* tests/unit/test_reckon.c -- did everything come home: three books held against each other, and what they say when one is
 * wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "sync/reckon.h"
#include "tests/tale.h"

static struct reckoning of(struct tale *t, int who)
{
    struct reckoning r;
    must(reckon(&t->b, t->lines[who].journal.dev, &r));
    return r;
}

static void told(struct tale *t, int who, uint64_t ep, uint64_t seq, uint64_t parent_seq)
{
    must(db_begin(t->b.db));
    must(db_end(t->b.db, reckon_told(&t->b, t->lines[who].journal.dev, ep, seq, parent_seq)));
}

static void test_reckon_of_a_laptop_never_heard_of_nothing_is_known(void **state)
{
    struct reckoning r = of(*state, 1);
    assert_true(r.made == ENTRY_NONE);
    assert_int_equal(r.home, 0);
    assert_true(r.adds_up);
}

static void test_reckon_what_is_home_was_made(void **state)
{
    struct tale *t = *state;
    for (int i = 0; i < 5; i++) take(t, 1, HOUR + i * 60000, "Y");
    arrive(t, 0);
    arrive(t, 1);
    struct reckoning r = of(t, 1);
    assert_int_equal(r.made, (int64_t)t->lines[1].journal.head_seq);
    assert_int_equal(r.home, r.made);
    assert_int_equal(r.waiting, 0);
    assert_int_equal(r.applied, r.home);
    assert_true(r.adds_up);
}

static void test_reckon_what_was_told_of_waits_until_it_comes(void **state)
{
    struct tale *t = *state;
    take(t, 1, HOUR, "Y");
    arrive(t, 0);
    arrive(t, 1);
    int64_t before = of(t, 1).made;
    for (int i = 0; i < 7; i++) take(t, 1, 2 * HOUR + i * 60000, "Y");
    told(t, 1, t->lines[1].journal.ep, t->lines[1].journal.head_seq, 0);
    struct reckoning r = of(t, 1);
    assert_int_equal(r.made, before + 7);
    assert_int_equal(r.home, before);
    assert_int_equal(r.waiting, 7);
    assert_true(r.adds_up);
    world_send(&t->b, &t->lines[1], (uint64_t)before + 1, (uint64_t)before + 3); /* cut in the middle */
    r = of(t, 1);
    assert_int_equal(r.made, before + 7);
    assert_int_equal(r.home, before + 3);
    assert_int_equal(r.waiting, 4);
    assert_true(r.adds_up);
    world_send(&t->b, &t->lines[1], (uint64_t)before + 4, (uint64_t)before + 7);
    r = of(t, 1);
    assert_int_equal(r.waiting, 0);
    assert_true(r.adds_up);
}

/* An epoch that is not here yet hangs on one that is: it has what comes after its parent. */
static void test_reckon_an_epoch_told_of_counts_from_its_parent(void **state)
{
    struct tale *t = *state;
    take(t, 1, HOUR, "Y");
    arrive(t, 0);
    arrive(t, 1);
    int64_t home = of(t, 1).home;
    told(t, 1, 0xABCDEF, (uint64_t)home + 10, (uint64_t)home - 1); /* of a laptop that was restored: a sibling */
    struct reckoning r = of(t, 1);
    assert_int_equal(r.waiting, 11);
    assert_int_equal(r.made, home + 11);
    assert_true(r.adds_up);
}

static void test_reckon_tells_what_became_of_them(void **state)
{
    struct tale *t = *state;
    lend(t, 0, HOUR, "X", "A");
    lend(t, 1, 2 * HOUR, "X", "B");
    struct entry bad = act(OP_TALLY);
    bad.kind = "visitors";
    bad.count = INT64_C(1) << 50;
    tell(t, 1, 3 * HOUR, bad);
    arrive(t, 0);
    arrive(t, 1);
    struct reckoning r = of(t, 1);
    assert_int_equal(r.exceptions, 1);
    assert_int_equal(r.quarantined, 1);
    assert_int_equal(r.applied, r.home - 2);
    assert_true(r.adds_up);
}

static void test_reckon_says_when_a_book_is_wrong(void **state)
{
    struct tale *t = *state;
    static const struct {
        const char *breaks, *mends;
    } books[] = {
        { "DELETE FROM received WHERE dev = 'van1' AND seq = 3", "INSERT INTO received VALUES('van1', (SELECT ep FROM epoch WHERE dev = 'van1'), 3, 0)" },
        { "UPDATE entry SET outcome = 'lost' WHERE dev = 'van1' AND seq = 3", "UPDATE entry SET outcome = 'applied' WHERE dev = 'van1' AND seq = 3" },
        { "UPDATE epoch SET head_seq = head_seq + 1 WHERE dev = 'van1'", "UPDATE epoch SET head_seq = head_seq - 1 WHERE dev = 'van1'" },
        { "UPDATE entry SET outcome = NULL WHERE dev = 'van1' AND seq = 3", NULL },
    };
    for (int i = 0; i < 5; i++) take(t, 1, HOUR + i * 60000, "Y");
    arrive(t, 0);
    arrive(t, 1);
    for (size_t i = 0; i < sizeof books / sizeof *books; i++) {
        assert_true(of(t, 1).adds_up);
        must(db_exec(t->b.db, books[i].breaks));
        assert_false(of(t, 1).adds_up);
        if (books[i].mends) must(db_exec(t->b.db, books[i].mends));
    }
}

#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_reckon_of_a_laptop_never_heard_of_nothing_is_known),
        T(test_reckon_what_is_home_was_made),
        T(test_reckon_what_was_told_of_waits_until_it_comes),
        T(test_reckon_an_epoch_told_of_counts_from_its_parent),
        T(test_reckon_tells_what_became_of_them),
        T(test_reckon_says_when_a_book_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
