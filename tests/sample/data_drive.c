/* tests/sample/data_drive.c -- a drive by a real timetable; see data_route.h */
#include <math.h>
#include <stdlib.h>

#include "tests/sample/data_route.h"

enum {
    BREAK_FROM_S = 12 * 60, /* time to spare that is worth a break */
    BREAK_AFTER_S = 5 * 60, /* what is left of it for the rest of the way */
    BREAK_LEG_M = 1000,     /* on shorter ways a break would look like the stop */
    LIGHTS_LEG_M = 300
};
/* What a driver who knows the roads reckons with. */
static const double guess_streets_m = 900.0, guess_streets_mps = 7.5, guess_road_mps = 15.0,
                    guess_lights_s = 60.0;

static int32_t guess_drive_s(const struct road *road)
{
    double streets_m = fmin(road->length_m, guess_streets_m);
    return (int32_t)(guess_lights_s + streets_m / guess_streets_mps +
                     (road->length_m - streets_m) / guess_road_mps);
}

/* Lights as on other roads; whoever is much too early has a break half-way, or arrives early
 * where the way is too short for one. */
static void plan_way(struct leg_plan *plan, const struct road *road, struct rng *r,
                     int64_t spare_s)
{
    bool lights = road->length_m > LIGHTS_LEG_M;
    *plan = (struct leg_plan){ .road = road, .stop_at_end = true };
    if (lights) van_add_light(plan, r, 0.18, 0.22);
    if (lights) van_add_light(plan, r, 0.25, 0.30);
    if (spare_s > BREAK_FROM_S && road->length_m > BREAK_LEG_M)
        van_add_halt(plan, 0.5, (int32_t)(spare_s - BREAK_AFTER_S), true);
    if (lights) van_add_light(plan, r, 0.75, 0.82);
}

static enum bm_rc drive_timetable(struct drive *d, const struct data_route *r,
                                  const struct sample *s)
{
    const struct route *route = r->route;
    const struct road *legs = route->legs;
    uint32_t stops = route->stop_count;
    struct rng rng;
    struct leg_plan plan;
    struct van van = { .drive = d, .start_utc_s = local_to_utc(s->day, DRIVE_FIRST_S) };
    rng_init(&rng, s->seed, 4);
    int64_t leave_s = local_to_utc(s->day, route->stops[0].arrival_s) - guess_drive_s(&legs[0]);
    van_stand_until(&van, legs[0].points[0], 0.0, leave_s - rng_between(&rng, 30, 150));
    for (uint32_t i = 0; i < stops; i++) {
        const struct stop *stop = &route->stops[i];
        int64_t spare_s =
            local_to_utc(s->day, stop->arrival_s) - van_now(&van) - guess_drive_s(&legs[i]);
        double course;
        plan_way(&plan, &legs[i], &rng, i ? spare_s : 0);
        van_drive_leg(&van, &plan);
        struct point at = road_at(&legs[i], legs[i].length_m, &course);
        int64_t arrival_s = van_now(&van);
        van_stand_until(&van, at, course, van_departure(stop, s, &rng, arrival_s));
        if (d->count >= DRIVE_SECONDS)
            return err_set(BM_EINTERNAL, "the day is too short for stop %u of %u", i + 1,
                           stops);
        van_note_call(&van, CALL_PLANNED, (int32_t)i, arrival_s, van_now(&van));
    }
    plan_way(&plan, &legs[stops], &rng, 0);
    van_drive_leg(&van, &plan); /* perhaps not quite home when the recording ends */
    van_stand_until(&van, legs[0].points[0], 0.0, local_to_utc(s->day, DRIVE_LAST_S));
    return BM_OK;
}

static enum bm_rc write_calls(const struct drive *d, const struct data_route *r,
                              const struct sample *s)
{
    struct out o;
    enum bm_rc rc = out_open(&o, s, "truth.csv");
    if (rc) return rc;
    out_printf(&o, "stop,planned_arrival,planned_departure,arrival,departure,kind\n");
    for (uint32_t i = 0; i < d->call_count; i++) {
        const struct call *call = &d->calls[i];
        char iso[ISO_SIZE];
        bool planned = call->kind == CALL_PLANNED;
        const struct stop *stop = planned ? &r->route->stops[call->stop] : NULL;
        out_field(&o, planned ? r->keys[call->stop] : "", false);
        out_field(&o, stop ? utc_text(local_to_utc(s->day, stop->arrival_s), iso) : "", false);
        out_field(&o, stop ? utc_text(local_to_utc(s->day, stop->departure_s), iso) : "",
                  false);
        out_field(&o, utc_text(call->arrival_s, iso), false);
        out_field(&o, utc_text(call->departure_s, iso), false);
        out_field(&o, planned ? "planned" : "unscheduled", true);
    }
    return out_close(&o);
}

enum bm_rc data_drive_run(struct drive *drive, const struct data_route *r,
                          const struct sample *s)
{
    *drive = (struct drive){ 0 };
    drive->moments = calloc(DRIVE_SECONDS, sizeof *drive->moments);
    if (!drive->moments) return err_set(BM_ENOMEM, "out of memory for the drive");
    enum bm_rc rc = drive_timetable(drive, r, s);
    return rc ? rc : write_calls(drive, r, s);
}
