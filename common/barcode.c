/* common/barcode.c -- see barcode.h */
#include "common/barcode.h"

#include <string.h>
#include <strings.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_guard(char c)
{
    return (c >= 'A' && c <= 'D') || (c >= 'a' && c <= 'd');
}

/* Whether the first and last characters are Codabar's, the rest what Codabar can carry. */
static bool has_guards(const char *text, size_t len)
{
    bool digit = false;
    if (len < 3 || !is_guard(text[0]) || !is_guard(text[len - 1])) return false;
    for (size_t i = 1; i + 1 < len; i++) {
        if (!is_digit(text[i]) && !strchr("-$:/.+", text[i])) return false;
        digit = digit || is_digit(text[i]);
    }
    return digit;
}

static void trim(const char **text, size_t *len)
{
    while (*len && is_blank(**text)) {
        (*text)++;
        (*len)--;
    }
    while (*len && is_blank((*text)[*len - 1])) (*len)--;
}

enum bm_rc barcode_clean(const char *scanned, char *out, size_t size_bytes)
{
    bm_assert(scanned && out);
    bm_assert(size_bytes > BARCODE_MAX);
    size_t len = strlen(scanned);
    out[0] = '\0';
    trim(&scanned, &len);
    if ((len >= 2 && scanned[0] == '*' && scanned[len - 1] == '*') ||
        has_guards(scanned, len)) {
        scanned++;
        len -= 2;
        trim(&scanned, &len);
    }
    if (len == 0) return err_set(BM_EINPUT, "the barcode is empty; scan it again");
    if (len > BARCODE_MAX || len >= size_bytes)
        return err_set(BM_ELIMIT, "the barcode is longer than %d characters; scan it again",
                       BARCODE_MAX);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)scanned[i] < ' ' || scanned[i] == 0x7f)
            return err_set(BM_EINPUT,
                           "the barcode has a control character inside; scan it again");
    memcpy(out, scanned, len);
    out[len] = '\0';
    return BM_OK;
}

/* Luhn sum modulo ten of `len` digits, the last of them doubled or not; -1 = not all digits. */
static int luhn_sum(const char *digits, size_t len, bool twice)
{
    int sum = 0;
    for (size_t i = len; i-- > 0; twice = !twice) {
        if (!is_digit(digits[i])) return -1;
        int value = (digits[i] - '0') << twice;
        sum = (sum + value / 10 + value % 10) % 10;
    }
    return sum;
}

bool barcode_luhn_ok(const char *digits)
{
    bm_assert(digits);
    size_t len = strlen(digits);
    return len >= 2 && luhn_sum(digits, len, false) == 0;
}

char barcode_luhn_digit(const char *digits)
{
    bm_assert(digits);
    int sum = *digits ? luhn_sum(digits, strlen(digits), true) : -1;
    if (sum < 0) return '\0';
    return (char)('0' + (10 - sum) % 10);
}

/* The check digit of twelve digits. */
static char ean_digit(const char *digits)
{
    int sum = 0;
    for (int i = 0; i < 12; i++) sum += (digits[i] - '0') * (i % 2 ? 3 : 1);
    return (char)('0' + (10 - sum % 10) % 10);
}

bool barcode_ean13_ok(const char *digits)
{
    bm_assert(digits);
    return strspn(digits, "0123456789") == 13 && !digits[13] && ean_digit(digits) == digits[12];
}

bool barcode_is_isbn(const char *cleaned)
{
    return barcode_ean13_ok(cleaned) &&
           (!strncmp(cleaned, "978", 3) || !strncmp(cleaned, "979", 3));
}

/* The digits at the front of the text, without hyphens; an X may be the tenth.
 * ret: how many (up to 14, then it is no ISBN); 0 if something stands directly behind them */
static size_t take_isbn(const char *text, char out[BARCODE_ISBN_SIZE + 1])
{
    size_t len = 0;
    bool between = true; /* a blank or hyphen came last */
    for (; *text && len < BARCODE_ISBN_SIZE; text++) {
        bool tenth = (*text == 'X' || *text == 'x') && len == 9;
        if (*text == '-' || *text == ' ') {
            between = true;
            continue;
        }
        if (!is_digit(*text) && !tenth) break;
        out[len++] = tenth ? 'X' : *text;
        between = false;
        if (tenth) {
            text++;
            break;
        }
    }
    out[len] = '\0';
    bool ended = !*text || between || strchr(" (:;,./", *text);
    return ended ? len : 0;
}

static bool isbn10_ok(const char *isbn)
{
    int sum = 0;
    for (int i = 0; i < 10; i++) sum += (isbn[i] == 'X' ? 10 : isbn[i] - '0') * (10 - i);
    return sum % 11 == 0;
}

enum bm_rc barcode_isbn13(const char *text, char out[BARCODE_ISBN_SIZE])
{
    char isbn[BARCODE_ISBN_SIZE + 1];
    bm_assert(text && out);
    out[0] = '\0';
    while (is_blank(*text)) text++;
    if (!strncasecmp(text, "ISBN", 4)) text += 4 + strspn(text + 4, ": -");
    size_t len = take_isbn(text, isbn);
    if (len == 13 && barcode_is_isbn(isbn)) {
        memcpy(out, isbn, BARCODE_ISBN_SIZE);
        return BM_OK;
    }
    if (len != 10 || !isbn10_ok(isbn))
        return err_set(
            BM_EINPUT,
            "not an ISBN: ten or thirteen digits, the last of which checks the others");
    memcpy(out, "978", 3);
    memcpy(out + 3, isbn, 9);
    out[12] = ean_digit(out);
    out[13] = '\0';
    return BM_OK;
}
