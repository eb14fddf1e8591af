/* common/web_table.h -- commands of the desk that the page may run, the same on laptop and branch: rows of
 * struct web_command. What is not here cannot be reached (W3): no --data, no file, no standard input but
 * where `input` says so.
 * Floor:   common, only for tables of struct web_command.
 * Threads: constants. */
#ifndef BM_WEB_TABLE_H
#define BM_WEB_TABLE_H

#include "common/web.h"

#define WEB_ACT "--when --source"
#define WEB_WHY "--why " WEB_ACT
#define WEB_PAST "--override " WEB_WHY
#define WEB_PERSON                                                                             \
    "--name --category --stop --group --expires --guarantor --birth --address --phone --email "

#define WEB_DESK_COMMANDS                                                                      \
    { "checkout", STAFF_STAFF, "--due " WEB_PAST, NULL, NULL },                                \
    { "checkin", STAFF_STAFF, "--returned " WEB_ACT, NULL, NULL },                             \
    { "renew", STAFF_STAFF, WEB_PAST, NULL, NULL },                                            \
    { "void", STAFF_STAFF, WEB_PAST, NULL, NULL },                                             \
    { "hold place", STAFF_STAFF, "--copy --pickup " WEB_PAST, NULL, NULL },                    \
    { "hold capture", STAFF_STAFF, WEB_PAST, NULL, NULL },                                     \
    { "hold cancel", STAFF_STAFF, WEB_WHY, NULL, NULL },                                       \
    { "hold list", STAFF_VIEWER, "--title --limit", NULL, NULL },                              \
    { "holds", STAFF_VIEWER, "--stop --place", NULL, NULL },                                   \
    { "search", STAFF_VIEWER, "--limit", NULL, NULL },                                         \
    { "title show", STAFF_VIEWER, NULL, NULL, NULL },                                          \
    { "shelf", STAFF_VIEWER, "--place --from --to --all --limit", NULL, NULL },                \
    { "item show", STAFF_VIEWER, NULL, NULL, NULL },                                           \
    { "patron show", STAFF_VIEWER, NULL, NULL, NULL },                                         \
    { "choices", STAFF_VIEWER, NULL, NULL, NULL },                                             \
    { "patron find", STAFF_VIEWER, "--stop --group --limit", NULL, NULL },                     \
    { "patron groups", STAFF_VIEWER, "--stop", NULL, NULL },                                   \
    { "patron add", STAFF_STAFF, "--card " WEB_PERSON WEB_ACT, NULL, NULL },                   \
    { "patron update", STAFF_STAFF, WEB_PERSON "--barred " WEB_WHY, NULL, NULL },              \
    { "patron replace", STAFF_STAFF, WEB_WHY, NULL, NULL },                                    \
    { "item lost", STAFF_STAFF, "--charge " WEB_WHY, NULL, NULL },                             \
    { "item claimed", STAFF_STAFF, WEB_WHY, NULL, NULL },                                      \
    { "item missing", STAFF_STAFF, WEB_WHY, NULL, NULL },                                      \
    { "item found", STAFF_STAFF, WEB_WHY, NULL, NULL },                                        \
    { "item damaged", STAFF_STAFF, "--charge --patron " WEB_WHY, NULL, NULL },                 \
    { "item mend", STAFF_STAFF, "--charge --patron " WEB_WHY, NULL, NULL },                    \
    { "item withdrawn", STAFF_STAFF, "--charge --patron " WEB_WHY, NULL, NULL },               \
    { "item ok", STAFF_STAFF, WEB_WHY, NULL, NULL },                                           \
    { "item move", STAFF_STAFF, "--to " WEB_PAST, NULL, NULL },                                \
    { "item use", STAFF_STAFF, WEB_PAST, NULL, NULL },                                         \
    { "item add", STAFF_STAFF,                                                                 \
      "--title --name --author --isbn --itype --callno --price " WEB_ACT, NULL, NULL },        \
    { "due", STAFF_STAFF, "--to " WEB_WHY, NULL, NULL },                                       \
    { "pay", STAFF_STAFF, "--for --credit " WEB_ACT, NULL, NULL },                             \
    { "refund", STAFF_STAFF, "--for " WEB_WHY, NULL, NULL },                                   \
    { "waive", STAFF_STAFF, WEB_WHY, NULL, NULL },                                             \
    { "charge", STAFF_STAFF, WEB_WHY, NULL, NULL },                                            \
    { "tally", STAFF_STAFF, WEB_ACT, NULL, NULL },                                             \
    { "note", STAFF_STAFF, WEB_ACT, NULL, NULL },                                              \
    { "odometer", STAFF_STAFF, WEB_WHY, NULL, NULL },                                          \
    { "cost", STAFF_STAFF, WEB_WHY, NULL, NULL },                                              \
    { "rules explain", STAFF_VIEWER, "--renew --at --where", NULL, NULL }

#endif
