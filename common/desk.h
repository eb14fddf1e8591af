/* common/desk.h -- acts of circulation: ask the rules, write the entry, show its effect. The same on laptop and branch.
 * Floor:      common. Uses db, journal, policy, circ, timetable; knows no screen and no network.
 * Owns:       nothing; borrows the journal and the tables (the view) for the length of a call.
 * Invariants: I1 (the entry is fsynced before BM_OK; a request asked again gets the same answer), I2 (its effect can
 *             be replayed from it), I9 (the due date told is in the entry).
 * Threads:    one thread per desk.
 * src:        DESIGN 6, 10 (the steps of an act); CASES 1-38, 57-66 */
#ifndef BM_DESK_H
#define BM_DESK_H

#include "common/circ.h"
#include "common/journal.h"
#include "common/policy.h"

struct desk {
    struct journal *journal;
    struct db *view;    /* tables of circulation.sql: the replica, or branch.db (then the journal's own handle) */
    struct env *env;
    const char *place;  /* where acts happen: "van1", "branch" */
    const char *branch; /* whose rules and closed days apply; NULL = any */
    const char *mobile; /* laptop: the vehicle, as the timetable names it; NULL at the branch */
    /* of the act being done; set by the caller, may all be NULL / ENTRY_NONE */
    const char *staff, *request, *source, *why; /* why: staff's reason for going on in spite of the rules */
    int64_t when_ms;
    bool override;      /* go on in spite of blocks that may be overridden */
    /* The owner's part of the steps of DESIGN 10. begin: lock, right generation, healed, transactions open (sets view).
     * write: the entry just appended becomes durable and its effect visible. end: unlock; rc as for db_end. */
    enum bm_rc (*begin)(struct desk *d);
    enum bm_rc (*write)(struct desk *d, const struct entry *e, struct outcome *out);
    enum bm_rc (*end)(struct desk *d, enum bm_rc rc);
    void *owner;
};

enum { DESK_REASONS_MAX = POLICY_REASON_COUNT, DESK_CODE_MAX = 9, DESK_LINES_MAX = 200 };

/* What the desk says. Strings live in the caller's arena; NULL or ENTRY_NONE = does not apply. */
struct desk_answer {
    bool done;            /* false: refused by a rule, nothing was written */
    bool again;           /* the request was done before; this is what was said then */
    bool may_override;    /* refused, but staff may go on with a reason */
    const char *op;       /* "checkout", ... */
    const char *word;     /* "lent", "renewed", "returned", "set aside", ... */
    const char *entry;    /* id */
    char slip[DESK_CODE_MAX]; /* first eight hex digits of the entry's hash */
    const char *item, *title, *author, *callno;
    const char *patron, *patron_name;
    int64_t due_s;
    int64_t loan_count, limit; /* of the patron after the act */
    const char *hold_for;    /* checkin, item: card of the first who waits and could have this copy */
    const char *hold_pickup; /* and where */
    struct {
        const char *name, *sentence;
        bool blocks, overridable;
        int64_t rule; /* number of the rule whose word it is; 0 = none */
    } reasons[DESK_REASONS_MAX];
    size_t reason_count;
};
/* One JSON object, stable keys; names and titles only if `personal` (the stored answer goes without). */
BM_MUST_CHECK enum bm_rc desk_answer_json(const struct desk_answer *a, bool personal, struct buf *out);

/* All acts: barcodes and cards as scanned (they are cleaned here).
 * ret: BM_OK, done or refused (a refusal is an answer) | BM_ENOTFOUND what is named is not known here and cannot be made
 *      a stub | BM_EINPUT | faults: nothing changed, unless BM_EIO says that the outcome is not known */
BM_MUST_CHECK enum bm_rc desk_checkout(struct desk *d, struct arena *a, const char *card, const char *item, struct desk_answer *out);
BM_MUST_CHECK enum bm_rc desk_checkin(struct desk *d, struct arena *a, const char *item, int64_t returned_ms, struct desk_answer *out);
BM_MUST_CHECK enum bm_rc desk_renew(struct desk *d, struct arena *a, const char *item, struct desk_answer *out);
/* as: damaged mend missing ok withdrawn */
BM_MUST_CHECK enum bm_rc desk_mark(struct desk *d, struct arena *a, const char *item, const char *as, struct desk_answer *out);
/* title: key of a title, or a barcode of one of its copies. only_this: that very copy. pickup NULL: the patron's stop, else here */
BM_MUST_CHECK enum bm_rc desk_place_hold(struct desk *d, struct arena *a, const char *card, const char *title, bool only_this,
                                         const char *pickup, struct desk_answer *out);
BM_MUST_CHECK enum bm_rc desk_cancel_hold(struct desk *d, struct arena *a, const char *hold, struct desk_answer *out);
/* Set the copy in hand aside for the first hold that it can fill. */
BM_MUST_CHECK enum bm_rc desk_capture_hold(struct desk *d, struct arena *a, const char *item, struct desk_answer *out);

struct desk_person {
    const char *card, *name, *category, *branch, *stop, *guarantor; /* NULL = not said */
    const char *sealed; /* personal fields, sealed to the branch; or NULL */
    const char *who;    /* keyed hash of name and birth date; or NULL */
    int64_t expires_s, barred; /* or ENTRY_NONE */
    int64_t born;              /* year of birth; 0 or less = not said */
};
BM_MUST_CHECK enum bm_rc desk_register(struct desk *d, struct arena *a, const struct desk_person *p, struct desk_answer *out);
BM_MUST_CHECK enum bm_rc desk_update_patron(struct desk *d, struct arena *a, const struct desk_person *p, struct desk_answer *out);
/* Take an earlier entry of this device back (the branch: any). */
BM_MUST_CHECK enum bm_rc desk_void(struct desk *d, struct arena *a, const char *entry, struct desk_answer *out);
/* kind: visitors reference programme; for the visit that is open */
BM_MUST_CHECK enum bm_rc desk_tally(struct desk *d, struct arena *a, const char *kind, int64_t count, struct desk_answer *out);
/* Any ready-made entry (visits, notes, imports): no rules asked. */
BM_MUST_CHECK enum bm_rc desk_write(struct desk *d, struct arena *a, struct entry *e, struct desk_answer *out);

#endif
