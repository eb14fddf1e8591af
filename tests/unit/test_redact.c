/* tests/unit/test_redact.c -- cutting the link from what came back to who had it (I12): what is cut, what is kept, and that
 * all goes on as before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "sync/audit.h"
#include "sync/horizon.h"
#include "sync/redact.h"
#include "sync/story_words.h"
#include "tests/tale.h"

enum { WORLD_DAYS = 400 };
#define DAYS(n) ((n) * INT64_C(86400000))

/* --- asking -------------------------------------------------------------------------------------------- */

static int64_t count(struct tale *t, const char *sql)
{
    struct stmt *s;
    must(db_prepare(t->b.db, sql, &s));
    must(stmt_next(s));
    int64_t n = stmt_int(s, 0);
    stmt_free(s);
    return n;
}

/* In how many places of the database a card stands that is linked to acts on items. */
static int64_t traces(struct tale *t, const char *card)
{
    char sql[1200];
    snprintf(sql, sizeof sql,
             "SELECT (SELECT count(*) FROM loan WHERE card = '%s') + (SELECT count(*) FROM hold WHERE card = '%s') + "
             "(SELECT count(*) FROM charge WHERE card = '%s') + (SELECT count(*) FROM payment WHERE card = '%s') + "
             "(SELECT count(*) FROM ledger WHERE card = '%s') + "
             "(SELECT count(*) FROM reading WHERE (card = '%s' OR written = '%s') AND (node IS NOT NULL OR op IN ('pay', 'waive'))) + "
             "(SELECT count(*) FROM entry WHERE body LIKE '%%\"patron\":\"%s\"%%' AND body NOT LIKE '%%register_patron%%' "
             "AND body NOT LIKE '%%update_patron%%' AND body NOT LIKE '%%replace_card%%' AND body NOT LIKE '%%merge_patron%%')",
             card, card, card, card, card, card, card, card);
    return count(t, sql);
}

static const char *audit_says(struct tale *t)
{
    struct audit au;
    must(audit_run(&t->b, &t->a, &au));
    return au.problem_count ? au.texts[0] : "";
}

/* --- doing --------------------------------------------------------------------------------------------- */

static int begin_redact(void **state)
{
    int rc = begin(state);
    struct tale *t = *state;
    unsigned char genesis[JOURNAL_HASH];
    char hex[2 * JOURNAL_HASH + 1];
    if (rc) return rc;
    journal_genesis(t->lines[0].key.public, genesis); /* the tale's desk is another line than the branch's own */
    hex_encode(hex, genesis, sizeof genesis);
    must(db_begin(t->b.db));
    must(meta_set(t->b.db, "genesis", hex));
    must(db_end(t->b.db, BM_OK));
    return 0;
}

static void close_books(struct tale *t, int64_t days_after_start)
{
    struct horizon h;
    must(db_begin(t->b.db));
    for (int i = 0; i < LINES; i++)
        must(db_run(t->b.db, SQL_DEVICE_SYNCED, "now_ms", 'i', WORLD_START_MS + DAYS(WORLD_DAYS - 1), "dev", 's', t->lines[i].journal.dev, NULL));
    must(db_end(t->b.db, BM_OK));
    must(horizon_advance(&t->b, WORLD_DAYS - days_after_start, true, &t->a, &h));
    assert_true(h.now_ms >= WORLD_START_MS + DAYS(days_after_start));
}

/* Everything arrives, the books are closed up to a day, and links are cut up to there. */
static struct redact cut(struct tale *t, int64_t days_after_start)
{
    struct redact r;
    for (int i = 0; i < LINES; i++) arrive(t, i);
    close_books(t, days_after_start);
    assert_string_equal(audit_says(t), "");
    must(redact_run(&t->b, 1, false, &t->a, &r));
    assert_string_equal(audit_says(t), "");
    return r;
}

static int64_t kept(const struct redact *r, enum redact_keep why)
{
    return r->kept[STORY_LOAN][why] + r->kept[STORY_HOLD][why] + r->kept[STORY_ACT][why];
}

static struct entry with(enum op op, const char *item, const char *card)
{
    struct entry e = act(op);
    e.item = item;
    e.patron = card;
    return e;
}

static struct eid renew(struct tale *t, int who, int64_t at, const char *item, const char *card)
{
    struct entry e = with(OP_RENEW, item, card);
    e.due_s = (WORLD_START_MS + at) / 1000 + 14 * 86400;
    return tell(t, who, at, e);
}

static struct eid place(struct tale *t, int who, int64_t at, const char *card)
{
    struct entry e = act(OP_PLACE);
    e.patron = card;
    e.title = "T";
    e.pickup = "MAIN";
    e.why = "for her niece";
    return tell(t, who, at, e);
}

static struct eid capture(struct tale *t, int who, int64_t at, const char *item, struct eid hold)
{
    struct entry e = act(OP_CAPTURE);
    e.item = item;
    e.hold = hold;
    return tell(t, who, at, e);
}

static const char *charge_of(struct tale *t, struct eid id, const char *kind)
{
    char text[EID_TEXT_MAX];
    return arena_printf(&t->a, "%s/%s", eid_text(&id, text), kind);
}

static struct eid pay(struct tale *t, int who, int64_t at, const char *card, int64_t cents, const char *charge)
{
    struct entry e = act(OP_PAY);
    e.patron = card;
    e.amount_cents = cents;
    e.charge = charge;
    return tell(t, who, at, e);
}

/* --- what is cut ------------------------------------------------------------------------------------------ */

static void test_redact_cuts_a_loan_that_is_over_and_leaves_one_that_is_not(void **state)
{
    struct tale *t = *state;
    lend(t, 1, HOUR, "X", "A");
    renew(t, 2, DAYS(1), "X", "A");
    take(t, 0, DAYS(3), "X");
    lend(t, 1, DAYS(4), "Y", "B");
    struct redact r = cut(t, 10);
    assert_int_equal(r.cut[STORY_LOAN], 1);
    assert_int_equal(r.entries, 2);
    const struct teller teller = teller_at(&t->b, &t->a);
    assert_string_equal(tell_card(&teller, "~0123456789abcdef"), "a patron who is no longer known");
    assert_int_equal(traces(t, "A"), 0);
    assert_int_equal(count(t, "SELECT count(*) FROM loan WHERE item = 'X' AND substr(card, 1, 1) = '~' AND renewals = 1 AND how = 'checkin'"), 1);
    assert_int_equal(count(t, "SELECT count(*) FROM loan WHERE card = 'B' AND end_ms IS NULL"), 1);
    assert_int_equal(count(t, "SELECT count(*) FROM exception_now"), 0); /* nobody is known */
    r = cut(t, 20);
    assert_int_equal(r.entries, 0); /* once */
}

static void test_redact_a_loan_that_ended_after_the_cut_waits(void **state)
{
    struct tale *t = *state;
    lend(t, 1, HOUR, "X", "A");
    take(t, 0, DAYS(12), "X");
    struct redact r = cut(t, 10);
    assert_int_equal(r.entries, 0);
    r = cut(t, 13);
    assert_int_equal(r.cut[STORY_LOAN], 1);
    assert_int_equal(traces(t, "A"), 0);
}

static void test_redact_two_loans_of_one_person_have_nothing_in_common(void **state)
{
    struct tale *t = *state;
    lend(t, 1, HOUR, "X", "A");
    take(t, 0, DAYS(1), "X");
    lend(t, 1, DAYS(2), "X", "A");
    take(t, 0, DAYS(3), "X");
    cut(t, 10);
    assert_int_equal(count(t, "SELECT count(DISTINCT card) FROM loan"), 2);
}

static void test_redact_a_hold_goes_with_the_loan_that_filled_it(void **state)
{
    struct tale *t = *state;
    struct eid hold = place(t, 1, HOUR, "A"), other = place(t, 1, DAYS(20), "B");
    capture(t, 0, DAYS(1), "X", hold);
    struct entry notice = with(OP_NOTICE, "X", "A");
    notice.kind = "ready";
    tell(t, 0, DAYS(1) + HOUR, notice);
    lend(t, 2, DAYS(2), "X", "A");
    take(t, 0, DAYS(3), "X");
    struct redact r = cut(t, 10);
    (void)other;
    assert_int_equal(r.cut[STORY_LOAN], 1);
    assert_int_equal(r.cut[STORY_HOLD], 0);
    assert_int_equal(traces(t, "A"), 0);
    assert_int_equal(count(t, "SELECT count(*) FROM hold h JOIN loan l ON l.card = h.card WHERE h.state = 'fulfilled'"), 1);
    assert_int_equal(count(t, "SELECT count(*) FROM hold WHERE card = 'B' AND state = 'waiting'"), 1);
    assert_int_equal(count(t, "SELECT count(*) FROM entry WHERE body LIKE '%niece%'"), 1); /* B's, who still waits */
}

static void test_redact_a_hold_that_was_cancelled_is_cut_alone(void **state)
{
    struct tale *t = *state;
    struct entry cancel = act(OP_CANCEL);
    cancel.hold = place(t, 1, HOUR, "A");
    cancel.title = "T";
    cancel.why = "Ada has moved away";
    tell(t, 0, DAYS(1), cancel);
    struct redact r = cut(t, 10);
    assert_int_equal(r.cut[STORY_HOLD], 1);
    assert_int_equal(traces(t, "A"), 0);
    assert_int_equal(count(t, "SELECT count(*) FROM entry WHERE body LIKE '%Ada has%' OR body LIKE '%niece%'"), 0);
}

static void test_redact_nobody_is_bound_by_no_rule(void **state)
{
    struct tale *t = *state;
    struct entry cancel = act(OP_CANCEL), second = with(OP_CHECKOUT, "Y", "B"), settle = act(OP_SETTLE);
    char id[EID_TEXT_MAX];
    lend(t, 1, HOUR, "X", "A");
    second.due_s = (WORLD_START_MS + DAYS(9)) / 1000;
    second.limit = 0;
    settle.exc_code = "over_limit";
    struct eid loan = tell(t, 1, 2 * HOUR, second);
    settle.exc_entry = eid_text(&loan, id);
    settle.how = "accept";
    cancel.hold = place(t, 1, DAYS(1), "A"); /* her own wish does not stand in the way of her renewal, ... */
    renew(t, 1, DAYS(2), "X", "A");
    cancel.title = "T";
    tell(t, 1, DAYS(3), cancel);
    take(t, 1, DAYS(4), "X");
    take(t, 1, DAYS(4), "Y");
    tell(t, 0, DAYS(5), settle);
    struct redact r = cut(t, 10);
    assert_int_equal(r.cut[STORY_LOAN], 2);
    assert_int_equal(r.cut[STORY_HOLD], 1); /* ... nor when both are nobody's, each another nobody's */
    assert_int_equal(traces(t, "A") + traces(t, "B"), 0);
    assert_int_equal(count(t, "SELECT count(*) FROM exception_now"), 0);
}

static void test_redact_one_person_with_two_cards_is_one_person(void **state)
{
    struct tale *t = *state;
    struct entry replace = act(OP_REPLACE);
    lend(t, 1, HOUR, "X", "A");
    replace.patron = "A";
    replace.fresh = "A2";
    tell(t, 0, DAYS(1), replace);
    renew(t, 2, DAYS(2), "X", "A2");
    take(t, 0, DAYS(3), "X");
    struct redact r = cut(t, 10);
    assert_int_equal(r.cut[STORY_LOAN], 1);
    assert_int_equal(traces(t, "A") + traces(t, "A2"), 0);
    assert_int_equal(count(t, "SELECT renewals FROM loan"), 1);
}

static void test_redact_what_was_taken_back_is_cut_too(void **state)
{
    struct tale *t = *state;
    struct entry undo = act(OP_VOID);
    undo.target = lend(t, 1, HOUR, "X", "A");
    undo.why = "it was not Ada";
    tell(t, 1, 2 * HOUR, undo);
    struct redact r = cut(t, 10);
    assert_int_equal(r.cut[STORY_ACT], 1);
    assert_int_equal(traces(t, "A"), 0);
    assert_int_equal(count(t, "SELECT count(*) FROM entry WHERE body LIKE '%not Ada%'"), 0);
    assert_int_equal(count(t, "SELECT count(*) FROM loan"), 0); /* and stays taken back */
}

static void test_redact_cuts_rows_of_an_import(void **state)
{
    struct tale *t = *state;
    struct observe o;
    struct entry e = act(OP_CHECKOUT);
    for (int i = 0; i < LINES; i++) arrive(t, i);
    e.item = "X";
    e.patron = "A";
    e.when_ms = WORLD_START_MS + DAYS(2);
    e.due_s = (WORLD_START_MS + DAYS(20)) / 1000;
    char hex[2 * JOURNAL_HASH + 1]; /* this one is written in the branch's own line */
    unsigned char genesis[JOURNAL_HASH];
    journal_genesis(t->b.key.public, genesis);
    hex_encode(hex, genesis, sizeof genesis);
    must(db_begin(t->b.db));
    must(meta_set(t->b.db, "genesis", hex));
    must(db_end(t->b.db, BM_OK));
    must(observe_begin(&o, &t->b, "loans", WORLD_START_MS + DAYS(3)));
    enum bm_rc rc = observe_row(&o, &e);
    e.item = "Y";
    e.patron = "B";
    if (!rc) rc = observe_row(&o, &e);
    must(observe_end(&o, rc));
    take(t, 1, DAYS(5), "X");
    arrive(t, 1);
    close_books(t, 10);
    struct redact r;
    must(redact_run(&t->b, 1, false, &t->a, &r));
    assert_int_equal(r.cut[STORY_LOAN], 1);
    assert_int_equal(traces(t, "A"), 0);
    assert_int_equal(count(t, "SELECT count(*) FROM loan WHERE card = 'B'"), 1);
    struct audit au;
    must(audit_run(&t->b, &t->a, &au));
    for (size_t i = 0; i < au.problem_count; i++) /* the tale's desk hangs on another beginning */
        assert_non_null(strstr(au.texts[i], "the chain of branch breaks"));
    must(db_exec(t->b.db, "UPDATE entry SET body = replace(body, '\"B\"', '\"A\"') WHERE row = 2")); /* the other row is guarded still */
    must(audit_run(&t->b, &t->a, &au));
    assert_non_null(strstr(au.texts[au.problem_count > 1 ? 1 : 0], "is not what was left of it"));
}

/* --- what is kept --------------------------------------------------------------------------------------------- */

static void test_redact_waits_until_what_is_owed_is_paid_and_then_takes_the_payment_along(void **state)
{
    struct tale *t = *state;
    struct eid loan = lend(t, 1, HOUR, "X", "A");
    take(t, 0, DAYS(20), "X"); /* six days late: 60 cents */
    struct redact r = cut(t, 30);
    assert_int_equal(kept(&r, KEEP_OWED), 1);
    assert_int_equal(count(t, "SELECT cents FROM balance WHERE account = 'A'"), 60);
    assert_true(traces(t, "A") > 0);
    pay(t, 2, DAYS(35), "A", 40, charge_of(t, loan, "overdue"));
    struct entry waive = act(OP_WAIVE);
    waive.charge = charge_of(t, loan, "overdue");
    waive.amount_cents = 20;
    waive.why = "Ada was ill";
    tell(t, 0, DAYS(36), waive);
    r = cut(t, 36);
    assert_int_equal(r.entries, 0); /* the waiver is younger */
    r = cut(t, 40);
    assert_int_equal(r.cut[STORY_LOAN], 1);
    assert_int_equal(r.payments, 1);
    assert_int_equal(traces(t, "A"), 0);
    assert_int_equal(count(t, "SELECT count(*) FROM balance"), 0);
    assert_int_equal(count(t, "SELECT sum(cents) FROM payment"), 40);
    assert_int_equal(count(t, "SELECT count(*) FROM charge WHERE amount_cents = 60 AND paid_cents = 40 AND waived_cents = 20"), 1);
    assert_int_equal(count(t, "SELECT count(*) FROM entry WHERE body LIKE '%was ill%'"), 0);
}

static void test_redact_money_for_what_was_forgotten_is_credit_of_who_pays(void **state)
{
    struct tale *t = *state;
    struct eid loan = lend(t, 1, HOUR, "X", "A");
    take(t, 0, DAYS(20), "X");
    struct eid paid = pay(t, 1, DAYS(21), "A", 60, charge_of(t, loan, "overdue"));
    struct redact r = cut(t, 30);
    assert_int_equal(r.payments, 1);
    pay(t, 2, DAYS(50), "A", 60, charge_of(t, loan, "overdue")); /* a receipt turned up */
    struct entry undo = act(OP_VOID), waive = act(OP_WAIVE);
    undo.target = paid;
    tell(t, 0, DAYS(51), undo);
    waive.charge = charge_of(t, loan, "overdue");
    waive.amount_cents = 10;
    tell(t, 0, DAYS(52), waive);
    for (int i = 0; i < LINES; i++) arrive(t, i);
    assert_string_equal(audit_says(t), "");
    assert_int_equal(count(t, "SELECT cents FROM balance WHERE account = 'A'"), -60);
    assert_int_equal(count(t, "SELECT count(*) FROM balance"), 1);
    assert_int_equal(count(t, "SELECT count(*) FROM exception_now WHERE code = 'beyond_horizon'"), 1); /* the void */
    assert_int_equal(count(t, "SELECT count(*) FROM exception_now WHERE code = 'waive_nothing'"), 1);
    assert_int_equal(count(t, "SELECT count(*) FROM exception_now WHERE code = 'pay_other'"), 0);
}

static void test_redact_another_patrons_money_keeps_the_loan(void **state)
{
    struct tale *t = *state;
    struct eid loan = lend(t, 1, HOUR, "X", "A");
    take(t, 0, DAYS(20), "X");
    pay(t, 1, DAYS(21), "B", 60, charge_of(t, loan, "overdue"));
    pay(t, 1, DAYS(22), "A", 60, charge_of(t, loan, "overdue"));
    for (int i = 0; i < LINES; i++) arrive(t, i);
    must(db_begin(t->b.db));
    must(db_exec(t->b.db, "DELETE FROM exception WHERE code = 'pay_other'")); /* as if staff had looked at it */
    must(db_end(t->b.db, BM_OK));
    struct redact r;
    close_books(t, 30);
    must(redact_run(&t->b, 1, false, &t->a, &r));
    assert_int_equal(kept(&r, KEEP_MONEY), 1);
    assert_int_equal(r.entries, 0);
}

static void test_redact_an_open_exception_keeps_until_it_is_settled(void **state)
{
    struct tale *t = *state;
    struct entry bar = act(OP_UPDATE);
    bar.patron = "A";
    bar.barred = 1;
    tell(t, 0, HOUR, bar);
    struct eid loan = lend(t, 1, 2 * HOUR, "X", "A");
    take(t, 0, DAYS(3), "X");
    struct redact r = cut(t, 10);
    assert_int_equal(kept(&r, KEEP_EXCEPTION), 1);
    assert_int_equal(r.entries, 0);
    char id[EID_TEXT_MAX];
    struct entry settle = act(OP_SETTLE);
    settle.exc_code = "barred";
    settle.exc_entry = eid_text(&loan, id);
    settle.how = "accept";
    settle.why = "I spoke with Ada";
    tell(t, 0, DAYS(15), settle);
    r = cut(t, 20);
    assert_int_equal(r.cut[STORY_LOAN], 1);
    assert_int_equal(traces(t, "A"), 0);
    assert_int_equal(count(t, "SELECT count(*) FROM exception_now WHERE status = 'open'"), 0); /* nor is the settlement moot */
    assert_int_equal(count(t, "SELECT count(*) FROM entry WHERE body LIKE '%spoke%'"), 0);
}

static void test_redact_the_limit_of_a_loan_that_is_out_keeps_those_it_was_counted_with(void **state)
{
    struct tale *t = *state;
    struct entry e = with(OP_CHECKOUT, "Y", "A");
    e.due_s = (WORLD_START_MS + DAYS(60)) / 1000;
    e.limit = 1;
    lend(t, 1, HOUR, "X", "A");
    tell(t, 1, DAYS(1), e); /* over the limit, as X is out */
    take(t, 0, DAYS(3), "X");
    struct redact r = cut(t, 10);
    assert_int_equal(kept(&r, KEEP_CHANGES), 1); /* X: without it Y would not have been one too many */
    assert_int_equal(r.named_count, 1);
    assert_int_equal(r.entries, 0);
    take(t, 0, DAYS(11), "Y");
    r = cut(t, 20);
    assert_int_equal(kept(&r, KEEP_EXCEPTION), 1); /* Y, until somebody has looked at it */
}

static void test_redact_a_copy_lost_on_a_loan_keeps_it(void **state)
{
    struct tale *t = *state;
    struct entry lost = with(OP_MARK, "X", "A");
    struct eid loan = lend(t, 1, HOUR, "X", "A");
    lost.as = "lost";
    lost.amount_cents = 500;
    struct eid mark = tell(t, 0, DAYS(2), lost);
    pay(t, 0, DAYS(3), "A", 500, charge_of(t, mark, "lost"));
    (void)loan;
    struct redact r = cut(t, 10);
    assert_int_equal(r.entries, 0); /* it is still out */
    struct entry claimed = with(OP_MARK, "X", "A"), missing = with(OP_MARK, "X", NULL);
    claimed.as = "claimed";
    missing.as = "missing";
    tell(t, 0, DAYS(12), claimed);
    tell(t, 0, DAYS(13), missing); /* the loan ends, and what was charged hangs on the copy */
    r = cut(t, 20);
    assert_int_equal(kept(&r, KEEP_LOST), 1);
    assert_int_equal(r.entries, 0);
    struct entry gone = with(OP_MARK, "X", NULL);
    gone.as = "withdrawn";
    tell(t, 0, DAYS(25), gone);
    r = cut(t, 30);
    assert_int_equal(r.cut[STORY_LOAN], 1);
    assert_int_equal(traces(t, "A"), 0);
}

/* --- afterwards -------------------------------------------------------------------------------------------------- */

static void test_redact_nothing_without_a_horizon_and_nothing_when_only_counting(void **state)
{
    struct tale *t = *state;
    struct redact r;
    lend(t, 1, HOUR, "X", "A");
    take(t, 0, DAYS(3), "X");
    for (int i = 0; i < LINES; i++) arrive(t, i);
    must(redact_run(&t->b, 1, false, &t->a, &r));
    assert_true(r.cut_ms == ENTRY_NONE);
    assert_int_equal(r.entries, 0);
    close_books(t, 10);
    must(redact_run(&t->b, 1, true, &t->a, &r));
    assert_int_equal(r.cut[STORY_LOAN], 1);
    assert_int_equal(count(t, "SELECT count(*) FROM loan WHERE card = 'A'"), 1);
    assert_int_equal(count(t, "SELECT count(*) FROM entry WHERE husk IS NOT NULL"), 0);
    must(redact_run(&t->b, WORLD_DAYS - 2, false, &t->a, &r)); /* the days asked for, where the horizon is further */
    assert_int_equal(r.entries, 0);
}

static void test_redact_taking_back_what_is_forgotten_is_too_late(void **state)
{
    struct tale *t = *state;
    struct entry undo = act(OP_VOID);
    undo.target = lend(t, 1, HOUR, "X", "A");
    take(t, 0, DAYS(3), "X");
    cut(t, 10);
    tell(t, 0, DAYS(20), undo);
    arrive(t, 0);
    assert_int_equal(count(t, "SELECT count(*) FROM exception_now WHERE code = 'beyond_horizon'"), 1);
    assert_int_equal(count(t, "SELECT count(*) FROM loan"), 1);
    assert_string_equal(audit_says(t), "");
}

static void test_redact_what_is_sent_again_is_known_and_stays_cut(void **state)
{
    struct tale *t = *state;
    lend(t, 1, HOUR, "X", "A");
    take(t, 1, DAYS(3), "X");
    cut(t, 10);
    lend(t, 1, DAYS(20), "X", "B");
    struct arena a = { 0 };
    struct wire_batch batch;
    struct ingest_reply reply;
    assert_true(line_batch(&t->lines[1], t->lines[1].journal.ep, 1, 0, &a, &batch)); /* the whole line, as it was written */
    must(ingest_batch(&t->b, &batch, &a, &reply));
    assert_int_equal(reply.result, INGEST_TAKEN);
    assert_int_equal(reply.fresh, 1);
    arena_free(&a);
    t->sent[1] = t->lines[1].journal.head_seq;
    assert_int_equal(traces(t, "A"), 0);
    assert_string_equal(audit_says(t), "");
}

static void test_redact_no_card_from_outside_is_nobodys(void **state)
{
    struct tale *t = *state;
    lend(t, 1, HOUR, "X", "~0123456789abcdef");
    arrive(t, 0);
    arrive(t, 1);
    assert_int_equal(count(t, "SELECT count(*) FROM entry WHERE outcome LIKE 'quarantined%~%'"), 1);
    assert_int_equal(count(t, "SELECT count(*) FROM loan"), 0);
    struct desk_answer answer;
    assert_int_equal(desk_checkout(&t->b.desk, &t->a, "~0123456789abcdef", "X", &answer), BM_EUSAGE);
    struct observe o;
    struct entry e = with(OP_CHECKOUT, "X", "~0123456789abcdef");
    e.due_s = 1;
    must(observe_begin(&o, &t->b, "loans", WORLD_START_MS));
    assert_int_equal(observe_row(&o, &e), BM_EINPUT);
    assert_int_equal(observe_end(&o, BM_EINPUT), BM_EINPUT);
}

/* --- tampering -------------------------------------------------------------------------------------------------------- */

static void test_redact_verify_names_what_was_changed_by_other_hands(void **state)
{
    struct tale *t = *state;
    lend(t, 1, HOUR, "X", "A");
    take(t, 1, DAYS(3), "X");
    lend(t, 1, DAYS(20), "Y", "B");
    cut(t, 10);
    must(db_exec(t->b.db, "UPDATE entry SET body = replace(body, '\"B\"', '\"C\"') WHERE body LIKE '%\"B\"%' AND body LIKE '%checkout%'"));
    assert_non_null(strstr(audit_says(t), "the chain of van1 breaks at van1."));
    must(db_exec(t->b.db, "UPDATE entry SET husk = x'00112233445566778899aabbccddeeff' WHERE body LIKE '%\"C\"%'"));
    assert_non_null(strstr(audit_says(t), "younger than the mark"));
    must(db_exec(t->b.db, "UPDATE entry SET husk = NULL, body = replace(body, '\"C\"', '\"B\"') WHERE body LIKE '%\"C\"%'"));
    assert_string_equal(audit_says(t), "");
    must(db_exec(t->b.db, "UPDATE entry SET body = replace(body, '\"X\"', '\"Y\"') WHERE husk IS NOT NULL"));
    assert_non_null(strstr(audit_says(t), "is not what was left of it"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_redact, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_redact_cuts_a_loan_that_is_over_and_leaves_one_that_is_not),
        TEST(test_redact_a_loan_that_ended_after_the_cut_waits),
        TEST(test_redact_two_loans_of_one_person_have_nothing_in_common),
        TEST(test_redact_a_hold_goes_with_the_loan_that_filled_it),
        TEST(test_redact_a_hold_that_was_cancelled_is_cut_alone),
        TEST(test_redact_nobody_is_bound_by_no_rule),
        TEST(test_redact_one_person_with_two_cards_is_one_person),
        TEST(test_redact_what_was_taken_back_is_cut_too),
        TEST(test_redact_cuts_rows_of_an_import),
        TEST(test_redact_waits_until_what_is_owed_is_paid_and_then_takes_the_payment_along),
        TEST(test_redact_money_for_what_was_forgotten_is_credit_of_who_pays),
        TEST(test_redact_another_patrons_money_keeps_the_loan),
        TEST(test_redact_an_open_exception_keeps_until_it_is_settled),
        TEST(test_redact_the_limit_of_a_loan_that_is_out_keeps_those_it_was_counted_with),
        TEST(test_redact_a_copy_lost_on_a_loan_keeps_it),
        TEST(test_redact_nothing_without_a_horizon_and_nothing_when_only_counting),
        TEST(test_redact_taking_back_what_is_forgotten_is_too_late),
        TEST(test_redact_what_is_sent_again_is_known_and_stays_cut),
        TEST(test_redact_no_card_from_outside_is_nobodys),
        TEST(test_redact_verify_names_what_was_changed_by_other_hands),
    };
    return cmocka_run_group_tests_name("redact", tests, NULL, NULL);
}
