/* tests/unit/test_desk_rules.c -- what the desk finds out for the rules, seen through `rules explain` and the acts: tables
 * in, words and JSON out. */
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

#define NOW_MS INT64_C(1791194400000) /* 2026-10-05 11:00 in London, a Monday */

struct world {
    struct deskcmd host;
    struct env env;
    struct db *db;
    struct journal journal;
    struct desk desk;
    struct rulebook book;
    char *out, *err;
};

static void ok(enum bm_rc rc)
{
    if (rc) fail_msg("%s: %s", err_name(rc), err_text(rc));
}

static enum bm_rc desk_begin(struct desk *d)
{
    rulebook_fit(d->book, 0);
    enum bm_rc rc = journal_begin(d->journal);
    d->view = rc ? NULL : ((struct world *)d->owner)->db;
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
    d->view = NULL;
    return db_end(d->journal->db, rc);
}

static enum bm_rc world_open(void *owner, struct cli *cli, struct desk **desk)
{
    (void)cli;
    *desk = &((struct world *)owner)->desk;
    return BM_OK;
}

static void world_close(void *owner)
{
    (void)owner;
}

static enum bm_rc world_view(void *owner, struct db **out)
{
    *out = ((struct world *)owner)->db;
    return BM_OK;
}

static enum bm_rc world_seal(void *owner, const char *json, const char *name, const char *birth, struct desk_person *out,
                             struct arena *a)
{
    (void)owner, (void)json, (void)name, (void)birth;
    out->sealed = arena_strdup(a, "c2VhbGVk");
    return BM_OK;
}

static int open_world(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct buf schema = { 0 };
    char genesis[65];
    if (!w) return -1;
    env_made(&w->env, 7, NOW_MS, 1000);
    buf_puts(&schema, SQL_FILE_JOURNAL);
    buf_puts(&schema, SQL_FILE_CIRCULATION);
    ok(seal_init());
    ok(zone_open("Europe/London"));
    ok(db_open(":memory:", DB_MEMORY, buf_str(&schema), NULL, &w->db));
    buf_free(&schema);
    memset(genesis, '0', 64);
    genesis[64] = '\0';
    ok(meta_set(w->db, "genesis", genesis));
    ok(db_exec(w->db, "INSERT INTO title(num, key, name, author, src_t, src) VALUES(1, 't1', 'The Tiger', 'Kerr, Judith', 1, 'b');"
                      "INSERT INTO item(barcode, title, place, itype) VALUES('301', 't1', 'van1', 'BOOK'),"
                      " ('302', 't1', 'van1', 'BOOK'), ('303', 't1', 'van1', 'DVD');"
                      "INSERT INTO patron(card, account, name, category, since_id, born, guarantor) VALUES"
                      " ('P1', 'P1', 'Ann', 'ADULT', 'b', 1980, NULL), ('P2', 'P2', 'Bob', 'CHILD', 'b', 2011, 'P1b'),"
                      " ('P1b', 'P1', 'Ann', 'ADULT', 'b', 1980, NULL), ('P3', 'P3', 'Eve', 'CHILD', 'b', NULL, 'P1');"
                      "INSERT INTO stop(key, mobile, community, name, lat_e6, lon_e6) VALUES('VAN1/Mill/Green', 'VAN1', 'Mill', 'Green', 0, 0);"));
    journal_init(&w->journal, w->db, &w->env, "van1", "desk 0", false, CLOCK_SYNC);
    w->desk = (struct desk){ .journal = &w->journal, .book = &w->book, .env = &w->env, .place = "van1", .branch = "VAN1", .when_ms = ENTRY_NONE,
                             .begin = desk_begin, .write = desk_apply, .end = desk_end, .owner = w };
    w->host = (struct deskcmd){ .open = world_open, .view = world_view, .close = world_close, .seal_person = world_seal, .owner = w };
    *state = w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    db_close(w->db);
    rulebook_free(&w->book);
    free(w->out);
    free(w->err);
    free(w);
    return 0;
}

static int run_with(struct world *w, const char *const *args)
{
    static const struct cli_command *const tables[] = { deskcmd_commands, deskcmd_explain_commands, NULL };
    static const struct cli_program program = { .name = "desk", .version = "0", .brief = "a desk", .about = "A desk.",
                                                .data_env = "DESK_TEST_DATA", .tables = tables };
    static const char *const always[] = { "desk", "--data", "/nowhere" };
    char *argv[32] = { NULL };
    int argc = 0;
    size_t out_len, err_len;
    for (int i = 0; i < 3; i++) argv[argc++] = strdup(always[i]);
    for (int i = 0; args[i]; i++) argv[argc++] = strdup(args[i]);
    free(w->out);
    free(w->err);
    FILE *in = fmemopen((void *)(uintptr_t)" ", 1, "r"), *to = open_memstream(&w->out, &out_len),
         *to_err = open_memstream(&w->err, &err_len);
    int status = cli_main_with(&program, &w->host, argc, argv, in, to, to_err);
    fclose(in);
    fclose(to);
    fclose(to_err);
    for (int i = 0; i < argc; i++) free(argv[i]);
    w->env.made_boottime_ms += 1000;
    w->env.made_wall_ms += 1000;
    return status;
}
#define RUN(...) run_with(w, (const char *const[]){ __VA_ARGS__, NULL })

static void says(struct world *w, int got, int status, const char *text)
{
    if (got != status || !strstr(w->out, text))
        fail_msg("status %d; out `%s`; err `%s`; wanted %d and `%s`", got, w->out, w->err, status, text);
}

static void rules(struct world *w, const char *const *lines, size_t count)
{
    ok(db_exec(w->db, "DELETE FROM rule"));
    for (size_t i = 0; i < count; i++)
        ok(db_run(w->db, SQL_RULE_ADD, "n", 'i', (int64_t)i + 1, "line", 's', lines[i], NULL));
}

static void rule(struct world *w, const char *line)
{
    rules(w, &line, 1);
}

static int64_t rows(struct world *w)
{
    struct stmt *s;
    ok(db_prepare(w->db, "SELECT count(*) FROM entry", &s));
    ok(stmt_next(s));
    int64_t x = stmt_int(s, 0);
    stmt_free(s);
    return x;
}

/* --- what the desk finds out ------------------------------------------------------------------ */

static void test_desk_rules_a_debt_one_cent_over_the_limit_refuses(void **state)
{
    struct world *w = *state;
    rule(w, "*,*,*,21d,,,,,,,,,,,debt,,,,,,,500,600");
    says(w, RUN("rules", "explain", "P1b", "301"), 0, "ALLOWED"); /* no balance: nothing owed */
    ok(db_exec(w->db, "INSERT INTO balance VALUES('P1', 500)"));
    says(w, RUN("rules", "explain", "P1b", "301"), 0, "ALLOWED");
    ok(db_exec(w->db, "UPDATE balance SET cents = 501")); /* the account's, whichever card is shown */
    says(w, RUN("rules", "explain", "P1b", "301"), 1, "debt: refused, staff may override [rule 1]");
    says(w, RUN("checkout", "P1b", "301"), 1, "owes more than allowed");
    rule(w, "*,*,*,21d");
    says(w, RUN("checkout", "P1b", "301"), 0, "LENT");
    rule(w, "*,*,*,21d,,,,,,,,,,,debt,,,,,,,500,600");
    says(w, RUN("renew", "301"), 0, "RENEWED"); /* renewals have a limit of their own */
    ok(db_exec(w->db, "UPDATE balance SET cents = 601"));
    says(w, RUN("renew", "301"), 1, "owes more than allowed");
}

static void test_desk_rules_debts_of_those_he_answers_for_count_together(void **state)
{
    struct world *w = *state;
    rule(w, "*,*,*,21d,,,,,,,,,,,,,,,,,,,,,1000");
    ok(db_exec(w->db, "INSERT INTO balance VALUES('P2', 600), ('P3', 400), ('P1', 5000)"));
    says(w, RUN("rules", "explain", "P1", "301"), 0, "ALLOWED"); /* his own are another matter */
    ok(db_exec(w->db, "UPDATE balance SET cents = 401 WHERE account = 'P3'"));
    says(w, RUN("rules", "explain", "P1", "301"), 1, "guarantor_debt: refused [rule 1]");
    ok(db_exec(w->db, "UPDATE balance SET cents = -5000 WHERE account = 'P3'")); /* one's credit pays no other's debt */
    says(w, RUN("rules", "explain", "P1", "301"), 0, "ALLOWED");
    ok(db_exec(w->db, "UPDATE balance SET cents = 1001 WHERE account = 'P2'"));
    says(w, RUN("rules", "explain", "P1", "301"), 1, "guarantor_debt");
    says(w, RUN("rules", "explain", "P2", "301"), 0, "ALLOWED"); /* he answers for nobody */
}

static void test_desk_rules_overdue_loans_are_counted(void **state)
{
    struct world *w = *state;
    rule(w, "*,*,*,1d,,,,,,,,,,,,,,,,,1");
    says(w, RUN("checkout", "P1", "301"), 0, "LENT");
    says(w, RUN("rules", "explain", "P1", "302"), 0, "ALLOWED");
    says(w, RUN("rules", "explain", "P1", "302", "--at", "2026-10-06"), 0, "ALLOWED"); /* due that day */
    says(w, RUN("rules", "explain", "P1b", "302", "--at", "2026-10-07"), 1, "overdue: refused [rule 1]");
    says(w, RUN("rules", "explain", "P2", "302", "--at", "2026-10-07"), 0, "ALLOWED");
}

static void test_desk_rules_a_copy_without_a_type_has_its_titles(void **state)
{
    struct world *w = *state;
    const char *const lines[] = { "*,*,*,21d", "*,*,VIDEO,7d,,,1" };
    ok(db_exec(w->db, "INSERT INTO title(num, key, name, author, itype, src_t, src) VALUES(2, 't2', 'A film', '', 'VIDEO', 1, 'b');"
                      "INSERT INTO item(barcode, title, place) VALUES('401', 't2', 'van1'), ('402', 't2', 'van1');"
                      "INSERT INTO item(barcode, title, place, itype) VALUES('403', 't2', 'van1', 'DVD')"));
    rules(w, lines, 2);
    says(w, RUN("rules", "explain", "P1", "401"), 0, "by rule 2");
    says(w, RUN("rules", "explain", "P1", "403"), 0, "by rule 1"); /* its own word comes first */
    says(w, RUN("checkout", "P1", "401"), 0, "LENT");
    says(w, RUN("rules", "explain", "P1", "402"), 1, "over_type_limit"); /* counted by that type too */
    says(w, RUN("rules", "explain", "P1", "403"), 0, "ALLOWED");
}

static void test_desk_rules_a_year_of_birth_is_enough_or_asks(void **state)
{
    struct world *w = *state;
    rule(w, "*,*,*,21d,,,,,,,,,,15");
    says(w, RUN("rules", "explain", "P1", "301"), 0, "ALLOWED");
    says(w, RUN("rules", "explain", "P2", "301"), 0, "age_unsure: only told"); /* born 2011 */
    says(w, RUN("rules", "explain", "P3", "301"), 0, "age_unknown: only told");
    rule(w, "*,*,*,21d,,,,,,,,,,16,age");
    says(w, RUN("rules", "explain", "P2", "301"), 1, "under_age: refused, staff may override");
    says(w, RUN("patron", "add", "--card", "P9", "--name", "Di", "--birth", "2012-05-31", "--guarantor", "P1"), 0, "REGISTERED");
    says(w, RUN("rules", "explain", "P9", "301"), 1, "under_age");
}

static void test_desk_rules_a_guarantor_is_another_card_that_is_known(void **state)
{
    struct world *w = *state;
    int64_t before = rows(w);
    assert_int_equal(RUN("patron", "add", "--card", "P9", "--name", "Di", "--guarantor", "P9"), 2);
    assert_int_equal(RUN("patron", "add", "--card", "P9", "--name", "Di", "--guarantor", "nobody"), 1);
    assert_non_null(strstr(w->err, "register the guarantor first"));
    assert_int_equal(rows(w), before);
    says(w, RUN("patron", "add", "--card", "P9", "--name", "Di", "--guarantor", "P1"), 0, "REGISTERED");
    rule(w, "*,*,*,21d,,,,,,,,,,,,,,,,,,,,,0");
    ok(db_exec(w->db, "INSERT INTO balance VALUES('P9', 1)"));
    says(w, RUN("rules", "explain", "P1", "301"), 1, "guarantor_debt");
}

static void test_desk_rules_a_renewal_knows_when_it_was_lent_and_was_due(void **state)
{
    struct world *w = *state;
    rule(w, "*,*,*,21d,,7d,,,,,,,,,soon late,,,due,7,28");
    says(w, RUN("checkout", "P1", "301"), 0, "due Mon 26 Oct 2026");
    says(w, RUN("renew", "301"), 1, "too soon");
    says(w, RUN("rules", "explain", "P1", "301", "--renew", "--at", "2026-10-18"), 1, "renew_too_soon");
    says(w, RUN("rules", "explain", "P1", "301", "--renew", "--at", "2026-10-19"), 0, "Due Mon 2 Nov 2026"); /* from the old date */
    says(w, RUN("rules", "explain", "P1", "301", "--renew", "--at", "2026-11-01"), 0, "ALLOWED");
    says(w, RUN("rules", "explain", "P1", "301", "--renew", "--at", "2026-11-02"), 1, "renew_too_late");
    says(w, RUN("rules", "explain", "P2", "301", "--renew", "--at", "2026-10-19"), 1, "renew_other"); /* not his */
    says(w, RUN("rules", "explain", "P1b", "301", "--renew", "--at", "2026-10-19"), 0, "ALLOWED"); /* his other card */
    says(w, RUN("rules", "explain", "nobody", "302", "--renew"), 1, "unknown_card"); /* a card was shown */
    says(w, RUN("renew", "302"), 1, "It is not on loan");
    assert_null(strstr(w->out, "No such card")); /* none was */
}

static int64_t exceptions(struct world *w)
{
    struct stmt *s;
    ok(db_prepare(w->db, "SELECT count(*) FROM exception", &s));
    ok(stmt_next(s));
    int64_t x = stmt_int(s, 0);
    stmt_free(s);
    return x;
}

static void test_desk_rules_what_a_rule_lets_pass_is_no_exception(void **state)
{
    struct world *w = *state;
    rule(w, "*,*,*,21d,,,,,,,,,,,expired,,,,,,,,,yes");
    says(w, RUN("checkout", "P1", "301"), 0, "LENT");
    ok(db_exec(w->db, "UPDATE patron SET expires_s = 1791000000")); /* three days ago */
    says(w, RUN("renew", "301"), 0, "note: The card has expired.");
    assert_int_equal(exceptions(w), 0);
    says(w, RUN("checkout", "P1", "302"), 1, "expired");
    says(w, RUN("checkout", "P1", "302", "--override", "--why", "new card is made"), 0, "overridden: The card has expired.");
    assert_int_equal(exceptions(w), 0);
    says(w, RUN("checkout", "P1", "303", "--json"), 1, "\"overridable\":true,\"rule\":1}");
}

static void test_desk_rules_a_copy_set_aside_is_ready_or_on_its_way(void **state)
{
    struct world *w = *state;
    rule(w, "*,*,*,21d");
    says(w, RUN("hold", "place", "P2", "301", "--copy", "--pickup", "van1"), 0, "HOLD PLACED");
    says(w, RUN("hold", "capture", "301"), 0, "SET ASIDE");
    says(w, RUN("rules", "explain", "P1", "301"), 1, "ready: refused");
    says(w, RUN("hold", "place", "P2", "303", "--copy", "--pickup", "VAN1/Mill/Green", "--override", "--why", "both"), 0, "HOLD PLACED");
    says(w, RUN("hold", "capture", "303"), 0, "SET ASIDE");
    says(w, RUN("rules", "explain", "P1", "303"), 1, "in_transit: refused");
    says(w, RUN("rules", "explain", "P1", "303", "--where", "VAN1/Mill/Green"), 1, "ready: refused");
    says(w, RUN("rules", "explain", "P2", "303"), 0, "hold_filled: only told");
}

/* --- words and JSON ------------------------------------------------------------------------------ */

static const char *const three[] = { "*,*,*,21d,,,1", "VAN1,*,*,14d,,,5,next_open,,,,,,,limit", "*,ADULT,BOOK,7d,,,2" };

static void test_desk_rules_explained_in_words(void **state)
{
    struct world *w = *state;
    rules(w, three, 3);
    ok(db_exec(w->db, "INSERT INTO closed_day(branch, first_day, last_day, reason) VALUES('*', 20745, 20745, 'fair')")); /* 2026-10-19 */
    RUN("rules", "explain", "P1", "301"); /* the first to open the journal notes the boot */
    int64_t before = rows(w);
    says(w, RUN("rules", "explain", "P1", "301"), 0, "ALLOWED  checkout of The Tiger / Kerr, Judith for P1, VAN1, 2026-10-05 11:0");
    char *second = strstr(w->out, "decides, and limits all loans"), *third = strstr(w->out, "ADULT");
    assert_true(second && third && second < third); /* VAN1's is closer than ADULT BOOK's */
    says(w, 0, 0, "Due Tue 20 Oct 2026, by rule 2:\n"
                  "  Mon 5 Oct 2026  counted from the day of the act\n"
                  "  Mon 19 Oct 2026 the loan's days on\n"
                  "  Tue 20 Oct 2026 closed: the next open day\n");
    says(w, 0, 0, "due_moved: only told [rule 2]");
    says(w, RUN("rules", "explain", "P1", "301", "--where", "MAIN"), 0, "by rule 3:");
    says(w, RUN("rules", "explain", "P1", "301", "--where", "VAN1/Mill/Green", "--at", "2026-10-06T09:00"), 0, "Due Tue 20 Oct 2026");
    assert_int_equal(rows(w), before); /* nothing was written */
    rules(w, NULL, 0);
    says(w, RUN("rules", "explain", "P1", "301"), 0, "No rule matches");
    assert_int_equal(RUN("rules", "explain", "P1", "301", "--at", "tomorrow"), 2);
    assert_int_equal(RUN("rules", "explain", "P1"), 2);
}

static void test_desk_rules_explained_in_json(void **state)
{
    struct world *w = *state;
    rules(w, three, 3);
    says(w, RUN("checkout", "P1", "302"), 0, "LENT");
    assert_int_equal(RUN("rules", "explain", "P1", "301", "--where", "MAIN", "--json"), 1);
    json_error_t bad;
    json_t *o = json_loads(w->out, 0, &bad), *list, *first;
    assert_non_null(o);
    assert_true(json_is_false(json_object_get(o, "allowed")));
    assert_true(json_is_false(json_object_get(o, "may_override")));
    assert_string_equal(json_string_value(json_object_get(o, "due_day")), "2026-10-12");
    assert_int_equal(json_integer_value(json_object_get(o, "rule")), 3);
    assert_int_equal(json_integer_value(json_object_get(o, "limit_rule")), 1);
    list = json_object_get(o, "rules");
    assert_int_equal(json_array_size(list), 2);
    first = json_array_get(list, 0);
    assert_true(json_is_true(json_object_get(first, "decides")));
    assert_int_equal(json_integer_value(json_object_get(first, "closeness")), 3);
    list = json_object_get(o, "reasons");
    assert_int_equal(json_array_size(list), 1);
    first = json_array_get(list, 0); /* it fired from the rule that sets the limit, not from the one that decides */
    assert_string_equal(json_string_value(json_object_get(first, "name")), "over_limit");
    assert_int_equal(json_integer_value(json_object_get(first, "rule")), 1);
    assert_int_equal(json_array_size(json_object_get(o, "steps")), 2);
    json_decref(o);
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_desk_rules_a_debt_one_cent_over_the_limit_refuses),
        T(test_desk_rules_debts_of_those_he_answers_for_count_together),
        T(test_desk_rules_overdue_loans_are_counted),
        T(test_desk_rules_a_copy_without_a_type_has_its_titles),
        T(test_desk_rules_a_year_of_birth_is_enough_or_asks),
        T(test_desk_rules_a_guarantor_is_another_card_that_is_known),
        T(test_desk_rules_a_renewal_knows_when_it_was_lent_and_was_due),
        T(test_desk_rules_what_a_rule_lets_pass_is_no_exception),
        T(test_desk_rules_a_copy_set_aside_is_ready_or_on_its_way),
        T(test_desk_rules_explained_in_words),
        T(test_desk_rules_explained_in_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
