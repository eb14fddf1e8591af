/* common/desk_money.c -- see desk.h. Money at the desk: what is owed, payments, waivers, charges. Only entries are written
 * here (I7); what becomes of charges and balances is read from the tables. */
#include "common/desk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/account.h"
#include "common/cents.h"
#include "common/desk_act.h"

enum { CHARGES_MAX = 5000, NAME_SIZE = EID_TEXT_MAX + 16 };

/* --- what is owed ------------------------------------------------------------------------------------------- */

/* "van1.12/lost": the name without the epoch. ret: NULL = out of memory */
static const char *brief_of(struct arena *a, const char *about, const char *kind)
{
    struct eid id;
    if (!eid_parse(about, &id) || eid_is_none(&id)) return arena_printf(a, "%s/%s", about, kind);
    if (id.row) return arena_printf(a, "%s.%" PRIu64 ".%" PRIu32 "/%s", id.dev, id.seq, id.row, kind);
    return arena_printf(a, "%s.%" PRIu64 "/%s", id.dev, id.seq, kind);
}

/* When a charge began: its series begins with that moment. */
static int64_t since(const char *series)
{
    char digits[24];
    int64_t t;
    size_t len = strcspn(series, " ");
    if (len >= sizeof digits) return 0;
    memcpy(digits, series, len);
    digits[len] = '\0';
    return str_to_i64(digits, INT64_MIN + 1, INT64_MAX, &t) ? t : 0;
}

/* A row of CHARGES_OF_ACCOUNT or CHARGE_GET. */
static enum bm_rc read_debt(struct stmt *s, struct arena *a, struct desk_debt *out)
{
    const char *about = stmt_copy(s, 0, a), *kind = stmt_copy(s, 1, a);
    if (!about || !kind) return BM_ENOMEM;
    *out = (struct desk_debt){ .kind = kind,
                               .name = arena_printf(a, "%s/%s", about, kind),
                               .brief = brief_of(a, about, kind),
                               .card = stmt_copy(s, 2, a),
                               .item = stmt_copy(s, 3, a),
                               .since_ms = since(stmt_text(s, 4)),
                               .amount_cents = stmt_int(s, 5),
                               .waived_cents = stmt_int(s, 6),
                               .paid_cents = stmt_int(s, 7) };
    out->owed_cents = out->amount_cents - out->waived_cents - out->paid_cents;
    return out->name && out->brief && out->card ? BM_OK : BM_ENOMEM;
}

static int older(const void *x, const void *y)
{
    const struct desk_debt *a = x, *b = y;
    if (a->since_ms != b->since_ms) return a->since_ms < b->since_ms ? -1 : 1;
    return strcmp(a->name, b->name);
}

static enum bm_rc balance_of(struct db *db, const char *account, int64_t *out)
{
    enum bm_rc rc = db_int(db, SQL_BALANCE_GET, out, "account", 's', account, NULL);
    if (rc == BM_ENOTFOUND) *out = 0; /* an account that is even has no row */
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc desk_owed(struct db *db, struct arena *a, const char *account, struct desk_owed *out)
{
    struct stmt *s;
    size_t cap = 0;
    *out = (struct desk_owed){ 0 };
    enum bm_rc rc = db_get(db, SQL_CHARGES_OF_ACCOUNT, &s, "account", 's', account, "count", 'i', (int64_t)CHARGES_MAX, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        out->debts = arena_grow(a, out->debts, out->count, &cap, sizeof *out->debts);
        rc = out->debts ? read_debt(s, a, &out->debts[out->count]) : BM_ENOMEM;
        if (rc) break;
        int64_t owed = out->debts[out->count++].owed_cents;
        if (owed > 0) out->owed_cents += owed;
    }
    stmt_done(s);
    if (rc != BM_ENOTFOUND) return rc;
    if (out->count) qsort(out->debts, out->count, sizeof *out->debts, older);
    return balance_of(db, account, &out->balance_cents);
}

/* --- the charge that was named -------------------------------------------------------------------------------- */

static enum bm_rc bad_name(const char *name)
{
    return err_set(BM_EUSAGE, "%s is not the name of a charge; patron show lists them", name);
}

/* Into about and kind. ret: false if it is not "something/kind" */
static bool split_name(const char *name, char about[NAME_SIZE], const char **kind)
{
    static const char *const kinds[] = { "overdue", "lost", "damage", "manual" };
    const char *typed;
    if (!charge_key_split(name, about, &typed)) return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(typed, kinds[i]) == 0) return *kind = kinds[i], true;
    return false;
}

/* "van1.12" or "branch.3.7": device, seq, perhaps row, no epoch: the one charge that fits. Replaces about by the entry's id. */
static enum bm_rc find_brief(struct db *db, const char *name, char about[NAME_SIZE], const char *kind)
{
    char from[ENTRY_DEV_MAX + 2], to[ENTRY_DEV_MAX + 2], pattern[NAME_SIZE + 4];
    struct stmt *s;
    char *dot = strchr(about, '.');
    size_t len = dot ? (size_t)(dot - about) : 0;
    if (len == 0 || len >= ENTRY_DEV_MAX || strspn(dot, ".0123456789") != strlen(dot)) return bad_name(name);
    snprintf(from, sizeof from, "%.*s.", (int)len, about);
    snprintf(to, sizeof to, "%.*s/", (int)len, about); /* '/' comes after '.' */
    snprintf(pattern, sizeof pattern, "%.*s.________________%s", (int)len, about, dot);
    enum bm_rc rc = db_get(db, SQL_CHARGES_OF_DEV, &s, "from", 's', from, "to", 's', to, "pattern", 's', pattern, "kind", 's', kind, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? err_set(rc, "no charge %s here; patron show lists them", name) : rc;
    str_copy(about, NAME_SIZE, stmt_text(s, 0));
    rc = stmt_next(s);
    stmt_done(s);
    if (rc == BM_OK) return err_set(BM_EUSAGE, "%s could be several charges; give the long name", name);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc find_charge(struct act *act, const char *name, struct desk_debt *out)
{
    char about[NAME_SIZE];
    const char *kind;
    struct eid id;
    struct stmt *s;
    struct db *db = act->d->view;
    if (!split_name(name, about, &kind)) return bad_name(name);
    enum bm_rc rc = eid_parse(about, &id) ? BM_OK : find_brief(db, name, about, kind);
    if (!rc) rc = db_get(db, SQL_CHARGE_GET, &s, "about", 's', about, "kind", 's', kind, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? err_set(rc, "no charge %s here; patron show lists them", name) : rc;
    rc = read_debt(s, act->a, out);
    stmt_done(s);
    return rc;
}

/* --- the frame ---------------------------------------------------------------------------------------------------- */

static enum bm_rc check_amount(int64_t cents)
{
    if (cents > 0 && cents <= DESK_CENTS_MAX) return BM_OK;
    return err_set(BM_EUSAGE, "an amount from 0.01 to %d.00", DESK_CENTS_MAX / 100);
}

static enum bm_rc patron_begin(struct act *act, struct desk *d, struct arena *a, enum op op, const char *card, int64_t cents,
                               const char *asked, struct desk_answer *out)
{
    *act = (struct act){ .d = d, .a = a, .out = out };
    enum bm_rc rc = check_amount(cents);
    if (!rc) rc = act_clean(a, card, &card);
    if (!rc) rc = act_begin(act, d, a, op, ASKED(card, act_number(a, cents), asked), out);
    if (!rc) rc = facts_patron(&act->f, card);
    if (!rc && !act->f.patron_known) rc = err_set(BM_ENOTFOUND, "no such card here: %s; look the patron up by name", card);
    if (rc) return rc;
    facts_tell(&act->f, out);
    out->newer_card = NULL; /* money is the account's, whichever card is shown */
    out->amount_cents = cents;
    return BM_OK;
}

/* Refused, and why: nothing is written. in: words, an amount, more words */
static void refuse_more(struct act *act, const char *name, const char *words, int64_t cents, const char *more)
{
    char text[CENTS_TEXT_MAX];
    cents_text(cents, text, sizeof text);
    act_reason(act, REASON_BLOCKS, name, arena_printf(act->a, "%s%s%s", words, text, more), cents);
}

/* As it stands after the act. */
static enum bm_rc tell_balance(struct act *act, const char *account)
{
    return account ? balance_of(act->d->view, account, &act->out->balance_cents) : BM_OK;
}

static bool is_his(struct act *act, const struct desk_debt *debt)
{
    return str_eq(circ_standing_now(&act->view, debt->card, NULL).account, act->f.account);
}

static enum bm_rc named_of_patron(struct act *act, const char *name, struct desk_debt *out)
{
    enum bm_rc rc = find_charge(act, name, out);
    if (!rc && !is_his(act, out)) rc = err_set(BM_EREFUSED, "charge %s is another patron's", out->brief);
    return rc;
}

/* --- pay ------------------------------------------------------------------------------------------------------------- */

/* One entry: so much on this charge (NULL = as credit). */
static enum bm_rc pay_part(struct act *act, const char *charge, int64_t cents)
{
    char id[EID_TEXT_MAX];
    if (act->writes) act_next(act, OP_PAY);
    act->e.patron = act->f.card;
    act->e.amount_cents = cents;
    act->e.charge = charge;
    if (cents < 0) act->e.why = act->d->why;
    enum bm_rc rc = act_write(act);
    if (rc) return rc;
    struct desk_part *p = &act->out->parts[act->out->part_count++];
    *p = (struct desk_part){ arena_strdup(act->a, eid_text(&act->e.id, id)), charge, cents };
    return p->entry ? BM_OK : BM_ENOMEM;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The oldest that is owed first. */
static enum bm_rc pay_oldest(struct act *act, const struct desk_owed *owed, int64_t cents)
{
    for (size_t i = 0; i < owed->count && cents > 0; i++) {
        if (owed->debts[i].owed_cents <= 0) continue;
        if (act->out->part_count == DESK_PARTS_MAX - 1)
            return err_set(BM_ELIMIT, "more than %d charges at once; pay them by name", DESK_PARTS_MAX - 1);
        int64_t part = least(cents, owed->debts[i].owed_cents);
        enum bm_rc rc = pay_part(act, owed->debts[i].name, part);
        if (rc) return rc;
        cents -= part;
    }
    return cents > 0 ? pay_part(act, NULL, cents) : BM_OK;
}

/* What can be paid without making credit: what is owed, less what stands to his credit. */
static int64_t payable(const struct desk_owed *owed)
{
    int64_t most = least(owed->owed_cents, owed->balance_cents);
    return most > 0 ? most : 0;
}

enum bm_rc desk_pay(struct desk *d, struct arena *a, const char *card, int64_t cents, const char *charge, bool credit,
                    struct desk_answer *out)
{
    struct act act;
    struct desk_debt debt;
    struct desk_owed owed;
    enum bm_rc rc = patron_begin(&act, d, a, OP_PAY, card, cents, charge, out);
    if (!rc) rc = charge ? named_of_patron(&act, charge, &debt) : desk_owed(d->view, a, act.f.account, &owed);
    if (rc) goto done;
    int64_t most = charge ? debt.owed_cents > 0 ? debt.owed_cents : 0 : payable(&owed);
    if (cents > most && !credit) {
        refuse_more(&act, "more_than_owed", "Only ", most, " is owed; --credit leaves the rest as credit.");
        goto done;
    }
    out->parts = ARENA_NEWS(a, struct desk_part, DESK_PARTS_MAX);
    rc = !out->parts ? BM_ENOMEM : charge ? pay_part(&act, debt.name, cents) : pay_oldest(&act, &owed, cents);
    if (charge) out->charge = debt.name;
    out->word = "paid";
    if (!rc) rc = tell_balance(&act, act.f.account);
done:
    return act_end(&act, rc);
}

enum bm_rc desk_refund(struct desk *d, struct arena *a, const char *card, int64_t cents, const char *charge, struct desk_answer *out)
{
    struct act act;
    struct desk_debt debt;
    int64_t balance = 0;
    if (!d->why || !d->why[0]) return err_set(BM_EUSAGE, "money is paid back for a reason");
    enum bm_rc rc = patron_begin(&act, d, a, OP_PAY, card, cents, ASKED("back", charge), out);
    if (!rc) rc = charge ? named_of_patron(&act, charge, &debt) : balance_of(d->view, act.f.account, &balance);
    if (rc) goto done;
    int64_t most = charge ? debt.paid_cents : -balance;
    if (cents > most) {
        refuse_more(&act, charge ? "more_than_paid" : "more_than_credit", "Only ", most > 0 ? most : 0,
                    charge ? " was paid on this charge." : " stands to his credit.");
        goto done;
    }
    out->parts = ARENA_NEWS(a, struct desk_part, 1);
    rc = out->parts ? pay_part(&act, charge ? debt.name : NULL, -cents) : BM_ENOMEM;
    if (charge) out->charge = debt.name;
    out->word = "paid back";
    if (!rc) rc = tell_balance(&act, act.f.account);
done:
    return act_end(&act, rc);
}

/* --- waive, charge -------------------------------------------------------------------------------------------------------- */

enum bm_rc desk_waive(struct desk *d, struct arena *a, const char *charge, int64_t cents, struct desk_answer *out)
{
    struct act act;
    struct desk_debt debt;
    enum bm_rc rc = check_amount(cents);
    if (!rc && (!d->why || !d->why[0])) rc = err_set(BM_EUSAGE, "a charge is waived for a reason");
    if (rc) return rc;
    rc = act_begin(&act, d, a, OP_WAIVE, ASKED(charge, act_number(a, cents)), out);
    if (!rc) rc = find_charge(&act, charge, &debt);
    if (!rc) rc = facts_patron(&act.f, debt.card);
    if (rc) goto done;
    facts_tell(&act.f, out);
    out->newer_card = NULL;
    out->charge = debt.name;
    out->amount_cents = cents;
    if (cents > debt.owed_cents) {
        refuse_more(&act, "more_than_owed", "Only ", debt.owed_cents > 0 ? debt.owed_cents : 0, " is owed on this charge.");
        goto done;
    }
    act.e.charge = debt.name;
    act.e.amount_cents = cents;
    act.e.why = d->why;
    out->word = "waived";
    rc = act_write(&act);
    if (!rc) rc = tell_balance(&act, act.f.account);
done:
    return act_end(&act, rc);
}

enum bm_rc desk_charge(struct desk *d, struct arena *a, const char *card, int64_t cents, struct desk_answer *out)
{
    struct act act;
    if (!d->why || !d->why[0]) return err_set(BM_EUSAGE, "a charge needs a reason");
    enum bm_rc rc = patron_begin(&act, d, a, OP_CHARGE, card, cents, NULL, out);
    if (rc) goto done;
    act.e.patron = act.f.card;
    act.e.amount_cents = cents;
    act.e.why = d->why;
    out->word = "charged";
    rc = act_write(&act);
    if (!rc) out->charge = arena_printf(a, "%s/manual", out->entry);
    if (!rc && !out->charge) rc = BM_ENOMEM;
    if (!rc) rc = tell_balance(&act, act.f.account);
done:
    return act_end(&act, rc);
}
