/* tests/tools/exhaustive.c -- every history of a few acts by two devices on two copies and two patrons, in every order of
 * arrival that is gapless for each device: the branch's state must be the same for all orders (I5), and be what one fold
 * of the whole gives. usage: exhaustive DEPTH [ACTS]; ACTS: only the first of them. src: model/exhaustive.py
 *
 * A history fills the days 1 to DEPTH with one act each. Arrivals are walked as a tree, with a savepoint at each branch,
 * so that orders that begin alike are applied but once up to where they part. Each processor takes the histories that begin
 * with some of the acts. */
#include <inttypes.h>

#include "tests/memory_branch.h"
#include "tests/shares.h"

enum { DEPTH_MAX = 6, BASE_COUNT = 7, HISTORIES_MAX = 1 << 28, DAY_MS = 86400000, DAY_S = 86400 };
#define RECEIVED_MS (INT64_C(1) << 46)

struct act {
    enum op op;
    const char *item, *patron, *title, *word; /* word: place, condition, other card, id of what is taken back */
    int64_t number;                           /* due, tenths of days; hold of the base; cents */
};
enum { HOLD_A = 5, HOLD_B = 6, LOAN_B = 7 }; /* numbers of the branch's base entries */
static const char *const devs[] = { "branch", "v1" };

static const struct act acts[] = {
    { .op = OP_CHECKOUT, .item = "x1", .patron = "a", .number = 20 },
    { .op = OP_CHECKOUT, .item = "x1", .patron = "b", .number = 20 },
    { .op = OP_CHECKOUT, .item = "x2", .patron = "a", .number = 20 },
    { .op = OP_CHECKIN, .item = "x1" },
    { .op = OP_CHECKIN, .item = "x2" },
    { .op = OP_CAPTURE, .item = "x1", .number = HOLD_A },
    { .op = OP_CAPTURE, .item = "x2", .number = HOLD_A },
    { .op = OP_VOID, .word = "own" }, /* what the device did last, or its base */
    { .op = OP_VOID, .word = "van" }, /* what the van did first, from wherever */
    { .op = OP_CANCEL, .title = "T", .number = HOLD_A },
    { .op = OP_RENEW, .item = "x2", .patron = "b", .number = 9000 },
    { .op = OP_PLACE, .patron = "b", .title = "T" },
    { .op = OP_MARK, .item = "x1", .patron = "a", .word = "lost" },
    { .op = OP_PAY, .patron = "b", .number = 10 }, /* of the fine for the loan of the base */
    { .op = OP_MERGE, .patron = "a", .word = "b" },
    { .op = OP_UPDATE, .patron = "a", .number = 1 },
    { .op = OP_CHECKOUT, .item = "x2", .patron = "c", .number = 20 },
    { .op = OP_REGISTER, .patron = "c" },
    { .op = OP_WAIVE, .number = 10 },
    { .op = OP_CAPTURE, .item = "x2", .number = HOLD_B },
    { .op = OP_MARK, .item = "x2", .word = "missing" },
    { .op = OP_REPLACE, .patron = "b", .word = "c" },
    { .op = OP_RECAT, .item = "x1", .title = "S" },
    { .op = OP_MOVE, .item = "x1", .word = "van" },
};
enum { ACTS_MAX = sizeof acts / sizeof *acts };

struct count {
    int64_t histories, arrivals;
};
struct walk {
    struct memory_branch m;
    size_t depth, alphabet, total; /* total: histories there are */
    size_t job, jobs;
    struct {
        bool used;
        size_t dev, act;
    } slot[DEPTH_MAX];
    size_t last[2], count[2]; /* of each device: the last day filled (from 1 on), entries so far */
    size_t order[DEPTH_MAX];  /* slots as they arrived */
    uint64_t *first, *facts;  /* of each history: the state of its first order; the same without how entries are read */
    struct count *counts;     /* of each job */
    struct buf state, body;
};

static struct eid id_of(size_t dev, uint64_t seq)
{
    struct eid id = { .ep = 1, .seq = seq };
    str_copy(id.dev, sizeof id.dev, devs[dev]);
    return id;
}

static struct entry entry_of(const struct act *act, size_t dev, uint64_t seq, size_t day)
{
    struct entry e;
    entry_init(&e, act->op);
    e.id = id_of(dev, seq);
    e.t_ms = (int64_t)day * DAY_MS;
    e.item = act->item;
    e.patron = act->patron;
    e.title = act->title;
    switch ((int)act->op) {
    case OP_CHECKOUT: e.rate_cents = 10, e.price_cents = 500; /* fallthrough */
    case OP_RENEW: e.due_s = act->number * DAY_S / 10; break;
    case OP_CAPTURE:
    case OP_CANCEL: e.hold = id_of(0, (uint64_t)act->number); break;
    case OP_MARK: e.as = act->word; break;
    case OP_MOVE: e.to = act->word; break;
    case OP_MERGE: e.into = act->word; break;
    case OP_REPLACE: e.fresh = act->word; break;
    case OP_PAY:
    case OP_WAIVE: e.charge = "branch.0000000000000001.7/overdue", e.amount_cents = act->number; break;
    case OP_UPDATE: e.barred = act->number; break;
    case OP_VOID: e.target = act->word[0] == 'v' ? id_of(1, 2) : id_of(dev, seq - 1); break;
    default: break;
    }
    return e;
}

static void take(struct walk *w, const struct entry *e)
{
    buf_clear(&w->body);
    must(entry_write(e, false, &w->body));
    if (!memory_store(&w->m, &e->id, buf_str(&w->body), RECEIVED_MS)) abort();
    memory_apply(&w->m, &e->id, buf_str(&w->body), RECEIVED_MS, ENTRY_NONE);
}

/* Two copies of a title that both want, one copy out to b; each device's clock is true: UTC = t. */
static void take_base(struct walk *w)
{
    static const struct act base[] = {
        { .op = OP_ADD_ITEM, .item = "x1", .title = "T" },   { .op = OP_ADD_ITEM, .item = "x2", .title = "T" },
        { .op = OP_REGISTER, .patron = "a" },                { .op = OP_REGISTER, .patron = "b" },
        { .op = OP_PLACE, .patron = "a", .title = "T" },     { .op = OP_PLACE, .item = "x2", .patron = "b", .title = "T" },
        { .op = OP_CHECKOUT, .item = "x2", .patron = "b", .number = 15 },
    };
    for (size_t dev = 0; dev < 2; dev++) {
        struct entry e;
        entry_init(&e, OP_CLOCK);
        e.id = id_of(dev, dev == 0 ? BASE_COUNT + 1 : 1);
        e.t_ms = e.wall_ms = e.off_ms = e.unc_ms = 0;
        e.src = "sync";
        take(w, &e);
    }
    for (size_t i = 0; i < BASE_COUNT; i++) {
        struct entry e = entry_of(&base[i], 0, i + 1, 0);
        take(w, &e);
    }
    w->count[0] = BASE_COUNT + 1;
    w->count[1] = 1;
}

static void print_history(const struct walk *w)
{
    for (size_t i = 0; i < w->depth; i++) {
        const struct act *a = &acts[w->slot[i].act];
        printf("  day %zu: %s %s %s %s %s %s %" PRId64 "\n", i + 1, devs[w->slot[i].dev], op_name(a->op), a->item ? a->item : "",
               a->patron ? a->patron : "", a->title ? a->title : "", a->word ? a->word : "", a->number);
    }
    printf("  arrived:");
    for (size_t i = 0; i < w->depth; i++) printf(" day %zu", w->order[i] + 1);
    putchar('\n');
}

static void fail(struct walk *w, const char *what)
{
    printf("%s\n", what);
    print_history(w);
    memory_state(&w->m, false, &w->state);
    fputs(buf_str(&w->state), stdout);
    fflush(stdout);
    _exit(1);
}

/* A history has arrived whole. */
static void judge(struct walk *w)
{
    size_t number = 0;
    int64_t readings, differences;
    for (size_t i = 0; i < w->depth; i++) number = number * 2 * w->alphabet + w->slot[i].dev * w->alphabet + w->slot[i].act;
    memory_state(&w->m, false, &w->state);
    uint64_t state = memory_number(&w->state);
    w->counts[w->job].arrivals++;
    if (w->first[number]) {
        if (w->first[number] != state) fail(w, "another state than in another order of arrival");
        return;
    }
    w->first[number] = state;
    memory_state(&w->m, true, &w->state);
    w->facts[number] = memory_number(&w->state);
    w->counts[w->job].histories++;
    must(apply_verify(&w->m.b.apply, &readings, &differences));
    if (differences) fail(w, "another state than the whole fold gives");
}

static void walk(struct walk *w, size_t at);

/* One more entry arrives: a device's next, of this day. Days left out before it are the other device's. */
static void arrive(struct walk *w, size_t at, size_t dev, size_t day)
{
    char name[10];
    size_t last = w->last[dev];
    memcpy(name, "arrival_", 8);
    name[8] = (char)('a' + at);
    name[9] = '\0';
    w->slot[day - 1].used = true;
    w->slot[day - 1].dev = dev;
    w->order[at] = day - 1;
    w->last[dev] = day;
    w->count[dev]++;
    for (size_t i = 0; i < w->alphabet; i++) {
        if (day == 1 && i % w->jobs != w->job) continue;
        struct entry e = entry_of(&acts[i], dev, w->count[dev], day);
        w->slot[day - 1].act = i;
        must(db_save(w->m.b.db, name));
        take(w, &e);
        walk(w, at + 1);
        if (db_save_end(w->m.b.db, name, BM_EREFUSED) != BM_EREFUSED) abort();
    }
    w->count[dev]--;
    w->last[dev] = last;
    w->slot[day - 1].used = false;
}

static void walk(struct walk *w, size_t at)
{
    if (at == w->depth) {
        judge(w);
        return;
    }
    for (size_t dev = 0; dev < 2; dev++)
        for (size_t day = w->last[dev] + 1; day <= w->depth; day++) {
            if (w->slot[day - 1].used) continue;
            arrive(w, at, dev, day);
            if (day <= w->last[!dev]) break; /* nobody else could fill it */
        }
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* One process's share. */
static void work(void *ctx, long share)
{
    struct walk *w = ctx;
    w->job = (size_t)share;
    memory_open(&w->m);
    buf_init(&w->state, 1 << 20);
    buf_init(&w->body, ENTRY_BYTES_MAX);
    must(db_begin(w->m.b.db));
    take_base(w);
    walk(w, 0);
    must(db_end(w->m.b.db, BM_OK));
    buf_free(&w->state);
    buf_free(&w->body);
    memory_close(&w->m);
}

static bool report(struct walk *w)
{
    int64_t histories = 0, arrivals = 0, states = 0;
    for (size_t i = 0; i < w->jobs; i++) histories += w->counts[i].histories, arrivals += w->counts[i].arrivals;
    qsort(w->facts, w->total, sizeof *w->facts, by_value);
    for (size_t i = 0; i < w->total; i++) states += w->facts[i] != 0 && (i == 0 || w->facts[i] != w->facts[i - 1]);
    printf("depth %zu, %zu acts on each of 2 devices: %" PRId64 " histories, %" PRId64 " orders of arrival, %" PRId64 " states\n",
           w->depth, w->alphabet, histories, arrivals, states);
    return histories == (int64_t)w->total;
}

int main(int argc, char **argv)
{
    static struct walk w;
    int64_t depth, count = ACTS_MAX;
    if (argc < 2 || !str_to_i64(argv[1], 1, DEPTH_MAX, &depth) || (argc > 2 && !str_to_i64(argv[2], 1, ACTS_MAX, &count))) {
        fprintf(stderr, "usage: exhaustive DEPTH [ACTS]   DEPTH: 1 to %d, ACTS: 1 to %d\n", DEPTH_MAX, ACTS_MAX);
        return 2;
    }
    w.depth = (size_t)depth;
    w.alphabet = (size_t)count;
    w.jobs = (size_t)shares_count();
    w.total = 1;
    for (size_t i = 0; i < w.depth; i++) w.total *= 2 * w.alphabet;
    if (w.total > HISTORIES_MAX) {
        fprintf(stderr, "exhaustive: too many histories: %zu\n", w.total);
        return 2;
    }
    must(zone_open("UTC"));
    w.first = shares_memory(w.total * sizeof *w.first);
    w.facts = shares_memory(w.total * sizeof *w.facts);
    w.counts = shares_memory(SHARES_MAX * sizeof *w.counts);
    bool good = shares_run(work, &w, (long)w.jobs) == 0;
    good &= report(&w);
    printf("%d passed, %d failed\n", good, !good);
    return good ? 0 : 1;
}
