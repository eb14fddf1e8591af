/* mobile/unsent.c -- see unsent.h */
#include "mobile/unsent.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *ep_text(uint64_t ep, char out[20])
{
    snprintf(out, 20, "%016" PRIx64, ep);
    return out;
}

/* Has the oldest one got its answer, or did a sync end, since it was counted? An answer may come to any entry; but answers come in
 * the order in which entries were sent, the oldest first. */
static enum bm_rc still_so(struct laptop *l, struct unsent *u, bool *out)
{
    struct stmt *s;
    int64_t sync_ms;
    *out = false;
    enum bm_rc rc = meta_get_int(l->db, "last_sync_ms", 0, &sync_ms);
    if (rc) return rc;
    bool same = u->counted && u->ep == l->journal.ep && u->sync_ms == sync_ms;
    u->sync_ms = sync_ms;
    if (!same || u->first_seq == 0) {
        *out = same;
        return BM_OK;
    }
    rc = db_get(l->db, SQL_ENTRY_UNSENT_STILL, &s, "dev", 's', l->journal.dev, "ep", 's', u->first_ep, "seq", 'i', u->first_seq, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    stmt_done(s);
    *out = true;
    return BM_OK;
}

/* UTC of an entry, by the clock entries of its epoch. */
static enum bm_rc time_of(struct laptop *l, const char *body, int64_t *out)
{
    struct arena a = { 0 };
    struct entry e;
    struct clock_sample samples[JOURNAL_SAMPLES_MAX];
    size_t count = 0;
    *out = ENTRY_NONE;
    enum bm_rc rc = entry_read(body, strlen(body), false, &a, &e);
    if (!rc) rc = journal_samples(l->db, l->journal.dev, e.id.ep, samples, JOURNAL_SAMPLES_MAX, &count);
    const struct clock_sample *best = rc ? NULL : clock_best(samples, count, e.t_ms);
    if (best) *out = e.t_ms + best->off_ms;
    arena_free(&a);
    return rc == BM_EVERSION ? BM_OK : rc;
}

/* Columns ep, seq, act, body. */
static enum bm_rc add_row(struct laptop *l, struct unsent *u, struct stmt *s)
{
    u->entries++;
    if (u->first_seq == 0) {
        str_copy(u->first_ep, sizeof u->first_ep, stmt_text(s, 0));
        u->first_seq = stmt_int(s, 1);
    }
    if (stmt_int(s, 2) == 0) return BM_OK;
    return u->acts++ ? BM_OK : time_of(l, stmt_text(s, 3), &u->since_ms);
}

static enum bm_rc add_rows(struct laptop *l, struct unsent *u, struct stmt *s)
{
    enum bm_rc rc;
    while ((rc = stmt_next(s)) == BM_OK && (rc = add_row(l, u, s)) == BM_OK) {}
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc unsent_look(struct laptop *l, struct unsent *u)
{
    struct stmt *s;
    char ep[20];
    bool same;
    enum bm_rc rc = still_so(l, u, &same);
    if (rc) return rc;
    if (same && u->seq == l->journal.head_seq) return BM_OK;
    if (!same) {
        int64_t sync_ms = u->sync_ms;
        *u = (struct unsent){ .since_ms = ENTRY_NONE, .sync_ms = sync_ms };
        rc = db_get(l->db, SQL_ENTRY_UNSENT_ALL, &s, "dev", 's', l->journal.dev, NULL);
    } else {
        rc = db_get(l->db, SQL_ENTRY_UNSENT_AFTER, &s, "dev", 's', l->journal.dev, "ep", 's', ep_text(u->ep, ep), "after", 'i',
                    (int64_t)u->seq, NULL);
    }
    if (!rc) rc = add_rows(l, u, s);
    u->counted = rc == BM_OK;
    u->ep = l->journal.ep;
    u->seq = l->journal.head_seq;
    return rc;
}
