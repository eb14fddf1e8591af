/* common/staff.c -- see staff.h */
#include "common/staff.h"

#include <string.h>

#include "common/seal.h"

static const char *const role_names[STAFF_ROLE_COUNT] = { "viewer", "staff", "admin" };

const char *staff_role_name(enum staff_role role)
{
    bm_assert(role < STAFF_ROLE_COUNT);
    return role_names[role];
}

bool staff_role_parse(const char *name, enum staff_role *out)
{
    for (int i = 0; i < STAFF_ROLE_COUNT; i++)
        if (str_eq(role_names[i], name)) return *out = (enum staff_role)i, true;
    return false;
}

bool staff_id_ok(const char *id)
{
    size_t len = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789.-");
    return id[len] == '\0' && len >= STAFF_ID_MIN && len <= STAFF_ID_MAX;
}

/* out: a copy to be wiped, or "" */
static enum bm_rc verifier_of(struct db *view, const char *id, char out[SEAL_PHRASE_HASH_MAX])
{
    struct stmt *s;
    out[0] = '\0';
    enum bm_rc rc = db_get(view, SQL_STAFF_VERIFIER, &s, "id", 's', id, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    bool fits = str_copy(out, SEAL_PHRASE_HASH_MAX, stmt_text(s, 0));
    stmt_done(s);
    BM_CHECK(fits);
    return BM_OK;
}

/* The verifier has its salt in it: without it nothing can be tried. */
static enum bm_rc put_mark(struct db *view, struct staff *out)
{
    char verifier[SEAL_PHRASE_HASH_MAX];
    unsigned char hash[SEAL_HASH_BYTES];
    enum bm_rc rc = verifier_of(view, out->id, verifier);
    seal_hash(verifier, strlen(verifier), hash);
    memcpy(out->mark, hash, sizeof out->mark);
    seal_wipe(verifier, sizeof verifier);
    return rc;
}

enum bm_rc staff_get(struct db *view, struct arena *a, const char *id, struct staff *out)
{
    struct stmt *s;
    bm_assert(view && a && id && out);
    *out = (struct staff){ 0 };
    enum bm_rc rc = db_get(view, SQL_STAFF_GET, &s, "id", 's', id, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc == BM_ENOTFOUND) return err_set(rc, "no account of this id here");
    if (rc) return rc;
    out->id = stmt_copy(s, 0, a);
    out->name = stmt_copy(s, 1, a);
    bool known = staff_role_parse(stmt_text(s, 2), &out->role);
    stmt_done(s);
    BM_CHECK(known);
    return out->id && out->name ? put_mark(view, out) : BM_ENOMEM;
}

enum bm_rc staff_check(struct db *view, struct arena *a, const char *id, const char *phrase, struct staff *out)
{
    char verifier[SEAL_PHRASE_HASH_MAX];
    bm_assert(view && a && id && phrase && out);
    *out = (struct staff){ 0 };
    enum bm_rc rc = verifier_of(view, id, verifier);
    if (!rc) rc = seal_phrase_check(verifier[0] ? verifier : NULL, phrase);
    seal_wipe(verifier, sizeof verifier);
    return rc ? rc : staff_get(view, a, id, out);
}

enum bm_rc staff_count(struct db *view, int64_t *out)
{
    return db_int(view, SQL_STAFF_COUNT, out, NULL);
}
