/* common/zone.h -- the library's time zone, and days as whole numbers.
 * Floor:   common. Uses err and the C library's zone data; reads the zone file once, at
 *          zone_open.
 * Owns:    the process's TZ setting, from zone_open on.
 * Invariants: Z1 a day is a count of local calendar days since 1970-01-01, never a count of
 *             86,400 s; Z2 zone_day(zone_day_end_s(d) * 1000) == d for every day d that the
 *             zone has.
 * Threads: zone_open before other threads start, and then only with the same zone; all else is safe from any
 *          thread.
 *
 * Every function is total: times outside the years 1 to 9999 are held at the nearest end of
 * that span. */
#ifndef BM_ZONE_H
#define BM_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

enum {
    ZONE_NAME_MAX = 64,     /* bytes of a zone's name, with its NUL */
    ZONE_TEXT_MAX = 20,     /* bytes zone_text may write, with its NUL */
    ZONE_TIME_TEXT_MAX = 40, /* longest date-time read */
    ZONE_DAY_MIN = -719162, /* 0001-01-01 */
    ZONE_DAY_MAX = 2932896  /* 9999-12-31 */
};

/* Choose the zone by its name in the zone database, such as "Europe/London".
 * ret: BM_OK | BM_EINPUT not the form of a zone name | BM_ENOTFOUND no such zone file |
 *      BM_ENOMEM; the zone is unchanged unless BM_OK
 * src: tzset(3); the folder is $TZDIR, else the system's */
BM_MUST_CHECK enum bm_rc zone_open(const char *name);

/* The local day of a moment. in: UTC ms */
int64_t zone_day(int64_t utc_ms);

/* The last second of a local day, UTC seconds: 23:59:59 unless the clock was changed just then.
 * A day that the zone left out ends where the day before it ends. */
int64_t zone_day_end_s(int64_t day);

/* A local wall time as UTC seconds.
 * in:  minutes after midnight, 0 to 2880 (1440 = midnight that follows)
 * A time that the spring change leaves out becomes the first moment after the gap; of a time
 * that the autumn change repeats, the first is meant. */
int64_t zone_at_s(int64_t day, int minutes);

/* 2026-10-05 | 2026-10-05 14:30 | 14:30 */
enum zone_kind { ZONE_DATE, ZONE_DATE_TIME, ZONE_TIME };
/* Local time for people. in: size, at least ZONE_TEXT_MAX. ret: text */
const char *zone_text(int64_t utc_s, char *text, size_t size_bytes, enum zone_kind kind);
/* A day as 2026-10-05. ret: text */
const char *zone_day_text(int64_t day, char *text, size_t size_bytes);

/* Read "YYYY-MM-DD". ret: BM_OK | BM_EINPUT not a date of the calendar */
BM_MUST_CHECK enum bm_rc zone_parse_date(const char *text, int64_t *day);

/* Read a date-time: YYYY-MM-DD, blank or T, HH:MM, perhaps :SS, perhaps a fraction (cut to ms),
 * perhaps Z or an offset (+01, +0130, -04:00); without one it is local, read as zone_at_s does.
 * ret: BM_OK | BM_EINPUT not a date-time */
BM_MUST_CHECK enum bm_rc zone_parse_time(const char *text, int64_t *utc_ms);

/* The calendar, proleptic Gregorian, no zone in it. */
struct civil {
    int year;  /* 1 to 9999 */
    int month; /* 1 to 12 */
    int day;   /* of the month, from 1 */
};
int64_t civil_to_day(const struct civil *civil);
struct civil civil_from_day(int64_t day);
int civil_month_days(int year, int month); /* 28 to 31 */
bool civil_is_valid(const struct civil *civil);
int zone_weekday(int64_t day); /* 0 Monday to 6 Sunday */

/* Days in rising order, borrowed: closed days, suspended days, days of visits. */
struct day_list {
    const int64_t *days;
    size_t count;
};
bool day_list_has(const struct day_list *list, int64_t day); /* NULL list: false */

#endif
