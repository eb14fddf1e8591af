/* mobile/visit.c -- see visit.h. The bridge from the stop machine to the journal. */
#include "mobile/visit.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/geo.h"
#include "mobile/track.h"
#include "mobile/visit_priv.h"

enum {
    STATE_VERSION = 1,
    STATE_BYTES_MAX = 32768,
    SEEN_BYTES_MAX = 256,
    QUIET_IDLES = 6,
    REQUEST_MAX = 40
};

/* --- the bridge ------------------------------------------------------------------------ */

/* The drive since the last stop. */
struct leg {
    int64_t from_ms; /* departure; 0 = not known */
    double dist_m;
    int64_t points;
};
struct queued {
    struct stops_event event;
    struct leg leg; /* that led to the stop */
};

struct visits {
    struct laptop *l;
    void (*tell)(void *ctx, const struct visit_told *told);
    void *ctx;
    struct stops stops;
    struct itinerary it;
    struct db *db; /* gps.db */
    struct track *track;
    double track_m;  /* track_distance_m as it was last */
    struct leg leg;  /* goes on */
    struct leg mark; /* as it stood when the van left; its from_ms is the arrival of the stay
                        that ended */
    struct leg in;   /* that led to the stop where we are */
    struct queued queue[VISIT_QUEUE_MAX];
    size_t queued, dropped;
    int64_t offsets[VISIT_OFFSETS];
    size_t offset_count;
    bool is_clock_told;
    int64_t clock_off_ms;
    enum gps_state gps;
    int64_t seen_ms; /* boot time when gps.db was told last */
    int idles;       /* calls without a report in a row */
    bool resumes;    /* no report yet in this run: the leg goes on from here */
    int64_t from_lat_e7, from_lon_e7;
    bool is_fresh;
    uint32_t run; /* names this run's requests */
};

/* --- state, kept ----------------------------------------------------------------------- */

static void put_leg(struct buf *out, const struct leg *leg)
{
    buf_printf(out, "%" PRId64 "\n%" PRId64 "\n%" PRId64 "\n", leg->from_ms,
               (int64_t)llround(leg->dist_m * 100), leg->points);
}

static bool take_int(const char **at, char end, int64_t *out)
{
    char *after;
    *out = strtoll(*at, &after, 10);
    if (after == *at || *after != end) return false;
    *at = after + 1;
    return true;
}

static bool take_leg(const char **at, struct leg *leg)
{
    int64_t cm;
    if (!take_int(at, '\n', &leg->from_ms) || !take_int(at, '\n', &cm) ||
        !take_int(at, '\n', &leg->points))
        return false;
    leg->dist_m = (double)cm / 100;
    return leg->from_ms >= 0 && cm >= 0 && leg->points >= 0;
}

/* In the caller's transaction of journal.db (V1). */
static enum bm_rc put_state(struct visits *v)
{
    struct buf text;
    buf_init(&text, STATE_BYTES_MAX);
    buf_printf(&text, "visits %d\n", STATE_VERSION);
    put_leg(&text, &v->leg);
    put_leg(&text, &v->mark);
    put_leg(&text, &v->in);
    enum bm_rc rc = stops_save(&v->stops, &text);
    if (!rc) rc = meta_set(v->l->db, "visits", buf_str(&text));
    if (rc) v->stops.dirty = true;
    buf_free(&text);
    return rc;
}

static enum bm_rc save_state(struct visits *v)
{
    enum bm_rc rc = db_begin(v->l->db);
    if (rc) return rc;
    rc = db_end(v->l->db, put_state(v));
    if (rc) v->stops.dirty = true;
    return rc;
}

static enum bm_rc parse_state(struct visits *v, const char *text)
{
    int64_t version;
    const char *at = text;
    if (strncmp(at, "visits ", 7) != 0)
        return err_set(BM_ECORRUPT, "what was kept of the stops cannot be read");
    at += 7;
    if (!take_int(&at, '\n', &version) || version != STATE_VERSION)
        return err_set(BM_EVERSION, "what was kept of the stops is of another version");
    if (!take_leg(&at, &v->leg) || !take_leg(&at, &v->mark) || !take_leg(&at, &v->in))
        return err_set(BM_ECORRUPT, "what was kept of the stops is damaged");
    return stops_load(&v->stops, at);
}

/* What cannot be read is left behind: the stops are watched afresh. */
static enum bm_rc load_state(struct visits *v)
{
    struct arena a = { 0 };
    const char *text;
    stops_init(&v->stops);
    enum bm_rc rc = meta_get(v->l->db, "visits", &a, &text);
    if (!rc && (rc = parse_state(v, text))) {
        stops_init(&v->stops);
        v->leg = v->mark = v->in = (struct leg){ 0 };
        v->is_fresh = true;
    }
    arena_free(&a);
    if (rc == BM_ENOTFOUND) v->is_fresh = true;
    return rc == BM_ENOTFOUND || rc == BM_ECORRUPT || rc == BM_EVERSION ? BM_OK : rc;
}

/* "BOOTTIME FIX GPS_STATE LEG_FROM LEG_CM LEG_POINTS LAT_E7 LON_E7 " in gps.db */
struct seen {
    int64_t boottime_ms, fix_ms, state, from_ms, dist_cm, points, lat_e7, lon_e7;
};

static enum bm_rc take_seen(struct track *track, struct seen *out)
{
    struct buf text;
    int64_t *const numbers[] = { &out->boottime_ms, &out->fix_ms, &out->state,  &out->from_ms,
                                 &out->dist_cm,     &out->points, &out->lat_e7, &out->lon_e7 };
    buf_init(&text, SEEN_BYTES_MAX);
    *out = (struct seen){ 0 };
    enum bm_rc rc = track_load_state(track, "gps", &text);
    const char *at = buf_str(&text);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && !rc; i++)
        if (!take_int(&at, ' ', numbers[i]))
            rc = err_set(BM_ECORRUPT, "gps.db: what was kept of the last leg is damaged");
    buf_free(&text);
    return rc;
}

/* Rarely enough not to matter, often enough that a kill loses ten seconds. */
static enum bm_rc put_seen(struct visits *v, bool now)
{
    char text[SEEN_BYTES_MAX];
    int64_t boot = env_boottime_ms(&v->l->env), since = boot - v->seen_ms;
    if (!now && since >= 0 && since < VISIT_SEEN_MS) return BM_OK;
    snprintf(text, sizeof text,
             "%" PRId64 " %" PRId64 " %d %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
             " %" PRId64 " ",
             boot, v->stops.last_ms, (int)v->gps, v->leg.from_ms,
             (int64_t)llround(v->leg.dist_m * 100), v->leg.points, v->stops.last_lat_e7,
             v->stops.last_lon_e7);
    v->seen_ms = boot;
    return track_save_state(v->track, "gps", text);
}

/* Where the leg was when the last run died: its state is saved when something happens, gps.db
 * every ten seconds. What was driven meanwhile is the straight line to where we are found. */
static void resume_leg(struct visits *v)
{
    struct seen seen;
    v->resumes = v->stops.last_ms > 0;
    v->from_lat_e7 = v->stops.last_lat_e7;
    v->from_lon_e7 = v->stops.last_lon_e7;
    if (take_seen(v->track, &seen) || seen.from_ms != v->leg.from_ms ||
        seen.points < v->leg.points)
        return;
    v->leg.dist_m = (double)seen.dist_cm / 100;
    v->leg.points = seen.points;
    v->from_lat_e7 = seen.lat_e7;
    v->from_lon_e7 = seen.lon_e7;
}

/* --- opening --------------------------------------------------------------------------- */

static enum bm_rc open_gps_db(struct laptop *l, struct db **db, struct track **track,
                              bool create)
{
    char path[LAPTOP_PATH_MAX + 40];
    snprintf(path, sizeof path, "%s/gps.db", l->dir);
    enum bm_rc rc = db_open(path, DB_REPLICA, create ? SQL_FILE_GPS : NULL, l->lock, db);
    return rc ? rc : track_open(*db, track);
}

enum bm_rc visits_open(struct laptop *l, void (*tell)(void *ctx, const struct visit_told *told),
                       void *ctx, struct visits **out)
{
    *out = NULL;
    struct visits *v = calloc(1, sizeof *v);
    if (!v) return err_set(BM_ENOMEM, "out of memory");
    v->l = l;
    v->tell = tell;
    v->ctx = ctx;
    v->seen_ms = INT64_MIN / 2;
    enum bm_rc rc = env_random(&l->env, &v->run, sizeof v->run);
    if (!rc) rc = laptop_current(l);
    if (!rc) rc = open_gps_db(l, &v->db, &v->track, true);
    if (!rc) rc = load_state(v);
    if (!rc) rc = itinerary_load(&v->it, l, journal_now_ms(&l->journal));
    if (rc) {
        track_close(v->track);
        db_close(v->db);
        free(v);
        return rc;
    }
    resume_leg(v);
    *out = v;
    return BM_OK;
}

void visits_gps(struct visits *v, enum gps_state state)
{
    if (v->gps != state) v->seen_ms = INT64_MIN / 2; /* worth telling at once */
    v->gps = state;
}

const struct stops *visits_stops(const struct visits *v)
{
    return &v->stops;
}

const struct itinerary *visits_itinerary(const struct visits *v)
{
    return &v->it;
}

bool visits_is_fresh(const struct visits *v)
{
    return v->is_fresh;
}

/* --- events to entries ----------------------------------------------------------------- */

static bool is_same_place(const struct visit_row *row, const struct stops_event *ev,
                          const char *stop)
{
    if (row->stop && stop) return str_eq(row->stop, stop);
    if (row->lat_e6 == ENTRY_NONE || row->lon_e6 == ENTRY_NONE) return false;
    return geo_distance_m(geo_deg(row->lat_e6), geo_deg(row->lon_e6), ev->lat_deg,
                          ev->lon_deg) <= VISIT_SAME_PLACE_M;
}

/* A visit is open although the van stands elsewhere: opened by hand and forgotten, or a state
 * was lost. When it left nobody saw: as planned, if that fits, else when it came here. */
static enum bm_rc close_forgotten(struct visit_batch *b, struct arena *a,
                                  const struct visit_row *row, int64_t arr_s)
{
    struct entry e;
    struct desk_answer unused;
    entry_init(&e, OP_CLOSE_VISIT);
    e.opened = row->opened;
    e.src = "gps";
    e.dep_s = row->pdep_s != ENTRY_NONE && row->pdep_s >= row->arr_s && row->pdep_s <= arr_s
                  ? row->pdep_s
              : arr_s > row->arr_s ? arr_s
                                   : row->arr_s;
    e.why = "left unseen";
    return visit_batch_add(b, a, &e, NULL, &unused);
}

/* The request's name keeps an entry that was written, but not seen to be, from being written
 * again by this run; another run reads from the state what was written (V1). */
static void name_request(const struct visits *v, char what, const struct stops_call *call,
                         char out[REQUEST_MAX])
{
    snprintf(out, REQUEST_MAX, "gps-%c-%08" PRIx32 "-%" PRId64, what, v->run, call->arr_ms);
}

static enum bm_rc write_leg(struct visits *v, struct visit_batch *b, struct arena *a,
                            const struct queued *q, int64_t opened)
{
    struct entry e;
    struct desk_answer unused;
    char request[REQUEST_MAX];
    if (llround(q->leg.dist_m) == 0)
        return BM_OK; /* it has stood here since we began to look */
    entry_init(&e, OP_TRACK);
    e.opened = opened;
    e.dist_m = llround(q->leg.dist_m);
    e.points = q->leg.points;
    e.arr_s = q->event.call.arr_ms / 1000;
    if (q->leg.from_ms) e.dep_s = q->leg.from_ms / 1000;
    name_request(v, 't', &q->event.call, request);
    return visit_batch_add(b, a, &e, request, &unused);
}

static void fill_open(struct visits *v, const struct stops_event *ev, int at, struct entry *e)
{
    const struct stops_call *c = &ev->call;
    entry_init(e, OP_OPEN_VISIT);
    e->src = "gps";
    e->arr_s = c->arr_ms / 1000;
    e->lat_e6 = geo_e6(ev->lat_deg);
    e->lon_e6 = geo_e6(ev->lon_deg);
    if (!c->key[0]) return;
    e->stop = at >= 0 ? v->it.keys[at] : c->key;
    if (c->plan_arr_s != STOPS_NONE) e->parr_s = c->plan_arr_s;
    if (c->plan_dep_s != STOPS_NONE) e->pdep_s = c->plan_dep_s;
}

static enum bm_rc write_arrival(struct visits *v, struct visit_batch *b, struct arena *a,
                                const struct queued *q, struct visit_told *told)
{
    struct visit_row row;
    struct entry e;
    struct desk_answer said = { 0 };
    struct eid id;
    char request[REQUEST_MAX];
    bool is_open, goes_on;
    const struct stops_call *c = &q->event.call;
    int at = itinerary_index(&v->it, c->key, c->plan_arr_s);
    fill_open(v, &q->event, at, &e);
    *told = (struct visit_told){ .kind = VISIT_ARRIVED,
                                 .stop = e.stop,
                                 .name = at >= 0 ? v->it.names[at] : NULL,
                                 .at_s = e.arr_s,
                                 .planned_s = e.parr_s,
                                 .dist_m = llround(q->leg.dist_m) };
    enum bm_rc rc = visit_open_row(b->desk.view, v->l->journal.dev, a, &row, &is_open);
    if (rc) return rc;
    goes_on = is_open && (is_same_place(&row, &q->event, e.stop) ||
                          (str_eq(row.src, "driver") && row.arr_s >= e.arr_s - VISIT_ADOPT_S));
    if (goes_on) return write_leg(v, b, a, q, row.opened);
    if (is_open && (rc = close_forgotten(b, a, &row, e.arr_s))) return rc;
    name_request(v, 'a', c, request);
    rc = visit_batch_add(b, a, &e, request, &said);
    if (rc) return rc;
    told->entry = said.entry;
    BM_CHECK(eid_parse(said.entry, &id));
    return write_leg(v, b, a, q, (int64_t)id.seq);
}

static enum bm_rc write_departure(struct visits *v, struct visit_batch *b, struct arena *a,
                                  const struct queued *q, struct visit_told *told)
{
    struct visit_row row;
    struct entry e;
    struct desk_answer said = { 0 };
    char request[REQUEST_MAX];
    bool is_open;
    const struct stops_call *c = &q->event.call;
    int at = itinerary_index(&v->it, c->key, c->plan_arr_s);
    entry_init(&e, OP_CLOSE_VISIT);
    e.src = "gps";
    e.dep_s = c->dep_ms / 1000;
    *told = (struct visit_told){ .kind = VISIT_LEFT,
                                 .stop = !c->key[0] ? NULL
                                         : at >= 0  ? v->it.keys[at]
                                                    : c->key,
                                 .name = at >= 0 ? v->it.names[at] : NULL,
                                 .at_s = e.dep_s,
                                 .planned_s =
                                     c->plan_dep_s != STOPS_NONE ? c->plan_dep_s : ENTRY_NONE };
    enum bm_rc rc = visit_open_row(b->desk.view, v->l->journal.dev, a, &row, &is_open);
    if (rc || !is_open || row.arr_s > e.dep_s)
        return rc; /* closed by hand already; or opened by hand after we left */
    e.opened = row.opened;
    e.dist_m = llround(q->leg.dist_m);
    e.points = q->leg.points;
    name_request(v, 'd', c, request);
    rc = visit_batch_add(b, a, &e, request, &said);
    told->entry = said.entry;
    return rc;
}

/* All events that wait, and the state after them, in one transaction (V1). */
static enum bm_rc write_queue(struct visits *v)
{
    struct visit_batch b;
    struct arena a = { 0 };
    struct visit_told *told = ARENA_NEWS(&a, struct visit_told, v->queued);
    if (!told) return BM_ENOMEM;
    enum bm_rc rc = visit_batch_begin(&b, v->l);
    if (rc) goto done;
    for (size_t i = 0; i < v->queued && !rc; i++)
        rc = (v->queue[i].event.kind == STOPS_ARRIVED ? write_arrival : write_departure)(
            v, &b, &a, &v->queue[i], &told[i]);
    if (!rc) rc = put_state(v);
    rc = visit_batch_end(&b, rc);
    if (rc) {
        v->stops.dirty = true;
        goto done;
    }
    for (size_t i = 0; i < v->queued && v->tell; i++) v->tell(v->ctx, &told[i]);
    v->queued = 0;
done:
    arena_free(&a);
    return rc;
}

/* --- the clock ------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void note_offset(struct visits *v, const struct fix *fix)
{
    if (fix->boottime_ms <= 0) return;
    v->offsets[v->offset_count++ % VISIT_OFFSETS] = fix->t_ms - fix->boottime_ms;
}

/* Acts of this epoch that the branch has not taken in were dated by the clock as it was known
 * then. */
static enum bm_rc redate(struct laptop *l)
{
    struct laptop_state state;
    int64_t count = 0;
    char ep[20];
    snprintf(ep, sizeof ep, "%016" PRIx64, l->journal.ep);
    enum bm_rc rc = laptop_state_get(l->replica, &state);
    if (!rc)
        rc = db_int(l->db, SQL_ENTRY_ACTS_ABOVE, &count, "dev", 's', l->journal.dev, "ep", 's',
                    ep, "after", 'i', state.mark_seq, NULL);
    if (!rc && count > 0)
        l->rebuilt = true; /* the replica is made anew at the end of the act (I10) */
    return rc;
}

/* Once enough reports agree about the time, the journal is told. */
static enum bm_rc write_clock(struct visits *v)
{
    int64_t sorted[VISIT_OFFSETS];
    size_t n = v->offset_count < VISIT_OFFSETS ? v->offset_count : VISIT_OFFSETS;
    if (n < VISIT_OFFSETS_MIN) return BM_OK;
    memcpy(sorted, v->offsets, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_value);
    int64_t spread = sorted[n - 1] - sorted[0], off = sorted[n / 2];
    if (spread >= VISIT_SPREAD_MAX_MS) return BM_OK;
    if (v->is_clock_told && llabs(off - v->clock_off_ms) < CLOCK_MOVED_MS) return BM_OK;
    struct laptop *l = v->l;
    enum bm_rc rc = l->desk.begin(&l->desk);
    if (rc) return rc;
    uint64_t head = l->journal.head_seq;
    int64_t unc = VISIT_CLOCK_UNC_MS + spread / 2;
    rc = journal_clock(&l->journal, CLOCK_GPS, off, unc);
    bool is_new = l->journal.head_seq != head;
    if (!rc && is_new) rc = redate(l);
    rc = l->desk.end(&l->desk, rc);
    if (rc) return rc;
    v->is_clock_told = true;
    v->clock_off_ms = off;
    if (is_new && v->tell)
        v->tell(v->ctx, &(struct visit_told){ .kind = VISIT_CLOCK,
                                              .at_s = journal_now_ms(&l->journal) / 1000,
                                              .planned_s = ENTRY_NONE,
                                              .off_ms = off,
                                              .unc_ms = unc });
    return BM_OK;
}

/* --- reports --------------------------------------------------------------------------- */

static double less(double a, double b)
{
    return a > b ? a - b : 0;
}

static void enqueue(struct visits *v, const struct stops_event *ev, const struct leg *before)
{
    struct leg leg = v->in;
    if (ev->kind == STOPS_ARRIVED) {
        leg = v->in = v->leg;
        v->leg = (struct leg){ 0 };
    } else {
        const struct leg *from = v->mark.from_ms == ev->call.arr_ms ? &v->mark : before;
        v->leg =
            (struct leg){ .from_ms = ev->call.dep_ms,
                          .dist_m = less(v->leg.dist_m, from->dist_m),
                          .points =
                              v->leg.points > from->points ? v->leg.points - from->points : 0 };
        v->mark = (struct leg){ 0 };
    }
    if (v->queued == VISIT_QUEUE_MAX) { /* a disk full for a day: the newest is told to be lost,
                                           the older ones wait */
        v->dropped++;
        return;
    }
    v->queue[v->queued++] = (struct queued){ *ev, leg };
}

/* A new day or a new copy of the timetable: read it. What was read stays if this fails. */
static enum bm_rc look_at_plan(struct visits *v)
{
    int64_t generation,
        now_ms = v->stops.last_ms ? v->stops.last_ms : journal_now_ms(&v->l->journal);
    enum bm_rc rc = meta_get_int(v->l->db, "generation", 0, &generation);
    if (rc || (generation == v->it.generation && zone_day(now_ms) == v->it.day)) return rc;
    return itinerary_load(&v->it, v->l, now_ms);
}

static enum bm_rc settle(struct visits *v)
{
    enum bm_rc rc = v->queued ? write_queue(v) : v->stops.dirty ? save_state(v) : BM_OK;
    if (!rc) rc = write_clock(v);
    if (!rc) rc = put_seen(v, false);
    if (!rc && v->dropped) {
        rc = err_set(
            BM_ELIMIT,
            "%zu arrivals and departures were lost: they could not be written for too long",
            v->dropped);
        v->dropped = 0;
    }
    return rc;
}

static void bridge_gap(struct visits *v, const struct fix *fix)
{
    if (!v->resumes) return;
    double d = geo_distance_m((double)v->from_lat_e7 * 1e-7, (double)v->from_lon_e7 * 1e-7,
                              fix->lat_deg, fix->lon_deg);
    if (d > VISIT_SAME_PLACE_M) v->leg.dist_m += d; /* less may be noise */
    v->resumes = false;
}

/* ret: of the track */
static enum bm_rc keep_point(struct visits *v, const struct fix *fix)
{
    bool standing = v->stops.state == STOPS_CANDIDATE || v->stops.state == STOPS_STOPPED;
    enum bm_rc rc = track_append(v->track, fix, standing);
    double now_m = track_distance_m(v->track);
    bridge_gap(v, fix);
    v->leg.dist_m += now_m - v->track_m;
    v->leg.points++;
    v->track_m = now_m;
    note_offset(v, fix);
    return rc;
}

enum bm_rc visits_fix(struct visits *v, const struct fix *fix)
{
    struct stops_event events[STOPS_EVENTS_MAX];
    size_t n;
    struct leg before = v->leg;
    int64_t held = v->stops.held.arr_ms;
    v->idles = 0;
    enum bm_rc rc = look_at_plan(v), kept = BM_OK;
    enum stops_gate gate = stops_step(&v->stops, v->it.plan, v->it.count, fix, events, &n);
    if (gate == STOPS_ACCEPTED) kept = keep_point(v, fix);
    if (v->stops.held.arr_ms &&
        v->stops.held.arr_ms !=
            held) { /* left just now: what is driven from here on is the next leg */
        v->mark = before;
        v->mark.from_ms = v->stops.held.arr_ms;
    }
    for (size_t i = 0; i < n; i++) enqueue(v, &events[i], &before);
    enum bm_rc settled = settle(v);
    return settled ? settled : kept ? kept : rc;
}

enum bm_rc visits_idle(struct visits *v)
{
    struct stops_event events[STOPS_EVENTS_MAX];
    size_t n;
    enum bm_rc rc = look_at_plan(v), kept = BM_OK;
    stops_idle(&v->stops, env_boottime_ms(&v->l->env), events, &n);
    for (size_t i = 0; i < n; i++) enqueue(v, &events[i], &v->leg);
    if (++v->idles >= QUIET_IDLES) kept = track_flush(v->track); /* reports have ceased */
    enum bm_rc settled = settle(v);
    return settled ? settled : kept ? kept : rc;
}

enum bm_rc visits_close(struct visits *v)
{
    if (!v) return BM_OK;
    enum bm_rc rc = v->queued
                        ? write_queue(v)
                        : save_state(v); /* V2: unwritten, the next run concludes them anew */
    v->gps = GPS_NO_DAEMON;
    enum bm_rc seen = put_seen(v, true);
    track_close(v->track);
    db_close(v->db);
    itinerary_free(&v->it);
    free(v);
    return rc ? rc : seen;
}

/* --- for status ------------------------------------------------------------------------ */

enum bm_rc visit_gps_seen(struct laptop *l, struct visit_gps_seen *out)
{
    struct db *db = NULL;
    struct track *track = NULL;
    struct seen seen = { 0 };
    *out = (struct visit_gps_seen){ 0 };
    enum bm_rc rc = open_gps_db(l, &db, &track, false);
    if (!rc) rc = take_seen(track, &seen);
    track_close(track);
    db_close(db);
    if (rc) return rc;
    BM_CHECK(seen.state >= 0 && seen.state < GPS_STATE_COUNT);
    *out = (struct visit_gps_seen){ seen.boottime_ms, seen.fix_ms, (enum gps_state)seen.state };
    return BM_OK;
}
