/* tests/bench/library.h -- a made-up library of any size in a real branch, and a van's season at its desk.
 * Floor:      tests. Uses sync/branch, tests/sample (names and numbers).
 * Owns:       nothing.
 * Invariants: everything follows from BENCH_SEED and the sizes.
 * Threads:    one. */
#ifndef BM_BENCH_LIBRARY_H
#define BM_BENCH_LIBRARY_H

#include "tests/bench/bench.h"

enum {
    LIBRARY_ITEMS = 5000,
    LIBRARY_PATRONS = 800,
    LIBRARY_COPIES = 5, /* halves: 2.5 copies a title */
    LIBRARY_HOLDS = 100,
    LIBRARY_STOPS = 12,
    DAY_S = 86400,
    ACTS_A_VISIT = 40,
    VISITS_A_DAY = 10
};
#define LIBRARY_ASOF_MS INT64_C(1704067200000) /* 2024-01-01: before any machine's clock that runs this */
#define LIBRARY_FOREVER_S INT64_C(4070908800)  /* 2099-01-01 */

/* Money in cents; the most specific row wins. */
#define VISIT "\"next_visit(12,35)\""
#define MAY "expired held loaned limit unfit missing renewals wanted"
static const char *const library_rules[] = {
    "*,*,*,21d,3,21d,20,next_open,25,1,800,,0,," MAY,
    "*,CHILD,*,21d,3,21d,12,next_open,0,0,0,,0,," MAY,
    "*,SENIOR,*,21d,3,21d,20,next_open,10,3,500,,0,," MAY,
    "*,CLASS,*,42d,2,42d,60,next_open,0,0,0,,0,," MAY,
    "*,HOME,*,42d,6,42d,40,next_open,0,0,0,,0,," MAY,
    "*,*,DVD,7d,1,7d,6,next_open,100,0,1000,,0,," MAY,
    "*,*,DVD15,7d,1,7d,6,next_open,100,0,1000,,0,15,held loaned",
    "*,CHILD,DVD15,7d,1,7d,6,next_open,0,0,0,,0,15,held loaned",
    "VAN1,*,*," VISIT ",3," VISIT ",20,keep,0,0,0,,0,," MAY,
    "VAN1,*,DVD15," VISIT ",1," VISIT ",6,keep,0,0,0,,0,15,held loaned",
    "VAN1,ADULT,*," VISIT ",3," VISIT ",20,keep,10,2,300,,0,," MAY,
    "VAN1,ADULT,DVD," VISIT ",1," VISIT ",6,keep,20,2,400,,0,," MAY,
    "VAN1,CHILD,*," VISIT ",3," VISIT ",12,keep,0,0,0,,0,," MAY,
    "VAN1,CHILD,JBOOK," VISIT ",3," VISIT ",12,keep,0,0,0,,0,," MAY,
    "VAN1,CHILD,DVD15," VISIT ",1," VISIT ",6,keep,0,0,0,,0,15,held loaned",
    "VAN1,CLASS,*," VISIT ",2," VISIT ",60,keep,0,0,0,,0,," MAY,
    "VAN1,HOME,*," VISIT ",6," VISIT ",40,keep,0,0,0,,0,," MAY,
};
enum { LIBRARY_RULES = sizeof library_rules / sizeof *library_rules };

static inline struct entry row_of(enum op op)
{
    struct entry e;
    entry_init(&e, op);
    return e;
}

/* --- filling a branch ------------------------------------------------------------------------------- */

static inline void title_key(size_t n, char out[32])
{
    snprintf(out, 32, "MAIN-%06zu", 100001 + n);
}

static inline void fill_titles(struct branch *b, size_t titles)
{
    struct observe o;
    must(observe_begin(&o, b, "marc", LIBRARY_ASOF_MS));
    for (size_t i = 0; i < titles; i++) {
        struct work w;
        struct entry e = row_of(OP_ADD_TITLE);
        char key[32], isbn[BARCODE_SIZE], author[2 * NAME_SIZE + 8], detail[512];
        work_make(&w, BENCH_SEED, (uint32_t)i);
        title_key(i, key);
        snprintf(author, sizeof author, "%s, %s", w.surname, w.forename);
        snprintf(detail, sizeof detail, "%s %s %s %s", w.rest, w.subject, w.genre ? w.genre : "", w.summary);
        e.title = key;
        e.name = w.title;
        e.author = author;
        e.isbn = isbn_text((uint32_t)i, isbn);
        e.itype = w.itype;
        e.callno = w.callno[0] ? w.callno : NULL;
        e.detail = detail;
        must(observe_row(&o, &e));
    }
    must(observe_end(&o, BM_OK));
}

static inline void fill_items(struct branch *b, size_t titles, size_t items)
{
    struct observe o;
    must(observe_begin(&o, b, "marc", LIBRARY_ASOF_MS));
    for (size_t i = 0; i < items; i++) {
        struct work w;
        struct entry e = row_of(OP_ADD_ITEM);
        char key[32], barcode[BARCODE_SIZE];
        work_make(&w, BENCH_SEED, (uint32_t)(i % titles));
        title_key(i % titles, key);
        e.item = item_barcode((uint32_t)i + 1, barcode);
        e.title = key;
        e.place = i & 1 ? "VAN1" : "MAIN";
        e.itype = w.itype;
        e.callno = w.callno[0] ? w.callno : NULL;
        e.loc = w.location;
        e.branch = "MAIN";
        e.price_cents = w.price_cents;
        must(observe_row(&o, &e));
    }
    must(observe_end(&o, BM_OK));
}

static inline void stop_name(size_t n, char *out, size_t size, const char *between)
{
    snprintf(out, size, "Longdale %zu%sThe Green", n % LIBRARY_STOPS, between);
}

static inline void fill_patrons(struct branch *b, size_t patrons)
{
    static const char *const categories[] = { "ADULT", "ADULT", "ADULT", "SENIOR", "CHILD", "CHILD", "HOME", "CLASS" };
    struct observe o;
    struct rng r;
    rng_init(&r, BENCH_SEED, 1);
    must(observe_begin(&o, b, "patrons", LIBRARY_ASOF_MS));
    for (size_t i = 0; i < patrons; i++) {
        struct entry e = row_of(OP_REGISTER);
        char card[BARCODE_SIZE], surname[NAME_SIZE], forename[NAME_SIZE], name[2 * NAME_SIZE + 8], place[48], stop[64];
        name_surname(&r, surname);
        name_forename(&r, forename);
        snprintf(name, sizeof name, "%s, %s", surname, forename);
        stop_name(i, place, sizeof place, "/");
        snprintf(stop, sizeof stop, "VAN1/%s", place);
        e.patron = card_number(SAMPLE_CARD_FIRST + (uint32_t)i, card);
        e.name = name;
        e.category = RNG_PICK(&r, categories);
        e.branch = "MAIN";
        e.stop = i % 3 ? stop : NULL;
        e.expires_s = LIBRARY_FOREVER_S;
        e.barred = i == 0 ? 1 : 0; /* the first is the one who may not borrow */
        must(observe_row(&o, &e));
    }
    must(observe_end(&o, BM_OK));
}

static inline void fill_holds(struct branch *b, size_t titles)
{
    struct observe o;
    must(observe_begin(&o, b, "holds", LIBRARY_ASOF_MS));
    for (size_t i = 0; i < LIBRARY_HOLDS; i++) {
        struct entry e = row_of(OP_PLACE);
        char card[BARCODE_SIZE], key[32];
        e.patron = card_number(SAMPLE_CARD_FIRST + 1 + (uint32_t)i, card);
        title_key(i * 17 % titles, key);
        e.title = key;
        e.pickup = "VAN1";
        must(observe_row(&o, &e));
    }
    must(observe_end(&o, BM_OK));
}

static inline void fill_line(struct observe *o, const char *kind, const char *line)
{
    struct entry e = row_of(OP_ROW);
    e.kind = kind;
    e.line = line;
    must(observe_row(o, &e));
}

static inline void fill_tables(struct branch *b)
{
    struct observe o;
    char line[400], place[48];
    must(observe_begin(&o, b, "rules", LIBRARY_ASOF_MS));
    for (size_t i = 0; i < LIBRARY_RULES; i++) fill_line(&o, "rule", library_rules[i]);
    must(observe_end(&o, BM_OK));
    must(observe_begin(&o, b, "calendar", LIBRARY_ASOF_MS));
    for (int year = 2024; year < 2044; year++) {
        snprintf(line, sizeof line, "*,%d-12-25,%d-12-26,Christmas", year, year);
        fill_line(&o, "closed_day", line);
        snprintf(line, sizeof line, "*,%d-01-01,%d-01-01,New Year", year, year);
        fill_line(&o, "closed_day", line);
    }
    must(observe_end(&o, BM_OK));
    must(observe_begin(&o, b, "routes", LIBRARY_ASOF_MS));
    for (size_t i = 0; i < LIBRARY_STOPS; i++) {
        stop_name(i, place, sizeof place, ",");
        snprintf(line, sizeof line,
                 "Marrowdale Libraries,VAN1,Monday 1,%s,\"The Green, Longdale\",LD1 1AA,-1.%02zu,53.%02zu,Monday,Public,"
                 "%02zu:00,%02zu:40,FREQ=WEEKLY;INTERVAL=2,2024-01-01,,,https://marrowdale.example.org/mobile",
                 place, 10 + i, 10 + i, 8 + i, 8 + i);
        fill_line(&o, "stop", line);
    }
    must(observe_end(&o, BM_OK));
}

/* A branch in a new folder, filled, open, its clock standing late enough for all that comes. */
static inline void library_make(struct branch *b, char dir[BENCH_PATH_MAX], size_t items)
{
    const struct branch_init init = { .zone = "Europe/London", .code = "MAIN", .name = "Marrowdale Libraries" };
    size_t titles = items * 2 / LIBRARY_COPIES;
    bench_folder(dir);
    must(branch_create(dir, &init));
    must(branch_open(dir, b));
    env_made(&b->env, BENCH_SEED, WORLD_START_MS - 1000, 1000);
    must(db_exec(b->db, "PRAGMA synchronous=OFF"));
    fill_tables(b);
    fill_titles(b, titles);
    fill_items(b, titles, items);
    fill_patrons(b, LIBRARY_PATRONS);
    fill_holds(b, titles);
    must(db_checkpoint(b->db));
    must(db_exec(b->db, "PRAGMA synchronous=FULL"));
}

/* --- a van's season ------------------------------------------------------------------------------------ */

struct season {
    struct line *line;
    struct rng r;
    struct eid seen[LIBRARY_ITEMS];   /* last event of a copy that the desk knows */
    uint32_t holder[LIBRARY_ITEMS];   /* serial of the card, 0 = on the shelf */
    uint32_t lent[LIBRARY_ITEMS];     /* copies on loan, in no order */
    size_t lent_count;
    int64_t at_ms, visit;             /* since WORLD_START_MS; seq of the open visit */
    size_t acts;
};

static inline void season_visit(struct season *s)
{
    char place[48], stop[64];
    size_t nth = s->acts / ACTS_A_VISIT;
    if (nth > 0) {
        struct entry e = row_of(OP_CLOSE_VISIT);
        e.opened = s->visit;
        e.src = "gps";
        e.dep_s = (WORLD_START_MS + s->at_ms) / 1000;
        e.dist_m = 3000 + (int64_t)rng_below(&s->r, 9000);
        e.points = 200 + (int64_t)rng_below(&s->r, 300);
        line_act(s->line, &e);
    }
    s->at_ms = (int64_t)(nth / VISITS_A_DAY) * DAY_S * 1000 + (int64_t)(nth % VISITS_A_DAY) * 2700 * 1000;
    line_at(s->line, s->at_ms);
    struct entry e = row_of(OP_OPEN_VISIT);
    stop_name(nth, place, sizeof place, "/");
    snprintf(stop, sizeof stop, "VAN1/%s", place);
    e.stop = stop;
    e.name = "The Green";
    e.src = "gps";
    e.arr_s = (WORLD_START_MS + s->at_ms) / 1000 - 60;
    e.parr_s = e.arr_s - 120;
    e.pdep_s = e.arr_s + 2400;
    e.lat_e6 = 53100000 + (int64_t)rng_below(&s->r, 9999);
    e.lon_e6 = -1100000 - (int64_t)rng_below(&s->r, 9999);
    s->visit = (int64_t)line_act(s->line, &e).seq;
}

/* Lend what is on the shelf; take back or renew what is out. */
static inline void season_act(struct season *s)
{
    char barcode[BARCODE_SIZE], card[BARCODE_SIZE];
    uint32_t dice = rng_below(&s->r, 100), at = 0, item;
    bool lend = s->lent_count == 0 || dice < 45;
    if (!lend) at = rng_below(&s->r, (uint32_t)s->lent_count);
    do item = lend ? rng_below(&s->r, LIBRARY_ITEMS) : s->lent[at];
    while (lend && s->holder[item]);
    struct entry e = row_of(lend ? OP_CHECKOUT : dice < 90 ? OP_CHECKIN : OP_RENEW);
    if (lend) s->holder[item] = SAMPLE_CARD_FIRST + 1 + rng_below(&s->r, LIBRARY_PATRONS - 1);
    s->at_ms += 5000 + (int64_t)rng_below(&s->r, 50000);
    line_at(s->line, s->at_ms);
    int64_t day_end_s = (WORLD_START_MS + s->at_ms) / 1000 / DAY_S * DAY_S + DAY_S - 1;
    e.staff = "s1";
    e.visit = s->visit;
    e.item = item_barcode(item + 1, barcode);
    e.place = "VAN1";
    e.seen = s->seen[item];
    if (e.op != OP_CHECKIN) {
        e.patron = card_number(s->holder[item], card);
        e.due_s = day_end_s + 14 * DAY_S;
    }
    if (lend) {
        static const int64_t rates[] = { 10, 10, 0 };
        e.rate_cents = RNG_PICK(&s->r, rates);
        e.grace_days = e.rate_cents ? 2 : 0;
        e.max_cents = e.rate_cents ? 300 : 0;
        e.price_cents = 599 + 100 * (int64_t)(item % 20);
        e.keep_cents = 0;
        e.limit = e.rate_cents ? 20 : 12;
        s->lent[s->lent_count++] = item;
    } else if (e.op == OP_CHECKIN) {
        s->holder[item] = 0;
        s->lent[at] = s->lent[--s->lent_count];
    }
    s->seen[item] = line_act(s->line, &e);
}

/* A line of `total` entries: its beginning, visits, and the acts of its desk. */
static inline void season_make(struct line *line, size_t total)
{
    struct season *s = calloc(1, sizeof *s);
    if (!s) abort();
    line_open(line, "van1", BENCH_SEED);
    s->line = line;
    rng_init(&s->r, BENCH_SEED, 2);
    for (uint32_t i = 0; i < LIBRARY_ITEMS; i++) /* as the branch's import left it */
        s->seen[i] = (struct eid){ .dev = "branch", .ep = rng_next(&(struct rng){ BENCH_SEED }), .seq = 7, .row = i + 1 };
    while (line->journal.head_seq < total) {
        if (s->acts % ACTS_A_VISIT == 0 && line->journal.head_seq + 2 < total) season_visit(s);
        season_act(s);
        s->acts++;
    }
    free(s);
}

#endif
