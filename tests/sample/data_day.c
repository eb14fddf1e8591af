/* tests/sample/data_day.c -- see data_day.h */
#include "tests/sample/data_day.h"

#include <stdlib.h>
#include <string.h>

#include "tests/sample/words.h"

enum {
    REAL_ACTS_MAX = 200,
    REAL_VAN_ACTS = 56, /* aimed at; scenes come before the count is looked at */
    AT_DESK = 100,      /* stands where a stop's index would */
    ANY_STOP = -1,
    FRESH_CARD_FIRST = 990001,
    FRESH_CARDS_MAX = 1000,
    LOANS_A_VISIT = 3,
    VISIT_SETTLE_S = 60, /* after arrival, before departure: nobody at the desk */
    VISIT_PACK_S = 45
};
static const char foreign_card[] = "70009000000001"; /* of a library far away */

struct real_act {
    int64_t at_s;   /* UTC */
    uint32_t order; /* as made: keeps acts of one second apart */
    uint32_t stop;  /* index, or AT_DESK */
    const char *op, *expect;
    const char *arg[3];
};

/* Parts in scenes that play at two places; DATA_NONE = could not be cast. */
struct real_cast {
    int32_t lent_twice;   /* copy: by the branch in the morning, by the van later */
    int32_t lent_over;    /* copy: by the van at its first stop, by the branch later */
    int32_t brought_back; /* copy: lent by the van, brought to the branch the same day */
    int32_t renewed_gone; /* loan: checked in at the branch, then renewed aboard */
    int32_t gone_renewed; /* loan: checked in aboard, then renewed at the branch */
    int32_t barred_today; /* patron: barred at the branch, then served aboard */
};
struct real_day {
    struct data *d;
    const struct data_places *places;
    const struct drive *drive;
    const struct sample *s;
    struct rng rng;
    struct real_act acts[REAL_ACTS_MAX];
    uint32_t count, stops, cards_given;
    struct real_cast cast;
    bool no_memory;
};

void data_day_place_patrons(struct data *d, uint32_t stop_count)
{
    uint32_t next = 0;
    bm_assert(stop_count > 0);
    for (uint32_t i = 0; i < d->patron_rows.count; i++)
        if (d->patrons[i].of_van) d->patrons[i].stop = (int32_t)(next++ % stop_count);
}

/* --- choosing ----------------------------------------------------------------------------
 * Each search begins somewhere by chance, so that neighbours in the files do not all come. */

static bool is_sound(const struct data_patron *p)
{
    return !p->barred && !p->expired;
}

/* Of a stop, or ANY_STOP: of the van; AT_DESK: of the main branch. */
static bool comes_to(const struct data_patron *p, int32_t stop)
{
    if (stop == AT_DESK) return p->of_main;
    return p->of_van && (stop == ANY_STOP || p->stop == stop);
}

static int32_t cast_patron(struct real_day *day, int32_t stop)
{
    struct data *d = day->d;
    uint32_t start = rng_below(&day->rng, d->patron_rows.count);
    for (uint32_t i = 0; i < d->patron_rows.count; i++) {
        uint32_t at = (start + i) % d->patron_rows.count;
        struct data_patron *p = &d->patrons[at];
        if (p->used || !is_sound(p) || !comes_to(p, stop)) continue;
        p->used = true;
        return (int32_t)at;
    }
    return stop >= 0 && stop != AT_DESK ? cast_patron(day, ANY_STOP) : DATA_NONE;
}

/* Do those who wait for the title leave a copy over, even with one more lent? */
static bool is_plenty(const struct data_title *t)
{
    return t->free > t->waiting + 1;
}

static int32_t cast_copy(struct real_day *day, bool of_van)
{
    struct data *d = day->d;
    uint32_t start = rng_below(&day->rng, d->item_count);
    for (uint32_t i = 0; i < d->item_count; i++) {
        uint32_t at = (start + i) % d->item_count;
        struct data_item *item = &d->items[at];
        bool here = !strcmp(item->branch, day->places->van);
        if (item->used || !item->fit || item->lent || item->wanted || here != of_van ||
            !is_plenty(&d->titles[item->title]))
            continue;
        item->used = true;
        d->titles[item->title].free--;
        return (int32_t)at;
    }
    return DATA_NONE;
}

static bool is_loan_for(const struct real_day *day, const struct data_loan *loan, int32_t stop)
{
    const struct data *d = day->d;
    if (loan->used || loan->lost || loan->item == DATA_NONE || loan->patron == DATA_NONE ||
        loan->by_van != (stop != AT_DESK))
        return false;
    const struct data_patron *p = &d->patrons[loan->patron];
    const struct data_item *item = &d->items[loan->item];
    return is_sound(p) && !item->wanted && !item->used && is_plenty(&d->titles[item->title]) &&
           (stop == AT_DESK || comes_to(p, stop));
}

/* An open loan whose patron has not yet been there today. */
static int32_t cast_loan(struct real_day *day, int32_t stop)
{
    struct data *d = day->d;
    if (!d->loan_rows.count) return DATA_NONE;
    uint32_t start = rng_below(&day->rng, d->loan_rows.count);
    for (uint32_t i = 0; i < d->loan_rows.count; i++) {
        uint32_t at = (start + i) % d->loan_rows.count;
        struct data_loan *loan = &d->loans[at];
        if (!is_loan_for(day, loan, stop) || d->patrons[loan->patron].used) continue;
        loan->used = true;
        d->patrons[loan->patron].used = true;
        return (int32_t)at;
    }
    return stop >= 0 && stop != AT_DESK ? cast_loan(day, ANY_STOP) : DATA_NONE;
}

/* A title with copies for which nobody waits. */
static int32_t cast_title(struct real_day *day)
{
    struct data *d = day->d;
    uint32_t start = rng_below(&day->rng, d->title_count);
    for (uint32_t i = 0; i < d->title_count; i++) {
        struct data_title *t = &d->titles[(start + i) % d->title_count];
        if (t->waiting || t->free < 2) continue;
        t->waiting++;
        return (int32_t)((start + i) % d->title_count);
    }
    return DATA_NONE;
}

/* --- noting acts ------------------------------------------------------------------------- */

static void note_act(struct real_day *day, uint32_t stop, const char *op, const char *expect,
                     const char *a, const char *b, const char *c)
{
    bm_assert(day->count < REAL_ACTS_MAX);
    day->acts[day->count] = (struct real_act){
        .order = day->count, .stop = stop, .op = op, .expect = expect, .arg = { a, b, c }
    };
    day->count++;
}

static void note_checkout(struct real_day *day, uint32_t stop, const char *card, int32_t copy,
                          const char *expect)
{
    if (copy == DATA_NONE) return;
    note_act(day, stop, "checkout", expect, card, day->d->items[copy].barcode, "");
}

static void note_loan(struct real_day *day, uint32_t stop, const char *op, int32_t loan)
{
    if (loan != DATA_NONE) note_act(day, stop, op, "ok", day->d->loans[loan].barcode, "", "");
}

static void note_hold(struct real_day *day, uint32_t stop, const char *card, const char *pickup)
{
    int32_t title = cast_title(day);
    if (title != DATA_NONE)
        note_act(day, stop, "hold", "ok", card, day->d->titles[title].key, pickup);
}

static void lend_some(struct real_day *day, uint32_t stop, const char *card, int32_t copies)
{
    for (int32_t i = 0; i < copies; i++)
        note_checkout(day, stop, card, cast_copy(day, stop != AT_DESK), "ok");
}

static const char *card_of(const struct real_day *day, int32_t patron)
{
    return day->d->patrons[patron].card;
}

/* --- aboard ------------------------------------------------------------------------------ */

/* Brings back what he has from the van, or renews it, and takes something out. */
static bool serve_visitor(struct real_day *day, uint32_t stop)
{
    struct data *d = day->d;
    int32_t loan = rng_chance(&day->rng, 0.7) ? cast_loan(day, (int32_t)stop) : DATA_NONE;
    if (loan != DATA_NONE) d->loans[loan].used = false; /* only its patron is wanted here */
    int32_t patron =
        loan != DATA_NONE ? d->loans[loan].patron : cast_patron(day, (int32_t)stop);
    if (patron == DATA_NONE) return false;
    for (uint32_t i = 0, brought = 0; i < d->loan_rows.count && brought < LOANS_A_VISIT; i++) {
        if (d->loans[i].patron != patron || !is_loan_for(day, &d->loans[i], ANY_STOP)) continue;
        d->loans[i].used = true;
        brought++;
        note_loan(day, stop, rng_chance(&day->rng, 0.3) ? "renew" : "checkin", (int32_t)i);
    }
    lend_some(day, stop, card_of(day, patron), rng_between(&day->rng, 1, 2));
    if (rng_chance(&day->rng, 0.12))
        note_hold(day, stop, card_of(day, patron), day->places->van);
    return true;
}

static void refuse_card(struct real_day *day, uint32_t stop, bool barred)
{
    const struct data *d = day->d;
    const char *card = NULL;
    for (uint32_t i = 0; i < d->patron_rows.count; i++) {
        const struct data_patron *p = &d->patrons[i];
        if (p->barred != barred || p->expired == barred) continue;
        if (!card || p->of_van) card = p->card;
        if (p->of_van) break; /* rather one of its own */
    }
    if (card)
        note_checkout(day, stop, card, cast_copy(day, true),
                      barred ? "refused:barred" : "refused:expired");
}

static void register_somebody(struct real_day *day, uint32_t stop)
{
    char surname[NAME_SIZE], forename[NAME_SIZE];
    const char *card = NULL, *name;
    for (uint32_t i = 0; i < FRESH_CARDS_MAX && !card; i++) {
        card = arena_printf(&day->d->arena, "99999%06u", FRESH_CARD_FIRST + day->cards_given++);
        if (card && data_find_patron(day->d, card) != DATA_NONE) card = NULL;
    }
    name_forename(&day->rng, forename);
    name_surname(&day->rng, surname);
    name = arena_printf(&day->d->arena, "%s %s", forename, surname);
    if (!card || !name) {
        day->no_memory = true;
        return;
    }
    note_act(day, stop, "register", "ok", card, name, "P2");
    lend_some(day, stop, card, 2);
}

static void lend_to_somebody(struct real_day *day, uint32_t stop, int32_t copy)
{
    int32_t patron = copy == DATA_NONE ? DATA_NONE : cast_patron(day, (int32_t)stop);
    if (patron != DATA_NONE) note_checkout(day, stop, card_of(day, patron), copy, "ok");
}

/* A second person wants a book that the first has only just put on the desk. */
static void ask_for_lent(struct real_day *day, uint32_t stop)
{
    int32_t loan = cast_loan(day, (int32_t)stop), other = cast_patron(day, (int32_t)stop);
    if (loan == DATA_NONE || other == DATA_NONE) return;
    int32_t copy = day->d->loans[loan].item;
    note_checkout(day, stop, card_of(day, other), copy, "refused:lent_over_loan");
    note_loan(day, stop, "checkin", loan);
    note_checkout(day, stop, card_of(day, other), copy, "ok");
}

/* Brought back wet, and asked for by the next in the line. */
static void ask_for_damaged(struct real_day *day, uint32_t stop)
{
    int32_t loan = cast_loan(day, (int32_t)stop), other = cast_patron(day, (int32_t)stop);
    if (loan == DATA_NONE || other == DATA_NONE) return;
    note_loan(day, stop, "checkin", loan);
    note_act(day, stop, "damaged", "ok", day->d->loans[loan].barcode, "water on the last pages",
             "");
    note_checkout(day, stop, card_of(day, other), day->d->loans[loan].item,
                  "refused:damaged");
    lend_some(day, stop, card_of(day, other), 1);
}

/* A day of fewer stops has more scenes at each. */
static void play_stop(struct real_day *day, uint32_t stop)
{
    const struct real_cast *cast = &day->cast;
    uint32_t n = day->stops;
    if (stop == 0) {
        refuse_card(day, stop, true);
        lend_to_somebody(day, stop, cast->brought_back);
        lend_to_somebody(day, stop, cast->lent_over);
        note_loan(day, stop, "checkin", cast->gone_renewed);
        register_somebody(day, stop);
    }
    if (stop == 1 % n) {
        refuse_card(day, stop, false);
        if (cast->barred_today != DATA_NONE)
            lend_some(day, stop, card_of(day, cast->barred_today), 2);
    }
    if (stop == 2 % n) {
        note_checkout(day, stop, foreign_card, cast_copy(day, true), "refused:unknown_card");
        ask_for_lent(day, stop);
    }
    if (stop == 3 % n) {
        int32_t patron = cast_patron(day, (int32_t)stop);
        lend_to_somebody(day, stop, cast->lent_twice);
        if (patron != DATA_NONE) note_hold(day, stop, card_of(day, patron), day->places->van);
    }
    if (stop == 4 % n) ask_for_damaged(day, stop);
    if (stop == n - 1) note_loan(day, stop, "renew", cast->renewed_gone);
}

/* Spread the acts of one visit over it, none at the same second. */
static void time_acts(struct real_day *day, uint32_t from, const struct call *call)
{
    uint32_t count = day->count - from;
    int64_t begin_s = call->arrival_s + VISIT_SETTLE_S,
            window_s = call->departure_s - VISIT_PACK_S - begin_s;
    bm_assert(window_s > 2 * (int64_t)count);
    for (uint32_t i = 0; i < count; i++) {
        double share = (i + 0.15 + 0.7 * rng_unit(&day->rng)) / count;
        day->acts[from + i].at_s = begin_s + (int64_t)(share * (double)window_s);
    }
}

static void play_road(struct real_day *day)
{
    int64_t open_s = 0;
    for (uint32_t i = 0; i < day->drive->call_count; i++) {
        const struct call *call = &day->drive->calls[i];
        if (call->kind == CALL_PLANNED) open_s += call->departure_s - call->arrival_s;
    }
    for (uint32_t i = 0; i < day->drive->call_count; i++) {
        const struct call *call = &day->drive->calls[i];
        if (call->kind != CALL_PLANNED) continue;
        uint32_t from = day->count, stop = (uint32_t)call->stop;
        uint32_t share =
            (uint32_t)(REAL_VAN_ACTS * (call->departure_s - call->arrival_s) / open_s);
        play_stop(day, stop);
        while (day->count < from + share && serve_visitor(day, stop)) continue;
        time_acts(day, from, call);
    }
}

/* Before anything plays, so that nobody else takes the parts. */
static void cast_scenes(struct real_day *day)
{
    struct real_cast *cast = &day->cast;
    cast->lent_twice = cast_copy(day, true);
    cast->lent_over = cast_copy(day, true);
    cast->brought_back = cast_copy(day, true);
    cast->gone_renewed = cast_loan(day, 0);
    cast->renewed_gone = cast_loan(day, (int32_t)day->stops - 1);
    cast->barred_today = cast_patron(day, (int32_t)(1 % day->stops));
}

/* --- at the branch ----------------------------------------------------------------------- */

/* Acts noted since from happen one after the other, beginning minutes after a moment. */
static void at_desk(struct real_day *day, uint32_t from, int64_t moment_s, int32_t minutes)
{
    for (uint32_t i = from; i < day->count; i++)
        day->acts[i].at_s = moment_s + 60 * minutes + 20 * (i - from) + 7;
}

static void change_rule(struct real_day *day)
{
    const char *which = arena_printf(&day->d->arena, "%s/P2/*", day->places->van);
    if (!which)
        day->no_memory = true;
    else
        note_act(day, AT_DESK, "rule", "ok", which, "limit", "25");
}

static void play_morning(struct real_day *day, int64_t first_s)
{
    const struct real_cast *cast = &day->cast;
    uint32_t from = day->count;
    if (cast->barred_today != DATA_NONE)
        note_act(day, AT_DESK, "bar", "ok", card_of(day, cast->barred_today), "", "");
    at_desk(day, from, first_s, -40);
    from = day->count;
    lend_to_somebody(day, AT_DESK, cast->lent_twice);
    at_desk(day, from, first_s, -36);
    from = day->count;
    change_rule(day);
    at_desk(day, from, first_s, -30);
    from = day->count;
    note_loan(day, AT_DESK, "checkin", cast_loan(day, AT_DESK));
    at_desk(day, from, first_s, -20);
    from = day->count;
    note_loan(day, AT_DESK, "checkin", cast->renewed_gone);
    at_desk(day, from, first_s, -10);
}

static void play_later(struct real_day *day, int64_t gone_s)
{
    const struct real_cast *cast = &day->cast;
    uint32_t from = day->count;
    if (cast->brought_back != DATA_NONE)
        note_act(day, AT_DESK, "checkin", "ok", day->d->items[cast->brought_back].barcode, "",
                 "");
    at_desk(day, from, gone_s, 2);
    from = day->count;
    note_loan(day, AT_DESK, "renew", cast->gone_renewed);
    at_desk(day, from, gone_s, 6);
    from = day->count;
    lend_to_somebody(day, AT_DESK, cast->lent_over);
    at_desk(day, from, gone_s, 12);
    from = day->count;
    int32_t patron = cast_patron(day, AT_DESK);
    if (patron == DATA_NONE) return;
    lend_some(day, AT_DESK, card_of(day, patron), 1);
    note_hold(day, AT_DESK, card_of(day, patron), day->places->main_code);
    at_desk(day, from, gone_s, 17);
}

static void play_desk(struct real_day *day)
{
    const struct call *first = NULL;
    for (uint32_t i = 0; i < day->drive->call_count && !first; i++)
        if (day->drive->calls[i].kind == CALL_PLANNED) first = &day->drive->calls[i];
    bm_assert(first);
    play_morning(day, first->arrival_s);
    play_later(day, first->departure_s);
}

/* --- writing ----------------------------------------------------------------------------- */

static int by_moment(const void *a, const void *b)
{
    const struct real_act *x = a, *y = b;
    if (x->at_s != y->at_s) return x->at_s < y->at_s ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static enum bm_rc write_real_acts(const struct real_day *day)
{
    struct out o;
    enum bm_rc rc = out_open(&o, day->s, "day.csv");
    if (rc) return rc;
    out_printf(&o, "time_utc,where,op,arg1,arg2,arg3,expect\n");
    for (uint32_t i = 0; i < day->count; i++) {
        const struct real_act *act = &day->acts[i];
        char iso[ISO_SIZE];
        utc_text(act->at_s, iso);
        out_printf(&o, "%.8s,%s,%s,%s,%s,%s,%s\n", iso + 11,
                   act->stop == AT_DESK ? "branch" : "van", act->op, act->arg[0], act->arg[1],
                   act->arg[2], act->expect);
    }
    return out_close(&o);
}

struct real_holding {
    const char *item, *card; /* card "" = in */
};

static int by_barcode(const void *a, const void *b)
{
    const struct real_holding *x = a, *y = b;
    return strcmp(x->item, y->item);
}

static void set_holding(struct real_holding *list, uint32_t *count, const char *item,
                        const char *card)
{
    uint32_t at = 0;
    while (at < *count && strcmp(list[at].item, item) != 0) at++;
    list[at] = (struct real_holding){ item, card };
    if (at == *count) ++*count;
}

/* Acts in true time, whoever knew of them: a book that left has left; a renewal moves none. */
static enum bm_rc write_real_holdings(const struct real_day *day)
{
    struct out o;
    uint32_t count = 0;
    const struct data *d = day->d;
    struct real_holding *list = calloc(d->loan_rows.count + day->count + 1, sizeof *list);
    if (!list) return err_set(BM_ENOMEM, "out of memory for the day's end");
    for (uint32_t i = 0; i < d->loan_rows.count; i++)
        set_holding(list, &count, d->loans[i].barcode, d->loans[i].card);
    for (uint32_t i = 0; i < day->count; i++) {
        const struct real_act *act = &day->acts[i];
        if (strcmp(act->expect, "ok") != 0) continue;
        if (!strcmp(act->op, "checkout")) set_holding(list, &count, act->arg[1], act->arg[0]);
        if (!strcmp(act->op, "checkin")) set_holding(list, &count, act->arg[0], "");
    }
    qsort(list, count, sizeof *list, by_barcode);
    enum bm_rc rc = out_open(&o, day->s, "who_has_what.csv");
    if (rc) goto done;
    out_printf(&o, "item_barcode,cardnumber\n");
    for (uint32_t i = 0; i < count; i++) {
        out_field(&o, list[i].item, false);
        out_field(&o, list[i].card, true);
    }
    rc = out_close(&o);
done:
    free(list);
    return rc;
}

enum bm_rc data_day_write(struct data *d, const struct data_route *r, const struct drive *drive,
                          const struct data_places *places, const struct sample *s,
                          uint32_t *van_acts, uint32_t *branch_acts)
{
    struct real_day *day = ARENA_NEW(&d->arena, struct real_day);
    if (!day) return BM_ENOMEM;
    *day = (struct real_day){
        .d = d, .places = places, .drive = drive, .s = s, .stops = r->route->stop_count
    };
    rng_init(&day->rng, s->seed, 8);
    cast_scenes(day);
    play_road(day);
    *van_acts = day->count;
    play_desk(day);
    *branch_acts = day->count - *van_acts;
    if (day->no_memory) return err_set(BM_ENOMEM, "out of memory for the day's acts");
    qsort(day->acts, day->count, sizeof *day->acts, by_moment);
    enum bm_rc rc = write_real_acts(day);
    return rc ? rc : write_real_holdings(day);
}
