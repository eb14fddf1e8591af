/* common/unit_priv.h -- how a unit (and the patrons) find their rows: hash tables over arrays.
 * Floor:   common, private to unit.c, timeline.c and account.c. Uses mem, timeline.
 * Owns:    nothing; all memory is the caller's arena. Rows are never taken out, so tables only
 * grow. Threads: one at a time.
 *
 * A table holds for each row its hash and its place in an array, from 1 on. The row itself
 * stays in the array, and the caller compares: for (pos = hash; (at = table_next(t, hash,
 * &pos));) if (same(rows[at - 1])) ... */
#ifndef BM_UNIT_PRIV_H
#define BM_UNIT_PRIV_H

#include <string.h>

#include "common/timeline.h"

enum { TABLE_FIRST = 8, TABLE_ROWS_MAX = 1 << 30 };

struct table_slot {
    uint32_t hash, at; /* at 0 = free */
};
struct table {
    struct table_slot *slots;
    size_t cap, count; /* cap: a power of two, or 0 */
};

/* Array place, from 1 on, of the next row with this hash; 0 = no more. *pos starts as the hash.
 */
static inline size_t table_next(const struct table *t, uint32_t hash, size_t *pos)
{
    if (!t->cap) return 0;
    for (;;) {
        const struct table_slot *slot = &t->slots[*pos & (t->cap - 1)];
        ++*pos;
        if (!slot->at) return 0;
        if (slot->hash == hash) return slot->at;
    }
}

/* Note that a row with this hash is at array place `at` (from 0 on). ret: BM_OK | BM_ENOMEM,
 * nothing noted */
BM_MUST_CHECK enum bm_rc table_add(struct arena *a, struct table *t, uint32_t hash, size_t at);
void table_clear(struct table *t); /* forgets the rows, keeps the memory */

uint32_t hash_text(const char *s); /* "" for NULL */
uint32_t hash_eid(const struct eid *id);
static inline bool eid_same(const struct eid *a, const struct eid *b)
{
    return a->seq == b->seq && a->ep == b->ep && a->row == b->row &&
           strcmp(a->dev, b->dev) == 0;
}
static inline bool eid_given(const struct eid *id)
{
    return id->dev[0] != '\0';
}

/* Rows as the unit keeps them. The row comes first, so that a pointer to it is one to the box.
 */
struct exc_box {
    struct tl_exc row;
    struct exc_box *next; /* pending on the same item, or loose */
};
struct item_box {
    struct tl_item row;
    struct title_box *of;            /* its title, or NULL */
    struct item_box *before, *after; /* copies of the same title */
    struct exc_box *pending;         /* close when it is next in staff hands */
};
struct hold_box {
    struct tl_hold row;
    struct title_box *of;
    struct hold_box *before, *after; /* live holds (waiting, captured) of the same title */
};
struct title_box {
    const char *title;
    struct item_box *items;
    struct hold_box *live;
};

struct unit_index {
    struct table items, loans, holds, charges, excs, declared, wanted, titles;
    struct table effects; /* filled when first asked: only the first effects_seen are in it */
    size_t effects_seen;
    struct title_box **title;
    size_t title_count, title_cap;
    struct exc_box *loose; /* pending rows put in before their item */
    bool relink;           /* loose ones may have found their item */
};

static inline struct item_box *item_box(struct tl_item *item)
{
    return (struct item_box *)item;
}
static inline struct hold_box *hold_box(struct tl_hold *hold)
{
    return (struct hold_box *)hold;
}

/* The item, as a stub if it was not known. ret: NULL = out of memory */
struct tl_item *unit_make_item(struct unit *u, const char *id);
/* Give an item another title. ret: BM_OK | BM_ENOMEM */
BM_MUST_CHECK enum bm_rc unit_retitle(struct unit *u, struct tl_item *item, const char *title);
/* Change a hold's state; one that is over leaves the queue of its title for good. */
void unit_set_hold(struct tl_hold *hold, enum hold_state state, const char *by);
/* Open an exception (anew if it was there). pending: closes with the next scan of the item. */
BM_MUST_CHECK enum bm_rc unit_raise(struct unit *u, const struct tl_exc *exc,
                                    struct tl_item *item);
BM_MUST_CHECK enum bm_rc unit_want(struct unit *u, const struct eid *hold);
BM_MUST_CHECK enum bm_rc unit_add_effect(struct unit *u, const struct eid *entry,
                                         const char *word);
const struct tl_declared *unit_declared(const struct unit *u, const struct eid *hold);
/* Hang pending exceptions that were put in before their items on them. */
void unit_link_loose(struct unit *u);

#endif
