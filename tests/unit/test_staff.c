/* tests/unit/test_staff.c -- accounts: what stands in which order of arrival (I5), who is let in, what laptops are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "common/staff.h"
#include "sync/audit.h"
#include "sync/feed.h"
#include "tests/tale.h"

#define PHRASE "three green words"

static char verifier[SEAL_PHRASE_HASH_MAX];

static struct entry account(const char *id, const char *name, const char *role)
{
    struct entry e = act(OP_STAFF);
    if (!verifier[0]) must(seal_phrase_hash(PHRASE, verifier));
    e.who = id;
    e.name = name;
    e.role = role;
    e.verifier = verifier;
    return e;
}

static struct entry no_account(const char *id)
{
    struct entry e = act(OP_STAFF);
    e.who = id;
    e.gone = 1;
    return e;
}

static void undo(struct tale *t, int who, int64_t at, struct eid target)
{
    struct entry e = act(OP_VOID);
    e.target = target;
    tell(t, who, at, e);
}

/* Arrived in both orders, and all made anew, it is the same. */
static void sound(struct tale *t)
{
    const char *problem;
    same_backwards(t);
    must(audit_again(&t->b, &t->a, &problem));
    if (problem) fail_msg("%s", problem);
}

static void is(struct tale *t, const char *id, const char *name, enum staff_role role)
{
    struct staff s;
    must(staff_get(t->b.db, &t->a, id, &s));
    assert_string_equal(s.name, name);
    assert_int_equal(s.role, role);
}

static void is_gone(struct tale *t, const char *id)
{
    struct staff s;
    assert_int_equal(staff_get(t->b.db, &t->a, id, &s), BM_ENOTFOUND);
}

static void test_staff_the_newest_entry_is_the_account(void **state)
{
    struct tale *t = *state;
    int64_t n;
    tell(t, 0, HOUR, account("ann", "Ann", "admin"));
    tell(t, 0, 2 * HOUR, account("ann", "Ann Other", "viewer"));
    tell(t, 0, 3 * HOUR, account("bob.b", "Bob", "staff"));
    struct entry early = account("ann", "Ann of Old", "staff"); /* said to be from before */
    early.when_ms = WORLD_START_MS + 90 * 60000;
    early.source = "paper";
    tell(t, 0, 4 * HOUR, early);
    arrive(t, 0);
    is(t, "ann", "Ann Other", STAFF_VIEWER);
    is(t, "bob.b", "Bob", STAFF_STAFF);
    must(staff_count(t->b.db, &n));
    assert_int_equal(n, 2);
    sound(t);
}

static void test_staff_a_removed_account_may_be_made_again(void **state)
{
    struct tale *t = *state;
    tell(t, 0, HOUR, account("ann", "Ann", "admin"));
    tell(t, 0, 2 * HOUR, no_account("ann"));
    arrive(t, 0);
    is_gone(t, "ann");
    tell(t, 0, 3 * HOUR, account("ann", "Another Ann", "staff"));
    arrive(t, 0);
    is(t, "ann", "Another Ann", STAFF_STAFF);
    sound(t);
}

static void test_staff_what_is_taken_back_gives_way_to_what_was_before(void **state)
{
    struct tale *t = *state;
    struct eid first = tell(t, 0, HOUR, account("ann", "Ann", "staff"));
    struct eid second = tell(t, 0, 2 * HOUR, account("ann", "Ann", "admin"));
    arrive(t, 0);
    undo(t, 0, 3 * HOUR, second);
    arrive(t, 0);
    is(t, "ann", "Ann", STAFF_STAFF);
    sound(t);
    undo(t, 0, 4 * HOUR, first);
    arrive(t, 0);
    is_gone(t, "ann");
    sound(t);
}

/* The branch's clock was ahead and is set right: an entry about the account, caught up from between, is the newer then. */
static void test_staff_a_better_clock_moves_the_account(void **state)
{
    struct tale *t = *state;
    struct entry paper = account("ann", "Ann of the paper", "staff"), clock = act(OP_CLOCK);
    tell(t, 0, 10 * HOUR, account("ann", "Ann", "admin"));
    paper.when_ms = WORLD_START_MS + 9 * HOUR;
    paper.source = "paper";
    tell(t, 0, 11 * HOUR, paper);
    arrive(t, 0);
    is(t, "ann", "Ann", STAFF_ADMIN);
    clock.src = "gps";
    clock.wall_ms = WORLD_START_MS + 10 * HOUR;
    clock.off_ms = t->lines[0].journal.samples[0].off_ms - 2 * HOUR;
    clock.unc_ms = 1;
    tell(t, 0, 12 * HOUR, clock);
    arrive(t, 0);
    is(t, "ann", "Ann of the paper", STAFF_STAFF);
    sound(t);
}

/* Who has a laptop in his hands makes himself no admin: stored, not understood, and nobody is held up. */
static void test_staff_entries_of_a_laptop_are_quarantined(void **state)
{
    struct tale *t = *state;
    tell(t, 0, HOUR, account("ann", "Ann", "admin"));
    tell(t, 1, 2 * HOUR, account("eve", "Eve", "admin"));
    tell(t, 1, 2 * HOUR, no_account("ann"));
    lend(t, 1, 3 * HOUR, "X", "A");
    arrive(t, 0);
    arrive(t, 1);
    is(t, "ann", "Ann", STAFF_ADMIN);
    is_gone(t, "eve");
    struct stmt *s;
    must(db_prepare(t->b.db, "SELECT count(*) FROM entry WHERE outcome LIKE 'quarantined%'", &s));
    must(stmt_next(s));
    assert_int_equal(stmt_int(s, 0), 2);
    stmt_free(s);
    must(db_prepare(t->b.db, "SELECT 1 FROM loan WHERE item = 'X' AND card = 'A'", &s));
    must(stmt_next(s));
    stmt_free(s);
    sound(t);
}

static void test_staff_an_entry_that_is_not_sound_is_not_taken(void **state)
{
    struct tale *t = *state;
    static const char *const ids[] = { "a", "Ann", "an n", "abcdefghijklmnopqrstuvwxyz0123456", "ann/b" };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) tell(t, 0, HOUR, account(ids[i], "N", "staff"));
    tell(t, 0, HOUR, account("ann", "N", "keeper"));
    struct entry e = account("ann", "N", "staff");
    e.verifier = NULL;
    tell(t, 0, HOUR, e);
    e = no_account("ann");
    e.gone = 0;
    tell(t, 0, HOUR, e);
    arrive(t, 0);
    int64_t n;
    must(staff_count(t->b.db, &n));
    assert_int_equal(n, 0);
}

static void refused(struct db *db, struct arena *a, const char *id, const char *phrase, char said[ERR_TEXT_MAX])
{
    struct staff s;
    err_clear();
    assert_int_equal(staff_check(db, a, id, phrase, &s), BM_EAUTH);
    assert_null(s.id);
    str_copy(said, ERR_TEXT_MAX, err_text(BM_EAUTH));
}

static void test_staff_check_knows_the_phrase_and_tells_nobody_what_was_wrong(void **state)
{
    struct tale *t = *state;
    struct staff s;
    char wrong[ERR_TEXT_MAX], unknown[ERR_TEXT_MAX];
    tell(t, 0, HOUR, account("ann", "Ann", "admin"));
    arrive(t, 0);
    must(staff_check(t->b.db, &t->a, "ann", PHRASE, &s));
    assert_string_equal(s.id, "ann");
    assert_int_equal(s.role, STAFF_ADMIN);
    refused(t->b.db, &t->a, "ann", "three green word", wrong);
    refused(t->b.db, &t->a, "bob", PHRASE, unknown);
    assert_string_equal(wrong, unknown);
    refused(t->b.db, &t->a, "", "", unknown);
    tell(t, 0, 2 * HOUR, no_account("ann"));
    arrive(t, 0);
    refused(t->b.db, &t->a, "ann", PHRASE, unknown);
}

/* The feed brings accounts to a replica, which checks a login by itself; and their end. */
static void test_staff_laptops_have_the_accounts(void **state)
{
    struct tale *t = *state;
    struct db *replica;
    struct buf lines;
    struct staff s;
    int64_t n, rev, tag, before;
    char said[ERR_TEXT_MAX];
    must(db_open(":memory:", DB_MEMORY, SQL_FILE_CIRCULATION, NULL, &replica));
    tell(t, 0, HOUR, account("ann", "Ann", "admin"));
    arrive(t, 0);
    must(feed_head(t->b.db, &rev, &tag));
    buf_init(&lines, 1 << 20);
    must(feed_write(t->b.db, 0, rev, &lines, &n));
    must(db_begin(replica));
    must(db_end(replica, feed_read(replica, lines.data, lines.len, &n)));
    must(staff_check(replica, &t->a, "ann", PHRASE, &s));
    before = rev;
    tell(t, 0, 2 * HOUR, no_account("ann"));
    arrive(t, 0);
    must(feed_head(t->b.db, &rev, &tag));
    buf_clear(&lines);
    must(feed_write(t->b.db, before, rev, &lines, &n));
    must(db_begin(replica));
    must(db_end(replica, feed_read(replica, lines.data, lines.len, &n)));
    refused(replica, &t->a, "ann", PHRASE, said);
    buf_free(&lines);
    db_close(replica);
}

#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_staff_the_newest_entry_is_the_account),
        T(test_staff_a_removed_account_may_be_made_again),
        T(test_staff_what_is_taken_back_gives_way_to_what_was_before),
        T(test_staff_a_better_clock_moves_the_account),
        T(test_staff_entries_of_a_laptop_are_quarantined),
        T(test_staff_an_entry_that_is_not_sound_is_not_taken),
        T(test_staff_check_knows_the_phrase_and_tells_nobody_what_was_wrong),
        T(test_staff_laptops_have_the_accounts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
