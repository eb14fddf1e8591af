/* mobile/forget.c -- see forget.h
 *
 * The laptop holds no folds over these entries any more: what they led to is in the base. So each one forgets by itself,
 * without the stories that the branch has to keep together. */
#include "mobile/forget.h"

#include <inttypes.h>
#include <string.h>

enum { ENTRIES_A_STEP = 50, NOBODY_BYTES = 8, NOBODY_MAX = 2 + 2 * NOBODY_BYTES };

struct forgetting {
    struct laptop *l;
    struct arena arena; /* of a step */
    int64_t cut_ms, mark_seq;
    int64_t upto; /* entries up to here are done */
    int64_t count;
    char ep[20]; /* whose samples these are */
    struct clock_sample samples[JOURNAL_SAMPLES_MAX];
    size_t sample_count;
    bool end;
};

/* What of an entry is about a person, without which it is still one of its kind. ret: is there any? */
static bool forget_person(struct entry *e, const char *nobody)
{
    const char **cards[] = { &e->patron, &e->fresh, &e->into };
    const char **texts[] = { &e->name, &e->who, &e->sealed, &e->guarantor, &e->group, &e->why };
    bool any = false, people = op_kind(e->op) == OPK_PEOPLE;
    enum op_kind kind = op_kind(e->op);
    if (!people && kind != OPK_ITEM && kind != OPK_HOLD && kind != OPK_MONEY && kind != OPK_NOTE && e->op != OP_VOID) return false;
    for (size_t i = 0; i < sizeof cards / sizeof *cards; i++) {
        any |= *cards[i] && !card_is_nobody(*cards[i]);
        if (*cards[i]) *cards[i] = nobody;
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        any |= *texts[i] != NULL;
        *texts[i] = NULL;
    }
    any |= e->born != ENTRY_NONE;
    e->born = ENTRY_NONE;
    if (e->op == OP_NOTE) e->why = nobody; /* a note without words is none */
    return any;
}

static enum bm_rc write_husk(struct forgetting *f, struct entry *e)
{
    char nobody[NOBODY_MAX] = { ENTRY_NOBODY };
    struct buf body;
    enum bm_rc rc = env_random_hex(&f->l->env, nobody + 1, NOBODY_BYTES);
    if (rc || !forget_person(e, nobody)) return rc;
    buf_init(&body, ENTRY_BYTES_MAX);
    rc = entry_write(e, false, &body);
    if (!rc)
        rc = db_run(f->l->db, SQL_FORGET_SET, "body", 's', buf_str(&body), "husk", 'b', "", (size_t)0, "dev", 's', f->l->journal.dev,
                    "ep", 's', f->ep, "seq", 'i', (int64_t)e->id.seq, NULL);
    buf_free(&body);
    f->count++;
    return rc;
}

/* When it was written, by the best clock of its epoch; INT64_MAX if nothing is known of it. */
static enum bm_rc written_at(struct forgetting *f, const struct entry *e, const char *ep, int64_t *out)
{
    if (!str_eq(f->ep, ep)) {
        str_copy(f->ep, sizeof f->ep, ep);
        enum bm_rc rc = journal_samples(f->l->db, f->l->journal.dev, e->id.ep, f->samples, JOURNAL_SAMPLES_MAX, &f->sample_count);
        if (rc) return rc;
    }
    const struct clock_sample *best = clock_best(f->samples, f->sample_count, e->t_ms);
    *out = best ? e->t_ms + best->off_ms : INT64_MAX;
    return BM_OK;
}

struct old {
    const char *ep, *body;
    int64_t seq;
    bool answered;
};

/* The next few entries: out of the cursor first, for they are changed in the same table. */
static enum bm_rc list_old(struct forgetting *f, struct old list[ENTRIES_A_STEP], size_t *count)
{
    struct stmt *s;
    *count = 0;
    enum bm_rc rc = db_get(f->l->db, SQL_FORGET_LIST, &s, "dev", 's', f->l->journal.dev, "after", 'i', f->upto, "mark", 'i', f->mark_seq,
                           "count", 'i', (int64_t)ENTRIES_A_STEP, NULL);
    if (rc) return rc;
    for (; *count < ENTRIES_A_STEP && (rc = stmt_next(s)) == BM_OK; ++*count) {
        struct old *o = &list[*count];
        *o = (struct old){ stmt_copy(s, 0, &f->arena), stmt_copy(s, 2, &f->arena), stmt_int(s, 1), stmt_int(s, 3) == 1 };
        if (!o->ep || !o->body) {
            rc = BM_ENOMEM;
            break;
        }
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* In order, up to the first that is too young or that the branch still has to answer or to understand. */
static enum bm_rc forget_some(struct forgetting *f)
{
    struct old list[ENTRIES_A_STEP];
    size_t count;
    int64_t after = f->upto;
    enum bm_rc rc = list_old(f, list, &count);
    f->end = count < ENTRIES_A_STEP;
    for (size_t i = 0; i < count && !rc; i++) {
        struct entry e;
        int64_t at_ms;
        rc = entry_read(list[i].body, strlen(list[i].body), false, &f->arena, &e);
        if (!rc) rc = written_at(f, &e, list[i].ep, &at_ms);
        if (rc) break;
        if (!list[i].answered || at_ms >= f->cut_ms) {
            f->end = true;
            break;
        }
        rc = write_husk(f, &e);
        f->upto = list[i].seq;
    }
    if (!rc) rc = db_run(f->l->db, SQL_FORGET_ANSWERS, "dev", 's', f->l->journal.dev, "after", 'i', after, "upto", 'i', f->upto, NULL);
    return rc ? rc : meta_set_int(f->l->db, "forgotten_seq", f->upto);
}

enum bm_rc forget_old(struct laptop *l, int64_t cut_ms, int64_t mark_seq, int64_t *count)
{
    struct forgetting f = { .l = l, .cut_ms = cut_ms, .mark_seq = mark_seq };
    *count = 0;
    if (cut_ms <= 0) return BM_OK;
    enum bm_rc rc = BM_OK;
    while (!f.end && !rc) {
        rc = db_begin(l->db);
        if (rc) break;
        rc = meta_get_int(l->db, "forgotten_seq", 0, &f.upto);
        if (!rc) rc = forget_some(&f);
        rc = db_end(l->db, rc);
        arena_free(&f.arena);
    }
    *count = f.count;
    if (rc || f.count == 0) return rc;
    rc = db_checkpoint(l->db); /* what was forgotten stands in no log either */
    return rc == BM_EBUSY ? BM_OK : rc;
}

enum bm_rc forget_check(struct laptop *l)
{
    int64_t upto, seq;
    enum bm_rc rc = meta_get_int(l->db, "forgotten_seq", 0, &upto);
    if (!rc) rc = db_int(l->db, SQL_FORGET_YOUNGER, &seq, "dev", 's', l->journal.dev, "upto", 'i', upto, NULL);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    return seq == ENTRY_NONE ? BM_OK : err_set(BM_ECORRUPT, "entry %" PRId64 " is marked as cut, and was not due to be", seq);
}
