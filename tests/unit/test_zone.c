/* tests/unit/test_zone.c -- days and times of the library's zone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "common/zone.h"

static int64_t day_of(int year, int month, int day)
{
    return civil_to_day(&(struct civil){ year, month, day });
}

static int64_t utc_s(int year, int month, int day, int hour, int minute, int second)
{
    return day_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
}

static void open_zone(const char *name)
{
    assert_int_equal(zone_open(name), BM_OK);
}

static void test_zone_days_count_from_1970_in_the_proleptic_calendar(void **state)
{
    (void)state;
    assert_int_equal(day_of(1970, 1, 1), 0);
    assert_int_equal(day_of(1969, 12, 31), -1);
    assert_int_equal(day_of(2000, 2, 29), 11016);
    assert_int_equal(day_of(2026, 10, 5), 20731);
    assert_int_equal(day_of(1, 1, 1), ZONE_DAY_MIN);
    assert_int_equal(day_of(9999, 12, 31), ZONE_DAY_MAX);
    assert_false(civil_is_valid(&(struct civil){ 1900, 2, 29 }));
    assert_true(civil_is_valid(&(struct civil){ 2000, 2, 29 }));
    assert_false(civil_is_valid(&(struct civil){ 2026, 4, 31 }));
    assert_false(civil_is_valid(&(struct civil){ 2026, 13, 1 }));
    assert_false(civil_is_valid(&(struct civil){ 0, 1, 1 }));
}

/* Each day of the whole span follows from the one before. */
static void
test_zone_every_day_of_ten_thousand_years_is_the_next_of_the_one_before(void **state)
{
    (void)state;
    struct civil expect = { 1, 1, 1 };
    for (int64_t day = ZONE_DAY_MIN; day <= ZONE_DAY_MAX; day++) {
        struct civil got = civil_from_day(day);
        if (got.year != expect.year || got.month != expect.month || got.day != expect.day ||
            civil_to_day(&got) != day)
            fail_msg("day %lld", (long long)day);
        if (++expect.day <= civil_month_days(expect.year, expect.month)) continue;
        expect.day = 1;
        if (++expect.month <= 12) continue;
        expect.month = 1;
        expect.year++;
    }
}

static void test_zone_weekdays_count_from_monday(void **state)
{
    (void)state;
    assert_int_equal(zone_weekday(0), 3);                    /* Thursday */
    assert_int_equal(zone_weekday(day_of(2026, 10, 5)), 0);  /* Monday */
    assert_int_equal(zone_weekday(day_of(2026, 10, 11)), 6); /* Sunday */
    assert_int_equal(zone_weekday(-1), 2);
    assert_int_equal(zone_weekday(-4), 6);
    assert_int_equal(zone_weekday(ZONE_DAY_MIN), 0);
}

static void test_zone_unknown_or_unsound_names_are_refused_and_change_nothing(void **state)
{
    (void)state;
    open_zone("Europe/London");
    assert_int_equal(zone_open("Europe/Lundon"), BM_ENOTFOUND);
    assert_int_equal(zone_open("Europe"), BM_ENOTFOUND); /* a folder */
    assert_int_equal(zone_open("tzdata"), BM_ENOTFOUND);
    assert_int_equal(zone_open(""), BM_EINPUT);
    assert_int_equal(zone_open("../../../etc/passwd"), BM_EINPUT);
    assert_int_equal(zone_open("/etc/localtime"), BM_EINPUT);
    assert_int_equal(zone_open(":Europe/London"), BM_EINPUT);
    assert_string_equal(getenv("TZ"), "Europe/London");
    assert_int_equal(zone_day_end_s(day_of(2026, 7, 1)), utc_s(2026, 7, 1, 22, 59, 59));
}

static void test_zone_a_day_ends_at_23_59_59_in_summer_and_in_winter(void **state)
{
    (void)state;
    open_zone("Europe/London");
    assert_int_equal(zone_day_end_s(day_of(2026, 1, 15)), utc_s(2026, 1, 15, 23, 59, 59));
    assert_int_equal(zone_day_end_s(day_of(2026, 7, 15)), utc_s(2026, 7, 15, 22, 59, 59));
    assert_int_equal(zone_day(utc_s(2026, 7, 15, 22, 59, 59) * 1000 + 999),
                     day_of(2026, 7, 15));
    assert_int_equal(zone_day(utc_s(2026, 7, 15, 23, 0, 0) * 1000), day_of(2026, 7, 16));
    assert_int_equal(zone_day(-1), 0); /* London stood an hour ahead all through 1970 */
    open_zone("UTC");
    assert_int_equal(zone_day(-1), -1);
    open_zone("America/New_York");
    assert_int_equal(zone_day_end_s(day_of(2026, 1, 15)), utc_s(2026, 1, 16, 4, 59, 59));
    assert_int_equal(zone_day(-1), -1);
}

/* The London clock goes from 01:00 to 02:00 on 29 March 2026, from 02:00 to 01:00 on 25
 * October. */
static void test_zone_case_11_a_skipped_time_moves_to_the_first_valid_one(void **state)
{
    (void)state;
    open_zone("Europe/London");
    assert_int_equal(zone_at_s(day_of(2026, 3, 29), 90),
                     utc_s(2026, 3, 29, 1, 0, 0)); /* 02:00 */
    assert_int_equal(zone_at_s(day_of(2026, 3, 29), 60), utc_s(2026, 3, 29, 1, 0, 0));
    assert_int_equal(zone_at_s(day_of(2026, 3, 29), 59), utc_s(2026, 3, 29, 0, 59, 0));
    assert_int_equal(zone_at_s(day_of(2026, 3, 29), 120), utc_s(2026, 3, 29, 1, 0, 0));
    assert_int_equal(zone_at_s(day_of(2026, 10, 25), 90),
                     utc_s(2026, 10, 25, 0, 30, 0)); /* the first */
    assert_int_equal(zone_at_s(day_of(2026, 10, 25), 120), utc_s(2026, 10, 25, 2, 0, 0));
    assert_int_equal(zone_at_s(day_of(2026, 6, 1), 1440), utc_s(2026, 6, 1, 23, 0, 0));
}

static void test_zone_a_day_ends_right_where_the_clock_changes_at_midnight(void **state)
{
    (void)state;
    open_zone("Asia/Beirut"); /* forward at 00:00 on 26 March 2017, back at 24:00 on 28 October
                                 2017 */
    assert_int_equal(zone_day_end_s(day_of(2017, 3, 25)), utc_s(2017, 3, 25, 21, 59, 59));
    assert_int_equal(zone_at_s(day_of(2017, 3, 26), 0),
                     utc_s(2017, 3, 25, 22, 0, 0)); /* shows 01:00 */
    assert_int_equal(zone_day_end_s(day_of(2017, 10, 28)), utc_s(2017, 10, 28, 21, 59, 59));
    open_zone("Pacific/Apia"); /* 30 December 2011 was left out */
    assert_int_equal(zone_day_end_s(day_of(2011, 12, 29)), utc_s(2011, 12, 30, 9, 59, 59));
    assert_int_equal(zone_day_end_s(day_of(2011, 12, 30)), utc_s(2011, 12, 30, 9, 59, 59));
    assert_int_equal(zone_at_s(day_of(2011, 12, 30), 600), utc_s(2011, 12, 30, 10, 0, 0));
    assert_int_equal(zone_day_end_s(day_of(2011, 12, 31)), utc_s(2011, 12, 31, 9, 59, 59));
}

/* Z2, over the clock changes of zones on both halves of the earth. */
static void test_zone_the_end_of_a_day_is_its_last_second_in_every_zone(void **state)
{
    static const char *const zones[] = { "Europe/London",       "America/New_York",
                                         "Australia/Lord_Howe", "America/Sao_Paulo",
                                         "America/St_Johns",    "Asia/Kolkata",
                                         "America/Havana" };
    (void)state;
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
        open_zone(zones[z]);
        for (int64_t day = day_of(2001, 1, 1); day < day_of(2019, 1, 1); day++) {
            int64_t end_s = zone_day_end_s(day);
            if (zone_day(end_s * 1000 + 999) != day || zone_day((end_s + 1) * 1000) != day + 1)
                fail_msg("%s, day %lld", zones[z], (long long)day);
            time_t at = zone_at_s(day, 12 * 60);
            struct tm tm;
            assert_non_null(localtime_r(&at, &tm));
            if (tm.tm_hour != 12 || tm.tm_min != 0)
                fail_msg("%s, noon of day %lld", zones[z], (long long)day);
        }
    }
}

static void test_zone_times_out_of_reach_are_held_at_the_ends(void **state)
{
    (void)state;
    open_zone("Europe/London");
    assert_int_equal(zone_day(INT64_MIN), ZONE_DAY_MIN);
    assert_int_equal(zone_day(INT64_MAX), ZONE_DAY_MAX);
    assert_int_equal(zone_day_end_s(INT64_MAX), zone_day_end_s(ZONE_DAY_MAX));
    assert_true(zone_day_end_s(INT64_MIN) <= zone_day_end_s(ZONE_DAY_MIN + 1));
    assert_int_equal(civil_from_day(INT64_MAX).year, 9999);
    assert_int_equal(civil_from_day(INT64_MIN).year, 1);
    assert_in_range(zone_weekday(INT64_MIN), 0, 6);
}

static void test_zone_text_is_local(void **state)
{
    char text[ZONE_TEXT_MAX];
    (void)state;
    open_zone("Europe/London");
    int64_t at_s = utc_s(2026, 7, 5, 23, 5, 59);
    assert_string_equal(zone_text(at_s, text, sizeof text, ZONE_DATE), "2026-07-06");
    assert_string_equal(zone_text(at_s, text, sizeof text, ZONE_DATE_TIME), "2026-07-06 00:05");
    assert_string_equal(zone_text(at_s, text, sizeof text, ZONE_TIME), "00:05");
    assert_string_equal(zone_text(INT64_MAX, text, sizeof text, ZONE_DATE), "9999-12-31");
    assert_string_equal(zone_day_text(day_of(2026, 7, 5), text, sizeof text), "2026-07-05");
}

static void test_zone_dates_are_read_strictly(void **state)
{
    /* clang-format off */
    static const char *const bad[] = { "", "2026-10-5", "2026-13-01", "2026-02-29", "26-10-05", "2026-10-05 ", " 2026-10-05",
                                       "2026/10/05", "20261005", "2026-10-05T", "0000-01-01", "-026-10-05", "2026-10-00" };
    /* clang-format on */
    int64_t day = 7;
    (void)state;
    assert_int_equal(zone_parse_date("2026-10-05", &day), BM_OK);
    assert_int_equal(day, day_of(2026, 10, 5));
    assert_int_equal(zone_parse_date("2024-02-29", &day), BM_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (zone_parse_date(bad[i], &day) != BM_EINPUT) fail_msg("\"%s\" was taken", bad[i]);
}

static void expect_time(const char *text, int64_t utc_ms)
{
    int64_t got = 0;
    if (zone_parse_time(text, &got) != BM_OK) fail_msg("\"%s\" was refused", text);
    if (got != utc_ms)
        fail_msg("\"%s\": %lld, not %lld", text, (long long)got, (long long)utc_ms);
}

static void test_zone_times_are_read_with_their_offset_or_else_as_local(void **state)
{
    (void)state;
    open_zone("Europe/London");
    expect_time("2014-05-14 08:39:13.070326-04", utc_s(2014, 5, 14, 12, 39, 13) * 1000 + 70);
    expect_time("2014-05-23 02:59:59-04", utc_s(2014, 5, 23, 6, 59, 59) * 1000);
    expect_time("2026-10-05T10:00:00Z", utc_s(2026, 10, 5, 10, 0, 0) * 1000);
    expect_time("2026-10-05T10:00:00.5+05:30", utc_s(2026, 10, 5, 4, 30, 0) * 1000 + 500);
    expect_time("2026-10-05T00:10-0330", utc_s(2026, 10, 5, 3, 40, 0) * 1000);
    expect_time("2026-07-05 10:00", utc_s(2026, 7, 5, 9, 0, 0) * 1000);
    expect_time("2026-01-05 10:00:01.1234567", utc_s(2026, 1, 5, 10, 0, 1) * 1000 + 123);
    expect_time("2026-07-05 10:00:01.25", utc_s(2026, 7, 5, 9, 0, 1) * 1000 + 250);
    expect_time("2026-03-29 01:30:00.5",
                utc_s(2026, 3, 29, 1, 0, 0) * 1000); /* skipped: the first valid */
    expect_time("1969-12-31T23:59:59.999Z", -1);
    expect_time("0001-01-01 00:00",
                (int64_t)ZONE_DAY_MIN * 86400000 + 75000); /* local mean time */
}

static void test_zone_times_that_are_none_are_refused(void **state)
{
    /* clang-format off */
    static const char *const bad[] = { "", "2026-10-05", "2026-10-05 ", "2026-10-05 10", "2026-10-05 10:", "2026-10-05 24:00",
                                       "2026-10-05 10:60", "2026-10-05 10:00:60", "2026-10-05 10:00:00.", "2026-10-05 10:00+",
                                       "2026-10-05 10:00+1", "2026-10-05 10:00+16", "2026-10-05 10:00+01:", "2026-10-05 10:00+01:60",
                                       "2026-10-05 10:00 Z", "2026-10-05 10:00Zx", "2026-10-05  10:00", "2026-02-30 10:00", "x",
                                       "2026-10-05 10:00:00.0000000000000000000000000000000001Z" };
    /* clang-format on */
    int64_t ms = 0;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (zone_parse_time(bad[i], &ms) != BM_EINPUT) fail_msg("\"%s\" was taken", bad[i]);
}

static void test_zone_a_day_list_finds_what_it_holds(void **state)
{
    static const int64_t days[] = { -5, 0, 3, 9, 20 };
    struct day_list list = { days, 5 }, empty = { 0 };
    (void)state;
    for (int64_t day = -6; day <= 21; day++) {
        bool expect = day == -5 || day == 0 || day == 3 || day == 9 || day == 20;
        assert_int_equal(day_list_has(&list, day), expect);
    }
    assert_false(day_list_has(&empty, 0));
    assert_false(day_list_has(NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zone_days_count_from_1970_in_the_proleptic_calendar),
        cmocka_unit_test(
            test_zone_every_day_of_ten_thousand_years_is_the_next_of_the_one_before),
        cmocka_unit_test(test_zone_weekdays_count_from_monday),
        cmocka_unit_test(test_zone_unknown_or_unsound_names_are_refused_and_change_nothing),
        cmocka_unit_test(test_zone_a_day_ends_at_23_59_59_in_summer_and_in_winter),
        cmocka_unit_test(test_zone_case_11_a_skipped_time_moves_to_the_first_valid_one),
        cmocka_unit_test(test_zone_a_day_ends_right_where_the_clock_changes_at_midnight),
        cmocka_unit_test(test_zone_the_end_of_a_day_is_its_last_second_in_every_zone),
        cmocka_unit_test(test_zone_times_out_of_reach_are_held_at_the_ends),
        cmocka_unit_test(test_zone_text_is_local),
        cmocka_unit_test(test_zone_dates_are_read_strictly),
        cmocka_unit_test(test_zone_times_are_read_with_their_offset_or_else_as_local),
        cmocka_unit_test(test_zone_times_that_are_none_are_refused),
        cmocka_unit_test(test_zone_a_day_list_finds_what_it_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
