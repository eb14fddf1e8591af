/* common/err.h -- what can go wrong, in one table, and the detail of the last failure.
 * Floor:   common. Uses nothing.
 * Owns:    one detail text per thread, as errno is one number per thread.
 * Threads: safe; each thread has its own detail. */
#ifndef BM_ERR_H
#define BM_ERR_H

#include <stddef.h>

/* code, exit status of a program that ends with it, text for people.
 * Exit: 0 done, 1 refused by a rule or not found, 2 wrong usage, 3 system or data fault. */
#define BM_RC_TABLE(X)                                                                         \
    X(BM_OK, 0, "done")                                                                        \
    X(BM_ENOTFOUND, 1, "not found")                                                            \
    X(BM_EREFUSED, 1, "refused by a rule")                                                     \
    X(BM_EEXISTS, 1, "exists already")                                                         \
    X(BM_EUSAGE, 2, "wrong usage")                                                             \
    X(BM_EINPUT, 3, "bad input")                                                               \
    X(BM_ELIMIT, 3, "larger than allowed")                                                     \
    X(BM_ECORRUPT, 3, "stored data is damaged")                                                \
    X(BM_EVERSION, 3, "of a version not understood here")                                      \
    X(BM_EIO, 3, "input/output error")                                                         \
    X(BM_EFULL, 3, "the disk is full")                                                         \
    X(BM_EBUSY, 3, "in use by another program")                                                \
    X(BM_ENOMEM, 3, "out of memory")                                                           \
    X(BM_ENET, 3, "the branch cannot be reached")                                              \
    X(BM_EAUTH, 3, "not allowed for this device")                                              \
    X(BM_EFORK, 3, "this laptop's journal and the branch's copy differ")                       \
    X(BM_EINTERNAL, 3, "internal fault")

#define BM_RC_ENUM(code, status, text) code,
enum bm_rc { BM_RC_TABLE(BM_RC_ENUM) BM_RC_COUNT };
#undef BM_RC_ENUM

#define BM_MUST_CHECK __attribute__((warn_unused_result))
#define BM_PRINTF(fmt_at, args_at) __attribute__((format(printf, fmt_at, args_at)))

enum { ERR_TEXT_MAX = 512 };

/* Record the detail of a failure where it is first seen; say what to do about it.
 * in:  rc, any code but BM_OK; fmt, printf-like, no patron names or titles
 * ret: rc, so that `return err_set(BM_EIO, ...)` reads well */
enum bm_rc err_set(enum bm_rc rc, const char *fmt, ...) BM_PRINTF(2, 3);

/* Put words before the detail recorded last (whose file, which line). ret: rc */
enum bm_rc err_prefix(enum bm_rc rc, const char *fmt, ...) BM_PRINTF(2, 3);

/* The detail recorded last on this thread, or the code's own text. Lasts until the next err_set. */
const char *err_text(enum bm_rc rc);

/* A code's name without BM_, in lower case ("enotfound"): stable, for --json. */
const char *err_name(enum bm_rc rc);

int err_exit_status(enum bm_rc rc);
void err_clear(void);

/* Programmer error: off in release. Stored-data invariants return BM_ECORRUPT instead. */
#ifdef NDEBUG
#define bm_assert(x) ((void)0)
#else
void err_assert_failed(const char *what, const char *file, int line) __attribute__((noreturn));
#define bm_assert(x) ((x) ? (void)0 : err_assert_failed(#x, __FILE__, __LINE__))
#endif

/* An invariant of stored data: always on; fails the transaction, not the process. */
#define BM_CHECK(x)                                                                            \
    do {                                                                                       \
        if (!(x)) return err_set(BM_ECORRUPT, "stored data breaks a rule: %s (%s:%d); run verify", \
                                 #x, __FILE__, __LINE__);                                      \
    } while (0)

#endif
