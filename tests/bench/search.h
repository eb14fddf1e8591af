/* tests/bench/search.h -- looking up as people type, at a million titles: whole words, and the two or three letters after
 * which a list is expected.
 * Floor:      tests. Uses acts.h, common/catalog.
 * Owns:       nothing.
 * Invariants: what is typed follows from BENCH_SEED; a quarter of what has several words has them from different titles,
 *             for that has few hits or none and is the dear kind.
 * Threads:    one. */
#ifndef BM_BENCH_SEARCH_H
#define BM_BENCH_SEARCH_H

#include "common/catalog.h"
#include "tests/bench/acts.h"

enum { SEARCHES_A_ROUND = 400, SEARCH_HITS = 20, SEARCH_TEXT = 200 };

static const struct search_kind {
    const char *name;
    int words, letters; /* letters of the last word; 0 = all of it */
} search_kinds[] = {
    { "big_search_word_p99", 1, 0 },        { "big_search_two_words_p99", 2, 0 },   { "big_search_three_words_p99", 3, 0 },
    { "big_search_two_letters_p99", 1, 2 }, { "big_search_three_letters_p99", 1, 3 }, { "big_search_word_and_two_letters_p99", 2, 2 },
};
enum { SEARCH_KINDS = sizeof search_kinds / sizeof *search_kinds };

/* A word of a title's name or author, of four letters or more where it has one. */
static inline void search_word(struct rng *r, uint32_t title, char out[NAME_SIZE])
{
    struct work w;
    char text[2 * TITLE_SIZE];
    work_make(&w, BENCH_SEED, title);
    snprintf(text, sizeof text, "%s %s", w.title, w.surname);
    for (int tries = 0; tries < 8; tries++) {
        const char *from = text + rng_below(r, (uint32_t)strlen(text));
        while (from > text && from[-1] != ' ') from--;
        size_t len = strcspn(from, " ,.:;'");
        if (len >= NAME_SIZE) len = NAME_SIZE - 1;
        memcpy(out, from, len);
        out[len] = '\0';
        if (len >= 4) return;
    }
    if (!out[0]) str_copy(out, NAME_SIZE, "the");
}

static inline void search_cut(char *word, int letters)
{
    size_t at = 0;
    while (word[at] && (((unsigned char)word[at] & 0xc0) == 0x80 || letters-- > 0)) at++;
    word[at] = '\0';
}

static inline void search_text(struct rng *r, const struct search_kind *kind, char out[SEARCH_TEXT])
{
    uint32_t title = rng_below(r, BIG_TITLES);
    bool mixed = rng_below(r, 4) == 0;
    size_t len = 0;
    out[0] = '\0';
    for (int i = 0; i < kind->words; i++) {
        char word[NAME_SIZE];
        search_word(r, mixed && i ? rng_below(r, BIG_TITLES) : title, word);
        if (kind->letters && i == kind->words - 1) search_cut(word, kind->letters);
        len += (size_t)snprintf(out + len, SEARCH_TEXT - len, "%s%s", i ? " " : "", word);
    }
}

/* The same words asked of the index, bare: twenty rows with their titles. */
static inline double search_floor(sqlite3_stmt *s, const char *text)
{
    char match[2 * SEARCH_TEXT] = "\"";
    size_t len = 1;
    for (const char *p = text; *p; p++)
        len += (size_t)snprintf(match + len, sizeof match - len, *p == ' ' ? "\" \"" : "%c", *p);
    snprintf(match + len, sizeof match - len, "\"*");
    int64_t from = wall_ns();
    sqlite3_bind_text(s, 1, match, -1, SQLITE_STATIC);
    while (sqlite3_step(s) == SQLITE_ROW) continue;
    SQLITE_MUST(sqlite3_reset(s));
    return (double)(wall_ns() - from) / 1e6;
}

static inline double search_ours(struct act_world *w, const char *text)
{
    struct arena a = { 0 };
    struct catalog_hits hits;
    int64_t from = wall_ns();
    must(catalog_search(w->l.replica, text, "VAN1", SEARCH_HITS, &a, &hits));
    double ms = (double)(wall_ns() - from) / 1e6;
    arena_free(&a);
    return ms;
}

static inline void search_measure(const struct bench *b, struct act_world *w)
{
    char path[LAPTOP_PATH_MAX + 40], text[SEARCH_TEXT];
    double ours[SEARCHES_A_ROUND], floor[SEARCHES_A_ROUND];
    sqlite3 *handle;
    sqlite3_stmt *s;
    laptop_replica_path(&w->l, w->l.generation, path);
    SQLITE_MUST(sqlite3_open(path, &handle));
    SQLITE_MUST(sqlite3_prepare_v2(handle,
                                   "SELECT t.key, t.name, t.author FROM title_text JOIN title t ON t.num = title_text.rowid "
                                   "WHERE title_text MATCH ?1 ORDER BY title_text.rowid LIMIT 20", -1, &s, NULL));
    for (size_t k = 0; k < SEARCH_KINDS; k++) {
        struct figure f = { .name = search_kinds[k].name, .unit = "ms", .goal = 10 };
        struct rng r;
        if (!bench_wants(b, f.name)) continue;
        rng_init(&r, BENCH_SEED, 50 + k);
        for (int round = 0; round < BENCH_ROUNDS; round++) {
            for (size_t i = 0; i < SEARCHES_A_ROUND; i++) { /* in turn, so that neither alone meets cold pages */
                search_text(&r, &search_kinds[k], text);
                if (i & 1) ours[i] = search_ours(w, text);
                floor[i] = search_floor(s, text);
                if (!(i & 1)) ours[i] = search_ours(w, text);
            }
            f.ours[round] = quantile(ours, SEARCHES_A_ROUND, 0.99);
            f.floor[round] = quantile(floor, SEARCHES_A_ROUND, 0.99);
        }
        figure_print(b, &f);
    }
    sqlite3_finalize(s);
    SQLITE_MUST(sqlite3_close(handle));
}

#endif
