/* common/timetable.c -- see timetable.h */
#include "common/timetable.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WEEK_DAYS = 7, RULE_PARTS_MAX = 8, RULE_MAX = 256, WORD_MAX = 512, NUMBER_MAX = 32 };

const char *timetable_column_name(enum timetable_column column)
{
    static const char *const names[] = {
#define X(column, name) name,
        TIMETABLE_COLUMNS(X)
#undef X
    };
    bm_assert(column < TT_COLUMN_COUNT);
    return names[column];
}

/* --- CSV --------------------------------------------------------------------------------- */

/* One field from *at into *to; *at then stands on the comma or the end. */
static bool split_field(const char **at, char **to)
{
    const char *from = *at;
    char *out = *to;
    bool sound = true;
    if (*from == '"') {
        for (from++; *from && (*from != '"' || from[1] == '"'); from++) {
            if (*from == '"') from++;
            *out++ = *from;
        }
        sound = *from == '"';
        if (sound) from++;
        sound = sound && (*from == ',' || !*from);
    } else {
        while (*from && *from != ',') {
            sound = sound && *from != '"';
            *out++ = *from++;
        }
    }
    *out++ = '\0';
    *at = from;
    *to = out;
    return sound;
}

enum bm_rc timetable_split(const char *line, char *store, size_t store_size,
                           const char **fields, size_t fields_max, size_t *count)
{
    bm_assert(line && store && fields && count);
    *count = 0;
    size_t len = strnlen(line, store_size);
    while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r')) len--;
    if (2 * len + 2 > store_size)
        return err_set(BM_ELIMIT, "a CSV line is longer than %zu bytes", store_size / 2 - 1);
    char *copy =
        store + store_size - len - 1; /* read from the end, write to the front: never meets */
    memcpy(copy, line, len);
    copy[len] = '\0';
    const char *at = copy;
    for (;; at++) {
        if (*count == fields_max)
            return err_set(BM_ELIMIT, "a CSV line has more than %zu fields", fields_max);
        fields[(*count)++] = store;
        if (!split_field(&at, &store))
            return err_set(BM_EINPUT, "CSV field %zu: its quotes do not match", *count);
        if (!*at) return BM_OK;
    }
}

/* --- words and numbers ------------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Copy without the blanks around it. ret: false if it does not fit */
static bool copy_trimmed(char *out, size_t size_bytes, const char *text)
{
    while (is_blank(*text)) text++;
    size_t len = strlen(text);
    while (len > 0 && is_blank(text[len - 1])) len--;
    if (len >= size_bytes) return false;
    memcpy(out, text, len);
    out[len] = '\0';
    return true;
}

/* H:MM or HH:MM as minutes; -1 if it is not a time of the day. */
static int parse_minutes(const char *text)
{
    int hour = 0, digits = 0;
    for (; *text >= '0' && *text <= '9' && digits < 2; digits++)
        hour = hour * 10 + (*text++ - '0');
    if (digits == 0 || *text++ != ':' || strspn(text, "0123456789") != 2 || text[2]) return -1;
    int minute = (text[0] - '0') * 10 + (text[1] - '0');
    return hour < 24 && minute < 60 ? hour * 60 + minute : -1;
}

/* A plain decimal number of degrees within the limit. */
static bool parse_degrees(const char *text, double limit_deg, double *out)
{
    char *end = NULL;
    size_t len = strlen(text);
    if (len == 0 || len >= NUMBER_MAX || strspn(text, "+-.0123456789") != len) return false;
    *out = strtod(text, &end);
    return *end == '\0' && end != text && fabs(*out) <= limit_deg;
}

/* --- recurrence: reading ----------------------------------------------------------------- */

/* Where a rule ends: by date, by number, or never. */
struct recur_end {
    int64_t until_day; /* ZONE_DAY_MAX = not given */
    int64_t count;     /* 0 = not given */
};

static int weekday_of(const char *code)
{
    static const char codes[] = "MOTUWETHFRSASU";
    for (int i = 0; i < WEEK_DAYS; i++)
        if (!strncmp(codes + 2 * i, code, 2)) return i;
    return -1;
}

/* One part of a BYDAY list: TH, 1TH, +1TH or -1TH. */
static bool add_byday(struct recur *r, const char *part)
{
    bool last = *part == '-';
    int nth = 0;
    if (*part == '-' || *part == '+') {
        part++;
        if (*part < '1' || *part > '5') return false;
    }
    if (*part >= '1' && *part <= '5') nth = *part++ - '0';
    int weekday = strlen(part) == 2 ? weekday_of(part) : -1;
    if (weekday < 0) return false;
    unsigned char bit = (unsigned char)(nth ? 1u << (nth - 1) : 0u);
    if (!nth)
        r->weekdays |= 1u << weekday;
    else if (last)
        r->nth_last[weekday] |= bit;
    else
        r->nth[weekday] |= bit;
    return true;
}

static enum bm_rc parse_byday(struct recur *r, const char *value)
{
    char part[8];
    for (int i = 0; i < TIMETABLE_BYDAY_MAX; i++) {
        size_t len = strcspn(value, ",");
        if (len == 0 || len >= sizeof part) break;
        memcpy(part, value, len);
        part[len] = '\0';
        if (!add_byday(r, part))
            return err_set(BM_EINPUT,
                           "frequency: BYDAY has \"%s\"; write days as MO, 1TH or -1FR", part);
        value += len;
        if (!*value) return BM_OK;
        value++;
    }
    return err_set(BM_EINPUT,
                   "frequency: BYDAY is empty or too long; write days as MO,WE or 1TH");
}

/* 20261005 or 20261005T235959Z: the day counts, taken as local. */
static enum bm_rc parse_until(struct recur_end *end, const char *value)
{
    char date[11];
    size_t digits = strspn(value, "0123456789"), rest = digits == 8 ? strlen(value + 8) : 0;
    bool timed = rest >= 7 && rest <= 8 && value[8] == 'T' &&
                 strspn(value + 9, "0123456789") == 6 && (rest == 7 || value[15] == 'Z');
    if (digits != 8 || (rest && !timed))
        return err_set(BM_EINPUT, "frequency: UNTIL is \"%.20s\"; write it as 20261005", value);
    memcpy(date, value, 4);
    date[4] = date[7] = '-';
    memcpy(date + 5, value + 4, 2);
    memcpy(date + 8, value + 6, 2);
    date[10] = '\0';
    enum bm_rc rc = zone_parse_date(date, &end->until_day);
    return rc ? err_prefix(rc, "frequency: UNTIL: ") : BM_OK;
}

static enum bm_rc parse_number(const char *name, const char *value, int64_t max, int64_t *out)
{
    if (*value < '0' || *value > '9' || !str_to_i64(value, 1, max, out))
        return err_set(BM_EINPUT, "frequency: %s is \"%.20s\"; it is a number from 1 to %lld",
                       name, value, (long long)max);
    return BM_OK;
}

static enum bm_rc parse_part(struct recur *r, struct recur_end *end, const char *name,
                             const char *value)
{
    int64_t number = 0;
    if (!strcmp(name, "FREQ")) {
        r->freq = !strcmp(value, "MONTHLY") ? RECUR_MONTHLY : RECUR_WEEKLY;
        if (r->freq == RECUR_MONTHLY || !strcmp(value, "WEEKLY")) return BM_OK;
        return err_set(BM_EINPUT,
                       "frequency: FREQ=%.20s is not understood; use WEEKLY or MONTHLY", value);
    }
    if (!strcmp(name, "INTERVAL")) {
        enum bm_rc rc = parse_number(name, value, TIMETABLE_INTERVAL_MAX, &number);
        r->interval = rc ? 1 : (int)number;
        return rc;
    }
    if (!strcmp(name, "COUNT"))
        return parse_number(name, value, TIMETABLE_COUNT_MAX, &end->count);
    if (!strcmp(name, "UNTIL")) return parse_until(end, value);
    if (!strcmp(name, "BYDAY")) return parse_byday(r, value);
    if (!strcmp(name, "WKST")) {
        r->week_start = strlen(value) == 2 ? weekday_of(value) : -1;
        if (r->week_start >= 0) return BM_OK;
        return err_set(BM_EINPUT, "frequency: WKST is \"%.20s\"; it is a weekday such as MO",
                       value);
    }
    return err_set(BM_EINPUT, "frequency: %.20s is not understood here", name);
}

/* Split the rule into NAME=VALUE parts; each name once. */
static enum bm_rc parse_parts(char *rule, struct recur *r, struct recur_end *end,
                              bool *has_freq)
{
    const char *seen[RULE_PARTS_MAX];
    size_t seen_count = 0;
    for (char *part = rule, *next; part; part = next) {
        next = strchr(part, ';');
        if (next) *next++ = '\0';
        char *value = strchr(part, '=');
        if (!value) return err_set(BM_EINPUT, "frequency: \"%.20s\" is not NAME=VALUE", part);
        *value++ = '\0';
        for (size_t i = 0; i < seen_count; i++)
            if (!strcmp(seen[i], part))
                return err_set(BM_EINPUT, "frequency: %.20s stands twice", part);
        if (seen_count == RULE_PARTS_MAX)
            return err_set(BM_ELIMIT, "frequency: too many parts");
        seen[seen_count++] = part;
        enum bm_rc rc = parse_part(r, end, part, value);
        if (rc) return rc;
        *has_freq = *has_freq || !strcmp(part, "FREQ");
    }
    return BM_OK;
}

/* Days that the rule leaves to its start: the weekday, or the day of the month. */
static enum bm_rc complete_rule(struct recur *r, int64_t start_day)
{
    bool numbered = false, any = r->weekdays != 0;
    for (int i = 0; i < WEEK_DAYS; i++) numbered = numbered || r->nth[i] || r->nth_last[i];
    if (r->freq == RECUR_WEEKLY && numbered)
        return err_set(BM_EINPUT, "frequency: a numbered BYDAY goes with FREQ=MONTHLY only");
    if (any || numbered) return BM_OK;
    if (r->freq == RECUR_WEEKLY)
        r->weekdays = 1u << zone_weekday(start_day);
    else
        r->month_day = civil_from_day(start_day).day;
    return BM_OK;
}

static enum bm_rc parse_rule(const char *text, int64_t start_day, struct recur *r,
                             struct recur_end *end)
{
    char rule[RULE_MAX];
    bool has_freq = false;
    *r = (struct recur){ .interval = 1 };
    *end = (struct recur_end){ .until_day = ZONE_DAY_MAX };
    if (!copy_trimmed(rule, sizeof rule, text))
        return err_set(BM_ELIMIT, "frequency: too long");
    if (!*rule)
        return err_set(BM_EINPUT, "frequency: empty; write for example FREQ=WEEKLY;INTERVAL=2");
    enum bm_rc rc = parse_parts(rule, r, end, &has_freq);
    if (rc) return rc;
    if (!has_freq) return err_set(BM_EINPUT, "frequency: FREQ is missing");
    if (end->count && end->until_day != ZONE_DAY_MAX)
        return err_set(BM_EINPUT, "frequency: give COUNT or UNTIL, not both");
    return complete_rule(r, start_day);
}

/* --- recurrence: asking ------------------------------------------------------------------ */

static bool weekly_has(const struct recur *r, int64_t start_day, int64_t day)
{
    if (!(r->weekdays >> zone_weekday(day) & 1u)) return false;
    int64_t first =
        start_day - (zone_weekday(start_day) - r->week_start + WEEK_DAYS) % WEEK_DAYS;
    bm_assert(day >= first);
    return (day - first) / WEEK_DAYS % r->interval == 0;
}

static bool monthly_has(const struct recur *r, int64_t start_day, int64_t day)
{
    struct civil start = civil_from_day(start_day), date = civil_from_day(day);
    int months = (date.year - start.year) * 12 + date.month - start.month,
        weekday = zone_weekday(day);
    bm_assert(months >= 0);
    if (months % r->interval != 0) return false;
    if (r->month_day) return date.day == r->month_day;
    int nth = (date.day - 1) / WEEK_DAYS;
    int nth_last = (civil_month_days(date.year, date.month) - date.day) / WEEK_DAYS;
    return (r->weekdays >> weekday & 1u) || (r->nth[weekday] >> nth & 1) ||
           (r->nth_last[weekday] >> nth_last & 1);
}

static bool recur_has(const struct recur *r, int64_t start_day, int64_t day)
{
    bm_assert(r->interval >= 1);
    if (day < start_day) return false;
    return r->freq == RECUR_WEEKLY ? weekly_has(r, start_day, day)
                                   : monthly_has(r, start_day, day);
}

/* T1: the day of the count-th visit. Left-out days (exceptions) were counted too. */
static enum bm_rc find_count_end(const struct recur *r, int64_t start_day, int64_t count,
                                 int64_t *end_day)
{
    int64_t found = 0;
    for (int64_t day = start_day; day - start_day <= TIMETABLE_SPAN_DAYS && day <= ZONE_DAY_MAX;
         day++) {
        if (!recur_has(r, start_day, day) || ++found < count) continue;
        *end_day = day;
        return BM_OK;
    }
    return err_set(BM_EINPUT, "frequency: COUNT is not reached within 100 years");
}

bool timetable_visits_on(const struct stop_plan *plan, int64_t day)
{
    bm_assert(plan);
    return day >= plan->start_day && day <= plan->end_day &&
           recur_has(&plan->recur, plan->start_day, day) &&
           !day_list_has(&plan->exceptions, day);
}

bool timetable_next(const struct stop_plan *plan, int64_t from_day, int64_t to_day,
                    const struct day_list *closed, const struct day_list *suspended,
                    int64_t *day)
{
    bm_assert(plan && day);
    *day = 0;
    if (from_day < plan->start_day) from_day = plan->start_day;
    if (to_day > plan->end_day) to_day = plan->end_day;
    if (from_day > to_day) return false;
    if (to_day - from_day > TIMETABLE_SPAN_DAYS) to_day = from_day + TIMETABLE_SPAN_DAYS;
    for (int64_t at = from_day; at <= to_day; at++) {
        if (!timetable_visits_on(plan, at) || day_list_has(closed, at) ||
            day_list_has(suspended, at))
            continue;
        *day = at;
        return true;
    }
    return false;
}

/* --- a row ------------------------------------------------------------------------------- */

static enum bm_rc bad_column(enum bm_rc rc, enum timetable_column column)
{
    return err_prefix(rc, "column %s: ", timetable_column_name(column));
}

static enum bm_rc read_text(const char *const *fields, enum timetable_column column,
                            struct arena *a, const char **out)
{
    char text[WORD_MAX];
    if (!copy_trimmed(text, sizeof text, fields[column]))
        return bad_column(err_set(BM_ELIMIT, "longer than %d bytes", WORD_MAX - 1), column);
    *out = arena_strdup(a, text);
    return *out ? BM_OK : BM_ENOMEM;
}

static enum bm_rc read_time(const char *const *fields, enum timetable_column column,
                            int *minutes)
{
    char text[NUMBER_MAX];
    *minutes = copy_trimmed(text, sizeof text, fields[column]) ? parse_minutes(text) : -1;
    if (*minutes >= 0) return BM_OK;
    return bad_column(
        err_set(BM_EINPUT, "\"%.20s\" is not a time; write it as 9:30", fields[column]),
        column);
}

static enum bm_rc read_degrees(const char *const *fields, enum timetable_column column,
                               double limit_deg, double *out)
{
    char text[NUMBER_MAX];
    if (copy_trimmed(text, sizeof text, fields[column]) && parse_degrees(text, limit_deg, out))
        return BM_OK;
    return bad_column(err_set(BM_EINPUT, "\"%.20s\" is not degrees from -%g to %g",
                              fields[column], limit_deg, limit_deg),
                      column);
}

/* A date, or `missing` where the column is empty. */
static enum bm_rc read_date(const char *const *fields, enum timetable_column column,
                            int64_t missing, int64_t *day)
{
    char text[NUMBER_MAX];
    if (!copy_trimmed(text, sizeof text, fields[column]))
        return bad_column(err_set(BM_EINPUT, "not a date; write it as 2026-10-05"), column);
    *day = missing;
    enum bm_rc rc = *text ? zone_parse_date(text, day) : BM_OK;
    return rc ? bad_column(rc, column) : BM_OK;
}

/* Keep the list in rising order, each day once. */
static void insert_day(int64_t *days, size_t *count, int64_t day)
{
    size_t at = *count;
    while (at > 0 && days[at - 1] > day) at--;
    if (at > 0 && days[at - 1] == day) return;
    memmove(days + at + 1, days + at, (*count - at) * sizeof *days);
    days[at] = day;
    (*count)++;
}

/* Dates with anything of blank , ; | between them. */
static enum bm_rc read_exceptions(const char *text, struct arena *a, struct day_list *out)
{
    static const char between[] = " \t\r\n,;|";
    char date[11];
    size_t count = 0;
    int64_t *days = NULL, day = 0;
    *out = (struct day_list){ 0 };
    for (text += strspn(text, between); *text; text += strspn(text, between)) {
        size_t len = strcspn(text, between);
        if (len != sizeof date - 1)
            return bad_column(err_set(BM_EINPUT, "\"%.20s\": write dates as 2026-10-05", text),
                              TT_EXCEPTIONS);
        memcpy(date, text, len);
        date[len] = '\0';
        text += len;
        enum bm_rc rc = zone_parse_date(date, &day);
        if (rc) return bad_column(rc, TT_EXCEPTIONS);
        if (!days) days = ARENA_NEWS(a, int64_t, TIMETABLE_EXCEPTIONS_MAX);
        if (!days) return BM_ENOMEM;
        if (count == TIMETABLE_EXCEPTIONS_MAX)
            return bad_column(
                err_set(BM_ELIMIT, "more than %d dates", TIMETABLE_EXCEPTIONS_MAX),
                TT_EXCEPTIONS);
        insert_day(days, &count, day);
    }
    *out = (struct day_list){ days, count };
    return BM_OK;
}

/* Start, end and recurrence, which depend on one another. */
static enum bm_rc read_days(const char *const *fields, struct arena *a, struct stop_plan *out)
{
    struct recur_end end;
    enum bm_rc rc = read_date(fields, TT_START, INT64_MIN, &out->start_day);
    if (rc) return rc;
    if (out->start_day == INT64_MIN)
        return bad_column(err_set(BM_EINPUT, "empty; give the date of a first visit"),
                          TT_START);
    rc = read_date(fields, TT_END, ZONE_DAY_MAX, &out->end_day);
    if (!rc) rc = parse_rule(fields[TT_FREQUENCY], out->start_day, &out->recur, &end);
    if (rc) return rc;
    if (end.until_day < out->end_day) out->end_day = end.until_day;
    if (end.count) {
        int64_t last_day = 0;
        rc = find_count_end(&out->recur, out->start_day, end.count, &last_day);
        if (rc) return rc;
        if (last_day < out->end_day) out->end_day = last_day;
    }
    if (out->end_day < out->start_day)
        return bad_column(err_set(BM_EINPUT, "the last day lies before the first"), TT_END);
    return read_exceptions(fields[TT_EXCEPTIONS], a, &out->exceptions);
}

enum bm_rc timetable_parse_row(const char *const fields[TT_COLUMN_COUNT], struct arena *a,
                               struct stop_plan *out)
{
    bm_assert(fields && a && out);
    *out = (struct stop_plan){ 0 };
    enum bm_rc rc = read_text(fields, TT_MOBILE, a, &out->mobile);
    if (!rc) rc = read_text(fields, TT_ROUTE, a, &out->route);
    if (!rc) rc = read_text(fields, TT_COMMUNITY, a, &out->community);
    if (!rc) rc = read_text(fields, TT_STOP, a, &out->stop);
    if (!rc) rc = read_text(fields, TT_TYPE, a, &out->type);
    if (!rc) rc = read_degrees(fields, TT_GEOX, 180, &out->lon_deg);
    if (!rc) rc = read_degrees(fields, TT_GEOY, 90, &out->lat_deg);
    if (!rc) rc = read_time(fields, TT_ARRIVAL, &out->arrival_min);
    if (!rc) rc = read_time(fields, TT_DEPARTURE, &out->departure_min);
    if (rc) return rc;
    if (!*out->stop)
        return bad_column(err_set(BM_EINPUT, "empty; a stop needs a name"), TT_STOP);
    if (out->departure_min <= out->arrival_min)
        return bad_column(err_set(BM_EINPUT, "the visit ends before it begins"), TT_DEPARTURE);
    return read_days(fields, a, out);
}

enum bm_rc timetable_parse_line(const char *line, struct arena *a, struct stop_plan *out)
{
    char store[2 * TIMETABLE_LINE_MAX];
    const char *fields[TT_COLUMN_COUNT];
    size_t count = 0;
    bm_assert(line && a && out);
    *out = (struct stop_plan){ 0 };
    enum bm_rc rc = timetable_split(line, store, sizeof store, fields, TT_COLUMN_COUNT, &count);
    if (rc) return rc;
    if (count != TT_COLUMN_COUNT)
        return err_set(BM_EINPUT, "a row of the timetable has %zu columns, not %d", count,
                       TT_COLUMN_COUNT);
    return timetable_parse_row(fields, a, out);
}
