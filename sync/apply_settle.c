/* sync/apply_settle.c -- what staff settled, and what follows from it (TIMELINE 6, 7). See apply.h.
 *
 * A settlement only says that an exception is dealt with: it stands beside the folds, as a row that the views
 * exception_now and exception_all look at, so that it survives every refolding. One way alone reaches into the folds:
 * other_person says that a device's entries on a card, from a registration on, are about another card. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sync/apply.h"

/* --- other_person: on which card an entry is meant ------------------------------------------------------------ */

/* in: key, the entry's; written, the card as its desk had it
 * out: *card, what it means: a copy in the arena, or `written` itself */
static enum bm_rc meant_card(struct apply *ap, const struct tkey *key, const char *written, const char **card)
{
    struct stmt *s;
    struct eid best = { 0 };
    *card = written;
    enum bm_rc rc = db_get(ap->db, SQL_SETTLEMENT_SPLITS, &s, "dev", 's', key->id.dev, "was", 's', written, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct eid about;
        struct tkey settled = { .t_ms = stmt_int(s, 3) };
        BM_CHECK(eid_parse(stmt_text(s, 0), &settled.id) && eid_parse(stmt_text(s, 1), &about));
        /* numbers go on from epoch to epoch, while epochs' ids are random */
        if (key->id.seq < about.seq || tkey_cmp(key, &settled) >= 0) continue;
        if (key->t_ms < stmt_int(s, 4)) continue; /* the books of its time were closed when staff settled */
        if (!eid_is_none(&best) && eid_cmp(&settled.id, &best) > 0) continue; /* the first settlement stands */
        best = settled.id;
        *card = stmt_copy(s, 2, &ap->arena);
        if (!*card) {
            rc = BM_ENOMEM;
            break;
        }
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc apply_meant(struct apply *ap, const struct entry *e, const struct tkey *key, struct entry *out)
{
    *out = *e;
    if (!e->patron || e->id.row > 0) return BM_OK;
    return meant_card(ap, key, e->patron, &out->patron);
}

struct reread {
    struct eid id;
    const char *card, *node, *ref, *to;
    enum op op;
};

/* Whose card is another now? Only those go on the list. */
static enum bm_rc find_rereads(struct apply *ap, const char *dev, const char *was, struct reread **list, size_t *count)
{
    struct stmt *s;
    size_t cap = 0;
    *list = NULL;
    *count = 0;
    enum bm_rc rc = db_get(ap->db, SQL_READING_OF_DEV_CARD, &s, "dev", 's', dev, "card", 's', was, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct reread r = { .op = OP_NOTE };
        struct tkey key = { .t_ms = stmt_int(s, 4) };
        rc = apply_col_eid(s, 0, 3, &r.id);
        key.id = r.id;
        if (!rc) rc = meant_card(ap, &key, was, &r.to);
        if (rc) break;
        if (str_eq(r.to, stmt_text(s, 5))) continue;
        (void)op_parse(stmt_text(s, 6), &r.op);
        r.card = stmt_copy(s, 5, &ap->arena);
        r.node = stmt_copy(s, 7, &ap->arena);
        r.ref = stmt_copy(s, 8, &ap->arena);
        struct reread *grown = arena_grow(&ap->arena, *list, *count, &cap, sizeof *grown);
        if (!grown || !r.card) {
            rc = BM_ENOMEM;
            break;
        }
        *list = grown;
        grown[(*count)++] = r;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc reread_one(struct apply *ap, const struct reread *r, const char *was)
{
    char ep[20], id[EID_TEXT_MAX];
    struct entry as = { .op = r->op, .id = r->id, .patron = r->to, .charge = r->ref };
    snprintf(ep, sizeof ep, "%016" PRIx64, r->id.ep);
    enum bm_rc rc = db_run(ap->db, SQL_READING_CARD, "card", 's', r->to, "written", 's', str_eq(r->to, was) ? NULL : was, "dev",
                           's', r->id.dev, "ep", 's', ep, "seq", 'i', (int64_t)r->id.seq, "row", 'i', (int64_t)r->id.row, NULL);
    if (!rc) rc = db_run(ap->db, SQL_EXCEPTIONS_CLEAR_ENTRY, "entry", 's', eid_text(&r->id, id), "code", 's', exc_name(EXC_UNKNOWN_CARD), NULL);
    if (rc || op_kind(r->op) != OPK_MONEY) return rc;
    rc = apply_touch_card(ap, r->card);
    return rc ? rc : apply_money_moved(ap, &as, id);
}

enum bm_rc apply_resplit(struct apply *ap, const char *dev, const char *was)
{
    struct reread *list;
    size_t count;
    struct node_set nodes = { 0 }, cards = { 0 };
    enum bm_rc rc = find_rereads(ap, dev, was, &list, &count);
    if (rc || count == 0) return rc;
    for (size_t i = 0; i < count && !rc; i++) {
        if (list[i].node) rc = node_add(ap, &nodes, list[i].node);
        if (!rc) rc = apply_cards(ap, list[i].card, &cards);
        if (!rc) rc = node_add(ap, &cards, list[i].to);
    }
    for (size_t i = 0; i < count && !rc; i++) rc = reread_one(ap, &list[i], was);
    for (size_t i = 0; i < cards.count && !rc; i++) rc = apply_people(ap, cards.nodes[i]);
    if (!rc) rc = apply_refold(ap, &nodes);
    for (size_t i = 0; i < cards.count && !rc; i++) rc = apply_unknown_card(ap, cards.nodes[i]);
    return rc;
}

enum bm_rc apply_resplit_all(struct apply *ap, const char *dev)
{
    struct node_set cards = { 0 };
    struct stmt *s;
    enum bm_rc rc = db_get(ap->db, SQL_SETTLEMENT_SPLIT_CARDS, &s, "dev", 's', dev, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK)
        if ((rc = node_add(ap, &cards, stmt_text(s, 0)))) break;
    stmt_done(s);
    if (rc == BM_ENOTFOUND) rc = BM_OK;
    for (size_t i = 0; i < cards.count && !rc; i++) rc = apply_resplit(ap, dev, cards.nodes[i]);
    return rc;
}

/* --- settlements ------------------------------------------------------------------------------------------------ */

static bool is_split(const char *code, const char *how)
{
    return str_eq(how, "other_person") && str_eq(code, exc_name(EXC_CARD_CLASH));
}

static enum bm_rc check(const struct entry *e, const struct eid *about)
{
    enum exc_code code;
    if (strcmp(e->id.dev, "branch") != 0) return err_set(BM_EINPUT, "settle: only the branch settles exceptions");
    if (!exc_parse(e->exc_code, &code)) return err_set(BM_EVERSION, "settle: an exception not known here");
    if (str_eq(e->how, "accept")) return BM_OK;
    if (!is_split(e->exc_code, e->how)) return err_set(BM_EVERSION, "settle: a way to settle it that is not known here");
    if (eid_is_none(about) || !e->was || !e->card)
        return err_set(BM_EINPUT, "settle: other_person needs the registration, its card and the other card");
    return BM_OK;
}

enum bm_rc apply_settle(struct apply *ap, const struct entry *e, int64_t t, const char *id)
{
    struct eid about;
    char ep[20];
    if (!eid_parse(e->exc_entry, &about)) about = (struct eid){ 0 }; /* an account, or a charge */
    bool entry = !eid_is_none(&about);
    enum bm_rc rc = check(e, &about);
    if (rc) return rc;
    snprintf(ep, sizeof ep, "%016" PRIx64, about.ep);
    rc = db_run(ap->db, SQL_SETTLEMENT_PUT, "id", 's', id, "t_ms", 'i', t, "cut_ms", 'I', ap->cut_ms, "code", 's', e->exc_code, "about", 's', e->exc_entry,
                "other", 's', e->exc_other ? e->exc_other : "", "how", 's', e->how, "was", 's', e->was, "card", 's', e->card,
                "upto", 'I', e->upto_cents, "dev", 's', entry ? about.dev : NULL, "ep", 's', entry ? ep : NULL, "seq", 'I',
                entry ? (int64_t)about.seq : ENTRY_NONE, "row", 'I', entry ? (int64_t)about.row : ENTRY_NONE, NULL);
    return rc || !is_split(e->exc_code, e->how) ? rc : apply_resplit(ap, about.dev, e->was);
}

/* Change the row, then read again what it re-reads. */
static enum bm_rc change(struct apply *ap, const char *id, bool gone, int64_t t)
{
    struct stmt *s;
    char dev[ENTRY_DEV_MAX] = "", was[ENTRY_WORD_MAX + 1] = "";
    enum bm_rc rc = db_get(ap->db, SQL_SETTLEMENT_GET, &s, "id", 's', id, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    bool split = is_split(stmt_text(s, 0), stmt_text(s, 3));
    if (split) split = str_copy(dev, sizeof dev, stmt_text(s, 6)) && str_copy(was, sizeof was, stmt_text(s, 4));
    stmt_done(s);
    rc = gone ? db_run(ap->db, SQL_SETTLEMENT_DELETE, "id", 's', id, NULL)
              : db_run(ap->db, SQL_SETTLEMENT_TIME, "t_ms", 'i', t, "id", 's', id, NULL);
    return rc || !split ? rc : apply_resplit(ap, dev, was);
}

enum bm_rc apply_settle_gone(struct apply *ap, const char *id)
{
    return change(ap, id, true, 0);
}

enum bm_rc apply_settle_retimed(struct apply *ap, const char *id, int64_t t)
{
    return change(ap, id, false, t);
}
