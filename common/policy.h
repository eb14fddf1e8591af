/* common/policy.h -- may this item be lent or renewed to this patron, until when, and why not.
 * Floor:   common, pure: no database, no clock, no input or output. Uses err, zone,
 *          policy_rule (the rules), policy_reason (the answers).
 * Owns:    nothing; an answer points into the asker's rules.
 * Invariants: P1 every reason that holds is in the answer, not the first alone; P2 the same
 *             question gets the same answer, on the laptop and at the branch; P3 without rules
 *             there is still an answer; P4 nothing is ever due before the day it is asked for.
 * Threads: safe; nothing is kept.
 *
 * Of the rules that match, a rule for the branch wins over one for any branch, then category,
 * then type; of two for the same, the later in the list. The closest one decides everything,
 * but for the limit over all types: that is of the closest rule for any type.
 *
 * A due day comes about in this order: counted from the day of the act (or the old due day), or
 * the stop's visit; moved if closed; the rule's fixed date; the card's expiry; never before the
 * act; never before what was told (I9). */
#ifndef BM_POLICY_H
#define BM_POLICY_H

#include "common/policy_rule.h"
#include "common/zone.h"

enum {
    POLICY_OPEN_SEARCH_DAYS = 366, /* an open day is looked for so far ahead, then none */
    POLICY_SAME_WEEKDAY_WEEKS = 8, /* a weekday closed so many on end is always closed */
    POLICY_STEPS_MAX = 8
};

/* The patron, as the desk knows him; accounts, not cards, decide who is "the same". */
struct policy_patron {
    bool known, barred, replaced;
    int64_t expires_s;    /* some moment of the card's last local day; ENTRY_NONE = never */
    const char *category; /* NULL = not known: only rules for any category match */
    int64_t born;         /* year of birth; ENTRY_NONE = not known */
    int64_t loan_count;   /* open loans of the account */
    int64_t type_loan_count;   /* of these, of the item's type */
    int64_t overdue_count;     /* of these, overdue; asked only where the rule has overdue_max */
    int64_t debt_cents;        /* balance of the account; below 0 = credit */
    int64_t guaranteed_cents;  /* owed by those he answers for */
};

enum policy_whose { POLICY_NOBODYS, POLICY_HIS, POLICY_ANOTHERS };
struct policy_item {
    bool known;
    enum item_cond cond;
    const char *itype;       /* NULL = not known */
    int64_t price_cents;     /* its own; 0 or ENTRY_NONE = not known */
    enum policy_whose loan;  /* who has it on loan */
    enum policy_whose aside; /* for whom it is truly set aside */
    bool in_transit;         /* set aside, and not yet where it is collected */
    bool wanted; /* needed: the free copies do not suffice, or one wants this copy */
};

struct policy_ask {
    int64_t now_ms;     /* when it is done, UTC ms */
    const char *branch; /* where it is done: the branch whose rules apply; NULL = any */
    const struct policy_rule *rules;
    size_t rule_count;
    struct policy_patron patron;
    struct policy_item item;
    /* Days of visits to come at the stop where it is done; off a stop, at the patron's own
     * stop. May hold days that are closed or suspended: these are skipped. */
    struct day_list visits, suspended, closed;
    /* of the loan; policy_renew only; ENTRY_NONE = not known */
    int64_t renewals, due_s, out_ms;
};

enum policy_verdict { POLICY_ALLOW, POLICY_BLOCK };
struct policy_fired {
    enum policy_reason reason;
    bool blocks;      /* else only told */
    bool overridable; /* staff may go on, with a reason */
    const struct policy_rule *rule; /* whose word it is; never NULL */
};

/* How the due day came about: what was done, and the day it gave. */
#define POLICY_STEPS(X)                                                                        \
    X(FROM_NOW, "from_now", "counted from the day of the act")                                 \
    X(FROM_DUE, "from_due", "counted from the day it was due")                                 \
    X(DAYS, "days", "the loan's days on")                                                      \
    X(VISIT, "visit", "the stop's visit")                                                      \
    X(NO_VISIT, "no_visit", "no visit in time: the most days on")                              \
    X(NEXT_OPEN, "next_open", "closed: the next open day")                                     \
    X(SAME_WEEKDAY, "same_weekday", "closed: the next open day of that weekday")               \
    X(HARD, "hard_due", "the rule's fixed date")                                               \
    X(EXPIRY, "expiry_cap", "the card's expiry, or the last open day before")                  \
    X(NOT_PAST, "not_past", "not before the day of the act")                                   \
    X(KEPT, "kept", "it was due later already")
#define POLICY_STEP_ENUM(code, name, sentence) POLICY_STEP_##code,
enum policy_step_kind { POLICY_STEPS(POLICY_STEP_ENUM) POLICY_STEP_COUNT };
#undef POLICY_STEP_ENUM
const char *policy_step_name(enum policy_step_kind kind);
const char *policy_step_sentence(enum policy_step_kind kind);
struct policy_step {
    enum policy_step_kind kind;
    int64_t day;
};

struct policy_answer {
    enum policy_verdict verdict;
    bool may_override; /* POLICY_BLOCK, and every reason that blocks may be overridden */
    const struct policy_rule *rule; /* that decided; never NULL: the default at least */
    const struct policy_rule *limit_rule; /* that set `limit`; NULL = none */
    int64_t due_s;      /* set also when blocked: the date it would have, end of a local day */
    int64_t due_day;    /* the same as a local day */
    int64_t limit;      /* loans over all types, for the entry; ENTRY_NONE = no limit */
    int64_t type_limit; /* loans allowed of the item's type; ENTRY_NONE = no limit */
    struct terms terms; /* go into the entry */
    size_t step_count, fired_count;
    struct policy_step steps[POLICY_STEPS_MAX];
    struct policy_fired fired[POLICY_REASON_COUNT]; /* blocks first, then notes */
};

/* Total: any question has an answer. src: DESIGN 6; CASES 1-36; TIMELINE 3 */
void policy_checkout(const struct policy_ask *ask, struct policy_answer *out);
void policy_renew(const struct policy_ask *ask, struct policy_answer *out);
/* May this patron ask for a title? Only the card's standing is judged; the limit over all types is
 * told, no due date. */
void policy_hold(const struct policy_ask *ask, struct policy_answer *out);

/* The rule that will decide: what it does not look at need not be found out. Never NULL. */
const struct policy_rule *policy_deciding(const struct policy_ask *ask);
/* How closely a rule matches: 0 (for anybody and anything) to 7; -1 = not at all. */
int policy_closeness(const struct policy_ask *ask, const struct policy_rule *rule);

/* Whether the answer holds the reason. */
bool policy_fired_has(const struct policy_answer *answer, enum policy_reason reason);
/* Names of the exceptions of all reasons that fired, each once, space between: what the entry's
 * `over` says if the act is done. in: size, POLICY_OVER_MAX or more. ret: text ("" = none) */
enum { POLICY_OVER_MAX = 256 };
const char *policy_over_text(const struct policy_answer *answer, char *text, size_t size_bytes);

#endif
