/* common/jsonw.h -- writing JSON into a buf, commas and escapes seen to.
 * Floor:      common. Uses err, mem.
 * Owns:       nothing; writes into the caller's buf, whose errors stick (ask jsonw_rc at the
 *             end).
 * Invariants: J1 what comes out is one JSON value (RFC 8259), UTF-8, without blanks or
 *             newlines.
 * Threads:    a writer belongs to one thread at a time.
 *
 *     jsonw_init(&w, &buf);
 *     jsonw_object(&w);
 *     jsonw_put_text(&w, "item", barcode);
 *     jsonw_key(&w, "copies"), jsonw_array(&w), ... jsonw_array_end(&w);
 *     jsonw_object_end(&w);
 *     rc = jsonw_rc(&w); */
#ifndef BM_JSONW_H
#define BM_JSONW_H

#include "common/mem.h"

enum { JSONW_DEPTH_MAX = 32, JSONW_DECIMALS_MAX = 9 };

struct jsonw {
    struct buf *out;
    unsigned depth; /* objects and arrays open */
    bool filled[JSONW_DEPTH_MAX +
                1]; /* something stands there already: the next needs a comma */
    bool
        is_object[JSONW_DEPTH_MAX + 1]; /* else an array; of 0: the place of the value itself */
    bool keyed;                         /* a key waits for its value */
};

void jsonw_init(struct jsonw *w, struct buf *out);

void jsonw_object(struct jsonw *w);
void jsonw_object_end(struct jsonw *w);
void jsonw_array(struct jsonw *w);
void jsonw_array_end(struct jsonw *w);
/* Inside an object, before each value. */
void jsonw_key(struct jsonw *w, const char *key);

/* A value. text: NULL writes null; bytes that are not UTF-8 are written as U+FFFD. x: INT64_MIN
 * (ENTRY_NONE) writes null. */
void jsonw_text(struct jsonw *w, const char *text);
void jsonw_int(struct jsonw *w, int64_t x);
void jsonw_bool(struct jsonw *w, bool x);
void jsonw_null(struct jsonw *w);
/* x / 10^decimals, exactly: (-1234, 2) is -12.34. in: decimals, 1 to JSONW_DECIMALS_MAX */
void jsonw_fixed(struct jsonw *w, int64_t x, int decimals);
/* A value that is JSON already (an answer as stored). */
void jsonw_raw(struct jsonw *w, const char *json);

/* Key and value at once. */
void jsonw_put_text(struct jsonw *w, const char *key, const char *text);
void jsonw_put_int(struct jsonw *w, const char *key, int64_t x);
void jsonw_put_bool(struct jsonw *w, const char *key, bool x);
void jsonw_put_fixed(struct jsonw *w, const char *key, int64_t x, int decimals);

/* Everything open has been closed and one value stands there. ret: the buf's state */
BM_MUST_CHECK enum bm_rc jsonw_rc(const struct jsonw *w);

#endif
