/* common/clock.c -- see clock.h */
#include "common/clock.h"

#include <string.h>

static const char *const names[CLOCK_SRC_COUNT] = { "gps", "sync", "wall" };

const char *clock_src_name(enum clock_src src)
{
    return names[src];
}

bool clock_src_parse(const char *name, enum clock_src *out)
{
    for (int i = 0; name && i < CLOCK_SRC_COUNT; i++)
        if (strcmp(name, names[i]) == 0) return *out = (enum clock_src)i, true;
    return false;
}

static int64_t apart(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

const struct clock_sample *clock_best(const struct clock_sample *samples, size_t count, int64_t t_ms)
{
    const struct clock_sample *best = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct clock_sample *s = &samples[i];
        if (!best || s->src < best->src || (s->src == best->src && apart(s->t_ms, t_ms) < apart(best->t_ms, t_ms))) best = s;
    }
    return best;
}
