/* common/circ.c -- see circ.h */
#include "common/circ.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/calendar.h"
#include "common/callno.h"
#include "common/circ_rows.h"
#include "common/zone.h"

enum { NODE_MAX = ENTRY_WORD_MAX + 2, SHELF_MAX = 256 };

const char *outcome_name(enum outcome_kind kind)
{
    static const char *const names[] = { "applied", "adjusted", "exception", "late", "stored" };
    return names[kind];
}

/* --- the view a unit asks ------------------------------------------------------------------------- */

struct standing circ_standing_now(void *ctx, const char *card, const struct tkey *key)
{
    struct circ_view *view = ctx;
    struct standing out = { .account = card, .expires_s = ENTRY_NONE };
    struct stmt *s;
    (void)key;
    enum bm_rc rc = db_get(view->db, SQL_PATRON_GET, &s, "card", 's', card, NULL);
    if (!rc) rc = stmt_next(s);
    if (!rc) {
        out.account = stmt_copy(s, 1, view->arena);
        if (!out.account) rc = BM_ENOMEM, out.account = card;
        out.expires_s = stmt_int(s, 6);
        out.barred = stmt_int(s, 7) == 1;
        out.dead = stmt_int(s, 8) == 1;
        stmt_done(s);
    }
    if (rc && rc != BM_ENOTFOUND && !view->rc) view->rc = rc;
    return out;
}

int64_t circ_day(void *ctx, int64_t utc_ms)
{
    (void)ctx;
    return zone_day(utc_ms);
}

int64_t circ_closed(void *ctx, const char *branch, int64_t first_day, int64_t last_day, int64_t declared_ms)
{
    struct circ_view *view = ctx;
    struct stmt *s;
    int64_t days = 0, next = first_day;
    enum bm_rc rc = db_get(view->db, SQL_CLOSED_DECLARED, &s, "branch", 's', branch, "from_day", 'i', first_day, "to_day", 'i',
                           last_day, "told_t", 'i', declared_ms, NULL);
    while (!rc && (rc = stmt_next(s)) == BM_OK) { /* in order of their first days; each day once */
        int64_t first = stmt_int(s, 0) > next ? stmt_int(s, 0) : next, last = stmt_int(s, 1) < last_day ? stmt_int(s, 1) : last_day;
        if (last < first) continue;
        days += last - first + 1;
        next = last + 1;
    }
    if (rc && rc != BM_ENOTFOUND && !view->rc) view->rc = rc;
    return days;
}

void circ_unit(struct unit *u, struct circ_view *view)
{
    unit_init(u, view->arena, view->who, circ_day, view);
    u->closed = circ_closed;
}

/* --- load ------------------------------------------------------------------------------------------- */

static enum bm_rc load_by_id(struct unit *u, struct db *db, enum sql_id sql, const struct eid *id, enum row_kind kind)
{
    char text[EID_TEXT_MAX];
    return eid_is_none(id) ? BM_OK : rows_put_by(u, db, sql, "id", eid_text(id, text), kind);
}

/* Live holds of a title; where there are any, its copies too: the fold counts the free ones. */
static enum bm_rc load_title(struct unit *u, struct db *db, const char *title)
{
    if (!title) return BM_OK;
    enum bm_rc rc = rows_put_by(u, db, SQL_HOLDS_LIVE_OF_TITLE, "title", title, ROW_HOLD);
    bool held = false;
    for (size_t i = 0; i < u->hold_count; i++) held |= str_eq(u->holds[i]->title, title);
    if (!rc && held) rc = rows_put_by(u, db, SQL_ITEMS_OF_TITLE, "title", title, ROW_ITEM);
    return rc;
}

enum bm_rc circ_load(struct unit *u, struct circ_view *view, const struct entry *e)
{
    struct db *db = view->db;
    const char *title = e->title;
    enum bm_rc rc = BM_OK;
    if (e->item && e->op != OP_PLACE) {
        char node[NODE_MAX];
        snprintf(node, sizeof node, "?%s", e->item);
        rc = rows_put_by(u, db, SQL_ITEM_GET, "barcode", e->item, ROW_ITEM);
        const struct tl_item *it = rc ? NULL : unit_item(u, e->item);
        if (it) {
            rc = load_by_id(u, db, SQL_LOAN_GET, &it->loan, ROW_LOAN);
            if (!rc) rc = load_by_id(u, db, SQL_LOAN_GET, &it->lost_loan, ROW_LOAN);
            if (!rc) rc = load_by_id(u, db, SQL_HOLD_GET, &it->aside, ROW_HOLD);
            if (!rc) rc = rows_put_by(u, db, SQL_CHARGES_OF_ITEM, "item", e->item, ROW_CHARGE);
            if (!rc) rc = rows_put_by(u, db, SQL_EXCEPTIONS_PENDING, "node", node, ROW_EXC);
            if (!rc) rc = load_title(u, db, it->title);
        }
    }
    if (!rc) rc = load_by_id(u, db, SQL_HOLD_GET, &e->hold, ROW_HOLD);
    return rc ? rc : load_title(u, db, title);
}

enum bm_rc circ_load_node(struct unit *u, struct circ_view *view, const char *node)
{
    struct db *db = view->db;
    const char *item = node + 1;
    enum bm_rc rc = rows_put_by(u, db, SQL_EXCEPTIONS_OF_NODE, "node", node, ROW_EXC);
    if (node[0] != '?') return rc ? rc : rows_put_by(u, db, SQL_HOLDS_OF_TITLE, "title", node, ROW_HOLD);
    if (!rc) rc = rows_put_by(u, db, SQL_ITEM_GET, "barcode", item, ROW_ITEM);
    if (!rc) rc = rows_put_by(u, db, SQL_LOANS_OF_ITEM, "item", item, ROW_LOAN);
    return rc ? rc : rows_put_by(u, db, SQL_CHARGES_OF_ITEM, "item", item, ROW_CHARGE);
}

enum bm_rc circ_load_all(struct unit *u, struct circ_view *view)
{
    enum bm_rc rc = rows_put_by(u, view->db, SQL_ITEMS_ALL, NULL, NULL, ROW_ITEM);
    if (!rc) rc = rows_put_by(u, view->db, SQL_LOANS_ALL, NULL, NULL, ROW_LOAN);
    if (!rc) rc = rows_put_by(u, view->db, SQL_HOLDS_ALL, NULL, NULL, ROW_HOLD);
    if (!rc) rc = rows_put_by(u, view->db, SQL_CHARGES_ALL, NULL, NULL, ROW_CHARGE);
    return rc ? rc : rows_put_by(u, view->db, SQL_EXCEPTIONS_OF_FOLD, NULL, NULL, ROW_EXC);
}

/* --- store ------------------------------------------------------------------------------------------ */

/* Loans that ended go first: I8's unique index sees at most one open loan of an item at every moment. */
enum bm_rc circ_store(struct db *db, const struct unit *u)
{
    enum bm_rc rc = BM_OK;
    for (int open = 0; open < 2; open++)
        for (size_t i = 0; i < u->loan_count && !rc; i++)
            if (u->loans[i]->dirty && (u->loans[i]->end_ms == ENTRY_NONE) == open) rc = rows_store_loan(db, u->loans[i]);
    for (size_t i = 0; i < u->item_count && !rc; i++)
        if (u->items[i]->dirty) rc = rows_store_item(db, u->items[i]);
    for (size_t i = 0; i < u->hold_count && !rc; i++)
        if (u->holds[i]->dirty) rc = rows_store_hold(db, u->holds[i]);
    for (size_t i = 0; i < u->charge_count && !rc; i++)
        if (u->charges[i]->dirty) rc = rows_store_charge(db, u->charges[i]);
    for (size_t i = 0; i < u->exc_count && !rc; i++)
        if (u->excs[i]->dirty) rc = rows_store_exc(db, u->excs[i]);
    return rc;
}

/* Rows of `was` that `now` lacks go, before anything new comes (I8). */
static enum bm_rc delete_gone(struct db *db, const struct unit *was, const struct unit *now, bool only_count, int64_t *n)
{
    enum bm_rc rc = BM_OK;
    char id[EID_TEXT_MAX];
    for (size_t i = 0; i < was->loan_count && !rc; i++)
        if (!unit_loan(now, &was->loans[i]->id) && ++*n && !only_count)
            rc = db_run(db, SQL_LOAN_DELETE, "id", 's', eid_text(&was->loans[i]->id, id), NULL);
    for (size_t i = 0; i < was->item_count && !rc; i++)
        if (!unit_item(now, was->items[i]->id) && ++*n && !only_count)
            rc = db_run(db, SQL_ITEM_DELETE, "barcode", 's', was->items[i]->id, NULL);
    for (size_t i = 0; i < was->hold_count && !rc; i++)
        if (!unit_hold(now, &was->holds[i]->id) && ++*n && !only_count)
            rc = db_run(db, SQL_HOLD_DELETE, "id", 's', eid_text(&was->holds[i]->id, id), NULL);
    for (size_t i = 0; i < was->charge_count && !rc; i++) {
        const struct tl_charge *c = was->charges[i];
        if (!unit_charge(now, &c->about, c->kind) && ++*n && !only_count)
            rc = db_run(db, SQL_CHARGE_DELETE, "about", 's', eid_text(&c->about, id), "kind", 's', c->kind, NULL);
    }
    for (size_t i = 0; i < was->exc_count && !rc; i++) {
        const struct tl_exc *x = was->excs[i];
        if (!unit_exc(now, x->code, &x->entry, x->other) && ++*n && !only_count)
            rc = db_run(db, SQL_EXCEPTION_DELETE, "code", 's', exc_name(x->code), "entry", 's', eid_text(&x->entry, id),
                        "other", 's', x->other, NULL);
    }
    return rc;
}

enum bm_rc circ_replace(struct db *db, const struct unit *was, struct unit *now, bool only_count, int64_t *differences)
{
    *differences = 0;
#define MARK(rows, count, find, same)                                                          \
    for (size_t i = 0; i < now->count; i++) {                                                  \
        const void *old_row = find;                                                            \
        now->rows[i]->dirty = !old_row || !same(old_row, now->rows[i]);                        \
        *differences += now->rows[i]->dirty;                                                   \
    }
    MARK(items, item_count, unit_item(was, now->items[i]->id), rows_same_item)
    MARK(loans, loan_count, unit_loan(was, &now->loans[i]->id), rows_same_loan)
    MARK(holds, hold_count, unit_hold(was, &now->holds[i]->id), rows_same_hold)
    MARK(charges, charge_count, unit_charge(was, &now->charges[i]->about, now->charges[i]->kind), rows_same_charge)
    MARK(excs, exc_count, unit_exc(was, now->excs[i]->code, &now->excs[i]->entry, now->excs[i]->other), rows_same_exc)
#undef MARK
    enum bm_rc rc = delete_gone(db, was, now, only_count, differences);
    return rc || only_count ? rc : circ_store(db, now);
}

/* --- outcome ------------------------------------------------------------------------------------------ */

/* The effects that are no more and no less than what the act was for. */
static bool as_meant(const struct entry *e, const char *word)
{
    switch ((int)e->op) {
    case OP_CHECKOUT:
        if (e->again == 1) return str_eq(word, "renewed");
        return str_eq(word, "lent") || str_eq(word, "lent, hold filled");
    case OP_RENEW: return str_eq(word, "renewed");
    default: return true;
    }
}

void circ_outcome(const struct unit *u, const struct entry *e, struct outcome *out)
{
    *out = (struct outcome){ .kind = OUTCOME_APPLIED };
    for (size_t i = 0; i < u->exc_count; i++) {
        const struct tl_exc *x = u->excs[i];
        if (x->status != EXC_OPEN || eid_cmp(&x->entry, &e->id) != 0) continue;
        out->kind = OUTCOME_EXCEPTION;
        size_t used = strlen(out->words);
        snprintf(out->words + used, sizeof out->words - used, "%s%s", used ? "," : "", exc_name(x->code));
    }
    if (out->kind == OUTCOME_EXCEPTION) return;
    const char *word = unit_effect(u, &e->id);
    str_copy(out->words, sizeof out->words, word ? word : "nothing changed");
    if (!word || !as_meant(e, word)) out->kind = OUTCOME_ADJUSTED;
}

/* --- beside the item folds ---------------------------------------------------------------------------- */

/* Is (t, id) older than what stands there? */
static bool is_older(int64_t t_ms, const char *id_text, int64_t had_t, const char *had_text)
{
    struct eid had = { 0 }, mine = { 0 };
    return had_t != ENTRY_NONE && eid_parse(had_text, &had) && eid_parse(id_text, &mine) &&
           tkey_cmp(&(struct tkey){ t_ms, mine }, &(struct tkey){ had_t, had }) < 0;
}

enum bm_rc circ_title_isbn(struct db *db, const char *key, const char *isbns)
{
    enum bm_rc rc = db_run(db, SQL_ISBN_CLEAR, "key", 's', key, NULL);
    for (const char *p = isbns; p && *p && !rc;) {
        char one[32];
        size_t len = strcspn(p, " ");
        if (len > 0 && len < sizeof one) {
            memcpy(one, p, len);
            one[len] = '\0';
            rc = db_run(db, SQL_ISBN_ADD, "isbn", 's', one, "key", 's', key, NULL);
        }
        p += len + strspn(p + len, " ");
    }
    return rc;
}

enum bm_rc circ_title(struct db *db, const struct entry *e, int64_t t_ms, const char *id_text)
{
    struct stmt *s;
    enum bm_rc rc = db_get(db, SQL_TITLE_SRC, &s, "key", 's', e->title, NULL);
    if (!rc) rc = stmt_next(s);
    if (!rc) {
        bool older = is_older(t_ms, id_text, stmt_int(s, 0), stmt_text(s, 1));
        stmt_done(s);
        if (older) return BM_OK;
    } else if (rc != BM_ENOTFOUND) {
        return rc;
    }
    rc = db_run(db, SQL_TITLE_TEXT_OUT, "key", 's', e->title, NULL);
    if (rc) return rc;
    rc = db_run(db, SQL_TITLE_PUT, "key", 's', e->title, "name", 's', e->name, "author", 's',
                           e->author ? e->author : "", "isbn", 's', e->isbn ? e->isbn : "", "itype", 's', e->itype, "callno",
                           's', e->callno, "detail", 's', e->detail ? e->detail : "", "src_t", 'i', t_ms, "src", 's', id_text, NULL);
    if (!rc) rc = db_run(db, SQL_TITLE_TEXT_IN, "key", 's', e->title, NULL);
    return rc ? rc : circ_title_isbn(db, e->title, e->isbn);
}

static enum bm_rc set_info(struct db *db, const char *barcode, const struct entry *e, int64_t t_ms, const char *id_text)
{
    struct entry none;
    char shelf[SHELF_MAX] = "";
    entry_init(&none, OP_ADD_ITEM);
    if (e && e->callno) callno_key(e->callno, shelf, sizeof shelf);
    const struct entry *from = e ? e : &none;
    return db_run(db, SQL_ITEM_INFO_SET, "itype", 's', from->itype, "callno", 's', from->callno, "loc", 's', from->loc, "branch",
                  's', from->branch, "price", 'I', from->price_cents, "shelf", 's', e ? shelf : NULL, "info_t", 'I',
                  e ? t_ms : ENTRY_NONE, "info_id", 's', e ? id_text : NULL, "barcode", 's', barcode, NULL);
}

enum bm_rc circ_item_info(struct db *db, const struct entry *e, int64_t t_ms, const char *id_text)
{
    struct stmt *s;
    enum bm_rc rc = db_get(db, SQL_ITEM_INFO_GET, &s, "barcode", 's', e->item, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    bool older = is_older(t_ms, id_text, stmt_int(s, 6), stmt_text(s, 7));
    stmt_done(s);
    return older ? BM_OK : set_info(db, e->item, e, t_ms, id_text);
}

enum bm_rc circ_item_info_is(struct db *db, const char *barcode, const struct entry *e, int64_t t_ms, const char *id_text)
{
    struct stmt *s;
    enum bm_rc rc = db_get(db, SQL_ITEM_INFO_GET, &s, "barcode", 's', barcode, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    bool same = stmt_int(s, 6) == (e ? t_ms : ENTRY_NONE) && str_eq(stmt_text(s, 7), e ? id_text : NULL);
    stmt_done(s);
    return same ? BM_OK : set_info(db, barcode, e, t_ms, id_text);
}

enum bm_rc circ_visit(struct db *db, const struct entry *e, int64_t t_ms)
{
    char id[EID_TEXT_MAX];
    eid_text(&e->id, id);
    if (e->op == OP_OPEN_VISIT)
        return db_run(db, SQL_VISIT_PUT, "id", 's', id, "dev", 's', e->id.dev, "opened", 'i', (int64_t)e->id.seq, "stop", 's',
                      e->stop, "name", 's', e->name, "src", 's', e->src, "arr_s", 'i', e->arr_s, "dep_s", 'I', ENTRY_NONE,
                      "parr_s", 'I', e->parr_s, "pdep_s", 'I', e->pdep_s, "lat", 'I', e->lat_e6, "lon", 'I', e->lon_e6,
                      "dist", 'I', ENTRY_NONE, "points", 'I', ENTRY_NONE, "closed_seq", 'I', ENTRY_NONE, NULL);
    if (e->op == OP_CLOSE_VISIT)
        return db_run(db, SQL_VISIT_CLOSE, "dep_s", 'i', e->dep_s, "dist", 'I', e->dist_m, "points", 'I', e->points,
                      "closed_seq", 'i', (int64_t)e->id.seq, "dev", 's', e->id.dev, "opened", 'i', e->opened, NULL);
    if (e->op == OP_TALLY)
        return db_run(db, SQL_TALLY_PUT, "id", 's', id, "visit", 'I', e->visit, "kind", 's', e->kind, "count", 'i', e->count,
                      "at_ms", 'i', t_ms, NULL);
    return BM_OK;
}

const char *circ_group(const char *written)
{
    return str_eq(written, CIRC_NO_GROUP) ? NULL : written;
}

/* The laptop's plain view of a patron: what this act says, over what is known. The branch folds (sync/apply). */
static enum bm_rc patron_plain(struct db *db, const struct entry *e, const char *id_text)
{
    struct stmt *s;
    struct arena a = { 0 };
    enum bm_rc rc = db_get(db, SQL_PATRON_GET, &s, "card", 's', e->patron, NULL);
    if (!rc) rc = stmt_next(s);
    bool known = !rc;
    if (rc && rc != BM_ENOTFOUND) return rc;
#define OLD(column) (known ? stmt_copy(s, column, &a) : NULL)
    const char *account = OLD(1), *name = OLD(2), *category = OLD(3), *branch = OLD(4), *stop = OLD(5), *since = OLD(9), *guarantor = OLD(11), *group = OLD(12);
#undef OLD
    int64_t expires = known ? stmt_int(s, 6) : ENTRY_NONE, barred = known ? stmt_int(s, 7) : 0, dead = known ? stmt_int(s, 8) : 0,
            born = known ? stmt_int(s, 10) : ENTRY_NONE;
    if (known) stmt_done(s);
    bool mine = e->op != OP_REGISTER || !since; /* a number in use already: card_clash at the branch, nothing here */
    rc = db_run(db, SQL_PATRON_PUT, "card", 's', e->patron, "account", 's', account ? account : e->patron, "name", 's',
                mine && e->name ? e->name : name, "category", 's', mine && e->category ? e->category : category, "branch", 's',
                mine && e->branch ? e->branch : branch, "stop", 's', mine && e->stop ? e->stop : stop, "expires_s", 'I',
                mine && e->expires_s != ENTRY_NONE ? e->expires_s : expires, "barred", 'i',
                mine && e->barred != ENTRY_NONE ? e->barred : barred, "dead", 'i', e->op == OP_REPLACE ? (int64_t)1 : dead,
                "since_id", 's', e->op == OP_REGISTER && !since ? id_text : since, "born", 'I',
                mine && e->born != ENTRY_NONE ? e->born : born, "guarantor", 's',
                mine && e->guarantor ? e->guarantor : guarantor, "class", 's', mine && e->group ? circ_group(e->group) : group, NULL);
    if (!rc && e->op == OP_REPLACE) { /* the new card is the same person's */
        int64_t there;
        rc = db_int(db, SQL_PATRON_THERE, &there, "card", 's', e->fresh, NULL);
        if (rc == BM_ENOTFOUND)
            rc = db_run(db, SQL_PATRON_PUT, "card", 's', e->fresh, "account", 's', account ? account : e->patron, "name", 's', name,
                        "category", 's', category, "branch", 's', branch, "stop", 's', stop, "expires_s", 'I', expires, "barred",
                        'i', barred, "dead", 'i', (int64_t)0, "since_id", 's', id_text, "born", 'I', born, "guarantor", 's',
                        guarantor, "class", 's', group, NULL);
    }
    arena_free(&a);
    return rc;
}

/* --- the laptop ------------------------------------------------------------------------------------------ */

static enum bm_rc apply_fold(struct db *db, struct arena *a, const struct entry *e, const struct tkey *key, int64_t unc_ms,
                             struct outcome *out)
{
    struct circ_view view = { .db = db, .arena = a, .who = circ_standing_now };
    struct unit u;
    circ_unit(&u, &view);
    enum bm_rc rc = circ_load(&u, &view, e);
    if (rc) return rc;
    const struct tl_item *it = e->item && e->op != OP_PLACE ? unit_item(&u, e->item) : NULL;
    if (it && it->last_t_ms != ENTRY_NONE && tkey_cmp(key, &(struct tkey){ it->last_t_ms, it->last_id }) < 0) {
        *out = (struct outcome){ .kind = OUTCOME_LATE };
        return BM_OK;
    }
    if (e->op == OP_PLACE && (rc = unit_declare(&u, e, key, INT64_MIN))) return rc;
    rc = timeline_step(&u, e, key, unc_ms);
    if (!rc) rc = view.rc;
    if (!rc) rc = circ_store(db, &u);
    if (!rc) rc = circ_money_step(&view, &u);
    if (!rc) circ_outcome(&u, e, out);
    return rc;
}

/* Taking back an act that is still pending here: the replica is made anew without it (mobile/replica). */
enum bm_rc circ_apply(struct db *db, struct arena *a, const struct entry *e, int64_t t_ms, int64_t unc_ms, struct outcome *out)
{
    char id[EID_TEXT_MAX];
    struct tkey key = { .t_ms = t_ms, .id = e->id };
    *out = (struct outcome){ .kind = OUTCOME_APPLIED };
    eid_text(&e->id, id);
    switch (op_kind(e->op)) {
    case OPK_ITEM:
    case OPK_HOLD: {
        enum bm_rc rc = apply_fold(db, a, e, &key, unc_ms, out);
        return rc || e->op != OP_ADD_ITEM ? rc : circ_item_info(db, e, t_ms, id);
    }
    case OPK_PEOPLE: return patron_plain(db, e, id);
    case OPK_TITLE: return circ_title(db, e, t_ms, id);
    case OPK_VISIT: return circ_visit(db, e, t_ms);
    case OPK_MONEY: {
        struct circ_view view = { .db = db, .arena = a };
        enum bm_rc rc = circ_money(&view, e, t_ms, id);
        return rc ? rc : view.rc;
    }
    case OPK_ROUTE: return calendar_suspend(db, e, id);
    case OPK_CLOCK:
    case OPK_STAFF:
    case OPK_TABLE:
    case OPK_ACCESS:
    case OPK_NOTE: return BM_OK;
    default: return BM_OK;
    }
}
