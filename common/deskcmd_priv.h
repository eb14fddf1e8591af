/* common/deskcmd_priv.h -- inside of deskcmd: the frame of commands that act (deskcmd_acts.c),
 * and what look-ups (deskcmd_show.c) share with them.
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

/* --- acts, one after the other --- */

/* The acts of one command. */
struct acts {
    struct cli *cli;
    const struct cli_args *args;
    struct desk *desk;
    struct jsonw json;
    struct arena arena; /* of the act being done */
    bool many;          /* may be several: a list, with --json an array */
    bool summed;        /* a summary follows: with --json an object that holds the array */
    bool once;          /* each word is done once, however often it is scanned */
    char **slots;       /* those scanned so far, cleaned: a table by hash */
    size_t slot_count, slots_used;
    int64_t count, done, refused, twice; /* acts asked for; of these */
    struct buf left;    /* lines for people about what was not done */
    enum bm_rc worst;   /* of the acts told so far; BM_EREFUSED = by a rule */
    enum bm_rc failed;  /* not told: of a single act, or before the first; cli tells it */
    const char *card;   /* checkout, hold place, money */
    int64_t returned_ms, cents, due_s; /* or ENTRY_NONE */
    struct desk_person person;
};
/* Do one act. in: word, the barcode or id it is about */
typedef enum bm_rc act_fn(struct acts *s, const char *word, struct desk_answer *out);

/* An option's value; NULL also where the command has no such option. */
const char *acts_option(const struct cli_args *args, const char *name);
/* Open the desk, and take who, why and when from the options. Unless BM_OK nothing is open. */
enum bm_rc acts_begin(struct acts *s, struct cli *cli, const struct cli_args *args, bool many);
/* One act, told. ret: BM_OK go on with the next | a fault that the next would meet too */
enum bm_rc acts_one(struct acts *s, act_fn *act, const char *word);
/* The acts for each word from `first` on, then for each line of --stdin and --from; then ends. */
enum bm_rc acts_run(struct acts *s, act_fn *act, size_t first);
/* Close, and hand on how it went. */
enum bm_rc acts_end(struct acts *s);
/* A whole command whose arguments from `first` on are acts; with first 1 the first is a card. */
enum bm_rc acts_list(struct cli *cli, const struct cli_args *args, size_t first, act_fn *act);
/* A whole command of one act about `word`. */
enum bm_rc acts_single(struct cli *cli, const struct cli_args *args, const char *word, act_fn *act);
/* Words from --stdin or --from beside those given. */
bool acts_from_lines(const struct cli_args *args);
/* An amount as typed. ret: BM_OK | BM_EUSAGE */
enum bm_rc acts_cents(const char *text, int64_t *out);
/* A date as the last moment of that day. ret: BM_OK | BM_EUSAGE naming the option */
enum bm_rc acts_day_end(const char *option, const char *text, int64_t *out_s);

#define WHY_OPTION                                                                             \
    {                                                                                          \
        "--why", "TEXT", "reason; goes into the entry"                                         \
    }
#define ACT_OPTIONS                                                                            \
    { "--when", "TIME",                                                                        \
      "when it really happened: caught up later, from paper (2026-10-05T14:30)" },             \
    {                                                                                          \
        "--source", "TEXT", "what it is caught up from (with --when; otherwise: paper)"        \
    }
#define OVERRIDE_OPTION                                                                        \
    {                                                                                          \
        "--override", NULL, "go on in spite of the rules, where they allow it; needs --why"    \
    }
#define STDIN_OPTION                                                                           \
    {                                                                                          \
        "--stdin", NULL, "barcodes from standard input, one a line"                            \
    }
#define END_OPTION                                                                             \
    {                                                                                          \
        NULL, NULL, NULL                                                                       \
    }
#define FROM_OPTION                                                                            \
    {                                                                                          \
        "--from", "FILE", "barcodes from a file, one a line (- = standard input), then a summary" \
    }

/* --- look-ups --- */
/* A look: one view of the data for the length of a command, between begin and end. */
struct deskcmd_look {
    struct deskcmd *host;
    struct desk *desk;
    struct db *db;
    struct jsonw json;
};
enum bm_rc deskcmd_look_begin(struct deskcmd_look *l, struct cli *cli);
enum bm_rc deskcmd_look_end(struct deskcmd_look *l, enum bm_rc rc);

extern const struct cli_option deskcmd_search_options[], deskcmd_shelf_options[],
    deskcmd_list_options[];
/* deskcmd_roster.c */
extern const struct cli_option deskcmd_find_options[], deskcmd_groups_options[];
enum bm_rc deskcmd_search(struct cli *cli, const struct cli_args *args);
enum bm_rc deskcmd_shelf(struct cli *cli, const struct cli_args *args);
enum bm_rc deskcmd_title_show(struct cli *cli, const struct cli_args *args);
enum bm_rc deskcmd_item_show(struct cli *cli, const struct cli_args *args);
enum bm_rc deskcmd_patron_show(struct cli *cli, const struct cli_args *args);
enum bm_rc deskcmd_patron_find(struct cli *cli, const struct cli_args *args);
enum bm_rc deskcmd_patron_groups(struct cli *cli, const struct cli_args *args);
/* Nothing was found, and the answer says so already (an empty list). ret: BM_ENOTFOUND, told */
enum bm_rc deskcmd_none_found(struct cli *cli, const char *words);
/* An account's charges and balance, as members of the JSON object begun, or as a table. */
enum bm_rc deskcmd_tell_owed(struct cli *cli, struct db *db, const char *account, struct jsonw *w);
enum bm_rc deskcmd_hold_list(struct cli *cli, const struct cli_args *args);

#endif
