/* tests/unit/http_world.h -- what test_http and test_link share: files, certificates made by
 * the openssl command in a temporary folder, a server with a small handler, a raw client.
 * Floor:   tests only.
 * Owns:    `made`, one a test program, from setup_all to teardown_all.
 * Threads: the handler's counters are atomic; the rest is the test's thread. */
#ifndef BM_TESTS_HTTP_WORLD_H
#define BM_TESTS_HTTP_WORLD_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/http.h"
#include "common/seal.h"
#include "sync/link.h"

extern char **environ;

enum { FILE_BYTES = 300000, BODY_MAX = 64 << 10 };

/* Made once for the whole run: files, certificates. */
static struct {
    char folder[64];
    char data_path[128];
    char ca_path[128], other_ca_path[128];
    char *good_cert, *good_key; /* for localhost and 127.0.0.1, signed by the CA */
    char *wrong_cert;           /* same key, for another name */
    char *expired_cert;         /* same key, ended yesterday; NULL if openssl cannot make one */
    char *self_cert;            /* same key, signed by itself */
    char pin[64];               /* of good_key */
    bool have_tls;
} made;

static inline void sleep_ms(long ms)
{
    struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
    nanosleep(&t, NULL);
}

/* --- files and certificates -------------------------------------------------------------- */

static inline const char *in_folder(char out[128], const char *name)
{
    snprintf(out, 128, "%s/%s", made.folder, name);
    return out;
}

static inline void write_file(const char *name, const char *text)
{
    char path[128];
    FILE *f = fopen(in_folder(path, name), "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static inline char *read_text(const char *name)
{
    char path[128];
    FILE *f = fopen(in_folder(path, name), "r");
    if (!f) return NULL;
    char *text = calloc(1, 16384);
    assert_non_null(text);
    size_t n = fread(text, 1, 16383, f);
    fclose(f);
    assert_true(n > 0);
    return text;
}

/* Run a program in the made folder, its words in one text parted by blanks; what it says is in
 * `said`. ret: exit status, 127 if there is no such program */
static inline int run(const char *words)
{
    char copy[1024], *argv[64];
    size_t n = 0;
    char *save = NULL;
    assert_true(str_copy(copy, sizeof copy, words));
    for (char *w = strtok_r(copy, " ", &save); w && n < 63; w = strtok_r(NULL, " ", &save))
        argv[n++] = w;
    argv[n] = NULL;
    posix_spawn_file_actions_t act;
    posix_spawn_file_actions_init(&act);
    posix_spawn_file_actions_addchdir_np(&act, made.folder);
    posix_spawn_file_actions_addopen(&act, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&act, 1, "said", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&act, 1, 2);
    pid_t pid;
    int e = posix_spawnp(&pid, argv[0], &act, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&act);
    if (e) return 127;
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static inline bool make_certificates(void)
{
    static const char config[] =
        "[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=bookmobile test\n"
        "[ca]\nbasicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash\n"
        "[good]\nbasicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n"
        "[wrong]\nbasicConstraints=CA:FALSE\nsubjectAltName=DNS:other.example\n";
    write_file("cnf", config);
    const char *const steps[] = {
        "openssl ecparam -name prime256v1 -genkey -noout -out ca.key",
        "openssl ecparam -name prime256v1 -genkey -noout -out other.key",
        "openssl ecparam -name prime256v1 -genkey -noout -out good.key",
        "openssl req -config cnf -x509 -new -key ca.key -subj /CN=ours -extensions ca -days 3 "
        "-out ca.pem",
        "openssl req -config cnf -x509 -new -key other.key -subj /CN=theirs -extensions ca "
        "-days 3 "
        "-out other.pem",
        "openssl req -config cnf -x509 -new -key good.key -CA ca.pem -CAkey ca.key -extensions "
        "good "
        "-days 3 -out good.pem",
        "openssl req -config cnf -x509 -new -key good.key -CA ca.pem -CAkey ca.key -extensions "
        "wrong "
        "-days 3 -out wrong.pem",
        "openssl req -config cnf -x509 -new -key good.key -extensions good -days 3 -out "
        "self.pem",
        "openssl pkey -in good.key -pubout -outform DER -out good.der",
        "openssl dgst -sha256 -binary -out good.sha good.der",
        "openssl base64 -in good.sha -out good.pin",
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (run(steps[i]) != 0) return false;
    /* `openssl x509 -req` takes a negative number of days; without it that one test is left out
     */
    if (run("openssl req -config cnf -new -key good.key -out good.csr") == 0)
        run("openssl x509 -req -in good.csr -CA ca.pem -CAkey ca.key -days -1 -extfile cnf "
            "-extensions "
            "good -out expired.pem");
    return true;
}

static inline int setup_all(void **state)
{
    (void)state;
    char proxy_free[] = "*";
    setenv("no_proxy", proxy_free, 1);
    str_copy(made.folder, sizeof made.folder, "/tmp/bm-http-XXXXXX");
    assert_non_null(mkdtemp(made.folder));
    in_folder(made.data_path, "data");
    FILE *f = fopen(made.data_path, "w");
    for (int i = 0; i < FILE_BYTES; i++) fputc((i * 131 >> 3) & 255, f);
    fclose(f);
    made.have_tls = make_certificates();
    in_folder(made.ca_path, "ca.pem");
    in_folder(made.other_ca_path, "other.pem");
    if (made.have_tls) {
        made.good_cert = read_text("good.pem");
        made.good_key = read_text("good.key");
        made.wrong_cert = read_text("wrong.pem");
        made.self_cert = read_text("self.pem");
        made.expired_cert = read_text("expired.pem");
        char *pin = read_text("good.pin");
        snprintf(made.pin, sizeof made.pin, "sha256//%.44s", pin);
        free(pin);
    } else {
        print_message("no usable openssl command: the TLS tests are skipped\n");
    }
    return seal_init() == BM_OK ? 0 : -1;
}

static inline int teardown_all(void **state)
{
    (void)state;
    char words[200];
    free(made.good_cert);
    free(made.good_key);
    free(made.wrong_cert);
    free(made.self_cert);
    free(made.expired_cert);
    snprintf(words, sizeof words, "rm -r %s", made.folder);
    return run(words);
}

/* --- a server with a small handler ------------------------------------------------------- */

struct world {
    struct http_server *server;
    char url[64];
    atomic_int running, overlaps, seen; /* handlers at this moment, twice at once, in all */
    atomic_bool entered;                /* /slow has begun */
};

static inline void answer_file(const struct http_request *req, struct http_response *resp)
{
    const char *etag = http_query(req, "etag");
    if (etag) http_add_header(resp, "ETag", etag);
    http_reply_file(resp, "application/octet-stream",
                    open(made.data_path, O_RDONLY | O_CLOEXEC));
}

static inline void answer_echo(const struct http_request *req, struct http_response *resp)
{
    const char *a = http_query(req, "a"), *probe = http_header(req, "x-probe");
    resp->status = 200;
    resp->content_type = "text/plain";
    http_add_header(resp, "X-Answer", "forty-two");
    buf_printf(&resp->body, "%s %s a=%s probe=%s peer=%s %zu:", req->method, req->path,
               a ? a : "(none)", probe ? probe : "(none)", req->peer, req->body_len);
    buf_put(&resp->body, req->body, req->body_len < 20 ? req->body_len : 20);
}

static inline void handle(void *ctx, const struct http_request *req, struct http_response *resp)
{
    struct world *w = ctx;
    if (atomic_fetch_add(&w->running, 1) != 0) atomic_fetch_add(&w->overlaps, 1);
    atomic_fetch_add(&w->seen, 1);
    if (strcmp(req->path, "/echo") == 0) answer_echo(req, resp);
    else if (strcmp(req->path, "/file") == 0) answer_file(req, resp);
    else if (strcmp(req->path, "/empty") == 0) resp->status = 204;
    else if (strcmp(req->path, "/away") == 0) {
        http_add_header(resp, "Location", "/echo");
        http_reply_text(resp, 302, NULL, "");
    } else if (strcmp(req->path, "/slow") == 0) {
        w->entered = true;
        sleep_ms(300);
        http_reply_text(resp, 200, "text/plain", "slow but whole");
    } else if (strcmp(req->path, "/big") == 0) {
        resp->status = 200;
        for (int i = 0; i < 1000; i++) buf_printf(&resp->body, "line %d of a large reply\n", i);
    } else if (strcmp(req->path, "/too-big") == 0) {
        resp->status = 200;
        resp->body.max = 10;
        buf_puts(&resp->body, "more than ten bytes");
    } else if (strcmp(req->path, "/bad-header") == 0) {
        http_reply_text(resp, 200, "text/plain", "x");
        http_add_header(resp, "X-Split", "a\r\nSet-Cookie: b");
    } else if (strcmp(req->path, "/gone-file") == 0) {
        http_reply_file(resp, NULL, open(made.folder, O_RDONLY | O_CLOEXEC)); /* not a file */
    }
    atomic_fetch_sub(&w->running, 1);
}

static inline void start(struct world *w, struct http_options o)
{
    *w = (struct world){ 0 };
    o.handler = handle;
    o.ctx = w;
    if (!o.body_bytes_max) o.body_bytes_max = BODY_MAX;
    assert_int_equal(http_server_start(&o, &w->server), BM_OK);
    assert_true(http_server_port(w->server) != 0);
    snprintf(w->url, sizeof w->url, "%s://127.0.0.1:%u", o.cert_pem ? "https" : "http",
             (unsigned)http_server_port(w->server));
}

static inline struct link *open_link(const char *url, const char *ca)
{
    struct link *link;
    struct link_options o = { .url = url, .ca_file = ca, .connect_s_max = 2, .stall_s_max = 2 };
    assert_int_equal(link_open(&o, &link), BM_OK);
    return link;
}

/* A raw exchange: send the text, read until the server closes. */
static inline int dial(uint16_t port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval limit = { .tv_sec = 3 };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    assert_int_equal(connect(fd, (struct sockaddr *)(void *)&at, sizeof at), 0);
    return fd;
}

static inline void hear(int fd, struct buf *out)
{
    char piece[4096];
    ssize_t n;
    buf_clear(out);
    while ((n = recv(fd, piece, sizeof piece, 0)) > 0) buf_put(out, piece, (size_t)n);
    buf_puts(out, "");
}

static inline void say(struct world *w, const char *text, struct buf *out)
{
    int fd = dial(http_server_port(w->server));
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
    hear(fd, out);
    close(fd);
}

static inline void assert_starts(const struct buf *b, const char *want)
{
    if (strncmp(buf_str(b), want, strlen(want)) != 0)
        fail_msg("\"%.60s\" does not begin with \"%s\"", buf_str(b), want);
}

static inline void assert_has(const struct buf *b, const char *want)
{
    if (!strstr(buf_str(b), want)) fail_msg("\"%.400s\" lacks \"%s\"", buf_str(b), want);
}

static inline void assert_says(enum bm_rc rc, const char *want)
{
    if (!strstr(err_text(rc), want)) fail_msg("\"%s\" lacks \"%s\"", err_text(rc), want);
}

static inline int new_file(void)
{
    char path[128];
    int fd = open(in_folder(path, "fetched"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    return fd;
}

static inline void assert_whole(int fd)
{
    static unsigned char got[FILE_BYTES + 1];
    assert_int_equal(pread(fd, got, sizeof got, 0), FILE_BYTES);
    for (int i = 0; i < FILE_BYTES; i++)
        if (got[i] != ((i * 131 >> 3) & 255)) fail_msg("byte %d differs", i);
}

#endif
