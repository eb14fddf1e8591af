/* tests/unit/test_apply.c -- the branch's state does not depend on the order in which entries arrive (I5): told cases. Random
 * ones: test_histories. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "sync/audit.h"
#include "tests/world.h"

enum { HOUR = 3600 * 1000, DAY = 24 * HOUR };

static struct entry act(enum op op)
{
    struct entry e;
    entry_init(&e, op);
    return e;
}

static void basics(struct line *branch)
{
    static const char *const items[][2] = { { "x1", "T" }, { "x2", "T" }, { "x3", "T" }, { "y1", "S" } };
    static const char *const cards[] = { "a", "b", "c" };
    for (size_t i = 0; i < 4; i++) {
        struct entry e = act(OP_ADD_ITEM);
        e.item = items[i][0];
        e.title = items[i][1];
        line_act(branch, &e);
    }
    for (size_t i = 0; i < 3; i++) {
        struct entry e = act(OP_REGISTER);
        e.patron = cards[i];
        e.name = "Invented Person";
        line_act(branch, &e);
    }
}

static struct eid checkout(struct line *l, int64_t at, const char *item, const char *card, int64_t days)
{
    struct entry e = act(OP_CHECKOUT);
    line_at(l, at);
    e.item = item;
    e.patron = card;
    e.place = l->journal.dev;
    e.due_s = (WORLD_START_MS + at) / 1000 + days * 86400;
    e.rate_cents = 10;
    return line_act(l, &e);
}

static struct eid checkin(struct line *l, int64_t at, const char *item)
{
    struct entry e = act(OP_CHECKIN);
    line_at(l, at);
    e.item = item;
    e.place = l->journal.dev;
    return line_act(l, &e);
}

static int64_t count(struct branch *b, const char *sql)
{
    struct stmt *s;
    must(db_prepare(b->db, sql, &s));
    must(stmt_next(s));
    int64_t n = stmt_int(s, 0);
    stmt_free(s);
    return n;
}

/* DESIGN 6: Monday the branch lends X to A; Tuesday the van lends it to B (A's copy came back through the van's slot,
 * unscanned); Wednesday the branch takes it back; Thursday the van arrives. */
static void tell_design_6(struct line lines[2])
{
    line_open(&lines[0], "branch", 1);
    line_open(&lines[1], "van1", 2);
    line_at(&lines[0], 0);
    basics(&lines[0]);
    checkout(&lines[0], 2 * HOUR, "x1", "a", 14);
    checkout(&lines[1], DAY + 2 * HOUR, "x1", "b", 14);
    checkin(&lines[0], 2 * DAY + 2 * HOUR, "x1");
}

static void test_apply_design_6_the_late_van(void **state)
{
    (void)state;
    for (int order = 0; order < 2; order++) {
        struct line lines[2];
        struct branch b;
        char dir[64];
        int64_t readings, differences;
        tell_design_6(lines);
        world_branch(&b, dir, lines, 2);
        world_send(&b, &lines[order], 1, 0);
        world_send(&b, &lines[!order], 1, 0);
        assert_int_equal(count(&b, "SELECT count(*) FROM loan"), 2);
        assert_int_equal(count(&b, "SELECT count(*) FROM loan WHERE card = 'a' AND how = 'implied' AND abs(end_ms - (1791187200000 + 86400000 + 7200000)) < 10"), 1);
        assert_int_equal(count(&b, "SELECT count(*) FROM loan WHERE card = 'b' AND how = 'checkin' AND abs(end_ms - (1791187200000 + 2 * 86400000 + 7200000)) < 10"), 1);
        assert_int_equal(count(&b, "SELECT count(*) FROM loan WHERE end_ms IS NULL"), 0);
        assert_int_equal(count(&b, "SELECT count(*) FROM charge"), 0);
        assert_int_equal(count(&b, "SELECT count(*) FROM exception WHERE status = 'open'"), 0);
        assert_int_equal(count(&b, "SELECT count(*) FROM exception WHERE code = 'lent_over_loan' AND status = 'overtaken'"), 1);
        must(apply_verify(&b.apply, &readings, &differences));
        assert_int_equal(differences, 0);
        assert_int_equal(readings, 4 + 3);
        world_branch_end(&b, dir);
        line_close(&lines[0]);
        line_close(&lines[1]);
    }
}

/* The control: the same acts dated as they arrive give what the peers give, a patron left with a book he returned. */
static void test_apply_design_6_by_arrival_would_be_wrong(void **state)
{
    (void)state;
    struct line lines[2];
    struct branch b;
    char dir[64];
    tell_design_6(lines);
    world_branch(&b, dir, lines, 2);
    world_send(&b, &lines[0], 1, 0);
    /* the van's loan, told as if it had happened when it came: Thursday */
    struct line late;
    line_open(&late, "van2", 3);
    checkout(&late, 3 * DAY, "x1", "b", 14);
    char key[2 * SEAL_PUBLIC_BYTES + 1];
    hex_encode(key, late.key.public, SEAL_PUBLIC_BYTES);
    must(db_begin(b.db));
    must(db_run(b.db, SQL_DEVICE_ADD, "dev", 's', "van2", "name", 's', "", "practice", 'i', (int64_t)0, "code_hash", 's',
                (const char *)NULL, "until_s", 'i', (int64_t)0, NULL));
    must(db_run(b.db, SQL_DEVICE_ENROL, "public_key", 's', key, "now_ms", 'i', WORLD_START_MS, "dev", 's', "van2", NULL));
    must(db_end(b.db, BM_OK));
    world_send(&b, &late, 1, 0);
    assert_int_equal(count(&b, "SELECT count(*) FROM loan WHERE card = 'b' AND end_ms IS NULL"), 1);
    assert_int_equal(count(&b, "SELECT count(*) FROM loan WHERE card = 'a' AND how = 'checkin'"), 1);
    world_branch_end(&b, dir);
    line_close(&late);
    line_close(&lines[0]);
    line_close(&lines[1]);
}

static void test_apply_practice_entries_never_reach_a_real_branch(void **state)
{
    (void)state;
    struct line l;
    struct branch b;
    char dir[64];
    struct arena a = { 0 };
    struct wire_batch batch;
    struct ingest_reply reply;
    line_open(&l, "van1", 5);
    l.journal.practice = true;
    checkout(&l, HOUR, "x1", "a", 14);
    world_branch(&b, dir, &l, 1);
    assert_true(line_batch(&l, l.journal.ep, 1, 0, &a, &batch));
    assert_int_equal(ingest_batch(&b, &batch, &a, &reply), BM_EAUTH);
    assert_int_equal(count(&b, "SELECT count(*) FROM entry WHERE dev = 'van1'"), 0);
    b.practice = true;
    assert_int_equal(ingest_batch(&b, &batch, &a, &reply), BM_OK);
    assert_int_equal(reply.fresh, 3);
    arena_free(&a);
    world_branch_end(&b, dir);
    line_close(&l);
}

/* Sent again, in whole or in part, a batch has no effect and gets its stored outcomes; a gap is named; a fork is told. */
static void test_ingest_duplicates_gaps_and_forks(void **state)
{
    (void)state;
    struct line l, fork;
    struct branch b;
    char dir[64];
    struct arena a = { 0 };
    struct wire_batch batch, other;
    struct ingest_reply first, again;
    line_open(&l, "van1", 5);
    line_open(&fork, "van1", 5); /* the same seed: the same key and epoch, another history */
    checkout(&l, HOUR, "x1", "a", 14);
    checkin(&l, 2 * HOUR, "x1");
    checkin(&l, 3 * HOUR, "x2");
    checkout(&fork, HOUR, "x1", "a", 14);
    checkin(&fork, 2 * HOUR, "x3");
    world_branch(&b, dir, &l, 1);
    assert_true(line_batch(&l, l.journal.ep, 5, 0, &a, &batch)); /* begins above what is there: an epoch must begin with its entry */
    assert_int_equal(ingest_batch(&b, &batch, &a, &first), BM_EINPUT);
    assert_true(line_batch(&l, l.journal.ep, 1, 3, &a, &batch));
    must(ingest_batch(&b, &batch, &a, &first));
    assert_int_equal(first.fresh, 3);
    char *dump = world_dump(&b);
    must(ingest_batch(&b, &batch, &a, &again));
    assert_int_equal(again.fresh, 0);
    for (size_t i = 0; i < first.count; i++) assert_string_equal(first.outcomes[i], again.outcomes[i]);
    char *after = world_dump(&b);
    assert_string_equal(dump, after);
    free(dump);
    free(after);
    assert_true(line_batch(&l, l.journal.ep, 5, 0, &a, &batch));
    must(ingest_batch(&b, &batch, &a, &again));
    assert_int_equal(again.result, INGEST_EXPECT);
    assert_int_equal(again.expect, 4);
    assert_true(line_batch(&l, l.journal.ep, 1, 0, &a, &batch));
    must(ingest_batch(&b, &batch, &a, &again));
    assert_int_equal(again.fresh, 2);
    assert_int_equal(l.journal.ep, fork.journal.ep);
    assert_true(line_batch(&fork, fork.journal.ep, 1, 0, &a, &other));
    must(ingest_batch(&b, &other, &a, &again));
    assert_int_equal(again.result, INGEST_FORK);
    assert_int_equal(again.expect, 3); /* last common */
    batch.head[0] ^= 1;
    assert_int_equal(ingest_batch(&b, &batch, &a, &again), BM_EINPUT);
    assert_int_equal(count(&b, "SELECT count(*) FROM entry WHERE dev = 'van1'"), 5);
    arena_free(&a);
    world_branch_end(&b, dir);
    line_close(&l);
    line_close(&fork);
}

/* What cannot be understood is kept and quarantined; the rest goes on (I4). */
static void test_ingest_quarantines_what_it_cannot_read(void **state)
{
    (void)state;
    static const char *const strange[] = { "{\"v\":1,\"op\":\"teleport\"}", "no JSON at all", "{\"v\":99,\"dev\":\"van1\"}" };
    struct line l;
    struct branch b;
    char dir[64];
    struct arena a = { 0 };
    struct wire_batch batch;
    struct ingest_reply reply;
    line_open(&l, "van1", 6);
    checkout(&l, HOUR, "x1", "a", 14);
    world_branch(&b, dir, &l, 1);
    assert_true(line_batch(&l, l.journal.ep, 1, 0, &a, &batch));
    for (size_t i = 0; i < 3; i++) {
        batch.lines[batch.count++] = (struct wire_line){ strange[i], strlen(strange[i]) };
        seal_chain(batch.head, strange[i], strlen(strange[i]), batch.head);
    }
    batch.last += 3;
    must(ingest_batch(&b, &batch, &a, &reply));
    assert_int_equal(reply.fresh, 6);
    assert_memory_equal(reply.outcomes[2], "exception", 9); /* unknown item and card */
    for (size_t i = 3; i < 6; i++) assert_memory_equal(reply.outcomes[i], "quarantined", 11);
    assert_int_equal(count(&b, "SELECT count(*) FROM loan WHERE end_ms IS NULL"), 1);
    unsigned char genesis[JOURNAL_HASH];
    int64_t n;
    journal_genesis(l.key.public, genesis);
    must(journal_verify(b.db, "van1", genesis, &n));
    assert_int_equal(n, 6);
    arena_free(&a);
    world_branch_end(&b, dir);
    line_close(&l);
}

static void test_ingest_quarantines_an_import_of_a_laptop(void **state)
{
    (void)state;
    struct line l;
    struct branch b;
    char dir[64], body[512];
    struct arena a = { 0 };
    struct wire_batch batch;
    struct ingest_reply reply;
    line_open(&l, "van1", 6);
    checkout(&l, HOUR, "x1", "a", 14);
    world_branch(&b, dir, &l, 1);
    assert_true(line_batch(&l, l.journal.ep, 1, 0, &a, &batch));
    snprintf(body, sizeof body,
             "{\"v\":1,\"dev\":\"van1\",\"ep\":\"%016llx\",\"seq\":%llu,\"op\":\"observe\",\"t\":90000000,\"origin\":\"rules\",\"asof\":1,"
             "\"digest\":\"%064d\",\"count\":0}",
             (unsigned long long)l.journal.ep, (unsigned long long)batch.last + 1, 0);
    batch.lines[batch.count++] = (struct wire_line){ body, strlen(body) };
    seal_chain(batch.head, body, strlen(body), batch.head);
    batch.last++;
    must(ingest_batch(&b, &batch, &a, &reply));
    assert_string_equal(reply.outcomes[3], "quarantined imports are made at the branch, not on a laptop");
    assert_int_equal(count(&b, "SELECT count(*) FROM reading WHERE op = 'observe'"), 0);
    arena_free(&a);
    world_branch_end(&b, dir);
    line_close(&l);
}

/* All epochs of a line, in order. */
static void send_epochs(struct branch *b, struct line *l)
{
    struct stmt *s;
    struct arena a = { 0 };
    must(db_get(l->db, SQL_EPOCH_LIST, &s, "dev", 's', l->journal.dev, NULL));
    while (stmt_next(s) == BM_OK) {
        struct wire_batch batch;
        struct ingest_reply reply;
        uint64_t ep = strtoull(stmt_text(s, 0), NULL, 16), first = (uint64_t)stmt_int(s, 3);
        assert_true(line_batch(l, ep, first, 0, &a, &batch));
        must(ingest_batch(b, &batch, &a, &reply));
        assert_int_equal(reply.result, INGEST_TAKEN);
    }
    arena_free(&a);
}

/* "That card is another person's" holds from the registration on, also after the van's laptop was started anew, whatever
 * number its new epoch has. */
static void test_apply_other_person_goes_on_after_a_restart(void **state)
{
    (void)state;
    for (int up = 0; up < 2; up++) {
        struct line lines[2];
        struct branch b;
        char dir[64], about[EID_TEXT_MAX];
        line_open(&lines[0], "branch", 1);
        line_open(&lines[1], "van1", 2);
        basics(&lines[0]);
        struct entry e = act(OP_REGISTER);
        line_at(&lines[1], HOUR);
        e.patron = "c"; /* a number that the branch has given away already */
        e.name = "Somebody Else";
        struct eid registered = line_act(&lines[1], &e);
        uint64_t before = lines[1].journal.ep;
        do {
            lines[1].env.boot_id[0] = lines[1].env.boot_id[0] == 'x' ? 'y' : 'x';
            must(journal_begin(&lines[1].journal));
            must(db_end(lines[1].db, BM_OK));
        } while ((lines[1].journal.ep > before) != up);
        checkout(&lines[1], 2 * HOUR, "x1", "c", 14);
        line_at(&lines[0], DAY);
        e = act(OP_SETTLE);
        e.exc_code = "card_clash";
        e.exc_entry = eid_text(&registered, about);
        e.how = "other_person";
        e.was = "c";
        e.card = "f";
        line_act(&lines[0], &e);
        world_branch(&b, dir, lines, 2);
        world_send(&b, &lines[0], 1, 0);
        send_epochs(&b, &lines[1]);
        assert_int_equal(count(&b, "SELECT count(*) FROM loan WHERE card = 'f'"), 1);
        world_branch_end(&b, dir);
        line_close(&lines[0]);
        line_close(&lines[1]);
    }
}

static int set_up(void **state)
{
    (void)state;
    must(seal_init());
    must(zone_open("UTC"));
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_apply_design_6_the_late_van),
        cmocka_unit_test(test_apply_design_6_by_arrival_would_be_wrong),
        cmocka_unit_test(test_apply_practice_entries_never_reach_a_real_branch),
        cmocka_unit_test(test_ingest_duplicates_gaps_and_forks),
        cmocka_unit_test(test_ingest_quarantines_what_it_cannot_read),
        cmocka_unit_test(test_ingest_quarantines_an_import_of_a_laptop),
        cmocka_unit_test(test_apply_other_person_goes_on_after_a_restart),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
