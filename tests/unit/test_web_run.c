/* tests/unit/test_web_run.c -- what the page asks for: commands with roles and limits, scans, hostile requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "sync/pages.h"
#include "tests/unit/web_site.h"

static int web_begin_sam(void **state)
{
    if (web_begin(state)) return -1;
    return logs_in(*state, "sam", PHRASE) == 200 ? 0 : -1;
}
#define AS_SAM(test) { #test, test, web_begin_sam, web_end, NULL }

static int runs(struct web_site *t, const char *body)
{
    return posts(t, "/api/run", body);
}

static int scans(struct web_site *t, const char *text, const char *mode, const char *more)
{
    char body[600];
    snprintf(body, sizeof body, "{\"text\":\"%s\",\"mode\":\"%s\"%s}", text, mode, more);
    return posts(t, "/api/scan", body);
}

/* --- commands ------------------------------------------------------------------------------ */

static void test_run_answers_what_the_command_prints(void **state)
{
    struct web_site *t = *state;
    char *said = NULL;
    size_t len = 0;
    char dir[100];
    assert_int_equal(runs(t, "{\"command\":\"patron show\",\"words\":[\"A1\"]}"), 200);
    says_int(t, "exit", 0);
    snprintf(dir, sizeof dir, "--data=%s", t->s->w->dir);
    char line[] = "bookmobile\0patron\0show\0--json\0A1", *argv[8];
    for (int i = 0, at = 0; i < 5; at += (int)strlen(line + at) + 1) argv[i++] = line + at;
    argv[5] = dir;
    argv[6] = NULL;
    FILE *to = open_memstream(&said, &len);
    assert_int_equal(cli_main_with(&site_program, &t->desk, 6, argv, stdin, to, stderr), 0);
    fclose(to);
    json_t *want = json_loads(said, 0, NULL);
    assert_non_null(want);
    assert_true(json_equal(said_at(t, "answer"), want)); /* W4 */
    json_decref(want);
    free(said);
}

static void test_run_acts_carry_who_is_logged_in(void **state)
{
    struct web_site *t = *state;
    assert_int_equal(runs(t, "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"],\"options\":{\"--why\":\"by the page\"}}"), 200);
    says_text(t, "answer.word", "lent");
    wrote(t->s, "\"staff\":\"sam\"");
    REFUSED(t, runs(t, "{\"command\":\"checkin\",\"words\":[\"501\"],\"options\":{\"--staff\":\"ada\"}}"), 400, "input");
}

static void test_run_a_request_asked_again_gets_the_same_answer(void **state)
{
    struct web_site *t = *state;
    static const char body[] = "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"],\"request\":\"0123456789abcdef\"}";
    char entry[100];
    assert_int_equal(runs(t, body), 200);
    str_copy(entry, sizeof entry, json_string_value(said_at(t, "answer.entry")));
    int64_t count = web_entries(t);
    web_down(t); /* killed after the act, before the page heard of it */
    web_up(t);
    assert_int_equal(runs(t, body), 200);
    says_text(t, "answer.entry", entry);
    says_bool(t, "answer.again", true);
    assert_int_equal(web_entries(t), count);
}

static void test_run_nothing_of_one_act_is_left_for_the_next(void **state)
{
    struct web_site *t = *state;
    assert_int_equal(runs(t, "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"],\"request\":\"r1\",\"options\":{\"--override\":true,"
                             "\"--why\":\"said so\",\"--due\":\"2026-12-24\",\"--when\":\"2026-10-05T09:45\",\"--source\":\"slip\"}}"),
                     200);
    says_text(t, "answer.word", "lent");
    wrote(t->s, "\"why\":\"said so\"");
    assert_int_equal(runs(t, "{\"command\":\"checkout\",\"words\":[\"B1\",\"502\"]}"), 200);
    says_text(t, "answer.word", "lent");
    assert_null(said_at(t, "answer.again"));
    const char *body = text_at_site_journal(t->s, "SELECT body FROM entry WHERE row = 0 ORDER BY seq DESC LIMIT 1");
    assert_null(strstr(body, "said so"));
    assert_null(strstr(body, "slip"));
    assert_null(strstr(body, "\"when\""));
    assert_true(json_integer_value(said_at(t, "answer.due")) < INT64_C(1798000000)); /* not Christmas Eve */
}

static void test_run_a_refusal_and_wrong_usage_are_answers(void **state)
{
    struct web_site *t = *state;
    assert_int_equal(runs(t, "{\"command\":\"patron show\",\"words\":[\"99\"]}"), 200);
    says_int(t, "exit", 1);
    says_text(t, "answer.error", "enotfound");
    assert_int_equal(json_array_size(said_at(t, "notes")), 0); /* told once */
    assert_int_equal(runs(t, "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"],\"options\":{\"--override\":true}}"), 200);
    says_int(t, "exit", 2);
    assert_int_equal(runs(t, "{\"command\":\"search\",\"words\":[\"nosuchword\"]}"), 200);
    says_int(t, "exit", 1);
    assert_int_equal(json_array_size(said_at(t, "answer.hits")), 0);
}

static void test_run_a_word_is_never_an_option(void **state)
{
    struct web_site *t = *state;
    static const char *const words[] = { "--stdin", "--from=/etc/passwd", "--data=/tmp", "--help", "--version", "-h", "--" };
    char body[200];
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        snprintf(body, sizeof body, "{\"command\":\"item show\",\"words\":[\"%s\"]}", words[i]);
        assert_int_equal(runs(t, body), 200);
        says_int(t, "exit", 1); /* no such item */
        says_text(t, "answer.error", "enotfound");
    }
}

static void test_run_only_what_the_table_names_can_be_reached(void **state)
{
    struct web_site *t = *state;
    static const char *const bodies[] = {
        "{\"command\":\"init\"}", "{\"command\":\"help\"}", "{\"command\":\"serve\"}", "{\"command\":\"\"}",
        "{\"command\":\"checkout A1\",\"words\":[\"501\"]}", "{\"command\":\"Checkout\",\"words\":[\"A1\",\"501\"]}",
        "{\"command\":\"checkout\",\"words\":[\"A1\"],\"options\":{\"--from\":\"/etc/passwd\"}}",
        "{\"command\":\"checkout\",\"words\":[\"A1\"],\"options\":{\"--stdin\":true}}",
        "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"],\"options\":{\"--data\":\"/tmp\"}}",
        "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"],\"options\":{\"--json\":true}}",
        "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"],\"options\":{\"--request\":\"x\"}}",
        "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"],\"options\":{\"--wh\":\"x\"}}",
        "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"],\"options\":{\"--why=x --override\":true}}",
        "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"],\"options\":{\"why\":\"x\"}}",
        "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"],\"input\":\"502\\n\"}",
        "{\"command\":\"shelf\",\"options\":{\"--csv\":true}}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) REFUSED(t, runs(t, bodies[i]), 400, "input");
}

static void test_run_roles(void **state)
{
    struct web_site *t = *state;
    assert_int_equal(logs_in(t, "vera", PHRASE), 200);
    assert_int_equal(runs(t, "{\"command\":\"patron show\",\"words\":[\"A1\"]}"), 200);
    static const char *const acts[] = { "checkout", "checkin", "void", "patron add", "pay", "note", "item lost" };
    char body[100];
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        snprintf(body, sizeof body, "{\"command\":\"%s\",\"words\":[\"A1\",\"501\"]}", acts[i]);
        REFUSED(t, runs(t, body), 403, "role");
    }
    REFUSED(t, scans(t, "501", "return", ""), 403, "role");
    REFUSED(t, posts(t, "/api/sync", "{}"), 403, "role");
    assert_int_equal(scans(t, "501", "show", ""), 200); /* to look is theirs */
}

/* A table of one's own: options for administrators, and standard input. */
static void test_run_admin_options_and_input(void **state)
{
    struct web_site *t = *state;
    static const struct web_command table[] = { { "checkin", STAFF_STAFF, NULL, "--returned", "--stdin" },
                                                { NULL, STAFF_VIEWER, NULL, NULL, NULL } };
    t->web->o.commands = table;
    REFUSED(t, runs(t, "{\"command\":\"checkin\",\"words\":[\"501\"],\"options\":{\"--returned\":\"2026-10-05T09:00\"}}"), 403, "role");
    assert_int_equal(runs(t, "{\"command\":\"checkin\",\"input\":\"501\\n502\\n\"}"), 200);
    says_int(t, "exit", 0);
    assert_int_equal(json_array_size(said_at(t, "answer")), 2);
    assert_int_equal(logs_in(t, "ada", PHRASE), 200);
    assert_int_equal(runs(t, "{\"command\":\"checkin\",\"words\":[\"501\"],\"options\":{\"--returned\":\"2026-10-05T09:00\"}}"), 200);
    says_int(t, "exit", 0);
}

static void test_run_a_table_that_names_what_is_not_there_does_not_open(void **state)
{
    struct web_site *t = *state;
    static const struct web_command none[] = { { "fly", STAFF_STAFF, NULL, NULL, NULL }, { NULL, STAFF_VIEWER, NULL, NULL, NULL } };
    static const struct web_command option[] = { { "checkin", STAFF_STAFF, "--wh", NULL, NULL }, { NULL, STAFF_VIEWER, NULL, NULL, NULL } };
    struct web_options o = t->web->o;
    struct web *other;
    o.commands = none;
    assert_int_equal(web_open(&o, &other), BM_EINTERNAL);
    o.commands = option;
    assert_int_equal(web_open(&o, &other), BM_EINTERNAL);
}

/* --- scans --------------------------------------------------------------------------------- */

static void test_scan_a_card_opens_its_patron(void **state)
{
    struct web_site *t = *state;
    assert_int_equal(scans(t, "aA1b", "lend", ""), 200); /* no Codabar: a letter inside */
    says_text(t, "kind", "unknown");
    assert_int_equal(scans(t, "*A1*\\r", "lend", ""), 200);
    says_text(t, "kind", "patron");
    says_text(t, "text", "A1");
    says_text(t, "answer.name", "Ann");
    assert_int_equal(scans(t, "B1", "lend", ",\"card\":\"A1\""), 200); /* the next in the queue */
    says_text(t, "kind", "patron");
    says_text(t, "answer.name", "Bob");
}

static void test_scan_what_is_done_with_a_copy_depends_on_the_mode(void **state)
{
    struct web_site *t = *state;
    int64_t count = web_entries(t);
    assert_int_equal(scans(t, "501", "lend", ""), 200); /* nobody's card is open: shown */
    says_text(t, "kind", "item");
    says_text(t, "answer.name", "The Tiger");
    assert_int_equal(web_entries(t), count);
    assert_int_equal(scans(t, "A501B\\u0000", "lend", ",\"card\":\"A1\",\"request\":\"s1\""), 200);
    says_text(t, "kind", "act");
    says_text(t, "command", "checkout");
    says_text(t, "answer.word", "lent");
    assert_int_equal(scans(t, "501", "lend", ",\"card\":\"A1\",\"request\":\"s1\""), 200);
    says_bool(t, "answer.again", true);
    assert_int_equal(scans(t, "501\\t", "renew", ""), 200);
    says_text(t, "command", "renew");
    assert_int_equal(scans(t, "501", "return", ",\"options\":{\"--returned\":\"2026-10-05T09:51\"}"), 200);
    says_text(t, "answer.word", "returned");
    assert_int_equal(scans(t, "501", "show", ",\"card\":\"A1\""), 200);
    says_text(t, "kind", "item");
}

static void test_scan_a_number_of_both_is_asked_about(void **state)
{
    struct web_site *t = *state;
    static const char *const modes[] = { "lend", "return", "renew", "show" };
    int64_t count = web_entries(t);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(scans(t, "777", modes[i], ",\"card\":\"A1\""), 200);
        says_text(t, "kind", "ask");
        says_text(t, "answer.card.name", "Carl");
        says_text(t, "answer.item.title", "The Tiger");
    }
    assert_int_equal(web_entries(t), count);
    assert_int_equal(scans(t, "777", "lend", ",\"card\":\"A1\",\"as\":\"card\""), 200);
    says_text(t, "kind", "patron");
    says_text(t, "answer.name", "Carl");
    assert_int_equal(web_entries(t), count);
    assert_int_equal(scans(t, "777", "lend", ",\"card\":\"A1\",\"as\":\"item\""), 200);
    says_text(t, "kind", "act");
    assert_int_equal(web_entries(t), count + 1);
}

static void test_scan_what_nobody_knows_is_told_and_can_be_done_all_the_same(void **state)
{
    struct web_site *t = *state;
    int64_t count = web_entries(t);
    assert_int_equal(scans(t, "20990100000057", "return", ""), 200);
    says_text(t, "kind", "unknown");
    says_int(t, "exit", 1);
    says_bool(t, "misread", true);
    assert_int_equal(scans(t, "20990100000056", "return", ""), 200);
    says_bool(t, "misread", false);
    assert_int_equal(scans(t, " \\r ", "return", ""), 200);
    says_text(t, "kind", "unreadable");
    assert_int_equal(web_entries(t), count);
    assert_int_equal(scans(t, "20990100000056", "return", ",\"as\":\"item\""), 200); /* it is here, in the hand (I6) */
    says_text(t, "kind", "act");
    says_int(t, "exit", 0);
    assert_int_equal(web_entries(t), count + 1);
}

static void test_scan_an_isbn_finds_its_title(void **state)
{
    struct web_site *t = *state;
    must(db_exec(site_view(t->s), "INSERT INTO title_isbn(isbn, key) VALUES('9780306406157', 't1')"));
    assert_int_equal(scans(t, "9780306406157", "return", ""), 200);
    says_text(t, "kind", "title");
    says_text(t, "command", "search");
    assert_int_equal(json_array_size(said_at(t, "answer.hits")), 1);
    assert_int_equal(scans(t, "0-306-40615-2", "lend", ",\"card\":\"A1\""), 200);
    says_text(t, "kind", "title");
}

static void test_scan_wrong_modes_are_refused(void **state)
{
    struct web_site *t = *state;
    REFUSED(t, scans(t, "501", "steal", ""), 400, "input");
    REFUSED(t, scans(t, "501", "return", ",\"as\":\"bread\""), 400, "input");
    REFUSED(t, scans(t, "501", "return", ",\"options\":{\"--data\":\"/\"}"), 400, "input");
    REFUSED(t, posts(t, "/api/scan", "{\"mode\":\"lend\"}"), 400, "input");
    REFUSED(t, posts(t, "/api/scan", "{\"text\":\"501\"}"), 400, "input");
}

/* --- hostile requests ---------------------------------------------------------------------- */

static void test_run_what_is_not_a_request_is_refused(void **state)
{
    struct web_site *t = *state;
    static const char *const bodies[] = {
        "", "{", "[]", "null", "7", "\"checkout\"", "{\"command\":7}", "{\"command\":null}", "{\"command\":[\"checkout\"]}",
        "{\"command\":\"checkout\",\"words\":\"A1\"}", "{\"command\":\"checkout\",\"words\":[1]}",
        "{\"command\":\"checkout\",\"words\":[\"A1\",[\"501\"]]}", "{\"command\":\"checkout\",\"words\":{\"0\":\"A1\"}}",
        "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"],\"options\":[]}",
        "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"],\"options\":{\"--why\":{}}}",
        "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"],\"options\":{\"--why\":1.5}}",
        "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"],\"request\":\"a b\"}",
        "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"],\"request\":\"\"}",
        "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"],\"request\":7}",
        "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"]} and more",
        "{\"command\":\"checkout\",\"command\":\"checkin\",\"words\":[\"501\"]}",
        "{\"command\":\"checkout\",\"words\":[\"A1\\u0000\",\"501\"]}", "{\"command\":\"checkout\",\"words\":[\"\\ud800\"]}",
        "{\"command\":\"checkout\",\"words\":[\"\xff\xfe\"]}", "{\"command\":\"checkout\",\"words\":[\"A1\n\"]}",
        "{\"command\":\"checkout\",\"words\":[[[[[[[[[[[\"A1\"]]]]]]]]]]]}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) REFUSED(t, runs(t, bodies[i]), 400, "input");
    REFUSED(t, asks_bytes(t, "POST", "/api/run", "{\"command\":\0\"x\"}", 16), 400, "input");
}

static void test_run_what_is_too_large_is_refused(void **state)
{
    struct web_site *t = *state;
    struct buf body = { 0 };
    int64_t count = web_entries(t);
    for (int i = 0; i < 200000; i++) buf_putc(&body, '['); /* deep */
    assert_int_equal(asks_bytes(t, "POST", "/api/run", body.data, body.len), 400);
    says_text(t, "message", "the request is nested too deeply"); /* known before anything is built of it */
    buf_clear(&body);
    buf_puts(&body, "{\"command\":\"checkout\",\"words\":[\"A1\"");
    for (int i = 0; i < WEB_WORDS_MAX; i++) buf_printf(&body, ",\"%d\"", i);
    buf_puts(&body, "]}");
    assert_int_equal(runs(t, buf_str(&body)), 413);
    buf_clear(&body);
    buf_puts(&body, "{\"command\":\"note\",\"words\":[\"");
    for (int i = 0; i <= WEB_WORD_MAX; i++) buf_putc(&body, 'x');
    buf_puts(&body, "\"]}");
    assert_int_equal(runs(t, buf_str(&body)), 413);
    buf_clear(&body);
    buf_puts(&body, "{\"command\":\"note\",\"words\":[\"x\"],\"options\":{");
    for (int i = 0; i <= WEB_OPTIONS_MAX; i++) buf_printf(&body, "%s\"--a%c\":\"x\"", i ? "," : "", 'a' + i);
    buf_puts(&body, "}}");
    assert_int_equal(runs(t, buf_str(&body)), 413);
    buf_clear(&body);
    for (int i = 0; i < WEB_BODY_MAX + 1; i++) buf_putc(&body, ' ');
    assert_int_equal(asks_bytes(t, "POST", "/api/run", body.data, body.len), 413);
    assert_int_equal(asks_bytes(t, "POST", "/api/login", body.data, body.len), 413);
    buf_free(&body);
    assert_int_equal(web_entries(t), count);
    assert_int_equal(runs(t, "{\"command\":\"patron show\",\"words\":[\"A1\"]}"), 200); /* and goes on */
}

/* --- state, sync --------------------------------------------------------------------------- */

static void test_state_tells_what_only_this_laptop_has(void **state)
{
    struct web_site *t = *state;
    assert_int_equal(gets_it(t, "/api/state"), 200);
    int64_t before = json_integer_value(said_at(t, "sync.unsent_acts"));
    assert_true(before > 0);
    assert_true(json_integer_value(said_at(t, "sync.pending")) > before); /* the machine's own entries count there */
    assert_int_equal(json_integer_value(said_at(t, "sync.oldest_ms")) / 100000, START_MS / 100000);
    assert_int_equal(runs(t, "{\"command\":\"note\",\"words\":[\"rain\"]}"), 200);
    assert_int_equal(gets_it(t, "/api/state"), 200);
    says_int(t, "sync.unsent_acts", before + 1);
    says_bool(t, "sync.running", false);
    says_bool(t, "gps.running", false);
    says_int(t, "generation", 1);
    says_bool(t, "visit.open", false);
    assert_true(json_is_null(said_at(t, "staleness"))); /* never synced */
    must(db_exec(t->s->w->l.db, "UPDATE entry SET outcome = 'applied'")); /* a sync, by another process */
    assert_int_equal(gets_it(t, "/api/state"), 200);
    says_int(t, "sync.unsent_acts", 0);
    says_int(t, "sync.pending", 0);
    assert_true(json_is_null(said_at(t, "sync.oldest_ms")));
    assert_int_equal(runs(t, "{\"command\":\"note\",\"words\":[\"sun\"]}"), 200);
    assert_int_equal(gets_it(t, "/api/state"), 200);
    says_int(t, "sync.unsent_acts", 1);
    assert_true(json_is_integer(said_at(t, "sync.oldest_ms")));
}

/* mobile/API.md names every command that a page may run, with its role. */
static void rows_are_told(const struct web_command *table, const char *text)
{
    char row[100];
    for (; table->name; table++) {
        snprintf(row, sizeof row, "| `%s` | %s |", table->name, staff_role_name(table->role));
        if (!strstr(text, row)) fail_msg("mobile/API.md lacks the row %s", row);
    }
}

static void test_run_the_table_is_written_down(void **state)
{
    static char text[64 << 10];
    (void)state;
    FILE *f = fopen("mobile/API.md", "r");
    if (!f) skip(); /* run from elsewhere */
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    rows_are_told(desk_page_table, text);
    rows_are_told(pages_table, text);
}

static void test_sync_is_begun_once(void **state)
{
    struct web_site *t = *state;
    assert_int_equal(posts(t, "/api/sync", "{}"), 200);
    says_bool(t, "started", true);
    assert_int_equal(posts(t, "/api/sync", ""), 200);
    says_bool(t, "started", false);
    assert_int_equal(t->syncs, 2);
}

/* A sync, in a process of its own, swaps the replica under the page. */
static void test_run_goes_on_in_the_generation_that_a_sync_has_made(void **state)
{
    struct web_site *t = *state;
    char from[LAPTOP_PATH_MAX + 40], to[LAPTOP_PATH_MAX + 40];
    struct laptop *l = &t->s->w->l;
    struct db *base;
    assert_int_equal(runs(t, "{\"command\":\"checkout\",\"words\":[\"A1\",\"501\"]}"), 200);
    laptop_base_path(l, 1, from);
    laptop_base_path(l, 2, to);
    assert_int_equal(link(from, to), 0);
    must(db_open(to, DB_REPLICA, NULL, NULL, &base));
    must(db_exec(base, "INSERT INTO title(key, name, src_t, src) VALUES('t9', 'News of the Branch', 0, 'x')"));
    db_close(base);
    must(laptop_swap(l, 2));
    must(meta_set(l->db, "cards", "100-199"));
    assert_int_equal(runs(t, "{\"command\":\"title show\",\"words\":[\"t9\"]}"), 200);
    says_text(t, "answer.name", "News of the Branch");
    assert_int_equal(runs(t, "{\"command\":\"item show\",\"words\":[\"501\"]}"), 200);
    says_text(t, "answer.patron", "A1"); /* what was pending is there too */
    web_accounts(t); /* the base has none */
    assert_int_equal(runs(t, "{\"command\":\"patron add\",\"options\":{\"--name\":\"Dora\"}}"), 200);
    says_text(t, "answer.patron", "100"); /* and the new range of cards */
    assert_int_equal(gets_it(t, "/api/state"), 200);
    says_int(t, "generation", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        AS_SAM(test_run_answers_what_the_command_prints),
        AS_SAM(test_run_acts_carry_who_is_logged_in),
        AS_SAM(test_run_a_request_asked_again_gets_the_same_answer),
        AS_SAM(test_run_nothing_of_one_act_is_left_for_the_next),
        AS_SAM(test_run_a_refusal_and_wrong_usage_are_answers),
        AS_SAM(test_run_a_word_is_never_an_option),
        AS_SAM(test_run_only_what_the_table_names_can_be_reached),
        AS_SAM(test_run_roles),
        AS_SAM(test_run_admin_options_and_input),
        AS_SAM(test_run_a_table_that_names_what_is_not_there_does_not_open),
        AS_SAM(test_scan_a_card_opens_its_patron),
        AS_SAM(test_scan_what_is_done_with_a_copy_depends_on_the_mode),
        AS_SAM(test_scan_a_number_of_both_is_asked_about),
        AS_SAM(test_scan_what_nobody_knows_is_told_and_can_be_done_all_the_same),
        AS_SAM(test_scan_an_isbn_finds_its_title),
        AS_SAM(test_scan_wrong_modes_are_refused),
        AS_SAM(test_run_what_is_not_a_request_is_refused),
        AS_SAM(test_run_what_is_too_large_is_refused),
        AS_SAM(test_state_tells_what_only_this_laptop_has),
        cmocka_unit_test(test_run_the_table_is_written_down),
        AS_SAM(test_sync_is_begun_once),
        AS_SAM(test_run_goes_on_in_the_generation_that_a_sync_has_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
