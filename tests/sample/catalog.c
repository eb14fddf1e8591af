/* tests/sample/catalog.c -- see catalog.h */
#include "tests/sample/catalog.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sample/words.h"

enum { RECORD_MAX = 99999, DIRECTORY_MAX = 12 * 700, BODY_MAX = RECORD_MAX, LEADER_BYTES = 24 };
#define SUBFIELD "\x1f"
#define END_FIELD 0x1e
#define END_RECORD 0x1d

/* A record under construction. */
struct marc {
    char directory[DIRECTORY_MAX + 1];
    char body[BODY_MAX + 1];
    size_t directory_len, body_len;
    bool full; /* something did not fit */
};

/* Add one field: fmt gives indicators and subfields, or a control field's text. */
static void marc_add(struct marc *m, unsigned tag, const char *fmt, ...) BM_PRINTF(3, 4);
static void marc_add(struct marc *m, unsigned tag, const char *fmt, ...)
{
    va_list args;
    size_t room = sizeof m->body - m->body_len;
    va_start(args, fmt);
    int len = vsnprintf(m->body + m->body_len, room, fmt, args);
    va_end(args);
    if (len < 0 || (size_t)len + 1 >= room || len > 9998 ||
        m->directory_len + 12 > DIRECTORY_MAX) {
        m->full = true;
        return;
    }
    m->body[m->body_len + (size_t)len] = END_FIELD;
    snprintf(m->directory + m->directory_len, 13, "%03u%04d%05zu", tag % 1000,
             (len + 1) % 10000, m->body_len % 100000);
    m->directory_len += 12;
    m->body_len += (size_t)len + 1;
}

/* src: MARC 21 leader; ISO 2709: /00 length, /09 a = UTF-8, /12 base address */
static enum bm_rc marc_write(struct out *o, const struct marc *m, char type)
{
    char leader[48];
    size_t base = LEADER_BYTES + m->directory_len + 1, length = base + m->body_len + 1;
    if (m->full || length > RECORD_MAX)
        return err_set(BM_ELIMIT, "a title has too many copies for one record");
    snprintf(leader, sizeof leader, "%05zun%cm a22%05zu i 4500", length, type, base);
    out_bytes(o, leader, LEADER_BYTES);
    out_bytes(o, m->directory, m->directory_len);
    out_bytes(o, &(char){ END_FIELD }, 1);
    out_bytes(o, m->body, m->body_len);
    out_bytes(o, &(char){ END_RECORD }, 1);
    return BM_OK;
}

/* src: MARC 21 008: entered, date, country, audience, form, literary form, language */
static void add_numbers(struct marc *m, const struct work *w, uint32_t number, uint32_t year)
{
    char isbn[BARCODE_SIZE];
    bool child =
        w->kind == KIND_PICTURE || w->kind == KIND_JUNIOR || w->kind == KIND_JUNIOR_FACTS;
    bool facts = w->kind == KIND_FACTS || w->kind == KIND_JUNIOR_FACTS;
    marc_add(m, 1, "%u", CATALOG_BIB_FIRST + number);
    marc_add(m, 3, "MARROW");
    marc_add(m, 8, "%02u0101s%04u    xxk    %c%c     000 %c %.3s d", year % 100, year,
             child ? 'j' : ' ', w->kind == KIND_LARGE_PRINT ? 'd' : ' ', facts ? '0' : '1',
             w->language);
    if (w->kind != KIND_FILM) marc_add(m, 20, "  " SUBFIELD "a%s", isbn_text(number, isbn));
    marc_add(m, 41, "0 " SUBFIELD "a%s", w->language);
}

static void add_title(struct marc *m, const struct work *w, struct rng *r, uint32_t year)
{
    bool film = w->kind == KIND_FILM;
    if (!film) marc_add(m, 100, "1 " SUBFIELD "a%s, %s.", w->surname, w->forename);
    marc_add(m, 245, "%c%u" SUBFIELD "a%s%s%s%s /" SUBFIELD "c%s%s %s.", film ? '0' : '1',
             w->nonfiling, w->title, *w->rest ? " :" : "", *w->rest ? SUBFIELD "b" : "",
             w->rest, film ? "directed by " : "", w->forename, w->surname);
    if (w->kind == KIND_FACTS && rng_chance(r, 0.4))
        marc_add(m, 250, "  " SUBFIELD "aRevised edition.");
    if (w->kind == KIND_LARGE_PRINT) marc_add(m, 250, "  " SUBFIELD "aLarge print edition.");
    const char *place = name_place(r), *publisher = name_publisher(r);
    marc_add(m, 260, "  " SUBFIELD "a%s :" SUBFIELD "b%s," SUBFIELD "c%u.", place, publisher,
             year);
}

static void add_description(struct marc *m, const struct work *w, struct rng *r)
{
    unsigned pages = w->kind == KIND_PICTURE ? 32 : (unsigned)rng_between(r, 96, 560);
    unsigned discs = (unsigned)rng_between(r, 1, 12);
    if (w->kind == KIND_AUDIO) {
        marc_add(m, 300,
                 "  " SUBFIELD "a%u audio discs (%u hr.) :" SUBFIELD "bdigital ;" SUBFIELD
                 "c12 cm",
                 discs + 1, discs + 2);
    } else if (w->kind == KIND_FILM) {
        marc_add(m, 300,
                 "  " SUBFIELD "a1 videodisc (%u min.) :" SUBFIELD "bsound, colour ;" SUBFIELD
                 "c12 cm",
                 80 + pages % 80);
    } else {
        marc_add(m, 300,
                 "  " SUBFIELD "a%u pages :" SUBFIELD "billustrations ;" SUBFIELD "c%u cm",
                 pages, 18 + pages % 8);
    }
    if (w->kind == KIND_JUNIOR || rng_chance(r, 0.15)) {
        const char *place = name_place(r);
        marc_add(m, 490, "1 " SUBFIELD "aThe %s stories ;" SUBFIELD "v%u", place,
                 1 + rng_below(r, 12));
    }
    marc_add(m, 520, "  " SUBFIELD "a%s", w->summary);
    if (!strcmp(w->itype, "DVD15"))
        marc_add(m, 521, "8 " SUBFIELD "aSuitable only for persons of 15 years and over.");
    if (*w->subject) marc_add(m, 650, " 0" SUBFIELD "a%s.", w->subject);
    if (w->genre) marc_add(m, 655, " 7" SUBFIELD "a%s." SUBFIELD "2lcgft", w->genre);
}

/* src: Koha's 952: a home, b holding, c location, o call number, p barcode, y type, v price */
static void add_copy(struct marc *m, const struct work *w, const struct copy *copy,
                     bool from_main)
{
    char barcode[BARCODE_SIZE];
    const char *holding = copy->on_van ? "VAN1" : "MAIN";
    marc_add(m, 952,
             "  " SUBFIELD "a%s" SUBFIELD "b%s" SUBFIELD "c%s" SUBFIELD "o%s" SUBFIELD
             "p%s" SUBFIELD "y%s" SUBFIELD "v%u.%02u",
             from_main ? "MAIN" : holding, holding, w->location, w->callno,
             item_barcode(copy->serial, barcode), w->itype, w->price_cents / 100,
             w->price_cents % 100);
}

/* Keep a copy: all while there is room, then each with equal chance (Vitter's algorithm R). */
static void pool_offer(struct catalog *c, struct rng *r, const struct copy *copy)
{
    if (c->pool_count < c->pool_max) {
        c->pool[c->pool_count++] = *copy;
        return;
    }
    uint32_t at = rng_below(r, copy->serial);
    if (at < c->pool_max) c->pool[at] = *copy;
}

/* How many copies this title gets, so that all together come out exactly. */
static uint32_t copies_of(struct rng *r, uint32_t titles_left, uint32_t copies_left)
{
    if (titles_left == 1) return copies_left;
    uint32_t mean = copies_left / titles_left, spare = copies_left - titles_left;
    uint32_t count = rng_below(r, 2 * mean);
    if (rng_below(r, titles_left) < copies_left % titles_left) count++;
    if (count == 0) count = 1;
    return count > spare + 1 ? spare + 1 : count;
}

/* src: MARC 21 leader /06 */
static char leader_type(enum title_kind kind)
{
    return kind == KIND_FILM ? 'g' : kind == KIND_AUDIO ? 'i' : 'a';
}

static enum bm_rc write_title(struct catalog *c, struct out *o, struct marc *m,
                              const struct sample *s, uint32_t number, uint32_t first_serial,
                              uint32_t count)
{
    struct work w;
    struct rng r;
    work_make(&w, s->seed, number);
    rng_init(&r, s->seed, 0x200000000u + number);
    uint32_t age_years = rng_below(&r, 5); /* most are young, some are old */
    age_years *= rng_below(&r, 8);
    uint32_t year = 2026 - age_years;
    m->directory_len = m->body_len = 0;
    m->full = false;
    add_numbers(m, &w, number, year);
    add_title(m, &w, &r, year);
    add_description(m, &w, &r);
    for (uint32_t i = 0; i < count; i++) {
        struct copy copy = { .serial = first_serial + i,
                             .bib = CATALOG_BIB_FIRST + number,
                             .on_van = rng_chance(&r, 0.52),
                             .junior = !strcmp(w.itype, "JBOOK"),
                             .fifteen = !strcmp(w.itype, "DVD15") };
        add_copy(m, &w, &copy,
                 rng_chance(&r, 0.06)); /* some aboard are on exchange from the main library */
        pool_offer(c, &r, &copy);
    }
    return marc_write(o, m, leader_type(w.kind));
}

static enum bm_rc write_all(struct catalog *c, struct out *o, struct marc *m,
                            const struct sample *s)
{
    struct rng r;
    uint32_t serial = 1;
    rng_init(&r, s->seed, 1);
    for (uint32_t i = 0; i < s->title_count; i++) {
        uint32_t count = copies_of(&r, s->title_count - i, s->item_count - (serial - 1));
        enum bm_rc rc = write_title(c, o, m, s, i, serial, count);
        if (rc) return rc;
        serial += count;
    }
    bm_assert(serial == s->item_count + 1);
    return BM_OK;
}

enum bm_rc catalog_write(const struct sample *s, struct catalog *c)
{
    struct out o;
    *c = (struct catalog){ .title_count = s->title_count };
    c->pool_max = 8 * s->loan_count > POOL_MIN ? 8 * s->loan_count : POOL_MIN;
    c->pool = calloc(c->pool_max, sizeof *c->pool);
    c->held = calloc(s->title_count / 8 + 1, 1);
    struct marc *m = calloc(1, sizeof *m);
    enum bm_rc rc = out_open(&o, s, "bibs.mrc");
    if (!rc && (!c->pool || !c->held || !m))
        rc = err_set(BM_ENOMEM, "out of memory for the catalogue");
    if (!rc) rc = write_all(c, &o, m, s);
    free(m);
    enum bm_rc closed = out_close(&o);
    return rc ? rc : closed;
}

void catalog_free(struct catalog *c)
{
    free(c->pool);
    free(c->held);
    *c = (struct catalog){ 0 };
}

bool catalog_is_held(const struct catalog *c, uint32_t bib)
{
    uint32_t at = bib - CATALOG_BIB_FIRST;
    bm_assert(at < c->title_count);
    return c->held[at / 8] >> (at % 8) & 1;
}

void catalog_set_held(struct catalog *c, uint32_t bib)
{
    uint32_t at = bib - CATALOG_BIB_FIRST;
    bm_assert(at < c->title_count);
    c->held[at / 8] = (uint8_t)(c->held[at / 8] | 1u << (at % 8));
}
