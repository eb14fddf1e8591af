/* tests/sample/data_read.c -- reading the folder; see data.h */
#include <stdlib.h>
#include <string.h>

#include "common/zone.h"
#include "sync/csv.h"
#include "sync/import_marc.h"
#include "tests/sample/data.h"

enum { DATA_COLUMNS_MAX = 24 };

static const char *const patron_names[PATRON_COLUMNS] = {
    "cardnumber",   "surname",    "firstname", "othernames", "dateofbirth",
    "address",      "address2",   "city",      "state",      "zipcode",
    "country",      "phone",      "email",     "branchcode", "categorycode",
    "dateenrolled", "dateexpiry", "debarred",  "userid",     "stop"
};
static const char *const loan_names[LOAN_COLUMNS] = { "cardnumber",    "itemnumber_barcode",
                                                      "branchcode",    "issuedate",
                                                      "date_due",      "returndate",
                                                      "renewals_left", "stop_fines" };
static const char *const hold_names[HOLD_COLUMNS] = {
    "cardnumber", "hold_type", "bib_id",    "item_barcode", "pickup_branch",
    "requested",  "captured",  "fulfilled", "cancelled",    "expires"
};
static const char *const closed_names[CLOSED_COLUMNS] = { "branchcode", "first_day", "last_day",
                                                          "reason" };
static const char *const branch_names[BRANCH_COLUMNS] = { "branchcode", "name" };

/* --- tables ------------------------------------------------------------------------------ */

struct table_reader {
    struct data *data;
    struct data_table *table;
};

static enum bm_rc on_table_row(void *ctx, int64_t line, const char **values)
{
    struct table_reader *reader = ctx;
    struct data_table *t = reader->table;
    struct arena *a = &reader->data->arena;
    (void)line;
    const char **cells = arena_grow(a, t->cells, t->count, &t->cap, t->width * sizeof *cells);
    if (!cells) return BM_ENOMEM;
    t->cells = cells;
    for (uint32_t i = 0; i < t->width; i++) {
        const char *value = arena_strdup(a, values[i] ? values[i] : "");
        if (!value) return BM_ENOMEM;
        cells[(size_t)t->count * t->width + i] = value;
    }
    t->count++;
    return BM_OK;
}

/* The first column must be there; what else is missing reads as empty. */
static enum bm_rc read_table(struct data *d, const char *name, const char *const *names,
                             uint32_t width, struct data_table *out)
{
    struct csv_column columns[DATA_COLUMNS_MAX];
    struct table_reader reader = { d, out };
    struct csv_sink sink = { .on_row = on_table_row, .ctx = &reader };
    struct csv_counts counts;
    char path[DATA_PATH_SIZE];
    bm_assert(width <= DATA_COLUMNS_MAX);
    *out = (struct data_table){ .names = names, .width = width };
    for (uint32_t i = 0; i < width; i++) columns[i] = (struct csv_column){ names[i], i == 0 };
    enum bm_rc rc = csv_read_file(data_path(d, name, path), columns, width, &sink, &counts);
    if (rc) return err_prefix(rc, "%s: ", name);
    return out->count ? BM_OK : err_set(BM_EINPUT, "%s holds no rows", path);
}

const char *data_cell(const struct data_table *table, uint32_t row, int column)
{
    bm_assert(row < table->count && (uint32_t)column < table->width);
    return table->cells[(size_t)row * table->width + (uint32_t)column];
}

const char *data_path(const struct data *d, const char *name, char *out)
{
    snprintf(out, DATA_PATH_SIZE, "%.400s/%.100s", d->dir, name);
    return out;
}

bool data_day(const char *text, int32_t *out)
{
    char date[11];
    int64_t day;
    if (strlen(text) < 10) return false;
    memcpy(date, text, 10);
    date[10] = '\0';
    if (zone_parse_date(date, &day)) return false;
    *out = (int32_t)day;
    return true;
}

/* --- finding ----------------------------------------------------------------------------- */

int32_t data_find_patron(const struct data *d, const char *card)
{
    for (uint32_t i = 0; i < d->patron_rows.count; i++)
        if (!strcmp(d->patrons[i].card, card)) return (int32_t)i;
    return DATA_NONE;
}

int32_t data_find_item(const struct data *d, const char *barcode)
{
    for (uint32_t i = 0; i < d->item_count; i++)
        if (!strcmp(d->items[i].barcode, barcode)) return (int32_t)i;
    return DATA_NONE;
}

int32_t data_find_title(const struct data *d, const char *key)
{
    for (uint32_t i = 0; i < d->title_count; i++)
        if (!strcmp(d->titles[i].key, key)) return (int32_t)i;
    return DATA_NONE;
}

/* --- the catalogue ----------------------------------------------------------------------- */

static enum bm_rc add_item(struct data *d, const struct marc_item *from)
{
    d->items = arena_grow(&d->arena, d->items, d->item_count, &d->item_cap, sizeof *d->items);
    if (!d->items) return BM_ENOMEM;
    struct data_item *item = &d->items[d->item_count++];
    *item = (struct data_item){ .barcode = arena_strdup(&d->arena, from->barcode),
                                .branch =
                                    arena_strdup(&d->arena, from->holding ? from->holding : ""),
                                .title = (int32_t)d->title_count - 1 };
    item->fit = from->circulating && from->status && !strcmp(from->status, "available") &&
                !strcmp(from->cond, "ok");
    return item->barcode && item->branch ? BM_OK : BM_ENOMEM;
}

static enum bm_rc on_title(void *ctx, const struct marc_title *title)
{
    struct data *d = ctx;
    d->titles =
        arena_grow(&d->arena, d->titles, d->title_count, &d->title_cap, sizeof *d->titles);
    if (!d->titles) return BM_ENOMEM;
    const char *key = arena_strdup(&d->arena, title->key);
    if (!key) return BM_ENOMEM;
    d->titles[d->title_count++] = (struct data_title){ .key = key };
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < title->item_count && !rc; i++) rc = add_item(d, &title->items[i]);
    return rc;
}

/* --- what follows from the rows ---------------------------------------------------------- */

static enum bm_rc make_patrons(struct data *d, const char *main_code, const char *van)
{
    d->patrons = ARENA_NEWS(&d->arena, struct data_patron, d->patron_rows.count);
    if (!d->patrons) return BM_ENOMEM;
    for (uint32_t i = 0; i < d->patron_rows.count; i++) {
        struct data_patron *p = &d->patrons[i];
        *p = (struct data_patron){ .card = data_cell(&d->patron_rows, i, PATRON_CARD),
                                   .branch = data_cell(&d->patron_rows, i, PATRON_BRANCH),
                                   .category = data_cell(&d->patron_rows, i, PATRON_CATEGORY),
                                   .stop = DATA_NONE };
        p->barred = *data_cell(&d->patron_rows, i, PATRON_DEBARRED) != '\0';
        p->of_van = !strcmp(p->branch, van);
        p->of_main = !p->of_van && !strncmp(p->branch, main_code, strlen(main_code));
        if (!data_day(data_cell(&d->patron_rows, i, PATRON_EXPIRY), &p->expires))
            p->expires = 0;
    }
    return BM_OK;
}

/* Loans that are over already are left out: only open ones can be imported. */
static void keep_open_loans(struct data *d)
{
    struct data_table *t = &d->loan_rows;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        int32_t day;
        bool open = !*data_cell(t, i, LOAN_RETURNED) &&
                    data_day(data_cell(t, i, LOAN_ISSUED), &day) &&
                    data_day(data_cell(t, i, LOAN_DUE), &day);
        if (!open) continue;
        memmove(t->cells + (size_t)kept * t->width, t->cells + (size_t)i * t->width,
                t->width * sizeof *t->cells);
        kept++;
    }
    d->left_out = t->count - kept;
    t->count = kept;
}

static enum bm_rc make_loans(struct data *d, const char *van)
{
    keep_open_loans(d);
    d->loans = ARENA_NEWS(&d->arena, struct data_loan, d->loan_rows.count + 1);
    if (!d->loans) return BM_ENOMEM;
    for (uint32_t i = 0; i < d->loan_rows.count; i++) {
        struct data_loan *loan = &d->loans[i];
        *loan = (struct data_loan){ .card = data_cell(&d->loan_rows, i, LOAN_CARD),
                                    .barcode = data_cell(&d->loan_rows, i, LOAN_ITEM) };
        loan->patron = data_find_patron(d, loan->card);
        loan->item = data_find_item(d, loan->barcode);
        loan->by_van = !strcmp(data_cell(&d->loan_rows, i, LOAN_BRANCH), van);
        loan->lost = !strcmp(data_cell(&d->loan_rows, i, LOAN_STOP_FINES), "LOST");
        if (loan->item != DATA_NONE) d->items[loan->item].lent = true;
        if (loan->patron != DATA_NONE && loan->by_van) {
            d->patrons[loan->patron].of_van = true;
            d->patrons[loan->patron].of_main = false;
        }
    }
    return BM_OK;
}

static void count_holds(struct data *d)
{
    for (uint32_t i = 0; i < d->hold_rows.count; i++) {
        int32_t item = data_find_item(d, data_cell(&d->hold_rows, i, HOLD_ITEM));
        int32_t title = data_find_title(d, data_cell(&d->hold_rows, i, HOLD_BIB));
        if (*data_cell(&d->hold_rows, i, HOLD_FULFILLED) ||
            *data_cell(&d->hold_rows, i, HOLD_CANCELLED))
            continue;
        if (item != DATA_NONE) {
            d->items[item].wanted = true;
            title = d->items[item].title;
        }
        if (title != DATA_NONE) d->titles[title].waiting++;
    }
    for (uint32_t i = 0; i < d->item_count; i++) {
        const struct data_item *item = &d->items[i];
        d->titles[item->title].free += item->fit && !item->lent && !item->wanted;
    }
}

enum bm_rc data_read(struct data *d, const char *dir, const char *main_code, const char *van)
{
    char path[DATA_PATH_SIZE];
    struct marc_sink sink = { .on_record = on_title, .ctx = d };
    struct marc_counts counts;
    *d = (struct data){ 0 };
    if (!str_copy(d->dir, sizeof d->dir, dir) || strlen(dir) > 400)
        return err_set(BM_ELIMIT, "the name of the data's folder is too long");
    for (size_t len = strlen(d->dir); len > 1 && d->dir[len - 1] == '/'; len--)
        d->dir[len - 1] = '\0';
    enum bm_rc rc =
        read_table(d, "concerto/patrons.csv", patron_names, PATRON_COLUMNS, &d->patron_rows);
    if (!rc) rc = read_table(d, "concerto/loans.csv", loan_names, LOAN_COLUMNS, &d->loan_rows);
    if (!rc) rc = read_table(d, "concerto/holds.csv", hold_names, HOLD_COLUMNS, &d->hold_rows);
    if (!rc)
        rc = read_table(d, "concerto/closed_days.csv", closed_names, CLOSED_COLUMNS,
                        &d->closed_rows);
    if (!rc)
        rc = read_table(d, "concerto/branches.csv", branch_names, BRANCH_COLUMNS,
                        &d->branch_rows);
    if (!rc)
        rc = marc_read_file(data_path(d, "concerto/bibs.xml", path), MARC_ITEMS_EVERGREEN852,
                            &sink, &counts);
    if (!rc) rc = make_patrons(d, main_code, van);
    if (!rc) rc = make_loans(d, van);
    if (!rc) count_holds(d);
    return rc;
}

void data_free(struct data *d)
{
    arena_free(&d->arena);
    *d = (struct data){ 0 };
}
