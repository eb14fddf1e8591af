/* tests/unit/test_forget.c -- a loan of long ago, cut at the branch and then on the laptop (I12): real folders, real syncs
 * without a network, and what is left in the bytes of every file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "mobile/forget.h"
#include "mobile/homecoming.h"
#include "sync/audit.h"
#include "sync/horizon.h"
#include "sync/redact.h"
#include "tests/way.h"
#include "tests/world.h"

enum { ITEMS = 60, NEAR_BYTES = 200, HOUR_S = 3600, DAY_S = 24 * HOUR_S };
static const char CARD[] = "29990000777777", ITEM[] = "30990000888888";

struct trip {
    char dir[64], van[80], main[80];
    struct way line;
    struct agent_way way;
    struct branch *b;
    struct laptop l;
    struct arena arena;
    struct sync_report said;
    int64_t passed_ms;
};

/* --- time -------------------------------------------------------------------------------------------- */

static void set_env(struct trip *t, struct env *env)
{
    env->made_wall_ms = WORLD_START_MS + t->passed_ms;
    env->made_boottime_ms = 1000000 + t->passed_ms;
}

static void pass(struct trip *t, int64_t seconds)
{
    t->passed_ms += seconds * 1000;
    set_env(t, &t->b->env);
    set_env(t, &t->l.env);
}

/* --- the branch ---------------------------------------------------------------------------------------- */

static void add_item(struct trip *t, const char *item, int n)
{
    char key[24], name[64];
    struct desk_answer answer;
    snprintf(key, sizeof key, "t%d", n);
    snprintf(name, sizeof name, "A title that takes some room, %d", n);
    const struct desk_book book = { .item = item, .name = name, .price_cents = 1500 };
    must(desk_add_item(&t->b->desk, &t->arena, &book, &answer));
}

static void add_patron(struct trip *t, const char *card, const char *name)
{
    struct desk_answer answer;
    const struct desk_person p = { .card = card, .name = name, .category = "ADULT", .expires_s = ENTRY_NONE, .barred = ENTRY_NONE };
    must(desk_register(&t->b->desk, &t->arena, &p, &answer));
}

static void fill_branch(struct trip *t)
{
    struct observe o;
    struct entry row;
    must(observe_begin(&o, t->b, "rules", WORLD_START_MS));
    entry_init(&row, OP_ROW);
    row.kind = "rule";
    row.line = "*,*,*,21d,2,,,keep,10,0,500,2000,200,,all";
    must(observe_end(&o, observe_row(&o, &row)));
    add_patron(t, CARD, "Ann Invented"); /* far from the copy, in every table */
    add_patron(t, "29990000111111", "Bob Invented");
    for (int i = 0; i < ITEMS; i++) {
        char item[24];
        snprintf(item, sizeof item, "309900001%05d", i);
        add_item(t, i == ITEMS / 2 ? ITEM : item, i);
    }
}

static void open_branch(struct trip *t)
{
    must(server_open(t->main, &t->line.server));
    t->b = server_branch(t->line.server);
    env_made(&t->b->env, 3, WORLD_START_MS, 1000000);
    set_env(t, &t->b->env);
    must(db_exec(t->b->db, "PRAGMA synchronous=OFF"));
}

static int64_t at_branch(struct trip *t, const char *sql)
{
    struct stmt *s;
    must(db_prepare(t->b->db, sql, &s));
    must(stmt_next(s));
    int64_t x = stmt_int(s, 0);
    stmt_free(s);
    return x;
}

static int64_t in_journal(struct trip *t, const char *sql)
{
    struct stmt *s;
    must(db_prepare(t->l.db, sql, &s));
    must(stmt_next(s));
    int64_t x = stmt_int(s, 0);
    stmt_free(s);
    return x;
}

/* --- the laptop ------------------------------------------------------------------------------------------- */

static void open_laptop(struct trip *t)
{
    must(laptop_open(t->van, &t->l));
    env_made(&t->l.env, 4, WORLD_START_MS, 1000000);
    set_env(t, &t->l.env);
    t->l.way = &t->way;
}

static void enrol(struct trip *t)
{
    char code[SEAL_CODE_MAX], dev[ENTRY_DEV_MAX];
    int64_t until;
    struct env env;
    must(device_add(t->b, "van1", "Van", code, &until));
    env_made(&env, 4, WORLD_START_MS, 1000000);
    const struct enrol_options o = { .url = "http://127.0.0.1", .code = code, .mobile = "VAN1", .env = &env, .way = &t->way };
    must(homecoming_enrol(t->van, &o, dev));
    open_laptop(t);
}

static void sync_now(struct trip *t)
{
    must(homecoming_sync(&t->l, NULL, NULL, &t->said));
    assert_true(t->said.agreed);
    assert_int_equal(t->said.pending, 0);
}

/* Lent, renewed, brought back late, paid; a wish told and given up: each with a request, as the desk page makes them. */
static void a_loan(struct trip *t)
{
    struct desk_answer answer;
    struct desk *d = &t->l.desk;
    d->request = "r1";
    d->why = "Ann asked so nicely";
    must(desk_checkout(d, &t->arena, CARD, ITEM, &answer));
    assert_true(answer.done);
    pass(t, 20 * DAY_S);
    sync_now(t);
    d->request = "r2";
    must(desk_renew(d, &t->arena, ITEM, &answer));
    assert_true(answer.done);
    pass(t, 25 * DAY_S);
    d->request = "r3";
    must(desk_checkin(d, &t->arena, ITEM, ENTRY_NONE, &answer));
    assert_true(answer.done);
    d->request = "r4";
    must(desk_pay(d, &t->arena, CARD, 40, NULL, false, &answer));
    assert_true(answer.done);
    d->request = "r5";
    must(desk_place_hold(d, &t->arena, CARD, ITEM, true, "MAIN", &answer));
    assert_true(answer.done);
    d->request = "r6";
    must(desk_cancel_hold(d, &t->arena, answer.entry, &answer));
    d->request = d->why = NULL;
    sync_now(t);
}

/* The same at the branch's own desk, whose answer at the return names the patron. */
static void a_loan_at_the_branch(struct trip *t)
{
    struct desk_answer answer;
    struct desk *d = &t->b->desk;
    d->request = "b1";
    must(desk_checkout(d, &t->arena, CARD, "30990000100007", &answer));
    assert_true(answer.done);
    pass(t, DAY_S);
    d->request = "b2";
    must(desk_checkin(d, &t->arena, "30990000100007", ENTRY_NONE, &answer));
    assert_true(answer.done);
    d->request = NULL;
}

/* Cut at the branch, as on the evening of any day. */
static struct redact night(struct trip *t)
{
    struct horizon h;
    struct redact r;
    must(horizon_advance(t->b, HORIZON_DAYS_DEFAULT, true, &t->arena, &h));
    must(redact_run(t->b, REDACT_DAYS_DEFAULT, false, &t->arena, &r));
    return r;
}

static void clean(struct trip *t)
{
    struct audit au;
    unsigned char genesis[JOURNAL_HASH];
    int64_t count;
    must(audit_run(t->b, &t->arena, &au));
    for (size_t i = 0; i < au.problem_count; i++) fprintf(stderr, "%s\n", au.texts[i]);
    assert_int_equal(au.problem_count, 0);
    journal_genesis(t->l.key.public, genesis);
    must(journal_verify(t->l.db, "van1", genesis, &count));
    must(forget_check(&t->l));
}

/* --- bytes ------------------------------------------------------------------------------------------------- */

static bool is_near(const char *data, size_t len, size_t at, const char *what)
{
    size_t from = at > NEAR_BYTES ? at - NEAR_BYTES : 0, to = len - at < NEAR_BYTES ? len : at + NEAR_BYTES;
    return memmem(data + from, to - from, what, strlen(what)) != NULL;
}

/* How often the card stands close to the copy, or to the loan's id by which the copy is found. */
static int in_file(const char *path, const char *loan)
{
    FILE *f = fopen(path, "rb");
    int found = 0;
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    long len = ftell(f);
    char *data = malloc((size_t)len + 1);
    assert_non_null(data);
    rewind(f);
    assert_int_equal(fread(data, 1, (size_t)len, f), len);
    fclose(f);
    for (size_t at = 0; at + strlen(CARD) <= (size_t)len;) {
        const char *hit = memmem(data + at, (size_t)len - at, CARD, strlen(CARD));
        if (!hit) break;
        at = (size_t)(hit - data);
        if (is_near(data, (size_t)len, at, ITEM) || is_near(data, (size_t)len, at, loan)) {
            found++;
            if (getenv("BM_SHOW")) fprintf(stderr, "%s at %zu: %.*s\n", path, at, 2 * NEAR_BYTES, data + (at > NEAR_BYTES ? at - NEAR_BYTES : 0));
        }
        at++;
    }
    free(data);
    return found;
}

static int in_folder(const char *dir, const char *loan, const char *tell)
{
    DIR *d = opendir(dir);
    int found = 0;
    assert_non_null(d);
    for (struct dirent *f; (f = readdir(d));) {
        char path[512];
        if (f->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", dir, f->d_name);
        int n = in_file(path, loan);
        if (n && tell) fprintf(stderr, "%s: %d in %s\n", tell, n, f->d_name);
        found += n;
    }
    closedir(d);
    return found;
}

/* --- the tests ------------------------------------------------------------------------------------------------ */

static int begin(void **state)
{
    struct trip *t = calloc(1, sizeof *t);
    const char *tmp = getenv("TMPDIR");
    struct env env;
    if (!t) return -1;
    must(seal_init());
    if (!tmp && access("/dev/shm", W_OK) == 0) tmp = "/dev/shm";
    snprintf(t->dir, sizeof t->dir, "%s/bm-forget-XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    if (!mkdtemp(t->dir)) return -1;
    snprintf(t->van, sizeof t->van, "%s/van", t->dir);
    snprintf(t->main, sizeof t->main, "%s/main", t->dir);
    t->way = (struct agent_way){ .post = way_post, .get_to_file = way_get, .ctx = &t->line };
    env_made(&env, 2, WORLD_START_MS, 1000000);
    must(branch_create(t->main, &(struct branch_init){ .zone = "Europe/London", .code = "MAIN", .env = &env }));
    open_branch(t);
    fill_branch(t);
    enrol(t);
    *state = t;
    return 0;
}

static int end(void **state)
{
    struct trip *t = *state;
    laptop_close(&t->l);
    server_close(t->line.server);
    world_remove_tree(t->van);
    world_remove_tree(t->main);
    world_remove_tree(t->dir);
    arena_free(&t->arena);
    free(t);
    return 0;
}

static const char *id_of_loan(struct trip *t)
{
    struct stmt *s;
    must(db_prepare(t->b->db, "SELECT id FROM loan WHERE id LIKE 'van1%'", &s));
    must(stmt_next(s));
    const char *id = stmt_copy(s, 0, &t->arena);
    stmt_free(s);
    return id;
}

/* What is asserted: in no file of either folder, in use or closed, do the digits of the card stand within NEAR_BYTES of those
 * of the copy or of the loan's id: not in a row, an index, an entry, an answer, a free page or a log. */
static void test_forget_no_file_has_the_card_beside_the_copy(void **state)
{
    struct trip *t = *state;
    pass(t, HOUR_S);
    sync_now(t);
    a_loan_at_the_branch(t);
    a_loan(t);
    const char *loan = id_of_loan(t);
    assert_true(in_folder(t->main, loan, NULL) > 0); /* it can be seen */
    assert_true(in_folder(t->van, loan, NULL) > 0);
    pass(t, 100 * DAY_S);
    sync_now(t);
    night(t);
    clean(t);
    pass(t, 100 * DAY_S); /* the order of changes goes a while after what changed */
    for (int i = 0; i < 3; i++) { /* the copy of before goes with the next but one */
        add_patron(t, i == 0 ? "29990000222222" : i == 1 ? "29990000333333" : "29990000444444", "Cid Invented");
        pass(t, DAY_S);
        sync_now(t);
    }
    struct redact r = night(t);
    (void)r;
    sync_now(t);
    clean(t);
    assert_int_equal(at_branch(t, "SELECT count(*) FROM loan WHERE substr(card, 1, 1) <> '~'"), 0);
    assert_int_equal(at_branch(t, "SELECT count(*) FROM hold WHERE substr(card, 1, 1) <> '~'"), 0);
    assert_int_equal(at_branch(t, "SELECT count(*) FROM request WHERE answer LIKE '%29990000777777%'"), 0);
    assert_int_equal(in_folder(t->main, loan, "branch, in use"), 0);
    assert_int_equal(in_folder(t->van, loan, "laptop, in use"), 0);
    laptop_close(&t->l);
    server_close(t->line.server);
    assert_int_equal(in_folder(t->main, loan, "branch, closed"), 0);
    assert_int_equal(in_folder(t->van, loan, "laptop, closed"), 0);
    open_branch(t);
    open_laptop(t);
    clean(t);
}

static void test_forget_only_what_is_old_and_answered(void **state)
{
    struct trip *t = *state;
    struct desk_answer answer;
    pass(t, HOUR_S);
    a_loan(t);
    pass(t, 100 * DAY_S);
    must(desk_checkout(&t->l.desk, &t->arena, "29990000111111", ITEM, &answer));
    sync_now(t);
    assert_int_equal(t->said.forgotten, 0); /* the branch has cut nothing yet */
    night(t);
    assert_int_equal(in_journal(t, "SELECT count(*) FROM entry WHERE husk IS NOT NULL"), 0);
    sync_now(t);
    assert_int_equal(t->said.forgotten, 5); /* the loan, the payment and the wish; the return names nobody */
    assert_int_equal(in_journal(t, "SELECT count(*) FROM entry WHERE body LIKE '%29990000777777%' OR body LIKE '%nicely%'"), 0);
    assert_int_equal(in_journal(t, "SELECT count(*) FROM request WHERE answer LIKE '%29990000777777%'"), 0);
    int64_t entries = in_journal(t, "SELECT count(*) FROM entry");
    t->l.desk.request = "r1"; /* asked again after all that time: not done a second time (I1) */
    assert_int_equal(desk_checkout(&t->l.desk, &t->arena, CARD, ITEM, &answer), BM_EUSAGE);
    assert_non_null(strstr(err_text(BM_EUSAGE), "was used long ago"));
    t->l.desk.request = NULL;
    assert_int_equal(in_journal(t, "SELECT count(*) FROM entry"), entries);
    assert_int_equal(in_journal(t, "SELECT count(*) FROM entry WHERE body LIKE '%29990000111111%'"), 1);
    clean(t);
    sync_now(t);
    assert_int_equal(t->said.forgotten, 0);
    must(desk_checkin(&t->l.desk, &t->arena, ITEM, ENTRY_NONE, &answer)); /* and the desk goes on */
    sync_now(t);
    clean(t);
}

static void test_forget_an_entry_that_waits_for_its_answer_is_kept_with_all_after_it(void **state)
{
    struct trip *t = *state;
    pass(t, HOUR_S);
    a_loan(t);
    pass(t, 100 * DAY_S);
    sync_now(t);
    night(t);
    must(db_begin(t->l.db));
    must(db_exec(t->l.db, "UPDATE entry SET outcome = 'quarantined for a while' WHERE body LIKE '%\"op\":\"renew\"%'"));
    must(db_end(t->l.db, BM_OK));
    sync_now(t);
    assert_int_equal(t->said.forgotten, 1); /* the checkout before it */
    clean(t);
}

static void test_forget_a_branch_that_lacks_what_was_cut_is_told_so(void **state)
{
    struct trip *t = *state;
    pass(t, HOUR_S);
    a_loan(t);
    pass(t, 100 * DAY_S);
    sync_now(t);
    night(t);
    sync_now(t);
    must(db_begin(t->b->db)); /* as a backup of before that time would have it */
    must(db_exec(t->b->db, "DELETE FROM entry WHERE dev = 'van1'; DELETE FROM epoch WHERE dev = 'van1'; DELETE FROM reading WHERE dev = 'van1'; DELETE FROM received WHERE dev = 'van1'"));
    must(db_end(t->b->db, BM_OK));
    assert_int_equal(homecoming_sync(&t->l, NULL, NULL, &t->said), BM_EFORK);
    assert_non_null(strstr(err_text(BM_EFORK), "was cut here after it had it"));
}

static void test_forget_verify_names_what_was_not_due(void **state)
{
    struct trip *t = *state;
    pass(t, HOUR_S);
    a_loan(t);
    must(forget_check(&t->l));
    must(db_exec(t->l.db, "UPDATE entry SET husk = x'', body = replace(body, '29990000777777', '29990000111111') WHERE body LIKE '%checkout%'"));
    assert_int_equal(forget_check(&t->l), BM_ECORRUPT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_forget_no_file_has_the_card_beside_the_copy),
        TEST(test_forget_only_what_is_old_and_answered),
        TEST(test_forget_an_entry_that_waits_for_its_answer_is_kept_with_all_after_it),
        TEST(test_forget_a_branch_that_lacks_what_was_cut_is_told_so),
        TEST(test_forget_verify_names_what_was_not_due),
    };
    return cmocka_run_group_tests_name("forget", tests, NULL, NULL);
}
