/* sync/import.h -- what a library brings along: titles, patrons, loans, holds, closed days, timetables, rules.
 * Floor:      sync. Uses branch (observe), import_marc, csv, policy, timetable.
 * Owns:       nothing after the call.
 * Invariants: I13 (a file is one `observe` entry, its rows kept by their hash); one file, one transaction: after a
 *             failure nothing of it is there; a record or row that cannot be taken is told by number, the rest go on
 *             (rules: all or none, because a rule left out would change the others' meaning).
 * Threads:    as the branch handle.
 * src:        COMPANION 2, 5; DESIGN 11 */
#ifndef BM_IMPORT_H
#define BM_IMPORT_H

#include "sync/branch.h"
#include "sync/marc_title.h"

enum { IMPORT_COUNTS_MAX = 12 };

/* How the import is to be done; and who is told of what is left out. */
struct import_how {
    int64_t asof_ms; /* when the file was true, UTC ms; ENTRY_NONE = now */
    /* where: "record" or "line"; number from 1. May be NULL. No names in reason. */
    void (*on_bad)(void *ctx, const char *where, int64_t number, const char *reason);
    void (*on_progress)(void *ctx, int64_t done); /* records or rows read; may be NULL */
    void *ctx;
};

struct import_result {
    const char *origin; /* marc patrons loans holds calendar routes rules */
    struct eid entry;   /* the observe */
    int64_t asof_ms;
    int64_t rows;       /* of the observe */
    bool superseded;    /* rules, closed days, routes: a file of a later date stands, this one is only kept */
    /* what was found, in the order to be told; the first is always told, others if not 0 */
    struct import_count {
        const char *name; /* "titles" */
        int64_t count;
    } counts[IMPORT_COUNTS_MAX];
    size_t count_count;
};

/* ret of all: BM_OK, *out | BM_ENOTFOUND no such file | BM_EINPUT not a file of this kind (a column is missing, no MARC
 *      in it), or nothing in it could be taken | BM_EUSAGE asof lies in the future | faults; nothing changed unless BM_OK */
BM_MUST_CHECK enum bm_rc import_marc(struct branch *b, const char *path, enum marc_items items,
                                     const struct import_how *how, struct import_result *out);
/* Koha's columns: cardnumber, surname, firstname, dateofbirth (only the year is kept in the open), categorycode, branchcode,
 * dateexpiry ... and stop, guarantor (the card of who answers for the debts), sort1 (the group). A card that is in use here already gets its
 * new facts; nobody is registered twice. */
BM_MUST_CHECK enum bm_rc import_patrons(struct branch *b, const char *path, const struct import_how *how,
                                        struct import_result *out);
/* cardnumber, itemnumber_barcode, branchcode, issuedate, date_due, returndate, stop_fines (LOST) */
BM_MUST_CHECK enum bm_rc import_loans(struct branch *b, const char *path, const struct import_how *how,
                                      struct import_result *out);
/* cardnumber, bib_id (the title's 001) or item_barcode, hold_type (C = this very copy), pickup_branch, requested,
 * captured, fulfilled, cancelled */
BM_MUST_CHECK enum bm_rc import_holds(struct branch *b, const char *path, const struct import_how *how,
                                      struct import_result *out);
/* branchcode, first_day, last_day, reason; comes whole */
BM_MUST_CHECK enum bm_rc import_calendar(struct branch *b, const char *path, const struct import_how *how,
                                         struct import_result *out);
/* the timetable's columns (common/timetable.h); comes whole */
BM_MUST_CHECK enum bm_rc import_routes(struct branch *b, const char *path, const struct import_how *how,
                                       struct import_result *out);
/* the rules' columns (common/policy_rule.h) and no others; comes whole, all rows or none; kept in their canonical form */
BM_MUST_CHECK enum bm_rc import_rules(struct branch *b, const char *path, const struct import_how *how,
                                      struct import_result *out);

/* The rules in force as a CSV file's text, header first. */
BM_MUST_CHECK enum bm_rc import_rules_export(struct branch *b, struct buf *out);

#endif
