/* common/account.c -- see account.h */
#include "common/account.h"
#include "common/unit_priv.h"

/* A card as the people keep it: cards of one account hang in a list that starts at the card
 * that names it. */
struct card_box {
    struct person row;
    struct card_box *account; /* box of the card that names the account; itself if it does */
    struct card_box *next;    /* next card of the same account */
    struct card_box *last;    /* of an account: the end of its list */
};

struct people_index {
    struct table cards;
};

void people_init(struct people *p, struct arena *a)
{
    bm_assert(p && a);
    *p = (struct people){ .arena = a };
    p->index = ARENA_NEW(a, struct people_index); /* NULL: the first card asks again */
}

static struct card_box *find(const struct people *p, const char *card)
{
    if (!p->index) return NULL;
    uint32_t hash = hash_text(card);
    size_t at;
    for (size_t pos = hash; (at = table_next(&p->index->cards, hash, &pos));)
        if (strcmp(p->cards[at - 1]->card, card) == 0)
            return (struct card_box *)p->cards[at - 1];
    return NULL;
}

/* The card's box; a card not named before is its own account. ret: NULL = out of memory */
static struct card_box *make(struct people *p, const char *card)
{
    bm_assert(card);
    struct card_box *box = find(p, card);
    if (box) return box;
    if (!p->index) p->index = ARENA_NEW(p->arena, struct people_index);
    void *array =
        p->index ? arena_grow(p->arena, p->cards, p->card_count, &p->card_cap, sizeof *p->cards)
                 : NULL;
    if (!array) return NULL;
    p->cards = array;
    box = ARENA_NEW(p->arena, struct card_box);
    if (!box || table_add(p->arena, &p->index->cards, hash_text(card), p->card_count))
        return NULL;
    box->row = (struct person){
        .card = card, .account = card, .expires_s = ENTRY_NONE, .dirty = true
    };
    box->account = box->last = box;
    p->cards[p->card_count++] = &box->row;
    return box;
}

/* Hang the whole list of account `a` on that of account `b`. */
static void hang(struct card_box *a, struct card_box *b)
{
    bm_assert(a != b && a->account == a && b->account == b);
    for (struct card_box *c = a; c; c = c->next) {
        c->account = b;
        c->row.account = b->row.card;
        c->row.dirty = true;
    }
    b->last->next = a;
    b->last = a->last;
}

struct person *people_put(struct people *p, const struct person *row)
{
    bm_assert(row->card && row->account);
    bool known = find(p, row->account);
    struct card_box *box = make(p, row->card);
    struct card_box *to = box ? make(p, row->account) : NULL;
    if (!to) return NULL;
    bm_assert(to->account == to); /* an account is named by a card that names itself */
    if (!known) to->row.dirty = false;
    box->row.by = row->by;
    box->row.dead = row->dead;
    box->row.barred = to->row.barred =
        row->barred; /* the account's card may come later, or never */
    box->row.expires_s = to->row.expires_s = row->expires_s;
    if (to != box && box->account == box) hang(box, to);
    box->row.dirty = false;
    return &box->row;
}

const struct person *people_card(const struct people *p, const char *card)
{
    const struct card_box *box = find(p, card);
    return box ? &box->row : NULL;
}

struct standing people_standing(const struct people *p, const char *card)
{
    bm_assert(p && card);
    const struct card_box *box = find(p, card);
    if (!box) return (struct standing){ .account = card, .expires_s = ENTRY_NONE };
    const struct person *account = &box->account->row;
    return (struct standing){ .account = account->card,
                              .barred = account->barred,
                              .dead = box->row.dead,
                              .expires_s = account->expires_s };
}

/* --- steps --- */

static enum bm_rc add_effect(struct people *p, const struct entry *e, const char *word)
{
    void *array =
        arena_grow(p->arena, p->effects, p->effect_count, &p->effect_cap, sizeof *p->effects);
    if (!array) return BM_ENOMEM;
    p->effects = array;
    p->effects[p->effect_count++] = (struct tl_effect){ .entry = e->id, .word = word };
    return BM_OK;
}

/* other: the entry it clashes with, or none */
static enum bm_rc add_exc(struct people *p, enum exc_code code, const struct entry *e,
                          const struct eid *other)
{
    char text[EID_TEXT_MAX] = "";
    const char *kept = arena_strdup(p->arena, other ? eid_text(other, text) : text);
    void *array = arena_grow(p->arena, p->excs, p->exc_count, &p->exc_cap, sizeof *p->excs);
    if (!kept || !array) return BM_ENOMEM;
    p->excs = array;
    p->excs[p->exc_count++] =
        (struct people_exc){ .code = code, .entry = e->id, .other = kept };
    return BM_OK;
}

/* Is the card part of an account of several? Then its number is taken, even if nobody
 * registered it. */
static bool is_joined(const struct card_box *box)
{
    return box->account != box || box->next;
}

/* Give all cards of the account what its first card says, and mark those that said otherwise.
 */
static void set_standing(struct card_box *account, bool barred, int64_t expires_s)
{
    bm_assert(account->account == account);
    for (struct card_box *c = account; c; c = c->next) {
        if (c->row.barred == barred && c->row.expires_s == expires_s) continue;
        c->row.barred = barred;
        c->row.expires_s = expires_s;
        c->row.dirty = true;
    }
}

/* Account `a` becomes part of account `b`: barred if either is, expiring as b does if b says
 * so. */
static void join(struct card_box *a, struct card_box *b)
{
    if (a == b) return;
    bool barred = a->row.barred || b->row.barred;
    int64_t expires_s = b->row.expires_s == ENTRY_NONE ? a->row.expires_s : b->row.expires_s;
    hang(a, b);
    set_standing(b, barred, expires_s);
}

/* What an entry says of the account of its card. */
static void take_standing(struct card_box *account, const struct entry *e)
{
    set_standing(account, e->barred == ENTRY_NONE ? account->row.barred : e->barred != 0,
                 e->expires_s == ENTRY_NONE ? account->row.expires_s : e->expires_s);
}

static enum bm_rc on_register(struct people *p, const struct entry *e)
{
    struct card_box *box = make(p, e->patron);
    if (!box) return BM_ENOMEM;
    if (eid_given(&box->row.by)) return add_exc(p, EXC_CARD_CLASH, e, &box->row.by);
    box->row.by = e->id;
    box->row.dirty = true;
    take_standing(box->account, e);
    return add_effect(p, e, "registered");
}

static enum bm_rc on_update(struct people *p, const struct entry *e)
{
    struct card_box *box = make(p, e->patron);
    if (!box) return BM_ENOMEM;
    take_standing(box->account, e);
    return add_effect(p, e, "updated");
}

static enum bm_rc on_replace(struct people *p, const struct entry *e)
{
    struct card_box *old = make(p, e->patron), *fresh = old ? make(p, e->fresh) : NULL;
    enum bm_rc rc = BM_OK;
    if (!fresh) return BM_ENOMEM;
    old->row.dead = true;
    old->row.dirty = true;
    if (eid_given(&fresh->row.by) || is_joined(fresh)) {
        rc = add_exc(p, EXC_CARD_CLASH, e, &fresh->row.by);
    } else {
        fresh->row.by = e->id;
        fresh->row.dirty = true;
        join(fresh, old->account);
    }
    return rc ? rc : add_effect(p, e, "replaced");
}

static enum bm_rc on_merge(struct people *p, const struct entry *e)
{
    struct card_box *a = make(p, e->patron), *b = a ? make(p, e->into) : NULL;
    if (!b) return BM_ENOMEM;
    if (a->account == b->account) return add_exc(p, EXC_ALREADY_MERGED, e, NULL);
    join(a->account, b->account);
    return add_effect(p, e, "merged");
}

enum bm_rc people_step(struct people *p, const struct entry *e)
{
    bm_assert(p && e && e->patron);
    switch ((int)e->op) {
    case OP_REGISTER: return on_register(p, e);
    case OP_UPDATE: return on_update(p, e);
    case OP_REPLACE: return on_replace(p, e);
    case OP_MERGE: return on_merge(p, e);
    default: bm_assert(e->op == OP_MERGE); return BM_OK; /* the table above is whole */
    }
}

/* --- money --- */

bool charge_key_split(const char *key, char *about, const char **kind)
{
    const char *slash = key ? strrchr(key, '/') : NULL;
    size_t n = slash ? (size_t)(slash - key) : 0;
    about[0] = '\0';
    if (n == 0 || n >= EID_TEXT_MAX) return false;
    memcpy(about, key, n);
    about[n] = '\0';
    *kind = slash + 1;
    return true;
}

/* Sums of money that no library sees stay at the end of the scale instead of wrapping. */
static int64_t plus(int64_t a, int64_t b)
{
    int64_t x;
    if (__builtin_add_overflow(a, b, &x)) return a < 0 ? INT64_MIN + 1 : INT64_MAX;
    return x;
}

static int64_t minus(int64_t a, int64_t b)
{
    int64_t x;
    if (__builtin_sub_overflow(a, b, &x)) return a < 0 ? INT64_MIN + 1 : INT64_MAX;
    return x;
}

static int64_t owed(const struct charge_sum *sum)
{
    return minus(minus(sum->amount, sum->waived), sum->paid);
}

static void take_move(struct charge_sum *sum, struct charge_move *move)
{
    move->done_cents = 0;
    if (!move->waive) {
        sum->paid = plus(sum->paid, move->cents);
        if (move->cents < 0) sum->refunded = minus(sum->refunded, move->cents);
        return;
    }
    int64_t left = owed(sum);
    move->done_cents = move->cents < left ? move->cents : left;
    if (move->done_cents < 0) move->done_cents = 0;
    sum->waived = plus(sum->waived, move->done_cents);
}

struct charge_sum charge_fold(const struct tl_amount *series, size_t series_count,
                              struct charge_move *moves, size_t move_count)
{
    struct charge_sum sum = { 0 };
    size_t i = 0, k = 0;
    while (i < series_count || k < move_count) {
        bm_assert(i == 0 || i >= series_count ||
                  tkey_cmp(&series[i - 1].key, &series[i].key) <= 0);
        bm_assert(k == 0 || k >= move_count || tkey_cmp(&moves[k - 1].key, &moves[k].key) <= 0);
        bool amount = i < series_count;
        if (amount && i > 0 &&
            k < move_count) { /* after the first amount, which comes before every move */
            const struct tkey *at = &moves[k].key;
            if (tkey_cmp(at, &series[0].key) < 0) at = &series[0].key;
            amount = tkey_cmp(&series[i].key, at) <= 0;
        }
        if (!amount) {
            take_move(&sum, &moves[k++]);
            continue;
        }
        sum.amount = series[i++].cents;
        if (sum.waived > sum.amount)
            sum.waived = sum.amount; /* what is no longer charged needs no waiver */
    }
    return sum;
}

bool charge_is_refund_reversed(const struct charge_sum *sum)
{
    return sum->refunded != 0 && owed(sum) > 0;
}
