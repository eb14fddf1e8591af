/* common/desk_staff.c -- see desk.h. Who may log in: made, changed and removed at the branch. */
#include <string.h>

#include "common/desk.h"
#include "common/desk_act.h"
#include "common/staff.h"

static bool has_controls(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7F) return true;
    return false;
}

enum bm_rc desk_account_check(const struct desk_account *c)
{
    enum staff_role role;
    if (!staff_id_ok(c->id))
        return err_set(BM_EUSAGE, "an id has %d to %d small letters, digits, dots and dashes: ann.smith", STAFF_ID_MIN, STAFF_ID_MAX);
    if (c->role && !staff_role_parse(c->role, &role)) return err_set(BM_EUSAGE, "a role is viewer, staff or admin");
    if (c->override && (!c->why || !c->why[0])) return err_set(BM_EUSAGE, "an override needs a reason: --why TEXT");
    if (!c->name) return BM_OK;
    if (has_controls(c->name)) return err_set(BM_EUSAGE, "the name holds a control character; type it again");
    if (c->name[0] && strlen(c->name) <= STAFF_NAME_MAX) return BM_OK;
    return err_set(BM_EUSAGE, "a name has 1 to %d bytes", STAFF_NAME_MAX);
}

/* Somebody must be left who may make accounts. */
static enum bm_rc keep_an_admin(const struct act *act, const struct desk_account *c, const struct staff *now)
{
    int64_t others;
    bool stays = !c->gone && (!c->role || str_eq(c->role, staff_role_name(STAFF_ADMIN)));
    if (c->add || now->role != STAFF_ADMIN || stays || c->override) return BM_OK;
    enum bm_rc rc = db_int(act->d->view, SQL_STAFF_ADMINS_BESIDE, &others, "id", 's', c->id, NULL);
    if (rc || others > 0) return rc;
    return err_set(BM_EREFUSED, "%s is the last admin: make another one first, or go on with --override --why TEXT", c->id);
}

static enum bm_rc old_verifier(struct act *act, const char *id, const char **out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(act->d->view, SQL_STAFF_VERIFIER, &s, "id", 's', id, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc;
    *out = stmt_copy(s, 0, act->a);
    stmt_done(s);
    return *out ? BM_OK : BM_ENOMEM;
}

/* All of the account, so that the newest entry alone is what stands. */
static enum bm_rc fill_account(struct act *act, const struct desk_account *c, const struct staff *now)
{
    struct entry *e = &act->e;
    e->who = c->id;
    e->why = c->why && c->why[0] ? c->why : NULL;
    if (c->gone) return e->gone = 1, BM_OK;
    e->name = c->name ? c->name : now->name;
    e->role = c->role ? c->role : staff_role_name(now->role);
    e->verifier = c->verifier;
    return e->verifier ? BM_OK : old_verifier(act, c->id, &e->verifier);
}

enum bm_rc desk_account(struct desk *d, struct arena *a, const struct desk_account *c, struct desk_answer *out)
{
    struct act act;
    struct staff now;
    bm_assert(!c->add || (c->name && c->role && c->verifier));
    enum bm_rc rc = desk_account_check(c);
    if (!rc && strcmp(d->journal->dev, "branch") != 0) rc = err_set(BM_EREFUSED, "accounts are made at the branch");
    if (rc) return rc;
    const char *what = c->add ? "add" : c->gone ? "remove" : c->verifier ? "phrase" : "set"; /* a phrase asked again has another salt */
    rc = act_begin(&act, d, a, OP_STAFF, ASKED(c->id, what, c->name, c->role), out);
    if (rc) goto done;
    rc = staff_get(d->view, a, c->id, &now);
    if (!rc && c->add) rc = err_set(BM_EEXISTS, "there is an account %s already; change it with: branch staff set %s", c->id, c->id);
    else if (rc == BM_ENOTFOUND && c->add) rc = BM_OK;
    else if (rc == BM_ENOTFOUND) err_set(rc, "no account %s here; see: branch staff list", c->id);
    if (!rc) rc = keep_an_admin(&act, c, &now);
    if (!rc) rc = fill_account(&act, c, &now);
    if (rc) goto done;
    out->word = c->add ? "added" : c->gone ? "removed" : "changed";
    rc = act_write(&act);
done:
    return act_end(&act, rc);
}
