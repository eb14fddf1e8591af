/* common/policy.c -- see policy.h */
#include "common/policy.h"

#include <stdlib.h>
#include <string.h>

enum { WEEK_DAYS = 7 };
_Static_assert(EXC_COUNT <= 64, "a set of exceptions is a bit each in 64");

const char *policy_step_name(enum policy_step_kind kind)
{
    static const char *const names[] = {
#define X(code, name, sentence) name,
        POLICY_STEPS(X)
#undef X
    };
    bm_assert(kind < POLICY_STEP_COUNT);
    return names[kind];
}

const char *policy_step_sentence(enum policy_step_kind kind)
{
    static const char *const sentences[] = {
#define X(code, name, sentence) sentence,
        POLICY_STEPS(X)
#undef X
    };
    bm_assert(kind < POLICY_STEP_COUNT);
    return sentences[kind];
}

/* --- which rule -------------------------------------------------------------------------- */

/* ret: 0 = any, 1 = this one, -1 = another */
static int match_code(const char *code, const char *mine)
{
    if (!*code || !strcmp(code, "*")) return 0;
    return mine && !strcmp(code, mine) ? 1 : -1;
}

/* How closely a rule matches: 0 to 7, branch counting most; -1 = not at all. */
static int rank_rule(const struct policy_rule *rule, const struct policy_ask *ask,
                     const char *itype, int64_t day)
{
    int branch = match_code(rule->branch, ask->branch);
    int category = match_code(rule->category, ask->patron.category);
    int type = match_code(rule->itype, itype);
    if (day < rule->from_day || day > rule->to_day) return -1;
    if (branch < 0 || category < 0 || type < 0) return -1;
    return branch * 4 + category * 2 + type;
}

/* itype NULL: rules for any type only. ret: NULL = none */
static const struct policy_rule *find_rule(const struct policy_ask *ask, const char *itype,
                                           int64_t day)
{
    const struct policy_rule *best = NULL;
    int best_rank = -1;
    for (size_t i = 0; i < ask->rule_count; i++) {
        int rank = rank_rule(&ask->rules[i], ask, itype, day);
        if (rank < 0 || rank < best_rank) continue;
        best = &ask->rules[i];
        best_rank = rank;
    }
    return best;
}

const struct policy_rule *policy_deciding(const struct policy_ask *ask)
{
    const struct policy_rule *rule = find_rule(ask, ask->item.itype, zone_day(ask->now_ms));
    return rule ? rule : policy_rule_default();
}

int policy_closeness(const struct policy_ask *ask, const struct policy_rule *rule)
{
    return rank_rule(rule, ask, ask->item.itype, zone_day(ask->now_ms));
}

/* --- what is said ------------------------------------------------------------------------ */

/* told: it does not block here, whatever the rule's words say */
static void fire_as(struct policy_answer *out, enum policy_reason reason,
                    const struct policy_rule *rule, bool told)
{
    bool blocks =
        policy_reason_blocks(reason) && !told && !(rule->tolerated >> reason & 1u);
    bm_assert(out->fired_count < POLICY_REASON_COUNT);
    bm_assert(!policy_fired_has(out, reason));
    out->fired[out->fired_count++] = (struct policy_fired){
        .reason = reason,
        .blocks = blocks,
        .overridable = blocks && (rule->overridable >> reason & 1u),
        .rule = rule,
    };
}

static void fire(struct policy_answer *out, enum policy_reason reason)
{
    fire_as(out, reason, out->rule, false);
}

static void step(struct policy_answer *out, enum policy_step_kind kind, int64_t day)
{
    bm_assert(out->step_count < POLICY_STEPS_MAX);
    out->steps[out->step_count++] = (struct policy_step){ kind, day };
}

static void choose_rule(const struct policy_ask *ask, int64_t today, struct policy_answer *out)
{
    const struct policy_rule *any_type = find_rule(ask, NULL, today);
    const struct policy_rule *rule = find_rule(ask, ask->item.itype, today);
    out->rule = rule ? rule : policy_rule_default();
    out->limit = any_type ? any_type->limit : ENTRY_NONE;
    out->limit_rule = out->limit == ENTRY_NONE ? NULL : any_type;
    out->type_limit =
        match_code(out->rule->itype, ask->item.itype) == 1 ? out->rule->limit : ENTRY_NONE;
    out->terms = out->rule->terms;
    if (ask->item.price_cents > 0) out->terms.price_cents = ask->item.price_cents;
    if (!rule) fire(out, POLICY_NO_RULE);
}

/* The local day of UTC seconds, however far out they are. */
static int64_t day_of_s(int64_t utc_s)
{
    if (utc_s > INT64_MAX / 1000) return ZONE_DAY_MAX;
    return utc_s < INT64_MIN / 1000 ? ZONE_DAY_MIN : zone_day(utc_s * 1000);
}

/* --- the patron, the item ---------------------------------------------------------------- */

static void judge_card(const struct policy_ask *ask, int64_t today, bool renew, struct policy_answer *out)
{
    const struct policy_patron *p = &ask->patron;
    if (!p->known) fire(out, POLICY_UNKNOWN_CARD);
    if (p->barred) fire(out, POLICY_BARRED);
    if (p->expires_s != ENTRY_NONE && today > day_of_s(p->expires_s)) /* case 23 */
        fire_as(out, POLICY_EXPIRED, out->rule, renew && out->rule->renew_expired);
    if (p->replaced) fire(out, POLICY_CARD_REPLACED);
}

static void judge_patron(const struct policy_ask *ask, int64_t today, bool renew,
                         struct policy_answer *out)
{
    const struct policy_patron *p = &ask->patron;
    const struct policy_rule *rule = out->rule;
    int64_t debt_max = renew ? rule->renew_debt_cents : rule->debt_max_cents;
    judge_card(ask, today, renew, out);
    if (debt_max != ENTRY_NONE && p->debt_cents > debt_max) fire(out, POLICY_DEBT);
    if (renew) return;
    if (rule->overdue_max != ENTRY_NONE && p->overdue_count >= rule->overdue_max)
        fire(out, POLICY_OVERDUE);
    if (rule->guarantor_max_cents != ENTRY_NONE &&
        p->guaranteed_cents > rule->guarantor_max_cents)
        fire(out, POLICY_GUARANTOR_DEBT);
}

/* Each state has a reason of its own (case 26). */
static void judge_cond(enum item_cond cond, struct policy_answer *out)
{
    static const enum policy_reason reasons[COND_COUNT] = {
        [COND_OK] = POLICY_REASON_COUNT, [COND_DAMAGED] = POLICY_DAMAGED,
        [COND_MEND] = POLICY_MENDING,    [COND_MISSING] = POLICY_MISSING,
        [COND_LOST] = POLICY_LOST,       [COND_WITHDRAWN] = POLICY_WITHDRAWN,
    };
    bm_assert(cond < COND_COUNT);
    if (cond != COND_OK) fire(out, reasons[cond]);
}

static void judge_item(const struct policy_ask *ask, struct policy_answer *out)
{
    const struct policy_item *item = &ask->item;
    if (!item->known) fire(out, POLICY_UNKNOWN_ITEM);
    if (item->loan == POLICY_HIS) fire(out, POLICY_ALREADY_HIS);
    if (item->loan == POLICY_ANOTHERS) fire(out, POLICY_LENT_OVER_LOAN);
    if (item->aside == POLICY_ANOTHERS)
        fire(out, item->in_transit ? POLICY_IN_TRANSIT : POLICY_READY);
    if (item->aside == POLICY_HIS) fire(out, POLICY_HOLD_FILLED);
    judge_cond(item->cond, out);
}

static void judge_limits(const struct policy_ask *ask, struct policy_answer *out)
{
    const struct policy_patron *p = &ask->patron;
    if (out->limit != ENTRY_NONE && p->loan_count >= out->limit)
        fire_as(out, POLICY_OVER_LIMIT, out->limit_rule, false);
    if (out->type_limit == 0)
        fire(out, POLICY_NOT_FOR_LOAN); /* case 17 */
    else if (out->type_limit != ENTRY_NONE && p->type_loan_count >= out->type_limit)
        fire(out, POLICY_OVER_TYPE_LIMIT);
}

/* The year of birth alone is known: the birthday of this year may have been or not. */
static void judge_age(const struct policy_ask *ask, int64_t today, struct policy_answer *out)
{
    int64_t born = ask->patron.born, age_min = out->rule->age_min;
    if (age_min <= 0) return;
    if (born == ENTRY_NONE) {
        fire(out, POLICY_AGE_UNKNOWN);
        return;
    }
    int64_t last_year = civil_from_day(today).year - age_min; /* who was born later is younger */
    if (born > last_year) fire(out, POLICY_UNDER_AGE);
    if (born == last_year) fire(out, POLICY_AGE_UNSURE);
}

static void judge_renewal(const struct policy_ask *ask, int64_t today,
                          struct policy_answer *out)
{
    const struct policy_item *item = &ask->item;
    const struct policy_rule *rule = out->rule;
    if (!item->known) fire(out, POLICY_UNKNOWN_ITEM);
    if (item->loan == POLICY_NOBODYS) fire(out, POLICY_RENEW_NO_LOAN);
    if (item->loan == POLICY_ANOTHERS) fire(out, POLICY_RENEW_OTHER);
    if (item->cond == COND_LOST) fire(out, POLICY_RENEW_LOST);
    if (rule->renew_max != ENTRY_NONE && ask->renewals >= rule->renew_max)
        fire(out, POLICY_RENEWALS_USED);
    if (rule->renew_from_days != ENTRY_NONE && ask->due_s != ENTRY_NONE &&
        today < day_of_s(ask->due_s) - rule->renew_from_days)
        fire(out, POLICY_RENEW_TOO_SOON);
    if (rule->renew_until_days != ENTRY_NONE && ask->out_ms != ENTRY_NONE &&
        today >= zone_day(ask->out_ms) + rule->renew_until_days)
        fire(out, POLICY_RENEW_TOO_LATE);
    if (item->wanted) fire(out, POLICY_RENEWED_WHILE_WANTED);
}

/* --- the due day ------------------------------------------------------------------------- */

/* The first visit at least min and at most max days ahead on which somebody comes; else max
 * days. */
static int64_t find_visit(const struct policy_ask *ask, const struct policy_loan *loan,
                          int64_t from, struct policy_answer *out)
{
    for (size_t i = 0; i < ask->visits.count; i++) {
        int64_t day = ask->visits.days[i];
        if (day < from + loan->min_days || day > from + loan->max_days) continue;
        if (day_list_has(&ask->closed, day) || day_list_has(&ask->suspended, day)) continue;
        step(out, POLICY_STEP_VISIT, day);
        return day;
    }
    fire(out, POLICY_NO_VISIT);
    step(out, POLICY_STEP_NO_VISIT, from + loan->max_days);
    return from + loan->max_days;
}

/* Go on from a closed day, so many days at a time. ret: the first open day, or the day itself */
static int64_t find_open(const struct policy_ask *ask, int64_t day, int stride, int most_days)
{
    for (int ahead = stride; ahead <= most_days; ahead += stride)
        if (!day_list_has(&ask->closed, day + ahead)) return day + ahead;
    return day;
}

static int64_t move_closed(const struct policy_ask *ask, int loan_days, int64_t due_day,
                           struct policy_answer *out)
{
    enum policy_closed mode = out->rule->closed;
    enum policy_step_kind kind = POLICY_STEP_SAME_WEEKDAY;
    int64_t day = due_day;
    if (mode == POLICY_CLOSED_KEEP || !day_list_has(&ask->closed, due_day)) return due_day;
    if (mode == POLICY_CLOSED_SAME_WEEKDAY && loan_days % WEEK_DAYS == 0)
        day = find_open(ask, due_day, WEEK_DAYS, WEEK_DAYS * POLICY_SAME_WEEKDAY_WEEKS);
    if (day == due_day) {
        day = find_open(ask, due_day, 1, POLICY_OPEN_SEARCH_DAYS);
        kind = POLICY_STEP_NEXT_OPEN;
    }
    if (day == due_day) return due_day; /* it never opens again */
    fire(out, POLICY_DUE_MOVED);
    step(out, kind, day);
    return day;
}

static int64_t fix_date(int64_t due_day, int64_t today, struct policy_answer *out)
{
    const struct policy_rule *rule = out->rule;
    if (rule->hard == POLICY_HARD_NONE) return due_day;
    if (rule->hard == POLICY_HARD_LATEST && due_day <= rule->hard_day) return due_day;
    if (rule->hard == POLICY_HARD_EARLIEST && due_day >= rule->hard_day) return due_day;
    if (rule->hard_day < today) {
        fire(out, POLICY_DUE_FIXED_OVER);
        return due_day;
    }
    fire(out, POLICY_DUE_FIXED);
    step(out, POLICY_STEP_HARD, rule->hard_day);
    return rule->hard_day;
}

/* Case 7. A card that has expired already caps nothing: the renewal is judged elsewhere. */
static int64_t cap_by_expiry(const struct policy_ask *ask, int64_t due_day, int64_t today,
                             struct policy_answer *out)
{
    if (!out->rule->expiry_cap || ask->patron.expires_s == ENTRY_NONE) return due_day;
    int64_t expiry = day_of_s(ask->patron.expires_s), day = expiry;
    if (expiry >= due_day || expiry < today) return due_day;
    while (day >= today && day_list_has(&ask->closed, day)) day--;
    if (day < today) day = expiry; /* closed until then */
    fire(out, POLICY_DUE_CAPPED);
    step(out, POLICY_STEP_EXPIRY, day);
    return day;
}

static void find_due(const struct policy_ask *ask, const struct policy_loan *loan, int64_t from,
                     int64_t today, struct policy_answer *out)
{
    int64_t day;
    if (loan->kind == POLICY_LOAN_NEXT_VISIT) {
        day = find_visit(ask, loan, from, out);
    } else {
        step(out, POLICY_STEP_DAYS, day = from + loan->max_days);
        day = move_closed(ask, loan->max_days, day, out);
    }
    day = fix_date(day, today, out);
    day = cap_by_expiry(ask, day, today, out);
    if (day < today) step(out, POLICY_STEP_NOT_PAST, day = today); /* P4 */
    out->due_day = day;
    out->due_s = zone_day_end_s(day);
}

/* --- the answer -------------------------------------------------------------------------- */

static int by_kind(const void *a, const void *b)
{
    const struct policy_fired *x = a, *y = b;
    if (x->blocks != y->blocks) return x->blocks ? -1 : 1;
    return x->reason < y->reason ? -1 : x->reason > y->reason;
}

static void conclude(struct policy_answer *out)
{
    qsort(out->fired, out->fired_count, sizeof *out->fired, by_kind);
    out->verdict = out->fired_count && out->fired[0].blocks ? POLICY_BLOCK : POLICY_ALLOW;
    out->may_override = out->verdict == POLICY_BLOCK;
    for (size_t i = 0; i < out->fired_count; i++)
        if (out->fired[i].blocks && !out->fired[i].overridable) out->may_override = false;
}

void policy_checkout(const struct policy_ask *ask, struct policy_answer *out)
{
    bm_assert(ask && out);
    bm_assert(ask->rules || !ask->rule_count);
    *out = (struct policy_answer){ 0 };
    int64_t today = zone_day(ask->now_ms);
    choose_rule(ask, today, out);
    judge_patron(ask, today, false, out);
    judge_item(ask, out);
    judge_limits(ask, out);
    judge_age(ask, today, out);
    step(out, POLICY_STEP_FROM_NOW, today);
    find_due(ask, &out->rule->loan, today, today, out);
    conclude(out);
}

void policy_renew(const struct policy_ask *ask, struct policy_answer *out)
{
    bm_assert(ask && out);
    bm_assert(ask->rules || !ask->rule_count);
    *out = (struct policy_answer){ 0 };
    int64_t today = zone_day(ask->now_ms);
    choose_rule(ask, today, out);
    judge_patron(ask, today, true, out);
    judge_renewal(ask, today, out);
    bool from_due = out->rule->renew_from_due && ask->due_s != ENTRY_NONE;
    int64_t from = from_due ? day_of_s(ask->due_s) : today;
    step(out, from_due ? POLICY_STEP_FROM_DUE : POLICY_STEP_FROM_NOW, from);
    find_due(ask, &out->rule->renew_loan, from, today, out);
    if (ask->due_s != ENTRY_NONE &&
        ask->due_s > out->due_s) { /* never earlier than told (I9) */
        fire(out, POLICY_DUE_KEPT);
        out->due_s = ask->due_s;
        out->due_day = day_of_s(ask->due_s);
        step(out, POLICY_STEP_KEPT, out->due_day);
    }
    conclude(out);
}

void policy_hold(const struct policy_ask *ask, struct policy_answer *out)
{
    bm_assert(ask && out);
    bm_assert(ask->rules || !ask->rule_count);
    *out = (struct policy_answer){ .type_limit = ENTRY_NONE, .due_s = ENTRY_NONE };
    choose_rule(ask, zone_day(ask->now_ms), out); /* its limit is told, not judged */
    out->type_limit = ENTRY_NONE;
    judge_card(ask, zone_day(ask->now_ms), false, out);
    conclude(out);
}

bool policy_fired_has(const struct policy_answer *answer, enum policy_reason reason)
{
    bm_assert(answer && answer->fired_count <= POLICY_REASON_COUNT);
    for (size_t i = 0; i < answer->fired_count; i++)
        if (answer->fired[i].reason == reason) return true;
    return false;
}

const char *policy_over_text(const struct policy_answer *answer, char *text, size_t size_bytes)
{
    size_t used = 0;
    uint64_t told = 0;
    bm_assert(answer && text && size_bytes >= POLICY_OVER_MAX);
    text[0] = '\0';
    for (size_t i = 0; i < answer->fired_count; i++) {
        enum policy_reason reason = answer->fired[i].reason;
        enum exc_code code = policy_reason_code(reason);
        const char *name = policy_reason_exception(reason);
        size_t len = strlen(name);
        if (code == EXC_COUNT || (told >> code & 1u) || used + len + 2 > size_bytes) continue;
        told |= UINT64_C(1) << code;
        if (used) text[used++] = ' ';
        memcpy(text + used, name, len + 1);
        used += len;
    }
    return text;
}
