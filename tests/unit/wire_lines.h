/* tests/unit/wire_lines.h -- lines of entries to put on the wire: shared by the tests of sync/wire. */
#ifndef BM_TESTS_WIRE_LINES_H
#define BM_TESTS_WIRE_LINES_H
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/wire.h"

#define EP "00f1e2d3c4b5a697"
enum { LINES = WIRE_ENTRIES_MAX };

static inline uint64_t rnd(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    return *s ^= *s << 17;
}

static inline uint64_t below(uint64_t *s, uint64_t n)
{
    return (rnd(s) >> 11) % n;
}

/* A batch's lines under construction. */
struct lines {
    struct arena a;
    struct wire_line line[LINES + 1];
    size_t count;
};

static inline void add_bytes(struct lines *l, const char *bytes, size_t len)
{
    l->line[l->count].bytes = arena_strndup(&l->a, bytes, len);
    l->line[l->count++].len = len;
}

static inline void add(struct lines *l, const char *text)
{
    add_bytes(l, text, strlen(text));
}

static inline void clear(struct lines *l)
{
    arena_free(&l->a);
    l->count = 0;
}

static inline void assert_same(const struct wire_line *a, size_t a_count, const struct wire_line *b, size_t b_count)
{
    assert_int_equal(a_count, b_count);
    for (size_t i = 0; i < a_count; i++) {
        assert_int_equal(a[i].len, b[i].len);
        assert_memory_equal(a[i].bytes, b[i].bytes, a[i].len);
    }
}

/* Carry and back. ret: length of the carried text, left in *text if that is not NULL (to be freed) */
static inline size_t round_trip(const struct lines *l, struct buf *text)
{
    struct buf mine;
    struct arena a = { 0 };
    struct wire_line *back;
    size_t count;
    buf_init(&mine, 0);
    assert_int_equal(wire_carry(l->line, l->count, &mine), BM_OK);
    /* an exact copy, so that reading past the end is seen */
    char *exact = malloc(mine.len ? mine.len : 1);
    if (mine.len) memcpy(exact, mine.data, mine.len);
    assert_int_equal(wire_uncarry(exact, mine.len, &a, &back, &count), BM_OK);
    free(exact); /* the lines must not point into it */
    assert_same(l->line, l->count, back, count);
    arena_free(&a);
    size_t len = mine.len;
    if (text)
        *text = mine;
    else
        buf_free(&mine);
    return len;
}

/* --- a day at the desk --- */

struct day {
    uint64_t seed;
    int64_t t_ms;
    unsigned seq;
    char seen[6000][64]; /* of each item */
    unsigned patron;
    unsigned on_loan[2000], on_loan_count;
};

static inline void number_of(char *out, char first, unsigned n)
{
    snprintf(out, 16, "%c1234%09u", first, (unsigned)(n * 2654435761u % 400000u));
}

static inline void day_start(struct day *d, uint64_t seed)
{
    *d = (struct day){ .seed = seed * 7919 + 1, .t_ms = 3600000, .seq = 61000 };
    for (unsigned i = 0; i < 6000; i++) {
        const char *where = below(&d->seed, 10) < 7 ? "van1." EP : "branch.11aa22bb33cc44dd";
        snprintf(d->seen[i], sizeof d->seen[i], "%s.%" PRIu64, where, 20000 + below(&d->seed, 40000));
    }
    for (unsigned i = 0; i < 1200; i++) d->on_loan[d->on_loan_count++] = i;
}

static inline void day_act(struct day *d, int mode, struct lines *out)
{
    char line[600], item[16], patron[16], own[200];
    unsigned copy;
    d->t_ms += 1500 + (int64_t)below(&d->seed, 7500);
    d->seq++;
    if (mode == 0) { /* a book not on loan */
        copy = 1200 + (unsigned)below(&d->seed, 4800);
        d->on_loan[d->on_loan_count++] = copy;
    } else {
        unsigned at = (unsigned)below(&d->seed, d->on_loan_count);
        copy = d->on_loan[at];
        if (mode == 1) d->on_loan[at] = d->on_loan[--d->on_loan_count];
    }
    number_of(item, '3', copy);
    number_of(patron, '2', d->patron + 7777);
    if (mode == 0) snprintf(own, sizeof own, ",\"patron\":\"%s\",\"due\":1701814400,\"limit\":20", patron);
    if (mode == 1) own[0] = '\0';
    if (mode == 2) snprintf(own, sizeof own, ",\"patron\":\"%s\",\"due\":1701814400", patron);
    static const char *const name[] = { "checkout", "checkin", "renew" };
    snprintf(line, sizeof line,
             "{\"v\":1,\"dev\":\"van1\",\"ep\":\"" EP "\",\"seq\":%u,\"op\":\"%s\",\"staff\":\"ab\",\"visit\":7,\"t\":%" PRId64
             ",\"item\":\"%s\"%s,\"place\":\"van1\",\"seen\":\"%s\"}",
             d->seq, name[mode], d->t_ms, item, own, d->seen[copy]);
    snprintf(d->seen[copy], sizeof d->seen[copy], "van1." EP ".%u", d->seq);
    add(out, line);
}

/* Visitors one after another, each with a few books. */
static inline void day_lines(uint64_t seed, size_t count, struct lines *out)
{
    struct day *d = malloc(sizeof *d);
    day_start(d, seed);
    while (out->count < count) {
        uint64_t pick = below(&d->seed, 100);
        int mode = pick < 43 ? 0 : pick < 85 ? 1 : 2;
        d->t_ms += 20000 + (int64_t)below(&d->seed, 220000);
        d->patron = (unsigned)below(&d->seed, 900);
        for (uint64_t n = 1 + below(&d->seed, 7); n && out->count < count; n--) day_act(d, mode, out);
    }
    free(d);
}

#endif
