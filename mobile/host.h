/* mobile/host.h -- the laptop that the desk's commands use: opened for each of them, or held open for
 * all by the page's server.
 * Floor:      mobile. Uses laptop, deskcmd, road.
 * Owns:       the laptop handle while a command runs, or from host_hold to host_release.
 * Threads:    one at a time. */
#ifndef BM_HOST_H
#define BM_HOST_H

#include "common/deskcmd.h"
#include "mobile/laptop.h"

struct host {
    struct laptop l;
    bool held;
};

/* in: host, zero. out: *desk, its door for cli_main */
void host_init(struct host *host, struct deskcmd *desk);
/* Open what is in dir and keep it open from one command to the next. ret: as laptop_open */
BM_MUST_CHECK enum bm_rc host_hold(struct host *host, const char *dir);
void host_release(struct host *host);

#endif
