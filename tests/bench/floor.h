/* tests/bench/floor.h -- the least that could do the same: bare SQLite, bare zlib, a bare hash table.
 * Floor:      tests. Uses sqlite3, zlib.
 * Owns:       a connection, from floor_open to floor_close.
 * Invariants: the same safety as ours: WAL, synchronous=FULL, one durable commit where ours has one.
 * Threads:    one. */
#ifndef BM_BENCH_FLOOR_H
#define BM_BENCH_FLOOR_H

#include <sqlite3.h>
#include <zlib.h>

#include "tests/bench/bench.h"

/* What one act leaves in a journal. */
struct floor_row {
    unsigned char hash[JOURNAL_HASH];
    const char *body, *req, *answer; /* NULL where ours has none */
};

struct floor_db {
    sqlite3 *handle;
    sqlite3_stmt *insert;
};

#define SQLITE_MUST(x) ((x) == SQLITE_OK ? (void)0 : abort())

static inline void floor_open(struct floor_db *f, const char *dir, const char *name)
{
    char path[BENCH_PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    SQLITE_MUST(sqlite3_open(path, &f->handle));
    SQLITE_MUST(sqlite3_exec(f->handle,
                             "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                             "CREATE TABLE entry(seq INTEGER PRIMARY KEY, hash BLOB, body TEXT, req TEXT, answer TEXT)",
                             NULL, NULL, NULL));
    SQLITE_MUST(sqlite3_prepare_v2(f->handle, "INSERT INTO entry(hash, body, req, answer) VALUES(?1, ?2, ?3, ?4)", -1, &f->insert, NULL));
}

static inline void floor_close(struct floor_db *f)
{
    sqlite3_finalize(f->insert);
    sqlite3_close(f->handle);
}

/* Outside a transaction this is one durable commit. */
static inline void floor_insert(struct floor_db *f, const struct floor_row *row)
{
    sqlite3_bind_blob(f->insert, 1, row->hash, sizeof row->hash, SQLITE_STATIC);
    sqlite3_bind_text(f->insert, 2, row->body, -1, SQLITE_STATIC);
    sqlite3_bind_text(f->insert, 3, row->req, -1, SQLITE_STATIC);
    sqlite3_bind_text(f->insert, 4, row->answer, -1, SQLITE_STATIC);
    if (sqlite3_step(f->insert) != SQLITE_DONE) abort();
    SQLITE_MUST(sqlite3_reset(f->insert));
}

/* Rows in a number of commits. ret: seconds */
static inline double floor_insert_all(struct floor_db *f, const struct floor_row *rows, size_t count, size_t commits)
{
    int64_t from = wall_ns();
    for (size_t c = 0; c < commits; c++) {
        SQLITE_MUST(sqlite3_exec(f->handle, "BEGIN IMMEDIATE", NULL, NULL, NULL));
        for (size_t i = count * c / commits; i < count * (c + 1) / commits; i++) floor_insert(f, &rows[i]);
        SQLITE_MUST(sqlite3_exec(f->handle, "COMMIT", NULL, NULL, NULL));
    }
    return (double)(wall_ns() - from) / NS_PER_S;
}

/* The newest `count` rows of a journal, oldest first. */
static inline struct floor_row *floor_rows_of(struct db *db, size_t count, struct arena *a)
{
    struct stmt *s;
    struct floor_row *rows = ARENA_NEWS(a, struct floor_row, count);
    size_t left = count, len;
    must(db_prepare(db, "SELECT e.hash, e.body, r.req, r.answer FROM (SELECT dev, ep, seq, hash, body FROM entry WHERE row = 0 "
                        "ORDER BY seq DESC LIMIT ?1) e LEFT JOIN request r ON r.dev = e.dev AND r.ep = e.ep AND r.seq = e.seq "
                        "ORDER BY e.seq DESC", &s));
    must(stmt_bind_int(s, 1, (int64_t)count));
    while (rows && left > 0 && stmt_next(s) == BM_OK) {
        struct floor_row *row = &rows[--left];
        const void *hash = stmt_blob(s, 0, &len);
        if (len == sizeof row->hash) memcpy(row->hash, hash, len);
        row->body = stmt_copy(s, 1, a);
        row->req = stmt_copy(s, 2, a);
        row->answer = stmt_copy(s, 3, a);
    }
    stmt_free(s);
    if (!rows || left > 0) abort();
    return rows;
}

/* zlib-6 of some bytes. ret: how many come out */
static inline size_t floor_deflate(const void *bytes, size_t len)
{
    uLongf packed = compressBound(len);
    unsigned char *out = malloc(packed);
    if (!out || compress2(out, &packed, bytes, len, 6) != Z_OK) abort();
    free(out);
    return packed;
}

#endif
