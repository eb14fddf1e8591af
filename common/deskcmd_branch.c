/* common/deskcmd_branch.c -- see deskcmd.h. The acts that only the branch's desk has: a laptop on the road knows too little. */
#include "common/deskcmd_priv.h"

/* --- copies ------------------------------------------------------------------------------- */

static enum bm_rc act_recat(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_recat(s->desk, &s->arena, word, cli_value(s->args, "--title"), out);
}

static enum bm_rc run_recat(struct cli *cli, const struct cli_args *args)
{
    if (!cli_given(args, "--title")) return err_set(BM_EUSAGE, "item recat needs --title KEY");
    return acts_list(cli, args, 0, act_recat);
}

static enum bm_rc act_notice(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_notice(s->desk, &s->arena, word, cli_value(s->args, "--kind"), out);
}

static enum bm_rc run_notice(struct cli *cli, const struct cli_args *args)
{
    if (!cli_given(args, "--kind")) return err_set(BM_EUSAGE, "notice needs --kind overdue or ready");
    return acts_list(cli, args, 0, act_notice);
}

/* --- patrons ------------------------------------------------------------------------------- */

static enum bm_rc act_merge(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_merge(s->desk, &s->arena, word, s->args->words[1], out);
}

static enum bm_rc run_merge(struct cli *cli, const struct cli_args *args)
{
    return acts_single(cli, args, args->words[0], act_merge);
}

static enum bm_rc act_bar(struct acts *s, const char *word, struct desk_answer *out)
{
    struct desk_person person = { .card = word,
                                  .expires_s = ENTRY_NONE,
                                  .barred = str_eq(s->args->command->name, "patron bar") };
    return desk_update_patron(s->desk, &s->arena, &person, out);
}

static enum bm_rc run_bar(struct cli *cli, const struct cli_args *args)
{
    return acts_single(cli, args, args->words[0], act_bar);
}

/* --- the table ---------------------------------------------------------------------------- */

static const struct cli_option why_options[] = { WHY_OPTION, ACT_OPTIONS, END_OPTION };
static const struct cli_option plain_options[] = { ACT_OPTIONS, END_OPTION };
static const struct cli_option recat_options[] = { { "--title", "TITLE", "its key, or the barcode of a copy" }, ACT_OPTIONS, END_OPTION };
static const struct cli_option notice_options[] = { { "--kind", "KIND", "overdue, or ready (set aside)" }, ACT_OPTIONS, END_OPTION };

enum { MANY = CLI_WORDS_MAX };

const struct cli_command deskcmd_branch_commands[] = {
    { "Only here", "item recat", "ITEM...", "items are copies of another title",
      "The items belong to the title given. A hold for which one was set aside waits again.", recat_options, 1, MANY, run_recat },
    { "Only here", "notice", "ITEM...", "note that a patron was told",
      "Note that who has it on loan was told that it is overdue, or that for whom it is set aside was told that it is ready.",
      notice_options, 1, MANY, run_notice },
    { "Only here", "patron merge", "CARD INTO", "two cards are one person",
      "All of the first card's loans, holds and money are the second's account's from now on.", plain_options, 2, 2, run_merge },
    { "Only here", "patron bar", "CARD", "bar a patron",
      "Desks refuse loans to the card from now on; laptops, from their next sync.", why_options, 1, 1, run_bar },
    { "Only here", "patron unbar", "CARD", "let a barred patron borrow again", "", why_options, 1, 1, run_bar },
    { 0 },
};
