/* tests/unit/lending.h -- a laptop with a rule and a patron, and acts at its desk.
 * Floor:      tests. Uses tests/van.h.
 * Owns:       nothing.
 * Invariants: a replica that is right holds what base and journal lead to.
 * Threads:    one. */
#ifndef BM_TEST_LENDING_H
#define BM_TEST_LENDING_H

#include "tests/van.h"

#define LENDING_CARD "20001"
#define LENDING_RULE(days) "*,*,*," days ",2,,15,keep,10,1,500,2000,200,,all"

static inline enum bm_rc lend(struct laptop *l, struct arena *a, const char *item, const char *request, struct desk_answer *out)
{
    l->desk.request = request;
    l->desk.override = true;
    l->desk.why = "test";
    enum bm_rc rc = desk_checkout(&l->desk, a, LENDING_CARD, item, out);
    l->desk.request = l->desk.why = NULL;
    l->desk.override = false;
    return rc;
}

static inline enum bm_rc give_back(struct laptop *l, const char *item)
{
    struct arena a = { 0 };
    struct desk_answer answer;
    enum bm_rc rc = desk_checkin(&l->desk, &a, item, ENTRY_NONE, &answer);
    arena_free(&a);
    return rc;
}

/* A rule for all, in the base; the replica is made from it again. */
static inline void add_rule(struct world *w)
{
    char path[LAPTOP_PATH_MAX + 40];
    struct db *base;
    must(visits_close(w->visits));
    laptop_replica_path(&w->l, 1, path);
    laptop_close(&w->l);
    unlink(path);
    snprintf(path, sizeof path, "%s/base-1.db", w->dir);
    must(db_open(path, DB_REPLICA, NULL, NULL, &base));
    must(db_begin(base));
    must(db_end(base, db_run(base, SQL_RULE_ADD, "n", 'i', (int64_t)1, "line", 's', LENDING_RULE("21d"), NULL)));
    db_close(base);
    open_laptop(w);
    open_visits(w);
}

static inline int begin_with_patron(void **state)
{
    if (begin(state)) return -1;
    struct world *w = *state;
    add_rule(w);
    struct desk_answer answer;
    const struct desk_person p = { .card = LENDING_CARD, .name = "Ann", .category = "ADULT", .expires_s = ENTRY_NONE, .barred = ENTRY_NONE };
    must(desk_register(&w->l.desk, &w->arena, &p, &answer));
    return 0;
}

static inline int64_t open_loans(struct world *w)
{
    return in_replica(w, "SELECT count(*) FROM loan WHERE end_ms IS NULL");
}

/* What the replica holds is what base and journal lead to. */
static inline void assert_replica_is_right(struct world *w)
{
    static const char *const tables[] = { "loan", "item", "patron", "hold", "visit" };
    char path[128], sql[160];
    struct db *anew;
    snprintf(path, sizeof path, "%s/anew.db", w->dir);
    must(laptop_rebuild(&w->l, path, &anew));
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", tables[i]);
        assert_int_equal(ask(w->l.replica, sql), ask(anew, sql));
    }
    static const char sums[] = "SELECT count(*) FROM item WHERE loan IS NOT NULL";
    assert_int_equal(ask(w->l.replica, sums), ask(anew, sums));
    must(db_end(w->l.replica, BM_OK));
    db_close(anew);
    unlink(path);
}

static inline void assert_chain_is_whole(struct world *w)
{
    unsigned char genesis[JOURNAL_HASH];
    int64_t count;
    journal_genesis(w->l.key.public, genesis);
    must(journal_verify(w->l.db, "van1", genesis, &count));
}

#endif
