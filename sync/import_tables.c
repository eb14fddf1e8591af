/* sync/import_tables.c -- see import.h: closed days, timetables and rules, which come whole. */
#include <string.h>

#include "common/policy_rule.h"
#include "common/timetable.h"
#include "sync/import_priv.h"

/* Columns as one line, kept as data: quoted where needed, no guard against spreadsheets. */
static enum bm_rc join_line(struct import *im, const char *const *values, size_t n, const char **out)
{
    struct buf line;
    buf_init(&line, ENTRY_TEXT_MAX);
    for (size_t i = 0; i < n; i++) {
        const char *v = values[i] ? values[i] : "";
        if (i) buf_putc(&line, ',');
        bool quoted = strpbrk(v, ",\"\r\n") || v[0] == ' ';
        if (quoted) buf_putc(&line, '"');
        for (const char *p = v; *p; p++) {
            if (quoted && *p == '"') buf_putc(&line, '"');
            buf_putc(&line, *p == '\r' || *p == '\n' ? ' ' : *p);
        }
        if (quoted) buf_putc(&line, '"');
    }
    enum bm_rc rc = import_row_fault(buf_rc(&line));
    if (rc == BM_EINPUT) err_set(rc, "a row of more than %d bytes", ENTRY_TEXT_MAX);
    *out = rc ? NULL : arena_strdup(&im->row, buf_str(&line));
    buf_free(&line);
    return rc || *out ? rc : BM_ENOMEM;
}

static enum bm_rc emit_line(struct import *im, const char *kind, const char *line)
{
    struct entry e;
    entry_init(&e, OP_ROW);
    e.kind = kind;
    e.line = line;
    return import_emit(im, &e);
}

/* --- closed days, timetables, rules --------------------------------------------------------------------------------- */

enum day_column { D_BRANCH, D_FIRST, D_LAST, D_REASON, D_COUNT };
static const struct csv_column day_columns[D_COUNT] = {
    [D_BRANCH] = { "branchcode", true }, [D_FIRST] = { "first_day", true }, [D_LAST] = { "last_day", true },
    [D_REASON] = { "reason", false },
};

static enum bm_rc on_closed(void *ctx, int64_t line, const char **v)
{
    struct import *im = ctx;
    int64_t first, last;
    const char *text;
    (void)line;
    import_next(im);
    enum bm_rc rc = zone_parse_date(v[D_FIRST], &first);
    if (rc) return err_prefix(rc, "first_day: ");
    rc = zone_parse_date(v[D_LAST], &last);
    if (rc) return err_prefix(rc, "last_day: ");
    if (last < first) return err_set(BM_EINPUT, "last_day: before first_day");
    rc = join_line(im, v, D_COUNT, &text);
    if (!rc) rc = emit_line(im, "closed", text);
    if (!rc) import_count(im, "closed spans", 1);
    return rc;
}

enum bm_rc import_calendar(struct branch *b, const char *path, const struct import_how *how, struct import_result *out)
{
    return import_csv(b, "calendar", path, day_columns, D_COUNT, on_closed, how, "closed spans", out);
}

static enum bm_rc on_plan(void *ctx, int64_t line, const char **v)
{
    struct import *im = ctx;
    struct stop_plan plan;
    const char *text;
    (void)line;
    import_next(im);
    enum bm_rc rc = join_line(im, v, TT_COLUMN_COUNT, &text);
    if (!rc) rc = timetable_parse_line(text, &im->row, &plan);
    if (!rc) rc = emit_line(im, "plan", text);
    if (!rc) import_count(im, "timetable rows", 1);
    return import_row_fault(rc);
}

enum bm_rc import_routes(struct branch *b, const char *path, const struct import_how *how, struct import_result *out)
{
    struct csv_column columns[TT_COLUMN_COUNT];
    for (int i = 0; i < TT_COLUMN_COUNT; i++) {
        bool needed = i == TT_MOBILE || i == TT_STOP || i == TT_GEOX || i == TT_GEOY || i == TT_ARRIVAL || i == TT_DEPARTURE ||
                      i == TT_FREQUENCY || i == TT_START;
        columns[i] = (struct csv_column){ timetable_column_name((enum timetable_column)i), needed };
    }
    return import_csv(b, "routes", path, columns, TT_COLUMN_COUNT, on_plan, how, "timetable rows", out);
}

/* Kept as it will be read for ever: every column, in their order. */
static enum bm_rc on_rule(void *ctx, int64_t line, const char **v)
{
    struct import *im = ctx;
    struct policy_rule rule;
    struct buf text;
    (void)line;
    import_next(im);
    enum bm_rc rc = policy_rule_read(v, &rule);
    if (rc) return import_row_fault(rc);
    buf_init(&text, POLICY_LINE_MAX - 1);
    policy_rule_write(&rule, &text);
    rc = buf_rc(&text);
    if (!rc) rc = emit_line(im, "rule", buf_str(&text));
    buf_free(&text);
    if (!rc) import_count(im, "rules", 1);
    return import_row_fault(rc);
}

enum bm_rc import_rules(struct branch *b, const char *path, const struct import_how *how, struct import_result *out)
{
    struct csv_column columns[POLICY_COLUMN_COUNT];
    for (int i = 0; i < POLICY_COLUMN_COUNT; i++) {
        enum policy_column column = (enum policy_column)i;
        columns[i] = (struct csv_column){ policy_column_name(column), policy_column_needed(column) };
    }
    return import_csv(b, "rules", path, columns, POLICY_COLUMN_COUNT, on_rule, how, "rules", out);
}

enum bm_rc import_rules_export(struct branch *b, struct buf *out)
{
    struct stmt *s;
    buf_puts(out, POLICY_RULE_HEADER "\n");
    enum bm_rc rc = db_get(b->db, SQL_RULES_ALL, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        buf_puts(out, stmt_text(s, 0));
        buf_putc(out, '\n');
    }
    return rc == BM_ENOTFOUND ? buf_rc(out) : rc;
}
