/* mobile/helpers.h -- what runs beside the desk: `bookmobile gps` and `bookmobile sync`, processes of
 * their own, so that neither can stall the desk or take it down.
 * Floor:      mobile. Uses env, mem; knows no laptop.
 * Owns:       the processes, their pipes, and one thread that waits for them, from helpers_start to
 *             helpers_stop. They end with this process, however it ends.
 * Invariants: H1 at most one of each runs; H2 what they print is read as it comes and never waited for
 *             by anybody else; H3 a follower that ends is started again, after 1 s, 2 s, 4 s ... 60 s.
 * Threads:    any may ask; the helpers' own thread does the rest. */
#ifndef BM_HELPERS_H
#define BM_HELPERS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/mem.h"

enum {
    HELPERS_LINE_MAX = 400,        /* bytes kept of a line that one prints beside its answer */
    HELPERS_ANSWER_MAX = 1 << 20,  /* bytes kept of sync's answer */
    HELPERS_AGAIN_S_MAX = 60,      /* between two starts of the follower */
    HELPERS_STEADY_S = 60,         /* one that ran so long is started again at once */
    HELPERS_SYNC_S_MAX = 4 * 3600, /* a sync that runs longer is ended */
    HELPERS_END_MS = 3000          /* from SIGTERM to SIGKILL */
};

struct helpers_options {
    const char *program; /* file to run; NULL = this program itself */
    const char *dir;     /* the data directory */
    bool gps;
    const char *gps_host, *gps_port; /* NULL = as `gps` has it */
    int64_t sync_every_s;            /* 0 = only when asked */
};

struct helpers;
BM_MUST_CHECK enum bm_rc helpers_start(const struct helpers_options *options, struct helpers **out);
/* Ends both, waits for them. NULL is fine. */
void helpers_stop(struct helpers *h);
/* Begin a sync now. ret: BM_OK | BM_EBUSY one runs already */
BM_MUST_CHECK enum bm_rc helpers_sync(struct helpers *h);

struct helpers_state {
    struct {
        bool wanted, running;
        int64_t pid, starts;
        char note[HELPERS_LINE_MAX]; /* what it said last beside its answer */
    } gps;
    struct {
        bool running;
        int64_t pid, done, total;
        char phase[32];
        int64_t runs, last_exit; /* -1 = killed */
        int64_t last_ms;         /* boot time of the last one's end; 0 = none yet */
        const char *last;        /* its answer, JSON in the arena; NULL = none */
        char note[HELPERS_LINE_MAX];
    } sync;
};
BM_MUST_CHECK enum bm_rc helpers_look(struct helpers *h, struct arena *a, struct helpers_state *out);

#endif
