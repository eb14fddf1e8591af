/* tests/sample/data_day.h -- the acts of a day with real books, by what rules, and who must have
 * what after them.
 * Floor:   tests. Uses data, data_route, words.
 * Owns:    nothing after the call.
 * Invariants: as in day.h, whose files these are; a loan marked lost plays no part, nor does a
 *             copy that somebody waits for.
 * Threads: one. */
#ifndef SAMPLE_DATA_DAY_H
#define SAMPLE_DATA_DAY_H

#include "tests/sample/data_route.h"

/* Where the branch's own desk is, and where the van's books are at home. */
struct data_places {
    const char *main_code, *van;
};

/* Write library.ini and rules.csv. ret: BM_OK | BM_EIO */
BM_MUST_CHECK enum bm_rc data_rules_write(const struct data *d, const struct data_route *r,
                                          const struct data_places *places,
                                          const struct sample *s);

/* Give each of the van's patrons a stop of the day, in turn. */
void data_day_place_patrons(struct data *d, uint32_t stop_count);

/* Write day.csv and who_has_what.csv. out: *van_acts, *branch_acts
 * ret: BM_OK | BM_EIO | BM_ENOMEM */
BM_MUST_CHECK enum bm_rc data_day_write(struct data *d, const struct data_route *r,
                                        const struct drive *drive,
                                        const struct data_places *places,
                                        const struct sample *s, uint32_t *van_acts,
                                        uint32_t *branch_acts);

#endif
