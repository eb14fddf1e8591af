/* common/deskcmd_items.c -- see deskcmd.h. What becomes of copies beside lending. */
#include <string.h>

#include "common/deskcmd_priv.h"

/* --- condition ---------------------------------------------------------------------------- */

/* What `item WORD` marks a copy as. */
static const char *marked_as(const struct cli_command *command)
{
    const char *word = strchr(command->name, ' ') + 1;
    return str_eq(word, "found") ? "ok" : word;
}

static enum bm_rc act_mark(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_mark(s->desk, &s->arena, word, marked_as(s->args->command), s->cents,
                     acts_option(s->args, "--patron"), out);
}

/* With --charge the copy is one: nobody breaks two books by one sum. */
static enum bm_rc run_mark(struct cli *cli, const struct cli_args *args)
{
    struct acts s;
    const char *charge = acts_option(args, "--charge"), *patron = acts_option(args, "--patron");
    if (charge && args->count > 1) return err_set(BM_EUSAGE, "--charge is for one item at a time");
    if (patron && !charge) return err_set(BM_EUSAGE, "--patron goes with --charge: who pays for it");
    enum bm_rc rc = acts_begin(&s, cli, args, args->count > 1);
    if (rc) return rc;
    if (charge) s.failed = acts_cents(charge, &s.cents);
    return s.failed ? acts_end(&s) : acts_run(&s, act_mark, 0);
}

/* --- place -------------------------------------------------------------------------------- */

static enum bm_rc act_move(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_move(s->desk, &s->arena, word, cli_value(s->args, "--to"), out);
}

static enum bm_rc run_move(struct cli *cli, const struct cli_args *args)
{
    if (!cli_given(args, "--to"))
        return err_set(BM_EUSAGE, "item move needs --to PLACE, such as van1 or MAIN");
    return acts_list(cli, args, 0, act_move);
}

static enum bm_rc act_use(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_use(s->desk, &s->arena, word, out);
}

static enum bm_rc run_use(struct cli *cli, const struct cli_args *args)
{
    return acts_list(cli, args, 0, act_use);
}

/* --- catalogue ---------------------------------------------------------------------------- */

static enum bm_rc act_add(struct acts *s, const char *word, struct desk_answer *out)
{
    const struct cli_args *args = s->args;
    struct desk_book book = { .item = word,
                              .title = cli_value(args, "--title"),
                              .name = cli_value(args, "--name"),
                              .author = cli_value(args, "--author"),
                              .isbn = cli_value(args, "--isbn"),
                              .itype = cli_value(args, "--itype"),
                              .callno = cli_value(args, "--callno"),
                              .price_cents = s->cents };
    return desk_add_item(s->desk, &s->arena, &book, out);
}

static enum bm_rc run_add(struct cli *cli, const struct cli_args *args)
{
    struct acts s;
    const char *price = cli_value(args, "--price");
    if (!cli_given(args, "--title") == !cli_given(args, "--name"))
        return err_set(BM_EUSAGE, "item add needs --title KEY, or --name for a title that is new here");
    if (cli_given(args, "--title") && (cli_given(args, "--author") || cli_given(args, "--isbn")))
        return err_set(BM_EUSAGE, "author and ISBN are the title's: they go with --name");
    enum bm_rc rc = acts_begin(&s, cli, args, false);
    if (rc) return rc;
    if (price) s.failed = acts_cents(price, &s.cents);
    return s.failed ? acts_end(&s) : acts_run(&s, act_add, 0);
}

/* --- dates -------------------------------------------------------------------------------- */

static enum bm_rc act_due(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_change_due(s->desk, &s->arena, word, s->due_s, out);
}

static enum bm_rc run_due(struct cli *cli, const struct cli_args *args)
{
    struct acts s;
    const char *to = cli_value(args, "--to"), *why = cli_value(args, "--why");
    if (!to || !why || !*why) return err_set(BM_EUSAGE, "due needs --to DATE, and --why and a reason");
    enum bm_rc rc = acts_begin(&s, cli, args, args->count > 1);
    if (rc) return rc;
    s.failed = acts_day_end("--to", to, &s.due_s);
    return s.failed ? acts_end(&s) : acts_run(&s, act_due, 0);
}

/* --- the table ---------------------------------------------------------------------------- */

static const struct cli_option why_options[] = { WHY_OPTION, ACT_OPTIONS, END_OPTION };
static const struct cli_option lost_options[] = {
    { "--charge", "AMOUNT", "charged to who has it, instead of the price that the loan tells" },
    WHY_OPTION, ACT_OPTIONS, END_OPTION
};
static const struct cli_option damage_options[] = {
    { "--charge", "AMOUNT", "charged for the damage; needs --patron" },
    { "--patron", "CARD", "who pays for it; `last` = who had it last" },
    WHY_OPTION, ACT_OPTIONS, END_OPTION
};
static const struct cli_option move_options[] = {
    { "--to", "PLACE", "where it goes: a van, a branch, a shelf" },
    STDIN_OPTION, FROM_OPTION, OVERRIDE_OPTION, WHY_OPTION, ACT_OPTIONS, END_OPTION
};
static const struct cli_option use_options[] = { STDIN_OPTION, FROM_OPTION, OVERRIDE_OPTION, WHY_OPTION, ACT_OPTIONS, END_OPTION };
static const struct cli_option add_options[] = {
    { "--title", "TITLE", "of this title: its key, or the barcode of a copy" },
    { "--name", "NAME", "of a title that is new here, called so" },
    { "--author", "NAME", "its author" },
    { "--isbn", "ISBN", "its ISBN" },
    { "--itype", "WORD", "item type, as the rules name it" },
    { "--callno", "TEXT", "call number" },
    { "--price", "AMOUNT", "price" },
    ACT_OPTIONS, END_OPTION
};
static const struct cli_option due_options[] = { { "--to", "DATE", "the new due date, later than the one told" }, WHY_OPTION, ACT_OPTIONS, END_OPTION };

enum { MANY = CLI_WORDS_MAX };

const struct cli_command deskcmd_item_commands[] = {
    { "Copies", "item lost", "ITEM...", "mark items lost",
      "On loan: lost by who has it, who is charged its price; the loan stays open until it turns up or is written off. "
      "Not on loan: lost from the shelf.",
      lost_options, 1, MANY, run_mark },
    { "Copies", "item claimed", "ITEM...", "the patron says that it was brought back",
      "Mark loans as claimed returned: no fine grows from now on, and staff look for the copy.", why_options, 1, MANY, run_mark },
    { "Copies", "item missing", "ITEM...", "mark items missing",
      "Mark items as missing from the shelf. The next scan finds them again.", why_options, 1, MANY, run_mark },
    { "Copies", "item found", "ITEM...", "lost or missing items are here again",
      "The same as item ok: what was lost or missing is found, and a charge for the loss falls to what is kept of it.",
      why_options, 1, MANY, run_mark },
    { "Copies", "item damaged", "ITEM...", "mark items damaged",
      "Mark items as damaged: they are not lent until they are ok.", damage_options, 1, MANY, run_mark },
    { "Copies", "item mend", "ITEM...", "send items to be mended",
      "Mark items as being mended: they are not lent until they are ok.", damage_options, 1, MANY, run_mark },
    { "Copies", "item withdrawn", "ITEM...", "take items out of the stock",
      "Mark items as withdrawn. A lost one is written off; its charge stays.", damage_options, 1, MANY, run_mark },
    { "Copies", "item ok", "ITEM...", "mark items as in order", "Mark items as in order again.", why_options, 1, MANY, run_mark },
    { "Copies", "item move", "ITEM...", "take items to another place",
      "Load, unload, shelve: the items are at PLACE now. One that is on loan is to be checked in first.", move_options, 0, MANY, run_move },
    { "Copies", "item use", "ITEM...", "count use in the house",
      "Count items as used here without being lent.", use_options, 0, MANY, run_use },
    { "Copies", "item add", "ITEM", "make an unknown barcode known",
      "Add a copy with a barcode that nobody knows here, to a title that is catalogued or to a new one of which only the name is "
      "known; cataloguers complete it at the branch.",
      add_options, 1, 1, run_add },
    { "Copies", "due", "ITEM...", "give loans a later due date",
      "Move the due date of these loans. A date that was told is never taken back: only a later one is taken.", due_options, 1, MANY, run_due },
    { 0 },
};
