/* common/desk.c -- see desk.h. What the desk knows (facts), the frame of an act, then the acts. */
#include "common/desk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/barcode.h"
#include "common/desk_facts.h"
#include "common/zone.h"

/* --- the frame of an act ----------------------------------------------------------------------------- */

struct act {
    struct desk *d;
    struct arena *a;
    struct desk_answer *out;
    struct entry e;
    struct circ_view view;
    struct facts f;
    bool begun; /* else there is nothing to end */
};

static enum bm_rc clean(struct arena *a, const char *scanned, const char **out)
{
    char text[BARCODE_MAX + 1];
    enum bm_rc rc = barcode_clean(scanned ? scanned : "", text, sizeof text);
    if (rc) return err_prefix(rc, "what was scanned is no barcode: ");
    *out = arena_strdup(a, text);
    return *out ? BM_OK : BM_ENOMEM;
}

static void answer_start(struct desk_answer *out, enum op op)
{
    *out = (struct desk_answer){ .op = op_name(op), .due_s = ENTRY_NONE, .loan_count = ENTRY_NONE, .limit = ENTRY_NONE };
}

/* A request that was done before gets what was said then. ret: BM_EEXISTS = answered */
static enum bm_rc asked_before(struct act *act)
{
    struct desk *d = act->d;
    struct eid id;
    const char *said;
    char text[EID_TEXT_MAX];
    if (!d->request) return BM_OK;
    enum bm_rc rc = journal_by_request(d->journal, d->request, act->a, &id, &said);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    rc = facts_answer_read(said, act->a, act->out);
    if (rc) return rc;
    act->out->done = act->out->again = true;
    act->out->entry = arena_strdup(act->a, eid_text(&id, text));
    return act->out->entry ? BM_EEXISTS : BM_ENOMEM;
}

static enum bm_rc act_begin(struct act *act, struct desk *d, struct arena *a, enum op op, struct desk_answer *out)
{
    *act = (struct act){ .d = d, .a = a, .out = out };
    answer_start(out, op);
    entry_init(&act->e, op);
    enum bm_rc rc = d->begin(d);
    if (rc) return rc;
    act->begun = true;
    act->view = (struct circ_view){ .db = d->view, .arena = a, .who = circ_standing_now };
    rc = asked_before(act);
    return rc ? rc : facts_open(&act->f, d, &act->view);
}

/* After act_begin, whatever came: an answer given from the journal is a success. */
static enum bm_rc act_end(struct act *act, enum bm_rc rc)
{
    if (rc == BM_EEXISTS && act->out->again) rc = BM_OK;
    if (!act->begun) return rc;
    if (!rc) rc = act->view.rc;
    return act->d->end(act->d, rc);
}

/* Append the entry, make it durable, show its effect. */
static enum bm_rc act_write(struct act *act, struct outcome *outcome)
{
    struct desk *d = act->d;
    struct entry *e = &act->e;
    char id[EID_TEXT_MAX];
    e->staff = d->staff;
    e->source = d->source;
    e->when_ms = d->when_ms;
    e->visit = act->f.visit;
    if (d->source && d->when_ms == ENTRY_NONE) return err_set(BM_EUSAGE, "an act caught up later needs the time when it happened");
    if (d->when_ms != ENTRY_NONE && d->when_ms > act->f.now_ms)
        return err_set(BM_EINPUT, "the time given lies in the future; nothing was written");
    enum bm_rc rc = journal_append(d->journal, e, d->request, NULL);
    if (rc) return rc;
    hex_encode(act->out->slip, d->journal->head_hash, (DESK_CODE_MAX - 1) / 2);
    act->out->entry = arena_strdup(act->a, eid_text(&e->id, id));
    act->out->done = true;
    if (!act->out->entry) return BM_ENOMEM;
    if (d->request && (rc = facts_answer_store(d->journal, e, act->out))) return rc;
    return d->write(d, e, outcome);
}

/* Loans that the patron has now, for the screen. */
static enum bm_rc count_loans(struct act *act, const char *account)
{
    return account ? db_int(act->d->view, SQL_LOANS_OPEN_COUNT, &act->out->loan_count, "account", 's', account, NULL) : BM_OK;
}

/* The reasons into the answer; true if the act may go on. What is overridden goes into the entry with staff's reason. */
static bool allowed(struct act *act, const struct policy_answer *p)
{
    struct desk_answer *out = act->out;
    for (size_t i = 0; i < p->fired_count; i++) {
        const struct policy_fired *f = &p->fired[i];
        out->reasons[out->reason_count].name = policy_reason_name(f->reason);
        out->reasons[out->reason_count].sentence = policy_reason_sentence(f->reason);
        out->reasons[out->reason_count].blocks = f->blocks;
        out->reasons[out->reason_count].rule = f->rule->row;
        out->reasons[out->reason_count++].overridable = f->overridable;
    }
    out->may_override = p->may_override;
    out->limit = p->limit;
    if (p->verdict == POLICY_BLOCK && (!act->d->override || !p->may_override)) return false;
    char over[POLICY_OVER_MAX];
    policy_over_text(p, over, sizeof over); /* what the rule lets pass is no exception at the branch either */
    act->e.over = over[0] ? arena_strdup(act->a, over) : NULL;
    if (p->verdict == POLICY_BLOCK) act->e.why = act->d->why;
    return true;
}

static enum bm_rc needs_reason(const struct desk *d)
{
    if (d->override && (!d->why || !d->why[0])) return err_set(BM_EUSAGE, "an override needs a reason");
    return BM_OK;
}

/* --- lend, renew ------------------------------------------------------------------------------------------- */

static void fill_terms(struct entry *e, const struct policy_answer *p)
{
    e->due_s = p->due_s;
    e->rate_cents = p->terms.rate_cents;
    e->grace_days = p->terms.grace_days;
    e->max_cents = p->terms.max_cents;
    e->price_cents = p->terms.price_cents;
    e->keep_cents = p->terms.keep_cents;
    e->limit = p->limit;
}

enum bm_rc desk_checkout(struct desk *d, struct arena *a, const char *card, const char *item, struct desk_answer *out)
{
    struct act act;
    struct policy_answer p;
    struct outcome outcome = { 0 };
    enum bm_rc rc = needs_reason(d);
    if (!rc) rc = clean(a, card, &card);
    if (!rc) rc = clean(a, item, &item);
    if (rc) return rc;
    rc = act_begin(&act, d, a, OP_CHECKOUT, out);
    if (!rc) rc = facts_patron(&act.f, card);
    if (!rc) rc = facts_item(&act.f, item);
    if (rc) goto done;
    facts_tell(&act.f, out);
    if (act.f.loan && act.f.loan_is_his) { /* lent again to who has it is a renewal (CASES 14) */
        rc = act_end(&act, BM_OK);
        return rc ? rc : desk_renew(d, a, item, out);
    }
    rc = facts_ask(&act.f, false, &p);
    if (rc) goto done;
    out->due_s = p.due_s;
    if (!allowed(&act, &p)) {
        out->due_s = ENTRY_NONE;
        rc = count_loans(&act, act.f.account);
        goto done;
    }
    act.e.item = item;
    act.e.patron = card;
    act.e.place = d->place;
    fill_terms(&act.e, &p);
    act.e.seen = act.f.seen;
    out->word = "lent";
    rc = act_write(&act, &outcome);
    if (!rc && str_eq(outcome.words, "lent, hold filled")) out->word = "lent, hold filled";
    if (!rc) rc = count_loans(&act, act.f.account);
done:
    return act_end(&act, rc);
}

enum bm_rc desk_renew(struct desk *d, struct arena *a, const char *item, struct desk_answer *out)
{
    struct act act;
    struct policy_answer p;
    struct outcome outcome = { 0 };
    enum bm_rc rc = needs_reason(d);
    if (!rc) rc = clean(a, item, &item);
    if (rc) return rc;
    rc = act_begin(&act, d, a, OP_RENEW, out);
    if (!rc) rc = facts_item(&act.f, item);
    if (!rc && act.f.loan) rc = facts_patron(&act.f, act.f.loan->card);
    if (rc) goto done;
    facts_tell(&act.f, out);
    rc = facts_ask(&act.f, true, &p);
    if (rc) goto done;
    out->due_s = p.due_s;
    if (!allowed(&act, &p) || !act.f.loan) {
        out->due_s = act.f.loan ? act.f.loan->due_s : ENTRY_NONE;
        goto done;
    }
    act.e.item = item;
    act.e.patron = act.f.loan->card;
    act.e.due_s = p.due_s;
    act.e.place = d->place;
    act.e.seen = act.f.seen;
    out->word = "renewed";
    rc = act_write(&act, &outcome);
    if (!rc) rc = count_loans(&act, act.f.account);
done:
    return act_end(&act, rc);
}

/* --- take back, mark ------------------------------------------------------------------------------------------ */

enum bm_rc desk_checkin(struct desk *d, struct arena *a, const char *item, int64_t returned_ms, struct desk_answer *out)
{
    struct act act;
    struct outcome outcome = { 0 };
    enum bm_rc rc = clean(a, item, &item);
    if (rc) return rc;
    rc = act_begin(&act, d, a, OP_CHECKIN, out);
    if (!rc) rc = facts_item(&act.f, item);
    if (!rc && act.f.loan) rc = facts_patron(&act.f, act.f.loan->card);
    if (rc) goto done;
    facts_tell(&act.f, out);
    act.e.item = item;
    act.e.place = d->place;
    act.e.returned_ms = returned_ms;
    act.e.seen = act.f.seen;
    if (act.f.aside && !act.f.loan) act.e.keep = 1; /* the screen says: back to the hold shelf */
    out->word = act.f.loan ? "returned" : act.f.aside ? "still set aside" : "not on loan";
    rc = act_write(&act, &outcome);
    if (!rc) rc = facts_next_hold(&act.f, item, out);
    if (!rc && act.f.loan) rc = count_loans(&act, act.f.account);
done:
    return act_end(&act, rc);
}

enum bm_rc desk_mark(struct desk *d, struct arena *a, const char *item, const char *as, struct desk_answer *out)
{
    static const char *const known[] = { "damaged", "mend", "missing", "ok", "withdrawn" };
    struct act act;
    struct outcome outcome = { 0 };
    bool sound = false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) sound |= str_eq(as, known[i]);
    if (!sound) return err_set(BM_EUSAGE, "an item can be marked damaged, mend, missing, ok or withdrawn");
    enum bm_rc rc = clean(a, item, &item);
    if (rc) return rc;
    rc = act_begin(&act, d, a, OP_MARK, out);
    if (!rc) rc = facts_item(&act.f, item);
    if (rc) goto done;
    facts_tell(&act.f, out);
    act.e.item = item;
    act.e.as = as;
    act.e.why = d->why;
    act.e.seen = act.f.seen;
    out->word = as;
    rc = act_write(&act, &outcome);
done:
    return act_end(&act, rc);
}

/* --- holds ------------------------------------------------------------------------------------------------------ */

enum bm_rc desk_place_hold(struct desk *d, struct arena *a, const char *card, const char *title, bool only_this,
                           const char *pickup, struct desk_answer *out)
{
    struct act act;
    struct outcome outcome = { 0 };
    const char *item;
    enum bm_rc rc = clean(a, card, &card);
    if (!rc) rc = clean(a, title, &item);
    if (rc) return rc;
    rc = act_begin(&act, d, a, OP_PLACE, out);
    if (!rc) rc = facts_patron(&act.f, card);
    if (!rc) rc = facts_title(&act.f, title, item, &act.e.title);
    if (rc) goto done;
    facts_tell(&act.f, out);
    if (only_this && !act.f.item) {
        rc = err_set(BM_EINPUT, "give the copy's barcode to ask for that very copy");
        goto done;
    }
    if (!act.f.patron_known) { /* a hold can wait for a correct card; a book in a hand cannot (I6) */
        out->reasons[out->reason_count].name = policy_reason_name(POLICY_UNKNOWN_CARD);
        out->reasons[out->reason_count].sentence = policy_reason_sentence(POLICY_UNKNOWN_CARD);
        out->reasons[out->reason_count++].blocks = true;
        goto done;
    }
    act.e.patron = card;
    act.e.item = only_this ? item : NULL;
    act.e.pickup = pickup ? pickup : act.f.stop ? act.f.stop : d->place;
    out->hold_pickup = act.e.pickup;
    out->word = "hold placed";
    rc = act_write(&act, &outcome);
done:
    return act_end(&act, rc);
}

enum bm_rc desk_cancel_hold(struct desk *d, struct arena *a, const char *hold, struct desk_answer *out)
{
    struct act act;
    struct outcome outcome = { 0 };
    struct eid id;
    if (!eid_parse(hold, &id) || eid_is_none(&id)) return err_set(BM_EINPUT, "%s is not the id of a hold", hold);
    enum bm_rc rc = act_begin(&act, d, a, OP_CANCEL, out);
    if (!rc) rc = facts_hold_title(&act.f, hold, &act.e.title, out);
    if (rc) goto done;
    act.e.hold = id;
    act.e.why = d->why;
    out->word = "hold cancelled";
    rc = act_write(&act, &outcome);
done:
    return act_end(&act, rc);
}

enum bm_rc desk_capture_hold(struct desk *d, struct arena *a, const char *item, struct desk_answer *out)
{
    struct act act;
    struct outcome outcome = { 0 };
    enum bm_rc rc = clean(a, item, &item);
    if (rc) return rc;
    rc = act_begin(&act, d, a, OP_CAPTURE, out);
    if (!rc) rc = facts_item(&act.f, item);
    if (rc) goto done;
    facts_tell(&act.f, out);
    rc = facts_first_waiting(&act.f, item, &act.e.hold, out);
    if (rc) goto done;
    act.e.item = item;
    act.e.place = d->place;
    act.e.seen = act.f.seen;
    out->word = "set aside";
    rc = act_write(&act, &outcome);
done:
    return act_end(&act, rc);
}

/* --- patrons ------------------------------------------------------------------------------------------------------ */

static void fill_person(struct entry *e, const char *card, const struct desk_person *p)
{
    e->patron = card;
    e->name = p->name;
    e->category = p->category;
    e->branch = p->branch;
    e->stop = p->stop;
    e->guarantor = p->guarantor;
    e->born = p->born > 0 ? p->born : ENTRY_NONE;
    e->sealed = p->sealed;
    e->expires_s = p->expires_s;
    e->barred = p->barred;
}

/* Who answers for the debts: another card, known here. */
static enum bm_rc clean_guarantor(struct act *act, const char *card, const char **guarantor)
{
    if (!*guarantor) return BM_OK;
    enum bm_rc rc = clean(act->a, *guarantor, guarantor);
    if (rc) return err_prefix(rc, "guarantor: ");
    if (str_eq(*guarantor, card)) return err_set(BM_EINPUT, "nobody answers for himself; give another card as guarantor");
    struct facts other = { .d = act->d, .view = &act->view, .a = act->a };
    rc = facts_patron(&other, *guarantor);
    if (rc || other.patron_known) return rc;
    return err_set(BM_ENOTFOUND, "no such card: %s; register the guarantor first", *guarantor);
}

static enum bm_rc person_act(struct desk *d, struct arena *a, const struct desk_person *p, enum op op, struct desk_answer *out)
{
    struct act act;
    struct outcome outcome = { 0 };
    const char *card;
    enum bm_rc rc = clean(a, p->card, &card);
    if (rc) return rc;
    rc = act_begin(&act, d, a, op, out);
    if (!rc) rc = facts_patron(&act.f, card);
    if (rc) goto done;
    facts_tell(&act.f, out);
    if (op == OP_REGISTER && act.f.patron_known) {
        rc = err_set(BM_EEXISTS, "card %s is in use already; use another card", card);
        goto done;
    }
    if (op == OP_UPDATE && !act.f.patron_known) {
        rc = err_set(BM_ENOTFOUND, "no such card: %s", card);
        goto done;
    }
    fill_person(&act.e, card, p);
    rc = clean_guarantor(&act, card, &act.e.guarantor);
    if (rc) goto done;
    if (op == OP_REGISTER) act.e.who = p->who;
    if (op == OP_UPDATE) act.e.why = d->why;
    if (p->name) out->patron_name = p->name;
    out->word = op == OP_REGISTER ? "registered" : p->barred == 1 ? "barred" : p->barred == 0 ? "no longer barred" : "updated";
    rc = act_write(&act, &outcome);
done:
    return act_end(&act, rc);
}

enum bm_rc desk_register(struct desk *d, struct arena *a, const struct desk_person *p, struct desk_answer *out)
{
    if (!p->name || !p->name[0]) return err_set(BM_EUSAGE, "a patron needs a name");
    return person_act(d, a, p, OP_REGISTER, out);
}

enum bm_rc desk_update_patron(struct desk *d, struct arena *a, const struct desk_person *p, struct desk_answer *out)
{
    return person_act(d, a, p, OP_UPDATE, out);
}

/* --- the rest --------------------------------------------------------------------------------------------------------- */

enum bm_rc desk_void(struct desk *d, struct arena *a, const char *entry, struct desk_answer *out)
{
    struct act act;
    struct outcome outcome = { 0 };
    struct eid id;
    enum op op;
    if (!eid_parse(entry, &id) || eid_is_none(&id)) return err_set(BM_EINPUT, "%s is not the id of an entry", entry);
    enum bm_rc rc = act_begin(&act, d, a, OP_VOID, out);
    if (!rc) rc = facts_entry_op(&act.f, &id, &op);
    if (rc) goto done;
    if (op == OP_OBSERVE) {
        rc = err_set(BM_EREFUSED, "an import cannot be taken back; import the corrected file, or take back single rows");
        goto done;
    }
    if (op == OP_VOID || op_kind(op) == OPK_CLOCK) {
        rc = err_set(BM_EREFUSED, "a %s cannot be taken back%s", op_name(op), op == OP_VOID ? "; do the act again" : "");
        goto done;
    }
    act.e.target = id;
    act.e.why = d->why;
    out->word = "taken back";
    rc = act_write(&act, &outcome);
done:
    return act_end(&act, rc);
}

enum bm_rc desk_tally(struct desk *d, struct arena *a, const char *kind, int64_t count, struct desk_answer *out)
{
    static const char *const known[] = { "visitors", "reference", "programme" };
    struct act act;
    struct outcome outcome = { 0 };
    bool sound = false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) sound |= str_eq(kind, known[i]);
    if (!sound || count < -10000 || count > 10000 || count == 0)
        return err_set(BM_EUSAGE, "count visitors, reference or programme, by 1 to 10000");
    enum bm_rc rc = act_begin(&act, d, a, OP_TALLY, out);
    if (rc) goto done;
    act.e.kind = kind;
    act.e.count = count;
    out->word = "counted";
    rc = act_write(&act, &outcome);
done:
    return act_end(&act, rc);
}

enum bm_rc desk_write(struct desk *d, struct arena *a, struct entry *e, struct desk_answer *out)
{
    struct act act;
    struct outcome outcome = { 0 };
    enum bm_rc rc = act_begin(&act, d, a, e->op, out);
    if (rc) goto done;
    act.e = *e;
    rc = act_write(&act, &outcome);
    *e = act.e;
done:
    return act_end(&act, rc);
}
