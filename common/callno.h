/* common/callno.h -- call numbers in the order of the shelf.
 * Floor:   common, pure. Uses err.
 * Threads: safe; nothing is kept.
 *
 * A key is text whose order by bytes (strcmp, or SQLite's BINARY) is the order on the shelf:
 *   1. those with a section before the number (J, E, YA, FIC, LP, DVD, REF and the like;
 *      several may follow one another: J FIC), by section; then those without; then those with
 *      nothing readable at all;
 *   2. inside, LC by class letters, whole number, decimals, cutters; all else, Dewey too, word
 *      by word, numbers that start a word by their value, digits behind letters (cutters: B63,
 *      B7) as decimals;
 *   3. nothing before something: 599 comes before 599 ATT, that before 599.7.
 * Letters outside ASCII keep their bytes and so come after Z. */
#ifndef BM_CALLNO_H
#define BM_CALLNO_H

#include <stdbool.h>
#include <stddef.h>

enum {
    CALLNO_MAX = 255,     /* bytes of a call number that count; the rest is not looked at */
    CALLNO_KEY_MAX = 1536 /* size that always suffices for a key, with its NUL */
};

/* in:  callno, NULL or "" = none; size_bytes, 2 at least
 * ret: false if the key was cut off to fit (NUL-ended, it still sorts by what is there) */
bool callno_key(const char *callno, char *out, size_t size_bytes);

#endif
