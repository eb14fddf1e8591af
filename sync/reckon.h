/* sync/reckon.h -- did everything come home? What a laptop made against what is here, and what became of it.
 * Floor:   sync. Uses branch.
 * Owns:    nothing.
 * Threads: one per branch handle.
 *
 * Three books are held against each other: how far its lines go (epochs here, and heads that its last hello named), what was
 * received, and the outcomes. made = home + waiting; home = applied + exceptions + quarantined + unapplied. */
#ifndef BM_RECKON_H
#define BM_RECKON_H

#include "common/jsonw.h"
#include "sync/branch.h"

struct reckoning {
    int64_t made;       /* entries, as far as the branch was told; ENTRY_NONE: nothing was */
    int64_t home, waiting; /* stored here; told of and not here yet */
    int64_t applied;    /* adjusted and stored among them, all by the first outcome */
    int64_t adjusted, stored;
    int64_t exceptions, quarantined, unapplied;
    bool adds_up;
};

BM_MUST_CHECK enum bm_rc reckon(struct branch *b, const char *dev, struct reckoning *out);
/* As members of the object begun: made (null: not known) home waiting applied adjusted stored exceptions quarantined unapplied
 * adds_up. */
void reckon_json(struct jsonw *w, const struct reckoning *r);

/* A hello names a head that is further on than what is here: a write, in the caller's transaction. */
BM_MUST_CHECK enum bm_rc reckon_told(struct branch *b, const char *dev, uint64_t ep, uint64_t seq, uint64_t parent_seq);

#endif
