/* sync/story_words.c -- see story_words.h */
#include "sync/story_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/account.h"
#include "common/cents.h"
#include "common/zone.h"

static const char *some(const char *text)
{
    return text ? text : "";
}

static const char *or_unknown(const char *text)
{
    return text ? text : "?";
}

/* The first column of the one row that a statement gives, or NULL: words do without what cannot be found. */
static const char *look_up(const struct teller *t, enum sql_id sql, const char *name, const char *value)
{
    struct stmt *s;
    const char *out = NULL;
    if (!value || db_get(t->db, sql, &s, name, 's', value, NULL)) return NULL;
    if (stmt_next(s) == BM_OK) out = stmt_copy(s, 0, t->a);
    stmt_done(s);
    return out;
}

/* --- moments and money -------------------------------------------------------------------------------------------- */

const char *tell_money(const struct teller *t, int64_t cents)
{
    char text[CENTS_TEXT_MAX];
    return some(arena_strdup(t->a, cents_text(cents, text, sizeof text)));
}

const char *tell_day(const struct teller *t, int64_t utc_s)
{
    static const char weekdays[7][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    enum { YEAR_DIGITS = 4, MONTH_AT = 5, DAY_AT = 8 }; /* of 2026-10-05 */
    char text[ZONE_TEXT_MAX], today[ZONE_TEXT_MAX];
    if (utc_s == ENTRY_NONE || utc_s > INT64_MAX / 1000 || utc_s < INT64_MIN / 1000) return "?";
    zone_text(utc_s, text, sizeof text, ZONE_DATE);
    zone_text(journal_now_ms(t->journal) / 1000, today, sizeof today, ZONE_DATE);
    long month = strlen(text) > DAY_AT ? strtol(text + MONTH_AT, NULL, 10) : 0;
    if (month < 1 || month > 12) return some(arena_strdup(t->a, text));
    bool this_year = strncmp(text, today, YEAR_DIGITS) == 0;
    return some(arena_printf(t->a, "%s %ld %s%s%.4s", weekdays[zone_weekday(zone_day(utc_s * 1000))], strtol(text + DAY_AT, NULL, 10), months[month - 1],
                             this_year ? "" : " ", this_year ? "" : text));
}

const char *tell_moment(const struct teller *t, int64_t ms)
{
    char at[ZONE_TEXT_MAX];
    if (ms == ENTRY_NONE) return "?";
    return some(arena_printf(t->a, "%s %s", tell_day(t, ms / 1000), zone_text(ms / 1000, at, sizeof at, ZONE_TIME)));
}

/* --- who, what, where ----------------------------------------------------------------------------------------------- */

const char *tell_name(const struct teller *t, const char *card)
{
    return look_up(t, SQL_STORY_NAME, "card", card);
}

const char *tell_card(const struct teller *t, const char *card)
{
    if (card_is_nobody(card)) return "a patron who is no longer known"; /* I12 */
    const char *name = tell_name(t, card);
    if (!card) return "?";
    return some(name ? arena_printf(t->a, "%s (%s)", card, name) : arena_strdup(t->a, card));
}

static const char *quoted(const struct teller *t, const char *name)
{
    return name ? some(arena_printf(t->a, "\"%s\"", name)) : "a title not known here";
}

const char *tell_item(const struct teller *t, const char *barcode)
{
    const char *name = look_up(t, SQL_STORY_ITEM, "item", barcode);
    if (!barcode) return "?";
    return some(name ? arena_printf(t->a, "%s %s", barcode, quoted(t, name)) : arena_strdup(t->a, barcode));
}

const char *tell_device(const struct teller *t, const char *dev)
{
    const char *name;
    if (strcmp(dev, "branch") == 0) return "the branch";
    if (t->aboard) return "this laptop";
    name = look_up(t, SQL_STORY_DEVICE, "dev", dev);
    return name && *name ? name : some(arena_strdup(t->a, dev));
}

const char *tell_where(const struct teller *t, const struct entry *e)
{
    struct stmt *s;
    const char *where = e->id.row ? "import" : tell_device(t, e->id.dev);
    if (e->visit == ENTRY_NONE || db_get(t->db, SQL_STORY_STOP, &s, "dev", 's', e->id.dev, "opened", 'i', e->visit, NULL)) return where;
    if (stmt_next(s) == BM_OK && stmt_text(s, 0)) where = some(arena_printf(t->a, "%s at %s", where, stmt_text(s, 0)));
    stmt_done(s);
    return where;
}

const char *tell_hold(const struct teller *t, const struct eid *hold)
{
    char id[EID_TEXT_MAX];
    struct stmt *s;
    const char *card = NULL, *title = NULL;
    if (db_get(t->db, SQL_STORY_HOLD, &s, "id", 's', eid_text(hold, id), NULL) == BM_OK) {
        if (stmt_next(s) == BM_OK) {
            card = stmt_copy(s, 0, t->a);
            title = stmt_copy(s, 1, t->a);
        }
        stmt_done(s);
    }
    if (!card) return some(arena_printf(t->a, "a hold that is not known here (%s)", id));
    return some(arena_printf(t->a, "the hold of %s on %s", tell_card(t, card), quoted(t, title)));
}

/* What an entry is about: a node of the readings, "?" and a barcode for a copy. */
static const char *item_of_entry(const struct teller *t, const char *text)
{
    struct eid id;
    struct stmt *s;
    char ep[20];
    const char *node = NULL;
    if (t->aboard || !eid_parse(text, &id)) return NULL;
    snprintf(ep, sizeof ep, "%016" PRIx64, id.ep);
    if (db_get(t->db, SQL_READING_GET, &s, "dev", 's', id.dev, "ep", 's', ep, "seq", 'i', (int64_t)id.seq, "row", 'i', (int64_t)id.row, NULL))
        return NULL;
    if (stmt_next(s) == BM_OK) node = stmt_copy(s, 3, t->a);
    stmt_done(s);
    return node && node[0] == '?' ? node + 1 : NULL;
}

const char *tell_charge(const struct teller *t, const char *key)
{
    char about[EID_TEXT_MAX];
    const char *kind;
    if (!charge_key_split(key, about, &kind)) return "";
    if (str_eq(kind, "manual")) return "for a charge made by hand";
    const char *item = item_of_entry(t, about); /* the charge itself may be gone */
    const char *why = str_eq(kind, "overdue") ? "for being late with" : str_eq(kind, "lost") ? "for losing" : "for damage to";
    return some(arena_printf(t->a, "%s %s", why, item ? tell_item(t, item) : "a copy not known here"));
}

/* --- acts ----------------------------------------------------------------------------------------------------------- */

static const char *money_act(const struct teller *t, const struct entry *e)
{
    const char *sum = tell_money(t, e->amount_cents < 0 ? -e->amount_cents : e->amount_cents);
    const char *what = e->charge ? tell_charge(t, e->charge) : "";
    if (e->op == OP_WAIVE) return arena_printf(t->a, "%s waived %s", sum, what);
    if (e->op == OP_CHARGE) return arena_printf(t->a, "%s charged to %s", sum, tell_card(t, e->patron));
    return arena_printf(t->a, "%s %s %s%s%s", sum, e->amount_cents < 0 ? "paid back to" : "paid by", tell_card(t, e->patron), *what ? " " : "", what);
}

static const char *people_act(const struct teller *t, const struct entry *e)
{
    const char *card = tell_card(t, e->patron);
    if (e->op == OP_REGISTER) return arena_printf(t->a, "card %s was registered", card);
    if (e->op == OP_REPLACE) return arena_printf(t->a, "card %s was replaced by card %s", card, or_unknown(e->fresh));
    if (e->op == OP_MERGE) return arena_printf(t->a, "card %s was merged into the account of card %s", card, tell_card(t, e->into));
    if (e->barred != ENTRY_NONE) return arena_printf(t->a, "card %s was %s", card, e->barred ? "barred" : "barred no longer");
    if (e->expires_s != ENTRY_NONE) return arena_printf(t->a, "card %s was made valid until %s", card, tell_day(t, e->expires_s));
    return arena_printf(t->a, "card %s was changed", card);
}

static const char *mark_act(const struct teller *t, const struct entry *e)
{
    const char *basis = str_eq(e->basis, "overdue") ? " (by the night job, for being overdue)" : "";
    const char *as = str_eq(e->as, "claimed") ? "said to have been brought back" : or_unknown(e->as);
    if (!e->patron) return arena_printf(t->a, "marked %s%s", as, basis);
    return arena_printf(t->a, "marked %s, for %s%s%s%s", as, tell_card(t, e->patron), e->amount_cents != ENTRY_NONE ? ", charged " : "",
                        e->amount_cents != ENTRY_NONE ? tell_money(t, e->amount_cents) : "", basis);
}

static const char *item_act(const struct teller *t, const struct entry *e)
{
    const char *card = e->patron ? tell_card(t, e->patron) : "?";
    switch ((int)e->op) {
    case OP_CHECKOUT: return arena_printf(t->a, "lent%s to %s, due %s", e->again == 1 ? " again" : "", card, tell_day(t, e->due_s));
    case OP_CHECKIN:
        return e->returned_ms == ENTRY_NONE ? "taken back" : arena_printf(t->a, "taken back (came in on %s)", tell_moment(t, e->returned_ms));
    case OP_RENEW: return arena_printf(t->a, "renewed for %s, due %s", card, tell_day(t, e->due_s));
    case OP_CHANGE_DUE: return arena_printf(t->a, "due date of %s moved to %s", card, tell_day(t, e->due_s));
    case OP_MARK: return mark_act(t, e);
    case OP_MOVE: return arena_printf(t->a, "moved to %s", or_unknown(e->to));
    case OP_USE: return "used in the library";
    case OP_CAPTURE: return arena_printf(t->a, "set aside, for %s", tell_hold(t, &e->hold));
    case OP_NOTICE: return arena_printf(t->a, "%s notice sent to %s", or_unknown(e->kind), card);
    case OP_ADD_ITEM: return "catalogued";
    case OP_RECAT: return "given to another title";
    default: return op_name(e->op);
    }
}

/* The act that a void takes back, by when and where it was done, if it is here. */
static const char *target_of(const struct teller *t, const struct eid *id)
{
    struct stmt *s;
    char ep[20], text[EID_TEXT_MAX];
    int64_t t_ms = ENTRY_NONE;
    const char *op = NULL;
    if (t->aboard) return arena_printf(t->a, "the act %s", eid_text(id, text));
    snprintf(ep, sizeof ep, "%016" PRIx64, id->ep);
    if (db_get(t->db, SQL_READING_GET, &s, "dev", 's', id->dev, "ep", 's', ep, "seq", 'i', (int64_t)id->seq, "row", 'i', (int64_t)id->row,
               NULL) == BM_OK) {
        if (stmt_next(s) == BM_OK) {
            op = stmt_copy(s, 0, t->a);
            t_ms = stmt_int(s, 1);
        }
        stmt_done(s);
    }
    if (op) return arena_printf(t->a, "the %s of %s at %s", op, tell_moment(t, t_ms), tell_device(t, id->dev));
    return arena_printf(t->a, "an act of %s that has not arrived here (%s)", tell_device(t, id->dev), eid_text(id, text));
}

static const char *staff_act(const struct teller *t, const struct entry *e)
{
    if (e->op == OP_VOID) return arena_printf(t->a, "took back %s", some(target_of(t, &e->target)));
    if (e->op == OP_SETTLE) return arena_printf(t->a, "settled %s as %s", or_unknown(e->exc_code), or_unknown(e->how));
    return op_name(e->op);
}

/* Never its verifier. */
static const char *account_act(const struct teller *t, const struct entry *e)
{
    if (e->gone == 1) return arena_printf(t->a, "account %s was removed", or_unknown(e->who));
    return arena_printf(t->a, "account %s is %s, %s", or_unknown(e->who), or_unknown(e->name), or_unknown(e->role));
}

static const char *hold_act(const struct teller *t, const struct entry *e)
{
    if (e->op != OP_PLACE) return arena_printf(t->a, "%s was cancelled%s", tell_hold(t, &e->hold), e->basis ? " by the night job" : "");
    return arena_printf(t->a, "%s asked for %s, to collect at %s", tell_card(t, e->patron), e->item ? "this copy" : "the title", or_unknown(e->pickup));
}

const char *tell_act(const struct teller *t, const struct entry *e)
{
    const char *words;
    switch (op_kind(e->op)) {
    case OPK_ITEM: words = item_act(t, e); break;
    case OPK_HOLD: words = hold_act(t, e); break;
    case OPK_PEOPLE: words = people_act(t, e); break;
    case OPK_MONEY: words = money_act(t, e); break;
    case OPK_STAFF: words = staff_act(t, e); break;
    case OPK_ACCESS: words = account_act(t, e); break;
    case OPK_CLOCK:
    case OPK_TITLE:
    case OPK_TABLE:
    case OPK_VISIT:
    case OPK_ROUTE:
    case OPK_NOTE:
    default: words = op_name(e->op);
    }
    if (words && e->why) words = arena_printf(t->a, "%s (%s)", words, e->why);
    if (words && e->over) words = arena_printf(t->a, "%s [staff went on in spite of: %s]", words, e->over);
    return some(words);
}
