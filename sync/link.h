/* sync/link.h -- the way to the branch: HTTPS requests over one connection that is kept open.
 * Floor:      sync. Uses err, mem, env; the only room that touches libcurl.
 * Owns:       one connection a link.
 * Invariants: never plain HTTP but to this very machine; TLS 1.3, trust and host name always
 *             checked; a redirect is an answer, never followed.
 * Threads:    one thread a link at a time. */
#ifndef BM_LINK_H
#define BM_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/mem.h"

enum {
    LINK_URL_MAX = 512,
    LINK_PATH_MAX = 512,
    LINK_HEADERS_MAX = 16,
    LINK_REPLY_MAX = 64 << 20, /* ceiling of a reply whose buf sets none */
    LINK_CONNECT_S_MAX = 10,   /* defaults of struct link_options */
    LINK_STALL_S_MAX = 30,     /* under LINK_STALL_BYTES a second for so long is a dead link */
    LINK_STALL_BYTES = 100,
    LINK_POST_S_MAX = 300,
    LINK_GET_S_MAX = 6 * 3600 /* a snapshot over a poor line */
};

/* How far a transfer is. total_bytes: 0 = not known. ret: false to stop it */
typedef bool link_progress(void *ctx, int64_t done_bytes, int64_t total_bytes);

struct link_options {
    const char *url;     /* "https://branch.example:8443" or with a path before ours */
    const char *ca_file; /* PEM with the own CA; NULL = the system's, or the pinned key alone */
    const char *pinned;  /* "sha256//" and base64 of the server key's hash; NULL = none */
    unsigned connect_s_max; /* 0 in any of these = the default above */
    unsigned stall_s_max;
    unsigned post_s_max;
    unsigned get_s_max;
    link_progress *progress; /* NULL = none */
    void *progress_ctx;
};

struct link;

/* Make a link ready; nothing is sent yet. The options may be freed afterwards.
 * ret: BM_OK | BM_EUSAGE, the address or pinned key is not usable, says why | BM_ENOTFOUND, no
 *      CA file | BM_ENOMEM | BM_EINTERNAL; *out is NULL unless BM_OK */
BM_MUST_CHECK enum bm_rc link_open(const struct link_options *options, struct link **out);
void link_close(struct link *link); /* NULL is allowed */

/* Send a body and take the reply.
 * in:  path, from '/'; headers, "Name: value" each, NULL-ended, or NULL
 * out: *reply, cleared first, up to its ceiling; *status, HTTP's. Both only after BM_OK: any
 *      status is BM_OK
 * ret: BM_OK | BM_ENET, not reached, not trusted or cut: the request may have been carried out
 *      or not | BM_ELIMIT, the reply is larger than *reply may be | BM_EUSAGE | BM_ENOMEM */
BM_MUST_CHECK enum bm_rc link_post(struct link *link, const char *path,
                                   const char *content_type, const char *const *headers,
                                   const void *body, size_t len, struct buf *reply,
                                   int *status);

/* A file to fetch, whole or from where an earlier try ended. */
struct link_file {
    int fd;               /* open for writing; written by position, fsync is the caller's */
    int64_t offset_bytes; /* begin here; 0 = the whole */
    int64_t bytes_max;    /* ceiling of the file's size */
    int64_t size_bytes;   /* out: bytes there now, also after a failure: go on from here */
    int status;           /* out: HTTP's; 0 = no answer */
};

/* Fetch into a file. A 206 that begins at the offset is written there, and what stood behind it
 * is cut off; a 200 (the branch has another file by now, or knows no ranges) replaces the file
 * from its start; any other status leaves the file as it is and is BM_OK. To be sure that both
 * parts are of one file, send "If-Range: ETAG" among the headers.
 * ret: BM_OK | BM_ENET, size_bytes says how much is there | BM_ELIMIT | BM_EFULL, BM_EIO, of
 *      the file | BM_EINPUT, the branch sent another part than asked | BM_EUSAGE | BM_ENOMEM */
BM_MUST_CHECK enum bm_rc link_get_to_file(struct link *link, const char *path,
                                          const char *const *headers, struct link_file *file);

/* A header of the last reply, any case; NULL if there is none. Lasts until the next request. */
const char *link_reply_header(struct link *link, const char *name);

#endif
