/* common/policy_reason.h -- why an act is refused, or what staff should know before it.
 * Floor:   common, pure. Uses err, timeline (the exceptions' names).
 * Owns:    nothing.
 * Threads: safe; nothing is kept. */
#ifndef BM_POLICY_REASON_H
#define BM_POLICY_REASON_H

#include "common/timeline.h"

/* code, name, word in a rule's `overridable`, what it does (BLOCK, or NOTE = only told), the
 * exception the branch raises if the act is done all the same (COUNT = none), sentence for
 * staff. Several reasons may share a word, or an exception. */
/* clang-format off */
#define POLICY_REASONS(X)                                                                      \
    X(UNKNOWN_CARD, "unknown_card", "card", BLOCK, UNKNOWN_CARD,                               \
      "No such card here. Look the patron up by name, or register.")                           \
    X(UNKNOWN_ITEM, "unknown_item", "item", BLOCK, UNKNOWN_ITEM,                               \
      "No such item here. Scan again, or add it.")                                             \
    X(BARRED, "barred", "barred", BLOCK, BARRED, "The patron is barred.")                      \
    X(EXPIRED, "expired", "expired", BLOCK, EXPIRED, "The card has expired.")                  \
    X(CARD_REPLACED, "card_replaced", "replaced", BLOCK, CARD_REPLACED,                        \
      "This card has been replaced: ask for the new one.")                                     \
    X(OVERDUE, "overdue", "overdue", BLOCK, COUNT,                                             \
      "The patron has too many overdue loans: these come back first.")                         \
    X(DEBT, "debt", "debt", BLOCK, COUNT, "The patron owes more than allowed.")                \
    X(GUARANTOR_DEBT, "guarantor_debt", "guarantor", BLOCK, COUNT,                             \
      "Those for whom the patron answers owe more than allowed.")                              \
    X(ALREADY_HIS, "already_his", "", BLOCK, COUNT, "This patron has it already: renew it.")   \
    X(LENT_OVER_LOAN, "lent_over_loan", "loaned", BLOCK, LENT_OVER_LOAN,                       \
      "It is on loan to another patron: check it in first.")                                   \
    X(READY, "ready", "held", BLOCK, LENT_WHILE_HELD,                                          \
      "It is on the hold shelf for another patron.")                                           \
    X(IN_TRANSIT, "in_transit", "held", BLOCK, LENT_WHILE_HELD,                                \
      "It is on its way to where another patron collects it.")                                 \
    X(DAMAGED, "damaged", "unfit", BLOCK, UNFIT_LENT, "It is marked damaged.")                 \
    X(MENDING, "mending", "unfit", BLOCK, UNFIT_LENT, "It is being mended.")                   \
    X(WITHDRAWN, "withdrawn", "unfit", BLOCK, UNFIT_LENT, "It has been withdrawn.")            \
    X(LOST, "lost", "missing", BLOCK, WAS_MISSING,                                             \
      "It is recorded as lost: check it in first, then it counts as found.")                   \
    X(MISSING, "missing", "missing", BLOCK, WAS_MISSING,                                       \
      "It is recorded as missing: check it in first, then it counts as found.")                \
    X(NOT_FOR_LOAN, "not_for_loan", "not_for_loan", BLOCK, COUNT,                              \
      "Items of this type are not lent.")                                                      \
    X(OVER_LIMIT, "over_limit", "limit", BLOCK, OVER_LIMIT,                                    \
      "The patron has as many loans as allowed.")                                              \
    X(OVER_TYPE_LIMIT, "over_type_limit", "limit", BLOCK, COUNT,                               \
      "The patron has as many loans of this type as allowed.")                                 \
    X(UNDER_AGE, "under_age", "age", BLOCK, COUNT, "The patron is too young for this item.")   \
    X(AGE_UNSURE, "age_unsure", "", NOTE, COUNT,                                               \
      "There is an age limit which the patron reaches this year: ask for the birthday.")       \
    X(AGE_UNKNOWN, "age_unknown", "", NOTE, COUNT,                                             \
      "There is an age limit and the patron's age is not known: ask.")                         \
    X(RENEW_NO_LOAN, "renew_no_loan", "", BLOCK, RENEW_NO_LOAN, "It is not on loan: lend it.") \
    X(RENEW_OTHER, "renew_other", "", BLOCK, RENEW_OTHER, "It is on loan to another patron.")  \
    X(RENEW_LOST, "renew_lost", "lost", BLOCK, RENEW_LOST,                                     \
      "It is marked lost: check it in first if it is here.")                                   \
    X(RENEWALS_USED, "renewals_used", "renewals", BLOCK, COUNT,                                \
      "It has been renewed as often as allowed.")                                              \
    X(RENEW_TOO_SOON, "renew_too_soon", "soon", BLOCK, COUNT,                                  \
      "It is too soon to renew: wait until it is nearly due.")                                 \
    X(RENEW_TOO_LATE, "renew_too_late", "late", BLOCK, COUNT,                                  \
      "It has been out too long to be renewed: it has to come back.")                          \
    X(RENEWED_WHILE_WANTED, "renewed_while_wanted", "wanted", BLOCK, RENEWED_WHILE_WANTED,     \
      "Others wait for it and no copy is free.")                                               \
    X(NO_RULE, "no_rule", "", NOTE, COUNT, "No rule matches: lent for 21 days.")               \
    X(NO_VISIT, "no_visit", "", NOTE, COUNT,                                                   \
      "No visit is planned in time: due after the most days.")                                 \
    X(DUE_MOVED, "due_moved", "", NOTE, COUNT,                                                 \
      "The library is closed that day: due on a later, open day.")                             \
    X(DUE_FIXED, "due_fixed", "", NOTE, COUNT, "The rule's fixed date decides when it is due.") \
    X(DUE_FIXED_OVER, "due_fixed_over", "", NOTE, COUNT,                                       \
      "The rule's fixed due date has passed and was not used: the rules want a new one.")      \
    X(DUE_CAPPED, "due_capped", "", NOTE, COUNT, "The card expires: due before that.")         \
    X(DUE_KEPT, "due_kept", "", NOTE, COUNT, "It was due later already: that date stays.")     \
    X(HOLD_FILLED, "hold_filled", "", NOTE, COUNT,                                             \
      "It was set aside for this patron: the hold is filled.")
/* clang-format on */

#define POLICY_REASON_ENUM(code, name, word, kind, exception, sentence) POLICY_##code,
enum policy_reason { POLICY_REASONS(POLICY_REASON_ENUM) POLICY_REASON_COUNT };
#undef POLICY_REASON_ENUM
_Static_assert(POLICY_REASON_COUNT <= 64, "a set of reasons is a bit each in 64");

const char *policy_reason_name(enum policy_reason reason);
bool policy_reason_parse(const char *name, enum policy_reason *out);
const char *policy_reason_sentence(enum policy_reason reason);
/* The exception that the branch raises for it; EXC_COUNT = none. */
enum exc_code policy_reason_code(enum policy_reason reason);
/* Its name, as in EXC_TABLE; "" = none. */
const char *policy_reason_exception(enum policy_reason reason);
bool policy_reason_blocks(enum policy_reason reason); /* else only told */

/* The word for it in a rule's `overridable`; "" = no rule may name it. */
const char *policy_reason_word(enum policy_reason reason);
/* Bits of the reasons that a word stands for; 0 = not a word. */
uint64_t policy_word_bits(const char *word);
uint64_t policy_word_bits_all(void);

#endif
