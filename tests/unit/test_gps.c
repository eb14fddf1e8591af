/* tests/unit/test_gps.c -- the reader against a made gpsd, fault by fault, and against the real
 * one. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/geo.h"
#include "mobile/gps.h"
#include "mobile/track.h"

/* --- a made gpsd: the kernel answers its connections, so one thread can play both sides */

struct rig {
    int listener, client;
    char port[16];
    struct env env;
    struct gps_reader *reader;
    struct fix fix;
};

static void listen_at(struct rig *r, int port)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof a;
    int on = 1;
    r->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(r->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    assert_int_equal(bind(r->listener, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(r->listener, 8), 0);
    assert_int_equal(getsockname(r->listener, (struct sockaddr *)&a, &len), 0);
    snprintf(r->port, sizeof r->port, "%d", ntohs(a.sin_port));
}

static int begin(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    if (!r) return -1;
    r->client = -1;
    listen_at(r, 0);
    env_made(&r->env, 1, 1789430400000, 5000000);
    if (gps_reader_open("127.0.0.1", r->port, &r->env, &r->reader) != BM_OK) return -1;
    *state = r;
    return 0;
}

static int end(void **state)
{
    struct rig *r = *state;
    gps_reader_close(r->reader);
    if (r->listener >= 0) close(r->listener);
    if (r->client >= 0) close(r->client);
    free(r);
    return 0;
}

static enum gps_event next(struct rig *r, int wait_ms)
{
    enum gps_event event = GPS_EVENT_NOTHING;
    assert_int_equal(gps_reader_next(r->reader, wait_ms, &r->fix, &event), BM_OK);
    return event;
}

/* The daemon's side: take the connection and read that it was asked to report. */
static void answer(struct rig *r)
{
    char text[256] = "";
    if (r->client >= 0) close(r->client);
    r->client = accept4(r->listener, NULL, NULL, SOCK_CLOEXEC);
    assert_true(r->client >= 0);
    assert_true(recv(r->client, text, sizeof text - 1, 0) > 0);
    assert_non_null(strstr(text, "?WATCH={"));
    assert_non_null(strstr(text, "\"json\":true"));
}

static void connect_both(struct rig *r)
{
    assert_int_equal(next(r, 100), GPS_EVENT_CONNECTED);
    answer(r);
}

static void say(struct rig *r, const char *text)
{
    size_t len = strlen(text);
    assert_int_equal(send(r->client, text, len, MSG_NOSIGNAL), len);
}

/* A good report of 2026-09-15, hh:mm:ss by its second of the day. */
static const char *tpv(int s)
{
    static char text[256];
    snprintf(text, sizeof text,
             "{\"class\":\"TPV\",\"device\":\"/dev/"
             "x\",\"mode\":3,\"time\":\"2026-09-15T%02d:%02d:%02d.000Z\",\"ept\":0.005,"
             "\"lat\":39.43,\"lon\":-119.76,\"altHAE\":1300.0,\"eph\":20.9,\"track\":10.0,"
             "\"speed\":4.5}\r\n",
             s / 3600, s / 60 % 60, s % 60);
    return text;
}

static void test_gps_good_report_is_given_whole(void **state)
{
    struct rig *r = *state;
    assert_int_equal(gps_reader_state(r->reader), GPS_NO_DAEMON);
    connect_both(r);
    assert_int_equal(gps_reader_state(r->reader), GPS_SEARCHING);
    say(r, "{\"class\":\"VERSION\",\"release\":\"3.22\",\"rev\":\"3.22\",\"proto_major\":3,"
           "\"proto_minor\":14}\r\n");
    say(r, tpv(8 * 3600));
    assert_int_equal(next(r, 500), GPS_EVENT_FIX);
    assert_int_equal(r->fix.t_ms, 1789459200000);
    assert_int_equal(r->fix.boottime_ms, 5000000);
    assert_int_equal(r->fix.mode, 3); /* no status was given, and none is wanted */
    assert_int_equal(r->fix.has, FIX_HAS_LATLON | FIX_HAS_SPEED | FIX_HAS_EPH);
    assert_true(fabs(r->fix.lat_deg - 39.43) < 1e-9 && fabs(r->fix.lon_deg + 119.76) < 1e-9);
    assert_true(fabs(r->fix.speed_mps - 4.5) < 1e-9 && fabs(r->fix.eph_m - 20.9) < 1e-9);
    assert_int_equal(gps_reader_state(r->reader), GPS_FIX);
    assert_int_equal(next(r, 20), GPS_EVENT_NOTHING);
}

static void test_gps_other_messages_are_no_reports(void **state)
{
    struct rig *r = *state;
    connect_both(r);
    say(r, tpv(100));
    assert_int_equal(next(r, 500), GPS_EVENT_FIX);
    for (int i = 0; i < 200; i++) {
        say(r, "{\"class\":\"SKY\",\"device\":\"/dev/"
               "x\",\"hdop\":1.1,\"satellites\":[{\"PRN\":4,\"el\":16,\"az\":162,\"ss\":46,"
               "\"used\":true}]}\r\n");
        say(r, "{\"class\":\"GST\",\"device\":\"/dev/"
               "x\",\"time\":\"2026-09-15T00:05:00.000Z\",\"rms\":1.0}\r\n");
        say(r, "not JSON at all\r\n");
    }
    say(r, tpv(101));
    int events = 0;
    while (next(r, 100) != GPS_EVENT_FIX) assert_true(++events < 50);
    assert_int_equal(r->fix.t_ms % 86400000, 101000);
    assert_int_equal(gps_reader_counts(r->reader)->reports, 2);
    assert_int_equal(gps_reader_counts(r->reader)->lines, 602);
}

static void test_gps_same_time_is_given_once_and_completed_once(void **state)
{
    struct rig *r = *state;
    connect_both(r);
    say(r, "{\"class\":\"TPV\",\"device\":\"/dev/"
           "x\",\"mode\":2,\"time\":\"2026-09-15T00:01:40.000Z\",\"lat\":39.43,\"lon\":-119.76}"
           "\r\n");
    say(r, tpv(100));
    say(r, tpv(100));
    say(r, tpv(100));
    assert_int_equal(next(r, 500), GPS_EVENT_FIX);
    assert_int_equal(r->fix.has, FIX_HAS_LATLON); /* no speed: old place repeated */
    assert_int_equal(next(r, 500), GPS_EVENT_FIX);
    assert_true(r->fix.has & FIX_HAS_SPEED);
    assert_int_equal(next(r, 50), GPS_EVENT_NOTHING);
    assert_int_equal(gps_reader_counts(r->reader)->duplicates, 2);
}

static void test_gps_lost_fix_is_told_as_one(void **state)
{
    struct rig *r = *state;
    connect_both(r);
    say(r, tpv(100));
    assert_int_equal(next(r, 500), GPS_EVENT_FIX);
    say(r, "{\"class\":\"TPV\",\"device\":\"/dev/"
           "x\",\"mode\":1,\"time\":\"2026-09-15T00:01:41.000Z\"}\r\n");
    assert_int_equal(next(r, 500), GPS_EVENT_FIX);
    assert_int_equal(r->fix.mode, 1);
    assert_int_equal(r->fix.has, 0); /* nothing is left over from the report before */
    assert_int_equal(gps_reader_state(r->reader), GPS_SEARCHING);
    say(r, "{\"class\":\"TPV\",\"device\":\"/dev/"
           "x\",\"mode\":1}\r\n{\"class\":\"TPV\",\"device\":\"/dev/x\",\"mode\":0}\r\n");
    assert_int_equal(next(r, 100), GPS_EVENT_NOTHING);
    assert_int_equal(gps_reader_counts(r->reader)->timeless, 2);
}

static void test_gps_damaged_report_is_not_believed(void **state)
{
    struct rig *r = *state;
    connect_both(r);
    say(r, tpv(100));
    assert_int_equal(next(r, 500), GPS_EVENT_FIX);
    static const char *const bad[] = {
        "{\"class\":\"TPV\",\"mode\":3,\"time\":\"2026-09-15T00:01:41.000Z\",\"lat\":39.5,"
        "\"lon\":\r\n",
        "{\"class\":\"TPV\",\"mode\":3,\"time\":\"2026-09-15T00:01:41.000Z\",\"lat\":39.5,"
        "\"lon\":-119,\"speed\":2,\"nonsense\":{\r\n",
        "{\"class\":\"TPV\",\"mode\":3,\"time\":\"not a "
        "time\",\"lat\":39.5,\"lon\":-119,\"speed\":2}\r\n",
        "{\"class\":\"TPV\"\r\n",
        "{\"class\":\"TPV\",\"mode\":3,\"time\":\"2026-09-15T00:01:41.000Z\",\"lat\":39.5,"
        "\"lon\":-119,\"speed\":2",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        say(r, bad[i]);
        if (next(r, 30) == GPS_EVENT_FIX) fail_msg("given as a report: %s", bad[i]);
    }
    say(r, "}\r\n"); /* the last one was only not finished */
    assert_int_equal(next(r, 500), GPS_EVENT_FIX);
    say(r, tpv(102));
    assert_int_equal(next(r, 500), GPS_EVENT_FIX);
}

static double cpu_s(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static double real_s(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void test_gps_half_a_line_is_waited_for_without_spinning(void **state)
{
    struct rig *r = *state;
    connect_both(r);
    const char *text = tpv(100);
    char half[40] = "";
    memcpy(half, text, 30);
    say(r, half);
    double cpu = cpu_s(), real = real_s();
    assert_int_equal(next(r, 300), GPS_EVENT_NOTHING);
    assert_true(real_s() - real > 0.29);
    assert_true(cpu_s() - cpu < 0.1);
    say(r, text + 30);
    assert_int_equal(next(r, 500), GPS_EVENT_FIX);
}

static void test_gps_backlog_is_given_in_order_and_whole(void **state)
{
    struct rig *r = *state;
    connect_both(r);
    for (int i = 1; i <= 500; i++) say(r, tpv(i));
    for (int i = 1; i <= 500; i++) {
        assert_int_equal(next(r, 500), GPS_EVENT_FIX);
        assert_int_equal(r->fix.t_ms % 86400000, i * 1000);
    }
    close(r->client); /* what came before the end is not lost with it */
    r->client = -1;
    assert_int_equal(next(r, 500), GPS_EVENT_LOST);
}

static void test_gps_without_gpsd_attempts_grow_rarer_up_to_half_a_minute(void **state)
{
    struct rig *r = *state;
    close(r->listener);
    r->listener = -1;
    int64_t at[16] = { 0 };
    int n = 0;
    double cpu = cpu_s();
    for (int64_t t = 0; t <= 200000; t += 100) { /* 200 s; nothing is really waited for */
        r->env.made_boottime_ms = 5000000 + t;
        assert_int_equal(next(r, 0), GPS_EVENT_NOTHING);
        for (; n < gps_reader_counts(r->reader)->attempts; n++) {
            assert_true(n < 16);
            at[n] = t;
        }
    }
    assert_true(cpu_s() - cpu < 1);
    assert_int_equal(gps_reader_state(r->reader), GPS_NO_DAEMON);
    static const int64_t want[] = { 0,     1000,  3000,   7000,   15000, 31000,
                                    61000, 91000, 121000, 151000, 181000 };
    assert_int_equal(n, sizeof want / sizeof *want);
    for (int i = 0; i < n; i++) assert_int_equal(at[i], want[i]);
}

static void test_gps_waits_for_gpsd_as_long_as_told(void **state)
{
    struct rig *r = *state;
    int port = (int)strtol(r->port, NULL, 10);
    close(r->listener);
    r->listener = -1;
    double real = real_s(), cpu = cpu_s();
    for (int i = 0; i < 4; i++) assert_int_equal(next(r, 100), GPS_EVENT_NOTHING);
    assert_in_range((int)((real_s() - real) * 1000), 395, 700);
    assert_true(cpu_s() - cpu < 0.1);
    listen_at(r, port);
    for (int i = 0; i < 20; i++) { /* its clock stands still: real waiting counts as well */
        if (next(r, 100) == GPS_EVENT_CONNECTED) break;
        assert_true(i < 15);
    }
    answer(r);
    say(r, tpv(5));
    assert_int_equal(next(r, 500), GPS_EVENT_FIX);
}

static void test_gps_gone_gpsd_is_found_again(void **state)
{
    struct rig *r = *state;
    int port = (int)strtol(r->port, NULL, 10);
    connect_both(r);
    say(r, tpv(100));
    assert_int_equal(next(r, 500), GPS_EVENT_FIX);
    close(r->client);
    close(r->listener);
    r->client = r->listener = -1;
    assert_int_equal(next(r, 500), GPS_EVENT_LOST);
    assert_int_equal(gps_reader_state(r->reader), GPS_NO_DAEMON);
    assert_int_equal(next(r, 0), GPS_EVENT_NOTHING);
    listen_at(r, port);
    r->env.made_boottime_ms += GPS_BACKOFF_MIN_MS;
    assert_int_equal(next(r, 0), GPS_EVENT_CONNECTED);
    answer(r);
    say(r, tpv(100)); /* as before it went: still the same report */
    say(r, tpv(101));
    assert_int_equal(next(r, 500), GPS_EVENT_FIX);
    assert_int_equal(r->fix.t_ms % 86400000, 101000);
    assert_int_equal(gps_reader_counts(r->reader)->lost, 1);
}

static void test_gps_silence_on_a_live_connection_opens_it_anew(void **state)
{
    struct rig *r = *state;
    connect_both(r);
    say(r, tpv(100));
    assert_int_equal(next(r, 500), GPS_EVENT_FIX);
    say(r, "{\"class\":\"DEVICE\",\"path\":\"/dev/x\",\"activated\":0}\r\n");
    r->env.made_boottime_ms += GPS_SILENCE_MS - 1;
    for (int i = 0; i < 11; i++) assert_int_equal(next(r, 100), GPS_EVENT_NOTHING);
    assert_int_equal(gps_reader_state(r->reader), GPS_FIX);
    r->env.made_boottime_ms += 1;
    assert_int_equal(next(r, 1), GPS_EVENT_STALE);
    assert_int_equal(gps_reader_state(r->reader), GPS_STALE);
    r->env.made_boottime_ms += GPS_BACKOFF_MIN_MS;
    assert_int_equal(next(r, 1), GPS_EVENT_CONNECTED);
    answer(r); /* which asks it to WATCH again */
    assert_int_equal(gps_reader_state(r->reader), GPS_STALE);
    say(r, tpv(120));
    assert_int_equal(next(r, 500), GPS_EVENT_FIX);
    assert_int_equal(gps_reader_state(r->reader), GPS_FIX);
}

static void test_gps_leaping_practice_clock_is_no_silence(void **state)
{
    struct rig *r = *state;
    connect_both(r);
    for (int i = 1; i < 20; i++) {
        r->env.made_boottime_ms +=
            800000; /* the drive's receiver was off; the feeder goes on at once */
        assert_int_equal(next(r, 20), GPS_EVENT_NOTHING);
        say(r, tpv(i * 800));
        assert_int_equal(next(r, 500), GPS_EVENT_FIX);
    }
    assert_int_equal(gps_reader_counts(r->reader)->stale, 0);
}

static void test_gps_endless_line_is_cut_off_and_connected_anew(void **state)
{
    struct rig *r = *state;
    char junk[1001];
    connect_both(r);
    memset(junk, 'x', 1000);
    junk[1000] = '\0';
    enum gps_event event = GPS_EVENT_NOTHING;
    for (int i = 0; i < 60 && event == GPS_EVENT_NOTHING; i++) {
        if (send(r->client, junk, 1000, MSG_NOSIGNAL) < 0) break;
        event = next(r, 1);
    }
    assert_int_equal(event, GPS_EVENT_LOST);
    r->env.made_boottime_ms += 5000;
    connect_both(r);
    say(r, tpv(7));
    assert_int_equal(next(r, 500), GPS_EVENT_FIX);
}

static void test_gps_bad_address_is_refused(void **state)
{
    struct rig *r = *state;
    struct gps_reader *other;
    char text[300];
    memset(text, 'h', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(gps_reader_open(text, "2947", &r->env, &other), BM_EUSAGE);
    assert_int_equal(gps_reader_open("127.0.0.1", "", &r->env, &other), BM_EUSAGE);
    assert_null(other);
    gps_reader_close(NULL);
    assert_string_equal(gps_state_text(GPS_STALE), "receiver silent");
}

/* --- the real gpsd, fed with three hours of a real car ------------------------------------ */

struct real {
    char clock_file[64], tool[512], nmea[512], feed_url[160];
    pid_t feeder, daemon;
    int to_feeder, from_feeder;
    char port[16];
    struct env env;
    struct gps_reader *reader;
    struct stops stops;
    struct db *db;
    struct track *track;
    int given, accepted, arrived, departed;
    int64_t last_ms;
    struct stops_event events[32];
};

static void end_process(pid_t *pid)
{
    if (*pid > 0) {
        kill(*pid, SIGKILL);
        waitpid(*pid, NULL, 0);
    }
    *pid = 0;
}

static int end_real(void **state)
{
    struct real *r = *state;
    end_process(&r->feeder);
    end_process(&r->daemon);
    gps_reader_close(r->reader);
    track_close(r->track);
    db_close(r->db);
    if (r->to_feeder > 0) close(r->to_feeder);
    if (r->from_feeder > 0) close(r->from_feeder);
    unlink(r->clock_file);
    free(r);
    return 0;
}

static int begin_real(void **state)
{
    struct real *r = calloc(1, sizeof *r);
    if (!r) return -1;
    const char *tools = getenv("BM_TOOL_DIR"), *shared = getenv("BM_SHARED");
    snprintf(r->tool, sizeof r->tool, "%s/nmea_feed", tools ? tools : "build/tool");
    snprintf(r->nmea, sizeof r->nmea, "%s/data/gps/car_reno.nmea",
             shared ? shared : "../shared");
    snprintf(r->clock_file, sizeof r->clock_file, "%s/test_gps.%ld.clock",
             access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", (long)getpid());
    *state = r;
    return 0;
}

static const char *what_is_missing(const struct real *r)
{
    if (access("/usr/sbin/gpsd", X_OK)) return "gpsd";
    if (access(r->nmea, R_OK)) return r->nmea;
    return access(r->tool, X_OK) ? r->tool : NULL;
}

/* Start a program with its stdin and stdout (-1: /dev/null). It ends with us, however we end.
 * */
static pid_t start(const char *const *argv, int in, int out)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid) return pid;
    int null = open("/dev/null", O_RDWR);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(in < 0 ? null : in, 0);
    dup2(out < 0 ? null : out, 1);
    dup2(null, 2);
    for (int fd = 3; fd < 64; fd++) close(fd);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

static void read_line(int fd, char *out, size_t size)
{
    size_t n = 0;
    while (n + 1 < size && read(fd, out + n, 1) == 1 && out[n] != '\n') n++;
    out[n] = '\0';
}

static void start_feeder(struct real *r)
{
    int in[2], out[2];
    char line[128];
    assert_int_equal(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC), 0);
    const char *argv[] = { r->tool, r->nmea, "--clock", r->clock_file, NULL };
    r->feeder = start(argv, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    r->to_feeder = in[1];
    r->from_feeder = out[0];
    read_line(r->from_feeder, line, sizeof line);
    assert_int_equal(strncmp(line, "port ", 5), 0);
    snprintf(r->feed_url, sizeof r->feed_url, "tcp://127.0.0.1:%s", line + 5);
    assert_int_equal(env_practice(&r->env, r->clock_file), BM_OK);
    assert_int_equal(env_wall_ms(&r->env),
                     1789429954000); /* the first epoch, before anything has happened */
    assert_int_equal(env_boottime_ms(&r->env), 1000000);
}

static void start_daemon(struct real *r)
{
    const char *argv[] = { "/usr/sbin/gpsd", "-N", "-D1", "-S", r->port, r->feed_url, NULL };
    r->daemon = start(argv, -1, -1);
    assert_true(r->daemon > 0);
}

/* A port where nobody listens, below those that the system lends to clients: a finished client
 * would hold it for another minute, and gpsd could not bind. */
static void pick_port(struct real *r)
{
    for (int i = 0, port = 10000 + getpid() % 20000; i < 200; i++, port++) {
        struct sockaddr_in a = { .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)port),
                                 .sin_addr = { htonl(INADDR_LOOPBACK) } };
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool is_free = bind(fd, (struct sockaddr *)&a, sizeof a) == 0;
        close(fd);
        if (!is_free) continue;
        snprintf(r->port, sizeof r->port, "%d", port);
        return;
    }
    fail_msg("no free port below the ephemeral ones");
}

static void start_all(struct real *r)
{
    pick_port(r);
    env_real(&r->env);
    start_feeder(r);
    start_daemon(r);
    stops_init(&r->stops);
    assert_int_equal(gps_reader_open("127.0.0.1", r->port, &r->env, &r->reader), BM_OK);
    assert_int_equal(db_open("memory", DB_MEMORY, SQL_FILE_GPS, NULL, &r->db), BM_OK);
    assert_int_equal(track_open(r->db, &r->track), BM_OK);
}

static void take_fix(struct real *r, const struct fix *fix)
{
    struct stops_event events[STOPS_EVENTS_MAX];
    size_t n;
    r->given++;
    assert_true(fix->t_ms >= r->last_ms);
    r->last_ms = fix->t_ms;
    if (stops_step(&r->stops, NULL, 0, fix, events, &n) == STOPS_ACCEPTED) {
        r->accepted++;
        assert_int_equal(track_append(r->track, fix, r->stops.state == STOPS_STOPPED), BM_OK);
    }
    for (size_t i = 0; i < n; i++) {
        if (events[i].kind == STOPS_ARRIVED)
            r->arrived++;
        else {
            assert_true(r->departed < 32);
            r->events[r->departed++] = events[i];
        }
    }
}

/* Send the feeder a command and read reports until it has answered and all is quiet. */
static void feed(struct real *r, const char *command)
{
    char line[128];
    bool answered = false;
    double began = real_s();
    assert_int_equal(write(r->to_feeder, command, strlen(command)), strlen(command));
    for (int quiet = 0; !answered || quiet < 4;) {
        struct fix fix;
        enum gps_event event;
        assert_int_equal(gps_reader_next(r->reader, 100, &fix, &event), BM_OK);
        quiet = event == GPS_EVENT_FIX ? 0 : quiet + 1;
        if (event == GPS_EVENT_FIX) take_fix(r, &fix);
        struct pollfd p = { .fd = r->from_feeder, .events = POLLIN };
        if (!answered && poll(&p, 1, 0) > 0) {
            read_line(r->from_feeder, line, sizeof line);
            assert_int_equal(strncmp(line, "at ", 3), 0);
            answered = true;
        }
        assert_true(real_s() - began < 40);
    }
}

static bool count_point(void *arg, const struct track_point *point)
{
    (void)point;
    ++*(int *)arg;
    return true;
}

static void test_gps_real_drive_loses_no_fix_and_shows_its_five_stops(void **state)
{
    struct real *r = *state;
    if (what_is_missing(r)) {
        print_message("skipped: %s is not here\n", what_is_missing(r));
        skip();
    }
    start_all(r);
    feed(r, "until 02:56:32\n"); /* over midnight */
    assert_int_equal(r->last_ms, 1789440992000);
    assert_int_equal(gps_reader_counts(r->reader)->lost + gps_reader_counts(r->reader)->stale,
                     0);
    assert_int_equal(r->given, 4469); /* every epoch of this file has a fix, */
    assert_int_equal(r->stops.counts[STOPS_POOR],
                     39); /* some, after a loss, with an HDOP above 5 */
    assert_int_equal(r->accepted, 4469 - 39);
    assert_int_equal(r->arrived, 5);
    assert_int_equal(r->departed, 5);
    static const int dwell_s[] = { 316, 868, 238, 214,
                                   1648 }; /* standstills counted in the file itself */
    for (int i = 0; i < 5; i++) {
        const struct stops_call *c = &r->events[i].call;
        int64_t off = (c->dep_ms - c->arr_ms) / 1000 - dwell_s[i];
        if (llabs(off) > 10) print_message("stop %d: %" PRId64 " s off\n", i, off);
        assert_true(llabs(off) <= 30);
    }
    int points = 0;
    int64_t bytes;
    struct stmt *s;
    assert_int_equal(track_read(r->track, 0, INT64_MAX, count_point, &points), BM_OK);
    assert_int_equal(points, r->accepted);
    assert_int_equal(db_prepare(r->db, "SELECT sum(length(blob)) FROM gps_chunk", &s), BM_OK);
    assert_int_equal(stmt_next(s), BM_OK);
    bytes = stmt_int(s, 0);
    stmt_free(s);
    print_message("%.2f bytes a point, %.1f km\n", (double)bytes / points,
                  track_distance_m(r->track) / 1000);
    assert_true((double)bytes / points < 2.4);
    assert_true(fabs(track_distance_m(r->track) - 137000) < 1400);
}

static void test_gps_real_gpsd_killed_on_the_way_is_gone_on_with(void **state)
{
    struct real *r = *state;
    if (what_is_missing(r)) {
        print_message("skipped: %s is not here\n", what_is_missing(r));
        skip();
    }
    start_all(r);
    feed(r, "until 00:30:00\n");
    int before = r->given;
    assert_in_range(before, 1120, 1124);
    end_process(&r->daemon);
    for (int i = 0; gps_reader_counts(r->reader)->lost == 0; i++) {
        struct fix fix;
        enum gps_event event;
        assert_int_equal(gps_reader_next(r->reader, 100, &fix, &event), BM_OK);
        assert_true(i < 20);
    }
    start_daemon(r);
    feed(r, "until 00:34:00\n");              /* waits until gpsd is back */
    assert_int_equal(r->given - before, 115); /* the file pauses at 00:33:50 */
    assert_int_equal(r->last_ms % 86400000, 2030000);
    assert_int_equal(r->arrived, 1); /* it stood through all this from 00:27:20 on */
    assert_int_equal(gps_reader_counts(r->reader)->connected, 2);
}

int main(void)
{
#define MADE(name) cmocka_unit_test_setup_teardown(name, begin, end)
#define REAL(name) cmocka_unit_test_setup_teardown(name, begin_real, end_real)
    const struct CMUnitTest tests[] = {
        MADE(test_gps_good_report_is_given_whole),
        MADE(test_gps_other_messages_are_no_reports),
        MADE(test_gps_same_time_is_given_once_and_completed_once),
        MADE(test_gps_lost_fix_is_told_as_one),
        MADE(test_gps_damaged_report_is_not_believed),
        MADE(test_gps_half_a_line_is_waited_for_without_spinning),
        MADE(test_gps_backlog_is_given_in_order_and_whole),
        MADE(test_gps_without_gpsd_attempts_grow_rarer_up_to_half_a_minute),
        MADE(test_gps_waits_for_gpsd_as_long_as_told),
        MADE(test_gps_gone_gpsd_is_found_again),
        MADE(test_gps_silence_on_a_live_connection_opens_it_anew),
        MADE(test_gps_leaping_practice_clock_is_no_silence),
        MADE(test_gps_endless_line_is_cut_off_and_connected_anew),
        MADE(test_gps_bad_address_is_refused),
        REAL(test_gps_real_drive_loses_no_fix_and_shows_its_five_stops),
        REAL(test_gps_real_gpsd_killed_on_the_way_is_gone_on_with),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
