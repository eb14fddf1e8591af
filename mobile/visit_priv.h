/* mobile/visit_priv.h -- inside of visit: several entries in one transaction, and the visit
 * that is open.
 * Floor:   mobile, only for visit*.c and manifest.c.
 * Owns:    nothing.
 * Threads: one. */
#ifndef BM_VISIT_PRIV_H
#define BM_VISIT_PRIV_H

#include "mobile/visit.h"

/* The laptop's desk, begun once and ended once round all that is written: its acts find it
 * begun. */
struct visit_batch {
    struct laptop *l;
    struct desk desk;
};

/* ret: BM_OK, to be followed by visit_batch_end | a fault, nothing is begun */
BM_MUST_CHECK enum bm_rc visit_batch_begin(struct visit_batch *b, struct laptop *l);
/* in: request, or NULL */
BM_MUST_CHECK enum bm_rc visit_batch_add(struct visit_batch *b, struct arena *a,
                                         struct entry *e, const char *request,
                                         struct desk_answer *out);
/* Keep all (BM_OK) or nothing. */
BM_MUST_CHECK enum bm_rc visit_batch_end(struct visit_batch *b, enum bm_rc rc);

/* *is_open false: none is. */
BM_MUST_CHECK enum bm_rc visit_open_row(struct db *view, const char *dev, struct arena *a,
                                        struct visit_row *out, bool *is_open);

#endif
