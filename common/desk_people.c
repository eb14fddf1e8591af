/* common/desk_people.c -- see desk.h. Patrons and their cards. */
#include "common/desk.h"

#include <string.h>

#include "common/calendar.h"
#include "common/cards.h"
#include "common/desk_act.h"

static enum bm_rc refuse_replaced(const struct act *act)
{
    const char *newer = act->f.newer_card;
    return err_set(BM_EREFUSED, "card %s was replaced%s%s; use the new card", act->f.card, newer ? " by " : "", newer ? newer : "");
}

/* --- register, update ------------------------------------------------------------------------------------- */

static void fill_person(struct entry *e, const char *card, const struct desk_person *p)
{
    e->patron = card;
    e->name = p->name;
    e->category = p->category;
    e->branch = p->branch;
    e->stop = p->stop;
    e->group = str_eq(p->group, DESK_NO_GROUP) ? CIRC_NO_GROUP : p->group;
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
    enum bm_rc rc = act_clean(act->a, *guarantor, guarantor);
    if (rc) return err_prefix(rc, "guarantor: ");
    if (str_eq(*guarantor, card)) return err_set(BM_EUSAGE, "nobody answers for himself; give another card as guarantor");
    struct facts other = { .d = act->d, .view = &act->view, .a = act->a };
    rc = facts_patron(&other, *guarantor);
    if (rc || other.patron_known) return rc;
    return err_set(BM_ENOTFOUND, "no such card: %s; register the guarantor first", *guarantor);
}

/* A tab or worse in what is printed on cards and lists. */
static bool has_controls(const char *text)
{
    const unsigned char *p = (const unsigned char *)(text ? text : "");
    for (; *p; p++)
        if (*p < 0x20 || *p == 0x7F || (p[0] == 0xC2 && p[1] >= 0x80 && p[1] < 0xA0)) return true;
    return false;
}

static enum bm_rc check_texts(const struct desk_person *p)
{
    const char *const given[] = { p->name, p->category, p->stop, p->guarantor, p->group };
    static const char *const words[] = { "name", "category", "stop", "guarantor", "group" };
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        if (given[i] && !given[i][0]) return err_set(BM_EUSAGE, "the %s is empty: give it, or leave it out", words[i]);
        if (has_controls(given[i])) return err_set(BM_EUSAGE, "the %s holds a control character (a tab, a line's end); type it again", words[i]);
    }
    return BM_OK;
}

/* A card and a copy with one number could not be told apart when scanned. */
static enum bm_rc no_items_barcode(struct act *act, const char *card)
{
    struct facts other;
    enum bm_rc rc = facts_open(&other, act->d, &act->view);
    if (!rc) rc = facts_item(&other, card);
    return rc || !other.item_known ? rc : err_set(BM_EREFUSED, "%s is the barcode of an item; use another card number", card);
}

/* Spelt like nothing that is known, it is told and taken: the first patron of a new category. */
static enum bm_rc note_new_category(struct act *act, const char *category)
{
    int64_t there;
    enum bm_rc rc = category ? db_int(act->d->view, SQL_CATEGORY_THERE, &there, "category", 's', category, NULL) : BM_OK;
    if (rc != BM_ENOTFOUND) return rc;
    act_reason(act, REASON_NOTE, "new_category", "No rule and no patron has this category: is it spelt right?", ENTRY_NONE);
    return BM_OK;
}

/* The stop as the timetable has it. */
static enum bm_rc clean_stop(struct act *act, const char **stop)
{
    const char *named = *stop;
    enum bm_rc rc = named ? calendar_stop_named(act->d->view, named, act->a, stop) : BM_OK;
    if (rc != BM_ENOTFOUND) return rc;
    return err_set(rc, "no stop is called %s here; see the stops: %s", named, act->d->mobile ? "stop next" : "route list");
}

/* A new card's number. Numbers have digits: a word is somebody's guess at how to ask for one (`--card next`). */
static enum bm_rc clean_new_card(struct arena *a, const char *scanned, const char **card)
{
    enum bm_rc rc = act_clean(a, scanned, card);
    if (rc || strpbrk(*card, "0123456789")) return rc;
    return err_set(BM_EUSAGE, "\"%s\" has no digit, so it is no card number; scan or type the number of the card, or leave it out for the next of this desk's range", *card);
}

/* The next number of this desk's range. Inside the act, so that two desks of a laptop never take the same. */
static enum bm_rc next_card(struct act *act, const char **card)
{
    char text[CARDS_DIGITS_MAX + 1];
    if (!act->d->cards)
        return err_set(BM_EUSAGE, "give --card CARD: this desk has no range of card numbers (branch device set DEVICE --cards FIRST-LAST)");
    enum bm_rc rc = cards_next_free(act->d->view, act->d->cards, text, &act->out->cards_left);
    if (rc) return rc;
    act->out->cards_left--;
    *card = arena_strdup(act->a, text);
    return *card ? BM_OK : BM_ENOMEM;
}

static enum bm_rc person_act(struct desk *d, struct arena *a, const struct desk_person *p, enum op op, struct desk_answer *out)
{
    struct act act;
    const char *card = NULL;
    enum bm_rc rc = check_texts(p);
    if (!rc && op == OP_UPDATE) rc = act_clean(a, p->card, &card);
    if (!rc && op == OP_REGISTER && p->card) rc = clean_new_card(a, p->card, &card);
    if (rc) return rc;
    rc = act_begin(&act, d, a, op, ASKED(card, p->name, p->category, p->stop, p->guarantor, p->group, act_number(a, p->expires_s), act_number(a, p->barred)), out);
    if (!rc && !card) rc = next_card(&act, &card);
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
    if (op == OP_UPDATE && act.f.replaced) {
        rc = refuse_replaced(&act);
        goto done;
    }
    fill_person(&act.e, card, p);
    rc = clean_guarantor(&act, card, &act.e.guarantor);
    if (!rc) rc = clean_stop(&act, &act.e.stop);
    if (!rc) rc = note_new_category(&act, p->category);
    if (!rc && op == OP_REGISTER && p->card) rc = no_items_barcode(&act, card);
    if (rc) goto done;
    if (op == OP_REGISTER) act.e.who = p->who;
    if (op == OP_UPDATE) act.e.why = d->why;
    if (p->name) out->patron_name = p->name;
    out->word = op == OP_REGISTER ? "registered" : p->barred == 1 ? "barred" : p->barred == 0 ? "no longer barred" : "updated";
    rc = act_write(&act);
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

/* --- cards --------------------------------------------------------------------------------------------------- */

static enum bm_rc check_replace(const struct act *act, bool fresh_known, const char *fresh)
{
    const struct facts *f = &act->f;
    if (!f->patron_known) return err_set(BM_ENOTFOUND, "no such card: %s", f->card);
    if (f->replaced) return refuse_replaced(act);
    if (str_eq(f->card, fresh)) return err_set(BM_EUSAGE, "the new card has the number of the old one");
    if (fresh_known) return err_set(BM_EEXISTS, "card %s is in use already; use another card", fresh);
    return BM_OK;
}

/* Is the card known: does it belong to somebody, in use or replaced? Looked up in a second set of facts. */
static enum bm_rc other_card(struct act *act, const char *card, struct facts *other)
{
    enum bm_rc rc = facts_open(other, act->d, &act->view);
    return rc ? rc : facts_patron(other, card);
}

enum bm_rc desk_replace_card(struct desk *d, struct arena *a, const char *card, const char *fresh, struct desk_answer *out)
{
    struct act act;
    struct facts other;
    if (!d->why || !d->why[0]) return err_set(BM_EUSAGE, "a card is replaced for a reason: lost, worn out");
    enum bm_rc rc = act_clean(a, card, &card);
    if (!rc) rc = clean_new_card(a, fresh, &fresh);
    if (rc) return rc;
    rc = act_begin(&act, d, a, OP_REPLACE, ASKED(card, fresh), out);
    if (!rc) rc = facts_patron(&act.f, card);
    if (!rc) rc = other_card(&act, fresh, &other);
    if (!rc) rc = check_replace(&act, other.patron_known || !str_eq(other.account, fresh), fresh);
    if (!rc) rc = no_items_barcode(&act, fresh);
    if (rc) goto done;
    facts_tell(&act.f, out);
    act.e.patron = card;
    act.e.fresh = fresh;
    act.e.why = d->why;
    out->newer_card = fresh;
    out->word = "card replaced";
    rc = act_write(&act);
done:
    return act_end(&act, rc);
}

enum bm_rc desk_merge(struct desk *d, struct arena *a, const char *card, const char *into, struct desk_answer *out)
{
    struct act act;
    struct facts other;
    enum bm_rc rc = act_clean(a, card, &card);
    if (!rc) rc = act_clean(a, into, &into);
    if (rc) return rc;
    rc = act_begin(&act, d, a, OP_MERGE, ASKED(card, into), out);
    if (!rc) rc = facts_patron(&act.f, card);
    if (!rc) rc = other_card(&act, into, &other);
    if (!rc && !act.f.patron_known) rc = err_set(BM_ENOTFOUND, "no such card: %s", card);
    if (!rc && !other.patron_known) rc = err_set(BM_ENOTFOUND, "no such card: %s", into);
    if (!rc && str_eq(act.f.account, other.account)) rc = err_set(BM_EREFUSED, "the two cards are one patron already");
    if (rc) goto done;
    facts_tell(&act.f, out);
    act.e.patron = card;
    act.e.into = into;
    out->word = "merged";
    rc = act_write(&act);
done:
    return act_end(&act, rc);
}
