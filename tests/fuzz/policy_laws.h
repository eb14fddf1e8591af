/* tests/fuzz/policy_laws.h -- what holds of every rule file and every question: for the fuzzer, and for random bytes.
 * Floor:   tests. Uses common/policy. */
#ifndef BM_POLICY_LAWS_H
#define BM_POLICY_LAWS_H

#include <string.h>

#include "common/policy.h"
#include "tests/fuzz/fuzz.h"

enum { LAWS_RULES_MAX = 6, LAWS_DAYS_MAX = 40, LAWS_TEXT_END = 0xff };

struct laws {
    struct policy_rule rules[LAWS_RULES_MAX];
    struct policy_ask ask;
    int64_t closed[LAWS_DAYS_MAX], visits[LAWS_DAYS_MAX];
};

/* R1: a rule written is read back the same, and gives the same bytes again. */
static inline void law_rule(const struct policy_rule *rule)
{
    struct policy_rule again;
    struct buf first = { 0 }, second = { 0 };
    policy_rule_write(rule, &first);
    LAW(buf_rc(&first) == BM_OK && first.len < POLICY_LINE_MAX);
    LAW(policy_rule_parse(buf_str(&first), &again) == BM_OK);
    policy_rule_write(&again, &second);
    LAW(!strcmp(buf_str(&first), buf_str(&second)));
    LAW(rule->overridable == again.overridable && rule->tolerated == again.tolerated);
    LAW(rule->limit == again.limit && rule->hard == again.hard && rule->hard_day == again.hard_day);
    buf_free(&first);
    buf_free(&second);
}

/* Lines up to the byte that ends the text; those that are rules are asked. */
static inline void laws_rules(struct laws *l, struct fuzz_bytes *b)
{
    char line[512];
    size_t len = 0;
    for (;;) {
        unsigned c = fuzz_ended(b) ? LAWS_TEXT_END : fuzz_byte(b);
        if (c != '\n' && c != LAWS_TEXT_END) {
            if (len < sizeof line - 1) line[len++] = (char)c;
            continue;
        }
        line[len] = '\0';
        struct policy_rule rule;
        if (policy_rule_parse(line, &rule) == BM_OK) {
            law_rule(&rule);
            if (l->ask.rule_count < LAWS_RULES_MAX) l->rules[l->ask.rule_count++] = rule;
        } else {
            LAW(err_text(BM_EINPUT)[0]);
        }
        len = 0;
        if (c == LAWS_TEXT_END) break;
    }
    l->ask.rules = l->rules;
}

static inline int64_t laws_number(struct fuzz_bytes *b)
{
    unsigned kind = fuzz_byte(b);
    return kind < 64 ? ENTRY_NONE : kind < 224 ? (int64_t)fuzz_byte(b) : fuzz_int(b);
}

static inline struct day_list laws_days(struct fuzz_bytes *b, int64_t today, int64_t *days)
{
    size_t count = fuzz_byte(b) % (LAWS_DAYS_MAX + 1);
    for (size_t i = 0; i < count; i++) days[i] = (i ? days[i - 1] + 1 : today) + fuzz_byte(b) % 8;
    return (struct day_list){ days, count };
}

/* A moment: near the present one, or anywhere. */
static inline int64_t laws_moment_s(struct fuzz_bytes *b, int64_t now_ms)
{
    int64_t x = laws_number(b);
    return x >= 0 && x < 256 ? now_ms / 1000 + (x - 100) * 43200 : x;
}

static inline void laws_question(struct laws *l, struct fuzz_bytes *b)
{
    static const char *const branches[] = { NULL, "VAN1", "MAIN", "" };
    static const char *const categories[] = { NULL, "ADULT", "CHILD", "P2" };
    static const char *const itypes[] = { NULL, "BOOK", "DVD", "DVD15" };
    struct policy_ask *ask = &l->ask;
    unsigned bits = fuzz_byte(b), more = fuzz_byte(b), codes = fuzz_byte(b), state = fuzz_byte(b);
    /* a year around the two changes of the clocks, or any moment at all */
    ask->now_ms = bits & 128 ? fuzz_int(b) : 1767225600000 + (int64_t)((uint64_t)fuzz_int(b) % 31536000000u);
    ask->branch = branches[codes & 3];
    ask->patron = (struct policy_patron){ .known = !(bits & 1), .barred = bits & 2, .replaced = bits & 4,
                                          .category = categories[codes >> 2 & 3] };
    ask->item = (struct policy_item){ .known = !(bits & 8), .itype = itypes[codes >> 4 & 3], .in_transit = bits & 16,
                                      .wanted = bits & 32, .cond = (enum item_cond)(state % COND_COUNT),
                                      .loan = (enum policy_whose)(more % 3), .aside = (enum policy_whose)(more / 3 % 3) };
    ask->patron.expires_s = laws_moment_s(b, ask->now_ms);
    ask->patron.born = laws_number(b);
    if (ask->patron.born >= 0 && ask->patron.born < 256) ask->patron.born += 1900;
    ask->patron.loan_count = fuzz_byte(b);
    ask->patron.type_loan_count = fuzz_byte(b);
    ask->patron.overdue_count = fuzz_byte(b);
    ask->patron.debt_cents = (int64_t)fuzz_byte(b) * 16 - 100;
    ask->patron.guaranteed_cents = (int64_t)fuzz_byte(b) * 16;
    ask->item.price_cents = laws_number(b);
    ask->renewals = fuzz_byte(b);
    ask->due_s = laws_moment_s(b, ask->now_ms);
    int64_t out_s = laws_moment_s(b, ask->now_ms);
    ask->out_ms = out_s > INT64_MAX / 1000 || out_s < INT64_MIN / 1000 ? out_s : out_s * 1000;
    ask->closed = laws_days(b, zone_day(ask->now_ms), l->closed);
    ask->visits = laws_days(b, zone_day(ask->now_ms), l->visits);
}

typedef void laws_decide(const struct policy_ask *, struct policy_answer *);

static inline bool laws_own_rule(const struct policy_ask *ask, const struct policy_rule *rule)
{
    if (rule == policy_rule_default()) return true;
    for (size_t i = 0; i < ask->rule_count; i++)
        if (rule == &ask->rules[i]) return true;
    return false;
}

/* The shape of an answer, and that nothing is due in the past (P4) or earlier than told (I9). */
static inline void law_answer(const struct policy_ask *ask, const struct policy_answer *p, bool renew)
{
    int64_t today = zone_day(ask->now_ms);
    char over[POLICY_OVER_MAX];
    uint64_t seen = 0;
    bool blocks = false, all = true;
    LAW(p->rule && laws_own_rule(ask, p->rule) && p->rule == policy_deciding(ask));
    LAW(p->due_day >= today || today >= ZONE_DAY_MAX);
    LAW(!renew || ask->due_s == ENTRY_NONE || p->due_s >= ask->due_s);
    LAW(p->step_count >= 1 && p->steps[p->step_count - 1].day == p->due_day);
    for (size_t i = 0; i < p->fired_count; i++) {
        const struct policy_fired *f = &p->fired[i];
        LAW(!(seen >> f->reason & 1u));
        LAW(f->rule && laws_own_rule(ask, f->rule));
        LAW(!f->overridable || f->blocks);
        LAW(!f->blocks || policy_reason_blocks(f->reason));
        seen |= UINT64_C(1) << f->reason;
        blocks |= f->blocks;
        all &= !f->blocks || f->overridable;
    }
    LAW((p->verdict == POLICY_BLOCK) == blocks);
    LAW(p->may_override == (blocks && all));
    policy_over_text(p, over, sizeof over);
    for (char *word = over; *word; word += strcspn(word, " "), word += *word == ' ') {
        size_t len = strcspn(word, " ");
        const char *rest = word + len;
        while (*rest == ' ') {
            rest++;
            LAW(strcspn(rest, " ") != len || strncmp(rest, word, len) != 0); /* each once */
            rest += strcspn(rest, " ");
        }
    }
}

/* What makes a patron or a copy worse never lets through what was refused. */
static inline void law_monotone(const struct policy_ask *ask, laws_decide *decide)
{
    struct policy_answer before, after;
    decide(ask, &before);
    for (int i = 0; i < 10; i++) {
        struct policy_ask worse = *ask;
        switch (i) {
        case 0: worse.patron.barred = true; break;
        case 1: worse.patron.known = false; break;
        case 2: worse.patron.replaced = true; break;
        case 3: worse.patron.loan_count += 3; break;
        case 4: worse.patron.type_loan_count += 3; break;
        case 5: worse.patron.overdue_count += 3; break;
        case 6: worse.patron.debt_cents += 500; break;
        case 7: worse.patron.guaranteed_cents += 500; break;
        case 8: worse.item.wanted = true; break;
        default: worse.renewals += 3; break;
        }
        decide(&worse, &after);
        LAW(before.verdict == POLICY_ALLOW || after.verdict == POLICY_BLOCK);
        LAW(after.fired_count >= before.fired_count);
        LAW(after.due_s == before.due_s); /* none of these moves a date */
    }
}

static inline void laws_try(const uint8_t *data, size_t size)
{
    static laws_decide *const decides[] = { policy_checkout, policy_renew };
    struct fuzz_bytes b = { data, size, 0 };
    struct laws l;
    memset(&l, 0, sizeof l);
    laws_rules(&l, &b);
    laws_question(&l, &b);
    for (int renew = 0; renew < 2; renew++) {
        struct policy_answer first, second;
        decides[renew](&l.ask, &first);
        decides[renew](&l.ask, &second);
        LAW(first.due_s == second.due_s && first.verdict == second.verdict && first.fired_count == second.fired_count);
        law_answer(&l.ask, &first, renew);
        law_monotone(&l.ask, decides[renew]);
    }
}

#endif
