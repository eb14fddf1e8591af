/* tests/unit/test_from_data.c -- a day made out of real data: its own facts kept, dates moved
 * together, and acts that can come out as foretold. Runs the tool itself (BM_TOOL_DIR, else
 * build/tool) on BM_SHARED/data (else ../shared/data); reads its files with code of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/geo.h"
#include "common/policy.h"
#include "common/zone.h"

enum {
    FIELDS_MAX = 24,
    PATH_SIZE = 256,
    PATRONS = 377,
    LOANS = 486,
    HOLDS = 262,
    STOPS = 6,
    HOLDERS_MAX = 700,
    FIELD_SIZE = 32,
    STOP_NEAR_M = 60
};
static const char service_day[] = "2026-10-01";
/* A timetable that nobody could keep: namesakes 20 km apart, five minutes between them; a name
 * that is cut inside a character. */
static const char hard_rows[] =
    "organisation,mobile,route,community,stop,address,postcode,geox,geoy,day,type,arrival,"
    "departure,"
    "frequency,start,end,exceptions,timetable\n"
    "O,M,1,Town,Hall,,,-2.70,51.40,Monday,Public,9:30,10:40,FREQ=WEEKLY,2026-01-05,,,\n"
    "O,M,1,Town,Hall,,,-2.42,51.40,Monday,Public,10:45,11:15,FREQ=WEEKLY,2026-01-05,,,\n"
    "O,M,1,Town,Hall,,,-2.7005,51.4003,Monday,Public,13:00,14:00,FREQ=WEEKLY,2026-01-05,,,\n"
    "O,M,1,Town,xyéééééééééééééééééééééééééééééééééé,,,-2.71,51.41,Monday,Public,14:30,15:30,"
    "FREQ=WEEKLY,2026-01-05,,,\n";
static const char *const file_names[] = { "library.ini",  "patrons.csv",     "rules.csv",
                                          "calendar.csv", "routes.csv",      "loans.csv",
                                          "holds.csv",    "day.nmea",        "truth.csv",
                                          "day.csv",      "who_has_what.csv" };
enum { FILE_COUNT = sizeof file_names / sizeof file_names[0] };

/* Two runs to compare, made by setup. */
static struct {
    bool there; /* tool and data were found */
    char tool[PATH_SIZE], data[PATH_SIZE], folder[PATH_SIZE];
} made;

/* --- running and reading ----------------------------------------------------------------- */

static const char *path_of(const char *run_name, const char *file, char *out)
{
    snprintf(out, PATH_SIZE, "%.100s/%s%s%s", made.folder, run_name, *file ? "/" : "", file);
    return out;
}

/* What the tool says goes to the folder's file `said`. ret: exit status, -1 = did not end */
static int run(const char *const arguments[])
{
    char *argv[12] = { made.tool }, said[PATH_SIZE];
    int status = 0;
    for (size_t i = 0; arguments[i]; i++) {
        argv[i + 1] = strdup(arguments[i]);
        assert_non_null(argv[i + 1]);
    }
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen(path_of("said", "", said), "w", stdout) ||
            !freopen("/dev/null", "w", stderr))
            _exit(126);
        execv(made.tool, argv);
        _exit(127);
    }
    for (size_t i = 1; argv[i]; i++) free(argv[i]);
    if (pid < 0 || waitpid(pid, &status, 0) != pid) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A whole file, NUL-ended; to be freed. */
static char *slurp(const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    long size = ftell(f);
    assert_true(size > 0);
    rewind(f);
    char *text = malloc((size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)size, f), (size_t)size);
    fclose(f);
    text[size] = '\0';
    return text;
}

static char *slurp_run(const char *run_name, const char *file)
{
    char path[PATH_SIZE];
    return slurp(path_of(run_name, file, path));
}

static char *slurp_data(const char *file)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%.150s/%.80s", made.data, file);
    return slurp(path);
}

/* The next row of a CSV file, cut in place, quotes undone. ret: number of fields, 0 = the end */
static size_t next_row(char **at, char *f[FIELDS_MAX])
{
    char *from = *at, *to = from;
    size_t count = 0;
    bool quoted = false;
    if (!*from) return 0;
    f[count++] = to;
    for (;; from++) {
        if (*from == '"' && quoted && from[1] == '"')
            *to++ = *from++;
        else if (*from == '"')
            quoted = !quoted;
        else if (*from == ',' && !quoted) {
            assert_true(count < FIELDS_MAX);
            *to++ = '\0';
            f[count++] = to;
        } else if (!*from || (*from == '\n' && !quoted))
            break;
        else if (*from != '\r')
            *to++ = *from;
    }
    assert_int_equal(*from, '\n');
    *to = '\0';
    *at = from + 1;
    return count;
}

static int64_t day_of(const char *text)
{
    char date[11];
    int64_t day;
    assert_true(strlen(text) >= 10);
    snprintf(date, sizeof date, "%.10s", text);
    assert_int_equal(zone_parse_date(date, &day), BM_OK);
    return day;
}

static int64_t digits_of(const char *text, size_t len)
{
    int64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        assert_in_range(text[i], '0', '9');
        value = value * 10 + text[i] - '0';
    }
    return value;
}

/* Seconds since midnight of HH:MM:SS; step: from one part to the next. */
static int64_t clock_s(const char *text, size_t step)
{
    return digits_of(text, 2) * 3600 + digits_of(text + step, 2) * 60 +
           digits_of(text + 2 * step, 2);
}

#define SKIP_WITHOUT_DATA()                                                                    \
    do {                                                                                       \
        if (!made.there) {                                                                     \
            print_message("skipped: needs %s (BM_TOOL_DIR) and %s (BM_SHARED)\n", made.tool,   \
                          made.data);                                                          \
            skip();                                                                            \
        }                                                                                      \
    } while (0)

/* --- arguments and files ----------------------------------------------------------------- */

static void test_from_data_same_arguments_give_the_same_bytes(void **state)
{
    (void)state;
    SKIP_WITHOUT_DATA();
    for (size_t i = 0; i < FILE_COUNT; i++) {
        char *a = slurp_run("a", file_names[i]), *b = slurp_run("b", file_names[i]);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
}

static void test_from_data_wrong_arguments_are_refused_and_make_nothing(void **state)
{
    (void)state;
    SKIP_WITHOUT_DATA();
    char out[PATH_SIZE], none[PATH_SIZE];
    path_of("refused", "", out);
    path_of("nowhere", "", none);
    assert_int_equal(run((const char *const[]){ NULL }), 2);
    assert_int_equal(run((const char *const[]){ made.data, NULL }), 2);
    assert_int_equal(run((const char *const[]){ made.data, out, "third", NULL }), 2);
    assert_int_equal(run((const char *const[]){ made.data, out, "--date", "1 Oct", NULL }), 2);
    static const char saturday[] = "2026-10-03"; /* no visit */
    assert_int_equal(run((const char *const[]){ made.data, out, "--date", saturday, NULL }), 1);
    assert_int_equal(run((const char *const[]){ none, out, NULL }), 1);
    assert_int_not_equal(access(out, F_OK), 0);
}

static void test_from_data_files_have_the_columns_of_the_made_up_library(void **state)
{
    static const char *const headers[][2] = {
        { "patrons.csv", "cardnumber,surname,firstname,othernames,dateofbirth,address,address2,"
                         "city,state,zipcode,country,phone,email,branchcode,categorycode,"
                         "dateenrolled,dateexpiry,debarred,userid,stop" },
        { "rules.csv", POLICY_RULE_HEADER },
        { "calendar.csv", "branchcode,first_day,last_day,reason" },
        { "loans.csv", "cardnumber,itemnumber_barcode,branchcode,issuedate,date_due,returndate,"
                       "renewals_left,stop_fines" },
        { "holds.csv", "cardnumber,hold_type,bib_id,item_barcode,pickup_branch,requested,"
                       "captured,fulfilled,cancelled,expires" },
        { "truth.csv", "stop,planned_arrival,planned_departure,arrival,departure,kind" },
        { "day.csv", "time_utc,where,op,arg1,arg2,arg3,expect" },
        { "who_has_what.csv", "item_barcode,cardnumber" },
    };
    (void)state;
    SKIP_WITHOUT_DATA();
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        char *text = slurp_run("a", headers[i][0]);
        text[strcspn(text, "\n")] = '\0';
        assert_string_equal(text, headers[i][1]);
        free(text);
    }
    char *routes = slurp_run("a", "routes.csv"),
         *real = slurp_data("routes/north_somerset.csv");
    assert_string_equal(routes, real);
    free(routes);
    free(real);
}

/* The value of `key = value`, cut out in place. */
static const char *setting(char *text, const char *key)
{
    size_t len = strlen(key);
    for (char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, len) != 0 || strncmp(line + len, " = ", 3) != 0) continue;
        line[len + 3 + strcspn(line + len + 3, "\n")] = '\0';
        return line + len + 3;
    }
    fail_msg("library.ini lacks %s", key);
    return "";
}

static void test_from_data_library_says_where_the_titles_are(void **state)
{
    static const char *const want[][2] = {
        { "zone", "Europe/London" }, { "main", "SPLS" },          { "van", "Mobile" },
        { "place", "SPLS-BKM" },     { "items", "evergreen852" }, { "service_day", service_day }
    };
    (void)state;
    SKIP_WITHOUT_DATA();
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        char *text = slurp_run("a", "library.ini");
        assert_string_equal(setting(text, want[i][0]), want[i][1]);
        free(text);
    }
    char *text = slurp_run("a", "library.ini");
    assert_int_equal(access(setting(text, "bibs"), R_OK), 0);
    free(text);
}

static void test_from_data_rules_can_all_be_read(void **state)
{
    (void)state;
    SKIP_WITHOUT_DATA();
    char *text = slurp_run("a", "rules.csv"), *line = text + strcspn(text, "\n") + 1;
    size_t count = 0;
    while (*line) {
        struct policy_rule rule;
        char *end = line + strcspn(line, "\n");
        *end = '\0';
        assert_int_equal(policy_rule_parse(line, &rule), BM_OK);
        count++;
        line = end + 1;
    }
    assert_in_range(count, 10, 60);
    free(text);
}

/* --- dates ------------------------------------------------------------------------------- */

static int64_t printed_number(const char *before)
{
    char path[PATH_SIZE], *text = slurp(path_of("said", "", path)), *at = strstr(text, before);
    assert_non_null(at);
    int64_t value = strtoll(at + strlen(before), NULL, 10);
    free(text);
    return value;
}

/* Rows side by side: the date in a column moved by so many days, the rest of it kept. */
static size_t check_shift(const char *file, const char *real_file, size_t column, int64_t days)
{
    char *text = slurp_run("a", file), *real = slurp_data(real_file), *at = text, *from = real;
    char *f[FIELDS_MAX], *g[FIELDS_MAX];
    size_t rows = 0;
    next_row(&at, f);
    next_row(&from, g);
    while (next_row(&at, f)) {
        assert_true(next_row(&from, g) > column);
        assert_int_equal(day_of(f[column]) - day_of(g[column]), days);
        assert_string_equal(f[column] + 10, g[column] + 10);
        rows++;
    }
    assert_int_equal(next_row(&from, g), 0); /* none left out */
    free(text);
    free(real);
    return rows;
}

static void test_from_data_all_dates_move_by_the_printed_number_of_days(void **state)
{
    (void)state;
    SKIP_WITHOUT_DATA();
    int64_t days = printed_number("dates shifted by ");
    assert_int_not_equal(days, 0);
    assert_int_equal(check_shift("loans.csv", "concerto/loans.csv", 3, days), LOANS);
    assert_int_equal(check_shift("loans.csv", "concerto/loans.csv", 4, days), LOANS);
    assert_int_equal(check_shift("holds.csv", "concerto/holds.csv", 5, days), HOLDS);
    assert_true(check_shift("calendar.csv", "concerto/closed_days.csv", 2, days) > 1000);
    assert_int_equal(check_shift("patrons.csv", "concerto/patrons.csv", 15, days), PATRONS);
}

static void test_from_data_the_day_falls_into_the_datas_life(void **state)
{
    (void)state;
    SKIP_WITHOUT_DATA();
    char *text = slurp_run("a", "patrons.csv"), *at = text, *f[FIELDS_MAX];
    size_t rows = 0, expired = 0, extended = 0;
    assert_int_equal(next_row(&at, f), 20);
    while (next_row(&at, f) == 20) {
        assert_true(strncmp(f[15], service_day, 10) < 0); /* nobody joins after the day */
        expired += strncmp(f[16], service_day, 10) < 0;
        extended += strcmp(f[16], "2027-10-01") == 0;
        rows++;
    }
    free(text);
    assert_int_equal(rows, PATRONS);
    assert_int_equal(extended, 300);
    assert_int_equal(printed_number("days, "), 300);
    assert_in_range(expired, 1, 20);
    text = slurp_run("a", "calendar.csv");
    for (at = text; next_row(&at, f) == 4;)
        if (!strcmp(f[0], "SPLS") || !strcmp(f[0], "SPLS-BKM"))
            assert_false(strcmp(f[1], service_day) <= 0 && strcmp(service_day, f[2]) <= 0);
    free(text);
}

/* --- the drive --------------------------------------------------------------------------- */

struct visit {
    char key[2 * FIELD_SIZE + 1];
    int64_t arrival_s, departure_s; /* since midnight, UTC */
};

/* Planned visits of truth.csv. ret: how many */
static size_t read_visits(struct visit visits[STOPS])
{
    char *text = slurp_run("a", "truth.csv"), *at = text, *f[FIELDS_MAX];
    size_t count = 0;
    int64_t before_s = 0;
    assert_int_equal(next_row(&at, f), 6);
    while (next_row(&at, f) == 6) {
        int64_t arrival_s = clock_s(f[3] + 11, 3), departure_s = clock_s(f[4] + 11, 3);
        assert_memory_equal(f[3], service_day, 10);
        assert_true(before_s < arrival_s && arrival_s < departure_s);
        before_s = departure_s;
        if (strcmp(f[5], "planned") != 0) continue;
        assert_true(count < STOPS);
        assert_true(departure_s >= clock_s(f[2] + 11, 3)); /* never leaves before the time */
        assert_in_range(arrival_s - clock_s(f[1] + 11, 3) + 1200, 1, 2400);
        struct visit *v = &visits[count++];
        assert_true(str_copy(v->key, sizeof v->key, f[0]));
        v->arrival_s = arrival_s;
        v->departure_s = departure_s;
    }
    free(text);
    return count;
}

static void test_from_data_truth_has_the_timetables_stops_in_their_order(void **state)
{
    static const char *const keys[STOPS] = { "Mobile/Langford/Old Post Office",
                                             "Mobile/Burrington/The Square",
                                             "Mobile/Rickford/Waterfall",
                                             "Mobile/Blagdon/Village Club Car Park",
                                             "Mobile/Blagdon/Junction Eastcroft/Score Lane",
                                             "Mobile/Churchill/Doctor's Surgery Car Park" };
    struct visit visits[STOPS];
    (void)state;
    SKIP_WITHOUT_DATA();
    assert_int_equal(read_visits(visits), STOPS);
    for (size_t i = 0; i < STOPS; i++) assert_string_equal(visits[i].key, keys[i]);
}

static void check_sum(const char *line, size_t len)
{
    unsigned sum = 0;
    char want[3];
    assert_true(len > 5 && line[0] == '$' && line[len - 1] == '\r' && line[len - 4] == '*');
    for (size_t i = 1; i < len - 4; i++) sum ^= (unsigned char)line[i];
    snprintf(want, sizeof want, "%02X", sum);
    assert_memory_equal(line + len - 3, want, 2);
}

static void test_from_data_drive_tells_every_second_with_right_checksums(void **state)
{
    (void)state;
    SKIP_WITHOUT_DATA();
    char *text = slurp_run("a", "day.nmea");
    int64_t seconds = 0;
    for (char *line = text, *end; *line; line = end + 1) {
        end = strchr(line, '\n');
        assert_non_null(end);
        *end = '\0';
        check_sum(line, (size_t)(end - line));
        if (strncmp(line, "$GPRMC,", 7) != 0) continue;
        assert_int_equal(clock_s(line + 7, 2), (7 * 60 + 45) * 60 + seconds);
        assert_non_null(strstr(line, ",011026,"));
        seconds++;
    }
    assert_int_equal(seconds, (8 * 60 + 30) * 60 + 1);
    free(text);
}

/* Where the real timetable has a stop of this name. */
static void find_stop(const char *name, double *lat, double *lon)
{
    char *text = slurp_data("routes/north_somerset.csv"), *at = text, *f[FIELDS_MAX];
    bool found = false;
    while (!found && next_row(&at, f) == 18) {
        found = !strcmp(f[4], name);
        *lon = strtod(f[7], NULL);
        *lat = strtod(f[8], NULL);
    }
    assert_true(found);
    free(text);
}

/* ddmm.mmmmm as degrees */
static double angle_of(const char *text)
{
    double value = strtod(text, NULL), degrees = (double)(int)(value / 100);
    return degrees + (value - 100 * degrees) / 60;
}

static void test_from_data_receiver_is_at_the_real_stop_during_each_visit(void **state)
{
    struct visit visits[STOPS];
    (void)state;
    SKIP_WITHOUT_DATA();
    size_t count = read_visits(visits), next = 0, near = 0;
    double lat = 0, lon = 0;
    char *text = slurp_run("a", "day.nmea");
    for (char *line = text; *line && next < count; line = strchr(line, '\n') + 1) {
        if (strncmp(line, "$GPRMC,", 7) != 0) continue;
        int64_t now_s = clock_s(line + 7, 2);
        const struct visit *v = &visits[next];
        if (now_s < v->arrival_s) continue;
        if (now_s == v->arrival_s)
            find_stop(v->key + 7 + strcspn(v->key + 7, "/") + 1, &lat, &lon);
        const char *north = strstr(line, ",A,") + 3, *west = strchr(north, ',') + 3;
        double off_m = geo_distance_m(lat, lon, angle_of(north), -angle_of(west));
        if (now_s <= v->departure_s) {
            assert_true(off_m < STOP_NEAR_M);
            near++;
        } else if (now_s == v->departure_s + 60) {
            assert_true(off_m > STOP_NEAR_M);
            next++;
        }
    }
    assert_int_equal(next, count);
    assert_true(near > 4 * 3600);
    free(text);
}

/* A folder with the real people and books, and the hard timetable. */
static void make_hard_data(char *dir)
{
    char path[PATH_SIZE], real[PATH_SIZE], *data = realpath(made.data, NULL);
    assert_non_null(data);
    snprintf(real, sizeof real, "%.200s/concerto", data);
    free(data);
    assert_int_equal(mkdir(path_of("hard", "", dir), 0777), 0);
    assert_int_equal(symlink(real, path_of("hard", "concerto", path)), 0);
    assert_int_equal(mkdir(path_of("hard", "routes", path), 0777), 0);
    FILE *f = fopen(path_of("hard", "routes/north_somerset.csv", path), "w");
    assert_non_null(f);
    assert_true(fputs(hard_rows, f) >= 0 && fclose(f) == 0);
    f = fopen(path_of("hard", "routes/north_somerset_routes.geojson", path), "w");
    assert_non_null(f);
    assert_true(fputs("{\"features\":[]}", f) >= 0 && fclose(f) == 0);
}

static void
test_from_data_namesakes_are_numbered_and_who_cannot_be_in_time_is_late(void **state)
{
    /* planned arrival and key, 64 bytes at most */
    static const char *const want[][2] = {
        { "2026-10-05T08:30:00Z", "M/Town/Hall" },
        { "2026-10-05T09:45:00Z", "M/Town/Hall#2" },
        { "2026-10-05T12:00:00Z", "M/Town/Hall" },
        { "2026-10-05T13:30:00Z", "M/Town/xyééééééééééééééééééééééééééé" },
    };
    char dir[PATH_SIZE], out[PATH_SIZE], *f[FIELDS_MAX];
    size_t count = 0;
    (void)state;
    SKIP_WITHOUT_DATA();
    make_hard_data(dir);
    path_of("late", "", out);
    assert_int_equal(run((const char *const[]){ dir, out, NULL }), 0);
    char *text = slurp_run("late", "truth.csv"), *at = text;
    next_row(&at, f);
    while (next_row(&at, f) == 6) {
        if (strcmp(f[5], "planned") != 0) continue;
        assert_true(count < 4);
        assert_string_equal(f[0], want[count][1]);
        assert_string_equal(f[1], want[count][0]);
        int64_t late_s = clock_s(f[3] + 11, 3) - clock_s(f[1] + 11, 3);
        if (count == 1)
            assert_in_range(late_s, 15 * 60, 40 * 60);
        else
            assert_true(late_s < 300);
        count++;
    }
    assert_int_equal(count, 4);
    free(text);
}

/* --- the acts ---------------------------------------------------------------------------- */

static void test_from_data_acts_aboard_lie_within_visits(void **state)
{
    struct visit visits[STOPS];
    (void)state;
    SKIP_WITHOUT_DATA();
    size_t count = read_visits(visits), aboard = 0, at_branch = 0, refused = 0;
    char *text = slurp_run("a", "day.csv"), *at = text, *f[FIELDS_MAX];
    int64_t before_s = 0;
    assert_int_equal(next_row(&at, f), 7);
    while (next_row(&at, f) == 7) {
        enum policy_reason reason;
        int64_t now_s = clock_s(f[0], 3);
        assert_true(now_s >= before_s);
        before_s = now_s;
        if (strcmp(f[6], "ok") != 0) {
            assert_memory_equal(f[6], "refused:", 8);
            assert_true(policy_reason_parse(f[6] + 8, &reason));
            refused++;
        }
        if (!strcmp(f[1], "branch")) {
            at_branch++;
            continue;
        }
        size_t inside = 0;
        for (size_t i = 0; i < count; i++)
            inside += now_s > visits[i].arrival_s && now_s < visits[i].departure_s;
        assert_int_equal(inside, 1);
        aboard++;
    }
    assert_in_range(aboard, 50, 70);
    assert_in_range(at_branch, 9, 11);
    assert_int_equal(refused, 5); /* barred, expired, foreign card, on loan, unfit */
    free(text);
}

/* Who has what, by barcode; one side's view of it. */
struct holder {
    char item[FIELD_SIZE], card[FIELD_SIZE];
    bool lost;
};
struct holders {
    struct holder list[HOLDERS_MAX];
    size_t count;
};

static struct holder *holder_of(struct holders *h, const char *item)
{
    size_t at = 0;
    while (at < h->count && strcmp(h->list[at].item, item) != 0) at++;
    if (at == h->count) {
        assert_true(h->count < HOLDERS_MAX);
        h->list[h->count++] = (struct holder){ 0 };
        assert_true(str_copy(h->list[at].item, FIELD_SIZE, item));
    }
    return &h->list[at];
}

static void read_loans(struct holders *h)
{
    char *text = slurp_run("a", "loans.csv"), *at = text, *f[FIELDS_MAX];
    assert_int_equal(next_row(&at, f), 8);
    while (next_row(&at, f) == 8) {
        struct holder *holder = holder_of(h, f[1]);
        assert_string_equal(holder->card, ""); /* one open loan a copy */
        assert_string_equal(f[5], "");
        assert_true(str_copy(holder->card, FIELD_SIZE, f[0]));
        holder->lost = strcmp(f[7], "LOST") == 0;
    }
    free(text);
}

static void play(struct holders *h, char *const f[7])
{
    if (strcmp(f[6], "ok") != 0) return;
    if (!strcmp(f[2], "checkout"))
        assert_true(str_copy(holder_of(h, f[4])->card, FIELD_SIZE, f[3]));
    if (!strcmp(f[2], "checkin")) holder_of(h, f[3])->card[0] = '\0';
}

/* The copy's field in the catalogue. */
static void check_copy(const char *bibs, const char *item)
{
    char code[2 * FIELD_SIZE], field[1024];
    snprintf(code, sizeof code, "code=\"p\">%s<", item);
    const char *at = strstr(bibs, code), *from = at;
    assert_non_null(at);
    while (from > bibs && strncmp(from, "<datafield", 10) != 0) from--;
    assert_true(at - from < (ptrdiff_t)sizeof field - 200);
    snprintf(field, sizeof field, "%.*s", (int)(strstr(at, "</datafield>") - from), from);
    assert_non_null(strstr(field, "code=\"b\">SPLS-BKM<"));
    assert_non_null(strstr(field, "code=\"s\">available<"));
}

static void check_card(const char *patrons, const char *card)
{
    char *text = strdup(patrons), *at = text, *f[FIELDS_MAX];
    bool found = false;
    assert_non_null(text);
    while (!found && next_row(&at, f) == 20) found = !strcmp(f[0], card);
    assert_true(found);
    assert_true(strncmp(f[16], service_day, 10) >= 0);
    assert_string_equal(f[17], "");
    free(text);
}

/* What the laptop knows: the evening before, and its own acts. */
static void test_from_data_acts_aboard_can_come_out_as_foretold(void **state)
{
    (void)state;
    SKIP_WITHOUT_DATA();
    struct holders *view = calloc(1, sizeof *view);
    assert_non_null(view);
    read_loans(view);
    char *bibs = slurp_data("concerto/bibs.xml"), *patrons = slurp_run("a", "patrons.csv");
    char *text = slurp_run("a", "day.csv"), *at = text, *f[FIELDS_MAX], fresh[FIELD_SIZE] = "";
    size_t fetched = 0;
    assert_int_equal(next_row(&at, f), 7);
    while (next_row(&at, f) == 7) {
        if (strcmp(f[1], "van") != 0) continue;
        bool lends = !strcmp(f[2], "checkout"), ok = !strcmp(f[6], "ok");
        bool touches = lends || !strcmp(f[2], "checkin") || !strcmp(f[2], "renew");
        const struct holder *h = touches ? holder_of(view, f[lends ? 4 : 3]) : NULL;
        if (!strcmp(f[2], "register")) {
            assert_null(strstr(patrons, f[3])); /* a card that nobody has */
            assert_true(str_copy(fresh, sizeof fresh, f[3]));
        }
        if (h) assert_false(h->lost);
        if (lends && ok) {
            assert_string_equal(h->card, "");
            if (strcmp(f[3], fresh) != 0) check_card(patrons, f[3]);
            if (h == &view->list[view->count - 1]) { /* never lent before */
                check_copy(bibs, f[4]);
                fetched++;
            }
        }
        if (touches && !lends) assert_string_not_equal(h->card, "");
        play(view, f);
    }
    assert_in_range(fetched, 15, 40);
    free(text);
    free(patrons);
    free(bibs);
    free(view);
}

static void test_from_data_branch_lends_what_the_van_lends_later(void **state)
{
    (void)state;
    SKIP_WITHOUT_DATA();
    char *text = slurp_run("a", "day.csv"), *at = text, *f[FIELDS_MAX];
    char by_branch[FIELD_SIZE] = "", barred[FIELD_SIZE] = "";
    bool lent_twice = false, lent_to_barred = false, rule = false;
    while (next_row(&at, f) == 7) {
        bool branch = !strcmp(f[1], "branch"), lends = !strcmp(f[2], "checkout");
        if (branch && lends && !*by_branch) assert_true(str_copy(by_branch, FIELD_SIZE, f[4]));
        if (branch && !strcmp(f[2], "bar")) assert_true(str_copy(barred, FIELD_SIZE, f[3]));
        rule = rule || (branch && !strcmp(f[2], "rule"));
        if (branch || !lends || strcmp(f[6], "ok") != 0) continue;
        lent_twice = lent_twice || !strcmp(f[4], by_branch);
        lent_to_barred = lent_to_barred || !strcmp(f[3], barred);
    }
    assert_true(lent_twice);
    assert_true(lent_to_barred);
    assert_true(rule);
    free(text);
}

static void test_from_data_who_has_what_follows_from_loans_and_acts(void **state)
{
    (void)state;
    SKIP_WITHOUT_DATA();
    struct holders *want = calloc(1, sizeof *want);
    assert_non_null(want);
    read_loans(want);
    char *text = slurp_run("a", "day.csv"), *at = text, *f[FIELDS_MAX];
    assert_int_equal(next_row(&at, f), 7);
    while (next_row(&at, f) == 7) play(want, f);
    free(text);
    size_t rows = 0, known = want->count;
    at = text = slurp_run("a", "who_has_what.csv");
    assert_int_equal(next_row(&at, f), 2);
    while (next_row(&at, f) == 2) {
        assert_string_equal(holder_of(want, f[0])->card, f[1]);
        rows++;
    }
    assert_int_equal(want->count, known); /* no copy that was not there before */
    assert_int_equal(rows, known);
    free(text);
    free(want);
}

/* --- one folder for all ------------------------------------------------------------------ */

static int setup(void **state)
{
    char path[PATH_SIZE], bibs[PATH_SIZE];
    const char *tools = getenv("BM_TOOL_DIR"), *shared = getenv("BM_SHARED");
    (void)state;
    snprintf(made.tool, sizeof made.tool, "%.200s/make_from_data",
             tools ? tools : "build/tool");
    snprintf(made.data, sizeof made.data, "%.150s/data", shared ? shared : "../shared");
    snprintf(bibs, sizeof bibs, "%.200s/concerto/bibs.xml", made.data);
    if (access(bibs, R_OK) != 0) return 0;
    if (access(made.tool, X_OK) != 0) return tools ? -1 : 0; /* told where and not there */
    made.there = true;
    snprintf(made.folder, sizeof made.folder, "/tmp/bm-from-data-XXXXXX");
    if (!mkdtemp(made.folder)) return -1;
    if (run((const char *const[]){ made.data, path_of("b", "", path), NULL })) return -1;
    return run((const char *const[]){ made.data, path_of("a", "", path), "--date", service_day,
                                      NULL });
}

static int teardown(void **state)
{
    static const char *const runs[] = { "a", "b", "late" };
    static const char *const hard[] = { "concerto", "routes/north_somerset.csv",
                                        "routes/north_somerset_routes.geojson" };
    char path[PATH_SIZE];
    (void)state;
    if (!made.there) return 0;
    for (size_t r = 0; r < sizeof runs / sizeof *runs; r++) {
        for (size_t i = 0; i < FILE_COUNT; i++) unlink(path_of(runs[r], file_names[i], path));
        rmdir(path_of(runs[r], "", path));
    }
    for (size_t i = 0; i < 3; i++) unlink(path_of("hard", hard[i], path));
    rmdir(path_of("hard", "routes", path));
    rmdir(path_of("hard", "", path));
    unlink(path_of("said", "", path));
    return rmdir(made.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_data_same_arguments_give_the_same_bytes),
        cmocka_unit_test(test_from_data_all_dates_move_by_the_printed_number_of_days),
        cmocka_unit_test(test_from_data_the_day_falls_into_the_datas_life),
        cmocka_unit_test(test_from_data_files_have_the_columns_of_the_made_up_library),
        cmocka_unit_test(test_from_data_library_says_where_the_titles_are),
        cmocka_unit_test(test_from_data_rules_can_all_be_read),
        cmocka_unit_test(test_from_data_truth_has_the_timetables_stops_in_their_order),
        cmocka_unit_test(test_from_data_drive_tells_every_second_with_right_checksums),
        cmocka_unit_test(test_from_data_receiver_is_at_the_real_stop_during_each_visit),
        cmocka_unit_test(test_from_data_acts_aboard_lie_within_visits),
        cmocka_unit_test(test_from_data_acts_aboard_can_come_out_as_foretold),
        cmocka_unit_test(test_from_data_branch_lends_what_the_van_lends_later),
        cmocka_unit_test(test_from_data_who_has_what_follows_from_loans_and_acts),
        /* these write `said` anew: last */
        cmocka_unit_test(
            test_from_data_namesakes_are_numbered_and_who_cannot_be_in_time_is_late),
        cmocka_unit_test(test_from_data_wrong_arguments_are_refused_and_make_nothing),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
