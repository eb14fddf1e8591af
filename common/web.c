/* common/web.c -- see web.h. Doors first, then what every answer has, then the routes. */
#include "common/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/web_priv.h"

enum { RETRY_TEXT = 24, COOKIE_TEXT = 256, ETAG_TEXT = 80, WEB_PRINT_MAX = 128 };

/* A listener. */
struct door {
    struct web *web;
    struct http_server *server;
    char address[WEB_HOST_MAX];
    char cookie[WEB_COOKIE_MAX]; /* its name: cookies know no ports, two programs of one machine would clash */
    uint16_t port;
    bool tls, pairs;
    char fingerprint[WEB_PRINT_MAX];
};

/* A request on its way. */
struct visit {
    struct web *w;
    const struct door *door;
    const struct http_request *req;
    struct http_response *resp;
    struct session *who; /* NULL = nobody */
    const char *token;
    bool paired; /* a screen that need not be, or that is */
};

/* --- answers ------------------------------------------------------------------------------- */

static void put_headers(struct visit *v)
{
    http_add_header(v->resp, "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                    "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; "
                    "form-action 'none'; frame-ancestors 'none'");
    http_add_header(v->resp, "Referrer-Policy", "no-referrer");
    http_add_header(v->resp, "Cross-Origin-Opener-Policy", "same-origin");
    http_add_header(v->resp, "Cross-Origin-Resource-Policy", "same-origin");
}

/* The JSON begun in the answer's body is whole. */
static void reply_json(struct visit *v, int status, struct jsonw *j)
{
    v->resp->status = status;
    v->resp->content_type = "application/json";
    if (jsonw_rc(j)) v->resp->rc = jsonw_rc(j);
}

static void begin_json(struct visit *v, struct jsonw *j)
{
    buf_clear(&v->resp->body);
    jsonw_init(j, &v->resp->body);
    jsonw_object(j);
}

/* {"error":word,"message":...} */
static void refuse(struct visit *v, int status, const char *word, const char *message)
{
    struct jsonw j;
    begin_json(v, &j);
    jsonw_put_text(&j, "error", word);
    if (message) jsonw_put_text(&j, "message", message);
    jsonw_object_end(&j);
    reply_json(v, status, &j);
}

static void refuse_rc(struct visit *v, enum bm_rc rc)
{
    int status = rc == BM_EINPUT || rc == BM_EUSAGE ? 400
                 : rc == BM_ELIMIT                  ? 413
                 : rc == BM_EREFUSED                ? 403
                 : rc == BM_EBUSY                   ? 503
                                                    : 500;
    refuse(v, status, rc == BM_EREFUSED ? "role" : rc == BM_EINPUT || rc == BM_EUSAGE ? "input" : err_name(rc),
           err_text(rc));
}

/* --- where it came to, and from ------------------------------------------------------------ */

bool web_is_loopback(const char *address)
{
    return !address || str_eq(address, "localhost") || str_eq(address, "::1") || strncmp(address, "127.", 4) == 0;
}

/* Host without its port, which is to be ours. ret: false if it is another */
static bool split_host(const struct door *d, const char *host, char name[WEB_HOST_MAX])
{
    const char *colon = strrchr(host, ':');
    int64_t port = d->tls ? 443 : 80;
    size_t len = strlen(host);
    if (colon && !strchr(colon, ']')) {
        if (!str_to_i64(colon + 1, 1, UINT16_MAX, &port)) return false;
        len = (size_t)(colon - host);
    }
    if (len == 0 || len >= WEB_HOST_MAX) return false;
    memcpy(name, host, len);
    name[len] = '\0';
    return port == d->port;
}

/* A page of elsewhere can make a name of its own point to this machine (DNS rebinding): then Host is that
 * name. Over TLS the certificate is in the way, and a branch's names are not known here. */
static bool is_our_host(const struct door *d, const char *host)
{
    char name[WEB_HOST_MAX], six[WEB_HOST_MAX + 2];
    if (!host || !split_host(d, host, name)) return false;
    if (d->tls) return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]") == strlen(name);
    snprintf(six, sizeof six, "[%s]", d->address);
    return str_eq(name, "localhost") || str_eq(name, "127.0.0.1") || str_eq(name, "[::1]") ||
           str_eq(name, d->address) || str_eq(name, six);
}

static bool is_our_origin(const struct visit *v)
{
    char own[WEB_HOST_MAX + 16];
    const char *origin = http_header(v->req, "Origin"), *host = http_header(v->req, "Host");
    const char *site = http_header(v->req, "Sec-Fetch-Site");
    if (site && !str_eq(site, "same-origin") && !str_eq(site, "none")) return false;
    if (!origin) return true;
    snprintf(own, sizeof own, "%s://%s", v->door->tls ? "https" : "http", host);
    return str_eq(origin, own);
}

/* --- the page's files ---------------------------------------------------------------------- */

static bool accepts_gzip(const struct visit *v)
{
    const char *text = http_header(v->req, "Accept-Encoding");
    const char *at = text ? strstr(text, "gzip") : NULL;
    return at && strncmp(at + 4, ";q=0", 4) != 0;
}

static void send_asset(struct visit *v, const char *name)
{
    char etag[ETAG_TEXT];
    const struct asset *a = asset_find(v->w->o.assets, name);
    if (!a) {
        refuse(v, 404, "path", "there is no such file");
        return;
    }
    const char *known = http_header(v->req, "If-None-Match");
    bool packed = a->packed && accepts_gzip(v);
    snprintf(etag, sizeof etag, "\"%s%s\"", a->etag, packed ? "-z" : ""); /* other bytes, another tag */
    http_add_header(v->resp, "ETag", etag);
    http_add_header(v->resp, "Cache-Control", "no-cache");
    http_add_header(v->resp, "Vary", "Accept-Encoding");
    if (known && strstr(known, etag)) {
        v->resp->status = 304;
        return;
    }
    if (packed) http_add_header(v->resp, "Content-Encoding", "gzip");
    v->resp->status = 200;
    v->resp->content_type = a->type;
    buf_put(&v->resp->body, packed ? a->packed : a->data, packed ? a->packed_len : a->len);
}

/* --- who ----------------------------------------------------------------------------------- */

/* A cookie's value, if it has the form of a token. */
static const char *cookie_token(const struct visit *v, const char *name)
{
    const char *text = http_header(v->req, "Cookie");
    size_t len = strlen(name);
    for (const char *p = text; p && *p; p += strcspn(p, ";"), p += *p == ';') {
        p += strspn(p, " ");
        if (strncmp(p, name, len) != 0 || p[len] != '=') continue;
        size_t value = strcspn(p + len + 1, ";");
        if (value == WEB_TOKEN_TEXT - 1) return arena_strndup(v->req->arena, p + len + 1, value);
    }
    return NULL;
}

/* Does the account still stand, with the same phrase (another one is given where somebody may know the old), and with which role? Asked again every few seconds. A view that cannot be
 * had just now leaves things as they were. ret: false = no longer */
static bool account_stands(struct visit *v)
{
    struct session *x = v->who;
    struct staff now;
    struct db *db;
    int64_t now_ms = env_boottime_ms(v->w->env);
    if (x->checked_ms >= 0 && now_ms - x->checked_ms < WEB_RECHECK_MS) return true;
    if (v->w->o.host->view(v->w->o.host->owner, &db)) return x->checked_ms >= 0;
    enum bm_rc rc = staff_get(db, v->req->arena, x->who, &now);
    if (rc == BM_ENOTFOUND) return false;
    if (rc) return x->checked_ms >= 0;
    if (!seal_equal(x->mark, now.mark, sizeof x->mark)) return false;
    x->checked_ms = now_ms;
    x->role = now.role;
    str_copy(x->name, sizeof x->name, now.name ? now.name : now.id);
    return true;
}

static void find_who(struct visit *v)
{
    char name[WEB_COOKIE_MAX];
    snprintf(name, sizeof name, "bm_pair_%u", (unsigned)v->door->port);
    v->paired = !v->door->pairs || pairing_knows(&v->w->pairing, cookie_token(v, name));
    v->token = v->paired ? cookie_token(v, v->door->cookie) : NULL;
    v->who = v->token ? sessions_find(&v->w->sessions, v->token) : NULL;
    if (v->who && !account_stands(v)) {
        sessions_end(&v->w->sessions, v->who);
        v->who = NULL;
    }
}

static void set_cookie(struct visit *v, const char *name, const char *token)
{
    char text[COOKIE_TEXT];
    snprintf(text, sizeof text, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", name, token ? token : "",
             v->door->tls ? "; Secure" : "", token ? "" : "; Max-Age=0");
    http_add_header(v->resp, "Set-Cookie", text);
}

static void put_staff(struct jsonw *j, const struct session *who, const char *token)
{
    char csrf[WEB_CSRF_TEXT];
    jsonw_key(j, "staff");
    if (!who) {
        jsonw_null(j);
        jsonw_put_text(j, "csrf", NULL);
        return;
    }
    jsonw_object(j);
    jsonw_put_text(j, "id", who->who);
    jsonw_put_text(j, "name", who->name);
    jsonw_put_text(j, "role", staff_role_name(who->role));
    jsonw_object_end(j);
    sessions_csrf(token, csrf);
    jsonw_put_text(j, "csrf", csrf);
}

static const struct door *pairing_door(const struct web *w);

static void api_session(struct visit *v)
{
    const struct web_options *o = &v->w->o;
    struct jsonw j;
    struct db *db;
    int64_t accounts = 0;
    if (o->host->view(o->host->owner, &db) || staff_count(db, &accounts)) accounts = 0; /* no copy yet: nobody */
    begin_json(v, &j);
    put_staff(&j, v->who, v->token);
    jsonw_put_bool(&j, "locked", v->who && v->who->locked);
    jsonw_put_text(&j, "program", o->program->name);
    jsonw_put_text(&j, "version", o->program->version);
    jsonw_put_text(&j, "device", o->facts.device);
    jsonw_put_text(&j, "place", o->facts.place);
    jsonw_put_text(&j, "mobile", o->facts.mobile);
    jsonw_put_text(&j, "branch", o->facts.branch);
    jsonw_put_text(&j, "library", o->facts.library);
    jsonw_put_text(&j, "zone", o->facts.zone);
    jsonw_put_bool(&j, "practice", o->facts.practice);
    jsonw_put_int(&j, "idle_s", (int64_t)o->idle_s);
    jsonw_put_int(&j, "accounts", accounts);
    jsonw_put_bool(&j, "second_screen", pairing_door(v->w) && !v->door->pairs); /* here its code can be had */
    jsonw_key(&j, "paired"); /* null: this screen need not be */
    if (v->door->pairs) jsonw_bool(&j, v->paired);
    else jsonw_null(&j);
    jsonw_object_end(&j);
    reply_json(v, v->who ? 200 : 401, &j);
}

/* ret: true = after wrong phrases one has to wait still; then the answer has been given */
static bool has_to_wait(struct visit *v, const char *name, const char *from)
{
    char after[RETRY_TEXT];
    struct jsonw j;
    int64_t wait_s = sessions_wait_s(&v->w->sessions, name, from);
    if (wait_s == 0) return false;
    begin_json(v, &j);
    jsonw_put_text(&j, "error", "wait");
    jsonw_put_int(&j, "wait_s", wait_s);
    jsonw_object_end(&j);
    snprintf(after, sizeof after, "%lld", (long long)wait_s);
    http_add_header(v->resp, "Retry-After", after);
    reply_json(v, 429, &j);
    return true;
}

/* A phrase for an account. ret: true = right; else the answer has been given */
static bool check_phrase(struct visit *v, const char *who, const char *phrase, struct staff *out)
{
    const char *name = staff_id_ok(who) ? who : "?"; /* all that cannot be accounts wait as one */
    char from[WEB_SOURCE_MAX];
    struct db *db;
    sessions_source(v->req->peer, from);
    if (has_to_wait(v, name, from)) return false;
    enum bm_rc rc = v->w->o.host->view(v->w->o.host->owner, &db);
    if (!rc) rc = staff_check(db, v->req->arena, who, phrase, out);
    if (!rc || rc == BM_EAUTH) sessions_tried(&v->w->sessions, name, from, !rc);
    if (rc == BM_EAUTH) refuse(v, 401, "auth", "no such account, or another phrase");
    else if (rc) refuse_rc(v, rc);
    return !rc;
}

static void api_login(struct visit *v, const struct web_ask *ask)
{
    struct staff who;
    struct jsonw j;
    char *token = arena_alloc(v->req->arena, WEB_TOKEN_TEXT);
    if (!token) v->resp->rc = BM_ENOMEM;
    if (!token || !check_phrase(v, ask->who, ask->phrase, &who)) return;
    if (v->who) sessions_end(&v->w->sessions, v->who); /* another id at each login */
    enum bm_rc rc = sessions_begin(&v->w->sessions, &who, token);
    if (rc) {
        refuse_rc(v, rc);
        return;
    }
    set_cookie(v, v->door->cookie, token);
    begin_json(v, &j);
    put_staff(&j, sessions_find(&v->w->sessions, token), token);
    jsonw_object_end(&j);
    reply_json(v, 200, &j);
}

static void reply_ok(struct visit *v)
{
    struct jsonw j;
    begin_json(v, &j);
    jsonw_put_bool(&j, "ok", true);
    jsonw_object_end(&j);
    reply_json(v, 200, &j);
}

static void api_logout(struct visit *v)
{
    sessions_end(&v->w->sessions, v->who);
    v->who = NULL;
    set_cookie(v, v->door->cookie, NULL);
    reply_ok(v);
}

static void api_lock(struct visit *v)
{
    v->who->locked = true;
    sessions_save(&v->w->sessions);
    reply_ok(v);
}

static void api_unlock(struct visit *v, const struct web_ask *ask)
{
    struct staff who;
    if (!check_phrase(v, v->who->who, ask->phrase, &who)) return;
    v->who->locked = false;
    v->who->used_ms = env_boottime_ms(v->w->env);
    sessions_save(&v->w->sessions);
    reply_ok(v);
}

/* --- other screens ------------------------------------------------------------------------- */

static const struct door *pairing_door(const struct web *w)
{
    for (size_t i = 0; i < w->door_count; i++)
        if (w->doors[i]->pairs) return w->doors[i];
    return NULL;
}

/* Asked by the main screen. */
static void api_pair_code(struct visit *v)
{
    const struct door *d = pairing_door(v->w);
    char code[WEB_CODE_TEXT], url[WEB_HOST_MAX + 32];
    struct jsonw j;
    if (!d || v->door->pairs) {
        refuse(v, 404, "path", d ? "the main screen shows the code" : "no other screens are let in; see `bookmobile desk --lan`");
        return;
    }
    enum bm_rc rc = pairing_new_code(&v->w->pairing, code);
    if (rc) {
        refuse_rc(v, rc);
        return;
    }
    bool six = strchr(d->address, ':') != NULL;
    snprintf(url, sizeof url, "https://%s%s%s:%u/", six ? "[" : "", d->address, six ? "]" : "", (unsigned)d->port);
    begin_json(v, &j);
    jsonw_put_text(&j, "code", code);
    jsonw_put_int(&j, "valid_s", WEB_CODE_S);
    jsonw_put_text(&j, "url", url);
    jsonw_put_text(&j, "fingerprint", d->fingerprint);
    jsonw_object_end(&j);
    reply_json(v, 200, &j);
}

/* Asked by the other screen. */
static void api_pair(struct visit *v, const struct web_ask *ask)
{
    static const char name[] = "+pair", from[] = ""; /* no account's id: wrong codes wait by themselves, whoever tries them */
    char cookie[WEB_COOKIE_MAX], token[WEB_TOKEN_TEXT];
    if (!v->door->pairs) {
        refuse(v, 404, "path", "this screen need not be paired");
        return;
    }
    if (has_to_wait(v, name, from)) return;
    enum bm_rc rc = pairing_use(&v->w->pairing, ask->code, token);
    if (!rc || rc == BM_EAUTH) sessions_tried(&v->w->sessions, name, from, !rc);
    if (rc == BM_EAUTH) refuse(v, 401, "pair", err_text(rc));
    else if (rc) refuse_rc(v, rc);
    if (rc) return;
    snprintf(cookie, sizeof cookie, "bm_pair_%u", (unsigned)v->door->port);
    set_cookie(v, cookie, token);
    seal_wipe(token, sizeof token);
    reply_ok(v);
}

/* --- what they do -------------------------------------------------------------------------- */

static void api_run(struct visit *v, const struct web_ask *ask)
{
    struct web_result result;
    struct jsonw j;
    enum bm_rc rc = web_run(v->w, v->who, ask, v->req->arena, &result);
    if (rc) {
        refuse_rc(v, rc);
        return;
    }
    begin_json(v, &j);
    jsonw_put_int(&j, "exit", result.exit);
    jsonw_key(&j, "answer");
    jsonw_raw(&j, result.answer);
    jsonw_key(&j, "notes");
    jsonw_raw(&j, result.notes);
    jsonw_object_end(&j);
    reply_json(v, 200, &j);
}

static void api_scan(struct visit *v, const struct web_ask *ask)
{
    struct jsonw j;
    begin_json(v, &j);
    enum bm_rc rc = web_scan(v->w, v->who, ask, v->req->arena, &j);
    jsonw_object_end(&j);
    if (rc) refuse_rc(v, rc);
    else reply_json(v, 200, &j);
}

static void api_state(struct visit *v)
{
    struct jsonw j;
    begin_json(v, &j);
    enum bm_rc rc = v->w->o.state ? v->w->o.state(v->w->o.ctx, v->req->arena, &j) : BM_OK;
    jsonw_object_end(&j);
    if (rc) refuse_rc(v, rc);
    else reply_json(v, 200, &j);
}

static void api_sync(struct visit *v)
{
    struct jsonw j;
    enum bm_rc rc = v->w->o.sync ? v->w->o.sync(v->w->o.ctx) : BM_ENOTFOUND;
    if (rc == BM_ENOTFOUND) refuse(v, 404, "path", "nothing is synced from here");
    else if (rc && rc != BM_EBUSY) refuse_rc(v, rc);
    if (rc && rc != BM_EBUSY) return;
    begin_json(v, &j);
    jsonw_put_bool(&j, "started", rc == BM_OK);
    jsonw_object_end(&j);
    reply_json(v, 200, &j);
}

/* --- routes -------------------------------------------------------------------------------- */

enum path { PATH_LOGIN, PATH_LOGOUT, PATH_LOCK, PATH_UNLOCK, PATH_RUN, PATH_SCAN, PATH_SYNC, PATH_CODE, PATH_PAIR, PATH_COUNT };
static const struct {
    const char *path;
    enum web_ask_kind kind;
    enum staff_role role;
    bool open;   /* without a session */
    bool alone;  /* by a screen that is not paired too */
    bool locked; /* behind a locked screen too */
} posts[PATH_COUNT] = {
    [PATH_LOGIN] = { .path = "/api/login", .kind = WEB_ASK_LOGIN, .role = STAFF_VIEWER, .open = true, .locked = true },
    [PATH_LOGOUT] = { .path = "/api/logout", .kind = WEB_ASK_NOTHING, .role = STAFF_VIEWER, .locked = true },
    [PATH_LOCK] = { .path = "/api/lock", .kind = WEB_ASK_NOTHING, .role = STAFF_VIEWER, .locked = true },
    [PATH_UNLOCK] = { .path = "/api/unlock", .kind = WEB_ASK_PHRASE, .role = STAFF_VIEWER, .locked = true },
    [PATH_RUN] = { .path = "/api/run", .kind = WEB_ASK_RUN, .role = STAFF_VIEWER },
    [PATH_SCAN] = { .path = "/api/scan", .kind = WEB_ASK_SCAN, .role = STAFF_VIEWER },
    [PATH_SYNC] = { .path = "/api/sync", .kind = WEB_ASK_NOTHING, .role = STAFF_STAFF },
    [PATH_CODE] = { .path = "/api/pair-code", .kind = WEB_ASK_NOTHING, .role = STAFF_STAFF },
    [PATH_PAIR] = { .path = "/api/pair", .kind = WEB_ASK_CODE, .role = STAFF_VIEWER, .open = true, .alone = true, .locked = true },
};

static bool is_json(const char *type)
{
    static const char json[] = "application/json";
    size_t len = sizeof json - 1;
    return type && strncmp(type, json, len) == 0 && (!type[len] || type[len] == ';' || type[len] == ' ');
}

/* May this POST be looked at at all? ret: false = the answer has been given */
static bool post_is_ours(struct visit *v, enum path path)
{
    char csrf[WEB_CSRF_TEXT];
    const char *given = http_header(v->req, "Bookmobile-Csrf");
    if (!is_our_origin(v)) return refuse(v, 403, "origin", NULL), false;
    if (!is_json(http_header(v->req, "Content-Type"))) return refuse(v, 415, "type", "send application/json"), false;
    if (!v->paired && !posts[path].alone) return refuse(v, 401, "pair", NULL), false;
    if (posts[path].open) return true;
    if (!v->who) return refuse(v, 401, "auth", NULL), false;
    sessions_csrf(v->token, csrf);
    bool same = given && strlen(given) == WEB_CSRF_TEXT - 1 && seal_equal(given, csrf, WEB_CSRF_TEXT - 1);
    if (!same) return refuse(v, 403, "csrf", NULL), false;
    if (v->who->locked && !posts[path].locked) return refuse(v, 423, "locked", NULL), false;
    if (v->who->role < posts[path].role) return refuse(v, 403, "role", NULL), false;
    return true;
}

static void post(struct visit *v, enum path path)
{
    struct web_ask ask;
    if (!post_is_ours(v, path)) return;
    enum bm_rc rc = web_ask_read(posts[path].kind, v->req->body, v->req->body_len, v->req->arena, &ask);
    if (rc) {
        refuse_rc(v, rc);
        return;
    }
    if (v->who && !posts[path].locked) sessions_used(&v->w->sessions, v->who);
    switch (path) {
    case PATH_LOGIN: api_login(v, &ask); break;
    case PATH_LOGOUT: api_logout(v); break;
    case PATH_LOCK: api_lock(v); break;
    case PATH_UNLOCK: api_unlock(v, &ask); break;
    case PATH_RUN: api_run(v, &ask); break;
    case PATH_SCAN: api_scan(v, &ask); break;
    case PATH_SYNC: api_sync(v); break;
    case PATH_CODE: api_pair_code(v); break;
    case PATH_PAIR: api_pair(v, &ask); break;
    case PATH_COUNT: break;
    }
}

static void api_get(struct visit *v)
{
    if (str_eq(v->req->path, "/api/session")) api_session(v);
    else if (!str_eq(v->req->path, "/api/state")) refuse(v, 404, "path", "there is no such path");
    else if (!v->paired) refuse(v, 401, "pair", NULL);
    else if (!v->who) refuse(v, 401, "auth", NULL);
    else if (v->who->locked) refuse(v, 423, "locked", NULL);
    else api_state(v);
}

static void api(struct visit *v)
{
    http_add_header(v->resp, "Cache-Control", "no-store");
    find_who(v);
    for (enum path p = 0; p < PATH_COUNT; p++) {
        if (!str_eq(v->req->path, posts[p].path)) continue;
        if (str_eq(v->req->method, "POST")) post(v, p);
        else refuse(v, 405, "method", "POST is meant here");
        return;
    }
    if (str_eq(v->req->method, "POST")) refuse(v, 404, "path", "there is no such path");
    else api_get(v);
}

/* A screen that is not paired yet has a page of its own. */
static void send_page(struct visit *v)
{
    static const char pair[] = "pair.html";
    find_who(v);
    send_asset(v, !v->paired && asset_find(v->w->o.assets, pair) ? pair : "index.html");
}

static void route(struct visit *v)
{
    static const char files[] = "/ui/", calls[] = "/api/";
    const char *path = v->req->path;
    put_headers(v);
    if (!is_our_host(v->door, http_header(v->req, "Host")))
        refuse(v, 421, "host", "this is not the address that the page is at");
    else if (strncmp(path, calls, sizeof calls - 1) == 0) api(v);
    else if (!str_eq(v->req->method, "GET")) refuse(v, 405, "method", "GET is meant here");
    else if (str_eq(path, "/")) send_page(v);
    else if (strncmp(path, files, sizeof files - 1) == 0) send_asset(v, path + sizeof files - 1);
    else refuse(v, 404, "path", "there is no such path");
}

static void handle(void *ctx, const struct http_request *req, struct http_response *resp)
{
    struct door *d = ctx;
    struct visit v = { .w = d->web, .door = d, .req = req, .resp = resp };
    pthread_mutex_lock(&d->web->busy);
    route(&v);
    pthread_mutex_unlock(&d->web->busy);
}

enum bm_rc web_read_address(struct arena *a, const char *text, uint16_t otherwise, struct web_door *door)
{
    int64_t n;
    *door = (struct web_door){ .address = "127.0.0.1", .port = otherwise };
    if (!text) return BM_OK;
    const char *colon = strrchr(text, ':');
    if (!colon || !str_to_i64(colon + 1, 0, UINT16_MAX, &n))
        return err_set(BM_EUSAGE, "%s is not an address and a port, such as 127.0.0.1:%u", text, (unsigned)otherwise);
    door->port = (uint16_t)n;
    if (colon == text) return BM_OK;
    bool six = text[0] == '[' && colon[-1] == ']';
    door->address = arena_strndup(a, text + six, (size_t)(colon - text) - 2 * (size_t)six);
    return door->address ? BM_OK : BM_ENOMEM;
}

/* --- open and close ------------------------------------------------------------------------ */

enum bm_rc web_open(const struct web_options *options, struct web **out)
{
    *out = NULL;
    enum bm_rc rc = seal_init();
    if (!rc) rc = web_check_table(options);
    if (rc) return rc;
    struct web *w = calloc(1, sizeof *w);
    if (!w || pthread_mutex_init(&w->busy, NULL) != 0) {
        free(w);
        return err_set(BM_ENOMEM, "out of memory (pages)");
    }
    w->o = *options;
    if (!w->o.idle_s) w->o.idle_s = WEB_IDLE_S;
    env_real(&w->machine);
    w->env = options->env ? options->env : &w->machine;
    str_copy(w->dir, sizeof w->dir, options->dir);
    sessions_open(&w->sessions, w->env, w->dir, w->o.idle_s);
    pairing_open(&w->pairing, w->env, w->dir);
    *out = w;
    return BM_OK;
}

void web_close(struct web *w)
{
    if (!w) return;
    for (size_t i = 0; i < w->door_count; i++) {
        http_server_stop(w->doors[i]->server);
        free(w->doors[i]);
    }
    sessions_save(&w->sessions);
    pthread_mutex_destroy(&w->busy);
    seal_wipe(&w->sessions, sizeof w->sessions);
    free(w);
}

enum bm_rc web_listen(struct web *w, const struct web_door *door, uint16_t *port)
{
    bm_assert(w->door_count < WEB_DOORS_MAX);
    if (!door->cert_pem && !web_is_loopback(door->address))
        return err_set(BM_EUSAGE, "plain HTTP is for this machine alone; listen on 127.0.0.1, or give a certificate");
    struct door *d = calloc(1, sizeof *d);
    if (!d) return err_set(BM_ENOMEM, "out of memory (pages)");
    *d = (struct door){ .web = w, .tls = door->cert_pem != NULL, .pairs = door->pairing != NULL };
    str_copy(d->fingerprint, sizeof d->fingerprint, door->pairing ? door->pairing : "");
    str_copy(d->address, sizeof d->address, door->address ? door->address : "127.0.0.1");
    struct http_options o = { .address = door->address, .port = door->port, .cert_pem = door->cert_pem,
                              .key_pem = door->key_pem, .body_bytes_max = WEB_BODY_MAX, .handler = handle, .ctx = d };
    if (d->tls || d->pairs) o.connections_per_peer_max = WEB_PEER_CONNECTIONS; /* else one machine could take all there are */
    pthread_mutex_lock(&w->busy); /* no request before the door knows its port */
    enum bm_rc rc = http_server_start(&o, &d->server);
    if (!rc) {
        *port = d->port = http_server_port(d->server);
        snprintf(d->cookie, sizeof d->cookie, "bm_session_%u", (unsigned)d->port);
        w->doors[w->door_count++] = d;
    }
    pthread_mutex_unlock(&w->busy);
    if (rc) free(d);
    return rc;
}
