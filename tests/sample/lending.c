/* tests/sample/lending.c -- see lending.h */
#include "tests/sample/lending.h"

#include <stdlib.h>

enum { LOANS_A_PATRON = 5, NONE = -1 };

/* Most specific row wins: branch, then category, then type. Money in cents; price empty = the
 * item's own. */
#define VISIT "\"next_visit(12,35)\","
/* The columns after it: renewed no longer than half a year, nothing new with 15 overdue loans or 50 owed. */
#define BOUNDS ",,,,,182,15,5000,,,5000,\n"
#define STAFF_MAY "expired held loaned limit unfit missing renewals wanted" BOUNDS
#define FILM_MAY "held loaned limit renewals" BOUNDS
/* clang-format off */
static const char rules_text[] =
    "branch,category,itype,loan,renew_max,renew_loan,limit,closed,rate,grace,max,price,keep,age_min,overridable,"
    "hard_due,expiry_cap,renew_base,renew_from,renew_until,overdue_max,debt_max,renew_debt,renew_expired,guarantor_max,fine_days\n"
    "*,*,*,21d,3,21d,20,next_open,25,1,800,,0,," STAFF_MAY
    "*,CHILD,*,21d,3,21d,12,next_open,0,0,0,,0,," STAFF_MAY
    "*,SENIOR,*,21d,3,21d,20,next_open,10,3,500,,0,," STAFF_MAY
    "*,CLASS,*,42d,2,42d,60,next_open,0,0,0,,0,," STAFF_MAY
    "*,HOME,*,42d,6,42d,40,next_open,0,0,0,,0,," STAFF_MAY
    "*,*,DVD,7d,1,7d,6,next_open,100,0,1000,,0,," STAFF_MAY
    "*,*,DVD15,7d,1,7d,6,next_open,100,0,1000,,0,15," FILM_MAY
    "*,CHILD,DVD15,7d,1,7d,6,next_open,0,0,0,,0,15," FILM_MAY
    "VAN1,*,*," VISIT "3," VISIT "20,keep,0,0,0,,0,," STAFF_MAY
    "VAN1,*,DVD15," VISIT "1," VISIT "6,keep,0,0,0,,0,15," FILM_MAY
    "VAN1,ADULT,*," VISIT "3," VISIT "20,keep,10,2,300,,0,," STAFF_MAY
    "VAN1,ADULT,DVD," VISIT "1," VISIT "6,keep,20,2,400,,0,," STAFF_MAY
    "VAN1,ADULT,DVD15," VISIT "1," VISIT "6,keep,20,2,400,,0,15," FILM_MAY
    "VAN1,CHILD,*," VISIT "3," VISIT "12,keep,0,0,0,,0,," STAFF_MAY
    "VAN1,CHILD,JBOOK," VISIT "3," VISIT "12,keep,0,0,0,,0,," STAFF_MAY
    "VAN1,CHILD,DVD15," VISIT "1," VISIT "6,keep,0,0,0,,0,15," FILM_MAY
    "VAN1,CLASS,*," VISIT "2," VISIT "60,keep,0,0,0,,0,," STAFF_MAY
    "VAN1,HOME,*," VISIT "6," VISIT "40,keep,0,0,0,,0,," STAFF_MAY;
/* clang-format on */

static enum bm_rc write_rules(const struct sample *s)
{
    struct out o;
    enum bm_rc rc = out_open(&o, s, "rules.csv");
    if (rc) return rc;
    out_bytes(&o, rules_text, sizeof rules_text - 1);
    return out_close(&o);
}

static enum bm_rc write_library(const struct sample *s)
{
    struct out o;
    char date[ISO_SIZE];
    enum bm_rc rc = out_open(&o, s, "library.ini");
    if (rc) return rc;
    out_printf(&o,
               "; A library that does not exist, its people and places neither.\n"
               "[library]\nname = Marrowdale Libraries\nzone = Europe/London\n"
               "main = MAIN\nvan = VAN1\nservice_day = %s\n"
               "\n[branch MAIN]\nname = Marrowbridge Library\n"
               "\n[branch VAN1]\nname = Marrowdale Mobile Library\n"
               "depot_lat = %.6f\ndepot_lon = %.6f\n",
               date_text(s->day, date), point_lat_deg((struct point){ 0, 0 }),
               point_lon_deg((struct point){ 0, 0 }));
    return out_close(&o);
}

static void add_closed(struct out *o, const char *branch, int32_t first, int32_t last,
                       const char *reason)
{
    char from[ISO_SIZE], to[ISO_SIZE];
    out_printf(o, "%s,%s,%s,%s\n", branch, date_text(first, from), date_text(last, to), reason);
}

static enum bm_rc write_calendar(const struct sample *s)
{
    static const char *const branches[] = { "MAIN", "VAN1" };
    struct out o;
    int32_t year;
    uint32_t month, day;
    date_to_civil(s->day, &year, &month, &day);
    enum bm_rc rc = out_open(&o, s, "calendar.csv");
    if (rc) return rc;
    out_printf(&o, "branchcode,first_day,last_day,reason\n");
    for (int i = 0; i < 2; i++) {
        add_closed(&o, branches[i], date_from_civil(year, 12, 25),
                   date_from_civil(year, 12, 26), "Christmas");
        add_closed(&o, branches[i], date_from_civil(year + 1, 1, 1),
                   date_from_civil(year + 1, 1, 1), "New Year's Day");
    }
    add_closed(&o, "MAIN", s->day + 21, s->day + 21, "Staff training");
    add_closed(&o, "VAN1", s->day + 28, s->day + 29, "Vehicle inspection");
    return out_close(&o);
}

/* A copy nobody has or waits for, from a random place on. ret: index or NONE */
static int64_t free_copy(const struct catalog *c, struct rng *r, bool on_van)
{
    uint32_t start = rng_below(r, c->pool_count);
    for (uint32_t i = 0; i < c->pool_count; i++) {
        uint32_t at = (start + i) % c->pool_count;
        const struct copy *copy = &c->pool[at];
        if (!copy->used && copy->on_van == on_van && !copy->fifteen &&
            !catalog_is_held(c, copy->bib))
            return at;
    }
    return NONE;
}

enum whose { OF_MAIN, OF_A_STOP, OF_TODAYS_STOPS };

static bool belongs(const struct patron *p, enum whose whose)
{
    if (whose == OF_MAIN) return p->stop == PATRON_NO_STOP;
    return whose == OF_A_STOP ? p->stop != PATRON_NO_STOP
                              : p->stop < ROUTE_DAY_STOPS && p->stop != 5;
}

static int64_t some_patron(const struct people *p, struct rng *r, enum whose whose, bool sound)
{
    uint32_t start = rng_below(r, p->count);
    for (uint32_t i = 0; i < p->count; i++) {
        uint32_t at = (start + i) % p->count;
        const struct patron *patron = &p->list[at];
        if (belongs(patron, whose) && patron->loans < LOANS_A_PATRON &&
            !(sound && (patron->barred || patron->expired)))
            return at;
    }
    return NONE;
}

static void write_loan(struct out *o, const struct catalog *c, const struct people *p,
                       const struct loan *loan, int64_t out_s, int32_t due_day)
{
    char card[BARCODE_SIZE], item[BARCODE_SIZE], issued[ISO_SIZE], due[ISO_SIZE];
    out_printf(o, "%s,%s,%s,%s,%s,,%u,\n", card_number(p->list[loan->patron].serial, card),
               item_barcode(c->pool[loan->copy].serial, item), loan->by_van ? "VAN1" : "MAIN",
               utc_text(out_s, issued), utc_text(local_to_utc(due_day, 86399), due),
               loan->renewals_left);
}

/* Lent at an earlier visit; 12 % are overdue, 8 % were renewed as often as they may be. */
static void van_loan(struct out *o, const struct sample *s, const struct route *route,
                     struct rng *r, const struct catalog *c, const struct people *p,
                     struct loan *loan)
{
    uint32_t stop = p->list[loan->patron].stop, x = rng_below(r, 100);
    int32_t weeks_back = x < 60 ? 0 : x < 92 ? 2 : 6, overdue = x >= 80 && x < 92;
    loan->renewals_left = x < 60 || overdue ? 3 : x < 92 ? 2 : 0;
    int32_t out_day = route_last_visit(route, s, stop, weeks_back);
    int32_t due_day = route_last_visit(route, s, stop, 0) + (overdue ? 0 : 14);
    int32_t second =
        rng_between(r, route->stops[stop].arrival_s + 60, route->stops[stop].departure_s - 60);
    write_loan(o, c, p, loan, local_to_utc(out_day, second), due_day);
}

static void main_loan(struct out *o, const struct sample *s, struct rng *r,
                      const struct catalog *c, const struct people *p, struct loan *loan)
{
    int32_t out_day = s->day - rng_between(r, 1, 26);
    loan->renewals_left = 3;
    write_loan(o, c, p, loan, local_to_utc(out_day, rng_between(r, 9 * 3600 + 900, 17 * 3600)),
               out_day + 21);
}

static enum bm_rc write_loans(const struct sample *s, const struct route *route,
                              struct catalog *c, struct people *p, struct lending *l)
{
    struct out o;
    struct rng r;
    rng_init(&r, s->seed, 6);
    enum bm_rc rc = out_open(&o, s, "loans.csv");
    if (rc) return rc;
    out_printf(&o, "cardnumber,itemnumber_barcode,branchcode,issuedate,date_due,returndate,"
                   "renewals_left,stop_fines\n");
    for (uint32_t i = 0; i < s->loan_count; i++) {
        bool by_van = rng_chance(&r, 0.7);
        int64_t patron = some_patron(p, &r,
                                     !by_van               ? OF_MAIN
                                     : rng_chance(&r, 0.5) ? OF_TODAYS_STOPS
                                                           : OF_A_STOP,
                                     false);
        int64_t copy = free_copy(c, &r, by_van);
        if (patron == NONE || copy == NONE) continue;
        struct loan *loan = &l->loans[l->loan_count++];
        *loan = (struct loan){ .copy = (uint32_t)copy,
                               .patron = (uint32_t)patron,
                               .by_van = by_van };
        c->pool[copy].used = true;
        p->list[patron].loans++;
        if (by_van)
            van_loan(&o, s, route, &r, c, p, loan);
        else
            main_loan(&o, s, &r, c, p, loan);
    }
    return out_close(&o);
}

static void write_hold(struct out *o, const struct sample *s, struct rng *r,
                       const struct catalog *c, const struct people *p, const struct hold *hold)
{
    const struct patron *patron = &p->list[hold->patron];
    const struct copy *copy = &c->pool[hold->copy];
    char card[BARCODE_SIZE], item[BARCODE_SIZE] = "", bib[16] = "";
    char asked[ISO_SIZE], captured[ISO_SIZE] = "", expires[ISO_SIZE] = "";
    int32_t asked_day = s->day - rng_between(r, 5, 40);
    utc_text(local_to_utc(asked_day, rng_between(r, 9 * 3600, 19 * 3600)), asked);
    if (hold->copy_only || hold->captured) item_barcode(copy->serial, item);
    if (!hold->copy_only) snprintf(bib, sizeof bib, "%u", copy->bib);
    if (hold->captured) {
        int32_t captured_day = s->day - rng_between(r, 1, 3);
        utc_text(local_to_utc(captured_day, rng_between(r, 9 * 3600, 17 * 3600)), captured);
        utc_text(local_to_utc(s->day + 18, 86399), expires);
    }
    out_printf(o, "%s,%c,%s,%s,%s,%s,%s,,,%s\n", card_number(patron->serial, card),
               hold->copy_only ? 'C' : 'T', bib, item,
               patron->stop == PATRON_NO_STOP ? "MAIN" : "VAN1", asked, captured, expires);
}

/* A sixth is set aside aboard for people of today's stops; most of the rest want what is lent.
 */
static enum bm_rc write_holds(const struct sample *s, struct catalog *c, const struct people *p,
                              struct lending *l)
{
    struct out o;
    struct rng r;
    rng_init(&r, s->seed, 7);
    enum bm_rc rc = out_open(&o, s, "holds.csv");
    if (rc) return rc;
    out_printf(&o, "cardnumber,hold_type,bib_id,item_barcode,pickup_branch,requested,captured,"
                   "fulfilled,cancelled,expires\n");
    for (uint32_t i = 0; i < s->hold_count; i++) {
        bool captured = i % 6 == 0, lent = !captured && l->loan_count && rng_chance(&r, 0.6);
        int64_t copy = lent ? (int64_t)l->loans[rng_below(&r, l->loan_count)].copy
                            : free_copy(c, &r, captured || rng_chance(&r, 0.5));
        int64_t patron = some_patron(p, &r,
                                     captured              ? OF_TODAYS_STOPS
                                     : rng_chance(&r, 0.7) ? OF_A_STOP
                                                           : OF_MAIN,
                                     true);
        if (copy == NONE || patron == NONE || catalog_is_held(c, c->pool[copy].bib)) continue;
        struct hold *hold = &l->holds[l->hold_count++];
        *hold = (struct hold){ .copy = (uint32_t)copy,
                               .patron = (uint32_t)patron,
                               .captured = captured,
                               .copy_only = i % 15 == 4 };
        catalog_set_held(c, c->pool[copy].bib);
        if (captured) c->pool[copy].used = true;
        write_hold(&o, s, &r, c, p, hold);
    }
    return out_close(&o);
}

enum bm_rc lending_write(const struct sample *s, const struct route *route, struct catalog *c,
                         struct people *p, struct lending *l)
{
    *l = (struct lending){ .loans = calloc(s->loan_count + 1, sizeof *l->loans),
                           .holds = calloc(s->hold_count + 1, sizeof *l->holds) };
    if (!l->loans || !l->holds)
        return err_set(BM_ENOMEM, "out of memory for %u loans", s->loan_count);
    enum bm_rc rc = write_library(s);
    if (!rc) rc = write_rules(s);
    if (!rc) rc = write_calendar(s);
    if (!rc) rc = write_loans(s, route, c, p, l);
    if (!rc) rc = write_holds(s, c, p, l);
    return rc;
}

void lending_free(struct lending *l)
{
    free(l->loans);
    free(l->holds);
    *l = (struct lending){ 0 };
}
