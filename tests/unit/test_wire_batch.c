/* tests/unit/test_wire_batch.c -- the frame of a signed batch: whole, cut, damaged, hostile. */
#include "tests/unit/wire_lines.h"

/* --- frames --- */

static void make_batch(struct wire_batch *b, struct lines *l)
{
    *b = (struct wire_batch){ .dev = "van1", .ep = 0x00f1e2d3c4b5a697u, .first = 61001, .lines = l->line, .count = l->count };
    b->last = b->first + l->count - 1;
    memset(b->before, 0xb1, sizeof b->before);
    memset(b->head, 0xb2, sizeof b->head);
    memset(b->signature, 0xb3, sizeof b->signature);
}

static enum bm_rc read_exact(const void *bytes, size_t len, struct arena *a, struct wire_batch *out)
{
    char *exact = malloc(len ? len : 1);
    memcpy(exact, bytes, len);
    enum bm_rc rc = wire_batch_read(exact, len, a, out);
    free(exact);
    return rc;
}

static void test_wire_batch_round_trips_and_every_cut_is_refused(void **state)
{
    (void)state;
    struct lines *l = calloc(1, sizeof *l);
    struct wire_batch b, back;
    struct arena a = { 0 };
    struct buf frame;
    day_lines(5, 120, l);
    make_batch(&b, l);
    buf_init(&frame, 0);
    assert_int_equal(wire_batch_write(&b, WIRE_LEVEL, &frame), BM_OK);
    assert_int_equal(read_exact(frame.data, frame.len, &a, &back), BM_OK);
    assert_string_equal(back.dev, b.dev);
    assert_true(back.ep == b.ep && back.first == b.first && back.last == b.last);
    assert_memory_equal(back.before, b.before, sizeof b.before);
    assert_memory_equal(back.head, b.head, sizeof b.head);
    assert_memory_equal(back.signature, b.signature, sizeof b.signature);
    assert_same(b.lines, b.count, back.lines, back.count);
    for (size_t n = 0; n < frame.len; n++) {
        enum bm_rc rc = read_exact(frame.data, n, &a, &back);
        if (rc != BM_EINPUT) fail_msg("cut at %zu: %s", n, err_name(rc));
    }
    buf_putc(&frame, 0);
    assert_int_equal(read_exact(frame.data, frame.len, &a, &back), BM_EINPUT);
    arena_free(&a);
    buf_free(&frame);
    clear(l);
    free(l);
}

static void test_wire_frame_and_message_have_the_documented_layout(void **state)
{
    (void)state;
    struct lines *l = calloc(1, sizeof *l);
    struct wire_batch b;
    struct buf frame;
    unsigned char message[WIRE_MESSAGE_MAX];
    add(l, "{\"seq\":61001}");
    add(l, "{\"seq\":61002}");
    make_batch(&b, l);
    buf_init(&frame, 0);
    assert_int_equal(wire_batch_write(&b, WIRE_LEVEL, &frame), BM_OK);
    const unsigned char *p = (const unsigned char *)frame.data;
    assert_memory_equal(p, "\x01\x04van1\x00\xf1\xe2\xd3\xc4\xb5\xa6\x97", 14);
    assert_memory_equal(p + 14, "\0\0\0\0\0\0\xee\x49\0\0\0\0\0\0\xee\x4a\xb1", 17);
    assert_int_equal(p[61], 0xb1);
    assert_int_equal(p[62], 0xb2);
    assert_int_equal(p[94], 0xb3);
    assert_int_equal(p[157], 0xb3);
    assert_memory_equal(p + 158, "\0\0\0\x1e\0\0\0", 7); /* !{"seq":61001} and LF, twice */
    assert_int_equal(p[165], frame.len - 166);
    assert_int_equal(p[166], 0x78);
    size_t len = wire_signed_message(&b, message);
    assert_int_equal(len, 19 + 93);
    assert_memory_equal(message, "bookmobile-batch-1", 19);
    assert_memory_equal(message + 19, p + 1, 93);
    b.dev[3] = '2';
    unsigned char other[WIRE_MESSAGE_MAX];
    assert_int_equal(wire_signed_message(&b, other), len);
    assert_memory_not_equal(message, other, len);
    buf_free(&frame);
    clear(l);
    free(l);
}

static void test_wire_batch_writer_refuses_unsound_batches(void **state)
{
    (void)state;
    struct lines *l = calloc(1, sizeof *l);
    struct wire_batch good, b;
    struct buf out;
    add(l, "{\"seq\":61001}");
    add(l, "{\"seq\":61002}");
    make_batch(&good, l);
    buf_init(&out, 0);
    buf_puts(&out, "before");
#define REFUSED(change, rc)                                                                    \
    b = good;                                                                                  \
    change;                                                                                    \
    assert_int_equal(wire_batch_write(&b, WIRE_LEVEL, &out), rc);                              \
    assert_string_equal(out.data, "before")
    REFUSED(b.last++, BM_EINPUT);
    REFUSED(b.count--, BM_EINPUT);
    REFUSED(b.first = 0, BM_EINPUT);
    REFUSED(b.last = b.first - 1, BM_EINPUT);
    REFUSED(b.last = UINT64_MAX, BM_EINPUT);
    REFUSED(b.last = b.first + WIRE_ENTRIES_MAX, BM_ELIMIT);
    REFUSED(b.dev[0] = '\0', BM_EINPUT);
    REFUSED(b.dev[0] = 'V', BM_EINPUT);
    REFUSED(b.dev[2] = '.', BM_EINPUT);
    REFUSED(memset(b.dev, 'a', sizeof b.dev), BM_EINPUT);
    REFUSED(l->line[1].len = 0, BM_EINPUT);
#undef REFUSED
    buf_free(&out);
    clear(l);
    free(l);
}

static void test_wire_frame_with_unsound_head_is_refused(void **state)
{
    (void)state;
    struct lines *l = calloc(1, sizeof *l);
    struct wire_batch b;
    struct arena a = { 0 };
    struct buf frame;
    day_lines(6, 9, l);
    make_batch(&b, l);
    buf_init(&frame, 0);
    assert_int_equal(wire_batch_write(&b, WIRE_LEVEL, &frame), BM_OK);
    static const struct { size_t at; int byte; enum bm_rc rc; } change[] = {
        { 0, 0, BM_EVERSION },  { 0, 2, BM_EVERSION },  { 1, 0, BM_EINPUT },   { 1, 3, BM_EINPUT },  { 1, 5, BM_EINPUT },
        { 1, 24, BM_EINPUT },   { 1, 255, BM_EINPUT },  { 2, 'V', BM_EINPUT }, { 3, 0, BM_EINPUT },  { 4, '.', BM_EINPUT },
        { 14, 0x80, BM_EINPUT }, { 14, 1, BM_EINPUT },  { 20, 0, BM_ELIMIT },  { 28, 0, BM_EINPUT }, { 29, 0x52, BM_EINPUT },
        { 29, 0x50, BM_EINPUT }, { 22, 0x80, BM_EINPUT }, { 158, 1, BM_ELIMIT }, { 160, 0x70, BM_EINPUT },
        { 161, 0, BM_EINPUT },  { 162, 0xff, BM_EINPUT }, { 165, 0, BM_EINPUT },
    };
    for (size_t i = 0; i < sizeof change / sizeof *change; i++) {
        char kept = frame.data[change[i].at];
        frame.data[change[i].at] = (char)change[i].byte;
        enum bm_rc rc = read_exact(frame.data, frame.len, &a, &b);
        if (rc != change[i].rc) fail_msg("byte %zu = %d: %s", change[i].at, change[i].byte, err_name(rc));
        frame.data[change[i].at] = kept;
    }
    assert_int_equal(read_exact(frame.data, frame.len, &a, &b), BM_OK);
    arena_free(&a);
    buf_free(&frame);
    clear(l);
    free(l);
}

static void test_wire_damaged_frames_are_refused_or_sound(void **state)
{
    (void)state;
    uint64_t seed = 99;
    struct lines *l = calloc(1, sizeof *l);
    struct wire_batch b, back;
    struct buf frame;
    unsigned refused = 0, others = 0;
    day_lines(7, 60, l);
    make_batch(&b, l);
    buf_init(&frame, 0);
    assert_int_equal(wire_batch_write(&b, WIRE_LEVEL, &frame), BM_OK);
    for (int i = 0; i < 6000; i++) {
        struct arena a = { 0 };
        size_t at = below(&seed, frame.len);
        char kept = frame.data[at];
        frame.data[at] = (char)(kept ^ (1 << below(&seed, 8)));
        if (read_exact(frame.data, frame.len, &a, &back)) {
            refused++;
        } else { /* heads are for the signature to guard, and so, in the end, are the lines */
            assert_int_equal(back.count, b.count);
            bool same = true;
            for (size_t k = 0; k < b.count && same; k++)
                same = back.lines[k].len == b.lines[k].len &&
                       memcmp(back.lines[k].bytes, b.lines[k].bytes, b.lines[k].len) == 0;
            others += !same;
        }
        frame.data[at] = kept;
        arena_free(&a);
    }
    assert_true(refused > 3000);
    assert_true(others < 12); /* zlib's own sum lets few through */
    buf_free(&frame);
    clear(l);
    free(l);
}

static void test_wire_reading_stops_when_memory_is_used_up(void **state)
{
    (void)state;
    struct lines *l = calloc(1, sizeof *l);
    struct wire_batch b, back;
    struct buf frame;
    struct arena a;
    day_lines(8, 20, l);
    make_batch(&b, l);
    buf_init(&frame, 0);
    assert_int_equal(wire_batch_write(&b, 9, &frame), BM_OK);
    for (size_t max = 16; max < 1000; max += 100) {
        arena_init(&a, max);
        assert_int_equal(wire_batch_read(frame.data, frame.len, &a, &back), BM_ENOMEM);
        arena_free(&a);
    }
    buf_free(&frame);
    clear(l);
    free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wire_batch_round_trips_and_every_cut_is_refused),
        cmocka_unit_test(test_wire_frame_and_message_have_the_documented_layout),
        cmocka_unit_test(test_wire_batch_writer_refuses_unsound_batches),
        cmocka_unit_test(test_wire_frame_with_unsound_head_is_refused),
        cmocka_unit_test(test_wire_damaged_frames_are_refused_or_sound),
        cmocka_unit_test(test_wire_reading_stops_when_memory_is_used_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
