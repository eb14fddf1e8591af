/* common/person.c -- see person.h */
#include "common/person.h"

/* Small letters, one blank where there are some, none at the ends. */
static bool put_normal(const char *text, char out[PERSON_TEXT_MAX], size_t *at)
{
    bool gap = false;
    size_t from = *at;
    for (; *text; text++) {
        char c = *text;
        if (c == ' ' || c == '\t') {
            gap = *at > from;
            continue;
        }
        if (*at + 3 > PERSON_TEXT_MAX) return false;
        if (gap) out[(*at)++] = ' ';
        gap = false;
        out[(*at)++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return *at > from;
}

bool person_who(const unsigned char key[SEAL_KEYED_KEY_BYTES], const char *name,
                const char *birth, char out[PERSON_WHO_MAX])
{
    char text[PERSON_TEXT_MAX];
    unsigned char hash[SEAL_KEYED_BYTES];
    size_t len = 0;
    out[0] = '\0';
    if (!name || !birth || !put_normal(name, text, &len)) return false;
    text[len++] = '|';
    bool whole = put_normal(birth, text, &len);
    if (whole) seal_keyed(key, text, len, hash);
    seal_wipe(text, sizeof text);
    if (whole) hex_encode(out, hash, sizeof hash);
    return whole;
}
