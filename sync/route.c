/* sync/route.c -- see route.h */
#include "sync/route.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* --- names ------------------------------------------------------------------------------------------ */

struct naming {
    const char *named;
    const char *vehicle;     /* as the timetable spells it, or NULL */
    const char *route, *of;  /* a route of this name and its vehicle, or NULL */
    const char *other;       /* another vehicle that has one too */
};

static enum bm_rc look_at_row(struct naming *n, const struct stop_plan *plan)
{
    size_t len = strlen(plan->mobile);
    const char *tail = strncasecmp(n->named, plan->mobile, len) == 0 && n->named[len] == '/' ? n->named + len + 1 : NULL;
    if (strcasecmp(n->named, plan->mobile) == 0) n->vehicle = plan->mobile;
    if (!plan->route[0]) return BM_OK;
    bool whole = tail && strcasecmp(tail, plan->route) == 0;
    if (!whole && strcasecmp(n->named, plan->route) != 0) return BM_OK;
    if (!n->route) n->route = plan->route, n->of = plan->mobile;
    else if (!whole && strcasecmp(n->of, plan->mobile) != 0) n->other = plan->mobile;
    return BM_OK;
}

enum bm_rc route_named(struct branch *b, const char *named, struct arena *a, const char **out)
{
    struct naming n = { .named = named };
    struct stmt *s;
    *out = NULL;
    enum bm_rc rc = db_get(b->db, SQL_PLANS_ALL, &s, NULL);
    if (rc) return rc;
    while (named[0] && (rc = stmt_next(s)) == BM_OK) {
        struct stop_plan plan;
        rc = timetable_parse_line(stmt_text(s, 3), a, &plan);
        if (rc == BM_EINPUT || rc == BM_ELIMIT) continue;
        if (!rc) rc = look_at_row(&n, &plan);
        if (rc) break;
    }
    stmt_done(s);
    if (rc && rc != BM_ENOTFOUND) return rc;
    if (!n.vehicle && n.other)
        return err_set(BM_EUSAGE, "%s and %s both have a route %s; say %s/%s", n.of, n.other, n.route, n.of, n.route);
    if (!n.vehicle && !n.route)
        return err_set(BM_ENOTFOUND, "no route or vehicle of the timetable is called %s; see: branch route list", named);
    *out = n.vehicle ? n.vehicle : arena_printf(a, "%s/%s", n.of, n.route);
    if (!*out) return BM_ENOMEM;
    if (strlen(*out) <= ENTRY_WORD_MAX) return BM_OK;
    return err_set(BM_ELIMIT, "the name %s is longer than %d bytes; suspend its stops one by one", *out, ENTRY_WORD_MAX);
}

/* --- due dates ---------------------------------------------------------------------------------------- */

/* What is known of a stop while a suspension's loans are looked at. */
struct stop_days {
    const char *stop;
    struct calendar_visits visits; /* within the suspension */
    int64_t after_day, next_day;   /* the last question and its answer; next_day ENTRY_NONE = none */
};
struct mover {
    struct branch *b;
    struct arena *a;
    const struct calendar_suspension *s;
    struct calendar calendar;
    struct day_list closed; /* from the suspension's first day as far ahead as a date can move */
    struct stop_days *stops;
    size_t stop_count, stop_cap;
    struct due_moves *out;
    const char *why;
};

struct due_loan {
    const char *item, *card, *promise, *patron_stop;
    int64_t due_s;
};

static enum bm_rc loans_due(struct mover *m, struct due_loan **out, size_t *count)
{
    struct stmt *s;
    size_t cap = 0;
    *out = NULL;
    *count = 0;
    enum bm_rc rc = db_get(m->b->db, SQL_LOANS_DUE_BETWEEN, &s, "from_s", 'i', zone_at_s(m->s->first_day, 0), "to_s", 'i',
                           zone_day_end_s(m->s->last_day), NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        if (*count == ROUTE_LOANS_MAX) {
            rc = err_set(BM_ELIMIT, "more than %d loans are due in these days; suspend fewer days at a time", ROUTE_LOANS_MAX);
            break;
        }
        *out = arena_grow(m->a, *out, *count, &cap, sizeof **out);
        if (!*out) {
            rc = BM_ENOMEM;
            break;
        }
        struct due_loan *l = &(*out)[(*count)++];
        *l = (struct due_loan){ .item = stmt_copy(s, 1, m->a), .card = stmt_copy(s, 2, m->a), .due_s = stmt_int(s, 3),
                                .promise = stmt_copy(s, 4, m->a), .patron_stop = stmt_copy(s, 5, m->a) };
        if (!l->item || !l->card || !l->promise) {
            rc = BM_ENOMEM;
            break;
        }
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* The visit during which an entry was written. ret: its seq, or ENTRY_NONE: none, or the entry is not here any more */
static enum bm_rc visit_of(struct mover *m, const struct eid *id, int64_t *visit)
{
    char ep[20];
    struct stmt *s;
    struct entry e;
    *visit = ENTRY_NONE;
    if (eid_is_none(id) || id->row > 0) return BM_OK; /* imported */
    snprintf(ep, sizeof ep, "%016" PRIx64, id->ep);
    enum bm_rc rc = db_get(m->b->db, SQL_ENTRY_GET, &s, "dev", 's', id->dev, "ep", 's', ep, "seq", 'i', (int64_t)id->seq, "row",
                           'i', (int64_t)0, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    const char *body = stmt_text(s, 1);
    if (entry_read(body, strlen(body), false, m->a, &e) == BM_OK) *visit = e.visit;
    stmt_done(s);
    return BM_OK;
}

/* As the rules had it when the date was promised: the stop where that was done; off a stop, the patron's own. */
static enum bm_rc stop_of(struct mover *m, const struct due_loan *l, const char **out)
{
    struct eid id;
    int64_t visit;
    struct stmt *s;
    *out = l->patron_stop;
    BM_CHECK(eid_parse(l->promise, &id));
    enum bm_rc rc = visit_of(m, &id, &visit);
    if (rc || visit == ENTRY_NONE) return rc;
    rc = db_get(m->b->db, SQL_VISIT_STOP_OF, &s, "dev", 's', id.dev, "opened", 'i', visit, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    if (stmt_text(s, 0)) {
        *out = stmt_copy(s, 0, m->a);
        if (!*out) rc = BM_ENOMEM;
    }
    stmt_done(s);
    return rc;
}

static enum bm_rc days_of(struct mover *m, const char *stop, struct stop_days **out)
{
    for (size_t i = 0; i < m->stop_count; i++)
        if (str_eq(m->stops[i].stop, stop)) return *out = &m->stops[i], BM_OK;
    struct stop_days *grown = arena_grow(m->a, m->stops, m->stop_count, &m->stop_cap, sizeof *grown);
    if (!grown) return BM_ENOMEM;
    m->stops = grown;
    *out = &grown[m->stop_count++];
    **out = (struct stop_days){ .stop = stop, .after_day = INT64_MIN };
    return calendar_visits(m->b->db, &m->calendar, stop, m->s->first_day, m->s->last_day, m->a, &(*out)->visits);
}

/* Was the last visit before the day ends, within the suspension, one that does not take place? */
static bool is_struck(const struct mover *m, const struct stop_days *d, int64_t day)
{
    for (size_t i = d->visits.planned.count; i-- > 0;) {
        int64_t visit = d->visits.planned.days[i];
        if (visit > day) continue;
        if (day_list_has(&d->visits.suspended, visit)) return true;
        if (!day_list_has(&m->closed, visit)) return false;
    }
    return false;
}

static enum bm_rc next_day(struct mover *m, struct stop_days *d, int64_t day)
{
    struct calendar_call next;
    if (d->after_day == day) return BM_OK;
    enum bm_rc rc = calendar_next(m->b->db, &m->calendar, &m->closed, d->stop, zone_day_end_s(day), ROUTE_AHEAD_DAYS, m->a, &next);
    if (rc && rc != BM_ENOTFOUND) return rc;
    d->after_day = day;
    d->next_day = rc ? ENTRY_NONE : next.day;
    return BM_OK;
}

static enum bm_rc write_move(struct mover *m, const struct due_move *move)
{
    struct entry e;
    struct desk_answer unused;
    entry_init(&e, OP_CHANGE_DUE);
    e.item = move->item;
    e.patron = move->card;
    e.due_s = move->new_s;
    e.why = m->why;
    return desk_write(&m->b->desk, m->a, &e, &unused);
}

static enum bm_rc move_one(struct mover *m, const struct due_loan *l)
{
    const char *stop;
    struct stop_days *d;
    int64_t day = zone_day(l->due_s * 1000);
    enum bm_rc rc = stop_of(m, l, &stop);
    if (rc || !stop) return rc;
    rc = days_of(m, stop, &d);
    if (rc || !is_struck(m, d, day)) return rc;
    rc = next_day(m, d, day);
    if (rc) return rc;
    struct due_move *grown = arena_grow(m->a, m->out->list, m->out->count, &m->out->cap, sizeof *grown);
    if (!grown) return BM_ENOMEM;
    m->out->list = grown;
    struct due_move *move = &grown[m->out->count++];
    *move = (struct due_move){ .item = l->item, .card = l->card, .stop = stop, .old_s = l->due_s, .new_s = ENTRY_NONE };
    if (d->next_day == ENTRY_NONE) return BM_OK;
    move->new_s = zone_day_end_s(d->next_day);
    return write_move(m, move);
}

static enum bm_rc move_all(struct mover *m)
{
    struct due_loan *loans;
    size_t count;
    const char *request = m->b->desk.request;
    int64_t first = m->s->first_day;
    enum bm_rc rc = calendar_load(m->b->db, first, m->a, &m->calendar);
    if (!rc) rc = calendar_closed(m->b->db, m->b->code, first, m->s->last_day + ROUTE_AHEAD_DAYS, m->a, &m->closed);
    if (!rc) rc = loans_due(m, &loans, &count);
    if (rc) return rc;
    m->b->desk.request = NULL; /* the request was the suspension's: what is moved is told by the state */
    for (size_t i = 0; i < count && !rc; i++) rc = move_one(m, &loans[i]);
    m->b->desk.request = request;
    return rc;
}

enum bm_rc route_move_due(struct branch *b, struct arena *a, const struct calendar_suspension *s, struct due_moves *out)
{
    struct mover m = { .b = b, .a = a, .s = s, .out = out };
    *out = (struct due_moves){ 0 };
    if (s->first_day < ZONE_DAY_MIN || s->last_day > ZONE_DAY_MAX || s->first_day > s->last_day ||
        s->last_day - s->first_day >= ROUTE_DAYS_MAX)
        return err_set(BM_EUSAGE, "the suspension covers no days, or more than %d", ROUTE_DAYS_MAX);
    m.why = arena_printf(a, "visit suspended: %s", s->id);
    if (!m.why) return BM_ENOMEM;
    enum bm_rc rc = db_begin(b->db);
    return rc ? rc : db_end(b->db, move_all(&m));
}

/* --- suspend -------------------------------------------------------------------------------------------- */

static enum bm_rc check_ask(const struct route_ask *ask)
{
    if (!ask->stop && !ask->route) return err_set(BM_EUSAGE, "say which route or which stop");
    if (ask->first_day < ZONE_DAY_MIN || ask->last_day > ZONE_DAY_MAX || ask->last_day < ask->first_day)
        return err_set(BM_EUSAGE, "the last day lies before the first");
    if (ask->last_day - ask->first_day >= ROUTE_DAYS_MAX)
        return err_set(BM_EUSAGE, "a suspension covers at most %d days; a stop that ends for good leaves the timetable", ROUTE_DAYS_MAX);
    return BM_OK;
}

static enum bm_rc same_one(struct branch *b, const struct route_ask *ask, struct arena *a, const char **id)
{
    struct stmt *s;
    *id = NULL;
    enum bm_rc rc = db_get(b->db, SQL_SUSPENSION_SAME, &s, "stop", 's', ask->stop, "route", 's', ask->route, "first_day", 'i',
                           ask->first_day, "last_day", 'i', ask->last_day, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    *id = stmt_copy(s, 0, a);
    stmt_done(s);
    return *id ? BM_OK : BM_ENOMEM;
}

/* Visits in the suspension's days that its rows of the timetable have and no other suspension takes away. */
static enum bm_rc count_visits(struct branch *b, struct arena *a, const struct calendar_suspension *own, int64_t *count)
{
    struct calendar calendar;
    struct day_list closed;
    struct stmt *s;
    *count = 0;
    enum bm_rc rc = calendar_load(b->db, own->first_day, a, &calendar);
    if (!rc) rc = calendar_closed(b->db, b->code, own->first_day, own->last_day, a, &closed);
    if (!rc) rc = db_get(b->db, SQL_PLANS_ALL, &s, NULL);
    if (rc) return rc;
    size_t n = 0; /* the others alone */
    for (size_t i = 0; i < calendar.count; i++)
        if (!str_eq(calendar.list[i].id, own->id)) calendar.list[n++] = calendar.list[i];
    calendar.count = n;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct stop_plan plan;
        const char *stop = stmt_text(s, 1);
        int64_t day;
        rc = timetable_parse_line(stmt_text(s, 3), a, &plan);
        if (rc == BM_ENOMEM) break;
        if (rc || !calendar_means(own, stop, &plan)) continue;
        for (int64_t from = own->first_day; timetable_next(&plan, from, own->last_day, &closed, NULL, &day); from = day + 1)
            *count += calendar_suspended(&calendar, stop, &plan, day) == NULL;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc write_suspension(struct branch *b, struct arena *a, const struct route_ask *ask, struct route_done *out)
{
    struct entry e;
    struct desk_answer answer;
    entry_init(&e, OP_SUSPEND);
    e.stop = ask->stop;
    e.route = ask->route;
    e.first_day = ask->first_day;
    e.last_day = ask->last_day;
    e.why = ask->why && ask->why[0] ? ask->why : NULL;
    enum bm_rc rc = desk_write(&b->desk, a, &e, &answer);
    out->id = answer.entry;
    out->again = !rc && answer.again;
    return rc;
}

static enum bm_rc suspend(struct branch *b, struct arena *a, const struct route_ask *ask, struct route_done *out)
{
    enum bm_rc rc = same_one(b, ask, a, &out->id);
    out->again = out->id != NULL;
    if (!rc && !out->id) rc = write_suspension(b, a, ask, out);
    if (rc) return rc;
    struct calendar_suspension own = { .id = out->id, .stop = ask->stop, .route = ask->route, .first_day = ask->first_day,
                                       .last_day = ask->last_day };
    rc = count_visits(b, a, &own, &out->visit_count);
    return rc || !ask->move_due ? rc : route_move_due(b, a, &own, &out->moves);
}

enum bm_rc route_suspend(struct branch *b, struct arena *a, const struct route_ask *ask, struct route_done *out)
{
    *out = (struct route_done){ 0 };
    enum bm_rc rc = check_ask(ask);
    if (!rc) rc = db_begin(b->db);
    return rc ? rc : db_end(b->db, suspend(b, a, ask, out));
}

enum bm_rc route_suspension(struct branch *b, const char *id, struct arena *a, struct calendar_suspension *out)
{
    struct calendar all;
    enum bm_rc rc = calendar_load(b->db, INT64_MIN, a, &all);
    for (size_t i = 0; !rc && i < all.count; i++)
        if (str_eq(all.list[i].id, id)) return *out = all.list[i], BM_OK;
    return rc ? rc : err_set(BM_ENOTFOUND, "no suspension %s here; see: branch route list --all", id);
}
