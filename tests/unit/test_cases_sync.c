/* tests/unit/test_cases_sync.c -- CASES 51 to 66: what was done offline, and what the branch makes of it. The vans learnt the
 * library at their enrolment; what a test says happens at desks that do not see each other until they sync. */
#include "common/worklist.h"
#include "tests/unit/cases.h"

/* The act of this desk. */
#define AT(who, act)                                                                           \
    do {                                                                                       \
        l->at = (who);                                                                         \
        act;                                                                                   \
    } while (0)

static const char open_loans[] = "SELECT group_concat(item || ' ' || card, ', ') FROM (SELECT item, card FROM loan "
                                 "WHERE end_ms IS NULL ORDER BY item)";
static const char ended_loans[] = "SELECT group_concat(item || ' ' || card || ' ' || how, ', ') FROM (SELECT item, card, how FROM loan "
                                  "WHERE end_ms IS NOT NULL ORDER BY key_t)";

/* A moment, to the few milliseconds by which entries of one moment are numbered. */
static void about(struct library *l, const char *sql, int64_t ms)
{
    assert_in_range(number_of(l, BRANCH, sql) - ms, 0, 10);
}

/* A van's whole journal, as it lies on its disk. */
static struct line journal_of(struct library *l, int van)
{
    return (struct line){ .db = l->vans[van].db, .journal = l->vans[van].journal, .key = l->vans[van].key };
}

/* A day at the desk of van 1: a loan, a renewal, a late return with its fine, a payment. */
static void a_day_out(struct library *l)
{
    AT(VAN1, rule(l, "loan,rate", "5d,10"));
    lend(l, "A1", "501");
    lend(l, "B1", "502");
    renew(l, "502");
    until(l, 7, 10, 0);
    bring(l, "501");
    ACT(desk_pay(d, a, "A1", 5, NULL, false, said));
    is_done(l, "paid");
}

static void test_case_51_the_same_journal_sent_twice_has_no_second_effect_and_the_same_report(void **state)
{
    struct library *l = *state;
    struct wire_batch batch;
    struct ingest_reply first, again;
    a_day_out(l);
    struct line line = journal_of(l, VAN1);
    uint64_t there = (uint64_t)number_of(l, BRANCH, "SELECT max(seq) FROM entry WHERE dev = 'van1'");
    assert_true(line_batch(&line, line.journal.ep, there + 1, 0, &l->a, &batch));
    must(ingest_batch(l->b, &batch, &l->a, &first));
    assert_true(first.fresh > 0);
    char *before = world_dump(l->b);
    must(ingest_batch(l->b, &batch, &l->a, &again));
    assert_int_equal(again.fresh, 0);
    assert_int_equal(again.count, first.count);
    for (size_t i = 0; i < first.count; i++) assert_string_equal(again.outcomes[i], first.outcomes[i]);
    char *after = world_dump(l->b);
    assert_string_equal(before, after);
    free(before);
    free(after);
    sync_van(l, VAN1); /* and the van, which knows of neither, sends all of it a third time */
    BRANCH_SEES("SELECT renewals FROM loan WHERE item = '502'", "1");
    BRANCH_SEES("SELECT amount_cents || ' ' || paid_cents FROM charge", "20 5");
}

static void test_case_52_a_journal_cut_at_any_byte_and_resumed_ends_like_one_sent_unbroken(void **state)
{
    struct library *l = *state;
    void *other;
    assert_int_equal(begin_library(&other, VAN1), 0);
    struct library *whole = other;
    a_day_out(l);
    a_day_out(whole);
    sync_van(whole, VAN1);
    l->line.cut = "/sync/push";
    l->line.sent_bytes = 1;
    for (size_t at = 0; at < l->line.sent_bytes; at++) {
        l->line.cut_bytes = at;
        assert_int_equal(homecoming_sync(&l->vans[VAN1], NULL, NULL, &l->report), BM_ENET);
    }
    assert_true(l->line.sent_bytes > 100);
    BRANCH_SEES("SELECT count(*) FROM loan", "0"); /* half a batch is none */
    l->line.cut_answer = true; /* at its very end: all was taken in, and the van was not told */
    assert_int_equal(homecoming_sync(&l->vans[VAN1], NULL, NULL, &l->report), BM_ENET);
    BRANCH_SEES("SELECT count(*) FROM loan", "2");
    l->line.cut = NULL;
    sync_van(l, VAN1);
    char *broken = world_dump(l->b), *unbroken = world_dump(whole->b);
    assert_string_equal(broken, unbroken);
    free(broken);
    free(unbroken);
    assert_int_equal(end_library(&other), 0);
}

static void test_case_53_a_return_that_arrives_before_its_loan_is_applied_by_time_and_in_one_device_by_seq(void **state)
{
    struct library *l = *state;
    AT(VAN1, lend(l, "A1", "501"));
    until(l, 0, 12, 0);
    AT(VAN2, ACT(CHECKIN("501")));
    is_done(l, "not on loan"); /* as far as that van knows */
    sync_van(l, VAN2);
    sync_van(l, VAN1);
    BRANCH_SEES(open_loans, "");
    BRANCH_SEES(ended_loans, "501 A1 checkin");
    /* caught up from paper: it was back before the branch lent it on */
    AT(VAN1, lend(l, "A1", "502"));
    int64_t back_ms = l->now_ms + 30 * MINUTE;
    until(l, 0, 14, 0);
    AT(BRANCH, lend(l, "B1", "502"));
    until(l, 0, 15, 0);
    l->at = VAN2;
    desk(l)->when_ms = back_ms;
    desk(l)->source = "paper";
    ACT(CHECKIN("502"));
    desk(l)->when_ms = ENTRY_NONE;
    desk(l)->source = NULL;
    sync_van(l, VAN2);
    sync_van(l, VAN1);
    BRANCH_SEES(open_loans, "502 B1");
    BRANCH_SEES(ended_loans, "501 A1 checkin, 502 A1 checkin");
    /* one device: its clock may go back, its numbers do not */
    AT(VAN2, lend(l, "C1", "601"));
    l->clock_error_ms[VAN2] = -5 * HOUR;
    bring(l, "601");
    sync_van(l, VAN2);
    BRANCH_SEES(open_loans, "502 B1");
    EXCEPTIONS("");
}

static void test_case_54_lent_at_one_van_and_returned_at_another_it_is_closed_in_either_order_of_uploads(void **state)
{
    struct library *l = *state;
    AT(VAN1, lend(l, "A1", "501"));
    AT(VAN1, lend(l, "A1", "601"));
    sync_van(l, VAN1);
    until(l, 0, 11, 0);
    AT(VAN2, ACT(CHECKIN("501")));
    sync_van(l, VAN2);
    AT(VAN2, ACT(CHECKIN("601")));
    is_done(l, "returned"); /* it has learnt of the loan meanwhile */
    AT(VAN1, lend(l, "B1", "502"));
    until(l, 0, 12, 0);
    AT(VAN2, ACT(CHECKIN("502")));
    sync_van(l, VAN2);
    sync_van(l, VAN1);
    BRANCH_SEES(open_loans, "");
    BRANCH_SEES(ended_loans, "501 A1 checkin, 601 A1 checkin, 502 B1 checkin");
    EXCEPTIONS("");
}

/* TIMELINE 11.2: the later loan stands, for the book was in that hand; the earlier one ended then. */
static void test_case_55_lent_offline_while_the_branch_had_lent_it_before_is_a_conflict_with_both_facts_kept(void **state)
{
    struct library *l = *state;
    AT(BRANCH, lend(l, "A1", "501"));
    AT(VAN1, lend(l, "B1", "501"));
    int64_t lent_ms = l->now_ms;
    sync_van(l, VAN1);
    assert_int_equal(l->report.exceptions, 1);
    BRANCH_SEES(open_loans, "501 B1");
    BRANCH_SEES(ended_loans, "501 A1 implied");
    about(l, "SELECT end_ms FROM loan WHERE card = 'A1'", lent_ms);
    EXCEPTIONS("lent_over_loan");
}

static void test_case_56_an_offline_loan_older_than_a_newer_one_is_closed_history_and_a_conflict(void **state)
{
    struct library *l = *state;
    AT(VAN1, lend(l, "B1", "501"));
    int64_t lent_ms = l->now_ms;
    until(l, 0, 12, 0);
    AT(BRANCH, lend(l, "A1", "501"));
    sync_van(l, VAN1);
    BRANCH_SEES(open_loans, "501 A1");
    BRANCH_SEES(ended_loans, "501 B1 implied");
    about(l, "SELECT out_ms FROM loan WHERE card = 'B1'", lent_ms);
    EXCEPTIONS("lent_over_loan");
}

static void test_case_57_lent_offline_to_who_was_barred_or_expired_meanwhile_it_is_kept_with_the_reason(void **state)
{
    struct library *l = *state;
    AT(BRANCH, bar(l, "A1", true));
    expire(l, "B1", "2026-02-08");
    AT(VAN1, lend(l, "A1", "501"));
    lend(l, "B1", "502");
    lend(l, "C1", "601");
    sync_van(l, VAN1);
    BRANCH_SEES(open_loans, "501 A1, 502 B1, 601 C1");
    EXCEPTIONS("barred expired");
}

static void pull_list(struct library *l, const char *want)
{
    struct worklist list = { 0 };
    const struct worklist_ask ask = { .now_s = l->now_ms / 1000 };
    struct buf text;
    must(worklist_pull(l->b->db, &ask, &l->a, &list));
    buf_init(&text, 0);
    for (size_t i = 0; i < list.count; i++) buf_printf(&text, "%s%s for %s", i ? ", " : "", list.lines[i].item, list.lines[i].card);
    assert_string_equal(buf_str(&text), want);
    buf_free(&text);
}

static void test_case_58_lent_offline_while_set_aside_for_another_the_loan_stands_and_he_is_first_again(void **state)
{
    struct library *l = *state;
    AT(BRANCH, ask_for(l, "A1", "t1", false, "MAIN"));
    ask_for(l, "C1", "t1", false, "MAIN");
    set_aside(l, "501"); /* for Ann, and Cy waits behind her */
    AT(VAN1, lend(l, "B1", "501"));
    sync_van(l, VAN1);
    BRANCH_SEES(open_loans, "501 B1");
    BRANCH_SEES("SELECT group_concat(card || ' ' || state, ', ') FROM (SELECT card, state FROM hold ORDER BY key_t)",
                "A1 waiting, C1 waiting");
    EXCEPTIONS("lent_while_held");
    pull_list(l, "502 for A1");
}

/* TIMELINE 4.1: a hand captures, never a computation; what the van could not know becomes a task at the branch. */
static void test_case_59_a_return_offline_is_set_aside_by_the_hand_that_knows_the_queue_or_is_a_task_at_the_branch(void **state)
{
    struct library *l = *state;
    AT(BRANCH, mark(l, "502", "damaged"));
    AT(VAN1, lend(l, "A1", "501"));
    sync_van(l, VAN1);
    AT(BRANCH, ask_for(l, "B1", "t1", false, "MAIN"));
    ask_for(l, "C1", "t1", false, "MAIN");
    AT(VAN1, bring(l, "501"));
    assert_null(l->said.hold_for); /* it does not know of Bob yet */
    sync_van(l, VAN1);
    BRANCH_SEES("SELECT count(*) FROM hold WHERE state = 'captured'", "0");
    pull_list(l, "501 for B1");
    AT(VAN1, ACT(CHECKIN("501"))); /* now it does */
    assert_string_equal(l->said.hold_for, "B1");
    set_aside(l, "501");
    sync_van(l, VAN1);
    BRANCH_SEES("SELECT card || by_item FROM hold WHERE state = 'captured'", "B1501");
    pull_list(l, "");
    EXCEPTIONS("");
}

static void test_case_60_the_date_told_on_the_van_is_stored_though_the_rules_changed_before_the_sync(void **state)
{
    struct library *l = *state;
    AT(BRANCH, rule(l, "loan,limit", "5d,0"));
    AT(VAN1, lend(l, "A1", "501"));
    due(l, "2026-03-02"); /* 21 days */
    renew(l, "501");
    due(l, "2026-03-02");
    sync_van(l, VAN1);
    AT(BRANCH, due(l, "2026-03-02"));
    EXCEPTIONS("");
}

static void test_case_61_a_registration_whose_card_or_person_exists_makes_no_second_patron_after_review(void **state)
{
    struct library *l = *state;
    struct desk_person dora = person("D1", "Dora"), other = person("D1", "Dick"), again = person("D2", "Dora");
    dora.who = again.who = "name-and-birth-date";
    other.who = "another";
    AT(BRANCH, enlist(l, &dora));
    AT(VAN1, enlist(l, &other)); /* the same number */
    lend(l, "D1", "501");
    AT(VAN2, enlist(l, &again)); /* the same person */
    lend(l, "D2", "502");
    sync_all(l);
    EXCEPTIONS("card_clash maybe_same_person");
    BRANCH_SEES("SELECT group_concat(name) FROM patron WHERE card = 'D1'", "Dora");
    BRANCH_SEES(open_loans, "501 D1, 502 D2");
    AT(BRANCH, ACT(desk_merge(d, a, "D2", "D1", said)));
    is_done(l, "merged");
    BRANCH_SEES("SELECT group_concat(card || account) FROM (SELECT * FROM patron WHERE card LIKE 'D_' ORDER BY card)", "D1D1,D2D1");
    sync_van(l, VAN2);
    AT(VAN2, renew(l, "502")); /* hers, whichever card she shows */
    assert_int_equal(l->said.loan_count, 2);
    EXCEPTIONS("card_clash");
}

static void test_case_62_lent_before_the_registration_comes_it_is_on_the_card_at_once_and_the_exception_goes_by_itself(void **state)
{
    struct library *l = *state;
    const struct desk_person nell = person("N1", "Nell"), otto = person("N2", "Otto");
    AT(VAN1, rule(l, "loan,overridable", "21d,card"));
    OVERRIDING(lend(l, "N1", "501")); /* one journal, the wrong way round */
    enlist(l, &nell);
    sync_van(l, VAN1);
    EXCEPTIONS("");
    BRANCH_SEES(open_loans, "501 N1");
    OVERRIDING(lend(l, "N2", "502")); /* two journals */
    AT(VAN2, enlist(l, &otto));
    sync_van(l, VAN1);
    BRANCH_SEES(open_loans, "501 N1, 502 N2");
    EXCEPTIONS("unknown_card");
    sync_van(l, VAN2);
    EXCEPTIONS("");
    BRANCH_SEES("SELECT name FROM loan JOIN patron USING (card) WHERE item = '502'", "Otto");
}

static void test_case_63_a_clock_two_hours_fast_is_put_right_by_the_offset_measured_and_what_it_said_is_kept(void **state)
{
    struct library *l = *state;
    l->clock_error_ms[VAN1] = 2 * HOUR;
    AT(VAN1, lend(l, "A1", "501"));
    int64_t lent_ms = l->now_ms;
    until(l, 0, 11, 0);
    AT(BRANCH, ACT(CHECKIN("501")));
    until(l, 0, 14, 0);
    sync_van(l, VAN1);
    about(l, "SELECT out_ms FROM loan", lent_ms);
    BRANCH_SEES(ended_loans, "501 A1 checkin"); /* by the van's clock it was lent after it came back */
    char sql[160];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM entry WHERE dev = 'van1' AND body LIKE '%%\"wall\":%lld,%%'", (long long)(lent_ms + 2 * HOUR));
    BRANCH_SEES(sql, "1");
    EXCEPTIONS("");
}

static void test_case_64_events_of_the_same_millisecond_are_all_kept_in_the_order_of_their_numbers(void **state)
{
    struct library *l = *state;
    struct desk *d = &l->vans[VAN1].desk;
    must(desk_checkout(d, &l->a, "A1", "501", &l->said)); /* and no time passes */
    must(desk_checkin(d, &l->a, "501", ENTRY_NONE, &l->said));
    must(desk_checkout(d, &l->a, "B1", "501", &l->said));
    must(desk_checkout(d, &l->a, "C1", "601", &l->said));
    must(desk_checkout(&l->vans[VAN2].desk, &l->a, "A1", "502", &l->said));
    assert_true(l->said.done);
    sync_all(l);
    BRANCH_SEES(open_loans, "501 B1, 502 A1, 601 C1");
    BRANCH_SEES(ended_loans, "501 A1 checkin");
    BRANCH_SEES("SELECT count(DISTINCT t_ms || dev) FROM reading WHERE op IN ('checkout', 'checkin')", "5");
    EXCEPTIONS("");
}

static void settle(struct library *l, const char *code)
{
    struct entry e;
    char sql[100];
    entry_init(&e, OP_SETTLE);
    e.exc_code = code;
    snprintf(sql, sizeof sql, "SELECT entry FROM exception WHERE code = '%s'", code);
    e.exc_entry = text_of(l, BRANCH, sql);
    snprintf(sql, sizeof sql, "SELECT other FROM exception WHERE code = '%s'", code);
    e.exc_other = text_of(l, BRANCH, sql);
    e.how = "accept";
    AT(BRANCH, ACT(desk_write(d, a, &e, said)));
    must(l->rc);
}

static void test_case_65_what_names_an_unknown_item_or_card_is_recorded_at_once_and_stays_open_until_it_is_known_or_settled(void **state)
{
    struct library *l = *state;
    const struct desk_person zoe = person("Z1", "Zoe");
    AT(VAN1, rule(l, "loan,overridable", "21d,card item"));
    OVERRIDING(lend(l, "A1", "999"));
    OVERRIDING(lend(l, "Z1", "501"));
    sync_van(l, VAN1);
    BRANCH_SEES(open_loans, "501 Z1, 999 A1");
    EXCEPTIONS("unknown_card unknown_item");
    AT(BRANCH, add_copy(l, "999", "t1", "BOOK"));
    EXCEPTIONS("unknown_card");
    AT(BRANCH, enlist(l, &zoe));
    EXCEPTIONS("");
    AT(VAN1, OVERRIDING(lend(l, "B1", "998")));
    sync_van(l, VAN1);
    EXCEPTIONS("unknown_item");
    settle(l, "unknown_item");
    BRANCH_SEES("SELECT group_concat(code || ' ' || status) FROM exception_now", "unknown_item settled");
    BRANCH_SEES(open_loans, "501 Z1, 998 B1, 999 A1");
}

static void test_case_66_a_damage_marked_offline_and_a_loan_at_the_branch_are_both_kept(void **state)
{
    struct library *l = *state;
    AT(BRANCH, lend(l, "A1", "501"));
    AT(VAN1, mark(l, "501", "damaged")); /* after the loan */
    mark(l, "502", "damaged");
    AT(BRANCH, lend(l, "B1", "502")); /* before it */
    sync_van(l, VAN1);
    BRANCH_SEES(open_loans, "501 A1, 502 B1");
    BRANCH_SEES("SELECT group_concat(cond) FROM item WHERE barcode LIKE '50_'", "damaged,damaged");
    EXCEPTIONS("unfit_lent");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_VAN(test_case_51_the_same_journal_sent_twice_has_no_second_effect_and_the_same_report),
        AT_VAN(test_case_52_a_journal_cut_at_any_byte_and_resumed_ends_like_one_sent_unbroken),
        AT_VAN(test_case_53_a_return_that_arrives_before_its_loan_is_applied_by_time_and_in_one_device_by_seq),
        AT_VAN(test_case_54_lent_at_one_van_and_returned_at_another_it_is_closed_in_either_order_of_uploads),
        AT_VAN(test_case_55_lent_offline_while_the_branch_had_lent_it_before_is_a_conflict_with_both_facts_kept),
        AT_VAN(test_case_56_an_offline_loan_older_than_a_newer_one_is_closed_history_and_a_conflict),
        AT_VAN(test_case_57_lent_offline_to_who_was_barred_or_expired_meanwhile_it_is_kept_with_the_reason),
        AT_VAN(test_case_58_lent_offline_while_set_aside_for_another_the_loan_stands_and_he_is_first_again),
        AT_VAN(test_case_59_a_return_offline_is_set_aside_by_the_hand_that_knows_the_queue_or_is_a_task_at_the_branch),
        AT_VAN(test_case_60_the_date_told_on_the_van_is_stored_though_the_rules_changed_before_the_sync),
        AT_VAN(test_case_61_a_registration_whose_card_or_person_exists_makes_no_second_patron_after_review),
        AT_VAN(test_case_62_lent_before_the_registration_comes_it_is_on_the_card_at_once_and_the_exception_goes_by_itself),
        AT_VAN(test_case_63_a_clock_two_hours_fast_is_put_right_by_the_offset_measured_and_what_it_said_is_kept),
        AT_VAN(test_case_64_events_of_the_same_millisecond_are_all_kept_in_the_order_of_their_numbers),
        AT_VAN(test_case_65_what_names_an_unknown_item_or_card_is_recorded_at_once_and_stays_open_until_it_is_known_or_settled),
        AT_VAN(test_case_66_a_damage_marked_offline_and_a_loan_at_the_branch_are_both_kept),
    };
    RUN_CASES(tests);
}
