/* sync/branch.h -- the main branch's data directory: branch.db, its key, its journal, its own desk.
 * Floor:      sync. Uses desk, journal, apply, seal, zone.
 * Owns:       the directory's lock, the connection, the key, from branch_open to branch_close.
 * Invariants: I4, I5, I13; a practice branch and a real one never mix (practice is a fact of the directory).
 * Threads:    one per handle; each process and thread opens its own. */
#ifndef BM_BRANCH_H
#define BM_BRANCH_H

#include "common/desk.h"
#include "common/seal.h"
#include "sync/apply.h"

#define BM_VERSION "0.1.0"

enum { BRANCH_PATH_MAX = 400, BRANCH_ID_MAX = 33, BRANCH_CODE_MAX = 65, BRANCH_CODE_VALID_S = 24 * 3600 };

struct branch {
    char dir[BRANCH_PATH_MAX];
    struct db_lock *lock;
    struct db *db;
    struct env env;
    struct journal journal;
    struct apply apply;
    struct desk desk; /* the branch's own */
    struct rulebook book;
    struct arena words; /* texts that live as long as the handle */
    struct seal_key key;
    struct seal_box_key box;    /* opens what laptops seal; made from the key */
    unsigned char who_key[SEAL_KEYED_KEY_BYTES];
    unsigned char husk_key[SEAL_KEYED_KEY_BYTES]; /* seals what is left of an entry whose person was cut out (I12) */
    char server[BRANCH_ID_MAX]; /* random id of this branch's data */
    char code[BRANCH_CODE_MAX]; /* branch code in rules and catalogues */
    char zone[ZONE_NAME_MAX];
    bool practice;
};

struct branch_init {
    const char *zone;  /* "Europe/London" */
    const char *code;  /* "MAIN" */
    const char *name;  /* of the library, for people */
    const char *practice_clock; /* file that keeps the practice clock; NULL = a real branch */
    const struct env *env;      /* whose clock and chance; NULL = the machine's */
};

/* Make a new directory's data. ret: BM_OK | BM_EEXISTS there is a branch already | BM_EINPUT, faults */
BM_MUST_CHECK enum bm_rc branch_create(const char *dir, const struct branch_init *init);
BM_MUST_CHECK enum bm_rc branch_open(const char *dir, struct branch *b);
void branch_close(struct branch *b);

/* Outcome of an entry as stored: "applied lent", "exception barred". */
void branch_outcome_text(const struct outcome *o, char *out, size_t size);

/* Append an `observe` with its rows and apply it, all in one transaction: begin, a row at a time, end.
 * origin: marc patrons loans holds rules calendar routes; asof_ms: when what was read was true */
struct observe {
    struct branch *b;
    struct entry e;
    struct seal_hasher hasher;
    struct buf rows; /* written forms, a line each, until the entry exists */
    int64_t count;
};
BM_MUST_CHECK enum bm_rc observe_begin(struct observe *o, struct branch *b, const char *origin, int64_t asof_ms);
BM_MUST_CHECK enum bm_rc observe_row(struct observe *o, const struct entry *row);
/* rc: of what came before; unless BM_OK nothing is written. */
BM_MUST_CHECK enum bm_rc observe_end(struct observe *o, enum bm_rc rc);

#endif
