/* common/unit.c -- the rows of a unit and how they are found; see timeline.h and unit_priv.h */
#include "common/timeline.h"
#include "common/unit_priv.h"

/* --- hash tables --- */

static void place_slot(struct table_slot *slots, size_t cap, struct table_slot slot)
{
    size_t pos = slot.hash & (cap - 1);
    while (slots[pos].at) pos = (pos + 1) & (cap - 1);
    slots[pos] = slot;
}

enum bm_rc table_add(struct arena *a, struct table *t, uint32_t hash, size_t at)
{
    if (at >= TABLE_ROWS_MAX)
        return err_set(BM_ENOMEM, "more than %d rows in one group", TABLE_ROWS_MAX);
    if (t->count + t->count / 2 >=
        t->cap) { /* at most two thirds full, so that a probe ends soon */
        size_t cap = t->cap ? t->cap * 2 : TABLE_FIRST;
        struct table_slot *slots = ARENA_NEWS(a, struct table_slot, cap);
        if (!slots) return BM_ENOMEM;
        for (size_t i = 0; i < t->cap; i++)
            if (t->slots[i].at) place_slot(slots, cap, t->slots[i]);
        t->slots = slots;
        t->cap = cap;
    }
    place_slot(t->slots, t->cap, (struct table_slot){ .hash = hash, .at = (uint32_t)at + 1 });
    t->count++;
    return BM_OK;
}

void table_clear(struct table *t)
{
    if (t->cap) memset(t->slots, 0, t->cap * sizeof *t->slots);
    t->count = 0;
}

/* Multiply and fold the high half down: spreads counters and short texts well enough for a
 * table. */
static uint64_t stir(uint64_t h, uint64_t x)
{
    h = (h ^ x) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ h >> 29;
}

static uint64_t stir_text(uint64_t h, const char *s)
{
    uint64_t word = 0;
    size_t n = 0;
    for (; s && s[n]; n++) {
        word = word << 8 | (unsigned char)s[n];
        if (n % 8 == 7) h = stir(h, word);
    }
    return stir(stir(h, word), n);
}

static uint64_t stir_eid(uint64_t h, const struct eid *id)
{
    return stir(stir(stir_text(h, id->dev), id->ep), id->seq ^ (uint64_t)id->row << 40);
}

static uint32_t last(uint64_t h)
{
    return (uint32_t)(stir(h, 1) >> 16);
}

uint32_t hash_text(const char *s)
{
    return last(stir_text(0, s));
}

uint32_t hash_eid(const struct eid *id)
{
    return last(stir_eid(0, id));
}

static uint32_t hash_charge(const struct eid *about, const char *kind)
{
    return last(stir_text(stir_eid(0, about), kind));
}

static uint32_t hash_exc(enum exc_code code, const struct eid *entry, const char *other)
{
    return last(stir(stir_text(stir_eid(0, entry), other), (uint64_t)code));
}

/* --- the unit --- */

void unit_init(struct unit *u, struct arena *a,
               struct standing (*who)(void *ctx, const char *card, const struct tkey *key),
               int64_t (*day)(void *ctx, int64_t utc_ms), void *ctx)
{
    bm_assert(u && a && who);
    *u = (struct unit){ .arena = a, .who = who, .day = day, .ctx = ctx };
    u->index = ARENA_NEW(a, struct unit_index); /* NULL: the first row asks again */
}

static struct unit_index *index_of(struct unit *u)
{
    if (!u->index) u->index = ARENA_NEW(u->arena, struct unit_index);
    return u->index;
}

/* Append a pointer to an array of rows and note it in a table. */
static enum bm_rc append(struct unit *u, void *rows, size_t *count, size_t *cap,
                         struct table *t, uint32_t hash, void *row)
{
    void **array, *old;
    memcpy(&old, rows, sizeof old); /* rows: the address of a pointer to any kind of row */
    array = arena_grow(u->arena, old, *count, cap, sizeof(void *));
    if (!array) return BM_ENOMEM;
    memcpy(rows, &array, sizeof old);
    enum bm_rc rc = table_add(u->arena, t, hash, *count);
    if (rc) return rc;
    memcpy(&array[(*count)++], &row, sizeof row);
    return BM_OK;
}

/* --- titles: which copies and live holds belong together --- */

static struct title_box *make_title(struct unit *u, const char *title)
{
    struct unit_index *ix = u->index;
    uint32_t hash = hash_text(title);
    size_t at;
    for (size_t pos = hash; (at = table_next(&ix->titles, hash, &pos));)
        if (strcmp(ix->title[at - 1]->title, title) == 0) return ix->title[at - 1];
    struct title_box *box = ARENA_NEW(u->arena, struct title_box);
    if (!box) return NULL;
    box->title = title;
    if (append(u, &ix->title, &ix->title_count, &ix->title_cap, &ix->titles, hash, box))
        return NULL;
    return box;
}

enum bm_rc unit_retitle(struct unit *u, struct tl_item *item, const char *title)
{
    struct item_box *box = item_box(item);
    struct title_box *to = title ? make_title(u, title) : NULL;
    if (title && !to) return BM_ENOMEM;
    if (box->of) { /* leave the copies of the old one */
        if (box->before)
            box->before->after = box->after;
        else
            box->of->items = box->after;
        if (box->after) box->after->before = box->before;
    }
    box->of = to;
    box->before = NULL;
    box->after = to ? to->items : NULL;
    if (box->after) box->after->before = box;
    if (to) to->items = box;
    item->title = title;
    return BM_OK;
}

static bool is_live(enum hold_state state)
{
    return state == HOLD_WAITING || state == HOLD_CAPTURED;
}

void unit_set_hold(struct tl_hold *hold, enum hold_state state, const char *by)
{
    struct hold_box *box = hold_box(hold);
    bm_assert(is_live(hold->state)); /* what is over never lives again */
    hold->state = state;
    hold->by = by;
    hold->dirty = true;
    if (is_live(state)) return;
    if (box->before)
        box->before->after = box->after;
    else
        box->of->live = box->after;
    if (box->after) box->after->before = box->before;
    box->before = box->after = NULL;
}

/* --- rows in --- */

struct tl_item *unit_put_item(struct unit *u, const struct tl_item *row)
{
    bm_assert(row->id && row->cond < COND_COUNT);
    bm_assert(!unit_item(u, row->id));
    struct unit_index *ix = index_of(u);
    struct item_box *box = ix ? ARENA_NEW(u->arena, struct item_box) : NULL;
    if (!box) return NULL;
    box->row = *row;
    box->row.dirty = false;
    if (append(u, &u->items, &u->item_count, &u->item_cap, &ix->items, hash_text(row->id), box))
        return NULL;
    if (unit_retitle(u, &box->row, row->title)) return NULL;
    if (ix->loose) ix->relink = true;
    return &box->row;
}

struct tl_item *unit_make_item(struct unit *u, const char *id)
{
    struct tl_item *item = unit_item(u, id);
    if (item) return item;
    item = unit_put_item(
        u, &(struct tl_item){ .id = id, .cond = COND_OK, .last_t_ms = ENTRY_NONE });
    if (!item) return NULL;
    item->dirty = true;
    if (u->index->relink) unit_link_loose(u);
    return item;
}

struct tl_loan *unit_put_loan(struct unit *u, const struct tl_loan *row)
{
    bm_assert(eid_given(&row->id) && row->item && row->card);
    bm_assert(!unit_loan(u, &row->id));
    struct unit_index *ix = index_of(u);
    struct tl_loan *loan = ix ? ARENA_NEW(u->arena, struct tl_loan) : NULL;
    if (!loan) return NULL;
    *loan = *row;
    loan->dirty = false;
    if (append(u, &u->loans, &u->loan_count, &u->loan_cap, &ix->loans, hash_eid(&row->id),
               loan))
        return NULL;
    return loan;
}

struct tl_hold *unit_put_hold(struct unit *u, const struct tl_hold *row)
{
    bm_assert(eid_given(&row->id) && row->card && row->title);
    bm_assert(!unit_hold(u, &row->id));
    struct unit_index *ix = index_of(u);
    struct hold_box *box = ix ? ARENA_NEW(u->arena, struct hold_box) : NULL;
    if (!box) return NULL;
    box->row = *row;
    box->row.dirty = false;
    box->of = make_title(u, row->title);
    if (!box->of) return NULL;
    if (append(u, &u->holds, &u->hold_count, &u->hold_cap, &ix->holds, hash_eid(&row->id), box))
        return NULL;
    if (is_live(row->state)) {
        box->after = box->of->live;
        if (box->after) box->after->before = box;
        box->of->live = box;
    }
    return &box->row;
}

struct tl_charge *unit_put_charge(struct unit *u, const struct tl_charge *row)
{
    bm_assert(row->kind && row->card);
    bm_assert(!unit_charge(u, &row->about, row->kind));
    struct unit_index *ix = index_of(u);
    struct tl_charge *charge = ix ? ARENA_NEW(u->arena, struct tl_charge) : NULL;
    if (!charge) return NULL;
    *charge = *row;
    charge->dirty = false;
    charge->cap = row->count;
    charge->series = NULL;
    if (row->count) {
        charge->series = ARENA_NEWS(u->arena, struct tl_amount, row->count);
        if (!charge->series) return NULL;
        memcpy(charge->series, row->series, row->count * sizeof *row->series);
    }
    if (append(u, &u->charges, &u->charge_count, &u->charge_cap, &ix->charges,
               hash_charge(&row->about, row->kind), charge))
        return NULL;
    return charge;
}

static struct exc_box *put_exc(struct unit *u, const struct tl_exc *row)
{
    bm_assert(row->code < EXC_COUNT && row->node);
    struct unit_index *ix = index_of(u);
    struct exc_box *box = ix ? ARENA_NEW(u->arena, struct exc_box) : NULL;
    if (!box) return NULL;
    box->row = *row;
    box->row.dirty = false;
    if (!row->other) box->row.other = "";
    if (append(u, &u->excs, &u->exc_count, &u->exc_cap, &ix->excs,
               hash_exc(row->code, &row->entry, row->other), box))
        return NULL;
    return box;
}

struct tl_exc *unit_put_exc(struct unit *u, const struct tl_exc *row)
{
    bm_assert(!unit_exc(u, row->code, &row->entry, row->other));
    struct exc_box *box = put_exc(u, row);
    if (!box) return NULL;
    if (row->pending) { /* its item may not be here yet */
        box->next = u->index->loose;
        u->index->loose = box;
        u->index->relink = true;
    }
    return &box->row;
}

void unit_link_loose(struct unit *u)
{
    struct exc_box **from = &u->index->loose;
    while (*from) {
        struct exc_box *exc = *from;
        struct tl_item *item = exc->row.node[0] == '?' ? unit_item(u, exc->row.node + 1) : NULL;
        if (!item) {
            from = &exc->next;
            continue;
        }
        *from = exc->next;
        exc->next = item_box(item)->pending;
        item_box(item)->pending = exc;
    }
    u->index->relink = false;
}

enum bm_rc unit_raise(struct unit *u, const struct tl_exc *exc, struct tl_item *item)
{
    bm_assert(!exc->pending || item);
    struct tl_exc *old = unit_exc(u, exc->code, &exc->entry, exc->other);
    struct exc_box *box = old ? (struct exc_box *)old : put_exc(u, exc);
    if (!box) return BM_ENOMEM;
    if (exc->pending && !(old && old->pending)) {
        box->next = item_box(item)->pending;
        item_box(item)->pending = box;
        box->row.pending = true;
    }
    box->row.status = EXC_OPEN;
    box->row.dirty = true;
    return BM_OK;
}

enum bm_rc unit_declare(struct unit *u, const struct entry *place, const struct tkey *key,
                        int64_t cut_ms)
{
    bm_assert(place && key && place->op == OP_PLACE);
    struct unit_index *ix = index_of(u);
    if (!ix) return BM_ENOMEM;
    struct tl_declared row = { .key = *key, .place = place, .cut_ms = cut_ms };
    uint32_t hash = hash_eid(&place->id);
    size_t at;
    for (size_t pos = hash; (at = table_next(&ix->declared, hash, &pos));)
        if (eid_same(&u->declared[at - 1].place->id, &place->id)) {
            u->declared[at - 1] = row; /* read anew: its time may have been corrected */
            return BM_OK;
        }
    void *array =
        arena_grow(u->arena, u->declared, u->declared_count, &u->declared_cap, sizeof row);
    if (!array) return BM_ENOMEM;
    u->declared = array;
    enum bm_rc rc = table_add(u->arena, &ix->declared, hash, u->declared_count);
    if (!rc) u->declared[u->declared_count++] = row;
    return rc;
}

enum bm_rc unit_want(struct unit *u, const struct eid *hold)
{
    uint32_t hash = hash_eid(hold);
    size_t at;
    for (size_t pos = hash; (at = table_next(&u->index->wanted, hash, &pos));)
        if (eid_same(&u->wanted[at - 1], hold)) return BM_OK;
    void *array =
        arena_grow(u->arena, u->wanted, u->wanted_count, &u->wanted_cap, sizeof *hold);
    if (!array) return BM_ENOMEM;
    u->wanted = array;
    enum bm_rc rc = table_add(u->arena, &u->index->wanted, hash, u->wanted_count);
    if (!rc) u->wanted[u->wanted_count++] = *hold;
    return rc;
}

enum bm_rc unit_add_effect(struct unit *u, const struct eid *entry, const char *word)
{
    void *array =
        arena_grow(u->arena, u->effects, u->effect_count, &u->effect_cap, sizeof *u->effects);
    if (!array) return BM_ENOMEM;
    u->effects = array;
    u->effects[u->effect_count++] = (struct tl_effect){ .entry = *entry, .word = word };
    return BM_OK;
}

/* --- rows out --- */

struct tl_item *unit_item(const struct unit *u, const char *id)
{
    if (!u->index) return NULL;
    uint32_t hash = hash_text(id);
    size_t at;
    for (size_t pos = hash; (at = table_next(&u->index->items, hash, &pos));)
        if (strcmp(u->items[at - 1]->id, id) == 0) return u->items[at - 1];
    return NULL;
}

struct tl_loan *unit_loan(const struct unit *u, const struct eid *id)
{
    if (!u->index || !eid_given(id)) return NULL;
    uint32_t hash = hash_eid(id);
    size_t at;
    for (size_t pos = hash; (at = table_next(&u->index->loans, hash, &pos));)
        if (eid_same(&u->loans[at - 1]->id, id)) return u->loans[at - 1];
    return NULL;
}

struct tl_hold *unit_hold(const struct unit *u, const struct eid *id)
{
    if (!u->index || !eid_given(id)) return NULL;
    uint32_t hash = hash_eid(id);
    size_t at;
    for (size_t pos = hash; (at = table_next(&u->index->holds, hash, &pos));)
        if (eid_same(&u->holds[at - 1]->id, id)) return u->holds[at - 1];
    return NULL;
}

struct tl_charge *unit_charge(const struct unit *u, const struct eid *about, const char *kind)
{
    if (!u->index) return NULL;
    uint32_t hash = hash_charge(about, kind);
    size_t at;
    for (size_t pos = hash; (at = table_next(&u->index->charges, hash, &pos));) {
        struct tl_charge *c = u->charges[at - 1];
        if (eid_same(&c->about, about) && strcmp(c->kind, kind) == 0) return c;
    }
    return NULL;
}

struct tl_exc *unit_exc(const struct unit *u, enum exc_code code, const struct eid *entry,
                        const char *other)
{
    if (!u->index) return NULL;
    if (!other) other = "";
    uint32_t hash = hash_exc(code, entry, other);
    size_t at;
    for (size_t pos = hash; (at = table_next(&u->index->excs, hash, &pos));) {
        struct tl_exc *x = u->excs[at - 1];
        if (x->code == code && eid_same(&x->entry, entry) && strcmp(x->other, other) == 0)
            return x;
    }
    return NULL;
}

const struct tl_declared *unit_declared(const struct unit *u, const struct eid *hold)
{
    if (!u->index) return NULL;
    uint32_t hash = hash_eid(hold);
    size_t at;
    for (size_t pos = hash; (at = table_next(&u->index->declared, hash, &pos));)
        if (eid_same(&u->declared[at - 1].place->id, hold)) return &u->declared[at - 1];
    return NULL;
}

const char *unit_effect(const struct unit *u, const struct eid *entry)
{
    struct unit_index *ix = u->index;
    if (!ix) return NULL;
    if (ix->effects_seen > u->effect_count) { /* the caller has taken them and begun anew */
        table_clear(&ix->effects);
        ix->effects_seen = 0;
    }
    for (; ix->effects_seen < u->effect_count; ix->effects_seen++)
        if (table_add(u->arena, &ix->effects, hash_eid(&u->effects[ix->effects_seen].entry),
                      ix->effects_seen))
            break;
    uint32_t hash = hash_eid(entry);
    size_t at;
    for (size_t pos = hash; (at = table_next(&ix->effects, hash, &pos));)
        if (eid_same(&u->effects[at - 1].entry, entry)) return u->effects[at - 1].word;
    for (size_t i = ix->effects_seen; i < u->effect_count;
         i++) /* what memory did not suffice for */
        if (eid_same(&u->effects[i].entry, entry)) return u->effects[i].word;
    return NULL;
}

struct tl_hold *unit_truly_aside(const struct unit *u, const struct tl_item *item)
{
    struct tl_hold *h = unit_hold(u, &item->aside);
    return h && h->state == HOLD_CAPTURED && str_eq(h->by, item->id) ? h : NULL;
}

/* --- names --- */

static const char *const cond_names[] = { "ok",      "damaged", "mend",
                                          "missing", "lost",    "withdrawn" };
static const char *const how_names[] = { "open", "checkin", "implied", "claimed",
                                         "written off" };
static const char *const state_names[] = { "waiting", "captured", "fulfilled", "cancelled" };
static const char *const status_names[] = { "open", "overtaken", "settled" };
_Static_assert(sizeof cond_names / sizeof *cond_names == COND_COUNT, "one name a condition");
_Static_assert(sizeof how_names / sizeof *how_names == LOAN_HOW_COUNT, "one name an end");
_Static_assert(sizeof state_names / sizeof *state_names == HOLD_STATE_COUNT,
               "one name a state");
_Static_assert(sizeof status_names / sizeof *status_names == EXC_STATUS_COUNT,
               "one name a status");

struct exc_about {
    const char *name, *sentence, *ways;
    bool task;
};
#define EXC_ABOUT(code, name, task, rule, closing, sentence, ways)                             \
    { name, sentence, ways, task },
static const struct exc_about exc_about[] = { EXC_TABLE(EXC_ABOUT) };
#undef EXC_ABOUT

/* ret: place of name among count names, or count */
static size_t find_name(const char *const *names, size_t count, const char *name)
{
    size_t i = 0;
    while (i < count && !str_eq(names[i], name)) i++;
    return i;
}

const char *cond_name(enum item_cond cond)
{
    bm_assert(cond < COND_COUNT);
    return cond_names[cond];
}

bool cond_parse(const char *name, enum item_cond *out)
{
    size_t i = find_name(cond_names, COND_COUNT, name);
    if (i < COND_COUNT) *out = (enum item_cond)i;
    return i < COND_COUNT;
}

const char *loan_how_name(enum loan_how how)
{
    bm_assert(how < LOAN_HOW_COUNT);
    return how_names[how];
}

bool loan_how_parse(const char *name, enum loan_how *out)
{
    size_t i = find_name(how_names, LOAN_HOW_COUNT, name);
    if (i < LOAN_HOW_COUNT) *out = (enum loan_how)i;
    return i < LOAN_HOW_COUNT;
}

const char *hold_state_name(enum hold_state state)
{
    bm_assert(state < HOLD_STATE_COUNT);
    return state_names[state];
}

bool hold_state_parse(const char *name, enum hold_state *out)
{
    size_t i = find_name(state_names, HOLD_STATE_COUNT, name);
    if (i < HOLD_STATE_COUNT) *out = (enum hold_state)i;
    return i < HOLD_STATE_COUNT;
}

const char *exc_name(enum exc_code code)
{
    bm_assert(code < EXC_COUNT);
    return exc_about[code].name;
}

bool exc_parse(const char *name, enum exc_code *out)
{
    for (size_t i = 0; i < EXC_COUNT; i++)
        if (str_eq(exc_about[i].name, name)) {
            *out = (enum exc_code)i;
            return true;
        }
    return false;
}

bool exc_is_task(enum exc_code code)
{
    bm_assert(code < EXC_COUNT);
    return exc_about[code].task;
}

const char *exc_sentence(enum exc_code code)
{
    bm_assert(code < EXC_COUNT);
    return exc_about[code].sentence;
}

const char *exc_ways(enum exc_code code)
{
    bm_assert(code < EXC_COUNT);
    return exc_about[code].ways;
}

const char *exc_status_name(enum exc_status status)
{
    bm_assert(status < EXC_STATUS_COUNT);
    return status_names[status];
}

bool exc_status_parse(const char *name, enum exc_status *out)
{
    size_t i = find_name(status_names, EXC_STATUS_COUNT, name);
    if (i < EXC_STATUS_COUNT) *out = (enum exc_status)i;
    return i < EXC_STATUS_COUNT;
}
