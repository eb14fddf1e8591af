/* tests/shares.h -- a long test shared out over the processors: a process each, what they find out in memory that all see.
 * Floor:   tests.
 * Owns:    the shared memory until the program ends; the processes until shares_run returns. */
#ifndef BM_TESTS_SHARES_H
#define BM_TESTS_SHARES_H

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SHARES_MAX = 8 };

/* One for each processor, but not more than SHARES_MAX. */
static inline long shares_count(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > SHARES_MAX ? SHARES_MAX : cores;
}

/* Memory, all zero, that the processes forked from now on have in common. */
static inline void *shares_memory(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) abort();
    return p;
}

/* Do each share in a process of its own, with ctx as it stands now. ret: how many did not end well */
static inline long shares_run(void (*work)(void *ctx, long share), void *ctx, long count)
{
    pid_t pids[SHARES_MAX];
    long failed = 0;
    for (long i = 0; i < count; i++) {
        if ((pids[i] = fork()) < 0) abort();
        if (pids[i] > 0) continue;
        work(ctx, i);
        _exit(0);
    }
    for (long i = 0; i < count; i++) {
        int status;
        failed += waitpid(pids[i], &status, 0) < 0 || status != 0;
    }
    return failed;
}

#endif
