/* tests/tools/make_sample.c -- writes a believable library that does not exist: records,
 * people, a route, a day. Floor:   tests. Uses common/err, common/mem and the parts in
 * tests/sample, which it includes whole: a tool is built from one file. Invariants: the files
 * follow from the arguments alone; the same arguments give the same bytes. Threads: one. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/mem.h"

#include "tests/sample/base.c"
#include "tests/sample/catalog.c"
#include "tests/sample/day.c"
#include "tests/sample/drive.c"
#include "tests/sample/lending.c"
#include "tests/sample/nmea.c"
#include "tests/sample/people.c"
#include "tests/sample/route.c"
#include "tests/sample/van.c"
#include "tests/sample/words.c"

static const char usage[] =
    "make_sample OUTDIR [--seed N] [--date YYYY-MM-DD] [--titles N] [--items N] [--patrons N] "
    "[--big]\n"
    "Writes a made-up library to OUTDIR: bibs.mrc, patrons.csv, rules.csv, calendar.csv, "
    "routes.csv, roads.json,\n"
    "loans.csv, holds.csv, library.ini; the service day's drive, day.nmea and truth.csv; its "
    "acts, day.csv, and what\n"
    "must be true when all are known, who_has_what.csv.\n"
    "  --seed N      other seed, other library (1)\n"
    "  --date DAY    the service day (2026-10-05)\n"
    "  --titles N    2000; --items N 5000; --patrons N 800\n"
    "  --big         1,000,000 titles, 2,500,000 items, 100,000 patrons\n";

static bool parse_count(const char *text, int64_t min, int64_t max, uint32_t *out)
{
    int64_t value;
    if (!str_to_i64(text, min, max, &value)) return false;
    *out = (uint32_t)value;
    return true;
}

static bool one_option(struct sample *s, int option, const char *value)
{
    int64_t seed;
    switch (option) {
    case 's':
        if (!str_to_i64(value, 0, INT64_MAX, &seed)) return false;
        s->seed = (uint64_t)seed;
        return true;
    case 'd': return date_parse(value, &s->day);
    case 't': return parse_count(value, 100, SAMPLE_TITLES_MAX, &s->title_count);
    case 'i': return parse_count(value, 100, SAMPLE_ITEMS_MAX, &s->item_count);
    case 'p': return parse_count(value, 100, SAMPLE_PATRONS_MAX, &s->patron_count);
    case 'b':
        s->title_count = SAMPLE_TITLES_MAX;
        s->item_count = 2500000;
        s->patron_count = 100000;
        return true;
    default: return false;
    }
}

static bool read_arguments(struct sample *s, int argc, char **argv)
{
    static const struct option options[] = {
        { "seed", required_argument, NULL, 's' },    { "date", required_argument, NULL, 'd' },
        { "titles", required_argument, NULL, 't' },  { "items", required_argument, NULL, 'i' },
        { "patrons", required_argument, NULL, 'p' }, { "big", no_argument, NULL, 'b' },
        { "help", no_argument, NULL, 'h' },          { NULL, 0, NULL, 0 }
    };
    int option;
    *s = (struct sample){ .seed = 1,
                          .day = date_from_civil(2026, 10, 5),
                          .title_count = 2000,
                          .item_count = 5000,
                          .patron_count = 800 };
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(usage, stdout);
            exit(0);
        }
        if (option == '?') return false;
        if (!one_option(s, option, optarg)) {
            fprintf(stderr, "make_sample: '%s' does not fit this option\n",
                    optarg ? optarg : "");
            return false;
        }
    }
    if (argc - optind != 1 || !*argv[optind]) return false;
    s->dir = argv[optind];
    s->loan_count = s->patron_count * 7 / 16; /* 350 of 800 */
    s->hold_count = s->patron_count * 3 / 40; /* 60 of 800 */
    return s->item_count >= s->title_count &&
           s->item_count <= (uint64_t)s->title_count * SAMPLE_COPIES_MAX / 4;
}

/* The whole library, in the order in which one part needs another. */
static enum bm_rc write_sample(const struct sample *s)
{
    struct catalog catalog = { 0 };
    struct people people = { 0 };
    struct lending lending = { 0 };
    struct drive drive = { 0 };
    struct route *route = calloc(1, sizeof *route);
    enum bm_rc rc = BM_OK;
    if (!route) return err_set(BM_ENOMEM, "out of memory for the route");
    if (mkdir(s->dir, 0777) && errno != EEXIST)
        rc = err_set(BM_EIO, "cannot make %s: %s", s->dir, strerror(errno));
    if (rc) goto done;
    route_make(route, s);
    rc = route_write(route, s);
    if (!rc) rc = catalog_write(s, &catalog);
    if (!rc) rc = people_write(s, route, &people);
    if (!rc) rc = lending_write(s, route, &catalog, &people, &lending);
    if (!rc) rc = drive_run(&drive, route, s);
    if (!rc) rc = drive_write_nmea(&drive, s);
    if (!rc) rc = day_write(s, route, &drive, &catalog, &people, &lending);
done:
    drive_free(&drive);
    lending_free(&lending);
    people_free(&people);
    catalog_free(&catalog);
    free(route);
    return rc;
}

int main(int argc, char **argv)
{
    struct sample s;
    if (!read_arguments(&s, argc, argv)) {
        fputs(usage, stderr);
        return err_exit_status(BM_EUSAGE);
    }
    enum bm_rc rc = write_sample(&s);
    if (rc) fprintf(stderr, "make_sample: %s\n", err_text(rc));
    return err_exit_status(rc);
}
