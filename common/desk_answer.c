/* common/desk_answer.c -- what the desk said, as JSON, and back: see desk.h and desk_facts.h. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "common/desk_facts.h"
#include "common/jsonw.h"

enum { ANSWER_MAX = 65536 };

/* What does not apply is left out. */
static void put_text(struct jsonw *w, const char *key, const char *value)
{
    if (value && *value) jsonw_put_text(w, key, value);
}

static void put_int(struct jsonw *w, const char *key, int64_t value)
{
    if (value != ENTRY_NONE) jsonw_put_int(w, key, value);
}

static void json_reasons(struct jsonw *w, const struct desk_answer *a)
{
    if (!a->reason_count) return;
    jsonw_key(w, "reasons");
    jsonw_array(w);
    for (size_t i = 0; i < a->reason_count; i++) {
        const struct desk_reason *r = &a->reasons[i];
        jsonw_object(w);
        put_text(w, "name", r->name);
        put_text(w, "sentence", r->sentence);
        jsonw_put_bool(w, "blocks", r->blocks);
        jsonw_put_bool(w, "overridable", r->overridable);
        if (r->rule) jsonw_put_int(w, "rule", r->rule);
        if (r->alert) jsonw_put_bool(w, "alert", true);
        put_int(w, "cents", r->cents);
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
}

static void json_parts(struct jsonw *w, const struct desk_answer *a)
{
    if (!a->part_count) return;
    jsonw_key(w, "parts");
    jsonw_array(w);
    for (size_t i = 0; i < a->part_count; i++) {
        jsonw_object(w);
        put_text(w, "entry", a->parts[i].entry);
        put_text(w, "charge", a->parts[i].charge);
        put_int(w, "cents", a->parts[i].cents);
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
}

enum bm_rc desk_answer_json(const struct desk_answer *a, bool personal, struct buf *out)
{
    struct jsonw w;
    jsonw_init(&w, out);
    jsonw_object(&w);
    put_text(&w, "op", a->op);
    jsonw_put_bool(&w, "done", a->done);
    if (a->again) jsonw_put_bool(&w, "again", true);
    put_text(&w, "word", a->word);
    put_text(&w, "entry", a->entry);
    put_text(&w, "slip", a->slip[0] ? a->slip : NULL);
    put_text(&w, "item", a->item);
    put_text(&w, "key", a->key);
    put_text(&w, "patron", a->patron);
    put_int(&w, "due", a->due_s);
    put_int(&w, "loans", a->loan_count);
    put_int(&w, "limit", a->limit);
    put_int(&w, "cards_left", a->cards_left);
    put_text(&w, "hold_for", a->hold_for);
    put_text(&w, "hold_pickup", a->hold_pickup);
    put_text(&w, "newer_card", a->newer_card);
    put_text(&w, "charge", a->charge);
    put_int(&w, "amount_cents", a->amount_cents);
    put_int(&w, "balance_cents", a->balance_cents);
    if (personal) {
        put_text(&w, "title", a->title);
        put_text(&w, "author", a->author);
        put_text(&w, "callno", a->callno);
        put_text(&w, "patron_name", a->patron_name);
    }
    if (!personal) put_text(&w, "asked", a->asked);
    if (a->may_override) jsonw_put_bool(&w, "may_override", true);
    json_reasons(&w, a);
    json_parts(&w, a);
    jsonw_object_end(&w);
    return jsonw_rc(&w);
}

enum bm_rc facts_answer_store(struct journal *j, const char *request, const struct eid *id, const struct desk_answer *answer)
{
    struct buf text;
    buf_init(&text, ANSWER_MAX);
    enum bm_rc rc = desk_answer_json(answer, false, &text);
    if (!rc) rc = journal_answer(j, request, id, buf_str(&text));
    buf_free(&text);
    return rc;
}

/* --- and back ----------------------------------------------------------------------------------------- */

struct reader {
    struct arena *a;
    bool failed; /* out of memory */
};

static const char *take_text(struct reader *r, json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    char *copy = arena_strdup(r->a, text);
    r->failed |= text && !copy;
    return copy;
}

static int64_t take_int(json_t *o, const char *key)
{
    json_t *v = json_object_get(o, key);
    return json_is_integer(v) ? json_integer_value(v) : ENTRY_NONE;
}

static void take_reasons(struct reader *r, json_t *list, struct desk_answer *out)
{
    for (size_t i = 0; i < json_array_size(list) && i < DESK_REASONS_MAX; i++) {
        json_t *o = json_array_get(list, i);
        struct desk_reason *reason = &out->reasons[out->reason_count++];
        *reason = (struct desk_reason){ .name = take_text(r, o, "name"),
                                        .sentence = take_text(r, o, "sentence"),
                                        .cents = take_int(o, "cents"),
                                        .rule = json_integer_value(json_object_get(o, "rule")),
                                        .blocks = json_is_true(json_object_get(o, "blocks")),
                                        .overridable = json_is_true(json_object_get(o, "overridable")),
                                        .alert = json_is_true(json_object_get(o, "alert")) };
    }
}

static void take_parts(struct reader *r, json_t *list, struct desk_answer *out)
{
    size_t count = json_array_size(list);
    if (count == 0 || count > DESK_PARTS_MAX) return;
    out->parts = ARENA_NEWS(r->a, struct desk_part, count);
    r->failed |= !out->parts;
    for (size_t i = 0; out->parts && i < count; i++) {
        json_t *o = json_array_get(list, i);
        out->parts[out->part_count++] = (struct desk_part){ take_text(r, o, "entry"), take_text(r, o, "charge"), take_int(o, "cents") };
    }
}

enum bm_rc facts_answer_read(const char *json, struct arena *a, struct desk_answer *out)
{
    json_error_t bad;
    struct reader r = { .a = a };
    json_t *o = json ? json_loads(json, JSON_REJECT_DUPLICATES, &bad) : NULL;
    if (!json_is_object(o)) {
        json_decref(o);
        return err_set(BM_ECORRUPT, "a stored answer cannot be read");
    }
    out->op = take_text(&r, o, "op");
    out->asked = take_text(&r, o, "asked");
    out->word = take_text(&r, o, "word");
    out->item = take_text(&r, o, "item");
    out->key = take_text(&r, o, "key");
    out->patron = take_text(&r, o, "patron");
    out->hold_for = take_text(&r, o, "hold_for");
    out->hold_pickup = take_text(&r, o, "hold_pickup");
    out->newer_card = take_text(&r, o, "newer_card");
    out->charge = take_text(&r, o, "charge");
    const char *slip = json_string_value(json_object_get(o, "slip"));
    if (slip) str_copy(out->slip, sizeof out->slip, slip);
    out->due_s = take_int(o, "due");
    out->loan_count = take_int(o, "loans");
    out->limit = take_int(o, "limit");
    out->amount_cents = take_int(o, "amount_cents");
    out->balance_cents = take_int(o, "balance_cents");
    take_reasons(&r, json_object_get(o, "reasons"), out);
    take_parts(&r, json_object_get(o, "parts"), out);
    json_decref(o);
    return r.failed ? BM_ENOMEM : BM_OK;
}
