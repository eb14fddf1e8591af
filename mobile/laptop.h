/* mobile/laptop.h -- the laptop's data directory: journal.db (precious), base and replica (derived), one lock.
 * Floor:      mobile. Uses desk, journal, circ, feed, seal, zone.
 * Owns:       the lock, the connections, the device key, from laptop_open to laptop_close.
 * Invariants: I1, I2. DESIGN 10: the steps of an act; replicas are generation files, a name is never used twice.
 * Threads:    one per handle; each process and thread opens its own.
 *
 * base-N.db     what the branch said: snapshot and feeds, with the mark (the last own entry it contains)
 * replica-N.db  base-N and, on top, every own entry above the mark (pending)
 * journal.db    meta `generation` = N; committing another N is the swap */
#ifndef BM_LAPTOP_H
#define BM_LAPTOP_H

#include "common/desk.h"
#include "common/seal.h"

#define BM_VERSION "0.1.0"

enum { LAPTOP_PATH_MAX = 400, LAPTOP_GENERATIONS_KEPT = 2 };

struct agent_way;

/* What a replica or base file says of itself. */
struct laptop_state {
    char server[40];
    int64_t rev, tag; /* feed cursor */
    int64_t mark_seq; /* last own entry that the branch's rows contain; 0 = none */
    char mark_ep[20];
    char ep[20];      /* own entries applied here: up to this one */
    int64_t seq;
    unsigned char hash[JOURNAL_HASH];
};

struct laptop {
    char dir[LAPTOP_PATH_MAX];
    struct db_lock *lock;
    struct db *db;      /* journal.db */
    struct db *replica; /* of `generation`, or NULL */
    int64_t generation;
    struct env env;
    struct journal journal;
    struct desk desk;
    struct arena words;
    struct rulebook book; /* of `generation` */
    struct seal_key key;
    const struct agent_way *way; /* to the branch; NULL = over a link to `url`; the caller's, set after opening */
    const char *server, *url, *ca_file, *zone, *mobile, *place, *branch, *library; /* as enrolled; branch: the main one; library: its name, for people */
    const char *cards; /* range of card numbers, as the branch said last; NULL = none */
    unsigned char server_key[SEAL_PUBLIC_BYTES], box_key[SEAL_PUBLIC_BYTES], who_key[SEAL_KEYED_KEY_BYTES];
    bool practice;
    struct laptop_level { /* how the last act left both files: the replica at the journal's head; 0s = not known */
        uint64_t seq, journal_turn, replica_turn; /* own entry; turns of the two handles (db_turn) */
    } level;
    bool rebuilt;   /* inside an act: the replica was made anew, its effect is in it already */
    void (*durable)(void *ctx); /* for people who measure: an act's entry is on the disk, the replica has still to follow */
    void *durable_ctx;
};

BM_MUST_CHECK enum bm_rc laptop_open(const char *dir, struct laptop *l);
void laptop_close(struct laptop *l);

/* Read the range of card numbers anew, for the desk too. */
BM_MUST_CHECK enum bm_rc laptop_cards(struct laptop *l);

/* Files of a generation. */
void laptop_base_path(const struct laptop *l, int64_t generation, char out[LAPTOP_PATH_MAX + 40]);
void laptop_replica_path(const struct laptop *l, int64_t generation, char out[LAPTOP_PATH_MAX + 40]);
/* Schema of base and replica files. */
BM_MUST_CHECK enum bm_rc laptop_schema(struct buf *out);
BM_MUST_CHECK enum bm_rc laptop_state_get(struct db *db, struct laptop_state *out);
BM_MUST_CHECK enum bm_rc laptop_state_put(struct db *db, const struct laptop_state *state);

/* Open (or open anew) the current generation, bring it up to the journal's head. Takes the lock for the length of the
 * call; inside an act it is nested. ret: BM_OK | BM_ENOTFOUND there is none: sync first */
BM_MUST_CHECK enum bm_rc laptop_current(struct laptop *l);

/* Make base `next` the current one: its replica is filled with what is pending, under the lock, and the commit of the
 * number in journal.db is the swap. in: base-next.db is complete, checked and closed. */
BM_MUST_CHECK enum bm_rc laptop_swap(struct laptop *l, int64_t next);
/* The first generation number that no file has ever had. */
BM_MUST_CHECK enum bm_rc laptop_next_generation(struct laptop *l, int64_t *out);

/* Make anew, at a path of the caller's, what the current replica should hold now (verify). After BM_OK the caller ends the
 * read transaction on l->replica, which stands at the same moment, and closes and removes *out. */
BM_MUST_CHECK enum bm_rc laptop_rebuild(struct laptop *l, const char *path, struct db **out);

/* How many own entries the branch has not answered; and are above the mark. */
BM_MUST_CHECK enum bm_rc laptop_pending(struct laptop *l, int64_t *unanswered, int64_t *above_mark);

#endif
