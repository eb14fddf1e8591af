/* tests/sample/drive.c -- see drive.h */
#include "tests/sample/drive.h"

#include <math.h>
#include <stdlib.h>

enum {
    HALTS_MAX = 16,
    TICKS_A_SECOND = 10,
    LAYBY_S = 12 * 60,
    LEAVE_DEPOT_S = 9 * 3600 + 15 * 60
};

static const double accelerate_mps2 = 0.9, brake_mps2 = 1.0;
static const double open_road_mps = 17.0, village_mps = 8.5, village_m = 450.0, jam_mps = 3.0;

/* Something to stand still for on the way. */
struct halt {
    double along_m;
    int32_t seconds;
    bool layby;
};
/* One leg's drive. */
struct leg_plan {
    const struct road *road;
    struct halt halts[HALTS_MAX]; /* by along_m */
    uint32_t halt_count, halt_next;
    double jam_from_m, jam_to_m; /* crawl between; 0, 0 = none */
    double tunnel_m;             /* entrance; 0 = none */
    bool stop_at_end;
};
/* The van under way. */
struct van {
    struct drive *drive;
    double along_m, speed_mps;
    int32_t tunnel_left_s;
    int64_t start_utc_s;
};

static int64_t van_now(const struct van *van)
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

/* Stand at a place until a UTC second, which is the last one at rest. */
static void stand_until(struct van *van, struct point at, double course_deg, int64_t until_s)
{
    van->speed_mps = 0.0;
    while (van->drive->count < DRIVE_SECONDS && van_now(van) < until_s)
        record(van, at, course_deg);
}

static void add_halt(struct leg_plan *plan, double share, int32_t seconds, bool layby)
{
    bm_assert(plan->halt_count < HALTS_MAX);
    bm_assert(!plan->halt_count ||
              plan->halts[plan->halt_count - 1].along_m < share * plan->road->length_m);
    plan->halts[plan->halt_count++] =
        (struct halt){ share * plan->road->length_m, seconds, layby };
}

/* A traffic light somewhere between two shares of the way; green three times in ten. */
static void add_light(struct leg_plan *plan, struct rng *r, double from, double to)
{
    double share = from + (to - from) * rng_unit(r);
    int32_t seconds = rng_between(r, 10, 60);
    if (rng_chance(r, 0.7)) add_halt(plan, share, seconds, false);
}

static void plan_leg(struct leg_plan *plan, const struct route *route, struct rng *r,
                     uint32_t leg)
{
    *plan =
        (struct leg_plan){ .road = &route->legs[leg], .stop_at_end = leg != DRIVE_MISSED_STOP };
    add_light(plan, r, 0.18, 0.22);
    add_light(plan, r, 0.25, 0.30);
    if (leg == DRIVE_LAYBY_LEG) add_halt(plan, 0.55, LAYBY_S, true);
    if (leg == DRIVE_JAM_LEG) {
        plan->jam_from_m = 0.40 * plan->road->length_m;
        plan->jam_to_m = 0.56 * plan->road->length_m;
        for (int i = 0; i < 12; i++)
            add_halt(plan, 0.41 + 0.012 * i, rng_between(r, 25, 70), false);
    }
    if (leg == DRIVE_TUNNEL_LEG) plan->tunnel_m = 0.40 * plan->road->length_m;
    add_light(plan, r, 0.75, 0.82);
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

static void note_call(struct van *van, enum call_kind kind, int32_t stop, int64_t arrival_s,
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
    stand_until(van, at, course, van_now(van) + halt->seconds);
    if (halt->layby)
        note_call(van, CALL_UNSCHEDULED, -1, van_now(van) - halt->seconds + 1, van_now(van));
}

/* Drive a leg; at its end the van stands (its first second at rest is recorded) or rolls on. */
static void drive_leg(struct van *van, struct leg_plan *plan)
{
    const struct road *road = plan->road;
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

/* Never leave before the time, and give people the whole stay when late. */
static int64_t departure_of(const struct stop *stop, const struct sample *s, struct rng *r,
                            int64_t arrival_s)
{
    int64_t planned = local_to_utc(s->day, stop->departure_s) + rng_between(r, 15, 110);
    int64_t stay = arrival_s + (stop->departure_s - stop->arrival_s);
    bool late = arrival_s > local_to_utc(s->day, stop->arrival_s) + 300;
    return late && stay > planned ? stay : planned;
}

static enum bm_rc drive_day(struct drive *d, const struct route *route, const struct sample *s)
{
    struct rng r;
    struct van van = { .drive = d, .start_utc_s = local_to_utc(s->day, DRIVE_FIRST_S) };
    const struct point depot = { 0.0, 0.0 };
    rng_init(&r, s->seed, 4);
    stand_until(&van, depot, 0.0, local_to_utc(s->day, LEAVE_DEPOT_S) + rng_between(&r, 0, 90));
    for (uint32_t leg = 0; leg < ROUTE_DAY_LEGS; leg++) {
        struct leg_plan plan;
        plan_leg(&plan, route, &r, leg);
        van.along_m = 0.0;
        drive_leg(&van, &plan);
        if (leg == ROUTE_DAY_STOPS) break; /* home */
        if (!plan.stop_at_end) {
            note_call(&van, CALL_MISSED, (int32_t)leg, 0, 0);
            continue;
        }
        double course;
        struct point at = road_at(plan.road, plan.road->length_m, &course);
        int64_t arrival_s = van_now(&van);
        stand_until(&van, at, course, departure_of(&route->stops[leg], s, &r, arrival_s));
        note_call(&van, CALL_PLANNED, (int32_t)leg, arrival_s, van_now(&van));
    }
    bool home = d->count < DRIVE_SECONDS;
    stand_until(&van, depot, 0.0, local_to_utc(s->day, DRIVE_LAST_S));
    return home && d->count == DRIVE_SECONDS
               ? BM_OK
               : err_set(BM_EINTERNAL, "the drive does not fit the day");
}

static enum bm_rc write_truth(const struct drive *d, const struct route *route,
                              const struct sample *s)
{
    static const char *const names[] = { "planned", "unscheduled", "missed" };
    struct out o;
    enum bm_rc rc = out_open(&o, s, "truth.csv");
    if (rc) return rc;
    out_printf(&o, "stop,planned_arrival,planned_departure,arrival,departure,kind\n");
    for (uint32_t i = 0; i < d->call_count; i++) {
        const struct call *call = &d->calls[i];
        char key[STOP_KEY_SIZE] = "", planned[2][ISO_SIZE] = { "", "" },
             real[2][ISO_SIZE] = { "", "" };
        if (call->stop >= 0) {
            const struct stop *stop = &route->stops[call->stop];
            stop_key(stop, key);
            utc_text(local_to_utc(s->day, stop->arrival_s), planned[0]);
            utc_text(local_to_utc(s->day, stop->departure_s), planned[1]);
        }
        if (call->arrival_s) {
            utc_text(call->arrival_s, real[0]);
            utc_text(call->departure_s, real[1]);
        }
        out_printf(&o, "%s,%s,%s,%s,%s,%s\n", key, planned[0], planned[1], real[0], real[1],
                   names[call->kind]);
    }
    return out_close(&o);
}

enum bm_rc drive_run(struct drive *d, const struct route *route, const struct sample *s)
{
    *d = (struct drive){ 0 };
    d->moments = calloc(DRIVE_SECONDS, sizeof *d->moments);
    if (!d->moments) return err_set(BM_ENOMEM, "out of memory for the drive");
    enum bm_rc rc = drive_day(d, route, s);
    return rc ? rc : write_truth(d, route, s);
}

void drive_free(struct drive *d)
{
    free(d->moments);
    *d = (struct drive){ 0 };
}
