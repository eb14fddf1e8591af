/* common/worklist.h -- what hands have to do about holds, read off the state: what is set aside for which visit, what could
 * be set aside, what no longer has to be.
 * Floor:      common. Uses db, calendar, timeline (keys).
 * Owns:       nothing; lines live in the caller's arena.
 * Invariants: I13 (a list moves no book; the act of a hand on it is an entry), W1 nothing depends on these lists, W2 the
 *             pull list gives a copy to one hold at most, in the order of asking.
 * Threads:    one per handle. Reads only; a caller that wants one view of several calls begins a read transaction.
 * src:        TIMELINE 4; to_pull, to_clear of its model */
#ifndef BM_WORKLIST_H
#define BM_WORKLIST_H

#include "common/db.h"
#include "common/entry.h"

enum { WORKLIST_MAX = 100000, WORKLIST_AHEAD_DAYS = 400 /* so far ahead the next visit is looked for */ };

struct worklist_ask {
    const char *own_place, *mobile; /* a van's desk: its place and its vehicle's name in the timetable; or both NULL */
    const char *place;  /* only copies there; NULL = anywhere */
    const char *stop;   /* only to be collected there; NULL = anywhere */
    const char *branch; /* whose closed days have no visits; NULL = those of every branch */
    int64_t now_s;
};

enum work_why { WORK_ASKED, WORK_OVER, WORK_OTHER_COPY, WORK_WAITS, WORK_WHY_COUNT };
/* For staff: why a slip is for nobody any more. */
const char *work_why_sentence(enum work_why why);

struct work_line {
    const char *hold, *card;  /* of the clear list: hold alone */
    const char *pickup;       /* NULL = not said */
    const char *item, *place, *callno, *title, *name, *author; /* place, callno, name, author may be NULL */
    bool at_pickup;              /* the copy is where its pickup is: there, or in the vehicle that calls there */
    int64_t arr_s, dep_s;     /* next visit of the pickup, UTC seconds; ENTRY_NONE = no stop, or none to come */
    enum work_why why;        /* clear list */
};
struct worklist {
    struct work_line *lines;
    size_t count, cap;
};

/* Copies set aside that are for somebody, by next visit, then pickup, then shelf. A van's desk: only for its own stops. */
BM_MUST_CHECK enum bm_rc worklist_ready(struct db *db, const struct worklist_ask *ask, struct arena *a, struct worklist *out);
/* Waiting holds in the order of asking, each with a free copy, one at its pickup before others; those without are left out. */
BM_MUST_CHECK enum bm_rc worklist_pull(struct db *db, const struct worklist_ask *ask, struct arena *a, struct worklist *out);
/* Copies whose slip is for nobody any more, by place and shelf. */
BM_MUST_CHECK enum bm_rc worklist_clear(struct db *db, const struct worklist_ask *ask, struct arena *a, struct worklist *out);

#endif
