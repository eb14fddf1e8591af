/* common/rulebook.h -- rules and closed days as the tables have them, read once and kept from act to act.
 * Floor:      common. Uses db, policy, calendar.
 * Owns:       what it has read, until rulebook_free; zero-initialise ({ 0 }).
 * Invariants: what is kept is of one edition. The owner names it (rulebook_fit) before each act; on a laptop that is the
 *             replica's generation, for rules and closed days come by the feed alone and a feed makes a new generation.
 * Threads:    one per desk. */
#ifndef BM_RULEBOOK_H
#define BM_RULEBOOK_H

#include "common/calendar.h"
#include "common/policy.h"

enum { RULEBOOK_RULES_MAX = 2000, RULEBOOK_SPANS = 4 };

struct rulebook {
    int64_t edition; /* 0 = nothing is kept beyond an act */
    struct arena rules_arena, days_arena;
    const struct policy_rule *rules;
    size_t rule_count;
    enum { RULES_UNREAD, RULES_KEPT, RULES_BY_ACT } rules_are; /* by act: too many, or a line is no rule */
    struct rulebook_span { /* closed days of a branch in a time */
        const char *branch;
        int64_t from_day, to_day;
        struct day_list days;
    } spans[RULEBOOK_SPANS];
    size_t span_count;
};

/* What was read of another edition is forgotten; with edition 0 always. */
void rulebook_fit(struct rulebook *b, int64_t edition);
void rulebook_free(struct rulebook *b);

/* Rules in the order of their rows: all, or at least those that may decide for these.
 * in:  mine, branch, category and item type, each may be NULL
 * out: lasts until the next rulebook_fit
 * ret: BM_OK | BM_EINPUT, BM_ELIMIT a stored line that may decide here is no rule | faults */
BM_MUST_CHECK enum bm_rc rulebook_rules(struct rulebook *b, struct db *db, const char *const mine[3],
                                        const struct policy_rule **out, size_t *count);
/* As calendar_closed; out lasts until the next rulebook_fit. */
BM_MUST_CHECK enum bm_rc rulebook_closed(struct rulebook *b, struct db *db, const char *branch, int64_t from_day, int64_t to_day,
                                         struct day_list *out);

#endif
