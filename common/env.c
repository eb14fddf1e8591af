/* common/env.c -- see env.h */
#include "common/env.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "common/mem.h"

static int64_t clock_ms(clockid_t which)
{
    struct timespec ts;
    clock_gettime(which, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t real_wall(struct env *env)
{
    (void)env;
    return clock_ms(CLOCK_REALTIME);
}

static int64_t real_boottime(struct env *env)
{
    (void)env;
    return clock_ms(CLOCK_BOOTTIME);
}

static enum bm_rc real_random(struct env *env, void *out, size_t len)
{
    (void)env;
    unsigned char *p = out;
    while (len) {
        ssize_t n = getrandom(p, len < 256 ? len : 256, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return err_set(BM_EIO, "no randomness from the system: %s", strerror(errno));
        p += n;
        len -= (size_t)n;
    }
    return BM_OK;
}

void env_real(struct env *env)
{
    *env = (struct env){ .wall_ms = real_wall, .boottime_ms = real_boottime, .random = real_random };
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, env->boot_id, sizeof env->boot_id - 1);
    if (fd >= 0) close(fd);
    env->boot_id[n > 0 ? strcspn(env->boot_id, "\n") : 0] = '\0';
    if (!env->boot_id[0]) str_copy(env->boot_id, sizeof env->boot_id, "no-boot-id");
}

static int64_t made_wall(struct env *env)
{
    return env->made_wall_ms;
}

static int64_t made_boottime(struct env *env)
{
    return env->made_boottime_ms;
}

/* splitmix64 (Steele, Lea, Flood 2014): enough for tests, never for keys. */
static enum bm_rc made_random(struct env *env, void *out, size_t len)
{
    unsigned char *p = out;
    for (size_t i = 0; i < len; i++) {
        uint64_t z = env->seed += 0x9E3779B97F4A7C15u;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
        z = (z ^ z >> 27) * 0x94D049BB133111EBu;
        p[i] = (unsigned char)(z >> 56);
    }
    return BM_OK;
}

void env_made(struct env *env, uint64_t seed, int64_t wall_ms, int64_t boottime_ms)
{
    *env = (struct env){ .wall_ms = made_wall,
                         .boottime_ms = made_boottime,
                         .random = made_random,
                         .seed = seed,
                         .made_wall_ms = wall_ms,
                         .made_boottime_ms = boottime_ms };
    snprintf(env->boot_id, sizeof env->boot_id, "made-%016llx", (unsigned long long)seed);
}

/* The feeder replaces the file whole, so a reader sees the old or the new text, never half of one. */
static enum bm_rc read_practice(struct env *env)
{
    char text[64] = "";
    int fd = open(env->clock_file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(BM_EIO, "practice clock %s: %s; start the feeder that keeps it", env->clock_file, strerror(errno));
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0) return err_set(BM_EINPUT, "practice clock %s is empty", env->clock_file);
    text[n] = '\0';
    char *end;
    int64_t wall = strtoll(text, &end, 10), boot = 0;
    if (*end == ' ') boot = strtoll(end + 1, &end, 10);
    if (*end != '\n' || wall <= 0 || boot <= 0)
        return err_set(BM_EINPUT, "practice clock %s does not hold \"WALL_MS BOOTTIME_MS\"", env->clock_file);
    env->made_wall_ms = wall;
    env->made_boottime_ms = boot;
    return BM_OK;
}

static int64_t practice_wall(struct env *env)
{
    (void)!read_practice(env); /* a file that is gone leaves the time as last seen */
    return env->made_wall_ms;
}

static int64_t practice_boottime(struct env *env)
{
    (void)!read_practice(env);
    return env->made_boottime_ms;
}

enum bm_rc env_practice(struct env *env, const char *clock_file)
{
    if (!str_copy(env->clock_file, sizeof env->clock_file, clock_file))
        return err_set(BM_EUSAGE, "the practice clock's path is too long");
    enum bm_rc rc = read_practice(env);
    if (rc) return rc;
    env->wall_ms = practice_wall;
    env->boottime_ms = practice_boottime;
    return BM_OK;
}

int64_t env_wall_ms(struct env *env)
{
    return env->wall_ms(env);
}

int64_t env_boottime_ms(struct env *env)
{
    return env->boottime_ms(env);
}

enum bm_rc env_random(struct env *env, void *out, size_t len)
{
    return env->random(env, out, len);
}

enum bm_rc env_random_hex(struct env *env, char *out, size_t bytes)
{
    unsigned char raw[64];
    bm_assert(bytes <= sizeof raw);
    enum bm_rc rc = env_random(env, raw, bytes);
    if (rc) return rc;
    hex_encode(out, raw, bytes);
    return BM_OK;
}

#ifndef NDEBUG
/* "name:n" in the variable, and this is the n-th passing of `name`? */
static bool hits(const char *variable, const char *name, long *passed)
{
    const char *want = getenv(variable);
    size_t n = strlen(name);
    if (!want || strncmp(want, name, n) != 0 || want[n] != ':') return false;
    return ++*passed == strtol(want + n + 1, NULL, 10);
}

enum bm_rc env_tick(const char *name)
{
    static long crash_passed, fail_passed;
    if (hits("BOOKMOBILE_CRASH", name, &crash_passed)) kill(getpid(), SIGKILL);
    if (hits("BOOKMOBILE_FAIL", name, &fail_passed)) return err_set(BM_EIO, "made to fail at %s", name);
    return BM_OK;
}
#endif
