/* common/timeline.c -- the step function over one reading; see timeline.h. unit.c keeps the
 * rows.
 *
 * Each on_... is one row of the step table (TIMELINE 3). It returns the word for what the entry
 * did, or NULL where an exception says why it did nothing. Failures stick in the step: whoever
 * gets no memory goes on with what there is, and timeline_step returns the code. */
#include "common/timeline.h"
#include "common/unit_priv.h"

struct step {
    struct unit *u;
    const struct entry *e;
    const struct tkey *key;
    int64_t unc_ms;
    struct tl_item *it; /* the copy, or NULL for place and cancel */
    enum bm_rc rc;
};

int tkey_cmp(const struct tkey *a, const struct tkey *b)
{
    if (a->t_ms != b->t_ms) return a->t_ms < b->t_ms ? -1 : 1;
    return eid_cmp(&a->id, &b->id);
}

/* --- small helpers --- */

static int64_t or_zero(int64_t x)
{
    return x == ENTRY_NONE ? 0 : x;
}

/* Seconds as milliseconds; a date beyond what milliseconds can tell is as far off as they
 * reach. */
static int64_t ms_of(int64_t s)
{
    int64_t ms;
    if (__builtin_mul_overflow(s, (int64_t)1000, &ms)) return s < 0 ? INT64_MIN + 1 : INT64_MAX;
    return ms;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The earlier of two times; ENTRY_NONE is no time. */
static int64_t earlier(int64_t a, int64_t b)
{
    if (a == ENTRY_NONE || b == ENTRY_NONE) return a == ENTRY_NONE ? b : a;
    return a < b ? a : b;
}

static int64_t day_of(const struct unit *u, int64_t utc_ms)
{
    enum { DAY_MS = 86400000 };
    if (u->day) return u->day(u->ctx, utc_ms);
    return utc_ms / DAY_MS - (utc_ms % DAY_MS < 0);
}

int64_t timeline_fine(const struct unit *u, const struct terms *terms, int64_t due_s,
                      int64_t back_ms, int64_t told_ms)
{
    bm_assert(u && terms);
    if (due_s == ENTRY_NONE || back_ms == ENTRY_NONE) return 0;
    int64_t late, cents;
    int64_t due_day = day_of(u, ms_of(due_s)), back_day = day_of(u, back_ms);
    if (__builtin_sub_overflow(back_day, due_day, &late)) return 0;
    if (terms->cal && u->closed && late > 0)
        late -= u->closed(u->ctx, terms->cal, due_day + 1, back_day, told_ms);
    if (late <= or_zero(terms->grace_days)) return 0;
    int64_t rate = or_zero(terms->rate_cents);
    if (__builtin_mul_overflow(rate, late, &cents))
        cents = (rate < 0) == (late < 0) ? INT64_MAX : INT64_MIN + 1;
    return terms->max_cents == ENTRY_NONE || cents < terms->max_cents ? cents
                                                                      : terms->max_cents;
}

static void keep_rc(struct step *s, enum bm_rc rc)
{
    if (!s->rc) s->rc = rc;
}

static struct standing standing_of(const struct step *s, const char *card)
{
    return s->u->who(s->u->ctx, card ? card : "", s->key);
}

static bool is_account(const struct step *s, const char *card, const char *account)
{
    return strcmp(standing_of(s, card).account, account) == 0;
}

/* Does the desk say that somebody decided to go on in spite of this rule? */
static bool is_overridden(const char *over, const char *code)
{
    size_t n = strlen(code);
    for (const char *at = over; at; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (strncmp(at, code, n) == 0 && (at[n] == ' ' || at[n] == '\0')) return true;
        if (!*at) break;
    }
    return false;
}

#define EXC_IS(code, name, task, rule, closing, sentence, ways) { rule, closing },
static const struct {
    bool rule, closing;
} exc_is[] = { EXC_TABLE(EXC_IS) };
#undef EXC_IS

/* The part of the group an entry's exceptions belong to: '?' and the item, or the title of a
 * hold. */
static const char *node_of(struct step *s)
{
    if (!s->it) return s->e->title ? s->e->title : "";
    size_t n = strlen(s->it->id);
    char *node = arena_alloc(s->u->arena, n + 2);
    if (!node) return NULL;
    node[0] = '?';
    memcpy(node + 1, s->it->id, n);
    return node;
}

/* ret: NULL, the word of an entry that did nothing */
static const char *raise_exc(struct step *s, enum exc_code code, const char *other)
{
    if (exc_is[code].rule && (is_overridden(s->e->over, exc_name(code)) || card_is_nobody(s->e->patron))) return NULL;
    struct tl_exc exc = {
        .code = code, .entry = s->e->id, .node = node_of(s), .other = other ? other : ""
    };
    exc.pending = exc_is[code].closing && s->it;
    keep_rc(s, exc.node ? unit_raise(s->u, &exc, s->it) : BM_ENOMEM);
    return NULL;
}

static const char *raise_about(struct step *s, enum exc_code code, const struct eid *other)
{
    char text[EID_TEXT_MAX];
    const char *kept = arena_strdup(s->u->arena, eid_text(other, text));
    if (!kept) keep_rc(s, BM_ENOMEM);
    return kept ? raise_exc(s, code, kept) : NULL;
}

static void check_standing(struct step *s, const struct standing *who)
{
    if (who->dead) raise_exc(s, EXC_CARD_REPLACED, NULL);
    if (who->barred) raise_exc(s, EXC_BARRED, NULL);
    if (who->expires_s != ENTRY_NONE && s->key->t_ms > ms_of(who->expires_s))
        raise_exc(s, EXC_EXPIRED, NULL);
}

/* From this key on, the charge is `cents`. A charge of nothing is not begun. */
static void charge(struct step *s, const struct eid *about, const char *kind, const char *card,
                   int64_t cents)
{
    struct unit *u = s->u;
    struct tl_charge *c = unit_charge(u, about, kind);
    if (!c && cents == 0) return;
    if (!c)
        c = unit_put_charge(
            u, &(struct tl_charge){
                   .about = *about, .kind = kind, .card = card, .item = s->it->id });
    void *series =
        c ? arena_grow(u->arena, c->series, c->count, &c->cap, sizeof *c->series) : NULL;
    if (!c || !series) {
        keep_rc(s, BM_ENOMEM);
        return;
    }
    c->series = series;
    c->series[c->count++] = (struct tl_amount){ .key = *s->key, .cents = cents };
    c->dirty = true;
}

static struct tl_loan *open_loan(const struct step *s)
{
    return unit_loan(s->u, &s->it->loan);
}

/* The copy is no longer set aside; the hold it truly was aside for waits again in its old
 * place. ret: that hold, or NULL */
static struct tl_hold *requeue(struct step *s)
{
    struct tl_hold *h = unit_truly_aside(s->u, s->it);
    if (eid_given(&s->it->aside)) s->it->dirty = true;
    s->it->aside = (struct eid){ 0 };
    if (h) unit_set_hold(h, HOLD_WAITING, NULL);
    return h;
}

/* Can this copy fill that hold? Both lie in the list of one title. */
static bool fits(const struct tl_hold *h, const struct tl_item *it)
{
    return !h->item || strcmp(h->item, it->id) == 0;
}

/* Is this copy needed by `want` people, because no other copy is free for each of them? (`own`:
 * one wants this very copy.) */
static bool is_short(const struct step *s, size_t want, bool own)
{
    if (own || want == 0) return own;
    for (const struct item_box *x = item_box(s->it)->of->items; x && want > 0; x = x->after) {
        const struct tl_item *it = &x->row;
        if (it != s->it && !eid_given(&it->loan) && !eid_given(&it->aside) &&
            it->cond == COND_OK)
            want--;
    }
    return want > 0;
}

/* --- in hand, and the end of a loan --- */

/* It turned up: what was charged for the loss falls to what is kept of it. */
static void found(struct step *s)
{
    struct tl_item *it = s->it;
    it->cond = COND_OK;
    it->dirty = true;
    if (!eid_given(&it->lost_mark)) return;
    const struct tl_charge *c = unit_charge(s->u, &it->lost_mark, "lost");
    if (c && c->count > 0) {
        const struct tl_loan *loan = unit_loan(s->u, &it->lost_loan);
        int64_t keep = loan ? or_zero(loan->terms.keep_cents) : 0,
                was = c->series[c->count - 1].cents;
        charge(s, &c->about, c->kind, c->card, keep < was ? keep : was);
    }
    it->lost_mark = it->lost_loan = (struct eid){ 0 };
}

/* Staff held the copy: what was doubtful is over, and it is neither lost nor missing. */
static void in_hand(struct step *s)
{
    struct item_box *box = item_box(s->it);
    for (struct exc_box *x = box->pending; x; x = x->next) {
        if (x->row.status == EXC_OPEN)
            x->row.status = EXC_OVERTAKEN; /* what staff settled stays settled */
        x->row.pending = false;
        x->row.dirty = true;
    }
    box->pending = NULL;
    if (s->it->cond == COND_LOST || s->it->cond == COND_MISSING) {
        if (s->e->op == OP_CHECKOUT) raise_exc(s, EXC_WAS_MISSING, NULL);
        found(s);
    }
    if (s->e->place) s->it->place = s->e->place;
    s->it->dirty = true;
}

/* Charge what is owed for being late until a moment; losing it or saying it was brought back
 * stops the fine. */
static void overdue(struct step *s, struct tl_loan *loan, int64_t until_ms)
{
    until_ms = earlier(until_ms, earlier(loan->lost_ms, loan->claimed_ms));
    charge(s, &loan->promise, "overdue", loan->card,
           timeline_fine(s->u, &loan->terms, loan->due_s, until_ms, s->key->t_ms));
}

static void end_loan(struct step *s, struct tl_loan *loan, enum loan_how how,
                     int64_t returned_ms)
{
    loan->end_ms = s->key->t_ms;
    if (returned_ms != ENTRY_NONE)
        loan->end_ms = earlier(s->key->t_ms, later(returned_ms, loan->out_ms));
    loan->endkey = *s->key;
    loan->how = how;
    loan->dirty = true;
    s->it->loan = (struct eid){ 0 };
    s->it->dirty = true;
    if (how == LOAN_CHECKIN) overdue(s, loan, loan->end_ms);
}

/* It is here though it was lent: nobody knows when it came back, so there is no fine. */
static void end_unscanned(struct step *s, enum exc_code code)
{
    struct tl_loan *loan = open_loan(s);
    if (!loan) return;
    end_loan(s, loan, LOAN_IMPLIED, ENTRY_NONE);
    raise_about(s, code, &loan->id);
}

static const char *extend_loan(struct step *s, struct tl_loan *loan)
{
    loan->renewals++;
    loan->promise = s->e->id;
    loan->due_s = later(loan->due_s, s->e->due_s); /* I9: no promise is taken back */
    loan->claimed_ms = ENTRY_NONE;
    loan->dirty = true;
    return "renewed";
}

/* --- items --- */

static const char *on_add_item(struct step *s)
{
    if (s->it->title && !str_eq(s->it->title, s->e->title))
        return raise_exc(s, EXC_BARCODE_CLASH, NULL);
    if (s->it->title) return "known already";
    keep_rc(s, unit_retitle(s->u, s->it, s->e->title));
    if (!s->it->place) s->it->place = s->e->place; /* where the catalogue has it; a hand knows better */
    s->it->dirty = true;
    return "added";
}

static const char *on_recat(struct step *s)
{
    if (!str_eq(s->it->title, s->e->title)) {
        struct tl_hold *h = s->it->title ? requeue(s) : NULL;
        if (h) raise_about(s, EXC_CAPTURE_MOVED, &h->id);
        keep_rc(s, unit_retitle(s->u, s->it, s->e->title));
        s->it->dirty = true;
    }
    return "recatalogued";
}

static void add_loan(struct step *s)
{
    const struct entry *e = s->e;
    struct terms terms = { .rate_cents = or_zero(e->rate_cents),
                           .grace_days = or_zero(e->grace_days),
                           .max_cents = e->max_cents,
                           .price_cents = or_zero(e->price_cents),
                           .keep_cents = or_zero(e->keep_cents),
                           .cal = e->cal };
    struct tl_loan row = { .id = e->id,
                           .item = s->it->id,
                           .card = e->patron,
                           .key = *s->key,
                           .out_ms = s->key->t_ms,
                           .due_s = e->due_s,
                           .promise = e->id,
                           .terms = terms,
                           .end_ms = ENTRY_NONE,
                           .how = LOAN_OPEN,
                           .lost_ms = ENTRY_NONE,
                           .claimed_ms = ENTRY_NONE,
                           .limit = is_overridden(e->over, exc_name(EXC_OVER_LIMIT)) ? ENTRY_NONE : e->limit };
    struct tl_loan *loan = unit_put_loan(s->u, &row);
    if (!loan) {
        keep_rc(s, BM_ENOMEM);
        return;
    }
    loan->dirty = true;
    s->it->loan = e->id;
    s->it->dirty = true;
}

/* Which of two of his holds a loan of this copy fills: the copy's own, then item-level, then
 * the oldest. */
static bool fills_first(const struct tl_item *it, const struct tl_hold *a,
                        const struct tl_hold *b)
{
    bool a_by = str_eq(a->by, it->id), b_by = str_eq(b->by, it->id);
    if (a_by != b_by) return a_by;
    if (!a->item != !b->item) return a->item;
    return tkey_cmp(&a->key, &b->key) < 0;
}

static struct tl_hold *hold_to_fill(const struct step *s, const char *account)
{
    const struct title_box *of = item_box(s->it)->of;
    struct tl_hold *best = NULL;
    for (struct hold_box *h = of ? of->live : NULL; h; h = h->after)
        if (fits(&h->row, s->it) && (!best || fills_first(s->it, &h->row, best)) &&
            is_account(s, h->row.card, account))
            best = &h->row;
    return best;
}

/* Do others wait for this copy, with no other one free for them? */
static bool is_wanted(const struct step *s, const char *account)
{
    const struct title_box *of = item_box(s->it)->of;
    size_t want = 0;
    bool own = false;
    for (const struct hold_box *h = of ? of->live : NULL; h; h = h->after) {
        if (h->row.state != HOLD_WAITING || !fits(&h->row, s->it) ||
            is_account(s, h->row.card, account))
            continue;
        want++;
        own = own || h->row.item;
    }
    return is_short(s, want, own);
}

static const char *on_checkout(struct step *s)
{
    struct tl_loan *loan = open_loan(s);
    struct standing me = standing_of(s, s->e->patron);
    in_hand(s);
    if (s->it->cond != COND_OK) raise_exc(s, EXC_UNFIT_LENT, NULL);
    check_standing(s, &me);
    if (loan && is_account(s, loan->card, me.account)) {
        /* unless that desk saw the loan, no fine is charged on a guess */
        if (s->e->again == 1) overdue(s, loan, s->key->t_ms);
        if (s->e->again == 1 && is_wanted(s, me.account)) raise_exc(s, EXC_RENEWED_WHILE_WANTED, NULL);
        loan->lost_ms = ENTRY_NONE;
        return extend_loan(s, loan);
    }
    end_unscanned(s, EXC_LENT_OVER_LOAN);
    struct tl_hold *aside = unit_truly_aside(s->u, s->it);
    if (aside && !is_account(s, aside->card, me.account)) {
        requeue(s);
        raise_about(s, EXC_LENT_WHILE_HELD, &aside->id);
    }
    struct tl_hold *mine = hold_to_fill(s, me.account);
    if (mine) unit_set_hold(mine, HOLD_FULFILLED, s->it->id);
    requeue(s);
    add_loan(s);
    return mine ? "lent, hold filled" : "lent";
}

static const char *on_checkin(struct step *s)
{
    struct tl_loan *loan = open_loan(s);
    in_hand(s);
    if (s->it->cond == COND_WITHDRAWN) raise_exc(s, EXC_WITHDRAWN_SEEN, NULL);
    if (loan) {
        end_loan(s, loan, LOAN_CHECKIN, s->e->returned_ms);
        return "returned";
    }
    /* as the screen said, staff put it back on the hold shelf; else it went to the open one */
    if (s->e->keep == 1) return "still set aside";
    struct tl_hold *h = requeue(s);
    if (h) raise_about(s, EXC_CAPTURE_MOVED, &h->id);
    return "seen";
}

static const char *on_renew(struct step *s)
{
    struct tl_loan *loan = open_loan(s);
    if (!loan) return raise_exc(s, EXC_RENEW_NO_LOAN, NULL);
    struct standing me = standing_of(s, s->e->patron);
    if (!is_account(s, loan->card, me.account))
        return raise_about(s, EXC_RENEW_OTHER, &loan->id);
    check_standing(s, &me);
    if (loan->lost_ms != ENTRY_NONE) raise_exc(s, EXC_RENEW_LOST, NULL);
    if (is_wanted(s, me.account)) raise_exc(s, EXC_RENEWED_WHILE_WANTED, NULL);
    overdue(s, loan, s->key->t_ms);
    return extend_loan(s, loan);
}

/* Lost, or brought back as he claims, by the patron who has it: the premise is that his loan is
 * open. */
static const char *mark_by_patron(struct step *s, struct tl_loan *loan, bool claimed)
{
    const struct entry *e = s->e;
    if (!loan || !e->patron || !is_account(s, loan->card, standing_of(s, e->patron).account))
        return raise_exc(s, EXC_NO_SUCH_LOAN, NULL);
    if (claimed) {
        loan->claimed_ms = s->key->t_ms;
        loan->dirty = true;
        return "claimed returned";
    }
    if (str_eq(e->basis, "overdue") && s->key->t_ms <= ms_of(loan->due_s))
        return raise_exc(s, EXC_PREMISE, NULL);
    if (loan->lost_ms != ENTRY_NONE) return "lost already";
    loan->lost_ms = s->key->t_ms;
    loan->dirty = true;
    s->it->cond = COND_LOST;
    s->it->lost_mark = e->id;
    s->it->lost_loan = loan->id;
    s->it->dirty = true;
    charge(s, &e->id, "lost", loan->card,
           e->amount_cents != ENTRY_NONE ? e->amount_cents : or_zero(loan->terms.price_cents));
    return "lost";
}

/* Gone from the shelf, as staff found. */
static const char *mark_gone(struct step *s, struct tl_loan *loan, enum item_cond what)
{
    struct tl_item *it = s->it;
    /* if he was believed to have brought it back, the copy is ours to look for */
    if (loan && loan->claimed_ms != ENTRY_NONE) {
        end_loan(s, loan, LOAN_CLAIMED, ENTRY_NONE);
        loan = NULL;
    }
    if (loan) return raise_about(s, EXC_ON_LOAN, &loan->id);
    if (it->cond != COND_LOST && it->cond != COND_MISSING) requeue(s);
    if (it->cond != COND_LOST) it->cond = what;
    it->dirty = true;
    return cond_name(what);
}

static const char *on_mark(struct step *s)
{
    const struct entry *e = s->e;
    struct tl_item *it = s->it;
    struct tl_loan *loan = open_loan(s);
    enum item_cond what = COND_OK;
    bool claimed = str_eq(e->as, "claimed");
    /* a word of a later version: nothing is guessed */
    if (!claimed && !cond_parse(e->as, &what)) return "not understood";
    if (claimed || (e->patron && what == COND_LOST)) return mark_by_patron(s, loan, claimed);
    if (what == COND_LOST || what == COND_MISSING) return mark_gone(s, loan, what);
    if (what != COND_WITHDRAWN && (it->cond == COND_LOST || it->cond == COND_MISSING)) {
        found(s);
        if (loan && loan->lost_ms != ENTRY_NONE) {
            loan->lost_ms = ENTRY_NONE;
            loan->dirty = true;
        }
    }
    if (what == COND_WITHDRAWN) { /* written off: the charge stays, whatever turns up later */
        it->lost_mark = it->lost_loan = (struct eid){ 0 };
        if (loan && loan->lost_ms != ENTRY_NONE)
            end_loan(s, loan, LOAN_WRITTEN_OFF, ENTRY_NONE);
    }
    if (what != COND_OK) requeue(s);
    it->cond = what;
    it->dirty = true;
    if (or_zero(e->amount_cents) != 0 && e->patron)
        charge(s, &e->id, "damage", e->patron, e->amount_cents);
    return cond_name(what);
}

static const char *on_move(struct step *s)
{
    in_hand(s);
    end_unscanned(s, EXC_SEEN_ON_LOAN);
    s->it->place = s->e->to;
    return "moved";
}

static const char *on_use(struct step *s)
{
    in_hand(s);
    end_unscanned(s, EXC_SEEN_ON_LOAN);
    return "used here";
}

/* The visit it was due at is suspended. */
static const char *on_change_due(struct step *s)
{
    struct tl_loan *loan = open_loan(s);
    if (!loan || !is_account(s, loan->card, standing_of(s, s->e->patron).account))
        return raise_exc(s, EXC_PREMISE, NULL);
    loan->due_s = later(loan->due_s, s->e->due_s);
    loan->dirty = true;
    return "extended";
}

static const char *on_notice(struct step *s)
{
    const struct tl_loan *loan = open_loan(s);
    const struct tl_hold *h = unit_truly_aside(s->u, s->it);
    const char *card = h ? h->card : NULL;
    if (str_eq(s->e->kind, "overdue"))
        card = loan && s->key->t_ms > ms_of(loan->due_s) ? loan->card : NULL;
    if (!card || !is_account(s, card, standing_of(s, s->e->patron).account))
        return raise_exc(s, EXC_NOTICE_WRONG, NULL);
    return "told";
}

/* --- holds --- */

static struct tl_hold *new_hold(struct step *s, const struct entry *place,
                                const struct tkey *key)
{
    struct tl_hold row = { .id = place->id,
                           .card = place->patron,
                           .title = place->title,
                           .item = place->item,
                           .pickup = place->pickup,
                           .key = *key,
                           .state = HOLD_WAITING };
    struct tl_hold *h = unit_put_hold(s->u, &row);
    if (h)
        h->dirty = true;
    else
        keep_rc(s, BM_ENOMEM);
    return h;
}

/* A hold exists when somebody names it, even if clocks say that it was placed later. item NULL
 * = any copy. */
static struct tl_hold *named_hold(struct step *s, const struct eid *id, const char *title,
                                  const char *item)
{
    struct tl_hold *h = unit_hold(s->u, id);
    const struct tl_declared *d = h ? NULL : unit_declared(s->u, id);
    if (d && str_eq(d->place->title, title) && d->cut_ms <= s->key->t_ms)
        h = new_hold(s, d->place, &d->key);
    if (h && str_eq(h->title, title) && (!item || !h->item || strcmp(h->item, item) == 0))
        return h;
    keep_rc(s, unit_want(s->u, id));
    return NULL;
}

static const char *on_place(struct step *s)
{
    const struct entry *e = s->e;
    struct tl_hold *h = unit_hold(s->u, &e->id);
    if (!h) h = new_hold(s, e, s->key);
    if (!h) return NULL;
    struct standing me = standing_of(s, e->patron);
    check_standing(s, &me);
    const char *account = standing_of(s, h->card).account;
    const struct tl_hold *twin = NULL;
    for (struct hold_box *x = hold_box(h)->of->live; x; x = x->after)
        if (&x->row != h && str_eq(x->row.item, h->item) &&
            (!twin || tkey_cmp(&x->row.key, &twin->key) < 0) &&
            is_account(s, x->row.card, account))
            twin = &x->row;
    if (twin) raise_about(s, EXC_HOLD_DUPLICATE, &twin->id);
    return "placed";
}

/* The title a cancellation is about: its own, else that of the hold it names. */
static const char *title_of_cancel(const struct step *s)
{
    if (s->e->title) return s->e->title;
    const struct tl_hold *h = unit_hold(s->u, &s->e->hold);
    const struct tl_declared *d = h ? NULL : unit_declared(s->u, &s->e->hold);
    return h ? h->title : d ? d->place->title : NULL;
}

static const char *on_cancel(struct step *s)
{
    struct tl_hold *h = named_hold(s, &s->e->hold, title_of_cancel(s), NULL);
    if (!h) return raise_about(s, EXC_UNKNOWN_HOLD, &s->e->hold);
    if (h->state != HOLD_WAITING && h->state != HOLD_CAPTURED)
        return raise_exc(s, EXC_HOLD_GONE, NULL);
    if (s->e->basis && *s->e->basis && strcmp(s->e->basis, hold_state_name(h->state)) != 0)
        return raise_exc(s, EXC_PREMISE, NULL);
    unit_set_hold(h, HOLD_CANCELLED,
                  NULL); /* the copy stays on the shelf until somebody clears it */
    return "cancelled";
}

/* Raise hold_out_of_turn if those who asked before h need this copy. */
static void check_turn(struct step *s, const struct tl_hold *h)
{
    const struct tl_hold *first = NULL;
    size_t want = 0;
    bool own = false;
    for (const struct hold_box *x = hold_box(unit_hold(s->u, &h->id))->of->live; x;
         x = x->after) {
        if (x->row.state != HOLD_WAITING || tkey_cmp(&x->row.key, &h->key) >= 0 ||
            !fits(&x->row, s->it))
            continue;
        if (!first || tkey_cmp(&x->row.key, &first->key) < 0) first = &x->row;
        want++;
        own = own || x->row.item;
    }
    if (first && is_short(s, want, own)) raise_about(s, EXC_HOLD_OUT_OF_TURN, &first->id);
}

static const char *on_capture(struct step *s)
{
    struct tl_item *it = s->it;
    in_hand(s);
    end_unscanned(s, EXC_SEEN_ON_LOAN);
    if (it->cond == COND_WITHDRAWN) raise_exc(s, EXC_WITHDRAWN_SEEN, NULL);
    struct tl_hold *h = named_hold(s, &s->e->hold, it->title, it->id);
    struct tl_hold *old = unit_truly_aside(s->u, it);
    if (old && old != h) {
        requeue(s);
        raise_about(s, EXC_CAPTURE_MOVED, &old->id);
    }
    it->aside = s->e->hold; /* the slip is in the book, whatever the books say */
    if (!h) return raise_about(s, EXC_UNKNOWN_HOLD, &s->e->hold);
    if (h->state == HOLD_CAPTURED)
        return str_eq(h->by, it->id) ? "again" : raise_exc(s, EXC_HOLD_TAKEN, h->by);
    if (h->state != HOLD_WAITING) return raise_exc(s, EXC_HOLD_CLOSED, NULL);
    check_turn(s, h);
    unit_set_hold(h, HOLD_CAPTURED, it->id);
    return "set aside";
}

/* --- the step --- */

/* Two of these may change places unharmed. */
static bool is_calm(enum op op)
{
    return op == OP_CHECKIN || op == OP_MOVE || op == OP_USE || op == OP_MARK ||
           op == OP_ADD_ITEM || op == OP_RECAT;
}

/* Note who touched the copy last, and whether the clocks leave the order of the last two in
 * doubt. */
static void touch(struct step *s)
{
    struct tl_item *it = s->it;
    const struct entry *e = s->e;
    if (it->last_t_ms != ENTRY_NONE && strcmp(it->last_id.dev, e->id.dev) != 0 &&
        !(is_calm(e->op) && is_calm(it->last_op))) {
        int64_t apart, doubt;
        if (!__builtin_sub_overflow(s->key->t_ms, it->last_t_ms, &apart) &&
            (__builtin_add_overflow(it->last_unc_ms, s->unc_ms, &doubt) || apart < doubt))
            raise_about(s, EXC_ORDER_DOUBTFUL, &it->last_id);
    }
    it->last_t_ms = s->key->t_ms;
    it->last_unc_ms = s->unc_ms;
    it->last_id = e->id;
    it->last_op = e->op;
    it->dirty = true;
}

static const char *act(struct step *s)
{
    switch ((int)s->e->op) {
    case OP_CHECKOUT: return on_checkout(s);
    case OP_CHECKIN: return on_checkin(s);
    case OP_RENEW: return on_renew(s);
    case OP_CHANGE_DUE: return on_change_due(s);
    case OP_MARK: return on_mark(s);
    case OP_MOVE: return on_move(s);
    case OP_USE: return on_use(s);
    case OP_CAPTURE: return on_capture(s);
    case OP_NOTICE: return on_notice(s);
    case OP_ADD_ITEM: return on_add_item(s);
    case OP_RECAT: return on_recat(s);
    case OP_PLACE: return on_place(s);
    case OP_CANCEL: return on_cancel(s);
    default: bm_assert(s->e->op == OP_CANCEL); return NULL; /* the table above is whole */
    }
}

enum bm_rc timeline_step(struct unit *u, const struct entry *e, const struct tkey *key,
                         int64_t unc_ms)
{
    bm_assert(u && e && key);
    bm_assert(op_kind(e->op) == OPK_HOLD || (op_kind(e->op) == OPK_ITEM && e->item));
    bm_assert(unc_ms >= 0);
    struct step s = { .u = u, .e = e, .key = key, .unc_ms = unc_ms };
    if (u->index && u->index->relink) unit_link_loose(u);
    if (op_kind(e->op) == OPK_ITEM) {
        s.it = unit_make_item(u, e->item);
        if (!s.it) return BM_ENOMEM;
        if (e->op != OP_NOTICE && e->op != OP_CHANGE_DUE) touch(&s);
    }
    const char *word = act(&s);
    if (s.rc) return s.rc;
    return word ? unit_add_effect(u, &e->id, word) : BM_OK;
}

bool unit_is_wanted(struct unit *u, const struct tl_item *item, const char *account, const struct tkey *now)
{
    struct entry none = { .id = now->id };
    struct step s = { .u = u, .e = &none, .key = now, .it = unit_item(u, item->id) };
    return s.it && item_box(s.it)->of && is_wanted(&s, account);
}
