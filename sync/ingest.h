/* sync/ingest.h -- a laptop's entries taken in: stored as they are, then applied, each with an outcome.
 * Floor:      sync. Uses branch, apply, journal, wire.
 * Owns:       nothing.
 * Invariants: I3 (sent again: no effect, stored outcome), I4 (stored before understood; poison holds up nobody),
 *             I5. Two commits: bytes, then effects; what is found between them is finished at the next start.
 * Threads:    one per branch handle. */
#ifndef BM_INGEST_H
#define BM_INGEST_H

#include "sync/branch.h"
#include "sync/wire.h"

enum { INGEST_ATTEMPTS_MAX = 3, INGEST_HEADS_MAX = 4000 };

/* Where a laptop's epoch stands against the branch's copy (DESIGN 7, Heads). */
enum head_verdict { HEAD_SEND, HEAD_RESTORED, HEAD_FORK, HEAD_UNKNOWN, HEAD_NEED };
struct head {
    uint64_t ep, seq;
    unsigned char hash[JOURNAL_HASH];
    uint64_t parent; /* 0 = first epoch */
    uint64_t parent_seq;
};
struct head_answer {
    enum head_verdict verdict;
    uint64_t from;       /* HEAD_SEND: first seq to send; seq + 1 = nothing. HEAD_FORK: last common. HEAD_NEED: from here */
    uint64_t head_seq;   /* HEAD_RESTORED: the branch's */
};
const char *head_verdict_name(enum head_verdict v);
BM_MUST_CHECK enum bm_rc ingest_compare(struct branch *b, const char *dev, const struct head *head, struct head_answer *out);

enum ingest_result { INGEST_TAKEN, INGEST_EXPECT, INGEST_FORK, INGEST_PARENT_UNKNOWN };
struct ingest_reply {
    enum ingest_result result;
    uint64_t expect;    /* INGEST_EXPECT: next seq wanted; INGEST_FORK: last common seq */
    uint64_t first;     /* outcomes below are of first, first + 1, ... */
    const char **outcomes;
    size_t count;
    int64_t fresh;      /* how many were new */
};
/* Take a batch whose signature was checked. ret: BM_OK, see result | BM_EINPUT the chain does not reach its head, or the
 * batch does not hang together: nothing stored | faults */
BM_MUST_CHECK enum bm_rc ingest_batch(struct branch *b, const struct wire_batch *batch, struct arena *a, struct ingest_reply *out);

/* Finish what a crash left stored and not applied; counted before each attempt. */
BM_MUST_CHECK enum bm_rc ingest_finish(struct branch *b, int64_t *done);

#endif
