/* tests/tools/bench.c -- figures, each beside the least that could do the same, measured in the same run.
 * Floor:   tests. Uses tests/bench, all rooms; the parts of tests/sample it needs are included whole: a tool is built
 *          from one file.
 * Threads: one.
 *
 * A line a figure: bench NAME VALUE UNIT floor VALUE ratio X goal Y ok|short. The ratio is how many times as dear ours
 * is as the floor; without a goal the line ends with "goal - -". A figure that falls short does not fail the run:
 * a timing is never a test. */
#include "tests/bench/acts.h"
#include "tests/bench/page.h"
#include "tests/bench/pure.h"
#include "tests/bench/refold.h"
#include "tests/bench/size.h"
#include "tests/bench/sync.h"

#include "tests/sample/base.c"
#include "tests/sample/words.c"

static const struct {
    const char *figures[20]; /* what it can print */
    void (*run)(const struct bench *b);
} groups[] = {
    { { "act_checkout", "act_checkout_p99", "act_checkout_replica", "act_checkin", "act_checkin_p99", "act_checkin_replica" }, bench_acts },
    { { "decision" }, bench_decision },
    { { "big_checkout", "big_checkout_p99", "big_checkout_replica", "big_checkin", "big_checkin_p99", "big_checkin_replica",
        "big_decision", "big_memory_checkout", "big_memory_search", "big_memory_patron", "big_search_word_p99",
        "big_search_two_words_p99", "big_search_three_words_p99", "big_search_two_letters_p99", "big_search_three_letters_p99",
        "big_search_word_and_two_letters_p99" },
      bench_size },
    { { "page_weight", "page_scan", "page_scan_p99", "page_act", "page_act_p99", "page_memory" }, bench_page },
    { { "big_refold" }, bench_refold },
    { { "policy" }, bench_policy },
    { { "timeline" }, bench_timeline },
    { { "ingest" }, bench_ingest },
    { { "wire_bytes" }, bench_wire },
    { { "snapshot_5k", "snapshot_5k_bytes" }, bench_snapshot_5k },
    { { "snapshot_100k", "snapshot_100k_bytes" }, bench_snapshot_100k },
};
enum { GROUPS = sizeof groups / sizeof *groups };

static bool group_is_wanted(const struct bench *b, size_t group)
{
    bool wanted = false;
    for (const char *const *f = groups[group].figures; *f; f++) wanted |= bench_wants(b, *f);
    return wanted;
}

/* A name that begins no figure is a slip of the pen: say so before minutes go by. */
static bool name_is_known(const char *name)
{
    const struct bench one = { (char *[]){ (char[64]){ 0 } }, 1 };
    if (!str_copy(one.names[0], 64, name) || !name[0]) return false;
    for (size_t i = 0; i < GROUPS; i++)
        if (group_is_wanted(&one, i)) return true;
    return false;
}

int main(int argc, char **argv)
{
    const struct bench b = { argv + 1, argc - 1 };
    if (argc > 2 && strcmp(argv[1], "--peak") == 0) return peak_main(argv + 2);
    if (argc == 5 && strcmp(argv[1], "--rows") == 0) return rows_main(argv + 2);
    for (int i = 1; i < argc; i++) {
        if (name_is_known(argv[i])) continue;
        fprintf(stderr, "bench: no figure begins with %s; there are:", argv[i]);
        for (size_t g = 0; g < GROUPS; g++)
            for (const char *const *f = groups[g].figures; *f; f++) fprintf(stderr, " %s", *f);
        fputc('\n', stderr);
        return 2;
    }
    must(seal_init());
    for (size_t i = 0; i < GROUPS; i++)
        if (group_is_wanted(&b, i)) groups[i].run(&b);
    return 0;
}
