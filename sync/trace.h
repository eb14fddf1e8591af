/* sync/trace.h -- an act's whole life, by the slip code on its receipt or its id: the same words on laptop and branch.
 * Floor:   sync. Uses branch, story (ids, words), cli (telling).
 * Owns:    nothing; everything told lives in the caller's arena.
 * Threads: one per handle.
 *
 * A slip code is the first eight hex digits of the entry's hash; six will do, and more may be given. Several acts may share
 * them: all are told. */
#ifndef BM_TRACE_H
#define BM_TRACE_H

#include "common/cli.h"
#include "sync/story.h"
#include "sync/story_words.h"

enum { TRACE_CODE_MIN = 6, TRACE_ACTS_MAX = 20, TRACE_SINCE_MAX = 40, TRACE_EXCEPTIONS_MAX = 16 };

struct trace_exception {
    char id[STORY_ID_MAX]; /* "" aboard: a laptop has only the code */
    const char *code, *sentence, *status; /* status NULL aboard */
    const char *settled_by, *settled_how; /* or NULL */
    int64_t settled_ms;
};
/* Another act that bears upon it: took it back, ended its loan, paid what was charged for it. */
struct trace_event {
    const char *id, *slip, *op, *words, *where;
    int64_t at_ms;
    bool taken_back;
};
struct trace_act {
    struct entry e;      /* as written */
    const char *id, *op; /* op "unknown here": of a newer program */
    char slip[DESK_CODE_MAX]; /* "" = of an import */
    const char *words, *where, *device, *item, *patron; /* item, patron: with title and name; or NULL */
    int64_t at_ms;       /* when it truly happened, as far as is known now; ENTRY_NONE */
    int64_t clock_ms;    /* by what its device's clock was taken for then; ENTRY_NONE */
    int64_t unc_ms, received_ms; /* ENTRY_NONE: unknown; not received yet, or not known here */
    const char *first, *now; /* the branch's first word on it, NULL = none yet; how it stands now */
    struct trace_event *taken_back; /* by this; or NULL */
    const char *loan;    /* of a checkout: how its loan stands; or NULL */
    struct trace_event since[TRACE_SINCE_MAX];
    size_t since_count;
    struct trace_exception exceptions[TRACE_EXCEPTIONS_MAX];
    size_t exception_count;
};
struct trace {
    struct trace_act *acts;
    size_t count;
    bool more; /* than TRACE_ACTS_MAX share the code */
};

/* Whose entries a code or an id names. in: db, tables of journal.sql
 * ret: BM_OK, at least one | BM_ENOTFOUND | BM_EUSAGE neither a code nor an id | faults */
BM_MUST_CHECK enum bm_rc trace_find(struct db *db, const char *code, struct eid out[TRACE_ACTS_MAX], size_t *count, bool *more);
/* What the entry itself says: all of *out but what became of it. in: clock_ms and the like are of `journal`, its tables
 * ret: BM_OK, also if it cannot be read here */
BM_MUST_CHECK enum bm_rc trace_read(const struct teller *t, struct db *journal, const struct eid *id, const char *body,
                                    const void *hash, size_t hash_len, struct trace_act *out);

/* At the branch: find, and tell what became of each. */
BM_MUST_CHECK enum bm_rc trace_at_branch(struct branch *b, const char *code, struct arena *a, struct trace *out);

/* For people, or with --json {"code", "acts": [...], "more"}. */
BM_MUST_CHECK enum bm_rc trace_tell(struct cli *cli, const char *code, const struct trace *t);

#endif
