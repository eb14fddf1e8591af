/* tests/tools/make_from_data.c -- a service day on real data: its titles and a real timetable,
 * dates moved so that the day falls into the data's life; files as make_sample writes them.
 * Floor:   tests. Uses common, sync (readers) and the parts in tests/sample, which it includes
 *          whole: a tool is built from one file.
 * Invariants: the files follow from the data and the arguments alone; the data is only read.
 * Threads: one. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/sample/base.c"
#include "tests/sample/data_day.c"
#include "tests/sample/data_drive.c"
#include "tests/sample/data_read.c"
#include "tests/sample/data_route.c"
#include "tests/sample/data_rules.c"
#include "tests/sample/data_shift.c"
#include "tests/sample/drive.c"
#include "tests/sample/nmea.c"
#include "tests/sample/route.c"
#include "tests/sample/van.c"
#include "tests/sample/words.c"

static const char usage[] =
    "make_from_data DATA OUTDIR [--date YYYY-MM-DD]\n"
    "Makes a service day out of DATA (concerto/, routes/) in OUTDIR: patrons.csv, rules.csv, "
    "calendar.csv, routes.csv,\n"
    "loans.csv, holds.csv, library.ini (which says where the titles are); the day's drive, "
    "day.nmea and truth.csv; its\n"
    "acts, day.csv, and what must be true when all are known, who_has_what.csv.\n"
    "  --date DAY    the service day (of October 2026 the first one with most stops)\n";

static const char timetable_name[] = "north_somerset";
static const struct data_places concerto = { .main_code = "SPLS", .van = "SPLS-BKM" };

struct arguments {
    const char *data, *out;
    int32_t day; /* DATA_NONE = choose */
};

static bool read_arguments(struct arguments *args, int argc, char **argv)
{
    static const struct option options[] = { { "date", required_argument, NULL, 'd' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    int option;
    *args = (struct arguments){ .day = DATA_NONE };
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(usage, stdout);
            exit(0);
        }
        if (option != 'd' || !date_parse(optarg, &args->day)) return false;
    }
    if (argc - optind != 2 || !*argv[optind] || !*argv[optind + 1]) return false;
    args->data = argv[optind];
    args->out = argv[optind + 1];
    return true;
}

static void tell(const struct data *d, const struct data_route *r, const struct drive *drive,
                 const struct sample *s)
{
    char date[ISO_SIZE];
    printf("dates shifted by %d days, %d cards extended (%d stay expired)\n", d->shift_days,
           d->extended, d->expired);
    printf("%u titles, %u items, %u patrons, %u open loans, %u holds\n", d->title_count,
           d->item_count, d->patron_rows.count, d->loan_rows.count, d->hold_rows.count);
    printf("service day %s: %u stops of %s, %.0f km, %u legs on real roads\n",
           date_text(s->day, date), r->route->stop_count, r->mobile, drive->distance_m / 1000.0,
           r->roads);
}

static enum bm_rc write_day(const struct arguments *args)
{
    struct data data = { 0 };
    struct data_route route = { 0 };
    struct drive drive = { 0 };
    struct sample s = { .dir = args->out, .seed = 1, .day = args->day };
    uint32_t van_acts = 0, branch_acts = 0;
    enum bm_rc rc = data_read(&data, args->data, concerto.main_code, concerto.van);
    if (!rc)
        rc = data_route_read(&route, &data, timetable_name, date_from_civil(2026, 10, 1),
                             &s.day);
    if (!rc) rc = data_route_make(&route, &data, timetable_name, s.day);
    if (!rc) rc = data_shift(&data, &s, concerto.main_code, concerto.van);
    if (rc) goto done;
    if (mkdir(s.dir, 0777) && errno != EEXIST)
        rc = err_set(BM_EIO, "cannot make %s: %s", s.dir, strerror(errno));
    if (!rc) data_day_place_patrons(&data, route.route->stop_count);
    if (!rc) rc = data_write(&data, &s, route.keys);
    if (!rc) rc = data_rules_write(&data, &route, &concerto, &s);
    if (!rc) rc = data_route_write(&route, &s);
    if (!rc) rc = data_drive_run(&drive, &route, &s);
    if (!rc) rc = drive_write_nmea(&drive, &s);
    if (!rc) rc = data_day_write(&data, &route, &drive, &concerto, &s, &van_acts, &branch_acts);
    if (!rc) tell(&data, &route, &drive, &s);
    if (!rc) printf("%u acts aboard, %u at the branch\n", van_acts, branch_acts);
done:
    drive_free(&drive);
    data_free(&data);
    return rc;
}

int main(int argc, char **argv)
{
    struct arguments args;
    if (!read_arguments(&args, argc, argv)) {
        fputs(usage, stderr);
        return err_exit_status(BM_EUSAGE);
    }
    enum bm_rc rc = write_day(&args);
    if (rc) fprintf(stderr, "make_from_data: %s\n", err_text(rc));
    return err_exit_status(rc);
}
