/* tests/sim/main.c -- many seeded sessions of the simulator (sim.h), and what was met in them.
 * usage: sim [SESSIONS] [--verbose]; SEED=n begins there (and is one session unless told otherwise). */
#include <inttypes.h>
#include <time.h>

#include "tests/sim/sim.h"

enum { SESSIONS = 100, STEPS_MIN = 60, STEPS_MORE = 140, CAREFUL_STEPS = 30, ROUNDS_MAX = 3 };

/* Kinds that the default run must meet; one that is never met is not tested. */
static const enum exc_code wanted[] = {
    EXC_LENT_OVER_LOAN, EXC_SEEN_ON_LOAN, EXC_LENT_WHILE_HELD, EXC_WAS_MISSING, EXC_UNFIT_LENT, EXC_WITHDRAWN_SEEN,
    EXC_RENEW_NO_LOAN, EXC_RENEW_OTHER, EXC_RENEW_LOST, EXC_RENEWED_WHILE_WANTED, EXC_NO_SUCH_LOAN, EXC_ON_LOAN,
    EXC_ORDER_DOUBTFUL, EXC_BARCODE_CLASH, EXC_HOLD_TAKEN, EXC_HOLD_CLOSED, EXC_HOLD_GONE, EXC_HOLD_OUT_OF_TURN,
    EXC_CAPTURE_MOVED, EXC_HOLD_DUPLICATE, EXC_BARRED, EXC_EXPIRED, EXC_UNKNOWN_CARD, EXC_UNKNOWN_ITEM, EXC_CARD_CLASH,
    EXC_MAYBE_SAME_PERSON, EXC_UNKNOWN_HOLD, EXC_OVER_LIMIT, EXC_CREDIT, EXC_WAIVE_NOTHING, EXC_PAY_OTHER,
};

static void session(struct sim *w, uint64_t seed, bool verbose, struct sim_counts *counts, struct seal_hasher *all)
{
    char hash[2 * SEAL_HASH_BYTES + 1];
    sim_begin(w, seed, verbose, counts);
    int steps = w->careful ? CAREFUL_STEPS : STEPS_MIN + sim_pick(w, STEPS_MORE);
    for (int i = 0; i < steps; i++) sim_do(w);
    sim_rest(w);
    bool news = true;
    for (int round = 0; news && round < ROUNDS_MAX; round++) {
        news = false;
        for (int d = 1; d <= w->laptops; d++) {
            sim_pass(w, 5000);
            news |= sim_sync(w, d);
        }
    }
    if (news) sim_fail(w, "not quiet after %d rounds", ROUNDS_MAX);
    sim_check_quiet(w);
    sim_check_truth(w);
    sim_end(w, hash);
    seal_hasher_add(all, hash, sizeof hash);
    if (verbose) printf("seed %" PRIu64 " trace %.16s\n", seed, hash);
}

static void tell_counts(const struct sim_counts *c)
{
    static const char *const names[] = {
#define SIM_STEP_NAME(code, name, weight, careless) name,
        SIM_STEPS(SIM_STEP_NAME)
#undef SIM_STEP_NAME
    };
    printf("steps, and what came of them:");
    for (int i = 0; i < STEP_COUNT; i++) printf(" %s %" PRId64 "/%" PRId64, names[i], c->done[i], c->steps[i]);
    printf("\nrefused %" PRId64 ", overridden %" PRId64 ", asked again %" PRId64 ", late on the screen %" PRId64 "\n", c->refused,
           c->overridden, c->asked_again, c->late);
    printf("syncs %" PRId64 ", feeds %" PRId64 ", whole copies %" PRId64 ", rebuilt and compared %" PRId64 ", boots %" PRId64 ", old replicas %" PRId64 "\n", c->syncs,
           c->feeds, c->snapshots, c->rebuilds, c->boots, c->old_replicas);
    printf("entries %" PRId64 "; first outcomes: applied %" PRId64 ", adjusted %" PRId64 ", exception %" PRId64 "; folds stepped %" PRId64
           ", made anew %" PRId64 "\n", c->entries, c->applied, c->adjusted, c->exceptional, c->folds_stepped, c->refolds);
    printf("exceptions, of these open and settled at the end:");
    for (int i = 0; i < EXC_COUNT; i++)
        if (c->exceptions[i]) printf(" %s %" PRId64 "/%" PRId64 "/%" PRId64, exc_name((enum exc_code)i), c->exceptions[i], c->open[i], c->settled[i]);
    printf("\n");
}

static int count_missing(const struct sim_counts *c)
{
    int missing = 0;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!c->exceptions[wanted[i]]) {
            printf("never met: %s\n", exc_name(wanted[i]));
            missing++;
        }
    if (!c->old_replicas || !c->snapshots || !c->late || !c->asked_again) {
        printf("never met: old replica, whole copy, late act or repeated request\n");
        missing++;
    }
    for (int i = 0; i < STEP_COUNT; i++)
        if (!c->done[i]) {
            printf("never done: step %d\n", i);
            missing++;
        }
    return missing;
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    const char *from = getenv("SEED");
    int64_t seed = 1, count = from ? 1 : SESSIONS;
    bool verbose = false;
    struct sim_counts counts = { 0 };
    struct seal_hasher all;
    unsigned char sum[SEAL_HASH_BYTES];
    char hex[2 * SEAL_HASH_BYTES + 1];
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--verbose") == 0) verbose = true;
        else if (!str_to_i64(argv[i], 1, 1000000000, &count)) return 2;
    }
    struct sim *w = malloc(sizeof *w);
    if (!w || (from && !str_to_i64(from, 0, INT64_MAX - count, &seed)) || seal_init()) return 2;
    seal_hasher_start(&all);
    double began_s = now_s();
    for (int64_t i = 0; i < count; i++) session(w, (uint64_t)(seed + i), verbose, &counts, &all);
    double took_s = now_s() - began_s;
    free(w);
    seal_hasher_end(&all, sum);
    hex_encode(hex, sum, sizeof sum);
    tell_counts(&counts);
    printf("seeds %" PRId64 " to %" PRId64 ", trace %.16s, %.1f sessions a second\n", seed, seed + count - 1, hex, (double)count / took_s);
    int missing = from ? 0 : count_missing(&counts);
    printf("%" PRId64 " passed, %d failed\n", count, missing);
    return missing ? 1 : 0;
}
