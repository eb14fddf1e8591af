/* common/desk_facts.h -- inside of desk: what is known about a patron, a copy and the calendar when an act is asked for.
 * Floor:   common, only for desk*.c.
 * Owns:    nothing; rows live in the act's arena.
 * Threads: one per desk. */
#ifndef BM_DESK_FACTS_H
#define BM_DESK_FACTS_H

#include "common/desk.h"

struct facts {
    struct desk *d;
    struct circ_view *view;
    struct arena *a;
    int64_t now_ms;
    int64_t visit;           /* seq of the open visit, or ENTRY_NONE */
    const char *visit_stop;  /* its stop, or NULL */
    /* patron */
    const char *card, *account, *patron_name, *category, *stop, *newer_card;
    bool patron_known, barred, replaced;
    int64_t expires_s, born, loan_count; /* born: year, or ENTRY_NONE */
    /* copy */
    const char *item, *title, *author, *callno, *itype;
    bool item_known;
    int64_t price_cents;
    struct unit unit;
    const struct tl_item *row;
    const struct tl_loan *loan; /* open, or NULL */
    const struct tl_hold *aside; /* truly set aside for, or NULL */
    bool loan_is_his, aside_is_his;
    struct eid seen;
};

BM_MUST_CHECK enum bm_rc facts_open(struct facts *f, struct desk *d, struct circ_view *view);
BM_MUST_CHECK enum bm_rc facts_patron(struct facts *f, const char *card);
BM_MUST_CHECK enum bm_rc facts_item(struct facts *f, const char *item);
/* A number that is a patron's card and no copy's, scanned for a copy. ret: BM_OK it is not | BM_EREFUSED it is */
BM_MUST_CHECK enum bm_rc facts_no_card(struct facts *f, const char *item);
/* Key of a title named by its key or by the barcode of a copy. */
BM_MUST_CHECK enum bm_rc facts_title(struct facts *f, const char *named, const char *item, const char **key);
BM_MUST_CHECK enum bm_rc facts_hold_title(struct facts *f, const char *hold, const char **key, struct desk_answer *out);
/* What the rules are to be asked, and their answer. The patron and the copy have been looked up. */
BM_MUST_CHECK enum bm_rc facts_question(struct facts *f, bool renew, struct policy_ask *ask);
BM_MUST_CHECK enum bm_rc facts_ask(struct facts *f, bool renew, struct policy_answer *out);
/* May the patron ask for a title? */
BM_MUST_CHECK enum bm_rc facts_ask_hold(struct facts *f, struct policy_answer *out);
/* Does the patron wait for the title already, or is a copy set aside for him? */
BM_MUST_CHECK enum bm_rc facts_has_hold(struct facts *f, const char *title, bool *out);
/* Where a hold is to be collected, as typed: a stop (part of its name will do), a place or a branch that is known here. */
BM_MUST_CHECK enum bm_rc facts_pickup(struct facts *f, const char *typed, const char **out);
/* What is known, into the answer. */
void facts_tell(const struct facts *f, struct desk_answer *out);
/* Who waits for this copy, into the answer: tell, or BM_ENOTFOUND if nobody. */
BM_MUST_CHECK enum bm_rc facts_next_hold(struct facts *f, const char *item, struct desk_answer *out);
BM_MUST_CHECK enum bm_rc facts_first_waiting(struct facts *f, const char *item, struct eid *hold, struct desk_answer *out);
BM_MUST_CHECK enum bm_rc facts_entry_op(struct facts *f, const struct eid *id, enum op *op);
/* Was it taken back before, as far as is known here? text: of id */
BM_MUST_CHECK enum bm_rc facts_is_void(struct facts *f, const struct eid *id, const char *text, bool *out);
/* A title's name and author, by its key. ret: BM_OK | BM_ENOTFOUND it is not known here */
BM_MUST_CHECK enum bm_rc facts_title_named(struct facts *f, const char *key);
/* The answer kept with the entry (no names, no titles), and back. */
BM_MUST_CHECK enum bm_rc facts_answer_store(struct journal *j, const char *request, const struct eid *id,
                                             const struct desk_answer *answer);
BM_MUST_CHECK enum bm_rc facts_answer_read(const char *json, struct arena *a, struct desk_answer *out);

#endif
