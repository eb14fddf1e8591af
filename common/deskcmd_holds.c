/* common/deskcmd_holds.c -- see deskcmd.h: what hands have to do about holds. */
#include <string.h>

#include "common/calendar.h"
#include "common/deskcmd_priv.h"
#include "common/worklist.h"

static const struct cli_option holds_options[] = {
    { "--stop", "STOP", "only what is to be collected there: a stop's key, or part of its name" },
    { "--place", "PLACE", "only copies that are there; on a laptop otherwise: aboard" },
    { NULL, NULL, NULL },
};

/* The three lists of one moment. */
struct lists {
    const char *stop, *place;
    int64_t now_s;
    struct worklist ready, pull, clear;
};

/* A van's desk looks for copies aboard, but for what waits at the branch to be loaded for its stops. */
static enum bm_rc gather(struct deskcmd_look *l, const struct cli_args *args, struct arena *a, struct lists *out)
{
    const struct desk *d = l->desk;
    const char *stop = cli_value(args, "--stop"), *place = cli_value(args, "--place");
    *out = (struct lists){ .now_s = journal_now_ms(d->journal) / 1000 };
    enum bm_rc rc = stop ? calendar_stop_named(l->db, stop, a, &out->stop) : BM_OK;
    if (rc) return rc;
    struct worklist_ask ask = { .own_place = d->mobile ? d->place : NULL, .mobile = d->mobile, .place = place, .stop = out->stop,
                                .branch = d->home ? d->home : d->branch, .now_s = out->now_s };
    rc = worklist_ready(l->db, &ask, a, &out->ready);
    if (!ask.place && d->mobile) ask.place = d->place;
    out->place = arena_strdup(a, ask.place);
    if (!rc && ask.place && !out->place) rc = BM_ENOMEM;
    if (!rc) rc = worklist_pull(l->db, &ask, a, &out->pull);
    if (!rc) rc = worklist_clear(l->db, &ask, a, &out->clear);
    return rc;
}

/* --- on the screen ------------------------------------------------------------------------- */

static const char *what_of(struct arena *a, const struct work_line *l)
{
    return deskcmd_title(a, l->name, l->author, l->title ? l->title : "(not known)");
}

static const char *visit_of(struct arena *a, const struct work_line *l)
{
    char day[DESKCMD_DAY_SIZE], at[ZONE_TEXT_MAX];
    if (l->arr_s == ENTRY_NONE) return "";
    const char *text = arena_printf(a, "%s %s", deskcmd_day(l->arr_s, day, sizeof day),
                                    zone_text(l->arr_s, at, sizeof at, ZONE_TIME));
    return text ? text : "";
}

static enum bm_rc print_ready(struct cli *cli, const struct worklist *list)
{
    struct cli_table t;
    struct arena *a = &cli->arena;
    cli_print(cli, "SET ASIDE\n");
    if (list->count == 0) cli_print(cli, "nothing\n");
    if (list->count == 0) return BM_OK;
    cli_table(&t, a, "VISIT", "FOR", "CARD", "ITEM", "NOW AT", "", "TITLE", NULL);
    for (size_t i = 0; i < list->count; i++) {
        const struct work_line *l = &list->lines[i];
        cli_table_row(&t, visit_of(a, l), l->pickup, l->card, l->item, l->place, l->at_pickup ? "" : "to be brought", what_of(a, l));
    }
    return cli_table_end(cli, &t);
}

static enum bm_rc print_pull(struct cli *cli, const struct worklist *list)
{
    struct cli_table t;
    cli_print(cli, "\nTO SET ASIDE (hold capture ITEM)\n");
    if (list->count == 0) cli_print(cli, "nothing\n");
    if (list->count == 0) return BM_OK;
    cli_table(&t, &cli->arena, "CALL NUMBER", "ITEM", "AT", "FOR", "CARD", "TITLE", NULL);
    for (size_t i = 0; i < list->count; i++) {
        const struct work_line *l = &list->lines[i];
        cli_table_row(&t, l->callno, l->item, l->place, l->pickup, l->card, what_of(&cli->arena, l));
    }
    return cli_table_end(cli, &t);
}

static enum bm_rc print_clear(struct cli *cli, const struct worklist *list)
{
    struct cli_table t;
    if (list->count == 0) return BM_OK;
    cli_print(cli, "\nTO PUT BACK (checkin ITEM)\n");
    cli_table(&t, &cli->arena, "CALL NUMBER", "ITEM", "AT", "WHY", "TITLE", NULL);
    for (size_t i = 0; i < list->count; i++) {
        const struct work_line *l = &list->lines[i];
        cli_table_row(&t, l->callno, l->item, l->place, work_why_sentence(l->why), what_of(&cli->arena, l));
    }
    return cli_table_end(cli, &t);
}

/* --- as JSON --------------------------------------------------------------------------------- */

static void put_list(struct jsonw *w, const char *key, const struct worklist *list)
{
    jsonw_key(w, key);
    jsonw_array(w);
    for (size_t i = 0; i < list->count; i++) {
        const struct work_line *l = &list->lines[i];
        jsonw_object(w);
        jsonw_put_text(w, "item", l->item);
        jsonw_put_text(w, "place", l->place);
        jsonw_put_text(w, "callno", l->callno);
        jsonw_put_text(w, "title", l->title);
        jsonw_put_text(w, "name", l->name);
        jsonw_put_text(w, "author", l->author);
        jsonw_put_text(w, "hold", l->hold);
        jsonw_put_text(w, "card", l->card);
        jsonw_put_text(w, "pickup", l->pickup);
        jsonw_put_bool(w, "at_pickup", l->at_pickup);
        jsonw_put_int(w, "visit_s", l->arr_s);
        jsonw_put_int(w, "visit_end_s", l->dep_s);
        if (l->why != WORK_ASKED) jsonw_put_text(w, "why", work_why_sentence(l->why));
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
}

static enum bm_rc lists_json(struct cli *cli, const struct lists *x)
{
    struct jsonw w;
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "stop", x->stop);
    jsonw_put_text(&w, "place", x->place);
    put_list(&w, "ready", &x->ready);
    put_list(&w, "pull", &x->pull);
    put_list(&w, "clear", &x->clear);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

static enum bm_rc run_holds(struct cli *cli, const struct cli_args *args)
{
    struct deskcmd_look l;
    struct lists lists;
    enum bm_rc rc = deskcmd_look_begin(&l, cli);
    if (rc) return rc;
    rc = deskcmd_look_end(&l, gather(&l, args, &cli->arena, &lists));
    if (rc) return rc;
    if (cli->json) return lists_json(cli, &lists);
    rc = print_ready(cli, &lists.ready);
    if (!rc) rc = print_pull(cli, &lists.pull);
    return rc ? rc : print_clear(cli, &lists.clear);
}

const struct cli_command deskcmd_holds_commands[] = {
    { "Holds", "holds", "", "what is set aside for which visit, what to set aside, what to put back",
      "Three lists. Copies that are set aside, each with the next visit that takes place where it is to be collected (on a "
      "laptop: at this vehicle's stops). Holds that wait, in the order of asking, each with a free copy that could be set aside "
      "for it (on a laptop: of those aboard). Copies whose slip is for nobody any more. The lists move nothing: scan the copy "
      "(hold capture, checkin).",
      holds_options, 0, 0, run_holds },
    { 0 },
};
