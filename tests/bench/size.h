/* tests/bench/size.h -- the same figures at a million titles: acts, decision, memory of a command; folds at the branch.
 * Floor:      tests. Uses acts.h, big.h.
 * Owns:       nothing.
 * Invariants: the big library is made once a run.
 * Threads:    one. */
#ifndef BM_BENCH_SIZE_H
#define BM_BENCH_SIZE_H

#include "tests/bench/acts.h"

static inline void bench_size(const struct bench *b)
{
    struct act_figures f[] = { ACT_FIGURES("big_checkout"), ACT_FIGURES("big_checkin") };
    struct act_world *w = calloc(1, sizeof *w);
    if (!w) abort();
    int64_t from = wall_ns();
    act_world_open(w, true);
    fprintf(stderr, "bench: the big library took %.0f s\n", (double)(wall_ns() - from) / NS_PER_S);
    decision_measure(b, w, "big_decision");
    acts_measure(b, w, f);
    act_world_close(w);
    free(w);
}

#endif
