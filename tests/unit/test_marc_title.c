/* tests/unit/test_marc_title.c -- copies are read as Koha and Evergreen write them; limits of one record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "sync/marc_title.h"

/* A field: tag, two indicators unless the tag begins with 00, and subfields as "$aText$bMore". */
struct made {
    const char *tag, *ind, *text;
};

struct test {
    struct arena arena;
    struct marc_title title;
    struct buf items; /* "barcode=branch=holding=loc=callno=itype=status=cond=price=circulating,holdable" */
};

static const char *or_none(const char *s)
{
    return s ? s : "-";
}

static void put_items(struct test *t)
{
    for (size_t i = 0; i < t->title.item_count; i++) {
        const struct marc_item *it = &t->title.items[i];
        long long price = it->price_cents == ENTRY_NONE ? -1LL : (long long)it->price_cents;
        buf_printf(&t->items, "%s=%s=%s=%s=%s=%s=%s=%s=%lld=%d,%d\n", it->barcode, or_none(it->branch),
                   or_none(it->holding), or_none(it->loc), or_none(it->callno), or_none(it->itype),
                   or_none(it->status), it->cond, price, it->circulating, it->holdable);
    }
}

static void test_end(struct test *t)
{
    buf_free(&t->items);
    arena_free(&t->arena);
}

/* A field of the record from its text. */
static struct marc_field make_field(struct arena *a, const struct made *m)
{
    struct marc_field f = { .text = m->ind[0] ? NULL : m->text };
    struct marc_subfield *subs = ARENA_NEWS(a, struct marc_subfield, strlen(m->text) + 1);
    assert_non_null(subs);
    str_copy(f.tag, sizeof f.tag, m->tag);
    str_copy(f.ind, sizeof f.ind, m->ind);
    for (const char *s = m->text; m->ind[0] && *s == '$'; s += 2 + strcspn(s + 2, "$"))
        subs[f.sub_count++] = (struct marc_subfield){ s[1], arena_strndup(a, s + 2, strcspn(s + 2, "$")) };
    f.subs = subs;
    return f;
}

/* marks: leader 06 and 07 */
static enum bm_rc try_made(struct test *t, const char *marks, const struct made *fields, size_t count,
                           enum marc_items preset)
{
    struct marc_record record = { .fields = ARENA_NEWS(&t->arena, struct marc_field, count + 1) };
    assert_non_null(record.fields);
    snprintf(record.leader, sizeof record.leader, "00000n%.2s  2200000   4500", marks);
    for (; record.field_count < count; record.field_count++)
        record.fields[record.field_count] = make_field(&t->arena, &fields[record.field_count]);
    return marc_title_read(&record, 7, preset, &t->arena, &t->title);
}

static void read_made(struct test *t, const char *marks, const struct made *fields, enum marc_items preset)
{
    size_t count = 0;
    while (fields[count].tag) count++;
    assert_int_equal(try_made(t, marks, fields, count, preset), BM_OK);
    put_items(t);
}

static void test_marc_title_evergreen_items_are_read(void **state)
{
    static const struct made fields[] = {
        { "001", "", "k" },
        { "245", "10", "$aX" },
        { "852", "4 ", "$bOWN$bBKM$cFiction$kREF$jPZ7 .T3$mv.1$gbook$p 3001 $schecked_out$y24.99$t1" },
        { "852", "4 ", "$bBKM$jX$p3002$sLost and Paid$y0.00$xreference$xunholdable" },
        { "852", "4 ", "$bBKM$jX$p3003$xnoncirculating$xholdable$zDamaged" },
        { "852", "4 ", "$bBKM$jX$p3004$zLost its cover$yfree" },
        { "852", "4 ", "$bBKM$jX$p3005$sDiscard/Weed" },
        { "852", "41", "$bBKM$j##URI##" },
        { "852", "41", "$bBKM$j##URI##$p3006" },
        { "852", "  ", "$bBKM$jno copy here" },
        { "952", "  ", "$aKOHA$p9999" },
        { 0 },
    };
    struct test t = { 0 };
    (void)state;
    read_made(&t, "am", fields, MARC_ITEMS_EVERGREEN852);
    assert_string_equal(buf_str(&t.items), "3001=BKM=BKM=Fiction=REF PZ7 .T3 v.1=book=checked_out=ok=2499=1,1\n"
                                           "3002=BKM=BKM=-=X=-=Lost and Paid=lost=0=0,0\n"
                                           "3003=BKM=BKM=-=X=-=Damaged=damaged=-1=0,1\n"
                                           "3004=BKM=BKM=-=X=-=-=ok=-1=1,1\n"
                                           "3005=BKM=BKM=-=X=-=Discard/Weed=withdrawn=-1=1,1\n");
    assert_int_equal(t.title.item_count, 5);
    assert_int_equal(t.title.bad_item_count, 0);
    test_end(&t);
}

static void test_marc_title_koha_items_are_read(void **state)
{
    static const struct made fields[] = {
        { "001", "", "k" },
        { "245", "10", "$aX" },
        { "942", "  ", "$cBK" },
        { "952", "  ", "$aHOME$bVAN$cGEN$o823.914 TOL$p3001$yBK$v12.50$00$10$40$70" },
        { "952", "  ", "$aHOME$p3002$11" },
        { "952", "  ", "$aHOME$p3003$14" },
        { "952", "  ", "$bVAN$p3004$41$71" },
        { "952", "  ", "$aHOME$p3005$01$12$7-1" },
        { "852", "  ", "$bEG$p9999" },
        { 0 },
    };
    struct test t = { 0 };
    (void)state;
    read_made(&t, "am", fields, MARC_ITEMS_KOHA952);
    assert_string_equal(t.title.itype, "BK");
    assert_string_equal(buf_str(&t.items), "3001=HOME=VAN=GEN=823.914 TOL=BK=-=ok=1250=1,1\n"
                                           "3002=HOME=HOME=-=-=-=-=lost=-1=1,1\n"
                                           "3003=HOME=HOME=-=-=-=-=missing=-1=1,1\n"
                                           "3004=VAN=VAN=-=-=-=-=damaged=-1=0,0\n"
                                           "3005=HOME=HOME=-=-=-=-=withdrawn=-1=0,1\n");
    test_end(&t);
}

static void test_marc_title_an_item_without_a_fit_barcode_is_left_out(void **state)
{
    static const struct made fields[] = {
        { "001", "", "k" },
        { "245", "10", "$aX" },
        { "952", "  ", "$aH$p" },
        { "952", "  ", "$aH$p   " },
        { "952", "  ", "$aH" },
        { "952", "  ", "$aH$p1234567890123456789012345678901234567890123456789012345678901234" },
        { "952", "  ", "$aH$p12345678901234567890123456789012345678901234567890123456789012345" },
        { "952", "  ", "$aH$pok" },
        { 0 },
    };
    struct test t = { 0 };
    (void)state;
    read_made(&t, "am", fields, MARC_ITEMS_KOHA952);
    assert_int_equal(t.title.item_count, 2);
    assert_int_equal(t.title.bad_item_count, 4);
    assert_non_null(strstr(buf_str(&t.items), "ok=H="));
    test_end(&t);
}

static void test_marc_title_prices_are_read_as_people_write_them(void **state)
{
    static const struct {
        const char *text;
        int64_t cents;
    } prices[] = { { "24.99", 2499 },     { "$1,250.00", 125000 }, { "24,99", 2499 },      { "USD 20", 2000 },
                   { "20.", 2000 },       { "20.-", 2000 },        { "0.5", 50 },          { "1.250", 125000 },
                   { "0", 0 },            { "", ENTRY_NONE },      { "free", ENTRY_NONE }, { "-5.00", ENTRY_NONE },
                   { ".", ENTRY_NONE },   { "12.50 EUR", 1250 },   { "\xC2\xA3" "9.99", 999 },
                   { "99999999999999999999999", ENTRY_NONE } };
    (void)state;
    for (size_t i = 0; i < sizeof prices / sizeof *prices; i++)
        assert_int_equal(marc_price_cents(prices[i].text), prices[i].cents);
}

static void expect_name(const char *text, const char *name)
{
    const struct made fields[] = { { "245", "10", text }, { 0 } };
    struct test t = { 0 };
    read_made(&t, "am", fields, MARC_ITEMS_KOHA952);
    assert_string_equal(t.title.name, name);
    test_end(&t);
}

static void test_marc_title_punctuation_before_the_next_part_goes(void **state)
{
    (void)state;
    expect_name("$aName :$bmore /$cwho", "Name : more");
    expect_name("$aName = ", "Name");
    expect_name("$aName /.", "Name");
    expect_name("$aTo be ...", "To be ...");
    expect_name("$aJames, P. D.", "James, P. D.");
    expect_name("$aU.S.A.", "U.S.A.");
    expect_name("$aVolume 1.", "Volume 1");
    expect_name("$a.", "[no title]");
    expect_name("$a /", "[no title]");
}

/* Once a text is cut, nothing shorter comes behind the cut. */
static void test_marc_title_a_cut_text_ends_there(void **state)
{
    char text[MARC_NAME_MAX + 64];
    struct test t = { 0 };
    const struct made fields[] = { { "245", "10", text }, { 0 } };
    (void)state;
    memset(text, 'x', MARC_NAME_MAX);
    memcpy(text, "$a", 2); /* leaves room for a blank and one more */
    memcpy(text + MARC_NAME_MAX, "$b\xE2\x82\xAC$pz", 9);
    read_made(&t, "am", fields, MARC_ITEMS_KOHA952);
    assert_int_equal(strlen(t.title.name), MARC_NAME_MAX - 2);
    assert_null(strchr(t.title.name, 'z'));
    test_end(&t);
}

static void test_marc_title_what_a_record_does_not_say_is_null(void **state)
{
    static const struct made fields[] = { { "005", "", "x" }, { 0 } };
    struct test t = { 0 };
    (void)state;
    read_made(&t, "bm", fields, MARC_ITEMS_KOHA952);
    assert_string_equal(t.title.key, "t7");
    assert_string_equal(t.title.name, "[no title]");
    assert_null(t.title.author);
    assert_null(t.title.isbn);
    assert_null(t.title.callno);
    assert_null(t.title.itype);
    assert_null(t.title.detail);
    assert_null(t.title.title_field);
    assert_int_equal(t.title.item_count, 0);
    test_end(&t);
}

static void test_marc_title_limits_of_a_record_are_kept(void **state)
{
    static struct made many[MARC_ITEMS_MAX + 2];
    struct test t = { 0 };
    (void)state;
    for (size_t i = 0; i < MARC_ITEMS_MAX; i++) many[i] = (struct made){ "500", "  ", "$ax" };
    assert_int_equal(try_made(&t, "am", many, MARC_FIELDS_MAX, MARC_ITEMS_KOHA952), BM_OK);
    assert_int_equal(try_made(&t, "am", many, MARC_FIELDS_MAX + 1, MARC_ITEMS_KOHA952), BM_ELIMIT);
    for (size_t i = 1; i < MARC_ITEMS_MAX + 2; i++) many[i] = (struct made){ "952", "  ", "$p1" };
    assert_int_equal(try_made(&t, "am", many, MARC_ITEMS_MAX + 1, MARC_ITEMS_KOHA952), BM_OK);
    assert_int_equal(t.title.item_count, MARC_ITEMS_MAX);
    assert_int_equal(try_made(&t, "am", many, MARC_ITEMS_MAX + 2, MARC_ITEMS_KOHA952), BM_ELIMIT);
    assert_int_equal(try_made(&t, "am", many + 1, 3, MARC_ITEMS_KOHA952), BM_EINPUT); /* nothing but items */
    assert_int_equal(try_made(&t, "am", many, 0, MARC_ITEMS_KOHA952), BM_EINPUT);
    test_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marc_title_evergreen_items_are_read),
        cmocka_unit_test(test_marc_title_koha_items_are_read),
        cmocka_unit_test(test_marc_title_an_item_without_a_fit_barcode_is_left_out),
        cmocka_unit_test(test_marc_title_prices_are_read_as_people_write_them),
        cmocka_unit_test(test_marc_title_punctuation_before_the_next_part_goes),
        cmocka_unit_test(test_marc_title_a_cut_text_ends_there),
        cmocka_unit_test(test_marc_title_what_a_record_does_not_say_is_null),
        cmocka_unit_test(test_marc_title_limits_of_a_record_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
