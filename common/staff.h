/* common/staff.h -- who works here: accounts, their roles, and whether a phrase is theirs. The same on laptop and branch.
 * Floor:      common. Uses db, seal.
 * Owns:       nothing; reads table staff, which staff entries of the branch lead to (I13) and the feed brings down.
 * Invariants: what a phrase is checked against leaves neither this room nor the feed: no screen, no JSON, no log.
 * Threads:    one per handle. */
#ifndef BM_STAFF_H
#define BM_STAFF_H

#include "common/db.h"

enum { STAFF_ID_MIN = 2, STAFF_ID_MAX = 32, STAFF_NAME_MAX = 100, STAFF_MARK_BYTES = 16 };

/* Each may what the one before may: look; act at the desk; accounts, devices and rules. */
enum staff_role { STAFF_VIEWER, STAFF_STAFF, STAFF_ADMIN, STAFF_ROLE_COUNT };
struct staff {
    const char *id, *name; /* in the caller's arena */
    enum staff_role role;
    unsigned char mark[STAFF_MARK_BYTES]; /* another after another phrase; no phrase can be tried on it */
};

const char *staff_role_name(enum staff_role role); /* "viewer" "staff" "admin" */
BM_MUST_CHECK bool staff_role_parse(const char *name, enum staff_role *out);
/* [a-z0-9.-], STAFF_ID_MIN to STAFF_ID_MAX of them. */
bool staff_id_ok(const char *id);

/* Who logs in. Takes as long whether there is such an account or not.
 * ret: BM_OK | BM_EAUTH no such account, or another phrase: one answer | faults */
BM_MUST_CHECK enum bm_rc staff_check(struct db *view, struct arena *a, const char *id, const char *phrase, struct staff *out);
/* ret: BM_OK | BM_ENOTFOUND never was, or was removed */
BM_MUST_CHECK enum bm_rc staff_get(struct db *view, struct arena *a, const char *id, struct staff *out);
BM_MUST_CHECK enum bm_rc staff_count(struct db *view, int64_t *out);

#endif
