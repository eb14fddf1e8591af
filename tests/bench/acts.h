/* tests/bench/acts.h -- acts at the desk of a laptop's real directory: journal.db FULL, replica, rules, holds.
 * Floor:      tests. Uses mobile/laptop, sync/snapshot.
 * Owns:       nothing.
 * Invariants: nothing but the act is timed; each act must have been done.
 * Threads:    one. */
#ifndef BM_BENCH_ACTS_H
#define BM_BENCH_ACTS_H

#include "mobile/laptop.h"
#include "sync/snapshot.h"
#include "tests/bench/big.h"
#include "tests/bench/floor.h"
#include "tests/bench/library.h"

enum { ACTS_A_ROUND = 300, DECISIONS_A_ROUND = 1000 };

struct act_world {
    char dir[BENCH_PATH_MAX];
    struct laptop l;
    struct floor_db floor, floor_unsynced;
    struct rng r;
    size_t items, patrons;
    uint32_t order[LIBRARY_ITEMS]; /* copies in the order in which they are lent */
    int requests;
    int64_t durable_ns; /* when the entry of the act being done was on the disk */
};

/* What the lines of one kind of act are made from: milliseconds. */
enum act_part { ACT_SCAN_TO_DISK, ACT_REPLICA, ACT_FLOOR, ACT_FLOOR_UNSYNCED, ACT_PARTS };
struct act_times {
    double ms[ACT_PARTS][ACTS_A_ROUND];
};

/* --- a laptop without a network: what enrolment and the first sync leave ------------------------------ */

static inline void put_key(struct db *db, const char *key, const unsigned char bytes[32])
{
    char hex[2 * 32 + 1];
    hex_encode(hex, bytes, 32);
    must(meta_set(db, key, hex));
}

static inline void enrol_laptop(const char *dir, const struct branch *b)
{
    static const char *const facts[][2] = { { "url", "https://branch.example.org:8443" }, { "zone", "Europe/London" },
                                            { "mobile", "VAN1" }, { "place", "VAN1" }, { "branch", "MAIN" },
                                            { "generation", "1" }, { "device", "van1" } };
    char path[BENCH_PATH_MAX + 32];
    unsigned char genesis[JOURNAL_HASH];
    struct db_lock *lock;
    struct seal_key key;
    struct db *db;
    struct env env;
    env_real(&env);
    snprintf(path, sizeof path, "%s/device.key", dir);
    must(seal_key_new(&env, &key));
    must(seal_key_save(path, &key));
    snprintf(path, sizeof path, "%s/journal.db", dir);
    must(db_lock_open(dir, &lock));
    must(db_open(path, DB_JOURNAL, SQL_FILE_JOURNAL, lock, &db));
    must(db_begin(db));
    journal_genesis(key.public, genesis);
    put_key(db, "genesis", genesis);
    put_key(db, "server_key", b->key.public);
    put_key(db, "box_key", b->box.public);
    put_key(db, "who_key", b->who_key);
    must(meta_set(db, "server", b->server));
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) must(meta_set(db, facts[i][0], facts[i][1]));
    must(db_end(db, BM_OK));
    db_close(db);
    db_lock_close(lock);
}

/* A snapshot of the branch, unpacked. */
static inline void fetch_copy(const char *dir, struct branch *b, const char *name)
{
    char path[BENCH_PATH_MAX + 32];
    struct snapshot_info info;
    unsigned char hash[SEAL_HASH_BYTES];
    int64_t raw_bytes;
    int fd;
    must(snapshot_make(b, 0, "", &info));
    must(snapshot_open(b, info.name, &fd));
    snprintf(path, sizeof path, "%s/%s", dir, name);
    must(snapshot_unpack_file(fd, path, SNAPSHOT_RAW_MAX, hash, &raw_bytes));
    close(fd);
}

static inline void note_durable(void *ctx)
{
    ((struct act_world *)ctx)->durable_ns = wall_ns();
}

/* The van stands at a stop, its desk is open. */
static inline void open_desk(struct act_world *w)
{
    struct desk_answer out;
    struct arena a = { 0 };
    must(laptop_open(w->dir, &w->l));
    must(laptop_current(&w->l));
    struct entry visit = row_of(OP_OPEN_VISIT);
    visit.stop = "VAN1/Longdale 1/The Green";
    visit.src = "staff";
    visit.arr_s = env_wall_ms(&w->l.env) / 1000;
    must(desk_write(&w->l.desk, &a, &visit, &out));
    arena_free(&a);
    w->l.desk.staff = "s1";
    w->l.durable = note_durable;
    w->l.durable_ctx = w;
}

/* The floors lie in the same folder: a commit costs what the disk under it takes. */
static inline void open_floors(struct act_world *w)
{
    floor_open(&w->floor, w->dir, "floor.db");
    floor_open(&w->floor_unsynced, w->dir, "floor-unsynced.db");
    SQLITE_MUST(sqlite3_exec(w->floor_unsynced.handle, "PRAGMA synchronous=NORMAL", NULL, NULL, NULL));
}

/* Copies from all over the library, in no order. */
static inline void make_order(struct act_world *w)
{
    rng_init(&w->r, BENCH_SEED, 3);
    for (uint32_t i = 0; i < LIBRARY_ITEMS; i++) {
        uint32_t other = rng_below(&w->r, i + 1);
        w->order[i] = w->order[other];
        w->order[other] = i * (uint32_t)(w->items / LIBRARY_ITEMS);
    }
}

static inline void act_world_open(struct act_world *w, bool big)
{
    struct branch b;
    char branch_dir[BENCH_PATH_MAX], path[BENCH_PATH_MAX + 32];
    w->items = big ? BIG_ITEMS : LIBRARY_ITEMS;
    w->patrons = big ? BIG_PATRONS : LIBRARY_PATRONS;
    library_make(&b, branch_dir, LIBRARY_ITEMS);
    bench_folder(w->dir);
    enrol_laptop(w->dir, &b);
    fetch_copy(w->dir, &b, big ? "replica-1.db" : "base-1.db");
    branch_close(&b);
    world_remove_tree(branch_dir);
    snprintf(path, sizeof path, "%s/replica-1.db", w->dir);
    if (big) big_replica_fill(path);
    open_desk(w);
    open_floors(w);
    make_order(w);
}

static inline void act_world_close(struct act_world *w)
{
    floor_close(&w->floor);
    floor_close(&w->floor_unsynced);
    laptop_close(&w->l);
    world_remove_tree(w->dir);
}

/* --- one act ---------------------------------------------------------------------------------------------- */

/* As the desk's page sends one. */
static inline void request_text(const struct act_world *w, char out[32])
{
    snprintf(out, 32, "3f1c-%08d", w->requests);
}

static inline void one_act(struct act_world *w, bool lend, uint32_t item, struct act_times *t, size_t i)
{
    char barcode[BARCODE_SIZE], card[BARCODE_SIZE], request[32];
    struct desk_answer out;
    struct arena a = { 0 };
    item_barcode(item + 1, barcode);
    card_number(SAMPLE_CARD_FIRST + 1 + rng_below(&w->r, (uint32_t)w->patrons - 1), card);
    w->requests++;
    request_text(w, request);
    w->l.desk.request = request;
    int64_t from = wall_ns();
    must(lend ? desk_checkout(&w->l.desk, &a, card, barcode, &out) : desk_checkin(&w->l.desk, &a, barcode, ENTRY_NONE, &out));
    int64_t end = wall_ns();
    t->ms[ACT_SCAN_TO_DISK][i] = (double)(w->durable_ns - from) / 1e6;
    t->ms[ACT_REPLICA][i] = (double)(end - w->durable_ns) / 1e6;
    if (!out.done) {
        fprintf(stderr, "an act was refused: %s\n", out.reason_count ? out.reasons[0].name : "no reason");
        abort();
    }
    arena_free(&a);
}

/* The bytes that the act left, found by their keys: a scan would empty the processor's caches before the floor's turn. */
static inline void row_left(struct act_world *w, struct arena *a, struct floor_row *row)
{
    char ep[20], request[32];
    struct stmt *s;
    size_t len;
    snprintf(ep, sizeof ep, "%016llx", (unsigned long long)w->l.journal.ep);
    request_text(w, request);
    must(db_get(w->l.db, SQL_ENTRY_GET, &s, "dev", 's', w->l.journal.dev, "ep", 's', ep, "seq", 'i', (int64_t)w->l.journal.head_seq,
                "row", 'i', (int64_t)0, NULL));
    must(stmt_next(s));
    const void *hash = stmt_blob(s, 0, &len);
    if (len != sizeof row->hash) abort();
    memcpy(row->hash, hash, len);
    row->body = stmt_copy(s, 1, a);
    stmt_done(s);
    must(db_get(w->l.db, SQL_REQUEST_GET, &s, "req", 's', request, NULL));
    must(stmt_next(s));
    row->req = arena_strdup(a, request);
    row->answer = stmt_copy(s, 3, a);
    stmt_done(s);
}

/* Bare commits of those bytes: one that is durable, one that is not. */
static inline void one_floor(struct act_world *w, struct act_times *t, size_t i)
{
    struct arena a = { 0 };
    struct floor_row row;
    row_left(w, &a, &row);
    int64_t from = wall_ns();
    floor_insert(&w->floor, &row);
    int64_t durable = wall_ns();
    floor_insert(&w->floor_unsynced, &row);
    t->ms[ACT_FLOOR][i] = (double)(durable - from) / 1e6;
    t->ms[ACT_FLOOR_UNSYNCED][i] = (double)(wall_ns() - durable) / 1e6;
    arena_free(&a);
}

struct act_figures {
    struct figure median, p99, replica;
};

static inline void act_round(struct act_world *w, int round, bool lend, struct act_figures *f)
{
    struct act_times *t = calloc(1, sizeof *t);
    if (!t) abort();
    for (size_t i = 0; i < ACTS_A_ROUND; i++) { /* in turn, so that both meet the same disk */
        one_act(w, lend, w->order[((size_t)round * ACTS_A_ROUND + i) % LIBRARY_ITEMS], t, i);
        one_floor(w, t, i);
    }
    f->median.ours[round] = quantile(t->ms[ACT_SCAN_TO_DISK], ACTS_A_ROUND, 0.5);
    f->median.floor[round] = quantile(t->ms[ACT_FLOOR], ACTS_A_ROUND, 0.5);
    f->p99.ours[round] = quantile(t->ms[ACT_SCAN_TO_DISK], ACTS_A_ROUND, 0.99);
    f->p99.floor[round] = quantile(t->ms[ACT_FLOOR], ACTS_A_ROUND, 0.99);
    f->replica.ours[round] = quantile(t->ms[ACT_REPLICA], ACTS_A_ROUND, 0.5);
    f->replica.floor[round] = quantile(t->ms[ACT_FLOOR_UNSYNCED], ACTS_A_ROUND, 0.5);
    free(t);
}

#define ACT_FIGURES(act)                                                                                                        \
    {                                                                                                                           \
        { .name = act, .unit = "ms", .goal = 1.3, .goal_is_ratio = true },                                                      \
            { .name = act "_p99", .unit = "ms", .goal = FIGURE_NO_GOAL },                                                       \
            { .name = act "_replica", .unit = "ms", .goal = FIGURE_NO_GOAL },                                                   \
    }

static inline void acts_measure(const struct bench *b, struct act_world *w, struct act_figures f[2])
{
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        act_round(w, round, true, &f[0]);
        act_round(w, round, false, &f[1]);
    }
    for (size_t i = 0; i < 2; i++) {
        figure_print(b, &f[i].median);
        figure_print(b, &f[i].p99);
        figure_print(b, &f[i].replica);
    }
}

static inline void bench_acts(const struct bench *b)
{
    struct act_figures f[] = { ACT_FIGURES("act_checkout"), ACT_FIGURES("act_checkin") };
    struct act_world *w = calloc(1, sizeof *w);
    if (!w) abort();
    act_world_open(w, false);
    acts_measure(b, w, f);
    act_world_close(w);
    free(w);
}

/* --- a decision with the facts it rests on: a loan that the rules refuse, so that nothing is written ---------- */

/* Two rows found by their keys in one read: nobody decides with less. */
static inline double floor_decisions(sqlite3 *handle, const char *card, const char *barcode)
{
    sqlite3_stmt *find[2];
    SQLITE_MUST(sqlite3_prepare_v2(handle, "SELECT * FROM patron WHERE card = ?1", -1, &find[0], NULL));
    SQLITE_MUST(sqlite3_prepare_v2(handle, "SELECT * FROM item WHERE barcode = ?1", -1, &find[1], NULL));
    int64_t from = cpu_ns();
    for (int i = 0; i < DECISIONS_A_ROUND; i++) {
        SQLITE_MUST(sqlite3_exec(handle, "BEGIN", NULL, NULL, NULL));
        for (int k = 0; k < 2; k++) {
            sqlite3_bind_text(find[k], 1, k ? barcode : card, -1, SQLITE_STATIC);
            if (sqlite3_step(find[k]) != SQLITE_ROW) abort();
            sqlite3_reset(find[k]);
        }
        SQLITE_MUST(sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL));
    }
    double us = (double)(cpu_ns() - from) / 1e3 / DECISIONS_A_ROUND;
    sqlite3_finalize(find[0]);
    sqlite3_finalize(find[1]);
    return us;
}

static inline double our_decisions(struct act_world *w, const char *card, const char *barcode)
{
    int64_t from = cpu_ns();
    for (int i = 0; i < DECISIONS_A_ROUND; i++) {
        struct desk_answer out;
        struct arena a = { 0 };
        must(desk_checkout(&w->l.desk, &a, card, barcode, &out));
        if (out.done) abort();
        arena_free(&a);
    }
    return (double)(cpu_ns() - from) / 1e3 / DECISIONS_A_ROUND;
}

static inline void decision_measure(const struct bench *b, struct act_world *w, const char *name)
{
    struct figure f = { .name = name, .unit = "us_cpu", .goal = 100 };
    char path[LAPTOP_PATH_MAX + 40], card[BARCODE_SIZE], barcode[BARCODE_SIZE];
    sqlite3 *handle;
    laptop_replica_path(&w->l, w->l.generation, path);
    SQLITE_MUST(sqlite3_open(path, &handle));
    card_number(SAMPLE_CARD_FIRST, card); /* barred */
    item_barcode(1, barcode);
    w->l.desk.request = NULL;
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        f.ours[round] = our_decisions(w, card, barcode);
        f.floor[round] = floor_decisions(handle, card, barcode);
    }
    sqlite3_close(handle);
    figure_print(b, &f);
}

static inline void bench_decision(const struct bench *b)
{
    struct act_world *w = calloc(1, sizeof *w);
    if (!w) abort();
    act_world_open(w, false);
    decision_measure(b, w, "decision");
    act_world_close(w);
    free(w);
}

#endif
