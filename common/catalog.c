/* common/catalog.c -- see catalog.h. What is typed is made into a search first; then hits,
 * copies, one item. */
#include "common/catalog.h"

#include <string.h>

#include "common/barcode.h"
#include "common/callno.h"

/* --- the words ---------------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7F;
}

/* Whether the search engine will find a word in it: a letter, a digit, or anything beyond
 * ASCII. */
static bool has_letter(const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)word[i];
        if (c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
            (c >= 'a' && c <= 'z'))
            return true;
    }
    return false;
}

/* L1: each word as a quoted string, in which nothing but the quote means anything; side by side
 * all must match, and the star after the last lets it be the beginning of a word.
 * ret: BM_OK, *out "" if there is no word */
static enum bm_rc make_match(const char *query, struct buf *out)
{
    size_t count = 0;
    for (const char *p = query; *p;) {
        while (*p && is_blank(*p)) p++;
        size_t len = 0;
        while (p[len] && !is_blank(p[len])) len++;
        if (has_letter(p, len)) {
            if (++count > CATALOG_WORDS_MAX)
                return err_set(BM_EUSAGE, "search for no more than %d words",
                               CATALOG_WORDS_MAX);
            buf_puts(out, count > 1 ? " \"" : "\"");
            for (size_t i = 0; i < len; i++) {
                if (p[i] == '"') buf_putc(out, '"');
                buf_putc(out, p[i]);
            }
            buf_putc(out, '"');
        }
        p += len;
    }
    if (count) buf_puts(out, " *");
    return buf_rc(out);
}

/* --- titles ------------------------------------------------------------------------------- */

static enum bm_rc read_hit(struct db *db, struct stmt *s, const char *place, struct arena *a,
                           struct catalog_hit *hit)
{
    struct stmt *n;
    *hit = (struct catalog_hit){
        .key = stmt_copy(s, 0, a),
        .name = stmt_copy(s, 1, a),
        .author = stmt_copy(s, 2, a),
        .callno = stmt_copy(s, 3, a),
        .itype = stmt_copy(s, 4, a),
    };
    if (!hit->key || !hit->name || !hit->author)
        return BM_ENOMEM; /* columns that cannot be NULL */
    enum bm_rc rc =
        db_get(db, SQL_CATALOG_COUNT, &n, "place", 's', place, "title", 's', hit->key, NULL);
    if (!rc) rc = stmt_next(n);
    if (rc) return rc;
    hit->copies = stmt_int(n, 0);
    hit->here = stmt_int_or(n, 1, 0);
    hit->out = stmt_int(n, 2);
    stmt_done(n);
    return BM_OK;
}

/* All rows of a cursor, at most `limit`. */
static enum bm_rc read_hits(struct db *db, struct stmt *s, const char *place, size_t limit,
                            struct arena *a, struct catalog_hits *out)
{
    enum bm_rc rc;
    size_t cap = 0;
    bm_assert(out->count == 0);
    while (!(rc = stmt_next(s))) {
        if (out->count == limit) {
            out->more = true;
            break;
        }
        struct catalog_hit *grown = arena_grow(a, out->hits, out->count, &cap, sizeof *grown);
        rc = grown ? read_hit(db, s, place, a, &grown[out->count]) : BM_ENOMEM;
        if (rc) break;
        out->hits = grown;
        out->count++;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc by_code(struct db *db, const char *query, const char *place, size_t limit,
                          struct arena *a, struct catalog_hits *out)
{
    char barcode[BARCODE_MAX + 1], isbn[BARCODE_ISBN_SIZE];
    struct stmt *s;
    enum bm_rc rc = BM_OK;
    if (barcode_clean(query, barcode, sizeof barcode) == BM_OK) {
        rc = db_get(db, SQL_CATALOG_BY_BARCODE, &s, "barcode", 's', barcode, NULL);
        if (!rc) rc = read_hits(db, s, place, limit, a, out);
        if (rc || out->count) return rc;
    }
    if (barcode_isbn13(query, isbn) == BM_OK) {
        rc = db_get(db, SQL_CATALOG_BY_ISBN, &s, "isbn", 's', isbn, "count", 'i',
                    (int64_t)limit + 1, NULL);
        if (!rc) rc = read_hits(db, s, place, limit, a, out);
    }
    return rc;
}

enum bm_rc catalog_search(struct db *db, const char *query, const char *place, size_t limit,
                          struct arena *a, struct catalog_hits *out)
{
    bm_assert(db && query && a && out);
    bm_assert(limit >= 1 && limit <= CATALOG_HITS_MAX);
    *out = (struct catalog_hits){ 0 };
    size_t len = strlen(query);
    if (len > CATALOG_QUERY_MAX)
        return err_set(BM_EUSAGE, "search for no more than %d bytes", CATALOG_QUERY_MAX);
    if (!utf8_valid(query, len)) return err_set(BM_EUSAGE, "what is searched for is not UTF-8");
    enum bm_rc rc = by_code(db, query, place, limit, a, out);
    if (rc || out->count) return rc;
    struct buf match;
    struct stmt *s;
    buf_init(&match, (size_t)CATALOG_QUERY_MAX * 4);
    rc = make_match(query, &match);
    if (rc || match.len == 0) goto done;
    rc = db_get(db, SQL_CATALOG_SEARCH, &s, "match", 's', buf_str(&match), "count", 'i',
                (int64_t)limit + 1, NULL);
    if (!rc) rc = read_hits(db, s, place, limit, a, out);
done:
    buf_free(&match);
    return rc;
}

enum bm_rc catalog_title(struct db *db, const char *key, const char *place, struct arena *a,
                         struct catalog_hit *out)
{
    struct stmt *s;
    bm_assert(db && key && a && out);
    enum bm_rc rc = db_get(db, SQL_CATALOG_TITLE, &s, "key", 's', key, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc == BM_ENOTFOUND) return err_set(rc, "there is no title of this key; search for it");
    if (rc) return rc;
    rc = read_hit(db, s, place, a, out);
    stmt_done(s);
    return rc;
}

/* --- copies and shelves ------------------------------------------------------------------- */

/* Rows of CATALOG_COPIES (shelf false) or CATALOG_SHELF. */
static enum bm_rc read_copies(struct stmt *s, bool shelf, size_t limit, struct arena *a,
                              struct catalog_copies *out)
{
    enum bm_rc rc;
    size_t cap = 0;
    while (!(rc = stmt_next(s))) {
        if (out->count == limit) {
            out->more = true;
            break;
        }
        struct catalog_copy *grown =
            arena_grow(a, out->copies, out->count, &cap, sizeof *grown);
        if (!grown) {
            rc = BM_ENOMEM;
            break;
        }
        out->copies = grown;
        struct catalog_copy *c = &grown[out->count++];
        *c = (struct catalog_copy){ .barcode = stmt_copy(s, 0, a),
                                    .callno = stmt_copy(s, 1, a),
                                    .due_s = INT64_MIN };
        c->aside = stmt_int_or(s, 5, 0) != 0;
        if (shelf)
            c->name = stmt_copy(s, 2, a), c->author = stmt_copy(s, 3, a),
            c->cond = stmt_copy(s, 4, a), c->due_s = stmt_int(s, 6);
        else
            c->place = stmt_copy(s, 2, a), c->cond = stmt_copy(s, 3, a),
            c->due_s = stmt_int(s, 4);
        if (!c->barcode || !c->cond) {
            rc = BM_ENOMEM;
            break;
        }
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc catalog_copies(struct db *db, const char *title, struct arena *a,
                          struct catalog_copies *out)
{
    struct stmt *s;
    bm_assert(db && title && a && out);
    *out = (struct catalog_copies){ 0 };
    enum bm_rc rc = db_get(db, SQL_CATALOG_COPIES, &s, "title", 's', title, "count", 'i',
                           (int64_t)CATALOG_COPIES_MAX + 1, NULL);
    return rc ? rc : read_copies(s, false, CATALOG_COPIES_MAX, a, out);
}

enum bm_rc catalog_shelf(struct db *db, const struct catalog_shelf *ask, struct arena *a,
                         struct catalog_copies *out)
{
    struct stmt *s;
    char from[CALLNO_KEY_MAX], to[CALLNO_KEY_MAX];
    bm_assert(db && ask->place && a && out);
    bm_assert(ask->limit >= 1 && ask->limit <= CATALOG_SHELF_MAX);
    *out = (struct catalog_copies){ 0 };
    if (ask->from) (void)callno_key(ask->from, from, sizeof from); /* always fits */
    if (ask->to) (void)callno_key(ask->to, to, sizeof to);
    enum bm_rc rc = db_get(db, SQL_CATALOG_SHELF, &s, "place", 's', ask->place, "from", 's',
                           ask->from ? from : NULL, "to", 's', ask->to ? to : NULL, "all", 'i',
                           (int64_t)ask->all, "count", 'i', (int64_t)ask->limit + 1, NULL);
    if (!rc) rc = read_copies(s, true, ask->limit, a, out);
    for (size_t i = 0; i < out->count; i++) out->copies[i].place = ask->place;
    return rc;
}

/* --- one item ----------------------------------------------------------------------------- */

enum bm_rc catalog_item(struct db *db, const char *scanned, struct arena *a,
                        struct catalog_item *out)
{
    char barcode[BARCODE_MAX + 1];
    struct stmt *s;
    bm_assert(db && scanned && a && out);
    *out = (struct catalog_item){ 0 };
    if (barcode_clean(scanned, barcode, sizeof barcode)) return BM_EUSAGE; /* its detail says why */
    enum bm_rc rc = db_get(db, SQL_CATALOG_ITEM, &s, "barcode", 's', barcode, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc == BM_ENOTFOUND)
        return err_set(rc, "there is no item %s here; scan it again", barcode);
    if (rc) return rc;
    const char **const texts[] = {
        &out->barcode,
        &out->title,
        &out->name,
        &out->author,
        &out->itype,
        &out->callno,
        &out->loc,
        &out->branch,
        &out->place,
        &out->cond,
        NULL,
        &out->loan,
        &out->card,
        &out->patron_name,
        NULL,
        NULL,
        NULL,
        &out->aside,
        &out->aside_card,
        &out->aside_name,
        &out->aside_pickup,
        NULL,
        NULL,
        &out->last_op,
    };
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts) && !rc; i++) {
        if (!texts[i] || stmt_kind(s, i) == 'n') continue;
        *texts[i] = stmt_copy(s, i, a);
        if (!*texts[i]) rc = BM_ENOMEM;
    }
    out->price_cents = stmt_int(s, 10);
    out->out_ms = stmt_int(s, 14);
    out->due_s = stmt_int(s, 15);
    out->renewals = stmt_int(s, 16);
    out->aside_stands = stmt_int_or(s, 21, 0) != 0;
    out->last_t_ms = stmt_int(s, 22);
    stmt_done(s);
    return rc;
}
