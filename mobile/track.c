/* mobile/track.c -- see track.h
 *
 * Codec 1, before zlib: varints: number of points, unit of time in ms; then the columns time /
 * unit, latitude and longitude (degrees x 10^6), speed (m/s x 10), each as its first value,
 * first difference, then differences of differences, zigzagged. A van changes its mind so
 * rarely that this takes 2.3 bytes a point (a real drive); the points as they are would take
 * 32. */
#include "mobile/track.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/geo.h"

enum {
    CODEC = 1,
    COLUMNS = 4,
    VARINT_MAX = 10,
    RAW_BYTES_MAX = 2 * VARINT_MAX + COLUMNS * TRACK_CHUNK_POINTS * VARINT_MAX,
    PACKED_BYTES_MAX =
        RAW_BYTES_MAX + RAW_BYTES_MAX / 1000 + 64, /* never below compressBound */
    DAY_MS = 86400000,
    TRAVEL_GAP_MS = 5000 /* reports further apart do not show the way between them */
};
static const double travel_min_mps = 1.0;
static const double speed_steps_per_mps = 10;

/* Points as columns, on the grid. */
struct chunk {
    size_t n;
    int64_t col[COLUMNS][TRACK_CHUNK_POINTS]; /* t_ms, lat_e6, lon_e6, speed */
};
enum { COL_T, COL_LAT, COL_LON, COL_SPEED };

struct track {
    struct db *db; /* borrowed */
    struct chunk chunk;
    size_t kept;          /* of its points that are committed */
    int64_t day, seq;     /* of the chunk; seq 0 = not known yet */
    int64_t committed_ms; /* t of the newest point when it was committed last */
    double chunk_travel_m, travel_m;
    struct track_point ref; /* distance is counted from here; t_ms 0 = none yet */
    bool ref_standing;
    int64_t lost_count;
    unsigned char raw[RAW_BYTES_MAX], packed[PACKED_BYTES_MAX];
};

/* --- codec -------------------------------------------------------------------------------- */

static size_t put_varint(unsigned char *out, uint64_t x)
{
    size_t n = 0;
    for (; x >= 0x80; x >>= 7) out[n++] = (unsigned char)(x | 0x80);
    out[n++] = (unsigned char)x;
    return n;
}

/* ret: false at the end or if it is longer than 64 bits */
static bool take_varint(const unsigned char **at, const unsigned char *end, uint64_t *out)
{
    uint64_t x = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (*at == end) return false;
        unsigned char b = *(*at)++;
        if (shift == 63 && b > 1) return false;
        x |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80) {
            *out = x;
            return true;
        }
    }
    return false;
}

static uint64_t zigzag(uint64_t x)
{
    return x << 1 ^ (x >> 63 ? UINT64_MAX : 0);
}

static uint64_t unzigzag(uint64_t x)
{
    return x >> 1 ^ (x & 1 ? UINT64_MAX : 0);
}

/* Differences are taken without sign, where running over is harmless and undone on reading. */
static size_t put_column(unsigned char *out, const int64_t *col, size_t n, int64_t unit)
{
    uint64_t last = 0, step = 0;
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t x = (uint64_t)(col[i] / unit), now = x - last;
        len += put_varint(out + len, zigzag(i ? now - step : x));
        step = i ? now : 0;
        last = x;
    }
    return len;
}

static bool take_column(const unsigned char **at, const unsigned char *end, int64_t *col,
                        size_t n, int64_t unit)
{
    uint64_t last = 0, step = 0, x;
    for (size_t i = 0; i < n; i++) {
        if (!take_varint(at, end, &x)) return false;
        step = i ? step + unzigzag(x) : 0;
        last = i ? last + step : unzigzag(x);
        if ((int64_t)last > INT64_MAX / 1000 || (int64_t)last < INT64_MIN / 1000) return false;
        col[i] = (int64_t)last * unit;
    }
    return true;
}

static size_t encode(const struct chunk *c, unsigned char *raw)
{
    int64_t unit = 1000;
    for (size_t i = 0; i < c->n && unit == 1000; i++)
        if (c->col[COL_T][i] % 1000) unit = 1;
    size_t len = put_varint(raw, c->n);
    len += put_varint(raw + len, (uint64_t)unit);
    for (int k = 0; k < COLUMNS; k++)
        len += put_column(raw + len, c->col[k], c->n, k == COL_T ? unit : 1);
    bm_assert(len <= RAW_BYTES_MAX);
    return len;
}

static bool decode(const unsigned char *raw, size_t len, struct chunk *c)
{
    const unsigned char *at = raw, *end = raw + len;
    uint64_t n, unit;
    if (!take_varint(&at, end, &n) || n < 1 || n > TRACK_CHUNK_POINTS) return false;
    if (!take_varint(&at, end, &unit) || (unit != 1 && unit != 1000)) return false;
    c->n = (size_t)n;
    for (int k = 0; k < COLUMNS; k++)
        if (!take_column(&at, end, c->col[k], c->n, k == COL_T ? (int64_t)unit : 1))
            return false;
    for (size_t i = 1; i < c->n; i++)
        if (c->col[COL_T][i] <= c->col[COL_T][i - 1]) return false;
    return at == end;
}

/* --- writing ------------------------------------------------------------------------------ */

enum bm_rc track_open(struct db *db, struct track **out)
{
    bm_assert(db && out);
    *out = calloc(1, sizeof **out);
    if (!*out) return err_set(BM_ENOMEM, "out of memory for the track");
    (*out)->db = db;
    return BM_OK;
}

void track_close(struct track *track)
{
    if (!track) return;
    (void)!track_flush(track); /* nobody is left to try again */
    free(track);
}

static enum bm_rc put_chunk(struct track *t)
{
    const struct chunk *c = &t->chunk;
    size_t raw_len = encode(c, t->raw);
    uLongf packed_len = sizeof t->packed;
    if (compress2(t->packed, &packed_len, t->raw, raw_len, 9) != Z_OK)
        return err_set(BM_EINTERNAL, "a chunk of the track could not be packed");
    int64_t seq = t->seq;
    /* after a restart too a new chunk begins: the last one may hold points of another run */
    if (!seq) {
        enum bm_rc rc = db_int(t->db, SQL_GPS_CHUNK_LAST, &seq, "day", 'i', t->day, NULL);
        if (rc) return rc;
        t->seq = ++seq;
    }
    return db_run(t->db, SQL_GPS_CHUNK_PUT, "day", 'i', t->day, "seq", 'i', seq, "t0_ms", 'i',
                  c->col[COL_T][0], "t1_ms", 'i', c->col[COL_T][c->n - 1], "n", 'i',
                  (int64_t)c->n, "travel_m", 'i', (int64_t)llround(t->chunk_travel_m), "codec",
                  'i', (int64_t)CODEC, "blob", 'b', t->packed, (size_t)packed_len, "crc", 'i',
                  (int64_t)crc32(0, t->raw, (uInt)raw_len), NULL);
}

enum bm_rc track_flush(struct track *track)
{
    bm_assert(track);
    if (track->kept == track->chunk.n) return BM_OK;
    enum bm_rc rc = db_begin(track->db);
    if (rc) return rc;
    int64_t seq = track->seq;
    rc = put_chunk(track);
    if (!rc) rc = env_tick("track_flush");
    rc = db_end(track->db, rc);
    if (rc) {
        track->seq = seq; /* what the transaction found is undone with it */
        return rc;
    }
    track->kept = track->chunk.n;
    track->committed_ms = track->chunk.col[COL_T][track->chunk.n - 1];
    return BM_OK;
}

/* Chunks end when full, at midnight UTC, and where time goes back. */
static enum bm_rc make_room(struct track *t, int64_t t_ms)
{
    struct chunk *c = &t->chunk;
    bool over = c->n == TRACK_CHUNK_POINTS ||
                (c->n > 0 && (t_ms / DAY_MS != t->day || t_ms <= c->col[COL_T][c->n - 1]));
    if (over) {
        enum bm_rc rc = track_flush(t);
        if (rc) return rc;
        c->n = t->kept = 0;
        t->chunk_travel_m = 0;
        if (t_ms / DAY_MS == t->day) t->seq++;
    }
    if (c->n == 0) {
        if (t_ms / DAY_MS != t->day) t->seq = 0;
        t->day = t_ms / DAY_MS;
        t->committed_ms = t_ms;
    }
    return BM_OK;
}

/* Speed (by Doppler) over time is truer than the way from point to point, which counts the
 * noise and cuts corners.
 * Where reports were missing, or the van was taken to stand while it pulled out, it is the
 * straight line. */
static double travelled_m(const struct track *t, const struct fix *f)
{
    int64_t dt = f->t_ms - t->ref.t_ms;
    if (dt > 0 && dt <= TRAVEL_GAP_MS && !t->ref_standing)
        return f->speed_mps < travel_min_mps
                   ? 0
                   : (f->speed_mps + t->ref.speed_mps) / 2 * (double)dt / 1000;
    return geo_distance_m(t->ref.lat_deg, t->ref.lon_deg, f->lat_deg, f->lon_deg);
}

static void count_travel(struct track *t, const struct fix *f, bool standing)
{
    if (standing && t->ref_standing)
        return; /* the place where it began to stand is the one to count from */
    if (t->ref.t_ms && !standing) {
        double d = travelled_m(t, f);
        t->travel_m += d;
        t->chunk_travel_m += d;
    }
    t->ref = (struct track_point){ f->t_ms, f->lat_deg, f->lon_deg, f->speed_mps };
    t->ref_standing = standing;
}

enum bm_rc track_append(struct track *track, const struct fix *fix, bool standing)
{
    bm_assert(track && fix);
    if (fix->t_ms <= 0 || !geo_is_valid(fix->lat_deg, fix->lon_deg) || !(fix->speed_mps >= 0) ||
        fix->speed_mps > stops_params.speed_max_mps)
        return err_set(BM_EUSAGE, "only reports that the gate accepted belong into the track");
    enum bm_rc rc = make_room(track, fix->t_ms);
    if (rc) {
        track->lost_count++;
        return rc;
    }
    struct chunk *c = &track->chunk;
    size_t i = c->n++;
    c->col[COL_T][i] = fix->t_ms;
    c->col[COL_LAT][i] = geo_e6(fix->lat_deg);
    c->col[COL_LON][i] = geo_e6(fix->lon_deg);
    c->col[COL_SPEED][i] = llround(fix->speed_mps * speed_steps_per_mps);
    count_travel(track, fix, standing);
    if (fix->t_ms - track->committed_ms < TRACK_COMMIT_MS && c->n < TRACK_CHUNK_POINTS)
        return BM_OK;
    return track_flush(track);
}

double track_distance_m(const struct track *track)
{
    return track->travel_m;
}

int64_t track_lost_count(const struct track *track)
{
    return track->lost_count;
}

/* --- reading ------------------------------------------------------------------------------ */

enum bm_rc track_travel_m(struct track *track, int64_t from_ms, int64_t to_ms, int64_t *out_m)
{
    *out_m = 0;
    enum bm_rc rc = track_flush(track);
    if (rc) return rc;
    return db_int(track->db, SQL_GPS_TRAVEL, out_m, "from_ms", 'i', from_ms, "to_ms", 'i',
                  to_ms, NULL);
}

/* The row under the cursor, unpacked. The database is not trusted: it lies on a disk that
 * travels. */
static bool unpack(struct track *t, struct stmt *s, struct chunk *out)
{
    size_t len;
    const void *blob = stmt_blob(s, 2, &len);
    uLongf raw_len = sizeof t->raw;
    if (!blob || len > PACKED_BYTES_MAX) return false;
    if (uncompress(t->raw, &raw_len, blob, len) != Z_OK) return false;
    if ((int64_t)crc32(0, t->raw, (uInt)raw_len) != stmt_int(s, 3)) return false;
    return decode(t->raw, raw_len, out) && (int64_t)out->n == stmt_int(s, 0);
}

static bool give(const struct chunk *c, int64_t from_ms, int64_t to_ms,
                 bool (*each)(void *arg, const struct track_point *point), void *arg)
{
    for (size_t i = 0; i < c->n; i++) {
        struct track_point p = { .t_ms = c->col[COL_T][i],
                                 .lat_deg = geo_deg(c->col[COL_LAT][i]),
                                 .lon_deg = geo_deg(c->col[COL_LON][i]),
                                 .speed_mps =
                                     (double)c->col[COL_SPEED][i] / speed_steps_per_mps };
        if (p.t_ms >= from_ms && p.t_ms < to_ms && !each(arg, &p)) return false;
    }
    return true;
}

enum bm_rc track_read(struct track *track, int64_t from_ms, int64_t to_ms,
                      bool (*each)(void *arg, const struct track_point *point), void *arg)
{
    struct stmt *s = NULL;
    enum bm_rc rc, damaged = BM_OK;
    bm_assert(track && each);
    struct chunk *c = malloc(sizeof *c);
    if (!c) return err_set(BM_ENOMEM, "out of memory for the track");
    rc = track_flush(track);
    if (rc) goto done;
    rc = db_get(track->db, SQL_GPS_CHUNK_READ, &s, "from_ms", 'i', from_ms, "to_ms", 'i', to_ms,
                NULL);
    if (rc) goto done;
    while ((rc = stmt_next(s)) == BM_OK) {
        if (stmt_int(s, 1) != CODEC)
            damaged = err_set(BM_ECORRUPT,
                              "a chunk of the track has codec %lld; a newer program wrote it",
                              (long long)stmt_int(s, 1));
        else if (!unpack(track, s, c))
            damaged = err_set(BM_ECORRUPT,
                              "chunk %lld of day %lld of the track is damaged and left out",
                              (long long)stmt_int(s, 5), (long long)stmt_int(s, 4));
        else if (!give(c, from_ms, to_ms, each, arg))
            break;
    }
    if (rc == BM_ENOTFOUND) rc = BM_OK;
done:
    stmt_done(s);
    free(c);
    return rc ? rc : damaged;
}

enum bm_rc track_save_state(struct track *track, const char *name, const char *text)
{
    bm_assert(track && name && text);
    if (strlen(text) > TRACK_STATE_BYTES_MAX)
        return err_set(BM_ELIMIT, "state %s is too long to be kept", name);
    enum bm_rc rc = db_begin(track->db);
    if (rc) return rc;
    rc = db_run(track->db, SQL_GPS_STATE_PUT, "name", 's', name, "body", 's', text, NULL);
    return db_end(track->db, rc);
}

enum bm_rc track_load_state(struct track *track, const char *name, struct buf *out)
{
    struct stmt *s;
    bm_assert(track && name && out);
    enum bm_rc rc = db_get(track->db, SQL_GPS_STATE_GET, &s, "name", 's', name, NULL);
    if (rc) return rc;
    rc = stmt_next(s);
    if (!rc) {
        buf_puts(out, stmt_text(s, 0));
        rc = buf_rc(out);
    }
    stmt_done(s);
    return rc;
}
