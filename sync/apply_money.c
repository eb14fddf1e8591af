/* sync/apply_money.c -- what crosses item histories: charges with what was paid and waived, the ledger, balances, and
 * whether a loan was one too many. See apply.h.
 *
 * The folds of items and patrons note what they touched (apply_touch_*); once an entry is through, apply_money_finish
 * looks at just that. Nothing here feeds back into a fold (TIMELINE 9). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/account.h"
#include "sync/apply.h"

enum { CHARGE_KEY_MAX = EID_TEXT_MAX + 16, LINE_TEXT_MAX = CHARGE_KEY_MAX + 16 };

/* --- what was touched -------------------------------------------------------------------------------------- */

static const char *charge_key(const struct eid *about, const char *kind, char out[CHARGE_KEY_MAX])
{
    char id[EID_TEXT_MAX];
    snprintf(out, CHARGE_KEY_MAX, "%s/%s", eid_text(about, id), kind);
    return out;
}

enum bm_rc apply_touch_charge(struct apply *ap, const char *key)
{
    return key && *key ? node_add(ap, &ap->charges, key) : BM_OK;
}

enum bm_rc apply_touch_card(struct apply *ap, const char *card)
{
    return card && *card ? node_add(ap, &ap->payers, card) : BM_OK;
}

/* Between these times the number of loans of the card's person is another now. */
enum bm_rc apply_touch_loans(struct apply *ap, const char *card, int64_t from_t, int64_t to_t)
{
    struct loan_window *grown = arena_grow(&ap->arena, ap->windows, ap->window_count, &ap->window_cap, sizeof *grown);
    const char *kept = arena_strdup(&ap->arena, card);
    if (!grown || !kept) return BM_ENOMEM;
    ap->windows = grown;
    grown[ap->window_count++] = (struct loan_window){ kept, from_t, to_t };
    return BM_OK;
}

static enum bm_rc touch_charge_row(struct apply *ap, const struct tl_charge *c)
{
    char key[CHARGE_KEY_MAX];
    enum bm_rc rc = apply_touch_card(ap, c->card);
    return rc ? rc : apply_touch_charge(ap, charge_key(&c->about, c->kind, key));
}

static int64_t end_of(const struct tl_loan *l)
{
    return l->end_ms == ENTRY_NONE ? INT64_MAX : l->endkey.t_ms;
}

enum bm_rc apply_touch_step(struct apply *ap, const struct unit *u, const struct entry *e)
{
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < u->charge_count && !rc; i++)
        if (u->charges[i]->dirty) rc = touch_charge_row(ap, u->charges[i]);
    for (size_t i = 0; i < u->loan_count && !rc; i++) {
        const struct tl_loan *l = u->loans[i];
        if (!l->dirty) continue;
        if (eid_cmp(&l->id, &e->id) == 0) rc = apply_touch_loans(ap, l->card, l->key.t_ms, INT64_MAX);
        else if (l->end_ms != ENTRY_NONE && eid_cmp(&l->endkey.id, &e->id) == 0)
            rc = apply_touch_loans(ap, l->card, l->endkey.t_ms, INT64_MAX);
    }
    return rc;
}

/* By the same act: another one at the same moment may stand on the other side of a loan made then. */
static bool same_end(const struct tl_loan *x, const struct tl_loan *y)
{
    return end_of(x) == end_of(y) && (x->end_ms == ENTRY_NONE || eid_cmp(&x->endkey.id, &y->endkey.id) == 0);
}

static enum bm_rc clear_over_limit(struct apply *ap, const char *loan)
{
    return db_run(ap->db, SQL_EXCEPTIONS_CLEAR_ENTRY, "entry", 's', loan, "code", 's', exc_name(EXC_OVER_LIMIT), NULL);
}

/* A loan that was and is no more, or the other way round, counts over its whole time; one that ended earlier or later,
 * between its two ends. */
static enum bm_rc touch_loan_change(struct apply *ap, const struct tl_loan *was, const struct tl_loan *now)
{
    char id[EID_TEXT_MAX];
    if (!now) {
        enum bm_rc rc = clear_over_limit(ap, eid_text(&was->id, id));
        return rc ? rc : apply_touch_loans(ap, was->card, was->key.t_ms, end_of(was));
    }
    if (!was) return apply_touch_loans(ap, now->card, now->key.t_ms, end_of(now));
    int64_t from = was->key.t_ms, to = end_of(was);
    bool moved = was->key.t_ms != now->key.t_ms || !str_eq(was->card, now->card) || was->limit != now->limit;
    if (!moved && same_end(was, now)) return BM_OK;
    if (!moved) from = to < end_of(now) ? to : end_of(now);
    if (now->key.t_ms < from) from = now->key.t_ms;
    if (end_of(now) > to) to = end_of(now);
    enum bm_rc rc = apply_touch_loans(ap, was->card, from, to);
    return rc || str_eq(was->card, now->card) ? rc : apply_touch_loans(ap, now->card, from, to);
}

enum bm_rc apply_touch_refold(struct apply *ap, const struct unit *was, const struct unit *now)
{
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < was->charge_count && !rc; i++) {
        const struct tl_charge *c = was->charges[i], *next = unit_charge(now, &c->about, c->kind);
        if (!next || next->dirty) rc = touch_charge_row(ap, c);
    }
    for (size_t i = 0; i < now->charge_count && !rc; i++)
        if (now->charges[i]->dirty) rc = touch_charge_row(ap, now->charges[i]);
    for (size_t i = 0; i < was->loan_count && !rc; i++)
        rc = touch_loan_change(ap, was->loans[i], unit_loan(now, &was->loans[i]->id));
    for (size_t i = 0; i < now->loan_count && !rc; i++)
        if (!unit_loan(was, &now->loans[i]->id)) rc = touch_loan_change(ap, NULL, now->loans[i]);
    return rc;
}

enum bm_rc apply_touch_people(struct apply *ap, const char *card, int64_t from_t)
{
    struct stmt *s;
    enum bm_rc rc = apply_touch_card(ap, card);
    if (!rc) rc = apply_touch_loans(ap, card, from_t, INT64_MAX);
    if (!rc) rc = db_get(ap->db, SQL_MONEY_CHARGES_OF_CARD, &s, "card", 's', card, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK)
        if ((rc = apply_touch_charge(ap, stmt_text(s, 0)))) break;
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* --- the ledger (I7) ------------------------------------------------------------------------------------------ */

/* What a line should be now, less what was posted of it, becomes a row. in: card NULL = the line is no more */
static enum bm_rc post(struct apply *ap, const char *line, const char *card, int64_t cents)
{
    struct posted {
        const char *card;
        int64_t cents;
    } *rows = NULL;
    size_t count = 0, cap = 0;
    struct stmt *s;
    enum bm_rc rc = db_get(ap->db, SQL_LEDGER_OF_LINE, &s, "line", 's', line, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        rows = arena_grow(&ap->arena, rows, count, &cap, sizeof *rows);
        const char *whose = rows ? stmt_copy(s, 0, &ap->arena) : NULL;
        if (!whose) {
            rc = BM_ENOMEM;
            break;
        }
        rows[count++] = (struct posted){ whose, stmt_int(s, 1) };
    }
    stmt_done(s);
    if (rc != BM_ENOTFOUND) return rc;
    rc = BM_OK;
    for (size_t i = 0; i < count && !rc; i++) {
        bool mine = str_eq(rows[i].card, card);
        if (mine) cents -= rows[i].cents;
        else
            rc = db_run(ap->db, SQL_LEDGER_ADD, "line", 's', line, "card", 's', rows[i].card, "cents", 'i', -rows[i].cents,
                        "cause", 's', ap->cause, NULL);
    }
    if (rc || !card || cents == 0) return rc;
    return db_run(ap->db, SQL_LEDGER_ADD, "line", 's', line, "card", 's', card, "cents", 'i', cents, "cause", 's', ap->cause, NULL);
}

static enum bm_rc post_of_charge(struct apply *ap, const char *what, const char *key, const char *card, int64_t cents)
{
    char line[LINE_TEXT_MAX];
    snprintf(line, sizeof line, "%s %s", what, key);
    return post(ap, line, card, cents);
}

/* --- one charge ------------------------------------------------------------------------------------------------ */

struct moves {
    struct charge_move *list;
    size_t count, cap;
};

static enum bm_rc clear_of_move(struct apply *ap, const char *id)
{
    enum bm_rc rc = db_run(ap->db, SQL_EXCEPTIONS_CLEAR_ENTRY, "entry", 's', id, "code", 's', exc_name(EXC_PAY_OTHER), NULL);
    if (rc) return rc;
    return db_run(ap->db, SQL_EXCEPTIONS_CLEAR_ENTRY, "entry", 's', id, "code", 's', exc_name(EXC_WAIVE_NOTHING), NULL);
}

/* A payment or waiver that names the charge. in: card, whose charge it is; NULL = there is none */
static enum bm_rc take_move(struct apply *ap, struct stmt *s, const char *card, struct moves *out)
{
    struct entry e;
    struct eid id;
    char id_text[EID_TEXT_MAX], account[ENTRY_WORD_MAX + 1], mine[ENTRY_WORD_MAX + 1];
    const char *body = stmt_text(s, 7);
    bool waive = str_eq(stmt_text(s, 5), "waive");
    enum bm_rc rc = entry_read(body, strlen(body), stmt_int(s, 3) > 0, &ap->arena, &e);
    if (!rc) rc = apply_col_eid(s, 0, 3, &id);
    if (!rc) rc = clear_of_move(ap, eid_text(&id, id_text));
    if (rc) return rc;
    if (card_is_nobody(card) && !str_eq(stmt_text(s, 6), card)) /* came after it was settled and forgotten */
        return waive ? apply_leaf(ap, EXC_WAIVE_NOTHING, id_text, "") : apply_touch_card(ap, stmt_text(s, 6));
    if (!waive) {
        rc = apply_touch_card(ap, stmt_text(s, 6));
        if (!rc) rc = apply_account(ap, stmt_text(s, 6), account, sizeof account);
        if (!rc && card) rc = apply_account(ap, card, mine, sizeof mine);
        if (rc || !card) return rc; /* money without a charge is credit */
        if (!str_eq(account, mine)) return apply_leaf(ap, EXC_PAY_OTHER, id_text, "");
    }
    struct charge_move *list = arena_grow(&ap->arena, out->list, out->count, &out->cap, sizeof *list);
    if (!list) return BM_ENOMEM;
    out->list = list;
    out->list[out->count++] = (struct charge_move){ .key = { .t_ms = stmt_int(s, 4), .id = id }, .waive = waive, .cents = e.amount_cents };
    return BM_OK;
}

static enum bm_rc moves_of(struct apply *ap, const char *key, const char *card, struct moves *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(ap->db, SQL_MONEY_MOVES, &s, "ref", 's', key, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK)
        if ((rc = take_move(ap, s, card, out))) break;
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static int move_cmp(const void *a, const void *b)
{
    return tkey_cmp(&((const struct charge_move *)a)->key, &((const struct charge_move *)b)->key);
}

/* A charge that staff made by hand is no part of an item's history: its row follows its entry. */
static enum bm_rc manual_row(struct apply *ap, const struct eid *about, const char *about_text)
{
    char ep[20], series[EID_TEXT_MAX + 64];
    struct entry e;
    struct stmt *s;
    snprintf(ep, sizeof ep, "%016" PRIx64, about->ep);
    enum bm_rc rc = db_get(ap->db, SQL_MONEY_MANUAL, &s, "dev", 's', about->dev, "ep", 's', ep, "seq", 'i', (int64_t)about->seq,
                           "row", 'i', (int64_t)about->row, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc == BM_ENOTFOUND) return db_run(ap->db, SQL_CHARGE_DELETE, "about", 's', about_text, "kind", 's', "manual", NULL);
    if (rc) return rc;
    const char *body = stmt_text(s, 2);
    rc = entry_read(body, strlen(body), about->row > 0, &ap->arena, &e);
    int64_t t = stmt_int(s, 0);
    const char *card = rc ? NULL : stmt_copy(s, 1, &ap->arena);
    stmt_done(s);
    if (rc || !card) return rc ? rc : BM_ENOMEM;
    snprintf(series, sizeof series, "%" PRId64 " %s %" PRId64 "\n", t, about_text, e.amount_cents);
    return db_run(ap->db, SQL_CHARGE_PUT, "about", 's', about_text, "kind", 's', "manual", "card", 's', card, "item", 's',
                  (const char *)NULL, "series", 's', series, NULL);
}

static enum bm_rc read_charge(struct apply *ap, const char *about_text, const char *kind, struct tl_charge *out)
{
    struct stmt *s;
    *out = (struct tl_charge){ 0 };
    enum bm_rc rc = db_get(ap->db, SQL_MONEY_SERIES, &s, "about", 's', about_text, "kind", 's', kind, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    out->card = stmt_copy(s, 1, &ap->arena);
    rc = out->card ? circ_series_read(stmt_text(s, 0), &ap->arena, out) : BM_ENOMEM;
    stmt_done(s);
    return rc;
}

static enum bm_rc store_sum(struct apply *ap, const char *key, const char *about, const char *kind, const char *card,
                            const struct charge_sum *sum)
{
    enum bm_rc rc = BM_OK;
    if (card)
        rc = db_run(ap->db, SQL_CHARGE_MONEY_SET, "amount", 'i', sum->amount, "waived", 'i', sum->waived, "paid", 'i', sum->paid,
                    "about", 's', about, "kind", 's', kind, NULL);
    if (!rc) rc = post_of_charge(ap, "amount", key, card, sum->amount);
    if (!rc) rc = post_of_charge(ap, "waived", key, card, -sum->waived);
    if (!rc) rc = db_run(ap->db, SQL_EXCEPTIONS_CLEAR_ENTRY, "entry", 's', key, "code", 's', exc_name(EXC_REFUND_REVERSED), NULL);
    if (!rc && charge_is_refund_reversed(sum)) rc = apply_leaf(ap, EXC_REFUND_REVERSED, key, "");
    return rc;
}

static enum bm_rc fold_charge(struct apply *ap, const char *key)
{
    char about_text[EID_TEXT_MAX], id[EID_TEXT_MAX];
    const char *kind = NULL;
    struct eid about;
    struct tl_charge c = { 0 };
    struct moves moves = { 0 };
    enum bm_rc rc = BM_OK;
    bool sound = charge_key_split(key, about_text, &kind) && eid_parse(about_text, &about);
    if (sound && str_eq(kind, "manual")) rc = manual_row(ap, &about, about_text);
    if (!rc && sound) rc = read_charge(ap, about_text, kind, &c);
    if (!rc && c.card) rc = apply_touch_card(ap, c.card);
    if (!rc) rc = moves_of(ap, key, c.card, &moves);
    if (rc) return rc;
    if (moves.count) qsort(moves.list, moves.count, sizeof *moves.list, move_cmp);
    struct charge_sum sum = charge_fold(c.series, c.count, moves.list, moves.count);
    for (size_t i = 0; i < moves.count && !rc; i++)
        if (moves.list[i].waive && moves.list[i].done_cents == 0)
            rc = apply_leaf(ap, EXC_WAIVE_NOTHING, eid_text(&moves.list[i].key.id, id), "");
    return rc || !sound ? rc : store_sum(ap, key, about_text, kind, c.card, &sum);
}

/* --- balances --------------------------------------------------------------------------------------------------- */

static enum bm_rc balance_of(struct apply *ap, const char *account)
{
    int64_t cents;
    enum bm_rc rc = db_int(ap->db, SQL_MONEY_BALANCE, &cents, "account", 's', account, NULL);
    if (!rc)
        rc = cents ? db_run(ap->db, SQL_BALANCE_SET, "account", 's', account, "cents", 'i', cents, NULL)
                   : db_run(ap->db, SQL_BALANCE_CLEAR, "account", 's', account, NULL);
    if (!rc) rc = db_run(ap->db, SQL_EXCEPTIONS_CLEAR_ENTRY, "entry", 's', account, "code", 's', exc_name(EXC_CREDIT), NULL);
    return rc || cents >= 0 ? rc : apply_leaf(ap, EXC_CREDIT, account, "");
}

/* A card whose money changed: the account it belongs to now; and where it is no account of its own any more, none. */
static enum bm_rc balances_of(struct apply *ap, const char *card)
{
    char account[ENTRY_WORD_MAX + 1];
    enum bm_rc rc = apply_account(ap, card, account, sizeof account);
    if (!rc) rc = balance_of(ap, account);
    if (rc || str_eq(account, card)) return rc;
    rc = db_run(ap->db, SQL_BALANCE_CLEAR, "account", 's', card, NULL);
    return rc ? rc : db_run(ap->db, SQL_EXCEPTIONS_CLEAR_ENTRY, "entry", 's', card, "code", 's', exc_name(EXC_CREDIT), NULL);
}

/* --- one loan too many -------------------------------------------------------------------------------------------- */

struct loan_then {
    const char *id, *card;
    struct tkey key;
    int64_t limit;
};

/* How many loans of the person were out just before the loan was made? */
static enum bm_rc out_before(struct apply *ap, const char *account, const struct loan_then *l, int64_t *count)
{
    struct circ_view view = { .db = ap->db, .arena = &ap->arena, .who = apply_standing_at };
    struct stmt *s;
    const char *me = apply_standing_at(&view, l->card, &l->key).account;
    *count = 0;
    enum bm_rc rc = db_get(ap->db, SQL_LOANS_OUT_AT, &s, "account", 's', account, "t", 'i', l->key.t_ms, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct tkey key = { .t_ms = stmt_int(s, 1) }, end = { .t_ms = stmt_int(s, 2) };
        BM_CHECK(eid_parse(stmt_text(s, 0), &key.id) && eid_parse(stmt_text(s, 3) ? stmt_text(s, 3) : "", &end.id));
        if (tkey_cmp(&key, &l->key) >= 0) continue;
        if (end.t_ms != ENTRY_NONE && tkey_cmp(&end, &l->key) <= 0) continue;
        *count += str_eq(apply_standing_at(&view, stmt_text(s, 4), &l->key).account, me);
    }
    return rc == BM_ENOTFOUND ? view.rc : rc;
}

static enum bm_rc over_limit(struct apply *ap, const struct loan_window *w)
{
    char account[ENTRY_WORD_MAX + 1];
    struct loan_then *loans = NULL;
    size_t count = 0, cap = 0;
    struct stmt *s;
    if (card_is_nobody(w->card)) return BM_OK;
    enum bm_rc rc = apply_account(ap, w->card, account, sizeof account);
    if (!rc) rc = db_get(ap->db, SQL_LIMITED_LOANS, &s, "account", 's', account, "from_t", 'i', w->from_t, "to_t", 'i', w->to_t, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        loans = arena_grow(&ap->arena, loans, count, &cap, sizeof *loans);
        if (!loans) {
            rc = BM_ENOMEM;
            break;
        }
        struct loan_then *l = &loans[count++];
        *l = (struct loan_then){ stmt_copy(s, 0, &ap->arena), stmt_copy(s, 3, &ap->arena), { .t_ms = stmt_int(s, 1) }, stmt_int(s, 2) };
        if (!l->id || !l->card) {
            rc = BM_ENOMEM;
            break;
        }
        BM_CHECK(eid_parse(l->id, &l->key.id));
    }
    stmt_done(s);
    if (rc != BM_ENOTFOUND) return rc;
    rc = BM_OK;
    for (size_t i = 0; i < count && !rc; i++) {
        int64_t out;
        rc = out_before(ap, account, &loans[i], &out);
        if (!rc) rc = clear_over_limit(ap, loans[i].id);
        if (!rc && out >= loans[i].limit) rc = apply_leaf(ap, EXC_OVER_LIMIT, loans[i].id, "");
    }
    return rc;
}

/* --- entries, and the end of one ------------------------------------------------------------------------------------- */

enum bm_rc apply_money(struct apply *ap, const struct entry *e, const char *id)
{
    char key[CHARGE_KEY_MAX], line[LINE_TEXT_MAX];
    enum bm_rc rc = BM_OK;
    if (e->op == OP_CHARGE) return apply_touch_charge(ap, charge_key(&e->id, "manual", key));
    if (e->op == OP_PAY) {
        snprintf(line, sizeof line, "pay %s", id);
        rc = db_run(ap->db, SQL_PAYMENT_PUT, "id", 's', id, "card", 's', e->patron, "cents", 'i', e->amount_cents, NULL);
        if (!rc) rc = post(ap, line, e->patron, -e->amount_cents);
        if (!rc) rc = apply_touch_card(ap, e->patron);
    }
    return rc ? rc : apply_touch_charge(ap, e->charge);
}

/* The line is posted on the other card; amounts are in the stored entry. */
enum bm_rc apply_money_moved(struct apply *ap, const struct entry *e, const char *id)
{
    char line[LINE_TEXT_MAX];
    int64_t cents;
    enum bm_rc rc = apply_money_retimed(ap, e->op, &e->id, e->charge);
    if (!rc) rc = apply_touch_card(ap, e->patron);
    if (rc || e->op != OP_PAY) return rc;
    rc = db_int(ap->db, SQL_PAYMENT_GET, &cents, "id", 's', id, NULL);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc; /* dark */
    snprintf(line, sizeof line, "pay %s", id);
    rc = db_run(ap->db, SQL_PAYMENT_PUT, "id", 's', id, "card", 's', e->patron, "cents", 'i', cents, NULL);
    return rc ? rc : post(ap, line, e->patron, -cents);
}

enum bm_rc apply_money_gone(struct apply *ap, enum op op, const struct eid *target, const char *card, const char *ref)
{
    char id[EID_TEXT_MAX], key[CHARGE_KEY_MAX], line[LINE_TEXT_MAX];
    enum bm_rc rc = clear_of_move(ap, eid_text(target, id));
    if (!rc) rc = apply_touch_card(ap, card);
    if (!rc) rc = apply_touch_charge(ap, op == OP_CHARGE ? charge_key(target, "manual", key) : ref);
    if (rc || op != OP_PAY) return rc;
    snprintf(line, sizeof line, "pay %s", id);
    rc = db_run(ap->db, SQL_PAYMENT_DELETE, "id", 's', id, NULL);
    return rc ? rc : post(ap, line, NULL, 0);
}

enum bm_rc apply_money_retimed(struct apply *ap, enum op op, const struct eid *id, const char *ref)
{
    char key[CHARGE_KEY_MAX];
    return apply_touch_charge(ap, op == OP_CHARGE ? charge_key(id, "manual", key) : ref);
}

enum bm_rc apply_money_finish(struct apply *ap)
{
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < ap->charges.count && !rc; i++) rc = fold_charge(ap, ap->charges.nodes[i]);
    for (size_t i = 0; i < ap->payers.count && !rc; i++) rc = balances_of(ap, ap->payers.nodes[i]);
    for (size_t i = 0; i < ap->window_count && !rc; i++) rc = over_limit(ap, &ap->windows[i]);
    ap->charges = ap->payers = (struct node_set){ 0 };
    ap->windows = NULL;
    ap->window_count = ap->window_cap = 0;
    return rc;
}
