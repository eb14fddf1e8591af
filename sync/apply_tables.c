/* sync/apply_tables.c -- rules, closed days, stops and timetables: imports that come whole. See apply.h. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/geo.h"
#include "common/policy.h"
#include "common/timetable.h"
#include "sync/apply.h"

enum { SAME_STOP_M = 100, STOP_NAMES_MAX = 50, STOP_KEY_MAX = ENTRY_WORD_MAX + 1 };

enum bm_rc apply_table_clear(struct apply *ap, const char *origin, int64_t t)
{
    if (str_eq(origin, "rules")) return db_run(ap->db, SQL_RULES_CLEAR, NULL);
    if (str_eq(origin, "calendar")) return db_run(ap->db, SQL_CLOSED_CLEAR, "t", 'i', t, NULL);
    enum bm_rc rc = db_run(ap->db, SQL_PLANS_CLEAR, NULL);
    return rc ? rc : db_run(ap->db, SQL_STOPS_CLEAR, NULL);
}

static enum bm_rc closed_row(struct apply *ap, const struct entry *row, int64_t t)
{
    char store[TIMETABLE_LINE_MAX];
    const char *field[8];
    size_t count;
    int64_t first, last;
    enum bm_rc rc = timetable_split(row->line, store, sizeof store, field, 8, &count);
    if (rc) return rc;
    if (count < 3) return err_set(BM_EINPUT, "a closed day needs branch, first and last day");
    rc = zone_parse_date(field[1], &first);
    if (!rc) rc = zone_parse_date(field[2], &last);
    if (rc) return rc;
    const char *reason = count > 3 ? field[3] : "";
    rc = db_run(ap->db, SQL_CLOSED_KEEP, "reason", 's', reason, "branch", 's', field[0], "first_day", 'i', first, "last_day", 'i',
                last, "t", 'i', t, NULL);
    return rc ? rc : db_run(ap->db, SQL_CLOSED_ADD, "branch", 's', field[0], "first_day", 'i', first, "last_day", 'i', last,
                            "reason", 's', reason, "t", 'i', t, NULL);
}

/* A stop is (mobile, community, stop) within 100 m: a name that repeats elsewhere gets "#2" and so on. */
static enum bm_rc stop_key(struct apply *ap, const struct stop_plan *plan, char out[STOP_KEY_MAX])
{
    for (int n = 1; n <= STOP_NAMES_MAX; n++) {
        char tail[16] = "";
        if (n > 1) snprintf(tail, sizeof tail, "#%d", n);
        /* a key is a word: long names are cut, the number keeps them apart */
        int room = STOP_KEY_MAX - 1 - (int)strlen(tail);
        char whole[3 * ENTRY_WORD_MAX + 8];
        snprintf(whole, sizeof whole, "%s/%s/%s", plan->mobile, plan->community, plan->stop);
        int len = (int)strlen(whole);
        if (len > room) len = room;
        while (len > 0 && ((unsigned char)whole[len] & 0xC0) == 0x80) len--; /* not inside a character */
        snprintf(out, (size_t)STOP_KEY_MAX, "%.*s%s", len, whole, tail);
        struct stmt *s;
        enum bm_rc rc = db_get(ap->db, SQL_STOP_GET, &s, "key", 's', out, NULL);
        if (!rc) rc = stmt_next(s);
        if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
        double lat = (double)stmt_int(s, 5) / 1e6, lon = (double)stmt_int(s, 6) / 1e6;
        stmt_done(s);
        if (geo_distance_m(lat, lon, plan->lat_deg, plan->lon_deg) <= SAME_STOP_M) return BM_OK;
    }
    return err_set(BM_ELIMIT, "more than %d stops of one name", STOP_NAMES_MAX);
}

static enum bm_rc plan_row(struct apply *ap, const struct entry *row)
{
    struct stop_plan plan;
    char key[STOP_KEY_MAX];
    enum bm_rc rc = timetable_parse_line(row->line, &ap->arena, &plan);
    if (!rc) rc = stop_key(ap, &plan, key);
    if (rc) return rc;
    rc = db_run(ap->db, SQL_STOP_ADD, "key", 's', key, "mobile", 's', plan.mobile, "community", 's', plan.community, "name", 's',
                plan.stop, "type", 's', plan.type, "lat_e6", 'i', (int64_t)llround(plan.lat_deg * 1e6), "lon_e6", 'i',
                (int64_t)llround(plan.lon_deg * 1e6), NULL);
    return rc ? rc : db_run(ap->db, SQL_PLAN_ADD, "n", 'i', (int64_t)row->id.row, "stop", 's', key, "mobile", 's', plan.mobile,
                            "line", 's', row->line, NULL);
}

enum bm_rc apply_table_row(struct apply *ap, const struct entry *row, const char *origin, int64_t t)
{
    if (str_eq(origin, "rules")) return db_run(ap->db, SQL_RULE_ADD, "n", 'i', (int64_t)row->id.row, "line", 's', row->line, NULL);
    return str_eq(origin, "calendar") ? closed_row(ap, row, t) : plan_row(ap, row);
}
