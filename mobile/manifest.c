/* mobile/manifest.c -- see manifest.h */
#include "mobile/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "common/barcode.h"
#include "mobile/itinerary.h"
#include "mobile/visit_priv.h"

/* --- reading --------------------------------------------------------------------------- */

static enum bm_rc add_bad(struct manifest *m, struct arena *a, int64_t line, const char *why)
{
    struct manifest_bad *grown = arena_grow(a, m->bad, m->bad_count, &m->bad_cap, sizeof *grown);
    if (!grown) return BM_ENOMEM;
    m->bad = grown;
    grown[m->bad_count] = (struct manifest_bad){ line, arena_strdup(a, why) };
    return grown[m->bad_count++].why ? BM_OK : BM_ENOMEM;
}

static struct manifest_copy *add_copy(struct manifest_list *list, struct arena *a)
{
    struct manifest_copy *grown =
        arena_grow(a, list->copies, list->count, &list->cap, sizeof *grown);
    if (!grown) return NULL;
    list->copies = grown;
    grown[list->count] = (struct manifest_copy){ 0 };
    return &grown[list->count++];
}

/* One line as fgets gave it, room for MANIFEST_LINE_BYTES and its end. */
static enum bm_rc take_line(struct manifest *m, struct arena *a, FILE *in, char *text,
                            int64_t line)
{
    char barcode[BARCODE_MAX + 1];
    size_t len = strlen(text);
    bool ends = len > 0 && text[len - 1] == '\n';
    if (!ends && len > MANIFEST_LINE_BYTES) { /* the rest of it is part of the same mistake */
        for (int c = 0; c != '\n' && c != EOF;) c = getc(in);
        return add_bad(m, a, line, "too long for a barcode");
    }
    if (!ends && !feof(in)) return add_bad(m, a, line, "holds a NUL byte");
    if (line == 1 && strncmp(text, "\xEF\xBB\xBF", 3) == 0) text += 3, len -= 3;
    if (strspn(text, " \t\r\n") == len) return BM_OK;
    if (!utf8_valid(text, len)) return add_bad(m, a, line, "is not UTF-8");
    if (barcode_clean(text, barcode, sizeof barcode)) return add_bad(m, a, line, "is no barcode");
    for (size_t i = m->scanned.count; i-- > 0;)
        if (strcmp(m->scanned.copies[i].item, barcode) == 0) return m->again_count++, BM_OK;
    struct manifest_copy *copy = add_copy(&m->scanned, a);
    if (!copy) return BM_ENOMEM;
    copy->line = line;
    copy->item = arena_strdup(a, barcode);
    return copy->item ? BM_OK : BM_ENOMEM;
}

enum bm_rc manifest_read(FILE *in, struct arena *a, struct manifest *out)
{
    char text[MANIFEST_LINE_BYTES + 2];
    enum bm_rc rc = BM_OK;
    *out = (struct manifest){ 0 };
    for (int64_t line = 1; !rc && fgets(text, sizeof text, in); line++) {
        if (line > MANIFEST_LINES_MAX)
            return err_set(BM_ELIMIT, "more than %d lines; give them in parts. Nothing was done",
                           MANIFEST_LINES_MAX);
        rc = take_line(out, a, in, text, line);
    }
    if (!rc && ferror(in)) rc = err_set(BM_EIO, "the list of barcodes cannot be read");
    return rc;
}

/* --- what is known of a copy ------------------------------------------------------------ */

/* Everything but what depends on where it goes. */
static enum bm_rc look_up(struct laptop *l, struct arena *a, struct manifest_copy *c)
{
    struct catalog_item item;
    enum bm_rc rc = catalog_item(l->replica, c->item, a, &item);
    if (rc == BM_ENOTFOUND) return c->alerts |= ALERT_UNKNOWN, BM_OK;
    if (rc) return rc;
    c->name = item.name;
    c->author = item.author;
    c->callno = item.callno;
    c->place = item.place;
    c->cond = item.cond;
    c->card = item.card;
    if (item.loan) c->alerts |= ALERT_ON_LOAN;
    if (!str_eq(item.cond, "ok")) c->alerts |= ALERT_COND;
    if (item.aside && !item.aside_stands) c->alerts |= ALERT_SLIP;
    if (item.aside && item.aside_stands) c->pickup = item.aside_pickup;
    return BM_OK;
}

const char *manifest_alert_text(struct arena *a, const struct manifest_copy *c)
{
    struct buf text;
    buf_init(&text, 0);
#define SAY(...) (buf_puts(&text, text.len ? "; " : ""), buf_printf(&text, __VA_ARGS__))
    if (c->alerts & ALERT_UNKNOWN)
        SAY("%s", barcode_is_isbn(c->item) ? "an ISBN: scan the library's own label"
                                           : "not known here: scan it again, or add it");
    if (c->alerts & ALERT_ON_LOAN) SAY("on loan to %s: that loan ends", c->card);
    if (c->alerts & ALERT_COND) SAY("%s", c->cond);
    if (c->alerts & ALERT_ELSEWHERE) SAY("belongs to %s", c->place ? c->place : "no place");
    if (c->alerts & ALERT_ASIDE) SAY("set aside, to be collected at %s", c->pickup);
    if (c->alerts & ALERT_SLIP) SAY("its slip is for nobody any more");
#undef SAY
    const char *out = buf_rc(&text) ? NULL : arena_strdup(a, buf_str(&text));
    buf_free(&text);
    return out ? out : "";
}

/* --- comparing --------------------------------------------------------------------------- */

struct found {
    const char *item;
    size_t at;
    bool is_expected;
};

static int found_cmp(const void *a, const void *b)
{
    return strcmp(((const struct found *)a)->item, ((const struct found *)b)->item);
}

static enum bm_rc add_missing(struct manifest *m, struct arena *a, struct stmt *s,
                              const char *place)
{
    struct manifest_copy *c = add_copy(&m->missing, a);
    if (!c) return BM_ENOMEM;
    c->item = stmt_copy(s, 0, a);
    c->name = stmt_copy(s, 1, a);
    c->author = stmt_copy(s, 2, a);
    c->callno = stmt_copy(s, 3, a);
    c->cond = stmt_copy(s, 4, a);
    c->place = place;
    return c->item && c->cond ? BM_OK : BM_ENOMEM;
}

/* Each copy that should be aboard: was it scanned? */
static enum bm_rc compare(struct laptop *l, struct arena *a, struct manifest *m,
                          struct found *found)
{
    struct stmt *s;
    enum bm_rc rc = db_get(l->replica, SQL_CATALOG_ABOARD, &s, "place", 's', l->desk.place,
                           "count", 'i', (int64_t)MANIFEST_ABOARD_MAX, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct found key = { .item = stmt_text(s, 0) };
        struct found *hit = bsearch(&key, found, m->scanned.count, sizeof *found, found_cmp);
        if (hit) {
            hit->is_expected = true;
            m->present[m->present_count++] = hit->at;
        } else if ((rc = add_missing(m, a, s, l->desk.place))) {
            break;
        }
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

enum bm_rc manifest_check(struct laptop *l, struct arena *a, struct manifest *m)
{
    size_t n = m->scanned.count;
    struct found *found = ARENA_NEWS(a, struct found, n + 1);
    bool *expected = ARENA_NEWS(a, bool, n + 1);
    m->present = ARENA_NEWS(a, size_t, n + 1);
    m->surprise = ARENA_NEWS(a, size_t, n + 1);
    m->present_count = m->surprise_count = 0;
    if (!found || !expected || !m->present || !m->surprise) return BM_ENOMEM;
    enum bm_rc rc = laptop_current(l);
    if (!rc) rc = db_begin_read(l->replica);
    if (rc) return rc;
    for (size_t i = 0; i < n && !rc; i++) {
        found[i] = (struct found){ .item = m->scanned.copies[i].item, .at = i };
        rc = look_up(l, a, &m->scanned.copies[i]);
    }
    if (n) qsort(found, n, sizeof *found, found_cmp);
    if (!rc) rc = compare(l, a, m, found);
    for (size_t i = 0; i < n; i++) expected[found[i].at] = found[i].is_expected;
    for (size_t i = 0; i < n && !rc; i++) {
        struct manifest_copy *c = &m->scanned.copies[i];
        if (expected[i]) continue;
        m->surprise[m->surprise_count++] = i;
        if (!(c->alerts & ALERT_UNKNOWN) && !str_eq(c->place, l->desk.place))
            c->alerts |= ALERT_ELSEWHERE;
    }
    return db_end(l->replica, rc);
}

/* --- writing ------------------------------------------------------------------------------- */

struct writer {
    struct laptop *l;
    struct arena *a;
    struct visit_batch batch;
    enum op op;
    const char *to; /* move_item */
    int in_batch;   /* 0 = none is begun */
};

/* What the item is now, under the lock. ret: *loan, whether it is on loan */
static enum bm_rc item_now(struct writer *w, const char *item, struct eid *seen, bool *loan)
{
    struct stmt *s;
    *seen = (struct eid){ 0 };
    *loan = false;
    enum bm_rc rc = db_get(w->batch.desk.view, SQL_ITEM_GET, &s, "barcode", 's', item, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc == BM_ENOTFOUND ? BM_OK : rc;
    *loan = stmt_text(s, 4) != NULL;
    bool sound = !stmt_text(s, 10) || eid_parse(stmt_text(s, 10), seen);
    stmt_done(s);
    BM_CHECK(sound);
    return BM_OK;
}

static enum bm_rc write_copy(struct writer *w, struct manifest_copy *c)
{
    struct entry e;
    struct desk_answer answer;
    bool loan;
    const char *request = w->l->desk.request;
    entry_init(&e, w->op);
    enum bm_rc rc = item_now(w, c->item, &e.seen, &loan);
    if (rc || (w->op == OP_MARK && loan)) return rc; /* lent meanwhile: it is not missing */
    e.item = c->item;
    if (w->op == OP_MOVE) e.to = w->to;
    if (w->op == OP_MARK) e.as = "missing";
    if (request && !(request = arena_printf(w->a, "%s.%s", request, c->item))) return BM_ENOMEM;
    rc = visit_batch_add(&w->batch, w->a, &e, request, &answer);
    if (!rc) c->entry = answer.entry;
    return rc;
}

static enum bm_rc writer_end(struct writer *w, enum bm_rc rc)
{
    if (w->in_batch == 0) return rc;
    w->in_batch = 0;
    return visit_batch_end(&w->batch, rc);
}

static enum bm_rc writer_put(struct writer *w, struct manifest_copy *c)
{
    enum bm_rc rc = w->in_batch == MANIFEST_BATCH ? writer_end(w, BM_OK) : BM_OK;
    if (!rc && w->in_batch == 0) rc = visit_batch_begin(&w->batch, w->l);
    if (rc) return rc;
    w->in_batch++;
    rc = write_copy(w, c);
    return rc ? writer_end(w, rc) : BM_OK;
}

enum bm_rc manifest_record(struct laptop *l, struct arena *a, struct manifest *m, bool missing)
{
    struct writer w = { .l = l, .a = a, .op = OP_MOVE, .to = l->desk.place };
    enum bm_rc rc = BM_OK;
    for (size_t i = 0; i < m->surprise_count && !rc; i++) {
        struct manifest_copy *c = &m->scanned.copies[m->surprise[i]];
        bool is_lost = str_eq(c->cond, "missing") || str_eq(c->cond, "lost");
        bool news = c->alerts & (ALERT_ON_LOAN | ALERT_ELSEWHERE) || is_lost;
        if (news && !(c->alerts & ALERT_UNKNOWN)) rc = writer_put(&w, c);
    }
    rc = writer_end(&w, rc);
    w.op = OP_MARK;
    for (size_t i = 0; missing && i < m->missing.count && !rc; i++)
        rc = writer_put(&w, &m->missing.copies[i]);
    return writer_end(&w, rc);
}

/* Does the van call there on the day? */
static bool is_on_route(const struct itinerary *it, const char *pickup)
{
    for (size_t i = 0; i < it->call_count; i++)
        if (str_eq(it->keys[i], pickup)) return true;
    return false;
}

enum bm_rc manifest_move(struct laptop *l, struct arena *a, struct manifest *m, const char *to,
                         int64_t day)
{
    struct writer w = { .l = l, .a = a, .op = OP_MOVE, .to = to };
    struct itinerary it = { 0 };
    bool aboard = str_eq(to, l->desk.place);
    enum bm_rc rc = laptop_current(l);
    if (!rc) rc = itinerary_load(&it, l, zone_at_s(day, 720) * 1000);
    for (size_t i = 0; i < m->scanned.count && !rc; i++) {
        struct manifest_copy *c = &m->scanned.copies[i];
        rc = look_up(l, a, c);
        bool meant = str_eq(c->pickup, to) || (aboard && is_on_route(&it, c->pickup));
        if (!rc && c->pickup && !meant) c->alerts |= ALERT_ASIDE;
    }
    itinerary_free(&it);
    for (size_t i = 0; i < m->scanned.count && !rc; i++)
        if (!(m->scanned.copies[i].alerts & ALERT_UNKNOWN)) rc = writer_put(&w, &m->scanned.copies[i]);
    return writer_end(&w, rc);
}
