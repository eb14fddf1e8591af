/* sync/story.c -- see story.h */
#include "sync/story.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/account.h"
#include "sync/story_words.h"

enum { LATE_MS = 10 * 60 * 1000 };

const char *story_id(const char *code, const char *entry, const char *other, char *id)
{
    unsigned char hash[SEAL_HASH_BYTES];
    struct seal_hasher h;
    const char *const parts[] = { code, entry, other ? other : "" };
    seal_hasher_start(&h);
    for (size_t i = 0; i < 3; i++) seal_hasher_add(&h, parts[i], strlen(parts[i]) + 1); /* with its NUL */
    seal_hasher_end(&h, hash);
    hex_encode(id, hash, (STORY_ID_MAX - 1) / 2);
    return id;
}

/* --- events --------------------------------------------------------------------------------------------------- */

/* One reading into the story, once. */
static enum bm_rc add_event(struct branch *b, struct stmt *s, struct arena *a, struct story *out, struct entry *e)
{
    struct story_event ev = { .received_ms = stmt_int(s, 5), .taken_back = str_eq(stmt_text(s, 7), "void") };
    char id[EID_TEXT_MAX], slip[9] = "";
    size_t len;
    const char *body = stmt_text(s, 8);
    const void *hash = stmt_blob(s, 9, &len);
    if (hash && len >= 4) hex_encode(slip, hash, 4);
    enum bm_rc rc = entry_read(body, strlen(body), stmt_int(s, 3) > 0, a, e);
    if (!rc) rc = apply_col_eid(s, 0, 3, &e->id);
    if (rc) return rc;
    if (e->patron && stmt_text(s, 6)) e->patron = stmt_copy(s, 6, a); /* as meant */
    ev.key = (struct tkey){ .t_ms = stmt_int(s, 4), .id = e->id };
    eid_text(&e->id, id);
    for (size_t i = 0; i < out->count; i++)
        if (strcmp(out->events[i].id, id) == 0) return BM_OK;
    if (out->count == STORY_EVENTS_MAX) return BM_OK;
    const struct teller teller = teller_at(b, a);
    if (e->op == OP_PAY && e->charge) out->charge = e->charge;
    if (e->op == OP_REPLACE && str_eq(e->patron, out->card)) out->new_card = e->fresh;
    ev.id = arena_strdup(a, id);
    ev.slip = arena_strdup(a, slip);
    ev.part = str_eq(id, out->entry) ? STORY_ENTRY : str_eq(id, out->other) ? STORY_COUNTERPART : STORY_BESIDE;
    ev.when = ev.key.t_ms > 0 ? tell_moment(&teller, ev.key.t_ms) : "from the start";
    if (ev.received_ms - ev.key.t_ms > LATE_MS && e->id.row == 0) ev.known = tell_moment(&teller, ev.received_ms);
    ev.staff = e->staff;
    ev.words = tell_act(&teller, e);
    if (op_kind(e->op) == OPK_ITEM && out->item && e->item && !str_eq(e->item, out->item)) /* of another copy than the story's */
        ev.words = arena_printf(a, "copy %s %s", e->item, ev.words);
    ev.where = tell_where(&teller, e);
    if (!ev.id || !ev.slip || !ev.words) rc = BM_ENOMEM;
    if (!rc) out->events[out->count++] = ev;
    return rc;
}

static enum bm_rc add_all(struct branch *b, enum bm_rc got, struct stmt *s, struct arena *a, struct story *out)
{
    struct entry e;
    enum bm_rc rc = got;
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK)
        if ((rc = add_event(b, s, a, out, &e))) break;
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* The entry of that id, if it is one; *e tells what it is about. */
static enum bm_rc add_entry(struct branch *b, const char *text, struct arena *a, struct story *out, struct entry *e, int64_t *t_ms)
{
    struct eid id;
    char ep[20];
    struct stmt *s;
    e->op = OP_COUNT;
    if (!eid_parse(text, &id) || eid_is_none(&id)) return BM_OK;
    snprintf(ep, sizeof ep, "%016" PRIx64, id.ep);
    enum bm_rc rc = db_get(b->db, SQL_STORY_ENTRY, &s, "dev", 's', id.dev, "ep", 's', ep, "seq", 'i', (int64_t)id.seq, "row", 'i',
                           (int64_t)id.row, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    rc = add_event(b, s, a, out, e);
    if (t_ms) *t_ms = stmt_int(s, 4);
    stmt_done(s);
    return rc;
}

static enum bm_rc add_people(struct branch *b, const char *card, int64_t t_ms, struct arena *a, struct story *out)
{
    struct stmt *s = NULL;
    char ref[ENTRY_WORD_MAX + 8];
    snprintf(ref, sizeof ref, "card:%s", card);
    enum bm_rc rc = db_get(b->db, SQL_STORY_PEOPLE, &s, "card", 's', card, "ref", 's', ref, "t_ms", 'i', t_ms, NULL);
    return add_all(b, rc, s, a, out);
}

static enum bm_rc add_charge(struct branch *b, const char *key, struct arena *a, struct story *out)
{
    struct stmt *s = NULL;
    struct entry about;
    char id[EID_TEXT_MAX];
    const char *kind;
    bool sound = charge_key_split(key, id, &kind);
    enum bm_rc rc = sound ? add_entry(b, id, a, out, &about, NULL) : BM_OK;
    if (!rc && sound && about.op != OP_COUNT && about.item) out->item = about.item;
    if (!rc) rc = db_get(b->db, SQL_STORY_MOVES, &s, "ref", 's', key, NULL);
    return add_all(b, rc, s, a, out);
}

static int by_key(const void *x, const void *y)
{
    return tkey_cmp(&((const struct story_event *)x)->key, &((const struct story_event *)y)->key);
}

/* --- how it stands -------------------------------------------------------------------------------------------- */

static enum bm_rc item_now(struct branch *b, struct arena *a, struct story *out)
{
    const struct teller teller = teller_at(b, a);
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_STORY_ITEM, &s, "item", 's', out->item, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    out->title = stmt_copy(s, 0, a);
    const char *place = stmt_copy(s, 1, a), *cond = stmt_copy(s, 2, a), *borrower = stmt_copy(s, 3, a), *aside = stmt_copy(s, 5, a);
    int64_t due_s = stmt_int(s, 4);
    stmt_done(s);
    if (out->now) return BM_OK; /* of a hold or an account: told already */
    const char *bad = str_eq(cond, "ok") ? "" : arena_printf(a, ", %s", cond ? cond : "?");
    if (borrower) out->now = arena_printf(a, "on loan to %s, due %s%s", tell_card(&teller, borrower), tell_day(&teller, due_s), bad);
    else if (aside) out->now = arena_printf(a, "set aside for %s%s", tell_card(&teller, aside), bad);
    else out->now = arena_printf(a, "not on loan, seen last at %s%s", place ? place : "a place not known", bad);
    return out->now ? BM_OK : BM_ENOMEM;
}

/* A hold: how it stands, beside the copy that the story is about. */
static enum bm_rc hold_now(struct branch *b, struct arena *a, struct story *out)
{
    const struct teller teller = teller_at(b, a);
    struct stmt *s;
    struct eid id;
    if (!eid_parse(out->hold, &id)) return BM_OK;
    enum bm_rc rc = db_get(b->db, SQL_STORY_HOLD, &s, "id", 's', out->hold, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    const char *state = stmt_copy(s, 2, a), *by = stmt_copy(s, 3, a);
    stmt_done(s);
    const char *whose = tell_hold(&teller, &id);
    const char *mine = str_eq(by, out->item) ? "this copy" : by ? arena_printf(a, "copy %s", by) : NULL;
    if (str_eq(state, "captured") && mine) out->now = arena_printf(a, "for %s, %s is set aside", whose, mine);
    else if (str_eq(state, "fulfilled") && mine) out->now = arena_printf(a, "%s is filled, by %s", whose, mine);
    else out->now = arena_printf(a, "%s is %s", whose, state ? state : "?");
    return out->now ? BM_OK : BM_ENOMEM;
}

static enum bm_rc patron_now(struct branch *b, struct arena *a, struct story *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_PATRON_GET, &s, "card", 's', out->card, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    out->patron = stmt_copy(s, 2, a);
    if (!out->now)
        out->now = arena_printf(a, "card %s is %s%s", out->card, stmt_int(s, 8) == 1 ? "replaced" : "in use", stmt_int(s, 7) == 1 ? ", and barred" : "");
    stmt_done(s);
    return BM_OK;
}

static enum bm_rc money_now(struct branch *b, struct arena *a, struct story *out)
{
    const struct teller teller = teller_at(b, a);
    int64_t cents = 0;
    enum bm_rc rc = db_int(b->db, SQL_BALANCE_GET, &cents, "account", 's', out->account, NULL);
    if (rc && rc != BM_ENOTFOUND) return rc;
    out->cents = -cents;
    out->money = tell_money(&teller, cents < 0 ? -cents : cents);
    const char *who = tell_card(&teller, out->account);
    out->now = arena_printf(a, cents < 0 ? "%s has paid %s more than is owed" : "%s owes %s", who, out->money);
    return out->now ? BM_OK : BM_ENOMEM;
}

/* The charge that money was paid on: what it is now, which may be nothing. */
static enum bm_rc charge_now(struct branch *b, struct arena *a, struct story *out)
{
    const struct teller teller = teller_at(b, a);
    struct stmt *s;
    char about[EID_TEXT_MAX];
    const char *kind;
    if (!charge_key_split(out->charge, about, &kind)) return BM_OK;
    enum bm_rc rc = db_get(b->db, SQL_CHARGE_GET, &s, "about", 's', about, "kind", 's', kind, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc && rc != BM_ENOTFOUND) return rc;
    int64_t cents = rc ? 0 : stmt_int(s, 5);
    if (!rc) stmt_done(s);
    out->now = arena_printf(a, "%s; the charge %s is %s now", out->now, tell_charge(&teller, out->charge), tell_money(&teller, cents));
    return out->now ? BM_OK : BM_ENOMEM;
}

/* Of an act that has not arrived: when the device that did it was heard of last. */
static enum bm_rc waiting_now(struct branch *b, struct arena *a, struct story *out)
{
    const struct teller teller = teller_at(b, a);
    struct eid id;
    struct stmt *s;
    int64_t heard_ms = ENTRY_NONE;
    if (!eid_parse(out->target, &id)) return BM_OK;
    enum bm_rc rc = db_get(b->db, SQL_DEVICE_GET, &s, "dev", 's', id.dev, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc && rc != BM_ENOTFOUND) return rc;
    bool there = !rc;
    if (there) {
        heard_ms = stmt_int(s, 5);
        stmt_done(s);
    }
    const char *who = tell_device(&teller, id.dev);
    if (!there) out->now = arena_printf(a, "no laptop here is called %s: was the id misread?", who);
    else if (heard_ms == ENTRY_NONE) out->now = arena_printf(a, "waiting for %s, which has not synced yet", who);
    else out->now = arena_printf(a, "waiting for %s, which synced last on %s", who, tell_moment(&teller, heard_ms));
    return out->now ? BM_OK : BM_ENOMEM;
}

static enum bm_rc other_patron(struct branch *b, struct arena *a, struct story *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_STORY_NAME, &s, "card", 's', out->other_card, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    out->other_patron = stmt_copy(s, 0, a);
    stmt_done(s);
    return BM_OK;
}

/* Who settled it, and why. */
static enum bm_rc settler(struct branch *b, struct arena *a, struct story *out)
{
    struct eid id;
    struct entry e;
    char ep[20];
    struct stmt *s;
    if (!eid_parse(out->settled_by, &id)) return BM_OK;
    snprintf(ep, sizeof ep, "%016" PRIx64, id.ep);
    enum bm_rc rc = db_get(b->db, SQL_ENTRY_GET, &s, "dev", 's', id.dev, "ep", 's', ep, "seq", 'i', (int64_t)id.seq, "row", 'i', (int64_t)0, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    const char *body = stmt_text(s, 1);
    rc = entry_read(body, strlen(body), false, a, &e);
    stmt_done(s);
    if (rc) return rc;
    out->settled_staff = e.staff;
    out->settled_why = e.why;
    return BM_OK;
}

static enum bm_rc settlement(struct branch *b, struct arena *a, struct story *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_STORY_SETTLED, &s, "code", 's', exc_name(out->code), "entry", 's', out->entry, "other", 's', out->other, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    out->settled_by = stmt_copy(s, 0, a);
    out->settled_how = stmt_copy(s, 1, a);
    int64_t at_ms = stmt_int(s, 2);
    stmt_done(s);
    const struct teller teller = teller_at(b, a);
    out->settled_when = tell_moment(&teller, at_ms);
    return out->settled_by ? settler(b, a, out) : BM_ENOMEM;
}

/* --- the story -------------------------------------------------------------------------------------------------- */

static enum bm_rc find(struct branch *b, const char *id, struct arena *a, struct story *out)
{
    struct stmt *s;
    size_t n = strlen(id);
    bool found = false;
    if (n < 4 || n >= STORY_ID_MAX || strspn(id, "0123456789abcdef") != n)
        return err_set(BM_EUSAGE, "name an exception by its id, as `exceptions list` shows it");
    enum bm_rc rc = db_get(b->db, SQL_STORY_EXCEPTIONS, &s, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        char mine[STORY_ID_MAX];
        story_id(stmt_text(s, 0), stmt_text(s, 1), stmt_text(s, 2), mine);
        if (strncmp(mine, id, n) != 0) continue;
        if (found) {
            rc = err_set(BM_EINPUT, "more than one exception begins with %s; give more of its digits", id);
            break;
        }
        found = true;
        str_copy(out->id, sizeof out->id, mine);
        BM_CHECK(exc_parse(stmt_text(s, 0), &out->code));
        out->entry = stmt_copy(s, 1, a);
        out->other = stmt_copy(s, 2, a);
        const char *node = stmt_copy(s, 3, a);
        if (node && node[0] == '?') out->item = node + 1;
        out->status = stmt_copy(s, 4, a);
        if (!out->entry || !out->other || !out->status) rc = BM_ENOMEM;
        if (rc) break;
    }
    stmt_done(s);
    if (rc != BM_ENOTFOUND) return rc;
    return found ? BM_OK : err_set(BM_ENOTFOUND, "no exception %s; see: branch exceptions list --all", id);
}

/* What is known of its two entries: what the rest is gathered by. */
static void take_in(struct story *out, const struct entry *e, const struct entry *other, struct arena *a)
{
    char id[EID_TEXT_MAX];
    if (out->code == EXC_CREDIT) out->account = out->card = out->entry;
    if (other->op != OP_COUNT && other->patron) out->other_card = other->patron;
    if (e->op == OP_COUNT) return;
    if (op_kind(e->op) == OPK_ITEM) out->item = e->item;
    if (e->patron) out->card = e->patron;
    if (e->op == OP_CAPTURE || e->op == OP_CANCEL) out->hold = arena_strdup(a, eid_text(&e->hold, id));
    if (e->op == OP_PLACE) out->hold = out->entry;
    if (e->op == OP_VOID) out->target = arena_strdup(a, eid_text(&e->target, id));
}

/* What happened to the item, from `t_ms` on both sides. */
static enum bm_rc add_item(struct branch *b, int64_t t_ms, struct arena *a, struct story *out)
{
    struct stmt *s = NULL;
    const char *node = arena_printf(a, "?%s", out->item);
    if (!node) return BM_ENOMEM;
    enum bm_rc rc = db_get(b->db, SQL_STORY_NODE, &s, "node", 's', node, "t_ms", 'i', t_ms, NULL);
    return add_all(b, rc, s, a, out);
}

static enum bm_rc add_hold(struct branch *b, struct arena *a, struct story *out)
{
    struct stmt *s = NULL;
    struct entry place;
    enum bm_rc rc = add_entry(b, out->hold, a, out, &place, NULL);
    if (rc) return rc;
    if (!out->card && place.op != OP_COUNT) out->card = place.patron;
    rc = db_get(b->db, SQL_STORY_CAPTURES, &s, "ref", 's', out->hold, NULL);
    rc = add_all(b, rc, s, a, out);
    return rc ? rc : hold_now(b, a, out);
}

static enum bm_rc add_account(struct branch *b, struct arena *a, struct story *out)
{
    struct stmt *s = NULL;
    enum bm_rc rc = db_get(b->db, SQL_STORY_PAYMENTS, &s, "account", 's', out->account, NULL);
    rc = add_all(b, rc, s, a, out);
    if (!rc && out->charge) rc = add_charge(b, out->charge, a, out); /* where the money belonged */
    if (!rc && out->item) rc = add_item(b, INT64_MAX, a, out);
    if (!rc) rc = money_now(b, a, out);
    return !rc && out->charge ? charge_now(b, a, out) : rc;
}

enum bm_rc story_head(struct branch *b, struct arena *a, struct story *out)
{
    struct entry e, other;
    enum bm_rc rc = add_entry(b, out->entry, a, out, &e, NULL);
    if (!rc) rc = add_entry(b, out->other, a, out, &other, NULL);
    if (rc) return rc;
    take_in(out, &e, &other, a);
    if (out->hold && !out->card) {
        rc = add_entry(b, out->hold, a, out, &other, NULL);
        if (!rc && other.op != OP_COUNT) out->card = other.patron;
    }
    if (!rc && out->item) rc = item_now(b, a, out);
    if (!rc && out->card) rc = patron_now(b, a, out);
    return rc;
}

enum bm_rc story_tell(struct branch *b, const char *id, struct arena *a, struct story *out)
{
    struct entry e, other;
    int64_t t_ms = INT64_MAX;
    *out = (struct story){ .cents = ENTRY_NONE };
    enum bm_rc rc = find(b, id, a, out);
    if (!rc) rc = add_entry(b, out->entry, a, out, &e, &t_ms);
    if (!rc) rc = add_entry(b, out->other, a, out, &other, NULL);
    if (rc) return rc;
    take_in(out, &e, &other, a);
    if (out->code == EXC_REFUND_REVERSED) rc = add_charge(b, out->entry, a, out);
    if (!rc && e.op != OP_COUNT && e.charge) rc = add_charge(b, e.charge, a, out);
    if (!rc && out->code == EXC_VOID_WAITS && out->target) rc = waiting_now(b, a, out);
    if (!rc && out->hold) rc = add_hold(b, a, out);
    if (!rc && out->item) rc = add_item(b, t_ms, a, out);
    if (!rc && out->card) rc = add_people(b, out->card, t_ms, a, out);
    if (!rc && out->account) rc = add_account(b, a, out);
    if (!rc && out->item) rc = item_now(b, a, out);
    if (!rc && out->card) rc = patron_now(b, a, out);
    if (!rc && out->other_card) rc = other_patron(b, a, out);
    if (!rc) rc = settlement(b, a, out);
    qsort(out->events, out->count, sizeof *out->events, by_key);
    return rc;
}
