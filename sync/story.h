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

enum { STORY_ID_MAX = 9, STORY_EVENTS_MAX = 60 };

/* in: entry, other as in the table. out: id, STORY_ID_MAX bytes. ret: id */
const char *story_id(const char *code, const char *entry, const char *other, char *id);

enum story_part { STORY_BESIDE, STORY_ENTRY, STORY_COUNTERPART };
struct story_event {
    struct tkey key;      /* true time */
    int64_t received_ms;  /* when the branch had it */
    const char *id, *slip; /* slip: as on its receipt; "" = of an import */
    const char *where;    /* device, and the stop it stood at */
    const char *words;    /* "lent 3099... to card 2000..., due Mon 5 Oct 2026" */
    bool taken_back;
    enum story_part part;
};
struct story {
    char id[STORY_ID_MAX];
    enum exc_code code;
    const char *entry, *other, *status;
    const char *item, *title;   /* or NULL */
    const char *card, *patron;  /* or NULL; the patron's name */
    const char *account;        /* of credit */
    int64_t cents;              /* of credit: how much; else ENTRY_NONE */
    const char *charge;         /* that a payment among the events was for, or NULL */
    struct story_event events[STORY_EVENTS_MAX];
    size_t count;
    const char *now;            /* how the item, charge or account stands */
    const char *settled_by, *settled_how; /* its settle entry, or NULL */
    int64_t settled_ms;
};

/* Find an exception by (the beginning of) its id, and tell it.
 * ret: BM_OK | BM_ENOTFOUND | BM_EINPUT more than one begins so | BM_ENOMEM | faults */
BM_MUST_CHECK enum bm_rc story_tell(struct branch *b, const char *id, struct arena *a, struct story *out);

/* What an entry did, in words without names or titles. */
const char *story_words(const struct entry *e, struct arena *a);
/* 1234 -> "12.34" */
const char *story_money(int64_t cents, struct arena *a);

#endif
