/* tests/unit/test_entry.c -- the one written form of an entry: what is taken, and all that is not. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/entry.h"

#define EP "00f1e2d3c4b5a697"
#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID1 "van1." EP ".41"

/* Each operation with every member it has, written by hand from the list of members, and those it needs.
 * No value holds a comma, so that a test can cut members out. */
static const struct golden {
    enum op op;
    const char *own, *needed;
} golden[] = {
    { OP_EPOCH, ",'boot':'b','parent':'" EP "','pseq':4,'phash':'" HEX64 "','prog':'p 1','practice':1", "boot prog" },
    { OP_CLOCK, ",'wall':1700000000000,'off':-12,'unc':5,'src':'gps'", "wall off unc src" },
    { OP_VIEW, ",'rev':77", "rev" },
    { OP_CHECKOUT,
      ",'item':'i','patron':'p','due':9,'rate':10,'grace':2,'max':500,'price':1999,'keepfee':0,'cal':'c','limit':20,'again':1,'place':'v',"
      "'over':'limit barred','why':'w'",
      "item patron due" },
    { OP_CHECKIN, ",'item':'i','place':'v','returned':99,'keep':1", "item" },
    { OP_RENEW, ",'item':'i','patron':'p','due':9,'place':'v','over':'o','why':'w'", "item patron due" },
    { OP_CHANGE_DUE, ",'item':'i','patron':'p','due':9,'why':'w'", "item patron due" },
    { OP_MARK, ",'item':'i','as':'lost','patron':'p','basis':'overdue','amount':1,'why':'w'", "item as" },
    { OP_MOVE, ",'item':'i','to':'v'", "item to" },
    { OP_USE, ",'item':'i','place':'v'", "item" },
    { OP_CAPTURE, ",'item':'i','hold':'" ID1 "','place':'v','over':'o','why':'w'", "item hold" },
    { OP_NOTICE, ",'item':'i','patron':'p','kind':'k'", "item patron kind" },
    { OP_ADD_ITEM, ",'item':'i','title':'t','place':'v','itype':'y','callno':'c','loc':'l','branch':'b','price':3",
      "item title" },
    { OP_RECAT, ",'item':'i','title':'t'", "item title" },
    { OP_PLACE, ",'patron':'p','title':'t','item':'i','pickup':'v','over':'o','why':'w'", "patron title" },
    { OP_CANCEL, ",'hold':'" ID1 ".3','title':'t','basis':'waiting','why':'w'", "hold" },
    { OP_REGISTER,
      ",'patron':'p','who':'h','expires':-1,'name':'n','cat':'c','branch':'b','stop':'s','group':'y','born':1970,'guarantor':'g','barred':0,'sealed':'x'",
      "patron" },
    { OP_UPDATE,
      ",'patron':'p','barred':1,'expires':9,'name':'n','cat':'c','branch':'b','stop':'s','group':'y','born':1970,'guarantor':'g','sealed':'x','why':'w'",
      "patron" },
    { OP_REPLACE, ",'patron':'p','new':'q','why':'w'", "patron new" },
    { OP_MERGE, ",'patron':'p','into':'q'", "patron into" },
    { OP_PAY, ",'patron':'p','amount':250,'charge':'c'", "patron amount" },
    { OP_WAIVE, ",'charge':'c','amount':250,'why':'w'", "charge amount" },
    { OP_CHARGE, ",'patron':'p','amount':250,'why':'w'", "patron amount" },
    { OP_VOID, ",'target':'" ID1 "','why':'w'", "target" },
    { OP_SETTLE, ",'code':'c','about':'" ID1 "','other':'o','how':'accept','was':'x','card':'p','upto':5,'why':'w'",
      "code about how" },
    { OP_OBSERVE, ",'origin':'marc','asof':1,'digest':'" HEX64 "','count':3", "origin asof digest count" },
    { OP_ADD_TITLE, ",'title':'t','name':'n','author':'a','isbn':'i','itype':'y','callno':'c','detail':'d'",
      "title name" },
    { OP_ROW, ",'kind':'rule','line':'a;b'", "kind line" },
    { OP_OPEN_VISIT, ",'stop':'s','name':'n','src':'gps','arr':1,'parr':2,'pdep':3,'lat':-4,'lon':5", "src arr" },
    { OP_CLOSE_VISIT, ",'opened':3,'src':'gps','dep':9,'arr':1,'dist':100,'points':7,'why':'w'", "opened src dep" },
    { OP_TRACK, ",'opened':3,'dist':1,'points':2,'arr':3,'dep':4", "" },
    { OP_TALLY, ",'kind':'visitors','count':12", "kind count" },
    { OP_ODOMETER, ",'dist':123456,'why':'w'", "dist" },
    { OP_COST, ",'kind':'fuel','amount':5000,'why':'w'", "kind amount" },
    { OP_SUSPEND, ",'stop':'s','route':'r','first':20000,'last':20002,'why':'w'", "first last" },
    { OP_STAFF, ",'who':'ann','name':'n','role':'admin','verifier':'$a$','gone':1,'why':'w'", "who" },
    { OP_NOTE, ",'why':'w'", "why" },
};
enum { GOLDEN_COUNT = sizeof golden / sizeof *golden, LINE_MAX = ENTRY_BYTES_MAX + 64 };
_Static_assert((int)GOLDEN_COUNT == (int)OP_COUNT, "one golden line an operation");

static bool takes_seen(enum op op)
{
    return op_kind(op) == OPK_ITEM || op_kind(op) == OPK_HOLD;
}

/* The written form with every member; ' stands for " in the sources above. */
static size_t golden_line(const struct golden *g, bool row, char *out)
{
    char id[200] = "", who[64] = "";
    if (!row) {
        snprintf(id, sizeof id, ",'dev':'van-1','ep':'" EP "','seq':42");
        snprintf(who, sizeof who, ",'staff':'ab','visit':7,'t':123456");
    }
    int n = snprintf(out, LINE_MAX, "{'v':1%s,'op':'%s'%s,'when':-5,'source':'paper'%s%s}", id, op_name(g->op), who,
                     g->own, !row && takes_seen(g->op) ? ",'seen':'branch." EP ".9000'" : "");
    for (char *p = out; *p; p++)
        if (*p == '\'') *p = '"';
    return (size_t)n;
}

/* Read and, if taken, write again: accepted bytes must be the writer's own. */
static enum bm_rc read_line(const char *line, size_t len, bool row, struct entry *out, struct arena *a)
{
    enum bm_rc rc = entry_read(line, len, row, a, out);
    if (rc) return rc;
    struct buf again;
    buf_init(&again, 0);
    assert_int_equal(entry_write(out, row, &again), BM_OK);
    assert_int_equal(again.len, len);
    assert_memory_equal(again.data, line, len);
    buf_free(&again);
    return BM_OK;
}

static enum bm_rc try_line(const char *line, size_t len, bool row)
{
    struct arena a = { 0 };
    struct entry e;
    enum bm_rc rc = read_line(line, len, row, &e, &a);
    arena_free(&a);
    return rc;
}

/* As try_line, with ' for ". */
static enum bm_rc try_text(const char *text)
{
    static char line[LINE_MAX * 2];
    size_t len = strlen(text);
    assert_true(len < sizeof line);
    for (size_t i = 0; i <= len; i++) line[i] = text[i] == '\'' ? '"' : text[i];
    return try_line(line, len, false);
}

static void test_entry_every_op_with_every_member_round_trips(void **state)
{
    (void)state;
    for (unsigned i = 0; i < GOLDEN_COUNT; i++)
        for (int row = 0; row < 2; row++) {
            char line[LINE_MAX];
            struct arena a = { 0 };
            struct entry e;
            assert_int_equal(golden[i].op, i);
            size_t len = golden_line(&golden[i], row, line);
            enum bm_rc rc = read_line(line, len, row, &e, &a);
            if (rc) fail_msg("%s: %s", line, err_text(rc));
            assert_int_equal(e.op, golden[i].op);
            assert_int_equal(e.when_ms, -5);
            assert_string_equal(e.source, "paper");
            assert_int_equal(e.visit, row ? ENTRY_NONE : 7);
            /* a row's form is not an entry's, nor the other way round */
            assert_int_equal(try_line(line, len, !row), BM_EINPUT);
            arena_free(&a);
        }
}

static void test_entry_values_arrive_in_their_members(void **state)
{
    (void)state;
    char line[LINE_MAX];
    struct arena a = { 0 };
    struct entry e;
    size_t len = golden_line(&golden[OP_CHECKOUT], false, line);
    assert_int_equal(read_line(line, len, false, &e, &a), BM_OK);
    assert_string_equal(e.id.dev, "van-1");
    assert_true(e.id.ep == 0x00f1e2d3c4b5a697u);
    assert_int_equal(e.id.seq, 42);
    assert_int_equal(e.t_ms, 123456);
    assert_string_equal(e.staff, "ab");
    assert_string_equal(e.item, "i");
    assert_string_equal(e.over, "limit barred");
    assert_int_equal(e.due_s, 9);
    assert_int_equal(e.rate_cents, 10);
    assert_int_equal(e.keep_cents, 0);
    assert_string_equal(e.seen.dev, "branch");
    assert_int_equal(e.seen.seq, 9000);
    assert_null(e.title);
    assert_int_equal(e.amount_cents, ENTRY_NONE);
    len = golden_line(&golden[OP_CANCEL], false, line);
    assert_int_equal(read_line(line, len, false, &e, &a), BM_OK);
    assert_int_equal(e.hold.row, 3);
    len = golden_line(&golden[OP_REPLACE], false, line);
    assert_int_equal(read_line(line, len, false, &e, &a), BM_OK);
    assert_string_equal(e.fresh, "q");
    arena_free(&a);
}

static bool is_word_of(const char *name, size_t len, const char *words)
{
    for (const char *p = words; *p; p += strcspn(p, " "), p += *p == ' ')
        if (strcspn(p, " ") == len && memcmp(p, name, len) == 0) return true;
    return false;
}

static void test_entry_needs_its_needed_members_and_no_others(void **state)
{
    (void)state;
    for (unsigned i = 0; i < GOLDEN_COUNT; i++) {
        char line[LINE_MAX], cut[LINE_MAX];
        golden_line(&golden[i], false, line);
        for (char *from = line + 1; *from;) {
            char *to = from + strcspn(from, ",}");
            size_t name_len = strcspn(from + 1, "\"");
            bool needed = is_word_of(from + 1, name_len, "v dev ep seq op t") ||
                          is_word_of(from + 1, name_len, golden[i].needed);
            bool is_last = *to == '}';
            snprintf(cut, sizeof cut, "%.*s%s", (int)(from - line) - (is_last ? 1 : 0), line, is_last ? to : to + 1);
            enum bm_rc rc = try_line(cut, strlen(cut), false);
            if (rc != (needed ? BM_EINPUT : BM_OK)) fail_msg("%s: %s", cut, err_text(rc));
            from = to + 1;
        }
    }
}

static void test_entry_refuses_members_of_other_ops(void **state)
{
    (void)state;
    struct entry e;
    struct buf out;
    buf_init(&out, 0);
    entry_init(&e, OP_CHECKIN);
    e.id = (struct eid){ .dev = "van1", .ep = 1, .seq = 1 };
    e.t_ms = 0;
    e.item = "i";
    assert_int_equal(entry_write(&e, false, &out), BM_OK);
    e.patron = "p";
    assert_int_equal(entry_write(&e, false, &out), BM_EINPUT);
    e.patron = NULL;
    e.due_s = 0;
    assert_int_equal(entry_write(&e, false, &out), BM_EINPUT);
    e.due_s = ENTRY_NONE;
    e.hold = e.id;
    assert_int_equal(entry_write(&e, false, &out), BM_EINPUT);
    buf_free(&out);
    for (unsigned i = 0; i < OP_COUNT; i++) { /* seen: only where an item or a hold is meant */
        char line[LINE_MAX];
        golden_line(&golden[i], false, line);
        if (takes_seen((enum op)i)) continue;
        strncpy(line + strlen(line) - 1, ",\"seen\":\"" ID1 "\"}", 64);
        assert_int_equal(try_line(line, strlen(line), false), BM_EINPUT);
    }
}

static void test_entry_writer_refuses_what_is_not_sound(void **state)
{
    (void)state;
    struct buf out;
    struct entry good, e;
    char longer[ENTRY_TEXT_MAX + 2];
    memset(longer, 'x', sizeof longer);
    longer[ENTRY_TEXT_MAX + 1] = '\0';
    buf_init(&out, 0);
    buf_puts(&out, "before");
    entry_init(&good, OP_CHECKIN);
    good.id = (struct eid){ .dev = "van1", .ep = 1, .seq = 1 };
    good.t_ms = 0;
    good.item = "i";
#define REFUSED(change)                                                                        \
    e = good;                                                                                  \
    change;                                                                                    \
    assert_int_equal(entry_write(&e, false, &out), BM_EINPUT);                                 \
    assert_string_equal(out.data, "before")
    REFUSED(e.version = 0);
    REFUSED(e.version = ENTRY_VERSION + 1);
    REFUSED(e.op = OP_COUNT);
    REFUSED(e.id.seq = 0);
    REFUSED(e.id.seq = (uint64_t)INT64_MAX + 1);
    REFUSED(e.id.row = 1);
    REFUSED(e.id.dev[0] = 'V');
    REFUSED(e.id.dev[0] = '\0');
    REFUSED(memset(e.id.dev, 'a', sizeof e.id.dev)); /* no NUL */
    REFUSED(e.t_ms = ENTRY_NONE);
    REFUSED(e.t_ms = -1);
    REFUSED(e.item = NULL);
    REFUSED(e.item = "");
    REFUSED(e.item = longer + ENTRY_TEXT_MAX - ENTRY_WORD_MAX);
    REFUSED(e.item = "\xff");
    REFUSED(e.item = "a\xc0\x80");
    REFUSED(e.staff = "");
    REFUSED(e.source = "\xed\xa0\x80");
    REFUSED((e.seen = good.id, e.seen.seq = 0));
    REFUSED((entry_init(&e, OP_NOTE), e.id = good.id, e.t_ms = 0, e.why = longer));
#undef REFUSED
    buf_free(&out);
}

static void test_entry_larger_than_the_limit_is_refused_whole(void **state)
{
    (void)state;
    static char text[ENTRY_TEXT_MAX + 1];
    memset(text, '\x01', ENTRY_TEXT_MAX); /* six bytes each when written */
    struct entry e;
    struct buf out;
    buf_init(&out, 0);
    buf_puts(&out, "x");
    entry_init(&e, OP_NOTE);
    e.id = (struct eid){ .dev = "v", .ep = ~0ull, .seq = INT64_MAX };
    e.t_ms = INT64_MAX;
    e.why = text;
    assert_int_equal(entry_write(&e, false, &out), BM_ELIMIT);
    assert_string_equal(out.data, "x");
    text[2000] = '\0';
    assert_int_equal(entry_write(&e, false, &out), BM_OK);
    assert_int_equal(try_line(out.data + 1, out.len - 1, false), BM_OK);
    buf_free(&out);
    buf_init(&out, 100); /* the buffer's own ceiling */
    buf_puts(&out, "x");
    assert_int_equal(entry_write(&e, false, &out), BM_ELIMIT);
    assert_string_equal(out.data, "x");
    buf_free(&out);
}

#define HEAD "{'v':1,'dev':'van1','ep':'" EP "','seq':1,'op':"
static void test_entry_limits_are_met_exactly(void **state)
{
    (void)state;
    assert_int_equal(try_text(HEAD "'note','t':0,'why':'w'}"), BM_OK);
    assert_int_equal(try_text("{'v':1,'dev':'a2345678901234567890-23','ep':'" EP "','seq':9223372036854775807,"
                              "'op':'view','visit':-9223372036854775807,'t':9223372036854775807,'rev':0}"),
                     BM_OK);
    assert_int_equal(try_text(HEAD "'move_item','t':0,'item':'" HEX64 "','to':'" HEX64 "'}"), BM_OK);
    assert_int_equal(try_text(HEAD "'move_item','t':0,'item':'" HEX64 "0','to':'v'}"), BM_EINPUT);
    for (int len = ENTRY_TEXT_MAX - 1; len <= ENTRY_TEXT_MAX + 1; len++) {
        static char line[LINE_MAX];
        char *why = malloc((size_t)len + 1);
        memset(why, 'x', (size_t)len);
        why[len] = '\0';
        snprintf(line, sizeof line, HEAD "'note','t':0,'why':'%s'}", why);
        assert_int_equal(try_text(line), len <= ENTRY_TEXT_MAX ? BM_OK : BM_EINPUT);
        free(why);
    }
}

static void test_entry_escapes_have_one_spelling(void **state)
{
    (void)state;
    struct { const char *why; enum bm_rc rc; } spelling[] = {
        { "\\\" \\\\ /", BM_OK },      { "\\u0001\\u001f\\u000a", BM_OK },
        { "\xc3\xa9 \xf0\x9f\x93\x9a \x7f \xc2\x80", BM_OK },
        { "\\/", BM_EINPUT },          { "\\n", BM_EINPUT },
        { "\\u001F", BM_EINPUT },      { "\\u0041", BM_EINPUT },
        { "\\u00e9", BM_EINPUT },      { "\\u0000", BM_EINPUT },
        { "\\ud83d\\udcda", BM_EINPUT }, { "\\ud83d", BM_EINPUT },
        { "\x01", BM_EINPUT },         { "a\nb", BM_EINPUT },
        { "\xc0\xaf", BM_EINPUT },     { "\xed\xa0\x80", BM_EINPUT },
        { "\xf4\x90\x80\x80", BM_EINPUT }, { "\xff", BM_EINPUT },
        { "\xc3", BM_EINPUT },         { "", BM_EINPUT },
    };
    for (size_t i = 0; i < sizeof spelling / sizeof *spelling; i++) {
        char line[300];
        snprintf(line, sizeof line, HEAD "'note','t':0,'why':'%s'}", spelling[i].why);
        assert_int_equal(try_text(line), spelling[i].rc);
    }
}

static void test_entry_other_spellings_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "{", "}", "{}", "[]", "null", "1", "''", "{'v':1}", "{'v':1,'op':'note'}",
        " " HEAD "'note','t':0,'why':'w'}",            /* space before */
        HEAD "'note','t':0,'why':'w'} ",               /* after */
        HEAD "'note','t':0,'why':'w'}\n",
        HEAD " 'note','t':0,'why':'w'}",               /* within */
        HEAD "'note','t':0,'why':'w'}{}",
        "\xef\xbb\xbf" HEAD "'note','t':0,'why':'w'}", /* byte order mark */
        HEAD "'note','t':0,'why':'w','why':'w'}",      /* twice */
        HEAD "'note','why':'w','t':0}",                /* another order */
        "{'dev':'van1','v':1,'ep':'" EP "','seq':1,'op':'note','t':0,'why':'w'}",
        HEAD "'note','t':0,'why':'w','extra':1}",      /* a member too many */
        HEAD "'note','t':0,'item':'i','why':'w'}",
        HEAD "'note','t':0,'why':null}", HEAD "'note','t':0,'why':1}", HEAD "'note','t':0,'why':true}",
        HEAD "'note','staff':null,'t':0,'why':'w'}", HEAD "'note','staff':5,'t':0,'why':'w'}",
        HEAD "'note','staff':'','t':0,'why':'w'}", HEAD "'note','t':0,'source':7,'why':'w'}",
        HEAD "'note','t':0,'why':['w']}", HEAD "'note','t':0,'why':{'a':1}}", /* depth */
        HEAD "'view','t':0,'rev':1.0}", HEAD "'view','t':0,'rev':1e3}", HEAD "'view','t':0,'rev':-0}",
        HEAD "'view','t':0,'rev':01}", HEAD "'view','t':0,'rev':+1}", HEAD "'view','t':0,'rev':'1'}",
        HEAD "'view','t':0,'rev':-9223372036854775808}", HEAD "'view','t':0,'rev':9223372036854775808}",
        HEAD "'view','t':0,'rev':NaN}", HEAD "'view','t':0.5,'rev':1}", HEAD "'view','t':-1,'rev':1}",
        HEAD "'view','visit':1.5,'t':1,'rev':1}", HEAD "'view','visit':-9223372036854775808,'t':1,'rev':1}",
        HEAD "'view','t':1,'when':'x','rev':1}",
        HEAD "'void','t':0,'target':''}", HEAD "'void','t':0,'target':'van1'}", HEAD "'void','t':0,'target':4}",
        HEAD "'void','t':0,'target':'van1." EP ".01'}", HEAD "'void','t':0,'target':'van1." EP ".1.0'}",
        HEAD "'checkin','t':0,'item':'i','seen':''}", HEAD "'checkin','t':0,'item':'i','seen':1}",
        HEAD "'checkin','t':0,'seen':'" ID1 "','item':'i'}",
        "{'v':0,'dev':'van1','ep':'" EP "','seq':1,'op':'view','t':0,'rev':1}",
        "{'v':-1,'dev':'van1','ep':'" EP "','seq':1,'op':'view','t':0,'rev':1}",
        "{'v':'1','dev':'van1','ep':'" EP "','seq':1,'op':'view','t':0,'rev':1}",
        "{'v':1,'dev':'van1','ep':'" EP "','seq':0,'op':'view','t':0,'rev':1}",
        "{'v':1,'dev':'van1','ep':'" EP "','seq':-1,'op':'view','t':0,'rev':1}",
        "{'v':1,'dev':'van1','ep':'" EP "','seq':'1','op':'view','t':0,'rev':1}",
        "{'v':1,'dev':'Van1','ep':'" EP "','seq':1,'op':'view','t':0,'rev':1}",
        "{'v':1,'dev':'','ep':'" EP "','seq':1,'op':'view','t':0,'rev':1}",
        "{'v':1,'dev':'a23456789012345678901234','ep':'" EP "','seq':1,'op':'view','t':0,'rev':1}",
        "{'v':1,'dev':'van1','ep':'00F1e2d3c4b5a697','seq':1,'op':'view','t':0,'rev':1}",
        "{'v':1,'dev':'van1','ep':'0f1e2d3c4b5a697','seq':1,'op':'view','t':0,'rev':1}",
        "{'v':1,'dev':'van1','ep':'" EP "0','seq':1,'op':'view','t':0,'rev':1}",
        HEAD "4,'t':0,'rev':1}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        enum bm_rc rc = try_text(bad[i]);
        if (rc != BM_EINPUT) fail_msg("%s: %s", bad[i], err_name(rc));
    }
    assert_int_equal(try_line(HEAD, 0, false), BM_EINPUT);
    assert_int_equal(try_line("{\"v\":1\0}", 8, false), BM_EINPUT); /* NUL inside */
}

static void test_entry_deep_or_huge_input_is_refused_before_it_is_parsed(void **state)
{
    (void)state;
    size_t len = ENTRY_BYTES_MAX;
    char *deep = malloc(len + 1);
    memset(deep, '[', len);
    assert_int_equal(try_line(deep, len, false), BM_EINPUT);
    for (size_t i = 0; i < len; i++) deep[i] = "{\"a\":"[i % 5];
    assert_int_equal(try_line(deep, len, false), BM_EINPUT);
    deep[0] = '{';
    memset(deep + 1, ' ', len - 1);
    deep[len - 1] = '}';
    assert_int_equal(try_line(deep, len, false), BM_EINPUT);
    assert_int_equal(try_line(deep, len + 1, false), BM_EINPUT);
    free(deep);
}

static void test_entry_of_unknown_version_or_op_is_told_apart_by_its_identity(void **state)
{
    (void)state;
    static const struct { const char *line; const char *dev; uint64_t seq; int64_t t_ms; } strange[] = {
        { "{\"v\":2,\"dev\":\"van1\",\"ep\":\"" EP "\",\"seq\":5,\"op\":\"checkout\",\"t\":9,\"more\":true}", "van1", 5, 9 },
        { "{\"v\":1,\"dev\":\"van1\",\"ep\":\"" EP "\",\"seq\":6,\"op\":\"teleport\",\"t\":9,\"km\":1.5}", "van1", 6, 9 },
        { "{\"v\":3000000000,\"seq\":7,\"op\":5}", "", 7, ENTRY_NONE },
        { "{\"v\":2,\"dev\":\"VAN\",\"ep\":\"x\",\"seq\":-7,\"t\":-1}", "", 0, ENTRY_NONE },
    };
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        struct arena a = { 0 };
        struct entry e;
        const char *line = strange[i].line;
        assert_int_equal(entry_read(line, strlen(line), false, &a, &e), BM_EVERSION);
        assert_int_equal(e.version, i == 1 ? 1 : i == 2 ? INT32_MAX : 2);
        assert_string_equal(e.id.dev, strange[i].dev);
        assert_int_equal(e.id.seq, strange[i].seq);
        assert_int_equal(e.t_ms, strange[i].t_ms);
        if (i < 2) assert_true(e.id.ep == 0x00f1e2d3c4b5a697u);
        assert_int_equal(try_line(line, strlen(line), true), BM_EVERSION); /* as a row too */
        arena_free(&a);
    }
    assert_int_equal(try_text("{'v':2,'op':'row'"), BM_EINPUT);
    assert_int_equal(try_text("{'op':'teleport'}"), BM_EINPUT);
}

static void test_entry_every_truncation_is_refused(void **state)
{
    (void)state;
    for (unsigned i = 0; i < GOLDEN_COUNT; i++)
        for (int row = 0; row < 2; row++) {
            char line[LINE_MAX];
            size_t len = golden_line(&golden[i], row, line);
            for (size_t n = 0; n < len; n++) {
                char *exact = malloc(n + 1); /* so that reading past the end is seen */
                memcpy(exact, line, n);
                assert_int_equal(try_line(exact, n, row), BM_EINPUT);
                free(exact);
            }
        }
}

static uint64_t rnd(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    return *s ^= *s << 17;
}

static void test_entry_damaged_bytes_never_pass_for_others(void **state)
{
    (void)state;
    uint64_t seed = 20261123;
    unsigned taken = 0, refused = 0;
    for (int i = 0; i < 60000; i++) {
        char line[LINE_MAX];
        bool row = rnd(&seed) & 1;
        size_t len = golden_line(&golden[rnd(&seed) % GOLDEN_COUNT], row, line);
        for (uint64_t n = rnd(&seed) % 3 + 1; n; n--) {
            size_t at = rnd(&seed) % len, from = rnd(&seed) % len;
            uint64_t how = rnd(&seed) % 4;
            if (how == 0) line[at] = (char)(line[at] ^ (1 << rnd(&seed) % 8));
            if (how == 1) line[at] = (char)rnd(&seed);
            if (how == 2) line[at] = line[from];
            if (how == 3) memmove(line + at, line + at + 1, len-- - at);
        }
        char *exact = malloc(len);
        memcpy(exact, line, len);
        enum bm_rc rc = try_line(exact, len, row); /* checks that what is taken comes out the same */
        assert_true(rc == BM_OK || rc == BM_EINPUT || rc == BM_EVERSION);
        if (rc) refused++;
        else taken++;
        free(exact);
    }
    assert_true(taken > 1000);
    assert_true(refused > 10000);
}

static void test_entry_reading_stops_when_memory_is_used_up(void **state)
{
    (void)state;
    char line[LINE_MAX];
    size_t len = golden_line(&golden[OP_CHECKOUT], false, line);
    struct arena a;
    struct entry e;
    arena_init(&a, 32);
    assert_int_equal(entry_read(line, len, false, &a, &e), BM_ENOMEM);
    arena_free(&a);
}

static void test_entry_identities_have_one_spelling(void **state)
{
    (void)state;
    static const char *const good[] = { "", "a." EP ".1", "branch." EP ".9223372036854775807",
                                        "a2345678901234567890-23." EP ".9223372036854775807.4294967295" };
    static const char *const bad[] = { ".", "a", "a.", "a." EP, "a." EP ".", "a." EP ".0", "a." EP ".01", "a." EP ".-1",
                                       "a." EP ".1.", "a." EP ".1.0", "a." EP ".1.4294967296", "a." EP ".1.1.1",
                                       "a." EP ".9223372036854775808", "A." EP ".1", "a b." EP ".1", " a." EP ".1",
                                       "a." EP ".1 ", "." EP ".1", "a.0." EP, "a.00F1e2d3c4b5a697.1",
                                       "a234567890123456789012345." EP ".1", "a." EP ".18446744073709551617" };
    struct eid id;
    char text[EID_TEXT_MAX];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(eid_parse(good[i], &id));
        assert_string_equal(eid_text(&id, text), good[i]);
        assert_int_equal(eid_is_none(&id), good[i][0] == '\0');
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (eid_parse(bad[i], &id)) fail_msg("taken: %s", bad[i]);
}

static void test_entry_identities_sort_by_dev_ep_seq_row(void **state)
{
    (void)state;
    static const struct eid sorted[] = {
        { "", 0, 0, 0 },       { "a", 1, 1, 0 },   { "a", 1, 1, 1 },    { "a", 1, 2, 0 }, { "a", 1, INT64_MAX, 0 },
        { "a", ~0ull, 1, 0 },  { "a-", 1, 1, 0 },  { "a0", 0, 1, 0 },   { "aa", 0, 1, 0 }, { "b", 0, 1, UINT32_MAX },
    };
    int n = sizeof sorted / sizeof *sorted;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++) {
            int c = eid_cmp(&sorted[i], &sorted[k]);
            assert_int_equal((c > 0) - (c < 0), (i > k) - (i < k));
        }
}

static void test_entry_op_names_are_their_own_inverse(void **state)
{
    (void)state;
    enum op op;
    for (unsigned i = 0; i < OP_COUNT; i++) {
        assert_true(op_parse(op_name((enum op)i), &op));
        assert_int_equal(op, i);
    }
    assert_false(op_parse("", &op));
    assert_false(op_parse("Checkout", &op));
    assert_string_equal(op_name(OP_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entry_every_op_with_every_member_round_trips),
        cmocka_unit_test(test_entry_values_arrive_in_their_members),
        cmocka_unit_test(test_entry_needs_its_needed_members_and_no_others),
        cmocka_unit_test(test_entry_refuses_members_of_other_ops),
        cmocka_unit_test(test_entry_writer_refuses_what_is_not_sound),
        cmocka_unit_test(test_entry_larger_than_the_limit_is_refused_whole),
        cmocka_unit_test(test_entry_limits_are_met_exactly),
        cmocka_unit_test(test_entry_escapes_have_one_spelling),
        cmocka_unit_test(test_entry_other_spellings_are_refused),
        cmocka_unit_test(test_entry_deep_or_huge_input_is_refused_before_it_is_parsed),
        cmocka_unit_test(test_entry_of_unknown_version_or_op_is_told_apart_by_its_identity),
        cmocka_unit_test(test_entry_every_truncation_is_refused),
        cmocka_unit_test(test_entry_damaged_bytes_never_pass_for_others),
        cmocka_unit_test(test_entry_reading_stops_when_memory_is_used_up),
        cmocka_unit_test(test_entry_identities_have_one_spelling),
        cmocka_unit_test(test_entry_identities_sort_by_dev_ep_seq_row),
        cmocka_unit_test(test_entry_op_names_are_their_own_inverse),
    };
    return cmocka_run_group_tests_name("entry", tests, NULL, NULL);
}
