/* common/desk_act.c -- see desk_act.h */
#include "common/desk_act.h"

#include <stdio.h>
#include <string.h>

#include "common/barcode.h"
#include "common/cents.h"
#include "common/seal.h"
#include "common/zone.h"

enum { TIME_BACK_MAX_DAYS = 365 };
#define TIME_BACK_MAX_MS (TIME_BACK_MAX_DAYS * INT64_C(86400000))

enum bm_rc act_clean(struct arena *a, const char *scanned, const char **out)
{
    char text[BARCODE_MAX + 1];
    enum bm_rc rc = barcode_clean(scanned ? scanned : "", text, sizeof text);
    if (rc) return err_prefix(BM_EUSAGE, "what was scanned is no barcode: ");
    if (card_is_nobody(text)) return err_set(BM_EUSAGE, "%s stands for nobody (I12): no card and no copy has such a number", text);
    *out = arena_strdup(a, text);
    return *out ? BM_OK : BM_ENOMEM;
}

/* --- begin, write, end ------------------------------------------------------------------------------- */

static void answer_start(struct desk_answer *out, enum op op)
{
    *out = (struct desk_answer){ .op = op_name(op), .due_s = ENTRY_NONE, .loan_count = ENTRY_NONE, .limit = ENTRY_NONE, .cards_left = ENTRY_NONE,
                                 .amount_cents = ENTRY_NONE, .balance_cents = ENTRY_NONE };
}

/* The stored answer holds no names and no titles: they are looked up again. */
static enum bm_rc name_again(struct act *act)
{
    struct desk_answer *out = act->out;
    struct facts *f = &act->f;
    enum bm_rc rc = facts_open(f, act->d, &act->view);
    if (!rc && out->patron) rc = facts_patron(f, out->patron);
    if (!rc && out->item) rc = facts_item(f, out->item);
    if (!rc && out->key && !f->title) rc = facts_title_named(f, out->key);
    if (rc == BM_ENOTFOUND) rc = BM_OK; /* the title is gone since */
    out->patron_name = f->patron_name;
    out->title = f->title;
    out->author = f->author;
    out->callno = f->callno;
    return rc;
}

/* A request that was done before gets what was said then. ret: BM_EEXISTS = answered */
static enum bm_rc asked_before(struct act *act)
{
    struct desk *d = act->d;
    struct eid id;
    const char *said;
    char text[EID_TEXT_MAX];
    if (!d->request) return BM_OK;
    enum bm_rc rc = journal_by_request(d->journal, d->request, act->a, &id, &said);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    if (!*said)
        return err_set(BM_EUSAGE, "request id %s was used long ago, for %s, and what was said then is forgotten; nothing was written: "
                                  "give each act an id of its own", d->request, eid_text(&id, text));
    struct desk_answer fresh = *act->out;
    rc = facts_answer_read(said, act->a, act->out);
    if (!rc && !str_eq(act->out->asked, act->asked)) {
        *act->out = fresh; /* what was said then is no answer to this */
        return err_set(BM_EUSAGE, "request id %s was used for another act, %s; nothing was written: give each act an id of its own",
                       d->request, eid_text(&id, text));
    }
    if (!rc) rc = name_again(act);
    if (rc) return rc;
    act->out->done = act->out->again = true;
    act->out->entry = arena_strdup(act->a, eid_text(&id, text));
    return act->out->entry ? BM_EEXISTS : BM_ENOMEM;
}

const char *act_asked(struct arena *a, size_t count, const char *const *words)
{
    const char *all = "";
    for (size_t i = 0; i < count && all; i++) all = arena_printf(a, "%s\x1f%s", all, words[i] ? words[i] : "");
    return all;
}

const char *act_number(struct arena *a, int64_t n)
{
    return n == ENTRY_NONE ? NULL : arena_printf(a, "%lld", (long long)n);
}

/* What was asked for, as a few digits: it is kept with the answer, which holds no names (I12). */
static void note_asked(struct act *act, enum op op, const char *asked)
{
    struct seal_hasher h;
    unsigned char hash[SEAL_HASH_BYTES];
    seal_hasher_start(&h);
    seal_hasher_add(&h, op_name(op), strlen(op_name(op)));
    seal_hasher_add(&h, asked, strlen(asked));
    seal_hasher_end(&h, hash);
    hex_encode(act->asked, hash, sizeof act->asked / 2);
}

enum bm_rc act_check_time(const struct act *act, const char *words, int64_t ms)
{
    char text[ZONE_TEXT_MAX];
    if (ms == ENTRY_NONE) return BM_OK;
    zone_text(ms / 1000, text, sizeof text, ZONE_DATE_TIME);
    if (ms > act->f.now_ms) return err_set(BM_EUSAGE, "%s on %s: that lies in the future; nothing was written", words, text);
    if (ms >= act->f.now_ms - TIME_BACK_MAX_MS) return BM_OK;
    return err_set(BM_EUSAGE, "%s on %s: that is more than %d days ago; nothing was written. Look at the year", words, text, TIME_BACK_MAX_DAYS);
}

static enum bm_rc check_when(const struct act *act)
{
    const struct desk *d = act->d;
    if (d->source && d->when_ms == ENTRY_NONE) return err_set(BM_EUSAGE, "an act caught up later needs the time when it happened");
    return act_check_time(act, "it is said to have happened", d->when_ms);
}

enum bm_rc act_begin(struct act *act, struct desk *d, struct arena *a, enum op op, const char *asked, struct desk_answer *out)
{
    *act = (struct act){ .d = d, .a = a, .out = out };
    answer_start(out, op);
    entry_init(&act->e, op);
    if (!asked) return BM_ENOMEM;
    note_asked(act, op, asked);
    enum bm_rc rc = d->begin(d);
    if (rc) return rc;
    act->begun = true;
    act->view = (struct circ_view){ .db = d->view, .arena = a, .who = circ_standing_now };
    rc = asked_before(act);
    if (!rc) rc = facts_open(&act->f, d, &act->view);
    return rc ? rc : check_when(act);
}

void act_next(struct act *act, enum op op)
{
    entry_init(&act->e, op);
}

static enum bm_rc name_entry(struct act *act)
{
    char id[EID_TEXT_MAX];
    act->first = act->e.id;
    hex_encode(act->out->slip, act->d->journal->head_hash, (DESK_CODE_MAX - 1) / 2);
    act->out->entry = arena_strdup(act->a, eid_text(&act->e.id, id));
    act->out->done = true;
    return act->out->entry ? BM_OK : BM_ENOMEM;
}

enum bm_rc act_write(struct act *act)
{
    struct desk *d = act->d;
    struct entry *e = &act->e;
    e->staff = d->staff;
    e->source = d->source;
    e->when_ms = d->when_ms;
    e->visit = act->f.visit;
    enum bm_rc rc = journal_append(d->journal, e);
    if (rc == BM_EINPUT) rc = BM_EUSAGE; /* a text too long, or empty: what was given, no fault of ours; its detail stays */
    if (!rc && act->writes++ == 0) rc = name_entry(act);
    if (!rc) rc = d->write(d, e, &act->outcome);
    if (!rc && act->outcome.kind == OUTCOME_LATE) /* caught up from paper, and the copy has gone on since */
        act_reason(act, REASON_NOTE, "late", "More is known of this copy since then: it shows here after the next sync.", ENTRY_NONE);
    return rc;
}

enum bm_rc act_end(struct act *act, enum bm_rc rc)
{
    struct desk *d = act->d;
    if (rc == BM_EEXISTS && act->out->again) rc = BM_OK;
    if (!act->begun) return rc;
    if (!rc) rc = act->view.rc;
    act->out->asked = act->asked;
    if (!rc && act->writes && d->request) rc = facts_answer_store(d->journal, d->request, &act->first, act->out);
    act->out->asked = NULL; /* it dies with the act */
    return d->end(d, rc);
}

/* --- reasons ------------------------------------------------------------------------------------------ */

static struct desk_reason *reason_put(struct desk_answer *out)
{
    if (out->reason_count == DESK_REASONS_MAX) out->reason_count--; /* never so many: the last gives way */
    struct desk_reason *r = &out->reasons[out->reason_count++];
    *r = (struct desk_reason){ .cents = ENTRY_NONE };
    return r;
}

void act_reason(struct act *act, enum reason_kind kind, const char *name, const char *sentence, int64_t cents)
{
    struct desk_reason *r = reason_put(act->out);
    r->name = name;
    r->sentence = sentence ? sentence : name;
    r->blocks = kind == REASON_BLOCKS || kind == REASON_OVERRIDABLE;
    r->overridable = kind == REASON_OVERRIDABLE;
    r->alert = kind == REASON_ALERT;
    r->cents = cents;
}

bool act_refuses(struct act *act, const char *name, const char *sentence)
{
    act_reason(act, REASON_OVERRIDABLE, name, sentence, ENTRY_NONE);
    act->out->may_override = true;
    return !act->d->override;
}

bool act_allowed(struct act *act, const struct policy_answer *p)
{
    struct desk_answer *out = act->out;
    for (size_t i = 0; i < p->fired_count; i++) {
        const struct policy_fired *f = &p->fired[i];
        struct desk_reason *r = reason_put(out);
        r->name = policy_reason_name(f->reason);
        r->sentence = policy_reason_sentence(f->reason);
        r->blocks = f->blocks;
        r->overridable = f->overridable;
        r->rule = f->rule->row;
        if (f->reason != POLICY_CARD_REPLACED || !act->f.newer_card) continue;
        const char *names = arena_printf(act->a, "This card has been replaced by %s.", act->f.newer_card);
        if (names) r->sentence = names;
    }
    out->may_override = p->may_override;
    out->limit = p->limit;
    if (p->verdict == POLICY_BLOCK && (!act->d->override || !p->may_override)) return false;
    char over[POLICY_OVER_MAX];
    policy_over_text(p, over, sizeof over); /* what the rule lets pass is no exception at the branch either */
    act->e.over = over[0] ? arena_strdup(act->a, over) : NULL;
    if (p->verdict == POLICY_BLOCK) act->e.why = act->d->why;
    return true;
}

enum bm_rc act_needs_reason(const struct desk *d)
{
    if (d->override && (!d->why || !d->why[0])) return err_set(BM_EUSAGE, "an override needs a reason");
    return BM_OK;
}

enum bm_rc act_count_loans(struct act *act, const char *account)
{
    return account ? db_int(act->d->view, SQL_LOANS_OPEN_COUNT, &act->out->loan_count, "account", 's', account, NULL) : BM_OK;
}

/* --- money that the act moved -------------------------------------------------------------------------- */

/* What a charge stands at in a unit; 0 = there is none. */
static int64_t charged(const struct unit *u, const struct eid *about, const char *kind)
{
    const struct tl_charge *c = eid_is_none(about) ? NULL : unit_charge(u, about, kind);
    return c && c->count ? c->series[c->count - 1].cents : 0;
}

static void tell_charge(struct act *act, const struct unit *now, const struct eid *about, const char *kind, const char *name,
                        const char *words)
{
    char text[CENTS_TEXT_MAX];
    int64_t was = charged(&act->f.unit, about, kind), is = charged(now, about, kind);
    if (was == is) return;
    cents_text(is, text, sizeof text);
    act_reason(act, REASON_ALERT, name, arena_printf(act->a, "%s: %s", words, text), is);
}

enum bm_rc act_tell_money(struct act *act)
{
    const struct facts *f = &act->f;
    struct unit now;
    struct entry look;
    entry_init(&look, OP_CHECKIN);
    look.item = act->e.item;
    circ_unit(&now, &act->view);
    enum bm_rc rc = circ_load(&now, &act->view, &look);
    if (rc) return rc;
    if (f->loan) tell_charge(act, &now, &f->loan->promise, "overdue", "overdue_charged", "Overdue; charged for being late");
    if (f->row) tell_charge(act, &now, &f->row->lost_mark, "lost", "lost_found", "It was lost and is found; the charge for the loss is now");
    tell_charge(act, &now, &act->e.id, "lost", "lost_charged", "Charged for the loss");
    tell_charge(act, &now, &act->e.id, "damage", "damage_charged", "Charged for the damage");
    return BM_OK;
}
