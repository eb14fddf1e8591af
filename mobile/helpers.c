/* mobile/helpers.c -- see helpers.h. One process, then the two of them, then the thread. */
#include "mobile/helpers.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/env.h"

enum { ARGS_MAX = 16, POLL_MS = 1000, FDS_A_CHILD = 3, CHILDREN = 2 };

/* Lines as they come in. */
struct lines {
    char text[HELPERS_LINE_MAX];
    size_t len;
};

struct child {
    pid_t pid; /* 0 = none */
    int pidfd, out, err;
    struct buf said;   /* standard output */
    struct lines line; /* of standard error */
    int64_t begun_ms, term_ms; /* boot time; term_ms: told to end, 0 = not */
};

struct helpers {
    char program[512], dir[512], host[128], port[16];
    bool gps;
    int64_t sync_every_ms;
    struct env env;
    pthread_t thread;
    int wake; /* eventfd */
    pthread_mutex_t lock; /* guards all below */
    bool ending, sync_asked;
    struct child follower, syncing;
    struct helpers_state state;
    struct buf last;
    int64_t gps_again_ms, gps_failures, sync_next_ms;
};

/* --- one process --------------------------------------------------------------------------- */

static void close_fd(int *fd)
{
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

/* In the new process, where only calls that are safe after fork may be made. */
static void become(const struct helpers *h, char *const *argv, pid_t parent, int out, int err)
{
    sigset_t none;
    sigemptyset(&none);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(127); /* it died before we could ask to follow it */
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) _exit(127);
    execv(h->program, argv);
    _exit(127);
}

static enum bm_rc child_start(struct helpers *h, struct child *c, char *const *argv)
{
    int out[2] = { -1, -1 }, err[2] = { -1, -1 };
    enum bm_rc rc = BM_OK;
    if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) rc = err_set(BM_EIO, "pipe: %s", strerror(errno));
    pid_t parent = getpid(), pid = rc ? -1 : fork();
    if (pid == 0) become(h, argv, parent, out[1], err[1]);
    if (!rc && pid < 0) rc = err_set(BM_EIO, "fork: %s", strerror(errno));
    close_fd(&out[1]);
    close_fd(&err[1]);
    if (!rc) {
        c->pid = pid;
        c->pidfd = pidfd_open(pid, 0);
        c->out = out[0];
        c->err = err[0];
        fcntl(c->out, F_SETFL, O_NONBLOCK);
        fcntl(c->err, F_SETFL, O_NONBLOCK);
        c->begun_ms = env_boottime_ms(&h->env);
        c->term_ms = 0;
        c->line.len = 0;
        buf_clear(&c->said);
        return BM_OK;
    }
    close_fd(&out[0]);
    close_fd(&err[0]);
    return rc;
}

/* What can be read now. ret: false = the other end is closed */
static bool drain(int fd, void (*take)(void *ctx, const char *data, size_t len), void *ctx)
{
    char piece[4096];
    for (;;) {
        ssize_t n = read(fd, piece, sizeof piece);
        if (n > 0) take(ctx, piece, (size_t)n);
        else if (n == 0) return false;
        else if (errno != EINTR) return errno == EAGAIN;
    }
}

static void take_said(void *ctx, const char *data, size_t len)
{
    struct buf *said = ctx;
    if (!said->rc) buf_put(said, data, len); /* too much: read on, keep nothing more */
}

/* ret: how it ended: exit status, -1 = by a signal */
static int64_t child_reap(struct child *c)
{
    int status = 0;
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR) {}
    c->pid = 0;
    close_fd(&c->pidfd);
    close_fd(&c->out);
    close_fd(&c->err);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Ask, then insist. */
static void child_end(struct child *c, int64_t now_ms)
{
    if (!c->pid) return;
    if (!c->term_ms) kill(c->pid, SIGTERM), c->term_ms = now_ms;
    else if (now_ms - c->term_ms > HELPERS_END_MS) kill(c->pid, SIGKILL);
}

/* --- lines of standard error --------------------------------------------------------------- */

/* {"phase":...,"done":...,"total":...}: how far a sync is. ret: false = a line for people */
static bool read_progress(struct helpers *h, const char *line)
{
    json_t *o = line[0] == '{' ? json_loads(line, 0, NULL) : NULL;
    const char *phase = json_string_value(json_object_get(o, "phase"));
    bool is = phase != NULL;
    if (is) {
        str_copy(h->state.sync.phase, sizeof h->state.sync.phase, phase);
        h->state.sync.done = json_integer_value(json_object_get(o, "done"));
        h->state.sync.total = json_integer_value(json_object_get(o, "total"));
    }
    json_decref(o);
    return is;
}

static void take_lines(struct lines *l, const char *data, size_t len, void (*line)(void *ctx, const char *text), void *ctx)
{
    for (size_t i = 0; i < len; i++) {
        if (data[i] != '\n') {
            if (l->len + 1 < sizeof l->text) l->text[l->len++] = data[i];
            continue;
        }
        l->text[l->len] = '\0';
        if (l->len) line(ctx, l->text);
        l->len = 0;
    }
}

static const char *without_name(const char *text)
{
    static const char name[] = "bookmobile: ";
    return strncmp(text, name, sizeof name - 1) == 0 ? text + sizeof name - 1 : text;
}

static void gps_line(void *ctx, const char *text)
{
    struct helpers *h = ctx;
    str_copy(h->state.gps.note, sizeof h->state.gps.note, without_name(text));
}

static void sync_line(void *ctx, const char *text)
{
    struct helpers *h = ctx;
    if (!read_progress(h, text)) str_copy(h->state.sync.note, sizeof h->state.sync.note, without_name(text));
}

static void take_gps_err(void *ctx, const char *data, size_t len)
{
    struct helpers *h = ctx;
    take_lines(&h->follower.line, data, len, gps_line, h);
}

static void take_sync_err(void *ctx, const char *data, size_t len)
{
    struct helpers *h = ctx;
    take_lines(&h->syncing.line, data, len, sync_line, h);
}

static void take_nothing(void *ctx, const char *data, size_t len)
{
    (void)ctx, (void)data, (void)len; /* the follower's lines for people: the page asks the journal */
}

/* --- the two of them ----------------------------------------------------------------------- */

static void start_follower(struct helpers *h)
{
    static char name[] = "bookmobile", gps[] = "gps", data[] = "--data", host[] = "--host", port[] = "--port";
    char *argv[ARGS_MAX] = { name, gps, data, h->dir };
    size_t n = 4;
    if (*h->host) argv[n++] = host, argv[n++] = h->host;
    if (*h->port) argv[n++] = port, argv[n++] = h->port;
    argv[n] = NULL;
    if (child_start(h, &h->follower, argv)) {
        str_copy(h->state.gps.note, sizeof h->state.gps.note, err_text(BM_EIO));
        h->gps_again_ms = env_boottime_ms(&h->env) + INT64_C(1000) * HELPERS_AGAIN_S_MAX;
        return;
    }
    h->state.gps.starts++;
}

static void follower_ended(struct helpers *h, int64_t now_ms)
{
    bool steady = now_ms - h->follower.begun_ms > INT64_C(1000) * HELPERS_STEADY_S;
    (void)child_reap(&h->follower);
    h->gps_failures = steady ? 0 : h->gps_failures + 1;
    int64_t wait_s = INT64_C(1) << (h->gps_failures > 7 ? 6 : h->gps_failures ? h->gps_failures - 1 : 0);
    if (wait_s > HELPERS_AGAIN_S_MAX) wait_s = HELPERS_AGAIN_S_MAX;
    h->gps_again_ms = now_ms + wait_s * 1000;
}

static void start_sync(struct helpers *h)
{
    static char name[] = "bookmobile", sync[] = "sync", json[] = "--json", progress[] = "--progress", data[] = "--data";
    char *argv[ARGS_MAX] = { name, sync, json, progress, data, h->dir, NULL };
    h->sync_asked = false;
    h->state.sync.done = h->state.sync.total = 0;
    h->state.sync.note[0] = '\0';
    str_copy(h->state.sync.phase, sizeof h->state.sync.phase, "start");
    if (!child_start(h, &h->syncing, argv)) return;
    str_copy(h->state.sync.note, sizeof h->state.sync.note, err_text(BM_EIO));
    h->state.sync.last_exit = 3;
}

static void sync_ended(struct helpers *h, int64_t now_ms)
{
    struct buf said = h->syncing.said;
    h->state.sync.last_exit = child_reap(&h->syncing);
    h->state.sync.last_ms = now_ms;
    h->state.sync.runs++;
    h->state.sync.phase[0] = '\0';
    h->sync_next_ms = now_ms + h->sync_every_ms;
    while (said.len && said.data[said.len - 1] == '\n') said.data[--said.len] = '\0';
    json_t *whole = said.rc || !said.len ? NULL : json_loadb(said.data, said.len, JSON_DECODE_ANY, NULL);
    buf_clear(&h->last);
    if (whole) buf_put(&h->last, said.data, said.len); /* half an answer is none */
    json_decref(whole);
    h->syncing.said = said;
    buf_clear(&h->syncing.said);
}

/* What is due: starts, ends. ret: ms until the next is, at most POLL_MS */
static int64_t look_after(struct helpers *h)
{
    int64_t now_ms = env_boottime_ms(&h->env);
    if (h->ending) {
        child_end(&h->follower, now_ms);
        child_end(&h->syncing, now_ms);
        return POLL_MS / 4;
    }
    bool due = h->sync_every_ms && now_ms >= h->sync_next_ms;
    if (!h->syncing.pid && (h->sync_asked || due)) start_sync(h);
    if (h->syncing.pid && now_ms - h->syncing.begun_ms > INT64_C(1000) * HELPERS_SYNC_S_MAX) child_end(&h->syncing, now_ms);
    if (h->gps && !h->follower.pid && now_ms >= h->gps_again_ms) start_follower(h);
    return POLL_MS;
}

/* --- the thread ---------------------------------------------------------------------------- */

/* Read what a child prints; and whether it has ended. */
static bool attend(struct child *c, void (*out)(void *, const char *, size_t), void *out_ctx,
                   void (*err)(void *, const char *, size_t), void *err_ctx)
{
    struct pollfd ended = { .fd = c->pidfd, .events = POLLIN };
    if (!c->pid) return false;
    bool is_over = poll(&ended, 1, 0) > 0; /* asked first: what it printed before is read below */
    if (c->out >= 0 && !drain(c->out, out, out_ctx)) close_fd(&c->out);
    if (c->err >= 0 && !drain(c->err, err, err_ctx)) close_fd(&c->err);
    return is_over;
}

static void wait_for_news(const struct helpers *h, const int fds[2 * FDS_A_CHILD], int64_t wait_ms)
{
    struct pollfd p[1 + CHILDREN * FDS_A_CHILD] = { { .fd = h->wake, .events = POLLIN } };
    uint64_t count;
    for (size_t i = 0; i < (size_t)CHILDREN * FDS_A_CHILD; i++) p[i + 1] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
    poll(p, sizeof p / sizeof *p, (int)wait_ms);
    if (p[0].revents && read(h->wake, &count, sizeof count) < 0) { /* read by an earlier round */ }
}

static void *tend(void *ctx)
{
    struct helpers *h = ctx;
    for (;;) {
        pthread_mutex_lock(&h->lock);
        if (attend(&h->follower, take_nothing, NULL, take_gps_err, h)) follower_ended(h, env_boottime_ms(&h->env));
        if (attend(&h->syncing, take_said, &h->syncing.said, take_sync_err, h)) sync_ended(h, env_boottime_ms(&h->env));
        int64_t wait_ms = look_after(h);
        const int fds[2 * FDS_A_CHILD] = { h->follower.pidfd, h->follower.out, h->follower.err,
                                           h->syncing.pidfd, h->syncing.out, h->syncing.err };
        bool over = h->ending && !h->follower.pid && !h->syncing.pid;
        pthread_mutex_unlock(&h->lock);
        if (over) return NULL;
        wait_for_news(h, fds, wait_ms);
    }
}

static void wake_up(struct helpers *h)
{
    uint64_t one = 1;
    if (write(h->wake, &one, sizeof one) < 0) { /* full: it is awake */ }
}

/* --- what others may ask ------------------------------------------------------------------- */

static enum bm_rc start_thread(struct helpers *h)
{
    sigset_t all, before;
    sigfillset(&all); /* signals are the main thread's */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int e = pthread_create(&h->thread, NULL, tend, h);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return e ? err_set(BM_EIO, "no thread: %s", strerror(e)) : BM_OK;
}

enum bm_rc helpers_start(const struct helpers_options *o, struct helpers **out)
{
    const struct child none = { .pidfd = -1, .out = -1, .err = -1 };
    *out = NULL;
    struct helpers *h = calloc(1, sizeof *h);
    if (!h) return err_set(BM_ENOMEM, "out of memory");
    env_real(&h->env);
    h->follower = h->syncing = none;
    buf_init(&h->syncing.said, HELPERS_ANSWER_MAX);
    buf_init(&h->last, HELPERS_ANSWER_MAX);
    h->gps = h->state.gps.wanted = o->gps;
    h->sync_every_ms = o->sync_every_s * 1000;
    h->sync_next_ms = env_boottime_ms(&h->env) + h->sync_every_ms;
    /* the very file that runs, even if an update has put another in its place */
    str_copy(h->program, sizeof h->program, o->program ? o->program : "/proc/self/exe");
    str_copy(h->dir, sizeof h->dir, o->dir);
    str_copy(h->host, sizeof h->host, o->gps_host ? o->gps_host : "");
    str_copy(h->port, sizeof h->port, o->gps_port ? o->gps_port : "");
    pthread_mutex_init(&h->lock, NULL);
    h->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    enum bm_rc rc = h->wake < 0 ? err_set(BM_EIO, "eventfd: %s", strerror(errno)) : start_thread(h);
    if (!rc) {
        *out = h;
        return BM_OK;
    }
    close_fd(&h->wake);
    pthread_mutex_destroy(&h->lock);
    free(h);
    return rc;
}

void helpers_stop(struct helpers *h)
{
    if (!h) return;
    pthread_mutex_lock(&h->lock);
    h->ending = true;
    pthread_mutex_unlock(&h->lock);
    wake_up(h);
    pthread_join(h->thread, NULL);
    close_fd(&h->wake);
    buf_free(&h->syncing.said);
    buf_free(&h->follower.said);
    buf_free(&h->last);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

enum bm_rc helpers_sync(struct helpers *h)
{
    pthread_mutex_lock(&h->lock);
    bool busy = h->syncing.pid || h->sync_asked;
    h->sync_asked = true;
    if (h->syncing.pid) h->sync_asked = false; /* one is enough */
    pthread_mutex_unlock(&h->lock);
    if (busy) return err_set(BM_EBUSY, "a sync runs already");
    wake_up(h);
    return BM_OK;
}

enum bm_rc helpers_look(struct helpers *h, struct arena *a, struct helpers_state *out)
{
    pthread_mutex_lock(&h->lock);
    *out = h->state;
    out->gps.running = h->follower.pid != 0;
    out->gps.pid = h->follower.pid;
    out->sync.running = h->syncing.pid != 0 || h->sync_asked;
    out->sync.pid = h->syncing.pid;
    out->sync.last = h->last.len ? arena_strndup(a, h->last.data, h->last.len) : NULL;
    bool failed = h->last.len && !out->sync.last;
    pthread_mutex_unlock(&h->lock);
    return failed ? BM_ENOMEM : BM_OK;
}
