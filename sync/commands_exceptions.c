/* sync/commands_exceptions.c -- exceptions: the list, one as a story, settling it. See commands.h, story.h. */
#include <inttypes.h>
#include <string.h>

#include "sync/commands.h"
#include "sync/story.h"

/* --- list ------------------------------------------------------------------------------------------------- */

static const struct cli_option list_options[] = {
    { "--all", NULL, "those settled or overtaken too" },
    { "--tasks", NULL, "only those where somebody must act" },
    { NULL, NULL, NULL },
};

/* What a list tells beside the key: when and where the act was done, by which device, and whom and what it is about. */
static void head_json(struct jsonw *w, const struct story *head)
{
    const struct story_event *act = NULL, *against = NULL;
    for (size_t i = 0; i < head->count; i++) {
        if (head->events[i].part == STORY_ENTRY) act = &head->events[i];
        if (head->events[i].part == STORY_COUNTERPART) against = &head->events[i];
    }
    jsonw_put_int(w, "t_ms", act ? act->key.t_ms : ENTRY_NONE);
    jsonw_put_int(w, "received_ms", act ? act->received_ms : ENTRY_NONE);
    jsonw_put_text(w, "device", act ? act->key.id.dev : NULL);
    jsonw_put_text(w, "other_device", against ? against->key.id.dev : NULL);
    jsonw_put_text(w, "where", act ? act->where : NULL);
    jsonw_put_text(w, "words", act ? act->words : NULL);
    jsonw_put_text(w, "item", head->item);
    jsonw_put_text(w, "title", head->title);
    jsonw_put_text(w, "card", head->card);
    jsonw_put_text(w, "patron", head->patron);
}

static enum bm_rc exception_json(struct branch *b, struct arena *a, struct jsonw *w, struct stmt *s, enum exc_code code, const char *id)
{
    struct story head = { .code = code, .cents = ENTRY_NONE };
    const char *node = stmt_copy(s, 3, a);
    if (node && node[0] == '?') head.item = node + 1;
    head.entry = stmt_copy(s, 1, a);
    head.other = stmt_copy(s, 2, a);
    if (!head.entry || !head.other) return BM_ENOMEM;
    enum bm_rc rc = story_head(b, a, &head);
    if (rc) return rc;
    jsonw_object(w);
    jsonw_put_text(w, "id", id);
    jsonw_put_text(w, "code", stmt_text(s, 0));
    jsonw_put_text(w, "entry", stmt_text(s, 1));
    jsonw_put_text(w, "other", stmt_text(s, 2));
    jsonw_put_text(w, "status", stmt_text(s, 4));
    jsonw_put_bool(w, "task", exc_is_task(code));
    jsonw_put_text(w, "sentence", exc_sentence(code));
    jsonw_put_text(w, "ways", exc_ways(code));
    head_json(w, &head);
    jsonw_object_end(w);
    return BM_OK;
}

static enum bm_rc each_exception(struct branch *b, struct arena *a, enum exc_status status, bool tasks, struct cli_table *t, struct jsonw *w, int64_t *n)
{
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_EXCEPTIONS_LIST, &s, "status", 's', exc_status_name(status), NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        enum exc_code code;
        char id[STORY_ID_MAX];
        if (!exc_parse(stmt_text(s, 0), &code) || (tasks && !exc_is_task(code))) continue;
        ++*n;
        story_id(stmt_text(s, 0), stmt_text(s, 1), stmt_text(s, 2), id);
        const char *node = stmt_text(s, 3);
        if (w && (rc = exception_json(b, a, w, s, code, id))) break;
        if (!w)
            cli_table_row(t, id, stmt_text(s, 0), exc_is_task(code) ? "task" : "note", stmt_text(s, 4),
                          node && node[0] == '?' ? node + 1 : stmt_text(s, 1), exc_sentence(code));
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc run_list(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct jsonw w;
    struct cli_table t;
    int64_t n = 0;
    bool all = cli_given(args, "--all"), tasks = cli_given(args, "--tasks");
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    if (cli->json)
        cli_json(cli, &w), jsonw_array(&w);
    else
        cli_table(&t, &cli->arena, "id", "code", "kind", "status", "item or entry", "what it means", NULL);
    for (int status = 0; status < EXC_STATUS_COUNT && !rc; status++)
        if (all || status == EXC_OPEN) rc = each_exception(&b, &cli->arena, (enum exc_status)status, tasks, &t, cli->json ? &w : NULL, &n);
    branch_close(&b);
    if (rc) return rc;
    if (cli->json) {
        jsonw_array_end(&w);
        return cli_json_end(cli, &w);
    }
    if (n) rc = cli_table_end(cli, &t);
    cli_print(cli, "%" PRId64 " exception%s\n", n, n == 1 ? "" : "s");
    return rc;
}

/* --- show --------------------------------------------------------------------------------------------------- */

static void print_event(struct cli *cli, const struct story_event *ev)
{
    static const char *const marks[] = { [STORY_BESIDE] = "   ", [STORY_ENTRY] = ">> ", [STORY_COUNTERPART] = " > " };
    cli_print(cli, "%s%-16s  %s: %s%s", marks[ev->part], ev->when, ev->where, ev->words, ev->taken_back ? " -- taken back later, it never was" : "");
    if (ev->slip[0]) cli_print(cli, "  [%s]", ev->slip);
    if (ev->known) cli_print(cli, "  (known here since %s)", ev->known);
    cli_print(cli, "\n");
}

static void print_next(struct cli *cli, const struct story *s)
{
    struct story_step steps[STORY_STEPS_MAX];
    size_t count = story_next(s, &cli->arena, steps);
    if (count) cli_print(cli, "\nWhat to do next:\n");
    for (size_t i = 0; i < count; i++) {
        if (steps[i].command) cli_print(cli, "  %s\n      %s\n", steps[i].command, steps[i].what);
        else cli_print(cli, "  %s\n", steps[i].what);
    }
}

static void print_who(struct cli *cli, const char *label, const char *card, const char *name)
{
    if (card) cli_print(cli, "%-8s%s%s%s\n", label, card, name ? "  " : "", name ? name : "");
}

static void print_story(struct cli *cli, const struct story *s)
{
    cli_print(cli, "%s  %s  %s  (%s)\n\n%s\n\n", s->id, exc_name(s->code), s->status, exc_is_task(s->code) ? "somebody must act" : "to be known",
              exc_sentence(s->code));
    print_who(cli, "item", s->item, s->title);
    print_who(cli, "patron", s->card, s->patron);
    if (!str_eq(s->other_card, s->card)) print_who(cli, "and", s->other_card, s->other_patron);
    cli_print(cli, "%sWhat happened (>> the act it is about%s):\n", s->item || s->card ? "\n" : "", s->other[0] ? ", > its counterpart" : "");
    for (size_t i = 0; i < s->count; i++) print_event(cli, &s->events[i]);
    if (s->now) cli_print(cli, "\nNow: %s%s\n", s->now, s->now[strlen(s->now) - 1] == '?' ? "" : ".");
    if (s->settled_by)
        cli_print(cli, "Settled as %s on %s%s%s%s%s; to undo that: branch void %s\n", s->settled_how, s->settled_when, s->settled_staff ? " by " : "",
                  s->settled_staff ? s->settled_staff : "", s->settled_why ? ": " : "", s->settled_why ? s->settled_why : "", s->settled_by);
    print_next(cli, s);
}

static void next_json(struct jsonw *w, struct cli *cli, const struct story *s)
{
    struct story_step steps[STORY_STEPS_MAX];
    size_t count = story_next(s, &cli->arena, steps);
    jsonw_key(w, "next");
    jsonw_array(w);
    for (size_t i = 0; i < count; i++) {
        jsonw_object(w);
        jsonw_put_text(w, "command", steps[i].command);
        jsonw_put_text(w, "what", steps[i].what);
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
}

static enum bm_rc story_json(struct cli *cli, const struct story *s)
{
    static const char *const parts[] = { "beside", "entry", "counterpart" };
    struct jsonw w;
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "id", s->id);
    jsonw_put_text(&w, "code", exc_name(s->code));
    jsonw_put_text(&w, "status", s->status);
    jsonw_put_bool(&w, "task", exc_is_task(s->code));
    jsonw_put_text(&w, "sentence", exc_sentence(s->code));
    jsonw_put_text(&w, "ways", exc_ways(s->code));
    jsonw_put_text(&w, "entry", s->entry);
    jsonw_put_text(&w, "other", s->other);
    jsonw_put_text(&w, "item", s->item);
    jsonw_put_text(&w, "title", s->title);
    jsonw_put_text(&w, "card", s->card);
    jsonw_put_text(&w, "patron", s->patron);
    jsonw_put_text(&w, "other_card", s->other_card);
    jsonw_put_text(&w, "other_patron", s->other_patron);
    jsonw_put_text(&w, "now", s->now);
    jsonw_put_text(&w, "settled_by", s->settled_by);
    jsonw_put_text(&w, "settled_how", s->settled_how);
    jsonw_put_text(&w, "settled_when", s->settled_when);
    jsonw_put_text(&w, "settled_staff", s->settled_staff);
    jsonw_put_text(&w, "settled_why", s->settled_why);
    jsonw_key(&w, "events");
    jsonw_array(&w);
    for (size_t i = 0; i < s->count; i++) {
        const struct story_event *ev = &s->events[i];
        jsonw_object(&w);
        jsonw_put_text(&w, "part", parts[ev->part]);
        jsonw_put_text(&w, "id", ev->id);
        jsonw_put_text(&w, "slip", ev->slip);
        jsonw_put_int(&w, "t_ms", ev->key.t_ms);
        jsonw_put_int(&w, "received_ms", ev->received_ms);
        jsonw_put_text(&w, "when", ev->when);
        jsonw_put_text(&w, "where", ev->where);
        jsonw_put_text(&w, "device", ev->key.id.dev);
        jsonw_put_text(&w, "staff", ev->staff);
        jsonw_put_text(&w, "words", ev->words);
        jsonw_put_bool(&w, "taken_back", ev->taken_back);
        jsonw_object_end(&w);
    }
    jsonw_array_end(&w);
    next_json(&w, cli, s);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

static enum bm_rc run_show(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct story story;
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    rc = story_tell(&b, args->words[0], &cli->arena, &story);
    branch_close(&b);
    if (rc) return rc;
    if (cli->json) return story_json(cli, &story);
    print_story(cli, &story);
    return BM_OK;
}

/* --- settle ------------------------------------------------------------------------------------------------------ */

static const struct cli_option settle_options[] = {
    { "--as", "HOW", "accept, or for a card in use twice other_person" },
    { "--card", "CARD", "other_person: the card that the later person gets" },
    { "--why", "TEXT", "kept with the entry" },
    { NULL, NULL, NULL },
};

static enum bm_rc other_person(struct branch *b, const struct story *s, const char *card, struct entry *e)
{
    int64_t there;
    if (s->code != EXC_CARD_CLASH) return err_set(BM_EUSAGE, "other_person settles a card_clash; settle a %s as accept", exc_name(s->code));
    if (!card || !*card) return err_set(BM_EUSAGE, "other_person needs --card: the card that the later person gets");
    enum bm_rc rc = db_int(b->db, SQL_READING_CARD_KNOWN, &there, "card", 's', card, NULL);
    if (!rc) return err_set(BM_EREFUSED, "card %s is in use already; give one that is not", card);
    if (rc != BM_ENOTFOUND) return rc;
    e->was = s->card;
    e->card = card;
    return e->was ? BM_OK : err_set(BM_EREFUSED, "the registration it is about is not here");
}

static enum bm_rc settle(struct branch *b, struct cli *cli, const struct cli_args *args, struct desk_answer *answer)
{
    struct story story;
    struct entry e;
    const char *how = cli_value(args, "--as");
    if (!how) return err_set(BM_EUSAGE, "say how: --as accept, or --as other_person --card CARD");
    enum bm_rc rc = story_tell(b, args->words[0], &cli->arena, &story);
    if (rc) return rc;
    if (str_eq(story.status, "settled"))
        return err_set(BM_EREFUSED, "it is settled already, by %s", story.settled_by ? story.settled_by : "another entry");
    entry_init(&e, OP_SETTLE);
    e.exc_code = exc_name(story.code);
    e.exc_entry = story.entry;
    e.exc_other = story.other[0] ? story.other : NULL;
    e.how = how;
    e.why = cli_value(args, "--why");
    if (story.cents != ENTRY_NONE) e.upto_cents = story.cents;
    if (str_eq(how, "other_person")) rc = other_person(b, &story, cli_value(args, "--card"), &e);
    else if (!str_eq(how, "accept")) rc = err_set(BM_EUSAGE, "--as takes accept or other_person");
    return rc ? rc : desk_write(&b->desk, &cli->arena, &e, answer);
}

static enum bm_rc run_settle(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct desk_answer answer = { 0 };
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    rc = settle(&b, cli, args, &answer);
    branch_close(&b);
    if (rc) return rc;
    if (!cli->json) {
        cli_print(cli, "SETTLED  %s   [%s]\n  to undo it: branch void %s\n", args->words[0], answer.slip, answer.entry);
        return BM_OK;
    }
    struct jsonw w;
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "settled", args->words[0]);
    jsonw_put_text(&w, "entry", answer.entry);
    jsonw_put_text(&w, "slip", answer.slip);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

const struct cli_command commands_exceptions[] = {
    { "Exceptions", "exceptions list", "", "what staff should look at, and why",
      "Each has an id that stays the same for as long as it is the same exception.", list_options, 0, 0, run_list },
    { "Exceptions", "exceptions show", "ID", "one as a story: what happened on each side, and how it can be settled",
      "Times are true times; what came later from a laptop says since when it is known here.", NULL, 1, 1, run_show },
    { "Exceptions", "exceptions settle", "ID", "say that it is dealt with",
      "Settling is an entry and can be taken back with void. What staff do about an exception are acts of their own.", settle_options,
      1, 1, run_settle },
    { 0 },
};
