/* tests/sample/words.h -- plainly invented names of people, places and titles.
 * Floor:   tests. Uses base.
 * Owns:    nothing; lists are constant.
 * Invariants: no name of a living person; every list is UTF-8.
 * Threads: safe. */
#ifndef SAMPLE_WORDS_H
#define SAMPLE_WORDS_H

#include "tests/sample/base.h"

enum { NAME_SIZE = 48, TITLE_SIZE = 160 };

enum title_kind {
    KIND_PICTURE,
    KIND_JUNIOR,
    KIND_YOUNG,
    KIND_NOVEL,
    KIND_CRIME,
    KIND_WONDER,
    KIND_FACTS,
    KIND_JUNIOR_FACTS,
    KIND_LARGE_PRINT,
    KIND_AUDIO,
    KIND_FILM,
    KIND_FOREIGN,
    KIND_COUNT
};

/* A work, made up from one number. Strings point into the struct or to constants. */
struct work {
    enum title_kind kind;
    char title[TITLE_SIZE], rest[TITLE_SIZE]; /* rest: 245 $b, or "" */
    char surname[NAME_SIZE], forename[NAME_SIZE];
    char callno[32];
    const char *subject, *genre; /* 650; genre or NULL */
    const char *language;        /* MARC code */
    const char *summary;         /* 520 */
    const char *itype, *location;
    unsigned nonfiling; /* bytes skipped when filing: 245 second indicator */
    uint32_t price_cents;
};
void work_make(struct work *w, uint64_t seed, uint32_t number);

void name_forename(struct rng *r, char *out); /* out: NAME_SIZE */
void name_surname(struct rng *r, char *out);  /* out: NAME_SIZE */
const char *name_lane(struct rng *r);         /* a street */
const char *name_place(struct rng *r);        /* a place without a stop */
const char *name_publisher(struct rng *r);

#endif
