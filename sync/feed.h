/* sync/feed.h -- what laptops hold of the branch's tables: changes by revision, whole copies, digests.
 * Floor:      sync. Uses db, jsonw, seal.
 * Owns:       the list of tables that travel and their scope; nothing else.
 * Invariants: I11 (digests are sums of row hashes: equal sums, equal rows); every change of a travelling row gets a
 *             revision in the transaction that makes it (triggers: nobody can forget one).
 * Threads:    one per handle.
 *
 * A feed line is one JSON object: {"t":table,"k":key,"r":[values in the table's column order]}; without "r" the row is
 * gone or has left the scope. */
#ifndef BM_FEED_H
#define BM_FEED_H

#include "common/db.h"

enum {
    FEED_SCHEMA = 1,        /* of the tables that travel */
    FEED_ROWS_MAX = 200000, /* changes in one pull; more: take a snapshot */
    FEED_LINE_MAX = 64 << 10,
    FEED_BYTES_MAX = 128 << 20
};

/* Make the triggers that give each change a revision (once, when the branch is made). */
BM_MUST_CHECK enum bm_rc feed_create_triggers(struct db *db);

/* The newest revision and its tag; 0, 0 before the first. */
BM_MUST_CHECK enum bm_rc feed_head(struct db *db, int64_t *rev, int64_t *tag);
/* Is (rev, tag) a revision of this branch? ret: BM_OK | BM_ENOTFOUND: a snapshot is needed */
BM_MUST_CHECK enum bm_rc feed_known(struct db *db, int64_t rev, int64_t tag);
/* Append lines for all that changed in (after, upto]. ret: BM_OK, *count lines | BM_ELIMIT too many: snapshot */
BM_MUST_CHECK enum bm_rc feed_write(struct db *db, int64_t after, int64_t upto, struct buf *out, int64_t *count);
/* Take lines in, in the caller's transaction: rows that go first, then rows that come.
 * ret: BM_OK | BM_EINPUT a line is not sound | faults */
BM_MUST_CHECK enum bm_rc feed_read(struct db *db, const char *lines, size_t len, int64_t *count);

/* Copy the scope's rows from one database to another (both with circulation.sql). */
BM_MUST_CHECK enum bm_rc feed_copy(struct db *from, struct db *to, int64_t *rows);

/* Sums of row hashes over the scope, a table each: appends {"item":"hex", ...} to out. */
BM_MUST_CHECK enum bm_rc feed_digests(struct db *db, struct buf *out);

#endif
