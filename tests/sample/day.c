/* tests/sample/day.c -- see day.h */
#include "tests/sample/day.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sample/words.h"

enum {
    ACTS_MAX = 400,
    VAN_ACTS = 106,    /* aimed at; scenes come before the count is looked at */
    COLLECTED_MAX = 4, /* holds at one stop */
    ARG_SIZE = 64,
    AT_BRANCH = 100, /* stands where a stop's index would */
    NOBODY = -1
};

struct act {
    int64_t at_s;     /* UTC */
    uint32_t order;   /* as made: keeps acts of one second apart */
    uint32_t stop;    /* index, or AT_BRANCH */
    uint32_t session; /* acts of one person follow each other quickly */
    const char *op, *expect;
    char arg[3][ARG_SIZE];
    uint32_t card, item; /* serials, 0 = none: for the bookkeeping */
};

/* What the scenes that play at two places have agreed on; NOBODY = could not be cast. */
struct cast {
    int64_t lent_twice;   /* copy: by the branch in the morning, by the van after noon */
    int64_t lent_over;    /* copy: by the van in the morning, by the branch after noon */
    int64_t brought_back; /* copy: lent by the van, brought to the branch the same day */
    int64_t renewed_gone; /* loan: checked in at the branch, then renewed aboard */
    int64_t gone_renewed; /* loan: checked in aboard, then renewed at the branch */
    int64_t barred_today; /* patron: barred at the branch, then served aboard */
};
struct day {
    const struct sample *s;
    const struct route *route;
    const struct drive *drive;
    struct catalog *c;
    struct people *p;
    struct lending *l;
    struct rng rng;
    struct act acts[ACTS_MAX];
    uint32_t count, session, cards_given;
    bool hold_asked_for; /* somebody else has asked for a book set aside: once is enough */
    struct cast cast;
};

/* --- choosing -------------------------------------------------------------------------- */

/* A sound patron of a stop (PATRON_NO_STOP: of the main library) who is not yet spoken for. */
static int64_t choose_patron(struct day *d, uint32_t stop, int category)
{
    uint32_t start = rng_below(&d->rng, d->p->count);
    for (uint32_t i = 0; i < d->p->count; i++) {
        uint32_t at = (start + i) % d->p->count;
        struct patron *p = &d->p->list[at];
        if (p->used || p->barred || p->expired || p->stop != stop ||
            (category >= 0 && p->category != category))
            continue;
        p->used = true;
        return at;
    }
    return NOBODY;
}

/* Never a film with an age limit: no desk knows how old people are. */
static int64_t choose_copy(struct day *d, bool on_van, bool junior)
{
    uint32_t start = rng_below(&d->rng, d->c->pool_count);
    for (uint32_t i = 0; i < d->c->pool_count; i++) {
        uint32_t at = (start + i) % d->c->pool_count;
        struct copy *copy = &d->c->pool[at];
        if (copy->used || copy->on_van != on_van || copy->junior != junior || copy->fifteen)
            continue;
        if (catalog_is_held(d->c, copy->bib)) continue; /* might be set aside on its return */
        copy->used = true;
        return at;
    }
    return NOBODY;
}

/* An open loan that nobody waits for and that may be renewed. in: stop of its patron, or
 * PATRON_NO_STOP */
static int64_t choose_loan(struct day *d, uint32_t stop)
{
    uint32_t start = d->l->loan_count ? rng_below(&d->rng, d->l->loan_count) : 0;
    for (uint32_t i = 0; i < d->l->loan_count; i++) {
        uint32_t at = (start + i) % d->l->loan_count;
        struct loan *loan = &d->l->loans[at];
        struct patron *p = &d->p->list[loan->patron];
        if (loan->used || p->used || p->stop != stop || p->barred || p->expired) continue;
        if (!loan->renewals_left) continue;
        if (catalog_is_held(d->c, d->c->pool[loan->copy].bib)) continue;
        loan->used = true;
        p->used = true; /* has one visit in the day */
        return at;
    }
    return NOBODY;
}

/* A title nobody waits for and none of whose copies plays a part today. */
static int64_t choose_title(struct day *d)
{
    uint32_t start = rng_below(&d->rng, d->c->pool_count);
    for (uint32_t i = 0; i < d->c->pool_count; i++) {
        uint32_t bib = d->c->pool[(start + i) % d->c->pool_count].bib;
        bool busy = catalog_is_held(d->c, bib);
        for (uint32_t k = 0; k < d->c->pool_count && !busy; k++)
            busy = d->c->pool[k].bib == bib && d->c->pool[k].used;
        if (busy) continue;
        catalog_set_held(d->c, bib);
        return bib;
    }
    return NOBODY;
}

/* --- noting acts ----------------------------------------------------------------------- */

static struct act *add_act(struct day *d, uint32_t stop, const char *op, const char *expect)
{
    bm_assert(d->count < ACTS_MAX);
    struct act *act = &d->acts[d->count];
    *act = (struct act){
        .order = d->count, .stop = stop, .session = d->session, .op = op, .expect = expect
    };
    d->count++;
    return act;
}

static void add_checkout(struct day *d, uint32_t stop, uint32_t card, int64_t copy,
                         const char *expect)
{
    struct act *act = add_act(d, stop, "checkout", expect);
    act->card = card;
    act->item = d->c->pool[copy].serial;
    card_number(card, act->arg[0]);
    item_barcode(act->item, act->arg[1]);
}

static void add_item_act(struct day *d, uint32_t stop, const char *op, int64_t copy,
                         const char *expect)
{
    struct act *act = add_act(d, stop, op, expect);
    act->item = d->c->pool[copy].serial;
    item_barcode(act->item, act->arg[0]);
    if (!strcmp(op, "damaged"))
        snprintf(act->arg[1], ARG_SIZE, "%s", "water on the last pages");
}

static void add_hold(struct day *d, uint32_t stop, uint32_t card, const char *pickup)
{
    int64_t bib = choose_title(d);
    if (bib == NOBODY) return;
    struct act *act = add_act(d, stop, "hold", "ok");
    card_number(card, act->arg[0]);
    snprintf(act->arg[1], ARG_SIZE, "%u", (unsigned)bib);
    snprintf(act->arg[2], ARG_SIZE, "%s", pickup);
}

static uint32_t card_of(const struct day *d, int64_t patron)
{
    return d->p->list[patron].serial;
}

/* --- an ordinary visitor --------------------------------------------------------------- */

static void give_back(struct day *d, uint32_t stop, int64_t patron)
{
    for (uint32_t i = 0; i < d->l->loan_count; i++) {
        struct loan *loan = &d->l->loans[i];
        if (loan->patron != patron || loan->used ||
            catalog_is_held(d->c, d->c->pool[loan->copy].bib))
            continue;
        loan->used = true;
        if (rng_chance(&d->rng, 0.25) && loan->renewals_left) {
            add_item_act(d, stop, "renew", loan->copy, "ok");
        } else {
            add_item_act(d, stop, "checkin", loan->copy, "ok");
            if (rng_chance(&d->rng, 0.04)) add_item_act(d, stop, "damaged", loan->copy, "ok");
        }
    }
}

static void take_out(struct day *d, uint32_t stop, int64_t patron, int32_t copies)
{
    bool child =
        d->p->list[patron].category == CAT_CHILD || d->p->list[patron].category == CAT_CLASS;
    for (int32_t i = 0; i < copies; i++) {
        int64_t copy =
            choose_copy(d, stop != AT_BRANCH, child || rng_chance(&d->rng, 0.15));
        if (copy != NOBODY) add_checkout(d, stop, card_of(d, patron), copy, "ok");
    }
}

static bool visitor(struct day *d, uint32_t stop)
{
    /* most bring something back */
    int64_t loan = rng_chance(&d->rng, 0.6) ? choose_loan(d, stop) : NOBODY;
    if (loan != NOBODY) d->l->loans[loan].used = false; /* only its patron is wanted here */
    int64_t patron =
        loan != NOBODY ? (int64_t)d->l->loans[loan].patron : choose_patron(d, stop, -1);
    if (patron == NOBODY) return false;
    d->session++;
    give_back(d, stop, patron);
    take_out(d, stop, patron, rng_between(&d->rng, 1, 3));
    if (rng_chance(&d->rng, 0.1)) add_hold(d, stop, card_of(d, patron), "VAN1");
    return true;
}

/* --- scenes: each at the stop where it plays ------------------------------------------- */

static void scene_refused_card(struct day *d, uint32_t stop, bool barred)
{
    for (uint32_t i = 0; i < d->p->count; i++) {
        const struct patron *p = &d->p->list[i];
        if (p->stop != stop || p->barred != barred || p->expired == barred) continue;
        int64_t copy = choose_copy(d, true, false);
        d->session++;
        if (copy != NOBODY)
            add_checkout(d, stop, p->serial, copy,
                         barred ? "refused:barred" : "refused:expired");
        return;
    }
}

static void scene_new_card(struct day *d, uint32_t stop, const char *category)
{
    char surname[NAME_SIZE], forename[NAME_SIZE];
    uint32_t card = SAMPLE_CARD_FRESH + d->cards_given++;
    d->session++;
    struct act *act = add_act(d, stop, "register", "ok");
    name_forename(&d->rng, forename);
    name_surname(&d->rng, surname);
    card_number(card, act->arg[0]);
    snprintf(act->arg[1], ARG_SIZE, "%.30s %.30s", forename, surname);
    snprintf(act->arg[2], ARG_SIZE, "%s", category);
    for (int i = 0; i < 2; i++) {
        int64_t copy = choose_copy(d, true, !strcmp(category, "CHILD"));
        if (copy != NOBODY) add_checkout(d, stop, card, copy, "ok");
    }
}

static void scene_lend(struct day *d, uint32_t stop, int64_t copy)
{
    int64_t patron = copy == NOBODY ? NOBODY : choose_patron(d, stop, CAT_ADULT);
    d->session++;
    if (patron != NOBODY) add_checkout(d, stop, card_of(d, patron), copy, "ok");
}

/* A second person wants a book that the first has only just put on the desk. */
static void scene_on_loan(struct day *d, uint32_t stop)
{
    int64_t loan = choose_loan(d, stop), other = choose_patron(d, stop, CAT_ADULT);
    if (loan == NOBODY || other == NOBODY) return;
    int64_t copy = d->l->loans[loan].copy;
    d->session++;
    add_checkout(d, stop, card_of(d, other), copy, "refused:lent_over_loan");
    add_item_act(d, stop, "checkin", copy, "ok");
    add_checkout(d, stop, card_of(d, other), copy, "ok");
}

/* Books set aside for people of this stop; the first of the day is asked for by somebody else
 * before. */
static void scene_collect_holds(struct day *d, uint32_t stop)
{
    uint32_t collected = 0;
    for (uint32_t i = 0; i < d->l->hold_count && collected < COLLECTED_MAX; i++) {
        const struct hold *hold = &d->l->holds[i];
        if (!hold->captured || d->p->list[hold->patron].stop != stop) continue;
        int64_t other = d->hold_asked_for ? NOBODY : choose_patron(d, stop, CAT_ADULT);
        d->session++;
        if (other != NOBODY && other != hold->patron)
            add_checkout(d, stop, card_of(d, other), hold->copy, "refused:ready");
        d->hold_asked_for = true;
        collected++;
        d->p->list[hold->patron].used = true;
        add_checkout(d, stop, card_of(d, hold->patron), hold->copy, "ok");
    }
}

/* A card of another library. */
static void scene_foreign_card(struct day *d, uint32_t stop)
{
    int64_t copy = choose_copy(d, true, false);
    d->session++;
    if (copy != NOBODY)
        add_checkout(d, stop, SAMPLE_CARD_FOREIGN, copy, "refused:unknown_card");
}

static void scene_class(struct day *d, uint32_t stop)
{
    int64_t patron = choose_patron(d, stop, CAT_CLASS);
    d->session++;
    if (patron != NOBODY) take_out(d, stop, patron, 8);
}

static void scene_loan_act(struct day *d, uint32_t stop, int64_t loan, const char *op,
                           const char *expect)
{
    d->session++;
    if (loan != NOBODY) add_item_act(d, stop, op, d->l->loans[loan].copy, expect);
}

/* Brought back wet, and asked for by the next in the line. */
static void scene_damaged(struct day *d, uint32_t stop)
{
    int64_t loan = choose_loan(d, stop), other = choose_patron(d, stop, CAT_ADULT);
    scene_loan_act(d, stop, loan, "checkin", "ok");
    if (loan == NOBODY) return;
    add_item_act(d, stop, "damaged", d->l->loans[loan].copy, "ok");
    if (other == NOBODY) return;
    add_checkout(d, stop, card_of(d, other), d->l->loans[loan].copy, "refused:damaged");
    take_out(d, stop, other, 1);
}

static void play_scenes(struct day *d, uint32_t stop)
{
    struct cast *cast = &d->cast;
    scene_collect_holds(d, stop);
    switch (stop) {
    case 0:
        scene_refused_card(d, stop, true);
        scene_lend(d, stop, cast->brought_back);
        scene_new_card(d, stop, "ADULT");
        break;
    case 1:
        scene_refused_card(d, stop, false);
        scene_lend(d, stop, cast->lent_over);
        scene_loan_act(d, stop, cast->gone_renewed, "checkin", "ok");
        break;
    case 2:
        d->session++;
        if (cast->barred_today != NOBODY) take_out(d, stop, cast->barred_today, 2);
        scene_foreign_card(d, stop);
        scene_new_card(d, stop, "CHILD");
        break;
    case 3:
        scene_lend(d, stop, cast->lent_twice);
        scene_on_loan(d, stop);
        break;
    case 4: scene_class(d, stop); break;
    case 6: scene_loan_act(d, stop, cast->renewed_gone, "renew", "ok"); break;
    default:
        scene_damaged(d, stop);
        scene_new_card(d, stop, "SENIOR");
        break;
    }
}

/* Parts that several places share are cast before anything plays. */
static void choose_cast(struct day *d)
{
    struct cast *cast = &d->cast;
    cast->lent_twice = choose_copy(d, true, false);
    cast->lent_over = choose_copy(d, true, false);
    cast->brought_back = choose_copy(d, true, false);
    cast->renewed_gone = choose_loan(d, 6);
    cast->gone_renewed = choose_loan(d, 1);
    cast->barred_today = choose_patron(d, 2, CAT_ADULT);
    /* who collects a hold comes once, at that moment */
    for (uint32_t i = 0; i < d->l->hold_count; i++) {
        if (d->l->holds[i].captured) d->p->list[d->l->holds[i].patron].used = true;
    }
}

/* --- the main library's day ------------------------------------------------------------ */

static void branch_at(struct day *d, uint32_t from, int32_t hhmm)
{
    int64_t at_s = local_to_utc(d->s->day, hhmm / 100 * 3600 + hhmm % 100 * 60);
    for (uint32_t i = from; i < d->count; i++) d->acts[i].at_s = at_s + 20 * (i - from) + 7;
}

static void branch_lends(struct day *d, int64_t copy, int32_t hhmm)
{
    uint32_t from = d->count;
    int64_t patron = choose_patron(d, PATRON_NO_STOP, CAT_ADULT);
    if (patron == NOBODY) return;
    if (copy != NOBODY)
        add_checkout(d, AT_BRANCH, card_of(d, patron), copy, "ok");
    else
        take_out(d, AT_BRANCH, patron, 2);
    branch_at(d, from, hhmm);
}

static void branch_loan_act(struct day *d, int64_t loan, const char *op, int32_t hhmm)
{
    uint32_t from = d->count;
    scene_loan_act(d, AT_BRANCH, loan, op, "ok");
    branch_at(d, from, hhmm);
}

static void branch_bars(struct day *d, int64_t patron, int32_t hhmm)
{
    if (patron == NOBODY) return;
    struct act *act = add_act(d, AT_BRANCH, "bar", "ok");
    card_number(card_of(d, patron), act->arg[0]);
    branch_at(d, d->count - 1, hhmm);
}

static void branch_changes_rule(struct day *d, int32_t hhmm)
{
    struct act *act = add_act(d, AT_BRANCH, "rule", "ok");
    snprintf(act->arg[0], ARG_SIZE, "VAN1/CHILD/JBOOK");
    snprintf(act->arg[1], ARG_SIZE, "limit");
    snprintf(act->arg[2], ARG_SIZE, "15");
    branch_at(d, d->count - 1, hhmm);
}

static void play_branch(struct day *d)
{
    const struct cast *cast = &d->cast;
    branch_bars(d, cast->barred_today, 905);
    if (cast->lent_twice != NOBODY) branch_lends(d, cast->lent_twice, 920);
    branch_changes_rule(d, 930);
    branch_loan_act(d, choose_loan(d, PATRON_NO_STOP), "checkin", 945);
    branch_loan_act(d, choose_loan(d, PATRON_NO_STOP), "checkin", 1010);
    branch_lends(d, NOBODY, 1030);
    branch_loan_act(d, cast->renewed_gone, "checkin", 1140);
    uint32_t from = d->count;
    if (cast->brought_back != NOBODY)
        add_item_act(d, AT_BRANCH, "checkin", cast->brought_back, "ok");
    branch_at(d, from, 1405);
    branch_loan_act(d, cast->gone_renewed, "renew", 1430);
    if (cast->lent_over != NOBODY) branch_lends(d, cast->lent_over, 1505);
    branch_lends(d, NOBODY, 1540);
    from = d->count;
    int64_t patron = choose_patron(d, PATRON_NO_STOP, CAT_ADULT);
    if (patron != NOBODY) add_hold(d, AT_BRANCH, card_of(d, patron), "MAIN");
    branch_at(d, from, 1610);
}

/* --- times ----------------------------------------------------------------------------- */

/* Spread the acts of one visit: quick within a session, pauses of all lengths between. */
static void time_visit(struct day *d, uint32_t from, const struct call *call)
{
    enum { SETTLE_S = 60, PACK_S = 45, QUICK_S = 11 };
    uint32_t count = d->count - from;
    if (!count) return;
    double window_s = (double)(call->departure_s - call->arrival_s - SETTLE_S - PACK_S),
           pause[ACTS_MAX], total = 0.0;
    uint32_t quick = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool same = i > 0 && d->acts[from + i].session == d->acts[from + i - 1].session;
        quick += same;
        pause[i] = same ? 0.0 : 0.2 - log(1.0 - rng_unit(&d->rng));
        total += pause[i];
    }
    total += 0.2 - log(1.0 - rng_unit(&d->rng)); /* after the last */
    double free_s = window_s - (double)quick * QUICK_S, at_s = SETTLE_S;
    bm_assert(free_s > 0);
    for (uint32_t i = 0; i < count; i++) {
        bool same = pause[i] <= 0.0;
        at_s += same ? QUICK_S : pause[i] / total * free_s;
        d->acts[from + i].at_s = call->arrival_s + (int64_t)at_s;
    }
}

static void play_van(struct day *d)
{
    int64_t open_s = 0;
    for (uint32_t i = 0; i < d->drive->call_count; i++) {
        const struct call *call = &d->drive->calls[i];
        if (call->kind == CALL_PLANNED) open_s += call->departure_s - call->arrival_s;
    }
    for (uint32_t i = 0; i < d->drive->call_count; i++) {
        const struct call *call = &d->drive->calls[i];
        if (call->kind != CALL_PLANNED) continue;
        uint32_t from = d->count,
                 share = (uint32_t)(VAN_ACTS * (call->departure_s - call->arrival_s) / open_s);
        play_scenes(d, (uint32_t)call->stop);
        while (d->count < from + share && visitor(d, (uint32_t)call->stop)) continue;
        time_visit(d, from, call);
    }
}

static int by_time(const void *a, const void *b)
{
    const struct act *x = a, *y = b;
    if (x->at_s != y->at_s) return x->at_s < y->at_s ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static enum bm_rc write_acts(const struct day *d)
{
    struct out o;
    enum bm_rc rc = out_open(&o, d->s, "day.csv");
    if (rc) return rc;
    out_printf(&o, "time_utc,where,op,arg1,arg2,arg3,expect\n");
    for (uint32_t i = 0; i < d->count; i++) {
        const struct act *act = &d->acts[i];
        char iso[ISO_SIZE];
        utc_text(act->at_s, iso);
        out_printf(&o, "%.8s,%s,%s,%s,%s,%s,%s\n", iso + 11,
                   act->stop == AT_BRANCH ? "branch" : "van", act->op, act->arg[0], act->arg[1],
                   act->arg[2], act->expect);
    }
    return out_close(&o);
}

/* --- who has what: read off the acts in true time, whoever knew of them ---------------- */

struct holding {
    uint32_t item, card; /* serials; card 0 = in */
};

static int by_item(const void *a, const void *b)
{
    const struct holding *x = a, *y = b;
    return x->item < y->item ? -1 : x->item > y->item;
}

static struct holding *holding_of(struct holding *list, uint32_t *count, uint32_t item)
{
    for (uint32_t i = 0; i < *count; i++) {
        if (list[i].item == item) return &list[i];
    }
    list[*count] = (struct holding){ item, 0 };
    return &list[(*count)++];
}

/* Physical facts win: a book that left has left; a renewal moves no book. */
static enum bm_rc write_holdings(const struct day *d)
{
    struct out o;
    uint32_t count = d->l->loan_count;
    struct holding *list = calloc(count + d->count + 1, sizeof *list);
    if (!list) return err_set(BM_ENOMEM, "out of memory for the day's end");
    for (uint32_t i = 0; i < count; i++) {
        list[i] = (struct holding){ d->c->pool[d->l->loans[i].copy].serial,
                                    d->p->list[d->l->loans[i].patron].serial };
    }
    for (uint32_t i = 0; i < d->count; i++) {
        const struct act *act = &d->acts[i];
        if (strcmp(act->expect, "ok")) continue;
        if (!strcmp(act->op, "checkout")) holding_of(list, &count, act->item)->card = act->card;
        if (!strcmp(act->op, "checkin")) holding_of(list, &count, act->item)->card = 0;
    }
    qsort(list, count, sizeof *list, by_item);
    enum bm_rc rc = out_open(&o, d->s, "who_has_what.csv");
    if (rc) goto done;
    out_printf(&o, "item_barcode,cardnumber\n");
    for (uint32_t i = 0; i < count; i++) {
        char item[BARCODE_SIZE], card[BARCODE_SIZE] = "";
        if (list[i].card) card_number(list[i].card, card);
        out_printf(&o, "%s,%s\n", item_barcode(list[i].item, item), card);
    }
    rc = out_close(&o);
done:
    free(list);
    return rc;
}

enum bm_rc day_write(const struct sample *s, const struct route *route,
                     const struct drive *drive, struct catalog *c, struct people *p,
                     struct lending *l)
{
    struct day *d = calloc(1, sizeof *d);
    if (!d) return err_set(BM_ENOMEM, "out of memory for the day's acts");
    *d = (struct day){ .s = s, .route = route, .drive = drive, .c = c, .p = p, .l = l };
    rng_init(&d->rng, s->seed, 8);
    choose_cast(d);
    play_van(d);
    play_branch(d);
    qsort(d->acts, d->count, sizeof d->acts[0], by_time);
    enum bm_rc rc = write_acts(d);
    if (!rc) rc = write_holdings(d);
    free(d);
    return rc;
}
