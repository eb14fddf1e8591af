/* mobile/unsent.h -- what only this laptop has: entries that the branch has not answered, counted on from the last look.
 * Floor:      mobile. Uses laptop, journal.
 * Owns:       nothing; a struct unsent belongs to whoever looks.
 * Invariants: a look costs no more than what was written since the last one, but for the first after a sync or a boot.
 * Threads:    one per laptop handle. */
#ifndef BM_UNSENT_H
#define BM_UNSENT_H

#include "mobile/laptop.h"

/* Zero before the first look. */
struct unsent {
    int64_t entries;  /* without an answer */
    int64_t acts;     /* of these, what people did: not the machine's bookkeeping */
    int64_t since_ms; /* UTC of the oldest of those; ENTRY_NONE = there is none */
    /* how far was counted */
    bool counted;
    uint64_t ep, seq;
    char first_ep[20]; /* oldest entry without an answer */
    int64_t first_seq; /* 0 = none */
    int64_t sync_ms;
};
/* in: l's journal at its head (laptop_current). ret: BM_OK | faults */
BM_MUST_CHECK enum bm_rc unsent_look(struct laptop *l, struct unsent *u);

#endif
