/* sync/wire.c -- see wire.h */
#include "sync/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    MEMBERS_MAX = 52, /* places a-z A-Z */
    SHAPES_MAX = 52,
    NAMES_MAX = 128,
    CHUNK_BYTES = 32768
};
static const int64_t number_max = INT64_C(1) << 62; /* sums of two cannot overflow */
static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

_Static_assert(sizeof letters - 1 == MEMBERS_MAX, "a letter a place");
_Static_assert(WIRE_ENTRIES_MAX *(ENTRY_BYTES_MAX + 64) <= WIRE_TEXT_MAX, "every batch fits");

/* --- runs of bytes --- */

/* Borrowed bytes; ptr NULL: absent. */
struct span {
    const char *ptr;
    size_t len;
};

static bool span_eq(struct span a, struct span b)
{
    if (!a.ptr || !b.ptr) return !a.ptr && !b.ptr;
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

static bool span_is(struct span s, const char *text)
{
    return s.ptr && s.len == strlen(text) && memcmp(s.ptr, text, s.len) == 0;
}

/* A whole number in its one spelling, from -number_max to number_max. */
static bool span_number(struct span s, int64_t *out)
{
    char digits[24], again[24];
    if (!s.ptr || s.len == 0 || s.len >= sizeof digits) return false;
    memcpy(digits, s.ptr, s.len);
    digits[s.len] = '\0';
    if (!str_to_i64(digits, -number_max, number_max, out)) return false;
    snprintf(again, sizeof again, "%" PRId64, *out);
    return strcmp(digits, again) == 0;
}

/* What stood last, if it is a number that can be counted from. */
static bool span_count(struct span s, int64_t *out)
{
    return span_number(s, out) && *out >= 0;
}

/* --- a line's members --- */

struct member {
    struct span name, value; /* name without quotes; value as written */
};

/* The end of a string whose opening quote is at p; NULL: it has none, or holds control
 * characters. */
static const char *skip_string(const char *p, const char *end)
{
    for (p++; p < end; p++) {
        if ((unsigned char)*p < 0x20) return NULL;
        if (*p == '"') return p + 1;
        if (*p == '\\' && ++p == end) return NULL;
    }
    return NULL;
}

static const char *skip_value(const char *p, const char *end)
{
    if (p < end && *p == '"') return skip_string(p, end);
    while (p < end && (unsigned char)*p > 0x20 && !strchr(",:\"[]{}", *p)) p++;
    return p;
}

/* Members of a flat object. ret: how many; 0: it is none, or has more than MEMBERS_MAX */
static size_t parse_line(struct span line, struct member *m)
{
    const char *p = line.ptr, *end = line.ptr + line.len;
    if (line.len < 2 || *p != '{' || end[-1] != '}') return 0;
    end--;
    for (size_t n = 0; n < MEMBERS_MAX; n++) {
        if (++p >= end || *p != '"') return 0; /* p stood on { or , */
        const char *after = skip_string(p, end);
        if (!after || after == end || *after != ':') return 0;
        m[n].name = (struct span){ p + 1, (size_t)(after - p) - 2 };
        if (memchr(m[n].name.ptr, '\\', m[n].name.len)) return 0;
        p = skip_value(after + 1, end);
        if (!p || p == after + 1) return 0;
        m[n].value = (struct span){ after + 1, (size_t)(p - after) - 1 };
        if (p == end) return n + 1;
        if (*p != ',') return 0;
    }
    return 0;
}

/* --- what both sides remember --- */

enum role { ROLE_PLAIN, ROLE_OP, ROLE_SEQ, ROLE_T };

struct shape {
    struct span op; /* value of op, as written */
    size_t count;
    uint8_t name[MEMBERS_MAX]; /* into codec.name */
};

struct codec {
    struct {
        struct span name, value; /* value: the last one; absent = NULL */
        enum role role;
    } name[NAMES_MAX];
    struct shape shape[SHAPES_MAX];
    size_t name_count, shape_count;
    struct member members[MEMBERS_MAX]; /* of the line in hand */
    size_t member_count;
    char line[ENTRY_BYTES_MAX]; /* being put together */
    size_t line_len;
};

static size_t find_name(const struct codec *c, struct span name)
{
    size_t i = 0;
    while (i < c->name_count && !span_eq(c->name[i].name, name)) i++;
    return i;
}

static size_t find_shape(const struct codec *c, struct span op)
{
    size_t i = 0;
    while (i < c->shape_count && !span_eq(c->shape[i].op, op)) i++;
    return i;
}

static struct span find_op(const struct codec *c)
{
    for (size_t i = 0; i < c->member_count; i++)
        if (span_is(c->members[i].name, "op") && c->members[i].value.ptr[0] == '"')
            return c->members[i].value;
    return (struct span){ 0 };
}

/* Place of a member in a shape, or its count. */
static size_t find_place(const struct codec *c, const struct shape *s, struct span name)
{
    size_t i = 0;
    while (i < s->count && !span_eq(c->name[s->name[i]].name, name)) i++;
    return i;
}

static enum role role_of(struct span name)
{
    if (span_is(name, "op")) return ROLE_OP; /* told by the shape's letter */
    return span_is(name, "seq") ? ROLE_SEQ : span_is(name, "t") ? ROLE_T : ROLE_PLAIN;
}

/* A shape of the members in hand. ret: false if a name comes twice or there are too many names;
 * names that were new are then still unknown */
static bool make_shape(struct codec *c, struct span op, struct shape *out)
{
    bool used[NAMES_MAX] = { false };
    size_t names = c->name_count;
    *out = (struct shape){ .op = op, .count = c->member_count };
    for (size_t i = 0; i < c->member_count; i++) {
        struct span name = c->members[i].name;
        size_t at = find_name(c, name);
        if (at == NAMES_MAX || used[at]) {
            c->name_count = names;
            return false;
        }
        if (at == c->name_count) {
            c->name[at].name = name;
            c->name[at].value = (struct span){ 0 };
            c->name[at].role = role_of(name);
            c->name_count++;
        }
        used[at] = true;
        out->name[i] = (uint8_t)at;
    }
    return true;
}

/* After a whole line, which stays in memory. */
static void remember_whole(struct codec *c, struct span line)
{
    struct shape fresh;
    c->member_count = parse_line(line, c->members);
    struct span op = find_op(c);
    size_t at = find_shape(c, op);
    if (!op.ptr || at == SHAPES_MAX || !make_shape(c, op, &fresh)) return;
    c->shape[at] = fresh;
    if (at == c->shape_count) c->shape_count++;
    for (size_t i = 0; i < fresh.count; i++) c->name[fresh.name[i]].value = c->members[i].value;
}

/* After a carried line, which stays in memory: the shape's members are what they are in it.
 * ret: false if the line is not of this shape (its members a part of the shape's, in its order,
 * and its op) */
static bool remember_carried(struct codec *c, const struct shape *s, struct span line)
{
    size_t next = 0;
    c->member_count = parse_line(line, c->members);
    if (!c->member_count || !span_eq(find_op(c), s->op)) return false;
    for (size_t i = 0; i < c->member_count; i++) {
        while (next < s->count && !span_eq(c->name[s->name[next]].name, c->members[i].name))
            c->name[s->name[next++]].value = (struct span){ 0 };
        if (next == s->count) return false;
        c->name[s->name[next++]].value = c->members[i].value;
    }
    while (next < s->count) c->name[s->name[next++]].value = (struct span){ 0 };
    return true;
}

/* --- a carried line into the line it stands for --- */

static bool put_bytes(struct codec *c, const char *bytes, size_t len)
{
    if (len > sizeof c->line - c->line_len) return false;
    memcpy(c->line + c->line_len, bytes, len);
    c->line_len += len;
    return true;
}

static bool put_number(struct codec *c, int64_t n)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRId64, n);
    return n >= 0 && n <= number_max && put_bytes(c, digits, strlen(digits));
}

/* The value that a cell (NULL: none) stands for. */
static bool put_value(struct codec *c, enum role role, struct span last, struct span cell)
{
    int64_t was, more;
    if (!cell.ptr) {
        if (role == ROLE_SEQ && span_count(last, &was)) return put_number(c, was + 1);
        return put_bytes(c, last.ptr, last.len);
    }
    if (role == ROLE_T && span_count(last, &was) && span_number(cell, &more))
        return put_number(c, was + more);
    return put_bytes(c, cell.ptr, cell.len) && (cell.ptr[0] != '"' || put_bytes(c, "\"", 1));
}

/* The value that a line carried in this shape starts from. */
static struct span last_of(const struct codec *c, const struct shape *s, size_t place)
{
    size_t name = s->name[place];
    return c->name[name].role == ROLE_OP ? s->op : c->name[name].value;
}

static bool put_member(struct codec *c, const struct shape *s, size_t place, struct span cell)
{
    struct span last = last_of(c, s, place), spelt = c->name[s->name[place]].name;
    if (cell.ptr ? span_is(cell, "-") : !last.ptr) return true; /* absent */
    return put_bytes(c, c->line_len ? ",\"" : "{\"", 2) && put_bytes(c, spelt.ptr, spelt.len) &&
           put_bytes(c, "\":", 2) && put_value(c, c->name[s->name[place]].role, last, cell);
}

/* Put together c->line from a carried line; changes nothing else. ret: NULL: it is not sound */
static const struct shape *build_line(struct codec *c, struct span text)
{
    const char *letter = text.len ? memchr(letters, text.ptr[0], c->shape_count) : NULL;
    if (!letter) return NULL;
    const struct shape *s = &c->shape[letter - letters];
    const char *p = text.ptr + 1, *end = text.ptr + text.len;
    size_t place = 0;
    c->line_len = 0;
    while (p < end) {
        const char *at = memchr(letters, *p, s->count),
                   *stop = memchr(p, '\t', (size_t)(end - p));
        struct span cell = { p + 1, (size_t)((stop ? stop : end) - p) - 1 };
        if (!at || (size_t)(at - letters) < place || (ptrdiff_t)cell.len < 1 || stop == end - 1)
            return NULL;
        for (; place < (size_t)(at - letters); place++)
            if (!put_member(c, s, place, (struct span){ 0 })) return NULL;
        if (!put_member(c, s, place++, cell)) return NULL;
        p = stop ? stop + 1 : end;
    }
    for (; place < s->count; place++)
        if (!put_member(c, s, place, (struct span){ 0 })) return NULL;
    return put_bytes(c, "}", 1) ? s : NULL;
}

/* --- a line into a carried one --- */

static void put_cell(struct buf *out, enum role role, struct span last, struct span value)
{
    int64_t was, is;
    if (!value.ptr)
        buf_putc(out, '-');
    else if (role == ROLE_T && span_count(last, &was) && span_count(value, &is))
        buf_printf(out, "%" PRId64, is - was);
    else
        buf_put(out, value.ptr, value.len - (value.ptr[0] == '"'));
}

/* Is a member as the reader takes it to be without a cell? */
static bool is_implied(enum role role, struct span last, struct span value)
{
    int64_t was, is;
    if (role == ROLE_SEQ && span_count(last, &was))
        return span_count(value, &is) && is == was + 1;
    return span_eq(last, value);
}

/* Append cells for the members in hand. ret: false if they are not of the shape */
static bool put_cells(const struct codec *c, const struct shape *s, struct buf *out)
{
    struct span value[MEMBERS_MAX] = { 0 };
    size_t next = 0;
    const char *between = "";
    for (size_t i = 0; i < c->member_count; i++) {
        size_t at = find_place(c, s, c->members[i].name);
        if (at == s->count || at < next) return false;
        value[at] = c->members[i].value;
        next = at + 1;
    }
    for (size_t i = 0; i < s->count; i++) {
        enum role role = c->name[s->name[i]].role;
        struct span last = last_of(c, s, i);
        if (is_implied(role, last, value[i])) continue;
        buf_puts(out, between);
        buf_putc(out, letters[i]);
        put_cell(out, role, last, value[i]);
        between = "\t";
    }
    return true;
}

/* Append a line carried. ret: false if it has to go whole; out is then as it was */
static bool carry_line(struct codec *c, struct span line, struct buf *out)
{
    size_t start = out->len;
    c->member_count = parse_line(line, c->members);
    struct span op = find_op(c);
    size_t at = find_shape(c, op);
    if (!op.ptr || at == c->shape_count) return false;
    buf_putc(out, letters[at]);
    bool ok = put_cells(c, &c->shape[at], out) && buf_rc(out) == BM_OK;
    if (ok) {
        struct span text = { out->data + start, out->len - start };
        ok = build_line(c, text) && span_eq(line, (struct span){ c->line, c->line_len });
    }
    if (ok) {
        ok = remember_carried(c, &c->shape[at], line);
        bm_assert(ok); /* put_cells has seen that it is of the shape */
    }
    if (!ok && out->data) out->len = start;
    return ok;
}

/* --- texts of lines --- */

static struct codec *codec_new(void)
{
    struct codec *c = calloc(1, sizeof *c);
    if (!c) err_set(BM_ENOMEM, "out of memory");
    return c;
}

static enum bm_rc check_line(const struct wire_line *line)
{
    if (line->len > ENTRY_BYTES_MAX)
        return err_set(BM_ELIMIT, "a line of more than %d bytes", ENTRY_BYTES_MAX);
    if (line->len == 0 || memchr(line->bytes, '\n', line->len))
        return err_set(BM_EINPUT,
                       "an empty line, or one with a line feed in it, cannot be carried");
    return BM_OK;
}

/* Take back what was appended to out since start. */
static enum bm_rc undo(struct buf *out, size_t start, enum bm_rc rc)
{
    if (rc && out->data) {
        out->len = start;
        out->data[start] = '\0';
    }
    return rc;
}

enum bm_rc wire_carry(const struct wire_line *lines, size_t count, struct buf *out)
{
    bm_assert(lines || count == 0);
    bm_assert(out);
    size_t start = out->len;
    enum bm_rc rc = BM_OK;
    if (count > WIRE_ENTRIES_MAX)
        return err_set(BM_ELIMIT, "more than %d entries in a batch", WIRE_ENTRIES_MAX);
    struct codec *c = codec_new();
    if (!c) return BM_ENOMEM;
    for (size_t i = 0; i < count && !rc; i++) {
        struct span line = { lines[i].bytes, lines[i].len };
        rc = check_line(&lines[i]);
        if (rc) break;
        if (!carry_line(c, line, out)) {
            buf_putc(out, '!');
            buf_put(out, line.ptr, line.len);
            remember_whole(c, line);
        }
        buf_putc(out, '\n');
        rc = buf_rc(out);
    }
    free(c);
    return undo(out, start, rc);
}

/* One line of a carried text into the arena. */
static enum bm_rc uncarry_line(struct codec *c, struct span text, struct arena *a,
                               struct wire_line *out)
{
    const struct shape *s = NULL;
    struct span line = { text.ptr + 1, text.len - 1 };
    if (text.len == 0) return err_set(BM_EINPUT, "a carried text with an empty line");
    if (text.ptr[0] != '!') {
        s = build_line(c, text);
        if (!s) return err_set(BM_EINPUT, "a carried line that stands for none");
        line = (struct span){ c->line, c->line_len };
    }
    *out = (struct wire_line){ line.ptr, line.len };
    enum bm_rc rc = check_line(out);
    if (rc) return rc;
    line.ptr = out->bytes = arena_strndup(a, line.ptr, line.len);
    if (!line.ptr) return BM_ENOMEM;
    if (!s)
        remember_whole(c, line);
    else if (!remember_carried(c, s, line))
        return err_set(BM_EINPUT, "a carried line that is not of its shape");
    return BM_OK;
}

static enum bm_rc uncarry_lines(struct codec *c, struct span text, struct arena *a,
                                struct wire_line *lines)
{
    const char *p = text.ptr, *end = text.ptr + text.len;
    size_t total = 0;
    for (size_t i = 0; p < end; i++) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        bm_assert(stop); /* the text ends with one */
        enum bm_rc rc = uncarry_line(c, (struct span){ p, (size_t)(stop - p) }, a, &lines[i]);
        if (rc) return rc;
        total += lines[i].len;
        if (total > WIRE_TEXT_MAX)
            return err_set(BM_ELIMIT, "lines of more than %d bytes", WIRE_TEXT_MAX);
        p = stop + 1;
    }
    return BM_OK;
}

enum bm_rc wire_uncarry(const char *text, size_t len, struct arena *a, struct wire_line **lines,
                        size_t *count)
{
    bm_assert(text || len == 0);
    bm_assert(a && lines && count);
    *lines = NULL;
    *count = 0;
    if (len > WIRE_TEXT_MAX)
        return err_set(BM_ELIMIT, "a carried text of more than %d bytes", WIRE_TEXT_MAX);
    if (len == 0) return BM_OK;
    if (text[len - 1] != '\n') return err_set(BM_EINPUT, "a carried text that is cut");
    size_t n = 0;
    for (const char *p = text; p < text + len && n <= WIRE_ENTRIES_MAX; n++)
        p = (const char *)memchr(p, '\n', (size_t)(text + len - p)) + 1;
    if (n > WIRE_ENTRIES_MAX)
        return err_set(BM_ELIMIT, "more than %d entries in a batch", WIRE_ENTRIES_MAX);
    struct wire_line *array = ARENA_NEWS(a, struct wire_line, n);
    struct codec *c = array ? codec_new() : NULL;
    if (!c) return BM_ENOMEM;
    enum bm_rc rc = uncarry_lines(c, (struct span){ text, len }, a, array);
    free(c);
    if (rc) return rc;
    *lines = array;
    *count = n;
    return BM_OK;
}

/* --- zlib --- */

/* Point a stream at its input. zlib's own type lacks a const that it keeps. */
static void set_input(z_stream *z, const void *bytes, size_t len)
{
    union {
        const void *in;
        Bytef *next;
    } u = { .in = bytes };
    z->next_in = u.next;
    z->avail_in = (uInt)len;
}

enum bm_rc wire_pack(const void *bytes, size_t len, int level, struct buf *out)
{
    bm_assert((bytes || len == 0) && out);
    bm_assert(level >= 1 && level <= 9);
    unsigned char chunk[CHUNK_BYTES];
    size_t start = out->len;
    z_stream z = { 0 };
    enum bm_rc rc = BM_OK;
    int state = Z_OK;
    if (len > WIRE_TEXT_MAX)
        return err_set(BM_ELIMIT, "more than %d bytes to pack", WIRE_TEXT_MAX);
    if (deflateInit(&z, level) != Z_OK) return err_set(BM_ENOMEM, "out of memory");
    set_input(&z, bytes, len);
    while (!rc && state != Z_STREAM_END) {
        z.next_out = chunk;
        z.avail_out = sizeof chunk;
        state = deflate(&z, Z_FINISH);
        bm_assert(state == Z_OK || state == Z_STREAM_END);
        buf_put(out, chunk, sizeof chunk - z.avail_out);
        rc = buf_rc(out);
        if (!rc && out->len - start > WIRE_PACKED_MAX)
            rc = err_set(BM_ELIMIT, "more than %d bytes packed; send fewer entries at a time",
                         WIRE_PACKED_MAX);
    }
    deflateEnd(&z);
    return undo(out, start, rc);
}

/* Inflate until the end of the stream, or more than want bytes. */
static enum bm_rc inflate_into(z_stream *z, size_t want, struct buf *out)
{
    unsigned char chunk[CHUNK_BYTES];
    for (size_t got = 0;;) {
        z->next_out = chunk;
        z->avail_out = sizeof chunk;
        int state = inflate(z, Z_NO_FLUSH);
        if (state == Z_MEM_ERROR) return err_set(BM_ENOMEM, "out of memory");
        if (state != Z_OK && state != Z_STREAM_END) break; /* damaged, or Z_BUF_ERROR: cut */
        size_t more = sizeof chunk - z->avail_out;
        if (more > want - got) return err_set(BM_EINPUT, "a packed text larger than it says");
        got += more;
        buf_put(out, chunk, more);
        if (buf_rc(out)) return buf_rc(out);
        if (state == Z_STREAM_END && (got < want || z->avail_in)) break;
        if (state == Z_STREAM_END) return BM_OK;
    }
    return err_set(BM_EINPUT, "a packed text that is damaged or cut");
}

enum bm_rc wire_unpack(const void *bytes, size_t len, size_t want, struct buf *out)
{
    bm_assert((bytes || len == 0) && out);
    size_t start = out->len;
    z_stream z = { 0 };
    if (len > WIRE_PACKED_MAX || want > WIRE_TEXT_MAX)
        return err_set(BM_ELIMIT, "a packed text of %zu bytes, %zu unpacked, is too large", len,
                       want);
    set_input(&z, bytes, len);
    if (inflateInit(&z) != Z_OK) return err_set(BM_ENOMEM, "out of memory");
    enum bm_rc rc = inflate_into(&z, want, out);
    inflateEnd(&z);
    return undo(out, start, rc);
}

/* --- frames --- */

static size_t put_number_at(unsigned char *out, uint64_t n, size_t bytes)
{
    for (size_t i = bytes; i-- > 0; n >>= 8) out[i] = (unsigned char)(n & 0xff);
    return bytes;
}

/* The part of a frame that is signed. ret: its length */
static size_t put_identity(unsigned char *out, const struct wire_batch *b)
{
    size_t n = strnlen(b->dev, sizeof b->dev - 1), len = 0;
    out[len++] = (unsigned char)n;
    memcpy(out + len, b->dev, n);
    len += n;
    len += put_number_at(out + len, b->ep, 8);
    len += put_number_at(out + len, b->first, 8);
    len += put_number_at(out + len, b->last, 8);
    memcpy(out + len, b->before, sizeof b->before);
    len += sizeof b->before;
    memcpy(out + len, b->head, sizeof b->head);
    return len + sizeof b->head;
}

size_t wire_signed_message(const struct wire_batch *b, unsigned char out[WIRE_MESSAGE_MAX])
{
    static const char domain[] = "bookmobile-batch-1"; /* its zero byte is part of it */
    bm_assert(b && out);
    memcpy(out, domain, sizeof domain);
    size_t len = sizeof domain + put_identity(out + sizeof domain, b);
    bm_assert(len <= WIRE_MESSAGE_MAX);
    return len;
}

/* An identity that has no written form is none. */
static bool eid_sound(const char *dev, uint64_t ep, uint64_t seq)
{
    struct eid id = { .ep = ep, .seq = seq }, back;
    char text[EID_TEXT_MAX];
    return str_copy(id.dev, sizeof id.dev, dev) && *dev &&
           eid_parse(eid_text(&id, text), &back) && eid_cmp(&id, &back) == 0;
}

static enum bm_rc check_range(const struct wire_batch *b)
{
    if (!memchr(b->dev, '\0', sizeof b->dev) || !eid_sound(b->dev, b->ep, b->first) ||
        !eid_sound(b->dev, b->ep, b->last) || b->last < b->first)
        return err_set(BM_EINPUT,
                       "a batch whose device, epoch, first or last seq is not sound");
    if (b->last - b->first >= WIRE_ENTRIES_MAX)
        return err_set(BM_ELIMIT, "more than %d entries in a batch", WIRE_ENTRIES_MAX);
    return BM_OK;
}

enum bm_rc wire_batch_write(const struct wire_batch *b, int level, struct buf *out)
{
    bm_assert(b && out);
    unsigned char head[1 + WIRE_MESSAGE_MAX + WIRE_SIGNATURE_BYTES + 2 * 4] = { WIRE_VERSION };
    struct buf text, packed;
    size_t start = out->len, len = 1;
    enum bm_rc rc = check_range(b);
    if (!rc && b->count != b->last - b->first + 1)
        rc = err_set(BM_EINPUT, "a batch with a gap");
    if (rc) return rc;
    buf_init(&text, WIRE_TEXT_MAX);
    buf_init(&packed, 2 * WIRE_PACKED_MAX);
    rc = wire_carry(b->lines, b->count, &text);
    if (!rc) rc = wire_pack(text.data, text.len, level, &packed);
    if (rc) goto done;
    len += put_identity(head + len, b);
    memcpy(head + len, b->signature, sizeof b->signature);
    len += sizeof b->signature;
    len += put_number_at(head + len, text.len, 4);
    len += put_number_at(head + len, packed.len, 4);
    buf_put(out, head, len);
    buf_put(out, packed.data, packed.len);
    rc = buf_rc(out);
done:
    buf_free(&packed);
    buf_free(&text);
    return undo(out, start, rc);
}

/* What is left of a frame. Every get_ checks the end; once it was passed, all further ones give
 * nothing. */
struct frame {
    const unsigned char *at;
    size_t left;
    bool cut;
};

static const unsigned char *get_run(struct frame *f, size_t len)
{
    if (f->cut || len > f->left) {
        f->cut = true;
        return NULL;
    }
    const unsigned char *run = f->at;
    f->at += len;
    f->left -= len;
    return run;
}

static void get_bytes(struct frame *f, void *out, size_t len)
{
    const unsigned char *run = get_run(f, len);
    if (run) memcpy(out, run, len);
}

static uint64_t get_number(struct frame *f, size_t bytes)
{
    const unsigned char *run = get_run(f, bytes);
    uint64_t n = 0;
    for (size_t i = 0; run && i < bytes; i++) n = n << 8 | run[i];
    return n;
}

/* Up to the lines. out: the text's length, and the run that it is packed in (NULL: cut) */
static enum bm_rc get_head(struct frame *f, struct wire_batch *b, size_t *text_len,
                           const unsigned char **packed, size_t *packed_len)
{
    uint64_t version = get_number(f, 1);
    if (!f->cut && version != WIRE_VERSION)
        return err_set(BM_EVERSION, "a batch of version %" PRIu64 ", known here is %d", version,
                       WIRE_VERSION);
    size_t dev_len = (size_t)get_number(f, 1);
    if (dev_len >= sizeof b->dev)
        return err_set(BM_EINPUT, "a batch of a device whose name is too long");
    get_bytes(f, b->dev, dev_len);
    if (memchr(b->dev, '\0', dev_len))
        return err_set(BM_EINPUT, "a batch of a device without a name");
    b->ep = get_number(f, 8);
    b->first = get_number(f, 8);
    b->last = get_number(f, 8);
    get_bytes(f, b->before, sizeof b->before);
    get_bytes(f, b->head, sizeof b->head);
    get_bytes(f, b->signature, sizeof b->signature);
    *text_len = (size_t)get_number(f, 4);
    *packed_len = (size_t)get_number(f, 4);
    *packed = get_run(f, *packed_len);
    if (f->cut || f->left)
        return err_set(BM_EINPUT, "a batch that is cut, or followed by something");
    return check_range(b);
}

enum bm_rc wire_batch_read(const void *bytes, size_t len, struct arena *a,
                           struct wire_batch *out)
{
    bm_assert(bytes || len == 0);
    bm_assert(a && out);
    struct frame f = { bytes, len, false };
    const unsigned char *packed = NULL;
    size_t text_len = 0, packed_len = 0;
    struct buf text;
    *out = (struct wire_batch){ 0 };
    enum bm_rc rc = get_head(&f, out, &text_len, &packed, &packed_len);
    if (rc) return rc;
    bm_assert(f.left == 0);
    buf_init(&text, WIRE_TEXT_MAX);
    rc = wire_unpack(packed, packed_len, text_len, &text);
    if (!rc) rc = wire_uncarry(text.data, text.len, a, &out->lines, &out->count);
    if (!rc && out->count != out->last - out->first + 1)
        rc = err_set(BM_EINPUT, "a batch that does not hold the entries it names");
    buf_free(&text);
    return rc;
}
