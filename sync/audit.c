/* sync/audit.c -- see audit.h */
#include "sync/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/jsonw.h"
#include "sync/feed.h"
#include "sync/husk.h"

enum { ROW_BYTES_MAX = 64 << 10, SUM_TEXT = 17 };

struct work {
    struct branch *b;
    struct arena *arena;
    struct audit *out;
    size_t cap;
};

static enum bm_rc problem(struct work *au, const char *text)
{
    const char **grown =
        arena_grow(au->arena, au->out->texts, au->out->problem_count, &au->cap, sizeof *grown);
    if (!grown) return BM_ENOMEM;
    au->out->texts = grown;
    grown[au->out->problem_count] = arena_strdup(au->arena, text);
    return grown[au->out->problem_count++] ? BM_OK : BM_ENOMEM;
}

/* What stands before a line's first entry: by its public key; of the branch's own line, as noted when it was made. */
static enum bm_rc genesis_of(struct work *au, const char *dev, const char *public_key,
                             unsigned char out[JOURNAL_HASH], bool *known)
{
    unsigned char key[SEAL_PUBLIC_BYTES];
    *known = true;
    if (strcmp(dev, "branch") == 0) {
        const char *hex;
        enum bm_rc rc = meta_get(au->b->db, "genesis", au->arena, &hex);
        if (!rc) *known = hex_decode(out, JOURNAL_HASH, hex);
        if (rc == BM_ENOTFOUND) rc = BM_OK, *known = false;
        return rc;
    }
    *known = public_key && hex_decode(key, sizeof key, public_key);
    if (*known) journal_genesis(key, out);
    return BM_OK;
}

static enum bm_rc verify_lines(struct work *au)
{
    struct stmt *s;
    enum bm_rc rc = db_get(au->b->db, SQL_REPORT_DEVICES, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        unsigned char genesis[JOURNAL_HASH];
        bool known;
        int64_t n = 0;
        const char *dev = stmt_text(s, 0);
        rc = genesis_of(au, dev, stmt_text(s, 1), genesis, &known);
        if (rc) break;
        rc = known ? journal_verify(au->b->db, dev, genesis, &n)
                   : err_set(BM_ECORRUPT, "%s has entries and no key", dev);
        if (rc == BM_ECORRUPT) rc = problem(au, err_text(rc));
        if (rc) break;
        au->out->devices++;
        au->out->entries += n;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* The rows of an observe still hash to what its entry says, or, once persons were cut out of some, to what verify_husks
 * looks at. */
static enum bm_rc verify_observe(struct work *au, struct stmt *of)
{
    struct entry e;
    unsigned char digest[SEAL_HASH_BYTES];
    char hex[2 * SEAL_HASH_BYTES + 1];
    int64_t n;
    const char *body = stmt_text(of, 3);
    enum bm_rc rc = entry_read(body, strlen(body), false, au->arena, &e);
    if (rc) return rc == BM_EINPUT || rc == BM_EVERSION ? problem(au, err_text(rc)) : rc;
    rc = husk_rows_digest(au->b->db, stmt_text(of, 0), stmt_text(of, 1), stmt_int(of, 2), digest, &n);
    if (rc) return rc;
    hex_encode(hex, digest, sizeof digest);
    au->out->observes++;
    au->out->rows += n;
    bool husk = stmt_kind(of, 4) != 'n'; /* persons were cut out of rows (I12): its digest covers what was, a seal what is */
    if (n == e.count && (husk || str_eq(hex, e.digest))) return BM_OK;
    char id[EID_TEXT_MAX];
    err_set(BM_ECORRUPT, "the rows of import %s are not those it was made with",
            eid_text(&e.id, id));
    return problem(au, err_text(BM_ECORRUPT));
}

static enum bm_rc verify_observes(struct work *au)
{
    struct stmt *s;
    enum bm_rc rc = db_get(au->b->db, SQL_REPORT_OBSERVES, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK)
        if ((rc = verify_observe(au, s))) break;
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc verify_husks(struct work *au)
{
    const char *text;
    enum bm_rc rc = husk_mark(au->b->db, &au->out->cut_ms);
    if (!rc) rc = husk_check(au->b, au->arena, &au->out->husks, &text);
    return rc || !text ? rc : problem(au, text);
}

static enum bm_rc verify_state(struct work *au)
{
    int64_t differences = 0;
    enum bm_rc rc = apply_verify(&au->b->apply, &au->out->readings, &differences);
    if (rc || differences == 0) return rc;
    err_set(
        BM_ECORRUPT,
        "%" PRId64
        " rows of items, loans, holds, charges or exceptions are not what the entries lead to",
        differences);
    return problem(au, err_text(BM_ECORRUPT));
}

/* I7: the ledger's rows of each line sum up to what stands. */
static enum bm_rc verify_ledger(struct work *au)
{
    struct stmt *s;
    enum bm_rc rc = db_get(au->b->db, SQL_AUDIT_LEDGER, &s, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    err_set(BM_ECORRUPT, "the ledger's rows do not sum up to what stands: %s", stmt_text(s, 0));
    stmt_done(s);
    return problem(au, err_text(BM_ECORRUPT));
}

enum bm_rc audit_run(struct branch *b, struct arena *a, struct audit *out)
{
    struct work au = { .b = b, .arena = a, .out = out };
    bm_assert(b && a && out);
    *out = (struct audit){ 0 };
    enum bm_rc rc = db_quick_check(b->db);
    if (rc == BM_ECORRUPT) rc = problem(&au, err_text(rc));
    if (rc) return rc;
    rc = db_begin_read(b->db);
    if (rc) return rc;
    rc = verify_lines(&au);
    if (!rc) rc = verify_observes(&au);
    if (!rc) rc = verify_husks(&au);
    if (!rc) rc = verify_state(&au);
    if (!rc) rc = verify_ledger(&au);
    const char *text = NULL;
    if (!rc) rc = audit_again(b, a, &text);
    if (!rc && text) rc = problem(&au, text);
    return db_end(b->db, rc);
}

/* --- digests ----------------------------------------------------------------------------------------- */

/* What two branches with the same entries agree on, in whatever order these came. */
static const struct {
    const char *name;
    enum sql_id rows;
} state_tables[] = {
    { "item", SQL_ITEMS_ALL },        { "loan", SQL_LOANS_ALL },
    { "hold", SQL_HOLDS_ALL },        { "charge", SQL_CHARGES_ALL },
    { "patron", SQL_REPORT_PATRONS }, { "exception", SQL_REPORT_EXCEPTIONS },
    { "balance", SQL_AUDIT_BALANCES },
};
enum { STATE_COUNT = sizeof state_tables / sizeof *state_tables };

enum bm_rc audit_sum(struct stmt *s, uint64_t *sum, int64_t *rows)
{
    struct buf row;
    enum bm_rc rc;
    *sum = 0;
    *rows = 0;
    buf_init(&row, ROW_BYTES_MAX);
    while ((rc = stmt_next(s)) == BM_OK) {
        unsigned char hash[SEAL_HASH_BYTES];
        uint64_t x = 0;
        buf_clear(&row);
        for (int c = 0; c < stmt_columns(s); c++) {
            const char *text = stmt_text(s, c);
            buf_putc(&row, text ? 't' : 'n');
            buf_put(&row, text ? text : "",
                    text ? strlen(text) + 1 : 1); /* its NUL keeps columns apart */
        }
        if ((rc = buf_rc(&row))) break;
        seal_hash(row.data, row.len, hash);
        for (int k = 0; k < 8; k++) x = x << 8 | hash[k];
        *sum += x;
        ++*rows;
    }
    stmt_done(s);
    buf_free(&row);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc sum_rows(struct branch *b, enum sql_id sql, char hex[SUM_TEXT])
{
    struct stmt *s;
    uint64_t sum = 0;
    int64_t rows;
    enum bm_rc rc = db_get(b->db, sql, &s, NULL);
    if (!rc) rc = audit_sum(s, &sum, &rows);
    snprintf(hex, SUM_TEXT, "%016" PRIx64, sum);
    return rc;
}

enum bm_rc audit_digests(struct branch *b, struct buf *feed, struct buf *state)
{
    struct jsonw w;
    bm_assert(b && feed && state);
    enum bm_rc rc = db_begin_read(b->db);
    if (rc) return rc;
    jsonw_init(&w, state);
    jsonw_object(&w);
    rc = feed_digests(b->db, feed);
    for (size_t i = 0; i < STATE_COUNT && !rc; i++) {
        char hex[SUM_TEXT];
        rc = sum_rows(b, state_tables[i].rows, hex);
        if (!rc) jsonw_put_text(&w, state_tables[i].name, hex);
    }
    jsonw_object_end(&w);
    if (!rc) rc = jsonw_rc(&w);
    return db_end(b->db, rc);
}
