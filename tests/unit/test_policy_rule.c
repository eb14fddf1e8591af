/* tests/unit/test_policy_rule.c -- a rule's columns: read, written, and what is wrong with them. */
#include "tests/unit/policy_desk.h"

static void test_policy_rule_a_rule_written_is_read_back_the_same(void **state)
{
    /* clang-format off */
    static const char *const lines[] = {
        "*,*,*,21d,,,,keep,,,,,,,,,,,,,,,,,,",
        "VAN1,ADULT,BOOK,\"next_visit(14,35)\",2,14d,15,next_open,10,1,500,2000,200,16,barred expired limit,,,,,,,,,,,",
        "*,\"P,2\",\"a \"\"b\"\"\",0d,0,\"next_visit(0,3650)\",0,keep,,,,,,,all,,,,,,,,,,,",
        "*,*,*,21d,,,,same_weekday,,,,,,,held wanted +expired +limit,<2026-06-30,yes,due,0,28,1,0,1000,yes,500,open",
        "*,*,*,21d,,,,keep,,,,,,,all +renewals,>2026-06-30,,,,,,,,,,",
        "*,*,*,21d,,,,keep,,,,,,,overdue debt guarantor not_for_loan soon late,2026-06-30,,,,,,,,,,",
    };
    /* clang-format on */
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct policy_rule rule;
        struct buf out = { 0 };
        if (policy_rule_parse(lines[i], &rule))
            fail_msg("%s: %s", lines[i], err_text(BM_EINPUT));
        policy_rule_write(&rule, &out);
        assert_int_equal(buf_rc(&out), BM_OK);
        assert_string_equal(buf_str(&out), lines[i]);
        buf_free(&out);
    }
}

static void test_policy_rule_a_rule_line_is_read_kindly(void **state)
{
    struct policy_rule rule;
    (void)state;
    assert_int_equal(
        policy_rule_parse(
            " VAN1 , , * ,\"next_visit(14, 35)\",2,\"next_visit(7,28)\",15,,,,,,,, all \r\n", &rule),
        BM_OK);
    assert_string_equal(rule.branch, "VAN1");
    assert_string_equal(rule.category, "");
    assert_string_equal(rule.itype, "");
    assert_int_equal(rule.loan.kind, POLICY_LOAN_NEXT_VISIT);
    assert_true(rule.loan.min_days == 14 && rule.loan.max_days == 35);
    assert_true(rule.renew_loan.min_days == 7 && rule.renew_loan.max_days == 28);
    assert_int_equal(rule.limit, 15);
    assert_int_equal(rule.terms.max_cents, POLICY_CENTS_MAX);
    assert_int_equal(rule.overridable >> POLICY_ALREADY_HIS & 1u, 0);
    assert_int_equal(rule.overridable >> POLICY_OVER_TYPE_LIMIT & 1u, 1);
}

static void test_policy_rule_a_rule_line_that_is_not_understood_names_its_column(void **state)
{
    /* clang-format off */
    static const struct {
        const char *line, *named;
    } bad[] = {
        { "", "columns" }, { POLICY_RULE_HEADER ",x", "fields" }, { POLICY_RULE_HEADER, "loan" },
        { "*,*,*", "3 columns" }, { "*,*,*,,,,,keep,,,,,,,", "loan" }, { "*,*,*,21,,,,keep,,,,,,,", "loan" },
        { "*,*,*,3651d,,,,keep,,,,,,,", "loan" }, { "*,*,*,-1d,,,,keep,,,,,,,", "loan" }, { "*,*,*,99999999999999999999d,,,,keep,,,,,,,", "loan" },
        { "*,*,*,\"next_visit(14)\",,,,keep,,,,,,,", "loan" }, { "*,*,*,\"next_visit(35,14)\",,,,keep,,,,,,,", "loan" },
        { "*,*,*,\"next_visit(1,2)x\",,,,keep,,,,,,,", "loan" }, { "*,*,*,21d,x,,,keep,,,,,,,", "renew_max" },
        { "*,*,*,21d,-1,,,keep,,,,,,,", "renew_max" }, { "*,*,*,21d,,7,,keep,,,,,,,", "renew_loan" }, { "*,*,*,21d,,,+1,keep,,,,,,,", "limit" },
        { "*,*,*,21d,,,,open,,,,,,,", "closed" }, { "*,*,*,21d,,,,keep,0.10,,,,,,", "rate" }, { "*,*,*,21d,,,,keep,,x,,,,,", "grace" },
        { "*,*,*,21d,,,,keep,,,1000000001,,,,", "max" }, { "*,*,*,21d,,,,keep,,,,x,,,", "price" }, { "*,*,*,21d,,,,keep,,,,,x,,", "keep" },
        { "*,*,*,21d,,,,keep,,,,,,151,", "age_min" }, { "*,*,*,21d,,,,keep,,,,,,,barred bored", "bored" }, { "*,*,*,21d,,,,keep,,,,,,,+all", "all" },
        { "*,*,*,21d,,,,keep,,,,,,,+", "overridable" }, { "*,\"a\x01\",*,21d,,,,keep,,,,,,,", "category" }, { "\"*,*", "quotes" },
        { "*,*,*,next_visit(14,35)", "quotes" }, { "*,*,*,21d,,,,,,,,,,,,30 June", "hard_due" }, { "*,*,*,21d,,,,,,,,,,,,!2026-06-30", "hard_due" },
        { "*,*,*,21d,,,,,,,,,,,,<", "hard_due" }, { "*,*,*,21d,,,,,,,,,,,,,maybe", "expiry_cap" }, { "*,*,*,21d,,,,,,,,,,,,,,then", "renew_base" },
        { "*,*,*,21d,,,,,,,,,,,,,,,-7", "renew_from" }, { "*,*,*,21d,,,,,,,,,,,,,,,,3651", "renew_until" }, { "*,*,*,21d,,,,,,,,,,,,,,,,,0", "overdue_max" },
        { "*,*,*,21d,,,,,,,,,,,,,,,,,,5.00", "debt_max" }, { "*,*,*,21d,,,,,,,,,,,,,,,,,,,x", "renew_debt" }, { "*,*,*,21d,,,,,,,,,,,,,,,,,,,,1", "renew_expired" },
        { "*,*,*,21d,,,,,,,,,,,,,,,,,,,,,x", "guarantor_max" }, { "*,*,*,21d,,,,,,,,,,,,,,,,,,,,,,some", "fine_days" },
    };
    /* clang-format on */
    struct policy_rule rule;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        enum bm_rc rc = policy_rule_parse(bad[i].line, &rule);
        if (rc != BM_EINPUT && rc != BM_ELIMIT) fail_msg("\"%s\" was taken", bad[i].line);
        if (!strstr(err_text(rc), bad[i].named)) fail_msg("%s: %s", bad[i].line, err_text(rc));
    }
}

static void test_policy_rule_a_code_longer_than_a_word_is_refused(void **state)
{
    char line[200] = "";
    struct policy_rule rule;
    (void)state;
    memset(line, 'x', ENTRY_WORD_MAX);
    memcpy(line + ENTRY_WORD_MAX, ",*,*,21d,,,,keep,,,,,,,", 24);
    assert_int_equal(policy_rule_parse(line, &rule), BM_OK);
    memset(line, 'x', ENTRY_WORD_MAX + 1);
    memcpy(line + ENTRY_WORD_MAX + 1, ",*,*,21d,,,,keep,,,,,,,", 24);
    assert_int_equal(policy_rule_parse(line, &rule), BM_ELIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_rule_a_rule_written_is_read_back_the_same),
        cmocka_unit_test(test_policy_rule_a_rule_line_is_read_kindly),
        cmocka_unit_test(test_policy_rule_a_rule_line_that_is_not_understood_names_its_column),
        cmocka_unit_test(test_policy_rule_a_code_longer_than_a_word_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
