/* sync/apply_people.c -- patrons at the branch: components of cards folded anew, standing kept over time. See apply.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/account.h"
#include "sync/apply.h"

/* --- standing at a moment ---------------------------------------------------------------------------- */

/* The standing just before a key: rows are (t, id) of the act from which on they hold. */
struct standing apply_standing_at(void *ctx, const char *card, const struct tkey *key)
{
    struct circ_view *view = ctx;
    struct standing out = { .account = card, .expires_s = ENTRY_NONE };
    struct stmt *s;
    enum bm_rc rc = db_get(view->db, SQL_STANDING_AT, &s, "card", 's', card, "t_ms", 'i', key->t_ms, NULL);
    struct tkey best = { .t_ms = INT64_MIN };
    bool any = false;
    while (!rc && (rc = stmt_next(s)) == BM_OK) {
        struct tkey at = { .t_ms = stmt_int(s, 4) };
        if (any && at.t_ms < best.t_ms) break;
        if (!eid_parse(stmt_text(s, 5), &at.id)) rc = BM_ECORRUPT;
        if (rc || tkey_cmp(&at, key) >= 0 || (any && tkey_cmp(&at, &best) < 0)) continue;
        best = at;
        any = true;
        out.account = stmt_copy(s, 0, view->arena);
        out.barred = stmt_int(s, 1) == 1;
        out.dead = stmt_int(s, 2) == 1;
        out.expires_s = stmt_int(s, 3);
        if (!out.account) rc = BM_ENOMEM, out.account = card;
    }
    if (!rc) stmt_done(s);
    if (rc && rc != BM_ENOTFOUND && !view->rc) view->rc = rc;
    return out;
}

/* --- a component of cards -------------------------------------------------------------------------------- */

struct act {
    struct tkey key;
    struct entry e;
};
struct change {
    struct tkey key;
    const char *card;
    struct standing standing;
};
struct people_fold {
    struct apply *ap;
    struct node_set cards;
    struct act *acts;
    size_t act_count, act_cap;
    struct change *changes;
    size_t change_count, change_cap;
    struct people people;
};

static int act_cmp(const void *a, const void *b)
{
    return tkey_cmp(&((const struct act *)a)->key, &((const struct act *)b)->key);
}

static enum bm_rc cards_from(struct apply *ap, struct stmt *s, struct node_set *out)
{
    enum bm_rc rc;
    while ((rc = stmt_next(s)) == BM_OK)
        if ((rc = node_add(ap, out, stmt_text(s, 0)))) break;
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc acts_of(struct people_fold *f, const char *card)
{
    struct stmt *s;
    enum bm_rc rc = db_get(f->ap->db, SQL_READING_PEOPLE_OF_CARD, &s, "card", 's', card, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct act *grown = arena_grow(&f->ap->arena, f->acts, f->act_count, &f->act_cap, sizeof *grown);
        if (!grown) {
            rc = BM_ENOMEM;
            break;
        }
        f->acts = grown;
        struct act *act = &grown[f->act_count];
        const char *body = stmt_text(s, 5);
        rc = entry_read(body, strlen(body), stmt_int(s, 3) > 0, &f->ap->arena, &act->e);
        if (!rc) rc = apply_col_eid(s, 0, 3, &act->e.id);
        if (rc) break;
        act->e.patron = card; /* as meant */
        act->key = (struct tkey){ .t_ms = stmt_int(s, 4), .id = act->e.id };
        f->act_count++;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc apply_cards(struct apply *ap, const char *card, struct node_set *out)
{
    enum bm_rc rc = node_add(ap, out, card);
    for (size_t i = 0; i < out->count && !rc; i++) {
        char ref[ENTRY_WORD_MAX + 8];
        struct stmt *s;
        snprintf(ref, sizeof ref, "card:%s", out->nodes[i]);
        rc = db_get(ap->db, SQL_READING_CARDS_NAMED, &s, "card", 's', out->nodes[i], NULL);
        if (!rc) rc = cards_from(ap, s, out);
        if (!rc) rc = db_get(ap->db, SQL_READING_PEOPLE_NAMING, &s, "ref", 's', ref, NULL);
        if (!rc) rc = cards_from(ap, s, out);
    }
    return rc;
}

/* Every card named together with this one, and their acts in order. */
static enum bm_rc gather(struct people_fold *f, const char *card)
{
    enum bm_rc rc = apply_cards(f->ap, card, &f->cards);
    if (!rc && f->cards.count > APPLY_CARDS_MAX)
        rc = err_set(BM_ELIMIT, "more than %d cards would be one person's", APPLY_CARDS_MAX);
    for (size_t i = 0; i < f->cards.count && !rc; i++) rc = acts_of(f, f->cards.nodes[i]);
    if (!rc && f->act_count) qsort(f->acts, f->act_count, sizeof *f->acts, act_cmp);
    return rc;
}

static bool same_standing(const struct standing *a, const struct standing *b)
{
    return str_eq(a->account, b->account) && a->barred == b->barred && a->dead == b->dead && a->expires_s == b->expires_s;
}

/* After each act: whose standing is another now? */
static enum bm_rc note_changes(struct people_fold *f, const struct tkey *key, struct standing *last)
{
    for (size_t i = 0; i < f->cards.count; i++) {
        struct standing now = people_standing(&f->people, f->cards.nodes[i]);
        if (same_standing(&now, &last[i])) continue;
        last[i] = now;
        struct change *grown = arena_grow(&f->ap->arena, f->changes, f->change_count, &f->change_cap, sizeof *grown);
        if (!grown) return BM_ENOMEM;
        f->changes = grown;
        grown[f->change_count++] = (struct change){ *key, f->cards.nodes[i], now };
    }
    return BM_OK;
}

static enum bm_rc fold_people(struct people_fold *f)
{
    struct standing *last = ARENA_NEWS(&f->ap->arena, struct standing, f->cards.count);
    if (!last) return BM_ENOMEM;
    for (size_t i = 0; i < f->cards.count; i++)
        last[i] = (struct standing){ .account = f->cards.nodes[i], .expires_s = ENTRY_NONE };
    people_init(&f->people, &f->ap->arena);
    for (size_t i = 0; i < f->act_count; i++) {
        enum bm_rc rc = people_step(&f->people, &f->acts[i].e);
        if (!rc) rc = note_changes(f, &f->acts[i].key, last);
        if (rc) return rc;
    }
    return BM_OK;
}

/* --- what it means for the tables ------------------------------------------------------------------------- */

/* Rewrite a card's standing rows; *from_t is the earliest moment from which acts see another standing, INT64_MAX if none.
 * Where accounts join or part, loans and holds from before matter too: then it is the beginning. */
static enum bm_rc store_standing(struct people_fold *f, const char *card, int64_t *from_t)
{
    struct db *db = f->ap->db;
    struct stmt *s;
    size_t at = 0;
    char id[EID_TEXT_MAX];
    bool joins = false;
    struct node_set accounts = { 0 }; /* it belonged to, or does now */
    *from_t = INT64_MAX;
    for (size_t i = 0; i < f->change_count; i++)
        joins |= str_eq(f->changes[i].card, card) && !str_eq(f->changes[i].standing.account, card);
    enum bm_rc rc = db_get(db, SQL_STANDING_LIST, &s, "card", 's', card, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        joins |= !str_eq(stmt_text(s, 2), card);
        if ((rc = node_add(f->ap, &accounts, stmt_text(s, 2)))) break;
        if (*from_t != INT64_MAX) continue;
        while (at < f->change_count && !str_eq(f->changes[at].card, card)) at++;
        struct standing had = { stmt_text(s, 2), stmt_int(s, 3) == 1, stmt_int(s, 4) == 1, stmt_int(s, 5) };
        const struct change *c = at < f->change_count ? &f->changes[at++] : NULL;
        bool same = c && c->key.t_ms == stmt_int(s, 0) && str_eq(eid_text(&c->key.id, id), stmt_text(s, 1)) &&
                    same_standing(&had, &c->standing);
        if (same) continue;
        *from_t = c && c->key.t_ms < stmt_int(s, 0) ? c->key.t_ms : stmt_int(s, 0);
    }
    stmt_done(s);
    if (rc != BM_ENOTFOUND) return rc;
    for (; *from_t == INT64_MAX && at < f->change_count; at++)
        if (str_eq(f->changes[at].card, card)) *from_t = f->changes[at].key.t_ms;
    if (*from_t == INT64_MAX) return BM_OK;
    rc = db_run(db, SQL_STANDING_CLEAR, "card", 's', card, NULL);
    for (size_t i = 0; i < f->change_count && !rc; i++) {
        const struct change *c = &f->changes[i];
        if (!str_eq(c->card, card)) continue;
        rc = db_run(db, SQL_STANDING_ADD, "card", 's', card, "t_ms", 'i', c->key.t_ms, "id", 's', eid_text(&c->key.id, id),
                    "account", 's', c->standing.account, "barred", 'i', (int64_t)c->standing.barred, "dead", 'i',
                    (int64_t)c->standing.dead, "expires_s", 'I', c->standing.expires_s, NULL);
        if (!rc) rc = node_add(f->ap, &accounts, c->standing.account);
    }
    for (size_t i = 0; i < accounts.count && !rc; i++) {
        rc = apply_touch_card(f->ap, accounts.nodes[i]);
        if (!rc && joins) rc = apply_touch_loans(f->ap, accounts.nodes[i], INT64_MIN, INT64_MAX);
    }
    if (joins) *from_t = INT64_MIN;
    return rc;
}

/* Name, category and the rest: what the acts on the card say last; a new card has them from its account's acts. */
static enum bm_rc store_patron(struct people_fold *f, const char *card)
{
    const struct person *p = people_card(&f->people, card);
    struct standing now = people_standing(&f->people, card);
    const char *name = NULL, *category = NULL, *branch = NULL, *stop = NULL, *guarantor = NULL, *group = NULL;
    int64_t born = ENTRY_NONE;
    char since[EID_TEXT_MAX] = "";
    if (!p) return db_run(f->ap->db, SQL_PATRON_DELETE, "card", 's', card, NULL);
    for (size_t i = 0; i < f->act_count; i++) {
        const struct entry *e = &f->acts[i].e;
        struct standing whose = people_standing(&f->people, e->patron);
        bool first_holder = e->op != OP_REGISTER || eid_cmp(&people_card(&f->people, e->patron)->by, &e->id) == 0;
        if (!str_eq(whose.account, now.account) || !first_holder) continue;
        if (e->name) name = e->name;
        if (e->category) category = e->category;
        if (e->branch) branch = e->branch;
        if (e->stop) stop = e->stop;
        if (e->group) group = circ_group(e->group);
        if (e->born != ENTRY_NONE) born = e->born;
        if (e->guarantor) guarantor = e->guarantor;
    }
    if (!eid_is_none(&p->by)) eid_text(&p->by, since);
    return db_run(f->ap->db, SQL_PATRON_PUT, "card", 's', card, "account", 's', now.account, "name", 's', name, "category", 's',
                  category, "branch", 's', branch, "stop", 's', stop, "expires_s", 'I', now.expires_s, "barred", 'i',
                  (int64_t)now.barred, "dead", 'i', (int64_t)now.dead, "since_id", 's', since[0] ? since : NULL, "born", 'I', born, "guarantor", 's', guarantor,
                  "class", 's', group, NULL);
}

static enum bm_rc store_exceptions(struct people_fold *f)
{
    static const enum exc_code codes[] = { EXC_CARD_CLASH, EXC_ALREADY_MERGED, EXC_MAYBE_SAME_PERSON };
    char id[EID_TEXT_MAX];
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < f->act_count && !rc; i++) /* maybe_same_person is told anew below, by who is left */
        for (size_t k = 0; k < sizeof codes / sizeof *codes && !rc; k++)
            rc = db_run(f->ap->db, SQL_EXCEPTIONS_CLEAR_ENTRY, "entry", 's', eid_text(&f->acts[i].key.id, id), "code", 's',
                        exc_name(codes[k]), NULL);
    for (size_t i = 0; i < f->people.exc_count && !rc; i++)
        rc = apply_leaf(f->ap, f->people.excs[i].code, eid_text(&f->people.excs[i].entry, id), f->people.excs[i].other);
    return rc;
}

static enum bm_rc used_since(struct apply *ap, const char *card, int64_t from_t, struct node_set *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(ap->db, SQL_READING_NODES_OF_CARD, &s, "card", 's', card, "from_t", 'i', from_t, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK)
        if ((rc = node_add(ap, out, stmt_text(s, 0)))) break;
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc apply_people(struct apply *ap, const char *card)
{
    struct people_fold f = { .ap = ap };
    struct node_set touched = { 0 };
    enum bm_rc rc = gather(&f, card);
    if (!rc) rc = fold_people(&f);
    for (size_t i = 0; i < f.cards.count && !rc; i++) {
        int64_t from_t;
        rc = store_standing(&f, f.cards.nodes[i], &from_t);
        if (!rc) rc = store_patron(&f, f.cards.nodes[i]);
        if (!rc) rc = apply_unknown_card(ap, f.cards.nodes[i]);
        if (!rc && from_t != INT64_MAX) rc = used_since(ap, f.cards.nodes[i], from_t, &touched);
        if (!rc && from_t != INT64_MAX) rc = apply_touch_people(ap, f.cards.nodes[i], from_t);
    }
    if (!rc) rc = store_exceptions(&f);
    for (size_t i = 0; i < f.act_count && !rc; i++) {
        char ref[ENTRY_WORD_MAX + 8];
        if (f.acts[i].e.op != OP_REGISTER || !f.acts[i].e.who) continue;
        snprintf(ref, sizeof ref, "who:%s", f.acts[i].e.who);
        rc = apply_same_person(ap, ref);
    }
    return rc ? rc : apply_refold(ap, &touched);
}

/* --- the same name and birth date -------------------------------------------------------------------------- */

enum bm_rc apply_account(struct apply *ap, const char *card, char *out, size_t size)
{
    struct stmt *s;
    str_copy(out, size, card);
    enum bm_rc rc = db_get(ap->db, SQL_PATRON_GET, &s, "card", 's', card, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    str_copy(out, size, stmt_text(s, 1));
    stmt_done(s);
    return BM_OK;
}

enum bm_rc apply_same_person(struct apply *ap, const char *who_ref)
{
    struct stmt *s;
    char first_id[EID_TEXT_MAX] = "", id[EID_TEXT_MAX], first[ENTRY_WORD_MAX + 1] = "", mine[ENTRY_WORD_MAX + 1];
    enum bm_rc rc = db_get(ap->db, SQL_READING_SAME_PERSON, &s, "who", 's', who_ref, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct eid entry;
        rc = apply_col_eid(s, 0, 3, &entry);
        if (!rc) rc = apply_account(ap, stmt_text(s, 5), mine, sizeof mine);
        if (rc) break;
        eid_text(&entry, id);
        rc = db_run(ap->db, SQL_EXCEPTIONS_CLEAR_ENTRY, "entry", 's', id, "code", 's', exc_name(EXC_MAYBE_SAME_PERSON), NULL);
        if (!rc && !first_id[0]) {
            str_copy(first_id, sizeof first_id, id);
            str_copy(first, sizeof first, mine);
        } else if (!rc && !str_eq(first, mine)) {
            rc = apply_leaf(ap, EXC_MAYBE_SAME_PERSON, id, first_id);
        }
        if (rc) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}
