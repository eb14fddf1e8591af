/* common/csvw.c -- see csvw.h */
#include "common/csvw.h"

#include <string.h>

/* -12, +3, 0.50, -1,5 no: digits with at most one point. */
static bool is_plain_number(const char *s)
{
    if (*s == '+' || *s == '-') s++;
    size_t whole = strspn(s, "0123456789");
    s += whole;
    if (*s == '.') {
        s++;
        size_t part = strspn(s, "0123456789");
        if (!part) return false;
        whole += part;
        s += part;
    }
    return whole && !*s;
}

void csv_write_field(struct buf *out, const char *value)
{
    bm_assert(out);
    if (!value || !*value) return;
    bool guard = strchr("=+-@\t\r", *value) && !is_plain_number(value);
    const char last = value[strlen(value) - 1];
    bool quote = strpbrk(value, ",;\"\r\n\t") || *value == ' ' || last == ' ';
    if (quote) buf_putc(out, '"');
    if (guard) buf_putc(out, '\'');
    for (const char *p = value; *p; p++) {
        if (*p == '"') buf_putc(out, '"');
        buf_putc(out, *p);
    }
    if (quote) buf_putc(out, '"');
}
