/* sync/husk.h -- what is left of an entry whose person was cut out (I12), and whether it is what the branch left.
 * Floor:      sync. Uses branch.
 * Owns:       nothing.
 * Invariants: a husk keeps the hash of the bytes it had, so that its line's chain goes on. Nobody can compute it again from
 *             what is left; therefore the branch seals that with a key of its own, as of then.
 * Threads:    as the branch handle. */
#ifndef BM_HUSK_H
#define BM_HUSK_H

#include "sync/branch.h"

enum {
    HUSK_SEAL_BYTES = SEAL_KEYED_BYTES,
    HUSK_SLACK_MS = 3600 * 1000 /* a better clock may date what was cut anew, by no more than this */
};

/* The seal of an entry or row. in: hash NULL = a row of an import; rows, digest of an import's rows, for the import itself */
void husk_seal(const struct branch *b, const unsigned char *hash, const char *body, const unsigned char *rows,
               unsigned char out[HUSK_SEAL_BYTES]);

/* Digest of an import's rows as they stand now, and how many they are. */
BM_MUST_CHECK enum bm_rc husk_rows_digest(struct db *db, const char *dev, const char *ep, int64_t seq,
                                          unsigned char out[SEAL_HASH_BYTES], int64_t *count);

/* Links are cut up to here; ENTRY_NONE = never were. */
BM_MUST_CHECK enum bm_rc husk_mark(struct db *db, int64_t *out);

/* Look at all husks. out: *count; *problem, a sentence about the first one that is younger than the mark or was changed
 * since, else NULL */
BM_MUST_CHECK enum bm_rc husk_check(struct branch *b, struct arena *a, int64_t *count, const char **problem);

#endif
