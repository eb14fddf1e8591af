/* common/geo.h -- distances on the earth, boxes, and degrees as whole numbers.
 * Floor:   common, pure. Uses err.
 * Threads: safe; nothing is kept.
 * src:     a sphere of the earth's mean radius (WGS 84): within 0.6 % of the ellipsoid, far
 *          below the error of a receiver at the distances asked here. */
#ifndef BM_GEO_H
#define BM_GEO_H

#include <stdbool.h>
#include <stdint.h>

#define GEO_EARTH_RADIUS_M 6371008.8

/* Whether both are numbers within -90..90 and -180..180. */
bool geo_is_valid(double lat_deg, double lon_deg);

/* Great-circle distance in metres; NaN if one of them is NaN. */
double geo_distance_m(double lat1_deg, double lon1_deg, double lat2_deg, double lon2_deg);

/* A box that may reach over the 180th meridian: then west_deg > east_deg. */
struct geo_box {
    double south_deg, north_deg, west_deg, east_deg;
};
/* The box that holds everything within radius_m of a point: a cheap first test. */
struct geo_box geo_box_around(double lat_deg, double lon_deg, double radius_m);
bool geo_box_has(const struct geo_box *box, double lat_deg, double lon_deg);

/* Degrees as whole millionths (about 0.1 m), as entries hold them: nearest, halves away from
 * zero. */
int64_t geo_e6(double deg);
double geo_deg(int64_t e6);

#endif
