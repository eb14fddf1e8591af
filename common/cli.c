/* common/cli.c -- see cli.h. Parsing first, then printing, then a run from end to end. */
#include "common/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cli_help.h"

/* Where parsing stands. */
struct parse {
    struct cli *cli;
    const struct cli_command *command; /* NULL until its name was read */
    struct cli_args args;
    const char **words;
    const char *common[CLI_OPTIONS_MAX]; /* values of cli_common_options */
    bool words_only;                     /* after `--` */
};

/* --- options ------------------------------------------------------------------------------ */

static const char **find_option(const struct cli_option *table, const char **values,
                                const char *name, size_t len, const struct cli_option **out)
{
    for (size_t i = 0; table && table[i].name; i++) {
        bm_assert(i < CLI_OPTIONS_MAX);
        if (strlen(table[i].name) != len || memcmp(table[i].name, name, len) != 0) continue;
        *out = &table[i];
        return &values[i];
    }
    return NULL;
}

static const char *value_in(const struct cli_option *table, const char *const *values,
                            const char *name)
{
    size_t i = 0;
    while (table && table[i].name && strcmp(table[i].name, name) != 0) i++;
    bm_assert(table && table[i].name);
    return table && table[i].name ? values[i] : NULL;
}

const char *cli_value(const struct cli_args *args, const char *name)
{
    return value_in(args->command->options, args->values, name);
}

bool cli_given(const struct cli_args *args, const char *name)
{
    return cli_value(args, name) != NULL;
}

const char *cli_global(const struct cli *cli, const char *name)
{
    return value_in(cli->program->options, cli->global_values, name);
}

enum bm_rc cli_int(const struct cli_args *args, const char *name, int64_t min, int64_t max,
                   int64_t otherwise, int64_t *out)
{
    const char *text = cli_value(args, name);
    *out = otherwise;
    if (!text || str_to_i64(text, min, max, out)) return BM_OK;
    return err_set(BM_EUSAGE, "%s takes a whole number from %lld to %lld", name, (long long)min,
                   (long long)max);
}

static enum bm_rc unknown_option(const struct parse *p, const char *arg, size_t len)
{
    const char *name = p->cli->program->name;
    if (!p->command)
        return err_set(BM_EUSAGE, "unknown option %.*s before the command; see `%s --help`",
                       (int)len, arg, name);
    return err_set(BM_EUSAGE, "%s has no option %.*s; see `%s %s --help`", p->command->name,
                   (int)len, arg, name, p->command->name);
}

/* Read the option at argv[at]. out: *used, how many arguments it took */
static enum bm_rc read_option(struct parse *p, char **argv, int left, int *used)
{
    const char *arg = strcmp(argv[0], "-h") == 0 ? "--help" : argv[0];
    size_t len = strcspn(arg, "=");
    const struct cli_option *option = NULL;
    const char **slot = NULL;
    if (p->command) slot = find_option(p->command->options, p->args.values, arg, len, &option);
    if (!slot)
        slot = find_option(p->cli->program->options, p->cli->global_values, arg, len, &option);
    if (!slot) slot = find_option(cli_common_options, p->common, arg, len, &option);
    if (!slot) return unknown_option(p, arg, len > CLI_NAME_MAX ? CLI_NAME_MAX : len);
    if (*slot) return err_set(BM_EUSAGE, "%s is given twice", option->name);
    *used = 1;
    if (!option->value) {
        if (arg[len] == '=') return err_set(BM_EUSAGE, "%s takes no value", option->name);
        *slot = "";
    } else if (arg[len] == '=') {
        *slot = arg + len + 1;
    } else {
        if (left < 2)
            return err_set(BM_EUSAGE, "%s takes a value: %s", option->name, option->value);
        *slot = argv[1];
        *used = 2;
    }
    if (!utf8_valid(*slot, strlen(*slot)))
        return err_set(BM_EUSAGE, "the value of %s is not UTF-8", option->name);
    return BM_OK;
}

/* A lone dash is a word (standard input, by custom), and so is a number below nought. */
static bool is_option(const char *arg)
{
    return arg[0] == '-' && arg[1] != '\0' && !(arg[1] >= '0' && arg[1] <= '9');
}

/* --- commands ----------------------------------------------------------------------------- */

static enum bm_rc unknown_command(const struct parse *p, const char *const *words, size_t count)
{
    const struct cli_program *program = p->cli->program;
    if (cli_is_family(program, words[0]) && count == 1)
        return err_set(BM_EUSAGE, "%s needs another word; see `%s %s --help`", words[0],
                       program->name, words[0]);
    const char *guess = cli_guess(program, words, count);
    if (guess)
        return err_set(BM_EUSAGE, "there is no command %.*s; did you mean `%s %s`?",
                       CLI_NAME_MAX, words[0], program->name, guess);
    return err_set(BM_EUSAGE, "there is no command %.*s; see `%s --help`", CLI_NAME_MAX,
                   words[0], program->name);
}

/* Read the command's name at argv[0]. */
static enum bm_rc read_command(struct parse *p, char **argv, int left, int *used)
{
    const char *words[2] = { argv[0], left > 1 && !is_option(argv[1]) ? argv[1] : NULL };
    size_t count = words[1] ? 2 : 1, n = 0;
    p->command = cli_find_command(p->cli->program, words, count, &n);
    p->args.command = p->command;
    *used = (int)n;
    if (p->command) return BM_OK;
    bool help = false; /* `hold --help` lists its family */
    for (int i = 0; i < left; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) help = true;
    if (!help || !cli_is_family(p->cli->program, words[0]))
        return unknown_command(p, words, count);
    p->command = p->args.command = cli_help_commands;
    p->words[p->args.count++] = argv[0];
    *used = 1;
    return BM_OK;
}

static enum bm_rc read_arguments(struct parse *p, int argc, char **argv)
{
    for (int i = 1, used = 1; i < argc; i += used) {
        enum bm_rc rc = BM_OK;
        used = 1;
        if (!p->words_only && strcmp(argv[i], "--") == 0)
            p->words_only = true;
        else if (!p->words_only && is_option(argv[i]))
            rc = read_option(p, argv + i, argc - i, &used);
        else if (!p->command)
            rc = read_command(p, argv + i, argc - i, &used);
        else
            p->words[p->args.count++] = argv[i];
        if (rc) return rc;
    }
    return BM_OK;
}

static enum bm_rc check_id(const char *name, const char *id)
{
    if (!id) return BM_OK;
    if (*id && strlen(id) <= CLI_ID_MAX) return BM_OK;
    return err_set(BM_EUSAGE, "%s takes 1 to %d bytes", name, CLI_ID_MAX);
}

static enum bm_rc check_arguments(struct parse *p)
{
    const struct cli_command *c = p->command;
    const char *program = p->cli->program->name;
    if (p->args.count < c->min)
        return err_set(BM_EUSAGE, "%s needs %s; see `%s %s --help`", c->name, c->args, program,
                       c->name);
    if (p->args.count > c->max)
        return err_set(
            BM_EUSAGE,
            "%s takes no more than %zu argument%s (`%.*s` is too much); see `%s %s --help`",
            c->name, c->max, c->max == 1 ? "" : "s", CLI_NAME_MAX, p->words[c->max], program,
            c->name);
    for (size_t i = 0; i < p->args.count; i++)
        if (!utf8_valid(p->words[i], strlen(p->words[i])))
            return err_set(BM_EUSAGE, "argument %zu is not UTF-8", i + 1);
    return BM_OK;
}

static enum bm_rc take_common(struct parse *p)
{
    struct cli *cli = p->cli;
    const char *data = value_in(cli_common_options, p->common, "--data");
    cli->staff = value_in(cli_common_options, p->common, "--staff");
    cli->request = value_in(cli_common_options, p->common, "--request");
    cli->quiet = value_in(cli_common_options, p->common, "--quiet") != NULL;
    enum bm_rc rc = check_id("--staff", cli->staff);
    if (!rc) rc = check_id("--request", cli->request);
    if (rc || p->command == cli_help_commands) return rc;
    if (!data) return cli_data_dir(cli->program, geteuid() == 0, cli->data, sizeof cli->data);
    if (*data && str_copy(cli->data, sizeof cli->data, data)) return BM_OK;
    return err_set(BM_EUSAGE, "--data takes a path of 1 to %d bytes", CLI_PATH_MAX - 1);
}

enum bm_rc cli_data_dir(const struct cli_program *program, bool root, char *out, size_t size)
{
    const char *own = getenv(program->data_env), *xdg = getenv("XDG_DATA_HOME"),
               *home = getenv("HOME");
    int n;
    if (own && *own)
        n = snprintf(out, size, "%s", own);
    else if (root)
        n = snprintf(out, size, "/var/lib/%s", program->name);
    else if (xdg && *xdg == '/')
        n = snprintf(out, size, "%s/%s", xdg, program->name);
    else if (home && *home == '/')
        n = snprintf(out, size, "%s/.local/share/%s", home, program->name);
    else
        return err_set(BM_EUSAGE, "no home directory to keep data in; say --data DIR");
    return n >= 0 && (size_t)n < size
               ? BM_OK
               : err_set(BM_EUSAGE,
                         "the path of the data directory is too long; say --data DIR");
}

/* --- printing ----------------------------------------------------------------------------- */

/* Bytes of the printable character at s; 0 = control character or not UTF-8. */
static size_t shown_len(const char *s)
{
    unsigned char c = (unsigned char)s[0];
    if (c < 0x80) return c >= 0x20 && c != 0x7F;
    size_t len = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    for (size_t i = 1; i < len; i++)
        if (((unsigned char)s[i] & 0xC0) != 0x80) return 0;
    bool c1 =
        c == 0xC2 && (unsigned char)s[1] < 0xA0; /* U+0080 to U+009F: terminals obey them too */
    return utf8_valid(s, len) && !c1 ? len : 0;
}

/* C3: what stands in a title must not move the cursor. */
static void put_shown(struct buf *out, const char *text)
{
    while (*text) {
        size_t len = *text == '\n' ? 1 : shown_len(text);
        buf_put(out, len ? text : "?", len ? len : 1);
        text += len ? len : 1;
    }
}

static void vprint(struct buf *out, const char *fmt, va_list ap) BM_PRINTF(2, 0);
static void vprint(struct buf *out, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *text = n < 0 ? NULL : malloc((size_t)n + 1);
    if (!text) {
        out->rc = err_set(BM_ENOMEM, "out of memory");
        return;
    }
    vsnprintf(text, (size_t)n + 1, fmt, ap);
    put_shown(out, text);
    free(text);
}

void cli_print(struct cli *cli, const char *fmt, ...)
{
    va_list ap;
    bm_assert(!cli->json); /* C2 */
    va_start(ap, fmt);
    vprint(&cli->out, fmt, ap);
    va_end(ap);
    if (cli->out.len > CLI_SHOWN_MAX && !cli->written) cli->written = cli_flush(cli);
}

enum bm_rc cli_flush(struct cli *cli)
{
    if (cli->json) return BM_OK;
    enum bm_rc rc = cli->written ? cli->written : buf_rc(&cli->out);
    if (!rc && cli->out.len) {
        size_t n = fwrite(cli->out.data, 1, cli->out.len, cli->to);
        if (n != cli->out.len || fflush(cli->to) != 0)
            rc = cli->written = err_set(BM_EIO, "standard output: %s", strerror(errno));
    }
    buf_clear(&cli->out);
    return rc;
}

void cli_json(struct cli *cli, struct jsonw *w)
{
    bm_assert(cli->json && cli->out.len == 0);
    jsonw_init(w, &cli->out);
}

enum bm_rc cli_json_end(struct cli *cli, struct jsonw *w)
{
    enum bm_rc rc = jsonw_rc(w);
    if (!rc) buf_putc(&cli->out, '\n');
    return rc ? rc : buf_rc(&cli->out);
}

/* A line on standard error; a progress line that stands there stays above it. */
static void say(struct cli *cli, const char *before, const char *text)
{
    struct buf line = { 0 };
    if (cli->progress >= 0) fputc('\n', cli->err);
    cli->progress = -1;
    put_shown(&line, before);
    put_shown(&line, text);
    fprintf(cli->err, "%s: %s\n", cli->program->name, buf_str(&line));
    buf_free(&line);
}

void cli_note(struct cli *cli, const char *fmt, ...)
{
    struct buf text = { 0 };
    va_list ap;
    if (cli->quiet) return;
    va_start(ap, fmt);
    vprint(&text, fmt, ap);
    va_end(ap);
    say(cli, "", buf_str(&text));
    buf_free(&text);
}

enum bm_rc cli_told(struct cli *cli, enum bm_rc rc)
{
    bm_assert(rc != BM_OK);
    cli->told = true;
    return rc;
}

void cli_progress(struct cli *cli, const char *label, int64_t done, int64_t total)
{
    enum { STEP_UNKNOWN = 1000 }; /* shown each so many, if nobody knows how many there are */
    bm_assert(done >= 0 && total >= 0);
    if (cli->quiet || !isatty(fileno(cli->err))) return;
    bool end = total > 0 && done >= total;
    int percent = total > 0 ? (int)((double)done * 100.0 / (double)total) : 0;
    if (percent == cli->progress && !end && (total > 0 || done % STEP_UNKNOWN)) return;
    if (total > 0)
        fprintf(cli->err, "\r%s: %lld of %lld (%d %%)", label, (long long)done,
                (long long)total, percent);
    else
        fprintf(cli->err, "\r%s: %lld", label, (long long)done);
    if (end) fputc('\n', cli->err);
    fflush(cli->err);
    cli->progress = end ? -1 : percent;
}

/* --- a run -------------------------------------------------------------------------------- */

static void print_version(struct cli *cli)
{
    struct jsonw w;
    if (!cli->json) {
        cli_print(cli, "%s %s\n", cli->program->name, cli->program->version);
        return;
    }
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "program", cli->program->name);
    jsonw_put_text(&w, "version", cli->program->version);
    jsonw_object_end(&w);
    if (cli_json_end(cli, &w)) bm_assert(cli->out.rc); /* sticks; told at the end */
}

/* `CMD --help` is `help CMD`. */
static void turn_to_help(struct parse *p)
{
    const struct cli_command *asked = p->command;
    if (asked == cli_help_commands) return;
    p->args = (struct cli_args){ .command = cli_help_commands, .words = p->words };
    p->command = cli_help_commands;
    if (!asked) return;
    char *name = arena_strdup(&p->cli->arena, asked->name);
    for (char *rest = name; rest;) p->words[p->args.count++] = strsep(&rest, " ");
}

static enum bm_rc parse_and_run(struct parse *p, int argc, char **argv)
{
    struct cli *cli = p->cli;
    enum bm_rc rc = BM_OK;
    if (argc > CLI_WORDS_MAX)
        return err_set(BM_EUSAGE, "more than %d arguments", CLI_WORDS_MAX);
    p->words = ARENA_NEWS(&cli->arena, const char *, CLI_WORDS_MAX);
    if (!p->words) return BM_ENOMEM;
    p->args.words = p->words;
    if ((rc = read_arguments(p, argc, argv))) return rc;
    if (value_in(cli_common_options, p->common, "--version")) return print_version(cli), BM_OK;
    if (value_in(cli_common_options, p->common, "--help")) turn_to_help(p);
    if (!p->command)
        return err_set(BM_EUSAGE, "say what to do; `%s --help` lists the commands",
                       cli->program->name);
    if ((rc = check_arguments(p))) return rc;
    if ((rc = take_common(p))) return rc;
    return p->command->run(cli, &p->args);
}

static void print_error(struct cli *cli, enum bm_rc rc)
{
    struct jsonw w;
    say(cli, "", err_text(rc));
    if (!cli->json) return;
    buf_clear(&cli->out); /* C2: half an answer is none */
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "error", err_name(rc));
    jsonw_put_text(&w, "message", err_text(rc));
    jsonw_object_end(&w);
    if (cli_json_end(cli, &w)) buf_clear(&cli->out);
}

/* What is printed goes out, and standard output is asked whether all of it arrived. */
static enum bm_rc finish(struct cli *cli, enum bm_rc rc)
{
    if (!rc || cli->told) {
        enum bm_rc bad = cli->written ? cli->written : buf_rc(&cli->out);
        if (bad) rc = bad, cli->told = false;
    }
    if (rc && !cli->told) {
        if (!cli->json && !cli->written && cli_flush(cli))
            cli->written = BM_EIO; /* what was done before it went wrong */
        print_error(cli, rc);
    }
    cli->json = false; /* from here on bytes are bytes */
    enum bm_rc bad = cli_flush(cli);
    if (bad && bad != rc) print_error(cli, rc = bad);
    return rc;
}

/* Whether errors are to be told as JSON, even those of the arguments themselves. */
static bool asks_for_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0) return true;
    return false;
}

int cli_main_with(const struct cli_program *program, void *owner, int argc, char **argv,
                  FILE *in, FILE *to, FILE *err)
{
    struct cli cli = {
        .program = program, .owner = owner, .in = in, .to = to, .err = err, .progress = -1
    };
    struct parse p = { .cli = &cli };
    bm_assert(program && program->name && program->tables && argc >= 1);
    cli.json = asks_for_json(argc, argv);
    err_clear();
    enum bm_rc rc = finish(&cli, parse_and_run(&p, argc, argv));
    buf_free(&cli.out);
    arena_free(&cli.arena);
    return err_exit_status(rc);
}

int cli_main(const struct cli_program *program, void *owner, int argc, char **argv)
{
    return cli_main_with(program, owner, argc, argv, stdin, stdout, stderr);
}
