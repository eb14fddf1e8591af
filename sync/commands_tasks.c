/* sync/commands_tasks.c -- see commands.h: what staff have to do, in one place: exceptions that want somebody, copies to
 * set aside, to put back, to hand over. Reads only; what is done is done by the commands it names (I13). */
#include <inttypes.h>
#include <string.h>

#include "common/worklist.h"
#include "sync/commands.h"
#include "sync/story_words.h"

enum task_kind { TASK_LOOK, TASK_PULL, TASK_CLEAR, TASK_READY, TASK_KIND_COUNT };
static const struct {
    const char *key, *heading;
} kinds[TASK_KIND_COUNT] = {
    [TASK_LOOK] = { "exceptions", "TO LOOK INTO" },
    [TASK_PULL] = { "pull", "TO SET ASIDE for who waits" },
    [TASK_CLEAR] = { "clear", "TO PUT BACK, set aside for nobody" },
    [TASK_READY] = { "ready", "TO HAND OVER, set aside" },
};

struct task {
    enum task_kind kind;
    const char *words, *command;    /* what a person does; what is typed then */
    const char *id, *code;          /* of an exception */
    const char *item, *card, *hold; /* or NULL */
    const char *title, *callno, *patron; /* of the copy and of who waits, for a list to walk with; or NULL */
    const char *place, *pickup;     /* of a hold: where the copy is, where it is collected */
    int64_t visit_s;                /* or ENTRY_NONE */
};
struct tasks {
    struct task *list;
    size_t count, cap;
    size_t of_kind[TASK_KIND_COUNT];
};

/* --- gathering -------------------------------------------------------------------------------------------------- */

static enum bm_rc add(struct tasks *tasks, struct arena *a, const struct task *task)
{
    if (!task->words || !task->command) return BM_ENOMEM;
    tasks->list = arena_grow(a, tasks->list, tasks->count, &tasks->cap, sizeof *tasks->list);
    if (!tasks->list) return BM_ENOMEM;
    tasks->list[tasks->count++] = *task;
    tasks->of_kind[task->kind]++;
    return BM_OK;
}

static enum bm_rc gather_exceptions(const struct teller *t, struct tasks *tasks)
{
    struct stmt *s;
    enum bm_rc rc = db_get(t->db, SQL_EXCEPTIONS_LIST, &s, "status", 's', exc_status_name(EXC_OPEN), NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        char id[STORY_ID_MAX];
        enum exc_code code;
        struct task task = { .kind = TASK_LOOK, .visit_s = ENTRY_NONE };
        if (!exc_parse(stmt_text(s, 0), &code) || !exc_is_task(code)) continue;
        const char *node = stmt_copy(s, 3, t->a);
        if (node && node[0] == '?') task.item = node + 1;
        task.id = arena_strdup(t->a, story_id(stmt_text(s, 0), stmt_text(s, 1), stmt_text(s, 2), id));
        task.code = exc_name(code);
        const char *card = code == EXC_CREDIT ? stmt_copy(s, 1, t->a) : NULL;
        if (card) task.card = card;
        const char *about = task.item ? tell_item(t, task.item) : card ? tell_card(t, card) : NULL;
        task.words = arena_printf(t->a, "%s%s%s", about ? about : "", about ? ": " : "", exc_sentence(code));
        task.command = arena_printf(t->a, "branch exceptions show %s", task.id ? task.id : "");
        if ((rc = add(tasks, t->a, &task))) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static const char *copy_of(const struct teller *t, const struct work_line *l)
{
    const char *out = arena_printf(t->a, "%s%s%s%s%s", l->item, l->name ? " \"" : "", l->name ? l->name : "", l->name ? "\"" : "",
                                   l->callno ? arena_printf(t->a, " (%s)", l->callno) : "");
    return out ? out : "";
}

static const char *or_there(const char *place)
{
    return place ? place : "a place not known";
}

static struct task task_of(const struct teller *t, enum task_kind kind, const struct work_line *l)
{
    return (struct task){ .kind = kind, .item = l->item, .card = l->card, .hold = l->hold, .title = l->name, .callno = l->callno, .place = l->place,
                          .patron = l->card ? tell_name(t, l->card) : NULL, .pickup = l->pickup, .visit_s = l->arr_s };
}

static enum bm_rc gather_pull(const struct teller *t, const struct worklist *list, struct tasks *tasks)
{
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < list->count && !rc; i++) {
        const struct work_line *l = &list->lines[i];
        struct task task = task_of(t, TASK_PULL, l);
        task.words = arena_printf(t->a, "fetch %s at %s for %s, to collect at %s", copy_of(t, l), or_there(l->place), tell_card(t, l->card),
                                  or_there(l->pickup));
        task.command = arena_printf(t->a, "branch hold capture %s", l->item);
        rc = add(tasks, t->a, &task);
    }
    return rc;
}

static enum bm_rc gather_clear(const struct teller *t, const struct worklist *list, struct tasks *tasks)
{
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < list->count && !rc; i++) {
        const struct work_line *l = &list->lines[i];
        struct task task = task_of(t, TASK_CLEAR, l);
        task.words = arena_printf(t->a, "take %s at %s off the hold shelf: %s", copy_of(t, l), or_there(l->place), work_why_sentence(l->why));
        task.command = arena_printf(t->a, "branch checkin %s", l->item);
        rc = add(tasks, t->a, &task);
    }
    return rc;
}

static enum bm_rc gather_ready(const struct teller *t, const struct worklist *list, struct tasks *tasks)
{
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < list->count && !rc; i++) {
        const struct work_line *l = &list->lines[i];
        struct task task = task_of(t, TASK_READY, l);
        const char *visit = l->arr_s == ENTRY_NONE ? "" : arena_printf(t->a, " on %s", tell_moment(t, l->arr_s * 1000));
        const char *bring = l->at_pickup ? "" : arena_printf(t->a, "bring it from %s, ", or_there(l->place));
        task.words = arena_printf(t->a, "%s: %shand it to %s at %s%s", copy_of(t, l), bring ? bring : "", tell_card(t, l->card), or_there(l->pickup),
                                  visit ? visit : "");
        task.command = arena_printf(t->a, "branch checkout %s %s", l->card, l->item);
        rc = add(tasks, t->a, &task);
    }
    return rc;
}

/* All of one moment. */
static enum bm_rc gather(struct branch *b, struct arena *a, struct tasks *tasks)
{
    const struct teller t = teller_at(b, a);
    const struct worklist_ask ask = { .branch = b->code, .now_s = journal_now_ms(&b->journal) / 1000 };
    struct worklist pull = { 0 }, clear = { 0 }, ready = { 0 };
    enum bm_rc rc = db_begin_read(b->db);
    if (rc) return rc;
    rc = gather_exceptions(&t, tasks);
    if (!rc) rc = worklist_pull(b->db, &ask, a, &pull);
    if (!rc) rc = worklist_clear(b->db, &ask, a, &clear);
    if (!rc) rc = worklist_ready(b->db, &ask, a, &ready);
    if (!rc) rc = gather_pull(&t, &pull, tasks);
    if (!rc) rc = gather_clear(&t, &clear, tasks);
    if (!rc) rc = gather_ready(&t, &ready, tasks);
    return db_end(b->db, rc);
}

/* --- telling ---------------------------------------------------------------------------------------------------- */

static void print_tasks(struct cli *cli, const struct tasks *tasks)
{
    size_t at = 0;
    if (tasks->count == 0) cli_print(cli, "nothing to do\n");
    for (int kind = 0; kind < TASK_KIND_COUNT; kind++) { /* they were gathered in this order */
        if (tasks->of_kind[kind] == 0) continue;
        cli_print(cli, "%s%s: %zu\n", at ? "\n" : "", kinds[kind].heading, tasks->of_kind[kind]);
        for (size_t i = 0; i < tasks->of_kind[kind]; i++, at++) {
            const struct task *task = &tasks->list[at];
            cli_print(cli, "  %s%s%s\n      %s\n", task->id ? task->id : "", task->id ? "  " : "", task->words, task->command);
        }
    }
}

static void task_json(struct jsonw *w, const struct task *task)
{
    jsonw_object(w);
    jsonw_put_text(w, "do", task->words);
    jsonw_put_text(w, "command", task->command);
    if (task->kind == TASK_LOOK) {
        jsonw_put_text(w, "id", task->id);
        jsonw_put_text(w, "code", task->code);
    }
    jsonw_put_text(w, "item", task->item);
    jsonw_put_text(w, "card", task->card);
    if (task->kind != TASK_LOOK) {
        jsonw_put_text(w, "title", task->title);
        jsonw_put_text(w, "callno", task->callno);
        jsonw_put_text(w, "patron", task->patron);
        jsonw_put_text(w, "hold", task->hold);
        jsonw_put_text(w, "place", task->place);
        jsonw_put_text(w, "pickup", task->pickup);
        jsonw_put_int(w, "visit_s", task->visit_s);
    }
    jsonw_object_end(w);
}

static enum bm_rc tasks_json(struct cli *cli, const struct tasks *tasks)
{
    struct jsonw w;
    size_t at = 0;
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_int(&w, "count", (int64_t)tasks->count);
    for (int kind = 0; kind < TASK_KIND_COUNT; kind++) {
        jsonw_key(&w, kinds[kind].key);
        jsonw_array(&w);
        for (size_t i = 0; i < tasks->of_kind[kind]; i++) task_json(&w, &tasks->list[at++]);
        jsonw_array_end(&w);
    }
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

static enum bm_rc run_tasks(struct cli *cli, const struct cli_args *args)
{
    struct branch b;
    struct tasks tasks = { 0 };
    (void)args;
    enum bm_rc rc = commands_open(cli, &b);
    if (rc) return rc;
    rc = gather(&b, &cli->arena, &tasks);
    branch_close(&b);
    if (rc) return rc;
    if (cli->json) return tasks_json(cli, &tasks);
    print_tasks(cli, &tasks);
    return BM_OK;
}

enum bm_rc commands_tasks_count(struct branch *b, struct arena *a, int64_t *out)
{
    struct tasks tasks = { 0 };
    enum bm_rc rc = gather(b, a, &tasks);
    *out = (int64_t)tasks.count;
    return rc;
}

const struct cli_command commands_tasks[] = {
    { "Exceptions", "tasks", "", "what staff have to do: look into, set aside, put back, hand over",
      "Open exceptions that want somebody, holds that wait and have a free copy, copies set aside for nobody, copies set aside "
      "with the visit at which they are collected: each with what to do and what to type. The list changes nothing.",
      NULL, 0, 0, run_tasks },
    { 0 },
};
