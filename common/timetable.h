/* common/timetable.h -- on which days a mobile library calls at a stop.
 * Floor:   common, pure: no clock, no database, no input or output. Uses err, mem, zone
 *          (calendar only).
 * Owns:    nothing; texts and days live in the caller's arena.
 * Invariants: T1 the recurrence is worked out at parsing to at most one last day, so that
 *             asking for a day costs the same for each; T2 every walk over days is at most
 *             TIMETABLE_SPAN_DAYS long.
 * Threads: a plan is not changed after parsing and may be read by any thread.
 * src:     RFC 5545 3.3.10 (recurrence), 4180 (CSV); columns: schema "mobile library stops" of
 *          UK councils' open data. */
#ifndef BM_TIMETABLE_H
#define BM_TIMETABLE_H

#include "common/mem.h"
#include "common/zone.h"

enum {
    TIMETABLE_LINE_MAX = 4096,    /* bytes of a row, with its NUL */
    TIMETABLE_INTERVAL_MAX = 52,  /* weeks or months between visits */
    TIMETABLE_COUNT_MAX = 10000,  /* visits of a COUNT */
    TIMETABLE_BYDAY_MAX = 35,     /* parts of a BYDAY list */
    TIMETABLE_EXCEPTIONS_MAX = 400,
    TIMETABLE_SPAN_DAYS = 36525   /* no search goes further: 100 years */
};

/* Columns of a row, in their order. */
#define TIMETABLE_COLUMNS(X)                                                                   \
    X(ORGANISATION, "organisation") X(MOBILE, "mobile") X(ROUTE, "route") X(COMMUNITY, "community") \
    X(STOP, "stop") X(ADDRESS, "address") X(POSTCODE, "postcode") X(GEOX, "geox") X(GEOY, "geoy") \
    X(DAY, "day") X(TYPE, "type") X(ARRIVAL, "arrival") X(DEPARTURE, "departure")              \
    X(FREQUENCY, "frequency") X(START, "start") X(END, "end") X(EXCEPTIONS, "exceptions")      \
    X(TIMETABLE, "timetable")
#define TIMETABLE_COLUMN_ENUM(column, name) TT_##column,
enum timetable_column { TIMETABLE_COLUMNS(TIMETABLE_COLUMN_ENUM) TT_COLUMN_COUNT };
#undef TIMETABLE_COLUMN_ENUM
/* A column's name as the header line has it. */
const char *timetable_column_name(enum timetable_column column);

enum recur_freq { RECUR_WEEKLY, RECUR_MONTHLY };

/* A recurrence rule, read. */
struct recur {
    enum recur_freq freq;
    int interval;      /* every so many weeks or months, from 1 */
    int week_start;    /* 0 Monday to 6; where a week of INTERVAL begins */
    int month_day;     /* RECUR_MONTHLY without BYDAY: day of the month; else 0 */
    unsigned weekdays; /* bit 0 Monday to bit 6: every such day */
    unsigned char nth[7];      /* [weekday] bit n-1: the n-th of the month, 1 to 5 */
    unsigned char nth_last[7]; /* [weekday] bit n-1: the n-th from the month's end */
};

struct stop_plan {
    const char *mobile, *route, *community, *stop, *type; /* never NULL; "" = not given */
    double lat_deg, lon_deg;
    int arrival_min, departure_min; /* minutes after local midnight */
    struct recur recur;
    int64_t start_day; /* where the recurrence counts from; first day it can visit */
    int64_t end_day;   /* last day: by end column, UNTIL or COUNT; ZONE_DAY_MAX = none */
    struct day_list exceptions; /* no visit on these */
};

/* Split one CSV line (RFC 4180; a line end is taken off).
 * in:  store, at least twice as large as the line with its NUL; fields_max, room in fields
 * out: fields, pointing into store; *count
 * ret: BM_OK | BM_ELIMIT too long or too many fields | BM_EINPUT a quote is not closed, or
 *      stands inside */
BM_MUST_CHECK enum bm_rc timetable_split(const char *line, char *store, size_t store_size,
                                         const char **fields, size_t fields_max, size_t *count);

/* Read a row, given by its columns; leading and trailing blanks do not count.
 * ret: BM_OK | BM_EINPUT naming the column, or the part of the recurrence that is not
 *      understood here (understood: FREQ=WEEKLY or MONTHLY, INTERVAL, BYDAY, UNTIL, COUNT,
 *      WKST) | BM_ELIMIT | BM_ENOMEM */
BM_MUST_CHECK enum bm_rc timetable_parse_row(const char *const fields[TT_COLUMN_COUNT],
                                             struct arena *a, struct stop_plan *out);
/* The same from a CSV line whose columns are all there and in order. */
BM_MUST_CHECK enum bm_rc timetable_parse_line(const char *line, struct arena *a,
                                              struct stop_plan *out);

/* Whether the timetable has a visit on the day: says nothing of closed days and suspensions. */
bool timetable_visits_on(const struct stop_plan *plan, int64_t day);

/* The first visit in [from_day, to_day] on a day that is in neither list (closed, suspended;
 * NULL = none).
 * ret: false if there is none within TIMETABLE_SPAN_DAYS */
bool timetable_next(const struct stop_plan *plan, int64_t from_day, int64_t to_day,
                    const struct day_list *closed, const struct day_list *suspended,
                    int64_t *day);

#endif
