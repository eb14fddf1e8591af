/* common/policy_rule.h -- a loan rule: its columns, read and written.
 * Floor:   common, pure: no database, no clock, no input or output. Uses err, mem, zone (the
 *          calendar), timetable (to split a CSV line), policy_reason, timeline (types).
 * Owns:    nothing.
 * Invariants: R1 a rule written is read back the same, and written again gives the same bytes.
 * Threads: safe; nothing is kept.
 *
 * Columns. A file names them in its first row, in any order; those with no * may be left out.
 * Empty = as said here:
 *   branch *     where it is done; empty or * = any
 *   category *   patron's category; empty or * = any
 *   itype *      item's type; empty or * = any
 *   loan *       `21d` = days, 0d to 3650d; `next_visit(14,35)` = the first visit of the stop
 *                from 14 to 35 days ahead, else 35 days; has a comma: in quotes in a CSV file
 *   renew_max    renewals of a loan; empty = no limit
 *   renew_loan   as loan, for a renewal; 0d = due on the day counted from; empty = as loan
 *   limit        loans at a time; empty = no limit, 0 = none. In a rule for any type it counts
 *                all of the patron's loans; in a rule for one type those of that type, beside
 *                the limit for any type; 0 there: the type is not for loan
 *   closed       of a due day on which the library is closed, days loans only: `keep` it;
 *                `next_open`: the next open day; `same_weekday`: where the loan's days are a
 *                multiple of 7, the first open day of the same weekday (one that is closed 8
 *                weeks on end counts as always closed), else the next open day; empty = keep
 *   rate         fine, cents a day late; empty = 0
 *   grace        days late without fine; empty = 0
 *   max          most that a fine can be, cents; empty = no most
 *   price        cents charged when lost, where the item has no price of its own; empty = 0
 *   keep         cents of it kept when the item is found; empty = 0
 *   age_min      years a patron must have; empty = 0
 *   overridable  words of the reasons (policy_reason.h) that staff may override, space between,
 *                or `all`; `+word` = does not block at all under this rule, it is only told;
 *                empty = none
 *   hard_due     a date such as 2026-06-30: due on that day; `<2026-06-30` = never later;
 *                `>2026-06-30` = never earlier (`=2026-06-30` is read as the date alone). It
 *                holds even if closed; once past it is passed over and told; empty = none
 *   expiry_cap   `yes`: due no later than the card's expiry; if closed, the last open day
 *                before; empty = no
 *   renew_base   a renewal counts from `now`, or from the day it was `due`; empty = now
 *   renew_from   days before it is due, on which and after which it may be renewed; empty = any
 *   renew_until  days from checkout, on which and after which it may not; empty = any
 *   overdue_max  overdue loans with which nothing more is lent, from 1; empty = any number
 *   debt_max     cents that a borrower may owe; empty = any
 *   renew_debt   the same for renewals; empty = any
 *   renew_expired `yes`: an expired card may renew, it is only told; empty = no
 *   guarantor_max cents that those may owe together for whom a borrower answers; empty = any
 *   fine_days    `open`: days on which the library is closed do not count in a fine, as it was
 *                declared when the copy came back; `all` or empty = every day counts
 *
 * A line holds the columns in this order. It may end early (columns that were added later have
 * their default), but is always written whole. */
#ifndef BM_POLICY_RULE_H
#define BM_POLICY_RULE_H

#include "common/mem.h"
#include "common/policy_reason.h"

/* code, name, must a file have it? */
#define POLICY_COLUMNS(X)                                                                      \
    X(BRANCH, "branch", 1) X(CATEGORY, "category", 1) X(ITYPE, "itype", 1) X(LOAN, "loan", 1)  \
    X(RENEW_MAX, "renew_max", 0) X(RENEW_LOAN, "renew_loan", 0) X(LIMIT, "limit", 0)           \
    X(CLOSED, "closed", 0) X(RATE, "rate", 0) X(GRACE, "grace", 0) X(MAX, "max", 0)            \
    X(PRICE, "price", 0) X(KEEP, "keep", 0) X(AGE_MIN, "age_min", 0)                           \
    X(OVERRIDABLE, "overridable", 0) X(HARD_DUE, "hard_due", 0)                                \
    X(EXPIRY_CAP, "expiry_cap", 0) X(RENEW_BASE, "renew_base", 0)                              \
    X(RENEW_FROM, "renew_from", 0) X(RENEW_UNTIL, "renew_until", 0)                            \
    X(OVERDUE_MAX, "overdue_max", 0) X(DEBT_MAX, "debt_max", 0)                                \
    X(RENEW_DEBT, "renew_debt", 0) X(RENEW_EXPIRED, "renew_expired", 0)                        \
    X(GUARANTOR_MAX, "guarantor_max", 0) X(FINE_DAYS, "fine_days", 0)
#define POLICY_COLUMN_ENUM(code, name, needed) POLICY_COL_##code,
enum policy_column { POLICY_COLUMNS(POLICY_COLUMN_ENUM) POLICY_COLUMN_COUNT };
#undef POLICY_COLUMN_ENUM
#define POLICY_RULE_HEADER                                                                     \
    "branch,category,itype,loan,renew_max,renew_loan,limit,closed,rate,grace,max,price,keep,"  \
    "age_min,overridable,hard_due,expiry_cap,renew_base,renew_from,renew_until,overdue_max,"   \
    "debt_max,renew_debt,renew_expired,guarantor_max,fine_days"
const char *policy_column_name(enum policy_column column);
bool policy_column_needed(enum policy_column column);

enum {
    POLICY_LINE_MAX = 2048,        /* bytes of a rule's line, with its NUL */
    POLICY_LOAN_DAYS_MAX = 3650,   /* of days, and of a visit's bounds */
    POLICY_NUMBER_MAX = 100000,    /* of renewals and loans at a time */
    POLICY_CENTS_MAX = 1000000000, /* of any amount; a fine's most, if none is given */
    POLICY_DEFAULT_LOAN_DAYS = 21  /* where no rule matches */
};

enum policy_loan_kind { POLICY_LOAN_DAYS, POLICY_LOAN_NEXT_VISIT };
struct policy_loan {
    enum policy_loan_kind kind;
    int min_days, max_days; /* days loan: both the same */
};
enum policy_closed {
    POLICY_CLOSED_KEEP,
    POLICY_CLOSED_NEXT_OPEN,
    POLICY_CLOSED_SAME_WEEKDAY,
    POLICY_CLOSED_COUNT
};
enum policy_hard { POLICY_HARD_NONE, POLICY_HARD_LATEST, POLICY_HARD_EARLIEST, POLICY_HARD_ON };

struct policy_rule {
    char branch[ENTRY_WORD_MAX + 1], category[ENTRY_WORD_MAX + 1],
        itype[ENTRY_WORD_MAX + 1]; /* "" = any */
    struct policy_loan loan, renew_loan;
    int64_t renew_max; /* ENTRY_NONE = no limit */
    int64_t limit;     /* ENTRY_NONE = no limit */
    enum policy_closed closed;
    struct terms terms;
    int age_min;          /* years; 0 = none */
    uint64_t overridable; /* bit of each reason */
    uint64_t tolerated;   /* bit of each reason that does not block */
    enum policy_hard hard;
    int64_t hard_day; /* local day; 0 without hard */
    bool expiry_cap, renew_from_due, renew_expired;
    bool fine_open_days; /* closed days do not count in fines */
    int64_t renew_from_days, renew_until_days;  /* ENTRY_NONE = any */
    int64_t overdue_max;                        /* loans; ENTRY_NONE = any */
    int64_t debt_max_cents, renew_debt_cents, guarantor_max_cents; /* ENTRY_NONE = any */
    int64_t from_day, to_day; /* local days in force, both counted; set by the caller */
    int64_t row;              /* its number where it is stored; set by the caller, 0 = none */
};

/* Read a rule's columns, in force always; NULL = the file has no such column.
 * ret: BM_OK | BM_EINPUT naming the column | BM_ELIMIT */
BM_MUST_CHECK enum bm_rc policy_rule_read(const char *const columns[POLICY_COLUMN_COUNT],
                                          struct policy_rule *out);
/* Read a rule's line. ret: as policy_rule_read */
BM_MUST_CHECK enum bm_rc policy_rule_parse(const char *line, struct policy_rule *out);
/* Append its line, no newline; read again it gives the same rule (R1). Ask buf_rc(out). */
void policy_rule_write(const struct policy_rule *rule, struct buf *out);
/* What holds where no rule matches: 21 days, no limits, no fines, nothing overridable. */
const struct policy_rule *policy_rule_default(void);

#endif
