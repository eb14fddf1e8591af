/* sync/husk.c -- see husk.h */
#include "sync/husk.h"

#include <inttypes.h>
#include <string.h>

void husk_seal(const struct branch *b, const unsigned char *hash, const char *body, const unsigned char *rows,
               unsigned char out[HUSK_SEAL_BYTES])
{
    struct seal_hasher h;
    unsigned char all[SEAL_HASH_BYTES];
    seal_hasher_start(&h);
    if (hash) seal_hasher_add(&h, hash, JOURNAL_HASH);
    seal_hasher_add(&h, body, strlen(body) + 1); /* its NUL keeps the parts apart */
    if (rows) seal_hasher_add(&h, rows, SEAL_HASH_BYTES);
    seal_hasher_end(&h, all);
    seal_keyed(b->husk_key, all, sizeof all, out);
}

enum bm_rc husk_rows_digest(struct db *db, const char *dev, const char *ep, int64_t seq, unsigned char out[SEAL_HASH_BYTES],
                            int64_t *count)
{
    struct seal_hasher h;
    struct stmt *s;
    *count = 0;
    enum bm_rc rc = db_get(db, SQL_ENTRY_ROWS, &s, "dev", 's', dev, "ep", 's', ep, "seq", 'i', seq, NULL);
    if (rc) return rc;
    seal_hasher_start(&h);
    while ((rc = stmt_next(s)) == BM_OK) {
        const char *row = stmt_text(s, 1);
        seal_hasher_add(&h, row, strlen(row));
        seal_hasher_add(&h, "\n", 1);
        ++*count;
    }
    seal_hasher_end(&h, out);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc husk_mark(struct db *db, int64_t *out)
{
    return meta_get_int(db, "links_cut_ms", ENTRY_NONE, out);
}

/* in: s, a row of HUSKS. ret: NULL, or what is wrong with it */
static enum bm_rc check_one(struct branch *b, struct stmt *s, int64_t mark_ms, const char **wrong)
{
    unsigned char seal[HUSK_SEAL_BYTES], rows[SEAL_HASH_BYTES];
    size_t hash_len, len;
    const void *hash = stmt_blob(s, 4, &hash_len), *stored = stmt_blob(s, 6, &len);
    bool import = str_eq(stmt_text(s, 7), op_name(OP_OBSERVE));
    int64_t t_ms = stmt_int(s, 8), count;
    *wrong = NULL;
    if (!import && (t_ms == ENTRY_NONE || mark_ms == ENTRY_NONE || t_ms >= mark_ms + HUSK_SLACK_MS)) { /* an import's own entry names nobody */
        *wrong = "is marked as cut, but is younger than the mark up to which links were cut";
        return BM_OK;
    }
    if (import) {
        enum bm_rc rc = husk_rows_digest(b->db, stmt_text(s, 0), stmt_text(s, 1), stmt_int(s, 2), rows, &count);
        if (rc) return rc;
    }
    bool sound = (hash_len == JOURNAL_HASH || stmt_int(s, 3) > 0) && len == sizeof seal;
    if (sound) {
        husk_seal(b, hash_len == JOURNAL_HASH ? hash : NULL, stmt_text(s, 5), import ? rows : NULL, seal);
        sound = memcmp(seal, stored, sizeof seal) == 0;
    }
    if (!sound) *wrong = "is not what was left of it when its link was cut";
    return BM_OK;
}

enum bm_rc husk_check(struct branch *b, struct arena *a, int64_t *count, const char **problem)
{
    struct stmt *s;
    int64_t mark_ms;
    *count = 0;
    *problem = NULL;
    enum bm_rc rc = husk_mark(b->db, &mark_ms);
    if (!rc) rc = db_get(b->db, SQL_HUSKS, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        const char *wrong;
        ++*count;
        rc = check_one(b, s, mark_ms, &wrong);
        if (!rc && wrong && !*problem) {
            *problem = arena_printf(a, "entry %s.%s.%" PRId64 ".%" PRId64 " %s", stmt_text(s, 0), stmt_text(s, 1), stmt_int(s, 2),
                                    stmt_int(s, 3), wrong);
            if (!*problem) rc = BM_ENOMEM;
        }
        if (rc) break;
    }
    if (rc != BM_ENOTFOUND) stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}
