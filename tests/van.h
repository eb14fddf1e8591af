/* tests/van.h -- a made laptop without a branch, and a van that drives along a made road: for
 * tests of visits.
 * Floor:   tests. Uses mobile, tests/world.h, cmocka.
 * Owns:    a temporary folder and what is in it, from `begin` to `end`.
 * Threads: one. */
#ifndef BM_TESTS_VAN_H
#define BM_TESTS_VAN_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "mobile/road.h"
#include "tests/world.h"

/* Monday 2026-10-05, 09:50 in London */
#define START_MS (WORLD_START_MS + INT64_C(50) * 60000)
enum { TOLD_MAX = 64, OUT_MAX = 4096, METRES_A_DEGREE = 111195 };
static const double LAT = 51.2, LON = -1.4;

static const struct {
    const char *key, *mobile, *community, *name, *times;
} timetable[] = {
    { "VAN1/Eastmere/Green", "VAN1", "Eastmere", "Green",
      "Monday,Mobile,10:00,10:30,FREQ=WEEKLY;BYDAY=MO,2026-01-05" },
    { "VAN1/Norby/Church", "VAN1", "Norby", "Church",
      "Monday,Mobile,11:00,11:30,FREQ=WEEKLY;BYDAY=MO,2026-01-05" },
    { "VAN1/Oldham/Pump", "VAN1", "Oldham", "Pump",
      "Tuesday,Mobile,9:00,10:00,FREQ=WEEKLY;BYDAY=TU,2026-01-06" },
    { "VAN2/Westby/Inn", "VAN2", "Westby", "Inn",
      "Monday,Mobile,9:55,10:00,FREQ=WEEKLY;BYDAY=MO,2026-01-05" },
};
static const double stop_east_m[] = { 2000, 5000, 8000, 9000 };

struct world {
    char dir[64], clock_file[80];
    struct laptop l;
    struct visits *visits;
    struct arena arena;
    double east_m;
    int64_t t_ms, boot_ms, clock_error_ms; /* the machine's wall clock is wrong by this */
    struct visit_told told[TOLD_MAX];
    size_t told_count;
    enum bm_rc worst;
};

static inline double lon_of(double east_m)
{
    return LON + east_m / (METRES_A_DEGREE * cos(LAT * 0.017453292519943295));
}

/* --- a laptop, made without a branch --------------------------------------------------- */

static inline void put_hex(struct db *db, const char *key, unsigned char fill)
{
    unsigned char bytes[32];
    char hex[65];
    memset(bytes, fill, sizeof bytes);
    hex_encode(hex, bytes, sizeof bytes);
    must(meta_set(db, key, hex));
}

static inline void make_journal(struct world *w)
{
    char path[128], hex[65];
    unsigned char genesis[JOURNAL_HASH];
    struct seal_key key;
    struct env env;
    struct db *db;
    env_made(&env, 5, START_MS, 1000000);
    must(seal_key_new(&env, &key));
    snprintf(path, sizeof path, "%s/device.key", w->dir);
    must(seal_key_save(path, &key));
    journal_genesis(key.public, genesis);
    hex_encode(hex, genesis, sizeof genesis);
    snprintf(path, sizeof path, "%s/journal.db", w->dir);
    must(db_open(path, DB_JOURNAL, SQL_FILE_JOURNAL, NULL, &db));
    must(meta_set(db, "genesis", hex));
    must(meta_set(db, "device", "van1"));
    must(meta_set(db, "server", "server"));
    must(meta_set(db, "zone", "Europe/London"));
    must(meta_set(db, "mobile", "Van1")); /* capitals do not matter */
    must(meta_set(db, "branch", "MAIN"));
    must(meta_set(db, "practice_clock", w->clock_file));
    must(meta_set(db, "generation", "1"));
    put_hex(db, "server_key", 1);
    put_hex(db, "box_key", 9);
    put_hex(db, "who_key", 3);
    db_close(db);
}

static inline void add_stop(struct db *db, size_t i)
{
    struct buf line;
    double lon = lon_of(stop_east_m[i]);
    const char *key = timetable[i].key, *mobile = timetable[i].mobile,
               *village = timetable[i].community, *name = timetable[i].name;
    buf_init(&line, 0);
    buf_printf(&line, "Lib,%s,A,%s,%s,,,%.7f,%.7f,%s,,,", mobile, village, name, lon, LAT,
               timetable[i].times);
    must(db_run(db, SQL_STOP_ADD, "key", 's', key, "mobile", 's', mobile, "community", 's',
                village, "name", 's', name, "type", 's', "", "lat_e6", 'i',
                (int64_t)llround(LAT * 1e6), "lon_e6", 'i', (int64_t)llround(lon * 1e6), NULL));
    must(db_run(db, SQL_PLAN_ADD, "n", 'i', (int64_t)(10 - i), "stop", 's', key, "mobile", 's',
                mobile, "line", 's', buf_str(&line), NULL));
    buf_free(&line);
}

static inline void make_base(struct world *w)
{
    char path[128];
    struct buf schema;
    struct db *db;
    struct laptop_state state = { .server = "server" };
    buf_init(&schema, 0);
    must(laptop_schema(&schema));
    snprintf(path, sizeof path, "%s/base-1.db", w->dir);
    must(db_open(path, DB_REPLICA, buf_str(&schema), NULL, &db));
    buf_free(&schema);
    must(db_begin(db));
    must(laptop_state_put(db, &state));
    for (size_t i = 0; i < 4; i++) add_stop(db, i);
    must(db_run(db, SQL_ITEM_PUT, "barcode", 's', "30001", "title", 's', (const char *)NULL,
                "place", 's', "van1", "cond", 's', "ok", "loan", 's', (const char *)NULL,
                "aside", 's', (const char *)NULL, "lost_mark", 's', (const char *)NULL,
                "lost_loan", 's', (const char *)NULL, "last_t", 'I', ENTRY_NONE, "last_unc",
                'I', ENTRY_NONE, "last_id", 's', (const char *)NULL, "last_op", 's',
                (const char *)NULL, NULL));
    must(db_end(db, BM_OK));
    db_close(db);
}

/* --- time ------------------------------------------------------------------------------ */

static inline void write_clock_file(struct world *w)
{
    char next[96];
    snprintf(next, sizeof next, "%s.new", w->clock_file);
    FILE *f = fopen(next, "w");
    assert_non_null(f);
    fprintf(f, "%lld %lld\n", (long long)(w->t_ms + w->clock_error_ms), (long long)w->boot_ms);
    fclose(f);
    assert_int_equal(rename(next, w->clock_file), 0);
}

static inline void set_time(struct world *w)
{
    w->l.env.made_wall_ms = w->t_ms + w->clock_error_ms;
    w->l.env.made_boottime_ms = w->boot_ms;
}

static inline void pass(struct world *w, int64_t ms)
{
    w->t_ms += ms;
    w->boot_ms += ms;
    set_time(w);
}

/* --- setting up ------------------------------------------------------------------------ */

static inline void hear(void *ctx, const struct visit_told *told)
{
    struct world *w = ctx;
    assert_true(w->told_count < TOLD_MAX);
    struct visit_told *x = &w->told[w->told_count++];
    *x = *told; /* its texts last for the call only */
    x->stop = arena_strdup(&w->arena, told->stop);
    x->name = arena_strdup(&w->arena, told->name);
    x->entry = arena_strdup(&w->arena, told->entry);
}

static inline void open_laptop(struct world *w)
{
    char boot[ENV_BOOT_MAX];
    write_clock_file(w);
    must(laptop_open(w->dir, &w->l));
    memcpy(boot, w->l.env.boot_id, sizeof boot);
    env_made(&w->l.env, 11, 0, 0); /* like the practice clock, but quick */
    memcpy(w->l.env.boot_id, boot, sizeof boot);
    set_time(w);
}

static inline void open_visits(struct world *w)
{
    must(visits_open(&w->l, hear, w, &w->visits));
}

static inline void reopen(struct world *w)
{
    must(visits_close(w->visits));
    laptop_close(&w->l);
    open_laptop(w);
    open_visits(w);
}

static inline int begin(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    const char *tmp = getenv("TMPDIR");
    if (!w || seal_init()) return -1;
    snprintf(w->dir, sizeof w->dir, "%s/bm-visit-XXXXXX",
             tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    if (!mkdtemp(w->dir)) return -1;
    snprintf(w->clock_file, sizeof w->clock_file, "%s/clock", w->dir);
    w->t_ms = START_MS;
    w->boot_ms = 1000000;
    make_journal(w);
    make_base(w);
    open_laptop(w);
    open_visits(w);
    *state = w;
    return 0;
}

static inline int end(void **state)
{
    struct world *w = *state;
    (void)!visits_close(w->visits);
    laptop_close(&w->l);
    arena_free(&w->arena);
    world_remove_tree(w->dir);
    free(w);
    return 0;
}

/* --- driving --------------------------------------------------------------------------- */

static inline void report(struct world *w, double speed_mps)
{
    struct fix f = { .t_ms = w->t_ms,
                     .lat_deg = LAT,
                     .lon_deg = lon_of(w->east_m),
                     .speed_mps = speed_mps,
                     .has = FIX_HAS_LATLON | FIX_HAS_SPEED,
                     .mode = 3,
                     .boottime_ms = w->boot_ms };
    enum bm_rc rc = visits_fix(w->visits, &f);
    if (rc) w->worst = rc;
    pass(w, 1000);
}

static inline void stand(struct world *w, int seconds)
{
    for (int i = 0; i < seconds; i++) report(w, 0);
}

static inline void go_to(struct world *w, double east_m)
{
    while (w->east_m < east_m) {
        w->east_m = w->east_m + 10 < east_m ? w->east_m + 10 : east_m;
        report(w, 10);
    }
}

/* To Eastmere, stand there half an hour. */
static inline void visit_eastmere(struct world *w)
{
    go_to(w, 2000);
    stand(w, 1800);
}

/* --- looking --------------------------------------------------------------------------- */

static inline int64_t ask(struct db *db, const char *sql)
{
    struct stmt *s;
    must(db_prepare(db, sql, &s));
    must(stmt_next(s));
    int64_t x = stmt_int(s, 0);
    stmt_free(s);
    return x;
}

static inline int64_t in_replica(struct world *w, const char *sql)
{
    must(laptop_current(&w->l));
    return ask(w->l.replica, sql);
}

/* Operations of the journal in order, but for clock and epoch. */
static inline const char *ops(struct world *w)
{
    struct stmt *s;
    struct buf out;
    buf_init(&out, 0);
    must(db_get(w->l.db, SQL_ENTRY_AFTER, &s, "dev", 's', "van1", "after", 'i', (int64_t)0,
                NULL));
    while (stmt_next(s) == BM_OK) {
        struct entry e;
        const char *body = stmt_text(s, 3);
        must(entry_read(body, strlen(body), false, &w->arena, &e));
        if (op_kind(e.op) != OPK_CLOCK)
            buf_printf(&out, "%s%s", out.len ? " " : "", op_name(e.op));
    }
    const char *text = arena_strdup(&w->arena, buf_str(&out));
    buf_free(&out);
    return text;
}

#endif
