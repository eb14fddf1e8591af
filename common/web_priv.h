/* common/web_priv.h -- inside of web: web.c (routes), web_session.c (who), web_ask.c (what is asked),
 * web_run.c (commands, scans).
 * Floor:   common, only for web*.c and their tests.
 * Threads: one; web.c sees to it. */
#ifndef BM_WEB_PRIV_H
#define BM_WEB_PRIV_H

#include <pthread.h>
#include <stdio.h>

#include "common/seal.h"
#include "common/web.h"

enum {
    WEB_TOKEN_BYTES = 32,
    WEB_TOKEN_TEXT = 2 * WEB_TOKEN_BYTES + 1,
    WEB_CSRF_BYTES = 16,
    WEB_CSRF_TEXT = 2 * WEB_CSRF_BYTES + 1,
    WEB_COOKIE_MAX = 40,
    WEB_HOST_MAX = 80,
    WEB_TRIES_MAX = 256, /* accounts and machines whose wrong phrases are counted */
    WEB_SOURCE_MAX = 48, /* where a request came from */
    WEB_RECHECK_MS = 5000 /* so long an account is believed to stand */
};

/* Who is logged in. What is in the cookie is kept as its hash. */
struct session {
    unsigned char hash[SEAL_HASH_BYTES];
    char who[STAFF_ID_MAX + 1];
    char name[STAFF_NAME_MAX + 1];
    unsigned char mark[STAFF_MARK_BYTES]; /* of the phrase it began with: after another one it is over */
    enum staff_role role;
    int64_t begun_ms, used_ms; /* boot time */
    int64_t checked_ms;        /* when its account was looked at last; -1 = not since the start */
    bool locked;
};

/* Wrong phrases of late from one machine, for one account or for all ("*"). Who guesses waits, and nobody else: else anybody
 * of the same network could keep staff out for as long as he likes. */
struct tries {
    char who[STAFF_ID_MAX + 1], from[WEB_SOURCE_MAX];
    int64_t count, until_ms;
};

struct sessions {
    struct env *env;
    char path[CLI_PATH_MAX + 32];
    int64_t idle_ms, saved_ms;
    struct session list[WEB_SESSIONS_MAX];
    size_t count;
    struct tries tries[WEB_TRIES_MAX];
    size_t tries_count;
};

/* A small file for this user alone. Whole or not at all, and not fsynced: a machine that lost its power has booted, and after that
 * none of it counts. One that cannot be written costs a login after the next start, no more.
 * ret: NULL = it cannot be; out: next, its name until it is whole */
FILE *web_file_begin(const char *path, char *next, size_t size);
void web_file_end(FILE *f, const char *next, const char *path);
FILE *web_file_read(const char *path); /* ret: NULL = there is none */

/* in: dir whose file is taken up; a file that cannot be read, or of another boot, is no session */
void sessions_open(struct sessions *s, struct env *env, const char *dir, unsigned idle_s);
void sessions_save(struct sessions *s);
/* in: token as the cookie has it. ret: NULL = nobody, or no longer; else locked if idle for too long */
struct session *sessions_find(struct sessions *s, const char *token);
/* out: token for the cookie. ret: BM_OK | no chance */
BM_MUST_CHECK enum bm_rc sessions_begin(struct sessions *s, const struct staff *who, char token[WEB_TOKEN_TEXT]);
void sessions_end(struct sessions *s, struct session *x);
void sessions_used(struct sessions *s, struct session *x);
void sessions_csrf(const char *token, char out[WEB_CSRF_TEXT]);
/* The machine that a peer's address stands for: of IPv6, where one machine has as many as it likes, its network. */
void sessions_source(const char *peer, char out[WEB_SOURCE_MAX]);
/* Seconds to wait before a phrase for this account is looked at; 0 = none. in: from, its source; "" = counted by itself, not
 * with others of a machine */
int64_t sessions_wait_s(struct sessions *s, const char *who, const char *from);
void sessions_tried(struct sessions *s, const char *who, const char *from, bool right);

/* --- other screens (web_pair.c) ------------------------------------------------------------ */

struct pairing {
    struct env *env;
    char path[CLI_PATH_MAX + 32];
    char code[WEB_CODE_TEXT]; /* that may be used now; "" = none */
    int64_t until_ms;         /* boot time */
    unsigned char hashes[WEB_PAIRED_MAX][SEAL_HASH_BYTES];
    size_t count;
};
void pairing_open(struct pairing *p, struct env *env, const char *dir);
/* Another code; the one before is worth nothing. ret: BM_OK | no chance */
BM_MUST_CHECK enum bm_rc pairing_new_code(struct pairing *p, char out[WEB_CODE_TEXT]);
/* out: token for the screen's cookie. ret: BM_OK, the code is used up | BM_EAUTH wrong, used or too old | no chance */
BM_MUST_CHECK enum bm_rc pairing_use(struct pairing *p, const char *code, char token[WEB_TOKEN_TEXT]);
bool pairing_knows(const struct pairing *p, const char *token);

/* --- what is asked (web_ask.c): pure ------------------------------------------------------- */

struct web_option {
    const char *name, *value; /* value NULL = takes none */
};
struct web_ask {
    const char *command, *request, *input; /* request, input: NULL = none */
    const char **words;
    size_t word_count;
    struct web_option options[WEB_OPTIONS_MAX];
    size_t option_count;
    /* of a scan */
    const char *text, *mode, *card, *as; /* card, as: NULL = none */
    size_t text_len;
    /* of login, unlock, pair */
    const char *who, *phrase, *code;
};
enum web_ask_kind { WEB_ASK_RUN, WEB_ASK_SCAN, WEB_ASK_LOGIN, WEB_ASK_PHRASE, WEB_ASK_CODE, WEB_ASK_NOTHING };
/* Read a request's JSON; all texts go into the arena.
 * ret: BM_OK | BM_EINPUT not JSON, or not of this shape | BM_ELIMIT */
BM_MUST_CHECK enum bm_rc web_ask_read(enum web_ask_kind kind, const char *body, size_t len, struct arena *a,
                                      struct web_ask *out);

/* --- commands (web_run.c) ------------------------------------------------------------------ */

struct web {
    struct web_options o;
    char dir[CLI_PATH_MAX];
    struct env machine, *env; /* env: the one that counts */
    struct sessions sessions;
    struct pairing pairing;
    struct door *doors[WEB_DOORS_MAX];
    size_t door_count;
    pthread_mutex_t busy; /* one request at a time */
};

/* What came of a command. */
struct web_result {
    int exit;
    const char *answer, *notes; /* JSON; in the arena */
};
/* ret: BM_OK it ran, out says how | BM_EUSAGE no such command or option here | BM_EREFUSED not for this role |
 *      BM_ENOMEM */
BM_MUST_CHECK enum bm_rc web_run(struct web *w, const struct session *who, const struct web_ask *ask,
                                 struct arena *a, struct web_result *out);
/* A scan: looked up, then done. out: members of the answer's object. ret: as web_run, and faults */
BM_MUST_CHECK enum bm_rc web_scan(struct web *w, const struct session *who, const struct web_ask *ask,
                                  struct arena *a, struct jsonw *out);
/* The table holds against the program's. ret: BM_OK | BM_EINTERNAL */
BM_MUST_CHECK enum bm_rc web_check_table(const struct web_options *o);

#endif
