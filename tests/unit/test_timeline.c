/* tests/unit/test_timeline.c -- the worked examples of TIMELINE 11 that concern a unit, each
 * exact. */
#include "tests/unit/story.h"

static void test_timeline_example_01_the_late_van(void **state)
{
    (void)state;
    struct story *s = story_begin();
    lend(s, "branch", "Mon 10:00", "X", "A", "Mon+2 23:59");
    tell(s, "branch", "Wed 10:00", OP_CHECKIN, "X", NULL);
    lend(s, "van", "Tue 10:00", "X", "B", "Tue+2 23:59");
    fold(s);
    IS(loans(s), "X A Mon Tue Mon+2; X B Tue Wed Tue+2");
    assert_int_equal(owed(s, "A"), 0);
    assert_int_equal(owed(s, "B"), 0);
    IS(excs(s, EXC_OPEN), "");
    IS(excs(s, EXC_OVERTAKEN), "lent_over_loan");
    story_end(s);
}

static void test_timeline_example_02_two_loans_at_once(void **state)
{
    (void)state;
    struct story *s = story_begin();
    lend(s, "branch", "Mon 09:00", "X", "A", "Mon+2 23:59");
    lend(s, "van", "Mon 10:00", "X", "B", "Mon+2 23:59");
    fold(s);
    IS(loans(s), "X A Mon Mon Mon+2; X B Mon - Mon+2");
    IS(excs(s, EXC_OPEN), "lent_over_loan");
    story_end(s);
}

static void test_timeline_example_03_a_paid_fine_is_abolished(void **state)
{
    (void)state;
    struct story *s = story_begin();
    struct told *c = lend(s, "branch", "Mon 10:00", "X", "A", "Tue 23:59");
    tell(s, "branch", "Fri 10:00", OP_CHECKIN, "X", NULL);
    money(s, "Fri 10:01", OP_PAY, "A", c, "overdue", 30);
    fold(s);
    assert_int_equal(unit_charge(&s->u, &c->e.id, "overdue")->series[0].cents, 30);
    assert_int_equal(owed(s, "A"), 0);
    renew(s, "van", "Tue 15:00", "X", "A", "Tue+1 23:59");
    fold(s);
    IS(loans(s), "X A Mon Fri Tue+1");
    assert_int_equal(owed(s, "A"), -30);
    IS(excs(s, EXC_OPEN), "");
    story_end(s);
}

static void test_timeline_example_04_two_promises(void **state)
{
    (void)state;
    struct story *s = story_begin();
    lend(s, "branch", "Mon 10:00", "X", "A", "Tue 23:59");
    renew(s, "van", "Tue 11:00", "X", "A", "Fri+1 23:59");
    renew(s, "branch", "Tue 12:00", "X", "A", "Mon+1 23:59");
    fold(s);
    IS(loans(s), "X A Mon - Fri+1");
    lend(s, "van2", "Wed+1 12:00", "X", "A", "Wed+2 23:59");
    fold(s);
    IS(loans(s), "X A Mon - Wed+2");
    assert_int_equal(s->u.loans[0]->renewals, 3);
    assert_int_equal(owed(s, "A"), 0);
    IS(excs(s, EXC_OPEN), "");
    story_end(s);
}

static void test_timeline_example_05_two_vans_one_hold(void **state)
{
    (void)state;
    struct story *s = story_begin();
    struct told *h = place(s, "branch", "Mon 10:00", "A");
    capture(s, "van1", "Tue 10:00", "X", h);
    capture(s, "van2", "Tue 09:00", "Y", h);
    fold(s);
    IS(holds(s), "A captured Y");
    IS(to_clear(s), "X");
    IS(excs(s, EXC_OPEN), "hold_taken");
    assert_string_equal(s->u.excs[0]->other, "Y");
    story_end(s);
}

static void test_timeline_example_06_filled_by_another_copy(void **state)
{
    (void)state;
    struct story *s = story_begin();
    struct told *h = place(s, "branch", "Mon 10:00", "A");
    capture(s, "van1", "Tue 10:00", "X", h);
    lend(s, "van2", "Tue 11:00", "Y", "A", "Tue+2 23:59");
    fold(s);
    IS(holds(s), "A fulfilled Y");
    IS(to_clear(s), "X");
    IS(excs(s, EXC_OPEN), "");
    lend(s, "van1", "Tue 12:00", "X", "B", "Tue+2 23:59");
    fold(s);
    IS(to_clear(s), "");
    IS(excs(s, EXC_OPEN), "");
    assert_int_equal(s->u.loan_count, 2);
    story_end(s);
}

static void test_timeline_example_07_lent_while_held(void **state)
{
    (void)state;
    struct story *s = story_begin();
    struct told *h = place(s, "branch", "Mon 10:00", "A");
    place(s, "branch", "Tue 09:30", "C");
    capture(s, "branch", "Tue 10:00", "X", h);
    lend(s, "van", "Tue 11:00", "X", "B", "Tue+2 23:59");
    fold(s);
    IS(holds(s), "A waiting -; C waiting -");
    IS(excs(s, EXC_OPEN), "lent_while_held");
    IS(loans(s), "X B Tue - Tue+2");
    story_end(s);
}

static void test_timeline_example_08_an_earlier_hold_arrives_late(void **state)
{
    (void)state;
    struct story *s = story_begin();
    lend(s, "branch", "Tue 09:00", "Y", "D", "Tue+2 23:59");
    struct told *a = place(s, "branch", "Tue 10:00", "A");
    tell(s, "branch", "Wed 10:00", OP_CHECKIN, "X", NULL);
    capture(s, "branch", "Wed 10:01", "X", a);
    place(s, "van", "Mon 10:00", "B");
    fold(s);
    IS(holds(s), "B waiting -; A captured X");
    IS(excs(s, EXC_OPEN), "hold_out_of_turn");
    IS(to_clear(s), "");
    story_end(s);
}

static void test_timeline_example_09_expired_and_cancelled(void **state)
{
    (void)state;
    struct story *s = story_begin();
    struct told *a = place(s, "branch", "Mon 10:00", "A"),
                *b = place(s, "branch", "Mon 11:00", "B");
    cancel(s, "branch", "Wed 00:05", a, "waiting");
    cancel(s, "branch", "Wed 09:00", b, NULL);
    capture(s, "van", "Tue 18:00", "X", a);
    capture(s, "van", "Wed 10:00", "Y", b);
    fold(s);
    IS(holds(s), "A captured X; B cancelled -");
    IS(to_clear(s), "Y");
    IS(excs(s, EXC_OPEN), "hold_closed premise");
    story_end(s);
}

static void test_timeline_example_10_lost_and_found(void **state)
{
    (void)state;
    struct story *s = story_begin();
    lend(s, "branch", "Mon 10:00", "X", "A", "Tue 23:59");
    struct told *m = mark(s, "branch", "Fri 00:10", "X", "lost", "A");
    m->e.basis = "overdue";
    money(s, "Fri 12:00", OP_PAY, "A", m, "lost", 2500);
    struct told *back = tell(s, "van", "Thu 10:00", OP_CHECKIN, "X", NULL);
    fold(s); /* the van had it before the job ran */
    assert_int_equal(owed(s, "A"), 20 - 2500);
    IS(excs(s, EXC_OPEN), "no_such_loan");
    assert_int_equal(unit_item(&s->u, "X")->cond, COND_OK);
    back->key.t_ms = at("Sat 10:00") * MINUTE_MS;
    fold(s); /* it got it after */
    assert_int_equal(owed(s, "A"), 30 - 2500);
    IS(excs(s, EXC_OPEN), "");
    IS(loans(s), "X A Mon Sat Tue");
    assert_int_equal(unit_item(&s->u, "X")->cond, COND_OK);
    story_end(s);
}

static void test_timeline_example_11_waivers(void **state)
{
    (void)state;
    struct story *s = story_begin();
    int nothing;
    struct told *c = lend(s, "branch", "Mon 10:00", "X", "A", "Tue 23:59");
    tell(s, "branch", "Fri 10:00", OP_CHECKIN, "X", NULL);
    money(s, "Fri 11:00", OP_WAIVE, NULL, c, "overdue", 30);
    struct told *p = money(s, "Fri 12:00", OP_PAY, "A", c, "overdue", 30);
    fold(s);
    assert_int_equal(owes(s, "A", &nothing), -30);
    assert_int_equal(nothing, 0);
    p->key.t_ms = at("Fri 10:30") * MINUTE_MS;
    fold(s);
    assert_int_equal(owes(s, "A", &nothing), 0);
    assert_int_equal(nothing, 1);
    story_end(s);
}

static void test_timeline_example_12_a_checkout_taken_back(void **state)
{
    (void)state;
    struct story *s = story_begin();
    lend(s, "van", "Mon 10:00", "X", "A", "Mon+2 23:59")->taken_back = true;
    renew(s, "branch", "Wed 10:00", "X", "A", "Wed+2 23:59");
    fold(s);
    IS(loans(s), "");
    IS(excs(s, EXC_OPEN), "renew_no_loan");
    story_end(s);
}

static void test_timeline_example_13_one_card_two_people(void **state)
{
    (void)state;
    struct story *s = story_begin();
    struct told *first = tell(s, "van1", "Mon 10:00", OP_REGISTER, NULL, "N");
    struct told *second = tell(s, "van2", "Mon 11:00", OP_REGISTER, NULL, "N");
    lend(s, "van1", "Mon 12:00", "X", "N", "Mon+2 23:59");
    struct told *bobs = lend(s, "van2", "Tue 12:00", "Y", "N", "Tue+2 23:59");
    char text[EID_TEXT_MAX];
    fold(s);
    IS(loans(s), "X N Mon - Mon+2; Y N Tue - Tue+2");
    IS(excs(s, EXC_OPEN), "card_clash");
    assert_int_equal(eid_cmp(&s->p.excs[0].entry, &second->e.id), 0);
    assert_string_equal(s->p.excs[0].other, eid_text(&first->e.id, text));
    second->e.patron = bobs->e.patron =
        "M"; /* settled as another person: van2's entries are read so */
    fold(s);
    IS(loans(s), "X N Mon - Mon+2; Y M Tue - Tue+2");
    IS(excs(s, EXC_OPEN), "");
    story_end(s);
}

static void test_timeline_example_14_standing_of_the_patron(void **state)
{
    (void)state;
    struct story *s = story_begin();
    lend(s, "van", "Tue 11:00", "X", "A", "Tue+2 23:59");
    tell(s, "branch", "Tue 12:00", OP_UPDATE, NULL, "A")->e.barred = 1;
    struct told *y = lend(s, "van", "Tue 13:00", "Y", "A", "Tue+2 23:59");
    fold(s);
    IS(excs(s, EXC_OPEN), "barred");
    assert_non_null(unit_exc(&s->u, EXC_BARRED, &y->e.id, NULL));
    tell(s, "branch", "Wed 10:00", OP_REPLACE, NULL, "B")->e.fresh = "B2";
    place(s, "van", "Wed 11:00", "B");
    tell(s, "branch", "Wed 12:00", OP_MERGE, NULL, "B2")->e.into = "A";
    lend(s, "van", "Wed 13:00", "X", "B2", "Wed+2 23:59");
    fold(s);
    IS(excs(s, EXC_OPEN), "barred barred card_replaced");
    IS(loans(s), "X A Tue - Wed+2; Y A Tue - Tue+2"); /* the last one renewed A's own loan */
    story_end(s);
}

static void test_timeline_example_15_clocks_and_the_horizon(void **state)
{
    (void)state; /* dated truly: the loan Tue 10:00; van3's loan is beyond the horizon and never
                    read */
    struct story *s = story_begin();
    lend(s, "van", "Tue 10:00", "X", "A", "Wed+2 23:59");
    tell(s, "van", "Tue 11:00", OP_CHECKIN, "Y", NULL);
    tell(s, "branch", "Tue 12:00", OP_CHECKIN, "X", NULL);
    place(s, "branch", "Thu 09:00", "B");
    renew(s, "van2", "Thu 09:00", "X", "A", "Thu+2 23:59");
    fold(s);
    IS(loans(s), "X A Tue Tue Wed+2");
    IS(excs(s, EXC_OPEN), "renew_no_loan");
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeline_example_01_the_late_van),
        cmocka_unit_test(test_timeline_example_02_two_loans_at_once),
        cmocka_unit_test(test_timeline_example_03_a_paid_fine_is_abolished),
        cmocka_unit_test(test_timeline_example_04_two_promises),
        cmocka_unit_test(test_timeline_example_05_two_vans_one_hold),
        cmocka_unit_test(test_timeline_example_06_filled_by_another_copy),
        cmocka_unit_test(test_timeline_example_07_lent_while_held),
        cmocka_unit_test(test_timeline_example_08_an_earlier_hold_arrives_late),
        cmocka_unit_test(test_timeline_example_09_expired_and_cancelled),
        cmocka_unit_test(test_timeline_example_10_lost_and_found),
        cmocka_unit_test(test_timeline_example_11_waivers),
        cmocka_unit_test(test_timeline_example_12_a_checkout_taken_back),
        cmocka_unit_test(test_timeline_example_13_one_card_two_people),
        cmocka_unit_test(test_timeline_example_14_standing_of_the_patron),
        cmocka_unit_test(test_timeline_example_15_clocks_and_the_horizon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
