/* tests/sample/drive.h -- the service day's drive by the second, and the visits it made.
 * Floor:   tests. Uses base, route.
 * Owns:    the list of seconds; drive_free releases it.
 * Invariants: no second is missing; a visit lies between two seconds at rest.
 * Threads: one. */
#ifndef SAMPLE_DRIVE_H
#define SAMPLE_DRIVE_H

#include "tests/sample/route.h"

enum {
    DRIVE_FIRST_S = 8 * 3600 + 45 * 60, /* local */
    DRIVE_LAST_S = 17 * 3600 + 15 * 60,
    DRIVE_SECONDS = DRIVE_LAST_S - DRIVE_FIRST_S + 1,
    DRIVE_MISSED_STOP = 5, /* driven past */
    DRIVE_LAYBY_LEG = 3,   /* unscheduled stop of twelve minutes on the way to stop 3 */
    DRIVE_JAM_LEG = 4,
    DRIVE_TUNNEL_LEG = 7,
    DRIVE_TUNNEL_S = 90,
    DRIVE_CALLS_MAX = 2 * ROUTE_DAY_STOPS /* a break on each way */
};

struct moment {
    struct point at;
    float speed_mps, course_deg;
    bool sky; /* false: in the tunnel */
};
enum call_kind { CALL_PLANNED, CALL_UNSCHEDULED, CALL_MISSED };
struct call {
    enum call_kind kind;
    int32_t stop;                   /* index into route.stops, -1 for the lay-by */
    int64_t arrival_s, departure_s; /* UTC; first and last second at rest; 0 if missed */
};
struct drive {
    struct moment *moments; /* DRIVE_SECONDS of them, from DRIVE_FIRST_S local */
    uint32_t count;
    struct call calls[DRIVE_CALLS_MAX]; /* in order of the day */
    uint32_t call_count;
    double distance_m;
};

/* Drive the day and write truth.csv.
 * ret: BM_OK | BM_EIO | BM_ENOMEM | BM_EINTERNAL, the day was too short;
 *      *d is to be freed in any case */
BM_MUST_CHECK enum bm_rc drive_run(struct drive *d, const struct route *route,
                                   const struct sample *s);
/* Write day.nmea: RMC, GGA and GSA each second, GSV every five. ret: BM_OK | BM_EIO */
BM_MUST_CHECK enum bm_rc drive_write_nmea(const struct drive *d, const struct sample *s);
void drive_free(struct drive *d);

#endif
