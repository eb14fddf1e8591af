/* tests/tools/branch_dump.c -- entries as they arrive, applied by the real sync/apply, and the state they lead to: the C
 * side of tests/differential/whole.py. A line each, tabs between, in order of arrival:
 *   boot_ms  horizon  op  dev.ep.seq  member=value ...
 * horizon: the one that stood when the entry became readable, ms, or '-'.
 * `batch`: what came since the last mark was one batch: stored whole, then applied, in one transaction.
 * `end`: print the state, then a line with a dot, and begin anew. An entry sent twice has no effect. */
#include <inttypes.h>

#include "tests/memory_branch.h"
#include "tests/tools/entry_line.h"

enum { BATCH_MAX = 4096 };
#define RECEIVED_MS (INT64_C(1) << 46) /* later than all that is told: nothing is clipped */

struct arrived {
    struct eid id;
    int64_t cut_ms;
    char *body;
};
struct run {
    struct memory_branch m;
    struct arena arena; /* of a batch */
    struct arrived batch[BATCH_MAX];
    size_t count;
};

static void read_arrived(struct run *r, char *line)
{
    struct entry e;
    int64_t boot_ms, cut_ms = ENTRY_NONE;
    struct buf body;
    if (r->count == BATCH_MAX) die("too many entries in one batch", "");
    set_INT(&r->arena, &boot_ms, next_field(&line));
    const char *cut = next_field(&line);
    if (strcmp(cut, "-") != 0) set_INT(&r->arena, &cut_ms, cut);
    read_members(&r->arena, line, &e);
    e.t_ms = boot_ms;
    buf_init(&body, ENTRY_BYTES_MAX);
    check(entry_write(&e, false, &body));
    r->batch[r->count++] = (struct arrived){ e.id, cut_ms, need(arena_strdup(&r->arena, buf_str(&body))) };
    buf_free(&body);
}

static void take_batch(struct run *r)
{
    size_t fresh = 0;
    must(db_begin(r->m.b.db));
    for (size_t i = 0; i < r->count; i++)
        if (memory_store(&r->m, &r->batch[i].id, r->batch[i].body, RECEIVED_MS)) r->batch[fresh++] = r->batch[i];
    for (size_t i = 0; i < fresh; i++) memory_apply(&r->m, &r->batch[i].id, r->batch[i].body, RECEIVED_MS, r->batch[i].cut_ms);
    must(db_end(r->m.b.db, BM_OK));
    arena_free(&r->arena);
    r->count = 0;
}

/* Columns as tests/differential/written.py names them; ids as text, '-' for what is absent. */
static const char *const queries[] = {
    "SELECT 'item', barcode, title, place, cond, loan, aside, lost_mark, lost_loan, last_t, CASE WHEN last_t IS NOT NULL THEN "
    "last_unc END, last_id, CASE WHEN last_t IS NOT NULL THEN last_op END FROM item",
    "SELECT 'loan', id, item, card, key_t, out_ms, due_s, promise, rate_cents, grace_days, max_cents, price_cents, keep_cents, "
    "end_ms, end_t, end_id, how, renewals, lost_ms, claimed_ms FROM loan",
    "SELECT 'hold', id, card, title, item, pickup, key_t, state, by_item FROM hold",
    "SELECT 'charge', about, kind, card, item, replace(rtrim(series, char(10)), char(10), ';') FROM charge",
    "SELECT 'sum', about, kind, card, amount_cents, waived_cents, paid_cents FROM charge",
    "SELECT 'balance', account, cents FROM balance",
    "SELECT 'line', line, card, sum(cents) FROM ledger GROUP BY line, card HAVING sum(cents) <> 0",
    "SELECT 'exc', code, entry, other, status FROM exception_now",
    "SELECT 'card', card, account, since_id, dead, barred, expires_s FROM patron",
};

static void print_state(struct run *r)
{
    int64_t readings, differences;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct stmt *s;
        must(db_prepare(r->m.b.db, queries[i], &s));
        while (stmt_next(s) == BM_OK)
            for (int c = 0, n = stmt_columns(s); c < n; c++) {
                const char *text = stmt_text(s, c);
                printf("%s%c", text && text[0] ? text : "-", c + 1 < n ? '\t' : '\n');
            }
        stmt_free(s);
    }
    must(apply_verify(&r->m.b.apply, &readings, &differences));
    if (differences) printf("BUG\tverify finds %" PRId64 " differences, one is %s\n", differences, r->m.b.apply.difference);
    printf("took\t%" PRId64 "\t%" PRId64 "\n.\n", r->m.b.apply.steps, r->m.b.apply.refolds);
}

int main(void)
{
    static struct run r;
    char line[LINE_BYTES_MAX];
    must(zone_open("UTC"));
    memory_open(&r.m);
    while (next_line(line)) {
        if (strcmp(line, "batch") == 0) {
            take_batch(&r);
        } else if (strcmp(line, "end") == 0) {
            take_batch(&r);
            print_state(&r);
            memory_clear(&r.m);
        } else {
            read_arrived(&r, line);
        }
    }
    memory_close(&r.m);
    return 0;
}
