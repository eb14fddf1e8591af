/* tests/unit/test_catalog.c -- what people look up is found, in the right order, whatever they
 * type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/callno.h"
#include "common/catalog.h"

struct world {
    struct db *db;
    struct arena arena;
};

static void ok(enum bm_rc rc)
{
    if (rc) fail_msg("%s", err_text(rc));
}

static void put_title(struct world *w, const char *key, const char *name, const char *author,
                      const char *detail)
{
    ok(db_run(w->db, SQL_TITLE_TEXT_OUT, "key", 's', key, NULL));
    ok(db_run(w->db, SQL_TITLE_PUT, "key", 's', key, "name", 's', name, "author", 's', author,
              "isbn", 's', "", "itype", 's', "book", "callno", 's', "FIC T", "detail", 's',
              detail, "src_t", 'i', (int64_t)1, "src", 's', "b.1.1", NULL));
    ok(db_run(w->db, SQL_TITLE_TEXT_IN, "key", 's', key, NULL));
}

static void put_item(struct world *w, const char *barcode, const char *title, const char *place,
                     const char *callno)
{
    char shelf[CALLNO_KEY_MAX];
    callno_key(callno, shelf, sizeof shelf);
    ok(db_run(w->db, SQL_ITEM_PUT, "barcode", 's', barcode, "title", 's', title, "place", 's',
              place, "cond", 's', "ok", NULL));
    ok(db_run(w->db, SQL_ITEM_INFO_SET, "callno", 's', callno, "shelf", 's',
              callno ? shelf : NULL, "price", 'I', callno ? (int64_t)1250 : INT64_MIN, "info_t",
              'i', (int64_t)1, "info_id", 's', "b.1.1", "barcode", 's', barcode, NULL));
}

static void exec(struct world *w, const char *sql)
{
    ok(db_exec(w->db, sql));
}

static int open_world(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct buf schema = { 0 };
    buf_puts(&schema, SQL_FILE_JOURNAL);
    buf_puts(&schema, SQL_FILE_CIRCULATION);
    if (!w || db_open(":memory:", DB_MEMORY, buf_str(&schema), NULL, &w->db)) return -1;
    buf_free(&schema);
    put_title(w, "t1", "The Tiger Who Came to Tea", "Kerr, Judith", "Tigers. Tea.");
    put_title(w, "t2", "Tiger, tiger", "Banks, Lynne Reid", "Rome -- Juvenile fiction.");
    put_title(w, "t3", "O'Brien's \"Last\" Stand: AND OR NOT NEAR",
              "\xC3\x9E\xC3\xB3r\xC3\xB0ur \xC3\x81g\xC3\xBAst", "");
    put_title(w, "t4", "Tea time", "Tigerman, A.", "");
    put_item(w, "30001", "t1", "van1", "E KER");
    put_item(w, "30002", "t1", "branch", "E KER");
    put_item(w, "30003", "t1", "van1", "E KER");
    put_item(w, "30004", "t2", "van1", "599.756 BAN");
    put_item(w, "30005", NULL, "van1", NULL);
    put_item(w, "30006", "t3", "van1", "599 OBR");
    exec(w,
         "INSERT INTO title_isbn VALUES('9780306406157', 't2'), ('9780306406157', 't4');"
         "INSERT INTO patron(card, account, name) VALUES('P1', 'P1', 'Ann'), ('P2', 'P2', "
         "'Bob');"
         "INSERT INTO loan(id, item, card, key_t, out_ms, due_s, promise, rate_cents, "
         "grace_days, price_cents, keep_cents, how, renewals)"
         " VALUES('v.1.7', '30003', 'P1', 1000, 1000, 5000, 'v.1.7', 0, 0, 0, 0, 'open', 2);"
         "UPDATE item SET loan = 'v.1.7' WHERE barcode = '30003';"
         "INSERT INTO hold VALUES('v.1.8', 'P2', 't2', NULL, 'mill', 900, 'captured', '30004');"
         "UPDATE item SET aside = 'v.1.8', last_t = 4000, last_op = 'capture_hold' WHERE "
         "barcode = '30004'");
    *state = w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    arena_free(&w->arena);
    db_close(w->db);
    free(w);
    return 0;
}

/* Keys found, a blank between. */
static const char *found(struct world *w, const char *query)
{
    static char keys[512];
    struct catalog_hits hits;
    enum bm_rc rc = catalog_search(w->db, query, "van1", 100, &w->arena, &hits);
    if (rc) fail_msg("`%s`: %s", query, err_text(rc));
    keys[0] = '\0';
    for (size_t i = 0; i < hits.count; i++) {
        size_t len = strlen(keys);
        snprintf(keys + len, sizeof keys - len, "%s%s", i ? " " : "", hits.hits[i].key);
    }
    return keys;
}

static void test_catalog_all_words_must_match_and_the_last_may_be_a_beginning(void **state)
{
    struct world *w = *state;
    assert_string_equal(found(w, "tiger"), "t1 t2 t4");
    assert_string_equal(found(w, "  TIGER tea "), "t1");
    assert_string_equal(found(w, "ti te"), ""); /* only the last word may be cut short */
    assert_string_equal(found(w, "tea tig"), "t1 t4");
    assert_string_equal(found(w, "judith tiger"), "t1");
    assert_string_equal(found(w, "rome juv"), "t2");
    assert_string_equal(found(w, "th\xC3\xB3rdur"), "");
    assert_string_equal(found(w, "agust"), "t3"); /* accents do not matter */
    assert_string_equal(found(w, "nothing"), "");
}

static void test_catalog_search_syntax_is_only_text(void **state)
{
    struct world *w = *state;
    assert_string_equal(found(w, "o'brien's"), "t3");
    assert_string_equal(found(w, "\"last\" stand"), "t3");
    assert_string_equal(found(w, "and or not near"), "t3");
    assert_string_equal(found(w, "tiger NOT tea"), "");
    assert_string_equal(found(w, "tiger - tea"), "t1");
    assert_string_equal(found(w, "name:tiger"),
                        ""); /* no column filter: a phrase of two words */
    assert_string_equal(found(w, ""), "");
    assert_string_equal(found(w, " \t\n"), "");
    assert_string_equal(found(w, "***"), "");
    static const char *const odd[] = { "\"",
                                       "\"\"",
                                       "a\"b\"",
                                       "(",
                                       ")",
                                       "NEAR(a b)",
                                       "a*b",
                                       "^a",
                                       "{a b}: c",
                                       "+",
                                       "a AND",
                                       "-a",
                                       "\\",
                                       "title_text",
                                       "'; DROP TABLE title; --",
                                       "\xE2\x80\x94",
                                       "\xE2\x80\x94 tiger",
                                       "a \x01 b",
                                       "%",
                                       "rank" };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        (void)found(w, odd[i]); /* none is an error */
    assert_string_equal(found(w, "\xE2\x80\x94 tiger"), "t1 t2 t4");
}

static void test_catalog_queries_beyond_the_limits_are_refused(void **state)
{
    struct world *w = *state;
    struct catalog_hits hits;
    char query[CATALOG_QUERY_MAX + 2];
    memset(query, 'x', sizeof query);
    query[CATALOG_QUERY_MAX] = '\0';
    assert_int_equal(catalog_search(w->db, query, NULL, 10, &w->arena, &hits), BM_OK);
    query[CATALOG_QUERY_MAX] = 'x';
    query[CATALOG_QUERY_MAX + 1] = '\0';
    assert_int_equal(catalog_search(w->db, query, NULL, 10, &w->arena, &hits), BM_EUSAGE);
    assert_int_equal(
        catalog_search(w->db, "a b c d e f g h i j k l m n o p", NULL, 10, &w->arena, &hits),
        BM_OK);
    assert_int_equal(
        catalog_search(w->db, "a b c d e f g h i j k l m n o p q", NULL, 10, &w->arena, &hits),
        BM_EUSAGE);
    assert_int_equal(catalog_search(w->db, "a\xFF", NULL, 10, &w->arena, &hits), BM_EUSAGE);
    memset(query, '"', sizeof query); /* each is doubled */
    query[0] = 'x';
    query[CATALOG_QUERY_MAX] = '\0';
    assert_int_equal(catalog_search(w->db, query, NULL, 10, &w->arena, &hits), BM_OK);
}

static void test_catalog_most_popular_come_first_and_a_limit_tells_of_more(void **state)
{
    struct world *w = *state;
    struct catalog_hits hits;
    assert_int_equal(catalog_search(w->db, "tig", "van1", 2, &w->arena, &hits), BM_OK);
    assert_int_equal(hits.count, 2);
    assert_true(hits.more);
    assert_string_equal(hits.hits[0].key, "t1");
    assert_int_equal(catalog_search(w->db, "tig", "van1", 3, &w->arena, &hits), BM_OK);
    assert_int_equal(hits.count, 3);
    assert_false(hits.more);
}

/* Early end: the search must give rows in its own order; a sort would read them all first. */
static void test_catalog_search_does_not_sort(void **state)
{
    struct world *w = *state;
    static const enum sql_id searches[] = { SQL_CATALOG_SEARCH, SQL_CATALOG_SHELF };
    for (size_t i = 0; i < 2; i++) {
        struct stmt *s;
        char *sql = arena_printf(&w->arena, "EXPLAIN QUERY PLAN %s", sql_text[searches[i]]);
        assert_int_equal(db_prepare(w->db, sql, &s), BM_OK);
        int steps = 0;
        while (stmt_next(s) == BM_OK) {
            steps++;
            if (strstr(stmt_text(s, 3), "TEMP B-TREE"))
                fail_msg("%s: %s", sql_name[searches[i]], stmt_text(s, 3));
        }
        assert_true(steps > 0);
        stmt_free(s);
    }
}

static void test_catalog_barcode_and_isbn_find_their_title(void **state)
{
    struct world *w = *state;
    assert_string_equal(found(w, "30004"), "t2");
    assert_string_equal(found(w, " *30001* \r"), "t1"); /* as a scanner sends it */
    assert_string_equal(found(w, "30005"), "");         /* known copy, unknown title */
    assert_string_equal(found(w, "9780306406157"), "t2 t4");
    assert_string_equal(found(w, "0-306-40615-2"), "t2 t4");
    assert_string_equal(found(w, "0-306-40615-3"), ""); /* wrong check digit */
}

static void test_catalog_copies_are_counted_by_where_they_are(void **state)
{
    struct world *w = *state;
    struct catalog_hit hit;
    assert_int_equal(catalog_title(w->db, "t1", "van1", &w->arena, &hit), BM_OK);
    assert_int_equal(hit.copies, 3);
    assert_int_equal(hit.here, 1);
    assert_int_equal(hit.out, 1);
    exec(w, "UPDATE item SET cond = 'missing' WHERE barcode = '30001'");
    assert_int_equal(catalog_title(w->db, "t1", "van1", &w->arena, &hit), BM_OK);
    assert_int_equal(hit.copies, 3);
    assert_int_equal(hit.here, 0);
    exec(w, "UPDATE item SET cond = 'withdrawn' WHERE barcode = '30001'");
    assert_int_equal(catalog_title(w->db, "t1", NULL, &w->arena, &hit), BM_OK);
    assert_int_equal(hit.copies, 2);
    assert_int_equal(hit.here, 0);
    assert_int_equal(catalog_title(w->db, "t4", "van1", &w->arena, &hit), BM_OK);
    assert_int_equal(hit.copies + hit.here + hit.out, 0);
    assert_int_equal(catalog_title(w->db, "t9", "van1", &w->arena, &hit), BM_ENOTFOUND);
    struct catalog_copies copies;
    assert_int_equal(catalog_copies(w->db, "t1", &w->arena, &copies), BM_OK);
    assert_int_equal(copies.count, 3);
    assert_string_equal(copies.copies[2].barcode, "30003");
    assert_int_equal(copies.copies[2].due_s, 5000);
    assert_int_equal(copies.copies[0].due_s, INT64_MIN);
    assert_string_equal(copies.copies[0].cond, "withdrawn");
    assert_int_equal(catalog_copies(w->db, "t9", &w->arena, &copies), BM_OK);
    assert_int_equal(copies.count, 0);
}

static void expect_shelf(struct world *w, const char *from, const char *barcodes)
{
    struct catalog_copies copies;
    char got[256] = "";
    struct catalog_shelf ask = { .place = "van1", .from = from, .limit = 100 };
    assert_int_equal(catalog_shelf(w->db, &ask, &w->arena, &copies), BM_OK);
    for (size_t i = 0; i < copies.count; i++) {
        size_t len = strlen(got);
        snprintf(got + len, sizeof got - len, "%s ", copies.copies[i].barcode);
    }
    assert_string_equal(got, barcodes);
}

static void test_catalog_shelf_list_is_in_shelving_order_from_any_number(void **state)
{
    struct world *w = *state;
    expect_shelf(
        w, NULL,
        "30005 30001 30006 30004 "); /* no number at all first; lent ones are not there */
    expect_shelf(w, "599", "30006 30004 ");
    expect_shelf(w, "599.7", "30004 ");
    expect_shelf(w, "600", "");
    exec(w, "UPDATE item SET cond = 'lost' WHERE barcode = '30001'");
    expect_shelf(w, NULL, "30005 30006 30004 ");
    struct catalog_copies copies;
    struct catalog_shelf ask = { .place = "van1", .limit = 2 };
    assert_int_equal(catalog_shelf(w->db, &ask, &w->arena, &copies), BM_OK);
    assert_int_equal(copies.count, 2);
    assert_true(copies.more);
    assert_string_equal(copies.copies[1].author,
                        "\xC3\x9E\xC3\xB3r\xC3\xB0ur \xC3\x81g\xC3\xBAst");
    assert_null(copies.copies[0].name);
    ask.place = "nowhere";
    assert_int_equal(catalog_shelf(w->db, &ask, &w->arena, &copies), BM_OK);
    assert_int_equal(copies.count, 0);
}

static void expect_shelf_upto(struct world *w, const char *to, bool all, const char *barcodes)
{
    struct catalog_copies copies;
    struct catalog_shelf ask = { .place = "van1", .from = "1", .to = to, .all = all, .limit = 100 };
    char got[256] = "";
    assert_int_equal(catalog_shelf(w->db, &ask, &w->arena, &copies), BM_OK);
    for (size_t i = 0; i < copies.count; i++) {
        size_t len = strlen(got);
        snprintf(got + len, sizeof got - len, "%s%s ", copies.copies[i].barcode,
                 copies.copies[i].due_s != INT64_MIN ? "lent" : "");
    }
    assert_string_equal(got, barcodes);
}

static void test_catalog_shelf_list_ends_with_all_that_begins_like_the_last_number(void **state)
{
    struct world *w = *state;
    exec(w, "DELETE FROM item");
    static const char *const numbers[] = { "100", "590 ABC", "599", "599 ATT", "599.7", "599.74 X", "600", "5990" };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char key[CALLNO_KEY_MAX], sql[2 * CALLNO_KEY_MAX];
        callno_key(numbers[i], key, sizeof key);
        snprintf(sql, sizeof sql, "INSERT INTO item(barcode, place, callno, shelf) VALUES('%zu', 'van1', '%s', '%s')", i, numbers[i], key);
        exec(w, sql);
    }
    exec(w, "INSERT INTO loan(id, item, card, key_t, out_ms, due_s, promise, rate_cents, grace_days, price_cents, keep_cents, how, renewals)"
            " VALUES('v.1.9', '3', 'P', 1, 1, 77, 'v.1.9', 0, 0, 0, 0, 'open', 0)");
    exec(w, "UPDATE item SET loan = 'v.1.9' WHERE barcode = '3'");
    expect_shelf_upto(w, NULL, false, "0 1 2 4 5 6 7 ");
    expect_shelf_upto(w, "599", false, "0 1 2 4 5 ");
    expect_shelf_upto(w, "599", true, "0 1 2 3lent 4 5 ");
    expect_shelf_upto(w, "599.7", false, "0 1 2 4 5 ");
    expect_shelf_upto(w, "599 ATT", true, "0 1 2 3lent ");
    expect_shelf_upto(w, "600", false, "0 1 2 4 5 6 ");
    expect_shelf_upto(w, "0", false, "");
}

static void test_catalog_item_tells_loan_hold_and_place(void **state)
{
    struct world *w = *state;
    struct catalog_item item;
    assert_int_equal(catalog_item(w->db, "*30003*", &w->arena, &item), BM_OK);
    assert_string_equal(item.name, "The Tiger Who Came to Tea");
    assert_string_equal(item.loan, "v.1.7");
    assert_string_equal(item.card, "P1");
    assert_string_equal(item.patron_name, "Ann");
    assert_int_equal(item.due_s, 5000);
    assert_int_equal(item.renewals, 2);
    assert_int_equal(item.price_cents, 1250);
    assert_null(item.aside);
    assert_int_equal(catalog_item(w->db, "30004", &w->arena, &item), BM_OK);
    assert_null(item.loan);
    assert_int_equal(item.due_s, INT64_MIN);
    assert_string_equal(item.aside, "v.1.8");
    assert_string_equal(item.aside_name, "Bob");
    assert_string_equal(item.aside_pickup, "mill");
    assert_true(item.aside_stands);
    assert_string_equal(item.last_op, "capture_hold");
    assert_string_equal(item.callno, "599.756 BAN");
    exec(w, "UPDATE hold SET state = 'cancelled'");
    assert_int_equal(catalog_item(w->db, "30004", &w->arena, &item), BM_OK);
    assert_false(item.aside_stands);
    assert_int_equal(catalog_item(w->db, "30005", &w->arena, &item), BM_OK);
    assert_null(item.name);
    assert_int_equal(item.price_cents, INT64_MIN);
    assert_int_equal(catalog_item(w->db, "39999", &w->arena, &item), BM_ENOTFOUND);
    assert_int_equal(catalog_item(w->db, " ", &w->arena, &item), BM_EUSAGE);
}

static void test_catalog_changed_and_deleted_titles_are_searched_as_they_are_now(void **state)
{
    struct world *w = *state;
    put_title(w, "t2", "Lion, lion", "Banks, Lynne Reid", "");
    assert_string_equal(found(w, "tiger"), "t1 t4");
    assert_string_equal(found(w, "lion"), "t2");
    assert_string_equal(found(w, "rome"), "");
    assert_int_equal(db_run(w->db, SQL_TITLE_TEXT_OUT, "key", 's', "t1", NULL), BM_OK);
    assert_int_equal(db_run(w->db, SQL_TITLE_DELETE, "key", 's', "t1", NULL), BM_OK);
    assert_string_equal(found(w, "tiger"), "t4");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_catalog_all_words_must_match_and_the_last_may_be_a_beginning),
        TEST(test_catalog_search_syntax_is_only_text),
        TEST(test_catalog_queries_beyond_the_limits_are_refused),
        TEST(test_catalog_most_popular_come_first_and_a_limit_tells_of_more),
        TEST(test_catalog_search_does_not_sort),
        TEST(test_catalog_barcode_and_isbn_find_their_title),
        TEST(test_catalog_copies_are_counted_by_where_they_are),
        TEST(test_catalog_shelf_list_is_in_shelving_order_from_any_number),
        TEST(test_catalog_shelf_list_ends_with_all_that_begins_like_the_last_number),
        TEST(test_catalog_item_tells_loan_hold_and_place),
        TEST(test_catalog_changed_and_deleted_titles_are_searched_as_they_are_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
