/* common/calendar.c -- see calendar.h */
#include "common/calendar.h"

#include <string.h>
#include <strings.h>

/* --- suspensions --------------------------------------------------------------------------- */

enum bm_rc calendar_load(struct db *db, int64_t from_day, struct arena *a, struct calendar *out)
{
    struct stmt *s;
    size_t cap = 0;
    *out = (struct calendar){ 0 };
    enum bm_rc rc = db_get(db, SQL_SUSPENSIONS_FROM, &s, "from_day", 'i', from_day, "count", 'i',
                           (int64_t)CALENDAR_SUSPENSIONS_MAX, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct calendar_suspension *grown =
            arena_grow(a, out->list, out->count, &cap, sizeof *grown);
        if (!grown) {
            rc = BM_ENOMEM;
            break;
        }
        out->list = grown;
        struct calendar_suspension *x = &grown[out->count++];
        *x = (struct calendar_suspension){ .id = stmt_copy(s, 0, a),
                                           .stop = stmt_copy(s, 1, a),
                                           .route = stmt_copy(s, 2, a),
                                           .first_day = stmt_int(s, 3),
                                           .last_day = stmt_int(s, 4),
                                           .why = stmt_copy(s, 5, a) };
        if (!x->id || !x->why || (!x->stop && !x->route)) {
            rc = BM_ENOMEM;
            break;
        }
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* "A", "VAN1/A" or "VAN1": of a route's name alone every vehicle's is meant. */
static bool route_means(const char *route, const struct stop_plan *plan)
{
    size_t len = strlen(plan->mobile);
    if (strcasecmp(route, plan->mobile) == 0) return true;
    if (!plan->route[0]) return false;
    if (strcasecmp(route, plan->route) == 0) return true;
    return strncasecmp(route, plan->mobile, len) == 0 && route[len] == '/' &&
           strcasecmp(route + len + 1, plan->route) == 0;
}

bool calendar_means(const struct calendar_suspension *s, const char *stop,
                    const struct stop_plan *plan)
{
    if (s->stop && !str_eq(s->stop, stop)) return false;
    return !s->route || route_means(s->route, plan);
}

const struct calendar_suspension *calendar_suspended(const struct calendar *c, const char *stop,
                                                     const struct stop_plan *plan, int64_t day)
{
    for (size_t i = 0; c && i < c->count && c->list[i].first_day <= day; i++)
        if (day <= c->list[i].last_day && calendar_means(&c->list[i], stop, plan))
            return &c->list[i];
    return NULL;
}

enum bm_rc calendar_suspend(struct db *db, const struct entry *e, const char *id)
{
    bm_assert(e->op == OP_SUSPEND);
    return db_run(db, SQL_SUSPENSION_PUT, "id", 's', id, "stop", 's', e->stop, "route", 's',
                  e->route, "first_day", 'i', e->first_day, "last_day", 'i', e->last_day, "why",
                  's', e->why ? e->why : "", NULL);
}

/* --- closed days --------------------------------------------------------------------------- */

enum bm_rc calendar_closed(struct db *db, const char *branch, int64_t from_day, int64_t to_day,
                           struct arena *a, struct day_list *out)
{
    struct stmt *s;
    size_t count = 0;
    bm_assert(from_day <= to_day);
    *out = (struct day_list){ 0 };
    int64_t *days = ARENA_NEWS(a, int64_t, (size_t)(to_day - from_day + 1));
    if (!days) return BM_ENOMEM;
    enum bm_rc rc = db_get(db, SQL_CLOSED_OF_BRANCH, &s, "branch", 's', branch ? branch : "*",
                           "from_day", 'i', from_day, "to_day", 'i', to_day, NULL);
    if (rc) return rc;
    for (int64_t next = from_day; (rc = stmt_next(s)) == BM_OK;) {
        int64_t first = stmt_int(s, 0), last = stmt_int(s, 1);
        for (next = first > next ? first : next; next <= last && next <= to_day; next++)
            days[count++] = next;
    }
    *out = (struct day_list){ days, count };
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* --- visits -------------------------------------------------------------------------------- */

/* Walk over the rows of a stop's timetable. */
static enum bm_rc each_plan(struct db *db, const char *stop, struct arena *a,
                            void (*f)(void *ctx, const struct stop_plan *plan), void *ctx)
{
    struct stmt *s;
    enum bm_rc rc = db_get(db, SQL_PLANS_OF_STOP, &s, "stop", 's', stop, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct stop_plan plan;
        rc = timetable_parse_line(stmt_text(s, 3), a, &plan);
        if (rc == BM_EINPUT || rc == BM_ELIMIT) continue;
        if (rc) break;
        f(ctx, &plan);
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum { IS_PLANNED = 1, IS_HELD = 2 };
struct marks {
    const struct calendar *c;
    const char *stop;
    int64_t from_day, to_day;
    unsigned char day[CALENDAR_DAYS_MAX];
};

static void mark_days(void *ctx, const struct stop_plan *plan)
{
    struct marks *m = ctx;
    int64_t day;
    for (int64_t from = m->from_day; timetable_next(plan, from, m->to_day, NULL, NULL, &day);
         from = day + 1) {
        bool held = !calendar_suspended(m->c, m->stop, plan, day);
        m->day[day - m->from_day] |= (unsigned char)(IS_PLANNED | (held ? IS_HELD : 0));
    }
}

enum bm_rc calendar_visits(struct db *db, const struct calendar *c, const char *stop,
                           int64_t from_day, int64_t to_day, struct arena *a,
                           struct calendar_visits *out)
{
    struct marks m = { .c = c, .stop = stop, .from_day = from_day, .to_day = to_day };
    *out = (struct calendar_visits){ 0 };
    if (!stop || from_day > to_day) return BM_OK;
    bm_assert(to_day - from_day < CALENDAR_DAYS_MAX);
    size_t span = (size_t)(to_day - from_day) + 1;
    int64_t *planned = ARENA_NEWS(a, int64_t, span), *suspended = ARENA_NEWS(a, int64_t, span);
    if (!planned || !suspended) return BM_ENOMEM;
    enum bm_rc rc = each_plan(db, stop, a, mark_days, &m);
    if (rc) return rc;
    out->planned.days = planned;
    out->suspended.days = suspended;
    for (size_t i = 0; i < span; i++) {
        if (!(m.day[i] & IS_PLANNED)) continue;
        planned[out->planned.count++] = from_day + (int64_t)i;
        if (!(m.day[i] & IS_HELD)) suspended[out->suspended.count++] = from_day + (int64_t)i;
    }
    return BM_OK;
}

struct search {
    const struct calendar *c;
    const struct day_list *closed;
    const char *stop;
    int64_t after_s, from_day, to_day;
    struct calendar_call *out;
    bool is_found;
};

static void look_ahead(void *ctx, const struct stop_plan *plan)
{
    struct search *s = ctx;
    int64_t day;
    for (int64_t from = s->from_day;
         timetable_next(plan, from, s->to_day, s->closed, NULL, &day); from = day + 1) {
        int64_t dep_s = zone_at_s(day, plan->departure_min),
                arr_s = zone_at_s(day, plan->arrival_min);
        if (dep_s <= s->after_s || calendar_suspended(s->c, s->stop, plan, day)) continue;
        if (!s->is_found || arr_s < s->out->arr_s)
            *s->out = (struct calendar_call){ .day = day, .arr_s = arr_s, .dep_s = dep_s };
        s->is_found = true;
        return;
    }
}

enum bm_rc calendar_next(struct db *db, const struct calendar *c, const struct day_list *closed,
                         const char *stop, int64_t after_s, int64_t ahead_days, struct arena *a,
                         struct calendar_call *out)
{
    struct search s = { .c = c,
                        .closed = closed,
                        .stop = stop,
                        .after_s = after_s,
                        .from_day = zone_day(after_s * 1000),
                        .out = out };
    s.to_day = s.from_day + ahead_days;
    *out = (struct calendar_call){ .arr_s = ENTRY_NONE, .dep_s = ENTRY_NONE };
    enum bm_rc rc = each_plan(db, stop, a, look_ahead, &s);
    if (rc || s.is_found) return rc;
    return err_set(BM_ENOTFOUND, "no visit is planned at %s in the next %lld days", stop,
                   (long long)ahead_days);
}

/* --- stops by name ------------------------------------------------------------------------- */

static bool is_called(struct stmt *s, const char *named, bool *exact)
{
    const char *key = stmt_text(s, 0), *community = stmt_text(s, 2), *name = stmt_text(s, 3);
    size_t len = strlen(community); /* people are shown "Community, Stop" */
    bool whole = strncasecmp(named, community, len) == 0 && strncmp(named + len, ", ", 2) == 0 &&
                 strcasecmp(named + len + 2, name) == 0;
    *exact = strcasecmp(key, named) == 0;
    return *exact || whole || strcasecmp(name, named) == 0 || strcasestr(key, named) != NULL;
}

enum bm_rc calendar_stop_named(struct db *db, const char *named, struct arena *a,
                               const char **key)
{
    struct stmt *s;
    const char *other = NULL;
    bool exact = false;
    *key = NULL;
    enum bm_rc rc = db_get(db, SQL_STOPS_ALL, &s, NULL);
    if (rc) return rc;
    while (named[0] && !exact && (rc = stmt_next(s)) == BM_OK) {
        if (!is_called(s, named, &exact)) continue;
        if (*key && !other && !exact) other = *key;
        *key = stmt_copy(s, 0, a);
        if (!*key) {
            rc = BM_ENOMEM;
            break;
        }
    }
    stmt_done(s);
    if (rc && rc != BM_ENOTFOUND) return rc;
    if (exact) return BM_OK;
    if (other)
        return err_set(BM_EUSAGE, "several stops are called so (%s; %s); say more of the name",
                       other, *key);
    return *key ? BM_OK : err_set(BM_ENOTFOUND, "no stop is called %s", named);
}
