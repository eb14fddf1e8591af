/* sync/agent.h -- the laptop's side of the protocol of sync/server.h: enrol, hello, push, pull, snapshot.
 * Floor:      sync. Uses link, journal, wire, feed, seal; the files of a replica are the caller's (mobile/homecoming).
 * Owns:       one link, from agent_open to agent_close, unless it is given another way.
 * Invariants: I1 (nothing of the journal is dropped here), I3 (any step may be cut and asked again).
 * Threads:    one per agent.
 *
 * No lock is held while the branch is waited for: entries are read in short transactions, outcomes stored in others. */
#ifndef BM_AGENT_H
#define BM_AGENT_H

#include "common/cards.h"
#include "common/journal.h"
#include "common/seal.h"
#include "sync/link.h"

enum { AGENT_TOKEN_MAX = 80, AGENT_BATCH_BYTES = 256 << 10, AGENT_SNAPSHOT_BYTES_MAX = 1 << 30 };

/* How requests get to the branch and answers come back; as link_post and link_get_to_file. */
struct agent_way {
    enum bm_rc (*post)(void *ctx, const char *path, const char *content_type, const char *const *headers, const void *body,
                       size_t len, struct buf *reply, int *status);
    enum bm_rc (*get_to_file)(void *ctx, const char *path, const char *const *headers, struct link_file *file);
    void *ctx;
};

struct agent {
    struct link *link;    /* its own, or NULL */
    struct agent_way way; /* over the link, or the caller's */
    struct journal *journal; /* NULL while enrolling */
    const struct seal_key *key;
    const unsigned char *server_key; /* the branch's public key: signs snapshots */
    const char *server;              /* id of the branch this laptop belongs to */
    char token[AGENT_TOKEN_MAX];
    /* what happened, for the report */
    int64_t pushed, push_batches, sent_bytes, received_bytes;
    int64_t applied, adjusted, exceptions, quarantined;
    int64_t clock_off_ms;
    int64_t links_cut_ms; /* as the branch said at the hello: up to here persons are cut out of what is over; 0 = nowhere yet */
    char cards[CARDS_TEXT_MAX]; /* as the branch said at the hello: range of card numbers to register with; "" = none */
    void (*progress)(void *ctx, const char *label, int64_t done, int64_t total);
    void *progress_ctx;
};

/* What enrolment gives. Strings in the arena. */
struct agent_enrolment {
    const char *device, *server, *zone, *branch, *name, *practice_clock; /* practice_clock NULL: a real branch */
    const char *cards; /* range of card numbers, "" = none */
    unsigned char server_key[SEAL_PUBLIC_BYTES], box_key[SEAL_PUBLIC_BYTES], who_key[SEAL_KEYED_KEY_BYTES];
};

/* in: way, NULL = over a link of the agent's own, made as `options` say */
BM_MUST_CHECK enum bm_rc agent_open(struct agent *g, const struct agent_way *way, const struct link_options *options);
void agent_close(struct agent *g);

BM_MUST_CHECK enum bm_rc agent_enrol(struct agent *g, const char *code, const unsigned char public_key[SEAL_PUBLIC_BYTES],
                                     struct arena *a, struct agent_enrolment *out);

/* Say hello: who we are, where every epoch stands; take a clock sample. ret: BM_OK | BM_EAUTH not enrolled here, revoked,
 * or another branch | BM_EFORK | BM_ENET ... */
BM_MUST_CHECK enum bm_rc agent_hello(struct agent *g);

/* Send what the branch lacks, oldest first; store each outcome. After agent_hello. */
BM_MUST_CHECK enum bm_rc agent_push(struct agent *g);

/* Ask for changes after a cursor.
 * out: *snapshot = true: the branch does not know the cursor (or too much changed): fetch a snapshot. Else *lines holds feed
 *      lines, *upto and *tag the cursor after them, mark the last own entry they contain, digests the sums afterwards */
struct agent_feed {
    bool snapshot;
    int64_t upto, tag, rows;
    int64_t mark_seq;
    char mark_ep[20];
    char digests[1024]; /* JSON of feed_digests */
    struct buf lines;   /* the caller frees it */
};
BM_MUST_CHECK enum bm_rc agent_pull(struct agent *g, int64_t rev, int64_t tag, struct agent_feed *out);

/* Fetch a snapshot to a new file (a database with schema circulation + replica), checked against hash and signature. */
BM_MUST_CHECK enum bm_rc agent_snapshot(struct agent *g, const char *path);

#endif
