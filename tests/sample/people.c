/* tests/sample/people.c -- see people.h */
#include "tests/sample/people.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sample/words.h"

static const char *const category_names[CAT_COUNT] = { "ADULT", "CHILD", "SENIOR", "CLASS",
                                                       "HOME" };

static uint8_t pick_category(struct rng *r)
{
    uint32_t x = rng_below(r, 100);
    return x < 50   ? CAT_ADULT
           : x < 75 ? CAT_CHILD
           : x < 92 ? CAT_SENIOR
           : x < 96 ? CAT_CLASS
                    : CAT_HOME;
}

static uint8_t pick_age(struct rng *r, uint8_t category)
{
    switch (category) {
    case CAT_CHILD: return (uint8_t)rng_between(r, 3, 15);
    case CAT_SENIOR: return (uint8_t)rng_between(r, 66, 94);
    case CAT_HOME: return (uint8_t)rng_between(r, 70, 97);
    case CAT_CLASS: return 0;
    default: return (uint8_t)rng_between(r, 18, 64);
    }
}

/* Spread evenly rather than drawn, so that small samples have some of each: about 3 % expired,
 * 1 % barred. The first of either belong to stops of the service day, for the demo's refusals.
 */
static void make_patron(struct patron *p, struct rng *r, uint32_t i, const struct route *route)
{
    *p = (struct patron){ .serial = SAMPLE_CARD_FIRST + i, .stop = PATRON_NO_STOP };
    p->category = pick_category(r);
    p->age_years = pick_age(r, p->category);
    p->expired = i % 33 == 7;
    p->barred = i % 100 == 42;
    if (p->barred || p->expired)
        p->category = CAT_ADULT, p->age_years = (uint8_t)rng_between(r, 18, 64);
    if (rng_chance(r, 0.55)) p->stop = (uint8_t)rng_below(r, route->stop_count);
    if (i == 42) p->stop = 0;
    if (i == 7) p->stop = 1;
}

/* Every third child lives with the adult listed last before it. */
static void find_guarantor(struct patron *list, uint32_t i)
{
    struct patron *p = &list[i];
    if (p->category != CAT_CHILD || i % 3) return;
    for (uint32_t k = i; k-- > 0 && !p->guarantor;)
        if (list[k].category == CAT_ADULT && !list[k].barred) p->guarantor = list[k].serial;
}

static void field_date(struct out *o, int32_t date)
{
    char text[ISO_SIZE];
    out_field(o, date ? date_text(date, text) : "", false);
}

static void write_name(struct out *o, struct rng *r, const struct patron *p, char *userid,
                       size_t size)
{
    char surname[NAME_SIZE], forename[NAME_SIZE];
    name_surname(r, surname);
    name_forename(r, forename);
    if (p->category == CAT_CLASS) {
        snprintf(surname, sizeof surname, "%s School", name_place(r));
        uint32_t year = 1 + rng_below(r, 6), letter = rng_below(r, 3);
        snprintf(forename, sizeof forename, "Class %u%c", year, "ABC"[letter]);
    }
    snprintf(userid, size, "%c%.10s%u", forename[0], surname, p->serial % 100000);
    for (char *c = userid; *c; c++) *c = *c == ' ' ? '.' : (char)tolower((unsigned char)*c);
    out_field(o, surname, false);
    out_field(o, forename, false);
    name_forename(r, forename);
    out_field(o, p->category == CAT_CLASS || rng_chance(r, 0.6) ? "" : forename, false);
}

/* ZZ is no post town; 01632 960xxx and example.org are kept for stories like this one. */
static void write_contact(struct out *o, struct rng *r, const struct patron *p,
                          const struct route *route, const char *userid)
{
    char text[64];
    const char *lane = name_lane(r);
    snprintf(text, sizeof text, "%u %s", 1 + rng_below(r, 88), lane);
    out_field(o, text, false);
    out_field(o, "", false);
    out_field(o, p->stop == PATRON_NO_STOP ? "Marrowbridge" : route->stops[p->stop].community,
              false);
    out_field(o, "Marrowshire", false);
    uint32_t district = 1 + rng_below(r, 98), sector = rng_below(r, 10);
    snprintf(text, sizeof text, "ZZ%u %uZZ", district, sector);
    out_field(o, text, false);
    out_field(o, "United Kingdom", false);
    snprintf(text, sizeof text, "01632 960%03u", rng_below(r, 1000));
    out_field(o, rng_chance(r, 0.8) ? text : "", false);
    snprintf(text, sizeof text, "%s@example.org", userid);
    out_field(o, p->category != CAT_HOME && rng_chance(r, 0.6) ? text : "", false);
}

/* Schoolchildren of the stops are in classes, as Koha's sort1 has them. */
static void write_class(struct out *o, const struct patron *p, const struct route *route)
{
    char text[64] = "";
    bool pupil = p->category == CAT_CHILD && p->stop != PATRON_NO_STOP && p->age_years >= 5 && p->age_years <= 10;
    if (pupil) snprintf(text, sizeof text, "%.40s Year %d", route->stops[p->stop].community, (int)p->age_years - 4);
    out_field(o, text, true);
}

static void write_patron(struct out *o, const struct sample *s, const struct patron *p,
                         const struct route *route)
{
    struct rng r;
    char card[BARCODE_SIZE], userid[40], stop[STOP_KEY_SIZE];
    rng_init(&r, s->seed, 0x300000000u + p->serial);
    card_number(p->serial, card);
    out_field(o, card, false);
    write_name(o, &r, p, userid, sizeof userid);
    int32_t birth =
        p->age_years ? s->day - 365 * p->age_years - p->age_years / 4 - rng_between(&r, 1, 360)
                     : 0;
    field_date(o, birth);
    write_contact(o, &r, p, route, userid);
    out_field(o, p->stop == PATRON_NO_STOP ? "MAIN" : "VAN1", false);
    out_field(o, category_names[p->category], false);
    int32_t member_days =
        p->age_years && p->age_years < 9 ? 330 * p->age_years : 3000; /* born before joining */
    field_date(o, s->day - rng_between(&r, 420, member_days));
    field_date(o, p->expired ? s->day - rng_between(&r, 1, 400)
                             : s->day + rng_between(&r, 60, 1000));
    out_field(o, p->barred ? "9999-12-31" : "", false);
    out_field(o, userid, false);
    out_field(o, p->stop == PATRON_NO_STOP ? "" : stop_key(&route->stops[p->stop], stop), false);
    if (p->guarantor) card_number(p->guarantor, card);
    out_field(o, p->guarantor ? card : "", false);
    write_class(o, p, route);
}

enum bm_rc people_write(const struct sample *s, const struct route *route, struct people *p)
{
    struct out o;
    struct rng r;
    rng_init(&r, s->seed, 2);
    p->count = s->patron_count;
    p->list = calloc(p->count, sizeof *p->list);
    if (!p->list) return err_set(BM_ENOMEM, "out of memory for %u patrons", p->count);
    enum bm_rc rc = out_open(&o, s, "patrons.csv");
    if (rc) return rc;
    out_printf(&o,
               "cardnumber,surname,firstname,othernames,dateofbirth,address,address2,city,"
               "state,zipcode,country,phone,"
               "email,branchcode,categorycode,dateenrolled,dateexpiry,debarred,userid,stop,guarantor,sort1\n");
    for (uint32_t i = 0; i < p->count; i++) {
        make_patron(&p->list[i], &r, i, route);
        find_guarantor(p->list, i);
        write_patron(&o, s, &p->list[i], route);
    }
    return out_close(&o);
}

void people_free(struct people *p)
{
    free(p->list);
    *p = (struct people){ 0 };
}
