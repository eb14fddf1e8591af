/* common/cli_help.c -- see cli_help.h. Finding commands, then help, then the manual. */
#include "common/cli_help.h"

#include <string.h>

enum {
    WIDTH = 80, /* columns that help is set in */
    OPTION_INDENT = 22,
    GUESS_MAX = 2 /* letters that may be wrong in a name that we still recognise */
};

const struct cli_option cli_common_options[] = {
    { "--data", "DIR", "data directory" },
    { "--json", NULL, "answer with one JSON value on standard output" },
    { "--staff", "ID", "who does it; goes into the entry" },
    { "--request", "ID",
      "id of this request: asked again, it gets the same answer and is not done twice" },
    { "--quiet", NULL, "no notes and no progress on standard error" },
    { "--help", NULL, "this help" },
    { "--version", NULL, "program and version" },
    { NULL, NULL, NULL },
};

static const struct {
    int status;
    const char *words;
} exits[] = {
    { 0, "done" },
    { 1, "refused by a rule, or not found" },
    { 2, "wrong usage" },
    { 3, "fault of the system or of the data" },
};
enum { EXIT_COUNT = sizeof exits / sizeof *exits };

/* --- finding ------------------------------------------------------------------------------ */

const struct cli_command *cli_command_at(const struct cli_program *program, size_t at)
{
    for (size_t t = 0; program->tables[t]; t++)
        for (const struct cli_command *c = program->tables[t]; c->name; c++)
            if (at-- == 0) return c;
    for (const struct cli_command *c = cli_help_commands; c->name; c++)
        if (at-- == 0) return c;
    return NULL;
}

/* Words of the name that the words typed begin with; 0 = not this command. */
static size_t name_match(const char *name, const char *const *words, size_t count)
{
    size_t used = 0;
    for (const char *p = name; *p; used++) {
        size_t len = strcspn(p, " ");
        if (used == count || strlen(words[used]) != len || memcmp(words[used], p, len) != 0)
            return 0;
        p += len + (p[len] == ' ');
    }
    return used;
}

const struct cli_command *cli_find_command(const struct cli_program *program,
                                           const char *const *words, size_t count, size_t *used)
{
    const struct cli_command *best = NULL, *c;
    *used = 0;
    for (size_t i = 0; (c = cli_command_at(program, i)); i++) {
        size_t n = name_match(c->name, words, count);
        if (n > *used) best = c, *used = n;
    }
    return best;
}

static bool begins_with_word(const char *name, const char *word)
{
    size_t len = strlen(word);
    return strncmp(name, word, len) == 0 && (name[len] == ' ' || name[len] == '\0');
}

bool cli_is_family(const struct cli_program *program, const char *word)
{
    const struct cli_command *c;
    for (size_t i = 0; (c = cli_command_at(program, i)); i++)
        if (begins_with_word(c->name, word) && strchr(c->name, ' ')) return true;
    return false;
}

/* Letters to put in, take out or change to make one the other (Levenshtein), two rows at a
 * time. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[2][CLI_NAME_MAX], la = strlen(a), lb = strlen(b);
    if (la >= CLI_NAME_MAX || lb >= CLI_NAME_MAX) return CLI_NAME_MAX;
    for (size_t j = 0; j <= lb; j++) rows[0][j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t *before = rows[(i - 1) & 1], *now = rows[i & 1];
        now[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t change = before[j - 1] + (a[i - 1] != b[j - 1]);
            size_t other = (before[j] < now[j - 1] ? before[j] : now[j - 1]) + 1;
            now[j] = change < other ? change : other;
        }
    }
    return rows[la & 1][lb];
}

const char *cli_guess(const struct cli_program *program, const char *const *words, size_t count)
{
    const char *best = NULL;
    size_t least = GUESS_MAX + 1;
    const struct cli_command *c;
    for (size_t i = 0; count && (c = cli_command_at(program, i)); i++) {
        bm_assert(strlen(c->name) < CLI_NAME_MAX);
        char typed[2 * CLI_NAME_MAX];
        if (strlen(words[0]) >= CLI_NAME_MAX) return NULL;
        str_copy(typed, sizeof typed, words[0]);
        if (strchr(c->name, ' ') && count > 1 && strlen(words[1]) < CLI_NAME_MAX - 1) {
            size_t len = strlen(typed);
            typed[len] = ' ';
            str_copy(typed + len + 1, sizeof typed - len - 1, words[1]);
        }
        size_t d = distance(typed, c->name);
        if (d < least && d < strlen(c->name)) best = c->name, least = d;
    }
    return best;
}

/* --- help on the screen ------------------------------------------------------------------- */

static void pad(struct buf *out, size_t count)
{
    for (size_t i = 0; i < count; i++) buf_putc(out, ' ');
}

/* A paragraph broken into lines; the first begins at column `at`, the others are indented. */
static void put_wrapped(struct buf *out, const char *text, size_t at, size_t indent)
{
    for (bool first = true; *text; first = false) {
        size_t len = strcspn(text, " \n");
        if (!first && at + 1 + len > WIDTH) {
            buf_putc(out, '\n');
            pad(out, indent);
            at = indent;
        } else if (!first) {
            buf_putc(out, ' ');
            at++;
        }
        buf_put(out, text, len);
        at += len;
        text += len + strspn(text + len, " \n");
    }
    buf_putc(out, '\n');
}

static void put_item(struct buf *out, const char *name, const char *value, const char *words)
{
    size_t from = out->len;
    buf_printf(out, "  %s%s%s", name, value ? " " : "", value ? value : "");
    size_t used = out->len - from;
    if (used + 2 > OPTION_INDENT) buf_putc(out, '\n'), used = 0;
    pad(out, OPTION_INDENT - used);
    put_wrapped(out, words, OPTION_INDENT, OPTION_INDENT);
}

static void put_options(struct buf *out, const char *heading, const struct cli_option *options)
{
    if (!options || !options->name) return;
    if (heading) buf_printf(out, "\n%s\n", heading);
    for (const struct cli_option *o = options; o->name; o++)
        put_item(out, o->name, o->value, o->help);
}

static void put_exits(struct buf *out)
{
    buf_puts(out, "\nExit status:\n");
    for (size_t i = 0; i < EXIT_COUNT; i++)
        buf_printf(out, "  %d  %s\n", exits[i].status, exits[i].words);
}

static void put_usage(const struct cli_program *program, const struct cli_command *c,
                      struct buf *out)
{
    buf_printf(out, "%s %s%s%s%s", program->name, c->name, c->options ? " [OPTION...]" : "",
               *c->args ? " " : "", c->args);
}

/* What the command does: at length, or in the words of the list if there is no more to say. */
static const char *told_of(const struct cli_command *c)
{
    return *c->help ? c->help : c->brief;
}

void cli_help_command(const struct cli_program *program, const struct cli_command *c,
                      struct buf *out)
{
    buf_puts(out, "Usage: ");
    put_usage(program, c, out);
    buf_puts(out, "\n\n");
    put_wrapped(out, told_of(c), 0, 0);
    put_options(out, "Options:", c->options);
    put_options(out, "Options of every command:", cli_common_options);
    put_options(out, NULL, program->options);
    put_exits(out);
}

/* Whether a group's heading was seen at an earlier command. */
static bool is_first_of_group(const struct cli_program *program, size_t at, const char *group)
{
    for (size_t i = 0; i < at; i++)
        if (str_eq(cli_command_at(program, i)->group, group)) return false;
    return true;
}

static void list_group(const struct cli_program *program, const char *group, const char *first,
                       struct buf *out)
{
    const struct cli_command *c;
    bool headed = false;
    for (size_t i = 0; (c = cli_command_at(program, i)); i++) {
        if (!str_eq(c->group, group) || (first && !begins_with_word(c->name, first))) continue;
        if (!headed) buf_printf(out, "\n%s:\n", group);
        headed = true;
        put_item(out, c->name, NULL, c->brief);
    }
}

static void list_groups(const struct cli_program *program, const char *first, struct buf *out)
{
    const struct cli_command *c;
    for (size_t i = 0; (c = cli_command_at(program, i)); i++)
        if (is_first_of_group(program, i, c->group)) list_group(program, c->group, first, out);
}

void cli_help_list(const struct cli_program *program, const char *first, struct buf *out)
{
    buf_printf(out, "Usage: %s %s%sCOMMAND [OPTION...] [ARGUMENT...]\n", program->name,
               first ? first : "", first ? " " : "");
    if (!first) {
        buf_putc(out, '\n');
        put_wrapped(out, program->about, 0, 0);
    }
    list_groups(program, first, out);
    if (first) return;
    put_options(out, "Options of every command:", cli_common_options);
    put_options(out, NULL, program->options);
    put_exits(out);
    buf_printf(out, "\n`%s COMMAND --help` tells more of a command.\n", program->name);
}

/* --- the manual page ---------------------------------------------------------------------- */

/* Text for troff: hyphens as typed, backslashes and a line's first dot or quote kept from
 * meaning something. */
static void put_troff(struct buf *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        bool line_start = p == text || p[-1] == '\n';
        if (line_start && (*p == '.' || *p == '\'')) buf_puts(out, "\\&");
        if (*p == '-')
            buf_puts(out, "\\-");
        else if (*p == '\\')
            buf_puts(out, "\\e");
        else
            buf_putc(out, *p);
    }
}

static void put_line(struct buf *out, const char *macro, const char *text)
{
    buf_puts(out, macro);
    put_troff(out, text);
    buf_putc(out, '\n');
}

static void man_options(struct buf *out, const struct cli_option *options)
{
    for (const struct cli_option *o = options; o && o->name; o++) {
        buf_puts(out, ".TP\n\\fB");
        put_troff(out, o->name);
        buf_puts(out, "\\fR");
        if (o->value) buf_puts(out, " \\fI"), put_troff(out, o->value), buf_puts(out, "\\fR");
        buf_putc(out, '\n');
        put_line(out, "", o->help);
    }
}

static void man_command(struct buf *out, const struct cli_program *program,
                        const struct cli_command *c)
{
    buf_puts(out, ".SS \"");
    put_troff(out, c->name);
    buf_puts(out, "\"\n.B ");
    struct buf usage = { 0 };
    put_usage(program, c, &usage);
    put_troff(out, buf_str(&usage));
    if (usage.rc && !out->rc) out->rc = usage.rc;
    buf_free(&usage);
    buf_puts(out, "\n.PP\n");
    put_line(out, "", told_of(c));
    man_options(out, c->options);
}

static void man_places(struct buf *out, const struct cli_program *program)
{
    buf_puts(out, ".SH ENVIRONMENT\n.TP\n.B ");
    put_troff(out, program->data_env);
    buf_puts(out, "\nData directory, if \\-\\-data is not given.\n.SH FILES\n.TP\n");
    buf_printf(out, ".I /var/lib/%s\nData directory of root.\n.TP\n", program->name);
    buf_printf(out,
               ".I ~/.local/share/%s\nData directory of everybody else; $XDG_DATA_HOME/%s if "
               "that is set.\n",
               program->name, program->name);
}

void cli_help_man(const struct cli_program *program, struct buf *out)
{
    char title[CLI_NAME_MAX] = "";
    str_copy(title, sizeof title, program->name);
    for (char *p = title; *p; p++)
        if (*p >= 'a' && *p <= 'z') *p = (char)(*p - 'a' + 'A');
    buf_printf(out, ".TH %s 1 \"\" \"%s %s\" \"User Commands\"\n", title, program->name,
               program->version);
    buf_printf(out, ".SH NAME\n%s \\- %s\n", program->name, program->brief);
    buf_printf(
        out, ".SH SYNOPSIS\n.B %s\n\\fICOMMAND\\fR [\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n",
        program->name);
    buf_puts(out, ".SH DESCRIPTION\n");
    put_line(out, "", program->about);
    const struct cli_command *c, *in;
    for (size_t i = 0; (c = cli_command_at(program, i)); i++) {
        if (!is_first_of_group(program, i, c->group)) continue;
        buf_puts(out, ".SH \"");
        put_troff(out, c->group);
        buf_puts(out, "\"\n");
        for (size_t k = i; (in = cli_command_at(program, k)); k++)
            if (str_eq(in->group, c->group)) man_command(out, program, in);
    }
    buf_puts(out, ".SH \"OPTIONS OF EVERY COMMAND\"\n");
    man_options(out, cli_common_options);
    man_options(out, program->options);
    buf_puts(out, ".SH \"EXIT STATUS\"\n");
    for (size_t i = 0; i < EXIT_COUNT; i++)
        buf_printf(out, ".TP\n.B %d\n%s\n", exits[i].status, exits[i].words);
    man_places(out, program);
}

/* --- the command -------------------------------------------------------------------------- */

static enum bm_rc run_help(struct cli *cli, const struct cli_args *args)
{
    struct buf text = { 0 };
    size_t used = 0;
    const struct cli_command *c =
        cli_find_command(cli->program, args->words, args->count, &used);
    enum bm_rc rc = BM_OK;
    if (cli_given(args, "--man")) {
        cli_help_man(cli->program, &text);
    } else if (args->count == 0) {
        cli_help_list(cli->program, NULL, &text);
    } else if (c && used == args->count) {
        cli_help_command(cli->program, c, &text);
    } else if (args->count == 1 && cli_is_family(cli->program, args->words[0])) {
        cli_help_list(cli->program, args->words[0], &text);
    } else {
        rc = err_set(BM_EUSAGE, "no command of this name; see `%s --help`", cli->program->name);
    }
    if (!rc) rc = buf_rc(&text);
    if (!rc && cli->json) {
        struct jsonw w;
        cli_json(cli, &w);
        jsonw_object(&w);
        jsonw_put_text(&w, "help", buf_str(&text));
        jsonw_object_end(&w);
        rc = cli_json_end(cli, &w);
    } else if (!rc) {
        cli_print(cli, "%s", buf_str(&text));
    }
    buf_free(&text);
    return rc;
}

static const struct cli_option help_options[] = {
    { "--man", NULL, "the manual page, for man(1)" },
    { NULL, NULL, NULL },
};

const struct cli_command cli_help_commands[] = {
    { "Help", "help", "[COMMAND]", "what a command does",
      "Tell what a command does and which options it has; without one, "
      "list them all. The same text as --help.",
      help_options, 0, 2, run_help },
    { 0 },
};
