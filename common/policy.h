/* common/policy.h -- may this item be lent or renewed to this patron, until when, and why not.
 * Floor:   common, pure: no database, no clock, no input or output. Uses err, mem, zone,
 *          timeline (types), timetable (to split a CSV line).
 * Owns:    nothing; an answer points into the asker's rules.
 * Invariants: P1 every reason that holds is in the answer, not the first alone; P2 the same
 *             question gets the same answer, on the laptop and at the branch; P3 without rules
 *             there is still an answer.
 * Threads: safe; nothing is kept.
 *
 * A rule's line has these columns (empty, `*` or nothing after the last comma = as said):
 *   branch       where it is done; empty or * = any
 *   category     patron's category; empty or * = any
 *   itype        item's type; empty or * = any
 *   loan         `21d` = days, 0d to 3650d; `next_visit(14,35)` = the first visit of the stop
 *                from 14 to 35 days ahead, else 35 days; has a comma, so a CSV file has it in
 *                quotes (read without too)
 *   renew_max    renewals of a loan; empty = no limit
 *   renew_loan   as loan, counted from the day of renewal; empty = as loan
 *   limit        loans at a time; empty = no limit, 0 = none. In a rule for any type it counts
 *                all of the patron's loans; in a rule for one type those of that type, beside
 *                the limit for any type
 *   closed       `keep` a due day on which the library is closed, or `next_open`; days loans
 *                only; empty = keep
 *   rate         fine, cents a day late; empty = 0
 *   grace        days late without fine; empty = 0
 *   max          most that a fine can be, cents; empty = no most
 *   price        cents charged when lost, where the item has no price of its own; empty = 0
 *   keep         cents of it kept when the item is found; empty = 0
 *   age_min      years a patron must have; empty = 0
 *   overridable  words of the reasons (table below) that staff may override, space between, or
 *                `all`; `+word` = does not block at all under this rule, it is only told; empty
 *                = none
 * Of the rules that match, a rule for the branch wins over one for any branch, then category,
 * then type; of two for the same, the later in the list. */
#ifndef BM_POLICY_H
#define BM_POLICY_H

#include "common/mem.h"
#include "common/timeline.h"
#include "common/zone.h"

#define POLICY_RULE_HEADER                                                                     \
    "branch,category,itype,loan,renew_max,renew_loan,limit,closed,rate,grace,max,price,keep,age_min,overridable"
enum {
    POLICY_COLUMN_COUNT = 15,
    POLICY_LINE_MAX = 2048,         /* bytes of a rule's line, with its NUL */
    POLICY_LOAN_DAYS_MAX = 3650,    /* of days, and of a visit's bounds */
    POLICY_NUMBER_MAX = 100000,     /* of renewals and loans at a time */
    POLICY_CENTS_MAX = 1000000000,  /* of any amount; a fine's most, if none is given */
    POLICY_OPEN_SEARCH_DAYS = 366,  /* an open day is looked for so far ahead, then none */
    POLICY_DEFAULT_LOAN_DAYS = 21   /* where no rule matches */
};

/* code, name, word in `overridable`, what it does (BLOCK, or NOTE = only told), the exception
 * the branch raises if the act is done all the same (COUNT = none), sentence for staff. */
#define POLICY_REASONS(X)                                                                      \
    X(UNKNOWN_CARD, "unknown_card", "card", BLOCK, UNKNOWN_CARD,                               \
      "No such card here. Look the patron up by name, or register.")                           \
    X(UNKNOWN_ITEM, "unknown_item", "item", BLOCK, UNKNOWN_ITEM,                               \
      "No such item here. Scan again, or add it.")                                             \
    X(BARRED, "barred", "barred", BLOCK, BARRED, "The patron is barred.")                      \
    X(EXPIRED, "expired", "expired", BLOCK, EXPIRED, "The card has expired.")                  \
    X(CARD_REPLACED, "card_replaced", "replaced", BLOCK, CARD_REPLACED,                        \
      "This card has been replaced: ask for the new one.")                                     \
    X(ALREADY_HIS, "already_his", "", BLOCK, COUNT, "This patron has it already: renew it.")   \
    X(LENT_OVER_LOAN, "lent_over_loan", "loaned", BLOCK, LENT_OVER_LOAN,                       \
      "It is on loan to another patron: check it in first.")                                   \
    X(LENT_WHILE_HELD, "lent_while_held", "held", BLOCK, LENT_WHILE_HELD,                      \
      "It is set aside for another patron.")                                                   \
    X(UNFIT_LENT, "unfit_lent", "unfit", BLOCK, UNFIT_LENT,                                    \
      "It is damaged, in mending or withdrawn.")                                               \
    X(WAS_MISSING, "was_missing", "missing", BLOCK, WAS_MISSING,                               \
      "It is recorded as lost or missing: check it in first, then it counts as found.")        \
    X(OVER_LIMIT, "over_limit", "limit", BLOCK, OVER_LIMIT, "The patron has as many loans as allowed.") \
    X(OVER_TYPE_LIMIT, "over_type_limit", "limit", BLOCK, COUNT,                               \
      "The patron has as many loans of this type as allowed.")                                 \
    X(UNDER_AGE, "under_age", "age", BLOCK, COUNT, "The patron is too young for this item.")   \
    X(AGE_UNKNOWN, "age_unknown", "", NOTE, COUNT, "There is an age limit and the patron's age is not known: ask.") \
    X(RENEW_NO_LOAN, "renew_no_loan", "", BLOCK, RENEW_NO_LOAN, "It is not on loan: lend it.") \
    X(RENEW_OTHER, "renew_other", "", BLOCK, RENEW_OTHER, "It is on loan to another patron.")  \
    X(RENEW_LOST, "renew_lost", "lost", BLOCK, RENEW_LOST, "It is marked lost: check it in first if it is here.") \
    X(RENEWALS_USED, "renewals_used", "renewals", BLOCK, COUNT, "It has been renewed as often as allowed.") \
    X(RENEWED_WHILE_WANTED, "renewed_while_wanted", "wanted", BLOCK, RENEWED_WHILE_WANTED,     \
      "Others wait for it and no copy is free.")                                               \
    X(NO_RULE, "no_rule", "", NOTE, COUNT, "No rule matches: lent for 21 days.")               \
    X(NO_VISIT, "no_visit", "", NOTE, COUNT, "No visit is planned in time: due after the most days.") \
    X(DUE_MOVED, "due_moved", "", NOTE, COUNT, "The library is closed that day: due on the next open day.") \
    X(DUE_KEPT, "due_kept", "", NOTE, COUNT, "It was due later already: that date stays.")     \
    X(HOLD_FILLED, "hold_filled", "", NOTE, COUNT, "It was set aside for this patron: the hold is filled.")

#define POLICY_REASON_ENUM(code, name, word, kind, exception, sentence) POLICY_##code,
enum policy_reason { POLICY_REASONS(POLICY_REASON_ENUM) POLICY_REASON_COUNT };
#undef POLICY_REASON_ENUM

const char *policy_reason_name(enum policy_reason reason);
bool policy_reason_parse(const char *name, enum policy_reason *out);
const char *policy_reason_sentence(enum policy_reason reason);
/* Name of the exception that the branch raises for it, as in EXC_TABLE; "" = none. */
const char *policy_reason_exception(enum policy_reason reason);

enum policy_loan_kind { POLICY_LOAN_DAYS, POLICY_LOAN_NEXT_VISIT };
struct policy_loan {
    enum policy_loan_kind kind;
    int min_days, max_days; /* days loan: both the same */
};
enum policy_closed { POLICY_CLOSED_KEEP, POLICY_CLOSED_NEXT_OPEN };

struct policy_rule {
    char branch[ENTRY_WORD_MAX + 1], category[ENTRY_WORD_MAX + 1],
        itype[ENTRY_WORD_MAX + 1]; /* "" = any */
    struct policy_loan loan, renew_loan;
    int64_t renew_max;      /* ENTRY_NONE = no limit */
    int64_t limit;          /* ENTRY_NONE = no limit */
    enum policy_closed closed;
    struct terms terms;
    int age_min;            /* years; 0 = none */
    uint32_t overridable;   /* bit of each reason */
    uint32_t tolerated;     /* bit of each reason that does not block */
    int64_t from_day, to_day; /* local days in force, both counted; set by the caller */
};

/* Read a rule's line, in force always. ret: BM_OK | BM_EINPUT naming the column | BM_ELIMIT */
BM_MUST_CHECK enum bm_rc policy_rule_parse(const char *line, struct policy_rule *out);
/* Append its line, no newline; read again it gives the same rule. Ask buf_rc(out). */
void policy_rule_write(const struct policy_rule *rule, struct buf *out);
/* What holds where no rule matches: 21 days, no limits, no fines, nothing overridable. */
const struct policy_rule *policy_rule_default(void);

/* The patron, as the desk knows him; accounts, not cards, decide who is "the same". */
struct policy_patron {
    bool known, barred, replaced;
    int64_t expires_s;  /* some moment of the card's last local day; ENTRY_NONE = never */
    const char *category; /* NULL = not known: only rules for any category match */
    int64_t age_years;  /* ENTRY_NONE = not known */
    int64_t loan_count; /* open loans of the account */
    int64_t type_loan_count; /* of these, of the item's type */
};

enum policy_whose { POLICY_NOBODYS, POLICY_HIS, POLICY_ANOTHERS };
struct policy_item {
    bool known;
    enum item_cond cond;
    const char *itype;      /* NULL = not known */
    int64_t price_cents;    /* its own; 0 or ENTRY_NONE = not known */
    enum policy_whose loan; /* who has it on loan */
    enum policy_whose aside; /* for whom it is truly set aside */
    bool wanted;            /* needed: the free copies do not suffice, or one wants this copy */
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
    int64_t renewals;   /* of the loan so far; policy_renew only */
    int64_t due_s;      /* of the loan now; policy_renew only; ENTRY_NONE = not known */
};

enum policy_verdict { POLICY_ALLOW, POLICY_BLOCK };
struct policy_fired {
    enum policy_reason reason;
    bool blocks;      /* else only told */
    bool overridable; /* staff may go on, with a reason */
};
struct policy_answer {
    enum policy_verdict verdict;
    bool may_override; /* POLICY_BLOCK, and every reason that blocks may be overridden */
    struct policy_fired fired[POLICY_REASON_COUNT]; /* blocks first, then notes */
    size_t fired_count;
    const struct policy_rule *rule; /* that decided; never NULL: the default at least */
    int64_t due_s;     /* set also when blocked: the date it would have, end of a local day */
    int64_t due_day;   /* the same as a local day */
    int64_t limit;     /* loans over all types, for the entry; ENTRY_NONE = no limit */
    int64_t type_limit; /* loans allowed of the item's type; ENTRY_NONE = no limit */
    struct terms terms; /* go into the entry */
};

/* Total: any question has an answer. src: DESIGN 6; CASES 1-36; TIMELINE 3 */
void policy_checkout(const struct policy_ask *ask, struct policy_answer *out);
void policy_renew(const struct policy_ask *ask, struct policy_answer *out);

/* Whether the answer holds the reason. */
bool policy_fired_has(const struct policy_answer *answer, enum policy_reason reason);
/* Names of the exceptions of all reasons that fired, space between: what the entry's `over`
 * says if the act is done. in: size, POLICY_OVER_MAX or more. ret: text ("" = none) */
enum { POLICY_OVER_MAX = 256 };
const char *policy_over_text(const struct policy_answer *answer, char *text, size_t size_bytes);

#endif
