/* common/db.c -- see db.h. Locks and opening first, then transactions, then statements. */
#include "common/db.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/words.h"

enum {
    LENGTH_MAX = 16 << 20, /* a value; the largest stored is a snapshot's chunk */
    SQL_LENGTH_MAX = 100000,
    EXPR_DEPTH_MAX = 60,
    BUSY_MS = 10000,
    STATEMENT_NAME_MAX = 64
};

struct db_lock {
    int fd;
    int depth;
    char path[512];
};

struct stmt {
    sqlite3_stmt *s;
    struct db *db;
    const char *name; /* for messages */
    bool busy;        /* has been stepped and not reset */
};

/* What every transaction says, prepared once. */
enum frame { FRAME_BEGIN, FRAME_BEGIN_WRITE, FRAME_COMMIT, FRAMES };

struct db {
    sqlite3 *handle;
    struct db_lock *lock;
    char path[512];
    int depth;       /* nested db_begin */
    bool reading;    /* the outermost is a read transaction */
    enum bm_rc failed; /* first failure inside a nested transaction */
    bool damaged;
    uint64_t turn;    /* write transactions so far, with the one that is open */
    uint64_t whole;   /* the last one that was committed and undid nothing on the way; 0 = the last one was not */
    unsigned version; /* SQLite's data version when that one had ended */
    bool undone, unchanged; /* of the open one: a savepoint was taken back; begun where `whole` had ended */
    sqlite3_stmt *frame[FRAMES];
    struct stmt cache[SQL_COUNT];
};

/* --- faults -------------------------------------------------------------------------------------- */

static enum bm_rc fault(struct db *db, int rc, const char *doing)
{
    const char *said = db && db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(rc);
    const char *path = db ? db->path : "database";
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return err_set(BM_EBUSY, "%s is in use by another program (%s); try again", path, doing);
    case SQLITE_FULL: return err_set(BM_EFULL, "the disk under %s is full (%s); free some space and try again", path, doing);
    case SQLITE_NOMEM: return err_set(BM_ENOMEM, "out of memory (%s)", doing);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        if (db) db->damaged = true;
        return err_set(BM_ECORRUPT, "%s is damaged (%s: %s); run verify", path, doing, said);
    case SQLITE_CONSTRAINT: return err_set(BM_ECORRUPT, "%s refused a row (%s: %s)", path, doing, said);
    case SQLITE_READONLY:
    case SQLITE_PERM: return err_set(BM_EIO, "%s cannot be written (%s); look at its permissions", path, doing);
    case SQLITE_CANTOPEN: return err_set(BM_EIO, "%s cannot be opened (%s)", path, said);
    case SQLITE_TOOBIG: return err_set(BM_ELIMIT, "a value too large for %s (%s)", path, doing);
    default: break;
    }
    if (db && db->handle && sqlite3_system_errno(db->handle) == ENOSPC)
        return err_set(BM_EFULL, "the disk under %s is full (%s); free some space and try again", path, doing);
    return err_set(BM_EIO, "%s: %s (%s)", path, said, doing);
}

/* --- the lock of a data directory ---------------------------------------------------------------- */

enum bm_rc db_lock_open(const char *dir, struct db_lock **out)
{
    struct db_lock *lock = calloc(1, sizeof *lock);
    if (!lock) return err_set(BM_ENOMEM, "out of memory");
    if ((size_t)snprintf(lock->path, sizeof lock->path, "%s/lock", dir) >= sizeof lock->path) {
        free(lock);
        return err_set(BM_EUSAGE, "the path of the data directory is too long");
    }
    lock->fd = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock->fd < 0) {
        enum bm_rc rc = err_set(errno == ENOSPC ? BM_EFULL : BM_EIO, "%s: %s", lock->path, strerror(errno));
        free(lock);
        return rc;
    }
    *out = lock;
    return BM_OK;
}

void db_lock_close(struct db_lock *lock)
{
    if (!lock) return;
    bm_assert(lock->depth == 0);
    close(lock->fd);
    free(lock);
}

static enum bm_rc lock_busy(struct db_lock *lock)
{
    char who[96] = "";
    ssize_t n = pread(lock->fd, who, sizeof who - 1, 0);
    who[n > 0 ? strcspn(who, "\n") : 0] = '\0';
    return err_set(BM_EBUSY, "the data directory is in use by %s; try again when it has finished", who[0] ? who : "another program");
}

/* Mostly it says so already: then nothing is written, and the disk has nothing to keep. */
static void say_who(struct db_lock *lock)
{
    char who[96], was[96];
    int n = snprintf(who, sizeof who, "%s (process %ld)\n", program_invocation_short_name, (long)getpid());
    if (pread(lock->fd, was, (size_t)n, 0) == n && memcmp(was, who, (size_t)n) == 0) return;
    if (pwrite(lock->fd, who, (size_t)n, 0) < 0) { /* only told to people who wait: no reason to fail */ }
}

enum bm_rc db_lock_take(struct db_lock *lock, int wait_ms)
{
    if (!lock || lock->depth++ > 0) return BM_OK;
    const struct timespec nap = { .tv_nsec = 1000000 };
    for (int waited = 0; flock(lock->fd, LOCK_EX | LOCK_NB) != 0;) {
        if (errno == EINTR) continue;
        if (errno != EWOULDBLOCK || waited >= wait_ms) {
            lock->depth--;
            return errno == EWOULDBLOCK ? lock_busy(lock) : err_set(BM_EIO, "%s: %s", lock->path, strerror(errno));
        }
        if (waited == DB_LOCK_TELL_MS && isatty(STDERR_FILENO)) {
            (void)!lock_busy(lock);
            fprintf(stderr, "waiting: %s\n", err_text(BM_EBUSY));
        }
        nanosleep(&nap, NULL);
        waited++;
    }
    say_who(lock);
    return BM_OK;
}

void db_lock_give(struct db_lock *lock)
{
    if (!lock) return;
    bm_assert(lock->depth > 0);
    if (--lock->depth == 0) flock(lock->fd, LOCK_UN);
}

/* --- opening -------------------------------------------------------------------------------------- */

enum bm_rc db_exec(struct db *db, const char *sql)
{
    int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return rc ? fault(db, rc, "statement") : BM_OK;
}

static enum bm_rc add_words(struct db *db);

static void harden(sqlite3 *h)
{
    sqlite3_db_config(h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(h, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    sqlite3_db_config(h, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(h, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_limit(h, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
    sqlite3_limit(h, SQLITE_LIMIT_SQL_LENGTH, SQL_LENGTH_MAX);
    sqlite3_limit(h, SQLITE_LIMIT_EXPR_DEPTH, EXPR_DEPTH_MAX);
    sqlite3_limit(h, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_busy_timeout(h, BUSY_MS);
}

/* New files are made under EXTRA until WAL is on: under FULL a power cut can bring an old journal back
 * (facts/reliability 2). The schema and its version come in one transaction. */
static enum bm_rc set_up(struct db *db, enum db_kind kind, const char *create_sql)
{
    if (kind == DB_MEMORY) {
        enum bm_rc rc = db_exec(db, "PRAGMA foreign_keys=ON");
        return rc || !create_sql ? rc : db_exec(db, create_sql);
    }
    enum bm_rc rc = db_exec(db, "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA synchronous=EXTRA");
    if (rc) return rc;
    struct stmt *s;
    int64_t version = 0;
    if ((rc = db_prepare(db, "PRAGMA user_version", &s))) return rc;
    rc = stmt_next(s);
    if (!rc) version = stmt_int(s, 0);
    stmt_free(s);
    if (rc) return rc;
    if (version == 0) {
        if (!create_sql) return err_set(BM_ECORRUPT, "%s is not one of ours, or was cut short when it was made", db->path);
        if ((rc = db_exec(db, "PRAGMA journal_mode=WAL"))) return rc;
        if ((rc = db_exec(db, "BEGIN IMMEDIATE"))) return rc;
        rc = db_exec(db, create_sql);
        if (!rc) rc = db_exec(db, "PRAGMA user_version=1");
        if (!rc) rc = db_exec(db, "COMMIT");
        if (rc) return rc;
    }
    /* I12: what is cut or deleted does not stay behind in a page. Hardly an act deletes: no cost that could be measured. */
    rc = db_exec(db, "PRAGMA secure_delete=ON");
    if (rc) return rc;
    rc = db_exec(db, kind == DB_JOURNAL ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
    return rc ? rc : db_exec(db, "PRAGMA foreign_keys=ON");
}

enum bm_rc db_open(const char *path, enum db_kind kind, const char *create_sql, struct db_lock *lock, struct db **out)
{
    *out = NULL;
    struct db *db = calloc(1, sizeof *db);
    if (!db) return err_set(BM_ENOMEM, "out of memory");
    str_copy(db->path, sizeof db->path, path);
    db->lock = lock;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (create_sql ? SQLITE_OPEN_CREATE : 0);
    enum bm_rc rc = db_lock_take(lock, DB_LOCK_WAIT_MS);
    if (rc) goto done;
    if (!create_sql && kind != DB_MEMORY && access(path, F_OK) != 0) {
        rc = err_set(BM_ENOTFOUND, "%s is not there", path);
    } else {
        int src = sqlite3_open_v2(kind == DB_MEMORY ? ":memory:" : path, &db->handle, flags, NULL);
        if (src) rc = fault(db, src, "open");
        else harden(db->handle), rc = add_words(db);
        if (!rc) rc = set_up(db, kind, create_sql);
        if (!rc && kind != DB_MEMORY) chmod(path, 0600);
    }
    db_lock_give(lock);
done:
    if (rc) db_close(db);
    else *out = db;
    return rc;
}

void db_close(struct db *db)
{
    if (!db) return;
    for (int i = 0; i < SQL_COUNT; i++) sqlite3_finalize(db->cache[i].s);
    for (int i = 0; i < FRAMES; i++) sqlite3_finalize(db->frame[i]);
    /* The last close checkpoints, so it too belongs under the lock; if nobody lets us, the WAL simply stays. */
    bool locked = db->lock && db_lock_take(db->lock, DB_LOCK_WAIT_MS) == BM_OK;
    sqlite3_close_v2(db->handle);
    if (locked) db_lock_give(db->lock);
    free(db);
}

const char *db_path(const struct db *db)
{
    return db->path;
}

bool db_is_damaged(const struct db *db)
{
    return db->damaged;
}

/* --- transactions --------------------------------------------------------------------------------- */

/* ret: SQLite's code */
static int frame(struct db *db, enum frame which)
{
    static const char *const sql[FRAMES] = { "BEGIN", "BEGIN IMMEDIATE", "COMMIT" };
    int rc = SQLITE_OK;
    if (!db->frame[which]) rc = sqlite3_prepare_v3(db->handle, sql[which], -1, SQLITE_PREPARE_PERSISTENT, &db->frame[which], NULL);
    if (rc) return rc;
    sqlite3_step(db->frame[which]);
    return sqlite3_reset(db->frame[which]);
}

/* SQLite's own count of what it saw happen to the file, by this connection and by others (another's commit is noticed as a
 * transaction begins). ret: false = it would not say */
static bool data_version(struct db *db, unsigned *out)
{
    return sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_DATA_VERSION, out) == SQLITE_OK;
}

static void note_begun(struct db *db)
{
    unsigned version;
    db->unchanged = db->whole == db->turn && db->whole != 0 && data_version(db, &version) && version == db->version;
    db->undone = false;
    db->turn++;
}

static void note_ended(struct db *db)
{
    db->whole = !db->failed && !db->undone && data_version(db, &db->version) ? db->turn : 0;
}

static enum bm_rc begin(struct db *db, bool reading)
{
    if (db->depth > 0) {
        bm_assert(reading || !db->reading);
        db->depth++;
        return BM_OK;
    }
    enum bm_rc rc = reading ? BM_OK : db_lock_take(db->lock, DB_LOCK_WAIT_MS);
    if (rc) return rc;
    int src = frame(db, reading ? FRAME_BEGIN : FRAME_BEGIN_WRITE);
    if (src) {
        rc = fault(db, src, "begin");
        if (!reading) db_lock_give(db->lock);
        return rc;
    }
    if (!reading) note_begun(db);
    db->depth = 1;
    db->reading = reading;
    db->failed = BM_OK;
    return BM_OK;
}

enum bm_rc db_begin(struct db *db)
{
    return begin(db, false);
}

uint64_t db_turn(const struct db *db)
{
    bm_assert(db_is_writing(db));
    return db->turn;
}

bool db_is_unchanged_since(const struct db *db, uint64_t turn)
{
    return db->depth == 1 && !db->reading && db->unchanged && turn == db->whole;
}

bool db_is_writing(const struct db *db)
{
    return db->depth > 0 && !db->reading;
}

enum bm_rc db_begin_read(struct db *db)
{
    return begin(db, true);
}

enum bm_rc db_end(struct db *db, enum bm_rc rc)
{
    bm_assert(db->depth > 0);
    if (rc && !db->failed) db->failed = rc;
    if (--db->depth > 0) return rc;
    for (int i = 0; i < SQL_COUNT; i++) stmt_done(&db->cache[i]); /* an open cursor would hold the transaction */
    if (!db->failed) {
        int src = frame(db, FRAME_COMMIT);
        if (src) db->failed = rc = fault(db, src, "commit");
    }
    if (db->failed && !sqlite3_get_autocommit(db->handle)) sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    if (!db->reading) {
        note_ended(db);
        db_lock_give(db->lock);
    }
    return rc ? rc : db->failed;
}

static enum bm_rc savepoint(struct db *db, const char *verb, const char *name)
{
    char sql[STATEMENT_NAME_MAX + 32];
    snprintf(sql, sizeof sql, "%s %s", verb, name);
    return db_exec(db, sql);
}

enum bm_rc db_save(struct db *db, const char *name)
{
    bm_assert(strspn(name, "abcdefghijklmnopqrstuvwxyz_") == strlen(name));
    return savepoint(db, "SAVEPOINT", name);
}

enum bm_rc db_save_end(struct db *db, const char *name, enum bm_rc rc)
{
    if (rc) {
        for (int i = 0; i < SQL_COUNT; i++) stmt_done(&db->cache[i]);
        db->undone = true;
        enum bm_rc undo = savepoint(db, "ROLLBACK TO", name);
        if (undo) return undo;
    }
    enum bm_rc end = savepoint(db, "RELEASE", name);
    return rc ? rc : end;
}

/* --- statements ------------------------------------------------------------------------------------ */

/* Most callers name parameters in the statement's own order: look there first. ret: its number, 0 = there is none */
static int parameter(struct stmt *s, const char *name, int next)
{
    const char *there = sqlite3_bind_parameter_name(s->s, next);
    if (there && strcmp(there + 1, name) == 0) return next;
    char with_colon[STATEMENT_NAME_MAX] = ":";
    str_copy(with_colon + 1, sizeof with_colon - 1, name);
    return sqlite3_bind_parameter_index(s->s, with_colon);
}

static enum bm_rc bind(struct stmt *s, va_list ap)
{
    int next = 1;
    for (const char *name; (name = va_arg(ap, const char *)); next++) {
        int kind = va_arg(ap, int), at = parameter(s, name, next), rc;
        if (at == 0) return err_set(BM_EINTERNAL, "statement %s has no parameter %s", s->name, name);
        if (kind == 's') {
            rc = sqlite3_bind_text(s->s, at, va_arg(ap, const char *), -1, SQLITE_TRANSIENT);
        } else if (kind == 'b') {
            const void *p = va_arg(ap, const void *);
            size_t len = va_arg(ap, size_t);
            rc = p ? sqlite3_bind_blob64(s->s, at, p, len, SQLITE_TRANSIENT) : sqlite3_bind_null(s->s, at);
        } else {
            int64_t x = va_arg(ap, int64_t);
            bm_assert(kind == 'i' || kind == 'I');
            rc = kind == 'I' && x == INT64_MIN ? sqlite3_bind_null(s->s, at) : sqlite3_bind_int64(s->s, at, x);
        }
        if (rc) return fault(s->db, rc, s->name);
    }
    return BM_OK;
}

static enum bm_rc get(struct db *db, enum sql_id id, struct stmt **out, va_list ap)
{
    struct stmt *s = &db->cache[id];
    *out = NULL;
    if (!s->s) {
        int rc = sqlite3_prepare_v3(db->handle, sql_text[id], -1, SQLITE_PREPARE_PERSISTENT, &s->s, NULL);
        if (rc) return fault(db, rc, sql_name[id]);
        s->db = db;
        s->name = sql_name[id];
    }
    bm_assert(!s->busy); /* one cursor per statement at a time */
    sqlite3_reset(s->s);
    sqlite3_clear_bindings(s->s);
    enum bm_rc rc = bind(s, ap);
    if (!rc) *out = s;
    return rc;
}

enum bm_rc db_get(struct db *db, enum sql_id id, struct stmt **out, ...)
{
    va_list ap;
    va_start(ap, out);
    enum bm_rc rc = get(db, id, out, ap);
    va_end(ap);
    return rc;
}

enum bm_rc stmt_next(struct stmt *s)
{
    s->busy = true;
    int rc = sqlite3_step(s->s);
    if (rc == SQLITE_ROW) return BM_OK;
    enum bm_rc bad = rc == SQLITE_DONE ? BM_ENOTFOUND : fault(s->db, rc, s->name);
    stmt_done(s);
    return bad;
}

void stmt_done(struct stmt *s)
{
    if (!s || !s->busy) return;
    sqlite3_reset(s->s);
    s->busy = false;
}

int64_t stmt_int_or(struct stmt *s, int column, int64_t other)
{
    return sqlite3_column_type(s->s, column) == SQLITE_NULL ? other : sqlite3_column_int64(s->s, column);
}

int64_t stmt_int(struct stmt *s, int column)
{
    return stmt_int_or(s, column, INT64_MIN);
}

const char *stmt_text(struct stmt *s, int column)
{
    return (const char *)sqlite3_column_text(s->s, column);
}

const void *stmt_blob(struct stmt *s, int column, size_t *len)
{
    const void *p = sqlite3_column_blob(s->s, column);
    *len = (size_t)sqlite3_column_bytes(s->s, column);
    return p;
}

char *stmt_copy(struct stmt *s, int column, struct arena *a)
{
    return arena_strdup(a, stmt_text(s, column));
}

int stmt_columns(struct stmt *s)
{
    return sqlite3_column_count(s->s);
}

char stmt_kind(struct stmt *s, int column)
{
    switch (sqlite3_column_type(s->s, column)) {
    case SQLITE_INTEGER: return 'i';
    case SQLITE_NULL: return 'n';
    case SQLITE_BLOB: return 'b';
    default: return 's';
    }
}

static enum bm_rc run_once(struct stmt *s)
{
    enum bm_rc rc = stmt_next(s);
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc db_run(struct db *db, enum sql_id id, ...)
{
    struct stmt *s;
    va_list ap;
    va_start(ap, id);
    enum bm_rc rc = get(db, id, &s, ap);
    va_end(ap);
    return rc ? rc : run_once(s);
}

bool db_changed(const struct db *db)
{
    return sqlite3_changes(db->handle) > 0;
}

enum bm_rc db_int(struct db *db, enum sql_id id, int64_t *out, ...)
{
    struct stmt *s;
    va_list ap;
    va_start(ap, out);
    enum bm_rc rc = get(db, id, &s, ap);
    va_end(ap);
    if (!rc) rc = stmt_next(s);
    if (!rc) *out = stmt_int(s, 0), stmt_done(s);
    return rc;
}

enum bm_rc db_prepare(struct db *db, const char *sql, struct stmt **out)
{
    *out = calloc(1, sizeof **out);
    if (!*out) return err_set(BM_ENOMEM, "out of memory");
    (*out)->db = db;
    (*out)->name = "made statement";
    int rc = sqlite3_prepare_v2(db->handle, sql, -1, &(*out)->s, NULL);
    if (!rc) return BM_OK;
    free(*out);
    *out = NULL;
    return fault(db, rc, sql);
}

void stmt_free(struct stmt *s)
{
    if (!s) return;
    sqlite3_finalize(s->s);
    free(s);
}

enum bm_rc stmt_bind_text(struct stmt *s, int at, const char *text)
{
    int rc = sqlite3_bind_text(s->s, at, text, -1, SQLITE_TRANSIENT);
    return rc ? fault(s->db, rc, s->name) : BM_OK;
}

enum bm_rc stmt_bind_int(struct stmt *s, int at, int64_t x)
{
    int rc = sqlite3_bind_int64(s->s, at, x);
    return rc ? fault(s->db, rc, s->name) : BM_OK;
}

/* --- whole files ------------------------------------------------------------------------------------ */

static enum bm_rc sync_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int bad = fd < 0 || fsync(fd) != 0;
    int why = errno;
    if (fd >= 0) close(fd);
    return bad ? err_set(why == ENOSPC ? BM_EFULL : BM_EIO, "%s: %s", path, strerror(why)) : BM_OK;
}

enum bm_rc db_copy_to(struct db *db, const char *path)
{
    struct db copy = { 0 };
    str_copy(copy.path, sizeof copy.path, path);
    int rc = sqlite3_open_v2(path, &copy.handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    sqlite3_backup *backup = rc ? NULL : sqlite3_backup_init(copy.handle, "main", db->handle, "main");
    if (!rc && !backup) rc = sqlite3_errcode(copy.handle);
    if (backup) {
        rc = sqlite3_backup_step(backup, -1);
        sqlite3_backup_finish(backup);
        rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
    }
    enum bm_rc bad = rc ? fault(&copy, rc, "copy") : BM_OK;
    sqlite3_close_v2(copy.handle);
    return bad ? bad : sync_file(path);
}

enum bm_rc db_quick_check(struct db *db)
{
    struct stmt *s;
    enum bm_rc rc = db_prepare(db, "PRAGMA quick_check(1)", &s);
    if (rc) return rc;
    rc = stmt_next(s);
    if (!rc && !str_eq(stmt_text(s, 0), "ok")) rc = err_set(BM_ECORRUPT, "%s is damaged: %s", db->path, stmt_text(s, 0));
    stmt_free(s);
    return rc;
}

enum bm_rc db_checkpoint(struct db *db)
{
    enum bm_rc rc = db_lock_take(db->lock, DB_LOCK_WAIT_MS);
    if (rc) return rc;
    int src = sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (src) rc = fault(db, src, "checkpoint");
    db_lock_give(db->lock);
    return rc;
}

/* bm_words(name): what a name is found by, as a JSON array. For triggers, hence innocuous: it reads nothing but its argument. */
static void sql_words(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    struct words words;
    char json[WORDS_BYTES_MAX + 4 * WORDS_MAX];
    size_t at = 0;
    (void)argc;
    const char *name = (const char *)sqlite3_value_text(argv[0]);
    words_of_name(name ? name : "", &words);
    json[at++] = '[';
    for (size_t i = 0; i < words.count; i++) /* letters and digits: nothing to escape */
        at += (size_t)snprintf(json + at, sizeof json - at, "%s\"%s\"", i ? "," : "", words.list[i]);
    json[at++] = ']';
    sqlite3_result_text(ctx, json, (int)at, SQLITE_TRANSIENT);
}

static enum bm_rc add_words(struct db *db)
{
    int flags = SQLITE_UTF8 | SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC;
    int rc = sqlite3_create_function_v2(db->handle, "bm_words", 1, flags, NULL, sql_words, NULL, NULL, NULL);
    return rc ? fault(db, rc, "bm_words") : BM_OK;
}

static void sql_tag(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    (void)argc;
    (void)argv;
    int64_t tag;
    if (env_random(sqlite3_user_data(ctx), &tag, sizeof tag)) sqlite3_result_error(ctx, "no randomness", -1);
    else sqlite3_result_int64(ctx, tag);
}

enum bm_rc db_add_tag(struct db *db, struct env *env)
{
    int rc = sqlite3_create_function_v2(db->handle, "bm_tag", 0, SQLITE_UTF8 | SQLITE_INNOCUOUS, env, sql_tag, NULL, NULL, NULL);
    return rc ? fault(db, rc, "bm_tag") : BM_OK;
}
