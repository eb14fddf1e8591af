/* common/desk.c -- see desk.h. Lending, taking back, holds, people, and acts of any kind; the frame is desk_act.c. */
#include "common/desk.h"

#include <string.h>

#include "common/desk_act.h"
#include "common/zone.h"

/* --- lend, renew ------------------------------------------------------------------------------------------- */

static void fill_terms(struct entry *e, const struct policy_answer *p, const char *calendar)
{
    e->due_s = p->due_s;
    e->rate_cents = p->terms.rate_cents;
    e->grace_days = p->terms.grace_days;
    e->max_cents = p->terms.max_cents;
    e->price_cents = p->terms.price_cents;
    e->keep_cents = p->terms.keep_cents;
    e->cal = p->rule->fine_open_days ? calendar : NULL;
    e->limit = p->limit;
}

/* A date that staff set stands instead of the rule's (deposit collections). */
static enum bm_rc date_by_staff(struct act *act, struct policy_answer *p)
{
    const struct desk *d = act->d;
    if (!d->set_due_s) return BM_OK;
    if (!d->override) return err_set(BM_EUSAGE, "a due date of your own takes an override and a reason");
    int64_t today = zone_day(act->f.now_ms), day = zone_day(d->set_due_s * 1000);
    if (day < today) return err_set(BM_EUSAGE, "the due date lies in the past; nothing was lent");
    if (day > today + POLICY_LOAN_DAYS_MAX) return err_set(BM_EUSAGE, "a due date lies no more than %d days ahead", POLICY_LOAN_DAYS_MAX);
    if (act->f.loan && act->f.loan_is_his && act->f.loan->due_s > d->set_due_s)
        return err_set(BM_EREFUSED, "he has it already, and was told a later date, which is not taken back");
    p->due_s = d->set_due_s;
    p->due_day = day;
    return BM_OK;
}

enum bm_rc desk_checkout(struct desk *d, struct arena *a, const char *card, const char *item, struct desk_answer *out)
{
    struct act act;
    struct policy_answer p;
    enum bm_rc rc = act_needs_reason(d);
    if (!rc) rc = act_clean(a, card, &card);
    if (!rc) rc = act_clean(a, item, &item);
    if (rc) return rc;
    rc = act_begin(&act, d, a, OP_CHECKOUT, ASKED(card, item), out);
    if (!rc) rc = facts_patron(&act.f, card);
    if (!rc) rc = facts_item(&act.f, item);
    if (!rc) rc = facts_no_card(&act.f, item);
    if (rc) goto done;
    facts_tell(&act.f, out);
    bool again = act.f.loan && act.f.loan_is_his; /* lent again to who has it is a renewal (CASES 14) */
    rc = facts_ask(&act.f, again, &p);
    if (!rc) rc = date_by_staff(&act, &p);
    if (rc) goto done;
    out->due_s = p.due_s;
    if (!act_allowed(&act, &p)) {
        out->due_s = again ? act.f.loan->due_s : ENTRY_NONE;
        rc = act_count_loans(&act, act.f.account);
        goto done;
    }
    act.e.item = item;
    act.e.patron = card;
    act.e.place = d->place;
    fill_terms(&act.e, &p, d->branch ? d->branch : "*");
    if (again) act.e.again = 1; /* where the loan is over by then, the book has left all the same (I6) */
    if (d->set_due_s) act.e.why = d->why;
    act.e.seen = act.f.seen;
    out->word = again ? "renewed" : "lent";
    rc = act_write(&act);
    if (!rc && !again && str_eq(act.outcome.words, "lent, hold filled")) out->word = "lent, hold filled";
    if (!rc && again) rc = act_tell_money(&act);
    if (!rc) rc = act_count_loans(&act, act.f.account);
done:
    return act_end(&act, rc);
}

enum bm_rc desk_renew(struct desk *d, struct arena *a, const char *item, struct desk_answer *out)
{
    struct act act;
    struct policy_answer p;
    enum bm_rc rc = act_needs_reason(d);
    if (!rc) rc = act_clean(a, item, &item);
    if (rc) return rc;
    rc = act_begin(&act, d, a, OP_RENEW, ASKED(item), out);
    if (!rc) rc = facts_item(&act.f, item);
    if (!rc && act.f.loan) rc = facts_patron(&act.f, act.f.loan->card);
    if (!rc && act.f.replaced && act.f.newer_card) { /* lent on a card that he has no more */
        const char *card = act.f.newer_card;
        act.f.newer_card = NULL;
        rc = facts_patron(&act.f, card);
    }
    if (rc) goto done;
    facts_tell(&act.f, out);
    rc = facts_ask(&act.f, true, &p);
    if (rc) goto done;
    out->due_s = p.due_s;
    if (!act_allowed(&act, &p) || !act.f.loan) {
        out->due_s = act.f.loan ? act.f.loan->due_s : ENTRY_NONE;
        goto done;
    }
    act.e.item = item;
    act.e.patron = act.f.card;
    act.e.due_s = p.due_s;
    act.e.place = d->place;
    act.e.seen = act.f.seen;
    out->word = "renewed";
    rc = act_write(&act);
    if (!rc) rc = act_tell_money(&act);
    if (!rc) rc = act_count_loans(&act, act.f.account);
done:
    return act_end(&act, rc);
}

/* --- take back -------------------------------------------------------------------------------------------------- */

/* What the hand that holds the copy should know of it. */
static void tell_condition(struct act *act)
{
    static const struct {
        enum item_cond cond;
        const char *name, *sentence;
    } words[] = {
        { COND_DAMAGED, "damaged", "It is marked damaged: not to the shelf." },
        { COND_MEND, "mend", "It is to be mended: not to the shelf." },
        { COND_WITHDRAWN, "withdrawn", "It was withdrawn: not to the shelf." },
        { COND_MISSING, "was_missing", "It was missing and is found." },
        { COND_LOST, "was_lost", "It was lost and is found." },
    };
    for (size_t i = 0; act->f.row && i < sizeof words / sizeof *words; i++)
        if (act->f.row->cond == words[i].cond) act_reason(act, REASON_ALERT, words[i].name, words[i].sentence, ENTRY_NONE);
    if (act->f.row && !act->f.item_known)
        act_reason(act, REASON_ALERT, "unknown_item", "Nobody knows this barcode: add it.", ENTRY_NONE);
}

enum bm_rc desk_checkin(struct desk *d, struct arena *a, const char *item, int64_t returned_ms, struct desk_answer *out)
{
    struct act act;
    enum bm_rc rc = act_clean(a, item, &item);
    if (rc) return rc;
    rc = act_begin(&act, d, a, OP_CHECKIN, ASKED(item), out);
    if (!rc) rc = facts_item(&act.f, item);
    if (!rc) rc = facts_no_card(&act.f, item);
    if (!rc) rc = act_check_time(&act, "it is said to have come back", returned_ms);
    if (!rc && act.f.loan) rc = facts_patron(&act.f, act.f.loan->card);
    if (rc) goto done;
    facts_tell(&act.f, out);
    act.e.item = item;
    act.e.place = d->place;
    act.e.returned_ms = returned_ms;
    act.e.seen = act.f.seen;
    if (act.f.aside && !act.f.loan) act.e.keep = 1; /* the screen says: back to the hold shelf */
    out->word = act.f.loan ? "returned" : act.f.aside ? "still set aside" : "not on loan";
    tell_condition(&act);
    rc = act_write(&act);
    if (!rc) rc = act_tell_money(&act);
    if (!rc) rc = facts_next_hold(&act.f, item, out);
    if (!rc && act.f.loan) rc = act_count_loans(&act, act.f.account);
done:
    return act_end(&act, rc);
}

/* --- holds ------------------------------------------------------------------------------------------------------ */

/* The patron's standing is asked as for a loan, and nobody waits twice for one title by mistake. *out: may it be? */
static enum bm_rc may_hold(struct act *act, bool *out)
{
    struct policy_answer p;
    bool has;
    enum bm_rc rc = facts_ask_hold(&act->f, &p);
    *out = !rc && act_allowed(act, &p);
    if (!*out) return rc;
    rc = facts_has_hold(&act->f, act->e.title, &has);
    if (rc || !has) return rc;
    *out = !act_refuses(act, exc_name(EXC_HOLD_DUPLICATE), "The patron has asked for it already.");
    act->e.why = act->d->why;
    return BM_OK;
}

enum bm_rc desk_place_hold(struct desk *d, struct arena *a, const char *card, const char *title, bool only_this,
                           const char *pickup, struct desk_answer *out)
{
    struct act act;
    const char *item;
    enum bm_rc rc = act_needs_reason(d);
    if (!rc) rc = act_clean(a, card, &card);
    if (!rc) rc = act_clean(a, title, &item);
    if (rc) return rc;
    rc = act_begin(&act, d, a, OP_PLACE, ASKED(card, title, only_this ? item : NULL, pickup), out);
    if (!rc) rc = facts_patron(&act.f, card);
    if (!rc) rc = facts_title(&act.f, title, item, &act.e.title);
    if (rc) goto done;
    facts_tell(&act.f, out);
    if (only_this && !act.f.item) {
        rc = err_set(BM_EUSAGE, "give the copy's barcode to ask for that very copy");
        goto done;
    }
    if (!act.f.patron_known) { /* a hold can wait for a correct card; a book in a hand cannot (I6) */
        act_reason(&act, REASON_BLOCKS, policy_reason_name(POLICY_UNKNOWN_CARD), policy_reason_sentence(POLICY_UNKNOWN_CARD), ENTRY_NONE);
        goto done;
    }
    act.e.pickup = act.f.stop ? act.f.stop : d->place;
    bool may = false;
    if (pickup) rc = facts_pickup(&act.f, pickup, &act.e.pickup);
    if (!rc) rc = may_hold(&act, &may);
    if (rc || !may) goto done;
    act.e.patron = card;
    act.e.item = only_this ? item : NULL;
    out->key = act.e.title;
    out->hold_pickup = act.e.pickup;
    out->word = "hold placed";
    rc = act_write(&act);
done:
    return act_end(&act, rc);
}

enum bm_rc desk_cancel_hold(struct desk *d, struct arena *a, const char *hold, struct desk_answer *out)
{
    struct act act;
    struct eid id;
    if (!eid_parse(hold, &id) || eid_is_none(&id)) return err_set(BM_EUSAGE, "%s is not the id of a hold", hold);
    enum bm_rc rc = act_begin(&act, d, a, OP_CANCEL, ASKED(hold), out);
    if (!rc) rc = facts_hold_title(&act.f, hold, &act.e.title, out);
    if (rc) goto done;
    act.e.hold = id;
    act.e.why = d->why;
    out->key = act.e.title;
    out->word = "hold cancelled";
    rc = act_write(&act);
done:
    return act_end(&act, rc);
}

/* Its slip would go, and who was told would come for nothing. */
static bool aside_already(struct act *act)
{
    const char *words = arena_printf(act->a, "It is set aside for card %s already.", act->f.aside->card);
    return act_refuses(act, "set_aside", words ? words : "It is set aside for another card already.");
}

enum bm_rc desk_capture_hold(struct desk *d, struct arena *a, const char *item, struct desk_answer *out)
{
    struct act act;
    enum bm_rc rc = act_needs_reason(d);
    if (!rc) rc = act_clean(a, item, &item);
    if (rc) return rc;
    rc = act_begin(&act, d, a, OP_CAPTURE, ASKED(item), out);
    if (!rc) rc = facts_item(&act.f, item);
    if (rc) goto done;
    facts_tell(&act.f, out);
    if (act.f.aside && aside_already(&act)) goto done;
    rc = facts_first_waiting(&act.f, item, &act.e.hold, out);
    if (rc) goto done;
    if (act.f.aside) act.e.why = d->why;
    act.e.item = item;
    act.e.place = d->place;
    act.e.seen = act.f.seen;
    out->word = "set aside";
    rc = act_write(&act);
done:
    return act_end(&act, rc);
}

/* --- the rest --------------------------------------------------------------------------------------------------------- */

enum bm_rc desk_void(struct desk *d, struct arena *a, const char *entry, struct desk_answer *out)
{
    struct act act;
    struct eid id;
    enum op op;
    bool taken_back;
    if (!eid_parse(entry, &id) || eid_is_none(&id)) return err_set(BM_EUSAGE, "%s is not the id of an entry", entry);
    enum bm_rc rc = act_begin(&act, d, a, OP_VOID, ASKED(entry), out);
    if (!rc) rc = facts_entry_op(&act.f, &id, &op);
    if (rc == BM_ENOTFOUND && d->override && !d->home && strcmp(id.dev, d->journal->dev) != 0) {
        rc = BM_OK; /* the branch, told by telephone: it is taken back when it comes */
        op = OP_COUNT;
        act_reason(&act, REASON_ALERT, "void_waits", "It has not arrived here: it will be taken back when it comes.", ENTRY_NONE);
    }
    if (rc) goto done;
    if (op == OP_OBSERVE) {
        rc = err_set(BM_EREFUSED, "an import cannot be taken back; import the corrected file, or take back single rows");
        goto done;
    }
    if (op != OP_COUNT && (op == OP_VOID || op == OP_VIEW || op_kind(op) == OPK_CLOCK)) {
        rc = err_set(BM_EREFUSED, "a %s cannot be taken back%s", op_name(op), op == OP_VOID ? "; do the act again" : "");
        goto done;
    }
    if (op != OP_COUNT && op_kind(op) == OPK_ACCESS) { /* else who lost a right could give it back to himself */
        rc = err_set(BM_EREFUSED, "what was done to an account is not taken back; change the account: branch staff set");
        goto done;
    }
    rc = facts_is_void(&act.f, &id, entry, &taken_back);
    if (!rc && taken_back) rc = err_set(BM_EREFUSED, "%s was taken back already", entry);
    if (rc) goto done;
    act.e.target = id;
    act.e.why = d->why;
    out->word = "taken back";
    rc = act_write(&act);
done:
    return act_end(&act, rc);
}

/* What names a thing; times differ where it is asked again. */
static const char *asked_for(struct arena *a, const struct entry *e)
{
    const char *stop = e->op == OP_OPEN_VISIT ? NULL : e->stop; /* often the one that is near */
    return ASKED(e->item, e->patron, e->title, e->charge, e->as, e->to, e->exc_code, e->exc_entry, e->exc_other, e->how, stop, e->route,
                 act_number(a, e->amount_cents), act_number(a, e->first_day), act_number(a, e->last_day));
}

enum bm_rc desk_write(struct desk *d, struct arena *a, struct entry *e, struct desk_answer *out)
{
    struct act act;
    enum bm_rc rc = act_begin(&act, d, a, e->op, asked_for(a, e), out);
    if (rc) goto done;
    act.e = *e;
    rc = act_write(&act);
    *e = act.e;
done:
    return act_end(&act, rc);
}
