/* tests/bench/big.h -- a library of a million titles, in a laptop's replica and at a branch.
 * Floor:      tests. Uses sqlite3 (floor.h), tests/sample (names and numbers), common/callno, common/entry.
 * Owns:       nothing.
 * Invariants: everything follows from BENCH_SEED and the sizes; made up, every name and number of it.
 * Threads:    one.
 *
 * The first LIBRARY_ITEMS copies come the real way: import, fold, snapshot (library.h). What is beyond them is put
 * straight into the same tables in one transaction, by the real schema with all its indexes and the search index, row by
 * row as a snapshot or an import leaves them: two and a half million imported rows would take an hour of `make bench`. At
 * the branch that is what a fold can look at: entries, readings, copies, people and their standing; titles stay out. (At
 * 60,000 copies apply_verify finds no row that it would fold otherwise.) */
#ifndef BM_BENCH_BIG_H
#define BM_BENCH_BIG_H

#include <fcntl.h>
#include <stdarg.h>
#include <sys/wait.h>

#include "common/callno.h"
#include "sync/feed.h"
#include "tests/bench/floor.h"
#include "tests/bench/library.h"

enum {
    BIG_TITLES = 1000000,
    BIG_ITEMS = 1500000,
    BIG_PATRONS = 200000,
    BIG_LOAN_EVERY = 10, /* copies: one is on loan */
    BIG_HOLD_EVERY = 60, /* titles: for one somebody waits */
    BIG_OWES_EVERY = 25, /* people: one owes */
    BIG_VISITS = 7500,   /* three years of ten stops a day, all over */
    BIG_SHELF_MAX = 256
};

enum big_table { BIG_TITLE, BIG_TEXT, BIG_ISBN, BIG_ITEM, BIG_PATRON, BIG_LOAN, BIG_HOLD, BIG_CHARGE, BIG_BALANCE, BIG_VISIT,
                 BIG_ENTRY, BIG_READING, BIG_STANDING, BIG_TABLES };

struct big {
    sqlite3 *handle;
    sqlite3_stmt *put[BIG_TABLES];
    struct eid import; /* the entry that brought the copies, with its last row */
};

/* What SQL of our own says, as text. */
static inline void big_ask(struct big *g, const char *sql, char *out, size_t size)
{
    sqlite3_stmt *s;
    SQLITE_MUST(sqlite3_prepare_v2(g->handle, sql, -1, &s, NULL));
    if (sqlite3_step(s) != SQLITE_ROW || !str_copy(out, size, (const char *)sqlite3_column_text(s, 0))) abort();
    sqlite3_finalize(s);
}

/* A branch's triggers need a function that only common/db gives; who fills a branch makes them anew. */
static inline void big_drop_triggers(struct big *g)
{
    char sql[8192];
    big_ask(g, "SELECT coalesce(group_concat('DROP TRIGGER ' || name, ';'), '') FROM sqlite_schema WHERE type = 'trigger'", sql, sizeof sql);
    SQLITE_MUST(sqlite3_exec(g->handle, sql, NULL, NULL, NULL));
}

static inline void big_open(struct big *g, const char *path)
{
    static const char *const inserts[BIG_TABLES] = {
        [BIG_TITLE] = "title(num, key, name, author, isbn, itype, callno, detail, src_t, src) VALUES(?,?,?,?,?,?,?,?,?,?)",
        [BIG_TEXT] = "title_text(rowid, name, author, detail) VALUES(?,?,?,?)",
        [BIG_ISBN] = "title_isbn(isbn, key) VALUES(?,?)",
        [BIG_ITEM] = "item(barcode, title, place, loan, last_t, last_unc, last_id, last_op, itype, callno, loc, branch, "
                     "price_cents, shelf, info_t, info_id) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        [BIG_PATRON] = "patron(card, account, name, category, branch, stop, expires_s, since_id) VALUES(?1,?1,?,?,?,?,?,?)",
        [BIG_LOAN] = "loan(id, item, card, key_t, out_ms, due_s, promise, rate_cents, grace_days, max_cents, price_cents, "
                     "keep_cents, how, renewals, limit_n) VALUES(?1,?,?,?4,?4,?,?1,10,2,300,599,0,'open',0,20)",
        [BIG_HOLD] = "hold(id, card, title, pickup, key_t, state) VALUES(?,?,?,'VAN1',?,'waiting')",
        [BIG_CHARGE] = "charge(about, kind, card, item, series, amount_cents) VALUES(?,'overdue',?,?,?,?)",
        [BIG_BALANCE] = "balance(account, cents) VALUES(?,?)",
        [BIG_VISIT] = "visit(id, dev, opened, stop, name, src, arr_s, dep_s, dist_m, points, closed_seq) "
                      "VALUES(?,'van1',?2,?,'The Green','gps',?,?,5000,300,?2 + 1)",
        [BIG_ENTRY] = "entry(dev, ep, seq, row, body) VALUES('branch',?,?,?,?)",
        [BIG_READING] = "reading(dev, ep, seq, row, op, t_ms, unc_ms, received_ms, node, title, card) "
                        "VALUES('branch',?,?,?,?,?5,0,?5,?,?,?)",
        [BIG_STANDING] = "standing(card, t_ms, id, account, barred, dead, expires_s) VALUES(?1,?,?,?1,0,0,?)",
    };
    *g = (struct big){ 0 };
    SQLITE_MUST(sqlite3_open_v2(path, &g->handle, SQLITE_OPEN_READWRITE, NULL));
    SQLITE_MUST(sqlite3_exec(g->handle, "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY; PRAGMA cache_size=-1500000; BEGIN",
                             NULL, NULL, NULL));
    big_drop_triggers(g);
    for (size_t i = 0; i < BIG_TABLES; i++) {
        char sql[400];
        snprintf(sql, sizeof sql, "INSERT INTO %s", inserts[i]);
        sqlite3_prepare_v2(g->handle, sql, -1, &g->put[i], NULL); /* a laptop has not all of them: stays NULL */
    }
}

/* Everything on the disk, and quiet there, before anything is measured. */
static inline void big_close(struct big *g)
{
    SQLITE_MUST(sqlite3_exec(g->handle, "COMMIT; PRAGMA journal_mode=WAL", NULL, NULL, NULL));
    const char *path = sqlite3_db_filename(g->handle, "main");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    for (size_t i = 0; i < BIG_TABLES; i++) sqlite3_finalize(g->put[i]);
    SQLITE_MUST(sqlite3_close(g->handle));
    if (fd < 0 || fsync(fd) != 0) abort();
    close(fd);
}

static inline bool big_is_lent(size_t copy)
{
    return copy % BIG_LOAN_EVERY == 3;
}

/* A row; kinds: s text (NULL is NULL), i int64_t, - nothing (that column stays NULL). */
static inline void big_put(struct big *g, enum big_table table, const char *kinds, ...)
{
    sqlite3_stmt *s = g->put[table];
    va_list ap;
    va_start(ap, kinds);
    for (int at = 1; kinds[at - 1]; at++) {
        if (kinds[at - 1] == 's') sqlite3_bind_text(s, at, va_arg(ap, const char *), -1, SQLITE_STATIC);
        else if (kinds[at - 1] == 'i') sqlite3_bind_int64(s, at, va_arg(ap, int64_t));
        else sqlite3_bind_null(s, at);
    }
    va_end(ap);
    if (sqlite3_step(s) != SQLITE_DONE) {
        fprintf(stderr, "bench: %s\n", sqlite3_errmsg(g->handle));
        abort();
    }
    SQLITE_MUST(sqlite3_reset(s));
}

/* --- the made-up rows --------------------------------------------------------------------------------- */

struct big_copy {
    struct work work;
    char barcode[BARCODE_SIZE], title[32], shelf[BIG_SHELF_MAX];
    const char *callno, *place;
};

static inline void big_copy_make(size_t i, size_t titles, size_t items, struct big_copy *c)
{
    size_t title = (size_t)((uint64_t)i * titles / items);
    work_make(&c->work, BENCH_SEED, (uint32_t)title);
    title_key(title, c->title);
    item_barcode((uint32_t)i + 1, c->barcode);
    c->callno = c->work.callno[0] ? c->work.callno : NULL;
    c->place = i & 1 ? "VAN1" : "MAIN";
    c->shelf[0] = '\0';
    if (c->callno) callno_key(c->callno, c->shelf, sizeof c->shelf);
}

struct big_person {
    char card[BARCODE_SIZE], name[2 * NAME_SIZE + 8], stop[64];
    const char *category;
};

static inline void big_person_make(struct rng *r, size_t i, struct big_person *p)
{
    static const char *const categories[] = { "ADULT", "ADULT", "ADULT", "SENIOR", "CHILD", "CHILD", "HOME" };
    char surname[NAME_SIZE], forename[NAME_SIZE], place[48];
    name_surname(r, surname);
    name_forename(r, forename);
    snprintf(p->name, sizeof p->name, "%s, %s", surname, forename);
    stop_name(i, place, sizeof place, "/");
    snprintf(p->stop, sizeof p->stop, "VAN1/%s", place);
    card_number(SAMPLE_CARD_FIRST + (uint32_t)i, p->card);
    p->category = RNG_PICK(r, categories);
}

static inline void big_id(const struct big *g, size_t row, char out[EID_TEXT_MAX])
{
    struct eid id = g->import;
    id.row = (uint32_t)row;
    eid_text(&id, out);
}

/* The import that brought the first rows: what is added goes on from its last one. */
static inline void big_join_import(struct big *g, const char *newest)
{
    char text[EID_TEXT_MAX];
    big_ask(g, newest, text, sizeof text);
    if (!eid_parse(text, &g->import)) abort();
}

#define BIG_NEWEST_ITEM "SELECT info_id FROM item ORDER BY length(info_id) DESC, info_id DESC LIMIT 1"
#define BIG_NEWEST_PERSON "SELECT since_id FROM patron ORDER BY length(since_id) DESC, since_id DESC LIMIT 1"

/* --- a replica ------------------------------------------------------------------------------------------ */

static inline void big_titles(struct big *g, size_t from, size_t titles)
{
    for (size_t i = from; i < titles; i++) {
        struct work w;
        char key[32], isbn[BARCODE_SIZE], author[2 * NAME_SIZE + 8], detail[512], id[EID_TEXT_MAX];
        work_make(&w, BENCH_SEED, (uint32_t)i);
        title_key(i, key);
        big_id(g, BIG_ITEMS + i, id);
        isbn_text((uint32_t)(i % SAMPLE_TITLES_MAX), isbn);
        snprintf(author, sizeof author, "%s, %s", w.surname, w.forename);
        snprintf(detail, sizeof detail, "%s %s %s %s", w.rest, w.subject, w.genre ? w.genre : "", w.summary);
        big_put(g, BIG_TITLE, "isssssssis", (int64_t)i + 1, key, w.title, author, isbn, w.itype, w.callno[0] ? w.callno : NULL,
                detail, LIBRARY_ASOF_MS, id);
        big_put(g, BIG_TEXT, "isss", (int64_t)i + 1, w.title, author, detail);
        big_put(g, BIG_ISBN, "ss", isbn, key);
    }
}

static inline void big_loan(struct big *g, const char *id, const char *barcode, size_t i)
{
    char card[BARCODE_SIZE];
    card_number(SAMPLE_CARD_FIRST + 1 + (uint32_t)(i / BIG_LOAN_EVERY % (BIG_PATRONS - 1)), card);
    big_put(g, BIG_LOAN, "sssii", id, barcode, card, LIBRARY_ASOF_MS, LIBRARY_FOREVER_S);
}

static inline void big_items(struct big *g, size_t from, size_t titles, size_t items)
{
    for (size_t i = from; i < items; i++) {
        struct big_copy c;
        char id[EID_TEXT_MAX], loan[EID_TEXT_MAX];
        bool lent = big_is_lent(i);
        big_copy_make(i, titles, items, &c);
        big_id(g, ++g->import.row, id);
        big_id(g, BIG_ITEMS * 2 + i, loan);
        big_put(g, BIG_ITEM, "ssssiissssssisis", c.barcode, c.title, c.place, lent ? loan : NULL, LIBRARY_ASOF_MS, (int64_t)0,
                lent ? loan : id, lent ? "checkout" : "add_item", c.work.itype, c.callno, c.work.location, "MAIN",
                (int64_t)c.work.price_cents, c.shelf, LIBRARY_ASOF_MS, id);
        if (lent) big_loan(g, loan, c.barcode, i);
    }
}

static inline void big_people(struct big *g, size_t from, size_t patrons)
{
    struct rng r;
    rng_init(&r, BENCH_SEED, 4);
    for (size_t i = from; i < patrons; i++) {
        struct big_person p;
        char id[EID_TEXT_MAX];
        big_person_make(&r, i, &p);
        big_id(g, BIG_ITEMS * 4 + i, id);
        big_put(g, BIG_PATRON, "sssssis", p.card, p.name, p.category, "MAIN", i % 3 ? p.stop : NULL, LIBRARY_FOREVER_S, id);
        if (i % BIG_OWES_EVERY) continue;
        char about[EID_TEXT_MAX], series[EID_TEXT_MAX + 64], barcode[BARCODE_SIZE];
        big_id(g, BIG_ITEMS * 5 + i, about);
        snprintf(series, sizeof series, "%lld %s 120\n", (long long)LIBRARY_ASOF_MS, about);
        big_put(g, BIG_CHARGE, "ssssi", about, p.card, item_barcode((uint32_t)i + 1, barcode), series, (int64_t)120);
        big_put(g, BIG_BALANCE, "si", p.card, (int64_t)120);
    }
}

static inline void big_holds(struct big *g, size_t from, size_t titles)
{
    for (size_t i = from; i < titles; i += BIG_HOLD_EVERY) {
        char id[EID_TEXT_MAX], key[32], card[BARCODE_SIZE];
        big_id(g, BIG_ITEMS * 6 + i, id);
        title_key(i, key);
        card_number(SAMPLE_CARD_FIRST + 1 + (uint32_t)(i % (BIG_PATRONS - 1)), card);
        big_put(g, BIG_HOLD, "sssi", id, card, key, LIBRARY_ASOF_MS);
    }
}

static inline void big_visits(struct big *g)
{
    for (size_t i = 0; i < BIG_VISITS; i++) {
        char id[EID_TEXT_MAX], place[48], stop[64];
        int64_t arr_s = LIBRARY_ASOF_MS / 1000 + (int64_t)(i / VISITS_A_DAY) * DAY_S + (int64_t)(i % VISITS_A_DAY) * 2700;
        snprintf(id, sizeof id, "van1.%016x.%zu", 1u, 2 * i + 1);
        stop_name(i, place, sizeof place, "/");
        snprintf(stop, sizeof stop, "VAN1/%s", place);
        big_put(g, BIG_VISIT, "sisii", id, (int64_t)(2 * i + 1), stop, arr_s, arr_s + 2400);
    }
}

/* A program of its own does the filling: its gigabyte of cached pages must not be the heap of who is measured. */
static inline bool big_in_child(void)
{
    int status;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) return true;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) abort();
    return false;
}

/* in: path of a replica that a snapshot of a small library was unpacked to */
static inline void big_replica_fill(const char *path)
{
    struct big g;
    const size_t had_titles = LIBRARY_ITEMS * 2 / LIBRARY_COPIES;
    if (!big_in_child()) return;
    big_open(&g, path);
    big_join_import(&g, BIG_NEWEST_ITEM);
    big_titles(&g, had_titles, BIG_TITLES);
    big_items(&g, LIBRARY_ITEMS, BIG_TITLES, BIG_ITEMS);
    big_people(&g, LIBRARY_PATRONS, BIG_PATRONS);
    big_holds(&g, had_titles, BIG_TITLES);
    big_visits(&g);
    big_close(&g);
    _exit(0);
}

/* --- a branch -------------------------------------------------------------------------------------------- */

/* An observed row and how the folds read it. ret: its id, in out */
static inline void big_observe(struct big *g, const struct entry *e, const char *node, char out[EID_TEXT_MAX])
{
    struct buf body;
    char ep[20];
    int64_t row = ++g->import.row, seq = (int64_t)g->import.seq;
    snprintf(ep, sizeof ep, "%016llx", (unsigned long long)g->import.ep);
    eid_text(&g->import, out);
    buf_init(&body, 0);
    must(entry_write(e, true, &body));
    big_put(g, BIG_ENTRY, "siis", ep, seq, row, buf_str(&body));
    big_put(g, BIG_READING, "siisisss", ep, seq, row, op_name(e->op), LIBRARY_ASOF_MS, node, e->title, e->patron);
    buf_free(&body);
}

static inline void big_branch_items(struct big *g, size_t from, size_t items)
{
    for (size_t i = from; i < items; i++) {
        struct big_copy c;
        struct entry e = row_of(OP_ADD_ITEM);
        char id[EID_TEXT_MAX], node[BARCODE_SIZE + 1];
        big_copy_make(i, items * 2 / 3, items, &c);
        snprintf(node, sizeof node, "?%s", c.barcode);
        e.item = c.barcode;
        e.title = c.title;
        e.place = c.place;
        e.itype = c.work.itype;
        e.callno = c.callno;
        e.loc = c.work.location;
        e.branch = "MAIN";
        e.price_cents = c.work.price_cents;
        big_observe(g, &e, node, id);
        big_put(g, BIG_ITEM, "sss-iissssssisis", c.barcode, c.title, c.place, LIBRARY_ASOF_MS, (int64_t)0, id, "add_item",
                c.work.itype, c.callno, c.work.location, "MAIN", e.price_cents, c.shelf, LIBRARY_ASOF_MS, id);
    }
}

static inline void big_branch_people(struct big *g, size_t from, size_t patrons)
{
    struct rng r;
    rng_init(&r, BENCH_SEED, 4);
    for (size_t i = from; i < patrons; i++) {
        struct big_person p;
        struct entry e = row_of(OP_REGISTER);
        char id[EID_TEXT_MAX];
        big_person_make(&r, i, &p);
        e.patron = p.card;
        e.name = p.name;
        e.category = p.category;
        e.branch = "MAIN";
        e.stop = i % 3 ? p.stop : NULL;
        e.expires_s = LIBRARY_FOREVER_S;
        big_observe(g, &e, NULL, id);
        big_put(g, BIG_PATRON, "sssssis", p.card, p.name, p.category, "MAIN", e.stop, e.expires_s, id);
        big_put(g, BIG_STANDING, "sisi", p.card, LIBRARY_ASOF_MS, id, e.expires_s);
    }
}

static inline void big_branch_rows(const char *path, size_t items, size_t patrons)
{
    struct big g;
    if (!big_in_child()) return;
    big_open(&g, path);
    big_join_import(&g, BIG_NEWEST_ITEM);
    big_branch_items(&g, LIBRARY_ITEMS, items);
    big_join_import(&g, BIG_NEWEST_PERSON);
    big_branch_people(&g, LIBRARY_PATRONS, patrons);
    big_close(&g);
    _exit(0);
}

/* in: what library_make made; opened anew. Its feed's revisions of what is added are left out. */
static inline void big_branch_fill(struct branch *b, const char *dir, size_t items, size_t patrons)
{
    char path[BENCH_PATH_MAX + 32];
    branch_close(b);
    snprintf(path, sizeof path, "%s/branch.db", dir);
    big_branch_rows(path, items, patrons);
    must(branch_open(dir, b));
    must(feed_create_triggers(b->db));
}

#endif
