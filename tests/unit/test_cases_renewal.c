/* tests/unit/test_cases_renewal.c -- CASES 30 to 36: when a loan may be renewed. */
#include "tests/unit/cases.h"

static void test_case_30_beyond_the_renewals_allowed_the_due_date_is_kept(void **state)
{
    struct library *l = *state;
    rule(l, "loan,renew_max", "10d,1");
    lend(l, "A1", "501");
    renew(l, "501");
    until(l, 3, 10, 0);
    REFUSED(RENEW("501"), "renewals_used");
    due(l, "2026-02-19"); /* told again, and stored */
}

static void test_case_31_a_hold_that_only_this_item_can_fill_refuses_the_renewal(void **state)
{
    struct library *l = *state;
    lend(l, "A1", "501");
    mark(l, "502", "damaged");
    ask_for(l, "B1", "t1", false, NULL);
    REFUSED(RENEW("501"), "renewed_while_wanted");
    mark(l, "502", "ok");
    renew(l, "501");
}

static void test_case_32_free_copies_for_all_who_wait_let_it_be_renewed_but_not_when_this_very_copy_is_asked_for(void **state)
{
    struct library *l = *state;
    l->at = BRANCH;
    add_copy(l, "503", "t1", "BOOK");
    add_copy(l, "504", "t1", "BOOK"); /* one for each of those who will wait */
    sync_all(l);
    l->at = VAN1;
    lend(l, "A1", "501");
    ask_for(l, "B1", "t1", false, NULL);
    ask_for(l, "C1", "t1", false, NULL);
    renew(l, "501");
    desk(l)->override = true; /* he waits for any copy already */
    desk(l)->why = "this very copy has his bookmark";
    const char *hold = ask_for(l, "B1", "501", true, NULL);
    desk(l)->override = false;
    REFUSED(RENEW("501"), "renewed_while_wanted");
    rule(l, "loan,overridable", "21d,+wanted"); /* the policy the other way: it is only told */
    renew(l, "501");
    assert_false(told(l, "renewed_while_wanted")->blocks);
    rule(l, "loan", "21d");
    ACT(desk_cancel_hold(d, a, hold, said));
    is_done(l, "hold cancelled");
    renew(l, "501");
}

static void test_case_33_before_the_bound_it_is_too_soon_to_renew_and_on_it_allowed(void **state)
{
    struct library *l = *state;
    rule(l, "loan,renew_from", "21d,7");
    lend(l, "A1", "501"); /* due 2 March */
    until(l, 11, 10, 0);
    REFUSED(RENEW("501"), "renew_too_soon");
    until(l, 3, 0, 1); /* 23 February */
    renew(l, "501");
    due(l, "2026-03-16");
}

/* The case is of renewals by themselves, which we do not make: a date that moves unasked helps nobody who waits. The bound
 * holds for those that people ask for. */
static void test_case_34_so_many_days_from_checkout_it_is_too_late_to_renew_and_nothing_renews_by_itself(void **state)
{
    struct library *l = *state;
    rule(l, "loan,renew_until", "21d,28");
    lend(l, "A1", "501");
    until(l, 27, 10, 0);
    SEES("SELECT renewals FROM loan", "0"); /* overdue by now */
    renew(l, "501");
    until(l, 1, 0, 1);
    REFUSED(RENEW("501"), "renew_too_late");
    rule_refused(l, "loan,auto_renew", "21d,yes", "auto_renew");
}

static void test_case_35_an_expired_card_renews_only_where_the_rule_says_so(void **state)
{
    struct library *l = *state;
    expire(l, "A1", "2026-02-10");
    lend(l, "A1", "501");
    until(l, 2, 10, 0);
    REFUSED(RENEW("501"), "expired");
    rule(l, "loan,renew_expired", "21d,yes");
    renew(l, "501");
    REFUSED(LEND("A1", "502"), "expired"); /* to borrow is another matter */
}

static void test_case_36_debt_over_the_limit_of_renewals_refuses_and_without_one_they_are_exempt(void **state)
{
    struct library *l = *state;
    lend(l, "A1", "501");
    rule(l, "loan,debt_max,renew_debt", "21d,500,500");
    charge(l, "A1", 500);
    renew(l, "501");
    charge(l, "A1", 1);
    REFUSED(RENEW("501"), "debt");
    rule(l, "loan,debt_max,renew_debt", "21d,500,");
    renew(l, "501");
    REFUSED(LEND("A1", "502"), "debt");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_BOTH(test_case_30_beyond_the_renewals_allowed_the_due_date_is_kept),
        AT_BOTH(test_case_31_a_hold_that_only_this_item_can_fill_refuses_the_renewal),
        AT_VAN(test_case_32_free_copies_for_all_who_wait_let_it_be_renewed_but_not_when_this_very_copy_is_asked_for),
        AT_BOTH(test_case_33_before_the_bound_it_is_too_soon_to_renew_and_on_it_allowed),
        AT_BOTH(test_case_34_so_many_days_from_checkout_it_is_too_late_to_renew_and_nothing_renews_by_itself),
        AT_BOTH(test_case_35_an_expired_card_renews_only_where_the_rule_says_so),
        AT_BOTH(test_case_36_debt_over_the_limit_of_renewals_refuses_and_without_one_they_are_exempt),
    };
    RUN_CASES(tests);
}
