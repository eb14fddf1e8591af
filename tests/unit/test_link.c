/* tests/unit/test_link.c -- the link: where it may go, whom it trusts, what it says of a bad
 * line. The server at the other end is ours, a raw socket, or openssl. */
#include "tests/unit/http_world.h"

/* --- ceilings and progress --------------------------------------------------------------- */

static void test_link_keeps_to_its_ceilings(void **state)
{
    (void)state;
    struct world w;
    struct buf reply = { .max = 1000 };
    int status;
    start(&w, (struct http_options){ 0 });
    struct link *link = open_link(w.url, NULL);
    assert_int_equal(link_post(link, "/big", NULL, NULL, "", 0, &reply, &status), BM_ELIMIT);
    assert_int_equal(reply.len, 0);
    assert_int_equal(link_post(link, "/echo", NULL, NULL, "ok", 2, &reply, &status), BM_OK);
    assert_has(&reply, "2:ok");
    struct link_file f = { .fd = new_file(), .bytes_max = FILE_BYTES - 1 };
    assert_int_equal(link_get_to_file(link, "/file", NULL, &f), BM_ELIMIT);
    assert_int_equal(f.size_bytes, 0); /* seen from the announced length */
    assert_int_equal(write(f.fd, "keep", 4), 4);
    f.bytes_max = FILE_BYTES;
    assert_int_equal(link_get_to_file(link, "/nowhere", NULL, &f), BM_OK);
    assert_int_equal(f.status, 404);
    assert_int_equal(lseek(f.fd, 0, SEEK_END), 4); /* an error page is no file */
    link_close(link);
    http_server_stop(w.server);
    close(f.fd);
    buf_free(&reply);
}

static void test_link_full_disk_is_said_as_such(void **state)
{
    (void)state;
    struct world w;
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (full < 0) skip();
    start(&w, (struct http_options){ 0 });
    struct link *link = open_link(w.url, NULL);
    struct link_file f = { .fd = full, .offset_bytes = 0, .bytes_max = FILE_BYTES };
    enum bm_rc rc = link_get_to_file(link, "/file", NULL, &f);
    assert_true(rc == BM_EFULL || rc == BM_EIO); /* a device cannot be truncated: EIO */
    link_close(link);
    http_server_stop(w.server);
    close(full);
}

static bool count_progress(void *ctx, int64_t done_bytes, int64_t total_bytes)
{
    int64_t *seen = ctx;
    assert_true(total_bytes == 0 || done_bytes <= total_bytes);
    seen[0] = done_bytes;
    seen[1] = total_bytes;
    return seen[2] == 0 || done_bytes < seen[2];
}

static void test_link_tells_progress_and_can_be_stopped(void **state)
{
    (void)state;
    struct world w;
    int64_t seen[3] = { 0 };
    struct link *link;
    start(&w, (struct http_options){ 0 });
    struct link_options o = { .url = w.url, .progress = count_progress, .progress_ctx = seen };
    assert_int_equal(link_open(&o, &link), BM_OK);
    struct link_file f = { .fd = new_file(), .bytes_max = FILE_BYTES };
    assert_int_equal(link_get_to_file(link, "/file", NULL, &f), BM_OK);
    assert_int_equal(seen[0], FILE_BYTES);
    assert_int_equal(seen[1], FILE_BYTES);
    f.offset_bytes = 100000;
    assert_int_equal(link_get_to_file(link, "/file", NULL, &f), BM_OK);
    assert_int_equal(seen[0], FILE_BYTES);
    assert_int_equal(seen[1], FILE_BYTES);
    seen[2] = 1; /* stop at the first byte */
    f.offset_bytes = 0;
    assert_int_equal(link_get_to_file(link, "/file", NULL, &f), BM_ENET);
    assert_says(BM_ENET, "stopped");
    link_close(link);
    http_server_stop(w.server);
    close(f.fd);
}

/* --- where a link may go ----------------------------------------------------------------- */

static enum bm_rc try_open(const char *url)
{
    struct link *link;
    struct link_options o = { .url = url };
    enum bm_rc rc = link_open(&o, &link);
    assert_true(!rc == !!link);
    link_close(link);
    return rc;
}

static void test_link_wants_https_unless_to_this_machine(void **state)
{
    (void)state;
    static const char *const good[] = { "https://branch.example", "https://10.0.0.5:8443/sync/",
                                        "http://127.0.0.1:8080",  "http://localhost:80/",
                                        "http://[::1]:8080",      "http://127.8.8.8",
                                        "HTTPS://branch.example" };
    static const char *const bad[] = { "http://branch.example",
                                       "http://10.0.0.5",
                                       "http://127.0.0.1.evil.example",
                                       "http://localhost.evil.example",
                                       "ftp://127.0.0.1",
                                       "file:///etc/passwd",
                                       "branch.example",
                                       "",
                                       "https://",
                                       "https://u:p@branch.example",
                                       "https://u@branch.example",
                                       "https://branch.example/?x",
                                       "https://h/#f" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(try_open(good[i]), BM_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(try_open(bad[i]), BM_EUSAGE);
    struct link *link;
    struct link_options o = { .url = "https://h", .pinned = "/etc/passwd" };
    assert_int_equal(link_open(&o, &link), BM_EUSAGE);
    o.pinned = "sha256//AAAA";
    assert_int_equal(link_open(&o, &link), BM_EUSAGE);
    o.pinned = NULL;
    o.ca_file = "/no/such/ca.pem";
    assert_int_equal(link_open(&o, &link), BM_ENOTFOUND);
}

static void test_link_refuses_requests_that_would_split(void **state)
{
    (void)state;
    struct buf reply = { 0 };
    int status;
    static const char *const split[] = { "X: a\r\nY: b", NULL };
    static const char *const no_colon[] = { "X", NULL };
    struct link *link = open_link("http://127.0.0.1:1", NULL);
    assert_int_equal(link_post(link, "/a", NULL, split, "", 0, &reply, &status), BM_EUSAGE);
    assert_int_equal(link_post(link, "/a", NULL, no_colon, "", 0, &reply, &status), BM_EUSAGE);
    assert_int_equal(link_post(link, "/a b", NULL, NULL, "", 0, &reply, &status), BM_EUSAGE);
    assert_int_equal(link_post(link, "a", NULL, NULL, "", 0, &reply, &status), BM_EUSAGE);
    assert_int_equal(link_post(link, "/a\n", NULL, NULL, "", 0, &reply, &status), BM_EUSAGE);
    link_close(link);
    buf_free(&reply);
}

static void test_link_does_not_follow_and_joins_paths(void **state)
{
    (void)state;
    struct world w;
    struct buf reply = { 0 };
    int status;
    char url[100];
    start(&w, (struct http_options){ 0 });
    struct link *link = open_link(w.url, NULL);
    assert_int_equal(link_post(link, "/away", NULL, NULL, "", 0, &reply, &status), BM_OK);
    assert_int_equal(status, 302);
    assert_int_equal(w.seen, 1);
    link_close(link);
    snprintf(url, sizeof url, "%s/echo//", w.url);
    link = open_link(url, NULL);
    assert_int_equal(link_post(link, "/x", NULL, NULL, "", 0, &reply, &status), BM_OK);
    assert_int_equal(status, 404); /* went to /echo/x */
    link_close(link);
    http_server_stop(w.server);
    buf_free(&reply);
}

/* --- what a bad line gives --------------------------------------------------------------- */

/* Listens, takes connections, reads a request, says `text`, closes (or waits). */
struct stub {
    int listen_fd;
    uint16_t port;
    const char *text;
    long wait_ms;
    pthread_t thread;
};

static void *serve_stub(void *arg)
{
    struct stub *s = arg;
    char piece[8192];
    int fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) return NULL;
    (void)!recv(fd, piece, sizeof piece, 0);
    (void)!send(fd, s->text, strlen(s->text), MSG_NOSIGNAL);
    sleep_ms(s->wait_ms);
    close(fd);
    return NULL;
}

static void start_stub(struct stub *s, const char *text, long wait_ms, char url[64])
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t len = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *s = (struct stub){ .text = text, .wait_ms = wait_ms };
    s->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s->listen_fd, (struct sockaddr *)(void *)&at, len), 0);
    assert_int_equal(listen(s->listen_fd, 5), 0);
    assert_int_equal(getsockname(s->listen_fd, (struct sockaddr *)(void *)&at, &len), 0);
    s->port = ntohs(at.sin_port);
    snprintf(url, 64, "http://127.0.0.1:%u", (unsigned)s->port);
    assert_int_equal(pthread_create(&s->thread, NULL, serve_stub, s), 0);
}

static void stop_stub(struct stub *s)
{
    pthread_join(s->thread, NULL);
    close(s->listen_fd);
}

static void test_link_says_that_a_connection_was_cut(void **state)
{
    (void)state;
    static const char *const text[] = {
        "",
        "HTTP/1.1 20",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nwhole or not, who knows",
        "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nab",
    };
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        struct stub s;
        struct buf reply = { 0 };
        char url[64];
        int status = 7;
        start_stub(&s, text[i], 0, url);
        struct link *link = open_link(url, NULL);
        assert_int_equal(link_post(link, "/push", NULL, NULL, "x", 1, &reply, &status),
                         BM_ENET);
        if (i != 1) assert_says(BM_ENET, "cut in the middle"); /* half a line is not HTTP yet */
        assert_int_equal(reply.len, 0);
        assert_int_equal(status, 0);
        link_close(link);
        stop_stub(&s);
        buf_free(&reply);
    }
}

static void test_link_download_cut_says_how_far_it_came(void **state)
{
    (void)state;
    struct stub s;
    struct world w;
    char url[64];
    start_stub(&s, "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n", 0, url);
    struct link *link = open_link(url, NULL);
    struct link_file f = { .fd = new_file(), .bytes_max = FILE_BYTES };
    assert_int_equal(link_get_to_file(link, "/file", NULL, &f), BM_ENET);
    assert_int_equal(f.size_bytes, 0);
    link_close(link);
    stop_stub(&s);

    start_stub(&s, "HTTP/1.1 206 Partial Content\r\nContent-Length: 299999\r\n"
                   "Content-Range: bytes 5-299999/300000\r\n\r\nabc", 0, url);
    link = open_link(url, NULL);
    f.offset_bytes = 1;
    assert_int_equal(link_get_to_file(link, "/file", NULL, &f),
                     BM_EINPUT); /* not what was asked */
    assert_int_equal(f.size_bytes, 1);
    link_close(link);
    stop_stub(&s);

    start_stub(&s, "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\nabcdefg", 0, url);
    link = open_link(url, NULL);
    f.offset_bytes = 0;
    assert_int_equal(link_get_to_file(link, "/file", NULL, &f), BM_ENET);
    assert_says(BM_ENET, "cut in the middle");
    assert_int_equal(f.size_bytes, 7);
    link_close(link);
    stop_stub(&s);

    start(&w, (struct http_options){ 0 }); /* and goes on from there */
    link = open_link(w.url, NULL);
    f.offset_bytes = f.size_bytes;
    assert_int_equal(link_get_to_file(link, "/file", NULL, &f), BM_OK);
    assert_int_equal(f.size_bytes, FILE_BYTES);
    link_close(link);
    http_server_stop(w.server);
    close(f.fd);
}

static void test_link_names_refusal_silence_and_unknown_names(void **state)
{
    (void)state;
    struct stub s;
    struct buf reply = { 0 };
    char url[64];
    int status;
    start_stub(&s, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", 1600, url);
    struct link_options o = { .url = url, .stall_s_max = 1 };
    struct link *link;
    assert_int_equal(link_open(&o, &link), BM_OK);
    assert_int_equal(link_post(link, "/x", NULL, NULL, "", 0, &reply, &status), BM_ENET);
    assert_says(BM_ENET, "timed out");
    link_close(link);
    stop_stub(&s);

    link = open_link(url, NULL); /* nobody listens there any more */
    assert_int_equal(link_post(link, "/x", NULL, NULL, "", 0, &reply, &status), BM_ENET);
    assert_says(BM_ENET, "refused the connection");
    link_close(link);

    link = open_link("https://branch.invalid", NULL);
    assert_int_equal(link_post(link, "/x", NULL, NULL, "", 0, &reply, &status), BM_ENET);
    assert_says(BM_ENET, "cannot find branch.invalid");
    link_close(link);

    start_stub(&s, "220 smtp ready\r\n", 0, url);
    link = open_link(url, NULL);
    assert_int_equal(link_post(link, "/x", NULL, NULL, "", 0, &reply, &status), BM_ENET);
    assert_says(BM_ENET, "no sensible answer");
    link_close(link);
    stop_stub(&s);
    buf_free(&reply);
}

#ifndef NDEBUG
static void test_link_can_be_made_to_lose_the_reply(void **state)
{
    (void)state;
    struct world w;
    struct buf reply = { 0 };
    int status, at = 0;
    char when[64];
    static const char *const tick[] = { "link.sent", "link.reply" };
    start(&w, (struct http_options){ 0 });
    struct link *link = open_link(w.url, NULL);
    for (size_t i = 0; i < 2; i++) {
        snprintf(when, sizeof when, "%s:%d", tick[i], ++at); /* one count for all names */
        setenv("BOOKMOBILE_FAIL", when, 1);
        int seen = w.seen;
        assert_int_equal(link_post(link, "/echo", NULL, NULL, "x", 1, &reply, &status),
                         BM_ENET);
        unsetenv("BOOKMOBILE_FAIL");
        assert_says(BM_ENET, "cut in the middle");
        assert_int_equal(reply.len, 0);
        assert_int_equal(status, 0);
        assert_int_equal(w.seen, seen + 1); /* the branch had it, though */
        assert_int_equal(link_post(link, "/echo", NULL, NULL, "x", 1, &reply, &status), BM_OK);
    }
    link_close(link);
    http_server_stop(w.server);
    buf_free(&reply);
}
#endif

/* --- trust ------------------------------------------------------------------------------- */

static enum bm_rc tls_post(const char *cert, const struct link_options *options)
{
    struct world w;
    struct buf reply = { 0 };
    struct link *link;
    char url[64];
    int status = 0;
    struct link_options o = *options;
    start(&w, (struct http_options){ .cert_pem = cert, .key_pem = made.good_key });
    snprintf(url, sizeof url, "https://%s:%u", o.url, (unsigned)http_server_port(w.server));
    o.url = url;
    assert_int_equal(link_open(&o, &link), BM_OK);
    enum bm_rc rc = link_post(link, "/echo", NULL, NULL, "secret", 6, &reply, &status);
    if (!rc) {
        assert_int_equal(status, 200);
        assert_has(&reply, "6:secret");
    } else {
        assert_int_equal(w.seen, 0); /* nothing was sent to a server that is not trusted */
    }
    link_close(link);
    http_server_stop(w.server);
    buf_free(&reply);
    return rc;
}

static void test_link_trusts_its_own_ca_for_the_right_name(void **state)
{
    (void)state;
    if (!made.have_tls) skip();
    struct link_options o = { .url = "127.0.0.1", .ca_file = made.ca_path };
    assert_int_equal(tls_post(made.good_cert, &o), BM_OK);
    o.url = "localhost";
    assert_int_equal(tls_post(made.good_cert, &o), BM_OK);
}

static void test_link_refuses_another_ca_and_the_system_s(void **state)
{
    (void)state;
    if (!made.have_tls) skip();
    struct link_options o = { .url = "127.0.0.1", .ca_file = made.other_ca_path };
    assert_int_equal(tls_post(made.good_cert, &o), BM_ENET);
    assert_says(BM_ENET, "not trusted");
    o.ca_file = NULL;
    assert_int_equal(tls_post(made.good_cert, &o), BM_ENET);
    assert_says(BM_ENET, "not trusted");
    o.ca_file = made.ca_path;
    assert_int_equal(tls_post(made.self_cert, &o), BM_ENET);
    assert_says(BM_ENET, "not trusted");
    o.ca_file = made.data_path; /* a file, but no certificate */
    assert_int_equal(tls_post(made.good_cert, &o), BM_ENET);
    assert_says(BM_ENET, "CA file");
}

static void test_link_refuses_a_wrong_host_name(void **state)
{
    (void)state;
    if (!made.have_tls) skip();
    struct link_options o = { .url = "127.0.0.1", .ca_file = made.ca_path };
    assert_int_equal(tls_post(made.wrong_cert, &o), BM_ENET);
    assert_says(BM_ENET, "host name");
    o.url = "localhost";
    assert_int_equal(tls_post(made.wrong_cert, &o), BM_ENET);
    assert_says(BM_ENET, "host name");
}

static void test_link_refuses_an_expired_certificate(void **state)
{
    (void)state;
    if (!made.have_tls || !made.expired_cert) skip();
    struct link_options o = { .url = "127.0.0.1", .ca_file = made.ca_path };
    assert_int_equal(tls_post(made.expired_cert, &o), BM_ENET);
    assert_says(BM_ENET, "expired");
}

static void test_link_pinned_key_is_trust_and_still_checks_the_name(void **state)
{
    (void)state;
    if (!made.have_tls) skip();
    struct link_options o = { .url = "127.0.0.1", .pinned = made.pin };
    assert_int_equal(tls_post(made.self_cert, &o), BM_OK);
    assert_int_equal(tls_post(made.wrong_cert, &o), BM_ENET);
    assert_says(BM_ENET, "host name");
    o.ca_file = made.ca_path;
    assert_int_equal(tls_post(made.good_cert, &o), BM_OK);
    o.pinned = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    assert_int_equal(tls_post(made.good_cert, &o),
                     BM_ENET); /* the CA alone is not enough then */
    assert_says(BM_ENET, "pinned");
    o.ca_file = NULL;
    assert_int_equal(tls_post(made.good_cert, &o), BM_ENET);
}

static void test_link_refuses_a_server_of_tls_1_2(void **state)
{
    (void)state;
    if (!made.have_tls) skip();
    struct world w; /* only to learn a free port */
    start(&w, (struct http_options){ 0 });
    unsigned port = http_server_port(w.server);
    http_server_stop(w.server);
    char number[16], url[64], tls12[] = "-tls1_2";
    snprintf(number, sizeof number, "%u", port);
    snprintf(url, sizeof url, "https://127.0.0.1:%u", port);
    char *argv[] = { (char[]){ "openssl" },
                     (char[]){ "s_server" },
                     (char[]){ "-accept" },
                     number,
                     (char[]){ "-cert" },
                     (char[]){ "good.pem" },
                     (char[]){ "-key" },
                     (char[]){ "good.key" },
                     (char[]){ "-www" },
                     (char[]){ "-quiet" },
                     tls12,
                     NULL };
    posix_spawn_file_actions_t act;
    posix_spawn_file_actions_init(&act);
    posix_spawn_file_actions_addchdir_np(&act, made.folder);
    posix_spawn_file_actions_addopen(&act, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&act, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&act, 2, "/dev/null", O_WRONLY, 0);
    pid_t pid;
    assert_int_equal(posix_spawnp(&pid, argv[0], &act, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&act);
    struct buf reply = { 0 };
    int status;
    enum bm_rc rc = BM_OK;
    struct link *link = open_link(url, made.ca_path);
    for (int i = 0; i < 100; i++) { /* until it listens */
        rc = link_post(link, "/", NULL, NULL, "", 0, &reply, &status);
        if (rc != BM_ENET || !strstr(err_text(rc), "refused the connection")) break;
        sleep_ms(20);
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_int_equal(rc, BM_ENET);
    assert_says(BM_ENET, "no TLS 1.3");
    link_close(link);
    buf_free(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_link_keeps_to_its_ceilings),
        cmocka_unit_test(test_link_full_disk_is_said_as_such),
        cmocka_unit_test(test_link_tells_progress_and_can_be_stopped),
        cmocka_unit_test(test_link_wants_https_unless_to_this_machine),
        cmocka_unit_test(test_link_refuses_requests_that_would_split),
        cmocka_unit_test(test_link_does_not_follow_and_joins_paths),
        cmocka_unit_test(test_link_says_that_a_connection_was_cut),
        cmocka_unit_test(test_link_download_cut_says_how_far_it_came),
        cmocka_unit_test(test_link_names_refusal_silence_and_unknown_names),
#ifndef NDEBUG
        cmocka_unit_test(test_link_can_be_made_to_lose_the_reply),
#endif
        cmocka_unit_test(test_link_trusts_its_own_ca_for_the_right_name),
        cmocka_unit_test(test_link_refuses_another_ca_and_the_system_s),
        cmocka_unit_test(test_link_refuses_a_wrong_host_name),
        cmocka_unit_test(test_link_refuses_an_expired_certificate),
        cmocka_unit_test(test_link_pinned_key_is_trust_and_still_checks_the_name),
        cmocka_unit_test(test_link_refuses_a_server_of_tls_1_2),
    };
    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
