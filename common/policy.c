/* common/policy.c -- see policy.h */
#include "common/policy.h"

#include <stdlib.h>
#include <string.h>

#include "common/timetable.h"

enum { WORD_MAX = 32 };
_Static_assert(POLICY_REASON_COUNT <= 32, "a bit a reason");

/* --- reasons ----------------------------------------------------------------------------- */

enum reason_kind { KIND_NOTE, KIND_BLOCK };
struct reason_row {
    const char *name, *word, *sentence;
    enum exc_code exception; /* EXC_COUNT = none */
    enum reason_kind kind;
};

static const struct reason_row *reason_row(enum policy_reason reason)
{
    static const struct reason_row rows[] = {
#define X(code, name, word, kind, exception, sentence)                                         \
    { name, word, sentence, EXC_##exception, KIND_##kind },
        POLICY_REASONS(X)
#undef X
    };
    bm_assert(reason < POLICY_REASON_COUNT);
    return &rows[reason];
}

const char *policy_reason_name(enum policy_reason reason)
{
    return reason_row(reason)->name;
}

const char *policy_reason_sentence(enum policy_reason reason)
{
    return reason_row(reason)->sentence;
}

const char *policy_reason_exception(enum policy_reason reason)
{
    static const char *const names[] = {
#define X(code, name, task, rule, closing, sentence, ways) name,
        EXC_TABLE(X)
#undef X
            ""
    };
    _Static_assert(sizeof names / sizeof *names == EXC_COUNT + 1, "one name an exception");
    return names[reason_row(reason)->exception];
}

bool policy_reason_parse(const char *name, enum policy_reason *out)
{
    bm_assert(name && out);
    for (int i = 0; i < POLICY_REASON_COUNT; i++) {
        if (strcmp(reason_row((enum policy_reason)i)->name, name) != 0) continue;
        *out = (enum policy_reason)i;
        return true;
    }
    return false;
}

/* Bits of the reasons that a word stands for; 0 = not a word. */
static uint32_t word_bits(const char *word)
{
    uint32_t bits = 0;
    if (!*word) return 0;
    for (int i = 0; i < POLICY_REASON_COUNT; i++)
        if (!strcmp(reason_row((enum policy_reason)i)->word, word)) bits |= 1u << i;
    return bits;
}

/* All reasons that have a word. */
static uint32_t all_bits(void)
{
    uint32_t bits = 0;
    for (int i = 0; i < POLICY_REASON_COUNT; i++)
        if (*reason_row((enum policy_reason)i)->word) bits |= 1u << i;
    return bits;
}

/* --- a rule's line: reading -------------------------------------------------------------- */

static enum bm_rc bad(const char *column, const char *value, const char *how)
{
    return err_set(BM_EINPUT, "rule, column %s: \"%.40s\" is not understood; %s", column, value,
                   how);
}

static enum bm_rc read_code(const char *column, const char *value, char *out, size_t size_bytes)
{
    out[0] = '\0';
    if (!strcmp(value, "*")) return BM_OK;
    for (const char *at = value; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            return bad(column, value, "it has control characters");
    if (!str_copy(out, size_bytes, value))
        return err_set(BM_ELIMIT, "rule, column %s: longer than %d bytes", column,
                       ENTRY_WORD_MAX);
    return BM_OK;
}

static enum bm_rc read_number(const char *column, const char *value, int64_t max,
                              int64_t missing, int64_t *out)
{
    *out = missing;
    if (!*value) return BM_OK;
    if (*value >= '0' && *value <= '9' && str_to_i64(value, 0, max, out)) return BM_OK;
    *out = missing;
    return err_set(BM_EINPUT, "rule, column %s: \"%.40s\" is not a whole number from 0 to %lld",
                   column, value, (long long)max);
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

static enum bm_rc read_loan(const char *column, const char *value, struct policy_loan *out)
{
    const char *at = value;
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
    return bad(column, value, "write days as 21d, or next_visit(14,35); at most 3650 days");
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
            return bad("overridable", value, "words are separated by a space");
        memcpy(word, from, word_len);
        word[word_len] = '\0';
        uint32_t bits = strcmp(word, "all") || tolerated ? word_bits(word) : all_bits();
        if (!bits)
            return bad("overridable", word,
                       "use all, or words such as barred expired limit held");
        if (tolerated)
            out->tolerated |= bits;
        else
            out->overridable |= bits;
        value += len;
    }
    return BM_OK;
}

static enum bm_rc read_money(const char *const *f, struct terms *terms)
{
    enum bm_rc rc = read_number("rate", f[0], POLICY_CENTS_MAX, 0, &terms->rate_cents);
    if (!rc) rc = read_number("grace", f[1], POLICY_LOAN_DAYS_MAX, 0, &terms->grace_days);
    if (!rc)
        rc = read_number("max", f[2], POLICY_CENTS_MAX, POLICY_CENTS_MAX, &terms->max_cents);
    if (!rc) rc = read_number("price", f[3], POLICY_CENTS_MAX, 0, &terms->price_cents);
    if (!rc) rc = read_number("keep", f[4], POLICY_CENTS_MAX, 0, &terms->keep_cents);
    return rc;
}

static enum bm_rc read_columns(const char *const *f, struct policy_rule *out)
{
    int64_t age_min = 0;
    enum bm_rc rc = read_code("branch", f[0], out->branch, sizeof out->branch);
    if (!rc) rc = read_code("category", f[1], out->category, sizeof out->category);
    if (!rc) rc = read_code("itype", f[2], out->itype, sizeof out->itype);
    if (!rc) rc = read_loan("loan", f[3], &out->loan);
    if (!rc)
        rc = read_number("renew_max", f[4], POLICY_NUMBER_MAX, ENTRY_NONE, &out->renew_max);
    if (!rc) rc = read_loan("renew_loan", *f[5] ? f[5] : f[3], &out->renew_loan);
    if (!rc) rc = read_number("limit", f[6], POLICY_NUMBER_MAX, ENTRY_NONE, &out->limit);
    if (rc) return rc;
    bool next_open = !strcmp(f[7], "next_open");
    if (*f[7] && !next_open && strcmp(f[7], "keep") != 0)
        return bad("closed", f[7], "write keep or next_open");
    out->closed = next_open ? POLICY_CLOSED_NEXT_OPEN : POLICY_CLOSED_KEEP;
    rc = read_money(f + 8, &out->terms);
    if (!rc) rc = read_number("age_min", f[13], 150, 0, &age_min);
    if (!rc) rc = read_overridable(f[14], out);
    out->age_min = (int)age_min;
    return rc;
}

/* Take the blanks off both ends, in place. */
static const char *trim(char *text)
{
    while (*text == ' ' || *text == '\t') text++;
    size_t len = strlen(text);
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t')) text[--len] = '\0';
    return text;
}

/* Where next_visit(14,35) stands without quotes, its two halves are one field. */
static void join_visits(const char **fields, size_t *count, char joined[2][WORD_MAX])
{
    for (size_t i = 3, next = 0; i + 1 < *count && i <= 5 && next < 2; i++) {
        if (strncmp(fields[i], "next_visit(", 11) != 0 || strchr(fields[i], ',') ||
            strchr(fields[i], ')'))
            continue;
        size_t a = strlen(fields[i]), b = strlen(fields[i + 1]);
        if (a + b + 2 > WORD_MAX) continue;
        memcpy(joined[next], fields[i], a);
        joined[next][a] = ',';
        memcpy(joined[next] + a + 1, fields[i + 1], b + 1);
        fields[i] = joined[next++];
        for (size_t k = i + 1; k + 1 < *count; k++) fields[k] = fields[k + 1];
        (*count)--;
    }
}

enum bm_rc policy_rule_parse(const char *line, struct policy_rule *out)
{
    char store[2 * POLICY_LINE_MAX], joined[2][WORD_MAX], *texts[POLICY_COLUMN_COUNT + 2];
    const char *fields[POLICY_COLUMN_COUNT + 2];
    size_t count = 0;
    bm_assert(line && out);
    *out = (struct policy_rule){ .from_day = INT64_MIN, .to_day = INT64_MAX };
    enum bm_rc rc =
        timetable_split(line, store, sizeof store, fields, POLICY_COLUMN_COUNT + 2, &count);
    if (rc) return err_prefix(rc, "rule: ");
    for (size_t i = 0; i < count; i++) {
        texts[i] = store + (fields[i] - store); /* our own, to write in */
        fields[i] = trim(texts[i]);
    }
    join_visits(fields, &count, joined);
    if (count != POLICY_COLUMN_COUNT)
        return err_set(BM_EINPUT, "a rule has %zu columns, not %d: %s", count,
                       POLICY_COLUMN_COUNT, POLICY_RULE_HEADER);
    return read_columns(fields, out);
}

/* --- a rule's line: writing -------------------------------------------------------------- */

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
static void write_words(struct buf *out, uint32_t bits, const char *mark, bool *first)
{
    for (int i = 0; i < POLICY_REASON_COUNT; i++) {
        const char *word = reason_row((enum policy_reason)i)->word;
        uint32_t mine = word_bits(word), earlier = (1u << i) - 1;
        if (!(bits >> i & 1u) || !mine || (mine & earlier)) continue;
        buf_printf(out, "%s%s%s", *first ? "" : " ", mark, word);
        *first = false;
    }
}

void policy_rule_write(const struct policy_rule *rule, struct buf *out)
{
    bool first = true, same = rule->loan.kind == rule->renew_loan.kind &&
                              rule->loan.min_days == rule->renew_loan.min_days &&
                              rule->loan.max_days == rule->renew_loan.max_days;
    bm_assert(rule && out);
    write_code(out, rule->branch);
    buf_putc(out, ',');
    write_code(out, rule->category);
    buf_putc(out, ',');
    write_code(out, rule->itype);
    write_loan(out, &rule->loan);
    write_number(out, rule->renew_max, ENTRY_NONE);
    if (same)
        buf_putc(out, ',');
    else
        write_loan(out, &rule->renew_loan);
    write_number(out, rule->limit, ENTRY_NONE);
    buf_puts(out, rule->closed == POLICY_CLOSED_NEXT_OPEN ? ",next_open" : ",keep");
    write_number(out, rule->terms.rate_cents, 0);
    write_number(out, rule->terms.grace_days, 0);
    write_number(out, rule->terms.max_cents, POLICY_CENTS_MAX);
    write_number(out, rule->terms.price_cents, 0);
    write_number(out, rule->terms.keep_cents, 0);
    write_number(out, rule->age_min, 0);
    buf_putc(out, ',');
    if (rule->overridable == all_bits()) {
        buf_puts(out, "all");
        first = false;
    } else {
        write_words(out, rule->overridable, "", &first);
    }
    write_words(out, rule->tolerated, "+", &first);
}

const struct policy_rule *policy_rule_default(void)
{
    static const struct policy_rule rule = {
        .loan = { POLICY_LOAN_DAYS, POLICY_DEFAULT_LOAN_DAYS, POLICY_DEFAULT_LOAN_DAYS },
        .renew_loan = { POLICY_LOAN_DAYS, POLICY_DEFAULT_LOAN_DAYS, POLICY_DEFAULT_LOAN_DAYS },
        .renew_max = ENTRY_NONE,
        .limit = ENTRY_NONE,
        .terms = { .max_cents = POLICY_CENTS_MAX },
        .from_day = INT64_MIN,
        .to_day = INT64_MAX,
    };
    return &rule;
}

/* --- which rule -------------------------------------------------------------------------- */

/* ret: 0 = any, 1 = this one, -1 = another */
static int match_code(const char *code, const char *mine)
{
    if (!*code || !strcmp(code, "*")) return 0;
    return mine && !strcmp(code, mine) ? 1 : -1;
}

/* How closely a rule matches: 0 to 7, branch counting most; -1 = not at all. */
static int rank_rule(const struct policy_rule *rule, const struct policy_ask *ask,
                     const char *itype, int64_t day)
{
    int branch = match_code(rule->branch, ask->branch);
    int category = match_code(rule->category, ask->patron.category);
    int type = match_code(rule->itype, itype);
    if (day < rule->from_day || day > rule->to_day) return -1;
    if (branch < 0 || category < 0 || type < 0) return -1;
    return branch * 4 + category * 2 + type;
}

/* itype NULL: rules for any type only. ret: NULL = none */
static const struct policy_rule *find_rule(const struct policy_ask *ask, const char *itype,
                                           int64_t day)
{
    const struct policy_rule *best = NULL;
    int best_rank = -1;
    for (size_t i = 0; i < ask->rule_count; i++) {
        int rank = rank_rule(&ask->rules[i], ask, itype, day);
        if (rank < 0 || rank < best_rank) continue;
        best = &ask->rules[i];
        best_rank = rank;
    }
    return best;
}

/* --- deciding ---------------------------------------------------------------------------- */

static void fire(struct policy_answer *out, enum policy_reason reason)
{
    bool blocks =
        reason_row(reason)->kind == KIND_BLOCK && !(out->rule->tolerated >> reason & 1u);
    bm_assert(out->fired_count < POLICY_REASON_COUNT);
    bm_assert(!policy_fired_has(out, reason));
    out->fired[out->fired_count++] = (struct policy_fired){
        .reason = reason,
        .blocks = blocks,
        .overridable = blocks && (out->rule->overridable >> reason & 1u),
    };
}

static void choose_rule(const struct policy_ask *ask, int64_t today, struct policy_answer *out)
{
    const struct policy_rule *any_type = find_rule(ask, NULL, today);
    const struct policy_rule *rule = find_rule(ask, ask->item.itype, today);
    out->rule = rule ? rule : policy_rule_default();
    out->limit = any_type ? any_type->limit : ENTRY_NONE;
    out->type_limit =
        match_code(out->rule->itype, ask->item.itype) == 1 ? out->rule->limit : ENTRY_NONE;
    out->terms = out->rule->terms;
    if (ask->item.price_cents > 0) out->terms.price_cents = ask->item.price_cents;
    if (!rule) fire(out, POLICY_NO_RULE);
}

/* The local day of UTC seconds, however far out they are. */
static int64_t day_of_s(int64_t utc_s)
{
    if (utc_s > INT64_MAX / 1000) return ZONE_DAY_MAX;
    return utc_s < INT64_MIN / 1000 ? ZONE_DAY_MIN : zone_day(utc_s * 1000);
}

static void judge_patron(const struct policy_ask *ask, struct policy_answer *out)
{
    const struct policy_patron *p = &ask->patron;
    if (!p->known) fire(out, POLICY_UNKNOWN_CARD);
    if (p->barred) fire(out, POLICY_BARRED);
    if (p->expires_s != ENTRY_NONE && zone_day(ask->now_ms) > day_of_s(p->expires_s))
        fire(out, POLICY_EXPIRED); /* case 23: the expiry day itself is still allowed */
    if (p->replaced) fire(out, POLICY_CARD_REPLACED);
}

static void judge_item(const struct policy_ask *ask, struct policy_answer *out)
{
    const struct policy_item *item = &ask->item;
    if (!item->known) fire(out, POLICY_UNKNOWN_ITEM);
    if (item->loan == POLICY_HIS) fire(out, POLICY_ALREADY_HIS);
    if (item->loan == POLICY_ANOTHERS) fire(out, POLICY_LENT_OVER_LOAN);
    if (item->aside == POLICY_ANOTHERS) fire(out, POLICY_LENT_WHILE_HELD);
    if (item->aside == POLICY_HIS) fire(out, POLICY_HOLD_FILLED);
    if (item->cond == COND_LOST || item->cond == COND_MISSING)
        fire(out, POLICY_WAS_MISSING);
    else if (item->cond != COND_OK)
        fire(out, POLICY_UNFIT_LENT);
}

static void judge_limits(const struct policy_ask *ask, struct policy_answer *out)
{
    const struct policy_patron *p = &ask->patron;
    if (out->limit != ENTRY_NONE && p->loan_count >= out->limit) fire(out, POLICY_OVER_LIMIT);
    if (out->type_limit != ENTRY_NONE && p->type_loan_count >= out->type_limit)
        fire(out, POLICY_OVER_TYPE_LIMIT);
    if (out->rule->age_min <= 0) return;
    if (p->age_years == ENTRY_NONE)
        fire(out, POLICY_AGE_UNKNOWN);
    else if (p->age_years < out->rule->age_min)
        fire(out, POLICY_UNDER_AGE);
}

static void judge_renewal(const struct policy_ask *ask, struct policy_answer *out)
{
    const struct policy_item *item = &ask->item;
    const struct policy_rule *rule = out->rule;
    if (!item->known) fire(out, POLICY_UNKNOWN_ITEM);
    if (item->loan == POLICY_NOBODYS) fire(out, POLICY_RENEW_NO_LOAN);
    if (item->loan == POLICY_ANOTHERS) fire(out, POLICY_RENEW_OTHER);
    if (item->cond == COND_LOST) fire(out, POLICY_RENEW_LOST);
    if (rule->renew_max != ENTRY_NONE && ask->renewals >= rule->renew_max)
        fire(out, POLICY_RENEWALS_USED);
    if (item->wanted) fire(out, POLICY_RENEWED_WHILE_WANTED);
}

/* The first visit at least min and at most max days ahead on which somebody comes; else max
 * days. */
static int64_t find_visit(const struct policy_ask *ask, const struct policy_loan *loan,
                          int64_t today, struct policy_answer *out)
{
    for (size_t i = 0; i < ask->visits.count; i++) {
        int64_t day = ask->visits.days[i];
        if (day < today + loan->min_days || day > today + loan->max_days) continue;
        if (!day_list_has(&ask->closed, day) && !day_list_has(&ask->suspended, day)) return day;
    }
    fire(out, POLICY_NO_VISIT);
    return today + loan->max_days;
}

static int64_t find_due_day(const struct policy_ask *ask, const struct policy_loan *loan,
                            int64_t today, struct policy_answer *out)
{
    if (loan->kind == POLICY_LOAN_NEXT_VISIT) return find_visit(ask, loan, today, out);
    int64_t due_day = today + loan->max_days;
    if (out->rule->closed == POLICY_CLOSED_KEEP || !day_list_has(&ask->closed, due_day))
        return due_day;
    for (int64_t day = due_day + 1; day <= due_day + POLICY_OPEN_SEARCH_DAYS; day++) {
        if (day_list_has(&ask->closed, day)) continue;
        fire(out, POLICY_DUE_MOVED);
        return day;
    }
    return due_day;
}

static int by_kind(const void *a, const void *b)
{
    const struct policy_fired *x = a, *y = b;
    if (x->blocks != y->blocks) return x->blocks ? -1 : 1;
    return x->reason < y->reason ? -1 : x->reason > y->reason;
}

static void conclude(struct policy_answer *out)
{
    qsort(out->fired, out->fired_count, sizeof *out->fired, by_kind);
    out->verdict = out->fired_count && out->fired[0].blocks ? POLICY_BLOCK : POLICY_ALLOW;
    out->may_override = out->verdict == POLICY_BLOCK;
    for (size_t i = 0; i < out->fired_count; i++)
        if (out->fired[i].blocks && !out->fired[i].overridable) out->may_override = false;
}

void policy_checkout(const struct policy_ask *ask, struct policy_answer *out)
{
    bm_assert(ask && out);
    bm_assert(ask->rules || !ask->rule_count);
    *out = (struct policy_answer){ 0 };
    int64_t today = zone_day(ask->now_ms);
    choose_rule(ask, today, out);
    judge_patron(ask, out);
    judge_item(ask, out);
    judge_limits(ask, out);
    out->due_day = find_due_day(ask, &out->rule->loan, today, out);
    out->due_s = zone_day_end_s(out->due_day);
    conclude(out);
}

void policy_renew(const struct policy_ask *ask, struct policy_answer *out)
{
    bm_assert(ask && out);
    bm_assert(ask->rules || !ask->rule_count);
    *out = (struct policy_answer){ 0 };
    int64_t today = zone_day(ask->now_ms);
    choose_rule(ask, today, out);
    judge_patron(ask, out);
    judge_renewal(ask, out);
    out->due_day = find_due_day(ask, &out->rule->renew_loan, today, out);
    out->due_s = zone_day_end_s(out->due_day);
    if (ask->due_s != ENTRY_NONE &&
        ask->due_s > out->due_s) { /* never earlier than told (I9) */
        fire(out, POLICY_DUE_KEPT);
        out->due_s = ask->due_s;
        out->due_day = day_of_s(ask->due_s);
    }
    conclude(out);
}

bool policy_fired_has(const struct policy_answer *answer, enum policy_reason reason)
{
    bm_assert(answer && answer->fired_count <= POLICY_REASON_COUNT);
    for (size_t i = 0; i < answer->fired_count; i++)
        if (answer->fired[i].reason == reason) return true;
    return false;
}

const char *policy_over_text(const struct policy_answer *answer, char *text, size_t size_bytes)
{
    size_t used = 0;
    bm_assert(answer && text && size_bytes >= POLICY_OVER_MAX);
    text[0] = '\0';
    for (size_t i = 0; i < answer->fired_count; i++) {
        const char *name = policy_reason_exception(answer->fired[i].reason);
        size_t len = strlen(name);
        if (!len || used + len + 2 > size_bytes) continue;
        if (used) text[used++] = ' ';
        memcpy(text + used, name, len + 1);
        used += len;
    }
    return text;
}
