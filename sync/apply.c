/* sync/apply.c -- see apply.h. Times first, then groups, then one function for each kind of entry. */
#include "sync/apply.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/calendar.h"
#include "common/journal.h"

enum { CENTS_MAX = 1000000000, COUNT_MAX = 1000000000 };
#define TIME_MS_MAX (INT64_C(1) << 50) /* in the year 37648 */

void apply_init(struct apply *ap, struct db *db)
{
    *ap = (struct apply){ .db = db };
}

void apply_free(struct apply *ap)
{
    arena_free(&ap->arena);
}

void apply_ep(uint64_t ep, char out[APPLY_EP_MAX])
{
    snprintf(out, APPLY_EP_MAX, "%016" PRIx64, ep);
}

/* An id from the columns dev, ep, seq and, if row_column >= 0, row. */
enum bm_rc apply_col_eid(struct stmt *s, int column, int row_column, struct eid *out)
{
    unsigned char ep[8];
    *out = (struct eid){ .seq = (uint64_t)stmt_int(s, column + 2) };
    BM_CHECK(str_copy(out->dev, sizeof out->dev, stmt_text(s, column)) && hex_decode(ep, sizeof ep, stmt_text(s, column + 1)));
    for (size_t i = 0; i < sizeof ep; i++) out->ep = out->ep << 8 | ep[i];
    if (row_column >= 0) out->row = (uint32_t)stmt_int(s, row_column);
    return BM_OK;
}

/* --- groups of nodes ------------------------------------------------------------------------------- */

enum bm_rc node_add(struct apply *ap, struct node_set *set, const char *node)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->nodes[i], node) == 0) return BM_OK;
    if (set->count >= APPLY_GROUP_MAX) return err_set(BM_ELIMIT, "a title group of more than %d parts", APPLY_GROUP_MAX);
    const char **grown = arena_grow(&ap->arena, set->nodes, set->count, &set->cap, sizeof *grown);
    char *copy = grown ? arena_strdup(&ap->arena, node) : NULL;
    if (!copy) return BM_ENOMEM;
    set->nodes = grown;
    set->nodes[set->count++] = copy;
    return BM_OK;
}

enum bm_rc apply_has_row(struct apply *ap, enum sql_id sql, const char *name, const char *value, bool *out)
{
    int64_t x;
    enum bm_rc rc = db_int(ap->db, sql, &x, name, 's', value, NULL);
    *out = rc == BM_OK;
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* Only holds tie copies together: a title nobody asked for leaves each copy on its own (TIMELINE 9). */
static enum bm_rc node_neighbours(struct apply *ap, const char *node, struct node_set *out)
{
    bool item = node[0] == '?', held = true;
    enum bm_rc rc = item ? BM_OK : apply_has_row(ap, SQL_READING_TITLE_HELD, "title", node, &held);
    if (rc || !held) return rc;
    struct node_set near = { 0 };
    struct stmt *s;
    rc = item ? db_get(ap->db, SQL_READING_TITLES_OF_NODE, &s, "node", 's', node, NULL)
              : db_get(ap->db, SQL_READING_NODES_OF_TITLE, &s, "title", 's', node, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK)
        if ((rc = node_add(ap, &near, stmt_text(s, 0)))) break;
    stmt_done(s);
    if (rc != BM_ENOTFOUND) return rc;
    for (size_t i = 0; i < near.count; i++) {
        held = true;
        if (item && (rc = apply_has_row(ap, SQL_READING_TITLE_HELD, "title", near.nodes[i], &held))) return rc;
        if (held && (rc = node_add(ap, out, near.nodes[i]))) return rc;
    }
    return BM_OK;
}

enum bm_rc apply_group(struct apply *ap, const char *node, struct node_set *out)
{
    enum bm_rc rc = node_add(ap, out, node);
    for (size_t i = 0; i < out->count && !rc; i++) rc = node_neighbours(ap, out->nodes[i], out);
    return rc;
}

/* --- folding a group again --------------------------------------------------------------------------- */

static int read_cmp(const void *a, const void *b)
{
    return tkey_cmp(&((const struct read *)a)->key, &((const struct read *)b)->key);
}

/* From a cursor whose columns begin: dev ep seq row t_ms unc_ms; body at `body`, and after it the card as meant
 * and the horizon. */
static enum bm_rc read_put(struct apply *ap, struct stmt *s, int body, struct read_list *list)
{
    struct read *grown = arena_grow(&ap->arena, list->reads, list->count, &list->cap, sizeof *grown);
    if (!grown) return BM_ENOMEM;
    list->reads = grown;
    struct read *r = &grown[list->count];
    const char *text = stmt_text(s, body);
    enum bm_rc rc = entry_read(text, strlen(text), stmt_int(s, 3) > 0, &ap->arena, &r->e);
    if (!rc) rc = apply_col_eid(s, 0, 3, &r->e.id);
    if (rc) return rc;
    r->key = (struct tkey){ .t_ms = stmt_int(s, 4), .id = r->e.id };
    r->unc_ms = stmt_int(s, 5);
    r->cut_ms = stmt_int(s, body + 2);
    if (r->e.patron && !str_eq(r->e.patron, stmt_text(s, body + 1))) {
        r->e.patron = stmt_copy(s, body + 1, &ap->arena);
        if (!r->e.patron) return BM_ENOMEM;
    }
    list->count++;
    return BM_OK;
}

static enum bm_rc read_node(struct apply *ap, const char *node, struct read_list *list)
{
    struct stmt *s;
    enum bm_rc rc = db_get(ap->db, SQL_READINGS_OF_NODE, &s, "node", 's', node, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK)
        if ((rc = read_put(ap, s, 6, list))) break;
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* In order, and the holds among them declared. */
static enum bm_rc fold_begin(struct unit *u, struct read_list *list)
{
    enum bm_rc rc = BM_OK;
    if (list->count) qsort(list->reads, list->count, sizeof *list->reads, read_cmp);
    for (size_t i = 0; i < list->count && !rc; i++)
        if (list->reads[i].e.op == OP_PLACE) rc = unit_declare(u, &list->reads[i].e, &list->reads[i].key, list->reads[i].cut_ms);
    return rc;
}

enum bm_rc apply_read_group(struct apply *ap, const struct node_set *group, struct unit *u, struct read_list *out)
{
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < group->count && !rc; i++) rc = read_node(ap, group->nodes[i], out);
    return rc ? rc : fold_begin(u, out);
}

static enum bm_rc fold(struct apply *ap, struct unit *u, struct circ_view *view, struct read_list *list)
{
    enum bm_rc rc = fold_begin(u, list);
    for (size_t i = 0; i < list->count && !rc; i++) {
        rc = timeline_step(u, &list->reads[i].e, &list->reads[i].key, list->reads[i].unc_ms);
        if (!rc) rc = view->rc;
    }
    (void)ap;
    return rc;
}

/* The catalogue's side of a copy: its newest add_item. in: list, in order */
static enum bm_rc info_of(struct apply *ap, const char *node, const struct read_list *list)
{
    const struct read *newest = NULL;
    char id[EID_TEXT_MAX] = "";
    if (node[0] != '?') return BM_OK;
    for (size_t i = 0; i < list->count; i++)
        if (list->reads[i].e.op == OP_ADD_ITEM && strcmp(list->reads[i].e.item, node + 1) == 0) newest = &list->reads[i];
    if (newest) eid_text(&newest->e.id, id);
    return circ_item_info_is(ap->db, node + 1, newest ? &newest->e : NULL, newest ? newest->key.t_ms : 0, id);
}

static enum bm_rc refold_group(struct apply *ap, const struct node_set *group, struct unit *now)
{
    struct circ_view view = { .db = ap->db, .arena = &ap->arena, .who = apply_standing_at };
    struct unit was;
    struct read_list list = { 0 };
    int64_t differences;
    enum bm_rc rc = BM_OK;
    circ_unit(&was, &view);
    circ_unit(now, &view);
    for (size_t i = 0; i < group->count && !rc; i++) {
        rc = circ_load_node(&was, &view, group->nodes[i]);
        if (!rc) rc = read_node(ap, group->nodes[i], &list);
    }
    if (!rc) rc = fold(ap, now, &view, &list);
    if (!rc) rc = circ_replace(ap->db, &was, now, false, &differences);
    if (!rc) rc = apply_touch_refold(ap, &was, now);
    for (size_t i = 0; i < group->count && !rc; i++) rc = info_of(ap, group->nodes[i], &list);
    now->ctx = NULL; /* the view goes out of scope; no more steps on this unit */
    ap->refolds++;
    return rc;
}

enum bm_rc apply_refold(struct apply *ap, const struct node_set *nodes)
{
    struct node_set done = { 0 };
    for (size_t i = 0; i < nodes->count; i++) {
        size_t before = done.count;
        enum bm_rc rc = node_add(ap, &done, nodes->nodes[i]);
        if (rc) return rc;
        if (done.count == before) continue;
        struct node_set group = { 0 };
        struct unit now;
        rc = apply_group(ap, nodes->nodes[i], &group);
        if (!rc) rc = refold_group(ap, &group, &now);
        for (size_t k = 0; k < group.count && !rc; k++) rc = node_add(ap, &done, group.nodes[k]);
        if (rc) return rc;
    }
    return BM_OK;
}

/* --- reading an entry ------------------------------------------------------------------------------------ */

/* What the reading's index columns say of an entry. */
struct about {
    char node[APPLY_NODE_MAX], ref[APPLY_REF_MAX];
    const char *title, *card;
};

static void about_entry(const struct entry *e, struct about *out)
{
    *out = (struct about){ .card = e->patron };
    if (op_kind(e->op) == OPK_ITEM) snprintf(out->node, sizeof out->node, "?%s", e->item);
    if (op_kind(e->op) == OPK_HOLD) str_copy(out->node, sizeof out->node, e->title);
    if (op_kind(e->op) == OPK_HOLD || e->op == OP_ADD_ITEM || e->op == OP_RECAT) out->title = e->title;
    char id[EID_TEXT_MAX];
    switch ((int)e->op) {
    case OP_CAPTURE:
    case OP_CANCEL: str_copy(out->ref, sizeof out->ref, eid_text(&e->hold, id)); break;
    case OP_VOID: str_copy(out->ref, sizeof out->ref, eid_text(&e->target, id)); break;
    case OP_REGISTER:
        if (e->who) snprintf(out->ref, sizeof out->ref, "who:%s", e->who);
        break;
    case OP_REPLACE: snprintf(out->ref, sizeof out->ref, "card:%s", e->fresh); break;
    case OP_MERGE: snprintf(out->ref, sizeof out->ref, "card:%s", e->into); break;
    case OP_OBSERVE: str_copy(out->ref, sizeof out->ref, e->origin); break;
    case OP_STAFF: snprintf(out->ref, sizeof out->ref, "staff:%s", e->who); break;
    case OP_CLOSE_VISIT: snprintf(out->ref, sizeof out->ref, "visit:%" PRId64, e->opened); break;
    case OP_PAY:
    case OP_WAIVE:
        if (e->charge) str_copy(out->ref, sizeof out->ref, e->charge);
        break;
    default: break;
    }
}

static enum bm_rc reading_put(struct apply *ap, const struct entry *e, int64_t t, int64_t unc, int64_t received_ms,
                              const struct about *about, const char *written, const char *dark)
{
    char ep[APPLY_EP_MAX];
    apply_ep(e->id.ep, ep);
    bool own_time = e->id.row == 0 && e->when_ms == ENTRY_NONE && e->op != OP_OBSERVE;
    return db_run(ap->db, SQL_READING_PUT, "dev", 's', e->id.dev, "ep", 's', ep, "seq", 'i', (int64_t)e->id.seq, "row", 'i',
                  (int64_t)e->id.row, "op", 's', op_name(e->op), "t_ms", 'i', t, "unc_ms", 'i', unc, "received_ms", 'i',
                  received_ms, "boot_ms", 'I', own_time ? e->t_ms : ENTRY_NONE, "node", 's', about->node[0] ? about->node : NULL,
                  "title", 's', about->title, "card", 's', about->card, "written", 's', str_eq(written, about->card) ? NULL : written, "ref", 's', about->ref[0] ? about->ref : NULL, "dark",
                  's', dark, "cut_ms", 'I', ap->cut_ms, NULL);
}

/* --- leaves ------------------------------------------------------------------------------------------------ */

enum bm_rc apply_leaf(struct apply *ap, enum exc_code code, const char *entry, const char *other)
{
    return db_run(ap->db, SQL_EXCEPTION_PUT, "code", 's', exc_name(code), "entry", 's', entry, "other", 's', other, "node",
                  's', (const char *)NULL, "status", 's', exc_status_name(EXC_OPEN), "pending", 'i', (int64_t)0, NULL);
}

/* For every live reading that uses a thing: `code` stands while the thing is unknown. */
static enum bm_rc mark_uses(struct apply *ap, enum sql_id uses, const char *name, const char *value, enum exc_code code,
                            const char *other)
{
    struct stmt *s;
    enum bm_rc rc = db_get(ap->db, uses, &s, name, 's', value, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        char text[EID_TEXT_MAX];
        struct eid id;
        rc = apply_col_eid(s, 0, 3, &id);
        if (!rc) rc = apply_leaf(ap, code, eid_text(&id, text), other);
        if (rc) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc card_known(struct apply *ap, const char *card, bool *known)
{
    *known = card_is_nobody(card);
    return *known ? BM_OK : apply_has_row(ap, SQL_READING_CARD_KNOWN, "card", card, known);
}

enum bm_rc apply_unknown_card(struct apply *ap, const char *card)
{
    bool known;
    enum bm_rc rc = card_known(ap, card, &known);
    if (!rc) rc = db_run(ap->db, SQL_EXCEPTIONS_CLEAR, "code", 's', exc_name(EXC_UNKNOWN_CARD), "other", 's', card, NULL);
    if (rc || known) return rc;
    return mark_uses(ap, SQL_READING_USES_OF_CARD, "card", card, EXC_UNKNOWN_CARD, card);
}

enum bm_rc apply_unknown_item(struct apply *ap, const char *node)
{
    bool known;
    enum bm_rc rc = apply_has_row(ap, SQL_READING_ITEM_KNOWN, "node", node, &known);
    if (!rc) rc = db_run(ap->db, SQL_EXCEPTIONS_CLEAR, "code", 's', exc_name(EXC_UNKNOWN_ITEM), "other", 's', node + 1, NULL);
    if (rc || known) return rc;
    return mark_uses(ap, SQL_READING_USES_OF_ITEM, "node", node, EXC_UNKNOWN_ITEM, node + 1);
}

enum bm_rc apply_leaves(struct apply *ap, enum op op, const char *node, const char *card, const char *id)
{
    bool known = true, item = node && node[0] == '?';
    enum bm_rc rc = BM_OK;
    if (op == OP_ADD_ITEM || op == OP_RECAT) rc = apply_unknown_item(ap, node);
    else if (item) rc = apply_has_row(ap, SQL_READING_ITEM_KNOWN, "node", node, &known);
    if (!rc && !known) rc = apply_leaf(ap, EXC_UNKNOWN_ITEM, id, node + 1);
    if (rc || !card) return rc;
    rc = card_known(ap, card, &known);
    return rc || known ? rc : apply_leaf(ap, EXC_UNKNOWN_CARD, id, card);
}

/* --- the item folds -------------------------------------------------------------------------------------------- */

/* Is the reading the newest of its group, so that a step is enough? */
static enum bm_rc is_newest(struct apply *ap, const struct node_set *group, const struct tkey *key, bool *out)
{
    *out = true;
    for (size_t i = 0; i < group->count && *out; i++) {
        struct stmt *s;
        enum bm_rc rc = db_get(ap->db, SQL_READING_LAST_OF_NODE, &s, "node", 's', group->nodes[i], NULL);
        if (!rc) rc = stmt_next(s);
        if (rc == BM_ENOTFOUND) continue;
        if (rc) return rc;
        struct tkey last = { .t_ms = stmt_int(s, 4) };
        rc = apply_col_eid(s, 0, 3, &last.id);
        stmt_done(s);
        if (rc) return rc;
        *out = tkey_cmp(&last, key) <= 0;
    }
    return BM_OK;
}

static enum bm_rc step(struct apply *ap, const struct entry *e, const struct tkey *key, int64_t unc, struct outcome *out)
{
    struct circ_view view = { .db = ap->db, .arena = &ap->arena, .who = apply_standing_at };
    struct unit u;
    circ_unit(&u, &view);
    enum bm_rc rc = circ_load(&u, &view, e);
    if (!rc && e->op == OP_PLACE) rc = unit_declare(&u, e, key, ap->cut_ms);
    if (!rc) rc = timeline_step(&u, e, key, unc);
    if (!rc) rc = view.rc;
    if (!rc) rc = circ_store(ap->db, &u);
    if (!rc) rc = apply_touch_step(ap, &u, e);
    if (!rc) circ_outcome(&u, e, out);
    ap->steps++;
    return rc;
}

static enum bm_rc apply_fold(struct apply *ap, const struct entry *e, const struct tkey *key, int64_t unc,
                             const struct about *about, const char *id, struct outcome *out)
{
    struct node_set group = { 0 };
    bool newest, named = false;
    enum bm_rc rc = apply_group(ap, about->node, &group);
    if (!rc) rc = is_newest(ap, &group, key, &newest);
    if (!rc && e->op == OP_PLACE) rc = apply_has_row(ap, SQL_READING_NAMED, "ref", id, &named);
    if (rc) return rc;
    if (newest && !named) {
        rc = step(ap, e, key, unc, out);
    } else {
        struct unit now;
        rc = refold_group(ap, &group, &now);
        if (!rc) circ_outcome(&now, e, out);
    }
    if (!rc && e->op == OP_ADD_ITEM) rc = circ_item_info(ap->db, e, key->t_ms, id);
    if (!rc) rc = apply_leaves(ap, e->op, about->node, e->patron, id);
    struct outcome told; /* with the leaves, which no unit knows */
    if (!rc) rc = apply_outcome_now(ap, &e->id, &told);
    if (!rc && told.kind == OUTCOME_EXCEPTION) *out = told;
    return rc;
}

/* Times and money from outside are added and multiplied: what no clock and no till shows is not understood. */
static enum bm_rc check_numbers(const struct entry *e)
{
    const struct {
        int64_t x, max;
    } list[] = {
        { e->t_ms, TIME_MS_MAX },          { e->when_ms, TIME_MS_MAX },       { e->asof_ms, TIME_MS_MAX },
        { e->returned_ms, TIME_MS_MAX },   { e->off_ms, TIME_MS_MAX },        { e->unc_ms, TIME_MS_MAX },
        { e->wall_ms, TIME_MS_MAX },       { e->due_s, TIME_MS_MAX / 1000 },  { e->expires_s, TIME_MS_MAX / 1000 },
        { e->arr_s, TIME_MS_MAX / 1000 },  { e->dep_s, TIME_MS_MAX / 1000 },  { e->rate_cents, CENTS_MAX },
        { e->max_cents, CENTS_MAX },       { e->price_cents, CENTS_MAX },     { e->keep_cents, CENTS_MAX },
        { e->amount_cents, CENTS_MAX },    { e->grace_days, CENTS_MAX },      { e->parr_s, TIME_MS_MAX / 1000 },
        { e->pdep_s, TIME_MS_MAX / 1000 }, { e->dist_m, COUNT_MAX },          { e->points, COUNT_MAX },
        { e->op == OP_TALLY ? e->count : 0, APPLY_TALLY_MAX },
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (list[i].x != ENTRY_NONE && (list[i].x > list[i].max || list[i].x < -list[i].max))
            return err_set(BM_EINPUT, "%s: a time or an amount is out of all measure", op_name(e->op));
    return BM_OK;
}

/* --- imports (I13) --------------------------------------------------------------------------------------------------- */

static enum bm_rc apply_reading(struct apply *ap, const struct entry *e, int64_t t, int64_t unc, int64_t received_ms,
                                struct outcome *out);

/* Rules, closed days and routes come whole: the newest observe of an origin is what stands. */
static bool comes_whole(const char *origin)
{
    return str_eq(origin, "rules") || str_eq(origin, "calendar") || str_eq(origin, "routes");
}

static enum bm_rc is_newest_observe(struct apply *ap, const struct entry *e, bool *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(ap->db, SQL_READING_NEWEST_OBSERVE, &s, "origin", 's', e->origin, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc;
    *out = str_eq(stmt_text(s, 0), e->id.dev) && stmt_int(s, 2) == (int64_t)e->id.seq;
    stmt_done(s);
    return BM_OK;
}

static enum bm_rc apply_observe(struct apply *ap, const struct entry *e, int64_t t, int64_t received_ms)
{
    bool whole = comes_whole(e->origin), newest = true;
    char ep[APPLY_EP_MAX];
    struct apply rows_ap = { .db = ap->db, .cut_ms = ENTRY_NONE }; /* its arena dies with each row; rows come at any time */
    struct stmt *s;
    apply_ep(e->id.ep, ep);
    enum bm_rc rc = whole ? is_newest_observe(ap, e, &newest) : BM_OK;
    if (rc || !newest) return rc;
    if (whole && (rc = apply_table_clear(ap, e->origin, received_ms))) return rc;
    rc = db_get(ap->db, SQL_ENTRY_ROWS, &s, "dev", 's', e->id.dev, "ep", 's', ep, "seq", 'i', (int64_t)e->id.seq, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct entry row;
        struct outcome ignored;
        const char *body = stmt_text(s, 1);
        int64_t row_t = t;
        rc = entry_read(body, strlen(body), true, &rows_ap.arena, &row);
        if (rc) break;
        if ((rc = check_numbers(&row))) break;
        row.id = e->id;
        row.id.row = (uint32_t)stmt_int(s, 0);
        if (row.when_ms != ENTRY_NONE && row.when_ms < t) row_t = row.when_ms; /* a loan's own date */
        rc = whole ? apply_table_row(&rows_ap, &row, e->origin, received_ms) : apply_reading(&rows_ap, &row, row_t, 0, received_ms, &ignored);
        if (rc) {
            err_prefix(rc, "row %u: ", row.id.row);
            break;
        }
        arena_free(&rows_ap.arena);
    }
    stmt_done(s);
    arena_free(&rows_ap.arena);
    ap->refolds += rows_ap.refolds;
    ap->steps += rows_ap.steps;
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* --- one entry --------------------------------------------------------------------------------------------------------- */

/* An entry that takes no part: taken back before it came, or too late for its time. */
static enum bm_rc stays_dark(struct apply *ap, const char *dark, const char *id, struct outcome *out)
{
    if (str_eq(dark, APPLY_VOID)) {
        str_copy(out->words, sizeof out->words, "taken back");
        return BM_OK;
    }
    *out = (struct outcome){ .kind = OUTCOME_EXCEPTION };
    str_copy(out->words, sizeof out->words, exc_name(EXC_BEYOND_HORIZON));
    return apply_leaf(ap, EXC_BEYOND_HORIZON, id, "");
}

static enum bm_rc fold_one(struct apply *ap, const struct entry *e, const struct tkey *key, int64_t unc, int64_t received_ms,
                           const struct about *about, const char *id, struct outcome *out)
{
    enum bm_rc rc;
    switch (op_kind(e->op)) {
    case OPK_ITEM:
    case OPK_HOLD: return apply_fold(ap, e, key, unc, about, id, out);
    case OPK_PEOPLE:
        rc = apply_people(ap, e->patron);
        return rc ? rc : apply_outcome_now(ap, &e->id, out);
    case OPK_TITLE: return circ_title(ap->db, e, key->t_ms, id);
    case OPK_VISIT: return circ_visit(ap->db, e, key->t_ms);
    case OPK_CLOCK: return e->op == OP_CLOCK ? apply_retime(ap, e) : BM_OK;
    case OPK_STAFF:
        if (e->op == OP_VOID) return apply_void(ap, e, id, out);
        if (e->op == OP_SETTLE) return apply_settle(ap, e, key->t_ms, id);
        return e->op == OP_OBSERVE ? apply_observe(ap, e, key->t_ms, received_ms) : BM_OK;
    case OPK_MONEY:
        rc = apply_money(ap, e, id);
        return rc ? rc : apply_leaves(ap, e->op, NULL, e->patron, id);
    case OPK_ROUTE: return calendar_suspend(ap->db, e, id);
    case OPK_ACCESS: return apply_staff(ap, about->ref);
    case OPK_TABLE:
    case OPK_NOTE: return BM_OK;
    default: return BM_OK;
    }
}

static enum bm_rc read_one(struct apply *ap, const struct entry *written, int64_t t, int64_t unc, int64_t received_ms,
                           struct outcome *out)
{
    char id[EID_TEXT_MAX];
    struct about about;
    struct entry e;
    const char *dark;
    struct tkey key = { .t_ms = t, .id = written->id };
    eid_text(&written->id, id);
    *out = (struct outcome){ .kind = OUTCOME_APPLIED };
    enum bm_rc rc = apply_meant(ap, written, &key, &e);
    about_entry(&e, &about);
    if (!rc) rc = apply_judge(ap, e.op, e.patron, &key, ap->cut_ms, &dark);
    if (!rc) rc = reading_put(ap, &e, t, unc, received_ms, &about, written->patron, dark);
    if (rc) return rc;
    if (dark) return stays_dark(ap, dark, id, out);
    rc = fold_one(ap, &e, &key, unc, received_ms, &about, id, out);
    return rc || (e.op != OP_CAPTURE && e.op != OP_CANCEL) ? rc : apply_rejudge(ap, &e.hold);
}

/* One reading, and what it leads to beyond its own fold. */
static enum bm_rc apply_reading(struct apply *ap, const struct entry *e, int64_t t, int64_t unc, int64_t received_ms,
                                struct outcome *out)
{
    char id[EID_TEXT_MAX];
    ap->cause = arena_strdup(&ap->arena, eid_text(&e->id, id));
    enum bm_rc rc = ap->cause ? read_one(ap, e, t, unc, received_ms, out) : BM_ENOMEM;
    bool crosses = ap->charges.count || ap->payers.count || ap->window_count;
    if (!rc && crosses) rc = apply_money_finish(ap);
    if (rc || !crosses) return rc;
    struct outcome told;
    rc = apply_outcome_now(ap, &e->id, &told);
    if (!rc && told.kind == OUTCOME_EXCEPTION) *out = told;
    return rc;
}

enum bm_rc apply_horizon(struct db *db, int64_t *out)
{
    *out = ENTRY_NONE;
    enum bm_rc rc = db_int(db, SQL_HORIZON, out, NULL);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* The mark of nobody is ours: an act that comes to be done is somebody's. */
enum bm_rc apply_check_cards(const struct entry *e)
{
    const char *const cards[] = { e->patron, e->fresh, e->into, e->card, e->was, e->guarantor };
    for (size_t i = 0; i < sizeof cards / sizeof *cards; i++)
        if (card_is_nobody(cards[i])) return err_set(BM_EINPUT, "%s: no card number begins with %c", op_name(e->op), ENTRY_NOBODY);
    return BM_OK;
}

enum bm_rc apply_entry(struct apply *ap, const struct entry *e, int64_t received_ms, struct outcome *out)
{
    int64_t cut_ms;
    enum bm_rc rc = apply_check_cards(e);
    if (!rc) rc = apply_horizon(ap->db, &cut_ms);
    return rc ? rc : apply_entry_again(ap, e, received_ms, cut_ms, out);
}

enum bm_rc apply_entry_again(struct apply *ap, const struct entry *e, int64_t received_ms, int64_t cut_ms, struct outcome *out)
{
    int64_t t, unc;
    ap->cut_ms = cut_ms;
    ap->charges = ap->payers = (struct node_set){ 0 }; /* of an entry that failed */
    ap->windows = NULL;
    ap->window_count = ap->window_cap = 0;
    enum bm_rc rc = check_numbers(e);
    if (!rc && e->op == OP_STAFF) rc = apply_staff_sound(e);
    if (!rc && e->op == OP_CLOCK) rc = apply_clock(ap, e);
    if (!rc) rc = apply_true_time(ap, e, received_ms, &t, &unc);
    if (!rc) rc = apply_reading(ap, e, t, unc, received_ms, out);
    arena_free(&ap->arena);
    return rc;
}

enum bm_rc apply_outcome_now(struct apply *ap, const struct eid *id, struct outcome *out)
{
    char text[EID_TEXT_MAX];
    struct stmt *s;
    *out = (struct outcome){ .kind = OUTCOME_APPLIED };
    enum bm_rc rc = db_get(ap->db, SQL_EXCEPTIONS_NOW_OF_ENTRY, &s, "entry", 's', eid_text(id, text), NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        if (!str_eq(stmt_text(s, 2), "open")) continue;
        size_t used = strlen(out->words);
        out->kind = OUTCOME_EXCEPTION;
        snprintf(out->words + used, sizeof out->words - used, "%s%s", used ? "," : "", stmt_text(s, 0));
    }
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* --- verify --------------------------------------------------------------------------------------------------------------- */

/* Name the first row that differs: `now` rows are marked dirty by circ_replace, rows of `was` alone are not in `now`. */
static void name_difference(struct apply *ap, const struct unit *was, const struct unit *now)
{
    char id[EID_TEXT_MAX];
    size_t size = sizeof ap->difference;
    for (size_t i = 0; i < now->item_count; i++)
        if (now->items[i]->dirty) snprintf(ap->difference, size, "item %s", now->items[i]->id);
    for (size_t i = 0; i < now->hold_count; i++)
        if (now->holds[i]->dirty) snprintf(ap->difference, size, "hold %s", eid_text(&now->holds[i]->id, id));
    for (size_t i = 0; i < now->charge_count; i++)
        if (now->charges[i]->dirty) snprintf(ap->difference, size, "charge %s", eid_text(&now->charges[i]->about, id));
    for (size_t i = 0; i < now->exc_count; i++)
        if (now->excs[i]->dirty)
            snprintf(ap->difference, size, "exception %s of %s", exc_name(now->excs[i]->code), eid_text(&now->excs[i]->entry, id));
    for (size_t i = 0; i < was->exc_count; i++)
        if (!unit_exc(now, was->excs[i]->code, &was->excs[i]->entry, was->excs[i]->other))
            snprintf(ap->difference, size, "stored exception %s of %s", exc_name(was->excs[i]->code), eid_text(&was->excs[i]->entry, id));
    for (size_t i = 0; i < now->loan_count; i++)
        if (now->loans[i]->dirty) snprintf(ap->difference, size, "loan %s", eid_text(&now->loans[i]->id, id));
    for (size_t i = 0; i < was->loan_count; i++)
        if (!unit_loan(now, &was->loans[i]->id)) snprintf(ap->difference, size, "stored loan %s", eid_text(&was->loans[i]->id, id));
}

/* No groups, no steps, no stored state: every reading once, in the one order, in one unit. */
enum bm_rc apply_verify(struct apply *ap, int64_t *readings, int64_t *differences)
{
    struct circ_view view = { .db = ap->db, .arena = &ap->arena, .who = apply_standing_at };
    struct unit was, now;
    struct read_list list = { 0 };
    struct stmt *s;
    circ_unit(&was, &view);
    circ_unit(&now, &view);
    enum bm_rc rc = db_get(ap->db, SQL_READINGS_ALL, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        enum op op;
        if (!op_parse(stmt_text(s, 7), &op) || (op_kind(op) != OPK_ITEM && op_kind(op) != OPK_HOLD)) continue;
        if ((rc = read_put(ap, s, 8, &list))) break;
    }
    stmt_done(s);
    if (rc == BM_ENOTFOUND) rc = circ_load_all(&was, &view);
    if (!rc) rc = fold(ap, &now, &view, &list);
    ap->difference[0] = '\0';
    if (!rc) rc = circ_replace(ap->db, &was, &now, true, differences);
    if (!rc && *differences) {
        str_copy(ap->difference, sizeof ap->difference, "a stored item, hold or charge without history");
        name_difference(ap, &was, &now);
    }
    *readings = (int64_t)list.count;
    arena_free(&ap->arena);
    return rc;
}
