/* common/deskcmd_notes.c -- see deskcmd.h. What is counted and noted on a day. */
#include <string.h>

#include "common/deskcmd_priv.h"

enum { TALLY_MAX = 10000, KM_DIGITS_MAX = 7, METRES = 1000 };

static enum bm_rc act_tally(struct acts *s, const char *word, struct desk_answer *out)
{
    int64_t count;
    if (!str_to_i64(s->args->words[1], -TALLY_MAX, TALLY_MAX, &count))
        return err_set(BM_EUSAGE, "%s is not a number from -%d to %d", s->args->words[1], TALLY_MAX, TALLY_MAX);
    return desk_tally(s->desk, &s->arena, word, count, out);
}

static enum bm_rc act_note(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_note(s->desk, &s->arena, word, out);
}

/* "48213" or "48213.4", as the instrument shows it. */
static bool read_km(const char *text, int64_t *metres)
{
    size_t whole = strspn(text, "0123456789");
    int64_t km = 0, tenth = 0;
    if (whole == 0 || whole > KM_DIGITS_MAX) return false;
    for (size_t i = 0; i < whole; i++) km = km * 10 + (text[i] - '0');
    if (text[whole] == '.') {
        if (text[whole + 1] < '0' || text[whole + 1] > '9' || text[whole + 2]) return false;
        tenth = text[whole + 1] - '0';
    } else if (text[whole]) {
        return false;
    }
    *metres = km * METRES + tenth * (METRES / 10);
    return true;
}

static enum bm_rc act_odometer(struct acts *s, const char *word, struct desk_answer *out)
{
    int64_t metres;
    if (!read_km(word, &metres)) return err_set(BM_EUSAGE, "%s is no reading of an odometer; write it as 48213 or 48213.4", word);
    return desk_odometer(s->desk, &s->arena, metres, out);
}

static enum bm_rc act_cost(struct acts *s, const char *word, struct desk_answer *out)
{
    int64_t cents;
    enum bm_rc rc = acts_cents(s->args->words[1], &cents);
    return rc ? rc : desk_cost(s->desk, &s->arena, word, cents, out);
}

static enum bm_rc run_tally(struct cli *cli, const struct cli_args *args)
{
    return acts_single(cli, args, args->words[0], act_tally);
}

static enum bm_rc run_note(struct cli *cli, const struct cli_args *args)
{
    return acts_single(cli, args, args->words[0], act_note);
}

static enum bm_rc run_odometer(struct cli *cli, const struct cli_args *args)
{
    return acts_single(cli, args, args->words[0], act_odometer);
}

static enum bm_rc run_cost(struct cli *cli, const struct cli_args *args)
{
    return acts_single(cli, args, args->words[0], act_cost);
}

static const struct cli_option plain_options[] = { ACT_OPTIONS, END_OPTION };
static const struct cli_option why_options[] = { WHY_OPTION, ACT_OPTIONS, END_OPTION };

const struct cli_command deskcmd_note_commands[] = {
    { "Day", "tally", "KIND N", "count visitors, reference questions, attendance",
      "Count N of KIND: visitors, reference or programme, for the visit that is open. A number below nought corrects.",
      plain_options, 2, 2, run_tally },
    { "Day", "note", "TEXT", "write a note into the journal",
      "Keep a note with the time and the visit: what happened that has no command. No names of patrons.", plain_options, 1, 1, run_note },
    { "Day", "odometer", "KM", "note the odometer", "Note what the odometer shows, in kilometres.", why_options, 1, 1, run_odometer },
    { "Day", "cost", "KIND AMOUNT", "note a cost of the vehicle",
      "Note AMOUNT (2.50) spent: fuel, repair, service, insurance, tax, parking or other.", why_options, 2, 2, run_cost },
    { 0 },
};
