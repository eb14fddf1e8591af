/* tests/sample/data_route.h -- a real timetable's day: which stops, when, by which roads.
 * Floor:   tests. Uses data, route, van, common/timetable, common/geo, jansson.
 * Owns:    nothing; what is read lives in the data's arena.
 * Invariants: the stops of the day stand in route.stops in the order of their times; leg i
 *             leads to stop i, the last one back to the depot.
 * Threads: one. */
#ifndef SAMPLE_DATA_ROUTE_H
#define SAMPLE_DATA_ROUTE_H

#include "common/timetable.h"

#include "tests/sample/data.h"
#include "tests/sample/van.h"

enum { STOP_KEY_BYTES = 64 };

/* A row of the timetable. */
struct data_plan {
    struct stop_plan plan;
    const char *key; /* of its stop, as the branch names it: mobile/community/stop */
};
struct data_route {
    struct route *route; /* in the data's arena; its stop_count are the day's */
    const char *keys[ROUTE_DAY_STOPS];
    const char *ways[ROUTE_DAY_STOPS]; /* the timetable's name for the day's route */
    const char *mobile;                /* whose day it is */
    const char *csv_path;
    struct data_plan *plans;
    uint32_t plan_count, roads; /* roads: legs that follow a real road */
    size_t plan_cap;
};

/* Read DATA/routes/NAME.csv and choose the service day: the one asked for, else of the month of
 * first_day the earliest one with most stops.
 * in:  *day, DATA_NONE = choose; first_day, of the month to choose from
 * out: *day
 * ret: BM_OK | BM_ENOTFOUND no such file, or no visit on the day | BM_EINPUT | BM_ELIMIT |
 *      faults */
BM_MUST_CHECK enum bm_rc data_route_read(struct data_route *r, struct data *d, const char *name,
                                         int32_t first_day, int32_t *day);
/* Lay out the day's stops and the ways between them, from DATA/routes/NAME_routes.geojson.
 * ret: BM_OK | BM_EINPUT the file cannot be read | BM_ELIMIT | BM_ENOMEM */
BM_MUST_CHECK enum bm_rc data_route_make(struct data_route *r, struct data *d, const char *name,
                                         int32_t day);
/* Write routes.csv, the timetable as it is. ret: BM_OK | BM_EIO */
BM_MUST_CHECK enum bm_rc data_route_write(const struct data_route *r, const struct sample *s);

/* Drive the day and write truth.csv; d->moments are to be freed in any case (drive_free).
 * ret: BM_OK | BM_EIO | BM_ENOMEM | BM_EINTERNAL the last stop is not reached in the day */
BM_MUST_CHECK enum bm_rc data_drive_run(struct drive *drive, const struct data_route *r,
                                        const struct sample *s);

#endif
