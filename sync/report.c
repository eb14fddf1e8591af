/* sync/report.c -- see report.h. Planned visits, then actual ones matched to them, then what was done at each. */
#include "sync/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/calendar.h"
#include "sync/csv.h"

enum {
    MINUTE_S = 60,
    HALF_MINUTE_S = 30,
    MARGIN_DAYS = 1 /* either side of what was asked: who arrives before midnight may be planned after it */
};

const char *visit_status_name(enum visit_status status)
{
    static const char *const names[VISIT_STATUS_COUNT] = { "made", "missed", "unscheduled",
                                                           "expected", "suspended" };
    bm_assert(status < VISIT_STATUS_COUNT);
    return names[status];
}

/* An actual visit, from arrival to departure. */
struct call {
    const char *dev;
    int64_t opened;               /* seq of its open_visit */
    const char *stop;             /* "" = not known */
    int64_t arr_s, dep_s, parr_s; /* dep_s ENTRY_NONE: still there */
    int64_t until_s;              /* dep_s, else the next arrival of the device, else now */
    size_t line;                  /* it is counted there; NO_LINE: in another report */
};

#define NO_LINE SIZE_MAX

struct work {
    struct branch *b;
    int64_t first_day, last_day; /* those asked for, and the margin */
    struct arena *a;
    struct visit_report *out;
    struct call *calls; /* by device, then arrival */
    size_t call_count, call_cap;
    size_t planned_count; /* of the lines, the first so many: by planned arrival */
    int64_t now_s;
    struct day_list closed;
    struct calendar calendar;
};

/* --- planned --------------------------------------------------------------------------------------- */

static enum bm_rc add_line(struct work *w, const struct visit_line *line, size_t *at)
{
    struct visit_report *r = w->out;
    if (r->count >= REPORT_LINES_MAX)
        return err_set(BM_ELIMIT, "more than %d visits; ask for fewer days", REPORT_LINES_MAX);
    struct visit_line *grown = arena_grow(w->a, r->lines, r->count, &r->cap, sizeof *grown);
    if (!grown) return BM_ENOMEM;
    r->lines = grown;
    *at = r->count;
    r->lines[r->count++] = *line;
    return BM_OK;
}

static enum bm_rc plan_days(struct work *w, const char *stop, const struct stop_plan *plan)
{
    for (int64_t day = w->first_day; day <= w->last_day; day++) {
        size_t at;
        if (!timetable_visits_on(plan, day) || day_list_has(&w->closed, day)) continue;
        struct visit_line line = { .day = day,
                                   .stop = stop,
                                   .parr_s = zone_at_s(day, plan->arrival_min),
                                   .pdep_s = zone_at_s(day, plan->departure_min),
                                   .arr_s = ENTRY_NONE,
                                   .dep_s = ENTRY_NONE,
                                   .deviation_min = ENTRY_NONE,
                                   .open_min = ENTRY_NONE };
        line.status =
            line.pdep_s < w->now_s ? VISIT_MISSED : VISIT_EXPECTED; /* until a visit is found */
        if (calendar_suspended(&w->calendar, stop, plan, day)) line.status = VISIT_SUSPENDED;
        enum bm_rc rc = add_line(w, &line, &at);
        if (rc) return rc;
    }
    return BM_OK;
}

static int64_t line_time(const struct visit_line *line)
{
    return line->parr_s != ENTRY_NONE ? line->parr_s : line->arr_s;
}

static int line_cmp(const void *a, const void *b)
{
    const struct visit_line *x = a, *y = b;
    int64_t tx = line_time(x), ty = line_time(y);
    return tx != ty ? (tx < ty ? -1 : 1) : strcmp(x->stop, y->stop);
}

/* By time, each once: a timetable may say a thing twice. What one of two routes does takes place. */
static void sort_planned(struct work *w)
{
    struct visit_report *r = w->out;
    size_t n = 0;
    if (r->count) qsort(r->lines, r->count, sizeof *r->lines, line_cmp);
    for (size_t i = 0; i < r->count; i++) {
        bool again = n > 0 && line_cmp(&r->lines[n - 1], &r->lines[i]) == 0;
        if (!again)
            r->lines[n++] = r->lines[i];
        else if (r->lines[n - 1].status == VISIT_SUSPENDED)
            r->lines[n - 1] = r->lines[i];
    }
    r->count = w->planned_count = n;
}

static enum bm_rc load_planned(struct work *w)
{
    struct stmt *s;
    enum bm_rc rc = db_get(w->b->db, SQL_PLANS_ALL, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct stop_plan plan;
        const char *stop = stmt_copy(s, 1, w->a);
        rc = stop ? timetable_parse_line(stmt_text(s, 3), w->a, &plan) : BM_ENOMEM;
        if (!rc) rc = plan_days(w, stop, &plan);
        if (rc) break;
    }
    stmt_done(s);
    if (rc != BM_ENOTFOUND) return rc;
    sort_planned(w);
    return BM_OK;
}

/* --- actual ------------------------------------------------------------------------------------------ */

static int64_t day_start_s(int64_t day)
{
    return zone_at_s(day, 0);
}

static enum bm_rc load_calls(struct work *w)
{
    struct stmt *s;
    enum bm_rc rc = db_get(w->b->db, SQL_REPORT_VISITS_SINCE, &s, "from_s", 'i',
                           day_start_s(w->first_day), "now_s", 'i', w->now_s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct call *grown =
            arena_grow(w->a, w->calls, w->call_count, &w->call_cap, sizeof *grown);
        if (!grown) {
            rc = BM_ENOMEM;
            break;
        }
        w->calls = grown;
        const char *stop = stmt_text(s, 2)   ? stmt_text(s, 2)
                           : stmt_text(s, 3) ? stmt_text(s, 3)
                                             : "";
        struct call c = { .dev = stmt_copy(s, 0, w->a),
                          .opened = stmt_int(s, 1),
                          .stop = arena_strdup(w->a, stop),
                          .arr_s = stmt_int(s, 5),
                          .dep_s = stmt_int(s, 6),
                          .parr_s = stmt_int(s, 7),
                          .until_s = stmt_int(s, 9),
                          .line = NO_LINE };
        if (c.until_s < c.arr_s) c.until_s = c.arr_s;
        if (!c.dev || !c.stop) {
            rc = BM_ENOMEM;
            break;
        }
        w->calls[w->call_count++] = c;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* The first planned line that begins at from_s or later. */
static size_t planned_from(const struct work *w, int64_t from_s)
{
    size_t low = 0, high = w->planned_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (w->out->lines[mid].parr_s < from_s)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* The line a visit belongs to: its stop at its planned time; a visit that names none, the nearest of that stop. */
static struct visit_line *planned_line(const struct work *w, const struct call *c)
{
    bool named = c->parr_s != ENTRY_NONE;
    struct visit_line *best = NULL;
    int64_t best_s = INT64_MAX, from_s = named ? c->parr_s : c->arr_s - REPORT_AGAIN_S,
            to_s = named ? c->parr_s : c->arr_s + REPORT_AGAIN_S;
    for (size_t i = planned_from(w, from_s);
         i < w->planned_count && w->out->lines[i].parr_s <= to_s; i++) {
        struct visit_line *line = &w->out->lines[i];
        int64_t apart =
            line->parr_s < c->arr_s ? c->arr_s - line->parr_s : line->parr_s - c->arr_s;
        if (strcmp(line->stop, c->stop) == 0 && apart < best_s) best = line, best_s = apart;
    }
    return best;
}

/* Minutes, rounded to the nearest, halves away from zero. */
static int64_t minutes(int64_t s)
{
    return (s < 0 ? s - HALF_MINUTE_S : s + HALF_MINUTE_S) / MINUTE_S;
}

/* One visit more of a line: the van may have left its stop for a moment and come back. */
static void join_call(struct visit_line *line, const struct call *c)
{
    bool first = line->arr_s == ENTRY_NONE;
    if (first || c->arr_s < line->arr_s) line->arr_s = c->arr_s;
    if (first || c->dep_s == ENTRY_NONE ||
        (line->dep_s != ENTRY_NONE && c->dep_s > line->dep_s))
        line->dep_s = c->dep_s;
    line->open_min = (first ? 0 : line->open_min) + minutes(c->until_s - c->arr_s);
    if (line->parr_s == ENTRY_NONE) return;
    line->status = VISIT_MADE;
    line->deviation_min = minutes(line->arr_s - line->parr_s);
}

static enum bm_rc match_calls(struct work *w)
{
    for (size_t i = 0; i < w->call_count; i++) {
        struct call *c = &w->calls[i];
        int64_t day = zone_day(c->arr_s * 1000);
        if (day < w->first_day || day > w->last_day) continue;
        struct visit_line *line = planned_line(w, c);
        if (line) {
            c->line = (size_t)(line - w->out->lines);
        } else {
            struct visit_line own = { .day = day,
                                      .stop = c->stop,
                                      .parr_s = ENTRY_NONE,
                                      .pdep_s = ENTRY_NONE,
                                      .arr_s = ENTRY_NONE,
                                      .dep_s = ENTRY_NONE,
                                      .deviation_min = ENTRY_NONE,
                                      .open_min = ENTRY_NONE,
                                      .status = VISIT_UNSCHEDULED };
            enum bm_rc rc = add_line(w, &own, &c->line);
            if (rc) return rc;
        }
        join_call(&w->out->lines[c->line], c);
    }
    return BM_OK;
}

/* --- what was done there -------------------------------------------------------------------------------- */

/* The first visit of a device (or of one after it) that begins later than t. */
static size_t call_after(const struct work *w, const char *dev, int64_t t_ms)
{
    size_t low = 0, high = w->call_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strcmp(w->calls[mid].dev, dev);
        if (order < 0 || (order == 0 && w->calls[mid].arr_s * 1000 <= t_ms))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* R1: the visit an act falls into; else the one whose edge is nearest, within REPORT_EDGE_MS; else NULL. */
static const struct call *call_at(const struct work *w, const char *dev, int64_t t_ms)
{
    const struct call *best = NULL;
    int64_t best_ms = REPORT_EDGE_MS + 1;
    size_t next = call_after(w, dev, t_ms);
    for (size_t i = next ? next - 1 : 0; i <= next && i < w->call_count; i++) {
        const struct call *c = &w->calls[i];
        if (strcmp(c->dev, dev) != 0) continue;
        int64_t before = c->arr_s * 1000 - t_ms, after = t_ms - c->until_s * 1000;
        int64_t apart = before > 0 ? before : after > 0 ? after : 0;
        if (apart < best_ms) best = c, best_ms = apart;
    }
    return best;
}

static bool is_asked(const struct work *w, int64_t day)
{
    return day >= w->out->from_day && day <= w->out->to_day;
}

/* ret: where what was done at a visit is counted; NULL: in another report */
static struct circ_counts *counts_of(struct work *w, const struct call *c)
{
    struct visit_line *line = c->line == NO_LINE ? NULL : &w->out->lines[c->line];
    return line && is_asked(w, line->day) ? &line->circ : NULL;
}

static struct circ_counts *counts_at(struct work *w, const char *dev, int64_t t_ms)
{
    const struct call *c = call_at(w, dev, t_ms);
    if (c) return counts_of(w, c);
    return is_asked(w, zone_day(t_ms)) ? &w->out->off_stop : NULL;
}

static void count_act(struct circ_counts *n, const char *op)
{
    enum op what;
    if (!op_parse(op, &what)) return;
    switch ((int)what) {
    case OP_CHECKOUT: n->checkouts++; break;
    case OP_RENEW: n->renewals++; break;
    case OP_CHECKIN: n->checkins++; break;
    case OP_PLACE: n->holds++; break;
    case OP_REGISTER: n->registrations++; break;
    default: break;
    }
}

static enum bm_rc count_acts(struct work *w, int64_t from_t, int64_t to_t)
{
    struct stmt *s;
    enum bm_rc rc = db_get(w->b->db, SQL_REPORT_ACTS_BETWEEN, &s, "from_t", 'i', from_t, "to_t",
                           'i', to_t, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct circ_counts *n = counts_at(w, stmt_text(s, 0), stmt_int(s, 1));
        if (n) count_act(n, stmt_text(s, 2));
    }
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* Visitors name their visit; those of none belong to a time. */
static enum bm_rc count_visitors(struct work *w, int64_t from_t, int64_t to_t)
{
    struct stmt *s;
    enum bm_rc rc = db_get(w->b->db, SQL_REPORT_TALLIES_BETWEEN, &s, "from_t", 'i', from_t,
                           "to_t", 'i', to_t, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct eid id;
        const struct call *named = NULL;
        if (!eid_parse(stmt_text(s, 0), &id) || strcmp(id.dev, "branch") == 0) continue;
        for (size_t i = 0; i < w->call_count && !named && stmt_int(s, 1) != ENTRY_NONE; i++)
            if (w->calls[i].opened == stmt_int(s, 1) && strcmp(w->calls[i].dev, id.dev) == 0)
                named = &w->calls[i];
        struct circ_counts *n =
            named ? counts_of(w, named) : counts_at(w, id.dev, stmt_int(s, 2));
        if (n) n->visitors += stmt_int(s, 3);
    }
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* --- the report ------------------------------------------------------------------------------------------- */

/* When acts may have been done that are counted here: the days, and the visits that reach out of them. */
static void span_of_acts(struct work *w, int64_t *from_t, int64_t *to_t)
{
    *from_t = day_start_s(w->out->from_day) * 1000;
    *to_t = zone_day_end_s(w->out->to_day) * 1000 + 999;
    for (size_t i = 0; i < w->call_count; i++) {
        const struct call *c = &w->calls[i];
        if (!counts_of(w, c)) continue;
        if (c->arr_s * 1000 - REPORT_EDGE_MS < *from_t) *from_t = c->arr_s * 1000 - REPORT_EDGE_MS;
        if (c->until_s * 1000 + REPORT_EDGE_MS > *to_t) *to_t = c->until_s * 1000 + REPORT_EDGE_MS;
    }
}

static void drop_margin(struct work *w)
{
    struct visit_report *r = w->out;
    size_t n = 0;
    for (size_t i = 0; i < r->count; i++)
        if (is_asked(w, r->lines[i].day)) r->lines[n++] = r->lines[i];
    r->count = n;
}

enum bm_rc report_visits(struct branch *b, int64_t from_day, int64_t to_day, int64_t now_ms,
                         struct arena *a, struct visit_report *out)
{
    bm_assert(b && a && out);
    *out = (struct visit_report){ .from_day = from_day, .to_day = to_day };
    if (to_day < from_day) return err_set(BM_EUSAGE, "the last day lies before the first");
    if (to_day - from_day >= REPORT_DAYS_MAX)
        return err_set(BM_EUSAGE, "a report covers at most %d days", REPORT_DAYS_MAX);
    struct work w = { .b = b,
                      .first_day = from_day - MARGIN_DAYS,
                      .last_day = to_day + MARGIN_DAYS,
                      .a = a,
                      .out = out,
                      .now_s = now_ms / 1000 };
    int64_t from_t, to_t;
    enum bm_rc rc = db_begin_read(b->db);
    if (rc) return rc;
    rc = calendar_closed(b->db, b->code, w.first_day, w.last_day, a, &w.closed);
    if (!rc) rc = calendar_load(b->db, w.first_day, a, &w.calendar);
    if (!rc) rc = load_planned(&w);
    if (!rc) rc = load_calls(&w);
    if (!rc) rc = match_calls(&w);
    if (!rc) span_of_acts(&w, &from_t, &to_t);
    if (!rc) rc = count_acts(&w, from_t, to_t);
    if (!rc) rc = count_visitors(&w, from_t, to_t);
    if (!rc) drop_margin(&w);
    if (!rc && out->count) qsort(out->lines, out->count, sizeof *out->lines, line_cmp);
    return db_end(b->db, rc);
}

static void add_counts(struct circ_counts *to, const struct circ_counts *n)
{
    to->checkouts += n->checkouts;
    to->renewals += n->renewals;
    to->checkins += n->checkins;
    to->holds += n->holds;
    to->registrations += n->registrations;
    to->visitors += n->visitors;
}

static int stop_cmp(const void *a, const void *b)
{
    return strcmp(((const struct stop_line *)a)->stop, ((const struct stop_line *)b)->stop);
}

static void add_visit(struct stop_line *stop, const struct visit_line *line, int64_t *arrivals)
{
    stop->made += line->status == VISIT_MADE;
    stop->missed += line->status == VISIT_MISSED;
    stop->suspended += line->status == VISIT_SUSPENDED;
    stop->planned += line->status == VISIT_MADE || line->status == VISIT_MISSED;
    stop->unscheduled += line->status == VISIT_UNSCHEDULED;
    if (line->open_min != ENTRY_NONE) stop->open_min += line->open_min;
    add_counts(&stop->circ, &line->circ);
    if (line->deviation_min == ENTRY_NONE) return;
    int64_t apart = line->deviation_min < 0 ? -line->deviation_min : line->deviation_min;
    stop->deviation_min = (stop->deviation_min == ENTRY_NONE ? 0 : stop->deviation_min) +
                          apart; /* a sum until the end */
    ++*arrivals;
}

enum bm_rc report_stops(const struct visit_report *visits, struct arena *a,
                        struct stop_report *out)
{
    bm_assert(visits && a && out);
    *out = (struct stop_report){ 0 };
    for (size_t i = 0; i < visits->count; i++) {
        size_t k = 0;
        while (k < out->count && strcmp(out->lines[k].stop, visits->lines[i].stop) != 0) k++;
        if (k < out->count) continue;
        struct stop_line *grown =
            arena_grow(a, out->lines, out->count, &out->cap, sizeof *grown);
        if (!grown) return BM_ENOMEM;
        out->lines = grown;
        out->lines[out->count++] =
            (struct stop_line){ .stop = visits->lines[i].stop, .deviation_min = ENTRY_NONE };
    }
    if (out->count) qsort(out->lines, out->count, sizeof *out->lines, stop_cmp);
    for (size_t k = 0; k < out->count; k++) {
        int64_t arrivals = 0;
        for (size_t i = 0; i < visits->count; i++)
            if (strcmp(visits->lines[i].stop, out->lines[k].stop) == 0)
                add_visit(&out->lines[k], &visits->lines[i], &arrivals);
        if (arrivals)
            out->lines[k].deviation_min =
                (out->lines[k].deviation_min + arrivals / 2) / arrivals;
    }
    return BM_OK;
}

/* --- written ------------------------------------------------------------------------------------------------ */

static void csv_int(struct buf *out, int64_t x)
{
    if (x == ENTRY_NONE)
        buf_putc(out, ',');
    else
        buf_printf(out, ",%" PRId64, x);
}

static void csv_time(struct buf *out, int64_t s)
{
    char text[ZONE_TEXT_MAX];
    buf_putc(out, ',');
    if (s != ENTRY_NONE) csv_write_field(out, zone_text(s, text, sizeof text, ZONE_DATE_TIME));
}

static void csv_counts(struct buf *out, const struct circ_counts *n)
{
    buf_printf(out,
               ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\n",
               n->checkouts, n->renewals, n->checkins, n->holds, n->registrations, n->visitors);
}

void report_visits_csv(const struct visit_report *r, struct buf *out)
{
    char text[ZONE_TEXT_MAX];
    buf_puts(out, "date,stop,planned_arrival,planned_departure,arrival,departure,deviation_min,"
                  "status,open_min,checkouts,renewals,"
                  "checkins,holds,registrations,visitors\n");
    for (size_t i = 0; i < r->count; i++) {
        const struct visit_line *l = &r->lines[i];
        buf_printf(out, "%s,", zone_day_text(l->day, text, sizeof text));
        csv_write_field(out, l->stop);
        csv_time(out, l->parr_s);
        csv_time(out, l->pdep_s);
        csv_time(out, l->arr_s);
        csv_time(out, l->dep_s);
        csv_int(out, l->deviation_min);
        buf_printf(out, ",%s", visit_status_name(l->status));
        csv_int(out, l->open_min);
        csv_counts(out, &l->circ);
    }
    buf_puts(out, ",,,,,,,off stop,");
    csv_counts(out, &r->off_stop);
}

void report_stops_csv(const struct stop_report *r, const struct visit_report *of,
                      struct buf *out)
{
    buf_puts(out, "stop,planned,made,missed,suspended,unscheduled,deviation_min,open_min,checkouts,"
                  "renewals,checkins,holds,registrations,"
                  "visitors\n");
    for (size_t i = 0; i < r->count; i++) {
        const struct stop_line *l = &r->lines[i];
        csv_write_field(out, l->stop);
        csv_int(out, l->planned);
        csv_int(out, l->made);
        csv_int(out, l->missed);
        csv_int(out, l->suspended);
        csv_int(out, l->unscheduled);
        csv_int(out, l->deviation_min);
        csv_int(out, l->open_min);
        csv_counts(out, &l->circ);
    }
    buf_puts(out, "off stop,,,,,,,");
    csv_counts(out, &of->off_stop);
}

static void json_counts(struct jsonw *w, const struct circ_counts *n)
{
    jsonw_put_int(w, "checkouts", n->checkouts);
    jsonw_put_int(w, "renewals", n->renewals);
    jsonw_put_int(w, "checkins", n->checkins);
    jsonw_put_int(w, "holds", n->holds);
    jsonw_put_int(w, "registrations", n->registrations);
    jsonw_put_int(w, "visitors", n->visitors);
}

static void json_day(struct jsonw *w, const char *key, int64_t day)
{
    char text[ZONE_TEXT_MAX];
    jsonw_put_text(w, key, zone_day_text(day, text, sizeof text));
}

static void json_off_stop(struct jsonw *w, const struct circ_counts *n)
{
    jsonw_key(w, "off_stop");
    jsonw_object(w);
    json_counts(w, n);
    jsonw_object_end(w);
}

void report_visits_json(const struct visit_report *r, struct jsonw *w)
{
    jsonw_object(w);
    json_day(w, "from", r->from_day);
    json_day(w, "to", r->to_day);
    jsonw_key(w, "visits");
    jsonw_array(w);
    for (size_t i = 0; i < r->count; i++) {
        const struct visit_line *l = &r->lines[i];
        jsonw_object(w);
        json_day(w, "date", l->day);
        jsonw_put_text(w, "stop", l->stop);
        jsonw_put_int(w, "planned_arrival_s", l->parr_s);
        jsonw_put_int(w, "planned_departure_s", l->pdep_s);
        jsonw_put_int(w, "arrival_s", l->arr_s);
        jsonw_put_int(w, "departure_s", l->dep_s);
        jsonw_put_int(w, "deviation_min", l->deviation_min);
        jsonw_put_text(w, "status", visit_status_name(l->status));
        jsonw_put_int(w, "open_min", l->open_min);
        json_counts(w, &l->circ);
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
    json_off_stop(w, &r->off_stop);
    jsonw_object_end(w);
}

void report_stops_json(const struct stop_report *r, const struct visit_report *of,
                       struct jsonw *w)
{
    jsonw_object(w);
    json_day(w, "from", of->from_day);
    json_day(w, "to", of->to_day);
    jsonw_key(w, "stops");
    jsonw_array(w);
    for (size_t i = 0; i < r->count; i++) {
        const struct stop_line *l = &r->lines[i];
        jsonw_object(w);
        jsonw_put_text(w, "stop", l->stop);
        jsonw_put_int(w, "planned", l->planned);
        jsonw_put_int(w, "made", l->made);
        jsonw_put_int(w, "missed", l->missed);
        jsonw_put_int(w, "suspended", l->suspended);
        jsonw_put_int(w, "unscheduled", l->unscheduled);
        jsonw_put_int(w, "deviation_min", l->deviation_min);
        jsonw_put_int(w, "open_min", l->open_min);
        json_counts(w, &l->circ);
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
    json_off_stop(w, &of->off_stop);
    jsonw_object_end(w);
}
