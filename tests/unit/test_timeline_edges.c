/* tests/unit/test_timeline_edges.c -- the step function at its edges: clocks, limits, unknown
 * things, stored rows, lack of memory. */
#include "tests/unit/story.h"

static void test_timeline_key_orders_by_time_then_device_then_row(void **state)
{
    (void)state;
    struct tkey a = { .t_ms = 5, .id = { .dev = "b", .ep = 1, .seq = 1 } }, b = a;
    assert_int_equal(tkey_cmp(&a, &b), 0);
    b.id.row = 1;
    assert_true(tkey_cmp(&a, &b) < 0);
    memcpy(b.id.dev, "a", 2);
    assert_true(tkey_cmp(&a, &b) > 0);
    b.t_ms = 6;
    assert_true(tkey_cmp(&a, &b) < 0);
}

static int64_t day_that_ends_at_four(void *ctx, int64_t utc_ms)
{
    (void)ctx;
    return (utc_ms - 4 * 60 * MINUTE_MS) / MINUTE_MS / DAY_MIN;
}

static void test_timeline_fine_counts_days_not_hours(void **state)
{
    (void)state;
    struct unit u = { 0 };
    struct terms t = { .rate_cents = 10, .grace_days = 1, .max_cents = 25 };
    const int64_t d = (int64_t)DAY_MIN * MINUTE_MS;
    assert_int_equal(timeline_fine(&u, &t, due("Tue 23:59"), at("Wed 00:00") * MINUTE_MS, 0),
                     0); /* grace */
    assert_int_equal(timeline_fine(&u, &t, due("Tue 23:59"), at("Thu 00:00") * MINUTE_MS, 0),
                     20); /* both days count */
    assert_int_equal(timeline_fine(&u, &t, due("Tue 23:59"), at("Fri 00:00") * MINUTE_MS, 0),
                     25); /* the most */
    assert_int_equal(timeline_fine(&u, &t, -1, d, 0),
                     20); /* before 1970 days still end at midnight */
    t.max_cents = ENTRY_NONE;
    assert_int_equal(timeline_fine(&u, &t, 0, 1000 * d, 0), 10000);
    u.day = day_that_ends_at_four;
    t.grace_days = 0;
    assert_int_equal(timeline_fine(&u, &t, due("Tue 23:59"), at("Wed 03:59") * MINUTE_MS, 0), 0);
    assert_int_equal(timeline_fine(&u, &t, due("Tue 23:59"), at("Wed 04:00") * MINUTE_MS, 0), 10);
}

static void test_timeline_fine_of_absurd_figures_does_not_wrap(void **state)
{
    (void)state;
    struct unit u = { 0 };
    struct terms t = { .rate_cents = INT64_MAX, .max_cents = ENTRY_NONE };
    assert_true(timeline_fine(&u, &t, INT64_MIN + 1, INT64_MAX, 0) == INT64_MAX);
    t.max_cents = 300;
    assert_int_equal(timeline_fine(&u, &t, INT64_MIN + 1, INT64_MAX, 0), 300);
    assert_int_equal(timeline_fine(&u, &t, INT64_MAX, 0, 0), 0);
    assert_int_equal(timeline_fine(&u, &t, ENTRY_NONE, 0, 0), 0);
}

static void test_timeline_an_override_silences_its_own_rule_only(void **state)
{
    (void)state;
    struct story *s = story_begin();
    tell(s, "branch", "Mon 01:00", OP_UPDATE, NULL, "A")->e.barred = 1;
    mark(s, "branch", "Mon 02:00", "X", "damaged", NULL);
    struct told *c = lend(s, "branch", "Mon 03:00", "X", "A", "Tue 23:59");
    fold(s);
    IS(excs(s, EXC_OPEN), "unfit_lent barred");
    c->e.over = "expired barred";
    fold(s);
    IS(excs(s, EXC_OPEN), "unfit_lent");
    c->e.over = "barredd unfit_lent";
    fold(s);
    IS(excs(s, EXC_OPEN), "barred");
    story_end(s);
}

static void test_timeline_order_is_doubtful_only_within_the_clocks_error(void **state)
{
    (void)state;
    struct story *s = story_begin();
    lend(s, "branch", "Tue 10:00", "X", "A", "Wed 23:59");
    struct told *back = tell(s, "van", "Tue 10:01", OP_CHECKIN, "X", NULL);
    back->unc_ms = MINUTE_MS; /* a minute later with a minute's doubt: the order stands */
    fold(s);
    IS(excs(s, EXC_OPEN), "");
    back->unc_ms = MINUTE_MS + 1;
    fold(s);
    IS(excs(s, EXC_OPEN), "order_doubtful");
    tell(s, "branch", "Tue 10:01", OP_CHECKIN, "X", NULL)
        ->key.t_ms++; /* two check-ins may change places unharmed */
    fold(s);
    IS(excs(s, EXC_OPEN), "order_doubtful");
    assert_int_equal(s->u.exc_count, 1);
    story_end(s);
}

static void test_timeline_unknown_things_become_stubs(void **state)
{
    (void)state;
    struct story *s = story_begin();
    struct told ghost = { .e.id = { .dev = "van9", .ep = 1, .seq = 7 } };
    capture(s, "van", "Mon 10:00", "Z", &ghost);
    lend(s, "van", "Mon 11:00", "Z", "nobody", "Tue 23:59");
    fold(s);
    assert_null(unit_item(&s->u, "Z")->title);
    IS(loans(s), "Z nobody Mon - Tue");
    IS(excs(s, EXC_OVERTAKEN), "unknown_hold"); /* the scan of the loan closed it */
    assert_int_equal(s->u.wanted_count, 1);
    assert_int_equal(eid_cmp(&s->u.wanted[0], &ghost.e.id), 0);
    story_end(s);
}

static void test_timeline_a_hold_exists_from_when_it_is_named(void **state)
{
    (void)state;
    struct story *s = story_begin();
    struct told *h = place(s, "van", "Tue 10:00", "A"); /* the van's clock was an hour ahead */
    capture(s, "branch", "Tue 09:30", "X", h);
    fold(s);
    IS(holds(s), "A captured X");
    assert_string_equal(unit_effect(&s->u, &h->e.id), "placed");
    h->cut_ms =
        at("Tue 09:45") * MINUTE_MS; /* but not before the horizon that stood when it came */
    fold(s);
    IS(holds(s), "A waiting -");
    IS(excs(s, EXC_OPEN), "unknown_hold");
    IS(to_clear(s), "X");
    story_end(s);
}

static void test_timeline_a_cancellation_may_leave_out_the_title(void **state)
{
    (void)state;
    struct story *s = story_begin();
    struct told *h = place(s, "branch", "Mon 10:00", "A");
    cancel(s, "branch", "Mon 11:00", h, NULL)->e.title = NULL;
    fold(s);
    IS(holds(s), "A cancelled -");
    struct told ghost = { .e.id = { .dev = "van9", .ep = 1, .seq = 7 } };
    cancel(s, "branch", "Mon 12:00", &ghost, NULL)->e.title = NULL;
    cancel(s, "branch", "Mon 13:00", h, NULL)->e.title =
        "S"; /* of another title it is unknown */
    cancel(s, "branch", "Mon 14:00", h, NULL);
    fold(s);
    IS(excs(s, EXC_OPEN), "unknown_hold unknown_hold hold_gone");
    story_end(s);
}

static void test_timeline_a_claim_without_its_loan_does_nothing(void **state)
{
    (void)state;
    struct story *s = story_begin();
    mark(s, "branch", "Mon 10:00", "X", "claimed", NULL);
    struct told *odd = mark(s, "branch", "Mon 11:00", "Y", "eaten by a dog", NULL);
    fold(s);
    IS(excs(s, EXC_OPEN), "no_such_loan");
    assert_int_equal(unit_item(&s->u, "X")->cond, COND_OK);
    assert_int_equal(unit_item(&s->u, "Y")->cond, COND_OK);
    assert_string_equal(unit_effect(&s->u, &odd->e.id), "not understood");
    story_end(s);
}

static void test_timeline_a_date_told_is_never_taken_back(void **state)
{
    (void)state;
    struct story *s = story_begin();
    lend(s, "branch", "Mon 10:00", "X", "A", "Fri 23:59");
    struct told *e = tell(s, "branch", "Tue 10:00", OP_CHANGE_DUE, "X", "A");
    e->e.due_s = due("Wed 23:59");
    renew(s, "van", "Tue 11:00", "X", "A", "Thu 23:59");
    fold(s);
    IS(loans(s), "X A Mon - Fri");
    e->e.due_s = due("Sun 23:59");
    fold(s);
    IS(loans(s), "X A Mon - Sun");
    story_end(s);
}

/* I6: the desk saw that he had it, and lent it again: he pays for the delay, and where the loan was over the book is his. */
static void test_timeline_lent_again_is_a_renewal_or_a_loan(void **state)
{
    (void)state;
    struct story *s = story_begin();
    struct told *c = lend(s, "branch", "Mon 10:00", "X", "A", "Tue 23:59");
    struct told *again = lend(s, "van", "Fri 10:00", "X", "A", "Fri+1 23:59");
    fold(s);
    assert_int_equal(owed(s, "A"), 0); /* that desk saw no loan */
    again->e.again = 1;
    fold(s);
    IS(loans(s), "X A Mon - Fri+1");
    assert_int_equal(unit_charge(&s->u, &c->e.id, "overdue")->series[0].cents, 30);
    assert_string_equal(unit_effect(&s->u, &again->e.id), "renewed");
    place(s, "branch", "Wed 10:00", "B"); /* asked for meanwhile, by more than there are other copies */
    place(s, "branch", "Wed 11:00", "D");
    fold(s);
    IS(excs(s, EXC_OPEN), "renewed_while_wanted");
    struct told *back = tell(s, "branch", "Thu 10:00", OP_CHECKIN, "X", NULL);
    fold(s);
    IS(loans(s), "X A Mon Thu Tue; X A Fri - Fri+1");
    IS(excs(s, EXC_OPEN), "");
    assert_string_equal(unit_effect(&s->u, &again->e.id), "lent");
    back->e.op = OP_CHECKOUT;
    back->e.patron = "C";
    back->e.due_s = due("Fri+1 23:59");
    fold(s);
    IS(loans(s), "X A Mon Thu Tue; X C Thu Fri Fri+1; X A Fri - Fri+1");
    IS(excs(s, EXC_OPEN), "lent_over_loan");
    story_end(s);
}

static void test_timeline_a_return_is_dated_within_its_loan(void **state)
{
    (void)state;
    struct story *s = story_begin();
    struct told *c = lend(s, "branch", "Wed 10:00", "X", "A", "Wed 23:59");
    struct told *back = tell(s, "branch", "Sat 10:00", OP_CHECKIN, "X", NULL);
    back->e.returned_ms = at("Thu 20:00") * MINUTE_MS;
    fold(s);
    IS(loans(s), "X A Wed Thu Wed");
    assert_int_equal(unit_charge(&s->u, &c->e.id, "overdue")->series[0].cents, 10);
    back->e.returned_ms = at("Mon 10:00") * MINUTE_MS;
    fold(s);
    assert_true(s->u.loans[0]->end_ms == s->u.loans[0]->out_ms);
    back->e.returned_ms = at("Sun 10:00") * MINUTE_MS;
    fold(s);
    IS(loans(s), "X A Wed Sat Wed");
    story_end(s);
}

static void test_timeline_what_staff_settled_stays_settled(void **state)
{
    (void)state;
    struct story *s = story_begin();
    lend(s, "branch", "Mon 09:00", "X", "A", "Mon+2 23:59");
    lend(s, "van", "Mon 10:00", "X", "B", "Mon+2 23:59");
    fold(s);
    assert_int_equal(s->u.exc_count, 1);
    s->u.excs[0]->status = EXC_SETTLED;
    struct told *back = tell(s, "van", "Tue 10:00", OP_CHECKIN, "X", NULL);
    assert_int_equal(step(s, back), BM_OK);
    assert_int_equal(s->u.excs[0]->status, EXC_SETTLED);
    assert_false(s->u.excs[0]->pending);
    story_end(s);
}

static void test_timeline_steps_mark_what_they_change(void **state)
{
    (void)state;
    struct story *s = story_begin();
    fold(s);
    for (size_t i = 0; i < s->u.item_count; i++) {
        assert_true(s->u.items[i]->dirty);
        s->u.items[i]->dirty = false;
    }
    assert_int_equal(step(s, lend(s, "branch", "Mon 10:00", "X", "A", "Tue 23:59")), BM_OK);
    assert_true(unit_item(&s->u, "X")->dirty);
    assert_false(unit_item(&s->u, "Y")->dirty);
    assert_true(s->u.loans[0]->dirty);
    s->u.loans[0]->dirty = false;
    assert_int_equal(step(s, tell(s, "branch", "Mon 11:00", OP_MOVE, "Y", NULL)), BM_OK);
    assert_false(s->u.loans[0]->dirty);
    assert_int_equal(step(s, tell(s, "branch", "Mon 12:00", OP_CHECKIN, "X", NULL)), BM_OK);
    assert_true(s->u.loans[0]->dirty);
    story_end(s);
}

static void test_timeline_rows_put_in_are_found_and_clean(void **state)
{
    (void)state;
    struct arena a = { 0 };
    struct unit u;
    struct story s = { 0 };
    unit_init(&u, &a, who, NULL, &s);
    struct eid id = { .dev = "branch", .ep = 1, .seq = 1 };
    assert_null(unit_item(&u, "i0"));
    assert_null(unit_effect(&u, &id));
    for (uint64_t i = 0; i < 1000; i++) {
        const char *name = arena_printf(&a, "i%d", (int)i);
        id.seq = i + 1;
        assert_non_null(unit_put_item(
            &u, &(struct tl_item){ .id = name, .last_t_ms = ENTRY_NONE, .dirty = true }));
        assert_non_null(unit_put_loan(
            &u, &(struct tl_loan){ .id = id, .item = name, .card = "c", .end_ms = 0 }));
    }
    for (uint64_t i = 0; i < 1000; i++) {
        id.seq = i + 1;
        const struct tl_loan *loan = unit_loan(&u, &id);
        assert_non_null(loan);
        assert_int_equal(eid_cmp(&loan->id, &id), 0);
        const struct tl_item *item = unit_item(&u, loan->item);
        assert_non_null(item);
        assert_string_equal(item->id, loan->item);
        assert_false(item->dirty);
    }
    assert_null(unit_item(&u, "i1000"));
    id.seq = 1001;
    assert_null(unit_loan(&u, &id));
    arena_free(&a);
}

static void test_timeline_effects_may_be_taken_between_steps(void **state)
{
    (void)state;
    struct story *s = story_begin();
    fold(s);
    struct told *a = lend(s, "branch", "Mon 10:00", "X", "A", "Tue 23:59"),
                *b = tell(s, "branch", "Mon 11:00", OP_CHECKIN, "X", NULL);
    assert_int_equal(step(s, a), BM_OK);
    assert_string_equal(unit_effect(&s->u, &a->e.id), "lent");
    s->u.effect_count = 0;
    assert_int_equal(step(s, b), BM_OK);
    assert_null(unit_effect(&s->u, &a->e.id));
    assert_string_equal(unit_effect(&s->u, &b->e.id), "returned");
    story_end(s);
}

static void test_timeline_names_are_read_back(void **state)
{
    (void)state;
    for (int i = 0; i < EXC_COUNT; i++) {
        enum exc_code code;
        assert_true(exc_parse(exc_name((enum exc_code)i), &code) && (int)code == i);
        assert_true(*exc_sentence(code) && exc_ways(code));
    }
    enum item_cond cond = COND_OK;
    enum loan_how how;
    enum hold_state hold;
    enum exc_status status;
    enum exc_code code;
    assert_true(cond_parse("withdrawn", &cond) && cond == COND_WITHDRAWN);
    assert_true(loan_how_parse("written off", &how) && how == LOAN_WRITTEN_OFF);
    assert_true(hold_state_parse("fulfilled", &hold) && hold == HOLD_FULFILLED);
    assert_true(exc_status_parse("overtaken", &status) && status == EXC_OVERTAKEN);
    assert_false(cond_parse("claimed", &cond) || cond_parse(NULL, &cond) ||
                 loan_how_parse("", &how));
    assert_false(hold_state_parse("Waiting", &hold) || exc_status_parse("o", &status) ||
                 exc_parse("bared", &code));
    assert_true(exc_is_task(EXC_CREDIT) && !exc_is_task(EXC_PREMISE));
}

static void test_timeline_survives_every_lack_of_memory(void **state)
{
    (void)state;
    struct story *s = story_begin();
    struct told *h = place(s, "branch", "Mon 01:00", "A");
    struct told ghost = { .e.id = { .dev = "van9", .ep = 1, .seq = 7 } };
    place(s, "branch", "Mon 02:00", "A");
    capture(s, "van", "Mon 03:00", "X", h);
    capture(s, "van", "Mon 04:00", "Y", &ghost);
    lend(s, "van", "Mon 05:00", "X", "B", "Mon 23:59");
    tell(s, "branch", "Mon 06:00", OP_RECAT, "Y", NULL)->e.title = "S";
    mark(s, "branch", "Wed 06:00", "X", "lost", "B");
    tell(s, "branch", "Thu 06:00", OP_CHECKIN, "X", NULL);
    size_t failed = 0, bytes = 64;
    for (; fold_within(s, bytes) != BM_OK; bytes += 16, failed++)
        assert_int_equal(s->rc, BM_ENOMEM);
    assert_true(failed > 100);
    IS(loans(s), "X B Mon Thu Mon");
    story_end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeline_key_orders_by_time_then_device_then_row),
        cmocka_unit_test(test_timeline_fine_counts_days_not_hours),
        cmocka_unit_test(test_timeline_fine_of_absurd_figures_does_not_wrap),
        cmocka_unit_test(test_timeline_an_override_silences_its_own_rule_only),
        cmocka_unit_test(test_timeline_order_is_doubtful_only_within_the_clocks_error),
        cmocka_unit_test(test_timeline_unknown_things_become_stubs),
        cmocka_unit_test(test_timeline_a_hold_exists_from_when_it_is_named),
        cmocka_unit_test(test_timeline_a_cancellation_may_leave_out_the_title),
        cmocka_unit_test(test_timeline_a_claim_without_its_loan_does_nothing),
        cmocka_unit_test(test_timeline_a_date_told_is_never_taken_back),
        cmocka_unit_test(test_timeline_lent_again_is_a_renewal_or_a_loan),
        cmocka_unit_test(test_timeline_a_return_is_dated_within_its_loan),
        cmocka_unit_test(test_timeline_what_staff_settled_stays_settled),
        cmocka_unit_test(test_timeline_steps_mark_what_they_change),
        cmocka_unit_test(test_timeline_rows_put_in_are_found_and_clean),
        cmocka_unit_test(test_timeline_effects_may_be_taken_between_steps),
        cmocka_unit_test(test_timeline_names_are_read_back),
        cmocka_unit_test(test_timeline_survives_every_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
