/* common/journal.h -- the line of entries of one device: append, read, check the chain.
 * Floor:   common. Uses db, entry, clock, seal, env.
 * Owns:    nothing; borrows the database handle that holds schema/journal.sql.
 * Invariants: I1 (appended in a transaction that is fsynced before anybody is told), I3 (identity, epochs, chain),
 *             I10 (entries hold boot time; UTC is derived).
 * Threads: one per handle of a database. */
#ifndef BM_JOURNAL_H
#define BM_JOURNAL_H

#include "common/clock.h"
#include "common/db.h"
#include "common/entry.h"

enum {
    JOURNAL_HASH = 32,
    JOURNAL_SAMPLES_MAX = 256, /* clock entries kept in mind of one epoch */
    JOURNAL_PROG_MAX = 48,
    JOURNAL_FILE_MAX = 48
};

struct journal {
    struct db *db;
    struct env *env;
    char dev[ENTRY_DEV_MAX];
    char prog[JOURNAL_PROG_MAX]; /* "bookmobile 0.1" */
    bool practice;
    enum clock_src own_src; /* what the machine's own clock counts for: CLOCK_WALL, at the branch CLOCK_SYNC */
    /* where the line stands; loaded by journal_begin */
    uint64_t ep; /* 0 = no epoch yet */
    uint64_t head_seq;
    int64_t head_t_ms;
    unsigned char head_hash[JOURNAL_HASH];
    struct clock_sample samples[JOURNAL_SAMPLES_MAX];
    size_t sample_count;
    /* and when that was true: at the end of this turn of the handle (db_turn; 0 = never), of this file, in this boot */
    uint64_t turn;
    char file[JOURNAL_FILE_MAX], boot_id[ENV_BOOT_MAX];
};

/* in: dev [a-z0-9-]; prog, program and version; genesis was set with journal_set_genesis when the data was made */
void journal_init(struct journal *j, struct db *db, struct env *env, const char *dev, const char *prog, bool practice,
                  enum clock_src own_src);

/* Begin a write transaction on the journal's database and load where the line stands. End it with db_end.
 * Opens a new epoch if the machine was booted or the file is another one than last time (I3). */
BM_MUST_CHECK enum bm_rc journal_begin(struct journal *j);

/* Begin a new epoch if `ep` is the current one: the branch has more of it than we, we were restored. A transaction of its own. */
BM_MUST_CHECK enum bm_rc journal_renew(struct journal *j, const char *ep);

/* Append an entry in the current transaction. e->op and the operation's own members are set by the caller; version,
 * id and t_ms are set here. ret: BM_OK | faults of db and entry */
BM_MUST_CHECK enum bm_rc journal_append(struct journal *j, struct entry *e);

/* Observed rows of the entry appended last (an `observe`): row counts from 1. */
BM_MUST_CHECK enum bm_rc journal_append_row(struct journal *j, const struct eid *observe, uint32_t row, const char *body);

/* A request was done by this entry (the first, if it took several), and this was said. In the entry's transaction, once. */
BM_MUST_CHECK enum bm_rc journal_answer(struct journal *j, const char *req, const struct eid *id, const char *answer);
/* Was this request done already? ret: BM_OK with the entry's id and its answer (arena) | BM_ENOTFOUND */
BM_MUST_CHECK enum bm_rc journal_by_request(struct journal *j, const char *req, struct arena *a, struct eid *id,
                                            const char **answer);

/* A better idea of the time: appends a `clock` entry if its source is better than what the epoch has, or the offset
 * moved by CLOCK_MOVED_MS. In a transaction begun with journal_begin. */
BM_MUST_CHECK enum bm_rc journal_clock(struct journal *j, enum clock_src src, int64_t off_ms, int64_t unc_ms);

/* UTC now, ms, by the best source of this epoch; of a moment of this epoch. */
int64_t journal_now_ms(struct journal *j);
int64_t journal_utc_ms(const struct journal *j, int64_t t_ms);

/* Clock samples of any epoch in the database. ret: count through *out_count, at most max */
BM_MUST_CHECK enum bm_rc journal_samples(struct db *db, const char *dev, uint64_t ep, struct clock_sample *out, size_t max,
                                         size_t *out_count);

/* What stands before a device's first entry: BLAKE2b-256 of its public key. */
void journal_genesis(const unsigned char public_key[32], unsigned char out[JOURNAL_HASH]);

/* Check a device's line: gapless, every hash follows from the one before, epochs hang on their parents, heads agree. A husk
 * (I12) stands with the hash it had; whether it may be one is not looked at here.
 * genesis: journal_genesis of its key. ret: BM_OK, *count entries | BM_ECORRUPT, detail names the first bad entry */
BM_MUST_CHECK enum bm_rc journal_verify(struct db *db, const char *dev, const unsigned char genesis[JOURNAL_HASH],
                                        int64_t *count);

/* Store an entry of another device, chain checked by the caller. */
BM_MUST_CHECK enum bm_rc journal_store(struct db *db, const struct entry *e, const char *body, size_t len,
                                       const unsigned char hash[JOURNAL_HASH]);

/* Single facts. meta_get: BM_ENOTFOUND if there is none; text into the arena. */
BM_MUST_CHECK enum bm_rc meta_get(struct db *db, const char *key, struct arena *a, const char **out);
BM_MUST_CHECK enum bm_rc meta_set(struct db *db, const char *key, const char *value);
BM_MUST_CHECK enum bm_rc meta_get_int(struct db *db, const char *key, int64_t absent, int64_t *out);
BM_MUST_CHECK enum bm_rc meta_set_int(struct db *db, const char *key, int64_t value);

#endif
