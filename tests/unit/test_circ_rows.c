/* tests/unit/test_circ_rows.c -- rows of the fold stored and read back: new, changed, and where the quick way does not fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/circ.h"
#include "common/circ_rows.h"
#include "tests/world.h"

static int begin(void **state)
{
    struct db *db;
    must(db_open(":memory:", DB_MEMORY, SQL_FILE_CIRCULATION, NULL, &db));
    *state = db;
    return 0;
}

static int end(void **state)
{
    db_close(*state);
    return 0;
}

static int64_t ask(struct db *db, const char *sql)
{
    struct stmt *s;
    must(db_prepare(db, sql, &s));
    must(stmt_next(s));
    int64_t n = stmt_int(s, 0);
    stmt_free(s);
    return n;
}

static struct eid id_of(uint64_t seq)
{
    return (struct eid){ .dev = "van1", .ep = 0xAB, .seq = seq };
}

static struct tl_loan loan_of(uint64_t seq, const char *item)
{
    return (struct tl_loan){ .id = id_of(seq), .item = item, .card = "20001", .key = { .t_ms = 1000, .id = id_of(seq) }, .out_ms = 1000,
                             .due_s = 2000, .promise = id_of(seq), .terms = { .rate_cents = 10, .max_cents = 300 }, .how = LOAN_OPEN,
                             .end_ms = ENTRY_NONE, .lost_ms = ENTRY_NONE, .claimed_ms = ENTRY_NONE, .limit = ENTRY_NONE };
}

/* Whatever is guessed of a loan (new or known), what is stored is the loan. */
static void test_a_loan_is_stored_whether_it_was_known_or_not(void **state)
{
    static const struct {
        bool known, over;
        int64_t renewals;
    } ways[] = { { false, false, 0 }, { true, false, 0 }, { false, false, 2 }, { true, false, 2 },
                 { false, true, 0 },  { true, true, 0 },  { false, true, 2 },  { true, true, 2 } };
    struct db *db = *state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct arena a = { 0 };
        struct circ_view view = { .db = db, .arena = &a, .who = circ_standing_now };
        struct unit u;
        char item[16];
        snprintf(item, sizeof item, "3%04zu", i);
        struct tl_loan l = loan_of(i + 1, item);
        l.due_s = 1;
        if (ways[i].known) must(rows_store_loan(db, &l));
        l.due_s = 5000 + (int64_t)i;
        l.card = "20002";
        l.renewals = ways[i].renewals;
        if (ways[i].over) l.end_ms = 3000, l.endkey = (struct tkey){ .t_ms = 3000, .id = id_of(90) }, l.how = LOAN_CHECKIN;
        must(rows_store_loan(db, &l));
        circ_unit(&u, &view);
        must(rows_put_by(&u, db, SQL_LOANS_OF_ITEM, "item", item, ROW_LOAN));
        assert_int_equal(u.loan_count, 1);
        assert_true(rows_same_loan(u.loans[0], &l));
        assert_int_equal(eid_cmp(&u.loans[0]->id, &l.id), 0);
        arena_free(&a);
    }
    assert_int_equal(ask(db, "SELECT count(*) FROM loan"), 8);
    assert_int_equal(ask(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
}

/* I8: new by the look of it, or known. */
static void test_a_second_open_loan_of_a_copy_is_refused(void **state)
{
    struct db *db = *state;
    struct tl_loan first = loan_of(1, "30001"), second = loan_of(2, "30001");
    must(rows_store_loan(db, &first));
    assert_int_equal(rows_store_loan(db, &second), BM_ECORRUPT);
    second.end_ms = 900;
    second.how = LOAN_CHECKIN;
    must(rows_store_loan(db, &second));
    second.end_ms = ENTRY_NONE;
    second.how = LOAN_OPEN;
    assert_int_equal(rows_store_loan(db, &second), BM_ECORRUPT);
    assert_int_equal(ask(db, "SELECT count(*) FROM loan WHERE end_ms IS NULL"), 1);
}

/* A copy whose title or place moved, or that is new, is stored as well; what is catalogued of it stays. */
static void test_a_copy_is_stored_where_it_moved_and_where_it_stayed(void **state)
{
    static const char *const titles[] = { NULL, "t1", "t1", "t2", NULL }, *const places[] = { "VAN1", "VAN1", "MAIN", "MAIN", NULL };
    struct db *db = *state;
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        struct arena a = { 0 };
        struct circ_view view = { .db = db, .arena = &a, .who = circ_standing_now };
        struct unit u;
        struct tl_item it = { .id = "30001", .title = titles[i], .place = places[i], .cond = i % 2 ? COND_DAMAGED : COND_OK,
                              .last_t_ms = (int64_t)i, .last_id = id_of(i + 1), .last_op = OP_CHECKIN };
        for (int again = 0; again < 2; again++) {
            it.last_unc_ms = again;
            must(rows_store_item(db, &it));
            circ_unit(&u, &view);
            must(rows_put_by(&u, db, SQL_ITEM_GET, "barcode", "30001", ROW_ITEM));
            assert_int_equal(u.item_count, 1);
            assert_true(rows_same_item(u.items[0], &it));
        }
        if (i == 0) must(db_exec(db, "UPDATE item SET callno = 'Q 1'"));
        arena_free(&a);
    }
    assert_int_equal(ask(db, "SELECT count(*) FROM item WHERE callno = 'Q 1'"), 1);
    assert_int_equal(ask(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_loan_is_stored_whether_it_was_known_or_not, begin, end),
        cmocka_unit_test_setup_teardown(test_a_second_open_loan_of_a_copy_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(test_a_copy_is_stored_where_it_moved_and_where_it_stayed, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
