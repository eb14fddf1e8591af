/* common/person.h -- noticing that two registrations are the same person, without keeping who
 * it is.
 * Floor:   common. Uses seal.
 * Owns:    nothing.
 * Threads: safe. */
#ifndef BM_PERSON_H
#define BM_PERSON_H

#include "common/seal.h"

enum { PERSON_WHO_MAX = 2 * SEAL_KEYED_BYTES + 1, PERSON_TEXT_MAX = 600 };

/* Keyed hash, in hex, of a name and a birth date (YYYY-MM-DD): capitals (of ASCII) and runs of
 * blanks do not matter. ret: false = one of the two is missing or too long, and nothing is to
 * be said (out is "") */
bool person_who(const unsigned char key[SEAL_KEYED_KEY_BYTES], const char *name,
                const char *birth, char out[PERSON_WHO_MAX]);

#endif
