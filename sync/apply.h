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
    APPLY_WHEN_UNC_MS = 60000 /* times caught up from paper are good to the minute */
};

struct apply {
    struct db *db;
    struct arena arena; /* dies with each entry */
    int64_t refolds, steps; /* counted for people who measure */
    char difference[160];   /* apply_verify: the first row that differs */
};

void apply_init(struct apply *ap, struct db *db);
void apply_free(struct apply *ap);

/* Apply one entry that is stored already, inside a transaction (and a savepoint, if its failure must not undo others).
 * in:  e, parsed; received_ms, when the branch stored it
 * out: how it came out now
 * ret: BM_OK | BM_EINPUT, BM_EVERSION: not to be understood here, quarantine it | faults */
BM_MUST_CHECK enum bm_rc apply_entry(struct apply *ap, const struct entry *e, int64_t received_ms, struct outcome *out);

/* What an entry led to, as it stands now. */
BM_MUST_CHECK enum bm_rc apply_outcome_now(struct apply *ap, const struct eid *id, struct outcome *out);

/* Fold everything anew, from the readings alone, and compare with every row.
 * ret: BM_OK, *differences = 0 when all agree; else ap->difference names the first */
BM_MUST_CHECK enum bm_rc apply_verify(struct apply *ap, int64_t *readings, int64_t *differences);

/* --- inside (apply.c, apply_people.c) ------------------------------------------------------------ */

struct node_set {
    const char **nodes;
    size_t count, cap;
};
BM_MUST_CHECK enum bm_rc node_add(struct apply *ap, struct node_set *set, const char *node);
/* The group that a node belongs to now. */
BM_MUST_CHECK enum bm_rc apply_group(struct apply *ap, const char *node, struct node_set *out);
/* Fold the groups that these nodes belong to again. */
BM_MUST_CHECK enum bm_rc apply_refold(struct apply *ap, const struct node_set *nodes);
/* A patron act came, went or moved in time: fold the card's people again, then what used the card since. */
BM_MUST_CHECK enum bm_rc apply_people(struct apply *ap, const char *card);
/* The cards named together with this one, as things stand. */
BM_MUST_CHECK enum bm_rc apply_cards(struct apply *ap, const char *card, struct node_set *out);
/* unknown_card, unknown_item, maybe_same_person: leaves that nothing depends on. */
BM_MUST_CHECK enum bm_rc apply_unknown_card(struct apply *ap, const char *card);
BM_MUST_CHECK enum bm_rc apply_same_person(struct apply *ap, const char *who_ref);
/* Rules, closed days, stops and timetables: rows of an import that comes whole. */
BM_MUST_CHECK enum bm_rc apply_table_clear(struct apply *ap, const char *origin);
BM_MUST_CHECK enum bm_rc apply_table_row(struct apply *ap, const struct entry *row, const char *origin);
BM_MUST_CHECK enum bm_rc apply_col_eid(struct stmt *s, int column, int row_column, struct eid *out);
/* Is a new exception of a kind that no fold owns. */
BM_MUST_CHECK enum bm_rc apply_leaf(struct apply *ap, enum exc_code code, const char *entry, const char *other);
struct standing apply_standing_at(void *view, const char *card, const struct tkey *key);

#endif
