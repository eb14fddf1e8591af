/* mobile/laptop.c -- see laptop.h. Opening; replicas; the desk's part of an act. */
#include "mobile/laptop.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = LAPTOP_PATH_MAX + 40, EP_BYTES = 20, VOIDS_MAX = 4096 };

static void path_in(const struct laptop *l, const char *name, char out[PATH_BYTES])
{
    snprintf(out, PATH_BYTES, "%s/%s", l->dir, name);
}

void laptop_base_path(const struct laptop *l, int64_t generation, char out[PATH_BYTES])
{
    snprintf(out, PATH_BYTES, "%s/base-%" PRId64 ".db", l->dir, generation);
}

void laptop_replica_path(const struct laptop *l, int64_t generation, char out[PATH_BYTES])
{
    snprintf(out, PATH_BYTES, "%s/replica-%" PRId64 ".db", l->dir, generation);
}

enum bm_rc laptop_schema(struct buf *out)
{
    buf_puts(out, SQL_FILE_CIRCULATION);
    buf_puts(out, SQL_FILE_REPLICA);
    return buf_rc(out);
}

/* --- state of a file ------------------------------------------------------------------------------- */

enum bm_rc laptop_state_get(struct db *db, struct laptop_state *out)
{
    struct stmt *s;
    size_t len;
    *out = (struct laptop_state){ 0 };
    enum bm_rc rc = db_get(db, SQL_STATE_GET, &s, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? err_set(BM_ECORRUPT, "%s does not say what it holds", db_path(db)) : rc;
    bool sound = str_copy(out->server, sizeof out->server, stmt_text(s, 0)) &&
                 str_copy(out->mark_ep, sizeof out->mark_ep, stmt_text(s, 4)) && str_copy(out->ep, sizeof out->ep, stmt_text(s, 5));
    out->rev = stmt_int(s, 1);
    out->tag = stmt_int(s, 2);
    out->mark_seq = stmt_int(s, 3);
    out->seq = stmt_int(s, 6);
    const void *hash = stmt_blob(s, 7, &len);
    if (len == JOURNAL_HASH) memcpy(out->hash, hash, len);
    stmt_done(s);
    BM_CHECK(sound && len == JOURNAL_HASH);
    return BM_OK;
}

enum bm_rc laptop_state_put(struct db *db, const struct laptop_state *state)
{
    return db_run(db, SQL_STATE_PUT, "server", 's', state->server, "rev", 'i', state->rev, "tag", 'i', state->tag, "mark_seq",
                  'i', state->mark_seq, "mark_ep", 's', state->mark_ep, "ep", 's', state->ep, "seq", 'i', state->seq, "hash",
                  'b', state->hash, (size_t)JOURNAL_HASH, NULL);
}

/* --- replay ------------------------------------------------------------------------------------------- */

struct replay {
    struct laptop *l;
    struct db *to;
    struct arena arena;     /* of one entry */
    struct arena kept;
    struct eid *voided;     /* pending entries that are taken back: not replayed */
    size_t voided_count, voided_cap;
    int64_t first;          /* seq of the first in quarantine; 0 = none */
};

typedef enum bm_rc replay_fn(struct replay *r, const struct entry *e, const void *hash);

/* The entries of a cursor whose columns are ep, seq, hash, body. */
static enum bm_rc each_of(struct replay *r, struct stmt *s, replay_fn *f)
{
    enum bm_rc rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct entry e;
        size_t len;
        const void *hash = stmt_blob(s, 2, &len);
        const char *body = stmt_text(s, 3);
        BM_CHECK(len == JOURNAL_HASH);
        rc = entry_read(body, strlen(body), false, &r->arena, &e);
        if (!rc) rc = f(r, &e, hash);
        arena_free(&r->arena);
        if (rc) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* Own entries after `after`, in the order of seq (one line: seq goes on from epoch to epoch). */
static enum bm_rc each_after(struct replay *r, int64_t after, replay_fn *f)
{
    struct stmt *s;
    enum bm_rc rc = db_get(r->l->db, SQL_ENTRY_AFTER, &s, "dev", 's', r->l->journal.dev, "after", 'i', after, NULL);
    return rc ? rc : each_of(r, s, f);
}

/* Own entries up to the mark that the branch holds in quarantine: its rows do not contain them. */
static enum bm_rc each_quarantined(struct replay *r, int64_t upto, replay_fn *f)
{
    struct stmt *s;
    enum bm_rc rc = db_get(r->l->db, SQL_ENTRY_QUARANTINED_UPTO, &s, "dev", 's', r->l->journal.dev, "upto", 'i', upto, NULL);
    return rc ? rc : each_of(r, s, f);
}

static enum bm_rc note_void(struct replay *r, const struct entry *e, const void *hash)
{
    (void)hash;
    if (e->op != OP_VOID) return BM_OK;
    r->voided = arena_grow(&r->kept, r->voided, r->voided_count, &r->voided_cap, sizeof *r->voided);
    if (!r->voided) return BM_ENOMEM;
    r->voided[r->voided_count++] = e->target;
    return BM_OK;
}

/* UTC of an own entry, by the clock entries of its epoch. */
static enum bm_rc own_time(struct laptop *l, const struct entry *e, int64_t *t_ms, int64_t *unc_ms)
{
    struct clock_sample samples[JOURNAL_SAMPLES_MAX];
    const struct clock_sample *list = samples;
    size_t count;
    if (e->id.ep == l->journal.ep) {
        list = l->journal.samples;
        count = l->journal.sample_count;
    } else {
        enum bm_rc rc = journal_samples(l->db, e->id.dev, e->id.ep, samples, JOURNAL_SAMPLES_MAX, &count);
        if (rc) return rc;
    }
    const struct clock_sample *best = clock_best(list, count, e->t_ms);
    *t_ms = e->when_ms != ENTRY_NONE ? e->when_ms : best ? e->t_ms + best->off_ms : e->t_ms;
    *unc_ms = best ? best->unc_ms : CLOCK_WALL_UNC_MS;
    return BM_OK;
}

static enum bm_rc replay_one(struct replay *r, const struct entry *e, const void *hash)
{
    int64_t t, unc;
    struct outcome out;
    char ep[EP_BYTES];
    bool voided = false;
    for (size_t i = 0; i < r->voided_count; i++) voided |= eid_cmp(&r->voided[i], &e->id) == 0;
    enum bm_rc rc = own_time(r->l, e, &t, &unc);
    if (!rc && !voided) rc = circ_apply(r->to, &r->arena, e, t, unc, &out);
    snprintf(ep, sizeof ep, "%016" PRIx64, e->id.ep);
    return rc ? rc : db_run(r->to, SQL_STATE_APPLIED, "ep", 's', ep, "seq", 'i', (int64_t)e->id.seq, "hash", 'b', hash, (size_t)JOURNAL_HASH, NULL);
}

static enum bm_rc note_first(struct replay *r, const struct entry *e, const void *hash)
{
    (void)hash;
    if (!r->first) r->first = (int64_t)e->id.seq;
    return BM_OK;
}

/* All own entries after `after` onto a replica, in one transaction, under the lock. `fresh`: it is a copy of a base whose mark
 * is `after`; then what is in quarantine comes first. */
static enum bm_rc replay(struct laptop *l, struct db *to, int64_t after, bool fresh)
{
    struct replay r = { .l = l, .to = to };
    enum bm_rc rc = db_begin(to);
    if (rc) return rc;
    if (fresh) rc = each_quarantined(&r, after, note_first);
    if (!rc) rc = each_after(&r, r.first ? r.first : after, note_void);
    if (!rc && r.first) rc = each_quarantined(&r, after, replay_one);
    if (!rc) rc = each_after(&r, after, replay_one);
    arena_free(&r.arena);
    arena_free(&r.kept);
    return db_end(to, rc);
}

/* --- generations ------------------------------------------------------------------------------------------ */

static enum bm_rc remove_files(const char *path)
{
    static const char *const tails[] = { "", "-wal", "-shm" };
    char name[PATH_BYTES + 8];
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        if (unlink(name) != 0 && errno != ENOENT) return err_set(BM_EIO, "%s: %s", name, strerror(errno));
    }
    return BM_OK;
}

static int64_t number_in(const char *name)
{
    static const char *const heads[] = { "base-", "replica-" };
    for (size_t i = 0; i < 2; i++) {
        size_t n = strlen(heads[i]);
        if (strncmp(name, heads[i], n) != 0) continue;
        int64_t x = 0;
        for (const char *p = name + n; *p >= '0' && *p <= '9' && x < INT64_MAX / 100; p++) x = x * 10 + (*p - '0');
        return x;
    }
    return -1;
}

enum bm_rc laptop_next_generation(struct laptop *l, int64_t *out)
{
    int64_t stored = 0, taken = 0;
    enum bm_rc rc = db_begin(l->db);
    if (rc) return rc;
    rc = meta_get_int(l->db, "generation", 0, &stored);
    if (!rc) rc = meta_get_int(l->db, "generation_taken", 0, &taken);
    DIR *dir = rc ? NULL : opendir(l->dir);
    if (!rc && !dir) rc = err_set(BM_EIO, "%s: %s", l->dir, strerror(errno));
    *out = (taken > stored ? taken : stored) + 1;
    for (struct dirent *f; dir && (f = readdir(dir));)
        if (number_in(f->d_name) >= *out) *out = number_in(f->d_name) + 1;
    if (dir) closedir(dir);
    /* no two programs may fill the same file: a sync, and an act that builds anew meanwhile */
    if (!rc) rc = meta_set_int(l->db, "generation_taken", *out);
    return db_end(l->db, rc);
}

/* Older generations go; one before the current stays (a reader may still have it open). */
static void sweep(struct laptop *l)
{
    DIR *dir = opendir(l->dir);
    if (!dir) return;
    for (struct dirent *f; (f = readdir(dir));) {
        char path[PATH_BYTES + 256];
        int64_t n = number_in(f->d_name);
        if (n < 0 || n > l->generation - LAPTOP_GENERATIONS_KEPT) continue;
        snprintf(path, sizeof path, "%s/%s", l->dir, f->d_name);
        unlink(path);
    }
    closedir(dir);
}

/* Fill a replica at path from base-n and what is pending. Under the lock. */
static enum bm_rc build_at(struct laptop *l, int64_t n, const char *path, struct db **out)
{
    char base_path[PATH_BYTES];
    struct db *base = NULL;
    struct laptop_state state;
    *out = NULL;
    laptop_base_path(l, n, base_path);
    enum bm_rc rc = remove_files(path); /* of a build that was cut short: nobody has seen it */
    if (!rc) rc = db_open(base_path, DB_REPLICA, NULL, l->lock, &base);
    if (rc == BM_ENOTFOUND) rc = err_set(BM_ENOTFOUND, "this laptop has no copy of the library yet; run: bookmobile sync");
    if (!rc) rc = laptop_state_get(base, &state);
    if (!rc) rc = db_copy_to(base, path);
    db_close(base);
    if (!rc) rc = env_tick("rebuild.copied");
    if (!rc) rc = db_open(path, DB_REPLICA, NULL, l->lock, out);
    if (!rc) rc = replay(l, *out, state.mark_seq, true);
    if (!rc) rc = env_tick("rebuild.replayed");
    if (rc) {
        db_close(*out);
        *out = NULL;
    }
    return rc;
}

static enum bm_rc build_replica(struct laptop *l, int64_t n, struct db **out)
{
    char path[PATH_BYTES];
    laptop_replica_path(l, n, path);
    return build_at(l, n, path, out);
}

/* Does a void after `after` take back what the replica shows already? Then stepping on is not enough. */
static enum bm_rc takes_back(struct laptop *l, int64_t after, bool *out)
{
    struct replay r = { .l = l };
    enum bm_rc rc = each_after(&r, after, note_void);
    *out = false;
    for (size_t i = 0; i < r.voided_count; i++) *out |= (int64_t)r.voided[i].seq <= after;
    arena_free(&r.arena);
    arena_free(&r.kept);
    return rc;
}

/* A new generation from the current base. Under the lock. */
static enum bm_rc renew(struct laptop *l)
{
    int64_t next;
    char from[PATH_BYTES], to[PATH_BYTES];
    enum bm_rc rc = laptop_next_generation(l, &next);
    if (rc) return rc;
    laptop_base_path(l, l->generation, from);
    laptop_base_path(l, next, to);
    if (link(from, to) != 0)
        return errno == ENOENT ? err_set(BM_ENOTFOUND, "the copy of the library is gone from %s; run: bookmobile sync", l->dir)
                               : err_set(errno == ENOSPC ? BM_EFULL : BM_EIO, "%s: %s", to, strerror(errno));
    return laptop_swap(l, next);
}

/* Hold the replica against the journal: behind = replay; ahead or another line = build anew. Under the lock. */
static enum bm_rc heal(struct laptop *l)
{
    struct laptop_state state;
    struct stmt *s;
    enum bm_rc rc = laptop_state_get(l->replica, &state);
    if (rc == BM_ECORRUPT) return renew(l); /* I2 */
    if (rc) return rc;
    int64_t after = state.seq > state.mark_seq ? state.seq : state.mark_seq; /* a fresh copy holds all up to its mark */
    bool same = state.seq == 0, undone;
    if (!same) {
        rc = db_get(l->db, SQL_ENTRY_GET, &s, "dev", 's', l->journal.dev, "ep", 's', state.ep, "seq", 'i', state.seq, "row", 'i', (int64_t)0, NULL);
        if (!rc) rc = stmt_next(s);
        if (!rc) {
            size_t len;
            const void *hash = stmt_blob(s, 0, &len);
            same = len == JOURNAL_HASH && memcmp(hash, state.hash, len) == 0;
            stmt_done(s);
        } else if (rc != BM_ENOTFOUND) {
            return rc;
        }
    }
    if (same && after >= (int64_t)l->journal.head_seq) return BM_OK;
    if (same) {
        rc = takes_back(l, after, &undone);
        if (rc || !undone) return rc ? rc : replay(l, l->replica, after, false);
    }
    return renew(l);
}

/* Turns are counted by a handle: of another they say nothing. */
static void drop_replica(struct laptop *l)
{
    db_close(l->replica);
    l->replica = NULL;
    l->level = (struct laptop_level){ 0 };
}

/* The generation that journal.db names is open, and at the journal's head. Inside a transaction of the journal. */
static enum bm_rc current(struct laptop *l)
{
    int64_t n;
    enum bm_rc rc = meta_get_int(l->db, "generation", 0, &n);
    if (rc) return rc;
    if (n == 0) return err_set(BM_ENOTFOUND, "this laptop has no copy of the library yet; run: bookmobile sync");
    if (l->replica && n != l->generation) drop_replica(l);
    if (!l->replica) {
        char path[PATH_BYTES];
        l->generation = n;
        laptop_replica_path(l, n, path);
        rc = db_open(path, DB_REPLICA, NULL, l->lock, &l->replica);
        if (rc == BM_ENOTFOUND || rc == BM_ECORRUPT) rc = build_replica(l, n, &l->replica); /* I2 */
        if (rc) return rc;
    }
    return heal(l);
}

enum bm_rc laptop_current(struct laptop *l)
{
    enum bm_rc rc = journal_begin(&l->journal);
    if (rc) return rc;
    rc = current(l);
    return db_end(l->db, rc);
}

enum bm_rc laptop_swap(struct laptop *l, int64_t next)
{
    struct db *fresh = NULL;
    bool nested = db_is_writing(l->db); /* then the commit that counts is still to come: old files must stay */
    enum bm_rc rc = journal_begin(&l->journal);
    if (rc) return rc;
    rc = build_replica(l, next, &fresh);
    if (!rc) rc = meta_set_int(l->db, "generation", next);
    rc = db_end(l->db, rc);
    if (rc) {
        db_close(fresh);
        return rc;
    }
    drop_replica(l);
    l->replica = fresh;
    l->generation = next;
    if (!nested) sweep(l);
    return env_tick("rebuild.swapped");
}

enum bm_rc laptop_rebuild(struct laptop *l, const char *path, struct db **out)
{
    struct laptop_state state; /* asked for, so that the read transaction stands where we are */
    bool reads = false;
    *out = NULL;
    enum bm_rc rc = journal_begin(&l->journal);
    if (rc) return rc;
    rc = current(l);
    if (!rc) rc = build_at(l, l->generation, path, out);
    if (!rc) rc = db_begin_read(l->replica);
    if (!rc) {
        reads = true;
        rc = laptop_state_get(l->replica, &state);
    }
    rc = db_end(l->db, rc);
    if (!rc) return BM_OK;
    if (reads) rc = db_end(l->replica, rc);
    db_close(*out);
    *out = NULL;
    return rc;
}

/* --- the desk's part of an act (DESIGN 10) -------------------------------------------------------------------- */

/* (1) and (2) in short: nobody has written to either file since our last act, and that one left them level. Then the
 * generation is the same too, for journal.db names it. out: with true the replica's transaction has begun */
static enum bm_rc begin_where_we_left(struct laptop *l, bool *out)
{
    const struct laptop_level had = l->level;
    l->level = (struct laptop_level){ 0 };
    *out = l->replica && had.seq != 0 && had.seq == l->journal.head_seq && db_is_unchanged_since(l->db, had.journal_turn);
    if (!*out) return BM_OK;
    enum bm_rc rc = db_begin(l->replica);
    if (rc) return rc;
    *out = db_is_unchanged_since(l->replica, had.replica_turn);
    return *out ? BM_OK : db_end(l->replica, BM_OK);
}

static enum bm_rc desk_begin(struct desk *d)
{
    struct laptop *l = d->owner;
    bool begun;
    l->rebuilt = false;
    enum bm_rc rc = journal_begin(&l->journal); /* lock; (1) */
    if (rc) return rc;
    rc = begin_where_we_left(l, &begun);
    if (!rc && !begun) {
        rc = current(l);                        /* (1), (2) */
        if (!rc) rc = db_begin(l->replica);
    }
    if (rc) return db_end(l->db, rc);
    d->view = l->replica;
    rulebook_fit(d->book, l->generation);
    return BM_OK;
}

/* (4) is behind us: the entry is in the journal's open transaction. */
static enum bm_rc desk_write_entry(struct desk *d, const struct entry *e, struct outcome *out)
{
    struct laptop *l = d->owner;
    char ep[EP_BYTES];
    int64_t t, unc;
    struct arena a = { 0 };
    enum bm_rc rc = own_time(l, e, &t, &unc);
    if (rc) return rc;
    if (e->op == OP_VOID) { /* undone by leaving it out */
        *out = (struct outcome){ .kind = OUTCOME_APPLIED, .words = "takes back" };
        l->rebuilt = true;
        return BM_OK;
    }
    rc = circ_apply(l->replica, &a, e, t, unc, out); /* prepared first: not committed before the journal is */
    arena_free(&a);
    snprintf(ep, sizeof ep, "%016" PRIx64, e->id.ep);
    if (!rc)
        rc = db_run(l->replica, SQL_STATE_APPLIED, "ep", 's', ep, "seq", 'i', (int64_t)e->id.seq, "hash", 'b',
                    l->journal.head_hash, (size_t)JOURNAL_HASH, NULL);
    return rc;
}

/* Journal first, then the replica: a death between the two is healed by replay. */
static enum bm_rc desk_end(struct desk *d, enum bm_rc rc)
{
    struct laptop *l = d->owner;
    const struct laptop_level level = { l->journal.head_seq, db_turn(l->db), db_turn(l->replica) };
    bool kept = db_lock_take(l->lock, 0) == BM_OK; /* nested: the lock stays ours over both commits */
    if (!rc) rc = env_tick("act.before");
    rc = db_end(l->db, rc);
    if (!rc) rc = env_tick("act.durable");
    if (l->durable) l->durable(l->durable_ctx);
    enum bm_rc shown = db_end(l->replica, rc ? rc : l->rebuilt ? BM_EINTERNAL : BM_OK);
    if (!rc && !shown) l->level = level;
    if (!rc && l->rebuilt) shown = renew(l);
    if (rc == BM_ECORRUPT && db_is_damaged(l->replica) && renew(l) == BM_OK) /* I2 */
        rc = err_set(BM_ECORRUPT, "the laptop's copy of the library was damaged and has been made anew; nothing was written, do it again");
    if (kept) db_lock_give(l->lock);
    (void)shown; /* the act is in the journal (I1); a replica that could not follow is healed at the next one */
    return rc;
}

/* --- open ---------------------------------------------------------------------------------------------------------- */

static enum bm_rc fact(struct laptop *l, const char *key, const char **out)
{
    enum bm_rc rc = meta_get(l->db, key, &l->words, out);
    if (rc != BM_ENOTFOUND) return rc;
    *out = NULL;
    return BM_OK;
}

static enum bm_rc fact_hex(struct laptop *l, const char *key, unsigned char *out, size_t len)
{
    const char *text;
    enum bm_rc rc = fact(l, key, &text);
    if (!rc && (!text || !hex_decode(out, len, text))) rc = err_set(BM_ECORRUPT, "journal.db lacks %s; enrol anew", key);
    return rc;
}

enum bm_rc laptop_cards(struct laptop *l)
{
    enum bm_rc rc = fact(l, "cards", &l->cards);
    if (l->cards && !l->cards[0]) l->cards = NULL;
    l->desk.cards = l->cards;
    return rc;
}

static enum bm_rc load_facts(struct laptop *l, const char **dev)
{
    const char *clock_file;
    enum bm_rc rc = fact(l, "device", dev);
    if (!rc && !*dev) rc = err_set(BM_ENOTFOUND, "this laptop is not enrolled; run: bookmobile enroll URL CODE");
    if (!rc) rc = fact(l, "server", &l->server);
    if (!rc) rc = fact(l, "url", &l->url);
    if (!rc) rc = fact(l, "ca_file", &l->ca_file);
    if (!rc) rc = fact(l, "zone", &l->zone);
    if (!rc) rc = fact(l, "mobile", &l->mobile);
    if (!rc) rc = fact(l, "place", &l->place);
    if (!rc) rc = fact(l, "branch", &l->branch);
    if (!rc) rc = fact(l, "library", &l->library);
    if (!rc) rc = fact_hex(l, "server_key", l->server_key, sizeof l->server_key);
    if (!rc) rc = fact_hex(l, "box_key", l->box_key, sizeof l->box_key);
    if (!rc) rc = fact_hex(l, "who_key", l->who_key, sizeof l->who_key);
    if (!rc) rc = fact(l, "practice_clock", &clock_file);
    if (!rc && clock_file) {
        l->practice = true;
        rc = env_practice(&l->env, clock_file);
    }
    return rc ? rc : l->zone ? zone_open(l->zone) : err_set(BM_ECORRUPT, "journal.db lacks the library's time zone; enrol anew");
}

enum bm_rc laptop_open(const char *dir, struct laptop *l)
{
    char path[PATH_BYTES];
    const char *dev = NULL;
    *l = (struct laptop){ 0 };
    env_real(&l->env);
    enum bm_rc rc = seal_init();
    if (!rc && !str_copy(l->dir, sizeof l->dir, dir)) rc = err_set(BM_EUSAGE, "the path of the data directory is too long");
    if (!rc && access(dir, X_OK) != 0)
        rc = errno == ENOENT ? err_set(BM_ENOTFOUND, "this laptop is not enrolled; run: bookmobile enroll URL CODE")
                             : err_set(BM_EIO, "%s cannot be used as data directory: %s", dir, strerror(errno));
    if (!rc) rc = db_lock_open(dir, &l->lock);
    path_in(l, "journal.db", path);
    if (!rc) rc = db_open(path, DB_JOURNAL, NULL, l->lock, &l->db);
    if (rc == BM_ENOTFOUND) rc = err_set(rc, "this laptop is not enrolled; run: bookmobile enroll URL CODE");
    if (!rc) rc = load_facts(l, &dev);
    path_in(l, "device.key", path);
    if (!rc && (rc = seal_key_load(path, &l->key)) == BM_ENOTFOUND)
        rc = err_set(BM_ECORRUPT, "this laptop's key file %s is missing; put it back from a backup", path);
    if (rc) {
        laptop_close(l);
        return rc;
    }
    journal_init(&l->journal, l->db, &l->env, dev, "bookmobile " BM_VERSION, l->practice, CLOCK_WALL);
    l->desk = (struct desk){ .journal = &l->journal, .env = &l->env, .book = &l->book, .place = l->place ? l->place : l->journal.dev, .branch = l->place, .home = l->branch,
                             .mobile = l->mobile, .when_ms = ENTRY_NONE, .begin = desk_begin, .write = desk_write_entry,
                             .end = desk_end, .owner = l };
    rc = laptop_cards(l);
    if (rc) laptop_close(l);
    return rc;
}

void laptop_close(struct laptop *l)
{
    db_close(l->replica);
    db_close(l->db);
    db_lock_close(l->lock);
    rulebook_free(&l->book);
    arena_free(&l->words);
    seal_wipe(&l->key, sizeof l->key);
    *l = (struct laptop){ 0 };
}

enum bm_rc laptop_pending(struct laptop *l, int64_t *unanswered, int64_t *above_mark)
{
    struct laptop_state state;
    enum bm_rc rc = laptop_current(l);
    if (!rc) rc = laptop_state_get(l->replica, &state);
    if (!rc) rc = db_int(l->db, SQL_ENTRY_UNANSWERED, unanswered, "dev", 's', l->journal.dev, NULL);
    if (!rc) rc = db_int(l->db, SQL_ENTRY_ABOVE, above_mark, "dev", 's', l->journal.dev, "after", 'i', state.mark_seq, NULL);
    return rc;
}
