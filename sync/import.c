/* sync/import.c -- see import.h. The frame of an import first, then one kind of file after the other. */
#include "sync/import.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/barcode.h"
#include "common/jsonw.h"
#include "common/person.h"
#include "sync/import_marc.h"
#include "sync/import_priv.h"

enum { NODE_MAX = ENTRY_WORD_MAX + 2, SET_FIRST = 1024 };

/* --- counting and telling -------------------------------------------------------------------------- */

void import_count(struct import *im, const char *name, int64_t n)
{
    struct import_result *out = im->out;
    size_t i = 0;
    while (i < out->count_count && strcmp(out->counts[i].name, name) != 0) i++;
    bm_assert(i < IMPORT_COUNTS_MAX);
    if (i == out->count_count) out->counts[out->count_count++] = (struct import_count){ .name = name };
    out->counts[i].count += n;
}

static void tell_bad(struct import *im, const char *where, int64_t number, const char *reason)
{
    if (!im->bad++) {
        im->first_bad = number;
        str_copy(im->first_reason, sizeof im->first_reason, reason);
    }
    if (im->how->on_bad) im->how->on_bad(im->how->ctx, where, number, reason);
}

void import_next(struct import *im)
{
    arena_free(&im->row);
    im->read++;
    if (im->how->on_progress) im->how->on_progress(im->how->ctx, im->read);
}

/* What is wrong with one row is no fault of the whole: only the row is left out. */
enum bm_rc import_row_fault(enum bm_rc rc)
{
    return rc == BM_ELIMIT || rc == BM_ENOTFOUND ? BM_EINPUT : rc;
}

/* --- the frame -------------------------------------------------------------------------------------- */

static enum bm_rc begin(struct import *im, struct branch *b, const char *origin, const struct import_how *how,
                        struct import_result *out)
{
    *im = (struct import){ .b = b, .how = how, .out = out };
    *out = (struct import_result){ .origin = origin, .asof_ms = how->asof_ms };
    int64_t now = journal_now_ms(&b->journal);
    if (out->asof_ms == ENTRY_NONE) out->asof_ms = now;
    if (out->asof_ms > now) return err_set(BM_EUSAGE, "the moment when the file was true lies in the future");
    return observe_begin(&im->o, b, origin, out->asof_ms);
}

enum bm_rc import_emit(struct import *im, const struct entry *row)
{
    enum bm_rc rc = env_tick("import.row");
    if (!rc) rc = observe_row(&im->o, row);
    return rc && !buf_rc(&im->o.rows) ? import_row_fault(rc) : rc;
}

static bool comes_whole(const char *origin)
{
    return str_eq(origin, "rules") || str_eq(origin, "calendar") || str_eq(origin, "routes");
}

/* A file of a later date stands already? Then this one was only kept. */
static enum bm_rc ask_superseded(struct import *im)
{
    struct stmt *s;
    enum bm_rc rc = db_get(im->b->db, SQL_READING_NEWEST_OBSERVE, &s, "origin", 's', im->out->origin, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc) return rc;
    im->out->superseded = !str_eq(stmt_text(s, 0), im->out->entry.dev) || stmt_int(s, 2) != (int64_t)im->out->entry.seq;
    stmt_done(s);
    return BM_OK;
}

/* End what begin began. An empty file of a table that comes whole would wipe the table: refused. */
static enum bm_rc end(struct import *im, const char *path, enum bm_rc rc)
{
    bool whole = comes_whole(im->out->origin);
    if (!rc && im->o.count == 0 && (whole || im->known == 0)) {
        rc = im->bad ? err_set(BM_EINPUT, "%s: nothing could be taken (%" PRId64 ": %s); nothing was changed", path,
                               im->first_bad, im->first_reason)
                     : err_set(BM_EINPUT, "%s holds nothing to import; nothing was changed", path);
    }
    rc = observe_end(&im->o, rc);
    im->out->entry = im->o.e.id;
    im->out->rows = im->o.count;
    if (!rc && whole) rc = ask_superseded(im);
    arena_free(&im->row);
    arena_free(&im->words);
    return rc;
}

static void on_bad_line(void *ctx, int64_t line, const char *reason)
{
    tell_bad(ctx, "line", line, reason);
}

enum bm_rc import_csv(struct branch *b, const char *origin, const char *path, const struct csv_column *columns,
                             size_t column_count, import_row_function *on_row, const struct import_how *how, const char *what,
                             struct import_result *out)
{
    struct import im;
    struct csv_counts counts;
    /* a rule's column misspelt and passed over would change what the rule says */
    struct csv_sink sink = { .on_row = on_row, .on_bad = on_bad_line, .ctx = &im, .only_known = str_eq(origin, "rules") };
    enum bm_rc rc = begin(&im, b, origin, how, out);
    if (rc) return rc;
    import_count(&im, what, 0);
    rc = csv_read_file(path, columns, column_count, &sink, &counts);
    if (!rc && im.bad && str_eq(origin, "rules"))
        rc = err_set(BM_EINPUT, "%s, line %" PRId64 ": %s; no rule was changed", path, im.first_bad, im.first_reason);
    import_count(&im, "left out", im.bad);
    return end(&im, path, rc);
}

static enum bm_rc is_there(struct import *im, enum sql_id sql, const char *name, const char *value, bool *out)
{
    int64_t x;
    enum bm_rc rc = db_int(im->b->db, sql, &x, name, 's', value, NULL);
    *out = rc == BM_OK;
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

/* --- small readers ------------------------------------------------------------------------------------- */

static const char *or_null(const char *text)
{
    return text && *text ? text : NULL;
}

/* A barcode or card number as a scanner would send it. */
static enum bm_rc code(struct import *im, const char *column, const char *text, const char **out)
{
    char clean[BARCODE_MAX + 1];
    enum bm_rc rc = barcode_clean(text ? text : "", clean, sizeof clean);
    if (rc) return err_prefix(import_row_fault(rc), "%s: ", column);
    *out = arena_strdup(&im->row, clean);
    return *out ? BM_OK : BM_ENOMEM;
}

/* A day, or a moment; of a day its end or its beginning. */
static enum bm_rc moment(const char *column, const char *text, bool day_end, int64_t *utc_ms)
{
    int64_t day;
    enum bm_rc rc;
    if (text && strlen(text) == 10) {
        rc = zone_parse_date(text, &day);
        if (!rc) *utc_ms = 1000 * (day_end ? zone_day_end_s(day) : zone_at_s(day, 0));
    } else {
        rc = zone_parse_time(text ? text : "", utc_ms);
    }
    return rc ? err_prefix(import_row_fault(rc), "%s: ", column) : BM_OK;
}

/* When it happened, which a file of its date can know. */
static enum bm_rc past_moment(const struct import *im, const char *column, const char *text, int64_t *utc_ms)
{
    enum bm_rc rc = moment(column, text, false, utc_ms);
    if (rc || *utc_ms <= im->out->asof_ms) return rc;
    return err_set(BM_EINPUT, "%s: later than the moment when the file was true", column);
}

/* Count what is named and not known here: it is taken all the same, as a stub (I6). */
static enum bm_rc count_unknown(struct import *im, enum sql_id sql, const char *name, const char *value, const char *what)
{
    bool known;
    enum bm_rc rc = is_there(im, sql, name, value, &known);
    if (!rc && !known) import_count(im, what, 1);
    return rc;
}

static size_t set_slot(const struct word_set *set, const char *word)
{
    uint64_t h = 14695981039346656037U; /* FNV-1a */
    for (const char *p = word; *p; p++) h = (h ^ (unsigned char)*p) * 1099511628211U;
    size_t at = (size_t)(h & (set->cap - 1));
    while (set->slots[at] && strcmp(set->slots[at], word) != 0) at = (at + 1) & (set->cap - 1);
    return at;
}

/* Put a word into the set. out: *before, whether it was there */
static enum bm_rc meet(struct import *im, const char *word, bool *before)
{
    struct word_set *set = &im->met;
    if (2 * (set->count + 1) > set->cap) {
        struct word_set wider = { .cap = set->cap ? 2 * set->cap : SET_FIRST };
        wider.slots = ARENA_NEWS(&im->words, const char *, wider.cap);
        if (!wider.slots) return BM_ENOMEM;
        for (size_t i = 0; i < set->cap; i++)
            if (set->slots[i]) wider.slots[set_slot(&wider, set->slots[i])] = set->slots[i];
        wider.count = set->count;
        *set = wider;
    }
    size_t at = set_slot(set, word);
    *before = set->slots[at] != NULL;
    if (*before) return BM_OK;
    set->slots[at] = arena_strdup(&im->words, word);
    if (!set->slots[at]) return BM_ENOMEM;
    set->count++;
    return BM_OK;
}

/* --- titles and copies ------------------------------------------------------------------------------------ */

static enum bm_rc emit_title(struct import *im, const struct marc_title *t)
{
    struct entry e;
    bool before;
    entry_init(&e, OP_ADD_TITLE);
    e.title = t->key;
    e.name = t->name;
    e.author = or_null(t->author);
    e.isbn = or_null(t->isbn);
    e.itype = or_null(t->itype);
    e.callno = or_null(t->callno);
    e.detail = or_null(t->detail);
    enum bm_rc rc = import_emit(im, &e);
    if (!rc) rc = meet(im, t->key, &before);
    if (rc) return rc;
    import_count(im, "titles", !before);
    import_count(im, "records with the number of an earlier one", before);
    return BM_OK;
}

/* The mark that its status asks for, unless the copy is known to be so already. */
static enum bm_rc emit_cond(struct import *im, const char *barcode, const char *cond)
{
    struct entry e;
    struct stmt *s;
    if (str_eq(cond, "ok")) return BM_OK;
    enum bm_rc rc = db_get(im->b->db, SQL_ITEM_GET, &s, "barcode", 's', barcode, NULL);
    if (!rc) rc = stmt_next(s);
    bool same = !rc && str_eq(stmt_text(s, 3), cond);
    if (!rc) stmt_done(s);
    if (rc && rc != BM_ENOTFOUND) return rc;
    if (same) return BM_OK;
    entry_init(&e, OP_MARK);
    e.item = barcode;
    e.as = cond;
    import_count(im, "marked lost, missing or unfit", 1);
    return import_emit(im, &e);
}

static enum bm_rc emit_item(struct import *im, const struct marc_title *t, const struct marc_item *item)
{
    struct entry e;
    entry_init(&e, OP_ADD_ITEM);
    enum bm_rc rc = code(im, "barcode", item->barcode, &e.item);
    if (rc) return rc;
    e.title = t->key;
    e.place = or_null(item->holding ? item->holding : item->branch);
    e.itype = or_null(item->itype);
    e.callno = or_null(item->callno);
    e.loc = or_null(item->loc);
    e.branch = or_null(item->branch);
    e.price_cents = item->price_cents;
    /* A copy that is new here was that title's all along: loans and holds of before the import are about it. */
    bool known;
    char node[BARCODE_MAX + 2];
    snprintf(node, sizeof node, "?%s", e.item);
    rc = is_there(im, SQL_READING_ITEM_KNOWN, "node", node, &known);
    if (!rc && !known) e.when_ms = 0;
    if (!rc) rc = import_emit(im, &e);
    if (rc) return rc;
    import_count(im, "items", 1);
    return emit_cond(im, e.item, item->cond);
}

static enum bm_rc on_title(void *ctx, const struct marc_title *t)
{
    struct import *im = ctx;
    import_next(im);
    enum bm_rc rc = emit_title(im, t);
    if (rc == BM_EINPUT) {
        tell_bad(im, "record", t->number, err_text(rc));
        return BM_OK;
    }
    for (size_t i = 0; i < t->item_count && !rc; i++) {
        rc = emit_item(im, t, &t->items[i]);
        if (rc != BM_EINPUT) continue;
        import_count(im, "items left out", 1);
        if (im->how->on_bad) im->how->on_bad(im->how->ctx, "record", t->number, err_text(rc));
        rc = BM_OK;
    }
    import_count(im, "items left out", (int64_t)t->bad_item_count);
    return rc;
}

static void on_bad_record(void *ctx, int64_t number, const char *reason)
{
    tell_bad(ctx, "record", number, reason);
}

enum bm_rc import_marc(struct branch *b, const char *path, enum marc_items items, const struct import_how *how,
                       struct import_result *out)
{
    struct import im;
    struct marc_counts counts;
    struct marc_sink sink = { .on_record = on_title, .on_bad = on_bad_record, .ctx = &im };
    bm_assert(b && path && how && out);
    enum bm_rc rc = begin(&im, b, "marc", how, out);
    if (rc) return rc;
    import_count(&im, "titles", 0);
    import_count(&im, "items", 0);
    rc = marc_read_file(path, items, &sink, &counts);
    import_count(&im, "texts with bytes that are no character", counts.repaired);
    import_count(&im, "left out", im.bad);
    return end(&im, path, rc);
}

/* --- patrons ------------------------------------------------------------------------------------------------- */

enum patron_column { P_CARD, P_SURNAME, P_FIRST, P_BIRTH, P_ADDRESS, P_ADDRESS2, P_CITY, P_STATE, P_ZIP, P_COUNTRY, P_PHONE,
                     P_EMAIL, P_BRANCH, P_CATEGORY, P_EXPIRES, P_DEBARRED, P_STOP, P_GUARANTOR, P_GROUP, P_COUNT };
static const struct csv_column patron_columns[P_COUNT] = {
    [P_CARD] = { "cardnumber", true },     [P_SURNAME] = { "surname", true },   [P_FIRST] = { "firstname", false },
    [P_BIRTH] = { "dateofbirth", false },  [P_ADDRESS] = { "address", false },  [P_ADDRESS2] = { "address2", false },
    [P_CITY] = { "city", false },          [P_STATE] = { "state", false },      [P_ZIP] = { "zipcode", false },
    [P_COUNTRY] = { "country", false },    [P_PHONE] = { "phone", false },      [P_EMAIL] = { "email", false },
    [P_BRANCH] = { "branchcode", true },   [P_CATEGORY] = { "categorycode", true },
    [P_EXPIRES] = { "dateexpiry", false }, [P_DEBARRED] = { "debarred", false }, [P_STOP] = { "stop", false },
    [P_GUARANTOR] = { "guarantor", false }, [P_GROUP] = { "sort1", false },
};

/* What only the branch may read: sealed to its key. *out NULL: there is nothing of it. */
static enum bm_rc seal_person(struct import *im, const char **v, const char **out)
{
    static const enum patron_column parts[] = { P_ADDRESS, P_ADDRESS2, P_CITY, P_STATE, P_ZIP, P_COUNTRY };
    struct buf address, json, box;
    struct jsonw w;
    buf_init(&address, ENTRY_TEXT_MAX);
    buf_init(&json, ENTRY_TEXT_MAX);
    buf_init(&box, 2 * ENTRY_TEXT_MAX);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (or_null(v[parts[i]])) buf_printf(&address, "%s%s", address.len ? ", " : "", v[parts[i]]);
    jsonw_init(&w, &json);
    jsonw_object(&w);
    if (address.len) jsonw_put_text(&w, "address", buf_str(&address));
    if (or_null(v[P_PHONE])) jsonw_put_text(&w, "phone", v[P_PHONE]);
    if (or_null(v[P_EMAIL])) jsonw_put_text(&w, "email", v[P_EMAIL]);
    if (or_null(v[P_BIRTH])) jsonw_put_text(&w, "birth", v[P_BIRTH]);
    jsonw_object_end(&w);
    enum bm_rc rc = buf_rc(&address);
    if (!rc) rc = jsonw_rc(&w);
    *out = NULL;
    if (!rc && json.len > 2) {
        rc = seal_box(im->b->box.public, json.data, json.len, &box);
        if (!rc && !(*out = arena_strdup(&im->row, buf_str(&box)))) rc = BM_ENOMEM;
    }
    if (json.data) seal_wipe(json.data, json.len);
    buf_free(&address), buf_free(&json), buf_free(&box);
    return rc == BM_ELIMIT ? err_set(BM_EINPUT, "address, phone and email are too long together") : rc;
}

/* Barred until a day: 9999-12-31 for good. */
static enum bm_rc read_barred(const struct import *im, const char *text, bool *out)
{
    int64_t day;
    *out = false;
    if (!or_null(text)) return BM_OK;
    enum bm_rc rc = zone_parse_date(text, &day);
    if (rc) return err_prefix(rc, "debarred: ");
    *out = day >= zone_day(im->out->asof_ms);
    return BM_OK;
}

/* Of the date only the year is kept in the open (I12). What is no past date is sealed as it stands, and counted.
 * ret: the year, or ENTRY_NONE */
static int64_t read_birth(struct import *im, const char *text)
{
    int64_t day;
    if (!or_null(text)) return ENTRY_NONE;
    bool sound = !zone_parse_date(text, &day) && day <= zone_day(im->out->asof_ms);
    import_count(im, "with a date of birth that is none", !sound);
    return sound ? civil_from_day(day).year : ENTRY_NONE;
}

/* Koha's first statistics field, where libraries keep the class: free text, so one that will not do is no reason to leave the
 * patron out. */
static const char *read_group(struct import *im, const char *text)
{
    const char *group = or_null(text);
    bool fits = group && strlen(group) <= ENTRY_WORD_MAX && !str_eq(group, CIRC_NO_GROUP);
    if (group && !fits) import_count(im, "with a group that is too long", 1);
    return fits ? group : NULL;
}

/* The card of who answers for the debts. */
static enum bm_rc read_guarantor(struct import *im, const char *text, const char *card, const char **out)
{
    *out = NULL;
    if (!or_null(text)) return BM_OK;
    enum bm_rc rc = code(im, "guarantor", text, out);
    if (!rc && str_eq(*out, card)) rc = err_set(BM_EINPUT, "guarantor: nobody answers for himself");
    return rc;
}

static enum bm_rc on_patron(void *ctx, int64_t line, const char **v)
{
    struct import *im = ctx;
    struct entry e;
    char who[PERSON_WHO_MAX];
    bool barred, here, before;
    int64_t expires_ms;
    (void)line;
    import_next(im);
    entry_init(&e, OP_REGISTER);
    enum bm_rc rc = code(im, "cardnumber", v[P_CARD], &e.patron);
    if (!rc && !or_null(v[P_SURNAME])) rc = err_set(BM_EINPUT, "surname: empty");
    if (!rc) rc = read_barred(im, v[P_DEBARRED], &barred);
    if (!rc) rc = read_guarantor(im, v[P_GUARANTOR], e.patron, &e.guarantor);
    if (!rc) rc = seal_person(im, v, &e.sealed);
    if (!rc && or_null(v[P_EXPIRES])) {
        rc = moment("dateexpiry", v[P_EXPIRES], true, &expires_ms);
        if (!rc) e.expires_s = expires_ms / 1000;
    }
    if (rc) return rc;
    e.name = or_null(v[P_FIRST]) ? arena_printf(&im->row, "%s, %s", v[P_SURNAME], v[P_FIRST]) : v[P_SURNAME];
    if (!e.name) return BM_ENOMEM;
    e.category = or_null(v[P_CATEGORY]);
    e.branch = or_null(v[P_BRANCH]);
    e.stop = or_null(v[P_STOP]);
    e.group = read_group(im, v[P_GROUP]);
    if (barred) e.barred = 1;
    e.born = read_birth(im, v[P_BIRTH]);
    rc = is_there(im, SQL_READING_CARD_KNOWN, "card", e.patron, &here);
    if (!rc) rc = meet(im, e.patron, &before);
    if (rc) return rc;
    if (here || before) e.op = OP_UPDATE; /* in use: new facts of the same person */
    else if (person_who(im->b->who_key, e.name, v[P_BIRTH], who)) e.who = who;
    rc = import_emit(im, &e);
    if (rc) return rc;
    import_count(im, "patrons", 1);
    import_count(im, "of cards already in use", here || before);
    import_count(im, "barred", barred);
    return BM_OK;
}

enum bm_rc import_patrons(struct branch *b, const char *path, const struct import_how *how, struct import_result *out)
{
    return import_csv(b, "patrons", path, patron_columns, P_COUNT, on_patron, how, "patrons", out);
}

/* --- loans ------------------------------------------------------------------------------------------------------ */

enum loan_column { L_CARD, L_ITEM, L_BRANCH, L_ISSUED, L_DUE, L_RETURNED, L_FINES, L_COUNT };
static const struct csv_column loan_columns[L_COUNT] = {
    [L_CARD] = { "cardnumber", true },   [L_ITEM] = { "itemnumber_barcode", true }, [L_BRANCH] = { "branchcode", false },
    [L_ISSUED] = { "issuedate", true },  [L_DUE] = { "date_due", true },            [L_RETURNED] = { "returndate", false },
    [L_FINES] = { "stop_fines", false },
};

/* The catalogue's mark says lost, this file says by whom: the mark is taken back, else it would read as a copy reported
 * gone while it is on loan. */
static enum bm_rc void_lost_marks(struct import *im, const char *item)
{
    char node[NODE_MAX];
    struct stmt *s;
    snprintf(node, sizeof node, "?%s", item);
    enum bm_rc rc = db_get(im->b->db, SQL_REPORT_LOST_MARKS, &s, "node", 's', node, NULL);
    if (rc) return rc;
    while ((rc = stmt_next(s)) == BM_OK) {
        struct entry e;
        entry_init(&e, OP_VOID);
        rc = apply_col_eid(s, 0, 3, &e.target);
        if (!rc) rc = import_emit(im, &e);
        if (rc) break;
    }
    stmt_done(s);
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc emit_lost(struct import *im, const char *item, const char *card)
{
    struct entry e;
    enum bm_rc rc = void_lost_marks(im, item);
    if (rc) return rc;
    entry_init(&e, OP_MARK);
    e.item = item;
    e.patron = card;
    e.as = "lost";
    import_count(im, "lost", 1);
    return import_emit(im, &e);
}

/* Brought by an earlier import? *lost: and marked lost since. */
static enum bm_rc loan_known(struct import *im, const struct entry *e, bool *known, bool *lost)
{
    int64_t lost_ms = ENTRY_NONE;
    enum bm_rc rc = db_int(im->b->db, SQL_REPORT_LOAN_THERE, &lost_ms, "item", 's', e->item, "card", 's', e->patron, "out_ms",
                           'i', e->when_ms, NULL);
    *known = rc == BM_OK;
    *lost = lost_ms != ENTRY_NONE;
    return rc == BM_ENOTFOUND ? BM_OK : rc;
}

static enum bm_rc emit_loan(struct import *im, const struct entry *e, bool is_lost)
{
    char node[NODE_MAX];
    bool known, lost;
    enum bm_rc rc = loan_known(im, e, &known, &lost);
    if (rc) return rc;
    im->known += known;
    import_count(im, "known already", known);
    if (!known && (rc = import_emit(im, e))) return rc;
    if (is_lost && !lost && (rc = emit_lost(im, e->item, e->patron))) return rc;
    if (known) return BM_OK;
    import_count(im, "loans", 1);
    snprintf(node, sizeof node, "?%s", e->item);
    rc = count_unknown(im, SQL_READING_CARD_KNOWN, "card", e->patron, "of unknown cards");
    return rc ? rc : count_unknown(im, SQL_READING_ITEM_KNOWN, "node", node, "of unknown items");
}

static enum bm_rc on_loan(void *ctx, int64_t line, const char **v)
{
    struct import *im = ctx;
    struct entry e;
    int64_t due_ms;
    (void)line;
    import_next(im);
    if (or_null(v[L_RETURNED])) {
        im->known++;
        import_count(im, "returned, left out", 1);
        return BM_OK;
    }
    entry_init(&e, OP_CHECKOUT);
    enum bm_rc rc = code(im, "cardnumber", v[L_CARD], &e.patron);
    if (!rc) rc = code(im, "itemnumber_barcode", v[L_ITEM], &e.item);
    if (!rc) rc = past_moment(im, "issuedate", v[L_ISSUED], &e.when_ms);
    if (!rc) rc = moment("date_due", v[L_DUE], true, &due_ms);
    if (rc) return rc;
    e.due_s = due_ms / 1000;
    e.place = or_null(v[L_BRANCH]);
    return emit_loan(im, &e, v[L_FINES] && str_eq(v[L_FINES], "LOST"));
}

enum bm_rc import_loans(struct branch *b, const char *path, const struct import_how *how, struct import_result *out)
{
    return import_csv(b, "loans", path, loan_columns, L_COUNT, on_loan, how, "loans", out);
}

/* --- holds ------------------------------------------------------------------------------------------------------ */

enum hold_column { H_CARD, H_TYPE, H_BIB, H_ITEM, H_PICKUP, H_ASKED, H_CAPTURED, H_FULFILLED, H_CANCELLED, H_EXPIRES, H_COUNT };
static const struct csv_column hold_columns[H_COUNT] = {
    [H_CARD] = { "cardnumber", true },      [H_TYPE] = { "hold_type", false },    [H_BIB] = { "bib_id", false },
    [H_ITEM] = { "item_barcode", false },   [H_PICKUP] = { "pickup_branch", false }, [H_ASKED] = { "requested", true },
    [H_CAPTURED] = { "captured", false },   [H_FULFILLED] = { "fulfilled", false },
    [H_CANCELLED] = { "cancelled", false }, [H_EXPIRES] = { "expires", false },
};

/* The title asked for: by its number, else that of the copy named; and the copy if it must be that one. */
static enum bm_rc hold_title(struct import *im, const char **v, struct entry *e)
{
    const char *type = or_null(v[H_TYPE]), *bib = or_null(v[H_BIB]), *item = NULL;
    bool only_this = type ? strchr("CFR", type[0]) && type[1] == '\0' : !bib;
    enum bm_rc rc = or_null(v[H_ITEM]) ? code(im, "item_barcode", v[H_ITEM], &item) : BM_OK;
    if (rc) return rc;
    if (only_this && !item) return err_set(BM_EINPUT, "item_barcode: empty, and the hold is for one copy");
    if (only_this) e->item = item;
    if (item) {
        struct stmt *s;
        rc = db_get(im->b->db, SQL_ITEM_GET, &s, "barcode", 's', item, NULL);
        if (!rc) rc = stmt_next(s);
        if (rc && rc != BM_ENOTFOUND) return rc;
        e->title = rc ? NULL : stmt_copy(s, 1, &im->row);
        if (!rc) stmt_done(s);
    }
    if (!e->title && bib) e->title = bib;
    return e->title ? BM_OK : err_set(BM_EINPUT, "neither bib_id nor a known item_barcode: import the catalogue first");
}

static bool hold_is_over(struct import *im, const char **v)
{
    int64_t expires_ms;
    const char *what = NULL;
    if (or_null(v[H_FULFILLED]) || or_null(v[H_CANCELLED])) what = "fulfilled or cancelled, left out";
    if (!what && or_null(v[H_EXPIRES]) && moment("expires", v[H_EXPIRES], true, &expires_ms) == BM_OK &&
        expires_ms < im->out->asof_ms)
        what = "expired, left out";
    if (!what) return false;
    im->known++;
    import_count(im, what, 1);
    return true;
}

static enum bm_rc on_hold(void *ctx, int64_t line, const char **v)
{
    struct import *im = ctx;
    struct entry e;
    int64_t x;
    (void)line;
    import_next(im);
    if (hold_is_over(im, v)) return BM_OK;
    entry_init(&e, OP_PLACE);
    enum bm_rc rc = code(im, "cardnumber", v[H_CARD], &e.patron);
    if (!rc) rc = past_moment(im, "requested", v[H_ASKED], &e.when_ms);
    if (!rc) rc = hold_title(im, v, &e);
    if (rc) return rc;
    e.pickup = or_null(v[H_PICKUP]);
    rc = db_int(im->b->db, SQL_REPORT_HOLD_THERE, &x, "card", 's', e.patron, "title", 's', e.title, "key_t", 'i', e.when_ms, NULL);
    if (rc == BM_OK) {
        im->known++;
        import_count(im, "known already", 1);
        return BM_OK;
    }
    if (rc == BM_ENOTFOUND) rc = import_emit(im, &e);
    if (rc) return rc;
    import_count(im, "holds", 1);
    if (or_null(v[H_CAPTURED]) && or_null(v[H_ITEM])) import_count(im, "on their shelf", 1);
    rc = count_unknown(im, SQL_READING_CARD_KNOWN, "card", e.patron, "of unknown cards");
    return rc ? rc : count_unknown(im, SQL_TITLE_GET, "key", e.title, "of unknown titles");
}

/* A hold that is on its shelf: the copy's slip names the hold, whose id is known only once it stands in the journal. So
 * these come in an import of their own, after the first. */
static enum bm_rc on_capture(void *ctx, int64_t line, const char **v)
{
    struct import *im = ctx;
    struct entry e, asked;
    struct stmt *s;
    (void)line;
    import_next(im);
    if (!or_null(v[H_CAPTURED]) || !or_null(v[H_ITEM]) || hold_is_over(im, v)) return BM_OK;
    entry_init(&e, OP_CAPTURE);
    entry_init(&asked, OP_PLACE);
    enum bm_rc rc = code(im, "cardnumber", v[H_CARD], &asked.patron);
    if (!rc) rc = past_moment(im, "requested", v[H_ASKED], &asked.when_ms);
    if (!rc) rc = past_moment(im, "captured", v[H_CAPTURED], &e.when_ms);
    if (!rc) rc = hold_title(im, v, &asked);
    if (!rc) rc = code(im, "item_barcode", v[H_ITEM], &e.item);
    if (!rc) rc = db_get(im->b->db, SQL_REPORT_HOLD_WAITING, &s, "card", 's', asked.patron, "title", 's', asked.title, "key_t", 'i', asked.when_ms, NULL);
    if (!rc) rc = stmt_next(s);
    if (rc == BM_ENOTFOUND) return im->known++, BM_OK; /* taken over before */
    if (rc) return rc;
    bool sound = eid_parse(stmt_text(s, 0), &e.hold);
    stmt_done(s);
    BM_CHECK(sound);
    e.place = or_null(v[H_PICKUP]);
    rc = import_emit(im, &e);
    if (!rc) import_count(im, "set aside", 1);
    return rc;
}

enum bm_rc import_holds(struct branch *b, const char *path, const struct import_how *how, struct import_result *out)
{
    struct import_result aside;
    struct import_how quiet = *how;
    enum bm_rc rc = import_csv(b, "holds", path, hold_columns, H_COUNT, on_hold, how, "holds", out);
    quiet.on_bad = NULL; /* bad lines have been told */
    bool any = false;
    for (size_t i = 0; i < out->count_count; i++) any |= str_eq(out->counts[i].name, "on their shelf");
    if (rc || !any) return rc;
    rc = import_csv(b, "holds", path, hold_columns, H_COUNT, on_capture, &quiet, "set aside", &aside);
    return rc;
}
