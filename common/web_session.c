/* common/web_session.c -- see web_priv.h. Who is logged in, how long, and after how many wrong phrases
 * one waits. Times are boot time: no clock that somebody may set. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/web_priv.h"

enum { FILE_VERSION = 1, LINE_MAX_BYTES = 256, SAVE_USED_MS = 20000, WAIT_DOUBLINGS_MAX = 7 };

/* --- the file ------------------------------------------------------------------------------ */

/* A line each: hash, mark, begun, used, locked, who. The phrase is not in it, nor what is in a cookie. */
static void write_sessions(const struct sessions *s, FILE *f)
{
    char hex[2 * SEAL_HASH_BYTES + 1], mark[2 * STAFF_MARK_BYTES + 1];
    fprintf(f, "sessions %d %s\n", FILE_VERSION, s->env->boot_id);
    for (size_t i = 0; i < s->count; i++) {
        const struct session *x = &s->list[i];
        hex_encode(hex, x->hash, sizeof x->hash);
        hex_encode(mark, x->mark, sizeof x->mark);
        fprintf(f, "%s %s %" PRId64 " %" PRId64 " %d %s\n", hex, mark, x->begun_ms, x->used_ms, x->locked, x->who);
    }
}

FILE *web_file_begin(const char *path, char *next, size_t size)
{
    snprintf(next, size, "%s.new", path);
    (void)unlink(next);
    int fd = open(next, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f && fd >= 0) close(fd);
    return f;
}

void web_file_end(FILE *f, const char *next, const char *path)
{
    bool whole = fflush(f) == 0 && !ferror(f);
    if (fclose(f) != 0) whole = false;
    if (!whole || rename(next, path) != 0) (void)unlink(next);
}

FILE *web_file_read(const char *path)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
    if (!f && fd >= 0) close(fd);
    return f;
}

void sessions_save(struct sessions *s)
{
    char next[sizeof s->path + 8];
    s->saved_ms = env_boottime_ms(s->env);
    FILE *f = web_file_begin(s->path, next, sizeof next);
    if (!f) return;
    write_sessions(s, f);
    web_file_end(f, next, s->path);
}

/* The next word of a line, which is cut there. */
static const char *word(char **rest)
{
    char *w = strsep(rest, " ");
    return w ? w : "";
}

static bool read_line(char *line, int64_t now_ms, struct session *out)
{
    char *rest = line;
    int64_t locked;
    *out = (struct session){ .checked_ms = -1 };
    bool sound = hex_decode(out->hash, sizeof out->hash, word(&rest)) &&
                 hex_decode(out->mark, sizeof out->mark, word(&rest)) &&
                 str_to_i64(word(&rest), 0, now_ms, &out->begun_ms) &&
                 str_to_i64(word(&rest), 0, now_ms, &out->used_ms) && str_to_i64(word(&rest), 0, 1, &locked);
    if (!sound || !rest || !str_copy(out->who, sizeof out->who, rest)) return false;
    out->locked = locked == 1;
    return staff_id_ok(out->who);
}

static void read_sessions(struct sessions *s, FILE *f)
{
    char line[LINE_MAX_BYTES], head[LINE_MAX_BYTES];
    int64_t now_ms = env_boottime_ms(s->env);
    snprintf(head, sizeof head, "sessions %d %s\n", FILE_VERSION, s->env->boot_id);
    if (!fgets(line, sizeof line, f) || strcmp(line, head) != 0) return;
    while (s->count < WEB_SESSIONS_MAX && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        if (read_line(line, now_ms, &s->list[s->count])) s->count++;
    }
}

void sessions_open(struct sessions *s, struct env *env, const char *dir, unsigned idle_s)
{
    *s = (struct sessions){ .env = env, .idle_ms = (int64_t)idle_s * 1000 };
    snprintf(s->path, sizeof s->path, "%s/sessions", dir);
    FILE *f = web_file_read(s->path);
    if (!f) return;
    read_sessions(s, f);
    fclose(f);
}

/* --- sessions ------------------------------------------------------------------------------ */

void sessions_csrf(const char *token, char out[WEB_CSRF_TEXT])
{
    static const char purpose[] = "bookmobile csrf";
    unsigned char hash[SEAL_HASH_BYTES];
    struct seal_hasher h;
    seal_hasher_start(&h);
    seal_hasher_add(&h, purpose, sizeof purpose);
    seal_hasher_add(&h, token, strlen(token));
    seal_hasher_end(&h, hash);
    hex_encode(out, hash, WEB_CSRF_BYTES);
}

struct session *sessions_find(struct sessions *s, const char *token)
{
    unsigned char hash[SEAL_HASH_BYTES];
    int64_t now_ms = env_boottime_ms(s->env);
    if (strlen(token) != WEB_TOKEN_TEXT - 1) return NULL;
    seal_hash(token, strlen(token), hash);
    for (size_t i = 0; i < s->count; i++) {
        struct session *x = &s->list[i];
        if (!seal_equal(x->hash, hash, sizeof hash)) continue;
        if (now_ms - x->begun_ms > (int64_t)WEB_SESSION_S * 1000) {
            sessions_end(s, x);
            return NULL;
        }
        if (!x->locked && now_ms - x->used_ms > s->idle_ms) {
            x->locked = true;
            sessions_save(s);
        }
        return x;
    }
    return NULL;
}

void sessions_end(struct sessions *s, struct session *x)
{
    bm_assert(s->count > 0);
    *x = s->list[--s->count];
    seal_wipe(&s->list[s->count], sizeof *x);
    sessions_save(s);
}

/* Room for one more: what was not used for longest goes. */
static struct session *free_place(struct sessions *s)
{
    if (s->count < WEB_SESSIONS_MAX) return &s->list[s->count++];
    struct session *oldest = &s->list[0];
    for (size_t i = 1; i < s->count; i++)
        if (s->list[i].used_ms < oldest->used_ms) oldest = &s->list[i];
    return oldest;
}

enum bm_rc sessions_begin(struct sessions *s, const struct staff *who, char token[WEB_TOKEN_TEXT])
{
    enum bm_rc rc = env_random_hex(s->env, token, WEB_TOKEN_BYTES);
    if (rc) return rc;
    int64_t now_ms = env_boottime_ms(s->env);
    struct session *x = free_place(s);
    *x = (struct session){ .role = who->role, .begun_ms = now_ms, .used_ms = now_ms, .checked_ms = now_ms };
    str_copy(x->who, sizeof x->who, who->id);
    memcpy(x->mark, who->mark, sizeof x->mark);
    str_copy(x->name, sizeof x->name, who->name ? who->name : who->id);
    seal_hash(token, strlen(token), x->hash);
    sessions_save(s);
    return BM_OK;
}

void sessions_used(struct sessions *s, struct session *x)
{
    x->used_ms = env_boottime_ms(s->env);
    if (x->used_ms - s->saved_ms > SAVE_USED_MS) sessions_save(s);
}

/* --- wrong phrases ------------------------------------------------------------------------- */

static const char anybody[] = "*"; /* no account's id */

void sessions_source(const char *peer, char out[WEB_SOURCE_MAX])
{
    enum { NETWORK_BYTES = 8 };
    unsigned char six[16];
    char plain[WEB_SOURCE_MAX];
    str_copy(plain, sizeof plain, peer);
    plain[strcspn(plain, "%")] = '\0'; /* fe80::1%eth0 */
    if (inet_pton(AF_INET6, plain, six) == 1 && strncmp(plain, "::", 2) != 0) hex_encode(out, six, NETWORK_BYTES);
    else str_copy(out, WEB_SOURCE_MAX, plain); /* IPv4, also as ::ffff:a.b.c.d */
}

/* Where there is no room left: those who need not wait, or not for long, are forgotten. */
static struct tries *tries_of(struct sessions *s, const char *who, const char *from, bool make)
{
    struct tries *oldest = &s->tries[0];
    for (size_t i = 0; i < s->tries_count; i++) {
        if (strcmp(s->tries[i].who, who) == 0 && strcmp(s->tries[i].from, from) == 0) return &s->tries[i];
        if (s->tries[i].until_ms < oldest->until_ms) oldest = &s->tries[i];
    }
    if (!make) return NULL;
    struct tries *t = s->tries_count < WEB_TRIES_MAX ? &s->tries[s->tries_count++] : oldest;
    *t = (struct tries){ 0 };
    str_copy(t->who, sizeof t->who, who);
    str_copy(t->from, sizeof t->from, from);
    return t;
}

static int64_t seconds_until(const struct tries *t, int64_t now_ms)
{
    return t && t->until_ms > now_ms ? (t->until_ms - now_ms + 999) / 1000 : 0;
}

int64_t sessions_wait_s(struct sessions *s, const char *who, const char *from)
{
    int64_t now_ms = env_boottime_ms(s->env);
    int64_t one = seconds_until(tries_of(s, who, from, false), now_ms);
    int64_t all = *from ? seconds_until(tries_of(s, anybody, from, false), now_ms) : 0;
    return one > all ? one : all;
}

/* The n-th wrong one: 1, 2, 4 ... s. */
static void wait_for(struct tries *t, int64_t nth, int64_t now_ms)
{
    t->until_ms = now_ms;
    if (nth < 1) return;
    int64_t wait_s = INT64_C(1) << (nth - 1 < WAIT_DOUBLINGS_MAX ? nth - 1 : WAIT_DOUBLINGS_MAX);
    if (wait_s > WEB_WAIT_S_MAX) wait_s = WEB_WAIT_S_MAX;
    t->until_ms = now_ms + wait_s * 1000;
}

static void forget_tries(struct sessions *s, const char *who, const char *from)
{
    struct tries *t = tries_of(s, who, from, false);
    if (t) *t = s->tries[--s->tries_count];
}

void sessions_tried(struct sessions *s, const char *who, const char *from, bool right)
{
    int64_t now_ms = env_boottime_ms(s->env);
    if (right) {
        forget_tries(s, who, from);
        forget_tries(s, anybody, from);
        return;
    }
    struct tries *t = tries_of(s, who, from, true);
    wait_for(t, ++t->count, now_ms);
    if (!*from) return;
    t = tries_of(s, anybody, from, true);
    wait_for(t, ++t->count - WEB_FREE_TRIES, now_ms);
}
