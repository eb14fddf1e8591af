/* sync/server.h -- `branch serve`: what laptops ask of the branch, over HTTP.
 * Floor:      sync. Uses branch, ingest, feed, device, http.
 * Owns:       the listening server while server_run runs.
 * Invariants: I3, I4, I11; a request does one thing, may be cut anywhere and be asked again.
 * Threads:    server_run blocks its thread; the handler runs on the server's.
 *
 * GET  /healthz                 {"ok":true,...}; no secrets
 * POST /sync/enrol              {"code","public_key"} -> {"device","server","server_key","box_key","who_key","zone","cards",...}
 * POST /sync/challenge          -> {"nonce","server","proto"}
 * POST /sync/hello              headers Bookmobile-Device, Bookmobile-Signature (hex, over "bookmobile-hello-1\0" nonce body)
 *                               {"nonce","server","proto","schema","heads":[...]} -> {"token","now_ms","cards","links_cut_ms","heads":[...]}; cards: range of card
 *                               numbers, "" = none; links_cut_ms: persons are cut out of what ended before (I12), 0 = nowhere
 * all below: Authorization: Bearer TOKEN
 * POST /sync/push               a batch (sync/wire.h) -> {"result","outcomes":[...]}
 * POST /sync/pull               {"rev","tag","ep"} -> packed feed: a header line, then lines of sync/feed.h; or {"snapshot":true}
 * POST /sync/snapshot           {"ep"} -> {"path","bytes","raw","hash","signature",...}
 * GET  /sync/snapshot/NAME      the file, by ranges */
#ifndef BM_SERVER_H
#define BM_SERVER_H

#include "common/http.h"
#include "sync/branch.h"

enum {
    SERVER_PROTO = 1,
    SERVER_SESSIONS_MAX = 256,
    SERVER_SESSION_S = 3600,
    SERVER_NONCES_MAX = 256,
    SERVER_SNAPSHOT_S = 6 * 3600 /* a snapshot file nobody fetches goes after that */
};

/* The branch and who talks to it, ready to answer; what a crash left is finished first. */
struct server;
BM_MUST_CHECK enum bm_rc server_open(const char *dir, struct server **out);
void server_close(struct server *v); /* NULL is allowed */
struct branch *server_branch(struct server *v);
/* Answer one request, however it came here (a handler of common/http.h). in: server, a struct server */
void server_handle(void *server, const struct http_request *req, struct http_response *resp);

struct server_options {
    const char *address; /* "127.0.0.1" */
    uint16_t port;       /* 0 = the system chooses */
    const char *cert_file, *key_file; /* PEM; both or none */
    void (*ready)(void *ctx, uint16_t port);
    void *ctx;
};

/* A PEM file's text. in: path NULL = none: *out NULL. ret: BM_OK | BM_EUSAGE no such file, or not PEM | BM_EIO, BM_ENOMEM */
BM_MUST_CHECK enum bm_rc server_read_pem(const char *path, struct arena *a, const char **out);
/* Before any thread starts: SIGTERM and SIGINT come to server_run alone. */
void server_mind_signals(void);
/* Serve until SIGTERM or SIGINT. ret: BM_OK ended in order | faults of branch_open and http_server_start */
BM_MUST_CHECK enum bm_rc server_run(const char *dir, const struct server_options *options);

#endif
