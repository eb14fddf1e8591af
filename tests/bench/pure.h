/* tests/bench/pure.h -- rooms without disk or clock: the fold over events, the rules.
 * Floor:      tests. Uses common/timeline, common/policy.
 * Owns:       nothing.
 * Invariants: one core; processor time, not the wall clock.
 * Threads:    one. */
#ifndef BM_BENCH_PURE_H
#define BM_BENCH_PURE_H

#include "common/policy.h"
#include "common/timeline.h"
#include "tests/bench/floor.h"
#include "tests/bench/library.h"

enum { EVENT_ENTRIES = 10000, FOLDS_A_ROUND = 10, POLICY_ASKS = 20000, POLICY_VISITS = 57, POLICY_CLOSED_DAYS = 60, SLOTS = 16384 };

/* --- timeline --------------------------------------------------------------------------------------- */

struct events {
    struct arena arena;
    struct entry *entries; /* acts on items, oldest first */
    struct tkey *keys;
    size_t count;
};

static inline void events_make(struct events *ev)
{
    struct line l;
    struct stmt *s;
    *ev = (struct events){ 0 };
    season_make(&l, EVENT_ENTRIES);
    ev->entries = ARENA_NEWS(&ev->arena, struct entry, EVENT_ENTRIES);
    ev->keys = ARENA_NEWS(&ev->arena, struct tkey, EVENT_ENTRIES);
    if (!ev->entries || !ev->keys) abort();
    must(db_prepare(l.db, "SELECT body FROM entry ORDER BY seq", &s));
    while (stmt_next(s) == BM_OK) {
        struct entry *e = &ev->entries[ev->count];
        const char *body = stmt_text(s, 0);
        must(entry_read(body, strlen(body), false, &ev->arena, e));
        if (op_kind(e->op) != OPK_ITEM) continue;
        ev->keys[ev->count++] = (struct tkey){ .t_ms = WORLD_START_MS + e->t_ms, .id = e->id };
    }
    stmt_free(s);
    line_close(&l);
}

static inline struct standing anybody(void *ctx, const char *card, const struct tkey *key)
{
    (void)ctx;
    (void)key;
    return (struct standing){ .account = card, .expires_s = ENTRY_NONE };
}

/* The library's copies, known before anything happens to them. */
static inline void add_copies(struct unit *u, struct arena *a)
{
    for (uint32_t i = 0; i < LIBRARY_ITEMS; i++) {
        char barcode[BARCODE_SIZE];
        struct tl_item it = { .id = arena_strdup(a, item_barcode(i + 1, barcode)), .title = "T", .last_t_ms = ENTRY_NONE };
        if (!it.id || !unit_put_item(u, &it)) abort();
    }
}

/* ret: events a second */
static inline double timeline_round(const struct events *ev)
{
    int64_t ns = 0;
    for (int fold = 0; fold < FOLDS_A_ROUND; fold++) {
        struct arena a = { 0 };
        struct unit u;
        unit_init(&u, &a, anybody, NULL, NULL);
        add_copies(&u, &a);
        int64_t from = cpu_ns();
        for (size_t i = 0; i < ev->count; i++) must(timeline_step(&u, &ev->entries[i], &ev->keys[i], 0));
        ns += cpu_ns() - from;
        if (u.exc_count > 0 || u.loan_count == 0) abort(); /* an easy day: nothing clashes */
        arena_free(&a);
    }
    return (double)ev->count * FOLDS_A_ROUND * NS_PER_S / (double)ns;
}

/* A hash table of who has what until when: no history, no rules, no fines. */
struct slot {
    const char *item, *card;
    int64_t due_s;
};

static inline struct slot *slot_of(struct slot *slots, const char *item)
{
    uint64_t h = 14695981039346656037u;
    for (const char *p = item; *p; p++) h = (h ^ (unsigned char)*p) * 1099511628211u;
    for (size_t at = h % SLOTS;; at = (at + 1) % SLOTS)
        if (!slots[at].item || strcmp(slots[at].item, item) == 0) return &slots[at];
}

static inline double timeline_floor_round(const struct events *ev)
{
    int64_t ns = 0;
    struct slot *slots = malloc(SLOTS * sizeof *slots);
    if (!slots) abort();
    for (int fold = 0; fold < FOLDS_A_ROUND; fold++) {
        memset(slots, 0, SLOTS * sizeof *slots);
        int64_t from = cpu_ns();
        for (size_t i = 0; i < ev->count; i++) {
            const struct entry *e = &ev->entries[i];
            *slot_of(slots, e->item) = (struct slot){ e->item, e->op == OP_CHECKIN ? NULL : e->patron, e->due_s };
        }
        ns += cpu_ns() - from;
    }
    free(slots);
    return (double)ev->count * FOLDS_A_ROUND * NS_PER_S / (double)ns;
}

static inline void bench_timeline(const struct bench *b)
{
    struct figure f = { .name = "timeline", .unit = "events/s", .better = MORE_IS_BETTER, .goal = 1000000 };
    struct events ev;
    events_make(&ev);
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        f.ours[round] = timeline_round(&ev);
        f.floor[round] = timeline_floor_round(&ev);
    }
    figure_print(b, &f);
    arena_free(&ev.arena);
}

/* --- policy ------------------------------------------------------------------------------------------- */

static const char *const ask_categories[] = { "ADULT", "SENIOR", "CHILD", "HOME", "CLASS" };
static const char *const ask_itypes[] = { "BOOK", "JBOOK", "DVD", "DVD15", "AUDIO", "LPBOOK" };

static inline void ask_fill(struct policy_ask *ask, int i)
{
    ask->patron = (struct policy_patron){ .known = true, .expires_s = LIBRARY_FOREVER_S, .category = ask_categories[i % 5],
                                          .born = ENTRY_NONE, .loan_count = i % 25, .type_loan_count = i % 7 };
    ask->item = (struct policy_item){ .known = true, .itype = ask_itypes[i % 6], .price_cents = 999,
                                      .loan = i % 11 ? POLICY_NOBODYS : POLICY_ANOTHERS, .aside = POLICY_NOBODYS };
    ask->branch = i % 3 ? "VAN1" : "MAIN";
}

static inline double policy_round(struct policy_ask *ask, int *lent)
{
    int64_t from = cpu_ns();
    for (int i = 0; i < POLICY_ASKS; i++) {
        struct policy_answer answer;
        ask_fill(ask, i);
        policy_checkout(ask, &answer);
        *lent += answer.verdict == POLICY_ALLOW;
    }
    return (double)(cpu_ns() - from) / 1e3 / POLICY_ASKS;
}

static inline bool is_any_or(const char *column, const char *value)
{
    return !column[0] || strcmp(column, value) == 0;
}

/* Look at each rule once, keep the most specific. */
static inline double policy_floor_round(struct policy_ask *ask, int *lent)
{
    int64_t from = cpu_ns();
    for (int i = 0; i < POLICY_ASKS; i++) {
        int best = -1;
        ask_fill(ask, i);
        for (size_t k = 0; k < ask->rule_count; k++) {
            const struct policy_rule *rule = &ask->rules[k];
            if (!is_any_or(rule->branch, ask->branch) || !is_any_or(rule->category, ask->patron.category) ||
                !is_any_or(rule->itype, ask->item.itype))
                continue;
            int weight = (rule->branch[0] ? 4 : 0) + (rule->category[0] ? 2 : 0) + (rule->itype[0] ? 1 : 0);
            if (weight > best) best = weight;
        }
        *lent += best >= 0;
    }
    return (double)(cpu_ns() - from) / 1e3 / POLICY_ASKS;
}

static inline void bench_policy(const struct bench *b)
{
    struct figure f = { .name = "policy", .unit = "us_cpu", .goal = 100 };
    struct policy_rule rules[LIBRARY_RULES];
    int64_t visits[POLICY_VISITS], closed[POLICY_CLOSED_DAYS];
    int lent = 0;
    must(zone_open("Europe/London"));
    int64_t today = zone_day(WORLD_START_MS);
    for (size_t i = 0; i < LIBRARY_RULES; i++) must(policy_rule_parse(library_rules[i], &rules[i]));
    for (int i = 0; i < POLICY_VISITS; i++) visits[i] = today + 14 * (i + 1);
    for (int i = 0; i < POLICY_CLOSED_DAYS; i++) closed[i] = today + 7 * i;
    struct policy_ask ask = { .now_ms = WORLD_START_MS, .rules = rules, .rule_count = LIBRARY_RULES, .due_s = ENTRY_NONE,
                              .visits = { visits, POLICY_VISITS }, .closed = { closed, POLICY_CLOSED_DAYS } };
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        f.ours[round] = policy_round(&ask, &lent);
        f.floor[round] = policy_floor_round(&ask, &lent);
    }
    if (lent == 0) abort();
    figure_print(b, &f);
}

#endif
