/* sync/branch.c -- see branch.h */
#include "sync/branch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/feed.h"

enum { OBSERVE_BYTES_MAX = 1 << 30 };

static void path_in(const char *dir, const char *name, char out[BRANCH_PATH_MAX + 32])
{
    snprintf(out, BRANCH_PATH_MAX + 32, "%s/%s", dir, name);
}

static enum bm_rc make_dir(const char *dir)
{
    if (strlen(dir) >= BRANCH_PATH_MAX) return err_set(BM_EUSAGE, "the path of the data directory is too long");
    for (const char *p = strchr(dir + 1, '/');; p = strchr(p + 1, '/')) {
        char part[BRANCH_PATH_MAX];
        size_t len = p ? (size_t)(p - dir) : strlen(dir);
        memcpy(part, dir, len);
        part[len] = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST) return err_set(BM_EIO, "%s: %s", part, strerror(errno));
        if (!p) return BM_OK;
    }
}

/* --- the desk's part of an act (DESIGN 10): one database, one transaction --------------------------- */

static enum bm_rc desk_begin(struct desk *d)
{
    struct branch *b = d->owner;
    d->view = b->db;
    rulebook_fit(d->book, 0); /* rules change here with every import */
    return journal_begin(&b->journal);
}

void branch_outcome_text(const struct outcome *o, char *out, size_t size)
{
    snprintf(out, size, "%s%s%s", outcome_name(o->kind), o->words[0] ? " " : "", o->words);
}

static enum bm_rc store_outcome(struct branch *b, const struct entry *e, const struct outcome *o)
{
    char text[CIRC_WORD_MAX + 16], ep[20];
    branch_outcome_text(o, text, sizeof text);
    snprintf(ep, sizeof ep, "%016llx", (unsigned long long)e->id.ep);
    return db_run(b->db, SQL_ENTRY_OUTCOME, "outcome", 's', text, "dev", 's', e->id.dev, "ep", 's', ep, "seq", 'i',
                  (int64_t)e->id.seq, NULL);
}

static enum bm_rc desk_write_entry(struct desk *d, const struct entry *e, struct outcome *out)
{
    struct branch *b = d->owner;
    enum bm_rc rc = apply_entry(&b->apply, e, journal_now_ms(&b->journal), out);
    return rc ? rc : store_outcome(b, e, out);
}

static enum bm_rc desk_end(struct desk *d, enum bm_rc rc)
{
    return db_end(((struct branch *)d->owner)->db, rc);
}

/* --- open ---------------------------------------------------------------------------------------------- */

/* Other keys follow from the one in the file: one thing to keep. */
static void derive_key(const struct branch *b, const char *purpose, unsigned char out[SEAL_HASH_BYTES])
{
    struct seal_hasher h;
    seal_hasher_start(&h);
    seal_hasher_add(&h, purpose, strlen(purpose));
    seal_hasher_add(&h, b->key.secret, SEAL_SECRET_BYTES);
    seal_hasher_end(&h, out);
}

static enum bm_rc derive_keys(struct branch *b)
{
    unsigned char seed[SEAL_HASH_BYTES];
    derive_key(b, "bookmobile box", seed);
    seal_box_from_seed(seed, &b->box);
    derive_key(b, "bookmobile who", b->who_key);
    derive_key(b, "bookmobile husk", b->husk_key);
    seal_wipe(seed, sizeof seed);
    return BM_OK;
}

static enum bm_rc open_files(struct branch *b, const char *create_sql)
{
    char path[BRANCH_PATH_MAX + 32];
    enum bm_rc rc = db_lock_open(b->dir, &b->lock);
    if (rc) return rc;
    path_in(b->dir, "branch.db", path);
    rc = db_open(path, DB_JOURNAL, create_sql, b->lock, &b->db);
    if (rc == BM_ENOTFOUND) return err_set(rc, "%s holds no branch; make one with: branch init", b->dir);
    return rc ? rc : db_add_tag(b->db, &b->env);
}

static enum bm_rc word(struct branch *b, const char *key, char *out, size_t size)
{
    const char *text;
    enum bm_rc rc = meta_get(b->db, key, &b->words, &text);
    if (rc) return rc == BM_ENOTFOUND ? err_set(BM_ECORRUPT, "branch.db lacks %s", key) : rc;
    return str_copy(out, size, text) ? BM_OK : err_set(BM_ECORRUPT, "branch.db: %s is too long", key);
}

/* A branch that names a clock of its own is a practice branch. */
static enum bm_rc follow_practice_clock(struct branch *b)
{
    const char *clock_file;
    enum bm_rc rc = meta_get(b->db, "practice_clock", &b->words, &clock_file);
    if (rc == BM_ENOTFOUND) return BM_OK;
    if (rc) return rc;
    b->practice = true;
    return env_practice(&b->env, clock_file);
}

enum bm_rc branch_open(const char *dir, struct branch *b)
{
    char path[BRANCH_PATH_MAX + 32];
    *b = (struct branch){ 0 };
    env_real(&b->env);
    enum bm_rc rc = seal_init();
    if (!rc && !str_copy(b->dir, sizeof b->dir, dir)) rc = err_set(BM_EUSAGE, "the path of the data directory is too long");
    if (!rc && access(dir, X_OK) != 0)
        rc = errno == ENOENT ? err_set(BM_ENOTFOUND, "%s holds no branch; make one with: branch init", dir)
                             : err_set(BM_EIO, "%s cannot be used as data directory: %s", dir, strerror(errno));
    if (!rc) rc = open_files(b, NULL);
    if (!rc) rc = word(b, "server", b->server, sizeof b->server);
    if (!rc) rc = word(b, "code", b->code, sizeof b->code);
    if (!rc) rc = word(b, "zone", b->zone, sizeof b->zone);
    if (!rc) rc = zone_open(b->zone);
    path_in(dir, "server.key", path);
    if (!rc && (rc = seal_key_load(path, &b->key)) == BM_ENOTFOUND)
        rc = err_set(BM_ECORRUPT, "the branch's key file %s is missing; put it back from a backup", path);
    if (!rc) rc = derive_keys(b);
    if (!rc) rc = follow_practice_clock(b);
    if (rc) {
        branch_close(b);
        return rc;
    }
    journal_init(&b->journal, b->db, &b->env, "branch", "branch " BM_VERSION, b->practice, CLOCK_SYNC);
    apply_init(&b->apply, b->db);
    b->desk = (struct desk){ .journal = &b->journal, .book = &b->book, .view = b->db, .env = &b->env, .place = b->code, .branch = b->code,
                             .when_ms = ENTRY_NONE, .begin = desk_begin, .write = desk_write_entry, .end = desk_end, .owner = b };
    return BM_OK;
}

void branch_close(struct branch *b)
{
    apply_free(&b->apply);
    db_close(b->db);
    db_lock_close(b->lock);
    rulebook_free(&b->book);
    arena_free(&b->words);
    seal_wipe(&b->key, sizeof b->key);
    seal_wipe(&b->box, sizeof b->box);
    *b = (struct branch){ 0 };
}

/* --- create ----------------------------------------------------------------------------------------------- */

static enum bm_rc first_facts(struct branch *b, const struct branch_init *init)
{
    char id[BRANCH_ID_MAX], hex[2 * SEAL_HASH_BYTES + 1];
    unsigned char genesis[SEAL_HASH_BYTES];
    journal_genesis(b->key.public, genesis);
    hex_encode(hex, genesis, sizeof genesis);
    enum bm_rc rc = env_random_hex(&b->env, id, 16);
    if (!rc) rc = meta_set(b->db, "server", id);
    if (!rc) rc = meta_set(b->db, "genesis", hex);
    if (!rc) rc = meta_set(b->db, "code", init->code);
    if (!rc) rc = meta_set(b->db, "zone", init->zone);
    if (!rc) rc = meta_set(b->db, "name", init->name ? init->name : init->code);
    if (!rc && init->practice_clock) rc = meta_set(b->db, "practice_clock", init->practice_clock);
    return rc ? rc : feed_create_triggers(b->db);
}

enum bm_rc branch_create(const char *dir, const struct branch_init *init)
{
    struct branch b = { 0 };
    char path[BRANCH_PATH_MAX + 32];
    struct buf sql;
    buf_init(&sql, 1 << 20);
    if (init->env) b.env = *init->env;
    else env_real(&b.env);
    enum bm_rc rc = seal_init();
    if (!rc) rc = zone_open(init->zone);
    if (!rc && (!init->code || !init->code[0] || strlen(init->code) >= BRANCH_CODE_MAX)) rc = err_set(BM_EUSAGE, "give the branch's code, as the catalogue has it");
    if (!rc) rc = make_dir(dir);
    if (rc) goto done;
    str_copy(b.dir, sizeof b.dir, dir);
    path_in(dir, "branch.db", path);
    if (access(path, F_OK) == 0) {
        rc = err_set(BM_EEXISTS, "%s holds a branch already", dir);
        goto done;
    }
    rc = seal_key_new(&b.env, &b.key);
    path_in(dir, "server.key", path);
    if (!rc) rc = seal_key_save(path, &b.key);
    if (rc == BM_EEXISTS) rc = seal_key_load(path, &b.key); /* an init that was cut short */
    buf_puts(&sql, SQL_FILE_JOURNAL);
    buf_puts(&sql, SQL_FILE_CIRCULATION);
    buf_puts(&sql, SQL_FILE_BRANCH);
    if (!rc) rc = buf_rc(&sql);
    if (!rc) rc = open_files(&b, buf_str(&sql));
    if (!rc) rc = db_begin(b.db);
    if (!rc) rc = db_end(b.db, first_facts(&b, init));
done:
    buf_free(&sql);
    branch_close(&b);
    return rc;
}

/* --- imports ------------------------------------------------------------------------------------------------- */

enum bm_rc observe_begin(struct observe *o, struct branch *b, const char *origin, int64_t asof_ms)
{
    *o = (struct observe){ .b = b };
    entry_init(&o->e, OP_OBSERVE);
    o->e.origin = origin;
    o->e.asof_ms = asof_ms;
    buf_init(&o->rows, OBSERVE_BYTES_MAX);
    seal_hasher_start(&o->hasher);
    return desk_begin(&b->desk);
}

enum bm_rc observe_row(struct observe *o, const struct entry *row)
{
    size_t from = o->rows.len;
    enum bm_rc rc = apply_check_cards(row);
    if (!rc) rc = entry_write(row, true, &o->rows);
    if (rc) {
        o->rows.len = from; /* a row that cannot be written is the caller's to report */
        return rc;
    }
    buf_putc(&o->rows, '\n');
    seal_hasher_add(&o->hasher, o->rows.data + from, o->rows.len - from);
    o->count++;
    return buf_rc(&o->rows);
}

enum bm_rc observe_end(struct observe *o, enum bm_rc rc)
{
    struct branch *b = o->b;
    unsigned char digest[SEAL_HASH_BYTES];
    char hex[2 * SEAL_HASH_BYTES + 1];
    struct outcome out;
    seal_hasher_end(&o->hasher, digest);
    hex_encode(hex, digest, sizeof digest);
    o->e.digest = hex;
    o->e.count = o->count;
    if (!rc) rc = journal_append(&b->journal, &o->e);
    uint32_t n = 0;
    for (char *line = o->rows.data, *end; !rc && line && *line; line = end + 1) {
        end = strchr(line, '\n');
        *end = '\0';
        rc = journal_append_row(&b->journal, &o->e.id, ++n, line);
    }
    if (!rc) rc = desk_write_entry(&b->desk, &o->e, &out);
    buf_free(&o->rows);
    return desk_end(&b->desk, rc);
}
