/* sync/story.c -- see story.h */
#include "sync/story.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/zone.h"

enum { DAY_TEXT = 40 };

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

/* --- words ------------------------------------------------------------------------------------------------- */

const char *story_money(int64_t cents, struct arena *a)
{
    bool below = cents < 0;
    uint64_t x = below ? (uint64_t)0 - (uint64_t)cents : (uint64_t)cents;
    const char *text = arena_printf(a, "%s%" PRIu64 ".%02" PRIu64, below ? "-" : "", x / 100, x % 100);
    return text ? text : "";
}

static const char *day(int64_t utc_s, struct arena *a)
{
    static const char weekdays[7][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    char text[ZONE_TEXT_MAX];
    if (utc_s == ENTRY_NONE || utc_s > INT64_MAX / 1000 || utc_s < INT64_MIN / 1000) return "?";
    const char *out = arena_printf(a, "%s %s", weekdays[zone_weekday(zone_day(utc_s * 1000))], zone_text(utc_s, text, sizeof text, ZONE_DATE));
    return out ? out : "";
}

static const char *or_none(const char *text)
{
    return text ? text : "?";
}

static const char *money_words(const struct entry *e, struct arena *a)
{
    const char *sum = story_money(e->amount_cents < 0 ? -e->amount_cents : e->amount_cents, a);
    if (e->op == OP_WAIVE) return arena_printf(a, "%s waived of charge %s", sum, or_none(e->charge));
    if (e->op == OP_CHARGE) return arena_printf(a, "%s charged to card %s", sum, or_none(e->patron));
    return arena_printf(a, "%s %s card %s%s%s", sum, e->amount_cents < 0 ? "paid back to" : "paid by", or_none(e->patron),
                        e->charge ? " for charge " : "", e->charge ? e->charge : "");
}

static const char *people_words(const struct entry *e, struct arena *a)
{
    const char *card = or_none(e->patron);
    if (e->op == OP_REGISTER) return arena_printf(a, "card %s registered", card);
    if (e->op == OP_REPLACE) return arena_printf(a, "card %s replaced by card %s", card, or_none(e->fresh));
    if (e->op == OP_MERGE) return arena_printf(a, "card %s merged into the account of card %s", card, or_none(e->into));
    if (e->barred != ENTRY_NONE) return arena_printf(a, "card %s %s", card, e->barred ? "barred" : "no longer barred");
    if (e->expires_s != ENTRY_NONE) return arena_printf(a, "card %s valid until %s", card, day(e->expires_s, a));
    return arena_printf(a, "card %s changed", card);
}

static const char *mark_words(const struct entry *e, struct arena *a)
{
    const char *basis = str_eq(e->basis, "overdue") ? " (by the night job, for being overdue)" : "";
    if (!e->patron) return arena_printf(a, "marked %s%s", or_none(e->as), basis);
    return arena_printf(a, "marked %s, card %s%s%s%s", or_none(e->as), e->patron, e->amount_cents != ENTRY_NONE ? ", charge " : "",
                        e->amount_cents != ENTRY_NONE ? story_money(e->amount_cents, a) : "", basis);
}

static const char *item_words(const struct entry *e, struct arena *a)
{
    const char *card = or_none(e->patron);
    char id[EID_TEXT_MAX];
    switch ((int)e->op) {
    case OP_CHECKOUT: return arena_printf(a, "lent%s to card %s, due %s", e->again == 1 ? " again" : "", card, day(e->due_s, a));
    case OP_CHECKIN: return e->returned_ms == ENTRY_NONE ? "taken back" : arena_printf(a, "taken back (came in on %s)", day(e->returned_ms / 1000, a));
    case OP_RENEW: return arena_printf(a, "renewed for card %s, due %s", card, day(e->due_s, a));
    case OP_CHANGE_DUE: return arena_printf(a, "due date of card %s moved to %s", card, day(e->due_s, a));
    case OP_MARK: return mark_words(e, a);
    case OP_MOVE: return arena_printf(a, "moved to %s", or_none(e->to));
    case OP_USE: return "used in the library";
    case OP_CAPTURE: return arena_printf(a, "set aside for hold %s", eid_text(&e->hold, id));
    case OP_NOTICE: return arena_printf(a, "%s notice sent to card %s", or_none(e->kind), card);
    case OP_ADD_ITEM: return "catalogued";
    case OP_RECAT: return "given to another title";
    default: return op_name(e->op);
    }
}

const char *story_words(const struct entry *e, struct arena *a)
{
    char id[EID_TEXT_MAX];
    const char *words = NULL;
    switch (op_kind(e->op)) {
    case OPK_ITEM: words = item_words(e, a); break;
    case OPK_HOLD:
        words = e->op == OP_PLACE ? arena_printf(a, "asked for by card %s, to collect at %s", or_none(e->patron), or_none(e->pickup))
                                  : arena_printf(a, "hold %s cancelled%s", eid_text(&e->hold, id), e->basis ? " by the night job" : "");
        break;
    case OPK_PEOPLE: words = people_words(e, a); break;
    case OPK_MONEY: words = money_words(e, a); break;
    case OPK_STAFF:
        words = e->op == OP_VOID     ? arena_printf(a, "takes back entry %s", eid_text(&e->target, id))
                : e->op == OP_SETTLE ? arena_printf(a, "settles %s as %s", or_none(e->exc_code), or_none(e->how))
                                     : op_name(e->op);
        break;
    case OPK_CLOCK:
    case OPK_TITLE:
    case OPK_TABLE:
    case OPK_VISIT:
    case OPK_ROUTE:
    case OPK_NOTE:
    default: words = op_name(e->op);
    }
    if (words && e->why) words = arena_printf(a, "%s (%s)", words, e->why);
    if (words && e->over) words = arena_printf(a, "%s [staff went on in spite of: %s]", words, e->over);
    return words ? words : "";
}

/* --- events --------------------------------------------------------------------------------------------------- */

static enum bm_rc where_of(struct branch *b, const struct entry *e, struct arena *a, const char **out)
{
    struct stmt *s;
    *out = arena_strdup(a, strcmp(e->id.dev, "branch") == 0 ? "branch desk" : e->id.dev);
    if (e->id.row) *out = "import";
    if (!*out) return BM_ENOMEM;
    if (e->visit == ENTRY_NONE) return BM_OK;
    enum bm_rc rc = db_get(b->db, SQL_STORY_STOP, &s, "dev", 's', e->id.dev, "opened", 'i', e->visit, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    if (stmt_text(s, 0)) *out = arena_printf(a, "%s at %s", *out, stmt_text(s, 0));
    stmt_done(s);
    return *out ? BM_OK : BM_ENOMEM;
}

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
    if (e->op == OP_PAY && e->charge) out->charge = e->charge;
    ev.id = arena_strdup(a, id);
    ev.slip = arena_strdup(a, slip);
    ev.part = str_eq(id, out->entry) ? STORY_ENTRY : str_eq(id, out->other) ? STORY_COUNTERPART : STORY_BESIDE;
    ev.words = story_words(e, a);
    rc = where_of(b, e, a, &ev.where);
    if (!rc && (!ev.id || !ev.slip)) rc = BM_ENOMEM;
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
    const char *slash = strrchr(key, '/');
    const char *id = slash ? arena_strndup(a, key, (size_t)(slash - key)) : NULL;
    enum bm_rc rc = id ? add_entry(b, id, a, out, &about, NULL) : BM_OK;
    if (!rc && id && about.op != OP_COUNT && about.item) out->item = about.item;
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
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_STORY_ITEM, &s, "item", 's', out->item, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    out->title = stmt_copy(s, 0, a);
    const char *cond = stmt_text(s, 2), *bad = str_eq(cond, "ok") ? "" : arena_printf(a, ", %s", cond);
    if (stmt_text(s, 3)) out->now = arena_printf(a, "on loan to card %s, due %s%s", stmt_text(s, 3), day(stmt_int(s, 4), a), bad);
    else if (stmt_text(s, 5)) out->now = arena_printf(a, "set aside for card %s%s", stmt_text(s, 5), bad);
    else out->now = arena_printf(a, "not on loan, seen last at %s%s", or_none(stmt_text(s, 1)), bad);
    stmt_done(s);
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
        out->now = arena_printf(a, "card %s%s%s", out->card, stmt_int(s, 7) == 1 ? ", barred" : "", stmt_int(s, 8) == 1 ? ", replaced" : "");
    stmt_done(s);
    return BM_OK;
}

static enum bm_rc money_now(struct branch *b, struct arena *a, struct story *out)
{
    int64_t cents = 0;
    enum bm_rc rc = db_int(b->db, SQL_BALANCE_GET, &cents, "account", 's', out->account, NULL);
    if (rc && rc != BM_ENOTFOUND) return rc;
    out->cents = -cents;
    out->now = arena_printf(a, "the balance of card %s is %s%s", out->account, story_money(cents < 0 ? -cents : cents, a), cents < 0 ? " to his credit" : "");
    return out->now ? BM_OK : BM_ENOMEM;
}

static enum bm_rc settlement(struct branch *b, struct arena *a, struct story *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_STORY_SETTLED, &s, "code", 's', exc_name(out->code), "entry", 's', out->entry, "other", 's', out->other, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    out->settled_by = stmt_copy(s, 0, a);
    out->settled_how = stmt_copy(s, 1, a);
    out->settled_ms = stmt_int(s, 2);
    stmt_done(s);
    return BM_OK;
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

enum bm_rc story_tell(struct branch *b, const char *id, struct arena *a, struct story *out)
{
    struct entry e, other;
    struct stmt *s = NULL;
    int64_t t_ms = INT64_MAX;
    *out = (struct story){ .cents = ENTRY_NONE, .settled_ms = ENTRY_NONE };
    enum bm_rc rc = find(b, id, a, out);
    if (!rc) rc = add_entry(b, out->entry, a, out, &e, &t_ms);
    if (!rc) rc = add_entry(b, out->other, a, out, &other, NULL);
    if (rc) return rc;
    if (out->code == EXC_CREDIT) out->account = out->card = out->entry;
    if (out->code == EXC_REFUND_REVERSED) rc = add_charge(b, out->entry, a, out);
    if (e.op != OP_COUNT) {
        if (op_kind(e.op) == OPK_ITEM) out->item = e.item;
        if (e.patron) out->card = e.patron;
        if (e.charge && !rc) rc = add_charge(b, e.charge, a, out);
    }
    if (!rc && out->item) {
        rc = db_get(b->db, SQL_STORY_NODE, &s, "node", 's', arena_printf(a, "?%s", out->item), "t_ms", 'i', t_ms, NULL);
        rc = add_all(b, rc, s, a, out);
    }
    if (!rc && out->card) rc = add_people(b, out->card, t_ms, a, out);
    if (!rc && out->account) {
        rc = db_get(b->db, SQL_STORY_PAYMENTS, &s, "account", 's', out->account, NULL);
        rc = add_all(b, rc, s, a, out);
        if (!rc && out->charge) rc = add_charge(b, out->charge, a, out); /* where the money belonged */
        if (!rc && out->item) {
            rc = db_get(b->db, SQL_STORY_NODE, &s, "node", 's', arena_printf(a, "?%s", out->item), "t_ms", 'i', INT64_MAX, NULL);
            rc = add_all(b, rc, s, a, out);
        }
        if (!rc) rc = money_now(b, a, out);
    }
    if (!rc && out->item && !out->account) rc = item_now(b, a, out);
    if (!rc && out->card) rc = patron_now(b, a, out);
    if (!rc) rc = settlement(b, a, out);
    qsort(out->events, out->count, sizeof *out->events, by_key);
    return rc;
}
