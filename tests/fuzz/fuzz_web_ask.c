/* tests/fuzz/fuzz_web_ask.c -- bytes as a request's body: what is taken in is within every limit. The first byte chooses the kind. */
#include <string.h>

#include "common/web_priv.h"
#include "tests/fuzz/fuzz.h"

static void check(const struct web_ask *ask)
{
    LAW(ask->word_count <= WEB_WORDS_MAX);
    LAW(ask->option_count <= WEB_OPTIONS_MAX);
    for (size_t i = 0; i < ask->word_count; i++) {
        LAW(strlen(ask->words[i]) <= WEB_WORD_MAX);
        LAW(utf8_valid(ask->words[i], strlen(ask->words[i])));
    }
    for (size_t i = 0; i < ask->option_count; i++) {
        LAW(strncmp(ask->options[i].name, "--", 2) == 0);
        LAW(strchr(ask->options[i].name, '=') == NULL);
        LAW(strchr(ask->options[i].name, ' ') == NULL);
        if (ask->options[i].value) LAW(utf8_valid(ask->options[i].value, strlen(ask->options[i].value)));
    }
    if (ask->request) LAW(*ask->request && strlen(ask->request) <= CLI_ID_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = { 0 };
    struct web_ask ask;
    enum web_ask_kind kind = size ? (enum web_ask_kind)(data[0] % (WEB_ASK_NOTHING + 1)) : WEB_ASK_RUN;
    size_t len = size ? size - 1 : 0;
    char *exact = malloc(len ? len : 1);
    LAW(exact != NULL);
    if (len) memcpy(exact, data + 1, len);
    if (web_ask_read(kind, exact, len, &a, &ask) == BM_OK) {
        check(&ask);
        if (kind == WEB_ASK_RUN) LAW(ask.command != NULL);
        if (kind == WEB_ASK_SCAN) LAW(ask.text && ask.mode && ask.text_len <= WEB_WORD_MAX);
        if (kind == WEB_ASK_LOGIN) LAW(ask.who && ask.phrase);
        if (kind == WEB_ASK_CODE) LAW(ask.code != NULL);
        if (kind == WEB_ASK_PHRASE) LAW(ask.phrase != NULL);
    }
    arena_free(&a);
    free(exact);
    return 0;
}
