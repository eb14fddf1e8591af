/* schema/embed.c -- makes sql.h and sql.c from the files of this folder.
 * A file's text before the first `-- name:` line becomes SQL_FILE_<NAME>; each `-- name: WORDS` begins a statement
 * that becomes SQL_WORDS in enum sql_id. usage: embed header|source FILE.sql ... */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, const char *where)
{
    fprintf(stderr, "embed: %s: %s\n", where, what);
    exit(1);
}

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) fail("cannot be read", path);
    char *text = NULL;
    size_t len = 0, cap = 0;
    for (size_t n = 1; n; len += n) {
        if (len + 65536 > cap && !(text = realloc(text, cap += 131072))) fail("out of memory", path);
        n = fread(text + len, 1, 65535, f);
    }
    fclose(f);
    text[len] = '\0';
    return text;
}

static void quoted(const char *from, const char *to)
{
    while (to > from && isspace((unsigned char)to[-1])) to--;
    for (const char *p = from; p < to;) {
        printf("    \"");
        for (; p < to && *p != '\n'; p++) {
            if (*p == '"' || *p == '\\') putchar('\\');
            putchar(*p);
        }
        if (p < to) p++;
        printf("\\n\"\n");
    }
    if (from >= to) printf("    \"\"\n");
}

static void file_name(const char *path)
{
    const char *base = strrchr(path, '/');
    base = base ? base + 1 : path;
    for (; *base && *base != '.'; base++) putchar(toupper((unsigned char)*base));
}

int main(int argc, char **argv)
{
    if (argc < 3) fail("usage: embed header|source FILE ...", "embed");
    int header = strcmp(argv[1], "header") == 0;
    printf("/* made from schema/ by embed; do not edit */\n");
    if (header) printf("#ifndef BM_SQL_H\n#define BM_SQL_H\nenum sql_id {\n");
    else printf("#include \"sql.h\"\n");
    if (!header) printf("const char *const sql_text[SQL_COUNT] = {\n");
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 2; i < argc; i++) {
            char *text = read_file(argv[i]);
            char *first = strstr(text, "-- name: ");
            if (pass == 1) {
                printf(header ? "extern const char sql_file_" : "const char sql_file_");
                file_name(argv[i]);
                if (header) printf("[];\n#define SQL_FILE_"), file_name(argv[i]), printf(" sql_file_"), file_name(argv[i]), printf("\n");
                else printf("[] =\n"), quoted(text, first ? first : text + strlen(text)), printf("    ;\n");
            } else {
                for (char *p = first; p;) {
                    char *name = p + 9, *end = name + strcspn(name, " \n"), *body = strchr(name, '\n');
                    char *next = strstr(end, "\n-- name: ");
                    if (!body) fail("a name without a statement", argv[i]);
                    printf(header ? "    SQL_%.*s,\n" : "    [SQL_%.*s] =\n", (int)(end - name), name);
                    if (!header) quoted(body + 1, next ? next : text + strlen(text)), printf("    ,\n");
                    p = next ? next + 1 : NULL;
                }
            }
            free(text);
        }
        if (pass == 0) {
            if (header) printf("    SQL_COUNT\n};\nextern const char *const sql_text[SQL_COUNT];\nextern const char *const sql_name[SQL_COUNT];\n");
            else printf("};\n");
        }
    }
    if (!header) {
        printf("const char *const sql_name[SQL_COUNT] = {\n");
        for (int i = 2; i < argc; i++) {
            char *text = read_file(argv[i]);
            for (char *p = strstr(text, "-- name: "); p; p = strstr(p + 9, "-- name: "))
                printf("    [SQL_%.*s] = \"%.*s\",\n", (int)strcspn(p + 9, " \n"), p + 9, (int)strcspn(p + 9, " \n"), p + 9);
            free(text);
        }
        printf("};\n");
    } else printf("#endif\n");
    return 0;
}
