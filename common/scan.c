/* common/scan.c -- see scan.h */
#include "common/scan.h"

#include <string.h>

#include "common/mem.h"

enum { LIBRARY_DIGITS = 14 };

/* Bytes of a blank or of a mark of no width at s: NBSP, ZWSP to RLM, BOM; 0 = something else. */
static size_t blank_len(const char *s)
{
    static const char *const wide[] = { "\xC2\xA0",     "\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D",
                                        "\xE2\x80\x8E", "\xE2\x80\x8F", "\xEF\xBB\xBF" };
    if (*s == ' ') return 1;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (strncmp(s, wide[i], strlen(wide[i])) == 0) return strlen(wide[i]);
    return 0;
}

/* Without control characters (C0, DEL, C1); every kind of blank becomes one. ret: length */
static size_t only_shown(const char *text, size_t len, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < len;) {
        unsigned char c = (unsigned char)text[i];
        size_t blank = blank_len(text + i);
        if (blank) out[n++] = ' ', i += blank;
        else if (c < ' ' || c == 0x7F) i++;
        else if (c == 0xC2 && (unsigned char)text[i + 1] < 0xA0) i += 2;
        else out[n++] = text[i++];
    }
    out[n] = '\0';
    return n;
}

/* "]" letter digit, then the number. */
static const char *after_identifier(const char *s)
{
    bool letter = s[0] == ']' && ((s[1] >= 'A' && s[1] <= 'Z') || (s[1] >= 'a' && s[1] <= 'z'));
    return letter && ((s[2] >= '0' && s[2] <= '9')) && s[3] ? s + 3 : s;
}

/* Digits in groups, as they stand on a card. */
static void join_groups(char *s)
{
    char *to = s;
    if (strspn(s, "0123456789 ") != strlen(s)) return;
    for (const char *p = s; *p; p++)
        if (*p != ' ') *to++ = *p;
    *to = '\0';
}

enum bm_rc scan_clean(const char *text, size_t len, char out[BARCODE_MAX + 1])
{
    char raw[SCAN_TEXT_MAX + 1], shown[SCAN_TEXT_MAX + 1];
    out[0] = '\0';
    if (len > SCAN_TEXT_MAX) return err_set(BM_ELIMIT, "that is longer than any barcode; scan it again");
    size_t kept = 0; /* NUL is a control character like others, but would end the text */
    for (size_t i = 0; i < len; i++)
        if (text[i]) raw[kept++] = text[i];
    raw[kept] = '\0';
    if (!utf8_valid(raw, kept)) return err_set(BM_EINPUT, "what was scanned is not text (UTF-8); scan it again");
    only_shown(raw, kept, shown);
    enum bm_rc rc = BM_OK;
    for (bool same = false; !rc && !same;) { /* until those who clean it again find nothing more */
        rc = barcode_clean(after_identifier(shown + strspn(shown, " ")), out, BARCODE_MAX + 1);
        if (!rc) join_groups(out);
        same = strcmp(shown, out) == 0;
        str_copy(shown, sizeof shown, out);
    }
    if (rc) out[0] = '\0';
    return rc;
}

bool scan_is_misread(const char *cleaned)
{
    return strlen(cleaned) == LIBRARY_DIGITS && strspn(cleaned, "0123456789") == LIBRARY_DIGITS &&
           !barcode_luhn_ok(cleaned);
}
