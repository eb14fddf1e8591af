/* sync/server.c -- see server.h */
#include "sync/reckon.h"
#include "sync/server.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/device.h"
#include "sync/feed.h"
#include "sync/husk.h"
#include "sync/ingest.h"
#include "sync/snapshot.h"

enum {
    NONCE_BYTES = 16,
    NONCE_HEX = 2 * NONCE_BYTES + 1,
    TOKEN_BYTES = 24,
    TOKEN_HEX = 2 * TOKEN_BYTES + 1,
    PEM_MAX = 1 << 20,
    ASIDE_MAX = 1000 /* of a device; more are refused and not kept */
};

struct session {
    char token[TOKEN_HEX], dev[ENTRY_DEV_MAX];
    int64_t until_ms;
};

struct server {
    struct branch b;
    char nonces[SERVER_NONCES_MAX][NONCE_HEX];
    size_t next_nonce;
    struct session sessions[SERVER_SESSIONS_MAX];
    size_t next_session;
};

/* --- answers ------------------------------------------------------------------------------------------- */

static int http_status(enum bm_rc rc)
{
    switch ((int)rc) {
    case BM_OK: return 200;
    case BM_EAUTH: return 401;
    case BM_ENOTFOUND: return 404;
    case BM_EFORK: return 409;
    case BM_ELIMIT: return 413;
    case BM_EUSAGE:
    case BM_EINPUT:
    case BM_EVERSION: return 400;
    default: return 503;
    }
}

/* Steals o. */
static void reply_json(struct http_response *resp, int status, json_t *o)
{
    char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
    json_decref(o);
    http_reply_text(resp, text ? status : 500, "application/json", text ? text : "{}");
    free(text);
}

static void reply_error(struct http_response *resp, enum bm_rc rc)
{
    reply_json(resp, http_status(rc), json_pack("{s:s, s:s}", "error", err_name(rc), "message", err_text(rc)));
}

static enum bm_rc body_json(const struct http_request *req, json_t **out)
{
    json_error_t bad;
    *out = json_loadb(req->body, req->body_len, JSON_REJECT_DUPLICATES, &bad);
    return json_is_object(*out) ? BM_OK : err_set(BM_EINPUT, "the request is no JSON object");
}

static const char *member(json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

/* --- who asks ------------------------------------------------------------------------------------------- */

static enum bm_rc challenge(struct server *v, struct http_response *resp)
{
    char *nonce = v->nonces[v->next_nonce++ % SERVER_NONCES_MAX];
    enum bm_rc rc = env_random_hex(&v->b.env, nonce, NONCE_BYTES);
    if (!rc) reply_json(resp, 200, json_pack("{s:s, s:s, s:i}", "nonce", nonce, "server", v->b.server, "proto", SERVER_PROTO));
    return rc;
}

static bool use_nonce(struct server *v, const char *nonce)
{
    for (size_t i = 0; strlen(nonce) == NONCE_HEX - 1 && i < SERVER_NONCES_MAX; i++)
        if (strcmp(v->nonces[i], nonce) == 0) {
            v->nonces[i][0] = '\0';
            return true;
        }
    return false;
}

/* The signature is over "bookmobile-hello-1\0", the nonce, the body. */
static enum bm_rc check_signature(struct server *v, const struct http_request *req, const char *dev, const char *nonce)
{
    unsigned char key[SEAL_PUBLIC_BYTES], sig[SEAL_SIG_BYTES];
    const char *hex = http_header(req, "Bookmobile-Signature");
    struct buf msg;
    enum bm_rc rc = device_key(&v->b, dev, key);
    if (rc) return rc;
    if (!use_nonce(v, nonce)) return err_set(BM_EAUTH, "the challenge is used or too old; ask for another");
    buf_init(&msg, 4 << 20);
    buf_put(&msg, "bookmobile-hello-1", 19);
    buf_puts(&msg, nonce);
    buf_put(&msg, req->body, req->body_len);
    rc = buf_rc(&msg);
    if (!rc && (!hex || !hex_decode(sig, sizeof sig, hex) || !seal_verify(key, msg.data, msg.len, sig)))
        rc = err_set(BM_EAUTH, "the signature is not this device's");
    buf_free(&msg);
    return rc;
}

static enum bm_rc open_session(struct server *v, const char *dev, const char **token)
{
    struct session *s = &v->sessions[v->next_session++ % SERVER_SESSIONS_MAX];
    *s = (struct session){ .until_ms = env_wall_ms(&v->b.env) + (int64_t)SERVER_SESSION_S * 1000 };
    str_copy(s->dev, sizeof s->dev, dev);
    *token = s->token;
    return env_random_hex(&v->b.env, s->token, TOKEN_BYTES);
}

static enum bm_rc session_dev(struct server *v, const struct http_request *req, const char **dev)
{
    const char *auth = http_header(req, "Authorization");
    int64_t now = env_wall_ms(&v->b.env);
    if (auth && strncmp(auth, "Bearer ", 7) == 0 && strlen(auth + 7) == TOKEN_HEX - 1)
        for (size_t i = 0; i < SERVER_SESSIONS_MAX; i++) {
            struct session *s = &v->sessions[i];
            if (s->token[0] && s->until_ms > now && seal_equal(s->token, auth + 7, TOKEN_HEX - 1)) {
                *dev = s->dev;
                return BM_OK;
            }
        }
    return err_set(BM_EAUTH, "say hello first");
}

/* --- enrol ------------------------------------------------------------------------------------------------ */

static json_t *hex_value(const unsigned char *bytes, size_t len)
{
    char hex[2 * 64 + 1];
    bm_assert(len <= 64);
    hex_encode(hex, bytes, len);
    return json_string(hex);
}

static enum bm_rc enrol(struct server *v, const struct http_request *req, struct http_response *resp)
{
    unsigned char key[SEAL_PUBLIC_BYTES];
    char dev[ENTRY_DEV_MAX];
    json_t *o;
    enum bm_rc rc = body_json(req, &o);
    if (!rc && !hex_decode(key, sizeof key, member(o, "public_key"))) rc = err_set(BM_EINPUT, "no public key");
    if (!rc) rc = device_enrol(&v->b, member(o, "code"), key, dev);
    json_decref(o);
    if (rc) return rc;
    const char *name = NULL, *clock_file = NULL;
    char cards[CARDS_TEXT_MAX];
    rc = meta_get(v->b.db, "name", req->arena, &name);
    if (!rc) rc = device_cards(&v->b, dev, cards);
    if (!rc && v->b.practice) rc = meta_get(v->b.db, "practice_clock", req->arena, &clock_file);
    if (rc) return rc;
    json_t *out = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "device", dev, "server", v->b.server, "zone", v->b.zone,
                            "branch", v->b.code, "name", name, "server_key", hex_value(v->b.key.public, SEAL_PUBLIC_BYTES),
                            "box_key", hex_value(v->b.box.public, SEAL_PUBLIC_BYTES), "who_key",
                            hex_value(v->b.who_key, SEAL_KEYED_KEY_BYTES));
    if (out && clock_file) json_object_set_new(out, "practice_clock", json_string(clock_file));
    if (out && cards[0]) json_object_set_new(out, "cards", json_string(cards));
    reply_json(resp, 200, out);
    return BM_OK;
}

/* --- hello -------------------------------------------------------------------------------------------------- */

static bool head_from(json_t *o, struct head *out)
{
    unsigned char raw[8];
    *out = (struct head){ 0 };
    json_int_t seq = json_integer_value(json_object_get(o, "seq")), pseq = json_integer_value(json_object_get(o, "pseq"));
    if (!hex_decode(raw, 8, member(o, "ep")) || !hex_decode(out->hash, sizeof out->hash, member(o, "hash")) || seq < 0 || pseq < 0)
        return false;
    for (size_t i = 0; i < 8; i++) out->ep = out->ep << 8 | raw[i];
    out->seq = (uint64_t)seq;
    out->parent_seq = (uint64_t)pseq;
    if (member(o, "parent")[0] == '\0') return true;
    if (!hex_decode(raw, 8, member(o, "parent"))) return false;
    for (size_t i = 0; i < 8; i++) out->parent = out->parent << 8 | raw[i];
    return true;
}

/* What is ahead of what is here is noted, so that the branch can say what has still to come. One transaction, none if the
 * laptop has nothing new. */
static enum bm_rc note_ahead(struct server *v, const char *dev, const struct head *ahead, size_t count)
{
    if (count == 0) return BM_OK;
    enum bm_rc rc = db_begin(v->b.db);
    if (rc) return rc;
    for (size_t i = 0; i < count && !rc; i++) rc = reckon_told(&v->b, dev, ahead[i].ep, ahead[i].seq, ahead[i].parent_seq);
    return db_end(v->b.db, rc);
}

static enum bm_rc compare_heads(struct server *v, struct arena *a, const char *dev, json_t *heads, json_t *out)
{
    size_t ahead_count = 0;
    if (!json_is_array(heads) || json_array_size(heads) > INGEST_HEADS_MAX) return err_set(BM_EINPUT, "no list of heads");
    size_t i;
    json_t *one;
    struct head *ahead = ARENA_NEWS(a, struct head, json_array_size(heads) + 1);
    if (!ahead) return BM_ENOMEM;
    json_array_foreach(heads, i, one)
    {
        struct head head;
        struct head_answer answer;
        if (!head_from(one, &head)) return err_set(BM_EINPUT, "a head is not sound");
        enum bm_rc rc = ingest_compare(&v->b, dev, &head, &answer);
        if (rc) return rc;
        bool new = answer.verdict == HEAD_SEND || answer.verdict == HEAD_NEED;
        if (new && head.seq >= answer.from && head.seq >= head.parent_seq) ahead[ahead_count++] = head;
        json_array_append_new(out, json_pack("{s:s, s:s, s:I, s:I}", "ep", member(one, "ep"), "answer",
                                             head_verdict_name(answer.verdict), "from", (json_int_t)answer.from, "head",
                                             (json_int_t)answer.head_seq));
    }
    return note_ahead(v, dev, ahead, ahead_count);
}

static enum bm_rc hello(struct server *v, const struct http_request *req, struct http_response *resp)
{
    const char *dev = http_header(req, "Bookmobile-Device"), *token = NULL;
    char cards[CARDS_TEXT_MAX];
    int64_t links_cut_ms = 0;
    json_t *o, *heads = json_array();
    enum bm_rc rc = body_json(req, &o);
    if (!rc && !dev) rc = err_set(BM_EAUTH, "no device named");
    if (!rc && !str_eq(member(o, "server"), v->b.server))
        rc = err_set(BM_EAUTH, "this laptop belongs to another branch's data; it must be enrolled here first");
    if (!rc && json_integer_value(json_object_get(o, "proto")) != SERVER_PROTO)
        rc = err_set(BM_EVERSION, "the branch speaks protocol %d; bring both programs to one version", SERVER_PROTO);
    if (!rc) rc = check_signature(v, req, dev, member(o, "nonce"));
    if (!rc) rc = compare_heads(v, req->arena, dev, json_object_get(o, "heads"), heads);
    if (!rc) rc = device_cards(&v->b, dev, cards);
    if (!rc) rc = husk_mark(v->b.db, &links_cut_ms);
    if (!rc) rc = open_session(v, dev, &token);
    if (!rc) {
        int64_t now = env_wall_ms(&v->b.env);
        reply_json(resp, 200, json_pack("{s:s, s:I, s:s, s:I, s:O}", "token", token, "now_ms", (json_int_t)now, "cards", cards, "links_cut_ms",
                                         (json_int_t)(links_cut_ms == ENTRY_NONE ? 0 : links_cut_ms), "heads", heads));
    }
    json_decref(heads);
    json_decref(o);
    return rc;
}

/* --- push ------------------------------------------------------------------------------------------------------ */

/* A batch that is not what it claims is kept for staff, and refused. */
static enum bm_rc set_aside(struct server *v, const struct http_request *req, const char *dev, const char *reason)
{
    enum bm_rc rc = db_begin(v->b.db);
    if (!rc)
        rc = db_end(v->b.db, db_run(v->b.db, SQL_ASIDE_ADD, "received_ms", 'i', env_wall_ms(&v->b.env), "dev", 's', dev,
                                    "reason", 's', reason, "body", 'b', (const void *)req->body, req->body_len, "most", 'i',
                                    (int64_t)ASIDE_MAX, NULL));
    return rc ? rc : err_set(BM_EAUTH, "%s", reason);
}

static json_t *ingest_json(const struct ingest_reply *reply)
{
    static const char *const results[] = { "taken", "expect", "fork", "parent_unknown" };
    json_t *outcomes = json_array();
    for (size_t i = 0; i < reply->count; i++) json_array_append_new(outcomes, json_string(reply->outcomes[i]));
    return json_pack("{s:s, s:I, s:I, s:I, s:o}", "result", results[reply->result], "expect", (json_int_t)reply->expect, "first",
                     (json_int_t)reply->first, "fresh", (json_int_t)reply->fresh, "outcomes", outcomes);
}

static enum bm_rc push(struct server *v, const struct http_request *req, struct http_response *resp, const char *dev)
{
    struct wire_batch batch;
    struct ingest_reply reply;
    unsigned char key[SEAL_PUBLIC_BYTES], message[WIRE_MESSAGE_MAX];
    enum bm_rc rc = wire_batch_read(req->body, req->body_len, req->arena, &batch);
    if (!rc) rc = device_key(&v->b, dev, key);
    if (rc) return rc;
    if (!str_eq(batch.dev, dev) || !seal_verify(key, message, wire_signed_message(&batch, message), batch.signature))
        return set_aside(v, req, dev, "a batch that this device has not signed; it was kept for staff");
    rc = ingest_batch(&v->b, &batch, req->arena, &reply);
    if (!rc) reply_json(resp, 200, ingest_json(&reply));
    return rc;
}

/* --- pull -------------------------------------------------------------------------------------------------------- */

/* Up to which own entry the rows contain this laptop's acts: the head here of the epoch that it stands in (all before it is
 * applied). Other epochs do not count: a sibling, of a laptop that was restored or copied, may be further on. */
static enum bm_rc mark_of(struct server *v, const char *dev, const char *ep, int64_t *seq)
{
    struct stmt *s;
    enum bm_rc rc = db_get(v->b.db, SQL_EPOCH_GET, &s, "dev", 's', dev, "ep", 's', ep, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? err_set(BM_EINPUT, "the laptop's epoch is not here yet; sync again") : rc;
    *seq = stmt_int(s, 3);
    stmt_done(s);
    return BM_OK;
}

static enum bm_rc pull_body(struct server *v, const char *dev, const char *ep, int64_t rev, struct buf *text)
{
    int64_t upto, tag, rows, mark;
    struct buf lines, digests;
    buf_init(&lines, FEED_BYTES_MAX);
    buf_init(&digests, 4096);
    enum bm_rc rc = feed_head(v->b.db, &upto, &tag);
    if (!rc) rc = mark_of(v, dev, ep, &mark);
    if (!rc) rc = feed_write(v->b.db, rev, upto, &lines, &rows);
    if (!rc) rc = feed_digests(v->b.db, &digests);
    if (!rc) {
        buf_printf(text, "{\"upto\":%" PRId64 ",\"tag\":%" PRId64 ",\"rows\":%" PRId64 ",\"mark\":%" PRId64 ",\"mark_ep\":\"%s\",\"digests\":%s}\n",
                   upto, tag, rows, mark, ep, buf_str(&digests));
        buf_put(text, buf_str(&lines), lines.len);
        rc = buf_rc(text);
    }
    buf_free(&lines);
    buf_free(&digests);
    return rc;
}

static enum bm_rc pull(struct server *v, const struct http_request *req, struct http_response *resp, const char *dev)
{
    json_t *o;
    struct buf text, packed;
    enum bm_rc rc = body_json(req, &o);
    int64_t rev = json_integer_value(json_object_get(o, "rev")), tag = json_integer_value(json_object_get(o, "tag"));
    const char *ep = arena_strdup(req->arena, member(o, "ep"));
    json_decref(o);
    if (rc || !ep) return rc ? rc : BM_ENOMEM;
    buf_init(&text, FEED_BYTES_MAX);
    buf_init(&packed, FEED_BYTES_MAX);
    rc = db_begin_read(v->b.db); /* one end revision, one state */
    if (rc) return rc;
    rc = feed_known(v->b.db, rev, tag);
    if (!rc) rc = pull_body(v, dev, ep, rev, &text);
    enum bm_rc ended = db_end(v->b.db, rc);
    if (rc == BM_ENOTFOUND || rc == BM_ELIMIT) {
        reply_json(resp, 200, json_pack("{s:b}", "snapshot", 1));
        rc = BM_OK;
    } else if (!rc && !(rc = ended)) {
        rc = snapshot_pack(text.data, text.len, &packed);
        if (!rc) {
            resp->status = 200;
            resp->content_type = "application/x-bookmobile-feed";
            buf_put(&resp->body, packed.data, packed.len);
        }
    }
    buf_free(&text);
    buf_free(&packed);
    if (!rc) {
        enum bm_rc noted = db_begin(v->b.db);
        if (!noted) noted = db_end(v->b.db, db_run(v->b.db, SQL_DEVICE_SYNCED, "now_ms", 'i', env_wall_ms(&v->b.env), "dev", 's', dev, NULL));
        (void)noted; /* only shown to staff: no reason to fail a pull */
    }
    return rc;
}

static enum bm_rc snapshot(struct server *v, const struct http_request *req, struct http_response *resp, const char *dev)
{
    struct snapshot_info info;
    int64_t mark;
    char hash[2 * SEAL_HASH_BYTES + 1], sig[2 * SEAL_SIG_BYTES + 1], path[SNAPSHOT_NAME_MAX + 32];
    json_t *o;
    enum bm_rc rc = body_json(req, &o);
    if (!rc) rc = mark_of(v, dev, member(o, "ep"), &mark);
    if (!rc) rc = snapshot_make(&v->b, mark, member(o, "ep"), &info);
    json_decref(o);
    if (rc) return rc;
    hex_encode(hash, info.hash, sizeof info.hash);
    hex_encode(sig, info.signature, sizeof info.signature);
    snprintf(path, sizeof path, "/sync/snapshot/%s", info.name);
    reply_json(resp, 200, json_pack("{s:s, s:I, s:I, s:s, s:s}", "path", path, "bytes", (json_int_t)info.packed_bytes, "raw",
                                    (json_int_t)info.raw_bytes, "hash", hash, "signature", sig));
    return BM_OK;
}

static enum bm_rc snapshot_file(struct server *v, struct http_response *resp, const char *name)
{
    int fd;
    enum bm_rc rc = snapshot_open(&v->b, name, &fd);
    if (!rc) http_reply_file(resp, "application/octet-stream", fd);
    return rc;
}

/* --- routing -------------------------------------------------------------------------------------------------------- */

static enum bm_rc route(struct server *v, const struct http_request *req, struct http_response *resp)
{
    static const char snapshot_prefix[] = "/sync/snapshot/";
    const char *path = req->path, *dev = NULL;
    bool post = str_eq(req->method, "POST");
    if (!post && str_eq(path, "/healthz")) {
        reply_json(resp, 200, json_pack("{s:b, s:s, s:b}", "ok", 1, "version", BM_VERSION, "practice", (int)v->b.practice));
        return BM_OK;
    }
    if (post && str_eq(path, "/sync/enrol")) return enrol(v, req, resp);
    if (post && str_eq(path, "/sync/challenge")) return challenge(v, resp);
    if (post && str_eq(path, "/sync/hello")) return hello(v, req, resp);
    bool file = !post && strncmp(path, snapshot_prefix, sizeof snapshot_prefix - 1) == 0;
    if (!file && !str_eq(path, "/sync/push") && !str_eq(path, "/sync/pull") && !str_eq(path, "/sync/snapshot"))
        return err_set(BM_ENOTFOUND, "nothing is served at this path");
    unsigned char key[SEAL_PUBLIC_BYTES];
    enum bm_rc rc = session_dev(v, req, &dev);
    if (!rc) rc = device_key(&v->b, dev, key); /* revoked since it said hello? */
    if (rc) return rc;
    if (file) return snapshot_file(v, resp, path + sizeof snapshot_prefix - 1);
    if (!post) return err_set(BM_EUSAGE, "POST is meant here");
    if (str_eq(path, "/sync/push")) return push(v, req, resp, dev);
    if (str_eq(path, "/sync/pull")) return pull(v, req, resp, dev);
    return snapshot(v, req, resp, dev);
}

void server_handle(void *server, const struct http_request *req, struct http_response *resp)
{
    enum bm_rc rc = route(server, req, resp);
    if (rc) reply_error(resp, rc);
}

/* --- open ------------------------------------------------------------------------------------------------------------ */

enum bm_rc server_open(const char *dir, struct server **out)
{
    int64_t left;
    struct server *v = *out = calloc(1, sizeof *v);
    if (!v) return err_set(BM_ENOMEM, "out of memory");
    enum bm_rc rc = branch_open(dir, &v->b);
    if (!rc) rc = ingest_finish(&v->b, &left);
    if (!rc) {
        snapshot_sweep(&v->b, 0);
        return BM_OK;
    }
    server_close(v);
    *out = NULL;
    return rc;
}

void server_close(struct server *v)
{
    if (v && v->b.db) branch_close(&v->b);
    free(v);
}

struct branch *server_branch(struct server *v)
{
    return &v->b;
}

/* --- run ------------------------------------------------------------------------------------------------------------- */

enum bm_rc server_read_pem(const char *path, struct arena *a, const char **out)
{
    *out = NULL;
    if (!path) return BM_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || st.st_size <= 0 || st.st_size > PEM_MAX) {
        if (fd >= 0) close(fd);
        return err_set(BM_EUSAGE, "%s: %s", path, fd < 0 ? strerror(errno) : "not a PEM file");
    }
    char *text = arena_alloc(a, (size_t)st.st_size + 1);
    ssize_t n = text ? read(fd, text, (size_t)st.st_size) : -1;
    close(fd);
    if (n != st.st_size) return text ? err_set(BM_EIO, "%s cannot be read", path) : BM_ENOMEM;
    *out = text;
    return BM_OK;
}

static enum bm_rc wait_for_end(void)
{
    sigset_t ends;
    int got;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigwait(&ends, &got);
    return BM_OK;
}

void server_mind_signals(void)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN);
}

enum bm_rc server_run(const char *dir, const struct server_options *options)
{
    struct arena a = { 0 };
    struct http_server *http = NULL;
    struct server *v = NULL;
    struct http_options http_options = { .address = options->address, .port = options->port, .handler = server_handle,
                                         .body_bytes_max = WIRE_FRAME_MAX };
    server_mind_signals();
    enum bm_rc rc = server_open(dir, &v);
    if (rc) goto done;
    http_options.ctx = v;
    rc = server_read_pem(options->cert_file, &a, &http_options.cert_pem);
    if (!rc) rc = server_read_pem(options->key_file, &a, &http_options.key_pem);
    if (!rc) rc = http_server_start(&http_options, &http);
    if (rc) goto done;
    if (options->ready) options->ready(options->ctx, http_server_port(http));
    rc = wait_for_end();
    http_server_stop(http);
done:
    server_close(v);
    arena_free(&a);
    return rc;
}
