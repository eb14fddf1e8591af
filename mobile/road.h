/* mobile/road.h -- inside of the program `bookmobile`: what its commands share, and those of
 * the road: stop, gps.
 * Floor:   mobile, only for main.c, road.c and commands_*.c.
 * Owns:    nothing.
 * Threads: one. */
#ifndef BM_ROAD_H
#define BM_ROAD_H

#include "common/cli.h"
#include "mobile/visit.h"

enum {
    ROAD_CLOCK_SIZE = 24,
    ROAD_GPS_HEARD_MS = 60000 /* a follower that was heard of so lately runs still */
};

/* stop status|next|open|close, gps. Ended by name NULL. */
extern const struct cli_command road_commands[];
extern const struct cli_command manifest_commands[]; /* manifest check|load|unload */
extern const struct cli_command trace_commands[]; /* trace */

/* Open the laptop of --data for a command, with its --staff and --request; say loudly if it is
 * a practice one. */
BM_MUST_CHECK enum bm_rc road_open(struct cli *cli, struct laptop *l);
/* Local time of day, with the date if it is not today's; "" for ENTRY_NONE. ret: text */
const char *road_clock(int64_t utc_s, int64_t now_s, char text[ROAD_CLOCK_SIZE]);
/* A visit as JSON, under a key. */
void road_visit_json(struct jsonw *w, const char *key, const struct visit_now *now);
/* In one line: "Eastmere, Green since 10:02". ret: text in the arena */
const char *road_visit_text(struct arena *a, const struct visit_now *now);

#endif
