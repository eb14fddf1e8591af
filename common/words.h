/* common/words.h -- the words of a name as people type them who look for it: small letters, no accents.
 * Floor:   common, pure. Uses mem.
 * Owns:    nothing.
 * Threads: safe. */
#ifndef BM_WORDS_H
#define BM_WORDS_H

#include "common/mem.h"

enum { WORDS_MAX = 24, WORDS_BYTES_MAX = 400, WORDS_WORD_MAX = 48 };

struct words {
    const char *list[WORDS_MAX]; /* into text; letters and digits only, so that they need no quoting anywhere */
    size_t count;
    char text[WORDS_BYTES_MAX];
};

/* What a name is found by: "O'Brien-Łuk, Zoë" gives obrien brien luk zoe. Latin letters lose their accents (ß: ss, Æ: ae, Þ: th),
 * Greek and Cyrillic capitals become small, other letters stay; the rest ends a word. What stands after an apostrophe is a word
 * of its own too. No word twice. Of a name of endless length the first words.
 * in: text, UTF-8 */
void words_of_name(const char *text, struct words *out);

/* What was typed to find it: the same, but "o'brien" is obrien alone. */
void words_typed(const char *text, struct words *out);

/* Is each word that was typed the beginning of one of the name's? */
bool words_match(const struct words *typed, const struct words *name);

#endif
