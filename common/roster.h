/* common/roster.h -- finding patrons who have no card with them: by parts of their names, by stop, by group.
 * Floor:   common. Uses db, words.
 * Owns:    nothing; answers live in the caller's arena.
 * Threads: one per handle. */
#ifndef BM_ROSTER_H
#define BM_ROSTER_H

#include "common/db.h"

enum { ROSTER_TEXT_MAX = 200, ROSTER_ROWS_MAX = 500, ROSTER_GROUPS_MAX = 1000 };

/* All that is given must be so; at least one is. */
struct roster_ask {
    const char *name;  /* beginnings of words of the name, in any order: "jo sm"; or NULL */
    const char *stop;  /* its key; or NULL */
    const char *group; /* as it is called, capitals left out; or NULL */
    size_t limit;      /* 1 to ROSTER_ROWS_MAX */
};
struct roster_row {
    const char *card, *account, *name, *category, *stop, *group; /* those after account may be NULL */
    int64_t loans;     /* open, of all cards of the account */
    int64_t expires_s; /* or ENTRY_NONE */
    bool barred;
};
struct roster {
    struct roster_row *rows; /* by name; of a name that fits more than `limit`, some */
    size_t count;
    bool more;
};
/* Who fits; no replaced cards. ret: BM_OK, also if nobody does | BM_EUSAGE nothing is asked, or too long | faults */
BM_MUST_CHECK enum bm_rc roster_find(struct db *db, const struct roster_ask *ask, struct arena *a, struct roster *out);

struct roster_group {
    const char *name, *stop; /* stop: that of all of them, or NULL */
    int64_t patrons;
};
struct roster_groups {
    struct roster_group *list; /* by name, at most ROSTER_GROUPS_MAX */
    size_t count;
};
/* in: stop, only its patrons; or NULL */
BM_MUST_CHECK enum bm_rc roster_groups(struct db *db, const char *stop, struct arena *a, struct roster_groups *out);

#endif
