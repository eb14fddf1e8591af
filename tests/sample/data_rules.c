/* tests/sample/data_rules.c -- the library's settings and loan rules; see data_day.h */
#include <string.h>

#include "tests/sample/data_day.h"

/* Categories ending in J are of juveniles: no fines, fewer loans. The types are what a record's
 * leader says, for a catalogue whose copies have none of their own. */
#define VISIT "\"next_visit(10,35)\","
/* The columns after it: real patrons have old loans and old debts, so there are no bounds but of the guarantor's. */
#define BOUNDS ",,,,,,,,,,5000,\n"
#define STAFF_MAY "expired held loaned limit unfit missing renewals wanted" BOUNDS
/* clang-format off */
static const char any_rules[] =
    "branch,category,itype,loan,renew_max,renew_loan,limit,closed,rate,grace,max,price,keep,age_min,overridable,"
    "hard_due,expiry_cap,renew_base,renew_from,renew_until,overdue_max,debt_max,renew_debt,renew_expired,guarantor_max,fine_days\n"
    "*,*,*,21d,3,21d,30,next_open,20,1,800,,0,," STAFF_MAY
    "*,*,video,7d,1,7d,12,next_open,50,0,1000,,0,," STAFF_MAY
    "*,*,music,14d,2,14d,20,next_open,20,1,800,,0,," STAFF_MAY
    "*,*,serial,7d,0,7d,10,next_open,20,1,400,,0,," STAFF_MAY;
static const char juvenile_rules[] = /* %s: category */
    "*,%s,*,21d,3,21d,12,next_open,0,0,0,,0,," STAFF_MAY;
static const char van_rules[] = /* %s: branch */
    "%s,*,*," VISIT "3," VISIT "30,keep,10,2,500,,0,," STAFF_MAY
    "%s,P2,*," VISIT "3," VISIT "20,keep,10,2,300,,0,," STAFF_MAY
    "%s,*,video," VISIT "1," VISIT "12,keep,20,2,500,,0,," STAFF_MAY;
static const char van_juvenile_rules[] = /* %s: branch, category */
    "%s,%s,*," VISIT "3," VISIT "12,keep,0,0,0,,0,," STAFF_MAY;
/* clang-format on */

/* Is row the first with its category, and that one of juveniles? */
static bool first_of_juveniles(const struct data *d, uint32_t row)
{
    const char *category = d->patrons[row].category;
    size_t len = strlen(category);
    if (!len || category[len - 1] != 'J') return false;
    for (uint32_t i = 0; i < row; i++)
        if (!strcmp(d->patrons[i].category, category)) return false;
    return true;
}

static enum bm_rc write_real_rules(const struct data *d, const struct data_places *places,
                                   const struct sample *s)
{
    struct out o;
    enum bm_rc rc = out_open(&o, s, "rules.csv");
    if (rc) return rc;
    out_bytes(&o, any_rules, sizeof any_rules - 1);
    for (uint32_t i = 0; i < d->patron_rows.count; i++)
        if (first_of_juveniles(d, i)) out_printf(&o, juvenile_rules, d->patrons[i].category);
    out_printf(&o, van_rules, places->van, places->van, places->van);
    for (uint32_t i = 0; i < d->patron_rows.count; i++)
        if (first_of_juveniles(d, i))
            out_printf(&o, van_juvenile_rules, places->van, d->patrons[i].category);
    return out_close(&o);
}

static const char *branch_name(const struct data *d, const char *code)
{
    for (uint32_t i = 0; i < d->branch_rows.count; i++)
        if (!strcmp(data_cell(&d->branch_rows, i, BRANCH_CODE), code))
            return data_cell(&d->branch_rows, i, BRANCH_NAME);
    return code;
}

static enum bm_rc write_real_library(const struct data *d, const struct data_route *r,
                                     const struct data_places *places, const struct sample *s)
{
    struct out o;
    char date[ISO_SIZE], path[DATA_PATH_SIZE];
    struct point depot = r->route->legs[0].points[0];
    enum bm_rc rc = out_open(&o, s, "library.ini");
    if (rc) return rc;
    out_printf(&o,
               "; Real titles, invented people, a real timetable; dates shifted by %d days.\n"
               "[library]\nname = %s\nzone = Europe/London\nmain = %s\nvan = %s\nplace = %s\n"
               "bibs = %s\nitems = evergreen852\nservice_day = %s\n",
               d->shift_days, branch_name(d, places->main_code), places->main_code, r->mobile,
               places->van, data_path(d, "concerto/bibs.xml", path), date_text(s->day, date));
    out_printf(&o,
               "\n[branch %s]\nname = %s\n\n[branch %s]\nname = %s\ndepot_lat = %.6f\n"
               "depot_lon = %.6f\n",
               places->main_code, branch_name(d, places->main_code), places->van,
               branch_name(d, places->van), point_lat_deg(depot), point_lon_deg(depot));
    return out_close(&o);
}

enum bm_rc data_rules_write(const struct data *d, const struct data_route *r,
                            const struct data_places *places, const struct sample *s)
{
    enum bm_rc rc = write_real_rules(d, places, s);
    return rc ? rc : write_real_library(d, r, places, s);
}
