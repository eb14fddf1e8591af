/* mobile/track.h -- where the van was: every point, kept small, in gps.db.
 * Floor:      mobile. Uses db, geo, err, mem, zlib, stops (struct fix).
 * Owns:       the open chunk in memory; borrows the database handle (opened with SQL_FILE_GPS).
 * Invariants: a kill loses at most TRACK_COMMIT_MS of points; a chunk's points rise in time and
 *             lie in one UTC day.
 * Threads:    one thread per track and its database handle. */
#ifndef BM_TRACK_H
#define BM_TRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/db.h"
#include "mobile/stops.h"

enum {
    TRACK_CHUNK_POINTS = 600,  /* a chunk is full */
    TRACK_COMMIT_MS = 10000,   /* and is committed this often until then */
    TRACK_STATE_BYTES_MAX = 65536
};

struct track_point {
    int64_t t_ms;
    double lat_deg, lon_deg; /* on a grid of 1e-6 degrees, 0.11 m */
    double speed_mps;        /* in steps of 0.1 */
};

struct track;
BM_MUST_CHECK enum bm_rc track_open(struct db *db, struct track **out);
void track_close(struct track *track); /* flushes as well as it can; NULL is fine */

/* Keep a report that the gate of `stops` accepted.
 * in:  standing, the stop machine says the van stands: then noise makes no distance
 * ret: BM_OK | a fault of the database: points are held in memory up to a chunk and tried again
 *      with the next; beyond that this one is lost and counted */
BM_MUST_CHECK enum bm_rc track_append(struct track *track, const struct fix *fix,
                                      bool standing);
/* Commit what is held; nothing to do is BM_OK. Worth a call when reports cease. */
BM_MUST_CHECK enum bm_rc track_flush(struct track *track);

/* Metres driven since track_open. */
double track_distance_m(const struct track *track);
int64_t track_lost_count(const struct track *track);
/* Metres driven in [from_ms, to_ms): of chunks that begin in it, so right to ten minutes. */
BM_MUST_CHECK enum bm_rc track_travel_m(struct track *track, int64_t from_ms, int64_t to_ms,
                                        int64_t *out_m);

/* Give points with from_ms <= t < to_ms to `each`, in time order, until it returns false.
 * `each` must not use the track.
 * ret: BM_OK | BM_ECORRUPT: damaged chunks were left out, all others given | a fault */
BM_MUST_CHECK enum bm_rc track_read(struct track *track, int64_t from_ms, int64_t to_ms,
                                    bool (*each)(void *arg, const struct track_point *point),
                                    void *arg);

/* A small text that has to outlive a restart (the stop machine's state).
 * ret of load: BM_OK, text appended to out | BM_ENOTFOUND | a fault */
BM_MUST_CHECK enum bm_rc track_save_state(struct track *track, const char *name,
                                          const char *text);
BM_MUST_CHECK enum bm_rc track_load_state(struct track *track, const char *name,
                                          struct buf *out);

#endif
