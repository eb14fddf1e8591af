/* tests/way.h -- the way between laptop and branch in one process: what the agent sends is handed to the server, what it
 * answers handed back. A test may cut it.
 * Floor:   tests. Uses sync.
 * Owns:    nothing; the server is the caller's.
 * Threads: one. */
#ifndef BM_TESTS_WAY_H
#define BM_TESTS_WAY_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/agent.h"
#include "sync/server.h"

struct way {
    struct server *server;
    /* The next request to a path that ends like this is cut; NULL = none. What is left of it: */
    const char *cut;
    size_t cut_bytes; /* so much of the body comes through, and no answer */
    bool cut_answer;  /* all of the body comes through, the answer is lost */
    size_t sent_bytes; /* of the last request to such a path, cut or not */
};

static inline void way_headers(const char *const *from, struct arena *a, struct http_header *to, size_t max, size_t *count)
{
    for (*count = 0; from && from[*count] && *count < max; ++*count) {
        const char *colon = strchr(from[*count], ':');
        to[*count].name = arena_strndup(a, from[*count], (size_t)(colon - from[*count]));
        to[*count].value = arena_strdup(a, colon + 1 + strspn(colon + 1, " "));
    }
}

/* A request there, an answer back; the caller frees what is in *resp, then the arena. */
static inline void way_carry(struct way *w, const char *method, const char *path, const char *const *headers, const void *body,
                             size_t len, struct arena *a, struct http_response *resp)
{
    struct http_header list[8];
    char *copy = arena_alloc(a, len + 1);
    struct http_request req = { .method = method, .path = path, .body = copy, .body_len = len, .peer = "van", .arena = a,
                                .headers = list };
    if (!copy) abort();
    if (len) memcpy(copy, body, len);
    way_headers(headers, a, list, sizeof list / sizeof *list, &req.header_count);
    *resp = (struct http_response){ .status = 404, .file_fd = -1, .arena = a };
    server_handle(w->server, &req, resp);
}

static inline bool way_is_cut(struct way *w, const char *path, size_t *len)
{
    size_t n = w->cut ? strlen(w->cut) : 0, m = strlen(path);
    if (!w->cut || m < n || strcmp(path + m - n, w->cut) != 0) return false;
    w->sent_bytes = *len;
    if (!w->cut_answer && w->cut_bytes < *len) *len = w->cut_bytes;
    return true;
}

static inline enum bm_rc way_post(void *ctx, const char *path, const char *type, const char *const *headers, const void *body,
                                  size_t len, struct buf *reply, int *status)
{
    struct arena a = { 0 };
    struct http_response resp;
    bool cut = way_is_cut(ctx, path, &len);
    (void)type;
    way_carry(ctx, "POST", path, headers, body, len, &a, &resp);
    buf_clear(reply);
    if (!cut) buf_put(reply, buf_str(&resp.body), resp.body.len);
    *status = buf_rc(&resp.body) ? 500 : resp.status;
    buf_free(&resp.body);
    arena_free(&a);
    return cut ? err_set(BM_ENET, "the line was cut") : buf_rc(reply);
}

static inline enum bm_rc way_get(void *ctx, const char *path, const char *const *headers, struct link_file *file)
{
    struct arena a = { 0 };
    struct http_response resp;
    static char piece[64 << 10];
    enum bm_rc rc = BM_OK;
    way_carry(ctx, "GET", path, headers, "", 0, &a, &resp);
    file->status = resp.status;
    file->size_bytes = 0;
    for (ssize_t n; resp.file_fd >= 0 && (n = read(resp.file_fd, piece, sizeof piece)) > 0; file->size_bytes += n)
        if (pwrite(file->fd, piece, (size_t)n, file->size_bytes) != n) rc = err_set(BM_EIO, "the download cannot be written");
    if (resp.file_fd >= 0) close(resp.file_fd);
    buf_free(&resp.body);
    arena_free(&a);
    return rc;
}

#endif
