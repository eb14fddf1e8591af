/* tests/tools/timeline_dump.c -- fold entries from stdin and print the state, sorted: the C
 * side of tests/differential/timeline.py. Entries come in key order, a line each, tabs between:
 *   t_ms  cut_ms  unc_ms  op  dev.ep.seq  member=value ...
 * `reload`: store what is dirty, throw the state away and go on from what is stored.
 * `end`: print the state, then a line with a dot, and begin anew. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/account.h"
#include "tests/tools/entry_line.h"

struct reading {
    bool reload; /* not an entry */
    struct entry e;
    struct tkey key;
    int64_t cut_ms, unc_ms;
};

struct run {
    struct arena arena;
    struct reading **readings;
    size_t count, cap;
    struct unit unit, stored;
    struct people people, stored_people;
    char **lines; /* what will be printed */
    size_t line_count, line_cap;
};

/* --- reading --- */

static struct reading *add_reading(struct run *r)
{
    r->readings = need(arena_grow(&r->arena, r->readings, r->count, &r->cap, sizeof(void *)));
    return r->readings[r->count++] = need(ARENA_NEW(&r->arena, struct reading));
}

static void read_entry(struct run *r, char *line)
{
    struct reading *x = add_reading(r);
    set_INT(&r->arena, &x->key.t_ms, next_field(&line));
    set_INT(&r->arena, &x->cut_ms, next_field(&line));
    set_INT(&r->arena, &x->unc_ms, next_field(&line));
    read_members(&r->arena, line, &x->e);
    x->key.id = x->e.id;
}

/* --- folding --- */

static void emit(struct run *r, const char *fmt, ...) BM_PRINTF(2, 3);
static void emit(struct run *r, const char *fmt, ...)
{
    char text[LINE_BYTES_MAX];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof text) die("line too long", fmt);
    r->lines =
        need(arena_grow(&r->arena, r->lines, r->line_count, &r->line_cap, sizeof(char *)));
    r->lines[r->line_count++] = need(arena_strdup(&r->arena, text));
}

static struct standing who(void *ctx, const char *card, const struct tkey *key)
{
    struct run *r = ctx;
    (void)key;
    return people_standing(&r->people, card);
}

static void begin_unit(struct run *r, struct unit *u)
{
    unit_init(u, &r->arena, who, NULL, r);
    for (size_t i = 0; i < r->count; i++)
        if (!r->readings[i]->reload && r->readings[i]->e.op == OP_PLACE)
            check(unit_declare(u, &r->readings[i]->e, &r->readings[i]->key,
                               r->readings[i]->cut_ms));
}

/* What the entries did, and which holds they missed: kept apart from the rows, so taken before
 * the unit goes. */
static void emit_deeds(struct run *r)
{
    char id[EID_TEXT_MAX];
    for (size_t i = 0; i < r->count; i++) {
        const char *word =
            r->readings[i]->reload ? NULL : unit_effect(&r->unit, &r->readings[i]->e.id);
        if (word) emit(r, "effect\t%s\t%s", eid_text(&r->readings[i]->e.id, id), word);
    }
    for (size_t i = 0; i < r->unit.wanted_count; i++)
        emit(r, "wanted\t%s", eid_text(&r->unit.wanted[i], id));
    for (size_t i = 0; i < r->people.effect_count; i++)
        emit(r, "effect\t%s\t%s", eid_text(&r->people.effects[i].entry, id),
             r->people.effects[i].word);
    for (size_t i = 0; i < r->people.exc_count; i++)
        emit(r, "exc\t%s\t%s\t%s\t-\topen\t0", exc_name(r->people.excs[i].code),
             eid_text(&r->people.excs[i].entry, id), r->people.excs[i].other);
}

/* Only rows marked dirty are stored anew: a row changed without the mark is lost, and the state
 * comes out different. */
#define STORE(kind, rows, count, find)                                                         \
    for (size_t i = 0; i < r->unit.count; i++) {                                               \
        const struct tl_##kind *now = r->unit.rows[i], *old = find;                            \
        if (now->dirty || old)                                                                 \
            need(unit_put_##kind(&fresh, now->dirty ? now : old));                             \
        else                                                                                   \
            emit(r, "BUG\t%s not marked dirty", #kind);                                        \
    }                                                                                          \
    if (r->stored.count > r->unit.count) emit(r, "BUG\t%s gone", #kind);
#define LOAD(kind, rows, count)                                                                \
    for (size_t i = 0; i < r->stored.count; i++)                                               \
        need(unit_put_##kind(&r->unit, r->stored.rows[i]));

static void reload_unit(struct run *r)
{
    struct unit fresh;
    unit_init(&fresh, &r->arena, who, NULL, r);
    STORE(item, items, item_count, unit_item(&r->stored, now->id))
    STORE(loan, loans, loan_count, unit_loan(&r->stored, &now->id))
    STORE(hold, holds, hold_count, unit_hold(&r->stored, &now->id))
    STORE(charge, charges, charge_count, unit_charge(&r->stored, &now->about, now->kind))
    STORE(exc, excs, exc_count, unit_exc(&r->stored, now->code, &now->entry, now->other))
    r->stored = fresh;
    begin_unit(r, &r->unit);
    LOAD(exc, excs, exc_count)
    LOAD(item, items, item_count)
    LOAD(loan, loans, loan_count)
    LOAD(hold, holds, hold_count)
    LOAD(charge, charges, charge_count)
}

static void reload_people(struct run *r)
{
    struct people fresh;
    people_init(&fresh, &r->arena);
    for (size_t i = 0; i < r->people.card_count; i++) {
        const struct person *now = r->people.cards[i],
                            *old = people_card(&r->stored_people, now->card);
        if (now->dirty || old)
            need(people_put(&fresh, now->dirty ? now : old));
        else
            emit(r, "BUG\tcard not marked dirty");
    }
    r->stored_people = fresh;
    people_init(&r->people, &r->arena);
    for (size_t i = fresh.card_count; i > 0; i--)
        need(people_put(&r->people, fresh.cards[i - 1]));
}

static void fold(struct run *r)
{
    begin_unit(r, &r->unit);
    unit_init(&r->stored, &r->arena, who, NULL, r);
    people_init(&r->people, &r->arena);
    people_init(&r->stored_people, &r->arena);
    for (size_t i = 0; i < r->count; i++) {
        const struct reading *x = r->readings[i];
        if (x->reload) {
            emit_deeds(r);
            reload_unit(r);
            reload_people(r);
        } else if (op_kind(x->e.op) == OPK_PEOPLE) {
            check(people_step(&r->people, &x->e));
        } else if (op_kind(x->e.op) == OPK_ITEM || op_kind(x->e.op) == OPK_HOLD) {
            check(timeline_step(&r->unit, &x->e, &x->key, x->unc_ms));
        }
    }
    emit_deeds(r);
}

/* --- printing --- */

static const char *or_dash(const char *s)
{
    return s && *s ? s : "-";
}

static const char *num(int64_t x, char *out)
{
    if (x == ENTRY_NONE) return "-";
    snprintf(out, EID_TEXT_MAX, "%" PRId64, x);
    return out;
}

static const char *id(const struct eid *x, char *out)
{
    return or_dash(eid_text(x, out));
}

static void emit_item(struct run *r, const struct tl_item *x)
{
    char b[7][EID_TEXT_MAX];
    bool touched = x->last_t_ms != ENTRY_NONE;
    emit(r, "item\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", x->id, or_dash(x->title),
         or_dash(x->place), cond_name(x->cond), id(&x->loan, b[0]), id(&x->aside, b[1]),
         id(&x->lost_mark, b[2]), id(&x->lost_loan, b[3]), num(x->last_t_ms, b[4]),
         touched ? num(x->last_unc_ms, b[5]) : "-", id(&x->last_id, b[6]),
         touched ? op_name(x->last_op) : "-");
}

static void emit_loan(struct run *r, const struct tl_loan *x)
{
    char b[16][EID_TEXT_MAX];
    bool ended = x->end_ms != ENTRY_NONE;
    emit(r, "loan\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s",
         id(&x->id, b[0]), x->item, x->card, num(x->key.t_ms, b[1]), num(x->out_ms, b[2]),
         num(x->due_s, b[3]), id(&x->promise, b[4]), num(x->terms.rate_cents, b[5]),
         num(x->terms.grace_days, b[6]), num(x->terms.max_cents, b[7]),
         num(x->terms.price_cents, b[8]), num(x->terms.keep_cents, b[9]), num(x->end_ms, b[10]),
         ended ? num(x->endkey.t_ms, b[11]) : "-", id(&x->endkey.id, b[12]),
         loan_how_name(x->how), num(x->renewals, b[13]), num(x->lost_ms, b[14]),
         num(x->claimed_ms, b[15]));
}

static void emit_hold(struct run *r, const struct tl_hold *x)
{
    char b[2][EID_TEXT_MAX];
    emit(r, "hold\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", id(&x->id, b[0]), x->card, x->title,
         or_dash(x->item), or_dash(x->pickup), num(x->key.t_ms, b[1]),
         hold_state_name(x->state), or_dash(x->by));
}

static void emit_charge(struct run *r, const struct tl_charge *x)
{
    struct buf series = { 0 };
    char b[EID_TEXT_MAX];
    for (size_t i = 0; i < x->count; i++)
        buf_printf(&series, "%s%" PRId64 " %s %" PRId64, i ? ";" : "", x->series[i].key.t_ms,
                   eid_text(&x->series[i].key.id, b), x->series[i].cents);
    check(buf_rc(&series));
    emit(r, "charge\t%s\t%s\t%s\t%s\t%s", eid_text(&x->about, b), x->kind, x->card, x->item,
         buf_str(&series));
    buf_free(&series);
}

static void emit_exc(struct run *r, const struct tl_exc *x)
{
    char b[EID_TEXT_MAX];
    emit(r, "exc\t%s\t%s\t%s\t%s\t%s\t%d", exc_name(x->code), eid_text(&x->entry, b), x->other,
         or_dash(x->node), exc_status_name(x->status), x->pending);
}

/* A charge by its written key "dev.ep.seq/kind" with all that was paid and waived on it. */
static void emit_sum(struct run *r, const char *written, const char *card,
                     const struct tl_amount *series, size_t count)
{
    struct charge_move *moves = need(ARENA_NEWS(&r->arena, struct charge_move, r->count + 1));
    size_t n = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct entry *e = &r->readings[i]->e;
        if (r->readings[i]->reload || (e->op != OP_PAY && e->op != OP_WAIVE) ||
            !str_eq(e->charge, written))
            continue;
        if (e->op == OP_PAY && (!card || !str_eq(people_standing(&r->people, e->patron).account,
                                                 people_standing(&r->people, card).account)))
            continue;
        moves[n++] = (struct charge_move){ .key = r->readings[i]->key,
                                           .waive = e->op == OP_WAIVE,
                                           .cents = e->amount_cents };
    }
    struct charge_sum sum = charge_fold(series, count, moves, n);
    emit(r, "sum\t%s\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%d", written,
         sum.amount, sum.waived, sum.paid, sum.refunded, charge_is_refund_reversed(&sum));
    char b[EID_TEXT_MAX];
    for (size_t i = 0; i < n; i++)
        if (moves[i].waive)
            emit(r, "did\t%s\t%" PRId64, eid_text(&moves[i].key.id, b), moves[i].done_cents);
}

static void emit_money(struct run *r)
{
    char b[EID_TEXT_MAX];
    const char *last = "";
    for (size_t i = 0; i < r->unit.charge_count; i++) {
        const struct tl_charge *c = r->unit.charges[i];
        char *written = need(arena_printf(&r->arena, "%s/%s", eid_text(&c->about, b), c->kind));
        emit_sum(r, written, c->card, c->series, c->count);
    }
    for (size_t i = 0; i < r->count; i++) {
        const struct reading *x = r->readings[i];
        if (x->reload || op_kind(x->e.op) != OPK_MONEY) continue;
        if (x->e.op == OP_CHARGE) {
            struct tl_amount amount = { .key = x->key, .cents = x->e.amount_cents };
            emit_sum(r, need(arena_printf(&r->arena, "%s/manual", eid_text(&x->e.id, b))),
                     x->e.patron, &amount, 1);
            continue;
        }
        if (!x->e.charge || strcmp(x->e.charge, last) == 0) continue;
        last = x->e.charge;
        struct eid about;
        const char *slash = strchr(last, '/');
        if (!slash ||
            !eid_parse(need(arena_strndup(&r->arena, last, (size_t)(slash - last))), &about))
            die("not a charge", last);
        if (!unit_charge(&r->unit, &about, slash + 1)) emit_sum(r, last, NULL, NULL, 0);
    }
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void print_state(struct run *r)
{
    char b[2][EID_TEXT_MAX];
    for (size_t i = 0; i < r->unit.item_count; i++) emit_item(r, r->unit.items[i]);
    for (size_t i = 0; i < r->unit.loan_count; i++) emit_loan(r, r->unit.loans[i]);
    for (size_t i = 0; i < r->unit.hold_count; i++) emit_hold(r, r->unit.holds[i]);
    for (size_t i = 0; i < r->unit.charge_count; i++) emit_charge(r, r->unit.charges[i]);
    for (size_t i = 0; i < r->unit.exc_count; i++) emit_exc(r, r->unit.excs[i]);
    for (size_t i = 0; i < r->people.card_count; i++) {
        const struct person *x = r->people.cards[i];
        struct standing s = people_standing(&r->people, x->card);
        emit(r, "card\t%s\t%s\t%s\t%d\t%d\t%s", x->card, s.account, id(&x->by, b[0]), s.dead,
             s.barred, num(s.expires_s, b[1]));
        if (x->barred != s.barred || x->expires_s != s.expires_s)
            emit(r, "BUG\tcard unlike its account");
    }
    emit_money(r);
    if (r->line_count) qsort(r->lines, r->line_count, sizeof *r->lines, compare_lines);
    for (size_t i = 0; i < r->line_count; i++)
        if (i == 0 || strcmp(r->lines[i - 1], r->lines[i]) != 0) puts(r->lines[i]);
    puts(".");
}

int main(void)
{
    struct run r = { 0 };
    char line[LINE_BYTES_MAX];
    while (next_line(line)) {
        if (strcmp(line, "reload") == 0) {
            add_reading(&r)->reload = true;
        } else if (strcmp(line, "end") == 0) {
            fold(&r);
            print_state(&r);
            arena_free(&r.arena);
            r = (struct run){ 0 };
        } else {
            read_entry(&r, line);
        }
    }
    arena_free(&r.arena);
    return 0;
}
