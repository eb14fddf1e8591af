/* common/deskcmd_money.c -- see deskcmd.h. Money and cards. */
#include "common/cents.h"
#include "common/deskcmd_priv.h"

/* --- money -------------------------------------------------------------------------------- */

/* A single act of money: the card or charge, an amount. */
static enum bm_rc run_money(struct cli *cli, const struct cli_args *args, act_fn *act, const char *needs_why)
{
    struct acts s;
    const char *why = acts_option(args, "--why");
    if (needs_why && (!why || !*why)) return err_set(BM_EUSAGE, "%s needs --why and a reason", needs_why);
    enum bm_rc rc = acts_begin(&s, cli, args, false);
    if (rc) return rc;
    s.failed = acts_cents(args->words[1], &s.cents);
    if (!s.failed) (void)!acts_one(&s, act, args->words[0]); /* s.failed has it */
    return acts_end(&s);
}

static enum bm_rc act_pay(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_pay(s->desk, &s->arena, word, s->cents, cli_value(s->args, "--for"), cli_given(s->args, "--credit"), out);
}

static enum bm_rc act_refund(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_refund(s->desk, &s->arena, word, s->cents, cli_value(s->args, "--for"), out);
}

static enum bm_rc act_waive(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_waive(s->desk, &s->arena, word, s->cents, out);
}

static enum bm_rc act_charge(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_charge(s->desk, &s->arena, word, s->cents, out);
}

static enum bm_rc run_pay(struct cli *cli, const struct cli_args *args)
{
    return run_money(cli, args, act_pay, NULL);
}

static enum bm_rc run_refund(struct cli *cli, const struct cli_args *args)
{
    return run_money(cli, args, act_refund, "refund");
}

static enum bm_rc run_waive(struct cli *cli, const struct cli_args *args)
{
    return run_money(cli, args, act_waive, "waive");
}

static enum bm_rc run_charge(struct cli *cli, const struct cli_args *args)
{
    return run_money(cli, args, act_charge, "charge");
}

/* --- what is owed ------------------------------------------------------------------------- */

static void json_owed(struct jsonw *w, const struct desk_owed *owed)
{
    jsonw_key(w, "charges");
    jsonw_array(w);
    for (size_t i = 0; i < owed->count; i++) {
        const struct desk_debt *x = &owed->debts[i];
        jsonw_object(w);
        jsonw_put_text(w, "charge", x->name);
        jsonw_put_text(w, "short", x->brief);
        jsonw_put_text(w, "kind", x->kind);
        jsonw_put_text(w, "item", x->item);
        jsonw_put_text(w, "card", x->card);
        jsonw_put_int(w, "since_ms", x->since_ms);
        jsonw_put_int(w, "amount_cents", x->amount_cents);
        jsonw_put_int(w, "waived_cents", x->waived_cents);
        jsonw_put_int(w, "paid_cents", x->paid_cents);
        jsonw_put_int(w, "owed_cents", x->owed_cents);
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
    jsonw_put_int(w, "balance_cents", owed->balance_cents);
}

static enum bm_rc print_owed(struct cli *cli, const struct desk_owed *owed)
{
    struct cli_table t;
    char day[DESKCMD_DAY_SIZE], text[4][CENTS_TEXT_MAX];
    enum bm_rc rc = BM_OK;
    cli_table(&t, &cli->arena, "CHARGE", "SINCE", "ITEM", ">AMOUNT", ">WAIVED", ">PAID", ">OWED", NULL);
    for (size_t i = 0; i < owed->count; i++) {
        const struct desk_debt *x = &owed->debts[i];
        cli_table_row(&t, x->brief, deskcmd_day(x->since_ms / 1000, day, sizeof day), x->item,
                      cents_text(x->amount_cents, text[0], sizeof text[0]), cents_text(x->waived_cents, text[1], sizeof text[1]),
                      cents_text(x->paid_cents, text[2], sizeof text[2]), cents_text(x->owed_cents, text[3], sizeof text[3]));
    }
    if (owed->count) cli_print(cli, "\n");
    if (owed->count) rc = cli_table_end(cli, &t);
    if (owed->balance_cents != 0) {
        bool credit = owed->balance_cents < 0;
        cli_print(cli, "%s %s\n", credit ? "credit" : "OWES",
                  cents_text(credit ? -owed->balance_cents : owed->balance_cents, text[0], sizeof text[0]));
    }
    return rc;
}

enum bm_rc deskcmd_tell_owed(struct cli *cli, struct db *db, const char *account, struct jsonw *w)
{
    struct desk_owed owed;
    enum bm_rc rc = desk_owed(db, &cli->arena, account, &owed);
    if (rc) return rc;
    if (!cli->json) return print_owed(cli, &owed);
    json_owed(w, &owed);
    return BM_OK;
}

/* --- cards -------------------------------------------------------------------------------- */

static enum bm_rc act_replace(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_replace_card(s->desk, &s->arena, word, s->args->words[1], out);
}

static enum bm_rc run_replace(struct cli *cli, const struct cli_args *args)
{
    const char *why = cli_value(args, "--why");
    if (!why || !*why) return err_set(BM_EUSAGE, "patron replace needs --why and a reason: lost, worn out");
    return acts_single(cli, args, args->words[0], act_replace);
}

/* --- the tables --------------------------------------------------------------------------- */

static const struct cli_option pay_options[] = {
    { "--for", "CHARGE", "this charge (see patron show); otherwise the oldest that are owed" },
    { "--credit", NULL, "what is more than owed stays as credit" },
    ACT_OPTIONS, END_OPTION
};
static const struct cli_option refund_options[] = {
    { "--for", "CHARGE", "of what was paid on this charge; otherwise of the patron's credit" },
    WHY_OPTION, ACT_OPTIONS, END_OPTION
};
static const struct cli_option why_options[] = { WHY_OPTION, ACT_OPTIONS, END_OPTION };

const struct cli_command deskcmd_money_commands[] = {
    { "Money", "pay", "CARD AMOUNT", "take money",
      "Take AMOUNT (2.50) from the patron. Without --for it pays the oldest charges first, an entry for each.", pay_options, 2, 2, run_pay },
    { "Money", "refund", "CARD AMOUNT", "pay money back",
      "Pay AMOUNT back to the patron: no more than stands to his credit, or was paid on the charge.", refund_options, 2, 2, run_refund },
    { "Money", "waive", "CHARGE AMOUNT", "forgive a charge or part of it",
      "Forgive AMOUNT of a charge, named as patron show names it: \"van1.12/lost\", or in full. No more than is owed.",
      why_options, 2, 2, run_waive },
    { "Money", "charge", "CARD AMOUNT", "charge a patron", "Charge AMOUNT to the patron, for a reason that is kept.", why_options, 2, 2, run_charge },
    { 0 },
};

const struct cli_command deskcmd_card_commands[] = {
    { "Patrons", "patron replace", "OLD NEW", "give a patron a new card",
      "The old card is refused from now on, with the number of the new one; loans, holds and money stay the patron's.",
      why_options, 2, 2, run_replace },
    { 0 },
};
