/* tests/unit/test_histories.c -- random histories: the branch's state does not depend on the order in which entries arrive
 * (I5), each under the horizon that it came under, is what one fold of the whole gives, and every kind of exception comes up.
 * BM_HISTORIES: how many; SEED: where to begin. A history that fails prints its seed: SEED=n BM_HISTORIES=1 replays it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "sync/audit.h"
#include "tests/shares.h"
#include "tests/unit/tell.h"

enum { HISTORIES = 300, ENOUGH_FOR_ALL_KINDS = 5000, BY_EPOCH_EVERY = 8, AGAIN_EVERY = 25, INGEST_EVERY = 250, HORIZON_EVERY = 3, SEED_STEP = 1000003 };

struct counts {
    int64_t histories, entries, steps, refolds, orders, ingested;
    int64_t seen[EXC_COUNT][EXC_STATUS_COUNT];
};
struct run { /* of one process: each processor takes its share */
    struct memory_branch live, other;
    struct seal_key keys[TELL_DEVS];
    struct buf first, now;
    uint64_t seed;
    struct counts *counts;
};

static void fail_history(struct run *r, const char *order, const char *what)
{
    fprintf(stderr, "SEED=%llu, arriving %s: %s\n", (unsigned long long)r->seed, order, what);
    _exit(1);
}

/* Lines that only one of two states has. */
static void print_difference(const char *a, const char *b, const char *mark)
{
    for (const char *line = a; *line;) {
        size_t len = strcspn(line, "\n");
        bool there = false;
        for (const char *at = b; !there && *at; at += strcspn(at, "\n") + 1) there = strncmp(at, line, len + 1) == 0;
        if (!there) fprintf(stderr, "%s %.*s\n", mark, (int)len, line); /* print_message cuts */
        line += len + 1;
    }
}

static void judge(struct run *r, struct memory_branch *m, const char *order)
{
    int64_t readings, differences;
    must(apply_verify(&m->b.apply, &readings, &differences));
    if (differences) fail_history(r, order, m->b.apply.difference);
    r->counts->steps += m->b.apply.steps;
    r->counts->refolds += m->b.apply.refolds;
    r->counts->orders++;
    struct stmt *ledger; /* I7: its rows sum up to what stands */
    must(db_get(m->b.db, SQL_AUDIT_LEDGER, &ledger, NULL));
    if (stmt_next(ledger) != BM_ENOTFOUND) fail_history(r, order, "the ledger is not what stands");
    struct buf *state = m == &r->live ? &r->first : &r->now;
    memory_state(m, false, state);
    if (m == &r->live || strcmp(buf_str(&r->first), buf_str(&r->now)) == 0) return;
    print_difference(buf_str(&r->first), buf_str(&r->now), "live ");
    print_difference(buf_str(&r->now), buf_str(&r->first), "other");
    fail_history(r, order, "another state");
}

/* --- orders of arrival ---------------------------------------------------------------------------------- */

static void take(struct run *r, const struct told *const *batch, size_t count)
{
    bool fresh[64];
    must(db_begin(r->other.b.db));
    for (size_t i = 0; i < count; i++) fresh[i] = memory_store(&r->other, &batch[i]->id, batch[i]->body, TELL_RECEIVED_MS);
    for (size_t i = 0; i < count; i++)
        if (fresh[i]) memory_apply(&r->other, &batch[i]->id, batch[i]->body, TELL_RECEIVED_MS, batch[i]->cut_ms);
    must(db_end(r->other.b.db, BM_OK));
}

/* Indices of a device's entries, in its own order. */
static size_t line_of(const struct history *h, size_t dev, struct arena *a, const struct told ***out)
{
    size_t n = 0;
    *out = arena_array(a, h->count, sizeof **out);
    for (size_t i = 0; i < h->count; i++)
        if (h->told[i].dev == dev) (*out)[n++] = &h->told[i];
    return n;
}

/* A random interleaving that is gapless in each line, in batches; some sent twice. */
static void arrive_by_line(struct run *r, const struct history *h)
{
    static const size_t sizes[] = { 1, 1, 2, 5, 50 };
    struct arena a = { 0 };
    const struct told **lines[TELL_DEVS];
    size_t counts[TELL_DEVS], next[TELL_DEVS] = { 0 }, open = h->dev_count;
    for (size_t i = 0; i < h->dev_count; i++) counts[i] = line_of(h, i, &a, &lines[i]);
    while (open > 0) {
        size_t i = (size_t)rnd(h->dev_count), n = sizes[rnd(5)];
        if (next[i] >= counts[i]) continue;
        if (n > counts[i] - next[i]) n = counts[i] - next[i];
        size_t from = next[i] > 2 && rnd(5) == 0 ? next[i] - 2 : next[i];
        take(r, lines[i] + from, next[i] + n - from);
        next[i] += n;
        open -= next[i] == counts[i];
    }
    arena_free(&a);
}

/* One by one, each epoch in its own order: siblings and sticks that come late. (Within an epoch ingest takes no gap.) */
static void arrive_by_epoch(struct run *r, const struct history *h)
{
    struct arena a = { 0 };
    bool *came = arena_array(&a, h->count, sizeof *came);
    for (size_t left = h->count; left > 0; left--) {
        size_t at = (size_t)rnd(h->count);
        while (came[at]) at = (at + 1) % h->count;
        uint64_t ep = h->told[at].id.ep;
        for (at = 0; came[at] || h->told[at].id.ep != ep;) at++;
        const struct told *next = &h->told[at];
        came[at] = true;
        take(r, &next, 1);
    }
    arena_free(&a);
}

/* --- through the whole of ingest ---------------------------------------------------------------------------- */

/* A device's entries, an epoch at a time, as batches to a branch in a directory. */
static void ingest_line(struct run *r, struct branch *b, const struct history *h, size_t dev)
{
    struct arena a = { 0 };
    const struct told **line;
    size_t count = line_of(h, dev, &a, &line);
    unsigned char before[JOURNAL_HASH];
    journal_genesis(h->devs[dev].key.public, before);
    for (size_t from = 0, to; from < count; from = to) {
        struct wire_batch batch = { .ep = line[from]->id.ep, .first = line[from]->id.seq };
        struct ingest_reply reply;
        size_t most = 1 + (size_t)rnd(20);
        for (to = from; to < count && to - from < most && line[to]->id.ep == batch.ep; to++) continue;
        str_copy(batch.dev, sizeof batch.dev, tell_devs[dev]);
        memcpy(batch.before, before, JOURNAL_HASH);
        memcpy(batch.head, line[to - 1]->hash, JOURNAL_HASH);
        memcpy(before, batch.head, JOURNAL_HASH);
        batch.count = to - from;
        batch.last = batch.first + batch.count - 1;
        batch.lines = arena_array(&a, batch.count, sizeof *batch.lines);
        for (size_t i = from; i < to; i++) batch.lines[i - from] = (struct wire_line){ line[i]->body, strlen(line[i]->body) };
        must(ingest_batch(b, &batch, &a, &reply));
        if (reply.result != INGEST_TAKEN) fail_history(r, "through ingest", "a batch was not taken");
        for (size_t i = 0; i < reply.count; i++)
            if (strncmp(reply.outcomes[i], "quarantined", 11) == 0) fail_history(r, "through ingest", reply.outcomes[i]);
    }
    arena_free(&a);
}

static void check_ingest(struct run *r, const struct history *h)
{
    static struct line lines[TELL_DEVS]; /* keys and names alone */
    struct branch b;
    char dir[64];
    for (size_t i = 0; i < h->dev_count; i++) {
        lines[i].key = h->devs[i].key;
        str_copy(lines[i].journal.dev, sizeof lines[i].journal.dev, tell_devs[i]);
    }
    world_branch(&b, dir, lines, h->dev_count);
    for (size_t i = h->dev_count; i > 0; i--) ingest_line(r, &b, h, i - 1);
    char *live = world_dump(&r->live.b), *there = world_dump(&b);
    if (strcmp(live, there) != 0) fprintf(stderr, "live:\n%s\ningested:\n%s\n", live, there), fail_history(r, "through ingest", "another state");
    free(live);
    free(there);
    world_branch_end(&b, dir);
    r->counts->ingested++;
}

static void check_again(struct run *r)
{
    struct arena a = { 0 };
    const char *problem;
    must(audit_again(&r->other.b, &a, &problem));
    if (problem) fail_history(r, "by line", problem);
    arena_free(&a);
}

/* --- the test ------------------------------------------------------------------------------------------------- */

static void count_kinds(struct run *r)
{
    struct stmt *s;
    must(db_prepare(r->live.b.db, "SELECT code, status FROM exception_now", &s));
    while (stmt_next(s) == BM_OK) {
        enum exc_code code;
        enum exc_status status;
        if (!exc_parse(stmt_text(s, 0), &code) || !exc_status_parse(stmt_text(s, 1), &status)) abort();
        r->counts->seen[code][status]++;
    }
    stmt_free(s);
}

static void one_history(struct run *r, long k)
{
    static const size_t lengths[] = { 5, 8, 8, 12, 12, 16, 30 };
    struct history h;
    bool horizon = r->seed % HORIZON_EVERY == 1;
    tell_history(&h, r->keys, &r->live, r->seed, lengths[r->seed % 7], horizon);
    r->counts->histories++;
    r->counts->entries += (int64_t)h.count;
    judge(r, &r->live, "as told");
    count_kinds(r);
    arrive_by_line(r, &h);
    judge(r, &r->other, "by line");
    if (k % AGAIN_EVERY == 0) check_again(r);
    memory_clear(&r->other);
    if (k % BY_EPOCH_EVERY == 0) {
        arrive_by_epoch(r, &h);
        judge(r, &r->other, "by epoch");
        memory_clear(&r->other);
    }
    if (k % INGEST_EVERY == 0 && !horizon) check_ingest(r, &h); /* which takes all under one horizon */
    memory_clear(&r->live);
    arena_free(&h.arena);
}

/* ret: how many kinds never came up */
static int report(const struct counts *c)
{
    int missing = 0;
    for (unsigned x = 0; x < EXC_COUNT; x++) {
        const int64_t *n = c->seen[x];
        int64_t all = n[EXC_OPEN] + n[EXC_OVERTAKEN] + n[EXC_SETTLED];
        print_message("  %-20s open %lld overtaken %lld settled %lld\n", exc_name(x), (long long)n[EXC_OPEN],
                      (long long)n[EXC_OVERTAKEN], (long long)n[EXC_SETTLED]);
        missing += !all;
    }
    print_message("%lld histories, %lld entries, %lld orders of arrival, %lld through ingest: %lld steps, %lld refolds\n",
                  (long long)c->histories, (long long)c->entries, (long long)c->orders, (long long)c->ingested,
                  (long long)c->steps, (long long)c->refolds);
    return missing;
}

/* The histories to be told, and what each process counts of its own. */
struct task {
    long histories, shares;
    uint64_t base;
    struct counts *counts;
};

/* One process's share: the histories share, share + shares, and so on. */
static void work(void *ctx, long share)
{
    const struct task *task = ctx;
    static struct run r;
    r.counts = &task->counts[share];
    memory_open(&r.live);
    memory_open(&r.other);
    buf_init(&r.first, 0);
    buf_init(&r.now, 0);
    tell_keys(r.keys);
    for (long k = share; k < task->histories; k += task->shares) {
        r.seed = task->base + (uint64_t)k * SEED_STEP;
        one_history(&r, k);
    }
    buf_free(&r.first);
    buf_free(&r.now);
    memory_close(&r.live);
    memory_close(&r.other);
}

static struct counts work_all(long histories, uint64_t base)
{
    struct task task = { histories, shares_count(), base, shares_memory(sizeof(struct counts) * SHARES_MAX) };
    struct counts sum = { 0 };
    assert_int_equal(shares_run(work, &task, task.shares), 0);
    for (long i = 0; i < task.shares; i++)
        for (size_t k = 0; k < sizeof sum / sizeof(int64_t); k++) ((int64_t *)&sum)[k] += ((int64_t *)&task.counts[i])[k];
    return sum;
}

static void test_apply_any_order_of_arrival_gives_the_same_state(void **state)
{
    (void)state;
    const char *asked = getenv("BM_HISTORIES"), *seeded = getenv("SEED");
    long histories = asked ? strtol(asked, NULL, 10) : HISTORIES;
    struct counts c = work_all(histories, seeded ? strtoull(seeded, NULL, 10) : 1);
    int missing = report(&c);
    assert_int_equal(c.histories, histories);
    assert_true(histories < 100 || (c.steps > 0 && c.refolds > 0));
    if (histories >= ENOUGH_FOR_ALL_KINDS) assert_int_equal(missing, 0);
}

static int set_up(void **state)
{
    (void)state;
    must(seal_init());
    must(zone_open("UTC"));
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_apply_any_order_of_arrival_gives_the_same_state),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
