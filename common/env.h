/* common/env.h -- the world seam: clock, randomness and failure ticks, real or made.
 * Floor:   common. Uses err, mem, libsodium through seal only for real randomness.
 * Owns:    nothing global but the fault ticks.
 * Threads: reading a clock is safe; a made world belongs to one thread. */
#ifndef BM_ENV_H
#define BM_ENV_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

enum { ENV_BOOT_MAX = 40 };

/* Where time and chance come from. Everything outside this room asks here. */
struct env {
    int64_t (*wall_ms)(struct env *);     /* CLOCK_REALTIME, ms since 1970 UTC */
    int64_t (*boottime_ms)(struct env *); /* CLOCK_BOOTTIME, ms; goes on in suspend */
    enum bm_rc (*random)(struct env *, void *out, size_t len);
    char boot_id[ENV_BOOT_MAX]; /* changes with each boot of the machine */
    /* practice only */
    char clock_file[512]; /* file holding "WALL_MS BOOTTIME_MS\n", followed instead of the machine's clock */
    uint64_t seed;        /* state of a made world's randomness */
    int64_t made_wall_ms, made_boottime_ms;
};

/* The real world. */
void env_real(struct env *env);

/* A made world: clocks stand still until moved (made_wall_ms, made_boottime_ms); randomness follows the seed. */
void env_made(struct env *env, uint64_t seed, int64_t wall_ms, int64_t boottime_ms);

/* Practice: follow the clock in a file that a feeder keeps (whole file rewritten by rename).
 * A data directory that is not marked as practice must never get here (mobile and sync see to it).
 * ret: BM_OK | BM_EIO, BM_EINPUT if the file cannot be read as "WALL_MS BOOTTIME_MS" */
BM_MUST_CHECK enum bm_rc env_practice(struct env *env, const char *clock_file);

int64_t env_wall_ms(struct env *env);
int64_t env_boottime_ms(struct env *env);
BM_MUST_CHECK enum bm_rc env_random(struct env *env, void *out, size_t len);
BM_MUST_CHECK enum bm_rc env_random_hex(struct env *env, char *out, size_t bytes); /* out: 2 * bytes + 1 */

/* Failure ticks: places where a test can make the process die or a call fail. In release builds (NDEBUG)
 * they are nothing. BOOKMOBILE_CRASH="name:n" kills the process (SIGKILL) the n-th time it passes `name`;
 * BOOKMOBILE_FAIL="name:n" makes env_tick return BM_EIO there once. */
#ifdef NDEBUG
#define env_tick(name) BM_OK
#else
enum bm_rc env_tick(const char *name);
#endif

#endif
