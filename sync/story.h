/* sync/story.h -- an exception as a story: what happened on each side, in true time, and how it stands now.
 * Floor:   sync. Uses branch (its tables), timeline (sentences), circ.
 * Owns:    nothing; everything told lives in the caller's arena.
 * Threads: one per branch handle.
 * src:     TIMELINE.md 8
 *
 * An exception's key is (code, entry, counterpart); people name it by eight hex digits of that key's hash, which stay
 * the same for as long as it is the same exception. */
#ifndef BM_STORY_H
#define BM_STORY_H

#include "sync/branch.h"

enum { STORY_ID_MAX = 9, STORY_EVENTS_MAX = 60, STORY_STEPS_MAX = 8 };

/* in: entry, other as in the table. out: id, STORY_ID_MAX bytes. ret: id */
const char *story_id(const char *code, const char *entry, const char *other, char *id);

enum story_part { STORY_BESIDE, STORY_ENTRY, STORY_COUNTERPART };
struct story_event {
    struct tkey key;      /* true time */
    int64_t received_ms;  /* when the branch had it */
    const char *id, *slip; /* slip: as on its receipt; "" = of an import */
    const char *when;     /* "Tue 6 Oct 10:02"; with the year where it is not this one */
    const char *known;    /* when the branch came to know it, if that was much later; or NULL */
    const char *where;    /* "the branch" or the device's name, and the stop it stood at */
    const char *staff;    /* who did it, or NULL */
    const char *words;    /* "lent to 2000... (Ann Invented), due Mon 5 Oct" */
    bool taken_back;
    enum story_part part;
};
struct story {
    char id[STORY_ID_MAX];
    enum exc_code code;
    const char *entry, *other, *status;
    const char *item, *title;   /* or NULL */
    const char *card, *patron;  /* or NULL; the patron's name */
    const char *other_card, *other_patron; /* of its counterpart, where that is another's; or NULL */
    const char *new_card;       /* that replaced `card`, or NULL */
    const char *hold;           /* id of the hold that it names, or NULL */
    const char *target;         /* id of the act that a void names, or NULL */
    const char *account;        /* of credit */
    int64_t cents;              /* of credit: how much; else ENTRY_NONE */
    const char *money;          /* the same in words, or NULL */
    const char *charge;         /* that a payment among the events was for, or NULL */
    struct story_event events[STORY_EVENTS_MAX];
    size_t count;
    const char *now;            /* how the item, charge or account stands */
    const char *settled_by, *settled_how, *settled_when; /* its settle entry, or NULL */
    const char *settled_staff, *settled_why;             /* who settled it, and why; or NULL */
};

/* Find an exception by (the beginning of) its id, and tell it.
 * ret: BM_OK | BM_ENOTFOUND | BM_EINPUT more than one begins so | BM_ENOMEM | faults */
BM_MUST_CHECK enum bm_rc story_tell(struct branch *b, const char *id, struct arena *a, struct story *out);

/* The beginning of a story, for a list: out's code, entry, other and item are given; what its entry did, its people and its title are added.
 * ret: BM_OK | BM_ENOMEM | faults */
BM_MUST_CHECK enum bm_rc story_head(struct branch *b, struct arena *a, struct story *out);

/* What can be done about it while it is open, likeliest first; the last is to settle it. */
struct story_step {
    const char *command; /* to be typed, what staff choose in capitals; NULL = nothing to type */
    const char *what;    /* what it is for, or what to do */
};
/* ret: how many */
size_t story_next(const struct story *s, struct arena *a, struct story_step out[STORY_STEPS_MAX]);

#endif
