/* tests/bench/page.h -- the desk as the page has it: acts over HTTP beside the same acts in this process, memory after
 * ten thousand, and from the scan to the painted result in a real browser; all with a million titles in the replica.
 * Floor:      tests. Uses acts.h, big.h, common/seal; starts the programs `bookmobile` and `node` (tests/browser/bench.mjs).
 * Owns:       the desk's process, from page_start to page_end.
 * Invariants: ours and the floor act on one folder, in turn by rounds; the first acts of a round are not counted, for they
 *             take up what the other side wrote.
 * Threads:    one. */
#ifndef BM_BENCH_PAGE_H
#define BM_BENCH_PAGE_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "common/seal.h"
#include "tests/bench/size.h"

enum { PAGE_ACTS_A_ROUND = 300, PAGE_WARM_UP = 10, PAGE_ACTS_FOR_MEMORY = 10000, PAGE_ANSWER_MAX = 64 << 10, PAGE_MEMORY_MB = 60 };
#define PAGE_PHRASE "seven grey geese in fog"

struct page {
    pid_t pid;
    int socket, port;
    char cookie[256], csrf[128];
    char answer[PAGE_ANSWER_MAX];
    uint32_t next; /* copies and requests, counted up */
};

/* --- HTTP, as little as will do ------------------------------------------------------------------------------ */

static inline void page_connect(struct page *p)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)p->port), .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int on = 1;
    p->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (p->socket < 0 || connect(p->socket, (struct sockaddr *)&a, sizeof a) != 0) abort();
    setsockopt(p->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* One request on the kept connection. ret: status; p->answer holds headers and body */
static inline int page_post(struct page *p, const char *path, const char *body)
{
    char request[2048];
    int n = snprintf(request, sizeof request,
                     "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\nCookie: %s\r\nBookmobile-Csrf: %s\r\n"
                     "Content-Length: %zu\r\n\r\n%s", path, p->port, p->cookie, p->csrf, strlen(body), body);
    if (n < 0 || n >= (int)sizeof request || send(p->socket, request, (size_t)n, MSG_NOSIGNAL) != n) abort();
    for (size_t len = 0, whole = 0;;) {
        ssize_t got = recv(p->socket, p->answer + len, PAGE_ANSWER_MAX - 1 - len, 0);
        if (got <= 0) abort();
        len += (size_t)got;
        p->answer[len] = '\0';
        const char *end = strstr(p->answer, "\r\n\r\n");
        const char *length = end ? strcasestr(p->answer, "content-length:") : NULL;
        if (length) whole = (size_t)(end + 4 - p->answer) + strtoul(length + 15, NULL, 10);
        if (whole && len >= whole) break;
    }
    return (int)strtol(p->answer + 9, NULL, 10);
}

/* What stands between two marks of the answer. */
static inline void page_take(const struct page *p, const char *before, const char *until, char *out, size_t size)
{
    const char *from = strcasestr(p->answer, before);
    if (!from) abort();
    from += strlen(before);
    size_t len = strcspn(from, until);
    if (len >= size) abort();
    memcpy(out, from, len);
    out[len] = '\0';
}

/* --- the desk ------------------------------------------------------------------------------------------------- */

/* An account, as the feed brings it. */
static inline void page_account(const char *replica)
{
    char verifier[SEAL_PHRASE_HASH_MAX], sql[SEAL_PHRASE_HASH_MAX + 200];
    sqlite3 *handle;
    must(seal_phrase_hash(PAGE_PHRASE, verifier));
    snprintf(sql, sizeof sql, "INSERT INTO staff(id, name, role, verifier, src_t, src) VALUES('sam', 'Sam Staff', 'staff', '%s', 1, 'branch.1.1')", verifier);
    SQLITE_MUST(sqlite3_open(replica, &handle));
    SQLITE_MUST(sqlite3_exec(handle, sql, NULL, NULL, NULL));
    SQLITE_MUST(sqlite3_close(handle));
}

static inline void page_start(struct page *p, const char *dir)
{
    char program[PROGRAM_PATH_MAX], said[256] = "";
    int pipe_fd[2];
    own_path("bin/bookmobile", program);
    if (pipe(pipe_fd) != 0) abort();
    p->pid = fork();
    if (p->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(pipe_fd[1], STDOUT_FILENO);
        close(pipe_fd[0]);
        close(pipe_fd[1]);
        execl(program, program, "desk", "--data", dir, "--listen", "127.0.0.1:0", "--no-gps", "--no-sync", (char *)NULL);
        _exit(3);
    }
    close(pipe_fd[1]);
    for (size_t len = 0; !strstr(said, "/\n") && len < sizeof said - 1;) {
        ssize_t n = read(pipe_fd[0], said + len, sizeof said - 1 - len);
        if (n <= 0) break;
        len += (size_t)n;
    }
    const char *port = strstr(said, "127.0.0.1:");
    if (!port) {
        fprintf(stderr, "bench: the desk does not serve: %s\n", said);
        abort();
    }
    p->port = (int)strtol(port + 10, NULL, 10);
    page_connect(p);
    if (page_post(p, "/api/login", "{\"who\":\"sam\",\"phrase\":\"" PAGE_PHRASE "\"}") != 200) {
        fprintf(stderr, "bench: the desk lets nobody in: %s\n", p->answer);
        abort();
    }
    page_take(p, "set-cookie: ", ";\r", p->cookie, sizeof p->cookie);
    page_take(p, "\"csrf\":\"", "\"", p->csrf, sizeof p->csrf);
}

static inline void page_end(struct page *p)
{
    close(p->socket);
    kill(p->pid, SIGTERM);
    waitpid(p->pid, NULL, 0);
}

static inline double page_resident_mb(const struct page *p)
{
    char path[64], *text;
    size_t len;
    snprintf(path, sizeof path, "/proc/%d/status", (int)p->pid);
    FILE *f = fopen(path, "rb");
    if (!f) abort();
    text = calloc(1, 8192);
    len = text ? fread(text, 1, 8191, f) : 0;
    fclose(f);
    const char *rss = len ? strstr(text, "VmRSS:") : NULL;
    if (!rss) abort();
    double mb = strtod(rss + 6, NULL) / KB_A_MB;
    free(text);
    return mb;
}

/* --- acts ------------------------------------------------------------------------------------------------------- */

static inline void page_copy(struct page *p, char barcode[BARCODE_SIZE], char card[BARCODE_SIZE])
{
    uint32_t i, copy;
    do {
        i = p->next++;
        copy = (uint32_t)((uint64_t)i * 61 % BIG_ITEMS); /* all over the library */
    } while (big_is_lent(copy));
    item_barcode(copy + 1, barcode);
    card_number(SAMPLE_CARD_FIRST + 1 + i * 7 % (BIG_PATRONS - 1), card);
}

/* Lend one copy through the page. ret: ms, with "done" or not: who has too many is refused, as at any desk */
static inline double page_lend(struct page *p)
{
    char barcode[BARCODE_SIZE], card[BARCODE_SIZE], body[400];
    page_copy(p, barcode, card);
    snprintf(body, sizeof body, "{\"command\":\"checkout\",\"words\":[\"%s\",\"%s\"],\"options\":{},\"request\":\"be0c%08x\"}", card, barcode, p->next);
    int64_t from = wall_ns();
    int status = page_post(p, "/api/run", body);
    double ms = (double)(wall_ns() - from) / 1e6;
    if (status != 200 || !strstr(p->answer, "\"exit\":0")) {
        fprintf(stderr, "bench: an act through the page was not done: %s\n", p->answer);
        abort();
    }
    return ms;
}

static inline double page_lend_here(struct page *p, struct act_world *w)
{
    char barcode[BARCODE_SIZE], card[BARCODE_SIZE], request[32];
    struct desk_answer out;
    struct arena a = { 0 };
    page_copy(p, barcode, card);
    snprintf(request, sizeof request, "be0c%08x", p->next);
    w->l.desk.request = request;
    int64_t from = wall_ns();
    must(desk_checkout(&w->l.desk, &a, card, barcode, &out));
    double ms = (double)(wall_ns() - from) / 1e6;
    if (!out.done) abort();
    arena_free(&a);
    return ms;
}

static inline void page_acts(const struct bench *b, struct page *p, struct act_world *w)
{
    struct figure median = { .name = "page_act", .unit = "ms", .goal = 1.5, .goal_is_ratio = true };
    struct figure p99 = { .name = "page_act_p99", .unit = "ms", .goal = FIGURE_NO_GOAL };
    double ours[PAGE_ACTS_A_ROUND], floor[PAGE_ACTS_A_ROUND];
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        for (int i = -PAGE_WARM_UP; i < PAGE_ACTS_A_ROUND; i++) ours[i < 0 ? 0 : i] = page_lend(p);
        for (int i = -PAGE_WARM_UP; i < PAGE_ACTS_A_ROUND; i++) floor[i < 0 ? 0 : i] = page_lend_here(p, w);
        median.ours[round] = quantile(ours, PAGE_ACTS_A_ROUND, 0.5);
        median.floor[round] = quantile(floor, PAGE_ACTS_A_ROUND, 0.5);
        p99.ours[round] = quantile(ours, PAGE_ACTS_A_ROUND, 0.99);
        p99.floor[round] = quantile(floor, PAGE_ACTS_A_ROUND, 0.99);
    }
    figure_print(b, &median);
    figure_print(b, &p99);
}

/* Once: memory that grows shows after ten thousand acts, and five times ten thousand tell no more. Its floor is what the
 * desk had after its first acts. */
static inline void page_memory(const struct bench *b, struct page *p)
{
    struct figure f = { .name = "page_memory", .unit = "MB", .goal = PAGE_MEMORY_MB };
    if (!bench_wants(b, f.name)) return;
    for (int i = 0; i < PAGE_WARM_UP; i++) page_lend(p);
    double first = page_resident_mb(p);
    for (int i = 0; i < PAGE_ACTS_FOR_MEMORY; i++) page_lend(p);
    for (int round = 0; round < BENCH_ROUNDS; round++) {
        f.ours[round] = page_resident_mb(p);
        f.floor[round] = first;
    }
    figure_print(b, &f);
}

/* A real browser at this desk: prints its own lines. */
static inline void page_browser(const struct bench *b, struct page *p)
{
    char url[64], card[BARCODE_SIZE], from[16];
    if (!bench_wants(b, "page_weight") && !bench_wants(b, "page_scan")) return;
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", p->port);
    snprintf(from, sizeof from, "%u", p->next);
    card_number(SAMPLE_CARD_FIRST + 5, card);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        execlp("node", "node", "tests/browser/bench.mjs", url, "sam", PAGE_PHRASE, card, from, (char *)NULL);
        fprintf(stderr, "bench: node is not here: run tests/browser/deps.sh\n");
        _exit(3);
    }
    waitpid(pid, NULL, 0);
}

static inline void bench_page(const struct bench *b)
{
    struct act_world *w = calloc(1, sizeof *w);
    struct page *p = calloc(1, sizeof *p);
    char replica[BENCH_PATH_MAX + 32];
    if (!w || !p) abort();
    act_world_open(w, true);
    laptop_close(&w->l);
    snprintf(replica, sizeof replica, "%s/replica-1.db", w->dir);
    page_account(replica);
    page_start(p, w->dir);
    page_browser(b, p);
    close(p->socket); /* which the desk has closed meanwhile: nothing went over it */
    page_connect(p);
    must(laptop_open(w->dir, &w->l));
    must(laptop_current(&w->l));
    w->l.desk.staff = "sam";
    if (bench_wants(b, "page_act") || bench_wants(b, "page_act_p99")) page_acts(b, p, w);
    page_memory(b, p);
    page_end(p);
    act_world_close(w);
    free(p);
    free(w);
}

#endif
