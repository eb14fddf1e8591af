/* The laptop's data directory: what is acknowledged stays, whatever happens to replica, base, journal and machine (I1, I2). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "sync/feed.h"
#include "tests/unit/lending.h"

static void remove_replica(struct world *w)
{
    char path[LAPTOP_PATH_MAX + 40];
    laptop_replica_path(&w->l, w->l.generation, path);
    assert_int_equal(unlink(path), 0);
}

static void test_laptop_act_is_kept_when_killed_between_journal_and_replica(void **state)
{
    struct world *w = *state;
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) { /* a program of its own */
        struct laptop l;
        struct arena a = { 0 };
        struct desk_answer answer;
        setenv("BOOKMOBILE_CRASH", "act.durable:1", 1);
        must(laptop_open(w->dir, &l));
        (void)!lend(&l, &a, "30001", "r1", &answer);
        _exit(1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_int_equal(open_loans(w), 1);
    struct desk_answer answer;
    must(lend(&w->l, &w->arena, "30001", "r1", &answer)); /* the page asks again: same answer, no renewal */
    assert_true(answer.done && answer.again);
    assert_int_equal(open_loans(w), 1);
    assert_int_equal(in_replica(w, "SELECT renewals FROM loan"), 0);
    assert_replica_is_right(w);
}

static void test_laptop_request_asked_again_gets_the_same_answer(void **state)
{
    struct world *w = *state;
    struct desk_answer first, again;
    must(lend(&w->l, &w->arena, "30001", "same", &first));
    assert_true(first.done && !first.again);
    pass(w, 5000);
    must(lend(&w->l, &w->arena, "30001", "same", &again));
    assert_true(again.done && again.again);
    assert_string_equal(first.entry, again.entry);
    assert_int_equal(first.due_s, again.due_s);
    assert_string_equal(ops(w), "register_patron checkout");
}

static void test_laptop_replica_deleted_is_made_anew(void **state)
{
    struct world *w = *state;
    struct desk_answer answer;
    must(lend(&w->l, &w->arena, "30001", NULL, &answer));
    remove_replica(w);
    reopen(w);
    assert_int_equal(open_loans(w), 1);
    assert_replica_is_right(w);
}

/* Cut to a length; a negative one: that many bytes stay, rubbish fills the rest. */
static void spoil_replica(struct world *w, off_t len)
{
    char path[LAPTOP_PATH_MAX + 40], rubbish[4096];
    struct stat st;
    laptop_replica_path(&w->l, w->l.generation, path);
    if (len >= 0) {
        assert_int_equal(truncate(path, len), 0);
        return;
    }
    memset(rubbish, 0xA5, sizeof rubbish);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    for (off_t at = -len; at < st.st_size; at += (off_t)sizeof rubbish)
        assert_int_equal(pwrite(fd, rubbish, sizeof rubbish, at), sizeof rubbish);
    close(fd);
}

static void test_laptop_replica_cut_short_or_spoilt_is_made_anew(void **state)
{
    struct world *w = *state;
    const off_t lengths[] = { 0, 100, 4096, 20480, -4096, -98304, -131072 };
    struct desk_answer answer;
    must(lend(&w->l, &w->arena, "30001", NULL, &answer));
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        must(visits_close(w->visits));
        struct laptop was = w->l;
        laptop_close(&w->l);
        memcpy(w->l.dir, was.dir, sizeof was.dir);
        w->l.generation = was.generation;
        spoil_replica(w, lengths[i]);
        open_laptop(w);
        open_visits(w);
        enum bm_rc rc = give_back(&w->l, "30001");
        if (rc == BM_ECORRUPT) rc = give_back(&w->l, "30001"); /* found half way: said so, and mended */
        must(rc);
        assert_int_equal(open_loans(w), 0);
        must(lend(&w->l, &w->arena, "30001", NULL, &answer));
        assert_true(answer.done);
        assert_replica_is_right(w);
    }
}

static void test_laptop_replica_of_another_line_is_made_anew(void **state)
{
    struct world *w = *state;
    struct desk_answer answer;
    must(lend(&w->l, &w->arena, "30001", NULL, &answer));
    must(laptop_current(&w->l)); /* says of itself that it holds entries that are not in the journal */
    must(db_exec(w->l.replica, "UPDATE state SET seq = 900, hash = zeroblob(32); DELETE FROM loan"));
    assert_int_equal(open_loans(w), 1);
    assert_replica_is_right(w);
}

static void test_laptop_base_gone_keeps_on_lending_and_says_what_to_do(void **state)
{
    struct world *w = *state;
    struct desk_answer answer;
    char path[LAPTOP_PATH_MAX + 40];
    must(lend(&w->l, &w->arena, "30001", NULL, &answer));
    laptop_base_path(&w->l, w->l.generation, path);
    assert_int_equal(unlink(path), 0);
    must(give_back(&w->l, "30001"));
    remove_replica(w);
    struct laptop again; /* another program, which has it not open */
    must(laptop_open(w->dir, &again));
    assert_int_equal(give_back(&again, "30001"), BM_ENOTFOUND);
    assert_non_null(strstr(err_text(BM_ENOTFOUND), "bookmobile sync"));
    laptop_close(&again);
    int64_t kept;
    must(db_int(w->l.db, SQL_ENTRY_COUNT, &kept, "dev", 's', "van1", NULL));
    assert_true(kept >= 5); /* epoch, clock, register, checkout, checkin: all there */
}

static void test_laptop_void_takes_the_effect_out_of_the_replica(void **state)
{
    struct world *w = *state;
    struct desk_answer lent, voided;
    must(lend(&w->l, &w->arena, "30001", NULL, &lent));
    assert_int_equal(open_loans(w), 1);
    must(desk_void(&w->l.desk, &w->arena, lent.entry, &voided));
    assert_true(voided.done);
    assert_int_equal(open_loans(w), 0);
    assert_replica_is_right(w);
    must(lend(&w->l, &w->arena, "30001", NULL, &lent));
    assert_int_equal(open_loans(w), 1);
}

static void copy_file(const char *from, const char *to)
{
    char bytes[4096];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(in >= 0 && out >= 0);
    for (ssize_t n; (n = read(in, bytes, sizeof bytes)) > 0;) assert_int_equal(write(out, bytes, (size_t)n), n);
    close(in);
    close(out);
}

static void test_laptop_journal_copied_goes_on_in_an_epoch_of_its_own(void **state)
{
    struct world *w = *state;
    char from[128], to[128], other[80];
    struct laptop copy;
    struct desk_answer answer;
    must(lend(&w->l, &w->arena, "30001", NULL, &answer));
    must(db_checkpoint(w->l.db));
    snprintf(other, sizeof other, "%s-copy", w->dir);
    assert_int_equal(mkdir(other, 0700), 0);
    static const char *const names[] = { "journal.db", "base-1.db", "device.key" };
    for (size_t i = 0; i < 3; i++) {
        snprintf(from, sizeof from, "%s/%s", w->dir, names[i]);
        snprintf(to, sizeof to, "%s/%s", other, names[i]);
        copy_file(from, to);
    }
    must(laptop_open(other, &copy));
    must(laptop_current(&copy));
    must(laptop_current(&w->l));
    assert_true(copy.journal.ep != w->l.journal.ep);
    assert_int_equal(ask(copy.replica, "SELECT count(*) FROM loan WHERE end_ms IS NULL"), 1);
    must(give_back(&copy, "30001"));
    laptop_close(&copy);
    world_remove_tree(other);
}

static void test_laptop_two_programs_act_at_once_and_lose_nothing(void **state)
{
    enum { EACH = 50 };
    struct world *w = *state;
    pid_t pids[2];
    int64_t before, after;
    must(db_int(w->l.db, SQL_ENTRY_COUNT, &before, "dev", 's', "van1", NULL));
    fflush(NULL);
    for (int p = 0; p < 2; p++) {
        pids[p] = fork();
        assert_true(pids[p] >= 0);
        if (pids[p]) continue;
        struct laptop l;
        must(laptop_open(w->dir, &l));
        for (int i = 0; i < EACH; i++) {
            char item[24];
            snprintf(item, sizeof item, "4%d%03d", p, i);
            must(give_back(&l, item));
        }
        laptop_close(&l);
        _exit(0);
    }
    for (int p = 0; p < 2; p++) {
        int status;
        assert_int_equal(waitpid(pids[p], &status, 0), pids[p]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    must(db_int(w->l.db, SQL_ENTRY_COUNT, &after, "dev", 's', "van1", NULL));
    assert_int_equal(after - before, 2 * EACH);
    assert_int_equal(in_replica(w, "SELECT count(*) FROM item WHERE barcode LIKE '4%'"), 2 * EACH);
    assert_replica_is_right(w);
}

static void test_laptop_disk_full_refuses_and_keeps_what_was_said(void **state)
{
    struct world *w = *state;
    struct desk_answer answer;
    char sql[64];
    int64_t before, after;
    must(lend(&w->l, &w->arena, "30001", NULL, &answer));
    must(db_int(w->l.db, SQL_ENTRY_COUNT, &before, "dev", 's', "van1", NULL));
    snprintf(sql, sizeof sql, "PRAGMA max_page_count = %lld", (long long)ask(w->l.db, "PRAGMA page_count"));
    must(db_exec(w->l.db, sql));
    int64_t done = 0;
    enum bm_rc rc = BM_OK;
    for (int i = 0; i < 500 && !rc; i++) {
        char item[24];
        snprintf(item, sizeof item, "5%04d", i);
        rc = give_back(&w->l, item);
        if (!rc) done++;
    }
    assert_int_equal(rc, BM_EFULL);
    assert_non_null(strstr(err_text(rc), "free some space"));
    must(db_int(w->l.db, SQL_ENTRY_COUNT, &after, "dev", 's', "van1", NULL));
    assert_int_equal(after - before, done);
    must(db_exec(w->l.db, "PRAGMA max_page_count = 1000000")); /* space was made */
    must(give_back(&w->l, "30001"));
    assert_int_equal(open_loans(w), 0);
    assert_replica_is_right(w);
}

static void test_laptop_bad_feed_line_is_refused_whole(void **state)
{
    struct world *w = *state;
    static const char *const bad[] = {
        "{\"t\":\"stop\",\"k\":\"VAN1/Norby/Church\"}\n{\"t\":\"stop\",\"k\":\"x\",\"r\":[1]}\n",
        "{\"t\":\"stop\",\"k\":\"VAN1/Norby/Church\"}\n{\"t\":\"nowhere\",\"k\":\"x\"}\n",
        "{\"t\":\"stop\",\"k\":\"VAN1/Norby/Church\"}\nnot json\n",
        "{\"t\":\"stop\",\"k\":\"VAN1/Norby/Church\"}\n{\"t\":\"stop\",\"k\":\"x\",\"r\":[[],{},1,2,3,4,5]}\n",
        "{\"t\":\"stop\",\"k\":\"VAN1/Norby/Church\"}\n{\"t\":\"loan\",\"k\":\"x\"}",
    };
    must(laptop_current(&w->l));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t rows;
        must(db_begin(w->l.replica));
        enum bm_rc rc = feed_read(w->l.replica, bad[i], strlen(bad[i]), &rows);
        assert_int_equal(db_end(w->l.replica, rc), BM_EINPUT);
        assert_int_equal(in_replica(w, "SELECT count(*) FROM stop"), 4);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_with_patron, end)
    const struct CMUnitTest tests[] = {
        TEST(test_laptop_act_is_kept_when_killed_between_journal_and_replica),
        TEST(test_laptop_request_asked_again_gets_the_same_answer),
        TEST(test_laptop_replica_deleted_is_made_anew),
        TEST(test_laptop_replica_cut_short_or_spoilt_is_made_anew),
        TEST(test_laptop_replica_of_another_line_is_made_anew),
        TEST(test_laptop_base_gone_keeps_on_lending_and_says_what_to_do),
        TEST(test_laptop_void_takes_the_effect_out_of_the_replica),
        TEST(test_laptop_journal_copied_goes_on_in_an_epoch_of_its_own),
        TEST(test_laptop_two_programs_act_at_once_and_lose_nothing),
        TEST(test_laptop_disk_full_refuses_and_keeps_what_was_said),
        TEST(test_laptop_bad_feed_line_is_refused_whole),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
