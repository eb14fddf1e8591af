/* tests/sample/drive.c -- see drive.h */
#include "tests/sample/drive.h"

#include <math.h>
#include <stdlib.h>

#include "tests/sample/van.h"

enum { LAYBY_S = 12 * 60, LEAVE_DEPOT_S = 9 * 3600 + 15 * 60 };

static void plan_leg(struct leg_plan *plan, const struct route *route, struct rng *r,
                     uint32_t leg)
{
    *plan =
        (struct leg_plan){ .road = &route->legs[leg], .stop_at_end = leg != DRIVE_MISSED_STOP };
    van_add_light(plan, r, 0.18, 0.22);
    van_add_light(plan, r, 0.25, 0.30);
    if (leg == DRIVE_LAYBY_LEG) van_add_halt(plan, 0.55, LAYBY_S, true);
    if (leg == DRIVE_JAM_LEG) {
        plan->jam_from_m = 0.40 * plan->road->length_m;
        plan->jam_to_m = 0.56 * plan->road->length_m;
        for (int i = 0; i < 12; i++)
            van_add_halt(plan, 0.41 + 0.012 * i, rng_between(r, 25, 70), false);
    }
    if (leg == DRIVE_TUNNEL_LEG) plan->tunnel_m = 0.40 * plan->road->length_m;
    van_add_light(plan, r, 0.75, 0.82);
}

static enum bm_rc drive_day(struct drive *d, const struct route *route, const struct sample *s)
{
    struct rng r;
    struct van van = { .drive = d, .start_utc_s = local_to_utc(s->day, DRIVE_FIRST_S) };
    const struct point depot = { 0.0, 0.0 };
    rng_init(&r, s->seed, 4);
    van_stand_until(&van, depot, 0.0,
                    local_to_utc(s->day, LEAVE_DEPOT_S) + rng_between(&r, 0, 90));
    for (uint32_t leg = 0; leg < ROUTE_DAY_LEGS; leg++) {
        struct leg_plan plan;
        plan_leg(&plan, route, &r, leg);
        van_drive_leg(&van, &plan);
        if (leg == ROUTE_DAY_STOPS) break; /* home */
        if (!plan.stop_at_end) {
            van_note_call(&van, CALL_MISSED, (int32_t)leg, 0, 0);
            continue;
        }
        double course;
        struct point at = road_at(plan.road, plan.road->length_m, &course);
        int64_t arrival_s = van_now(&van);
        van_stand_until(&van, at, course, van_departure(&route->stops[leg], s, &r, arrival_s));
        van_note_call(&van, CALL_PLANNED, (int32_t)leg, arrival_s, van_now(&van));
    }
    bool home = d->count < DRIVE_SECONDS;
    van_stand_until(&van, depot, 0.0, local_to_utc(s->day, DRIVE_LAST_S));
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
