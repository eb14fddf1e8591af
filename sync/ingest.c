/* sync/ingest.c -- see ingest.h */
#include "sync/ingest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { EP_BYTES = 20, OUTCOME_MAX = 200 };

static const char *ep_hex(uint64_t ep, char out[EP_BYTES])
{
    snprintf(out, EP_BYTES, "%016" PRIx64, ep);
    return out;
}

const char *head_verdict_name(enum head_verdict v)
{
    static const char *const names[] = { "send", "restored", "fork", "unknown", "need" };
    return names[v];
}

/* --- what the branch has of an epoch ------------------------------------------------------------------ */

struct have {
    bool known;
    uint64_t first, head;
    unsigned char head_hash[JOURNAL_HASH];
};

static enum bm_rc epoch_have(struct branch *b, const char *dev, uint64_t ep, struct have *out)
{
    char hex[EP_BYTES];
    struct stmt *s;
    *out = (struct have){ 0 };
    enum bm_rc rc = db_get(b->db, SQL_EPOCH_GET, &s, "dev", 's', dev, "ep", 's', ep_hex(ep, hex), NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    size_t len;
    out->known = true;
    out->first = (uint64_t)stmt_int(s, 2);
    out->head = (uint64_t)stmt_int(s, 3);
    const void *hash = stmt_blob(s, 4, &len);
    if (len == JOURNAL_HASH) memcpy(out->head_hash, hash, len);
    stmt_done(s);
    BM_CHECK(len == JOURNAL_HASH);
    return BM_OK;
}

static enum bm_rc entry_hash(struct branch *b, const char *dev, uint64_t ep, uint64_t seq, unsigned char out[JOURNAL_HASH])
{
    char hex[EP_BYTES];
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_ENTRY_GET, &s, "dev", 's', dev, "ep", 's', ep_hex(ep, hex), "seq", 'i', (int64_t)seq,
                           "row", 'i', (int64_t)0, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc;
    size_t len;
    const void *hash = stmt_blob(s, 0, &len);
    if (len == JOURNAL_HASH) memcpy(out, hash, len);
    stmt_done(s);
    BM_CHECK(len == JOURNAL_HASH);
    return BM_OK;
}

enum bm_rc ingest_compare(struct branch *b, const char *dev, const struct head *head, struct head_answer *out)
{
    struct have have;
    unsigned char hash[JOURNAL_HASH];
    *out = (struct head_answer){ .verdict = HEAD_SEND };
    enum bm_rc rc = epoch_have(b, dev, head->ep, &have);
    if (rc) return rc;
    if (!have.known) {
        if (head->parent == 0) return out->from = 1, BM_OK;
        rc = entry_hash(b, dev, head->parent, head->parent_seq, hash);
        out->from = head->parent_seq + 1;
        if (rc == BM_ENOTFOUND) out->verdict = HEAD_NEED, rc = BM_OK;
        return rc;
    }
    uint64_t common = have.head < head->seq ? have.head : head->seq;
    if (common == head->seq) { /* we are level or ahead: their head must be in our line */
        rc = entry_hash(b, dev, head->ep, head->seq, hash);
        if (rc && rc != BM_ENOTFOUND) return rc;
        if (rc || memcmp(hash, head->hash, JOURNAL_HASH) != 0) out->verdict = HEAD_FORK, out->from = have.first;
        else if (have.head > head->seq) out->verdict = HEAD_RESTORED, out->head_seq = have.head;
        else out->from = head->seq + 1;
        return BM_OK;
    }
    out->from = have.head + 1; /* whether the hash there is theirs shows when the batch comes: it names its head before */
    return BM_OK;
}

/* --- taking a batch --------------------------------------------------------------------------------------- */

struct taking {
    struct branch *b;
    const struct wire_batch *batch;
    struct have have;
    unsigned char (*hashes)[JOURNAL_HASH]; /* of each line, computed here */
};

/* Compute the chain over the lines; it must reach the head that was signed. */
static enum bm_rc check_chain(struct taking *t, struct arena *a)
{
    const struct wire_batch *batch = t->batch;
    const unsigned char *prev = batch->before;
    t->hashes = arena_array(a, batch->count, JOURNAL_HASH);
    if (!t->hashes) return BM_ENOMEM;
    for (size_t i = 0; i < batch->count; i++) {
        if (memchr(batch->lines[i].bytes, '\0', batch->lines[i].len)) return err_set(BM_EINPUT, "an entry holds a zero byte");
        seal_chain(prev, batch->lines[i].bytes, batch->lines[i].len, t->hashes[i]);
        prev = t->hashes[i];
    }
    if (batch->count == 0 || memcmp(prev, batch->head, JOURNAL_HASH) != 0)
        return err_set(BM_EINPUT, "the entries do not lead to the head that was signed");
    return BM_OK;
}

/* A new epoch begins with an `epoch` entry that says where it hangs. */
static enum bm_rc open_epoch(struct taking *t, struct arena *a, struct ingest_reply *out)
{
    const struct wire_batch *batch = t->batch;
    struct entry e;
    unsigned char before[JOURNAL_HASH];
    char hex[EP_BYTES];
    enum bm_rc rc = entry_read(batch->lines[0].bytes, batch->lines[0].len, false, a, &e);
    if (rc || e.op != OP_EPOCH || e.id.ep != batch->ep || e.id.seq != batch->first)
        return err_set(BM_EINPUT, "an epoch that is new here does not begin with its epoch entry");
    if ((e.practice == 1) != t->b->practice)
        return err_set(BM_EAUTH, t->b->practice ? "this is a practice branch: it takes no real entries" : "practice entries have no place at a real branch");
    if (!e.parent) {
        struct stmt *s;
        rc = db_get(t->b->db, SQL_DEVICE_GET, &s, "dev", 's', batch->dev, NULL);
        if (!rc) rc = stmt_next(s);
        if (rc) return rc;
        unsigned char public_key[SEAL_PUBLIC_BYTES];
        bool sound = stmt_text(s, 0) && hex_decode(public_key, sizeof public_key, stmt_text(s, 0));
        stmt_done(s);
        BM_CHECK(sound);
        journal_genesis(public_key, before);
        if (batch->first != 1) return err_set(BM_EINPUT, "a device's first epoch begins at 1");
    } else {
        unsigned char raw[8];
        uint64_t parent = 0;
        if (!hex_decode(raw, sizeof raw, e.parent)) return err_set(BM_EINPUT, "an epoch's parent is not one");
        for (size_t i = 0; i < 8; i++) parent = parent << 8 | raw[i];
        rc = entry_hash(t->b, batch->dev, parent, (uint64_t)e.pseq, before);
        if (rc == BM_ENOTFOUND) {
            out->result = INGEST_PARENT_UNKNOWN;
            return BM_OK;
        }
        if (rc) return rc;
        if (batch->first != (uint64_t)e.pseq + 1) return err_set(BM_EINPUT, "an epoch goes on at its parent's next number");
    }
    if (memcmp(before, batch->before, JOURNAL_HASH) != 0) {
        out->result = INGEST_FORK;
        out->expect = batch->first - 1;
        return BM_OK;
    }
    rc = db_run(t->b->db, SQL_EPOCH_ADD, "dev", 's', batch->dev, "ep", 's', ep_hex(batch->ep, hex), "parent", 's', e.parent,
                "parent_seq", 'i', e.parent ? e.pseq : (int64_t)0, "first_seq", 'i', (int64_t)batch->first, "head_seq", 'i',
                (int64_t)batch->first - 1, "head_hash", 'b', batch->before, (size_t)JOURNAL_HASH, "head_t", 'i', (int64_t)0, NULL);
    t->have = (struct have){ .known = true, .first = batch->first, .head = batch->first - 1 };
    memcpy(t->have.head_hash, batch->before, JOURNAL_HASH);
    return rc;
}

/* What we have already must be the same, what is new must go on from there. */
static enum bm_rc check_overlap(struct taking *t, struct ingest_reply *out)
{
    const struct wire_batch *batch = t->batch;
    if (batch->first > t->have.head + 1) {
        out->result = INGEST_EXPECT;
        out->expect = t->have.head + 1;
        return BM_OK;
    }
    if (batch->first == t->have.head + 1) {
        bool same = memcmp(batch->before, t->have.head_hash, JOURNAL_HASH) == 0;
        if (!same) out->result = INGEST_FORK, out->expect = t->have.head;
        return BM_OK;
    }
    for (size_t i = 0; i < batch->count && batch->first + i <= t->have.head; i++) {
        unsigned char hash[JOURNAL_HASH];
        enum bm_rc rc = entry_hash(t->b, batch->dev, batch->ep, batch->first + i, hash);
        if (rc) return rc;
        if (memcmp(hash, t->hashes[i], JOURNAL_HASH) == 0) continue;
        out->result = INGEST_FORK;
        out->expect = batch->first + i - 1;
        return BM_OK;
    }
    return BM_OK;
}

static enum bm_rc store_new(struct taking *t, struct arena *a, struct ingest_reply *out)
{
    const struct wire_batch *batch = t->batch;
    char hex[EP_BYTES];
    enum bm_rc rc = BM_OK;
    ep_hex(batch->ep, hex);
    for (size_t i = 0; i < batch->count && !rc; i++) {
        uint64_t seq = batch->first + i;
        struct entry id = { .id = { .ep = batch->ep, .seq = seq } };
        if (seq <= t->have.head) continue;
        char *body = arena_strndup(a, batch->lines[i].bytes, batch->lines[i].len);
        if (!body) return BM_ENOMEM;
        str_copy(id.id.dev, sizeof id.id.dev, batch->dev);
        rc = journal_store(t->b->db, &id, body, batch->lines[i].len, t->hashes[i]);
        if (!rc) rc = db_run(t->b->db, SQL_INTAKE_ADD, "dev", 's', batch->dev, "ep", 's', hex, "seq", 'i', (int64_t)seq, NULL);
        if (!rc) rc = db_run(t->b->db, SQL_ENTRY_RECEIVED, "received_ms", 'i', journal_now_ms(&t->b->journal), "dev", 's',
                             batch->dev, "ep", 's', hex, "seq", 'i', (int64_t)seq, NULL);
        out->fresh++;
    }
    if (rc || out->fresh == 0) return rc;
    return db_run(t->b->db, SQL_EPOCH_HEAD, "seq", 'i', (int64_t)batch->last, "hash", 'b', batch->head, (size_t)JOURNAL_HASH, "t",
                  'i', (int64_t)0, "dev", 's', batch->dev, "ep", 's', hex, NULL);
}

/* --- applying ----------------------------------------------------------------------------------------------- */

/* Words that may go into an outcome: no names, no titles; what err_set says about an entry is of that kind. */
static enum bm_rc set_outcome(struct branch *b, const char *dev, const char *ep, int64_t seq, const char *text)
{
    return db_run(b->db, SQL_ENTRY_OUTCOME, "outcome", 's', text, "dev", 's', dev, "ep", 's', ep, "seq", 'i', seq, NULL);
}

/* Faults of the machine stop the work; anything else is the entry's own fault and must hold up nobody (I4). */
static bool is_fault_of_entry(const struct branch *b, enum bm_rc rc)
{
    return rc != BM_EIO && rc != BM_EFULL && rc != BM_EBUSY && rc != BM_ENOMEM && !(rc == BM_ECORRUPT && db_is_damaged(b->db));
}

static enum bm_rc apply_stored(struct branch *b, const char *dev, const char *ep, int64_t seq)
{
    struct stmt *s;
    struct arena a = { 0 };
    struct entry e;
    struct outcome out;
    char text[OUTCOME_MAX];
    enum bm_rc rc = db_get(b->db, SQL_ENTRY_RECEIVED_GET, &s, "dev", 's', dev, "ep", 's', ep, "seq", 'i', seq, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc;
    int64_t received = stmt_int(s, 1);
    const char *body = stmt_copy(s, 0, &a);
    stmt_done(s);
    if (!body) return BM_ENOMEM;
    rc = db_save(b->db, "one_entry");
    if (rc) goto done;
    rc = entry_read(body, strlen(body), false, &a, &e);
    char named[EP_BYTES];
    if (!rc && (!str_eq(e.id.dev, dev) || !str_eq(ep_hex(e.id.ep, named), ep) || (int64_t)e.id.seq != seq))
        rc = err_set(BM_EINPUT, "the entry names another place than the one it has in the journal");
    if (!rc && e.op == OP_OBSERVE) /* its rows stand beside it, and no batch carries rows */
        rc = err_set(BM_EINPUT, "imports are made at the branch, not on a laptop");
    if (!rc) rc = apply_entry(&b->apply, &e, received, &out);
    if (!rc) branch_outcome_text(&out, text, sizeof text);
    else if (is_fault_of_entry(b, rc)) snprintf(text, sizeof text, "quarantined %.*s", OUTCOME_MAX - 20, err_text(rc));
    else {
        enum bm_rc undo = db_save_end(b->db, "one_entry", rc);
        rc = rc ? rc : undo;
        goto done;
    }
    enum bm_rc ended = db_save_end(b->db, "one_entry", rc); /* rc set: its effects are undone, the outcome stays */
    rc = ended && ended != rc ? ended : BM_OK;
    if (!rc) rc = set_outcome(b, dev, ep, seq, text);
    if (!rc) rc = db_run(b->db, SQL_INTAKE_DONE, "dev", 's', dev, "ep", 's', ep, "seq", 'i', seq, NULL);
done:
    arena_free(&a);
    return rc;
}

struct intake {
    char dev[ENTRY_DEV_MAX], ep[EP_BYTES];
    int64_t seq, attempts;
};

static enum bm_rc intake_list(struct branch *b, struct arena *a, struct intake **out, size_t *count)
{
    struct stmt *s;
    size_t cap = 0;
    *out = NULL;
    *count = 0;
    enum bm_rc rc = db_get(b->db, SQL_INTAKE_LIST, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        *out = arena_grow(a, *out, *count, &cap, sizeof **out);
        if (!*out) {
            rc = BM_ENOMEM;
            break;
        }
        struct intake *one = &(*out)[(*count)++];
        str_copy(one->dev, sizeof one->dev, stmt_text(s, 0));
        str_copy(one->ep, sizeof one->ep, stmt_text(s, 1));
        one->seq = stmt_int(s, 2);
        one->attempts = stmt_int(s, 3);
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* All that is stored and not applied, in one transaction. */
static enum bm_rc apply_all(struct branch *b, struct arena *a)
{
    struct intake *list;
    size_t count;
    enum bm_rc rc = journal_begin(&b->journal);
    if (rc) return rc;
    rc = intake_list(b, a, &list, &count);
    for (size_t i = 0; i < count && !rc; i++) rc = apply_stored(b, list[i].dev, list[i].ep, list[i].seq);
    if (!rc) rc = env_tick("ingest.applying");
    return db_end(b->db, rc);
}

enum bm_rc ingest_finish(struct branch *b, int64_t *done)
{
    struct arena a = { 0 };
    struct intake *list;
    size_t count = 0;
    *done = 0;
    enum bm_rc rc = db_begin(b->db);
    if (rc) return rc;
    rc = db_end(b->db, intake_list(b, &a, &list, &count));
    for (size_t i = 0; i < count && !rc; i++) { /* one by one, counted before the attempt */
        rc = db_begin(b->db);
        if (!rc)
            rc = db_end(b->db, db_run(b->db, SQL_INTAKE_TRY, "dev", 's', list[i].dev, "ep", 's', list[i].ep, "seq", 'i', list[i].seq, NULL));
        if (!rc) rc = journal_begin(&b->journal);
        if (rc) break;
        if (list[i].attempts >= INGEST_ATTEMPTS_MAX) {
            rc = set_outcome(b, list[i].dev, list[i].ep, list[i].seq, "quarantined it stopped the program again and again");
            if (!rc) rc = db_run(b->db, SQL_INTAKE_DONE, "dev", 's', list[i].dev, "ep", 's', list[i].ep, "seq", 'i', list[i].seq, NULL);
        } else {
            rc = apply_stored(b, list[i].dev, list[i].ep, list[i].seq);
        }
        rc = db_end(b->db, rc);
        ++*done;
    }
    arena_free(&a);
    return rc;
}

static enum bm_rc read_outcomes(struct branch *b, const struct wire_batch *batch, struct arena *a, struct ingest_reply *out)
{
    char hex[EP_BYTES];
    struct stmt *s;
    out->first = batch->first;
    out->outcomes = arena_array(a, batch->count, sizeof *out->outcomes);
    if (!out->outcomes) return BM_ENOMEM;
    enum bm_rc rc = db_get(b->db, SQL_ENTRY_RANGE, &s, "dev", 's', batch->dev, "ep", 's', ep_hex(batch->ep, hex), "first", 'i',
                           (int64_t)batch->first, "last", 'i', (int64_t)batch->last, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK && out->count < batch->count) {
        const char *text = stmt_text(s, 3);
        out->outcomes[out->count] = arena_strdup(a, text ? text : "stored");
        if (!out->outcomes[out->count++]) rc = BM_ENOMEM;
        if (rc) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc ingest_batch(struct branch *b, const struct wire_batch *batch, struct arena *a, struct ingest_reply *out)
{
    struct taking t = { .b = b, .batch = batch };
    *out = (struct ingest_reply){ .result = INGEST_TAKEN };
    enum bm_rc rc = check_chain(&t, a);
    if (rc) return rc;
    rc = journal_begin(&b->journal);
    if (rc) return rc;
    rc = epoch_have(b, batch->dev, batch->ep, &t.have);
    if (!rc && !t.have.known) rc = open_epoch(&t, a, out);
    if (!rc && out->result == INGEST_TAKEN) rc = check_overlap(&t, out);
    if (!rc && out->result == INGEST_TAKEN) rc = store_new(&t, a, out);
    if (!rc) rc = env_tick("ingest.storing");
    rc = db_end(b->db, rc); /* I4: from here on they are kept, whatever comes of them */
    if (!rc) rc = env_tick("ingest.stored");
    if (rc || out->result != INGEST_TAKEN) return rc;
    rc = apply_all(b, a);
    if (!rc) rc = env_tick("ingest.applied");
    return rc ? rc : read_outcomes(b, batch, a, out);
}
