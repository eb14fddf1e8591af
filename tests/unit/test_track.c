/* tests/unit/test_track.c */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "mobile/track.h"

#define DAY_MS0 (1789430400LL * 1000) /* 2026-09-15 00:00 UTC */
enum { POINTS_MAX = 40000 };

struct room {
    char path[64];
    struct db *db;
    struct track *track;
};
static struct track_point got[POINTS_MAX];
static size_t got_count;

static void open_room(struct room *r)
{
    assert_int_equal(db_open(r->path, DB_REPLICA, SQL_FILE_GPS, NULL, &r->db), BM_OK);
    assert_int_equal(track_open(r->db, &r->track), BM_OK);
}

static void close_room(struct room *r)
{
    track_close(r->track);
    db_close(r->db);
}

static int begin(void **state)
{
    struct room *r = calloc(1, sizeof *r);
    if (!r) return -1;
    snprintf(r->path, sizeof r->path, "/tmp/test_track.%ld.db", (long)getpid());
    open_room(r);
    *state = r;
    return 0;
}

static int end(void **state)
{
    struct room *r = *state;
    char side[80];
    close_room(r);
    unlink(r->path);
    snprintf(side, sizeof side, "%s-wal", r->path);
    unlink(side);
    snprintf(side, sizeof side, "%s-shm", r->path);
    unlink(side);
    free(r);
    return 0;
}

static bool take(void *arg, const struct track_point *p)
{
    (void)arg;
    assert_true(got_count < POINTS_MAX);
    got[got_count++] = *p;
    return true;
}

static bool take_one(void *arg, const struct track_point *p)
{
    (void)take(arg, p);
    return false;
}

static enum bm_rc read_all(struct room *r, int64_t from_ms, int64_t to_ms)
{
    got_count = 0;
    return track_read(r->track, from_ms, to_ms, take, NULL);
}

/* A winding drive with noise, a point a second. */
static struct fix made(int i, int64_t t_ms)
{
    double noise = (double)(i * 7919 % 101 - 50) * 2e-7;
    return (struct fix){ .t_ms = t_ms,
                         .lat_deg = 39.4 + 0.02 * sin(i / 400.0) + noise,
                         .lon_deg = -119.7 + 1e-4 * i - noise,
                         .speed_mps = 9 + 2 * sin(i / 60.0),
                         .has = FIX_HAS_LATLON | FIX_HAS_SPEED,
                         .mode = 3 };
}

static void append(struct room *r, int from, int n, int64_t step_ms)
{
    for (int i = from; i < from + n; i++) {
        struct fix f = made(i, DAY_MS0 + i * step_ms);
        assert_int_equal(track_append(r->track, &f, false), BM_OK);
    }
}

static void assert_points(int n, int64_t step_ms)
{
    assert_int_equal(got_count, n);
    for (int i = 0; i < n; i++) {
        struct fix f = made(i, DAY_MS0 + i * step_ms);
        assert_int_equal(got[i].t_ms, f.t_ms);
        assert_true(fabs(got[i].lat_deg - f.lat_deg) <= 0.51e-6);
        assert_true(fabs(got[i].lon_deg - f.lon_deg) <= 0.51e-6);
        assert_true(fabs(got[i].speed_mps - f.speed_mps) <= 0.051);
    }
}

static int64_t query(struct room *r, const char *sql)
{
    struct stmt *s;
    assert_int_equal(db_prepare(r->db, sql, &s), BM_OK);
    assert_int_equal(stmt_next(s), BM_OK);
    int64_t x = stmt_int(s, 0);
    stmt_free(s);
    return x;
}

static void test_track_points_come_back_exact_on_the_grid(void **state)
{
    struct room *r = *state;
    append(r, 0, 5000, 1000);
    assert_int_equal(read_all(r, 0, INT64_MAX), BM_OK);
    assert_points(5000, 1000);
    assert_int_equal(query(r, "SELECT count(*) FROM gps_chunk"), 9);
    int64_t bytes = query(r, "SELECT sum(length(blob)) FROM gps_chunk");
    print_message("%.2f bytes a point\n", (double)bytes / 5000);
    assert_true(bytes <
                5000 * 5); /* noise of every point; a recorded drive takes less, see test_gps */
}

static void test_track_parts_of_seconds_are_kept(void **state)
{
    struct room *r = *state;
    append(r, 0, 3000, 100);
    assert_int_equal(read_all(r, 0, INT64_MAX), BM_OK);
    assert_points(3000, 100);
}

static void test_track_reads_just_what_lies_between(void **state)
{
    struct room *r = *state;
    append(r, 0, 2000, 1000);
    assert_int_equal(read_all(r, DAY_MS0 + 500000, DAY_MS0 + 1500000), BM_OK);
    assert_int_equal(got_count, 1000);
    assert_int_equal(got[0].t_ms, DAY_MS0 + 500000);
    assert_int_equal(got[999].t_ms, DAY_MS0 + 1499000);
    got_count = 0;
    assert_int_equal(track_read(r->track, 0, INT64_MAX, take_one, NULL), BM_OK);
    assert_int_equal(got_count, 1);
    assert_int_equal(read_all(r, 0, DAY_MS0), BM_OK);
    assert_int_equal(got_count, 0);
}

static void test_track_kill_loses_ten_seconds_at_most(void **state)
{
    struct room *r = *state, other = { 0 };
    memcpy(other.path, r->path, sizeof other.path);
    for (int n = 1; n < 700; n++) { /* what another program sees is what a kill would leave */
        append(r, n - 1, 1, 1000);
        if (n % 37) continue;
        open_room(&other);
        assert_int_equal(read_all(&other, 0, INT64_MAX), BM_OK);
        close_room(&other);
        assert_in_range(n - (int)got_count, 0, 10);
    }
}

static void test_track_goes_on_in_a_new_chunk_after_a_restart(void **state)
{
    struct room *r = *state;
    append(r, 0, 100, 1000);
    close_room(r); /* flushes */
    open_room(r);
    append(r, 100, 100, 1000);
    assert_int_equal(read_all(r, 0, INT64_MAX), BM_OK);
    assert_points(200, 1000);
    assert_int_equal(query(r, "SELECT max(seq) FROM gps_chunk"), 2);
}

static void test_track_midnight_and_time_gone_back_begin_chunks(void **state)
{
    struct room *r = *state;
    int64_t times[] = { DAY_MS0 + 86398000, DAY_MS0 + 86399000, DAY_MS0 + 86400000,
                        DAY_MS0 + 86401000, DAY_MS0 + 80000000, DAY_MS0 + 70000000 };
    for (int i = 0; i < 6; i++) {
        struct fix f = made(i, times[i]);
        assert_int_equal(track_append(r->track, &f, false), BM_OK);
    }
    assert_int_equal(read_all(r, 0, INT64_MAX), BM_OK);
    assert_int_equal(got_count, 6);
    assert_int_equal(got[0].t_ms, times[5]);
    assert_int_equal(query(r, "SELECT count(*) FROM gps_chunk"), 4);
    assert_int_equal(query(r, "SELECT count(DISTINCT day) FROM gps_chunk"), 2);
    assert_int_equal(query(r, "SELECT count(*) FROM gps_chunk WHERE t0_ms / 86400000 <> day"),
                     0);
}

static void test_track_distance_is_right_and_nothing_while_parked(void **state)
{
    struct room *r = *state;
    int64_t t_ms = DAY_MS0, kept_m;
    struct fix f = made(0, t_ms);
    f.lat_deg = 0.5;
    f.lon_deg = 10;
    for (int i = 0; i <= 1000; i++) { /* 10 km north, 10 m a second, noise of 2 m */
        f.t_ms = t_ms += 1000;
        f.lat_deg = 0.5 + i * 10 / 111194.93;
        f.lon_deg = 10 + (double)(i * 7919 % 41 - 20) * 1e-6;
        f.speed_mps = 10;
        assert_int_equal(track_append(r->track, &f, false), BM_OK);
    }
    double driven = track_distance_m(r->track);
    assert_true(fabs(driven - 10000) < 50);
    for (int i = 0; i < 1000; i++) { /* drifts by 60 m; its speed lies now and then */
        f.t_ms = t_ms += 1000;
        f.lat_deg += (i / 50 % 2 ? -1 : 1) * 1e-5;
        f.speed_mps = i % 9 ? 0.3 : 1.6;
        assert_int_equal(track_append(r->track, &f, true), BM_OK);
    }
    assert_true(track_distance_m(r->track) - driven < 0.001);
    for (int i = 1; i <= 20;
         i++) { /* pulls out; the stop machine is sure after eight seconds only */
        f.t_ms = t_ms += 1000;
        f.lat_deg += 10 / 111194.93;
        f.speed_mps = 10;
        assert_int_equal(track_append(r->track, &f, i < 8), BM_OK);
    }
    assert_true(fabs(track_distance_m(r->track) - driven - 200) < 20);
    assert_int_equal(track_travel_m(r->track, 0, INT64_MAX, &kept_m), BM_OK);
    assert_true(fabs((double)kept_m - track_distance_m(r->track)) < 4);
}

static void test_track_survives_every_failure_of_the_disk(void **state)
{
    struct room *r = *state;
#ifdef NDEBUG
    (void)r;
    skip();
#else
    int failures = 0;
    for (int i = 0; i < 700; i++) {
        struct fix f = made(i, DAY_MS0 + i * 1000);
        char tick[32];
        snprintf(tick, sizeof tick, "track_flush:%d", 1 + 2 * failures); /* every other one */
        setenv("BOOKMOBILE_FAIL", tick, 1);
        enum bm_rc rc = track_append(r->track, &f, false);
        assert_true(rc == BM_OK || rc == BM_EIO);
        failures += rc != BM_OK;
    }
    unsetenv("BOOKMOBILE_FAIL");
    assert_true(failures > 5);
    assert_int_equal(track_lost_count(r->track), 0);
    assert_int_equal(read_all(r, 0, INT64_MAX), BM_OK);
    assert_points(700, 1000);
#endif
}

static void test_track_full_disk_holds_a_chunk_then_counts_what_is_lost(void **state)
{
    struct room *r = *state;
    assert_int_equal(db_exec(r->db, "CREATE TRIGGER deny BEFORE INSERT ON gps_chunk BEGIN "
                                    "SELECT raise(ABORT, 'full'); END"),
                     BM_OK);
    int failures = 0;
    for (int i = 0; i < 650; i++) {
        struct fix f = made(i, DAY_MS0 + i * 1000);
        failures += track_append(r->track, &f, false) != BM_OK;
    }
    assert_true(failures > 600);
    assert_int_equal(track_lost_count(r->track), 50);
    assert_int_equal(db_exec(r->db, "DROP TRIGGER deny"), BM_OK);
    assert_int_equal(read_all(r, 0, INT64_MAX), BM_OK);
    assert_points(600, 1000);
}

static void test_track_failed_first_commit_leaves_the_place_to_another_writer(void **state)
{
    struct room *r = *state, other = { 0 };
    memcpy(other.path, r->path, sizeof other.path);
    assert_int_equal(db_exec(r->db, "CREATE TRIGGER deny BEFORE INSERT ON gps_chunk BEGIN "
                                    "SELECT raise(ABORT, 'full'); END"),
                     BM_OK);
    append(r, 0, 5, 1000);
    assert_int_not_equal(track_flush(r->track), BM_OK);
    assert_int_equal(db_exec(r->db, "DROP TRIGGER deny"), BM_OK);
    open_room(&other);
    append(&other, 5, 5, 1000);
    close_room(&other);
    assert_int_equal(read_all(r, 0, INT64_MAX), BM_OK);
    assert_points(10, 1000);
}

static void test_track_damaged_chunk_is_left_out_and_told(void **state)
{
    struct room *r = *state;
    append(r, 0, 1800, 1000);
    assert_int_equal(track_flush(r->track), BM_OK);
    static const char *const harm[] = {
        "UPDATE gps_chunk SET crc = crc + 1 WHERE seq = 2",
        "UPDATE gps_chunk SET crc = crc - 1, blob = substr(blob, 1, 99) WHERE seq = 2",
        "UPDATE gps_chunk SET blob = zeroblob(20) WHERE seq = 2",
        "UPDATE gps_chunk SET blob = x'' WHERE seq = 2",
        "UPDATE gps_chunk SET codec = 9 WHERE seq = 2",
    };
    for (size_t i = 0; i < sizeof harm / sizeof *harm; i++) {
        assert_int_equal(db_exec(r->db, harm[i]), BM_OK);
        assert_int_equal(read_all(r, 0, INT64_MAX), BM_ECORRUPT);
        assert_int_equal(got_count, 1200);
    }
}

static void test_track_refuses_what_no_gate_would_accept(void **state)
{
    struct room *r = *state;
    struct fix f = made(0, DAY_MS0);
    f.lat_deg = nan("");
    assert_int_equal(track_append(r->track, &f, false), BM_EUSAGE);
    f = made(0, -5);
    assert_int_equal(track_append(r->track, &f, false), BM_EUSAGE);
    f = made(0, DAY_MS0);
    f.speed_mps = nan("");
    assert_int_equal(track_append(r->track, &f, false), BM_EUSAGE);
    assert_int_equal(track_flush(r->track), BM_OK);
}

static void test_track_state_is_kept_and_replaced(void **state)
{
    struct room *r = *state;
    struct buf b;
    buf_init(&b, 0);
    assert_int_equal(track_load_state(r->track, "stops", &b), BM_ENOTFOUND);
    assert_int_equal(track_save_state(r->track, "stops", "one"), BM_OK);
    assert_int_equal(track_save_state(r->track, "stops", "two"), BM_OK);
    close_room(r);
    open_room(r);
    assert_int_equal(track_load_state(r->track, "stops", &b), BM_OK);
    assert_string_equal(buf_str(&b), "two");
    buf_free(&b);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(test_track_points_come_back_exact_on_the_grid),
        TEST(test_track_parts_of_seconds_are_kept),
        TEST(test_track_reads_just_what_lies_between),
        TEST(test_track_kill_loses_ten_seconds_at_most),
        TEST(test_track_goes_on_in_a_new_chunk_after_a_restart),
        TEST(test_track_midnight_and_time_gone_back_begin_chunks),
        TEST(test_track_distance_is_right_and_nothing_while_parked),
        TEST(test_track_survives_every_failure_of_the_disk),
        TEST(test_track_full_disk_holds_a_chunk_then_counts_what_is_lost),
        TEST(test_track_failed_first_commit_leaves_the_place_to_another_writer),
        TEST(test_track_damaged_chunk_is_left_out_and_told),
        TEST(test_track_refuses_what_no_gate_would_accept),
        TEST(test_track_state_is_kept_and_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
