/* sync/window.h -- a file of any size, looked at through a window of fixed size.
 * Floor:   sync. Uses common/err.
 * Owns:    the open file and the window's memory.
 * Invariants: what lies in [at, end) has been read and not yet used; WINDOW_SPARE zero bytes
 *             follow it.
 * Threads: a window belongs to one thread. */
#ifndef BM_WINDOW_H
#define BM_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/err.h"

/* Zero bytes behind the end, for readers that look a little ahead. */
enum { WINDOW_SPARE = 16 };

struct window {
    FILE *file;
    char *data;     /* cap + WINDOW_SPARE bytes */
    size_t at, end; /* what is in view and unused: data[at] up to data[end] */
    size_t cap;     /* most bytes in view */
    bool eof;       /* the file has no more than what is in view */
};

/* Open a file; nothing is in view yet. window_close is due only after BM_OK.
 * ret: BM_OK | BM_ENOTFOUND | BM_EINPUT it is a folder | BM_EIO | BM_ENOMEM */
BM_MUST_CHECK enum bm_rc window_open(struct window *w, const char *path, size_t cap);
void window_close(struct window *w);

/* Move what is unused to the front and read on until the window is full or the file ends.
 * Pointers into the window are void after it. Use some up first: a full window reads nothing.
 * ret: BM_OK | BM_EIO */
BM_MUST_CHECK enum bm_rc window_more(struct window *w);

__attribute__((returns_nonnull)) static inline char *window_at(const struct window *w)
{
    return w->data + w->at;
}

static inline size_t window_len(const struct window *w)
{
    return w->end - w->at;
}

static inline bool window_full(const struct window *w)
{
    return window_len(w) == w->cap;
}

#endif
