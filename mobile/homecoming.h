/* mobile/homecoming.h -- enrolment and sync as the laptop does them: the agent's talk and the replica's files together.
 * Floor:      mobile. Uses laptop, agent, feed.
 * Owns:       nothing.
 * Invariants: I1, I2, I11. A sync may die anywhere; the next one goes on.
 * Threads:    one per laptop handle. */
#ifndef BM_HOMECOMING_H
#define BM_HOMECOMING_H

#include "mobile/laptop.h"
#include "sync/agent.h"

struct enrol_options {
    const char *url, *code;
    const char *ca_file; /* or NULL */
    const char *mobile;  /* the vehicle as the timetable names it; NULL = the device's name */
    const char *place;   /* the van as rules, calendar and catalogue name it; NULL = as mobile */
    void (*progress)(void *ctx, const char *label, int64_t done, int64_t total);
    void *progress_ctx;
    const struct env *env;       /* whose clock and chance; NULL = the machine's */
    const struct agent_way *way; /* NULL = over a link to `url` */
};
/* Make a new data directory: device key, journal, first snapshot. A run that was cut short after the code was used is
 * taken up again by calling it with the same directory. ret: BM_OK | BM_EEXISTS enrolled already | BM_EAUTH code | ... */
BM_MUST_CHECK enum bm_rc homecoming_enrol(const char *dir, const struct enrol_options *options, char dev[ENTRY_DEV_MAX]);

struct sync_report {
    int64_t pushed, batches, sent_bytes, received_bytes, rows;
    int64_t applied, adjusted, exceptions, quarantined;
    int64_t pending; /* own entries that the branch has not answered, after the sync */
    int64_t clock_off_ms;
    int64_t forgotten; /* own old entries that name nobody from now on (I12) */
    bool snapshot;   /* the whole copy was fetched anew */
    bool agreed;     /* base and branch agree by digest */
    char digests[1024];
};
/* One sync: hello, push, outcomes, pull, swap. ret: BM_OK | BM_ENET the branch is not there or the line was cut: what was
 * answered is kept | BM_EAUTH | BM_EFORK | faults. The report is true as far as it went. */
BM_MUST_CHECK enum bm_rc homecoming_sync(struct laptop *l, void (*progress)(void *ctx, const char *label, int64_t done, int64_t total),
                                         void *progress_ctx, struct sync_report *out);

#endif
