/* common/deskcmd.c -- see deskcmd.h. Lending, holds, patrons: each act, then the table. */
#include "common/deskcmd.h"

#include <string.h>

#include "common/cards.h"
#include "common/deskcmd_priv.h"
#include "common/person.h"
#include "common/zone.h"

/* --- the acts ----------------------------------------------------------------------------- */

static enum bm_rc act_checkout(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_checkout(s->desk, &s->arena, s->card, word, out);
}

static enum bm_rc act_checkin(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_checkin(s->desk, &s->arena, word, s->returned_ms, out);
}

static enum bm_rc act_renew(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_renew(s->desk, &s->arena, word, out);
}

static enum bm_rc act_capture(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_capture_hold(s->desk, &s->arena, word, out);
}

static enum bm_rc act_cancel(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_cancel_hold(s->desk, &s->arena, word, out);
}

static enum bm_rc act_void(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_void(s->desk, &s->arena, word, out);
}

static enum bm_rc act_place(struct acts *s, const char *word, struct desk_answer *out)
{
    return desk_place_hold(s->desk, &s->arena, s->card, word, cli_given(s->args, "--copy"),
                           cli_value(s->args, "--pickup"), out);
}

static enum bm_rc act_person(struct acts *s, const char *word, struct desk_answer *out)
{
    (void)word;
    bool add = str_eq(s->args->command->name, "patron add");
    return add ? desk_register(s->desk, &s->arena, &s->person, out)
               : desk_update_patron(s->desk, &s->arena, &s->person, out);
}

static enum bm_rc run_checkout(struct cli *cli, const struct cli_args *args)
{
    struct acts s;
    const char *due = cli_value(args, "--due");
    bool lines = acts_from_lines(args);
    if (args->count == 1 && !lines)
        return err_set(BM_EUSAGE, "checkout needs CARD ITEM..., or --from FILE");
    if (due && !cli_given(args, "--override"))
        return err_set(BM_EUSAGE, "--due needs --override, and --why and a reason");
    enum bm_rc rc = acts_begin(&s, cli, args, lines || args->count > 2);
    if (rc) return rc;
    s.card = args->words[0];
    if (due) s.failed = acts_day_end("--due", due, &s.desk->set_due_s);
    return s.failed ? acts_end(&s) : acts_run(&s, act_checkout, 1);
}

static enum bm_rc run_checkin(struct cli *cli, const struct cli_args *args)
{
    struct acts s;
    const char *returned = cli_value(args, "--returned");
    bool lines = acts_from_lines(args);
    if (args->count == 0 && !lines)
        return err_set(BM_EUSAGE, "checkin needs ITEM..., or --stdin, or --from FILE");
    enum bm_rc rc = acts_begin(&s, cli, args, lines || args->count > 1);
    if (rc) return rc;
    if (returned && zone_parse_time(returned, &s.returned_ms)) {
        s.failed = err_set(BM_EUSAGE, "--returned takes a time such as 2026-10-05T14:30");
        return acts_end(&s);
    }
    return acts_run(&s, act_checkin, 0);
}

static enum bm_rc run_renew(struct cli *cli, const struct cli_args *args)
{
    return acts_list(cli, args, 0, act_renew);
}

static enum bm_rc run_capture(struct cli *cli, const struct cli_args *args)
{
    return acts_list(cli, args, 0, act_capture);
}

static enum bm_rc run_cancel(struct cli *cli, const struct cli_args *args)
{
    return acts_list(cli, args, 0, act_cancel);
}

static enum bm_rc run_void(struct cli *cli, const struct cli_args *args)
{
    return acts_list(cli, args, 0, act_void);
}

static enum bm_rc run_place(struct cli *cli, const struct cli_args *args)
{
    return acts_list(cli, args, 1, act_place);
}

/* --- what both programs' hosts do ---------------------------------------------------------- */

enum bm_rc deskcmd_seal(const unsigned char box[SEAL_PUBLIC_BYTES], const unsigned char who_key[SEAL_KEYED_KEY_BYTES],
                        const char *json, const char *name, const char *birth, struct desk_person *out, struct arena *a)
{
    struct buf sealed;
    char who[PERSON_WHO_MAX];
    buf_init(&sealed, ENTRY_TEXT_MAX);
    enum bm_rc rc = seal_box(box, json, strlen(json), &sealed);
    if (rc == BM_ELIMIT) rc = err_set(BM_EUSAGE, "address, phone and mail together are too long");
    if (!rc) out->sealed = arena_strdup(a, buf_str(&sealed));
    if (!rc && person_who(who_key, name, birth, who)) out->who = arena_strdup(a, who);
    buf_free(&sealed);
    return rc || out->sealed ? rc : BM_ENOMEM;
}

void deskcmd_fresh(struct desk *d)
{
    d->staff = d->request = d->source = d->why = NULL;
    d->when_ms = ENTRY_NONE;
    d->override = false;
    d->set_due_s = 0;
}

/* --- patrons ------------------------------------------------------------------------------ */

/* The fields that only the branch may read, as one JSON object. out: *any, whether some was
 * given */
static enum bm_rc personal_json(const struct cli_args *args, struct buf *out, bool *any)
{
    static const char *const options[] = { "--birth", "--address", "--phone", "--email" };
    struct jsonw w;
    *any = false;
    jsonw_init(&w, out);
    jsonw_object(&w);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const char *text = cli_value(args, options[i]);
        if (!text) continue;
        if (strlen(text) > DESKCMD_FIELD_MAX)
            return err_set(BM_EUSAGE, "%s takes no more than %d bytes", options[i],
                           DESKCMD_FIELD_MAX);
        jsonw_put_text(&w, options[i] + 2, text);
        *any = true;
    }
    jsonw_object_end(&w);
    return jsonw_rc(&w);
}

/* A slip of the finger in a birth date is found now or never: it is sealed. */
static enum bm_rc check_birth(int64_t day, int64_t today)
{
    enum { AGE_MAX = 130 };
    if (day > today) return err_set(BM_EUSAGE, "--birth lies in the future");
    if (civil_from_day(day).year >= civil_from_day(today).year - AGE_MAX) return BM_OK;
    return err_set(BM_EUSAGE, "--birth is more than %d years ago; look at the year", AGE_MAX);
}

static enum bm_rc read_dates(const struct cli_args *args, int64_t today, struct desk_person *p)
{
    const char *birth = cli_value(args, "--birth"), *expires = cli_value(args, "--expires");
    int64_t day;
    if (birth && zone_parse_date(birth, &day))
        return err_set(BM_EUSAGE, "--birth takes a date such as 2012-05-31");
    enum bm_rc rc = birth ? check_birth(day, today) : BM_OK;
    if (rc) return rc;
    if (birth) p->born = civil_from_day(day).year; /* the date itself is sealed (I12) */
    if (!expires) return BM_OK;
    if (zone_parse_date(expires, &day))
        return err_set(BM_EUSAGE, "--expires takes a date such as 2027-05-31");
    p->expires_s = zone_day_end_s(day); /* the whole of its last day */
    return BM_OK;
}

/* Whether any option beside those of every act was given. */
static bool says_something(const struct cli_args *args)
{
    for (const struct cli_option *o = args->command->options; o->name; o++)
        if (!str_eq(o->name, "--why") && !str_eq(o->name, "--when") &&
            !str_eq(o->name, "--source") && cli_given(args, o->name))
            return true;
    return false;
}

static enum bm_rc fill_person(struct acts *s)
{
    const struct cli_args *args = s->args;
    struct deskcmd *host = deskcmd_of(s->cli);
    struct buf json = { 0 };
    const char *barred = acts_option(args, "--barred");
    bool any;
    s->person = (struct desk_person){
        .card = args->count ? args->words[0] : cli_value(args, "--card"),
        .name = cli_value(args, "--name"),
        .category = cli_value(args, "--category"),
        .branch = s->desk->branch,
        .stop = cli_value(args, "--stop"),
        .guarantor = cli_value(args, "--guarantor"),
        .group = cli_value(args, "--group"),
        .expires_s = ENTRY_NONE,
        .barred = ENTRY_NONE,
    };
    if (!str_eq(args->command->name, "patron add"))
        s->person.branch = NULL; /* who changes a name does not move house */
    if (args->count && !says_something(args))
        return err_set(BM_EUSAGE, "say what is to change; see patron update --help");
    if (barred && !str_eq(barred, "yes") && !str_eq(barred, "no"))
        return err_set(BM_EUSAGE, "--barred takes yes or no");
    if (barred) s->person.barred = str_eq(barred, "yes");
    enum bm_rc rc = read_dates(args, zone_day(journal_now_ms(s->desk->journal)), &s->person);
    if (!rc) rc = personal_json(args, &json, &any);
    if (!rc && any)
        rc = host->seal_person(host->owner, buf_str(&json), s->person.name,
                               cli_value(args, "--birth"), &s->person, &s->cli->arena);
    buf_free(&json);
    return rc;
}

static enum bm_rc run_person(struct cli *cli, const struct cli_args *args)
{
    struct acts s;
    enum bm_rc rc = acts_begin(&s, cli, args, false);
    if (rc) return rc;
    s.failed = fill_person(&s);
    const char *about = s.person.card ? s.person.card : s.person.name ? s.person.name : "";
    if (!s.failed) (void)!acts_one(&s, act_person, about); /* s.failed has it */
    return acts_end(&s);
}

/* --- the table ---------------------------------------------------------------------------- */

#define PERSON_OPTIONS                                                                         \
    { "--name", "NAME", "as on the card" },                                                    \
        { "--category", "WORD", "category, such as adult or child" },                          \
        { "--stop", "KEY", "the patron's own stop" },                                          \
        { "--group", "NAME", "class or deposit collection, such as Year 4 Oak; none: no group" }, \
        { "--expires", "DATE", "last day of the card" },                                       \
        { "--guarantor", "CARD", "card of who answers for the debts" },                        \
        { "--birth", "DATE", "date of birth; sealed, but for its year" },                      \
        { "--address", "TEXT", "postal address; sealed" },                                     \
        { "--phone", "TEXT", "telephone number; sealed" },                                     \
    {                                                                                          \
        "--email", "TEXT", "mail address; sealed"                                              \
    }

static const struct cli_option checkout_options[] = {
    STDIN_OPTION,
    FROM_OPTION,
    { "--due", "DATE", "due on this day, not as the rules say; needs --override and --why" },
    OVERRIDE_OPTION,
    WHY_OPTION,
    ACT_OPTIONS,
    END_OPTION
};
static const struct cli_option renew_options[] = { OVERRIDE_OPTION, WHY_OPTION, ACT_OPTIONS,
                                                   END_OPTION };
static const struct cli_option checkin_options[] = {
    STDIN_OPTION,
    FROM_OPTION,
    { "--returned", "TIME", "when it came back, if before it was scanned (book slot)" },
    ACT_OPTIONS,
    END_OPTION
};
static const struct cli_option why_options[] = { WHY_OPTION, ACT_OPTIONS, END_OPTION };
static const struct cli_option void_options[] = {
    { "--override", NULL, "at the branch: an act that has not arrived yet, told by telephone; needs --why" },
    WHY_OPTION,
    ACT_OPTIONS,
    END_OPTION
};
static const struct cli_option place_options[] = {
    { "--copy", NULL, "this very copy (its barcode is given), not any of the title" },
    { "--pickup", "PLACE", "where to collect it: a stop, by its key or part of its name, a place or a branch; otherwise the patron's stop" },
    OVERRIDE_OPTION,
    WHY_OPTION,
    ACT_OPTIONS,
    END_OPTION
};
static const struct cli_option add_options[] = {
    { "--card", "CARD", "number of the new card; otherwise the next of this laptop's range" },
    PERSON_OPTIONS,
    ACT_OPTIONS,
    END_OPTION
};
static const struct cli_option update_options[] = { PERSON_OPTIONS,
                                                    { "--barred", "yes|no",
                                                      "bar the patron, or no longer" },
                                                    WHY_OPTION,
                                                    ACT_OPTIONS,
                                                    END_OPTION };

enum { MANY = CLI_WORDS_MAX };

const struct cli_command deskcmd_commands[] = {
    { "Circulation", "checkout", "CARD ITEM...", "lend items to a patron",
      "Lend items to the patron with this card. Each item is an act of its own: a refused one "
      "does not stop the others. "
      "The due date that is printed is the one that stands. A class or a deposit collection is "
      "lent its books with --from FILE, up to 500 at once.",
      checkout_options, 1, MANY, run_checkout },
    { "Circulation", "checkin", "ITEM...", "take items back",
      "Take items back, lent or not. Says when one is wanted by somebody who waits, when it is "
      "damaged, and what is charged for being late.",
      checkin_options, 0, MANY, run_checkin },
    { "Circulation", "renew", "ITEM...", "renew loans",
      "Renew the loans of these items from today on.", renew_options, 1, MANY, run_renew },
    { "Circulation", "void", "ENTRY...", "take an act back",
      "Take an earlier act back, by the id that its answer gave. Both entries stay in the "
      "journal.",
      void_options, 1, MANY, run_void },
    { "Holds", "hold place", "CARD TITLE...", "reserve titles for a patron",
      "Place a hold on a title, by its key (see search) or by the barcode of one of its "
      "copies. The patron's card is asked as for a loan, and a title that he has asked for already is not asked for twice, but with --override.",
      place_options, 2, MANY, run_place },
    { "Holds", "hold capture", "ITEM...", "set items aside for who waits",
      "Set the copy in hand aside for the first hold that it can fill. One that is set aside already stays so, but with --override.",
      renew_options, 1, MANY, run_capture },
    { "Holds", "hold cancel", "HOLD...", "cancel holds",
      "Cancel holds, by their ids (see hold list).", why_options, 1, MANY, run_cancel },
    { "Holds", "hold list", "[CARD]", "holds that wait or are set aside",
      "List the holds of a patron, of a title, or all: first placed, first served.",
      deskcmd_list_options, 0, 1, deskcmd_hold_list },
    { "Catalogue", "search", "WORD...", "find titles",
      "Find titles by words of title, author and subject, all of which must be there; the last "
      "may be the beginning of a word. "
      "A barcode or an ISBN finds its title.",
      deskcmd_search_options, 1, 16, deskcmd_search },
    { "Catalogue", "title show", "TITLE", "a title and its copies",
      "Show a title, by its key or by the barcode of a copy, and where its copies are.", NULL,
      1, 1, deskcmd_title_show },
    { "Catalogue", "shelf", "[PLACE]", "what should stand on the shelf, in its order",
      "List the items that should be at a place (otherwise here), in shelving order, without "
      "those on loan, or with them (--all).",
      deskcmd_shelf_options, 0, 1, deskcmd_shelf },
    { "Catalogue", "item show", "ITEM", "everything about a copy",
      "Show a copy: title, place, condition, loan and hold.", NULL, 1, 1, deskcmd_item_show },
    { "Patrons", "patron show", "CARD", "a patron with loans, holds and charges",
      "Show a patron: standing, loans, holds, charges with what is owed on each, and the balance.", NULL, 1, 1, deskcmd_patron_show },
    { "Patrons", "patron find", "[NAME...]", "find patrons by name, stop or group",
      "Find patrons by the beginnings of words of their names, in any order, accents and capitals left out (`jo sm` finds "
      "Smith, Joan), by their stop, by their class: at least one of these, and all that are given. Replaced cards are not "
      "shown.",
      deskcmd_find_options, 0, 16, deskcmd_patron_find },
    { "Patrons", "patron groups", "", "the classes and deposit collections, and how many are in each", "",
      deskcmd_groups_options, 0, 0, deskcmd_patron_groups },
    { "Patrons", "patron add", "[--card CARD] --name NAME", "register a patron",
      "Register a patron with a new card: the one given, else the next free number of this "
      "laptop's range. Birth date, address, telephone and mail are sealed "
      "to the branch as they are "
      "entered; nobody can read them here afterwards, but for the year of birth.",
      add_options, 0, 0, run_person },
    { "Patrons", "patron update", "CARD", "change what is known of a patron",
      "Change a patron's data: what is given is set, all else stays. Sealed fields that are "
      "given replace the earlier ones at "
      "the branch.",
      update_options, 1, 1, run_person },
    { 0 },
};
