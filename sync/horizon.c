/* sync/horizon.c -- see horizon.h */
#include "sync/horizon.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/zone.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static enum bm_rc hold_add(struct horizon *h, struct arena *a, size_t *cap, struct stmt *s, const char *why, int64_t until_ms)
{
    if (until_ms >= h->wanted_ms) return BM_OK;
    struct horizon_hold *grown = arena_grow(a, h->holds, h->hold_count, cap, sizeof *grown);
    if (!grown) return BM_ENOMEM;
    h->holds = grown;
    grown[h->hold_count] = (struct horizon_hold){ stmt_copy(s, 0, a), why, until_ms };
    return grown[h->hold_count++].dev ? BM_OK : BM_ENOMEM;
}

/* A laptop that may still come has acts from its last sync on: rows of dev, enrolled_ms, last_sync_ms. */
static enum bm_rc hold_laptops(struct branch *b, struct horizon *h, struct arena *a, size_t *cap)
{
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_HORIZON_LAPTOPS, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        bool synced = stmt_int(s, 2) != ENTRY_NONE;
        rc = hold_add(h, a, cap, s, synced ? "last sync" : "never synced", stmt_int(s, synced ? 2 : 1) - HORIZON_SYNC_MARGIN_MS);
        if (rc) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* What is stored and not read happened after what its device did before: rows of dev, quarantined, since_ms (NULL: unknown). */
static enum bm_rc hold_unread(struct branch *b, struct horizon *h, struct arena *a, size_t *cap)
{
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_HORIZON_UNREAD, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        int64_t since_ms = stmt_int(s, 2);
        rc = hold_add(h, a, cap, s, stmt_int(s, 1) ? "quarantined" : "not read yet", since_ms == ENTRY_NONE ? 0 : since_ms);
        if (rc) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static void earliest_first(struct horizon *h)
{
    for (size_t i = 1; i < h->hold_count; i++)
        for (size_t k = i; k > 0 && h->holds[k].until_ms < h->holds[k - 1].until_ms; k--) {
            struct horizon_hold swap = h->holds[k];
            h->holds[k] = h->holds[k - 1];
            h->holds[k - 1] = swap;
        }
}

static enum bm_rc look(struct branch *b, int64_t days, struct arena *a, struct horizon *h)
{
    size_t cap = 0;
    bm_assert(days >= 1 && days <= HORIZON_DAYS_MAX);
    *h = (struct horizon){ .wanted_ms = journal_now_ms(&b->journal) - days * DAY_MS };
    enum bm_rc rc = apply_horizon(b->db, &h->now_ms);
    if (!rc) rc = hold_laptops(b, h, a, &cap);
    if (!rc) rc = hold_unread(b, h, a, &cap);
    if (rc) return rc;
    earliest_first(h);
    h->may_ms = h->hold_count ? h->holds[0].until_ms : h->wanted_ms;
    if (h->may_ms < h->now_ms) h->may_ms = h->now_ms; /* never back */
    return BM_OK;
}

enum bm_rc horizon_look(struct branch *b, int64_t days, struct arena *a, struct horizon *out)
{
    enum bm_rc rc = db_begin_read(b->db);
    return rc ? rc : db_end(b->db, look(b, days, a, out));
}

/* A clock set ahead leaves a hole between what came in before and after. */
static enum bm_rc look_for_hole(struct branch *b)
{
    char from[ZONE_TEXT_MAX], to[ZONE_TEXT_MAX];
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_HORIZON_HOLE, &s, "now_ms", 'i', journal_now_ms(&b->journal), NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    int64_t to_ms = stmt_int(s, 0), gap_ms = stmt_int(s, 1);
    stmt_done(s);
    if (gap_ms == ENTRY_NONE || gap_ms <= HORIZON_HOLE_DAYS * (int64_t)DAY_MS) return BM_OK;
    return err_set(BM_EREFUSED, "nothing came in from %s to %s, by this machine's clock: is it right? Books that are closed stay closed. If it is, say --clock-is-right",
                   zone_text((to_ms - gap_ms) / 1000, from, sizeof from, ZONE_DATE_TIME), zone_text(to_ms / 1000, to, sizeof to, ZONE_DATE_TIME));
}

enum bm_rc horizon_advance(struct branch *b, int64_t days, bool sure, struct arena *a, struct horizon *out)
{
    char text[24];
    enum bm_rc rc = sure ? BM_OK : look_for_hole(b);
    if (rc) return rc;
    rc = db_begin(b->db); /* nobody takes in entries meanwhile */
    if (rc) return rc;
    rc = look(b, days, a, out);
    if (!rc && out->may_ms > out->now_ms) {
        snprintf(text, sizeof text, "%" PRId64, out->may_ms);
        rc = meta_set(b->db, "horizon", text);
        out->now_ms = out->may_ms;
        out->moved = true;
    }
    return db_end(b->db, rc);
}
