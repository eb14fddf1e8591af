/* common/cents.c -- see cents.h */
#include "common/cents.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/mem.h"

bool cents_parse(const char *text, int64_t min, int64_t max, int64_t *out)
{
    char whole[16];
    int64_t units, rest = 0;
    const char *point = strchr(text, '.');
    size_t len = point ? (size_t)(point - text) : strlen(text);
    if (len == 0 || len >= sizeof whole || strspn(text, "0123456789") != len) return false;
    memcpy(whole, text, len);
    whole[len] = '\0';
    if (point && (strlen(point) != 3 || strspn(point + 1, "0123456789") != 2)) return false;
    if (!str_to_i64(whole, 0, INT64_MAX / 1000, &units)) return false;
    if (point) rest = (point[1] - '0') * 10 + (point[2] - '0');
    int64_t cents = units * 100 + rest;
    if (cents < min || cents > max) return false;
    *out = cents;
    return true;
}

const char *cents_text(int64_t cents, char *text, size_t size)
{
    bm_assert(size >= CENTS_TEXT_MAX);
    uint64_t all = cents < 0 ? (uint64_t)0 - (uint64_t)cents : (uint64_t)cents;
    snprintf(text, size, "%s%" PRIu64 ".%02" PRIu64, cents < 0 ? "-" : "", all / 100, all % 100);
    return text;
}
