/* mobile/visit_one.c -- see visit.h. Entries in one transaction; one visit; what is done by
 * hand. */
#include <string.h>

#include "common/geo.h"
#include "common/zone.h"
#include "mobile/visit_priv.h"

/* --- several entries in one transaction ------------------------------------------------ */

static enum bm_rc batch_is_begun(struct desk *d)
{
    struct laptop *l = d->owner;
    d->view = l->desk.view;
    return BM_OK;
}

static enum bm_rc batch_write(struct desk *d, const struct entry *e, struct outcome *out)
{
    struct laptop *l = d->owner;
    return l->desk.write(&l->desk, e, out);
}

static enum bm_rc batch_goes_on(struct desk *d, enum bm_rc rc)
{
    (void)d;
    return rc;
}

enum bm_rc visit_batch_begin(struct visit_batch *b, struct laptop *l)
{
    *b = (struct visit_batch){ .l = l };
    enum bm_rc rc = l->desk.begin(&l->desk);
    b->desk = l->desk;
    b->desk.begin = batch_is_begun;
    b->desk.write = batch_write;
    b->desk.end = batch_goes_on;
    b->desk.request = NULL;
    return rc;
}

enum bm_rc visit_batch_end(struct visit_batch *b, enum bm_rc rc)
{
    return b->l->desk.end(&b->l->desk, rc);
}

enum bm_rc visit_batch_add(struct visit_batch *b, struct arena *a, struct entry *e,
                           const char *request, struct desk_answer *out)
{
    b->desk.request = request;
    enum bm_rc rc = desk_write(&b->desk, a, e, out);
    b->desk.request = NULL;
    return rc;
}

/* --- one visit ------------------------------------------------------------------------- */

/* The visit that is open, else the last one. ret: BM_OK | BM_ENOTFOUND */
static enum bm_rc last_visit(struct db *view, const char *dev, struct arena *a,
                             struct visit_row *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(view, SQL_VISIT_LAST_OF_DEV, &s, "dev", 's', dev, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc;
    *out = (struct visit_row){ .opened = stmt_int(s, 0),
                               .stop = stmt_copy(s, 1, a),
                               .name = stmt_copy(s, 2, a),
                               .src = stmt_copy(s, 3, a),
                               .arr_s = stmt_int(s, 4),
                               .dep_s = stmt_int(s, 5),
                               .parr_s = stmt_int(s, 6),
                               .pdep_s = stmt_int(s, 7),
                               .lat_e6 = stmt_int(s, 8),
                               .lon_e6 = stmt_int(s, 9) };
    stmt_done(s);
    return out->src ? BM_OK : BM_ENOMEM;
}

enum bm_rc visit_open_row(struct db *view, const char *dev, struct arena *a,
                          struct visit_row *out, bool *is_open)
{
    enum bm_rc rc = last_visit(view, dev, a, out);
    *is_open = !rc && out->dep_s == ENTRY_NONE;
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc visit_peek(struct laptop *l, struct arena *a, struct visit_row *out)
{
    int64_t generation;
    enum bm_rc rc = meta_get_int(l->db, "generation", 0, &generation);
    if (!rc && (!l->replica || generation != l->generation)) rc = laptop_current(l);
    return rc ? rc : last_visit(l->replica, l->journal.dev, a, out);
}

enum bm_rc visit_status(struct laptop *l, struct arena *a, struct visit_now *out)
{
    *out = (struct visit_now){ 0 };
    enum bm_rc rc = laptop_current(l);
    if (rc) return rc;
    out->now_s = journal_now_ms(&l->journal) / 1000;
    rc = last_visit(l->replica, l->journal.dev, a, &out->visit);
    out->has_last = !rc;
    out->is_open = !rc && out->visit.dep_s == ENTRY_NONE;
    if (!rc) rc = itinerary_name(l, a, out->visit.stop, &out->name);
    if (rc && rc != BM_ENOTFOUND) return rc;
    if (out->has_last && !out->name) out->name = out->visit.name;
    /* Late or early, the next call is the one planned after the last that was made today; else
     * after now. */
    int64_t after = out->now_s, parr = out->has_last ? out->visit.parr_s : ENTRY_NONE;
    if (parr != ENTRY_NONE && zone_day(parr * 1000) == zone_day(out->now_s * 1000))
        after = parr;
    rc = itinerary_next(l, a, after, &out->next);
    out->has_next = !rc;
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* --- by hand --------------------------------------------------------------------------- */

/* The call planned for about now: the nearest in time whose window is not long past. */
static enum bm_rc about_now(const struct itinerary *it, int64_t at_s, size_t *out)
{
    int64_t best = stops_params.window_ms / 1000 + 1;
    for (size_t i = 0; i < it->call_count; i++) {
        const struct stops_plan *p = &it->plan[i];
        int64_t off = at_s < p->arr_s ? p->arr_s - at_s : at_s > p->dep_s ? at_s - p->dep_s : 0;
        if (off < best) best = off, *out = i;
    }
    if (best <= stops_params.window_ms / 1000) return BM_OK;
    return err_set(BM_ENOTFOUND, "no stop is planned for about now; name the stop");
}

static enum bm_rc choose_stop(struct laptop *l, struct arena *a,
                              const struct visit_by_hand *hand, struct entry *e,
                              const char **name)
{
    struct itinerary it = { 0 };
    size_t i;
    *name = NULL;
    if (hand->unscheduled) {
        if (!hand->stop || !hand->stop[0])
            return err_set(BM_EUSAGE, "say what the unscheduled stop is called");
        *name = e->name = hand->stop;
        return BM_OK;
    }
    enum bm_rc rc = itinerary_load(&it, l, e->arr_s * 1000);
    if (!rc)
        rc = hand->stop ? itinerary_named(&it, hand->stop, e->arr_s, &i)
                        : about_now(&it, e->arr_s, &i);
    if (!rc) {
        const struct stops_plan *p = &it.plan[i];
        e->stop = arena_strdup(a, it.keys[i]);
        *name = arena_strdup(a, it.names[i]);
        e->parr_s = p->arr_s;
        e->pdep_s = p->dep_s;
        e->lat_e6 = geo_e6(p->lat_deg);
        e->lon_e6 = geo_e6(p->lon_deg);
        if (!e->stop || !*name) rc = BM_ENOMEM;
    }
    itinerary_free(&it);
    return rc;
}

static enum bm_rc time_by_hand(struct laptop *l, const struct visit_by_hand *hand, int64_t *out)
{
    int64_t now_s = journal_now_ms(&l->journal) / 1000;
    *out = hand->at_s != ENTRY_NONE ? hand->at_s : now_s;
    return *out <= now_s
               ? BM_OK
               : err_set(BM_EUSAGE, "the time given lies in the future; nothing was written");
}

/* A van is at one place at a time: of its other visits that began at since_s or later, none may share a moment of
 * from_s to to_s (which is not counted). */
static enum bm_rc free_of_others(struct laptop *l, struct db *view, struct arena *a, int64_t opened,
                                 const int64_t span_s[2], int64_t since_s)
{
    struct stmt *s;
    char from[ZONE_TEXT_MAX], to[ZONE_TEXT_MAX];
    const char *name;
    enum bm_rc rc = db_get(view, SQL_VISIT_IN_THE_WAY, &s, "dev", 's', l->journal.dev, "opened", 'i',
                           opened, "from_s", 'i', span_s[0], "to_s", 'i', span_s[1], "since_s", 'i',
                           since_s, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    const char *stop = stmt_copy(s, 0, a), *words = stmt_copy(s, 1, a);
    int64_t arr_s = stmt_int(s, 2), dep_s = stmt_int(s, 3);
    stmt_done(s);
    rc = itinerary_name(l, a, stop, &name);
    if (rc) return rc;
    return err_set(
        BM_EUSAGE,
        "the van was at %s from %s to %s; give another time with --at; nothing was written",
        name    ? name
        : words ? words
                : "another place",
        zone_text(arr_s, from, sizeof from, ZONE_TIME),
        zone_text(dep_s, to, sizeof to, ZONE_TIME));
}

/* open_visit has no place for a reason: it goes beside, in a note of the visit. */
static enum bm_rc note_why(struct visit_batch *b, struct arena *a, const char *why)
{
    struct entry e;
    struct desk_answer unused;
    if (!why || !why[0]) return BM_OK;
    entry_init(&e, OP_NOTE);
    e.why = why;
    return visit_batch_add(b, a, &e, NULL, &unused);
}

enum bm_rc visit_open_by_hand(struct laptop *l, struct arena *a,
                              const struct visit_by_hand *hand, struct desk_answer *out,
                              const char **name)
{
    struct visit_batch b;
    struct visit_row row;
    struct entry e;
    bool is_open;
    entry_init(&e, OP_OPEN_VISIT);
    e.src = "driver";
    enum bm_rc rc = laptop_current(l);
    if (!rc) rc = time_by_hand(l, hand, &e.arr_s);
    if (!rc) rc = choose_stop(l, a, hand, &e, name);
    if (rc) return rc;
    rc = visit_batch_begin(&b, l);
    if (rc) return rc;
    rc = visit_open_row(b.desk.view, l->journal.dev, a, &row, &is_open);
    if (!rc && is_open)
        rc = err_set(BM_EREFUSED, "a visit is open already%s%s; close it first",
                     row.stop ? ": " : "", row.stop ? row.stop : "");
    if (!rc && hand->at_s != ENTRY_NONE)
        rc = free_of_others(l, b.desk.view, a, 0, (int64_t[]){ e.arr_s, e.arr_s + 1 }, 0);
    if (!rc) rc = visit_batch_add(&b, a, &e, l->desk.request, out);
    if (!rc) rc = note_why(&b, a, hand->why);
    return visit_batch_end(&b, rc);
}

enum bm_rc visit_close_by_hand(struct laptop *l, struct arena *a,
                               const struct visit_by_hand *hand, struct desk_answer *out,
                               const char **name)
{
    struct visit_batch b;
    struct visit_row row = { 0 };
    struct entry e;
    bool is_open = false;
    entry_init(&e, OP_CLOSE_VISIT);
    e.src = "driver";
    e.why = hand->why;
    *name = NULL;
    enum bm_rc rc = visit_batch_begin(&b, l);
    if (rc) return rc;
    rc = time_by_hand(l, hand, &e.dep_s);
    if (!rc) rc = visit_open_row(b.desk.view, l->journal.dev, a, &row, &is_open);
    if (!rc && !is_open) rc = err_set(BM_EREFUSED, "no visit is open");
    if (!rc && e.dep_s < row.arr_s)
        rc = err_set(BM_EUSAGE, "the visit began later than that; nothing was written");
    if (!rc)
        rc = free_of_others(l, b.desk.view, a, row.opened, (int64_t[]){ row.arr_s, e.dep_s },
                            row.arr_s);
    e.opened = row.opened;
    if (!rc) rc = itinerary_name(l, a, row.stop, name);
    if (!rc && !*name) *name = row.name;
    if (!rc) rc = visit_batch_add(&b, a, &e, l->desk.request, out);
    return visit_batch_end(&b, rc);
}
