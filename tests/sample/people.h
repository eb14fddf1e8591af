/* tests/sample/people.h -- patrons.csv: people who do not exist, with cards and perhaps a stop.
 * Floor:   tests. Uses base, words, route.
 * Owns:    the list of patrons; people_free releases it.
 * Threads: one. */
#ifndef SAMPLE_PEOPLE_H
#define SAMPLE_PEOPLE_H

#include "tests/sample/route.h"

enum category { CAT_ADULT, CAT_CHILD, CAT_SENIOR, CAT_CLASS, CAT_HOME, CAT_COUNT };
enum { PATRON_NO_STOP = 255 };

struct patron {
    uint32_t serial;  /* of the card */
    uint8_t category; /* enum category */
    uint8_t stop; /* index into route.stops, or PATRON_NO_STOP: a user of the main library */
    uint8_t age_years; /* 0 = not known */
    uint8_t loans;     /* open ones */
    uint32_t guarantor; /* serial of the card of who answers for the debts; 0 = nobody */
    bool barred, expired;
    bool used; /* spoken for in the day's acts */
};
struct people {
    struct patron *list;
    uint32_t count;
};

/* Write patrons.csv. ret: BM_OK | BM_EIO | BM_ENOMEM; *p is to be freed in any case */
BM_MUST_CHECK enum bm_rc people_write(const struct sample *s, const struct route *route,
                                      struct people *p);
void people_free(struct people *p);

#endif
