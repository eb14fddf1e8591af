/* common/deskcmd_show.c -- see deskcmd.h: the commands that only look. */
#include <string.h>

#include "common/barcode.h"
#include "common/catalog.h"
#include "common/csvw.h"
#include "common/desk_explain.h"
#include "common/deskcmd_priv.h"
#include "common/zone.h"

enum { SEARCH_LIMIT = 20, SHELF_LIMIT = 10000 };

const struct cli_option deskcmd_search_options[] = {
    { "--limit", "N", "no more than N titles (20)" }, { NULL, NULL, NULL }
};
const struct cli_option deskcmd_shelf_options[] = {
    { "--place", "PLACE", "where; otherwise here" },
    { "--from", "CALLNO", "begin at this call number" },
    { "--to", "CALLNO", "end with all that begins like this call number" },
    { "--all", NULL, "also what is on loan from there, or lost" },
    { "--csv", NULL, "print comma-separated values" },
    { "--limit", "N", "no more than N items (10000)" },
    { NULL, NULL, NULL },
};
const struct cli_option deskcmd_list_options[] = {
    { "--title", "TITLE", "only holds on this title (its key)" },
    { "--limit", "N", "no more than N holds (500)" },
    { NULL, NULL, NULL },
};

/* --- a look ------------------------------------------------------------------------------- */

enum bm_rc deskcmd_look_begin(struct deskcmd_look *l, struct cli *cli)
{
    *l = (struct deskcmd_look){ .host = deskcmd_of(cli) };
    enum bm_rc rc = l->host->open(l->host->owner, cli, &l->desk);
    if (rc) return rc;
    rc = l->host->view(l->host->owner, &l->db);
    if (!rc) rc = db_begin_read(l->db);
    if (rc) l->host->close(l->host->owner);
    return rc;
}

enum bm_rc deskcmd_look_end(struct deskcmd_look *l, enum bm_rc rc)
{
    rc = db_end(l->db, rc);
    l->host->close(l->host->owner);
    return rc;
}

/* Nothing was found, and the answer says so already (an empty list). */
enum bm_rc deskcmd_none_found(struct cli *cli, const char *words)
{
    if (!cli->json) cli_print(cli, "%s\n", words);
    return cli_told(cli, BM_ENOTFOUND);
}

static enum bm_rc join_words(const struct cli_args *args, struct buf *out)
{
    for (size_t i = 0; i < args->count; i++) {
        if (i) buf_putc(out, ' ');
        buf_puts(out, args->words[i]);
    }
    return buf_rc(out);
}

static const char *count_text(struct arena *a, int64_t count)
{
    const char *text = arena_printf(a, "%lld", (long long)count);
    return text ? text : "";
}

/* A field of a record for people; nothing if it is absent. */
static void print_field(struct cli *cli, const char *name, const char *value)
{
    if (value && *value) cli_print(cli, "%-10s %s\n", name, value);
}

/* --- titles ------------------------------------------------------------------------------- */

static void json_hit(struct jsonw *w, const struct catalog_hit *hit)
{
    jsonw_put_text(w, "key", hit->key);
    jsonw_put_text(w, "name", hit->name);
    jsonw_put_text(w, "author", hit->author);
    jsonw_put_text(w, "callno", hit->callno);
    jsonw_put_text(w, "itype", hit->itype);
    jsonw_put_int(w, "copies", hit->copies);
    jsonw_put_int(w, "here", hit->here);
    jsonw_put_int(w, "out", hit->out);
}

static enum bm_rc json_hits(struct cli *cli, const struct catalog_hits *hits)
{
    struct jsonw w;
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_key(&w, "hits");
    jsonw_array(&w);
    for (size_t i = 0; i < hits->count; i++) {
        jsonw_object(&w);
        json_hit(&w, &hits->hits[i]);
        jsonw_object_end(&w);
    }
    jsonw_array_end(&w);
    jsonw_put_bool(&w, "more", hits->more);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

static enum bm_rc print_hits(struct cli *cli, const struct catalog_hits *hits)
{
    struct cli_table t;
    if (hits->count == 0) return BM_OK;
    cli_table(&t, &cli->arena, ">HERE", ">OUT", ">COPIES", "CALL NUMBER", "TITLE", "KEY", NULL);
    for (size_t i = 0; i < hits->count; i++) {
        const struct catalog_hit *h = &hits->hits[i];
        cli_table_row(&t, count_text(&cli->arena, h->here), count_text(&cli->arena, h->out),
                      count_text(&cli->arena, h->copies), h->callno,
                      deskcmd_title(&cli->arena, h->name, h->author, h->key), h->key);
    }
    enum bm_rc rc = cli_table_end(cli, &t);
    if (!rc && hits->more) cli_print(cli, "There are more; say another word, or --limit N.\n");
    return rc;
}

enum bm_rc deskcmd_search(struct cli *cli, const struct cli_args *args)
{
    struct deskcmd_look l;
    struct catalog_hits hits = { 0 };
    struct buf query = { 0 };
    int64_t limit;
    enum bm_rc rc = cli_int(args, "--limit", 1, CATALOG_HITS_MAX, SEARCH_LIMIT, &limit);
    if (!rc) rc = join_words(args, &query);
    if (!rc) rc = deskcmd_look_begin(&l, cli);
    if (rc) goto done;
    rc = deskcmd_look_end(&l, catalog_search(l.db, buf_str(&query), l.desk->place, (size_t)limit,
                                     &cli->arena, &hits));
    if (!rc) rc = cli->json ? json_hits(cli, &hits) : print_hits(cli, &hits);
    if (!rc && hits.count == 0) rc = deskcmd_none_found(cli, "No title has all of these words.");
done:
    buf_free(&query);
    return rc;
}

static void json_copy(struct jsonw *w, const struct catalog_copy *c)
{
    jsonw_put_text(w, "item", c->barcode);
    jsonw_put_text(w, "callno", c->callno);
    jsonw_put_text(w, "place", c->place);
    jsonw_put_text(w, "cond", c->cond);
    jsonw_put_bool(w, "aside", c->aside);
}

static enum bm_rc json_title(struct cli *cli, const struct catalog_hit *hit,
                             const struct catalog_copies *copies)
{
    struct jsonw w;
    cli_json(cli, &w);
    jsonw_object(&w);
    json_hit(&w, hit);
    jsonw_key(&w, "items");
    jsonw_array(&w);
    for (size_t i = 0; i < copies->count; i++) {
        jsonw_object(&w);
        json_copy(&w, &copies->copies[i]);
        jsonw_put_int(&w, "due", copies->copies[i].due_s);
        jsonw_object_end(&w);
    }
    jsonw_array_end(&w);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

/* What stands in the way of taking it off the shelf, or "". */
static const char *copy_state(struct arena *a, const struct catalog_copy *c)
{
    char day[DESKCMD_DAY_SIZE];
    const char *cond = str_eq(c->cond, "ok") ? "" : c->cond;
    if (c->due_s != ENTRY_NONE)
        return arena_printf(a, "due %s", deskcmd_day(c->due_s, day, sizeof day));
    return c->aside ? "set aside" : cond;
}

static enum bm_rc print_title(struct cli *cli, const struct catalog_hit *hit,
                              const struct catalog_copies *copies)
{
    struct cli_table t;
    print_field(cli, "title", hit->name);
    print_field(cli, "author", hit->author);
    print_field(cli, "key", hit->key);
    print_field(cli, "type", hit->itype);
    if (copies->count == 0) return BM_OK;
    cli_print(cli, "\n");
    cli_table(&t, &cli->arena, "ITEM", "CALL NUMBER", "PLACE", "", NULL);
    for (size_t i = 0; i < copies->count; i++) {
        const struct catalog_copy *c = &copies->copies[i];
        cli_table_row(&t, c->barcode, c->callno, c->place, copy_state(&cli->arena, c));
    }
    return cli_table_end(cli, &t);
}

enum bm_rc deskcmd_title_show(struct cli *cli, const struct cli_args *args)
{
    struct deskcmd_look l;
    struct catalog_hit hit;
    struct catalog_item item;
    struct catalog_copies copies = { 0 };
    const char *key = args->words[0];
    enum bm_rc rc = deskcmd_look_begin(&l, cli);
    if (rc) return rc;
    if (catalog_item(l.db, key, &cli->arena, &item) == BM_OK && item.title) key = item.title;
    rc = catalog_title(l.db, key, l.desk->place, &cli->arena, &hit);
    if (!rc) rc = catalog_copies(l.db, key, &cli->arena, &copies);
    rc = deskcmd_look_end(&l, rc);
    if (rc) return rc;
    return cli->json ? json_title(cli, &hit, &copies) : print_title(cli, &hit, &copies);
}

/* --- shelves and items -------------------------------------------------------------------- */

static enum bm_rc json_shelf(struct cli *cli, const char *place,
                             const struct catalog_copies *copies)
{
    struct jsonw w;
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "place", place);
    jsonw_key(&w, "items");
    jsonw_array(&w);
    for (size_t i = 0; i < copies->count; i++) {
        jsonw_object(&w);
        json_copy(&w, &copies->copies[i]);
        jsonw_put_int(&w, "due", copies->copies[i].due_s);
        jsonw_put_text(&w, "name", copies->copies[i].name);
        jsonw_put_text(&w, "author", copies->copies[i].author);
        jsonw_object_end(&w);
    }
    jsonw_array_end(&w);
    jsonw_put_bool(&w, "more", copies->more);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

static enum bm_rc print_shelf(struct cli *cli, const struct catalog_copies *copies)
{
    struct cli_table t;
    if (copies->count == 0) return BM_OK;
    cli_table(&t, &cli->arena, "CALL NUMBER", "ITEM", "TITLE", "", NULL);
    for (size_t i = 0; i < copies->count; i++) {
        const struct catalog_copy *c = &copies->copies[i];
        cli_table_row(&t, c->callno, c->barcode,
                      deskcmd_title(&cli->arena, c->name, c->author, "(not known)"),
                      copy_state(&cli->arena, c));
    }
    enum bm_rc rc = cli_table_end(cli, &t);
    if (!rc && copies->more) cli_print(cli, "There are more; go on with --from CALLNO.\n");
    return rc;
}

static enum bm_rc csv_shelf(struct cli *cli, const struct catalog_copies *copies)
{
    struct buf csv;
    char day[ZONE_TEXT_MAX];
    buf_init(&csv, 0);
    buf_puts(&csv, "callno,item,title,author,cond,aside,due\n");
    for (size_t i = 0; i < copies->count; i++) {
        const struct catalog_copy *c = &copies->copies[i];
        const char *const texts[] = { c->callno, c->barcode, c->name, c->author, c->cond };
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
            csv_write_field(&csv, texts[k]);
            buf_putc(&csv, ',');
        }
        bool lent = c->due_s != ENTRY_NONE;
        buf_printf(&csv, "%d,%s\n", c->aside,
                   lent ? zone_text(c->due_s, day, sizeof day, ZONE_DATE) : "");
    }
    enum bm_rc rc = buf_rc(&csv);
    if (!rc) cli_print(cli, "%s", buf_str(&csv));
    buf_free(&csv);
    return rc;
}

static enum bm_rc tell_shelf(struct cli *cli, const struct cli_args *args, const char *place,
                             const struct catalog_copies *copies)
{
    if (cli->json) return json_shelf(cli, place, copies);
    return cli_given(args, "--csv") ? csv_shelf(cli, copies) : print_shelf(cli, copies);
}

enum bm_rc deskcmd_shelf(struct cli *cli, const struct cli_args *args)
{
    struct deskcmd_look l;
    struct catalog_copies copies = { 0 };
    int64_t limit;
    if (cli->json && cli_given(args, "--csv"))
        return err_set(BM_EUSAGE, "either --json or --csv");
    enum bm_rc rc = cli_int(args, "--limit", 1, CATALOG_SHELF_MAX, SHELF_LIMIT, &limit);
    if (!rc) rc = deskcmd_look_begin(&l, cli);
    if (rc) return rc;
    const char *place = args->count ? args->words[0] : cli_value(args, "--place");
    struct catalog_shelf ask = { .place = arena_strdup(&cli->arena, place ? place : l.desk->place),
                                 .from = cli_value(args, "--from"),
                                 .to = cli_value(args, "--to"),
                                 .all = cli_given(args, "--all"),
                                 .limit = (size_t)limit };
    rc = ask.place ? catalog_shelf(l.db, &ask, &cli->arena, &copies) : BM_ENOMEM;
    rc = deskcmd_look_end(&l, rc);
    if (!rc) rc = tell_shelf(cli, args, ask.place, &copies);
    if (!rc && copies.count == 0) rc = deskcmd_none_found(cli, cli_given(args, "--csv") ? "" : "Nothing stands there.");
    return rc;
}

static enum bm_rc json_item(struct cli *cli, const struct catalog_item *i)
{
    struct jsonw w;
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "item", i->barcode);
    jsonw_put_text(&w, "title", i->title);
    jsonw_put_text(&w, "name", i->name);
    jsonw_put_text(&w, "author", i->author);
    jsonw_put_text(&w, "itype", i->itype);
    jsonw_put_text(&w, "callno", i->callno);
    jsonw_put_text(&w, "loc", i->loc);
    jsonw_put_text(&w, "branch", i->branch);
    jsonw_put_text(&w, "place", i->place);
    jsonw_put_text(&w, "cond", i->cond);
    jsonw_put_int(&w, "price_cents", i->price_cents);
    jsonw_put_text(&w, "loan", i->loan);
    jsonw_put_text(&w, "patron", i->card);
    jsonw_put_text(&w, "patron_name", i->patron_name);
    jsonw_put_int(&w, "due", i->due_s);
    jsonw_put_int(&w, "renewals", i->renewals);
    jsonw_put_text(&w, "aside", i->aside_stands ? i->aside : NULL);
    jsonw_put_text(&w, "aside_patron", i->aside_stands ? i->aside_card : NULL);
    jsonw_put_text(&w, "aside_pickup", i->aside_stands ? i->aside_pickup : NULL);
    jsonw_put_int(&w, "last_ms", i->last_t_ms);
    jsonw_put_text(&w, "last_op", i->last_op);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

static void print_person(struct cli *cli, const char *name, const char *card, const char *who,
                         const char *rest)
{
    if (!card) return;
    cli_print(cli, "%-10s %s%s%s%s%s\n", name, card, who ? " " : "", who ? who : "",
              *rest ? ", " : "", rest);
}

static void print_item(struct cli *cli, const struct catalog_item *i)
{
    char day[DESKCMD_DAY_SIZE], when[ZONE_TEXT_MAX], due[DESKCMD_DAY_SIZE + 8] = "";
    print_field(cli, "item", i->barcode);
    print_field(cli, "title", i->name ? i->name : "(not known)");
    print_field(cli, "author", i->author);
    print_field(cli, "key", i->title);
    print_field(cli, "call no.", i->callno);
    print_field(cli, "type", i->itype);
    print_field(cli, "shelf", i->loc);
    print_field(cli, "place", i->place);
    print_field(cli, "condition", i->cond);
    if (i->due_s != ENTRY_NONE)
        snprintf(due, sizeof due, "due %s", deskcmd_day(i->due_s, day, sizeof day));
    print_person(cli, "ON LOAN", i->card, i->patron_name, due);
    if (i->renewals > 0) cli_print(cli, "%-10s %lld\n", "renewals", (long long)i->renewals);
    if (i->aside_stands)
        print_person(cli, "SET ASIDE", i->aside_card, i->aside_name,
                     i->aside_pickup ? i->aside_pickup : "");
    if (i->last_t_ms != ENTRY_NONE)
        cli_print(cli, "%-10s %s %s\n", "last",
                  zone_text(i->last_t_ms / 1000, when, sizeof when, ZONE_DATE_TIME),
                  i->last_op ? i->last_op : "");
}

enum bm_rc deskcmd_item_show(struct cli *cli, const struct cli_args *args)
{
    struct deskcmd_look l;
    struct catalog_item item;
    enum bm_rc rc = deskcmd_look_begin(&l, cli);
    if (rc) return rc;
    rc = deskcmd_look_end(&l, catalog_item(l.db, args->words[0], &cli->arena, &item));
    if (rc) return rc;
    if (cli->json) return json_item(cli, &item);
    print_item(cli, &item);
    return BM_OK;
}

/* --- patrons ------------------------------------------------------------------------------ */

struct patron {
    const char *card, *account, *name, *category, *branch, *stop, *group, *newer;
    int64_t expires_s, limit; /* of loans */
    bool barred, dead, known;
};

static enum bm_rc read_patron(struct db *db, const char *scanned, struct arena *a,
                              struct patron *out)
{
    char card[BARCODE_MAX + 1];
    struct stmt *s;
    *out = (struct patron){ .expires_s = ENTRY_NONE };
    if (barcode_clean(scanned, card, sizeof card)) return BM_EUSAGE; /* its detail says why */
    enum bm_rc rc = db_get(db, SQL_PATRON_GET, &s, "card", 's', card, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc == BM_ENOTFOUND)
        return err_set(rc, "no such card here: %s; look the patron up by name", card);
    if (rc) return rc;
    const char **const texts[] = { &out->card,     &out->account, &out->name,
                                   &out->category, &out->branch,  &out->stop };
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
        *texts[i] = stmt_copy(s, i, a);
    out->expires_s = stmt_int(s, 6);
    out->barred = stmt_int(s, 7) == 1;
    out->dead = stmt_int(s, 8) == 1;
    out->known = stmt_kind(s, 9) != 'n';
    out->group = stmt_copy(s, 12, a);
    stmt_done(s);
    if (!out->card || !out->account) return BM_ENOMEM;
    if (!out->dead) return BM_OK;
    rc = db_get(db, SQL_PATRON_NEWER_CARD, &s, "account", 's', out->account, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    out->newer = stmt_copy(s, 0, a);
    stmt_done(s);
    return BM_OK;
}

/* Loans (CATALOG_LOANS) as JSON or as rows. */
static enum bm_rc tell_loans(struct cli *cli, struct db *db, const char *account,
                             struct jsonw *w, struct cli_table *t)
{
    struct stmt *s;
    char day[DESKCMD_DAY_SIZE];
    enum bm_rc rc = db_get(db, SQL_CATALOG_LOANS, &s, "account", 's', account, NULL);
    if (rc) return rc;
    while (!(rc = stmt_next(s))) {
        if (cli->json) {
            static const char *const keys[] = { "loan",     "item", "out_ms", "due",
                                                "renewals", "name", "author" };
            jsonw_object(w);
            for (int i = 0; i < 7; i++) {
                if (i >= 2 && i <= 4)
                    jsonw_put_int(w, keys[i], stmt_int(s, i));
                else
                    jsonw_put_text(w, keys[i], stmt_text(s, i));
            }
            jsonw_object_end(w);
        } else {
            cli_table_row(
                t, stmt_text(s, 1), deskcmd_day(stmt_int(s, 3), day, sizeof day),
                count_text(&cli->arena, stmt_int(s, 4)),
                deskcmd_title(&cli->arena, stmt_text(s, 5), stmt_text(s, 6), "(not known)"));
        }
    }
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* Rows of one of the CATALOG_HOLDS statements. out: *count */
static enum bm_rc tell_holds(struct cli *cli, struct stmt *s, struct jsonw *w,
                             struct cli_table *t, size_t *count)
{
    enum bm_rc rc;
    for (*count = 0; !(rc = stmt_next(s)); ++*count) {
        if (cli->json) {
            static const char *const keys[] = { "hold",  "patron", "patron_name", "title",
                                                "name",  "author", "item",        "pickup",
                                                "state", "by_item" };
            jsonw_object(w);
            for (int i = 0; i < 10; i++) jsonw_put_text(w, keys[i], stmt_text(s, i));
            jsonw_object_end(w);
        } else {
            bool aside = str_eq(stmt_text(s, 8), "captured");
            cli_table_row(
                t, stmt_text(s, 0), stmt_text(s, 1), stmt_text(s, 2),
                aside ? "SET ASIDE" : "waiting", stmt_text(s, 7), stmt_text(s, aside ? 9 : 6),
                deskcmd_title(&cli->arena, stmt_text(s, 4), stmt_text(s, 5), stmt_text(s, 3)));
        }
    }
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static void hold_table(struct cli *cli, struct cli_table *t)
{
    cli_table(t, &cli->arena, "HOLD", "CARD", "NAME", "STATE", "COLLECT AT", "ITEM", "TITLE",
              NULL);
}

static void json_patron(struct jsonw *w, const struct patron *p)
{
    jsonw_put_text(w, "card", p->card);
    jsonw_put_text(w, "account", p->account);
    jsonw_put_text(w, "name", p->name);
    jsonw_put_text(w, "category", p->category);
    jsonw_put_text(w, "branch", p->branch);
    jsonw_put_text(w, "stop", p->stop);
    jsonw_put_text(w, "group", p->group);
    jsonw_put_int(w, "expires", p->expires_s);
    jsonw_put_bool(w, "barred", p->barred);
    jsonw_put_bool(w, "replaced", p->dead);
    jsonw_put_text(w, "newer_card", p->newer);
    jsonw_put_bool(w, "known", p->known);
    jsonw_put_int(w, "limit", p->limit);
}

static void print_patron(struct cli *cli, const struct patron *p)
{
    char day[DESKCMD_DAY_SIZE];
    print_field(cli, "card", p->card);
    print_field(cli, "name", p->name ? p->name : "(not known)");
    print_field(cli, "category", p->category);
    print_field(cli, "stop", p->stop);
    print_field(cli, "group", p->group);
    if (p->expires_s != ENTRY_NONE)
        print_field(cli, "expires", deskcmd_day(p->expires_s, day, sizeof day));
    if (!p->known) cli_print(cli, "UNKNOWN: nobody was registered with this card\n");
    if (p->barred) cli_print(cli, "BARRED\n");
    if (p->dead)
        cli_print(cli, "REPLACED%s%s\n", p->newer ? " by " : "", p->newer ? p->newer : "");
}

static enum bm_rc tell_patron(struct cli *cli, struct db *db, const struct patron *p)
{
    struct jsonw w = { 0 };
    struct cli_table loans, holds;
    struct stmt *s;
    size_t count;
    cli_table(&loans, &cli->arena, "ITEM", "DUE", ">RENEWED", "TITLE", NULL);
    hold_table(cli, &holds);
    if (cli->json)
        cli_json(cli, &w), jsonw_object(&w), json_patron(&w, p), jsonw_key(&w, "loans"),
            jsonw_array(&w);
    enum bm_rc rc = tell_loans(cli, db, p->account, &w, &loans);
    if (cli->json) jsonw_array_end(&w), jsonw_key(&w, "holds"), jsonw_array(&w);
    if (!rc)
        rc = db_get(db, SQL_CATALOG_HOLDS_OF_ACCOUNT, &s, "account", 's', p->account, "count",
                    'i', (int64_t)DESKCMD_FOUND_MAX, NULL);
    if (!rc) rc = tell_holds(cli, s, &w, &holds, &count);
    if (rc) return rc;
    if (cli->json) {
        jsonw_array_end(&w);
        rc = deskcmd_tell_owed(cli, db, p->account, &w);
        jsonw_object_end(&w);
        return rc ? rc : cli_json_end(cli, &w);
    }
    print_patron(cli, p);
    if (loans.count) cli_print(cli, "\n");
    if (loans.count) rc = cli_table_end(cli, &loans);
    if (!rc && count) cli_print(cli, "\n");
    if (!rc && count) rc = cli_table_end(cli, &holds);
    return rc ? rc : deskcmd_tell_owed(cli, db, p->account, NULL);
}

enum bm_rc deskcmd_patron_show(struct cli *cli, const struct cli_args *args)
{
    struct deskcmd_look l;
    struct patron p;
    enum bm_rc rc = deskcmd_look_begin(&l, cli);
    if (rc) return rc;
    rc = read_patron(l.db, args->words[0], &cli->arena, &p);
    if (!rc) rc = desk_loan_limit(l.desk, l.db, &cli->arena, p.card, &p.limit);
    if (!rc) rc = tell_patron(cli, l.db, &p);
    return deskcmd_look_end(&l, rc);
}

/* --- holds -------------------------------------------------------------------------------- */

static enum bm_rc get_holds(struct cli *cli, struct db *db, const struct cli_args *args,
                            int64_t limit, struct stmt **out)
{
    const char *title = cli_value(args, "--title");
    struct patron p;
    if (title && args->count) return err_set(BM_EUSAGE, "give a card or --title, not both");
    if (title)
        return db_get(db, SQL_CATALOG_HOLDS_OF_TITLE, out, "title", 's', title, "count", 'i',
                      limit, NULL);
    if (!args->count) return db_get(db, SQL_CATALOG_HOLDS, out, "count", 'i', limit, NULL);
    enum bm_rc rc = read_patron(db, args->words[0], &cli->arena, &p);
    if (rc) return rc;
    return db_get(db, SQL_CATALOG_HOLDS_OF_ACCOUNT, out, "account", 's', p.account, "count",
                  'i', limit, NULL);
}

enum bm_rc deskcmd_hold_list(struct cli *cli, const struct cli_args *args)
{
    struct deskcmd_look l;
    struct stmt *s;
    struct jsonw w = { 0 };
    struct cli_table t;
    size_t count = 0;
    int64_t limit;
    enum bm_rc rc = cli_int(args, "--limit", 1, CATALOG_SHELF_MAX, DESKCMD_FOUND_MAX, &limit);
    if (!rc) rc = deskcmd_look_begin(&l, cli);
    if (rc) return rc;
    rc = get_holds(cli, l.db, args, limit, &s);
    hold_table(cli, &t);
    if (!rc && cli->json) cli_json(cli, &w), jsonw_array(&w);
    if (!rc) rc = tell_holds(cli, s, &w, &t, &count);
    rc = deskcmd_look_end(&l, rc);
    if (rc) return rc;
    if (cli->json) {
        jsonw_array_end(&w);
        return cli_json_end(cli, &w);
    }
    if (count == 0) cli_print(cli, "No holds.\n");
    return count ? cli_table_end(cli, &t) : BM_OK;
}
