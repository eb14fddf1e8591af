/* common/desk.h -- acts of circulation: ask the rules, write the entry, show its effect. The same on laptop and branch.
 * Floor:      common. Uses db, journal, policy, circ, timetable; knows no screen and no network.
 * Owns:       nothing; borrows the journal and the tables (the view) for the length of a call.
 * Invariants: I1 (the entry is fsynced before BM_OK; a request asked again gets the same answer), I2 (its effect can
 *             be replayed from it), I9 (the due date told is in the entry).
 * Threads:    one thread per desk.
 * src:        DESIGN 6, 10 (the steps of an act); CASES 1-38, 57-66 */
#ifndef BM_DESK_H
#define BM_DESK_H

#include "common/circ.h"
#include "common/journal.h"
#include "common/rulebook.h"

struct desk {
    struct journal *journal;
    struct db *view;    /* tables of circulation.sql: the replica, or branch.db (then the journal's own handle) */
    struct env *env;
    const char *place;  /* where acts happen: "van1", "branch" */
    const char *branch; /* whose rules and closed days apply; NULL = any */
    const char *home;   /* laptop: the main branch, whose closed days cancel visits; NULL at the branch: its own do */
    const char *mobile; /* laptop: the vehicle, as the timetable names it; NULL at the branch */
    const char *cards;  /* card numbers to register with, "FIRST-LAST" (cards.h); NULL = none */
    /* of the act being done; set by the caller, may all be NULL / ENTRY_NONE */
    const char *staff, *request, *source, *why; /* why: staff's reason for going on in spite of the rules */
    int64_t when_ms;
    bool override;      /* go on in spite of blocks that may be overridden */
    int64_t set_due_s;  /* checkout: staff set the date (needs override); 0 = as the rules say */
    /* The owner's part of the steps of DESIGN 10. begin: lock, right generation, healed, transactions open (sets view).
     * write: the entry just appended becomes durable and its effect visible. end: unlock; rc as for db_end. */
    enum bm_rc (*begin)(struct desk *d);
    enum bm_rc (*write)(struct desk *d, const struct entry *e, struct outcome *out);
    enum bm_rc (*end)(struct desk *d, enum bm_rc rc);
    void *owner;
    struct rulebook *book; /* the owner's; begin fits it to the edition of the view */
};

enum {
    DESK_REASONS_MAX = POLICY_REASON_COUNT + 8, /* those of the rules, and alerts */
    DESK_CODE_MAX = 9,
    DESK_PARTS_MAX = 200,        /* charges paid by one act */
    DESK_CENTS_MAX = 1000000     /* of one payment, charge or waiver: 10,000.00 */
};

/* Why not, or what else to know. */
struct desk_reason {
    const char *name, *sentence;
    int64_t cents; /* money it is about, or ENTRY_NONE */
    bool blocks, overridable;
    int64_t rule;  /* number of the rule whose word it is; 0 = none */
    bool alert;    /* to be told loud: what to do with the book in hand, money charged */
};
/* An entry of an act that wrote several. */
struct desk_part {
    const char *entry, *charge; /* id; charge paid, NULL = credit */
    int64_t cents;              /* paid, or ENTRY_NONE */
};

/* What the desk says. Strings live in the caller's arena; NULL or ENTRY_NONE = does not apply. */
struct desk_answer {
    bool done;            /* false: refused by a rule, nothing was written */
    bool again;           /* the request was done before; this is what was said then */
    bool may_override;    /* refused, but staff may go on with a reason */
    const char *op;       /* "checkout", ... */
    const char *word;     /* "lent", "renewed", "returned", "set aside", ... */
    const char *entry;    /* id */
    char slip[DESK_CODE_MAX]; /* first eight hex digits of the entry's hash */
    const char *item, *title, *author, *callno;
    const char *key;      /* of the title, where the act is about a title */
    const char *patron, *patron_name;
    int64_t due_s;
    int64_t loan_count, limit; /* of the patron after the act */
    int64_t cards_left;        /* a number of this desk's range was given: so many are free after it */
    const char *hold_for;    /* checkin, item: card of the first who waits and could have this copy */
    const char *hold_pickup; /* and where */
    const char *newer_card;  /* the card given was replaced by this one */
    const char *charge;      /* name of the charge it is about: "entry/kind" */
    int64_t amount_cents, balance_cents; /* of the act; of the account after it, below 0 = credit */
    struct desk_reason reasons[DESK_REASONS_MAX];
    size_t reason_count;
    struct desk_part *parts; /* its entries, where there can be several: pay, item add with a new title */
    size_t part_count;
    const char *asked;    /* inside of desk: what the request was, kept with the stored answer */
};
/* One JSON object, stable keys; names and titles only if `personal` (the stored answer goes without). */
BM_MUST_CHECK enum bm_rc desk_answer_json(const struct desk_answer *a, bool personal, struct buf *out);

/* All acts: barcodes and cards as scanned (they are cleaned here).
 * ret: BM_OK, done or refused (a refusal is an answer) | BM_ENOTFOUND what is named is not known here and cannot be made
 *      a stub | BM_EUSAGE | faults: nothing changed, unless BM_EIO says that the outcome is not known */
BM_MUST_CHECK enum bm_rc desk_checkout(struct desk *d, struct arena *a, const char *card, const char *item, struct desk_answer *out);
BM_MUST_CHECK enum bm_rc desk_checkin(struct desk *d, struct arena *a, const char *item, int64_t returned_ms, struct desk_answer *out);
BM_MUST_CHECK enum bm_rc desk_renew(struct desk *d, struct arena *a, const char *item, struct desk_answer *out);
/* --- copies (desk_items.c) ---
 * as: lost (of who has it on loan; of a shelf copy otherwise), claimed (brought back, says the borrower), missing, damaged,
 * mend, withdrawn, ok (found). cents: charged for loss or damage, ENTRY_NONE = for a loss the price that the loan tells, for damage
 * nothing. card: who pays for damage, "last" = who had it last; NULL where nobody does. */
BM_MUST_CHECK enum bm_rc desk_mark(struct desk *d, struct arena *a, const char *item, const char *as, int64_t cents, const char *card,
                                   struct desk_answer *out);
/* Taken to another place: load, unload, shelve. On loan: only with override; the loan then ends without a fine. */
BM_MUST_CHECK enum bm_rc desk_move(struct desk *d, struct arena *a, const char *item, const char *to, struct desk_answer *out);
/* Used in the house, not lent. On loan: as for move. */
BM_MUST_CHECK enum bm_rc desk_use(struct desk *d, struct arena *a, const char *item, struct desk_answer *out);
/* A later date for an open loan, with a reason; a date told is never taken back (I9). */
BM_MUST_CHECK enum bm_rc desk_change_due(struct desk *d, struct arena *a, const char *item, int64_t due_s, struct desk_answer *out);
/* A barcode that is not known here, made known: of the title `title` (key, or barcode of a copy), or of a new one called `name`. */
struct desk_book {
    const char *item, *title, *name, *author, *isbn, *itype, *callno; /* NULL = not said */
    int64_t price_cents; /* or ENTRY_NONE */
};
BM_MUST_CHECK enum bm_rc desk_add_item(struct desk *d, struct arena *a, const struct desk_book *b, struct desk_answer *out);
/* Branch: the copy is of another title. */
BM_MUST_CHECK enum bm_rc desk_recat(struct desk *d, struct arena *a, const char *item, const char *title, struct desk_answer *out);
/* Branch: who has it (overdue), or for whom it is set aside (ready), was told. */
BM_MUST_CHECK enum bm_rc desk_notice(struct desk *d, struct arena *a, const char *item, const char *kind, struct desk_answer *out);

/* --- holds --- */
/* title: key of a title, or a barcode of one of its copies. only_this: that very copy. pickup NULL: the patron's stop, else here */
BM_MUST_CHECK enum bm_rc desk_place_hold(struct desk *d, struct arena *a, const char *card, const char *title, bool only_this,
                                         const char *pickup, struct desk_answer *out);
BM_MUST_CHECK enum bm_rc desk_cancel_hold(struct desk *d, struct arena *a, const char *hold, struct desk_answer *out);
/* Set the copy in hand aside for the first hold that it can fill. */
BM_MUST_CHECK enum bm_rc desk_capture_hold(struct desk *d, struct arena *a, const char *item, struct desk_answer *out);

/* --- people --- */
#define DESK_NO_GROUP "none"
struct desk_person {
    const char *card; /* desk_register: NULL = the next of the desk's range */
    const char *name, *category, *branch, *stop, *guarantor; /* NULL = not said */
    const char *group;  /* a class, a deposit collection; "none" = no group any more; NULL = not said */
    const char *sealed; /* personal fields, sealed to the branch; or NULL */
    const char *who;    /* keyed hash of name and birth date; or NULL */
    int64_t expires_s, barred; /* or ENTRY_NONE */
    int64_t born;              /* year of birth; 0 or less = not said */
};
BM_MUST_CHECK enum bm_rc desk_register(struct desk *d, struct arena *a, const struct desk_person *p, struct desk_answer *out);
BM_MUST_CHECK enum bm_rc desk_update_patron(struct desk *d, struct arena *a, const struct desk_person *p, struct desk_answer *out);
/* The card `card` is lost or worn out: its patron has the card `fresh` from now on. Needs desk->why. */
BM_MUST_CHECK enum bm_rc desk_replace_card(struct desk *d, struct arena *a, const char *card, const char *fresh, struct desk_answer *out);
/* Branch: both cards are one person. */
BM_MUST_CHECK enum bm_rc desk_merge(struct desk *d, struct arena *a, const char *card, const char *into, struct desk_answer *out);

/* --- staff accounts, at the branch (desk_staff.c) --- */
struct desk_account {
    const char *id, *name, *role; /* role: as staff_role_name; NULL = as it is */
    const char *verifier;         /* of seal_phrase_hash; NULL = as it is */
    const char *why;
    bool add, gone;               /* there is none yet; there is to be none any more */
    bool override;                /* even if no admin is left: needs why */
};
/* Is it well formed? Asked before a phrase is. ret: BM_OK | BM_EUSAGE */
BM_MUST_CHECK enum bm_rc desk_account_check(const struct desk_account *c);
/* ret: BM_OK | BM_ENOTFOUND | BM_EEXISTS | BM_EREFUSED it is the last admin | BM_EUSAGE | faults */
BM_MUST_CHECK enum bm_rc desk_account(struct desk *d, struct arena *a, const struct desk_account *c, struct desk_answer *out);

/* --- money (desk_money.c): amounts above 0, DESK_CENTS_MAX at most ---
 * A charge is named "entry/kind" (overdue lost damage manual), or in short without its epoch: "van1.12/lost". */
/* charge NULL: the oldest charges that are owed, an entry for each. credit: what is more than owed stays as credit. */
BM_MUST_CHECK enum bm_rc desk_pay(struct desk *d, struct arena *a, const char *card, int64_t cents, const char *charge, bool credit,
                                  struct desk_answer *out);
/* Money back: of the account's credit, or (charge) of what was paid on it. Needs desk->why. */
BM_MUST_CHECK enum bm_rc desk_refund(struct desk *d, struct arena *a, const char *card, int64_t cents, const char *charge,
                                     struct desk_answer *out);
BM_MUST_CHECK enum bm_rc desk_waive(struct desk *d, struct arena *a, const char *charge, int64_t cents, struct desk_answer *out);
BM_MUST_CHECK enum bm_rc desk_charge(struct desk *d, struct arena *a, const char *card, int64_t cents, struct desk_answer *out);
/* What an account owes, oldest charge first. balance_cents: below 0 = credit */
struct desk_owed {
    struct desk_debt {
        const char *name, *brief, *kind, *item, *card; /* brief: the short name */
        int64_t since_ms, amount_cents, waived_cents, paid_cents, owed_cents;
    } *debts;
    size_t count;
    int64_t owed_cents; /* of the charges on which something is owed */
    int64_t balance_cents;
};
BM_MUST_CHECK enum bm_rc desk_owed(struct db *db, struct arena *a, const char *account, struct desk_owed *out);

/* --- the rest --- */
/* Take an earlier entry of this device back (the branch: any). */
BM_MUST_CHECK enum bm_rc desk_void(struct desk *d, struct arena *a, const char *entry, struct desk_answer *out);
/* kind: visitors reference programme; for the visit that is open */
BM_MUST_CHECK enum bm_rc desk_tally(struct desk *d, struct arena *a, const char *kind, int64_t count, struct desk_answer *out);
BM_MUST_CHECK enum bm_rc desk_note(struct desk *d, struct arena *a, const char *text, struct desk_answer *out);
BM_MUST_CHECK enum bm_rc desk_odometer(struct desk *d, struct arena *a, int64_t metres, struct desk_answer *out);
/* kind: fuel repair service insurance tax parking other */
BM_MUST_CHECK enum bm_rc desk_cost(struct desk *d, struct arena *a, const char *kind, int64_t cents, struct desk_answer *out);
/* Any ready-made entry (visits, notes, imports): no rules asked. */
BM_MUST_CHECK enum bm_rc desk_write(struct desk *d, struct arena *a, struct entry *e, struct desk_answer *out);

#endif
