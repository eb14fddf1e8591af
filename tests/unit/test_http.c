/* tests/unit/test_http.c -- the server, end to end over loopback, plain and TLS. Takes 3 s,
 * most of it waiting for timeouts of a second. */
#include "tests/unit/http_world.h"

/* --- plain requests ---------------------------------------------------------------------- */

static void test_http_hands_over_method_path_query_header_and_body(void **state)
{
    (void)state;
    struct world w;
    struct buf reply = { 0 };
    int status;
    static const char *const headers[] = { "X-Probe: yes", NULL };
    start(&w, (struct http_options){ 0 });
    struct link *link = open_link(w.url, NULL);
    assert_int_equal(
        link_post(link, "/echo?a=b%20c", "text/plain", headers, "hello", 5, &reply, &status),
        BM_OK);
    assert_int_equal(status, 200);
    assert_string_equal(buf_str(&reply), "POST /echo a=b c probe=yes peer=127.0.0.1 5:hello");
    assert_string_equal(link_reply_header(link, "x-answer"), "forty-two");
    assert_string_equal(link_reply_header(link, "x-content-type-options"), "nosniff");
    assert_null(link_reply_header(link, "x-none"));

    assert_int_equal(link_post(link, "/echo?a", NULL, NULL, NULL, 0, &reply, &status), BM_OK);
    assert_string_equal(buf_str(&reply), "POST /echo a= probe=(none) peer=127.0.0.1 0:");
    assert_int_equal(link_post(link, "/nowhere", NULL, NULL, "x", 1, &reply, &status), BM_OK);
    assert_int_equal(status, 404);
    assert_int_equal(reply.len, 0);
    link_close(link);
    http_server_stop(w.server);
    buf_free(&reply);
}

static void test_http_keeps_the_connection_for_the_next_request(void **state)
{
    (void)state;
    struct world w;
    struct buf out = { 0 };
    start(&w, (struct http_options){ 0 });
    say(&w,
        "GET /echo?a=1 HTTP/1.1\r\nHost: x\r\n\r\n"
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
        "GET /echo?a=3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        &out);
    assert_starts(&out, "HTTP/1.1 200 ");
    assert_has(&out, "GET /echo a=1 ");
    assert_has(&out, "POST /echo a=(none) probe=(none) peer=127.0.0.1 3:abc");
    assert_has(&out, "HTTP/1.1 405 ");
    assert_has(&out, "GET /echo a=3 ");
    assert_int_equal(w.seen, 3);
    http_server_stop(w.server);
    buf_free(&out);
}

static void test_http_answers_head_without_a_body(void **state)
{
    (void)state;
    struct world w;
    struct buf out = { 0 };
    start(&w, (struct http_options){ 0 });
    say(&w, "HEAD /file HTTP/1.1\r\nHost: x\r\nRange: bytes=5-\r\nConnection: close\r\n\r\n",
        &out);
    assert_has(&out, "Content-Length: 299995");
    assert_string_equal(strstr(buf_str(&out), "\r\n\r\n"), "\r\n\r\n");
    http_server_stop(w.server);
    buf_free(&out);
}

static void test_http_refuses_other_methods_with_405(void **state)
{
    (void)state;
    struct world w;
    struct buf out = { 0 };
    char text[200];
    static const char *const method[] = { "PUT",   "DELETE", "OPTIONS", "PATCH",
                                          "TRACE", "BREW",   "get" };
    start(&w, (struct http_options){ 0 });
    for (size_t i = 0; i < sizeof method / sizeof *method; i++) {
        snprintf(text, sizeof text, "%s /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
                 "Connection: close\r\n\r\nab", method[i]);
        say(&w, text, &out);
        assert_starts(&out, "HTTP/1.1 405 ");
        assert_has(&out, "Allow: GET, HEAD, POST");
    }
    assert_int_equal(w.seen, 0);
    http_server_stop(w.server);
    buf_free(&out);
}

static void test_http_refuses_what_is_not_http_or_not_utf8(void **state)
{
    (void)state;
    struct world w;
    struct buf out = { 0 };
    static const char *const bad[] = {
        "GET /echo?a=%FF HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /echo?%C0%80=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /ech%ED%A0%80 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /echo?a=x%00y HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /echo HTTP/1.1\r\nConnection: close\r\n\r\n", /* no Host */
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\nConnection: close\r\n\r\n",
    };
    start(&w, (struct http_options){ 0 });
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        say(&w, bad[i], &out);
        if (out.len) assert_starts(&out, "HTTP/1.1 400 ");
    }
    say(&w, "hello there\r\n\r\n", &out);
    assert_int_equal(w.seen, 0);
    say(&w, "GET /echo?a=%C3%A9 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", &out);
    assert_has(&out, "a=\xC3\xA9 ");
    http_server_stop(w.server);
    buf_free(&out);
}

static void test_http_refuses_endless_headers(void **state)
{
    (void)state;
    struct world w;
    struct buf text = { 0 }, out = { 0 };
    start(&w, (struct http_options){ 0 });
    buf_puts(&text, "GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: ");
    for (int i = 0; i < HTTP_HEADER_BYTES_MAX; i++) buf_putc(&text, 'a');
    buf_puts(&text, "\r\n\r\n");
    int fd = dial(http_server_port(w.server));
    (void)!send(fd, text.data, text.len, MSG_NOSIGNAL);
    hear(fd, &out); /* cut, or 431 */
    close(fd);
    if (out.len) assert_starts(&out, "HTTP/1.1 431 ");
    assert_int_equal(w.seen, 0);
    http_server_stop(w.server);
    buf_free(&text);
    buf_free(&out);
}

static void test_http_body_at_the_limit_passes_and_above_gets_413(void **state)
{
    (void)state;
    struct world w;
    struct buf reply = { 0 };
    int status;
    static char body[HTTP_SWALLOW_MAX + 1000];
    memset(body, 'b', sizeof body);
    start(&w, (struct http_options){ 0 });
    struct link *link = open_link(w.url, NULL);
    static const char *const chunked[] = { "Transfer-Encoding: chunked", NULL };
    assert_int_equal(link_post(link, "/echo", NULL, NULL, body, BODY_MAX, &reply, &status),
                     BM_OK);
    assert_int_equal(status, 200);
    assert_has(&reply, "65536:");
    assert_int_equal(link_post(link, "/echo", NULL, NULL, body, BODY_MAX + 1, &reply, &status),
                     BM_OK);
    assert_int_equal(status, 413);
    assert_int_equal(link_post(link, "/echo", NULL, NULL, body, 5 << 20, &reply, &status),
                     BM_OK);
    assert_int_equal(status, 413);
    assert_int_equal(link_post(link, "/echo", NULL, chunked, body, BODY_MAX, &reply, &status),
                     BM_OK);
    assert_int_equal(status, 200);
    assert_int_equal(
        link_post(link, "/echo", NULL, chunked, body, BODY_MAX + 1, &reply, &status), BM_OK);
    assert_int_equal(status, 413);
    assert_int_equal(w.seen, 2);
    /* far more than anybody reads: 413 or cut, never handled */
    enum bm_rc rc = link_post(link, "/echo", NULL, NULL, body, sizeof body, &reply, &status);
    assert_true((rc == BM_OK && status == 413) || rc == BM_ENET);
    rc = link_post(link, "/echo", NULL, chunked, body, sizeof body, &reply, &status);
    assert_true((rc == BM_OK && status == 413) || rc == BM_ENET);
    assert_int_equal(w.seen, 2);
    assert_int_equal(link_post(link, "/echo", NULL, NULL, "x", 1, &reply, &status), BM_OK);
    assert_int_equal(status, 200);
    link_close(link);
    http_server_stop(w.server);
    buf_free(&reply);
}

static void test_http_says_413_before_the_body_to_who_asks(void **state)
{
    (void)state;
    struct world w;
    struct buf out = { 0 };
    start(&w, (struct http_options){ 0 });
    say(&w, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n"
            "Expect: 100-continue\r\n\r\n", &out);
    assert_starts(&out, "HTTP/1.1 413 ");
    http_server_stop(w.server);
    buf_free(&out);
}

static void test_http_faults_of_a_handler_give_500(void **state)
{
    (void)state;
    struct world w;
    struct buf reply = { 0 };
    int status;
    static const char *const path[] = { "/too-big", "/bad-header", "/gone-file" };
    start(&w, (struct http_options){ 0 });
    struct link *link = open_link(w.url, NULL);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(link_post(link, path[i], NULL, NULL, "", 0, &reply, &status), BM_OK);
        assert_int_equal(status, 500);
        assert_null(link_reply_header(link, "Set-Cookie"));
    }
    assert_int_equal(link_post(link, "/empty", NULL, NULL, "", 0, &reply, &status), BM_OK);
    assert_int_equal(status, 204);
    link_close(link);
    http_server_stop(w.server);
    buf_free(&reply);
}

static void test_http_closes_what_says_nothing_and_cuts_what_drips(void **state)
{
    (void)state;
    struct world w;
    char c;
    start(&w, (struct http_options){ .idle_s_max = 1, .body_s_max = 1 });
    int idle = dial(http_server_port(w.server)), drip = dial(http_server_port(w.server));
    assert_int_equal(send(idle, "POST /echo HTTP/1.1\r\n", 21, MSG_NOSIGNAL), 21);
    static const char head[] = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n";
    assert_int_equal(send(drip, head, sizeof head - 1, MSG_NOSIGNAL), (ssize_t)sizeof head - 1);
    int dripped = 0;
    while (dripped < 40 && send(drip, "x", 1, MSG_NOSIGNAL) == 1) {
        dripped++;
        sleep_ms(50);
    }
    assert_true(dripped >= 15 && dripped < 40);
    assert_true(recv(drip, &c, 1, 0) <= 0);
    errno = 0;
    ssize_t n = recv(idle, &c, 1, 0); /* at most our own limit of 3 s, which would be EAGAIN */
    assert_true(n == 0 || (n < 0 && errno == ECONNRESET));
    close(idle);
    close(drip);
    assert_int_equal(w.seen, 0);
    http_server_stop(w.server);
}

static void test_http_start_says_what_is_wrong(void **state)
{
    (void)state;
    struct world w;
    struct http_server *second;
    start(&w, (struct http_options){ 0 });
    struct http_options o = { .handler = handle,
                              .ctx = &w,
                              .port = http_server_port(w.server) };
    assert_int_equal(http_server_start(&o, &second), BM_EBUSY);
    assert_says(BM_EBUSY, "another port");
    assert_null(second);
    o.port = 0;
    o.address = "no.such.address";
    assert_int_equal(http_server_start(&o, &second), BM_EINPUT);
    o.address = "203.0.113.7"; /* not of this machine */
    assert_int_equal(http_server_start(&o, &second), BM_EINPUT);
    o.address = NULL;
    o.cert_pem = "half";
    assert_int_equal(http_server_start(&o, &second), BM_EUSAGE);
    int before = dup(0), after;
    close(before);
    o.key_pem = "half";
    for (int i = 0; i < 3; i++) assert_int_equal(http_server_start(&o, &second), BM_EINPUT);
    assert_says(BM_EINPUT, "certificate");
    after = dup(0);
    close(after);
    assert_int_equal(before, after); /* no descriptor was lost on the way */
    uint16_t port = http_server_port(w.server);
    http_server_stop(w.server);
    struct http_options again = {
        .handler = handle, .ctx = &w, .port = port, .address = "localhost"
    };
    assert_int_equal(http_server_start(&again, &second), BM_OK); /* the port is free at once */
    http_server_stop(second);
    http_server_stop(NULL);
}

/* --- files and ranges -------------------------------------------------------------------- */

static void test_http_file_comes_whole_or_from_an_offset(void **state)
{
    (void)state;
    struct world w;
    start(&w, (struct http_options){ 0 });
    struct link *link = open_link(w.url, NULL);
    struct link_file f = { .fd = new_file(), .bytes_max = FILE_BYTES };
    assert_int_equal(link_get_to_file(link, "/file", NULL, &f), BM_OK);
    assert_int_equal(f.status, 200);
    assert_int_equal(f.size_bytes, FILE_BYTES);
    assert_whole(f.fd);
    static const int64_t offset[] = { 1, 4096, FILE_BYTES / 2, FILE_BYTES - 1 };
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(ftruncate(f.fd, offset[i] + 5), 0); /* a torn tail is cut off */
        f.offset_bytes = offset[i];
        assert_int_equal(link_get_to_file(link, "/file", NULL, &f), BM_OK);
        assert_int_equal(f.status, 206);
        assert_int_equal(f.size_bytes, FILE_BYTES);
        assert_whole(f.fd);
    }
    f.offset_bytes = f.bytes_max = FILE_BYTES; /* nothing is left to fetch */
    assert_int_equal(link_get_to_file(link, "/file", NULL, &f), BM_OK);
    assert_int_equal(f.status, 416);
    assert_whole(f.fd);
    link_close(link);
    http_server_stop(w.server);
    close(f.fd);
}

static void test_http_range_counts_only_for_the_same_file(void **state)
{
    (void)state;
    struct world w;
    static const char *const same[] = { "If-Range: \"v1\"", NULL };
    static const char *const other[] = { "If-Range: \"v0\"", NULL };
    start(&w, (struct http_options){ 0 });
    struct link *link = open_link(w.url, NULL);
    struct link_file f = { .fd = new_file(), .bytes_max = FILE_BYTES };
    assert_int_equal(link_get_to_file(link, "/file?etag=%22v1%22", NULL, &f), BM_OK);
    assert_string_equal(link_reply_header(link, "ETag"), "\"v1\"");
    f.offset_bytes = 1000;
    assert_int_equal(link_get_to_file(link, "/file?etag=%22v1%22", same, &f), BM_OK);
    assert_int_equal(f.status, 206);
    assert_int_equal(link_get_to_file(link, "/file?etag=%22v1%22", other, &f), BM_OK);
    assert_int_equal(f.status, 200);
    assert_whole(f.fd);
    assert_int_equal(link_get_to_file(link, "/file", same, &f), BM_OK); /* no ETag: no range */
    assert_int_equal(f.status, 200);
    link_close(link);
    http_server_stop(w.server);
    close(f.fd);
}

static void test_http_range_forms(void **state)
{
    (void)state;
    struct world w;
    struct buf out = { 0 };
    char text[300];
    static const struct {
        const char *range, *status, *part;
    } form[] = {
        { "bytes=0-", "206", "Content-Range: bytes 0-299999/300000" },
        { "bytes=10-19", "206", "Content-Range: bytes 10-19/300000" },
        { "BYTES=10-10", "206", "Content-Range: bytes 10-10/300000" },
        { "bytes=299999-400000", "206", "Content-Range: bytes 299999-299999/300000" },
        { "bytes=-5", "206", "Content-Range: bytes 299995-299999/300000" },
        { "bytes=-400000", "206", "Content-Range: bytes 0-299999/300000" },
        { "bytes=-0", "416", "Content-Range: bytes */300000" },
        { "bytes=300000-", "416", "Content-Range: bytes */300000" },
        { "bytes=300000-300001", "416", "Content-Range: bytes */300000" },
        { "bytes=5-4", "200", "Content-Length: 300000" },
        { "bytes=0-1,5-6", "200", "Content-Length: 300000" },
        { "bytes=", "200", "Content-Length: 300000" },
        { "bytes=x-", "200", "Content-Length: 300000" },
        { "bytes=-", "200", "Content-Length: 300000" },
        { "bytes=99999999999999999999-", "200", "Content-Length: 300000" },
        { "pages=1-", "200", "Content-Length: 300000" },
    };
    start(&w, (struct http_options){ 0 });
    for (size_t i = 0; i < sizeof form / sizeof *form; i++) {
        snprintf(text, sizeof text, "GET /file HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                 "Range: %s\r\n\r\n", form[i].range);
        say(&w, text, &out);
        assert_memory_equal(out.data + 9, form[i].status, 3);
        assert_has(&out, form[i].part);
    }
    http_server_stop(w.server);
    buf_free(&out);
}

/* --- many at once, and the end ----------------------------------------------------------- */

enum { CLIENTS = 50, REQUESTS_EACH = 4 };

struct client {
    pthread_t thread;
    const struct world *world;
    int id, good;
};

static void *run_client(void *arg)
{
    struct client *c = arg;
    struct buf reply = { 0 };
    struct link *link;
    struct link_options o = { .url = c->world->url,
                              .ca_file = made.have_tls ? made.ca_path : NULL };
    char body[32], want[40];
    int status;
    if (link_open(&o, &link)) return NULL;
    for (int i = 0; i < REQUESTS_EACH; i++) {
        snprintf(body, sizeof body, "client %d/%d", c->id, i);
        snprintf(want, sizeof want, ":%s", body);
        if (!link_post(link, "/echo", NULL, NULL, body, strlen(body), &reply, &status) &&
            status == 200 && strstr(buf_str(&reply), want))
            c->good++;
    }
    link_close(link);
    buf_free(&reply);
    return NULL;
}

static void serve_fifty(struct http_options o)
{
    struct world w;
    static struct client c[CLIENTS];
    start(&w, o);
    for (int i = 0; i < CLIENTS; i++) {
        c[i] = (struct client){ .world = &w, .id = i };
        assert_int_equal(pthread_create(&c[i].thread, NULL, run_client, &c[i]), 0);
    }
    for (int i = 0; i < CLIENTS; i++) {
        pthread_join(c[i].thread, NULL);
        assert_int_equal(c[i].good, REQUESTS_EACH);
    }
    assert_int_equal(w.seen, CLIENTS * REQUESTS_EACH);
    assert_int_equal(w.overlaps, 0);
    http_server_stop(w.server);
}

static void test_http_serves_fifty_at_once_one_after_the_other(void **state)
{
    (void)state;
    serve_fifty((struct http_options){ 0 });
}

static void test_http_serves_fifty_at_once_over_tls(void **state)
{
    (void)state;
    if (!made.have_tls) skip();
    serve_fifty((struct http_options){ .cert_pem = made.good_cert, .key_pem = made.good_key });
}

struct caller {
    pthread_t thread;
    const struct world *world;
    const char *path, *ca;
    enum bm_rc rc;
    int status;
    struct buf reply;
};

static void *run_caller(void *arg)
{
    struct caller *c = arg;
    struct link *link = open_link(c->world->url, c->ca);
    c->rc = link_post(link, c->path, NULL, NULL, "x", 1, &c->reply, &c->status);
    link_close(link);
    return NULL;
}

static void stop_while_running(struct http_options o, const char *ca)
{
    struct world w;
    struct buf reply = { 0 };
    int status;
    start(&w, o);
    struct link *idle = open_link(w.url, ca); /* a kept connection does not hold up the end */
    assert_int_equal(link_post(idle, "/echo", NULL, NULL, "x", 1, &reply, &status), BM_OK);
    struct caller c = { .world = &w, .path = "/slow", .ca = ca };
    assert_int_equal(pthread_create(&c.thread, NULL, run_caller, &c), 0);
    while (!w.entered) sleep_ms(2);
    assert_int_equal(w.running, 1);
    http_server_stop(w.server);
    assert_int_equal(w.running, 0);
    pthread_join(c.thread, NULL);
    assert_int_equal(c.rc, BM_OK);
    assert_int_equal(c.status, 200);
    assert_string_equal(buf_str(&c.reply), "slow but whole");
    assert_int_equal(link_post(idle, "/echo", NULL, NULL, "x", 1, &reply, &status), BM_ENET);
    link_close(idle);
    buf_free(&c.reply);
    buf_free(&reply);
}

static void test_http_stop_lets_a_running_request_end(void **state)
{
    (void)state;
    stop_while_running((struct http_options){ 0 }, NULL);
}

static void test_http_stop_lets_a_running_request_end_over_tls(void **state)
{
    (void)state;
    if (!made.have_tls) skip();
    stop_while_running(
        (struct http_options){ .cert_pem = made.good_cert, .key_pem = made.good_key },
        made.ca_path);
}

static void test_http_stop_does_not_wait_for_ever(void **state)
{
    (void)state;
    struct world w;
    struct timespec a, b;
    start(&w, (struct http_options){ .stop_s_max = 1 });
    int fd = dial(http_server_port(w.server));
    static const char head[] =
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf";
    assert_int_equal(send(fd, head, sizeof head - 1, MSG_NOSIGNAL), (ssize_t)sizeof head - 1);
    sleep_ms(50);
    clock_gettime(CLOCK_MONOTONIC, &a);
    http_server_stop(w.server);
    clock_gettime(CLOCK_MONOTONIC, &b);
    assert_in_range(b.tv_sec - a.tv_sec, 0, 3);
    assert_int_equal(w.seen, 0);
    close(fd);
}

/* --- TLS --------------------------------------------------------------------------------- */

static void test_http_speaks_tls_1_3_only(void **state)
{
    (void)state;
    if (!made.have_tls) skip();
    struct world w;
    char words[200];
    start(&w, (struct http_options){ .cert_pem = made.good_cert, .key_pem = made.good_key });
    unsigned port = http_server_port(w.server);
    snprintf(words, sizeof words, "openssl s_client -connect 127.0.0.1:%u -CAfile ca.pem "
             "-verify_return_error -tls1_3", port);
    assert_int_equal(run(words), 0);
    snprintf(words, sizeof words, "openssl s_client -connect 127.0.0.1:%u -CAfile ca.pem "
             "-verify_return_error -tls1_2", port);
    assert_int_equal(run(words), 1);
    struct buf out = { 0 };
    say(&w, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n", &out); /* plain text to a TLS port */
    assert_null(strstr(buf_str(&out), "200"));
    assert_int_equal(w.seen, 0);
    http_server_stop(w.server);
    buf_free(&out);
}

static void test_http_ranges_work_over_tls_too(void **state)
{
    (void)state;
    if (!made.have_tls) skip();
    struct world w;
    start(&w, (struct http_options){ .cert_pem = made.good_cert, .key_pem = made.good_key });
    struct link *link = open_link(w.url, made.ca_path);
    struct link_file f = { .fd = new_file(), .bytes_max = FILE_BYTES };
    assert_int_equal(link_get_to_file(link, "/file", NULL, &f), BM_OK);
    assert_whole(f.fd);
    f.offset_bytes = 123456;
    assert_int_equal(link_get_to_file(link, "/file", NULL, &f), BM_OK);
    assert_int_equal(f.status, 206);
    assert_whole(f.fd);
    link_close(link);
    http_server_stop(w.server);
    close(f.fd);
}

/* A request need not come over a connection: the handler sees the same. */
static void test_http_header_of_a_request_that_came_another_way(void **state)
{
    (void)state;
    const struct http_header list[] = { { "X-First", "1" }, { "Authorization", "Bearer x" } };
    const struct http_request req = { .method = "POST", .path = "/", .body = "", .headers = list, .header_count = 2 };
    assert_string_equal(http_header(&req, "authorization"), "Bearer x");
    assert_string_equal(http_header(&req, "x-first"), "1");
    assert_null(http_header(&req, "X-Second"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_http_header_of_a_request_that_came_another_way),
        cmocka_unit_test(test_http_hands_over_method_path_query_header_and_body),
        cmocka_unit_test(test_http_keeps_the_connection_for_the_next_request),
        cmocka_unit_test(test_http_answers_head_without_a_body),
        cmocka_unit_test(test_http_refuses_other_methods_with_405),
        cmocka_unit_test(test_http_refuses_what_is_not_http_or_not_utf8),
        cmocka_unit_test(test_http_refuses_endless_headers),
        cmocka_unit_test(test_http_body_at_the_limit_passes_and_above_gets_413),
        cmocka_unit_test(test_http_says_413_before_the_body_to_who_asks),
        cmocka_unit_test(test_http_faults_of_a_handler_give_500),
        cmocka_unit_test(test_http_closes_what_says_nothing_and_cuts_what_drips),
        cmocka_unit_test(test_http_start_says_what_is_wrong),
        cmocka_unit_test(test_http_file_comes_whole_or_from_an_offset),
        cmocka_unit_test(test_http_range_counts_only_for_the_same_file),
        cmocka_unit_test(test_http_range_forms),
        cmocka_unit_test(test_http_serves_fifty_at_once_one_after_the_other),
        cmocka_unit_test(test_http_serves_fifty_at_once_over_tls),
        cmocka_unit_test(test_http_stop_lets_a_running_request_end),
        cmocka_unit_test(test_http_stop_lets_a_running_request_end_over_tls),
        cmocka_unit_test(test_http_stop_does_not_wait_for_ever),
        cmocka_unit_test(test_http_speaks_tls_1_3_only),
        cmocka_unit_test(test_http_ranges_work_over_tls_too),
    };
    return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
