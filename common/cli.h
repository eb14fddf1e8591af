/* common/cli.h -- the frame of a command line: a table of commands, from which parsing, help
 * and manual all come.
 * Floor:      common. Uses err, mem, jsonw.
 * Owns:       a run's arena and its output, from cli_main's begin to its end.
 * Invariants: C1 exit 0 done, 1 refused by a rule or not found, 2 wrong usage, 3 system or data
 *             fault; C2 with --json standard output holds exactly one JSON value, also after a
 *             failure; C3 no control character that came from data reaches the screen; C4 help,
 *             manual page and parser read the same table.
 * Threads:    one; a command may start threads of its own, which do not print through here.
 * src:        DESIGN 11 */
#ifndef BM_CLI_H
#define BM_CLI_H

#include <stdio.h>

#include "common/jsonw.h"
#include "common/mem.h"

enum {
    CLI_OPTIONS_MAX = 32, /* of one command */
    CLI_WORDS_MAX = 4096, /* arguments of one call */
    CLI_COLUMNS_MAX = 16, /* of a text table */
    CLI_NAME_MAX = 32,    /* bytes of a command's name, with its NUL */
    CLI_PATH_MAX = 400,   /* bytes of the data directory's path, with its NUL */
    CLI_ID_MAX = 64,      /* bytes of --staff and --request */
    CLI_SHOWN_MAX = 65536 /* bytes printed for people that may wait for cli_flush */
};

struct cli;
struct cli_args;

struct cli_option {
    const char *name;  /* "--limit"; NULL ends the table */
    const char *value; /* word for what it takes, "N"; NULL = it takes nothing */
    const char *help;  /* a line, lower case, no full stop */
};

struct cli_command {
    const char *group;                /* heading of the list in --help */
    const char *name;                 /* one or two words: "hold place"; NULL ends the table */
    const char *args;                 /* as in the usage line: "CARD ITEM..." */
    const char *brief;                /* a line for the list */
    const char *help;                 /* a paragraph */
    const struct cli_option *options; /* or NULL */
    size_t min, max;                  /* arguments without options; max 0 with min 0 = none */
    /* ret: as a rule's refusal or fault goes, err_set has been called; see cli_told */
    enum bm_rc (*run)(struct cli *cli, const struct cli_args *args);
};

struct cli_program {
    const char *name, *version; /* "bookmobile", "0.1" */
    const char *brief;          /* a line: "circulation on the bookmobile" */
    const char *about;          /* a paragraph for --help and the manual page */
    const char *data_env;       /* "BOOKMOBILE_DATA" */
    const struct cli_command *const
        *tables; /* NULL ends the list; each table is ended by name NULL */
    const struct cli_option *options; /* of every command of this program, or NULL */
};

/* One call. Borrowed strings live until the command returns. */
struct cli {
    const struct cli_program *program;
    void *owner;         /* the program's */
    struct arena arena;  /* of the call */
    struct buf out;      /* printed, not yet on standard output */
    FILE *in, *to, *err; /* stdin, stdout, stderr; a test's own */
    char data[CLI_PATH_MAX]; /* data directory, as cli_data_dir says */
    const char *staff, *request; /* --staff, --request, or NULL */
    bool json, quiet;
    enum bm_rc written; /* BM_OK, or why standard output cannot be written */
    bool told;          /* what went wrong has been said: print no error, only exit by it */
    int progress;       /* per cent shown last; -1 = no line is on the screen */
    const char *global_values[CLI_OPTIONS_MAX]; /* of program->options */
};

struct cli_args {
    const struct cli_command *command;
    const char *const *words; /* arguments without options */
    size_t count;
    /* In the order of the command's table: NULL = not given, "" = given and takes nothing. */
    const char *values[CLI_OPTIONS_MAX];
};

/* Run a program: parse, run the command, print. in: owner, handed on in struct cli
 * ret: the exit status */
int cli_main(const struct cli_program *program, void *owner, int argc, char **argv);
/* The same with streams of one's own. */
int cli_main_with(const struct cli_program *program, void *owner, int argc, char **argv,
                  FILE *in, FILE *to, FILE *err);

/* An option's value (or "" if it takes none); NULL = not given. name: must be in the command's
 * table */
const char *cli_value(const struct cli_args *args, const char *name);
bool cli_given(const struct cli_args *args, const char *name);
/* The same for one of program->options. */
const char *cli_global(const struct cli *cli, const char *name);
/* A whole number.
 * ret: BM_OK, *out = otherwise if not given | BM_EUSAGE not a number from min to max */
BM_MUST_CHECK enum bm_rc cli_int(const struct cli_args *args, const char *name, int64_t min,
                                 int64_t max, int64_t otherwise, int64_t *out);

/* Print for people; control characters but newline come out as '?'. Nothing is seen before
 * cli_flush, or the end. */
void cli_print(struct cli *cli, const char *fmt, ...) BM_PRINTF(2, 3);
/* Let what was printed be seen now (each act of a long list). With --json: at the end. */
BM_MUST_CHECK enum bm_rc cli_flush(struct cli *cli);
/* Begin the JSON value of this call; end by cli_json_end. Only with --json, once. */
void cli_json(struct cli *cli, struct jsonw *w);
BM_MUST_CHECK enum bm_rc cli_json_end(struct cli *cli, struct jsonw *w);
/* A note beside the answer, on standard error; not with --quiet. */
void cli_note(struct cli *cli, const char *fmt, ...) BM_PRINTF(2, 3);
/* The command has said itself what was wrong, each refusal beside its act; only exit by it.
 * ret: rc, so that `return cli_told(cli, BM_EREFUSED)` reads well */
enum bm_rc cli_told(struct cli *cli, enum bm_rc rc);
/* A line on a terminal's standard error that tells how far a long work is; else nothing.
 * in: total 0 = not known */
void cli_progress(struct cli *cli, const char *label, int64_t done, int64_t total);

/* A table for people: columns as wide as their widest cell. A heading that begins with '>' is
 * for numbers: right. */
struct cli_table {
    struct arena *arena;
    const char *heads[CLI_COLUMNS_MAX];
    size_t columns;
    const char **cells; /* row by row */
    size_t count, cap;
    bool failed; /* out of memory; told by cli_table_end */
};
/* in: headings, NULL ends them */
void cli_table(struct cli_table *t, struct arena *a, ...) __attribute__((sentinel));
/* A row: as many texts as columns (copied; NULL = empty). */
void cli_table_row(struct cli_table *t, ...);
BM_MUST_CHECK enum bm_rc cli_table_end(struct cli *cli, struct cli_table *t);

/* Columns on the screen: code points, without combining marks. */
size_t cli_width(const char *text);
/* Where this machine keeps the program's data, if --data is not given: $data_env, else for root
 * /var/lib/NAME, else
 * $XDG_DATA_HOME/NAME (absolute), else ~/.local/share/NAME. ret: BM_OK | BM_EUSAGE none of
 * these, or too long */
BM_MUST_CHECK enum bm_rc cli_data_dir(const struct cli_program *program, bool root, char *out,
                                      size_t size_bytes);

#endif
