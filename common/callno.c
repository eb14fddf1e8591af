/* common/callno.c -- see callno.h
 *
 * The call number is first made plain: upper case, one blank between words, no slash of a Dewey
 * number, no other signs. Then it is written out again so that bytes sort as the shelf does.
 * The blank is the lowest byte used, the point the next: a shorter number comes before its own
 * decimals. */
#include "common/callno.h"

#include <string.h>

#include "common/err.h"

enum {
    NUMBER_WIDTH = 6,   /* whole numbers are padded to this; years and volumes fit */
    LC_NUMBER_WIDTH = 4 /* LC's whole number has up to four digits */
};

struct key {
    char *out;
    size_t len, size;
    bool cut;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

static void put(struct key *key, char c)
{
    if (key->len + 1 >= key->size) {
        key->cut = true;
        return;
    }
    key->out[key->len++] = c;
}

static void put_run(struct key *key, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) put(key, text[i]);
}

/* A whole number by value: leading zeros off, padded to the width. One longer than that sorts
 * after all that fit: a letter-like mark and its own length go before it. */
static void put_number(struct key *key, const char *digits, size_t len, size_t width)
{
    while (len > 1 && *digits == '0') {
        digits++;
        len--;
    }
    for (size_t i = len; i < width; i++) put(key, '0');
    if (len > width) {
        put(key, ':'); /* after '9' */
        put(key, (char)('0' + len / 100));
        put(key, (char)('0' + len / 10 % 10));
        put(key, (char)('0' + len % 10));
    }
    put_run(key, digits, len);
}

static size_t count_digits(const char *text)
{
    return strspn(text, "0123456789");
}

static size_t count_letters(const char *text)
{
    size_t len = 0;
    while (is_letter(text[len])) len++;
    return len;
}

/* --- making plain ------------------------------------------------------------------------ */

/* A point stays between digits (decimals); elsewhere it parts words, as in QA76.P33 and v.2. */
static char plain_char(const char *at, char before)
{
    char c = *at;
    if (c >= 'a' && c <= 'z') return (char)(c - 'a' + 'A');
    if (is_letter(c) || is_digit(c) || (unsigned char)c >= 0x80) return c;
    if (c == '.' && is_digit(before) && is_digit(at[1])) return '.';
    return ' ';
}

/* in: out, CALLNO_MAX + 1 bytes */
static void make_plain(const char *callno, char *out)
{
    size_t len = 0;
    char before = ' ';
    for (size_t i = 0; i < CALLNO_MAX && callno[i]; i++) {
        bool mark =
            callno[i] == '/' || callno[i] == '\''; /* where a Dewey number may be cut short */
        if (mark && is_digit(before) && (is_digit(callno[i + 1]) || callno[i + 1] == '.'))
            continue;
        char c = plain_char(callno + i, before);
        if (c == ' ' && (len == 0 || out[len - 1] == ' ')) {
            before = c;
            continue;
        }
        out[len++] = c;
        before = c;
    }
    while (len > 0 && out[len - 1] == ' ') len--;
    out[len] = '\0';
}

/* --- sections ---------------------------------------------------------------------------- */

/* Length of the section word at the front, if more follows it or it is all there is; else 0. */
static size_t section_len(const char *at)
{
    static const char *const sections[] = {
        "J",   "JUV",     "JUVENILE", "E",   "EASY", "ER",  "YA",  "TEEN",
        "FIC", "FICTION", "LP",       "DVD", "CD",   "REF", "BIO", "BIOG",
        "GN",  "PB",      "SF",       "MYS", "PER",  "AV",  "BB",  "LT",
    };
    size_t len = strcspn(at, " ");
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (strlen(sections[i]) == len && !memcmp(sections[i], at, len)) return len;
    return 0;
}

/* --- LC, Dewey and others ---------------------------------------------------------------- */

/* Letters and a number without a blank between (QA76), or with one if a cutter follows (QA 76
 * P33). Sections are off by then: J 599.7 B63 is no LC. */
static bool is_lc(const char *at)
{
    size_t letters = count_letters(at);
    if (letters < 1 || letters > 3) return false;
    at += letters;
    bool apart = *at == ' ';
    if (apart) at++;
    size_t digits = count_digits(at);
    if (digits < 1 || digits > LC_NUMBER_WIDTH) return false;
    at += digits;
    if (*at == '.') at += 1 + count_digits(at + 1);
    if (!apart) return *at == ' ' || !*at || is_letter(*at);
    if (*at == ' ') at++;
    return is_letter(at[0]) && is_digit(at[1]);
}

/* Decimals at *at (on the point), without zeros at their end: 599.70 is 599.7. */
static void put_decimals(struct key *key, const char **at)
{
    if (**at != '.') return;
    size_t len = count_digits(*at + 1), kept = len;
    while (kept > 0 && (*at)[kept] == '0') kept--;
    if (kept) put_run(key, *at, kept + 1);
    *at += len + 1;
}

static void put_lc(struct key *key, const char **at)
{
    size_t letters = count_letters(*at);
    put_run(key, *at, letters); /* digits follow, before any letter: Q before QA */
    *at += letters;
    if (**at == ' ') (*at)++;
    size_t digits = count_digits(*at);
    put_number(key, *at, digits, LC_NUMBER_WIDTH);
    *at += digits;
    put_decimals(key, at);
    if (is_letter(**at)) put(key, ' '); /* a cutter directly behind the number */
}

/* Word by word: a run of digits that starts a word is a whole number, perhaps with decimals (a
 * Dewey number, a year, a volume); one behind letters is a cutter, whose digits are decimals
 * and stay as they are. */
static void put_rest(struct key *key, const char *at)
{
    bool starts = true;
    while (*at) {
        size_t digits = count_digits(at);
        if (digits && starts) {
            put_number(key, at, digits, NUMBER_WIDTH);
            at += digits;
            put_decimals(key, &at);
        } else if (digits) {
            put_run(key, at, digits);
            at += digits;
        } else {
            put(key, *at++);
        }
        starts = at[-1] == ' ';
    }
}

bool callno_key(const char *callno, char *out, size_t size_bytes)
{
    char plain[CALLNO_MAX + 1];
    struct key key = { .out = out, .size = size_bytes };
    bm_assert(out && size_bytes >= 2);
    make_plain(callno ? callno : "", plain);
    const char *at = plain;
    size_t len = section_len(at);
    put(&key, !*at ? '2' : len ? '0' : '1');
    while (len) {
        put_run(&key, at, len);
        put(&key, ' ');
        at += len;
        if (*at == ' ') at++;
        len = section_len(at);
    }
    if (is_lc(at)) put_lc(&key, &at);
    put_rest(&key, at);
    out[key.len] = '\0';
    return !key.cut;
}
