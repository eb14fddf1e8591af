/* tests/tale.h -- a small tale told by the branch desk and two vans, sent to a branch when the teller says so.
 * Floor:   tests. Uses world.
 * Owns:    a branch in a temporary folder; tale_end removes it. */
#ifndef BM_TESTS_TALE_H
#define BM_TESTS_TALE_H

#include "tests/world.h"

enum { HOUR = 3600 * 1000, DAY = 24 * HOUR, LINES = 3 };

struct tale {
    struct line lines[LINES]; /* branch, van1, van2 */
    uint64_t sent[LINES];
    struct branch b;
    char dir[64];
    struct arena a;
};

static inline struct entry act(enum op op)
{
    struct entry e;
    entry_init(&e, op);
    return e;
}

static inline struct eid tell(struct tale *t, int who, int64_t at, struct entry e)
{
    line_at(&t->lines[who], at);
    return line_act(&t->lines[who], &e);
}

/* What a desk has written since the last time reaches the branch. */
static inline void arrive(struct tale *t, int who)
{
    uint64_t head = t->lines[who].journal.head_seq;
    if (head > t->sent[who]) world_send(&t->b, &t->lines[who], t->sent[who] + 1, head);
    t->sent[who] = head;
}

static inline struct eid lend(struct tale *t, int who, int64_t at, const char *item, const char *card)
{
    struct entry e = act(OP_CHECKOUT);
    e.item = item;
    e.patron = card;
    e.due_s = (WORLD_START_MS + at) / 1000 + 14 * 86400;
    e.rate_cents = 10;
    return tell(t, who, at, e);
}

static inline struct eid take(struct tale *t, int who, int64_t at, const char *item)
{
    struct entry e = act(OP_CHECKIN);
    e.item = item;
    return tell(t, who, at, e);
}

/* All that was told, sent to a fresh branch in the opposite order, gives the same. */
static inline void same_backwards(struct tale *t)
{
    struct branch b;
    char dir[64], *here = world_dump(&t->b), *there;
    world_branch(&b, dir, t->lines, LINES);
    for (int i = LINES; i-- > 0;)
        if (t->sent[i]) world_send(&b, &t->lines[i], 1, t->sent[i]);
    there = world_dump(&b);
    if (strcmp(here, there) != 0) fprintf(stderr, "first:\n%s\nthis:\n%s\n", here, there);
    assert_string_equal(here, there);
    free(here);
    free(there);
    world_branch_end(&b, dir);
}

static inline int begin(void **state)
{
    static const char *const names[] = { "branch", "van1", "van2" };
    struct tale *t = calloc(1, sizeof *t);
    if (!t) return -1;
    must(seal_init());
    must(zone_open("UTC"));
    for (int i = 0; i < LINES; i++) line_open(&t->lines[i], names[i], 40 + (uint64_t)i);
    world_branch(&t->b, t->dir, t->lines, LINES);
    static const char *const items[] = { "X", "Y" };
    for (size_t i = 0; i < 2; i++) {
        struct entry e = act(OP_ADD_ITEM);
        e.item = items[i];
        e.title = "T";
        tell(t, 0, 0, e);
    }
    for (int i = 0; i < 2; i++) {
        struct entry e = act(OP_REGISTER);
        e.patron = i ? "B" : "A";
        e.name = i ? "Beryl Invented" : "Ada Invented";
        tell(t, 0, 0, e);
    }
    *state = t;
    return 0;
}

static inline int end(void **state)
{
    struct tale *t = *state;
    arena_free(&t->a);
    world_branch_end(&t->b, t->dir);
    for (int i = 0; i < LINES; i++) line_close(&t->lines[i]);
    free(t);
    return 0;
}

#endif
