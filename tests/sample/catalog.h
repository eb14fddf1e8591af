/* tests/sample/catalog.h -- bibs.mrc: title records with their copies, streamed.
 * Floor:   tests. Uses base, words.
 * Owns:    a pool of copies kept in mind for loans and acts; catalog_free releases it.
 * Invariants: every record is sound ISO 2709 in UTF-8; titles are numbered from
 *          CATALOG_BIB_FIRST, copies from 1.
 * Threads: one. */
#ifndef SAMPLE_CATALOG_H
#define SAMPLE_CATALOG_H

#include "tests/sample/base.h"

enum { CATALOG_BIB_FIRST = 100001, POOL_MIN = 8192 };

/* A copy kept in mind. */
struct copy {
    uint32_t serial, bib;
    bool on_van, junior, fifteen; /* held by VAN1; JBOOK; DVD15 */
    bool used; /* lent, held or spoken for: the day's free choice passes it by */
};
struct catalog {
    struct copy *pool; /* all copies, or a fair sample of them when there are many */
    uint32_t pool_count, pool_max;
    uint8_t *held; /* a bit a title: somebody waits for it */
    uint32_t title_count;
};

/* Write bibs.mrc and fill the pool.
 * ret: BM_OK | BM_EIO | BM_ENOMEM | BM_ELIMIT, more copies than titles can carry;
 *      *c is to be freed in any case */
BM_MUST_CHECK enum bm_rc catalog_write(const struct sample *s, struct catalog *c);
void catalog_free(struct catalog *c);
bool catalog_is_held(const struct catalog *c, uint32_t bib);
void catalog_set_held(struct catalog *c, uint32_t bib);

#endif
