/* sync/import_priv.h -- inside of import: the frame that import.c lends to import_tables.c.
 * Floor:   sync, only for import*.c.
 * Owns:    as import.h.
 * Threads: as the branch handle. */
#ifndef BM_IMPORT_PRIV_H
#define BM_IMPORT_PRIV_H

#include "sync/csv.h"
#include "sync/import.h"

/* Words met in this file: cards, title keys. */
struct word_set {
    const char **slots;
    size_t cap, count;
};

struct import {
    struct branch *b;
    const struct import_how *how;
    struct import_result *out;
    struct observe o;
    struct arena row;   /* dies with each record or row */
    struct arena words; /* lives as long as the import */
    struct word_set met;
    int64_t read, bad, known; /* records or rows: read, left out, nothing new */
    int64_t first_bad;        /* line of the first one left out */
    char first_reason[ERR_TEXT_MAX];
};

/* Count n of what name says, to be told at the end. */
void import_count(struct import *im, const char *name, int64_t n);
/* A record or row begins: the last one's memory goes. */
void import_next(struct import *im);
/* What is wrong with one row is no fault of the whole: such a code becomes BM_EINPUT. */
enum bm_rc import_row_fault(enum bm_rc rc);
/* Put a row into the import. */
BM_MUST_CHECK enum bm_rc import_emit(struct import *im, const struct entry *row);

/* Take one row of a CSV file. ctx: the struct import */
typedef enum bm_rc import_row_function(void *ctx, int64_t line, const char **values);
/* A whole import of a CSV file. in: what, the name under which rows are counted */
BM_MUST_CHECK enum bm_rc import_csv(struct branch *b, const char *origin, const char *path,
                                    const struct csv_column *columns, size_t column_count,
                                    import_row_function *on_row, const struct import_how *how, const char *what,
                                    struct import_result *out);

#endif
