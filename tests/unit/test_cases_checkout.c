/* tests/unit/test_cases_checkout.c -- CASES 13 to 29: who may borrow what. */
#include "tests/unit/cases.h"

static const char open_loans[] = "SELECT group_concat(item || ' ' || card, ', ') FROM (SELECT item, card FROM loan "
                                 "WHERE end_ms IS NULL ORDER BY item)";

static void test_case_13_a_free_item_lent_is_out_on_one_open_loan(void **state)
{
    struct library *l = *state;
    lend(l, "A1", "501");
    SEES("SELECT count(*) FROM loan", "1");
    SEES("SELECT item || ' ' || card || ' ' || how FROM loan JOIN item ON loan = id", "501 A1 open");
    assert_int_equal(l->said.loan_count, 1);
}

static void test_case_14_lent_again_to_who_has_it_is_a_renewal_within_the_limits(void **state)
{
    struct library *l = *state;
    rule(l, "loan,renew_max", "10d,1");
    lend(l, "A1", "501");
    until(l, 3, 10, 0);
    ACT(LEND("A1", "501"));
    is_done(l, "renewed");
    due(l, "2026-02-22");
    SEES("SELECT count(*) FROM loan", "1");
    REFUSED(LEND("A1", "501"), "renewals_used");
}

static void test_case_15_out_to_another_is_refused_or_lent_anew_and_never_on_two_loans(void **state)
{
    struct library *l = *state;
    lend(l, "A1", "501");
    REFUSED(LEND("B1", "501"), "lent_over_loan");
    assert_false(l->said.may_override);
    rule(l, "loan,overridable", "21d,loaned");
    REFUSED(LEND("B1", "501"), "lent_over_loan");
    assert_true(l->said.may_override);
    OVERRIDING(lend(l, "B1", "501"));
    SEES(open_loans, "501 B1");
    SEES("SELECT card || ' ' || how FROM loan WHERE end_ms IS NOT NULL", "A1 implied");
}

static void test_case_16_beyond_one_loan_the_reason_the_count_and_the_limit_are_told(void **state)
{
    struct library *l = *state;
    rule(l, "loan,limit", "21d,1");
    lend(l, "A1", "501");
    REFUSED(LEND("A1", "502"), "over_limit");
    assert_int_equal(l->said.loan_count, 1);
    assert_int_equal(l->said.limit, 1);
    lend(l, "B1", "502");
}

static void test_case_17_a_limit_of_0_lends_nothing_and_no_limit_lends_all(void **state)
{
    struct library *l = *state;
    RULES("loan,limit", "*,*,*,21d,", "*,*,DVD,7d,0");
    REFUSED(LEND("A1", "601"), "not_for_loan");
    lend(l, "A1", "501");
    lend(l, "A1", "502");
    rule(l, "loan,limit", "21d,0");
    REFUSED(LEND("B1", "601"), "over_limit");
    assert_int_equal(l->said.limit, 0);
}

static void test_case_18_the_limit_of_a_type_counts_that_type_alone(void **state)
{
    struct library *l = *state;
    RULES("loan,limit", "*,*,*,21d,", "*,*,DVD,7d,1");
    lend(l, "A1", "501");
    lend(l, "A1", "601"); /* the book does not count */
    lend(l, "A1", "502"); /* nor the film, for a book */
    l->at = BRANCH;
    add_copy(l, "602", "t2", "DVD");
    sync_all(l);
    REFUSED(LEND("A1", "602"), "over_type_limit");
}

/* The case: on-site loans count or not, as set. Here use in the house is no loan, and no column says otherwise. */
static void test_case_19_use_in_the_house_is_no_loan_and_counts_in_no_limit(void **state)
{
    struct library *l = *state;
    rule(l, "loan,limit", "21d,1");
    ACT(desk_use(d, a, "501", said));
    is_done(l, "used here");
    SEES("SELECT count(*) FROM loan", "0");
    lend(l, "A1", "502");
    rule_refused(l, "loan,onsite", "21d,yes", "onsite");
}

static void test_case_20_at_the_limit_of_overdue_loans_nothing_more_is_lent(void **state)
{
    struct library *l = *state;
    rule(l, "loan,overdue_max", "5d,2");
    lend(l, "A1", "501");
    until(l, 1, 10, 0);
    lend(l, "A1", "502");
    until(l, 5, 10, 0); /* one overdue, one due today */
    lend(l, "A1", "601");
    bring(l, "601");
    until(l, 1, 10, 0);
    REFUSED(LEND("A1", "601"), "overdue");
    lend(l, "B1", "601");
}

/* The case leaves open (P) whether credit counts: a balance is one number here, so it always does. */
static void test_case_21_debt_at_the_limit_lends_one_cent_more_does_not_and_credit_lowers_it(void **state)
{
    struct library *l = *state;
    rule(l, "loan,debt_max", "21d,500");
    charge(l, "A1", 500);
    lend(l, "A1", "501");
    charge(l, "A1", 1);
    REFUSED(LEND("A1", "502"), "debt");
    ACT(desk_pay(d, a, "B1", 1000, NULL, true, said));
    is_done(l, "paid");
    charge(l, "B1", 1500); /* 5.00 beyond his credit */
    lend(l, "B1", "502");
    charge(l, "B1", 1);
    REFUSED(LEND("B1", "601"), "debt");
}

static void test_case_22_a_childs_debt_above_the_limit_stops_the_guarantor(void **state)
{
    struct library *l = *state;
    struct desk_person kid = person("K1", "Kit");
    kid.guarantor = "A1";
    kid.category = "CHILD";
    enlist(l, &kid);
    rule(l, "loan,guarantor_max", "21d,500");
    charge(l, "K1", 500);
    lend(l, "A1", "501");
    charge(l, "K1", 1);
    REFUSED(LEND("A1", "502"), "guarantor_debt");
    lend(l, "K1", "502");
}

static void test_case_23_an_expired_card_is_refused_or_asked_about_and_good_on_its_last_day(void **state)
{
    struct library *l = *state;
    expire(l, "A1", "2026-02-09");
    lend(l, "A1", "501");
    until(l, 1, 0, 1);
    REFUSED(LEND("A1", "502"), "expired");
    assert_false(l->said.may_override);
    rule(l, "loan,overridable", "21d,expired");
    REFUSED(LEND("A1", "502"), "expired");
    OVERRIDING(lend(l, "A1", "502"));
    rule(l, "loan,overridable", "21d,+expired");
    lend(l, "A1", "601");
    assert_false(told(l, "expired")->blocks);
}

/* The case has an end date of a suspension too. Here a bar has none: it lasts until staff take it back. */
static void test_case_24_a_barred_patron_borrows_nothing_until_the_bar_is_taken_back(void **state)
{
    struct library *l = *state;
    bar(l, "A1", true);
    REFUSED(LEND("A1", "501"), "barred");
    until(l, 365, 10, 0);
    REFUSED(LEND("A1", "501"), "barred");
    bar(l, "A1", false);
    lend(l, "A1", "501");
}

static void test_case_25_a_replaced_card_is_named_with_the_new_one_and_an_unknown_one_is_another_error(void **state)
{
    struct library *l = *state;
    FOR_A_REASON(ACT(desk_replace_card(d, a, "A1", "A2", said)));
    is_done(l, "card replaced");
    REFUSED(LEND("A1", "501"), "card_replaced");
    assert_string_equal(told(l, "card_replaced")->sentence, "This card has been replaced by A2.");
    assert_string_equal(l->said.newer_card, "A2");
    REFUSED(LEND("Z9", "501"), "unknown_card");
    lend(l, "A2", "501");
}

static void test_case_26_each_state_in_which_an_item_is_not_lent_has_its_own_reason(void **state)
{
    struct library *l = *state;
    static const char *const states[][2] = { { "lost", "lost" },           { "missing", "missing" }, { "damaged", "damaged" },
                                             { "withdrawn", "withdrawn" }, { "mend", "mending" } };
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        mark(l, "501", states[i][0]);
        REFUSED(LEND("A1", "501"), states[i][1]);
        assert_int_equal(l->said.reason_count, 1);
        mark(l, "501", "ok");
    }
    ask_for(l, "B1", "501", true, elsewhere(l));
    set_aside(l, "501");
    REFUSED(LEND("A1", "501"), "in_transit");
    rules_are(l, "loan,limit", LINES("*,*,BOOK,21d,0"));
    REFUSED(LEND("A1", "502"), "not_for_loan");
}

static void test_case_27_an_item_on_the_hold_shelf_is_lent_to_whom_it_waits_for_and_fulfils_the_hold(void **state)
{
    struct library *l = *state;
    ask_for(l, "A1", "t1", false, desk(l)->place);
    set_aside(l, "501");
    REFUSED(LEND("B1", "501"), "ready");
    assert_string_equal(l->said.hold_for, "A1");
    ACT(LEND("A1", "501"));
    is_done(l, "lent, hold filled");
    SEES("SELECT state FROM hold", "fulfilled");
    SEES("SELECT count(*) FROM item WHERE aside IS NOT NULL", "0");
}

static void test_case_28_a_title_hold_that_another_copy_can_fill_stops_nobody_and_keeps_its_place(void **state)
{
    struct library *l = *state;
    ask_for(l, "A1", "t1", false, NULL);
    ask_for(l, "B1", "t1", false, NULL);
    lend(l, "C1", "501");
    assert_int_equal(l->said.reason_count, 0);
    SEES("SELECT group_concat(card || ' ' || state, ', ') FROM (SELECT card, state FROM hold ORDER BY key_t)",
         "A1 waiting, B1 waiting"); /* Koha bug 30114: lending to C cancelled one */
    set_aside(l, "502");
    assert_string_equal(l->said.hold_for, "A1");
}

static void test_case_29_an_age_limit_refuses_or_asks_of_who_is_too_young(void **state)
{
    struct library *l = *state;
    struct desk_person kid = person("K1", "Kit");
    kid.born = 2015;
    enlist(l, &kid);
    RULES("loan,age_min", "*,*,*,21d,", "*,*,DVD,7d,15");
    REFUSED(LEND("K1", "601"), "under_age");
    assert_false(l->said.may_override);
    lend(l, "K1", "501");
    lend(l, "A1", "601");
    bring(l, "601");
    RULES("loan,age_min,overridable", "*,*,*,21d,,", "*,*,DVD,7d,15,age");
    REFUSED(LEND("K1", "601"), "under_age");
    OVERRIDING(lend(l, "K1", "601"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_BOTH(test_case_13_a_free_item_lent_is_out_on_one_open_loan),
        AT_BOTH(test_case_14_lent_again_to_who_has_it_is_a_renewal_within_the_limits),
        AT_BOTH(test_case_15_out_to_another_is_refused_or_lent_anew_and_never_on_two_loans),
        AT_BOTH(test_case_16_beyond_one_loan_the_reason_the_count_and_the_limit_are_told),
        AT_BOTH(test_case_17_a_limit_of_0_lends_nothing_and_no_limit_lends_all),
        AT_BOTH(test_case_18_the_limit_of_a_type_counts_that_type_alone),
        AT_BOTH(test_case_19_use_in_the_house_is_no_loan_and_counts_in_no_limit),
        AT_BOTH(test_case_20_at_the_limit_of_overdue_loans_nothing_more_is_lent),
        AT_BOTH(test_case_21_debt_at_the_limit_lends_one_cent_more_does_not_and_credit_lowers_it),
        AT_BOTH(test_case_22_a_childs_debt_above_the_limit_stops_the_guarantor),
        AT_BOTH(test_case_23_an_expired_card_is_refused_or_asked_about_and_good_on_its_last_day),
        AT_BOTH(test_case_24_a_barred_patron_borrows_nothing_until_the_bar_is_taken_back),
        AT_BOTH(test_case_25_a_replaced_card_is_named_with_the_new_one_and_an_unknown_one_is_another_error),
        AT_BOTH(test_case_26_each_state_in_which_an_item_is_not_lent_has_its_own_reason),
        AT_BOTH(test_case_27_an_item_on_the_hold_shelf_is_lent_to_whom_it_waits_for_and_fulfils_the_hold),
        AT_BOTH(test_case_28_a_title_hold_that_another_copy_can_fill_stops_nobody_and_keeps_its_place),
        AT_BOTH(test_case_29_an_age_limit_refuses_or_asks_of_who_is_too_young),
    };
    RUN_CASES(tests);
}
