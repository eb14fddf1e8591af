/* tests/unit/test_cards.c -- ranges of card numbers: read, compared, given one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/barcode.h"
#include "tests/van.h"

static void test_cards_a_range_is_two_numbers_of_one_length_in_order(void **state)
{
    static const char *const bad[] = { "", "-", "5", "5-", "-5", "10-9", "9-10", "1-2-3", "1a-2b", " 1-2", "1-2 ", "0x1-0x2",
                                       "+1-+2", "1.0-2.0" };
    struct card_range r;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (cards_parse(bad[i], &r) != BM_EINPUT) fail_msg("taken: %s", bad[i]);
    assert_int_equal(cards_parse("0000000000000000001-0000000000000000002", &r), BM_ELIMIT);
    assert_int_equal(cards_parse("00000000-10000000", &r), BM_ELIMIT);
    assert_int_equal(cards_parse("000000000000000000-000000000009999999", &r), BM_OK);
    must(cards_parse("0070-0079", &r));
    assert_int_equal(r.first, 70);
    assert_int_equal(r.last, 79);
    assert_int_equal(r.digits, 4);
    assert_int_equal(cards_count(&r), 10);
}

static void test_cards_ranges_overlap_by_their_numbers_not_by_their_digits(void **state)
{
    static const struct {
        const char *a, *b;
        bool overlap;
    } cases[] = { { "100-199", "199-300", true },  { "100-199", "200-300", false }, { "100-199", "000-099", false },
                  { "100-199", "120-130", true },  { "120-130", "100-199", true },  { "100-199", "0100-0199", false },
                  { "555-555", "555-555", true } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct card_range a, b;
        must(cards_parse(cases[i].a, &a));
        must(cards_parse(cases[i].b, &b));
        if (cards_overlap(&a, &b) != cases[i].overlap) fail_msg("%s and %s", cases[i].a, cases[i].b);
    }
}

/* The walk gives all numbers with a check digit, and no other. */
static void test_cards_a_range_with_check_digits_gives_such_numbers_only(void **state)
{
    struct card_range r;
    char text[CARDS_DIGITS_MAX + 1];
    int64_t walked = 0, counted = 0;
    (void)state;
    must(cards_parse("79927390009-79927398713", &r)); /* ISO/IEC 7812's example at the end */
    assert_true(r.has_luhn == (barcode_luhn_ok("79927390009") && barcode_luhn_ok("79927398713")));
    if (!r.has_luhn) fail_msg("choose an end with a check digit");
    for (int64_t n = r.first; n <= r.last; n++) counted += barcode_luhn_ok(cards_text(&r, n, text));
    for (int64_t n = cards_from(&r, 0); n >= 0; n = cards_from(&r, n + 1)) {
        assert_true(barcode_luhn_ok(cards_text(&r, n, text)));
        walked++;
    }
    assert_int_equal(walked, counted);
    assert_int_equal(cards_count(&r), counted);
}

/* --- given at a laptop ----------------------------------------------------------------------------------- */

static enum bm_rc join(struct world *w, const char *card, struct desk_answer *out)
{
    struct desk_person p = { .card = card, .name = "A Name", .expires_s = ENTRY_NONE, .barred = ENTRY_NONE, .born = ENTRY_NONE };
    return desk_register(&w->l.desk, &w->arena, &p, out);
}

static void set_cards(struct world *w, const char *range)
{
    must(meta_set(w->l.db, "cards", range));
    must(laptop_cards(&w->l));
}

static void test_cards_the_next_is_the_least_that_nobody_has(void **state)
{
    struct world *w = *state;
    struct desk_answer a;
    set_cards(w, "2001-2005");
    must(join(w, NULL, &a));
    assert_string_equal(a.patron, "2001");
    assert_int_equal(a.cards_left, 4);
    must(join(w, "2002", &a)); /* by hand */
    assert_true(a.cards_left == ENTRY_NONE);
    must(db_exec(w->l.replica, "INSERT INTO hold(id, card, title, key_t, state) VALUES('h', '2003', 't', 1, 'waiting')"));
    must(join(w, NULL, &a));
    assert_string_equal(a.patron, "2004");
    assert_int_equal(a.cards_left, 1);
    must(join(w, "20050", &a)); /* longer: not of the range */
    must(join(w, NULL, &a));
    assert_string_equal(a.patron, "2005");
    assert_int_equal(a.cards_left, 0);
    assert_int_equal(join(w, NULL, &a), BM_EREFUSED);
    assert_non_null(strstr(err_text(BM_EREFUSED), "2001-2005"));
    must(join(w, "9", &a));
}

static void test_cards_of_a_range_with_check_digits_strange_numbers_take_no_place(void **state)
{
    struct world *w = *state;
    struct desk_answer a;
    set_cards(w, "2006-2022"); /* 2006, 2014, 2022 */
    must(join(w, "2007", &a));
    must(join(w, "20x9", &a));
    must(join(w, NULL, &a));
    assert_string_equal(a.patron, "2006");
    assert_int_equal(a.cards_left, 2);
    must(join(w, NULL, &a));
    assert_string_equal(a.patron, "2014");
}

static void test_cards_a_registration_asked_again_has_the_same_card(void **state)
{
    struct world *w = *state;
    struct desk_answer a;
    set_cards(w, "2001-2005");
    w->l.desk.request = "r1";
    must(join(w, NULL, &a));
    must(join(w, NULL, &a));
    assert_true(a.again);
    assert_string_equal(a.patron, "2001");
    assert_string_equal(ops(w), "register_patron");
}

/* N1: the counter is the patrons themselves. */
static void test_cards_a_laptop_made_anew_from_the_branchs_copy_goes_on_after_it(void **state)
{
    struct world *w = *state;
    struct desk_answer a;
    set_cards(w, "2001-2005");
    must(visits_close(w->visits));
    w->visits = NULL;
    laptop_close(&w->l);
    char path[128];
    struct db *base;
    snprintf(path, sizeof path, "%s/base-1.db", w->dir); /* what came from the branch: two that the lost laptop had given */
    must(db_open(path, DB_REPLICA, NULL, NULL, &base));
    must(db_exec(base, "INSERT INTO patron(card, account, name, since_id) VALUES('2001', '2001', 'x', 'e'), ('2002', '2002', 'y', 'e')"));
    db_close(base);
    snprintf(path, sizeof path, "%s/replica-1.db", w->dir);
    unlink(path);
    open_laptop(w);
    must(join(w, NULL, &a));
    assert_string_equal(a.patron, "2003");
    open_visits(w);
}

static void test_cards_a_word_is_no_card_number(void **state)
{
    struct world *w = *state;
    struct desk_answer a;
    set_cards(w, "2001-2003");
    assert_int_equal(join(w, "next", &a), BM_EUSAGE);
    assert_non_null(strstr(err_text(BM_EUSAGE), "no digit"));
    assert_string_equal(ops(w), "");
    must(join(w, "P7", &a));
    w->l.desk.why = "lost";
    assert_int_equal(desk_replace_card(&w->l.desk, &w->arena, "P7", "fresh", &a), BM_EUSAGE);
    must(desk_replace_card(&w->l.desk, &w->arena, "P7", "P8", &a));
}

static void test_cards_without_a_range_a_card_must_be_given(void **state)
{
    struct world *w = *state;
    struct desk_answer a;
    assert_int_equal(join(w, NULL, &a), BM_EUSAGE);
    set_cards(w, "");
    assert_int_equal(join(w, NULL, &a), BM_EUSAGE);
    set_cards(w, "nonsense");
    assert_int_equal(join(w, NULL, &a), BM_EINPUT);
    assert_string_equal(ops(w), "");
}

/* --- at the branch ------------------------------------------------------------------------------------------ */

static void test_cards_two_laptops_never_get_numbers_in_common(void **state)
{
    struct branch b;
    char dir[64], range[CARDS_TEXT_MAX], code[SEAL_CODE_MAX];
    int64_t until;
    (void)state;
    world_branch(&b, dir, NULL, 0);
    must(device_add(&b, "van1", NULL, code, &until));
    must(device_add(&b, "van2", NULL, code, &until));
    must(device_set_cards(&b, "van1", "2000-2999"));
    assert_int_equal(device_set_cards(&b, "van2", "2999-3999"), BM_EREFUSED);
    assert_non_null(strstr(err_text(BM_EREFUSED), "van1"));
    must(device_cards(&b, "van2", range));
    assert_string_equal(range, "");
    must(device_set_cards(&b, "van2", "3000-3999"));
    must(device_set_cards(&b, "van1", "2500-2999")); /* its own may be given anew */
    assert_int_equal(device_set_cards(&b, "van1", "x"), BM_EINPUT);
    assert_int_equal(device_set_cards(&b, "van3", "4000-4999"), BM_ENOTFOUND);
    must(device_cards(&b, "van1", range));
    assert_string_equal(range, "2500-2999");
    must(device_set_cards(&b, "van1", NULL));
    must(device_set_cards(&b, "van2", "2500-2600"));
    world_branch_end(&b, dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cards_a_range_is_two_numbers_of_one_length_in_order),
        cmocka_unit_test(test_cards_ranges_overlap_by_their_numbers_not_by_their_digits),
        cmocka_unit_test(test_cards_a_range_with_check_digits_gives_such_numbers_only),
        cmocka_unit_test_setup_teardown(test_cards_the_next_is_the_least_that_nobody_has, begin, end),
        cmocka_unit_test_setup_teardown(test_cards_of_a_range_with_check_digits_strange_numbers_take_no_place, begin, end),
        cmocka_unit_test_setup_teardown(test_cards_a_registration_asked_again_has_the_same_card, begin, end),
        cmocka_unit_test_setup_teardown(test_cards_a_laptop_made_anew_from_the_branchs_copy_goes_on_after_it, begin, end),
        cmocka_unit_test_setup_teardown(test_cards_a_word_is_no_card_number, begin, end),
        cmocka_unit_test_setup_teardown(test_cards_without_a_range_a_card_must_be_given, begin, end),
        cmocka_unit_test(test_cards_two_laptops_never_get_numbers_in_common),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
