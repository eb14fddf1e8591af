/* tests/unit/tell.h -- random histories: what a branch and up to three vans write in the course of some days, with wrong
 * clocks, new epochs, acts caught up from paper, voids, money and settlements. Staff see the state as it is at a branch
 * that gets every entry at once, so that they pay what is owed and settle what is open. */
#ifndef BM_TESTS_TELL_H
#define BM_TESTS_TELL_H

#include "tests/memory_branch.h"

enum { HOUR = 3600 * 1000, DAY = 24 * HOUR, TELL_DEVS = 4, TELL_RECENT = 64, TELL_BOOT_MS = 1000000 };
#define TELL_RECEIVED_MS (WORLD_START_MS + INT64_C(400) * DAY)

static uint64_t rng_state;
static inline uint64_t rnd(uint64_t below)
{
    uint64_t z = rng_state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (z ^ z >> 31) % below;
}

static inline struct entry act(enum op op)
{
    struct entry e;
    entry_init(&e, op);
    return e;
}

struct told {
    struct eid id;
    size_t dev;
    int64_t cut_ms; /* the horizon under which the branch got it */
    const char *body;
    unsigned char hash[JOURNAL_HASH];
};
struct recent { /* what later acts may name */
    struct eid id;
    const char *word; /* title of a hold, card of a registration */
};
struct recents {
    struct recent of[TELL_RECENT];
    size_t count;
};

struct teller { /* a device */
    struct seal_key key;
    uint64_t ep, seq;
    int64_t t_ms, wrong_ms;
    unsigned char head[JOURNAL_HASH];
};

/* The devices' keys, the same for every history. */
static inline void tell_keys(struct seal_key keys[TELL_DEVS])
{
    for (size_t i = 0; i < TELL_DEVS; i++) {
        unsigned char bytes[32] = { (unsigned char)(i + 1) };
        seal_key_from_seed(bytes, &keys[i]);
    }
}

struct history {
    bool (*veto)(void *ctx, size_t dev, const struct entry *e); /* NULL = whatever comes to mind may be told */
    void *ctx;
    struct memory_branch *live; /* has every entry as soon as it is told */
    struct arena arena;
    struct teller devs[TELL_DEVS];
    size_t dev_count;
    struct told *told;
    size_t count, cap;
    int64_t at; /* ms since the start */
    int64_t cut_ms; /* the horizon as it is, or ENTRY_NONE */
    struct recents any, holds, promises, registrations; /* promises: what charges hang on */
};

static const char *const tell_devs[TELL_DEVS] = { "branch", "van1", "van2", "van3" };

static inline void remember(struct recents *r, struct eid id, const char *word)
{
    r->of[r->count++ % TELL_RECENT] = (struct recent){ id, word };
}

static inline const struct recent *recall(const struct recents *r)
{
    return r->count ? &r->of[rnd(r->count < TELL_RECENT ? r->count : TELL_RECENT)] : NULL;
}

static inline const char *pick(const char *const *from, size_t n)
{
    return from[rnd(n)];
}

/* --- writing an entry ------------------------------------------------------------------------------- */

static inline struct eid tell(struct history *h, size_t dev, struct entry *e)
{
    struct teller *d = &h->devs[dev];
    struct buf body;
    int64_t now = TELL_BOOT_MS + h->at;
    str_copy(e->id.dev, sizeof e->id.dev, tell_devs[dev]);
    e->id.ep = d->ep;
    e->id.seq = ++d->seq;
    d->t_ms = e->t_ms = now > d->t_ms ? now : d->t_ms + 1;
    buf_init(&body, ENTRY_BYTES_MAX);
    must(entry_write(e, false, &body));
    seal_chain(d->head, body.data, body.len, d->head);
    h->told = arena_grow(&h->arena, h->told, h->count, &h->cap, sizeof *h->told);
    struct told *t = &h->told[h->count++];
    *t = (struct told){ .id = e->id, .dev = dev, .cut_ms = h->cut_ms, .body = arena_strdup(&h->arena, buf_str(&body)) };
    memcpy(t->hash, d->head, JOURNAL_HASH);
    buf_free(&body);
    must(db_begin(h->live->b.db));
    if (!memory_store(h->live, &t->id, t->body, TELL_RECEIVED_MS)) abort();
    memory_apply(h->live, &t->id, t->body, TELL_RECEIVED_MS, t->cut_ms);
    must(db_end(h->live->b.db, BM_OK));
    return e->id;
}

static inline void tell_clock(struct history *h, size_t dev, const char *src, int64_t wrong_ms, int64_t unc_ms)
{
    struct entry e = act(OP_CLOCK);
    e.wall_ms = WORLD_START_MS + h->at + wrong_ms;
    e.off_ms = WORLD_START_MS - TELL_BOOT_MS + wrong_ms;
    e.unc_ms = unc_ms;
    e.src = src;
    tell(h, dev, &e);
}

/* A device starts, for the first time or anew. */
static inline void tell_epoch(struct history *h, size_t dev)
{
    struct teller *d = &h->devs[dev];
    struct entry e = act(OP_EPOCH);
    char parent[20], phash[2 * JOURNAL_HASH + 1];
    e.boot = "boot";
    e.prog = "test";
    if (d->ep) {
        snprintf(parent, sizeof parent, "%016llx", (unsigned long long)d->ep);
        hex_encode(phash, d->head, JOURNAL_HASH);
        e.parent = parent;
        e.pseq = (int64_t)d->seq;
        e.phash = phash;
    }
    d->ep = 1 + rnd(UINT64_C(1) << 62);
    d->wrong_ms = dev && rnd(3) == 0 ? ((int64_t)rnd(21) - 10) * HOUR : 0;
    tell(h, dev, &e);
    tell_clock(h, dev, dev ? "wall" : "sync", d->wrong_ms, dev ? CLOCK_WALL_UNC_MS : 0);
}

static inline void tell_basics(struct history *h)
{
    static const char *const items[][2] = { { "x1", "T" }, { "x2", "T" }, { "x3", "T" }, { "y1", "S" } };
    static const char *const cards[] = { "a", "b", "c" }, *const whos[] = { "h1", "h2", NULL };
    for (size_t i = 0; i < 4; i++) {
        struct entry e = act(OP_ADD_ITEM);
        e.item = items[i][0];
        e.title = items[i][1];
        tell(h, 0, &e);
    }
    for (size_t i = 0; i < 3; i++) {
        struct entry e = act(OP_REGISTER);
        e.patron = cards[i];
        e.name = "Invented Person";
        e.who = whos[i];
        tell(h, 0, &e);
    }
}

/* --- what staff see ---------------------------------------------------------------------------------- */

/* One row of a table at random, its first two or three columns. ret: false = it is empty */
static inline bool tell_see(struct history *h, const char *columns, const char *from, const char *out[3])
{
    struct stmt *s;
    char sql[200];
    bool any;
    int64_t rows;
    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", from);
    must(db_prepare(h->live->b.db, sql, &s));
    must(stmt_next(s));
    rows = stmt_int(s, 0);
    stmt_free(s);
    if (rows == 0) return false;
    snprintf(sql, sizeof sql, "SELECT %s FROM %s ORDER BY 1, 2, 3 LIMIT 1 OFFSET %d", columns, from, (int)rnd((uint64_t)rows));
    must(db_prepare(h->live->b.db, sql, &s));
    any = stmt_next(s) == BM_OK;
    for (int i = 0; any && i < 3; i++) out[i] = stmt_copy(s, i, &h->arena);
    stmt_free(s);
    return any;
}

/* Staff at the branch settle something. */
static inline void tell_settle(struct history *h)
{
    const char *exc[3], *owed[3];
    if (!tell_see(h, "code, entry, other", "exception_now WHERE status <> 'settled'", exc)) return;
    struct entry e = act(OP_SETTLE);
    e.exc_code = exc[0];
    e.exc_entry = exc[1];
    if (exc[2][0]) e.exc_other = exc[2];
    e.how = "accept";
    if (strcmp(exc[0], "card_clash") == 0)
        for (size_t i = 0; i < h->registrations.count && i < TELL_RECENT; i++) {
            char id[EID_TEXT_MAX];
            if (strcmp(eid_text(&h->registrations.of[i].id, id), exc[1]) != 0) continue;
            e.how = "other_person";
            e.was = h->registrations.of[i].word;
            e.card = rnd(2) ? "f" : "g";
        }
    if (strcmp(exc[0], "credit") == 0) {
        char where[120];
        int64_t cents;
        snprintf(where, sizeof where, "balance WHERE account = '%s'", exc[1]);
        if (tell_see(h, "cents, 0, 0", where, owed) && str_to_i64(owed[0], INT64_MIN + 1, INT64_MAX, &cents)) e.upto_cents = -cents;
    }
    tell(h, 0, &e);
}

/* What a payment or waiver is about: mostly something owed. */
static inline const char *tell_charge(struct history *h, const char **card)
{
    static const char *const kinds[] = { "overdue", "overdue", "lost", "damage", "manual" };
    const char *seen[3];
    char id[EID_TEXT_MAX];
    if (rnd(3) && tell_see(h, "about || '/' || kind, card, 0", "charge", seen)) {
        if (rnd(5)) *card = seen[1];
        return seen[0];
    }
    const struct recent *promise = recall(&h->promises);
    return promise ? arena_printf(&h->arena, "%s/%s", eid_text(&promise->id, id), pick(kinds, 5)) : NULL;
}

/* --- acts ---------------------------------------------------------------------------------------------- */

/* The members of a random act. ret: false = there is nothing for it to name */
static inline bool tell_members(struct history *h, struct entry *e)
{
    static const char *const items[] = { "x1", "x1", "x1", "x2", "x2", "x3", "y1", "n1" };
    static const char *const cards[] = { "a", "a", "a", "b", "b", "c", "d" };
    static const char *const places[] = { "main", "van" };
    static const char *const conds[] = { "damaged", "mend", "missing", "lost", "lost", "ok", "withdrawn", "claimed" };
    static const char *const grounds[] = { "waiting", "captured" };
    static const int64_t sums[] = { 10, 30, 70, 100, 500 };
    const char *lent[3];
    const struct recent *r;
    enum op_kind kind = op_kind(e->op);
    e->item = kind == OPK_ITEM || (e->op == OP_PLACE && rnd(4) == 0) ? pick(items, 8) : NULL;
    bool on_loan = (e->op == OP_CHECKIN || e->op == OP_RENEW || e->op == OP_MARK || e->op == OP_CHANGE_DUE) && rnd(2) &&
                   tell_see(h, "item, card, 0", "loan WHERE end_ms IS NULL", lent);
    const char *card = on_loan ? lent[1] : pick(cards, 7);
    if (on_loan) e->item = lent[0];
    if (e->op == OP_CHECKOUT || e->op == OP_RENEW || e->op == OP_CHANGE_DUE || e->op == OP_PLACE || e->op == OP_NOTICE ||
        e->op == OP_CHARGE || kind == OPK_PEOPLE)
        e->patron = card;
    switch ((int)e->op) {
    case OP_CHECKOUT:
        e->rate_cents = 10;
        e->price_cents = 500;
        if (rnd(2) == 0) e->keep_cents = 50;
        if (rnd(4) == 0) e->again = 1;
        if (rnd(3) == 0) e->limit = 1 + (int64_t)rnd(2);
        if (rnd(6) == 0) e->over = "over_limit barred", e->why = "w"; /* fallthrough */
    case OP_RENEW: e->place = pick(places, 2); /* fallthrough */
    case OP_CHANGE_DUE: e->due_s = (WORLD_START_MS + h->at) / 1000 + (int64_t)rnd(8) * 86400; break;
    case OP_CHECKIN:
        e->place = pick(places, 2);
        if (rnd(3) == 0) e->keep = 1;
        if (rnd(4) == 0) e->returned_ms = WORLD_START_MS + h->at - (int64_t)rnd(2 * DAY);
        break;
    case OP_MOVE: e->to = pick(places, 2); break;
    case OP_MARK:
        e->as = pick(conds, 8);
        if (strcmp(e->as, "claimed") == 0 || (strcmp(e->as, "lost") == 0 && rnd(2))) e->patron = card;
        if (strcmp(e->as, "damaged") == 0 && rnd(3) == 0) e->patron = card, e->amount_cents = 70;
        if (strcmp(e->as, "lost") == 0 && e->patron && rnd(3) == 0) e->basis = "overdue";
        break;
    case OP_NOTICE: e->kind = rnd(2) ? "overdue" : "ready"; break;
    case OP_ADD_ITEM:
    case OP_RECAT: e->title = rnd(2) ? "T" : "S"; break;
    case OP_PLACE: e->title = rnd(4) ? "T" : "S"; e->pickup = pick(places, 2); break;
    case OP_CAPTURE:
    case OP_CANCEL:
        if (!(r = recall(&h->holds))) return false;
        e->hold = r->id;
        if (e->op == OP_CANCEL) e->title = r->word;
        if (e->op == OP_CANCEL && rnd(3) == 0) e->basis = pick(grounds, 2);
        break;
    case OP_VOID:
        if (!(r = recall(&h->any))) return false;
        e->target = r->id;
        if (rnd(20) == 0) e->target.seq += 1000; /* never comes */
        break;
    case OP_PAY:
    case OP_WAIVE:
        e->charge = tell_charge(h, &card);
        e->amount_cents = sums[rnd(5)] * (e->op == OP_PAY && rnd(4) == 0 ? -1 : 1);
        if (e->op == OP_WAIVE) return e->charge != NULL;
        e->patron = card;
        if (rnd(5) == 0) e->charge = NULL;
        break;
    case OP_CHARGE: e->amount_cents = 25; break;
    case OP_SUSPEND: e->route = "van"; e->first_day = 3; e->last_day = 9; break;
    case OP_STAFF:
        e->who = rnd(3) ? "ann" : "bob";
        if (rnd(4) == 0) return e->gone = 1, true;
        e->name = rnd(2) ? "Ann" : "Anna";
        e->role = rnd(2) ? "staff" : "admin";
        e->verifier = rnd(2) ? "v1" : "v2";
        break;
    case OP_UPDATE:
        if (rnd(3) == 0) e->group = rnd(2) ? "Oak" : "-";
        else if (rnd(2)) e->barred = (int64_t)rnd(2);
        else e->expires_s = (WORLD_START_MS + h->at) / 1000;
        break;
    case OP_REGISTER:
        e->name = "Somebody Else";
        e->who = rnd(2) ? "h1" : "h2";
        if (rnd(4) == 0) e->expires_s = (WORLD_START_MS + h->at) / 1000 + DAY / 1000;
        break;
    case OP_REPLACE: e->fresh = rnd(2) ? pick(cards, 7) : "e"; return strcmp(e->fresh, card) != 0;
    case OP_MERGE: e->into = pick(cards, 7); return strcmp(e->into, card) != 0;
    default: break;
    }
    return true;
}

static inline void tell_act(struct history *h)
{
    static const enum op ops[] = { OP_CHECKOUT, OP_CHECKOUT, OP_CHECKOUT, OP_CHECKOUT, OP_CHECKOUT, OP_CHECKIN, OP_CHECKIN,
                                   OP_CHECKIN,  OP_RENEW,    OP_RENEW,    OP_PLACE,    OP_PLACE,    OP_CAPTURE, OP_CAPTURE,
                                   OP_CANCEL,   OP_MARK,     OP_MARK,     OP_MOVE,     OP_USE,      OP_VOID,    OP_VOID,
                                   OP_UPDATE,   OP_REPLACE,  OP_MERGE,    OP_REGISTER, OP_CHANGE_DUE, OP_ADD_ITEM, OP_RECAT,
                                   OP_NOTICE,   OP_CLOCK,    OP_EPOCH,    OP_PAY,      OP_PAY,      OP_WAIVE,   OP_CHARGE,
                                   OP_SETTLE,   OP_SETTLE,   OP_SUSPEND, OP_STAFF,   OP_STAFF };
    size_t dev = (size_t)rnd(h->dev_count);
    struct entry e = act(ops[rnd(sizeof ops / sizeof *ops)]);
    if (e.op == OP_STAFF) dev = 0; /* the branch's alone */
    if (e.op == OP_EPOCH) {
        if (rnd(2)) tell_epoch(h, dev);
        return;
    }
    if (e.op == OP_CLOCK) {
        tell_clock(h, dev, rnd(2) ? "gps" : "sync", (int64_t)rnd(3) * 400, (int64_t)rnd(2000));
        return;
    }
    if (e.op == OP_SETTLE) {
        tell_settle(h);
        return;
    }
    if (!tell_members(h, &e)) return;
    if (h->veto && h->veto(h->ctx, dev, &e)) return;
    if (e.op != OP_VOID && rnd(12) == 0) e.when_ms = WORLD_START_MS + h->at - (int64_t)rnd(3 * DAY), e.source = "paper";
    struct eid id = tell(h, dev, &e);
    remember(&h->any, id, NULL);
    if (e.op == OP_PLACE) remember(&h->holds, id, e.title);
    if (e.op == OP_REGISTER) remember(&h->registrations, id, e.patron);
    if (e.op == OP_CHECKOUT || e.op == OP_RENEW || e.op == OP_MARK || e.op == OP_CHARGE) remember(&h->promises, id, NULL);
}

/* The branch closes the books of some days ago. */
static inline void tell_horizon(struct history *h)
{
    int64_t cut = WORLD_START_MS + h->at - (int64_t)rnd(3) * DAY;
    if (cut > h->cut_ms) h->cut_ms = cut;
}

static inline void tell_time_goes_on(struct history *h)
{
    static const int64_t steps[] = { 0, 0, 1000, 60000, 10 * 60000, HOUR, DAY };
    h->at += steps[rnd(7)];
}

/* in: keys, of tell_devs; live, empty; horizon, now and then it is moved */
static inline void tell_history(struct history *h, const struct seal_key *keys, struct memory_branch *live, uint64_t seed, size_t acts,
                                bool horizon)
{
    rng_state = seed;
    *h = (struct history){ .live = live, .cut_ms = ENTRY_NONE, .dev_count = 2 + (size_t)rnd(3) };
    for (size_t i = 0; i < h->dev_count; i++) {
        h->devs[i].key = keys[i];
        journal_genesis(keys[i].public, h->devs[i].head);
        tell_epoch(h, i);
    }
    tell_basics(h);
    h->at = HOUR;
    for (size_t i = 0; i < acts; i++) {
        tell_time_goes_on(h);
        if (horizon && rnd(8) == 0) tell_horizon(h);
        tell_act(h);
    }
}

#endif
