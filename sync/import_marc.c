/* sync/import_marc.c -- see import_marc.h
 *
 * A file goes by in three steps: a record is cut out of the window (ISO 2709 at its terminator,
 * MARCXML at <record> and </record>), libyaz reads it, and what libyaz made of it is listed,
 * turned to UTF-8 and handed to marc_title. Every way a record can be wrong is BM_EINPUT or
 * BM_ELIMIT with its reason; only the loop reports. */
#include "sync/import_marc.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <string.h>
#include <yaz/marcdisp.h>
#include <yaz/yaz-iconv.h>

#include "sync/window.h"

enum {
    WINDOW_BYTES = MARC_XML_BYTES_MAX + (64 << 10),
    LEADER_BYTES = 24,
    DIRECTORY_ENTRY_BYTES = 12,
    ISO_BYTES_MIN = LEADER_BYTES + 2, /* the end of an empty directory, and of the record */
    TAG_BYTES_MAX = 128,              /* of "</prefix:record>": kept when a window moves on */
    ENCODING_MAX = 40,
    PREFIX_MAX = 40,
    REASON_MAX = 200
};
static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

struct reader {
    struct window window;
    enum marc_items preset;
    const struct marc_sink *sink;
    struct marc_counts *counts;
    struct arena arena; /* for one record */
    yaz_marc_t marc;
    yaz_iconv_t marc8;
    WRBUF list;                  /* a record as libyaz lists it */
    struct buf xml;              /* a <record> with what it needs around it */
    char encoding[ENCODING_MAX]; /* as the XML declaration says; "" = UTF-8 */
    bool lost;                   /* part of what lies before the window was passed over */
    bool stopped;                /* by on_record */
};

/* --- text --------------------------------------------------------------------------------- */

/* Copy UTF-8, with U+FFFD for what is none. */
static char *repair_utf8(struct reader *r, const char *s, size_t len)
{
    struct arena *a = &r->arena;
    char *out = arena_alloc(a, len * 3 + 1);
    size_t n = 0;
    bool bad = false;
    if (!out) return NULL;
    for (size_t i = 0, step; i < len; i += step) {
        unsigned char lead = (unsigned char)s[i];
        step = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        bool sound = step <= len - i && utf8_valid(s + i, step);
        if (!sound) step = 1;
        size_t bytes = sound ? step : sizeof replacement - 1;
        memcpy(out + n, sound ? s + i : replacement, bytes);
        n += bytes;
        bad = bad || !sound;
    }
    out[n] = '\0';
    if (bad) r->counts->repaired++;
    return out;
}

/* MARC-8 to UTF-8, with U+FFFD for what has no character. Each text starts in MARC-8's own
 * sets. */
static char *convert_marc8(struct reader *r, char *s, size_t len)
{
    size_t cap = len * 4 + 32, room = cap - 1;
    char *out = arena_alloc(&r->arena, cap), *at = out;
    bool bad = false;
    if (!out) return NULL;
    while (len && room >= sizeof replacement) {
        if (yaz_iconv(r->marc8, &s, &len, &at, &room) != (size_t)-1) break;
        if (yaz_iconv_error(r->marc8) == YAZ_ICONV_E2BIG) break;
        bad = true;
        memcpy(at, replacement, sizeof replacement - 1);
        at += sizeof replacement - 1;
        room -= sizeof replacement - 1;
        if (len) s++, len--;
    }
    if (yaz_iconv(r->marc8, NULL, NULL, &at, &room) == (size_t)-1)
        bad = true; /* what is held back; then reset */
    *at = '\0';
    if (!utf8_valid(out, (size_t)(at - out))) return repair_utf8(r, out, (size_t)(at - out));
    if (bad) r->counts->repaired++;
    return out;
}

static bool is_ascii(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] >= 0x80 || s[i] == 0x1B) return false;
    return true;
}

/* ret: the text in the arena as UTF-8; NULL = out of memory */
static const char *text_utf8(struct reader *r, char *s, size_t len, bool marc8)
{
    if (is_ascii(s, len)) return arena_strndup(&r->arena, s, len);
    if (!marc8) return repair_utf8(r, s, len);
    return convert_marc8(r, s, len);
}

/* Records often say MARC-8 and are UTF-8. MARC-8 puts an accent before its letter, so it hardly
 * ever happens to be sound UTF-8: what is sound is taken at its look, not at its word. */
static bool is_marc8(const char *leader, const char *s, size_t len)
{
    if (leader[9] == 'a') return false;
    return memchr(s, 0x1B, len) || !utf8_valid(s, len);
}

/* --- from libyaz's list to a record ------------------------------------------------------- */

/* libyaz lists a record as its leader, a newline, then for each field: the tag, a blank, its
 * text or indicators and subfields. These marks stand in place of its own, as they cannot be
 * part of a text. */
#define MARK_FIELD "\x1E"
#define MARK_SUBFIELD "\x1F"

/* A subfield: code, blank, text. */
static bool list_subfield(struct reader *r, char *s, size_t len, bool marc8,
                          struct marc_subfield *out)
{
    char *blank = len > 1 ? memchr(s + 1, ' ', len - 1) : NULL;
    size_t code_len = blank ? (size_t)(blank - s) : len;
    out->code = code_len == 1 && s[0] > ' ' && s[0] < 0x7F ? s[0] : '?';
    char *text = blank ? blank + 1 : s + len;
    out->text = text_utf8(r, text, (size_t)(s + len - text), marc8);
    return out->text != NULL;
}

/* A field: ret BM_ENOTFOUND = not one of MARC 21 (left out) | BM_OK | BM_ENOMEM */
static enum bm_rc list_field(struct reader *r, char *s, size_t len, bool marc8,
                             struct marc_subfield **subs, struct marc_field *f)
{
    *f = (struct marc_field){ .subs = *subs };
    if (len < 4 || s[3] != ' ' || memchr(s, ' ', 3)) return BM_ENOTFOUND;
    memcpy(f->tag, s, 3);
    char *end = s + len, *p = s + 4, *mark = memchr(p, MARK_SUBFIELD[0], (size_t)(end - p));
    if (s[0] == '0' && s[1] == '0') {
        f->text = text_utf8(r, p, (size_t)((mark ? mark : end) - p), marc8);
        return f->text ? BM_OK : BM_ENOMEM;
    }
    for (size_t i = 0; i < 2 && p + i < (mark ? mark : end); i++)
        f->ind[i] = p[i] >= ' ' && p[i] < 0x7F ? p[i] : ' ';
    while (mark) {
        p = mark + 1;
        mark = memchr(p, MARK_SUBFIELD[0], (size_t)(end - p));
        if (!list_subfield(r, p, (size_t)((mark ? mark : end) - p), marc8,
                           &(*subs)[f->sub_count]))
            return BM_ENOMEM;
        f->sub_count++;
    }
    *subs += f->sub_count;
    return BM_OK;
}

/* Read libyaz's list. xml: its texts are UTF-8 whatever the leader says. */
static enum bm_rc list_record(struct reader *r, bool xml, struct marc_record *out)
{
    char *s = wrbuf_buf(r->list), *end = s + wrbuf_len(r->list), *next;
    size_t fields = 0, subs = 0;
    for (const char *p = s; p < end; p++)
        fields += *p == MARK_FIELD[0], subs += *p == MARK_SUBFIELD[0];
    *out = (struct marc_record){ 0 };
    out->fields = ARENA_NEWS(&r->arena, struct marc_field, fields + 1);
    struct marc_subfield *sub = ARENA_NEWS(&r->arena, struct marc_subfield, subs + 1);
    if (!out->fields || !sub) return BM_ENOMEM;
    bool marc8 = false, leader = false;
    for (; s < end; s = next + 1) {
        /* remarks of libyaz stand in brackets, and as the leader on a line; all else ends with
         * our mark */
        bool line = !leader || *s == '(' || *s == '\n';
        next = memchr(s, line ? '\n' : MARK_FIELD[0], (size_t)(end - s));
        if (!next) next = end;
        if (line && (*s == '(' || *s == '\n')) continue;
        if (!leader) {
            if (next - s != LEADER_BYTES)
                return err_set(BM_EINPUT, "its leader is not of 24 characters");
            memcpy(out->leader, s, LEADER_BYTES);
            marc8 = !xml && is_marc8(s, next, (size_t)(end - next));
            leader = true;
            continue;
        }
        enum bm_rc rc =
            list_field(r, s, (size_t)(next - s), marc8, &sub, &out->fields[out->field_count]);
        if (rc == BM_ENOMEM) return rc;
        if (!rc) out->field_count++;
    }
    return BM_OK;
}

/* --- one record --------------------------------------------------------------------------- */

/* Count a record as bad and say why; what is no fault of the record ends the reading. */
static enum bm_rc report(struct reader *r, enum bm_rc rc)
{
    char reason[REASON_MAX];
    if (rc != BM_EINPUT && rc != BM_ELIMIT) return rc;
    str_copy(reason, sizeof reason, err_text(rc));
    r->counts->records++;
    r->counts->bad_records++;
    if (r->sink->on_bad) r->sink->on_bad(r->sink->ctx, r->counts->records, reason);
    return BM_OK;
}

/* Hand on the record that libyaz has read. */
static enum bm_rc deliver(struct reader *r, bool xml)
{
    struct marc_record record;
    struct marc_title title;
    wrbuf_rewind(r->list);
    if (yaz_marc_write_line(r->marc, r->list))
        return report(r, err_set(BM_EINPUT, "a record without a leader"));
    enum bm_rc rc = list_record(r, xml, &record);
    if (!rc)
        rc = marc_title_read(&record, r->counts->records + 1, r->preset, &r->arena, &title);
    if (rc) {
        rc = report(r, rc);
        goto done;
    }
    r->counts->records++;
    r->counts->titles++;
    r->counts->items += (int64_t)title.item_count;
    r->counts->bad_items += (int64_t)title.bad_item_count;
    rc = r->sink->on_record(r->sink->ctx, &title);
    r->stopped = rc != BM_OK;
done:
    arena_free(&r->arena);
    return rc;
}

/* --- ISO 2709 ----------------------------------------------------------------------------- */

/* Digits as a number. ret: -1 = not all digits */
static long digits(const char *s, size_t len)
{
    long x = 0;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < '0' || s[i] > '9') return -1;
        x = x * 10 + (s[i] - '0');
    }
    return x;
}

static bool is_tag(const char *s)
{
    for (size_t i = 0; i < 3; i++)
        if (!((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'A' && s[i] <= 'Z') ||
              (s[i] >= 'a' && s[i] <= 'z')))
            return false;
    return true;
}

/* Does the directory keep to the record, and does each field end where it says? */
static enum bm_rc check_directory(const char *rec, size_t len)
{
    const char *stop = memchr(rec + LEADER_BYTES, MARK_FIELD[0], len - LEADER_BYTES);
    if (!stop) return err_set(BM_EINPUT, "its directory has no end");
    size_t base = (size_t)(stop - rec) + 1, directory = base - 1 - LEADER_BYTES;
    if (directory % DIRECTORY_ENTRY_BYTES)
        return err_set(BM_EINPUT, "its directory is not made of whole entries");
    if (digits(rec + 12, 5) != (long)base)
        return err_set(BM_EINPUT,
                       "its leader and its directory disagree on where the fields begin");
    for (const char *e = rec + LEADER_BYTES; e < stop; e += DIRECTORY_ENTRY_BYTES) {
        long field_len = digits(e + 3, 4), from = digits(e + 7, 5);
        if (!is_tag(e) || field_len < 1 || from < 0)
            return err_set(BM_EINPUT, "its directory is damaged at byte %zu",
                           (size_t)(e - rec));
        size_t end = base + (size_t)from + (size_t)field_len; /* both < 100,000 */
        if (end > len - 1)
            return err_set(BM_EINPUT, "its directory points outside of the record (field %.3s)",
                           e);
        if (rec[end - 1] != MARK_FIELD[0])
            return err_set(BM_EINPUT, "field %.3s does not end where the directory says", e);
    }
    return BM_OK;
}

/* Make the leader say what MARC 21 always is (2 indicators, 2 bytes a code, directory 4 5 0):
 * records that leave it out are common. No NUL in it: libyaz's texts end at one. */
static void mend_record(char *rec, size_t len)
{
    for (size_t i = 0; i < LEADER_BYTES; i++)
        if (rec[i] < ' ' || rec[i] > '~') rec[i] = ' ';
    memcpy(rec + 10, "22", 2);
    memcpy(rec + 20, "4500", 4);
    for (char *p = rec; (p = memchr(p, '\0', len - (size_t)(p - rec)));) *p = ' ';
}

/* len bytes from leader to terminator, as the leader says. */
static enum bm_rc read_iso_record(struct reader *r, char *rec, size_t len)
{
    enum bm_rc rc = check_directory(rec, len);
    if (rc) return report(r, rc);
    mend_record(rec, len);
    if (yaz_marc_read_iso2709(r->marc, rec, (int)len) <= 0)
        return report(r, err_set(BM_EINPUT, "not to be read as ISO 2709"));
    return deliver(r, false);
}

/* Where in a stretch does a record begin whose length reaches just to the stretch's end?
 * ret: offset, or len = nowhere */
static size_t find_record(const char *s, size_t len)
{
    size_t from = len > MARC_ISO_BYTES_MAX ? len - MARC_ISO_BYTES_MAX : 0;
    for (size_t i = from; i + ISO_BYTES_MIN <= len; i++)
        if (s[i] >= '0' && s[i] <= '9' && digits(s + i, 5) == (long)(len - i)) return i;
    return len;
}

/* What lies between one terminator and the next: a record, or garbage, or both. */
static enum bm_rc read_iso_stretch(struct reader *r, char *s, size_t len)
{
    size_t begin = find_record(s, len);
    enum bm_rc rc = BM_OK;
    bm_assert(begin <= len);
    if (begin == len) {
        long said = len >= ISO_BYTES_MIN ? digits(s, 5) : -1;
        if (r->lost)
            rc = err_set(BM_ELIMIT, "more than %d bytes without the end of a record",
                         MARC_ISO_BYTES_MAX);
        else if (said >= 0)
            rc = err_set(BM_EINPUT, "its leader says %ld bytes, its end comes after %zu", said,
                         len);
        else rc = err_set(BM_EINPUT, "%zu bytes that are no record", len);
    } else if (begin || r->lost) {
        rc = err_set(BM_EINPUT,
                     "bytes that are no record, or the beginning of one whose end is missing");
    }
    r->lost = false;
    if (rc) rc = report(r, rc);
    return rc || begin == len ? rc : read_iso_record(r, s + begin, len - begin);
}

/* Line ends and filling between records; some systems put them there. */
static void skip_filling(struct window *w)
{
    while (w->at < w->end && strchr(" \r\n\x1A", w->data[w->at])) w->at++; /* strchr: NUL too */
}

static enum bm_rc read_iso(struct reader *r)
{
    struct window *w = &r->window;
    for (;;) {
        if (!r->lost) skip_filling(w);
        char *stop = memchr(window_at(w), 0x1D, window_len(w));
        enum bm_rc rc = BM_OK;
        if (stop) {
            size_t len = (size_t)(stop - window_at(w)) + 1;
            rc = read_iso_stretch(r, window_at(w), len);
            w->at += len;
        } else if (w->eof) {
            bool rest = window_len(w) || r->lost;
            return rest ? report(r, err_set(BM_EINPUT, "the file ends in the middle of it"))
                        : BM_OK;
        } else {
            if (window_full(w)) { /* no record is as long: keep what may be part of the next */
                w->at = w->end - MARC_ISO_BYTES_MAX;
                r->lost = true;
            }
            rc = window_more(w);
        }
        if (rc) return rc;
    }
}

/* --- MARCXML ------------------------------------------------------------------------------ */

enum token_kind { TOKEN_NONE, TOKEN_OPEN, TOKEN_CLOSE };
struct token {
    enum token_kind kind;
    const char *at, *end; /* from its '<' to its name's end; of a close tag to its '>' */
    const char *prefix;
    size_t prefix_len;
};

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-' || c == '.';
}

/* Is there <record or </record> at p ('<'), with or without a prefix? */
static bool read_tag(const char *p, const char *end, struct token *out)
{
    const char *q = p + 1;
    bool close = q < end && *q == '/';
    if (close) q++;
    const char *name = q;
    while (q < end && is_name_byte(*q)) q++;
    *out = (struct token){ .kind = close ? TOKEN_CLOSE : TOKEN_OPEN, .at = p, .prefix = name };
    if (q < end && *q == ':') {
        out->prefix_len = (size_t)(q - name);
        name = ++q;
        while (q < end && is_name_byte(*q)) q++;
    }
    if (q == end || q - name != 6 || memcmp(name, "record", 6) != 0 || !strchr(" \t\r\n/>", *q))
        return false;
    if (close) {
        q = memchr(q, '>', (size_t)(end - q));
        if (!q) return false;
        q++;
    }
    out->end = q;
    return out->prefix_len < PREFIX_MAX;
}

/* The next <record or </record>; comments and CDATA are passed over. out: TOKEN_NONE, at = from
 * where to look again when more is in view. */
static void next_token(const char *p, const char *end, struct token *out)
{
    static const char *const asides[][2] = { { "<!--", "-->" }, { "<![CDATA[", "]]>" } };
    for (; (p = memchr(p, '<', (size_t)(end - p))); p++) {
        for (size_t i = 0; i < 2; i++) {
            size_t n = strlen(asides[i][0]);
            if ((size_t)(end - p) < n || memcmp(p, asides[i][0], n) != 0) continue;
            const char *over = memmem(p + n, (size_t)(end - p) - n, asides[i][1], 3);
            if (!over) {
                *out = (struct token){ .kind = TOKEN_NONE, .at = p };
                return;
            }
            p = over + 2;
        }
        if (*p == '<' && read_tag(p, end, out)) return;
    }
    *out = (struct token){ .kind = TOKEN_NONE, .at = end };
}

/* libxml2's own words for the last fault; its first line, plain characters only. */
static enum bm_rc xml_fault(void)
{
    char words[80] = "";
    const xmlError *e = xmlGetLastError();
    if (e && e->message) str_copy(words, sizeof words, e->message);
    words[strcspn(words, "\r\n")] = '\0';
    for (char *p = words; *p; p++)
        if (*p < ' ' || *p > '~') *p = '?';
    return err_set(BM_EINPUT, "not well-formed XML (%s)", words);
}

/* A whole <record> element. It stands alone, so its prefix is declared for it; no document type
 * can come with it, hence no entities but XML's own. */
static enum bm_rc read_xml_record(struct reader *r, const struct token *open, size_t len)
{
    struct buf *b = &r->xml;
    buf_clear(b);
    buf_puts(b, "<r");
    if (open->prefix_len)
        buf_printf(b, " xmlns:%.*s=\"http://www.loc.gov/MARC21/slim\"", (int)open->prefix_len,
                   open->prefix);
    buf_putc(b, '>');
    buf_put(b, open->at, len);
    buf_puts(b, "</r>");
    enum bm_rc rc = buf_rc(b);
    if (rc) return rc;
    xmlResetLastError();
    xmlDocPtr doc = xmlReadMemory(
        b->data, (int)b->len, "record", r->encoding[0] ? r->encoding : NULL,
        XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (!doc) return report(r, xml_fault());
    int bad = yaz_marc_read_xml(r->marc, xmlDocGetRootElement(doc)->children);
    xmlFreeDoc(doc);
    if (!bad) return deliver(r, true);
    return report(r, err_set(BM_EINPUT, "not MARCXML: its leader, a tag or a code is wrong"));
}

/* An element named record round another may be the envelope of a harvest (OAI-PMH, SRU), and no
 * fault. */
static enum bm_rc leave_open_record(struct reader *r, const char *from, const char *to)
{
    size_t len = (size_t)(to - from);
    if (memmem(from, len, "metadata>", 9) || memmem(from, len, "recordData>", 11)) return BM_OK;
    return report(
        r, err_set(BM_EINPUT, "its element ends in the middle: another <record> begins"));
}

/* The window stands at a <record. Use it up, or ask for more.
 * out: *more = true: nothing was used */
static enum bm_rc read_xml_element(struct reader *r, const struct token *open, bool *more)
{
    struct window *w = &r->window;
    struct token next;
    enum bm_rc rc;
    next_token(open->end, w->data + w->end, &next);
    *more = false;
    if (next.kind == TOKEN_NONE && !w->eof && !window_full(w)) {
        *more = true;
        return BM_OK;
    }
    size_t len = (size_t)((next.kind == TOKEN_CLOSE ? next.end : next.at) - open->at);
    if (next.kind == TOKEN_NONE && w->eof) {
        rc = report(r, err_set(BM_EINPUT, "the file ends in the middle of it"));
        w->at = w->end;
    } else if (next.kind == TOKEN_NONE || len > MARC_XML_BYTES_MAX) {
        rc =
            report(r, err_set(BM_ELIMIT, "a record of more than %d bytes", MARC_XML_BYTES_MAX));
        w->at = (size_t)((next.kind == TOKEN_NONE ? open->end : next.at) - w->data);
    } else if (next.kind == TOKEN_OPEN) {
        rc = leave_open_record(r, open->at, next.at);
        w->at += len;
    } else {
        rc = read_xml_record(r, open, len);
        w->at += len;
    }
    return rc;
}

static enum bm_rc read_xml(struct reader *r)
{
    struct window *w = &r->window;
    bool seen = false, more = false;
    for (;;) {
        struct token token;
        enum bm_rc rc = BM_OK;
        next_token(window_at(w), w->data + w->end, &token);
        if (token.kind == TOKEN_OPEN) {
            seen = true;
            w->at = (size_t)(token.at - w->data);
            rc = read_xml_element(r, &token, &more);
        } else if (token.kind == TOKEN_CLOSE) { /* of an envelope, or of a record given up */
            w->at = (size_t)(token.end - w->data);
        } else if (w->eof) {
            return seen ? BM_OK
                        : err_set(BM_EINPUT, "no <record> in it; export the titles as MARCXML");
        } else { /* keep what may be the beginning of a tag, or an aside not yet ended */
            size_t keep = (size_t)(w->data + w->end - token.at);
            if (keep < TAG_BYTES_MAX || keep == w->cap) keep = TAG_BYTES_MAX;
            if (keep < window_len(w)) w->at = w->end - keep;
            more = true;
        }
        if (!rc && more) rc = window_more(w);
        if (rc) return rc;
        more = false;
    }
}

/* --- the file ----------------------------------------------------------------------------- */

/* <?xml version="1.0" encoding="ISO-8859-1"?> */
static void read_encoding(struct reader *r, const char *head, size_t len)
{
    const char *stop = memmem(head, len, "?>", 2);
    const char *p = stop ? memmem(head, (size_t)(stop - head), "encoding=", 9) : NULL;
    if (!p) return;
    char quote = p[9];
    size_t n = 0;
    for (p += 10; p < stop && *p != quote && is_name_byte(*p) && n + 1 < sizeof r->encoding;
         p++)
        r->encoding[n++] = *p;
    r->encoding[n] = '\0';
}

/* Which format is it? */
static enum bm_rc look_at_head(struct reader *r, bool *xml)
{
    struct window *w = &r->window;
    enum bm_rc rc = window_more(w);
    if (rc) return rc;
    const char *head = window_at(w);
    if (memcmp(head, "\xFF\xFE", 2) == 0 || memcmp(head, "\xFE\xFF", 2) == 0)
        return err_set(BM_EINPUT, "it is UTF-16; export the titles as UTF-8");
    if (memcmp(head, "\xEF\xBB\xBF", 3) == 0) w->at += 3;
    skip_filling(w);
    while (w->at < w->end && w->data[w->at] == '\t') w->at++;
    head = window_at(w);
    size_t len = window_len(w);
    if (!len) return err_set(BM_EINPUT, "the file is empty");
    *xml = *head == '<';
    if (*xml) read_encoding(r, head, len < 512 ? len : 512);
    else if (digits(head, 5) < 0 && !memchr(head, MARK_FIELD[0], len))
        return err_set(BM_EINPUT,
                       "neither ISO 2709 nor MARCXML; export the titles as one of them");
    return BM_OK;
}

static enum bm_rc reader_open(struct reader *r, const char *path)
{
    enum bm_rc rc = window_open(&r->window, path, WINDOW_BYTES);
    if (rc) return rc;
    arena_init(&r->arena, MARC_ARENA_MAX);
    buf_init(&r->xml, 2 * WINDOW_BYTES);
    r->marc = yaz_marc_create();
    r->marc8 = yaz_iconv_open("UTF-8", "MARC-8");
    r->list = wrbuf_alloc();
    if (!r->marc || !r->marc8 || !r->list)
        return err_set(BM_EINTERNAL, "libyaz knows no MARC-8 here; install it anew");
    yaz_marc_xml(r->marc, YAZ_MARC_LINE);
    yaz_marc_subfield_str(r->marc, MARK_SUBFIELD);
    yaz_marc_endline_str(r->marc, MARK_FIELD);
    /* libyaz believes a MARCXML leader that says codes have nine bytes, and reads too far */
    if (yaz_marc_leader_spec(r->marc, "10='22',20='4500'"))
        return err_set(BM_EINTERNAL, "libyaz does not mend leaders here; install it anew");
    return BM_OK;
}

static void reader_close(struct reader *r)
{
    if (r->list) wrbuf_destroy(r->list);
    if (r->marc8) yaz_iconv_close(r->marc8);
    if (r->marc) yaz_marc_destroy(r->marc);
    buf_free(&r->xml);
    arena_free(&r->arena);
    window_close(&r->window);
}

enum bm_rc marc_read_file(const char *path, enum marc_items preset,
                          const struct marc_sink *sink, struct marc_counts *out)
{
    bm_assert(path && sink && out);
    bm_assert(sink->on_record);
    *out = (struct marc_counts){ 0 };
    struct reader r = { .preset = preset, .sink = sink, .counts = out };
    bool xml = false;
    enum bm_rc rc = reader_open(&r, path);
    if (rc) goto done;
    rc = look_at_head(&r, &xml);
    if (!rc) rc = xml ? read_xml(&r) : read_iso(&r);
    if (rc && !r.stopped) rc = err_prefix(rc, "%s: ", path);
done:
    reader_close(&r);
    return rc;
}
