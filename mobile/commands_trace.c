/* mobile/commands_trace.c -- see road.h: what became of one act of this laptop, as far as it is known aboard. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mobile/road.h"
#include "sync/trace.h"

/* Exceptions by the branch's first word, "exception barred,expired": a laptop has no more of them. */
static enum bm_rc first_exceptions(struct trace_act *x, struct arena *a)
{
    static const char lead[] = "exception ";
    if (!x->first || strncmp(x->first, lead, sizeof lead - 1) != 0) return BM_OK;
    for (const char *p = x->first + sizeof lead - 1; *p && x->exception_count < TRACE_EXCEPTIONS_MAX;) {
        size_t len = strcspn(p, ",");
        enum exc_code code;
        struct trace_exception *e = &x->exceptions[x->exception_count++];
        *e = (struct trace_exception){ .code = arena_strndup(a, p, len), .settled_ms = ENTRY_NONE };
        if (!e->code) return BM_ENOMEM;
        e->sentence = exc_parse(e->code, &code) ? exc_sentence(code) : "";
        p += len + (p[len] == ',');
    }
    return BM_OK;
}

/* Taken back here. */
static enum bm_rc add_void(struct laptop *l, const struct teller *t, struct trace_act *x)
{
    struct stmt *s;
    struct entry e;
    size_t len;
    char text[EID_TEXT_MAX];
    const char *target = arena_printf(t->a, "\"target\":\"%s\"", x->id);
    if (!target) return BM_ENOMEM;
    enum bm_rc rc = db_get(l->db, SQL_TRACE_VOIDS_ABOARD, &s, "dev", 's', x->e.id.dev, "seq", 'i', (int64_t)x->e.id.seq, "target", 's', target, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    struct trace_act by = { 0 };
    rc = apply_col_eid(s, 0, 3, &e.id);
    const void *hash = stmt_blob(s, 4, &len);
    if (!rc) rc = trace_read(t, l->db, &e.id, stmt_text(s, 5), hash, len, &by);
    stmt_done(s);
    if (rc) return rc;
    x->since[x->since_count] = (struct trace_event){ .id = arena_strdup(t->a, eid_text(&e.id, text)), .slip = arena_strdup(t->a, by.slip),
                                                     .op = by.op, .words = by.words, .where = by.where, .at_ms = by.clock_ms };
    x->taken_back = &x->since[x->since_count++];
    x->now = "taken back";
    return x->taken_back->id && x->taken_back->slip ? BM_OK : BM_ENOMEM;
}

/* By all that its epoch knows of the time. */
static enum bm_rc true_time(struct laptop *l, struct trace_act *x)
{
    struct clock_sample samples[JOURNAL_SAMPLES_MAX];
    size_t count;
    x->at_ms = x->e.when_ms;
    if (x->at_ms != ENTRY_NONE || x->e.t_ms == ENTRY_NONE) return BM_OK;
    enum bm_rc rc = journal_samples(l->db, x->e.id.dev, x->e.id.ep, samples, JOURNAL_SAMPLES_MAX, &count);
    const struct clock_sample *best = rc ? NULL : clock_best(samples, count, x->e.t_ms);
    if (best) x->at_ms = x->e.t_ms + best->off_ms, x->unc_ms = best->unc_ms;
    return rc;
}

static enum bm_rc one_act(struct laptop *l, const struct eid *id, struct arena *a, struct trace_act *out)
{
    const struct teller t = { l->replica, &l->journal, a, true };
    struct stmt *s;
    size_t len;
    char ep[APPLY_EP_MAX];
    apply_ep(id->ep, ep);
    enum bm_rc rc = db_get(l->db, SQL_TRACE_ABOARD, &s, "dev", 's', id->dev, "ep", 's', ep, "seq", 'i', (int64_t)id->seq, "row", 'i',
                           (int64_t)id->row, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc;
    const void *hash = stmt_blob(s, 0, &len);
    rc = trace_read(&t, l->db, id, stmt_text(s, 1), hash, len, out);
    out->first = stmt_copy(s, 2, a);
    stmt_done(s);
    out->now = out->first ? out->first : "pending";
    if (!rc) rc = true_time(l, out);
    if (!rc) rc = first_exceptions(out, a);
    return rc ? rc : add_void(l, &t, out);
}

static enum bm_rc run_trace(struct cli *cli, const struct cli_args *args)
{
    struct laptop l;
    struct trace t = { 0 };
    struct eid ids[TRACE_ACTS_MAX];
    size_t count;
    enum bm_rc rc = road_open(cli, &l);
    if (rc) return rc;
    rc = laptop_current(&l);
    if (!rc) rc = trace_find(l.db, args->words[0], ids, &count, &t.more);
    if (!rc && !(t.acts = ARENA_NEWS(&cli->arena, struct trace_act, count))) rc = BM_ENOMEM;
    for (; !rc && t.count < count; t.count++) {
        t.acts[t.count] = (struct trace_act){ 0 };
        if ((rc = one_act(&l, &ids[t.count], &cli->arena, &t.acts[t.count]))) break;
    }
    laptop_close(&l);
    return rc ? rc : trace_tell(cli, args->words[0], &t);
}

const struct cli_command trace_commands[] = {
    { "Laptop", "trace", "CODE", "what became of an act, by the code on its slip",
      "CODE is the eight digits on the slip or screen (six will do), or an entry's id. Told are what was done, by whom, where and "
      "when, whether the branch has answered and what, and whether it was taken back here; what the branch made of it later, "
      "`branch trace` tells.",
      NULL, 1, 1, run_trace },
    { NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL },
};
