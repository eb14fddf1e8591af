/* common/web.h -- the pages of a program: their files, who is logged in, and an API that is the
 * command table itself. The same on laptop and branch; written down in mobile/API.md.
 * Floor:      common. Uses http, cli, deskcmd, staff, scan.
 * Owns:       listeners and sessions, from web_open to web_close; borrows the host's open data.
 * Invariants: W1 no cookie, no act: of /api only session and login answer without a session; W2 a POST
 *             needs the session's token and, if the browser says where it comes from, our own origin;
 *             W3 a command or option that web_command does not name cannot be reached; W4 the answer
 *             of a command is the very JSON that it prints with --json.
 * Threads:    requests are answered one at a time, whichever listener they came by. What the host has
 *             open is used by them alone, from web_listen to web_close. */
#ifndef BM_WEB_H
#define BM_WEB_H

#include "common/asset.h"
#include "common/deskcmd.h"
#include "common/http.h"
#include "common/staff.h"

enum {
    WEB_BODY_MAX = 256 << 10,  /* bytes of a request */
    WEB_DEPTH_MAX = 8,         /* of its JSON */
    WEB_WORDS_MAX = 500,       /* of one command */
    WEB_WORD_MAX = 4000,       /* bytes of a word, or of an option's value */
    WEB_OPTIONS_MAX = 16,      /* of one command */
    WEB_INPUT_MAX = 64 << 10,  /* bytes given to a command on standard input */
    WEB_NAME_MAX = 48,         /* bytes of a command's or an option's name */
    WEB_PHRASE_MAX = 256,      /* bytes of a phrase */
    WEB_SESSIONS_MAX = 32,     /* the one not used for longest makes room */
    WEB_SESSION_S = 16 * 3600, /* then the phrase is asked for again */
    WEB_IDLE_S = 300,          /* without an act, then the screen is locked */
    WEB_WAIT_S_MAX = 60,       /* after wrong phrases of one machine for one account: 1, 2, 4 ... s, no more than this */
    WEB_FREE_TRIES = 10,       /* wrong phrases of one machine for all accounts together before it waits whomever it names */
    WEB_PAIRED_MAX = 8,        /* other screens; the one paired first makes room */
    WEB_CODE_S = 300,          /* so long a pairing code may be used, once */
    WEB_CODE_TEXT = 10,        /* "1234-5678" */
    WEB_PEER_CONNECTIONS = 32, /* of one machine at a door to a network; a browser takes up to 6 */
    WEB_DOORS_MAX = 2
};

/* What may be done over HTTP, and by whom at the least. */
struct web_command {
    const char *name; /* as in the program's table; NULL ends it */
    enum staff_role role;
    const char *options; /* that may be given, parted by blanks; NULL = none */
    const char *admin;   /* more of them, for administrators */
    const char *input;   /* option with which it reads standard input ("--from=-"): added where the request
                            brings an input; NULL = it takes none */
};

/* What is the same for every answer. Texts may be NULL. */
struct web_facts {
    const char *place, *mobile, *branch, *library, *zone, *device;
    bool practice;
};

struct web_options {
    const struct cli_program *program;
    struct deskcmd *host; /* its open hands out what is open already, its close keeps it open */
    const struct web_command *commands;
    const struct asset *const *assets; /* tables, NULL ends the list; index.html is the page */
    const char *dir;                   /* the data directory: commands run on it, sessions are kept in it */
    struct web_facts facts;
    unsigned idle_s;          /* 0 = WEB_IDLE_S */
    struct env *env;          /* whose clock and chance, the caller's; NULL = the machine's */
    /* GET /api/state: members of an object begun. */
    enum bm_rc (*state)(void *ctx, struct arena *a, struct jsonw *w);
    /* POST /api/sync. ret: BM_OK begun | BM_EBUSY one runs; NULL = there is none here */
    enum bm_rc (*sync)(void *ctx);
    void *ctx;
};

struct web;
/* ret: BM_OK | BM_EINTERNAL, web_command names what the program has not | faults; sessions kept from the
 * last run are taken up */
BM_MUST_CHECK enum bm_rc web_open(const struct web_options *options, struct web **out);
void web_close(struct web *w); /* NULL is fine */

struct web_door {
    const char *address; /* numeric; NULL = 127.0.0.1 */
    uint16_t port;       /* 0 = the system chooses */
    const char *cert_pem, *key_pem; /* both or none; none only on a loopback address */
    const char *pairing; /* not NULL: other screens come in here, each to be paired by a code first. What they tell their certificate by, for
                            the main screen to show */
};
/* Listen at one more address. out: *port, the one it is. ret: BM_OK | BM_EUSAGE plain HTTP beyond this
 * machine | faults of http_server_start */
BM_MUST_CHECK enum bm_rc web_listen(struct web *w, const struct web_door *door, uint16_t *port);
bool web_is_loopback(const char *address);
/* "127.0.0.1:8470", "[::1]:8470", ":8470". in: text NULL = 127.0.0.1 and the port otherwise; out: address and
 * port of *door are set. ret: BM_OK | BM_EUSAGE */
BM_MUST_CHECK enum bm_rc web_read_address(struct arena *a, const char *text, uint16_t otherwise, struct web_door *door);

#endif
