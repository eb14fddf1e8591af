/* tests/unit/test_barcode.c -- scans, check digits, ISBN. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/barcode.h"

static void expect_clean(const char *scanned, const char *expect)
{
    char out[BARCODE_MAX + 1];
    assert_int_equal(barcode_clean(scanned, out, sizeof out), BM_OK);
    assert_string_equal(out, expect);
}

static void test_barcode_what_a_scanner_adds_is_taken_off(void **state)
{
    (void)state;
    expect_clean("33191000105864", "33191000105864");
    expect_clean("  33191000105864\r\n", "33191000105864");
    expect_clean("\t CONC4000037 ", "CONC4000037");
    expect_clean("*ABC-123*", "ABC-123");
    expect_clean("* 12 *\n", "12");
    expect_clean("A33191000105864B", "33191000105864");
    expect_clean("a33191000105864b", "33191000105864");
    expect_clean("D12-34/5C", "12-34/5");
}

static void test_barcode_what_belongs_to_it_stays(void **state)
{
    (void)state;
    expect_clean("aBc123xYz", "aBc123xYz");
    expect_clean("A12E", "A12E"); /* E is no stop letter */
    expect_clean("A123", "A123"); /* no pair */
    expect_clean("123A", "123A");
    expect_clean("AB12CD", "AB12CD"); /* letters inside: no Codabar */
    expect_clean("AD", "AD");
    expect_clean("A-B", "A-B"); /* no digit inside */
    expect_clean("*12", "*12");
    expect_clean("*", "*");
    expect_clean("12 34", "12 34");
    expect_clean("\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9");
}

static void test_barcode_nothing_too_much_and_control_characters_are_refused(void **state)
{
    char out[BARCODE_MAX + 1] = "before", longer[BARCODE_MAX + 2];
    (void)state;
    assert_int_equal(barcode_clean("", out, sizeof out), BM_EINPUT);
    assert_string_equal(out, "");
    assert_int_equal(barcode_clean(" \r\n\t", out, sizeof out), BM_EINPUT);
    assert_int_equal(barcode_clean("**", out, sizeof out), BM_EINPUT);
    assert_int_equal(barcode_clean("12\x1d"
                                   "34",
                                   out, sizeof out),
                     BM_EINPUT);
    assert_int_equal(barcode_clean("12\x7f", out, sizeof out), BM_EINPUT);
    memset(longer, '1', sizeof longer);
    longer[BARCODE_MAX + 1] = '\0';
    assert_int_equal(barcode_clean(longer, out, sizeof out), BM_ELIMIT);
    longer[BARCODE_MAX] = '\0';
    assert_int_equal(barcode_clean(longer, out, sizeof out), BM_OK);
}

static void test_barcode_luhn_takes_real_cards_and_refuses_the_wrong_one(void **state)
{
    (void)state;
    assert_true(barcode_luhn_ok("33191000105864"));
    assert_true(barcode_luhn_ok("30234000517861"));
    assert_true(barcode_luhn_ok("23529001000463"));
    assert_false(barcode_luhn_ok("35555000012349"));
    assert_false(barcode_luhn_ok("0"));
    assert_false(barcode_luhn_ok(""));
    assert_false(barcode_luhn_ok("3319100010586x"));
    assert_int_equal(barcode_luhn_digit("3319100010586"), '4');
    assert_int_equal(barcode_luhn_digit("2352900100046"), '3');
    assert_int_equal(barcode_luhn_digit(""), '\0');
    assert_int_equal(barcode_luhn_digit("12a"), '\0');
}

static void test_barcode_luhn_finds_every_single_wrong_digit(void **state)
{
    char card[] = "23529001000463";
    (void)state;
    for (size_t i = 0; i < sizeof card - 1; i++) {
        char right = card[i];
        for (char c = '0'; c <= '9'; c++) {
            card[i] = c;
            assert_int_equal(barcode_luhn_ok(card), c == right);
        }
        card[i] = right;
    }
}

static void expect_isbn(const char *text, const char *expect)
{
    char out[BARCODE_ISBN_SIZE];
    if (barcode_isbn13(text, out)) fail_msg("\"%s\" was refused", text);
    assert_string_equal(out, expect);
}

static void test_barcode_isbns_become_thirteen_digits(void **state)
{
    (void)state;
    expect_isbn("0306406152", "9780306406157");
    expect_isbn("0-306-40615-2", "9780306406157");
    expect_isbn("9780306406157", "9780306406157");
    expect_isbn("978-0-306-40615-7 (pbk.) :", "9780306406157");
    expect_isbn("ISBN 0-306-40615-2", "9780306406157");
    expect_isbn("isbn: 0306406152 (hardcover)", "9780306406157");
    expect_isbn("  080442957X", "9780804429573");
    expect_isbn("0-8044-2957-x", "9780804429573");
    expect_isbn("080442957X:", "9780804429573");
    expect_isbn("979-10-90636-07-1", "9791090636071");
    expect_isbn("0306406152(v. 1)", "9780306406157");
}

static void test_barcode_what_is_no_isbn_is_refused(void **state)
{
    /* clang-format off */
    static const char *const bad[] = { "",           "0306406153",     "9780306406158", "030640615", "03064061522", "97803064061570",
                                       "4006381333931", "08044X2957",  "X804429570",    "0306406152a", "080442957XX", "080442957X1",
                                       "(pbk.)",     "ISBN",           "978030640615X" };
    /* clang-format on */
    char out[BARCODE_ISBN_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (barcode_isbn13(bad[i], out) != BM_EINPUT) fail_msg("\"%s\" was taken", bad[i]);
}

static void test_barcode_an_ean_is_a_book_only_with_978_or_979(void **state)
{
    (void)state;
    assert_true(barcode_ean13_ok("4006381333931"));
    assert_false(barcode_ean13_ok("4006381333932"));
    assert_false(barcode_ean13_ok("400638133393"));
    assert_false(barcode_ean13_ok("40063813339310"));
    assert_false(barcode_is_isbn("4006381333931"));
    assert_true(barcode_is_isbn("9780306406157"));
    assert_true(barcode_is_isbn("9791090636071"));
    assert_false(barcode_is_isbn("9780306406158"));
    assert_false(barcode_is_isbn("33191000105864"));
    assert_false(barcode_is_isbn(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_barcode_what_a_scanner_adds_is_taken_off),
        cmocka_unit_test(test_barcode_what_belongs_to_it_stays),
        cmocka_unit_test(test_barcode_nothing_too_much_and_control_characters_are_refused),
        cmocka_unit_test(test_barcode_luhn_takes_real_cards_and_refuses_the_wrong_one),
        cmocka_unit_test(test_barcode_luhn_finds_every_single_wrong_digit),
        cmocka_unit_test(test_barcode_isbns_become_thirteen_digits),
        cmocka_unit_test(test_barcode_what_is_no_isbn_is_refused),
        cmocka_unit_test(test_barcode_an_ean_is_a_book_only_with_978_or_979),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
