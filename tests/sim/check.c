/* tests/sim/check.c -- see sim.h: what must hold after an act and after a sync. */
#include "common/jsonw.h"
#include "sync/audit.h"
#include "sync/feed.h"
#include "tests/sim/sim.h"

enum { SUMS_MAX = 1 << 16 };

/* --- after an act ------------------------------------------------------------------------------------------ */

/* I9: the date told is the date that stands, as far as this desk can see. */
static void check_due(struct sim *w, const struct sim_act *act, const struct desk_answer *answer)
{
    if (act->op != OP_CHECKOUT && act->op != OP_RENEW) return;
    if (answer->due_s != act->due_s) sim_fail(w, "I9: %s was told another date than its entry has", act->id);
    int64_t stored = sim_ask(w, sim_view(w, act->desk), "SELECT due_s FROM loan WHERE promise = ?1", act->id);
    if (stored == ENTRY_NONE) {
        w->counts->late++; /* later acts are known on the item, by a clock that was wrong: the feed will bring it */
        return;
    }
    if (stored != act->due_s) sim_fail(w, "I9: %s was told %lld, stored is %lld", act->id, (long long)act->due_s, (long long)stored);
}

/* What was taken back is off the screen: at the branch at once, on a laptop unless the branch's rows have it already. */
static void check_void(struct sim *w, const struct sim_act *act)
{
    bool arrived = true;
    for (int64_t i = 0; act->op == OP_VOID && i < w->act_count; i++)
        if (str_eq(w->acts[i].id, act->as)) arrived = w->acts[i].arrived != 0;
    if (act->op != OP_VOID || (act->desk && arrived)) return;
    static const char sql[] = "SELECT (SELECT count(*) FROM loan WHERE id = ?1 OR promise = ?1 OR end_id = ?1) + "
                              "(SELECT count(*) FROM hold WHERE id = ?1)";
    if (sim_ask(w, sim_view(w, act->desk), sql, act->as)) sim_fail(w, "%s was taken back and still shows", act->as);
}

void sim_check_act(struct sim *w, const struct sim_act *act, const struct desk_answer *answer)
{
    struct desk *desk = sim_desk(w, act->desk);
    /* I1 */
    int64_t there = sim_ask(w, desk->journal->db,
                            "SELECT count(*) FROM entry WHERE dev || '.' || ep || '.' || seq = ?1 AND row = 0", act->id);
    if (there != 1) sim_fail(w, "I1: %s was acknowledged and stands %lld times in the journal", act->id, (long long)there);
    /* I8 */
    if (sim_ask(w, sim_view(w, act->desk), "SELECT item FROM loan WHERE end_ms IS NULL GROUP BY item HAVING count(*) > 1", NULL) != ENTRY_NONE)
        sim_fail(w, "I8: an item has two open loans after %s", act->id);
    check_due(w, act, answer);
    check_void(w, act);
}

/* --- replicas ------------------------------------------------------------------------------------------------ */

static void sums_of(struct sim *w, struct db *db, struct buf *out)
{
    buf_init(out, SUMS_MAX);
    SIM_NEED(w, feed_digests(db, out));
}

static void must_equal(struct sim *w, int d, const char *what, const struct buf *a, const struct buf *b)
{
    if (!str_eq(buf_str(a), buf_str(b))) sim_fail(w, "%s: %s differ:\n  %s\n  %s", w->desks[d].name, what, buf_str(a), buf_str(b));
}

/* I2: stepped on act by act or made anew from base and journal, it is one replica. */
void sim_check_rebuilt(struct sim *w, int d)
{
    struct laptop *l = &w->desks[d].laptop;
    char path[LAPTOP_PATH_MAX + 40];
    struct buf stepped, anew;
    struct db *fresh;
    snprintf(path, sizeof path, "%s/anew.db", w->desks[d].dir);
    SIM_NEED(w, laptop_rebuild(l, path, &fresh));
    sums_of(w, l->replica, &stepped);
    SIM_NEED(w, db_end(l->replica, BM_OK));
    sums_of(w, fresh, &anew);
    db_close(fresh);
    unlink(path);
    must_equal(w, d, "I2: replica and rebuilt replica", &stepped, &anew);
    buf_free(&stepped);
    buf_free(&anew);
    w->counts->rebuilds++;
}

/* I11, not by the program's own word. */
static void check_base(struct sim *w, int d)
{
    struct laptop *l = &w->desks[d].laptop;
    char path[LAPTOP_PATH_MAX + 40];
    struct db *base;
    struct buf ours, theirs;
    laptop_base_path(l, l->generation, path);
    SIM_NEED(w, db_open(path, DB_REPLICA, NULL, l->lock, &base));
    sums_of(w, base, &ours);
    sums_of(w, w->branch->db, &theirs);
    db_close(base);
    must_equal(w, d, "I11: base and branch", &ours, &theirs);
    buf_free(&ours);
    buf_free(&theirs);
}

/* --- after a sync -------------------------------------------------------------------------------------------- */

void sim_check_synced(struct sim *w, int d, const struct sync_report *said)
{
    struct sim_desk *k = &w->desks[d];
    const char *dev = k->laptop.journal.dev;
    static const char count_sql[] = "SELECT count(*) FROM entry WHERE dev = ?1 AND row = 0";
    static const char twice_sql[] = "SELECT count(*) FROM (SELECT seq FROM entry WHERE dev = ?1 AND row = 0 GROUP BY seq HAVING count(*) > 1)";
    if (!said->agreed) sim_fail(w, "I11: %s says that base and branch do not agree", k->name);
    if (said->pending) sim_fail(w, "%s: %lld entries have no outcome after a sync", k->name, (long long)said->pending);
    /* I3; no laptop is restored here, so one line of seq */
    int64_t sent = sim_ask(w, k->laptop.db, count_sql, dev), have = sim_ask(w, w->branch->db, count_sql, dev);
    if (sent != have) sim_fail(w, "%s: %lld entries here, %lld at the branch", k->name, (long long)sent, (long long)have);
    if (sim_ask(w, w->branch->db, twice_sql, dev)) sim_fail(w, "I3: the branch has an entry of %s twice", k->name);
    if (sim_ask(w, w->branch->db, "SELECT count(*) FROM entry WHERE dev = ?1 AND row = 0 AND outcome IS NULL", dev))
        sim_fail(w, "I4: the branch has an entry of %s without an outcome", k->name);
    if (sim_ask(w, w->branch->db, "SELECT count(*) FROM intake", NULL)) sim_fail(w, "I4: entries were stored and not applied");
    if (!said->pushed && !said->rows && !said->snapshot) return; /* the same files as last time */
    check_base(w, d);
    sim_check_rebuilt(w, d);
}

/* --- at the end ----------------------------------------------------------------------------------------------- */

static void count_exceptions(struct sim *w)
{
    struct stmt *s;
    enum bm_rc rc;
    SIM_NEED(w, db_prepare(w->branch->db, "SELECT code, status, entry, other FROM exception_now ORDER BY code, entry, other", &s));
    while ((rc = stmt_next(s)) == BM_OK) {
        enum exc_code code;
        const char *status = stmt_text(s, 1);
        if (!exc_parse(stmt_text(s, 0), &code)) sim_fail(w, "an exception has no known code: %s", stmt_text(s, 0));
        sim_tell(w, "exception %s %s %s %s", stmt_text(s, 0), status, stmt_text(s, 2), stmt_text(s, 3));
        w->counts->exceptions[code]++;
        if (str_eq(status, "open")) w->counts->open[code]++;
        else if (str_eq(status, "settled")) w->counts->settled[code]++;
        else w->counts->overtaken[code]++;
        if (w->careful) sim_fail(w, "an alarm where everybody knew everything: %s %s %s", stmt_text(s, 0), stmt_text(s, 2), stmt_text(s, 3));
    }
    stmt_free(s);
    if (rc != BM_ENOTFOUND) sim_need(w, rc, "exceptions");
}

/* All laptops have synced and nobody does anything: every copy is the same, and the branch is what its entries lead to. */
void sim_check_quiet(struct sim *w)
{
    struct audit audit;
    const char *problem;
    for (int d = 1; d <= w->laptops; d++) {
        int64_t unanswered, above;
        SIM_NEED(w, laptop_pending(&w->desks[d].laptop, &unanswered, &above));
        if (unanswered || above) sim_fail(w, "%s: %lld without outcome, %lld pending at the end", w->desks[d].name, (long long)unanswered, (long long)above);
        check_base(w, d);
    }
    SIM_NEED(w, audit_run(w->branch, &w->arena, &audit));
    if (audit.problem_count) sim_fail(w, "verify: %s", audit.texts[0]);
    SIM_NEED(w, audit_again(w->branch, &w->arena, &problem));
    if (problem) sim_fail(w, "verify anew: %s", problem);
    w->counts->refolds += w->branch->apply.refolds;
    w->counts->folds_stepped += w->branch->apply.steps;
    w->counts->entries += audit.entries;
    count_exceptions(w);
}
