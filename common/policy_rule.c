/* common/policy_rule.c -- see policy_rule.h */
#include "common/policy_rule.h"

#include <string.h>

#include "common/timetable.h"
#include "common/zone.h"

enum { WORD_MAX = 32, AGE_MAX = 150 };

const char *policy_column_name(enum policy_column column)
{
    static const char *const names[] = {
#define X(code, name, needed) name,
        POLICY_COLUMNS(X)
#undef X
    };
    bm_assert(column < POLICY_COLUMN_COUNT);
    return names[column];
}

bool policy_column_needed(enum policy_column column)
{
    static const bool needed_of[] = {
#define X(code, name, needed) needed,
        POLICY_COLUMNS(X)
#undef X
    };
    bm_assert(column < POLICY_COLUMN_COUNT);
    return needed_of[column];
}

/* --- reading ----------------------------------------------------------------------------- */

static enum bm_rc bad(enum policy_column column, const char *value, const char *how)
{
    return err_set(BM_EINPUT, "rule, column %s: \"%.40s\" is not understood; %s",
                   policy_column_name(column), value, how);
}

/* The columns of a row, trimmed; never NULL. */
struct row {
    const char *text[POLICY_COLUMN_COUNT];
};

static enum bm_rc read_code(const struct row *row, enum policy_column column, char *out,
                            size_t size_bytes)
{
    const char *value = row->text[column];
    out[0] = '\0';
    if (!strcmp(value, "*")) return BM_OK;
    for (const char *at = value; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return bad(column, value, "it has control characters");
    if (!str_copy(out, size_bytes, value))
        return err_set(BM_ELIMIT, "rule, column %s: longer than %d bytes",
                       policy_column_name(column), ENTRY_WORD_MAX);
    return BM_OK;
}

/* A whole number from min to max; missing where the column is empty. */
static enum bm_rc read_number(const struct row *row, enum policy_column column, int64_t min,
                              int64_t max, int64_t missing, int64_t *out)
{
    const char *value = row->text[column];
    *out = missing;
    if (!*value) return BM_OK;
    if (*value >= '0' && *value <= '9' && str_to_i64(value, min, max, out)) return BM_OK;
    *out = missing;
    return err_set(BM_EINPUT,
                   "rule, column %s: \"%.40s\" is not a whole number from %lld to %lld",
                   policy_column_name(column), value, (long long)min, (long long)max);
}

/* One of some words, by its place in the list; 0 where the column is empty. */
static enum bm_rc read_word(const struct row *row, enum policy_column column,
                            const char *const *words, int count, const char *how, int *out)
{
    const char *value = row->text[column];
    for (*out = 0; *out < count; ++*out)
        if (!strcmp(value, words[*out])) return BM_OK;
    *out = 0;
    return *value ? bad(column, value, how) : BM_OK;
}

static enum bm_rc read_yes(const struct row *row, enum policy_column column, bool *out)
{
    static const char *const words[] = { "no", "yes" };
    int word;
    enum bm_rc rc = read_word(row, column, words, 2, "write yes or no", &word);
    *out = word == 1;
    return rc;
}

/* The number at *at, moved past it; -1 = none, or too large for a loan. */
static int take_days(const char **at)
{
    int value = 0;
    if (**at < '0' || **at > '9') return -1;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        value = value * 10 + (**at - '0');
        if (value > POLICY_LOAN_DAYS_MAX) return -1;
    }
    return value;
}

static bool take_text(const char **at, const char *text)
{
    size_t len = strlen(text);
    if (strncmp(*at, text, len) != 0) return false;
    *at += len;
    return true;
}

static enum bm_rc read_loan(const struct row *row, enum policy_column column,
                            struct policy_loan *out)
{
    const char *value = row->text[column], *at = value;
    int min_days, max_days;
    bool sound;
    if (take_text(&at, "next_visit(")) {
        out->kind = POLICY_LOAN_NEXT_VISIT;
        min_days = take_days(&at);
        sound = take_text(&at, ",");
        at += strspn(at, " ");
        max_days = take_days(&at);
        sound = sound && take_text(&at, ")") && min_days <= max_days;
    } else {
        out->kind = POLICY_LOAN_DAYS;
        min_days = max_days = take_days(&at);
        sound = take_text(&at, "d");
    }
    out->min_days = min_days;
    out->max_days = max_days;
    if (sound && min_days >= 0 && max_days >= 0 && !*at) return BM_OK;
    return bad(column, value,
               "write days as 21d, or next_visit(14,35) in quotes; at most 3650 days");
}

static enum bm_rc read_overridable(const char *value, struct policy_rule *out)
{
    char word[WORD_MAX];
    for (value += strspn(value, " "); *value; value += strspn(value, " ")) {
        size_t len = strcspn(value, " ");
        bool tolerated = *value == '+';
        const char *from = value + tolerated;
        size_t word_len = len - tolerated;
        if (word_len >= sizeof word)
            return bad(POLICY_COL_OVERRIDABLE, value, "words are separated by a space");
        memcpy(word, from, word_len);
        word[word_len] = '\0';
        uint64_t bits = strcmp(word, "all") || tolerated ? policy_word_bits(word)
                                                         : policy_word_bits_all();
        if (!bits)
            return bad(POLICY_COL_OVERRIDABLE, word,
                       "use all, or words such as barred expired limit held");
        if (tolerated)
            out->tolerated |= bits;
        else
            out->overridable |= bits;
        value += len;
    }
    return BM_OK;
}

static enum bm_rc read_hard(const char *value, struct policy_rule *out)
{
    enum policy_hard kind = *value == '<'   ? POLICY_HARD_LATEST
                            : *value == '>' ? POLICY_HARD_EARLIEST
                                            : POLICY_HARD_ON;
    if (!*value) return BM_OK;
    const char *date = value + (*value == '=' || kind != POLICY_HARD_ON);
    date += strspn(date, " ");
    if (zone_parse_date(date, &out->hard_day))
        return bad(POLICY_COL_HARD_DUE, value,
                   "write 2026-06-30 for that day, <2026-06-30 for never later, >2026-06-30 "
                   "for never earlier");
    out->hard = kind;
    return BM_OK;
}

static enum bm_rc read_money(const struct row *row, struct terms *terms, bool *open_days)
{
    static const char *const words[] = { "all", "open" };
    int days = 0;
    enum bm_rc rc =
        read_number(row, POLICY_COL_RATE, 0, POLICY_CENTS_MAX, 0, &terms->rate_cents);
    if (!rc)
        rc = read_number(row, POLICY_COL_GRACE, 0, POLICY_LOAN_DAYS_MAX, 0, &terms->grace_days);
    if (!rc)
        rc = read_number(row, POLICY_COL_MAX, 0, POLICY_CENTS_MAX, POLICY_CENTS_MAX,
                         &terms->max_cents);
    if (!rc)
        rc = read_number(row, POLICY_COL_PRICE, 0, POLICY_CENTS_MAX, 0, &terms->price_cents);
    if (!rc)
        rc = read_number(row, POLICY_COL_KEEP, 0, POLICY_CENTS_MAX, 0, &terms->keep_cents);
    if (!rc) rc = read_word(row, POLICY_COL_FINE_DAYS, words, 2, "write all or open", &days);
    *open_days = days == 1;
    return rc;
}

/* Whose rule it is, and for how long. */
static enum bm_rc read_first(struct row *row, struct policy_rule *out)
{
    enum bm_rc rc = read_code(row, POLICY_COL_BRANCH, out->branch, sizeof out->branch);
    if (!rc) rc = read_code(row, POLICY_COL_CATEGORY, out->category, sizeof out->category);
    if (!rc) rc = read_code(row, POLICY_COL_ITYPE, out->itype, sizeof out->itype);
    if (!rc) rc = read_loan(row, POLICY_COL_LOAN, &out->loan);
    if (!rc)
        rc = read_number(row, POLICY_COL_RENEW_MAX, 0, POLICY_NUMBER_MAX, ENTRY_NONE,
                         &out->renew_max);
    out->renew_loan = out->loan;
    if (!rc && *row->text[POLICY_COL_RENEW_LOAN])
        rc = read_loan(row, POLICY_COL_RENEW_LOAN, &out->renew_loan);
    if (!rc)
        rc = read_number(row, POLICY_COL_LIMIT, 0, POLICY_NUMBER_MAX, ENTRY_NONE, &out->limit);
    return rc;
}

static const char *const closed_words[POLICY_CLOSED_COUNT] = { "keep", "next_open",
                                                               "same_weekday" };

/* What moves the due date. */
static enum bm_rc read_dates(const struct row *row, struct policy_rule *out)
{
    static const char *const bases[] = { "now", "due" };
    int closed = 0, base = 0;
    enum bm_rc rc = read_word(row, POLICY_COL_CLOSED, closed_words, POLICY_CLOSED_COUNT,
                              "write keep, next_open or same_weekday", &closed);
    if (!rc) rc = read_hard(row->text[POLICY_COL_HARD_DUE], out);
    if (!rc) rc = read_yes(row, POLICY_COL_EXPIRY_CAP, &out->expiry_cap);
    if (!rc) rc = read_word(row, POLICY_COL_RENEW_BASE, bases, 2, "write now or due", &base);
    if (!rc)
        rc = read_number(row, POLICY_COL_RENEW_FROM, 0, POLICY_LOAN_DAYS_MAX, ENTRY_NONE,
                         &out->renew_from_days);
    if (!rc)
        rc = read_number(row, POLICY_COL_RENEW_UNTIL, 0, POLICY_LOAN_DAYS_MAX, ENTRY_NONE,
                         &out->renew_until_days);
    out->closed = (enum policy_closed)closed;
    out->renew_from_due = base == 1;
    return rc;
}

/* What a patron must keep to. */
static enum bm_rc read_bounds(const struct row *row, struct policy_rule *out)
{
    int64_t age_min = 0;
    enum bm_rc rc = read_number(row, POLICY_COL_AGE_MIN, 0, AGE_MAX, 0, &age_min);
    out->age_min = (int)age_min;
    if (!rc)
        rc = read_number(row, POLICY_COL_OVERDUE_MAX, 1, POLICY_NUMBER_MAX, ENTRY_NONE,
                         &out->overdue_max);
    if (!rc)
        rc = read_number(row, POLICY_COL_DEBT_MAX, 0, POLICY_CENTS_MAX, ENTRY_NONE,
                         &out->debt_max_cents);
    if (!rc)
        rc = read_number(row, POLICY_COL_RENEW_DEBT, 0, POLICY_CENTS_MAX, ENTRY_NONE,
                         &out->renew_debt_cents);
    if (!rc) rc = read_yes(row, POLICY_COL_RENEW_EXPIRED, &out->renew_expired);
    if (!rc)
        rc = read_number(row, POLICY_COL_GUARANTOR_MAX, 0, POLICY_CENTS_MAX, ENTRY_NONE,
                         &out->guarantor_max_cents);
    return rc ? rc : read_overridable(row->text[POLICY_COL_OVERRIDABLE], out);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Copies of the texts without the blanks at their ends. ret: false if they do not fit */
static bool trim_all(const char *const *columns, char *store, size_t size_bytes,
                     struct row *row)
{
    for (size_t i = 0; i < POLICY_COLUMN_COUNT; i++) {
        const char *from = columns[i] ? columns[i] : "";
        while (is_blank(*from)) from++;
        size_t len = strlen(from);
        while (len > 0 && is_blank(from[len - 1])) len--;
        if (len + 1 > size_bytes) return false;
        memcpy(store, from, len);
        store[len] = '\0';
        row->text[i] = store;
        store += len + 1;
        size_bytes -= len + 1;
    }
    return true;
}

enum bm_rc policy_rule_read(const char *const columns[POLICY_COLUMN_COUNT],
                            struct policy_rule *out)
{
    char store[POLICY_LINE_MAX];
    struct row row;
    bm_assert(columns && out);
    *out = (struct policy_rule){ .from_day = INT64_MIN, .to_day = INT64_MAX };
    if (!trim_all(columns, store, sizeof store, &row))
        return err_set(BM_ELIMIT, "a rule is longer than %d bytes", POLICY_LINE_MAX);
    enum bm_rc rc = read_first(&row, out);
    if (!rc) rc = read_dates(&row, out);
    if (!rc) rc = read_money(&row, &out->terms, &out->fine_open_days);
    return rc ? rc : read_bounds(&row, out);
}

enum bm_rc policy_rule_parse(const char *line, struct policy_rule *out)
{
    char store[2 * POLICY_LINE_MAX];
    const char *fields[POLICY_COLUMN_COUNT] = { 0 };
    size_t count = 0;
    bm_assert(line && out);
    enum bm_rc rc =
        timetable_split(line, store, sizeof store, fields, POLICY_COLUMN_COUNT, &count);
    if (rc) return err_prefix(rc, "rule: ");
    if (count <= POLICY_COL_LOAN)
        return err_set(BM_EINPUT, "a rule has %zu columns, not at least %d: %s", count,
                       POLICY_COL_LOAN + 1, POLICY_RULE_HEADER);
    for (size_t i = count; i < POLICY_COLUMN_COUNT; i++) fields[i] = NULL;
    return policy_rule_read(fields, out);
}

/* --- writing ----------------------------------------------------------------------------- */

static void write_code(struct buf *out, const char *code)
{
    bool quoted = strpbrk(code, ",\"") || code[0] == ' ';
    if (!*code) code = "*";
    if (!quoted) {
        buf_puts(out, code);
        return;
    }
    buf_putc(out, '"');
    for (; *code; code++) {
        if (*code == '"') buf_putc(out, '"');
        buf_putc(out, *code);
    }
    buf_putc(out, '"');
}

static void write_loan(struct buf *out, const struct policy_loan *loan)
{
    if (loan->kind == POLICY_LOAN_DAYS)
        buf_printf(out, ",%dd", loan->max_days);
    else
        buf_printf(out, ",\"next_visit(%d,%d)\"", loan->min_days, loan->max_days);
}

static void write_number(struct buf *out, int64_t value, int64_t missing)
{
    buf_putc(out, ',');
    if (value != missing) buf_printf(out, "%lld", (long long)value);
}

/* Each word once: a word stands for all its reasons. */
static void write_words(struct buf *out, uint64_t bits, const char *mark, bool *first)
{
    for (int i = 0; i < POLICY_REASON_COUNT; i++) {
        const char *word = policy_reason_word((enum policy_reason)i);
        uint64_t mine = policy_word_bits(word), earlier = (UINT64_C(1) << i) - 1;
        if (!(bits >> i & 1u) || !mine || (mine & earlier)) continue;
        buf_printf(out, "%s%s%s", *first ? "" : " ", mark, word);
        *first = false;
    }
}

static void write_overridable(struct buf *out, const struct policy_rule *rule)
{
    bool first = true;
    buf_putc(out, ',');
    if (rule->overridable == policy_word_bits_all()) {
        buf_puts(out, "all");
        first = false;
    } else {
        write_words(out, rule->overridable, "", &first);
    }
    write_words(out, rule->tolerated, "+", &first);
}

/* No `=` before a date: a spreadsheet would take it for a formula. */
static void write_hard(struct buf *out, const struct policy_rule *rule)
{
    char text[ZONE_TEXT_MAX];
    buf_putc(out, ',');
    if (rule->hard == POLICY_HARD_NONE) return;
    if (rule->hard == POLICY_HARD_LATEST) buf_putc(out, '<');
    if (rule->hard == POLICY_HARD_EARLIEST) buf_putc(out, '>');
    buf_puts(out, zone_day_text(rule->hard_day, text, sizeof text));
}

static bool same_loan(const struct policy_loan *a, const struct policy_loan *b)
{
    return a->kind == b->kind && a->min_days == b->min_days && a->max_days == b->max_days;
}

void policy_rule_write(const struct policy_rule *rule, struct buf *out)
{
    bm_assert(rule && out);
    write_code(out, rule->branch);
    buf_putc(out, ',');
    write_code(out, rule->category);
    buf_putc(out, ',');
    write_code(out, rule->itype);
    write_loan(out, &rule->loan);
    write_number(out, rule->renew_max, ENTRY_NONE);
    if (same_loan(&rule->loan, &rule->renew_loan))
        buf_putc(out, ',');
    else
        write_loan(out, &rule->renew_loan);
    write_number(out, rule->limit, ENTRY_NONE);
    buf_printf(out, ",%s", closed_words[rule->closed]);
    write_number(out, rule->terms.rate_cents, 0);
    write_number(out, rule->terms.grace_days, 0);
    write_number(out, rule->terms.max_cents, POLICY_CENTS_MAX);
    write_number(out, rule->terms.price_cents, 0);
    write_number(out, rule->terms.keep_cents, 0);
    write_number(out, rule->age_min, 0);
    write_overridable(out, rule);
    write_hard(out, rule);
    buf_puts(out, rule->expiry_cap ? ",yes" : ",");
    buf_puts(out, rule->renew_from_due ? ",due" : ",");
    write_number(out, rule->renew_from_days, ENTRY_NONE);
    write_number(out, rule->renew_until_days, ENTRY_NONE);
    write_number(out, rule->overdue_max, ENTRY_NONE);
    write_number(out, rule->debt_max_cents, ENTRY_NONE);
    write_number(out, rule->renew_debt_cents, ENTRY_NONE);
    buf_puts(out, rule->renew_expired ? ",yes" : ",");
    write_number(out, rule->guarantor_max_cents, ENTRY_NONE);
    buf_puts(out, rule->fine_open_days ? ",open" : ",");
}

const struct policy_rule *policy_rule_default(void)
{
    static const struct policy_rule rule = {
        .loan = { POLICY_LOAN_DAYS, POLICY_DEFAULT_LOAN_DAYS, POLICY_DEFAULT_LOAN_DAYS },
        .renew_loan = { POLICY_LOAN_DAYS, POLICY_DEFAULT_LOAN_DAYS, POLICY_DEFAULT_LOAN_DAYS },
        .renew_max = ENTRY_NONE,
        .limit = ENTRY_NONE,
        .terms = { .max_cents = POLICY_CENTS_MAX },
        .renew_from_days = ENTRY_NONE,
        .renew_until_days = ENTRY_NONE,
        .overdue_max = ENTRY_NONE,
        .debt_max_cents = ENTRY_NONE,
        .renew_debt_cents = ENTRY_NONE,
        .guarantor_max_cents = ENTRY_NONE,
        .from_day = INT64_MIN,
        .to_day = INT64_MAX,
    };
    return &rule;
}
