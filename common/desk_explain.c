/* common/desk_explain.c -- see desk_explain.h */
#include "common/desk_explain.h"

#include "common/barcode.h"
#include "common/desk_facts.h"

static enum bm_rc clean(struct arena *a, const char *what, const char *scanned, const char **out)
{
    char text[BARCODE_MAX + 1];
    enum bm_rc rc = barcode_clean(scanned, text, sizeof text);
    if (rc) return err_prefix(BM_EUSAGE, "the %s is no barcode: ", what);
    *out = arena_strdup(a, text);
    return *out ? BM_OK : BM_ENOMEM;
}

/* A stop has its van's rules; what is no stop is a branch. */
static enum bm_rc stand_at(struct facts *f, struct desk *there, const char *where)
{
    struct stmt *s;
    if (!where) return BM_OK;
    f->visit_stop = NULL;
    there->branch = where;
    enum bm_rc rc = db_get(there->view, SQL_STOP_GET, &s, "key", 's', where, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    there->branch = stmt_copy(s, 1, f->a);
    f->visit_stop = where;
    stmt_done(s);
    return there->branch ? BM_OK : BM_ENOMEM;
}

/* Of two as close, the later in the list comes first: it is the one that counts. */
static enum bm_rc list_rules(struct arena *a, struct desk_explanation *out)
{
    const struct policy_ask *ask = &out->ask;
    out->rules = arena_array(a, ask->rule_count + 1, sizeof *out->rules);
    if (!out->rules) return BM_ENOMEM;
    for (int closeness = 7; closeness >= 0; closeness--)
        for (size_t i = ask->rule_count; i-- > 0;)
            if (policy_closeness(ask, &ask->rules[i]) == closeness) out->rules[out->rule_count++] = &ask->rules[i];
    return BM_OK;
}

static enum bm_rc explain(struct desk *there, struct arena *a, bool renew, const char *where, struct desk_explanation *out)
{
    struct circ_view view = { .db = there->view, .arena = a, .who = circ_standing_now };
    struct facts f;
    enum bm_rc rc = facts_open(&f, there, &view);
    if (!rc) rc = stand_at(&f, there, where);
    if (!rc) rc = facts_patron(&f, out->card);
    if (!rc) rc = facts_item(&f, out->item);
    if (!rc) rc = facts_question(&f, renew, &out->ask);
    if (!rc) rc = view.rc;
    if (rc) return rc;
    (renew ? policy_renew : policy_checkout)(&out->ask, &out->answer);
    out->title = f.title;
    out->author = f.author;
    out->place = there->branch;
    out->stop = f.visit_stop ? f.visit_stop : f.stop;
    return list_rules(a, out);
}

enum bm_rc desk_explain(struct desk *d, struct arena *a, const char *card, const char *item, bool renew, const char *where,
                        struct desk_explanation *out)
{
    bm_assert(d && a && card && item && out);
    *out = (struct desk_explanation){ 0 };
    enum bm_rc rc = clean(a, "card", card, &out->card);
    if (!rc) rc = clean(a, "item", item, &out->item);
    if (!rc) rc = d->begin(d);
    if (rc) return rc;
    struct desk there = *d; /* begin has set its view */
    return d->end(d, explain(&there, a, renew, where, out));
}

enum bm_rc desk_loan_limit(struct desk *d, struct db *view, struct arena *a, const char *card, int64_t *out)
{
    struct desk there = *d;
    struct circ_view seen = { .db = view, .arena = a, .who = circ_standing_now };
    struct policy_answer answer = { .limit = ENTRY_NONE };
    struct facts f;
    bm_assert(d && view && a && card && out);
    there.view = view;
    *out = ENTRY_NONE;
    enum bm_rc rc = facts_open(&f, &there, &seen);
    if (!rc) rc = facts_patron(&f, card);
    if (!rc) rc = facts_ask_hold(&f, &answer);
    if (!rc) rc = seen.rc;
    if (!rc && f.patron_known) *out = answer.limit;
    return rc;
}
