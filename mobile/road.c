/* mobile/road.c -- see road.h. What commands share; then the stop; then the follower of gpsd.
 */
#include "mobile/road.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum {
    WAIT_DEFAULT_S = 30,
    WAIT_MAX_S = 86400,
    WAIT_NAP_MS = 50,     /* between two looks of --wait */
    READ_WAIT_MS = 250,   /* so long a signal may have to wait */
    SAME_FAULT_TELL = 600 /* a fault that stays is told again after so many times */
};

/* --- what commands share --------------------------------------------------------------- */

enum bm_rc road_open(struct cli *cli, struct laptop *l)
{
    enum bm_rc rc = laptop_open(cli->data, l);
    if (rc) return rc;
    l->desk.staff = cli->staff;
    l->desk.request = cli->request;
    return BM_OK;
}

const char *road_clock(int64_t utc_s, int64_t now_s, char text[ROAD_CLOCK_SIZE])
{
    text[0] = '\0';
    if (utc_s == ENTRY_NONE) return text;
    bool today = zone_day(utc_s * 1000) == zone_day(now_s * 1000);
    return zone_text(utc_s, text, ROAD_CLOCK_SIZE, today ? ZONE_TIME : ZONE_DATE_TIME);
}

static const char *place_name(const struct visit_now *now)
{
    return now->name ? now->name : now->visit.stop ? now->visit.stop : "an unscheduled place";
}

const char *road_visit_text(struct arena *a, const struct visit_now *now)
{
    char at[ROAD_CLOCK_SIZE];
    const char *text = !now->has_last ? arena_strdup(a, "on the road")
                       : now->is_open
                           ? arena_printf(a, "at %s since %s", place_name(now),
                                          road_clock(now->visit.arr_s, now->now_s, at))
                           : arena_printf(a, "on the road; left %s at %s", place_name(now),
                                          road_clock(now->visit.dep_s, now->now_s, at));
    return text ? text : "";
}

static void put_call(struct jsonw *w, const char *key, const struct itinerary_call *call)
{
    jsonw_key(w, key);
    if (!call) {
        jsonw_null(w);
        return;
    }
    jsonw_object(w);
    jsonw_put_text(w, "stop", call->stop);
    jsonw_put_text(w, "name", call->name);
    jsonw_put_int(w, "arrival_s", call->arr_s);
    jsonw_put_int(w, "departure_s", call->dep_s);
    jsonw_object_end(w);
}

void road_visit_json(struct jsonw *w, const char *key, const struct visit_now *now)
{
    const struct visit_row *v = &now->visit;
    if (key) jsonw_key(w, key);
    jsonw_object(w);
    jsonw_put_bool(w, "open", now->is_open);
    jsonw_key(w, now->is_open ? "visit" : "last");
    if (now->has_last) {
        jsonw_object(w);
        jsonw_put_int(w, "visit", v->opened);
        jsonw_put_text(w, "stop", v->stop);
        jsonw_put_text(w, "name", now->name);
        jsonw_put_text(w, "source", v->src);
        jsonw_put_int(w, "arrival_s", v->arr_s);
        jsonw_put_int(w, "departure_s", v->dep_s);
        jsonw_put_int(w, "planned_arrival_s", v->parr_s);
        jsonw_put_int(w, "planned_departure_s", v->pdep_s);
        jsonw_object_end(w);
    } else {
        jsonw_null(w);
    }
    put_call(w, "next", now->has_next ? &now->next : NULL);
    jsonw_put_int(w, "now_s", now->now_s);
    jsonw_object_end(w);
}

/* "HH:MM" of today. */
static enum bm_rc today_at(struct laptop *l, const char *option, const char *text, int64_t *out)
{
    int64_t hours, minutes;
    char part[3] = { text[0], text[0] ? text[1] : '\0', '\0' };
    bool sound = strlen(text) == 5 && text[2] == ':' && str_to_i64(part, 0, 23, &hours) &&
                 str_to_i64(text + 3, 0, 59, &minutes);
    if (!sound) return err_set(BM_EUSAGE, "%s takes a local time such as 09:05", option);
    *out = zone_at_s(zone_day(journal_now_ms(&l->journal)), (int)(hours * 60 + minutes));
    return BM_OK;
}

/* --- stop status, next ----------------------------------------------------------------- */

static const struct cli_option status_options[] = {
    { "--wait", "HH:MM", "wait until a visit is open that began then or later" },
    { "--timeout", "SECONDS", "wait no longer than this, by a clock on the wall (30)" },
    { NULL, NULL, NULL },
};

/* Looks again and again, without the lock: nobody else is held up. */
static enum bm_rc wait_for_visit(struct laptop *l, const char *text, int64_t timeout_s)
{
    const struct timespec nap = { .tv_nsec = WAIT_NAP_MS * 1000000L };
    struct arena a = { 0 };
    int64_t from_s;
    enum bm_rc rc = laptop_current(l);
    if (!rc) rc = today_at(l, "--wait", text, &from_s);
    for (int64_t left_ms = timeout_s * 1000; !rc; left_ms -= WAIT_NAP_MS) {
        struct visit_row row;
        arena_free(&a);
        rc = visit_peek(l, &a, &row);
        if (rc && rc != BM_ENOTFOUND) break;
        if (!rc && row.dep_s == ENTRY_NONE && row.arr_s >= from_s) break;
        rc = BM_OK;
        if (left_ms <= 0)
            rc = err_set(BM_ENOTFOUND,
                         "no visit that began at %s or later, within %" PRId64 " s", text,
                         timeout_s);
        else
            nanosleep(&nap, NULL);
    }
    arena_free(&a);
    return rc;
}

static void print_next(struct cli *cli, const struct visit_now *now)
{
    char from[ROAD_CLOCK_SIZE], to[ROAD_CLOCK_SIZE];
    if (!now->has_next) {
        cli_print(cli, "next: nothing is planned\n");
        return;
    }
    zone_text(now->next.dep_s, to, sizeof to, ZONE_TIME);
    cli_print(cli, "next: %s, %s to %s\n", now->next.name,
              road_clock(now->next.arr_s, now->now_s, from), to);
}

static void print_status(struct cli *cli, const struct visit_now *now)
{
    char from[ROAD_CLOCK_SIZE], to[ROAD_CLOCK_SIZE];
    cli_print(cli, "%s\n", road_visit_text(&cli->arena, now));
    if (now->is_open && now->visit.parr_s != ENTRY_NONE)
        cli_print(cli, "planned: %s to %s\n", road_clock(now->visit.parr_s, now->now_s, from),
                  road_clock(now->visit.pdep_s, now->now_s, to));
    print_next(cli, now);
}

static enum bm_rc show(struct cli *cli, const struct visit_now *now,
                       void (*print)(struct cli *, const struct visit_now *))
{
    struct jsonw w;
    if (!cli->json) {
        print(cli, now);
        return BM_OK;
    }
    cli_json(cli, &w);
    road_visit_json(&w, NULL, now);
    return cli_json_end(cli, &w);
}

static enum bm_rc run_stop_status(struct cli *cli, const struct cli_args *args)
{
    struct laptop l;
    struct visit_now now;
    int64_t timeout_s;
    enum bm_rc rc = cli_int(args, "--timeout", 0, WAIT_MAX_S, WAIT_DEFAULT_S, &timeout_s);
    if (!rc) rc = road_open(cli, &l);
    if (rc) return rc;
    if (cli_given(args, "--wait"))
        rc = wait_for_visit(&l, cli_value(args, "--wait"), timeout_s);
    if (!rc) rc = visit_status(&l, &cli->arena, &now);
    laptop_close(&l);
    return rc ? rc : show(cli, &now, print_status);
}

static enum bm_rc run_stop_next(struct cli *cli, const struct cli_args *args)
{
    (void)args;
    struct laptop l;
    struct visit_now now;
    enum bm_rc rc = road_open(cli, &l);
    if (rc) return rc;
    rc = visit_status(&l, &cli->arena, &now);
    laptop_close(&l);
    if (!rc && !now.has_next)
        rc = err_set(BM_ENOTFOUND, "nothing is planned for this vehicle in the next %d days",
                     ITINERARY_AHEAD_DAYS);
    return rc ? rc : show(cli, &now, print_next);
}

/* --- by hand --------------------------------------------------------------------------- */

static const struct cli_option open_options[] = {
    { "--unscheduled", NULL, "STOP is the name of a place that is not in the timetable" },
    { "--at", "HH:MM", "when the visit really began today" },
    { "--why", "TEXT", "why it is opened by hand" },
    { NULL, NULL, NULL },
};
static const struct cli_option close_options[] = {
    { "--at", "HH:MM", "when the visit really ended today" },
    { "--why", "TEXT", "why it is closed by hand" },
    { NULL, NULL, NULL },
};

static enum bm_rc tell_by_hand(struct cli *cli, const struct desk_answer *answer,
                               const char *done, const char *name)
{
    struct jsonw w;
    if (!cli->json) {
        cli_print(cli, "%s  %s   [%s]%s\n", done, name ? name : "an unscheduled place",
                  answer->slip, answer->again ? " (done before)" : "");
        return BM_OK;
    }
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "op", answer->op);
    jsonw_put_bool(&w, "done", answer->done);
    jsonw_put_bool(&w, "again", answer->again);
    jsonw_put_text(&w, "entry", answer->entry);
    jsonw_put_text(&w, "slip", answer->slip);
    jsonw_put_text(&w, "name", name);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

static enum bm_rc run_by_hand(struct cli *cli, const struct cli_args *args, bool opens)
{
    struct laptop l;
    struct visit_by_hand hand = { .at_s = ENTRY_NONE, .why = cli_value(args, "--why") };
    struct desk_answer answer;
    const char *name = NULL;
    if (opens) hand.unscheduled = cli_given(args, "--unscheduled");
    if (opens && args->count) hand.stop = args->words[0];
    enum bm_rc rc = road_open(cli, &l);
    if (rc) return rc;
    if (cli_given(args, "--at")) {
        rc = laptop_current(&l); /* for the time of day */
        if (!rc) rc = today_at(&l, "--at", cli_value(args, "--at"), &hand.at_s);
    }
    if (!rc)
        rc = (opens ? visit_open_by_hand : visit_close_by_hand)(&l, &cli->arena, &hand, &answer,
                                                                &name);
    laptop_close(&l);
    return rc ? rc : tell_by_hand(cli, &answer, opens ? "OPENED" : "CLOSED", name);
}

static enum bm_rc run_stop_open(struct cli *cli, const struct cli_args *args)
{
    return run_by_hand(cli, args, true);
}

static enum bm_rc run_stop_close(struct cli *cli, const struct cli_args *args)
{
    return run_by_hand(cli, args, false);
}

/* --- gps ------------------------------------------------------------------------------- */

static const struct cli_option gps_options[] = {
    { "--host", "HOST", "where gpsd is (127.0.0.1)" },
    { "--port", "PORT", "its port (2947)" },
    { "--until", "HH:MM", "end when a report of this local time has come" },
    { NULL, NULL, NULL },
};

struct follower {
    struct cli *cli;
    struct laptop l;
    struct gps_reader *reader;
    struct visits *visits;
    const char *host, *port;
    int64_t until_s; /* or ENTRY_NONE */
    int64_t arrivals, departures;
    char fault[ERR_TEXT_MAX]; /* told last */
    int64_t fault_count;      /* of the same in a row */
    bool is_absent_told;      /* no gpsd at all */
};

static void print_planned(struct cli *cli, const struct visit_told *told)
{
    char at[ROAD_CLOCK_SIZE];
    int64_t late_min = (told->at_s - told->planned_s) / 60;
    if (told->planned_s == ENTRY_NONE) return;
    cli_print(cli, "  (planned %s", road_clock(told->planned_s, told->at_s, at));
    if (late_min > 0) cli_print(cli, ", %" PRId64 " min late", late_min);
    if (late_min < 0) cli_print(cli, ", %" PRId64 " min early", -late_min);
    cli_print(cli, ")");
}

/* One line per event, seen at once. */
static void tell_event(void *ctx, const struct visit_told *told)
{
    struct follower *f = ctx;
    char at[ROAD_CLOCK_SIZE];
    const char *name = told->name   ? told->name
                       : told->stop ? told->stop
                                    : "an unscheduled place";
    f->arrivals += told->kind == VISIT_ARRIVED;
    f->departures += told->kind == VISIT_LEFT;
    if (f->cli->json) return;
    cli_print(f->cli, "%s  ", zone_text(told->at_s, at, sizeof at, ZONE_TIME));
    if (told->kind == VISIT_CLOCK) {
        cli_print(f->cli, "CLOCK    the time comes from GPS, to %.1f s",
                  (double)told->unc_ms / 1000);
    } else {
        cli_print(f->cli, "%s  %s", told->kind == VISIT_ARRIVED ? "ARRIVED" : "LEFT   ", name);
        print_planned(f->cli, told);
        if (told->kind == VISIT_ARRIVED && told->dist_m > 0)
            cli_print(f->cli, "  %.1f km", (double)told->dist_m / 1000);
        if (!told->entry) cli_print(f->cli, "  (noted by hand already)");
    }
    cli_print(f->cli, "\n");
    (void)!cli_flush(
        f->cli); /* a closed screen must not stop the watch; cli tells it at the end */
}

/* A fault is told when it begins, and now and then while it lasts; nothing is lost meanwhile.
 */
static void tell_fault(struct follower *f, enum bm_rc rc)
{
    if (!rc) {
        if (f->fault[0]) cli_note(f->cli, "it works again");
        f->fault[0] = '\0';
        return;
    }
    bool is_same = str_eq(f->fault, err_text(rc));
    f->fault_count = is_same ? f->fault_count + 1 : 0;
    if (!is_same || f->fault_count % SAME_FAULT_TELL == 0)
        cli_note(f->cli, "%s; trying again", err_text(rc));
    str_copy(f->fault, sizeof f->fault, err_text(rc));
}

static void tell_gpsd(struct follower *f, enum gps_event event)
{
    const struct gps_counts *counts = gps_reader_counts(f->reader);
    switch (event) {
    case GPS_EVENT_CONNECTED:
        cli_note(f->cli, "gpsd answers at %s port %s", f->host, f->port);
        break;
    case GPS_EVENT_LOST: cli_note(f->cli, "gpsd is gone; trying to reach it again"); break;
    case GPS_EVENT_STALE:
        cli_note(f->cli,
                 "gpsd is there, the receiver is silent: look at its plug; trying again");
        break;
    case GPS_EVENT_NOTHING:
        if (!f->is_absent_told && counts->attempts > 0 && counts->connected == 0) {
            cli_note(f->cli, "no gpsd at %s port %s: is it running? trying again", f->host,
                     f->port);
            f->is_absent_told = true;
        }
        break;
    case GPS_EVENT_FIX: break;
    }
}

/* No handler, no state outside: signals wait until they are asked for. */
static bool is_told_to_end(const sigset_t *signals)
{
    const struct timespec at_once = { 0 };
    return sigtimedwait(signals, NULL, &at_once) > 0;
}

static enum bm_rc follow(struct follower *f)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    while (!is_told_to_end(&signals)) {
        struct fix fix;
        enum gps_event event;
        enum bm_rc rc = gps_reader_next(f->reader, READ_WAIT_MS, &fix, &event);
        if (rc) return rc;
        tell_gpsd(f, event);
        visits_gps(f->visits, gps_reader_state(f->reader));
        tell_fault(f, event == GPS_EVENT_FIX ? visits_fix(f->visits, &fix)
                                             : visits_idle(f->visits));
        if (f->until_s != ENTRY_NONE && visits_stops(f->visits)->last_ms >= f->until_s * 1000)
            break;
    }
    return BM_OK;
}

/* Two followers would write every visit twice. */
static enum bm_rc only_one(const struct laptop *l, int *fd)
{
    char path[LAPTOP_PATH_MAX + 40];
    snprintf(path, sizeof path, "%s/gps.lock", l->dir);
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0) return err_set(BM_EIO, "%s: %s", path, strerror(errno));
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0) return BM_OK;
    return err_set(BM_EBUSY, "another `bookmobile gps` follows the receiver already");
}

static enum bm_rc tell_end(struct follower *f)
{
    const struct gps_counts *counts = gps_reader_counts(f->reader);
    const struct stops *stops = visits_stops(f->visits);
    struct jsonw w;
    if (!f->cli->json) {
        cli_note(f->cli, "%" PRId64 " reports, %" PRId64 " arrivals, %" PRId64 " departures",
                 counts->given, f->arrivals, f->departures);
        return BM_OK;
    }
    cli_json(f->cli, &w);
    jsonw_object(&w);
    jsonw_put_int(&w, "arrivals", f->arrivals);
    jsonw_put_int(&w, "departures", f->departures);
    jsonw_put_int(&w, "reports", counts->given);
    jsonw_put_int(&w, "lost", counts->lost);
    jsonw_put_int(&w, "stale", counts->stale);
    jsonw_key(&w, "gate"); /* since the stops are watched, not since this run */
    jsonw_object(&w);
    for (int i = 0; i < STOPS_GATE_COUNT; i++)
        jsonw_put_int(&w, stops_gate_text((enum stops_gate)i), stops->counts[i]);
    jsonw_object_end(&w);
    jsonw_object_end(&w);
    return cli_json_end(f->cli, &w);
}

static enum bm_rc open_follower(struct follower *f, const struct cli_args *args)
{
    const char *until = cli_value(args, "--until");
    enum bm_rc rc = gps_reader_open(f->host, f->port, &f->l.env, &f->reader);
    if (!rc) rc = visits_open(&f->l, tell_event, f, &f->visits);
    if (!rc && until) rc = today_at(&f->l, "--until", until, &f->until_s);
    if (rc) return rc;
    if (f->l.practice) cli_note(f->cli, "PRACTICE: this laptop's visits are for practice only");
    if (visits_itinerary(f->visits)->count == 0)
        cli_note(f->cli,
                 "the timetable has no stops for %s: every stop will be an unscheduled one",
                 f->l.mobile ? f->l.mobile : "any vehicle");
    return BM_OK;
}

static enum bm_rc run_gps(struct cli *cli, const struct cli_args *args)
{
    struct follower f = { .cli = cli, .until_s = ENTRY_NONE };
    int lock_fd = -1;
    f.host = cli_given(args, "--host") ? cli_value(args, "--host") : "127.0.0.1";
    f.port = cli_given(args, "--port") ? cli_value(args, "--port") : "2947";
    enum bm_rc rc = road_open(cli, &f.l);
    if (rc) return rc;
    rc = only_one(&f.l, &lock_fd);
    if (!rc) rc = open_follower(&f, args);
    if (!rc) rc = follow(&f);
    if (!rc) rc = tell_end(&f);
    enum bm_rc kept = visits_close(f.visits);
    gps_reader_close(f.reader);
    if (lock_fd >= 0) close(lock_fd);
    laptop_close(&f.l);
    return rc ? rc : kept;
}

/* --- the table ------------------------------------------------------------------------- */

const struct cli_command road_commands[] = {
    { "Road", "stop status", "",
      "where we are, since when, what is planned and what comes next",
      "The visit that is open, as GPS or the driver opened it, with its planned times, and the "
      "next call of the timetable.",
      status_options, 0, 0, run_stop_status },
    { "Road", "stop next", "", "the next call of the timetable",
      "The first planned call after the last one that was made today, or after now; closed "
      "days and suspended visits are left out.",
      NULL, 0, 0, run_stop_next },
    { "Road", "stop open", "[STOP]", "open a visit by hand",
      "For a day without GPS, or a stop that it did not notice. STOP is part of the stop's "
      "name, or its key; without it the call "
      "planned for about now is meant. GPS, should it notice the stop after all, goes on with "
      "this visit and closes it when the "
      "van leaves.",
      open_options, 0, 1, run_stop_open },
    { "Road", "stop close", "", "close the open visit by hand",
      "For a day without GPS, or when the desk closes before the van leaves.", close_options, 0,
      0, run_stop_close },
    { "Road", "gps", "", "follow gpsd: open and close visits, keep the track",
      "Runs until it is told to end (SIGTERM or Ctrl-C). Opens a visit when the van has come "
      "to stand, closes it when it has left, "
      "each with the time when it really happened; keeps the track in gps.db; tells the "
      "journal the time. gpsd may be absent or "
      "come and go: it is tried again and again. A run that was killed in the middle of a stop "
      "is taken up by the next.",
      gps_options, 0, 0, run_gps },
    { NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL },
};
