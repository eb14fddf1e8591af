/* sync/commands_trace.c -- see commands.h: what became of one act. */
#include "sync/commands.h"
#include "sync/trace.h"

static enum bm_rc run_trace(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct trace t;
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    rc = trace_at_branch(&b, args->words[0], &cli->arena, &t);
    branch_close(&b);
    return rc ? rc : trace_tell(cli, args->words[0], &t);
}

const struct cli_command commands_trace[] = {
    { "Reports", "trace", "CODE", "what became of an act, by the code on its slip",
      "CODE is the eight digits on the slip or screen (six will do), or an entry's id. Told are what was done, by whom, where and "
      "when, when it arrived here, how it came out then and stands now, what bears upon it since, and its exceptions. If several "
      "acts share the digits, all are told.",
      NULL, 1, 1, run_trace },
    { 0 },
};
