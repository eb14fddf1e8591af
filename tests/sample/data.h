/* tests/sample/data.h -- a folder of real data, read: who, what, lent to whom, wanted by whom.
 * Floor:   tests. Uses base, common/mem, sync/csv, sync/import_marc.
 * Owns:    an arena with all that was read; data_free releases it.
 * Invariants: lists are in the order of their files; a card, copy or title that is named but
 *             not there has index DATA_NONE.
 * Threads: one. */
#ifndef SAMPLE_DATA_H
#define SAMPLE_DATA_H

#include "common/mem.h"

#include "tests/sample/base.h"

enum {
    DATA_NONE = -1,
    DATA_EXTENDED_MAX = 300, /* cards that get a new life */
    DATA_EXPIRED_LEFT = 3,   /* at least so many stay expired, for a refusal */
    DATA_EXTENDED_DAYS = 365,
    DATA_PATH_SIZE = 512
};

enum patron_column {
    PATRON_CARD,
    PATRON_BIRTH = 4,
    PATRON_BRANCH = 13,
    PATRON_CATEGORY,
    PATRON_ENROLLED,
    PATRON_EXPIRY,
    PATRON_DEBARRED,
    PATRON_STOP = 19,
    PATRON_COLUMNS
};
enum loan_column {
    LOAN_CARD,
    LOAN_ITEM,
    LOAN_BRANCH,
    LOAN_ISSUED,
    LOAN_DUE,
    LOAN_RETURNED,
    LOAN_STOP_FINES = 7,
    LOAN_COLUMNS
};
enum hold_column {
    HOLD_CARD,
    HOLD_BIB = 2,
    HOLD_ITEM,
    HOLD_REQUESTED = 5,
    HOLD_CAPTURED,
    HOLD_FULFILLED,
    HOLD_CANCELLED,
    HOLD_EXPIRES,
    HOLD_COLUMNS
};
enum closed_column { CLOSED_BRANCH, CLOSED_FIRST, CLOSED_LAST, CLOSED_REASON, CLOSED_COLUMNS };
enum branch_column { BRANCH_CODE, BRANCH_NAME, BRANCH_COLUMNS };

/* A CSV file in memory: count rows of width cells; cells are never NULL. */
struct data_table {
    const char *const *names; /* of the columns, as they are written again */
    const char **cells;
    uint32_t width, count;
    size_t cap;
};

struct data_title {
    const char *key;  /* 001 */
    uint32_t waiting; /* holds on it or on one of its copies */
    uint32_t free;    /* copies that are neither lent nor unfit */
};
struct data_item {
    const char *barcode, *branch;
    int32_t title;
    bool fit;    /* may be lent, and is said to be in */
    bool lent;   /* by an open loan */
    bool wanted; /* somebody waits for this very copy */
    bool used;   /* spoken for in the day's acts */
};
struct data_patron {
    const char *card, *branch, *category;
    int32_t expires; /* day; 0 = never */
    bool barred, expired, extended;
    bool of_van;  /* at home there, or with a loan made there */
    bool of_main; /* at home at the main branch or one below it, and not of the van */
    bool used;    /* spoken for in the day's acts */
    int32_t stop; /* of the day, or DATA_NONE */
};
struct data_loan {
    int32_t item, patron;
    const char *barcode, *card;
    bool by_van, lost, used;
};

struct data {
    struct arena arena;
    char dir[DATA_PATH_SIZE]; /* of the data, without a slash at its end */
    struct data_table patron_rows, loan_rows, hold_rows, closed_rows, branch_rows;
    struct data_title *titles;
    struct data_item *items;
    struct data_patron *patrons; /* one a row of patron_rows */
    struct data_loan *loans;     /* one a row of loan_rows */
    uint32_t title_count, item_count;
    size_t title_cap, item_cap;
    uint32_t left_out; /* loans that are over already */
    int32_t shift_days, extended, expired;
};

/* Read a folder's concerto part.
 * in:  dir, with concerto/ in it; main_code, of the branch that is served; van, the branch
 *      whose loans and patrons are the van's
 * ret: BM_OK | BM_ENOTFOUND a file is missing | BM_EINPUT a column is, or nothing in it |
 *      faults; *d is to be freed in any case */
BM_MUST_CHECK enum bm_rc data_read(struct data *d, const char *dir, const char *main_code,
                                   const char *van);
void data_free(struct data *d);

const char *data_cell(const struct data_table *table, uint32_t row, int column);
/* Index of a card, a copy, a title, or DATA_NONE. */
int32_t data_find_patron(const struct data *d, const char *card);
int32_t data_find_item(const struct data *d, const char *barcode);
int32_t data_find_title(const struct data *d, const char *key);
/* A file of the data. out: DATA_PATH_SIZE. ret: out */
const char *data_path(const struct data *d, const char *name, char *out);
/* The day that a date or a date with a time begins with. ret: false if it does not */
bool data_day(const char *text, int32_t *out);

/* Shift all dates by one number of days, so that the service day falls into the data's life:
 * after the last registration, when just over DATA_EXTENDED_MAX cards have run out; and extend
 * so many of these, the latest to expire first. A day on which one of the two branches is
 * closed is passed over.
 * ret: BM_OK | BM_EINPUT no card has a date to go by | BM_ENOMEM */
BM_MUST_CHECK enum bm_rc data_shift(struct data *d, const struct sample *s,
                                    const char *main_code, const char *van);
/* Write patrons.csv, loans.csv, holds.csv, calendar.csv. in: stop_keys, of patrons' stops
 * ret: BM_OK | BM_EIO */
BM_MUST_CHECK enum bm_rc data_write(struct data *d, const struct sample *s,
                                    const char *const *stop_keys);

#endif
