/* tests/unit/test_sample.c -- the made-up library: same arguments same bytes, and nothing in it
 * that a reader would have to refuse. Runs the tool itself (BM_TOOL_DIR, else build/tool) and
 * reads its files with code of its own, sharing none with the writer. */
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

#include "common/mem.h"

enum { FIELDS_MAX = 24, PATH_SIZE = 256, ITEMS = 5000, TITLES = 2000, PATRONS = 800 };

static const char *const file_names[] = { "bibs.mrc",     "patrons.csv", "rules.csv",
                                          "calendar.csv", "routes.csv",  "roads.json",
                                          "loans.csv",    "holds.csv",   "day.nmea",
                                          "truth.csv",    "day.csv",     "who_has_what.csv",
                                          "library.ini" };
enum { FILE_COUNT = sizeof file_names / sizeof file_names[0] };

/* One run for all tests, and one more to compare; made by setup. */
static struct {
    bool there; /* the tool was found */
    char tool[PATH_SIZE], folder[PATH_SIZE];
} made;

/* --- running and reading ------------------------------------------------------------------ */

/* ret: exit status, -1 if it did not end by itself */
static int run(const char *const arguments[])
{
    const char *argv[12] = { made.tool };
    for (size_t i = 0; arguments[i]; i++) argv[i + 1] = arguments[i];
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        char *copy[12] = { 0 };
        for (size_t i = 0; argv[i]; i++) copy[i] = strdup(argv[i]);
        if (!freopen("/dev/null", "w", stderr)) _exit(126);
        execv(made.tool, copy);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const char *path_of(const char *run_name, const char *file, char *out)
{
    snprintf(out, PATH_SIZE, "%.100s/%s%s%s", made.folder, run_name, *file ? "/" : "", file);
    return out;
}

/* A whole file, NUL-ended; to be freed. */
static char *slurp(const char *run_name, const char *file, size_t *len)
{
    char path[PATH_SIZE];
    FILE *f = fopen(path_of(run_name, file, path), "rb");
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
    *len = (size_t)size;
    return text;
}

/* Take the next line and cut it at its commas (no quotes in the files read so).
 * ret: number of fields, 0 at the end */
static size_t next_row(char **at, char *fields[FIELDS_MAX])
{
    if (!**at) return 0;
    char *end = strchr(*at, '\n');
    assert_non_null(end);
    *end = '\0';
    size_t count = 0;
    for (char *p = *at; p; count++) {
        assert_true(count < FIELDS_MAX);
        fields[count] = p;
        p = strchr(p, ',');
        if (p) *p++ = '\0';
    }
    *at = end + 1;
    return count;
}

static int64_t number_at(const char *text, size_t len)
{
    int64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        assert_in_range(text[i], '0', '9');
        value = value * 10 + text[i] - '0';
    }
    return value;
}

/* Seconds since midnight of HH:MM:SS with anything one byte wide between, or nothing. */
static int64_t clock_s(const char *text, size_t step)
{
    return number_at(text, 2) * 3600 + number_at(text + step, 2) * 60 +
           number_at(text + 2 * step, 2);
}

/* Fourteen digits whose weighted sum ends in 0 (Luhn), of a kind. */
static bool sound_number(const char *text, char kind)
{
    int sum = 0;
    if (strlen(text) != 14 || text[0] != kind) return false;
    for (int i = 13; i >= 0; i--) {
        int value = (int)number_at(text + i, 1) * (i % 2 == 0 ? 2 : 1);
        sum += value / 10 + value % 10;
    }
    return sum % 10 == 0;
}

#define SKIP_WITHOUT_TOOL()                                                                    \
    do {                                                                                       \
        if (!made.there) {                                                                     \
            print_message("skipped: %s is not built (BM_TOOL_DIR says where)\n", made.tool);   \
            skip();                                                                            \
        }                                                                                      \
    } while (0)

/* --- arguments ------------------------------------------------------------------------------
 */

static void test_sample_same_arguments_give_the_same_bytes(void **state)
{
    (void)state;
    SKIP_WITHOUT_TOOL();
    for (size_t i = 0; i < FILE_COUNT; i++) {
        size_t a_len, b_len;
        char *a = slurp("a", file_names[i], &a_len), *b = slurp("b", file_names[i], &b_len);
        assert_int_equal(a_len, b_len);
        assert_memory_equal(a, b, a_len);
        free(a);
        free(b);
    }
}

static void test_sample_another_seed_gives_another_library(void **state)
{
    (void)state;
    SKIP_WITHOUT_TOOL();
    char path[PATH_SIZE];
    static const char *const moved[] = { "bibs.mrc", "patrons.csv", "loans.csv", "day.nmea",
                                         "day.csv" };
    assert_int_equal(
        run((const char *const[]){ path_of("other", "", path), "--seed", "2", NULL }), 0);
    for (size_t i = 0; i < sizeof moved / sizeof moved[0]; i++) {
        size_t a_len, b_len;
        char *a = slurp("a", moved[i], &a_len), *b = slurp("other", moved[i], &b_len);
        assert_true(a_len != b_len || memcmp(a, b, a_len) != 0);
        free(a);
        free(b);
    }
}

static void test_sample_wrong_arguments_are_refused(void **state)
{
    (void)state;
    SKIP_WITHOUT_TOOL();
    char path[PATH_SIZE];
    path_of("refused", "", path);
    assert_int_equal(run((const char *const[]){ NULL }), 2);
    assert_int_equal(run((const char *const[]){ path, "--date", "2026-02-29", NULL }), 2);
    assert_int_equal(run((const char *const[]){ path, "--date", "5 October", NULL }), 2);
    assert_int_equal(run((const char *const[]){ path, "--seed", "-1", NULL }), 2);
    assert_int_equal(run((const char *const[]){ path, "--titles", "2000001", NULL }), 2);
    assert_int_equal(run((const char *const[]){ path, "--items", "1999", NULL }),
                     2); /* a title needs a copy */
    assert_int_equal(run((const char *const[]){ path, "second", NULL }), 2);
    assert_int_not_equal(access(path, F_OK), 0); /* nothing was made */
    assert_int_equal(run((const char *const[]){ path_of("not", "there", path), NULL }), 3);
}

static void test_sample_counts_scale_down_and_the_day_still_plays(void **state)
{
    (void)state;
    SKIP_WITHOUT_TOOL();
    char path[PATH_SIZE];
    assert_int_equal(run((const char *const[]){ path_of("small", "", path), "--titles", "100",
                                                "--items", "150", "--patrons", "100", NULL }),
                     0);
    size_t len;
    char *text = slurp("small", "patrons.csv", &len);
    size_t lines = 0;
    for (size_t i = 0; i < len; i++) lines += text[i] == '\n';
    assert_int_equal(lines, 101);
    free(text);
}

/* --- records
 * ---------------------------------------------------------------------------------- */

static void check_isbn(const char *field, size_t len)
{
    int64_t sum = 0;
    assert_int_equal(len, 4 + 13 + 1);           /* indicators, $a, digits, end of field */
    assert_memory_equal(field + 4, "979899", 6); /* given to nobody */
    for (size_t i = 0; i < 13; i++) sum += number_at(field + 4 + i, 1) * (i % 2 ? 3 : 1);
    assert_int_equal(sum % 10, 0);
}

static void check_copy(const char *field, size_t len, size_t *van_count)
{
    char copy[512], *p, *b;
    assert_true(len < sizeof copy);
    memcpy(copy, field, len);
    copy[len] = '\0';
    p = strstr(copy, "\x1fp");
    b = strstr(copy, "\x1f\x62"); /* $b */
    assert_true(p && b);
    *van_count += strncmp(b + 2, "VAN1\x1f", 5) == 0;
    p[2 + 14] = '\0';
    assert_true(sound_number(p + 2, '3'));
}

/* src: ISO 2709: record and base lengths, 12-byte directory, 1E ends a field, 1D the record */
static size_t check_record(const char *record, size_t *item_count, size_t *van_count)
{
    size_t length = (size_t)number_at(record, 5), base = (size_t)number_at(record + 12, 5),
           end = 0;
    assert_int_equal(record[9], 'a');
    assert_int_equal(record[length - 1], 0x1d);
    assert_int_equal(record[base - 1], 0x1e);
    assert_int_equal((base - 1 - 24) % 12, 0);
    assert_true(utf8_valid(record, length));
    for (size_t at = 24; at < base - 1; at += 12) {
        const char *field = record + base + number_at(record + at + 7, 5);
        size_t field_len = (size_t)number_at(record + at + 3, 4);
        assert_int_equal(field - record - (ptrdiff_t)base, end); /* no gap, no overlap */
        assert_int_equal(field[field_len - 1], 0x1e);
        end += field_len;
        if (!strncmp(record + at, "020", 3)) check_isbn(field, field_len);
        if (!strncmp(record + at, "008", 3)) assert_int_equal(field_len, 41);
        if (strncmp(record + at, "952", 3) != 0) continue;
        check_copy(field, field_len, van_count);
        ++*item_count;
    }
    assert_int_equal(base + end + 1, length);
    return length;
}

static void test_sample_records_are_sound_and_numbers_check(void **state)
{
    (void)state;
    SKIP_WITHOUT_TOOL();
    size_t len, titles = 0, items = 0, on_van = 0;
    char *text = slurp("a", "bibs.mrc", &len);
    for (size_t at = 0; at < len; titles++) at += check_record(text + at, &items, &on_van);
    assert_int_equal(titles, TITLES);
    assert_int_equal(items, ITEMS);
    assert_in_range(on_van, 2400, 2800);
    free(text);
}

static void test_sample_patrons_are_as_many_as_asked_with_some_expired_and_barred(void **state)
{
    (void)state;
    SKIP_WITHOUT_TOOL();
    size_t len, patrons = 0, expired = 0, barred = 0, with_stop = 0, guaranteed = 0, in_class = 0;
    char *text = slurp("a", "patrons.csv", &len), *at = text, *f[FIELDS_MAX];
    assert_int_equal(next_row(&at, f), 22);
    assert_string_equal(f[19], "stop");
    assert_string_equal(f[20], "guarantor");
    assert_string_equal(f[21], "sort1");
    while (next_row(&at, f) == 22) {
        assert_true(!*f[21] || (strstr(f[21], " Year ") && !strcmp(f[14], "CHILD") && *f[19]));
        in_class += *f[21] != '\0';
        assert_true(!*f[20] || (sound_number(f[20], '2') && !strcmp(f[14], "CHILD")));
        guaranteed += *f[20] != '\0';
        assert_true(sound_number(f[0], '2'));
        expired += strcmp(f[16], "2026-10-05") < 0;
        barred += *f[17] != '\0';
        with_stop += *f[19] != '\0';
        assert_int_equal(*f[19] != '\0', !strcmp(f[13], "VAN1"));
        patrons++;
    }
    assert_int_equal(*at, '\0');
    assert_int_equal(patrons, PATRONS);
    assert_in_range(expired, 16, 32);
    assert_in_range(barred, 6, 10);
    assert_in_range(with_stop, 350, 530);
    assert_in_range(guaranteed, 20, 120);
    assert_in_range(in_class, 10, 120);
    free(text);
}

/* --- the drive
 * ----------------------------------------------------------------------------------- */

struct sky {
    int64_t second, seconds, lost; /* latest RMC's time; how many; of these without fix */
};

static void check_sentence(const char *line, size_t len)
{
    unsigned sum = 0;
    char want[3];
    assert_true(len > 4 &&
                len <= 82); /* NMEA 0183's most, without the line's end counted twice */
    assert_int_equal(line[0], '$');
    assert_int_equal(line[len - 1], '\r');
    assert_int_equal(line[len - 4], '*');
    for (size_t i = 1; i < len - 4; i++) sum ^= (unsigned char)line[i];
    snprintf(want, sizeof want, "%02X", sum);
    assert_memory_equal(line + len - 3, want, 2);
}

static void check_rmc(const char *line, int64_t first_s, const char *date, struct sky *sky)
{
    assert_int_equal(clock_s(line + 7, 2),
                     first_s + sky->seconds); /* each second once, in order */
    sky->second = first_s + sky->seconds++;
    sky->lost += line[17] == 'V';
    assert_non_null(strstr(line, date));
}

static void check_drive(const char *run_name, int64_t first_s, const char *date)
{
    size_t len;
    struct sky sky = { 0 };
    char *text = slurp(run_name, "day.nmea", &len);
    for (char *line = text, *end; *line; line = end + 1) {
        end = strchr(line, '\n');
        assert_non_null(end);
        *end = '\0';
        check_sentence(line, (size_t)(end - line));
        if (!strncmp(line, "$GPRMC,", 7))
            check_rmc(line, first_s, date, &sky);
        else if (!strncmp(line, "$GPGGA,", 7))
            assert_int_equal(clock_s(line + 7, 2), sky.second);
    }
    assert_int_equal(sky.seconds, (8 * 60 + 30) * 60 + 1);
    assert_int_equal(sky.lost, 90);
    free(text);
}

static void test_sample_drive_tells_every_second_of_the_day_with_right_checksums(void **state)
{
    (void)state;
    SKIP_WITHOUT_TOOL();
    check_drive("a", (7 * 60 + 45) * 60, ",051026,"); /* 08:45 in summer time */
}

static void test_sample_drive_follows_the_date_and_winter_time(void **state)
{
    (void)state;
    SKIP_WITHOUT_TOOL();
    char path[PATH_SIZE];
    assert_int_equal(
        run((const char *const[]){ path_of("winter", "", path), "--date", "2027-01-27", NULL }),
        0);
    check_drive("winter", (8 * 60 + 45) * 60, ",270127,");
}

/* A visit as truth.csv tells it. */
struct visit {
    int64_t arrival_s, departure_s; /* since midnight */
};

static size_t read_visits(struct visit visits[16], size_t *missed, size_t *unscheduled)
{
    size_t len, count = 0;
    char *text = slurp("a", "truth.csv", &len), *at = text, *f[FIELDS_MAX];
    int64_t before_s = 0;
    *missed = *unscheduled = 0;
    assert_int_equal(next_row(&at, f), 6);
    while (next_row(&at, f) == 6) {
        if (!strcmp(f[5], "missed")) {
            ++*missed;
            assert_string_equal(f[3], "");
            continue;
        }
        assert_memory_equal(f[3], "2026-10-05T", 11);
        struct visit v = { clock_s(f[3] + 11, 3), clock_s(f[4] + 11, 3) };
        assert_true(before_s < v.arrival_s && v.arrival_s < v.departure_s);
        before_s = v.departure_s;
        if (!strcmp(f[5], "unscheduled")) {
            ++*unscheduled;
            assert_in_range(v.departure_s - v.arrival_s, 12 * 60 - 2, 12 * 60);
            continue;
        }
        assert_true(v.departure_s >= clock_s(f[2] + 11, 3)); /* never leaves before the time */
        assert_in_range(v.arrival_s - clock_s(f[1] + 11, 3) + 1800, 1, 3600);
        visits[count++] = v;
    }
    free(text);
    return count;
}

static void test_sample_truth_has_seven_visits_one_missed_one_unscheduled(void **state)
{
    (void)state;
    SKIP_WITHOUT_TOOL();
    struct visit visits[16];
    size_t missed, unscheduled;
    assert_int_equal(read_visits(visits, &missed, &unscheduled), 7);
    assert_int_equal(missed, 1);
    assert_int_equal(unscheduled, 1);
}

/* The receiver's own words must agree with truth.csv: slow throughout each visit, moving just
 * outside. */
static void test_sample_receiver_stands_still_in_every_visit(void **state)
{
    (void)state;
    SKIP_WITHOUT_TOOL();
    struct visit visits[16];
    size_t missed, unscheduled, len,
        next = 0, count = read_visits(visits, &missed, &unscheduled), slow = 0;
    char *text = slurp("a", "day.nmea", &len);
    for (char *line = text; *line && next < count; line = strchr(line, '\n') + 1) {
        if (strncmp(line, "$GPRMC,", 7) != 0) continue;
        int64_t now_s = clock_s(line + 7, 2);
        if (now_s < visits[next].arrival_s || line[17] != 'A') continue;
        const char *p = line;
        for (int i = 0; i < 7; i++) p = strchr(p, ',') + 1;
        double knots = strtod(p, NULL);
        if (now_s <= visits[next].departure_s) {
            assert_true(knots < 1.0);
            slow++;
        } else if (now_s == visits[next].departure_s + 4) {
            assert_true(knots > 2.0);
            next++;
        }
    }
    assert_int_equal(next, count);
    assert_true(slow > 4 * 3600);
    free(text);
}

/* --- the acts
 * -------------------------------------------------------------------------------------- */

static void test_sample_acts_aboard_lie_within_visits(void **state)
{
    (void)state;
    SKIP_WITHOUT_TOOL();
    struct visit visits[16];
    size_t missed, unscheduled, len, aboard = 0, at_branch = 0, refused = 0;
    size_t count = read_visits(visits, &missed, &unscheduled);
    char *text = slurp("a", "day.csv", &len), *at = text, *f[FIELDS_MAX];
    int64_t before_s = 0;
    assert_int_equal(next_row(&at, f), 7);
    while (next_row(&at, f) == 7) {
        int64_t now_s = clock_s(f[0], 3);
        assert_true(now_s >= before_s);
        before_s = now_s;
        refused += strcmp(f[6], "ok") != 0;
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
    assert_in_range(aboard, 100, 140);
    assert_in_range(at_branch, 12, 16);
    assert_int_equal(refused, 6); /* barred, expired, on loan, held, foreign card, unfit */
    free(text);
}

/* Holders by the eight digits of a barcode's serial; "" = in, never set = never lent. */
struct holders {
    char card[ITEMS + 1][15];
    bool known[ITEMS + 1];
};

static void set_holder(struct holders *h, const char *barcode, const char *card)
{
    int64_t serial = number_at(barcode + 5, 8);
    assert_in_range(serial, 1, ITEMS);
    assert_true(sound_number(barcode, '3') && (!*card || sound_number(card, '2')));
    h->known[serial] = true;
    memset(h->card[serial], 0, sizeof h->card[serial]); /* compared whole later */
    assert_true(str_copy(h->card[serial], sizeof h->card[serial], card));
}

static void play_loans_and_acts(struct holders *h)
{
    size_t len;
    char *text = slurp("a", "loans.csv", &len), *at = text, *f[FIELDS_MAX];
    assert_int_equal(next_row(&at, f), 8);
    while (next_row(&at, f) == 8) {
        assert_false(h->known[number_at(f[1] + 5, 8)]); /* one open loan an item */
        assert_true(strcmp(f[3], f[4]) < 0);            /* out before due */
        set_holder(h, f[1], f[0]);
    }
    free(text);
    at = text = slurp("a", "day.csv", &len);
    assert_int_equal(next_row(&at, f), 7);
    while (next_row(&at, f) == 7) {
        if (strcmp(f[6], "ok") != 0) continue;
        if (!strcmp(f[2], "checkout")) set_holder(h, f[4], f[3]);
        if (!strcmp(f[2], "checkin")) set_holder(h, f[3], "");
        if (!strcmp(f[2], "renew")) assert_true(h->known[number_at(f[3] + 5, 8)]);
    }
    free(text);
}

static void test_sample_who_has_what_follows_from_loans_and_acts(void **state)
{
    (void)state;
    SKIP_WITHOUT_TOOL();
    struct holders *want = calloc(1, sizeof *want), *told = calloc(1, sizeof *told);
    size_t len, in = 0, out = 0;
    assert_non_null(want);
    assert_non_null(told);
    play_loans_and_acts(want);
    char *text = slurp("a", "who_has_what.csv", &len), *at = text, *f[FIELDS_MAX];
    assert_int_equal(next_row(&at, f), 2);
    while (next_row(&at, f) == 2) {
        set_holder(told, f[0], f[1]);
        *f[1] ? out++ : in++;
    }
    assert_memory_equal(want->known, told->known, sizeof want->known);
    assert_memory_equal(want->card, told->card, sizeof want->card);
    assert_in_range(out, 350, 480);
    assert_in_range(in, 15, 60);
    free(text);
    free(want);
    free(told);
}

/* --- one folder for all
 * ------------------------------------------------------------------------------ */

static int setup(void **state)
{
    (void)state;
    char path[PATH_SIZE];
    const char *dir = getenv("BM_TOOL_DIR");
    snprintf(made.tool, sizeof made.tool, "%.200s/make_sample", dir ? dir : "build/tool");
    if (access(made.tool, X_OK) != 0)
        return dir ? -1 : 0; /* told where and not there: a failure */
    made.there = true;
    snprintf(made.folder, sizeof made.folder, "/tmp/bm-sample-XXXXXX");
    if (!mkdtemp(made.folder)) return -1;
    if (run((const char *const[]){ path_of("a", "", path), NULL })) return -1;
    return run((const char *const[]){ path_of("b", "", path), "--seed", "1", "--date",
                                      "2026-10-05", NULL });
}

static int teardown(void **state)
{
    static const char *const runs[] = { "a", "b", "other", "small", "winter" };
    char path[PATH_SIZE];
    (void)state;
    if (!made.there) return 0;
    for (size_t r = 0; r < sizeof runs / sizeof runs[0]; r++) {
        for (size_t i = 0; i < FILE_COUNT; i++) unlink(path_of(runs[r], file_names[i], path));
        rmdir(path_of(runs[r], "", path));
    }
    return rmdir(made.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample_same_arguments_give_the_same_bytes),
        cmocka_unit_test(test_sample_another_seed_gives_another_library),
        cmocka_unit_test(test_sample_wrong_arguments_are_refused),
        cmocka_unit_test(test_sample_counts_scale_down_and_the_day_still_plays),
        cmocka_unit_test(test_sample_records_are_sound_and_numbers_check),
        cmocka_unit_test(test_sample_patrons_are_as_many_as_asked_with_some_expired_and_barred),
        cmocka_unit_test(test_sample_drive_tells_every_second_of_the_day_with_right_checksums),
        cmocka_unit_test(test_sample_drive_follows_the_date_and_winter_time),
        cmocka_unit_test(test_sample_truth_has_seven_visits_one_missed_one_unscheduled),
        cmocka_unit_test(test_sample_receiver_stands_still_in_every_visit),
        cmocka_unit_test(test_sample_acts_aboard_lie_within_visits),
        cmocka_unit_test(test_sample_who_has_what_follows_from_loans_and_acts),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
