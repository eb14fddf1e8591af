/* tests/unit/test_wire.c -- carried lines come back byte for byte, whatever they hold; bombs and damage do not. */
#include "tests/unit/wire_lines.h"

static double bytes_an_entry(size_t count, int level)
{
    double total = 0;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct lines *l = calloc(1, sizeof *l);
        struct buf text, packed;
        day_lines(seed, count, l);
        round_trip(l, &text);
        buf_init(&packed, 0);
        assert_int_equal(wire_pack(text.data, text.len, level, &packed), BM_OK);
        total += (double)packed.len / (double)count;
        buf_free(&packed);
        buf_free(&text);
        clear(l);
        free(l);
    }
    return total / 8;
}

static void test_wire_a_day_of_500_takes_17_bytes_an_entry_at_most(void **state)
{
    (void)state;
    double at_6 = bytes_an_entry(500, 6), at_9 = bytes_an_entry(500, 9);
    print_message("bytes an entry: %.1f (zlib 6), %.1f (zlib 9); at 50 a batch %.1f\n", at_6, at_9,
                  bytes_an_entry(50, 6));
    assert_true(at_6 < 17);
    assert_true(at_9 <= at_6);
}

/* --- any line at all --- */

static void random_token(uint64_t *s, char *out, size_t size)
{
    static const char *const odd[] = { "0", "-0", "-1", "007", "1e9", "1.5", "true", "null", "-", "--", "+5", "\"\"",
                                       "\"-\"", "\"\\\"\"", "\"\\\\\"", "\"a\\u0001b\"", "\"x,y:z{}[]\"", "\"\xc3\xa9\"",
                                       "4611686018427387904", "4611686018427387905", "4611686018427387903",
                                       "9223372036854775807", "-9223372036854775808", "99999999999999999999999",
                                       "[1,2]", "{\"a\":1}", "\"open", "", " 1", "\"tab\there\"", "\"!\"", "1,\"x\":2" };
    uint64_t shift = below(s, 64);
    switch (below(s, 4)) {
    case 0: snprintf(out, size, "%s", odd[below(s, sizeof odd / sizeof *odd)]); break;
    case 1: snprintf(out, size, "%" PRIu64, below(s, 5)); break;
    case 2: snprintf(out, size, "\"%" PRIu64 "\"", below(s, 3)); break;
    default: snprintf(out, size, "%" PRIu64, rnd(s) >> shift); break;
    }
}

/* An object, mostly sound, of few names and ops so that they meet again. */
static void add_object(uint64_t *s, struct lines *l, unsigned names, unsigned ops, unsigned members, unsigned seq)
{
    struct buf b;
    char token[80];
    buf_init(&b, 0);
    buf_puts(&b, "{");
    if (below(s, 10)) buf_printf(&b, "\"seq\":%u,", below(s, 10) ? seq : (unsigned)below(s, 4));
    if (below(s, 10)) buf_printf(&b, "\"t\":%" PRIu64 ",", below(s, 8) ? seq * 1000 + below(s, 900) : rnd(s) >> 1);
    if (below(s, 50)) buf_printf(&b, "\"op\":\"op%" PRIu64 "\",", below(s, ops));
    for (uint64_t n = below(s, members), at = 0; n; n--) {
        at = below(s, 6) ? at + 1 + below(s, 2) : below(s, names); /* mostly in order, else twice or astray */
        if (below(s, 4)) random_token(s, token, sizeof token);
        else snprintf(token, sizeof token, "\"same\"");
        buf_printf(&b, "\"%s%" PRIu64 "\":%s,", below(s, 200) ? "n" : "n\\\\", at % names, token);
    }
    if (below(s, 20)) b.len--; /* the last comma, or else what stands there */
    buf_puts(&b, "}");
    if (!memchr(b.data, '\n', b.len)) add_bytes(l, b.data, b.len);
    buf_free(&b);
}

static void add_noise(uint64_t *s, struct lines *l)
{
    char noise[64];
    size_t len = 1 + below(s, sizeof noise);
    for (size_t i = 0; i < len; i++) {
        noise[i] = below(s, 2) ? "{}[]\",:\\!-\taA1"[below(s, 15)] : (char)rnd(s);
        if (noise[i] == '\n') noise[i] = 0;
    }
    add_bytes(l, noise, len);
}

/* A line made before, a little damaged. */
static void add_damaged(uint64_t *s, struct lines *l)
{
    if (!l->count) return;
    const struct wire_line *old = &l->line[below(s, l->count)];
    char *copy = malloc(old->len);
    memcpy(copy, old->bytes, old->len);
    for (uint64_t n = below(s, 3); n; n--) copy[n * 7919 % old->len] = "\"{},:x1\\"[below(s, 8)];
    if (!memchr(copy, '\n', old->len)) add_bytes(l, copy, old->len);
    free(copy);
}

static void random_lines(uint64_t *s, struct lines *l)
{
    size_t count = below(s, 50) ? 1 + below(s, 40) : LINES;
    unsigned names = below(s, 10) ? 1 + (unsigned)below(s, 12) : 300;
    unsigned ops = below(s, 10) ? 1 + (unsigned)below(s, 4) : 80;
    unsigned members = below(s, 10) ? 1 + (unsigned)below(s, 12) : 70;
    while (l->count < count) {
        uint64_t pick = below(s, 20);
        if (pick == 0) add_noise(s, l);
        else if (pick < 4) add_damaged(s, l);
        else add_object(s, l, names, ops, members, (unsigned)l->count + 1);
    }
}

static void test_wire_3000_hostile_batches_come_back_byte_for_byte(void **state)
{
    (void)state;
    uint64_t seed = 20261123, carried = 0, whole = 0;
    struct lines *l = calloc(1, sizeof *l);
    for (int i = 0; i < 3000; i++) {
        struct buf text;
        random_lines(&seed, l);
        round_trip(l, &text);
        for (size_t k = 0; k < text.len; k++)
            if (k == 0 || text.data[k - 1] == '\n') *(text.data[k] == '!' ? &whole : &carried) += 1;
        buf_free(&text);
        clear(l);
    }
    free(l);
    assert_true(carried > 10000); /* both ways were really taken */
    assert_true(whole > 10000);
}

static void test_wire_the_documented_example_holds(void **state)
{
    (void)state;
    struct lines *l = calloc(1, sizeof *l);
    struct buf text;
#define LINE(seq, t, item)                                                                     \
    "{\"v\":1,\"dev\":\"van1\",\"ep\":\"" EP "\",\"seq\":" seq ",\"op\":\"checkin\",\"t\":" t ",\"item\":\"" item "\"}"
    add(l, LINE("41", "9000", "31"));
    add(l, LINE("42", "11500", "32"));
    add(l, LINE("43", "11000", "32"));
    add(l, LINE("45", "11000", "32"));
    round_trip(l, &text);
    assert_string_equal(text.data, "!" LINE("41", "9000", "31") "\naf2500\tg\"32\naf-500\nad45\n");
#undef LINE
    buf_free(&text);
    clear(l);
    free(l);
}

static void test_wire_absent_members_and_new_shapes_are_carried(void **state)
{
    (void)state;
    struct lines *l = calloc(1, sizeof *l);
    struct buf text;
    add(l, "{\"seq\":1,\"op\":\"a\",\"x\":1,\"y\":2}");
    add(l, "{\"seq\":2,\"op\":\"a\",\"y\":2}");            /* x goes */
    add(l, "{\"seq\":3,\"op\":\"a\",\"y\":2}");            /* stays away */
    add(l, "{\"seq\":4,\"op\":\"a\",\"x\":-7,\"y\":2}");   /* comes again */
    add(l, "{\"seq\":5,\"op\":\"b\",\"y\":2}");            /* another op */
    add(l, "{\"seq\":6,\"op\":\"a\",\"x\":-7,\"y\":2}");   /* the first one's shape is still known */
    add(l, "{\"seq\":7,\"op\":\"a\",\"y\":2,\"x\":-7}");   /* another order: a new shape */
    add(l, "{\"seq\":8,\"op\":\"a\",\"y\":2,\"x\":-7}");
    add(l, "{\"op\":\"a\",\"y\":2,\"x\":-7}");             /* without seq */
    add(l, "{\"op\":\"a\",\"y\":2,\"x\":-7}");
    round_trip(l, &text);
    assert_string_equal(text.data, "!{\"seq\":1,\"op\":\"a\",\"x\":1,\"y\":2}\nac-\na\nac-7\n"
                                   "!{\"seq\":5,\"op\":\"b\",\"y\":2}\na\n!{\"seq\":7,\"op\":\"a\",\"y\":2,\"x\":-7}\na\n"
                                   "aa-\na\n");
    buf_free(&text);
    clear(l);
    free(l);
}

/* What a text must be, so that a second writer or reader of the form agrees with this one in all corners. */
static void expect_text(const char *const *lines, const char *const *cells)
{
    struct lines *l = calloc(1, sizeof *l);
    struct buf text, want;
    buf_init(&want, 0);
    for (size_t i = 0; lines[i]; i++) {
        add(l, lines[i]);
        buf_printf(&want, "%s%s\n", cells[i] ? "" : "!", cells[i] ? cells[i] : lines[i]);
    }
    round_trip(l, &text);
    assert_string_equal(text.data, want.data);
    buf_free(&want);
    buf_free(&text);
    clear(l);
    free(l);
}

#define SAME "{\"op\":\"a\",\"x\":2}"
static void test_wire_corners_of_the_form_are_as_documented(void **state)
{
    (void)state;
    static const struct { const char *line[5], *cells[5]; } corner[] = { /* no cells: whole */
        { { "{\"seq\":1,\"op\":\"a\",\"x\":1}", "{\"seq\":2,\"op\":\"a\"}", "{\"seq\":3,\"op\":\"a\"}" }, { NULL, "ac-", "a" } },
        /* t: differences only between numbers */
        { { "{\"op\":\"a\",\"t\":7}", "{\"op\":\"a\",\"t\":007}", "{\"op\":\"a\",\"t\":9}", "{\"op\":\"a\",\"t\":9}" },
          { NULL, "ab007", "ab9", "a" } },
        { { "{\"op\":\"a\",\"t\":-5}", "{\"op\":\"a\",\"t\":-6}", "{\"op\":\"a\",\"t\":6}", "{\"op\":\"a\",\"t\":-6}" },
          { NULL, "ab-6", "ab6", NULL } },
        { { "{\"op\":\"a\",\"t\":4611686018427387904}", "{\"op\":\"a\",\"t\":0}", "{\"op\":\"a\",\"t\":4611686018427387904}",
            "{\"op\":\"a\",\"t\":4611686018427387905}" },
          { NULL, "ab-4611686018427387904", "ab4611686018427387904", "ab4611686018427387905" } },
        /* seq: one more only from a number */
        { { "{\"op\":\"a\",\"seq\":01}", "{\"op\":\"a\",\"seq\":01}", "{\"op\":\"a\",\"seq\":2}", "{\"op\":\"a\",\"seq\":3}" },
          { NULL, "a", "ab2", "a" } },
        /* a value that looks like `absent` */
        { { "{\"op\":\"a\",\"x\":1}", "{\"op\":\"a\",\"x\":-}", "{\"op\":\"a\",\"x\":\"-\"}" }, { NULL, NULL, "ab\"-" } },
        /* op, in the middle and between others, is never written */
        { { "{\"x\":1,\"op\":\"a\"}", "{\"op\":\"b\",\"x\":1}", "{\"x\":1,\"op\":\"a\"}", "{\"op\":\"b\",\"x\":3}" },
          { NULL, NULL, "a", "bb3" } },
        /* not remembered: a name twice, a control character, an escape in a name, no op, an op that is no string */
        { { "{\"op\":\"a\",\"x\":1,\"x\":2}", SAME, SAME }, { NULL, NULL, "a" } },
        { { "{\"op\":\"a\",\"x\":\"\t\"}", "{\"op\":\"a\",\"x\":\"\t\"}", SAME, SAME }, { NULL, NULL, NULL, "a" } },
        { { "{\"op\":\"a\",\"\\\\\":1}", "{\"op\":\"a\",\"\\\\\":1}" }, { NULL, NULL } },
        { { "{\"x\":1}", "{\"x\":1}" }, { NULL, NULL } },
        { { "{\"op\":1}", "{\"op\":1}" }, { NULL, NULL } },
        { { "{\"op\":\"a\",\"x\":[]}", "{\"op\":\"a\",\"x\":[]}" }, { NULL, NULL } },
    };
    for (size_t i = 0; i < sizeof corner / sizeof *corner; i++) expect_text(corner[i].line, corner[i].cells);
}
#undef SAME

/* `count` members besides op, from number `from` on; the last one twice if asked. */
static void add_wide(struct lines *l, char op, int from, int count, bool twice)
{
    struct buf b;
    buf_init(&b, 0);
    buf_printf(&b, "{\"op\":\"%c\"", op);
    for (int i = 0; i < count; i++) buf_printf(&b, ",\"n%d\":1", from + i);
    if (twice) buf_printf(&b, ",\"n%d\":1", from);
    buf_puts(&b, "}");
    add(l, b.data);
    buf_free(&b);
}

static void test_wire_remembers_52_members_128_names_and_52_shapes(void **state)
{
    (void)state;
    struct lines *l = calloc(1, sizeof *l);
    struct buf text;
    size_t len;
    add_wide(l, 'z', 900, 40, true);    /* not remembered, nor its names */
    add_wide(l, 'a', 0, 52, false);     /* 53 members: not remembered */
    add_wide(l, 'a', 0, 51, false);     /* 52 */
    add_wide(l, 'b', 51, 51, false);    /* 103 names */
    add_wide(l, 'c', 102, 26, false);   /* 129: not remembered */
    add_wide(l, 'c', 102, 25, false);   /* 128 */
    len = round_trip(l, &text);
    buf_free(&text);
    for (char op = 'a'; op <= 'c'; op++) add_wide(l, op, (op - 'a') * 51, op == 'c' ? 25 : 51, false);
    round_trip(l, &text);
    assert_string_equal(text.data + len, "a\nb\nc\n");
    buf_free(&text);
    clear(l);
    for (int i = 0; i < 54; i++) {
        char line[40];
        snprintf(line, sizeof line, "{\"op\":\"%d\"}", i < 53 ? i : 52);
        add(l, line);
    }
    add(l, "{\"op\":\"51\"}");
    round_trip(l, &text);
    assert_non_null(strstr(text.data, "!{\"op\":\"52\"}\n!{\"op\":\"52\"}\nZ\n"));
    buf_free(&text);
    clear(l);
    free(l);
}

static void test_wire_carry_refuses_what_is_no_line(void **state)
{
    (void)state;
    struct lines *l = calloc(1, sizeof *l);
    char *big = malloc(ENTRY_BYTES_MAX + 1);
    struct buf out;
    buf_init(&out, 0);
    buf_puts(&out, "before");
    memset(big, 'x', ENTRY_BYTES_MAX + 1);
    add(l, "{}");
    add(l, "a\nb");
    assert_int_equal(wire_carry(l->line, l->count, &out), BM_EINPUT);
    l->line[1].len = 0;
    assert_int_equal(wire_carry(l->line, l->count, &out), BM_EINPUT);
    l->line[1] = (struct wire_line){ big, ENTRY_BYTES_MAX + 1 };
    assert_int_equal(wire_carry(l->line, l->count, &out), BM_ELIMIT);
    assert_string_equal(out.data, "before");
    l->line[1].len--;
    round_trip(l, NULL);
    clear(l);
    while (l->count < LINES) add(l, "{}");
    round_trip(l, NULL);
    add(l, "{}");
    assert_int_equal(wire_carry(l->line, l->count, &out), BM_ELIMIT);
    l->count = 2;
    out.max = 8; /* the buffer's own ceiling */
    assert_int_equal(wire_carry(l->line, l->count, &out), BM_ELIMIT);
    assert_string_equal(out.data, "before");
    buf_free(&out);
    free(big);
    clear(l);
    free(l);
}

static enum bm_rc uncarry(const char *text, size_t len)
{
    struct arena a = { 0 };
    struct wire_line *lines;
    size_t count, total = 0;
    char *exact = malloc(len ? len : 1);
    memcpy(exact, text, len);
    enum bm_rc rc = wire_uncarry(exact, len, &a, &lines, &count);
    for (size_t i = 0; i < count && !rc; i++) {
        assert_true(lines[i].len >= 1 && lines[i].len <= ENTRY_BYTES_MAX);
        assert_null(memchr(lines[i].bytes, '\n', lines[i].len));
        total += lines[i].len;
    }
    assert_true(total <= WIRE_TEXT_MAX);
    free(exact);
    arena_free(&a);
    return rc;
}

#define WHOLE "!{\"seq\":1,\"op\":\"a\",\"t\":5,\"x\":1}\n"
static void test_wire_uncarry_refuses_unsound_texts(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\n", "a\n", "!\n", "!x", "{}\n", WHOLE "\n", WHOLE "a", WHOLE "b\n", WHOLE "1\n", WHOLE "a\t\n", WHOLE "aa\n",
        WHOLE "aa2\t\n", WHOLE "aa2\t\td3\n", WHOLE "ae1\n",     /* no fifth member */
        WHOLE "ad1\ta2\n", WHOLE "ad1\td2\n",                    /* falling, twice */
        WHOLE "ab\"b\n", WHOLE "ab-\n", WHOLE "ab1\n",           /* another op */
        WHOLE "ad1,\"y\":2\n", WHOLE "ad{}\n", WHOLE "ad\"\\\n", /* a member more, no flat object, no end */
        WHOLE "ac-6\n", WHOLE "ac4611686018427387904\n",         /* t out of range */
        WHOLE "aa-\tc-\td-\nab-\n", WHOLE "aa4611686018427387904\na\n",
        WHOLE "A\n", WHOLE "ad1\r\n" "aA1\n",
    };
    static const char *const good[] = { "", WHOLE, WHOLE "a\n", WHOLE "ac-5\n", WHOLE "ac-\nac7\nac7\n", WHOLE "ad\"x\n", "!x\n" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(uncarry(good[i], strlen(good[i])), BM_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (uncarry(bad[i], strlen(bad[i])) != BM_EINPUT) fail_msg("taken: %s", bad[i]);
}

static void test_wire_uncarry_stands_damaged_texts(void **state)
{
    (void)state;
    uint64_t seed = 4711;
    unsigned taken = 0, refused = 0;
    struct lines *l = calloc(1, sizeof *l);
    for (int i = 0; i < 600; i++) {
        struct buf text;
        if (i % 2) random_lines(&seed, l);
        else day_lines(seed, 30, l);
        round_trip(l, &text);
        for (int k = 0; k < 20; k++) {
            char *copy = malloc(text.len);
            memcpy(copy, text.data, text.len);
            for (uint64_t n = 1 + below(&seed, 4); n; n--) {
                size_t at = below(&seed, text.len);
                copy[at] = below(&seed, 3) ? "\"\t\nabcd!-,:{}19"[below(&seed, 15)] : (char)rnd(&seed);
            }
            if (uncarry(copy, text.len)) refused++;
            else taken++;
            free(copy);
        }
        buf_free(&text);
        clear(l);
    }
    free(l);
    assert_true(taken > 100);
    assert_true(refused > 1000);
}

/* --- zlib --- */

static void test_wire_pack_comes_back_and_every_cut_is_refused(void **state)
{
    (void)state;
    struct buf packed, back;
    const char text[] = "one two three one two three one two three four five six seven";
    buf_init(&packed, 0);
    buf_init(&back, 0);
    for (int level = 1; level <= 9; level++) {
        buf_clear(&packed);
        buf_clear(&back);
        assert_int_equal(wire_pack(text, sizeof text, level, &packed), BM_OK);
        assert_int_equal(wire_unpack(packed.data, packed.len, sizeof text, &back), BM_OK);
        assert_memory_equal(back.data, text, sizeof text);
    }
    buf_clear(&back);
    buf_puts(&back, "before");
    for (size_t n = 0; n < packed.len; n++)
        assert_int_equal(wire_unpack(packed.data, n, sizeof text, &back), BM_EINPUT);
    assert_int_equal(wire_unpack(packed.data, packed.len, sizeof text - 1, &back), BM_EINPUT);
    assert_int_equal(wire_unpack(packed.data, packed.len, sizeof text + 1, &back), BM_EINPUT);
    buf_putc(&packed, 'x');
    assert_int_equal(wire_unpack(packed.data, packed.len, sizeof text, &back), BM_EINPUT);
    assert_int_equal(wire_unpack(packed.data, packed.len, WIRE_TEXT_MAX + 1, &back), BM_ELIMIT);
    assert_int_equal(wire_unpack(packed.data, WIRE_PACKED_MAX + 1, 9, &back), BM_ELIMIT);
    assert_string_equal(back.data, "before");
    buf_clear(&packed);
    buf_clear(&back);
    assert_int_equal(wire_pack(NULL, 0, 6, &packed), BM_OK);
    assert_int_equal(wire_unpack(packed.data, packed.len, 0, &back), BM_OK);
    assert_int_equal(back.len, 0);
    buf_free(&packed);
    buf_free(&back);
}

static void test_wire_bombs_are_refused_early(void **state)
{
    (void)state;
    struct buf packed, back;
    char *zeros = calloc(1, WIRE_TEXT_MAX);
    buf_init(&packed, 0);
    buf_init(&back, 1 << 20);
    assert_int_equal(wire_pack(zeros, WIRE_TEXT_MAX, 9, &packed), BM_OK);
    assert_true(packed.len < 10000); /* 1 to 1000 */
    assert_int_equal(wire_unpack(packed.data, packed.len, 1000, &back), BM_EINPUT);
    assert_int_equal(back.len, 0);
    assert_true(back.cap <= 65536); /* stopped at the first chunk */
    assert_int_equal(wire_unpack(packed.data, packed.len, WIRE_TEXT_MAX, &back), BM_ELIMIT); /* the caller's ceiling */
    assert_int_equal(wire_pack(zeros, WIRE_TEXT_MAX + (size_t)1, 9, &back), BM_ELIMIT);
    buf_free(&packed);
    buf_free(&back);
    for (uint64_t s = 1, i = 0; i < WIRE_TEXT_MAX; i++) zeros[i] = (char)rnd(&s);
    assert_int_equal(wire_pack(zeros, WIRE_TEXT_MAX, 1, &packed), BM_ELIMIT); /* does not pack */
    assert_int_equal(packed.len, 0);
    buf_free(&packed);
    free(zeros);
}

static void test_wire_carried_bombs_stay_below_the_limits(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 0);
    buf_puts(&b, "!{\"op\":\"a\",\"x\":\"");
    for (int i = 0; i < ENTRY_BYTES_MAX - 17; i++) buf_putc(&b, 'x');
    buf_puts(&b, "\"}\n"); /* a line of the greatest length, then two bytes for each line like it */
    assert_int_equal(b.len, ENTRY_BYTES_MAX + 2);
    for (int i = 1; i < LINES; i++) buf_puts(&b, "a\n");
    assert_int_equal(uncarry(b.data, b.len), BM_OK);
    buf_puts(&b, "a\n");
    assert_int_equal(uncarry(b.data, b.len), BM_ELIMIT);
    b.len = ENTRY_BYTES_MAX + 2;
    buf_puts(&b, "aa\"aa\n"); /* two characters more would make it too long, and another op */
    assert_int_equal(uncarry(b.data, b.len), BM_EINPUT);
    buf_free(&b);
    buf_init(&b, 0);
    for (int i = 0; i < WIRE_TEXT_MAX; i++) buf_putc(&b, '\n');
    assert_int_equal(uncarry(b.data, b.len), BM_ELIMIT);
    buf_putc(&b, '\n');
    assert_int_equal(uncarry(b.data, b.len), BM_ELIMIT);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wire_a_day_of_500_takes_17_bytes_an_entry_at_most),
        cmocka_unit_test(test_wire_3000_hostile_batches_come_back_byte_for_byte),
        cmocka_unit_test(test_wire_the_documented_example_holds),
        cmocka_unit_test(test_wire_absent_members_and_new_shapes_are_carried),
        cmocka_unit_test(test_wire_corners_of_the_form_are_as_documented),
        cmocka_unit_test(test_wire_remembers_52_members_128_names_and_52_shapes),
        cmocka_unit_test(test_wire_carry_refuses_what_is_no_line),
        cmocka_unit_test(test_wire_uncarry_refuses_unsound_texts),
        cmocka_unit_test(test_wire_uncarry_stands_damaged_texts),
        cmocka_unit_test(test_wire_pack_comes_back_and_every_cut_is_refused),
        cmocka_unit_test(test_wire_bombs_are_refused_early),
        cmocka_unit_test(test_wire_carried_bombs_stay_below_the_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
