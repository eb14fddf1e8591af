/* sync/feed.c -- see feed.h */
#include "sync/feed.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/circ.h"
#include "common/jsonw.h"
#include "common/seal.h"

/* Order matters: a row goes before what it stands on, and comes after it; closed loans before open ones is given by
 * deleting first. `key` is SQL over the row (prefix it with NEW. or OLD. through %s). */
static const struct table {
    const char *name, *key, *scope;
} tables[] = {
    { "title", "%skey", "1" },
    { "item", "%sbarcode", "1" },
    { "patron", "%scard", "1" },
    { "loan", "%sid", "end_ms IS NULL" },
    { "hold", "%sid", "state IN ('waiting', 'captured')" },
    { "rule", "%sn", "1" },
    { "closed_day", "%sbranch || '|' || %sfirst_day || '|' || %slast_day || '|' || %ssince_t", "until_t IS NULL" },
    { "stop", "%skey", "1" },
    { "plan", "%sn", "1" },
    { "visit", "%sid", "1" },
    { "charge", "%sabout || '|' || %skind", "amount_cents - waived_cents - paid_cents <> 0" },
    { "balance", "%saccount", "cents <> 0" },
    { "suspension", "%sid", "1" },
    { "staff", "%sid", "1" },
};
enum { TABLE_COUNT = sizeof tables / sizeof *tables, SQL_MAX = 1024, COLUMNS_MAX = 40 };

static void key_sql(const struct table *t, const char *prefix, char *out, size_t size)
{
    size_t at = 0;
    for (const char *p = t->key; *p && at + 8 < size; p++) {
        if (p[0] == '%' && p[1] == 's') {
            at += (size_t)snprintf(out + at, size - at, "%s", prefix);
            p++;
        } else {
            out[at++] = *p;
        }
    }
    out[at] = '\0';
}

enum bm_rc feed_create_triggers(struct db *db)
{
    static const struct {
        const char *name, *event, *row;
    } kinds[] = { { "i", "INSERT", "NEW." }, { "u", "UPDATE", "NEW." }, { "d", "DELETE", "OLD." } };
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < TABLE_COUNT && !rc; i++)
        for (size_t k = 0; k < 3 && !rc; k++) {
            char key[256], sql[SQL_MAX];
            key_sql(&tables[i], kinds[k].row, key, sizeof key);
            snprintf(sql, sizeof sql,
                     "CREATE TRIGGER feed_%s_%s AFTER %s ON %s BEGIN "
                     "INSERT INTO revision(tag, tbl, key) VALUES(bm_tag(), '%s', %s); END",
                     tables[i].name, kinds[k].name, kinds[k].event, tables[i].name, tables[i].name, key);
            rc = db_exec(db, sql);
        }
    return rc;
}

enum bm_rc feed_head(struct db *db, int64_t *rev, int64_t *tag)
{
    struct stmt *s;
    *rev = *tag = 0;
    enum bm_rc rc = db_get(db, SQL_REVISION_HEAD, &s, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    *rev = stmt_int(s, 0);
    *tag = stmt_int(s, 1);
    stmt_done(s);
    return BM_OK;
}

enum bm_rc feed_known(struct db *db, int64_t rev, int64_t tag)
{
    int64_t have;
    if (rev == 0) return tag == 0 ? BM_OK : BM_ENOTFOUND;
    enum bm_rc rc = db_int(db, SQL_REVISION_TAG, &have, "rev", 'i', rev, NULL);
    return rc ? rc : have == tag ? BM_OK : BM_ENOTFOUND;
}

/* --- writing ---------------------------------------------------------------------------------------- */

static void row_json(struct stmt *s, struct jsonw *w)
{
    jsonw_array(w);
    for (int c = 0; c < stmt_columns(s); c++) {
        char kind = stmt_kind(s, c);
        if (kind == 'i') jsonw_int(w, stmt_int(s, c));
        else if (kind == 'n') jsonw_null(w);
        else jsonw_text(w, stmt_text(s, c));
    }
    jsonw_array_end(w);
}

static enum bm_rc select_all(struct db *db, const struct table *t, struct stmt **out)
{
    char sql[SQL_MAX];
    snprintf(sql, sizeof sql, "SELECT * FROM %s WHERE %s", t->name, t->scope);
    return db_prepare(db, sql, out);
}

static enum bm_rc prepare_by_key(struct db *db, struct stmt *by_key[TABLE_COUNT])
{
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < TABLE_COUNT && !rc; i++) {
        char key[256], sql[SQL_MAX];
        key_sql(&tables[i], "", key, sizeof key);
        /* numbers travel as text in `key`; a cast there would hide the index, so compare as the column is */
        snprintf(sql, sizeof sql, "SELECT * FROM %s WHERE (%s) = ?1 AND %s", tables[i].name, key, tables[i].scope);
        rc = db_prepare(db, sql, &by_key[i]);
    }
    return rc;
}

static size_t table_at(const char *name)
{
    size_t i = 0;
    while (i < TABLE_COUNT && !str_eq(tables[i].name, name)) i++;
    return i;
}

static enum bm_rc line_write(struct stmt *by_key[TABLE_COUNT], const char *table, const char *key, struct buf *out)
{
    struct jsonw w;
    size_t i = table_at(table);
    BM_CHECK(i < TABLE_COUNT);
    enum bm_rc rc = stmt_bind_text(by_key[i], 1, key);
    if (!rc) rc = stmt_next(by_key[i]);
    if (rc && rc != BM_ENOTFOUND) return rc;
    jsonw_init(&w, out);
    jsonw_object(&w);
    jsonw_put_text(&w, "t", table);
    jsonw_put_text(&w, "k", key);
    if (!rc) jsonw_key(&w, "r"), row_json(by_key[i], &w);
    jsonw_object_end(&w);
    buf_putc(out, '\n');
    stmt_done(by_key[i]);
    return buf_rc(out);
}

enum bm_rc feed_write(struct db *db, int64_t after, int64_t upto, struct buf *out, int64_t *count)
{
    struct stmt *by_key[TABLE_COUNT] = { 0 }, *s = NULL;
    *count = 0;
    enum bm_rc rc = prepare_by_key(db, by_key);
    if (!rc)
        rc = db_get(db, SQL_REVISION_PAGE, &s, "after", 'i', after, "upto", 'i', upto, "count", 'i', (int64_t)FEED_ROWS_MAX + 1, NULL);
    while (!rc && (rc = stmt_next(s)) == BM_OK) {
        if (++*count > FEED_ROWS_MAX) rc = err_set(BM_ELIMIT, "too many changes for one feed");
        if (!rc) rc = line_write(by_key, stmt_text(s, 1), stmt_text(s, 2), out);
    }
    stmt_done(s);
    for (size_t i = 0; i < TABLE_COUNT; i++) stmt_free(by_key[i]);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* --- reading ------------------------------------------------------------------------------------------ */

static enum bm_rc prepare_writes(struct db *db, struct stmt *del[TABLE_COUNT], struct stmt *ins[TABLE_COUNT], int columns[TABLE_COUNT])
{
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < TABLE_COUNT && !rc; i++) {
        char key[256], sql[SQL_MAX];
        struct stmt *probe;
        key_sql(&tables[i], "", key, sizeof key);
        snprintf(sql, sizeof sql, "SELECT * FROM %s LIMIT 0", tables[i].name);
        if ((rc = db_prepare(db, sql, &probe))) break;
        columns[i] = stmt_columns(probe);
        stmt_free(probe);
        bm_assert(columns[i] <= COLUMNS_MAX);
        snprintf(sql, sizeof sql, "DELETE FROM %s WHERE (%s) = ?1", tables[i].name, key);
        if ((rc = db_prepare(db, sql, &del[i]))) break;
        int at = snprintf(sql, sizeof sql, "INSERT INTO %s VALUES(?1", tables[i].name);
        for (int c = 2; c <= columns[i]; c++) at += snprintf(sql + at, sizeof sql - (size_t)at, ",?%d", c);
        snprintf(sql + at, sizeof sql - (size_t)at, ")");
        rc = db_prepare(db, sql, &ins[i]);
    }
    return rc;
}

static enum bm_rc run(struct stmt *s)
{
    enum bm_rc rc = stmt_next(s);
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* What is derived from a title's row does not travel: the words and ISBNs it is found by. */
static enum bm_rc index_title(struct db *db, const char *key, const char *isbns)
{
    enum bm_rc rc = db_run(db, SQL_TITLE_TEXT_IN, "key", 's', key, NULL);
    return rc ? rc : circ_title_isbn(db, key, isbns);
}

static enum bm_rc insert_row(struct db *db, struct stmt *ins, int columns, json_t *row, bool title)
{
    if (json_array_size(row) != (size_t)columns) return err_set(BM_EINPUT, "a feed row has another number of columns than here");
    enum bm_rc rc = BM_OK;
    for (int c = 0; c < columns && !rc; c++) {
        json_t *v = json_array_get(row, (size_t)c);
        if (json_is_integer(v)) rc = stmt_bind_int(ins, c + 1, json_integer_value(v));
        else if (json_is_string(v) || json_is_null(v)) rc = stmt_bind_text(ins, c + 1, json_string_value(v));
        else rc = err_set(BM_EINPUT, "a feed row holds something that is neither number nor text");
    }
    if (!rc) rc = run(ins);
    if (!rc && title) rc = index_title(db, json_string_value(json_array_get(row, 1)), json_string_value(json_array_get(row, 4)));
    return rc;
}

enum bm_rc feed_read(struct db *db, const char *lines, size_t len, int64_t *count)
{
    struct stmt *del[TABLE_COUNT] = { 0 }, *ins[TABLE_COUNT] = { 0 };
    int columns[TABLE_COUNT];
    *count = 0;
    enum bm_rc rc = prepare_writes(db, del, ins, columns);
    for (int coming = 0; coming < 2 && !rc; coming++) { /* all that go, then all that come (attack 8) */
        for (const char *p = lines; p < lines + len && !rc;) {
            const char *end = memchr(p, '\n', (size_t)(lines + len - p));
            json_error_t bad;
            json_t *o = end && end - p <= FEED_LINE_MAX ? json_loadb(p, (size_t)(end - p), JSON_REJECT_DUPLICATES, &bad) : NULL;
            const char *table = json_string_value(json_object_get(o, "t")), *key = json_string_value(json_object_get(o, "k"));
            size_t i = table && key ? table_at(table) : TABLE_COUNT;
            if (i == TABLE_COUNT) {
                rc = err_set(BM_EINPUT, "line %" PRId64 " of the feed is not sound", *count + 1);
            } else if (!coming) {
                rc = i == 0 ? db_run(db, SQL_TITLE_TEXT_OUT, "key", 's', key, NULL) : BM_OK;
                if (!rc) rc = stmt_bind_text(del[i], 1, key);
                if (!rc) rc = run(del[i]);
                ++*count;
            } else if (json_object_get(o, "r")) {
                rc = insert_row(db, ins[i], columns[i], json_object_get(o, "r"), i == 0);
            }
            json_decref(o);
            p = end ? end + 1 : lines + len;
        }
    }
    for (size_t i = 0; i < TABLE_COUNT; i++) stmt_free(del[i]), stmt_free(ins[i]);
    return rc;
}

/* --- whole copies and digests --------------------------------------------------------------------------- */

enum bm_rc feed_copy(struct db *from, struct db *to, int64_t *rows)
{
    struct stmt *del[TABLE_COUNT] = { 0 }, *ins[TABLE_COUNT] = { 0 };
    int columns[TABLE_COUNT];
    *rows = 0;
    enum bm_rc rc = prepare_writes(to, del, ins, columns);
    for (size_t i = 0; i < TABLE_COUNT && !rc; i++) {
        struct stmt *s;
        if ((rc = select_all(from, &tables[i], &s))) break;
        while ((rc = stmt_next(s)) == BM_OK) {
            for (int c = 0; c < columns[i] && !rc; c++)
                rc = stmt_kind(s, c) == 'i' ? stmt_bind_int(ins[i], c + 1, stmt_int(s, c)) : stmt_bind_text(ins[i], c + 1, stmt_text(s, c));
            if (!rc) rc = run(ins[i]);
            if (!rc && i == 0) rc = index_title(to, stmt_text(s, 1), stmt_text(s, 4));
            if (rc) break;
            ++*rows;
        }
        stmt_free(s);
        if (rc == BM_ENOTFOUND) rc = BM_OK;
    }
    for (size_t i = 0; i < TABLE_COUNT; i++) stmt_free(del[i]), stmt_free(ins[i]);
    return rc;
}

static enum bm_rc digest_table(struct db *db, const struct table *t, uint64_t *sum)
{
    struct stmt *s;
    struct buf row;
    *sum = 0;
    enum bm_rc rc = select_all(db, t, &s);
    if (rc) return rc;
    buf_init(&row, FEED_LINE_MAX);
    while ((rc = stmt_next(s)) == BM_OK) {
        struct jsonw w;
        unsigned char hash[SEAL_HASH_BYTES];
        buf_clear(&row);
        jsonw_init(&w, &row);
        row_json(s, &w);
        if ((rc = buf_rc(&row))) break;
        seal_hash(row.data, row.len, hash);
        uint64_t x = 0;
        for (int k = 0; k < 8; k++) x = x << 8 | hash[k];
        *sum += x;
    }
    buf_free(&row);
    stmt_free(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc feed_digests(struct db *db, struct buf *out)
{
    struct jsonw w;
    jsonw_init(&w, out);
    jsonw_object(&w);
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        uint64_t sum;
        char hex[20];
        enum bm_rc rc = digest_table(db, &tables[i], &sum);
        if (rc) return rc;
        snprintf(hex, sizeof hex, "%016" PRIx64, sum);
        jsonw_put_text(&w, tables[i].name, hex);
    }
    jsonw_object_end(&w);
    return buf_rc(out);
}
