/* common/policy_reason.c -- see policy_reason.h */
#include "common/policy_reason.h"

#include <string.h>

enum reason_kind { KIND_NOTE, KIND_BLOCK };
struct reason_row {
    const char *name, *word, *sentence;
    enum exc_code exception; /* EXC_COUNT = none */
    enum reason_kind kind;
};

static const struct reason_row *reason_row(enum policy_reason reason)
{
    static const struct reason_row rows[] = {
#define X(code, name, word, kind, exception, sentence)                                         \
    { name, word, sentence, EXC_##exception, KIND_##kind },
        POLICY_REASONS(X)
#undef X
    };
    bm_assert(reason < POLICY_REASON_COUNT);
    return &rows[reason];
}

const char *policy_reason_name(enum policy_reason reason)
{
    return reason_row(reason)->name;
}

const char *policy_reason_sentence(enum policy_reason reason)
{
    return reason_row(reason)->sentence;
}

const char *policy_reason_word(enum policy_reason reason)
{
    return reason_row(reason)->word;
}

bool policy_reason_blocks(enum policy_reason reason)
{
    return reason_row(reason)->kind == KIND_BLOCK;
}

enum exc_code policy_reason_code(enum policy_reason reason)
{
    return reason_row(reason)->exception;
}

const char *policy_reason_exception(enum policy_reason reason)
{
    enum exc_code code = reason_row(reason)->exception;
    return code == EXC_COUNT ? "" : exc_name(code);
}

bool policy_reason_parse(const char *name, enum policy_reason *out)
{
    bm_assert(name && out);
    for (int i = 0; i < POLICY_REASON_COUNT; i++) {
        if (strcmp(reason_row((enum policy_reason)i)->name, name) != 0) continue;
        *out = (enum policy_reason)i;
        return true;
    }
    return false;
}

uint64_t policy_word_bits(const char *word)
{
    uint64_t bits = 0;
    if (!*word) return 0;
    for (int i = 0; i < POLICY_REASON_COUNT; i++)
        if (!strcmp(reason_row((enum policy_reason)i)->word, word)) bits |= UINT64_C(1) << i;
    return bits;
}

uint64_t policy_word_bits_all(void)
{
    uint64_t bits = 0;
    for (int i = 0; i < POLICY_REASON_COUNT; i++)
        if (*reason_row((enum policy_reason)i)->word) bits |= UINT64_C(1) << i;
    return bits;
}
