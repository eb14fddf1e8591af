/* sync/pages.c -- see pages.h */
#include "sync/pages.h"

#include <stdlib.h>

#include "common/web_table.h"
#include "sync/commands.h"
#include "sync/device.h"

struct pages {
    struct branch_host host;
    struct deskcmd desk;
    struct web *web;
    struct arena words; /* of the facts */
    int64_t exceptions, tasks, counted_ms; /* counted now and then: both walk all that is open */
    bool counted;
};

const struct web_command pages_table[] = {
    WEB_DESK_COMMANDS,
    { "status", STAFF_VIEWER, NULL, NULL, NULL },
    { "trace", STAFF_VIEWER, NULL, NULL, NULL },
    { "item recat", STAFF_STAFF, "--title " WEB_ACT, NULL, NULL },
    { "notice", STAFF_STAFF, "--kind " WEB_ACT, NULL, NULL },
    { "patron merge", STAFF_STAFF, WEB_ACT, NULL, NULL },
    { "patron bar", STAFF_STAFF, WEB_WHY, NULL, NULL },
    { "patron unbar", STAFF_STAFF, WEB_WHY, NULL, NULL },
    { "exceptions list", STAFF_VIEWER, "--all --tasks", NULL, NULL },
    { "exceptions show", STAFF_VIEWER, NULL, NULL, NULL },
    { "exceptions settle", STAFF_STAFF, "--as --card --why", NULL, NULL },
    { "tasks", STAFF_VIEWER, NULL, NULL, NULL },
    /* no --limit: a million of them are made in memory, and everybody waits meanwhile */
    { "entries", STAFF_VIEWER, "--device", NULL, NULL },
    { "report visits", STAFF_VIEWER, "--from --to", NULL, NULL },
    { "report stops", STAFF_VIEWER, "--from --to", NULL, NULL },
    { "report day", STAFF_VIEWER, NULL, NULL, NULL },
    { "report loans", STAFF_VIEWER, NULL, NULL, NULL },
    { "route list", STAFF_VIEWER, "--all", NULL, NULL },
    { "route suspend", STAFF_STAFF, "--stop --why --move-due", NULL, NULL },
    { "route resume", STAFF_STAFF, "--why", NULL, NULL },
    { "device list", STAFF_VIEWER, NULL, NULL, NULL },
    { "device add", STAFF_ADMIN, "--name --cards", NULL, NULL },
    { "device set", STAFF_ADMIN, "--name --cards", NULL, NULL },
    { "horizon", STAFF_VIEWER, NULL, "--days --advance", NULL },
    { "staff list", STAFF_ADMIN, NULL, NULL, NULL },
    { "staff add", STAFF_ADMIN, "--name --role", NULL, "--phrase-stdin" },
    { "staff set", STAFF_ADMIN, "--name --role --override --why", NULL, "--phrase-stdin" },
    { "staff remove", STAFF_ADMIN, "--override --why", NULL, NULL },
    { NULL, STAFF_VIEWER, NULL, NULL, NULL },
};

/* --- state --------------------------------------------------------------------------------- */

static enum bm_rc count(struct pages *p, struct arena *a)
{
    struct branch *b = &p->host.b;
    int64_t now_ms = env_boottime_ms(&b->env);
    if (p->counted && now_ms >= p->counted_ms && now_ms - p->counted_ms < PAGES_COUNTS_MS) return BM_OK;
    enum bm_rc rc = db_int(b->db, SQL_REPORT_EXCEPTIONS_OPEN, &p->exceptions, NULL);
    if (!rc) rc = commands_tasks_count(b, a, &p->tasks);
    p->counted = rc == BM_OK;
    p->counted_ms = now_ms;
    return rc;
}

static enum bm_rc state(void *ctx, struct arena *a, struct jsonw *w)
{
    struct pages *p = ctx;
    struct branch *b = &p->host.b;
    enum bm_rc rc = count(p, a);
    jsonw_put_int(w, "now_ms", journal_now_ms(&b->journal));
    jsonw_put_int(w, "staleness", rc ? ENTRY_NONE : 0); /* what is here is the newest there is */
    jsonw_key(w, "devices");
    if (!rc) rc = device_list_json(b, w);
    else jsonw_null(w);
    jsonw_put_int(w, "exceptions", p->exceptions);
    jsonw_put_int(w, "tasks", p->tasks);
    return rc;
}

/* --- open and close ------------------------------------------------------------------------ */

static enum bm_rc find_facts(struct pages *p, struct web_facts *out)
{
    struct branch *b = &p->host.b;
    enum bm_rc rc = meta_get(b->db, "name", &p->words, &out->library);
    if (rc == BM_ENOTFOUND) rc = BM_OK;
    out->place = out->branch = b->code;
    out->zone = b->zone;
    out->device = b->journal.dev;
    out->practice = b->practice;
    return rc;
}

static enum bm_rc open_web(struct pages *p, const struct pages_options *o, uint16_t *port)
{
    static const struct asset *const assets[] = { assets_sync, assets_common, NULL };
    struct web_options options = { .program = o->program, .host = &p->desk, .commands = pages_table, .assets = assets,
                                   .dir = o->dir, .idle_s = o->idle_s, .state = state, .ctx = p };
    enum bm_rc rc = find_facts(p, &options.facts);
    if (!rc) rc = web_open(&options, &p->web);
    return rc ? rc : web_listen(p->web, &o->door, port);
}

enum bm_rc pages_start(const struct pages_options *options, struct pages **out, uint16_t *port)
{
    struct pages *p = *out = calloc(1, sizeof *p);
    if (!p) return err_set(BM_ENOMEM, "out of memory (pages)");
    branch_host_init(&p->host, &p->desk);
    enum bm_rc rc = branch_host_hold(&p->host, options->dir);
    if (!rc) rc = open_web(p, options, port);
    if (rc) {
        pages_stop(p);
        *out = NULL;
    }
    return rc;
}

void pages_stop(struct pages *p)
{
    if (!p) return;
    web_close(p->web);
    branch_host_release(&p->host);
    arena_free(&p->words);
    free(p);
}
