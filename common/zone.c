/* common/zone.c -- see zone.h
 *
 * Local to UTC is not left to mktime, whose answer for skipped and repeated times is its own
 * affair: from the offsets a day before and a day after, the moments that show a wall time are
 * computed and tried. No zone changes twice within two days. */
#include "common/zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY_S = 86400, YEAR_DAYS = 365, ERA_YEARS = 400, ERA_DAYS = 146097 };
#define FIRST_S ((int64_t)ZONE_DAY_MIN * DAY_S)
#define LAST_S ((int64_t)ZONE_DAY_MAX * DAY_S + DAY_S - 1)

static const char folder_usual[] = "/usr/share/zoneinfo";

/* Division that rounds down, also below zero. */
static int64_t floor_div(int64_t a, int64_t b)
{
    bm_assert(b > 0);
    return a / b - (a % b < 0);
}

static int64_t hold(int64_t x, int64_t low, int64_t high)
{
    bm_assert(low <= high);
    return x < low ? low : x > high ? high : x;
}

/* --- the calendar ------------------------------------------------------------------------ */

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days of a common year before the month. */
static int days_before_month(int year, int month)
{
    static const short before[] = {
        0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365
    };
    bm_assert(month >= 1 && month <= 13);
    return before[month - 1] + (month > 2 && is_leap(year));
}

/* Days from 0001-01-01 to the first of January of the year: each year before it has 365, each
 * fourth one more, but of the centuries only each fourth. */
static int64_t days_before_year(int64_t year)
{
    int64_t past = year - 1;
    return past * YEAR_DAYS + floor_div(past, 4) - floor_div(past, 100) +
           floor_div(past, ERA_YEARS);
}

int civil_month_days(int year, int month)
{
    bm_assert(month >= 1 && month <= 12);
    return days_before_month(year, month + 1) - days_before_month(year, month);
}

bool civil_is_valid(const struct civil *civil)
{
    bm_assert(civil);
    return civil->year >= 1 && civil->year <= 9999 && civil->month >= 1 && civil->month <= 12 &&
           civil->day >= 1 && civil->day <= civil_month_days(civil->year, civil->month);
}

int64_t civil_to_day(const struct civil *civil)
{
    bm_assert(civil && civil_is_valid(civil));
    return ZONE_DAY_MIN + days_before_year(civil->year) +
           days_before_month(civil->year, civil->month) + civil->day - 1;
}

struct civil civil_from_day(int64_t day)
{
    int64_t since = hold(day, ZONE_DAY_MIN, ZONE_DAY_MAX) - ZONE_DAY_MIN;
    int64_t year = since * ERA_YEARS / ERA_DAYS + 1; /* by the mean year: at most one off */
    while (days_before_year(year) > since) year--;
    while (days_before_year(year + 1) <= since) year++;
    int left = (int)(since - days_before_year(year)), month = 1;
    while (days_before_month((int)year, month + 1) <= left) month++;
    return (struct civil){ (int)year, month, left - days_before_month((int)year, month) + 1 };
}

int zone_weekday(int64_t day)
{
    int64_t since_monday = day % 7 + 3 + 7; /* day 0 was a Thursday */
    bm_assert(since_monday > 0);
    return (int)(since_monday % 7);
}

bool day_list_has(const struct day_list *list, int64_t day)
{
    size_t low = 0, high = list ? list->count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->days[middle] == day) return true;
        if (list->days[middle] < day)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* --- the zone ---------------------------------------------------------------------------- */

static bool name_is_sound(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    size_t len = strlen(name);
    return len > 0 && len < ZONE_NAME_MAX && strspn(name, allowed) == len && name[0] != '/' &&
           name[len - 1] != '/' && !strstr(name, "//");
}

/* A zone that does not exist would silently be UTC: so look first. */
static enum bm_rc find_file(const char *name)
{
    char path[512], magic[4] = { 0 };
    const char *folder = getenv("TZDIR");
    if (!folder || !*folder) folder = folder_usual;
    int len = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (len < 0 || (size_t)len >= sizeof path)
        return err_set(BM_EINPUT, "TZDIR is too long a path");
    FILE *file = fopen(path, "rbe");
    if (!file)
        return err_set(BM_ENOTFOUND,
                       "no time zone \"%s\" (%s): take a name such as Europe/London, "
                       "or install the package tzdata",
                       name, strerror(errno));
    size_t got = fread(magic, 1, sizeof magic, file);
    fclose(file);
    if (got != sizeof magic || memcmp(magic, "TZif", sizeof magic) != 0)
        return err_set(BM_ENOTFOUND,
                       "\"%s\" is not a time zone: take a name such as Europe/London", name);
    return BM_OK;
}

enum bm_rc zone_open(const char *name)
{
    bm_assert(name);
    if (!name_is_sound(name))
        return err_set(
            BM_EINPUT,
            "a time zone's name is like Europe/London: letters, digits, _ + - and /");
    enum bm_rc rc = find_file(name);
    if (rc) return rc;
    /* the same zone again changes nothing: other threads may be reading it */
    const char *now = getenv("TZ");
    if (now && strcmp(now, name) == 0) {
        tzset();
        return BM_OK;
    }
    if (setenv("TZ", name, 1)) return err_set(BM_ENOMEM, "no memory to set the time zone");
    tzset();
    return BM_OK;
}

/* Seconds that local time is ahead of UTC at a moment. */
static int64_t offset_at(int64_t utc_s)
{
    time_t at = (time_t)hold(utc_s, FIRST_S, LAST_S);
    struct tm local;
    if (!localtime_r(&at, &local)) return 0;
    return local.tm_gmtoff;
}

/* Local time written as seconds, as if it were UTC. */
static int64_t wall_of(int64_t utc_s)
{
    int64_t at = hold(utc_s, FIRST_S, LAST_S);
    return at + offset_at(at);
}

int64_t zone_day(int64_t utc_ms)
{
    return hold(floor_div(wall_of(floor_div(utc_ms, 1000)), DAY_S), ZONE_DAY_MIN, ZONE_DAY_MAX);
}

struct moments {
    int64_t first, last; /* UTC seconds that show a wall time; both the first one after a gap */
    bool gap;            /* no moment shows it */
};

/* The change from offset `before` to `after` lies in (low, high]: find its second. */
static int64_t find_change(int64_t low, int64_t high, int64_t before)
{
    bm_assert(low < high);
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (offset_at(middle) == before)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static struct moments find_moments(int64_t wall_s)
{
    int64_t before = offset_at(wall_s - DAY_S), after = offset_at(wall_s + DAY_S);
    int64_t by_before = wall_s - before, by_after = wall_s - after;
    bool is_before = offset_at(by_before) == before, is_after = offset_at(by_after) == after;
    if (is_before && is_after) {
        bool in_order = by_before <= by_after;
        return (struct moments){ in_order ? by_before : by_after,
                                 in_order ? by_after : by_before, false };
    }
    if (is_before) return (struct moments){ by_before, by_before, false };
    if (is_after) return (struct moments){ by_after, by_after, false };
    if (by_after >= by_before) return (struct moments){ by_before, by_before, false };
    int64_t change = find_change(by_after, by_before, before);
    return (struct moments){ change, change, true };
}

int64_t zone_day_end_s(int64_t day)
{
    int64_t wall_s = hold(day, ZONE_DAY_MIN, ZONE_DAY_MAX) * DAY_S + DAY_S - 1;
    struct moments found = find_moments(wall_s);
    return found.gap ? found.first - 1 : found.last;
}

int64_t zone_at_s(int64_t day, int minutes)
{
    bm_assert(minutes >= 0 && minutes <= 2880);
    return find_moments(hold(day, ZONE_DAY_MIN, ZONE_DAY_MAX) * DAY_S + (int64_t)minutes * 60)
        .first;
}

/* --- text -------------------------------------------------------------------------------- */

const char *zone_text(int64_t utc_s, char *text, size_t size_bytes, enum zone_kind kind)
{
    int64_t wall_s = hold(wall_of(utc_s), FIRST_S, LAST_S);
    struct civil date = civil_from_day(floor_div(wall_s, DAY_S));
    int minute = (int)((wall_s - floor_div(wall_s, DAY_S) * DAY_S) / 60);
    bm_assert(text && size_bytes >= ZONE_TEXT_MAX);
    if (kind == ZONE_TIME) {
        snprintf(text, size_bytes, "%02d:%02d", minute / 60, minute % 60);
        return text;
    }
    int len = snprintf(text, size_bytes, "%04d-%02d-%02d", date.year, date.month, date.day);
    if (kind == ZONE_DATE_TIME && len > 0 && (size_t)len < size_bytes)
        snprintf(text + len, size_bytes - (size_t)len, " %02d:%02d", minute / 60, minute % 60);
    return text;
}

const char *zone_day_text(int64_t day, char *text, size_t size_bytes)
{
    struct civil date = civil_from_day(day);
    bm_assert(text && size_bytes >= ZONE_TEXT_MAX);
    snprintf(text, size_bytes, "%04d-%02d-%02d", date.year, date.month, date.day);
    return text;
}

/* Exactly `digits` digits at *at, moved past; -1 if they are not there. */
static int take_digits(const char **at, int digits)
{
    int value = 0;
    bm_assert(digits > 0 && digits < 9);
    for (int i = 0; i < digits; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9') return -1;
        value = value * 10 + (c - '0');
    }
    *at += digits;
    return value;
}

static bool take_char(const char **at, char c)
{
    if (**at != c) return false;
    (*at)++;
    return true;
}

static bool take_date(const char **at, int64_t *day)
{
    struct civil date = { 0 };
    date.year = take_digits(at, 4);
    if (date.year < 0 || !take_char(at, '-')) return false;
    date.month = take_digits(at, 2);
    if (date.month < 0 || !take_char(at, '-')) return false;
    date.day = take_digits(at, 2);
    if (!civil_is_valid(&date)) return false;
    *day = civil_to_day(&date);
    return true;
}

enum bm_rc zone_parse_date(const char *text, int64_t *day)
{
    const char *at = text;
    bm_assert(text && day);
    *day = 0;
    if (!take_date(&at, day) || *at)
        return err_set(BM_EINPUT, "\"%.20s\" is not a date: write it as 2026-10-05", text);
    return BM_OK;
}

/* HH:MM[:SS[.fraction]] as ms of the day. */
static bool take_clock(const char **at, int64_t *ms)
{
    int hour = take_digits(at, 2), minute, second = 0;
    if (hour < 0 || hour > 23 || !take_char(at, ':')) return false;
    minute = take_digits(at, 2);
    if (minute < 0 || minute > 59) return false;
    *ms = 0;
    if (take_char(at, ':')) {
        second = take_digits(at, 2);
        if (second < 0 || second > 59) return false;
        if (take_char(at, '.') || take_char(at, ',')) {
            if (**at < '0' || **at > '9') return false;
            for (int unit = 100; **at >= '0' && **at <= '9'; unit /= 10)
                *ms += (*(*at)++ - '0') * unit;
        }
    }
    *ms += ((int64_t)hour * 3600 + minute * 60 + second) * 1000;
    return true;
}

/* Z or +HH[[:]MM]; *has says whether there was one. */
static bool take_offset(const char **at, int64_t *offset_s, bool *has)
{
    int hours, minutes = 0;
    *offset_s = 0;
    *has = take_char(at, 'Z');
    if (*has || !**at) return true;
    int sign = take_char(at, '-') ? -1 : take_char(at, '+') ? 1 : 0;
    if (!sign) return false;
    hours = take_digits(at, 2);
    if (hours < 0 || hours > 15) return false;
    if (take_char(at, ':') || **at) minutes = take_digits(at, 2);
    if (minutes < 0 || minutes > 59) return false;
    *offset_s = sign * ((int64_t)hours * 3600 + minutes * 60);
    *has = true;
    return true;
}

enum bm_rc zone_parse_time(const char *text, int64_t *utc_ms)
{
    const char *at = text;
    int64_t day = 0, clock_ms = 0, offset_s = 0;
    bool has = false;
    bm_assert(text && utc_ms);
    *utc_ms = 0;
    bool sound = strnlen(text, ZONE_TIME_TEXT_MAX) < ZONE_TIME_TEXT_MAX &&
                 take_date(&at, &day) && (take_char(&at, ' ') || take_char(&at, 'T')) &&
                 take_clock(&at, &clock_ms) && take_offset(&at, &offset_s, &has) && !*at;
    if (!sound)
        return err_set(BM_EINPUT,
                       "\"%.40s\" is not a time: write it as 2026-10-05 14:30 (local) or "
                       "2026-10-05T14:30:00Z",
                       text);
    int64_t wall_s = day * DAY_S + clock_ms / 1000;
    struct moments local = { 0 };
    if (!has) local = find_moments(wall_s);
    int64_t utc_s = has ? wall_s - offset_s : local.first;
    *utc_ms = utc_s * 1000 + (local.gap ? 0 : clock_ms % 1000);
    return BM_OK;
}
