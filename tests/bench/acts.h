/* tests/bench/acts.h -- acts at the desk of a laptop's real directory: journal.db FULL, replica, rules, holds.
 * Floor:      tests. Uses mobile/laptop, sync/snapshot.
 * Owns:       nothing.
 * Invariants: nothing but the act is timed; each act must have been done.
 * Threads:    one. */
#ifndef BM_BENCH_ACTS_H
#define BM_BENCH_ACTS_H

#include "mobile/laptop.h"
#include "sync/snapshot.h"
#include "tests/bench/floor.h"
#include "tests/bench/library.h"

enum { ACTS_A_ROUND = 300, DECISIONS_A_ROUND = 1000 };

struct act_world {
    char dir[BENCH_PATH_MAX];
    struct laptop l;
    struct floor_db floor;
    struct rng r;
    uint32_t order[LIBRARY_ITEMS]; /* copies in the order in which they are lent */
    int requests;
    double ms[ACTS_A_ROUND];
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

/* base-1.db: a snapshot of the branch, unpacked. */
static inline void fetch_base_1(const char *dir, struct branch *b)
{
    char path[BENCH_PATH_MAX + 32];
    struct snapshot_info info;
    unsigned char hash[SEAL_HASH_BYTES];
    int64_t raw_bytes;
    int fd;
    must(snapshot_make(b, 0, "", &info));
    must(snapshot_open(b, info.name, &fd));
    snprintf(path, sizeof path, "%s/base-1.db", dir);
    must(snapshot_unpack_file(fd, path, SNAPSHOT_RAW_MAX, hash, &raw_bytes));
    close(fd);
}

static inline void act_world_open(struct act_world *w)
{
    struct branch b;
    char branch_dir[BENCH_PATH_MAX];
    struct desk_answer out;
    struct arena a = { 0 };
    library_make(&b, branch_dir, LIBRARY_ITEMS);
    bench_folder(w->dir);
    enrol_laptop(w->dir, &b);
    fetch_base_1(w->dir, &b);
    branch_close(&b);
    world_remove_tree(branch_dir);
    must(laptop_open(w->dir, &w->l));
    must(laptop_current(&w->l));
    struct entry visit = row_of(OP_OPEN_VISIT);
    visit.stop = "VAN1/Longdale 1/The Green";
    visit.src = "staff";
    visit.arr_s = env_wall_ms(&w->l.env) / 1000;
    must(desk_write(&w->l.desk, &a, &visit, &out));
    arena_free(&a);
    w->l.desk.staff = "s1";
    floor_open(&w->floor, w->dir);
    rng_init(&w->r, BENCH_SEED, 3);
    for (uint32_t i = 0; i < LIBRARY_ITEMS; i++) {
        uint32_t other = rng_below(&w->r, i + 1);
        w->order[i] = w->order[other];
        w->order[other] = i;
    }
}

static inline void act_world_close(struct act_world *w)
{
    floor_close(&w->floor);
    laptop_close(&w->l);
    world_remove_tree(w->dir);
}

/* --- one act ---------------------------------------------------------------------------------------------- */

static inline double one_act(struct act_world *w, bool lend, uint32_t item)
{
    char barcode[BARCODE_SIZE], card[BARCODE_SIZE], request[32];
    struct desk_answer out;
    struct arena a = { 0 };
    item_barcode(item + 1, barcode);
    card_number(SAMPLE_CARD_FIRST + 1 + rng_below(&w->r, LIBRARY_PATRONS - 1), card);
    snprintf(request, sizeof request, "3f1c-%08d", ++w->requests); /* as the desk's page sends one */
    w->l.desk.request = request;
    int64_t from = wall_ns();
    must(lend ? desk_checkout(&w->l.desk, &a, card, barcode, &out) : desk_checkin(&w->l.desk, &a, barcode, ENTRY_NONE, &out));
    double ms = (double)(wall_ns() - from) / 1e6;
    if (!out.done) {
        fprintf(stderr, "an act was refused: %s\n", out.reason_count ? out.reasons[0].name : "no reason");
        abort();
    }
    arena_free(&a);
    return ms;
}

/* The acts of a round, then bare commits of the bytes that they left. */
static inline void act_round(struct act_world *w, int round, bool lend, struct figure *median, struct figure *p99)
{
    struct arena a = { 0 };
    for (size_t i = 0; i < ACTS_A_ROUND; i++)
        w->ms[i] = one_act(w, lend, w->order[((size_t)round * ACTS_A_ROUND + i) % LIBRARY_ITEMS]);
    median->ours[round] = quantile(w->ms, ACTS_A_ROUND, 0.5);
    p99->ours[round] = quantile(w->ms, ACTS_A_ROUND, 0.99);
    const struct floor_row *rows = floor_rows_of(w->l.db, ACTS_A_ROUND, &a);
    for (size_t i = 0; i < ACTS_A_ROUND; i++) {
        int64_t from = wall_ns();
        floor_insert(&w->floor, &rows[i]);
        w->ms[i] = (double)(wall_ns() - from) / 1e6;
    }
    median->floor[round] = quantile(w->ms, ACTS_A_ROUND, 0.5);
    p99->floor[round] = quantile(w->ms, ACTS_A_ROUND, 0.99);
    arena_free(&a);
}

static inline void bench_acts(const struct bench *b)
{
    struct figure f[] = { { .name = "act_checkout", .unit = "ms", .goal = FIGURE_NO_GOAL },
                          { .name = "act_checkout_p99", .unit = "ms", .goal = FIGURE_NO_GOAL },
                          { .name = "act_checkin", .unit = "ms", .goal = FIGURE_NO_GOAL },
                          { .name = "act_checkin_p99", .unit = "ms", .goal = FIGURE_NO_GOAL } };
    struct act_world *w = calloc(1, sizeof *w);
    if (!w) abort();
    act_world_open(w);
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        act_round(w, round, true, &f[0], &f[1]);
        act_round(w, round, false, &f[2], &f[3]);
    }
    for (size_t i = 0; i < sizeof f / sizeof *f; i++) figure_print(b, &f[i]);
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

static inline void bench_decision(const struct bench *b)
{
    struct figure f = { .name = "decision", .unit = "us_cpu", .goal = FIGURE_NO_GOAL };
    char path[LAPTOP_PATH_MAX + 40], card[BARCODE_SIZE], barcode[BARCODE_SIZE];
    struct act_world *w = calloc(1, sizeof *w);
    sqlite3 *handle;
    if (!w) abort();
    act_world_open(w);
    laptop_replica_path(&w->l, w->l.generation, path);
    SQLITE_MUST(sqlite3_open(path, &handle));
    card_number(SAMPLE_CARD_FIRST, card); /* barred */
    item_barcode(1, barcode);
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        f.ours[round] = our_decisions(w, card, barcode);
        f.floor[round] = floor_decisions(handle, card, barcode);
    }
    sqlite3_close(handle);
    figure_print(b, &f);
    act_world_close(w);
    free(w);
}

#endif
