/* common/deskcmd_explain.c -- see deskcmd.h: the rules, explained in words. */
#include <string.h>

#include "common/desk_explain.h"
#include "common/deskcmd_priv.h"
#include "common/zone.h"

enum { NOON_MINUTES = 12 * 60 };

/* --- for people --------------------------------------------------------------------------- */

static const char *any(const char *code)
{
    return *code ? code : "*";
}

/* "rule 3", or that there is none. */
static const char *rule_name(struct arena *a, const struct policy_rule *rule)
{
    const char *text = rule->row ? arena_printf(a, "rule %lld", (long long)rule->row) : NULL;
    return text ? text : "no rule: what holds without one";
}

static const char *rule_does(const struct desk_explanation *e, const struct policy_rule *rule)
{
    bool decides = rule == e->answer.rule, limits = rule == e->answer.limit_rule;
    return decides && limits ? "decides, and limits all loans"
           : decides         ? "decides"
           : limits          ? "limits all loans"
                             : "";
}

static enum bm_rc print_rules(struct cli *cli, const struct desk_explanation *e)
{
    struct cli_table t;
    struct buf line;
    if (e->rule_count == 0) {
        cli_print(cli, "\nNo rule matches: 21 days, no limits, no fines.\n");
        return BM_OK;
    }
    cli_print(cli, "\nRules that match, the closest first:\n");
    cli_table(&t, &cli->arena, ">RULE", "BRANCH", "CATEGORY", "TYPE", "DOES", "LINE", NULL);
    buf_init(&line, POLICY_LINE_MAX);
    for (size_t i = 0; i < e->rule_count; i++) {
        const struct policy_rule *r = e->rules[i];
        char row[24];
        snprintf(row, sizeof row, "%lld", (long long)r->row);
        buf_clear(&line);
        policy_rule_write(r, &line);
        cli_table_row(&t, row, any(r->branch), any(r->category), any(r->itype), rule_does(e, r),
                      buf_str(&line));
    }
    enum bm_rc rc = buf_rc(&line);
    buf_free(&line);
    enum bm_rc told = cli_table_end(cli, &t);
    return rc ? rc : told;
}

static void print_due(struct cli *cli, const struct desk_explanation *e)
{
    char day[DESKCMD_DAY_SIZE];
    const struct policy_answer *p = &e->answer;
    cli_print(cli, "\nDue %s%s, by %s:\n", deskcmd_day(p->due_s, day, sizeof day),
              p->verdict == POLICY_BLOCK ? " if it were done" : "",
              rule_name(&cli->arena, p->rule));
    for (size_t i = 0; i < p->step_count; i++)
        cli_print(cli, "  %-15s %s\n",
                  deskcmd_day(zone_day_end_s(p->steps[i].day), day, sizeof day),
                  policy_step_sentence(p->steps[i].kind));
}

static void print_reasons(struct cli *cli, const struct desk_explanation *e)
{
    const struct policy_answer *p = &e->answer;
    if (p->fired_count) cli_print(cli, "\nReasons:\n");
    for (size_t i = 0; i < p->fired_count; i++) {
        const struct policy_fired *f = &p->fired[i];
        cli_print(cli, "  %s: %s [%s] %s\n", policy_reason_name(f->reason),
                  !f->blocks       ? "only told"
                  : f->overridable ? "refused, staff may override"
                                   : "refused",
                  rule_name(&cli->arena, f->rule), policy_reason_sentence(f->reason));
    }
}

static enum bm_rc print_explanation(struct cli *cli, const struct desk_explanation *e,
                                    bool renew)
{
    char time[ZONE_TEXT_MAX];
    const struct policy_answer *p = &e->answer;
    const char *what = deskcmd_title(&cli->arena, e->title, e->author, e->item);
    cli_print(cli, "%s  %s of %s for %s, %s, %s\n",
              p->verdict == POLICY_ALLOW ? "ALLOWED"
              : p->may_override          ? "REFUSED (staff may override)"
                                         : "REFUSED",
              renew ? "renewal" : "checkout", what ? what : e->item, e->card,
              e->place ? e->place : "anywhere",
              zone_text(e->ask.now_ms / 1000, time, sizeof time, ZONE_DATE_TIME));
    enum bm_rc rc = print_rules(cli, e);
    print_due(cli, e);
    print_reasons(cli, e);
    return rc;
}

/* --- JSON --------------------------------------------------------------------------------- */

static void json_day(struct jsonw *w, const char *key, int64_t day)
{
    char text[ZONE_TEXT_MAX];
    jsonw_put_text(w, key, zone_day_text(day, text, sizeof text));
}

static void json_row(struct jsonw *w, const char *key, const struct policy_rule *rule)
{
    jsonw_put_int(w, key, rule && rule->row ? rule->row : ENTRY_NONE);
}

static void json_rules(struct jsonw *w, const struct desk_explanation *e)
{
    struct buf line;
    buf_init(&line, POLICY_LINE_MAX);
    jsonw_key(w, "rules");
    jsonw_array(w);
    for (size_t i = 0; i < e->rule_count; i++) {
        const struct policy_rule *r = e->rules[i];
        buf_clear(&line);
        policy_rule_write(r, &line);
        jsonw_object(w);
        json_row(w, "rule", r);
        jsonw_put_text(w, "branch", any(r->branch));
        jsonw_put_text(w, "category", any(r->category));
        jsonw_put_text(w, "itype", any(r->itype));
        jsonw_put_int(w, "closeness", policy_closeness(&e->ask, r));
        jsonw_put_bool(w, "decides", r == e->answer.rule);
        jsonw_put_bool(w, "limits", r == e->answer.limit_rule);
        jsonw_put_text(w, "line", buf_str(&line));
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
    buf_free(&line);
}

static void json_steps(struct jsonw *w, const struct policy_answer *p)
{
    jsonw_key(w, "steps");
    jsonw_array(w);
    for (size_t i = 0; i < p->step_count; i++) {
        jsonw_object(w);
        jsonw_put_text(w, "name", policy_step_name(p->steps[i].kind));
        json_day(w, "day", p->steps[i].day);
        jsonw_put_text(w, "sentence", policy_step_sentence(p->steps[i].kind));
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
}

static void json_reasons(struct jsonw *w, const struct policy_answer *p)
{
    jsonw_key(w, "reasons");
    jsonw_array(w);
    for (size_t i = 0; i < p->fired_count; i++) {
        const struct policy_fired *f = &p->fired[i];
        jsonw_object(w);
        jsonw_put_text(w, "name", policy_reason_name(f->reason));
        jsonw_put_text(w, "sentence", policy_reason_sentence(f->reason));
        jsonw_put_bool(w, "blocks", f->blocks);
        jsonw_put_bool(w, "overridable", f->overridable);
        json_row(w, "rule", f->rule);
        jsonw_object_end(w);
    }
    jsonw_array_end(w);
}

static enum bm_rc json_explanation(struct cli *cli, const struct desk_explanation *e,
                                   bool renew)
{
    struct jsonw w;
    const struct policy_answer *p = &e->answer;
    cli_json(cli, &w);
    jsonw_object(&w);
    jsonw_put_text(&w, "op", renew ? "renew" : "checkout");
    jsonw_put_bool(&w, "allowed", p->verdict == POLICY_ALLOW);
    jsonw_put_bool(&w, "may_override", p->may_override);
    jsonw_put_text(&w, "patron", e->card);
    jsonw_put_text(&w, "item", e->item);
    jsonw_put_text(&w, "branch", e->place);
    jsonw_put_text(&w, "stop", e->stop);
    jsonw_put_int(&w, "at_ms", e->ask.now_ms);
    jsonw_put_int(&w, "due", p->due_s);
    json_day(&w, "due_day", p->due_day);
    json_row(&w, "rule", p->rule);
    json_row(&w, "limit_rule", p->limit_rule);
    jsonw_put_int(&w, "limit", p->limit);
    jsonw_put_int(&w, "type_limit", p->type_limit);
    jsonw_put_int(&w, "loans", e->ask.patron.loan_count);
    json_rules(&w, e);
    json_steps(&w, p);
    json_reasons(&w, p);
    jsonw_object_end(&w);
    return cli_json_end(cli, &w);
}

/* --- the command -------------------------------------------------------------------------- */

/* A day (its noon), or day and time; ENTRY_NONE = now. */
static enum bm_rc read_at(const char *text, int64_t *ms)
{
    int64_t day;
    *ms = ENTRY_NONE;
    if (!text) return BM_OK;
    if (!zone_parse_date(text, &day)) {
        *ms = zone_at_s(day, NOON_MINUTES) * 1000;
        return BM_OK;
    }
    if (!zone_parse_time(text, ms)) return BM_OK;
    return err_set(BM_EUSAGE, "--at takes a time such as 2026-10-05 or 2026-10-05T14:30");
}

static enum bm_rc run_explain(struct cli *cli, const struct cli_args *args)
{
    struct deskcmd *host = deskcmd_of(cli);
    struct desk *d;
    struct desk_explanation e;
    bool renew = cli_given(args, "--renew");
    enum bm_rc rc = host->open(host->owner, cli, &d);
    if (rc) return rc;
    rc = read_at(cli_value(args, "--at"), &d->when_ms);
    if (!rc)
        rc = desk_explain(d, &cli->arena, args->words[0], args->words[1], renew,
                          cli_value(args, "--where"), &e);
    d->when_ms = ENTRY_NONE;
    if (!rc) rc = cli->json ? json_explanation(cli, &e, renew) : print_explanation(cli, &e, renew);
    host->close(host->owner);
    if (rc) return rc;
    return e.answer.verdict == POLICY_ALLOW ? BM_OK : cli_told(cli, BM_EREFUSED);
}

static const struct cli_option explain_options[] = {
    { "--renew", NULL, "explain a renewal, not a checkout" },
    { "--at", "TIME", "as if it were done then (a day, or day and time); now if not given" },
    { "--where", "PLACE", "as if it were done there: a branch as rules name it, or a stop's key" },
    { NULL, NULL, NULL },
};

const struct cli_command deskcmd_explain_commands[] = {
    { "Rules", "rules explain", "CARD ITEM", "why an item may be lent, or not, and until when",
      "Says which rules match, the closest first, which of them decides, how the due date comes "
      "about, and every reason that refuses or is to be told, with its rule and whether staff "
      "may override it. Nothing is written. Loans and debts are those of now, whatever --at "
      "says. Exit status 0 if it would be allowed, 1 if refused.",
      explain_options, 2, 2, run_explain },
    { 0 },
};
