/* tests/unit/policy_desk.h -- one question to the rules and its answer.
 * Floor:   tests. Uses cmocka, common/policy. */
#ifndef BM_TEST_POLICY_DESK_H
#define BM_TEST_POLICY_DESK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/policy.h"

enum { RULES_MAX = 8 };

static inline int64_t day_of(int year, int month, int day)
{
    return civil_to_day(&(struct civil){ year, month, day });
}

static inline int64_t noon_ms(int64_t day)
{
    return zone_at_s(day, 12 * 60) * 1000;
}

/* One question and its answer; Monday 9 February 2026, noon, in London, a patron in good
 * standing, a free item. */
struct desk {
    struct policy_rule rules[RULES_MAX];
    struct policy_ask ask;
    struct policy_answer answer;
    int64_t today;
};

static inline void desk_open(struct desk *desk, const char *const *lines, size_t count)
{
    assert_int_equal(zone_open("Europe/London"), BM_OK);
    memset(desk, 0, sizeof *desk);
    assert_true(count <= RULES_MAX);
    for (size_t i = 0; i < count; i++)
        if (policy_rule_parse(lines[i], &desk->rules[i]))
            fail_msg("%s: %s", lines[i], err_text(BM_EINPUT));
    desk->today = day_of(2026, 2, 9);
    desk->ask = (struct policy_ask){
        .now_ms = noon_ms(desk->today),
        .branch = "VAN1",
        .rules = desk->rules,
        .rule_count = count,
        .patron = { .known = true,
                    .expires_s = ENTRY_NONE,
                    .category = "ADULT",
                    .born = 1980 },
        .item = { .known = true, .itype = "BOOK", .price_cents = ENTRY_NONE },
        .due_s = ENTRY_NONE,
        .out_ms = ENTRY_NONE,
    };
}

static inline void desk_open_one(struct desk *desk, const char *line)
{
    desk_open(desk, &line, 1);
}

static inline const struct policy_answer *lend(struct desk *desk)
{
    policy_checkout(&desk->ask, &desk->answer);
    return &desk->answer;
}

/* The item is the patron's; renew it. */
static inline const struct policy_answer *renew(struct desk *desk)
{
    if (desk->ask.item.loan == POLICY_NOBODYS) desk->ask.item.loan = POLICY_HIS;
    policy_renew(&desk->ask, &desk->answer);
    return &desk->answer;
}

/* All reasons, in order: "barred! expired~ no_rule" where ! blocks, ~ blocks but may be
 * overridden. */
static inline void expect_reasons(const struct policy_answer *answer, const char *reasons)
{
    char text[1024] = "";
    size_t len = 0;
    for (size_t i = 0; i < answer->fired_count; i++) {
        const struct policy_fired *fired = &answer->fired[i];
        int n = snprintf(text + len, sizeof text - len, "%s%s%s", i ? " " : "",
                         policy_reason_name(fired->reason),
                         !fired->blocks       ? ""
                         : fired->overridable ? "~"
                                              : "!");
        assert_true(n > 0);
        len += (size_t)n;
    }
    assert_string_equal(text, reasons);
    assert_int_equal(answer->verdict, strpbrk(text, "!~") ? POLICY_BLOCK : POLICY_ALLOW);
    assert_int_equal(answer->may_override, strchr(text, '~') && !strchr(text, '!'));
}

static inline void expect_due(const struct policy_answer *answer, int64_t day)
{
    assert_int_equal(answer->due_day, day);
    assert_int_equal(answer->due_s, zone_day_end_s(day));
}

#endif
