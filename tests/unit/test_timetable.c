/* tests/unit/test_timetable.c -- on which days a stop is visited, by hand and for three real
 * timetables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/timetable.h"

enum { FOUND_MAX = 64 };

static int64_t day_of(int year, int month, int day)
{
    return civil_to_day(&(struct civil){ year, month, day });
}

/* A row whose other columns are sound. */
static enum bm_rc parse(const char *frequency, const char *start, const char *end,
                        const char *exceptions, struct arena *a, struct stop_plan *plan)
{
    const char *fields[TT_COLUMN_COUNT];
    for (int i = 0; i < TT_COLUMN_COUNT; i++) fields[i] = "";
    fields[TT_STOP] = "Village Hall";
    fields[TT_GEOX] = "-2.65";
    fields[TT_GEOY] = "51.46";
    fields[TT_ARRIVAL] = "9:30";
    fields[TT_DEPARTURE] = "11:00";
    fields[TT_FREQUENCY] = frequency;
    fields[TT_START] = start;
    fields[TT_END] = end;
    fields[TT_EXCEPTIONS] = exceptions;
    return timetable_parse_row(fields, a, plan);
}

/* The days visited in a span, as "2026-01-05 2026-01-19". */
static const char *days_text(const struct stop_plan *plan, int64_t from_day, int64_t to_day)
{
    static char text[FOUND_MAX * 11 + 1];
    char one[ZONE_TEXT_MAX];
    size_t len = 0;
    text[0] = '\0';
    for (int64_t day = from_day; day <= to_day && len + 12 < sizeof text; day++) {
        if (!timetable_visits_on(plan, day)) continue;
        int n = snprintf(text + len, sizeof text - len, "%s%s", len ? " " : "",
                         zone_day_text(day, one, sizeof one));
        assert_true(n > 0);
        len += (size_t)n;
    }
    return text;
}

static void expect_days_ending(const char *frequency, const char *start, const char *end,
                               const char *exceptions, int64_t to_day, const char *days)
{
    struct arena a = { 0 };
    struct stop_plan plan;
    if (parse(frequency, start, end, exceptions, &a, &plan))
        fail_msg("%s: %s", frequency, err_text(BM_EINPUT));
    assert_string_equal(days_text(&plan, plan.start_day - 400, to_day), days);
    arena_free(&a);
}

static void expect_days(const char *frequency, const char *start, int64_t to_day,
                        const char *days)
{
    expect_days_ending(frequency, start, "", "", to_day, days);
}

static void expect_refused(const char *frequency, const char *named)
{
    struct arena a = { 0 };
    struct stop_plan plan;
    if (parse(frequency, "2026-01-05", "", "", &a, &plan) != BM_EINPUT)
        fail_msg("\"%s\" was taken", frequency);
    if (!strstr(err_text(BM_EINPUT), named))
        fail_msg("\"%s\" lacks %s", err_text(BM_EINPUT), named);
    arena_free(&a);
}

/* 5 January 2026 is a Monday. */
static void test_timetable_weekly_visits_the_weekday_of_its_start(void **state)
{
    (void)state;
    expect_days("FREQ=WEEKLY", "2026-01-05", day_of(2026, 1, 27),
                "2026-01-05 2026-01-12 2026-01-19 2026-01-26");
    expect_days("FREQ=WEEKLY;INTERVAL=2", "2026-01-05", day_of(2026, 2, 2),
                "2026-01-05 2026-01-19 2026-02-02");
    expect_days("INTERVAL=4;FREQ=WEEKLY", "2026-01-08", day_of(2026, 3, 5),
                "2026-01-08 2026-02-05 2026-03-05");
    expect_days("FREQ=WEEKLY;INTERVAL=52", "2026-01-05", day_of(2027, 12, 31),
                "2026-01-05 2027-01-04");
}

static void test_timetable_weekly_byday_counts_weeks_from_monday_or_wkst(void **state)
{
    (void)state;
    expect_days("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "2026-01-07", day_of(2026, 2, 5),
                "2026-01-08 2026-01-19 2026-01-22 2026-02-02 2026-02-05");
    expect_days("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU", "2026-01-06", day_of(2026, 1, 31),
                "2026-01-06 2026-01-11 2026-01-20 2026-01-25");
    expect_days("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", "2026-01-06", day_of(2026, 1, 31),
                "2026-01-06 2026-01-18 2026-01-20");
    expect_days("FREQ=WEEKLY;BYDAY=SA", "2026-01-05", day_of(2026, 1, 20),
                "2026-01-10 2026-01-17");
}

static void test_timetable_monthly_takes_the_nth_weekday_from_either_end(void **state)
{
    (void)state;
    expect_days("FREQ=MONTHLY;BYDAY=1TH", "2026-01-01", day_of(2026, 4, 30),
                "2026-01-01 2026-02-05 2026-03-05 2026-04-02");
    expect_days("FREQ=MONTHLY;BYDAY=+1TH", "2026-01-02", day_of(2026, 2, 28), "2026-02-05");
    expect_days("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-01", day_of(2026, 3, 31),
                "2026-01-30 2026-02-27 2026-03-27");
    expect_days("FREQ=MONTHLY;BYDAY=-2FR", "2026-01-01", day_of(2026, 2, 28),
                "2026-01-23 2026-02-20");
    expect_days("FREQ=MONTHLY;BYDAY=1TU,3TU", "2026-01-01", day_of(2026, 2, 28),
                "2026-01-06 2026-01-20 2026-02-03 2026-02-17");
    expect_days("FREQ=MONTHLY;BYDAY=5TH", "2026-01-01", day_of(2026, 7, 31),
                "2026-01-29 2026-04-30 2026-07-30");
    expect_days("FREQ=MONTHLY;INTERVAL=2;BYDAY=1MO,-1FR", "2026-01-06", day_of(2026, 5, 31),
                "2026-01-30 2026-03-02 2026-03-27 2026-05-04 2026-05-29");
    expect_days("FREQ=MONTHLY;BYDAY=SU", "2026-01-20", day_of(2026, 2, 8),
                "2026-01-25 2026-02-01 2026-02-08");
}

static void
test_timetable_monthly_alone_takes_the_day_of_its_start_where_the_month_has_it(void **state)
{
    (void)state;
    expect_days("FREQ=MONTHLY", "2026-01-31", day_of(2026, 5, 31),
                "2026-01-31 2026-03-31 2026-05-31");
    expect_days("FREQ=MONTHLY;INTERVAL=3", "2026-01-15", day_of(2026, 8, 1),
                "2026-01-15 2026-04-15 2026-07-15");
}

static void test_timetable_ends_by_until_by_count_and_by_its_end_column(void **state)
{
    (void)state;
    expect_days("FREQ=WEEKLY;UNTIL=20260119", "2026-01-05", day_of(2027, 1, 1),
                "2026-01-05 2026-01-12 2026-01-19");
    expect_days("FREQ=WEEKLY;UNTIL=20260118T235959Z", "2026-01-05", day_of(2027, 1, 1),
                "2026-01-05 2026-01-12");
    expect_days("FREQ=WEEKLY;COUNT=2", "2026-01-05", day_of(2027, 1, 1),
                "2026-01-05 2026-01-12");
    expect_days("FREQ=MONTHLY;BYDAY=1TH,-1FR;COUNT=3", "2026-01-02", day_of(2027, 1, 1),
                "2026-01-30 2026-02-05 2026-02-27");
    expect_days_ending("FREQ=WEEKLY", "2026-01-05", "2026-01-12", "", day_of(2027, 1, 1),
                       "2026-01-05 2026-01-12");
    expect_days_ending("FREQ=WEEKLY;UNTIL=20260112", "2026-01-05", "2026-01-19", "",
                       day_of(2027, 1, 1), "2026-01-05 2026-01-12");
}

static void test_timetable_exceptions_are_not_visited_but_count(void **state)
{
    (void)state;
    expect_days_ending("FREQ=WEEKLY;COUNT=4", "2026-01-05", "",
                       "2026-01-19, 2026-01-12;2026-01-19|2026-03-01", day_of(2027, 1, 1),
                       "2026-01-05 2026-01-26");
    struct arena a = { 0 };
    struct stop_plan plan;
    assert_int_equal(
        parse("FREQ=WEEKLY", "2026-01-05", "", "2026-01-19 2026-01-12 2026-01-19", &a, &plan),
        BM_OK);
    assert_int_equal(plan.exceptions.count, 2); /* each once, in rising order */
    assert_int_equal(plan.exceptions.days[0], day_of(2026, 1, 12));
    arena_free(&a);
}

static void test_timetable_what_is_not_understood_is_named(void **state)
{
    (void)state;
    expect_refused("", "empty");
    expect_refused("INTERVAL=2", "FREQ");
    expect_refused("FREQ=DAILY", "DAILY");
    expect_refused("FREQ=YEARLY", "YEARLY");
    expect_refused("FREQ=WEEKLY;BYMONTH=3", "BYMONTH");
    expect_refused("FREQ=MONTHLY;BYMONTHDAY=1", "BYMONTHDAY");
    expect_refused("FREQ=MONTHLY;BYSETPOS=1;BYDAY=MO", "BYSETPOS");
    expect_refused("FREQ=WEEKLY;INTERVAL=0", "INTERVAL");
    expect_refused("FREQ=WEEKLY;INTERVAL=53", "INTERVAL");
    expect_refused("FREQ=WEEKLY;INTERVAL=", "INTERVAL");
    expect_refused("FREQ=WEEKLY;INTERVAL=+2", "INTERVAL");
    expect_refused("FREQ=WEEKLY;COUNT=10001", "COUNT");
    expect_refused("FREQ=MONTHLY;BYDAY=5MO;INTERVAL=12;COUNT=900", "COUNT");
    expect_refused("FREQ=WEEKLY;COUNT=2;UNTIL=20270101", "COUNT");
    expect_refused("FREQ=WEEKLY;UNTIL=2027-01-01", "UNTIL");
    expect_refused("FREQ=WEEKLY;UNTIL=20270230", "UNTIL");
    expect_refused("FREQ=WEEKLY;UNTIL=20270101T00", "UNTIL");
    expect_refused("FREQ=WEEKLY;UNTIL=20250101", "end");
    expect_refused("FREQ=WEEKLY;BYDAY=1MO", "BYDAY");
    expect_refused("FREQ=MONTHLY;BYDAY=6MO", "BYDAY");
    expect_refused("FREQ=MONTHLY;BYDAY=-MO", "BYDAY");
    expect_refused("FREQ=MONTHLY;BYDAY=0MO", "BYDAY");
    expect_refused("FREQ=WEEKLY;BYDAY=", "BYDAY");
    expect_refused("FREQ=WEEKLY;BYDAY=MO,", "BYDAY");
    expect_refused("FREQ=WEEKLY;BYDAY=XX", "BYDAY");
    expect_refused("FREQ=WEEKLY;WKST=M", "WKST");
    expect_refused("FREQ=WEEKLY;FREQ=WEEKLY", "twice");
    expect_refused("FREQ=WEEKLY;", "NAME=VALUE");
    expect_refused("weekly", "NAME=VALUE");
}

static const char sound_line[] =
    "Angus,Van 1,Week 1 Monday,Wellbank,\"Gagie\"\"bank\"\"\",\"Gagiebank, "
    "Wellbank\",,-2.8625,56.5204,Monday,Public,"
    "9:30,10:45,FREQ=WEEKLY;INTERVAL=2,2019-03-04,,,https://example.org/t.pdf\r\n";

static void test_timetable_a_line_is_read_into_a_plan(void **state)
{
    struct arena a = { 0 };
    struct stop_plan plan;
    (void)state;
    assert_int_equal(timetable_parse_line(sound_line, &a, &plan), BM_OK);
    assert_string_equal(plan.mobile, "Van 1");
    assert_string_equal(plan.route, "Week 1 Monday");
    assert_string_equal(plan.community, "Wellbank");
    assert_string_equal(plan.stop, "Gagie\"bank\"");
    assert_string_equal(plan.type, "Public");
    assert_true(plan.lat_deg > 56.52 && plan.lat_deg < 56.521 && plan.lon_deg < -2.86 &&
                plan.lon_deg > -2.87);
    assert_int_equal(plan.arrival_min, 570);
    assert_int_equal(plan.departure_min, 645);
    assert_int_equal(plan.start_day, day_of(2019, 3, 4));
    assert_int_equal(plan.end_day, ZONE_DAY_MAX);
    arena_free(&a);
}

/* Each column in turn becomes something that it must not be. */
static void test_timetable_a_bad_column_is_named(void **state)
{
    /* clang-format off */
    static const struct {
        enum timetable_column column;
        const char *value;
    } bad[] = {
        { TT_STOP, " " }, { TT_GEOX, "" }, { TT_GEOX, "-180.1" }, { TT_GEOX, "nan" }, { TT_GEOX, "0x10" }, { TT_GEOX, "1-2" },
        { TT_GEOY, "90.5" }, { TT_GEOY, "." }, { TT_ARRIVAL, "" }, { TT_ARRIVAL, "24:00" }, { TT_ARRIVAL, "9:60" },
        { TT_ARRIVAL, "9:5" }, { TT_ARRIVAL, "930" }, { TT_ARRIVAL, "009:30" }, { TT_ARRIVAL, "9:301" }, { TT_DEPARTURE, "9:30" },
        { TT_DEPARTURE, "8:00" }, { TT_START, "" }, { TT_START, "05/01/2026" }, { TT_END, "2025-12-31" }, { TT_END, "never" },
        { TT_EXCEPTIONS, "2026-01-05,x" }, { TT_EXCEPTIONS, "2026-02-30" },
    };
    /* clang-format on */
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena a = { 0 };
        struct stop_plan plan;
        const char *fields[TT_COLUMN_COUNT] = {
            [TT_STOP] = "Hall",       [TT_GEOX] = "-2",         [TT_GEOY] = "51",
            [TT_ARRIVAL] = "09:30",   [TT_DEPARTURE] = "10:00", [TT_FREQUENCY] = "FREQ=WEEKLY",
            [TT_START] = "2026-01-05"
        };
        for (int k = 0; k < TT_COLUMN_COUNT; k++) fields[k] = fields[k] ? fields[k] : "";
        assert_int_equal(timetable_parse_row(fields, &a, &plan), BM_OK);
        fields[bad[i].column] = bad[i].value;
        if (timetable_parse_row(fields, &a, &plan) != BM_EINPUT)
            fail_msg("case %zu was taken", i);
        if (!strstr(err_text(BM_EINPUT), timetable_column_name(bad[i].column)))
            fail_msg("case %zu: %s", i, err_text(BM_EINPUT));
        arena_free(&a);
    }
}

static void test_timetable_a_line_is_split_as_csv(void **state)
{
    char store[64];
    const char *fields[4];
    size_t count = 0;
    (void)state;
    assert_int_equal(
        timetable_split("a,\"b,\"\"c\"\"\",,d\n", store, sizeof store, fields, 4, &count),
        BM_OK);
    assert_int_equal(count, 4);
    assert_string_equal(fields[0], "a");
    assert_string_equal(fields[1], "b,\"c\"");
    assert_string_equal(fields[2], "");
    assert_string_equal(fields[3], "d");
    assert_int_equal(timetable_split("", store, sizeof store, fields, 4, &count), BM_OK);
    assert_int_equal(count, 1);
    assert_int_equal(timetable_split("a,b,c,d,e", store, sizeof store, fields, 4, &count),
                     BM_ELIMIT);
    assert_int_equal(timetable_split("a,\"b", store, sizeof store, fields, 4, &count),
                     BM_EINPUT);
    assert_int_equal(timetable_split("a,\"b\"c", store, sizeof store, fields, 4, &count),
                     BM_EINPUT);
    assert_int_equal(timetable_split("a\"b", store, sizeof store, fields, 4, &count),
                     BM_EINPUT);
    assert_int_equal(timetable_split("0123456789012345678901234567890", store, sizeof store,
                                     fields, 4, &count),
                     BM_OK);
    assert_int_equal(timetable_split("01234567890123456789012345678901", store, sizeof store,
                                     fields, 4, &count),
                     BM_ELIMIT);
}

static void test_timetable_a_row_with_another_number_of_columns_is_refused(void **state)
{
    struct arena a = { 0 };
    struct stop_plan plan;
    char *longer = calloc(1, 3 * TIMETABLE_LINE_MAX);
    (void)state;
    assert_non_null(longer);
    assert_int_equal(timetable_parse_line("a,b,c", &a, &plan), BM_EINPUT);
    memset(longer, 'x', 3 * TIMETABLE_LINE_MAX - 1);
    assert_int_equal(timetable_parse_line(longer, &a, &plan), BM_ELIMIT);
    free(longer);
    arena_free(&a);
}

static void test_timetable_next_skips_closed_and_suspended_days(void **state)
{
    struct arena a = { 0 };
    struct stop_plan plan;
    int64_t first = day_of(2026, 1, 5), day = 0;
    int64_t closed_days[] = { first + 7 }, suspended_days[] = { first + 14, first + 15 };
    struct day_list closed = { closed_days, 1 }, suspended = { suspended_days, 2 };
    (void)state;
    assert_int_equal(parse("FREQ=WEEKLY;COUNT=4", "2026-01-05", "", "", &a, &plan), BM_OK);
    assert_true(timetable_next(&plan, INT64_MIN, INT64_MAX, NULL, NULL, &day));
    assert_int_equal(day, first);
    assert_true(timetable_next(&plan, first + 1, INT64_MAX, NULL, NULL, &day));
    assert_int_equal(day, first + 7);
    assert_true(timetable_next(&plan, first + 1, INT64_MAX, &closed, &suspended, &day));
    assert_int_equal(day, first + 21);
    assert_false(timetable_next(&plan, first + 1, first + 20, &closed, &suspended, &day));
    assert_false(
        timetable_next(&plan, first + 22, INT64_MAX, NULL, NULL, &day)); /* COUNT is used up */
    assert_false(timetable_next(&plan, first + 5, first + 4, NULL, NULL, &day));
    arena_free(&a);
}

/* Read a file of stops; ret: rows, or 0 if it is not there. Two years have 104 or 105 of each
 * weekday. */
static int check_file(const char *name, int weeks)
{
    const char *shared = getenv("BM_SHARED");
    char path[512], line[TIMETABLE_LINE_MAX];
    snprintf(path, sizeof path, "%s/data/routes/%s.csv", shared ? shared : "../shared", name);
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    struct arena a = { 0 };
    int rows = 0;
    assert_non_null(fgets(line, sizeof line, file)); /* header */
    while (fgets(line, sizeof line, file)) {
        struct stop_plan plan;
        int visits = 0;
        rows++;
        if (timetable_parse_line(line, &a, &plan))
            fail_msg("%s, row %d: %s", name, rows, err_text(BM_EINPUT));
        int64_t from = day_of(2025, 1, 1), last = 0;
        for (int64_t day = from, next;
             timetable_next(&plan, day, from + 729, NULL, NULL, &next); day = next + 1) {
            assert_true(!last || next - last == 7 * weeks);
            assert_int_equal(zone_weekday(next), zone_weekday(plan.start_day));
            last = next;
            visits++;
        }
        assert_in_range(visits, 104 / weeks, 104 / weeks + 1);
        assert_true(plan.lat_deg > 50 && plan.lat_deg < 58 && plan.lon_deg < 0 &&
                    plan.lon_deg > -4);
    }
    arena_free(&a);
    fclose(file);
    return rows;
}

static void
test_timetable_three_real_timetables_are_read_and_visited_as_often_as_they_say(void **state)
{
    (void)state;
    int angus = check_file("angus", 2);
    if (!angus) {
        print_message("skipped: no data/routes under BM_SHARED or ../shared\n");
        skip();
    }
    assert_int_equal(angus, 170);
    assert_int_equal(check_file("north_somerset", 2), 36);
    assert_int_equal(check_file("wiltshire", 4), 347);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timetable_weekly_visits_the_weekday_of_its_start),
        cmocka_unit_test(test_timetable_weekly_byday_counts_weeks_from_monday_or_wkst),
        cmocka_unit_test(test_timetable_monthly_takes_the_nth_weekday_from_either_end),
        cmocka_unit_test(
            test_timetable_monthly_alone_takes_the_day_of_its_start_where_the_month_has_it),
        cmocka_unit_test(test_timetable_ends_by_until_by_count_and_by_its_end_column),
        cmocka_unit_test(test_timetable_exceptions_are_not_visited_but_count),
        cmocka_unit_test(test_timetable_what_is_not_understood_is_named),
        cmocka_unit_test(test_timetable_a_line_is_read_into_a_plan),
        cmocka_unit_test(test_timetable_a_bad_column_is_named),
        cmocka_unit_test(test_timetable_a_line_is_split_as_csv),
        cmocka_unit_test(test_timetable_a_row_with_another_number_of_columns_is_refused),
        cmocka_unit_test(test_timetable_next_skips_closed_and_suspended_days),
        cmocka_unit_test(
            test_timetable_three_real_timetables_are_read_and_visited_as_often_as_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
