/* sync/story_words.h -- acts and moments in words for people: patrons by card and name, holds by patron and title,
 * devices by the name staff gave them.
 * Floor:   sync. Uses branch (its tables, read only), story.
 * Owns:    nothing; all words live in the caller's arena. Never NULL but where said: "" for lack of memory.
 * Threads: one per branch handle. */
#ifndef BM_STORY_WORDS_H
#define BM_STORY_WORDS_H

#include "sync/story.h"

struct teller {
    struct db *db; /* tables of circulation.sql; at the branch branch.sql too */
    struct journal *journal;
    struct arena *a;
    bool aboard; /* a laptop's: it knows no other devices, and of its entries not how they are read */
};
static inline struct teller teller_at(struct branch *b, struct arena *a)
{
    return (struct teller){ b->db, &b->journal, a, false };
}
/* What an entry did: "lent to 2000... (Ann Invented), due Mon 5 Oct". */
const char *tell_act(const struct teller *t, const struct entry *e);
/* Which copy, of which title: 3099... "The Tiger". */
const char *tell_item(const struct teller *t, const char *barcode);
/* Whose card: "2000... (Ann Invented)"; the card alone where nobody is known. */
const char *tell_card(const struct teller *t, const char *card);
/* The name of a card's patron. ret: NULL = nobody is known by it */
const char *tell_name(const struct teller *t, const char *card);
/* "the hold of 2000... (Ann Invented) on "The Tiger"". */
const char *tell_hold(const struct teller *t, const struct eid *hold);
/* Where a device is named: "the branch", "Van North". */
const char *tell_device(const struct teller *t, const char *dev);
/* That and the stop it stood at: "Van North at VAN1/Eastmere/Green"; "import". */
const char *tell_where(const struct teller *t, const struct entry *e);
/* What a charge is for: "for being late with 3099... "The Tiger"". in: key, entry/kind */
const char *tell_charge(const struct teller *t, const char *key);
/* "Tue 6 Oct", "Tue 6 Oct 10:02"; with the year where it is not this one. "?" = not known */
const char *tell_day(const struct teller *t, int64_t utc_s);
const char *tell_moment(const struct teller *t, int64_t ms);
/* 1234 -> "12.34" */
const char *tell_money(const struct teller *t, int64_t cents);

#endif
