/* sync/report.h -- what the timetable promised, what the van did, and what was lent there.
 * Floor:      sync. Uses branch (its tables), timetable, zone, csv (writing), jsonw.
 * Owns:       nothing; results live in the caller's arena.
 * Invariants: R1 each act of a laptop counts once: at one visit, or off the stops; R2 a closed day has no planned visit,
 *             so none is missed; a suspended visit is told and not missed; R3 the same entries give the same report, in whatever order they arrived.
 * Threads:    as the branch handle.
 * src:        DESIGN 8 (circulation belongs to a visit by device and corrected time) */
#ifndef BM_REPORT_H
#define BM_REPORT_H

#include "common/jsonw.h"
#include "sync/branch.h"

enum {
    REPORT_DAYS_MAX = 3660,  /* of one report */
    REPORT_LINES_MAX = 200000,
    REPORT_EDGE_MS = 600000, /* acts this long before arrival and after departure belong to the visit */
    REPORT_AGAIN_S = 7200    /* a visit of the planned stop that names no planned time: at most so far from it */
};

enum visit_status { VISIT_MADE, VISIT_MISSED, VISIT_UNSCHEDULED, VISIT_EXPECTED, VISIT_SUSPENDED, VISIT_STATUS_COUNT };
const char *visit_status_name(enum visit_status status);

struct circ_counts {
    int64_t checkouts, renewals, checkins, holds, registrations, visitors;
};

struct visit_line {
    int64_t day;           /* local day */
    const char *stop;      /* key; "" = nobody knows where that was */
    int64_t parr_s, pdep_s; /* planned, UTC seconds; ENTRY_NONE = not planned */
    int64_t arr_s, dep_s;  /* actual: first arrival, last departure; ENTRY_NONE = none, or still there */
    int64_t deviation_min; /* arrival, + = late; ENTRY_NONE = not both known */
    int64_t open_min;      /* at the stop; ENTRY_NONE = no visit */
    enum visit_status status; /* EXPECTED: planned, and its time is not over */
    struct circ_counts circ;
};

struct visit_report {
    int64_t from_day, to_day;
    struct visit_line *lines; /* by planned or actual arrival, then stop */
    size_t count, cap;
    struct circ_counts off_stop; /* of laptops, outside every visit */
};

/* in:  days, both counted; now_ms, to tell missed from expected
 * ret: BM_OK | BM_EUSAGE too many days or the last before the first | BM_ELIMIT | faults */
BM_MUST_CHECK enum bm_rc report_visits(struct branch *b, int64_t from_day, int64_t to_day, int64_t now_ms, struct arena *a,
                                       struct visit_report *out);

struct stop_line {
    const char *stop;
    int64_t planned, made, missed, suspended, unscheduled; /* planned: without those expected or suspended */
    int64_t open_min;
    int64_t deviation_min; /* mean of the arrivals' deviations without sign, rounded; ENTRY_NONE = none */
    struct circ_counts circ;
};
struct stop_report {
    struct stop_line *lines; /* by stop */
    size_t count, cap;
};
/* The same, summed over each stop. */
BM_MUST_CHECK enum bm_rc report_stops(const struct visit_report *visits, struct arena *a, struct stop_report *out);

/* As CSV with a header line (what a spreadsheet would take for a formula is guarded), and as one JSON object. */
void report_visits_csv(const struct visit_report *r, struct buf *out);
void report_visits_json(const struct visit_report *r, struct jsonw *w);
void report_stops_csv(const struct stop_report *r, const struct visit_report *of, struct buf *out);
void report_stops_json(const struct stop_report *r, const struct visit_report *of, struct jsonw *w);

#endif
