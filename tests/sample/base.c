/* tests/sample/base.c -- see base.h */
#include "tests/sample/base.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LIBRARY_DIGITS = 990, ISBN_PREFIX = 979899, OUT_BLOCK_BYTES = 1 << 18 };

void rng_init(struct rng *r, uint64_t seed, uint64_t stream)
{
    struct rng first = { stream };
    r->state =
        rng_next(&first) + seed * 0x2545F4914F6CDD1Du; /* neighbouring streams share no steps */
    (void)rng_next(r);
}

/* src: Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators" */
uint64_t rng_next(struct rng *r)
{
    uint64_t z = r->state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

uint32_t rng_below(struct rng *r, uint32_t bound)
{
    bm_assert(bound > 0);
    return (uint32_t)(((rng_next(r) >> 32) * bound) >> 32);
}

int32_t rng_between(struct rng *r, int32_t first, int32_t last)
{
    bm_assert(first <= last);
    return first + (int32_t)rng_below(r, (uint32_t)(last - first + 1));
}

double rng_unit(struct rng *r)
{
    return (double)(rng_next(r) >> 11) * 0x1p-53;
}

double rng_normal(struct rng *r)
{
    double u = 1.0 - rng_unit(r); /* never 0 */
    return sqrt(-2.0 * log(u)) * cos(2.0 * M_PI * rng_unit(r));
}

bool rng_chance(struct rng *r, double p)
{
    return rng_unit(r) < p;
}

/* Years are counted from March, so that the leap day is the last of its year. */
int32_t date_from_civil(int32_t year, uint32_t month, uint32_t day)
{
    bm_assert(month >= 1 && month <= 12);
    int32_t y = month > 2 ? year : year - 1;
    int32_t m = (int32_t)(month > 2 ? month - 3 : month + 9);
    int32_t in_year = (153 * m + 2) / 5 + (int32_t)day - 1;
    return y * 365 + y / 4 - y / 100 + y / 400 + in_year - 719468;
}

void date_to_civil(int32_t date, int32_t *year, uint32_t *month, uint32_t *day)
{
    int32_t y = 1970 + date / 365; /* at most a year too late */
    while (date_from_civil(y, 1, 1) > date) y--;
    uint32_t m = 12;
    while (date_from_civil(y, m, 1) > date) m--;
    *year = y;
    *month = m;
    *day = (uint32_t)(date - date_from_civil(y, m, 1)) + 1;
}

uint32_t date_weekday(int32_t date)
{
    return (uint32_t)((date % 7 + 7 + 3) % 7); /* 1970-01-01 was a Thursday */
}

static bool digits(const char *text, size_t count, uint32_t *out)
{
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') return false;
        *out = *out * 10 + (uint32_t)(text[i] - '0');
    }
    return true;
}

bool date_parse(const char *text, int32_t *out)
{
    uint32_t y, m, d;
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-') return false;
    if (!digits(text, 4, &y) || !digits(text + 5, 2, &m) || !digits(text + 8, 2, &d))
        return false;
    if (y < 2017 || y > 2079 || m < 1 || m > 12 || d < 1)
        return false; /* gpsd moves dates before 2017 */
    int32_t next =
        m == 12 ? date_from_civil((int32_t)y + 1, 1, 1) : date_from_civil((int32_t)y, m + 1, 1);
    *out = date_from_civil((int32_t)y, m, d);
    return *out < next;
}

const char *date_text(int32_t date, char *out)
{
    int32_t y;
    uint32_t m, d;
    date_to_civil(date, &y, &m, &d);
    snprintf(out, ISO_SIZE, "%04d-%02u-%02u", y, m, d);
    return out;
}

static int32_t last_sunday(int32_t year, uint32_t month)
{
    int32_t last = date_from_civil(year, month, 31); /* March and October both have 31 days */
    return last - (int32_t)((date_weekday(last) + 1) % 7);
}

int64_t local_to_utc(int32_t date, int32_t local_s)
{
    int32_t y;
    uint32_t m, d;
    date_to_civil(date, &y, &m, &d);
    bool summer = date >= last_sunday(y, 3) && date < last_sunday(y, 10);
    return (int64_t)date * 86400 + local_s - (summer ? 3600 : 0);
}

const char *utc_text(int64_t utc_s, char *out)
{
    char date[ISO_SIZE];
    uint32_t s = (uint32_t)(utc_s % 86400);
    date_text((int32_t)(utc_s / 86400), date);
    snprintf(out, ISO_SIZE, "%.10sT%02u:%02u:%02uZ", date, s / 3600 % 24, s / 60 % 60, s % 60);
    return out;
}

/* Fourteen digits, the last by Luhn's rule (ISO/IEC 7812-1 annex B). */
static const char *luhn_number(uint32_t kind, uint32_t serial, char *out)
{
    bm_assert(serial < 100000000);
    snprintf(out, BARCODE_SIZE, "%1u%04u%08u", kind % 10, (unsigned)LIBRARY_DIGITS,
             serial % 100000000);
    unsigned sum = 0;
    for (int i = 0; i < 13; i++) {
        unsigned digit = (unsigned)(out[i] - '0') * (i % 2 == 0 ? 2 : 1);
        sum += digit > 9 ? digit - 9 : digit;
    }
    out[13] = (char)('0' + (10 - sum % 10) % 10);
    out[14] = '\0';
    return out;
}

const char *item_barcode(uint32_t serial, char *out)
{
    return luhn_number(3, serial, out);
}

const char *card_number(uint32_t serial, char *out)
{
    return luhn_number(2, serial, out);
}

const char *isbn_text(uint32_t number, char *out)
{
    bm_assert(number < SAMPLE_TITLES_MAX);
    snprintf(out, BARCODE_SIZE, "%06d%06u", ISBN_PREFIX, number % 1000000);
    unsigned sum = 0;
    for (int i = 0; i < 12; i++) sum += (unsigned)(out[i] - '0') * (i % 2 ? 3 : 1);
    out[12] = (char)('0' + (10 - sum % 10) % 10);
    out[13] = '\0';
    return out;
}

enum bm_rc out_open(struct out *o, const struct sample *s, const char *name)
{
    *o = (struct out){ 0 };
    int len = snprintf(o->path, sizeof o->path, "%s/%s", s->dir, name);
    if (len < 0 || (size_t)len >= sizeof o->path)
        return err_set(BM_ELIMIT, "the folder's name is too long");
    o->file = fopen(o->path, "wb");
    if (!o->file) return err_set(BM_EIO, "cannot write %s: %s", o->path, strerror(errno));
    o->block = malloc(OUT_BLOCK_BYTES);
    if (o->block && setvbuf(o->file, o->block, _IOFBF, OUT_BLOCK_BYTES)) o->failed = true;
    return BM_OK;
}

void out_printf(struct out *o, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    if (vfprintf(o->file, fmt, args) < 0) o->failed = true;
    va_end(args);
}

void out_bytes(struct out *o, const void *data, size_t len)
{
    if (fwrite(data, 1, len, o->file) != len) o->failed = true;
}

void out_field(struct out *o, const char *text, bool last)
{
    if (strpbrk(text, ",\"\r\n")) {
        out_bytes(o, "\"", 1);
        for (const char *c = text; *c; c++)
            out_bytes(o, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
        out_bytes(o, "\"", 1);
    } else {
        out_bytes(o, text, strlen(text));
    }
    out_bytes(o, last ? "\n" : ",", 1);
}

enum bm_rc out_close(struct out *o)
{
    if (!o->file) return BM_OK;
    bool failed = o->failed;
    if (fclose(o->file)) failed = true; /* the last block may not have fitted */
    o->file = NULL;
    free(o->block);
    o->block = NULL;
    return failed ? err_set(BM_EIO, "cannot write all of %s; is the disk full?", o->path)
                  : BM_OK;
}
