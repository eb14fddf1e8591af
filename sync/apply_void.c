/* sync/apply_void.c -- which entries take part: what was taken back does not, nor what came too late (TIMELINE 1, 7).
 * See apply.h.
 *
 * Both are functions of the set: of an entry's true time and the horizon it came under, and of the voids that name it with
 * theirs. So an entry that is here may go dark or come back when a void arrives, when a better clock dates it anew, or, a
 * hold being judged by when it was first named, when an act on that hold does so. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sync/apply.h"

/* Is the entry of the kind that the horizon closes the books on? Money and settlements only ever add; visits have no fold. */
static bool has_books(enum op op)
{
    enum op_kind kind = op_kind(op);
    return kind == OPK_ITEM || kind == OPK_HOLD || kind == OPK_PEOPLE;
}

/* --- judging --------------------------------------------------------------------------------------------- */

/* May this void take back that entry? Its own device's earlier act, or anything from the branch; never a void. */
static bool void_allowed(const struct eid *who, const struct eid *target, enum op target_op)
{
    if (target_op == OP_VOID) return false;
    return strcmp(who->dev, "branch") == 0 || (strcmp(who->dev, target->dev) == 0 && target->seq < who->seq);
}

/* From when on an entry has effect: its own time, but a hold from when it is first named (clocks differ). */
static enum bm_rc effect_since(struct apply *ap, enum op op, const struct tkey *key, const char *id, int64_t cut_ms, int64_t *out)
{
    int64_t named;
    *out = key->t_ms;
    if (op != OP_PLACE) return BM_OK;
    enum bm_rc rc = db_int(ap->db, SQL_READING_FIRST_NAMED, &named, "ref", 's', id, "cut_ms", 'i', cut_ms, NULL);
    if (!rc && named != ENTRY_NONE && named < *out) *out = named;
    return rc;
}

/* What is wrong with a void, if anything: its exception. EXC_COUNT: nothing. */
static enum bm_rc tell_void(struct apply *ap, const char *id, enum exc_code code)
{
    static const enum exc_code codes[] = { EXC_VOID_WAITS, EXC_VOID_REFUSED, EXC_BEYOND_HORIZON };
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < sizeof codes / sizeof *codes && !rc; i++)
        if (codes[i] != code) rc = db_run(ap->db, SQL_EXCEPTIONS_CLEAR_ENTRY, "entry", 's', id, "code", 's', exc_name(codes[i]), NULL);
    return rc || code == EXC_COUNT ? rc : apply_leaf(ap, code, id, "");
}

/* Nobody's money is settled and forgotten: what is wrong with it is put right with money of today. */
enum bm_rc apply_judge(struct apply *ap, enum op op, const char *card, const struct tkey *key, int64_t cut_ms, const char **dark)
{
    char id[EID_TEXT_MAX], void_id[EID_TEXT_MAX];
    struct stmt *s;
    int64_t since = key->t_ms;
    bool any = false;
    *dark = has_books(op) && op != OP_REGISTER && key->t_ms < cut_ms ? APPLY_BEYOND : NULL;
    eid_text(&key->id, id);
    enum bm_rc rc = db_get(ap->db, SQL_READING_VOIDS_OF, &s, "ref", 's', id, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct eid who;
        rc = apply_col_eid(s, 0, -1, &who);
        if (!rc && !any) rc = effect_since(ap, op, key, id, cut_ms, &since);
        if (rc) break;
        any = true;
        bool closed = (has_books(op) || card_is_nobody(card)) && since < stmt_int(s, 3);
        enum exc_code wrong = !void_allowed(&who, &key->id, op) ? EXC_VOID_REFUSED : closed ? EXC_BEYOND_HORIZON : EXC_COUNT;
        if (wrong == EXC_COUNT) *dark = APPLY_VOID;
        if ((rc = tell_void(ap, eid_text(&who, void_id), wrong))) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* --- undoing and doing ------------------------------------------------------------------------------------- */

/* A reading as its row has it. */
struct part {
    struct eid id;
    char text[EID_TEXT_MAX];
    enum op op;
    struct tkey key;
    int64_t cut_ms;
    const char *node, *card, *ref, *dark; /* or NULL */
};

static enum bm_rc part_get(struct apply *ap, const struct eid *id, struct part *out)
{
    char ep[APPLY_EP_MAX];
    struct stmt *s;
    *out = (struct part){ .id = *id, .op = OP_NOTE };
    apply_ep(id->ep, ep);
    enum bm_rc rc = db_get(ap->db, SQL_READING_GET, &s, "dev", 's', id->dev, "ep", 's', ep, "seq", 'i', (int64_t)id->seq, "row", 'i',
                           (int64_t)id->row, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc;
    (void)op_parse(stmt_text(s, 0), &out->op);
    out->key = (struct tkey){ .t_ms = stmt_int(s, 1), .id = *id };
    out->cut_ms = stmt_int(s, 2);
    const char **texts[] = { &out->node, &out->card, &out->ref, &out->dark };
    for (int i = 0; i < 4 && !rc; i++)
        if (stmt_text(s, 3 + i) && !(*texts[i] = stmt_copy(s, 3 + i, &ap->arena))) rc = BM_ENOMEM;
    stmt_done(s);
    eid_text(id, out->text);
    return rc;
}

/* A visit's close is no more: it is open, or closed as another close has it. */
static enum bm_rc reopen_visit(struct apply *ap, const struct eid *closed, const char *ref)
{
    int64_t opened;
    struct stmt *s;
    if (strncmp(ref, "visit:", 6) != 0 || !str_to_i64(ref + 6, 0, INT64_MAX, &opened)) return BM_OK;
    enum bm_rc rc = db_run(ap->db, SQL_VISIT_REOPEN, "dev", 's', closed->dev, "opened", 'i', opened, NULL);
    if (!rc) rc = db_get(ap->db, SQL_READING_CLOSES, &s, "dev", 's', closed->dev, "ref", 's', ref, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct entry e;
        const char *body = stmt_text(s, 5);
        rc = entry_read(body, strlen(body), false, &ap->arena, &e);
        if (!rc) rc = circ_visit(ap->db, &e, stmt_int(s, 4));
        if (rc) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* What else hangs on an entry that is taken back; money and all that follows could not be beyond the horizon. */
static enum bm_rc other_effects_gone(struct apply *ap, const struct part *p)
{
    switch ((int)p->op) {
    case OP_OPEN_VISIT: return db_run(ap->db, SQL_VISIT_DELETE, "id", 's', p->text, NULL);
    case OP_CLOSE_VISIT: return reopen_visit(ap, &p->id, p->ref ? p->ref : "");
    case OP_TALLY: return db_run(ap->db, SQL_TALLY_DELETE, "id", 's', p->text, NULL);
    case OP_SETTLE: return apply_settle_gone(ap, p->text);
    case OP_STAFF: return apply_staff(ap, p->ref ? p->ref : "");
    case OP_SUSPEND: return db_run(ap->db, SQL_SUSPENSION_DELETE, "id", 's', p->text, NULL);
    default: return op_kind(p->op) == OPK_MONEY ? apply_money_gone(ap, p->op, &p->id, p->card, p->ref ? p->ref : "") : BM_OK;
    }
}

static enum bm_rc leaves_gone(struct apply *ap, const struct part *p)
{
    static const enum exc_code leaves[] = { EXC_UNKNOWN_CARD, EXC_UNKNOWN_ITEM, EXC_CARD_CLASH, EXC_ALREADY_MERGED,
                                            EXC_MAYBE_SAME_PERSON };
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < sizeof leaves / sizeof *leaves && !rc; i++)
        rc = db_run(ap->db, SQL_EXCEPTIONS_CLEAR_ENTRY, "entry", 's', p->text, "code", 's', exc_name(leaves[i]), NULL);
    if (!rc && p->op == OP_REGISTER && p->ref) rc = apply_same_person(ap, p->ref);
    if (!rc && (p->op == OP_ADD_ITEM || p->op == OP_RECAT)) rc = apply_unknown_item(ap, p->node);
    return rc;
}

/* Groups and people as they were without the entry and as they are with it: fold them anew. */
static enum bm_rc refold_around(struct apply *ap, const struct part *p, const char *dark)
{
    char ep[APPLY_EP_MAX];
    struct node_set nodes = { 0 }, cards = { 0 };
    bool people = op_kind(p->op) == OPK_PEOPLE;
    apply_ep(p->id.ep, ep);
    enum bm_rc rc = p->node ? apply_group(ap, p->node, &nodes) : BM_OK;
    if (!rc && people) rc = apply_cards(ap, p->card, &cards);
    if (!rc)
        rc = db_run(ap->db, SQL_READING_DARK, "dark", 's', dark, "dev", 's', p->id.dev, "ep", 's', ep, "seq", 'i',
                    (int64_t)p->id.seq, "row", 'i', (int64_t)p->id.row, NULL);
    if (!rc && people) rc = apply_cards(ap, p->card, &cards);
    if (!rc) rc = apply_refold(ap, &nodes); /* groups that join hold all nodes of both */
    for (size_t i = 0; i < cards.count && !rc; i++) rc = apply_people(ap, cards.nodes[i]);
    return rc;
}

static enum bm_rc rejudge_one(struct apply *ap, const struct part *p)
{
    const char *dark;
    enum bm_rc rc = apply_judge(ap, p->op, p->card, &p->key, p->cut_ms, &dark);
    if (rc || (dark ? str_eq(dark, p->dark) : !p->dark)) return rc;
    rc = refold_around(ap, p, dark);
    if (!rc && str_eq(dark, APPLY_VOID)) rc = other_effects_gone(ap, p);
    if (!rc) rc = dark ? leaves_gone(ap, p) : apply_leaves(ap, p->op, p->node, p->card, p->text);
    if (!rc) rc = db_run(ap->db, SQL_EXCEPTIONS_CLEAR_ENTRY, "entry", 's', p->text, "code", 's', exc_name(EXC_BEYOND_HORIZON), NULL);
    return rc || !str_eq(dark, APPLY_BEYOND) ? rc : apply_leaf(ap, EXC_BEYOND_HORIZON, p->text, "");
}

enum bm_rc apply_rejudge(struct apply *ap, const struct eid *id)
{
    struct part p, hold;
    struct eid named;
    enum bm_rc rc = part_get(ap, id, &p);
    if (!rc) rc = rejudge_one(ap, &p);
    bool names = !rc && (p.op == OP_CAPTURE || p.op == OP_CANCEL) && p.ref && eid_parse(p.ref, &named);
    if (names) rc = part_get(ap, &named, &hold);
    if (names && !rc) rc = rejudge_one(ap, &hold);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* --- a void that comes ---------------------------------------------------------------------------------------- */

enum bm_rc apply_void(struct apply *ap, const struct entry *e, const char *id, struct outcome *out)
{
    struct part target;
    enum bm_rc rc = part_get(ap, &e->target, &target);
    if (rc == BM_ENOTFOUND) rc = tell_void(ap, id, EXC_VOID_WAITS);
    else if (!rc) rc = apply_rejudge(ap, &e->target);
    if (!rc) rc = apply_outcome_now(ap, &e->id, out);
    if (!rc && out->kind == OUTCOME_APPLIED) str_copy(out->words, sizeof out->words, "takes back");
    return rc;
}
