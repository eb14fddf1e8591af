/* common/web_run.c -- see web_priv.h. A command run in this process, its answer taken from memory; what
 * was scanned looked up, then done. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/catalog.h"
#include "common/scan.h"
#include "common/web_priv.h"

/* --- what may be asked --------------------------------------------------------------------- */

/* Whether a word stands in a list parted by blanks. */
static bool listed(const char *list, const char *word)
{
    size_t len = strlen(word);
    for (const char *p = list; p && (p = strstr(p, word)); p += len)
        if ((p == list || p[-1] == ' ') && (p[len] == ' ' || !p[len])) return true;
    return false;
}

static const struct web_command *find(const struct web_command *table, const char *name)
{
    for (; table->name; table++)
        if (strcmp(table->name, name) == 0) return table;
    return NULL;
}

static enum bm_rc may(const struct web *w, const struct session *who, const struct web_ask *ask)
{
    const struct web_command *c = find(w->o.commands, ask->command);
    if (!c) return err_set(BM_EUSAGE, "the page has no command %s", ask->command);
    if (who->role < c->role)
        return err_set(BM_EREFUSED, "%s is for %s", c->name,
                       c->role == STAFF_ADMIN ? "administrators" : "staff, not for those who only look");
    for (size_t i = 0; i < ask->option_count; i++) {
        const char *name = ask->options[i].name;
        bool admin = listed(c->admin, name);
        if (!admin && !listed(c->options, name))
            return err_set(BM_EUSAGE, "%s has no option %s on the page", c->name, name);
        if (admin && who->role < STAFF_ADMIN)
            return err_set(BM_EREFUSED, "%s of %s is for administrators", name, c->name);
    }
    if (ask->input && !c->input) return err_set(BM_EUSAGE, "%s takes no input on the page", c->name);
    return BM_OK;
}

static const struct cli_command *in_program(const struct cli_program *program, const char *name)
{
    for (size_t t = 0; program->tables[t]; t++)
        for (const struct cli_command *c = program->tables[t]; c->name; c++)
            if (strcmp(c->name, name) == 0) return c;
    return NULL;
}

/* "--from=-" counts as --from. */
static enum bm_rc check_options(const struct cli_command *c, const char *list)
{
    for (const char *p = list; p && *p;) {
        size_t end = strcspn(p, " "), len = strcspn(p, " =");
        bool there = false;
        for (const struct cli_option *o = c->options; o && o->name; o++)
            there = there || (strlen(o->name) == len && memcmp(o->name, p, len) == 0);
        if (!there) return err_set(BM_EINTERNAL, "the page's table gives %s an option %.*s", c->name, (int)len, p);
        p += end + (p[end] == ' ');
    }
    return BM_OK;
}

enum bm_rc web_check_table(const struct web_options *o)
{
    enum bm_rc rc = BM_OK;
    for (const struct web_command *c = o->commands; c->name && !rc; c++) {
        const struct cli_command *there = in_program(o->program, c->name);
        if (!there) return err_set(BM_EINTERNAL, "the page's table names a command %s", c->name);
        rc = check_options(there, c->options);
        if (!rc) rc = check_options(there, c->admin);
        if (!rc) rc = check_options(there, c->input);
    }
    return rc;
}

/* --- a command ----------------------------------------------------------------------------- */

/* Words of a command line. */
struct line {
    struct arena *a;
    char **argv;
    size_t count, cap;
    bool failed;
};

static void add(struct line *l, const char *text)
{
    char *copy = arena_strdup(l->a, text);
    l->failed = l->failed || !copy || l->count == l->cap;
    if (!l->failed) l->argv[l->count++] = copy;
}

static void add_value(struct line *l, const char *name, const char *value)
{
    const char *text = value ? arena_printf(l->a, "%s=%s", name, value) : name;
    if (text) add(l, text);
    else l->failed = true;
}

/* PROGRAM COMMAND --json ... -- WORD...: a word that begins with a dash is a word. */
static enum bm_rc build_line(const struct web *w, const struct session *who, const struct web_ask *ask,
                             struct line *l)
{
    enum { OWN_WORDS = 10 };
    char name[WEB_NAME_MAX + 1], *rest = name;
    l->cap = OWN_WORDS + ask->option_count + ask->word_count;
    l->argv = arena_array(l->a, l->cap + 1, sizeof *l->argv);
    if (!l->argv) return BM_ENOMEM;
    str_copy(name, sizeof name, ask->command);
    add(l, w->o.program->name);
    while (rest) add(l, strsep(&rest, " "));
    add(l, "--json");
    add_value(l, "--data", w->dir);
    add_value(l, "--staff", who->who);
    if (ask->request) add_value(l, "--request", ask->request);
    for (size_t i = 0; i < ask->option_count; i++) add_value(l, ask->options[i].name, ask->options[i].value);
    const struct web_command *c = find(w->o.commands, ask->command);
    if (ask->input && c) add(l, c->input);
    add(l, "--");
    for (size_t i = 0; i < ask->word_count; i++) add(l, ask->words[i]);
    return l->failed ? BM_ENOMEM : BM_OK;
}

/* What was said beside the answer, a text a line, without the program's name before it. The line that
 * tells a failure is left out: the answer has it. */
static const char *notes_json(const struct web *w, struct arena *a, char *text, bool failed)
{
    struct buf out = { 0 };
    struct jsonw j;
    size_t name = strlen(w->o.program->name);
    char *rest = text, *line;
    jsonw_init(&j, &out);
    jsonw_array(&j);
    while ((line = strsep(&rest, "\n"))) {
        bool last = !rest || !*rest;
        if (strncmp(line, w->o.program->name, name) == 0 && strncmp(line + name, ": ", 2) == 0) line += name + 2;
        if (*line && !(failed && last)) jsonw_text(&j, line);
        if (last) break;
    }
    jsonw_array_end(&j);
    const char *copy = jsonw_rc(&j) ? NULL : arena_strdup(a, buf_str(&out));
    buf_free(&out);
    return copy;
}

/* Exactly one value stands there, or nothing. */
static enum bm_rc take_answer(const struct web *w, struct arena *a, char *said, size_t len, char *beside,
                              struct web_result *out)
{
    static const char failure[] = "{\"error\":";
    while (len && said[len - 1] == '\n') said[--len] = '\0';
    bool failed = out->exit != 0 && strncmp(said, failure, sizeof failure - 1) == 0;
    out->answer = len ? arena_strndup(a, said, len) : "null";
    out->notes = notes_json(w, a, beside, failed);
    return out->answer && out->notes ? BM_OK : BM_ENOMEM;
}

static enum bm_rc run_line(const struct web *w, struct line *l, const char *input, struct arena *a,
                           struct web_result *out)
{
    char *said = NULL, *beside = NULL;
    size_t said_len = 0, beside_len = 0;
    enum bm_rc rc = BM_ENOMEM;
    FILE *in = input && *input ? fmemopen((void *)(uintptr_t)input, strlen(input), "r") : fopen("/dev/null", "re"), *to = open_memstream(&said, &said_len),
         *err = open_memstream(&beside, &beside_len);
    if (!in || !to || !err) goto done;
    out->exit = cli_main_with(w->o.program, w->o.host, (int)l->count, l->argv, in, to, err);
    rc = fflush(to) || fflush(err) ? BM_ENOMEM : take_answer(w, a, said, said_len, beside, out);
done:
    if (in) fclose(in);
    if (to) fclose(to);
    if (err) fclose(err);
    free(said);
    free(beside);
    return rc ? err_set(rc, "out of memory") : BM_OK;
}

enum bm_rc web_run(struct web *w, const struct session *who, const struct web_ask *ask, struct arena *a,
                   struct web_result *out)
{
    struct line l = { .a = a };
    *out = (struct web_result){ 0 };
    enum bm_rc rc = may(w, who, ask);
    if (!rc) rc = build_line(w, who, ask, &l);
    return rc ? rc : run_line(w, &l, ask->input, a, out);
}

/* --- a scan -------------------------------------------------------------------------------- */

/* What a number is known as here. */
struct found {
    char word[BARCODE_MAX + 1];
    char isbn[BARCODE_ISBN_SIZE]; /* "" = none */
    bool card, item, title;
    const char *name; /* of whose card it is */
    struct catalog_item copy;
};

static enum bm_rc row_there(struct db *db, enum sql_id id, const char *key, const char *value, struct stmt **s,
                            bool *out)
{
    enum bm_rc rc = id == SQL_CATALOG_BY_ISBN ? db_get(db, id, s, key, 's', value, "count", 'i', (int64_t)1, NULL)
                                              : db_get(db, id, s, key, 's', value, NULL);
    if (!rc) rc = stmt_next(*s);
    *out = rc == BM_OK;
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc look_up(struct db *db, struct arena *a, struct found *f)
{
    struct stmt *s;
    enum bm_rc rc = row_there(db, SQL_PATRON_GET, "card", f->word, &s, &f->card);
    if (rc) return rc;
    if (f->card) f->name = stmt_copy(s, 2, a), stmt_done(s);
    rc = catalog_item(db, f->word, a, &f->copy);
    f->item = rc == BM_OK;
    if (rc && rc != BM_ENOTFOUND) return rc;
    if (f->card || f->item || barcode_isbn13(f->word, f->isbn)) return BM_OK;
    rc = row_there(db, SQL_CATALOG_BY_ISBN, "isbn", f->isbn, &s, &f->title);
    if (!rc && f->title) stmt_done(s);
    return rc;
}

/* In one view. */
static enum bm_rc find_scan(struct web *w, struct arena *a, struct found *f)
{
    struct db *db;
    enum bm_rc rc = w->o.host->view(w->o.host->owner, &db);
    if (!rc) rc = db_begin_read(db);
    return rc ? rc : db_end(db, look_up(db, a, f));
}

/* What to do with it: a command, or NULL = nothing can be done before somebody was asked. */
struct plan {
    const char *kind, *command, *first; /* first: a word before the scanned one */
    bool acts;
};

static enum bm_rc plan_item(const struct web_ask *ask, struct plan *p)
{
    *p = (struct plan){ .kind = "act", .acts = true };
    if (str_eq(ask->mode, "lend") && ask->card) p->command = "checkout", p->first = ask->card;
    else if (str_eq(ask->mode, "return")) p->command = "checkin";
    else if (str_eq(ask->mode, "renew")) p->command = "renew";
    else *p = (struct plan){ .kind = "item", .command = "item show" };
    return BM_OK;
}

static enum bm_rc make_plan(const struct web_ask *ask, const struct found *f, struct plan *p)
{
    static const char *const modes[] = { "lend", "return", "renew", "show" };
    bool mode = false;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) mode = mode || str_eq(ask->mode, modes[i]);
    if (!mode) return err_set(BM_EINPUT, "mode is one of lend, return, renew, show");
    if (ask->as && !str_eq(ask->as, "card") && !str_eq(ask->as, "item"))
        return err_set(BM_EINPUT, "as is card or item");
    if (ask->as ? str_eq(ask->as, "item") : f->item && !f->card) return plan_item(ask, p);
    if (f->item && f->card && !ask->as)
        *p = (struct plan){ .kind = "ask" };
    else if (ask->as || f->card)
        *p = (struct plan){ .kind = "patron", .command = "patron show" };
    else if (f->title)
        *p = (struct plan){ .kind = "title", .command = "search" };
    else
        *p = (struct plan){ .kind = "unknown" };
    return BM_OK;
}

/* Both are told, for the page to ask which is meant. */
static void put_question(struct jsonw *j, const struct found *f)
{
    jsonw_object(j);
    jsonw_key(j, "card");
    jsonw_object(j);
    jsonw_put_text(j, "card", f->word);
    jsonw_put_text(j, "name", f->name);
    jsonw_object_end(j);
    jsonw_key(j, "item");
    jsonw_object(j);
    jsonw_put_text(j, "item", f->copy.barcode);
    jsonw_put_text(j, "title", f->copy.name);
    jsonw_put_text(j, "author", f->copy.author);
    jsonw_object_end(j);
    jsonw_object_end(j);
}

static enum bm_rc do_plan(struct web *w, const struct session *who, const struct web_ask *ask, const struct plan *p,
                          const struct found *f, struct arena *a, struct web_result *out)
{
    const char *words[2] = { p->first ? p->first : f->word, f->word };
    struct web_ask run = { .command = p->command, .words = words, .word_count = p->first ? 2 : 1 };
    if (p->acts) { /* to look takes no reason and no time of its own */
        run.request = ask->request;
        run.option_count = ask->option_count;
        memcpy(run.options, ask->options, sizeof run.options);
    }
    return web_run(w, who, &run, a, out);
}

/* Dirt without a number in it. */
static void put_unreadable(struct jsonw *out, enum bm_rc rc)
{
    jsonw_put_int(out, "exit", 1);
    jsonw_put_text(out, "kind", "unreadable");
    jsonw_put_text(out, "text", "");
    jsonw_key(out, "answer");
    jsonw_object(out);
    jsonw_put_text(out, "error", err_name(rc));
    jsonw_put_text(out, "message", err_text(rc));
    jsonw_object_end(out);
}

enum bm_rc web_scan(struct web *w, const struct session *who, const struct web_ask *ask, struct arena *a,
                    struct jsonw *out)
{
    struct found f = { 0 };
    struct plan p = { 0 };
    struct web_result result = { .answer = "null", .notes = "[]" };
    bool ask_first, unknown;
    enum bm_rc rc = scan_clean(ask->text, ask->text_len, f.word);
    if (rc) {
        put_unreadable(out, rc);
        return BM_OK;
    }
    rc = find_scan(w, a, &f);
    if (!rc) rc = make_plan(ask, &f, &p);
    if (!rc && p.command) rc = do_plan(w, who, ask, &p, &f, a, &result);
    if (rc) return rc;
    ask_first = str_eq(p.kind, "ask");
    unknown = str_eq(p.kind, "unknown");
    jsonw_put_int(out, "exit", unknown ? 1 : result.exit);
    jsonw_put_text(out, "kind", p.kind);
    jsonw_put_text(out, "text", f.word);
    jsonw_put_text(out, "command", p.command);
    jsonw_key(out, "answer");
    if (ask_first) put_question(out, &f);
    else jsonw_raw(out, result.answer);
    jsonw_key(out, "notes");
    jsonw_raw(out, result.notes);
    if (unknown) jsonw_put_bool(out, "misread", scan_is_misread(f.word));
    return BM_OK;
}
