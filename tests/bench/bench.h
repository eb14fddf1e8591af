/* tests/bench/bench.h -- figures: what is asked for, how they are timed, how they are printed.
 * Floor:      tests. Uses tests/world.h.
 * Owns:       nothing.
 * Invariants: a figure and its floor are measured in turn in the same process; both are medians of BENCH_ROUNDS.
 * Threads:    one. */
#ifndef BM_BENCH_H
#define BM_BENCH_H

#include <math.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/sample/words.h"
#include "tests/world.h"

enum { BENCH_ROUNDS = 5, BENCH_SEED = 20261005, BENCH_PATH_MAX = 128, NS_PER_S = 1000000000 };

/* What was asked for on the command line; nothing = everything. */
struct bench {
    char **names;
    int name_count;
};

enum better { LESS_IS_BETTER, MORE_IS_BETTER };
struct figure {
    const char *name, *unit;
    enum better better;
    double goal;       /* NAN = none given */
    bool goal_is_ratio; /* of ours to the floor; else of the value itself */
    double ours[BENCH_ROUNDS], floor[BENCH_ROUNDS];
};
#define FIGURE_NO_GOAL ((double)NAN)

/* --- time ----------------------------------------------------------------------------------------- */

static inline int64_t bench_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}
static inline int64_t wall_ns(void)
{
    return bench_ns(CLOCK_MONOTONIC);
}
static inline int64_t cpu_ns(void)
{
    return bench_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/* --- what is asked for ------------------------------------------------------------------------------ */

/* Is a figure asked for? Names may be given by their beginning: "act" is act_checkout, act_checkin, ... */
static inline bool bench_wants(const struct bench *b, const char *figure)
{
    for (int i = 0; i < b->name_count; i++)
        if (strncmp(figure, b->names[i], strlen(b->names[i])) == 0) return true;
    return b->name_count == 0;
}

/* --- numbers ---------------------------------------------------------------------------------------- */

static inline int double_cmp(const void *a, const void *b)
{
    double x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* The value that `part` of the sorted samples do not exceed; sorts them. */
static inline double quantile(double *samples, size_t count, double part)
{
    qsort(samples, count, sizeof *samples, double_cmp);
    size_t at = (size_t)((double)count * part);
    return samples[at < count ? at : count - 1];
}

static inline const char *number_text(double x, char out[32])
{
    int digits_after = x >= 100 ? 0 : x >= 10 ? 1 : x >= 1 ? 2 : 4;
    snprintf(out, 32, "%.*f", digits_after, x);
    return out;
}

/* One line; the ratio says how many times as dear ours is as the floor. A goal for the ratio is printed with an x. */
static inline void figure_print(const struct bench *b, struct figure *f)
{
    char ours_text[32], floor_text[32], goal_text[32];
    if (!bench_wants(b, f->name)) return;
    double ours = quantile(f->ours, BENCH_ROUNDS, 0.5), floor = quantile(f->floor, BENCH_ROUNDS, 0.5);
    double ratio = f->better == LESS_IS_BETTER ? ours / floor : floor / ours;
    bool ok = f->goal_is_ratio ? ratio <= f->goal : f->better == LESS_IS_BETTER ? ours <= f->goal : ours >= f->goal;
    bool goal = !isnan(f->goal);
    printf("bench %s %s %s floor %s ratio %.2f goal %s%s %s\n", f->name, number_text(ours, ours_text), f->unit,
           number_text(floor, floor_text), ratio, goal ? number_text(f->goal, goal_text) : "-", goal && f->goal_is_ratio ? "x" : "",
           !goal ? "-" : ok ? "ok" : "short");
    fflush(stdout);
}

/* --- folders ------------------------------------------------------------------------------------------ */

static inline void bench_folder(char out[BENCH_PATH_MAX])
{
    const char *tmp = getenv("TMPDIR");
    snprintf(out, BENCH_PATH_MAX, "%s/bm-bench-XXXXXX", tmp && strlen(tmp) < 80 ? tmp : "/tmp");
    if (!mkdtemp(out)) abort();
}

static inline char *bench_read_file(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    long size = f && fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    char *data = size >= 0 ? malloc((size_t)size + 1) : NULL;
    if (!data || fseek(f, 0, SEEK_SET) != 0 || fread(data, 1, (size_t)size, f) != (size_t)size) abort();
    fclose(f);
    *len = (size_t)size;
    return data;
}

static inline void bench_copy_file(const char *from_dir, const char *to_dir, const char *name)
{
    char from[BENCH_PATH_MAX + 32], to[BENCH_PATH_MAX + 32];
    size_t len;
    snprintf(from, sizeof from, "%s/%s", from_dir, name);
    snprintf(to, sizeof to, "%s/%s", to_dir, name);
    char *data = bench_read_file(from, &len);
    FILE *f = fopen(to, "wb");
    if (!f || fchmod(fileno(f), 0600) != 0 || fwrite(data, 1, len, f) != len || fclose(f) != 0) abort();
    free(data);
}

#endif
