/* common/cards.h -- ranges of card numbers: each van registers in its own, so that two never give one number to two people.
 * Floor:      common. Uses barcode, mem; cards_next_free alone uses db.
 * Owns:       nothing.
 * Invariants: N1 the next number follows from what is in use, never from a counter: a laptop that was restored goes on
 *             after what it knows of; N2 of a range whose both ends have a Luhn check digit, only such numbers are given.
 * Threads:    safe; cards_next_free as the handle. */
#ifndef BM_CARDS_H
#define BM_CARDS_H

#include "common/db.h"

enum {
    CARDS_DIGITS_MAX = 18,
    CARDS_TEXT_MAX = 2 * CARDS_DIGITS_MAX + 2, /* "FIRST-LAST" with its NUL */
    CARDS_COUNT_MAX = 10000000,                /* numbers of one range */
    CARDS_FEW = 20                             /* fewer left: say so */
};

struct card_range {
    int64_t first, last;
    int digits;   /* of every number; noughts in front count */
    bool has_luhn; /* the last digit is a check digit */
};

/* Read "FIRST-LAST": numbers of as many digits, in order. ret: BM_OK | BM_EINPUT | BM_ELIMIT too many digits or numbers */
BM_MUST_CHECK enum bm_rc cards_parse(const char *text, struct card_range *out);
/* Have two ranges a number in common? Numbers of different length are different. */
bool cards_overlap(const struct card_range *a, const struct card_range *b);
/* How many numbers it has. */
int64_t cards_count(const struct card_range *range);
/* The least number of the range from n on; -1 = none. */
int64_t cards_from(const struct card_range *range, int64_t n);
/* A number as it stands on the card. ret: out */
const char *cards_text(const struct card_range *range, int64_t n, char out[CARDS_DIGITS_MAX + 1]);

/* The least number of a range that no patron, loan or hold here has.
 * in:  range, as text
 * out: card; *left, how many are free, this one counted
 * ret: BM_OK | BM_EREFUSED all are used | BM_EINPUT, BM_ELIMIT not a range | faults */
BM_MUST_CHECK enum bm_rc cards_next_free(struct db *db, const char *range, char card[CARDS_DIGITS_MAX + 1], int64_t *left);

#endif
