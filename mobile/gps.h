/* mobile/gps.h -- position reports from gpsd.
 * Floor:      mobile. Uses env, err, mem, stops (struct fix); alone includes gps.h of libgps.
 * Owns:       the connection to gpsd. Loss of gpsd or of the receiver is no error: the reader
 *             tells it and goes on.
 * Invariants: a call never lasts much longer than wait_ms (an address that does not answer
 *             aside: gpsd is on this machine) and never spins; of reports with one time, one
 *             complete one is given.
 * Threads:    a reader belongs to one thread at a time; it starts none.
 *
 * Loop:  for (;;) {
 *            rc = gps_reader_next(reader, 500, &fix, &event);
 *            if (event == GPS_EVENT_FIX) stops_step(&stops, plan, n, &fix, events, &count);
 *            else stops_idle(&stops, env_boottime_ms(env), events, &count);
 *        }
 */
#ifndef BM_GPS_H
#define BM_GPS_H

#include "common/env.h"
#include "mobile/stops.h"

enum {
    GPS_SILENCE_MS = 10000, /* a live connection without a report for so long is opened anew, */
    GPS_SILENCE_WAITED_MS = 1000, /* if we really waited so long: a practice clock may leap */
    GPS_BACKOFF_MIN_MS = 1000,    /* between attempts, doubling until a report comes */
    GPS_BACKOFF_MAX_MS = 30000,
    GPS_MESSAGE_MAX = 10241, /* gpsd's longest line and its NUL */
    GPS_LINES_MAX = 64,      /* lines without a report that one call works through */
    GPS_HOST_MAX = 128
};

enum gps_event {
    GPS_EVENT_NOTHING,   /* wait_ms passed */
    GPS_EVENT_FIX,       /* *out holds a report, perhaps a useless one: the gate decides */
    GPS_EVENT_CONNECTED, /* gpsd answers */
    GPS_EVENT_LOST,      /* gpsd is gone */
    GPS_EVENT_STALE      /* gpsd is there and silent: opened anew, which wakes the receiver */
};

/* For display. */
#define GPS_STATES(X)                                                                          \
    X(GPS_NO_DAEMON, "no gpsd")                                                                \
    X(GPS_SEARCHING, "searching")                                                              \
    X(GPS_FIX, "fix")                                                                          \
    X(GPS_STALE, "receiver silent")
#define GPS_STATE_ENUM(code, text) code,
enum gps_state { GPS_STATES(GPS_STATE_ENUM) GPS_STATE_COUNT };
#undef GPS_STATE_ENUM
const char *gps_state_text(enum gps_state state);

struct gps_counts {
    int64_t lines;      /* whole lines from gpsd */
    int64_t reports;    /* of them TPV: the only ones that tell a position */
    int64_t given;      /* as GPS_EVENT_FIX */
    int64_t duplicates; /* same time again */
    int64_t timeless;   /* without a time */
    int64_t damaged;    /* cut off */
    int64_t attempts, connected, lost, stale;
};

struct gps_reader;

/* Make a reader; it connects with the first gps_reader_next.
 * in:  host, port of gpsd ("127.0.0.1", "2947"); env outlives the reader: silence and backoff
 *      go by its boot time
 * ret: BM_OK | BM_EUSAGE | BM_ENOMEM */
BM_MUST_CHECK enum bm_rc gps_reader_open(const char *host, const char *port, struct env *env,
                                         struct gps_reader **out);
void gps_reader_close(struct gps_reader *reader); /* NULL is fine */

/* What comes next, within wait_ms.
 * out: *event; *out holds a report if it is GPS_EVENT_FIX, untouched otherwise
 * ret: BM_OK, whatever happens to gpsd | BM_EIO, the system refuses to wait
 * src: facts gps 1 */
BM_MUST_CHECK enum bm_rc gps_reader_next(struct gps_reader *reader, int wait_ms,
                                         struct fix *out, enum gps_event *event);

enum gps_state gps_reader_state(const struct gps_reader *reader);
const struct gps_counts *gps_reader_counts(const struct gps_reader *reader);

#endif
