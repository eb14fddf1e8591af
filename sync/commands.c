/* sync/commands.c -- see commands.h: what the program's commands share. */
#include "sync/commands.h"

#include <inttypes.h>

enum bm_rc commands_open(struct cli *cli, struct branch *b)
{
    enum bm_rc rc = branch_open(cli->data, b);
    if (rc) return rc;
    b->desk.staff = cli->staff;
    b->desk.request = cli->request;
    return BM_OK;
}

const char *commands_key(const char *name, char out[COMMANDS_KEY_MAX])
{
    size_t n = 0;
    for (; *name && n + 1 < COMMANDS_KEY_MAX; name++) {
        bool plain = (*name >= 'a' && *name <= 'z') || (*name >= '0' && *name <= '9');
        if (plain)
            out[n++] = *name;
        else if (n && out[n - 1] != '_')
            out[n++] = '_';
    }
    out[n] = '\0';
    return out;
}

const char *commands_time(int64_t ms, char text[ZONE_TEXT_MAX])
{
    return ms == ENTRY_NONE ? "" : zone_text(ms / 1000, text, ZONE_TEXT_MAX, ZONE_DATE_TIME);
}

const char *commands_cell(struct arena *a, int64_t x)
{
    return x == ENTRY_NONE ? "" : arena_printf(a, "%" PRId64, x);
}
