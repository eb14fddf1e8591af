/* sync/csv.c -- see csv.h
 *
 * The file is given to libcsv line by line, so that the line of each row is known. A row that
 * is wrong (a quote in the wrong place or never ended, too long) is given up, and reading
 * starts afresh at the line after the one where it began: until then the row stays in the
 * window. */
#include "sync/csv.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sync/window.h"

enum {
    WINDOW_BYTES = 4 * CSV_ROW_BYTES_MAX,
    FOUND_MAX = 300, /* bytes of column names listed in a message */
    COLUMN_NONE = -1
};

struct reader {
    struct window window;
    struct csv_parser parser;
    const struct csv_column *columns;
    size_t column_count;
    const struct csv_sink *sink;
    struct csv_counts *counts;
    char delimiter;
    int64_t line; /* of the row in view, from 1 */
    bool header_done;
    bool stopped;            /* by on_row */
    int at[CSV_COLUMNS_MAX]; /* column asked for -> place in the file, or COLUMN_NONE */
    const char *values[CSV_COLUMNS_MAX]; /* what on_row gets */
    size_t header_count;                 /* columns of the file */
    /* the row being read */
    struct buf text;                /* its values, a NUL after each */
    size_t starts[CSV_COLUMNS_MAX]; /* where in text each begins */
    size_t count;                   /* values seen; may exceed CSV_COLUMNS_MAX */
    bool ended;                     /* libcsv has seen its end */
};

/* --- libcsv's side ------------------------------------------------------------------------ */

static void on_value(void *value, size_t len, void *ctx)
{
    struct reader *r = ctx;
    if (r->count < CSV_COLUMNS_MAX) {
        r->starts[r->count] = r->text.len;
        buf_put(&r->text, value, len);
        buf_putc(&r->text, '\0');
    }
    r->count++;
}

static void on_end(int by, void *ctx)
{
    struct reader *r = ctx;
    (void)by;
    r->ended = true;
}

static enum bm_rc parser_open(struct reader *r)
{
    if (csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI))
        return err_set(BM_EINTERNAL, "libcsv cannot start");
    csv_set_delim(&r->parser, (unsigned char)r->delimiter);
    return BM_OK;
}

static enum bm_rc parser_restart(struct reader *r)
{
    csv_free(&r->parser);
    return parser_open(r);
}

static void row_start(struct reader *r)
{
    buf_clear(&r->text);
    r->count = 0;
    r->ended = false;
}

/* --- header ------------------------------------------------------------------------------- */

static const char *value_at(const struct reader *r, size_t i)
{
    return buf_str(&r->text) + r->starts[i];
}

/* The names in the header row, for a message. */
static void list_found(const struct reader *r, char out[FOUND_MAX])
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < r->count; i++) {
        const char *name = value_at(r, i);
        size_t len = strlen(name);
        if (n + len + 6 > FOUND_MAX) { /* room for ", ..." */
            const char *more = n ? ", ..." : "...";
            memcpy(out + n, more, strlen(more) + 1);
            return;
        }
        if (n) memcpy(out + n, ", ", 2), n += 2;
        memcpy(out + n, name, len + 1);
        n += len;
    }
}

static enum bm_rc find_column(struct reader *r, size_t wanted)
{
    const char *name = r->columns[wanted].name;
    char found[FOUND_MAX];
    r->at[wanted] = COLUMN_NONE;
    for (size_t i = 0; i < r->count; i++) {
        if (strcasecmp(value_at(r, i), name) != 0) continue;
        if (r->at[wanted] != COLUMN_NONE)
            return err_set(BM_EINPUT, "column %s is there twice", name);
        r->at[wanted] = (int)i;
    }
    if (r->at[wanted] != COLUMN_NONE || !r->columns[wanted].required) return BM_OK;
    list_found(r, found);
    return err_set(BM_EINPUT, "column %s is missing; the first row has: %s", name, found);
}

static enum bm_rc no_unknown_column(struct reader *r)
{
    for (size_t i = 0; i < r->count; i++) {
        size_t k = 0;
        while (k < r->column_count && r->at[k] != (int)i) k++;
        if (k == r->column_count && *value_at(r, i))
            return err_set(BM_EINPUT, "there is no column %.40s here; check its spelling",
                           value_at(r, i));
    }
    return BM_OK;
}

static enum bm_rc take_header(struct reader *r)
{
    if (r->count > CSV_COLUMNS_MAX)
        return err_set(BM_ELIMIT, "more than %d columns", CSV_COLUMNS_MAX);
    for (size_t i = 0; i < r->count; i++)
        if (!utf8_valid(value_at(r, i), strlen(value_at(r, i))))
            return err_set(BM_EINPUT, "the header row is not UTF-8; save the file as UTF-8");
    r->header_count = r->count;
    r->header_done = true;
    for (size_t i = 0; i < r->column_count; i++) {
        enum bm_rc rc = find_column(r, i);
        if (rc) return rc;
    }
    return r->sink->only_known ? no_unknown_column(r) : BM_OK;
}

/* --- rows --------------------------------------------------------------------------------- */

static void report(struct reader *r, const char *reason)
{
    r->counts->bad_rows++;
    if (r->sink->on_bad) r->sink->on_bad(r->sink->ctx, r->line, reason);
}

/* Why the row cannot be taken, or NULL. */
static const char *row_fault(const struct reader *r)
{
    const char *text = buf_str(&r->text);
    if (r->count < r->header_count) return "fewer values than the header has columns";
    for (size_t i = r->header_count; i < r->count && i < CSV_COLUMNS_MAX; i++)
        if (*value_at(r, i)) return "more values than the header has columns";
    if (r->count > CSV_COLUMNS_MAX) return "too many values";
    /* by place, not to a NUL, as one inside a value must show */
    for (size_t i = 0, at = 0; i < r->count; i++) {
        size_t next = i + 1 < r->count ? r->starts[i + 1] : r->text.len;
        if (!utf8_valid(text + at, next - 1 - at)) return "not UTF-8; save the file as UTF-8";
        at = next;
    }
    return NULL;
}

static bool row_is_empty(const struct reader *r)
{
    for (size_t i = 0; i < r->count && i < CSV_COLUMNS_MAX; i++)
        if (*value_at(r, i)) return false;
    return true;
}

/* A whole row is in r->text. */
static enum bm_rc take_row(struct reader *r)
{
    enum bm_rc rc = buf_rc(&r->text);
    if (rc || row_is_empty(r)) return rc;
    if (!r->header_done) return take_header(r);
    const char *fault = row_fault(r);
    if (fault) {
        report(r, fault);
        return BM_OK;
    }
    if (r->counts->rows + r->counts->bad_rows >= CSV_ROWS_MAX)
        return err_set(BM_ELIMIT, "more than %d rows; split the file", CSV_ROWS_MAX);
    for (size_t i = 0; i < r->column_count; i++)
        r->values[i] = r->at[i] == COLUMN_NONE ? NULL : value_at(r, (size_t)r->at[i]);
    rc = r->sink->on_row(r->sink->ctx, r->line, r->values);
    if (rc == BM_EINPUT) {
        report(r, err_text(rc));
        return BM_OK;
    }
    if (rc) r->stopped = true;
    else r->counts->rows++;
    return rc;
}

/* --- lines -------------------------------------------------------------------------------- */

/* The line that begins at from, with its end.
 * ret: its length; 0 = it does not end in view (yet) */
static size_t line_length(const struct window *w, size_t from)
{
    const char *p = w->data + from, *end = w->data + w->end;
    for (; p < end; p++) {
        if (*p == '\n') return (size_t)(p - w->data) - from + 1;
        if (*p != '\r') continue;
        if (p + 1 < end) return (size_t)(p - w->data) - from + 1 + (p[1] == '\n');
        return w->eof ? (size_t)(p - w->data) - from + 1 : 0;
    }
    return w->eof ? w->end - from : 0;
}

/* Give up the row in view: report it, and go on behind the line where it began. */
static enum bm_rc give_up_row(struct reader *r, size_t first_line_len, const char *reason)
{
    if (!r->header_done) return err_set(BM_EINPUT, "the header row cannot be read: %s", reason);
    report(r, reason);
    r->window.at += first_line_len;
    r->line++;
    return parser_restart(r);
}

/* A line that does not end within the limit: pass over it. */
static enum bm_rc skip_long_line(struct reader *r)
{
    struct window *w = &r->window;
    static const char reason[] = "a line of more than 65536 bytes";
    if (!r->header_done) return err_set(BM_EINPUT, "the header row cannot be read: %s", reason);
    report(r, reason);
    for (size_t len; (len = line_length(w, w->at)) == 0 && !w->eof;) {
        w->at = w->end;
        enum bm_rc rc = window_more(w);
        if (rc) return rc;
    }
    w->at += line_length(w, w->at);
    r->line++;
    return parser_restart(r);
}

/* Make sure that the line at from is in view, or that it is longer than a row may be.
 * ret: BM_OK | BM_EIO */
static enum bm_rc want_line(struct window *w, size_t *from, size_t *len)
{
    while ((*len = line_length(w, *from)) == 0 && !w->eof &&
           w->end - *from <= CSV_ROW_BYTES_MAX) {
        size_t into = *from - w->at;
        enum bm_rc rc = window_more(w);
        if (rc) return rc;
        *from = w->at + into;
    }
    return BM_OK;
}

/* One row, of one line or more. The window stands at its beginning and is not at the end of the
 * file. */
static enum bm_rc read_row(struct reader *r)
{
    struct window *w = &r->window;
    size_t first = 0, bytes = 0, len;
    int64_t lines = 0;
    row_start(r);
    do {
        size_t from = w->at + bytes;
        enum bm_rc rc = want_line(w, &from, &len);
        if (rc) return rc;
        if (len == 0 && from == w->end && w->eof)
            return give_up_row(r, first, "a quote that is never ended");
        if (lines == 0 && (len == 0 || len > CSV_ROW_BYTES_MAX)) return skip_long_line(r);
        if (len == 0 || bytes + len > CSV_ROW_BYTES_MAX)
            return give_up_row(r, first, "more than 65536 bytes; a quote that is never ended?");
        if (lines == 0) first = len;
        bytes += len;
        lines++;
        if (csv_parse(&r->parser, w->data + from, len, on_value, on_end, r) != len)
            return give_up_row(r, first, "a quote where none may be");
        bool last = w->eof && w->at + bytes == w->end;
        if (!r->ended && last) { /* it may lack its line end */
            if (csv_fini(&r->parser, on_value, on_end, r))
                return give_up_row(r, first, "a quote that is never ended");
            break;
        }
        /* libcsv tells nothing of an empty line */
        if (!r->ended && r->count == 0 && !r->parser.quoted) break;
    } while (!r->ended);
    enum bm_rc rc = r->ended ? take_row(r) : BM_OK;
    w->at += bytes;
    r->line += lines;
    return rc;
}

static enum bm_rc read_rows(struct reader *r)
{
    struct window *w = &r->window;
    for (;;) {
        enum bm_rc rc = BM_OK;
        if (w->at < w->end) rc = read_row(r);
        else if (w->eof) break;
        else rc = window_more(w);
        if (rc) return rc;
    }
    return r->header_done
               ? BM_OK
               : err_set(BM_EINPUT, "the file is empty; its first row must name the columns");
}

/* --- the file ----------------------------------------------------------------------------- */

/* Byte order mark, and what stands between the values. */
static enum bm_rc look_at_head(struct reader *r)
{
    struct window *w = &r->window;
    enum bm_rc rc = window_more(w);
    if (rc) return rc;
    const char *head = window_at(w);
    if (memcmp(head, "\xFF\xFE", 2) == 0 || memcmp(head, "\xFE\xFF", 2) == 0)
        return err_set(BM_EINPUT, "it is UTF-16; save the file as UTF-8");
    if (memcmp(head, "\xEF\xBB\xBF", 3) == 0) w->at += 3;
    head = window_at(w);
    size_t len = line_length(w, w->at);
    r->delimiter = ',';
    if (!memchr(head, ',', len))
        r->delimiter = memchr(head, ';', len) ? ';' : memchr(head, '\t', len) ? '\t' : ',';
    return BM_OK;
}

enum bm_rc csv_read_file(const char *path, const struct csv_column *columns,
                         size_t column_count, const struct csv_sink *sink,
                         struct csv_counts *out)
{
    bm_assert(path && columns && sink && sink->on_row && out);
    bm_assert(column_count > 0 && column_count <= CSV_COLUMNS_MAX);
    *out = (struct csv_counts){ 0 };
    struct reader *r = calloc(1, sizeof *r);
    if (!r) return err_set(BM_ENOMEM, "out of memory");
    *r = (struct reader){ .columns = columns, .sink = sink, .counts = out, .line = 1 };
    r->column_count = column_count;
    buf_init(&r->text, 2 * CSV_ROW_BYTES_MAX);
    bool parser = false;
    enum bm_rc rc = window_open(&r->window, path, WINDOW_BYTES);
    if (rc) goto done;
    rc = look_at_head(r);
    if (!rc) rc = parser_open(r);
    parser = rc == BM_OK;
    if (!rc) rc = read_rows(r);
    if (rc && !r->stopped) rc = err_prefix(rc, "%s: ", path);
done:
    if (parser) csv_free(&r->parser);
    window_close(&r->window);
    buf_free(&r->text);
    free(r);
    return rc;
}
