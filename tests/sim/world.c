/* tests/sim/world.c -- see sim.h: making and moving the world. */
#include <fcntl.h>
#include <stdarg.h>

#include "sync/audit.h"
#include "tests/sim/sim.h"

enum { TRACE_MAX = 4 << 20, LINE_MAX_BYTES = 400, COPY_BYTES = 64 << 10, DAY_MS = 86400000 };
#define BOOT_MS INT64_C(1000000)

/* --- what happened ------------------------------------------------------------------------------------ */

void sim_tell(struct sim *w, const char *fmt, ...)
{
    char line[LINE_MAX_BYTES];
    int64_t s = (w->now_ms - WORLD_START_MS) / 1000;
    int n = snprintf(line, sizeof line, "%3lld %02lld:%02lld:%02lld ", (long long)(s / 86400), (long long)(s / 3600 % 24),
                     (long long)(s / 60 % 60), (long long)(s % 60));
    va_list args;
    va_start(args, fmt);
    vsnprintf(line + n, sizeof line - (size_t)n, fmt, args);
    va_end(args);
    if (w->verbose) puts(line);
    seal_hasher_add(&w->hash, line, strlen(line) + 1);
    buf_puts(&w->trace, line);
    buf_putc(&w->trace, '\n');
}

static void close_all(struct sim *w)
{
    for (int d = 1; d <= w->laptops; d++) {
        if (w->desks[d].laptop.db) laptop_close(&w->desks[d].laptop);
        world_remove_tree(w->desks[d].dir);
    }
    server_close(w->line.server);
    world_remove_tree(w->main_dir);
    rmdir(w->dir);
}

void sim_fail(struct sim *w, const char *fmt, ...)
{
    va_list args;
    if (!w->verbose) fputs(buf_str(&w->trace), stdout);
    printf("seed %llu: ", (unsigned long long)w->seed);
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    printf("\nto see it again: SEED=%llu build/tool/sim --verbose\n0 passed, 1 failed\n", (unsigned long long)w->seed);
    fflush(stdout);
    if (!getenv("SIM_KEEP")) close_all(w);
    _exit(1); /* from wherever we are: nothing of this world is worth freeing */
}

void sim_need(struct sim *w, enum bm_rc rc, const char *what)
{
    if (rc) sim_fail(w, "%s: %s (%s)", what, err_text(rc), err_name(rc));
}

int64_t sim_ask(struct sim *w, struct db *db, const char *sql, const char *text)
{
    struct stmt *s;
    SIM_NEED(w, db_prepare(db, sql, &s));
    if (text) SIM_NEED(w, stmt_bind_text(s, 1, text));
    enum bm_rc rc = stmt_next(s);
    int64_t x = rc ? ENTRY_NONE : stmt_int(s, 0);
    stmt_free(s);
    if (rc != BM_ENOTFOUND) sim_need(w, rc, sql);
    return x;
}

/* --- chance and time -------------------------------------------------------------------------------------- */

static uint64_t next_chance(struct sim *w)
{
    uint64_t z = w->chance += 0x9E3779B97F4A7C15u; /* splitmix64, as env_made */
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

int sim_pick(struct sim *w, int n)
{
    return (int)(next_chance(w) % (uint64_t)n);
}

bool sim_once_in(struct sim *w, int n)
{
    return sim_pick(w, n) == 0;
}

static void set_env(struct sim *w, struct sim_desk *k, struct env *env)
{
    env->made_wall_ms = w->now_ms + k->clock_error_ms;
    env->made_boottime_ms = w->now_ms - k->booted_ms + BOOT_MS;
}

static struct env *env_of(struct sim *w, int d)
{
    return d ? &w->desks[d].laptop.env : &w->branch->env;
}

void sim_pass(struct sim *w, int64_t ms)
{
    w->now_ms += ms;
    for (int d = 0; d <= w->laptops; d++) set_env(w, &w->desks[d], env_of(w, d));
}

struct desk *sim_desk(struct sim *w, int d)
{
    return d ? &w->desks[d].laptop.desk : &w->branch->desk;
}

struct db *sim_view(struct sim *w, int d)
{
    if (d == 0) return w->branch->db;
    SIM_NEED(w, laptop_current(&w->desks[d].laptop));
    return w->desks[d].laptop.replica;
}

/* --- the branch ------------------------------------------------------------------------------------------------ */

/* Nothing here is meant to outlast the process. */
static void no_fsync(struct sim *w, struct db *db)
{
    SIM_NEED(w, db_exec(db, "PRAGMA synchronous=OFF"));
}

static void add_rule(struct sim *w)
{
    struct observe o;
    struct entry row;
    SIM_NEED(w, observe_begin(&o, w->branch, "rules", w->now_ms));
    entry_init(&row, OP_ROW);
    row.kind = "rule";
    row.line = SIM_RULE;
    SIM_NEED(w, observe_end(&o, observe_row(&o, &row)));
}

static void add_book(struct sim *w, int n)
{
    struct desk_answer answer;
    struct entry e;
    entry_init(&e, OP_ADD_ITEM);
    e.title = w->titles[n % SIM_TITLES];
    e.item = w->books[n].barcode;
    SIM_NEED(w, desk_write(&w->branch->desk, &w->arena, &e, &answer));
}

static void fill_branch(struct sim *w)
{
    struct desk_answer answer;
    add_rule(w);
    for (int n = 0; n < SIM_TITLES; n++) {
        struct entry e;
        entry_init(&e, OP_ADD_TITLE);
        e.title = w->titles[n];
        e.name = "A title";
        SIM_NEED(w, desk_write(&w->branch->desk, &w->arena, &e, &answer));
    }
    for (int n = 0; n < SIM_BOOKS - 1; n++) add_book(w, n);
    for (int n = 0; n < SIM_PATRONS - 2; n++) {
        const struct desk_person p = { .card = w->cards[n], .name = "A patron", .category = "ADULT", .expires_s = ENTRY_NONE,
                                       .barred = ENTRY_NONE };
        SIM_NEED(w, desk_register(&w->branch->desk, &w->arena, &p, &answer));
    }
    w->arrivals = 1;
}

static void begin_branch(struct sim *w)
{
    struct env env;
    env_made(&env, w->seed ^ 0xB0, w->now_ms, BOOT_MS);
    const struct branch_init init = { .zone = "Europe/London", .code = "MAIN", .env = &env };
    struct sim_desk *k = &w->desks[0];
    str_copy(k->name, sizeof k->name, "MAIN");
    k->booted_ms = w->now_ms;
    k->fixed = true;
    SIM_NEED(w, branch_create(w->main_dir, &init));
    SIM_NEED(w, server_open(w->main_dir, &w->line.server));
    w->branch = server_branch(w->line.server);
    env_made(&w->branch->env, w->seed ^ 0xB1, w->now_ms, BOOT_MS);
    no_fsync(w, w->branch->db);
    fill_branch(w);
}

/* --- laptops ------------------------------------------------------------------------------------------------------ */

/* The clock of a machine that was off may say anything, until somebody who knows tells it. */
static void set_wrong(struct sim *w, struct sim_desk *k)
{
    k->fixed = false;
    k->clock_error_ms = w->careful || !sim_once_in(w, 3) ? 0 : (int64_t)(sim_pick(w, 4 * DAY_MS) - 2 * DAY_MS);
}

static void open_laptop(struct sim *w, int d)
{
    struct sim_desk *k = &w->desks[d];
    struct env made;
    env_made(&made, w->seed ^ (uint64_t)d << 8 ^ (uint64_t)k->boots << 16, 0, 0);
    SIM_NEED(w, laptop_open(k->dir, &k->laptop));
    no_fsync(w, k->laptop.db);
    k->laptop.env = made;
    k->laptop.way = &w->way;
    set_env(w, k, &k->laptop.env);
}

void sim_boot(struct sim *w, int d)
{
    struct sim_desk *k = &w->desks[d];
    if (k->laptop.db) laptop_close(&k->laptop);
    k->boots++;
    k->booted_ms = w->now_ms;
    set_wrong(w, k);
    open_laptop(w, d);
    if (w->counts) w->counts->boots++;
    sim_tell(w, "%s boots, clock off by %lld s", k->name, (long long)(k->clock_error_ms / 1000));
}

static void reopen_branch(struct sim *w)
{
    struct env env = w->branch->env;
    server_close(w->line.server);
    SIM_NEED(w, server_open(w->main_dir, &w->line.server));
    w->branch = server_branch(w->line.server);
    w->branch->env = env;
    no_fsync(w, w->branch->db);
}

static void copy_file(struct sim *w, const char *from, const char *to)
{
    char piece[COPY_BYTES];
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (in < 0 || out < 0) sim_fail(w, "%s cannot be copied to %s", from, to);
    for (ssize_t n; (n = read(in, piece, sizeof piece)) > 0;)
        if (write(out, piece, (size_t)n) != n) sim_fail(w, "%s cannot be written", to);
    close(in);
    close(out);
}

void sim_reopen(struct sim *w, int d, enum sim_replica which)
{
    if (d == 0) {
        reopen_branch(w);
        return;
    }
    struct sim_desk *k = &w->desks[d];
    char path[LAPTOP_PATH_MAX + 40], aside[LAPTOP_PATH_MAX + 40];
    (void)sim_view(w, d); /* which one is it? */
    struct env env = k->laptop.env;
    int64_t generation = k->laptop.generation;
    laptop_replica_path(&k->laptop, generation, path);
    snprintf(aside, sizeof aside, "%s/aside.db", k->dir);
    laptop_close(&k->laptop);
    if (which == SIM_REPLICA_LOST && unlink(path) != 0) sim_fail(w, "%s is not there", path);
    if (which == SIM_REPLICA_OLD && k->saved == generation) {
        copy_file(w, aside, path);
        w->counts->old_replicas++;
    } else if (which != SIM_REPLICA_LOST) {
        copy_file(w, path, aside);
        k->saved = generation;
    }
    open_laptop(w, d);
    k->laptop.env = env;
}

static void enrol(struct sim *w, int d)
{
    struct sim_desk *k = &w->desks[d];
    char code[SEAL_CODE_MAX], dev[ENTRY_DEV_MAX], small[SIM_NAME_MAX];
    int64_t until;
    struct env env;
    snprintf(k->name, sizeof k->name, "VAN%d", d);
    snprintf(small, sizeof small, "van%d", d);
    snprintf(k->dir, sizeof k->dir, "%s/%s", w->dir, small);
    SIM_NEED(w, device_add(w->branch, small, "Van", code, &until));
    env_made(&env, w->seed ^ 0xE0 ^ (uint64_t)d, w->now_ms, BOOT_MS);
    k->booted_ms = w->now_ms;
    const struct enrol_options o = { .url = "http://127.0.0.1", .code = code, .mobile = k->name, .env = &env, .way = &w->way };
    SIM_NEED(w, homecoming_enrol(k->dir, &o, dev));
    k->told = w->arrivals;
    sim_boot(w, d);
}

/* --- begin, end ------------------------------------------------------------------------------------------------------ */

static void name_all(struct sim *w)
{
    for (int i = 0; i < SIM_BOOKS; i++) snprintf(w->books[i].barcode, SIM_NAME_MAX, "%d", 30001 + i);
    for (int i = 0; i < SIM_PATRONS; i++) snprintf(w->cards[i], SIM_NAME_MAX, "%d", 20001 + i);
    for (int i = 0; i < SIM_TITLES; i++) snprintf(w->titles[i], SIM_NAME_MAX, "t%d", i);
}

void sim_begin(struct sim *w, uint64_t seed, bool verbose, struct sim_counts *counts)
{
    const char *tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR");
    *w = (struct sim){ .seed = seed, .chance = seed * UINT64_C(0xD1342543DE82EF95) + 1, .verbose = verbose, .counts = counts,
                       .now_ms = WORLD_START_MS };
    buf_init(&w->trace, TRACE_MAX);
    seal_hasher_start(&w->hash);
    w->way = (struct agent_way){ .post = way_post, .get_to_file = way_get, .ctx = &w->line };
    w->careful = sim_once_in(w, 4);
    w->laptops = 2 + sim_pick(w, SIM_LAPTOPS_MAX - 1);
    snprintf(w->dir, sizeof w->dir, "%s/bm-sim-XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    if (!mkdtemp(w->dir)) sim_fail(w, "%s: no temporary folder", w->dir);
    snprintf(w->main_dir, sizeof w->main_dir, "%s/main", w->dir);
    name_all(w);
    begin_branch(w);
    sim_tell(w, "%d laptops, %s", w->laptops, w->careful ? "careful" : "careless");
    for (int d = 1; d <= w->laptops; d++) enrol(w, d);
    for (int i = 0; i < SIM_BOOKS; i++) w->books[i].at = sim_pick(w, w->laptops + 1);
    sim_pass(w, 60000);
    arena_free(&w->arena);
}

/* The hash says whether a replay was one: all lines, and all that the branch made of the entries. */
void sim_end(struct sim *w, char hash[2 * SEAL_HASH_BYTES + 1])
{
    struct buf feed, state;
    unsigned char sum[SEAL_HASH_BYTES];
    buf_init(&feed, 1 << 16);
    buf_init(&state, 1 << 16);
    SIM_NEED(w, audit_digests(w->branch, &feed, &state));
    seal_hasher_add(&w->hash, buf_str(&feed), feed.len);
    seal_hasher_add(&w->hash, buf_str(&state), state.len);
    seal_hasher_end(&w->hash, sum);
    hex_encode(hash, sum, sizeof sum);
    buf_free(&feed);
    buf_free(&state);
    close_all(w);
    buf_free(&w->trace);
    arena_free(&w->arena);
}
