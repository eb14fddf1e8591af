/* common/deskcmd_priv.h -- inside of deskcmd: what the acts (deskcmd.c) and the look-ups
 * (deskcmd_show.c) share.
 * Floor:   common, only for deskcmd.
 * Threads: one. */
#ifndef BM_DESKCMD_PRIV_H
#define BM_DESKCMD_PRIV_H

#include "common/deskcmd.h"

static inline struct deskcmd *deskcmd_of(const struct cli *cli)
{
    return cli->owner;
}

/* "Title / Author", as far as they are known, else `otherwise`. Never NULL but for lack of
 * memory. */
const char *deskcmd_title(struct arena *a, const char *name, const char *author,
                          const char *otherwise);

extern const struct cli_option deskcmd_search_options[], deskcmd_shelf_options[],
    deskcmd_find_options[], deskcmd_list_options[];
enum bm_rc deskcmd_search(struct cli *cli, const struct cli_args *args);
enum bm_rc deskcmd_shelf(struct cli *cli, const struct cli_args *args);
enum bm_rc deskcmd_title_show(struct cli *cli, const struct cli_args *args);
enum bm_rc deskcmd_item_show(struct cli *cli, const struct cli_args *args);
enum bm_rc deskcmd_patron_show(struct cli *cli, const struct cli_args *args);
enum bm_rc deskcmd_patron_find(struct cli *cli, const struct cli_args *args);
enum bm_rc deskcmd_hold_list(struct cli *cli, const struct cli_args *args);

#endif
