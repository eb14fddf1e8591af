/* tests/unit/test_csv.c -- CSV is read row by row, what is wrong is named, and what is written is harmless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/csv.h"

enum { SEEN_MAX = 64 };

/* What the callbacks saw, as text: "2:ann|7;" a row, "3!reason;" a bad one. */
struct seen {
    struct buf text;
    int64_t bad_lines[SEEN_MAX];
    size_t bad_count, row_count, column_count;
    char reason[160]; /* of the last bad row */
    const char *refuse; /* on_row answers refuse_rc to this first value */
    enum bm_rc refuse_rc;
};

static enum bm_rc on_row(void *ctx, int64_t line, const char **values)
{
    struct seen *s = ctx;
    if (s->refuse && values[0] && strcmp(values[0], s->refuse) == 0)
        return err_set(s->refuse_rc, "refused by the test");
    s->row_count++;
    buf_printf(&s->text, "%lld:", (long long)line);
    for (size_t i = 0; i < s->column_count; i++)
        buf_printf(&s->text, "%s%s", i ? "|" : "", values[i] ? values[i] : "(none)");
    buf_putc(&s->text, ';');
    return BM_OK;
}

static void on_bad(void *ctx, int64_t line, const char *reason)
{
    struct seen *s = ctx;
    if (s->bad_count < SEEN_MAX) s->bad_lines[s->bad_count] = line;
    s->bad_count++;
    str_copy(s->reason, sizeof s->reason, reason);
}

static const struct csv_column two[] = { { "card", true }, { "note", false } };

static void write_file(char path[32], const char *bytes, size_t len)
{
    memcpy(path, "/tmp/test_csv.XXXXXX", 21);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

static enum bm_rc read_bytes(struct seen *s, const char *bytes, size_t len, struct csv_counts *counts)
{
    char path[32];
    struct csv_counts own;
    struct csv_sink sink = { .on_row = on_row, .on_bad = on_bad, .ctx = s };
    write_file(path, bytes, len);
    s->column_count = 2;
    enum bm_rc rc = csv_read_file(path, two, 2, &sink, counts ? counts : &own);
    unlink(path);
    return rc;
}

static enum bm_rc read_text(struct seen *s, const char *text, struct csv_counts *counts)
{
    return read_bytes(s, text, strlen(text), counts);
}

static void expect(const char *text, const char *rows)
{
    struct seen s = { 0 };
    assert_int_equal(read_text(&s, text, NULL), BM_OK);
    assert_string_equal(buf_str(&s.text), rows);
    assert_int_equal(s.bad_count, 0);
    buf_free(&s.text);
}

static void test_csv_columns_are_found_by_name_in_any_order(void **state)
{
    (void)state;
    expect("card,note\n1,a\n2,b\n", "2:1|a;3:2|b;");
    expect("x,NOTE,y,Card\n9,a,9,1\n", "2:1|a;");
    expect("card\n1\n2\n", "2:1|(none);3:2|(none);");
    expect("\xEF\xBB\xBF" "card,note\n1,\n", "2:1|;");
    expect("\xEF\xBB\xBF\"card\", \"note\" \n1,a", "2:1|a;");
}

static void test_csv_line_ends_of_every_system_are_read(void **state)
{
    (void)state;
    expect("card,note\r\n1,a\r\n2,b", "2:1|a;3:2|b;");
    expect("card,note\r1,a\r2,b\r", "2:1|a;3:2|b;");
    expect("card,note\n\n1,a\n  \n,\n2,b\n\n", "3:1|a;6:2|b;"); /* rows without a value are nothing */
}

static void test_csv_semicolons_and_tabs_are_recognised(void **state)
{
    (void)state;
    expect("card;note\n1;a,b\n", "2:1|a,b;");
    expect("card\tnote\n1\ta b\n2\t\n", "2:1|a b;3:2|;");
    expect("note\tcard\n\t5\n", "2:5|;");
}

static void test_csv_a_quoted_value_may_hold_line_ends_commas_and_quotes(void **state)
{
    (void)state;
    expect("card,note\n1,\"a\r\nb,\"\"c\"\"\"\n2,d\n", "2:1|a\r\nb,\"c\";4:2|d;");
    expect("card,note\n1,\"  a  \"\n", "2:1|  a  ;");
}

static void test_csv_a_missing_required_column_is_named_with_what_was_found(void **state)
{
    struct seen s = { 0 };
    (void)state;
    assert_int_equal(read_text(&s, "kard,note\n1,a\n", NULL), BM_EINPUT);
    assert_non_null(strstr(err_text(BM_EINPUT), "column card is missing"));
    assert_non_null(strstr(err_text(BM_EINPUT), "kard, note"));
    assert_non_null(strstr(err_text(BM_EINPUT), "/tmp/test_csv."));
    assert_int_equal(s.row_count, 0);
    assert_int_equal(read_text(&s, "card,note,CARD\n1,a,2\n", NULL), BM_EINPUT);
    assert_non_null(strstr(err_text(BM_EINPUT), "twice"));
    assert_int_equal(read_text(&s, "", NULL), BM_EINPUT);
    assert_int_equal(read_text(&s, "\n\n", NULL), BM_EINPUT);
    assert_int_equal(read_text(&s, "card,\"note\n1,a\n", NULL), BM_EINPUT);
    assert_int_equal(read_bytes(&s, "\xFF\xFE" "c\0", 4, NULL), BM_EINPUT);
}

static void test_csv_a_long_list_of_found_columns_is_cut(void **state)
{
    struct seen s = { 0 };
    struct buf b = { 0 };
    (void)state;
    for (int i = 0; i < 150; i++) buf_printf(&b, "%sname%d", i ? "," : "", i);
    assert_int_equal(read_text(&s, buf_str(&b), NULL), BM_EINPUT);
    assert_non_null(strstr(err_text(BM_EINPUT), "name0, name1,"));
    assert_non_null(strstr(err_text(BM_EINPUT), ", ..."));
    for (int i = 0; i < 60; i++) buf_printf(&b, ",name%d", i);
    assert_int_equal(read_text(&s, buf_str(&b), NULL), BM_ELIMIT);
    buf_free(&b);
}

static void test_csv_a_bad_row_is_reported_by_line_and_the_rest_go_on(void **state)
{
    static const char text[] = "card,note\n"
                               "1,a\n"
                               "2,\xE9t\xE9\n"       /* 3: Latin-1 */
                               "3,\"line\nbreak\"\n" /* 4 and 5 */
                               "4\n"                 /* 6: a value short */
                               "5,b,c\n"             /* 7: one too many */
                               "6,b,\n"
                               "7,a\"b\n"            /* 9: quote inside */
                               "8,\"a\"b\n"          /* 10 */
                               "9,a\0b\n"            /* 11: NUL */
                               "10,z\n";
    static const int64_t lines[] = { 3, 6, 7, 9, 10, 11 };
    struct seen s = { 0 };
    struct csv_counts counts;
    (void)state;
    assert_int_equal(read_bytes(&s, text, sizeof text - 1, &counts), BM_OK);
    assert_string_equal(buf_str(&s.text), "2:1|a;4:3|line\nbreak;8:6|b;12:10|z;");
    assert_int_equal(counts.rows, 4);
    assert_int_equal(counts.bad_rows, 6);
    assert_int_equal(s.bad_count, 6);
    for (size_t i = 0; i < 6; i++) assert_int_equal(s.bad_lines[i], lines[i]);
    buf_free(&s.text);
}

static void test_csv_a_quote_never_ended_costs_one_row(void **state)
{
    struct seen s = { 0 };
    struct buf b = { 0 };
    struct csv_counts counts;
    (void)state;
    assert_int_equal(read_text(&s, "card,note\n1,a\n2,\"b\n3,c\n4,d\n", &counts), BM_OK);
    assert_string_equal(buf_str(&s.text), "2:1|a;4:3|c;5:4|d;");
    assert_int_equal(s.bad_lines[0], 3);
    buf_puts(&b, "card,note\n1,\"a\n"); /* the same in a file too long to look to its end */
    for (int i = 0; i < 60000; i++) buf_printf(&b, "%d,b\n", i);
    s.bad_count = s.row_count = 0;
    assert_int_equal(read_text(&s, buf_str(&b), &counts), BM_OK);
    assert_int_equal(counts.rows, 60000);
    assert_int_equal(counts.bad_rows, 1);
    assert_int_equal(s.bad_lines[0], 2);
    buf_free(&b);
    buf_free(&s.text);
}

static void test_csv_a_line_over_the_limit_is_passed_over(void **state)
{
    (void)state;
    for (size_t len = CSV_ROW_BYTES_MAX - 3; len < CSV_ROW_BYTES_MAX * 7; len = len < 65540 ? len + 1 : len * 3) {
        struct seen s = { 0 };
        struct buf b = { 0 };
        struct csv_counts counts;
        bool fits = len + 3 <= CSV_ROW_BYTES_MAX; /* "1," and the newline */
        buf_puts(&b, "card,note\n1,");
        for (size_t i = 0; i < len; i++) buf_putc(&b, 'x');
        buf_puts(&b, "\n2,b\n");
        assert_int_equal(read_text(&s, buf_str(&b), &counts), BM_OK);
        assert_int_equal(counts.rows, fits ? 2 : 1);
        assert_int_equal(counts.bad_rows, fits ? 0 : 1);
        if (!fits) assert_int_equal(s.bad_lines[0], 2);
        assert_non_null(strstr(buf_str(&s.text), "3:2|b;"));
        buf_free(&b);
        buf_free(&s.text);
    }
}

static void test_csv_the_callback_can_call_a_row_bad_or_stop(void **state)
{
    struct seen s = { .refuse = "2", .refuse_rc = BM_EINPUT };
    struct csv_counts counts;
    (void)state;
    assert_int_equal(read_text(&s, "card,note\n1,a\n2,b\n3,c\n", &counts), BM_OK);
    assert_int_equal(counts.rows, 2);
    assert_int_equal(counts.bad_rows, 1);
    assert_int_equal(s.bad_lines[0], 3);
    assert_string_equal(s.reason, "refused by the test");
    s.refuse_rc = BM_EFULL;
    assert_int_equal(read_text(&s, "card,note\n1,a\n2,b\n3,c\n", &counts), BM_EFULL);
    assert_string_equal(err_text(BM_EFULL), "refused by the test");
    assert_int_equal(counts.rows, 1);
    buf_free(&s.text);
}

static void test_csv_a_file_that_is_not_there_or_a_folder_is_said_so(void **state)
{
    struct seen s = { .column_count = 2 };
    struct csv_counts counts;
    struct csv_sink sink = { .on_row = on_row, .ctx = &s };
    (void)state;
    assert_int_equal(csv_read_file("/tmp/no-such-file.csv", two, 2, &sink, &counts), BM_ENOTFOUND);
    assert_non_null(strstr(err_text(BM_ENOTFOUND), "/tmp/no-such-file.csv"));
    assert_int_equal(csv_read_file("/tmp", two, 2, &sink, &counts), BM_EINPUT);
}

/* Cut anywhere, a file gives the rows that are whole, and nothing crashes. */
static void test_csv_a_file_cut_at_any_byte_keeps_its_earlier_rows(void **state)
{
    static const char text[] = "card,note\r\n1,\"a\r\n\"\"b\"\r\n2,\xC3\xA9\r\n3,\"c\"\r\n";
    static const size_t ends[] = { 21, 27, 34 }; /* bytes after which each row is whole */
    (void)state;
    for (size_t cut = 0; cut < sizeof text; cut++) {
        struct seen s = { 0 };
        struct csv_counts counts;
        enum bm_rc rc = read_bytes(&s, text, cut, &counts);
        size_t whole = 0;
        for (size_t i = 0; i < 3; i++) whole += cut >= ends[i];
        if (whole) assert_int_equal(rc, BM_OK);
        assert_true(s.row_count >= whole);
        buf_free(&s.text);
    }
}

static const char *written(struct buf *b, const char *value)
{
    buf_clear(b);
    csv_write_field(b, value);
    return buf_str(b);
}

static void test_csv_values_are_quoted_where_needed(void **state)
{
    struct buf b = { 0 };
    (void)state;
    assert_string_equal(written(&b, "plain"), "plain");
    assert_string_equal(written(&b, NULL), "");
    assert_string_equal(written(&b, ""), "");
    assert_string_equal(written(&b, "a,b"), "\"a,b\"");
    assert_string_equal(written(&b, "say \"x\""), "\"say \"\"x\"\"\"");
    assert_string_equal(written(&b, "a\nb"), "\"a\nb\"");
    assert_string_equal(written(&b, " a"), "\" a\"");
    assert_string_equal(written(&b, "a "), "\"a \"");
    buf_free(&b);
}

static void test_csv_a_formula_is_disarmed_and_a_number_is_not(void **state)
{
    static const char *const numbers[] = { "-1", "+44", "-12.50", "0", "+0.5", "-.5" };
    static const char *const formulas[] = { "=1+1", "@SUM(A1)", "+1+1", "-1-1", "-", "+", "-1.", "-1.2.3", "+cmd", "=",
                                            "-1 " };
    struct buf b = { 0 };
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        assert_string_equal(written(&b, numbers[i]), numbers[i]);
    for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++) {
        const char *got = written(&b, formulas[i]);
        assert_int_equal(got[got[0] == '"'], '\'');
    }
    assert_string_equal(written(&b, "\tx"), "\"'\tx\"");
    assert_string_equal(written(&b, "\rx"), "\"'\rx\"");
    buf_free(&b);
}

/* Whatever is written comes back the same, but for the guard. */
static void test_csv_what_is_written_is_read_back(void **state)
{
    static const char *const pieces[] = { "a", "\"", ",", "\n", "\r\n", " ", "\xC3\xA9", ";", "\t", "'", "b" };
    uint64_t x = 88172645463325252u; /* xorshift */
    (void)state;
    for (int n = 0; n < 500; n++) {
        struct seen s = { 0 };
        struct buf b = { 0 }, value = { 0 }, want = { 0 };
        buf_puts(&value, "v");
        for (int i = 0; i < 12; i++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            buf_puts(&value, pieces[x % (sizeof pieces / sizeof *pieces)]);
        }
        buf_puts(&b, "card,note\n1,");
        csv_write_field(&b, buf_str(&value));
        buf_puts(&b, "\n2,");
        csv_write_field(&b, buf_str(&value));
        assert_int_equal(read_text(&s, buf_str(&b), NULL), BM_OK);
        assert_int_equal(s.bad_count, 0);
        buf_printf(&want, "2:1|%s;", buf_str(&value));
        assert_memory_equal(buf_str(&s.text), buf_str(&want), want.len);
        assert_int_equal(s.row_count, 2);
        buf_free(&s.text), buf_free(&b), buf_free(&value), buf_free(&want);
    }
}

/* Real files, where they are: rows of each, none bad. */
static void test_csv_real_files_are_read_whole(void **state)
{
    static const struct {
        const char *file;
        int64_t rows;
    } files[] = { { "patrons.csv", 377 }, { "loans.csv", 486 }, { "holds.csv", 262 } };
    static const struct csv_column card = { "CardNumber", true };
    const char *shared = getenv("BM_SHARED");
    char path[512];
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct seen s = { .column_count = 1 };
        struct csv_sink sink = { .on_row = on_row, .on_bad = on_bad, .ctx = &s };
        struct csv_counts counts;
        snprintf(path, sizeof path, "%s/data/concerto/%s", shared ? shared : "../shared", files[i].file);
        if (access(path, R_OK)) {
            print_message("skipped: %s is not here\n", files[i].file);
            skip();
        }
        assert_int_equal(csv_read_file(path, &card, 1, &sink, &counts), BM_OK);
        assert_int_equal(counts.rows, files[i].rows);
        assert_int_equal(counts.bad_rows, 0);
        buf_free(&s.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_columns_are_found_by_name_in_any_order),
        cmocka_unit_test(test_csv_line_ends_of_every_system_are_read),
        cmocka_unit_test(test_csv_semicolons_and_tabs_are_recognised),
        cmocka_unit_test(test_csv_a_quoted_value_may_hold_line_ends_commas_and_quotes),
        cmocka_unit_test(test_csv_a_missing_required_column_is_named_with_what_was_found),
        cmocka_unit_test(test_csv_a_long_list_of_found_columns_is_cut),
        cmocka_unit_test(test_csv_a_bad_row_is_reported_by_line_and_the_rest_go_on),
        cmocka_unit_test(test_csv_a_quote_never_ended_costs_one_row),
        cmocka_unit_test(test_csv_a_line_over_the_limit_is_passed_over),
        cmocka_unit_test(test_csv_the_callback_can_call_a_row_bad_or_stop),
        cmocka_unit_test(test_csv_a_file_that_is_not_there_or_a_folder_is_said_so),
        cmocka_unit_test(test_csv_a_file_cut_at_any_byte_keeps_its_earlier_rows),
        cmocka_unit_test(test_csv_values_are_quoted_where_needed),
        cmocka_unit_test(test_csv_a_formula_is_disarmed_and_a_number_is_not),
        cmocka_unit_test(test_csv_what_is_written_is_read_back),
        cmocka_unit_test(test_csv_real_files_are_read_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
