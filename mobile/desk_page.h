/* mobile/desk_page.h -- `bookmobile desk`: the page at the van's desk, with gps and sync beside it.
 * Floor:      mobile. Uses web, host, helpers, road.
 * Owns:       the laptop held open, the listener, the processes beside it, while the command runs.
 * Threads:    the command's waits for the end; the page's own thread has the laptop; helpers has one. */
#ifndef BM_DESK_PAGE_H
#define BM_DESK_PAGE_H

#include "common/web.h"
#include "mobile/helpers.h"
#include "mobile/host.h"
#include "mobile/unsent.h"
#include "mobile/visit.h"

enum { DESK_PAGE_PORT = 8470, DESK_PAGE_LAN_PORT = 8472, DESK_PAGE_SYNC_MIN = 15, DESK_PAGE_VISIT_MS = 4000, DESK_PAGE_GPS_MS = 1500 };

extern const struct cli_command desk_page_commands[]; /* desk. Ended by name NULL */
extern const struct web_command desk_page_table[];    /* what the page may run */
extern const struct asset assets_mobile[];

/* What GET /api/state tells on the laptop. */
struct desk_page {
    struct host *host;
    struct helpers *helpers;  /* NULL = nothing runs beside the desk */
    struct arena visit_arena; /* of the visit told last */
    char *visit;              /* as JSON; a timetable is not read anew for every look */
    int64_t visit_ms;         /* boot time of that look */
    uint64_t visit_seq;       /* and where journal and replica stood then */
    int64_t visit_generation;
    struct unsent unsent;
    struct visit_gps_seen gps; /* as gps.db says, which is opened for a look */
    int64_t gps_ms;
    bool gps_looked, gps_known;
};
/* Members of an object begun; for web_options.state. in: ctx, a struct desk_page */
BM_MUST_CHECK enum bm_rc desk_page_state(void *ctx, struct arena *a, struct jsonw *w);
/* For web_options.sync. */
BM_MUST_CHECK enum bm_rc desk_page_sync(void *ctx);
void desk_page_facts(const struct laptop *l, struct web_facts *out);

#endif
