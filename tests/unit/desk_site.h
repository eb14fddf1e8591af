/* tests/unit/desk_site.h -- a desk on a real laptop's directory, and one at a real branch: every test of acts runs at both.
 * Floor:   tests. Uses tests/van.h, cmocka.
 * Owns:    the folder and what is in it, from begin_* to end_site.
 *
 * At both: patrons A1 (Ann) and B1 (Bob), title "t1" with copies 501 and 502, a rule: 21 days, 0.10 a day late, at most 5.00,
 * lost 20.00 of which 2.00 is kept. */
#ifndef BM_TEST_DESK_SITE_H
#define BM_TEST_DESK_SITE_H

#include "tests/van.h"

#define DAY_MS INT64_C(86400000)
static const char *const site_rule = "*,*,*,21d,2,,15,keep,10,0,500,2000,200,,all";

struct site {
    struct desk *d;
    struct world *w; /* the laptop's, or NULL */
    struct branch b;
    char dir[64];
    struct arena a;
    struct desk_answer said; /* of the last act */
    enum bm_rc rc;
};

static struct db *site_view(struct site *s)
{
    if (!s->w) return s->b.db;
    must(laptop_current(&s->w->l));
    return s->w->l.replica;
}

static struct db *site_journal(struct site *s)
{
    return s->w ? s->w->l.db : s->b.db;
}

static void site_pass(struct site *s, int64_t ms)
{
    if (s->w) {
        pass(s->w, ms);
        return;
    }
    s->b.env.made_wall_ms += ms;
    s->b.env.made_boottime_ms += ms;
}

/* Do an act, a minute later: DO(desk_...(s->d, &s->a, ..., &s->said)); then is_done, is_error or is_refused. */
#define DO(call) (site_pass(s, 60000), s->rc = (call))
static inline void is_done(struct site *s, const char *word)
{
    if (s->rc) fail_msg("%s: %s", err_name(s->rc), err_text(s->rc));
    if (!s->said.done) fail_msg("refused: %s", s->said.reason_count ? s->said.reasons[0].sentence : "no reason");
    assert_string_equal(s->said.word, word);
}

static int64_t site_entries(struct site *s)
{
    return ask(site_journal(s), "SELECT count(*) FROM entry WHERE instr(body, '\"op\":\"epoch\"') = 0 AND "
                                "instr(body, '\"op\":\"clock\"') = 0");
}

/* An error, with these words, and nothing written since `before` entries. */
static inline void is_error(struct site *s, enum bm_rc rc, const char *words, int64_t before)
{
    if (s->rc != rc || !strstr(err_text(s->rc), words)) fail_msg("%s: %s; wanted %s", err_name(s->rc), err_text(s->rc), words);
    assert_int_equal(site_entries(s), before);
}

static inline const struct desk_reason *reason_named(const struct site *s, const char *name)
{
    for (size_t i = 0; i < s->said.reason_count; i++)
        if (str_eq(s->said.reasons[i].name, name)) return &s->said.reasons[i];
    fail_msg("no reason %s", name);
    abort();
}

/* Refused by a rule, with this reason, and nothing written. */
static inline void is_refused(struct site *s, const char *name, int64_t before)
{
    must(s->rc);
    assert_false(s->said.done);
    assert_true(reason_named(s, name)->blocks);
    assert_int_equal(site_entries(s), before);
}

static inline int64_t at_site(struct site *s, const char *sql)
{
    return ask(site_view(s), sql);
}

static inline const char *text_in(struct site *s, struct db *db, const char *sql)
{
    struct stmt *row;
    must(db_prepare(db, sql, &row));
    must(stmt_next(row));
    const char *text = stmt_copy(row, 0, &s->a);
    stmt_free(row);
    return text;
}

static inline const char *text_at_site(struct site *s, const char *sql)
{
    return text_in(s, site_view(s), sql);
}

static inline const char *text_at_site_journal(struct site *s, const char *sql)
{
    return text_in(s, site_journal(s), sql);
}

/* The last entry's bytes hold this. */
static inline void wrote(struct site *s, const char *part)
{
    struct stmt *row;
    must(db_prepare(site_journal(s), "SELECT body FROM entry WHERE row = 0 ORDER BY seq DESC LIMIT 1", &row));
    must(stmt_next(row));
    if (!strstr(stmt_text(row, 0), part)) fail_msg("%s lacks %s", stmt_text(row, 0), part);
    stmt_free(row);
}

static inline void with_why(struct site *s, const char *why, bool override)
{
    s->d->why = why;
    s->d->override = override;
}

static void site_people_and_books(struct site *s)
{
    static const char *const cards[] = { "A1", "B1" }, *const names[] = { "Ann", "Bob" };
    for (size_t i = 0; i < 2; i++) {
        struct desk_person p = { .card = cards[i], .name = names[i], .category = "ADULT", .expires_s = ENTRY_NONE, .barred = ENTRY_NONE };
        DO(desk_register(s->d, &s->a, &p, &s->said));
        is_done(s, "registered");
    }
    struct entry title;
    entry_init(&title, OP_ADD_TITLE);
    title.title = "t1";
    title.name = "The Tiger";
    DO(desk_write(s->d, &s->a, &title, &s->said));
    must(s->rc);
    struct desk_book book = { .item = "501", .title = "t1", .price_cents = ENTRY_NONE };
    DO(desk_add_item(s->d, &s->a, &book, &s->said));
    is_done(s, "added");
    book.item = "502";
    DO(desk_add_item(s->d, &s->a, &book, &s->said));
    is_done(s, "added");
}

static int begin_laptop(void **state)
{
    struct site *s = calloc(1, sizeof *s);
    void *w = NULL;
    char path[LAPTOP_PATH_MAX + 40];
    struct db *base;
    if (!s || begin(&w)) return -1;
    s->w = w;
    must(visits_close(s->w->visits)); /* a rule into the base; the replica is made from it again */
    laptop_replica_path(&s->w->l, 1, path);
    laptop_close(&s->w->l);
    unlink(path);
    snprintf(path, sizeof path, "%s/base-1.db", s->w->dir);
    must(db_open(path, DB_REPLICA, NULL, NULL, &base));
    must(db_run(base, SQL_RULE_ADD, "n", 'i', (int64_t)1, "line", 's', site_rule, NULL));
    db_close(base);
    open_laptop(s->w);
    open_visits(s->w);
    s->d = &s->w->l.desk;
    site_people_and_books(s);
    *state = s;
    return 0;
}

static inline int begin_branch(void **state)
{
    struct site *s = calloc(1, sizeof *s);
    if (!s) return -1;
    world_branch(&s->b, s->dir, NULL, 0);
    env_made(&s->b.env, 7, START_MS, 1000000);
    must(db_run(s->b.db, SQL_RULE_ADD, "n", 'i', (int64_t)1, "line", 's', site_rule, NULL));
    s->d = &s->b.desk;
    site_people_and_books(s);
    *state = s;
    return 0;
}

static int end_site(void **state)
{
    struct site *s = *state;
    void *w = s->w;
    arena_free(&s->a);
    if (w) end(&w);
    else world_branch_end(&s->b, s->dir);
    free(s);
    return 0;
}

/* An act asked twice by one request: the same answer, word for word, and nothing written the second time. */
#define TWICE(name, call)                                                                      \
    do {                                                                                       \
        struct buf first = { 0 }, second = { 0 };                                              \
        s->d->request = name;                                                                  \
        must(DO(call));                                                                        \
        assert_true(s->said.done && !s->said.again);                                           \
        must(desk_answer_json(&s->said, true, &first));                                        \
        int64_t count = site_entries(s);                                                       \
        must(DO(call));                                                                        \
        assert_true(s->said.done && s->said.again);                                            \
        s->said.again = false;                                                                 \
        must(desk_answer_json(&s->said, true, &second));                                       \
        assert_string_equal(buf_str(&first), buf_str(&second));                                \
        assert_int_equal(site_entries(s), count);                                              \
        s->d->request = NULL;                                                                  \
        buf_free(&first);                                                                      \
        buf_free(&second);                                                                     \
    } while (0)

#define AT_LAPTOP(test) { #test " (laptop)", test, begin_laptop, end_site, NULL }
#define AT_BRANCH(test) { #test " (branch)", test, begin_branch, end_site, NULL }
#define AT_BOTH(test) AT_LAPTOP(test), AT_BRANCH(test)

#endif
