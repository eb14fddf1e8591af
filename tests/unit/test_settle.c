/* tests/unit/test_settle.c -- staff's settlements, and exceptions told as stories. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "sync/audit.h"
#include "sync/story.h"
#include "tests/tale.h"

static struct eid settle(struct tale *t, int64_t at, const char *code, const struct eid *about, const struct eid *other, const char *how)
{
    static char text[2][EID_TEXT_MAX];
    struct entry e = act(OP_SETTLE);
    e.exc_code = code;
    e.exc_entry = eid_text(about, text[0]);
    if (other) e.exc_other = eid_text(other, text[1]);
    e.how = how;
    if (strcmp(how, "other_person") == 0) e.was = "N", e.card = "M";
    return tell(t, 0, at, e);
}

static const char *status(struct tale *t, const char *code)
{
    static char out[200];
    struct stmt *s;
    out[0] = '\0';
    must(db_prepare(t->b.db, "SELECT group_concat(status, ' ') FROM (SELECT status FROM exception_now WHERE code = ?1 ORDER BY entry)", &s));
    must(stmt_bind_text(s, 1, code));
    must(stmt_next(s));
    if (stmt_text(s, 0)) str_copy(out, sizeof out, stmt_text(s, 0));
    stmt_free(s);
    return out;
}

static void test_settle_a_settlement_survives_refolding_and_can_be_undone(void **state)
{
    struct tale *t = *state;
    struct eid first = lend(t, 0, HOUR, "X", "A");
    arrive(t, 0);
    struct eid second = lend(t, 1, 2 * HOUR, "X", "B");
    arrive(t, 1);
    assert_string_equal(status(t, "lent_over_loan"), "open");
    struct eid word = settle(t, 3 * HOUR, "lent_over_loan", &second, &first, "accept");
    arrive(t, 0);
    assert_string_equal(status(t, "lent_over_loan"), "settled");
    take(t, 2, 30 * 60 * 1000, "X"); /* late, and before all: the item is folded again */
    arrive(t, 2);
    assert_string_equal(status(t, "lent_over_loan"), "settled");
    struct entry undo = act(OP_VOID);
    undo.target = word;
    tell(t, 0, 4 * HOUR, undo);
    arrive(t, 0);
    assert_string_equal(status(t, "lent_over_loan"), "open");
    same_backwards(t);
}

static void test_settle_what_is_settled_and_no_longer_so_is_told(void **state)
{
    struct tale *t = *state;
    struct eid first = lend(t, 0, HOUR, "X", "A");
    struct eid second = lend(t, 0, 3 * HOUR, "X", "B");
    settle(t, 4 * HOUR, "lent_over_loan", &second, &first, "accept");
    arrive(t, 0);
    assert_string_equal(status(t, "lent_over_loan"), "settled");
    assert_string_equal(status(t, "settled_moot"), "");
    take(t, 1, 2 * HOUR, "X"); /* A had brought it back to the van in between */
    arrive(t, 1);
    assert_string_equal(status(t, "lent_over_loan"), "");
    assert_string_equal(status(t, "settled_moot"), "open");
    same_backwards(t);
}

static void test_settle_other_person_gets_a_card_and_what_she_borrowed(void **state)
{
    struct tale *t = *state;
    for (int van = 1; van < 3; van++) {
        struct entry e = act(OP_REGISTER);
        e.patron = "N";
        e.name = van == 1 ? "Ann Invented" : "Bob Invented";
        struct eid reg = tell(t, van, van * HOUR, e);
        lend(t, van, 2 * HOUR + van * HOUR, van == 1 ? "X" : "Y", "N");
        arrive(t, 0);
        arrive(t, van);
        if (van == 1) continue;
        assert_string_equal(status(t, "card_clash"), "open");
        settle(t, 2 * DAY, "card_clash", &reg, NULL, "other_person");
    }
    arrive(t, 0);
    assert_string_equal(status(t, "card_clash"), "");
    struct stmt *s;
    must(db_prepare(t->b.db, "SELECT group_concat(item || card, ' ') FROM (SELECT item, card FROM loan ORDER BY item)", &s));
    must(stmt_next(s));
    assert_string_equal(stmt_text(s, 0), "XN YM");
    stmt_free(s);
    must(db_prepare(t->b.db, "SELECT name FROM patron WHERE card = 'M'", &s));
    must(stmt_next(s));
    assert_string_equal(stmt_text(s, 0), "Bob Invented");
    stmt_free(s);
    same_backwards(t);
}

static void test_settle_credit_is_settled_up_to_an_amount(void **state)
{
    struct tale *t = *state;
    struct entry e = act(OP_PAY);
    e.patron = "A";
    e.amount_cents = 100;
    tell(t, 0, HOUR, e);
    struct entry s = act(OP_SETTLE);
    s.exc_code = "credit";
    s.exc_entry = "A";
    s.how = "accept";
    s.upto_cents = 100;
    tell(t, 0, 2 * HOUR, s);
    arrive(t, 0);
    assert_string_equal(status(t, "credit"), "settled");
    e.amount_cents = 1;
    tell(t, 1, 3 * HOUR, e);
    arrive(t, 1);
    assert_string_equal(status(t, "credit"), "open");
    same_backwards(t);
}

static void test_settle_only_the_branch_settles(void **state)
{
    struct tale *t = *state;
    struct entry s = act(OP_SETTLE);
    s.exc_code = "credit";
    s.exc_entry = "A";
    s.how = "accept";
    tell(t, 1, HOUR, s);
    arrive(t, 1);
    struct stmt *q;
    must(db_prepare(t->b.db, "SELECT count(*) FROM entry WHERE outcome LIKE 'quarantined settle: only the branch%'", &q));
    must(stmt_next(q));
    assert_int_equal(stmt_int(q, 0), 1);
    stmt_free(q);
}

static void test_story_tells_both_sides_in_true_time(void **state)
{
    struct tale *t = *state;
    struct story story;
    char id[STORY_ID_MAX], entry[EID_TEXT_MAX], other[EID_TEXT_MAX];
    struct eid second = lend(t, 0, 2 * HOUR, "X", "B");
    arrive(t, 0);
    struct eid first = lend(t, 1, HOUR, "X", "A");
    arrive(t, 1);
    story_id("lent_over_loan", eid_text(&second, entry), eid_text(&first, other), id);
    must(story_tell(&t->b, id, &t->a, &story));
    assert_string_equal(story.status, "open");
    assert_string_equal(story.item, "X");
    assert_string_equal(story.patron, "Beryl Invented");
    assert_non_null(strstr(story.now, "on loan to B (Beryl Invented)"));
    size_t at[2] = { 0, 0 }, found = 0;
    for (size_t i = 0; i < story.count; i++) {
        if (i) assert_true(tkey_cmp(&story.events[i - 1].key, &story.events[i].key) < 0);
        if (story.events[i].part == STORY_BESIDE) continue;
        at[story.events[i].part == STORY_ENTRY] = i;
        found++;
    }
    assert_int_equal(found, 2);
    assert_true(at[0] < at[1]);
    assert_non_null(strstr(story.events[at[0]].words, "lent to A"));
    assert_string_equal(story.events[at[0]].where, "van1");
    assert_string_equal(story.events[at[1]].where, "the branch");
    assert_int_equal(story_tell(&t->b, "", &t->a, &story), BM_EUSAGE);
    assert_int_equal(story_tell(&t->b, "00000000", &t->a, &story), BM_ENOTFOUND);
    id[4] = '\0'; /* four digits do */
    must(story_tell(&t->b, id, &t->a, &story));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_settle_a_settlement_survives_refolding_and_can_be_undone, begin, end),
        cmocka_unit_test_setup_teardown(test_settle_what_is_settled_and_no_longer_so_is_told, begin, end),
        cmocka_unit_test_setup_teardown(test_settle_other_person_gets_a_card_and_what_she_borrowed, begin, end),
        cmocka_unit_test_setup_teardown(test_settle_credit_is_settled_up_to_an_amount, begin, end),
        cmocka_unit_test_setup_teardown(test_settle_only_the_branch_settles, begin, end),
        cmocka_unit_test_setup_teardown(test_story_tells_both_sides_in_true_time, begin, end),
    };
    return cmocka_run_group_tests_name("settle", tests, NULL, NULL);
}
