/* sync/daymap.c -- see daymap.h */
#include "sync/daymap.h"

#include "common/zone.h"

enum { DAYMAP_CALLS_MAX = 5000, DEGREE_DECIMALS = 6 };

static enum bm_rc load_calls(struct branch *b, struct arena *a, struct daymap *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_REPORT_DAY_CALLS, &s, "from_s", 'i', zone_at_s(out->day, 0), "to_s", 'i', zone_day_end_s(out->day), NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        if (out->call_count == DAYMAP_CALLS_MAX) {
            rc = err_set(BM_ELIMIT, "more than %d visits on one day", DAYMAP_CALLS_MAX);
            break;
        }
        struct day_call *grown = arena_grow(a, out->calls, out->call_count, &out->call_cap, sizeof *grown);
        if (!grown) {
            rc = BM_ENOMEM;
            break;
        }
        out->calls = grown;
        struct day_call *c = &out->calls[out->call_count++];
        *c = (struct day_call){ .visit = stmt_copy(s, 0, a), .dev = stmt_copy(s, 1, a), .device = stmt_copy(s, 2, a),
                                .stop = stmt_copy(s, 3, a), .name = stmt_copy(s, 4, a), .src = stmt_copy(s, 5, a),
                                .arr_s = stmt_int(s, 6), .dep_s = stmt_int(s, 7), .parr_s = stmt_int(s, 8), .pdep_s = stmt_int(s, 9),
                                .lat_e6 = stmt_int(s, 10), .lon_e6 = stmt_int(s, 11), .leg_m = stmt_int(s, 12), .leg_points = stmt_int(s, 13) };
        if (!c->visit || !c->dev || !c->src) {
            rc = BM_ENOMEM;
            break;
        }
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* Where a planned stop is; one that the timetable has no longer is on no map. */
static enum bm_rc place_stop(struct branch *b, struct arena *a, struct day_stop *stop)
{
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_REPORT_DAY_STOP, &s, "stop", 's', stop->stop, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    stop->name = stmt_copy(s, 0, a);
    stop->lat_e6 = stmt_int(s, 1);
    stop->lon_e6 = stmt_int(s, 2);
    stmt_done(s);
    return stop->name ? BM_OK : BM_ENOMEM;
}

static enum bm_rc add_planned(struct branch *b, const struct visit_report *visits, struct arena *a, struct daymap *out)
{
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < visits->count && !rc; i++) {
        const struct visit_line *l = &visits->lines[i];
        if (l->parr_s == ENTRY_NONE) continue;
        struct day_stop *grown = arena_grow(a, out->stops, out->stop_count, &out->stop_cap, sizeof *grown);
        if (!grown) return BM_ENOMEM;
        out->stops = grown;
        out->stops[out->stop_count] = (struct day_stop){ .stop = l->stop, .parr_s = l->parr_s, .pdep_s = l->pdep_s, .lat_e6 = ENTRY_NONE,
                                                         .lon_e6 = ENTRY_NONE, .status = l->status };
        rc = place_stop(b, a, &out->stops[out->stop_count++]);
    }
    return rc;
}

enum bm_rc daymap_load(struct branch *b, int64_t day, int64_t now_ms, struct arena *a, struct daymap *out)
{
    struct visit_report visits;
    bm_assert(b && a && out);
    *out = (struct daymap){ .day = day };
    enum bm_rc rc = report_visits(b, day, day, now_ms, a, &visits);
    if (!rc) rc = db_begin_read(b->db);
    if (rc) return rc;
    rc = load_calls(b, a, out);
    if (!rc) rc = add_planned(b, &visits, a, out);
    return db_end(b->db, rc);
}

static void place_json(struct jsonw *w, int64_t lat_e6, int64_t lon_e6)
{
    jsonw_put_fixed(w, "lat", lat_e6, DEGREE_DECIMALS);
    jsonw_put_fixed(w, "lon", lon_e6, DEGREE_DECIMALS);
}

static void call_json(struct jsonw *w, const struct day_call *c)
{
    jsonw_object(w);
    jsonw_put_text(w, "visit", c->visit);
    jsonw_put_text(w, "device", c->dev);
    jsonw_put_text(w, "device_name", c->device);
    jsonw_put_text(w, "stop", c->stop);
    jsonw_put_text(w, "name", c->name);
    jsonw_put_text(w, "source", c->src);
    jsonw_put_int(w, "arrival_s", c->arr_s);
    jsonw_put_int(w, "departure_s", c->dep_s);
    jsonw_put_int(w, "planned_arrival_s", c->parr_s);
    jsonw_put_int(w, "planned_departure_s", c->pdep_s);
    place_json(w, c->lat_e6, c->lon_e6);
    jsonw_put_int(w, "leg_m", c->leg_m);
    jsonw_put_int(w, "leg_points", c->leg_points);
    jsonw_object_end(w);
}

void daymap_json(const struct daymap *map, struct jsonw *w)
{
    char day[ZONE_TEXT_MAX];
    jsonw_object(w);
    jsonw_put_text(w, "date", zone_day_text(map->day, day, sizeof day));
    jsonw_key(w, "calls"), jsonw_array(w);
    for (size_t i = 0; i < map->call_count; i++) call_json(w, &map->calls[i]);
    jsonw_array_end(w);
    jsonw_key(w, "planned"), jsonw_array(w);
    for (size_t i = 0; i < map->stop_count; i++) {
        const struct day_stop *s = &map->stops[i];
        jsonw_object(w);
        jsonw_put_text(w, "stop", s->stop);
        jsonw_put_text(w, "name", s->name);
        jsonw_put_int(w, "planned_arrival_s", s->parr_s);
        jsonw_put_int(w, "planned_departure_s", s->pdep_s);
        jsonw_put_text(w, "status", visit_status_name(s->status));
        place_json(w, s->lat_e6, s->lon_e6);
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
    jsonw_object_end(w);
}
