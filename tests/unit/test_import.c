/* tests/unit/test_import.c -- a library's files become observes: all of a file or nothing, what is wrong told by number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/audit.h"
#include "sync/import.h"

enum { PATH_SIZE = 256, TOLD_MAX = 2048 };

struct world {
    char dir[64];
    struct branch b;
    struct arena a;
    struct import_result r;
    char told[TOLD_MAX]; /* "line 3;record 2;" */
    char reason[ERR_TEXT_MAX];
};

static int begin(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    str_copy(w->dir, sizeof w->dir, "/tmp/test_import.XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    struct branch_init init = { .zone = "Europe/London", .code = "MAIN" };
    assert_int_equal(branch_create(w->dir, &init), BM_OK);
    assert_int_equal(branch_open(w->dir, &w->b), BM_OK);
    *state = w;
    return 0;
}

static int end(void **state)
{
    static const char *const names[] = { "branch.db", "branch.db-wal", "branch.db-shm", "server.key", "lock", "in" };
    struct world *w = *state;
    branch_close(&w->b);
    arena_free(&w->a);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[PATH_SIZE];
        snprintf(path, sizeof path, "%s/%s", w->dir, names[i]);
        unlink(path);
    }
    rmdir(w->dir);
    free(w);
    return 0;
}

static void on_bad(void *ctx, const char *where, int64_t number, const char *reason)
{
    struct world *w = ctx;
    size_t len = strlen(w->told);
    snprintf(w->told + len, sizeof w->told - len, "%s %lld;", where, (long long)number);
    str_copy(w->reason, sizeof w->reason, reason);
}

typedef enum bm_rc import_function(struct branch *b, const char *path, const struct import_how *how, struct import_result *out);

static enum bm_rc bring_at(struct world *w, import_function *import, const char *text, int64_t asof_ms)
{
    char path[PATH_SIZE];
    struct import_how how = { .asof_ms = asof_ms, .on_bad = on_bad, .ctx = w };
    snprintf(path, sizeof path, "%s/in", w->dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    w->told[0] = '\0';
    if (import) return import(&w->b, path, &how, &w->r);
    return import_marc(&w->b, path, MARC_ITEMS_EVERGREEN852, &how, &w->r);
}

static enum bm_rc bring(struct world *w, import_function *import, const char *text)
{
    return bring_at(w, import, text, ENTRY_NONE);
}

static int64_t counted(const struct world *w, const char *name)
{
    for (size_t i = 0; i < w->r.count_count; i++)
        if (strcmp(w->r.counts[i].name, name) == 0) return w->r.counts[i].count;
    return 0;
}

/* The first column of a statement of the test's own: a number as text; "" = no row or NULL. */
static const char *ask(struct world *w, const char *sql)
{
    struct stmt *s;
    const char *out = "";
    assert_int_equal(db_prepare(w->b.db, sql, &s), BM_OK);
    enum bm_rc rc = stmt_next(s);
    if (!rc && stmt_text(s, 0)) out = stmt_copy(s, 0, &w->a);
    assert_true(rc == BM_OK || rc == BM_ENOTFOUND);
    stmt_free(s);
    return out;
}

static void expect_clean(struct world *w)
{
    struct audit au;
    assert_int_equal(audit_run(&w->b, &w->a, &au), BM_OK);
    for (size_t i = 0; i < au.problem_count; i++) print_error("%s\n", au.texts[i]);
    assert_int_equal(au.problem_count, 0);
    assert_true(au.entries > 0);
}

#define RECORD(key, name, items)                                                               \
    "<record><leader>00000nam a2200000 a 4500</leader><controlfield tag=\"001\">" key           \
    "</controlfield><datafield tag=\"245\" ind1=\"0\" ind2=\"0\"><subfield code=\"a\">" name       \
    "</subfield></datafield>" items "</record>"
#define ITEM(barcode, status)                                                                  \
    "<datafield tag=\"852\" ind1=\" \" ind2=\" \"><subfield code=\"b\">VAN</subfield><subfield code=\"c\">Shelf</subfield>" \
    "<subfield code=\"j\">FIC TES</subfield><subfield code=\"g\">book</subfield><subfield code=\"p\">" barcode \
    "</subfield><subfield code=\"s\">" status "</subfield><subfield code=\"y\">24.99</subfield></datafield>"
#define RECORDS(text) "<collection xmlns=\"http://www.loc.gov/MARC21/slim\">" text "</collection>"

static const char *const catalogue = RECORDS(RECORD("k1", "First title", ITEM("i1", "available") ITEM("i2", "lost"))
                                                 RECORD("k2", "Second title", ITEM("i3", "checked_out")));
static const char *const people = "cardnumber,surname,firstname,dateofbirth,branchcode,categorycode,dateexpiry,debarred\n"
                                  "p1,Doe,Jane,2000-01-31,MAIN,ADULT,2030-07-01,\n"
                                  "p2,Roe,,,MAIN,ADULT,,9999-12-31\n";

static void test_import_titles_and_copies_stand_as_catalogued(void **state)
{
    struct world *w = *state;
    assert_int_equal(bring(w, NULL, catalogue), BM_OK);
    assert_int_equal(counted(w, "titles"), 2);
    assert_int_equal(counted(w, "items"), 3);
    assert_int_equal(counted(w, "marked lost, missing or unfit"), 1);
    assert_int_equal(w->r.rows, 6);
    assert_string_equal(ask(w, "SELECT name FROM title WHERE key = 'k1'"), "First title");
    assert_string_equal(ask(w, "SELECT title || ' ' || branch || ' ' || cond || ' ' || callno || ' ' || price_cents || ' ' || loc "
                               "FROM item WHERE barcode = 'i1'"), "k1 VAN ok FIC TES 2499 Shelf");
    assert_string_equal(ask(w, "SELECT cond FROM item WHERE barcode = 'i2'"), "lost");
    expect_clean(w);
    assert_int_equal(bring(w, NULL, catalogue), BM_OK); /* once more: nothing is doubled, no mark is made again */
    assert_int_equal(w->r.rows, 5);
    assert_string_equal(ask(w, "SELECT count(*) FROM title"), "2");
    assert_string_equal(ask(w, "SELECT count(*) FROM exception"), "0");
    expect_clean(w);
}

static void test_import_a_record_that_cannot_be_read_is_told_and_the_rest_go_on(void **state)
{
    struct world *w = *state;
    assert_int_equal(bring(w, NULL, RECORDS(RECORD("k1", "One", "") "<record><leader>short</record>")), BM_OK);
    assert_int_equal(counted(w, "titles"), 1);
    assert_string_equal(w->told, "record 2;");
    assert_int_equal(counted(w, "left out"), 1);
    assert_int_equal(bring(w, NULL, RECORDS(RECORD("k1", "One", "") RECORD("k1", "Two", ITEM(" ", "available")))), BM_OK);
    assert_int_equal(counted(w, "records with the number of an earlier one"), 1);
    assert_int_equal(counted(w, "items left out"), 1);
    assert_string_equal(ask(w, "SELECT name FROM title WHERE key = 'k1'"), "Two");
}

static void test_import_a_file_of_another_kind_changes_nothing(void **state)
{
    struct world *w = *state;
    const char *before = ask(w, "SELECT count(*) FROM entry");
    assert_int_equal(bring(w, NULL, "cardnumber,surname\n"), BM_EINPUT);
    assert_int_equal(bring(w, import_patrons, "cardnumber,surname\nA,B\n"), BM_EINPUT);
    assert_non_null(strstr(err_text(BM_EINPUT), "branchcode"));
    assert_int_equal(bring(w, import_loans, people), BM_EINPUT);
    assert_int_equal(bring(w, import_holds, people), BM_EINPUT);
    assert_int_equal(bring(w, import_calendar, people), BM_EINPUT);
    assert_int_equal(bring(w, import_routes, people), BM_EINPUT);
    assert_int_equal(bring(w, import_rules, people), BM_EINPUT);
    assert_int_equal(bring(w, import_patrons, ""), BM_EINPUT);
    assert_int_equal(bring(w, import_patrons, "cardnumber,surname,branchcode,categorycode\n"), BM_EINPUT); /* nobody in it */
    struct import_how how = { .asof_ms = ENTRY_NONE };
    assert_int_equal(import_patrons(&w->b, "/nowhere/at/all.csv", &how, &w->r), BM_ENOTFOUND);
    assert_int_equal(bring_at(w, import_patrons, people, INT64_MAX), BM_EUSAGE); /* true tomorrow */
    assert_string_equal(ask(w, "SELECT count(*) FROM entry"), before);
    assert_int_equal(bring(w, import_patrons, people), BM_OK); /* and the branch goes on working */
}

static void test_import_patrons_have_a_last_day_and_sealed_facts(void **state)
{
    struct world *w = *state;
    struct buf open = { 0 };
    assert_int_equal(bring(w, import_patrons, people), BM_OK);
    assert_int_equal(counted(w, "patrons"), 2);
    assert_int_equal(counted(w, "barred"), 1);
    assert_string_equal(ask(w, "SELECT name || '/' || category || '/' || branch || '/' || expires_s || '/' || barred FROM patron "
                               "WHERE card = 'p1'"), "Doe, Jane/ADULT/MAIN/1909177199/0"); /* 2030-07-01 23:59:59 +01 */
    assert_string_equal(ask(w, "SELECT name || '/' || barred FROM patron WHERE card = 'p2' AND expires_s IS NULL"), "Roe/1");
    assert_string_equal(ask(w, "SELECT count(*) FROM entry WHERE body LIKE '%2000-01-31%'"), "0");
    const char *sealed = ask(w, "SELECT json_extract(body, '$.sealed') FROM entry WHERE body LIKE '%\"p1\"%'");
    assert_int_equal(seal_box_open(&w->b.box, sealed, strlen(sealed), &open), BM_OK);
    assert_string_equal(buf_str(&open), "{\"birth\":\"2000-01-31\"}");
    buf_free(&open);
    assert_string_equal(ask(w, "SELECT json_extract(body, '$.sealed') FROM entry WHERE body LIKE '%\"p2\"%'"), "");
    expect_clean(w);
}

static void test_import_patrons_have_a_year_of_birth_and_a_guarantor(void **state)
{
    struct world *w = *state;
    assert_int_equal(bring(w, import_patrons,
                           "cardnumber,surname,dateofbirth,branchcode,categorycode,guarantor\n"
                           "p1,Doe,1980-01-31,MAIN,ADULT,\n"
                           "p2,Doe,2016-12-31,MAIN,CHILD,p1\n"
                           "p3,Doe,,MAIN,CHILD,p3\n"
                           "p4,Doe,31.12.2016,MAIN,CHILD,p1\n"
                           "p5,Doe,2999-12-31,MAIN,CHILD,p1\n"), BM_OK);
    assert_string_equal(w->told, "line 4;"); /* nobody answers for himself */
    assert_int_equal(counted(w, "with a date of birth that is none"), 2);
    assert_string_equal(ask(w, "SELECT group_concat(card || ' ' || coalesce(born, '-') || ' ' || coalesce(guarantor, '-')) FROM patron"),
                        "p1 1980 -,p2 2016 p1,p4 - p1,p5 - p1");
    assert_string_equal(ask(w, "SELECT count(*) FROM entry WHERE body LIKE '%2016-12-31%'"), "0"); /* I12 */
    assert_int_equal(bring(w, import_patrons, "cardnumber,surname,branchcode,categorycode\np2,Roe,MAIN,CHILD\n"), BM_OK);
    assert_string_equal(ask(w, "SELECT born || ' ' || guarantor FROM patron WHERE card = 'p2'"), "2016 p1"); /* not said: stays */
    expect_clean(w);
}

static void test_import_patrons_have_a_group(void **state)
{
    struct world *w = *state;
    assert_int_equal(bring(w, import_patrons,
                           "cardnumber,surname,branchcode,categorycode,sort1\n"
                           "p1,Doe,MAIN,CHILD,Year 4 Oak\n"
                           "p2,Doe,MAIN,CHILD,\n"
                           "p3,Doe,MAIN,CHILD,a group of which nobody knows why its name had to be so very long that it does not fit\n"), BM_OK);
    assert_int_equal(counted(w, "with a group that is too long"), 1);
    assert_string_equal(ask(w, "SELECT group_concat(card || ' ' || coalesce(class, '-')) FROM patron"), "p1 Year 4 Oak,p2 -,p3 -");
    assert_int_equal(bring(w, import_patrons, "cardnumber,surname,branchcode,categorycode\np1,Roe,MAIN,CHILD\n"), BM_OK);
    assert_string_equal(ask(w, "SELECT class || ' ' || name FROM patron WHERE card = 'p1'"), "Year 4 Oak Roe"); /* not said: stays */
    assert_string_equal(ask(w, "SELECT group_concat(word || ' ' || card) FROM patron_word"), "doe p2,doe p3,roe p1");
    expect_clean(w);
}

static void test_import_a_card_in_use_gets_new_facts_and_no_second_patron(void **state)
{
    struct world *w = *state;
    assert_int_equal(bring(w, import_patrons, people), BM_OK);
    assert_int_equal(bring(w, import_patrons, "cardnumber,surname,firstname,branchcode,categorycode\np1,Moe,Jane,MAIN,STAFF\n"
                                              "p9,New,One,MAIN,ADULT\np9,New,Two,MAIN,ADULT\n"), BM_OK);
    assert_int_equal(counted(w, "of cards already in use"), 2);
    assert_string_equal(ask(w, "SELECT name || '/' || category FROM patron WHERE card = 'p1'"), "Moe, Jane/STAFF");
    assert_string_equal(ask(w, "SELECT name FROM patron WHERE card = 'p9'"), "New, Two");
    assert_string_equal(ask(w, "SELECT count(*) FROM exception"), "0"); /* no card_clash */
    expect_clean(w);
}

static void test_import_the_same_person_under_two_cards_is_noticed(void **state)
{
    struct world *w = *state;
    assert_int_equal(bring(w, import_patrons, people), BM_OK);
    assert_int_equal(bring(w, import_patrons, "cardnumber,surname,firstname,dateofbirth,branchcode,categorycode\n"
                                              "p7,DOE,Jane,2000-01-31,MAIN,ADULT\n"), BM_OK);
    assert_string_equal(ask(w, "SELECT code FROM exception"), "maybe_same_person");
}

#define LOANS "cardnumber,itemnumber_barcode,branchcode,issuedate,date_due,returndate,stop_fines\n"

static void test_import_loans_begin_when_they_were_made(void **state)
{
    struct world *w = *state;
    assert_int_equal(bring(w, NULL, catalogue), BM_OK);
    assert_int_equal(bring(w, import_patrons, people), BM_OK);
    static const char *const loans = LOANS "p1,i1,MAIN,2020-10-27 10:26:51.426709-04,2020-11-03,,MAXFINES\n"
                                           "p2,i3,MAIN,2020-10-27 10:26,2020-11-10 23:59:59-05,,\n"
                                           "p2,i1,MAIN,2019-01-01 10:00,2019-02-01,2019-01-20,\n"
                                           "pX,iX,MAIN,2020-10-28 09:00,2020-11-03,,\n"
                                           "p1,i3,MAIN,soon,2020-11-03,,\n"
                                           "p1,i3,MAIN,2999-01-01 10:00,2999-02-01,,\n";
    assert_int_equal(bring(w, import_loans, loans), BM_OK);
    assert_int_equal(counted(w, "loans"), 3);
    assert_int_equal(counted(w, "returned, left out"), 1);
    assert_int_equal(counted(w, "of unknown cards"), 1);
    assert_int_equal(counted(w, "of unknown items"), 1);
    assert_string_equal(w->told, "line 6;line 7;");
    assert_string_equal(ask(w, "SELECT card || ' ' || out_ms || ' ' || due_s FROM loan WHERE item = 'i1'"),
                        "p1 1603808811426 1604447999"); /* due 2020-11-03 23:59:59 in London */
    assert_string_equal(ask(w, "SELECT due_s FROM loan WHERE item = 'i3'"), "1605070799");
    assert_string_equal(ask(w, "SELECT group_concat(code) FROM (SELECT code FROM exception ORDER BY code)"), "unknown_card,unknown_item");
    expect_clean(w);
    assert_int_equal(bring(w, import_loans, loans), BM_OK); /* the same file again: no renewals */
    assert_int_equal(counted(w, "loans"), 0);
    assert_int_equal(counted(w, "known already"), 3);
    assert_string_equal(ask(w, "SELECT max(renewals) || ' ' || count(*) FROM loan"), "0 3");
}

static const char *const lost = LOANS "p1,i2,MAIN,2020-10-27 10:26,2020-11-03,,LOST\n";

static void test_import_a_lost_loan_and_a_lost_copy_agree_in_either_order(void **state)
{
    struct world *w = *state;
    for (int order = 0; order < 2; order++) {
        bool loans_first = order == 1;
        assert_int_equal(bring(w, import_patrons, people), BM_OK);
        if (loans_first) assert_int_equal(bring(w, import_loans, lost), BM_OK);
        assert_int_equal(bring(w, NULL, catalogue), BM_OK);
        if (!loans_first) assert_int_equal(bring(w, import_loans, lost), BM_OK);
        assert_string_equal(ask(w, "SELECT cond FROM item WHERE barcode = 'i2'"), "lost");
        assert_string_equal(ask(w, "SELECT how FROM loan WHERE lost_ms IS NOT NULL AND card = 'p1'"), "open");
        assert_string_equal(ask(w, "SELECT count(*) FROM exception"), "0"); /* no on_loan, no unknown_item */
        expect_clean(w);
        assert_int_equal(bring(w, import_loans, lost), BM_OK);
        assert_int_equal(w->r.rows, 0);
        end((void **)&w);
        begin((void **)&w);
    }
    *state = w;
}

#define HOLDS "cardnumber,hold_type,bib_id,item_barcode,pickup_branch,requested,captured,fulfilled,cancelled,expires\n"

static void test_import_holds_wait_for_a_title_or_a_copy(void **state)
{
    struct world *w = *state;
    assert_int_equal(bring(w, NULL, catalogue), BM_OK);
    assert_int_equal(bring(w, import_patrons, people), BM_OK);
    static const char *const holds = HOLDS "p1,T,k1,,VAN,2020-10-27 10:26:51-04,,,,\n"
                                           "p1,C,,i3,VAN,2020-10-27 10:26:52-04,,,,\n"
                                           "p2,T,k1,i1,VAN,2020-10-27 10:26:51-04,2020-10-28 10:00,,,\n"
                                           "p2,T,k1,,VAN,2020-10-27 10:26:51-04,,,2020-10-28 10:00,\n"
                                           "p2,T,k1,,VAN,2020-10-27 10:26:51-04,,,,2020-12-01\n"
                                           "p2,C,,nowhere,VAN,2020-10-27 10:26:51-04,,,,\n"
                                           "p2,T,k9,,VAN,2020-10-27 10:26:51-04,,,,\n";
    assert_int_equal(bring(w, import_holds, holds), BM_OK);
    assert_int_equal(counted(w, "holds"), 4);
    assert_int_equal(counted(w, "on their shelf"), 1);
    assert_int_equal(counted(w, "fulfilled or cancelled, left out"), 1);
    assert_int_equal(counted(w, "expired, left out"), 1);
    assert_int_equal(counted(w, "of unknown titles"), 1);
    assert_string_equal(w->told, "line 7;");
    assert_string_equal(ask(w, "SELECT title || ' ' || ifnull(item, '-') || ' ' || state || ' ' || pickup FROM hold WHERE title = 'k1' AND card = 'p1'"),
                        "k1 - waiting VAN");
    assert_string_equal(ask(w, "SELECT state || ' ' || by_item FROM hold WHERE card = 'p2' AND title = 'k1'"), "captured i1");
    assert_string_equal(ask(w, "SELECT aside IS NOT NULL FROM item WHERE barcode = 'i1'"), "1");
    assert_string_equal(ask(w, "SELECT item FROM hold WHERE title = 'k2'"), "i3");
    assert_int_equal(bring(w, import_holds, holds), BM_OK);
    assert_int_equal(counted(w, "known already"), 4);
    assert_string_equal(ask(w, "SELECT count(*) FROM hold"), "4");
    expect_clean(w);
}

static void test_import_the_newest_calendar_stands_alone(void **state)
{
    struct world *w = *state;
    assert_int_equal(bring(w, import_calendar, "branchcode,first_day,last_day,reason\nMAIN,2026-12-25,2026-12-26,\"Feast, \"\"long\"\"\"\n"
                                               "MAIN,2026-12-31,2026-01-01,backwards\nMAIN,never,2026-01-01,\n"), BM_OK);
    assert_string_equal(w->told, "line 3;line 4;");
    assert_string_equal(ask(w, "SELECT (last_day - first_day) || reason FROM closed_day"), "1Feast, \"long\"");
    assert_int_equal(bring_at(w, import_calendar, "branchcode,first_day,last_day\nMAIN,2020-12-25,2020-12-25\n", 1000), BM_OK);
    assert_true(w->r.superseded);
    assert_string_equal(ask(w, "SELECT reason FROM closed_day"), "Feast, \"long\"");
    assert_int_equal(bring(w, import_calendar, "branchcode,first_day,last_day\nMAIN,2020-12-25,2020-12-25\n"), BM_OK);
    assert_false(w->r.superseded);
    assert_string_equal(ask(w, "SELECT count(*) || group_concat(reason) FROM closed_day WHERE until_t IS NULL"), "1");
    assert_int_equal(bring(w, import_calendar, "branchcode,first_day,last_day\nMAIN,x,y\n"), BM_EINPUT); /* not wiped */
    assert_string_equal(ask(w, "SELECT count(*) FROM closed_day WHERE until_t IS NULL"), "1");
}

#define ROUTE "mobile,stop,geox,geoy,arrival,departure,frequency,start,community\n"

static void test_import_timetable_rows_are_checked_one_by_one(void **state)
{
    struct world *w = *state;
    assert_int_equal(bring(w, import_routes, ROUTE "Van,\"Hall, north\",-2.6,51.4,9:30,10:30,FREQ=WEEKLY;INTERVAL=2,2024-02-16,Ham\n"
                                                   "Van,Hall,-2.6,51.4,9:30,9:00,FREQ=WEEKLY,2024-02-16,Ham\n"
                                                   "Van,Green,-2.6,551.4,9:30,10:00,FREQ=WEEKLY,2024-02-16,Ham\n"
                                                   "Van,Green,-2.6,51.4,9:30,10:00,FREQ=SECONDLY,2024-02-16,Ham\n"), BM_OK);
    assert_string_equal(w->told, "line 3;line 4;line 5;");
    assert_string_equal(ask(w, "SELECT key FROM stop"), "Van/Ham/Hall, north");
    assert_string_equal(ask(w, "SELECT count(*) FROM plan"), "1");
    expect_clean(w);
}

static void test_import_rules_come_all_or_none_and_go_out_again(void **state)
{
    struct world *w = *state;
    struct buf out = { 0 }, again = { 0 };
    static const char *const good = "branch,category,itype,loan,limit,overridable\n*,*,*,\"next_visit(14,35)\",5,all\nMAIN,KID,DVD,7d,,\n";
    assert_int_equal(bring(w, import_rules, good), BM_OK);
    assert_int_equal(counted(w, "rules"), 2);
    assert_int_equal(import_rules_export(&w->b, &out), BM_OK);
    assert_non_null(strstr(buf_str(&out), "next_visit(14,35)"));
    assert_int_equal(bring(w, import_rules, "branch,category,itype,loan\n,,,21d\n,,,for ever\n"), BM_EINPUT);
    assert_string_equal(w->told, "line 3;");
    assert_non_null(strstr(err_text(BM_EINPUT), "line 3"));
    assert_int_equal(bring(w, import_rules, buf_str(&out)), BM_OK);
    assert_int_equal(import_rules_export(&w->b, &again), BM_OK);
    assert_string_equal(buf_str(&out), buf_str(&again));
    buf_free(&out), buf_free(&again);
}

static void test_import_rules_name_their_columns_in_any_order(void **state)
{
    struct world *w = *state;
    static const char *const plain = POLICY_RULE_HEADER "\n*,KID,*,21d,,,,keep,,,,,,,held,<2027-06-30,,,,,3,500,,,,\n";
    struct buf out = { 0 };
    assert_int_equal(bring(w, import_rules, "overdue_max,LOAN,hard_due,debt_max,itype,overridable,category,branch\n"
                                            "3,21d,< 2027-06-30,500,,held,KID,*\n"), BM_OK);
    assert_int_equal(import_rules_export(&w->b, &out), BM_OK);
    assert_string_equal(buf_str(&out), plain); /* one form, whatever came in; what was not said is empty */
    assert_int_equal(bring(w, import_rules, "branch,category,itype,loan,renewals\n*,*,*,21d,3\n"), BM_EINPUT);
    assert_non_null(strstr(err_text(BM_EINPUT), "renewals"));
    assert_int_equal(bring(w, import_rules, "branch,category,loan\n*,*,21d\n"), BM_EINPUT);
    assert_non_null(strstr(err_text(BM_EINPUT), "itype"));
    assert_int_equal(bring(w, import_rules, "branch,category,itype,loan,loan\n*,*,*,21d,7d\n"), BM_EINPUT);
    assert_non_null(strstr(err_text(BM_EINPUT), "twice"));
    buf_clear(&out);
    assert_int_equal(import_rules_export(&w->b, &out), BM_OK);
    assert_string_equal(buf_str(&out), plain); /* refused files changed nothing */
    buf_free(&out);
}

static void test_import_survives_every_failure(void **state)
{
    struct world *w = *state;
    const char *before = ask(w, "SELECT count(*) FROM entry");
#ifndef NDEBUG
    for (int row = 1; row <= 6; row++) { /* the tick counts on from one import to the next: each fails at its own row */
        char tick[32];
        snprintf(tick, sizeof tick, "import.row:%d", row * (row + 1) / 2);
        setenv("BOOKMOBILE_FAIL", tick, 1);
        assert_int_equal(bring(w, NULL, catalogue), BM_EIO);
        unsetenv("BOOKMOBILE_FAIL");
        assert_string_equal(ask(w, "SELECT count(*) FROM entry"), before);
        assert_string_equal(ask(w, "SELECT count(*) FROM title"), "0");
    }
#endif
    (void)before;
    assert_int_equal(bring(w, NULL, catalogue), BM_OK);
    expect_clean(w);
}

static void expect_problem(struct world *w, const char *sql, const char *undo, const char *words)
{
    struct audit au;
    assert_int_equal(db_exec(w->b.db, sql), BM_OK);
    assert_int_equal(audit_run(&w->b, &w->a, &au), BM_OK);
    bool told = false; /* one change may show in more than one check */
    assert_true(au.problem_count >= 1);
    for (size_t i = 0; i < au.problem_count; i++) told |= strstr(au.texts[i], words) != NULL;
    assert_true(told);
    assert_int_equal(db_exec(w->b.db, undo), BM_OK);
    expect_clean(w);
}

static void test_audit_finds_what_was_changed_behind_its_back(void **state)
{
    struct world *w = *state;
    assert_int_equal(bring(w, NULL, catalogue), BM_OK);
    assert_int_equal(bring(w, import_patrons, people), BM_OK);
    assert_int_equal(bring(w, import_loans, LOANS "p1,i1,MAIN,2020-10-27 10:26,2020-11-03,,\n"), BM_OK);
    expect_problem(w, "UPDATE item SET cond = 'mend' WHERE barcode = 'i1'", "UPDATE item SET cond = 'ok' WHERE barcode = 'i1'", "1 row");
    expect_problem(w, "UPDATE patron SET barred = 1 WHERE card = 'p1'", "UPDATE patron SET barred = 0 WHERE card = 'p1'", "table patron");
    expect_problem(w, "UPDATE title SET name = name || 'x'", "UPDATE title SET name = substr(name, 1, length(name) - 1)", "table title");
    expect_problem(w, "UPDATE loan SET due_s = due_s + 1", "UPDATE loan SET due_s = due_s - 1", "1 row");
    expect_problem(w, "UPDATE entry SET body = replace(body, 'FIC TES', 'FIC TOS') WHERE row = 2",
                   "UPDATE entry SET body = replace(body, 'FIC TOS', 'FIC TES')", "rows of import");
    expect_problem(w, "UPDATE entry SET body = replace(body, '\"loans\"', '\"loams\"') WHERE row = 0",
                   "UPDATE entry SET body = replace(body, '\"loams\"', '\"loans\"') WHERE row = 0", "chain of branch breaks");
}

static void test_audit_digests_do_not_depend_on_the_order_of_files(void **state)
{
    struct world *w = *state;
    struct buf feed = { 0 }, one = { 0 }, two = { 0 };
    assert_int_equal(bring(w, NULL, catalogue), BM_OK);
    assert_int_equal(audit_digests(&w->b, &feed, &one), BM_OK);
    assert_int_equal(bring(w, import_patrons, people), BM_OK);
    buf_clear(&feed);
    assert_int_equal(audit_digests(&w->b, &feed, &two), BM_OK);
    assert_string_not_equal(buf_str(&one), buf_str(&two)); /* patrons came */
    assert_memory_equal(buf_str(&one), buf_str(&two), strlen("{\"item\":\"0123456789abcdef\""));
    buf_free(&feed), buf_free(&one), buf_free(&two);
}

/* The files of a real consortium, where they are. */
static void test_import_the_concerto_library(void **state)
{
    struct world *w = *state;
    char path[PATH_SIZE];
    const char *shared = getenv("BM_SHARED") ? getenv("BM_SHARED") : "../shared";
    struct import_how how = { .asof_ms = ENTRY_NONE };
    snprintf(path, sizeof path, "%s/data/concerto/bibs.xml", shared);
    if (access(path, R_OK) != 0) {
        print_message("skipped: %s is not there\n", path);
        skip();
    }
    assert_int_equal(import_marc(&w->b, path, MARC_ITEMS_EVERGREEN852, &how, &w->r), BM_OK);
    assert_int_equal(counted(w, "titles"), 339);
    assert_int_equal(counted(w, "items"), 4763);
    snprintf(path, sizeof path, "%s/data/concerto/patrons.csv", shared);
    assert_int_equal(import_patrons(&w->b, path, &how, &w->r), BM_OK);
    assert_int_equal(counted(w, "patrons"), 377);
    snprintf(path, sizeof path, "%s/data/concerto/loans.csv", shared);
    assert_int_equal(import_loans(&w->b, path, &how, &w->r), BM_OK);
    assert_int_equal(counted(w, "loans"), 486);
    snprintf(path, sizeof path, "%s/data/concerto/holds.csv", shared);
    assert_int_equal(import_holds(&w->b, path, &how, &w->r), BM_OK);
    assert_int_equal(counted(w, "holds"), 261);
    assert_string_equal(ask(w, "SELECT count(*) FROM exception WHERE code <> 'unknown_item'"), "0");
    expect_clean(w);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_import_titles_and_copies_stand_as_catalogued),
        T(test_import_a_record_that_cannot_be_read_is_told_and_the_rest_go_on),
        T(test_import_a_file_of_another_kind_changes_nothing),
        T(test_import_patrons_have_a_last_day_and_sealed_facts),
        T(test_import_a_card_in_use_gets_new_facts_and_no_second_patron),
        T(test_import_the_same_person_under_two_cards_is_noticed),
        T(test_import_loans_begin_when_they_were_made),
        T(test_import_a_lost_loan_and_a_lost_copy_agree_in_either_order),
        T(test_import_holds_wait_for_a_title_or_a_copy),
        T(test_import_the_newest_calendar_stands_alone),
        T(test_import_timetable_rows_are_checked_one_by_one),
        T(test_import_rules_come_all_or_none_and_go_out_again),
        T(test_import_rules_name_their_columns_in_any_order),
        T(test_import_patrons_have_a_year_of_birth_and_a_guarantor),
        T(test_import_patrons_have_a_group),
        T(test_import_survives_every_failure),
        T(test_audit_finds_what_was_changed_behind_its_back),
        T(test_audit_digests_do_not_depend_on_the_order_of_files),
        T(test_import_the_concerto_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
