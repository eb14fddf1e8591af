/* tests/tools/cut_proxy.c -- a line that breaks: passes TCP on to a port of this machine, and cuts
 * it after so many bytes.
 * usage: cut_proxy LISTEN_PORT TARGET_PORT [up|down BYTES]
 * LISTEN_PORT 0 takes any. `up` counts what clients send, `down` what they get, over all
 * connections from the start; when BYTES have passed, both ends are reset and every later
 * connection too: the line stays dead. Told to end (SIGTERM), it prints how much went each way.
 * A byte is passed on as it comes, nothing is read into it. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/mem.h"

enum { PAIRS_MAX = 32, CHUNK_BYTES = 16384 };
enum way { UP, DOWN, WAY_COUNT };

struct pair {
    int fd[WAY_COUNT]; /* where what goes up, or down, comes from: the client, the branch */
};

struct proxy {
    int listener;
    struct sockaddr_in target;
    struct pair pairs[PAIRS_MAX];
    size_t count;
    int64_t passed_bytes[WAY_COUNT];
    int64_t left_bytes[WAY_COUNT]; /* until the cut */
    bool dead;
};

/* With a reset, as a line that breaks: no goodbye. */
static void drop(struct proxy *p, size_t i)
{
    struct linger at_once = { .l_onoff = 1 };
    for (size_t way = 0; way < WAY_COUNT; way++) {
        setsockopt(p->pairs[i].fd[way], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close(p->pairs[i].fd[way]);
    }
    p->pairs[i] = p->pairs[--p->count];
}

static void take_client(struct proxy *p)
{
    int client = accept(p->listener, NULL, NULL);
    if (client < 0) return;
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    p->pairs[p->count++] = (struct pair){ { client, server } };
    bool through =
        server >= 0 && connect(server, (struct sockaddr *)&p->target, sizeof p->target) == 0;
    if (p->dead || !through || p->count == PAIRS_MAX) drop(p, p->count - 1);
}

static bool send_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

/* Pass on what has come one way. ret: false if the connection is over */
static bool pass(struct proxy *p, const struct pair *pair, enum way way)
{
    char data[CHUNK_BYTES];
    ssize_t n = recv(pair->fd[way], data, sizeof data, 0);
    if (n <= 0) return false;
    size_t len = n < p->left_bytes[way] ? (size_t)n : (size_t)p->left_bytes[way];
    p->left_bytes[way] -= (int64_t)len;
    p->passed_bytes[way] += (int64_t)len;
    if (!send_all(pair->fd[!way], data, len)) return false;
    if (p->left_bytes[way] == 0) p->dead = true;
    return true;
}

static void run(struct proxy *p, int ends)
{
    for (;;) {
        struct pollfd fds[2 + WAY_COUNT * PAIRS_MAX] = {
            { .fd = ends, .events = POLLIN }, { .fd = p->listener, .events = POLLIN }
        };
        nfds_t n = 2;
        for (size_t i = 0; i < p->count; i++)
            for (size_t way = 0; way < WAY_COUNT; way++)
                fds[n++] = (struct pollfd){ .fd = p->pairs[i].fd[way], .events = POLLIN };
        if (poll(fds, n, -1) < 0 && errno != EINTR) return;
        if (fds[0].revents) return;
        for (size_t i = p->count;
             i-- > 0;) { /* from the last: drop puts the last in the place of what goes */
            bool alive = true;
            for (size_t way = 0; way < WAY_COUNT && alive && !p->dead; way++)
                if (fds[2 + WAY_COUNT * i + way].revents)
                    alive = pass(p, &p->pairs[i], (enum way)way);
            if (!alive) drop(p, i);
        }
        while (p->dead && p->count) drop(p, p->count - 1);
        if (fds[1].revents) take_client(p);
    }
}

static int listen_on(uint16_t port)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, PAIRS_MAX) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0) {
        fprintf(stderr, "cut_proxy: cannot listen on port %u: %s\n", port, strerror(errno));
        return -1;
    }
    printf("listening on 127.0.0.1:%u\n", ntohs(at.sin_port));
    fflush(stdout);
    return fd;
}

/* SIGTERM and SIGINT as something to poll for. */
static int end_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

static bool read_arguments(int argc, char **argv, struct proxy *p, int64_t ports[2])
{
    p->left_bytes[UP] = p->left_bytes[DOWN] = INT64_MAX;
    if (argc != 3 && argc != 5) return false;
    for (int i = 0; i < 2; i++)
        if (!str_to_i64(argv[1 + i], i, UINT16_MAX, &ports[i])) return false;
    if (argc == 3) return true;
    bool up = strcmp(argv[3], "up") == 0;
    if (!up && strcmp(argv[3], "down") != 0) return false;
    return str_to_i64(argv[4], 1, INT64_MAX, &p->left_bytes[up ? UP : DOWN]);
}

int main(int argc, char **argv)
{
    struct proxy p = { 0 };
    int64_t ports[2];
    if (!read_arguments(argc, argv, &p, ports)) {
        fputs("usage: cut_proxy LISTEN_PORT TARGET_PORT [up|down BYTES]\n", stderr);
        return 2;
    }
    p.target = (struct sockaddr_in){ .sin_family = AF_INET,
                                     .sin_port = htons((uint16_t)ports[1]),
                                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int ends = end_signals();
    p.listener = listen_on((uint16_t)ports[0]);
    if (ends < 0 || p.listener < 0) return 3;
    run(&p, ends);
    while (p.count) drop(&p, p.count - 1);
    printf("up %" PRId64 " down %" PRId64 "\n", p.passed_bytes[UP], p.passed_bytes[DOWN]);
    return 0;
}
