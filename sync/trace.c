/* sync/trace.c -- see trace.h */
#include "sync/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { HASH_DIGITS = 2 * JOURNAL_HASH };

/* --- finding ------------------------------------------------------------------------------------------------ */

/* Digits as bytes, filled up with `fill` to one byte more than a hash has: where the hashes that begin so begin and end. */
static void bound(const char *digits, size_t count, unsigned char fill, unsigned char out[JOURNAL_HASH + 1])
{
    memset(out, fill, JOURNAL_HASH + 1);
    for (size_t i = 0; i < count; i++) {
        char c = digits[i];
        unsigned value = (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10), shift = i % 2 ? 0 : 4;
        out[i / 2] = (unsigned char)((out[i / 2] & ~(0xFu << shift)) | value << shift);
    }
}

/* ret: how many digits; 0 = it is no code */
static size_t read_code(const char *code, char digits[HASH_DIGITS + 1])
{
    size_t n = 0;
    for (; *code; code++) {
        char c = *code >= 'A' && *code <= 'F' ? (char)(*code - 'A' + 'a') : *code;
        if (c == ' ' || c == '-') continue; /* as it is read out */
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) || n == HASH_DIGITS) return 0;
        digits[n++] = c;
    }
    digits[n] = '\0';
    return n >= TRACE_CODE_MIN ? n : 0;
}

static enum bm_rc find_code(struct db *db, const char *digits, size_t count, struct eid out[TRACE_ACTS_MAX], size_t *found, bool *more)
{
    unsigned char from[JOURNAL_HASH + 1], to[JOURNAL_HASH + 1];
    struct stmt *s;
    bound(digits, count, 0x00, from);
    bound(digits, count, 0xFF, to);
    enum bm_rc rc = db_get(db, SQL_TRACE_BY_HASH, &s, "from", 'b', from, (size_t)JOURNAL_HASH, "to", 'b', to, sizeof to, "count", 'i',
                           (int64_t)TRACE_ACTS_MAX + 1, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        *more = *found == TRACE_ACTS_MAX;
        if (*more || (rc = apply_col_eid(s, 0, 3, &out[*found]))) break;
        ++*found;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc trace_find(struct db *db, const char *code, struct eid out[TRACE_ACTS_MAX], size_t *count, bool *more)
{
    char digits[HASH_DIGITS + 1], ep[APPLY_EP_MAX];
    struct stmt *s;
    *count = 0;
    *more = false;
    if (strchr(code, '.') && eid_parse(code, &out[0])) {
        apply_ep(out[0].ep, ep);
        enum bm_rc rc = db_get(db, SQL_ENTRY_GET, &s, "dev", 's', out[0].dev, "ep", 's', ep, "seq", 'i', (int64_t)out[0].seq, "row", 'i',
                               (int64_t)out[0].row, NULL);
        if (!rc) rc = stmt_next(s);
        if (rc == BM_ENOTFOUND) return err_set(rc, "no entry %s here", code);
        if (!rc) stmt_done(s), *count = 1;
        return rc;
    }
    size_t n = read_code(code, digits);
    if (!n) return err_set(BM_EUSAGE, "give the code on the slip, %d digits of 0-9 and a-f (%d will do), or an entry's id", DESK_CODE_MAX - 1, TRACE_CODE_MIN);
    enum bm_rc rc = find_code(db, digits, n, out, count, more);
    if (rc || *count) return rc;
    return err_set(BM_ENOTFOUND, "no act has the code %s here", digits);
}

/* --- what the entry says -------------------------------------------------------------------------------------- */

/* Its time by the samples that its device had when it did it. */
static enum bm_rc device_time(struct db *db, const struct entry *e, int64_t *out)
{
    struct clock_sample samples[JOURNAL_SAMPLES_MAX];
    size_t count, then = 0;
    *out = ENTRY_NONE;
    enum bm_rc rc = journal_samples(db, e->id.dev, e->id.ep, samples, JOURNAL_SAMPLES_MAX, &count);
    while (!rc && then < count && samples[then].t_ms <= e->t_ms) then++; /* they are in the order of t */
    const struct clock_sample *best = rc ? NULL : clock_best(samples, then, e->t_ms);
    if (best) *out = e->t_ms + best->off_ms;
    return rc;
}

enum bm_rc trace_read(const struct teller *t, struct db *journal, const struct eid *id, const char *body, const void *hash,
                      size_t hash_len, struct trace_act *out)
{
    char text[EID_TEXT_MAX];
    out->at_ms = out->clock_ms = out->unc_ms = out->received_ms = ENTRY_NONE;
    out->id = arena_strdup(t->a, eid_text(id, text));
    out->op = "unknown here";
    out->device = tell_device(t, id->dev);
    out->words = out->where = "";
    if (hash && hash_len >= (DESK_CODE_MAX - 1) / 2) hex_encode(out->slip, hash, (DESK_CODE_MAX - 1) / 2);
    if (!out->id) return BM_ENOMEM;
    enum bm_rc rc = entry_read(body, strlen(body), id->row > 0, t->a, &out->e);
    out->e.id = *id;
    if (rc) return rc == BM_EINPUT || rc == BM_EVERSION ? BM_OK : rc;
    out->op = op_name(out->e.op);
    out->words = tell_act(t, &out->e);
    out->where = tell_where(t, &out->e);
    if (out->e.item) out->item = tell_item(t, out->e.item);
    if (out->e.patron) out->patron = tell_card(t, out->e.patron);
    return id->row ? BM_OK : device_time(journal, &out->e, &out->clock_ms);
}

/* --- what became of it ------------------------------------------------------------------------------------------ */

/* A row of TRACE_NAMING or TRACE_ACT, once. */
static enum bm_rc add_event(const struct teller *t, struct stmt *s, struct trace_act *out)
{
    struct trace_event ev = { .at_ms = stmt_int(s, 4), .taken_back = str_eq(stmt_text(s, 6), APPLY_VOID) };
    struct entry e;
    char id[EID_TEXT_MAX], slip[DESK_CODE_MAX] = "";
    size_t len;
    const char *body = stmt_text(s, 7);
    const void *hash = stmt_blob(s, 8, &len);
    if (hash && len >= (DESK_CODE_MAX - 1) / 2) hex_encode(slip, hash, (DESK_CODE_MAX - 1) / 2);
    enum bm_rc rc = entry_read(body, strlen(body), stmt_int(s, 3) > 0, t->a, &e);
    if (!rc) rc = apply_col_eid(s, 0, 3, &e.id);
    if (rc) return rc;
    eid_text(&e.id, id);
    for (size_t i = 0; i < out->since_count; i++)
        if (strcmp(out->since[i].id, id) == 0) return BM_OK;
    if (out->since_count == TRACE_SINCE_MAX || strcmp(id, out->id) == 0) return BM_OK;
    ev.id = arena_strdup(t->a, id);
    ev.slip = arena_strdup(t->a, slip);
    ev.op = op_name(e.op);
    ev.words = tell_act(t, &e);
    ev.where = tell_where(t, &e);
    if (!ev.id || !ev.slip) return BM_ENOMEM;
    out->since[out->since_count] = ev;
    bool may = strcmp(e.id.dev, "branch") == 0 || strcmp(e.id.dev, out->e.id.dev) == 0; /* another laptop's void is refused */
    if (e.op == OP_VOID && may && str_eq(out->now, "taken back") && !out->taken_back) out->taken_back = &out->since[out->since_count];
    out->since_count++;
    return BM_OK;
}

static enum bm_rc add_events(const struct teller *t, enum bm_rc got, struct stmt *s, struct trace_act *out)
{
    enum bm_rc rc = got;
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK)
        if ((rc = add_event(t, s, out))) break;
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc add_act(const struct teller *t, const char *text, struct trace_act *out)
{
    struct eid id;
    struct stmt *s = NULL;
    char ep[APPLY_EP_MAX];
    if (!text || !eid_parse(text, &id) || eid_is_none(&id)) return BM_OK;
    apply_ep(id.ep, ep);
    enum bm_rc rc = db_get(t->db, SQL_TRACE_ACT, &s, "dev", 's', id.dev, "ep", 's', ep, "seq", 'i', (int64_t)id.seq, "row", 'i',
                           (int64_t)id.row, NULL);
    return add_events(t, rc, s, out);
}

/* The loan that a checkout began: how it stands, what moved its date, what ended it. */
static enum bm_rc add_loan(const struct teller *t, struct trace_act *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(t->db, SQL_TRACE_LOAN, &s, "id", 's', out->id, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    const char *how = stmt_copy(s, 0, t->a), *end_id = stmt_copy(s, 3, t->a), *promise = stmt_copy(s, 4, t->a);
    const char *due = tell_day(t, stmt_int(s, 1)), *end = tell_moment(t, stmt_int(s, 2));
    stmt_done(s);
    if (!how || !promise) return BM_ENOMEM;
    if (str_eq(how, "open")) out->loan = arena_printf(t->a, "on loan, due %s", due);
    else if (str_eq(how, "implied")) out->loan = arena_printf(t->a, "ended %s: the copy was elsewhere then, without having been taken back", end);
    else out->loan = arena_printf(t->a, "ended %s (%s)", end, how);
    rc = add_act(t, promise, out);
    return rc ? rc : add_act(t, end_id, out);
}

static enum bm_rc add_exceptions(const struct teller *t, struct trace_act *out)
{
    struct stmt *s;
    enum bm_rc rc = db_get(t->db, SQL_TRACE_EXCEPTIONS, &s, "id", 's', out->id, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK && out->exception_count < TRACE_EXCEPTIONS_MAX) {
        struct trace_exception *x = &out->exceptions[out->exception_count];
        enum exc_code code;
        *x = (struct trace_exception){ .code = stmt_copy(s, 0, t->a), .status = stmt_copy(s, 2, t->a), .settled_by = stmt_copy(s, 3, t->a),
                                       .settled_how = stmt_copy(s, 4, t->a), .settled_ms = stmt_int(s, 5) };
        if (!x->code || !x->status) rc = BM_ENOMEM;
        if (rc) break;
        x->sentence = exc_parse(x->code, &code) ? exc_sentence(code) : "";
        story_id(x->code, out->id, stmt_text(s, 1), x->id);
        out->exception_count++;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* How it stands now, in the words that outcomes have. */
static const char *stands(const struct trace_act *x, const char *dark, bool unread, struct arena *a)
{
    const char *out = NULL;
    if (str_eq(dark, APPLY_VOID)) return "taken back";
    if (unread) return "not applied yet";
    for (size_t i = 0; i < x->exception_count; i++)
        if (str_eq(x->exceptions[i].status, "open")) out = arena_printf(a, "%s%s", out ? arena_printf(a, "%s,", out) : "exception ", x->exceptions[i].code);
    if (out) return out;
    if (!x->first || strncmp(x->first, "exception", 9) != 0) return x->first ? x->first : "applied";
    return x->exception_count ? "applied; what it led to is settled" : "applied";
}

static enum bm_rc one_act(struct branch *b, const struct eid *id, struct arena *a, struct trace_act *out)
{
    const struct teller t = teller_at(b, a);
    char ep[APPLY_EP_MAX];
    struct stmt *s = NULL;
    size_t len;
    apply_ep(id->ep, ep);
    enum bm_rc rc = db_get(b->db, SQL_TRACE_ENTRY, &s, "dev", 's', id->dev, "ep", 's', ep, "seq", 'i', (int64_t)id->seq, "row", 'i',
                           (int64_t)id->row, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc;
    const void *hash = stmt_blob(s, 0, &len);
    rc = trace_read(&t, b->db, id, stmt_text(s, 1), hash, len, out);
    out->first = stmt_copy(s, 2, a);
    if (stmt_kind(s, 3) != 'n') out->at_ms = stmt_int(s, 3), out->unc_ms = stmt_int(s, 4);
    else out->at_ms = out->clock_ms;
    out->received_ms = stmt_int(s, 5);
    if (stmt_text(s, 6) && out->e.patron && !str_eq(stmt_text(s, 6), out->e.patron)) out->patron = tell_card(&t, stmt_text(s, 6)); /* as meant */
    const char *dark = stmt_copy(s, 7, a);
    bool unread = stmt_kind(s, 8) != 'n';
    stmt_done(s);
    if (!rc) rc = add_exceptions(&t, out);
    out->now = stands(out, dark, unread, a);
    if (!rc) rc = db_get(b->db, SQL_TRACE_NAMING, &s, "id", 's', out->id, "count", 'i', (int64_t)TRACE_SINCE_MAX, NULL);
    if (!rc) rc = add_events(&t, rc, s, out);
    return rc || out->e.op != OP_CHECKOUT ? rc : add_loan(&t, out);
}

enum bm_rc trace_at_branch(struct branch *b, const char *code, struct arena *a, struct trace *out)
{
    struct eid ids[TRACE_ACTS_MAX];
    size_t count;
    *out = (struct trace){ 0 };
    enum bm_rc rc = db_begin_read(b->db);
    if (rc) return rc;
    rc = trace_find(b->db, code, ids, &count, &out->more);
    if (!rc && !(out->acts = ARENA_NEWS(a, struct trace_act, count))) rc = BM_ENOMEM;
    for (; !rc && out->count < count; out->count++) {
        out->acts[out->count] = (struct trace_act){ 0 };
        rc = one_act(b, &ids[out->count], a, &out->acts[out->count]);
        if (rc) break;
    }
    return db_end(b->db, rc);
}
