/* tests/unit/test_policy_laws.c -- the laws of the rule book (tests/fuzz/policy_laws.h) over random rules and questions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/fuzz/policy_laws.h"

enum { ROUNDS = 4000, TEXT_MAX = 700, BYTES_MAX = 128 };

struct rng {
    uint64_t state;
};

static unsigned below(struct rng *r, unsigned n)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(r->state >> 33) % n;
}

static const char *one_of(struct rng *r, const char *const *words, unsigned count)
{
    return words[below(r, count)];
}
#define ONE_OF(r, ...) one_of(r, (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

/* A line that mostly is a rule. */
static size_t random_rule(struct rng *r, char *text, size_t size)
{
    int n = snprintf(text, size, "%s,%s,%s,%s,%s,%s,%s,%s,10,1,500,,,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s\n",
                     ONE_OF(r, "*", "VAN1", ""), ONE_OF(r, "*", "ADULT", "CHILD"), ONE_OF(r, "*", "BOOK", "DVD"),
                     ONE_OF(r, "21d", "14d", "0d", "\"next_visit(7,28)\"", "3650d", "often"), ONE_OF(r, "", "0", "3"),
                     ONE_OF(r, "", "0d", "7d", "\"next_visit(0,9)\""), ONE_OF(r, "", "0", "5", "200"),
                     ONE_OF(r, "", "keep", "next_open", "same_weekday"), ONE_OF(r, "", "15"),
                     ONE_OF(r, "", "all", "held limit debt", "+expired +wanted late", "all +limit"),
                     ONE_OF(r, "", "<2026-06-30", ">2026-06-30", "2026-03-29", "=2026-10-25"), ONE_OF(r, "", "yes", "no"),
                     ONE_OF(r, "", "now", "due"), ONE_OF(r, "", "0", "7"), ONE_OF(r, "", "28"), ONE_OF(r, "", "1", "100"),
                     ONE_OF(r, "", "0", "1000"), ONE_OF(r, "", "500"), ONE_OF(r, "", "yes"), ONE_OF(r, "", "0", "1500"));
    return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

static void test_policy_laws_hold_for_random_rules_and_questions(void **state)
{
    static uint8_t bytes[TEXT_MAX + BYTES_MAX];
    (void)state;
    assert_int_equal(zone_open("Europe/London"), BM_OK);
    const char *given = getenv("SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : 20261005;
    print_message("seed %llu\n", (unsigned long long)seed);
    struct rng r = { seed };
    for (int round = 0; round < ROUNDS; round++) {
        size_t len = 0;
        for (unsigned rules = below(&r, 4); rules > 0; rules--)
            len += random_rule(&r, (char *)bytes + len, TEXT_MAX - len);
        if (len) len--; /* the last line's end is the text's */
        bytes[len++] = LAWS_TEXT_END;
        for (unsigned more = below(&r, BYTES_MAX); more > 0; more--) bytes[len++] = (uint8_t)below(&r, 256);
        laws_try(bytes, len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_laws_hold_for_random_rules_and_questions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
