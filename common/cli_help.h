/* common/cli_help.h -- inside of cli: what the table of commands says to people, on the screen
 * and in the manual.
 * Floor:   common, only for cli.c.
 * Owns:    nothing; appends to the caller's buf.
 * Invariants: C4.
 * Threads: safe; nothing is kept. */
#ifndef BM_CLI_HELP_H
#define BM_CLI_HELP_H

#include "common/cli.h"

/* Options of every command of every program. */
extern const struct cli_option cli_common_options[];

/* The command `help`, which every program has. */
extern const struct cli_command cli_help_commands[];

/* All tables of a program one after the other, then cli_help_commands. in: at, from 0.
 * ret: NULL = no more */
const struct cli_command *cli_command_at(const struct cli_program *program, size_t at);

/* Append: the list of all commands (or of those whose name begins with the word `first`); one
 * command; the manual. */
void cli_help_list(const struct cli_program *program, const char *first, struct buf *out);
void cli_help_command(const struct cli_program *program, const struct cli_command *command,
                      struct buf *out);
void cli_help_man(const struct cli_program *program, struct buf *out);

/* The command that the words begin with, the longer name first. out: *used, words of its name.
 * ret: NULL = none */
const struct cli_command *cli_find_command(const struct cli_program *program,
                                           const char *const *words, size_t count,
                                           size_t *used);
/* Whether some command's name has more words after this one. */
bool cli_is_family(const struct cli_program *program, const char *word);
/* The command's name nearest to what was typed. ret: NULL = none is near */
const char *cli_guess(const struct cli_program *program, const char *const *words,
                      size_t count);

#endif
