/* sync/audit.h -- is what stands in branch.db what its entries lead to? And sums to compare it by.
 * Floor:      sync. Uses branch, apply, feed, journal.
 * Owns:       nothing; texts live in the caller's arena.
 * Invariants: reads only, in one read transaction; I3 (chains), I13 (an import's rows hash to its digest), I5 (every row
 *             of the folds made anew from the entries), I11 (digests).
 * Threads:    as the branch handle. */
#ifndef BM_AUDIT_H
#define BM_AUDIT_H

#include "sync/branch.h"

struct audit {
    int64_t devices, entries; /* lines whose chain was walked, their entries */
    int64_t observes, rows;   /* imports whose rows were hashed again */
    int64_t readings;         /* acts folded anew */
    int64_t cut_ms, husks;    /* I12: links are cut up to here (ENTRY_NONE: never were), in so many entries and rows */
    const char **texts;       /* one for each problem found */
    size_t problem_count;
};

/* Look at everything, go on after a problem. ret: BM_OK, even with problems: see problem_count | faults */
BM_MUST_CHECK enum bm_rc audit_run(struct branch *b, struct arena *a, struct audit *out);

/* Make every table anew from the entries, in memory, and compare. ret: BM_OK, *problem NULL or a sentence | faults */
BM_MUST_CHECK enum bm_rc audit_again(struct branch *b, struct arena *a, const char **problem);

/* Append two flat JSON objects, table to sum: of what laptops hold (as a laptop computes it), and of what all entries
 * led to (equal at two branches that have the same entries, in whatever order they came). */
BM_MUST_CHECK enum bm_rc audit_digests(struct branch *b, struct buf *feed, struct buf *state);

/* Inside (audit.c, audit_again.c): the sum of the hashes of a cursor's rows, and how many there are; ends the cursor. */
BM_MUST_CHECK enum bm_rc audit_sum(struct stmt *s, uint64_t *sum, int64_t *rows);

#endif
