/* tests/bench/sync.h -- what comes home: batches taken in, bytes on the wire, whole copies.
 * Floor:      tests. Uses sync/ingest, sync/wire, sync/snapshot.
 * Owns:       nothing.
 * Invariants: ingest is what the server does with a frame: unpack, verify, chain, store, apply, read outcomes.
 * Threads:    one. */
#ifndef BM_BENCH_SYNC_H
#define BM_BENCH_SYNC_H

#include "sync/snapshot.h"
#include "tests/bench/floor.h"
#include "tests/bench/library.h"

enum { SEASON_ENTRIES = 10000, SEASON_BATCHES = SEASON_ENTRIES / WIRE_ENTRIES_MAX, COMMITS_A_BATCH = 2 };

/* --- frames ------------------------------------------------------------------------------------------- */

struct frames {
    struct buf frame[SEASON_BATCHES];
    int64_t plain_bytes; /* the same batches as lines, zlib-6 */
};

static inline void frames_make(struct line *l, struct frames *out)
{
    *out = (struct frames){ 0 };
    for (size_t i = 0; i < SEASON_BATCHES; i++) {
        struct arena a = { 0 };
        struct wire_batch batch;
        struct buf lines;
        unsigned char message[WIRE_MESSAGE_MAX];
        if (!line_batch(l, l->journal.ep, i * WIRE_ENTRIES_MAX + 1, 0, &a, &batch)) abort();
        seal_sign(&l->key, message, wire_signed_message(&batch, message), batch.signature);
        buf_init(&out->frame[i], 0);
        must(wire_batch_write(&batch, WIRE_LEVEL, &out->frame[i]));
        buf_init(&lines, 0);
        for (size_t k = 0; k < batch.count; k++) {
            buf_put(&lines, batch.lines[k].bytes, batch.lines[k].len);
            buf_putc(&lines, '\n');
        }
        must(buf_rc(&lines));
        out->plain_bytes += (int64_t)floor_deflate(lines.data, lines.len);
        buf_free(&lines);
        arena_free(&a);
    }
}

static inline void frames_free(struct frames *f)
{
    for (size_t i = 0; i < SEASON_BATCHES; i++) buf_free(&f->frame[i]);
}

static inline void bench_wire(const struct bench *b)
{
    struct figure f = { .name = "wire_bytes", .unit = "bytes/entry", .goal = FIGURE_NO_GOAL };
    struct line l;
    struct frames frames;
    int64_t bytes = 0;
    season_make(&l, SEASON_ENTRIES);
    frames_make(&l, &frames);
    for (size_t i = 0; i < SEASON_BATCHES; i++) bytes += (int64_t)frames.frame[i].len;
    for (int round = 0; round < BENCH_ROUNDS; round++) { /* no clock, no chance: each round is the same */
        f.ours[round] = (double)bytes / SEASON_ENTRIES;
        f.floor[round] = (double)frames.plain_bytes / SEASON_ENTRIES;
    }
    figure_print(b, &f);
    frames_free(&frames);
    line_close(&l);
}

/* --- ingest --------------------------------------------------------------------------------------------- */

static inline void add_device(struct branch *b, const struct line *l)
{
    char key[2 * SEAL_PUBLIC_BYTES + 1];
    hex_encode(key, l->key.public, SEAL_PUBLIC_BYTES);
    must(db_begin(b->db));
    must(db_run(b->db, SQL_DEVICE_ADD, "dev", 's', l->journal.dev, "name", 's', "", "practice", 'i', (int64_t)0, "code_hash", 's',
                (const char *)NULL, "until_s", 'i', (int64_t)0, NULL));
    must(db_run(b->db, SQL_DEVICE_ENROL, "public_key", 's', key, "now_ms", 'i', WORLD_START_MS, "dev", 's', l->journal.dev, NULL));
    must(db_end(b->db, BM_OK));
}

static inline void take_frame(struct branch *b, const struct line *l, const struct buf *frame)
{
    struct arena a = { 0 };
    struct wire_batch batch;
    struct ingest_reply reply;
    unsigned char message[WIRE_MESSAGE_MAX];
    must(wire_batch_read(frame->data, frame->len, &a, &batch));
    if (!seal_verify(l->key.public, message, wire_signed_message(&batch, message), batch.signature)) abort();
    must(ingest_batch(b, &batch, &a, &reply));
    if (reply.result != INGEST_TAKEN || reply.fresh != WIRE_ENTRIES_MAX) abort();
    for (size_t i = 0; i < reply.count; i++) {
        if (strncmp(reply.outcomes[i], "applied", 7) == 0) continue;
        fprintf(stderr, "an entry came out as: %s\n", reply.outcomes[i]);
        abort();
    }
    arena_free(&a);
}

/* ret: entries a second, by a fresh copy of the branch */
static inline double ingest_round(const char *template_dir, const struct line *l, const struct frames *frames)
{
    char dir[BENCH_PATH_MAX];
    struct branch b;
    bench_folder(dir);
    bench_copy_file(template_dir, dir, "branch.db");
    bench_copy_file(template_dir, dir, "server.key");
    must(branch_open(dir, &b));
    env_made(&b.env, BENCH_SEED + 1, WORLD_START_MS + INT64_C(400) * DAY_S * 1000, 5000000);
    must(journal_begin(&b.journal)); /* the copy's own epoch is not what is measured */
    must(db_end(b.db, BM_OK));
    int64_t from = wall_ns();
    for (size_t i = 0; i < SEASON_BATCHES; i++) take_frame(&b, l, &frames->frame[i]);
    double s = (double)(wall_ns() - from) / NS_PER_S;
    branch_close(&b);
    world_remove_tree(dir);
    return SEASON_ENTRIES / s;
}

static inline double ingest_floor_round(const struct floor_row *rows)
{
    char dir[BENCH_PATH_MAX];
    struct floor_db f;
    bench_folder(dir);
    floor_open(&f, dir, "floor.db");
    double s = floor_insert_all(&f, rows, SEASON_ENTRIES, SEASON_BATCHES * COMMITS_A_BATCH);
    floor_close(&f);
    world_remove_tree(dir);
    return SEASON_ENTRIES / s;
}

static inline void bench_ingest(const struct bench *b)
{
    struct figure f = { .name = "ingest", .unit = "entries/s", .better = MORE_IS_BETTER, .goal = FIGURE_NO_GOAL };
    char dir[BENCH_PATH_MAX];
    struct branch branch;
    struct line l;
    struct frames frames;
    struct arena a = { 0 };
    season_make(&l, SEASON_ENTRIES);
    frames_make(&l, &frames);
    const struct floor_row *rows = floor_rows_of(l.db, SEASON_ENTRIES, &a);
    library_make(&branch, dir, LIBRARY_ITEMS);
    add_device(&branch, &l);
    branch_close(&branch);
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        f.ours[round] = ingest_round(dir, &l, &frames);
        f.floor[round] = ingest_floor_round(rows);
    }
    figure_print(b, &f);
    world_remove_tree(dir);
    arena_free(&a);
    frames_free(&frames);
    line_close(&l);
}

/* --- whole copies ------------------------------------------------------------------------------------------- */

/* The rows that travel as plain text, tabs between: what has to be said. ret: bytes after zlib-6 */
static inline size_t rows_deflated(struct branch *b)
{
    static const char *const queries[] = { "SELECT * FROM title", "SELECT * FROM item", "SELECT * FROM patron",
                                           "SELECT * FROM loan WHERE end_ms IS NULL",
                                           "SELECT * FROM hold WHERE state IN ('waiting', 'captured')", "SELECT * FROM rule",
                                           "SELECT * FROM closed_day", "SELECT * FROM stop", "SELECT * FROM plan", "SELECT * FROM visit" };
    struct buf text;
    buf_init(&text, 0);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct stmt *s;
        must(db_prepare(b->db, queries[i], &s));
        while (stmt_next(s) == BM_OK) {
            for (int c = 0; c < stmt_columns(s); c++) {
                const char *value = stmt_text(s, c);
                buf_puts(&text, value ? value : "");
                buf_putc(&text, '\t');
            }
            buf_putc(&text, '\n');
        }
        stmt_free(s);
    }
    must(buf_rc(&text));
    size_t packed = floor_deflate(text.data, text.len);
    buf_free(&text);
    return packed;
}

/* One copy made; then zlib-6 alone on the bytes of its file. */
static inline void snapshot_round(struct branch *b, struct figure *seconds, struct figure *bytes, int round)
{
    char path[BRANCH_PATH_MAX + SNAPSHOT_NAME_MAX + 8];
    struct snapshot_info info;
    unsigned char hash[SEAL_HASH_BYTES];
    int64_t raw_bytes, from = wall_ns();
    size_t len;
    int fd;
    must(snapshot_make(b, 0, "", &info));
    seconds->ours[round] = (double)(wall_ns() - from) / NS_PER_S;
    bytes->ours[round] = (double)info.packed_bytes;
    must(snapshot_open(b, info.name, &fd));
    snprintf(path, sizeof path, "%s/raw.db", b->dir);
    must(snapshot_unpack_file(fd, path, SNAPSHOT_RAW_MAX, hash, &raw_bytes));
    close(fd);
    if (memcmp(hash, info.hash, sizeof hash) != 0) abort();
    char *raw = bench_read_file(path, &len);
    unlink(path);
    from = wall_ns();
    (void)floor_deflate(raw, len);
    seconds->floor[round] = (double)(wall_ns() - from) / NS_PER_S;
    free(raw);
    snprintf(path, sizeof path, "%s/%s", b->dir, info.name);
    unlink(path);
}

static inline void bench_snapshot(const struct bench *b, size_t items, const char *name, const char *name_bytes)
{
    struct figure seconds = { .name = name, .unit = "s", .goal = FIGURE_NO_GOAL };
    struct figure bytes = { .name = name_bytes, .unit = "bytes", .goal = FIGURE_NO_GOAL };
    char dir[BENCH_PATH_MAX];
    struct branch branch;
    library_make(&branch, dir, items);
    double rows = (double)rows_deflated(&branch);
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        snapshot_round(&branch, &seconds, &bytes, round);
        bytes.floor[round] = rows;
    }
    figure_print(b, &seconds);
    figure_print(b, &bytes);
    branch_close(&branch);
    world_remove_tree(dir);
}

static inline void bench_snapshot_5k(const struct bench *b)
{
    bench_snapshot(b, LIBRARY_ITEMS, "snapshot_5k", "snapshot_5k_bytes");
}

static inline void bench_snapshot_100k(const struct bench *b)
{
    bench_snapshot(b, 100000, "snapshot_100k", "snapshot_100k_bytes");
}

#endif
