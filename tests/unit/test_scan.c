/* tests/unit/test_scan.c -- what scanners and keyboards send, made into a number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/scan.h"

static void is(const char *sent, size_t len, const char *meant)
{
    char out[BARCODE_MAX + 1], again[BARCODE_MAX + 1];
    enum bm_rc rc = scan_clean(sent, len, out);
    if (rc) fail_msg("%s: %s", meant, err_text(rc));
    assert_string_equal(out, meant);
    assert_int_equal(scan_clean(out, strlen(out), again), BM_OK); /* nothing more to take off */
    assert_string_equal(again, out);
}
#define IS(sent, meant) is(sent, sizeof(sent) - 1, meant)

static void test_scan_suffixes_and_guards_of_scanners_go(void **state)
{
    (void)state;
    IS("20990100000056\r", "20990100000056");
    IS("20990100000056\t", "20990100000056");
    IS("\x02"
       "20990100000056\x03\r\n",
       "20990100000056");
    IS("A20990100000056B", "20990100000056");
    IS("d20990100000056c\r\n", "20990100000056");
    IS("*CONC4000037*", "CONC4000037");
    IS("]F0A20990100000056B", "20990100000056");
    IS("]C120990100000056", "20990100000056");
    IS("2099\0"
       "0100000056",
       "20990100000056");
    IS("\xC2\x85"
       "209901\xC2\x9B",
       "209901"); /* C1 */
}

static void test_scan_what_people_type_is_read(void **state)
{
    (void)state;
    IS("  2099 0100 000056 ", "20990100000056");
    IS("\xEF\xBB\xBF"
       "20990100000056\xE2\x80\x8B",
       "20990100000056");
    IS("2099\xC2\xA0"
       "01",
       "209901");
    IS("van bag 7", "van bag 7"); /* words are no number in groups */
    IS("**A12A**", "12");
    IS("A123", "A123"); /* no pair */
    IS("]5", "]5");
    IS("\xC3\xA9t\xC3\xA9", "\xC3\xA9t\xC3\xA9");
}

static void refused(const char *sent, size_t len, enum bm_rc want)
{
    char out[BARCODE_MAX + 1];
    assert_int_equal(scan_clean(sent, len, out), want);
    assert_string_equal(out, "");
}

static void test_scan_dirt_alone_is_no_number(void **state)
{
    char many[SCAN_TEXT_MAX + 2];
    (void)state;
    memset(many, '7', sizeof many);
    refused("", 0, BM_EINPUT);
    refused(" \r\n\0", 4, BM_EINPUT);
    refused("\xE2\x80\x8B", 3, BM_EINPUT);
    refused("\xFF\xFE", 2, BM_EINPUT);
    refused("12\xC3", 3, BM_EINPUT);
    refused(many, BARCODE_MAX + 1, BM_ELIMIT);
    refused(many, SCAN_TEXT_MAX + 1, BM_ELIMIT);
}

static void test_scan_a_wrong_check_digit_tells_a_misread_number(void **state)
{
    (void)state;
    assert_false(scan_is_misread("20990100000056"));
    assert_true(scan_is_misread("20990100000057"));
    assert_false(scan_is_misread("2099010000005")); /* another length: another scheme */
    assert_false(scan_is_misread("CONC4000037123"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scan_suffixes_and_guards_of_scanners_go),
        cmocka_unit_test(test_scan_what_people_type_is_read),
        cmocka_unit_test(test_scan_dirt_alone_is_no_number),
        cmocka_unit_test(test_scan_a_wrong_check_digit_tells_a_misread_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
