/* mobile/manifest.h -- what goes into the van and out of it, and what is in it, by scanning every
 * copy.
 * Floor:      mobile. Uses laptop, visit (several entries in one transaction), itinerary, catalog.
 * Owns:       nothing; texts live in the caller's arena.
 * Invariants: M1 a comparison writes nothing unless it is told to; M2 a line that cannot be taken
 *             is named by its number, the others are done; M3 more lines than allowed: nothing is
 *             done; M4 physical facts win (I6): what is scanned is there, whatever was known.
 * Threads:    one per laptop handle. */
#ifndef BM_MANIFEST_H
#define BM_MANIFEST_H

#include <stdio.h>

#include "common/catalog.h"
#include "mobile/laptop.h"

enum {
    MANIFEST_LINES_MAX = 5000,
    MANIFEST_LINE_BYTES = 256,
    MANIFEST_ABOARD_MAX = 100000, /* copies that should be aboard */
    MANIFEST_BATCH = 100          /* entries of one transaction: nobody waits long for the lock */
};

/* What staff should know of a copy. */
enum manifest_alert {
    ALERT_UNKNOWN = 1,  /* no such copy here: nothing is written */
    ALERT_ON_LOAN = 2,  /* the loan ends, as nobody checked it in */
    ALERT_COND = 4,     /* not in order: see `cond` */
    ALERT_ELSEWHERE = 8, /* check: should be at `place` */
    ALERT_ASIDE = 16,   /* set aside, to be collected at `pickup`, where this does not bring it today */
    ALERT_SLIP = 32     /* its slip is for nobody any more */
};

struct manifest_copy {
    const char *item, *name, *author, *callno; /* NULL = not known */
    const char *place, *cond, *card, *pickup;  /* before the scan; card: who has it on loan */
    unsigned alerts;
    int64_t line;      /* where it was scanned first; 0 = it was not */
    const char *entry; /* id of what was written for it, or NULL */
};
struct manifest_list {
    struct manifest_copy *copies;
    size_t count, cap;
};
struct manifest_bad {
    int64_t line;
    const char *why;
};

struct manifest {
    struct manifest_list scanned; /* each once, in the order of scanning */
    struct manifest_bad *bad;     /* lines that are no barcodes */
    size_t bad_count, bad_cap;
    int64_t again_count;          /* lines that repeat a barcode */
    /* manifest_check: indexes of scanned, and copies that were not */
    size_t *present, present_count; /* expected, by shelf */
    size_t *surprise, surprise_count;
    struct manifest_list missing;   /* by shelf */
};

/* Read barcodes, one a line. ret: BM_OK | BM_ELIMIT too many lines | BM_EIO */
BM_MUST_CHECK enum bm_rc manifest_read(FILE *in, struct arena *a, struct manifest *out);

/* Compare with what should be aboard: at the van's place, not on loan, in order or set aside. */
BM_MUST_CHECK enum bm_rc manifest_check(struct laptop *l, struct arena *a, struct manifest *m);
/* After manifest_check: what was a surprise is aboard from now on (move_item); with `missing`,
 * what was not found is missing. A request id is made of the desk's and the barcode. */
BM_MUST_CHECK enum bm_rc manifest_record(struct laptop *l, struct arena *a, struct manifest *m,
                                         bool missing);
/* Every copy scanned is at a place from now on. day: whose calls count for ALERT_ASIDE */
BM_MUST_CHECK enum bm_rc manifest_move(struct laptop *l, struct arena *a, struct manifest *m,
                                       const char *to, int64_t day);

/* In words; "" = nothing to say. ret: text in the arena */
const char *manifest_alert_text(struct arena *a, const struct manifest_copy *copy);

#endif
