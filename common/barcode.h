/* common/barcode.h -- what a scanner sends, made into the barcode that was meant; check digits;
 * ISBN.
 * Floor:   common, pure. Uses err.
 * Threads: safe; nothing is kept.
 * src:     ISO/IEC 7812-1 annex B (Luhn); ISO 2108 (ISBN-10, ISBN-13); facts/ecosystem 4 */
#ifndef BM_BARCODE_H
#define BM_BARCODE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

enum {
    BARCODE_MAX = 64,    /* bytes of a cleaned barcode, without its NUL (as ENTRY_WORD_MAX) */
    BARCODE_ISBN_SIZE = 14 /* thirteen digits and the NUL */
};

/* Take off blanks and line ends around it, Code 39's pair of asterisks, Codabar's pair of start
 * and stop letters (A to D, either case, round digits and - $ : / . + with a digit among them).
 * Letters keep their case.
 * in:  out, size_bytes at least BARCODE_MAX + 1
 * ret: BM_OK | BM_EINPUT nothing left, or a control character inside | BM_ELIMIT too long */
BM_MUST_CHECK enum bm_rc barcode_clean(const char *scanned, char *out, size_t size_bytes);

/* Whether it is all digits, two or more, and the last is the Luhn check digit of the rest. */
bool barcode_luhn_ok(const char *digits);
/* The check digit to put after them, '0' to '9'; NUL if they are not all digits. */
char barcode_luhn_digit(const char *digits);
/* Whether it is thirteen digits whose last is the EAN check digit (weights 1 and 3). */
bool barcode_ean13_ok(const char *digits);

/* An ISBN as thirteen digits, from ten or thirteen, hyphens and blanks between them, perhaps
 * "ISBN" before and words after ("0-306-40615-2 (pbk.)"), as MARC 020 has it.
 * ret: BM_OK | BM_EINPUT not an ISBN, or its check digit is wrong */
BM_MUST_CHECK enum bm_rc barcode_isbn13(const char *text, char out[BARCODE_ISBN_SIZE]);
/* Whether a cleaned scan is a book's EAN (978, 979): look the title up, not the item. */
bool barcode_is_isbn(const char *cleaned);

#endif
