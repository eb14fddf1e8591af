/* tests/bench/size.h -- the same figures at a million titles: acts, decision, memory of a command; folds at the branch.
 * Floor:      tests. Uses acts.h, search.h, big.h; starts the program `bookmobile` that stands beside this one.
 * Owns:       nothing.
 * Invariants: the big library is made once a run.
 * Threads:    one. */
#ifndef BM_BENCH_SIZE_H
#define BM_BENCH_SIZE_H

#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/bench/acts.h"
#include "tests/bench/search.h"

enum { COMMAND_ARGS_MAX = 12, PROGRAM_PATH_MAX = 512, KB_A_MB = 1024 };

/* --- memory of a command ---------------------------------------------------------------------------------- */

/* This program again, called `bench --peak PROGRAM ARGS`: runs it and prints what it took. A process between, because
 * Linux counts to a program's peak what its process was before exec, and the one that measures is no small one. */
static inline int peak_main(char **command)
{
    struct rusage used;
    int status;
    pid_t pid = fork();
    if (pid < 0) return 3;
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stdout)) _exit(3);
        execv(command[0], command);
        _exit(3);
    }
    if (wait4(pid, &status, 0, &used) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return 3;
    printf("%ld\n", used.ru_maxrss);
    return 0;
}

/* `bench --rows REPLICA CARD BARCODE`: two rows by their keys, bare SQLite. */
static inline int rows_main(char **args)
{
    sqlite3 *handle;
    SQLITE_MUST(sqlite3_open(args[0], &handle));
    (void)floor_decisions(handle, args[1], args[2]);
    SQLITE_MUST(sqlite3_close(handle));
    return 0;
}

/* ret: MB that a program had resident at most */
static inline double peak_of(const char *const command[COMMAND_ARGS_MAX])
{
    const char *args[COMMAND_ARGS_MAX + 3] = { "/proc/self/exe", "--peak" };
    char said[32] = "";
    int pipe_fd[2], status;
    for (size_t i = 0; i < COMMAND_ARGS_MAX && command[i]; i++) args[i + 2] = command[i];
    if (pipe(pipe_fd) != 0) abort();
    pid_t pid = fork();
    if (pid == 0) {
        dup2(pipe_fd[1], STDOUT_FILENO);
        close(pipe_fd[0]);
        close(pipe_fd[1]);
        execv(args[0], (char *const *)(uintptr_t)args); /* execv's type is older than const */
        _exit(3);
    }
    close(pipe_fd[1]);
    ssize_t n = read(pipe_fd[0], said, sizeof said - 1);
    close(pipe_fd[0]);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || n <= 0) {
        fprintf(stderr, "bench: %s did not do what it was started for\n", command[0]);
        abort();
    }
    return strtod(said, NULL) / KB_A_MB;
}

/* The program built in the same flavour: ../bin/bookmobile. */
static inline void own_path(const char *beside, char out[PROGRAM_PATH_MAX])
{
    char self[PROGRAM_PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0) abort();
    self[n] = '\0';
    for (int up = 0; up < 2; up++) *strrchr(self, '/') = '\0';
    snprintf(out, PROGRAM_PATH_MAX, "%.400s/%s", self, beside);
}

static inline void memory_measure(const struct bench *b, const char *dir)
{
    char program[PROGRAM_PATH_MAX], self[PROGRAM_PATH_MAX], replica[BENCH_PATH_MAX + 32], card[BARCODE_SIZE], barcode[BARCODE_SIZE];
    struct figure f[] = { { .name = "big_memory_checkout", .unit = "MB", .goal = 40 }, { .name = "big_memory_search", .unit = "MB", .goal = 40 },
                          { .name = "big_memory_patron", .unit = "MB", .goal = 40 } };
    own_path("bin/bookmobile", program);
    own_path("tool/bench", self);
    snprintf(replica, sizeof replica, "%s/replica-1.db", dir);
    card_number(SAMPLE_CARD_FIRST + BIG_PATRONS / 2, card);
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        item_barcode((uint32_t)(BIG_ITEMS / 2 + 100 * round), barcode);
        const char *const commands[][COMMAND_ARGS_MAX] = { { program, "--data", dir, "checkout", card, barcode },
                                                           { program, "--data", dir, "search", "the lan" },
                                                           { program, "--data", dir, "patron", "show", card } };
        const char *const rows[COMMAND_ARGS_MAX] = { self, "--rows", replica, card, barcode };
        for (size_t i = 0; i < sizeof f / sizeof *f; i++) {
            f[i].ours[round] = peak_of(commands[i]);
            f[i].floor[round] = peak_of(rows);
        }
    }
    for (size_t i = 0; i < sizeof f / sizeof *f; i++) figure_print(b, &f[i]);
}

/* --- all that one big replica shows --------------------------------------------------------------------------- */

static inline void bench_size(const struct bench *b)
{
    struct act_figures f[] = { ACT_FIGURES("big_checkout"), ACT_FIGURES("big_checkin") };
    struct act_world *w = calloc(1, sizeof *w);
    if (!w) abort();
    act_world_open(w, true);
    decision_measure(b, w, "big_decision");
    acts_measure(b, w, f);
    search_measure(b, w);
    laptop_close(&w->l);
    memory_measure(b, w->dir);
    act_world_close(w);
    free(w);
}

#endif
