/* tests/sample/lending.h -- what is lent and wanted the evening before, by which rules.
 * Floor:   tests. Uses base, catalog, people, route.
 * Owns:    lists of loans and holds; lending_free releases them.
 * Invariants: a copy has at most one open loan, and none while it is set aside for somebody.
 * Threads: one. */
#ifndef SAMPLE_LENDING_H
#define SAMPLE_LENDING_H

#include "tests/sample/catalog.h"
#include "tests/sample/people.h"

struct loan {
    uint32_t copy, patron; /* indexes into the pool and the list of patrons */
    uint8_t renewals_left;
    bool by_van, used; /* used: spoken for in the day's acts */
};
struct hold {
    uint32_t copy, patron; /* any copy of copy's title, unless captured or copy_only */
    bool captured, copy_only;
};
struct lending {
    struct loan *loans;
    struct hold *holds;
    uint32_t loan_count, hold_count;
};

/* Write library.ini, rules.csv, calendar.csv, loans.csv and holds.csv; mark copies and patrons.
 * ret: BM_OK | BM_EIO | BM_ENOMEM; *l is to be freed in any case */
BM_MUST_CHECK enum bm_rc lending_write(const struct sample *s, const struct route *route,
                                       struct catalog *c, struct people *p, struct lending *l);
void lending_free(struct lending *l);

#endif
