/* common/db.h -- the only door to SQLite.
 * Floor:   common. Uses err, mem, env; alone includes sqlite3.h.
 * Owns:    a connection, its prepared statements, and the data directory's lock while it writes.
 * Invariants: DESIGN 10 (one lock, creation order, synchronous levels), facts/reliability 3 (hardening).
 * Threads: a handle belongs to one thread at a time.
 *
 * Statements live in schema/ as `-- name: WORDS` followed by one SQL statement; the build makes `enum sql_id`
 * (SQL_WORDS) and their text. Parameters are bound by name, in the statement's own order of use here:
 *     rc = db_run(db, SQL_LOAN_END, "item", 's', item, "at", 'i', at_ms, NULL);           */
#ifndef BM_DB_H
#define BM_DB_H

#include "common/env.h"
#include "common/mem.h"
#include "sql.h" /* generated from schema/ */

struct db;

enum db_kind {
    DB_JOURNAL, /* precious: EXTRA until WAL is on, then synchronous=FULL */
    DB_REPLICA, /* derived: synchronous=NORMAL */
    DB_MEMORY   /* tests: no file */
};

/* The lock of a data directory: flock(DIR/lock), one per process and directory, shared by its handles.
 * dir NULL: no lock (memory). */
struct db_lock;
BM_MUST_CHECK enum bm_rc db_lock_open(const char *dir, struct db_lock **out);
void db_lock_close(struct db_lock *lock);
/* Take and give back; nests. Waits up to wait_ms, then BM_EBUSY naming who holds it (pid, program). */
BM_MUST_CHECK enum bm_rc db_lock_take(struct db_lock *lock, int wait_ms);
void db_lock_give(struct db_lock *lock);
enum { DB_LOCK_WAIT_MS = 30000, DB_LOCK_TELL_MS = 2000 };

/* Open, creating it if create_sql (a schema file's text: SQL_FILE_x of sql.h) is given and the file is new.
 * ret: BM_OK | BM_ENOTFOUND no such file (create_sql NULL) | BM_EIO | BM_ECORRUPT | BM_EFULL | BM_EBUSY */
BM_MUST_CHECK enum bm_rc db_open(const char *path, enum db_kind kind, const char *create_sql, struct db_lock *lock,
                                 struct db **out);
void db_close(struct db *db); /* NULL is fine */
const char *db_path(const struct db *db);
bool db_is_damaged(const struct db *db); /* has SQLite said so since it was opened? then BM_ECORRUPT is the file's fault */

/* A write transaction: takes the directory's lock, BEGIN IMMEDIATE. Nests by counting.
 * db_end: commit if rc is BM_OK, else roll back; the outermost ends it. ret: rc, or the commit's own failure. */
BM_MUST_CHECK enum bm_rc db_begin(struct db *db);
BM_MUST_CHECK enum bm_rc db_end(struct db *db, enum bm_rc rc);
bool db_is_writing(const struct db *db); /* inside a write transaction? */
/* The number of the write transaction that we are in: this handle counts them from 1. */
uint64_t db_turn(const struct db *db);
/* In the outermost write transaction: does the file hold exactly what it held at the end of this handle's transaction `turn`?
 * Yes only if that one was its last, was committed, undid nothing on the way (db_save_end), and nobody has written since: no
 * other connection, and no statement of this handle outside a transaction. Then what was known at its end still stands. */
bool db_is_unchanged_since(const struct db *db, uint64_t turn);
/* A read transaction: one consistent view, no lock. End with db_end. */
BM_MUST_CHECK enum bm_rc db_begin_read(struct db *db);
/* Inside a transaction: keep (BM_OK) or undo what was done since. */
BM_MUST_CHECK enum bm_rc db_save(struct db *db, const char *name);
BM_MUST_CHECK enum bm_rc db_save_end(struct db *db, const char *name, enum bm_rc rc);

/* A row under a cursor. One cursor per statement at a time; db_get finds it in its cache.
 * Binding: name, kind, value triples ended by NULL. Kinds: 's' const char * (NULL binds NULL), 'i' int64_t,
 * 'I' int64_t where ENTRY_NONE (INT64_MIN) binds NULL, 'b' const void *, size_t. */
struct stmt;
BM_MUST_CHECK enum bm_rc db_get(struct db *db, enum sql_id id, struct stmt **out, ...);
/* Next row. ret: BM_OK a row is there | BM_ENOTFOUND no more (the statement is reset) | a fault */
BM_MUST_CHECK enum bm_rc stmt_next(struct stmt *s);
void stmt_done(struct stmt *s); /* reset early; NULL is fine */
int64_t stmt_int(struct stmt *s, int column);               /* NULL reads as ENTRY_NONE (INT64_MIN) */
int64_t stmt_int_or(struct stmt *s, int column, int64_t other);
const char *stmt_text(struct stmt *s, int column);          /* NULL if NULL; lasts until the next step */
const void *stmt_blob(struct stmt *s, int column, size_t *len);
char *stmt_copy(struct stmt *s, int column, struct arena *a); /* NULL if NULL (or out of memory) */
int stmt_columns(struct stmt *s);
/* 'i' 's' 'b' or 'n' (NULL) */
char stmt_kind(struct stmt *s, int column);

/* Run a statement that returns no row. */
BM_MUST_CHECK enum bm_rc db_run(struct db *db, enum sql_id id, ...);
/* Did the last db_run change, add or delete a row itself (not a trigger of it)? */
bool db_changed(const struct db *db);
/* First column of the first row as integer. ret: BM_OK | BM_ENOTFOUND | a fault */
BM_MUST_CHECK enum bm_rc db_int(struct db *db, enum sql_id id, int64_t *out, ...);
/* SQL of our own making (schema text, pragmas, generated statements): never with outside text in it. */
BM_MUST_CHECK enum bm_rc db_exec(struct db *db, const char *sql);
BM_MUST_CHECK enum bm_rc db_prepare(struct db *db, const char *sql, struct stmt **out); /* free with stmt_free */
void stmt_free(struct stmt *s);
BM_MUST_CHECK enum bm_rc stmt_bind_text(struct stmt *s, int at, const char *text);
BM_MUST_CHECK enum bm_rc stmt_bind_int(struct stmt *s, int at, int64_t x);

/* Copy the whole database to a new file (fsynced), or check it ("ok"). */
BM_MUST_CHECK enum bm_rc db_copy_to(struct db *db, const char *path);
BM_MUST_CHECK enum bm_rc db_quick_check(struct db *db);
BM_MUST_CHECK enum bm_rc db_checkpoint(struct db *db); /* under the lock */
/* Give SQL the function bm_tag(): a random 64-bit number from env (feed revisions). */
BM_MUST_CHECK enum bm_rc db_add_tag(struct db *db, struct env *env);

#endif
