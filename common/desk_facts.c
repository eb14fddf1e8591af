/* common/desk_facts.c -- see desk_facts.h */
#include "common/desk_facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/calendar.h"

enum { LOOK_AHEAD_DAYS = 800 };

/* --- where and when ------------------------------------------------------------------------------ */

enum bm_rc facts_open(struct facts *f, struct desk *d, struct circ_view *view)
{
    *f = (struct facts){ .d = d, .view = view, .a = view->arena, .visit = ENTRY_NONE, .expires_s = ENTRY_NONE,
                         .born = ENTRY_NONE, .price_cents = ENTRY_NONE };
    f->now_ms = journal_now_ms(d->journal);
    circ_unit(&f->unit, view);
    struct stmt *s;
    enum bm_rc rc = db_get(d->view, SQL_VISIT_OPEN_OF_DEV, &s, "dev", 's', d->journal->dev, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    f->visit = stmt_int(s, 1);
    f->visit_stop = stmt_copy(s, 2, f->a);
    stmt_done(s);
    return BM_OK;
}

/* --- patron ----------------------------------------------------------------------------------------- */

/* Whose are the loan and the slip? Once both patron and copy have been looked up. */
static void find_his(struct facts *f)
{
    if (!f->account) return;
    if (f->loan) f->loan_is_his = str_eq(circ_standing_now(f->view, f->loan->card, NULL).account, f->account);
    if (f->aside) f->aside_is_his = str_eq(circ_standing_now(f->view, f->aside->card, NULL).account, f->account);
}

/* The card that the patron has now instead. */
static enum bm_rc newer_card(struct facts *f)
{
    struct stmt *s;
    enum bm_rc rc = db_get(f->d->view, SQL_PATRON_NEWER_CARD, &s, "account", 's', f->account, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    f->newer_card = stmt_copy(s, 0, f->a);
    stmt_done(s);
    return f->newer_card ? BM_OK : BM_ENOMEM;
}

enum bm_rc facts_patron(struct facts *f, const char *card)
{
    struct stmt *s;
    f->card = f->account = card;
    enum bm_rc rc = db_get(f->d->view, SQL_PATRON_GET, &s, "card", 's', card, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc == BM_ENOTFOUND) find_his(f);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    f->account = stmt_copy(s, 1, f->a);
    f->patron_name = stmt_copy(s, 2, f->a);
    f->category = stmt_copy(s, 3, f->a);
    f->stop = stmt_copy(s, 5, f->a);
    f->expires_s = stmt_int(s, 6);
    f->barred = stmt_int(s, 7) == 1;
    f->replaced = stmt_int(s, 8) == 1;
    f->patron_known = stmt_text(s, 9) != NULL;
    f->born = stmt_int(s, 10);
    stmt_done(s);
    if (!f->account) return BM_ENOMEM;
    if (f->replaced && (rc = newer_card(f))) return rc;
    rc = db_int(f->d->view, SQL_LOANS_OPEN_COUNT, &f->loan_count, "account", 's', f->account, NULL);
    if (!rc) find_his(f);
    return rc;
}

/* --- copy --------------------------------------------------------------------------------------------- */

static enum bm_rc title_text(struct facts *f, const char *key)
{
    struct stmt *s;
    enum bm_rc rc = db_get(f->d->view, SQL_TITLE_GET, &s, "key", 's', key, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    f->title = stmt_copy(s, 1, f->a);
    f->author = stmt_copy(s, 2, f->a);
    stmt_done(s);
    return BM_OK;
}

static enum bm_rc item_info(struct facts *f)
{
    struct stmt *s;
    enum bm_rc rc = db_get(f->d->view, SQL_ITEM_RULED_BY, &s, "barcode", 's', f->item, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    f->itype = stmt_copy(s, 0, f->a);
    f->callno = stmt_copy(s, 1, f->a);
    f->price_cents = stmt_int(s, 2);
    f->title = stmt_copy(s, 3, f->a);
    f->author = stmt_copy(s, 4, f->a);
    stmt_done(s);
    return BM_OK;
}

enum bm_rc facts_item(struct facts *f, const char *item)
{
    struct entry look;
    entry_init(&look, OP_CHECKIN);
    look.item = item;
    f->item = item;
    enum bm_rc rc = circ_load(&f->unit, f->view, &look);
    f->row = rc ? NULL : unit_item(&f->unit, item);
    if (!f->row) return rc;
    f->item_known = f->row->title != NULL;
    f->seen = f->row->last_id;
    f->loan = eid_is_none(&f->row->loan) ? NULL : unit_loan(&f->unit, &f->row->loan);
    f->aside = unit_truly_aside(&f->unit, f->row);
    find_his(f);
    return item_info(f);
}

enum bm_rc facts_no_card(struct facts *f, const char *item)
{
    struct facts other = { .d = f->d, .view = f->view, .a = f->a };
    if (f->item_known) return BM_OK;
    enum bm_rc rc = facts_patron(&other, item);
    return rc || !other.patron_known ? rc : err_set(BM_EREFUSED, "%s is a patron's card, no item; scan the item", item);
}

enum bm_rc facts_title(struct facts *f, const char *named, const char *item, const char **key)
{
    enum bm_rc rc = facts_item(f, item);
    if (rc) return rc;
    if (f->row && f->row->title) return *key = f->row->title, BM_OK;
    f->item = NULL;
    rc = title_text(f, named);
    if (rc || f->title) return *key = named, rc;
    return err_set(BM_ENOTFOUND, "%s is neither a title here nor a copy's barcode; search for the title first", named);
}

enum bm_rc facts_title_named(struct facts *f, const char *key)
{
    enum bm_rc rc = title_text(f, key);
    return rc || f->title ? rc : err_set(BM_ENOTFOUND, "no title %s here; search for it first", key);
}

enum bm_rc facts_hold_title(struct facts *f, const char *hold, const char **key, struct desk_answer *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(f->d->view, SQL_HOLD_GET, &s, "id", 's', hold, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? err_set(rc, "no such hold: %s", hold) : rc;
    out->patron = stmt_copy(s, 1, f->a);
    *key = stmt_copy(s, 2, f->a);
    stmt_done(s);
    return *key ? BM_OK : BM_ENOMEM;
}

/* --- calendar ------------------------------------------------------------------------------------------- */

/* How many days ahead a visit can matter to the rule that decides; 0 = it does not ask for visits. */
static int64_t visits_ahead(const struct policy_ask *ask, const struct policy_rule *rule, bool renew, int64_t today)
{
    const struct policy_loan *loan = renew ? &rule->renew_loan : &rule->loan;
    if (loan->kind != POLICY_LOAN_NEXT_VISIT) return 0;
    int64_t ahead = loan->max_days;
    if (renew && rule->renew_from_due && ask->due_s != ENTRY_NONE && ask->due_s < INT64_MAX / 1000) {
        int64_t due_day = zone_day(ask->due_s * 1000);
        if (due_day > today) ahead += due_day - today;
    }
    return ahead < LOOK_AHEAD_DAYS ? ahead : LOOK_AHEAD_DAYS;
}

/* Does it matter to the rule which days are closed? */
static bool needs_calendar(const struct policy_rule *rule, bool renew)
{
    const struct policy_loan *loan = renew ? &rule->renew_loan : &rule->loan;
    return loan->kind == POLICY_LOAN_NEXT_VISIT || rule->closed != POLICY_CLOSED_KEEP || rule->expiry_cap;
}

/* Visits to come at a stop, so many days ahead; and which of them do not take place: suspended, or a day on which the main
 * branch is closed and the van stays in. */
static enum bm_rc visit_days(struct facts *f, const char *stop, int64_t today, int64_t ahead, struct policy_ask *ask)
{
    struct calendar calendar;
    struct calendar_visits visits;
    struct day_list closed = { 0 };
    if (!stop || ahead == 0) return BM_OK;
    enum bm_rc rc = calendar_load(f->d->view, today, f->a, &calendar);
    if (!rc) rc = calendar_visits(f->d->view, &calendar, stop, today + 1, today + ahead, f->a, &visits);
    if (!rc && f->d->home) rc = rulebook_closed(f->d->book, f->d->view, f->d->home, today + 1, today + ahead, &closed);
    int64_t *off = rc ? NULL : ARENA_NEWS(f->a, int64_t, visits.planned.count + 1);
    if (!off) return rc ? rc : BM_ENOMEM;
    ask->visits = visits.planned;
    ask->suspended = (struct day_list){ off, 0 };
    for (size_t i = 0; i < visits.planned.count; i++) {
        int64_t day = visits.planned.days[i];
        if (day_list_has(&visits.suspended, day) || day_list_has(&closed, day)) off[ask->suspended.count++] = day;
    }
    return BM_OK;
}

/* --- the rules ----------------------------------------------------------------------------------------------- */

/* What only some rules look at is asked only where the rule that decides does. */
static enum bm_rc patron_sums(struct facts *f, const struct policy_rule *rule, bool renew, struct policy_ask *ask)
{
    struct policy_patron *p = &ask->patron;
    struct db *db = f->d->view;
    enum bm_rc rc = BM_OK;
    if (!f->account) return BM_OK;
    if ((renew ? rule->renew_debt_cents : rule->debt_max_cents) != ENTRY_NONE) {
        rc = db_int(db, SQL_BALANCE_OF_ACCOUNT, &p->debt_cents, "account", 's', f->account, NULL);
        if (rc == BM_ENOTFOUND) rc = BM_OK; /* never owed anything */
    }
    if (renew) return rc;
    if (!rc && f->itype && rule->itype[0] && rule->limit > 0)
        rc = db_int(db, SQL_LOANS_OPEN_OF_TYPE, &p->type_loan_count, "itype", 's', f->itype, "account", 's', f->account, NULL);
    if (!rc && rule->overdue_max != ENTRY_NONE)
        rc = db_int(db, SQL_LOANS_OVERDUE_COUNT, &p->overdue_count, "account", 's', f->account, "now_s", 'i', ask->now_ms / 1000,
                    NULL);
    if (!rc && rule->guarantor_max_cents != ENTRY_NONE)
        rc = db_int(db, SQL_BALANCE_GUARANTEED, &p->guaranteed_cents, "account", 's', f->account, NULL);
    return rc;
}

/* Set aside, and not yet where it is collected: at its stop it is with the van that stands there. */
static bool in_transit(const struct facts *f)
{
    const char *pickup = f->aside ? f->aside->pickup : NULL;
    if (!pickup || !f->row->place || str_eq(pickup, f->row->place)) return false;
    return !(f->visit_stop && str_eq(pickup, f->visit_stop) && str_eq(f->row->place, f->d->place));
}

static enum policy_whose whose(bool anybodys, bool his)
{
    return !anybodys ? POLICY_NOBODYS : his ? POLICY_HIS : POLICY_ANOTHERS;
}

static void fill_ask(struct facts *f, bool renew, struct policy_ask *ask)
{
    struct tkey now = { .t_ms = f->now_ms };
    bool nobodys = !f->card; /* then "no such card" would be said of nobody */
    ask->patron = (struct policy_patron){ .known = f->patron_known || nobodys,
                                          .barred = f->barred,
                                          .replaced = f->replaced,
                                          .expires_s = f->expires_s,
                                          .category = f->category,
                                          .born = f->born,
                                          .loan_count = f->loan_count };
    ask->item = (struct policy_item){ .known = f->item_known,
                                      .cond = f->row ? f->row->cond : COND_OK,
                                      .itype = f->itype,
                                      .price_cents = f->price_cents,
                                      .loan = whose(f->loan, f->loan_is_his),
                                      .aside = whose(f->aside, f->aside_is_his),
                                      .in_transit = in_transit(f) };
    if (renew && f->row && f->account) ask->item.wanted = unit_is_wanted(&f->unit, f->row, f->account, &now);
    ask->renewals = f->loan ? f->loan->renewals : 0;
    ask->due_s = f->loan ? f->loan->due_s : ENTRY_NONE;
    ask->out_ms = f->loan ? f->loan->out_ms : ENTRY_NONE;
}

static enum bm_rc rules_in_force(struct facts *f, struct policy_ask *ask)
{
    const char *const mine[] = { f->d->branch, f->category, f->itype };
    return rulebook_rules(f->d->book, f->d->view, mine, &ask->rules, &ask->rule_count);
}

enum bm_rc facts_question(struct facts *f, bool renew, struct policy_ask *ask)
{
    int64_t now_ms = f->d->when_ms != ENTRY_NONE ? f->d->when_ms : f->now_ms, today = zone_day(now_ms);
    *ask = (struct policy_ask){ .now_ms = now_ms, .branch = f->d->branch };
    fill_ask(f, renew, ask);
    enum bm_rc rc = rules_in_force(f, ask);
    if (rc) return rc;
    const struct policy_rule *rule = policy_deciding(ask);
    if (needs_calendar(rule, renew)) rc = rulebook_closed(f->d->book, f->d->view, f->d->branch, today, today + LOOK_AHEAD_DAYS, &ask->closed);
    if (!rc) rc = visit_days(f, f->visit_stop ? f->visit_stop : f->stop, today, visits_ahead(ask, rule, renew, today), ask);
    return rc ? rc : patron_sums(f, rule, renew, ask);
}

enum bm_rc facts_ask(struct facts *f, bool renew, struct policy_answer *out)
{
    struct policy_ask ask;
    enum bm_rc rc = facts_question(f, renew, &ask);
    if (!rc) (renew ? policy_renew : policy_checkout)(&ask, out);
    return rc;
}

enum bm_rc facts_ask_hold(struct facts *f, struct policy_answer *out)
{
    struct policy_ask ask = { .now_ms = f->d->when_ms != ENTRY_NONE ? f->d->when_ms : f->now_ms, .branch = f->d->branch };
    fill_ask(f, false, &ask);
    enum bm_rc rc = rules_in_force(f, &ask);
    if (!rc) policy_hold(&ask, out);
    return rc;
}

enum bm_rc facts_has_hold(struct facts *f, const char *title, bool *out)
{
    int64_t there;
    enum bm_rc rc = db_int(f->d->view, SQL_HOLDS_OF_ACCOUNT_ON, &there, "title", 's', title, "account", 's', f->account, NULL);
    *out = !rc && there > 0;
    return rc;
}

enum bm_rc facts_pickup(struct facts *f, const char *typed, const char **out)
{
    struct stmt *s;
    const struct desk *d = f->d;
    const char *const own[] = { d->place, d->branch, d->home, d->mobile };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (own[i] && strcasecmp(typed, own[i]) == 0) return *out = own[i], BM_OK;
    enum bm_rc rc = db_get(d->view, SQL_PLACE_NAMED, &s, "place", 's', typed, NULL);
    if (!rc) rc = stmt_next(s);
    if (!rc) {
        *out = stmt_copy(s, 0, f->a);
        stmt_done(s);
        return *out ? BM_OK : BM_ENOMEM;
    }
    if (rc != BM_ENOTFOUND) return rc;
    rc = calendar_stop_named(d->view, typed, f->a, out);
    if (rc != BM_ENOTFOUND) return rc;
    return err_set(rc, "no stop and no place is called %s here; see the stops: %s", typed, d->mobile ? "stop next" : "route list");
}

/* --- the answer ------------------------------------------------------------------------------------------------- */

void facts_tell(const struct facts *f, struct desk_answer *out)
{
    out->item = f->item;
    out->title = f->title;
    out->author = f->author;
    out->callno = f->callno;
    out->patron = f->card;
    out->patron_name = f->patron_name;
    out->newer_card = f->newer_card;
    if (f->aside) {
        out->hold_for = f->aside->card;
        out->hold_pickup = f->aside->pickup;
    }
}

enum bm_rc facts_first_waiting(struct facts *f, const char *item, struct eid *hold, struct desk_answer *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(f->d->view, SQL_HOLD_OF_ITEM_TITLE, &s, "barcode", 's', item, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? err_set(rc, "nobody waits for this copy") : rc;
    out->hold_for = stmt_copy(s, 1, f->a);
    out->hold_pickup = stmt_copy(s, 2, f->a);
    bool sound = eid_parse(stmt_text(s, 0), hold);
    stmt_done(s);
    BM_CHECK(sound);
    return out->hold_for ? BM_OK : BM_ENOMEM;
}

enum bm_rc facts_next_hold(struct facts *f, const char *item, struct desk_answer *out)
{
    struct eid hold;
    if (f->aside) return BM_OK; /* told already */
    enum bm_rc rc = facts_first_waiting(f, item, &hold, out);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc facts_entry_op(struct facts *f, const struct eid *id, enum op *op)
{
    char ep[20];
    struct stmt *s;
    struct entry e;
    snprintf(ep, sizeof ep, "%016" PRIx64, id->ep);
    enum bm_rc rc = db_get(f->d->journal->db, SQL_ENTRY_GET, &s, "dev", 's', id->dev, "ep", 's', ep, "seq", 'i',
                           (int64_t)id->seq, "row", 'i', (int64_t)id->row, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? err_set(rc, "no such entry here; an act is taken back where it was done, or at the branch (with --override even before it arrives there)") : rc;
    const char *body = stmt_text(s, 1);
    rc = entry_read(body, strlen(body), id->row > 0, f->a, &e);
    stmt_done(s);
    *op = e.op;
    return rc;
}

enum bm_rc facts_is_void(struct facts *f, const struct eid *id, const char *text, bool *out)
{
    struct stmt *s;
    bool branch = str_eq(f->d->journal->dev, "branch"); /* which has every device's */
    const char *target = arena_printf(f->a, "\"target\":\"%s\"", text);
    *out = false;
    if (!target) return BM_ENOMEM;
    enum bm_rc rc = branch ? db_get(f->d->view, SQL_READING_VOIDS_OF, &s, "ref", 's', text, NULL)
                           : db_get(f->d->journal->db, SQL_ENTRY_VOIDS_OF, &s, "dev", 's', id->dev, "seq", 'i', (int64_t)id->seq,
                                    "target", 's', target, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    stmt_done(s);
    *out = true;
    return BM_OK;
}
