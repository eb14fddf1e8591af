/* sync/host.h -- the branch that the desk's commands use: opened for each of them, or held open for all by
 * the pages' server.
 * Floor:      sync. Uses branch, deskcmd.
 * Owns:       the branch handle while a command runs, or from host_hold to host_release.
 * Threads:    one at a time. */
#ifndef BM_SYNC_HOST_H
#define BM_SYNC_HOST_H

#include "common/deskcmd.h"
#include "sync/branch.h"

struct branch_host {
    struct branch b;
    bool held;
};

/* out: *host zero, *desk its door for cli_main */
void branch_host_init(struct branch_host *host, struct deskcmd *desk);
/* Open what is in dir and keep it open from one command to the next. ret: as branch_open */
BM_MUST_CHECK enum bm_rc branch_host_hold(struct branch_host *host, const char *dir);
void branch_host_release(struct branch_host *host);

#endif
