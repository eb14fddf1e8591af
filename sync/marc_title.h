/* sync/marc_title.h -- what a MARC 21 record says about a title and its copies.
 * Floor:   sync, pure: no file, no database, no MARC library. Uses common/mem, common/entry.h
 *          (limits).
 * Owns:    nothing; everything handed out lives in the caller's arena.
 * Invariants: every text handed out is UTF-8, free of control characters, without blanks at its
 *             ends, and no longer than the entry member it is for; letters with accents are one
 *             character each.
 * Threads: safe; no state. */
#ifndef BM_MARC_TITLE_H
#define BM_MARC_TITLE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/entry.h"

enum {
    MARC_FIELDS_MAX = 2000, /* of one record, item fields aside */
    MARC_ITEMS_MAX = 5000,  /* of one record */
    /* bytes; together below ENTRY_BYTES_MAX, even if every character had to be escaped */
    MARC_NAME_MAX = 2048,
    MARC_AUTHOR_MAX = 512,
    MARC_ISBN_MAX = 512,
    MARC_DETAIL_MAX = ENTRY_TEXT_MAX
};

/* Where a library's system writes its copies. */
enum marc_items { MARC_ITEMS_KOHA952, MARC_ITEMS_EVERGREEN852 };

struct marc_subfield {
    char code;        /* '?' if it is not one ASCII character */
    const char *text; /* UTF-8 as it stands in the record */
};

struct marc_field {
    char tag[4];
    char ind[3];      /* indicators; "" of a control field */
    const char *text; /* of a control field; NULL otherwise */
    const struct marc_subfield *subs;
    size_t sub_count;
};

struct marc_record {
    char leader[25];
    struct marc_field *fields;
    size_t field_count;
};

struct marc_item {
    const char *barcode;
    /* of these NULL = the record does not say */
    const char *branch;  /* where it belongs */
    const char *holding; /* where it is now (Koha b); else as branch */
    const char *loc;     /* shelving location */
    const char *callno;
    const char *itype;
    const char *status;  /* as the system words it ("checked_out"); NULL in Koha's records */
    const char *cond;    /* never NULL: ok damaged mend missing lost withdrawn */
    int64_t price_cents; /* ENTRY_NONE = not said, or not a price */
    bool circulating;    /* false: not for loan */
    bool holdable;       /* false: no holds on it */
};

struct marc_title {
    int64_t number;     /* place of the record in its file, from 1 */
    const char *key;    /* 001, or "t" and the number; never NULL, no blanks */
    const char *name;   /* 245 a n p b; "[no title]" if the record has none; never NULL */
    const char *author; /* of this and the following NULL = the record does not say */
    const char *isbn;   /* 020 and EANs of 024, digits and X, a space between */
    const char *callno; /* first of 082 092 050 099 */
    const char *itype; /* Koha's 942 c, else from the leader: book serial score map video ... */
    const char *detail; /* publisher, year, series, subjects, other names and titles, summary */
    const struct marc_item *items;
    size_t item_count;
    size_t bad_item_count; /* left out: empty or over-long barcode */
    /* as they stand in the record; NULL = none */
    const struct marc_field *title_field, *author_field;
};

/* Read the title and its copies out of a record.
 * in:  record, whose texts are UTF-8; number, its place in the file
 * out: *out, into the arena and borrowing from record
 * ret: BM_OK | BM_EINPUT it describes no title (an authority or holdings record) | BM_ELIMIT
 *      too many fields or items | BM_ENOMEM
 * src: MARC 21 Bibliographic; Koha 952, Evergreen 852 (facts/ecosystem 3) */
BM_MUST_CHECK enum bm_rc marc_title_read(const struct marc_record *record, int64_t number,
                                         enum marc_items preset, struct arena *a,
                                         struct marc_title *out);

/* Is this the tag of an item field under the preset? */
bool marc_is_item_tag(enum marc_items preset, const char *tag);

/* A price as people write it ("24.99", "$1,250.00", "USD 20", "24,99") in cents.
 * ret: ENTRY_NONE if it is none */
int64_t marc_price_cents(const char *text);

#endif
