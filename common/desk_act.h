/* common/desk_act.h -- inside of desk: the frame that every act goes through.
 * Floor:   common, only for desk*.c.
 * Owns:    nothing; all memory is the caller's arena.
 * Threads: one per desk.
 *
 * rc = act_begin(...); look things up; refuse, or fill act.e and act_write(&act); return act_end(&act, rc).
 * One act may write several entries: they come into the journal together or not at all. */
#ifndef BM_DESK_ACT_H
#define BM_DESK_ACT_H

#include "common/desk_facts.h"

enum { ASKED_DIGITS = 24 };

struct act {
    struct desk *d;
    struct arena *a;
    struct desk_answer *out;
    struct entry e;
    struct circ_view view;
    struct facts f;
    struct outcome outcome; /* of the entry written last */
    struct eid first;       /* entry written first: it carries the request and its answer */
    size_t writes;
    char asked[ASKED_DIGITS + 1]; /* what was asked for: a hash's first digits */
    bool begun; /* else there is nothing to end */
};

/* A barcode or card as scanned, made clean. */
BM_MUST_CHECK enum bm_rc act_clean(struct arena *a, const char *scanned, const char **out);

/* in:  asked, what is asked for beside op, in words that are the same each time: cards, barcodes, amounts (act_asked);
 *      NULL = out of memory
 * ret: BM_OK | BM_EEXISTS the request was done before, out holds what was said then; go to act_end | BM_EUSAGE its id is of
 *      another act */
BM_MUST_CHECK enum bm_rc act_begin(struct act *act, struct desk *d, struct arena *a, enum op op, const char *asked,
                                   struct desk_answer *out);
/* Words in a row, up to a NULL-ended count; a NULL among them is none. */
const char *act_asked(struct arena *a, size_t count, const char *const *words);
#define ASKED(...)                                                                             \
    act_asked(a, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *), (const char *const[]){ __VA_ARGS__ })
/* An amount as such a word. */
const char *act_number(struct arena *a, int64_t n);
/* Append the entry act->e, make it durable, show its effect. */
BM_MUST_CHECK enum bm_rc act_write(struct act *act);
/* A time that somebody typed: not to come, and no more than a year ago. words: "it came back"
 * ret: BM_OK, also for ENTRY_NONE | BM_EUSAGE */
BM_MUST_CHECK enum bm_rc act_check_time(const struct act *act, const char *words, int64_t ms);
/* Begin another entry of the same act. */
void act_next(struct act *act, enum op op);
/* After act_begin, whatever came. An answer given from the journal is a success. */
BM_MUST_CHECK enum bm_rc act_end(struct act *act, enum bm_rc rc);

/* The rules' reasons into the answer; true if the act may go on. What is overridden goes into the entry with staff's reason. */
bool act_allowed(struct act *act, const struct policy_answer *p);
/* A reason of the desk's own, into the answer. sentence: holds no name and no title */
enum reason_kind { REASON_BLOCKS, REASON_OVERRIDABLE, REASON_NOTE, REASON_ALERT };
void act_reason(struct act *act, enum reason_kind kind, const char *name, const char *sentence, int64_t cents);
/* A reason to refuse what staff may go on with: is it refused? Overriding needs desk->why. */
bool act_refuses(struct act *act, const char *name, const char *sentence);
BM_MUST_CHECK enum bm_rc act_needs_reason(const struct desk *d);
/* The patron's loans now, for the screen. */
BM_MUST_CHECK enum bm_rc act_count_loans(struct act *act, const char *account);

/* What stands in the tables about act->e.item after the act, beside act->f from before it; alerts for money it moved. */
BM_MUST_CHECK enum bm_rc act_tell_money(struct act *act);

#endif
