/* tests/unit/test_roster.c -- patrons without a card: the words of names, who is found by them, by stop and by class. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/roster.h"
#include "common/words.h"

struct world {
    struct db *db;
    struct arena a;
    struct roster found;
};

static void must(enum bm_rc rc)
{
    if (rc) fail_msg("%s: %s", err_name(rc), err_text(rc));
}

static int begin(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    if (!w) return -1;
    must(db_open(":memory:", DB_MEMORY, SQL_FILE_CIRCULATION, NULL, &w->db));
    *state = w;
    return 0;
}

static int end(void **state)
{
    struct world *w = *state;
    arena_free(&w->a);
    db_close(w->db);
    free(w);
    return 0;
}

/* --- words ---------------------------------------------------------------------------------------- */

static void words_are(const char *name, const char *wanted)
{
    struct words w;
    char text[1000] = "";
    words_of_name(name, &w);
    for (size_t i = 0; i < w.count; i++) snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "", w.list[i]);
    assert_string_equal(text, wanted);
}

static void test_words_are_small_letters_without_accents(void **state)
{
    (void)state;
    words_are("Smith, Joan", "smith joan");
    words_are("  SMITH--Jones\t(Jr.) ", "smith jones jr");
    words_are("Zoë Ångström Łukasz Straße Æsop Þór Ĳssel Œuvre", "zoe angstrom lukasz strasse aesop thor ijssel oeuvre");
    words_are("Ŵyn Ẁil Ỳ Nguyễn Țepeș", "wyn wil y nguyen tepes");
    words_are("e\xCC\x81" "douard", "edouard"); /* the accent beside its letter */
    words_are("ΣΟΦΙΑ Борис", "σοφια борис");
    words_are("李小龍", "李小龍");
    words_are("Ann ann ANN", "ann");
    words_are("O'Brien D’Arcy '' o'", "obrien brien darcy arcy o");
    words_are("4B", "4b");
    words_are("", "");
    words_are("!?% _", "");
    words_are("bad \xFF\xC3 bytes \xF0\x9F\x99\x82", "bad bytes \xF0\x9F\x99\x82");
}

static void test_words_of_an_endless_name_stay_within_bounds(void **state)
{
    struct words w;
    char name[4096];
    (void)state;
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    words_of_name(name, &w);
    assert_int_equal(w.count, 1);
    assert_int_equal(strlen(w.list[0]), WORDS_WORD_MAX);
    for (size_t i = 0; i + 1 < sizeof name; i++) name[i] = i % 3 == 2 ? ' ' : (char)('a' + i / 3 % 26 * (i % 3 == 0) + i / 78 % 26 * (i % 3));
    words_of_name(name, &w);
    assert_int_equal(w.count, WORDS_MAX);
    for (size_t step = 1; step < 120; step++) { /* apostrophes and long words wherever the room ends */
        for (size_t i = 0; i + 1 < sizeof name; i++) name[i] = i % step == step - 1 ? "' "[i / step % 2] : (char)('a' + i % 26);
        words_of_name(name, &w);
        for (size_t i = 0; i < w.count; i++)
            assert_true(w.list[i] >= w.text && w.list[i] + strlen(w.list[i]) < w.text + sizeof w.text && strlen(w.list[i]) <= WORDS_WORD_MAX);
    }
}

static void test_words_typed_match_beginnings_in_any_order(void **state)
{
    struct words name, typed;
    (void)state;
    words_of_name("O'Brien, Mary-Ann", &name);
    static const char *const yes[] = { "mary", "ann", "o'b", "obri", "brien", "ma o'brien", "ANN brien mary", "o brien" };
    static const char *const no[] = { "ary", "maryann", "mary smith", "brienx" };
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) words_typed(yes[i], &typed), assert_true(words_match(&typed, &name));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) words_typed(no[i], &typed), assert_false(words_match(&typed, &name));
}

/* --- finding ---------------------------------------------------------------------------------------- */

static void person(struct world *w, const char *card, const char *name, const char *stop, const char *group)
{
    must(db_run(w->db, SQL_PATRON_PUT, "card", 's', card, "account", 's', card, "name", 's', name, "category", 's', "CHILD", "branch",
                's', "MAIN", "stop", 's', stop, "expires_s", 'I', INT64_MIN, "barred", 'i', (int64_t)0, "dead", 'i', (int64_t)0,
                "since_id", 's', "x", "born", 'I', INT64_MIN, "guarantor", 's', NULL, "class", 's', group, NULL));
}

static void people(struct world *w)
{
    person(w, "1", "Smith, Joan", "VAN1/A", "Year 4 Oak");
    person(w, "2", "Smith, John", "VAN1/A", "Year 4 Oak");
    person(w, "3", "Jones, Smithy", "VAN1/B", "Year 4 Oak");
    person(w, "4", "O'Neill, Zoë", "VAN1/A", "Year 5 Elm");
    person(w, "5", "Joachim, Jo", "VAN1/B", NULL);
    person(w, "6", NULL, NULL, NULL); /* nobody knows whose card */
}

/* Who is found, as cards. */
static void found(struct world *w, const char *name, const char *stop, const char *group, const char *cards)
{
    const struct roster_ask ask = { name, stop, group, 10 };
    char text[200] = "";
    must(roster_find(w->db, &ask, &w->a, &w->found));
    for (size_t i = 0; i < w->found.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "", w->found.rows[i].card);
    assert_string_equal(text, cards);
    assert_false(w->found.more);
}

static void test_roster_finds_by_name_stop_and_group(void **state)
{
    struct world *w = *state;
    people(w);
    found(w, "jo sm", NULL, NULL, "3 1 2");
    found(w, "SM jo", "VAN1/A", NULL, "1 2");
    found(w, "joan", NULL, NULL, "1");
    found(w, "jo", NULL, NULL, "5 3 1 2"); /* once, though two of its words begin so */
    found(w, "zoe", NULL, NULL, "4");
    found(w, "neill", NULL, NULL, "4");
    found(w, "o'n", NULL, NULL, "4");
    found(w, "nobody", NULL, NULL, "");
    found(w, "%", NULL, NULL, "");
    found(w, NULL, "VAN1/B", NULL, "5 3");
    found(w, NULL, NULL, "year 4 OAK", "3 1 2");
    found(w, NULL, "VAN1/A", "Year 4 Oak", "1 2");
    found(w, "sm", "VAN1/B", "Year 4 Oak", "3");
    found(w, "zoe", NULL, "Year 4 Oak", "");
    assert_int_equal(roster_find(w->db, &(struct roster_ask){ .limit = 1 }, &w->a, &w->found), BM_EUSAGE);
}

static void test_roster_follows_what_is_known(void **state)
{
    struct world *w = *state;
    people(w);
    person(w, "1", "Brown, Joan", "VAN1/B", NULL); /* married, moved, left the class */
    found(w, "smith joan", NULL, NULL, "");
    found(w, "brown", "VAN1/B", NULL, "1");
    found(w, NULL, NULL, "Year 4 Oak", "3 2");
    must(db_run(w->db, SQL_PATRON_DELETE, "card", 's', "2", NULL));
    found(w, "john", NULL, NULL, "");
    person(w, "6", "Ash, Kim", NULL, NULL);
    found(w, "kim", NULL, NULL, "6");
    must(db_exec(w->db, "UPDATE patron SET dead = 1 WHERE card = '6'"));
    found(w, "kim", NULL, NULL, ""); /* replaced: the new card has the name too */
    struct stmt *s;
    must(db_prepare(w->db, "SELECT count(*) FROM patron_word WHERE card NOT IN (SELECT card FROM patron)", &s));
    must(stmt_next(s));
    assert_int_equal(stmt_int(s, 0), 0);
    stmt_free(s);
}

static void test_roster_keeps_its_limit_and_says_there_are_more(void **state)
{
    struct world *w = *state;
    char card[16], name[32];
    for (int i = 0; i < 3000; i++) {
        snprintf(card, sizeof card, "c%04d", i);
        snprintf(name, sizeof name, "Smith%d, %s", i % 50, i == 1234 ? "Xaver" : "Bo");
        person(w, card, name, "VAN1/A", i % 100 ? "Year 3" : "Year 4");
    }
    struct roster_ask ask = { .name = "smith", .stop = "VAN1/A", .limit = 5 };
    must(roster_find(w->db, &ask, &w->a, &w->found));
    assert_int_equal(w->found.count, 5);
    assert_true(w->found.more);
    found(w, "xav smith", "VAN1/A", "Year 3", "c1234"); /* the narrow way among wide ones */
    ask = (struct roster_ask){ .group = "Year 4", .limit = 30 };
    must(roster_find(w->db, &ask, &w->a, &w->found));
    assert_int_equal(w->found.count, 30);
    assert_false(w->found.more);
}

static void test_roster_counts_groups(void **state)
{
    struct world *w = *state;
    struct roster_groups g;
    people(w);
    must(db_exec(w->db, "INSERT INTO loan(id, item, card, key_t, out_ms, due_s, promise, rate_cents, grace_days, price_cents, keep_cents, how, "
                        "renewals) VALUES('l', 'i', '2', 0, 0, 0, 'l', 0, 0, 0, 0, 'open', 0)"));
    person(w, "7", "Late, Anna", "VAN1/A", "YEAR 5 ELM");
    must(roster_groups(w->db, NULL, &w->a, &g));
    assert_int_equal(g.count, 2);
    assert_string_equal(g.list[0].name, "Year 4 Oak");
    assert_int_equal(g.list[0].patrons, 3);
    assert_null(g.list[0].stop);
    assert_int_equal(g.list[1].patrons, 2);
    assert_string_equal(g.list[1].stop, "VAN1/A");
    must(roster_groups(w->db, "VAN1/B", &w->a, &g));
    assert_int_equal(g.count, 1);
    assert_int_equal(g.list[0].patrons, 1);
    found(w, "john", NULL, NULL, "2");
    assert_int_equal(w->found.rows[0].loans, 1);
}

#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_words_are_small_letters_without_accents),
        T(test_words_of_an_endless_name_stay_within_bounds),
        T(test_words_typed_match_beginnings_in_any_order),
        T(test_roster_finds_by_name_stop_and_group),
        T(test_roster_follows_what_is_known),
        T(test_roster_keeps_its_limit_and_says_there_are_more),
        T(test_roster_counts_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
