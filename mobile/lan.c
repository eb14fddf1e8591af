/* mobile/lan.c -- see lan.h */
#include "mobile/lan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 24, TEXT_MAX = 700, PEM_BYTES_MAX = 64 << 10, SAID_MAX = 4096 };

extern char **environ;

/* --- openssl ------------------------------------------------------------------------------- */

static enum bm_rc spawn(char *const *argv, int out, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out, 1);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
    int e = posix_spawnp(pid, argv[0], &files, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    if (e == ENOENT) return err_set(BM_ENOTFOUND, "a screen over the network needs a certificate, and the command openssl to make it: install openssl");
    return e ? err_set(BM_EIO, "openssl: %s", strerror(e)) : BM_OK;
}

/* What it prints, cut at SAID_MAX. ret: BM_OK | BM_EINPUT it ended with an error | ... */
static enum bm_rc run(const char *const *words, char said[SAID_MAX])
{
    char text[TEXT_MAX * 2], *argv[WORDS_MAX];
    size_t at = 0, n = 0;
    int pipe_fd[2], status = -1;
    pid_t pid;
    for (; words[n] && n + 1 < WORDS_MAX; n++) { /* exec wants them writable */
        size_t len = strlen(words[n]) + 1;
        if (at + len > sizeof text) return err_set(BM_EUSAGE, "the path of the data directory is too long");
        argv[n] = memcpy(text + at, words[n], len);
        at += len;
    }
    argv[n] = NULL;
    if (pipe2(pipe_fd, O_CLOEXEC)) return err_set(BM_EIO, "pipe: %s", strerror(errno));
    enum bm_rc rc = spawn(argv, pipe_fd[1], &pid);
    close(pipe_fd[1]);
    size_t len = 0;
    for (ssize_t got = 1; !rc && got > 0 && len + 1 < SAID_MAX; len += got > 0 ? (size_t)got : 0)
        got = read(pipe_fd[0], said + len, SAID_MAX - 1 - len);
    said[len] = '\0';
    close(pipe_fd[0]);
    if (rc) return rc;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? BM_OK : err_set(BM_EINPUT, "openssl cannot make the desk's certificate");
}

/* --- files --------------------------------------------------------------------------------- */

struct files {
    char cert[TEXT_MAX], key[TEXT_MAX], new_cert[TEXT_MAX], new_key[TEXT_MAX];
};

static enum bm_rc name_files(const char *dir, const char *address, struct files *f)
{
    char plain[64];
    str_copy(plain, sizeof plain, address);
    for (char *p = plain; *p; p++)
        if (*p == ':') *p = '_';
    int n = snprintf(f->new_cert, sizeof f->new_cert, "%s/lan-%s.pem.new", dir, plain);
    snprintf(f->cert, sizeof f->cert, "%s/lan-%s.pem", dir, plain);
    snprintf(f->key, sizeof f->key, "%s/lan-%s.key", dir, plain);
    snprintf(f->new_key, sizeof f->new_key, "%s/lan-%s.key.new", dir, plain);
    return n > 0 && (size_t)n < sizeof f->new_cert ? BM_OK : err_set(BM_EUSAGE, "the path of the data directory is too long");
}

static enum bm_rc read_file(const char *path, struct arena *a, const char **out)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    *out = NULL;
    if (fd < 0 || fstat(fd, &st) != 0 || st.st_size <= 0 || st.st_size > PEM_BYTES_MAX) {
        if (fd >= 0) close(fd);
        return err_set(BM_EIO, "%s cannot be read; remove it, and it is made anew", path);
    }
    char *text = arena_alloc(a, (size_t)st.st_size + 1);
    ssize_t n = text ? read(fd, text, (size_t)st.st_size) : 0;
    close(fd);
    if (!text) return BM_ENOMEM;
    *out = text;
    return n == st.st_size ? BM_OK : err_set(BM_EIO, "%s cannot be read", path);
}

static bool still_good(const struct files *f, char said[SAID_MAX])
{
    char seconds[16];
    snprintf(seconds, sizeof seconds, "%d", LAN_ANEW_S);
    const char *const words[] = { "openssl", "x509", "-in", f->cert, "-noout", "-checkend", seconds, NULL };
    return access(f->key, R_OK) == 0 && access(f->cert, R_OK) == 0 && run(words, said) == BM_OK;
}

/* Key first: what is cut short leaves no certificate without its key. */
static enum bm_rc make(const struct files *f, const char *address, char said[SAID_MAX])
{
    char names[200], days[16];
    snprintf(names, sizeof names, "subjectAltName=IP:%s", address);
    snprintf(days, sizeof days, "%d", LAN_DAYS);
    const char *const words[] = { "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-sha256",
                                  "-days", days, "-subj", "/CN=bookmobile desk", "-addext", names, "-keyout", f->new_key, "-out",
                                  f->new_cert, NULL };
    (void)unlink(f->cert);
    mode_t before = umask(0077);
    enum bm_rc rc = run(words, said);
    umask(before);
    if (!rc && (chmod(f->new_key, 0600) || rename(f->new_key, f->key) || rename(f->new_cert, f->cert)))
        rc = err_set(BM_EIO, "%s: %s", f->cert, strerror(errno));
    (void)unlink(f->new_key);
    (void)unlink(f->new_cert);
    return rc;
}

static enum bm_rc fingerprint(const struct files *f, char said[SAID_MAX], char out[LAN_PRINT_MAX])
{
    const char *const words[] = { "openssl", "x509", "-in", f->cert, "-noout", "-fingerprint", "-sha256", NULL };
    enum bm_rc rc = run(words, said);
    const char *at = rc ? NULL : strchr(said, '=');
    if (!rc && !at) rc = err_set(BM_EINPUT, "openssl does not tell the certificate's fingerprint");
    if (rc) return rc;
    said[strcspn(said, "\n")] = '\0';
    str_copy(out, LAN_PRINT_MAX, at + 1);
    return BM_OK;
}

/* One address of this machine: a name in a certificate stands for one. */
static bool is_one_address(const char *text)
{
    unsigned char bytes[16];
    static const unsigned char none[16];
    int family = strchr(text, ':') ? AF_INET6 : AF_INET;
    size_t len = family == AF_INET ? 4 : 16;
    return inet_pton(family, text, bytes) == 1 && memcmp(bytes, none, len) != 0;
}

enum bm_rc lan_certificate(const char *dir, const char *address, struct arena *a, struct lan_certificate *out)
{
    char said[SAID_MAX];
    struct files f;
    *out = (struct lan_certificate){ 0 };
    if (!is_one_address(address))
        return err_set(BM_EUSAGE, "--lan takes this laptop's own address in the van's network, in numbers, and a port: 192.168.8.2:8471");
    enum bm_rc rc = name_files(dir, address, &f);
    if (!rc && !still_good(&f, said)) rc = make(&f, address, said);
    if (!rc) rc = fingerprint(&f, said, out->fingerprint);
    if (!rc) rc = read_file(f.cert, a, &out->cert_pem);
    return rc ? rc : read_file(f.key, a, &out->key_pem);
}
