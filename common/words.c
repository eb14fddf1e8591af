/* common/words.c -- see words.h */
#include "common/words.h"

#include <string.h>

/* Letters from U+00C0 on without their accents; capitals stand for two letters, a blank for what is none. */
static const char latin[] = "aaaaaaAceeeeiiiidnooooo ouuuuyTS"
                            "aaaaaaAceeeeiiiidnooooo ouuuuyTy"
                            "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiIIjjkkkllllllllllnnnnnnnnn"
                            "ooooooOOrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
_Static_assert(sizeof latin - 1 == 0x180 - 0xC0, "a letter each");

/* The same for ranges further on. */
static const struct {
    uint32_t first, last;
    char base;
} ranges[] = {
    { 0x218, 0x219, 's' },   { 0x21A, 0x21B, 't' },   { 0x1E80, 0x1E89, 'w' }, { 0x1E9E, 0x1E9E, 'S' }, { 0x1EA0, 0x1EB7, 'a' },
    { 0x1EB8, 0x1EC7, 'e' }, { 0x1EC8, 0x1ECB, 'i' }, { 0x1ECC, 0x1EE3, 'o' }, { 0x1EE4, 0x1EF1, 'u' }, { 0x1EF2, 0x1EF9, 'y' },
};

static const char *two_letters(char base)
{
    switch (base) {
    case 'A': return "ae";
    case 'I': return "ij";
    case 'O': return "oe";
    case 'S': return "ss";
    case 'T': return "th";
    default: return NULL;
    }
}

/* The code point at *p, which moves on; what is no UTF-8 counts as a blank. */
static uint32_t next_point(const unsigned char **p)
{
    const unsigned char *s = *p;
    int more = *s < 0x80 ? 0 : *s >= 0xF0 && *s < 0xF8 ? 3 : *s >= 0xE0 && *s < 0xF0 ? 2 : *s >= 0xC0 && *s < 0xE0 ? 1 : -1;
    uint32_t c = more == 0 ? *s : more > 0 ? (uint32_t)(*s & (0x3F >> more)) : ' ';
    for (s++; more > 0; more--, s++) {
        if ((*s & 0xC0) != 0x80) {
            *p = s;
            return ' ';
        }
        c = c << 6 | (*s & 0x3F);
    }
    *p = s;
    return c;
}

static size_t put_point(uint32_t c, char out[4])
{
    if (c < 0x80) return out[0] = (char)c, 1;
    if (c < 0x800) return out[0] = (char)(0xC0 | c >> 6), out[1] = (char)(0x80 | (c & 0x3F)), 2;
    if (c < 0x10000)
        return out[0] = (char)(0xE0 | c >> 12), out[1] = (char)(0x80 | (c >> 6 & 0x3F)), out[2] = (char)(0x80 | (c & 0x3F)), 3;
    out[0] = (char)(0xF0 | c >> 18), out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    return out[2] = (char)(0x80 | (c >> 6 & 0x3F)), out[3] = (char)(0x80 | (c & 0x3F)), 4;
}

enum part { PART_LETTER, PART_END, PART_APOSTROPHE, PART_ACCENT };

/* What a code point is in a name; its plain letters. */
static enum part plain(uint32_t c, char out[4], size_t *len)
{
    char base = 0;
    *len = 0;
    if (c == '\'' || c == 0x2018 || c == 0x2019 || c == 0x2BC) return PART_APOSTROPHE;
    if (c >= 0x300 && c < 0x370) return PART_ACCENT; /* a letter's, beside it */
    if (c >= 'A' && c <= 'Z') base = (char)(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) base = (char)c;
    else if (c < 0xC0) return PART_END;
    else if (c < 0x180) base = latin[c - 0xC0];
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges && !base; i++)
        if (c >= ranges[i].first && c <= ranges[i].last) base = ranges[i].base;
    if (base == ' ' || (c >= 0x2000 && c < 0x2070) || c == 0x3000) return PART_END;
    const char *two = two_letters(base);
    if (two) *len = 2, memcpy(out, two, 2);
    else if (base) *len = 1, out[0] = base;
    else if ((c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F)) *len = put_point(c + 0x20, out);
    else *len = put_point(c >= 0x400 && c < 0x410 ? c + 0x50 : c, out);
    return PART_LETTER;
}

/* Keep the word in text[from..end), if it is new. ret: where the next begins */
static size_t keep(struct words *out, size_t from, size_t end)
{
    if (end == from || out->count == WORDS_MAX) return from;
    out->text[end] = '\0';
    for (size_t i = 0; i < out->count; i++)
        if (strcmp(out->list[i], out->text + from) == 0) return from;
    out->list[out->count++] = out->text + from;
    return end + 1;
}

/* A word, and what stands after its apostrophe as another. */
static size_t keep_both(struct words *out, size_t from, size_t end, size_t tail)
{
    char copy[WORDS_WORD_MAX + 4];
    size_t len = tail > from && tail < end ? end - tail : 0;
    memcpy(copy, out->text + end - len, len);
    from = keep(out, from, end);
    if (len == 0 || from + len >= sizeof out->text) return from;
    memcpy(out->text + from, copy, len);
    return keep(out, from, from + len);
}

static void split(const char *text, bool tails, struct words *out)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t from = 0, at = 0, tail = 0, len;
    char letters[4];
    out->count = 0;
    while (*p && out->count < WORDS_MAX && at + 2 * WORDS_WORD_MAX + 8 < sizeof out->text) {
        enum part part = plain(next_point(&p), letters, &len);
        if (part == PART_END) {
            at = from = keep_both(out, from, at, tail);
            tail = 0;
        } else if (part == PART_APOSTROPHE) {
            tail = tails ? at : 0;
        } else if (at - from + len <= WORDS_WORD_MAX) {
            memcpy(out->text + at, letters, len);
            at += len;
        }
    }
    keep_both(out, from, at, tail);
}

void words_of_name(const char *text, struct words *out)
{
    bm_assert(text && out);
    split(text, true, out);
}

void words_typed(const char *text, struct words *out)
{
    bm_assert(text && out);
    split(text, false, out);
}

bool words_match(const struct words *typed, const struct words *name)
{
    for (size_t i = 0; i < typed->count; i++) {
        size_t len = strlen(typed->list[i]), k = 0;
        while (k < name->count && strncmp(typed->list[i], name->list[k], len) != 0) k++;
        if (k == name->count) return false;
    }
    return true;
}
