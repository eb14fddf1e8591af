/* tests/unit/test_trace.c -- an act's whole life by its slip code: found by its digits, told with all that bears upon it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "sync/trace.h"
#include "tests/tale.h"

static struct trace got;

static const struct trace_act *traced(struct tale *t, const char *code)
{
    enum bm_rc rc = trace_at_branch(&t->b, code, &t->a, &got);
    if (rc) fail_msg("%s: %s", code, err_text(rc));
    assert_true(got.count >= 1);
    return &got.acts[0];
}

static const struct trace_act *traced_entry(struct tale *t, struct eid id)
{
    char text[EID_TEXT_MAX];
    return traced(t, eid_text(&id, text));
}

static void said(const char *words, const char *part)
{
    if (!words || !strstr(words, part)) fail_msg("'%s' is not in '%s'", part, words ? words : "(nothing)");
}

static struct eid undo(struct tale *t, int who, int64_t at, struct eid target)
{
    struct entry e = act(OP_VOID);
    e.target = target;
    return tell(t, who, at, e);
}

static void test_trace_finds_an_act_by_the_digits_of_its_slip(void **state)
{
    struct tale *t = *state;
    struct eid lent = lend(t, 1, HOUR, "X", "A");
    char id[EID_TEXT_MAX], code[16];
    for (int i = 0; i < 40; i++) take(t, 1, 2 * HOUR + i * 60000, "Y");
    arrive(t, 0);
    arrive(t, 1);
    const struct trace_act *x = traced_entry(t, lent);
    assert_string_equal(x->id, eid_text(&lent, id));
    assert_int_equal(strlen(x->slip), 8);
    str_copy(code, sizeof code, x->slip);
    assert_string_equal(traced(t, code)->id, id);
    snprintf(code, sizeof code, "%.4s-%.4s", x->slip, x->slip + 4);
    assert_string_equal(traced(t, code)->id, id);
    for (char *c = code; *c; c++)
        if (*c >= 'a' && *c <= 'f') *c = (char)(*c - 'a' + 'A');
    assert_string_equal(traced(t, code)->id, id);
    snprintf(code, sizeof code, "%.7s", x->slip); /* an odd number of digits */
    assert_string_equal(traced(t, code)->id, id);
    snprintf(code, sizeof code, "%.6s", x->slip);
    assert_string_equal(traced(t, code)->id, id);
}

static void test_trace_refuses_what_is_no_code(void **state)
{
    struct tale *t = *state;
    static const char *const bad[] = { "", "abcde", "abcdeg12", "van1", "1.2.3",
                                       "00000000000000000000000000000000000000000000000000000000000000001" };
    lend(t, 1, HOUR, "X", "A");
    arrive(t, 1);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_int_equal(trace_at_branch(&t->b, bad[i], &t->a, &got), BM_EUSAGE);
    assert_int_equal(trace_at_branch(&t->b, "00000000", &t->a, &got), BM_ENOTFOUND);
    assert_int_equal(trace_at_branch(&t->b, "ffffffff", &t->a, &got), BM_ENOTFOUND);
    assert_int_equal(trace_at_branch(&t->b, "van1.0000000000000001.7", &t->a, &got), BM_ENOTFOUND);
}

/* Hashes are made alike by hand; the index goes by them. */
static void test_trace_tells_all_that_share_the_digits(void **state)
{
    struct tale *t = *state;
    for (int i = 0; i < 30; i++) take(t, 1, HOUR + i * 60000, "Y");
    arrive(t, 0);
    arrive(t, 1);
    must(db_exec(t->b.db, "UPDATE entry SET hash = CAST(X'abcdef12' || zeroblob(27) || CAST(char(seq) AS BLOB) AS BLOB) WHERE dev = 'van1' AND seq IN (5, 6)"));
    must(db_exec(t->b.db, "UPDATE entry SET hash = X'abcdef11ffffffffffffffffffffffffffffffffffffffffffffffffffffffff' WHERE dev = 'van1' AND seq = 7"));
    traced(t, "abcdef12");
    assert_int_equal(got.count, 2);
    traced(t, "abcdef");
    assert_int_equal(got.count, 3);
    assert_false(got.more);
    traced(t, "abcdef11");
    assert_int_equal(got.count, 1);
    must(db_exec(t->b.db, "UPDATE entry SET hash = CAST(X'ffffffff' || zeroblob(27) || CAST(char(seq) AS BLOB) AS BLOB) WHERE dev = 'van1' AND seq > 2"));
    traced(t, "FFFFFFFF");
    assert_int_equal(got.count, TRACE_ACTS_MAX);
    assert_true(got.more);
}

static void test_trace_tells_how_a_loan_went_on(void **state)
{
    struct tale *t = *state;
    struct eid lent = lend(t, 1, HOUR, "X", "A");
    struct entry e = act(OP_RENEW);
    e.item = "X";
    e.patron = "A";
    e.due_s = WORLD_START_MS / 1000 + 30 * 86400;
    arrive(t, 0);
    arrive(t, 1);
    const struct trace_act *x = traced_entry(t, lent);
    assert_string_equal(x->op, "checkout");
    said(x->words, "lent to A (Ada Invented)");
    said(x->patron, "A (Ada Invented)");
    said(x->item, "X");
    said(x->loan, "on loan");
    assert_string_equal(x->first, x->now);
    assert_int_equal(x->since_count, 0);
    assert_true(x->received_ms >= x->at_ms);
    struct eid renewed = tell(t, 0, 2 * HOUR, e);
    lend(t, 2, 3 * HOUR, "X", "B"); /* over his loan */
    arrive(t, 0);
    arrive(t, 2);
    x = traced_entry(t, lent);
    said(x->loan, "ended");
    said(x->loan, "elsewhere");
    assert_int_equal(x->since_count, 2);
    char id[EID_TEXT_MAX];
    assert_string_equal(x->since[0].id, eid_text(&renewed, id));
    said(x->since[1].words, "lent to B");
    assert_null(x->taken_back);
    assert_int_equal(x->exception_count, 0);
}

static void test_trace_tells_what_took_it_back(void **state)
{
    struct tale *t = *state;
    struct eid lent = lend(t, 1, HOUR, "X", "A");
    struct eid gone = undo(t, 1, 2 * HOUR, lent);
    char id[EID_TEXT_MAX];
    arrive(t, 0);
    arrive(t, 1);
    const struct trace_act *x = traced_entry(t, lent);
    assert_string_equal(x->now, "taken back");
    assert_non_null(x->taken_back);
    assert_string_equal(x->taken_back->id, eid_text(&gone, id));
    assert_null(x->loan);
    undo(t, 2, 90 * 60000, lent); /* which another van may not */
    arrive(t, 2);
    x = traced_entry(t, lent);
    assert_int_equal(x->since_count, 2);
    assert_string_equal(x->taken_back->id, id);
}

static void test_trace_tells_exceptions_and_how_they_were_settled(void **state)
{
    struct tale *t = *state;
    lend(t, 0, HOUR, "X", "A");
    struct eid over = lend(t, 1, 2 * HOUR, "X", "B");
    arrive(t, 0);
    arrive(t, 1);
    const struct trace_act *x = traced_entry(t, over);
    said(x->first, "exception lent_over_loan");
    said(x->now, "exception lent_over_loan");
    assert_int_equal(x->exception_count, 1);
    assert_string_equal(x->exceptions[0].status, "open");
    struct story story;
    must(story_tell(&t->b, x->exceptions[0].id, &t->a, &story)); /* the id by which staff name it */
    assert_string_equal(story.entry, x->id);
    struct entry e = act(OP_SETTLE);
    e.exc_code = "lent_over_loan";
    e.exc_entry = story.entry;
    e.exc_other = story.other[0] ? story.other : NULL;
    e.how = "accept";
    tell(t, 0, 3 * HOUR, e);
    arrive(t, 0);
    x = traced_entry(t, over);
    assert_string_equal(x->exceptions[0].status, "settled");
    assert_string_equal(x->exceptions[0].settled_how, "accept");
    said(x->first, "exception lent_over_loan");
    said(x->now, "applied; what it led to is settled");
}

static void test_trace_tells_the_time_and_what_its_clock_said(void **state)
{
    struct tale *t = *state;
    struct entry clock = act(OP_CLOCK);
    struct eid lent = lend(t, 1, 10 * HOUR, "X", "A");
    arrive(t, 0);
    arrive(t, 1);
    const struct trace_act *x = traced_entry(t, lent);
    assert_true(x->at_ms == x->clock_ms);
    clock.src = "gps";
    clock.wall_ms = WORLD_START_MS + 11 * HOUR;
    clock.off_ms = t->lines[1].journal.samples[0].off_ms - 2 * HOUR;
    clock.unc_ms = 50;
    tell(t, 1, 11 * HOUR, clock);
    arrive(t, 1);
    x = traced_entry(t, lent);
    assert_true(x->at_ms == x->clock_ms - 2 * HOUR);
    assert_int_equal(x->unc_ms, 50);
}

static void test_trace_never_shows_what_checks_a_phrase(void **state)
{
    struct tale *t = *state;
    struct entry e = act(OP_STAFF);
    e.who = "ann";
    e.name = "Ann";
    e.role = "admin";
    e.verifier = "$argon2id$secret";
    struct eid id = tell(t, 0, HOUR, e);
    arrive(t, 0);
    const struct trace_act *x = traced_entry(t, id);
    said(x->words, "account ann is Ann, admin");
    assert_null(strstr(x->words, "secret"));
}

#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_trace_finds_an_act_by_the_digits_of_its_slip),
        T(test_trace_refuses_what_is_no_code),
        T(test_trace_tells_all_that_share_the_digits),
        T(test_trace_tells_how_a_loan_went_on),
        T(test_trace_tells_what_took_it_back),
        T(test_trace_tells_exceptions_and_how_they_were_settled),
        T(test_trace_tells_the_time_and_what_its_clock_said),
        T(test_trace_never_shows_what_checks_a_phrase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
