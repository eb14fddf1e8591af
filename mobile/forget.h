/* mobile/forget.h -- cutting persons out of the laptop's own old entries, once the branch has done so (I12).
 * Floor:      mobile. Uses laptop.
 * Owns:       nothing.
 * Invariants: only what the branch has, has answered, contains in what it sent (below the mark), and says that it is past
 *             changing; an entry keeps its identity, time and hash, and the chain goes on through it.
 * Threads:    as the laptop handle. Takes the lock for a few entries at a time. */
#ifndef BM_FORGET_H
#define BM_FORGET_H

#include "mobile/laptop.h"

/* in: cut_ms, the branch cut links up to here (0 = never); mark_seq, of the base
 * out: *count, entries that name nobody from now on */
BM_MUST_CHECK enum bm_rc forget_old(struct laptop *l, int64_t cut_ms, int64_t mark_seq, int64_t *count);

/* Is every entry that is marked as cut among those that were? ret: BM_OK | BM_ECORRUPT, named */
BM_MUST_CHECK enum bm_rc forget_check(struct laptop *l);

#endif
