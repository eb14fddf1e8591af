/* tests/sim/sim.h -- the simulator: some laptops and the branch's desk in one process, the real code on both sides, a made
 * clock and made chance, no sockets. Books are in places or in hands, desks see only what they synced; what really happened
 * is kept beside it, and what the branch makes of all entries must be that.
 * Floor:   tests. Uses mobile, sync; tests/world.h.
 * Owns:    a temporary folder and what is in it, from sim_begin to sim_end.
 * Threads: one. */
#ifndef BM_TESTS_SIM_H
#define BM_TESTS_SIM_H

#include "mobile/homecoming.h"
#include "sync/server.h"
#include "tests/way.h"
#include "tests/world.h"

enum {
    SIM_LAPTOPS_MAX = 4,
    SIM_DESKS_MAX = SIM_LAPTOPS_MAX + 1, /* desk 0 is the branch's own */
    SIM_BOOKS = 6,    /* the last one is in no catalogue at first */
    SIM_TITLES = 2,   /* book n is of title n % SIM_TITLES */
    SIM_PATRONS = 6,  /* the last two have no card at first */
    SIM_ACTS_MAX = 1024,
    SIM_SLIPS_MAX = 8,
    SIM_PAPER_MAX = 8,
    SIM_NAME_MAX = 16
};

/* The one rule: loans of 14 days, renewed 4 times for 7, three at a time; 10 cents a day from the second day late, 500 at
 * most; 2000 for a lost book, of which 200 are kept. */
#define SIM_RULE "*,*,*,14d,4,7d,3,keep,10,1,500,2000,200,,all"
enum { SIM_RATE = 10, SIM_GRACE = 1, SIM_FINE_MAX = 500, SIM_PRICE = 2000, SIM_KEEP = 200 };

/* What steps there are; counted by name. X(code, name, weight, only in worlds where desks can be stale or careless) */
#define SIM_STEPS(X)                                                                           \
    X(TAKE, "take", 14, 0)         /* a patron takes a book off a desk: checkout */            \
    X(RETURN, "return", 10, 0)     /* brings it back over the desk: checkin, perhaps capture */ \
    X(DROP, "drop", 4, 1)          /* through the slot: nobody scans it */                     \
    X(EMPTY, "empty", 4, 1)        /* the slot is emptied: checkin with `returned` */          \
    X(RENEW, "renew", 5, 0)                                                                    \
    X(PLACE, "place", 7, 0)                                                                    \
    X(CANCEL, "cancel", 2, 0)                                                                  \
    X(PULL, "pull", 6, 0)          /* a copy on the shelf for who waits: capture */            \
    X(MARK, "mark", 3, 0)          /* damaged, mend, ok; withdrawn, missing where careless */  \
    X(LOST, "lost", 3, 0)          /* the patron says so */                                    \
    X(MOVE, "move", 3, 0)                                                                      \
    X(USE, "use", 1, 0)                                                                        \
    X(PAY, "pay", 3, 0)            /* what the screen says is owed, or part of it */           \
    X(WAIVE, "waive", 1, 0)                                                                    \
    X(CHARGE, "charge", 1, 0)                                                                  \
    X(SETTLE, "settle", 2, 1)      /* staff at the branch accept an exception as it is */      \
    X(PERSON, "person", 3, 0)      /* register; bar, unbar, expire, prolong */                 \
    X(ADD, "add", 2, 0)            /* the book that was in no catalogue */                     \
    X(TALLY, "tally", 1, 0)                                                                    \
    X(SLIP, "slip", 3, 1)          /* a wrong barcode is scanned */                            \
    X(UNDO, "undo", 3, 1)          /* and taken back, here or at the branch */                 \
    X(PAPER, "paper", 2, 1)        /* the laptop is down: written on paper */                  \
    X(CATCH_UP, "catch up", 3, 1)  /* and typed in */                                          \
    X(FIX, "fix", 3, 1)            /* gps tells the time */                                    \
    X(BOOT, "boot", 2, 1)                                                                      \
    X(REOPEN, "reopen", 5, 0)      /* the program ends and begins; perhaps the replica is gone */ \
    X(FORGET, "forget", 1, 1)      /* the branch does not know the cursors any more */         \
    X(SYNC, "sync", 10, 0)

#define SIM_STEP_ENUM(code, name, weight, careless) STEP_##code,
enum sim_step { SIM_STEPS(SIM_STEP_ENUM) STEP_COUNT };
#undef SIM_STEP_ENUM

/* Counted over all sessions. */
struct sim_counts {
    int64_t steps[STEP_COUNT], done[STEP_COUNT]; /* asked for; that came to an acknowledged act (or happened) */
    int64_t refused, overridden, asked_again, late;
    int64_t exceptions[EXC_COUNT], open[EXC_COUNT], overtaken[EXC_COUNT], settled[EXC_COUNT];
    int64_t entries, applied, adjusted, exceptional, quarantined;
    int64_t syncs, snapshots, feeds, rebuilds, boots, old_replicas, refolds, folds_stepped;
};

struct sim_desk {
    char name[SIM_NAME_MAX], dir[96];
    struct laptop laptop;    /* not of desk 0 */
    int64_t clock_error_ms;  /* of the machine's wall clock */
    int64_t booted_ms;       /* true time; CLOCK_BOOTTIME counts from there */
    bool fixed;              /* the epoch knows the time from gps or sync */
    int boots;
    int64_t told;            /* how much of what reached the branch it has seen (sim.arrivals) */
    int64_t saved;           /* generation of the replica kept aside; 0 = none */
    bool redated;            /* a better clock came since the replica was made: it will be put right by a sync */
    struct sim_paper {
        bool take;
        int book, patron;
        int64_t true_ms, told;
    } paper[SIM_PAPER_MAX];
    size_t paper_count;
};

/* An act that a desk acknowledged, and what is known of it outside the engine. */
struct sim_act {
    char id[EID_TEXT_MAX];
    int desk, book, patron, title; /* -1 = none */
    enum op op;
    int64_t true_ms;
    int64_t due_s;           /* as told */
    int64_t expires_s, barred; /* of a person, or ENTRY_NONE */
    int64_t returned_ms, cents;
    char as[ENTRY_WORD_MAX + 1];
    unsigned char over[EXC_COUNT];
    int64_t told, arrived;   /* what the desk knew; when it came to the branch (0 = not yet) */
    bool voided, again;      /* again: the screen said that he has it, and it was lent to him */
};

struct sim_book {
    char barcode[SIM_NAME_MAX];
    int at;           /* a desk, or a hand: ~patron */
    bool slot;        /* lies at the desk and nobody has scanned it */
    int64_t slot_ms;
};

struct sim {
    uint64_t seed, chance;
    bool careful;     /* every desk sees everything, nobody errs: then nothing may be an exception */
    bool verbose;
    int laptops;
    int64_t now_ms;   /* true time */
    char dir[64], main_dir[96];
    struct way line; /* and the server at its end */
    struct branch *branch;
    struct agent_way way;
    struct sim_desk desks[SIM_DESKS_MAX];
    struct sim_book books[SIM_BOOKS];
    char cards[SIM_PATRONS][SIM_NAME_MAX], titles[SIM_TITLES][SIM_NAME_MAX];
    struct sim_act acts[SIM_ACTS_MAX];
    int64_t act_count;
    int64_t arrivals; /* events that brought entries to the branch */
    struct {
        int desk;
        int64_t act;
    } slips[SIM_SLIPS_MAX];
    size_t slip_count;
    enum sim_step step;
    struct arena arena; /* of one step */
    struct buf trace;
    struct seal_hasher hash;
    struct sim_counts *counts;
};

/* --- world.c: making and moving the world --------------------------------------------------------- */

void sim_begin(struct sim *w, uint64_t seed, bool verbose, struct sim_counts *counts);
void sim_end(struct sim *w, char hash[2 * SEAL_HASH_BYTES + 1]);
/* 0 ... n - 1; true once in n. */
int sim_pick(struct sim *w, int n);
bool sim_once_in(struct sim *w, int n);
void sim_pass(struct sim *w, int64_t ms);
struct desk *sim_desk(struct sim *w, int d);
/* The tables a desk sees, up to date. */
struct db *sim_view(struct sim *w, int d);
void sim_boot(struct sim *w, int d);
/* The program ends and begins again. The replica it finds: as it left it, none, or (the machine lost power, I2) one from an
 * earlier moment. */
enum sim_replica { SIM_REPLICA_KEPT, SIM_REPLICA_LOST, SIM_REPLICA_OLD };
void sim_reopen(struct sim *w, int d, enum sim_replica which);

/* What happened, a line; and the end of everything, with all lines and the seed. */
void sim_tell(struct sim *w, const char *fmt, ...) BM_PRINTF(2, 3);
_Noreturn void sim_fail(struct sim *w, const char *fmt, ...) BM_PRINTF(2, 3);
void sim_need(struct sim *w, enum bm_rc rc, const char *what);
#define SIM_NEED(w, call) sim_need((w), (call), #call)
/* First column of the first row; ENTRY_NONE if there is none. One text may be bound to ?1. */
int64_t sim_ask(struct sim *w, struct db *db, const char *sql, const char *text);

/* --- acts.c: what people do ------------------------------------------------------------------------ */

void sim_do(struct sim *w);
/* Everybody comes to rest: paper typed in, slips taken back. */
void sim_rest(struct sim *w);
/* ret: did it bring anything, there or back? */
bool sim_sync(struct sim *w, int d);

/* --- check.c: what must hold after an act and after a sync ------------------------------------------ */

void sim_check_act(struct sim *w, const struct sim_act *act, const struct desk_answer *answer);
void sim_check_rebuilt(struct sim *w, int d);
void sim_check_synced(struct sim *w, int d, const struct sync_report *said);
void sim_check_quiet(struct sim *w);

/* --- truth.c: does the branch say what really happened? ---------------------------------------------- */

void sim_check_truth(struct sim *w);

#endif
