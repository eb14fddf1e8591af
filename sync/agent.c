/* sync/agent.c -- see agent.h */
#include "sync/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/feed.h"
#include "sync/ingest.h"
#include "sync/server.h"
#include "sync/snapshot.h"
#include "sync/wire.h"

enum { JSON_REPLY_MAX = 8 << 20, HEADER_MAX = 256, EP_BYTES = 20, PATH_BYTES = 480, MESSAGE_MAX = 300 };

static enum bm_rc over_link(void *link, const char *path, const char *type, const char *const *headers, const void *body,
                            size_t len, struct buf *reply, int *status)
{
    return link_post(link, path, type, headers, body, len, reply, status);
}

static enum bm_rc file_over_link(void *link, const char *path, const char *const *headers, struct link_file *file)
{
    return link_get_to_file(link, path, headers, file);
}

enum bm_rc agent_open(struct agent *g, const struct agent_way *way, const struct link_options *options)
{
    *g = (struct agent){ 0 };
    enum bm_rc rc = way ? BM_OK : link_open(options, &g->link);
    g->way = way ? *way : (struct agent_way){ .post = over_link, .get_to_file = file_over_link, .ctx = g->link };
    return rc;
}

void agent_close(struct agent *g)
{
    link_close(g->link);
    seal_wipe(g->token, sizeof g->token);
    g->link = NULL;
}

static void tell(struct agent *g, const char *label, int64_t done, int64_t total)
{
    if (g->progress) g->progress(g->progress_ctx, label, done, total);
}

/* --- one request --------------------------------------------------------------------------------------- */

static const char *member(json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

static int64_t number(json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

/* A reply that is no 200 says why in JSON. */
static enum bm_rc refusal(int status, const struct buf *reply)
{
    json_error_t bad;
    char said[MESSAGE_MAX] = "";
    json_t *o = reply->len ? json_loadb(reply->data, reply->len, 0, &bad) : NULL;
    str_copy(said, sizeof said, member(o, "message"));
    json_decref(o);
    for (char *p = said; *p; p++)
        if ((unsigned char)*p < 0x20) *p = ' ';
    enum bm_rc rc = status == 401 ? BM_EAUTH : status == 409 ? BM_EFORK : status == 400 ? BM_EINPUT : BM_ENET;
    return said[0] ? err_set(rc, "the branch answers: %s", said) : err_set(rc, "the branch answers with status %d; look at its log", status);
}

static enum bm_rc post(struct agent *g, const char *path, const char *type, const char *const *headers, const void *body,
                       size_t len, struct buf *reply)
{
    int status;
    enum bm_rc rc = g->way.post(g->way.ctx, path, type, headers, body, len, reply, &status);
    if (rc) return rc;
    g->sent_bytes += (int64_t)len;
    g->received_bytes += (int64_t)reply->len;
    return status == 200 ? BM_OK : refusal(status, reply);
}

/* Steals `request`; *out is an object, the caller's to free. */
static enum bm_rc post_json(struct agent *g, const char *path, const char *const *headers, json_t *request, json_t **out)
{
    struct buf reply;
    json_error_t bad;
    char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;
    json_decref(request);
    *out = NULL;
    if (!text) return err_set(BM_ENOMEM, "out of memory");
    buf_init(&reply, JSON_REPLY_MAX);
    enum bm_rc rc = post(g, path, "application/json", headers, text, strlen(text), &reply);
    if (!rc) *out = json_loadb(buf_str(&reply), reply.len, JSON_REJECT_DUPLICATES, &bad);
    if (!rc && !json_is_object(*out)) rc = err_set(BM_ENET, "what answers at this address is no branch; look at the URL");
    if (rc) json_decref(*out), *out = NULL;
    free(text);
    buf_free(&reply);
    return rc;
}

static void token_header(const struct agent *g, char out[HEADER_MAX])
{
    snprintf(out, HEADER_MAX, "Authorization: Bearer %s", g->token);
}

/* --- enrol ----------------------------------------------------------------------------------------------- */

enum bm_rc agent_enrol(struct agent *g, const char *code, const unsigned char public_key[SEAL_PUBLIC_BYTES], struct arena *a,
                       struct agent_enrolment *out)
{
    char hex[2 * SEAL_PUBLIC_BYTES + 1];
    json_t *o;
    *out = (struct agent_enrolment){ 0 };
    hex_encode(hex, public_key, SEAL_PUBLIC_BYTES);
    enum bm_rc rc = post_json(g, "/sync/enrol", NULL, json_pack("{s:s, s:s}", "code", code, "public_key", hex), &o);
    if (rc) return rc;
    out->device = arena_strdup(a, member(o, "device"));
    out->server = arena_strdup(a, member(o, "server"));
    out->zone = arena_strdup(a, member(o, "zone"));
    out->branch = arena_strdup(a, member(o, "branch"));
    out->name = arena_strdup(a, member(o, "name"));
    out->cards = arena_strdup(a, member(o, "cards"));
    const char *clock_file = json_string_value(json_object_get(o, "practice_clock"));
    out->practice_clock = arena_strdup(a, clock_file);
    bool sound = out->device && out->device[0] && out->server && out->server[0] && out->zone && out->branch && out->name && out->cards &&
                 hex_decode(out->server_key, sizeof out->server_key, member(o, "server_key")) &&
                 hex_decode(out->box_key, sizeof out->box_key, member(o, "box_key")) &&
                 hex_decode(out->who_key, sizeof out->who_key, member(o, "who_key"));
    json_decref(o);
    return sound ? BM_OK : err_set(BM_ENET, "the branch's answer to the enrolment is not complete; enrol again with a new code");
}

/* --- hello ------------------------------------------------------------------------------------------------- */

/* A boot is an epoch: after years of them only the newest are told, as many as the branch listens to. */
static enum bm_rc own_heads(struct agent *g, json_t *out)
{
    struct stmt *s;
    int64_t skip;
    enum bm_rc rc = db_int(g->journal->db, SQL_EPOCH_COUNT, &skip, "dev", 's', g->journal->dev, NULL);
    if (!rc) rc = db_get(g->journal->db, SQL_EPOCH_LIST, &s, "dev", 's', g->journal->dev, NULL);
    if (rc) return rc;
    skip -= INGEST_HEADS_MAX;
    while ((rc = stmt_next(s)) == BM_OK) {
        if (skip-- > 0) continue;
        char hash[2 * JOURNAL_HASH + 1];
        size_t len;
        const void *bytes = stmt_blob(s, 5, &len);
        if (len != JOURNAL_HASH) continue;
        hex_encode(hash, bytes, len);
        const char *parent = stmt_text(s, 1);
        json_array_append_new(out, json_pack("{s:s, s:I, s:s, s:s, s:I}", "ep", stmt_text(s, 0), "seq", (json_int_t)stmt_int(s, 4),
                                             "hash", hash, "parent", parent ? parent : "", "pseq", (json_int_t)stmt_int(s, 2)));
    }
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* What the branch answered for once and lacks now (it was restored from a backup) is unanswered again, so it is sent again. */
static enum bm_rc unanswer(struct agent *g, json_t *heads)
{
    size_t i;
    json_t *one;
    enum bm_rc rc = db_begin(g->journal->db);
    if (rc) return rc;
    json_array_foreach(heads, i, one)
    {
        bool goes_on = str_eq(member(one, "answer"), "send") || str_eq(member(one, "answer"), "need");
        if (goes_on && !rc)
            rc = db_run(g->journal->db, SQL_ENTRY_UNANSWER, "dev", 's', g->journal->dev, "ep", 's', member(one, "ep"), "from", 'i',
                        number(one, "from"), NULL);
    }
    return db_end(g->journal->db, rc);
}

/* A fork ends the sync with words that say what to do. Where the branch has more of an epoch than we (we were restored from
 * a backup), the epoch is left as it is, and we go on in another from where we stand: siblings (DESIGN 7, Heads). */
static enum bm_rc judge_heads(struct agent *g, json_t *heads)
{
    size_t i;
    json_t *one;
    json_array_foreach(heads, i, one)
    {
        const char *answer = member(one, "answer");
        if (str_eq(answer, "fork"))
            return err_set(BM_EFORK, "this laptop's journal and the branch's copy of it differ in epoch %s: was the laptop restored "
                                     "or copied? nothing was sent; ask the branch to enrol it anew", member(one, "ep"));
        enum bm_rc rc = str_eq(answer, "restored") ? journal_renew(g->journal, member(one, "ep")) : BM_OK;
        if (rc) return rc;
    }
    return unanswer(g, heads);
}

static enum bm_rc sample_clock(struct agent *g, int64_t before_ms, int64_t now_ms)
{
    int64_t after_ms = env_boottime_ms(g->journal->env), middle = before_ms + (after_ms - before_ms) / 2;
    int64_t unc = (after_ms - before_ms) / 2 + 1;
    g->clock_off_ms = now_ms - env_wall_ms(g->journal->env);
    enum bm_rc rc = journal_begin(g->journal);
    if (rc) return rc;
    if (unc <= CLOCK_SYNC_UNC_MS) rc = journal_clock(g->journal, CLOCK_SYNC, now_ms - middle, unc);
    return db_end(g->journal->db, rc);
}

static enum bm_rc signed_hello(struct agent *g, const char *nonce, json_t **out)
{
    char device[HEADER_MAX], signature[HEADER_MAX], hex[2 * SEAL_SIG_BYTES + 1];
    unsigned char sig[SEAL_SIG_BYTES];
    struct buf msg, reply;
    json_error_t bad;
    json_t *heads = json_array();
    enum bm_rc rc = own_heads(g, heads);
    json_t *o = json_pack("{s:s, s:s, s:i, s:i, s:O}", "nonce", nonce, "server", g->server, "proto", SERVER_PROTO, "schema",
                          FEED_SCHEMA, "heads", heads);
    json_decref(heads);
    char *body = o ? json_dumps(o, JSON_COMPACT) : NULL;
    json_decref(o);
    *out = NULL;
    if (rc || !body) {
        free(body);
        return rc ? rc : err_set(BM_ENOMEM, "out of memory");
    }
    buf_init(&msg, JSON_REPLY_MAX);
    buf_init(&reply, JSON_REPLY_MAX);
    buf_put(&msg, "bookmobile-hello-1", 19);
    buf_puts(&msg, nonce);
    buf_puts(&msg, body);
    rc = buf_rc(&msg);
    if (!rc) seal_sign(g->key, msg.data, msg.len, sig);
    hex_encode(hex, sig, sizeof sig);
    snprintf(device, sizeof device, "Bookmobile-Device: %s", g->journal->dev);
    snprintf(signature, sizeof signature, "Bookmobile-Signature: %s", hex);
    const char *const headers[] = { device, signature, NULL };
    if (!rc) rc = post(g, "/sync/hello", "application/json", headers, body, strlen(body), &reply);
    if (!rc) *out = json_loadb(buf_str(&reply), reply.len, JSON_REJECT_DUPLICATES, &bad);
    if (!rc && !json_is_object(*out)) rc = err_set(BM_ENET, "the branch's hello cannot be read");
    free(body);
    buf_free(&msg);
    buf_free(&reply);
    return rc;
}

enum bm_rc agent_hello(struct agent *g)
{
    json_t *o, *said = NULL;
    tell(g, "hello", 0, 0);
    enum bm_rc rc = post_json(g, "/sync/challenge", NULL, json_object(), &o);
    if (rc) return rc;
    char nonce[80];
    bool sound = str_copy(nonce, sizeof nonce, member(o, "nonce"));
    bool ours = str_eq(member(o, "server"), g->server);
    json_decref(o);
    if (!ours) return err_set(BM_EAUTH, "another branch answers at this address; this laptop belongs to the one it was enrolled at");
    int64_t before_ms = env_boottime_ms(g->journal->env);
    rc = sound ? signed_hello(g, nonce, &said) : err_set(BM_ENET, "the branch's challenge cannot be read");
    if (!rc && !str_copy(g->token, sizeof g->token, member(said, "token"))) rc = err_set(BM_ENET, "the branch's hello cannot be read");
    if (!rc && number(said, "now_ms") < CLOCK_EARLIEST_MS) rc = err_set(BM_ENET, "the branch's clock stands at %" PRId64 " ms; set it right there", number(said, "now_ms"));
    if (!rc && !str_copy(g->cards, sizeof g->cards, member(said, "cards"))) g->cards[0] = '\0'; /* no range is so long */
    if (!rc) g->links_cut_ms = number(said, "links_cut_ms");
    if (!rc) rc = judge_heads(g, json_object_get(said, "heads"));
    if (!rc) rc = sample_clock(g, before_ms, number(said, "now_ms"));
    json_decref(said);
    return rc;
}

/* --- push ------------------------------------------------------------------------------------------------------ */

struct epoch_line {
    char ep[EP_BYTES];
    uint64_t id, first, head;
    unsigned char before[JOURNAL_HASH]; /* hash before `first` */
    bool has_parent;
    char parent[EP_BYTES];
    int64_t parent_seq;
};

/* Read lines first..., as many as fit a batch; fills before and head of the batch. A short read transaction. */
static enum bm_rc read_lines(struct agent *g, const struct epoch_line *line, uint64_t first, struct arena *a, struct wire_batch *batch)
{
    struct stmt *s;
    size_t bytes = 0;
    batch->lines = arena_array(a, WIRE_ENTRIES_MAX, sizeof *batch->lines);
    if (!batch->lines) return BM_ENOMEM;
    enum bm_rc rc = db_get(g->journal->db, SQL_ENTRY_RANGE, &s, "dev", 's', g->journal->dev, "ep", 's', line->ep, "first", 'i',
                           (int64_t)first, "last", 'i', (int64_t)line->head, NULL);
    if (rc) return rc;
    while (batch->count < WIRE_ENTRIES_MAX && bytes < AGENT_BATCH_BYTES && (rc = stmt_next(s)) == BM_OK) {
        size_t len;
        const void *hash = stmt_blob(s, 1, &len);
        char *text = stmt_copy(s, 2, a);
        if (text && stmt_kind(s, 4) != 'n') {
            rc = err_set(BM_EFORK, "the branch lacks entry %" PRId64 ", which was cut here after it had it (I12): restore a younger backup there", stmt_int(s, 0));
            break;
        }
        if (!text || len != JOURNAL_HASH) {
            rc = text ? err_set(BM_ECORRUPT, "an entry has no hash; run verify") : BM_ENOMEM;
            break;
        }
        memcpy(batch->head, hash, len);
        batch->lines[batch->count++] = (struct wire_line){ text, strlen(text) };
        bytes += strlen(text);
    }
    stmt_done(s);
    batch->first = first;
    batch->last = first + batch->count - 1;
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc hash_at(struct agent *g, const char *ep, int64_t seq, unsigned char out[JOURNAL_HASH])
{
    struct stmt *s;
    size_t len;
    enum bm_rc rc = db_get(g->journal->db, SQL_ENTRY_GET, &s, "dev", 's', g->journal->dev, "ep", 's', ep, "seq", 'i', seq, "row",
                           'i', (int64_t)0, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? err_set(BM_ECORRUPT, "an entry is missing from the journal; run verify") : rc;
    const void *hash = stmt_blob(s, 0, &len);
    if (len == JOURNAL_HASH) memcpy(out, hash, len);
    stmt_done(s);
    BM_CHECK(len == JOURNAL_HASH);
    return BM_OK;
}

static enum bm_rc hash_before(struct agent *g, const struct epoch_line *line, uint64_t first, unsigned char out[JOURNAL_HASH])
{
    if (first > line->first) return hash_at(g, line->ep, (int64_t)first - 1, out);
    if (line->has_parent) return hash_at(g, line->parent, line->parent_seq, out);
    journal_genesis(g->key->public, out);
    return BM_OK;
}

static void count_outcome(struct agent *g, const char *outcome)
{
    if (strncmp(outcome, "applied", 7) == 0) g->applied++;
    else if (strncmp(outcome, "adjusted", 8) == 0) g->adjusted++;
    else if (strncmp(outcome, "exception", 9) == 0) g->exceptions++;
    else if (strncmp(outcome, "quarantined", 11) == 0) g->quarantined++;
}

/* The first word of the branch on each entry; a later one does not replace it (I3). */
static enum bm_rc store_outcomes(struct agent *g, const struct epoch_line *line, const struct wire_batch *batch, json_t *outcomes)
{
    size_t i;
    json_t *one;
    if (json_array_size(outcomes) != batch->count) return err_set(BM_ENET, "the branch did not answer for every entry");
    enum bm_rc rc = db_begin(g->journal->db);
    if (rc) return rc;
    json_array_foreach(outcomes, i, one)
    {
        const char *text = json_string_value(one);
        if (!text || strlen(text) > ENTRY_TEXT_MAX) rc = err_set(BM_ENET, "an outcome of the branch cannot be read");
        if (!rc) rc = db_run(g->journal->db, SQL_ENTRY_OUTCOME, "outcome", 's', text, "dev", 's', g->journal->dev, "ep", 's',
                             line->ep, "seq", 'i', (int64_t)(batch->first + i), NULL);
        if (rc) break;
        count_outcome(g, text);
    }
    return db_end(g->journal->db, rc);
}

/* One batch there and back. *next: where to go on. */
static enum bm_rc push_batch(struct agent *g, const struct epoch_line *line, uint64_t first, uint64_t *next)
{
    struct arena a = { 0 };
    struct buf frame, reply;
    json_error_t bad;
    json_t *o = NULL;
    unsigned char message[WIRE_MESSAGE_MAX];
    char auth[HEADER_MAX];
    struct wire_batch batch = { .ep = line->id };
    str_copy(batch.dev, sizeof batch.dev, g->journal->dev);
    buf_init(&frame, WIRE_FRAME_MAX);
    buf_init(&reply, JSON_REPLY_MAX);
    token_header(g, auth);
    const char *const headers[] = { auth, NULL };
    enum bm_rc rc = read_lines(g, line, first, &a, &batch);
    if (!rc) rc = hash_before(g, line, first, batch.before);
    if (!rc) {
        seal_sign(g->key, message, wire_signed_message(&batch, message), batch.signature);
        rc = wire_batch_write(&batch, WIRE_LEVEL, &frame);
    }
    if (!rc) rc = env_tick("push.ready");
    if (!rc) rc = post(g, "/sync/push", "application/x-bookmobile-batch", headers, frame.data, frame.len, &reply);
    if (!rc) rc = env_tick("push.answered");
    if (!rc) o = json_loadb(buf_str(&reply), reply.len, JSON_REJECT_DUPLICATES, &bad);
    const char *result = member(o, "result");
    if (!rc && str_eq(result, "taken")) {
        rc = store_outcomes(g, line, &batch, json_object_get(o, "outcomes"));
        if (!rc) g->pushed += number(o, "fresh"), g->push_batches++, *next = batch.last + 1;
    } else if (!rc && str_eq(result, "expect")) {
        *next = (uint64_t)number(o, "expect");
        if (*next < line->first || *next >= first) rc = err_set(BM_ENET, "the branch asks for entries that it cannot lack");
    } else if (!rc) {
        rc = err_set(BM_EFORK, "the branch's copy of this laptop's journal is another one (%s); nothing was lost; ask the branch", result);
    }
    if (!rc) rc = env_tick("push.stored");
    json_decref(o);
    arena_free(&a);
    buf_free(&frame);
    buf_free(&reply);
    return rc;
}

/* First entry without an outcome in the epoch: before it the branch has answered. */
static enum bm_rc first_unanswered(struct agent *g, const struct epoch_line *line, uint64_t *out)
{
    int64_t seq;
    enum bm_rc rc = db_int(g->journal->db, SQL_ENTRY_FIRST_UNANSWERED, &seq, "dev", 's', g->journal->dev, "ep", 's', line->ep, NULL);
    *out = !rc && seq != ENTRY_NONE ? (uint64_t)seq : line->head + 1;
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc epoch_lines(struct agent *g, struct arena *a, struct epoch_line **lines, size_t *count)
{
    struct stmt *s;
    size_t cap = 0;
    *lines = NULL;
    *count = 0;
    enum bm_rc rc = db_get(g->journal->db, SQL_EPOCH_LIST, &s, "dev", 's', g->journal->dev, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        *lines = arena_grow(a, *lines, *count, &cap, sizeof **lines);
        if (!*lines) {
            rc = BM_ENOMEM;
            break;
        }
        struct epoch_line *line = &(*lines)[(*count)++];
        unsigned char raw[8];
        *line = (struct epoch_line){ .first = (uint64_t)stmt_int(s, 3), .head = (uint64_t)stmt_int(s, 4), .parent_seq = stmt_int(s, 2) };
        str_copy(line->ep, sizeof line->ep, stmt_text(s, 0));
        line->has_parent = stmt_text(s, 1) != NULL;
        if (line->has_parent) str_copy(line->parent, sizeof line->parent, stmt_text(s, 1));
        BM_CHECK(hex_decode(raw, sizeof raw, line->ep));
        for (size_t i = 0; i < sizeof raw; i++) line->id = line->id << 8 | raw[i];
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc agent_push(struct agent *g)
{
    struct arena a = { 0 };
    struct epoch_line *lines;
    size_t count;
    int64_t total = 0;
    enum bm_rc rc = epoch_lines(g, &a, &lines, &count);
    if (!rc) rc = db_int(g->journal->db, SQL_ENTRY_UNANSWERED, &total, "dev", 's', g->journal->dev, NULL);
    for (size_t i = 0; i < count && !rc; i++) { /* parents before children: EPOCH_LIST is ordered so */
        uint64_t next;
        rc = first_unanswered(g, &lines[i], &next);
        while (!rc && next <= lines[i].head) {
            rc = push_batch(g, &lines[i], next, &next);
            tell(g, "push", g->pushed, total);
        }
    }
    arena_free(&a);
    return rc;
}

/* --- pull --------------------------------------------------------------------------------------------------------- */

static enum bm_rc read_feed(const struct buf *text, struct agent_feed *out)
{
    const char *end = memchr(buf_str(text), '\n', text->len);
    json_error_t bad;
    json_t *o = end ? json_loadb(text->data, (size_t)(end - text->data), JSON_REJECT_DUPLICATES, &bad) : NULL;
    json_t *sums = json_object_get(o, "digests");
    char *digests = sums ? json_dumps(sums, JSON_COMPACT) : NULL;
    bool sound = digests && str_copy(out->digests, sizeof out->digests, digests) &&
                 str_copy(out->mark_ep, sizeof out->mark_ep, member(o, "mark_ep"));
    out->upto = number(o, "upto");
    out->tag = number(o, "tag");
    out->rows = number(o, "rows");
    out->mark_seq = number(o, "mark");
    free(digests);
    json_decref(o);
    if (!sound) return err_set(BM_ENET, "the branch's feed cannot be read; sync again");
    buf_put(&out->lines, end + 1, text->len - (size_t)(end + 1 - text->data));
    return buf_rc(&out->lines);
}

enum bm_rc agent_pull(struct agent *g, int64_t rev, int64_t tag, struct agent_feed *out)
{
    char auth[HEADER_MAX];
    struct buf reply, text;
    char ep[EP_BYTES];
    snprintf(ep, sizeof ep, "%016" PRIx64, g->journal->ep);
    json_t *request = json_pack("{s:I, s:I, s:s}", "rev", (json_int_t)rev, "tag", (json_int_t)tag, "ep", ep);
    char *body = request ? json_dumps(request, JSON_COMPACT) : NULL;
    json_decref(request);
    *out = (struct agent_feed){ 0 };
    buf_init(&out->lines, FEED_BYTES_MAX);
    buf_init(&reply, LINK_REPLY_MAX);
    buf_init(&text, FEED_BYTES_MAX);
    token_header(g, auth);
    const char *const headers[] = { auth, NULL };
    tell(g, "pull", 0, 0);
    enum bm_rc rc = body ? post(g, "/sync/pull", "application/json", headers, body, strlen(body), &reply) : err_set(BM_ENOMEM, "out of memory");
    if (!rc && reply.len && reply.data[0] == '{') out->snapshot = true;
    else if (!rc) rc = snapshot_unpack(buf_str(&reply), reply.len, FEED_BYTES_MAX, &text);
    if (!rc && !out->snapshot) rc = read_feed(&text, out);
    if (!rc) rc = env_tick("pull.answered");
    free(body);
    buf_free(&reply);
    buf_free(&text);
    return rc;
}

/* --- snapshot --------------------------------------------------------------------------------------------------------- */

struct wanted {
    char path[PATH_BYTES], hash[2 * SEAL_HASH_BYTES + 1], signature[2 * SEAL_SIG_BYTES + 1];
    int64_t bytes, raw;
};

static enum bm_rc ask_snapshot(struct agent *g, const char *const *headers, struct wanted *w)
{
    json_t *o;
    char ep[EP_BYTES];
    snprintf(ep, sizeof ep, "%016" PRIx64, g->journal->ep);
    enum bm_rc rc = post_json(g, "/sync/snapshot", headers, json_pack("{s:s}", "ep", ep), &o);
    if (rc) return rc;
    w->bytes = number(o, "bytes");
    w->raw = number(o, "raw");
    bool sound = str_copy(w->path, sizeof w->path, member(o, "path")) && str_copy(w->hash, sizeof w->hash, member(o, "hash")) &&
                 str_copy(w->signature, sizeof w->signature, member(o, "signature")) && w->bytes > 0 && w->raw > 0 &&
                 w->bytes <= AGENT_SNAPSHOT_BYTES_MAX && w->raw <= SNAPSHOT_RAW_MAX;
    json_decref(o);
    return sound ? BM_OK : err_set(BM_ENET, "the branch's offer of a snapshot cannot be read");
}

static enum bm_rc check_snapshot(struct agent *g, const struct wanted *w, const unsigned char hash[SEAL_HASH_BYTES])
{
    unsigned char said[SEAL_HASH_BYTES], sig[SEAL_SIG_BYTES], message[SNAPSHOT_MESSAGE];
    snapshot_signed(hash, message);
    if (!hex_decode(said, sizeof said, w->hash) || !hex_decode(sig, sizeof sig, w->signature) || memcmp(said, hash, sizeof said) != 0 ||
        !seal_verify(g->server_key, message, sizeof message, sig))
        return err_set(BM_EAUTH, "the snapshot is not as the branch signed it; sync again");
    return BM_OK;
}

enum bm_rc agent_snapshot(struct agent *g, const char *path)
{
    char packed[PATH_BYTES], auth[HEADER_MAX];
    unsigned char hash[SEAL_HASH_BYTES];
    struct wanted w;
    int64_t raw;
    token_header(g, auth);
    const char *const headers[] = { auth, NULL };
    tell(g, "snapshot", 0, 0);
    enum bm_rc rc = ask_snapshot(g, headers, &w);
    if (rc) return rc;
    snprintf(packed, sizeof packed, "%s.part", path);
    int fd = open(packed, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return err_set(errno == ENOSPC ? BM_EFULL : BM_EIO, "%s: %s", packed, strerror(errno));
    struct link_file file = { .fd = fd, .bytes_max = w.bytes };
    rc = g->way.get_to_file(g->way.ctx, w.path, headers, &file);
    if (!rc && file.status != 200) rc = err_set(BM_ENET, "the branch answers with status %d for its snapshot", file.status);
    if (!rc && file.size_bytes != w.bytes) rc = err_set(BM_ENET, "the snapshot came incomplete; sync again");
    if (!rc) g->received_bytes += file.size_bytes, tell(g, "snapshot", w.bytes, w.bytes);
    if (!rc && lseek(fd, 0, SEEK_SET) != 0) rc = err_set(BM_EIO, "%s: %s", packed, strerror(errno));
    if (!rc) rc = snapshot_unpack_file(fd, path, w.raw, hash, &raw);
    if (!rc) rc = check_snapshot(g, &w, hash);
    if (rc) unlink(path);
    close(fd);
    unlink(packed);
    return rc;
}
