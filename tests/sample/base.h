/* tests/sample/base.h -- what every part of the made-up library needs: chance, dates, files.
 * Floor:   tests. Uses common/err.
 * Owns:    an open file per struct out.
 * Invariants: everything follows from struct sample; no clock, no machine setting is read.
 * Threads: one. */
#ifndef SAMPLE_BASE_H
#define SAMPLE_BASE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/err.h"

enum {
    SAMPLE_TITLES_MAX = 1000000, /* six digits of an ISBN under the made-up prefix */
    SAMPLE_ITEMS_MAX = 9000000,  /* eight digits of a barcode, the first kept for the kind */
    SAMPLE_PATRONS_MAX = 1000000,
    SAMPLE_COPIES_MAX = 600, /* of one title: its record must stay below 99,999 bytes */
    SAMPLE_CARD_FIRST = 10000001,
    SAMPLE_CARD_FRESH = 50000001, /* cards not given out yet, for registrations */
    SAMPLE_CARD_FOREIGN = 90000001, /* known to nobody here */
    BARCODE_SIZE = 15,
    ISO_SIZE = 24
};

/* What to make. */
struct sample {
    const char *dir; /* folder written to */
    uint64_t seed;
    int32_t day; /* service day, days since 1970-01-01 */
    uint32_t title_count, item_count, patron_count;
    uint32_t loan_count, hold_count; /* open loans, holds; follow from the patrons */
};

/* splitmix64; a stream of its own for each purpose, so that one part's draws do not move
 * another's. One draw an expression: compilers differ in the order in which they take
 * arguments. */
struct rng {
    uint64_t state;
};
void rng_init(struct rng *r, uint64_t seed, uint64_t stream);
uint64_t rng_next(struct rng *r);
uint32_t rng_below(struct rng *r, uint32_t bound);               /* 0 .. bound - 1; bound > 0 */
int32_t rng_between(struct rng *r, int32_t first, int32_t last); /* both ends included */
double rng_unit(struct rng *r);                                  /* 0 <= x < 1 */
double rng_normal(struct rng *r);                                /* mean 0, deviation 1 */
bool rng_chance(struct rng *r, double p);
#define RNG_PICK(r, list) ((list)[rng_below((r), (uint32_t)(sizeof(list) / sizeof((list)[0])))])

/* Dates: days since 1970-01-01, proleptic Gregorian. */
int32_t date_from_civil(int32_t year, uint32_t month, uint32_t day);
void date_to_civil(int32_t date, int32_t *year, uint32_t *month, uint32_t *day);
uint32_t date_weekday(int32_t date);             /* 0 = Monday */
bool date_parse(const char *text, int32_t *out); /* YYYY-MM-DD, 2017 to 2079 */
const char *date_text(int32_t date, char *out);  /* out: ISO_SIZE. ret: out */
/* UTC second of a local time of Europe/London: summer time from the last Sunday of March to the
 * last of October. in: local_s, seconds since local midnight, not in the night of a change */
int64_t local_to_utc(int32_t date, int32_t local_s);
const char *utc_text(int64_t utc_s,
                     char *out); /* 2026-10-05T08:30:00Z; out: ISO_SIZE. ret: out */

/* Numbers with check digits. out: BARCODE_SIZE. ret: out */
const char *item_barcode(uint32_t serial, char *out); /* 3 + library + serial from 1 + Luhn */
const char *card_number(uint32_t serial, char *out);  /* 2 + library + serial + Luhn */
const char *isbn_text(uint32_t number, char *out);    /* under 979-8-99: given to nobody */

/* A file being written; an error sticks and comes out at out_close. */
struct out {
    FILE *file;
    char path[512];
    char *block; /* its buffer */
    bool failed;
};
BM_MUST_CHECK enum bm_rc out_open(struct out *o, const struct sample *s, const char *name);
void out_printf(struct out *o, const char *fmt, ...) BM_PRINTF(2, 3);
void out_bytes(struct out *o, const void *data, size_t len);
/* One CSV field, quoted where RFC 4180 wants it. in: last, a line end follows, else a comma */
void out_field(struct out *o, const char *text, bool last);
/* ret: BM_OK | BM_EIO, the file is not whole; safe on a file that never opened */
BM_MUST_CHECK enum bm_rc out_close(struct out *o);

#endif
