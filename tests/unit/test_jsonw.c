/* tests/unit/test_jsonw.c -- what is written is one JSON value, and reads back as what went in
 * (jansson is the judge). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "common/jsonw.h"

static void test_jsonw_nested_objects_and_arrays_get_their_commas(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct jsonw w;
    jsonw_init(&w, &b);
    jsonw_object(&w);
    jsonw_put_text(&w, "a", "x");
    jsonw_key(&w, "b");
    jsonw_array(&w);
    jsonw_int(&w, 1);
    jsonw_array(&w);
    jsonw_array_end(&w);
    jsonw_object(&w);
    jsonw_object_end(&w);
    jsonw_bool(&w, false);
    jsonw_null(&w);
    jsonw_array_end(&w);
    jsonw_put_bool(&w, "c", true);
    jsonw_key(&w, "d");
    jsonw_raw(&w, "{\"e\":[]}");
    jsonw_put_int(&w, "f", -7);
    jsonw_object_end(&w);
    assert_int_equal(jsonw_rc(&w), BM_OK);
    assert_string_equal(
        buf_str(&b),
        "{\"a\":\"x\",\"b\":[1,[],{},false,null],\"c\":true,\"d\":{\"e\":[]},\"f\":-7}");
    buf_free(&b);
}

static void write_text(struct buf *b, const char *text)
{
    struct jsonw w;
    buf_clear(b);
    jsonw_init(&w, b);
    jsonw_text(&w, text);
    assert_int_equal(jsonw_rc(&w), BM_OK);
}

static void test_jsonw_every_character_reads_back_as_it_went_in(void **state)
{
    (void)state;
    struct buf b = { 0 };
    for (unsigned c = 1; c < 0x110000; c += c < 0x900 ? 1 : 0x101) {
        if (c >= 0xD800 && c < 0xE000) continue;
        char text[6] = "";
        size_t n = 0;
        if (c < 0x80)
            text[n++] = (char)c;
        else if (c < 0x800)
            text[n++] = (char)(0xC0 | c >> 6);
        else if (c < 0x10000)
            text[n++] = (char)(0xE0 | c >> 12), text[n++] = (char)(0x80 | (c >> 6 & 0x3F));
        else {
            text[n++] = (char)(0xF0 | c >> 18);
            text[n++] = (char)(0x80 | (c >> 12 & 0x3F));
            text[n++] = (char)(0x80 | (c >> 6 & 0x3F));
        }
        if (c >= 0x80) text[n++] = (char)(0x80 | (c & 0x3F));
        text[n] = 'z';
        write_text(&b, text);
        json_t *read = json_loads(buf_str(&b), JSON_DECODE_ANY, NULL);
        if (!read || strcmp(json_string_value(read), text) != 0)
            fail_msg("U+%04X came out as %s", c, buf_str(&b));
        json_decref(read);
    }
    buf_free(&b);
}

static void test_jsonw_bytes_that_are_no_utf8_become_replacement_characters(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        { "a\xFFz", "\"a\xEF\xBF\xBDz\"" },
        { "\xC3", "\"\xEF\xBF\xBD\"" }, /* cut off at the end */
        { "\xE2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"" },
        { "\xC0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"" },                 /* overlong */
        { "\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"" }, /* surrogate */
        { "\x80", "\"\xEF\xBF\xBD\"" },
    };
    struct buf b = { 0 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_text(&b, cases[i].in);
        assert_string_equal(buf_str(&b), cases[i].out);
        json_t *read = json_loads(buf_str(&b), JSON_DECODE_ANY, NULL);
        assert_non_null(read);
        json_decref(read);
    }
    buf_free(&b);
}

static void test_jsonw_what_is_absent_is_null(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct jsonw w;
    jsonw_init(&w, &b);
    jsonw_object(&w);
    jsonw_put_text(&w, "t", NULL);
    jsonw_put_int(&w, "i", INT64_MIN);
    jsonw_put_fixed(&w, "f", INT64_MIN, 2);
    jsonw_object_end(&w);
    assert_int_equal(jsonw_rc(&w), BM_OK);
    assert_string_equal(buf_str(&b), "{\"t\":null,\"i\":null,\"f\":null}");
    buf_free(&b);
}

static void test_jsonw_fixed_numbers_are_exact(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct jsonw w;
    jsonw_init(&w, &b);
    jsonw_array(&w);
    jsonw_fixed(&w, 1234, 2);
    jsonw_fixed(&w, -1234, 2);
    jsonw_fixed(&w, -5, 2);
    jsonw_fixed(&w, 0, 6);
    jsonw_fixed(&w, 57009999, 6);
    jsonw_fixed(&w, INT64_MAX, 9);
    jsonw_fixed(&w, INT64_MIN + 1, 1);
    jsonw_array_end(&w);
    assert_int_equal(jsonw_rc(&w), BM_OK);
    assert_string_equal(
        buf_str(&b),
        "[12.34,-12.34,-0.05,0.000000,57.009999,9223372036.854775807,-922337203685477580.7]");
    buf_free(&b);
}

static void test_jsonw_past_the_ceiling_it_says_so(void **state)
{
    (void)state;
    struct buf b;
    struct jsonw w;
    buf_init(&b, 8);
    jsonw_init(&w, &b);
    jsonw_text(&w, "longer than eight");
    assert_int_equal(jsonw_rc(&w), BM_ELIMIT);
    buf_free(&b);
}

static void test_jsonw_depth_to_the_limit_is_fine(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct jsonw w;
    jsonw_init(&w, &b);
    for (int i = 0; i < JSONW_DEPTH_MAX; i++) jsonw_array(&w);
    for (int i = 0; i < JSONW_DEPTH_MAX; i++) jsonw_array_end(&w);
    assert_int_equal(jsonw_rc(&w), BM_OK);
    assert_int_equal(b.len, 2 * JSONW_DEPTH_MAX);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jsonw_nested_objects_and_arrays_get_their_commas),
        cmocka_unit_test(test_jsonw_every_character_reads_back_as_it_went_in),
        cmocka_unit_test(test_jsonw_bytes_that_are_no_utf8_become_replacement_characters),
        cmocka_unit_test(test_jsonw_what_is_absent_is_null),
        cmocka_unit_test(test_jsonw_fixed_numbers_are_exact),
        cmocka_unit_test(test_jsonw_past_the_ceiling_it_says_so),
        cmocka_unit_test(test_jsonw_depth_to_the_limit_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
