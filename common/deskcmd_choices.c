/* common/deskcmd_choices.c -- see deskcmd.h. What forms offer to choose from: stops and patrons' categories. */
#include "common/deskcmd_priv.h"

enum { CHOICES_MAX = 1000 };

struct choice {
    const char *key, *name; /* of a stop: its key, "community, name"; of a category: both the word */
};
struct choice_list {
    struct choice *rows;
    size_t count, cap;
};

static enum bm_rc add(struct arena *a, struct choice_list *list, const char *key, const char *name)
{
    if (!key || !name) return BM_ENOMEM;
    if (list->count == list->cap) {
        struct choice *more = arena_grow(a, list->rows, list->count, &list->cap, sizeof *more);
        if (!more) return BM_ENOMEM;
        list->rows = more;
    }
    list->rows[list->count++] = (struct choice){ key, name };
    return BM_OK;
}

static enum bm_rc add_stops(struct deskcmd_look *l, struct arena *a, struct choice_list *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(l->db, SQL_CHOICE_STOPS, &s, "mobile", 's', l->desk->mobile, "count", 'i', (int64_t)CHOICES_MAX, NULL);
    if (rc) return rc;
    while (!(rc = stmt_next(s))) {
        const char *community = stmt_text(s, 2);
        if ((rc = add(a, out, stmt_copy(s, 0, a), arena_printf(a, "%s%s%s", community, *community ? ", " : "", stmt_text(s, 3))))) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc add_categories(struct deskcmd_look *l, struct arena *a, struct choice_list *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(l->db, SQL_CHOICE_CATEGORIES, &s, "count", 'i', (int64_t)CHOICES_MAX, NULL);
    if (rc) return rc;
    while (!(rc = stmt_next(s))) {
        const char *word = stmt_copy(s, 0, a);
        if ((rc = add(a, out, word, word))) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc choices_json(struct cli *cli, const struct choice_list *stops, const struct choice_list *categories)
{
    struct jsonw w;
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_key(&w, "stops");
    jsonw_array(&w);
    for (size_t i = 0; i < stops->count; i++) {
        jsonw_object(&w);
        jsonw_put_text(&w, "key", stops->rows[i].key);
        jsonw_put_text(&w, "name", stops->rows[i].name);
        jsonw_object_end(&w);
    }
    jsonw_array_end(&w);
    jsonw_key(&w, "categories");
    jsonw_array(&w);
    for (size_t i = 0; i < categories->count; i++) jsonw_text(&w, categories->rows[i].key);
    jsonw_array_end(&w);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

static enum bm_rc choices_print(struct cli *cli, const struct choice_list *stops, const struct choice_list *categories)
{
    struct cli_table t;
    cli_table(&t, &cli->arena, "STOP", "KEY", NULL);
    for (size_t i = 0; i < stops->count; i++) cli_table_row(&t, stops->rows[i].name, stops->rows[i].key, NULL);
    enum bm_rc rc = stops->count ? cli_table_end(cli, &t) : BM_OK;
    if (rc || !categories->count) return rc;
    cli_print(cli, "\nCategories:");
    for (size_t i = 0; i < categories->count; i++) cli_print(cli, "%s %s", i ? "," : "", categories->rows[i].name);
    cli_print(cli, "\n");
    return BM_OK;
}

static enum bm_rc run_choices(struct cli *cli, const struct cli_args *args)
{
    struct deskcmd_look l;
    struct choice_list stops = { 0 }, categories = { 0 };
    (void)args;
    enum bm_rc rc = deskcmd_look_begin(&l, cli);
    if (rc) return rc;
    rc = add_stops(&l, &cli->arena, &stops);
    if (!rc) rc = add_categories(&l, &cli->arena, &categories);
    rc = deskcmd_look_end(&l, rc);
    if (rc) return rc;
    return cli->json ? choices_json(cli, &stops, &categories) : choices_print(cli, &stops, &categories);
}

const struct cli_command deskcmd_choice_commands[] = {
    { "Patrons", "choices", "", "stops and categories there are to choose from",
      "The stops of the timetable (on a laptop: of its vehicle), each with the key that --stop and --pickup take, and the categories that "
      "patrons have here.",
      NULL, 0, 0, run_choices },
    { 0 },
};
