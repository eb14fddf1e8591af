/* common/circ_rows.c -- rows of the circulation tables to structs of the timeline and back. See circ.h, circ_rows.h. */
#include "common/circ_rows.h"

#include "common/circ.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- reading columns ------------------------------------------------------------------------------- */

static enum bm_rc col_id(struct stmt *s, int column, struct eid *out)
{
    const char *text = stmt_text(s, column);
    if (!eid_parse(text ? text : "", out)) return err_set(BM_ECORRUPT, "a stored id is not one: %s; run verify", text);
    return BM_OK;
}

static enum bm_rc col_text(struct stmt *s, int column, struct arena *a, const char **out)
{
    const char *text = stmt_text(s, column);
    *out = arena_strdup(a, text);
    return text && !*out ? BM_ENOMEM : BM_OK;
}

#define TRY(x)                                                                                 \
    do {                                                                                       \
        enum bm_rc try_rc = (x);                                                               \
        if (try_rc) return try_rc;                                                             \
    } while (0)

static enum bm_rc read_item(struct stmt *s, struct arena *a, struct tl_item *it)
{
    *it = (struct tl_item){ .last_t_ms = stmt_int(s, 8), .last_unc_ms = stmt_int_or(s, 9, 0) };
    TRY(col_text(s, 0, a, &it->id));
    TRY(col_text(s, 1, a, &it->title));
    TRY(col_text(s, 2, a, &it->place));
    BM_CHECK(cond_parse(stmt_text(s, 3), &it->cond));
    TRY(col_id(s, 4, &it->loan));
    TRY(col_id(s, 5, &it->aside));
    TRY(col_id(s, 6, &it->lost_mark));
    TRY(col_id(s, 7, &it->lost_loan));
    TRY(col_id(s, 10, &it->last_id));
    const char *op = stmt_text(s, 11);
    if (op) BM_CHECK(op_parse(op, &it->last_op));
    return BM_OK;
}

static enum bm_rc read_loan(struct stmt *s, struct arena *a, struct tl_loan *l)
{
    *l = (struct tl_loan){ .out_ms = stmt_int(s, 4),
                           .due_s = stmt_int(s, 5),
                           .end_ms = stmt_int(s, 12),
                           .renewals = stmt_int(s, 16),
                           .lost_ms = stmt_int(s, 17),
                           .claimed_ms = stmt_int(s, 18),
                           .limit = stmt_int(s, 19) };
    l->terms = (struct terms){ stmt_int(s, 7), stmt_int(s, 8), stmt_int(s, 9), stmt_int(s, 10), stmt_int(s, 11), NULL };
    TRY(col_id(s, 0, &l->id));
    TRY(col_text(s, 20, a, &l->terms.cal));
    TRY(col_text(s, 1, a, &l->item));
    TRY(col_text(s, 2, a, &l->card));
    TRY(col_id(s, 6, &l->promise));
    l->key = (struct tkey){ .t_ms = stmt_int(s, 3), .id = l->id };
    l->endkey.t_ms = stmt_int_or(s, 13, 0);
    TRY(col_id(s, 14, &l->endkey.id));
    BM_CHECK(loan_how_parse(stmt_text(s, 15), &l->how));
    return BM_OK;
}

static enum bm_rc read_hold(struct stmt *s, struct arena *a, struct tl_hold *h)
{
    *h = (struct tl_hold){ 0 };
    TRY(col_id(s, 0, &h->id));
    TRY(col_text(s, 1, a, &h->card));
    TRY(col_text(s, 2, a, &h->title));
    TRY(col_text(s, 3, a, &h->item));
    TRY(col_text(s, 4, a, &h->pickup));
    h->key = (struct tkey){ .t_ms = stmt_int(s, 5), .id = h->id };
    BM_CHECK(hold_state_parse(stmt_text(s, 6), &h->state));
    return col_text(s, 7, a, &h->by);
}

enum bm_rc circ_series_read(const char *text, struct arena *a, struct tl_charge *c)
{
    for (const char *p = text; p && *p;) {
        char line[EID_TEXT_MAX + 64], *id, *cents;
        size_t len = strcspn(p, "\n");
        BM_CHECK(len < sizeof line);
        memcpy(line, p, len);
        line[len] = '\0';
        id = strchr(line, ' ');
        cents = id ? strchr(id + 1, ' ') : NULL;
        BM_CHECK(cents != NULL);
        *id++ = '\0';
        *cents++ = '\0';
        c->series = arena_grow(a, c->series, c->count, &c->cap, sizeof *c->series);
        if (!c->series) return BM_ENOMEM;
        struct tl_amount *amount = &c->series[c->count++];
        BM_CHECK(str_to_i64(line, INT64_MIN, INT64_MAX, &amount->key.t_ms) && eid_parse(id, &amount->key.id) &&
                 str_to_i64(cents, INT64_MIN, INT64_MAX, &amount->cents));
        p += len + (p[len] == '\n');
    }
    return BM_OK;
}

static enum bm_rc read_charge(struct stmt *s, struct arena *a, struct tl_charge *c)
{
    *c = (struct tl_charge){ 0 };
    TRY(col_id(s, 0, &c->about));
    TRY(col_text(s, 1, a, &c->kind));
    TRY(col_text(s, 2, a, &c->card));
    TRY(col_text(s, 3, a, &c->item));
    return circ_series_read(stmt_text(s, 4), a, c);
}

static enum bm_rc read_exc(struct stmt *s, struct arena *a, struct tl_exc *x)
{
    *x = (struct tl_exc){ .pending = stmt_int(s, 5) == 1 };
    BM_CHECK(exc_parse(stmt_text(s, 0), &x->code));
    TRY(col_id(s, 1, &x->entry));
    TRY(col_text(s, 2, a, &x->other));
    TRY(col_text(s, 3, a, &x->node));
    BM_CHECK(exc_status_parse(stmt_text(s, 4), &x->status));
    return BM_OK;
}

/* Put every row of a cursor into the unit; rows that are there already stay. */
enum bm_rc rows_put(struct unit *u, struct stmt *s, enum row_kind kind)
{
    enum bm_rc rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        union {
            struct tl_item item;
            struct tl_loan loan;
            struct tl_hold hold;
            struct tl_charge charge;
            struct tl_exc exc;
        } row;
        bool put = true;
        switch (kind) {
        case ROW_ITEM:
            rc = read_item(s, u->arena, &row.item);
            if (!rc && !unit_item(u, row.item.id)) put = unit_put_item(u, &row.item) != NULL;
            break;
        case ROW_LOAN:
            rc = read_loan(s, u->arena, &row.loan);
            if (!rc && !unit_loan(u, &row.loan.id)) put = unit_put_loan(u, &row.loan) != NULL;
            break;
        case ROW_HOLD:
            rc = read_hold(s, u->arena, &row.hold);
            if (!rc && !unit_hold(u, &row.hold.id)) put = unit_put_hold(u, &row.hold) != NULL;
            break;
        case ROW_CHARGE:
            rc = read_charge(s, u->arena, &row.charge);
            if (!rc && !unit_charge(u, &row.charge.about, row.charge.kind)) put = unit_put_charge(u, &row.charge) != NULL;
            break;
        case ROW_EXC:
            rc = read_exc(s, u->arena, &row.exc);
            if (!rc && !unit_exc(u, row.exc.code, &row.exc.entry, row.exc.other)) put = unit_put_exc(u, &row.exc) != NULL;
            break;
        default: bm_assert(false);
        }
        if (!rc && !put) rc = BM_ENOMEM;
        if (rc) {
            stmt_done(s);
            return rc;
        }
    }
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc rows_put_by(struct unit *u, struct db *db, enum sql_id id, const char *name, const char *value, enum row_kind kind)
{
    struct stmt *s;
    enum bm_rc rc = name ? db_get(db, id, &s, name, 's', value, NULL) : db_get(db, id, &s, NULL);
    return rc ? rc : rows_put(u, s, kind);
}

/* --- writing ------------------------------------------------------------------------------------------ */

/* NULL for no id, so that columns say so too. */
static const char *id_or_null(const struct eid *id, char out[EID_TEXT_MAX])
{
    return eid_is_none(id) ? NULL : eid_text(id, out);
}

/* Most acts leave a copy's title and place as they are: then no index need be touched. */
enum bm_rc rows_store_item(struct db *db, const struct tl_item *it)
{
    static const enum sql_id ways[] = { SQL_ITEM_STATE, SQL_ITEM_PUT };
    char loan[EID_TEXT_MAX], aside[EID_TEXT_MAX], mark[EID_TEXT_MAX], lost[EID_TEXT_MAX], last[EID_TEXT_MAX];
    bool seen = it->last_t_ms != ENTRY_NONE;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        enum bm_rc rc = db_run(db, ways[i], "cond", 's', cond_name(it->cond), "loan", 's', id_or_null(&it->loan, loan), "aside",
                               's', id_or_null(&it->aside, aside), "lost_mark", 's', id_or_null(&it->lost_mark, mark),
                               "lost_loan", 's', id_or_null(&it->lost_loan, lost), "last_t", 'I', it->last_t_ms, "last_unc", 'I',
                               seen ? it->last_unc_ms : ENTRY_NONE, "last_id", 's', id_or_null(&it->last_id, last), "last_op",
                               's', seen ? op_name(it->last_op) : NULL, "barcode", 's', it->id, "title", 's', it->title, "place",
                               's', it->place, NULL);
        if (rc || db_changed(db)) return rc;
    }
    return BM_OK;
}

static enum bm_rc loan_by(struct db *db, enum sql_id way, const struct tl_loan *l)
{
    char id[EID_TEXT_MAX], promise[EID_TEXT_MAX], end_id[EID_TEXT_MAX];
    bool open = l->end_ms == ENTRY_NONE;
    return db_run(db, way, "key_t", 'i', l->key.t_ms, "out_ms", 'i', l->out_ms, "due_s", 'i', l->due_s, "promise", 's',
                  eid_text(&l->promise, promise), "rate", 'i', l->terms.rate_cents, "grace", 'i', l->terms.grace_days, "max", 'I',
                  l->terms.max_cents, "price", 'i', l->terms.price_cents, "keep", 'i', l->terms.keep_cents, "end_ms", 'I',
                  l->end_ms, "end_t", 'I', open ? ENTRY_NONE : l->endkey.t_ms, "end_id", 's',
                  open ? NULL : id_or_null(&l->endkey.id, end_id), "how", 's', loan_how_name(l->how), "renewals", 'i', l->renewals,
                  "lost_ms", 'I', l->lost_ms, "claimed_ms", 'I', l->claimed_ms, "limit", 'I', l->limit, "cal", 's', l->terms.cal,
                  "card", 's', l->card, "id", 's', eid_text(&l->id, id), "item", 's', l->item, NULL);
}

/* A loan's copy never changes: only a new loan touches the index over copies. (An upsert would write every index, and keep
 * each page as it was in case it fails half way.) Which of the two it is, is mostly plain to see; the guess may be wrong. */
enum bm_rc rows_store_loan(struct db *db, const struct tl_loan *l)
{
    bool fresh = l->end_ms == ENTRY_NONE && l->renewals == 0;
    enum bm_rc rc = loan_by(db, fresh ? SQL_LOAN_ADD : SQL_LOAN_STATE, l);
    if (rc || db_changed(db)) return rc;
    rc = loan_by(db, fresh ? SQL_LOAN_STATE : SQL_LOAN_ADD, l);
    if (!rc) BM_CHECK(db_changed(db));
    return rc;
}

enum bm_rc rows_store_hold(struct db *db, const struct tl_hold *h)
{
    char id[EID_TEXT_MAX];
    return db_run(db, SQL_HOLD_PUT, "id", 's', eid_text(&h->id, id), "card", 's', h->card, "title", 's', h->title, "item", 's',
                  h->item, "pickup", 's', h->pickup, "key_t", 'i', h->key.t_ms, "state", 's', hold_state_name(h->state),
                  "by_item", 's', h->by, NULL);
}

static enum bm_rc series_text(const struct tl_charge *c, struct buf *out)
{
    char id[EID_TEXT_MAX];
    for (size_t i = 0; i < c->count; i++)
        buf_printf(out, "%" PRId64 " %s %" PRId64 "\n", c->series[i].key.t_ms, eid_text(&c->series[i].key.id, id),
                   c->series[i].cents);
    return buf_rc(out);
}

enum bm_rc rows_store_charge(struct db *db, const struct tl_charge *c)
{
    char about[EID_TEXT_MAX];
    struct buf series;
    buf_init(&series, 1 << 20);
    enum bm_rc rc = series_text(c, &series);
    if (!rc)
        rc = db_run(db, SQL_CHARGE_PUT, "about", 's', eid_text(&c->about, about), "kind", 's', c->kind, "card", 's', c->card,
                    "item", 's', c->item, "series", 's', buf_str(&series), NULL);
    buf_free(&series);
    return rc;
}

enum bm_rc rows_store_exc(struct db *db, const struct tl_exc *x)
{
    char entry[EID_TEXT_MAX];
    return db_run(db, SQL_EXCEPTION_PUT, "code", 's', exc_name(x->code), "entry", 's', eid_text(&x->entry, entry), "other",
                  's', x->other, "node", 's', x->node, "status", 's', exc_status_name(x->status), "pending", 'i',
                  (int64_t)x->pending, NULL);
}

/* --- equal? ------------------------------------------------------------------------------------------- */

static bool same_id(const struct eid *a, const struct eid *b)
{
    return eid_cmp(a, b) == 0;
}

bool rows_same_item(const struct tl_item *a, const struct tl_item *b)
{
    bool seen = a->last_t_ms != ENTRY_NONE;
    return str_eq(a->title, b->title) && str_eq(a->place, b->place) && a->cond == b->cond && same_id(&a->loan, &b->loan) &&
           same_id(&a->aside, &b->aside) && same_id(&a->lost_mark, &b->lost_mark) && same_id(&a->lost_loan, &b->lost_loan) &&
           a->last_t_ms == b->last_t_ms &&
           (!seen || (a->last_unc_ms == b->last_unc_ms && same_id(&a->last_id, &b->last_id) && a->last_op == b->last_op));
}

bool rows_same_loan(const struct tl_loan *a, const struct tl_loan *b)
{
    bool open = a->end_ms == ENTRY_NONE;
    return str_eq(a->item, b->item) && str_eq(a->card, b->card) && a->key.t_ms == b->key.t_ms && a->out_ms == b->out_ms &&
           a->due_s == b->due_s && same_id(&a->promise, &b->promise) && a->terms.rate_cents == b->terms.rate_cents &&
           a->terms.grace_days == b->terms.grace_days && a->terms.max_cents == b->terms.max_cents &&
           a->terms.price_cents == b->terms.price_cents && a->terms.keep_cents == b->terms.keep_cents &&
           a->end_ms == b->end_ms && (open || tkey_cmp(&a->endkey, &b->endkey) == 0) && a->how == b->how &&
           a->renewals == b->renewals && a->lost_ms == b->lost_ms && a->claimed_ms == b->claimed_ms && a->limit == b->limit && str_eq(a->terms.cal, b->terms.cal);
}

bool rows_same_hold(const struct tl_hold *a, const struct tl_hold *b)
{
    return str_eq(a->card, b->card) && str_eq(a->title, b->title) && str_eq(a->item, b->item) && str_eq(a->pickup, b->pickup) &&
           a->key.t_ms == b->key.t_ms && a->state == b->state && str_eq(a->by, b->by);
}

bool rows_same_charge(const struct tl_charge *a, const struct tl_charge *b)
{
    if (!str_eq(a->card, b->card) || !str_eq(a->item, b->item) || a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++)
        if (tkey_cmp(&a->series[i].key, &b->series[i].key) != 0 || a->series[i].cents != b->series[i].cents) return false;
    return true;
}

bool rows_same_exc(const struct tl_exc *a, const struct tl_exc *b)
{
    return str_eq(a->node, b->node) && a->status == b->status && a->pending == b->pending;
}
