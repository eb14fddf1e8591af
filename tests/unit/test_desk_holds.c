/* tests/unit/test_desk_holds.c -- holds at the desk: who may ask, where it is collected, what is set aside already. */
#include "tests/unit/desk_site.h"

static void with_stop(struct site *s, const char *key)
{
    struct db *db = site_view(s);
    must(db_begin(db));
    must(db_end(db, db_run(db, SQL_STOP_ADD, "key", 's', key, "mobile", 's', "VAN1", "community", 's', "Mill", "name", 's', "Green", "type",
                           's', "", "lat_e6", 'i', (int64_t)0, "lon_e6", 'i', (int64_t)0, NULL)));
}

static void hold(struct site *s, const char *card, const char *title)
{
    DO(desk_place_hold(s->d, &s->a, card, title, false, NULL, &s->said));
}

static void update(struct site *s, int64_t barred, int64_t expires_s)
{
    struct desk_person p = { .card = "A1", .expires_s = expires_s, .barred = barred };
    DO(desk_update_patron(s->d, &s->a, &p, &s->said));
    must(s->rc);
}

static void test_desk_hold_asks_the_patrons_standing(void **state)
{
    struct site *s = *state;
    update(s, 1, ENTRY_NONE);
    int64_t before = site_entries(s);
    hold(s, "A1", "t1");
    is_refused(s, "barred", before);
    assert_true(s->said.may_override);
    s->d->override = true;
    hold(s, "A1", "t1");
    is_error(s, BM_EUSAGE, "an override needs a reason", before);
    with_why(s, "spoke to them", true);
    hold(s, "A1", "t1");
    is_done(s, "hold placed");
    wrote(s, "\"over\":\"barred\",\"why\":\"spoke to them\"");
    with_why(s, NULL, false);
    update(s, 0, START_MS / 1000 - 86400);
    before = site_entries(s);
    hold(s, "A1", "t1");
    is_refused(s, "expired", before);
    with_why(s, "worn out", false);
    DO(desk_replace_card(s->d, &s->a, "B1", "B2", &s->said));
    is_done(s, "card replaced");
    before = site_entries(s);
    hold(s, "B1", "t1");
    is_refused(s, "card_replaced", before);
    assert_string_equal(s->said.reasons[0].sentence, "This card has been replaced by B2.");
    hold(s, "B2", "t1");
    is_done(s, "hold placed");
    with_why(s, NULL, false);
    assert_int_equal(at_site(s, "SELECT count(*) FROM exception"), 0);
}

static void test_desk_hold_on_a_title_asked_for_already_is_refused(void **state)
{
    struct site *s = *state;
    hold(s, "A1", "t1");
    is_done(s, "hold placed");
    int64_t before = site_entries(s);
    hold(s, "A1", "501"); /* the title by a copy's barcode */
    is_refused(s, "hold_duplicate", before);
    assert_non_null(strstr(s->said.reasons[0].sentence, "has asked for it already"));
    hold(s, "B1", "t1");
    is_done(s, "hold placed");
    with_why(s, "one for each school", true);
    hold(s, "A1", "t1");
    is_done(s, "hold placed");
    wrote(s, "\"why\":\"one for each school\"");
    with_why(s, NULL, false);
}

static void test_desk_hold_is_collected_where_there_is_a_place(void **state)
{
    struct site *s = *state;
    int64_t before = site_entries(s);
    with_stop(s, "VAN1/Mill/Green");
    DO(desk_place_hold(s->d, &s->a, "A1", "t1", false, "the moon", &s->said));
    is_error(s, BM_ENOTFOUND, "no stop and no place is called the moon here; see the stops:", before);
    DO(desk_place_hold(s->d, &s->a, "A1", "t1", false, "mill/green", &s->said));
    is_done(s, "hold placed");
    wrote(s, "\"pickup\":\"VAN1/Mill/Green\"");
    DO(desk_place_hold(s->d, &s->a, "B1", "t1", false, s->d->home ? s->d->home : s->d->branch, &s->said));
    is_done(s, "hold placed");
    assert_string_equal(s->said.hold_pickup, s->d->home ? s->d->home : s->d->branch);
}

static void test_desk_capture_of_what_is_set_aside_is_refused(void **state)
{
    struct site *s = *state;
    hold(s, "A1", "t1");
    hold(s, "B1", "t1");
    DO(desk_capture_hold(s->d, &s->a, "501", &s->said));
    is_done(s, "set aside");
    int64_t before = site_entries(s);
    DO(desk_capture_hold(s->d, &s->a, "501", &s->said));
    is_refused(s, "set_aside", before);
    assert_string_equal(s->said.reasons[0].sentence, "It is set aside for card A1 already.");
    with_why(s, "A1 has gone away", true);
    DO(desk_capture_hold(s->d, &s->a, "501", &s->said));
    is_done(s, "set aside");
    wrote(s, "\"why\":\"A1 has gone away\"");
    assert_int_equal(at_site(s, "SELECT count(*) FROM hold WHERE state = 'captured' AND card = 'B1' AND by_item = '501'"), 1);
    with_why(s, NULL, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_BOTH(test_desk_hold_asks_the_patrons_standing),
        AT_BOTH(test_desk_hold_on_a_title_asked_for_already_is_refused),
        AT_BOTH(test_desk_hold_is_collected_where_there_is_a_place),
        AT_BOTH(test_desk_capture_of_what_is_set_aside_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
