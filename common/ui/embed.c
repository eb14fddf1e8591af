/* common/ui/embed.c -- makes a C table of the files of a page, at build: each file's bytes, the
 * same packed by gzip, its type and an ETag of its content. See common/asset.h.
 * usage: embed TABLE FILE ... > table.c */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

enum { FILE_BYTES_MAX = 4 << 20, A_LINE = 20 };

static const struct {
    const char *ending, *type;
} types[] = {
    { ".html", "text/html; charset=utf-8" }, { ".js", "text/javascript; charset=utf-8" },
    { ".css", "text/css; charset=utf-8" },   { ".svg", "image/svg+xml" },
    { ".png", "image/png" },                 { ".ico", "image/x-icon" },
    { ".json", "application/json" },         { ".webmanifest", "application/manifest+json" },
    { ".woff2", "font/woff2" },              { ".txt", "text/plain; charset=utf-8" },
};

struct bytes {
    unsigned char *data;
    size_t len;
};

static void fail(const char *what, const char *where)
{
    fprintf(stderr, "embed: %s: %s\n", where, what);
    exit(1);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static const char *type_of(const char *path)
{
    const char *dot = strrchr(base_name(path), '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcmp(dot, types[i].ending) == 0) return types[i].type;
    fail("no type is known for a file with this ending; add it to common/ui/embed.c", path);
    return NULL;
}

static struct bytes read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    struct bytes b = { malloc(FILE_BYTES_MAX + 1), 0 };
    if (!f) fail("cannot be read", path);
    if (!b.data) fail("out of memory", path);
    b.len = fread(b.data, 1, FILE_BYTES_MAX + 1, f);
    if (ferror(f)) fail("cannot be read", path);
    if (b.len > FILE_BYTES_MAX) fail("too large for a page", path);
    fclose(f);
    return b;
}

/* No time and no name inside: the same file makes the same bytes. */
static struct bytes pack(struct bytes in, const char *path)
{
    z_stream z;
    memset(&z, 0, sizeof z);
    if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) fail("zlib", path);
    size_t room = deflateBound(&z, in.len) + 64;
    struct bytes out = { malloc(room), 0 };
    if (!out.data) fail("out of memory", path);
    z.next_in = in.data;
    z.avail_in = (uInt)in.len;
    z.next_out = out.data;
    z.avail_out = (uInt)room;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END) fail("zlib", path);
    out.len = z.total_out;
    deflateEnd(&z);
    return out;
}

static void print_bytes(const char *name, int i, struct bytes b)
{
    printf("static const unsigned char %s_%d[] = {", name, i);
    for (size_t k = 0; k < b.len; k++) printf("%s%u,", k % A_LINE ? "" : "\n    ", b.data[k]);
    printf("%s\n};\n", b.len ? "" : "0");
}

int main(int argc, char **argv)
{
    if (argc < 2) fail("usage: embed TABLE FILE ...", "embed");
    printf("/* made by common/ui/embed.c; do not edit */\n#include <stddef.h>\n\n#include \"common/asset.h\"\n\n");
    printf("extern const struct asset %s[];\n", argv[1]);
    struct {
        struct bytes raw, packed;
    } *files = calloc((size_t)argc, sizeof *files);
    if (!files) fail("out of memory", "embed");
    for (int i = 2; i < argc; i++) {
        files[i].raw = read_file(argv[i]);
        files[i].packed = pack(files[i].raw, argv[i]);
        print_bytes("raw", i, files[i].raw);
        if (files[i].packed.len >= files[i].raw.len) files[i].packed.len = 0; /* a picture */
        if (files[i].packed.len) print_bytes("packed", i, files[i].packed);
    }
    printf("const struct asset %s[] = {\n", argv[1]);
    for (int i = 2; i < argc; i++) {
        struct bytes raw = files[i].raw;
        printf("    { \"%s\", \"%s\", \"%08lx%08lx%zx\", raw_%d, %zu, ", base_name(argv[i]), type_of(argv[i]),
               crc32(0, raw.data, (uInt)raw.len), adler32(1, raw.data, (uInt)raw.len), raw.len, i, raw.len);
        if (files[i].packed.len) printf("packed_%d, %zu },\n", i, files[i].packed.len);
        else printf("NULL, 0 },\n");
    }
    printf("    { NULL, NULL, NULL, NULL, 0, NULL, 0 },\n};\n");
    return fflush(stdout) != 0;
}
