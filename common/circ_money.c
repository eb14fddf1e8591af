/* common/circ_money.c -- money on a laptop: each act stepped onto charges and balances as they stand. See circ.h.
 *
 * The branch folds a charge from its whole series with all payments (sync/apply_money); a laptop knows only the sums that
 * the feed brought, and its own acts come after them in time. So it adds. What was wrong about it goes with the next pull. */
#include "common/circ.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/account.h"

enum { SERIES_MAX = EID_TEXT_MAX + 64 };

struct sums {
    int64_t amount, waived, paid;
    char card[ENTRY_WORD_MAX + 1];
    bool known;
};

static enum bm_rc read_sums(struct db *db, const char *about, const char *kind, struct sums *out)
{
    struct stmt *s;
    *out = (struct sums){ 0 };
    enum bm_rc rc = db_get(db, SQL_CHARGE_MONEY, &s, "about", 's', about, "kind", 's', kind, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    *out = (struct sums){ .amount = stmt_int(s, 0), .waived = stmt_int(s, 1), .paid = stmt_int(s, 2), .known = true };
    str_copy(out->card, sizeof out->card, stmt_text(s, 3));
    stmt_done(s);
    return BM_OK;
}

static enum bm_rc write_sums(struct db *db, const char *about, const char *kind, const struct sums *sums)
{
    return db_run(db, SQL_CHARGE_MONEY_SET, "amount", 'i', sums->amount, "waived", 'i', sums->waived, "paid", 'i', sums->paid,
                  "about", 's', about, "kind", 's', kind, NULL);
}

static enum bm_rc add_to_balance(struct circ_view *view, const char *card, int64_t cents)
{
    int64_t now = 0;
    const char *account = circ_standing_now(view, card, NULL).account;
    if (cents == 0) return view->rc;
    enum bm_rc rc = db_int(view->db, SQL_BALANCE_GET, &now, "account", 's', account, NULL);
    if (rc == BM_ENOTFOUND) rc = BM_OK, now = 0;
    if (rc || __builtin_add_overflow(now, cents, &now)) return rc ? rc : err_set(BM_ELIMIT, "a balance out of all measure");
    if (now == 0) return db_run(view->db, SQL_BALANCE_CLEAR, "account", 's', account, NULL);
    return db_run(view->db, SQL_BALANCE_SET, "account", 's', account, "cents", 'i', now, NULL);
}

/* The amount is another from here on; what is no longer charged needs no waiver. */
static enum bm_rc set_amount(struct circ_view *view, const char *about, const char *kind, int64_t amount)
{
    struct sums sums;
    enum bm_rc rc = read_sums(view->db, about, kind, &sums);
    if (rc || !sums.known) return rc;
    int64_t stood = sums.amount - sums.waived;
    sums.amount = amount;
    if (sums.waived > amount) sums.waived = amount;
    rc = write_sums(view->db, about, kind, &sums);
    return rc ? rc : add_to_balance(view, sums.card, sums.amount - sums.waived - stood);
}

enum bm_rc circ_money_step(struct circ_view *view, const struct unit *u)
{
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < u->charge_count && !rc; i++) {
        const struct tl_charge *c = u->charges[i];
        char about[EID_TEXT_MAX];
        if (c->dirty && c->count) rc = set_amount(view, eid_text(&c->about, about), c->kind, c->series[c->count - 1].cents);
    }
    return rc;
}

static enum bm_rc charge_by_hand(struct circ_view *view, const struct entry *e, int64_t t_ms, const char *id_text)
{
    char series[SERIES_MAX];
    snprintf(series, sizeof series, "%" PRId64 " %s %" PRId64 "\n", t_ms, id_text, e->amount_cents);
    enum bm_rc rc = db_run(view->db, SQL_CHARGE_PUT, "about", 's', id_text, "kind", 's', "manual", "card", 's', e->patron, "item",
                           's', (const char *)NULL, "series", 's', series, NULL);
    return rc ? rc : set_amount(view, id_text, "manual", e->amount_cents);
}

enum bm_rc circ_money(struct circ_view *view, const struct entry *e, int64_t t_ms, const char *id_text)
{
    char about[EID_TEXT_MAX];
    const char *kind = NULL;
    struct sums sums = { 0 };
    enum bm_rc rc = BM_OK;
    if (e->op == OP_CHARGE) return charge_by_hand(view, e, t_ms, id_text);
    if (charge_key_split(e->charge, about, &kind)) rc = read_sums(view->db, about, kind, &sums);
    if (rc) return rc;
    if (e->op == OP_WAIVE) {
        int64_t left = sums.amount - sums.waived - sums.paid, done = e->amount_cents < left ? e->amount_cents : left;
        if (!sums.known || done <= 0) return BM_OK; /* the branch will say waive_nothing */
        sums.waived += done;
        rc = write_sums(view->db, about, kind, &sums);
        return rc ? rc : add_to_balance(view, sums.card, -done);
    }
    const char *payer = circ_standing_now(view, e->patron, NULL).account;
    if (sums.known && str_eq(payer, circ_standing_now(view, sums.card, NULL).account)) {
        sums.paid += e->amount_cents;
        rc = write_sums(view->db, about, kind, &sums);
    }
    return rc ? rc : add_to_balance(view, e->patron, -e->amount_cents);
}
