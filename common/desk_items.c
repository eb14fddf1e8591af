/* common/desk_items.c -- see desk.h. What becomes of copies beside lending: condition, place, catalogue, dates, notices. */
#include "common/desk.h"

#include <stdio.h>

#include "common/barcode.h"
#include "common/desk_act.h"
#include "common/zone.h"

enum { RANDOM_BYTES = 8 };

static enum bm_rc unknown(const char *item)
{
    return err_set(BM_ENOTFOUND, "no item %s here; scan again, or add it: item add", item);
}

/* An act on a copy that must be known: cleaned, looked up, told. */
static enum bm_rc item_begin(struct act *act, struct desk *d, struct arena *a, enum op op, const char *scanned, const char *asked,
                             struct desk_answer *out)
{
    const char *item;
    *act = (struct act){ .d = d, .a = a, .out = out };
    enum bm_rc rc = act_clean(a, scanned, &item);
    if (!rc) rc = act_begin(act, d, a, op, ASKED(item, asked), out);
    if (!rc) rc = facts_item(&act->f, item);
    if (!rc && !act->f.item_known) rc = unknown(item);
    if (!rc && act->f.loan) rc = facts_patron(&act->f, act->f.loan->card);
    if (rc) return rc;
    facts_tell(&act->f, out);
    act->e.item = item;
    act->e.seen = act->f.seen;
    return BM_OK;
}

/* --- condition ------------------------------------------------------------------------------------------------- */

/* Who had the copy last, on loan now or not any more. */
static enum bm_rc last_borrower(struct act *act, const char **card)
{
    struct stmt *s;
    *card = NULL;
    enum bm_rc rc = db_get(act->d->view, SQL_LOANS_OF_ITEM, &s, "item", 's', act->e.item, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) { /* in the order of time */
        *card = stmt_copy(s, 2, act->a);
        if (*card) continue;
        stmt_done(s);
        return BM_ENOMEM;
    }
    if (rc != BM_ENOTFOUND) return rc;
    if (card_is_nobody(*card)) return err_set(BM_ENOTFOUND, "it is no longer known who had item %s last; give the card", act->e.item);
    return *card ? BM_OK : err_set(BM_ENOTFOUND, "nobody is known to have had item %s; give the card", act->e.item);
}

static enum bm_rc damage_of(struct act *act, int64_t cents, const char *card)
{
    if (!card) return err_set(BM_EUSAGE, "say who pays for the damage: a card, or `last` for who had it last");
    enum bm_rc rc = str_eq(card, "last") ? last_borrower(act, &card) : act_clean(act->a, card, &card);
    if (!rc) rc = facts_patron(&act->f, card);
    if (!rc && !act->f.patron_known) rc = err_set(BM_ENOTFOUND, "no such card: %s", card);
    if (rc) return rc;
    act->e.patron = card;
    act->e.amount_cents = cents;
    facts_tell(&act->f, act->out);
    return BM_OK;
}

/* Lost by, or brought back as he says by, the patron who has it; or lost from the shelf. ret: BM_EREFUSED = told in the answer */
static enum bm_rc gone(struct act *act, bool claimed, int64_t cents)
{
    const struct tl_loan *loan = act->f.loan;
    if (claimed && !loan) return err_set(BM_EREFUSED, "item %s is not on loan: nobody can have brought it back", act->e.item);
    if (claimed && loan->claimed_ms != ENTRY_NONE) return err_set(BM_EREFUSED, "it is recorded so already: claimed returned");
    if (!loan && cents != ENTRY_NONE) return err_set(BM_EREFUSED, "item %s is not on loan: there is nobody to charge", act->e.item);
    if (!claimed && loan && loan->lost_ms != ENTRY_NONE) return err_set(BM_EREFUSED, "it is marked lost already");
    if (!loan) return BM_OK;
    act->e.patron = loan->card;
    act->e.amount_cents = cents;
    return BM_OK;
}

static enum bm_rc fill_mark(struct act *act, const char *as, int64_t cents, const char *card)
{
    const struct tl_loan *loan = act->f.loan;
    act->e.as = as;
    act->e.why = act->d->why;
    if (str_eq(as, "lost") || str_eq(as, "claimed")) return gone(act, str_eq(as, "claimed"), cents);
    if (str_eq(as, "missing") && loan && loan->claimed_ms == ENTRY_NONE)
        return err_set(BM_EREFUSED, "item %s is on loan: mark it lost, or claimed returned, or check it in", act->e.item);
    if (cents != ENTRY_NONE) return damage_of(act, cents, card);
    return BM_OK;
}

static const char *mark_word(const char *as, bool on_loan)
{
    if (str_eq(as, "claimed")) return "claimed returned";
    if (str_eq(as, "lost")) return on_loan ? "lost by the patron" : "lost from the shelf";
    return as;
}

enum bm_rc desk_mark(struct desk *d, struct arena *a, const char *item, const char *as, int64_t cents, const char *card,
                     struct desk_answer *out)
{
    static const char *const known[] = { "damaged", "mend", "missing", "ok", "withdrawn", "lost", "claimed" };
    struct act act;
    bool sound = false, pays = cents != ENTRY_NONE;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) sound |= str_eq(as, known[i]);
    if (!sound) return err_set(BM_EUSAGE, "an item can be marked damaged, mend, missing, lost, claimed, withdrawn or ok");
    if (pays && (str_eq(as, "ok") || str_eq(as, "missing") || str_eq(as, "claimed")))
        return err_set(BM_EUSAGE, "only a damage or a loss is charged");
    if (pays && (cents < 0 || cents > DESK_CENTS_MAX)) return err_set(BM_EUSAGE, "a charge of 0 to %d.00", DESK_CENTS_MAX / 100);
    enum bm_rc rc = item_begin(&act, d, a, OP_MARK, item, ASKED(as, act_number(a, cents), card), out);
    if (!rc) rc = fill_mark(&act, as, cents, card);
    if (rc) goto done;
    out->word = mark_word(as, act.f.loan != NULL);
    rc = act_write(&act);
    if (!rc) rc = act_tell_money(&act);
done:
    return act_end(&act, rc);
}

/* --- place ------------------------------------------------------------------------------------------------------- */

/* In a hand though it is on loan: to check it in first is right. Where staff go on, the loan ends by this act (I6). */
static bool refuses_on_loan(struct act *act)
{
    if (!act->f.loan) return false;
    return act_refuses(act, "on_loan", "It is on loan: check it in first. Otherwise the loan ends now, without a fine.");
}

enum bm_rc desk_move(struct desk *d, struct arena *a, const char *item, const char *to, struct desk_answer *out)
{
    struct act act;
    enum bm_rc rc = act_needs_reason(d);
    if (rc) return rc;
    rc = item_begin(&act, d, a, OP_MOVE, item, to, out);
    if (rc || refuses_on_loan(&act)) goto done;
    act.e.to = to;
    if (act.f.loan) act.e.why = d->why;
    out->word = "moved";
    rc = act_write(&act);
    if (!rc) rc = act_tell_money(&act);
    if (!rc) rc = facts_next_hold(&act.f, act.e.item, out);
done:
    return act_end(&act, rc);
}

enum bm_rc desk_use(struct desk *d, struct arena *a, const char *item, struct desk_answer *out)
{
    struct act act;
    enum bm_rc rc = act_needs_reason(d);
    if (rc) return rc;
    rc = item_begin(&act, d, a, OP_USE, item, NULL, out);
    if (rc || refuses_on_loan(&act)) goto done;
    act.e.place = d->place;
    if (act.f.loan) act.e.why = d->why;
    out->word = "used here";
    rc = act_write(&act);
    if (!rc) rc = act_tell_money(&act);
done:
    return act_end(&act, rc);
}

/* --- catalogue ------------------------------------------------------------------------------------------------------- */

/* Name the entry just written: an act of two has two ids, each of which can be taken back. */
static enum bm_rc note_part(struct act *act)
{
    char id[EID_TEXT_MAX];
    struct desk_answer *out = act->out;
    if (!out->parts) out->parts = ARENA_NEWS(act->a, struct desk_part, 2);
    if (!out->parts) return BM_ENOMEM;
    struct desk_part *p = &out->parts[out->part_count++];
    *p = (struct desk_part){ arena_strdup(act->a, eid_text(&act->e.id, id)), NULL, ENTRY_NONE };
    return p->entry ? BM_OK : BM_ENOMEM;
}

/* A title that nobody has catalogued yet: a key that no other device makes. */
static enum bm_rc new_title(struct act *act, const struct desk_book *b, const char **key)
{
    char random[2 * RANDOM_BYTES + 1], isbn[BARCODE_ISBN_SIZE];
    if (b->isbn && barcode_isbn13(b->isbn, isbn)) return err_set(BM_EUSAGE, "%s is not an ISBN, or a digit of it is wrong", b->isbn);
    enum bm_rc rc = env_random_hex(act->d->env, random, RANDOM_BYTES);
    if (rc) return rc;
    *key = arena_printf(act->a, "new-%s-%s", act->d->journal->dev, random);
    if (!*key) return BM_ENOMEM;
    act_next(act, OP_ADD_TITLE);
    act->e.title = *key;
    act->e.name = b->name;
    act->e.author = b->author;
    act->e.isbn = b->isbn ? isbn : NULL;
    act->e.itype = b->itype;
    act->e.callno = b->callno;
    rc = act_write(act);
    return rc ? rc : note_part(act);
}

/* The key that `title` names: itself, or a copy's barcode. */
static enum bm_rc named_title(struct act *act, const char *title, const char **key)
{
    struct facts other;
    const char *item;
    enum bm_rc rc = facts_open(&other, act->d, &act->view);
    if (!rc) rc = act_clean(act->a, title, &item);
    if (!rc) rc = facts_title(&other, title, item, key);
    act->f.title = other.title;
    act->f.author = other.author;
    return rc;
}

enum bm_rc desk_add_item(struct desk *d, struct arena *a, const struct desk_book *b, struct desk_answer *out)
{
    struct act act;
    const char *item, *key = NULL;
    if (!b->title == !b->name) return err_set(BM_EUSAGE, "say of which title the copy is: its key, or a name for a new one");
    enum bm_rc rc = act_clean(a, b->item, &item);
    if (rc) return rc;
    rc = act_begin(&act, d, a, OP_ADD_ITEM, ASKED(item, b->title, b->name), out);
    if (!rc) rc = facts_item(&act.f, item);
    if (!rc && act.f.item_known)
        rc = err_set(BM_EEXISTS, "item %s is known already; see: item show %s", item, item);
    if (!rc) rc = facts_no_card(&act.f, item);
    if (!rc) rc = b->title ? named_title(&act, b->title, &key) : new_title(&act, b, &key);
    if (rc) goto done;
    if (b->name) act.f.title = b->name, act.f.author = b->author;
    act.f.callno = b->callno;
    facts_tell(&act.f, out);
    act_next(&act, OP_ADD_ITEM);
    act.e.item = item;
    act.e.title = out->key = key;
    act.e.place = d->place;
    act.e.branch = d->branch;
    act.e.itype = b->itype;
    act.e.callno = b->callno;
    act.e.price_cents = b->price_cents;
    act.e.seen = act.f.seen;
    out->word = "added";
    rc = act_write(&act);
    if (!rc && b->name) rc = note_part(&act);
done:
    return act_end(&act, rc);
}

enum bm_rc desk_recat(struct desk *d, struct arena *a, const char *item, const char *title, struct desk_answer *out)
{
    struct act act;
    const char *key;
    enum bm_rc rc = item_begin(&act, d, a, OP_RECAT, item, title, out);
    if (!rc) rc = named_title(&act, title, &key);
    if (!rc && str_eq(act.f.row->title, key)) rc = err_set(BM_EREFUSED, "item %s is of this title already", act.e.item);
    if (rc) goto done;
    facts_tell(&act.f, out);
    act.e.title = out->key = key;
    out->word = "recatalogued";
    rc = act_write(&act);
done:
    return act_end(&act, rc);
}

/* --- dates, notices ---------------------------------------------------------------------------------------------------- */

static enum bm_rc check_due(const struct act *act, int64_t due_s)
{
    char had[ZONE_TEXT_MAX];
    const struct tl_loan *loan = act->f.loan;
    int64_t today = zone_day(act->f.now_ms);
    if (!loan) return err_set(BM_EREFUSED, "item %s is not on loan", act->e.item);
    if (zone_day(due_s * 1000) > today + POLICY_LOAN_DAYS_MAX)
        return err_set(BM_EUSAGE, "a due date lies no more than %d days ahead", POLICY_LOAN_DAYS_MAX);
    if (due_s <= loan->due_s)
        return err_set(BM_EREFUSED, "it is due on %s: a date that was told is not taken back, give a later one",
                       zone_text(loan->due_s, had, sizeof had, ZONE_DATE));
    return BM_OK;
}

enum bm_rc desk_change_due(struct desk *d, struct arena *a, const char *item, int64_t due_s, struct desk_answer *out)
{
    struct act act;
    if (!d->why || !d->why[0]) return err_set(BM_EUSAGE, "a due date is changed for a reason");
    enum bm_rc rc = item_begin(&act, d, a, OP_CHANGE_DUE, item, act_number(a, due_s), out);
    if (!rc) rc = check_due(&act, due_s);
    if (rc) goto done;
    act.e.patron = act.f.loan->card;
    act.e.due_s = out->due_s = due_s;
    act.e.why = d->why;
    out->word = "due date changed";
    rc = act_write(&act);
done:
    return act_end(&act, rc);
}

/* Whom the notice is for: ground and person are as they stand now. */
static enum bm_rc notice_for(struct act *act, const char *kind, const char **card)
{
    const struct facts *f = &act->f;
    if (str_eq(kind, "overdue")) {
        if (!f->loan) return err_set(BM_EREFUSED, "item %s is not on loan", act->e.item);
        if (f->now_ms <= f->loan->due_s * 1000) return err_set(BM_EREFUSED, "item %s is not overdue", act->e.item);
        *card = f->loan->card;
        return BM_OK;
    }
    if (!f->aside) return err_set(BM_EREFUSED, "item %s is set aside for nobody", act->e.item);
    *card = f->aside->card;
    return BM_OK;
}

enum bm_rc desk_notice(struct desk *d, struct arena *a, const char *item, const char *kind, struct desk_answer *out)
{
    struct act act;
    if (!str_eq(kind, "overdue") && !str_eq(kind, "ready")) return err_set(BM_EUSAGE, "a notice is overdue or ready");
    enum bm_rc rc = item_begin(&act, d, a, OP_NOTICE, item, kind, out);
    if (!rc) rc = notice_for(&act, kind, &act.e.patron);
    if (!rc) rc = facts_patron(&act.f, act.e.patron);
    if (rc) goto done;
    facts_tell(&act.f, out);
    act.e.kind = kind;
    out->word = "told";
    rc = act_write(&act);
done:
    return act_end(&act, rc);
}
