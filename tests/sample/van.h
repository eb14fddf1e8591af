/* tests/sample/van.h -- a van under way: it speeds up, brakes, waits at lights, stands at stops.
 * Floor:   tests. Uses base, route, drive (whose seconds it records).
 * Owns:    nothing; a struct van borrows the drive it writes to.
 * Invariants: one moment a second, none missing; after DRIVE_SECONDS nothing more is recorded.
 * Threads: one. */
#ifndef SAMPLE_VAN_H
#define SAMPLE_VAN_H

#include "tests/sample/drive.h"

enum { VAN_HALTS_MAX = 16 };

/* Something to stand still for on the way. */
struct halt {
    double along_m;
    int32_t seconds;
    bool layby; /* told as a call: an unscheduled stop */
};
/* One leg's drive. */
struct leg_plan {
    const struct road *road;
    struct halt halts[VAN_HALTS_MAX]; /* by along_m */
    uint32_t halt_count, halt_next;
    double jam_from_m, jam_to_m; /* crawl between; 0, 0 = none */
    double tunnel_m;             /* entrance; 0 = none */
    bool stop_at_end;
};
struct van {
    struct drive *drive;
    double along_m, speed_mps;
    int32_t tunnel_left_s;
    int64_t start_utc_s; /* of the first moment */
};

/* Second of the last moment recorded, UTC. */
int64_t van_now(const struct van *van);
/* Stand at a place until a UTC second, which is the last one at rest. */
void van_stand_until(struct van *van, struct point at, double course_deg, int64_t until_s);
/* Stand still at a share of the leg; halts are added in the order of the way. */
void van_add_halt(struct leg_plan *plan, double share, int32_t seconds, bool layby);
/* A traffic light somewhere between two shares of the way; green three times in ten. */
void van_add_light(struct leg_plan *plan, struct rng *r, double from, double to);
/* Drive a leg from its start; at its end the van stands (its first second at rest is recorded)
 * or rolls on. */
void van_drive_leg(struct van *van, struct leg_plan *plan);
void van_note_call(struct van *van, enum call_kind kind, int32_t stop, int64_t arrival_s,
                   int64_t departure_s);
/* When to leave a stop: never before its time, and people get the whole stay when late. */
int64_t van_departure(const struct stop *stop, const struct sample *s, struct rng *r,
                      int64_t arrival_s);

#endif
