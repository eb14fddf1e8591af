/* tests/unit/test_deskcmd.c -- the desk on a command line, from the arguments to the journal
 * and back to the screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "common/deskcmd.h"
#include "common/seal.h"
#include "common/zone.h"

/* --- a branch of our own ------------------------------------------------------------------ */

#define NOW_MS INT64_C(1791194400000) /* 2026-10-05 11:00 in London */

struct world {
    struct deskcmd host;
    struct env env;
    struct db *db;
    struct journal journal;
    struct desk desk;
    struct rulebook book;
    int opened, closed; /* by the commands */
    char sealed_json[512], birth[32];
    enum bm_rc fault; /* what desk.begin answers from now on */
};

static enum bm_rc desk_begin(struct desk *d)
{
    struct world *w = d->owner;
    if (w->fault) return err_set(w->fault, "the desk drawer is stuck");
    rulebook_fit(d->book, 0);
    enum bm_rc rc = journal_begin(d->journal);
    d->view = rc ? NULL : w->db;
    return rc;
}

static enum bm_rc desk_apply(struct desk *d, const struct entry *e, struct outcome *out)
{
    struct arena a = { 0 };
    enum bm_rc rc = circ_apply(d->view, &a, e, journal_utc_ms(d->journal, e->t_ms), 0, out);
    arena_free(&a);
    return rc;
}

static enum bm_rc desk_end(struct desk *d, enum bm_rc rc)
{
    struct world *w = d->owner;
    if (w->fault) return rc;
    d->view = NULL;
    return db_end(d->journal->db, rc);
}

static enum bm_rc world_open(void *owner, struct cli *cli, struct desk **desk)
{
    struct world *w = owner;
    (void)cli;
    w->opened++;
    *desk = &w->desk;
    return BM_OK;
}

static enum bm_rc world_view(void *owner, struct db **out)
{
    *out = ((struct world *)owner)->db;
    return BM_OK;
}

static void world_close(void *owner)
{
    ((struct world *)owner)->closed++;
}

static enum bm_rc world_seal(void *owner, const char *json, const char *name, const char *birth,
                             struct desk_person *out, struct arena *a)
{
    struct world *w = owner;
    str_copy(w->sealed_json, sizeof w->sealed_json, json);
    str_copy(w->birth, sizeof w->birth, birth ? birth : "");
    out->sealed = arena_strdup(a, "c2VhbGVk");
    out->who = name && birth ? arena_strdup(a, "00ff") : NULL;
    return BM_OK;
}

static const struct cli_command *const tables[] = { DESKCMD_TABLES, NULL };
static const struct cli_program program = {
    .name = "desk",
    .version = "0",
    .brief = "a desk",
    .about = "A desk.",
    .data_env = "DESK_TEST_DATA",
    .tables = tables,
};

static void ok(enum bm_rc rc)
{
    if (rc) fail_msg("%s: %s", err_name(rc), err_text(rc));
}

static int open_world(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct buf schema = { 0 };
    if (!w) return -1;
    env_made(&w->env, 7, NOW_MS, 1000);
    buf_puts(&schema, SQL_FILE_JOURNAL);
    buf_puts(&schema, SQL_FILE_CIRCULATION);
    ok(seal_init());
    ok(zone_open("Europe/London"));
    ok(db_open(":memory:", DB_MEMORY, buf_str(&schema), NULL, &w->db));
    buf_free(&schema);
    char genesis[65];
    memset(genesis, '0', 64);
    genesis[64] = '\0';
    ok(meta_set(w->db, "genesis", genesis));
    ok(db_exec(
        w->db,
        "INSERT INTO title(num, key, name, author, src_t, src) VALUES"
        " (1, 't1', 'The Tiger', 'Kerr, Judith', 1, 'b'), (2, 't2', 'Dune', 'Herbert, Frank', "
        "1, 'b');"
        "INSERT INTO item(barcode, title, place, callno, shelf) VALUES('301', 't1', 'van1', 'E "
        "KER', 'E KER'),"
        " ('302', 't1', 'van1', 'E KER', 'E KER'), ('303', 't2', 'van1', 'FIC HER', 'FIC HER');"
        "INSERT INTO patron(card, account, name, category, stop, barred, since_id) VALUES"
        " ('P1', 'P1', 'Ann Smith', 'adult', 'van/mill', 0, 'b'), ('P2', 'P2', 'Bob 100% "
        "Jones', 'adult', NULL, 0, 'b'),"
        " ('P3', 'P3', 'Eve', 'adult', NULL, 1, 'b');"
        "INSERT INTO rule(n, line) VALUES(1, ',,,21d,2,,9,,0,0,0,0,0,0,barred')"));
    journal_init(&w->journal, w->db, &w->env, "van1", "desk 0", false, CLOCK_SYNC);
    w->desk = (struct desk){ .journal = &w->journal,
                             .book = &w->book,
                             .env = &w->env,
                             .place = "van1",
                             .begin = desk_begin,
                             .write = desk_apply,
                             .end = desk_end,
                             .owner = w };
    w->host = (struct deskcmd){ .open = world_open,
                                .view = world_view,
                                .close = world_close,
                                .seal_person = world_seal,
                                .owner = w };
    *state = w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    assert_int_equal(w->opened, w->closed);
    db_close(w->db);
    rulebook_free(&w->book);
    free(w);
    return 0;
}

/* --- running ------------------------------------------------------------------------------ */

static char *out, *err;

static int run_with(struct world *w, const char *input, const char *const *args)
{
    char *argv[32] = { NULL };
    int argc = 0;
    size_t out_len, err_len;
    static const char *const always[] = { "desk", "--data", "/nowhere" };
    for (int i = 0; i < 3; i++) argv[argc++] = strdup(always[i]);
    for (int i = 0; args[i]; i++) argv[argc++] = strdup(args[i]);
    free(out);
    free(err);
    FILE *in = fmemopen((void *)(uintptr_t)input, strlen(input), "r");
    FILE *to = open_memstream(&out, &out_len), *to_err = open_memstream(&err, &err_len);
    int status = cli_main_with(&program, &w->host, argc, argv, in, to, to_err);
    fclose(in);
    fclose(to);
    fclose(to_err);
    for (int i = 0; i < argc; i++) free(argv[i]);
    w->env.made_boottime_ms += 1000;
    w->env.made_wall_ms += 1000;
    return status;
}

static int free_texts(void **state)
{
    (void)state;
    free(out);
    free(err);
    out = err = NULL;
    return 0;
}

#define RUN(...) run_with(w, " ", (const char *const[]){ __VA_ARGS__, NULL })
#define RUN_IN(input, ...) run_with(w, input, (const char *const[]){ __VA_ARGS__, NULL })

static void expect(int got, int status, const char *text)
{
    if (got != status || !strstr(out, text))
        fail_msg("status %d; out `%s`; err `%s`; wanted %d and `%s`", got, out, err, status,
                 text);
}

static int64_t number(struct world *w, const char *sql)
{
    struct stmt *s;
    ok(db_prepare(w->db, sql, &s));
    ok(stmt_next(s));
    int64_t x = stmt_int(s, 0);
    stmt_free(s);
    return x;
}

static json_t *read_json(void)
{
    json_t *read = json_loads(out, 0, NULL);
    if (!read) fail_msg("not one JSON value: `%s`", out);
    return read;
}

/* --- acts --------------------------------------------------------------------------------- */

static void test_deskcmd_lending_tells_title_and_day_and_writes_one_entry_each(void **state)
{
    struct world *w = *state;
    expect(RUN("checkout", "P1", "301", "303"), 0,
           "LENT  The Tiger / Kerr, Judith \xE2\x80\x94 due Mon 26 Oct 2026   [");
    expect(0, 0, "LENT  Dune / Herbert, Frank");
    assert_string_equal(err, "");
    assert_int_equal(
        number(w, "SELECT count(*) FROM entry WHERE body LIKE '%\"op\":\"checkout\"%'"), 2);
    assert_int_equal(number(w, "SELECT count(*) FROM loan WHERE end_ms IS NULL"), 2);
    expect(RUN("renew", "301"), 0, "RENEWED  The Tiger");
    expect(RUN("checkin", "301", "302"), 0, "RETURNED  The Tiger");
    expect(0, 0, "NOT ON LOAN  The Tiger");
    assert_int_equal(number(w, "SELECT count(*) FROM loan WHERE end_ms IS NULL"), 1);
}

static void test_deskcmd_a_refusal_says_why_and_does_not_stop_the_others(void **state)
{
    struct world *w = *state;
    expect(RUN("checkout", "P3", "301"), 1,
           "REFUSED  The Tiger / Kerr, Judith \xE2\x80\x94 The patron is barred. (override: "
           "--override --why ...)");
    assert_string_equal(err, "");
    assert_int_equal(number(w, "SELECT count(*) FROM loan"), 0);
    assert_int_equal(RUN("checkout", "P1", "301"), 0);
    expect(RUN("checkout", "P2", "301", "303"), 1, "REFUSED  The Tiger");
    expect(1, 1, "on loan to another patron");
    expect(1, 1, "LENT  Dune");
    expect(RUN("checkout", "P3", "302", "--override"), 2, "");
    assert_non_null(strstr(err, "--override needs --why"));
    expect(RUN("checkout", "P3", "302", "--override", "--why", "spoke to the librarian"), 0,
           "  overridden: The patron is barred.");
    assert_int_equal(number(w, "SELECT count(*) FROM entry WHERE body LIKE "
                               "'%\"over\":\"barred\",\"why\":\"spoke to the librarian\"%'"),
                     1);
}

static void test_deskcmd_barcodes_from_standard_input(void **state)
{
    struct world *w = *state;
    expect(RUN_IN("301\r\n\n  302 \n303", "checkout", "P1", "--stdin"), 0, "LENT  Dune");
    assert_int_equal(number(w, "SELECT count(*) FROM loan WHERE end_ms IS NULL"), 3);
    char longest[DESKCMD_LINE_MAX + 20];
    memset(longest, '9', sizeof longest);
    memcpy(longest, "301\n", 4);
    memcpy(longest + sizeof longest - 6, "\n302\n", 6);
    expect(RUN_IN(longest, "checkin", "--stdin"), 3, "RETURNED  The Tiger");
    expect(3, 3, "line 2 is longer than 256 bytes");
    assert_int_equal(number(w, "SELECT count(*) FROM loan WHERE end_ms IS NULL"),
                     2); /* what follows was not done */
    expect(RUN_IN("302\n\xFF\n303\n", "checkin", "--stdin"), 3, "line 2 is not UTF-8");
    expect(RUN_IN(" \n", "checkin", "--stdin", "--json"), 0, "[]");
    assert_int_equal(RUN("checkin"), 2);
    assert_int_equal(RUN("checkout", "P1"), 2);
}

static void test_deskcmd_json_is_an_object_for_one_act_and_an_array_for_several(void **state)
{
    struct world *w = *state;
    expect(RUN("checkout", "P1", "301", "--json"), 0, "");
    json_t *read = read_json();
    assert_true(json_is_object(read));
    assert_string_equal(json_string_value(json_object_get(read, "word")), "lent");
    assert_string_equal(json_string_value(json_object_get(read, "title")), "The Tiger");
    json_decref(read);
    expect(RUN("checkout", "P3", "301", "--json"), 1, "");
    read = read_json();
    assert_true(json_is_false(json_object_get(read, "done")));
    json_decref(read);
    expect(RUN("checkin", "301", "\t", "303", "--json"), 2, "");
    read = read_json();
    assert_int_equal(json_array_size(read), 3);
    assert_string_equal(json_string_value(json_object_get(json_array_get(read, 1), "error")),
                        "eusage");
    assert_true(json_is_true(json_object_get(json_array_get(read, 2), "done")));
    json_decref(read);
    expect(RUN("checkin", "\t", "--json"), 2, "\"error\":\"eusage\"");
    json_decref(read_json());
    expect(RUN("void", "van1.0000000000000001.1", "--json"), 1, "\"error\":\"enotfound\"");
    json_decref(read_json());
}

static void test_deskcmd_a_fault_stops_the_rest(void **state)
{
    struct world *w = *state;
    w->fault = BM_EIO;
    expect(RUN("checkin", "301", "302"), 3,
           "NOT DONE  301 \xE2\x80\x94 the desk drawer is stuck");
    assert_null(strstr(out, "302"));
    expect(RUN("checkin", "301", "302", "--json"), 3, "");
    json_t *read = read_json();
    assert_int_equal(json_array_size(read), 1);
    json_decref(read);
    assert_int_equal(RUN("checkin", "301"), 3);
    assert_string_equal(err, "desk: the desk drawer is stuck\n");
    w->fault = BM_OK;
}

static void test_deskcmd_a_request_asked_again_is_not_done_again(void **state)
{
    struct world *w = *state;
    assert_int_equal(RUN("checkin", "301", "302", "--request", "r1"), 0);
    assert_int_equal(
        number(w, "SELECT count(*) FROM entry WHERE body LIKE '%\"op\":\"checkin\"%'"), 2);
    int64_t entries = number(w, "SELECT count(*) FROM entry");
    expect(RUN("checkin", "301", "302", "--request", "r1"), 0, "(done before)");
    assert_int_equal(number(w, "SELECT count(*) FROM entry"), entries);
    assert_int_equal(RUN("checkin", "301", "--request", "r2"), 0);
    assert_int_equal(number(w, "SELECT count(*) FROM entry"), entries + 1);
}

static void test_deskcmd_acts_caught_up_from_paper_hold_their_own_time(void **state)
{
    struct world *w = *state;
    assert_int_equal(
        RUN("checkout", "P1", "301", "--when", "2026-10-05T09:30", "--staff", "ann"), 0);
    assert_int_equal(
        number(w, "SELECT count(*) FROM entry WHERE body LIKE "
                  "'%\"staff\":\"ann\"%\"when\":1791189000000,\"source\":\"paper\"%'"),
        1);
    assert_int_equal(RUN("checkout", "P1", "302", "--when", "noon"), 2);
    assert_int_equal(RUN("checkout", "P1", "302", "--source", "scanner"), 2);
    assert_int_equal(RUN("checkin", "302", "--returned", "later"), 2);
    assert_int_equal(RUN("checkin", "301", "--returned", "2026-10-05T10:00", "--json"), 0);
    assert_int_equal(
        number(w, "SELECT count(*) FROM entry WHERE body LIKE '%\"returned\":1791190800000%'"),
        1);
}

static void test_deskcmd_holds_are_placed_listed_captured_and_cancelled(void **state)
{
    struct world *w = *state;
    expect(RUN("hold", "place", "P1", "t1"), 0,
           "HOLD PLACED  The Tiger / Kerr, Judith \xE2\x80\x94 collect at van/mill");
    expect(RUN("hold", "list"), 0, "Ann Smith");
    expect(RUN("checkin", "301"), 0, "  HOLD  for P1, to collect at van/mill\n");
    expect(RUN("hold", "capture", "301"), 0, "SET ASIDE  The Tiger");
    expect(RUN("hold", "list", "P1"), 0, "SET ASIDE");
    expect(RUN("item", "show", "301"), 0, "SET ASIDE  P1 Ann Smith, van/mill");
    expect(RUN("hold", "list", "--title", "t2"), 0, "No holds.");
    expect(RUN("hold", "list", "--json"), 0, "");
    json_t *read = read_json();
    char *id = strdup(json_string_value(json_object_get(json_array_get(read, 0), "hold")));
    json_decref(read);
    expect(RUN("hold", "cancel", id, "--why", "left"), 0, "HOLD CANCELLED");
    free(id);
    assert_int_equal(RUN("hold", "cancel", "nonsense"), 2);
    expect(RUN("hold", "list", "--json"), 0, "[]");
    assert_int_equal(RUN("hold", "capture", "303"), 1);
    expect(RUN("hold", "place", "P9", "t1"), 1, "REFUSED  ");
    assert_int_equal(RUN("hold", "list", "P9"), 1);
    assert_int_equal(RUN("hold", "list", "P1", "--title", "t1"), 2);
}

static void test_deskcmd_marks_tallies_and_voids(void **state)
{
    struct world *w = *state;
    expect(RUN("item", "damaged", "303", "--why", "wet"), 0, "DAMAGED  Dune");
    expect(RUN("checkout", "P1", "303"), 1, "It is marked damaged");
    expect(RUN("item", "ok", "303"), 0, "OK  Dune");
    expect(RUN("checkout", "P1", "303", "--json"), 0, "");
    json_t *read = read_json();
    char *id = strdup(json_string_value(json_object_get(read, "entry")));
    json_decref(read);
    expect(RUN("void", id, "--why", "wrong card"), 0, "TAKEN BACK");
    free(id);
    expect(RUN("tally", "visitors", "12"), 0, "COUNTED  visitors");
    expect(RUN("tally", "visitors", "-2"), 0, "COUNTED");
    assert_int_equal(RUN("tally", "visitors", "many"), 2);
    assert_int_equal(RUN("tally", "ghosts", "1"), 2);
}

/* --- patrons ------------------------------------------------------------------------------ */

static void test_deskcmd_personal_fields_are_sealed_and_nowhere_else(void **state)
{
    struct world *w = *state;
    expect(RUN("patron", "add", "--card", "P7", "--name", "Cy Young", "--birth", "2012-05-31",
               "--address", "12 \"Mill\" Lane", "--phone", "0123", "--expires", "2027-05-31"),
           0, "REGISTERED  Cy Young");
    assert_string_equal(
        w->sealed_json,
        "{\"birth\":\"2012-05-31\",\"address\":\"12 \\\"Mill\\\" Lane\",\"phone\":\"0123\"}");
    assert_string_equal(w->birth, "2012-05-31");
    assert_int_equal(number(w, "SELECT count(*) FROM entry WHERE body LIKE '%2012-05%' OR body "
                               "LIKE '%Mill%' OR body LIKE '%0123%'"),
                     0);
    assert_int_equal(
        number(w, "SELECT count(*) FROM entry WHERE body LIKE '%\"sealed\":\"c2VhbGVk\"%'"), 1);
    assert_int_equal(number(w, "SELECT expires_s FROM patron WHERE card = 'P7'"),
                     1811804399); /* the day's last second */
    w->sealed_json[0] = '\0';
    assert_int_equal(db_run(w->db, SQL_STOP_ADD, "key", 's', "van/hill", "mobile", 's', "van", "community", 's', "", "name", 's', "hill",
                            "type", 's', "", "lat_e6", 'i', (int64_t)0, "lon_e6", 'i', (int64_t)0, NULL), BM_OK);
    expect(RUN("patron", "update", "P7", "--stop", "van/hill", "--barred", "yes", "--why",
               "lost books"),
           0, "BARRED");
    assert_string_equal(w->sealed_json, ""); /* nothing to seal */
    expect(RUN("patron", "show", "P7"), 0, "van/hill");
    expect(0, 0, "BARRED\n");
    assert_int_equal(RUN("patron", "add", "--card", "P7", "--name", "Else"), 1);
    assert_int_equal(RUN("patron", "add", "--card", "P8"), 2);
    assert_int_equal(RUN("patron", "add", "--name", "P8"), 2);
    assert_int_equal(
        RUN("patron", "add", "--card", "P8", "--name", "N", "--birth", "31/5/2012"), 2);
    assert_int_equal(RUN("patron", "update", "P7"), 2);
    assert_int_equal(RUN("patron", "update", "P7", "--barred", "maybe"), 2);
    assert_int_equal(RUN("patron", "update", "P9", "--stop", "x"), 1);
    char text[DESKCMD_FIELD_MAX + 2];
    memset(text, 'x', sizeof text);
    text[DESKCMD_FIELD_MAX + 1] = '\0';
    assert_int_equal(RUN("patron", "add", "--card", "P8", "--name", "N", "--address", text), 2);
}

static void test_deskcmd_patrons_are_shown_and_found(void **state)
{
    struct world *w = *state;
    assert_int_equal(RUN("checkout", "P1", "301"), 0);
    assert_int_equal(RUN("hold", "place", "P1", "t2"), 0);
    expect(RUN("patron", "show", "P1"), 0,
           "301   Mon 26 Oct 2026        0  The Tiger / Kerr, Judith");
    expect(0, 0, "waiting");
    expect(RUN("patron", "show", "P1", "--json"), 0, "");
    json_t *read = read_json();
    assert_int_equal(json_array_size(json_object_get(read, "loans")), 1);
    assert_int_equal(json_array_size(json_object_get(read, "holds")), 1);
    assert_string_equal(json_string_value(json_object_get(read, "name")), "Ann Smith");
    json_decref(read);
    assert_int_equal(RUN("patron", "show", "P9"), 1);
    expect(RUN("patron", "find", "an", "smi"), 0, "P1");
    assert_null(strstr(out, "P2"));
    expect(RUN("patron", "find", "100%"), 0, "P2");
    expect(RUN("patron", "find", "smi", "an"), 0, "P1"); /* in any order */
    assert_null(strstr(out, "P2"));
    expect(RUN("patron", "find", "mith"), 1, "Nobody"); /* beginnings of words */
    expect(RUN("patron", "find", "%"), 1, "Nobody");
    expect(RUN("patron", "find", "_"), 1, "Nobody");
    expect(RUN("patron", "find", "zz", "--json"), 1, "[]");
    expect(RUN("patron", "find", "e", "--json"), 0, "\"barred\":true");
}

/* --- looking ------------------------------------------------------------------------------ */

static void test_deskcmd_catalogue_is_searched_and_shown(void **state)
{
    struct world *w = *state;
    assert_int_equal(RUN("checkout", "P1", "301"), 0);
    ok(db_exec(w->db, "INSERT INTO title_text(title_text) VALUES('rebuild')"));
    expect(RUN("search", "tiger", "ker"), 0,
           "   1    1       2               The Tiger / Kerr, Judith  t1");
    expect(RUN("search", "tiger", "--json"), 0, "\"here\":1,\"out\":1");
    expect(RUN("search", "zebra"), 1, "No title");
    expect(RUN("search", "zebra", "--json"), 1, "{\"hits\":[],\"more\":false}");
    assert_int_equal(RUN("search", "tiger", "--limit", "0"), 2);
    expect(RUN("title", "show", "301"), 0, "due Mon 26 Oct 2026");
    expect(RUN("title", "show", "t2", "--json"), 0, "\"item\":\"303\"");
    assert_int_equal(RUN("title", "show", "t9"), 1);
    expect(RUN("shelf"), 0, "E KER        302   The Tiger / Kerr, Judith");
    assert_null(strstr(out, "301"));
    expect(RUN("shelf", "--from", "FIC", "--json"), 0, "\"place\":\"van1\"");
    expect(RUN("shelf", "attic"), 1, "Nothing");
    expect(RUN("item", "show", "301"), 0, "ON LOAN    P1 Ann Smith, due Mon 26 Oct 2026");
    expect(RUN("item", "show", "301", "--json"), 0, "\"patron\":\"P1\"");
    assert_int_equal(RUN("item", "show", "999"), 1);
    assert_int_equal(RUN("item", "shwo", "301"), 2);
}

static void test_deskcmd_a_patron_is_shown_with_the_loans_that_the_rules_allow(void **state)
{
    struct world *w = *state;
    expect(RUN("patron", "show", "P1", "--json"), 0, "\"limit\":9");
    ok(db_exec(w->db, "INSERT INTO rule(n, line) VALUES(2, ',adult,,21d,2,,4,,0,0,0,0,0,0,barred'), (3, ',,BOOK,21d,2,,2,,0,0,0,0,0,0,')"));
    expect(RUN("patron", "show", "P1", "--json"), 0, "\"limit\":4"); /* the closest for any type */
    ok(db_exec(w->db, "DELETE FROM rule WHERE n < 3"));
    expect(RUN("patron", "show", "P1", "--json"), 0, "\"limit\":null"); /* a type's own limit is not his */
}

static void test_deskcmd_choices_are_the_stops_of_the_vehicle_and_the_categories_of_living_cards(void **state)
{
    struct world *w = *state;
    ok(db_exec(w->db, "INSERT INTO stop(key, mobile, community, name, lat_e6, lon_e6) VALUES"
                      " ('van/mill', 'van', 'Mill End', 'Pump', 1, 1), ('van/ash', 'van', 'Ash', 'Green', 1, 1);"
                      "UPDATE patron SET category = 'senior' WHERE card = 'P3';"
                      "INSERT INTO patron(card, account, name, category, dead) VALUES('P9', 'P9', 'Old', 'gone', 1);"));
    expect(RUN("choices"), 0, "Ash, Green");
    expect(RUN("choices", "--json"), 0,
           "{\"stops\":[{\"key\":\"van/ash\",\"name\":\"Ash, Green\"},{\"key\":\"van/mill\",\"name\":\"Mill End, Pump\"}],"
           "\"categories\":[\"adult\",\"senior\"]}");
    w->desk.mobile = "another van"; /* a laptop offers its own stops only */
    expect(RUN("choices", "--json"), 0, "{\"stops\":[],");
    assert_int_equal(RUN("choices", "of", "what"), 2);
}

static void test_deskcmd_days_are_local_and_written_out(void **state)
{
    (void)state;
    char text[DESKCMD_DAY_SIZE];
    ok(zone_open("Europe/London"));
    assert_string_equal(deskcmd_day(1791194400, text, sizeof text), "Mon 5 Oct 2026");
    assert_string_equal(deskcmd_day(1791241199, text, sizeof text),
                        "Mon 5 Oct 2026"); /* 23:59:59, summer time */
    assert_string_equal(deskcmd_day(1791241200, text, sizeof text), "Tue 6 Oct 2026");
    assert_string_equal(deskcmd_day(ENTRY_NONE, text, sizeof text), "");
    assert_string_equal(deskcmd_day(INT64_MAX, text, sizeof text), "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_deskcmd_lending_tells_title_and_day_and_writes_one_entry_each),
        TEST(test_deskcmd_a_refusal_says_why_and_does_not_stop_the_others),
        TEST(test_deskcmd_barcodes_from_standard_input),
        TEST(test_deskcmd_json_is_an_object_for_one_act_and_an_array_for_several),
        TEST(test_deskcmd_a_fault_stops_the_rest),
        TEST(test_deskcmd_a_request_asked_again_is_not_done_again),
        TEST(test_deskcmd_acts_caught_up_from_paper_hold_their_own_time),
        TEST(test_deskcmd_holds_are_placed_listed_captured_and_cancelled),
        TEST(test_deskcmd_marks_tallies_and_voids),
        TEST(test_deskcmd_personal_fields_are_sealed_and_nowhere_else),
        TEST(test_deskcmd_patrons_are_shown_and_found),
        TEST(test_deskcmd_catalogue_is_searched_and_shown),
        TEST(test_deskcmd_a_patron_is_shown_with_the_loans_that_the_rules_allow),
        TEST(test_deskcmd_choices_are_the_stops_of_the_vehicle_and_the_categories_of_living_cards),
        cmocka_unit_test(test_deskcmd_days_are_local_and_written_out),
    };
    return cmocka_run_group_tests(tests, NULL, free_texts);
}
