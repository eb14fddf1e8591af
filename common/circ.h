/* common/circ.h -- between the pure fold and the tables: load a group's rows, step, store what changed.
 * Floor:   common. Uses db, timeline, entry, callno, barcode.
 * Owns:    nothing; works in the caller's transaction on schema/circulation.sql.
 * Invariants: I6 (total: unknown things become stubs), I8 (unique index), I2 (applying can be replayed).
 * Threads: one per handle. */
#ifndef BM_CIRC_H
#define BM_CIRC_H

#include "common/db.h"
#include "common/timeline.h"

enum { CIRC_WORD_MAX = 96 };

/* How an act came out here. */
enum outcome_kind { OUTCOME_APPLIED, OUTCOME_ADJUSTED, OUTCOME_EXCEPTION, OUTCOME_LATE, OUTCOME_STORED };
struct outcome {
    enum outcome_kind kind;
    char words[CIRC_WORD_MAX]; /* effect ("lent"), or exception codes with a comma between */
};
const char *outcome_name(enum outcome_kind kind);

/* The standing of a card from the patron table as it is now (laptop: nothing older is known). ctx: struct db. */
struct circ_view {
    struct db *db;
    struct arena *arena;
    struct standing (*who)(void *ctx, const char *card, const struct tkey *key); /* ctx: struct circ_view */
    enum bm_rc rc;                                                                /* first fault inside `who` */
};
struct standing circ_standing_now(void *view, const char *card, const struct tkey *key);
/* Library days, by the zone opened with zone_open. ctx unused. */
int64_t circ_day(void *ctx, int64_t utc_ms);

/* Closed days of a branch, as declared at a moment; ctx: struct circ_view. */
int64_t circ_closed(void *view, const char *branch, int64_t first_day, int64_t last_day, int64_t declared_ms);

/* Start a unit that asks `view`. */
void circ_unit(struct unit *u, struct circ_view *view);

/* Put in the rows that stepping over e can look at (item, its loans and charges, live holds and copies of its
 * title, pending exceptions). */
BM_MUST_CHECK enum bm_rc circ_load(struct unit *u, struct circ_view *view, const struct entry *e);
/* Put in every row of a node ('?' + barcode, or a title's holds). */
BM_MUST_CHECK enum bm_rc circ_load_node(struct unit *u, struct circ_view *view, const char *node);
/* Put in every row there is (verify). */
BM_MUST_CHECK enum bm_rc circ_load_all(struct unit *u, struct circ_view *view);
/* Store the dirty rows; loans that end before loans that begin. */
BM_MUST_CHECK enum bm_rc circ_store(struct db *db, const struct unit *u);

/* Make the tables' rows equal to `now`, where `was` holds what stands there: differing rows are stored, rows that
 * `now` lacks are deleted. ret: *differences counts them; with only_count nothing is written. */
BM_MUST_CHECK enum bm_rc circ_replace(struct db *db, const struct unit *was, struct unit *now, bool only_count,
                                      int64_t *differences);

/* A charge's series as its row has it, lines of "t id cents", into series and count of *c. ret: BM_OK | BM_ECORRUPT | BM_ENOMEM */
BM_MUST_CHECK enum bm_rc circ_series_read(const char *text, struct arena *a, struct tl_charge *c);

/* What stands in the unit about an entry. */
void circ_outcome(const struct unit *u, const struct entry *e, struct outcome *out);

/* Acts that are no part of the item folds, newest knowledge wins by (t, id): titles, catalogue side of items, visits,
 * tallies, the plain view of a patron. id_text: eid of the entry or row. */
BM_MUST_CHECK enum bm_rc circ_title(struct db *db, const struct entry *e, int64_t t_ms, const char *id_text);
/* The table that finds a title by its ISBNs (space between; NULL = none). */
BM_MUST_CHECK enum bm_rc circ_title_isbn(struct db *db, const char *key, const char *isbns);
BM_MUST_CHECK enum bm_rc circ_item_info(struct db *db, const struct entry *e, int64_t t_ms, const char *id_text);
/* After a fold: this add_item is the one that stands (e NULL: none does). */
BM_MUST_CHECK enum bm_rc circ_item_info_is(struct db *db, const char *barcode, const struct entry *e, int64_t t_ms,
                                           const char *id_text);
/* A patron's group as its entry has it: NULL if it says that he is of none any more. */
#define CIRC_NO_GROUP "-"
const char *circ_group(const char *written);
BM_MUST_CHECK enum bm_rc circ_visit(struct db *db, const struct entry *e, int64_t t_ms);

/* Money on a laptop, stepped like all else there (circ_money.c): after circ_store, the charges that the step changed; and
 * pay, waive, charge. */
BM_MUST_CHECK enum bm_rc circ_money_step(struct circ_view *view, const struct unit *u);
BM_MUST_CHECK enum bm_rc circ_money(struct circ_view *view, const struct entry *e, int64_t t_ms, const char *id_text);

/* One entry on a laptop: stepped onto the rows as they are (TIMELINE 9, "only steps").
 * out: OUTCOME_LATE if the item's newest event is later than this one: nothing changed until the feed brings it */
BM_MUST_CHECK enum bm_rc circ_apply(struct db *db, struct arena *a, const struct entry *e, int64_t t_ms, int64_t unc_ms,
                                    struct outcome *out);

#endif
