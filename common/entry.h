/* common/entry.h -- an entry: what a person (or a device) did, and its one written form.
 * Floor:   common. Uses err, mem, jansson (reading only).
 * Owns:    nothing; strings of a parsed entry live in the caller's arena.
 * Invariants: I3 (identity), DESIGN 5 (one JSON object, one writer).
 *
 * Written form: UTF-8, no spaces, no null, integers only, strings escaped only as \" \\ \u00xx (control
 * characters), at most ENTRY_BYTES_MAX bytes, no newline. Members in this order:
 *   v dev ep seq op [staff] [visit] t [when] [source] the operation's own in the order of its table row [seen]
 * An observed row (I13: what an import brought) is the same object without dev, ep, seq, staff, visit, t. */
#ifndef BM_ENTRY_H
#define BM_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/mem.h"

enum {
    ENTRY_BYTES_MAX = 16384,
    ENTRY_VERSION = 1,     /* newest version written and understood here */
    ENTRY_DEV_MAX = 24,    /* device name with its NUL: [a-z0-9-]{1,23} */
    ENTRY_WORD_MAX = 64,   /* barcodes, codes, places, staff ids: bytes without NUL */
    ENTRY_TEXT_MAX = 4096, /* names, notes, sealed blobs: bytes without NUL */
    EID_TEXT_MAX = 80
};
#define ENTRY_NONE INT64_MIN /* an integer member that is absent */

/* Nobody: what stands for the card where the link from patron to item was cut (I12), another one for each loan. No real
 * card begins like it. Nobody is known and in good standing, alone in an account, and no rule is for nobody. */
#define ENTRY_NOBODY '~'
static inline bool card_is_nobody(const char *card)
{
    return card && card[0] == ENTRY_NOBODY;
}

/* Identity of an entry. row = 0: the entry itself; from 1 on: a row of an `observe` entry. dev "" = no id. */
struct eid {
    char dev[ENTRY_DEV_MAX];
    uint64_t ep; /* epoch, 16 hex digits when written */
    uint64_t seq;
    uint32_t row;
};

bool eid_is_none(const struct eid *id);
int eid_cmp(const struct eid *a, const struct eid *b); /* by dev (bytes), ep, seq, row */
/* "dev.ep.seq" or "dev.ep.seq.row"; "" for none. out holds EID_TEXT_MAX bytes. ret: out */
const char *eid_text(const struct eid *id, char *out);
bool eid_parse(const char *text, struct eid *out); /* "" gives none; false: not an id */

/* Operations: enum, written name, kind. */
#define ENTRY_OPS(X)                                                                           \
    X(OP_EPOCH, "epoch", OPK_CLOCK)                                                            \
    X(OP_CLOCK, "clock", OPK_CLOCK)                                                            \
    X(OP_VIEW, "view", OPK_NOTE)                                                               \
    X(OP_CHECKOUT, "checkout", OPK_ITEM)                                                       \
    X(OP_CHECKIN, "checkin", OPK_ITEM)                                                         \
    X(OP_RENEW, "renew", OPK_ITEM)                                                             \
    X(OP_CHANGE_DUE, "change_due", OPK_ITEM)                                                   \
    X(OP_MARK, "mark_item", OPK_ITEM)                                                          \
    X(OP_MOVE, "move_item", OPK_ITEM)                                                          \
    X(OP_USE, "in_house_use", OPK_ITEM)                                                        \
    X(OP_CAPTURE, "capture_hold", OPK_ITEM)                                                    \
    X(OP_NOTICE, "notice", OPK_ITEM)                                                           \
    X(OP_ADD_ITEM, "add_item", OPK_ITEM)                                                       \
    X(OP_RECAT, "recat", OPK_ITEM)                                                             \
    X(OP_PLACE, "place_hold", OPK_HOLD)                                                        \
    X(OP_CANCEL, "cancel_hold", OPK_HOLD)                                                      \
    X(OP_REGISTER, "register_patron", OPK_PEOPLE)                                              \
    X(OP_UPDATE, "update_patron", OPK_PEOPLE)                                                  \
    X(OP_REPLACE, "replace_card", OPK_PEOPLE)                                                  \
    X(OP_MERGE, "merge_patron", OPK_PEOPLE)                                                    \
    X(OP_PAY, "pay", OPK_MONEY)                                                                \
    X(OP_WAIVE, "waive", OPK_MONEY)                                                            \
    X(OP_CHARGE, "charge", OPK_MONEY)                                                          \
    X(OP_VOID, "void", OPK_STAFF)                                                              \
    X(OP_SETTLE, "settle", OPK_STAFF)                                                          \
    X(OP_OBSERVE, "observe", OPK_STAFF)                                                        \
    X(OP_ADD_TITLE, "add_title", OPK_TITLE)                                                    \
    X(OP_ROW, "row", OPK_TABLE)                                                                \
    X(OP_OPEN_VISIT, "open_visit", OPK_VISIT)                                                  \
    X(OP_CLOSE_VISIT, "close_visit", OPK_VISIT)                                                \
    X(OP_TRACK, "track", OPK_VISIT)                                                            \
    X(OP_TALLY, "tally", OPK_VISIT)                                                            \
    X(OP_ODOMETER, "odometer", OPK_VISIT)                                                      \
    X(OP_COST, "cost", OPK_VISIT)                                                              \
    X(OP_SUSPEND, "suspend", OPK_ROUTE)                                                        \
    X(OP_STAFF, "staff", OPK_ACCESS)                                                           \
    X(OP_NOTE, "note", OPK_NOTE)

enum op_kind { OPK_CLOCK, OPK_ITEM, OPK_HOLD, OPK_PEOPLE, OPK_MONEY, OPK_STAFF, OPK_TITLE, OPK_TABLE, OPK_VISIT, OPK_ROUTE, OPK_ACCESS, OPK_NOTE };
#define ENTRY_OP_ENUM(op, name, kind) op,
enum op { ENTRY_OPS(ENTRY_OP_ENUM) OP_COUNT };
#undef ENTRY_OP_ENUM

const char *op_name(enum op op);
enum op_kind op_kind(enum op op);
bool op_parse(const char *name, enum op *out);

/* Members an operation may have: kind of value, C name, written name, meaning.
 * WORD: text of at most ENTRY_WORD_MAX bytes; TEXT: of at most ENTRY_TEXT_MAX; INT: 64-bit; ID: an eid. */
#define ENTRY_FIELDS(X)                                                                        \
    X(WORD, item, "item")         /* barcode of a copy */                                      \
    X(WORD, title, "title")       /* key of a title record */                                  \
    X(WORD, patron, "patron")     /* card number */                                            \
    X(INT, due_s, "due")          /* UTC seconds */                                            \
    X(INT, rate_cents, "rate")    /* fine a day late */                                        \
    X(INT, grace_days, "grace")   /* days late without fine */                                 \
    X(INT, max_cents, "max")      /* most that a fine can be */                                \
    X(INT, price_cents, "price")  /* charged when lost; an item's price */                     \
    X(INT, keep_cents, "keepfee") /* kept of it when found */                                  \
    X(WORD, cal, "cal")           /* branch whose closed days no fine is taken for; else every day counts */ \
    X(INT, limit, "limit")        /* loans allowed by the rule the desk used */                \
    X(INT, again, "again")        /* 1 = the desk saw his own loan and lent it again */        \
    X(WORD, place, "place")       /* desk or place where it happened */                        \
    X(INT, returned_ms, "returned") /* came back before it was scanned, UTC ms */              \
    X(INT, keep, "keep")          /* 1 = put back on the hold shelf */                         \
    X(WORD, as, "as")             /* damaged mend missing lost ok withdrawn claimed */         \
    X(WORD, basis, "basis")       /* premise of a programmed act: overdue waiting captured */  \
    X(INT, amount_cents, "amount")                                                             \
    X(WORD, to, "to")             /* place moved to */                                         \
    X(ID, hold, "hold")           /* the place_hold entry */                                   \
    X(WORD, kind, "kind")         /* of notice, tally, table row */                            \
    X(WORD, pickup, "pickup")     /* where a hold is to be collected */                        \
    X(WORD, who, "who")           /* keyed hash of name and birth date; id of a staff account */ \
    X(INT, expires_s, "expires")  /* card's last moment, UTC seconds */                        \
    X(INT, barred, "barred")      /* 1, 0 */                                                   \
    X(WORD, fresh, "new")         /* new card number */                                        \
    X(WORD, into, "into")         /* card merged into */                                       \
    X(TEXT, charge, "charge")     /* charge key: id/kind */                                    \
    X(ID, target, "target")       /* entry taken back */                                       \
    X(WORD, exc_code, "code")     /* exception settled: code, entry (or account, charge), counterpart */ \
    X(TEXT, exc_entry, "about")                                                                \
    X(TEXT, exc_other, "other")                                                                \
    X(WORD, how, "how")                                                                        \
    X(WORD, card, "card")                                                                      \
    X(INT, upto_cents, "upto")                                                                 \
    X(WORD, category, "cat")      /* patron category */                                        \
    X(WORD, branch, "branch")     /* patron's or item's home */                                \
    X(WORD, stop, "stop")         /* stop key */                                               \
    X(WORD, group, "group")       /* patron's class or deposit collection; "-" = none any more */ \
    X(INT, born, "born")          /* year of birth: all of it that leaves the sealed fields */ \
    X(WORD, guarantor, "guarantor") /* card of who answers for the patron's debts */           \
    X(WORD, route, "route")       /* route of a timetable */                                   \
    X(INT, first_day, "first")    /* local days since 1970, both counted */                    \
    X(INT, last_day, "last")                                                                   \
    X(WORD, itype, "itype")       /* item type (circulation modifier) */                       \
    X(WORD, callno, "callno")                                                                  \
    X(WORD, loc, "loc")           /* shelving location */                                      \
    X(TEXT, name, "name")         /* patron's name; title's main text */                       \
    X(TEXT, author, "author")                                                                  \
    X(TEXT, isbn, "isbn")         /* ISBNs, space between */                                   \
    X(TEXT, detail, "detail")     /* rest of a title record that is searched */                \
    X(TEXT, sealed, "sealed")     /* personal fields, crypto_box_seal to the branch, base64 */ \
    X(TEXT, line, "line")         /* CSV line of a rule, closed day, stop */                   \
    X(TEXT, over, "over")         /* blocks overridden, codes, space between */                \
    X(WORD, role, "role")         /* of a staff account */                                     \
    X(TEXT, verifier, "verifier") /* what its phrase is checked against: never shown */        \
    X(INT, gone, "gone")          /* 1 = the account is no more */                             \
    X(TEXT, why, "why")           /* reason given by staff */                                  \
    X(WORD, boot, "boot")                                                                      \
    X(WORD, parent, "parent")     /* parent epoch, 16 hex digits */                            \
    X(INT, pseq, "pseq")          /* its last seq taken over */                                \
    X(WORD, phash, "phash")       /* hash there, 64 hex digits */                              \
    X(WORD, prog, "prog")         /* program and version */                                    \
    X(INT, practice, "practice")  /* 1 = a practice device */                                  \
    X(INT, wall_ms, "wall")                                                                    \
    X(INT, off_ms, "off")         /* UTC = t + off */                                          \
    X(INT, unc_ms, "unc")         /* half-width of the doubt */                                \
    X(WORD, src, "src")           /* gps sync wall; gps driver */                              \
    X(INT, rev, "rev")                                                                         \
    X(WORD, was, "was")           /* entry this one was written anew for */                    \
    X(WORD, origin, "origin")     /* what an observe read: marc patrons loans ... */           \
    X(INT, asof_ms, "asof")       /* when what it read was true */                             \
    X(WORD, digest, "digest")     /* of the observed rows, 64 hex digits */                    \
    X(INT, count, "count")                                                                     \
    X(INT, arr_s, "arr") X(INT, dep_s, "dep") /* UTC seconds, actual */                        \
    X(INT, parr_s, "parr") X(INT, pdep_s, "pdep") /* planned */                                \
    X(INT, lat_e6, "lat") X(INT, lon_e6, "lon") /* degrees * 1e6 */                            \
    X(INT, opened, "opened")      /* seq of the open_visit entry */                            \
    X(INT, dist_m, "dist")                                                                     \
    X(INT, points, "points")

#define ENTRY_C_WORD const char *
#define ENTRY_C_TEXT const char *
#define ENTRY_C_INT int64_t
#define ENTRY_C_ID struct eid
#define ENTRY_MEMBER(type, member, written) ENTRY_C_##type member;

struct entry {
    int version; /* v */
    struct eid id;
    enum op op;
    const char *staff; /* id of who did it, or NULL */
    int64_t visit;     /* seq of the open_visit it belongs to, or ENTRY_NONE */
    int64_t t_ms;      /* CLOCK_BOOTTIME */
    int64_t when_ms;   /* true time of an act caught up later, UTC ms, or ENTRY_NONE */
    const char *source; /* what it was caught up from, or NULL */
    struct eid seen;   /* the item's last event known at the desk, or none */
    ENTRY_FIELDS(ENTRY_MEMBER)
};

/* Every member absent, version = ENTRY_VERSION. */
void entry_init(struct entry *e, enum op op);

/* Append the written form to out (no newline); row = true leaves out dev, ep, seq, staff, visit, t, seen.
 * ret: BM_OK | BM_EINPUT a member is missing, too long, not UTF-8, or not one of this op | BM_ELIMIT | BM_ENOMEM */
BM_MUST_CHECK enum bm_rc entry_write(const struct entry *e, bool row, struct buf *out);

/* Read a written form; strings into the arena. Strict: what entry_write would not write is refused (the
 * bytes must come out the same when written again).
 * ret: BM_OK | BM_EINPUT not a sound entry (detail says why) | BM_EVERSION v or op unknown here: dev, ep,
 *      seq and t are set if they could be read | BM_ENOMEM */
BM_MUST_CHECK enum bm_rc entry_read(const char *bytes, size_t len, bool row, struct arena *a, struct entry *out);

#endif
