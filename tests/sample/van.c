/* tests/sample/van.c -- see van.h */
#include "tests/sample/van.h"

#include <math.h>

enum { TICKS_A_SECOND = 10 };

static const double accelerate_mps2 = 0.9, brake_mps2 = 1.0;
static const double open_road_mps = 17.0, village_mps = 8.5, village_m = 450.0, jam_mps = 3.0;

int64_t van_now(const struct van *van)
{
    return van->start_utc_s + van->drive->count - 1; /* second of the last moment recorded */
}

static void record(struct van *van, struct point at, double course_deg)
{
    struct drive *d = van->drive;
    if (d->count >= DRIVE_SECONDS) return; /* noticed by the caller at the end */
    bool sky = van->tunnel_left_s == 0;
    if (!sky) van->tunnel_left_s--;
    d->moments[d->count++] = (struct moment){ .at = at,
                                              .speed_mps = (float)van->speed_mps,
                                              .course_deg = (float)course_deg,
                                              .sky = sky };
}

void van_stand_until(struct van *van, struct point at, double course_deg, int64_t until_s)
{
    van->speed_mps = 0.0;
    while (van->drive->count < DRIVE_SECONDS && van_now(van) < until_s)
        record(van, at, course_deg);
}

void van_add_halt(struct leg_plan *plan, double share, int32_t seconds, bool layby)
{
    bm_assert(plan->halt_count < VAN_HALTS_MAX);
    bm_assert(!plan->halt_count ||
              plan->halts[plan->halt_count - 1].along_m < share * plan->road->length_m);
    plan->halts[plan->halt_count++] =
        (struct halt){ share * plan->road->length_m, seconds, layby };
}

void van_add_light(struct leg_plan *plan, struct rng *r, double from, double to)
{
    double share = from + (to - from) * rng_unit(r);
    int32_t seconds = rng_between(r, 10, 60);
    if (rng_chance(r, 0.7)) van_add_halt(plan, share, seconds, false);
}

/* The speed one would like to have here. */
static double wanted_speed(const struct leg_plan *plan, double along_m)
{
    double left_m = plan->road->length_m - along_m;
    double wish = along_m < village_m || left_m < village_m ? village_mps : open_road_mps;
    if (along_m >= plan->jam_from_m && along_m < plan->jam_to_m) wish = jam_mps;
    double free_m = plan->stop_at_end ? left_m : 1e6;
    if (plan->halt_next < plan->halt_count)
        free_m = plan->halts[plan->halt_next].along_m - along_m;
    return fmin(wish, sqrt(2.0 * brake_mps2 * fmax(free_m, 0.0)));
}

/* One tenth of a second. ret: true if the van has come to rest at what it braked for */
static bool tick(struct van *van, const struct leg_plan *plan)
{
    double dt = 1.0 / TICKS_A_SECOND, wish = wanted_speed(plan, van->along_m);
    van->speed_mps = wish > van->speed_mps ? fmin(wish, van->speed_mps + accelerate_mps2 * dt)
                                           : fmax(wish, van->speed_mps - 2.5 * brake_mps2 * dt);
    van->along_m += van->speed_mps * dt;
    bool halting = plan->halt_next < plan->halt_count;
    double goal_m = halting ? plan->halts[plan->halt_next].along_m : plan->road->length_m;
    return (halting || plan->stop_at_end) && goal_m - van->along_m < 0.3;
}

void van_note_call(struct van *van, enum call_kind kind, int32_t stop, int64_t arrival_s,
                   int64_t departure_s)
{
    bm_assert(van->drive->call_count < DRIVE_CALLS_MAX);
    van->drive->calls[van->drive->call_count++] =
        (struct call){ kind, stop, arrival_s, departure_s };
}

/* Standing at a light, in the jam or in the lay-by. */
static void wait_at_halt(struct van *van, struct leg_plan *plan)
{
    const struct halt *halt = &plan->halts[plan->halt_next++];
    double course;
    struct point at = road_at(plan->road, halt->along_m, &course);
    van->along_m = halt->along_m;
    van_stand_until(van, at, course, van_now(van) + halt->seconds);
    if (halt->layby)
        van_note_call(van, CALL_UNSCHEDULED, -1, van_now(van) - halt->seconds + 1,
                      van_now(van));
}

void van_drive_leg(struct van *van, struct leg_plan *plan)
{
    const struct road *road = plan->road;
    van->along_m = 0.0;
    while (van->drive->count < DRIVE_SECONDS) {
        bool rest = false;
        double before_m = van->along_m, course;
        for (int i = 0; i < TICKS_A_SECOND && !rest; i++) rest = tick(van, plan);
        if (before_m < plan->tunnel_m && van->along_m >= plan->tunnel_m)
            van->tunnel_left_s = DRIVE_TUNNEL_S;
        van->drive->distance_m += fmin(van->along_m, road->length_m) - before_m;
        if (rest && plan->halt_next < plan->halt_count) {
            wait_at_halt(van, plan);
            continue;
        }
        if (rest || van->along_m >= road->length_m) {
            if (rest) van->speed_mps = 0.0;
            struct point end = road_at(road, road->length_m, &course);
            record(van, end, course);
            return;
        }
        struct point at = road_at(road, van->along_m, &course);
        record(van, at, course);
    }
}

int64_t van_departure(const struct stop *stop, const struct sample *s, struct rng *r,
                      int64_t arrival_s)
{
    int64_t planned = local_to_utc(s->day, stop->departure_s) + rng_between(r, 15, 110);
    int64_t stay = arrival_s + (stop->departure_s - stop->arrival_s);
    bool late = arrival_s > local_to_utc(s->day, stop->arrival_s) + 300;
    return late && stay > planned ? stay : planned;
}
