/* tests/world.h -- a small world for tests: lines of entries by several devices, and branches that take them in.
 * A line is a real journal in memory; a branch is a real branch.db in a temporary folder. No network. */
#ifndef BM_TESTS_WORLD_H
#define BM_TESTS_WORLD_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/zone.h"
#include "sync/device.h"
#include "sync/ingest.h"

enum { WORLD_LINES_MAX = 8 };
#define WORLD_START_MS INT64_C(1791187200000) /* 2026-10-05 08:00 UTC */

#define must(x) world_must((x), #x, __FILE__, __LINE__)
static inline void world_must(enum bm_rc rc, const char *what, const char *file, int line)
{
    if (rc == BM_OK) return;
    fprintf(stderr, "%s:%d: %s: %s (%s)\n", file, line, what, err_text(rc), err_name(rc));
    abort();
}

struct line {
    struct db *db;
    struct env env;
    struct journal journal;
    struct seal_key key;
};

static inline void line_open(struct line *l, const char *dev, uint64_t seed)
{
    unsigned char bytes[32] = { 0 }, genesis[JOURNAL_HASH];
    char hex[2 * JOURNAL_HASH + 1];
    memcpy(bytes, &seed, sizeof seed);
    memcpy(bytes + 8, dev, strlen(dev));
    *l = (struct line){ 0 };
    seal_key_from_seed(bytes, &l->key);
    journal_genesis(l->key.public, genesis);
    hex_encode(hex, genesis, sizeof genesis);
    env_made(&l->env, seed ^ (uint64_t)dev[0] << 40 ^ (uint64_t)dev[strlen(dev) - 1] << 32, WORLD_START_MS, 1000000);
    must(db_open(":memory:", DB_MEMORY, SQL_FILE_JOURNAL, NULL, &l->db));
    must(meta_set(l->db, "genesis", hex));
    journal_init(&l->journal, l->db, &l->env, dev, "test", false, strcmp(dev, "branch") == 0 ? CLOCK_SYNC : CLOCK_WALL);
}

static inline void line_close(struct line *l)
{
    db_close(l->db);
}

/* Time goes on for a device; its wall clock may be wrong by what was set before. */
static inline void line_at(struct line *l, int64_t ms_since_start)
{
    int64_t error = l->env.made_wall_ms - WORLD_START_MS - (l->env.made_boottime_ms - 1000000);
    l->env.made_boottime_ms = 1000000 + ms_since_start;
    l->env.made_wall_ms = WORLD_START_MS + ms_since_start + error;
}

static inline struct eid line_act(struct line *l, struct entry *e)
{
    must(journal_begin(&l->journal));
    must(journal_append(&l->journal, e));
    must(db_end(l->db, BM_OK));
    return e->id;
}

/* A batch of a line's entries [first, last] of one epoch (all there are if last is 0), as the laptop would send it. */
static inline bool line_batch(struct line *l, uint64_t ep, uint64_t first, uint64_t last, struct arena *a, struct wire_batch *out)
{
    char hex[20];
    struct stmt *s;
    snprintf(hex, sizeof hex, "%016llx", (unsigned long long)ep);
    *out = (struct wire_batch){ .ep = ep, .first = first };
    str_copy(out->dev, sizeof out->dev, l->journal.dev);
    journal_genesis(l->key.public, out->before);
    out->lines = arena_array(a, WIRE_ENTRIES_MAX, sizeof *out->lines);
    must(db_get(l->db, SQL_ENTRY_AFTER, &s, "dev", 's', l->journal.dev, "after", 'i', (int64_t)0, NULL));
    while (out->count < WIRE_ENTRIES_MAX && stmt_next(s) == BM_OK) {
        size_t len;
        uint64_t seq = (uint64_t)stmt_int(s, 1);
        const void *hash = stmt_blob(s, 2, &len);
        if (seq < first) memcpy(out->before, hash, len);
        if (seq < first || strcmp(stmt_text(s, 0), hex) != 0 || (last && seq > last)) continue;
        memcpy(out->head, hash, len);
        char *text = stmt_copy(s, 3, a);
        out->lines[out->count++] = (struct wire_line){ text, strlen(text) };
    }
    stmt_done(s);
    out->last = first + out->count - 1;
    return out->count > 0;
}

/* --- branches ------------------------------------------------------------------------------------- */

static inline void world_remove_tree(const char *dir)
{
    DIR *d = opendir(dir);
    if (!d) return;
    for (struct dirent *f; (f = readdir(d));) {
        char path[1024];
        if (f->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", dir, f->d_name);
        unlink(path);
    }
    closedir(d);
    rmdir(dir);
}

static inline void world_branch(struct branch *b, char dir[64], struct line *lines, size_t count)
{
    const struct branch_init init = { .zone = "UTC", .code = "MAIN" };
    const char *tmp = getenv("TMPDIR");
    if (!tmp && access("/dev/shm", W_OK) == 0) tmp = "/dev/shm"; /* tests of order, not of disks */
    snprintf(dir, 64, "%s/bm-world-XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    if (!mkdtemp(dir)) abort();
    must(branch_create(dir, &init));
    must(branch_open(dir, b));
    must(db_exec(b->db, "PRAGMA synchronous=OFF"));
    /* late enough for all that any line dates, and standing still */
    env_made(&b->env, 7, WORLD_START_MS + INT64_C(400) * 86400000, 5000000);
    for (size_t i = 0; i < count; i++) {
        char key[2 * SEAL_PUBLIC_BYTES + 1];
        hex_encode(key, lines[i].key.public, SEAL_PUBLIC_BYTES);
        must(db_begin(b->db));
        must(db_run(b->db, SQL_DEVICE_ADD, "dev", 's', lines[i].journal.dev, "name", 's', "", "practice", 'i', (int64_t)0,
                    "code_hash", 's', (const char *)NULL, "until_s", 'i', (int64_t)0, NULL));
        must(db_run(b->db, SQL_DEVICE_ENROL, "public_key", 's', key, "now_ms", 'i', WORLD_START_MS, "dev", 's', lines[i].journal.dev, NULL));
        must(db_end(b->db, BM_OK));
    }
}

static inline void world_branch_end(struct branch *b, const char *dir)
{
    branch_close(b);
    world_remove_tree(dir);
}

/* Take in a part of a line; what is known already has no effect. */
static inline void world_send(struct branch *b, struct line *l, uint64_t first, uint64_t last)
{
    struct arena a = { 0 };
    struct wire_batch batch;
    struct ingest_reply reply;
    if (line_batch(l, l->journal.ep, first, last, &a, &batch)) {
        must(ingest_batch(b, &batch, &a, &reply));
        if (reply.result != INGEST_TAKEN) abort();
    }
    arena_free(&a);
}

/* All rows that must not depend on the order of arrival, as text, for comparing. Free it. */
static inline char *world_dump(struct branch *b)
{
    static const char *const queries[] = {
        "SELECT 'loan', id, item, card, key_t, out_ms, due_s, promise, end_ms, end_t, end_id, how, renewals, lost_ms, claimed_ms FROM loan ORDER BY id",
        "SELECT 'item', barcode, title, place, cond, loan, aside, lost_mark, last_t, last_id FROM item ORDER BY barcode",
        "SELECT 'hold', id, card, title, item, pickup, key_t, state, by_item FROM hold ORDER BY id",
        "SELECT 'charge', about, kind, card, item, series, amount_cents, waived_cents, paid_cents FROM charge ORDER BY about, kind",
        "SELECT 'balance', account, cents FROM balance ORDER BY account",
        "SELECT 'line', line, card, sum(cents) FROM ledger GROUP BY line, card HAVING sum(cents) <> 0 ORDER BY line, card",
        "SELECT 'exc', code, entry, other, node, status, pending FROM exception ORDER BY code, entry, other",
        "SELECT 'now', code, entry, other, status FROM exception_now WHERE status = 'settled' OR code = 'settled_moot' ORDER BY code, entry, other",
        "SELECT 'written', dev, seq, card, written FROM reading WHERE written IS NOT NULL ORDER BY dev, ep, seq",
        "SELECT 'patron', card, account, name, category, expires_s, barred, dead, since_id, class FROM patron ORDER BY card",
        "SELECT 'suspension', id, stop, route, first_day, last_day, why FROM suspension ORDER BY id",
        "SELECT 'staff', id, name, role, verifier, src_t, src FROM staff ORDER BY id",
        "SELECT 'visit', id, arr_s, dep_s FROM visit ORDER BY id",
    };
    struct buf out;
    buf_init(&out, 0);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct stmt *s;
        must(db_prepare(b->db, queries[i], &s));
        while (stmt_next(s) == BM_OK) {
            for (int c = 0; c < stmt_columns(s); c++) {
                const char *text = stmt_text(s, c);
                buf_printf(&out, "%s|", text ? text : "-");
            }
            buf_putc(&out, '\n');
        }
        stmt_free(s);
    }
    must(buf_rc(&out));
    return out.data ? out.data : strdup("");
}

#endif
