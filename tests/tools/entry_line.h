/* tests/tools/entry_line.h -- entries as the differential tests write them: members `name=value`, tabs between. */
#ifndef BM_TESTS_ENTRY_LINE_H
#define BM_TESTS_ENTRY_LINE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/entry.h"

enum { LINE_BYTES_MAX = 4096 };

static inline void die(const char *what, const char *about)
{
    fprintf(stderr, "%s: %s\n", what, about);
    exit(3);
}

static inline void check(enum bm_rc rc)
{
    if (rc) die("failed", err_text(rc));
}

static inline void *need(void *p)
{
    if (!p) die("failed", err_text(BM_ENOMEM));
    return p;
}

static inline void set_WORD(struct arena *a, const char **out, const char *value)
{
    *out = need(arena_strdup(a, value));
}

#define set_TEXT set_WORD

static inline void set_INT(struct arena *a, int64_t *out, const char *value)
{
    (void)a;
    if (!str_to_i64(value, INT64_MIN, INT64_MAX, out)) die("not a number", value);
}

static inline void set_ID(struct arena *a, struct eid *out, const char *value)
{
    (void)a;
    if (!eid_parse(value, out)) die("not an id", value);
}

static inline void set_member(struct arena *a, struct entry *e, const char *name, const char *value)
{
#define X(type, member, written)                                                               \
    if (strcmp(name, written) == 0) {                                                          \
        set_##type(a, &e->member, value);                                                      \
        return;                                                                                \
    }
    ENTRY_FIELDS(X)
#undef X
    die("no such member", name);
}

static inline char *next_field(char **rest)
{
    char *field = strsep(rest, "\t");
    if (!field) die("too short", "a line lacks a field");
    return field;
}

/* The rest of a line: op, id, members. */
static inline void read_members(struct arena *a, char *rest, struct entry *e)
{
    enum op op;
    char *field = next_field(&rest);
    if (!op_parse(field, &op)) die("no such operation", field);
    entry_init(e, op);
    set_ID(a, &e->id, next_field(&rest));
    while ((field = strsep(&rest, "\t"))) {
        char *value = strchr(field, '=');
        if (!value) die("no value", field);
        *value++ = '\0';
        set_member(a, e, field, value);
    }
}

/* The next line of stdin without its end. ret: false at the end */
static inline bool next_line(char line[LINE_BYTES_MAX])
{
    if (!fgets(line, LINE_BYTES_MAX, stdin)) return false;
    char *end = strchr(line, '\n');
    if (!end) die("line too long", line);
    *end = '\0';
    return true;
}

#endif
