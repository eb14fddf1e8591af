/* common/clock.h -- which UTC time a moment of an epoch was (I10).
 * Floor:   common, pure. Uses nothing.
 * src:     DESIGN 5 (t, clock entries), TIMELINE 1 */
#ifndef BM_CLOCK_H
#define BM_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Better sources first. */
enum clock_src { CLOCK_GPS, CLOCK_SYNC, CLOCK_WALL, CLOCK_SRC_COUNT };
enum {
    CLOCK_MOVED_MS = 500,      /* an offset that moved by this much is a new sample */
    CLOCK_WALL_UNC_MS = 60000, /* what a wall clock that nobody has checked is taken to be good for */
    CLOCK_SYNC_UNC_MS = 1000   /* half a slow round trip */
};
#define CLOCK_EARLIEST_MS INT64_C(978307200000) /* 2001-01-01: no clock that is set says less */

struct clock_sample {
    int64_t t_ms;   /* CLOCK_BOOTTIME */
    int64_t off_ms; /* UTC = t + off */
    int64_t unc_ms; /* half-width of the doubt */
    enum clock_src src;
};

const char *clock_src_name(enum clock_src src); /* "gps" "sync" "wall" */
bool clock_src_parse(const char *name, enum clock_src *out);

/* The sample that dates t: of the best source there is, the nearest in t; of two as near, the earlier.
 * ret: NULL if there is none */
const struct clock_sample *clock_best(const struct clock_sample *samples, size_t count, int64_t t_ms);

#endif
