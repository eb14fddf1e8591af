/* common/web_ask.c -- see web_priv.h. What a request's JSON says, copied and within limits. Pure. */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "common/web_priv.h"

struct reading {
    struct arena *a;
    struct web_ask *out;
};

static enum bm_rc not_so(const char *what)
{
    return err_set(BM_EINPUT, "%s", what);
}

/* Brackets open at once: what is nested deeper than any request is not even parsed. */
static bool is_deep(const char *body, size_t len)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        char c = body[i];
        if (quoted && c == '\\') i++;
        else if (c == '"') quoted = !quoted;
        else if (!quoted && (c == '{' || c == '[') && ++depth > WEB_DEPTH_MAX) return true;
        else if (!quoted && (c == '}' || c == ']')) depth--;
    }
    return false;
}

/* A text member of at most max bytes. ret: BM_OK, *out NULL if it is absent or null */
static enum bm_rc text_of(struct reading *r, const json_t *from, const char *key, size_t max, const char **out)
{
    const json_t *v = json_object_get(from, key);
    *out = NULL;
    if (!v || json_is_null(v)) return BM_OK;
    if (!json_is_string(v)) return err_set(BM_EINPUT, "%s is to be a text", key);
    if (json_string_length(v) > max) return err_set(BM_ELIMIT, "%s is longer than %zu bytes", key, max);
    *out = arena_strndup(r->a, json_string_value(v), json_string_length(v));
    return *out ? BM_OK : BM_ENOMEM;
}

static enum bm_rc needed(struct reading *r, const json_t *from, const char *key, size_t max, const char **out)
{
    enum bm_rc rc = text_of(r, from, key, max, out);
    return rc || *out ? rc : err_set(BM_EINPUT, "%s is missing", key);
}

static enum bm_rc read_request(struct reading *r, const json_t *from)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    enum bm_rc rc = text_of(r, from, "request", CLI_ID_MAX, &r->out->request);
    if (rc || !r->out->request) return rc;
    bool sound = *r->out->request && strspn(r->out->request, plain) == strlen(r->out->request);
    return sound ? BM_OK : not_so("request takes letters, digits and . _ -");
}

static enum bm_rc read_words(struct reading *r, const json_t *from)
{
    const json_t *list = json_object_get(from, "words");
    if (!list || json_is_null(list)) return BM_OK;
    if (!json_is_array(list)) return not_so("words is to be a list of texts");
    size_t count = json_array_size(list);
    if (count > WEB_WORDS_MAX) return err_set(BM_ELIMIT, "more than %d words", WEB_WORDS_MAX);
    r->out->words = arena_array(r->a, count + 1, sizeof *r->out->words);
    if (!r->out->words) return BM_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const json_t *v = json_array_get(list, i);
        if (!json_is_string(v)) return not_so("words is to be a list of texts");
        if (json_string_length(v) > WEB_WORD_MAX)
            return err_set(BM_ELIMIT, "a word is longer than %d bytes", WEB_WORD_MAX);
        const char *text = arena_strndup(r->a, json_string_value(v), json_string_length(v));
        if (!text) return BM_ENOMEM;
        r->out->words[r->out->word_count++] = text;
    }
    return BM_OK;
}

static bool is_option_name(const char *name)
{
    size_t len = strlen(name);
    return len > 2 && len < WEB_NAME_MAX && strncmp(name, "--", 2) == 0 &&
           strspn(name + 2, "abcdefghijklmnopqrstuvwxyz-") == len - 2;
}

/* true: given, takes nothing; a text or a whole number: its value; false, null: not given. */
static enum bm_rc read_option(struct reading *r, const char *name, const json_t *v)
{
    struct web_option o = { 0 };
    if (!is_option_name(name)) return not_so("an option's name is like --why");
    if (json_is_null(v) || json_is_false(v)) return BM_OK;
    if (r->out->option_count == WEB_OPTIONS_MAX)
        return err_set(BM_ELIMIT, "more than %d options", WEB_OPTIONS_MAX);
    if (json_is_string(v) && json_string_length(v) > WEB_WORD_MAX)
        return err_set(BM_ELIMIT, "the value of %s is longer than %d bytes", name, WEB_WORD_MAX);
    if (json_is_string(v))
        o.value = arena_strndup(r->a, json_string_value(v), json_string_length(v));
    else if (json_is_integer(v))
        o.value = arena_printf(r->a, "%" PRId64, (int64_t)json_integer_value(v));
    else if (!json_is_true(v))
        return err_set(BM_EINPUT, "the value of %s is to be a text, a whole number or true", name);
    o.name = arena_strdup(r->a, name);
    if (!o.name || (!json_is_true(v) && !o.value)) return BM_ENOMEM;
    r->out->options[r->out->option_count++] = o;
    return BM_OK;
}

static enum bm_rc read_options(struct reading *r, json_t *from)
{
    json_t *set = json_object_get(from, "options"), *v;
    const char *name;
    if (!set || json_is_null(set)) return BM_OK;
    if (!json_is_object(set)) return not_so("options is to be an object");
    json_object_foreach(set, name, v)
    {
        enum bm_rc rc = read_option(r, name, v);
        if (rc) return rc;
    }
    return BM_OK;
}

static enum bm_rc read_run(struct reading *r, json_t *from)
{
    enum bm_rc rc = needed(r, from, "command", WEB_NAME_MAX, &r->out->command);
    if (!rc) rc = text_of(r, from, "input", WEB_INPUT_MAX, &r->out->input);
    if (!rc) rc = read_words(r, from);
    if (!rc) rc = read_options(r, from);
    return rc ? rc : read_request(r, from);
}

static enum bm_rc read_scan(struct reading *r, json_t *from)
{
    /* A NUL inside is dirt that a scanner may send: it is taken off, so the length counts. */
    const json_t *text = json_object_get(from, "text");
    if (!json_is_string(text)) return not_so("text is missing");
    r->out->text_len = json_string_length(text);
    if (r->out->text_len > WEB_WORD_MAX) return err_set(BM_ELIMIT, "text is longer than %d bytes", WEB_WORD_MAX);
    char *copy = arena_alloc(r->a, r->out->text_len + 1);
    if (!copy) return BM_ENOMEM;
    memcpy(copy, json_string_value(text), r->out->text_len);
    r->out->text = copy;
    enum bm_rc rc = needed(r, from, "mode", WEB_NAME_MAX, &r->out->mode);
    if (!rc) rc = text_of(r, from, "card", WEB_WORD_MAX, &r->out->card);
    if (!rc) rc = text_of(r, from, "as", WEB_NAME_MAX, &r->out->as);
    if (!rc) rc = read_options(r, from);
    return rc ? rc : read_request(r, from);
}

static enum bm_rc read_kind(struct reading *r, enum web_ask_kind kind, json_t *from)
{
    enum bm_rc rc = BM_OK;
    switch (kind) {
    case WEB_ASK_RUN: return read_run(r, from);
    case WEB_ASK_SCAN: return read_scan(r, from);
    case WEB_ASK_LOGIN: rc = needed(r, from, "who", WEB_PHRASE_MAX, &r->out->who); break;
    case WEB_ASK_PHRASE: break;
    case WEB_ASK_CODE: return needed(r, from, "code", WEB_NAME_MAX, &r->out->code);
    case WEB_ASK_NOTHING: return BM_OK;
    }
    return rc ? rc : needed(r, from, "phrase", WEB_PHRASE_MAX, &r->out->phrase);
}

enum bm_rc web_ask_read(enum web_ask_kind kind, const char *body, size_t len, struct arena *a, struct web_ask *out)
{
    struct reading r = { .a = a, .out = out };
    json_error_t fault;
    size_t flags = JSON_REJECT_DUPLICATES | (kind == WEB_ASK_SCAN ? JSON_ALLOW_NUL : 0);
    *out = (struct web_ask){ 0 };
    if (is_deep(body, len)) return not_so("the request is nested too deeply");
    if (len == 0 && kind == WEB_ASK_NOTHING) return BM_OK;
    json_t *from = json_loadb(body, len, flags, &fault);
    if (!from) return err_set(BM_EINPUT, "the request is not JSON: line %d: %s", fault.line, fault.text);
    enum bm_rc rc = json_is_object(from) ? read_kind(&r, kind, from) : not_so("the request is to be a JSON object");
    json_decref(from);
    return rc;
}
