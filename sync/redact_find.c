/* sync/redact_find.c -- whose story is it? See redact_priv.h.
 *
 * The group's readings are stepped over once more, and before each step the unit is asked what the entry is about: the loan
 * that is open, the hold that is set aside. So an entry belongs to that story in which the fold itself took it as the same
 * person's. A hold and the loan that filled it are one story. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/redact_priv.h"

enum { NO_STORY = -1 };

struct story {
    struct eid id;  /* its checkout, place_hold or act */
    size_t parent;  /* itself, unless it is part of another */
    int64_t end_t;  /* of a hold, noticed by the tap */
    bool ends, over;
    int first;      /* its first reading, once all were stepped over */
};
struct tap {
    struct redact_work *w;
    struct apply *ap;
    struct unit u;
    struct circ_view view;
    struct read_list list;
    int *of; /* by reading: its story, or NO_STORY */
    int *next; /* by reading: the next of the same story */
    struct story *stories;
    size_t count, cap;
    bool *over; /* by hold of the unit: its end was seen */
    size_t over_count, over_cap;
};

/* --- stories ------------------------------------------------------------------------------------------ */

static enum bm_rc story_new(struct tap *t, const struct eid *id, int *out)
{
    struct story *grown = arena_grow(&t->ap->arena, t->stories, t->count, &t->cap, sizeof *grown);
    if (!grown) return BM_ENOMEM;
    t->stories = grown;
    grown[t->count] = (struct story){ .id = *id, .parent = t->count };
    *out = (int)t->count++;
    return BM_OK;
}

static enum bm_rc story_of(struct tap *t, const struct eid *id, int *out)
{
    for (size_t i = t->count; i-- > 0;)
        if (eid_cmp(&t->stories[i].id, id) == 0) return *out = (int)i, BM_OK;
    return story_new(t, id, out);
}

static size_t root_of(const struct tap *t, size_t i)
{
    while (t->stories[i].parent != i) i = t->stories[i].parent;
    return i;
}

/* --- the tap -------------------------------------------------------------------------------------------- */

static bool same_person(struct tap *t, const char *a, const char *b, const struct tkey *key)
{
    return str_eq(t->u.who(t->u.ctx, a, key).account, t->u.who(t->u.ctx, b, key).account);
}

/* Which story does the reading belong to, as things stand before it? *out NO_STORY: none, or its own (checkout, place). */
static enum bm_rc story_before(struct tap *t, const struct read *r, int *out)
{
    const struct entry *e = &r->e;
    const struct tl_item *it = op_kind(e->op) == OPK_ITEM ? unit_item(&t->u, e->item) : NULL;
    const struct tl_loan *loan = it ? unit_loan(&t->u, &it->loan) : NULL;
    const struct tl_hold *aside = it ? unit_truly_aside(&t->u, it) : NULL;
    *out = NO_STORY;
    if (e->op == OP_CAPTURE || e->op == OP_CANCEL) return story_of(t, &e->hold, out);
    if (e->op == OP_PLACE) return story_of(t, &e->id, out);
    if (!e->patron) return loan && e->why ? story_of(t, &loan->id, out) : BM_OK;
    if (e->op == OP_NOTICE && str_eq(e->kind, "ready"))
        return aside && same_person(t, aside->card, e->patron, &r->key) ? story_of(t, &aside->id, out) : BM_OK;
    return loan && same_person(t, loan->card, e->patron, &r->key) ? story_of(t, &loan->id, out) : BM_OK;
}

/* Holds that ended in this step: by this loan, or otherwise. in: story, the reading's */
static enum bm_rc see_holds(struct tap *t, const struct read *r, int story)
{
    while (t->over_count < t->u.hold_count) {
        bool *grown = arena_grow(&t->ap->arena, t->over, t->over_count, &t->over_cap, sizeof *grown);
        if (!grown) return BM_ENOMEM;
        t->over = grown;
        grown[t->over_count++] = false;
    }
    for (size_t i = 0; i < t->u.hold_count; i++) {
        const struct tl_hold *h = t->u.holds[i];
        int ended;
        if (t->over[i] || h->state == HOLD_WAITING || h->state == HOLD_CAPTURED) continue;
        enum bm_rc rc = story_of(t, &h->id, &ended);
        if (rc) return rc;
        t->over[i] = true;
        t->stories[ended].ends = true;
        t->stories[ended].end_t = r->key.t_ms;
        if (r->e.op == OP_CHECKOUT && story != NO_STORY) t->stories[root_of(t, (size_t)ended)].parent = root_of(t, (size_t)story);
    }
    return BM_OK;
}

static enum bm_rc tap_step(struct tap *t, size_t i)
{
    const struct read *r = &t->list.reads[i];
    enum bm_rc rc = story_before(t, r, &t->of[i]);
    if (!rc) rc = timeline_step(&t->u, &r->e, &r->key, r->unc_ms);
    if (!rc) rc = t->view.rc;
    if (!rc && t->of[i] == NO_STORY && r->e.patron) rc = story_new(t, &r->e.id, &t->of[i]);
    if (!rc && (r->e.op == OP_CHECKOUT || r->e.op == OP_CANCEL)) rc = see_holds(t, r, t->of[i]);
    return rc;
}

/* --- which are over ---------------------------------------------------------------------------------------- */

/* Did it end before the cut? An act that came to nothing is over at once. */
static bool is_over(const struct tap *t, const struct story *s)
{
    const struct tl_loan *loan = unit_loan(&t->u, &s->id);
    if (loan) return loan->end_ms != ENTRY_NONE && loan->endkey.t_ms < t->w->cut_ms;
    return !unit_hold(&t->u, &s->id) || (s->ends && s->end_t < t->w->cut_ms);
}

static enum bm_rc add_entry(struct redact_work *w, struct piece *p, const struct piece_entry *e)
{
    struct piece_entry *grown = arena_grow(w->a, p->entries, p->count, &p->cap, sizeof *grown);
    if (!grown) return BM_ENOMEM;
    p->entries = grown;
    grown[p->count++] = *e;
    return BM_OK;
}

static enum bm_rc add_piece(struct redact_work *w, const struct piece *p, struct piece_list *out)
{
    struct piece *grown = arena_grow(w->a, out->pieces, out->count, &out->cap, sizeof *grown);
    if (!grown) return BM_ENOMEM;
    out->pieces = grown;
    grown[out->count++] = *p;
    return BM_OK;
}

static enum redact_kind kind_of(const struct tap *t, size_t root)
{
    const struct eid *id = &t->stories[root].id;
    return unit_loan(&t->u, id) ? STORY_LOAN : unit_hold(&t->u, id) ? STORY_HOLD : STORY_ACT;
}

static void keep(struct piece *p, enum redact_keep why)
{
    if (p->keep == KEEP_NOT) p->keep = why;
}

static bool is_lost(const struct tap *t, const struct eid *id)
{
    for (size_t i = 0; i < t->u.item_count; i++)
        if (eid_cmp(&t->u.items[i]->lost_mark, id) == 0 || eid_cmp(&t->u.items[i]->lost_loan, id) == 0) return true;
    return false;
}

/* All readings of one story. out: *real, somebody is named */
static enum bm_rc fill_piece(struct tap *t, const struct story *root, struct piece *p, bool *real)
{
    enum bm_rc rc = BM_OK;
    *real = false;
    for (int i = root->first; i != NO_STORY; i = t->next[i]) {
        const struct read *r = &t->list.reads[i];
        p->young |= r->key.t_ms >= t->w->cut_ms;
        *real |= r->e.patron && !card_is_nobody(r->e.patron);
    }
    for (int i = root->first; *real && !p->young && i != NO_STORY && !rc; i = t->next[i]) {
        const struct read *r = &t->list.reads[i];
        if (is_lost(t, &r->e.id)) keep(p, KEEP_LOST);
        rc = add_entry(t->w, p, &(struct piece_entry){ .id = r->e.id, .card = r->e.patron, .op = r->e.op });
    }
    return rc;
}

/* --- what keeps a story --------------------------------------------------------------------------------------- */

static int text_cmp(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum bm_rc redact_load_open(struct redact_work *w)
{
    struct stmt *s;
    w->open_count = w->open_cap = 0;
    w->open = NULL;
    enum bm_rc rc = db_get(w->b->db, SQL_REDACT_OPEN, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        const char **grown = arena_grow(w->a, w->open, w->open_count, &w->open_cap, sizeof *grown);
        if (!grown || !(grown[w->open_count] = stmt_copy(s, 0, w->a))) {
            stmt_done(s);
            return BM_ENOMEM;
        }
        w->open = grown;
        w->open_count++;
    }
    if (w->open_count) qsort(w->open, w->open_count, sizeof *w->open, text_cmp);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static bool is_open(const struct redact_work *w, const char *id)
{
    return w->open_count && bsearch(&id, w->open, w->open_count, sizeof *w->open, text_cmp);
}

/* Acts of staff about an entry: their free text goes with it. */
static enum bm_rc take_after(struct redact_work *w, struct piece *p, const char *id)
{
    struct stmt *s;
    enum bm_rc rc = db_get(w->b->db, SQL_REDACT_AFTER, &s, "id", 's', id, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct piece_entry e = { .op = OP_VOID };
        p->young |= stmt_int(s, 1) >= w->cut_ms;
        if (is_open(w, stmt_text(s, 0))) keep(p, KEEP_EXCEPTION);
        rc = eid_parse(stmt_text(s, 0), &e.id) ? add_entry(w, p, &e) : BM_ECORRUPT;
        if (rc) break;
    }
    if (rc != BM_ENOTFOUND) stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

struct owner {
    const char *key, *card;
};
struct owners {
    struct owner *list;
    size_t count, cap;
};

/* The charges that hang on an entry. */
static enum bm_rc take_charges(struct redact_work *w, struct piece *p, const char *id, struct owners *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(w->b->db, SQL_REDACT_CHARGES, &s, "about", 's', id, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct owner *grown = arena_grow(w->a, out->list, out->count, &out->cap, sizeof *grown);
        const char **keys = arena_grow(w->a, p->charges, p->charge_count, &p->charge_cap, sizeof *keys);
        struct owner o = { arena_printf(w->a, "%s/%s", id, stmt_text(s, 0)), stmt_copy(s, 1, w->a) };
        if (!grown || !keys || !o.key || !o.card) {
            rc = BM_ENOMEM;
            break;
        }
        if (stmt_int(s, 2) != 0) keep(p, KEEP_OWED);
        if (is_open(w, o.key)) keep(p, KEEP_EXCEPTION);
        out->list = grown;
        grown[out->count++] = o;
        p->charges = keys;
        keys[p->charge_count++] = o.key;
    }
    if (rc != BM_ENOTFOUND) stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* A payment may go if it paid this person's debt and nothing else. */
static enum bm_rc check_payer(struct redact_work *w, struct piece *p, const struct owners *owners, const char *key, const char *payer)
{
    char account[ENTRY_WORD_MAX + 1], mine[ENTRY_WORD_MAX + 1];
    const char *card = NULL;
    for (size_t i = 0; i < owners->count; i++)
        if (str_eq(owners->list[i].key, key)) card = owners->list[i].card;
    if (!card || !payer) return keep(p, KEEP_MONEY), BM_OK;
    enum bm_rc rc = apply_account(&w->b->apply, card, mine, sizeof mine);
    if (!rc) rc = apply_account(&w->b->apply, payer, account, sizeof account);
    if (!rc && !str_eq(account, mine)) keep(p, KEEP_MONEY);
    return rc;
}

static enum bm_rc take_move(struct redact_work *w, struct piece *p, const struct owners *owners, struct stmt *s)
{
    char id[EID_TEXT_MAX];
    struct piece_entry e = { .card = true };
    bool dark = stmt_int(s, 8) != 0;
    enum bm_rc rc = apply_col_eid(s, 0, 3, &e.id);
    if (rc) return rc;
    (void)op_parse(stmt_text(s, 5), &e.op);
    e.was = stmt_copy(s, 6, w->a);
    e.charge = stmt_copy(s, 7, w->a);
    if (!e.charge || (stmt_text(s, 6) && !e.was)) return BM_ENOMEM;
    p->young |= stmt_int(s, 4) >= w->cut_ms;
    if (stmt_int(s, 9)) keep(p, KEEP_MONEY);
    if (is_open(w, eid_text(&e.id, id))) keep(p, KEEP_EXCEPTION);
    if (e.op == OP_PAY && !dark) rc = check_payer(w, p, owners, e.charge, e.was);
    if (!rc) rc = take_after(w, p, id);
    return rc ? rc : add_entry(w, p, &e);
}

/* Charges of an entry, and what was paid and waived on them. */
static enum bm_rc take_money(struct redact_work *w, struct piece *p, const char *id)
{
    char from[EID_TEXT_MAX + 2], to[EID_TEXT_MAX + 2];
    struct owners owners = { 0 };
    struct stmt *s;
    snprintf(from, sizeof from, "%s/", id);
    snprintf(to, sizeof to, "%s0", id); /* what comes after '/' */
    enum bm_rc rc = take_charges(w, p, id, &owners);
    if (!rc) rc = db_get(w->b->db, SQL_REDACT_MOVES, &s, "from", 's', from, "to", 's', to, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK)
        if ((rc = take_move(w, p, &owners, s))) break;
    if (rc != BM_ENOTFOUND) stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc judge(struct redact_work *w, struct piece *p)
{
    size_t own = p->count; /* what is added is about these */
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < own && !rc; i++) {
        char id[EID_TEXT_MAX];
        eid_text(&p->entries[i].id, id);
        if (is_open(w, id)) keep(p, KEEP_EXCEPTION);
        rc = take_after(w, p, id);
        if (!rc) rc = take_money(w, p, id);
    }
    return rc;
}

/* --- a group ------------------------------------------------------------------------------------------------------ */

/* in: p with its entries; it is left out if it is young, or names nobody who is somebody */
static enum bm_rc finish_piece(struct redact_work *w, struct piece *p, const struct eid *id, const struct node_set *group, struct piece_list *out)
{
    char text[EID_TEXT_MAX];
    p->id = arena_strdup(w->a, eid_text(id, text));
    p->node = arena_strdup(w->a, group->nodes[0]);
    if (!p->id || !p->node) return BM_ENOMEM;
    enum bm_rc rc = judge(w, p);
    if (!rc && p->young) w->out->waits[p->kind]++;
    return rc || p->young ? rc : add_piece(w, p, out);
}

/* Hang each reading on its story, the first one first. */
static enum bm_rc sort_readings(struct tap *t)
{
    t->next = arena_array(&t->ap->arena, t->list.count + 1, sizeof *t->next);
    if (!t->next) return BM_ENOMEM;
    for (size_t i = 0; i < t->count; i++) t->stories[i].first = NO_STORY, t->stories[i].over = true;
    for (size_t i = 0; i < t->count; i++) t->stories[root_of(t, i)].over &= is_over(t, &t->stories[i]);
    for (size_t i = t->list.count; i-- > 0;) {
        if (t->of[i] == NO_STORY) continue;
        struct story *root = &t->stories[root_of(t, (size_t)t->of[i])];
        t->next[i] = root->first;
        root->first = (int)i;
    }
    return BM_OK;
}

static enum bm_rc collect(struct tap *t, const struct node_set *group, struct piece_list *out)
{
    enum bm_rc rc = sort_readings(t);
    for (size_t i = 0; i < t->count && !rc; i++) {
        struct piece p = { .kind = kind_of(t, i) };
        bool real;
        if (!t->stories[i].over) continue;
        rc = fill_piece(t, &t->stories[i], &p, &real);
        if (!rc && real && p.young) t->w->out->waits[p.kind]++;
        if (!rc && real && !p.young) rc = finish_piece(t->w, &p, &t->stories[i].id, group, out);
    }
    return rc;
}

/* What was taken back or came too late took part in nothing: each is a story of its own. */
static enum bm_rc collect_dark(struct redact_work *w, const struct node_set *group, size_t at, struct piece_list *out)
{
    struct piece_list dark = { 0 };
    struct stmt *s;
    enum bm_rc rc = db_get(w->b->db, SQL_REDACT_DARK, &s, "node", 's', group->nodes[at], "cut", 'i', w->cut_ms, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct piece p = { .kind = STORY_ACT };
        struct piece_entry e = { .card = true };
        rc = apply_col_eid(s, 0, 3, &e.id);
        if (!rc) rc = add_entry(w, &p, &e);
        if (!rc) rc = add_piece(w, &p, &dark);
        if (rc) break;
    }
    if (rc != BM_ENOTFOUND) stmt_done(s);
    rc = rc == BM_ENOTFOUND ? BM_OK : rc;
    for (size_t i = 0; i < dark.count && !rc; i++) rc = finish_piece(w, &dark.pieces[i], &dark.pieces[i].entries[0].id, group, out);
    return rc;
}

enum bm_rc redact_find(struct redact_work *w, const char *node, struct node_set *nodes, struct piece_list *out)
{
    struct apply *ap = &w->b->apply;
    struct tap t = { .w = w, .ap = ap, .view = { .db = w->b->db, .arena = &ap->arena, .who = apply_standing_at } };
    struct node_set group = { 0 };
    circ_unit(&t.u, &t.view);
    enum bm_rc rc = apply_group(ap, node, &group);
    if (!rc) rc = apply_read_group(ap, &group, &t.u, &t.list);
    if (!rc && !(t.of = arena_array(&ap->arena, t.list.count + 1, sizeof *t.of))) rc = BM_ENOMEM;
    for (size_t i = 0; i < t.list.count && !rc; i++) rc = tap_step(&t, i);
    if (!rc) rc = collect(&t, &group, out);
    for (size_t i = 0; i < group.count && !rc; i++) {
        const char *kept = arena_strdup(w->a, group.nodes[i]);
        const char **grown = arena_grow(w->a, nodes->nodes, nodes->count, &nodes->cap, sizeof *grown);
        if (!kept || !grown) return BM_ENOMEM;
        nodes->nodes = grown;
        grown[nodes->count++] = kept;
        rc = collect_dark(w, &group, i, out);
    }
    arena_free(&ap->arena);
    return rc;
}
