/* common/worklist.c -- see worklist.h */
#include "common/worklist.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/calendar.h"
#include "common/timeline.h"

const char *work_why_sentence(enum work_why why)
{
    static const char *const sentences[WORK_WHY_COUNT] = {
        [WORK_ASKED] = "",
        [WORK_OVER] = "the hold is over",
        [WORK_OTHER_COPY] = "another copy fills the hold",
        [WORK_WAITS] = "the hold waits again",
    };
    bm_assert(why < WORK_WHY_COUNT);
    return sentences[why];
}

static enum bm_rc add_line(struct worklist *list, struct arena *a, const struct work_line *line)
{
    if (list->count == WORKLIST_MAX)
        return err_set(BM_ELIMIT, "more than %d holds or copies; ask for one place or stop", WORKLIST_MAX);
    struct work_line *grown = arena_grow(a, list->lines, list->count, &list->cap, sizeof *grown);
    if (!grown) return BM_ENOMEM;
    list->lines = grown;
    list->lines[list->count++] = *line;
    return BM_OK;
}

/* A column's text; out of memory counts. */
static const char *text(struct stmt *s, int column, struct arena *a, enum bm_rc *rc)
{
    if (stmt_kind(s, column) == 'n') return NULL;
    const char *copy = stmt_copy(s, column, a);
    if (!copy) *rc = BM_ENOMEM;
    return copy;
}

/* Is a copy where it is to be collected: there, or in the vehicle that calls there? A vehicle's place has its name, unless
 * this desk knows better about its own. */
static bool is_at_pickup(const struct worklist_ask *ask, const char *place, const char *pickup, const char *mobile)
{
    if (!place || !pickup) return false;
    if (strcmp(place, pickup) == 0) return true;
    if (!mobile) return false;
    bool own = ask->mobile && ask->own_place && strcasecmp(mobile, ask->mobile) == 0;
    return own ? strcmp(place, ask->own_place) == 0 : strcasecmp(place, mobile) == 0;
}

static bool is_asked(const char *wanted, const char *got)
{
    return !wanted || str_eq(wanted, got);
}

/* --- set aside -------------------------------------------------------------------------------------- */

/* The visits of pickups, each stop looked up once: lines come ordered by pickup. */
static enum bm_rc find_visits(struct db *db, const struct worklist_ask *ask, struct arena *a, struct worklist *list)
{
    struct calendar calendar;
    struct day_list closed;
    int64_t today = zone_day(ask->now_s * 1000);
    enum bm_rc rc = calendar_load(db, today, a, &calendar);
    if (!rc) rc = calendar_closed(db, ask->branch, today, today + WORKLIST_AHEAD_DAYS, a, &closed);
    for (size_t i = 0; i < list->count && !rc; i++) {
        struct work_line *l = &list->lines[i];
        struct calendar_call next;
        if (i > 0 && str_eq(l->pickup, l[-1].pickup)) {
            l->arr_s = l[-1].arr_s, l->dep_s = l[-1].dep_s;
            continue;
        }
        if (!l->pickup) continue;
        rc = calendar_next(db, &calendar, &closed, l->pickup, ask->now_s, WORKLIST_AHEAD_DAYS, a, &next);
        if (!rc) l->arr_s = next.arr_s, l->dep_s = next.dep_s;
        if (rc == BM_ENOTFOUND) rc = BM_OK;
    }
    return rc;
}

static int text_cmp(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

static int visit_cmp(const void *a, const void *b)
{
    const struct work_line *x = a, *y = b;
    if ((x->arr_s == ENTRY_NONE) != (y->arr_s == ENTRY_NONE)) return x->arr_s == ENTRY_NONE ? 1 : -1;
    if (x->arr_s != y->arr_s) return x->arr_s < y->arr_s ? -1 : 1;
    int order = text_cmp(x->pickup, y->pickup);
    if (!order) order = text_cmp(x->callno, y->callno);
    return order ? order : strcmp(x->item, y->item);
}

enum bm_rc worklist_ready(struct db *db, const struct worklist_ask *ask, struct arena *a, struct worklist *out)
{
    struct stmt *s;
    *out = (struct worklist){ 0 };
    enum bm_rc rc = db_get(db, SQL_WORK_READY, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        const char *mobile = stmt_text(s, 9);
        if (!is_asked(ask->stop, stmt_text(s, 3)) || !is_asked(ask->place, stmt_text(s, 7))) continue;
        if (ask->mobile && !ask->stop && (!mobile || strcasecmp(mobile, ask->mobile) != 0)) continue;
        struct work_line l = { .hold = text(s, 0, a, &rc), .card = text(s, 1, a, &rc), .title = text(s, 2, a, &rc),
                               .pickup = text(s, 3, a, &rc), .name = text(s, 4, a, &rc), .author = text(s, 5, a, &rc),
                               .item = text(s, 6, a, &rc), .place = text(s, 7, a, &rc), .callno = text(s, 8, a, &rc),
                               .arr_s = ENTRY_NONE, .dep_s = ENTRY_NONE };
        l.at_pickup = is_at_pickup(ask, l.place, l.pickup, mobile);
        if (!rc) rc = add_line(out, a, &l);
        if (rc) break;
    }
    stmt_done(s);
    if (rc == BM_ENOTFOUND) rc = find_visits(db, ask, a, out);
    if (!rc && out->count) qsort(out->lines, out->count, sizeof *out->lines, visit_cmp);
    return rc;
}

/* --- to be set aside --------------------------------------------------------------------------------- */

struct waiting {
    struct tkey key;
    struct work_line line;
    const char *only, *mobile; /* that very copy, or NULL; vehicle that calls at the pickup, or NULL */
};
struct copy {
    const char *title, *item, *place, *callno;
    bool is_taken;
};
struct queue {
    struct waiting *holds;
    size_t hold_count, hold_cap;
    struct copy *copies; /* by title */
    size_t copy_count, copy_cap;
};

static int waiting_cmp(const void *a, const void *b)
{
    return tkey_cmp(&((const struct waiting *)a)->key, &((const struct waiting *)b)->key);
}

static enum bm_rc load_waiting(struct db *db, struct arena *a, struct queue *q)
{
    struct stmt *s;
    enum bm_rc rc = db_get(db, SQL_WORK_WAITING, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct waiting *grown = arena_grow(a, q->holds, q->hold_count, &q->hold_cap, sizeof *grown);
        if (!grown) rc = BM_ENOMEM;
        if (!rc && q->hold_count == WORKLIST_MAX) rc = err_set(BM_ELIMIT, "more than %d holds wait", WORKLIST_MAX);
        if (rc) break;
        q->holds = grown;
        struct waiting *h = &grown[q->hold_count++];
        *h = (struct waiting){ .key.t_ms = stmt_int(s, 5), .only = text(s, 3, a, &rc), .mobile = text(s, 8, a, &rc) };
        h->line = (struct work_line){ .hold = text(s, 0, a, &rc), .card = text(s, 1, a, &rc), .title = text(s, 2, a, &rc),
                                      .pickup = text(s, 4, a, &rc), .name = text(s, 6, a, &rc), .author = text(s, 7, a, &rc),
                                      .arr_s = ENTRY_NONE, .dep_s = ENTRY_NONE };
        if (!rc && !eid_parse(h->line.hold, &h->key.id)) rc = err_set(BM_ECORRUPT, "a hold has no sound id");
        if (rc) break;
    }
    stmt_done(s);
    if (rc != BM_ENOTFOUND) return rc;
    if (q->hold_count) qsort(q->holds, q->hold_count, sizeof *q->holds, waiting_cmp);
    return BM_OK;
}

static enum bm_rc load_free(struct db *db, struct arena *a, struct queue *q)
{
    struct stmt *s;
    enum bm_rc rc = db_get(db, SQL_WORK_FREE, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct copy *grown = arena_grow(a, q->copies, q->copy_count, &q->copy_cap, sizeof *grown);
        if (!grown) {
            rc = BM_ENOMEM;
            break;
        }
        q->copies = grown;
        grown[q->copy_count++] = (struct copy){ .title = text(s, 0, a, &rc), .item = text(s, 1, a, &rc),
                                                .place = text(s, 2, a, &rc), .callno = text(s, 3, a, &rc) };
        if (rc) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* The first copy of a title. */
static size_t copies_from(const struct queue *q, const char *title)
{
    size_t low = 0, high = q->copy_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(q->copies[mid].title, title) < 0) low = mid + 1;
        else high = mid;
    }
    return low;
}

/* At its pickup before elsewhere, then the lowest barcode: copies are in that order. */
static struct copy *copy_for(const struct worklist_ask *ask, struct queue *q, const struct waiting *h)
{
    struct copy *best = NULL;
    for (size_t i = copies_from(q, h->line.title); i < q->copy_count && strcmp(q->copies[i].title, h->line.title) == 0; i++) {
        struct copy *c = &q->copies[i];
        if (c->is_taken || (h->only && strcmp(h->only, c->item) != 0)) continue;
        if (is_at_pickup(ask, c->place, h->line.pickup, h->mobile)) return c;
        if (!best) best = c;
    }
    return best;
}

enum bm_rc worklist_pull(struct db *db, const struct worklist_ask *ask, struct arena *a, struct worklist *out)
{
    struct queue q = { 0 };
    *out = (struct worklist){ 0 };
    enum bm_rc rc = load_waiting(db, a, &q);
    if (!rc) rc = load_free(db, a, &q);
    for (size_t i = 0; i < q.hold_count && !rc; i++) { /* all of them: who is first has the first choice, here or elsewhere */
        struct waiting *h = &q.holds[i];
        struct copy *c = copy_for(ask, &q, h);
        if (!c) continue;
        c->is_taken = true;
        if (!is_asked(ask->place, c->place) || !is_asked(ask->stop, h->line.pickup)) continue;
        h->line.item = c->item;
        h->line.place = c->place;
        h->line.callno = c->callno;
        h->line.at_pickup = is_at_pickup(ask, c->place, h->line.pickup, h->mobile);
        rc = add_line(out, a, &h->line);
    }
    return rc;
}

/* --- no longer to be ----------------------------------------------------------------------------------- */

enum bm_rc worklist_clear(struct db *db, const struct worklist_ask *ask, struct arena *a, struct worklist *out)
{
    struct stmt *s;
    *out = (struct worklist){ 0 };
    if (ask->stop) return BM_OK; /* for nobody: for no stop either */
    enum bm_rc rc = db_get(db, SQL_WORK_CLEAR, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        const char *state = stmt_text(s, 7);
        if (!is_asked(ask->place, stmt_text(s, 1))) continue;
        struct work_line l = { .item = text(s, 0, a, &rc), .place = text(s, 1, a, &rc), .title = text(s, 2, a, &rc),
                               .name = text(s, 3, a, &rc), .author = text(s, 4, a, &rc), .callno = text(s, 5, a, &rc),
                               .hold = text(s, 6, a, &rc), .arr_s = ENTRY_NONE, .dep_s = ENTRY_NONE,
                               .why = str_eq(state, "captured") ? WORK_OTHER_COPY : str_eq(state, "waiting") ? WORK_WAITS : WORK_OVER };
        if (!rc) rc = add_line(out, a, &l);
        if (rc) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}
