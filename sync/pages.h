/* sync/pages.h -- staff pages of `branch serve`: a listener of their own with the branch opened a second
 * time, so that a page at work never holds up a laptop's sync.
 * Floor:      sync. Uses web, host.
 * Owns:       its branch handle, listener and sessions, from pages_start to pages_stop.
 * Threads:    start and stop from one thread; requests come on the listener's own. */
#ifndef BM_PAGES_H
#define BM_PAGES_H

#include "common/web.h"
#include "sync/host.h"

enum { PAGES_PORT = 8471, PAGES_COUNTS_MS = 5000 };

extern const struct web_command pages_table[]; /* what the pages may run */
extern const struct asset assets_sync[];

struct pages_options {
    const struct cli_program *program;
    const char *dir;
    struct web_door door;
    unsigned idle_s; /* 0 = WEB_IDLE_S */
};

struct pages;
/* out: *port, the one listened at. ret: BM_OK | faults of branch_open, web_open and web_listen */
BM_MUST_CHECK enum bm_rc pages_start(const struct pages_options *options, struct pages **out, uint16_t *port);
void pages_stop(struct pages *p); /* NULL is fine */

#endif
