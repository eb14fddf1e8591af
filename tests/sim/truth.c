/* tests/sim/truth.c -- see sim.h: does the branch say what really happened?
 * The acts in the order in which they truly happened, read with a few lines of common sense beside the engine: who has each
 * book by what was scanned, until when, in what condition; and which alarms that must give. Then the branch's rows must say
 * so, the books must be in those hands, and there must be no other alarms of these kinds. */
#include "tests/sim/sim.h"

enum { EXPECTED_MAX = SIM_ACTS_MAX, CLOSE_MS = 121000, KEY_MAX = EID_TEXT_MAX + 40 };

struct expected {
    enum exc_code code;
    const struct sim_act *act;
};

struct book_now {
    int borrower; /* -1 = nobody, by what was scanned */
    int64_t due_s;
    int64_t out_ms;
    int64_t lost_ms; /* the loan was marked lost then, or ENTRY_NONE */
    int charged;  /* who was charged for the loss that may still turn out none; -1 = nobody */
    enum item_cond cond;
    int title;    /* -1 = in no catalogue */
};

struct truth {
    struct sim *w;
    const struct sim_act *order[SIM_ACTS_MAX];
    int64_t count;
    struct book_now books[SIM_BOOKS];
    struct expected expected[EXPECTED_MAX];
    size_t expected_count;
    bool registered[SIM_PATRONS]; /* so far */
    int64_t owes[SIM_PATRONS], paid[SIM_PATRONS]; /* cents, in all */
};

/* Kinds that the reading below foresees exactly. */
static bool is_foreseen(enum exc_code code)
{
    switch ((int)code) {
    case EXC_LENT_OVER_LOAN:
    case EXC_SEEN_ON_LOAN:
    case EXC_WAS_MISSING:
    case EXC_UNFIT_LENT:
    case EXC_WITHDRAWN_SEEN:
    case EXC_RENEW_NO_LOAN:
    case EXC_RENEW_OTHER:
    case EXC_RENEW_LOST:
    case EXC_NO_SUCH_LOAN:
    case EXC_ON_LOAN:
    case EXC_BARCODE_CLASH:
    case EXC_BARRED:
    case EXC_EXPIRED:
    case EXC_CARD_CLASH:
    case EXC_UNKNOWN_CARD:
    case EXC_UNKNOWN_ITEM: return true;
    default: return false;
    }
}

static void expect(struct truth *t, enum exc_code code, const struct sim_act *act)
{
    bool about_standing = code == EXC_BARRED || code == EXC_EXPIRED;
    bool may_know = about_standing || code == EXC_LENT_OVER_LOAN || code == EXC_UNFIT_LENT;
    if (may_know && act->over[code]) return; /* staff said that they knew */
    if (t->expected_count == EXPECTED_MAX) sim_fail(t->w, "too many exceptions");
    t->expected[t->expected_count++] = (struct expected){ code, act };
}

/* --- what a card was good for ------------------------------------------------------------------------------ */

static void check_card(struct truth *t, int64_t at, const struct sim_act *act)
{
    int64_t barred = 0, expires_s = ENTRY_NONE;
    for (int64_t i = 0; i < at; i++) {
        const struct sim_act *x = t->order[i];
        if (x->op != OP_UPDATE || x->patron != act->patron || x->voided) continue;
        if (x->barred != ENTRY_NONE) barred = x->barred;
        if (x->expires_s != ENTRY_NONE) expires_s = x->expires_s;
    }
    if (barred == 1) expect(t, EXC_BARRED, act);
    if (expires_s != ENTRY_NONE && act->true_ms > expires_s * 1000) expect(t, EXC_EXPIRED, act);
}

/* Was the card given out, the book catalogued, by anybody, sooner or later? */
static void check_known(struct truth *t, const struct sim_act *act)
{
    bool card = act->patron < SIM_PATRONS - 2, item = act->book < SIM_BOOKS - 1;
    for (int64_t i = 0; i < t->count; i++) {
        const struct sim_act *x = t->order[i];
        if (x->voided) continue;
        card |= x->op == OP_REGISTER && x->patron == act->patron;
        item |= x->op == OP_ADD_ITEM && x->book == act->book;
    }
    if (act->patron >= 0 && !card) expect(t, EXC_UNKNOWN_CARD, act);
    if (act->book >= 0 && !item && act->op != OP_PLACE) expect(t, EXC_UNKNOWN_ITEM, act);
}

/* --- one act on a book --------------------------------------------------------------------------------------- */

static void pay_for_delay(struct truth *t, const struct book_now *b, int64_t until_ms)
{
    if (b->lost_ms != ENTRY_NONE && b->lost_ms < until_ms) until_ms = b->lost_ms;
    int64_t days = zone_day(until_ms) - zone_day(b->due_s * 1000), fine = days > SIM_GRACE ? days * SIM_RATE : 0;
    t->owes[b->borrower] += fine < SIM_FINE_MAX ? fine : SIM_FINE_MAX;
}

/* A book that was charged for as lost is not. */
static void found(struct truth *t, struct book_now *b)
{
    if (b->charged >= 0) t->owes[b->charged] -= SIM_PRICE - SIM_KEEP;
    b->charged = -1;
    b->cond = COND_OK;
}

static void in_hand(struct truth *t, struct book_now *b, const struct sim_act *act)
{
    if (b->cond != COND_LOST && b->cond != COND_MISSING) return;
    if (act->op == OP_CHECKOUT) expect(t, EXC_WAS_MISSING, act);
    found(t, b);
}

static void end_loan(struct book_now *b)
{
    b->borrower = -1;
    b->lost_ms = ENTRY_NONE;
}

static void on_checkout(struct truth *t, int64_t at, struct book_now *b, const struct sim_act *act)
{
    in_hand(t, b, act);
    if (b->cond != COND_OK) expect(t, EXC_UNFIT_LENT, act);
    check_card(t, at, act);
    bool his = b->borrower == act->patron;
    if (b->borrower >= 0 && !his) expect(t, EXC_LENT_OVER_LOAN, act);
    if (his && act->again) pay_for_delay(t, b, act->true_ms);
    b->due_s = his && b->due_s > act->due_s ? b->due_s : act->due_s;
    if (!his) b->out_ms = act->true_ms;
    b->borrower = act->patron;
    b->lost_ms = ENTRY_NONE;
}

static void on_renew(struct truth *t, int64_t at, struct book_now *b, const struct sim_act *act)
{
    if (b->borrower != act->patron) {
        expect(t, b->borrower < 0 ? EXC_RENEW_NO_LOAN : EXC_RENEW_OTHER, act);
        return;
    }
    check_card(t, at, act);
    if (b->lost_ms != ENTRY_NONE) expect(t, EXC_RENEW_LOST, act);
    pay_for_delay(t, b, act->true_ms);
    if (act->due_s > b->due_s) b->due_s = act->due_s;
}

static void on_mark(struct truth *t, struct book_now *b, const struct sim_act *act)
{
    enum item_cond what;
    if (!cond_parse(act->as, &what)) sim_fail(t->w, "marked as %s?", act->as);
    if (what == COND_LOST) {
        if (b->borrower != act->patron) expect(t, EXC_NO_SUCH_LOAN, act);
        if (b->borrower != act->patron || b->lost_ms != ENTRY_NONE) return;
        b->lost_ms = act->true_ms;
        b->cond = COND_LOST;
        b->charged = act->patron;
        t->owes[act->patron] += SIM_PRICE;
    } else if (what == COND_MISSING) {
        if (b->borrower >= 0) expect(t, EXC_ON_LOAN, act);
        else if (b->cond != COND_LOST) b->cond = what;
    } else {
        if (what != COND_WITHDRAWN && (b->cond == COND_LOST || b->cond == COND_MISSING)) {
            found(t, b);
            b->lost_ms = ENTRY_NONE;
        }
        if (what == COND_WITHDRAWN) b->charged = -1; /* written off */
        if (what == COND_WITHDRAWN && b->lost_ms != ENTRY_NONE) end_loan(b);
        b->cond = what;
    }
}

static void on_seen(struct truth *t, struct book_now *b, const struct sim_act *act)
{
    in_hand(t, b, act);
    if (b->borrower >= 0) expect(t, EXC_SEEN_ON_LOAN, act);
    if (act->op == OP_CAPTURE && b->cond == COND_WITHDRAWN) expect(t, EXC_WITHDRAWN_SEEN, act);
    end_loan(b);
}

static int64_t back_ms(const struct book_now *b, const struct sim_act *act)
{
    if (act->returned_ms == ENTRY_NONE || act->returned_ms > act->true_ms) return act->true_ms;
    return act->returned_ms > b->out_ms ? act->returned_ms : b->out_ms;
}

static void step(struct truth *t, int64_t at)
{
    const struct sim_act *act = t->order[at];
    struct book_now *b = act->book < 0 ? NULL : &t->books[act->book];
    switch ((int)act->op) {
    case OP_CHECKOUT: on_checkout(t, at, b, act); break;
    case OP_CHECKIN:
        in_hand(t, b, act);
        if (b->cond == COND_WITHDRAWN) expect(t, EXC_WITHDRAWN_SEEN, act);
        if (b->borrower >= 0) pay_for_delay(t, b, back_ms(b, act));
        end_loan(b);
        break;
    case OP_RENEW: on_renew(t, at, b, act); break;
    case OP_MARK: on_mark(t, b, act); break;
    case OP_MOVE:
    case OP_USE:
    case OP_CAPTURE: on_seen(t, b, act); break;
    case OP_PAY: t->paid[act->patron] += act->cents; break;
    case OP_CHARGE: t->owes[act->patron] += act->cents; break;
    case OP_PLACE: check_card(t, at, act); break;
    case OP_ADD_ITEM:
        if (b->title >= 0 && b->title != act->title) expect(t, EXC_BARCODE_CLASH, act);
        if (b->title < 0) b->title = act->title;
        break;
    case OP_REGISTER:
        if (t->registered[act->patron]) expect(t, EXC_CARD_CLASH, act);
        t->registered[act->patron] = true;
        break;
    default: break;
    }
    if (act->op != OP_REGISTER && act->op != OP_ADD_ITEM) check_known(t, act);
}

/* --- the branch's word against it ------------------------------------------------------------------------------ */

static int64_t open_loan(struct truth *t, int book, int patron, const char *what)
{
    char key[KEY_MAX], sql[160];
    snprintf(key, sizeof key, "%s %s", t->w->books[book].barcode, t->w->cards[patron]);
    snprintf(sql, sizeof sql, "SELECT %s FROM loan WHERE end_ms IS NULL AND item || ' ' || card = ?1", what);
    return sim_ask(t->w, t->w->branch->db, sql, key);
}

static void check_row(struct truth *t, int book)
{
    struct sim *w = t->w;
    const struct book_now *b = &t->books[book];
    char key[KEY_MAX];
    int64_t open = sim_ask(w, w->branch->db, "SELECT count(*) FROM loan WHERE end_ms IS NULL AND item = ?1", w->books[book].barcode);
    if (open != (b->borrower >= 0)) sim_fail(w, "book %d: %lld open loans, borrower should be %d", book, (long long)open, b->borrower);
    if (open && open_loan(t, book, b->borrower, "due_s") != b->due_s)
        sim_fail(w, "I9: book %d: patron %d was told %lld, stored is %lld (none: other borrower)", book, b->borrower,
                 (long long)b->due_s, (long long)open_loan(t, book, b->borrower, "due_s"));
    snprintf(key, sizeof key, "%s %s", w->books[book].barcode, cond_name(b->cond));
    int64_t known = sim_ask(w, w->branch->db, "SELECT count(*) FROM item WHERE barcode = ?1", w->books[book].barcode);
    if (known && !sim_ask(w, w->branch->db, "SELECT count(*) FROM item WHERE barcode || ' ' || cond = ?1", key))
        sim_fail(w, "book %d should be %s", book, cond_name(b->cond));
}

static bool is_expected(const struct truth *t, enum exc_code code, const char *entry)
{
    for (size_t i = 0; i < t->expected_count; i++)
        if (t->expected[i].code == code && str_eq(t->expected[i].act->id, entry)) return true;
    return false;
}

/* The book is where we know it is: on a shelf, in a hand; where it was not scanned, what differs is known to staff. */
static void check_place(struct truth *t, int book)
{
    struct sim *w = t->w;
    const struct sim_book *b = &w->books[book];
    int borrower = t->books[book].borrower;
    if (b->slot) return; /* nobody can know yet */
    if (b->at >= 0) {
        if (borrower >= 0) sim_fail(w, "book %d lies at %s and is on loan to patron %d", book, w->desks[b->at].name, borrower);
        return;
    }
    if (borrower != ~b->at) /* I6 */
        sim_fail(w, "patron %d has book %d, the branch says %d", ~b->at, book, borrower);
}

static const struct sim_act *act_of(const struct sim *w, const char *id)
{
    for (int64_t i = 0; i < w->act_count; i++)
        if (str_eq(w->acts[i].id, id)) return &w->acts[i];
    return NULL;
}

/* Was there something about the same title, copy or patron that this desk did not know, or that was taken back later? */
static bool was_in_the_dark(const struct sim *w, const struct sim_act *act)
{
    for (int64_t i = 0; i < w->act_count; i++) {
        const struct sim_act *x = &w->acts[i];
        bool same = x != act && (x->title < 0 || act->title < 0 || x->title == act->title || (x->patron >= 0 && x->patron == act->patron));
        bool known = x->desk == act->desk || (x->arrived && x->arrived <= act->told);
        if (same && (x->voided || (!known && x->true_ms <= act->true_ms + CLOSE_MS))) return true;
    }
    return false;
}

/* I7: to his credit is who paid more than he owed: too much at once, or for what was not so after all. */
static void check_credit(struct truth *t, const char *account)
{
    for (int p = 0; p < SIM_PATRONS; p++)
        if (str_eq(t->w->cards[p], account) && t->paid[p] > 0) return;
    sim_fail(t->w, "credit of %s, who never paid", account);
}

/* I7: charged is what is owed for what really happened, and no payment is lost. */
static void check_money(struct truth *t, int patron)
{
    struct sim *w = t->w;
    const char *card = w->cards[patron];
    int64_t owes = sim_ask(w, w->branch->db, "SELECT coalesce(sum(amount_cents), 0) FROM charge WHERE card = ?1", card);
    int64_t waived = sim_ask(w, w->branch->db, "SELECT coalesce(sum(waived_cents), 0) FROM charge WHERE card = ?1", card);
    int64_t paid = sim_ask(w, w->branch->db, "SELECT coalesce(sum(cents), 0) FROM payment WHERE card = ?1", card);
    int64_t balance = sim_ask(w, w->branch->db, "SELECT coalesce(sum(cents), 0) FROM balance WHERE account = ?1", card);
    if (owes != t->owes[patron]) sim_fail(w, "I7: patron %d is charged %lld, should be %lld", patron, (long long)owes, (long long)t->owes[patron]);
    if (paid != t->paid[patron]) sim_fail(w, "I7: patron %d paid %lld, stored is %lld", patron, (long long)t->paid[patron], (long long)paid);
    if (balance != owes - waived - paid) sim_fail(w, "I7: patron %d: balance %lld of %lld - %lld - %lld", patron, (long long)balance, (long long)owes, (long long)waived, (long long)paid);
}

static void check_exception(struct truth *t, enum exc_code code, const char *name, const char *entry)
{
    struct sim *w = t->w;
    const struct sim_act *act = act_of(w, entry);
    bool knowing = code == EXC_HOLD_DUPLICATE || code == EXC_CAPTURE_MOVED || code == EXC_MAYBE_SAME_PERSON || code == EXC_RENEWED_WHILE_WANTED || code == EXC_PAY_OTHER || code == EXC_SETTLED_MOOT;
    /* a copy that stood aside for the first of the queue, set aside for the next: that desk saw it, and did it */
    if (code == EXC_HOLD_OUT_OF_TURN)
        knowing = sim_ask(w, w->branch->db, "SELECT count(*) FROM exception WHERE code = 'capture_moved' AND entry = ?1", entry) > 0;
    if (is_foreseen(code)) {
        if (!is_expected(t, code, entry)) sim_fail(w, "%s: %s: nothing that happened is a reason for it", name, entry);
    } else if (code == EXC_CREDIT) {
        check_credit(t, entry);
    } else if (!act) {
        sim_fail(w, "%s is about %s, which nobody did", name, entry);
    } else if (!knowing && !was_in_the_dark(w, act)) {
        sim_fail(w, "%s: %s: that desk knew all there was to know", name, entry);
    }
}

static void check_exceptions(struct truth *t)
{
    struct sim *w = t->w;
    struct stmt *s;
    enum bm_rc rc;
    SIM_NEED(w, db_prepare(w->branch->db, "SELECT code, entry FROM exception_all ORDER BY code, entry", &s));
    while ((rc = stmt_next(s)) == BM_OK) {
        enum exc_code code;
        if (exc_parse(stmt_text(s, 0), &code)) check_exception(t, code, stmt_text(s, 0), stmt_text(s, 1));
    }
    stmt_free(s);
    if (rc != BM_ENOTFOUND) sim_need(w, rc, "exceptions");
    for (size_t i = 0; i < t->expected_count; i++) {
        char key[KEY_MAX];
        const struct expected *x = &t->expected[i];
        snprintf(key, sizeof key, "%s %s", exc_name(x->code), x->act->id);
        if (!sim_ask(w, w->branch->db, "SELECT count(*) FROM exception WHERE code || ' ' || entry = ?1", key))
            sim_fail(w, "there should be an exception %s", key);
    }
}

/* --- all of it --------------------------------------------------------------------------------------------------- */

static int by_true_time(const void *a, const void *b)
{
    const struct sim_act *x = *(const struct sim_act *const *)a, *y = *(const struct sim_act *const *)b;
    return x->true_ms != y->true_ms ? (x->true_ms > y->true_ms) - (x->true_ms < y->true_ms) : (x > y) - (x < y);
}

void sim_check_truth(struct sim *w)
{
    struct truth *t = arena_alloc(&w->arena, sizeof *t);
    if (!t) abort();
    t->w = w;
    for (int i = 0; i < SIM_BOOKS; i++)
        t->books[i] = (struct book_now){ .borrower = -1, .due_s = ENTRY_NONE, .lost_ms = ENTRY_NONE, .charged = -1, .title = i < SIM_BOOKS - 1 ? i % SIM_TITLES : -1 };
    for (int i = 0; i < SIM_PATRONS - 2; i++) t->registered[i] = true;
    for (int64_t i = 0; i < w->act_count; i++)
        if (!w->acts[i].voided) t->order[t->count++] = &w->acts[i];
    qsort(t->order, (size_t)t->count, sizeof *t->order, by_true_time);
    for (int64_t i = 0; i < t->count; i++) step(t, i);
    for (int i = 0; i < SIM_BOOKS; i++) {
        check_row(t, i);
        check_place(t, i);
    }
    for (int p = 0; p < SIM_PATRONS; p++) check_money(t, p);
    check_exceptions(t);
}
