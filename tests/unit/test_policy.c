/* tests/unit/test_policy.c -- may it be lent or renewed, until when, and every reason why not.
 */
#include "tests/unit/policy_desk.h"

static void test_policy_case_01_ten_days_end_at_23_59_59_local(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,10d,2,,,keep,,,,,,,");
    expect_reasons(lend(&desk), "");
    expect_due(&desk.answer, day_of(2026, 2, 19));
    desk.ask.now_ms = noon_ms(day_of(2026, 7, 1)); /* summer time */
    assert_int_equal(lend(&desk)->due_s,
                     day_of(2026, 7, 11) * 86400 + 22 * 3600 + 59 * 60 + 59);
    desk.ask.now_ms = zone_at_s(day_of(2026, 7, 1), 30) * 1000; /* UTC still has 30 June */
    expect_due(lend(&desk), day_of(2026, 7, 11));
}

static void test_policy_case_02_a_renewal_counts_its_own_days_from_today(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,10d,2,5d,,keep,,,,,,,");
    desk.ask.due_s = zone_day_end_s(day_of(2026, 2, 10));
    expect_reasons(renew(&desk), "");
    expect_due(&desk.answer, day_of(2026, 2, 14));
}

static void
test_policy_case_03_a_closed_due_day_moves_over_as_many_closed_days_as_follow(void **state)
{
    struct desk desk;
    int64_t closed[] = { day_of(2026, 2, 19), day_of(2026, 2, 20), day_of(2026, 2, 21),
                         day_of(2026, 2, 23) };
    (void)state;
    desk_open_one(&desk, "*,*,*,10d,2,,,next_open,,,,,,,");
    desk.ask.closed = (struct day_list){ closed, 4 };
    expect_reasons(lend(&desk), "due_moved");
    expect_due(&desk.answer, day_of(2026, 2, 22));
    desk.ask.closed.count = 0;
    expect_reasons(lend(&desk), "");
    expect_due(&desk.answer, day_of(2026, 2, 19));
}

static void test_policy_case_03_a_library_that_never_opens_again_keeps_the_day(void **state)
{
    struct desk desk;
    int64_t closed[POLICY_OPEN_SEARCH_DAYS + 1];
    (void)state;
    desk_open_one(&desk, "*,*,*,10d,2,,,next_open,,,,,,,");
    for (int i = 0; i <= POLICY_OPEN_SEARCH_DAYS; i++) closed[i] = desk.today + 10 + i;
    desk.ask.closed = (struct day_list){ closed, POLICY_OPEN_SEARCH_DAYS + 1 };
    expect_due(lend(&desk), desk.today + 10);
    desk.ask.closed.count--;
    expect_due(lend(&desk), desk.today + 10 + POLICY_OPEN_SEARCH_DAYS);
}

static void test_policy_case_06_a_closed_due_day_stays_where_the_rule_keeps_it(void **state)
{
    struct desk desk;
    int64_t closed[] = { day_of(2026, 2, 19) };
    (void)state;
    desk_open_one(&desk, "*,*,*,10d,2,,,keep,,,,,,,");
    desk.ask.closed = (struct day_list){ closed, 1 };
    expect_reasons(lend(&desk), "");
    expect_due(&desk.answer, day_of(2026, 2, 19));
}

static void
test_policy_case_09_a_renewal_of_no_days_is_due_today_and_unset_takes_the_loans(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,10d,2,0d,,keep,,,,,,,");
    expect_due(renew(&desk), desk.today);
    desk_open_one(&desk, "*,*,*,10d,2,,,keep,,,,,,,");
    expect_due(renew(&desk), desk.today + 10);
}

static void test_policy_case_11_days_over_the_spring_change_lose_none(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,21d,2,,,keep,,,,,,,");
    desk.ask.now_ms = zone_at_s(day_of(2026, 3, 8), 23 * 60 + 30) * 1000;
    expect_due(lend(&desk), day_of(2026, 3, 29)); /* the day of the change itself */
    desk.ask.now_ms = zone_at_s(day_of(2026, 3, 20), 23 * 60 + 30) * 1000;
    expect_due(lend(&desk), day_of(2026, 4, 10));
    desk.ask.now_ms = zone_at_s(day_of(2026, 3, 29), 90) * 1000; /* a time left out */
    expect_due(lend(&desk), day_of(2026, 4, 19));
}

static void test_policy_case_12_branch_wins_over_category_over_type(void **state)
{
    /* clang-format off */
    static const char *const lines[] = {
        "*,*,*,1d,,,,,,,,,,,",      "*,*,BOOK,2d,,,,,,,,,,,",     "*,ADULT,*,3d,,,,,,,,,,,",     "*,ADULT,BOOK,4d,,,,,,,,,,,",
        "VAN1,*,*,5d,,,,,,,,,,,",   "VAN1,*,BOOK,6d,,,,,,,,,,,",  "VAN1,ADULT,*,7d,,,,,,,,,,,",  "VAN1,ADULT,BOOK,8d,,,,,,,,,,,",
    };
    /* clang-format on */
    struct desk desk;
    (void)state;
    desk_open(&desk, lines, 8);
    for (size_t count = 8; count > 0;
         count--) { /* take the closest away, one after the other */
        desk.ask.rule_count = count;
        expect_due(lend(&desk), desk.today + (int64_t)count);
        assert_ptr_equal(desk.answer.rule, &desk.rules[count - 1]);
    }
    desk.ask.rule_count = 8;
    desk.ask.patron.category = "CHILD";
    expect_due(lend(&desk), desk.today + 6);
    desk.ask.patron.category = NULL;
    desk.ask.item.itype = "DVD";
    expect_due(lend(&desk), desk.today + 5);
    desk.ask.branch = NULL;
    expect_due(lend(&desk), desk.today + 1);
}

static void test_policy_case_12_of_two_rules_for_the_same_the_later_wins(void **state)
{
    static const char *const lines[] = { "*,ADULT,*,3d,,,,,,,,,,,", ",ADULT,,4d,,,,,,,,,,," };
    struct desk desk;
    (void)state;
    desk_open(&desk, lines, 2);
    expect_due(lend(&desk), desk.today + 4);
}

static void test_policy_case_12_without_a_rule_the_default_is_21_days_and_is_told(void **state)
{
    struct desk desk;
    (void)state;
    desk_open(&desk, NULL, 0);
    desk.ask.rules = NULL;
    expect_reasons(lend(&desk), "no_rule");
    expect_due(&desk.answer, desk.today + 21);
    assert_ptr_equal(desk.answer.rule, policy_rule_default());
    assert_int_equal(desk.answer.limit, ENTRY_NONE);
    expect_reasons(renew(&desk), "no_rule");
    desk.ask.patron.barred = true;
    expect_reasons(renew(&desk), "barred! no_rule");
}

static void test_policy_a_rule_holds_from_its_first_day_to_its_last(void **state)
{
    static const char *const lines[] = { "*,*,*,3d,,,,,,,,,,,", "*,*,BOOK,4d,,,,,,,,,,," };
    struct desk desk;
    (void)state;
    desk_open(&desk, lines, 2);
    desk.rules[1].from_day = desk.rules[1].to_day = desk.today;
    expect_due(lend(&desk), desk.today + 4);
    desk.ask.now_ms = noon_ms(desk.today + 1);
    expect_due(lend(&desk), desk.today + 1 + 3);
    desk.ask.now_ms = noon_ms(desk.today - 1);
    expect_due(lend(&desk), desk.today - 1 + 3);
}

static void test_policy_case_13_a_free_item_is_lent_to_a_patron_in_good_standing(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,21d,2,,15,keep,10,1,500,2000,200,,all");
    desk.ask.patron.expires_s = zone_day_end_s(day_of(2026, 12, 31));
    expect_reasons(lend(&desk), "");
    assert_int_equal(desk.answer.limit, 15);
    const struct terms expect = { 10, 1, 500, 2000, 200, NULL };
    assert_memory_equal(&desk.answer.terms, &expect, sizeof expect);
    desk.ask.item.price_cents = 1250;
    assert_int_equal(lend(&desk)->terms.price_cents, 1250);
    desk.ask.item.price_cents = 0;
    assert_int_equal(lend(&desk)->terms.price_cents, 2000);
}

static void test_policy_case_14_an_item_the_patron_has_already_is_to_be_renewed(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,21d,2,,,keep,,,,,,,all");
    desk.ask.item.loan = POLICY_HIS;
    expect_reasons(lend(&desk), "already_his!");
}

static void test_policy_case_15_an_item_out_to_another_is_refused_or_let_through(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,21d,2,,,keep,,,,,,,");
    desk.ask.item.loan = POLICY_ANOTHERS;
    expect_reasons(lend(&desk), "lent_over_loan!");
    desk_open_one(&desk, "*,*,*,21d,2,,,keep,,,,,,,+loaned");
    desk.ask.item.loan = POLICY_ANOTHERS;
    expect_reasons(lend(&desk), "lent_over_loan");
}

static void
test_policy_case_16_one_loan_more_than_allowed_is_refused_with_the_limit(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,21d,2,,1,keep,,,,,,,limit");
    expect_reasons(lend(&desk), "");
    desk.ask.patron.loan_count = 1;
    expect_reasons(lend(&desk), "over_limit~");
    assert_int_equal(desk.answer.limit, 1);
    expect_reasons(renew(&desk), ""); /* a renewal is no loan more */
}

static void
test_policy_case_17_a_limit_of_none_for_a_type_refuses_a_patron_without_loans(void **state)
{
    /* clang-format off */
    static const char *const lines[] = { "*,*,*,21d,2,,,keep,,,,,,,", "*,*,REFERENCE,21d,2,,0,keep,,,,,,," };
    /* clang-format on */
    struct desk desk;
    (void)state;
    desk_open(&desk, lines, 2);
    desk.ask.item.itype = "REFERENCE";
    expect_reasons(lend(&desk), "not_for_loan!");
    desk.ask.item.itype = "BOOK";
    desk.ask.patron.loan_count = POLICY_NUMBER_MAX; /* no limit given: none */
    expect_reasons(lend(&desk), "");
}

static void test_policy_case_18_a_limit_for_a_type_does_not_count_other_types(void **state)
{
    /* clang-format off */
    static const char *const lines[] = { "*,ADULT,*,21d,2,,20,keep,,,,,,,", "*,ADULT,DVD,7d,2,,3,keep,,,,,,," };
    /* clang-format on */
    struct desk desk;
    (void)state;
    desk_open(&desk, lines, 2);
    desk.ask.item.itype = "DVD";
    desk.ask.patron.loan_count = 19;
    desk.ask.patron.type_loan_count = 2;
    expect_reasons(lend(&desk), "");
    assert_int_equal(desk.answer.limit, 20); /* what goes into the entry is over all types */
    assert_int_equal(desk.answer.type_limit, 3);
    desk.ask.patron.type_loan_count = 3;
    expect_reasons(lend(&desk), "over_type_limit!");
    desk.ask.patron.loan_count = 20;
    expect_reasons(lend(&desk), "over_limit! over_type_limit!");
    desk.ask.item.itype = "BOOK";
    expect_reasons(lend(&desk), "over_limit!");
    assert_int_equal(desk.answer.type_limit, ENTRY_NONE);
}

static void test_policy_case_23_the_day_of_expiry_itself_is_allowed(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,21d,2,,,keep,,,,,,,expired");
    desk.ask.patron.expires_s = zone_day_end_s(desk.today);
    expect_reasons(lend(&desk), "");
    desk.ask.patron.expires_s = zone_at_s(desk.today, 0); /* a date read as its first second */
    expect_reasons(lend(&desk), "");
    desk.ask.patron.expires_s = zone_day_end_s(desk.today - 1);
    expect_reasons(lend(&desk), "expired~");
    desk.ask.patron.expires_s = INT64_MAX;
    expect_reasons(lend(&desk), "");
    desk.ask.patron.expires_s = INT64_MIN + 1;
    expect_reasons(lend(&desk), "expired~");
}

static void test_policy_case_24_a_barred_patron_is_refused(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,21d,2,,,keep,,,,,,,expired limit");
    desk.ask.patron.barred = true;
    expect_reasons(lend(&desk), "barred!");
}

static void test_policy_case_25_a_replaced_card_and_an_unknown_one_differ(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,21d,2,,,keep,,,,,,,barred replaced");
    desk.ask.patron.replaced = true;
    expect_reasons(lend(&desk), "card_replaced~");
    desk.ask.patron =
        (struct policy_patron){ .expires_s = ENTRY_NONE, .born = ENTRY_NONE };
    expect_reasons(lend(&desk), "unknown_card!");
    desk_open_one(&desk, "*,*,*,21d,2,,,keep,,,,,,,all");
    desk.ask.patron =
        (struct policy_patron){ .expires_s = ENTRY_NONE, .born = ENTRY_NONE };
    desk.ask.item.known = false;
    expect_reasons(lend(&desk), "unknown_card~ unknown_item~");
}

static void test_policy_case_26_each_condition_has_its_reason(void **state)
{
    static const char *const expect[COND_COUNT] = {
        [COND_OK] = "",
        [COND_DAMAGED] = "damaged!",
        [COND_MEND] = "mending!",
        [COND_MISSING] = "missing~",
        [COND_LOST] = "lost~",
        [COND_WITHDRAWN] = "withdrawn!",
    };
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,21d,2,,,keep,,,,,,,missing");
    for (int cond = 0; cond < COND_COUNT; cond++) {
        desk.ask.item.cond = (enum item_cond)cond;
        expect_reasons(lend(&desk), expect[cond]);
    }
    desk.ask.item = (struct policy_item){ .known = false };
    expect_reasons(lend(&desk), "unknown_item!");
}

static void test_policy_case_27_set_aside_for_another_is_refused_for_him_is_filled(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,21d,2,,,keep,,,,,,,held");
    desk.ask.item.aside = POLICY_ANOTHERS;
    expect_reasons(lend(&desk), "ready~");
    desk.ask.item.in_transit = true;
    expect_reasons(lend(&desk), "in_transit~");
    desk.ask.item.aside = POLICY_HIS;
    expect_reasons(lend(&desk), "hold_filled");
}

static void test_policy_case_28_a_title_others_wait_for_may_be_lent(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,21d,2,,,keep,,,,,,,");
    desk.ask.item.wanted = true;
    expect_reasons(lend(&desk), "");
}

static void
test_policy_case_29_an_age_limit_refuses_the_young_and_asks_about_the_unknown(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,7d,2,,,keep,,,,,,15,age");
    desk.ask.patron.born = 2010; /* sixteen this year, fifteen in any case */
    expect_reasons(lend(&desk), "");
    desk.ask.patron.born = 2011; /* fifteen since the birthday, or from it on */
    expect_reasons(lend(&desk), "age_unsure");
    desk.ask.patron.born = 2012;
    expect_reasons(lend(&desk), "under_age~");
    desk.ask.patron.born = ENTRY_NONE;
    expect_reasons(lend(&desk), "age_unknown");
    desk_open_one(&desk, "*,*,*,7d,2,,,keep,,,,,,,");
    desk.ask.patron.born = 2024;
    expect_reasons(lend(&desk), "");
}

static void
test_policy_case_30_the_second_of_one_renewal_is_refused_and_the_date_stays(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,21d,1,,,keep,,,,,,,renewals");
    expect_reasons(renew(&desk), "");
    desk.ask.renewals = 1;
    expect_reasons(renew(&desk), "renewals_used~");
    desk_open_one(&desk, "*,*,*,21d,0,,,keep,,,,,,,");
    expect_reasons(renew(&desk), "renewals_used!");
    desk_open_one(&desk, "*,*,*,21d,,,,keep,,,,,,,");
    desk.ask.renewals = 1000;
    expect_reasons(renew(&desk), "");
}

static void
test_policy_cases_31_and_32_a_wanted_item_is_renewed_only_where_the_rule_says_so(void **state)
{
    static const struct {
        const char *line, *reasons;
    } cases[] = {
        { "*,*,*,21d,2,,,keep,,,,,,,", "renewed_while_wanted!" },
        { "*,*,*,21d,2,,,keep,,,,,,,wanted", "renewed_while_wanted~" },
        { "*,*,*,21d,2,,,keep,,,,,,,+wanted", "renewed_while_wanted" },
    };
    struct desk desk;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        desk_open_one(&desk, cases[i].line);
        expect_reasons(renew(&desk), "");
        desk.ask.item.wanted = true;
        expect_reasons(renew(&desk), cases[i].reasons);
    }
}

static void test_policy_case_35_an_expired_card_renews_only_where_the_rule_says_so(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,21d,2,,,keep,,,,,,,");
    desk.ask.patron.expires_s = zone_day_end_s(desk.today - 1);
    expect_reasons(renew(&desk), "expired!");
    desk_open_one(&desk, "*,*,*,21d,2,,,keep,,,,,,,+expired");
    desk.ask.patron.expires_s = zone_day_end_s(desk.today - 1);
    expect_reasons(renew(&desk), "expired");
}

static void test_policy_a_renewal_needs_the_patrons_own_loan(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,21d,2,,,keep,,,,,,,all");
    policy_renew(&desk.ask, &desk.answer);
    expect_reasons(&desk.answer, "renew_no_loan!");
    desk.ask.item.loan = POLICY_ANOTHERS;
    expect_reasons(renew(&desk), "renew_other!");
    desk.ask.item.loan = POLICY_HIS;
    desk.ask.item.cond = COND_LOST;
    expect_reasons(renew(&desk), "renew_lost~");
    desk.ask.item.cond =
        COND_DAMAGED; /* he has it at home; the mark is no reason to take it from him */
    expect_reasons(renew(&desk), "");
}

static void test_policy_a_renewal_never_makes_the_date_earlier(void **state)
{
    struct desk desk;
    (void)state;
    desk_open_one(&desk, "*,*,*,21d,2,7d,,keep,,,,,,,");
    desk.ask.due_s = zone_day_end_s(desk.today + 20);
    expect_reasons(renew(&desk), "due_kept");
    expect_due(&desk.answer, desk.today + 20);
    desk.ask.due_s = zone_day_end_s(desk.today - 3); /* overdue */
    expect_reasons(renew(&desk), "");
    expect_due(&desk.answer, desk.today + 7);
}

static void test_policy_next_visit_is_the_first_from_min_to_max_days_ahead(void **state)
{
    struct desk desk;
    int64_t visits[8];
    (void)state;
    desk_open_one(&desk, "*,*,*,\"next_visit(14,35)\",2,,,keep,,,,,,,");
    for (int i = 0; i < 8; i++) visits[i] = desk.today + 7 * i;
    desk.ask.visits = (struct day_list){ visits, 8 };
    expect_reasons(lend(&desk), "");
    expect_due(&desk.answer, desk.today + 14); /* the bound itself */
    visits[2] = desk.today + 13;
    expect_due(lend(&desk), desk.today + 21);
    visits[3] = desk.today + 35;
    expect_due(lend(&desk), desk.today + 35);
    visits[3] = desk.today + 36;
    desk.ask.visits.count = 4;
    expect_reasons(lend(&desk), "no_visit");
    expect_due(&desk.answer, desk.today + 35);
    desk.ask.visits.count = 0;
    expect_reasons(lend(&desk), "no_visit");
    expect_due(&desk.answer, desk.today + 35);
}

static void test_policy_next_visit_skips_closed_and_suspended_days(void **state)
{
    struct desk desk;
    int64_t visits[3], closed[1], suspended[1];
    (void)state;
    desk_open_one(&desk, "*,*,*,\"next_visit(14,42)\",2,,,next_open,,,,,,,");
    for (int i = 0; i < 3; i++) visits[i] = desk.today + 14 * (i + 1);
    desk.ask.visits = (struct day_list){ visits, 3 };
    closed[0] = visits[0];
    suspended[0] = visits[1];
    desk.ask.closed = (struct day_list){ closed, 1 };
    expect_reasons(lend(&desk), "");
    expect_due(&desk.answer, visits[1]); /* the next visit, not the next open day */
    desk.ask.suspended = (struct day_list){ suspended, 1 };
    expect_due(lend(&desk), visits[2]);
    expect_due(renew(&desk), visits[2]);
}

static void test_policy_every_reason_that_holds_is_told(void **state)
{
    struct desk desk;
    char over[POLICY_OVER_MAX];
    (void)state;
    desk_open_one(&desk, "*,*,*,21d,2,,0,keep,,,,,,50,barred held");
    desk.ask.patron.barred = desk.ask.patron.replaced = true;
    desk.ask.patron.expires_s = 0;
    desk.ask.item.loan = desk.ask.item.aside = POLICY_ANOTHERS;
    desk.ask.item.cond = COND_WITHDRAWN;
    desk.ask.patron.born = 1990;
    expect_reasons(lend(&desk), "barred~ expired! card_replaced! lent_over_loan! "
                                "ready~ withdrawn! over_limit! under_age!");
    assert_true(policy_fired_has(&desk.answer, POLICY_EXPIRED));
    assert_false(policy_fired_has(&desk.answer, POLICY_NO_RULE));
    assert_string_equal(
        policy_over_text(&desk.answer, over, sizeof over),
        "barred expired card_replaced lent_over_loan lent_while_held unfit_lent over_limit");
}

static void test_policy_reasons_have_names_sentences_and_room_for_all_exceptions(void **state)
{
    struct policy_answer answer = { .rule = policy_rule_default() };
    bool seen[EXC_COUNT] = { false };
    char over[POLICY_OVER_MAX];
    size_t len = 0;
    (void)state;
    for (int i = 0; i < POLICY_REASON_COUNT; i++) {
        enum policy_reason reason = (enum policy_reason)i, back;
        assert_true(policy_reason_parse(policy_reason_name(reason), &back));
        assert_int_equal(back, reason);
        assert_true(strlen(policy_reason_sentence(reason)) > 10);
        const char *exception = policy_reason_exception(reason);
        enum exc_code code = policy_reason_code(reason);
        assert_true(*exception ? code < EXC_COUNT : code == EXC_COUNT);
        if (code < EXC_COUNT && !seen[code]) len += strlen(exception) + 1; /* each once */
        if (code < EXC_COUNT) seen[code] = true;
        answer.fired[answer.fired_count++].reason = reason;
    }
    assert_int_equal(strlen(policy_over_text(&answer, over, sizeof over)), len - 1);
    enum policy_reason none;
    assert_false(policy_reason_parse("bored", &none));
}

/* P2, P3 and the shape of an answer, over made questions. */
static void test_policy_any_question_has_one_consistent_answer(void **state)
{
    /* clang-format off */
    static const char *const lines[] = {
        "*,*,*,21d,1,7d,2,next_open,,,,,,,barred", "*,ADULT,*,\"next_visit(7,21)\",,,3,keep,5,,,,,12,all", "VAN1,*,DVD,0d,0,,0,keep,,,,,,,+wanted",
    };
    /* clang-format on */
    uint64_t seed = 42;
    struct desk desk;
    int64_t days[12];
    (void)state;
    desk_open(&desk, lines, 3);
    for (int i = 0; i < 12; i++) days[i] = desk.today + 3 * i;
    for (int round = 0; round < 20000; round++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t r = seed >> 24;
        desk.ask.rule_count = r % 4;
        desk.ask.branch = r >> 2 & 1 ? "VAN1" : NULL;
        desk.ask.patron =
            (struct policy_patron){ .known = r >> 3 & 1,
                                    .barred = r >> 4 & 1,
                                    .replaced = r >> 5 & 1,
                                    .expires_s = r >> 6 & 1 ? ENTRY_NONE : (int64_t)(r << 20),
                                    .category = r >> 7 & 1 ? "ADULT" : NULL,
                                    .born = r >> 8 & 1 ? ENTRY_NONE : 2000 + (int64_t)(r >> 9 & 31),
                                    .loan_count = (int64_t)(r >> 14 & 3),
                                    .type_loan_count = (int64_t)(r >> 14 & 1) };
        desk.ask.item =
            (struct policy_item){ .known = r >> 16 & 1,
                                  .cond = (enum item_cond)((r >> 17) % COND_COUNT),
                                  .itype = r >> 20 & 1 ? "DVD" : NULL,
                                  .loan = (enum policy_whose)((r >> 21) % 3),
                                  .aside = (enum policy_whose)((r >> 23) % 3),
                                  .wanted = r >> 25 & 1 };
        desk.ask.visits = (struct day_list){ days, (r >> 26) % 13 };
        desk.ask.closed = (struct day_list){ days, (r >> 28) % 13 };
        desk.ask.due_s =
            r >> 32 & 1 ? ENTRY_NONE : zone_day_end_s(desk.today + (int64_t)(r >> 33 & 31));
        struct policy_answer again;
        void (*decide)(const struct policy_ask *, struct policy_answer *) =
            r >> 38 & 1 ? policy_renew : policy_checkout;
        memset(&again, 0, sizeof again);
        decide(&desk.ask, &desk.answer);
        decide(&desk.ask, &again);
        assert_memory_equal(again.fired, desk.answer.fired, sizeof again.fired);
        assert_int_equal(again.due_s, desk.answer.due_s);
        assert_non_null(again.rule);
        assert_true(again.due_day >= desk.today &&
                    again.due_s == zone_day_end_s(again.due_day));
        assert_false(again.may_override && again.verdict == POLICY_ALLOW);
        for (size_t i = 1; i < again.fired_count; i++)
            assert_true(again.fired[i - 1].blocks >= again.fired[i].blocks);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_case_01_ten_days_end_at_23_59_59_local),
        cmocka_unit_test(test_policy_case_02_a_renewal_counts_its_own_days_from_today),
        cmocka_unit_test(
            test_policy_case_03_a_closed_due_day_moves_over_as_many_closed_days_as_follow),
        cmocka_unit_test(test_policy_case_03_a_library_that_never_opens_again_keeps_the_day),
        cmocka_unit_test(test_policy_case_06_a_closed_due_day_stays_where_the_rule_keeps_it),
        cmocka_unit_test(
            test_policy_case_09_a_renewal_of_no_days_is_due_today_and_unset_takes_the_loans),
        cmocka_unit_test(test_policy_case_11_days_over_the_spring_change_lose_none),
        cmocka_unit_test(test_policy_case_12_branch_wins_over_category_over_type),
        cmocka_unit_test(test_policy_case_12_of_two_rules_for_the_same_the_later_wins),
        cmocka_unit_test(test_policy_case_12_without_a_rule_the_default_is_21_days_and_is_told),
        cmocka_unit_test(test_policy_a_rule_holds_from_its_first_day_to_its_last),
        cmocka_unit_test(test_policy_case_13_a_free_item_is_lent_to_a_patron_in_good_standing),
        cmocka_unit_test(test_policy_case_14_an_item_the_patron_has_already_is_to_be_renewed),
        cmocka_unit_test(test_policy_case_15_an_item_out_to_another_is_refused_or_let_through),
        cmocka_unit_test(
            test_policy_case_16_one_loan_more_than_allowed_is_refused_with_the_limit),
        cmocka_unit_test(
            test_policy_case_17_a_limit_of_none_for_a_type_refuses_a_patron_without_loans),
        cmocka_unit_test(test_policy_case_18_a_limit_for_a_type_does_not_count_other_types),
        cmocka_unit_test(test_policy_case_23_the_day_of_expiry_itself_is_allowed),
        cmocka_unit_test(test_policy_case_24_a_barred_patron_is_refused),
        cmocka_unit_test(test_policy_case_25_a_replaced_card_and_an_unknown_one_differ),
        cmocka_unit_test(test_policy_case_26_each_condition_has_its_reason),
        cmocka_unit_test(
            test_policy_case_27_set_aside_for_another_is_refused_for_him_is_filled),
        cmocka_unit_test(test_policy_case_28_a_title_others_wait_for_may_be_lent),
        cmocka_unit_test(
            test_policy_case_29_an_age_limit_refuses_the_young_and_asks_about_the_unknown),
        cmocka_unit_test(
            test_policy_case_30_the_second_of_one_renewal_is_refused_and_the_date_stays),
        cmocka_unit_test(
            test_policy_cases_31_and_32_a_wanted_item_is_renewed_only_where_the_rule_says_so),
        cmocka_unit_test(
            test_policy_case_35_an_expired_card_renews_only_where_the_rule_says_so),
        cmocka_unit_test(test_policy_a_renewal_needs_the_patrons_own_loan),
        cmocka_unit_test(test_policy_a_renewal_never_makes_the_date_earlier),
        cmocka_unit_test(test_policy_next_visit_is_the_first_from_min_to_max_days_ahead),
        cmocka_unit_test(test_policy_next_visit_skips_closed_and_suspended_days),
        cmocka_unit_test(test_policy_every_reason_that_holds_is_told),
        cmocka_unit_test(test_policy_reasons_have_names_sentences_and_room_for_all_exceptions),
        cmocka_unit_test(test_policy_any_question_has_one_consistent_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
