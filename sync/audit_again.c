/* sync/audit_again.c -- every projection made anew from the entries alone, in a database of its own, and compared with
 * what stands in branch.db. See audit.h.
 *
 * Where apply_verify folds all item histories in one unit and so checks steps and groups against the plain fold, this
 * runs the product's own way over all entries and so covers the rest: times, patrons, titles, rules, stops, visits. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sync/audit.h"

enum { SQL_MAX = 512 };

/* `columns` leaves out what depends on the order of arrival: a title's number. */
static const struct {
    const char *name, *columns;
} tables[] = {
    { "title", "key, name, author, isbn, itype, callno, detail, src_t, src" },
    { "title_isbn", "*" }, { "item", "*" },     { "patron", "*" },    { "standing", "*" },
    { "loan", "*" },       { "hold", "*" },     { "charge", "*" },    { "exception", "*" },
    { "rule", "*" },       { "closed_day", "*" }, { "stop", "*" },    { "plan", "*" },
    { "visit", "*" },      { "tally", "*" },    { "reading", "*" },   { "balance", "*" },
    { "payment", "*" },    { "settlement", "*" },
    { "suspension", "*" },  { "staff", "*" },
    { "patron_word", "*" },
};
enum { TABLE_COUNT = sizeof tables / sizeof *tables };

static enum bm_rc sum_table(struct db *db, size_t i, uint64_t *sum, int64_t *rows)
{
    char sql[SQL_MAX];
    struct stmt *s;
    snprintf(sql, sizeof sql, "SELECT %s FROM %s", tables[i].columns, tables[i].name);
    enum bm_rc rc = db_prepare(db, sql, &s);
    if (rc) return rc;
    rc = audit_sum(s, sum, rows);
    stmt_free(s);
    return rc;
}

static enum bm_rc open_fresh(struct db **out)
{
    struct buf sql;
    buf_init(&sql, 1 << 20);
    buf_puts(&sql, SQL_FILE_JOURNAL);
    buf_puts(&sql, SQL_FILE_CIRCULATION);
    buf_puts(&sql, SQL_FILE_BRANCH);
    enum bm_rc rc = buf_rc(&sql);
    if (!rc) rc = db_open(":memory:", DB_MEMORY, buf_str(&sql), NULL, out);
    buf_free(&sql);
    return rc;
}

/* Entries with their rows; and the branch's own clock, whose entries are not applied to it. */
static enum bm_rc copy_entries(struct db *from, struct db *to)
{
    struct stmt *s;
    enum bm_rc rc = db_get(from, SQL_AUDIT_ENTRIES, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        rc = db_run(to, SQL_ENTRY_ADD, "dev", 's', stmt_text(s, 0), "ep", 's', stmt_text(s, 1), "seq", 'i', stmt_int(s, 2), "row",
                    'i', stmt_int(s, 3), "hash", 'b', (const void *)NULL, (size_t)0, "body", 's', stmt_text(s, 4), NULL);
        if (rc) break;
    }
    stmt_done(s);
    if (rc != BM_ENOTFOUND) return rc;
    rc = db_get(from, SQL_AUDIT_OWN_CLOCK, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        rc = db_run(to, SQL_CLOCK_ADD, "dev", 's', stmt_text(s, 0), "ep", 's', stmt_text(s, 1), "seq", 'i', stmt_int(s, 2), "t",
                    'i', stmt_int(s, 3), "off", 'i', stmt_int(s, 4), "unc", 'i', stmt_int(s, 5), "src", 's', stmt_text(s, 6), NULL);
        if (rc) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* All that was understood when it came, in the order of the lines. */
static enum bm_rc apply_again(struct db *from, struct db *to)
{
    struct apply ap;
    struct arena a = { 0 };
    struct stmt *s;
    apply_init(&ap, to);
    enum bm_rc rc = db_get(from, SQL_AUDIT_APPLIED, &s, NULL);
    while (!rc && (rc = stmt_next(s)) == BM_OK) {
        struct entry e;
        struct outcome out;
        const char *body = stmt_text(s, 0);
        rc = entry_read(body, strlen(body), false, &a, &e);
        if (!rc) rc = apply_entry_again(&ap, &e, stmt_int(s, 1), stmt_int(s, 2), &out);
        arena_free(&a);
    }
    if (rc != BM_ENOTFOUND) stmt_done(s);
    apply_free(&ap);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc audit_again(struct branch *b, struct arena *a, const char **problem)
{
    struct db *fresh = NULL;
    *problem = NULL;
    enum bm_rc rc = open_fresh(&fresh);
    if (!rc) rc = db_begin(fresh);
    if (!rc) {
        rc = copy_entries(b->db, fresh);
        if (!rc) rc = apply_again(b->db, fresh);
        rc = db_end(fresh, rc);
    }
    for (size_t i = 0; i < TABLE_COUNT && !rc && !*problem; i++) {
        uint64_t stands, anew;
        int64_t rows, rows_anew;
        rc = sum_table(b->db, i, &stands, &rows);
        if (!rc) rc = sum_table(fresh, i, &anew, &rows_anew);
        if (rc || stands == anew) continue;
        *problem = arena_printf(a, "table %s (%" PRId64 " rows) is not what the entries lead to (%" PRId64 " rows)",
                                tables[i].name, rows, rows_anew);
        if (!*problem) rc = BM_ENOMEM;
    }
    db_close(fresh);
    return rc;
}
