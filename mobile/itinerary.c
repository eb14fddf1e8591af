/* mobile/itinerary.c -- see itinerary.h */
#include "mobile/itinerary.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/calendar.h"
#include "common/geo.h"

/* --- the replica's rows ---------------------------------------------------------------- */

static bool is_ours(const struct laptop *l, const char *mobile)
{
    return !l->mobile || (mobile && strcasecmp(l->mobile, mobile) == 0);
}

static const char *people_name(struct arena *a, const char *community, const char *name)
{
    if (!community || !community[0] || str_eq(community, name))
        return arena_strdup(a, name ? name : "");
    return name && name[0] ? arena_printf(a, "%s, %s", community, name)
                           : arena_strdup(a, community);
}

/* One row of the timetable that is the vehicle's. */
struct row {
    const char *stop;
    struct stop_plan plan;
};

/* Walk over the vehicle's timetable. A row that cannot be read is left out: one bad line must
 * not hide the others. */
static enum bm_rc each_row(struct laptop *l, struct arena *a,
                           enum bm_rc (*f)(void *ctx, const struct row *row), void *ctx)
{
    struct stmt *s;
    enum bm_rc rc = db_get(l->replica, SQL_PLANS_ALL, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct row row = { 0 };
        if (!is_ours(l, stmt_text(s, 2))) continue;
        row.stop = stmt_copy(s, 1, a);
        rc = row.stop ? timetable_parse_line(stmt_text(s, 3), a, &row.plan) : BM_ENOMEM;
        if (rc == BM_EINPUT || rc == BM_ELIMIT) continue;
        if (!rc) rc = f(ctx, &row);
        if (rc) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* --- a day ----------------------------------------------------------------------------- */

/* What stands in one place of the list while it is put together. */
struct place {
    struct stops_plan plan;
    const char *key, *name;
};
struct collect {
    struct itinerary *it;
    struct place *places;
    size_t count, cap;
    bool is_closed;
    struct calendar calendar;
};

static enum bm_rc add_place(struct collect *c, const char *key, const char *name,
                            const struct stops_plan *plan)
{
    if (!key || !name) return BM_ENOMEM;
    if (c->count == ITINERARY_STOPS_MAX)
        return err_set(BM_ELIMIT, "more than %d stops and calls in a day", ITINERARY_STOPS_MAX);
    c->places = arena_grow(&c->it->arena, c->places, c->count, &c->cap, sizeof *c->places);
    if (!c->places) return BM_ENOMEM;
    struct place *p = &c->places[c->count++];
    *p = (struct place){ .plan = *plan, .key = key, .name = name };
    str_copy(p->plan.key, sizeof p->plan.key, key);
    return BM_OK;
}

static enum bm_rc add_call(void *ctx, const struct row *row)
{
    struct collect *c = ctx;
    const struct stop_plan *t = &row->plan;
    if (c->is_closed || !timetable_visits_on(t, c->it->day)) return BM_OK;
    if (calendar_suspended(&c->calendar, row->stop, t, c->it->day)) return BM_OK;
    struct stops_plan plan = { .lat_deg = t->lat_deg,
                               .lon_deg = t->lon_deg,
                               .arr_s = zone_at_s(c->it->day, t->arrival_min),
                               .dep_s = zone_at_s(c->it->day, t->departure_min) };
    return add_place(c, row->stop, people_name(&c->it->arena, t->community, t->stop), &plan);
}

/* Every stop of the vehicle without a call today: known all the same, should it call there. */
static enum bm_rc add_stops(struct collect *c, struct laptop *l)
{
    struct stmt *s;
    size_t calls = c->count;
    enum bm_rc rc = db_get(l->replica, SQL_STOPS_ALL, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        const char *key = stmt_text(s, 0);
        bool is_there = !is_ours(l, stmt_text(s, 1));
        for (size_t i = 0; i < calls && !is_there; i++)
            is_there = str_eq(c->places[i].key, key);
        if (is_there) continue;
        struct stops_plan plan = { .lat_deg = geo_deg(stmt_int(s, 5)),
                                   .lon_deg = geo_deg(stmt_int(s, 6)),
                                   .arr_s = STOPS_NONE,
                                   .dep_s = STOPS_NONE };
        rc = add_place(c, stmt_copy(s, 0, &c->it->arena),
                       people_name(&c->it->arena, stmt_text(s, 2), stmt_text(s, 3)), &plan);
        if (rc) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static int by_time(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->plan.arr_s != y->plan.arr_s) return x->plan.arr_s < y->plan.arr_s ? -1 : 1;
    return strcmp(x->key, y->key);
}

static enum bm_rc lay_out(struct itinerary *it, const struct collect *c)
{
    it->plan = ARENA_NEWS(&it->arena, struct stops_plan, c->count + 1);
    it->keys = ARENA_NEWS(&it->arena, const char *, c->count + 1);
    it->names = ARENA_NEWS(&it->arena, const char *, c->count + 1);
    if (!it->plan || !it->keys || !it->names) return BM_ENOMEM;
    for (size_t i = 0; i < c->count; i++) {
        it->plan[i] = c->places[i].plan;
        it->plan[i].sequence = i < it->call_count ? (int)i + 1 : 0;
        it->keys[i] = c->places[i].key;
        it->names[i] = c->places[i].name;
    }
    it->count = c->count;
    return BM_OK;
}

enum bm_rc itinerary_load(struct itinerary *it, struct laptop *l, int64_t now_ms)
{
    struct itinerary fresh = { .day = zone_day(now_ms) };
    struct collect c = { .it = &fresh };
    struct day_list closed;
    enum bm_rc rc = laptop_current(l);
    if (!rc) rc = calendar_closed(l->replica, l->branch, fresh.day, fresh.day, &fresh.arena, &closed);
    if (!rc) rc = calendar_load(l->replica, fresh.day, &fresh.arena, &c.calendar);
    if (!rc) c.is_closed = closed.count > 0;
    if (!rc) rc = each_row(l, &fresh.arena, add_call, &c);
    if (!rc && c.count > 1) qsort(c.places, c.count, sizeof *c.places, by_time);
    fresh.call_count = c.count;
    if (!rc) rc = add_stops(&c, l);
    if (!rc) rc = lay_out(&fresh, &c);
    if (rc) {
        itinerary_free(&fresh);
        return rc;
    }
    fresh.generation = l->generation;
    itinerary_free(it);
    *it = fresh;
    return BM_OK;
}

void itinerary_free(struct itinerary *it)
{
    arena_free(&it->arena);
    *it = (struct itinerary){ 0 };
}

/* --- finding --------------------------------------------------------------------------- */

int itinerary_index(const struct itinerary *it, const char *cut_key, int64_t plan_arr_s)
{
    int any = -1;
    for (size_t i = 0; i < it->count; i++) {
        if (!str_eq(it->plan[i].key, cut_key)) continue;
        if (it->plan[i].arr_s == plan_arr_s) return (int)i;
        any = (int)i;
    }
    return any;
}

/* Does it stand in the name? Capitals or not: of ASCII letters, as on a keyboard in a hurry. */
static bool is_called(const struct itinerary *it, size_t i, const char *named)
{
    return strcasecmp(it->keys[i], named) == 0 || strcasestr(it->names[i], named) != NULL;
}

static int64_t off_time(const struct stops_plan *p, int64_t at_s)
{
    if (p->arr_s == STOPS_NONE) return INT64_MAX;
    return p->arr_s > at_s ? p->arr_s - at_s : at_s - p->arr_s;
}

enum bm_rc itinerary_named(const struct itinerary *it, const char *named, int64_t at_s,
                           size_t *out)
{
    const char *exact = NULL;
    bool is_found = false;
    for (size_t i = 0; i < it->count; i++)
        if (strcasecmp(it->keys[i], named) == 0 || strcasecmp(it->names[i], named) == 0)
            exact = it->keys[i];
    for (size_t i = 0; i < it->count && named[0]; i++) {
        if (exact ? !str_eq(it->keys[i], exact) : !is_called(it, i, named)) continue;
        if (is_found && !str_eq(it->keys[*out], it->keys[i]))
            return err_set(BM_EUSAGE,
                           "several stops are called so (%s; %s); say more of the name",
                           it->names[*out], it->names[i]);
        if (is_found && off_time(&it->plan[*out], at_s) <= off_time(&it->plan[i], at_s))
            continue;
        *out = i;
        is_found = true;
    }
    if (is_found) return BM_OK;
    return err_set(
        BM_ENOTFOUND,
        "this vehicle has no stop called %s; with --unscheduled it is opened under that name",
        named);
}

/* --- what comes next ------------------------------------------------------------------- */

struct search {
    struct arena *a;
    int64_t after_s, from_day;
    struct day_list closed;
    struct calendar calendar;
    struct itinerary_call *out; /* stop NULL: none so far */
};

static enum bm_rc look_ahead(void *ctx, const struct row *row)
{
    struct search *s = ctx;
    const struct stop_plan *t = &row->plan;
    int64_t day = s->from_day;
    for (int64_t last = s->from_day + ITINERARY_AHEAD_DAYS; day <= last; day++) {
        if (!timetable_next(t, day, last, &s->closed, NULL, &day)) return BM_OK;
        if (zone_at_s(day, t->arrival_min) > s->after_s &&
            !calendar_suspended(&s->calendar, row->stop, t, day))
            break;
    }
    if (day > s->from_day + ITINERARY_AHEAD_DAYS) return BM_OK;
    int64_t arr_s = zone_at_s(day, t->arrival_min);
    if (s->out->stop && s->out->arr_s <= arr_s) return BM_OK;
    *s->out = (struct itinerary_call){ .stop = row->stop,
                                       .name = people_name(s->a, t->community, t->stop),
                                       .arr_s = arr_s,
                                       .dep_s = zone_at_s(day, t->departure_min) };
    return s->out->name ? BM_OK : BM_ENOMEM;
}

enum bm_rc itinerary_next(struct laptop *l, struct arena *a, int64_t after_s,
                          struct itinerary_call *out)
{
    struct search search = {
        .a = a, .after_s = after_s, .from_day = zone_day(after_s * 1000), .out = out
    };
    *out = (struct itinerary_call){ 0 };
    enum bm_rc rc = l->replica ? BM_OK : laptop_current(l);
    if (!rc)
        rc = calendar_closed(l->replica, l->branch, search.from_day,
                             search.from_day + ITINERARY_AHEAD_DAYS, a, &search.closed);
    if (!rc) rc = calendar_load(l->replica, search.from_day, a, &search.calendar);
    if (!rc) rc = each_row(l, a, look_ahead, &search);
    if (rc) return rc;
    return out->stop ? BM_OK
                     : err_set(BM_ENOTFOUND,
                               "nothing is planned for this vehicle in the next %d days",
                               ITINERARY_AHEAD_DAYS);
}

enum bm_rc itinerary_name(struct laptop *l, struct arena *a, const char *key, const char **out)
{
    struct stmt *s;
    *out = NULL;
    enum bm_rc rc =
        key ? db_get(l->replica, SQL_STOP_GET, &s, "key", 's', key, NULL) : BM_ENOTFOUND;
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    *out = people_name(a, stmt_text(s, 2), stmt_text(s, 3));
    stmt_done(s);
    return *out ? BM_OK : BM_ENOMEM;
}
