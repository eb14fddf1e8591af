/* common/cents.h -- money as people type and read it: 2.50, never a fraction in between.
 * Floor:   common, pure. Uses mem.
 * Threads: safe; nothing is kept. */
#ifndef BM_CENTS_H
#define BM_CENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CENTS_TEXT_MAX = 32 };

/* Read "2.50", "2" or "0.05": digits, perhaps a point and exactly two more; no sign, nothing around it.
 * ret: false if it is not that, or not in [min, max] */
bool cents_parse(const char *text, int64_t min, int64_t max, int64_t *out);
/* "2.50", "-0.05". in: size, CENTS_TEXT_MAX or more. ret: text */
const char *cents_text(int64_t cents, char *text, size_t size_bytes);

#endif
