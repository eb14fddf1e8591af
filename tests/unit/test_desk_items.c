/* tests/unit/test_desk_items.c -- copies at the desk: condition, place, catalogue, dates; and lending's alerts and lists. */
#include "tests/unit/desk_site.h"

static void lend(struct site *s, const char *card, const char *item)
{
    DO(desk_checkout(s->d, &s->a, card, item, &s->said));
    is_done(s, "lent");
}

static void test_desk_lost_charges_who_has_it_and_found_gives_back_what_is_not_kept(void **state)
{
    struct site *s = *state;
    lend(s, "A1", "501");
    DO(desk_mark(s->d, &s->a, "501", "lost", ENTRY_NONE, NULL, &s->said));
    is_done(s, "lost by the patron");
    wrote(s, "\"as\":\"lost\",\"patron\":\"A1\"");
    assert_int_equal(reason_named(s, "lost_charged")->cents, 2000);
    assert_int_equal(at_site(s, "SELECT cents FROM balance WHERE account = 'A1'"), 2000);
    int64_t before = site_entries(s);
    DO(desk_mark(s->d, &s->a, "501", "lost", ENTRY_NONE, NULL, &s->said));
    is_error(s, BM_EREFUSED, "marked lost already", before);
    DO(desk_checkin(s->d, &s->a, "501", ENTRY_NONE, &s->said));
    is_done(s, "returned");
    assert_true(reason_named(s, "was_lost")->alert);
    assert_int_equal(reason_named(s, "lost_found")->cents, 200);
    assert_int_equal(at_site(s, "SELECT cents FROM balance WHERE account = 'A1'"), 200);
}

static void test_desk_lost_takes_another_amount_and_a_shelf_copy_charges_nobody(void **state)
{
    struct site *s = *state;
    lend(s, "A1", "501");
    DO(desk_mark(s->d, &s->a, "501", "lost", 750, NULL, &s->said));
    is_done(s, "lost by the patron");
    assert_int_equal(at_site(s, "SELECT cents FROM balance WHERE account = 'A1'"), 750);
    int64_t before = site_entries(s);
    DO(desk_mark(s->d, &s->a, "502", "lost", 750, NULL, &s->said));
    is_error(s, BM_EREFUSED, "nobody to charge", before);
    DO(desk_mark(s->d, &s->a, "502", "lost", ENTRY_NONE, NULL, &s->said));
    is_done(s, "lost from the shelf");
    assert_int_equal(at_site(s, "SELECT count(*) FROM charge"), 1);
    assert_int_equal(at_site(s, "SELECT count(*) FROM item WHERE cond = 'lost'"), 2);
    DO(desk_mark(s->d, &s->a, "502", "ok", ENTRY_NONE, NULL, &s->said));
    is_done(s, "ok");
}

static void test_desk_claimed_stops_and_missing_needs_no_loan(void **state)
{
    struct site *s = *state;
    int64_t before = site_entries(s);
    DO(desk_mark(s->d, &s->a, "501", "claimed", ENTRY_NONE, NULL, &s->said));
    is_error(s, BM_EREFUSED, "not on loan", before);
    lend(s, "A1", "501");
    before = site_entries(s);
    DO(desk_mark(s->d, &s->a, "501", "missing", ENTRY_NONE, NULL, &s->said));
    is_error(s, BM_EREFUSED, "on loan", before);
    DO(desk_mark(s->d, &s->a, "501", "claimed", ENTRY_NONE, NULL, &s->said));
    is_done(s, "claimed returned");
    assert_int_equal(at_site(s, "SELECT count(*) FROM loan WHERE claimed_ms IS NOT NULL"), 1);
    before = site_entries(s);
    DO(desk_mark(s->d, &s->a, "501", "claimed", ENTRY_NONE, NULL, &s->said));
    is_error(s, BM_EREFUSED, "already", before);
    DO(desk_mark(s->d, &s->a, "501", "missing", ENTRY_NONE, NULL, &s->said)); /* he did bring it back: ours to look for */
    is_done(s, "missing");
    assert_int_equal(at_site(s, "SELECT count(*) FROM loan WHERE how = 'claimed'"), 1);
    DO(desk_checkin(s->d, &s->a, "501", ENTRY_NONE, &s->said));
    assert_true(reason_named(s, "was_missing")->alert);
}

static void test_desk_damage_is_charged_to_a_card_that_is_named(void **state)
{
    struct site *s = *state;
    int64_t before = site_entries(s);
    DO(desk_mark(s->d, &s->a, "501", "damaged", 300, NULL, &s->said));
    is_error(s, BM_EUSAGE, "who pays", before);
    DO(desk_mark(s->d, &s->a, "501", "damaged", 300, "last", &s->said));
    is_error(s, BM_ENOTFOUND, "nobody is known", before);
    DO(desk_mark(s->d, &s->a, "501", "damaged", 300, "Z9", &s->said));
    is_error(s, BM_ENOTFOUND, "no such card: Z9", before);
    DO(desk_mark(s->d, &s->a, "501", "ok", 300, "A1", &s->said));
    is_error(s, BM_EUSAGE, "only a damage or a loss", before);
    DO(desk_mark(s->d, &s->a, "501", "eaten", ENTRY_NONE, NULL, &s->said));
    is_error(s, BM_EUSAGE, "damaged, mend", before);
    DO(desk_mark(s->d, &s->a, "777", "damaged", ENTRY_NONE, NULL, &s->said));
    is_error(s, BM_ENOTFOUND, "no item 777 here", before);
    lend(s, "B1", "501");
    DO(desk_checkin(s->d, &s->a, "501", ENTRY_NONE, &s->said));
    DO(desk_mark(s->d, &s->a, "501", "damaged", 300, "last", &s->said));
    is_done(s, "damaged");
    assert_int_equal(reason_named(s, "damage_charged")->cents, 300);
    assert_int_equal(at_site(s, "SELECT cents FROM balance WHERE account = 'B1'"), 300);
    DO(desk_checkin(s->d, &s->a, "501", ENTRY_NONE, &s->said));
    is_done(s, "not on loan");
    assert_true(reason_named(s, "damaged")->alert);
    DO(desk_mark(s->d, &s->a, "501", "withdrawn", ENTRY_NONE, NULL, &s->said));
    is_done(s, "withdrawn");
    DO(desk_checkin(s->d, &s->a, "501", ENTRY_NONE, &s->said));
    assert_true(reason_named(s, "withdrawn")->alert);
}

static void test_desk_late_return_and_late_renewal_tell_the_fine(void **state)
{
    struct site *s = *state;
    lend(s, "A1", "501");
    lend(s, "A1", "502");
    site_pass(s, 24 * DAY_MS);
    DO(desk_checkin(s->d, &s->a, "501", ENTRY_NONE, &s->said));
    is_done(s, "returned");
    assert_int_equal(reason_named(s, "overdue_charged")->cents, 30);
    DO(desk_renew(s->d, &s->a, "502", &s->said));
    is_done(s, "renewed");
    assert_int_equal(reason_named(s, "overdue_charged")->cents, 30);
    assert_int_equal(at_site(s, "SELECT cents FROM balance WHERE account = 'A1'"), 60);
    DO(desk_checkin(s->d, &s->a, "501", ENTRY_NONE, &s->said));
    assert_int_equal(s->said.reason_count, 0);
}

/* I6, CASES 14: the book is in his hand, whatever another desk did meanwhile; the rules asked are those of a renewal. */
static void test_desk_lent_again_is_a_renewal_that_says_so(void **state)
{
    struct site *s = *state;
    lend(s, "A1", "501");
    DO(desk_checkout(s->d, &s->a, "A1", "501", &s->said));
    is_done(s, "renewed");
    wrote(s, "\"op\":\"checkout\"");
    wrote(s, ",\"rate\":10,\"grace\":0,\"max\":500,\"price\":2000,\"keepfee\":200,\"limit\":15,\"again\":1,");
    assert_int_equal(at_site(s, "SELECT renewals FROM loan WHERE item = '501' AND end_ms IS NULL"), 1);
    site_pass(s, 24 * DAY_MS);
    DO(desk_checkout(s->d, &s->a, "A1", "501", &s->said));
    is_done(s, "renewed");
    assert_int_equal(reason_named(s, "overdue_charged")->cents, 30);
    int64_t before = site_entries(s);
    DO(desk_checkout(s->d, &s->a, "A1", "501", &s->said));
    is_refused(s, "renewals_used", before);
    assert_true(s->said.due_s == at_site(s, "SELECT due_s FROM loan WHERE item = '501' AND end_ms IS NULL"));
    with_why(s, "deposit", true);
    s->d->set_due_s = s->said.due_s - DAY_MS / 1000;
    DO(desk_checkout(s->d, &s->a, "A1", "501", &s->said));
    is_error(s, BM_EREFUSED, "told a later date", before);
    s->d->set_due_s = 0;
    with_why(s, NULL, false);
}

/* What was told as renewed and was lent anew is not as meant. */
static void test_desk_lent_again_without_its_loan_is_adjusted(void **state)
{
    struct site *s = *state;
    struct entry e;
    struct outcome came;
    entry_init(&e, OP_CHECKOUT);
    e.item = "501";
    e.patron = "A1";
    e.due_s = START_MS / 1000;
    e.again = 1;
    e.id = (struct eid){ .dev = "van7", .ep = 1, .seq = 1 };
    must(s->d->begin(s->d));
    must(circ_apply(s->d->view, &s->a, &e, journal_now_ms(s->d->journal), 0, &came));
    must(s->d->end(s->d, BM_OK));
    assert_int_equal(came.kind, OUTCOME_ADJUSTED);
    assert_string_equal(came.words, "lent");
}

/* I1: an id is of one act. Who uses it for another must not be told that this was done. */
static void test_desk_a_request_id_is_of_one_act_only(void **state)
{
    struct site *s = *state;
    struct desk_person ann = { .card = "N1", .name = "Ann", .expires_s = ENTRY_NONE, .barred = ENTRY_NONE }, bob = ann;
    bob.name = "Bob";
    with_why(s, "copies", false);
    s->d->request = "r-9";
    DO(desk_charge(s->d, &s->a, "A1", 250, &s->said));
    is_done(s, "charged");
    int64_t before = site_entries(s);
    DO(desk_charge(s->d, &s->a, "A1", 350, &s->said));
    is_error(s, BM_EUSAGE, "request id r-9 was used for another act", before);
    assert_false(s->said.done || s->said.again || s->said.word);
    DO(desk_charge(s->d, &s->a, "B1", 250, &s->said));
    is_error(s, BM_EUSAGE, "used for another act", before);
    DO(desk_checkin(s->d, &s->a, "501", ENTRY_NONE, &s->said));
    is_error(s, BM_EUSAGE, "used for another act", before);
    DO(desk_charge(s->d, &s->a, "A1", 250, &s->said));
    assert_true(!s->rc && s->said.again);
    s->d->request = "r-10";
    DO(desk_checkin(s->d, &s->a, "501", ENTRY_NONE, &s->said));
    is_done(s, "not on loan");
    before = site_entries(s);
    DO(desk_checkin(s->d, &s->a, "502", ENTRY_NONE, &s->said));
    is_error(s, BM_EUSAGE, "used for another act", before);
    s->d->request = "r-11";
    DO(desk_register(s->d, &s->a, &ann, &s->said));
    is_done(s, "registered");
    before = site_entries(s);
    DO(desk_register(s->d, &s->a, &bob, &s->said));
    is_error(s, BM_EUSAGE, "used for another act", before);
    s->d->request = "r-12";
    DO(desk_pay(s->d, &s->a, "A1", 100, NULL, false, &s->said));
    is_done(s, "paid");
    before = site_entries(s);
    DO(desk_refund(s->d, &s->a, "A1", 100, NULL, &s->said));
    is_error(s, BM_EUSAGE, "used for another act", before);
    s->d->request = NULL;
    with_why(s, NULL, false);
}

static void test_desk_move_and_use_count_and_do_not_end_a_loan_unasked(void **state)
{
    struct site *s = *state;
    DO(desk_move(s->d, &s->a, "501", "van7", &s->said));
    is_done(s, "moved");
    assert_string_equal(text_at_site(s, "SELECT place FROM item WHERE barcode = '501'"), "van7");
    DO(desk_use(s->d, &s->a, "501", &s->said));
    is_done(s, "used here");
    lend(s, "A1", "502");
    int64_t before = site_entries(s);
    DO(desk_move(s->d, &s->a, "502", "van7", &s->said));
    is_refused(s, "on_loan", before);
    assert_true(s->said.may_override);
    DO(desk_use(s->d, &s->a, "502", &s->said));
    is_refused(s, "on_loan", before);
    with_why(s, NULL, true);
    DO(desk_use(s->d, &s->a, "502", &s->said));
    is_error(s, BM_EUSAGE, "needs a reason", before);
    with_why(s, "found on the shelf", true);
    DO(desk_move(s->d, &s->a, "502", "van7", &s->said));
    is_done(s, "moved");
    wrote(s, "\"why\":\"found on the shelf\"");
    assert_int_equal(at_site(s, "SELECT count(*) FROM loan WHERE how = 'implied'"), 1);
    with_why(s, NULL, false);
    before = site_entries(s);
    DO(desk_move(s->d, &s->a, "777", "van7", &s->said));
    is_error(s, BM_ENOTFOUND, "no item 777", before);
}

static void test_desk_add_makes_a_title_of_its_own_and_knows_what_is_known(void **state)
{
    struct site *s = *state;
    struct desk_book b = { .item = "801", .name = "A gift", .author = "Somebody", .callno = "FIC SOM", .price_cents = 900 };
    int64_t before = site_entries(s);
    DO(desk_add_item(s->d, &s->a, &b, &s->said));
    is_done(s, "added");
    assert_int_equal(site_entries(s), before + 2);
    assert_string_equal(s->said.title, "A gift");
    b.item = "802";
    DO(desk_add_item(s->d, &s->a, &b, &s->said));
    is_done(s, "added");
    assert_int_equal(at_site(s, "SELECT count(DISTINCT title) FROM item WHERE barcode IN ('801', '802')"), 2);
    assert_int_equal(at_site(s, "SELECT count(*) FROM title WHERE name = 'A gift' AND key LIKE 'new-%'"), 2);
    assert_int_equal(at_site(s, "SELECT price_cents FROM item WHERE barcode = '801'"), 900);
    before = site_entries(s);
    DO(desk_add_item(s->d, &s->a, &b, &s->said));
    is_error(s, BM_EEXISTS, "known already", before);
    b = (struct desk_book){ .item = "803", .title = "nowhere", .price_cents = ENTRY_NONE };
    DO(desk_add_item(s->d, &s->a, &b, &s->said));
    is_error(s, BM_ENOTFOUND, "nowhere is neither", before);
    b.title = NULL;
    DO(desk_add_item(s->d, &s->a, &b, &s->said));
    is_error(s, BM_EUSAGE, "of which title", before);
    b.title = "501"; /* a copy of the same title */
    DO(desk_add_item(s->d, &s->a, &b, &s->said));
    is_done(s, "added");
    assert_string_equal(text_at_site(s, "SELECT title FROM item WHERE barcode = '803'"), "t1");
    lend(s, "A1", "803");
}

static void test_desk_add_keeps_an_isbn_as_thirteen_digits(void **state)
{
    struct site *s = *state;
    struct desk_book b = { .item = "801", .name = "A gift", .isbn = "0-306-40615-2", .price_cents = ENTRY_NONE };
    DO(desk_add_item(s->d, &s->a, &b, &s->said));
    is_done(s, "added");
    assert_int_equal(at_site(s, "SELECT count(*) FROM title_isbn WHERE isbn = '9780306406157'"), 1);
    int64_t before = site_entries(s);
    b = (struct desk_book){ .item = "802", .name = "A gift", .isbn = "0-306-40615-3", .price_cents = ENTRY_NONE };
    DO(desk_add_item(s->d, &s->a, &b, &s->said));
    is_error(s, BM_EUSAGE, "not an ISBN", before);
}

/* On a laptop an act that is older than what is known of the copy waits for the branch, and staff are told. */
static void test_desk_act_from_paper_that_is_overtaken_is_told(void **state)
{
    struct site *s = *state;
    int64_t then = journal_now_ms(s->d->journal);
    site_pass(s, 60000);
    lend(s, "A1", "501");
    s->d->when_ms = then + 1000;
    s->d->source = "paper";
    DO(desk_use(s->d, &s->a, "502", &s->said));
    is_done(s, "used here");
    assert_int_equal(s->said.reason_count, 0);
    DO(desk_checkin(s->d, &s->a, "501", ENTRY_NONE, &s->said));
    must(s->rc);
    assert_false(reason_named(s, "late")->blocks);
    assert_int_equal(at_site(s, "SELECT count(*) FROM loan WHERE end_ms IS NULL"), 1);
    s->d->when_ms = ENTRY_NONE;
    s->d->source = NULL;
}

static void test_desk_due_date_moves_only_forward(void **state)
{
    struct site *s = *state;
    int64_t today = zone_day(journal_now_ms(s->d->journal)), later = zone_day_end_s(today + 60), before = site_entries(s);
    with_why(s, "the stop is suspended", false);
    DO(desk_change_due(s->d, &s->a, "501", later, &s->said));
    is_error(s, BM_EREFUSED, "not on loan", before);
    lend(s, "A1", "501");
    before = site_entries(s);
    DO(desk_change_due(s->d, &s->a, "501", zone_day_end_s(today + 2), &s->said));
    is_error(s, BM_EREFUSED, "not taken back", before);
    DO(desk_change_due(s->d, &s->a, "501", zone_day_end_s(today + 9999), &s->said));
    is_error(s, BM_EUSAGE, "days ahead", before);
    DO(desk_change_due(s->d, &s->a, "501", later, &s->said));
    is_done(s, "due date changed");
    assert_int_equal(at_site(s, "SELECT due_s FROM loan WHERE item = '501'"), later);
    assert_int_equal(at_site(s, "SELECT renewals FROM loan WHERE item = '501'"), 0);
    with_why(s, NULL, false);
    before = site_entries(s);
    DO(desk_change_due(s->d, &s->a, "501", later + 86400, &s->said));
    is_error(s, BM_EUSAGE, "for a reason", before);
}

static void test_desk_date_set_by_staff_takes_override_and_reason(void **state)
{
    struct site *s = *state;
    int64_t today = zone_day(journal_now_ms(s->d->journal)), before = site_entries(s);
    s->d->set_due_s = zone_day_end_s(today + 100);
    DO(desk_checkout(s->d, &s->a, "A1", "501", &s->said));
    is_error(s, BM_EUSAGE, "override", before);
    with_why(s, "deposit collection", true);
    DO(desk_checkout(s->d, &s->a, "A1", "501", &s->said));
    is_done(s, "lent");
    wrote(s, "\"why\":\"deposit collection\"");
    assert_int_equal(s->said.due_s, zone_day_end_s(today + 100));
    assert_int_equal(at_site(s, "SELECT due_s FROM loan"), zone_day_end_s(today + 100));
    before = site_entries(s);
    s->d->set_due_s = zone_day_end_s(today - 3);
    DO(desk_checkout(s->d, &s->a, "A1", "502", &s->said));
    is_error(s, BM_EUSAGE, "in the past", before);
    s->d->set_due_s = 0;
    with_why(s, NULL, false);
}

static void test_desk_branch_recat_and_notices(void **state)
{
    struct site *s = *state;
    struct desk_book b = { .item = "801", .name = "A gift", .price_cents = ENTRY_NONE };
    DO(desk_add_item(s->d, &s->a, &b, &s->said));
    DO(desk_recat(s->d, &s->a, "801", "t1", &s->said));
    is_done(s, "recatalogued");
    assert_string_equal(s->said.title, "The Tiger");
    assert_string_equal(text_at_site(s, "SELECT title FROM item WHERE barcode = '801'"), "t1");
    int64_t before = site_entries(s);
    DO(desk_recat(s->d, &s->a, "801", "501", &s->said));
    is_error(s, BM_EREFUSED, "already", before);
    lend(s, "A1", "501");
    before = site_entries(s);
    DO(desk_notice(s->d, &s->a, "501", "overdue", &s->said));
    is_error(s, BM_EREFUSED, "not overdue", before);
    DO(desk_notice(s->d, &s->a, "502", "ready", &s->said));
    is_error(s, BM_EREFUSED, "set aside for nobody", before);
    DO(desk_notice(s->d, &s->a, "502", "soon", &s->said));
    is_error(s, BM_EUSAGE, "overdue or ready", before);
    site_pass(s, 30 * DAY_MS);
    DO(desk_notice(s->d, &s->a, "501", "overdue", &s->said));
    is_done(s, "told");
    wrote(s, "\"patron\":\"A1\",\"kind\":\"overdue\"");
    DO(desk_place_hold(s->d, &s->a, "B1", "t1", false, NULL, &s->said));
    DO(desk_capture_hold(s->d, &s->a, "502", &s->said));
    is_done(s, "set aside");
    DO(desk_notice(s->d, &s->a, "502", "ready", &s->said));
    is_done(s, "told");
    wrote(s, "\"patron\":\"B1\",\"kind\":\"ready\"");
    assert_int_equal(at_site(s, "SELECT count(*) FROM exception"), 0);
}

static void test_desk_every_act_on_copies_asked_twice_is_done_once(void **state)
{
    struct site *s = *state;
    struct desk *d = s->d;
    struct desk_answer *said = &s->said;
    struct desk_book b = { .item = "801", .name = "A gift", .price_cents = ENTRY_NONE };
    int64_t today = zone_day(journal_now_ms(d->journal));
    d->why = "why not";
    TWICE("add", desk_add_item(d, &s->a, &b, said));
    TWICE("lend", desk_checkout(d, &s->a, "A1", "501", said));
    TWICE("lend again", desk_checkout(d, &s->a, "A1", "501", said)); /* a renewal */
    TWICE("due", desk_change_due(d, &s->a, "501", zone_day_end_s(today + 50), said));
    TWICE("lost", desk_mark(d, &s->a, "501", "lost", ENTRY_NONE, NULL, said));
    TWICE("back", desk_checkin(d, &s->a, "501", ENTRY_NONE, said));
    TWICE("damaged", desk_mark(d, &s->a, "501", "damaged", 100, "last", said));
    TWICE("move", desk_move(d, &s->a, "501", "van2", said));
    TWICE("use", desk_use(d, &s->a, "502", said));
    TWICE("hold", desk_place_hold(d, &s->a, "B1", "t1", false, NULL, said));
    TWICE("seen", desk_checkin(d, &s->a, "502", ENTRY_NONE, said));
    assert_string_equal(said->hold_for, "B1"); /* what was found out after the entry was written is in the stored answer too */
    TWICE("capture", desk_capture_hold(d, &s->a, "502", said));
    d->why = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_BOTH(test_desk_lost_charges_who_has_it_and_found_gives_back_what_is_not_kept),
        AT_BOTH(test_desk_lost_takes_another_amount_and_a_shelf_copy_charges_nobody),
        AT_BOTH(test_desk_claimed_stops_and_missing_needs_no_loan),
        AT_BOTH(test_desk_damage_is_charged_to_a_card_that_is_named),
        AT_BOTH(test_desk_late_return_and_late_renewal_tell_the_fine),
        AT_BOTH(test_desk_lent_again_is_a_renewal_that_says_so),
        AT_BOTH(test_desk_a_request_id_is_of_one_act_only),
        AT_BOTH(test_desk_lent_again_without_its_loan_is_adjusted),
        AT_BOTH(test_desk_move_and_use_count_and_do_not_end_a_loan_unasked),
        AT_BOTH(test_desk_add_makes_a_title_of_its_own_and_knows_what_is_known),
        AT_BOTH(test_desk_add_keeps_an_isbn_as_thirteen_digits),
        AT_LAPTOP(test_desk_act_from_paper_that_is_overtaken_is_told),
        AT_BOTH(test_desk_due_date_moves_only_forward),
        AT_BOTH(test_desk_date_set_by_staff_takes_override_and_reason),
        AT_BRANCH(test_desk_branch_recat_and_notices),
        AT_BOTH(test_desk_every_act_on_copies_asked_twice_is_done_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
