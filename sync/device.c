/* sync/device.c -- see device.h */
#include "sync/device.h"

#include "sync/reckon.h"

#include <string.h>

static bool name_ok(const char *dev)
{
    size_t n = strlen(dev);
    return n >= 2 && n < ENTRY_DEV_MAX && strspn(dev, "abcdefghijklmnopqrstuvwxyz0123456789-") == n && strcmp(dev, "branch") != 0;
}

enum bm_rc device_add(struct branch *b, const char *dev, const char *name, char code[SEAL_CODE_MAX], int64_t *until_s)
{
    unsigned char hash[SEAL_HASH_BYTES];
    char hex[2 * SEAL_HASH_BYTES + 1];
    struct stmt *s;
    if (!name_ok(dev)) return err_set(BM_EUSAGE, "a device's name is 2 to 23 of a-z 0-9 and -, and not \"branch\"");
    enum bm_rc rc = seal_code_new(&b->env, code);
    if (!rc) rc = seal_code_hash(code, hash);
    if (rc) return rc;
    hex_encode(hex, hash, sizeof hash);
    *until_s = env_wall_ms(&b->env) / 1000 + BRANCH_CODE_VALID_S;
    rc = db_begin(b->db);
    if (rc) return rc;
    rc = db_get(b->db, SQL_DEVICE_GET, &s, "dev", 's', dev, NULL);
    if (!rc) rc = stmt_next(s);
    if (!rc) {
        bool enrolled = stmt_text(s, 0) != NULL;
        stmt_done(s);
        if (enrolled) rc = err_set(BM_EEXISTS, "%s is enrolled already; take another name", dev);
    } else if (rc == BM_ENOTFOUND) {
        rc = BM_OK;
    }
    if (!rc)
        rc = db_run(b->db, SQL_DEVICE_ADD, "dev", 's', dev, "name", 's', name ? name : "", "practice", 'i', (int64_t)b->practice,
                    "code_hash", 's', hex, "until_s", 'i', *until_s, NULL);
    return db_end(b->db, rc);
}

static enum bm_rc refuse(void)
{
    return err_set(BM_EAUTH, "the enrolment code is wrong, used or too old; make a new one at the branch: branch device add NAME");
}

static enum bm_rc use_code(struct branch *b, const char *hash_hex, const char *key_hex, char dev[ENTRY_DEV_MAX])
{
    struct stmt *s;
    int64_t now_ms = env_wall_ms(&b->env);
    enum bm_rc rc = db_get(b->db, SQL_DEVICE_BY_CODE, &s, "code_hash", 's', hash_hex, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? refuse() : rc;
    bool fresh = stmt_int(s, 1) >= now_ms / 1000 && str_copy(dev, ENTRY_DEV_MAX, stmt_text(s, 0));
    stmt_done(s);
    if (!fresh) return refuse();
    return db_run(b->db, SQL_DEVICE_ENROL, "public_key", 's', key_hex, "now_ms", 'i', now_ms, "dev", 's', dev, NULL);
}

enum bm_rc device_enrol(struct branch *b, const char *code, const unsigned char public_key[SEAL_PUBLIC_BYTES], char dev[ENTRY_DEV_MAX])
{
    unsigned char hash[SEAL_HASH_BYTES];
    char hash_hex[2 * SEAL_HASH_BYTES + 1], key_hex[2 * SEAL_PUBLIC_BYTES + 1];
    if (seal_code_hash(code, hash)) return refuse();
    hex_encode(hash_hex, hash, sizeof hash);
    hex_encode(key_hex, public_key, SEAL_PUBLIC_BYTES);
    enum bm_rc rc = db_begin(b->db);
    return rc ? rc : db_end(b->db, use_code(b, hash_hex, key_hex, dev));
}

enum bm_rc device_key(struct branch *b, const char *dev, unsigned char public_key[SEAL_PUBLIC_BYTES])
{
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_DEVICE_GET, &s, "dev", 's', dev, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc && rc != BM_ENOTFOUND) return rc;
    bool good = !rc && stmt_text(s, 0) && stmt_int(s, 4) == ENTRY_NONE && hex_decode(public_key, SEAL_PUBLIC_BYTES, stmt_text(s, 0));
    if (!rc) stmt_done(s);
    return good ? BM_OK : err_set(BM_EAUTH, "this device is not enrolled at this branch, or was revoked");
}

/* --- card numbers -------------------------------------------------------------------------------------- */

static enum bm_rc is_known(struct branch *b, const char *dev)
{
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_DEVICE_GET, &s, "dev", 's', dev, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? err_set(rc, "no laptop is called %s; see: branch device list", dev) : rc;
    stmt_done(s);
    return BM_OK;
}

static enum bm_rc check_overlap(struct branch *b, const char *dev, const struct card_range *range)
{
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_DEVICE_CARDS, &s, "dev", 's', (const char *)NULL, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct card_range other;
        if (str_eq(stmt_text(s, 0), dev)) continue;
        rc = cards_parse(stmt_text(s, 1), &other);
        if (!rc && cards_overlap(range, &other))
            rc = err_set(BM_EREFUSED, "%s has numbers of this range: %s; two laptops never share one", stmt_text(s, 0), stmt_text(s, 1));
        if (rc) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc set_cards(struct branch *b, const char *dev, const char *text)
{
    struct card_range range;
    enum bm_rc rc = is_known(b, dev);
    if (!rc && text) rc = cards_parse(text, &range);
    if (!rc && text) rc = check_overlap(b, dev, &range);
    return rc ? rc : db_run(b->db, SQL_DEVICE_SET_CARDS, "cards", 's', text, "dev", 's', dev, NULL);
}

enum bm_rc device_set_cards(struct branch *b, const char *dev, const char *range)
{
    enum bm_rc rc = db_begin(b->db);
    return rc ? rc : db_end(b->db, set_cards(b, dev, range));
}

enum bm_rc device_set_name(struct branch *b, const char *dev, const char *name)
{
    enum bm_rc rc = db_begin(b->db);
    if (rc) return rc;
    rc = is_known(b, dev);
    if (!rc) rc = db_run(b->db, SQL_DEVICE_SET_NAME, "name", 's', name, "dev", 's', dev, NULL);
    return db_end(b->db, rc);
}

enum bm_rc device_cards(struct branch *b, const char *dev, char range[CARDS_TEXT_MAX])
{
    struct stmt *s;
    range[0] = '\0';
    enum bm_rc rc = db_get(b->db, SQL_DEVICE_CARDS, &s, "dev", 's', dev, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    str_copy(range, CARDS_TEXT_MAX, stmt_text(s, 1));
    stmt_done(s);
    return BM_OK;
}

/* --- for people ------------------------------------------------------------------------------- */

const char *device_state(struct stmt *s)
{
    return stmt_int(s, 4) != ENTRY_NONE   ? "revoked"
           : stmt_int(s, 3) != ENTRY_NONE ? "enrolled"
                                          : "invited";
}

/* Columns of SQL_DEVICE_LIST: dev, name, practice, enrolled_ms, revoked_ms, last_sync_ms, entries. */
static void device_json(struct jsonw *w, struct stmt *s, const struct reckoning *sums)
{
    jsonw_object(w);
    jsonw_put_text(w, "device", stmt_text(s, 0));
    jsonw_put_text(w, "name", stmt_text(s, 1));
    jsonw_put_bool(w, "practice", stmt_int(s, 2) == 1);
    jsonw_put_text(w, "state", device_state(s));
    jsonw_put_int(w, "enrolled_ms", stmt_int(s, 3));
    jsonw_put_int(w, "last_sync_ms", stmt_int(s, 5));
    jsonw_put_int(w, "entries", stmt_int(s, 6));
    jsonw_put_text(w, "cards", stmt_text(s, 7));
    if (sums) reckon_json(w, sums);
    jsonw_object_end(w);
}

enum bm_rc device_list_json(struct branch *b, struct jsonw *w)
{
    struct stmt *s;
    enum bm_rc rc = db_get(b->db, SQL_DEVICE_LIST, &s, NULL);
    if (rc) return rc;
    jsonw_array(w);
    while ((rc = stmt_next(s)) == BM_OK) device_json(w, s, NULL);
    jsonw_array_end(w);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc device_sums_json(struct branch *b, struct jsonw *w, bool *add_up)
{
    struct stmt *s;
    struct reckoning sums;
    *add_up = true;
    enum bm_rc rc = db_begin_read(b->db); /* one view of all of them; an end inside would begin the list anew */
    if (rc) return rc;
    rc = db_get(b->db, SQL_DEVICE_LIST, &s, NULL);
    jsonw_array(w);
    while (!rc && (rc = stmt_next(s)) == BM_OK) {
        if ((rc = reckon(b, stmt_text(s, 0), &sums))) break;
        *add_up &= sums.adds_up;
        device_json(w, s, &sums);
    }
    jsonw_array_end(w);
    return db_end(b->db, rc == BM_ENOTFOUND ? BM_OK : rc);
}
