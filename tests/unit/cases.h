/* tests/unit/cases.h -- a whole small library for the named cases: a branch and two laptops in one process, real directories,
 * rules and closed days imported as CSV files, real syncs. A case says what people do, in the order in which they do it.
 * Floor:   tests. Uses mobile, sync, tests/way.h, cmocka.
 * Owns:    a temporary folder and what is in it, from begin_at_... to end_library.
 * Threads: one.
 *
 * It is Monday 9 February 2026, ten o'clock in London. Patrons A1 Ann, B1 Bob, C1 Cy (ADULT, born 1980). Title t1: copies 501
 * and 502 (BOOK, at MAIN); title t2: copy 601 (DVD). One rule: 21 days. `at` says whose desk acts: every case of a desk
 * runs at the branch's and at a van's. */
#ifndef BM_TEST_CASES_H
#define BM_TEST_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mobile/homecoming.h"
#include "sync/import.h"
#include "tests/way.h"
#include "tests/world.h"

enum { BRANCH, VAN1, VAN2, DESKS };
#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define CASES_START_MS INT64_C(1770631200000) /* 2026-02-09 10:00 UTC */

struct library {
    char dir[64], main_dir[80];
    const char *van_dir[DESKS];
    struct way line;
    struct agent_way way;
    struct branch *b;
    struct laptop vans[DESKS]; /* 1 and 2 */
    int64_t now_ms, clock_error_ms[DESKS];
    int at;
    struct arena a;
    struct desk_answer said; /* of the last act */
    enum bm_rc rc;
    struct sync_report report; /* of the last sync */
    const char *bad;           /* what the last import told of a row */
};

/* --- time ------------------------------------------------------------------------------------------------ */

static inline void pass(struct library *l, int64_t ms)
{
    l->now_ms += ms;
    for (int d = 0; d < DESKS; d++) {
        struct env *env = d ? &l->vans[d].env : &l->b->env;
        env->made_wall_ms = l->now_ms + l->clock_error_ms[d];
        env->made_boottime_ms += ms;
    }
}

/* Hours and minutes of today, or of so many days on; never back. */
static inline void until(struct library *l, int64_t days, int hour, int minute)
{
    int64_t then = zone_at_s(zone_day(l->now_ms) + days, hour * 60 + minute) * 1000;
    assert_true(then >= l->now_ms);
    pass(l, then - l->now_ms);
}

static inline int64_t day_of(const char *date)
{
    int64_t day;
    must(zone_parse_date(date, &day));
    return day;
}

/* --- desks, acts -------------------------------------------------------------------------------------------- */

static inline struct desk *desk(struct library *l)
{
    return l->at ? &l->vans[l->at].desk : &l->b->desk;
}

static inline struct db *view(struct library *l, int at)
{
    if (!at) return l->b->db;
    must(laptop_current(&l->vans[at]));
    return l->vans[at].replica;
}

/* What the desk that acts sees. */
static inline const char *text_of(struct library *l, int at, const char *sql)
{
    struct stmt *s;
    must(db_prepare(view(l, at), sql, &s));
    enum bm_rc rc = stmt_next(s);
    const char *text = rc || !stmt_text(s, 0) ? "" : stmt_copy(s, 0, &l->a);
    stmt_free(s);
    return text;
}
#define SEES(sql, want) assert_string_equal(text_of(l, l->at, sql), want)
#define BRANCH_SEES(sql, want) assert_string_equal(text_of(l, BRANCH, sql), want)

static inline int64_t entries(struct library *l)
{
    struct stmt *s;
    must(db_prepare(l->at ? l->vans[l->at].db : l->b->db,
                    "SELECT count(*) FROM entry WHERE row = 0 AND body NOT LIKE '%\"op\":\"clock\"%' AND body NOT LIKE '%\"op\":\"epoch\"%'",
                    &s));
    must(stmt_next(s));
    int64_t n = stmt_int(s, 0);
    stmt_free(s);
    return n;
}

/* An act of the desk, a minute later; `d`, `a` and `said` may be used in it. */
#define ACT(call)                                                                              \
    do {                                                                                       \
        struct desk *d = desk(l);                                                              \
        struct arena *a = &l->a;                                                               \
        struct desk_answer *said = &l->said;                                                   \
        pass(l, MINUTE);                                                                       \
        l->rc = (call);                                                                        \
    } while (0)

static inline void is_done(struct library *l, const char *word)
{
    if (l->rc) fail_msg("%s: %s", err_name(l->rc), err_text(l->rc));
    if (!l->said.done) fail_msg("refused: %s", l->said.reason_count ? l->said.reasons[0].sentence : "no reason");
    assert_string_equal(l->said.word, word);
}

static inline const struct desk_reason *told(struct library *l, const char *name)
{
    for (size_t i = 0; i < l->said.reason_count; i++)
        if (str_eq(l->said.reasons[i].name, name)) return &l->said.reasons[i];
    fail_msg("%s was not told (%zu others, first %s)", name, l->said.reason_count,
             l->said.reason_count ? l->said.reasons[0].name : "none");
    abort();
}

/* Refused by this rule. What refuses must leave nothing written: the macros below see to it. */
static inline void is_refused(struct library *l, const char *name)
{
    must(l->rc);
    if (l->said.done) fail_msg("done: %s; wanted a refusal, %s", l->said.word, name);
    assert_true(told(l, name)->blocks);
}

static inline void is_error(struct library *l, const char *words)
{
    if (l->rc == BM_OK || !strstr(err_text(l->rc), words)) fail_msg("%s: %s; wanted %s", err_name(l->rc), err_text(l->rc), words);
}

#define REFUSED(call, name)                                                                    \
    do {                                                                                       \
        int64_t before = entries(l);                                                           \
        ACT(call);                                                                             \
        is_refused(l, name);                                                                   \
        assert_int_equal(entries(l), before);                                                  \
    } while (0)
#define ERROR(call, words)                                                                     \
    do {                                                                                       \
        int64_t before = entries(l);                                                           \
        ACT(call);                                                                             \
        is_error(l, words);                                                                    \
        assert_int_equal(entries(l), before);                                                  \
    } while (0)

static inline void lend(struct library *l, const char *card, const char *item)
{
    ACT(desk_checkout(d, a, card, item, said));
    if (!l->rc && l->said.done && strcmp(l->said.word, "lent, hold filled") == 0) return;
    is_done(l, "lent");
}

static inline void renew(struct library *l, const char *item)
{
    ACT(desk_renew(d, a, item, said));
    is_done(l, "renewed");
}

static inline void bring(struct library *l, const char *item)
{
    ACT(desk_checkin(d, a, item, ENTRY_NONE, said));
    is_done(l, "returned");
}

#define LEND(card, item) desk_checkout(d, a, card, item, said)
#define RENEW(item) desk_renew(d, a, item, said)
#define CHECKIN(item) desk_checkin(d, a, item, ENTRY_NONE, said)

/* Go on in spite of the rules, with a reason; for one act. */
#define OVERRIDING(act)                                                                        \
    do {                                                                                       \
        desk(l)->override = true;                                                              \
        desk(l)->why = "the librarian says so";                                                \
        act;                                                                                   \
        desk(l)->override = false;                                                             \
        desk(l)->why = NULL;                                                                   \
    } while (0)
#define FOR_A_REASON(act)                                                                      \
    do {                                                                                       \
        desk(l)->why = "a good reason";                                                        \
        act;                                                                                   \
        desk(l)->why = NULL;                                                                   \
    } while (0)

/* ret: the hold's id */
static inline const char *ask_for(struct library *l, const char *card, const char *title, bool only_this, const char *pickup)
{
    ACT(desk_place_hold(d, a, card, title, only_this, pickup, said));
    is_done(l, "hold placed");
    return l->said.entry;
}

/* A place where this desk is not, known because a copy is there. */
static inline const char *elsewhere(struct library *l)
{
    ACT(desk_move(d, a, "601", "VAN2", said));
    is_done(l, "moved");
    return "VAN2";
}

static inline void set_aside(struct library *l, const char *item)
{
    ACT(desk_capture_hold(d, a, item, said));
    is_done(l, "set aside");
}

static inline void charge(struct library *l, const char *card, int64_t cents)
{
    FOR_A_REASON(ACT(desk_charge(d, a, card, cents, said)));
    is_done(l, "charged");
}

static inline void mark(struct library *l, const char *item, const char *as)
{
    ACT(desk_mark(d, a, item, as, ENTRY_NONE, NULL, said));
    must(l->rc);
    assert_true(l->said.done);
}

/* The date told, and the date that stands. */
static inline void due(struct library *l, const char *date)
{
    int64_t want = zone_day_end_s(day_of(date));
    struct civil got = civil_from_day(zone_day(l->said.due_s * 1000));
    if (l->said.due_s != want) fail_msg("due %04d-%02d-%02d, wanted %s", got.year, got.month, got.day, date);
    const char *stored = text_of(l, l->at, "SELECT due_s FROM loan WHERE end_ms IS NULL ORDER BY key_t DESC LIMIT 1");
    assert_int_equal(strtoll(stored, NULL, 10), want);
}

/* --- sync ------------------------------------------------------------------------------------------------------ */

static inline void sync_van(struct library *l, int van)
{
    pass(l, MINUTE);
    must(homecoming_sync(&l->vans[van], NULL, NULL, &l->report));
    assert_true(l->report.agreed);
    assert_int_equal(l->report.quarantined, 0);
    assert_int_equal(l->report.pending, 0);
}

/* The vans learn what the branch knows, and tell what they did. */
static inline void sync_all(struct library *l)
{
    for (int van = 1; van < DESKS; van++) sync_van(l, van);
}

static inline int64_t number_of(struct library *l, int at, const char *sql)
{
    return strtoll(text_of(l, at, sql), NULL, 10);
}

/* Open exceptions at the branch, by name, space between. */
static inline const char *exceptions(struct library *l)
{
    return text_of(l, BRANCH, "SELECT group_concat(code, ' ') FROM (SELECT code FROM exception WHERE status = 'open' ORDER BY code)");
}
#define EXCEPTIONS(want) assert_string_equal(exceptions(l), want)

/* --- setting up -------------------------------------------------------------------------------------------------- */

static inline void hear_bad(void *ctx, const char *where, int64_t number, const char *reason)
{
    struct library *l = ctx;
    (void)where, (void)number;
    l->bad = arena_strdup(&l->a, reason);
}

typedef enum bm_rc importer(struct branch *b, const char *path, const struct import_how *how, struct import_result *out);

/* A file into the branch, a minute later. */
static inline enum bm_rc import_text(struct library *l, importer *f, const char *header, const char *const *lines, size_t count)
{
    char path[96];
    const struct import_how how = { .asof_ms = ENTRY_NONE, .on_bad = hear_bad, .ctx = l };
    struct import_result result;
    snprintf(path, sizeof path, "%s/import.csv", l->dir);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "%s\n", header);
    for (size_t i = 0; i < count; i++) fprintf(file, "%s\n", lines[i]);
    fclose(file);
    pass(l, MINUTE);
    enum bm_rc rc = f(l->b, path, &how, &result);
    unlink(path);
    return rc;
}

#define LINES(...) (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)

static inline void rules_are(struct library *l, const char *columns, const char *const *lines, size_t count)
{
    char header[200];
    snprintf(header, sizeof header, "branch,category,itype,%s", columns);
    must(import_text(l, import_rules, header, lines, count));
    if (l->at) sync_van(l, l->at);
}
/* columns: after branch, category, itype */
#define RULES(columns, ...) rules_are(l, columns, LINES(__VA_ARGS__))

/* One rule for all. */
static inline void rule(struct library *l, const char *columns, const char *values)
{
    char line[200];
    const char *const lines[] = { line };
    snprintf(line, sizeof line, "*,*,*,%s", values);
    rules_are(l, columns, lines, 1);
}

/* A rule file that is not taken; nothing of it is there, and it is said why. */
static inline void rule_refused(struct library *l, const char *columns, const char *values, const char *words)
{
    char header[200], line[200];
    const char *const lines[] = { line };
    snprintf(header, sizeof header, "branch,category,itype,%s", columns);
    snprintf(line, sizeof line, "*,*,*,%s", values);
    l->bad = "";
    enum bm_rc rc = import_text(l, import_rules, header, lines, 1);
    assert_int_not_equal(rc, BM_OK);
    if (!strstr(err_text(rc), words) && !strstr(l->bad, words)) fail_msg("%s; %s; wanted %s", err_text(rc), l->bad, words);
    BRANCH_SEES("SELECT count(*) FROM rule", "1");
}

#define CLOSED(...)                                                                            \
    do {                                                                                       \
        must(import_text(l, import_calendar, "branchcode,first_day,last_day", LINES(__VA_ARGS__))); \
        if (l->at) sync_van(l, l->at);                                                         \
    } while (0)

static inline struct desk_person person(const char *card, const char *name)
{
    return (struct desk_person){ .card = card, .name = name, .category = "ADULT", .born = 1980, .expires_s = ENTRY_NONE,
                                 .barred = ENTRY_NONE };
}

static inline void enlist(struct library *l, const struct desk_person *p)
{
    ACT(desk_register(d, a, p, said));
    is_done(l, "registered");
}

static inline struct desk_person changed(const char *card)
{
    return (struct desk_person){ .card = card, .expires_s = ENTRY_NONE, .barred = ENTRY_NONE };
}

static inline void expire(struct library *l, const char *card, const char *date)
{
    struct desk_person p = changed(card);
    p.expires_s = zone_day_end_s(day_of(date));
    ACT(desk_update_patron(d, a, &p, said));
    is_done(l, "updated");
}

static inline void bar(struct library *l, const char *card, bool barred)
{
    struct desk_person p = changed(card);
    p.barred = barred;
    FOR_A_REASON(ACT(desk_update_patron(d, a, &p, said)));
    is_done(l, barred ? "barred" : "no longer barred");
}

static inline void add_copy(struct library *l, const char *item, const char *title, const char *itype)
{
    const struct desk_book book = { .item = item, .title = title, .itype = itype, .price_cents = ENTRY_NONE };
    ACT(desk_add_item(d, a, &book, said));
    is_done(l, "added");
}

static inline void fill_branch(struct library *l)
{
    static const char *const cards[] = { "A1", "B1", "C1" }, *const names[] = { "Ann", "Bob", "Cy" },
                      *const titles[] = { "t1", "t2" };
    l->at = BRANCH;
    for (size_t i = 0; i < 3; i++) {
        const struct desk_person p = person(cards[i], names[i]);
        enlist(l, &p);
    }
    for (size_t i = 0; i < 2; i++) {
        struct entry e;
        entry_init(&e, OP_ADD_TITLE);
        e.title = titles[i];
        e.name = i ? "The Film" : "The Tiger";
        ACT(desk_write(d, a, &e, said));
        must(l->rc);
    }
    add_copy(l, "501", "t1", "BOOK");
    add_copy(l, "502", "t1", "BOOK");
    add_copy(l, "601", "t2", "DVD");
    rule(l, "loan", "21d");
}

static inline void enrol_van(struct library *l, int van)
{
    char code[SEAL_CODE_MAX], dev[ENTRY_DEV_MAX], name[16], small[16];
    int64_t until_s;
    struct env env;
    snprintf(name, sizeof name, "VAN%d", van);
    snprintf(small, sizeof small, "van%d", van);
    l->van_dir[van] = arena_printf(&l->a, "%s/%s", l->dir, small);
    must(device_add(l->b, small, "Van", code, &until_s));
    env_made(&env, 100 + (uint64_t)van, l->now_ms, 1000000);
    const struct enrol_options o = { .url = "http://127.0.0.1", .code = code, .mobile = name, .env = &env, .way = &l->way };
    must(homecoming_enrol(l->van_dir[van], &o, dev));
    env_made(&env, 200 + (uint64_t)van, l->now_ms, 2000000);
    must(laptop_open(l->van_dir[van], &l->vans[van]));
    must(db_exec(l->vans[van].db, "PRAGMA synchronous=OFF"));
    l->vans[van].env = env;
    l->vans[van].way = &l->way;
}

static inline int begin_library(void **state, int at)
{
    const char *tmp = getenv("TMPDIR");
    struct library *l = calloc(1, sizeof *l);
    struct env env;
    if (!l || seal_init()) return -1;
    if (!tmp && access("/dev/shm", W_OK) == 0) tmp = "/dev/shm"; /* tests of rules, not of disks */
    snprintf(l->dir, sizeof l->dir, "%s/bm-case-XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    if (!mkdtemp(l->dir)) return -1;
    snprintf(l->main_dir, sizeof l->main_dir, "%s/main", l->dir);
    l->now_ms = CASES_START_MS;
    l->way = (struct agent_way){ .post = way_post, .get_to_file = way_get, .ctx = &l->line };
    env_made(&env, 7, l->now_ms, 1000000);
    const struct branch_init init = { .zone = "Europe/London", .code = "MAIN", .env = &env };
    must(branch_create(l->main_dir, &init));
    must(server_open(l->main_dir, &l->line.server));
    l->b = server_branch(l->line.server);
    env_made(&l->b->env, 8, l->now_ms, 1000000);
    must(db_exec(l->b->db, "PRAGMA synchronous=OFF"));
    fill_branch(l);
    for (int van = 1; van < DESKS; van++) enrol_van(l, van);
    l->at = at;
    *state = l;
    return 0;
}

static inline int begin_at_branch(void **state)
{
    return begin_library(state, BRANCH);
}

static inline int begin_at_van(void **state)
{
    return begin_library(state, VAN1);
}

static inline int end_library(void **state)
{
    struct library *l = *state;
    for (int van = 1; van < DESKS; van++) {
        laptop_close(&l->vans[van]);
        world_remove_tree(l->van_dir[van]);
    }
    server_close(l->line.server);
    world_remove_tree(l->main_dir);
    rmdir(l->dir);
    arena_free(&l->a);
    free(l);
    return 0;
}

#define AT_BRANCH(test) { #test " (branch)", test, begin_at_branch, end_library, NULL }
#define AT_VAN(test) { #test " (van)", test, begin_at_van, end_library, NULL }
#define AT_BOTH(test) AT_BRANCH(test), AT_VAN(test)

/* CASE=21 runs the tests of that case alone. */
#define RUN_CASES(tests)                                                                       \
    do {                                                                                       \
        char only_pattern[32];                                                                 \
        if (getenv("CASE")) {                                                                  \
            snprintf(only_pattern, sizeof only_pattern, "test_case_%.4s_*", getenv("CASE"));   \
            cmocka_set_test_filter(only_pattern);                                              \
        }                                                                                      \
        return cmocka_run_group_tests(tests, NULL, NULL);                                      \
    } while (0)

#endif
