/* common/mem.c -- see mem.h */
#include "common/mem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_MIN = 4096, ALIGN = _Alignof(max_align_t) };

struct arena_block {
    struct arena_block *before;
    size_t size, used;
    _Alignas(max_align_t) char data[];
};

void arena_init(struct arena *a, size_t max_bytes)
{
    *a = (struct arena){ .max_bytes = max_bytes };
}

void arena_free(struct arena *a)
{
    for (struct arena_block *b = a->last, *before; b; b = before) {
        before = b->before;
        free(b);
    }
    a->last = NULL;
    a->used_bytes = 0;
}

void *arena_alloc(struct arena *a, size_t size)
{
    size_t max = a->max_bytes ? a->max_bytes : ARENA_MAX_BYTES;
    if (size > max) goto full;
    size = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (size > max - (a->used_bytes < max ? a->used_bytes : max)) goto full;
    struct arena_block *b = a->last;
    if (!b || b->size - b->used < size) {
        size_t want = b ? (b->size < (1u << 20) ? b->size * 2 : b->size) : BLOCK_MIN;
        if (want < size) want = size;
        struct arena_block *fresh = calloc(1, sizeof *fresh + want);
        if (!fresh) {
            err_set(BM_ENOMEM, "out of memory (%zu bytes)", want);
            return NULL;
        }
        fresh->before = b;
        fresh->size = want;
        a->last = b = fresh;
    }
    void *p = b->data + b->used;
    b->used += size;
    a->used_bytes += size;
    return p;
full:
    err_set(BM_ENOMEM, "more than %zu bytes asked of one piece of work", max);
    return NULL;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / 2 / size) {
        err_set(BM_ENOMEM, "%zu elements are too many", count);
        return NULL;
    }
    return arena_alloc(a, count * size);
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
    if (!s) return NULL;
    char *p = arena_alloc(a, len + 1);
    if (p) memcpy(p, s, len);
    return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
    if (p) vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}

void *arena_grow(struct arena *a, void *array, size_t count, size_t *cap, size_t size)
{
    if (count < *cap) return array;
    size_t more = *cap ? *cap * 2 : 8;
    void *p = arena_array(a, more, size);
    if (!p) return NULL;
    if (count) memcpy(p, array, count * size);
    *cap = more;
    return p;
}

void buf_init(struct buf *b, size_t max)
{
    *b = (struct buf){ .max = max };
}

void buf_free(struct buf *b)
{
    free(b->data);
    *b = (struct buf){ .max = b->max };
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->rc = BM_OK;
    if (b->data) b->data[0] = '\0';
}

/* Room for `more` bytes and a NUL, or a sticking error. */
static bool reserve(struct buf *b, size_t more)
{
    if (b->rc) return false;
    size_t max = b->max ? b->max : BUF_MAX_BYTES;
    if (more > max || b->len > max - more) {
        b->rc = err_set(BM_ELIMIT, "more than %zu bytes", max);
        return false;
    }
    size_t need = b->len + more + 1;
    if (need <= b->cap) return true;
    size_t cap = b->cap ? b->cap : 256;
    while (cap < need) cap *= 2;
    char *p = realloc(b->data, cap);
    if (!p) {
        b->rc = err_set(BM_ENOMEM, "out of memory (%zu bytes)", cap);
        return false;
    }
    b->data = p;
    b->cap = cap;
    return true;
}

void buf_put(struct buf *b, const void *data, size_t len)
{
    if (!reserve(b, len)) return;
    if (len) memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_puts(struct buf *b, const char *s)
{
    buf_put(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
    buf_put(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n >= 0 && reserve(b, (size_t)n)) {
        vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
}

enum bm_rc buf_rc(const struct buf *b)
{
    return b->rc;
}

const char *buf_str(const struct buf *b)
{
    return b->data ? b->data : "";
}

bool str_copy(char *dst, size_t size, const char *src)
{
    size_t n = strlen(src);
    bool fits = n < size;
    if (!fits) n = size - 1;
    memcpy(dst, src, n);
    dst[n] = '\0';
    return fits;
}

bool str_eq(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool str_to_i64(const char *s, int64_t min, int64_t max, int64_t *out)
{
    if (!s || !((*s >= '0' && *s <= '9') || (*s == '-' && s[1] >= '0' && s[1] <= '9'))) return false;
    char *end;
    errno = 0;
    long long x = strtoll(s, &end, 10);
    if (errno || *end || x < min || x > max) return false;
    *out = x;
    return true;
}

void hex_encode(char *out, const unsigned char *data, size_t len)
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digit[data[i] >> 4];
        out[2 * i + 1] = digit[data[i] & 15];
    }
    out[2 * len] = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

bool hex_decode(unsigned char *out, size_t len, const char *hex)
{
    if (strlen(hex) != 2 * len) return false;
    for (size_t i = 0; i < len; i++) {
        int hi = hex_value(hex[2 * i]), lo = hex_value(hex[2 * i + 1]);
        if (hi < 0 || lo < 0) return false;
        out[i] = (unsigned char)(hi << 4 | lo);
    }
    return true;
}

bool utf8_valid(const char *s, size_t len)
{
    const unsigned char *p = (const unsigned char *)s;
    for (size_t i = 0; i < len;) {
        unsigned c = p[i];
        size_t more = c < 0x80 ? 0 : c >= 0xC2 && c < 0xE0 ? 1 : c >= 0xE0 && c < 0xF0 ? 2 : c >= 0xF0 && c < 0xF5 ? 3 : 9;
        if (c == 0 || more == 9 || more >= len - i) return false;
        for (size_t k = 1; k <= more; k++)
            if ((p[i + k] & 0xC0) != 0x80) return false;
        if ((c == 0xE0 && p[i + 1] < 0xA0) || (c == 0xED && p[i + 1] > 0x9F) || (c == 0xF0 && p[i + 1] < 0x90) ||
            (c == 0xF4 && p[i + 1] > 0x8F))
            return false;
        i += more + 1;
    }
    return true;
}
