/* common/rulebook.c -- see rulebook.h */
#include "common/rulebook.h"

#include <string.h>

static void forget_days(struct rulebook *b)
{
    arena_free(&b->days_arena);
    b->span_count = 0;
}

void rulebook_free(struct rulebook *b)
{
    arena_free(&b->rules_arena);
    forget_days(b);
    *b = (struct rulebook){ 0 };
}

void rulebook_fit(struct rulebook *b, int64_t edition)
{
    if (edition != 0 && edition == b->edition) {
        /* between acts: within one nothing asked for goes */
        if (b->span_count == RULEBOOK_SPANS) forget_days(b);
        if (b->rules_are == RULES_BY_ACT) arena_free(&b->rules_arena);
        return;
    }
    rulebook_free(b);
    b->edition = edition;
}

/* Can a rule decide for these three? Looks at its first columns as they are written; what is not plain (quotes, blanks) is
 * left to the parser. Says no only where policy.c would match nothing. */
static bool may_match(const char *const mine[3], const char *line)
{
    for (size_t i = 0; i < 3; i++) {
        size_t len = strcspn(line, ",\" \t\r\n");
        if (line[len] != ',') return true;
        bool any = len == 0 || (len == 1 && line[0] == '*');
        if (!any && (!mine[i] || strlen(mine[i]) != len || memcmp(line, mine[i], len) != 0)) return false;
        line += len + 1;
    }
    return true;
}

/* in: mine, read only what may match; NULL = all. ret: BM_ELIMIT also where all are more than are kept */
static enum bm_rc read_rules(struct rulebook *b, struct db *db, const char *const *mine)
{
    struct stmt *s;
    struct policy_rule *rules = NULL;
    size_t count = 0, cap = 0;
    enum bm_rc rc = db_get(db, SQL_RULES_ALL, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        if (mine && !may_match(mine, stmt_text(s, 0))) continue;
        if (count == RULEBOOK_RULES_MAX) {
            rc = err_set(BM_ELIMIT, "more than %d loan rules could decide here; give the branch a shorter rule file", RULEBOOK_RULES_MAX);
            break;
        }
        rules = arena_grow(&b->rules_arena, rules, count, &cap, sizeof *rules);
        rc = rules ? policy_rule_parse(stmt_text(s, 0), &rules[count]) : BM_ENOMEM;
        if (rc) break;
        rules[count++].row = stmt_int(s, 1);
    }
    stmt_done(s);
    b->rules = rules;
    b->rule_count = count;
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc rulebook_rules(struct rulebook *b, struct db *db, const char *const mine[3], const struct policy_rule **out, size_t *count)
{
    enum bm_rc rc = BM_OK;
    if (b->edition == 0) b->rules_are = RULES_BY_ACT;
    if (b->rules_are == RULES_UNREAD) {
        rc = read_rules(b, db, NULL);
        if (!rc) b->rules_are = RULES_KEPT;
        else if (rc == BM_EINPUT || rc == BM_ELIMIT) b->rules_are = RULES_BY_ACT; /* told only where it might decide */
    }
    if (b->rules_are == RULES_BY_ACT) rc = read_rules(b, db, mine);
    if (rc) return rc;
    *out = b->rules;
    *count = b->rule_count;
    return BM_OK;
}

enum bm_rc rulebook_closed(struct rulebook *b, struct db *db, const char *branch, int64_t from_day, int64_t to_day,
                           struct day_list *out)
{
    for (size_t i = 0; i < b->span_count; i++) {
        const struct rulebook_span *had = &b->spans[i];
        if (had->from_day != from_day || had->to_day != to_day || !str_eq(had->branch, branch)) continue;
        *out = had->days;
        return BM_OK;
    }
    enum bm_rc rc = calendar_closed(db, branch, from_day, to_day, &b->days_arena, out);
    if (rc || b->span_count == RULEBOOK_SPANS) return rc;
    const char *copy = arena_strdup(&b->days_arena, branch);
    if (branch && !copy) return BM_ENOMEM;
    b->spans[b->span_count++] = (struct rulebook_span){ copy, from_day, to_day, *out };
    return BM_OK;
}
