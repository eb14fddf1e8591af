/* sync/commands.h -- inside of the program `branch`: what its commands share, and their tables.
 * Floor:   sync, only for main.c and commands_*.c.
 * Owns:    nothing.
 * Threads: one. */
#ifndef BM_COMMANDS_H
#define BM_COMMANDS_H

#include "common/cli.h"
#include "sync/branch.h"

enum { COMMANDS_KEY_MAX = 64 };

/* Each ended by a name NULL. */
extern const struct cli_command commands_import[]; /* import ..., rules ... */
extern const struct cli_command commands_routes[]; /* route ... */
extern const struct cli_command commands_report[]; /* report ..., entries, verify, digest */
extern const struct cli_command commands_day[]; /* report day */
extern const struct cli_command commands_exceptions[]; /* exceptions ... */
extern const struct cli_command commands_books[]; /* horizon, redact */
extern const struct cli_command commands_tasks[]; /* tasks */
extern const struct cli_command commands_staff[]; /* staff ... */
extern const struct cli_command commands_trace[]; /* trace */

/* Open the branch of --data for a command, with its --staff and --request. */
BM_MUST_CHECK enum bm_rc commands_open(struct cli *cli, struct branch *b);
/* How many things `tasks` would list. */
BM_MUST_CHECK enum bm_rc commands_tasks_count(struct branch *b, struct arena *a, int64_t *out);
/* Local date and time; "" if there is none. ret: text */
const char *commands_time(int64_t ms, char text[ZONE_TEXT_MAX]);
/* Lower-case words with _ between: a count's name as a JSON key. ret: out */
const char *commands_key(const char *name, char out[COMMANDS_KEY_MAX]);
/* A number as a table's cell; absent = empty. */
const char *commands_cell(struct arena *a, int64_t x);

#endif
