/* tests/sample/nmea.c -- the drive as a receiver would tell it; see drive.h.
 * src: NMEA 0183: sentence, checksum, RMC, GGA, GSA, GSV; ddmm.mmmmm positions, knots. */
#include <math.h>
#include <stdarg.h>

#include "tests/sample/drive.h"

enum { SENTENCE_MAX = 128, SATELLITES = 10, GSV_EVERY_S = 5, GSV_A_SENTENCE = 4 };

static const double knots_a_mps = 3600.0 / 1852.0;
/* Error that wanders: deviation per axis, and how much of it stays from one second to the next.
 */
static const double wander_m = 2.6, wander_stays = 0.993;
static const int satellite_numbers[SATELLITES] = { 2, 5, 7, 9, 13, 16, 20, 26, 29, 30 };

struct receiver {
    struct out *out;
    struct rng rng;
    struct point error; /* wandering */
    double bump_m;      /* extra error after the tunnel, dying away */
    bool had_sky;
};

static void sentence(struct out *o, const char *fmt, ...) BM_PRINTF(2, 3);
static void sentence(struct out *o, const char *fmt, ...)
{
    char text[SENTENCE_MAX];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    bm_assert(len > 0 && len < SENTENCE_MAX);
    unsigned sum = 0;
    for (int i = 0; i < len; i++) sum ^= (unsigned char)text[i];
    out_printf(o, "$%s*%02X\r\n", text, sum);
}

/* Degrees as ddmm.mmmmm; the minute never shows as 60. */
static void angle_text(double deg, int width, char *out)
{
    int64_t units = llround(fabs(deg) * 60.0 * 1e5);
    snprintf(out, 16, "%0*d%02d.%05d", width, (int)(units / 6000000),
             (int)(units / 100000 % 60), (int)(units % 100000));
}

static struct point measured(struct receiver *rx, const struct moment *m)
{
    double fresh = wander_m * sqrt(1.0 - wander_stays * wander_stays);
    rx->error.x_m = rx->error.x_m * wander_stays + fresh * rng_normal(&rx->rng);
    rx->error.y_m = rx->error.y_m * wander_stays + fresh * rng_normal(&rx->rng);
    rx->bump_m = m->sky && !rx->had_sky ? 22.0 : rx->bump_m * 0.85;
    rx->had_sky = m->sky;
    return (struct point){ m->at.x_m + rx->error.x_m + rx->bump_m,
                           m->at.y_m + rx->error.y_m - 0.5 * rx->bump_m };
}

static void satellites_in_view(struct receiver *rx, uint32_t second, bool sky)
{
    int count = (SATELLITES + GSV_A_SENTENCE - 1) / GSV_A_SENTENCE;
    for (int i = 0; i < count; i++) {
        char text[SENTENCE_MAX];
        int len = snprintf(text, sizeof text, "GPGSV,%d,%d,%02d", count, i + 1, SATELLITES);
        for (int k = i * GSV_A_SENTENCE; k < SATELLITES && k < (i + 1) * GSV_A_SENTENCE; k++) {
            int elevation = 12 + (k * 37 + (int)second / 900) % 70,
                azimuth = (k * 67 + (int)second / 120) % 360;
            char strength[16] = "";
            if (sky)
                snprintf(strength, sizeof strength, "%02d",
                         28 + elevation / 5 + (int)rng_below(&rx->rng, 4));
            len += snprintf(text + len, sizeof text - (size_t)len, ",%02d,%02d,%03d,%s",
                            satellite_numbers[k], elevation, azimuth, strength);
        }
        sentence(rx->out, "%s", text);
    }
}

static void fix(struct receiver *rx, const struct moment *m, const char *clock,
                const char *date, uint32_t second)
{
    char lat[16], lon[16];
    struct point p = measured(rx, m);
    double lat_deg = point_lat_deg(p), lon_deg = point_lon_deg(p),
           hdop = 0.9 + 0.2 * sin(second / 1700.0);
    double speed = fabs((double)m->speed_mps + 0.08 * rng_normal(&rx->rng));
    double course = fmod((double)m->course_deg +
                             (m->speed_mps > 1.0f ? 1.2 * rng_normal(&rx->rng) : 0.0) + 360.0,
                         360.0);
    double height = 84.0 + 0.004 * m->at.x_m + rx->error.x_m;
    angle_text(lat_deg, 2, lat);
    angle_text(lon_deg, 3, lon);
    char ns = lat_deg < 0 ? 'S' : 'N', ew = lon_deg < 0 ? 'W' : 'E';
    sentence(rx->out, "GPRMC,%s,A,%s,%c,%s,%c,%.3f,%.2f,%s,,,A", clock, lat, ns, lon, ew,
             speed * knots_a_mps, course, date);
    if (second % GSV_EVERY_S == 0) satellites_in_view(rx, second, true);
    sentence(rx->out, "GPGGA,%s,%s,%c,%s,%c,1,%02d,%.2f,%.1f,M,49.2,M,,", clock, lat, ns, lon,
             ew, SATELLITES, hdop, height);
    sentence(rx->out, "GPGSA,A,3,02,05,07,09,13,16,20,26,29,30,,,%.2f,%.2f,%.2f", hdop * 1.8,
             hdop, hdop * 1.5);
}

static void no_fix(struct receiver *rx, const struct moment *m, const char *clock,
                   const char *date, uint32_t second)
{
    (void)measured(rx, m); /* the error wanders on */
    sentence(rx->out, "GPRMC,%s,V,,,,,,,%s,,,N", clock, date);
    if (second % GSV_EVERY_S == 0) satellites_in_view(rx, second, false);
    sentence(rx->out, "GPGGA,%s,,,,,0,00,99.99,,,,,,", clock);
    sentence(rx->out, "GPGSA,A,1,,,,,,,,,,,,,99.99,99.99,99.99");
}

/* GSA ends every second, so that a reader learns one end of cycle. */
enum bm_rc drive_write_nmea(const struct drive *d, const struct sample *s)
{
    struct out o;
    struct receiver rx = { .out = &o, .had_sky = true };
    enum bm_rc rc = out_open(&o, s, "day.nmea");
    if (rc) return rc;
    rng_init(&rx.rng, s->seed, 5);
    for (uint32_t i = 0; i < d->count; i++) {
        char clock[16], date[16], iso[ISO_SIZE];
        utc_text(local_to_utc(s->day, DRIVE_FIRST_S) + i, iso); /* 2026-10-05T07:45:00Z */
        snprintf(clock, sizeof clock, "%.2s%.2s%.2s.00", iso + 11, iso + 14, iso + 17);
        snprintf(date, sizeof date, "%.2s%.2s%.2s", iso + 8, iso + 5, iso + 2);
        if (d->moments[i].sky)
            fix(&rx, &d->moments[i], clock, date, i);
        else
            no_fix(&rx, &d->moments[i], clock, date, i);
    }
    return out_close(&o);
}
