/* common/account.h -- patrons (which card is whose, in what standing, at any moment) and one
 * charge's money. Floor:   common, pure: no database, no clock, no input or output. Uses err,
 * mem, entry, timeline. Owns:    nothing; all memory is the caller's arena. Invariants: I5, I7.
 * src: TIMELINE.md 5-6 and model/accounts.py (People, fold_charge), step for step. Threads: a
 * people belongs to one thread at a time.
 *
 * People are stepped like a unit: stored cards are put in, people_step goes over the readings
 * of kind OPK_PEOPLE in the order of tkey_cmp, the cards whose `dirty` is set are stored.
 * Between two steps people_standing tells how a card stands at that moment. A component of
 * cards (those named together) may be folded alone. */
#ifndef BM_ACCOUNT_H
#define BM_ACCOUNT_H

#include "common/timeline.h"

/* One card. An account is named by the first of its cards. */
struct person {
    const char *card;
    const char *account; /* never NULL; the card itself while it belongs to nobody else */
    struct eid by;       /* entry that brought the card into use, or none: unknown */
    bool dead;           /* was replaced by another card */
    bool barred;         /* the account is: the same on all of its cards */
    int64_t expires_s;   /* likewise; UTC seconds, or ENTRY_NONE */
    bool dirty;
};

struct people_exc { /* EXC_CARD_CLASH | EXC_ALREADY_MERGED; key (code, entry, other) */
    enum exc_code code;
    struct eid entry;
    const char *other; /* text of an eid; "" = none */
};

struct people_index;
struct people {
    struct arena *arena;
    struct person **cards; /* every card named so far */
    size_t card_count, card_cap;
    struct people_exc *excs; /* of the entries stepped over; all open */
    size_t exc_count, exc_cap;
    struct tl_effect *effects; /* likewise: registered updated replaced merged */
    size_t effect_count, effect_cap;
    struct people_index *index;
};

void people_init(struct people *p, struct arena *a);

/* Put a stored card in (copied; strings borrowed until the arena goes). Not dirty. At most once
 * a card, in any order, but before any step all cards of its account. ret: the row inside, or
 * NULL = out of memory */
struct person *people_put(struct people *p, const struct person *row);

/* The card's row, or NULL if nobody named it. */
const struct person *people_card(const struct people *p, const char *card);

/* How the card stands now. An unknown card stands for itself. The account's text lasts as long
 * as the arena (or as `card`, if the card is unknown). Never fails. */
struct standing people_standing(const struct people *p, const char *card);

/* Step over one reading of kind OPK_PEOPLE.
 * in:  e as meant (card settled), its strings outlive the people; key order is the caller's
 * ret: BM_OK | BM_ENOMEM; the people are then to be thrown away */
BM_MUST_CHECK enum bm_rc people_step(struct people *p, const struct entry *e);

/* --- money --- */

/* A charge's key, "dev.ep.seq/kind", into its halves.
 * out: about holds EID_TEXT_MAX bytes; *kind points into key
 * ret: false = no slash with something before it, or too long; about is then "" */
bool charge_key_split(const char *key, char *about, const char **kind);

/* A payment or waiver that names the charge. */
struct charge_move {
    struct tkey key;
    bool waive; /* else a payment; less than 0 = paid back */
    int64_t cents;
    int64_t done_cents; /* out, of a waiver: how much it forgave; 0 = nothing was left
                           (waive_nothing) */
};

/* What became of a charge, in cents. Owed = amount - waived - paid. */
struct charge_sum {
    int64_t amount, waived, paid;
    int64_t refunded; /* part of paid that was paid back, as a positive number */
};

/* One charge: its amount as the items' history has it, and what was paid and waived on it, all
 * in time order. A move dated before its charge is taken just after it. A waiver forgives a
 * debt and never makes credit; money does. in:  series and moves, each in the order of
 * tkey_cmp; only moves of the charge's own patron (others: pay_other) out: done_cents of the
 * moves; the sum */
struct charge_sum charge_fold(const struct tl_amount *series, size_t series_count,
                              struct charge_move *moves, size_t move_count);
/* Is money paid back owed again (refund_reversed)? */
bool charge_is_refund_reversed(const struct charge_sum *sum);

#endif
