/* tests/sample/route.c -- see route.h */
#include "tests/sample/route.h"

#include <math.h>

/* The depot stands in real country so that maps and distances look right; nothing named here
 * exists. */
static const double depot_lat_deg = 52.2140, depot_lon_deg = -2.7305,
                    metres_a_degree = 111195.0;
static const double road_step_m = 25.0, van_mean_mps = 11.0;

struct stop_row {
    const char *community, *name, *postcode;
    double x_km, y_km;
    int32_t arrival_hhmm, departure_hhmm;
};
static const struct stop_row stop_rows[ROUTE_STOPS] = {
    { "Nether Quenby", "Village Hall", "ZZ98 1AA", 3.6, 5.7, 930, 1015 },
    { "Larkham Green", "The Green", "ZZ98 1BD", 7.1, 8.4, 1020, 1050 },
    { "Mistlebury", "Market Square", "ZZ98 2AF", 11.6, 6.6, 1100, 1205 },
    { "Copperwick", "Primary School", "ZZ98 2GH", 12.6, 0.7, 1230, 1315 },
    { "Tumbledown", "Old Ferry Inn car park", "ZZ98 3JK", 8.9, -3.8, 1325, 1415 },
    { "Sorrel Cross", "Bus shelter", "ZZ98 3LM", 4.6, -6.1, 1425, 1445 },
    { "Great Wimbling", "Church Lane", "ZZ98 4NP", -1.2, -5.2, 1455, 1540 },
    { "Hazelmere Bottom", "Community Centre", "ZZ98 4RS", -4.4, -1.3, 1545, 1615 },
    { "Pickleworth", "Village shop", "ZZ97 1AB", -4.9, 3.1, 1000, 1045 },
    { "Drizzleby", "Chapel Lane", "ZZ97 1CD", -9.3, 4.4, 1055, 1130 },
    { "Candlestone", "Almshouses", "ZZ97 2EF", -13.2, 1.9, 1140, 1225 },
    { "Upper Rumble", "Telephone box", "ZZ97 2GJ", -12.4, -3.6, 1330, 1400 },
    { "Saddlecote", "Recreation Ground", "ZZ97 3KL", -7.7, -5.5, 1410, 1500 },
};

double point_lat_deg(struct point p)
{
    return depot_lat_deg + p.y_m / metres_a_degree;
}

double point_lon_deg(struct point p)
{
    return depot_lon_deg + p.x_m / (metres_a_degree * cos(depot_lat_deg * M_PI / 180.0));
}

const char *stop_key(const struct stop *stop, char *out)
{
    snprintf(out, STOP_KEY_SIZE, "VAN1/%s/%s", stop->community, stop->name);
    return out;
}

static int32_t seconds_of(int32_t hhmm)
{
    return hhmm / 100 * 3600 + hhmm % 100 * 60;
}

/* A winding way: the straight line pushed aside by sines that vanish at both ends. */
static void make_road(struct road *road, struct point from, struct point to, struct rng *r)
{
    enum { WAVES = 20 };
    double side[WAVES + 1];
    double dx = to.x_m - from.x_m, dy = to.y_m - from.y_m, straight = hypot(dx, dy);
    side[1] = 0.11 + 0.05 * rng_unit(r);
    if (rng_chance(r, 0.5)) side[1] = -side[1];
    for (int k = 2; k <= WAVES; k++) side[k] = 0.06 / k * (2.0 * rng_unit(r) - 1.0);
    road->count = (uint32_t)(straight * 1.1 / road_step_m) + 2;
    bm_assert(road->count <= ROAD_POINTS_MAX);
    road->length_m = 0.0;
    for (uint32_t i = 0; i < road->count; i++) {
        double t = (double)i / (road->count - 1), off = 0.0;
        for (int k = 1; k <= WAVES; k++) off += side[k] * sin(k * M_PI * t);
        road->points[i] =
            (struct point){ from.x_m + dx * t - dy * off, from.y_m + dy * t + dx * off };
        if (i > 0) {
            road->length_m += hypot(road->points[i].x_m - road->points[i - 1].x_m,
                                    road->points[i].y_m - road->points[i - 1].y_m);
        }
        road->along_m[i] = road->length_m;
    }
}

struct point road_at(const struct road *road, double along_m, double *course_deg)
{
    uint32_t low = 0,
             high = road->count - 1; /* points[low] is not past the place, points[high] is */
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;
        if (road->along_m[middle] <= along_m)
            low = middle;
        else
            high = middle;
    }
    struct point a = road->points[low], b = road->points[high];
    double t = (along_m - road->along_m[low]) / (road->along_m[high] - road->along_m[low]);
    if (course_deg)
        *course_deg = fmod(atan2(b.x_m - a.x_m, b.y_m - a.y_m) * 180.0 / M_PI + 360.0, 360.0);
    return (struct point){ a.x_m + (b.x_m - a.x_m) * t, a.y_m + (b.y_m - a.y_m) * t };
}

void route_make(struct route *route, const struct sample *s)
{
    struct rng r;
    const struct point depot = { 0.0, 0.0 };
    rng_init(&r, s->seed, 3);
    route->stop_count = ROUTE_STOPS;
    for (uint32_t i = 0; i < ROUTE_STOPS; i++) {
        const struct stop_row *row = &stop_rows[i];
        route->stops[i] = (struct stop){ .community = row->community,
                                         .name = row->name,
                                         .postcode = row->postcode,
                                         .at = { row->x_km * 1000.0, row->y_km * 1000.0 },
                                         .arrival_s = seconds_of(row->arrival_hhmm),
                                         .departure_s = seconds_of(row->departure_hhmm) };
    }
    for (uint32_t leg = 0; leg < ROUTE_LEGS; leg++) {
        uint32_t first = leg < ROUTE_DAY_LEGS ? 0 : ROUTE_DAY_STOPS,
                 last = leg < ROUTE_DAY_LEGS ? ROUTE_DAY_STOPS : ROUTE_STOPS;
        uint32_t to = leg < ROUTE_DAY_LEGS
                          ? leg
                          : leg - 1; /* stop at its end, unless that is the depot */
        make_road(&route->legs[leg], to == first ? depot : route->stops[to - 1].at,
                  to == last ? depot : route->stops[to].at, &r);
    }
    /* two weekdays on, a week apart; from Thursday, two weekdays before */
    route->other_day = date_weekday(s->day) < 3 ? s->day + 2 - 7 : s->day - 2 - 7;
}

int32_t route_last_visit(const struct route *route, const struct sample *s, uint32_t stop,
                         int32_t weeks_back)
{
    bm_assert(stop < ROUTE_STOPS);
    return (stop < ROUTE_DAY_STOPS ? s->day - 14 : route->other_day) - 7 * weeks_back;
}

static enum bm_rc write_stops(const struct route *route, const struct sample *s)
{
    static const char *const weekdays[] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
                                            "Friday", "Saturday", "Sunday" };
    struct out o;
    enum bm_rc rc = out_open(&o, s, "routes.csv");
    if (rc) return rc;
    out_printf(&o, "organisation,mobile,route,community,stop,address,postcode,geox,geoy,day,"
                   "type,arrival,departure,frequency,"
                   "start,end,exceptions,timetable\n");
    for (uint32_t i = 0; i < ROUTE_STOPS; i++) {
        const struct stop *stop = &route->stops[i];
        int32_t start =
            (i < ROUTE_DAY_STOPS ? s->day : route->other_day) - 364; /* 26 fortnights */
        const char *weekday = weekdays[date_weekday(start)];
        char date[ISO_SIZE];
        out_printf(&o,
                   "Marrowdale Libraries,VAN1,%s %d,%s,%s,\"%s, %s\",%s,%.6f,%.6f,%s,Public,",
                   weekday, i < ROUTE_DAY_STOPS ? 1 : 2, stop->community, stop->name,
                   stop->name, stop->community, stop->postcode, point_lon_deg(stop->at),
                   point_lat_deg(stop->at), weekday);
        out_printf(&o,
                   "%02d:%02d,%02d:%02d,FREQ=WEEKLY;INTERVAL=2,%s,,,https://"
                   "marrowdale.example.org/mobile\n",
                   stop->arrival_s / 3600, stop->arrival_s / 60 % 60, stop->departure_s / 3600,
                   stop->departure_s / 60 % 60, date_text(start, date));
    }
    return out_close(&o);
}

static void write_leg(struct out *o, const struct route *route, uint32_t leg)
{
    const struct road *road = &route->legs[leg];
    bool today = leg < ROUTE_DAY_LEGS;
    uint32_t first = today ? 0 : ROUTE_DAY_STOPS, last = today ? ROUTE_DAY_STOPS : ROUTE_STOPS,
             to = today ? leg : leg - 1;
    out_printf(o,
               "{ \"type\": \"Feature\", \"properties\": { \"mobile\": \"VAN1\", \"route\": "
               "\"%d\", \"origin_stop\": \"%s\", "
               "\"destination_stop\": \"%s\", \"distance\": %.1f, \"duration\": %.1f }, "
               "\"geometry\": { \"type\": \"LineString\", "
               "\"coordinates\": [",
               today ? 1 : 2, to == first ? "Depot" : route->stops[to - 1].name,
               to == last ? "Depot" : route->stops[to].name, road->length_m,
               road->length_m / van_mean_mps);
    for (uint32_t i = 0; i < road->count; i++) {
        out_printf(o, "%s[%.6f, %.6f]", i ? ", " : "", point_lon_deg(road->points[i]),
                   point_lat_deg(road->points[i]));
    }
    out_printf(o, "] } }%s\n", leg + 1 < ROUTE_LEGS ? "," : "");
}

enum bm_rc route_write(const struct route *route, const struct sample *s)
{
    struct out o;
    enum bm_rc rc = write_stops(route, s);
    if (rc) return rc;
    rc = out_open(&o, s, "roads.json");
    if (rc) return rc;
    out_printf(&o, "{\n\"type\": \"FeatureCollection\",\n\"features\": [\n");
    for (uint32_t leg = 0; leg < ROUTE_LEGS; leg++) write_leg(&o, route, leg);
    out_printf(&o, "]\n}\n");
    return out_close(&o);
}
