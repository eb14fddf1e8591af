/* tests/unit/test_callno.c -- keys sort as the shelf does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/callno.h"

/* Each call number's key is after that of the one before. */
static void expect_order(const char *const *callnos, size_t count)
{
    char before[CALLNO_KEY_MAX] = "", key[CALLNO_KEY_MAX];
    for (size_t i = 0; i < count; i++) {
        assert_true(callno_key(callnos[i], key, sizeof key));
        if (i && strcmp(before, key) >= 0)
            fail_msg("\"%s\" (%s) is not after \"%s\" (%s)", callnos[i], key, callnos[i - 1],
                     before);
        memcpy(before, key, sizeof before);
    }
}
#define EXPECT_ORDER(...)                                                                      \
    do {                                                                                       \
        static const char *const callnos[] = { __VA_ARGS__ };                                  \
        expect_order(callnos, sizeof callnos / sizeof *callnos);                               \
    } while (0)

static void expect_same(const char *a, const char *b)
{
    char key_a[CALLNO_KEY_MAX], key_b[CALLNO_KEY_MAX];
    assert_true(callno_key(a, key_a, sizeof key_a) && callno_key(b, key_b, sizeof key_b));
    assert_string_equal(key_a, key_b);
}

static void test_callno_dewey_sorts_by_value_nothing_before_something(void **state)
{
    (void)state;
    EXPECT_ORDER("025", "025 ZOO", "025.04 A", "025.4", "025.4 A", "025.431 A", "025.5 A",
                 "026 A", "599.7 ATT", "599.7 B63", "599.7 B7", "599.74 A", "599.8", "780 A1",
                 "780 A10", "780 A100", "780 A11", "780 A2", "940.53 CHU v.1", "940.53 CHU v.2",
                 "940.53 CHU v.10", "940.54 1944", "940.54 1999");
}

static void test_callno_dewey_is_the_same_however_it_is_written(void **state)
{
    (void)state;
    expect_same("599.7/4 ATT", "599.74 ATT");
    expect_same("599.7'4 ATT", "599.74 ATT");
    expect_same("599/.74 ATT", "599.74 ATT");
    expect_same("599.740 att", "599.74  ATT ");
    expect_same(" 599.74, Att.", "599.74 ATT");
    expect_same("599.0", "599");
}

static void test_callno_lc_sorts_by_class_number_decimals_and_cutters(void **state)
{
    (void)state;
    EXPECT_ORDER("P35", "PA6", "PZ7.R79", "Q1 A4", "Q11 .N26", "Q175.5 B6", "Q180 A1",
                 "QA9 .B2", "QA76", "QA76 .A12", "QA76.3 .B5", "QA76.73.P33 V76 1996",
                 "QA76.73.P33 V76 2001", "QA76.73.P4", "QA76.8 A1", "QA100 .B2",
                 "QA100 .B2 v.2", "QA100 .B2 v.10", "QA1000 B2", "R1", "Z1");
}

static void test_callno_lc_is_the_same_with_or_without_blanks_and_points(void **state)
{
    (void)state;
    expect_same("QA76.73.P33 V76 1996", "qa 76.73 P33 V76 1996");
    expect_same("QA76 .P33", "QA76P33");
}

static void test_callno_sections_sort_first_each_by_itself(void **state)
{
    (void)state;
    EXPECT_ORDER("DVD 791.43 A", "DVD 791.5", "E SEU", "FIC ADAMS", "FIC ROWLING", "J 025.4",
                 "J 599.7 B63", "J 1984", "J FIC DAHL", "J FIC ROW", "LP FIC GRI", "REF 030",
                 "YA FIC A", "001", "599.7 ATT", "BOX 3", "E185.97 .K5", "QA76", "ZZTOP");
    expect_same("J/FIC/ROW", "J FIC ROW");
    expect_same("Ref. 030", "REF 030");
}

static void test_callno_others_sort_by_word_and_by_the_value_of_numbers(void **state)
{
    (void)state;
    EXPECT_ORDER("BOX", "BOX 3", "BOX 12", "BOX 12 A", "BOX A", "BOXES");
    EXPECT_ORDER("TIME 2020 no.2", "TIME 2020 no.11", "TIME 2021 no.1");
    EXPECT_ORDER("BOX 999999", "BOX 1000000", "BOX 20000000",
                 "BOX A"); /* wider than the padding */
    expect_same("box 007", "BOX 7");
}

static void test_callno_none_or_nothing_readable_sorts_last(void **state)
{
    char key[CALLNO_KEY_MAX], last[CALLNO_KEY_MAX];
    (void)state;
    assert_true(callno_key(NULL, last, sizeof last));
    expect_same("", " ./- ");
    assert_true(callno_key("\xc3\x89tude", key, sizeof key)); /* other letters are readable */
    assert_true(strcmp(key, last) < 0);
    assert_true(callno_key("ZZZ", key, sizeof key));
    assert_true(strcmp(key, last) < 0);
}

static void test_callno_a_key_that_does_not_fit_is_cut_and_says_so(void **state)
{
    char key[8], longest[CALLNO_KEY_MAX], callno[2 * CALLNO_MAX];
    (void)state;
    assert_false(callno_key("FIC ROWLING", key, sizeof key));
    assert_string_equal(key, "0FIC RO");
    assert_true(callno_key("FIC RO", key, sizeof key));
    for (size_t i = 0; i < sizeof callno; i++)
        callno[i] = i % 2 ? ' ' : '1'; /* the most growth there is */
    callno[sizeof callno - 1] = '\0';
    assert_true(callno_key(callno, longest, sizeof longest));
    memset(callno, '9', sizeof callno - 1);
    assert_true(callno_key(callno, longest, sizeof longest));
}

/* Any bytes: a key, the same each time, printable but for what came in above ASCII. */
static void test_callno_any_bytes_have_a_key(void **state)
{
    uint64_t seed = 7;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char callno[41], key[CALLNO_KEY_MAX], again[CALLNO_KEY_MAX];
        for (size_t i = 0; i < sizeof callno; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            static const char usual[] = "0123456789ABCDEFJQRVYZ ./'-jfic\t\x80\xff";
            callno[i] = usual[(seed >> 33) % (sizeof usual - 1)];
        }
        callno[(seed >> 40) % sizeof callno] = '\0';
        callno[40] = '\0';
        assert_true(callno_key(callno, key, sizeof key) &&
                    callno_key(callno, again, sizeof again));
        assert_string_equal(key, again);
        for (const char *at = key; *at; at++)
            assert_true((unsigned char)*at >= ' ' && *at != 0x7f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_callno_dewey_sorts_by_value_nothing_before_something),
        cmocka_unit_test(test_callno_dewey_is_the_same_however_it_is_written),
        cmocka_unit_test(test_callno_lc_sorts_by_class_number_decimals_and_cutters),
        cmocka_unit_test(test_callno_lc_is_the_same_with_or_without_blanks_and_points),
        cmocka_unit_test(test_callno_sections_sort_first_each_by_itself),
        cmocka_unit_test(test_callno_others_sort_by_word_and_by_the_value_of_numbers),
        cmocka_unit_test(test_callno_none_or_nothing_readable_sorts_last),
        cmocka_unit_test(test_callno_a_key_that_does_not_fit_is_cut_and_says_so),
        cmocka_unit_test(test_callno_any_bytes_have_a_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
