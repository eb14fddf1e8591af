/* mobile/itinerary.h -- the vehicle's stops, today's calls at them, and the call that comes
 * next: out of the replica.
 * Floor:      mobile. Uses laptop, stops (struct stops_plan), timetable, zone.
 * Owns:       the texts of an itinerary, until it is loaded anew or freed.
 * Threads:    one per laptop handle. */
#ifndef BM_ITINERARY_H
#define BM_ITINERARY_H

#include "mobile/laptop.h"
#include "mobile/stops.h"

enum {
    ITINERARY_STOPS_MAX = 4000, /* calls of a day and stops of a vehicle */
    ITINERARY_AHEAD_DAYS = 60   /* the next call is looked for so far ahead */
};

/* Zero-initialise. */
struct itinerary {
    struct arena arena;
    int64_t day;             /* local day */
    int64_t generation;      /* of the replica that it was read from; 0 = not loaded */
    struct stops_plan *plan; /* today's calls in order of time, then every other stop of the
                                vehicle, untimed */
    const char **keys;       /* of each, whole (a plan's key is cut at STOPS_KEY_MAX) */
    const char **names;      /* of each, for people: "Community, Stop" */
    size_t count, call_count;
};

/* Read it for the local day of a moment; on failure the old one stays. The vehicle is
 * l->mobile, capitals or not; on a closed day nothing is planned, nor where a visit is suspended.
 * ret: BM_OK | faults of the replica */
BM_MUST_CHECK enum bm_rc itinerary_load(struct itinerary *it, struct laptop *l, int64_t now_ms);
void itinerary_free(struct itinerary *it);

/* Which planned call an event of the stop machine means. ret: index, or -1 */
int itinerary_index(const struct itinerary *it, const char *cut_key, int64_t plan_arr_s);

/* A stop as a person names it: its key, or part of its name, capitals or not. Of the calls at
 * one stop, the one whose time is nearest to at_s. ret: BM_OK | BM_ENOTFOUND | BM_EINPUT
 * several stops are called so */
BM_MUST_CHECK enum bm_rc itinerary_named(const struct itinerary *it, const char *named,
                                         int64_t at_s, size_t *out);

struct itinerary_call {
    const char *stop, *name; /* key; for people */
    int64_t arr_s, dep_s;
};
/* The first planned call that arrives after a moment, closed days and suspended visits left out.
 * ret: BM_OK, texts in the arena | BM_ENOTFOUND none within ITINERARY_AHEAD_DAYS | faults */
BM_MUST_CHECK enum bm_rc itinerary_next(struct laptop *l, struct arena *a, int64_t after_s,
                                        struct itinerary_call *out);

/* A stop's name for people. ret: BM_OK, *out NULL if the stop is not known | faults */
BM_MUST_CHECK enum bm_rc itinerary_name(struct laptop *l, struct arena *a, const char *key,
                                        const char **out);

#endif
