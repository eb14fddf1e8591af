/* mobile/main.c -- the program `bookmobile`: what desk, driver and keeper say to the laptop on
 * the van.
 * Floor:      mobile. Uses everything below; nothing uses it.
 * Owns:       the laptop handle of a command, from its start to its end.
 * Threads:    one.
 * src:        DESIGN 11 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cards.h"
#include "common/deskcmd.h"
#include "mobile/desk_page.h"
#include "mobile/forget.h"
#include "mobile/homecoming.h"
#include "mobile/host.h"
#include "mobile/road.h"
#include "sync/feed.h"

enum {
    LAST_DEFAULT = 20, /* entries that `journal` shows */
    LAST_MAX = 100000,
    OUTCOMES_SHOWN = 200, /* lines of `sync` about single entries */
    DIGESTS_MAX = 4096,
    EP_BYTES = 20
};

/* --- enroll ---------------------------------------------------------------------------- */

static void show_progress(void *ctx, const char *label, int64_t done, int64_t total)
{
    cli_progress(ctx, label, done, total);
}

/* When the branch was spoken to last, for `status`. */
static enum bm_rc note_sync(struct laptop *l)
{
    enum bm_rc rc = journal_begin(&l->journal);
    if (rc) return rc;
    rc = meta_set_int(l->db, "last_sync_ms", journal_now_ms(&l->journal));
    return db_end(l->db, rc);
}

static const struct cli_option enroll_options[] = {
    { "--cacert", "FILE",
      "certificate that signs the branch's, for https with a certificate of one's own" },
    { "--mobile", "NAME",
      "the vehicle as the timetable names it; otherwise the device's name" },
    { "--place", "CODE",
      "the van as rules, calendar and catalogue name it; otherwise as --mobile" },
    { NULL, NULL, NULL },
};

static enum bm_rc run_enroll(struct cli *cli, const struct cli_args *args)
{
    char dev[ENTRY_DEV_MAX] = "";
    struct enrol_options options = { .url = args->words[0],
                                     .code = args->words[1],
                                     .ca_file = cli_value(args, "--cacert"),
                                     .mobile = cli_value(args, "--mobile"),
                                     .place = cli_value(args, "--place"),
                                     .progress = show_progress,
                                     .progress_ctx = cli };
    struct laptop l;
    struct jsonw w;
    enum bm_rc rc = homecoming_enrol(cli->data, &options, dev);
    if (rc && dev[0])
        return err_prefix(
            rc,
            "enrolled as %s, but without a copy of the library yet (run: bookmobile sync): ",
            dev);
    if (!rc) rc = road_open(cli, &l);
    if (rc) return rc;
    rc = note_sync(&l);
    if (!rc && cli->json) {
        cli_json(cli, &w);
        jsonw_object(&w);
        jsonw_put_text(&w, "device", dev);
        jsonw_put_text(&w, "mobile", l.mobile);
        jsonw_put_bool(&w, "practice", l.practice);
        jsonw_put_text(&w, "data", cli->data);
        jsonw_object_end(&w);
        rc = cli_json_end(cli, &w);
    } else if (!rc) {
        cli_print(cli, "%senrolled as %s for the vehicle %s, data in %s\n",
                  l.practice ? "PRACTICE laptop " : "", dev, l.mobile ? l.mobile : dev,
                  cli->data);
    }
    laptop_close(&l);
    return rc;
}

/* --- one entry, for lists -------------------------------------------------------------- */

/* What a list shows of an entry: nothing that names a person or a book. */
struct shown {
    const char *id, *op, *outcome;
    char slip[DESK_CODE_MAX];
    int64_t utc_s;
    const char *item; /* or NULL */
    int64_t cents;    /* of a payment, below nought when paid back; otherwise ENTRY_NONE */
};

/* UTC seconds of an entry, by the clock samples of its epoch. */
static enum bm_rc entry_time(struct laptop *l, const struct entry *e, int64_t *out)
{
    struct clock_sample samples[JOURNAL_SAMPLES_MAX];
    size_t count;
    enum bm_rc rc =
        journal_samples(l->db, l->journal.dev, e->id.ep, samples, JOURNAL_SAMPLES_MAX, &count);
    const struct clock_sample *best = rc ? NULL : clock_best(samples, count, e->t_ms);
    *out = e->when_ms != ENTRY_NONE ? e->when_ms / 1000
           : best                   ? (e->t_ms + best->off_ms) / 1000
                                    : ENTRY_NONE;
    return rc;
}

/* Columns ep, seq, hash, body, outcome. */
static enum bm_rc show_entry(struct laptop *l, struct arena *a, struct stmt *s,
                             struct shown *out)
{
    struct entry e;
    size_t len;
    const unsigned char *hash = stmt_blob(s, 2, &len);
    const char *body = stmt_text(s, 3), *outcome = stmt_text(s, 4);
    *out = (struct shown){ .utc_s = ENTRY_NONE, .cents = ENTRY_NONE, .op = "unknown here" };
    if (len == JOURNAL_HASH) hex_encode(out->slip, hash, (DESK_CODE_MAX - 1) / 2);
    out->id =
        arena_printf(a, "%s.%s.%" PRId64, l->journal.dev, stmt_text(s, 0), stmt_int(s, 1));
    out->outcome = arena_strdup(a, outcome ? outcome : "pending");
    if (!out->id || !out->outcome) return BM_ENOMEM;
    enum bm_rc rc = entry_read(body, strlen(body), false, a, &e);
    if (rc == BM_EVERSION) return BM_OK;
    if (rc) return err_prefix(rc, "%s: ", out->id);
    out->op = op_name(e.op);
    out->item = e.item;
    out->cents = e.op == OP_PAY ? e.amount_cents : ENTRY_NONE;
    return entry_time(l, &e, &out->utc_s);
}

static void put_shown(struct jsonw *w, const struct shown *x)
{
    jsonw_object(w);
    jsonw_put_text(w, "entry", x->id);
    jsonw_put_int(w, "time_s", x->utc_s);
    jsonw_put_text(w, "op", x->op);
    jsonw_put_text(w, "slip", x->slip);
    jsonw_put_text(w, "outcome", x->outcome);
    jsonw_put_text(w, "item", x->item);
    jsonw_put_int(w, "cents", x->cents);
    jsonw_object_end(w);
}

/* Entries under a cursor, all of them. */
static enum bm_rc collect(struct laptop *l, struct arena *a, struct stmt *s, size_t max,
                          struct shown **out, size_t *count)
{
    size_t cap = 0;
    enum bm_rc rc;
    *out = NULL;
    *count = 0;
    while ((rc = stmt_next(s)) == BM_OK && *count < max) {
        struct shown *list = arena_grow(a, *out, *count, &cap, sizeof *list);
        rc = list ? show_entry(l, a, s, &list[*count]) : BM_ENOMEM;
        if (rc) break;
        *out = list;
        ++*count;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* --- journal --------------------------------------------------------------------------- */

static const struct cli_option journal_options[] = {
    { "--last", "N", "so many of the newest (20)" },
    { NULL, NULL, NULL },
};

static enum bm_rc print_entries(struct cli *cli, const struct shown *list, size_t count)
{
    struct cli_table t;
    char at[ZONE_TEXT_MAX];
    cli_table(&t, &cli->arena, "TIME", "ENTRY", "OP", "SLIP", "OUTCOME", NULL);
    for (size_t i = count; i-- > 0;) {
        const struct shown *x = &list[i];
        if (x->utc_s == ENTRY_NONE)
            at[0] = '\0';
        else
            zone_text(x->utc_s, at, sizeof at, ZONE_DATE_TIME);
        cli_table_row(&t, at, x->id, x->op, x->slip, x->outcome);
    }
    return cli_table_end(cli, &t);
}

static enum bm_rc run_journal(struct cli *cli, const struct cli_args *args)
{
    struct laptop l;
    struct stmt *s;
    struct shown *list = NULL;
    size_t count = 0;
    int64_t last;
    struct jsonw w;
    enum bm_rc rc = cli_int(args, "--last", 1, LAST_MAX, LAST_DEFAULT, &last);
    if (!rc) rc = road_open(cli, &l);
    if (rc) return rc;
    rc =
        db_get(l.db, SQL_ENTRY_LATEST, &s, "dev", 's', l.journal.dev, "count", 'i', last, NULL);
    if (!rc) rc = collect(&l, &cli->arena, s, LAST_MAX, &list, &count);
    laptop_close(&l);
    if (rc || !cli->json) return rc ? rc : print_entries(cli, list, count);
    cli_json(cli, &w);
    jsonw_array(&w);
    for (size_t i = count; i-- > 0;) put_shown(&w, &list[i]);
    jsonw_array_end(&w);
    return cli_json_end(cli, &w);
}

/* --- status ---------------------------------------------------------------------------- */

struct standing_now {
    int64_t entries, unanswered, pending, last_sync_ms;
    bool has_copy;
    struct visit_now visit;
    const char *gps;
    int64_t fix_ms;
    int64_t cards_left; /* of the laptop's range; ENTRY_NONE = it has none, or there is no copy */
};

static enum bm_rc cards_standing(struct laptop *l, struct standing_now *out)
{
    char next[CARDS_DIGITS_MAX + 1];
    if (!l->cards) return BM_OK;
    enum bm_rc rc = cards_next_free(l->replica, l->cards, next, &out->cards_left);
    if (rc == BM_EREFUSED) out->cards_left = 0; /* all are used */
    return rc == BM_EREFUSED ? BM_OK : rc;
}

static enum bm_rc gps_standing(struct laptop *l, struct standing_now *out)
{
    struct visit_gps_seen seen;
    enum bm_rc rc = visit_gps_seen(l, &seen);
    if (rc == BM_ENOTFOUND) return BM_OK;
    if (rc) return rc;
    int64_t ago_ms = env_boottime_ms(&l->env) - seen.boottime_ms;
    out->gps =
        ago_ms >= 0 && ago_ms < ROAD_GPS_HEARD_MS ? gps_state_text(seen.state) : "not followed";
    out->fix_ms = seen.fix_ms;
    return BM_OK;
}

static enum bm_rc gather(struct laptop *l, struct arena *a, struct standing_now *out)
{
    *out = (struct standing_now){ .gps = "not followed", .has_copy = true, .cards_left = ENTRY_NONE };
    enum bm_rc rc = laptop_pending(l, &out->unanswered, &out->pending);
    if (rc == BM_ENOTFOUND) { /* no copy of the library yet: the journal can still be told of */
        out->has_copy = false;
        rc = db_int(l->db, SQL_ENTRY_UNANSWERED, &out->unanswered, "dev", 's', l->journal.dev,
                    NULL);
    }
    if (!rc)
        rc = db_int(l->db, SQL_ENTRY_COUNT, &out->entries, "dev", 's', l->journal.dev, NULL);
    if (!rc) rc = meta_get_int(l->db, "last_sync_ms", 0, &out->last_sync_ms);
    if (!rc) rc = gps_standing(l, out);
    if (!rc && out->has_copy) rc = visit_status(l, a, &out->visit);
    if (!rc && out->has_copy) rc = cards_standing(l, out);
    return rc;
}

static void print_standing(struct cli *cli, const struct laptop *l,
                           const struct standing_now *x)
{
    char at[ZONE_TEXT_MAX];
    if (l->practice)
        cli_print(cli,
                  "*** PRACTICE: nothing done on this laptop counts at a real library ***\n");
    cli_print(cli, "laptop:    %s, vehicle %s\n", l->journal.dev,
              l->mobile ? l->mobile : l->journal.dev);
    cli_print(cli, "journal:   %" PRId64 " entries, %" PRId64 " not sent yet\n", x->entries,
              x->unanswered);
    if (x->has_copy)
        cli_print(cli, "copy:      generation %" PRId64 ", %" PRId64 " own entries on top\n",
                  l->generation, x->pending);
    else
        cli_print(cli, "copy:      none yet; run: bookmobile sync\n");
    cli_print(cli, "last sync: %s\n",
              x->last_sync_ms ? zone_text(x->last_sync_ms / 1000, at, sizeof at, ZONE_DATE_TIME)
                              : "never");
    cli_print(cli, "gps:       %s", x->gps);
    if (x->fix_ms)
        cli_print(cli, ", last position at %s",
                  zone_text(x->fix_ms / 1000, at, sizeof at, ZONE_DATE_TIME));
    cli_print(cli, "\n");
    if (x->cards_left != ENTRY_NONE)
        cli_print(cli, "cards:     %s, %" PRId64 " numbers left%s\n", l->cards, x->cards_left,
                  x->cards_left < CARDS_FEW ? "; ask the branch for a new range" : "");
    if (x->has_copy) cli_print(cli, "where:     %s\n", road_visit_text(&cli->arena, &x->visit));
}

static enum bm_rc standing_json(struct cli *cli, const struct laptop *l,
                                const struct standing_now *x)
{
    struct jsonw w;
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "device", l->journal.dev);
    jsonw_put_text(&w, "mobile", l->mobile);
    jsonw_put_bool(&w, "practice", l->practice);
    jsonw_put_int(&w, "entries", x->entries);
    jsonw_put_int(&w, "unanswered", x->unanswered);
    jsonw_put_int(&w, "pending", x->has_copy ? x->pending : ENTRY_NONE);
    jsonw_put_int(&w, "generation", x->has_copy ? l->generation : ENTRY_NONE);
    jsonw_put_int(&w, "last_sync_ms", x->last_sync_ms ? x->last_sync_ms : ENTRY_NONE);
    jsonw_put_text(&w, "gps", x->gps);
    jsonw_put_int(&w, "last_fix_ms", x->fix_ms ? x->fix_ms : ENTRY_NONE);
    jsonw_put_text(&w, "cards", l->cards);
    jsonw_put_int(&w, "cards_left", x->cards_left);
    if (x->has_copy) road_visit_json(&w, "visit", &x->visit);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

static enum bm_rc run_status(struct cli *cli, const struct cli_args *args)
{
    (void)args;
    struct laptop l;
    struct standing_now now;
    enum bm_rc rc = road_open(cli, &l);
    if (rc) return rc;
    rc = gather(&l, &cli->arena, &now);
    if (!rc && cli->json)
        rc = standing_json(cli, &l, &now);
    else if (!rc)
        print_standing(cli, &l, &now);
    laptop_close(&l);
    return rc;
}

/* --- sync ------------------------------------------------------------------------------ */

/* What the branch made of entries otherwise than as meant. */
static enum bm_rc odd_outcomes(struct laptop *l, struct arena *a, int64_t from,
                               struct shown **out, size_t *count)
{
    struct stmt *s;
    *count = 0;
    if (from == 0) return BM_OK;
    enum bm_rc rc = db_get(l->db, SQL_ENTRY_OUTCOMES_FROM, &s, "dev", 's', l->journal.dev,
                           "first", 'i', from, NULL);
    return rc ? rc : collect(l, a, s, LAST_MAX, out, count);
}

static void print_sync(struct cli *cli, const struct sync_report *r, const struct shown *odd,
                       size_t count)
{
    cli_print(cli,
              "sent:      %" PRId64 " entries in %" PRId64 " batches; %" PRId64
              " bytes there, %" PRId64 " back\n",
              r->pushed, r->batches, r->sent_bytes, r->received_bytes);
    cli_print(cli,
              "outcomes:  %" PRId64 " applied, %" PRId64 " adjusted, %" PRId64
              " with exceptions, %" PRId64 " quarantined\n",
              r->applied, r->adjusted, r->exceptions, r->quarantined);
    for (size_t i = 0; i < count && i < OUTCOMES_SHOWN; i++)
        cli_print(cli, "  %s  %s  %s  [%s]\n", odd[i].outcome, odd[i].op, odd[i].id,
                  odd[i].slip);
    if (count > OUTCOMES_SHOWN)
        cli_print(cli, "  and %zu more; see bookmobile journal\n", count - OUTCOMES_SHOWN);
}

static void print_copy(struct cli *cli, const struct sync_report *r)
{
    if (r->snapshot)
        cli_print(cli, "copy:      fetched whole\n");
    else
        cli_print(cli, "copy:      %" PRId64 " rows came\n", r->rows);
    if (r->forgotten) cli_print(cli, "%" PRId64 " old entries no longer say whose they were\n", r->forgotten);
    cli_print(cli, "%s\n", r->agreed ? "copy and branch agree" : "COPY AND BRANCH DIFFER");
    if (r->pending)
        cli_print(cli, "%" PRId64 " entries still wait for an answer\n", r->pending);
}

static enum bm_rc sync_json(struct cli *cli, const struct sync_report *r,
                            const struct shown *odd, size_t count)
{
    struct jsonw w;
    const struct {
        const char *key;
        int64_t value;
    } ints[] = { { "pushed", r->pushed },
                 { "batches", r->batches },
                 { "sent_bytes", r->sent_bytes },
                 { "received_bytes", r->received_bytes },
                 { "applied", r->applied },
                 { "adjusted", r->adjusted },
                 { "exceptions", r->exceptions },
                 { "quarantined", r->quarantined },
                 { "rows", r->rows },
                 { "pending", r->pending },
                 { "forgotten", r->forgotten },
                 { "clock_off_ms", r->clock_off_ms } };
    cli_json(cli, &w);
    jsonw_object(&w);
    for (size_t i = 0; i < sizeof ints / sizeof *ints; i++)
        jsonw_put_int(&w, ints[i].key, ints[i].value);
    jsonw_put_bool(&w, "snapshot", r->snapshot);
    jsonw_put_bool(&w, "agreed", r->agreed);
    jsonw_key(&w, "digests");
    if (r->digests[0])
        jsonw_raw(&w, r->digests);
    else
        jsonw_null(&w);
    jsonw_key(&w, "outcomes");
    jsonw_array(&w);
    for (size_t i = 0; i < count; i++) put_shown(&w, &odd[i]);
    jsonw_array_end(&w);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

/* For a program that watches (the desk's page): a line whenever a step begins or a hundredth of it is done. */
struct watched {
    struct cli *cli;
    char label[32];
    int64_t percent;
};

static void write_progress(void *ctx, const char *label, int64_t done, int64_t total)
{
    struct watched *x = ctx;
    int64_t percent = total > 0 ? (int64_t)((double)done * 100.0 / (double)total) : 0;
    struct buf line = { 0 };
    struct jsonw w;
    if (percent == x->percent && str_eq(label, x->label)) return;
    x->percent = percent;
    str_copy(x->label, sizeof x->label, label);
    jsonw_init(&w, &line);
    jsonw_object(&w);
    jsonw_put_text(&w, "phase", label);
    jsonw_put_int(&w, "done", done);
    jsonw_put_int(&w, "total", total);
    jsonw_object_end(&w);
    if (!jsonw_rc(&w)) fprintf(x->cli->err, "%s\n", buf_str(&line));
    fflush(x->cli->err);
    buf_free(&line);
}

static const struct cli_option sync_options[] = {
    { "--progress", NULL, "tell how far it is on standard error, as lines of JSON: phase, done, total" },
    { NULL, NULL, NULL },
};

static enum bm_rc sync_and_tell(struct cli *cli, struct laptop *l, bool watched)
{
    struct sync_report r;
    struct shown *odd = NULL;
    size_t count = 0;
    struct watched watch = { .cli = cli };
    int64_t from = 0;
    char detail[ERR_TEXT_MAX];
    enum bm_rc rc =
        db_int(l->db, SQL_ENTRY_UNANSWERED_FIRST, &from, "dev", 's', l->journal.dev, NULL);
    if (rc) return rc;
    enum bm_rc synced = watched ? homecoming_sync(l, write_progress, &watch, &r) : homecoming_sync(l, show_progress, cli, &r);
    str_copy(detail, sizeof detail, err_text(synced));
    rc = odd_outcomes(l, &cli->arena, from, &odd, &count);
    if (!rc && !synced) rc = note_sync(l);
    if (!cli->json && (!synced || r.pushed)) print_sync(cli, &r, odd, count);
    if (!cli->json && !synced) print_copy(cli, &r);
    if (synced)
        return err_set(synced, "%s",
                       detail); /* what went over stays over; the rest goes the next time */
    if (!rc && cli->json) rc = sync_json(cli, &r, odd, count);
    if (rc || r.agreed) return rc;
    if (r.snapshot)
        cli_note(cli, "the copy did not agree with the branch and was fetched whole; sync "
                      "again to compare");
    else
        cli_note(cli, "the copy does not agree with the branch; run: bookmobile verify");
    return cli_told(cli, BM_ECORRUPT);
}

static enum bm_rc run_sync(struct cli *cli, const struct cli_args *args)
{
    struct laptop l;
    enum bm_rc rc = road_open(cli, &l);
    if (rc) return rc;
    if (l.practice) cli_note(cli, "PRACTICE: syncing with a practice branch");
    rc = sync_and_tell(cli, &l, cli_given(args, "--progress"));
    laptop_close(&l);
    return rc;
}

/* --- verify ---------------------------------------------------------------------------- */

struct check {
    int64_t entries;
    const char *journal, *base, *replica, *rebuilt; /* "sound", or what is wrong */
    char digests[DIGESTS_MAX];
    enum bm_rc worst;
};

/* How a check went, and go on with the next. */
static const char *verdict(struct check *c, struct arena *a, enum bm_rc rc)
{
    if (!rc) return "sound";
    if (!c->worst) c->worst = rc;
    const char *text = arena_strdup(a, err_text(rc));
    return text ? text : "out of memory";
}

static enum bm_rc check_chain(struct laptop *l, struct arena *a, int64_t *count)
{
    unsigned char genesis[JOURNAL_HASH];
    const char *hex;
    enum bm_rc rc = meta_get(l->db, "genesis", a, &hex);
    if (!rc && !hex_decode(genesis, sizeof genesis, hex))
        rc = err_set(BM_ECORRUPT, "the journal's beginning cannot be read");
    if (!rc) rc = db_quick_check(l->db);
    if (!rc) rc = journal_verify(l->db, l->journal.dev, genesis, count);
    return rc ? rc : forget_check(l);
}

static enum bm_rc check_base(struct laptop *l)
{
    char path[LAPTOP_PATH_MAX + 40];
    struct db *base;
    laptop_base_path(l, l->generation, path);
    enum bm_rc rc = db_open(path, DB_REPLICA, NULL, l->lock, &base);
    if (rc) return rc;
    rc = db_quick_check(base);
    db_close(base);
    return rc;
}

static void remove_with_sides(const char *path)
{
    static const char *const tails[] = { "", "-wal", "-shm" };
    char name[LAPTOP_PATH_MAX + 48];
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        unlink(name);
    }
}

/* The replica made anew from base and journal must hold the same rows (I2). */
static enum bm_rc check_rebuilt(struct laptop *l, struct check *c)
{
    char path[LAPTOP_PATH_MAX + 40];
    struct buf mine, anew;
    struct db *fresh;
    snprintf(path, sizeof path, "%s/verify-%ld.db", l->dir, (long)getpid());
    remove_with_sides(path);
    buf_init(&mine, DIGESTS_MAX);
    buf_init(&anew, DIGESTS_MAX);
    enum bm_rc rc = laptop_rebuild(l, path, &fresh);
    if (!rc) {
        rc = feed_digests(l->replica, &mine);
        rc = db_end(l->replica, rc);
        if (!rc) rc = feed_digests(fresh, &anew);
        db_close(fresh);
    }
    if (!rc) str_copy(c->digests, sizeof c->digests, buf_str(&mine));
    if (!rc && !str_eq(buf_str(&mine), buf_str(&anew)))
        rc = err_set(BM_ECORRUPT, "the replica does not hold what base and journal say; "
                                  "`bookmobile sync` makes it anew");
    remove_with_sides(path);
    buf_free(&mine);
    buf_free(&anew);
    return rc;
}

static enum bm_rc tell_check(struct cli *cli, const struct check *c)
{
    struct jsonw w;
    if (!cli->json) {
        cli_print(cli,
                  "journal: %s, %" PRId64 " entries\nbase:    %s\nreplica: %s\nrebuilt: %s\n",
                  c->journal, c->entries, c->base, c->replica, c->rebuilt);
        return BM_OK;
    }
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_bool(&w, "sound", c->worst == BM_OK);
    jsonw_put_int(&w, "entries", c->entries);
    jsonw_put_text(&w, "journal", c->journal);
    jsonw_put_text(&w, "base", c->base);
    jsonw_put_text(&w, "replica", c->replica);
    jsonw_put_text(&w, "rebuilt", c->rebuilt);
    jsonw_key(&w, "digests");
    if (c->digests[0])
        jsonw_raw(&w, c->digests);
    else
        jsonw_null(&w);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

static enum bm_rc run_verify(struct cli *cli, const struct cli_args *args)
{
    (void)args;
    struct laptop l;
    struct check c = { 0 };
    struct arena *a = &cli->arena;
    enum bm_rc rc = road_open(cli, &l);
    if (rc) return rc;
    c.journal = verdict(&c, a, check_chain(&l, a, &c.entries));
    enum bm_rc current = laptop_current(&l);
    if (current) {
        c.base = c.replica = c.rebuilt = verdict(&c, a, current);
    } else {
        c.base = verdict(&c, a, check_base(&l));
        c.replica = verdict(&c, a, db_quick_check(l.replica));
        c.rebuilt = verdict(&c, a, check_rebuilt(&l, &c));
    }
    laptop_close(&l);
    rc = tell_check(cli, &c);
    return rc ? rc : c.worst ? cli_told(cli, c.worst) : BM_OK;
}

/* --- the program ----------------------------------------------------------------------- */

static const struct cli_command own_commands[] = {
    { "Laptop", "enroll", "URL CODE", "make this laptop one of the branch's",
      "URL is the branch's address, CODE the one-time code that `branch device add` prints. "
      "Makes the laptop's key and its journal, "
      "and downloads a copy of the library. Cut short after the code was used, it is taken up "
      "by `bookmobile sync`.",
      enroll_options, 2, 2, run_enroll },
    { "Laptop", "sync", "", "send what was done, fetch what the branch knows",
      "Sends every entry that the branch has not answered, tells what became of them, takes "
      "over the branch's changes and compares "
      "both copies by digest. May be cut at any point and done again: nothing is lost, nothing "
      "is done twice.",
      sync_options, 0, 0, run_sync },
    { "Laptop", "status", "", "how this laptop stands",
      "Entries not sent yet, age of the copy, the last sync, GPS, card numbers left, and where the van is.", NULL,
      0, 0, run_status },
    { "Laptop", "journal", "", "the newest entries and what became of them",
      "Time, id, operation, slip code and outcome of the newest entries; no names and no "
      "titles.",
      journal_options, 0, 0, run_journal },
    { "Laptop", "verify", "", "check journal, base and replica",
      "The journal's chain of hashes; the files of base and replica; and whether the replica, "
      "made anew from base and journal, is "
      "the same.",
      NULL, 0, 0, run_verify },
    { NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL },
};

static const struct cli_command *const tables[] = { DESKCMD_TABLES, deskcmd_holds_commands,
                                                    road_commands, manifest_commands,
                                                    own_commands, desk_page_commands, trace_commands,
                                                    deskcmd_explain_commands, NULL };

static const struct cli_program program = {
    .name = "bookmobile",
    .version = BM_VERSION,
    .brief = "circulation on the bookmobile",
    .about = "Lends, takes back and registers on the road without a line to the branch; knows "
             "by GPS at which stop the van stands; "
             "syncs when it comes home. Every act is in the journal before the screen says so.",
    .data_env = "BOOKMOBILE_DATA",
    .tables = tables,
};

int main(int argc, char **argv)
{
    struct host host;
    struct deskcmd desk;
    host_init(&host, &desk);
    return cli_main(&program, &desk, argc, argv);
}
