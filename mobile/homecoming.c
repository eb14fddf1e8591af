/* mobile/homecoming.c -- see homecoming.h */
#include "mobile/homecoming.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "mobile/forget.h"
#include "sync/feed.h"

enum { PATH_BYTES = LAPTOP_PATH_MAX + 40, TURN_WAIT_MS = 60000 };

typedef void progress_fn(void *ctx, const char *label, int64_t done, int64_t total);

/* --- a base file: checked before anybody uses it ----------------------------------------------------- */

static enum bm_rc check_base(struct db *base, const char *server, struct laptop_state *state)
{
    enum bm_rc rc = db_quick_check(base);
    if (!rc) rc = laptop_state_get(base, state);
    if (!rc && !str_eq(state->server, server)) rc = err_set(BM_EAUTH, "the snapshot is of another branch");
    return rc;
}

/* Fetch a whole copy as base-n. */
static enum bm_rc fetch_base(struct laptop *l, struct agent *g, int64_t n)
{
    char path[PATH_BYTES];
    struct db *base;
    struct laptop_state state;
    laptop_base_path(l, n, path);
    enum bm_rc rc = agent_snapshot(g, path);
    if (!rc) rc = db_open(path, DB_REPLICA, NULL, NULL, &base);
    if (rc) return rc;
    rc = check_base(base, l->server, &state);
    db_close(base);
    return rc;
}

/* base-n = the current base and the feed on it; its digests must be the branch's (I11). Nobody else knows the file yet, so it is
 * filled without the directory's lock: acts go on meanwhile. */
static enum bm_rc advance_base(struct laptop *l, const struct agent_feed *feed, int64_t n, bool *agreed)
{
    char from[PATH_BYTES], to[PATH_BYTES];
    struct db *old = NULL, *base = NULL;
    struct laptop_state state;
    struct buf sums;
    int64_t rows;
    buf_init(&sums, 4096);
    laptop_base_path(l, l->generation, from);
    laptop_base_path(l, n, to);
    enum bm_rc rc = db_open(from, DB_REPLICA, NULL, l->lock, &old);
    if (!rc) rc = db_copy_to(old, to);
    db_close(old);
    if (!rc) rc = db_open(to, DB_REPLICA, NULL, NULL, &base);
    if (!rc) rc = db_begin(base);
    if (rc) goto done;
    rc = feed_read(base, buf_str(&feed->lines), feed->lines.len, &rows);
    if (!rc) rc = laptop_state_get(base, &state);
    if (!rc) {
        state.rev = feed->upto;
        state.tag = feed->tag;
        state.mark_seq = feed->mark_seq;
        str_copy(state.mark_ep, sizeof state.mark_ep, feed->mark_ep);
        rc = laptop_state_put(base, &state);
    }
    if (!rc) rc = feed_digests(base, &sums);
    rc = db_end(base, rc);
    *agreed = !rc && str_eq(buf_str(&sums), feed->digests);
    if (!rc) rc = db_checkpoint(base);
done:
    db_close(base);
    buf_free(&sums);
    return rc;
}

/* The digests of a base that was fetched whole, held against the branch's at its revision. */
static enum bm_rc compare_base(struct laptop *l, const char *want, bool *agreed)
{
    char path[PATH_BYTES];
    struct db *base;
    struct buf sums;
    buf_init(&sums, 4096);
    laptop_base_path(l, l->generation, path);
    enum bm_rc rc = db_open(path, DB_REPLICA, NULL, l->lock, &base);
    if (rc) return rc;
    rc = feed_digests(base, &sums);
    *agreed = !rc && str_eq(buf_str(&sums), want);
    db_close(base);
    buf_free(&sums);
    return rc;
}

/* --- sync -------------------------------------------------------------------------------------------------- */

static enum bm_rc whole_copy(struct laptop *l, struct agent *g)
{
    int64_t next;
    enum bm_rc rc = laptop_next_generation(l, &next);
    if (!rc) rc = fetch_base(l, g, next);
    return rc ? rc : laptop_swap(l, next);
}

/* ret: BM_ENOTFOUND = take a whole copy instead */
static enum bm_rc take_feed(struct laptop *l, const struct agent_feed *feed, const struct laptop_state *had, struct sync_report *out)
{
    int64_t next;
    bool nothing = feed->upto == had->rev && feed->mark_seq == had->mark_seq;
    enum bm_rc rc = nothing ? compare_base(l, feed->digests, &out->agreed) : laptop_next_generation(l, &next);
    if (!rc && !nothing) rc = advance_base(l, feed, next, &out->agreed);
    /* I11 broken, a base that cannot be read, a feed that does not fit it: never go on with it; a whole copy puts it right */
    if ((!rc && !out->agreed) || rc == BM_ECORRUPT || rc == BM_EINPUT) return BM_ENOTFOUND;
    if (rc || nothing) return rc;
    if (!rc) rc = env_tick("pull.staged");
    if (!rc) out->rows = feed->rows;
    return rc ? rc : laptop_swap(l, next);
}

/* Cursor and mark of the current base; rev -1 if there is none that can be read. */
static enum bm_rc base_state(struct laptop *l, struct laptop_state *out)
{
    char path[PATH_BYTES];
    struct db *base = NULL;
    *out = (struct laptop_state){ .rev = -1 };
    enum bm_rc rc = laptop_current(l);
    laptop_base_path(l, l->generation, path);
    if (!rc) rc = db_open(path, DB_REPLICA, NULL, l->lock, &base);
    if (!rc) rc = laptop_state_get(base, out);
    db_close(base);
    if (rc == BM_ENOTFOUND || rc == BM_ECORRUPT) {
        out->rev = -1;
        rc = BM_OK;
    }
    return rc;
}

/* Changes since the cursor; where the branch does not know it, or the sums differ, a whole copy and once more. */
static enum bm_rc pull(struct laptop *l, struct agent *g, struct sync_report *out)
{
    for (int tries = 0; tries < 2; tries++) {
        struct laptop_state state;
        struct agent_feed feed;
        enum bm_rc rc = base_state(l, &state);
        if (rc) return rc;
        rc = agent_pull(g, state.rev, state.tag, &feed);
        if (!rc && !feed.snapshot) rc = take_feed(l, &feed, &state, out);
        else if (!rc) rc = BM_ENOTFOUND;
        str_copy(out->digests, sizeof out->digests, feed.digests);
        buf_free(&feed.lines);
        if (rc != BM_ENOTFOUND || tries == 1) return rc == BM_ENOTFOUND ? err_set(BM_ECORRUPT, "laptop and branch do not agree even after a whole copy; run verify on both") : rc;
        out->snapshot = true;
        rc = whole_copy(l, g);
        if (rc) return rc;
    }
    return BM_OK;
}

static enum bm_rc agent_for(struct laptop *l, struct agent *g, progress_fn *progress, void *ctx)
{
    struct link_options options = { .url = l->url, .ca_file = l->ca_file };
    enum bm_rc rc = agent_open(g, l->way, &options);
    g->journal = &l->journal;
    g->key = &l->key;
    g->server_key = l->server_key;
    g->server = l->server;
    g->progress = progress;
    g->progress_ctx = ctx;
    return rc;
}

static void report(struct laptop *l, const struct agent *g, struct sync_report *out)
{
    out->pushed = g->pushed;
    out->batches = g->push_batches;
    out->sent_bytes = g->sent_bytes;
    out->received_bytes = g->received_bytes;
    out->applied = g->applied;
    out->adjusted = g->adjusted;
    out->exceptions = g->exceptions;
    out->quarantined = g->quarantined;
    out->clock_off_ms = g->clock_off_ms;
    if (db_int(l->db, SQL_ENTRY_UNANSWERED, &out->pending, "dev", 's', l->journal.dev, NULL)) out->pending = -1;
}

/* One sync at a time: a second one waits for its turn. Acts go on meanwhile, so this is not the directory's lock. */
static enum bm_rc take_turn(const struct laptop *l, int *fd)
{
    char path[PATH_BYTES];
    const struct timespec nap = { .tv_nsec = 10000000 };
    snprintf(path, sizeof path, "%s/sync.lock", l->dir);
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0) return err_set(errno == ENOSPC ? BM_EFULL : BM_EIO, "%s: %s", path, strerror(errno));
    for (int waited_ms = 0; flock(*fd, LOCK_EX | LOCK_NB) != 0; waited_ms += 10) {
        if (errno != EWOULDBLOCK && errno != EINTR) return err_set(BM_EIO, "%s: %s", path, strerror(errno));
        if (waited_ms >= TURN_WAIT_MS) return err_set(BM_EBUSY, "another `bookmobile sync` is at work; try again when it has finished");
        nanosleep(&nap, NULL);
    }
    return BM_OK;
}

/* The range of card numbers to register with, as the branch has it now. */
static enum bm_rc keep_cards(struct laptop *l, const char *cards)
{
    if (str_eq(l->cards, cards[0] ? cards : NULL)) return BM_OK;
    enum bm_rc rc = journal_begin(&l->journal);
    if (rc) return rc;
    rc = meta_set(l->db, "cards", cards);
    if (!rc) rc = laptop_cards(l);
    return db_end(l->db, rc);
}

/* The branch has what came long ago, and has cut persons out of it: so do we. */
static enum bm_rc forget(struct laptop *l, int64_t cut_ms, struct sync_report *out)
{
    struct laptop_state state;
    enum bm_rc rc = cut_ms > 0 ? base_state(l, &state) : BM_OK;
    if (rc || cut_ms <= 0 || state.rev < 0) return rc;
    return forget_old(l, cut_ms, state.mark_seq, &out->forgotten);
}

static enum bm_rc sync_in_turn(struct laptop *l, progress_fn *progress, void *ctx, struct sync_report *out)
{
    struct agent g;
    enum bm_rc rc = agent_for(l, &g, progress, ctx);
    if (rc) return rc;
    rc = agent_hello(&g);
    if (!rc) rc = keep_cards(l, g.cards);
    if (!rc) rc = agent_push(&g);
    if (!rc) rc = pull(l, &g, out);
    if (!rc) rc = forget(l, g.links_cut_ms, out);
    char detail[ERR_TEXT_MAX];
    str_copy(detail, sizeof detail, err_text(rc));
    report(l, &g, out);
    agent_close(&g);
    return rc ? err_set(rc, "%s", detail) : BM_OK;
}

enum bm_rc homecoming_sync(struct laptop *l, progress_fn *progress, void *ctx, struct sync_report *out)
{
    int fd;
    *out = (struct sync_report){ 0 };
    enum bm_rc rc = take_turn(l, &fd);
    if (!rc) rc = sync_in_turn(l, progress, ctx, out);
    if (fd >= 0) close(fd); /* gives the turn on */
    return rc;
}

/* --- enrol --------------------------------------------------------------------------------------------------- */

static enum bm_rc make_key(struct laptop *l)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/device.key", l->dir);
    enum bm_rc rc = seal_key_load(path, &l->key); /* of an enrolment that was cut short */
    if (rc != BM_ENOTFOUND) return rc;
    rc = seal_key_new(&l->env, &l->key);
    return rc ? rc : seal_key_save(path, &l->key);
}

static enum bm_rc put_hex(struct db *db, const char *key, const unsigned char *bytes, size_t len)
{
    char hex[2 * 64 + 1];
    bm_assert(len <= 64);
    hex_encode(hex, bytes, len);
    return meta_set(db, key, hex);
}

static enum bm_rc put_facts(struct laptop *l, const struct enrol_options *o, const struct agent_enrolment *e, const char *ca_file)
{
    unsigned char genesis[JOURNAL_HASH];
    journal_genesis(l->key.public, genesis);
    enum bm_rc rc = db_begin(l->db);
    if (rc) return rc;
    rc = put_hex(l->db, "genesis", genesis, sizeof genesis);
    if (!rc) rc = put_hex(l->db, "server_key", e->server_key, sizeof e->server_key);
    if (!rc) rc = put_hex(l->db, "box_key", e->box_key, sizeof e->box_key);
    if (!rc) rc = put_hex(l->db, "who_key", e->who_key, sizeof e->who_key);
    if (!rc) rc = meta_set(l->db, "server", e->server);
    if (!rc) rc = meta_set(l->db, "zone", e->zone);
    if (!rc) rc = meta_set(l->db, "branch", e->branch);
    if (!rc) rc = meta_set(l->db, "library", e->name);
    if (!rc) rc = meta_set(l->db, "cards", e->cards);
    if (!rc) rc = meta_set(l->db, "url", o->url);
    if (!rc && ca_file) rc = meta_set(l->db, "ca_file", ca_file);
    if (!rc) rc = meta_set(l->db, "mobile", o->mobile ? o->mobile : e->device);
    if (!rc) rc = meta_set(l->db, "place", o->place ? o->place : o->mobile ? o->mobile : e->device);
    if (!rc && e->practice_clock) rc = meta_set(l->db, "practice_clock", e->practice_clock);
    if (!rc) rc = meta_set(l->db, "device", e->device); /* last: from here on it is enrolled */
    return db_end(l->db, rc);
}

static enum bm_rc prepare(const char *dir, const struct env *env, struct laptop *l)
{
    char path[PATH_BYTES];
    const char *device;
    *l = (struct laptop){ 0 };
    if (env) l->env = *env;
    else env_real(&l->env);
    if (!str_copy(l->dir, sizeof l->dir, dir)) return err_set(BM_EUSAGE, "the path of the data directory is too long");
    for (char *p = strchr(l->dir + 1, '/');; p = strchr(p + 1, '/')) {
        if (p) *p = '\0';
        int made = mkdir(l->dir, 0700), why = errno;
        if (p) *p = '/';
        if (made != 0 && why != EEXIST) return err_set(BM_EIO, "%s: %s", l->dir, strerror(why));
        if (!p) break;
    }
    enum bm_rc rc = db_lock_open(l->dir, &l->lock);
    snprintf(path, sizeof path, "%s/journal.db", l->dir);
    if (!rc) rc = db_open(path, DB_JOURNAL, SQL_FILE_JOURNAL, l->lock, &l->db);
    if (rc) return rc;
    rc = meta_get(l->db, "device", &l->words, &device);
    if (!rc) return err_set(BM_EEXISTS, "this laptop is enrolled already, as %s", device);
    return rc == BM_ENOTFOUND ? make_key(l) : rc;
}

enum bm_rc homecoming_enrol(const char *dir, const struct enrol_options *o, char dev[ENTRY_DEV_MAX])
{
    struct laptop l;
    struct agent g = { 0 };
    struct agent_enrolment e;
    struct arena a = { 0 };
    struct link_options options = { .url = o->url, .ca_file = o->ca_file };
    char *ca_file = o->ca_file ? realpath(o->ca_file, NULL) : NULL;
    enum bm_rc rc = seal_init();
    if (!rc && o->ca_file && !ca_file) rc = err_set(BM_EUSAGE, "%s: %s", o->ca_file, strerror(errno));
    l = (struct laptop){ 0 };
    if (!rc) rc = prepare(dir, o->env, &l);
    if (!rc) rc = agent_open(&g, o->way, &options);
    if (!rc) rc = agent_enrol(&g, o->code, l.key.public, &a, &e);
    if (!rc) rc = put_facts(&l, o, &e, ca_file);
    if (!rc) str_copy(dev, ENTRY_DEV_MAX, e.device);
    free(ca_file);
    agent_close(&g);
    arena_free(&a);
    laptop_close(&l);
    if (rc) return rc;
    struct sync_report first; /* the first copy; if it fails, `sync` fetches it */
    rc = laptop_open(dir, &l);
    if (rc) return rc;
    if (o->env) l.env = *o->env;
    l.way = o->way;
    rc = homecoming_sync(&l, o->progress, o->progress_ctx, &first);
    laptop_close(&l);
    return rc;
}
