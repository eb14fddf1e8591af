/* common/mem.h -- memory that dies together (arena) and text that grows up to a ceiling (buf).
 * Floor:   common. Uses err.
 * Threads: an arena or a buf belongs to one thread at a time. */
#ifndef BM_MEM_H
#define BM_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

struct arena_block;

/* Zero-initialise ({ 0 }) or give a ceiling with arena_init. Nothing is freed singly. */
struct arena {
    struct arena_block *last;
    size_t used_bytes; /* handed out in all */
    size_t max_bytes;  /* ceiling; 0 = ARENA_MAX_BYTES */
};
enum { ARENA_MAX_BYTES = 1 << 30 };

void arena_init(struct arena *a, size_t max_bytes);
void arena_free(struct arena *a); /* frees all; the arena can be used again */

/* Zeroed memory, aligned for any type. ret: NULL if memory or the ceiling is used up
 * (detail recorded; the caller returns BM_ENOMEM). */
void *arena_alloc(struct arena *a, size_t size_bytes);
void *arena_array(struct arena *a, size_t count, size_t size_bytes); /* overflow-safe */
char *arena_strdup(struct arena *a, const char *s);                  /* NULL in, NULL out */
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) BM_PRINTF(2, 3);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_NEWS(a, type, count) ((type *)arena_array((a), (count), sizeof(type)))

/* Make room for one more element in an arena array (old one is left to the arena).
 * ret: the array, perhaps moved, with *cap updated; NULL = out of memory */
void *arena_grow(struct arena *a, void *array, size_t count, size_t *cap, size_t size_bytes);

/* A growing run of bytes, always NUL-ended after a write. Errors stick: write on, ask buf_rc at the end. */
struct buf {
    char *data; /* may be NULL while len is 0 */
    size_t len, cap;
    size_t max; /* ceiling in bytes; 0 = BUF_MAX_BYTES */
    enum bm_rc rc;
};
enum { BUF_MAX_BYTES = 256 << 20 };

void buf_init(struct buf *b, size_t max_bytes);
void buf_free(struct buf *b);
void buf_clear(struct buf *b); /* len = 0, keeps memory, forgets an error */
void buf_put(struct buf *b, const void *data, size_t len);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) BM_PRINTF(2, 3);
BM_MUST_CHECK enum bm_rc buf_rc(const struct buf *b); /* BM_OK | BM_ENOMEM | BM_ELIMIT */
const char *buf_str(const struct buf *b);             /* never NULL */

/* Copy text into a fixed array. ret: false if it did not fit (dst then holds what fits, NUL-ended) */
bool str_copy(char *dst, size_t size_bytes, const char *src);
bool str_eq(const char *a, const char *b); /* NULL equals NULL only */
/* A whole decimal number in [min, max], nothing around it. ret: false if it is not one. */
bool str_to_i64(const char *s, int64_t min, int64_t max, int64_t *out);
/* Hex of bytes, NUL-ended: out holds 2 * len + 1; and back: exactly len bytes. */
void hex_encode(char *out, const unsigned char *data, size_t len);
bool hex_decode(unsigned char *out, size_t len, const char *hex);
/* Is it UTF-8 (RFC 3629: no surrogates, no overlong forms), without NUL? */
bool utf8_valid(const char *s, size_t len);

#endif
