/* mobile/visit.h -- from stops recognised to visits in the journal; visits opened and closed by
 * hand; where we are.
 * Floor:      mobile. Uses laptop, itinerary, stops, track, gps (states only).
 * Owns:       struct visits: the stop machine, gps.db with the track, the itinerary; from
 *             visits_open to visits_close.
 * Invariants: I1, I2. V1: entries and the machine's state that led to them are one transaction
 *             of journal.db: a kill leaves both or neither. V2: an event that could not be
 *             written is kept and tried again, and no newer state is saved before it. V3: no
 *             lock is held between calls.
 * Threads:    one per laptop handle.
 *
 * journal.db  meta `visits`: the machine's state and the leg since the last stop
 * gps.db      the track; state `gps`: how gpsd and the leg stand, each 10 s (what a kill may
 *             lose) */
#ifndef BM_VISIT_H
#define BM_VISIT_H

#include "mobile/gps.h"
#include "mobile/itinerary.h"
#include "mobile/stops.h"

enum {
    VISIT_QUEUE_MAX = 64, /* events that wait to be written */
    VISIT_OFFSETS = 15,   /* reports whose clock offsets are kept: the median counts */
    VISIT_OFFSETS_MIN = 10,
    VISIT_SPREAD_MAX_MS = 1000, /* offsets further apart than this tell nothing */
    VISIT_CLOCK_UNC_MS = 500,   /* from the moment of a report until we read it, at most */
    VISIT_SEEN_MS = 10000,      /* how often gps.db is told how things stand */
    VISIT_ADOPT_S = 300,        /* opened by hand so long before: meant this stop */
    VISIT_SAME_PLACE_M = 110    /* so near an open visit's place: that visit goes on */
};

/* What was written, for a line on the screen. */
enum visit_kind { VISIT_ARRIVED, VISIT_LEFT, VISIT_CLOCK };
struct visit_told {
    enum visit_kind kind;
    const char *stop;  /* key; NULL: an unscheduled place */
    const char *name;  /* for people, or NULL */
    const char *entry; /* id; NULL: nothing had to be written (the driver had done it) */
    int64_t at_s;
    int64_t planned_s;      /* arrival or departure, or ENTRY_NONE */
    int64_t dist_m;         /* arrived: driven since the last stop */
    int64_t off_ms, unc_ms; /* clock */
};

struct visits;
/* Take up where the last run ended. in: tell, called after each commit; its texts last for the
 * call ret: BM_OK | BM_ENOTFOUND there is no replica | faults; a state that cannot be read is
 * told by `fresh` and left behind */
BM_MUST_CHECK enum bm_rc visits_open(struct laptop *l,
                                     void (*tell)(void *ctx, const struct visit_told *told),
                                     void *ctx, struct visits **out);
/* Keeps what can be kept. NULL is fine. ret: as the last save went */
BM_MUST_CHECK enum bm_rc visits_close(struct visits *v);

/* A report; time passing without one (call every second or so).
 * ret: BM_OK | a fault: told by err_text, nothing is lost, the next call tries again */
BM_MUST_CHECK enum bm_rc visits_fix(struct visits *v, const struct fix *fix);
BM_MUST_CHECK enum bm_rc visits_idle(struct visits *v);
/* gpsd's state, for `status`. */
void visits_gps(struct visits *v, enum gps_state state);

const struct stops *visits_stops(const struct visits *v);
const struct itinerary *visits_itinerary(const struct visits *v);
bool visits_is_fresh(const struct visits *v); /* the machine began without a past */

/* --- one visit ------------------------------------------------------------------------- */

struct visit_row {
    int64_t opened;                /* seq of its open_visit */
    const char *stop, *name, *src; /* name: free text of an unscheduled one */
    int64_t arr_s, dep_s, parr_s, pdep_s, lat_e6,
        lon_e6; /* ENTRY_NONE = not known; dep_s: still open */
};

struct visit_now {
    bool is_open;
    bool has_last;
    struct visit_row visit; /* open; else the last one, if has_last */
    const char *name;       /* its stop's, for people; NULL = unscheduled, without a name */
    bool has_next;
    struct itinerary_call next;
    int64_t now_s;
};
/* Where we are and what comes next. Waits for nobody but the lock. */
BM_MUST_CHECK enum bm_rc visit_status(struct laptop *l, struct arena *a, struct visit_now *out);
/* Only the row, without the lock, from the replica as it is open. ret: BM_OK | BM_ENOTFOUND no
 * visit yet | faults */
BM_MUST_CHECK enum bm_rc visit_peek(struct laptop *l, struct arena *a, struct visit_row *out);

struct visit_by_hand {
    const char *stop; /* open: key or part of the name; NULL = the call planned for about now */
    bool unscheduled; /* open: `stop` is free text */
    int64_t at_s;     /* when it really was, or ENTRY_NONE = now */
    const char *why;
};
/* ret: BM_OK, *name for people | BM_EREFUSED a visit is open already, or none | BM_ENOTFOUND,
 * BM_EUSAGE no such stop */
BM_MUST_CHECK enum bm_rc visit_open_by_hand(struct laptop *l, struct arena *a,
                                            const struct visit_by_hand *hand,
                                            struct desk_answer *out, const char **name);
BM_MUST_CHECK enum bm_rc visit_close_by_hand(struct laptop *l, struct arena *a,
                                             const struct visit_by_hand *hand,
                                             struct desk_answer *out, const char **name);

/* How the GPS side stood when it was last heard of (gps.db). */
struct visit_gps_seen {
    int64_t boottime_ms; /* when that was */
    int64_t fix_ms;      /* newest report believed, UTC; 0 = none */
    enum gps_state state;
};
/* ret: BM_OK | BM_ENOTFOUND `gps` never ran here | faults */
BM_MUST_CHECK enum bm_rc visit_gps_seen(struct laptop *l, struct visit_gps_seen *out);

#endif
