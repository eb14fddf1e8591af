/* tests/unit/test_cli.c -- the command line: what is understood, what is refused, what comes
 * out and with which status. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "common/cli.h"

/* --- a program of our own ----------------------------------------------------------------- */

struct seen { /* what the command was given */
    int runs;
    char words[256], colour[64], data[512], staff[64], port[64];
    bool loud;
    int64_t many;
};

static enum bm_rc run_paint(struct cli *cli, const struct cli_args *args)
{
    struct seen *seen = cli->owner;
    seen->runs++;
    for (size_t i = 0; i < args->count; i++) {
        size_t len = strlen(seen->words);
        snprintf(seen->words + len, sizeof seen->words - len, "%s|", args->words[i]);
    }
    if (cli_value(args, "--colour"))
        str_copy(seen->colour, sizeof seen->colour, cli_value(args, "--colour"));
    if (cli_global(cli, "--port"))
        str_copy(seen->port, sizeof seen->port, cli_global(cli, "--port"));
    if (cli->staff) str_copy(seen->staff, sizeof seen->staff, cli->staff);
    str_copy(seen->data, sizeof seen->data, cli->data);
    seen->loud = cli_given(args, "--loud");
    enum bm_rc rc = cli_int(args, "--many", 1, 99, 7, &seen->many);
    if (rc) return rc;
    if (cli->json) {
        struct jsonw w;
        cli_json(cli, &w);
        jsonw_object(&w);
        jsonw_put_text(&w, "first", args->words[0]);
        jsonw_object_end(&w);
        return cli_json_end(cli, &w);
    }
    cli_print(cli, "painted %s\n", args->words[0]);
    return BM_OK;
}

static enum bm_rc run_fail(struct cli *cli, const struct cli_args *args)
{
    if (!cli->json) {
        cli_print(cli, "half an answer\n");
    } else {
        struct jsonw w;
        cli_json(cli, &w);
        jsonw_array(&w);
        jsonw_text(&w, "half");
    }
    if (strcmp(args->words[0], "told") == 0) {
        if (!cli->json) return cli_told(cli, BM_EREFUSED);
        buf_clear(&cli->out);
        buf_puts(&cli->out, "[1]\n");
        return cli_told(cli, BM_EREFUSED);
    }
    if (strcmp(args->words[0], "missing") == 0)
        return err_set(BM_ENOTFOUND, "no such pot; look in the cupboard");
    return err_set(BM_ECORRUPT, "the pot leaks; run verify");
}

static enum bm_rc run_list(struct cli *cli, const struct cli_args *args)
{
    (void)args;
    struct cli_table t;
    cli_table(&t, &cli->arena, "NAME", ">NUM", "NOTE", NULL);
    cli_table_row(&t, "Ame\xCC\x81lie", "5", "x");
    cli_table_row(&t, "Zo\xC3\xAB \xE2\x82\xAC", "1234", NULL);
    cli_table_row(&t, "\033[31mred\nand blue", "7", "\xC2\x9Bq\xFF\x7F");
    return cli_table_end(cli, &t);
}

static const struct cli_option paint_options[] = {
    { "--colour", "NAME", "colour of the paint" },
    { "--many", "N", "coats" },
    { "--loud", NULL, "sing" },
    { NULL, NULL, NULL },
};
static const struct cli_option program_options[] = { { "--port", "N", "port" },
                                                     { NULL, NULL, NULL } };
static const struct cli_command commands[] = {
    { "Walls", "paint", "WALL [WALL]", "paint a wall",
      "Paint one wall or two. A backslash \\ and a long line that "
      "has to be broken somewhere, because it goes on past the eightieth column of the screen.",
      paint_options, 1, 2, run_paint },
    { "Pots", "pot empty", "HOW", "empty a pot", ".dots are kept", NULL, 1, 1, run_fail },
    { "Pots", "pot fill", "", "fill a pot", "Fill it.", NULL, 0, 0, run_list },
    { 0 },
};
static const struct cli_command more_commands[] = {
    { "Walls", "look", "", "look at it", "", NULL, 0, 0, run_list },
    { 0 },
};
static const struct cli_command *const tables[] = { commands, more_commands, NULL };
static const struct cli_program painter = {
    .name = "painter",
    .version = "1.2",
    .brief = "paint walls",
    .about = "Paints walls.",
    .data_env = "PAINTER_DATA",
    .tables = tables,
    .options = program_options,
};

/* --- running it --------------------------------------------------------------------------- */

struct run {
    struct seen seen;
    char *out, *err;
    size_t out_len, err_len;
    int status;
};

static void run(struct run *r, const char *const *args)
{
    char *argv[64] = { NULL };
    int argc = 0;
    char name[] = "painter";
    argv[argc++] = name;
    for (; args[argc - 1]; argc++) argv[argc] = strdup(args[argc - 1]);
    *r = (struct run){ .status = -1 };
    FILE *to = open_memstream(&r->out, &r->out_len),
         *err = open_memstream(&r->err, &r->err_len);
    r->status = cli_main_with(&painter, &r->seen, argc, argv, stdin, to, err);
    fclose(to);
    fclose(err);
    for (int i = 1; i < argc; i++) free(argv[i]);
}

static void done(struct run *r)
{
    free(r->out);
    free(r->err);
}

#define RUN(r, ...) run(r, (const char *const[]){ __VA_ARGS__, NULL })

static void expect_usage(const char *const *args, const char *message)
{
    struct run r;
    run(&r, args);
    if (r.status != 2 || !strstr(r.err, message) || r.out_len != 0 || r.seen.runs)
        fail_msg("status %d, err `%s`, out `%s`, wanted 2 and `%s`", r.status, r.err, r.out,
                 message);
    assert_memory_equal(r.err, "painter: ", 9);
    done(&r);
}
#define EXPECT_USAGE(message, ...)                                                             \
    expect_usage((const char *const[]){ __VA_ARGS__, NULL }, message)

/* --- facts -------------------------------------------------------------------------------- */

static void test_cli_options_stand_before_between_and_after_arguments(void **state)
{
    (void)state;
    struct run r;
    RUN(&r, "--data", "/d", "paint", "north", "--colour", "red", "--loud", "south", "--many=3",
        "--staff=ann", "--port", "80");
    assert_int_equal(r.status, 0);
    assert_string_equal(r.seen.words, "north|south|");
    assert_string_equal(r.seen.colour, "red");
    assert_string_equal(r.seen.data, "/d");
    assert_string_equal(r.seen.staff, "ann");
    assert_string_equal(r.seen.port, "80");
    assert_true(r.seen.loud);
    assert_int_equal(r.seen.many, 3);
    assert_string_equal(r.out, "painted north\n");
    assert_string_equal(r.err, "");
    done(&r);
    RUN(&r, "paint", "--data=/d", "--", "--colour", "-x");
    assert_int_equal(r.status, 0);
    assert_string_equal(r.seen.words, "--colour|-x|");
    assert_string_equal(r.seen.colour, "");
    assert_int_equal(r.seen.many, 7);
    done(&r);
    RUN(&r, "paint", "--data=/d", "-", "-5");
    assert_string_equal(r.seen.words, "-|-5|");
    done(&r);
    RUN(&r, "paint", "--data=/d", "--colour=", "x");
    assert_int_equal(r.status, 0);
    done(&r);
}

static void test_cli_wrong_usage_is_refused_with_a_hint(void **state)
{
    (void)state;
    EXPECT_USAGE("there is no command zzzzzz; see `painter --help`", "zzzzzz");
    EXPECT_USAGE("did you mean `painter paint`?", "pant", "x");
    EXPECT_USAGE("did you mean `painter pot empty`?", "pot", "emty", "x");
    EXPECT_USAGE("pot needs another word; see `painter pot --help`", "pot");
    EXPECT_USAGE("paint has no option --color; see `painter paint --help`", "paint", "--color",
                 "red", "x");
    EXPECT_USAGE("unknown option --colour before the command", "--colour", "red", "paint", "x");
    EXPECT_USAGE("paint needs WALL [WALL]", "paint");
    EXPECT_USAGE("no more than 2 arguments (`c` is too much)", "paint", "a", "b", "c");
    EXPECT_USAGE("no more than 0 arguments", "pot", "fill", "x");
    EXPECT_USAGE("--colour takes a value: NAME", "paint", "x", "--colour");
    EXPECT_USAGE("--loud takes no value", "paint", "x", "--loud=yes");
    EXPECT_USAGE("--loud is given twice", "paint", "x", "--loud", "--loud");
    EXPECT_USAGE("--staff takes 1 to 64 bytes", "paint", "x", "--staff", "");
    EXPECT_USAGE("argument 1 is not UTF-8", "paint", "a\xFF");
    EXPECT_USAGE("the value of --colour is not UTF-8", "paint", "a", "--colour=\xC3");
    EXPECT_USAGE("no option -?[31m", "paint", "-\033[31m");
}

static void test_cli_no_command_at_all_is_wrong_usage(void **state)
{
    (void)state;
    struct run r;
    run(&r, (const char *const[]){ NULL });
    assert_int_equal(r.status, 2);
    assert_non_null(strstr(r.err, "`painter --help` lists the commands"));
    done(&r);
}

static void test_cli_numbers_out_of_range_are_wrong_usage(void **state)
{
    (void)state;
    static const char *const bad[] = { "0",   "100", "x", "", "1x", "9999999999999999999999",
                                       "1.5", " 1" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct run r;
        RUN(&r, "paint", "--data", "/d", "x", "--many", bad[i]);
        assert_int_equal(r.status, 2);
        assert_non_null(strstr(r.err, "--many takes a whole number from 1 to 99"));
        done(&r);
    }
}

static void test_cli_exit_status_follows_the_code(void **state)
{
    (void)state;
    struct run r;
    RUN(&r, "pot", "empty", "missing", "--data", "/d");
    assert_int_equal(r.status, 1);
    assert_string_equal(r.err, "painter: no such pot; look in the cupboard\n");
    assert_string_equal(r.out, "half an answer\n");
    done(&r);
    RUN(&r, "pot", "empty", "leak", "--data", "/d");
    assert_int_equal(r.status, 3);
    done(&r);
    RUN(&r, "pot", "empty", "told", "--data", "/d");
    assert_int_equal(r.status, 1);
    assert_string_equal(r.err, "");
    assert_string_equal(r.out, "half an answer\n");
    done(&r);
}

static void expect_json(struct run *r, const char *key, const char *value)
{
    json_t *read = json_loads(r->out, 0, NULL); /* one value and nothing behind it */
    if (!read) fail_msg("not one JSON value: `%s`", r->out);
    assert_string_equal(json_string_value(json_object_get(read, key)), value);
    json_decref(read);
    done(r);
}

static void test_cli_json_is_always_one_value(void **state)
{
    (void)state;
    struct run r;
    RUN(&r, "--json", "paint", "no\"rth", "--data", "/d");
    assert_int_equal(r.status, 0);
    expect_json(&r, "first", "no\"rth");
    RUN(&r, "pot", "empty", "leak", "--json", "--data", "/d");
    assert_int_equal(r.status, 3);
    assert_string_equal(r.err, "painter: the pot leaks; run verify\n");
    expect_json(&r, "error", "ecorrupt");
    RUN(&r, "pot", "empty", "told", "--json", "--data", "/d");
    assert_int_equal(r.status, 1);
    assert_string_equal(r.out, "[1]\n");
    done(&r);
    RUN(&r, "nonsense", "--json"); /* wrong usage, told before --json was reached */
    assert_int_equal(r.status, 2);
    expect_json(&r, "error", "eusage");
    RUN(&r, "--version", "--json");
    expect_json(&r, "version", "1.2");
    RUN(&r, "paint", "--", "--json");
    assert_string_equal(r.out, "painted --json\n");
    done(&r);
}

static void test_cli_help_comes_from_the_table(void **state)
{
    (void)state;
    struct run r;
    RUN(&r, "--help");
    assert_int_equal(r.status, 0);
    const char *walls = strstr(r.out, "\nWalls:\n"), *pots = strstr(r.out, "\nPots:\n");
    assert_true(walls && pots && walls < pots);
    assert_null(strstr(walls + 1, "\nWalls:\n"));
    assert_true(strstr(r.out, "  look ") <
                pots); /* a group is one, though its commands stand in two tables */
    assert_non_null(strstr(r.out, "--port N"));
    assert_non_null(strstr(r.out, "3  fault of the system"));
    for (const char *line = r.out; *line; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= 80);
    done(&r);
    static const char *const ways[][3] = { { "paint", "--help", NULL },
                                           { "help", "paint", NULL },
                                           { "--help", "paint", NULL } };
    for (int i = 0; i < 3; i++) {
        RUN(&r, ways[i][0], ways[i][1]);
        assert_int_equal(r.status, 0);
        assert_memory_equal(r.out, "Usage: painter paint [OPTION...] WALL [WALL]\n", 45);
        assert_non_null(strstr(r.out, "--colour NAME"));
        assert_non_null(strstr(r.out, "Exit status:"));
        assert_int_equal(r.seen.runs, 0);
        done(&r);
    }
    RUN(&r, "pot", "--help");
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, "pot empty"));
    assert_null(strstr(r.out, "paint a wall"));
    done(&r);
    RUN(&r, "pot", "fill", "-h");
    assert_memory_equal(r.out, "Usage: painter pot fill\n", 24);
    done(&r);
    RUN(&r, "look", "--help"); /* has no more to say than the list */
    assert_non_null(strstr(r.out, "Usage: painter look\n\nlook at it\n"));
    done(&r);
    RUN(&r, "help", "cellar");
    assert_int_equal(r.status, 2);
    done(&r);
    RUN(&r, "paint", "--help", "--json");
    json_t *read = json_loads(r.out, 0, NULL);
    assert_non_null(read);
    json_decref(read);
    done(&r);
}

static void test_cli_manual_names_every_command_and_option(void **state)
{
    (void)state;
    struct run r;
    RUN(&r, "help", "--man");
    assert_int_equal(r.status, 0);
    assert_memory_equal(r.out, ".TH PAINTER 1", 13);
    static const char *const wanted[] = {
        ".SS \"paint\"",         ".SS \"pot empty\"",
        ".SS \"look\"",          "\\fB\\-\\-colour\\fR \\fINAME\\fR",
        "\\fB\\-\\-json\\fR",    "A backslash \\e and",
        "\n\\&.dots are kept\n", ".SH \"EXIT STATUS\"",
        "PAINTER_DATA"
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!strstr(r.out, wanted[i])) fail_msg("`%s` is not in the manual", wanted[i]);
    done(&r);
}

static void test_cli_tables_line_up_and_control_characters_are_not_printed(void **state)
{
    (void)state;
    struct run r;
    RUN(&r, "look", "--data", "/d");
    assert_int_equal(r.status, 0);
    assert_string_equal(r.out, "NAME                NUM  NOTE\n"
                               "Ame\xCC\x81lie                5  x\n"
                               "Zo\xC3\xAB \xE2\x82\xAC              1234  \n"
                               "?[31mred and blue     7  ??q??\n");
    done(&r);
    assert_int_equal(cli_width("Ame\xCC\x81lie"), 6);
    assert_int_equal(cli_width(""), 0);
    assert_int_equal(cli_width("\xF0\x9F\x93\x9Ax"), 2);
    assert_int_equal(cli_width("\xE2"), 1); /* cut off: nothing is read past the end */
}

static void test_cli_data_directory_is_found_where_it_belongs(void **state)
{
    (void)state;
    char out[CLI_PATH_MAX];
    unsetenv("PAINTER_DATA");
    setenv("HOME", "/somewhere/ann", 1);
    setenv("XDG_DATA_HOME", "relative/is/no/good", 1);
    assert_int_equal(cli_data_dir(&painter, true, out, sizeof out), BM_OK);
    assert_string_equal(out, "/var/lib/painter");
    assert_int_equal(cli_data_dir(&painter, false, out, sizeof out), BM_OK);
    assert_string_equal(out, "/somewhere/ann/.local/share/painter");
    setenv("XDG_DATA_HOME", "/xdg", 1);
    assert_int_equal(cli_data_dir(&painter, false, out, sizeof out), BM_OK);
    assert_string_equal(out, "/xdg/painter");
    setenv("PAINTER_DATA", "/own", 1);
    assert_int_equal(cli_data_dir(&painter, true, out, sizeof out), BM_OK);
    assert_string_equal(out, "/own");
    assert_int_equal(cli_data_dir(&painter, true, out, 4), BM_EUSAGE);
    struct run r;
    RUN(&r, "paint", "x");
    assert_string_equal(r.seen.data, "/own");
    done(&r);
    unsetenv("PAINTER_DATA");
    unsetenv("XDG_DATA_HOME");
    unsetenv("HOME");
    assert_int_equal(cli_data_dir(&painter, false, out, sizeof out), BM_EUSAGE);
    setenv("HOME", "/root", 1);
    char longest[CLI_PATH_MAX + 8];
    memset(longest, 'x', sizeof longest);
    longest[CLI_PATH_MAX - 1] = '\0';
    RUN(&r, "paint", "x", "--data", longest);
    assert_int_equal(r.status, 0);
    done(&r);
    longest[CLI_PATH_MAX - 1] = 'x';
    longest[CLI_PATH_MAX] = '\0';
    EXPECT_USAGE("--data takes a path", "paint", "x", "--data", longest);
    EXPECT_USAGE("--data takes a path", "paint", "x", "--data", "");
}

static void test_cli_standard_output_that_takes_nothing_is_a_fault(void **state)
{
    (void)state;
    FILE *to = fopen("/dev/full", "w");
    if (!to) skip();
    struct seen seen = { 0 };
    char *text = NULL;
    size_t len = 0;
    FILE *err = open_memstream(&text, &len);
    char a0[] = "painter", a1[] = "look", a2[] = "--data=/d";
    char *argv[] = { a0, a1, a2, NULL };
    assert_int_equal(cli_main_with(&painter, &seen, 3, argv, stdin, to, err), 3);
    fclose(err);
    assert_non_null(strstr(text, "standard output"));
    free(text);
    fclose(to);
}

static void test_cli_more_arguments_than_allowed_are_refused(void **state)
{
    (void)state;
    static char *argv[CLI_WORDS_MAX + 2];
    char word[] = "x";
    for (int i = 0; i <= CLI_WORDS_MAX; i++) argv[i] = word;
    char *text = NULL;
    size_t len = 0;
    FILE *err = open_memstream(&text, &len);
    assert_int_equal(cli_main_with(&painter, NULL, CLI_WORDS_MAX + 1, argv, stdin, stdout, err),
                     2);
    fclose(err);
    assert_non_null(strstr(text, "more than 4096 arguments"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cli_options_stand_before_between_and_after_arguments),
        cmocka_unit_test(test_cli_wrong_usage_is_refused_with_a_hint),
        cmocka_unit_test(test_cli_no_command_at_all_is_wrong_usage),
        cmocka_unit_test(test_cli_numbers_out_of_range_are_wrong_usage),
        cmocka_unit_test(test_cli_exit_status_follows_the_code),
        cmocka_unit_test(test_cli_json_is_always_one_value),
        cmocka_unit_test(test_cli_help_comes_from_the_table),
        cmocka_unit_test(test_cli_manual_names_every_command_and_option),
        cmocka_unit_test(test_cli_tables_line_up_and_control_characters_are_not_printed),
        cmocka_unit_test(test_cli_data_directory_is_found_where_it_belongs),
        cmocka_unit_test(test_cli_standard_output_that_takes_nothing_is_a_fault),
        cmocka_unit_test(test_cli_more_arguments_than_allowed_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
