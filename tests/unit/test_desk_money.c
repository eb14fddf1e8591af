/* tests/unit/test_desk_money.c -- payments, refunds, waivers and charges at the desk; cards; what is counted and noted. */
#include "common/cents.h"
#include "tests/unit/desk_site.h"

static const char *charge_at_site(struct site *s, const char *card, int64_t cents)
{
    with_why(s, "photocopies", false);
    DO(desk_charge(s->d, &s->a, card, cents, &s->said));
    is_done(s, "charged");
    with_why(s, NULL, false);
    return s->said.charge;
}

/* The same charge in short: "dev.ep.seq/kind" without ep. */
static const char *in_short(struct site *s, const char *name)
{
    const char *dot = strchr(name, '.');
    assert_non_null(dot);
    return arena_printf(&s->a, "%.*s%s", (int)(dot - name), name, strchr(dot + 1, '.'));
}

static struct desk_owed owed_by(struct site *s, const char *card)
{
    struct desk_owed owed;
    must(desk_owed(site_view(s), &s->a, card, &owed));
    return owed;
}

static void test_cents_are_read_strictly_and_written_back(void **state)
{
    static const struct {
        const char *text;
        int64_t cents; /* -1: refused */
    } cases[] = { { "2.50", 250 }, { "2", 200 }, { "0.05", 5 }, { "10000.00", 1000000 }, { "10000.01", -1 }, { "0", -1 },
                  { "0.00", -1 }, { "2.5", -1 },  { "2.505", -1 }, { "2,50", -1 }, { "-2.50", -1 }, { "+2", -1 }, { "", -1 },
                  { ".50", -1 },  { "2.", -1 },   { " 2", -1 },    { "2 ", -1 },   { "1e3", -1 },   { "2.5x", -1 }, { "0x10", -1 },
                  { "99999999999999999999", -1 }, { "999999999999999.00", -1 } };
    char text[CENTS_TEXT_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t cents = -1;
        bool sound = cents_parse(cases[i].text, 1, DESK_CENTS_MAX, &cents);
        if (sound != (cases[i].cents >= 0) || cents != cases[i].cents) fail_msg("%s: %lld", cases[i].text, (long long)cents);
    }
    assert_string_equal(cents_text(250, text, sizeof text), "2.50");
    assert_string_equal(cents_text(-5, text, sizeof text), "-0.05");
    assert_string_equal(cents_text(INT64_MIN, text, sizeof text), "-92233720368547758.08");
}

static void test_desk_pay_takes_the_oldest_charges_first_an_entry_each(void **state)
{
    struct site *s = *state;
    const char *first = charge_at_site(s, "A1", 300), *second = charge_at_site(s, "A1", 200);
    assert_int_equal(s->said.balance_cents, 500);
    int64_t before = site_entries(s);
    DO(desk_pay(s->d, &s->a, "A1", 400, NULL, false, &s->said));
    is_done(s, "paid");
    assert_int_equal(site_entries(s), before + 2);
    assert_int_equal(s->said.part_count, 2);
    assert_string_equal(s->said.parts[0].charge, first);
    assert_int_equal(s->said.parts[0].cents, 300);
    assert_string_equal(s->said.parts[1].charge, second);
    assert_int_equal(s->said.parts[1].cents, 100);
    assert_int_equal(s->said.balance_cents, 100);
    struct desk_owed owed = owed_by(s, "A1");
    assert_int_equal(owed.count, 2);
    assert_int_equal(owed.debts[0].owed_cents, 0);
    assert_int_equal(owed.debts[1].owed_cents, 100);
    assert_int_equal(owed.owed_cents, 100);
}

static void test_desk_pay_more_than_owed_is_refused_or_stays_as_credit(void **state)
{
    struct site *s = *state;
    int64_t before = site_entries(s);
    DO(desk_pay(s->d, &s->a, "A1", 100, NULL, false, &s->said));
    is_refused(s, "more_than_owed", before);
    const char *charge = charge_at_site(s, "A1", 300);
    before = site_entries(s);
    DO(desk_pay(s->d, &s->a, "A1", 301, NULL, false, &s->said));
    is_refused(s, "more_than_owed", before);
    assert_int_equal(reason_named(s, "more_than_owed")->cents, 300);
    DO(desk_pay(s->d, &s->a, "A1", 301, charge, false, &s->said));
    is_refused(s, "more_than_owed", before);
    DO(desk_pay(s->d, &s->a, "A1", 500, NULL, true, &s->said));
    is_done(s, "paid");
    assert_int_equal(s->said.part_count, 2);
    assert_null(s->said.parts[1].charge);
    assert_int_equal(s->said.balance_cents, -200);
    charge_at_site(s, "A1", 200); /* covered by the credit: nothing is to be paid */
    assert_int_equal(s->said.balance_cents, 0);
    before = site_entries(s);
    DO(desk_pay(s->d, &s->a, "A1", 200, NULL, false, &s->said));
    is_refused(s, "more_than_owed", before);
}

static void test_desk_pay_for_a_charge_by_its_long_and_its_short_name(void **state)
{
    struct site *s = *state;
    charge_at_site(s, "A1", 300);
    const char *second = charge_at_site(s, "A1", 200), *other = charge_at_site(s, "B1", 100);
    DO(desk_pay(s->d, &s->a, "A1", 50, second, false, &s->said));
    is_done(s, "paid");
    DO(desk_pay(s->d, &s->a, "A1", 150, in_short(s, second), false, &s->said));
    is_done(s, "paid");
    assert_string_equal(s->said.charge, second);
    assert_string_equal(owed_by(s, "A1").debts[1].brief, in_short(s, second));
    assert_int_equal(owed_by(s, "A1").debts[1].owed_cents, 0);
    int64_t before = site_entries(s);
    DO(desk_pay(s->d, &s->a, "A1", 50, second, false, &s->said));
    is_refused(s, "more_than_owed", before);
    DO(desk_pay(s->d, &s->a, "A1", 50, other, false, &s->said));
    is_error(s, BM_EREFUSED, "another patron's", before);
    static const char *const bad[] = { "lost", "van1/lost", "/lost", "van1.7/", "van1.7/eaten", "van1.7x/lost", "%.7/lost", "" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        DO(desk_pay(s->d, &s->a, "A1", 50, bad[i], false, &s->said));
        if (s->rc != BM_EUSAGE && s->rc != BM_ENOTFOUND) fail_msg("%s: %s", bad[i], err_name(s->rc));
    }
    DO(desk_pay(s->d, &s->a, "A1", 50, "van1.7/lost", false, &s->said));
    is_error(s, BM_ENOTFOUND, "no charge van1.7/lost", before);
    DO(desk_pay(s->d, &s->a, "Z9", 50, NULL, false, &s->said));
    is_error(s, BM_ENOTFOUND, "no such card", before);
    DO(desk_pay(s->d, &s->a, "A1", 0, NULL, false, &s->said));
    is_error(s, BM_EUSAGE, "an amount from 0.01", before);
    DO(desk_pay(s->d, &s->a, "A1", -5, NULL, false, &s->said));
    is_error(s, BM_EUSAGE, "an amount from 0.01", before);
}

static void test_desk_a_short_name_of_two_charges_is_refused(void **state)
{
    struct site *s = *state;
    struct db *db = site_view(s);
    must(db_exec(db, "INSERT INTO charge(about, kind, card, series, amount_cents) VALUES"
                     "('old.00000000000000aa.5', 'lost', 'A1', '1 old.00000000000000aa.5 100', 100),"
                     "('old.00000000000000bb.5', 'lost', 'A1', '1 old.00000000000000bb.5 100', 100)"));
    int64_t before = site_entries(s);
    DO(desk_pay(s->d, &s->a, "A1", 50, "old.5/lost", false, &s->said));
    is_error(s, BM_EUSAGE, "could be several", before);
    DO(desk_pay(s->d, &s->a, "A1", 50, "old.00000000000000aa.5/lost", false, &s->said));
    is_done(s, "paid");
}

static void test_desk_refund_is_bounded_by_credit_or_by_what_was_paid(void **state)
{
    struct site *s = *state;
    const char *charge = charge_at_site(s, "A1", 300);
    DO(desk_pay(s->d, &s->a, "A1", 300, charge, false, &s->said));
    int64_t before = site_entries(s);
    DO(desk_refund(s->d, &s->a, "A1", 100, NULL, &s->said));
    is_error(s, BM_EUSAGE, "for a reason", before);
    with_why(s, "paid twice", false);
    DO(desk_refund(s->d, &s->a, "A1", 100, NULL, &s->said));
    is_refused(s, "more_than_credit", before);
    DO(desk_refund(s->d, &s->a, "A1", 301, charge, &s->said));
    is_refused(s, "more_than_paid", before);
    DO(desk_refund(s->d, &s->a, "A1", 100, charge, &s->said));
    is_done(s, "paid back");
    wrote(s, "\"amount\":-100");
    wrote(s, "\"why\":\"paid twice\"");
    assert_int_equal(s->said.balance_cents, 100);
    DO(desk_pay(s->d, &s->a, "A1", 500, NULL, true, &s->said));
    DO(desk_refund(s->d, &s->a, "A1", 400, NULL, &s->said));
    is_done(s, "paid back");
    assert_int_equal(s->said.balance_cents, 0);
}

static void test_desk_waive_forgives_no_more_than_is_owed_and_says_why(void **state)
{
    struct site *s = *state;
    const char *charge = charge_at_site(s, "A1", 300);
    int64_t before = site_entries(s);
    DO(desk_waive(s->d, &s->a, charge, 100, &s->said));
    is_error(s, BM_EUSAGE, "for a reason", before);
    with_why(s, "illness", false);
    DO(desk_waive(s->d, &s->a, charge, 301, &s->said));
    is_refused(s, "more_than_owed", before);
    DO(desk_waive(s->d, &s->a, in_short(s, charge), 100, &s->said));
    is_done(s, "waived");
    assert_string_equal(s->said.patron, "A1");
    assert_int_equal(s->said.balance_cents, 200);
    struct desk_owed owed = owed_by(s, "A1");
    assert_int_equal(owed.debts[0].waived_cents, 100);
    assert_int_equal(owed.debts[0].owed_cents, 200);
    with_why(s, NULL, false);
    before = site_entries(s);
    DO(desk_charge(s->d, &s->a, "A1", 100, &s->said));
    is_error(s, BM_EUSAGE, "needs a reason", before);
}

static void test_desk_money_asked_twice_is_taken_once(void **state)
{
    struct site *s = *state;
    const char *charge = charge_at_site(s, "A1", 300);
    charge_at_site(s, "A1", 200);
    s->d->why = "why not";
    TWICE("charge", desk_charge(s->d, &s->a, "A1", 100, &s->said));
    TWICE("pay", desk_pay(s->d, &s->a, "A1", 450, NULL, false, &s->said));
    const char *later = s->said.parts[1].charge;
    TWICE("waive", desk_waive(s->d, &s->a, later, 50, &s->said));
    TWICE("refund", desk_refund(s->d, &s->a, "A1", 100, charge, &s->said));
    assert_int_equal(owed_by(s, "A1").balance_cents, 200);
    s->d->why = NULL;
}

/* --- cards ---------------------------------------------------------------------------------- */

/* A card that was used before anybody knew it has a row of its own, with nobody's name. */
static void test_desk_new_card_that_was_used_before_is_the_persons(void **state)
{
    struct site *s = *state;
    struct entry e;
    struct outcome came;
    entry_init(&e, OP_UPDATE);
    e.patron = "N9";
    e.stop = "mill";
    e.id = (struct eid){ .dev = "van7", .ep = 1, .seq = 1 };
    must(s->d->begin(s->d));
    must(circ_apply(s->d->view, &s->a, &e, journal_now_ms(s->d->journal), 0, &came));
    must(s->d->end(s->d, BM_OK));
    assert_int_equal(at_site(s, "SELECT count(*) FROM patron WHERE card = 'N9' AND account = 'N9'"), 1);
    DO(desk_checkout(s->d, &s->a, "A1", "501", &s->said));
    with_why(s, "lost", false);
    DO(desk_replace_card(s->d, &s->a, "A1", "N9", &s->said));
    is_done(s, "card replaced");
    with_why(s, NULL, false);
    assert_int_equal(at_site(s, "SELECT count(*) FROM patron WHERE card = 'N9' AND account = 'A1' AND name = 'Ann' AND dead = 0"), 1);
    DO(desk_checkout(s->d, &s->a, "N9", "502", &s->said));
    is_done(s, "lent");
    assert_int_equal(s->said.loan_count, 2);
}

static void test_desk_replaced_card_is_refused_and_names_the_new_one(void **state)
{
    struct site *s = *state;
    DO(desk_checkout(s->d, &s->a, "A1", "501", &s->said));
    const char *charge = charge_at_site(s, "A1", 300);
    int64_t before = site_entries(s);
    DO(desk_replace_card(s->d, &s->a, "A1", "A2", &s->said));
    is_error(s, BM_EUSAGE, "for a reason", before);
    with_why(s, "lost", false);
    DO(desk_replace_card(s->d, &s->a, "Z9", "A2", &s->said));
    is_error(s, BM_ENOTFOUND, "no such card: Z9", before);
    DO(desk_replace_card(s->d, &s->a, "A1", "B1", &s->said));
    is_error(s, BM_EEXISTS, "in use already", before);
    DO(desk_replace_card(s->d, &s->a, "A1", "A1", &s->said));
    is_error(s, BM_EUSAGE, "number of the old one", before);
    TWICE("replace", desk_replace_card(s->d, &s->a, "A1", "A2", &s->said));
    is_done(s, "card replaced");
    assert_string_equal(s->said.newer_card, "A2");
    before = site_entries(s);
    DO(desk_replace_card(s->d, &s->a, "A1", "A3", &s->said));
    is_error(s, BM_EREFUSED, "card A1 was replaced by A2", before);
    with_why(s, NULL, false);
    DO(desk_checkout(s->d, &s->a, "A1", "502", &s->said));
    is_refused(s, "card_replaced", before);
    assert_string_equal(reason_named(s, "card_replaced")->sentence, "This card has been replaced by A2.");
    assert_string_equal(s->said.newer_card, "A2");
    DO(desk_place_hold(s->d, &s->a, "A1", "t1", false, NULL, &s->said));
    is_refused(s, "card_replaced", before);
    struct desk_person p = { .card = "A1", .name = "Anna", .expires_s = ENTRY_NONE, .barred = ENTRY_NONE };
    DO(desk_update_patron(s->d, &s->a, &p, &s->said));
    is_error(s, BM_EREFUSED, "was replaced by A2", before);
    DO(desk_checkout(s->d, &s->a, "A2", "502", &s->said));
    is_done(s, "lent");
    assert_string_equal(s->said.patron_name, "Ann");
    assert_int_equal(s->said.loan_count, 2);
    DO(desk_renew(s->d, &s->a, "501", &s->said)); /* lent on the old card, his all the same */
    is_done(s, "renewed");
    wrote(s, "\"patron\":\"A2\"");
    assert_int_equal(s->said.loan_count, 2);
    DO(desk_pay(s->d, &s->a, "A2", 300, charge, false, &s->said));
    is_done(s, "paid");
    assert_int_equal(s->said.balance_cents, 0);
}

static void test_desk_branch_merges_two_cards_of_one_person(void **state)
{
    struct site *s = *state;
    charge_at_site(s, "A1", 300);
    charge_at_site(s, "B1", 200);
    int64_t before = site_entries(s);
    DO(desk_merge(s->d, &s->a, "B1", "Z9", &s->said));
    is_error(s, BM_ENOTFOUND, "no such card: Z9", before);
    TWICE("merge", desk_merge(s->d, &s->a, "B1", "A1", &s->said));
    is_done(s, "merged");
    before = site_entries(s);
    DO(desk_merge(s->d, &s->a, "B1", "A1", &s->said));
    is_error(s, BM_EREFUSED, "one patron already", before);
    assert_int_equal(owed_by(s, "A1").balance_cents, 500);
    DO(desk_pay(s->d, &s->a, "B1", 500, NULL, false, &s->said));
    is_done(s, "paid");
    assert_int_equal(s->said.balance_cents, 0);
}

/* --- the day ---------------------------------------------------------------------------------- */

static void test_desk_notes_counts_and_costs(void **state)
{
    struct site *s = *state;
    TWICE("note", desk_note(s->d, &s->a, "the ramp is stuck", &s->said));
    TWICE("km", desk_odometer(s->d, &s->a, 48213400, &s->said));
    TWICE("fuel", desk_cost(s->d, &s->a, "fuel", 5012, &s->said));
    wrote(s, "\"kind\":\"fuel\",\"amount\":5012");
    TWICE("count", desk_tally(s->d, &s->a, "programme", 14, &s->said));
    int64_t before = site_entries(s);
    DO(desk_note(s->d, &s->a, " ", &s->said));
    is_error(s, BM_EUSAGE, "needs some words", before);
    DO(desk_cost(s->d, &s->a, "cake", 100, &s->said));
    is_error(s, BM_EUSAGE, "fuel, repair", before);
    DO(desk_odometer(s->d, &s->a, -1, &s->said));
    is_error(s, BM_EUSAGE, "odometer shows", before);
    DO(desk_tally(s->d, &s->a, "programme", 0, &s->said));
    is_error(s, BM_EUSAGE, "by 1 to", before);
}

/* --- taking back -------------------------------------------------------------------------------- */

static void test_desk_void_says_what_cannot_be_taken_back(void **state)
{
    struct site *s = *state;
    const char *charge = charge_at_site(s, "A1", 300), *entry = s->said.entry;
    with_why(s, "wrong patron", false);
    TWICE("void", desk_void(s->d, &s->a, entry, &s->said));
    is_done(s, "taken back");
    const char *taken = s->said.entry;
    assert_int_equal(owed_by(s, "A1").balance_cents, 0);
    int64_t before = site_entries(s);
    DO(desk_void(s->d, &s->a, taken, &s->said));
    is_error(s, BM_EREFUSED, "a void cannot be taken back; do the act again", before);
    DO(desk_void(s->d, &s->a, entry, &s->said));
    is_error(s, BM_EREFUSED, "was taken back already", before);
    DO(desk_void(s->d, &s->a, charge, &s->said)); /* a charge's name is no entry's id */
    is_error(s, BM_EUSAGE, "not the id of an entry", before);
    DO(desk_void(s->d, &s->a, "van9.00000000000000aa.5", &s->said));
    is_error(s, BM_ENOTFOUND, "no such entry here", before);
    const char *first = text_at_site_journal(s, "SELECT dev || '.' || ep || '.' || seq FROM entry WHERE instr(body, '\"op\":\"epoch\"')");
    DO(desk_void(s->d, &s->a, first, &s->said));
    is_error(s, BM_EREFUSED, "epoch cannot be taken back", before);
    with_why(s, NULL, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cents_are_read_strictly_and_written_back),
        AT_BOTH(test_desk_pay_takes_the_oldest_charges_first_an_entry_each),
        AT_BOTH(test_desk_pay_more_than_owed_is_refused_or_stays_as_credit),
        AT_BOTH(test_desk_pay_for_a_charge_by_its_long_and_its_short_name),
        AT_BOTH(test_desk_a_short_name_of_two_charges_is_refused),
        AT_BOTH(test_desk_refund_is_bounded_by_credit_or_by_what_was_paid),
        AT_BOTH(test_desk_waive_forgives_no_more_than_is_owed_and_says_why),
        AT_BOTH(test_desk_money_asked_twice_is_taken_once),
        AT_LAPTOP(test_desk_new_card_that_was_used_before_is_the_persons),
        AT_BOTH(test_desk_replaced_card_is_refused_and_names_the_new_one),
        AT_BRANCH(test_desk_branch_merges_two_cards_of_one_person),
        AT_BOTH(test_desk_notes_counts_and_costs),
        AT_BOTH(test_desk_void_says_what_cannot_be_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
