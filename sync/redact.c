/* sync/redact.c -- see redact.h. The run: how far, in which parts, and that nothing else changes. */
#include "sync/redact.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sync/husk.h"
#include "sync/redact_priv.h"

enum { DAY_MS = 24 * 3600 * 1000, NODES_A_BATCH = 1000, RANGES_MAX = 64, PAUSE_NS = 2000000 };

const char *redact_keep_key(enum redact_keep why)
{
#define REDACT_KEY(name, key, words) [KEEP_##name] = key,
    static const char *const keys[KEEP_COUNT] = { "", REDACT_KEEPS(REDACT_KEY) };
#undef REDACT_KEY
    return keys[why];
}

const char *redact_keep_words(enum redact_keep why)
{
#define REDACT_WORDS(name, key, words) [KEEP_##name] = words,
    static const char *const all[KEEP_COUNT] = { "", REDACT_KEEPS(REDACT_WORDS) };
#undef REDACT_WORDS
    return all[why];
}

/* --- how far ------------------------------------------------------------------------------------------ */

enum bm_rc redact_days(struct db *db, int64_t *out)
{
    return meta_get_int(db, "link_days", REDACT_DAYS_DEFAULT, out);
}

enum bm_rc redact_set_days(struct branch *b, int64_t days)
{
    enum bm_rc rc = db_begin(b->db);
    return rc ? rc : db_end(b->db, meta_set_int(b->db, "link_days", days));
}

/* What a backup, once it is restored, still has to be completed with by laptops must not be cut there before. Backups are
 * not made by this program yet: no limit. The mark of the older of the last two backups that were read back belongs here. */
static int64_t backup_mark_ms(struct branch *b)
{
    (void)b;
    return INT64_MAX;
}

static enum bm_rc how_far(struct branch *b, int64_t days, struct redact *out)
{
    out->wanted_ms = journal_now_ms(&b->journal) - days * DAY_MS;
    enum bm_rc rc = apply_horizon(b->db, &out->horizon_ms);
    int64_t backup_ms = backup_mark_ms(b);
    out->cut_ms = out->wanted_ms < out->horizon_ms ? out->wanted_ms : out->horizon_ms;
    if (backup_ms < out->cut_ms) out->cut_ms = backup_ms;
    return rc;
}

/* --- a batch -------------------------------------------------------------------------------------------- */

struct range {
    size_t from, count;
};

static void count_cut(struct redact *out, const struct piece *p)
{
    out->cut[p->kind]++;
    out->entries += (int64_t)p->count;
    for (size_t i = 0; i < p->count; i++) out->payments += p->entries[i].op == OP_PAY;
}

static enum bm_rc count_kept(struct redact *out, const struct piece *p, struct arena *a)
{
    out->kept[p->kind][p->keep]++;
    if (p->keep != KEEP_CHANGES || out->named_count == REDACT_NAMED_MAX) return BM_OK;
    out->named[out->named_count] = arena_strdup(a, p->id);
    return out->named[out->named_count++] ? BM_OK : BM_ENOMEM;
}

/* Cut them; if anything changes that must stay, undo it. out: *done */
static enum bm_rc try_cut(struct redact_work *w, const struct piece *pieces, size_t count, uint64_t stays, bool *done)
{
    uint64_t now = 0;
    *done = false;
    enum bm_rc rc = db_save(w->b->db, "cut");
    if (rc) return rc;
    rc = redact_cut(w, pieces, count);
    if (!rc) rc = redact_stays(w->b->db, &now);
    *done = !rc && now == stays;
    enum bm_rc ended = db_save_end(w->b->db, "cut", rc ? rc : *done ? BM_OK : BM_EREFUSED);
    return ended == BM_EREFUSED ? BM_OK : ended;
}

/* All at once; where that changes something, by halves, until those are found that cannot be cut. Stories of one group may
 * need each other: then both halves pass alone what they cannot pass together, and the order decides. */
static enum bm_rc cut_pieces(struct redact_work *w, struct piece *pieces, size_t count, struct arena *a, struct redact *out)
{
    struct range left[RANGES_MAX];
    size_t n = 0;
    uint64_t stays;
    enum bm_rc rc = redact_stays(w->b->db, &stays);
    if (count) left[n++] = (struct range){ 0, count };
    while (n > 0 && !rc) {
        struct range r = left[--n];
        bool done;
        rc = try_cut(w, pieces + r.from, r.count, stays, &done);
        if (rc) break;
        if (done) {
            for (size_t i = 0; i < r.count; i++) count_cut(out, &pieces[r.from + i]);
        } else if (r.count == 1) {
            pieces[r.from].keep = KEEP_CHANGES;
            rc = count_kept(out, &pieces[r.from], a);
        } else {
            size_t half = r.count / 2;
            bm_assert(n + 2 <= RANGES_MAX);
            left[n++] = (struct range){ r.from + half, r.count - half };
            left[n++] = (struct range){ r.from, half };
        }
    }
    return rc;
}

/* Those that need not be kept come first. ret: how many they are */
static size_t free_ones_first(struct piece_list *list)
{
    size_t n = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->pieces[i].keep != KEEP_NOT) continue;
        struct piece swap = list->pieces[n];
        list->pieces[n++] = list->pieces[i];
        list->pieces[i] = swap;
    }
    return n;
}

struct todo { /* nodes in order, and which were looked at with another one's group */
    struct node_set nodes;
    bool *seen;
};

static int text_cmp(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void mark_seen(struct todo *todo, const struct node_set *group)
{
    for (size_t i = 0; i < group->count; i++) {
        const char **at = bsearch(&group->nodes[i], todo->nodes.nodes, todo->nodes.count, sizeof *todo->nodes.nodes, text_cmp);
        if (at) todo->seen[at - todo->nodes.nodes] = true;
    }
}

/* in: nodes [from, to) */
static enum bm_rc one_batch(struct redact_work *w, struct todo *todo, size_t from, size_t to, bool dry, struct arena *a, struct redact *out)
{
    struct piece_list found = { 0 };
    enum bm_rc rc = redact_load_open(w);
    for (size_t i = from; i < to && !rc; i++) {
        struct node_set group = { 0 };
        if (todo->seen[i]) continue;
        rc = redact_find(w, todo->nodes.nodes[i], &group, &found);
        if (!rc) mark_seen(todo, &group);
    }
    if (rc) return rc;
    size_t may = free_ones_first(&found);
    for (size_t i = may; i < found.count && !rc; i++) rc = count_kept(out, &found.pieces[i], a);
    for (size_t i = 0; dry && i < may; i++) count_cut(out, &found.pieces[i]);
    return rc || dry ? rc : cut_pieces(w, found.pieces, may, a, out);
}

static enum bm_rc move_mark(struct redact_work *w, int64_t mark_ms)
{
    return mark_ms < w->cut_ms ? meta_set_int(w->b->db, "links_cut_ms", w->cut_ms) : BM_OK;
}

/* --- the run ------------------------------------------------------------------------------------------------ */

static enum bm_rc list_nodes(struct redact_work *w, struct arena *a, struct todo *todo)
{
    struct node_set *out = &todo->nodes;
    struct stmt *s;
    enum bm_rc rc = db_get(w->b->db, SQL_REDACT_NODES, &s, "cut", 'i', w->cut_ms, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        const char **grown = arena_grow(a, out->nodes, out->count, &out->cap, sizeof *grown);
        if (!grown || !(grown[out->count] = stmt_copy(s, 0, a))) {
            stmt_done(s);
            return BM_ENOMEM;
        }
        out->nodes = grown;
        out->count++;
    }
    todo->seen = arena_array(a, out->count + 1, sizeof *todo->seen);
    return rc != BM_ENOTFOUND ? rc : todo->seen ? BM_OK : BM_ENOMEM;
}

/* Bodies of batches that could not be taken in hold cards and items too; they are kept for staff as long as links are. */
static enum bm_rc cut_asides(struct redact_work *w, bool dry, struct redact *out)
{
    enum bm_rc rc = db_int(w->b->db, SQL_REDACT_ASIDE_COUNT, &out->asides, "cut", 'i', w->cut_ms, NULL);
    return rc || dry || out->asides == 0 ? rc : db_run(w->b->db, SQL_REDACT_ASIDE, "cut", 'i', w->cut_ms, NULL);
}

static enum bm_rc run_batches(struct redact_work *w, struct todo *todo, bool dry, struct arena *a, struct redact *out)
{
    enum bm_rc rc = BM_OK;
    struct arena batch = { 0 };
    size_t count = todo->nodes.count;
    w->a = &batch;
    for (size_t from = 0; from < count && !rc; from += NODES_A_BATCH) {
        size_t to = count - from < NODES_A_BATCH ? count : from + NODES_A_BATCH;
        const struct timespec pause = { .tv_nsec = PAUSE_NS };
        if (from) nanosleep(&pause, NULL); /* the desk has its turn */
        rc = db_begin(w->b->db);
        if (rc) break;
        rc = db_end(w->b->db, one_batch(w, todo, from, to, dry, a, out));
        arena_free(&batch);
    }
    return rc;
}

enum bm_rc redact_upto(struct branch *b, int64_t cut_ms, bool dry, struct arena *a, struct redact *out)
{
    struct redact_work w = { .b = b, .a = a, .cut_ms = cut_ms, .out = out };
    struct todo todo = { 0 };
    enum bm_rc rc = db_begin(b->db);
    if (rc) return rc;
    rc = husk_mark(b->db, &out->mark_ms);
    if (!rc && !dry) rc = move_mark(&w, out->mark_ms); /* first: a husk is never younger than the mark */
    if (!rc && !dry) rc = db_run(b->db, SQL_REDACT_ANSWERS, "cut", 'i', cut_ms, NULL);
    if (!rc) rc = cut_asides(&w, dry, out);
    if (!rc) rc = list_nodes(&w, a, &todo);
    rc = db_end(b->db, rc);
    return rc ? rc : run_batches(&w, &todo, dry, a, out);
}

/* Forget the order in which rows changed long ago, and note how far they are now. */
static enum bm_rc cut_revisions(struct branch *b, int64_t cut_ms)
{
    enum bm_rc rc = db_begin(b->db);
    if (rc) return rc;
    rc = db_run(b->db, SQL_REDACT_REVISIONS, "cut", 'i', cut_ms, NULL);
    if (!rc) rc = db_run(b->db, SQL_REDACT_REVISIONS_AT, "cut", 'i', cut_ms, NULL);
    if (!rc) rc = db_run(b->db, SQL_REDACT_REVISION_AT, "now_ms", 'i', journal_now_ms(&b->journal), NULL);
    return db_end(b->db, rc);
}

enum bm_rc redact_run(struct branch *b, int64_t days, bool dry, struct arena *a, struct redact *out)
{
    bm_assert(days >= 1 && days <= REDACT_DAYS_MAX);
    *out = (struct redact){ 0 };
    enum bm_rc rc = db_begin_read(b->db);
    if (rc) return rc;
    rc = how_far(b, days, out);
    if (!rc) rc = husk_mark(b->db, &out->mark_ms);
    rc = db_end(b->db, rc);
    if (rc || out->cut_ms == ENTRY_NONE) return rc;
    rc = redact_upto(b, out->cut_ms, dry, a, out);
    if (!rc && !dry) rc = cut_revisions(b, out->cut_ms);
    if (rc || dry) return rc;
    rc = db_checkpoint(b->db); /* what was cut stands in no log either */
    out->log_left = rc == BM_EBUSY;
    return out->log_left ? BM_OK : rc;
}
