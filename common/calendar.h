/* common/calendar.h -- on which days the visits of a stop take place: timetable, closed days and
 * suspensions together; stops as people name them.
 * Floor:      common. Uses db, timetable, zone, entry.
 * Owns:       nothing; what it finds lives in the caller's arena.
 * Invariants: K1 a visit is suspended when its stop is, its route is, or its vehicle is; of a stop
 *             that two routes serve, one may be; K2 a suspended visit is neither planned nor
 *             missed; K3 a timetable row that cannot be read hides no other.
 * Threads:    one per handle. Reads only, but for calendar_suspend. */
#ifndef BM_CALENDAR_H
#define BM_CALENDAR_H

#include "common/db.h"
#include "common/entry.h"
#include "common/timetable.h"

enum {
    CALENDAR_DAYS_MAX = 1200,       /* days looked at in one call */
    CALENDAR_SUSPENSIONS_MAX = 10000 /* in force or to come; more are not looked at */
};

struct calendar_suspension {
    const char *id; /* of its suspend entry */
    const char *stop, *route; /* key of a stop; a route, MOBILE/ROUTE, or MOBILE for all of a vehicle's. NULL = not said */
    const char *why;
    int64_t first_day, last_day; /* local days, both counted */
};
struct calendar {
    struct calendar_suspension *list; /* by first day */
    size_t count;
};
/* All suspensions that last until from_day or longer. */
BM_MUST_CHECK enum bm_rc calendar_load(struct db *db, int64_t from_day, struct arena *a,
                                       struct calendar *out);
/* The suspension that takes the visit of a timetable row on a day away, or NULL. */
const struct calendar_suspension *calendar_suspended(const struct calendar *c, const char *stop,
                                                     const struct stop_plan *plan, int64_t day);
/* Does a suspension mean this row of the timetable? */
bool calendar_means(const struct calendar_suspension *s, const char *stop,
                    const struct stop_plan *plan);

/* Closed days of a branch (NULL = those of every branch alone) in [from, to], each once, rising. */
BM_MUST_CHECK enum bm_rc calendar_closed(struct db *db, const char *branch, int64_t from_day,
                                         int64_t to_day, struct arena *a, struct day_list *out);

/* Days in [from, to] on which the timetable has a visit at a stop; and those of them on which no
 * visit takes place, as each is suspended. Closed days are not looked at. stop NULL: none. */
struct calendar_visits {
    struct day_list planned, suspended;
};
BM_MUST_CHECK enum bm_rc calendar_visits(struct db *db, const struct calendar *c,
                                         const char *stop, int64_t from_day, int64_t to_day,
                                         struct arena *a, struct calendar_visits *out);

/* A visit to come. */
struct calendar_call {
    int64_t day, arr_s, dep_s;
};
/* The first visit of a stop that ends after a moment, neither closed nor suspended.
 * in:  closed, may be NULL; c may be NULL; ahead_days, how far to look
 * ret: BM_OK | BM_ENOTFOUND none | faults */
BM_MUST_CHECK enum bm_rc calendar_next(struct db *db, const struct calendar *c,
                                       const struct day_list *closed, const char *stop,
                                       int64_t after_s, int64_t ahead_days, struct arena *a,
                                       struct calendar_call *out);

/* A stop as a person names it: its key, or part of key or name, capitals or not.
 * ret: BM_OK, its key | BM_ENOTFOUND | BM_EUSAGE several are called so */
BM_MUST_CHECK enum bm_rc calendar_stop_named(struct db *db, const char *named, struct arena *a,
                                             const char **key);

/* A suspend entry's effect. id: eid of the entry */
BM_MUST_CHECK enum bm_rc calendar_suspend(struct db *db, const struct entry *e, const char *id);

#endif
