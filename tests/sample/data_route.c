/* tests/sample/data_route.c -- see data_route.h */
#include "tests/sample/data_route.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/geo.h"
#include "sync/csv.h"

enum { SAME_STOP_METRES = 100, STOPS_OF_A_NAME_MAX = 50, MONTH_DAYS = 31 };

/* The depot is invented: a yard this far from the first stop. */
static const struct point depot_from_first_stop = { 1150.0, -420.0 };
static const double point_apart_m = 0.5, plane_step_m = 100000.0;

/* --- the plane ------------------------------------------------------------------------------
 * Latitude and longitude are linear in the plane of route.h; here the other way round. */

static struct point point_of(double lat_deg, double lon_deg)
{
    const struct point origin = { 0, 0 }, corner = { plane_step_m, plane_step_m };
    double lat0 = point_lat_deg(origin), lon0 = point_lon_deg(origin);
    return (struct point){
        (lon_deg - lon0) / (point_lon_deg(corner) - lon0) * plane_step_m,
        (lat_deg - lat0) / (point_lat_deg(corner) - lat0) * plane_step_m,
    };
}

/* --- the timetable ----------------------------------------------------------------------- */

/* mobile/community/stop, at most STOP_KEY_BYTES and never half a character; a namesake further
 * off than 100 m gets #2, #3 ... */
static enum bm_rc name_stop(const struct data_route *r, struct arena *a, struct data_plan *out)
{
    const struct stop_plan *p = &out->plan;
    const char *whole = arena_printf(a, "%s/%s/%s", p->mobile, p->community, p->stop);
    if (!whole) return BM_ENOMEM;
    for (int n = 1; n <= STOPS_OF_A_NAME_MAX; n++) {
        char tail[16] = "";
        if (n > 1) snprintf(tail, sizeof tail, "#%d", n);
        size_t len = strlen(whole), room = STOP_KEY_BYTES - strlen(tail);
        if (len > room) len = room;
        while (whole[len] && ((unsigned char)whole[len] & 0xC0) == 0x80) len--;
        out->key = arena_printf(a, "%.*s%s", (int)len, whole, tail);
        if (!out->key) return BM_ENOMEM;
        const struct stop_plan *first = NULL;
        for (uint32_t i = 0; i < r->plan_count && !first; i++)
            if (!strcmp(r->plans[i].key, out->key)) first = &r->plans[i].plan;
        if (!first || geo_distance_m(first->lat_deg, first->lon_deg, p->lat_deg, p->lon_deg) <=
                          SAME_STOP_METRES)
            return BM_OK;
    }
    return err_set(BM_ELIMIT, "more than %d stops of one name", STOPS_OF_A_NAME_MAX);
}

struct plan_reader {
    struct data_route *route;
    struct arena *arena;
};

static enum bm_rc on_plan(void *ctx, int64_t line, const char **values)
{
    struct plan_reader *reader = ctx;
    struct data_route *r = reader->route;
    const char *fields[TT_COLUMN_COUNT];
    struct data_plan row;
    (void)line;
    for (int i = 0; i < TT_COLUMN_COUNT; i++) fields[i] = values[i] ? values[i] : "";
    enum bm_rc rc = timetable_parse_row(fields, reader->arena, &row.plan);
    if (!rc) rc = name_stop(r, reader->arena, &row);
    if (rc) return rc;
    r->plans =
        arena_grow(reader->arena, r->plans, r->plan_count, &r->plan_cap, sizeof *r->plans);
    if (!r->plans) return BM_ENOMEM;
    r->plans[r->plan_count++] = row;
    return BM_OK;
}

/* The mobile with most visits on a day. out: *mobile, of the first if some have as many */
static uint32_t busiest_mobile(const struct data_route *r, int32_t day, const char **mobile)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < r->plan_count; i++) {
        uint32_t count = 0;
        for (uint32_t k = 0; k < r->plan_count; k++)
            count += !strcmp(r->plans[k].plan.mobile, r->plans[i].plan.mobile) &&
                     timetable_visits_on(&r->plans[k].plan, day);
        if (count > most) *mobile = r->plans[i].plan.mobile;
        if (count > most) most = count;
    }
    return most;
}

static enum bm_rc choose_day(struct data_route *r, int32_t first_day, int32_t *day)
{
    char date[ISO_SIZE];
    uint32_t most = 0;
    if (*day != DATA_NONE) {
        if (busiest_mobile(r, *day, &r->mobile)) return BM_OK;
        return err_set(BM_ENOTFOUND, "the timetable has no visit on %s; choose another --date",
                       date_text(*day, date));
    }
    for (int32_t i = 0; i < MONTH_DAYS; i++) {
        const char *mobile = NULL;
        uint32_t count = busiest_mobile(r, first_day + i, &mobile);
        if (count <= most) continue;
        most = count;
        *day = first_day + i;
        r->mobile = mobile;
    }
    return most ? BM_OK
                : err_set(BM_ENOTFOUND,
                          "the timetable has no visit in the month of %s; choose "
                          "a --date",
                          date_text(first_day, date));
}

enum bm_rc data_route_read(struct data_route *r, struct data *d, const char *name,
                           int32_t first_day, int32_t *day)
{
    struct csv_column columns[TT_COLUMN_COUNT];
    struct plan_reader reader = { r, &d->arena };
    struct csv_sink sink = { .on_row = on_plan, .ctx = &reader };
    struct csv_counts counts;
    char file[DATA_PATH_SIZE], path[DATA_PATH_SIZE];
    *r = (struct data_route){ 0 };
    for (int i = 0; i < TT_COLUMN_COUNT; i++)
        columns[i] = (struct csv_column){ timetable_column_name((enum timetable_column)i),
                                          i == TT_STOP || i == TT_FREQUENCY };
    snprintf(file, sizeof file, "routes/%.80s.csv", name);
    r->csv_path = arena_strdup(&d->arena, data_path(d, file, path));
    if (!r->csv_path) return BM_ENOMEM;
    enum bm_rc rc = csv_read_file(path, columns, TT_COLUMN_COUNT, &sink, &counts);
    return rc ? err_prefix(rc, "%s: ", file) : choose_day(r, first_day, day);
}

enum bm_rc data_route_write(const struct data_route *r, const struct sample *s)
{
    struct out o;
    char block[4096];
    size_t len;
    FILE *in = fopen(r->csv_path, "rb");
    if (!in) return err_set(BM_EIO, "cannot read %s", r->csv_path);
    enum bm_rc rc = out_open(&o, s, "routes.csv");
    while (!rc && (len = fread(block, 1, sizeof block, in)) > 0) out_bytes(&o, block, len);
    if (!rc && ferror(in)) o.failed = true;
    fclose(in);
    return rc ? rc : out_close(&o);
}

/* --- roads ------------------------------------------------------------------------------- */

/* Points on each other are one. */
static enum bm_rc add_point(struct road *road, struct point p)
{
    if (!road->count) {
        road->points[road->count++] = p;
        return BM_OK;
    }
    struct point last = road->points[road->count - 1];
    double step = hypot(p.x_m - last.x_m, p.y_m - last.y_m);
    if (step < point_apart_m) return BM_OK;
    if (road->count == ROAD_POINTS_MAX)
        return err_set(BM_ELIMIT, "a road of more than %d points", ROAD_POINTS_MAX);
    road->length_m += step;
    road->along_m[road->count] = road->length_m;
    road->points[road->count++] = p;
    return BM_OK;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* The road from one stop to the other on a route. ret: its coordinates, or NULL */
static const json_t *find_road(const json_t *features, const struct data_route *r,
                               uint32_t from, uint32_t to)
{
    const struct stop *a = &r->route->stops[from], *b = &r->route->stops[to];
    for (size_t i = 0; i < json_array_size(features); i++) {
        const json_t *feature = json_array_get(features, i);
        const json_t *about = json_object_get(feature, "properties");
        if (!strcmp(text_of(about, "mobile"), r->mobile) &&
            !strcmp(text_of(about, "route"), r->ways[to]) &&
            !strcmp(text_of(about, "origin_stop"), a->name) &&
            !strcmp(text_of(about, "destination_stop"), b->name))
            return json_object_get(json_object_get(feature, "geometry"), "coordinates");
    }
    return NULL;
}

/* From stop to stop by the road if there is one: it ends at the kerb, the van at the stop. */
static enum bm_rc make_leg(struct road *road, struct point from, const json_t *way,
                           struct point to)
{
    road->count = 0;
    road->length_m = 0.0;
    enum bm_rc rc = add_point(road, from);
    for (size_t i = 0; i < json_array_size(way) && !rc; i++) {
        const json_t *pair = json_array_get(way, i);
        double lon = json_number_value(json_array_get(pair, 0)),
               lat = json_number_value(json_array_get(pair, 1));
        if (json_array_size(pair) < 2 || !geo_is_valid(lat, lon))
            return err_set(BM_EINPUT, "a road with a point that is none");
        rc = add_point(road, point_of(lat, lon));
    }
    if (!rc) rc = add_point(road, to);
    if (!rc && road->count < 2) /* twice at the same place: once round the car park */
        rc = add_point(road, (struct point){ to.x_m + 2 * point_apart_m, to.y_m });
    return rc;
}

static enum bm_rc make_legs(struct data_route *r, const json_t *features)
{
    struct route *route = r->route;
    struct point first = route->stops[0].at, depot = { first.x_m + depot_from_first_stop.x_m,
                                                       first.y_m + depot_from_first_stop.y_m };
    enum bm_rc rc = make_leg(&route->legs[0], depot, NULL, first);
    for (uint32_t i = 1; i < route->stop_count && !rc; i++) {
        const json_t *way = find_road(features, r, i - 1, i);
        r->roads += way != NULL;
        rc = make_leg(&route->legs[i], route->stops[i - 1].at, way, route->stops[i].at);
    }
    if (rc) return rc;
    return make_leg(&route->legs[route->stop_count], route->stops[route->stop_count - 1].at,
                    NULL, depot);
}

/* --- the day ----------------------------------------------------------------------------- */

static void insert_stop(struct data_route *r, const struct data_plan *row)
{
    struct route *route = r->route;
    int32_t arrival_s = 60 * row->plan.arrival_min;
    uint32_t at = route->stop_count++;
    for (; at > 0 && route->stops[at - 1].arrival_s > arrival_s; at--) {
        route->stops[at] = route->stops[at - 1];
        r->keys[at] = r->keys[at - 1];
        r->ways[at] = r->ways[at - 1];
    }
    route->stops[at] = (struct stop){ .community = row->plan.community,
                                      .name = row->plan.stop,
                                      .postcode = "",
                                      .at = point_of(row->plan.lat_deg, row->plan.lon_deg),
                                      .arrival_s = arrival_s,
                                      .departure_s = 60 * row->plan.departure_min };
    r->keys[at] = row->key;
    r->ways[at] = row->plan.route;
}

enum bm_rc data_route_make(struct data_route *r, struct data *d, const char *name, int32_t day)
{
    char file[DATA_PATH_SIZE], path[DATA_PATH_SIZE];
    json_error_t fault;
    bm_assert(r->mobile);
    r->route = ARENA_NEW(&d->arena, struct route);
    if (!r->route) return BM_ENOMEM;
    for (uint32_t i = 0; i < r->plan_count; i++) {
        const struct stop_plan *plan = &r->plans[i].plan;
        if (strcmp(plan->mobile, r->mobile) != 0 || !timetable_visits_on(plan, day)) continue;
        if (r->route->stop_count == ROUTE_DAY_STOPS)
            return err_set(BM_ELIMIT, "a day of more than %d stops", ROUTE_DAY_STOPS);
        insert_stop(r, &r->plans[i]);
    }
    snprintf(file, sizeof file, "routes/%.80s_routes.geojson", name);
    json_t *roads = json_load_file(data_path(d, file, path), 0, &fault);
    if (!roads) return err_set(BM_EINPUT, "%s: %s", path, fault.text);
    enum bm_rc rc = make_legs(r, json_object_get(roads, "features"));
    json_decref(roads);
    return rc;
}
