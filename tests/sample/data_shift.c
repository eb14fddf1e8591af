/* tests/sample/data_shift.c -- dates moved, cards extended, rows written again; see data.h */
#include <stdlib.h>
#include <string.h>

#include "tests/sample/data.h"

enum { SHIFT_TRIES_MAX = 60, DATE_LEN = 10, FOREVER_YEAR = 9999 };

/* --- the offset -------------------------------------------------------------------------- */

static int by_day(const void *a, const void *b)
{
    const int32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* The day in the data's own life that becomes the service day. */
static enum bm_rc day_of_life(struct data *d, int32_t *out)
{
    uint32_t count = 0;
    int32_t last_enrolled = INT32_MIN, day;
    int32_t *expiries = ARENA_NEWS(&d->arena, int32_t, d->patron_rows.count);
    if (!expiries) return BM_ENOMEM;
    for (uint32_t i = 0; i < d->patron_rows.count; i++) {
        if (d->patrons[i].expires) expiries[count++] = d->patrons[i].expires;
        if (data_day(data_cell(&d->patron_rows, i, PATRON_ENROLLED), &day) &&
            day > last_enrolled)
            last_enrolled = day;
    }
    if (!count) return err_set(BM_EINPUT, "patrons.csv: no card has a date of expiry");
    qsort(expiries, count, sizeof *expiries, by_day);
    uint32_t wanted = DATA_EXTENDED_MAX + DATA_EXPIRED_LEFT;
    *out = expiries[(wanted < count ? wanted : count) - 1] + 1;
    if (*out <= last_enrolled) *out = last_enrolled + 1;
    return BM_OK;
}

static bool is_closed(const struct data *d, const char *branch, int32_t day)
{
    for (uint32_t i = 0; i < d->closed_rows.count; i++) {
        int32_t first, last;
        if (!strcmp(data_cell(&d->closed_rows, i, CLOSED_BRANCH), branch) &&
            data_day(data_cell(&d->closed_rows, i, CLOSED_FIRST), &first) &&
            data_day(data_cell(&d->closed_rows, i, CLOSED_LAST), &last) && first <= day &&
            day <= last)
            return true;
    }
    return false;
}

/* --- moving dates ------------------------------------------------------------------------ */

/* Only the date moves: time and offset from UTC stay as they are written. */
static enum bm_rc shift_cell(struct data *d, struct data_table *t, uint32_t row, int column)
{
    int32_t day;
    char date[ISO_SIZE];
    const char **cell = &t->cells[(size_t)row * t->width + (uint32_t)column];
    if (!data_day(*cell, &day)) return BM_OK; /* empty, or no date: left to the importer */
    if (day >= date_from_civil(FOREVER_YEAR, 1, 1)) return BM_OK;
    *cell = arena_printf(&d->arena, "%.10s%s", date_text(day + d->shift_days, date),
                         *cell + DATE_LEN);
    return *cell ? BM_OK : BM_ENOMEM;
}

static enum bm_rc shift_columns(struct data *d, struct data_table *t, const int *columns,
                                size_t count)
{
    enum bm_rc rc = BM_OK;
    for (uint32_t row = 0; row < t->count && !rc; row++)
        for (size_t i = 0; i < count && !rc; i++) rc = shift_cell(d, t, row, columns[i]);
    return rc;
}

static enum bm_rc shift_all(struct data *d)
{
    static const int patron[] = { PATRON_BIRTH, PATRON_ENROLLED, PATRON_EXPIRY,
                                  PATRON_DEBARRED };
    static const int loan[] = { LOAN_ISSUED, LOAN_DUE };
    static const int hold[] = { HOLD_REQUESTED, HOLD_CAPTURED, HOLD_FULFILLED, HOLD_CANCELLED,
                                HOLD_EXPIRES };
    static const int closed[] = { CLOSED_FIRST, CLOSED_LAST };
    enum bm_rc rc = shift_columns(d, &d->patron_rows, patron, sizeof patron / sizeof *patron);
    if (!rc) rc = shift_columns(d, &d->loan_rows, loan, sizeof loan / sizeof *loan);
    if (!rc) rc = shift_columns(d, &d->hold_rows, hold, sizeof hold / sizeof *hold);
    if (!rc) rc = shift_columns(d, &d->closed_rows, closed, sizeof closed / sizeof *closed);
    return rc;
}

/* --- cards ------------------------------------------------------------------------------- */

/* The card to extend next: of those expired the latest, of these the first in the file. */
static int32_t next_to_extend(const struct data *d)
{
    int32_t best = DATA_NONE;
    for (uint32_t i = 0; i < d->patron_rows.count; i++) {
        const struct data_patron *p = &d->patrons[i];
        if (p->expired && (best == DATA_NONE || p->expires > d->patrons[best].expires))
            best = (int32_t)i;
    }
    return best;
}

static enum bm_rc extend_cards(struct data *d, int32_t service_day)
{
    char date[ISO_SIZE];
    const char *until =
        arena_strdup(&d->arena, date_text(service_day + DATA_EXTENDED_DAYS, date));
    if (!until) return BM_ENOMEM;
    for (uint32_t i = 0; i < d->patron_rows.count; i++) {
        struct data_patron *p = &d->patrons[i];
        if (p->expires) p->expires += d->shift_days;
        p->expired = p->expires && p->expires < service_day;
        d->expired += p->expired;
    }
    while (d->extended < DATA_EXTENDED_MAX && d->expired > DATA_EXPIRED_LEFT) {
        int32_t at = next_to_extend(d);
        struct data_patron *p = &d->patrons[at];
        p->expired = false;
        p->extended = true;
        p->expires = service_day + DATA_EXTENDED_DAYS;
        d->patron_rows.cells[(size_t)at * PATRON_COLUMNS + PATRON_EXPIRY] = until;
        d->extended++;
        d->expired--;
    }
    return BM_OK;
}

enum bm_rc data_shift(struct data *d, const struct sample *s, const char *main_code,
                      const char *van)
{
    int32_t day;
    enum bm_rc rc = day_of_life(d, &day);
    if (rc) return rc;
    for (int i = 0; i < SHIFT_TRIES_MAX; i++, day++)
        if (!is_closed(d, main_code, day) && !is_closed(d, van, day)) break;
    d->shift_days = s->day - day;
    rc = shift_all(d);
    return rc ? rc : extend_cards(d, s->day);
}

/* --- writing ----------------------------------------------------------------------------- */

static enum bm_rc write_table(const struct data_table *t, const struct sample *s,
                              const char *name)
{
    struct out o;
    enum bm_rc rc = out_open(&o, s, name);
    if (rc) return rc;
    for (uint32_t i = 0; i < t->width; i++) out_field(&o, t->names[i], i + 1 == t->width);
    for (uint32_t row = 0; row < t->count; row++)
        for (uint32_t i = 0; i < t->width; i++)
            out_field(&o, data_cell(t, row, (int)i), i + 1 == t->width);
    return out_close(&o);
}

enum bm_rc data_write(struct data *d, const struct sample *s, const char *const *stop_keys)
{
    for (uint32_t i = 0; i < d->patron_rows.count; i++)
        if (d->patrons[i].stop != DATA_NONE)
            d->patron_rows.cells[(size_t)i * PATRON_COLUMNS + PATRON_STOP] =
                stop_keys[d->patrons[i].stop];
    enum bm_rc rc = write_table(&d->patron_rows, s, "patrons.csv");
    if (!rc) rc = write_table(&d->loan_rows, s, "loans.csv");
    if (!rc) rc = write_table(&d->hold_rows, s, "holds.csv");
    if (!rc) rc = write_table(&d->closed_rows, s, "calendar.csv");
    return rc;
}
