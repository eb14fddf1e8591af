/* common/scan.h -- what came from a scanner or a keyboard, made into what was meant.
 * Floor:   common, pure. Uses err, mem, barcode.
 * Threads: safe; nothing is kept.
 * src:     ISO/IEC 15424 (symbology identifiers); AIM BC3 (Codabar); barcode.h */
#ifndef BM_SCAN_H
#define BM_SCAN_H

#include "common/barcode.h"

enum { SCAN_TEXT_MAX = 256 }; /* bytes that a scanner may send for one barcode, dirt included */

/* Take off what is no part of the number: control characters anywhere (Enter and Tab after it, STX
 * before it), blanks and marks of no width at both ends, a symbology identifier ("]F0"), and what
 * barcode_clean takes off: Codabar's start and stop letters, Code 39's asterisks. Of a number typed in
 * groups the blanks inside go too. Letters keep their case; nothing is guessed from a prefix.
 * in:  text of len bytes, of any kind; out, BARCODE_MAX + 1 bytes
 * ret: BM_OK | BM_EINPUT nothing left, or not UTF-8 | BM_ELIMIT too long */
BM_MUST_CHECK enum bm_rc scan_clean(const char *text, size_t len, char out[BARCODE_MAX + 1]);

/* Whether it has the form of a library's number (14 digits) and its check digit is wrong: misread or
 * mistyped rather than unknown. */
bool scan_is_misread(const char *cleaned);

#endif
