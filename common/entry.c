/* common/entry.c -- see entry.h. Reader and writer both follow the two tables here. */
#include "common/entry.h"

#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { EP_DIGITS = 16, NEEDED = 0x80 };

/* --- members --- */

enum value { VALUE_WORD, VALUE_TEXT, VALUE_INT, VALUE_ID };

#define FIELD_ENUM(type, member, written) F_##member,
enum field { F_NONE, ENTRY_FIELDS(FIELD_ENUM) FIELD_COUNT };
#undef FIELD_ENUM
_Static_assert((int)FIELD_COUNT < (int)NEEDED,
               "an operation's row marks needed members in the top bit");

static const struct field_row {
    const char *name; /* as written */
    const char *lead; /* what goes before its value: ,"name": */
    uint16_t at;      /* offset in struct entry */
    uint8_t value;    /* enum value */
} field_table[FIELD_COUNT] = {
#define FIELD_ROW(type, member, written)                                                       \
    [F_##member] = { written, ",\"" written "\":", offsetof(struct entry, member),             \
                     VALUE_##type },
    ENTRY_FIELDS(FIELD_ROW)
#undef FIELD_ROW
};

/* --- operations --- */

/* The members of an operation in written order. N: needed, O: optional. F_NONE ends a row. */
enum { ROW_MAX = 16 };
#define N(member) (F_##member | NEEDED)
#define O(member) F_##member
static const uint8_t op_members[OP_COUNT][ROW_MAX] = {
    [OP_EPOCH] = { N(boot), O(parent), O(pseq), O(phash), N(prog), O(practice) },
    [OP_CLOCK] = { N(wall_ms), N(off_ms), N(unc_ms), N(src) },
    [OP_VIEW] = { N(rev) },
    [OP_CHECKOUT] = { N(item), N(patron), N(due_s), O(rate_cents), O(grace_days), O(max_cents),
                      O(price_cents), O(keep_cents), O(cal), O(limit), O(again), O(place), O(over), O(why) },
    [OP_CHECKIN] = { N(item), O(place), O(returned_ms), O(keep) },
    [OP_RENEW] = { N(item), N(patron), N(due_s), O(place), O(over), O(why) },
    [OP_CHANGE_DUE] = { N(item), N(patron), N(due_s), O(why) },
    [OP_MARK] = { N(item), N(as), O(patron), O(basis), O(amount_cents), O(why) },
    [OP_MOVE] = { N(item), N(to), O(why) },
    [OP_USE] = { N(item), O(place), O(why) },
    [OP_CAPTURE] = { N(item), N(hold), O(place), O(over), O(why) },
    [OP_NOTICE] = { N(item), N(patron), N(kind) },
    [OP_ADD_ITEM] = { N(item), N(title), O(place), O(itype), O(callno), O(loc), O(branch),
                      O(price_cents) },
    [OP_RECAT] = { N(item), N(title) },
    [OP_PLACE] = { N(patron), N(title), O(item), O(pickup), O(over), O(why) },
    [OP_CANCEL] = { N(hold), O(title), O(basis), O(why) },
    [OP_REGISTER] = { N(patron), O(who), O(expires_s), O(name), O(category), O(branch), O(stop),
                      O(group), O(born), O(guarantor), O(barred), O(sealed) },
    [OP_UPDATE] = { N(patron), O(barred), O(expires_s), O(name), O(category), O(branch),
                    O(stop), O(group), O(born), O(guarantor), O(sealed), O(why) },
    [OP_REPLACE] = { N(patron), N(fresh), O(why) },
    [OP_MERGE] = { N(patron), N(into) },
    [OP_PAY] = { N(patron), N(amount_cents), O(charge), O(why) },
    [OP_WAIVE] = { N(charge), N(amount_cents), O(patron), O(why) }, /* patron: nobody, where the link was cut */
    [OP_CHARGE] = { N(patron), N(amount_cents), O(why) },
    [OP_VOID] = { N(target), O(why) },
    [OP_SETTLE] = { N(exc_code), N(exc_entry), O(exc_other), N(how), O(was), O(card),
                    O(upto_cents), O(why) },
    [OP_OBSERVE] = { N(origin), N(asof_ms), N(digest), N(count) },
    [OP_ADD_TITLE] = { N(title), N(name), O(author), O(isbn), O(itype), O(callno), O(detail) },
    [OP_ROW] = { N(kind), N(line) },
    [OP_OPEN_VISIT] = { O(stop), O(name), N(src), N(arr_s), O(parr_s), O(pdep_s), O(lat_e6),
                        O(lon_e6) },
    [OP_CLOSE_VISIT] = { N(opened), N(src), N(dep_s), O(arr_s), O(dist_m), O(points), O(why) },
    [OP_TRACK] = { O(opened), O(dist_m), O(points), O(arr_s), O(dep_s) },
    [OP_TALLY] = { N(kind), N(count) },
    [OP_ODOMETER] = { N(dist_m), O(why) },
    [OP_COST] = { N(kind), N(amount_cents), O(why) },
    [OP_SUSPEND] = { O(stop), O(route), N(first_day), N(last_day), O(why) },
    [OP_STAFF] = { N(who), O(name), O(role), O(verifier), O(gone), O(why) },
    [OP_NOTE] = { N(why) },
};
#undef N
#undef O

static const struct op_row {
    const char *name;
    enum op_kind kind;
} op_table[OP_COUNT] = {
#define OP_ROW_OF(op, name, kind) [op] = { name, kind },
    ENTRY_OPS(OP_ROW_OF)
#undef OP_ROW_OF
};

const char *op_name(enum op op)
{
    return op < OP_COUNT ? op_table[op].name : "unknown";
}

enum op_kind op_kind(enum op op)
{
    bm_assert(op < OP_COUNT);
    return op_table[op].kind;
}

bool op_parse(const char *name, enum op *out)
{
    bm_assert(name && out);
    for (unsigned i = 0; i < OP_COUNT; i++) {
        if (strcmp(op_table[i].name, name) != 0) continue;
        *out = (enum op)i;
        return true;
    }
    return false;
}

static bool op_has_seen(enum op op)
{
    return op_table[op].kind == OPK_ITEM || op_table[op].kind == OPK_HOLD;
}

/* --- identities --- */

bool eid_is_none(const struct eid *id)
{
    return id->dev[0] == '\0';
}

int eid_cmp(const struct eid *a, const struct eid *b)
{
    int c = strcmp(a->dev, b->dev);
    if (c) return c < 0 ? -1 : 1;
    if (a->ep != b->ep) return a->ep < b->ep ? -1 : 1;
    if (a->seq != b->seq) return a->seq < b->seq ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

const char *eid_text(const struct eid *id, char *out)
{
    bm_assert(id && out);
    if (eid_is_none(id))
        out[0] = '\0';
    else if (id->row)
        snprintf(out, EID_TEXT_MAX, "%s.%016" PRIx64 ".%" PRIu64 ".%" PRIu32, id->dev, id->ep,
                 id->seq, id->row);
    else
        snprintf(out, EID_TEXT_MAX, "%s.%016" PRIx64 ".%" PRIu64, id->dev, id->ep, id->seq);
    return out;
}

/* How many of the first bytes of s may stand in a device's name. */
static size_t dev_span(const char *s)
{
    return strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");
}

static bool dev_ok(const char *s)
{
    size_t n = dev_span(s);
    return n > 0 && n < ENTRY_DEV_MAX && s[n] == '\0';
}

/* Exactly 16 lower-case hex digits at s (which may go on). */
static bool ep_parse(const char *s, uint64_t *out)
{
    unsigned char b[EP_DIGITS / 2];
    char digits[EP_DIGITS + 1];
    if (strnlen(s, EP_DIGITS) != EP_DIGITS) return false;
    memcpy(digits, s, EP_DIGITS);
    digits[EP_DIGITS] = '\0';
    if (!hex_decode(b, sizeof b, digits)) return false;
    *out = 0;
    for (size_t i = 0; i < sizeof b; i++) *out = *out << 8 | b[i];
    return true;
}

/* A number in [1, max] written the one way (no sign, no leading zero). ret: what follows it,
 * NULL = not one */
static const char *count_parse(const char *s, uint64_t max, uint64_t *out)
{
    if (*s < '1' || *s > '9') return NULL;
    uint64_t n = 0;
    for (; *s >= '0' && *s <= '9'; s++) {
        uint64_t digit = (uint64_t)(*s - '0');
        if (n > (max - digit) / 10) return NULL;
        n = n * 10 + digit;
    }
    *out = n;
    return s;
}

bool eid_parse(const char *text, struct eid *out)
{
    bm_assert(text && out);
    struct eid id = { 0 };
    uint64_t row = 0;
    *out = id;
    if (!*text) return true;
    size_t n = dev_span(text);
    if (n == 0 || n >= ENTRY_DEV_MAX || text[n] != '.') return false;
    memcpy(id.dev, text, n);
    const char *p = text + n + 1;
    if (!ep_parse(p, &id.ep) || p[EP_DIGITS] != '.') return false;
    p = count_parse(p + EP_DIGITS + 1, INT64_MAX, &id.seq);
    if (p && *p == '.') p = count_parse(p + 1, UINT32_MAX, &row);
    if (!p || *p) return false;
    id.row = (uint32_t)row;
    *out = id;
    return true;
}

static bool eid_ok(const struct eid *id)
{
    return memchr(id->dev, '\0', sizeof id->dev) && dev_ok(id->dev) && id->seq >= 1 &&
           id->seq <= INT64_MAX;
}

/* --- a member's place in struct entry --- */

static const char **text_at(struct entry *e, const struct field_row *f)
{
    return (const char **)(void *)((char *)e + f->at);
}

static int64_t *int_at(struct entry *e, const struct field_row *f)
{
    return (int64_t *)(void *)((char *)e + f->at);
}

static struct eid *id_at(struct entry *e, const struct field_row *f)
{
    return (struct eid *)(void *)((char *)e + f->at);
}

static const char *text_of(const struct entry *e, const struct field_row *f)
{
    return *(const char *const *)(const void *)((const char *)e + f->at);
}

static int64_t int_of(const struct entry *e, const struct field_row *f)
{
    return *(const int64_t *)(const void *)((const char *)e + f->at);
}

static const struct eid *id_of(const struct entry *e, const struct field_row *f)
{
    return (const struct eid *)(const void *)((const char *)e + f->at);
}

static bool is_present(const struct entry *e, const struct field_row *f)
{
    switch ((enum value)f->value) {
    case VALUE_WORD:
    case VALUE_TEXT: return text_of(e, f) != NULL;
    case VALUE_INT: return int_of(e, f) != ENTRY_NONE;
    case VALUE_ID: return !eid_is_none(id_of(e, f));
    }
    return false;
}

void entry_init(struct entry *e, enum op op)
{
    bm_assert(e);
    *e = (struct entry){ .version = ENTRY_VERSION, .op = op };
    e->visit = e->t_ms = e->when_ms = ENTRY_NONE;
    for (unsigned i = F_NONE + 1; i < FIELD_COUNT; i++)
        if (field_table[i].value == VALUE_INT) *int_at(e, &field_table[i]) = ENTRY_NONE;
}

/* --- checking --- */

static enum bm_rc check_text(enum op op, const char *name, const char *s, size_t max)
{
    size_t len = strnlen(s, max + 1);
    if (len == 0)
        return err_set(BM_EINPUT, "%s: `%s` is empty; leave it out", op_name(op), name);
    if (len > max)
        return err_set(BM_EINPUT, "%s: `%s` is longer than %zu bytes", op_name(op), name, max);
    if (!utf8_valid(s, len))
        return err_set(BM_EINPUT, "%s: `%s` is not UTF-8", op_name(op), name);
    return BM_OK;
}

static enum bm_rc check_member(const struct entry *e, const struct field_row *f)
{
    switch ((enum value)f->value) {
    case VALUE_WORD: return check_text(e->op, f->name, text_of(e, f), ENTRY_WORD_MAX);
    case VALUE_TEXT: return check_text(e->op, f->name, text_of(e, f), ENTRY_TEXT_MAX);
    case VALUE_INT: return BM_OK;
    case VALUE_ID:
        if (eid_ok(id_of(e, f))) return BM_OK;
        break;
    }
    return err_set(BM_EINPUT, "%s: `%s` is no identity of an entry", op_name(e->op), f->name);
}

/* Needed members are there and sound, and no member is there that its row does not name. */
static enum bm_rc check_members(const struct entry *e)
{
    bool named[FIELD_COUNT] = { false };
    for (const uint8_t *m = op_members[e->op]; *m; m++) {
        const struct field_row *f = &field_table[*m & ~NEEDED];
        named[*m & ~NEEDED] = true;
        if (is_present(e, f)) {
            enum bm_rc rc = check_member(e, f);
            if (rc) return rc;
        } else if (*m & NEEDED) {
            return err_set(BM_EINPUT, "%s: `%s` is missing", op_name(e->op), f->name);
        }
    }
    for (unsigned i = F_NONE + 1; i < FIELD_COUNT; i++)
        if (!named[i] && is_present(e, &field_table[i]))
            return err_set(BM_EINPUT, "%s has no member `%s`", op_name(e->op),
                           field_table[i].name);
    return BM_OK;
}

/* The members that a row of an import does not have. */
static enum bm_rc check_identity(const struct entry *e)
{
    if (!eid_ok(&e->id))
        return err_set(BM_EINPUT, "%s: dev, ep or seq is not sound", op_name(e->op));
    if (e->id.row) return err_set(BM_EINPUT, "%s: an entry has no row number", op_name(e->op));
    if (e->t_ms < 0) return err_set(BM_EINPUT, "%s: `t` is missing or below 0", op_name(e->op));
    if (!eid_is_none(&e->seen)) {
        if (!op_has_seen(e->op))
            return err_set(BM_EINPUT, "%s has no member `seen`", op_name(e->op));
        if (!eid_ok(&e->seen))
            return err_set(BM_EINPUT, "%s: `seen` is no identity", op_name(e->op));
    }
    return e->staff ? check_text(e->op, "staff", e->staff, ENTRY_WORD_MAX) : BM_OK;
}

static enum bm_rc check_entry(const struct entry *e, bool row)
{
    if ((unsigned)e->op >= OP_COUNT) return err_set(BM_EINPUT, "an entry needs an operation");
    if (e->version < 1 || e->version > ENTRY_VERSION)
        return err_set(BM_EINPUT, "%s: version %d cannot be written here", op_name(e->op),
                       e->version);
    enum bm_rc rc = row ? BM_OK : check_identity(e);
    if (!rc && e->source) rc = check_text(e->op, "source", e->source, ENTRY_WORD_MAX);
    if (!rc) rc = check_members(e);
    return rc;
}

/* --- writing --- */

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

static void put_text(struct buf *out, const char *lead, const char *s)
{
    buf_puts(out, lead);
    buf_putc(out, '"');
    for (const char *from = s;; s++) {
        unsigned char c = (unsigned char)*s;
        if (is_plain(c)) continue;
        buf_put(out, from, (size_t)(s - from));
        if (!c) break;
        if (c < 0x20)
            buf_printf(out, "\\u%04x", c);
        else {
            buf_putc(out, '\\');
            buf_putc(out, *s);
        }
        from = s + 1;
    }
    buf_putc(out, '"');
}

static void put_int(struct buf *out, const char *lead, int64_t n)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRId64, n);
    buf_puts(out, lead);
    buf_puts(out, digits);
}

static void put_id(struct buf *out, const char *lead, const struct eid *id)
{
    char text[EID_TEXT_MAX];
    put_text(out, lead, eid_text(id, text));
}

static void put_head(struct buf *out, const struct entry *e, bool row)
{
    put_int(out, "{\"v\":", e->version);
    if (!row) {
        char ep[EP_DIGITS + 1];
        snprintf(ep, sizeof ep, "%016" PRIx64, e->id.ep);
        put_text(out, ",\"dev\":", e->id.dev);
        put_text(out, ",\"ep\":", ep);
        put_int(out, ",\"seq\":", (int64_t)e->id.seq);
    }
    put_text(out, ",\"op\":", op_name(e->op));
    if (!row) {
        if (e->staff) put_text(out, ",\"staff\":", e->staff);
        if (e->visit != ENTRY_NONE) put_int(out, ",\"visit\":", e->visit);
        put_int(out, ",\"t\":", e->t_ms);
    }
    if (e->when_ms != ENTRY_NONE) put_int(out, ",\"when\":", e->when_ms);
    if (e->source) put_text(out, ",\"source\":", e->source);
}

static void put_members(struct buf *out, const struct entry *e)
{
    for (const uint8_t *m = op_members[e->op]; *m; m++) {
        const struct field_row *f = &field_table[*m & ~NEEDED];
        if (!is_present(e, f)) continue;
        switch ((enum value)f->value) {
        case VALUE_WORD:
        case VALUE_TEXT: put_text(out, f->lead, text_of(e, f)); break;
        case VALUE_INT: put_int(out, f->lead, int_of(e, f)); break;
        case VALUE_ID: put_id(out, f->lead, id_of(e, f)); break;
        }
    }
}

enum bm_rc entry_write(const struct entry *e, bool row, struct buf *out)
{
    bm_assert(e && out);
    size_t start = out->len;
    enum bm_rc rc = check_entry(e, row);
    if (rc) return rc;
    put_head(out, e, row);
    put_members(out, e);
    if (!row && !eid_is_none(&e->seen)) put_id(out, ",\"seen\":", &e->seen);
    buf_putc(out, '}');
    rc = buf_rc(out);
    if (!rc && out->len - start > ENTRY_BYTES_MAX)
        rc = err_set(BM_ELIMIT, "%s: an entry holds at most %d bytes", op_name(e->op),
                     ENTRY_BYTES_MAX);
    if (rc && out->data) { /* nothing half-written stays */
        out->len = start;
        out->data[start] = '\0';
    }
    return rc;
}

/* --- reading --- */

/* One object, nothing inside another: known before the parser sees it, which recurses. */
static bool is_flat(const char *s, size_t len)
{
    bool in_text = false;
    if (len < 2 || s[0] != '{' || s[len - 1] != '}') return false;
    for (size_t i = 1; i < len - 1; i++) {
        if (in_text && s[i] == '\\')
            i++;
        else if (s[i] == '"')
            in_text = !in_text;
        else if (!in_text && memchr("{}[]", s[i], 4))
            return false;
    }
    return !in_text;
}

static enum bm_rc read_json(const char *bytes, size_t len, json_t **out)
{
    json_error_t at;
    if (len > ENTRY_BYTES_MAX)
        return err_set(BM_EINPUT, "an entry holds at most %d bytes, this one %zu",
                       ENTRY_BYTES_MAX, len);
    if (!is_flat(bytes, len)) return err_set(BM_EINPUT, "an entry is one flat JSON object");
    *out = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &at);
    if (*out) return BM_OK;
    if (json_error_code(&at) == json_error_out_of_memory)
        return err_set(BM_ENOMEM, "out of memory");
    /* the parser's own words quote the line, which may hold a name */
    return err_set(BM_EINPUT, "an entry is not JSON near byte %d", at.position);
}

/* Take an integer member. ret: false if it is there but no integer */
static bool take_int(json_t *object, const char *name, int64_t *out)
{
    json_t *value = json_object_get(object, name);
    if (!value) return true;
    if (!json_is_integer(value)) return false;
    *out = json_integer_value(value);
    return true;
}

/* Borrow a text member's characters; NULL: not there, or no text. */
static const char *borrow_text(json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* Copy a text member into the arena. */
static enum bm_rc take_text(json_t *object, const char *name, struct arena *a, const char **out)
{
    json_t *value = json_object_get(object, name);
    if (!value) return BM_OK;
    if (!json_is_string(value)) return err_set(BM_EINPUT, "`%s` is not text", name);
    *out = arena_strndup(a, json_string_value(value), json_string_length(value));
    if (!*out) return BM_ENOMEM;
    return BM_OK;
}

static enum bm_rc take_member(json_t *object, const struct field_row *f, struct arena *a,
                              struct entry *e)
{
    const char *text;
    switch ((enum value)f->value) {
    case VALUE_WORD:
    case VALUE_TEXT: return take_text(object, f->name, a, text_at(e, f));
    case VALUE_INT:
        if (take_int(object, f->name, int_at(e, f))) return BM_OK;
        return err_set(BM_EINPUT, "%s: `%s` is not an integer", op_name(e->op), f->name);
    case VALUE_ID:
        if (!json_object_get(object, f->name)) return BM_OK;
        text = borrow_text(object, f->name);
        if (!text || !*text || !eid_parse(text, id_at(e, f))) break;
        return BM_OK;
    }
    return err_set(BM_EINPUT, "%s: `%s` is no identity of an entry", op_name(e->op), f->name);
}

/* dev, ep, seq and t, each for itself, so that an entry nobody understands can still be stored
 * under its name. */
static bool take_identity(json_t *object, struct entry *e)
{
    const char *dev = borrow_text(object, "dev"), *ep = borrow_text(object, "ep");
    int64_t seq = 0, t_ms = ENTRY_NONE;
    bool sound = dev && dev_ok(dev) && str_copy(e->id.dev, sizeof e->id.dev, dev);
    sound = ep && strlen(ep) == EP_DIGITS && ep_parse(ep, &e->id.ep) && sound;
    sound = take_int(object, "seq", &seq) && seq >= 1 && sound;
    sound = take_int(object, "t", &t_ms) && t_ms >= 0 && sound;
    if (seq >= 1) e->id.seq = (uint64_t)seq;
    if (t_ms >= 0) e->t_ms = t_ms;
    return sound;
}

/* v and op: is this an entry that can be understood here? */
static enum bm_rc take_version(json_t *object, struct entry *e)
{
    int64_t version = 0;
    const char *op = borrow_text(object, "op");
    bool known = op && op_parse(op, &e->op);
    if (!take_int(object, "v", &version) || version < 1)
        return err_set(BM_EINPUT, "an entry without a version");
    e->version = version > INT_MAX ? INT_MAX : (int)version;
    if (version > ENTRY_VERSION)
        return err_set(BM_EVERSION,
                       "an entry of version %" PRId64
                       ", known here is up to %d; upgrade this program",
                       version, ENTRY_VERSION);
    if (!op) return err_set(BM_EINPUT, "an entry without an operation");
    if (!known)
        return err_set(BM_EVERSION,
                       "an entry of an operation not known here; upgrade this program");
    return BM_OK;
}

/* Everything but version and identity. */
static enum bm_rc take_rest(json_t *object, bool row, struct arena *a, struct entry *e)
{
    enum bm_rc rc = BM_OK;
    if (!take_int(object, "when", &e->when_ms) ||
        (!row && !take_int(object, "visit", &e->visit)))
        return err_set(BM_EINPUT, "%s: `when` or `visit` is not an integer", op_name(e->op));
    if (!row) rc = take_text(object, "staff", a, &e->staff);
    if (!rc) rc = take_text(object, "source", a, &e->source);
    for (const uint8_t *m = op_members[e->op]; *m && !rc; m++)
        rc = take_member(object, &field_table[*m & ~NEEDED], a, e);
    if (rc || row || !json_object_get(object, "seen")) return rc;
    const char *seen = borrow_text(object, "seen");
    if (!seen || !*seen || !eid_parse(seen, &e->seen))
        return err_set(BM_EINPUT, "%s: `seen` is no identity", op_name(e->op));
    return BM_OK;
}

static enum bm_rc take_entry(json_t *object, bool row, struct arena *a, struct entry *e)
{
    bool named = row || take_identity(object, e);
    enum bm_rc rc = take_version(object, e);
    if (rc) return rc;
    if (!named)
        return err_set(BM_EINPUT, "%s: dev, ep, seq or t is missing or not sound",
                       op_name(e->op));
    return take_rest(object, row, a, e);
}

/* Two spellings of one entry would have two hashes: only the writer's own is an entry. */
static enum bm_rc check_bytes(const struct entry *e, bool row, const char *bytes, size_t len)
{
    struct buf again;
    buf_init(&again, ENTRY_BYTES_MAX * 2);
    enum bm_rc rc = entry_write(e, row, &again);
    if (rc == BM_ELIMIT) rc = BM_EINPUT;
    if (!rc && (again.len != len || memcmp(again.data, bytes, len) != 0))
        rc = err_set(BM_EINPUT, "%s: a member, order or spelling unlike the writer's",
                     op_name(e->op));
    buf_free(&again);
    return rc;
}

enum bm_rc entry_read(const char *bytes, size_t len, bool row, struct arena *a,
                      struct entry *out)
{
    bm_assert((bytes || len == 0) && a && out);
    json_t *object = NULL;
    entry_init(out, OP_COUNT);
    enum bm_rc rc = read_json(bytes, len, &object);
    if (!rc) rc = take_entry(object, row, a, out);
    if (!rc) rc = check_bytes(out, row, bytes, len);
    json_decref(object);
    return rc;
}
