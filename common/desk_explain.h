/* common/desk_explain.h -- why the rules say what they say: the desk's question and its answer, with nothing done.
 * Floor:      common. Uses desk.
 * Owns:       nothing; what it tells lives in the caller's arena.
 * Invariants: nothing is written; the question is the one that the act itself would ask (facts_question).
 * Threads:    as the desk. */
#ifndef BM_DESK_EXPLAIN_H
#define BM_DESK_EXPLAIN_H

#include "common/desk.h"

struct desk_explanation {
    const char *card, *item;           /* as cleaned */
    const char *title, *author;        /* or NULL */
    const char *place, *stop;          /* branch whose rules apply, stop whose visits count; or NULL */
    struct policy_ask ask;
    struct policy_answer answer;
    const struct policy_rule **rules;  /* those that match, the closest first: rules[0] decides */
    size_t rule_count;
};

/* in:  where, a stop's key (its van's rules, its visits) or a branch as rules name it; NULL = here.
 *      d->when_ms: the moment asked about, of which day and closed days follow; loans and debts are those of now
 * ret: BM_OK, allowed or refused | BM_EINPUT | faults */
BM_MUST_CHECK enum bm_rc desk_explain(struct desk *d, struct arena *a, const char *card, const char *item, bool renew,
                                      const char *where, struct desk_explanation *out);

/* Loans over all types that this card may have, by the rules of here and now.
 * in:  view, which somebody has begun to read. out: *out, or ENTRY_NONE: no limit, or no such card */
BM_MUST_CHECK enum bm_rc desk_loan_limit(struct desk *d, struct db *view, struct arena *a, const char *card, int64_t *out);

#endif
