/* sync/window.c -- see window.h */
#include "sync/window.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum bm_rc window_open(struct window *w, const char *path, size_t cap)
{
    bm_assert(w && path && cap);
    *w = (struct window){ .cap = cap };
    w->file = fopen(path, "rbe");
    if (!w->file && errno == ENOENT) return err_set(BM_ENOTFOUND, "%s: no such file", path);
    if (!w->file) return err_set(BM_EIO, "%s: %s", path, strerror(errno));
    struct stat st;
    if (fstat(fileno(w->file), &st) == 0 && S_ISDIR(st.st_mode)) {
        window_close(w);
        return err_set(BM_EINPUT, "%s is a folder; name a file in it", path);
    }
    w->data = calloc(1, cap + WINDOW_SPARE);
    if (!w->data) {
        window_close(w);
        return err_set(BM_ENOMEM, "out of memory (%zu bytes)", cap);
    }
    return BM_OK;
}

void window_close(struct window *w)
{
    if (w->file) fclose(w->file);
    free(w->data);
    *w = (struct window){ 0 };
}

enum bm_rc window_more(struct window *w)
{
    size_t len = window_len(w);
    bm_assert(w->at <= w->end && w->end <= w->cap);
    memmove(w->data, w->data + w->at, len);
    w->at = 0;
    w->end = len;
    if (!w->eof && len < w->cap) {
        w->end += fread(w->data + len, 1, w->cap - len, w->file);
        if (ferror(w->file))
            return err_set(BM_EIO, "the file cannot be read on: %s", strerror(errno));
        w->eof = w->end < w->cap;
    }
    memset(w->data + w->end, 0, WINDOW_SPARE);
    return BM_OK;
}
