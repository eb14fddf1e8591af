/* common/catalog.h -- looking things up: titles by words, barcode or ISBN; copies; a shelf in
 * its order; one item whole.
 * Floor:      common. Uses db, barcode, callno.
 * Owns:       nothing; what it finds lives in the caller's arena.
 * Invariants: L1 what people type never reaches the search engine as syntax: every word goes in
 *             quoted.
 * Threads:    one per handle. Reads only; a caller that wants one view of several calls begins
 *             a read transaction. */
#ifndef BM_CATALOG_H
#define BM_CATALOG_H

#include "common/db.h"

enum {
    CATALOG_QUERY_MAX = 256,   /* bytes of what is searched for */
    CATALOG_WORDS_MAX = 16,    /* words of it */
    CATALOG_HITS_MAX = 500,    /* titles of one answer */
    CATALOG_COPIES_MAX = 5000, /* copies shown of one title */
    CATALOG_SHELF_MAX = 100000 /* items of one shelf list */
};

/* A title found. Absent texts are NULL, but name and author never. */
struct catalog_hit {
    const char *key, *name, *author, *callno, *itype;
    int64_t copies; /* that are not withdrawn */
    int64_t here;   /* of these, at the place asked for, not on loan, not missing or lost */
    int64_t out;    /* of these, on loan */
};
struct catalog_hits {
    struct catalog_hit *hits;
    size_t count;
    bool more; /* there are others beyond the limit */
};
/* Titles that have all the words, in name, author or subjects; the last may be the beginning of
 * a word; most popular
 * first. A barcode finds the title of that copy, an ISBN of 10 or 13 digits the titles that
 * have it.
 * in:  query, as typed or scanned; place whose copies count as here, or NULL; limit, 1 to
 *      CATALOG_HITS_MAX
 * ret: BM_OK, perhaps no hit | BM_EUSAGE not UTF-8, too long, or too many words |
 *      faults of db */
BM_MUST_CHECK enum bm_rc catalog_search(struct db *db, const char *query, const char *place,
                                        size_t limit, struct arena *a,
                                        struct catalog_hits *out);
/* One title by its key. ret: BM_OK | BM_ENOTFOUND | faults of db */
BM_MUST_CHECK enum bm_rc catalog_title(struct db *db, const char *key, const char *place,
                                       struct arena *a, struct catalog_hit *out);

/* A copy, or a line of a shelf list (then name and author are set). Absent texts are NULL. */
struct catalog_copy {
    const char *barcode, *callno, *place, *cond, *name, *author;
    int64_t due_s; /* of its loan, UTC seconds; ENTRY_NONE (INT64_MIN) = not on loan */
    bool aside;    /* on the hold shelf, for a hold that it fills */
};
struct catalog_copies {
    struct catalog_copy *copies;
    size_t count;
    bool more;
};
/* Copies of a title, by barcode. ret: BM_OK, perhaps none | faults of db */
BM_MUST_CHECK enum bm_rc catalog_copies(struct db *db, const char *title, struct arena *a,
                                        struct catalog_copies *out);
struct catalog_shelf {
    const char *place;
    const char *from; /* call number to begin at; NULL = all, those without a place in the order
                         first */
    const char *to;   /* the last: it and all that begins like it; NULL = to the end */
    bool all;         /* also what is on loan from there (due_s is set) or lost */
    size_t limit;     /* 1 to CATALOG_SHELF_MAX */
};
/* What should stand at a place, in the order of the shelf; nothing withdrawn. */
BM_MUST_CHECK enum bm_rc catalog_shelf(struct db *db, const struct catalog_shelf *ask,
                                       struct arena *a, struct catalog_copies *out);

/* Everything about one copy. Absent texts are NULL, absent numbers ENTRY_NONE (INT64_MIN). */
struct catalog_item {
    const char *barcode, *title, *name, *author, *itype, *callno, *loc, *branch;
    const char *place, *cond;
    int64_t price_cents;
    const char *loan, *card, *patron_name; /* open loan: its id, card, holder */
    int64_t out_ms, due_s, renewals;
    const char *aside, *aside_card, *aside_name,
        *aside_pickup; /* the hold whose slip is in it */
    bool aside_stands; /* false: the slip is out of date */
    int64_t last_t_ms;
    const char *last_op;
};
/* in:  barcode as scanned. ret: BM_OK | BM_ENOTFOUND | BM_EUSAGE not a barcode |
 *      faults of db */
BM_MUST_CHECK enum bm_rc catalog_item(struct db *db, const char *barcode, struct arena *a,
                                      struct catalog_item *out);

#endif
