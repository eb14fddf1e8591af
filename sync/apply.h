/* sync/apply.h -- the branch's state from the set of entries, whatever the order in which they arrive.
 * Floor:      sync. Uses circ, timeline, account, journal.
 * Owns:       nothing; works in the caller's transaction on branch.db.
 * Invariants: I4 (stored before it is read), I5 (state is a function of the set), I6 (total), I13.
 * Threads:    one per handle.
 * src:        TIMELINE.md 9 and model/branch.py
 *
 * An entry becomes a *reading*: what it is about and when it truly happened. A reading that is the newest of its group
 * is stepped onto the rows; any other makes the group be folded again and the rows corrected. */
#ifndef BM_APPLY_H
#define BM_APPLY_H

#include "common/circ.h"

enum {
    APPLY_GROUP_MAX = 200000, /* nodes folded together */
    APPLY_CARDS_MAX = 64,     /* of one person: what more of them are joined is quarantined */
    APPLY_TALLY_MAX = 10000,  /* counted by one entry */
    APPLY_WHEN_UNC_MS = 60000, /* times caught up from paper are good to the minute */
    APPLY_NODE_MAX = ENTRY_WORD_MAX + 2,
    APPLY_EP_MAX = 17,
    APPLY_REF_MAX = 96
};
/* Why a reading takes no part in the folds: it was taken back, or came when the books of its time were closed. */
#define APPLY_VOID "void"
#define APPLY_BEYOND "horizon"

struct node_set {
    const char **nodes;
    size_t count, cap;
};

struct apply {
    struct db *db;
    struct arena arena; /* dies with each entry */
    const char *cause;  /* id of the entry being applied */
    int64_t cut_ms;     /* the horizon that stood when it became readable (TIMELINE 7), or ENTRY_NONE */
    /* touched by it: charges by key, cards whose money changed, times in which a person had another number of loans */
    struct node_set charges, payers;
    struct loan_window {
        const char *card;
        int64_t from_t, to_t;
    } *windows;
    size_t window_count, window_cap;
    int64_t refolds, steps; /* counted for people who measure */
    char difference[160];   /* apply_verify: the first row that differs */
};

/* A reading as the folds take it: the entry as meant, when it truly happened, and the horizon it came under. */
struct read {
    struct tkey key;
    int64_t unc_ms, cut_ms;
    struct entry e;
};
struct read_list {
    struct read *reads;
    size_t count, cap;
};

void apply_init(struct apply *ap, struct db *db);
void apply_free(struct apply *ap);

/* Apply one entry that is stored already, inside a transaction (and a savepoint, if its failure must not undo others).
 * in:  e, parsed; received_ms, when the branch stored it
 * out: how it came out now
 * ret: BM_OK | BM_EINPUT, BM_EVERSION: not to be understood here, quarantine it | faults */
BM_MUST_CHECK enum bm_rc apply_entry(struct apply *ap, const struct entry *e, int64_t received_ms, struct outcome *out);

/* The same for an entry that became readable under another horizon than today's (ENTRY_NONE: under none). */
BM_MUST_CHECK enum bm_rc apply_entry_again(struct apply *ap, const struct entry *e, int64_t received_ms, int64_t cut_ms,
                                           struct outcome *out);
/* ret: BM_EINPUT if a card of it is nobody's. apply_entry looks itself; rows of an import are looked at before they are
 * written. */
BM_MUST_CHECK enum bm_rc apply_check_cards(const struct entry *e);
/* The horizon as it stands: what happened before it and comes now is an exception, and rewrites nothing. ENTRY_NONE: none */
BM_MUST_CHECK enum bm_rc apply_horizon(struct db *db, int64_t *out);

/* What an entry led to, as it stands now. */
BM_MUST_CHECK enum bm_rc apply_outcome_now(struct apply *ap, const struct eid *id, struct outcome *out);

/* Fold everything anew, from the readings alone, and compare with every row.
 * ret: BM_OK, *differences = 0 when all agree; else ap->difference names the first */
BM_MUST_CHECK enum bm_rc apply_verify(struct apply *ap, int64_t *readings, int64_t *differences);

/* --- inside (apply*.c) ---------------------------------------------- */

BM_MUST_CHECK enum bm_rc node_add(struct apply *ap, struct node_set *set, const char *node);
/* The group that a node belongs to now. */
BM_MUST_CHECK enum bm_rc apply_group(struct apply *ap, const char *node, struct node_set *out);
/* The group's readings in order, and the holds among them declared in an empty unit: ready to be stepped over. */
BM_MUST_CHECK enum bm_rc apply_read_group(struct apply *ap, const struct node_set *group, struct unit *u, struct read_list *out);
/* Fold the groups that these nodes belong to again. */
BM_MUST_CHECK enum bm_rc apply_refold(struct apply *ap, const struct node_set *nodes);
/* A patron act came, went or moved in time: fold the card's people again, then what used the card since. */
BM_MUST_CHECK enum bm_rc apply_people(struct apply *ap, const char *card);
/* The cards named together with this one, as things stand. */
BM_MUST_CHECK enum bm_rc apply_cards(struct apply *ap, const char *card, struct node_set *out);
/* unknown_card, unknown_item, maybe_same_person: leaves that nothing depends on. */
BM_MUST_CHECK enum bm_rc apply_unknown_card(struct apply *ap, const char *card);
BM_MUST_CHECK enum bm_rc apply_unknown_item(struct apply *ap, const char *node);
/* Those of one reading that takes part from now on: cheap when all it names is known. node, card may be NULL */
BM_MUST_CHECK enum bm_rc apply_leaves(struct apply *ap, enum op op, const char *node, const char *card, const char *id);
BM_MUST_CHECK enum bm_rc apply_same_person(struct apply *ap, const char *who_ref);
/* Rules, closed days, stops and timetables: rows of an import that comes whole. t: when it came; what was closed before
 * stays known, for fines of returns from before. */
BM_MUST_CHECK enum bm_rc apply_table_clear(struct apply *ap, const char *origin, int64_t t);
BM_MUST_CHECK enum bm_rc apply_table_row(struct apply *ap, const struct entry *row, const char *origin, int64_t t);
void apply_ep(uint64_t ep, char out[APPLY_EP_MAX]);
/* Does a statement with one parameter give a row? */
BM_MUST_CHECK enum bm_rc apply_has_row(struct apply *ap, enum sql_id sql, const char *name, const char *value, bool *out);
BM_MUST_CHECK enum bm_rc apply_col_eid(struct stmt *s, int column, int row_column, struct eid *out);
/* Is a new exception of a kind that no fold owns. */
BM_MUST_CHECK enum bm_rc apply_leaf(struct apply *ap, enum exc_code code, const char *entry, const char *other);
struct standing apply_standing_at(void *view, const char *card, const struct tkey *key);
/* The account that a card belongs to in the end. out holds ENTRY_WORD_MAX + 1 bytes */
BM_MUST_CHECK enum bm_rc apply_account(struct apply *ap, const char *card, char *out, size_t size);

/* Times (apply_time.c): note what a clock entry says; date an entry by what is known; date an epoch anew. */
BM_MUST_CHECK enum bm_rc apply_clock(struct apply *ap, const struct entry *e);
BM_MUST_CHECK enum bm_rc apply_true_time(struct apply *ap, const struct entry *e, int64_t received_ms, int64_t *t, int64_t *unc);
BM_MUST_CHECK enum bm_rc apply_retime(struct apply *ap, const struct entry *clock);

/* Taking part (apply_void.c). Does an entry take part, by its time, its cut and the voids that name it? Their exceptions
 * are told anew. out: NULL, APPLY_VOID or APPLY_BEYOND */
BM_MUST_CHECK enum bm_rc apply_judge(struct apply *ap, enum op op, const char *card, const struct tkey *key, int64_t cut_ms,
                                     const char **dark);
/* The same for an entry that is here already, after its time or what names it changed: if it comes out differently, undo
 * or do what it does. Nothing if it is not here. */
BM_MUST_CHECK enum bm_rc apply_rejudge(struct apply *ap, const struct eid *id);
BM_MUST_CHECK enum bm_rc apply_void(struct apply *ap, const struct entry *e, const char *id, struct outcome *out);

/* Money (TIMELINE 5) and loan limits. A fold tells what it changed: */
BM_MUST_CHECK enum bm_rc apply_touch_step(struct apply *ap, const struct unit *u, const struct entry *e);
BM_MUST_CHECK enum bm_rc apply_touch_refold(struct apply *ap, const struct unit *was, const struct unit *now);
BM_MUST_CHECK enum bm_rc apply_touch_people(struct apply *ap, const char *card, int64_t from_t);
BM_MUST_CHECK enum bm_rc apply_touch_charge(struct apply *ap, const char *key); /* "dev.ep.seq/kind" */
BM_MUST_CHECK enum bm_rc apply_touch_card(struct apply *ap, const char *card);
BM_MUST_CHECK enum bm_rc apply_touch_loans(struct apply *ap, const char *card, int64_t from_t, int64_t to_t);
/* Staff accounts (apply_staff.c): may this entry say anything of one? BM_EINPUT: no, only the branch's own do. */
BM_MUST_CHECK enum bm_rc apply_staff_sound(const struct entry *e);
/* What an account is, by the newest of its entries that take part: one came, was taken back or got another time.
 * in: ref, "staff:" and its id */
BM_MUST_CHECK enum bm_rc apply_staff(struct apply *ap, const char *ref);
/* pay, waive, charge: came; are another patron's now; were taken back; got another time. */
BM_MUST_CHECK enum bm_rc apply_money(struct apply *ap, const struct entry *e, const char *id);
BM_MUST_CHECK enum bm_rc apply_money_moved(struct apply *ap, const struct entry *e, const char *id);
BM_MUST_CHECK enum bm_rc apply_money_gone(struct apply *ap, enum op op, const struct eid *target, const char *card, const char *ref);
BM_MUST_CHECK enum bm_rc apply_money_retimed(struct apply *ap, enum op op, const struct eid *id, const char *ref);
/* settle: came; was taken back; got another time. */
BM_MUST_CHECK enum bm_rc apply_settle(struct apply *ap, const struct entry *e, int64_t t, const char *id);
BM_MUST_CHECK enum bm_rc apply_settle_gone(struct apply *ap, const char *id);
BM_MUST_CHECK enum bm_rc apply_settle_retimed(struct apply *ap, const char *id, int64_t t);
/* The entry with the card that is meant. out: strings of e, or in the arena */
BM_MUST_CHECK enum bm_rc apply_meant(struct apply *ap, const struct entry *e, const struct tkey *key, struct entry *out);
/* Read a device's entries on a card again, after a settlement about them or new times; all cards that were split. */
BM_MUST_CHECK enum bm_rc apply_resplit(struct apply *ap, const char *dev, const char *was);
BM_MUST_CHECK enum bm_rc apply_resplit_all(struct apply *ap, const char *dev);
/* Once an entry is through: fold the charges touched, then balances, then limits. */
BM_MUST_CHECK enum bm_rc apply_money_finish(struct apply *ap);

#endif
