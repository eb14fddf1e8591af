/* common/http.h -- an HTTP/1.1 server: whole requests in, one at a time; answers out.
 * Floor:      common. Uses err, mem, env; the only room that touches libmicrohttpd.
 * Owns:       a listening socket and a thread a server; a request's memory dies with it.
 * Invariants: a handler sees only whole bodies within the limit, and UTF-8 paths and queries;
 *             with a certificate it speaks TLS 1.3 and nothing else.
 * Threads:    the handler runs on the server's thread, never twice at once. Start and stop from
 *             another thread; stop from inside a handler would wait for itself. */
#ifndef BM_HTTP_H
#define BM_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/mem.h"

enum {
    HTTP_HEADERS_MAX = 16,             /* extra headers of one response */
    HTTP_HEADER_BYTES_MAX = 32 << 10,  /* request line and headers; more gives 414 or 431 */
    HTTP_REQUEST_ARENA_MAX = 64 << 20, /* memory a handler may take for one request */
    HTTP_SWALLOW_MAX = 16 << 20,       /* of a body too large, read this much to say 413 */
    HTTP_BODY_MAX = 1 << 20,           /* defaults of struct http_options */
    HTTP_CONNECTIONS_MAX = 200,
    HTTP_IDLE_S_MAX = 30,
    HTTP_BODY_S_MAX = 120,
    HTTP_STOP_S_MAX = 10
};

struct http_header {
    const char *name, *value;
};

/* A request. All pointers last until the handler returns. */
struct http_request {
    const char *method; /* "GET" or "POST"; HEAD comes as GET and its body is not sent */
    const char *path;   /* begins with '/', %-escapes undone, without the query */
    const char *body;   /* never NULL; a NUL follows */
    size_t body_len;
    const char *peer;    /* numeric address, no port */
    struct arena *arena; /* dies with the request */
    void *connection;    /* of the server; NULL in a request that came another way */
    const struct http_header *headers; /* of a request that came another way */
    size_t header_count;
};

/* Value of a query parameter (%-escapes undone; "" for "?name") or of a header (any case).
 * ret: NULL if there is none; lasts until the handler returns */
const char *http_query(const struct http_request *req, const char *name);
const char *http_header(const struct http_request *req, const char *name);

/* An answer, filled in by the handler: starts as 404 without a body. */
struct http_response {
    int status;
    const char *content_type; /* NULL = none; a literal or in the arena: outlasts the handler */
    struct buf body;          /* freed by the server; a failed buf gives 500 */
    int file_fd;              /* >= 0: the body is this file instead; closed by the server */
    struct http_header headers[HTTP_HEADERS_MAX]; /* in the request's arena */
    size_t header_count;
    struct arena *arena; /* the request's */
    enum bm_rc rc;       /* of http_add_header; sticks, and gives 500 */
};

/* Add a header; both texts are copied. No control characters, at most HTTP_HEADERS_MAX. */
void http_add_header(struct http_response *resp, const char *name, const char *value);

/* Status, type and text at once (replaces a body begun before). */
void http_reply_text(struct http_response *resp, int status, const char *content_type,
                     const char *text);

/* Send a plain file: 200, or 206 where the request asks for a range (bytes=N-, N-M, -N), or
 * 416. An ETag added by the handler is what If-Range is held against.
 * in: fd, open for reading, now the server's to close; its file must not change meanwhile */
void http_reply_file(struct http_response *resp, const char *content_type, int fd);

struct http_options {
    const char *address;  /* numeric or "localhost"; NULL = "127.0.0.1" */
    uint16_t port;        /* 0 = the system chooses; ask http_server_port */
    const char *cert_pem; /* text of certificate (chain) and key; both NULL = plain HTTP */
    const char *key_pem;
    size_t body_bytes_max; /* 0 in any of these = the default above */
    unsigned connections_max;
    unsigned connections_per_peer_max; /* 0 = no limit of its own */
    unsigned idle_s_max;               /* a connection on which nothing moves is closed */
    unsigned body_s_max;               /* a body must be whole within */
    unsigned stop_s_max;               /* http_server_stop waits so long for running requests */
    void (*handler)(void *ctx, const struct http_request *req, struct http_response *resp);
    void *ctx;
};

struct http_server;

/* Listen and serve until http_server_stop. The options may be freed afterwards.
 * ret: BM_OK | BM_EBUSY, the port is taken | BM_EINPUT: address, certificate or key |
 *      BM_EAUTH, a port not allowed to this user | BM_EUSAGE, certificate without key |
 *      BM_EIO | BM_ENOMEM; *out is NULL unless BM_OK */
BM_MUST_CHECK enum bm_rc http_server_start(const struct http_options *options,
                                           struct http_server **out);

uint16_t http_server_port(const struct http_server *server);

/* Take no new connections, let requests that run come to their end (at most stop_s_max), close
 * all, free. NULL is allowed. */
void http_server_stop(struct http_server *server);

#endif
