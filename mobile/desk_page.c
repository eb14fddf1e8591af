/* mobile/desk_page.c -- see desk_page.h. The table, the state, then the command. */
#include "mobile/desk_page.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/web_table.h"
#include "mobile/lan.h"
#include "mobile/road.h"

enum { URL_MAX = 160, LOCK_AFTER_MIN_S = 1, LOCK_AFTER_MAX_S = 3600, SYNC_MIN_MAX = 1440 };

extern char **environ;

/* --- what the page may run ----------------------------------------------------------------- */

const struct web_command desk_page_table[] = {
    WEB_DESK_COMMANDS,
    { "stop status", STAFF_VIEWER, NULL, NULL, NULL },
    { "stop next", STAFF_VIEWER, NULL, NULL, NULL },
    { "stop open", STAFF_STAFF, "--unscheduled --at --why", NULL, NULL },
    { "stop close", STAFF_STAFF, "--at --why", NULL, NULL },
    { "manifest check", STAFF_STAFF, "--record --missing --all", NULL, "--from=-" },
    { "manifest load", STAFF_STAFF, "--day", NULL, "--from=-" },
    { "manifest unload", STAFF_STAFF, "--to", NULL, "--from=-" },
    { "status", STAFF_VIEWER, NULL, NULL, NULL },
    { "trace", STAFF_VIEWER, NULL, NULL, NULL },
    { "journal", STAFF_VIEWER, "--last", NULL, NULL },
    { NULL, STAFF_VIEWER, NULL, NULL, NULL },
};

/* --- state --------------------------------------------------------------------------------- */

static enum bm_rc visit_json(struct desk_page *p, struct buf *out)
{
    struct visit_now now;
    struct jsonw w;
    jsonw_init(&w, out);
    enum bm_rc rc = visit_status(&p->host->l, &p->visit_arena, &now);
    if (rc) return rc;
    road_visit_json(&w, NULL, &now);
    return jsonw_rc(&w);
}

static enum bm_rc put_visit(struct desk_page *p, struct jsonw *w)
{
    struct laptop *l = &p->host->l;
    int64_t now_ms = env_boottime_ms(&l->env);
    struct buf text = { 0 };
    enum bm_rc rc = laptop_current(l); /* whose head it is that is looked at now */
    bool same = p->visit && l->journal.head_seq == p->visit_seq && l->generation == p->visit_generation;
    if (!rc && (!same || now_ms < p->visit_ms || now_ms - p->visit_ms >= DESK_PAGE_VISIT_MS)) {
        arena_free(&p->visit_arena);
        p->visit = NULL;
        rc = visit_json(p, &text);
        if (!rc && !(p->visit = arena_strdup(&p->visit_arena, buf_str(&text)))) rc = BM_ENOMEM;
        p->visit_ms = now_ms;
        p->visit_seq = l->journal.head_seq;
        p->visit_generation = l->generation;
    }
    buf_free(&text);
    if (rc && rc != BM_ENOTFOUND) return rc; /* not found: no copy of the library yet */
    jsonw_key(w, "visit");
    if (p->visit) jsonw_raw(w, p->visit);
    else jsonw_null(w);
    return BM_OK;
}

static enum bm_rc look_at_gps(struct desk_page *p, int64_t now_ms)
{
    if (p->gps_looked && now_ms >= p->gps_ms && now_ms - p->gps_ms < DESK_PAGE_GPS_MS) return BM_OK;
    enum bm_rc rc = visit_gps_seen(&p->host->l, &p->gps);
    p->gps_known = rc == BM_OK;
    p->gps_looked = true;
    p->gps_ms = now_ms;
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc put_gps(struct desk_page *p, const struct helpers_state *h, struct jsonw *w)
{
    int64_t now_ms = env_boottime_ms(&p->host->l.env);
    enum bm_rc rc = look_at_gps(p, now_ms);
    if (rc) return rc;
    struct visit_gps_seen seen = p->gps;
    int64_t ago_ms = p->gps_known ? now_ms - seen.boottime_ms : -1;
    bool followed = ago_ms >= 0 && ago_ms < ROAD_GPS_HEARD_MS;
    jsonw_key(w, "gps");
    jsonw_object(w);
    jsonw_put_text(w, "state", followed ? gps_state_text(seen.state) : "not followed");
    jsonw_put_int(w, "last_fix_ms", seen.fix_ms ? seen.fix_ms : ENTRY_NONE);
    jsonw_put_bool(w, "wanted", h->gps.wanted);
    jsonw_put_bool(w, "running", h->gps.running);
    jsonw_put_int(w, "pid", h->gps.pid ? h->gps.pid : ENTRY_NONE);
    jsonw_put_int(w, "starts", h->gps.starts);
    jsonw_put_text(w, "note", h->gps.note[0] ? h->gps.note : NULL);
    jsonw_object_end(w);
    return BM_OK;
}

static void put_last(const struct helpers_state *h, struct jsonw *w)
{
    jsonw_put_int(w, "runs", h->sync.runs);
    jsonw_put_int(w, "last_exit", h->sync.runs ? h->sync.last_exit : ENTRY_NONE);
    jsonw_put_text(w, "last_message", h->sync.note[0] ? h->sync.note : NULL);
    jsonw_key(w, "last");
    if (h->sync.last) jsonw_raw(w, h->sync.last);
    else jsonw_null(w);
}

static enum bm_rc put_sync(struct desk_page *p, const struct helpers_state *h, struct jsonw *w)
{
    struct laptop *l = &p->host->l;
    enum bm_rc rc = unsent_look(l, &p->unsent);
    if (rc) return rc;
    int64_t last_ms = p->unsent.sync_ms;
    jsonw_key(w, "sync");
    jsonw_object(w);
    jsonw_put_bool(w, "running", h->sync.running);
    jsonw_put_int(w, "pid", h->sync.pid ? h->sync.pid : ENTRY_NONE);
    jsonw_put_text(w, "phase", h->sync.running ? h->sync.phase : NULL);
    jsonw_put_int(w, "done", h->sync.done);
    jsonw_put_int(w, "total", h->sync.total);
    jsonw_put_int(w, "last_ms", last_ms ? last_ms : ENTRY_NONE); /* the last that came to its end */
    jsonw_put_int(w, "pending", p->unsent.entries);
    jsonw_put_int(w, "unsent_acts", p->unsent.acts);
    jsonw_put_int(w, "oldest_ms", p->unsent.since_ms);
    put_last(h, w);
    jsonw_object_end(w);
    int64_t age_ms = last_ms ? journal_now_ms(&l->journal) - last_ms : ENTRY_NONE;
    jsonw_put_int(w, "staleness", age_ms == ENTRY_NONE ? age_ms : age_ms < 0 ? 0 : age_ms / 1000);
    return BM_OK;
}

enum bm_rc desk_page_state(void *ctx, struct arena *a, struct jsonw *w)
{
    struct desk_page *p = ctx;
    struct laptop *l = &p->host->l;
    struct helpers_state h = { 0 };
    enum bm_rc rc = p->helpers ? helpers_look(p->helpers, a, &h) : BM_OK;
    if (!rc) rc = put_visit(p, w); /* first: it takes up a generation that a sync has made */
    if (!rc) rc = put_gps(p, &h, w);
    if (!rc) rc = put_sync(p, &h, w);
    jsonw_put_int(w, "now_ms", journal_now_ms(&l->journal));
    jsonw_put_int(w, "generation", l->replica ? l->generation : ENTRY_NONE);
    return rc;
}

enum bm_rc desk_page_sync(void *ctx)
{
    struct desk_page *p = ctx;
    return p->helpers ? helpers_sync(p->helpers) : BM_ENOTFOUND;
}

void desk_page_facts(const struct laptop *l, struct web_facts *out)
{
    *out = (struct web_facts){ .place = l->desk.place, .mobile = l->mobile, .branch = l->branch, .library = l->library, .zone = l->zone,
                               .device = l->journal.dev, .practice = l->practice };
}

/* --- the command --------------------------------------------------------------------------- */

static const struct cli_option desk_options[] = {
    { "--listen", "ADDR:PORT", "where, on this machine; 127.0.0.1:8470 if not given; port 0: any free one" },
    { "--lan", "ADDR:PORT", "let other screens aboard in there, by TLS and a pairing code that the main screen shows" },
    { "--open", NULL, "show the page, in chromium" },
    { "--kiosk", NULL, "show the page and nothing else on the whole screen" },
    { "--lock-after", "SECONDS", "lock the screen when nothing was done for so long (300)" },
    { "--no-gps", NULL, "do not follow gpsd beside the desk" },
    { "--gps-host", "HOST", "where gpsd is (127.0.0.1)" },
    { "--gps-port", "PORT", "its port (2947)" },
    { "--no-sync", NULL, "sync only when the page asks for it" },
    { "--sync-every", "MINUTES", "try a sync so often (15)" },
    { NULL, NULL, NULL },
};

struct opened {
    struct cli *cli;
    const struct cli_args *args;
    struct host host;
    struct deskcmd desk;
    struct desk_page page;
    struct web *web;
    int lock_fd;
    pid_t browser;
    char url[URL_MAX];
};

/* Two desks of one laptop would each keep sessions of their own, and their followers be in each other's way. */
static enum bm_rc only_desk(struct opened *o)
{
    char path[LAPTOP_PATH_MAX + 40];
    snprintf(path, sizeof path, "%s/desk.lock", o->host.l.dir);
    o->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (o->lock_fd < 0) return err_set(BM_EIO, "%s: %s", path, strerror(errno));
    if (flock(o->lock_fd, LOCK_EX | LOCK_NB) == 0) return BM_OK;
    return err_set(BM_EBUSY, "another `bookmobile desk` serves this laptop already; use its page");
}

static enum bm_rc open_web(struct opened *o)
{
    static const struct asset *const assets[] = { assets_mobile, assets_common, NULL };
    int64_t idle_s;
    enum bm_rc rc = cli_int(o->args, "--lock-after", LOCK_AFTER_MIN_S, LOCK_AFTER_MAX_S, WEB_IDLE_S, &idle_s);
    if (rc) return rc;
    struct web_options options = { .program = o->cli->program, .host = &o->desk, .commands = desk_page_table,
                                   .assets = assets, .dir = o->cli->data, .idle_s = (unsigned)idle_s,
                                   .state = desk_page_state, .sync = desk_page_sync, .ctx = &o->page };
    desk_page_facts(&o->host.l, &options.facts);
    return web_open(&options, &o->web);
}

static enum bm_rc start_helpers(struct opened *o)
{
    int64_t minutes;
    enum bm_rc rc = cli_int(o->args, "--sync-every", 1, SYNC_MIN_MAX, DESK_PAGE_SYNC_MIN, &minutes);
    const struct helpers_options options = { .dir = o->cli->data,
                                             .gps = !cli_given(o->args, "--no-gps"),
                                             .gps_host = cli_value(o->args, "--gps-host"),
                                             .gps_port = cli_value(o->args, "--gps-port"),
                                             .sync_every_s = cli_given(o->args, "--no-sync") ? 0 : minutes * 60 };
    return rc ? rc : helpers_start(&options, &o->page.helpers);
}

static enum bm_rc listen_there(struct opened *o)
{
    struct web_door door;
    uint16_t port;
    bool six;
    enum bm_rc rc = web_read_address(&o->cli->arena, cli_value(o->args, "--listen"), DESK_PAGE_PORT, &door);
    if (!rc && !web_is_loopback(door.address))
        rc = err_set(BM_EUSAGE, "the desk listens on this machine alone (127.0.0.1)");
    if (!rc) rc = web_listen(o->web, &door, &port);
    if (rc) return rc;
    six = strchr(door.address, ':') != NULL;
    snprintf(o->url, sizeof o->url, "http://%s%s%s:%u/", six ? "[" : "", door.address, six ? "]" : "", (unsigned)port);
    return BM_OK;
}

static enum bm_rc tell(struct opened *o, const char *line)
{
    if (o->cli->json) { /* standard output waits for the one value at the end */
        cli_note(o->cli, "%s", line);
        return BM_OK;
    }
    cli_print(o->cli, "%s\n", line);
    return cli_flush(o->cli);
}

/* A second screen: returns on one, loans on the other, one journal. */
static enum bm_rc listen_to_others(struct opened *o)
{
    struct web_door door;
    struct lan_certificate own;
    uint16_t port;
    char line[URL_MAX + 200];
    if (!cli_given(o->args, "--lan")) return BM_OK;
    enum bm_rc rc = web_read_address(&o->cli->arena, cli_value(o->args, "--lan"), DESK_PAGE_LAN_PORT, &door);
    if (!rc) rc = lan_certificate(o->cli->data, door.address, &o->cli->arena, &own);
    if (rc) return rc;
    door.cert_pem = own.cert_pem;
    door.key_pem = own.key_pem;
    door.pairing = own.fingerprint;
    rc = web_listen(o->web, &door, &port);
    if (rc) return rc;
    bool six = strchr(door.address, ':') != NULL;
    snprintf(line, sizeof line, "other screens at https://%s%s%s:%u/ (certificate %s)", six ? "[" : "", door.address, six ? "]" : "",
             (unsigned)port, own.fingerprint);
    return tell(o, line);
}

/* A page that cannot be shown is no reason not to serve it. */
static void show_page(struct opened *o)
{
    static char program[] = "chromium", kiosk[] = "--kiosk", first[] = "--no-first-run";
    char app[URL_MAX + 8];
    char *argv[6] = { program, first };
    size_t n = 2;
    posix_spawnattr_t attr;
    sigset_t none;
    if (!cli_given(o->args, "--open") && !cli_given(o->args, "--kiosk")) return;
    snprintf(app, sizeof app, "--app=%s", o->url);
    if (cli_given(o->args, "--kiosk")) argv[n++] = kiosk;
    argv[n++] = app;
    argv[n] = NULL;
    sigemptyset(&none);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
    int e = posix_spawnp(&o->browser, program, NULL, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    if (!e) return;
    o->browser = 0;
    cli_note(o->cli, "chromium cannot be started (%s); open %s in a browser", strerror(e), o->url);
}

static void wait_for_end(struct opened *o)
{
    sigset_t ends;
    int got;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigwait(&ends, &got);
    if (!o->browser) return;
    if (cli_given(o->args, "--kiosk")) kill(o->browser, SIGTERM);
    waitpid(o->browser, NULL, WNOHANG);
}

static enum bm_rc serve(struct opened *o)
{
    char line[URL_MAX + 32];
    enum bm_rc rc = host_hold(&o->host, o->cli->data);
    if (!rc) rc = only_desk(o);
    if (!rc && o->host.l.practice) cli_note(o->cli, "PRACTICE: what is done at this desk counts at a practice branch only");
    if (!rc) rc = open_web(o);
    if (!rc) rc = start_helpers(o);
    if (!rc) rc = listen_there(o);
    snprintf(line, sizeof line, "listening on %s", o->url);
    if (!rc) rc = tell(o, line);
    if (!rc) rc = listen_to_others(o);
    if (rc) return rc;
    show_page(o);
    wait_for_end(o);
    return BM_OK;
}

static enum bm_rc run_desk(struct cli *cli, const struct cli_args *args)
{
    struct opened o = { .cli = cli, .args = args, .lock_fd = -1 };
    struct jsonw w;
    sigset_t ends;
    sigemptyset(&ends); /* blocked before any thread starts, so that they come to sigwait alone */
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN);
    host_init(&o.host, &o.desk);
    o.page.host = &o.host;
    enum bm_rc rc = serve(&o);
    char detail[ERR_TEXT_MAX];
    str_copy(detail, sizeof detail, err_text(rc));
    web_close(o.web); /* the page first: nobody acts any more */
    helpers_stop(o.page.helpers);
    arena_free(&o.page.visit_arena);
    host_release(&o.host);
    if (o.lock_fd >= 0) close(o.lock_fd);
    if (rc) return err_set(rc, "%s", detail);
    if (!cli->json) return BM_OK;
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_bool(&w, "ended", true);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

const struct cli_command desk_page_commands[] = {
    { "Laptop", "desk", "", "the page at the desk, in a browser",
      "Serves the page for lending, returning and all the rest on this machine, until it is told to end (SIGTERM or Ctrl-C). "
      "Staff log in with the accounts that the branch gave them (branch staff add, then sync). GPS is followed and the branch "
      "is synced with by processes of their own beside it; they end with it.",
      desk_options, 0, 0, run_desk },
    { NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL },
};
