/* common/deskcmd.h -- the desk on a command line: the same commands on laptop and branch.
 * Floor:      common. Uses cli, desk, catalog, zone.
 * Owns:       nothing; the program opens and closes its data.
 * Invariants: C1, C2 of cli.h; names and titles go to the screen only, never to a log.
 * Threads:    one.
 *
 * A program lists deskcmd_commands among its tables and gives cli_main a struct deskcmd as
 * owner; its own commands find their state through its `owner`. */
#ifndef BM_DESKCMD_H
#define BM_DESKCMD_H

#include "common/cli.h"
#include "common/desk.h"
#include "common/seal.h"

enum {
    DESKCMD_LINE_MAX = 256,     /* bytes of a line of --stdin */
    DESKCMD_LINES_MAX = 100000, /* lines of --stdin */
    DESKCMD_FROM_MAX = 500,     /* lines of --from */
    DESKCMD_FOUND_MAX = 500,    /* patrons or holds of one answer */
    DESKCMD_FIELD_MAX = 500     /* bytes of a personal field */
};

struct deskcmd {
    /* Open what cli->data holds, zone included. The desk stays the program's.
     * ret: BM_OK | faults; nothing is left open unless BM_OK */
    enum bm_rc (*open)(void *owner, struct cli *cli, struct desk **desk);
    /* The tables to read from, as they are now (desk->view may be unset between acts). */
    enum bm_rc (*view)(void *owner, struct db **out);
    void (*close)(void *owner);
    /* Seal personal fields to the branch and set person->sealed and ->who, in the arena.
     * in: json, an object of those given: birth address phone email; name, birth NULL = not
     *     given */
    enum bm_rc (*seal_person)(void *owner, const char *json, const char *name,
                              const char *birth, struct desk_person *out, struct arena *a);
    void *owner;
};

/* For seal_person of either program: who: key of the hash of name and birth date. */
BM_MUST_CHECK enum bm_rc deskcmd_seal(const unsigned char box[SEAL_PUBLIC_BYTES], const unsigned char who_key[SEAL_KEYED_KEY_BYTES],
                                      const char *json, const char *name, const char *birth, struct desk_person *out, struct arena *a);
/* A desk that is kept open from command to command: nothing of the act before may be left. */
void deskcmd_fresh(struct desk *d);

/* Tables for cli_program, each ended by name NULL: lending, holds, looking things up, patrons; the
 * rest about copies; money; cards; what is counted and noted; what forms offer to choose from. */
extern const struct cli_command deskcmd_commands[], deskcmd_item_commands[], deskcmd_money_commands[],
    deskcmd_card_commands[], deskcmd_note_commands[], deskcmd_choice_commands[];
#define DESKCMD_TABLES                                                                         \
    deskcmd_commands, deskcmd_item_commands, deskcmd_money_commands, deskcmd_card_commands, deskcmd_note_commands, deskcmd_choice_commands
extern const struct cli_command deskcmd_explain_commands[]; /* rules explain */
/* What only the branch does: recat, merge, notice, bar. */
extern const struct cli_command deskcmd_branch_commands[];
extern const struct cli_command deskcmd_holds_commands[]; /* holds */

/* A moment's local day as people write it: "Mon 26 Oct 2026"; "" for ENTRY_NONE. ret: text */
enum { DESKCMD_DAY_SIZE = 24 };
const char *deskcmd_day(int64_t utc_s, char *text, size_t size_bytes);

#endif
