/* mobile/gps.c -- see gps.h
 *
 * What libgps 3.22 does, and what is done about it:
 * - fix.status is 0 on an ordinary fix: only fix.mode says something.
 * - Other messages (SKY, GST, ...) leave the fix as it was: only a line of class TPV is a
 * report.
 * - Until gpsd knows the receiver's rhythm it repeats an epoch, incomplete at first: equal
 * times are dropped, unless the first one lacked what this one has.
 * - gps_waiting says yes at once while half a line is in the buffer, so waiting by it would
 * spin: poll is used.
 * - gps_read: above 0 a line, 0 none yet, -1 gone; also -1 for ever after 20 KB without a
 * newline.
 * - Once the receiver is unplugged, gpsd keeps the connection and says nothing more; a new
 * WATCH wakes it. */
#include "mobile/gps.h"

#include <errno.h>
#include <fcntl.h>
#include <gps.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct gps_reader {
    struct env *env;
    char host[GPS_HOST_MAX], port[16];
    struct gps_data_t gps;
    bool is_open;
    enum gps_state state;
    int64_t heard_boot_ms; /* when a report came last, or the connection was made */
    int64_t quiet_ms;      /* really waited in vain since */
    int64_t retry_boot_ms; /* not before this... */
    int64_t
        /* ...or before so much more real waiting (a practice clock may stand still) */
        retry_wait_ms;
    int64_t backoff_ms;
    int64_t last_ms; /* time of the newest report */
    bool last_complete;
    struct gps_counts counts;
    char message[GPS_MESSAGE_MAX];
};

enum bm_rc gps_reader_open(const char *host, const char *port, struct env *env,
                           struct gps_reader **out)
{
    bm_assert(host && port && env && out);
    *out = NULL;
    struct gps_reader *r = calloc(1, sizeof *r);
    if (!r) return err_set(BM_ENOMEM, "out of memory for the GPS reader");
    if (!str_copy(r->host, sizeof r->host, host) || !str_copy(r->port, sizeof r->port, port) ||
        !*host || !*port) {
        free(r);
        return err_set(
            BM_EUSAGE,
            "gpsd's address is empty or too long; give host and port, e.g. 127.0.0.1 2947");
    }
    r->env = env;
    r->state = GPS_NO_DAEMON;
    r->backoff_ms = GPS_BACKOFF_MIN_MS;
    *out = r;
    return BM_OK;
}

static void hang_up(struct gps_reader *r)
{
    if (r->is_open) gps_close(&r->gps);
    r->is_open = false;
}

void gps_reader_close(struct gps_reader *reader)
{
    if (!reader) return;
    hang_up(reader);
    free(reader);
}

static void back_off(struct gps_reader *r)
{
    r->retry_boot_ms = env_boottime_ms(r->env) + r->backoff_ms;
    r->retry_wait_ms = r->backoff_ms;
    r->backoff_ms =
        r->backoff_ms * 2 < GPS_BACKOFF_MAX_MS ? r->backoff_ms * 2 : GPS_BACKOFF_MAX_MS;
}

/* The world's own clock: how long this call may still wait has nothing to do with a practice
 * clock. */
static int64_t monotonic_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Wait for something to read, or just wait (fd -1). ret: BM_OK, *ready says which | BM_EIO */
static enum bm_rc wait_for(int fd, int64_t wait_ms, bool *ready)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    int n = poll(&p, fd >= 0 ? 1 : 0, wait_ms > 0 ? (int)wait_ms : 0);
    *ready = n > 0;
    if (n < 0 && errno != EINTR)
        return err_set(BM_EIO, "waiting for gpsd: %s", strerror(errno));
    return BM_OK;
}

/* ret: whether gpsd answers and was asked to report */
static bool connect_daemon(struct gps_reader *r)
{
    r->counts.attempts++;
    memset(&r->gps, 0, sizeof r->gps);
    if (gps_open(r->host, r->port, &r->gps) != 0) return false;
    r->is_open = true;
    fcntl(r->gps.gps_fd, F_SETFD, FD_CLOEXEC);
    if (gps_stream(&r->gps, WATCH_ENABLE | WATCH_JSON, NULL) < 0) {
        hang_up(r);
        return false;
    }
    return true;
}

/* Not connected: try, or wait until it is time to. */
static enum bm_rc next_unconnected(struct gps_reader *r, int wait_ms, enum gps_event *event)
{
    bool ready;
    int64_t now = env_boottime_ms(r->env), left = r->retry_boot_ms - now;
    if (left > GPS_BACKOFF_MAX_MS) left = r->retry_boot_ms = 0; /* the clock was set anew */
    if (left > 0 && r->retry_wait_ms > 0) {
        int64_t wait = wait_ms < r->retry_wait_ms ? wait_ms : r->retry_wait_ms;
        enum bm_rc rc = wait_for(-1, wait < left ? wait : left, &ready);
        r->retry_wait_ms -= wait < left ? wait : left;
        return rc;
    }
    if (connect_daemon(r)) {
        r->counts.connected++;
        if (r->state != GPS_STALE)
            r->state = GPS_SEARCHING; /* silent it stays until it reports */
        r->heard_boot_ms = env_boottime_ms(r->env);
        r->quiet_ms = 0;
        back_off(r); /* for the next time, should no report come */
        *event = GPS_EVENT_CONNECTED;
        return BM_OK;
    }
    r->state = GPS_NO_DAEMON;
    back_off(r);
    return wait_for(-1, wait_ms < GPS_BACKOFF_MIN_MS ? wait_ms : GPS_BACKOFF_MIN_MS, &ready);
}

static void drop_daemon(struct gps_reader *r, enum gps_event *event)
{
    hang_up(r);
    back_off(r);
    r->counts.lost++;
    r->state = GPS_NO_DAEMON;
    *event = GPS_EVENT_LOST;
}

/* Silent for long, by the caller's clock and by ours? Then open anew at once; after that, with
 * growing pauses. */
static void check_silence(struct gps_reader *r, enum gps_event *event)
{
    if (r->quiet_ms < GPS_SILENCE_WAITED_MS) return;
    if (env_boottime_ms(r->env) - r->heard_boot_ms < GPS_SILENCE_MS) return;
    hang_up(r);
    r->counts.stale++;
    r->state = GPS_STALE;
    *event = GPS_EVENT_STALE;
}

static bool is_complete(const struct fix *f)
{
    const unsigned both = FIX_HAS_LATLON | FIX_HAS_SPEED;
    return f->mode >= MODE_2D && (f->has & both) == both;
}

static struct fix make_fix(const struct gps_data_t *g, int64_t t_ms, int64_t boottime_ms)
{
    struct fix f = { .t_ms = t_ms, .mode = g->fix.mode, .boottime_ms = boottime_ms };
    if ((g->set & LATLON_SET) && isfinite(g->fix.latitude) && isfinite(g->fix.longitude)) {
        f.has |= FIX_HAS_LATLON;
        f.lat_deg = g->fix.latitude;
        f.lon_deg = g->fix.longitude;
    }
    if ((g->set & SPEED_SET) && isfinite(g->fix.speed)) {
        f.has |= FIX_HAS_SPEED;
        f.speed_mps = g->fix.speed;
    }
    if (isfinite(g->fix.eph) && g->fix.eph > 0) {
        f.has |= FIX_HAS_EPH;
        f.eph_m = g->fix.eph;
    }
    return f;
}

/* libgps believes the beginning of a line whose end is missing. */
static bool is_whole(const char *line)
{
    size_t n = strlen(line);
    while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r')) n--;
    return n > 0 && line[n - 1] == '}';
}

/* A line was read. ret: whether it is a report to be given */
static bool take_line(struct gps_reader *r, struct fix *out)
{
    static const char tpv[] = "{\"class\":\"TPV\"";
    r->counts.lines++;
    if (strncmp(r->message, tpv, sizeof tpv - 1) != 0) return false;
    if (!is_whole(r->message)) {
        r->counts.damaged++;
        return false;
    }
    r->counts.reports++;
    r->heard_boot_ms = env_boottime_ms(r->env);
    r->quiet_ms = 0;
    r->backoff_ms = GPS_BACKOFF_MIN_MS;
    int64_t s = (int64_t)r->gps.fix.time.tv_sec;
    int64_t t_ms = s * 1000 + r->gps.fix.time.tv_nsec / 1000000;
    if (!(r->gps.set & TIME_SET) || s <= 0 || s > INT32_MAX * 4LL) {
        r->counts.timeless++;
        r->state = GPS_SEARCHING;
        return false;
    }
    struct fix f = make_fix(&r->gps, t_ms, r->heard_boot_ms);
    bool complete = is_complete(&f);
    if (t_ms == r->last_ms && (r->last_complete || !complete)) {
        r->counts.duplicates++;
        return false;
    }
    r->last_ms = t_ms;
    r->last_complete = complete;
    r->state = complete ? GPS_FIX : GPS_SEARCHING;
    r->counts.given++;
    *out = f;
    return true;
}

/* Work through what has arrived. ret: whether to wait for more */
static bool read_lines(struct gps_reader *r, struct fix *out, enum gps_event *event)
{
    for (int i = 0; i < GPS_LINES_MAX; i++) {
        r->message[0] = '\0';
        int n = gps_read(&r->gps, r->message, sizeof r->message);
        if (n < 0) {
            drop_daemon(r, event);
            return false;
        }
        if (n == 0) return true;
        if (take_line(r, out)) {
            *event = GPS_EVENT_FIX;
            return false;
        }
    }
    return false; /* a flood of other messages: let the caller breathe */
}

enum bm_rc gps_reader_next(struct gps_reader *reader, int wait_ms, struct fix *out,
                           enum gps_event *event)
{
    bm_assert(reader && out && event && wait_ms >= 0);
    *event = GPS_EVENT_NOTHING;
    if (!reader->is_open) return next_unconnected(reader, wait_ms, event);
    for (int64_t now = monotonic_ms(), until = now + wait_ms;; now = monotonic_ms()) {
        bool ready;
        if (!read_lines(reader, out, event)) return BM_OK;
        enum bm_rc rc = wait_for(reader->gps.gps_fd, until - now, &ready);
        if (rc) return rc;
        if (ready && now < until) continue;
        if (!ready) reader->quiet_ms += wait_ms ? monotonic_ms() - now : 1;
        if (!ready || now >= until) break;
    }
    check_silence(reader, event);
    return BM_OK;
}

enum gps_state gps_reader_state(const struct gps_reader *reader)
{
    return reader->state;
}

const struct gps_counts *gps_reader_counts(const struct gps_reader *reader)
{
    return &reader->counts;
}

const char *gps_state_text(enum gps_state state)
{
#define GPS_STATE_TEXT(code, text) text,
    static const char *const texts[GPS_STATE_COUNT] = { GPS_STATES(GPS_STATE_TEXT) };
    return state < GPS_STATE_COUNT ? texts[state] : "?";
}
