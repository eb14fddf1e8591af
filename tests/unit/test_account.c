/* tests/unit/test_account.c -- patrons and charges: src TIMELINE 5 and 6. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/account.h"

struct desk {
    struct arena arena;
    struct people p;
    uint64_t seq;
    enum bm_rc rc;
};

static struct desk *begin(void)
{
    struct desk *d = calloc(1, sizeof *d);
    assert_non_null(d);
    people_init(&d->p, &d->arena);
    return d;
}

static void finish(struct desk *d)
{
    arena_free(&d->arena);
    free(d);
}

static struct entry entry(struct desk *d, enum op op, const char *card)
{
    struct entry e;
    entry_init(&e, op);
    e.id = (struct eid){ .dev = "branch", .ep = 1, .seq = ++d->seq };
    e.patron = card;
    return e;
}

static void take(struct desk *d, const struct entry *e)
{
    assert_int_equal(people_step(&d->p, e), BM_OK);
}

static void enrol(struct desk *d, const char *card, int64_t expires_s)
{
    struct entry e = entry(d, OP_REGISTER, card);
    e.expires_s = expires_s;
    take(d, &e);
}

static void bar(struct desk *d, const char *card, int64_t barred)
{
    struct entry e = entry(d, OP_UPDATE, card);
    e.barred = barred;
    take(d, &e);
}

static void replace(struct desk *d, const char *card, const char *fresh)
{
    struct entry e = entry(d, OP_REPLACE, card);
    e.fresh = fresh;
    take(d, &e);
}

static void merge(struct desk *d, const char *card, const char *into)
{
    struct entry e = entry(d, OP_MERGE, card);
    e.into = into;
    take(d, &e);
}

static const char *account(const struct desk *d, const char *card)
{
    return people_standing(&d->p, card).account;
}

static void test_account_an_unknown_card_stands_for_itself(void **state)
{
    (void)state;
    struct desk *d = begin();
    struct standing s = people_standing(&d->p, "a");
    assert_string_equal(s.account, "a");
    assert_false(s.barred || s.dead);
    assert_true(s.expires_s == ENTRY_NONE);
    assert_null(people_card(&d->p, "a"));
    finish(d);
}

static void test_account_the_first_registration_owns_the_card(void **state)
{
    (void)state;
    struct desk *d = begin();
    enrol(d, "a", 100);
    enrol(d, "a", 200);
    assert_int_equal(people_standing(&d->p, "a").expires_s, 100);
    assert_int_equal(d->p.exc_count, 1);
    assert_int_equal(d->p.excs[0].code, EXC_CARD_CLASH);
    assert_int_equal(d->p.excs[0].entry.seq, 2);
    assert_string_equal(d->p.excs[0].other, "branch.0000000000000001.1");
    assert_int_equal(d->p.effect_count, 1);
    assert_string_equal(d->p.effects[0].word, "registered");
    finish(d);
}

static void test_account_an_update_may_bar_and_unbar(void **state)
{
    (void)state;
    struct desk *d = begin();
    bar(d, "a", 1); /* even before the registration arrives */
    enrol(d, "a", 100);
    assert_true(people_standing(&d->p, "a").barred);
    bar(d, "a", 0);
    assert_false(people_standing(&d->p, "a").barred);
    struct entry e = entry(d, OP_UPDATE, "a");
    e.expires_s = 300;
    take(d, &e);
    assert_int_equal(people_standing(&d->p, "a").expires_s, 300);
    finish(d);
}

static void test_account_a_replaced_card_is_dead_and_the_new_one_joins(void **state)
{
    (void)state;
    struct desk *d = begin();
    enrol(d, "a", 100);
    replace(d, "a", "a2");
    replace(d, "a2", "a3");
    assert_true(people_standing(&d->p, "a").dead && people_standing(&d->p, "a2").dead);
    assert_false(people_standing(&d->p, "a3").dead);
    assert_string_equal(account(d, "a3"), "a");
    assert_int_equal(people_standing(&d->p, "a3").expires_s, 100);
    bar(d, "a3", 1); /* what is barred is the person */
    assert_true(people_standing(&d->p, "a").barred);
    assert_int_equal(d->p.exc_count, 0);
    finish(d);
}

static void test_account_a_number_in_use_cannot_replace(void **state)
{
    (void)state;
    struct desk *d = begin();
    enrol(d, "a", ENTRY_NONE);
    enrol(d, "b", ENTRY_NONE);
    replace(d, "a", "b");
    assert_string_equal(account(d, "b"), "b");
    assert_true(people_standing(&d->p, "a").dead); /* the old one is gone all the same */
    assert_int_equal(d->p.excs[0].code, EXC_CARD_CLASH);
    merge(d, "x", "y"); /* y was never registered, but it is somebody's */
    replace(d, "b", "y");
    assert_int_equal(d->p.exc_count, 2);
    assert_string_equal(d->p.excs[1].other, "");
    assert_string_equal(account(d, "y"), "y");
    finish(d);
}

static void test_account_a_card_replaced_by_itself_is_one_card_still(void **state)
{
    (void)state;
    struct desk *d = begin();
    replace(d, "a", "a");
    assert_string_equal(account(d, "a"), "a");
    assert_true(people_standing(&d->p, "a").dead);
    replace(d, "a", "a");
    assert_int_equal(d->p.exc_count, 1);
    finish(d);
}

static void test_account_a_merge_joins_all_cards_and_bars_if_either_was(void **state)
{
    (void)state;
    struct desk *d = begin();
    enrol(d, "a", 100);
    enrol(d, "b", ENTRY_NONE);
    replace(d, "a", "a2");
    bar(d, "a", 1);
    merge(d, "a2", "b");
    assert_string_equal(account(d, "a"), "b");
    assert_string_equal(account(d, "a2"), "b");
    assert_true(people_standing(&d->p, "b").barred);
    assert_int_equal(people_standing(&d->p, "b").expires_s, 100); /* b did not say */
    merge(d, "b", "a");
    assert_int_equal(d->p.exc_count, 1);
    assert_int_equal(d->p.excs[0].code, EXC_ALREADY_MERGED);
    merge(d, "b", "c");
    assert_string_equal(account(d, "a2"), "c");
    finish(d);
}

static void test_account_stored_cards_in_any_order_stand_as_before(void **state)
{
    (void)state;
    struct desk *d = begin(), *later = begin();
    enrol(d, "a", 100);
    replace(d, "a", "a2");
    bar(d, "a2", 1);
    merge(d, "a", "b");
    for (size_t i = d->p.card_count; i > 0; i--) {
        assert_true(d->p.cards[i - 1]->dirty);
        assert_non_null(people_put(&later->p, d->p.cards[i - 1]));
    }
    for (size_t i = 0; i < d->p.card_count; i++) {
        const char *card = d->p.cards[i]->card;
        struct standing was = people_standing(&d->p, card),
                        is = people_standing(&later->p, card);
        assert_string_equal(is.account, was.account);
        assert_true(is.barred == was.barred && is.dead == was.dead &&
                    is.expires_s == was.expires_s);
        assert_false(people_card(&later->p, card)->dirty);
    }
    bar(later, "a2", 0);
    assert_true(people_card(&later->p, "b")->dirty &&
                people_card(&later->p, "a")->dirty); /* all say the same */
    bar(later, "c", 1);
    assert_false(people_standing(&later->p, "a").barred);
    finish(d);
    finish(later);
}

static void test_account_survives_every_lack_of_memory(void **state)
{
    (void)state;
    size_t failed = 0;
    for (size_t bytes = 16;; bytes += 16, failed++) {
        struct desk *d = begin();
        arena_free(&d->arena); /* begin() took some */
        arena_init(&d->arena, bytes);
        people_init(&d->p, &d->arena);
        struct entry r = entry(d, OP_REGISTER, "a"), x = entry(d, OP_REPLACE, "a"),
                     m = entry(d, OP_MERGE, "b");
        struct entry again = entry(d, OP_REGISTER, "a");
        x.fresh = "a2";
        m.into = "a2";
        enum bm_rc rc = people_step(&d->p, &r);
        if (!rc) rc = people_step(&d->p, &x);
        if (!rc) rc = people_step(&d->p, &m);
        if (!rc) rc = people_step(&d->p, &again);
        assert_true(rc == BM_OK || rc == BM_ENOMEM);
        finish(d);
        if (!rc) break;
    }
    assert_true(failed > 10);
}

/* --- charges --- */

static struct tkey when(int64_t t_ms)
{
    return (struct tkey){ .t_ms = t_ms,
                          .id = { .dev = "branch", .ep = 1, .seq = (uint64_t)t_ms } };
}

static struct tl_amount amount(int64_t t_ms, int64_t cents)
{
    return (struct tl_amount){ .key = when(t_ms), .cents = cents };
}

static struct charge_move move(int64_t t_ms, bool waive, int64_t cents)
{
    return (struct charge_move){ .key = when(t_ms), .waive = waive, .cents = cents };
}

static void test_account_a_waiver_forgives_a_debt_and_makes_no_credit(void **state)
{
    (void)state;
    struct tl_amount series[] = { amount(10, 30) };
    struct charge_move moves[] = { move(11, false, 20), move(12, true, 50), move(13, true, 5) };
    struct charge_sum sum = charge_fold(series, 1, moves, 3);
    assert_int_equal(sum.amount, 30);
    assert_int_equal(sum.paid, 20);
    assert_int_equal(sum.waived, 10);
    assert_int_equal(moves[1].done_cents, 10);
    assert_int_equal(moves[2].done_cents, 0);
}

static void test_account_a_move_before_its_charge_is_taken_just_after_it(void **state)
{
    (void)state;
    struct tl_amount series[] = { amount(10, 30), amount(10, 40), amount(20, 0) };
    struct charge_move moves[] = { move(5, true, 100), move(6, false, 1) };
    struct charge_sum sum = charge_fold(series, 3, moves, 2);
    assert_int_equal(moves[0].done_cents, 40);
    assert_int_equal(sum.waived, 0); /* what is no longer charged needs no waiver */
    assert_int_equal(sum.amount - sum.waived - sum.paid, -1);
}

static void test_account_money_paid_back_may_be_owed_again(void **state)
{
    (void)state;
    struct tl_amount series[] = { amount(10, 30), amount(30, 0), amount(50, 30) };
    struct charge_move moves[] = { move(20, false, 30), move(40, false, -30) };
    struct charge_sum sum = charge_fold(series, 2, moves, 2);
    assert_int_equal(sum.refunded, 30);
    assert_false(charge_is_refund_reversed(&sum));
    sum = charge_fold(series, 3, moves, 2);
    assert_true(charge_is_refund_reversed(&sum));
}

static void test_account_a_charge_that_is_gone_leaves_the_money(void **state)
{
    (void)state;
    struct charge_move moves[] = { move(1, false, 30), move(2, true, 30) };
    struct charge_sum sum = charge_fold(NULL, 0, moves, 2);
    assert_int_equal(sum.amount - sum.waived - sum.paid, -30);
    assert_int_equal(moves[1].done_cents, 0);
}

static void test_account_absurd_sums_do_not_wrap(void **state)
{
    (void)state;
    struct tl_amount series[] = { amount(1, INT64_MAX) };
    struct charge_move moves[] = { move(2, false, INT64_MAX), move(3, false, INT64_MAX),
                                   move(4, false, INT64_MIN), move(5, true, 1) };
    struct charge_sum sum = charge_fold(series, 1, moves, 4);
    assert_true(sum.refunded > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_account_an_unknown_card_stands_for_itself),
        cmocka_unit_test(test_account_the_first_registration_owns_the_card),
        cmocka_unit_test(test_account_an_update_may_bar_and_unbar),
        cmocka_unit_test(test_account_a_replaced_card_is_dead_and_the_new_one_joins),
        cmocka_unit_test(test_account_a_number_in_use_cannot_replace),
        cmocka_unit_test(test_account_a_card_replaced_by_itself_is_one_card_still),
        cmocka_unit_test(test_account_a_merge_joins_all_cards_and_bars_if_either_was),
        cmocka_unit_test(test_account_stored_cards_in_any_order_stand_as_before),
        cmocka_unit_test(test_account_survives_every_lack_of_memory),
        cmocka_unit_test(test_account_a_waiver_forgives_a_debt_and_makes_no_credit),
        cmocka_unit_test(test_account_a_move_before_its_charge_is_taken_just_after_it),
        cmocka_unit_test(test_account_money_paid_back_may_be_owed_again),
        cmocka_unit_test(test_account_a_charge_that_is_gone_leaves_the_money),
        cmocka_unit_test(test_account_absurd_sums_do_not_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
