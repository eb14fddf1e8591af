/* tests/unit/test_db.c -- the one door to SQLite: statements, files, locks, transactions,
 * damage and full disks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/db.h"

/* --- a directory of its own for each test ------------------------------------------------- */

struct place {
    char dir[64], path[96];
    bool mounted; /* a small disk of its own */
};

static int open_place(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    if (!p) return -1;
    str_copy(p->dir, sizeof p->dir, "/tmp/bm-test-db-XXXXXX");
    if (!mkdtemp(p->dir)) return -1;
    snprintf(p->path, sizeof p->path, "%s/journal.db", p->dir);
    *state = p;
    return 0;
}

static int close_place(void **state)
{
    struct place *p = *state;
    static const char *const names[] = { "journal.db", "journal.db-wal", "journal.db-shm",
                                         "copy.db", "lock" };
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", p->dir, names[i]);
        unlink(path);
    }
    if (p->mounted) umount2(p->dir, MNT_DETACH);
    int bad = rmdir(p->dir);
    free(p);
    return bad;
}

static void ok(enum bm_rc rc)
{
    if (rc) fail_msg("%s: %s", err_name(rc), err_text(rc));
}

static struct db *open_journal(const struct place *p, struct db_lock *lock)
{
    struct db *db;
    ok(db_open(p->path, DB_JOURNAL, SQL_FILE_JOURNAL, lock, &db));
    return db;
}

static void put(struct db *db, const char *key, const char *value)
{
    ok(db_run(db, SQL_META_SET, "key", 's', key, "value", 's', value, NULL));
}

static bool has(struct db *db, const char *key)
{
    struct stmt *s;
    ok(db_get(db, SQL_META_GET, &s, "key", 's', key, NULL));
    enum bm_rc rc = stmt_next(s);
    stmt_done(s);
    if (rc && rc != BM_ENOTFOUND) ok(rc);
    return rc == BM_OK;
}

/* The first value of a statement of our own, as text in `out`. */
static const char *value(struct db *db, const char *sql, char *out, size_t size)
{
    struct stmt *s;
    ok(db_prepare(db, sql, &s));
    ok(stmt_next(s));
    str_copy(out, size, stmt_text(s, 0) ? stmt_text(s, 0) : "NULL");
    stmt_free(s);
    return out;
}

static int64_t number(struct db *db, const char *sql)
{
    char text[32];
    int64_t x = -1;
    assert_true(str_to_i64(value(db, sql, text, sizeof text), INT64_MIN, INT64_MAX, &x));
    return x;
}

/* --- statements --------------------------------------------------------------------------- */

static const char *const schemas[] = {
    SQL_FILE_JOURNAL, SQL_FILE_CIRCULATION, SQL_FILE_BRANCH, SQL_FILE_REPLICA,
#ifdef SQL_FILE_CATALOG
    SQL_FILE_CATALOG,
#endif
#ifdef SQL_FILE_GPS
    SQL_FILE_GPS,
#endif
#ifdef SQL_FILE_FEED
    SQL_FILE_FEED,
#endif
#ifdef SQL_FILE_REPORT
    SQL_FILE_REPORT,
#endif
#ifdef SQL_FILE_STAFF
    SQL_FILE_STAFF,
#endif
};

static struct db *open_all(struct env *env)
{
    struct db *db;
    ok(db_open(":memory:", DB_MEMORY, NULL, NULL, &db));
    env_made(env, 1, 1000, 1000);
    ok(db_add_tag(db, env));
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) ok(db_exec(db, schemas[i]));
    return db;
}

static void test_db_every_embedded_statement_prepares(void **state)
{
    (void)state;
    struct env env;
    struct db *db = open_all(&env);
    int bad = 0;
    for (int i = 0; i < SQL_COUNT; i++) {
        struct stmt *s;
        enum bm_rc rc = db_prepare(db, sql_text[i], &s);
        if (rc)
            print_error("%s: %s\n", sql_name[i], err_text(rc)), bad++;
        else
            stmt_free(s);
    }
    assert_int_equal(bad, 0);
    assert_true(SQL_COUNT > 100);
    db_close(db);
}

/* Does SQLite fill a table or a sorter of its own for a statement? That costs more than most statements themselves. */
static bool makes_a_table(struct db *db, enum sql_id id)
{
    char sql[4096];
    struct stmt *s;
    bool makes = false;
    snprintf(sql, sizeof sql, "EXPLAIN %s", sql_text[id]);
    ok(db_prepare(db, sql, &s));
    while (stmt_next(s) == BM_OK) {
        const char *does = stmt_text(s, 1);
        makes |= strcmp(does, "OpenEphemeral") == 0 || strcmp(does, "SorterOpen") == 0 || strcmp(does, "OpenAutoindex") == 0;
    }
    stmt_free(s);
    return makes;
}

/* What each loan and return asks and writes goes by keys and indexes alone. (CHECK(x IN (...)) with three words is a table
 * filled at each row.) */
static void test_db_acts_fill_no_table_on_the_way(void **state)
{
    static const enum sql_id asked[] = {
        SQL_META_GET, SQL_EPOCH_GET, SQL_EPOCH_HEAD, SQL_ENTRY_ADD, SQL_ENTRY_GET, SQL_REQUEST_GET, SQL_REQUEST_ADD, SQL_CLOCK_ADD,
        SQL_STATE_GET, SQL_STATE_APPLIED, SQL_VISIT_OPEN_OF_DEV, SQL_PATRON_GET, SQL_PATRON_NEWER_CARD, SQL_LOANS_OPEN_COUNT,
        SQL_LOANS_OPEN_OF_TYPE, SQL_LOANS_OVERDUE_COUNT, SQL_BALANCE_OF_ACCOUNT, SQL_TITLE_GET, SQL_ITEM_GET, SQL_ITEM_RULED_BY,
        SQL_ITEM_STATE, SQL_ITEM_PUT, SQL_ITEMS_OF_TITLE, SQL_LOAN_GET, SQL_LOAN_ADD, SQL_LOAN_STATE, SQL_HOLD_GET, SQL_HOLD_PUT,
        SQL_HOLDS_LIVE_OF_TITLE, SQL_HOLD_OF_ITEM_TITLE, SQL_CHARGES_OF_ITEM, SQL_CHARGE_PUT, SQL_EXCEPTIONS_PENDING,
        SQL_EXCEPTION_PUT, SQL_SUSPENSIONS_FROM, SQL_PLANS_OF_STOP,
    };
    struct env env;
    struct db *db = open_all(&env);
    int bad = 0;
    (void)state;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        if (makes_a_table(db, asked[i])) print_error("%s fills a table\n", sql_name[asked[i]]), bad++;
    assert_int_equal(bad, 0);
    assert_true(makes_a_table(db, SQL_EPOCH_LIST)); /* the test can tell */
    db_close(db);
}

/* The index is kept by triggers; a handle hardened too far refuses them. */
static void test_db_hardening_leaves_the_search_index_working(void **state)
{
    (void)state;
    struct env env;
    struct db *db = open_all(&env);
    for (int i = 0; i < 2; i++) { /* put in, then changed */
        ok(db_run(db, SQL_TITLE_TEXT_OUT, "key", 's', "t1", NULL));
        ok(db_run(db, SQL_TITLE_PUT, "key", 's', "t1", "name", 's', i ? "Tea" : "Tiger",
                  "author", 's', "Kerr", "isbn", 's', "", "itype", 's', NULL, "callno", 's',
                  NULL, "detail", 's', "", "src_t", 'i', (int64_t)1, "src", 's', "b.1.1",
                  NULL));
        ok(db_run(db, SQL_TITLE_TEXT_IN, "key", 's', "t1", NULL));
    }
    assert_int_equal(number(db, "SELECT count(*) FROM title_text WHERE title_text MATCH 'tea'"),
                     1);
    assert_int_equal(
        number(db, "SELECT count(*) FROM title_text WHERE title_text MATCH 'tiger'"), 0);
    ok(db_run(db, SQL_TITLE_TEXT_OUT, "key", 's', "t1", NULL));
    ok(db_run(db, SQL_TITLE_DELETE, "key", 's', "t1", NULL));
    assert_int_equal(number(db, "SELECT count(*) FROM title_text WHERE title_text MATCH 'tea'"),
                     0);
    db_close(db);
}

static void test_db_a_parameter_that_is_not_there_is_refused(void **state)
{
    (void)state;
    struct env env;
    struct db *db = open_all(&env);
    struct stmt *s;
    assert_int_equal(db_get(db, SQL_META_GET, &s, "clef", 's', "x", NULL), BM_EINTERNAL);
    assert_null(s);
    assert_non_null(strstr(err_text(BM_EINTERNAL), "META_GET has no parameter clef"));
    assert_int_equal(db_run(db, SQL_META_SET, "key", 's', "k", "valeu", 's', "v", NULL),
                     BM_EINTERNAL);
    assert_false(has(db, "k"));
    put(db, "k", "v"); /* the statement is usable afterwards */
    assert_true(has(db, "k"));
    db_close(db);
}

static void test_db_values_come_back_as_they_were_bound(void **state)
{
    (void)state;
    struct env env;
    struct db *db = open_all(&env);
    static const unsigned char hash[32] = { 1, 0, 255 };
    struct stmt *s;
    size_t len = 0;
    ok(db_run(db, SQL_EPOCH_ADD, "dev", 's', "van", "ep", 's', "0123456789abcdef", "parent",
              's', NULL, "parent_seq", 'i', INT64_MAX, "first_seq", 'i', (int64_t)-1,
              "head_seq", 'i', (int64_t)0, "head_hash", 'b', (const void *)hash, sizeof hash,
              "head_t", 'i', (int64_t)7, NULL));
    ok(db_get(db, SQL_EPOCH_GET, &s, "dev", 's', "van", "ep", 's', "0123456789abcdef", NULL));
    ok(stmt_next(s));
    assert_int_equal(stmt_kind(s, 0), 'n');
    assert_null(stmt_text(s, 0));
    assert_int_equal(stmt_int(s, 0), INT64_MIN);
    assert_int_equal(stmt_int_or(s, 0, 5), 5);
    assert_int_equal(stmt_int(s, 1), INT64_MAX);
    assert_int_equal(stmt_int(s, 2), -1);
    assert_int_equal(stmt_kind(s, 4), 'b');
    assert_memory_equal(stmt_blob(s, 4, &len), hash, sizeof hash);
    assert_int_equal(len, sizeof hash);
    assert_int_equal(stmt_next(s), BM_ENOTFOUND);
    /* A row that breaks the table's rules is refused. */
    assert_int_equal(db_run(db, SQL_EPOCH_ADD, "dev", 's', "van", "ep", 's', "short", "parent",
                            's', NULL, "parent_seq", 'i', (int64_t)0, "first_seq", 'i',
                            (int64_t)0, "head_seq", 'i', (int64_t)0, "head_hash", 'b',
                            (const void *)hash, sizeof hash, "head_t", 'i', (int64_t)7, NULL),
                     BM_ECORRUPT);
    db_close(db);
}

static void test_db_tags_are_random_and_follow_the_world(void **state)
{
    (void)state;
    struct env env;
    struct db *db = open_all(&env);
    int64_t a = number(db, "SELECT bm_tag()"), b = number(db, "SELECT bm_tag()");
    assert_true(a != b);
    db_close(db);
    db = open_all(&env);
    assert_int_equal(number(db, "SELECT bm_tag()"), a);
    db_close(db);
}

/* --- files -------------------------------------------------------------------------------- */

static void test_db_a_new_file_is_made_whole_and_opens_again(void **state)
{
    struct place *p = *state;
    struct db *db;
    char text[32];
    assert_int_equal(db_open(p->path, DB_JOURNAL, NULL, NULL, &db), BM_ENOTFOUND);
    assert_null(db);
    assert_int_not_equal(access(p->path, F_OK), 0);
    db = open_journal(p, NULL);
    assert_string_equal(value(db, "PRAGMA journal_mode", text, sizeof text), "wal");
    assert_int_equal(number(db, "PRAGMA user_version"), 1);
    assert_int_equal(number(db, "PRAGMA synchronous"), 2);
    assert_int_equal(number(db, "PRAGMA foreign_keys"), 1);
    struct stat st;
    assert_int_equal(stat(p->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    put(db, "k", "v");
    db_close(db);
    db = open_journal(p, NULL); /* not made a second time */
    assert_true(has(db, "k"));
    db_close(db);
    ok(db_open(p->path, DB_REPLICA, NULL, NULL, &db));
    assert_int_equal(number(db, "PRAGMA synchronous"), 1);
    assert_string_equal(db_path(db), p->path);
    db_close(db);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void test_db_files_that_are_not_ours_are_refused(void **state)
{
    struct place *p = *state;
    struct db *db;
    write_file(p->path, "");
    assert_int_equal(db_open(p->path, DB_JOURNAL, NULL, NULL, &db),
                     BM_ECORRUPT); /* cut short when it was made */
    char text[4096];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    write_file(p->path, text);
    assert_int_equal(db_open(p->path, DB_JOURNAL, SQL_FILE_JOURNAL, NULL, &db), BM_ECORRUPT);
    assert_null(db);
    char deeper[160];
    snprintf(deeper, sizeof deeper, "%s/no/such/journal.db", p->dir);
    assert_int_equal(db_open(deeper, DB_JOURNAL, SQL_FILE_JOURNAL, NULL, &db), BM_EIO);
}

static void test_db_a_schema_that_fails_leaves_nothing_half_made(void **state)
{
    struct place *p = *state;
    struct db *db;
    assert_int_not_equal(db_open(p->path, DB_JOURNAL,
                                 "CREATE TABLE a(b INTEGER) STRICT; CREATE TABLE oops(", NULL,
                                 &db),
                         BM_OK);
    db = open_journal(p, NULL); /* as if new */
    assert_int_equal(number(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'a'"), 0);
    put(db, "k", "v");
    db_close(db);
}

static void fill(struct db *db, int count)
{
    char key[16], text[201];
    memset(text, 'x', 200);
    text[200] = '\0';
    ok(db_begin(db));
    for (int i = 0; i < count; i++) {
        snprintf(key, sizeof key, "%06d", i);
        put(db, key, text);
    }
    ok(db_end(db, BM_OK));
}

static void test_db_copy_is_whole_and_stands_alone(void **state)
{
    struct place *p = *state;
    struct db *db = open_journal(p, NULL), *copy;
    char path[96];
    snprintf(path, sizeof path, "%s/copy.db", p->dir);
    fill(db, 500);
    ok(db_copy_to(db, path));
    put(db, "later", "v");
    ok(db_open(path, DB_REPLICA, NULL, NULL, &copy));
    ok(db_quick_check(copy));
    assert_int_equal(number(copy, "SELECT count(*) FROM meta"), 500);
    assert_false(has(copy, "later"));
    db_close(copy);
    db_close(db);
    char wal[112]; /* remove what the copy's handle left */
    snprintf(wal, sizeof wal, "%s-wal", path);
    unlink(wal);
    snprintf(wal, sizeof wal, "%s-shm", path);
    unlink(wal);
}

static void test_db_damage_is_found(void **state)
{
    struct place *p = *state;
    struct db *db = open_journal(p, NULL);
    fill(db, 3000);
    ok(db_quick_check(db));
    ok(db_checkpoint(db));
    db_close(db);
    int fd = open(p->path, O_WRONLY);
    unsigned char noise[2048];
    memset(noise, 0xA5, sizeof noise);
    for (off_t page = 20; page < 60; page += 10)
        assert_int_equal(pwrite(fd, noise, sizeof noise, page * 4096), sizeof noise);
    close(fd);
    ok(db_open(p->path, DB_JOURNAL, NULL, NULL, &db));
    assert_int_equal(db_quick_check(db), BM_ECORRUPT);
    assert_non_null(strstr(err_text(BM_ECORRUPT), p->path));
    db_close(db);
}

/* --- locks -------------------------------------------------------------------------------- */

static void test_db_two_processes_do_not_write_at_once(void **state)
{
    struct place *p = *state;
    int ready[2], go[2];
    char byte = 'x', mine[64];
    assert_int_equal(pipe(ready) | pipe(go), 0);
    pid_t child = fork();
    if (child == 0) { /* holds the lock until told */
        struct db_lock *lock;
        bool held = db_lock_open(p->dir, &lock) == BM_OK && db_lock_take(lock, 1000) == BM_OK;
        if (write(ready[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 1) held = false;
        _exit(held ? 0 : 1); /* killed or ended: the lock goes with the process */
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    struct db_lock *lock;
    ok(db_lock_open(p->dir, &lock));
    assert_int_equal(db_lock_take(lock, 20), BM_EBUSY);
    snprintf(mine, sizeof mine, "(process %ld)", (long)child);
    assert_non_null(strstr(err_text(BM_EBUSY), mine));
    assert_int_equal(write(go[1], &byte, 1), 1);
    ok(db_lock_take(lock, 5000));
    db_lock_give(lock);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    db_lock_close(lock);
    for (int i = 0; i < 2; i++) close(ready[i]), close(go[i]);
}

static bool is_free(const struct place *p)
{
    struct db_lock *other; /* a second open file is a stranger to flock, even in one process */
    ok(db_lock_open(p->dir, &other));
    enum bm_rc rc = db_lock_take(other, 0);
    if (!rc) db_lock_give(other);
    db_lock_close(other);
    return rc == BM_OK;
}

static void test_db_lock_is_held_for_a_write_transaction_and_no_longer(void **state)
{
    struct place *p = *state;
    struct db_lock *lock;
    ok(db_lock_open(p->dir, &lock));
    struct db *db = open_journal(p, lock);
    assert_true(is_free(p));
    ok(db_begin(db));
    assert_false(is_free(p));
    ok(db_begin(db));
    ok(db_end(db, BM_OK));
    assert_false(is_free(p));
    ok(db_end(db, BM_OK));
    assert_true(is_free(p));
    ok(db_begin(db));
    assert_int_equal(db_end(db, BM_EREFUSED), BM_EREFUSED);
    assert_true(is_free(p));
    ok(db_begin_read(db)); /* who only reads hinders nobody */
    assert_true(is_free(p));
    ok(db_end(db, BM_OK));
    ok(db_lock_take(lock, 0)); /* nests with a transaction inside */
    ok(db_begin(db));
    ok(db_end(db, BM_OK));
    assert_false(is_free(p));
    db_lock_give(lock);
    assert_true(is_free(p));
    db_close(db);
    db_lock_close(lock);
}

/* --- transactions ------------------------------------------------------------------------- */

static void test_db_a_nested_failure_rolls_back_the_whole(void **state)
{
    struct place *p = *state;
    struct db *db = open_journal(p, NULL);
    ok(db_begin(db));
    put(db, "outer", "v");
    ok(db_begin(db));
    put(db, "inner", "v");
    assert_int_equal(db_end(db, BM_ELIMIT), BM_ELIMIT);
    assert_int_equal(db_end(db, BM_OK), BM_ELIMIT); /* who forgets the inner failure is told */
    assert_false(has(db, "outer") || has(db, "inner"));
    ok(db_begin(db));
    put(db, "outer", "v");
    ok(db_end(db, BM_OK)); /* the handle is as good as before */
    assert_true(has(db, "outer"));
    db_close(db);
}

static void test_db_savepoints_undo_what_was_done_since(void **state)
{
    struct place *p = *state;
    struct db *db = open_journal(p, NULL);
    ok(db_begin(db));
    put(db, "before", "v");
    ok(db_save(db, "one"));
    put(db, "undone", "v");
    ok(db_save(db, "two"));
    put(db, "undone_too", "v");
    ok(db_save_end(db, "two", BM_OK));
    assert_int_equal(db_save_end(db, "one", BM_EINPUT), BM_EINPUT);
    ok(db_save(db, "three"));
    put(db, "kept", "v");
    ok(db_save_end(db, "three", BM_OK));
    ok(db_end(db, BM_OK));
    assert_true(has(db, "before") && has(db, "kept"));
    assert_false(has(db, "undone") || has(db, "undone_too"));
    db_close(db);
}

static void test_db_an_open_cursor_does_not_hold_a_transaction(void **state)
{
    struct place *p = *state;
    struct db *db = open_journal(p, NULL);
    struct stmt *s;
    ok(db_begin(db));
    put(db, "k", "v");
    ok(db_get(db, SQL_META_GET, &s, "key", 's', "k", NULL));
    ok(stmt_next(s)); /* and left there */
    ok(db_end(db, BM_OK));
    assert_true(has(db, "k"));
    db_close(db);
}

static void test_db_a_reader_keeps_one_view_while_others_write(void **state)
{
    struct place *p = *state;
    struct db *writer = open_journal(p, NULL), *reader = open_journal(p, NULL);
    put(writer, "a", "v");
    ok(db_begin_read(reader));
    assert_true(has(reader, "a"));
    put(writer, "b", "v");
    assert_false(has(reader, "b"));
    ok(db_end(reader, BM_OK));
    assert_true(has(reader, "b"));
    db_close(reader);
    db_close(writer);
}

/* --- a full disk -------------------------------------------------------------------------- */

static int fill_disk(const struct place *p)
{
    struct db *db = open_journal(p, NULL);
    char key[16], text[2001];
    memset(text, 'x', 2000);
    text[2000] = '\0';
    enum bm_rc rc = BM_OK;
    int committed = 0;
    while (!rc && committed < 5000) {
        snprintf(key, sizeof key, "%d", committed);
        ok(db_begin(db));
        rc = db_run(db, SQL_META_SET, "key", 's', key, "value", 's', text, NULL);
        rc = db_end(db, rc);
        committed += rc == BM_OK;
    }
    if (rc != BM_EFULL) fail_msg("%s: %s after %d rows", err_name(rc), err_text(rc), committed);
    assert_int_equal(number(db, "SELECT count(*) FROM meta"), committed);
    db_close(db);
    return committed;
}

static void test_db_a_full_disk_is_told_and_loses_nothing_committed(void **state)
{
    struct place *p = *state;
    if (geteuid() != 0 || mount("tmpfs", p->dir, "tmpfs", 0, "size=1m,mode=700") != 0) {
        print_message("skipped: a small disk can be made by root only\n");
        skip();
    }
    p->mounted = true;
    int committed = fill_disk(p);
    assert_true(committed > 50);
    struct db *db = open_journal(p, NULL);
    assert_int_equal(number(db, "SELECT count(*) FROM meta"), committed);
    ok(db_quick_check(db));
    db_close(db);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_place, close_place)

/* A write transaction that does nothing: does it begin where `turn` had ended? *turn: itself */
static bool still_as_after(struct db *db, uint64_t *turn)
{
    ok(db_begin(db));
    bool unchanged = db_is_unchanged_since(db, *turn);
    *turn = db_turn(db);
    ok(db_end(db, BM_OK));
    return unchanged;
}

static void test_db_unchanged_only_while_nobody_writes_but_its_own_transactions(void **state)
{
    struct db *db = open_journal(*state, NULL), *other = open_journal(*state, NULL);
    uint64_t turn = 0, others = 0;
    assert_false(still_as_after(db, &turn)); /* never read before */
    assert_true(still_as_after(db, &turn));
    ok(db_begin(db));
    put(db, "k", "own");
    ok(db_begin(db));
    assert_false(db_is_unchanged_since(db, turn)); /* only the outermost may say so */
    assert_int_equal(db_turn(db), turn + 1);
    ok(db_end(db, BM_OK));
    ok(db_end(db, BM_OK));
    assert_false(still_as_after(db, &turn)); /* a transaction that the asker knows nothing of */
    assert_true(still_as_after(db, &turn));
    assert_false(still_as_after(other, &others));
    put(other, "k", "other's");
    assert_false(still_as_after(db, &turn));
    assert_true(still_as_after(db, &turn));
    put(db, "k", "own, outside a transaction");
    assert_false(still_as_after(db, &turn));
    put(other, "k", "seen by a reader first");
    ok(db_begin_read(db));
    assert_false(db_is_unchanged_since(db, turn));
    int64_t n;
    ok(db_int(db, SQL_META_GET, &n, "key", 's', "k", NULL));
    ok(db_end(db, BM_OK));
    assert_false(still_as_after(db, &turn));
    db_close(other);
    db_close(db);
}

static void test_db_what_was_taken_back_is_never_called_unchanged(void **state)
{
    struct db *db = open_journal(*state, NULL);
    uint64_t turn = 0, failed;
    (void)still_as_after(db, &turn);
    ok(db_begin(db));
    put(db, "k", "taken back");
    failed = db_turn(db);
    assert_int_equal(db_end(db, BM_EIO), BM_EIO);
    ok(db_begin(db));
    assert_false(db_is_unchanged_since(db, failed));
    assert_false(db_is_unchanged_since(db, turn));
    assert_false(db_is_unchanged_since(db, 0));
    turn = db_turn(db);
    ok(db_end(db, BM_OK));
    assert_true(still_as_after(db, &turn));
    ok(db_begin(db));
    turn = db_turn(db);
    ok(db_save(db, "one"));
    put(db, "k", "a part taken back");
    assert_int_equal(db_save_end(db, "one", BM_EINPUT), BM_EINPUT);
    ok(db_end(db, BM_OK)); /* who wrote it may have it in mind still */
    assert_false(still_as_after(db, &turn));
    ok(db_begin(db));
    turn = db_turn(db);
    ok(db_save(db, "one"));
    put(db, "k", "kept");
    ok(db_save_end(db, "one", BM_OK));
    ok(db_end(db, BM_OK));
    assert_true(still_as_after(db, &turn));
    db_close(db);
}

/* Checkpoints, by this handle or another, that empty the log or only copy it: never a yes that is not true. */
static void test_db_unchanged_holds_across_checkpoints_of_anybody(void **state)
{
    struct db *db = open_journal(*state, NULL), *other = open_journal(*state, NULL);
    uint64_t turn = 0;
    for (int i = 0; i < 8; i++) {
        (void)still_as_after(db, &turn);
        ok(db_checkpoint(i % 2 ? other : db));
        (void)still_as_after(db, &turn); /* an emptied log may look like a change: that costs a query, no more */
        assert_true(still_as_after(db, &turn));
        put(other, "k", i % 2 ? "odd" : "even"); /* the same again would change no page */
        ok(db_checkpoint(i & 2 ? other : db));
        assert_false(still_as_after(db, &turn));
        assert_true(still_as_after(db, &turn));
    }
    db_close(other);
    (void)still_as_after(db, &turn);
    other = open_journal(*state, NULL);
    put(other, "k", "by one that came and went");
    db_close(other);
    assert_false(still_as_after(db, &turn));
    db_close(db);
}

/* A process that waits for a byte, writes, and dies without closing, as if killed. */
static pid_t writer(const char *path, bool commits, int *go)
{
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid != 0) {
        close(ends[0]);
        *go = ends[1];
        return pid;
    }
    struct db *db = NULL;
    if (read(ends[0], &byte, 1) != 1 || db_open(path, DB_JOURNAL, NULL, NULL, &db) || db_begin(db) ||
        db_run(db, SQL_META_SET, "key", 's', "k", "value", 's', "another's", NULL)) _exit(1);
    _exit(commits && db_end(db, BM_OK));
}

static void test_db_a_write_of_another_process_is_seen_though_it_died(void **state)
{
    struct place *p = *state;
    db_close(open_journal(p, NULL));
    for (int commits = 0; commits < 2; commits++) {
        int go, status;
        uint64_t turn = 0;
        pid_t pid = writer(p->path, commits, &go); /* before we open: SQLite's handles do not outlive a fork */
        struct db *db = open_journal(p, NULL);
        (void)still_as_after(db, &turn);
        assert_true(still_as_after(db, &turn));
        assert_int_equal(write(go, "!", 1), 1);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        assert_int_equal(still_as_after(db, &turn), !commits);
        close(go);
        db_close(db);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_db_every_embedded_statement_prepares),
        cmocka_unit_test(test_db_acts_fill_no_table_on_the_way),
        cmocka_unit_test(test_db_hardening_leaves_the_search_index_working),
        cmocka_unit_test(test_db_a_parameter_that_is_not_there_is_refused),
        cmocka_unit_test(test_db_values_come_back_as_they_were_bound),
        cmocka_unit_test(test_db_tags_are_random_and_follow_the_world),
        TEST(test_db_a_new_file_is_made_whole_and_opens_again),
        TEST(test_db_unchanged_only_while_nobody_writes_but_its_own_transactions),
        TEST(test_db_what_was_taken_back_is_never_called_unchanged),
        TEST(test_db_unchanged_holds_across_checkpoints_of_anybody),
        TEST(test_db_a_write_of_another_process_is_seen_though_it_died),
        TEST(test_db_files_that_are_not_ours_are_refused),
        TEST(test_db_a_schema_that_fails_leaves_nothing_half_made),
        TEST(test_db_copy_is_whole_and_stands_alone),
        TEST(test_db_damage_is_found),
        TEST(test_db_two_processes_do_not_write_at_once),
        TEST(test_db_lock_is_held_for_a_write_transaction_and_no_longer),
        TEST(test_db_a_nested_failure_rolls_back_the_whole),
        TEST(test_db_savepoints_undo_what_was_done_since),
        TEST(test_db_an_open_cursor_does_not_hold_a_transaction),
        TEST(test_db_a_reader_keeps_one_view_while_others_write),
        TEST(test_db_a_full_disk_is_told_and_loses_nothing_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
