/* sync/trace_tell.c -- see trace.h: for people, and as JSON. Names go to the screen only. */
#include <inttypes.h>

#include "common/zone.h"
#include "sync/trace.h"

enum { CORRECTED_MS = 1000 };

/* A time typed in (caught up from paper) is no correction of the clock. */
static bool corrected(const struct trace_act *x)
{
    if (x->at_ms == ENTRY_NONE || x->clock_ms == ENTRY_NONE || x->e.when_ms != ENTRY_NONE) return false;
    int64_t moved = x->at_ms - x->clock_ms;
    return moved >= CORRECTED_MS || moved <= -CORRECTED_MS;
}

static const char *moment(int64_t ms, char text[ZONE_TEXT_MAX])
{
    return ms == ENTRY_NONE ? "" : zone_text(ms / 1000, text, ZONE_TEXT_MAX, ZONE_DATE_TIME);
}

/* --- JSON ---------------------------------------------------------------------------------------------------- */

static void event_json(struct jsonw *w, const struct trace_event *ev)
{
    jsonw_object(w);
    jsonw_put_text(w, "entry", ev->id);
    jsonw_put_text(w, "slip", ev->slip[0] ? ev->slip : NULL);
    jsonw_put_text(w, "op", ev->op);
    jsonw_put_text(w, "words", ev->words);
    jsonw_put_text(w, "where", ev->where);
    jsonw_put_int(w, "at_ms", ev->at_ms);
    jsonw_put_bool(w, "taken_back", ev->taken_back);
    jsonw_object_end(w);
}

static void exception_json(struct jsonw *w, const struct trace_exception *x)
{
    jsonw_object(w);
    jsonw_put_text(w, "id", x->id[0] ? x->id : NULL);
    jsonw_put_text(w, "code", x->code);
    jsonw_put_text(w, "status", x->status);
    jsonw_put_text(w, "sentence", x->sentence);
    jsonw_put_text(w, "settled_by", x->settled_by);
    jsonw_put_text(w, "settled_how", x->settled_how);
    jsonw_put_int(w, "settled_ms", x->settled_by ? x->settled_ms : ENTRY_NONE);
    jsonw_object_end(w);
}

static void who_json(struct jsonw *w, const struct trace_act *x)
{
    jsonw_put_text(w, "entry", x->id);
    jsonw_put_text(w, "slip", x->slip[0] ? x->slip : NULL);
    jsonw_put_text(w, "op", x->op);
    jsonw_put_text(w, "words", x->words);
    jsonw_put_text(w, "item", x->e.item);
    jsonw_put_text(w, "item_words", x->item);
    jsonw_put_text(w, "patron", x->e.patron);
    jsonw_put_text(w, "patron_words", x->patron);
    jsonw_put_text(w, "staff", x->e.staff);
    jsonw_put_text(w, "device", x->e.id.dev);
    jsonw_put_text(w, "device_name", x->device);
    jsonw_put_int(w, "seq", (int64_t)x->e.id.seq);
    jsonw_put_text(w, "where", x->where);
}

static void act_json(struct jsonw *w, const struct trace_act *x)
{
    jsonw_object(w);
    who_json(w, x);
    jsonw_put_int(w, "at_ms", x->at_ms);
    jsonw_put_int(w, "uncertainty_ms", x->unc_ms);
    jsonw_put_int(w, "clock_ms", x->clock_ms);
    jsonw_put_bool(w, "corrected", corrected(x));
    jsonw_put_text(w, "source", x->e.source);
    jsonw_put_int(w, "received_ms", x->received_ms);
    jsonw_put_text(w, "outcome_first", x->first);
    jsonw_put_text(w, "outcome_now", x->now);
    jsonw_put_text(w, "loan", x->loan);
    jsonw_key(w, "taken_back");
    if (x->taken_back) event_json(w, x->taken_back);
    else jsonw_null(w);
    jsonw_key(w, "since");
    jsonw_array(w);
    for (size_t i = 0; i < x->since_count; i++) event_json(w, &x->since[i]);
    jsonw_array_end(w);
    jsonw_key(w, "exceptions");
    jsonw_array(w);
    for (size_t i = 0; i < x->exception_count; i++) exception_json(w, &x->exceptions[i]);
    jsonw_array_end(w);
    jsonw_object_end(w);
}

/* --- for people ------------------------------------------------------------------------------------------------ */

static void line(struct cli *cli, const char *name, const char *value)
{
    if (value && *value) cli_print(cli, "  %-11s %s\n", name, value);
}

static void print_times(struct cli *cli, const struct trace_act *x)
{
    char text[ZONE_TEXT_MAX];
    const char *when = x->at_ms > 0 ? moment(x->at_ms, text) : x->at_ms == ENTRY_NONE ? "not known" : "from the start";
    cli_print(cli, "  %-11s %s", "when", when);
    if (x->e.when_ms != ENTRY_NONE && x->e.source) cli_print(cli, ", caught up from %s", x->e.source);
    if (corrected(x)) cli_print(cli, ", corrected: the clock there said %s", moment(x->clock_ms, text));
    if (x->unc_ms != ENTRY_NONE && x->unc_ms >= CORRECTED_MS) cli_print(cli, ", good to %" PRId64 " s", x->unc_ms / 1000);
    cli_print(cli, "\n");
    line(cli, "received", moment(x->received_ms, text));
}

static void print_event(struct cli *cli, const char *name, const struct trace_event *ev)
{
    char text[ZONE_TEXT_MAX];
    cli_print(cli, "  %-11s %s, %s: %s", name, moment(ev->at_ms, text), ev->where, ev->words);
    cli_print(cli, "%s   [%s]\n", ev->taken_back ? " (taken back itself)" : "", ev->slip[0] ? ev->slip : ev->id);
}

static void print_exception(struct cli *cli, const struct trace_exception *x)
{
    char text[ZONE_TEXT_MAX];
    cli_print(cli, "  %-11s %s%s%s: %s", "exception", x->id, x->id[0] ? " " : "", x->code, x->sentence);
    if (x->settled_by)
        cli_print(cli, " Settled as %s, %s (%s).", x->settled_how, moment(x->settled_ms, text), x->settled_by);
    else if (x->status) cli_print(cli, " (%s)", x->status);
    cli_print(cli, "\n");
}

static void print_act(struct cli *cli, const struct trace_act *x)
{
    cli_print(cli, "%s  %s\n", x->slip[0] ? x->slip : "--------", x->op);
    line(cli, "what", x->words);
    line(cli, "item", x->item);
    line(cli, "patron", x->patron);
    line(cli, "by", x->e.staff);
    line(cli, "where", x->where);
    print_times(cli, x);
    line(cli, "entry", x->id);
    line(cli, "came out", x->first ? x->first : "not answered by the branch yet");
    if (!str_eq(x->now, x->first)) line(cli, "now", x->now);
    line(cli, "loan", x->loan);
    for (size_t i = 0; i < x->since_count; i++) print_event(cli, &x->since[i] == x->taken_back ? "taken back" : "since", &x->since[i]);
    if (x->taken_back && !x->since_count) print_event(cli, "taken back", x->taken_back);
    for (size_t i = 0; i < x->exception_count; i++) print_exception(cli, &x->exceptions[i]);
}

enum bm_rc trace_tell(struct cli *cli, const char *code, const struct trace *t)
{
    struct jsonw w;
    if (!cli->json) {
        for (size_t i = 0; i < t->count; i++) cli_print(cli, "%s", i ? "\n" : ""), print_act(cli, &t->acts[i]);
        if (t->more) cli_print(cli, "\nThere are more; give more digits.\n");
        return BM_OK;
    }
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "code", code);
    jsonw_key(&w, "acts");
    jsonw_array(&w);
    for (size_t i = 0; i < t->count; i++) act_json(&w, &t->acts[i]);
    jsonw_array_end(&w);
    jsonw_put_bool(&w, "more", t->more);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}
