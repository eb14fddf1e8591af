/* sync/apply_time.c -- when entries truly happened (TIMELINE 1), and dating them anew. See apply.h. */
#include <stdio.h>

#include "common/journal.h"
#include "sync/apply.h"

enum bm_rc apply_clock(struct apply *ap, const struct entry *e)
{
    char ep[APPLY_EP_MAX];
    enum clock_src src;
    if (!clock_src_parse(e->src, &src)) return err_set(BM_EINPUT, "a clock source not known here");
    apply_ep(e->id.ep, ep);
    return db_run(ap->db, SQL_CLOCK_ADD, "dev", 's', e->id.dev, "ep", 's', ep, "seq", 'i', (int64_t)e->id.seq, "t", 'i',
                  e->t_ms, "off", 'i', e->off_ms, "unc", 'i', e->unc_ms, "src", 's', e->src, NULL);
}

/* A moment of an epoch, by the clock entries known so far; not later than it was received. */
static void date(const struct clock_sample *samples, size_t count, int64_t boot_ms, int64_t received_ms, int64_t *t, int64_t *unc)
{
    const struct clock_sample *best = clock_best(samples, count, boot_ms);
    *t = best ? boot_ms + best->off_ms : received_ms;
    *unc = best ? best->unc_ms : CLOCK_WALL_UNC_MS;
    if (*t > received_ms) *t = received_ms;
}

enum bm_rc apply_true_time(struct apply *ap, const struct entry *e, int64_t received_ms, int64_t *t, int64_t *unc)
{
    struct clock_sample samples[JOURNAL_SAMPLES_MAX];
    size_t count;
    char ep[APPLY_EP_MAX];
    apply_ep(e->id.ep, ep);
    enum bm_rc rc = journal_samples(ap->db, e->id.dev, e->id.ep, samples, JOURNAL_SAMPLES_MAX, &count);
    if (rc) return rc;
    date(samples, count, e->t_ms, received_ms, t, unc);
    int64_t when = e->op == OP_OBSERVE ? e->asof_ms : e->when_ms;
    if (when != ENTRY_NONE) {
        if (when < *t) *t = when;
        *unc = e->op == OP_OBSERVE ? 0 : APPLY_WHEN_UNC_MS;
        return BM_OK;
    }
    int64_t last;
    rc = db_int(ap->db, SQL_READING_LAST_T, &last, "dev", 's', e->id.dev, "ep", 's', ep, "seq", 'i', (int64_t)e->id.seq, NULL);
    if (!rc && *t < last) *t = last;
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

struct moved {
    struct eid id;
    int64_t t_ms, unc_ms;
    enum op op;
};
struct moves { /* what a better clock dates anew, and what it touches */
    struct moved *list;
    size_t count, cap;
    struct node_set nodes, cards, accounts;
};

/* in: s, a row of READING_OF_EPOCH */
static enum bm_rc move(struct apply *ap, struct moves *m, const char *dev, uint64_t ep, int64_t t_ms, int64_t unc_ms, struct stmt *s)
{
    m->list = arena_grow(&ap->arena, m->list, m->count, &m->cap, sizeof *m->list);
    if (!m->list) return BM_ENOMEM;
    struct moved *one = &m->list[m->count++];
    *one = (struct moved){ { .ep = ep, .seq = (uint64_t)stmt_int(s, 0) }, t_ms, unc_ms, OP_NOTE };
    str_copy(one->id.dev, sizeof one->id.dev, dev);
    (void)op_parse(stmt_text(s, 5), &one->op);
    if (op_kind(one->op) == OPK_PEOPLE) return node_add(ap, &m->cards, stmt_text(s, 7));
    if (one->op == OP_STAFF) return node_add(ap, &m->accounts, stmt_text(s, 8));
    if (op_kind(one->op) == OPK_MONEY) return apply_money_retimed(ap, one->op, &one->id, stmt_text(s, 8));
    return stmt_text(s, 6) ? node_add(ap, &m->nodes, stmt_text(s, 6)) : BM_OK;
}

static enum bm_rc find_moves(struct apply *ap, const struct entry *clock, const char *ep, struct moves *m)
{
    struct clock_sample samples[JOURNAL_SAMPLES_MAX];
    size_t count;
    struct stmt *s;
    int64_t before = INT64_MIN, t, unc;
    enum bm_rc rc = journal_samples(ap->db, clock->id.dev, clock->id.ep, samples, JOURNAL_SAMPLES_MAX, &count);
    if (!rc) rc = db_get(ap->db, SQL_READING_OF_EPOCH, &s, "dev", 's', clock->id.dev, "ep", 's', ep, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        date(samples, count, stmt_int(s, 4), stmt_int(s, 3), &t, &unc);
        if (t < before) t = before;
        before = t;
        if (t == stmt_int(s, 1) && unc == stmt_int(s, 2)) continue;
        if ((rc = move(ap, m, clock->id.dev, clock->id.ep, t, unc, s))) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* A better clock came: date the epoch's entries anew, fold again what they touch. */
enum bm_rc apply_retime(struct apply *ap, const struct entry *clock)
{
    struct moves m = { 0 };
    char ep[APPLY_EP_MAX], id[EID_TEXT_MAX];
    apply_ep(clock->id.ep, ep);
    enum bm_rc rc = find_moves(ap, clock, ep, &m);
    for (size_t i = 0; i < m.count && !rc; i++)
        rc = db_run(ap->db, SQL_READING_TIME, "t_ms", 'i', m.list[i].t_ms, "unc_ms", 'i', m.list[i].unc_ms, "dev", 's', clock->id.dev,
                    "ep", 's', ep, "seq", 'i', (int64_t)m.list[i].id.seq, "row", 'i', (int64_t)0, NULL);
    for (size_t i = 0; i < m.count && !rc; i++) rc = apply_rejudge(ap, &m.list[i].id); /* the horizon may lie between */
    for (size_t i = 0; i < m.cards.count && !rc; i++) rc = apply_people(ap, m.cards.nodes[i]);
    if (!rc) rc = apply_refold(ap, &m.nodes);
    for (size_t i = 0; i < m.accounts.count && !rc; i++) rc = apply_staff(ap, m.accounts.nodes[i]);
    for (size_t i = 0; i < m.count && !rc; i++)
        if (m.list[i].op == OP_SETTLE) rc = apply_settle_retimed(ap, eid_text(&m.list[i].id, id), m.list[i].t_ms);
    return rc ? rc : apply_resplit_all(ap, clock->id.dev);
}
