/* common/err.c -- see err.h */
#include "common/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local char detail[ERR_TEXT_MAX];

enum bm_rc err_set(enum bm_rc rc, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(detail, sizeof detail, fmt, ap);
    va_end(ap);
    return rc;
}

enum bm_rc err_prefix(enum bm_rc rc, const char *fmt, ...)
{
    char before[ERR_TEXT_MAX], after[ERR_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(before, sizeof before, fmt, ap);
    va_end(ap);
    snprintf(after, sizeof after, "%s", err_text(rc));
    size_t n = strlen(before);
    if (n >= sizeof detail) n = sizeof detail - 1;
    memcpy(detail, before, n);
    snprintf(detail + n, sizeof detail - n, "%s", after);
    return rc;
}

const char *err_text(enum bm_rc rc)
{
    static const char *const text[] = {
#define X(code, status, words) words,
        BM_RC_TABLE(X)
#undef X
    };
    if (rc != BM_OK && detail[0]) return detail;
    return rc < BM_RC_COUNT ? text[rc] : "unknown fault";
}

const char *err_name(enum bm_rc rc)
{
    static const char *const name[] = { "ok",      "enotfound", "erefused", "eexists", "eusage", "einput",
                                        "elimit",  "ecorrupt",  "eversion", "eio",     "efull",  "ebusy",
                                        "enomem",  "enet",      "eauth",    "efork",   "einternal" };
    _Static_assert(sizeof name / sizeof *name == BM_RC_COUNT, "one name a code");
    return rc < BM_RC_COUNT ? name[rc] : "einternal";
}

int err_exit_status(enum bm_rc rc)
{
    static const unsigned char status[] = {
#define X(code, exit_status, words) exit_status,
        BM_RC_TABLE(X)
#undef X
    };
    return rc < BM_RC_COUNT ? status[rc] : 3;
}

void err_clear(void)
{
    detail[0] = '\0';
}

#ifndef NDEBUG
void err_assert_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, what);
    abort();
}
#endif
