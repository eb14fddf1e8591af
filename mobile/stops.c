/* mobile/stops.c -- see stops.h */
#include "mobile/stops.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/geo.h"

const struct stops_params stops_params = {
    .eph_max_m = 95,
    .speed_max_mps = 45,
    .date_min_s = 1735689600, /* 2025-01-01: older than the program */
    .date_max_s = 1735689600 + 1023LL * 7 * 86400,
    .jump_max_ms = 3600000,
    .quarantine_count = 10,
    .quarantine_gap_ms = 60000,
    .reanchor_count = 5,
    .slow_mps = 1.0,
    .go_mps = 2.0,
    .creep_m = 15,
    .confirm_near_ms = 90000,
    .confirm_far_ms = 150000,
    .match_m = 75,
    .leave_m = 110,
    .away_m = 40,
    .leave_score_ms = 5000,
    .gap_ms = 60000,
    .same_place_m = 80,
    .gap_stay_ms = 90000,
    .gap_speed_mps = 6,
    .gap_start_ms = 8000,
    .merge_ms = 180000,
    .merge_far_m = 500,
    .same_stop_m = 100,
    .window_ms = 45 * 60000,
    .save_ms = 60000,
};
static const struct stops_params *const P = &stops_params;

/* --- places ------------------------------------------------------------------------------- */

/* An accepted report: whole numbers, so that saving loses nothing. */
struct sample {
    int64_t t_ms, boot_ms;
    int64_t lat_e7, lon_e7;
    double speed_mps;
    bool slow;
};

static double distance_e7(int64_t lat1, int64_t lon1, int64_t lat2, int64_t lon2)
{
    return geo_distance_m((double)lat1 * 1e-7, (double)lon1 * 1e-7, (double)lat2 * 1e-7,
                          (double)lon2 * 1e-7);
}

static double from_call(const struct stops_call *call, const struct sample *x)
{
    return distance_e7(call->lat_e7, call->lon_e7, x->lat_e7, x->lon_e7);
}

static double from_last(const struct stops *s, const struct sample *x)
{
    return distance_e7(s->last_lat_e7, s->last_lon_e7, x->lat_e7, x->lon_e7);
}

/* Put one number into a sorted run of n. */
static void insert_sorted(int32_t *run, size_t n, int32_t x)
{
    size_t at = n;
    while (at > 0 && run[at - 1] > x) at--;
    memmove(run + at + 1, run + at, (n - at) * sizeof *run);
    run[at] = x;
}

/* The median does not mind a few wild reports, as a mean would. */
static void add_sample(struct stops *s, const struct sample *x)
{
    size_t n = (size_t)s->sample_count;
    if (n >= STOPS_SAMPLES_MAX) return;
    insert_sorted(s->lat_e7, n, (int32_t)x->lat_e7);
    insert_sorted(s->lon_e7, n, (int32_t)x->lon_e7);
    s->sample_count = (int64_t)++n;
    s->call.lat_e7 = ((int64_t)s->lat_e7[(n - 1) / 2] + s->lat_e7[n / 2]) / 2;
    s->call.lon_e7 = ((int64_t)s->lon_e7[(n - 1) / 2] + s->lon_e7[n / 2]) / 2;
}

/* --- planned stops ------------------------------------------------------------------------ */

static int64_t off_plan_ms(const struct stops_plan *p, int64_t at_ms)
{
    int64_t from = p->arr_s != STOPS_NONE ? p->arr_s : p->dep_s;
    int64_t to = p->dep_s != STOPS_NONE ? p->dep_s : p->arr_s;
    /* Untimed: after those that fit, before those that do not. */
    if (from == STOPS_NONE) return P->window_ms;
    if (at_ms < from * 1000) return from * 1000 - at_ms;
    return at_ms > to * 1000 ? at_ms - to * 1000 : 0;
}

/* How far ahead in the day's order; what lies behind comes last. */
static int64_t ahead(const struct stops_plan *p, int64_t after_sequence)
{
    int64_t step = (int64_t)p->sequence - after_sequence;
    return step > 0 ? step : INT32_MAX - step;
}

/* Of two planned calls at one place: does a fit better than b? */
static bool fits_better(const struct stops_plan *a, const struct stops_plan *b, int64_t at_ms,
                        int64_t after_sequence)
{
    int64_t off_a = off_plan_ms(a, at_ms), off_b = off_plan_ms(b, at_ms);
    bool in_a = off_a <= P->window_ms, in_b = off_b <= P->window_ms;
    if (in_a != in_b) return in_a;
    if (in_a && off_a != off_b) return off_a < off_b;
    return ahead(a, after_sequence) < ahead(b, after_sequence);
}

static int nearest_plan(const struct stops_plan *plan, size_t plan_count, double lat_deg,
                        double lon_deg)
{
    int best = -1;
    double best_m = P->match_m;
    for (size_t i = 0; i < plan_count; i++) {
        double d = geo_distance_m(lat_deg, lon_deg, plan[i].lat_deg, plan[i].lon_deg);
        if (d <= best_m && (best < 0 || d < best_m)) {
            best = (int)i;
            best_m = d;
        }
    }
    return best;
}

int stops_match(const struct stops_plan *plan, size_t plan_count, double lat_deg,
                double lon_deg, int64_t at_ms, int64_t after_sequence)
{
    bm_assert(plan || plan_count == 0);
    int best = nearest_plan(plan, plan_count, lat_deg, lon_deg);
    if (best < 0) return -1;
    const struct stops_plan *near = &plan[best];
    for (size_t i = 0; i < plan_count; i++) {
        const struct stops_plan *p = &plan[i];
        if (p == near || geo_distance_m(near->lat_deg, near->lon_deg, p->lat_deg, p->lon_deg) >
                             P->same_stop_m)
            continue;
        if (geo_distance_m(lat_deg, lon_deg, p->lat_deg, p->lon_deg) > P->leave_m) continue;
        if (fits_better(p, &plan[best], at_ms, after_sequence)) best = (int)i;
    }
    return best;
}

/* --- the gate ----------------------------------------------------------------------------- */

static bool usable_position(const struct fix *f)
{
    return (f->has & FIX_HAS_LATLON) && geo_is_valid(f->lat_deg, f->lon_deg);
}

static bool usable_speed(const struct fix *f)
{
    return (f->has & FIX_HAS_SPEED) && isfinite(f->speed_mps) && f->speed_mps >= 0 &&
           f->speed_mps <= P->speed_max_mps;
}

/* What a report shows by itself. */
static enum stops_gate gate_alone(const struct fix *f)
{
    if (f->mode < 2) return STOPS_NO_FIX;
    if (!usable_position(f)) return STOPS_NO_POSITION;
    /* A stale position keeps its mode and loses only its speed. */
    if (!usable_speed(f)) return STOPS_NO_SPEED;
    if (fabs(f->lat_deg) < 0.01 && fabs(f->lon_deg) < 0.01) return STOPS_ZERO;
    if ((f->has & FIX_HAS_EPH) && f->eph_m > P->eph_max_m) return STOPS_POOR;
    if (f->t_ms < P->date_min_s * 1000 || f->t_ms > P->date_max_s * 1000) return STOPS_BAD_DATE;
    return STOPS_ACCEPTED;
}

/* A strange time is believed once enough reports agree on it. */
static bool time_on_trial(struct stops *s, const struct sample *x)
{
    int64_t step = x->t_ms - s->trial_ms;
    bool agrees = s->trial_count > 0 && step > 0 && step <= P->quarantine_gap_ms;
    s->trial_count = agrees ? s->trial_count + 1 : 1;
    s->trial_ms = x->t_ms;
    s->trial_boot_ms = x->boot_ms;
    if (s->trial_count <= P->quarantine_count) return true;
    s->trial_count = 0;
    return false;
}

static double implied_mps(double d_m, int64_t dt_ms)
{
    if (dt_ms < 1000) dt_ms = 1000; /* at 10 Hz noise alone would look fast */
    return d_m * 1000 / (double)dt_ms;
}

/* A place too far to have been driven to is believed once enough reports agree on it. */
static bool place_on_trial(struct stops *s, const struct sample *x)
{
    if (implied_mps(from_last(s, x), x->t_ms - s->last_ms) <= P->speed_max_mps) {
        s->leap_count = 0;
        return false;
    }
    double d = distance_e7(s->leap_lat_e7, s->leap_lon_e7, x->lat_e7, x->lon_e7);
    bool agrees = s->leap_count > 0 && x->t_ms > s->leap_ms &&
                  implied_mps(d, x->t_ms - s->leap_ms) <= P->speed_max_mps;
    s->leap_count = agrees ? s->leap_count + 1 : 1;
    s->leap_ms = x->t_ms;
    s->leap_lat_e7 = x->lat_e7;
    s->leap_lon_e7 = x->lon_e7;
    if (s->leap_count <= P->reanchor_count) return true;
    s->leap_count = 0;
    return false;
}

static void shift_call(struct stops_call *call, int64_t by_ms)
{
    if (!call->arr_ms) return;
    call->arr_ms += by_ms;
    call->arr_lo_ms += by_ms;
    call->dep_ms += by_ms;
    call->dep_lo_ms += by_ms;
    call->dep_hi_ms += by_ms;
}

/* The receiver's time leapt and stands by it. Boot time tells whether time really passed: then
 * it is a gap; if not, the old times were wrong by the difference and are moved. ret: false if
 * it cannot be told and time went back */
static bool settle_time(struct stops *s, const struct sample *x)
{
    bool known = s->last_boot_ms > 0 && x->boot_ms >= s->last_boot_ms;
    int64_t by = known ? (x->t_ms - s->last_ms) - (x->boot_ms - s->last_boot_ms) : 0;
    if (llabs(by) > P->gap_ms) {
        shift_call(&s->call, by);
        shift_call(&s->held, by);
        s->last_ms += by;
    }
    s->leap_count = 0;
    s->dirty = true;
    return x->t_ms > s->last_ms;
}

static enum stops_gate gate_order(struct stops *s, const struct sample *x, bool *restart)
{
    int64_t step = x->t_ms - s->last_ms;
    *restart = false;
    if (!s->last_ms) return STOPS_ACCEPTED;
    if (step == 0) return STOPS_DUPLICATE;
    if (step < 0 || step > P->jump_max_ms) {
        if (time_on_trial(s, x)) return step < 0 ? STOPS_BACKWARD : STOPS_FORWARD;
        *restart = !settle_time(s, x);
        return STOPS_ACCEPTED;
    }
    s->trial_count = 0;
    return place_on_trial(s, x) ? STOPS_LEAP : STOPS_ACCEPTED;
}

/* --- telling ------------------------------------------------------------------------------ */

/* Where events go during one step, and what the step looks at. */
struct step {
    struct stops *s;
    const struct stops_plan *plan;
    size_t plan_count;
    struct stops_event *events;
    size_t *event_count;
};

static void tell(struct step *st, enum stops_event_kind kind, const struct stops_call *call)
{
    bm_assert(*st->event_count < STOPS_EVENTS_MAX);
    bm_assert(call->arr_ms > 0);
    st->events[(*st->event_count)++] =
        (struct stops_event){ .kind = kind,
                              .call = *call,
                              .lat_deg = (double)call->lat_e7 * 1e-7,
                              .lon_deg = (double)call->lon_e7 * 1e-7 };
    st->s->dirty = true;
}

static void tell_held(struct step *st)
{
    if (st->s->held.arr_ms) tell(st, STOPS_DEPARTED, &st->s->held);
    st->s->held = (struct stops_call){ 0 };
}

/* Is the candidate a return to the stop just left? */
static bool is_return(const struct stops *s)
{
    return s->held.arr_ms && s->call.arr_ms - s->held.dep_ms < P->merge_ms &&
           distance_e7(s->held.lat_e7, s->held.lon_e7, s->call.lat_e7, s->call.lon_e7) <
               P->same_place_m;
}

/* --- the machine -------------------------------------------------------------------------- */

static void set_state(struct stops *s, enum stops_state state)
{
    if (s->state != state) s->dirty = true;
    s->state = state;
}

static void begin_candidate(struct stops *s, const struct sample *x, int64_t arr_ms,
                            int64_t arr_lo_ms)
{
    s->call = (struct stops_call){ .arr_ms = arr_ms,
                                   .arr_lo_ms = arr_lo_ms ? arr_lo_ms : arr_ms,
                                   .dep_ms = x->t_ms,
                                   .dep_lo_ms = x->t_ms,
                                   .plan_arr_s = STOPS_NONE,
                                   .plan_dep_s = STOPS_NONE };
    s->sample_count = 0;
    s->score_ms = 0;
    add_sample(s, x);
    set_state(s, STOPS_CANDIDATE);
}

static void drop_candidate(struct stops *s)
{
    s->call = (struct stops_call){ 0 };
    s->sample_count = 0;
    set_state(s, STOPS_MOVING);
}

static int match_call(const struct step *st)
{
    const struct stops_call *c = &st->s->call;
    return stops_match(st->plan, st->plan_count, (double)c->lat_e7 * 1e-7,
                       (double)c->lon_e7 * 1e-7, c->arr_ms, st->s->last_sequence);
}

static int64_t confirm_ms(const struct step *st)
{
    return match_call(st) >= 0 ? P->confirm_near_ms : P->confirm_far_ms;
}

/* The candidate is a stop: the one just left, gone on with, or a new one. */
static void confirm(struct step *st)
{
    struct stops *s = st->s;
    bm_assert(s->state == STOPS_CANDIDATE);
    set_state(s, STOPS_STOPPED);
    s->score_ms = 0;
    if (is_return(s)) {
        struct stops_call now = s->call;
        s->call = s->held;
        s->call.dep_ms = now.dep_ms;
        s->call.dep_lo_ms = now.dep_lo_ms;
        s->call.dep_hi_ms = now.dep_hi_ms;
        s->call.dep_estimated = 0;
        s->call.lat_e7 = now.lat_e7; /* where it stands now decides when it leaves */
        s->call.lon_e7 = now.lon_e7;
        s->held = (struct stops_call){ 0 };
        return;
    }
    tell_held(st);
    int at = match_call(st);
    if (at >= 0) {
        memcpy(s->call.key, st->plan[at].key, sizeof s->call.key);
        s->call.key[sizeof s->call.key - 1] = '\0';
        s->call.plan_arr_s = st->plan[at].arr_s;
        s->call.plan_dep_s = st->plan[at].dep_s;
        s->last_sequence = st->plan[at].sequence;
    }
    tell(st, STOPS_ARRIVED, &s->call);
}

/* The stop is over; its departure is held back in case the van returns. */
static void leave(struct step *st, int64_t hi_ms)
{
    struct stops *s = st->s;
    bm_assert(s->state == STOPS_STOPPED && !s->held.arr_ms);
    s->held = s->call;
    s->held.dep_hi_ms = hi_ms;
    drop_candidate(s);
}

/* It left unseen: guess by the way it has come since. Bounds: as last seen there; as fast as a
 * van can be. */
static void leave_unseen(struct step *st, const struct sample *x, int64_t guess_ms)
{
    struct stops_call *call = &st->s->call;
    int64_t hi = x->t_ms - (int64_t)(from_call(call, x) / P->speed_max_mps * 1000);
    call->dep_estimated = 1;
    call->dep_lo_ms = st->s->last_ms > call->dep_ms ? call->dep_ms : st->s->last_ms;
    if (hi < call->dep_lo_ms) hi = call->dep_lo_ms;
    call->dep_ms = guess_ms < call->dep_lo_ms ? call->dep_lo_ms : guess_ms > hi ? hi : guess_ms;
    leave(st, hi);
}

/* No report for longer than gap_ms before this one: what happened meanwhile? */
static void conclude_gap(struct step *st, const struct sample *x)
{
    struct stops *s = st->s;
    bool standing = s->state == STOPS_CANDIDATE || s->state == STOPS_STOPPED;
    double d = standing ? from_call(&s->call, x) : from_last(s, x);
    int64_t guess = x->t_ms - (int64_t)(d / P->gap_speed_mps * 1000) - P->gap_start_ms;
    if (d < P->same_place_m) {
        if (!standing && x->t_ms - s->last_ms >= P->gap_stay_ms) {
            begin_candidate(s, x, s->last_ms, s->last_ms);
            s->call.arr_estimated = 1;
            confirm(st);
        } else if (s->state == STOPS_CANDIDATE && x->t_ms - s->call.arr_ms >= confirm_ms(st)) {
            confirm(st);
        }
        if (s->state == STOPS_STOPPED) { /* it was here all the time, moving now or not */
            s->call.dep_lo_ms = x->slow ? x->t_ms : s->call.dep_ms;
            s->call.dep_ms = x->t_ms;
            s->call.dep_estimated = !x->slow;
            s->score_ms = 0;
        }
        return;
    }
    if (s->state == STOPS_CANDIDATE && guess - s->call.arr_ms >= confirm_ms(st)) confirm(st);
    bool seen =
        standing && s->last_ms > s->call.dep_ms && s->call.dep_hi_ms > s->call.dep_ms &&
        distance_e7(s->call.lat_e7, s->call.lon_e7, s->last_lat_e7, s->last_lon_e7) > P->away_m;
    if (s->state == STOPS_STOPPED && seen) /* it was on its way already */
        leave(st, s->call.dep_hi_ms);
    else if (s->state == STOPS_STOPPED)
        leave_unseen(st, x, guess);
    else if (s->state == STOPS_CANDIDATE)
        drop_candidate(s);
}

static void step_candidate(struct step *st, const struct sample *x)
{
    struct stops *s = st->s;
    double d = from_call(&s->call, x);
    if (!x->slow) {
        if (x->speed_mps >= P->go_mps && d > P->creep_m) drop_candidate(s);
        return;
    }
    if (d >= P->same_place_m) { /* crept on: another place */
        begin_candidate(s, x, x->t_ms, s->last_ms);
        return;
    }
    s->call.dep_ms = s->call.dep_lo_ms = x->t_ms;
    add_sample(s, x);
    if (x->t_ms - s->call.arr_ms >= confirm_ms(st)) confirm(st);
}

/* What one report adds to the certainty of having left, per second: driving off counts full,
 * creeping off a third, and being beyond the outer fence a half. */
static double score_rate(const struct sample *x, double d)
{
    double rate = 0;
    if (d > P->away_m) rate += x->speed_mps >= P->go_mps ? 1.0 : x->slow ? 0 : 1.0 / 3;
    if (d > P->leave_m) rate += 0.5;
    return rate;
}

static void step_stopped(struct step *st, const struct sample *x)
{
    struct stops *s = st->s;
    double d = from_call(&s->call, x);
    if (x->slow && d < P->leave_m) {
        s->score_ms = 0;
        s->call.dep_ms = s->call.dep_lo_ms = x->t_ms;
        s->call.dep_hi_ms = 0;
        s->call.dep_estimated = 0;
        if (d < P->match_m) add_sample(s, x);
        return;
    }
    if (!s->call.dep_hi_ms || s->call.dep_hi_ms < s->call.dep_ms) s->call.dep_hi_ms = x->t_ms;
    int64_t dt = x->t_ms - s->last_ms;
    if (dt > 1000) dt = 1000; /* less for less: 10 Hz must not hurry it */
    s->score_ms += llround(score_rate(x, d) * (double)dt);
    if (s->score_ms < P->leave_score_ms) return;
    leave(st, s->call.dep_hi_ms);
    if (x->slow) begin_candidate(s, x, x->t_ms, s->last_ms);
}

static void advance(struct step *st, const struct sample *x)
{
    struct stops *s = st->s;
    switch (s->state) {
    case STOPS_NOFIX:
    case STOPS_MOVING:
        if (x->slow)
            begin_candidate(s, x, x->t_ms, s->last_ms);
        else
            set_state(s, STOPS_MOVING);
        break;
    case STOPS_CANDIDATE: step_candidate(st, x); break;
    case STOPS_STOPPED: step_stopped(st, x); break;
    }
}

static void release_held(struct step *st, const struct sample *x)
{
    struct stops *s = st->s;
    if (!s->held.arr_ms || (s->state == STOPS_CANDIDATE && is_return(s))) return;
    if (x->t_ms - s->held.dep_ms >= P->merge_ms || from_call(&s->held, x) > P->merge_far_m)
        tell_held(st);
}

/* Time went back and nothing tells by how much: what stood is over as last seen. */
static void restart_time(struct step *st)
{
    struct stops *s = st->s;
    tell_held(st);
    if (s->state == STOPS_STOPPED) {
        s->call.dep_estimated = 1;
        s->call.dep_hi_ms = s->call.dep_ms;
        tell(st, STOPS_DEPARTED, &s->call);
    }
    drop_candidate(s);
    s->last_ms = 0;
}

void stops_init(struct stops *s)
{
    memset(s, 0, sizeof *s);
}

static enum stops_gate gate(struct stops *s, const struct fix *fix, struct sample *x,
                            bool *restart)
{
    enum stops_gate g = gate_alone(fix);
    *restart = false;
    if (g != STOPS_ACCEPTED) return g;
    *x = (struct sample){ .t_ms = fix->t_ms,
                          .boot_ms = fix->boottime_ms,
                          .lat_e7 = llround(fix->lat_deg * 1e7),
                          .lon_e7 = llround(fix->lon_deg * 1e7),
                          .speed_mps = fix->speed_mps,
                          .slow = fix->speed_mps < P->slow_mps };
    return gate_order(s, x, restart);
}

enum stops_gate stops_step(struct stops *s, const struct stops_plan *plan, size_t plan_count,
                           const struct fix *fix, struct stops_event events[STOPS_EVENTS_MAX],
                           size_t *event_count)
{
    struct step st = { s, plan, plan_count, events, event_count };
    struct sample x = { 0 };
    bool restart;
    bm_assert(s && fix && events && event_count);
    bm_assert(plan || plan_count == 0);
    *event_count = 0;
    enum stops_gate g = gate(s, fix, &x, &restart);
    s->counts[g]++;
    if (g != STOPS_ACCEPTED) {
        stops_idle(s, fix->boottime_ms, events, event_count);
        return g;
    }
    if (restart) restart_time(&st);
    if (s->last_ms && x.t_ms - s->last_ms > P->gap_ms) conclude_gap(&st, &x);
    advance(&st, &x);
    release_held(&st, &x);
    s->last_ms = x.t_ms;
    s->last_boot_ms = x.boot_ms;
    s->last_lat_e7 = x.lat_e7;
    s->last_lon_e7 = x.lon_e7;
    if (s->state != STOPS_MOVING && llabs(x.t_ms - s->saved_ms) >= P->save_ms) s->dirty = true;
    return g;
}

void stops_idle(struct stops *s, int64_t boottime_ms,
                struct stops_event events[STOPS_EVENTS_MAX], size_t *event_count)
{
    struct step st = { s, NULL, 0, events, event_count };
    bm_assert(s && events && event_count);
    *event_count = 0;
    int64_t quiet = s->last_boot_ms > 0 ? boottime_ms - s->last_boot_ms : 0;
    if (quiet > P->gap_ms && s->state == STOPS_MOVING) set_state(s, STOPS_NOFIX);
    if (s->held.arr_ms && s->state <= STOPS_MOVING &&
        quiet + s->last_ms - s->held.dep_ms >= P->merge_ms)
        tell_held(&st);
}

bool stops_place(const struct stops *s, double *lat_deg, double *lon_deg)
{
    if (s->state != STOPS_CANDIDATE && s->state != STOPS_STOPPED) return false;
    *lat_deg = (double)s->call.lat_e7 * 1e-7;
    *lon_deg = (double)s->call.lon_e7 * 1e-7;
    return true;
}

const char *stops_gate_text(enum stops_gate gate)
{
#define STOPS_GATE_TEXT(code, text) text,
    static const char *const texts[STOPS_GATE_COUNT] = { STOPS_GATES(STOPS_GATE_TEXT) };
    return gate < STOPS_GATE_COUNT ? texts[gate] : "?";
}

/* --- saved form ---------------------------------------------------------------------------
 * "stops 1\n", then a line per number in the order of the tables below, the keys in hex, the
 * samples, and a checksum of all before it. */
enum { SAVED_VERSION = 1, SAVED_NUMBERS = 13, CALL_NUMBERS = 11 };

static void list_numbers(struct stops *s, int64_t *out[SAVED_NUMBERS])
{
    int64_t *const list[SAVED_NUMBERS] = { &s->last_ms,     &s->last_lat_e7,   &s->last_lon_e7,
                                           &s->score_ms,    &s->last_sequence, &s->trial_count,
                                           &s->trial_ms,    &s->trial_boot_ms, &s->leap_count,
                                           &s->leap_ms,     &s->leap_lat_e7,   &s->leap_lon_e7,
                                           &s->sample_count };
    memcpy(out, list, sizeof list);
}

static void list_call(struct stops_call *c, int64_t *out[CALL_NUMBERS])
{
    int64_t *const list[CALL_NUMBERS] = { &c->arr_ms,        &c->arr_lo_ms, &c->dep_ms,
                                          &c->dep_lo_ms,     &c->dep_hi_ms, &c->arr_estimated,
                                          &c->dep_estimated, &c->lat_e7,    &c->lon_e7,
                                          &c->plan_arr_s,    &c->plan_dep_s };
    memcpy(out, list, sizeof list);
}

static uint32_t checksum(const char *text, size_t len)
{
    uint32_t h = 2166136261u; /* FNV-1a: against torn and mixed-up text, not against people */
    for (size_t i = 0; i < len; i++) h = (h ^ (unsigned char)text[i]) * 16777619u;
    return h;
}

static void save_call(struct stops_call *c, struct buf *out)
{
    int64_t *list[CALL_NUMBERS];
    char hex[2 * STOPS_KEY_MAX + 1];
    list_call(c, list);
    for (size_t i = 0; i < CALL_NUMBERS; i++) buf_printf(out, "%" PRId64 "\n", *list[i]);
    hex_encode(hex, (const unsigned char *)c->key, strlen(c->key));
    buf_printf(out, "k%s\n", hex);
}

enum bm_rc stops_save(struct stops *s, struct buf *out)
{
    int64_t *list[SAVED_NUMBERS];
    size_t from = out->len;
    bm_assert(s->sample_count >= 0 && s->sample_count <= STOPS_SAMPLES_MAX);
    buf_printf(out, "stops %d\n%d\n", SAVED_VERSION, (int)s->state);
    list_numbers(s, list);
    for (size_t i = 0; i < SAVED_NUMBERS; i++) buf_printf(out, "%" PRId64 "\n", *list[i]);
    for (size_t i = 0; i < STOPS_GATE_COUNT; i++)
        buf_printf(out, "%" PRId64 "\n", s->counts[i]);
    save_call(&s->call, out);
    save_call(&s->held, out);
    for (size_t i = 0; i < (size_t)s->sample_count; i++)
        buf_printf(out, "%" PRId32 "\n%" PRId32 "\n", s->lat_e7[i], s->lon_e7[i]);
    enum bm_rc rc = buf_rc(out);
    if (rc) return rc;
    buf_printf(out, "end %" PRIu32 "\n", checksum(out->data + from, out->len - from));
    rc = buf_rc(out);
    if (rc) return rc;
    s->saved_ms = s->last_ms;
    s->dirty = false;
    return BM_OK;
}

/* A whole number and its newline. */
static bool take_number(const char **at, int64_t *out)
{
    char *end;
    const int64_t number_max = 1LL << 52; /* sums of a few stay far from overflow */
    if (**at != '-' && (**at < '0' || **at > '9')) return false;
    *out = strtoll(*at, &end, 10);
    if (*end != '\n' || (*out != STOPS_NONE && llabs(*out) > number_max)) return false;
    *at = end + 1;
    return true;
}

static bool take_key(const char **at, char key[STOPS_KEY_MAX])
{
    char hex[2 * STOPS_KEY_MAX];
    size_t n = strcspn(*at, "\n");
    if (**at != 'k' || (*at)[n] != '\n' || n % 2 == 0 || n - 1 > sizeof hex - 2) return false;
    memcpy(hex, *at + 1, n - 1);
    hex[n - 1] = '\0';
    memset(key, 0, STOPS_KEY_MAX);
    *at += n + 1;
    return hex_decode((unsigned char *)key, (n - 1) / 2, hex) && strlen(key) == (n - 1) / 2;
}

static bool take_call(const char **at, struct stops_call *c)
{
    int64_t *list[CALL_NUMBERS];
    list_call(c, list);
    for (size_t i = 0; i < CALL_NUMBERS; i++)
        if (!take_number(at, list[i])) return false;
    return take_key(at, c->key);
}

static bool take_samples(const char **at, struct stops *s)
{
    if (s->sample_count < 0 || s->sample_count > STOPS_SAMPLES_MAX) return false;
    for (size_t i = 0; i < (size_t)s->sample_count; i++) {
        int64_t lat, lon;
        if (!take_number(at, &lat) || !take_number(at, &lon)) return false;
        if (lat < -900000000 || lat > 900000000 || lon < -1800000000 || lon > 1800000000)
            return false;
        s->lat_e7[i] = (int32_t)lat;
        s->lon_e7[i] = (int32_t)lon;
        if (i && (s->lat_e7[i] < s->lat_e7[i - 1] || s->lon_e7[i] < s->lon_e7[i - 1]))
            return false;
    }
    return true;
}

/* What the machine asserts must hold in what was stored, too. */
static bool state_holds(const struct stops *s, int64_t state)
{
    if (state < STOPS_NOFIX || state > STOPS_STOPPED) return false;
    bool standing = state == STOPS_CANDIDATE || state == STOPS_STOPPED;
    if (s->last_ms < 0 || s->sample_count < 0 || s->call.arr_ms < 0 || s->held.arr_ms < 0)
        return false;
    if (s->last_sequence == STOPS_NONE || s->score_ms < 0 || s->leap_ms < 0 || s->trial_ms < 0)
        return false;
    if (standing != (s->call.arr_ms > 0) || standing != (s->sample_count > 0)) return false;
    if (s->call.dep_ms < 0 || s->held.dep_ms < 0 || s->call.dep_hi_ms < 0) return false;
    return !(state == STOPS_STOPPED && s->held.arr_ms);
}

static bool take_all(struct stops *s, const char **at)
{
    int64_t *list[SAVED_NUMBERS], state;
    if (!take_number(at, &state)) return false;
    list_numbers(s, list);
    for (size_t i = 0; i < SAVED_NUMBERS; i++)
        if (!take_number(at, list[i])) return false;
    for (size_t i = 0; i < STOPS_GATE_COUNT; i++)
        if (!take_number(at, &s->counts[i])) return false;
    if (!take_call(at, &s->call) || !take_call(at, &s->held) || !take_samples(at, s))
        return false;
    if (!state_holds(s, state)) return false;
    s->state = (enum stops_state)state;
    return true;
}

enum bm_rc stops_load(struct stops *s, const char *text)
{
    const char *at = text;
    int64_t version = 0, sum = 0;
    bm_assert(s && text);
    stops_init(s);
    if (strnlen(text, STOPS_SAVED_BYTES_MAX) == STOPS_SAVED_BYTES_MAX ||
        strncmp(at, "stops ", 6) != 0)
        return err_set(BM_ECORRUPT,
                       "saved stop state is no such thing; stops are watched afresh");
    at += 6;
    if (!take_number(&at, &version)) return err_set(BM_ECORRUPT, "saved stop state is damaged");
    if (version != SAVED_VERSION)
        return err_set(BM_EVERSION,
                       "saved stop state is of version %" PRId64 "; stops are watched afresh",
                       version);
    bool good = take_all(s, &at);
    size_t len = (size_t)(at - text);
    good = good && strncmp(at, "end ", 4) == 0;
    at += good ? 4 : 0;
    if (!good || !take_number(&at, &sum) || sum != (int64_t)checksum(text, len) || *at) {
        stops_init(s);
        return err_set(BM_ECORRUPT, "saved stop state is damaged; stops are watched afresh");
    }
    s->last_boot_ms = 0; /* perhaps of another boot: tells nothing any more */
    s->trial_boot_ms = 0;
    s->saved_ms = s->last_ms;
    return BM_OK;
}
