/* sync/csv.h -- read comma-separated values; to write them: common/csvw.h.
 * Floor:   sync. Uses window, common/csvw, common/mem; alone includes libcsv.
 * Owns:    nothing after the call.
 * Invariants: a row that cannot be read is reported by line and the rest go on; memory does not
 *             grow with the file; what csv_write_field writes does nothing when opened as a
 *             spreadsheet.
 * Threads: safe; one file per call. */
#ifndef BM_SYNC_CSV_H
#define BM_SYNC_CSV_H

#include "common/csvw.h"
#include "common/mem.h"

enum { CSV_ROW_BYTES_MAX = 64 << 10, CSV_COLUMNS_MAX = 200, CSV_ROWS_MAX = 10000000 };

struct csv_column {
    const char *name; /* as in the header row; capitals and small letters are the same */
    bool required;    /* the file must have the column; its values may still be empty */
};

struct csv_sink {
    /* A row. values follow the order of the columns asked for: "" = empty, NULL = the file has
     * no such column; they last until the function returns. line: where the row begins, from 1.
     * BM_EINPUT: the row is counted and reported as bad, with err_text as reason; another code
     * ends the reading. */
    enum bm_rc (*on_row)(void *ctx, int64_t line, const char **values);
    void (*on_bad)(void *ctx, int64_t line, const char *reason); /* NULL = only counted */
    void *ctx;
    bool only_known; /* a column that is not asked for is an error, else it is passed over */
};

struct csv_counts {
    int64_t rows;     /* taken by on_row */
    int64_t bad_rows; /* reported; empty rows count nowhere */
};

/* Read a whole file: UTF-8, with or without byte order mark; a comma between values, or a
 * semicolon or tab if the header row has those and no comma; quoted values may hold line ends.
 * Columns may be in any order, and be more.
 * in:  columns, column_count of them (1..CSV_COLUMNS_MAX)
 * out: *out, also after a failure (what was read until then)
 * ret: BM_OK, even if some rows were bad | BM_ENOTFOUND no such file | BM_EINPUT a required
 *      column is missing, one is there twice, or not known (only_known), or no header row | BM_ELIMIT too many columns or rows
 *      | BM_EIO | BM_ENOMEM | what on_row answered
 * src: RFC 4180 */
BM_MUST_CHECK enum bm_rc csv_read_file(const char *path, const struct csv_column *columns,
                                       size_t column_count, const struct csv_sink *sink,
                                       struct csv_counts *out);

#endif
