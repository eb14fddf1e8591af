/* tests/bench/refold.h -- an event that comes late: what folding its copy again costs in a small and in a big branch.
 * Floor:      tests. Uses sync/ingest, big.h.
 * Owns:       nothing.
 * Invariants: each late entry made the branch fold again; both branches get the same kind of acts, from all over.
 * Threads:    one. */
#ifndef BM_BENCH_REFOLD_H
#define BM_BENCH_REFOLD_H

#include "tests/bench/big.h"
#include "tests/bench/sync.h"

enum { LATE_A_ROUND = 100, LATE_ITEMS = LATE_A_ROUND * BENCH_ROUNDS, HOUR_MS = 3600000 };

struct late_world {
    char dir[BENCH_PATH_MAX];
    struct branch b;
    struct line first, late;
    uint64_t next; /* entry of the late line */
};

static inline void late_act(struct line *l, enum op op, size_t i, size_t items, size_t patrons, size_t shift)
{
    char barcode[BARCODE_SIZE], card[BARCODE_SIZE];
    struct entry e = row_of(op);
    e.item = item_barcode((uint32_t)(i * (items / LATE_ITEMS) + 1), barcode);
    e.place = "VAN1";
    if (op == OP_CHECKOUT) {
        e.patron = card_number(SAMPLE_CARD_FIRST + (uint32_t)(1 + (i * (patrons / LATE_ITEMS) + shift) % (patrons - 1)), card);
        e.due_s = WORLD_START_MS / 1000 + 14 * DAY_S;
        e.rate_cents = e.grace_days = e.max_cents = e.price_cents = e.keep_cents = 0;
        e.limit = 20;
    }
    line_act(l, &e);
}

/* One van lends everything in the first hour and takes it back in the third; what the other lent in the second it tells
 * when it comes home: each of its acts falls between two that are known. */
static inline void late_world_open(struct late_world *w, bool big)
{
    size_t items = big ? BIG_ITEMS : LIBRARY_ITEMS, patrons = big ? BIG_PATRONS : LIBRARY_PATRONS;
    library_make(&w->b, w->dir, LIBRARY_ITEMS);
    if (big) big_branch_fill(&w->b, w->dir, items, patrons);
    line_open(&w->first, "van1", BENCH_SEED);
    line_open(&w->late, "van2", BENCH_SEED);
    add_device(&w->b, &w->first);
    add_device(&w->b, &w->late);
    for (int hour = 0; hour < 3; hour++)
        for (size_t i = 0; i < LATE_ITEMS; i++) {
            struct line *l = hour == 1 ? &w->late : &w->first;
            line_at(l, hour * HOUR_MS + (int64_t)i * 1000);
            late_act(l, hour == 2 ? OP_CHECKIN : OP_CHECKOUT, i, items, patrons, (size_t)hour);
        }
    env_made(&w->b.env, BENCH_SEED, WORLD_START_MS + INT64_C(400) * DAY_S * 1000, 5000000);
    for (uint64_t seq = 1; seq <= w->first.journal.head_seq; seq += WIRE_ENTRIES_MAX) world_send(&w->b, &w->first, seq, 0);
    w->next = w->late.journal.head_seq - LATE_ITEMS + 1;
    world_send(&w->b, &w->late, 1, w->next - 1);
}

static inline void late_world_close(struct late_world *w)
{
    line_close(&w->first);
    line_close(&w->late);
    branch_close(&w->b);
    world_remove_tree(w->dir);
}

/* ret: us of processor time an entry, from the batch to its outcomes */
static inline double late_round(struct late_world *w)
{
    struct arena a = { 0 };
    struct wire_batch batch;
    struct ingest_reply reply;
    int64_t refolds = w->b.apply.refolds;
    if (!line_batch(&w->late, w->late.journal.ep, w->next, w->next + LATE_A_ROUND - 1, &a, &batch)) abort();
    int64_t from = cpu_ns();
    must(ingest_batch(&w->b, &batch, &a, &reply));
    double us = (double)(cpu_ns() - from) / 1e3 / LATE_A_ROUND;
    if (reply.fresh != LATE_A_ROUND || w->b.apply.refolds - refolds < LATE_A_ROUND) abort();
    w->next += LATE_A_ROUND;
    arena_free(&a);
    return us;
}

/* Ours is the big branch, the floor the small one. */
static inline void bench_refold(const struct bench *b)
{
    struct figure f = { .name = "big_refold", .unit = "us_cpu", .goal = 1.5, .goal_is_ratio = true };
    struct late_world *small = calloc(1, sizeof *small), *big = calloc(1, sizeof *big);
    if (!small || !big) abort();
    late_world_open(small, false);
    late_world_open(big, true);
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        f.ours[round] = late_round(big);
        f.floor[round] = late_round(small);
    }
    figure_print(b, &f);
    late_world_close(small);
    late_world_close(big);
    free(small);
    free(big);
}

#endif
