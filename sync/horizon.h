/* sync/horizon.h -- up to when the books are closed (TIMELINE 7): what happened before the horizon and comes now rewrites
 * nothing, but becomes an exception for staff.
 * Floor:      sync. Uses branch, apply.
 * Owns:       nothing; the horizon is a fact of the data directory, and every reading keeps the one it came under.
 * Invariants: I5 (a function of the entries and of the horizon each came under); the horizon never goes back, and never
 *             past what is known to be still on its way.
 * Threads:    one per handle. */
#ifndef BM_HORIZON_H
#define BM_HORIZON_H

#include "sync/branch.h"

enum {
    HORIZON_DAYS_DEFAULT = 90,
    HORIZON_DAYS_MAX = 36500,
    HORIZON_HOLE_DAYS = 40, /* so long hardly a library takes in nothing at all: then the clock is doubted */
    HORIZON_SYNC_MARGIN_MS = 3600 * 1000 /* acts written while a sync ran, and by a clock that was slow */
};

struct horizon_hold { /* what keeps it from going as far as was asked */
    const char *dev;
    const char *why; /* "last sync", "never synced", "not read yet", "quarantined" */
    int64_t until_ms;
};
struct horizon {
    int64_t now_ms;    /* where it is; ENTRY_NONE = nowhere yet */
    int64_t wanted_ms; /* so many days ago */
    int64_t may_ms;    /* how far it may go, at most wanted_ms; at least where it is */
    bool moved;
    struct horizon_hold *holds; /* the earliest first */
    size_t hold_count;
};

/* Where the horizon is and may go; texts in the arena. */
BM_MUST_CHECK enum bm_rc horizon_look(struct branch *b, int64_t days, struct arena *a, struct horizon *out);
/* The same, and move it there. It never comes back, and links are cut behind it: so a clock that ran ahead for one night must not
 * move it. in: sure, the clock has been looked at.
 * ret: BM_OK | BM_EREFUSED nothing came in for HORIZON_HOLE_DAYS, by this machine's clock */
BM_MUST_CHECK enum bm_rc horizon_advance(struct branch *b, int64_t days, bool sure, struct arena *a, struct horizon *out);

#endif
