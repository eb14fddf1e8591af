/* tests/unit/test_policy_book.c -- the rule book case by case: closed days, fixed dates, expiry, renewals, debts, clocks. */
#include "tests/unit/policy_desk.h"

/* Rules are written by their columns here: "loan=14d closed=same_weekday". */
static struct policy_rule rule_of(const char *text)
{
    const char *columns[POLICY_COLUMN_COUNT] = { "*", "*", "*", "21d" };
    char copy[POLICY_LINE_MAX], *save = NULL;
    struct policy_rule rule;
    assert_true(str_copy(copy, sizeof copy, text));
    for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        char *value = strchr(word, '=');
        int i = 0;
        assert_non_null(value);
        *value++ = '\0';
        for (char *c = value; *c; c++)
            if (*c == '+') *c = ' ';
        while (i < POLICY_COLUMN_COUNT && strcmp(policy_column_name((enum policy_column)i), word) != 0) i++;
        if (i == POLICY_COLUMN_COUNT) fail_msg("no column %s", word);
        columns[i] = value;
    }
    if (policy_rule_read(columns, &rule)) fail_msg("%s: %s", text, err_text(BM_EINPUT));
    return rule;
}

static void open_with(struct desk *desk, const char *rule)
{
    desk_open(desk, NULL, 0);
    desk->rules[0] = rule_of(rule);
    desk->ask.rule_count = 1;
}

/* A renewal of what was lent and is due on these days. */
static const struct policy_answer *renew_of(struct desk *desk, int64_t out_day, int64_t due_day)
{
    desk->ask.out_ms = noon_ms(out_day);
    desk->ask.due_s = zone_day_end_s(due_day);
    return renew(desk);
}

static bool has_step(const struct policy_answer *answer, enum policy_step_kind kind)
{
    for (size_t i = 0; i < answer->step_count; i++)
        if (answer->steps[i].kind == kind) return true;
    return false;
}

/* --- due dates ---------------------------------------------------------------------------- */

static void test_policy_case_04_a_closed_day_moves_by_weeks_to_an_open_one(void **state)
{
    struct desk desk;
    int64_t closed[2];
    (void)state;
    open_with(&desk, "loan=14d closed=same_weekday");
    closed[0] = desk.today + 14;
    closed[1] = desk.today + 21;
    desk.ask.closed = (struct day_list){ closed, 1 };
    expect_reasons(lend(&desk), "due_moved");
    expect_due(&desk.answer, desk.today + 21);
    desk.ask.closed.count = 2;
    expect_due(lend(&desk), desk.today + 28);
    assert_true(has_step(&desk.answer, POLICY_STEP_SAME_WEEKDAY));
    desk.ask.closed.count = 0;
    expect_reasons(lend(&desk), "");
    expect_due(&desk.answer, desk.today + 14);
}

static void test_policy_case_04_a_weekday_that_is_always_closed_moves_by_days(void **state)
{
    struct desk desk;
    int64_t closed[POLICY_SAME_WEEKDAY_WEEKS + 2];
    size_t n = 0;
    (void)state;
    open_with(&desk, "loan=14d closed=same_weekday");
    closed[n++] = desk.today + 14;
    closed[n++] = desk.today + 15; /* the day after, too */
    for (int week = 3; n < sizeof closed / sizeof *closed; week++) closed[n++] = desk.today + 7 * week;
    desk.ask.closed = (struct day_list){ closed, n };
    expect_due(lend(&desk), desk.today + 16);
    assert_true(has_step(&desk.answer, POLICY_STEP_NEXT_OPEN));
    desk.ask.closed.count--; /* one such day is open at last */
    expect_due(lend(&desk), closed[n - 1]);
}

static void test_policy_case_05_a_length_that_is_no_multiple_of_seven_moves_by_days(void **state)
{
    struct desk desk;
    int64_t closed[2];
    (void)state;
    open_with(&desk, "loan=10d renew_loan=14d closed=same_weekday");
    closed[0] = desk.today + 10;
    closed[1] = desk.today + 14;
    desk.ask.closed = (struct day_list){ closed, 2 };
    expect_due(lend(&desk), desk.today + 11);
    expect_due(renew(&desk), desk.today + 21); /* each by its own length */
}

static void test_policy_case_07_a_loan_ends_with_the_card_on_an_open_day(void **state)
{
    struct desk desk;
    int64_t closed[3];
    (void)state;
    open_with(&desk, "loan=21d expiry_cap=yes");
    desk.ask.patron.expires_s = zone_day_end_s(desk.today + 21);
    expect_reasons(lend(&desk), "");
    desk.ask.patron.expires_s = zone_day_end_s(desk.today + 10);
    expect_reasons(lend(&desk), "due_capped");
    expect_due(&desk.answer, desk.today + 10);
    for (int i = 0; i < 3; i++) closed[i] = desk.today + 8 + i;
    desk.ask.closed = (struct day_list){ closed, 3 };
    expect_due(lend(&desk), desk.today + 7);
    desk.ask.patron.expires_s = zone_day_end_s(desk.today); /* today, and closed: no day is left */
    closed[0] = desk.today;
    expect_due(lend(&desk), desk.today);
    desk.ask.patron.expires_s = zone_day_end_s(desk.today - 1); /* over: that is another matter */
    expect_reasons(lend(&desk), "expired!");
    expect_due(&desk.answer, desk.today + 21);
    open_with(&desk, "loan=21d");
    desk.ask.patron.expires_s = zone_day_end_s(desk.today + 10);
    expect_due(lend(&desk), desk.today + 21);
}

static void test_policy_case_07_a_visit_loan_ends_with_the_card_too(void **state)
{
    struct desk desk;
    (void)state;
    open_with(&desk, "loan=next_visit(7,28) expiry_cap=yes");
    int64_t visits[] = { desk.today + 14 };
    desk.ask.visits = (struct day_list){ visits, 1 };
    desk.ask.patron.expires_s = zone_day_end_s(desk.today + 13);
    expect_due(lend(&desk), desk.today + 13);
}

static void test_policy_case_08_a_fixed_date_is_the_latest_the_earliest_or_the_day(void **state)
{
    static const struct {
        const char *rule;
        int days; /* due so many days ahead */
        const char *reasons;
    } cases[] = { /* 9 February and 21 days is 2 March */
        { "hard_due=<2026-02-20", 11, "due_fixed" },  { "hard_due=<2026-03-02", 21, "" },
        { "hard_due=<2026-03-03", 21, "" },           { "hard_due=>2026-03-10", 29, "due_fixed" },
        { "hard_due=>2026-03-02", 21, "" },           { "hard_due=>2026-02-20", 21, "" },
        { "hard_due==2026-02-20", 11, "due_fixed" },  { "hard_due=2026-03-10", 29, "due_fixed" },
        { "hard_due=<2026-02-09", 0, "due_fixed" },   { "hard_due=<2026-02-08", 21, "due_fixed_over" },
        { "hard_due=2026-02-08", 21, "due_fixed_over" }, { "hard_due=>2026-02-08", 21, "" },
    };
    struct desk desk;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_with(&desk, cases[i].rule);
        expect_reasons(lend(&desk), cases[i].reasons);
        expect_due(&desk.answer, desk.today + cases[i].days);
    }
}

static void test_policy_case_08_a_fixed_date_holds_though_closed_and_the_card_ends_it(void **state)
{
    struct desk desk;
    int64_t closed[] = { day_of(2026, 2, 20) };
    (void)state;
    open_with(&desk, "hard_due=2026-02-20 closed=next_open expiry_cap=yes");
    desk.ask.closed = (struct day_list){ closed, 1 };
    expect_due(lend(&desk), day_of(2026, 2, 20));
    desk.ask.patron.expires_s = zone_day_end_s(day_of(2026, 2, 18));
    expect_reasons(lend(&desk), "due_fixed due_capped");
    expect_due(&desk.answer, day_of(2026, 2, 18));
}

static void test_policy_cases_02_and_09_a_renewal_counts_from_now_or_from_the_old_date(void **state)
{
    struct desk desk;
    (void)state;
    open_with(&desk, "loan=10d renew_loan=5d");
    expect_due(renew_of(&desk, desk.today - 8, desk.today + 2), desk.today + 5);
    open_with(&desk, "loan=10d renew_loan=5d renew_base=due");
    expect_due(renew_of(&desk, desk.today - 8, desk.today + 2), desk.today + 7);
    expect_due(renew_of(&desk, desk.today - 12, desk.today - 2), desk.today + 3); /* overdue */
    open_with(&desk, "loan=10d renew_base=due"); /* unset: the loan's length */
    expect_due(renew_of(&desk, desk.today - 8, desk.today + 2), desk.today + 12);
    open_with(&desk, "loan=10d renew_loan=0d renew_base=due"); /* 0: the base itself */
    expect_due(renew_of(&desk, desk.today - 8, desk.today + 2), desk.today + 2);
    open_with(&desk, "loan=10d renew_loan=0d");
    expect_due(renew_of(&desk, desk.today - 10, desk.today), desk.today);
}

static void test_policy_case_09_a_renewal_of_what_is_long_overdue_is_not_due_in_the_past(void **state)
{
    struct desk desk;
    (void)state;
    open_with(&desk, "loan=10d renew_loan=5d renew_base=due");
    expect_due(renew_of(&desk, desk.today - 40, desk.today - 30), desk.today);
    assert_true(has_step(&desk.answer, POLICY_STEP_NOT_PAST));
    desk.ask.due_s = ENTRY_NONE; /* not known: from now */
    expect_due(renew(&desk), desk.today + 5);
}

static void test_policy_case_11_the_autumn_change_makes_no_day_longer(void **state)
{
    struct desk desk;
    (void)state;
    open_with(&desk, "loan=21d");
    desk.ask.now_ms = zone_at_s(day_of(2026, 10, 4), 23 * 60 + 30) * 1000; /* due on the day of the change */
    expect_due(lend(&desk), day_of(2026, 10, 25));
    assert_int_equal(desk.answer.due_s - zone_at_s(day_of(2026, 10, 25), 0), 25 * 3600 - 1);
    desk.ask.now_ms = (zone_at_s(day_of(2026, 10, 25), 90) + 3600) * 1000; /* half past one, the second time */
    expect_due(lend(&desk), day_of(2026, 11, 15));
    desk.ask.now_ms = zone_at_s(day_of(2026, 10, 25), 30) * 1000;
    expect_due(lend(&desk), day_of(2026, 11, 15));
}

static void test_policy_case_11_no_zone_loses_a_day(void **state)
{
    /* midnight itself is left out; half an hour; a day that never was */
    static const char *const zones[] = { "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo" };
    struct desk desk;
    (void)state;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        open_with(&desk, "loan=21d");
        if (zone_open(zones[i])) continue; /* not on this machine */
        for (int64_t day = day_of(2018, 1, 1); day < day_of(2019, 1, 1); day++) {
            desk.ask.now_ms = noon_ms(day);
            assert_int_equal(lend(&desk)->due_day, day + 21);
            assert_int_equal(zone_day(desk.answer.due_s * 1000), day + 21);
        }
    }
    assert_int_equal(zone_open("Europe/London"), BM_OK);
}

/* --- may it be lent ------------------------------------------------------------------------ */

static void test_policy_case_17_a_limit_of_none_is_another_reason_than_a_limit_reached(void **state)
{
    struct desk desk;
    (void)state;
    open_with(&desk, "itype=BOOK limit=0 overridable=not_for_loan");
    expect_reasons(lend(&desk), "not_for_loan~");
    open_with(&desk, "itype=BOOK limit=1 overridable=not_for_loan");
    desk.ask.patron.type_loan_count = 1;
    expect_reasons(lend(&desk), "over_type_limit!");
    open_with(&desk, "limit=0"); /* for any type: nothing to this patron */
    expect_reasons(lend(&desk), "over_limit!");
    open_with(&desk, "itype=DVD limit=0");
    expect_reasons(lend(&desk), "no_rule");
}

static void test_policy_case_20_as_many_overdue_loans_as_the_limit_refuse(void **state)
{
    struct desk desk;
    (void)state;
    open_with(&desk, "overdue_max=3 overridable=overdue");
    desk.ask.patron.overdue_count = 2;
    expect_reasons(lend(&desk), "");
    desk.ask.patron.overdue_count = 3;
    expect_reasons(lend(&desk), "overdue~");
    expect_reasons(renew(&desk), ""); /* a renewal lends nothing more */
}

static void test_policy_case_21_a_debt_equal_to_the_limit_is_allowed_a_cent_more_is_not(void **state)
{
    struct desk desk;
    (void)state;
    open_with(&desk, "debt_max=1000 overridable=debt");
    desk.ask.patron.debt_cents = 1000;
    expect_reasons(lend(&desk), "");
    desk.ask.patron.debt_cents = 1001;
    expect_reasons(lend(&desk), "debt~");
    desk.ask.patron.debt_cents = -1; /* credit */
    expect_reasons(lend(&desk), "");
    open_with(&desk, "debt_max=0");
    expect_reasons(lend(&desk), "");
    desk.ask.patron.debt_cents = 1;
    expect_reasons(lend(&desk), "debt!");
    open_with(&desk, "loan=21d");
    desk.ask.patron.debt_cents = POLICY_CENTS_MAX;
    expect_reasons(lend(&desk), "");
}

static void test_policy_case_22_debts_of_those_he_answers_for_refuse_above_their_limit(void **state)
{
    struct desk desk;
    (void)state;
    open_with(&desk, "guarantor_max=500 debt_max=0");
    desk.ask.patron.guaranteed_cents = 500;
    expect_reasons(lend(&desk), "");
    desk.ask.patron.guaranteed_cents = 501;
    expect_reasons(lend(&desk), "guarantor_debt!");
    expect_reasons(renew(&desk), "");
}

static void test_policy_case_36_renewals_have_a_debt_limit_of_their_own_or_none(void **state)
{
    struct desk desk;
    (void)state;
    open_with(&desk, "debt_max=100");
    desk.ask.patron.debt_cents = 2000;
    expect_reasons(renew(&desk), ""); /* exempt */
    open_with(&desk, "debt_max=100 renew_debt=2000");
    desk.ask.patron.debt_cents = 2000;
    expect_reasons(renew(&desk), "");
    desk.ask.patron.debt_cents = 2001;
    expect_reasons(renew(&desk), "debt!");
}

static void test_policy_case_35_a_rule_may_let_expired_cards_renew(void **state)
{
    struct desk desk;
    (void)state;
    open_with(&desk, "renew_expired=yes expiry_cap=yes");
    desk.ask.patron.expires_s = zone_day_end_s(desk.today - 1);
    expect_reasons(renew(&desk), "expired");
    expect_due(&desk.answer, desk.today + 21);
    desk.ask.item.loan = POLICY_NOBODYS;
    expect_reasons(lend(&desk), "expired!");
}

static void test_policy_case_33_before_its_days_a_renewal_is_too_soon(void **state)
{
    struct desk desk;
    (void)state;
    open_with(&desk, "renew_from=7 overridable=soon");
    expect_reasons(renew_of(&desk, desk.today - 11, desk.today + 10), "renew_too_soon~");
    expect_reasons(renew_of(&desk, desk.today - 13, desk.today + 8), "renew_too_soon~");
    expect_reasons(renew_of(&desk, desk.today - 14, desk.today + 7), ""); /* the bound itself */
    expect_reasons(renew_of(&desk, desk.today - 30, desk.today - 9), "");
    open_with(&desk, "renew_from=0");
    expect_reasons(renew_of(&desk, desk.today - 20, desk.today + 1), "renew_too_soon!");
    expect_reasons(renew_of(&desk, desk.today - 21, desk.today), "");
    desk.ask.due_s = ENTRY_NONE; /* not known: not judged */
    expect_reasons(renew(&desk), "");
}

static void test_policy_case_34_from_its_day_on_a_renewal_is_too_late(void **state)
{
    struct desk desk;
    (void)state;
    open_with(&desk, "renew_until=30 overridable=late");
    expect_reasons(renew_of(&desk, desk.today - 29, desk.today), "");
    expect_reasons(renew_of(&desk, desk.today - 30, desk.today), "renew_too_late~"); /* that day is refused */
    expect_reasons(renew_of(&desk, desk.today - 31, desk.today), "renew_too_late~");
    desk.ask.out_ms = ENTRY_NONE;
    expect_reasons(renew(&desk), "");
}

static void test_policy_a_reason_names_the_rule_whose_word_it_is(void **state)
{
    struct desk desk;
    (void)state;
    desk_open(&desk, NULL, 0);
    desk.rules[0] = rule_of("limit=1 overridable=limit");
    desk.rules[1] = rule_of("itype=BOOK limit=1 debt_max=0");
    desk.ask.rule_count = 2;
    desk.ask.patron.loan_count = desk.ask.patron.type_loan_count = desk.ask.patron.debt_cents = 1;
    expect_reasons(lend(&desk), "debt! over_limit~ over_type_limit!");
    assert_ptr_equal(desk.answer.fired[0].rule, &desk.rules[1]);
    assert_ptr_equal(desk.answer.fired[1].rule, &desk.rules[0]); /* who may override is its word, too */
    assert_ptr_equal(desk.answer.fired[2].rule, &desk.rules[1]);
    assert_ptr_equal(desk.answer.limit_rule, &desk.rules[0]);
    assert_ptr_equal(policy_deciding(&desk.ask), &desk.rules[1]);
    assert_int_equal(policy_closeness(&desk.ask, &desk.rules[1]), 1);
    desk.ask.item.itype = "DVD";
    assert_int_equal(policy_closeness(&desk.ask, &desk.rules[1]), -1);
}

static void test_policy_an_exception_is_named_once_however_many_reasons_ask_for_it(void **state)
{
    struct policy_answer answer = { .fired_count = 4 };
    char over[POLICY_OVER_MAX];
    (void)state;
    answer.fired[0].reason = POLICY_MISSING;
    answer.fired[1].reason = POLICY_DEBT; /* has none */
    answer.fired[2].reason = POLICY_LOST;
    answer.fired[3].reason = POLICY_READY;
    assert_string_equal(policy_over_text(&answer, over, sizeof over), "was_missing lent_while_held");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_case_04_a_closed_day_moves_by_weeks_to_an_open_one),
        cmocka_unit_test(test_policy_case_04_a_weekday_that_is_always_closed_moves_by_days),
        cmocka_unit_test(test_policy_case_05_a_length_that_is_no_multiple_of_seven_moves_by_days),
        cmocka_unit_test(test_policy_case_07_a_loan_ends_with_the_card_on_an_open_day),
        cmocka_unit_test(test_policy_case_07_a_visit_loan_ends_with_the_card_too),
        cmocka_unit_test(test_policy_case_08_a_fixed_date_is_the_latest_the_earliest_or_the_day),
        cmocka_unit_test(test_policy_case_08_a_fixed_date_holds_though_closed_and_the_card_ends_it),
        cmocka_unit_test(test_policy_cases_02_and_09_a_renewal_counts_from_now_or_from_the_old_date),
        cmocka_unit_test(test_policy_case_09_a_renewal_of_what_is_long_overdue_is_not_due_in_the_past),
        cmocka_unit_test(test_policy_case_11_the_autumn_change_makes_no_day_longer),
        cmocka_unit_test(test_policy_case_11_no_zone_loses_a_day),
        cmocka_unit_test(test_policy_case_17_a_limit_of_none_is_another_reason_than_a_limit_reached),
        cmocka_unit_test(test_policy_case_20_as_many_overdue_loans_as_the_limit_refuse),
        cmocka_unit_test(test_policy_case_21_a_debt_equal_to_the_limit_is_allowed_a_cent_more_is_not),
        cmocka_unit_test(test_policy_case_22_debts_of_those_he_answers_for_refuse_above_their_limit),
        cmocka_unit_test(test_policy_case_33_before_its_days_a_renewal_is_too_soon),
        cmocka_unit_test(test_policy_case_34_from_its_day_on_a_renewal_is_too_late),
        cmocka_unit_test(test_policy_case_35_a_rule_may_let_expired_cards_renew),
        cmocka_unit_test(test_policy_case_36_renewals_have_a_debt_limit_of_their_own_or_none),
        cmocka_unit_test(test_policy_a_reason_names_the_rule_whose_word_it_is),
        cmocka_unit_test(test_policy_an_exception_is_named_once_however_many_reasons_ask_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
