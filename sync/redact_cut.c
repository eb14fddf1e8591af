/* sync/redact_cut.c -- cutting a story: its entries, its readings, its money. See redact_priv.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sync/audit.h"
#include "sync/husk.h"
#include "sync/redact_priv.h"

enum { NOBODY_BYTES = 8, NOBODY_MAX = 2 + 2 * NOBODY_BYTES, LINE_MAX_BYTES = EID_TEXT_MAX + 32 };

/* Drawn by lot: nothing leads back from it, nor from one story to another. */
static enum bm_rc draw_nobody(struct redact_work *w, char out[NOBODY_MAX])
{
    out[0] = ENTRY_NOBODY;
    return env_random_hex(&w->b->env, out + 1, NOBODY_BYTES);
}

/* --- entries -------------------------------------------------------------------------------------------- */

struct where {
    const struct eid *id;
    char ep[APPLY_EP_MAX];
};
#define WHERE(x)                                                                               \
    "dev", 's', (x)->id->dev, "ep", 's', (x)->ep, "seq", 'i', (int64_t)(x)->id->seq, "row", 'i', (int64_t)(x)->id->row

/* The entry without the person. Everything that the folds look at stays. */
static enum bm_rc rewrite(struct redact_work *w, const char *body, bool row, const char *nobody, struct buf *out)
{
    struct entry e;
    enum bm_rc rc = entry_read(body, strlen(body), row, w->a, &e);
    if (rc) return rc;
    if (nobody) e.patron = nobody;
    e.why = NULL;
    return entry_write(&e, row, out);
}

static enum bm_rc cut_body(struct redact_work *w, const struct where *at, const char *nobody)
{
    struct buf body;
    struct stmt *s;
    unsigned char hash[JOURNAL_HASH], seal[HUSK_SEAL_BYTES];
    size_t len;
    buf_init(&body, ENTRY_BYTES_MAX);
    enum bm_rc rc = db_get(w->b->db, SQL_REDACT_ENTRY, &s, WHERE(at), NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc;
    const void *stored = stmt_blob(s, 0, &len);
    bool chained = len == JOURNAL_HASH;
    if (chained) memcpy(hash, stored, JOURNAL_HASH);
    rc = rewrite(w, stmt_text(s, 1), at->id->row > 0, nobody, &body);
    stmt_done(s);
    if (!rc) husk_seal(w->b, chained ? hash : NULL, buf_str(&body), NULL, seal);
    if (!rc) rc = db_run(w->b->db, SQL_REDACT_ENTRY_SET, "body", 's', buf_str(&body), "husk", 'b', seal, sizeof seal, WHERE(at), NULL);
    buf_free(&body);
    return rc;
}

static enum bm_rc cut_entry(struct redact_work *w, const struct piece_entry *e, const char *nobody)
{
    struct where at = { .id = &e->id };
    apply_ep(e->id.ep, at.ep);
    static const enum exc_code leaves[] = { EXC_UNKNOWN_CARD, EXC_OVER_LIMIT }; /* that no fold owns; no rule is for nobody */
    char id[EID_TEXT_MAX];
    const char *whose = e->card ? nobody : NULL;
    enum bm_rc rc = cut_body(w, &at, whose);
    if (!rc) rc = db_run(w->b->db, SQL_REDACT_READING_SET, "card", 's', whose, WHERE(&at), NULL);
    for (size_t i = 0; whose && i < sizeof leaves / sizeof *leaves && !rc; i++)
        rc = db_run(w->b->db, SQL_EXCEPTIONS_CLEAR_ENTRY, "entry", 's', eid_text(&e->id, id), "code", 's', exc_name(leaves[i]), NULL);
    return rc;
}

/* The rows of an import are no longer those it was made with: seal them as they are now. */
static enum bm_rc seal_import(struct redact_work *w, const struct eid *id)
{
    struct eid own = *id;
    struct where at = { .id = &own };
    unsigned char rows[SEAL_HASH_BYTES], hash[JOURNAL_HASH], seal[HUSK_SEAL_BYTES];
    int64_t count;
    size_t len;
    struct stmt *s;
    own.row = 0;
    apply_ep(own.ep, at.ep);
    enum bm_rc rc = husk_rows_digest(w->b->db, own.dev, at.ep, (int64_t)own.seq, rows, &count);
    if (!rc) rc = db_get(w->b->db, SQL_REDACT_ENTRY, &s, WHERE(&at), NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc;
    const void *stored = stmt_blob(s, 0, &len);
    if (len == JOURNAL_HASH) memcpy(hash, stored, JOURNAL_HASH);
    husk_seal(w->b, len == JOURNAL_HASH ? hash : NULL, stmt_text(s, 1), rows, seal);
    stmt_done(s);
    return db_run(w->b->db, SQL_REDACT_SEAL_SET, "husk", 'b', seal, sizeof seal, "dev", 's', own.dev, "ep", 's', at.ep, "seq", 'i',
                  (int64_t)own.seq, NULL);
}

static bool same_import(const struct eid *a, const struct eid *b)
{
    return a->row > 0 && b->row > 0 && a->ep == b->ep && a->seq == b->seq && strcmp(a->dev, b->dev) == 0;
}

static enum bm_rc seal_imports(struct redact_work *w, const struct piece *pieces, size_t count)
{
    struct node_set done = { 0 };
    enum bm_rc rc = BM_OK;
    const struct eid *last = NULL;
    for (size_t i = 0; i < count && !rc; i++)
        for (size_t k = 0; k < pieces[i].count && !rc; k++) {
            char text[EID_TEXT_MAX];
            struct eid own = pieces[i].entries[k].id;
            size_t had = done.count;
            if (own.row == 0 || (last && same_import(last, &own))) continue;
            last = &pieces[i].entries[k].id;
            own.row = 0;
            rc = node_add(&w->b->apply, &done, eid_text(&own, text));
            if (!rc && done.count > had) rc = seal_import(w, &own);
        }
    return rc;
}

/* --- money ------------------------------------------------------------------------------------------------ */

/* The ledger's rows are renamed, not reversed: a reversal would keep the name beside the charge. */
static enum bm_rc cut_line(struct redact_work *w, const char *what, const char *key, const char *nobody)
{
    char line[LINE_MAX_BYTES];
    snprintf(line, sizeof line, "%s %s", what, key);
    return db_run(w->b->db, SQL_REDACT_LEDGER_SET, "card", 's', nobody, "line", 's', line, NULL);
}

static enum bm_rc cut_payment(struct redact_work *w, const struct piece_entry *p, const char *nobody)
{
    char id[EID_TEXT_MAX];
    struct entry e;
    entry_init(&e, p->op);
    e.id = p->id;
    e.patron = nobody;
    e.charge = p->charge;
    enum bm_rc rc = cut_line(w, "pay", eid_text(&p->id, id), nobody);
    if (!rc && p->was) rc = apply_touch_card(&w->b->apply, p->was);
    return rc ? rc : apply_money_moved(&w->b->apply, &e, id);
}

static enum bm_rc cut_piece(struct redact_work *w, const struct piece *p)
{
    char nobody[NOBODY_MAX];
    enum bm_rc rc = draw_nobody(w, nobody);
    for (size_t i = 0; i < p->count && !rc; i++) {
        rc = cut_entry(w, &p->entries[i], nobody);
        if (!rc && op_kind(p->entries[i].op) == OPK_MONEY) rc = cut_payment(w, &p->entries[i], nobody);
    }
    for (size_t i = 0; i < p->charge_count && !rc; i++) {
        rc = cut_line(w, "amount", p->charges[i], nobody);
        if (!rc) rc = cut_line(w, "waived", p->charges[i], nobody);
        if (!rc) rc = apply_touch_charge(&w->b->apply, p->charges[i]);
    }
    return rc;
}

enum bm_rc redact_cut(struct redact_work *w, const struct piece *pieces, size_t count)
{
    struct apply *ap = &w->b->apply;
    struct node_set nodes = { 0 };
    enum bm_rc rc = BM_OK;
    ap->cause = "redact"; /* no row of the ledger should come of it */
    for (size_t i = 0; i < count && !rc; i++) {
        rc = cut_piece(w, &pieces[i]);
        if (!rc) rc = node_add(ap, &nodes, pieces[i].node);
    }
    if (!rc) rc = seal_imports(w, pieces, count);
    if (!rc) rc = apply_refold(ap, &nodes);
    if (!rc) rc = apply_money_finish(ap);
    ap->charges = ap->payers = (struct node_set){ 0 };
    ap->windows = NULL;
    ap->window_count = ap->window_cap = 0;
    arena_free(&ap->arena);
    return rc;
}

/* --- what must stay ------------------------------------------------------------------------------------------- */

enum bm_rc redact_stays(struct db *db, uint64_t *out)
{
    static const enum sql_id keeps[] = { SQL_REDACT_KEEPS_ITEMS,      SQL_REDACT_KEEPS_OPEN_LOANS, SQL_REDACT_KEEPS_LOANS,
                                         SQL_REDACT_KEEPS_LIVE_HOLDS, SQL_REDACT_KEEPS_HOLDS,      SQL_REDACT_KEEPS_CHARGES,
                                         SQL_REDACT_KEEPS_BALANCES,   SQL_REDACT_KEEPS_EXCEPTIONS, SQL_REDACT_KEEPS_PAYMENTS };
    enum bm_rc rc = BM_OK;
    *out = 0;
    for (size_t i = 0; i < sizeof keeps / sizeof *keeps && !rc; i++) {
        uint64_t sum = 0;
        int64_t rows = 0;
        struct stmt *s;
        rc = db_get(db, keeps[i], &s, NULL);
        if (!rc) rc = audit_sum(s, &sum, &rows);
        *out = (*out * UINT64_C(0x100000001B3)) ^ (sum + (uint64_t)rows);
    }
    return rc;
}
