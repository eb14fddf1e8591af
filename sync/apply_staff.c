/* sync/apply_staff.c -- staff accounts at the branch: the newest entry about one, by true time, is the account. See apply.h. */
#include <string.h>

#include "common/seal.h"
#include "common/staff.h"
#include "sync/apply.h"

enum bm_rc apply_staff_sound(const struct entry *e)
{
    enum staff_role role;
    bool sound = staff_id_ok(e->who) && (e->gone == ENTRY_NONE || e->gone == 1);
    if (strcmp(e->id.dev, "branch") != 0) /* who holds a laptop makes nobody an admin */
        return err_set(BM_EINPUT, "accounts are made at the branch; a device's entry about one is not taken");
    if (e->gone == ENTRY_NONE)
        sound = sound && e->name && e->role && staff_role_parse(e->role, &role) && e->verifier && strlen(e->verifier) < SEAL_PHRASE_HASH_MAX;
    return sound ? BM_OK : err_set(BM_EINPUT, "staff: id, name, role or verifier is not sound");
}

static enum bm_rc put(struct apply *ap, struct stmt *s, const char *id)
{
    char text[EID_TEXT_MAX];
    struct eid src;
    struct entry e;
    const char *body = stmt_text(s, 5);
    enum bm_rc rc = entry_read(body, strlen(body), false, &ap->arena, &e);
    if (!rc) rc = apply_col_eid(s, 0, 3, &src);
    if (rc) return rc;
    if (e.gone == 1) return db_run(ap->db, SQL_STAFF_DELETE, "id", 's', id, NULL);
    return db_run(ap->db, SQL_STAFF_PUT, "id", 's', id, "name", 's', e.name, "role", 's', e.role, "verifier", 's', e.verifier, "src_t",
                  'i', stmt_int(s, 4), "src", 's', eid_text(&src, text), NULL);
}

enum bm_rc apply_staff(struct apply *ap, const char *ref)
{
    struct stmt *s;
    static const char lead[] = "staff:";
    BM_CHECK(strncmp(ref, lead, sizeof lead - 1) == 0);
    const char *id = ref + sizeof lead - 1;
    enum bm_rc rc = db_get(ap->db, SQL_READING_NEWEST_STAFF, &s, "ref", 's', ref, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc == BM_ENOTFOUND) return db_run(ap->db, SQL_STAFF_DELETE, "id", 's', id, NULL);
    if (rc) return rc;
    rc = put(ap, s, id);
    stmt_done(s);
    return rc;
}
