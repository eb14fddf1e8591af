/* common/geo.c -- see geo.h */
#include "common/geo.h"

#include <math.h>

#include "common/err.h"

static const double pi = 3.14159265358979323846;

static double radians(double deg)
{
    return deg * pi / 180;
}

bool geo_is_valid(double lat_deg, double lon_deg)
{
    return lat_deg >= -90 && lat_deg <= 90 && lon_deg >= -180 &&
           lon_deg <= 180; /* NaN fails each */
}

/* Haversine: unlike the cosine law it keeps its digits for points a few metres apart. */
double geo_distance_m(double lat1_deg, double lon1_deg, double lat2_deg, double lon2_deg)
{
    double lat = sin(radians(lat2_deg - lat1_deg) / 2),
           lon = sin(radians(lon2_deg - lon1_deg) / 2);
    double h = lat * lat + cos(radians(lat1_deg)) * cos(radians(lat2_deg)) * lon * lon;
    if (h > 1) h = 1; /* rounding, at the far side of the earth */
    return 2 * GEO_EARTH_RADIUS_M * asin(sqrt(h));
}

struct geo_box geo_box_around(double lat_deg, double lon_deg, double radius_m)
{
    bm_assert(radius_m >= 0);
    double angle = radius_m / GEO_EARTH_RADIUS_M, up_deg = angle * 180 / pi * (1 + 1e-9);
    struct geo_box box = { lat_deg - up_deg, lat_deg + up_deg, -180, 180 };
    if (box.south_deg <= -90 || box.north_deg >= 90)
        return box; /* holds a pole: every meridian */
    /* The circle's widest place lies nearer the pole than its centre; this is its angle, not
     * angle / cos. */
    double wide_deg = asin(sin(angle) / cos(radians(lat_deg))) * 180 / pi * (1 + 1e-9);
    box.west_deg = lon_deg - wide_deg;
    box.east_deg = lon_deg + wide_deg;
    if (box.west_deg < -180) box.west_deg += 360;
    if (box.east_deg > 180) box.east_deg -= 360;
    return box;
}

bool geo_box_has(const struct geo_box *box, double lat_deg, double lon_deg)
{
    bm_assert(box);
    if (!(lat_deg >= box->south_deg && lat_deg <= box->north_deg)) return false;
    if (box->west_deg <= box->east_deg)
        return lon_deg >= box->west_deg && lon_deg <= box->east_deg;
    return lon_deg >= box->west_deg || lon_deg <= box->east_deg;
}

int64_t geo_e6(double deg)
{
    bm_assert(deg >= -1e9 && deg <= 1e9);
    return llround(deg * 1e6);
}

double geo_deg(int64_t e6)
{
    return (double)e6 / 1e6;
}
