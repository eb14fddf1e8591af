/* common/web_pair.c -- see web_priv.h. Other screens of the van's own network: a code that the main screen shows lets one in, once;
 * what it gets for it is kept as a hash, and worth nothing after the machine's next boot. */
#include <stdio.h>
#include <string.h>

#include "common/web_priv.h"

enum { FILE_VERSION = 1, LINE_MAX_BYTES = 160, CODE_HALF = 10000 };

/* --- the file, as that of sessions --------------------------------------------------------- */

static void save(const struct pairing *p)
{
    char next[sizeof p->path + 8], hex[2 * SEAL_HASH_BYTES + 1];
    FILE *f = web_file_begin(p->path, next, sizeof next);
    if (!f) return;
    fprintf(f, "paired %d %s\n", FILE_VERSION, p->env->boot_id);
    for (size_t i = 0; i < p->count; i++) {
        hex_encode(hex, p->hashes[i], SEAL_HASH_BYTES);
        fprintf(f, "%s\n", hex);
    }
    web_file_end(f, next, p->path);
}

void pairing_open(struct pairing *p, struct env *env, const char *dir)
{
    char line[LINE_MAX_BYTES], head[LINE_MAX_BYTES];
    *p = (struct pairing){ .env = env };
    snprintf(p->path, sizeof p->path, "%s/paired", dir);
    FILE *f = web_file_read(p->path);
    if (!f) return;
    snprintf(head, sizeof head, "paired %d %s\n", FILE_VERSION, env->boot_id);
    bool ours = fgets(line, sizeof line, f) && strcmp(line, head) == 0;
    while (ours && p->count < WEB_PAIRED_MAX && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        if (hex_decode(p->hashes[p->count], SEAL_HASH_BYTES, line)) p->count++;
    }
    fclose(f);
}

/* --- codes --------------------------------------------------------------------------------- */

enum bm_rc pairing_new_code(struct pairing *p, char out[WEB_CODE_TEXT])
{
    uint32_t chance[2];
    enum bm_rc rc = env_random(p->env, chance, sizeof chance);
    if (rc) return rc;
    snprintf(p->code, sizeof p->code, "%04u-%04u", chance[0] % CODE_HALF, chance[1] % CODE_HALF);
    p->until_ms = env_boottime_ms(p->env) + INT64_C(1000) * WEB_CODE_S;
    str_copy(out, WEB_CODE_TEXT, p->code);
    return BM_OK;
}

/* As typed: only the digits count. */
static void only_digits(const char *from, char out[WEB_CODE_TEXT])
{
    size_t n = 0;
    for (; *from && n + 1 < WEB_CODE_TEXT; from++)
        if (*from >= '0' && *from <= '9') out[n++] = *from;
    out[n] = '\0';
}

enum bm_rc pairing_use(struct pairing *p, const char *code, char token[WEB_TOKEN_TEXT])
{
    char given[WEB_CODE_TEXT] = "", want[WEB_CODE_TEXT] = "";
    bool stands = p->code[0] && env_boottime_ms(p->env) < p->until_ms;
    only_digits(code, given);
    only_digits(p->code, want);
    bool same = strlen(given) == strlen(want) && seal_equal(given, want, sizeof given);
    if (!stands || !same) return err_set(BM_EAUTH, "that is not the code that the main screen shows now");
    enum bm_rc rc = env_random_hex(p->env, token, WEB_TOKEN_BYTES);
    if (rc) return rc;
    p->code[0] = '\0'; /* once */
    if (p->count == WEB_PAIRED_MAX) { /* the one paired first makes room */
        memmove(p->hashes[0], p->hashes[1], (WEB_PAIRED_MAX - 1) * sizeof p->hashes[0]);
        p->count--;
    }
    seal_hash(token, strlen(token), p->hashes[p->count++]);
    save(p);
    return BM_OK;
}

bool pairing_knows(const struct pairing *p, const char *token)
{
    unsigned char hash[SEAL_HASH_BYTES];
    bool known = false;
    if (!token) return false;
    seal_hash(token, strlen(token), hash);
    for (size_t i = 0; i < p->count; i++) known = seal_equal(p->hashes[i], hash, sizeof hash) || known;
    return known;
}
