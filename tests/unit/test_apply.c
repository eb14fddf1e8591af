/* tests/unit/test_apply.c -- the branch's state does not depend on the order in which entries arrive (I5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "sync/audit.h"
#include "tests/world.h"

enum { HOUR = 3600 * 1000, DAY = 24 * HOUR };

static uint64_t rng_state;
static uint64_t rnd(uint64_t below)
{
    uint64_t z = rng_state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (z ^ z >> 31) % below;
}

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

/* --- random histories ------------------------------------------------------------------------------- */

struct history {
    struct line lines[4];
    size_t count;
    struct eid recent[64]; /* anything */
    size_t recent_count;
    struct eid holds[64];
    const char *hold_titles[64];
    size_t hold_count;
    struct eid promises[64]; /* what charges hang on: checkouts, renewals, marks, charges by hand */
    size_t promise_count;
    struct eid regs[16]; /* registrations, and their cards */
    const char *reg_cards[16];
    size_t reg_count;
};

static void remember(struct history *h, struct eid id)
{
    h->recent[h->recent_count++ % 64] = id;
}

static const char *pick(const char *const *from, size_t n)
{
    return from[rnd(n)];
}

static void random_act(struct history *h, int64_t at)
{
    static const char *const items[] = { "x1", "x1", "x1", "x2", "x2", "x3", "y1", "n1" };
    static const char *const cards[] = { "a", "a", "a", "b", "b", "c", "d" };
    static const char *const places[] = { "main", "van" };
    static const char *const conds[] = { "damaged", "mend", "missing", "lost", "ok", "withdrawn", "damaged" };
    static const enum op ops[] = { OP_CHECKOUT, OP_CHECKOUT, OP_CHECKOUT, OP_CHECKOUT, OP_CHECKIN, OP_CHECKIN, OP_CHECKIN,
                                   OP_RENEW,    OP_RENEW,    OP_PLACE,    OP_PLACE,    OP_CAPTURE, OP_CAPTURE, OP_CANCEL,
                                   OP_MARK,     OP_MARK,     OP_MOVE,     OP_USE,      OP_VOID,    OP_VOID,    OP_UPDATE,
                                   OP_REPLACE,  OP_MERGE,    OP_REGISTER, OP_CHANGE_DUE, OP_ADD_ITEM, OP_RECAT, OP_NOTICE, OP_CLOCK,
                                   OP_PAY,      OP_PAY,      OP_WAIVE,    OP_CHARGE,  OP_SETTLE,  OP_SETTLE };
    size_t who = (size_t)rnd(h->count);
    struct line *l = &h->lines[who];
    struct entry e = act(ops[rnd(sizeof ops / sizeof *ops)]);
    const char *item = pick(items, 8), *card = pick(cards, 7);
    char charge[EID_TEXT_MAX + 16], about[EID_TEXT_MAX];
    line_at(l, at);
    if (e.op == OP_CLOCK) {
        must(journal_begin(&l->journal));
        must(journal_clock(&l->journal, rnd(2) ? CLOCK_GPS : CLOCK_SYNC, WORLD_START_MS - 1000000 + (int64_t)rnd(3) * 400, (int64_t)rnd(2000)));
        must(db_end(l->db, BM_OK));
        return;
    }
    e.item = op_kind(e.op) == OPK_ITEM || (e.op == OP_PLACE && rnd(4) == 0) ? item : NULL;
    if (e.op == OP_CHECKOUT || e.op == OP_RENEW || e.op == OP_CHANGE_DUE || e.op == OP_PLACE || e.op == OP_PAY ||
        e.op == OP_CHARGE || op_kind(e.op) == OPK_PEOPLE)
        e.patron = card;
    switch ((int)e.op) {
    case OP_CHECKOUT:
        e.rate_cents = 10;
        e.price_cents = 500;
        if (rnd(3) == 0) e.limit = (int64_t)rnd(3);
        if (rnd(6) == 0) e.over = "over_limit barred", e.why = "w"; /* fallthrough */
    case OP_RENEW: e.place = pick(places, 2); /* fallthrough */
    case OP_CHANGE_DUE: e.due_s = (WORLD_START_MS + at) / 1000 + (int64_t)rnd(8) * 86400; break;
    case OP_CHECKIN: e.place = pick(places, 2); if (rnd(3) == 0) e.keep = 1; break;
    case OP_MOVE: e.to = pick(places, 2); break;
    case OP_MARK:
        e.as = pick(conds, 7);
        if (strcmp(e.as, "lost") == 0 && rnd(2)) e.patron = card;
        if (strcmp(e.as, "damaged") == 0 && rnd(3) == 0) e.patron = card, e.amount_cents = 70;
        break;
    case OP_NOTICE: e.patron = card; e.kind = rnd(2) ? "overdue" : "ready"; break;
    case OP_ADD_ITEM:
    case OP_RECAT: e.title = rnd(2) ? "T" : "S"; break;
    case OP_PLACE: e.title = rnd(4) ? "T" : "S"; e.pickup = pick(places, 2); break;
    case OP_CAPTURE:
    case OP_CANCEL: {
        if (h->hold_count == 0) return;
        size_t k = (size_t)rnd(h->hold_count < 64 ? h->hold_count : 64);
        e.hold = h->holds[k];
        if (e.op == OP_CANCEL) e.title = h->hold_titles[k];
        break;
    }
    case OP_VOID:
        if (h->recent_count == 0) return;
        e.target = h->recent[rnd(h->recent_count < 64 ? h->recent_count : 64)];
        break;
    case OP_PAY:
    case OP_WAIVE: {
        static const char *const kinds[] = { "overdue", "overdue", "lost", "damage", "manual" };
        static const int64_t sums[] = { 10, 30, 70, 100, 500 };
        if (h->promise_count == 0) return;
        e.amount_cents = sums[rnd(5)] * (e.op == OP_PAY && rnd(4) == 0 ? -1 : 1);
        snprintf(charge, sizeof charge, "%s/%s", eid_text(&h->promises[rnd(h->promise_count < 64 ? h->promise_count : 64)], about), pick(kinds, 5));
        if (e.op == OP_WAIVE || rnd(5)) e.charge = charge;
        break;
    }
    case OP_CHARGE: e.amount_cents = 25; break;
    case OP_SETTLE: {
        static const char *const codes[] = { "barred", "seen_on_loan", "renew_no_loan", "unknown_card", "over_limit", "card_clash", "settled_moot" };
        if (who != 0 || h->recent_count == 0) return; /* the branch alone */
        e.exc_code = pick(codes, 7);
        e.how = "accept";
        e.exc_entry = eid_text(&h->recent[rnd(h->recent_count < 64 ? h->recent_count : 64)], about);
        if (strcmp(e.exc_code, "unknown_card") == 0) e.exc_other = card;
        if (h->reg_count == 0 || rnd(2)) break;
        size_t k = (size_t)rnd(h->reg_count < 16 ? h->reg_count : 16);
        e.exc_code = "card_clash";
        e.how = "other_person";
        e.exc_entry = eid_text(&h->regs[k], about);
        e.was = h->reg_cards[k];
        e.card = rnd(2) ? "f" : "g";
        break;
    }
    case OP_UPDATE: e.barred = (int64_t)rnd(2); break;
    case OP_REGISTER: e.name = "Somebody Else"; e.who = rnd(2) ? "h1" : "h2"; break;
    case OP_REPLACE: e.fresh = pick(cards, 7); if (strcmp(e.fresh, card) == 0) return; break;
    case OP_MERGE: e.into = pick(cards, 7); if (strcmp(e.into, card) == 0) return; break;
    default: break;
    }
    if (op_kind(e.op) != OPK_PEOPLE && e.op != OP_VOID && rnd(12) == 0) e.when_ms = WORLD_START_MS + at - (int64_t)rnd(3 * DAY), e.source = "paper";
    struct eid id = line_act(l, &e);
    if (e.op == OP_PLACE) {
        h->holds[h->hold_count % 64] = id;
        h->hold_titles[h->hold_count++ % 64] = e.title;
    }
    if (e.op == OP_REGISTER) {
        h->regs[h->reg_count % 16] = id;
        h->reg_cards[h->reg_count++ % 16] = card;
    }
    if (e.op == OP_CHECKOUT || e.op == OP_RENEW || e.op == OP_MARK || e.op == OP_CHARGE) h->promises[h->promise_count++ % 64] = id;
    remember(h, id);
}

static void tell_history(struct history *h, uint64_t seed, size_t acts)
{
    static const char *const names[] = { "branch", "van1", "van2", "van3" };
    rng_state = seed;
    *h = (struct history){ .count = 2 + (size_t)rnd(3) };
    for (size_t i = 0; i < h->count; i++) {
        line_open(&h->lines[i], names[i], seed * 16 + i);
        if (i && rnd(3) == 0) h->lines[i].env.made_wall_ms += ((int64_t)rnd(21) - 10) * HOUR; /* a wrong clock */
    }
    basics(&h->lines[0]);
    int64_t at = HOUR;
    for (size_t i = 0; i < acts; i++) {
        static const int64_t steps[] = { 0, 0, 1000, 60000, 10 * 60000, HOUR, DAY };
        at += steps[rnd(7)];
        random_act(h, at);
    }
}

/* The lines' entries in a random interleaving that is gapless in each, in batches; some sent twice. */
static void arrive(struct history *h, struct branch *b, uint64_t seed)
{
    uint64_t next[4] = { 1, 1, 1, 1 };
    size_t open = 0;
    rng_state = seed;
    for (size_t i = 0; i < h->count; i++) open += h->lines[i].journal.head_seq > 0; /* some had nothing to do */
    while (open > 0) {
        size_t i = (size_t)rnd(h->count);
        uint64_t head = h->lines[i].journal.head_seq;
        if (next[i] > head) continue;
        static const uint64_t sizes[] = { 1, 1, 2, 5, 50 };
        uint64_t last = next[i] + sizes[rnd(5)] - 1;
        if (last > head) last = head;
        uint64_t from = next[i] > 2 && rnd(5) == 0 ? next[i] - 2 : next[i];
        world_send(b, &h->lines[i], from, last);
        next[i] = last + 1;
        if (next[i] > head) open--;
    }
}

static void test_apply_any_order_of_arrival_gives_the_same_state(void **state)
{
    (void)state;
    const char *asked = getenv("BM_HISTORIES"), *seeded = getenv("SEED");
    long histories = asked ? strtol(asked, NULL, 10) : 40;
    uint64_t base = seeded ? strtoull(seeded, NULL, 10) : 1;
    int64_t steps = 0, refolds = 0, entries = 0;
    for (long k = 0; k < histories; k++) {
        struct history h;
        char *first = NULL;
        tell_history(&h, base + (uint64_t)k * 1000003, 30);
        for (uint64_t order = 0; order < 3; order++) {
            struct branch b;
            char dir[64];
            int64_t readings, differences;
            world_branch(&b, dir, h.lines, h.count);
            arrive(&h, &b, order * 77 + (uint64_t)k);
            must(apply_verify(&b.apply, &readings, &differences));
            char *dump = world_dump(&b);
            bool same = !first || strcmp(first, dump) == 0;
            if (differences || !same) {
                print_message("SEED=%llu order %llu: %lld differences from the whole fold (%s)\n",
                              (unsigned long long)(base + (uint64_t)k * 1000003), (unsigned long long)order, (long long)differences, b.apply.difference);
                if (!same) fprintf(stderr, "first:\n%s\nthis:\n%s\n", first, dump); /* print_message cuts */
            }
            assert_int_equal(differences, 0);
            assert_true(same);
            struct arena a = { 0 };
            const char *problem;
            must(audit_again(&b, &a, &problem));
            if (problem) print_message("SEED=%llu: %s\n", (unsigned long long)(base + (uint64_t)k * 1000003), problem);
            assert_null(problem);
            arena_free(&a);
            struct stmt *ledger; /* I7: its rows sum up to what stands */
            must(db_get(b.db, SQL_AUDIT_LEDGER, &ledger, NULL));
            assert_int_equal(stmt_next(ledger), BM_ENOTFOUND);
            assert_int_equal(count(&b, "SELECT count(*) FROM intake"), 0);
            assert_int_equal(count(&b, "SELECT count(*) FROM entry WHERE outcome LIKE 'quarantined%'"), 0);
            steps += b.apply.steps;
            refolds += b.apply.refolds;
            if (first) free(dump);
            else first = dump;
            world_branch_end(&b, dir);
        }
        free(first);
        for (size_t i = 0; i < h.count; i++) entries += (int64_t)h.lines[i].journal.head_seq, line_close(&h.lines[i]);
    }
    print_message("%ld histories, %lld entries, each in 3 orders: %lld steps, %lld refolds\n", histories, (long long)entries,
                  (long long)steps, (long long)refolds);
    assert_true(steps > 0 && refolds > 0);
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
        cmocka_unit_test(test_apply_any_order_of_arrival_gives_the_same_state),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
