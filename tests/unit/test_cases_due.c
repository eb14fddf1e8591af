/* tests/unit/test_cases_due.c -- CASES 1 to 12: when a loan is due. */
#include "tests/unit/cases.h"

static void test_case_01_a_ten_day_loan_of_9_february_is_due_at_the_end_of_19_february(void **state)
{
    struct library *l = *state;
    rule(l, "loan", "10d");
    lend(l, "A1", "501");
    due(l, "2026-02-19");
    assert_int_equal(l->said.due_s, zone_at_s(day_of("2026-02-20"), 0) - 1); /* 23:59:59 */
}

static void test_case_02_a_renewal_is_for_the_renewal_period_not_the_loan_length(void **state)
{
    struct library *l = *state;
    rule(l, "loan,renew_loan", "1d,5d");
    lend(l, "A1", "501");
    due(l, "2026-02-10");
    renew(l, "501");
    due(l, "2026-02-14");
}

static void test_case_03_a_closed_due_day_moves_to_the_next_open_day_however_far(void **state)
{
    struct library *l = *state;
    rule(l, "loan,closed", "10d,next_open");
    CLOSED("*,2026-02-19,2026-02-19", "*,2026-02-20,2026-02-23");
    lend(l, "A1", "501");
    due(l, "2026-02-24");
    assert_false(told(l, "due_moved")->blocks);
}

static void test_case_04_a_fortnight_keeps_its_weekday_unless_that_is_always_closed(void **state)
{
    struct library *l = *state;
    rule(l, "loan,closed", "14d,same_weekday");
    CLOSED("*,2026-02-23,2026-02-23"); /* a Monday */
    lend(l, "A1", "501");
    due(l, "2026-03-02");
    CLOSED("*,2026-02-23,2026-02-23", "*,2026-03-02,2026-03-02", "*,2026-03-09,2026-03-09", "*,2026-03-16,2026-03-16",
           "*,2026-03-23,2026-03-23", "*,2026-03-30,2026-03-30", "*,2026-04-06,2026-04-06", "*,2026-04-13,2026-04-13",
           "*,2026-04-20,2026-04-20", "*,2026-04-27,2026-04-27");
    lend(l, "A1", "502");
    due(l, "2026-02-24"); /* eight Mondays on end: always */
}

static void test_case_05_a_loan_that_is_no_multiple_of_a_week_moves_one_day(void **state)
{
    struct library *l = *state;
    rule(l, "loan,closed", "10d,same_weekday");
    CLOSED("*,2026-02-19,2026-02-19");
    lend(l, "A1", "501");
    due(l, "2026-02-20");
}

static void test_case_06_a_rule_may_keep_a_closed_due_day(void **state)
{
    struct library *l = *state;
    CLOSED("*,2026-02-19,2026-02-19");
    rule(l, "loan,closed", "10d,keep");
    lend(l, "A1", "501");
    due(l, "2026-02-19");
    rule(l, "loan,closed", "10d,");
    lend(l, "A1", "502");
    due(l, "2026-02-19");
}

static void test_case_07_the_cards_expiry_caps_the_date_on_the_last_open_day_before(void **state)
{
    struct library *l = *state;
    expire(l, "A1", "2026-02-15");
    rule(l, "loan,expiry_cap", "10d,yes");
    lend(l, "A1", "501");
    due(l, "2026-02-15");
    CLOSED("*,2026-02-14,2026-02-15");
    lend(l, "A1", "502");
    due(l, "2026-02-13");
    rule(l, "loan,expiry_cap", "10d,no");
    lend(l, "A1", "601");
    due(l, "2026-02-19");
}

static void test_case_08_a_hard_due_date_holds_for_later_earlier_or_any_date(void **state)
{
    struct library *l = *state;
    static const struct {
        const char *hard, *due;
    } table[] = { { "10d,<2026-02-16", "2026-02-16" }, { "10d,<2026-02-25", "2026-02-19" }, { "10d,>2026-02-25", "2026-02-25" },
                  { "10d,>2026-02-16", "2026-02-19" }, { "10d,2026-02-16", "2026-02-16" },  { "10d,=2026-02-25", "2026-02-25" } };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        rule(l, "loan,hard_due", table[i].hard);
        lend(l, "A1", "501");
        due(l, table[i].due);
        bring(l, "501");
    }
}

static void test_case_09_a_renewal_of_0_days_is_due_on_its_base_and_one_unset_as_the_loan(void **state)
{
    struct library *l = *state;
    rule(l, "loan,renew_loan,renew_base", "10d,0d,due");
    lend(l, "A1", "501");
    renew(l, "501");
    due(l, "2026-02-19");
    rule(l, "loan,renew_loan,renew_base", "10d,,due");
    renew(l, "501");
    due(l, "2026-03-01");
}

/* The case: a 3-hour loan, shortened at closing time. Ours are by the day: a rule in hours is not taken. */
static void test_case_10_a_loan_by_the_hour_is_refused_by_the_rule_file_with_its_column(void **state)
{
    struct library *l = *state;
    rule_refused(l, "loan", "3h", "loan");
    rule_refused(l, "loan,shorten_at_close", "3d,yes", "shorten_at_close");
}

static void test_case_11_twenty_one_days_over_the_spring_clock_change_lose_no_day(void **state)
{
    struct library *l = *state;
    until(l, 27, 1, 30); /* 8 March, 01:30, a time that 29 March does not have */
    lend(l, "A1", "501");
    due(l, "2026-03-29");
    assert_int_equal(l->said.due_s - zone_at_s(day_of("2026-03-29"), 0), 23 * 3600 - 1); /* that day has 23 hours */
}

static void test_case_12_the_most_specific_rule_wins_and_without_any_there_is_a_default(void **state)
{
    struct library *l = *state;
    RULES("loan", "*,*,*,5d", "*,*,DVD,6d", "*,ADULT,*,7d", "MAIN,*,*,8d", "VAN1,*,*,8d", "*,CHILD,BOOK,9d");
    lend(l, "A1", "501");
    due(l, "2026-02-17"); /* where it is done counts most */
    RULES("loan", "*,*,*,5d", "*,*,DVD,6d", "*,ADULT,*,7d", "*,CHILD,BOOK,9d");
    lend(l, "A1", "601");
    due(l, "2026-02-16"); /* then who it is */
    RULES("loan", "*,CHILD,BOOK,9d");
    lend(l, "A1", "502");
    due(l, "2026-03-02");
    assert_false(told(l, "no_rule")->blocks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_BOTH(test_case_01_a_ten_day_loan_of_9_february_is_due_at_the_end_of_19_february),
        AT_BOTH(test_case_02_a_renewal_is_for_the_renewal_period_not_the_loan_length),
        AT_BOTH(test_case_03_a_closed_due_day_moves_to_the_next_open_day_however_far),
        AT_BOTH(test_case_04_a_fortnight_keeps_its_weekday_unless_that_is_always_closed),
        AT_BOTH(test_case_05_a_loan_that_is_no_multiple_of_a_week_moves_one_day),
        AT_BOTH(test_case_06_a_rule_may_keep_a_closed_due_day),
        AT_BOTH(test_case_07_the_cards_expiry_caps_the_date_on_the_last_open_day_before),
        AT_BOTH(test_case_08_a_hard_due_date_holds_for_later_earlier_or_any_date),
        AT_BOTH(test_case_09_a_renewal_of_0_days_is_due_on_its_base_and_one_unset_as_the_loan),
        AT_BRANCH(test_case_10_a_loan_by_the_hour_is_refused_by_the_rule_file_with_its_column),
        AT_BOTH(test_case_11_twenty_one_days_over_the_spring_clock_change_lose_no_day),
        AT_BOTH(test_case_12_the_most_specific_rule_wins_and_without_any_there_is_a_default),
    };
    RUN_CASES(tests);
}
