/* common/circ_rows.h -- inside of circ: rows of the circulation tables to structs of the timeline and back.
 * Floor:   common, only for circ.c.
 * Threads: one per handle. */
#ifndef BM_CIRC_ROWS_H
#define BM_CIRC_ROWS_H

#include "common/db.h"
#include "common/timeline.h"

enum row_kind { ROW_ITEM, ROW_LOAN, ROW_HOLD, ROW_CHARGE, ROW_EXC };

/* Put every row of a cursor into the unit; rows that are there already stay as they are. */
BM_MUST_CHECK enum bm_rc rows_put(struct unit *u, struct stmt *s, enum row_kind kind);
/* The same for a statement with one text parameter (name NULL: with none). */
BM_MUST_CHECK enum bm_rc rows_put_by(struct unit *u, struct db *db, enum sql_id id, const char *name, const char *value,
                                     enum row_kind kind);

BM_MUST_CHECK enum bm_rc rows_store_item(struct db *db, const struct tl_item *row);
BM_MUST_CHECK enum bm_rc rows_store_loan(struct db *db, const struct tl_loan *row);
BM_MUST_CHECK enum bm_rc rows_store_hold(struct db *db, const struct tl_hold *row);
BM_MUST_CHECK enum bm_rc rows_store_charge(struct db *db, const struct tl_charge *row);
BM_MUST_CHECK enum bm_rc rows_store_exc(struct db *db, const struct tl_exc *row);

/* Equal in everything but the key and `dirty`? */
bool rows_same_item(const struct tl_item *a, const struct tl_item *b);
bool rows_same_loan(const struct tl_loan *a, const struct tl_loan *b);
bool rows_same_hold(const struct tl_hold *a, const struct tl_hold *b);
bool rows_same_charge(const struct tl_charge *a, const struct tl_charge *b);
bool rows_same_exc(const struct tl_exc *a, const struct tl_exc *b);

#endif
