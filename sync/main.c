/* sync/main.c -- the program `branch`: what staff and the machine's keeper say to the main branch.
 * Floor:      sync. Uses everything below; nothing uses it.
 * Owns:       the branch handle of a command, from its start to its end.
 * Threads:    one, beside those of server_run.
 * src:        DESIGN 11 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "common/deskcmd.h"
#include "sync/commands.h"
#include "sync/device.h"
#include "sync/reckon.h"
#include "sync/pages.h"
#include "sync/server.h"

enum { PATH_TEXT_MAX = 4096, PORT_DEFAULT = 8480, LOCK_AFTER_MAX_S = 3600 };

/* --- init ------------------------------------------------------------------------------------------- */

static const struct cli_option init_options[] = {
    { "--zone", "ZONE", "time zone of the library, such as Europe/London" },
    { "--code", "CODE", "the branch's code, as rules and catalogue have it" },
    { "--name", "NAME", "name of the library, for people" },
    { "--practice-clock", "FILE", "a practice branch: time is read from this file" },
    { NULL, NULL, NULL },
};

static enum bm_rc run_init(struct cli *cli, const struct cli_args *args)
{
    struct branch_init init = { .zone = cli_value(args, "--zone"),
                                .code = cli_value(args, "--code"),
                                .name = cli_value(args, "--name") };
    const char *clock = cli_value(args, "--practice-clock");
    char here[PATH_TEXT_MAX];
    if (!init.zone || !init.code)
        return err_set(BM_EUSAGE, "init needs --zone and --code; see `branch init --help`");
    if (clock && clock[0] != '/') { /* commands run from other folders too */
        if (!getcwd(here, sizeof here))
            return err_set(BM_EIO, "the current folder cannot be named");
        clock = arena_printf(&cli->arena, "%s/%s", here, clock);
        if (!clock) return BM_ENOMEM;
    }
    init.practice_clock = clock;
    enum bm_rc rc = branch_create(cli->data, &init);
    if (rc) return rc;
    if (!cli->json) {
        cli_print(cli, "%sbranch %s made in %s, time zone %s\n", clock ? "practice " : "",
                  init.code, cli->data, init.zone);
        return BM_OK;
    }
    struct jsonw w;
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "data", cli->data);
    jsonw_put_text(&w, "code", init.code);
    jsonw_put_text(&w, "zone", init.zone);
    jsonw_put_bool(&w, "practice", clock != NULL);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

/* --- laptops -------------------------------------------------------------------------------------------- */

static const struct cli_option device_options[] = {
    { "--name", "TEXT", "what people call it" },
    { "--cards", "FIRST-LAST", "card numbers that it registers patrons with" },
    { NULL, NULL, NULL },
};

static enum bm_rc check_cards(const char *cards)
{
    struct card_range range;
    if (!cards || cards_parse(cards, &range) == BM_OK) return BM_OK;
    return err_set(BM_EUSAGE,
                   "--cards takes FIRST-LAST, two card numbers of as many digits (at most %d) "
                   "with no more than %d between them: 20990001000-20990001999",
                   CARDS_DIGITS_MAX, CARDS_COUNT_MAX);
}

/* All or nothing: a range that will not do makes no code. */
static enum bm_rc add_device(struct branch *b, const struct cli_args *args, char code[SEAL_CODE_MAX], int64_t *until_s)
{
    const char *dev = args->words[0], *name = cli_value(args, "--name"), *cards = cli_value(args, "--cards");
    enum bm_rc rc = check_cards(cards);
    if (!rc) rc = db_begin(b->db);
    if (rc) return rc;
    rc = device_add(b, dev, name ? name : dev, code, until_s);
    if (!rc && cards) rc = device_set_cards(b, dev, cards);
    return db_end(b->db, rc);
}

static enum bm_rc run_device_add(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    char code[SEAL_CODE_MAX] = "", text[ZONE_TEXT_MAX];
    int64_t until_s = 0;
    struct jsonw w;
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    rc = add_device(&b, args, code, &until_s);
    bool practice = b.practice;
    if (!rc && !cli->json) {
        cli_print(cli, "%s%s may enrol once until %s with the code\n\n    %s\n\n",
                  practice ? "practice laptop " : "laptop ", args->words[0],
                  zone_text(until_s, text, sizeof text, ZONE_DATE_TIME), code);
        cli_print(cli, "on the laptop: bookmobile enroll URL %s\n", code);
    } else if (!rc) {
        cli_json(cli, &w);
        jsonw_object(&w);
        jsonw_put_text(&w, "device", args->words[0]);
        jsonw_put_text(&w, "code", code);
        jsonw_put_int(&w, "until_s", until_s);
        jsonw_put_bool(&w, "practice", practice);
        jsonw_object_end(&w);
        rc = cli_json_end(cli, &w);
    }
    seal_wipe(code, sizeof code);
    branch_close(&b);
    return rc;
}

static const struct cli_option set_options[] = {
    { "--name", "TEXT", "what people call it" },
    { "--cards", "FIRST-LAST", "card numbers that it registers patrons with, or none" },
    { NULL, NULL, NULL },
};

static enum bm_rc set_device(struct branch *b, const struct cli_args *args)
{
    const char *dev = args->words[0], *name = cli_value(args, "--name"), *cards = cli_value(args, "--cards");
    bool none = cards && str_eq(cards, "none");
    enum bm_rc rc = none ? BM_OK : check_cards(cards);
    if (!rc) rc = db_begin(b->db);
    if (rc) return rc;
    if (name) rc = device_set_name(b, dev, name);
    if (!rc && cards) rc = device_set_cards(b, dev, none ? NULL : cards);
    return db_end(b->db, rc);
}

/* How many numbers of a range nobody has. */
static enum bm_rc cards_left(struct branch *b, const char *range, int64_t *left)
{
    char next[CARDS_DIGITS_MAX + 1];
    *left = ENTRY_NONE;
    if (!range[0]) return BM_OK;
    enum bm_rc rc = cards_next_free(b->db, range, next, left);
    return rc == BM_EREFUSED ? BM_OK : rc; /* all in use: none is left */
}

static enum bm_rc run_device_set(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct jsonw w;
    char range[CARDS_TEXT_MAX];
    int64_t left;
    if (!cli_given(args, "--name") && !cli_given(args, "--cards"))
        return err_set(BM_EUSAGE, "say what is to change: --name or --cards");
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    rc = set_device(&b, args);
    if (!rc) rc = device_cards(&b, args->words[0], range);
    if (!rc) rc = cards_left(&b, range, &left);
    branch_close(&b);
    if (rc) return rc;
    if (!cli->json) {
        cli_print(cli, "laptop %s: card numbers %s", args->words[0], range[0] ? range : "none");
        if (range[0]) cli_print(cli, ", %" PRId64 " free", left);
        cli_print(cli, "; it hears of it at its next sync\n");
        return BM_OK;
    }
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "device", args->words[0]);
    jsonw_put_text(&w, "cards", range[0] ? range : NULL);
    jsonw_put_int(&w, "cards_left", left);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

/* All laptops, into a table. */
static enum bm_rc each_device(struct branch *b, struct arena *a, struct cli_table *t)
{
    struct stmt *s;
    char sync[ZONE_TEXT_MAX];
    enum bm_rc rc = db_get(b->db, SQL_DEVICE_LIST, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK)
        cli_table_row(t, stmt_text(s, 0), stmt_text(s, 1), device_state(s), commands_time(stmt_int(s, 5), sync),
                      arena_printf(a, "%" PRId64, stmt_int(s, 6)), stmt_text(s, 7));
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc run_device_list(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct jsonw w;
    struct cli_table t;
    (void)args;
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    if (cli->json)
        cli_json(cli, &w);
    else
        cli_table(&t, &cli->arena, "device", "name", "state", "last sync", ">entries", "cards", NULL);
    rc = cli->json ? device_list_json(&b, &w) : each_device(&b, &cli->arena, &t);
    if (!rc) rc = cli->json ? cli_json_end(cli, &w) : cli_table_end(cli, &t);
    branch_close(&b);
    return rc;
}

/* --- serve ----------------------------------------------------------------------------------------------- */

static const struct cli_option serve_options[] = {
    { "--listen", "ADDR:PORT",
      "where to listen; 127.0.0.1:8480 if not given; port 0: any free one" },
    { "--cert", "FILE", "TLS certificate chain, PEM" },
    { "--key", "FILE", "its key, PEM" },
    { "--pages", "ADDR:PORT", "serve the staff's pages there, with the same certificate; without one on this machine alone" },
    { "--lock-after", "SECONDS", "lock a page when nothing was done for so long (300)" },
    { NULL, NULL, NULL },
};

struct serving {
    struct cli *cli;
    const char *address;
    bool tls;
};

static enum bm_rc tell_listening(struct serving *s, const char *what, const char *address, uint16_t port)
{
    bool six = strchr(address, ':') != NULL;
    const char *scheme = s->tls ? "https" : "http", *left = six ? "[" : "", *right = six ? "]" : "";
    if (s->cli->json) { /* standard output waits for the one value at the end */
        cli_note(s->cli, "%s %s://%s%s%s:%u", what, scheme, left, address, right, port);
        return BM_OK;
    }
    cli_print(s->cli, "%s %s://%s%s%s:%u%s\n", what, scheme, left, address, right, port, str_eq(what, "pages at") ? "/" : "");
    return cli_flush(s->cli);
}

static void on_ready(void *ctx, uint16_t port)
{
    struct serving *s = ctx;
    if (tell_listening(s, "listening on", s->address, port)) bm_assert(s->cli->written); /* told at the end */
}

/* Staff pages, before laptops are let in: both end together. */
static enum bm_rc start_pages(struct serving *s, const struct cli_args *args, const struct server_options *o, struct pages **out)
{
    struct pages_options options = { .program = s->cli->program, .dir = s->cli->data };
    struct arena *a = &s->cli->arena;
    int64_t idle_s;
    uint16_t port;
    *out = NULL;
    if (!cli_given(args, "--pages")) return BM_OK;
    enum bm_rc rc = cli_int(args, "--lock-after", 1, LOCK_AFTER_MAX_S, WEB_IDLE_S, &idle_s);
    options.idle_s = (unsigned)idle_s;
    if (!rc) rc = web_read_address(a, cli_value(args, "--pages"), PAGES_PORT, &options.door);
    if (!rc) rc = server_read_pem(o->cert_file, a, &options.door.cert_pem);
    if (!rc) rc = server_read_pem(o->key_file, a, &options.door.key_pem);
    if (!rc) rc = pages_start(&options, out, &port);
    if (rc) return rc;
    return tell_listening(s, "pages at", options.door.address, port);
}

static enum bm_rc run_serve(struct cli *cli, const struct cli_args *args)
{
    struct serving serving = { .cli = cli };
    struct server_options options = { .cert_file = cli_value(args, "--cert"),
                                      .key_file = cli_value(args, "--key"),
                                      .ready = on_ready,
                                      .ctx = &serving };
    struct jsonw w;
    if (!options.cert_file != !options.key_file)
        return err_set(BM_EUSAGE, "--cert and --key go together");
    struct web_door door;
    struct pages *pages;
    enum bm_rc rc = web_read_address(&cli->arena, cli_value(args, "--listen"), PORT_DEFAULT, &door);
    if (rc) return rc;
    serving.address = options.address = door.address;
    options.port = door.port;
    serving.tls = options.cert_file != NULL;
    server_mind_signals();
    rc = start_pages(&serving, args, &options, &pages);
    if (!rc) rc = server_run(cli->data, &options);
    pages_stop(pages);
    if (rc || !cli->json) return rc;
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_bool(&w, "ended", true);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

/* --- status ----------------------------------------------------------------------------------------------- */

/* Columns of SQL_REPORT_COUNTS. */
static const char *const count_names[] = { "titles",
                                           "items",
                                           "patrons",
                                           "loans open",
                                           "holds live",
                                           "exceptions open",
                                           "entries not applied yet",
                                           "messages set aside",
                                           "entries quarantined" };
enum { COUNT_COUNT = sizeof count_names / sizeof *count_names };

static enum bm_rc load_counts(struct branch *b, int64_t counts[COUNT_COUNT])
{
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_REPORT_COUNTS, &s, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc;
    for (size_t i = 0; i < COUNT_COUNT; i++) counts[i] = stmt_int(s, (int)i);
    stmt_done(s);
    return BM_OK;
}

static enum bm_rc status_json(struct cli *cli, struct branch *b,
                              const int64_t counts[COUNT_COUNT], int64_t own)
{
    struct jsonw w;
    char key[COMMANDS_KEY_MAX];
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "code", b->code);
    jsonw_put_text(&w, "zone", b->zone);
    jsonw_put_text(&w, "server", b->server);
    jsonw_put_bool(&w, "practice", b->practice);
    jsonw_put_int(&w, "now_ms", journal_now_ms(&b->journal));
    jsonw_put_int(&w, "entries_own", own);
    for (size_t i = 0; i < COUNT_COUNT; i++)
        jsonw_put_int(&w, commands_key(count_names[i], key), counts[i]);
    bool add_up = false;
    int64_t tasks = ENTRY_NONE, synced_ms = ENTRY_NONE;
    enum bm_rc rc = commands_tasks_count(b, &cli->arena, &tasks);
    if (!rc) rc = db_int(b->db, SQL_REPORT_LAST_SYNC, &synced_ms, NULL);
    jsonw_put_int(&w, "tasks", tasks);
    jsonw_put_int(&w, "last_sync_ms", synced_ms);
    jsonw_key(&w, "devices");
    if (!rc) rc = device_sums_json(b, &w, &add_up);
    else jsonw_null(&w);
    jsonw_put_bool(&w, "adds_up", add_up);
    jsonw_object_end(&w);
    return rc ? rc : cli_json_end(cli, &w);
}

/* Did everything come home? The same sums as with --json. */
static enum bm_rc print_sums(struct cli *cli, struct branch *b)
{
    struct stmt *s;
    struct cli_table t;
    struct arena *a = &cli->arena;
    int64_t tasks, count = 0;
    bool add_up = true;
    enum bm_rc rc = commands_tasks_count(b, a, &tasks);
    if (!rc) rc = db_begin_read(b->db); /* an end inside would begin the list anew */
    if (rc) return rc;
    rc = db_get(b->db, SQL_DEVICE_LIST, &s, NULL);
    cli_print(cli, "%7" PRId64 " tasks\n", tasks);
    cli_table(&t, a, "entries of", ">made", ">home", ">waiting", ">applied", ">exceptions", ">quarantined", ">not applied yet", "", NULL);
    while (!rc && (rc = stmt_next(s)) == BM_OK) {
        struct reckoning r;
        if ((rc = reckon(b, stmt_text(s, 0), &r))) break;
        if (r.made == ENTRY_NONE && r.adds_up) continue; /* never heard of */
        count++;
        add_up &= r.adds_up;
        cli_table_row(&t, stmt_text(s, 0), commands_cell(a, r.made), commands_cell(a, r.home), commands_cell(a, r.waiting),
                      commands_cell(a, r.applied), commands_cell(a, r.exceptions), commands_cell(a, r.quarantined),
                      commands_cell(a, r.unapplied), r.adds_up ? "" : "DOES NOT ADD UP");
    }
    rc = db_end(b->db, rc == BM_ENOTFOUND ? BM_OK : rc);
    if (rc || count == 0) return rc;
    rc = cli_table_end(cli, &t);
    cli_print(cli, add_up ? "the numbers add up: made = home + waiting, home = applied + exceptions + quarantined + not applied yet\n"
                          : "THE NUMBERS DO NOT ADD UP: made is not home + waiting, or home is not what became of it; run verify\n");
    return rc;
}

static enum bm_rc run_status(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct cli_table t;
    int64_t counts[COUNT_COUNT], own = 0;
    char now[ZONE_TEXT_MAX];
    (void)args;
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    rc = load_counts(&b, counts);
    if (!rc) rc = db_int(b.db, SQL_REPORT_BRANCH_LINE, &own, NULL);
    if (!rc && cli->json)
        rc = status_json(cli, &b, counts, own);
    else if (!rc) {
        cli_print(cli, "%sbranch %s in %s, %s %s\n", b.practice ? "practice " : "", b.code,
                  b.dir, commands_time(journal_now_ms(&b.journal), now), b.zone);
        for (size_t i = 0; i < COUNT_COUNT; i++)
            if (i <= 5 || counts[i])
                cli_print(cli, "%7" PRId64 " %s\n", counts[i], count_names[i]);
        cli_table(&t, &cli->arena, "device", "name", "state", "last sync", ">entries", "cards", NULL);
        cli_table_row(&t, "branch", "the branch's own desk", "", "",
                      commands_cell(&cli->arena, own), "");
        rc = each_device(&b, &cli->arena, &t);
        if (!rc) rc = cli_table_end(cli, &t);
        if (!rc) rc = print_sums(cli, &b);
    }
    branch_close(&b);
    return rc;
}

/* --- the program --------------------------------------------------------------------------------------------------------- */

static const struct cli_command commands[] = {
    { "Branch", "init", "", "make a branch's data",
      "Makes the data directory: database, key, identity.", init_options, 0, 0, run_init },
    { "Branch", "status", "", "what is here, who synced when, and whether all came home",
      "Counts of the tables, the laptops, and a reckoning for each: entries made, as far as its last hello told, are home or "
      "waiting; those that are home were applied, are exceptions (by their first outcome), quarantined or not applied yet. It says "
      "whether the numbers add up.",
      NULL, 0, 0, run_status },
    { "Branch", "serve", "", "let laptops sync, and staff work in a browser",
      "Serves until it is told to end (SIGTERM, SIGINT). With --pages staff log in with the accounts of `branch staff`.", serve_options, 0, 0, run_serve },
    { "Laptops", "device add", "DEVICE", "let a laptop enrol, by a one-time code",
      "DEVICE is what the laptop is called in entries: small letters, digits, dashes. Given "
      "again before it enrolled, a new code replaces the old.",
      device_options, 1, 1, run_device_add },
    { "Laptops", "device set", "DEVICE", "change a laptop's name or its card numbers",
      "A range of card numbers is a laptop's own: ranges of two never have a number in common. The laptop hears of it at "
      "its next sync. If FIRST and LAST both have a Luhn check digit, only numbers with one are given. `--cards none` "
      "takes the range away.",
      set_options, 1, 1, run_device_set },
    { "Laptops", "device list", "", "laptops, and when they synced", "", NULL, 0, 0,
      run_device_list },
    { 0 },
};

int main(int argc, char **argv)
{
    static const struct cli_command *const tables[] = { commands,
                                                        DESKCMD_TABLES,
                                                        deskcmd_holds_commands,
                                                        deskcmd_branch_commands,
                                                        commands_import,
                                                        commands_routes,
                                                        commands_report,
                                                        commands_day,
                                                        commands_exceptions,
                                                        commands_books,
                                                        commands_tasks,
                                                        commands_staff,
                                                        commands_trace,
                                                        deskcmd_explain_commands,
                                                        NULL };
    static const struct cli_program program = {
        .name = "branch",
        .version = BM_VERSION,
        .brief = "the main branch's side of bookmobile circulation",
        .about = "Keeps the library's records, takes in what laptops did on the road, and "
                 "sends them what changed.",
        .data_env = "BRANCH_DATA",
        .tables = tables,
    };
    struct branch_host host;
    struct deskcmd desk;
    branch_host_init(&host, &desk);
    return cli_main(&program, &desk, argc, argv);
}
