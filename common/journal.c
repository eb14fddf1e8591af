/* common/journal.c -- see journal.h */
#include "common/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/seal.h"

enum { EP_TEXT = 17 };

static const char *ep_text(uint64_t ep, char out[EP_TEXT])
{
    snprintf(out, EP_TEXT, "%016" PRIx64, ep);
    return out;
}

void journal_init(struct journal *j, struct db *db, struct env *env, const char *dev, const char *prog, bool practice,
                  enum clock_src own_src)
{
    *j = (struct journal){ .db = db, .env = env, .practice = practice, .own_src = own_src };
    str_copy(j->dev, sizeof j->dev, dev);
    str_copy(j->prog, sizeof j->prog, prog);
}

/* --- single facts ---------------------------------------------------------------------------------- */

enum bm_rc meta_get(struct db *db, const char *key, struct arena *a, const char **out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(db, SQL_META_GET, &s, "key", 's', key, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc;
    *out = stmt_copy(s, 0, a);
    stmt_done(s);
    return *out ? BM_OK : BM_ENOMEM;
}

enum bm_rc meta_set(struct db *db, const char *key, const char *value)
{
    return db_run(db, SQL_META_SET, "key", 's', key, "value", 's', value, NULL);
}

enum bm_rc meta_get_int(struct db *db, const char *key, int64_t absent, int64_t *out)
{
    struct stmt *s;
    *out = absent;
    enum bm_rc rc = db_get(db, SQL_META_GET, &s, "key", 's', key, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    bool ok = str_to_i64(stmt_text(s, 0), INT64_MIN + 1, INT64_MAX, out);
    stmt_done(s);
    return ok ? BM_OK : err_set(BM_ECORRUPT, "stored fact %s is not a number", key);
}

enum bm_rc meta_set_int(struct db *db, const char *key, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, value);
    return meta_set(db, key, text);
}

/* --- where the line stands ------------------------------------------------------------------------- */

enum bm_rc journal_samples(struct db *db, const char *dev, uint64_t ep, struct clock_sample *out, size_t max, size_t *out_count)
{
    char hex[EP_TEXT];
    struct stmt *s;
    *out_count = 0;
    enum bm_rc rc = db_get(db, SQL_CLOCK_LIST, &s, "dev", 's', dev, "ep", 's', ep_text(ep, hex), NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        /* more samples than fit: the middle ones matter least, the newest takes the last place */
        size_t at = *out_count < max ? (*out_count)++ : max - 1;
        out[at] = (struct clock_sample){ .t_ms = stmt_int(s, 0), .off_ms = stmt_int(s, 1), .unc_ms = stmt_int(s, 2) };
        if (!clock_src_parse(stmt_text(s, 3), &out[at].src)) out[at].src = CLOCK_WALL;
    }
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc load_head(struct journal *j)
{
    char text[EP_TEXT] = "";
    struct stmt *s;
    j->ep = 0;
    j->head_seq = 0;
    j->sample_count = 0;
    enum bm_rc rc = db_get(j->db, SQL_META_GET, &s, "key", 's', "epoch", NULL);
    if (!rc) rc = stmt_next(s);
    if (rc == BM_ENOTFOUND) return BM_OK;
    if (rc) return rc;
    str_copy(text, sizeof text, stmt_text(s, 0));
    stmt_done(s);
    unsigned char raw[8];
    BM_CHECK(hex_decode(raw, sizeof raw, text));
    for (size_t i = 0; i < sizeof raw; i++) j->ep = j->ep << 8 | raw[i];
    rc = db_get(j->db, SQL_EPOCH_GET, &s, "dev", 's', j->dev, "ep", 's', text, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? err_set(BM_ECORRUPT, "the journal's current epoch is not recorded; run verify") : rc;
    size_t len;
    const void *hash = stmt_blob(s, 4, &len);
    j->head_seq = (uint64_t)stmt_int(s, 3);
    j->head_t_ms = stmt_int(s, 5);
    bool sound = len == JOURNAL_HASH;
    if (sound) memcpy(j->head_hash, hash, JOURNAL_HASH);
    stmt_done(s);
    BM_CHECK(sound);
    return journal_samples(j->db, j->dev, j->ep, j->samples, JOURNAL_SAMPLES_MAX, &j->sample_count);
}

/* Identity of the journal's file: a copy or a restored one has another inode. */
static void file_text(struct journal *j, char out[JOURNAL_FILE_MAX])
{
    struct stat st;
    if (stat(db_path(j->db), &st) != 0) {
        str_copy(out, JOURNAL_FILE_MAX, "memory");
        return;
    }
    snprintf(out, JOURNAL_FILE_MAX, "%llx:%llx", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
}

static bool meta_equals(struct journal *j, const char *key, const char *value, enum bm_rc *rc)
{
    struct stmt *s;
    if ((*rc = db_get(j->db, SQL_META_GET, &s, "key", 's', key, NULL))) return false;
    *rc = stmt_next(s);
    if (*rc) {
        if (*rc == BM_ENOTFOUND) *rc = BM_OK;
        return false;
    }
    bool same = str_eq(stmt_text(s, 0), value);
    stmt_done(s);
    return same;
}

static enum bm_rc append(struct journal *j, struct entry *e);

static enum bm_rc own_clock(struct journal *j, int64_t off_ms)
{
    struct entry e;
    entry_init(&e, OP_CLOCK);
    e.wall_ms = env_wall_ms(j->env);
    e.off_ms = off_ms;
    e.unc_ms = j->own_src == CLOCK_WALL ? CLOCK_WALL_UNC_MS : 0;
    e.src = clock_src_name(j->own_src);
    return append(j, &e);
}

static enum bm_rc new_epoch(struct journal *j, const char *file)
{
    char parent[EP_TEXT] = "", phash[2 * JOURNAL_HASH + 1], hex[EP_TEXT];
    bool first = j->ep == 0;
    if (first) {
        struct arena a = { 0 };
        const char *genesis;
        enum bm_rc rc = meta_get(j->db, "genesis", &a, &genesis);
        bool ok = !rc && hex_decode(j->head_hash, JOURNAL_HASH, genesis);
        arena_free(&a);
        if (!ok) return rc && rc != BM_ENOTFOUND ? rc : err_set(BM_ECORRUPT, "the journal has no beginning; enrol anew");
    } else {
        ep_text(j->ep, parent);
    }
    hex_encode(phash, j->head_hash, JOURNAL_HASH);
    uint64_t parent_seq = j->head_seq;
    do {
        enum bm_rc rc = env_random(j->env, &j->ep, sizeof j->ep);
        if (rc) return rc;
    } while (j->ep == 0);
    j->head_t_ms = env_boottime_ms(j->env) - 1;
    j->sample_count = 0;
    enum bm_rc rc = db_run(j->db, SQL_EPOCH_ADD, "dev", 's', j->dev, "ep", 's', ep_text(j->ep, hex), "parent", 's',
                           first ? NULL : parent, "parent_seq", 'i', (int64_t)parent_seq, "first_seq", 'i',
                           (int64_t)parent_seq + 1, "head_seq", 'i', (int64_t)parent_seq, "head_hash", 'b', j->head_hash,
                           (size_t)JOURNAL_HASH, "head_t", 'i', j->head_t_ms, NULL);
    if (!rc) rc = meta_set(j->db, "epoch", hex);
    if (!rc) rc = meta_set(j->db, "epoch_boot", j->env->boot_id);
    if (!rc) rc = meta_set(j->db, "epoch_file", file);
    if (rc) return rc;
    struct entry e;
    entry_init(&e, OP_EPOCH);
    e.boot = j->env->boot_id;
    e.prog = j->prog;
    if (!first) e.parent = parent, e.pseq = (int64_t)parent_seq, e.phash = phash;
    if (j->practice) e.practice = 1;
    rc = append(j, &e);
    return rc ? rc : own_clock(j, env_wall_ms(j->env) - env_boottime_ms(j->env));
}

/* The machine's own clock was stepped since it was last noted? */
static enum bm_rc note_step(struct journal *j)
{
    int64_t off = env_wall_ms(j->env) - env_boottime_ms(j->env), last = 0;
    bool known = false;
    for (size_t i = 0; i < j->sample_count; i++)
        if (j->samples[i].src == j->own_src) last = j->samples[i].off_ms, known = true;
    int64_t moved = off < last ? last - off : off - last;
    return known && moved < CLOCK_MOVED_MS ? BM_OK : own_clock(j, off);
}

/* What we keep in mind of the line is how it stood when the handle last committed, and nobody has written since. */
static bool still_stands(const struct journal *j, const char *file)
{
    return db_is_unchanged_since(j->db, j->turn) && strcmp(j->file, file) == 0 && strcmp(j->boot_id, j->env->boot_id) == 0;
}

enum bm_rc journal_begin(struct journal *j)
{
    enum bm_rc rc = db_begin(j->db);
    if (rc) return rc;
    char file[JOURNAL_FILE_MAX];
    file_text(j, file);
    bool same = still_stands(j, file);
    j->turn = 0;
    if (!same) {
        rc = load_head(j);
        same = !rc && j->ep && meta_equals(j, "epoch_boot", j->env->boot_id, &rc) && meta_equals(j, "epoch_file", file, &rc);
    }
    if (!rc) rc = same ? note_step(j) : new_epoch(j, file);
    if (rc) return db_end(j->db, rc);
    j->turn = db_turn(j->db);
    str_copy(j->file, sizeof j->file, file);
    str_copy(j->boot_id, sizeof j->boot_id, j->env->boot_id);
    return BM_OK;
}

enum bm_rc journal_renew(struct journal *j, const char *ep)
{
    char file[JOURNAL_FILE_MAX], hex[EP_TEXT];
    enum bm_rc rc = journal_begin(j);
    if (rc) return rc;
    file_text(j, file);
    if (str_eq(ep_text(j->ep, hex), ep)) rc = new_epoch(j, file);
    return db_end(j->db, rc);
}

/* --- append ----------------------------------------------------------------------------------------- */

static enum bm_rc append(struct journal *j, struct entry *e)
{
    struct buf body;
    unsigned char hash[JOURNAL_HASH];
    char hex[EP_TEXT];
    buf_init(&body, ENTRY_BYTES_MAX);
    bm_assert(j->ep != 0);
    str_copy(e->id.dev, sizeof e->id.dev, j->dev);
    e->id.ep = j->ep;
    e->id.seq = j->head_seq + 1;
    e->id.row = 0;
    e->t_ms = env_boottime_ms(j->env);
    if (e->t_ms <= j->head_t_ms) e->t_ms = j->head_t_ms + 1;
    enum bm_rc rc = entry_write(e, false, &body);
    if (rc) goto done;
    seal_chain(j->head_hash, body.data, body.len, hash);
    rc = db_run(j->db, SQL_ENTRY_ADD, "dev", 's', j->dev, "ep", 's', ep_text(j->ep, hex), "seq", 'i', (int64_t)e->id.seq,
                "row", 'i', (int64_t)0, "hash", 'b', hash, (size_t)JOURNAL_HASH, "body", 's', body.data, NULL);
    if (rc) goto done;
    rc = db_run(j->db, SQL_EPOCH_HEAD, "seq", 'i', (int64_t)e->id.seq, "hash", 'b', hash, (size_t)JOURNAL_HASH, "t", 'i',
                e->t_ms, "dev", 's', j->dev, "ep", 's', hex, NULL);
    if (rc) goto done;
    j->head_seq = e->id.seq;
    j->head_t_ms = e->t_ms;
    memcpy(j->head_hash, hash, JOURNAL_HASH);
    if (e->op != OP_CLOCK) goto done;
    enum clock_src src = CLOCK_WALL;
    (void)clock_src_parse(e->src, &src);
    rc = db_run(j->db, SQL_CLOCK_ADD, "dev", 's', j->dev, "ep", 's', hex, "seq", 'i', (int64_t)e->id.seq, "t", 'i', e->t_ms,
                "off", 'i', e->off_ms, "unc", 'i', e->unc_ms, "src", 's', e->src, NULL);
    size_t at = j->sample_count < JOURNAL_SAMPLES_MAX ? j->sample_count++ : JOURNAL_SAMPLES_MAX - 1;
    j->samples[at] = (struct clock_sample){ .t_ms = e->t_ms, .off_ms = e->off_ms, .unc_ms = e->unc_ms, .src = src };
done:
    buf_free(&body);
    return rc;
}

enum bm_rc journal_append(struct journal *j, struct entry *e)
{
    enum bm_rc rc = env_tick("journal.append");
    return rc ? rc : append(j, e);
}

enum bm_rc journal_append_row(struct journal *j, const struct eid *observe, uint32_t row, const char *body)
{
    char hex[EP_TEXT];
    bm_assert(row > 0);
    return db_run(j->db, SQL_ENTRY_ADD, "dev", 's', observe->dev, "ep", 's', ep_text(observe->ep, hex), "seq", 'i',
                  (int64_t)observe->seq, "row", 'i', (int64_t)row, "hash", 'b', (const void *)NULL, (size_t)0, "body", 's',
                  body, NULL);
}

enum bm_rc journal_store(struct db *db, const struct entry *e, const char *body, size_t len, const unsigned char hash[JOURNAL_HASH])
{
    char hex[EP_TEXT];
    bm_assert(body[len] == '\0');
    (void)len;
    return db_run(db, SQL_ENTRY_ADD, "dev", 's', e->id.dev, "ep", 's', ep_text(e->id.ep, hex), "seq", 'i',
                  (int64_t)e->id.seq, "row", 'i', (int64_t)0, "hash", 'b', hash, (size_t)JOURNAL_HASH, "body", 's', body, NULL);
}

enum bm_rc journal_by_request(struct journal *j, const char *req, struct arena *a, struct eid *id, const char **answer)
{
    struct stmt *s;
    enum bm_rc rc = db_get(j->db, SQL_REQUEST_GET, &s, "req", 's', req, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc;
    char text[EID_TEXT_MAX];
    snprintf(text, sizeof text, "%s.%s.%" PRId64, stmt_text(s, 0), stmt_text(s, 1), stmt_int(s, 2));
    *answer = stmt_copy(s, 3, a);
    stmt_done(s);
    if (!*answer) return BM_ENOMEM;
    BM_CHECK(eid_parse(text, id));
    return BM_OK;
}

enum bm_rc journal_answer(struct journal *j, const char *req, const struct eid *id, const char *answer)
{
    char hex[EP_TEXT];
    return db_run(j->db, SQL_REQUEST_ADD, "req", 's', req, "dev", 's', id->dev, "ep", 's', ep_text(id->ep, hex), "seq", 'i',
                  (int64_t)id->seq, "answer", 's', answer, NULL);
}

/* --- time -------------------------------------------------------------------------------------------- */

enum bm_rc journal_clock(struct journal *j, enum clock_src src, int64_t off_ms, int64_t unc_ms)
{
    int64_t t = env_boottime_ms(j->env);
    const struct clock_sample *had = clock_best(j->samples, j->sample_count, t);
    if (had && had->src <= src) {
        int64_t moved = had->off_ms < off_ms ? off_ms - had->off_ms : had->off_ms - off_ms;
        if (had->src < src || moved < CLOCK_MOVED_MS) return BM_OK;
    }
    struct entry e;
    entry_init(&e, OP_CLOCK);
    e.wall_ms = env_wall_ms(j->env);
    e.off_ms = off_ms;
    e.unc_ms = unc_ms;
    e.src = clock_src_name(src);
    return append(j, &e);
}

int64_t journal_utc_ms(const struct journal *j, int64_t t_ms)
{
    const struct clock_sample *s = clock_best(j->samples, j->sample_count, t_ms);
    return s ? t_ms + s->off_ms : t_ms;
}

int64_t journal_now_ms(struct journal *j)
{
    return j->sample_count ? journal_utc_ms(j, env_boottime_ms(j->env)) : env_wall_ms(j->env);
}

/* --- the chain ----------------------------------------------------------------------------------------- */

void journal_genesis(const unsigned char public_key[32], unsigned char out[JOURNAL_HASH])
{
    seal_hash(public_key, 32, out);
}

struct line_check {
    struct db *db;
    const char *dev;
    char ep[EP_TEXT];
    uint64_t first, head;
    unsigned char prev[JOURNAL_HASH], head_hash[JOURNAL_HASH];
};

static enum bm_rc verify_epoch(struct line_check *c, int64_t *count)
{
    struct stmt *s;
    enum bm_rc rc = db_get(c->db, SQL_ENTRY_CHAIN, &s, "dev", 's', c->dev, "ep", 's', c->ep, NULL);
    if (rc) return rc;
    uint64_t want = c->first;
    unsigned char hash[JOURNAL_HASH];
    while ((rc = stmt_next(s)) == BM_OK) {
        size_t len;
        const char *body = stmt_text(s, 2);
        seal_chain(c->prev, body, strlen(body), hash);
        const void *stored = stmt_blob(s, 1, &len);
        if (len == JOURNAL_HASH && stmt_kind(s, 3) != 'n') memcpy(hash, stored, len); /* a husk: its hash is of what it was */
        if ((uint64_t)stmt_int(s, 0) != want || len != JOURNAL_HASH || memcmp(stored, hash, len) != 0) {
            stmt_done(s);
            return err_set(BM_ECORRUPT, "the chain of %s breaks at %s.%s.%" PRIu64, c->dev, c->dev, c->ep, want);
        }
        memcpy(c->prev, hash, sizeof hash);
        want++;
        ++*count;
    }
    if (rc != BM_ENOTFOUND) return rc;
    if (want != c->head + 1 || memcmp(c->prev, c->head_hash, JOURNAL_HASH) != 0)
        return err_set(BM_ECORRUPT, "epoch %s of %s should end at %" PRIu64 ", ends at %" PRIu64, c->ep, c->dev, c->head, want - 1);
    return BM_OK;
}

/* The hash that an epoch goes on from: its parent's at parent_seq, or the genesis. */
static enum bm_rc hash_before(struct db *db, const char *dev, const char *parent, int64_t parent_seq,
                              const unsigned char *genesis, unsigned char out[JOURNAL_HASH])
{
    if (!parent[0]) {
        memcpy(out, genesis, JOURNAL_HASH);
        return BM_OK;
    }
    struct stmt *s;
    enum bm_rc rc = db_get(db, SQL_ENTRY_GET, &s, "dev", 's', dev, "ep", 's', parent, "seq", 'i', parent_seq, "row", 'i',
                           (int64_t)0, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc == BM_ENOTFOUND) return err_set(BM_ECORRUPT, "%s.%s.%" PRId64 ", parent of an epoch, is missing", dev, parent, parent_seq);
    if (rc) return rc;
    size_t len;
    const void *hash = stmt_blob(s, 0, &len);
    bool sound = len == JOURNAL_HASH;
    if (sound) memcpy(out, hash, JOURNAL_HASH);
    stmt_done(s);
    BM_CHECK(sound);
    return BM_OK;
}

enum bm_rc journal_verify(struct db *db, const char *dev, const unsigned char genesis[JOURNAL_HASH], int64_t *count)
{
    struct stmt *s;
    *count = 0;
    enum bm_rc rc = db_get(db, SQL_EPOCH_LIST, &s, "dev", 's', dev, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct line_check c = { .db = db, .dev = dev, .first = (uint64_t)stmt_int(s, 3), .head = (uint64_t)stmt_int(s, 4) };
        char parent[EP_TEXT] = "";
        size_t len;
        str_copy(c.ep, sizeof c.ep, stmt_text(s, 0));
        if (stmt_text(s, 1)) str_copy(parent, sizeof parent, stmt_text(s, 1));
        const void *head = stmt_blob(s, 5, &len);
        if (len == JOURNAL_HASH) memcpy(c.head_hash, head, len);
        rc = hash_before(db, dev, parent, stmt_int(s, 2), genesis, c.prev);
        if (!rc) rc = verify_epoch(&c, count);
        if (rc) {
            stmt_done(s);
            return rc;
        }
    }
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}
