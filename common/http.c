/* common/http.c -- see http.h
 *
 * How a request passes: libmicrohttpd calls on_access once with the headers, then once a piece
 * of body, then once more at the end. Only that last call answers: an answer queued in the
 * first one makes the library close the connection, which costs a handshake a request. The
 * exception is a body announced as far too large, where closing is what we want. */
#include "common/http.h"

#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/env.h"

enum { LOG_MAX = 256, BACKLOG = 128, STOP_STEP_MS = 5, PEER_MAX = NI_MAXHOST };

static const char tls_1_3_only[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3";

struct http_server {
    struct MHD_Daemon *daemon;
    struct http_options options; /* defaults filled in; texts used while starting only */
    struct arena arena;
    char *key; /* wiped at the end */
    struct env env; /* for the clock only: a timeout runs in real time in practice too */
    int listen_fd;
    uint16_t port;
    atomic_bool started;   /* from then on the library's complaints are not kept */
    atomic_bool stopping;  /* no new request is taken */
    atomic_int in_flight;  /* requests begun and not yet answered in full */
    char log[LOG_MAX];     /* what the library complained of while starting */
};

/* One request, from its headers to the last byte of its answer. */
struct exchange {
    struct arena arena;
    struct buf body;
    size_t swallowed_bytes; /* of a body that is refused */
    int64_t begun_ms;       /* boot time */
    int refusal;            /* status that was settled before the body came; 0 = none */
};

/* --- what the request says ---------------------------------------------------------------- */

const char *http_header(const struct http_request *req, const char *name)
{
    bm_assert(req && name);
    for (size_t i = 0; i < req->header_count; i++)
        if (strcasecmp(req->headers[i].name, name) == 0) return req->headers[i].value;
    if (!req->connection) return NULL;
    return MHD_lookup_connection_value(req->connection, MHD_HEADER_KIND, name);
}

const char *http_query(const struct http_request *req, const char *name)
{
    const char *value = NULL;
    bm_assert(req && name);
    if (!req->connection) return NULL;
    enum MHD_Result found = MHD_lookup_connection_value_n(
        req->connection, MHD_GET_ARGUMENT_KIND, name, strlen(name), &value, NULL);
    return found == MHD_YES && !value ? "" : value;
}

static enum MHD_Result check_argument(void *all_valid, enum MHD_ValueKind kind, const char *key,
                                      size_t key_len, const char *value, size_t value_len)
{
    (void)kind;
    if (!utf8_valid(key, key_len) || (value && !utf8_valid(value, value_len)))
        *(bool *)all_valid = false;
    return MHD_YES;
}

static const char *peer_name(struct MHD_Connection *conn, struct arena *arena)
{
    char name[PEER_MAX];
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (!info || !info->client_addr) return "";
    socklen_t len = info->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                             : sizeof(struct sockaddr_in);
    if (getnameinfo(info->client_addr, len, name, sizeof name, NULL, 0, NI_NUMERICHOST) != 0)
        return "";
    const char *copy = arena_strdup(arena, name);
    return copy ? copy : "";
}

/* --- what the response holds -------------------------------------------------------------- */

static bool is_plain(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < ' ' || *s == 0x7f) return false;
    return true;
}

void http_add_header(struct http_response *resp, const char *name, const char *value)
{
    bm_assert(resp && name && value);
    if (resp->rc) return;
    if (resp->header_count == HTTP_HEADERS_MAX) {
        resp->rc = err_set(BM_ELIMIT, "a response has at most %d headers", HTTP_HEADERS_MAX);
        return;
    }
    if (!*name || !is_plain(name) || strchr(name, ' ') || !is_plain(value)) {
        resp->rc = err_set(BM_EINPUT, "a response header with control characters");
        return;
    }
    struct http_header h = { .name = arena_strdup(resp->arena, name),
                             .value = arena_strdup(resp->arena, value) };
    if (h.name && h.value) resp->headers[resp->header_count++] = h;
    else resp->rc = BM_ENOMEM;
}

void http_reply_text(struct http_response *resp, int status, const char *content_type,
                     const char *text)
{
    bm_assert(resp && status >= 200 && status < 600 && text);
    resp->status = status;
    resp->content_type = content_type;
    buf_clear(&resp->body);
    buf_puts(&resp->body, text);
}

void http_reply_file(struct http_response *resp, const char *content_type, int fd)
{
    bm_assert(resp && fd >= 0 && resp->file_fd < 0);
    resp->status = 200;
    resp->content_type = content_type;
    resp->file_fd = fd;
}

static const char *own_header(const struct http_response *resp, const char *name)
{
    for (size_t i = 0; i < resp->header_count; i++)
        if (strcasecmp(resp->headers[i].name, name) == 0) return resp->headers[i].value;
    return NULL;
}

/* --- ranges ------------------------------------------------------------------------------- */

enum range { RANGE_NONE, RANGE_PART, RANGE_OUTSIDE };

/* Digits only, at most 18 of them. ret: where they end; NULL if there are none or too many */
static const char *read_offset(const char *s, int64_t *out)
{
    size_t digits = strspn(s, "0123456789");
    if (digits == 0 || digits > 18) return NULL;
    *out = strtoll(s, NULL, 10);
    return s + digits;
}

/* One range of a file of `size` bytes; what is not understood, and several ranges at once, are
 * no range at all (RFC 9110 14.2 lets a server ignore the header). */
static enum range parse_range(const char *text, int64_t size, int64_t *first, int64_t *last)
{
    const char *at;
    if (strncasecmp(text, "bytes=", 6) != 0) return RANGE_NONE;
    text += 6;
    if (*text == '-') { /* the last N bytes */
        at = read_offset(text + 1, first);
        if (!at || *at) return RANGE_NONE;
        if (*first == 0 || size == 0) return RANGE_OUTSIDE;
        *first = *first > size ? 0 : size - *first;
        *last = size - 1;
        return RANGE_PART;
    }
    at = read_offset(text, first);
    if (!at || *at++ != '-') return RANGE_NONE;
    *last = size - 1;
    if (*at) {
        at = read_offset(at, last);
        if (!at || *at || *last < *first) return RANGE_NONE;
        if (*last >= size) *last = size - 1;
    }
    return *first < size ? RANGE_PART : RANGE_OUTSIDE;
}

/* The range this request may have: If-Range must name the ETag that the handler gave. */
static enum range wanted_range(const struct http_request *req, const struct http_response *resp,
                               int64_t size, int64_t *first, int64_t *last)
{
    const char *range = http_header(req, "Range"), *condition = http_header(req, "If-Range");
    if (!range || resp->status != 200 || strcmp(req->method, "GET") != 0) return RANGE_NONE;
    if (condition && !str_eq(condition, own_header(resp, "ETag"))) return RANGE_NONE;
    return parse_range(range, size, first, last);
}

/* --- sending ------------------------------------------------------------------------------ */

static struct MHD_Response *text_response(struct http_response *resp)
{
    if (!resp->body.len)
        return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *r = MHD_create_response_from_buffer(resp->body.len, resp->body.data,
                                                             MHD_RESPMEM_MUST_FREE);
    if (r) resp->body = (struct buf){ 0 }; /* the library frees it now */
    return r;
}

static struct MHD_Response *file_response(const struct http_request *req,
                                          struct http_response *resp)
{
    struct stat st;
    char text[80];
    int64_t first = 0, last = 0;
    if (fstat(resp->file_fd, &st) != 0 || !S_ISREG(st.st_mode)) return NULL;
    enum range range = wanted_range(req, resp, st.st_size, &first, &last);
    http_add_header(resp, "Accept-Ranges", "bytes");
    if (range == RANGE_OUTSIDE) {
        snprintf(text, sizeof text, "bytes */%" PRId64, (int64_t)st.st_size);
        resp->status = MHD_HTTP_RANGE_NOT_SATISFIABLE;
        buf_clear(&resp->body);
        http_add_header(resp, "Content-Range", text);
        return text_response(resp);
    }
    if (range == RANGE_NONE) {
        first = 0; /* a range that was given up half way has set them */
        last = st.st_size - 1;
    } else {
        snprintf(text, sizeof text, "bytes %" PRId64 "-%" PRId64 "/%" PRId64, first, last,
                 (int64_t)st.st_size);
        resp->status = MHD_HTTP_PARTIAL_CONTENT;
        http_add_header(resp, "Content-Range", text);
    }
    struct MHD_Response *r = MHD_create_response_from_fd_at_offset64(
        (uint64_t)(last - first + 1), resp->file_fd, (uint64_t)first);
    if (r) resp->file_fd = -1; /* the library closes it now */
    return r;
}

static bool add_headers(struct MHD_Response *r, const struct http_response *resp, bool closing)
{
    bool ok = MHD_add_response_header(r, "X-Content-Type-Options", "nosniff") == MHD_YES;
    if (resp->content_type)
        ok = ok && MHD_add_response_header(r, "Content-Type", resp->content_type) == MHD_YES;
    if (closing) ok = ok && MHD_add_response_header(r, "Connection", "close") == MHD_YES;
    for (size_t i = 0; i < resp->header_count; i++)
        ok = ok && MHD_add_response_header(r, resp->headers[i].name,
                                           resp->headers[i].value) == MHD_YES;
    return ok;
}

static enum MHD_Result queue_plain(struct MHD_Connection *conn, int status)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (!r) return MHD_NO;
    enum MHD_Result done = MHD_YES;
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        done = MHD_add_response_header(r, "Allow", "GET, HEAD, POST");
    if (status == MHD_HTTP_CONTENT_TOO_LARGE || status == MHD_HTTP_SERVICE_UNAVAILABLE)
        done = MHD_add_response_header(r, "Connection", "close");
    if (done == MHD_YES) done = MHD_queue_response(conn, (unsigned)status, r);
    MHD_destroy_response(r);
    return done;
}

static enum MHD_Result queue(struct http_server *server, const struct http_request *req,
                             struct http_response *resp)
{
    struct MHD_Connection *conn = req->connection;
    enum MHD_Result done = MHD_NO;
    struct MHD_Response *r = NULL;
    if (!resp->rc && !buf_rc(&resp->body))
        r = resp->file_fd >= 0 ? file_response(req, resp) : text_response(resp);
    if (r && !resp->rc && add_headers(r, resp, server->stopping))
        done = MHD_queue_response(conn, (unsigned)resp->status, r);
    if (r) MHD_destroy_response(r);
    if (done != MHD_YES) done = queue_plain(conn, MHD_HTTP_INTERNAL_SERVER_ERROR);
    if (resp->file_fd >= 0) close(resp->file_fd);
    buf_free(&resp->body);
    return done;
}

/* --- receiving ---------------------------------------------------------------------------- */

static bool is_method(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "POST") == 0 ||
           strcmp(method, "HEAD") == 0;
}

static int64_t announced_bytes(struct MHD_Connection *conn)
{
    const char *text = MHD_lookup_connection_value(conn, MHD_HEADER_KIND, "Content-Length");
    int64_t bytes = 0;
    return text && !str_to_i64(text, 0, INT64_MAX, &bytes) ? INT64_MAX : bytes;
}

/* What can be refused before the body is read. ret: a status, or 0 */
static int early_refusal(const struct http_server *server, struct MHD_Connection *conn,
                         const char *path, const char *method)
{
    bool valid = path[0] == '/' && utf8_valid(path, strlen(path));
    if (server->stopping) return MHD_HTTP_SERVICE_UNAVAILABLE;
    if (!is_method(method)) return MHD_HTTP_METHOD_NOT_ALLOWED;
    MHD_get_connection_values_n(conn, MHD_GET_ARGUMENT_KIND, check_argument, &valid);
    if (!valid) return MHD_HTTP_BAD_REQUEST;
    if (announced_bytes(conn) > (int64_t)server->options.body_bytes_max)
        return MHD_HTTP_CONTENT_TOO_LARGE;
    return 0;
}

static enum MHD_Result begin(struct http_server *server, struct MHD_Connection *conn,
                             const char *path, const char *method, void **slot)
{
    struct exchange *x = calloc(1, sizeof *x);
    if (!x) return MHD_NO;
    *slot = x;
    atomic_fetch_add(&server->in_flight, 1);
    arena_init(&x->arena, HTTP_REQUEST_ARENA_MAX);
    buf_init(&x->body, server->options.body_bytes_max);
    x->begun_ms = env_boottime_ms(&server->env);
    x->refusal = early_refusal(server, conn, path, method);
    /* Nobody wants the body: say so now if the client asks first or has much to send. */
    bool asks = MHD_lookup_connection_value(conn, MHD_HEADER_KIND, "Expect") != NULL;
    if (x->refusal && (asks || announced_bytes(conn) > HTTP_SWALLOW_MAX))
        return queue_plain(conn, x->refusal);
    return MHD_YES;
}

/* Keep a piece of body; of one that is refused read on for a while, so that the client comes to
 * hear why, and then cut. */
static enum MHD_Result take_piece(struct http_server *server, struct exchange *x,
                                  const char *piece, size_t len)
{
    int64_t spent_ms = env_boottime_ms(&server->env) - x->begun_ms;
    if (spent_ms > (int64_t)server->options.body_s_max * 1000) return MHD_NO;
    if (!x->refusal) {
        buf_put(&x->body, piece, len);
        enum bm_rc rc = buf_rc(&x->body);
        if (!rc) return MHD_YES;
        x->refusal = rc == BM_ELIMIT ? MHD_HTTP_CONTENT_TOO_LARGE
                                     : MHD_HTTP_SERVICE_UNAVAILABLE;
        buf_free(&x->body);
    }
    x->swallowed_bytes += len;
    return x->swallowed_bytes <= HTTP_SWALLOW_MAX ? MHD_YES : MHD_NO;
}

static enum MHD_Result answer(struct http_server *server, struct MHD_Connection *conn,
                              const char *path, const char *method, struct exchange *x)
{
    if (x->refusal) return queue_plain(conn, x->refusal);
    struct http_request req = {
        .method = strcmp(method, "POST") == 0 ? "POST" : "GET",
        .path = path,
        .body = buf_str(&x->body),
        .body_len = x->body.len,
        .peer = peer_name(conn, &x->arena),
        .arena = &x->arena,
        .connection = conn,
    };
    struct http_response resp = { .status = 404, .file_fd = -1, .arena = &x->arena };
    server->options.handler(server->options.ctx, &req, &resp);
    bm_assert(resp.status >= 200 && resp.status < 600);
    return queue(server, &req, &resp);
}

static enum MHD_Result on_access(void *ctx, struct MHD_Connection *conn, const char *path,
                                 const char *method, const char *version, const char *piece,
                                 size_t *piece_len, void **slot)
{
    struct http_server *server = ctx;
    (void)version;
    if (!*slot) return begin(server, conn, path, method, slot);
    if (*piece_len == 0) return answer(server, conn, path, method, *slot);
    enum MHD_Result go_on = take_piece(server, *slot, piece, *piece_len);
    *piece_len = 0;
    return go_on;
}

static void on_completed(void *ctx, struct MHD_Connection *conn, void **slot,
                         enum MHD_RequestTerminationCode how)
{
    struct http_server *server = ctx;
    struct exchange *x = *slot;
    (void)conn;
    (void)how;
    if (!x) return;
    *slot = NULL;
    buf_free(&x->body);
    arena_free(&x->arena);
    free(x);
    atomic_fetch_sub(&server->in_flight, 1);
}

/* --- starting and stopping ---------------------------------------------------------------- */

static void __attribute__((format(printf, 2, 0)))
keep_log(void *ctx, const char *fmt, va_list ap)
{
    struct http_server *server = ctx;
    if (server->started) return; /* later ones are about single connections */
    vsnprintf(server->log, sizeof server->log, fmt, ap);
    server->log[strcspn(server->log, "\n")] = '\0';
}

static enum bm_rc listen_fault(const struct http_options *o)
{
    int e = errno;
    enum bm_rc rc = e == EADDRINUSE ? BM_EBUSY : e == EACCES ? BM_EAUTH
                  : e == EADDRNOTAVAIL ? BM_EINPUT : BM_EIO;
    const char *todo = e == EADDRINUSE ? "stop the other program or choose another port"
                     : e == EACCES ? "choose a port above 1023"
                     : e == EADDRNOTAVAIL ? "choose an address of this machine" : "try again";
    return err_set(rc, "cannot listen on %s port %u: %s; %s", o->address, (unsigned)o->port,
                   strerror(e), todo);
}

static uint16_t bound_port(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at = { 0 };
    socklen_t len = sizeof at;
    if (getsockname(fd, &at.any, &len) != 0) return 0;
    return ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}

/* Our own socket, not the library's: its errors are clear, and port 0 can be asked back. */
static enum bm_rc open_socket(struct http_server *server)
{
    const struct http_options *o = &server->options;
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
    struct addrinfo *found = NULL;
    char port[8];
    int one = 1;
    snprintf(port, sizeof port, "%u", (unsigned)o->port);
    if (strcmp(o->address, "localhost") != 0) hints.ai_flags |= AI_NUMERICHOST;
    int e = getaddrinfo(o->address, port, &hints, &found);
    if (e)
        return err_set(BM_EINPUT, "%s is not an address to listen on; give it in numbers, as "
                       "127.0.0.1 or 0.0.0.0", o->address);
    enum bm_rc rc = BM_OK;
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0)
        rc = listen_fault(o);
    freeaddrinfo(found);
    server->listen_fd = fd;
    if (!rc) server->port = bound_port(fd);
    return rc;
}

static enum bm_rc copy_options(struct http_server *server, const struct http_options *from)
{
    struct http_options *o = &server->options;
    *o = *from;
    o->address = arena_strdup(&server->arena, from->address ? from->address : "127.0.0.1");
    if (!o->address) return BM_ENOMEM;
    if (!o->body_bytes_max) o->body_bytes_max = HTTP_BODY_MAX;
    if (!o->connections_max) o->connections_max = HTTP_CONNECTIONS_MAX;
    if (!o->idle_s_max) o->idle_s_max = HTTP_IDLE_S_MAX;
    if (!o->body_s_max) o->body_s_max = HTTP_BODY_S_MAX;
    if (!o->stop_s_max) o->stop_s_max = HTTP_STOP_S_MAX;
    return BM_OK;
}

static enum bm_rc start_daemon(struct http_server *server)
{
    const struct http_options *o = &server->options;
    unsigned flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG;
    char *cert = arena_strdup(&server->arena, o->cert_pem);
    char *key = server->key = arena_strdup(&server->arena, o->key_pem);
    char *priorities = arena_strdup(&server->arena, tls_1_3_only);
    if ((o->cert_pem && (!cert || !key)) || !priorities) return BM_ENOMEM;
    struct MHD_OptionItem tls[] = {
        { MHD_OPTION_HTTPS_PRIORITIES, 0, priorities },
        { MHD_OPTION_HTTPS_MEM_CERT, 0, cert },
        { MHD_OPTION_HTTPS_MEM_KEY, 0, key },
        { MHD_OPTION_END, 0, NULL },
    };
    if (cert) flags |= MHD_USE_TLS;
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_access, server, MHD_OPTION_EXTERNAL_LOGGER, keep_log, server,
        MHD_OPTION_LISTEN_SOCKET, server->listen_fd, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_CONNECTION_LIMIT,
        o->connections_max, MHD_OPTION_PER_IP_CONNECTION_LIMIT, o->connections_per_peer_max,
        MHD_OPTION_CONNECTION_TIMEOUT, o->idle_s_max, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HTTP_HEADER_BYTES_MAX, MHD_OPTION_ARRAY, cert ? tls : tls + 3, MHD_OPTION_END);
    if (server->daemon) return BM_OK;
    if (cert)
        return err_set(BM_EINPUT, "the TLS certificate or its key cannot be used (%s); make "
                       "them anew", server->log);
    return err_set(BM_EIO, "the web server does not start: %s", server->log);
}

static void free_server(struct http_server *server)
{
    if (server->listen_fd >= 0) close(server->listen_fd);
    if (server->key) explicit_bzero(server->key, strlen(server->key));
    arena_free(&server->arena);
    free(server);
}

enum bm_rc http_server_start(const struct http_options *options, struct http_server **out)
{
    sigset_t all, before;
    bm_assert(options && options->handler && out);
    *out = NULL;
    if (!options->cert_pem != !options->key_pem)
        return err_set(BM_EUSAGE, "a certificate needs its key, and a key its certificate");
    struct http_server *server = calloc(1, sizeof *server);
    if (!server) return err_set(BM_ENOMEM, "out of memory (web server)");
    server->listen_fd = -1;
    env_real(&server->env);

    enum bm_rc rc = copy_options(server, options);
    if (!rc) rc = open_socket(server);
    if (rc) goto done;
    sigfillset(&all); /* signals are the main thread's, never the server's */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = start_daemon(server);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
done:
    if (rc) {
        free_server(server);
        return rc;
    }
    server->started = true;
    *out = server;
    return BM_OK;
}

uint16_t http_server_port(const struct http_server *server)
{
    bm_assert(server);
    return server->port;
}

void http_server_stop(struct http_server *server)
{
    if (!server) return;
    server->stopping = true;
    if (MHD_quiesce_daemon(server->daemon) == MHD_INVALID_SOCKET)
        server->listen_fd = -1; /* else it is ours to close, once nobody polls it */
    int64_t until_ms = env_boottime_ms(&server->env);
    until_ms += (int64_t)server->options.stop_s_max * 1000;
    const struct timespec step = { .tv_nsec = STOP_STEP_MS * 1000000L };
    while (server->in_flight > 0 && env_boottime_ms(&server->env) < until_ms)
        nanosleep(&step, NULL);
    MHD_stop_daemon(server->daemon);
    bm_assert(server->in_flight == 0);
    free_server(server);
}
