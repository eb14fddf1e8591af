/* tests/tools/nmea_feed.c -- a receiver's day, fed to a real gpsd without loss.
 * usage: nmea_feed DAY.nmea --clock FILE [--port N] [--wait SECONDS]
 * gpsd: gpsd -N -D1 -S PORT tcp://127.0.0.1:FEED      (it connects when its first client asks
 * to WATCH)
 *
 * Prints "port N", then answers commands on stdin, a line each:
 *   until HH:MM:SS   stream the epochs up to this time of day (UTC, as in the file)    -> at
 *   HH:MM:SS WALL_MS lose HH:MM:SS    the same, but nothing is sent: the receiver is off while
 *   time goes on -> at HH:MM:SS WALL_MS hold SECONDS     nothing happens and the practice clock
 *   stands still               -> at HH:MM:SS WALL_MS pace US          microseconds from one
 *   epoch to the next (500)                     -> ok quit
 * A fault is answered with "error ...". FILE holds "WALL_MS BOOTTIME_MS\n" and is replaced
 * before each epoch goes out (put it on a memory file system if the disk is slow). An epoch is
 * all sentences up to the next RMC or ZDA with another time. Without a connection it waits (30
 * s at most), and goes on at the next epoch after a new one. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/mem.h"

enum {
    FILE_BYTES_MAX = 256 << 20,
    LINE_MAX_BYTES = 256,
    BOOT0_MS = 1000000,
    DAY_MS = 86400000
};

struct epoch {
    size_t from, to; /* bytes of the file */
    int64_t wall_ms;
};

struct feed {
    char *text;
    size_t len;
    struct epoch *epochs;
    size_t count, cap, next;
    const char *clock_file;
    char clock_tmp[600];
    int listener, client;
    int64_t pace_us, wait_ms;
    char line[LINE_MAX_BYTES]; /* a command as far as it has come */
    size_t line_len;
};

static void fail(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
static void fail(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("nmea_feed: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(2);
}

static int64_t now_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* --- the file ----------------------------------------------------------------------------- */

static void load(struct feed *f, const char *path)
{
    FILE *in = fopen(path, "rb");
    if (!in) fail("%s: %s", path, strerror(errno));
    struct stat st;
    if (fstat(fileno(in), &st) != 0 || st.st_size <= 0 || st.st_size > FILE_BYTES_MAX)
        fail("%s: empty or too large", path);
    f->len = (size_t)st.st_size;
    f->text = malloc(f->len + 1);
    if (!f->text || fread(f->text, 1, f->len, in) != f->len) fail("%s: cannot be read", path);
    f->text[f->len] = '\0';
    fclose(in);
}

/* The n-th field of a sentence; NULL if there is none. */
static const char *field(const char *line, const char *end, int n)
{
    for (; n > 0 && line < end; line++)
        if (*line == ',') n--;
    return n == 0 && line < end ? line : NULL;
}

static bool digits(const char *p, const char *end, int count, int *out)
{
    *out = 0;
    for (int i = 0; i < count; i++) {
        if (!p || p + i >= end || p[i] < '0' || p[i] > '9') return false;
        *out = *out * 10 + (p[i] - '0');
    }
    return true;
}

/* hhmmss[.sss] as ms of the day. */
static bool time_of_day(const char *p, const char *end, int64_t *out)
{
    int h, m, s, ms = 0, part;
    if (!p || !digits(p, end, 2, &h) || !digits(p + 2, end, 2, &m) ||
        !digits(p + 4, end, 2, &s))
        return false;
    if (p + 6 < end && p[6] == '.')
        for (int i = 0, unit = 100; i < 3 && digits(p + 7 + i, end, 1, &part); i++, unit /= 10)
            ms += part * unit;
    *out = ((h * 60LL + m) * 60 + s) * 1000 + ms;
    return h < 24 && m < 60 && s <= 60;
}

/* UTC midnight of a date, ms; -1 if it is none. */
static int64_t midnight_ms(int year, int month, int day)
{
    struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day };
    return month < 1 || month > 12 || day < 1 || day > 31 ? -1 : (int64_t)timegm(&tm) * 1000;
}

/* The date of an RMC (field 9, ddmmyy) or ZDA (fields 2 to 4). */
static int64_t date_of(const char *line, const char *end, bool zda)
{
    int d, m, y;
    if (zda) {
        if (digits(field(line, end, 2), end, 2, &d) &&
            digits(field(line, end, 3), end, 2, &m) && digits(field(line, end, 4), end, 4, &y))
            return midnight_ms(y, m, d);
        return -1;
    }
    const char *p = field(line, end, 9);
    if (p && digits(p, end, 2, &d) && digits(p + 2, end, 2, &m) && digits(p + 4, end, 2, &y))
        return midnight_ms(2000 + y, m, d);
    return -1;
}

static void add_epoch(struct feed *f, size_t from, int64_t wall_ms)
{
    if (f->count == f->cap) {
        f->cap = f->cap ? f->cap * 2 : 4096;
        f->epochs = realloc(f->epochs, f->cap * sizeof *f->epochs);
        if (!f->epochs) fail("out of memory");
    }
    if (f->count) f->epochs[f->count - 1].to = from;
    f->epochs[f->count++] = (struct epoch){ from, f->len, wall_ms };
}

static void split(struct feed *f)
{
    int64_t day_ms = -1, last_tod = -1, tod;
    for (size_t at = 0, next; at < f->len; at = next) {
        const char *line = f->text + at, *nl = memchr(line, '\n', f->len - at);
        const char *end = nl ? nl : f->text + f->len;
        next = (size_t)(end - f->text) + (nl ? 1 : 0);
        bool zda = end - line > 7 && line[0] == '$' && memcmp(line + 3, "ZDA,", 4) == 0;
        bool rmc = end - line > 7 && line[0] == '$' && memcmp(line + 3, "RMC,", 4) == 0;
        if ((!zda && !rmc) || !time_of_day(field(line, end, 1), end, &tod)) continue;
        int64_t date = date_of(line, end, zda);
        if (date >= 0)
            day_ms = date;
        else if (day_ms >= 0 && tod < last_tod - DAY_MS / 2)
            day_ms += DAY_MS; /* midnight, no date told */
        if (day_ms < 0 || tod == last_tod) continue;
        last_tod = tod;
        add_epoch(f, f->count ? at : 0, day_ms + tod);
    }
    if (!f->count) fail("no RMC or ZDA with time and date in it");
}

/* --- the practice clock ------------------------------------------------------------------- */

static void set_clock(const struct feed *f, int64_t wall_ms)
{
    char text[64];
    int64_t boot = wall_ms - f->epochs[0].wall_ms + BOOT0_MS;
    int n =
        snprintf(text, sizeof text, "%" PRId64 " %" PRId64 "\n", wall_ms, boot > 0 ? boot : 1);
    int fd = open(f->clock_tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, text, (size_t)n) != n)
        fail("%s: %s", f->clock_tmp, strerror(errno));
    close(fd);
    if (rename(f->clock_tmp, f->clock_file) != 0)
        fail("%s: %s", f->clock_file, strerror(errno));
}

/* --- the connection ----------------------------------------------------------------------- */

static void listen_on(struct feed *f, int port)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof a;
    int on = 1;
    f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (f->listener < 0) fail("socket: %s", strerror(errno));
    setsockopt(f->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(f->listener, (struct sockaddr *)&a, sizeof a) || listen(f->listener, 4) ||
        getsockname(f->listener, (struct sockaddr *)&a, &len))
        fail("port %d: %s", port, strerror(errno));
    printf("port %d\n", ntohs(a.sin_port));
    fflush(stdout);
}

static void drop_client(struct feed *f)
{
    if (f->client >= 0) close(f->client);
    f->client = -1;
}

/* Take a new connection if there is one, and notice the end of the old one; what gpsd writes is
 * read and forgotten. */
static void look_at_client(struct feed *f)
{
    char waste[512];
    ssize_t n = 1;
    while (f->client >= 0 && n > 0) n = recv(f->client, waste, sizeof waste, MSG_DONTWAIT);
    if (f->client >= 0 && (n == 0 || (errno != EAGAIN && errno != EINTR))) drop_client(f);
    int fresh = accept4(f->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fresh < 0) return;
    int on = 1;
    setsockopt(fresh, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    drop_client(f);
    f->client = fresh;
}

/* ret: false if nobody has connected within the limit */
static bool await_client(struct feed *f)
{
    for (int64_t until = now_us() + f->wait_ms * 1000;;) {
        look_at_client(f);
        if (f->client >= 0) return true;
        int64_t left_ms = (until - now_us()) / 1000;
        if (left_ms <= 0) return false;
        struct pollfd p = { .fd = f->listener, .events = POLLIN };
        poll(&p, 1, (int)left_ms);
    }
}

/* ret: false if the connection is gone; the epoch is sent again over the next one */
static bool send_epoch(struct feed *f, const struct epoch *e)
{
    for (size_t at = e->from; at < e->to;) {
        ssize_t n = send(f->client, f->text + at, e->to - at, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            drop_client(f);
            return false;
        }
        at += (size_t)n;
    }
    return true;
}

/* --- commands ----------------------------------------------------------------------------- */

static int64_t wall_now(const struct feed *f)
{
    return f->epochs[f->next ? f->next - 1 : 0].wall_ms;
}

static void answer_at(const struct feed *f)
{
    int64_t wall = wall_now(f), s = wall / 1000 % 86400;
    printf("at %02d:%02d:%02d %" PRId64 "\n", (int)(s / 3600), (int)(s / 60 % 60),
           (int)(s % 60), wall);
}

/* A time of day means its next coming in the file; if that lies beyond the end, one that is
 * past already (nothing to do), or the end itself, whichever is nearer. */
static int64_t target_ms(const struct feed *f, int64_t tod_ms)
{
    int64_t now = wall_now(f), first = f->epochs[0].wall_ms,
            last = f->epochs[f->count - 1].wall_ms;
    int64_t next = now / DAY_MS * DAY_MS + tod_ms;
    if (next < now) next += DAY_MS;
    if (next <= last || next - DAY_MS >= first) return next <= last ? next : next - DAY_MS;
    return next - last <= first - (next - DAY_MS) ? next : next - DAY_MS;
}

static void pause_until(int64_t at_us)
{
    struct timespec ts = { .tv_sec = at_us / 1000000, .tv_nsec = at_us % 1000000 * 1000 };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR) continue;
}

static void stream(struct feed *f, int64_t to_ms)
{
    int64_t due = now_us();
    while (f->next < f->count && f->epochs[f->next].wall_ms <= to_ms) {
        const struct epoch *e = &f->epochs[f->next];
        look_at_client(f);
        if (f->client < 0 && !await_client(f)) {
            printf("error nobody connected within %" PRId64 " s\n", f->wait_ms / 1000);
            return;
        }
        set_clock(f, e->wall_ms);
        if (!send_epoch(f, e)) continue;
        f->next++;
        due += f->pace_us;
        if (due < now_us())
            due = now_us(); /* what is late is not made up for by a burst */
        else
            pause_until(due);
    }
    answer_at(f);
}

static void lose(struct feed *f, int64_t to_ms)
{
    while (f->next < f->count && f->epochs[f->next].wall_ms <= to_ms) f->next++;
    set_clock(f, wall_now(f));
    answer_at(f);
}

static bool clock_text(const char *s, int64_t *out)
{
    int h, m, sec;
    const char *end = s + strlen(s);
    if (end - s != 8 || s[2] != ':' || s[5] != ':') return false;
    if (!digits(s, end, 2, &h) || !digits(s + 3, end, 2, &m) || !digits(s + 6, end, 2, &sec))
        return false;
    *out = ((h * 60LL + m) * 60 + sec) * 1000;
    return h < 24 && m < 60 && sec <= 60;
}

/* ret: false to quit */
static bool obey(struct feed *f, char *line)
{
    int64_t x;
    char *arg = strchr(line, ' ');
    if (arg) *arg++ = '\0';
    if (str_eq(line, "quit")) return false;
    if (str_eq(line, "until") && arg && clock_text(arg, &x)) {
        stream(f, target_ms(f, x));
    } else if (str_eq(line, "lose") && arg && clock_text(arg, &x)) {
        lose(f, target_ms(f, x));
    } else if (str_eq(line, "hold") && arg && str_to_i64(arg, 0, 86400, &x)) {
        pause_until(now_us() + x * 1000000);
        answer_at(f);
    } else if (str_eq(line, "pace") && arg && str_to_i64(arg, 0, 10000000, &x)) {
        f->pace_us = x;
        puts("ok");
    } else {
        printf("error not understood: %s\n", line);
    }
    fflush(stdout);
    return true;
}

/* Read what stdin holds, obey whole lines. ret: false to quit (or stdin ended) */
static bool read_commands(struct feed *f)
{
    ssize_t n = read(STDIN_FILENO, f->line + f->line_len, sizeof f->line - 1 - f->line_len);
    if (n <= 0) return n < 0 && errno == EINTR;
    f->line_len += (size_t)n;
    f->line[f->line_len] = '\0';
    for (char *nl; (nl = strchr(f->line, '\n'));) {
        *nl = '\0';
        if (!obey(f, f->line)) return false;
        f->line_len -= (size_t)(nl + 1 - f->line);
        memmove(f->line, nl + 1, f->line_len + 1);
    }
    if (f->line_len == sizeof f->line - 1) fail("a command is too long");
    return true;
}

static void serve(struct feed *f)
{
    for (bool on = true; on;) {
        struct pollfd p[3] = { { .fd = STDIN_FILENO, .events = POLLIN },
                               { .fd = f->listener, .events = POLLIN },
                               { .fd = f->client, .events = POLLIN } };
        if (poll(p, 3, -1) < 0 && errno != EINTR) fail("poll: %s", strerror(errno));
        if (p[1].revents || p[2].revents) look_at_client(f);
        if (p[0].revents) on = read_commands(f);
    }
}

int main(int argc, char **argv)
{
    static struct feed f = { .client = -1, .pace_us = 500, .wait_ms = 30000 };
    int64_t port = 0, wait_s = 30;
    const char *path = argc > 1 ? argv[1] : NULL;
    bool good = path != NULL;
    for (int i = 2; good && i < argc; i += 2) {
        if (i + 1 == argc)
            good = false;
        else if (str_eq(argv[i], "--clock"))
            f.clock_file = argv[i + 1];
        else if (str_eq(argv[i], "--port"))
            good = str_to_i64(argv[i + 1], 0, 65535, &port);
        else if (str_eq(argv[i], "--wait"))
            good = str_to_i64(argv[i + 1], 0, 3600, &wait_s);
        else
            good = false;
    }
    if (!good || !f.clock_file)
        fail("usage: nmea_feed DAY.nmea --clock FILE [--port N] [--wait SECONDS]");
    if ((size_t)snprintf(f.clock_tmp, sizeof f.clock_tmp, "%s.new", f.clock_file) >=
        sizeof f.clock_tmp)
        fail("the clock file's path is too long");
    f.wait_ms = wait_s * 1000;
    prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL,
          0UL); /* half a millisecond is to be half a millisecond */
    load(&f, path);
    split(&f);
    set_clock(&f, f.epochs[0].wall_ms);
    listen_on(&f, (int)port);
    serve(&f);
    drop_client(&f);
    close(f.listener);
    free(f.epochs);
    free(f.text);
    return 0;
}
