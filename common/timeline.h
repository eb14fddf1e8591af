/* common/timeline.h -- what became of the items and holds of one title group: the fold's step function.
 * Floor:   common, pure: no database, no clock, no input or output. Uses err, mem, entry.
 * Owns:    nothing; all memory is the caller's arena.
 * Invariants: I5, I6, I8, I9. src: TIMELINE.md 1-5 and model/timeline.py (Unit), step for step.
 *
 * A unit holds a group's state. Somebody loads it (rows are put in with unit_put_*), steps it over readings in
 * the order of tkey_cmp, and stores the rows whose `dirty` is set. The same code runs on laptop and branch. */
#ifndef BM_TIMELINE_H
#define BM_TIMELINE_H

#include "common/entry.h"

/* The one order of every fold: true time, device, epoch, seq, row. */
struct tkey {
    int64_t t_ms;
    struct eid id;
};
int tkey_cmp(const struct tkey *a, const struct tkey *b);

/* A patron's standing at one moment. */
struct standing {
    const char *account; /* never NULL: the card itself if nothing is known */
    bool barred, dead;   /* dead: the card was replaced */
    int64_t expires_s;   /* or ENTRY_NONE */
};

enum item_cond { COND_OK, COND_DAMAGED, COND_MEND, COND_MISSING, COND_LOST, COND_WITHDRAWN, COND_COUNT };
enum loan_how { LOAN_OPEN, LOAN_CHECKIN, LOAN_IMPLIED, LOAN_CLAIMED, LOAN_WRITTEN_OFF, LOAN_HOW_COUNT };
enum hold_state { HOLD_WAITING, HOLD_CAPTURED, HOLD_FULFILLED, HOLD_CANCELLED, HOLD_STATE_COUNT };
const char *cond_name(enum item_cond cond);
bool cond_parse(const char *name, enum item_cond *out);
const char *loan_how_name(enum loan_how how);
bool loan_how_parse(const char *name, enum loan_how *out);
const char *hold_state_name(enum hold_state state);
bool hold_state_parse(const char *name, enum hold_state *out);

struct terms { /* travel in the checkout; cents and days */
    int64_t rate_cents, grace_days, max_cents, price_cents, keep_cents;
    const char *cal; /* branch whose closed days do not count in the fine; NULL = every day counts */
};

struct tl_item {
    const char *id, *title, *place; /* title, place NULL = not known */
    enum item_cond cond;
    struct eid loan;               /* open loan or none */
    struct eid aside;              /* hold whose slip is in it, or none */
    struct eid lost_mark, lost_loan; /* the mark that charged it as lost, and its loan; or none */
    int64_t last_t_ms;             /* last event, for order_doubtful; ENTRY_NONE = none yet */
    int64_t last_unc_ms;
    struct eid last_id;
    enum op last_op;
    bool dirty;
};

struct tl_loan {
    struct eid id; /* its checkout */
    const char *item, *card;
    struct tkey key;
    int64_t out_ms, due_s;
    struct eid promise; /* entry that last told a date */
    struct terms terms;
    int64_t end_ms;     /* ENTRY_NONE while open */
    struct tkey endkey;
    enum loan_how how;
    int64_t renewals, lost_ms, claimed_ms; /* times or ENTRY_NONE */
    int64_t limit; /* loans its desk's rule allowed, for over_limit; ENTRY_NONE = none, or overridden */
    bool dirty;
};

struct tl_hold {
    struct eid id; /* its place_hold */
    const char *card, *title, *item, *pickup; /* item NULL = any copy */
    struct tkey key;
    enum hold_state state;
    const char *by; /* copy that fills it, or NULL */
    bool dirty;
};

/* One amount of a charge's series: what it is from that moment on. */
struct tl_amount {
    struct tkey key;
    int64_t cents;
};
struct tl_charge {
    struct eid about;  /* promise, mark or charge entry */
    const char *kind;  /* overdue lost damage manual */
    const char *card, *item;
    struct tl_amount *series;
    size_t count, cap;
    bool dirty;
};

/* code, task? (else a note), suppressed by an override?, closed by the next scan of the item?, sentence, ways to settle */
#define EXC_TABLE(X)                                                                           \
    X(LENT_OVER_LOAN, "lent_over_loan", 1, 1, 1,                                               \
      "Lent while it was still out to another patron; the earlier loan was ended at that moment, without fine.", "void one of the two; charge") \
    X(SEEN_ON_LOAN, "seen_on_loan", 1, 0, 1,                                                   \
      "In staff hands while on loan; the loan was ended at that moment, without fine.", "void the scan; charge") \
    X(LENT_WHILE_HELD, "lent_while_held", 1, 1, 0,                                             \
      "Lent to another patron than the one it was set aside for; that hold is back in its place in the queue.", "fill from another copy; void") \
    X(WAS_MISSING, "was_missing", 0, 0, 0, "Recorded as lost or missing, but handed over the desk; it counts as found.", "") \
    X(UNFIT_LENT, "unfit_lent", 0, 1, 0, "Lent although damaged, in mending or withdrawn.", "mark ok; void") \
    X(WITHDRAWN_SEEN, "withdrawn_seen", 1, 0, 1, "Withdrawn, but in staff hands.", "mark ok; remove it") \
    X(RENEW_NO_LOAN, "renew_no_loan", 1, 0, 0, "Renewed, but it was no longer on loan.", "lend with the date told") \
    X(RENEW_OTHER, "renew_other", 1, 0, 0, "Renewed for one patron while on loan to another.", "void; lend") \
    X(RENEW_LOST, "renew_lost", 1, 0, 0, "Renewed although marked lost; the date told stands, the charge too.", "mark ok") \
    X(RENEWED_WHILE_WANTED, "renewed_while_wanted", 0, 1, 0, "Renewed while others waited for it and no copy was free.", "") \
    X(NO_SUCH_LOAN, "no_such_loan", 0, 0, 0,                                                   \
      "Marked lost or claimed returned for a loan that was not open then; nothing was changed or charged.", "mark again without patron") \
    X(ON_LOAN, "on_loan", 1, 0, 1, "Reported gone from the shelf while it was on loan; nothing was changed.", "void") \
    X(ORDER_DOUBTFUL, "order_doubtful", 0, 0, 0,                                               \
      "Two desks touched it within the error of their clocks; the order may be the other way round.", "void one") \
    X(BARCODE_CLASH, "barcode_clash", 1, 0, 0, "The barcode is already another title; the first stands.", "recat; relabel") \
    X(NOTICE_WRONG, "notice_wrong", 1, 0, 0, "A notice was sent that the full history does not bear out.", "send a correction") \
    X(UNKNOWN_HOLD, "unknown_hold", 1, 0, 1,                                                   \
      "Names a hold that is not known for this title or copy: not arrived yet, or taken back.", "waits for the hold; capture for another") \
    X(HOLD_TAKEN, "hold_taken", 1, 0, 1, "Set aside for a hold that another copy fills already; put this one back.", "any scan of the copy") \
    X(HOLD_CLOSED, "hold_closed", 1, 0, 1, "Set aside for a hold that was over already; put it back.", "any scan of the copy") \
    X(HOLD_GONE, "hold_gone", 0, 0, 0, "Cancelled or expired, but the hold was over already.", "") \
    X(PREMISE, "premise", 0, 0, 0, "Automatic act whose reason was not true at that time; it has no effect.", "") \
    X(HOLD_OUT_OF_TURN, "hold_out_of_turn", 0, 1, 1, "Set aside for a patron behind another in the queue.", "capture for the first") \
    X(CAPTURE_MOVED, "capture_moved", 1, 0, 0,                                                 \
      "Taken off the hold shelf by a desk that did not know, or set aside for another; the earlier hold waits again.", "pull a copy; tell the patron") \
    X(HOLD_DUPLICATE, "hold_duplicate", 0, 0, 0, "The patron had a hold on this title already.", "cancel one") \
    X(BARRED, "barred", 1, 1, 0, "The patron was barred at that time.", "contact; void")       \
    X(EXPIRED, "expired", 1, 1, 0, "The card had expired at that time.", "extend")             \
    X(CARD_REPLACED, "card_replaced", 1, 1, 0, "A card was used that had been replaced by then; who used it?", "contact; void") \
    X(UNKNOWN_CARD, "unknown_card", 1, 0, 0, "No such card.", "register; void and redo")       \
    X(UNKNOWN_ITEM, "unknown_item", 1, 0, 0, "No such item.", "add_item; void and redo")       \
    X(CARD_CLASH, "card_clash", 1, 0, 0,                                                       \
      "The card number is in use already; loans follow the first holder until settled.", "other_person, with a new card; update") \
    X(ALREADY_MERGED, "already_merged", 0, 0, 0, "The two cards were one patron already.", "") \
    X(MAYBE_SAME_PERSON, "maybe_same_person", 1, 0, 0, "Same name and birth date as another patron.", "merge") \
    X(OVER_LIMIT, "over_limit", 0, 1, 0, "More loans than allowed at that moment.", "")        \
    X(CREDIT, "credit", 1, 0, 0, "The patron has paid more than is owed: it is to the patron's credit.", "refund; accept = leave as credit") \
    X(REFUND_REVERSED, "refund_reversed", 1, 0, 0, "Money was paid back for a charge that stands after all.", "waive; bill") \
    X(WAIVE_NOTHING, "waive_nothing", 1, 0, 0, "Nothing was left to waive on this charge.", "waive another charge") \
    X(PAY_OTHER, "pay_other", 0, 0, 0, "Paid on a charge that is not this patron's; counted as credit of the payer.", "") \
    X(VOID_WAITS, "void_waits", 0, 0, 0, "Takes back an act that has not arrived here yet.", "waits") \
    X(VOID_REFUSED, "void_refused", 1, 0, 0, "Takes back an act that it may not (another device's, a later one, one that takes back itself).", "void at the branch") \
    X(BEYOND_HORIZON, "beyond_horizon", 1, 0, 0, "Arrived after the books of its time were closed; not applied.", "do it now, with present time") \
    X(SETTLED_MOOT, "settled_moot", 1, 0, 0, "What staff settled is no longer so; review what was done about it.", "undo the acts")

#define EXC_ENUM(code, name, task, rule, closing, sentence, ways) EXC_##code,
enum exc_code { EXC_TABLE(EXC_ENUM) EXC_COUNT };
#undef EXC_ENUM
enum exc_status { EXC_OPEN, EXC_OVERTAKEN, EXC_SETTLED, EXC_STATUS_COUNT };

const char *exc_name(enum exc_code code);
bool exc_parse(const char *name, enum exc_code *out);
bool exc_is_task(enum exc_code code);
const char *exc_sentence(enum exc_code code);
const char *exc_ways(enum exc_code code); /* besides accept; "" = none */
const char *exc_status_name(enum exc_status status);
bool exc_status_parse(const char *name, enum exc_status *out);

/* Key: (code, entry, other). other is an eid's text or an item's barcode; "" = none. */
struct tl_exc {
    enum exc_code code;
    struct eid entry;
    const char *other;
    const char *node; /* '?' + item, or the title of a hold: the part of the group it belongs to */
    enum exc_status status;
    bool pending; /* closes by itself at the next scan of its item (node) */
    bool dirty;
};

/* What an entry did, in a word ("lent", "returned", ...); NULL = nothing. */
struct tl_effect {
    struct eid entry;
    const char *word;
};

/* A hold placed anywhere in the readings: it exists from when it is first named (TIMELINE 4.4). */
struct tl_declared {
    struct tkey key;
    const struct entry *place;
    int64_t cut_ms; /* horizon that stood when it was stored; INT64_MIN = none */
};

struct unit_index; /* hash lookups, inside */

struct unit {
    struct arena *arena;
    /* The patron's standing just before a key. Never fails: an unknown card stands for itself. */
    struct standing (*who)(void *ctx, const char *card, const struct tkey *key);
    /* The library's local day number of a moment (days are what fines count). NULL = UTC days. */
    int64_t (*day)(void *ctx, int64_t utc_ms);
    /* How many days from first_day to last_day a branch is closed, as it was declared at a moment. NULL = none. */
    int64_t (*closed)(void *ctx, const char *branch, int64_t first_day, int64_t last_day, int64_t declared_ms);
    void *ctx;
    struct tl_item **items;
    size_t item_count, item_cap;
    struct tl_loan **loans;
    size_t loan_count, loan_cap;
    struct tl_hold **holds;
    size_t hold_count, hold_cap;
    struct tl_charge **charges;
    size_t charge_count, charge_cap;
    struct tl_exc **excs;
    size_t exc_count, exc_cap;
    struct tl_effect *effects;
    size_t effect_count, effect_cap;
    struct tl_declared *declared;
    size_t declared_count, declared_cap;
    struct eid *wanted; /* holds named but unknown: their arrival refolds */
    size_t wanted_count, wanted_cap;
    struct unit_index *index;
};

void unit_init(struct unit *u, struct arena *a,
               struct standing (*who)(void *ctx, const char *card, const struct tkey *key),
               int64_t (*day)(void *ctx, int64_t utc_ms), void *ctx);

/* Put a stored row in (copied; strings borrowed until the arena goes). Not dirty. At most one per key.
 * ret: the row inside the unit, or NULL = out of memory */
struct tl_item *unit_put_item(struct unit *u, const struct tl_item *row);
struct tl_loan *unit_put_loan(struct unit *u, const struct tl_loan *row);
struct tl_hold *unit_put_hold(struct unit *u, const struct tl_hold *row);
struct tl_charge *unit_put_charge(struct unit *u, const struct tl_charge *row);
struct tl_exc *unit_put_exc(struct unit *u, const struct tl_exc *row);
/* Say that a place_hold is among the readings (before stepping over any of them). */
BM_MUST_CHECK enum bm_rc unit_declare(struct unit *u, const struct entry *place, const struct tkey *key, int64_t cut_ms);

/* Rows by key; NULL = not there. */
struct tl_item *unit_item(const struct unit *u, const char *id);
struct tl_loan *unit_loan(const struct unit *u, const struct eid *id);
struct tl_hold *unit_hold(const struct unit *u, const struct eid *id);
struct tl_charge *unit_charge(const struct unit *u, const struct eid *about, const char *kind);
struct tl_exc *unit_exc(const struct unit *u, enum exc_code code, const struct eid *entry, const char *other);
const char *unit_effect(const struct unit *u, const struct eid *entry);

/* Step over one reading of kind OPK_ITEM or OPK_HOLD.
 * in:  e as meant (card settled), its strings outlive the unit; key, later than all before; unc_ms, the doubt of key.t_ms
 * ret: BM_OK | BM_ENOMEM. Total: whatever is unknown becomes a stub (I6). */
BM_MUST_CHECK enum bm_rc timeline_step(struct unit *u, const struct entry *e, const struct tkey *key, int64_t unc_ms);

/* Overdue fine in cents for a return at back_ms of what was due at due_s; closed days as they were declared at told_ms,
 * when the return was told. src: model fine() */
int64_t timeline_fine(const struct unit *u, const struct terms *terms, int64_t due_s, int64_t back_ms, int64_t told_ms);

/* Do others than this account wait for the copy, more of them than there are other free copies? (The rule's question
 * before a renewal.) in: now, for standing */
bool unit_is_wanted(struct unit *u, const struct tl_item *item, const char *account, const struct tkey *now);

/* The hold an item is truly set aside for, or NULL. */
struct tl_hold *unit_truly_aside(const struct unit *u, const struct tl_item *item);

#endif
