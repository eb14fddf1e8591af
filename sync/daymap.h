/* sync/daymap.h -- one day on the road, as a map wants it: where each van stood, in the order it came there, how far it drove to
 * get there, and the stops that were planned.
 * Floor:   sync. Uses branch (its tables, read only), report.
 * Owns:    nothing; results live in the caller's arena.
 * Threads: as the branch handle.
 *
 * The points of the way stay on the laptop (gps.db): a leg comes with its length, not with its line. */
#ifndef BM_DAYMAP_H
#define BM_DAYMAP_H

#include "sync/report.h"

struct day_call {
    const char *visit, *dev, *device;        /* id of its open_visit; laptop; what people call that */
    const char *stop, *name, *src;           /* stop NULL: nobody knows which; name NULL: neither */
    int64_t arr_s, dep_s, parr_s, pdep_s;    /* UTC seconds; ENTRY_NONE = none */
    int64_t lat_e6, lon_e6;                  /* where it stood, else where the stop is; ENTRY_NONE = neither is known */
    int64_t leg_m, leg_points;               /* driven to come here; ENTRY_NONE = nothing was told */
};
struct day_stop {
    const char *stop, *name;
    int64_t parr_s, pdep_s, lat_e6, lon_e6;
    enum visit_status status;
};
struct daymap {
    int64_t day;
    struct day_call *calls; /* by laptop, then arrival */
    size_t call_count, call_cap;
    struct day_stop *stops; /* planned, by time */
    size_t stop_count, stop_cap;
};

/* ret: BM_OK | BM_ELIMIT | BM_ENOMEM | faults */
BM_MUST_CHECK enum bm_rc daymap_load(struct branch *b, int64_t day, int64_t now_ms, struct arena *a, struct daymap *out);
void daymap_json(const struct daymap *map, struct jsonw *w);

#endif
