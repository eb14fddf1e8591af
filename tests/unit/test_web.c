/* tests/unit/test_web.c -- the page's server: who is let in, from where, for how long; its files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/web_site.h"

#define CHECKOUT "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"]}"
#define SEARCH "{\"command\":\"search\",\"words\":[\"tiger\"]}"

/* --- W1, W2 -------------------------------------------------------------------------------- */

static void test_web_no_cookie_no_act(void **state)
{
    struct web_site *t = *state;
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 401, "auth");
    REFUSED(t, posts(t, "/api/scan", "{\"text\":\"501\",\"mode\":\"return\"}"), 401, "auth");
    REFUSED(t, posts(t, "/api/sync", "{}"), 401, "auth");
    REFUSED(t, posts(t, "/api/lock", "{}"), 401, "auth");
    REFUSED(t, posts(t, "/api/unlock", "{\"phrase\":\"" PHRASE "\"}"), 401, "auth");
    REFUSED(t, posts(t, "/api/logout", "{}"), 401, "auth");
    REFUSED(t, gets_it(t, "/api/state"), 401, "auth");
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    t->b.without_cookie = true;
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 401, "auth");
    t->b.without_cookie = false;
    t->b.cookie[strlen(t->b.cookie) - 1] ^= 1; /* another token */
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 401, "auth");
    t->b.cookie[strlen(t->b.cookie) - 1] ^= 1;
    int64_t before = web_entries(t);
    assert_int_equal(posts(t, "/api/run", CHECKOUT), 200);
    assert_int_equal(web_entries(t), before + 1);
    assert_int_equal(t->syncs, 0);
}

static void test_web_a_foreign_page_and_a_missing_token_are_refused(void **state)
{
    struct web_site *t = *state;
    char own[64];
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    t->b.without_csrf = true;
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 403, "csrf");
    t->b.without_csrf = false;
    t->b.csrf[3] ^= 1;
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 403, "csrf");
    t->b.csrf[3] ^= 1;
    static const char *const foreign[] = { "http://evil.example", "null", "http://127.0.0.1", "https://127.0.0.1:1",
                                           "http://127.0.0.1:1.evil.example" };
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        t->b.origin = foreign[i];
        REFUSED(t, posts(t, "/api/run", CHECKOUT), 403, "origin");
        REFUSED(t, logs_in(t, "sam", PHRASE), 403, "origin");
    }
    t->b.origin = "";
    t->b.more = "Sec-Fetch-Site: cross-site\r\n";
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 403, "origin");
    t->b.more = "Sec-Fetch-Site: same-origin\r\n";
    t->b.type = "text/plain"; /* what a form of another page could send */
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 415, "type");
    t->b.type = "application/json; charset=utf-8";
    snprintf(own, sizeof own, "http://localhost:%u", t->port);
    t->b.origin = own;
    snprintf(own, sizeof own, "http://localhost:%u", t->port);
    t->b.host = own + 7;
    assert_int_equal(posts(t, "/api/run", CHECKOUT), 200);
}

static void test_web_a_name_that_is_not_ours_is_refused(void **state)
{
    struct web_site *t = *state;
    char host[80];
    static const char *const names[] = { "evil.example:%u", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:%u", "127.0.0.1:%u0",
                                         "127.0.0.1:%u:1", ":%u" };
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
        snprintf(host, sizeof host, names[i], t->port);
#pragma GCC diagnostic pop
        t->b.host = host;
        REFUSED(t, posts(t, "/api/run", CHECKOUT), 421, "host");
        assert_int_equal(gets_it(t, "/"), 421);
        assert_int_equal(gets_it(t, "/ui/main.js"), 421);
    }
    t->b.host = "";
    assert_int_equal(gets_it(t, "/"), 400);
}

static void test_web_listens_on_this_machine_alone_without_a_certificate(void **state)
{
    struct web_site *t = *state;
    uint16_t port = 0;
    static const char *const wide[] = { "0.0.0.0", "::", "192.0.2.1" };
    for (size_t i = 0; i < 3; i++) {
        struct web_door door = { .address = wide[i] };
        assert_int_equal(web_listen(t->web, &door, &port), BM_EUSAGE);
    }
    assert_int_equal(port, 0);
}

/* --- logging in ---------------------------------------------------------------------------- */

static void test_web_login_tells_who_and_the_session_is_another_each_time(void **state)
{
    struct web_site *t = *state;
    char first[160], text[1000];
    assert_int_equal(gets_it(t, "/api/session"), 401);
    says_int(t, "accounts", 3);
    says_text(t, "program", "bookmobile");
    assert_true(json_is_null(said_at(t, "staff")));
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    says_text(t, "staff.id", "sam");
    says_text(t, "staff.role", "staff");
    head_of(&t->b, "Set-Cookie", text);
    assert_non_null(strstr(text, "; HttpOnly"));
    assert_non_null(strstr(text, "; SameSite=Strict"));
    assert_non_null(strstr(text, "; Path=/"));
    str_copy(first, sizeof first, t->b.cookie);
    assert_int_equal(gets_it(t, "/api/session"), 200);
    says_text(t, "csrf", t->b.csrf);
    assert_int_equal(logs_in(t, "ada", PHRASE), 200); /* in the same browser */
    assert_string_not_equal(first, t->b.cookie);
    str_copy(t->b.cookie, sizeof t->b.cookie, first); /* the old one is worth nothing */
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 401, "auth");
}

static void test_web_logout_ends_the_session(void **state)
{
    struct web_site *t = *state;
    char cookie[160];
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    str_copy(cookie, sizeof cookie, t->b.cookie);
    assert_int_equal(posts(t, "/api/logout", "{}"), 200);
    str_copy(t->b.cookie, sizeof t->b.cookie, cookie);
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 401, "auth");
}

static void test_web_login_backs_off(void **state)
{
    struct web_site *t = *state;
    int64_t want = 1;
    for (int i = 0; i < 4; i++, want *= 2) {
        assert_int_equal(logs_in(t, "sam", "not his phrase"), 401);
        says_text(t, "error", "auth");
        assert_int_equal(logs_in(t, "sam", PHRASE), 429); /* the right one does not help now */
        says_int(t, "wait_s", want);
        web_pass(t, want * 1000 - 1);
        assert_int_equal(logs_in(t, "sam", PHRASE), 429);
        says_int(t, "wait_s", 1);
        if (i == 0) {
            assert_int_equal(logs_in(t, "ada", PHRASE), 200); /* others go on */
        }
        web_pass(t, 1);
    }
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    assert_int_equal(logs_in(t, "sam", "not his phrase"), 401); /* from the beginning again */
    assert_int_equal(logs_in(t, "sam", PHRASE), 429);
    says_int(t, "wait_s", 1);
}

static void test_web_guessing_at_many_accounts_backs_off_too(void **state)
{
    struct web_site *t = *state;
    char who[32];
    for (int i = 0; i <= WEB_FREE_TRIES; i++) {
        snprintf(who, sizeof who, "nobody%d", i);
        assert_int_equal(logs_in(t, who, "some phrase"), 401);
    }
    assert_int_equal(logs_in(t, "sam", PHRASE), 429);
    says_int(t, "wait_s", 1);
    web_pass(t, 1000);
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
}

/* He who guesses waits; the desk beside him does not. */
static void test_web_guessing_keeps_nobody_else_out(void **state)
{
    struct web_site *t = *state;
    struct sessions *s = &t->web->sessions;
    char who[32], from[WEB_SOURCE_MAX];
    for (int i = 0; i < 2 * WEB_TRIES_MAX; i++) {
        snprintf(who, sizeof who, "nobody%d", i);
        sessions_tried(s, i % 2 ? "sam" : who, "192.0.2.9", false);
        sessions_tried(s, "+pair", "", false); /* wrong codes of a screen that is not paired */
    }
    assert_int_equal(sessions_wait_s(s, "sam", "192.0.2.9"), WEB_WAIT_S_MAX);
    assert_int_equal(sessions_wait_s(s, "ada", "192.0.2.9"), WEB_WAIT_S_MAX);
    assert_int_equal(sessions_wait_s(s, "+pair", ""), WEB_WAIT_S_MAX);
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    assert_int_equal(posts(t, "/api/lock", "{}"), 200);
    assert_int_equal(posts(t, "/api/unlock", "{\"phrase\":\"" PHRASE "\"}"), 200);
    assert_int_equal(sessions_wait_s(s, "sam", "192.0.2.9"), WEB_WAIT_S_MAX); /* which does not help him */
    sessions_source("2001:db8:1:2:3::4", from);
    assert_string_equal(from, "20010db800010002");
    sessions_source("fe80::5%eth0", from);
    assert_string_equal(from, "fe80000000000000");
    sessions_source("::ffff:192.0.2.7", from);
    assert_string_equal(from, "::ffff:192.0.2.7");
}

static void test_web_sessions_are_bounded_and_end(void **state)
{
    struct web_site *t = *state;
    char first[160], csrf[WEB_CSRF_TEXT];
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    str_copy(first, sizeof first, t->b.cookie);
    str_copy(csrf, sizeof csrf, t->b.csrf);
    for (int i = 0; i < WEB_SESSIONS_MAX; i++) { /* as from other browsers */
        struct staff who = { .id = "ada", .name = "Ada", .role = STAFF_ADMIN };
        char token[WEB_TOKEN_TEXT];
        web_pass(t, 10);
        must(sessions_begin(&t->web->sessions, &who, token));
    }
    assert_int_equal(t->web->sessions.count, WEB_SESSIONS_MAX);
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 401, "auth"); /* the one not used for longest went */
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    t->web->sessions.idle_ms = INT64_MAX; /* never idle */
    web_pass(t, INT64_C(1000) * WEB_SESSION_S);
    assert_int_equal(posts(t, "/api/run", SEARCH), 200);
    web_pass(t, 1);
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 401, "auth");
}

static void test_web_an_account_that_is_removed_is_out_within_seconds(void **state)
{
    struct web_site *t = *state;
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    must(db_run(site_view(t->s), SQL_STAFF_DELETE, "id", 's', "sam", NULL));
    web_pass(t, WEB_RECHECK_MS);
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 401, "auth");
}

/* It was changed because somebody else knew it: what he began with it ends, also over a restart. */
static void test_web_another_phrase_ends_what_began_with_the_old(void **state)
{
    struct web_site *t = *state;
    char anew[SEAL_PHRASE_HASH_MAX], sql[SEAL_PHRASE_HASH_MAX + 64];
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    web_down(t);
    web_up(t);
    web_pass(t, WEB_RECHECK_MS);
    assert_int_equal(posts(t, "/api/run", CHECKOUT), 200); /* not changed: it goes on */
    must(seal_phrase_hash(PHRASE, anew));
    snprintf(sql, sizeof sql, "UPDATE staff SET verifier = '%s' WHERE id = 'sam'", anew);
    must(db_exec(site_view(t->s), sql));
    web_pass(t, WEB_RECHECK_MS);
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 401, "auth");
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    web_down(t);
    must(db_exec(site_view(t->s), "UPDATE staff SET verifier = verifier || 'x' WHERE id = 'sam'"));
    web_up(t);
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 401, "auth");
}

static void test_web_a_role_that_is_taken_away_is_gone_within_seconds(void **state)
{
    struct web_site *t = *state;
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    must(db_exec(site_view(t->s), "UPDATE staff SET role = 'viewer' WHERE id = 'sam'"));
    web_pass(t, WEB_RECHECK_MS);
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 403, "role");
}

/* --- locking ------------------------------------------------------------------------------- */

static void test_web_locked_nothing_goes_on_but_unlocking(void **state)
{
    struct web_site *t = *state;
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    assert_int_equal(posts(t, "/api/lock", "{}"), 200);
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 423, "locked");
    REFUSED(t, posts(t, "/api/scan", "{\"text\":\"501\",\"mode\":\"return\"}"), 423, "locked");
    REFUSED(t, posts(t, "/api/sync", "{}"), 423, "locked");
    REFUSED(t, gets_it(t, "/api/state"), 423, "locked");
    assert_int_equal(gets_it(t, "/api/session"), 200);
    says_bool(t, "locked", true);
    assert_int_equal(posts(t, "/api/unlock", "{\"phrase\":\"not his phrase\"}"), 401);
    assert_int_equal(posts(t, "/api/unlock", "{\"phrase\":\"" PHRASE "\"}"), 429); /* waits as a login does */
    web_pass(t, 1000);
    assert_int_equal(posts(t, "/api/unlock", "{\"phrase\":\"" PHRASE "\"}"), 200);
    assert_int_equal(posts(t, "/api/run", CHECKOUT), 200);
}

static void test_web_idle_is_locked_and_looking_on_is_idle(void **state)
{
    struct web_site *t = *state;
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    web_pass(t, 59000);
    assert_int_equal(posts(t, "/api/run", SEARCH), 200);
    web_pass(t, 59000);
    assert_int_equal(gets_it(t, "/api/state"), 200); /* the page polls: nobody is there for that */
    web_pass(t, 1500);
    assert_int_equal(gets_it(t, "/api/state"), 423);
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 423, "locked");
}

/* --- restarts ------------------------------------------------------------------------------ */

static void test_web_a_restart_keeps_sessions_and_locks(void **state)
{
    struct web_site *t = *state;
    char path[200];
    struct stat st;
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    snprintf(path, sizeof path, "%s/sessions", t->s->w->dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    web_down(t);
    web_up(t);
    assert_int_equal(posts(t, "/api/run", CHECKOUT), 200);
    assert_int_equal(posts(t, "/api/lock", "{}"), 200);
    web_down(t);
    web_up(t);
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 423, "locked");
    web_down(t);
    t->env.boot_id[0] ^= 1; /* the machine was booted */
    web_up(t);
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 401, "auth");
}

static void test_web_what_is_kept_of_a_session_lets_nobody_in(void **state)
{
    struct web_site *t = *state;
    char path[200], line[400];
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    snprintf(path, sizeof path, "%s/sessions", t->s->w->dir);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) assert_null(strstr(line, strchr(t->b.cookie, '=') + 1));
    fclose(f);
}

static void test_web_a_sessions_file_that_is_rubbish_is_no_session(void **state)
{
    struct web_site *t = *state;
    char path[200];
    static const char *const rubbish[] = { "", "sessions 1\n", "sessions 2 x\n", "\xff\xfe\n", "sessions 1 %s\nzz 1 1 0 sam\n",
                                           "sessions 1 %s\n00 1 1 0\n" };
    for (size_t i = 0; i < sizeof rubbish / sizeof *rubbish; i++) {
        web_down(t);
        snprintf(path, sizeof path, "%s/sessions", t->s->w->dir);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fputs(rubbish[i], f);
        fclose(f);
        web_up(t);
        assert_int_equal(t->web->sessions.count, 0);
    }
}

/* --- other screens ------------------------------------------------------------------------- */

/* A second listener, for another screen with a browser of its own (here without TLS, on loopback). ret: its port */
static uint16_t lets_others_in(struct web_site *t)
{
    struct web_door door = { .pairing = "AB:CD" };
    uint16_t port;
    must(web_listen(t->web, &door, &port));
    return port;
}

static void swap_screens(struct web_site *t, uint16_t *port, struct browser *other)
{
    struct browser b = t->b;
    uint16_t p = t->port;
    t->b = *other;
    t->port = *port;
    *other = b;
    *port = p;
}

static void code_body(const struct web_site *t, char out[100])
{
    snprintf(out, 100, "{\"code\":\" %s\"}", json_string_value(said_at(t, "code")));
}

static void test_web_another_screen_is_paired_before_anything_else(void **state)
{
    struct web_site *t = *state;
    struct browser other = { 0 };
    uint16_t port = lets_others_in(t);
    char body[100];
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    swap_screens(t, &port, &other);
    assert_int_equal(gets_it(t, "/api/session"), 401);
    says_bool(t, "paired", false);
    assert_int_equal(gets_it(t, "/"), 200);
    assert_non_null(strstr(buf_str(&t->b.body), "pair.js"));
    REFUSED(t, logs_in(t, "sam", PHRASE), 401, "pair");
    snprintf(t->b.cookie, sizeof t->b.cookie, "bm_session_%u%s", t->port, strchr(other.cookie, '=')); /* a session alone is not enough */
    str_copy(t->b.csrf, sizeof t->b.csrf, other.csrf);
    REFUSED(t, posts(t, "/api/run", CHECKOUT), 401, "pair");
    REFUSED(t, gets_it(t, "/api/state"), 401, "pair");
    assert_int_equal(gets_it(t, "/api/session"), 401); /* nor is it told whose it is */
    assert_true(json_is_null(said_at(t, "staff")));
    REFUSED(t, posts(t, "/api/pair-code", "{}"), 401, "pair"); /* nor can it ask for the code itself */
    swap_screens(t, &port, &other);
    assert_int_equal(posts(t, "/api/pair-code", "{}"), 200);
    says_text(t, "fingerprint", "AB:CD");
    code_body(t, body);
    swap_screens(t, &port, &other);
    t->b.cookie[0] = '\0';
    assert_int_equal(posts(t, "/api/pair", body), 200);
    assert_int_equal(posts(t, "/api/pair", body), 401); /* once */
    assert_int_equal(logs_in(t, "vera", PHRASE), 200);
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    assert_int_equal(posts(t, "/api/run", CHECKOUT), 200); /* one journal */
    says_text(t, "answer.word", "lent");
    assert_int_equal(posts(t, "/api/pair-code", "{}"), 404);
    swap_screens(t, &port, &other);
    assert_int_equal(posts(t, "/api/scan", "{\"text\":\"501\",\"mode\":\"return\"}"), 200);
    says_text(t, "answer.word", "returned");
    browser_free(&other);
}

/* One that keeps its connections open leaves room for others. */
static void test_web_one_machine_does_not_take_all_connections(void **state)
{
    struct web_site *t = *state;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(lets_others_in(t)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct pollfd open[WEB_PEER_CONNECTIONS + 1];
    for (size_t i = 0; i <= WEB_PEER_CONNECTIONS; i++) {
        open[i] = (struct pollfd){ .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .events = POLLIN };
        assert_int_equal(connect(open[i].fd, (struct sockaddr *)&at, sizeof at), 0);
    }
    assert_int_equal(poll(open, WEB_PEER_CONNECTIONS + 1, 10000), 1); /* one too many is hung up on */
    assert_true(open[WEB_PEER_CONNECTIONS].revents != 0);
    for (size_t i = 0; i <= WEB_PEER_CONNECTIONS; i++) close(open[i].fd);
}

static void test_web_pairing_codes_end_and_wrong_ones_wait(void **state)
{
    struct web_site *t = *state;
    struct browser other = { 0 };
    uint16_t port;
    char body[100], old[100];
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    assert_int_equal(posts(t, "/api/pair-code", "{}"), 404); /* nobody is let in */
    assert_int_equal(posts(t, "/api/pair", "{\"code\":\"0000-0000\"}"), 404);
    port = lets_others_in(t);
    assert_int_equal(posts(t, "/api/pair-code", "{}"), 200);
    code_body(t, old);
    assert_int_equal(posts(t, "/api/pair-code", "{}"), 200);
    code_body(t, body);
    swap_screens(t, &port, &other);
    assert_int_equal(posts(t, "/api/pair", "{\"code\":\"\"}"), 401);
    assert_int_equal(posts(t, "/api/pair", body), 429);
    says_int(t, "wait_s", 1);
    web_pass(t, 1000);
    assert_int_equal(posts(t, "/api/pair", old), 401); /* the newer one counts */
    web_pass(t, 1000 * WEB_CODE_S);
    assert_int_equal(posts(t, "/api/pair", body), 401); /* too old */
    browser_free(&other);
}

static void test_web_a_restart_keeps_pairings_until_the_next_boot(void **state)
{
    struct web_site *t = *state;
    struct browser other = { 0 };
    uint16_t port = lets_others_in(t), main_port = t->port;
    char body[100];
    assert_int_equal(logs_in(t, "sam", PHRASE), 200);
    assert_int_equal(posts(t, "/api/pair-code", "{}"), 200);
    code_body(t, body);
    swap_screens(t, &port, &other);
    assert_int_equal(posts(t, "/api/pair", body), 200);
    for (int boot = 0; boot < 2; boot++) {
        struct web_door door = { .pairing = "AB:CD", .port = t->port };
        uint16_t lan = t->port;
        web_down(t);
        if (boot) t->env.boot_id[0] ^= 1;
        t->port = main_port;
        web_up(t);
        must(web_listen(t->web, &door, &lan));
        t->port = lan;
        assert_int_equal(gets_it(t, "/api/session"), 401);
        says_bool(t, "paired", boot == 0);
    }
    browser_free(&other);
}

/* --- files --------------------------------------------------------------------------------- */

static void test_web_files_are_served_with_their_tags(void **state)
{
    struct web_site *t = *state;
    char tag[1000], text[1000], match[1100];
    assert_int_equal(gets_it(t, "/"), 200);
    assert_non_null(strstr(buf_str(&t->b.body), "<html"));
    assert_non_null(strstr(head_of(&t->b, "Content-Security-Policy", text), "script-src 'self'"));
    assert_string_equal(head_of(&t->b, "X-Content-Type-Options", text), "nosniff");
    assert_string_equal(head_of(&t->b, "Referrer-Policy", text), "no-referrer");
    assert_int_equal(gets_it(t, "/ui/main.js"), 200);
    assert_string_equal(head_of(&t->b, "Content-Type", text), "text/javascript; charset=utf-8");
    assert_string_equal(head_of(&t->b, "Cache-Control", text), "no-cache");
    head_of(&t->b, "ETag", tag);
    snprintf(match, sizeof match, "If-None-Match: %s\r\n", tag);
    t->b.more = match;
    assert_int_equal(gets_it(t, "/ui/main.js"), 304);
    assert_int_equal(t->b.body.len, 0);
    snprintf(match, sizeof match, "If-None-Match: %s\r\nAccept-Encoding: gzip\r\n", tag);
    const struct asset *const tables[] = { assets_mobile, assets_common, NULL };
    const struct asset *a = asset_find(tables, "main.js");
    assert_non_null(a);
    if (a->packed) {
        assert_int_equal(gets_it(t, "/ui/main.js"), 200); /* other bytes, another tag */
        assert_string_equal(head_of(&t->b, "Content-Encoding", text), "gzip");
        assert_int_equal(t->b.body.len, a->packed_len);
    }
    t->b.more = NULL;
    assert_int_equal(gets_it(t, "/ui/../main.js"), 404);
    assert_int_equal(gets_it(t, "/ui/%2e%2e/sessions"), 404);
    assert_int_equal(gets_it(t, "/nothing"), 404);
    assert_int_equal(gets_it(t, "/api/nothing"), 404);
    assert_int_equal(gets_it(t, "/api/run"), 405);
    assert_int_equal(posts(t, "/", "{}"), 405);
    assert_int_equal(posts(t, "/api/nothing", "{}"), 404);
}

static void test_web_answers_are_never_kept(void **state)
{
    struct web_site *t = *state;
    char text[1000];
    gets_it(t, "/api/session");
    assert_string_equal(head_of(&t->b, "Cache-Control", text), "no-store");
    assert_string_equal(head_of(&t->b, "Content-Type", text), "application/json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PAGE(test_web_no_cookie_no_act),
        WITH_PAGE(test_web_a_foreign_page_and_a_missing_token_are_refused),
        WITH_PAGE(test_web_a_name_that_is_not_ours_is_refused),
        WITH_PAGE(test_web_listens_on_this_machine_alone_without_a_certificate),
        WITH_PAGE(test_web_login_tells_who_and_the_session_is_another_each_time),
        WITH_PAGE(test_web_logout_ends_the_session),
        WITH_PAGE(test_web_login_backs_off),
        WITH_PAGE(test_web_guessing_at_many_accounts_backs_off_too),
        WITH_PAGE(test_web_guessing_keeps_nobody_else_out),
        WITH_PAGE(test_web_sessions_are_bounded_and_end),
        WITH_PAGE(test_web_an_account_that_is_removed_is_out_within_seconds),
        WITH_PAGE(test_web_another_phrase_ends_what_began_with_the_old),
        WITH_PAGE(test_web_a_role_that_is_taken_away_is_gone_within_seconds),
        WITH_PAGE(test_web_locked_nothing_goes_on_but_unlocking),
        WITH_PAGE(test_web_idle_is_locked_and_looking_on_is_idle),
        WITH_PAGE(test_web_a_restart_keeps_sessions_and_locks),
        WITH_PAGE(test_web_what_is_kept_of_a_session_lets_nobody_in),
        WITH_PAGE(test_web_a_sessions_file_that_is_rubbish_is_no_session),
        WITH_PAGE(test_web_another_screen_is_paired_before_anything_else),
        WITH_PAGE(test_web_one_machine_does_not_take_all_connections),
        WITH_PAGE(test_web_pairing_codes_end_and_wrong_ones_wait),
        WITH_PAGE(test_web_a_restart_keeps_pairings_until_the_next_boot),
        WITH_PAGE(test_web_files_are_served_with_their_tags),
        WITH_PAGE(test_web_answers_are_never_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
