/* Laptop and branch over a real server on this machine: acts there and back, and every way in which one of the two can have
 * lost what the other has (I1, I2, I3, I4, I11; DESIGN 7). */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "mobile/homecoming.h"
#include "sync/agent.h"
#include "sync/server.h"
#include "tests/world.h"

enum { ITEMS = 20, EPOCHS_MANY = 1030 };

struct round {
    char dir[64], van[80], main[80], saved[80], url[64];
    pid_t server;
    uint16_t port;
    struct laptop l;
    struct arena arena;
    struct sync_report said;
};

/* --- the branch ------------------------------------------------------------------------------------- */

static void tell_port(void *ctx, uint16_t port)
{
    int fd = *(int *)ctx;
    if (write(fd, &port, sizeof port) != (ssize_t)sizeof port) _exit(3);
    close(fd);
}

static void serve(struct round *r)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    r->server = fork();
    assert_true(r->server >= 0);
    if (r->server == 0) {
        const struct server_options o = { .address = "127.0.0.1", .port = r->port, .ready = tell_port, .ctx = &ends[1] };
        close(ends[0]);
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* a test that aborts leaves no server behind */
        _exit(server_run(r->main, &o) ? 1 : 0);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &r->port, sizeof r->port), sizeof r->port);
    close(ends[0]);
    snprintf(r->url, sizeof r->url, "http://127.0.0.1:%u", (unsigned)r->port);
}

static void serve_end(struct round *r)
{
    int status;
    kill(r->server, SIGTERM);
    assert_int_equal(waitpid(r->server, &status, 0), r->server);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void add_item(struct branch *b, int n)
{
    struct arena a = { 0 };
    struct desk_answer answer;
    struct entry e;
    char title[24], item[24];
    snprintf(title, sizeof title, "t%d", n);
    snprintf(item, sizeof item, "300%02d", n);
    entry_init(&e, OP_ADD_TITLE);
    e.title = title;
    e.name = "A title";
    must(desk_write(&b->desk, &a, &e, &answer));
    entry_init(&e, OP_ADD_ITEM);
    e.title = title;
    e.item = item;
    must(desk_write(&b->desk, &a, &e, &answer));
    arena_free(&a);
}

static void fill_branch(struct round *r)
{
    const struct branch_init init = { .zone = "Europe/London", .code = "MAIN" };
    const struct desk_person ann = { .card = "20001", .name = "Ann", .category = "ADULT", .expires_s = ENTRY_NONE, .barred = ENTRY_NONE };
    struct branch b;
    struct observe o;
    struct entry row;
    struct desk_answer answer;
    must(branch_create(r->main, &init));
    must(branch_open(r->main, &b));
    must(db_exec(b.db, "PRAGMA synchronous=OFF"));
    must(observe_begin(&o, &b, "rules", env_wall_ms(&b.env)));
    entry_init(&row, OP_ROW);
    row.kind = "rule";
    row.line = "*,*,*,21d,2,,,keep,10,1,500,2000,200,,all";
    must(observe_end(&o, observe_row(&o, &row)));
    must(desk_register(&b.desk, &r->arena, &ann, &answer));
    for (int i = 0; i < ITEMS; i++) add_item(&b, i);
    branch_close(&b);
}

static int64_t at_branch(struct round *r, const char *sql)
{
    struct branch b;
    struct stmt *s;
    must(branch_open(r->main, &b));
    must(db_prepare(b.db, sql, &s));
    must(stmt_next(s));
    int64_t x = stmt_int(s, 0);
    stmt_free(s);
    branch_close(&b);
    return x;
}

static void change_branch(struct round *r, const char *sql)
{
    struct branch b;
    must(branch_open(r->main, &b));
    must(db_exec(b.db, sql));
    branch_close(&b);
}

/* --- the laptop ------------------------------------------------------------------------------------------- */

static void enrol(struct round *r)
{
    char code[SEAL_CODE_MAX], dev[ENTRY_DEV_MAX];
    int64_t until;
    struct branch b;
    must(branch_open(r->main, &b));
    must(device_add(&b, "van1", "Van", code, &until));
    branch_close(&b);
    const struct enrol_options o = { .url = r->url, .code = code, .mobile = "VAN1" };
    must(homecoming_enrol(r->van, &o, dev));
    assert_string_equal(dev, "van1");
}

static enum bm_rc sync_now(struct round *r)
{
    return homecoming_sync(&r->l, NULL, NULL, &r->said);
}

static const char *lend(struct round *r, const char *item)
{
    struct desk_answer answer;
    must(desk_checkout(&r->l.desk, &r->arena, "20001", item, &answer));
    assert_true(answer.done);
    return answer.entry;
}

static void give_back(struct round *r, const char *item)
{
    struct desk_answer answer;
    must(desk_checkin(&r->l.desk, &r->arena, item, ENTRY_NONE, &answer));
}

static int64_t on_laptop(struct round *r, const char *sql)
{
    struct stmt *s;
    must(laptop_current(&r->l));
    must(db_prepare(r->l.replica, sql, &s));
    must(stmt_next(s));
    int64_t x = stmt_int(s, 0);
    stmt_free(s);
    return x;
}

static int64_t unanswered(struct round *r)
{
    int64_t count, above;
    must(laptop_pending(&r->l, &count, &above));
    return count;
}

static const char loans[] = "SELECT count(*) FROM loan WHERE end_ms IS NULL";

static void assert_in_step(struct round *r)
{
    assert_true(r->said.agreed);
    assert_int_equal(unanswered(r), 0);
    assert_int_equal(on_laptop(r, loans), at_branch(r, loans));
}

/* --- folders ------------------------------------------------------------------------------------------------ */

static void copy_folder(const char *from, const char *to)
{
    DIR *d = opendir(from);
    assert_non_null(d);
    mkdir(to, 0700);
    for (struct dirent *f; (f = readdir(d));) {
        char a[512], b[512], bytes[4096];
        if (f->d_name[0] == '.') continue;
        snprintf(a, sizeof a, "%s/%s", from, f->d_name);
        snprintf(b, sizeof b, "%s/%s", to, f->d_name);
        int in = open(a, O_RDONLY), out = open(b, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        assert_true(in >= 0 && out >= 0);
        for (ssize_t n; (n = read(in, bytes, sizeof bytes)) > 0;) assert_int_equal(write(out, bytes, (size_t)n), n);
        close(in);
        close(out);
    }
    closedir(d);
}

/* --- before and after each ------------------------------------------------------------------------------------ */

static int begin(void **state)
{
    struct round *r = calloc(1, sizeof *r);
    const char *tmp = getenv("TMPDIR");
    if (!r) return -1;
    snprintf(r->dir, sizeof r->dir, "%s/bm-round-XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    if (!mkdtemp(r->dir)) return -1;
    snprintf(r->van, sizeof r->van, "%s/van", r->dir);
    snprintf(r->main, sizeof r->main, "%s/main", r->dir);
    snprintf(r->saved, sizeof r->saved, "%s/saved", r->dir);
    fill_branch(r);
    serve(r);
    enrol(r);
    must(laptop_open(r->van, &r->l));
    must(db_exec(r->l.db, "PRAGMA synchronous=OFF"));
    *state = r;
    return 0;
}

static int end(void **state)
{
    struct round *r = *state;
    laptop_close(&r->l);
    serve_end(r);
    arena_free(&r->arena);
    world_remove_tree(r->van);
    world_remove_tree(r->main);
    world_remove_tree(r->saved);
    rmdir(r->dir);
    free(r);
    return 0;
}

/* --- tests ------------------------------------------------------------------------------------------------------ */

static void test_sync_brings_acts_there_and_changes_back(void **state)
{
    struct round *r = *state;
    struct branch b;
    struct desk_answer answer;
    lend(r, "30000");
    lend(r, "30001");
    give_back(r, "30001");
    must(sync_now(r));
    assert_int_equal(r->said.exceptions + r->said.quarantined, 0);
    assert_in_step(r);
    assert_int_equal(on_laptop(r, loans), 1);
    must(sync_now(r));
    assert_int_equal(r->said.pushed, 0);
    must(branch_open(r->main, &b));
    must(desk_checkout(&b.desk, &r->arena, "20001", "30005", &answer));
    assert_true(answer.done);
    branch_close(&b);
    must(sync_now(r));
    assert_in_step(r);
    assert_int_equal(on_laptop(r, loans), 2);
    assert_false(r->said.snapshot);
}

static void test_sync_takes_back_an_act_that_was_synced(void **state)
{
    struct round *r = *state;
    struct desk_answer answer;
    const char *entry = lend(r, "30000");
    must(sync_now(r));
    must(desk_void(&r->l.desk, &r->arena, entry, &answer));
    must(sync_now(r));
    assert_in_step(r);
    assert_int_equal(on_laptop(r, loans), 0);
    assert_int_equal(on_laptop(r, "SELECT count(*) FROM item WHERE loan IS NOT NULL"), 0);
}

static void reboot(struct round *r, int n)
{
    snprintf(r->l.env.boot_id, sizeof r->l.env.boot_id, "boot-%d", n);
}

static void test_sync_sends_several_boots_at_once(void **state)
{
    struct round *r = *state;
    static const char *const items[] = { "30000", "30001", "30002", "30003" };
    for (int i = 0; i < 4; i++) {
        reboot(r, i);
        lend(r, items[i]);
    }
    must(sync_now(r));
    assert_in_step(r);
    assert_int_equal(on_laptop(r, loans), 4);
    assert_int_equal(at_branch(r, "SELECT count(*) FROM epoch WHERE dev = 'van1'"), 5);
}

static void test_sync_goes_on_after_more_than_a_thousand_boots(void **state)
{
    struct round *r = *state;
    for (int i = 0; i < EPOCHS_MANY; i++) {
        reboot(r, i);
        must(journal_begin(&r->l.journal));
        must(db_end(r->l.db, BM_OK));
        if (i == EPOCHS_MANY / 2) must(sync_now(r));
    }
    lend(r, "30000");
    must(sync_now(r));
    assert_in_step(r);
    give_back(r, "30000");
    must(sync_now(r));
    assert_in_step(r);
    assert_int_equal(at_branch(r, loans), 0);
}

static void test_sync_takes_a_whole_copy_when_the_cursor_is_not_known(void **state)
{
    struct round *r = *state;
    lend(r, "30000");
    must(sync_now(r));
    change_branch(r, "UPDATE revision SET tag = tag + 1");
    lend(r, "30001");
    must(sync_now(r));
    assert_true(r->said.snapshot);
    assert_in_step(r);
    assert_int_equal(on_laptop(r, loans), 2);
}

static void test_sync_sends_again_what_a_restored_branch_has_lost(void **state)
{
    struct round *r = *state;
    lend(r, "30000");
    must(sync_now(r));
    serve_end(r);
    copy_folder(r->main, r->saved);
    serve(r);
    lend(r, "30001");
    must(sync_now(r));
    reboot(r, 1);
    lend(r, "30002");
    must(sync_now(r));
    reboot(r, 2);
    lend(r, "30003");
    must(sync_now(r));
    serve_end(r);
    world_remove_tree(r->main);
    copy_folder(r->saved, r->main); /* two acts back and two boots */
    serve(r);
    assert_int_equal(at_branch(r, loans), 1);
    must(sync_now(r)); /* nothing new was done since */
    assert_int_equal(at_branch(r, loans), 4);
    assert_in_step(r);
    assert_int_equal(on_laptop(r, loans), 4);
    must(sync_now(r));
    assert_int_equal(r->said.pushed, 0);
}

static void put_laptop_back(struct round *r)
{
    laptop_close(&r->l);
    world_remove_tree(r->van);
    copy_folder(r->saved, r->van);
    must(laptop_open(r->van, &r->l));
}

static void test_sync_goes_on_with_a_restored_laptop_as_a_sibling(void **state)
{
    struct round *r = *state;
    lend(r, "30000");
    must(sync_now(r));
    laptop_close(&r->l);
    copy_folder(r->van, r->saved);
    must(laptop_open(r->van, &r->l));
    for (int i = 1; i < 6; i++) {
        char item[24];
        snprintf(item, sizeof item, "3000%d", i);
        lend(r, item);
    }
    must(sync_now(r)); /* the branch has six; the backup knows of one */
    put_laptop_back(r);
    lend(r, "30007");
    must(sync_now(r));
    assert_in_step(r);
    assert_int_equal(on_laptop(r, loans), 7);
    lend(r, "30008"); /* its number is one that the lost line has used */
    assert_int_equal(on_laptop(r, loans), 8);
    laptop_close(&r->l);
    must(laptop_open(r->van, &r->l));
    must(laptop_current(&r->l));
    char path[LAPTOP_PATH_MAX + 40];
    laptop_replica_path(&r->l, r->l.generation, path);
    assert_int_equal(unlink(path), 0); /* made anew: what is pending must not be taken for what the branch has */
    laptop_close(&r->l);
    must(laptop_open(r->van, &r->l));
    assert_int_equal(on_laptop(r, loans), 8);
    must(sync_now(r));
    assert_in_step(r);
    assert_int_equal(on_laptop(r, loans), 8);
}

static void test_sync_starts_an_epoch_when_the_journal_lost_its_end(void **state)
{
    struct round *r = *state;
    lend(r, "30000");
    must(sync_now(r));
    laptop_close(&r->l);
    char journal[128], kept[128];
    copy_folder(r->van, r->saved);
    must(laptop_open(r->van, &r->l));
    lend(r, "30001");
    must(sync_now(r));
    laptop_close(&r->l);
    snprintf(journal, sizeof journal, "%s/journal.db", r->van);
    snprintf(kept, sizeof kept, "%s/journal.db", r->saved);
    char bytes[4096]; /* into the same file: no new inode, the same boot */
    int in = open(kept, O_RDONLY), out = open(journal, O_WRONLY | O_TRUNC);
    for (ssize_t n; (n = read(in, bytes, sizeof bytes)) > 0;) assert_int_equal(write(out, bytes, (size_t)n), n);
    close(in);
    close(out);
    must(laptop_open(r->van, &r->l));
    must(sync_now(r));
    assert_in_step(r);
    assert_int_equal(on_laptop(r, loans), 2);
    lend(r, "30002");
    must(sync_now(r));
    assert_in_step(r);
    assert_int_equal(on_laptop(r, loans), 3);
}

static void spoil_base(struct round *r, const char *sql)
{
    char path[LAPTOP_PATH_MAX + 40];
    struct db *base;
    must(laptop_current(&r->l));
    laptop_base_path(&r->l, r->l.generation, path);
    must(db_open(path, DB_REPLICA, NULL, NULL, &base));
    must(db_exec(base, sql));
    must(db_checkpoint(base));
    db_close(base);
    if (sql[0]) return;
    struct stat st; /* no statement: rubbish over all pages but the first two */
    char rubbish[4096];
    memset(rubbish, 0xA5, sizeof rubbish);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    for (off_t at = 8192; at < st.st_size; at += (off_t)sizeof rubbish)
        assert_int_equal(pwrite(fd, rubbish, sizeof rubbish, at), sizeof rubbish);
    close(fd);
}

static void test_sync_puts_a_wrong_base_right(void **state)
{
    struct round *r = *state;
    static const char *const harm[] = { "DELETE FROM title WHERE key = 't3'", "UPDATE patron SET barred = 1", "" };
    for (size_t i = 0; i < 2 * sizeof harm / sizeof *harm; i++) {
        must(sync_now(r));
        spoil_base(r, harm[i / 2]);
        if (i % 2) give_back(r, "30000"); /* with a feed, and with nothing to come */
        must(sync_now(r));
        assert_true(r->said.snapshot);
        assert_in_step(r);
    }
}

static void test_sync_keeps_a_quarantined_act_on_the_laptop(void **state)
{
    struct round *r = *state;
    struct entry e;
    struct desk_answer answer;
    entry_init(&e, OP_CHECKOUT); /* as if by a newer program: the branch cannot make anything of it */
    e.item = "30004";
    e.patron = "20001";
    e.place = "van1";
    e.due_s = INT64_MAX / 4;
    e.rate_cents = e.grace_days = e.max_cents = e.price_cents = e.keep_cents = 0;
    must(desk_write(&r->l.desk, &r->arena, &e, &answer));
    lend(r, "30000");
    must(sync_now(r));
    assert_int_equal(r->said.quarantined, 1);
    assert_int_equal(at_branch(r, loans), 1);
    assert_int_equal(on_laptop(r, loans), 2); /* the book is out of the house */
    must(sync_now(r));
    lend(r, "30001");
    must(sync_now(r));
    assert_int_equal(on_laptop(r, loans), 3);
    assert_true(r->said.agreed);
}

static void test_sync_of_a_device_revoked_after_hello_gets_nothing(void **state)
{
    struct round *r = *state;
    const struct link_options options = { .url = r->url };
    struct agent g;
    struct agent_feed feed;
    must(agent_open(&g, NULL, &options));
    g.journal = &r->l.journal;
    g.key = &r->l.key;
    g.server_key = r->l.server_key;
    g.server = r->l.server;
    must(agent_hello(&g));
    must(agent_push(&g));
    must(agent_pull(&g, 0, 0, &feed));
    buf_free(&feed.lines);
    change_branch(r, "UPDATE device SET revoked_ms = 1");
    assert_int_equal(agent_pull(&g, 0, 0, &feed), BM_EAUTH);
    buf_free(&feed.lines);
    char path[128];
    snprintf(path, sizeof path, "%s/base-99.db", r->van);
    assert_int_equal(agent_snapshot(&g, path), BM_EAUTH);
    agent_close(&g);
    assert_int_equal(sync_now(r), BM_EAUTH);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_sync_brings_acts_there_and_changes_back),
        TEST(test_sync_takes_back_an_act_that_was_synced),
        TEST(test_sync_sends_several_boots_at_once),
        TEST(test_sync_goes_on_after_more_than_a_thousand_boots),
        TEST(test_sync_takes_a_whole_copy_when_the_cursor_is_not_known),
        TEST(test_sync_sends_again_what_a_restored_branch_has_lost),
        TEST(test_sync_goes_on_with_a_restored_laptop_as_a_sibling),
        TEST(test_sync_starts_an_epoch_when_the_journal_lost_its_end),
        TEST(test_sync_puts_a_wrong_base_right),
        TEST(test_sync_keeps_a_quarantined_act_on_the_laptop),
        TEST(test_sync_of_a_device_revoked_after_hello_gets_nothing),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
