/* tests/unit/test_rulebook.c -- what is kept of rules and closed days, and when it is read anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/rulebook.h"
#include "common/zone.h"
#include "tests/world.h"

#define RULE_ANY "*,*,*,21d,3,21d,20,keep,0,0,0,,0,,"
static const char *const dvd[3] = { "VAN1", "ADULT", "DVD" }, *const book[3] = { "VAN1", "ADULT", "BOOK" };

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

static void add_rule(struct db *db, int64_t n, const char *line)
{
    must(db_run(db, SQL_RULE_ADD, "n", 'i', n, "line", 's', line, NULL));
}

static size_t rules_of(struct rulebook *b, struct db *db, const char *const mine[3])
{
    const struct policy_rule *rules;
    size_t count;
    must(rulebook_rules(b, db, mine, &rules, &count));
    return count;
}

static void test_rules_are_kept_for_an_edition(void **state)
{
    struct rulebook b = { 0 };
    add_rule(*state, 1, RULE_ANY);
    rulebook_fit(&b, 1);
    assert_int_equal(rules_of(&b, *state, book), 1);
    add_rule(*state, 2, RULE_ANY);
    rulebook_fit(&b, 1);
    assert_int_equal(rules_of(&b, *state, book), 1);
    rulebook_fit(&b, 2);
    assert_int_equal(rules_of(&b, *state, book), 2);
    rulebook_free(&b);
}

static void test_without_an_edition_each_act_reads_anew(void **state)
{
    struct rulebook b = { 0 };
    add_rule(*state, 1, RULE_ANY);
    rulebook_fit(&b, 0);
    assert_int_equal(rules_of(&b, *state, book), 1);
    add_rule(*state, 2, RULE_ANY);
    rulebook_fit(&b, 0);
    assert_int_equal(rules_of(&b, *state, book), 2);
    rulebook_free(&b);
}

static void test_a_line_that_is_no_rule_is_told_where_it_might_decide(void **state)
{
    struct rulebook b = { 0 };
    const struct policy_rule *rules;
    size_t count;
    add_rule(*state, 1, RULE_ANY);
    add_rule(*state, 2, "*,*,DVD,soon,,,,,,,,,,,");
    for (int64_t edition = 0; edition < 2; edition++) {
        rulebook_fit(&b, edition);
        assert_int_equal(rules_of(&b, *state, book), 1);
        assert_int_equal(rulebook_rules(&b, *state, dvd, &rules, &count), BM_EINPUT);
        assert_int_equal(rules_of(&b, *state, book), 1);
    }
    rulebook_free(&b);
}

/* More rules than are kept: those beyond decide all the same, on a laptop as at the branch. */
static void test_more_rules_than_are_kept_are_read_by_the_act(void **state)
{
    struct rulebook b = { 0 };
    char line[80];
    must(db_begin(*state));
    for (int64_t n = 1; n <= RULEBOOK_RULES_MAX; n++) {
        snprintf(line, sizeof line, "B%d,*,*,21d,3,21d,20,keep,0,0,0,,0,,", (int)n);
        add_rule(*state, n, line);
    }
    must(db_end(*state, BM_OK));
    rulebook_fit(&b, 1);
    assert_int_equal(rules_of(&b, *state, book), RULEBOOK_RULES_MAX);
    add_rule(*state, RULEBOOK_RULES_MAX + 1, RULE_ANY);
    for (int64_t edition = 0; edition < 3; edition++) {
        rulebook_fit(&b, edition);
        assert_int_equal(rules_of(&b, *state, book), 1);
    }
    rulebook_free(&b);
}

static void test_what_is_read_by_the_act_does_not_pile_up(void **state)
{
    struct rulebook b = { 0 };
    add_rule(*state, 1, RULE_ANY);
    add_rule(*state, 2, "*,*,DVD,soon,,,,,,,,,,,");
    size_t after_one = 0;
    for (int act = 0; act < 100; act++) {
        rulebook_fit(&b, 1);
        assert_int_equal(rules_of(&b, *state, book), 1);
        if (act == 1) after_one = b.rules_arena.used_bytes;
    }
    assert_int_equal(b.rules_arena.used_bytes, after_one);
    rulebook_free(&b);
}

static void add_closed(struct db *db, int64_t day)
{
    struct stmt *s;
    must(db_prepare(db, "INSERT INTO closed_day(branch, first_day, last_day) VALUES('*', ?1, ?1)", &s));
    must(stmt_bind_int(s, 1, day));
    assert_int_equal(stmt_next(s), BM_ENOTFOUND);
    stmt_free(s);
}

static size_t closed_of(struct rulebook *b, struct db *db, const char *branch, int64_t from)
{
    struct day_list days;
    must(rulebook_closed(b, db, branch, from, from + 30, &days));
    return days.count;
}

static void test_closed_days_are_kept_by_branch_and_time(void **state)
{
    struct rulebook b = { 0 };
    add_closed(*state, 105);
    rulebook_fit(&b, 1);
    assert_int_equal(closed_of(&b, *state, "MAIN", 100), 1);
    add_closed(*state, 106);
    assert_int_equal(closed_of(&b, *state, "MAIN", 100), 1);
    assert_int_equal(closed_of(&b, *state, "VAN1", 100), 2);
    assert_int_equal(closed_of(&b, *state, "MAIN", 106), 1);
    assert_int_equal(closed_of(&b, *state, NULL, 100), 2);
    rulebook_fit(&b, 2);
    assert_int_equal(closed_of(&b, *state, "MAIN", 100), 2);
    rulebook_free(&b);
}

static void test_days_asked_for_in_one_act_all_last_until_its_end(void **state)
{
    struct rulebook b = { 0 };
    struct day_list first, other;
    add_closed(*state, 105);
    rulebook_fit(&b, 1);
    must(rulebook_closed(&b, *state, "MAIN", 100, 130, &first));
    for (int64_t from = 60; from < 60 + 3 * RULEBOOK_SPANS; from++) must(rulebook_closed(&b, *state, "MAIN", from, from + 20, &other));
    assert_int_equal(first.count, 1);
    assert_int_equal(first.days[0], 105);
    rulebook_fit(&b, 1); /* the next act: what was full begins anew */
    assert_int_equal(b.span_count, 0);
    rulebook_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rules_are_kept_for_an_edition, begin, end),
        cmocka_unit_test_setup_teardown(test_without_an_edition_each_act_reads_anew, begin, end),
        cmocka_unit_test_setup_teardown(test_a_line_that_is_no_rule_is_told_where_it_might_decide, begin, end),
        cmocka_unit_test_setup_teardown(test_more_rules_than_are_kept_are_read_by_the_act, begin, end),
        cmocka_unit_test_setup_teardown(test_what_is_read_by_the_act_does_not_pile_up, begin, end),
        cmocka_unit_test_setup_teardown(test_closed_days_are_kept_by_branch_and_time, begin, end),
        cmocka_unit_test_setup_teardown(test_days_asked_for_in_one_act_all_last_until_its_end, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
