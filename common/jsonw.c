/* common/jsonw.c -- see jsonw.h */
#include "common/jsonw.h"

void jsonw_init(struct jsonw *w, struct buf *out)
{
    bm_assert(w && out);
    *w = (struct jsonw){ .out = out };
}

/* What has to stand before a value: a comma, unless it is the first or its key was just
 * written. */
static void before_value(struct jsonw *w)
{
    bm_assert(w->keyed ==
              w->is_object[w->depth]); /* in an object every value has a key, elsewhere none */
    bm_assert(w->depth > 0 || !w->filled[0]); /* J1: one value */
    if (w->filled[w->depth] && !w->keyed) buf_putc(w->out, ',');
    w->filled[w->depth] = true;
    w->keyed = false;
}

static void open_level(struct jsonw *w, bool is_object)
{
    before_value(w);
    bm_assert(w->depth < JSONW_DEPTH_MAX);
    buf_putc(w->out, is_object ? '{' : '[');
    w->depth++;
    w->filled[w->depth] = false;
    w->is_object[w->depth] = is_object;
}

static void close_level(struct jsonw *w, bool is_object)
{
    bm_assert(w->depth > 0 && w->is_object[w->depth] == is_object);
    bm_assert(!w->keyed);
    buf_putc(w->out, is_object ? '}' : ']');
    w->depth--;
}

void jsonw_object(struct jsonw *w)
{
    open_level(w, true);
}

void jsonw_object_end(struct jsonw *w)
{
    close_level(w, true);
}

void jsonw_array(struct jsonw *w)
{
    open_level(w, false);
}

void jsonw_array_end(struct jsonw *w)
{
    close_level(w, false);
}

/* Bytes of the UTF-8 character at s, 0 if there is none. The NUL at the end stops it, as no
 * continuation byte. */
static size_t char_len(const char *s)
{
    unsigned char c = (unsigned char)*s;
    size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    for (size_t i = 1; i < len; i++)
        if (((unsigned char)s[i] & 0xC0) != 0x80) return 0;
    return utf8_valid(s, len) ? len : 0;
}

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x7F && c != '"' && c != '\\';
}

static void put_escaped(struct buf *out, char c)
{
    switch (c) {
    case '"': buf_puts(out, "\\\""); break;
    case '\\': buf_puts(out, "\\\\"); break;
    case '\n': buf_puts(out, "\\n"); break;
    case '\t': buf_puts(out, "\\t"); break;
    case '\r': buf_puts(out, "\\r"); break;
    default: buf_printf(out, "\\u%04x", (unsigned)(unsigned char)c); break;
    }
}

static void put_string(struct buf *out, const char *s)
{
    buf_putc(out, '"');
    while (*s) {
        size_t run = 0;
        while (is_plain(s[run])) run++;
        buf_put(out, s, run);
        s += run;
        if (!*s) break;
        size_t len = char_len(s);
        if (len > 1)
            buf_put(out, s, len);
        else if (len == 1)
            put_escaped(out, *s);
        else
            buf_puts(out, "\xEF\xBF\xBD"),
                len = 1; /* not UTF-8: a stranger byte must not spoil the whole */
        s += len;
    }
    buf_putc(out, '"');
}

void jsonw_key(struct jsonw *w, const char *key)
{
    bm_assert(w->depth > 0 && w->is_object[w->depth]);
    bm_assert(!w->keyed);
    if (w->filled[w->depth]) buf_putc(w->out, ',');
    put_string(w->out, key);
    buf_putc(w->out, ':');
    w->keyed = true;
}

void jsonw_text(struct jsonw *w, const char *text)
{
    before_value(w);
    if (text)
        put_string(w->out, text);
    else
        buf_puts(w->out, "null");
}

void jsonw_int(struct jsonw *w, int64_t x)
{
    before_value(w);
    if (x == INT64_MIN)
        buf_puts(w->out, "null");
    else
        buf_printf(w->out, "%lld", (long long)x);
}

void jsonw_bool(struct jsonw *w, bool x)
{
    before_value(w);
    buf_puts(w->out, x ? "true" : "false");
}

void jsonw_null(struct jsonw *w)
{
    before_value(w);
    buf_puts(w->out, "null");
}

void jsonw_fixed(struct jsonw *w, int64_t x, int decimals)
{
    bm_assert(decimals >= 1 && decimals <= JSONW_DECIMALS_MAX);
    before_value(w);
    if (x == INT64_MIN) {
        buf_puts(w->out, "null");
        return;
    }
    long long ten = 1, size = x < 0 ? -x : x;
    for (int i = 0; i < decimals; i++) ten *= 10;
    buf_printf(w->out, "%s%lld.%0*lld", x < 0 ? "-" : "", size / ten, decimals, size % ten);
}

void jsonw_raw(struct jsonw *w, const char *json)
{
    bm_assert(json && *json);
    before_value(w);
    buf_puts(w->out, json);
}

void jsonw_put_text(struct jsonw *w, const char *key, const char *text)
{
    jsonw_key(w, key);
    jsonw_text(w, text);
}

void jsonw_put_int(struct jsonw *w, const char *key, int64_t x)
{
    jsonw_key(w, key);
    jsonw_int(w, x);
}

void jsonw_put_bool(struct jsonw *w, const char *key, bool x)
{
    jsonw_key(w, key);
    jsonw_bool(w, x);
}

void jsonw_put_fixed(struct jsonw *w, const char *key, int64_t x, int decimals)
{
    jsonw_key(w, key);
    jsonw_fixed(w, x, decimals);
}

enum bm_rc jsonw_rc(const struct jsonw *w)
{
    bm_assert(w->depth == 0 && w->filled[0]);
    return buf_rc(w->out);
}
