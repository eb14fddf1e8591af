/* tests/memory_branch.h -- a branch without a directory, keys and network, for tests that need many: the real tables in
 * memory and the real apply_entry. One serves a whole run; it is emptied between histories. */
#ifndef BM_TESTS_MEMORY_BRANCH_H
#define BM_TESTS_MEMORY_BRANCH_H

#include <malloc.h>

#include "tests/world.h"

enum { MEMORY_TABLES_MAX = 64 };

struct memory_branch {
    struct branch b; /* db and apply alone are set: enough for apply_verify and audit_again */
    struct memory_table {
        char name[40];
        struct stmt *empty, *rows; /* rows NULL: depends on the order of arrival */
    } tables[MEMORY_TABLES_MAX];
    size_t table_count;
};

/* First outcomes, revisions of the feed and rows of the ledger may depend on the order of arrival (TIMELINE 10); whatever
 * other table there is must not, also one that is made after this was written. */
static inline bool memory_is_state(const char *table)
{
    static const char *const others[] = { "entry", "revision", "ledger", "meta", "exception_all" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(others[i], table) == 0) return false;
    return true;
}

static inline void memory_open(struct memory_branch *m)
{
    struct buf sql;
    struct stmt *s;
    *m = (struct memory_branch){ 0 };
    mallopt(M_TOP_PAD, 64 << 20); /* else the heap's end goes back and forth with every arena */
    mallopt(M_TRIM_THRESHOLD, 128 << 20);
    buf_init(&sql, 1 << 20);
    buf_puts(&sql, SQL_FILE_JOURNAL);
    buf_puts(&sql, SQL_FILE_CIRCULATION);
    buf_puts(&sql, SQL_FILE_BRANCH);
    must(buf_rc(&sql));
    must(db_open(":memory:", DB_MEMORY, buf_str(&sql), NULL, &m->b.db));
    buf_free(&sql);
    apply_init(&m->b.apply, m->b.db);
    must(db_prepare(m->b.db, "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'title_text%'", &s));
    while (stmt_next(s) == BM_OK) {
        struct memory_table *t = &m->tables[m->table_count++];
        char text[128];
        if (m->table_count == MEMORY_TABLES_MAX || !str_copy(t->name, sizeof t->name, stmt_text(s, 0))) abort();
        snprintf(text, sizeof text, "DELETE FROM %s", t->name);
        if (strcmp(stmt_text(s, 1), "table") == 0) must(db_prepare(m->b.db, text, &t->empty));
        snprintf(text, sizeof text, "SELECT * FROM %s ORDER BY 1, 2%s", t->name, t->empty ? "" : ", 3");
        if (memory_is_state(t->name)) must(db_prepare(m->b.db, text, &t->rows));
    }
    stmt_free(s);
}

static inline void memory_close(struct memory_branch *m)
{
    for (size_t i = 0; i < m->table_count; i++) {
        stmt_free(m->tables[i].empty);
        stmt_free(m->tables[i].rows);
    }
    apply_free(&m->b.apply);
    db_close(m->b.db);
}

/* Forget everything. */
static inline void memory_clear(struct memory_branch *m)
{
    must(db_begin(m->b.db));
    for (size_t i = 0; i < m->table_count; i++)
        if (m->tables[i].empty && stmt_next(m->tables[i].empty) != BM_ENOTFOUND) abort();
    must(db_end(m->b.db, BM_OK));
    m->b.apply.steps = m->b.apply.refolds = 0;
}

/* All rows that must not depend on the order of arrival, a line each. facts: without how each entry is read and dated */
static inline void memory_state(struct memory_branch *m, bool facts, struct buf *out)
{
    buf_clear(out);
    for (size_t i = 0; i < m->table_count; i++) {
        struct stmt *s = m->tables[i].rows;
        if (facts && (strcmp(m->tables[i].name, "reading") == 0 || strcmp(m->tables[i].name, "received") == 0)) continue;
        while (s && stmt_next(s) == BM_OK) {
            buf_puts(out, m->tables[i].name);
            for (int c = 0, n = stmt_columns(s); c < n; c++) {
                const char *text = stmt_text(s, c);
                buf_putc(out, '|');
                buf_puts(out, text ? text : "-");
            }
            buf_putc(out, '\n');
        }
    }
    must(buf_rc(out));
}

/* A number for a state (FNV-1a): equal states, equal numbers. */
static inline uint64_t memory_number(const struct buf *state)
{
    uint64_t h = 0xCBF29CE484222325u;
    for (size_t i = 0; i < state->len; i++) h = (h ^ (unsigned char)state->data[i]) * 0x100000001B3u;
    return h;
}

/* Store an entry's bytes, as ingest does. ret: false if it is there already */
static inline bool memory_store(struct memory_branch *m, const struct eid *id, const char *body, int64_t received_ms)
{
    static const unsigned char no_hash[JOURNAL_HASH];
    struct entry e = { .id = *id };
    struct stmt *s;
    char ep[20];
    snprintf(ep, sizeof ep, "%016llx", (unsigned long long)id->ep);
    must(db_get(m->b.db, SQL_ENTRY_GET, &s, "dev", 's', id->dev, "ep", 's', ep, "seq", 'i', (int64_t)id->seq, "row", 'i', (int64_t)0, NULL));
    bool there = stmt_next(s) == BM_OK;
    stmt_done(s);
    if (there) return false;
    must(journal_store(m->b.db, &e, body, strlen(body), no_hash));
    must(db_run(m->b.db, SQL_ENTRY_RECEIVED, "received_ms", 'i', received_ms, "dev", 's', id->dev, "ep", 's', ep, "seq", 'i', (int64_t)id->seq, NULL));
    return true;
}

/* Apply an entry that is stored, read from its bytes. cut_ms: the horizon it came under, or ENTRY_NONE */
static inline void memory_apply(struct memory_branch *m, const struct eid *id, const char *body, int64_t received_ms, int64_t cut_ms)
{
    struct arena a = { 0 };
    struct entry e;
    struct outcome out;
    char ep[20], text[CIRC_WORD_MAX + 16];
    snprintf(ep, sizeof ep, "%016llx", (unsigned long long)id->ep);
    must(entry_read(body, strlen(body), false, &a, &e));
    must(apply_entry_again(&m->b.apply, &e, received_ms, cut_ms, &out));
    branch_outcome_text(&out, text, sizeof text);
    must(db_run(m->b.db, SQL_ENTRY_OUTCOME, "outcome", 's', text, "dev", 's', id->dev, "ep", 's', ep, "seq", 'i', (int64_t)id->seq, NULL));
    arena_free(&a);
}

#endif
