/* sync/route.h -- visits that do not take place: suspending a route or a stop, and the due dates that fell on its visits.
 * Floor:      sync. Uses branch, calendar.
 * Owns:       nothing; results live in the caller's arena.
 * Invariants: I9 (a due date moves to a later visit, never to an earlier day), I13 (each date moved is an entry of its own
 *             that names its reason). Done again it moves nothing twice: a date that was moved lies on no suspended visit.
 * Threads:    as the branch handle. */
#ifndef BM_ROUTE_H
#define BM_ROUTE_H

#include "common/calendar.h"
#include "sync/branch.h"

enum {
    ROUTE_DAYS_MAX = 1100,  /* of one suspension */
    ROUTE_AHEAD_DAYS = 400, /* so far ahead the visit is looked for that a due date moves to */
    ROUTE_LOANS_MAX = 100000
};

/* A route as a person names it, as suspensions keep it: "VAN1/Monday A"; "VAN1" is all of a vehicle's.
 * ret: BM_OK | BM_ENOTFOUND | BM_EUSAGE several vehicles have a route of this name | BM_ELIMIT */
BM_MUST_CHECK enum bm_rc route_named(struct branch *b, const char *named, struct arena *a, const char **out);

/* An open loan whose due date lies on a suspended visit. */
struct due_move {
    const char *item, *card, *stop;
    int64_t old_s, new_s; /* UTC seconds; new_s ENTRY_NONE: no visit to move to within ROUTE_AHEAD_DAYS, nothing was moved */
};
struct due_moves {
    struct due_move *list;
    size_t count, cap;
};
/* Move the due dates of open loans that lie within a suspension, after a suspended visit and before the next that takes
 * place: to that next one. A loan's stop is the one where its date was promised; off a stop, the patron's.
 * All in one transaction, or inside the caller's. */
BM_MUST_CHECK enum bm_rc route_move_due(struct branch *b, struct arena *a, const struct calendar_suspension *s,
                                        struct due_moves *out);

struct route_ask {
    const char *stop, *route; /* one or both */
    int64_t first_day, last_day;
    const char *why;
    bool move_due;
};
struct route_done {
    const char *id;      /* of the suspend entry */
    bool again;          /* there was the very same suspension already; nothing new was written for it */
    int64_t visit_count; /* visits that do not take place through it (and did before it) */
    struct due_moves moves;
};
/* Suspend, and move due dates, in one transaction.
 * ret: BM_OK | BM_EUSAGE neither stop nor route, or the days are not in order or too many | faults */
BM_MUST_CHECK enum bm_rc route_suspend(struct branch *b, struct arena *a, const struct route_ask *ask, struct route_done *out);
/* One suspension by its id. ret: BM_OK | BM_ENOTFOUND */
BM_MUST_CHECK enum bm_rc route_suspension(struct branch *b, const char *id, struct arena *a, struct calendar_suspension *out);

#endif
