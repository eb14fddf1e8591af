/* tests/unit/story.h -- tell what happened at which desk, fold it, and read off what came of
 * it. Floor:   tests. Uses timeline, account, cmocka. Owns:    story_begin's story, until
 * story_end. Days: Mon 00:00 of the first week is moment 0; "Tue+2 10:00" is two weeks on. */
#ifndef BM_TEST_STORY_H
#define BM_TEST_STORY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/account.h"

enum { ENTRIES_MAX = 64, TEXT_MAX = 1024, MINUTE_MS = 60000, DAY_MIN = 1440 };
static const char *const day_names[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

struct told {
    struct entry e;
    struct tkey key;
    int64_t unc_ms, cut_ms;
    bool taken_back;
};

struct story {
    struct arena told_in, arena; /* entries; the state folded last */
    struct told *told[ENTRIES_MAX], *sorted[ENTRIES_MAX];
    size_t count;
    struct unit u;
    struct people p;
    enum bm_rc rc; /* of the last fold */
    char text[TEXT_MAX];
};

/* "Tue+1 10:00" in minutes */
static inline int64_t at(const char *when)
{
    int64_t day = -1, weeks = 0;
    for (int i = 0; i < 7; i++)
        if (strncmp(when, day_names[i], 3) == 0) day = i;
    assert_true(day >= 0);
    if (when[3] == '+') weeks = when[4] - '0';
    const char *hm = strchr(when, ' ');
    assert_non_null(hm);
    return (day + 7 * weeks) * DAY_MIN + strtol(hm + 1, NULL, 10) * 60 +
           strtol(hm + 4, NULL, 10);
}

static inline int64_t due(const char *when)
{
    return at(when) * 60;
}

static inline struct told *tell(struct story *s, const char *dev, const char *when, enum op op,
                                const char *item, const char *patron)
{
    assert_true(s->count < ENTRIES_MAX);
    struct told *x = ARENA_NEW(&s->told_in, struct told);
    assert_non_null(x);
    entry_init(&x->e, op);
    uint64_t seq = 1;
    for (size_t i = 0; i < s->count; i++) seq += strcmp(s->told[i]->e.id.dev, dev) == 0;
    x->e.id = (struct eid){ .ep = 1, .seq = seq };
    assert_true(str_copy(x->e.id.dev, sizeof x->e.id.dev, dev));
    x->e.item = item;
    x->e.patron = patron;
    x->key = (struct tkey){ .t_ms = at(when) * MINUTE_MS, .id = x->e.id };
    s->told[s->count++] = x;
    return x;
}

static inline struct told *lend(struct story *s, const char *dev, const char *when,
                                const char *item, const char *patron, const char *until)
{
    struct told *x = tell(s, dev, when, OP_CHECKOUT, item, patron);
    x->e.due_s = due(until);
    x->e.rate_cents = 10;
    x->e.grace_days = 0;
    x->e.max_cents = 300;
    x->e.price_cents = 2500;
    x->e.keep_cents = 0;
    return x;
}

static inline struct told *renew(struct story *s, const char *dev, const char *when,
                                 const char *item, const char *patron, const char *until)
{
    struct told *x = tell(s, dev, when, OP_RENEW, item, patron);
    x->e.due_s = due(until);
    return x;
}

static inline struct told *place(struct story *s, const char *dev, const char *when,
                                 const char *patron)
{
    struct told *x = tell(s, dev, when, OP_PLACE, NULL, patron);
    x->e.title = "T";
    x->cut_ms = INT64_MIN;
    return x;
}

static inline struct told *capture(struct story *s, const char *dev, const char *when,
                                   const char *item, const struct told *hold)
{
    struct told *x = tell(s, dev, when, OP_CAPTURE, item, NULL);
    x->e.hold = hold->e.id;
    return x;
}

static inline struct told *cancel(struct story *s, const char *dev, const char *when,
                                  const struct told *hold, const char *basis)
{
    struct told *x = tell(s, dev, when, OP_CANCEL, NULL, NULL);
    x->e.hold = hold->e.id;
    x->e.title = "T";
    x->e.basis = basis;
    return x;
}

static inline struct told *mark(struct story *s, const char *dev, const char *when,
                                const char *item, const char *as, const char *patron)
{
    struct told *x = tell(s, dev, when, OP_MARK, item, patron);
    x->e.as = as;
    return x;
}

/* Paid (dev's patron given) or waived on the charge that entry `about` began. */
static inline struct told *money(struct story *s, const char *when, enum op op,
                                 const char *patron, const struct told *about, const char *kind,
                                 int64_t cents)
{
    char text[EID_TEXT_MAX];
    struct told *x = tell(s, "branch", when, op, NULL, patron);
    x->e.charge = arena_printf(&s->told_in, "%s/%s", eid_text(&about->e.id, text), kind);
    x->e.amount_cents = cents;
    return x;
}

static inline struct story *story_begin(void)
{
    struct story *s = calloc(1, sizeof *s);
    assert_non_null(s);
    tell(s, "branch", "Mon 00:00", OP_ADD_ITEM, "X", NULL)->e.title = "T";
    tell(s, "branch", "Mon 00:00", OP_ADD_ITEM, "Y", NULL)->e.title = "T";
    tell(s, "branch", "Mon 00:00", OP_REGISTER, NULL, "A");
    tell(s, "branch", "Mon 00:00", OP_REGISTER, NULL, "B");
    return s;
}

static inline void story_end(struct story *s)
{
    arena_free(&s->arena);
    arena_free(&s->told_in);
    free(s);
}

static inline struct standing who(void *ctx, const char *card, const struct tkey *key)
{
    struct story *s = ctx;
    (void)key;
    return people_standing(&s->p, card);
}

static inline int by_key(const void *a, const void *b)
{
    return tkey_cmp(&(*(struct told *const *)a)->key, &(*(struct told *const *)b)->key);
}

static inline enum bm_rc step(struct story *s, const struct told *x)
{
    if (x->taken_back) return BM_OK;
    if (op_kind(x->e.op) == OPK_PEOPLE) return people_step(&s->p, &x->e);
    if (op_kind(x->e.op) == OPK_ITEM || op_kind(x->e.op) == OPK_HOLD)
        return timeline_step(&s->u, &x->e, &x->key, x->unc_ms);
    return BM_OK;
}

/* Fold all that was told, in the one order; max_bytes 0 = as much memory as it takes. */
static inline enum bm_rc fold_within(struct story *s, size_t max_bytes)
{
    arena_free(&s->arena);
    arena_init(&s->arena, max_bytes);
    unit_init(&s->u, &s->arena, who, NULL, s);
    people_init(&s->p, &s->arena);
    memcpy(s->sorted, s->told, sizeof s->told);
    qsort(s->sorted, s->count, sizeof *s->sorted, by_key);
    s->rc = BM_OK;
    for (size_t i = 0; i < s->count && !s->rc; i++)
        if (s->told[i]->e.op == OP_PLACE && !s->told[i]->taken_back)
            s->rc = unit_declare(&s->u, &s->told[i]->e, &s->told[i]->key, s->told[i]->cut_ms);
    for (size_t i = 0; i < s->count && !s->rc; i++) s->rc = step(s, s->sorted[i]);
    return s->rc;
}

static inline void fold(struct story *s)
{
    assert_int_equal(fold_within(s, 0), BM_OK);
}

/* --- what came of it, as text --- */

static inline void put(struct story *s, const char *fmt, ...) BM_PRINTF(2, 3);
static inline void put(struct story *s, const char *fmt, ...)
{
    size_t n = strlen(s->text);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(s->text + n, sizeof s->text - n, fmt, ap);
    va_end(ap);
}

static inline void put_day(struct story *s, int64_t t_ms)
{
    if (t_ms == ENTRY_NONE) {
        put(s, " -");
        return;
    }
    int64_t day = t_ms / MINUTE_MS / DAY_MIN;
    put(s, day >= 7 ? " %s+%d" : " %s", day_names[day % 7], (int)(day / 7));
}

/* "item card out end due; ..." by key */
static inline const char *loans(struct story *s)
{
    s->text[0] = '\0';
    for (size_t i = 0; i < s->u.loan_count;
         i++) { /* stepped in key order, so they stand in it */
        const struct tl_loan *x = s->u.loans[i];
        put(s, "%s%s %s", i ? "; " : "", x->item, x->card);
        put_day(s, x->out_ms);
        put_day(s, x->end_ms);
        put_day(s, x->due_s * 1000);
    }
    return s->text;
}

static inline int hold_by_key(const void *a, const void *b)
{
    return tkey_cmp(&(*(struct tl_hold *const *)a)->key, &(*(struct tl_hold *const *)b)->key);
}

static inline const char *holds(struct story *s)
{
    struct tl_hold *sorted[ENTRIES_MAX];
    s->text[0] = '\0';
    assert_true(s->u.hold_count > 0 && s->u.hold_count < ENTRIES_MAX);
    memcpy(sorted, s->u.holds, s->u.hold_count * sizeof *sorted);
    qsort(sorted, s->u.hold_count, sizeof *sorted, hold_by_key);
    for (size_t i = 0; i < s->u.hold_count; i++)
        put(s, "%s%s %s %s", i ? "; " : "", sorted[i]->card, hold_state_name(sorted[i]->state),
            sorted[i]->by ? sorted[i]->by : "-");
    return s->text;
}

/* Names of the exceptions with this status, in the order of the table. */
static inline const char *excs(struct story *s, enum exc_status status)
{
    s->text[0] = '\0';
    for (int code = 0; code < EXC_COUNT; code++) {
        for (size_t i = 0; i < s->u.exc_count; i++)
            if ((int)s->u.excs[i]->code == code && s->u.excs[i]->status == status)
                put(s, "%s%s", s->text[0] ? " " : "", exc_name((enum exc_code)code));
        for (size_t i = 0; i < s->p.exc_count; i++)
            if ((int)s->p.excs[i].code == code && status == EXC_OPEN)
                put(s, "%s%s", s->text[0] ? " " : "", exc_name((enum exc_code)code));
    }
    return s->text;
}

/* Copies on the hold shelf for nobody. */
static inline const char *to_clear(struct story *s)
{
    s->text[0] = '\0';
    for (size_t i = 0; i < s->u.item_count; i++)
        if (!eid_is_none(&s->u.items[i]->aside) && !unit_truly_aside(&s->u, s->u.items[i]))
            put(s, "%s", s->u.items[i]->id);
    return s->text;
}

static inline bool is_of(struct story *s, const char *card, const char *account)
{
    return card && strcmp(people_standing(&s->p, card).account, account) == 0;
}

/* What the account owes in all: amounts less waivers of its charges, less what it paid.
 * waive_nothing: how many forgave nothing. */
static inline int64_t owes(struct story *s, const char *account, int *waive_nothing)
{
    int64_t cents = 0;
    *waive_nothing = 0;
    for (size_t i = 0; i < s->u.charge_count; i++) {
        const struct tl_charge *c = s->u.charges[i];
        struct charge_move moves[ENTRIES_MAX];
        char text[EID_TEXT_MAX], name[EID_TEXT_MAX + 16];
        size_t n = 0;
        snprintf(name, sizeof name, "%s/%s", eid_text(&c->about, text), c->kind);
        for (size_t k = 0; k < s->count; k++) {
            const struct entry *e = &s->sorted[k]->e;
            if (str_eq(e->charge, name))
                moves[n++] = (struct charge_move){ .key = s->sorted[k]->key,
                                                   .waive = e->op == OP_WAIVE,
                                                   .cents = e->amount_cents };
        }
        struct charge_sum sum = charge_fold(c->series, c->count, moves, n);
        if (is_of(s, c->card, account)) cents += sum.amount - sum.waived;
        for (size_t k = 0; k < n; k++)
            *waive_nothing += moves[k].waive && moves[k].done_cents == 0;
    }
    for (size_t k = 0; k < s->count; k++)
        if (s->told[k]->e.op == OP_PAY && is_of(s, s->told[k]->e.patron, account))
            cents -= s->told[k]->e.amount_cents;
    return cents;
}

static inline int64_t owed(struct story *s, const char *account)
{
    int none;
    return owes(s, account, &none);
}

#define IS(text, want) assert_string_equal(text, want)

#endif
