/* tests/sample/route.h -- the van's two fortnightly routes and the roads between their stops.
 * Floor:   tests. Uses base.
 * Owns:    nothing on the heap; a struct route is about 370 KB: do not put it on the stack.
 * Invariants: the first ROUTE_DAY_STOPS stops belong to the service day, in this order.
 * Threads: one. */
#ifndef SAMPLE_ROUTE_H
#define SAMPLE_ROUTE_H

#include "tests/sample/base.h"

enum {
    ROUTE_DAY_STOPS = 8,   /* on the service day */
    ROUTE_OTHER_STOPS = 5, /* on another weekday, in the other week */
    ROUTE_STOPS = ROUTE_DAY_STOPS + ROUTE_OTHER_STOPS,
    ROUTE_DAY_LEGS = ROUTE_DAY_STOPS + 1, /* depot, stops, depot */
    ROUTE_LEGS = ROUTE_DAY_LEGS + ROUTE_OTHER_STOPS + 1,
    ROAD_POINTS_MAX = 1024,
    STOP_KEY_SIZE = 64
};

struct point {
    double x_m, y_m; /* east and north of the depot */
};
/* A road as a line; along_m[i] = way from its start to points[i]. */
struct road {
    struct point points[ROAD_POINTS_MAX];
    double along_m[ROAD_POINTS_MAX];
    uint32_t count;
    double length_m;
};
struct stop {
    const char *community, *name, *postcode;
    struct point at;
    int32_t arrival_s, departure_s; /* local seconds since midnight */
};
struct route {
    struct stop stops[ROUTE_STOPS];
    uint32_t stop_count;
    struct road legs[ROUTE_LEGS]; /* 0 to 8: the service day's; then the other route's */
    int32_t other_day;            /* latest visit of the other route before the service day */
};

/* Lay out stops and roads. */
void route_make(struct route *route, const struct sample *s);
/* Write routes.csv and roads.json (GeoJSON). ret: BM_OK | BM_EIO */
BM_MUST_CHECK enum bm_rc route_write(const struct route *route, const struct sample *s);

const char *stop_key(const struct stop *stop,
                     char *out); /* VAN1/community/stop; out: STOP_KEY_SIZE. ret: out */
double point_lat_deg(struct point p);
double point_lon_deg(struct point p);
/* Where one is after along_m metres of a road. out: *course_deg, clockwise from north; may be
 * NULL */
struct point road_at(const struct road *road, double along_m, double *course_deg);
/* Day of a stop's latest visit before the service day, weeks_back = 0, 2, 4 ... earlier. */
int32_t route_last_visit(const struct route *route, const struct sample *s, uint32_t stop,
                         int32_t weeks_back);

#endif
