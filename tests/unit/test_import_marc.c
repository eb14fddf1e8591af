/* tests/unit/test_import_marc.c -- MARC records of both formats become titles; wrong ones are named and stop nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sync/import_marc.h"

/* --- what the callbacks saw ---------------------------------------------------------------------------- */

enum { NUMBERS_MAX = 64 };

struct seen {
    struct buf titles; /* "key=name=author=isbn=callno=itype" a line */
    struct buf details;
    struct buf raw;    /* 245 and the author's field as yaz-marcdump writes them, a line each */
    int64_t numbers[NUMBERS_MAX], bad_numbers[NUMBERS_MAX];
    size_t title_count, bad_count;
    char reason[200]; /* of the last bad record */
    enum bm_rc answer;
    struct marc_counts counts;
};

static const char *or_none(const char *s)
{
    return s ? s : "-";
}

static void put_raw(struct buf *b, const struct marc_field *f)
{
    if (f) buf_printf(b, "%s %s", f->tag, f->ind);
    for (size_t i = 0; f && i < f->sub_count; i++) buf_printf(b, " $%c %s", f->subs[i].code, f->subs[i].text);
    buf_putc(b, '\n');
}

static enum bm_rc on_record(void *ctx, const struct marc_title *t)
{
    struct seen *s = ctx;
    if (s->title_count < NUMBERS_MAX) s->numbers[s->title_count] = t->number;
    s->title_count++;
    buf_printf(&s->titles, "%s=%s=%s=%s=%s=%s\n", t->key, t->name, or_none(t->author), or_none(t->isbn),
               or_none(t->callno), or_none(t->itype));
    buf_printf(&s->details, "%s\n", or_none(t->detail));
    put_raw(&s->raw, t->title_field);
    put_raw(&s->raw, t->author_field);
    return s->answer;
}

static void on_bad(void *ctx, int64_t number, const char *reason)
{
    struct seen *s = ctx;
    if (s->bad_count < NUMBERS_MAX) s->bad_numbers[s->bad_count] = number;
    s->bad_count++;
    str_copy(s->reason, sizeof s->reason, reason);
}

static void seen_free(struct seen *s)
{
    buf_free(&s->titles);
    buf_free(&s->details);
    buf_free(&s->raw);
    *s = (struct seen){ 0 };
}

static enum bm_rc read_path(struct seen *s, const char *path, enum marc_items preset)
{
    struct marc_sink sink = { .on_record = on_record, .on_bad = on_bad, .ctx = s };
    enum bm_rc rc = marc_read_file(path, preset, &sink, &s->counts);
    assert_int_equal(s->counts.records, s->counts.titles + s->counts.bad_records);
    assert_int_equal(s->counts.titles, (int64_t)s->title_count);
    assert_int_equal(s->counts.bad_records, (int64_t)s->bad_count);
    return rc;
}

static enum bm_rc read_bytes(struct seen *s, const char *bytes, size_t len, enum marc_items preset)
{
    char path[] = "/tmp/test_marc.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
    enum bm_rc rc = read_path(s, path, preset);
    unlink(path);
    return rc;
}

static enum bm_rc read_buf(struct seen *s, const struct buf *b)
{
    assert_int_equal(buf_rc(b), BM_OK);
    return read_bytes(s, buf_str(b), b->len, MARC_ITEMS_EVERGREEN852);
}

/* --- records made here ----------------------------------------------------------------------------------- */

/* A field: tag, two indicators unless the tag begins with 00, and subfields as "$aText$bMore". */
struct made {
    const char *tag, *ind, *text;
};

static void put_fields_iso(struct buf *dir, struct buf *data, const struct made *f)
{
    for (; f->tag; f++) {
        size_t from = data->len;
        buf_puts(data, f->ind);
        for (const char *p = f->text; *p; p++) buf_putc(data, *p == '$' ? '\x1F' : *p);
        buf_putc(data, '\x1E');
        buf_printf(dir, "%s%04zu%05zu", f->tag, data->len - from, from);
    }
}

/* Append an ISO 2709 record. marks: leader 06..09, "am a" = a book in UTF-8 */
static void put_iso(struct buf *out, const char *marks, const struct made *fields)
{
    struct buf dir = { 0 }, data = { 0 };
    put_fields_iso(&dir, &data, fields);
    size_t base = 24 + dir.len + 1;
    buf_printf(out, "%05zun%.4s22%05zu   4500", base + data.len + 1, marks, base);
    buf_puts(out, buf_str(&dir));
    buf_putc(out, '\x1E');
    buf_put(out, data.data, data.len);
    buf_putc(out, '\x1D');
    buf_free(&dir);
    buf_free(&data);
}

/* Append a MARCXML record, its texts written as they are. */
static void put_xml(struct buf *out, const char *prefix, const char *marks, const struct made *f)
{
    const char *p = prefix;
    buf_printf(out, "<%srecord><%sleader>00000n%.4s2200000   4500</%sleader>", p, p, marks, p);
    for (; f->tag; f++) {
        if (!f->ind[0]) {
            buf_printf(out, "<%scontrolfield tag=\"%s\">%s</%scontrolfield>", p, f->tag, f->text, p);
            continue;
        }
        buf_printf(out, "<%sdatafield tag=\"%s\" ind1=\"%c\" ind2=\"%c\">", p, f->tag, f->ind[0], f->ind[1]);
        for (const char *s = f->text; *s == '$'; s += 2 + strcspn(s + 2, "$"))
            buf_printf(out, "<%ssubfield code=\"%c\">%.*s</%ssubfield>", p, s[1], (int)strcspn(s + 2, "$"), s + 2, p);
        buf_printf(out, "</%sdatafield>", p);
    }
    buf_printf(out, "</%srecord>\n", p);
}

#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<collection xmlns=\"http://www.loc.gov/MARC21/slim\">\n"
#define XML_TAIL "</collection>\n"

static const struct made plain_a[] = { { "001", "", "a1" }, { "245", "10", "$aFirst." }, { 0 } };
static const struct made plain_b[] = {
    { "001", "", "b2" }, { "100", "1 ", "$aWriter, Ann," }, { "245", "10", "$aSecond :$bpart two /$cAnn." }, { 0 }
};
static const struct made plain_c[] = { { "001", "", "c3" }, { "245", "10", "$aThird." }, { 0 } };

static const struct made full[] = {
    { "001", "", "ocm 12345 " },
    { "020", "  ", "$a0-15-204622-X (pbk.) :$c$5.00" },
    { "020", "  ", "$a9780152046224" },
    { "020", "  ", "$anot one" },
    { "024", "3 ", "$a5099902987620" },
    { "024", "1 ", "$a123456789012" },
    { "050", "00", "$aPZ7$b.T3" },
    { "082", "00", "$a823/.9/14$221" },
    { "100", "1 ", "$aTolkien, J. R. R.$q(John Ronald Reuel),$d1892-1973." },
    { "245", "14", "$aThe hobbit.$nPart 1,$pThere :$h[text] :$bor back again /$cby J.R.R. Tolkien." },
    { "260", "  ", "$aLondon :$bAllen,$c1937." },
    { "490", "1 ", "$aRings ;$v1" },
    { "520", "  ", "$aA journey." },
    { "650", " 0", "$aDragons$vFiction." },
    { "655", " 7", "$aFantasy.$2lcgft" },
    { "700", "1 ", "$aAnderson, Douglas A." },
    { 0 },
};
static const char full_title[] = "ocm_12345=The hobbit. Part 1, There : or back again=Tolkien, J. R. R."
                                 "=015204622X 9780152046224 5099902987620=823.914=book\n";
static const char full_detail[] =
    "Allen, 1937; Rings ; 1; Dragons - Fiction; Fantasy; Anderson, Douglas A.; A journey\n";

/* --- titles ---------------------------------------------------------------------------------------------- */

static void test_marc_both_formats_give_the_same_title(void **state)
{
    struct seen s = { 0 };
    struct buf b = { 0 };
    (void)state;
    put_iso(&b, "am  ", full);
    assert_int_equal(read_buf(&s, &b), BM_OK);
    assert_string_equal(buf_str(&s.titles), full_title);
    assert_string_equal(buf_str(&s.details), full_detail);
    seen_free(&s);
    buf_clear(&b);
    buf_puts(&b, XML_HEAD);
    put_xml(&b, "", "am  ", full); /* "$c$5.00": an empty $c and a $5, the same here and there */
    buf_puts(&b, XML_TAIL);
    assert_int_equal(read_buf(&s, &b), BM_OK);
    assert_string_equal(buf_str(&s.titles), full_title);
    assert_string_equal(buf_str(&s.details), full_detail);
    seen_free(&s);
    buf_free(&b);
}

#define LOST "\xEF\xBF\xBD"

static void expect_name(const char *marks, const char *title, const char *name)
{
    struct seen s = { 0 };
    struct buf b = { 0 }, want = { 0 };
    struct made fields[] = { { "001", "", "k" }, { "245", "10", title }, { 0 } };
    put_iso(&b, marks, fields);
    assert_int_equal(read_buf(&s, &b), BM_OK);
    buf_printf(&want, "k=%s=-=-=-=book\n", name);
    assert_string_equal(buf_str(&s.titles), buf_str(&want));
    assert_true(utf8_valid(s.titles.data, s.titles.len));
    seen_free(&s);
    buf_free(&b);
    buf_free(&want);
}

static void test_marc_8_becomes_utf_8_composed(void **state)
{
    (void)state;
    expect_name("am  ", "$aBart\xE2ok, B\xE2" "ela", "Bart\xC3\xB3k, B\xC3\xA9la");
    expect_name("am  ", "$aK\xB2" "benhavn \xE8" "ol", "K\xC3\xB8" "benhavn \xC3\xB6l");
    expect_name("am  ", "$aH\xF2\xE3" "a", "H\xE1\xBA\xAD");                      /* two accents on one letter */
    expect_name("am  ", "$a\x1B(NMOSKWA\x1B(B now", "\xD0\xBC\xD0\xBE\xD1\x81\xD0\xBA\xD0\xB2\xD0\xB0 now");
    expect_name("am  ", "$a\x88The \x89name", "The name");                        /* non-sorting marks */
    expect_name("am  ", "$aEnds in an accent \xE2", "Ends in an accent \xEF\xBF\xBD"); /* on nothing */
    expect_name("am  ", "$aBad \x1B(\x7F" "z", "Bad " LOST LOST LOST LOST); /* escape to no known set */
}

static void test_marc_utf_8_is_taken_at_its_look(void **state)
{
    struct seen s = { 0 };
    struct buf b = { 0 };
    struct made fields[] = { { "001", "", "k" }, { "245", "10", "$aCaf\xE9 \xC3\xA9 x\x80y" }, { 0 } };
    (void)state;
    expect_name("am a", "$aBart\xC3\xB3k", "Bart\xC3\xB3k");
    expect_name("am a", "$aBarto\xCC\x81k", "Bart\xC3\xB3k"); /* came apart */
    expect_name("am  ", "$aFran\xC3\xA7ois \xCA\xB9", "Fran\xC3\xA7ois \xCA\xB9"); /* says MARC-8, is UTF-8 */
    expect_name("am a", "$aA\tb \n c\x7F", "A b c");
    put_iso(&b, "am a", fields); /* says UTF-8, is something else */
    assert_int_equal(read_buf(&s, &b), BM_OK);
    assert_string_equal(buf_str(&s.titles), "k=Caf\xEF\xBF\xBD \xC3\xA9 x\xEF\xBF\xBDy=-=-=-=book\n");
    assert_int_equal(s.counts.repaired, 1);
    seen_free(&s);
    buf_free(&b);
}

static void test_marc_a_key_is_made_where_001_is_none(void **state)
{
    static const struct made no_key[] = { { "245", "10", "$aX" }, { 0 } };
    static const struct made blank_key[] = { { "001", "", "  " }, { "240", "10", "$aUniform." }, { 0 } };
    static const char digits_70[] = "1234567890123456789012345678901234567890123456789012345678901234567890";
    static const struct made long_key[] = { { "001", "", digits_70 }, { "245", "10", "$aX" }, { 0 } };
    struct seen s = { 0 };
    struct buf b = { 0 };
    (void)state;
    put_iso(&b, "am  ", plain_a);
    put_iso(&b, "am  ", no_key);
    put_iso(&b, "am  ", blank_key);
    put_iso(&b, "am  ", long_key);
    assert_int_equal(read_buf(&s, &b), BM_OK);
    assert_string_equal(buf_str(&s.titles), "a1=First=-=-=-=book\nt2=X=-=-=-=book\nt3=Uniform=-=-=-=book\n"
                                            "1234567890123456789012345678901234567890123456789012345678901234"
                                            "=X=-=-=-=book\n");
    seen_free(&s);
    buf_free(&b);
}

static void test_marc_long_texts_are_cut_at_a_character(void **state)
{
    struct buf title = { 0 }, record = { 0 };
    (void)state;
    for (size_t shift = 0; shift < 3; shift++) {
        struct seen s = { 0 };
        struct made fields[] = { { "001", "", "k" }, { "245", "10", NULL }, { "520", "  ", NULL }, { 0 } };
        buf_clear(&title);
        buf_puts(&title, "$a");
        buf_put(&title, "xx", shift);
        for (int i = 0; i < 2000; i++) buf_puts(&title, "\xE2\x82\xAC"); /* three bytes each */
        fields[1].text = fields[2].text = buf_str(&title);
        buf_clear(&record);
        put_iso(&record, "am a", fields);
        assert_int_equal(read_buf(&s, &record), BM_OK);
        size_t name_len = s.titles.len - strlen("k==-=-=-=book\n");
        assert_true(name_len <= MARC_NAME_MAX && name_len > MARC_NAME_MAX - 3);
        assert_true(s.details.len - 1 <= MARC_DETAIL_MAX && s.details.len - 1 > MARC_DETAIL_MAX - 3);
        assert_true(utf8_valid(s.titles.data, s.titles.len) && utf8_valid(s.details.data, s.details.len));
        seen_free(&s);
    }
    buf_free(&title);
    buf_free(&record);
}

static void test_marc_records_of_no_title_are_reported(void **state)
{
    struct seen s = { 0 };
    struct buf b = { 0 };
    (void)state;
    put_iso(&b, "nz  ", plain_a); /* leader 06 = n, 07 = z: a title of unknown kind */
    put_iso(&b, "zn  ", plain_b); /* 06 = z: an authority record */
    put_iso(&b, "xn  ", plain_c); /* holdings */
    assert_int_equal(read_buf(&s, &b), BM_OK);
    assert_string_equal(buf_str(&s.titles), "a1=First=-=-=-=-\n");
    assert_int_equal(s.bad_count, 2);
    assert_int_equal(s.bad_numbers[0], 2);
    seen_free(&s);
    buf_free(&b);
}

/* --- faults ---------------------------------------------------------------------------------------------- */

/* Three records, the one in the middle spoilt in some way. */
struct spoilt {
    const char *what;
    void (*spoil)(struct buf *b); /* b: the record */
    size_t bad;                   /* reports that come of it */
};

static void poke(struct buf *b, size_t at, const char *bytes)
{
    assert_true(at + strlen(bytes) <= b->len);
    memcpy(b->data + at, bytes, strlen(bytes));
}

static void too_long(struct buf *b) { poke(b, 0, "09999"); }
static void too_short(struct buf *b) { poke(b, 0, "00030"); }
static void no_number(struct buf *b) { poke(b, 0, "0x123"); }
static void wrong_base(struct buf *b) { poke(b, 12, "00026"); }
static void base_no_number(struct buf *b) { poke(b, 12, "  abc"); }
static void entry_no_number(struct buf *b) { poke(b, 24 + 12 + 4, "?"); }
static void entry_outside(struct buf *b) { poke(b, 24 + 12 + 7, "99999"); }
static void entry_just_outside(struct buf *b) { poke(b, 24 + 36 + 3, "0017"); }
static void entry_too_short(struct buf *b) { poke(b, 24 + 12 + 3, "0003"); }
static void entry_empty(struct buf *b) { poke(b, 24 + 12 + 3, "0000"); }
static void tag_garbage(struct buf *b) { poke(b, 24, "\x01\x02\x03"); }
static void directory_endless(struct buf *b)
{
    for (size_t i = 24; i < b->len; i++)
        if (b->data[i] == '\x1E') b->data[i] = 'x';
}
static void directory_odd(struct buf *b) { poke(b, 24 + 6, "\x1E"); }
static void end_missing(struct buf *b) { b->len--; }
static void cut_short(struct buf *b) { b->len /= 2; }
static void only_end(struct buf *b) { poke(b, 0, "\x1D"); b->len = 1; }
static void end_inside(struct buf *b) { poke(b, 40, "\x1D"); }
static void garbage(struct buf *b) { memset(b->data, 0xEE, b->len); b->data[b->len - 1] = '\x1D'; }
static void zeros(struct buf *b) { memset(b->data, '0', b->len - 1); }

static void test_marc_a_spoilt_iso_record_is_reported_and_the_rest_go_on(void **state)
{
    static const struct spoilt cases[] = {
        { "length too long", too_long, 1 },
        { "length too short", too_short, 1 },
        { "length no number", no_number, 1 },
        { "base address wrong", wrong_base, 1 },
        { "base address no number", base_no_number, 1 },
        { "directory entry no number", entry_no_number, 1 },
        { "directory points far outside", entry_outside, 1 },
        { "directory points just outside", entry_just_outside, 1 },
        { "field ends too early", entry_too_short, 1 },
        { "field of no length", entry_empty, 1 },
        { "tag of control characters", tag_garbage, 1 },
        { "directory without end", directory_endless, 1 },
        { "directory of half an entry", directory_odd, 1 },
        { "no terminator", end_missing, 1 },
        { "cut in the middle", cut_short, 1 },
        { "a terminator alone", only_end, 1 },
        { "a terminator inside", end_inside, 2 },
        { "garbage", garbage, 1 },
        { "zeros", zeros, 1 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct seen s = { 0 };
        struct buf b = { 0 }, middle = { 0 };
        put_iso(&b, "am  ", plain_a);
        put_iso(&middle, "am  ", plain_b);
        cases[i].spoil(&middle);
        buf_put(&b, middle.data, middle.len);
        put_iso(&b, "am  ", plain_c);
        assert_int_equal(read_buf(&s, &b), BM_OK);
        if (s.bad_count != cases[i].bad || s.title_count != 2)
            fail_msg("%s: %zu bad, %zu titles", cases[i].what, s.bad_count, s.title_count);
        assert_string_equal(buf_str(&s.titles), "a1=First=-=-=-=book\nc3=Third=-=-=-=book\n");
        assert_int_equal(s.bad_numbers[0], 2);
        assert_int_equal(s.numbers[1], (int64_t)(2 + cases[i].bad));
        assert_true(s.reason[0] != '\0');
        seen_free(&s);
        buf_free(&b);
        buf_free(&middle);
    }
}

static void test_marc_filling_between_iso_records_is_no_fault(void **state)
{
    struct seen s = { 0 };
    struct buf b = { 0 };
    (void)state;
    buf_puts(&b, "\xEF\xBB\xBF\r\n");
    put_iso(&b, "am  ", plain_a);
    buf_put(&b, "\r\n\0\0 ", 5);
    put_iso(&b, "am  ", plain_b);
    buf_put(&b, "\n\x1A", 2);
    assert_int_equal(read_buf(&s, &b), BM_OK);
    assert_int_equal(s.title_count, 2);
    assert_int_equal(s.bad_count, 0);
    seen_free(&s);
    buf_free(&b);
}

static void test_marc_a_leader_with_gaps_is_mended(void **state)
{
    struct seen s = { 0 };
    struct buf b = { 0 };
    (void)state;
    put_iso(&b, "am  ", plain_a);
    memcpy(b.data + 10, "  ", 2);
    memcpy(b.data + 20, "\x92\0 x", 4);
    assert_int_equal(read_buf(&s, &b), BM_OK);
    assert_string_equal(buf_str(&s.titles), "a1=First=-=-=-=book\n");
    seen_free(&s);
    buf_free(&b);
}

/* libyaz 5.34 read beyond the end of a text when told that a code has nine bytes. */
static void test_marc_a_leader_that_lies_about_codes_is_not_believed(void **state)
{
    struct seen s = { 0 };
    struct buf b = { 0 };
    (void)state;
    put_xml(&b, "", "am  ", plain_b);
    memcpy(strstr(b.data, "2200000"), "99", 2);
    assert_int_equal(read_buf(&s, &b), BM_OK);
    assert_string_equal(buf_str(&s.titles), "b2=Second : part two=Writer, Ann=-=-=book\n");
    seen_free(&s);
    buf_free(&b);
}

/* Bytes without end, more than fit in view; the record behind them is still found. */
static void test_marc_endless_garbage_is_passed_over(void **state)
{
    (void)state;
    static const size_t lens[] = { 90000, 360000, 1114102, 1114082, 3000000 }; /* some cut the record in view */
    for (size_t k = 0; k < sizeof lens / sizeof *lens; k++) {
        struct seen s = { 0 };
        struct buf b = { 0 };
        put_iso(&b, "am  ", plain_a);
        for (size_t i = 0; i < lens[k]; i++) buf_putc(&b, (char)('a' + i % 23));
        put_iso(&b, "am  ", plain_c);
        assert_int_equal(read_buf(&s, &b), BM_OK);
        assert_string_equal(buf_str(&s.titles), "a1=First=-=-=-=book\nc3=Third=-=-=-=book\n");
        assert_int_equal(s.bad_count, 1);
        seen_free(&s);
        buf_free(&b);
    }
}

static void test_marc_a_spoilt_xml_record_is_reported_and_the_rest_go_on(void **state)
{
    static const char *const middles[] = {
        "<record></record>",
        "<record/>x</record>",
        "<record><leader>00000nam  2200000   4500</leader><controlfield tag=\"001\">x</controlfield>", /* not closed */
        "<record><leader>short</leader><controlfield tag=\"001\">x</controlfield></record>",
        "<record><leader>00000nam  2200000   4500</leader></record>",
        "<record><leader>00000nam  2200000   4500</leader><controlfield>x</controlfield></record>",
        "<record><leader>00000nam  2200000   4500</leader><datafield tag=\"245\" ind1=\"1\" ind2=\"0\">"
        "<subfield>x</subfield></datafield></record>",
        "<record><leader>00000nam  2200000   4500</leader><datafield tag=\"245\" ind1=\"1\" ind2=\"0\">"
        "<subfield code=\"a\">x</datafield></record>",
        "<record><leader>00000nam  2200000   4500</leader><controlfield tag=\"001\">&lol;</controlfield></record>",
        "<record><leader>00000nam  2200000   4500</leader><controlfield tag=\"001\">\xE9</controlfield></record>",
        "<record><leader>00000nam  2200000   4500</leader><controlfield tag=\"001\">a & b</controlfield></record>",
        "<record><leader>00000nam  2200000   4500</leader><other/></record>",
        "<record><leader>00000nam  2200000   4500</leader><controlfield tag=\"001\">\x01</controlfield></record>",
    };
    (void)state;
    for (size_t i = 0; i < sizeof middles / sizeof *middles; i++) {
        struct seen s = { 0 };
        struct buf b = { 0 };
        buf_puts(&b, XML_HEAD);
        put_xml(&b, "", "am  ", plain_a);
        buf_puts(&b, middles[i]);
        put_xml(&b, "", "am  ", plain_c);
        buf_puts(&b, XML_TAIL);
        assert_int_equal(read_buf(&s, &b), BM_OK);
        if (s.bad_count != 1 || s.title_count != 2)
            fail_msg("%s: %zu bad, %zu titles", middles[i], s.bad_count, s.title_count);
        assert_string_equal(buf_str(&s.titles), "a1=First=-=-=-=book\nc3=Third=-=-=-=book\n");
        assert_int_equal(s.bad_numbers[0], 2);
        seen_free(&s);
        buf_free(&b);
    }
}

static void expect_xml(const char *before, const char *prefix, const char *after, const char *titles)
{
    struct seen s = { 0 };
    struct buf b = { 0 };
    static const char text[] = "$aA &amp; <![CDATA[</record> <b>]]> &#233;";
    static const struct made fields[] = { { "001", "", "k" }, { "245", "10", text }, { 0 } };
    buf_puts(&b, before);
    put_xml(&b, prefix, "am  ", fields);
    buf_puts(&b, after);
    assert_int_equal(read_buf(&s, &b), BM_OK);
    assert_string_equal(buf_str(&s.titles), titles);
    assert_int_equal(s.bad_count, 0);
    seen_free(&s);
    buf_free(&b);
}

static void test_marc_xml_is_read_in_all_its_wrappings(void **state)
{
    static const char want[] = "k=A & </record> <b> \xC3\xA9=-=-=-=book\n";
    (void)state;
    expect_xml(XML_HEAD, "", XML_TAIL, want);
    expect_xml("\xEF\xBB\xBF" XML_HEAD, "", XML_TAIL, want);
    expect_xml("", "", "", want);
    expect_xml("<marc:collection xmlns:marc='http://www.loc.gov/MARC21/slim'>", "marc:", "</marc:collection>", want);
    expect_xml(XML_HEAD "<!-- <record> of old --> text <records> <recording/>", "", "<!-- </record> <record>", want);
    expect_xml("<OAI><record><header/><metadata>", "", "</metadata></record></OAI>", want);
    expect_xml("<!DOCTYPE c [<!ENTITY lol \"lol\">]><c>", "", "</c>", want);
}

static void test_marc_xml_in_latin_1_is_read(void **state)
{
    struct seen s = { 0 };
    struct buf b = { 0 };
    struct made fields[] = { { "001", "", "k" }, { "245", "10", "$aCaf\xE9" }, { 0 } };
    (void)state;
    buf_puts(&b, "<?xml version='1.0' encoding='ISO-8859-1'?><collection>");
    put_xml(&b, "", "am  ", fields);
    buf_puts(&b, XML_TAIL);
    assert_int_equal(read_buf(&s, &b), BM_OK);
    assert_string_equal(buf_str(&s.titles), "k=Caf\xC3\xA9=-=-=-=book\n");
    seen_free(&s);
    buf_free(&b);
}

/* Entities of a document type are not taken over, so nothing can be read from the disk or blown up. */
static void test_marc_xml_entities_open_nothing(void **state)
{
    struct seen s = { 0 };
    struct buf b = { 0 };
    struct made fields[] = { { "001", "", "k" }, { "245", "10", "$a&file;" }, { 0 } };
    (void)state;
    buf_puts(&b, "<!DOCTYPE c [<!ENTITY file SYSTEM \"/etc/hostname\">]><c>");
    put_xml(&b, "", "am  ", fields);
    buf_puts(&b, "</c>");
    assert_int_equal(read_buf(&s, &b), BM_OK);
    assert_int_equal(s.title_count, 0);
    assert_int_equal(s.bad_count, 1);
    seen_free(&s);
    buf_free(&b);
}

static void test_marc_an_xml_record_over_the_limit_is_passed_over(void **state)
{
    static const char field[] = "<controlfield tag=\"001\">x</controlfield>";
    (void)state;
    for (size_t size = MARC_XML_BYTES_MAX - 1000; size < 5000000; size = size * 3 / 2) {
        struct seen s = { 0 };
        struct buf b = { 0 };
        buf_puts(&b, "<c>");
        put_xml(&b, "", "am  ", plain_a);
        buf_puts(&b, "<record><leader>00000nam  2200000   4500</leader>");
        for (size_t i = 0; i < size / (sizeof field - 1); i++) buf_puts(&b, field);
        buf_puts(&b, "</record>");
        put_xml(&b, "", "am  ", plain_c);
        assert_int_equal(read_buf(&s, &b), BM_OK);
        assert_string_equal(buf_str(&s.titles), "a1=First=-=-=-=book\nc3=Third=-=-=-=book\n");
        assert_int_equal(s.bad_count, 1);
        assert_non_null(strstr(s.reason, size < MARC_XML_BYTES_MAX ? "2000 fields" : "1048576 bytes"));
        assert_int_equal(s.numbers[1], 3);
        seen_free(&s);
        buf_free(&b);
    }
}

/* Cut at any byte: the records before the cut are all there, and no others. */
static void check_cuts(const struct buf *b, const size_t *ends)
{
    for (size_t cut = 0; cut <= b->len; cut++) {
        struct seen s = { 0 };
        enum bm_rc rc = read_bytes(&s, b->data, cut, MARC_ITEMS_EVERGREEN852);
        size_t whole = 0;
        while (whole < 3 && cut >= ends[whole]) whole++;
        if (s.title_count != whole) fail_msg("cut at %zu: %zu titles, not %zu", cut, s.title_count, whole);
        if (whole) assert_int_equal(rc, BM_OK);
        assert_true(s.bad_count <= 1);
        if (whole == 0) assert_true(rc == BM_EINPUT || s.bad_count == 1);
        seen_free(&s);
    }
}

static void test_marc_a_file_cut_at_any_byte_keeps_its_earlier_records(void **state)
{
    struct buf b = { 0 };
    size_t ends[3];
    (void)state;
    put_iso(&b, "am  ", plain_a), ends[0] = b.len;
    put_iso(&b, "am  ", plain_b), ends[1] = b.len;
    put_iso(&b, "am  ", plain_c), ends[2] = b.len;
    check_cuts(&b, ends);
    buf_clear(&b);
    buf_puts(&b, XML_HEAD);
    put_xml(&b, "", "am  ", plain_a), ends[0] = b.len - 1; /* the newline behind it */
    put_xml(&b, "", "am  ", plain_b), ends[1] = b.len - 1;
    put_xml(&b, "", "am  ", plain_c), ends[2] = b.len - 1;
    buf_puts(&b, XML_TAIL);
    check_cuts(&b, ends);
    buf_free(&b);
}

/* Bytes changed at random, some thousand times: counts stay sound (read_path checks) and nothing crashes. */
static void test_marc_random_damage_never_crashes(void **state)
{
    struct buf b[2] = { { 0 }, { 0 } };
    uint64_t x = 0x9E3779B97F4A7C15u; /* xorshift */
    (void)state;
    put_iso(&b[0], "am  ", full), put_iso(&b[0], "am a", plain_b), put_iso(&b[0], "am  ", plain_c);
    buf_puts(&b[1], XML_HEAD);
    put_xml(&b[1], "", "am  ", full), put_xml(&b[1], "", "am  ", plain_b), put_xml(&b[1], "", "am  ", plain_c);
    buf_puts(&b[1], XML_TAIL);
    for (int n = 0; n < 3000; n++) {
        struct seen s = { 0 };
        struct buf hurt = { 0 };
        static const char bytes[] = "\x1D\x1E\x1F\x1B\0<>&09$\xC3\xE2\xFF a";
        buf_put(&hurt, b[n & 1].data, b[n & 1].len);
        for (int i = 0; i < 1 + n % 5; i++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            hurt.data[x % hurt.len] = bytes[(x >> 32) % (sizeof bytes - 1)];
        }
        enum bm_rc rc = read_buf(&s, &hurt);
        assert_true(rc == BM_OK || rc == BM_EINPUT);
        assert_true(utf8_valid(buf_str(&s.titles), s.titles.len));
        buf_free(&hurt);
        seen_free(&s);
    }
    buf_free(&b[0]);
    buf_free(&b[1]);
}

static void test_marc_a_file_that_is_no_marc_is_refused(void **state)
{
    static const char *const texts[] = { "", "  \r\n", "cardnumber,surname\n1,x\n", "<html><body>record</body></html>",
                                         "\xFF\xFE<\x01", "<collection></collection>" };
    struct seen s = { 0 };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(read_bytes(&s, texts[i], strlen(texts[i]), MARC_ITEMS_KOHA952), BM_EINPUT);
        assert_non_null(strstr(err_text(BM_EINPUT), "/tmp/test_marc."));
    }
    assert_int_equal(read_path(&s, "/tmp/no-such-file.mrc", MARC_ITEMS_KOHA952), BM_ENOTFOUND);
    assert_int_equal(read_path(&s, "/tmp", MARC_ITEMS_KOHA952), BM_EINPUT);
    assert_int_equal(s.counts.records, 0);
    seen_free(&s);
}

static void test_marc_the_callback_can_stop(void **state)
{
    struct seen s = { .answer = BM_EFULL };
    struct buf b = { 0 };
    (void)state;
    put_iso(&b, "am  ", plain_a);
    put_iso(&b, "am  ", plain_b);
    assert_int_equal(read_buf(&s, &b), BM_EFULL);
    assert_int_equal(s.title_count, 1);
    seen_free(&s);
    buf_free(&b);
}

/* --- real files, where they are ------------------------------------------------------------------------------ */

static const char *shared_path(const char *file)
{
    static char path[512];
    const char *shared = getenv("BM_SHARED");
    snprintf(path, sizeof path, "%s/data/%s", shared ? shared : "../shared", file);
    if (access(path, R_OK) == 0) return path;
    print_message("skipped: %s is not here\n", file);
    return NULL;
}

static void test_marc_real_files_are_read_whole(void **state)
{
    static const struct {
        const char *file;
        size_t titles;
        int64_t items;
    } files[] = { { "concerto/bibs.xml", 339, 4763 }, { "marc/jazz_1k.mrc", 1000, 0 },
                  { "marc/lul_fre_500.mrc", 500, 0 }, { "marc/oss.marc", 42, 0 }, { "marc/map_data.mrc", 3, 3 } };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct seen s = { 0 };
        const char *path = shared_path(files[i].file);
        if (!path) skip();
        assert_int_equal(read_path(&s, path, MARC_ITEMS_EVERGREEN852), BM_OK);
        assert_int_equal(s.title_count, files[i].titles);
        assert_int_equal(s.counts.items, files[i].items);
        assert_int_equal(s.bad_count + (size_t)s.counts.bad_items, 0);
        assert_null(strstr(buf_str(&s.titles), "[no title]"));
        seen_free(&s);
    }
}

/* Run yaz-marcdump on a file. ret: false = the program is not here */
static bool dump(const char *path, struct buf *out)
{
    int ends[2], status;
    char chunk[65536];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        execlp("yaz-marcdump", "yaz-marcdump", "-f", "MARC-8", "-t", "UTF-8", path, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    for (ssize_t n; (n = read(ends[0], chunk, sizeof chunk)) > 0;) buf_put(out, chunk, (size_t)n);
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The first line of a record (it ends with an empty line) that begins with the same tag as want. */
static bool has_line(const char *record, const char *want, size_t len)
{
    for (const char *p = record; *p && *p != '\n'; p = strchr(p, '\n') + 1)
        if (memcmp(p, want, 4) == 0) return strcspn(p, "\n") == len && memcmp(p, want, len) == 0;
    return false;
}

static void test_marc_every_title_and_author_is_what_yaz_marcdump_shows(void **state)
{
    static const char *const files[] = { "marc/jazz_1k.mrc", "marc/lul_fre_500.mrc" };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct seen s = { 0 };
        struct buf shown = { 0 };
        const char *path = shared_path(files[i]);
        if (!path) skip();
        if (!dump(path, &shown)) {
            print_message("skipped: yaz-marcdump (package yaz) is not here\n");
            buf_free(&shown);
            skip();
        }
        assert_int_equal(read_path(&s, path, MARC_ITEMS_KOHA952), BM_OK);
        const char *ours = buf_str(&s.raw), *record = buf_str(&shown);
        size_t authors = 0;
        for (size_t n = 0; n < s.title_count; n++) { /* two lines of ours to a record of theirs */
            for (int line = 0; line < 2; line++) {
                size_t len = strcspn(ours, "\n");
                if (len && !has_line(record, ours, len)) fail_msg("%s: record %zu differs", files[i], n + 1);
                authors += line && len;
                ours += len + 1;
            }
            const char *next = strstr(record, "\n\n");
            assert_true(next || n + 1 == s.title_count);
            if (next) record = next + 2;
        }
        assert_true(authors > 400);
        buf_free(&shown);
        seen_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marc_both_formats_give_the_same_title),
        cmocka_unit_test(test_marc_8_becomes_utf_8_composed),
        cmocka_unit_test(test_marc_utf_8_is_taken_at_its_look),
        cmocka_unit_test(test_marc_a_key_is_made_where_001_is_none),
        cmocka_unit_test(test_marc_long_texts_are_cut_at_a_character),
        cmocka_unit_test(test_marc_records_of_no_title_are_reported),
        cmocka_unit_test(test_marc_a_spoilt_iso_record_is_reported_and_the_rest_go_on),
        cmocka_unit_test(test_marc_filling_between_iso_records_is_no_fault),
        cmocka_unit_test(test_marc_a_leader_with_gaps_is_mended),
        cmocka_unit_test(test_marc_a_leader_that_lies_about_codes_is_not_believed),
        cmocka_unit_test(test_marc_endless_garbage_is_passed_over),
        cmocka_unit_test(test_marc_a_spoilt_xml_record_is_reported_and_the_rest_go_on),
        cmocka_unit_test(test_marc_xml_is_read_in_all_its_wrappings),
        cmocka_unit_test(test_marc_xml_in_latin_1_is_read),
        cmocka_unit_test(test_marc_xml_entities_open_nothing),
        cmocka_unit_test(test_marc_an_xml_record_over_the_limit_is_passed_over),
        cmocka_unit_test(test_marc_a_file_cut_at_any_byte_keeps_its_earlier_records),
        cmocka_unit_test(test_marc_random_damage_never_crashes),
        cmocka_unit_test(test_marc_a_file_that_is_no_marc_is_refused),
        cmocka_unit_test(test_marc_the_callback_can_stop), cmocka_unit_test(test_marc_real_files_are_read_whole),
        cmocka_unit_test(test_marc_every_title_and_author_is_what_yaz_marcdump_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
