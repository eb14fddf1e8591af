/* tests/fuzz/fuzz_timeline.c -- bytes to a history of a few copies, titles and people, stepped twice: through one unit
 * that stays, and through one that is stored and loaded again now and then. What must hold after each step: an item has at
 * most one open loan and knows it (I8); what is lent is on no shelf; no promise is taken back (I9); what ended stays
 * ended. And both units come to the same rows. */
#include <string.h>

#include "common/timeline.h"
#include "tests/fuzz/fuzz.h"

enum { STEPS_MAX = 200, ITEMS = 3, T0_MS = 1000000000 };

static const char *const items[ITEMS] = { "X", "Y", "Z" };
static const char *const titles[] = { "t1", "t2" };
static const char *const cards[] = { "A", "B", "b", "C" }; /* b is B's newer card; C is barred */
static const char *const devices[] = { "branch", "van1", "van2" };
static const char *const marks[] = { "damaged", "mend", "missing", "lost", "ok", "withdrawn", "claimed", "novel" };
static const enum op ops[] = { OP_CHECKOUT, OP_CHECKOUT, OP_CHECKIN, OP_RENEW, OP_MARK,       OP_MARK,   OP_PLACE,   OP_PLACE,
                               OP_CAPTURE,  OP_CAPTURE,  OP_CANCEL,  OP_MOVE,  OP_CHANGE_DUE, OP_NOTICE, OP_ADD_ITEM, OP_RECAT,
                               OP_USE };
#define PICK(list, n) ((list)[(n) % (sizeof(list) / sizeof *(list))])

struct told {
    struct entry e;
    struct tkey key;
    int64_t unc_ms;
    bool reload;
};
struct history {
    struct told steps[STEPS_MAX];
    size_t count, holds[STEPS_MAX], hold_count; /* places of the holds among the steps */
};

static struct standing who(void *ctx, const char *card, const struct tkey *key)
{
    (void)ctx, (void)key;
    return (struct standing){ .account = !strcmp(card, "b") ? "B" : card,
                              .barred = !strcmp(card, "C"),
                              .dead = !strcmp(card, "B"),
                              .expires_s = ENTRY_NONE };
}

/* --- the history ------------------------------------------------------------------------------ */

static void fill(struct history *h, struct told *x, unsigned a, unsigned b)
{
    struct entry *e = &x->e;
    e->item = items[a % ITEMS];
    e->patron = PICK(cards, a >> 2);
    e->place = a & 64 ? e->id.dev : NULL;
    e->due_s = x->key.t_ms / 1000 + (int64_t)(b & 31) * 43200;
    if (e->op == OP_CHECKOUT) {
        e->rate_cents = b & 32 ? 10 : 0;
        e->max_cents = 500;
        e->price_cents = 2000;
        e->keep_cents = b & 64 ? 200 : 0;
        e->again = a & 128 ? 1 : ENTRY_NONE;
        e->over = b & 128 ? "barred lent_over_loan unfit_lent" : NULL;
    }
    if (e->op == OP_CHECKIN) e->returned_ms = b & 128 ? x->key.t_ms - (int64_t)(b & 127) * 3600000 : ENTRY_NONE;
    if (e->op == OP_CHECKIN) e->keep = b & 1 ? 1 : ENTRY_NONE;
    if (e->op == OP_MARK) {
        e->as = PICK(marks, b);
        if (b & 8) e->patron = NULL;
        if (b & 16) e->basis = "overdue";
        if (b & 32) e->amount_cents = 300;
    }
    if (e->op == OP_PLACE) {
        e->title = PICK(titles, b);
        if (b & 2) e->item = NULL;
    }
    if (e->op == OP_ADD_ITEM || e->op == OP_RECAT) e->title = PICK(titles, b);
    if (e->op == OP_MOVE) e->to = PICK(devices, b);
    if (e->op == OP_NOTICE) e->kind = b & 1 ? "overdue" : "ready";
    if (e->op != OP_CAPTURE && e->op != OP_CANCEL) return;
    /* a hold of the history, or one that nobody knows */
    e->hold = h->hold_count && b < 240 ? h->steps[h->holds[b % h->hold_count]].e.id : (struct eid){ .dev = "van9", .ep = 9, .seq = b };
    if (e->op == OP_CANCEL) {
        e->item = NULL;
        if (b & 16) e->basis = b & 32 ? "waiting" : "captured";
    }
}

static void read_history(struct history *h, struct fuzz_bytes *b)
{
    int64_t t_ms = T0_MS;
    uint64_t seq = 0;
    h->count = h->hold_count = 0;
    while (!fuzz_ended(b) && h->count < STEPS_MAX) {
        unsigned op = fuzz_byte(b), arg = fuzz_byte(b), other = fuzz_byte(b), time = fuzz_byte(b);
        struct told *x = &h->steps[h->count];
        memset(x, 0, sizeof *x);
        entry_init(&x->e, PICK(ops, op & 31));
        t_ms += 1 + (int64_t)(time & 31) * (time & 32 ? 3600000 : 20);
        x->e.id.ep = 1;
        x->e.id.seq = ++seq;
        (void)str_copy(x->e.id.dev, sizeof x->e.id.dev, PICK(devices, time >> 6));
        x->key = (struct tkey){ .t_ms = t_ms, .id = x->e.id };
        x->unc_ms = op & 32 ? 100 : 0;
        x->reload = op & 64;
        fill(h, x, arg, other);
        if (x->e.op == OP_PLACE) h->holds[h->hold_count++] = h->count;
        h->count++;
    }
}

/* --- units -------------------------------------------------------------------------------------- */

static void begin(struct unit *u, struct arena *a, const struct history *h)
{
    unit_init(u, a, who, NULL, NULL);
    for (size_t i = 0; i < h->hold_count; i++) {
        const struct told *x = &h->steps[h->holds[i]];
        LAW(unit_declare(u, &x->e, &x->key, INT64_MIN) == BM_OK);
    }
}

/* Store all rows and load them into a fresh unit, the last first: nothing may hang on their order. */
static void reload(struct unit *u, const struct history *h)
{
    struct unit old = *u;
    begin(u, old.arena, h);
    for (size_t i = old.exc_count; i-- > 0;) LAW(unit_put_exc(u, old.excs[i]));
    for (size_t i = old.charge_count; i-- > 0;) LAW(unit_put_charge(u, old.charges[i]));
    for (size_t i = old.hold_count; i-- > 0;) LAW(unit_put_hold(u, old.holds[i]));
    for (size_t i = old.loan_count; i-- > 0;) LAW(unit_put_loan(u, old.loans[i]));
    for (size_t i = old.item_count; i-- > 0;) LAW(unit_put_item(u, old.items[i]));
}

/* --- what must hold ------------------------------------------------------------------------------ */

static bool same_id(const struct eid *a, const struct eid *b)
{
    return a->seq == b->seq && a->ep == b->ep && a->row == b->row && !strcmp(a->dev, b->dev);
}

static void law_item(const struct unit *u, const struct tl_item *it)
{
    size_t open = 0;
    for (size_t i = 0; i < u->loan_count; i++) {
        const struct tl_loan *l = u->loans[i];
        if (strcmp(l->item, it->id) != 0 || l->end_ms != ENTRY_NONE) continue;
        open++;
        LAW(l->how == LOAN_OPEN && same_id(&l->id, &it->loan));
    }
    bool lent = it->loan.dev[0] != '\0';
    LAW(open == (lent ? 1u : 0u)); /* I8 */
    if (!lent) return;
    LAW(!unit_truly_aside(u, it)); /* on the hold shelf and lent */
    LAW(it->cond != COND_MISSING); /* looked for on the shelf and lent */
}

static void law_hold(const struct unit *u, const struct tl_hold *h)
{
    if (h->state != HOLD_CAPTURED) return;
    const struct tl_item *it = h->by ? unit_item(u, h->by) : NULL;
    LAW(it && same_id(&it->aside, &h->id)); /* its slip is in that copy */
}

static void law_unit(const struct unit *u)
{
    for (size_t i = 0; i < u->item_count; i++) law_item(u, u->items[i]);
    for (size_t i = 0; i < u->hold_count; i++) law_hold(u, u->holds[i]);
    for (size_t i = 0; i < u->charge_count; i++)
        for (size_t k = 0; k < u->charges[i]->count; k++) LAW(u->charges[i]->series[k].cents >= 0);
}

/* Each loan as it was told: what was promised, and whether it was over. */
struct promises {
    struct eid id[STEPS_MAX];
    int64_t due_s[STEPS_MAX], end_ms[STEPS_MAX];
    size_t count;
};

static void law_promises(struct promises *p, const struct unit *u, const struct told *x)
{
    for (size_t i = 0; i < u->loan_count; i++) {
        const struct tl_loan *l = u->loans[i];
        size_t k = 0;
        while (k < p->count && !same_id(&p->id[k], &l->id)) k++;
        if (k == p->count) {
            LAW(same_id(&l->id, &x->e.id) && l->due_s == x->e.due_s); /* as told (I9) */
            p->id[p->count++] = l->id;
        } else {
            LAW(l->due_s >= p->due_s[k]);
            LAW(p->end_ms[k] == ENTRY_NONE || l->end_ms == p->end_ms[k]);
            if (same_id(&l->promise, &x->e.id)) LAW(l->due_s >= x->e.due_s);
        }
        p->due_s[k] = l->due_s;
        p->end_ms[k] = l->end_ms;
    }
    LAW(p->count == u->loan_count); /* no loan is forgotten */
}

static void law_same(const struct unit *a, const struct unit *b)
{
    LAW(a->item_count == b->item_count && a->loan_count == b->loan_count && a->hold_count == b->hold_count);
    LAW(a->charge_count == b->charge_count && a->exc_count == b->exc_count);
    for (size_t i = 0; i < a->item_count; i++) {
        const struct tl_item *x = a->items[i], *y = unit_item(b, x->id);
        LAW(y && str_eq(x->title, y->title) && str_eq(x->place, y->place) && x->cond == y->cond);
        LAW(same_id(&x->loan, &y->loan) && same_id(&x->aside, &y->aside) && same_id(&x->last_id, &y->last_id));
        LAW(same_id(&x->lost_mark, &y->lost_mark) && same_id(&x->lost_loan, &y->lost_loan));
    }
    for (size_t i = 0; i < a->loan_count; i++) {
        const struct tl_loan *x = a->loans[i], *y = unit_loan(b, &x->id);
        LAW(y && x->due_s == y->due_s && x->end_ms == y->end_ms && x->how == y->how && x->renewals == y->renewals);
        LAW(same_id(&x->promise, &y->promise) && x->lost_ms == y->lost_ms && x->claimed_ms == y->claimed_ms);
    }
    for (size_t i = 0; i < a->hold_count; i++) {
        const struct tl_hold *x = a->holds[i], *y = unit_hold(b, &x->id);
        LAW(y && x->state == y->state && str_eq(x->by, y->by));
    }
    for (size_t i = 0; i < a->charge_count; i++) {
        const struct tl_charge *x = a->charges[i], *y = unit_charge(b, &x->about, x->kind);
        LAW(y && x->count == y->count);
        for (size_t k = 0; k < x->count; k++) LAW(x->series[k].cents == y->series[k].cents && !tkey_cmp(&x->series[k].key, &y->series[k].key));
    }
    for (size_t i = 0; i < a->exc_count; i++) {
        const struct tl_exc *x = a->excs[i], *y = unit_exc(b, x->code, &x->entry, x->other);
        LAW(y && x->status == y->status && x->pending == y->pending);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct history h;
    struct fuzz_bytes b = { data, size, 0 };
    struct arena stays_arena = { 0 }, stored_arena = { 0 };
    struct unit stays, stored;
    static struct promises p;
    memset(&p, 0, sizeof p);
    read_history(&h, &b);
    begin(&stays, &stays_arena, &h);
    begin(&stored, &stored_arena, &h);
    for (size_t i = 0; i < h.count; i++) {
        const struct told *x = &h.steps[i];
        LAW(timeline_step(&stays, &x->e, &x->key, x->unc_ms) == BM_OK);
        LAW(timeline_step(&stored, &x->e, &x->key, x->unc_ms) == BM_OK);
        law_unit(&stored);
        law_promises(&p, &stays, x);
        if (x->reload) reload(&stored, &h);
    }
    law_same(&stays, &stored);
    arena_free(&stays_arena);
    arena_free(&stored_arena);
    return 0;
}
