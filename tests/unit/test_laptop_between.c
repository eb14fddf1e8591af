/* tests/unit/test_laptop_between.c -- what others do between two acts of ours: what a desk keeps in mind from one act to the
 * next must never hide it (I1, I2). */
#include <signal.h>
#include <sys/wait.h>

#include "common/zone.h"
#include "tests/unit/lending.h"

/* A second program's handle on the same directory, and a clock file for both. */
static void open_other(struct world *w, struct laptop *other)
{
    write_clock_file(w);
    must(laptop_open(w->dir, other));
}

/* What a sync leaves: a base with other rules, made the current one by `by`. */
static void bring_rule(struct world *w, struct laptop *by, const char *line)
{
    char from[LAPTOP_PATH_MAX + 40], to[LAPTOP_PATH_MAX + 40];
    int64_t next;
    struct db *base;
    must(laptop_next_generation(by, &next));
    laptop_base_path(by, 1, from);
    laptop_base_path(by, next, to);
    must(db_open(from, DB_REPLICA, NULL, NULL, &base));
    must(db_copy_to(base, to));
    db_close(base);
    must(db_open(to, DB_REPLICA, NULL, NULL, &base));
    must(db_begin(base));
    enum bm_rc rc = db_run(base, SQL_RULES_CLEAR, NULL);
    if (!rc) rc = db_run(base, SQL_RULE_ADD, "n", 'i', (int64_t)1, "line", 's', line, NULL);
    if (!rc) rc = db_exec(base, "INSERT INTO closed_day(branch, first_day, last_day) VALUES('*', 1, 1)");
    must(db_end(base, rc));
    db_close(base);
    must(laptop_swap(by, next));
    (void)w;
}

static int64_t days_lent(struct world *w, struct laptop *l, const char *item)
{
    struct desk_answer answer;
    must(lend(l, &w->arena, item, NULL, &answer));
    assert_true(answer.done);
    return zone_day(answer.due_s * 1000) - zone_day(journal_now_ms(&l->journal));
}

static void test_rules_that_another_program_brought_hold_at_the_next_act(void **state)
{
    struct world *w = *state;
    struct laptop other;
    open_other(w, &other);
    assert_int_equal(days_lent(w, &w->l, "30001"), 21);
    assert_int_equal(days_lent(w, &w->l, "30002"), 21);
    bring_rule(w, &other, LENDING_RULE("7d"));
    assert_int_equal(days_lent(w, &w->l, "30003"), 7);
    bring_rule(w, &w->l, LENDING_RULE("3d"));
    assert_int_equal(days_lent(w, &w->l, "30004"), 3);
    assert_int_equal(days_lent(w, &other, "30005"), 3);
    laptop_close(&other);
    assert_int_equal(open_loans(w), 5);
    assert_replica_is_right(w);
    assert_chain_is_whole(w);
}

static void test_loans_in_force_are_those_of_the_new_copy_after_midnight_too(void **state)
{
    struct world *w = *state;
    struct laptop other;
    open_other(w, &other);
    assert_int_equal(days_lent(w, &w->l, "30001"), 21);
    pass(w, INT64_C(26) * 3600000);
    write_clock_file(w);
    assert_int_equal(days_lent(w, &w->l, "30002"), 21);
    bring_rule(w, &other, LENDING_RULE("7d"));
    pass(w, INT64_C(26) * 3600000);
    write_clock_file(w);
    assert_int_equal(days_lent(w, &w->l, "30003"), 7);
    laptop_close(&other);
}

/* Acts in turn by two handles: what one keeps in mind must not hide what the other did. */
static void test_laptop_acts_of_another_program_between_two_of_ours_are_seen(void **state)
{
    struct world *w = *state;
    struct laptop other;
    struct desk_answer answer;
    must(laptop_open(w->dir, &other));
    for (int i = 0; i < 4; i++) {
        must(lend(&w->l, &w->arena, "30001", NULL, &answer));
        assert_true(answer.done);
        assert_string_equal(answer.word, "lent");
        pass(w, 60000);
        write_clock_file(w);
        must(give_back(&other, "30001"));
        if (i % 2) must(give_back(&other, "30001"));
        pass(w, 60000);
        write_clock_file(w);
    }
    laptop_close(&other);
    assert_int_equal(open_loans(w), 0);
    assert_int_equal(in_replica(w, "SELECT count(*) FROM loan"), 4);
    assert_replica_is_right(w);
    assert_chain_is_whole(w);
}

static void test_laptop_after_an_act_that_failed_the_next_goes_on_where_the_journal_stands(void **state)
{
    struct world *w = *state;
    struct desk_answer answer;
    int64_t before, after;
    must(lend(&w->l, &w->arena, "30001", NULL, &answer));
    must(db_int(w->l.db, SQL_ENTRY_COUNT, &before, "dev", 's', "van1", NULL));
    setenv("BOOKMOBILE_FAIL", "act.before:1", 1);
    assert_int_equal(give_back(&w->l, "30001"), BM_EIO);
    unsetenv("BOOKMOBILE_FAIL");
    assert_int_equal(open_loans(w), 1);
    must(give_back(&w->l, "30001"));
    must(db_int(w->l.db, SQL_ENTRY_COUNT, &after, "dev", 's', "van1", NULL));
    assert_int_equal(after - before, 1);
    assert_int_equal(open_loans(w), 0);
    assert_replica_is_right(w);
    assert_chain_is_whole(w);
}

/* A program of its own: lends, and is killed at a tick. */
static void lend_and_die(struct world *w, const char *item, const char *request, const char *tick)
{
    int status;
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct laptop l;
        struct arena a = { 0 };
        struct desk_answer answer;
        setenv("BOOKMOBILE_CRASH", tick, 1);
        must(laptop_open(w->dir, &l));
        (void)!lend(&l, &a, item, request, &answer);
        _exit(1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* Another desk dies at each tick of its act; ours, which acted just before, goes on at once. */
static void test_another_desk_killed_at_any_tick_is_taken_up_by_ours(void **state)
{
    static const char *const ticks[] = { "journal.append:1", "act.before:1", "act.durable:1" };
    struct world *w = *state;
    struct desk_answer answer;
    write_clock_file(w);
    for (size_t i = 0; i < sizeof ticks / sizeof *ticks; i++) {
        char mine[24], others[24], request[24];
        snprintf(mine, sizeof mine, "301%02zu", i);
        snprintf(others, sizeof others, "302%02zu", i);
        snprintf(request, sizeof request, "r%zu", i);
        must(lend(&w->l, &w->arena, mine, NULL, &answer));
        lend_and_die(w, others, request, ticks[i]);
        bool durable = i == 2;
        must(lend(&w->l, &w->arena, others, request, &answer)); /* the page asks again, at our desk */
        assert_true(answer.done);
        assert_int_equal(answer.again, durable);
        assert_int_equal(answer.loan_count, 2 * i + 2);
        must(lend(&w->l, &w->arena, others, request, &answer));
        assert_true(answer.done && answer.again);
        assert_int_equal(ask(w->l.replica, "SELECT sum(renewals) FROM loan"), 0);
    }
    assert_int_equal(open_loans(w), 6);
    assert_replica_is_right(w);
    assert_chain_is_whole(w);
}

/* Our own handle writes to the journal in transactions that are no acts: a clock from the branch, outcomes of a sync. */
static void test_what_our_own_sync_writes_between_acts_is_no_surprise(void **state)
{
    struct world *w = *state;
    struct desk_answer answer;
    for (int i = 0; i < 4; i++) {
        char item[24];
        snprintf(item, sizeof item, "303%02d", i);
        must(lend(&w->l, &w->arena, item, NULL, &answer));
        int64_t off = env_wall_ms(&w->l.env) - env_boottime_ms(&w->l.env) + 1000 * i; /* moves: an entry each time */
        must(journal_begin(&w->l.journal));
        must(db_end(w->l.db, journal_clock(&w->l.journal, CLOCK_SYNC, off, 5)));
        must(meta_set(w->l.db, "heard", item));
        must(db_begin(w->l.db));
        must(db_end(w->l.db, meta_set(w->l.db, "heard", "again")));
        must(give_back(&w->l, item));
    }
    assert_int_equal(open_loans(w), 0);
    assert_replica_is_right(w);
    assert_chain_is_whole(w);
}

/* An entry whose savepoint was taken back never was, though the transaction it was in is committed. */
static void test_an_entry_taken_back_to_a_savepoint_leaves_no_gap(void **state)
{
    struct world *w = *state;
    struct entry e;
    struct desk_answer answer;
    must(lend(&w->l, &w->arena, "30001", NULL, &answer));
    must(journal_begin(&w->l.journal));
    must(db_save(w->l.db, "one"));
    entry_init(&e, OP_NOTE);
    e.why = "never said";
    must(journal_append(&w->l.journal, &e));
    assert_int_equal(db_save_end(w->l.db, "one", BM_EINPUT), BM_EINPUT);
    must(db_end(w->l.db, BM_OK));
    must(give_back(&w->l, "30001"));
    assert_chain_is_whole(w);
    assert_replica_is_right(w);
}

/* The replica is written to by another, the journal is not: a repair, a program that stopped between the two. */
static void test_a_replica_set_back_by_another_is_healed_at_the_next_act(void **state)
{
    struct world *w = *state;
    struct laptop other;
    struct desk_answer answer;
    struct laptop_state early, now;
    open_other(w, &other);
    must(laptop_current(&other));
    must(laptop_state_get(other.replica, &early));
    must(lend(&w->l, &w->arena, "30001", NULL, &answer));
    must(lend(&w->l, &w->arena, "30002", NULL, &answer));
    must(db_begin(other.replica));
    enum bm_rc rc = db_exec(other.replica, "DELETE FROM loan; UPDATE item SET loan = NULL");
    if (!rc) rc = laptop_state_put(other.replica, &early); /* as it was before our acts */
    must(db_end(other.replica, rc));
    must(lend(&w->l, &w->arena, "30003", NULL, &answer));
    assert_int_equal(answer.loan_count, 3);
    must(laptop_state_get(w->l.replica, &now));
    assert_int_equal(now.seq, w->l.journal.head_seq);
    laptop_close(&other);
    assert_int_equal(open_loans(w), 3);
    assert_replica_is_right(w);
}

/* The copy's files are deleted under us and made anew by another at the same path: ours is a file without a name now. */
static void test_a_replica_deleted_under_a_desk_is_two_copies_that_both_follow(void **state)
{
    static const char *const tails[] = { "", "-wal", "-shm" };
    struct world *w = *state;
    struct laptop other;
    struct desk_answer answer;
    char path[LAPTOP_PATH_MAX + 40], name[LAPTOP_PATH_MAX + 48];
    must(lend(&w->l, &w->arena, "30001", NULL, &answer));
    laptop_replica_path(&w->l, w->l.generation, path);
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        assert_int_equal(unlink(name), 0);
    }
    must(lend(&w->l, &w->arena, "30002", NULL, &answer));
    open_other(w, &other);
    for (int i = 0; i < 3; i++) {
        char item[2][24];
        snprintf(item[0], sizeof item[0], "304%02d", i);
        snprintf(item[1], sizeof item[1], "305%02d", i);
        must(lend(&other, &w->arena, item[0], NULL, &answer));
        assert_int_equal(answer.loan_count, 3 + 2 * i);
        must(lend(&w->l, &w->arena, item[1], NULL, &answer));
        assert_int_equal(answer.loan_count, 4 + 2 * i);
    }
    must(give_back(&other, "30001"));
    must(give_back(&w->l, "30002"));
    laptop_close(&other);
    assert_int_equal(open_loans(w), 6);
    assert_replica_is_right(w);
    assert_chain_is_whole(w);
}

/* A sync that another program breaks off: its new copy was filled, the swap not committed. */
static void test_a_swap_that_fails_leaves_us_on_the_copy_that_counts(void **state)
{
    struct world *w = *state;
    struct laptop other;
    open_other(w, &other);
    assert_int_equal(days_lent(w, &w->l, "30001"), 21);
    must(db_begin(w->l.db)); /* ours, inside something that is taken back in the end */
    bring_rule(w, &w->l, LENDING_RULE("7d"));
    assert_int_equal(db_end(w->l.db, BM_EIO), BM_EIO);
    assert_int_equal(days_lent(w, &w->l, "30002"), 21);
    assert_int_equal(days_lent(w, &other, "30003"), 21);
    bring_rule(w, &other, LENDING_RULE("3d"));
    assert_int_equal(days_lent(w, &w->l, "30004"), 3);
    laptop_close(&other);
    assert_int_equal(open_loans(w), 4);
    assert_replica_is_right(w);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_with_patron, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rules_that_another_program_brought_hold_at_the_next_act),
        TEST(test_loans_in_force_are_those_of_the_new_copy_after_midnight_too),
        TEST(test_laptop_acts_of_another_program_between_two_of_ours_are_seen),
        TEST(test_laptop_after_an_act_that_failed_the_next_goes_on_where_the_journal_stands),
        TEST(test_another_desk_killed_at_any_tick_is_taken_up_by_ours),
        TEST(test_what_our_own_sync_writes_between_acts_is_no_surprise),
        TEST(test_an_entry_taken_back_to_a_savepoint_leaves_no_gap),
        TEST(test_a_replica_set_back_by_another_is_healed_at_the_next_act),
        TEST(test_a_replica_deleted_under_a_desk_is_two_copies_that_both_follow),
        TEST(test_a_swap_that_fails_leaves_us_on_the_copy_that_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
