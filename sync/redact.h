/* sync/redact.h -- cutting the link from what came back to who had it, once nothing can change it any more (I12).
 * Floor:      sync. Uses branch, apply, husk.
 * Owns:       nothing.
 * Invariants: I5 (state goes on being a function of the entries: nothing is kept beside them), I7 (no balance and no sum
 *             changes), I12. All that must stay is compared before and after; what would change it is left as it is.
 * Threads:    as the branch handle.
 *
 * The person in a story that is over becomes nobody: in all entries of a loan, with the hold it filled, or of a hold that
 * ended otherwise, or of an act that came to nothing, the card is replaced by a word of this story alone, drawn by lot, and
 * free text is left out. Money that was owed and settled goes with it. Entry and row keep their identity, time and hash. */
#ifndef BM_REDACT_H
#define BM_REDACT_H

#include "sync/branch.h"

enum { REDACT_DAYS_DEFAULT = 90, REDACT_DAYS_MAX = 36500, REDACT_NAMED_MAX = 20 };

/* Why a story that is over stays: enum, key, words. */
#define REDACT_KEEPS(X)                                                                        \
    X(OWED, "owed", "money is still owed")                                                     \
    X(EXCEPTION, "exception", "an exception about it is open")                                 \
    X(LOST, "lost", "the copy is lost on it")                                                  \
    X(MONEY, "money", "its money is also another patron's, or was paid without a debt")        \
    X(CHANGES, "changes", "without it something else would come out differently")
#define REDACT_ENUM(name, key, words) KEEP_##name,
enum redact_keep { KEEP_NOT, REDACT_KEEPS(REDACT_ENUM) KEEP_COUNT };
#undef REDACT_ENUM
const char *redact_keep_key(enum redact_keep keep);
const char *redact_keep_words(enum redact_keep keep);

enum redact_kind { STORY_LOAN, STORY_HOLD, STORY_ACT, STORY_KINDS };

struct redact {
    int64_t horizon_ms; /* the books are closed up to here; ENTRY_NONE: nowhere, nothing may be cut */
    int64_t wanted_ms;  /* so many days ago */
    int64_t cut_ms;     /* what ended before is cut */
    int64_t mark_ms;    /* and was cut up to here before this run; ENTRY_NONE: never */
    int64_t cut[STORY_KINDS], kept[STORY_KINDS][KEEP_COUNT];
    int64_t waits[STORY_KINDS]; /* over, but some of its money or of staff's words about it are younger */
    int64_t entries, payments, asides;
    const char *named[REDACT_NAMED_MAX]; /* of those kept as KEEP_CHANGES, the first ones */
    size_t named_count;
    bool log_left; /* somebody was reading: what was cut stands in branch.db-wal until the next run */
};

/* How many days after its end a link is cut: what was set, or the default. */
BM_MUST_CHECK enum bm_rc redact_days(struct db *db, int64_t *out);
BM_MUST_CHECK enum bm_rc redact_set_days(struct branch *b, int64_t days);

/* Cut what ended more than so many days ago, as far as the horizon allows; dry: only count. Not inside a transaction: each
 * part of the work is one of its own, so that the desk gets in between. */
BM_MUST_CHECK enum bm_rc redact_run(struct branch *b, int64_t days, bool dry, struct arena *a, struct redact *out);
/* The same for a moment that the caller has made sure of. */
BM_MUST_CHECK enum bm_rc redact_upto(struct branch *b, int64_t cut_ms, bool dry, struct arena *a, struct redact *out);

#endif
