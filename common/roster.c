/* common/roster.c -- see roster.h. The narrowest of the ways in is walked along, the others are looked at row by row: a way
 * with more than WAY_MOST rows is only taken where all are wide, and then the limit is reached soon. */
#include "common/roster.h"

#include <stdlib.h>
#include <string.h>

#include "common/entry.h"
#include "common/words.h"

enum { WAY_MOST = 2000 };
#define LAST_POINT "\xF4\x8F\xBF\xBF" /* U+10FFFF: after all words that begin so */

/* How to walk: by a word, the stop, or the group. */
struct way {
    enum { WAY_NONE, WAY_WORD, WAY_STOP, WAY_GROUP } kind;
    const char *word, *to;
    int64_t rows;
};

static enum bm_rc try_way(struct db *db, struct way way, const struct roster_ask *ask, struct way *best)
{
    enum bm_rc rc;
    if (way.kind == WAY_WORD)
        rc = db_int(db, SQL_ROSTER_COUNT_WORD, &way.rows, "from", 's', way.word, "to", 's', way.to, "most", 'i', (int64_t)WAY_MOST, NULL);
    else if (way.kind == WAY_STOP)
        rc = db_int(db, SQL_ROSTER_COUNT_STOP, &way.rows, "stop", 's', ask->stop, "most", 'i', (int64_t)WAY_MOST, NULL);
    else rc = db_int(db, SQL_ROSTER_COUNT_CLASS, &way.rows, "class", 's', ask->group, "most", 'i', (int64_t)WAY_MOST, NULL);
    if (!rc && (best->kind == WAY_NONE || way.rows < best->rows)) *best = way;
    return rc;
}

static enum bm_rc choose(struct db *db, const struct roster_ask *ask, const struct words *typed, struct arena *a, struct way *best)
{
    enum bm_rc rc = BM_OK;
    *best = (struct way){ 0 };
    if (ask->group) rc = try_way(db, (struct way){ .kind = WAY_GROUP }, ask, best);
    if (!rc && ask->stop) rc = try_way(db, (struct way){ .kind = WAY_STOP }, ask, best);
    for (size_t i = 0; i < typed->count && !rc; i++) {
        struct way way = { .kind = WAY_WORD, .word = typed->list[i], .to = arena_printf(a, "%s" LAST_POINT, typed->list[i]) };
        rc = way.to ? try_way(db, way, ask, best) : BM_ENOMEM;
    }
    return rc;
}

static enum bm_rc walk(struct db *db, const struct way *way, const struct roster_ask *ask, struct stmt **out)
{
    switch (way->kind) {
    case WAY_WORD:
        return db_get(db, SQL_ROSTER_BY_WORD, out, "from", 's', way->word, "to", 's', way->to, "stop", 's', ask->stop, "class", 's',
                      ask->group, NULL);
    case WAY_STOP: return db_get(db, SQL_ROSTER_BY_STOP, out, "stop", 's', ask->stop, "class", 's', ask->group, NULL);
    case WAY_GROUP: return db_get(db, SQL_ROSTER_BY_CLASS, out, "class", 's', ask->group, "stop", 's', ask->stop, NULL);
    case WAY_NONE:
    default: return err_set(BM_EINTERNAL, "a roster of nothing");
    }
}

/* Does the row fit all words, and is it this one's first? A name with two words that begin so comes twice. */
static bool fits(const struct words *typed, const struct way *way, const char *name, const char *found_by)
{
    struct words words;
    words_of_name(name ? name : "", &words);
    if (!words_match(typed, &words)) return false;
    if (way->kind != WAY_WORD) return true;
    const char *first = found_by;
    for (size_t i = 0; i < words.count; i++)
        if (strncmp(words.list[i], way->word, strlen(way->word)) == 0 && strcmp(words.list[i], first) < 0) first = words.list[i];
    return strcmp(first, found_by) == 0;
}

static enum bm_rc row_put(struct stmt *s, struct arena *a, size_t *cap, struct roster *out)
{
    struct roster_row *grown = arena_grow(a, out->rows, out->count, cap, sizeof *grown);
    if (!grown) return BM_ENOMEM;
    out->rows = grown;
    struct roster_row *r = &grown[out->count];
    *r = (struct roster_row){ .barred = stmt_int(s, 6) == 1, .expires_s = stmt_int(s, 7) };
    const char **texts[] = { &r->card, &r->account, &r->name, &r->category, &r->stop, &r->group };
    for (int i = 0; i < 6; i++)
        if (stmt_text(s, i) && !(*texts[i] = stmt_copy(s, i, a))) return BM_ENOMEM;
    out->count++;
    return BM_OK;
}

static int by_name(const void *a, const void *b)
{
    const struct roster_row *x = a, *y = b;
    int c = strcmp(x->name ? x->name : "", y->name ? y->name : "");
    return c ? c : strcmp(x->card, y->card);
}

enum bm_rc roster_find(struct db *db, const struct roster_ask *ask, struct arena *a, struct roster *out)
{
    struct words typed = { .count = 0 };
    struct way way;
    struct stmt *s;
    size_t cap = 0;
    bm_assert(db && ask && a && out && ask->limit >= 1 && ask->limit <= ROSTER_ROWS_MAX);
    *out = (struct roster){ 0 };
    if (!ask->name && !ask->stop && !ask->group) return err_set(BM_EUSAGE, "say a part of the name, a stop or a group");
    if (ask->name && strlen(ask->name) > ROSTER_TEXT_MAX) return err_set(BM_EUSAGE, "a name of no more than %d bytes", ROSTER_TEXT_MAX);
    if (ask->name) words_typed(ask->name, &typed);
    if (ask->name && typed.count == 0) return BM_OK; /* no letter in it */
    enum bm_rc rc = choose(db, ask, &typed, a, &way);
    if (!rc) rc = walk(db, &way, ask, &s);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        if (!fits(&typed, &way, stmt_text(s, 2), stmt_text(s, 8))) continue;
        out->more = out->count == ask->limit;
        if (out->more || (rc = row_put(s, a, &cap, out))) break;
    }
    stmt_done(s);
    if (rc && rc != BM_ENOTFOUND) return rc;
    if (out->count) qsort(out->rows, out->count, sizeof *out->rows, by_name);
    rc = BM_OK;
    for (size_t i = 0; i < out->count && !rc; i++)
        rc = db_int(db, SQL_LOANS_OPEN_COUNT, &out->rows[i].loans, "account", 's', out->rows[i].account, NULL);
    return rc;
}

enum bm_rc roster_groups(struct db *db, const char *stop, struct arena *a, struct roster_groups *out)
{
    struct stmt *s;
    size_t cap = 0;
    *out = (struct roster_groups){ 0 };
    enum bm_rc rc = db_get(db, SQL_ROSTER_CLASSES, &s, "stop", 's', stop, "count", 'i', (int64_t)ROSTER_GROUPS_MAX, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct roster_group *grown = arena_grow(a, out->list, out->count, &cap, sizeof *grown);
        if (!grown) {
            rc = BM_ENOMEM;
            break;
        }
        out->list = grown;
        struct roster_group *g = &grown[out->count++];
        *g = (struct roster_group){ .name = stmt_copy(s, 0, a), .patrons = stmt_int(s, 1), .stop = stmt_copy(s, 2, a) };
        if (!g->name || (stmt_text(s, 2) && !g->stop)) {
            rc = BM_ENOMEM;
            break;
        }
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}
