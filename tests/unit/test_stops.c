/* tests/unit/test_stops.c -- made drives with a known truth. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "common/geo.h"
#include "mobile/stops.h"

#define DAY_S 1789459200LL /* 2026-09-15 08:00 UTC */
enum { EVENTS_MAX = 64 };
static const double LAT = 39.43, LON = -119.76;

/* A van on a flat sheet: metres north and east of (LAT, LON), reported once a second. */
struct drive {
    struct stops s;
    struct stops_plan plan[8];
    size_t plan_count;
    double north_m, east_m;
    int64_t t_ms, boot_ms; /* of the next report */
    int step_ms;
    double noise_m, wander_n, wander_e; /* size and state of the slow error of position */
    double speed_noise_mps;
    uint64_t lcg;
    struct stops_event events[EVENTS_MAX];
    size_t event_count;
    enum stops_gate gate; /* of the last report */
};

static double chance(struct drive *d) /* -1..1 */
{
    d->lcg = d->lcg * 6364136223846793005u + 1442695040888963407u;
    return (double)(d->lcg >> 11) / (double)(1ULL << 52) - 1.0;
}

static void drive_begin(struct drive *d, uint64_t seed)
{
    memset(d, 0, sizeof *d);
    stops_init(&d->s);
    d->t_ms = DAY_S * 1000;
    d->boot_ms = 5000000;
    d->step_ms = 1000;
    d->lcg = seed;
    d->noise_m = 2.5;
    d->speed_noise_mps = 0.2;
}

static void take_events(struct drive *d, const struct stops_event *events, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_true(d->event_count < EVENTS_MAX);
        d->events[d->event_count++] = events[i];
    }
}

static void put_place(const struct drive *d, struct fix *f)
{
    f->lat_deg = LAT + (d->north_m + d->wander_n) / 111194.93;
    f->lon_deg =
        LON + (d->east_m + d->wander_e) / (111194.93 * cos(LAT * 0.017453292519943295));
}

static struct fix made_fix(struct drive *d, double speed_mps)
{
    struct fix f = { .t_ms = d->t_ms, .mode = 3, .eph_m = 20.9, .boottime_ms = d->boot_ms };
    f.has = FIX_HAS_LATLON | FIX_HAS_SPEED | FIX_HAS_EPH;
    f.speed_mps = fabs(speed_mps + d->speed_noise_mps * chance(d));
    d->wander_n = 0.98 * d->wander_n + 0.2 * d->noise_m * chance(d) * 1.7;
    d->wander_e = 0.98 * d->wander_e + 0.2 * d->noise_m * chance(d) * 1.7;
    put_place(d, &f);
    return f;
}

static void send(struct drive *d, const struct fix *f)
{
    struct stops_event events[STOPS_EVENTS_MAX];
    size_t n;
    d->gate = stops_step(&d->s, d->plan, d->plan_count, f, events, &n);
    take_events(d, events, n);
}

static void pass(struct drive *d, int64_t ms)
{
    d->t_ms += ms;
    d->boot_ms += ms;
}

static void report(struct drive *d, double speed_mps)
{
    struct fix f = made_fix(d, speed_mps);
    send(d, &f);
    pass(d, d->step_ms);
}

static void stand(struct drive *d, int seconds)
{
    for (int64_t end = d->t_ms + seconds * 1000LL; d->t_ms < end;) report(d, 0);
}

/* Drive east for so many metres at so many metres a second. */
static void go(struct drive *d, double m, double mps)
{
    for (double left = m; left > 0; left -= mps * d->step_ms / 1000) {
        d->east_m += mps * d->step_ms / 1000;
        report(d, mps);
    }
}

static void go_unseen(struct drive *d, double m, double mps)
{
    d->east_m += m;
    pass(d, (int64_t)(m / mps * 1000));
}

static void plan_at(struct drive *d, const char *key, double east_m, int64_t arr_s,
                    int64_t dep_s, int sequence)
{
    struct stops_plan *p = &d->plan[d->plan_count++];
    *p = (struct stops_plan){ .arr_s = arr_s, .dep_s = dep_s, .sequence = sequence };
    p->lat_deg = LAT;
    p->lon_deg = LON + east_m / (111194.93 * cos(LAT * 0.017453292519943295));
    str_copy(p->key, sizeof p->key, key);
}

static void assert_near(int64_t got_ms, int64_t want_ms, int64_t within_ms)
{
    assert_in_range(got_ms, want_ms - within_ms, want_ms + within_ms);
}

static void assert_kinds(const struct drive *d, const char *kinds) /* "AD": arrived, departed */
{
    char got[EVENTS_MAX + 1] = "";
    for (size_t i = 0; i < d->event_count; i++)
        got[i] = d->events[i].kind == STOPS_ARRIVED ? 'A' : 'D';
    assert_string_equal(got, kinds);
}

static void test_stops_ten_minutes_are_a_stop_and_its_times_are_right(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct drive d;
        drive_begin(&d, seed);
        d.noise_m = 1 + (double)(seed % 9);
        plan_at(&d, "oak", 2000, DAY_S + 200, DAY_S + 800, 1);
        go(&d, 2000, 10);
        int64_t arr = d.t_ms;
        stand(&d, 600);
        int64_t dep = d.t_ms - 1000;
        go(&d, 2000, 10);
        assert_kinds(&d, "AD");
        assert_near(d.events[0].call.arr_ms, arr, 2000);
        assert_near(d.events[1].call.dep_ms, dep, 3000);
        assert_int_equal(d.events[1].call.arr_ms, d.events[0].call.arr_ms);
        assert_false(d.events[1].call.dep_estimated);
        assert_string_equal(d.events[1].call.key, "oak");
        assert_int_equal(d.events[0].call.plan_arr_s, DAY_S + 200);
        assert_true(geo_distance_m(d.events[1].lat_deg, d.events[1].lon_deg, d.plan[0].lat_deg,
                                   d.plan[0].lon_deg) < 30);
        assert_int_equal(d.s.state, STOPS_MOVING);
    }
}

static void test_stops_lights_and_jams_are_no_stops(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct drive d;
        drive_begin(&d, seed);
        d.noise_m = 5;
        plan_at(&d, "far", 9000, STOPS_NONE, STOPS_NONE, 1);
        for (int light = 0; light < 6; light++) {
            go(&d, 500, 12);
            stand(&d, 60);
        }
        for (int jam = 0; jam < 30; jam++) { /* a quarter of an hour of stop and go */
            stand(&d, 25);
            go(&d, 24, 4);
        }
        go(&d, 1000, 12);
        assert_kinds(&d, "");
        assert_int_equal(d.s.counts[STOPS_ACCEPTED], (d.t_ms - DAY_S * 1000) / 1000);
    }
}

static void test_stops_two_minutes_count_near_a_planned_stop_only(void **state)
{
    (void)state;
    for (int near = 0; near <= 1; near++) {
        struct drive d;
        drive_begin(&d, 3);
        plan_at(&d, "elm", near ? 1050 : 1200, STOPS_NONE, STOPS_NONE, 1);
        go(&d, 1000, 10);
        stand(&d, 120);
        go(&d, 3000, 10);
        assert_kinds(&d, near ? "AD" : "");
    }
}

static void test_stops_unscheduled_stop_has_no_key(void **state)
{
    (void)state;
    struct drive d;
    drive_begin(&d, 4);
    plan_at(&d, "elm", 1000 + 90, STOPS_NONE, STOPS_NONE, 1); /* outside the fence of 75 m */
    go(&d, 1000, 10);
    stand(&d, 400);
    go(&d, 3000, 10);
    assert_kinds(&d, "AD");
    assert_string_equal(d.events[1].call.key, "");
    assert_true(d.events[1].call.plan_arr_s == STOPS_NONE);
}

static void test_stops_neighbours_113_m_apart_are_told_apart(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct drive d;
        drive_begin(&d, seed);
        d.noise_m = 5;
        plan_at(&d, "west", 1000, DAY_S, DAY_S + 7200,
                1); /* the other one's time would fit as well */
        plan_at(&d, "east", 1113, DAY_S + 7200, DAY_S + 9000, 2);
        go(&d, seed % 2 ? 1000 : 1105, 10);
        stand(&d, 600);
        go(&d, 3000, 10);
        assert_kinds(&d, "AD");
        assert_string_equal(d.events[1].call.key, seed % 2 ? "west" : "east");
    }
}

static void test_stops_same_place_twice_a_day_goes_by_time(void **state)
{
    (void)state;
    struct drive d;
    drive_begin(&d, 5);
    plan_at(&d, "evening", 1000, DAY_S + 20000, DAY_S + 21000, 9);
    plan_at(&d, "morning", 1010, DAY_S + 100, DAY_S + 1000, 1);
    go(&d, 1000, 10);
    stand(&d, 600);
    go(&d, 5000, 10);
    assert_string_equal(d.events[1].call.key, "morning");
    pass(&d, (DAY_S + 19900) * 1000 - d.t_ms); /* home, and back by another way */
    d.east_m = 0;
    go(&d, 1000, 10);
    stand(&d, 600);
    go(&d, 3000, 10);
    assert_true(d.event_count >= 2);
    assert_string_equal(d.events[d.event_count - 1].call.key, "evening");
    assert_int_equal(stops_match(d.plan, 2, LAT, d.plan[1].lon_deg, (DAY_S + 100) * 1000, 0),
                     1);
    assert_int_equal(stops_match(d.plan, 2, LAT, d.plan[1].lon_deg, (DAY_S + 100) * 1000, 5),
                     1); /* time before order */
    assert_int_equal(stops_match(d.plan, 2, LAT, LON, (DAY_S + 100) * 1000, 0), -1);
}

static void test_stops_without_times_the_order_of_the_day_decides(void **state)
{
    (void)state;
    struct drive d;
    drive_begin(&d, 6);
    plan_at(&d, "second", 1000, STOPS_NONE, STOPS_NONE, 7);
    plan_at(&d, "first", 1000, STOPS_NONE, STOPS_NONE, 3);
    double lon = d.plan[0].lon_deg;
    assert_int_equal(stops_match(d.plan, 2, LAT, lon, d.t_ms, 0), 1);
    assert_int_equal(stops_match(d.plan, 2, LAT, lon, d.t_ms, 3), 0);
    assert_int_equal(stops_match(d.plan, 2, LAT, lon, d.t_ms, 9),
                     0); /* behind us both: the last one */
    assert_int_equal(stops_match(NULL, 0, LAT, lon, d.t_ms, 0), -1);
}

static void test_stops_drift_of_a_parked_receiver_neither_ends_nor_begins_one(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct drive d;
        drive_begin(&d, seed);
        go(&d, 1000, 10);
        int64_t arr = d.t_ms;
        stand(&d, 200);
        d.noise_m = 2.5;
        for (int i = 0; i < 20;
             i++) { /* slow swings of 60 m, speed wrong by up to 1.9 in places */
            double swing = 60 * sin(i * 1.3 + (double)seed);
            for (int k = 0; k < 60; k++) {
                double keep = d.east_m;
                d.east_m += swing * sin(k * 3.14159265 / 60);
                report(&d, k % 7 == 3 ? 1.7 : 0.3);
                d.east_m = keep;
            }
        }
        int64_t dep = d.t_ms - 1000;
        go(&d, 3000, 10);
        assert_kinds(&d, "AD");
        assert_near(d.events[0].call.arr_ms, arr, 2000);
        assert_near(d.events[1].call.dep_ms, dep, 12000);
    }
}

static void test_stops_short_move_within_the_place_is_one_stop(void **state)
{
    (void)state;
    struct drive d;
    drive_begin(&d, 7);
    plan_at(&d, "oak", 1000, STOPS_NONE, STOPS_NONE, 1);
    go(&d, 1000, 10);
    int64_t arr = d.t_ms;
    stand(&d, 300);
    go(&d, 180, 6); /* round the car park */
    d.east_m = 1040;
    stand(&d, 400);
    int64_t dep = d.t_ms - 1000;
    go(&d, 2000, 10);
    assert_kinds(&d, "AD");
    assert_near(d.events[0].call.arr_ms, arr, 2000);
    assert_near(d.events[1].call.dep_ms, dep, 3000);
    assert_string_equal(d.events[1].call.key, "oak");
}

static void test_stops_departure_is_told_in_the_silence_after_it(void **state)
{
    (void)state;
    struct drive d;
    drive_begin(&d, 8);
    go(&d, 1000, 10);
    stand(&d, 300);
    int64_t dep = d.t_ms - 1000;
    go(&d, 200, 10);
    assert_kinds(&d, "A"); /* it may yet come back */
    struct stops_event events[STOPS_EVENTS_MAX];
    size_t n;
    stops_idle(&d.s, d.boot_ms + 61000, events, &n);
    take_events(&d, events, n);
    assert_kinds(&d, "A");
    assert_int_equal(d.s.state, STOPS_NOFIX);
    stops_idle(&d.s, d.boot_ms + 180000, events, &n);
    take_events(&d, events, n);
    assert_kinds(&d, "AD");
    assert_near(d.events[1].call.dep_ms, dep, 2000);
}

static void test_stops_tunnel_is_no_stop(void **state)
{
    (void)state;
    struct drive d;
    drive_begin(&d, 9);
    go(&d, 1000, 15);
    go_unseen(&d, 3000, 15); /* 200 s */
    go(&d, 1000, 15);
    stand(&d, 20); /* a light before the next one */
    go_unseen(&d, 500, 7);
    go(&d, 1000, 15);
    assert_kinds(&d, "");
}

static void test_stops_gap_while_parked_changes_nothing(void **state)
{
    (void)state;
    struct drive d;
    drive_begin(&d, 10);
    go(&d, 1000, 10);
    int64_t arr = d.t_ms;
    stand(&d, 40);
    pass(&d, 800000); /* before it was even confirmed */
    stand(&d, 300);
    pass(&d, 1250000);
    stand(&d, 100);
    int64_t dep = d.t_ms - 1000;
    go(&d, 1000, 10);
    assert_kinds(&d, "AD");
    assert_near(d.events[0].call.arr_ms, arr, 2000);
    assert_near(d.events[1].call.dep_ms, dep, 2000);
}

static void test_stops_receiver_off_from_arrival_on_is_a_stop(void **state)
{
    (void)state;
    struct drive d;
    drive_begin(&d, 11);
    go(&d, 1000, 10);
    int64_t arr = d.t_ms; /* ignition off before it ever stood */
    pass(&d, 900000);
    int64_t dep = d.t_ms;
    go(&d, 1000, 10);
    assert_kinds(&d, "AD");
    assert_near(d.events[0].call.arr_ms, arr, 2000);
    assert_true(d.events[0].call.arr_estimated);
    assert_near(d.events[1].call.dep_ms, dep, 3000);
}

static void test_stops_departure_unseen_is_estimated_within_its_bounds(void **state)
{
    (void)state;
    for (int confirmed = 0; confirmed <= 1; confirmed++) {
        struct drive d;
        drive_begin(&d, 12);
        go(&d, 1000, 10);
        int64_t arr = d.t_ms;
        stand(&d, confirmed ? 300 : 30);
        pass(&d, 900000); /* off; it stands on */
        int64_t dep = d.t_ms;
        go_unseen(&d, 1800, 7);
        go(&d, 1000, 10);
        assert_kinds(&d, "AD");
        assert_near(d.events[0].call.arr_ms, arr, 2000);
        const struct stops_call *c = &d.events[1].call;
        assert_true(c->dep_estimated);
        assert_near(c->dep_ms, dep, 60000);
        assert_true(c->dep_lo_ms <= dep && dep <= c->dep_hi_ms);
        assert_true(c->dep_lo_ms <= c->dep_ms && c->dep_ms <= c->dep_hi_ms);
    }
}

static void test_stops_departure_seen_before_a_gap_is_not_estimated(void **state)
{
    (void)state;
    struct drive d;
    drive_begin(&d, 13);
    go(&d, 1000, 10);
    stand(&d, 300);
    int64_t dep = d.t_ms - 1000;
    go(&d, 50, 10);
    go_unseen(&d, 1500, 10);
    go(&d, 1000, 10);
    assert_kinds(&d, "AD");
    assert_false(d.events[1].call.dep_estimated);
    assert_near(d.events[1].call.dep_ms, dep, 2000);
}

static void save_and_load(struct drive *d)
{
    struct buf b;
    buf_init(&b, 0);
    assert_int_equal(stops_save(&d->s, &b), BM_OK);
    assert_true(b.len < STOPS_SAVED_BYTES_MAX);
    memset(&d->s, 0x55, sizeof d->s);
    assert_int_equal(stops_load(&d->s, buf_str(&b)), BM_OK);
    buf_free(&b);
}

static void test_stops_restart_at_any_moment_tells_the_same(void **state)
{
    (void)state;
    static const int parts[] = { 5, 60, 140, 200, 499 };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct drive d;
        drive_begin(&d, 14);
        plan_at(&d, "two words \xc3\xa9", 1000, DAY_S + 100, DAY_S + 600, 4);
        go(&d, 1000, 10);
        int64_t arr = d.t_ms;
        stand(&d, parts[i]);
        save_and_load(&d);
        if (i % 2) pass(&d, 40000); /* the program was away */
        d.boot_ms = 1000;           /* another boot */
        stand(&d, 500 - parts[i]);
        int64_t dep = d.t_ms - 1000;
        go(&d, 100, 10);
        save_and_load(&d); /* departure held back survives too */
        go(&d, 2000, 10);
        assert_kinds(&d, "AD");
        assert_near(d.events[0].call.arr_ms, arr, 2000);
        assert_near(d.events[1].call.dep_ms, dep, 3000);
        assert_string_equal(d.events[1].call.key, "two words \xc3\xa9");
    }
}

static void test_stops_asks_to_be_saved_at_each_change_and_each_minute(void **state)
{
    (void)state;
    struct drive d;
    struct buf b;
    int saves = 0;
    drive_begin(&d, 15);
    buf_init(&b, 0);
    go(&d, 1000, 10);
    for (int i = 0; i < 600; i++) {
        stand(&d, 1);
        if (!d.s.dirty) continue;
        saves++;
        buf_clear(&b);
        assert_int_equal(stops_save(&d.s, &b), BM_OK);
        assert_false(d.s.dirty);
    }
    assert_in_range(saves, 10, 14);
    buf_free(&b);
}

static void test_stops_damaged_state_is_refused(void **state)
{
    (void)state;
    struct drive d;
    struct stops back;
    struct buf b;
    drive_begin(&d, 16);
    go(&d, 300, 10);
    stand(&d, 200);
    buf_init(&b, 0);
    assert_int_equal(stops_save(&d.s, &b), BM_OK);
    size_t len = b.len;
    for (size_t i = 0; i < len; i += 3) { /* a byte changed */
        char was = b.data[i];
        b.data[i] = was == '7' ? '8' : '7';
        assert_int_not_equal(stops_load(&back, b.data), BM_OK);
        assert_int_equal(back.state, STOPS_NOFIX);
        b.data[i] = was;
    }
    for (size_t i = 0; i < len; i += 5) { /* cut short */
        char was = b.data[i];
        b.data[i] = '\0';
        assert_int_equal(stops_load(&back, b.data), BM_ECORRUPT);
        b.data[i] = was;
    }
    b.data[6] = '2';
    assert_int_equal(stops_load(&back, b.data), BM_EVERSION);
    buf_free(&b);
}

static void test_stops_gate_counts_each_kind_of_bad_report(void **state)
{
    (void)state;
    struct drive d;
    drive_begin(&d, 17);
    go(&d, 500, 10);
    struct fix good = made_fix(&d, 10), f;
#define SEND_BAD(change, want)                                                                 \
    f = good;                                                                                  \
    change;                                                                                    \
    send(&d, &f);                                                                              \
    assert_int_equal(d.gate, want);                                                            \
    assert_int_equal(d.s.counts[want], 1)
    SEND_BAD(f.mode = 1, STOPS_NO_FIX);
    SEND_BAD(f.has = FIX_HAS_SPEED, STOPS_NO_POSITION);
    SEND_BAD(f.has = FIX_HAS_LATLON, STOPS_NO_SPEED);
    SEND_BAD(f.lat_deg = f.lon_deg = 0, STOPS_ZERO);
    SEND_BAD(f.eph_m = 1898, STOPS_POOR);
    SEND_BAD(f.t_ms = 315964800000, STOPS_BAD_DATE); /* 1980: a cold start */
    SEND_BAD(f.t_ms -= 1000, STOPS_DUPLICATE);
    SEND_BAD(f.t_ms -= 5000, STOPS_BACKWARD);
    SEND_BAD(f.t_ms += 7200000, STOPS_FORWARD);
    SEND_BAD(f.lat_deg += 0.01, STOPS_LEAP);
#undef SEND_BAD
    f = good;
    f.lat_deg = nan("");
    send(&d, &f);
    assert_int_equal(d.gate, STOPS_NO_POSITION);
    f = good;
    f.speed_mps = nan("");
    send(&d, &f);
    assert_int_equal(d.gate, STOPS_NO_SPEED);
    f = good;
    f.has &= ~(unsigned)FIX_HAS_EPH; /* no error given is no error */
    f.eph_m = nan("");
    send(&d, &f);
    assert_int_equal(d.gate, STOPS_ACCEPTED);
    assert_kinds(&d, "");
}

static void test_stops_weeks_wrong_by_1024_are_never_believed(void **state)
{
    (void)state;
    struct drive d;
    drive_begin(&d, 18);
    go(&d, 500, 10);
    const int64_t weeks_ms = 1024LL * 7 * 86400 * 1000;
    for (int sign = -1; sign <= 1; sign += 2) {
        d.t_ms += sign * weeks_ms;
        for (int i = 0; i < 30; i++) {
            report(&d, 0);
            assert_int_equal(d.gate, STOPS_BAD_DATE);
        }
        d.t_ms -= sign * weeks_ms;
    }
    report(&d, 10);
    assert_int_equal(d.gate, STOPS_ACCEPTED);
}

static void test_stops_time_that_leaps_at_a_stop_moves_its_times_with_it(void **state)
{
    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        struct drive d;
        drive_begin(&d, 19);
        go(&d, 1000, 10);
        int64_t arr = d.t_ms;
        stand(&d, 300);
        const int64_t by = sign * 7200000LL; /* the receiver found its hour wrong */
        d.t_ms += by;
        stand(&d, 300);
        assert_int_equal(d.s.counts[sign < 0 ? STOPS_BACKWARD : STOPS_FORWARD], 10);
        int64_t dep = d.t_ms - 1000;
        go(&d, 2000, 10);
        assert_kinds(&d, "AD");
        assert_near(d.events[1].call.arr_ms, arr + by, 2000);
        assert_near(d.events[1].call.dep_ms, dep, 3000);
    }
}

static void test_stops_time_gone_back_with_nothing_to_tell_ends_the_stop(void **state)
{
    (void)state;
    struct drive d;
    drive_begin(&d, 20);
    go(&d, 1000, 10);
    stand(&d, 300);
    int64_t seen = d.t_ms - 1000;
    save_and_load(&d); /* boot time is of no use after this */
    d.boot_ms = 1000;
    d.t_ms -= 40000000;
    stand(&d, 300);
    go(&d, 2000, 10);
    assert_kinds(&d, "ADAD");
    assert_true(d.events[1].call.dep_estimated);
    assert_near(d.events[1].call.dep_ms, seen, 0);
    for (size_t i = 0; i < d.event_count; i++)
        assert_true(d.events[i].call.arr_ms <= d.events[i].call.dep_ms);
}

static void test_stops_night_is_a_gap_not_a_fault(void **state)
{
    (void)state;
    for (int rebooted = 0; rebooted <= 1; rebooted++) {
        struct drive d;
        drive_begin(&d, 22);
        go(&d, 1000, 10);
        int64_t arr = d.t_ms, boot = d.boot_ms;
        stand(&d, 400);
        if (rebooted) save_and_load(&d);
        pass(&d, 14LL * 3600 * 1000); /* asleep at the depot, midnight included */
        if (rebooted)
            d.boot_ms =
                boot + 600000; /* a new boot's clock, by chance a little above the old one's */
        stand(&d, 60);
        assert_int_equal(d.s.counts[STOPS_FORWARD], 10);
        int64_t dep = d.t_ms - 1000;
        go(&d, 2000, 10);
        assert_kinds(&d, "AD");
        assert_near(d.events[1].call.arr_ms, arr, 2000);
        assert_near(d.events[1].call.dep_ms, dep, 3000);
    }
}

static void test_stops_creeping_off_takes_longer_than_driving_off(void **state)
{
    (void)state;
    for (int driving = 0; driving <= 1; driving++) {
        struct drive d;
        drive_begin(&d, 26);
        go(&d, 1000, 10);
        stand(&d, 300);
        d.east_m += 60;
        pass(&d, 1000); /* no leap */
        for (int i = 0; i < 8; i++) report(&d, driving ? 3 : 1.5);
        assert_int_equal(d.s.state, driving ? STOPS_MOVING : STOPS_STOPPED);
        for (int i = 0; i < 8; i++) report(&d, 1.5);
        assert_int_equal(d.s.state, STOPS_MOVING);
    }
}

static void test_stops_place_that_leaps_for_good_is_believed_after_five(void **state)
{
    (void)state;
    struct drive d;
    drive_begin(&d, 23);
    go(&d, 500, 10);
    d.east_m += 20000;
    for (int i = 0; i < 6; i++) {
        report(&d, 10);
        assert_int_equal(d.gate, i < 5 ? STOPS_LEAP : STOPS_ACCEPTED);
    }
    d.east_m += 20000; /* five that do not agree with each other */
    for (int i = 0; i < 12; i++) {
        d.north_m = i % 2 ? 5000 : 0;
        report(&d, 10);
        assert_int_equal(d.gate, STOPS_LEAP);
    }
}

static void test_stops_ten_reports_a_second_make_nothing_hasty(void **state)
{
    (void)state;
    struct drive d;
    drive_begin(&d, 24);
    d.step_ms = 100;
    d.noise_m = 0.5;
    go(&d, 1000, 10);
    int64_t arr = d.t_ms;
    stand(&d, 300);
    double keep = d.east_m;
    d.east_m += 60; /* two seconds of a reflected signal */
    for (int i = 0; i < 20; i++) report(&d, 2.5);
    assert_int_equal(d.s.state, STOPS_STOPPED);
    d.east_m = keep;
    stand(&d, 300);
    int64_t dep = d.t_ms - 100;
    go(&d, 2000, 10);
    assert_kinds(&d, "AD");
    assert_near(d.events[0].call.arr_ms, arr, 2000);
    assert_near(d.events[1].call.dep_ms, dep, 3000);
}

static void test_stops_whole_days_of_noise_keep_their_stops_and_order(void **state)
{
    (void)state;
    int stops = 0, found = 0, extra = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct drive d;
        int64_t truth[8];
        drive_begin(&d, seed * 77);
        d.noise_m = 2.5 + (double)(seed % 3) * 3;
        for (int i = 0; i < 8; i++)
            plan_at(&d, (char[]){ (char)('a' + i), 0 }, 3000.0 * (i + 1), STOPS_NONE,
                    STOPS_NONE, i + 1);
        for (int i = 0; i < 8; i++) {
            while (d.east_m < 3000.0 * (i + 1) - 800) {
                go(&d, 400, 12);
                stand(&d, (int)(30 + 30 * chance(&d)));
            }
            go(&d, 3000.0 * (i + 1) - d.east_m, 8);
            truth[i] = d.t_ms;
            stand(&d, (int)(900 + 600 * chance(&d)));
        }
        go(&d, 3000, 12);
        stops += 8;
        int at = 0;
        for (size_t k = 0; k < d.event_count; k++) {
            if (d.events[k].kind != STOPS_ARRIVED) continue;
            while (at < 8 && d.events[k].call.key[0] != 'a' + at) at++;
            if (at == 8)
                extra++, at = 0;
            else if (llabs(d.events[k].call.arr_ms - truth[at]) <= 2000)
                found++;
        }
    }
    assert_int_equal(extra, 0);
    assert_true(found * 1000 >= stops * 995);
}

static void test_stops_takes_a_million_reports_a_second(void **state)
{
    (void)state;
    struct drive d;
    struct stops_event events[STOPS_EVENTS_MAX];
    size_t n;
    struct timespec a, b;
    drive_begin(&d, 25);
    go(&d, 1000, 10);
    stand(&d, 300);
    struct fix f = made_fix(&d, 0);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    for (int i = 0; i < 100000; i++) {
        f.t_ms += 1000;
        f.boottime_ms += 1000;
        (void)stops_step(&d.s, d.plan, d.plan_count, &f, events, &n);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    double s = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) * 1e-9;
    print_message("%.1f million reports a second\n", 0.1 / s);
    assert_true(s < 1.0); /* 0.1 s is the goal; sanitizers and a busy machine take longer */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stops_ten_minutes_are_a_stop_and_its_times_are_right),
        cmocka_unit_test(test_stops_lights_and_jams_are_no_stops),
        cmocka_unit_test(test_stops_two_minutes_count_near_a_planned_stop_only),
        cmocka_unit_test(test_stops_unscheduled_stop_has_no_key),
        cmocka_unit_test(test_stops_neighbours_113_m_apart_are_told_apart),
        cmocka_unit_test(test_stops_same_place_twice_a_day_goes_by_time),
        cmocka_unit_test(test_stops_without_times_the_order_of_the_day_decides),
        cmocka_unit_test(test_stops_drift_of_a_parked_receiver_neither_ends_nor_begins_one),
        cmocka_unit_test(test_stops_short_move_within_the_place_is_one_stop),
        cmocka_unit_test(test_stops_departure_is_told_in_the_silence_after_it),
        cmocka_unit_test(test_stops_tunnel_is_no_stop),
        cmocka_unit_test(test_stops_gap_while_parked_changes_nothing),
        cmocka_unit_test(test_stops_receiver_off_from_arrival_on_is_a_stop),
        cmocka_unit_test(test_stops_departure_unseen_is_estimated_within_its_bounds),
        cmocka_unit_test(test_stops_departure_seen_before_a_gap_is_not_estimated),
        cmocka_unit_test(test_stops_restart_at_any_moment_tells_the_same),
        cmocka_unit_test(test_stops_asks_to_be_saved_at_each_change_and_each_minute),
        cmocka_unit_test(test_stops_damaged_state_is_refused),
        cmocka_unit_test(test_stops_gate_counts_each_kind_of_bad_report),
        cmocka_unit_test(test_stops_weeks_wrong_by_1024_are_never_believed),
        cmocka_unit_test(test_stops_time_that_leaps_at_a_stop_moves_its_times_with_it),
        cmocka_unit_test(test_stops_time_gone_back_with_nothing_to_tell_ends_the_stop),
        cmocka_unit_test(test_stops_night_is_a_gap_not_a_fault),
        cmocka_unit_test(test_stops_creeping_off_takes_longer_than_driving_off),
        cmocka_unit_test(test_stops_place_that_leaps_for_good_is_believed_after_five),
        cmocka_unit_test(test_stops_ten_reports_a_second_make_nothing_hasty),
        cmocka_unit_test(test_stops_whole_days_of_noise_keep_their_stops_and_order),
        cmocka_unit_test(test_stops_takes_a_million_reports_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
