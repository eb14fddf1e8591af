/* sync/reckon.c -- see reckon.h */
#include "sync/reckon.h"

#include <string.h>

static enum bm_rc lines(struct branch *b, const char *dev, struct reckoning *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_RECKON_LINES, &s, "dev", 's', dev, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc;
    out->made = stmt_int(s, 0); /* NULL: no epoch is known */
    out->waiting = stmt_int_or(s, 1, 0);
    stmt_done(s);
    rc = db_get(b->db, SQL_RECKON_HOME, &s, "dev", 's', dev, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc;
    out->home = stmt_int(s, 0);
    out->unapplied = stmt_int(s, 1);
    stmt_done(s);
    return BM_OK;
}

/* An outcome is a kind and perhaps words: "applied lent". */
static bool is_kind(const char *outcome, const char *kind)
{
    size_t n = strlen(kind);
    return strncmp(outcome, kind, n) == 0 && (outcome[n] == ' ' || outcome[n] == '\0');
}

static enum bm_rc fates(struct branch *b, const char *dev, struct reckoning *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_RECKON_FATES, &s, "dev", 's', dev, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        const char *outcome = stmt_text(s, 0);
        int64_t n = stmt_int(s, 1);
        bool adjusted = is_kind(outcome, "adjusted"), stored = is_kind(outcome, "stored");
        if (is_kind(outcome, "exception")) out->exceptions += n;
        if (is_kind(outcome, "quarantined")) out->quarantined += n;
        if (adjusted) out->adjusted += n;
        if (stored) out->stored += n;
        if (adjusted || stored || is_kind(outcome, "applied")) out->applied += n;
    }
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc reckon(struct branch *b, const char *dev, struct reckoning *out)
{
    *out = (struct reckoning){ 0 };
    enum bm_rc rc = db_begin_read(b->db); /* one moment for all three books */
    if (rc) return rc;
    rc = lines(b, dev, out);
    if (!rc) rc = fates(b, dev, out);
    bool sent = out->made == ENTRY_NONE ? out->home == 0 : out->made == out->home + out->waiting;
    out->adds_up = sent && out->home == out->applied + out->exceptions + out->quarantined + out->unapplied;
    return db_end(b->db, rc);
}

void reckon_json(struct jsonw *w, const struct reckoning *r)
{
    jsonw_put_int(w, "made", r->made);
    jsonw_put_int(w, "home", r->home);
    jsonw_put_int(w, "waiting", r->waiting);
    jsonw_put_int(w, "applied", r->applied);
    jsonw_put_int(w, "adjusted", r->adjusted);
    jsonw_put_int(w, "stored", r->stored);
    jsonw_put_int(w, "exceptions", r->exceptions);
    jsonw_put_int(w, "quarantined", r->quarantined);
    jsonw_put_int(w, "unapplied", r->unapplied);
    jsonw_put_bool(w, "adds_up", r->adds_up);
}

enum bm_rc reckon_told(struct branch *b, const char *dev, uint64_t ep, uint64_t seq, uint64_t parent_seq)
{
    char hex[APPLY_EP_MAX];
    apply_ep(ep, hex);
    return db_run(b->db, SQL_TOLD_PUT, "dev", 's', dev, "ep", 's', hex, "seq", 'i', (int64_t)seq, "parent_seq", 'i', (int64_t)parent_seq, NULL);
}
