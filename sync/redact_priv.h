/* sync/redact_priv.h -- inside of redact: stories, found and cut.
 * Floor:   sync, only for redact*.c.
 * Threads: one per handle. */
#ifndef BM_REDACT_PRIV_H
#define BM_REDACT_PRIV_H

#include "sync/redact.h"

struct piece_entry {
    struct eid id;
    bool card;           /* names the person (else it only has text about him) */
    enum op op;
    const char *was;     /* money: its card, or NULL */
    const char *charge;  /* money: its charge */
};

/* A story that is over: whom to cut out, and where. */
struct piece {
    enum redact_kind kind;
    enum redact_keep keep;
    bool young;       /* something of it is younger than the cut: another time */
    const char *node; /* one of its group's */
    const char *id;   /* of its loan, hold or act */
    struct piece_entry *entries;
    size_t count, cap;
    const char **charges; /* keys */
    size_t charge_count, charge_cap;
};
struct piece_list {
    struct piece *pieces;
    size_t count, cap;
};

struct redact_work {
    struct branch *b;
    struct arena *a; /* of a batch */
    int64_t cut_ms;
    struct redact *out;
    const char **open; /* entries, charges, accounts that open exceptions name; sorted */
    size_t open_count, open_cap;
};

/* What open exceptions name. */
BM_MUST_CHECK enum bm_rc redact_load_open(struct redact_work *w);
/* The stories of the group around a node that are over, and whether each has to be kept. out: the group's nodes, too */
BM_MUST_CHECK enum bm_rc redact_find(struct redact_work *w, const char *node, struct node_set *nodes, struct piece_list *out);
/* Cut these: entries, readings, ledger; then fold again what they touch. */
BM_MUST_CHECK enum bm_rc redact_cut(struct redact_work *w, const struct piece *pieces, size_t count);
/* One number for all that a cut must leave as it is. */
BM_MUST_CHECK enum bm_rc redact_stays(struct db *db, uint64_t *out);

#endif
