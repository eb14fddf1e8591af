/* common/cli_table.c -- see cli.h: tables of text, as wide as what stands in them. */
#include <stdarg.h>
#include <string.h>

#include "common/cli.h"

/* Whether a code point takes no column of its own: the combining marks that follow Latin
 * letters. */
static bool is_mark(unsigned c)
{
    return (c >= 0x300 && c <= 0x36F) || (c >= 0x1AB0 && c <= 0x1AFF) ||
           (c >= 0x20D0 && c <= 0x20FF) || c == 0x200B || c == 0x200D ||
           (c >= 0xFE00 && c <= 0xFE0F);
}

size_t cli_width(const char *text)
{
    size_t width = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if ((*p & 0xC0) == 0x80) continue; /* counted with its first byte */
        unsigned c = *p;
        if (c >= 0xE0 && c < 0xF0 && p[1] && p[2])
            c = (c & 15) << 12 | (p[1] & 63U) << 6 | (p[2] & 63U);
        else if (c >= 0xC0 && c < 0xE0 && p[1])
            c = (c & 31) << 6 | (p[1] & 63U);
        width += !is_mark(c);
    }
    return width;
}

void cli_table(struct cli_table *t, struct arena *a, ...)
{
    *t = (struct cli_table){ .arena = a };
    va_list ap;
    va_start(ap, a);
    for (const char *head; (head = va_arg(ap, const char *));) {
        bm_assert(t->columns < CLI_COLUMNS_MAX);
        t->heads[t->columns++] = head;
    }
    va_end(ap);
    bm_assert(t->columns > 0);
}

void cli_table_row(struct cli_table *t, ...)
{
    if (t->failed) return;
    va_list ap;
    va_start(ap, t);
    for (size_t i = 0; i < t->columns; i++) {
        const char *cell = va_arg(ap, const char *);
        if (t->count == t->cap) {
            const char **more =
                arena_grow(t->arena, t->cells, t->count, &t->cap, sizeof *t->cells);
            if (!more) break;
            t->cells = more;
        }
        char *copy = arena_strdup(t->arena, cell ? cell : "");
        if (!copy) break;
        for (char *p = copy; *p; p++)
            if (*p == '\n') *p = ' '; /* a cell is one line */
        t->cells[t->count++] = copy;
    }
    va_end(ap);
    t->failed = t->count % t->columns != 0;
}

static void print_cell(struct cli *cli, const struct cli_table *t, size_t column,
                       const char *text, size_t width)
{
    int fill = (int)(width - cli_width(text));
    bool right = t->heads[column][0] == '>', last = column + 1 == t->columns;
    if (right)
        cli_print(cli, "%*s%s%s", fill, "", text, last ? "\n" : "  ");
    else
        cli_print(cli, "%s%*s%s", text, last ? 0 : fill, "", last ? "\n" : "  ");
}

enum bm_rc cli_table_end(struct cli *cli, struct cli_table *t)
{
    size_t widths[CLI_COLUMNS_MAX];
    if (t->failed) return BM_ENOMEM;
    for (size_t i = 0; i < t->columns; i++)
        widths[i] = cli_width(t->heads[i] + (t->heads[i][0] == '>'));
    for (size_t i = 0; i < t->count; i++) {
        size_t width = cli_width(t->cells[i]);
        if (width > widths[i % t->columns]) widths[i % t->columns] = width;
    }
    for (size_t i = 0; i < t->columns; i++)
        print_cell(cli, t, i, t->heads[i] + (t->heads[i][0] == '>'), widths[i]);
    for (size_t i = 0; i < t->count; i++)
        print_cell(cli, t, i % t->columns, t->cells[i], widths[i % t->columns]);
    return BM_OK;
}
