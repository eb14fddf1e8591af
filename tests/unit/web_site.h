/* tests/unit/web_site.h -- a desk's page on a real laptop's directory, and somebody with a browser's manners:
 * real HTTP on loopback.
 * Floor:   tests. Uses desk_site.h, cmocka.
 * Owns:    the laptop's folder, the handle held open on it, the listener, from web_begin to web_end.
 *
 * Accounts: vera (viewer), sam (staff), ada (admin), all with PHRASE. Copies 501, 502 of t1; cards A1, B1; the number 777 is both a
 * card and a copy. */
#ifndef BM_TEST_WEB_SITE_H
#define BM_TEST_WEB_SITE_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <jansson.h>

#include "common/web_priv.h"
#include "common/web_table.h"
#include "mobile/desk_page.h"
#include "tests/unit/desk_site.h"

#define PHRASE "three green words"

struct browser {
    char cookie[160], pair[160], csrf[WEB_CSRF_TEXT]; /* pair: of a screen that was paired */
    const char *host, *origin, *type, *more; /* headers; NULL = as a browser would, "" = none; more: whole lines */
    bool without_csrf, without_cookie;
    int status;
    struct buf heads, body;
    json_t *said;
};

struct web_site {
    struct site *s;
    struct env env; /* the sessions' clock and chance */
    struct host host;
    struct deskcmd desk;
    struct desk_page page;
    struct web *web;
    uint16_t port;
    struct browser b;
    int64_t syncs;
};

static const struct cli_command *const site_tables[] = { DESKCMD_TABLES, deskcmd_holds_commands, deskcmd_explain_commands, NULL };
static const struct cli_program site_program = { .name = "bookmobile", .version = "0", .brief = "", .about = "", .data_env = "BOOKMOBILE_DATA",
                                                 .tables = site_tables };
static const struct web_command site_table[] = { WEB_DESK_COMMANDS, { NULL, STAFF_VIEWER, NULL, NULL, NULL } };

/* --- a browser ----------------------------------------------------------------------------- */

static void browser_free(struct browser *b)
{
    buf_free(&b->heads);
    buf_free(&b->body);
    json_decref(b->said);
    b->said = NULL;
}

static inline int dial_site(uint16_t port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
    struct timeval limit = { .tv_sec = 20 };
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    assert_int_equal(connect(fd, (struct sockaddr *)(void *)&at, sizeof at), 0);
    return fd;
}

static void send_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n <= 0) return; /* it has heard enough; its answer says why */
        data += n;
        len -= (size_t)n;
    }
}

static void hear_answer(int fd, struct browser *b)
{
    char piece[4096];
    ssize_t n;
    struct buf all = { 0 };
    while ((n = recv(fd, piece, sizeof piece, 0)) > 0) buf_put(&all, piece, (size_t)n);
    buf_puts(&all, "");
    browser_free(b);
    b->heads = b->body = (struct buf){ 0 };
    const char *end = strstr(buf_str(&all), "\r\n\r\n");
    b->status = all.len > 12 ? (int)strtol(buf_str(&all) + 9, NULL, 10) : 0;
    if (end) {
        size_t head = (size_t)(end - buf_str(&all));
        buf_put(&b->heads, all.data, head + 2);
        buf_put(&b->body, end + 4, all.len - head - 4);
    }
    buf_free(&all);
    b->said = json_loadb(buf_str(&b->body), b->body.len, 0, NULL);
}

/* Value of an answer's header, in `out`; "" = none. */
static const char *head_of(const struct browser *b, const char *name, char out[1000])
{
    char find[100];
    snprintf(find, sizeof find, "\r\n%s: ", name);
    const char *at = strstr(buf_str(&b->heads), find);
    out[0] = '\0';
    if (at) snprintf(out, 1000, "%.*s", (int)strcspn(at + strlen(find), "\r"), at + strlen(find));
    return out;
}

static void keep_cookie(struct browser *b)
{
    char text[1000];
    head_of(b, "Set-Cookie", text);
    bool pair = strncmp(text, "bm_pair_", 8) == 0;
    if (*text) snprintf(pair ? b->pair : b->cookie, sizeof b->cookie, "%.*s", (int)strcspn(text, ";"), text);
    const char *csrf = json_string_value(json_object_get(b->said, "csrf"));
    if (csrf) str_copy(b->csrf, sizeof b->csrf, csrf);
}

/* ret: status */
static int asks_bytes(struct web_site *t, const char *method, const char *path, const char *body, size_t len)
{
    struct browser *b = &t->b;
    struct buf out = { 0 };
    bool post = strcmp(method, "POST") == 0;
    buf_printf(&out, "%s %s HTTP/1.1\r\nConnection: close\r\n", method, path);
    if (!b->host) buf_printf(&out, "Host: 127.0.0.1:%u\r\n", t->port);
    else if (*b->host) buf_printf(&out, "Host: %s\r\n", b->host);
    if (post && !b->origin) buf_printf(&out, "Origin: http://127.0.0.1:%u\r\n", t->port);
    else if (b->origin && *b->origin) buf_printf(&out, "Origin: %s\r\n", b->origin);
    if (post && !b->type) buf_puts(&out, "Content-Type: application/json\r\n");
    else if (b->type && *b->type) buf_printf(&out, "Content-Type: %s\r\n", b->type);
    if (*b->cookie && !b->without_cookie) buf_printf(&out, "Cookie: other=1; %s; %s\r\n", b->pair, b->cookie);
    else if (*b->pair) buf_printf(&out, "Cookie: %s\r\n", b->pair);
    if (*b->csrf && post && !b->without_csrf) buf_printf(&out, "Bookmobile-Csrf: %s\r\n", b->csrf);
    if (b->more) buf_puts(&out, b->more);
    if (post) buf_printf(&out, "Content-Length: %zu\r\n", len);
    buf_puts(&out, "\r\n");
    buf_put(&out, body, len);
    int fd = dial_site(t->port);
    send_all(fd, out.data, out.len);
    hear_answer(fd, b);
    close(fd);
    buf_free(&out);
    keep_cookie(b);
    return b->status;
}

static inline int gets_it(struct web_site *t, const char *path)
{
    return asks_bytes(t, "GET", path, "", 0);
}

static int posts(struct web_site *t, const char *path, const char *body)
{
    return asks_bytes(t, "POST", path, body, strlen(body));
}

static inline int logs_in(struct web_site *t, const char *who, const char *phrase)
{
    char body[512];
    snprintf(body, sizeof body, "{\"who\":\"%s\",\"phrase\":\"%s\"}", who, phrase);
    return posts(t, "/api/login", body);
}

/* A member of what was said, by a path: "answer.item", "notes". */
static json_t *said_at(const struct web_site *t, const char *path)
{
    json_t *at = t->b.said;
    char part[64];
    for (const char *p = path; at && *p;) {
        size_t len = strcspn(p, ".");
        snprintf(part, sizeof part, "%.*s", (int)len, p);
        at = json_object_get(at, part);
        p += len + (p[len] == '.');
    }
    return at;
}

static inline void says_text(const struct web_site *t, const char *path, const char *want)
{
    const char *text = json_string_value(said_at(t, path));
    if (!text || strcmp(text, want) != 0) fail_msg("%s is %s, not %s: %s", path, text ? text : "no text", want, buf_str(&t->b.body));
}

static inline void says_int(const struct web_site *t, const char *path, int64_t want)
{
    json_t *v = said_at(t, path);
    if (!json_is_integer(v) || json_integer_value(v) != want)
        fail_msg("%s is not %lld: %s", path, (long long)want, buf_str(&t->b.body));
}

static inline void says_bool(const struct web_site *t, const char *path, bool want)
{
    json_t *v = said_at(t, path);
    if (!json_is_boolean(v) || json_is_true(v) != want) fail_msg("%s is not %d: %s", path, want, buf_str(&t->b.body));
}

/* Refused with this status and word, and nothing was written. */
#define REFUSED(t, call, want_status, word)                                                    \
    do {                                                                                       \
        int64_t before_ = web_entries(t);                                                      \
        assert_int_equal(call, want_status);                                                   \
        says_text(t, "error", word);                                                           \
        assert_int_equal(web_entries(t), before_);                                             \
    } while (0)

static inline int64_t web_entries(struct web_site *t)
{
    return site_entries(t->s);
}

/* --- setting up ---------------------------------------------------------------------------- */

static inline void web_pass(struct web_site *t, int64_t ms)
{
    t->env.made_boottime_ms += ms;
    t->env.made_wall_ms += ms;
}

static enum bm_rc site_sync(void *ctx)
{
    struct web_site *t = ctx;
    return t->syncs++ ? BM_EBUSY : BM_OK;
}

static enum bm_rc site_state(void *ctx, struct arena *a, struct jsonw *w)
{
    struct web_site *t = ctx;
    return desk_page_state(&t->page, a, w);
}

static void web_up(struct web_site *t)
{
    static const struct asset *const assets[] = { assets_mobile, assets_common, NULL };
    struct web_door door = { .port = t->port };
    host_init(&t->host, &t->desk);
    must(host_hold(&t->host, t->s->w->dir));
    t->page.host = &t->host;
    struct web_options o = { .program = &site_program, .host = &t->desk, .commands = site_table, .assets = assets,
                             .dir = t->s->w->dir, .env = &t->env, .idle_s = 60, .state = site_state, .sync = site_sync,
                             .ctx = t };
    desk_page_facts(&t->host.l, &o.facts);
    must(web_open(&o, &t->web));
    must(web_listen(t->web, &door, &t->port));
}

static void web_down(struct web_site *t)
{
    web_close(t->web);
    host_release(&t->host);
    arena_free(&t->page.visit_arena);
    t->page = (struct desk_page){ 0 };
}

static void web_accounts(struct web_site *t)
{
    static char verifier[SEAL_PHRASE_HASH_MAX];
    static const char *const who[] = { "vera", "sam", "ada" };
    if (!verifier[0]) must(seal_phrase_hash(PHRASE, verifier));
    struct db *db = site_view(t->s);
    for (int i = 0; i < STAFF_ROLE_COUNT; i++)
        must(db_run(db, SQL_STAFF_PUT, "id", 's', who[i], "name", 's', who[i], "role", 's', staff_role_name((enum staff_role)i), "verifier",
                    's', verifier, "src_t", 'i', (int64_t)i, "src", 's', "branch.1", NULL));
}

/* Cards and copies from another library may have a number in common; at the desk it cannot be typed. */
static void web_both(struct site *s)
{
    struct desk_person p = { .card = "777", .name = "Carl", .category = "ADULT", .expires_s = ENTRY_NONE, .barred = ENTRY_NONE };
    DO(desk_register(s->d, &s->a, &p, &s->said));
    is_done(s, "registered");
    must(db_run(site_view(s), SQL_ITEM_PUT, "barcode", 's', "777", "title", 's', "t1", "place", 's', "van1", "cond", 's', "ok", "loan", 's',
                (const char *)NULL, "aside", 's', (const char *)NULL, "lost_mark", 's', (const char *)NULL, "lost_loan", 's',
                (const char *)NULL, "last_t", 'I', ENTRY_NONE, "last_unc", 'I', ENTRY_NONE, "last_id", 's', (const char *)NULL,
                "last_op", 's', (const char *)NULL, NULL));
}

static int web_begin(void **state)
{
    struct web_site *t = calloc(1, sizeof *t);
    void *s = NULL;
    if (!t || begin_laptop(&s)) return -1;
    t->s = s;
    web_both(t->s);
    web_accounts(t);
    env_made(&t->env, 99, START_MS, 5000000);
    write_clock_file(t->s->w);
    web_up(t);
    *state = t;
    return 0;
}

static int web_end(void **state)
{
    struct web_site *t = *state;
    void *s = t->s;
    web_down(t);
    browser_free(&t->b);
    end_site(&s);
    free(t);
    return 0;
}

#define WITH_PAGE(test) { #test, test, web_begin, web_end, NULL }

#endif
