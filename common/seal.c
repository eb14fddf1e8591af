/* common/seal.c -- see seal.h */
#include "common/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(struct seal_hasher) == sizeof(crypto_generichash_state), "state fits");
_Static_assert(SEAL_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES, "Ed25519 public");
_Static_assert(SEAL_SECRET_BYTES == crypto_sign_SECRETKEYBYTES, "Ed25519 secret");
_Static_assert(SEAL_SIG_BYTES == crypto_sign_BYTES, "Ed25519 signature");
_Static_assert(SEAL_PUBLIC_BYTES == crypto_box_PUBLICKEYBYTES, "X25519 public");
_Static_assert(SEAL_BOX_SECRET_BYTES == crypto_box_SECRETKEYBYTES, "X25519 secret");
_Static_assert(SEAL_BOX_EXTRA_BYTES == crypto_box_SEALBYTES, "sealed box");

enum {
    SEED_BYTES = 32,
    KEY_PATH_MAX = 4096,
    KEY_FILE_BYTES = 16 + 1 + 2 * SEED_BYTES + 1 + 2 * SEAL_PUBLIC_BYTES + 1,
    CODE_CHARS = 16
};
/* A key file is this word, the seed in hex, a blank, the public half in hex, a newline. */
#define KEY_WORD "bookmobile-key-1"
#define KEY_FAMILY "bookmobile-key-"
_Static_assert(sizeof KEY_WORD - 1 == 16, "KEY_FILE_BYTES counts it");

enum bm_rc seal_init(void)
{
    return sodium_init() >= 0 ? BM_OK
                              : err_set(BM_EINTERNAL, "libsodium does not start; reinstall it");
}

/* --- hashes ------------------------------------------------------------------------------ */

static crypto_generichash_state *state_of(struct seal_hasher *h)
{
    return (crypto_generichash_state *)(void *)h->state;
}

void seal_hasher_start(struct seal_hasher *h)
{
    bm_assert(h);
    crypto_generichash_init(state_of(h), NULL, 0, SEAL_HASH_BYTES);
}

void seal_hasher_add(struct seal_hasher *h, const void *data, size_t len)
{
    bm_assert(h && (data || !len));
    if (len) crypto_generichash_update(state_of(h), data, len);
}

void seal_hasher_end(struct seal_hasher *h, unsigned char out[SEAL_HASH_BYTES])
{
    bm_assert(h && out);
    crypto_generichash_final(state_of(h), out, SEAL_HASH_BYTES);
}

void seal_hash(const void *data, size_t len, unsigned char out[SEAL_HASH_BYTES])
{
    bm_assert(out && (data || !len));
    crypto_generichash(out, SEAL_HASH_BYTES, data, len, NULL, 0);
}

void seal_chain(const unsigned char prev[SEAL_HASH_BYTES], const void *data, size_t len,
                unsigned char out[SEAL_HASH_BYTES])
{
    struct seal_hasher h;
    bm_assert(prev && out);
    seal_hasher_start(&h);
    seal_hasher_add(&h, prev, SEAL_HASH_BYTES);
    seal_hasher_add(&h, data, len);
    seal_hasher_end(&h, out);
}

void seal_keyed(const unsigned char key[SEAL_KEYED_KEY_BYTES], const void *text, size_t len,
                unsigned char out[SEAL_KEYED_BYTES])
{
    bm_assert(key && out && (text || !len));
    crypto_generichash(out, SEAL_KEYED_BYTES, text, len, key, SEAL_KEYED_KEY_BYTES);
}

/* --- signatures -------------------------------------------------------------------------- */

void seal_key_from_seed(const unsigned char seed[32], struct seal_key *out)
{
    bm_assert(seed && out);
    crypto_sign_seed_keypair(out->public, out->secret, seed);
}

enum bm_rc seal_key_new(struct env *env, struct seal_key *out)
{
    unsigned char seed[SEED_BYTES];
    bm_assert(env && out);
    *out = (struct seal_key){ 0 };
    enum bm_rc rc = env_random(env, seed, sizeof seed);
    if (!rc) seal_key_from_seed(seed, out);
    seal_wipe(seed, sizeof seed);
    return rc;
}

void seal_sign(const struct seal_key *key, const void *msg, size_t len,
               unsigned char sig[SEAL_SIG_BYTES])
{
    bm_assert(key && sig && (msg || !len));
    crypto_sign_detached(sig, NULL, msg, len, key->secret);
}

bool seal_verify(const unsigned char public[SEAL_PUBLIC_BYTES], const void *msg, size_t len,
                 const unsigned char sig[SEAL_SIG_BYTES])
{
    bm_assert(public && sig && (msg || !len));
    return crypto_sign_verify_detached(sig, msg, len, public) == 0;
}

/* --- key files --------------------------------------------------------------------------- */

static enum bm_rc file_fault(const char *doing, const char *path)
{
    enum bm_rc rc = errno == ENOSPC || errno == EDQUOT ? BM_EFULL : BM_EIO;
    return err_set(rc, "cannot %s key file %s: %s", doing, path, strerror(errno));
}

static enum bm_rc write_key(int fd, const char *path, const struct seal_key *key)
{
    char text[KEY_FILE_BYTES + 1] = KEY_WORD " ";
    char *at = text + sizeof KEY_WORD;
    seal_hex(key->secret, SEED_BYTES, at);
    at += 2 * SEED_BYTES;
    *at++ = ' ';
    seal_hex(key->public, SEAL_PUBLIC_BYTES, at);
    at += 2 * SEAL_PUBLIC_BYTES;
    *at++ = '\n';

    enum bm_rc rc = env_tick("seal.key.write");
    size_t len = (size_t)(at - text);
    if (!rc) {
        errno = ENOSPC; /* what a short write means here */
        if (write(fd, text, len) != (ssize_t)len || fsync(fd) != 0)
            rc = file_fault("write", path);
    }
    seal_wipe(text, sizeof text);
    return rc;
}

/* Makes the name last: the folder itself is fsynced. */
static enum bm_rc sync_folder(const char *path)
{
    char folder[KEY_PATH_MAX + 1];
    const char *slash = strrchr(path, '/');
    if (!slash) str_copy(folder, sizeof folder, ".");
    else snprintf(folder, sizeof folder, "%.*s/", (int)(slash - path), path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum bm_rc rc = env_tick("seal.key.sync");
    if (!rc && (fd < 0 || fsync(fd) != 0)) rc = file_fault("keep", path);
    if (fd >= 0) close(fd);
    return rc;
}

enum bm_rc seal_key_save(const char *path, const struct seal_key *key)
{
    char aside[KEY_PATH_MAX + 16];
    bm_assert(path && key);
    if (strlen(path) >= KEY_PATH_MAX)
        return err_set(BM_EUSAGE, "the key file's path is too long");
    snprintf(aside, sizeof aside, "%s.new-%ld", path, (long)getpid());

    unlink(aside); /* left by a process of this number that died here */
    int fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) return file_fault("create", path);
    enum bm_rc rc = write_key(fd, path, key);
    if (close(fd) != 0 && !rc) rc = file_fault("write", path);
    if (rc) goto done;
    rc = env_tick("seal.key.link");
    if (rc) goto done;
    if (link(aside, path) != 0) /* unlike rename, link never replaces */
        rc = errno == EEXIST ? err_set(BM_EEXISTS, "key file %s exists; it is kept", path)
                             : file_fault("name", path);
done:
    unlink(aside);
    return rc ? rc : sync_folder(path);
}

static enum bm_rc parse_key(const char *path, const char *text, size_t len,
                            struct seal_key *out)
{
    unsigned char seed[SEED_BYTES], public[SEAL_PUBLIC_BYTES];
    char hex[2 * SEED_BYTES + 1] = "";
    const char *at = text + sizeof KEY_WORD;
    bool ok = len == KEY_FILE_BYTES && memcmp(text, KEY_WORD " ", sizeof KEY_WORD) == 0 &&
              at[2 * SEED_BYTES] == ' ' && text[len - 1] == '\n';
    if (!ok) {
        if (len >= sizeof KEY_WORD && memcmp(text, KEY_FAMILY, sizeof KEY_FAMILY - 1) == 0 &&
            memcmp(text, KEY_WORD, sizeof KEY_WORD - 1) != 0)
            return err_set(BM_EVERSION, "key file %s is of a newer version; upgrade", path);
        return err_set(BM_ECORRUPT, "%s is not a whole key file; enrol again", path);
    }
    memcpy(hex, at, sizeof hex - 1);
    ok = seal_unhex(hex, seed, sizeof seed);
    memcpy(hex, at + 2 * SEED_BYTES + 1, sizeof hex - 1);
    ok = ok && seal_unhex(hex, public, sizeof public);
    if (ok) seal_key_from_seed(seed, out);
    seal_wipe(seed, sizeof seed);
    seal_wipe(hex, sizeof hex);
    if (ok && seal_equal(public, out->public, sizeof public)) return BM_OK;
    return err_set(BM_ECORRUPT, "key file %s is damaged; restore it or enrol again", path);
}

enum bm_rc seal_key_load(const char *path, struct seal_key *out)
{
    char text[KEY_FILE_BYTES + 2]; /* one byte more shows a file that is too long */
    struct stat st;
    bm_assert(path && out);
    *out = (struct seal_key){ 0 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return err_set(BM_ENOTFOUND, "there is no key file %s; enrol this device first", path);
    if (fd < 0) return file_fault("open", path);

    enum bm_rc rc = BM_OK;
    ssize_t n = 0;
    if (fstat(fd, &st) != 0) rc = file_fault("look at", path);
    else if (!S_ISREG(st.st_mode)) rc = err_set(BM_EINPUT, "%s is not a plain file", path);
    else if (st.st_mode & (S_IRWXG | S_IRWXO))
        rc = err_set(BM_EAUTH, "key file %s is open to others; chmod 600 it, and enrol "
                               "again if somebody may have read it", path);
    else if ((n = read(fd, text, sizeof text - 1)) < 0) rc = file_fault("read", path);
    close(fd);
    if (rc) return rc;
    text[n] = '\0';
    rc = parse_key(path, text, (size_t)n, out);
    seal_wipe(text, sizeof text);
    if (rc) seal_wipe(out, sizeof *out);
    return rc;
}

/* --- sealed boxes ------------------------------------------------------------------------ */

enum bm_rc seal_box_new(struct env *env, struct seal_box_key *out)
{
    unsigned char seed[crypto_box_SEEDBYTES];
    bm_assert(env && out);
    *out = (struct seal_box_key){ 0 };
    enum bm_rc rc = env_random(env, seed, sizeof seed);
    if (!rc) crypto_box_seed_keypair(out->public, out->secret, seed);
    seal_wipe(seed, sizeof seed);
    return rc;
}

/* Bytes of a fixed length that a library call fills. */
static unsigned char *reserve(struct buf *b, size_t len)
{
    static const unsigned char zero[256];
    size_t at = b->len;
    for (size_t left = len; left && !b->rc;) {
        size_t n = left < sizeof zero ? left : sizeof zero;
        buf_put(b, zero, n);
        left -= n;
    }
    return b->rc ? NULL : (unsigned char *)b->data + at;
}

enum bm_rc seal_box(const unsigned char public[SEAL_PUBLIC_BYTES], const void *text, size_t len,
                    struct buf *out)
{
    bm_assert(public && out && (text || !len));
    if (len > SEAL_BOX_TEXT_MAX)
        return err_set(BM_ELIMIT, "a sealed text holds at most %d bytes", SEAL_BOX_TEXT_MAX);
    struct buf sealed = { .max = SEAL_BOX_TEXT_MAX + SEAL_BOX_EXTRA_BYTES };
    unsigned char *to = reserve(&sealed, len + SEAL_BOX_EXTRA_BYTES);
    enum bm_rc rc = buf_rc(&sealed);
    if (rc || !to) goto done;
    if (crypto_box_seal(to, text, len, public) != 0) {
        rc = err_set(BM_EINPUT, "the receiver's public key cannot be used; fetch it again");
        goto done;
    }
    seal_base64(sealed.data, sealed.len, out);
    rc = buf_rc(out);
done:
    buf_free(&sealed);
    return rc;
}

enum bm_rc seal_box_open(const struct seal_box_key *key, const char *base64, size_t len,
                         struct buf *out)
{
    struct buf sealed = { .max = SEAL_BOX_TEXT_MAX + SEAL_BOX_EXTRA_BYTES };
    bm_assert(key && base64 && out);
    size_t had = out->len;
    enum bm_rc rc = seal_unbase64(base64, len, &sealed);
    if (rc) goto done;
    if (sealed.len < SEAL_BOX_EXTRA_BYTES) {
        rc = err_set(BM_EAUTH, "a sealed text is cut short");
        goto done;
    }
    size_t text_len = sealed.len - SEAL_BOX_EXTRA_BYTES;
    buf_put(out, "", 0); /* so that there is memory even for an empty text */
    unsigned char *to = reserve(out, text_len);
    rc = buf_rc(out);
    if (rc || !to) goto done;
    if (crypto_box_seal_open(to, (unsigned char *)sealed.data, sealed.len, key->public,
                             key->secret) != 0) {
        out->len = had;
        out->data[had] = '\0';
        rc = err_set(BM_EAUTH, "a sealed text is damaged or was sealed to another key");
    }
done:
    buf_free(&sealed);
    return rc;
}

/* --- one-time codes ---------------------------------------------------------------------- */

static const char code_alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
_Static_assert(sizeof code_alphabet - 1 == 32, "five bits a character");
_Static_assert(SEAL_CODE_BITS == CODE_CHARS * 5, "as the header says");

enum bm_rc seal_code_new(struct env *env, char out[SEAL_CODE_MAX])
{
    unsigned char raw[CODE_CHARS];
    bm_assert(env && out);
    out[0] = '\0';
    enum bm_rc rc = env_random(env, raw, sizeof raw);
    if (rc) return rc;
    char *to = out;
    for (size_t i = 0; i < CODE_CHARS; i++) {
        if (i && i % 4 == 0) *to++ = '-';
        *to++ = code_alphabet[raw[i] % 32]; /* 32 divides 256: no bias */
    }
    *to = '\0';
    seal_wipe(raw, sizeof raw);
    return BM_OK;
}

/* The character meant, or 0. */
static char code_char(char c)
{
    if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    return c && strchr(code_alphabet, c) ? c : '\0';
}

enum bm_rc seal_code_hash(const char *code, unsigned char out[SEAL_HASH_BYTES])
{
    char plain[CODE_CHARS];
    size_t n = 0;
    bool ok = true;
    bm_assert(code && out);
    for (const char *p = code; *p && ok; p++) {
        if (*p == '-' || *p == ' ') continue;
        char c = code_char(*p);
        ok = c && n < CODE_CHARS;
        if (ok) plain[n++] = c;
    }
    if (!ok || n != CODE_CHARS)
        return err_set(BM_EINPUT, "a code has %d letters and digits; type it as it was printed",
                       CODE_CHARS);
    static const char purpose[] = "bookmobile one-time code";
    struct seal_hasher h;
    seal_hasher_start(&h);
    seal_hasher_add(&h, purpose, sizeof purpose);
    seal_hasher_add(&h, plain, sizeof plain);
    seal_hasher_end(&h, out);
    seal_wipe(plain, sizeof plain);
    return BM_OK;
}

/* --- login phrases ----------------------------------------------------------------------- */

_Static_assert((int)SEAL_PHRASE_HASH_MAX >= (int)crypto_pwhash_STRBYTES, "the text fits");

/* Of no phrase, and with today's costs (a test compares them): checked where there is no account, so that time does not tell. */
static const char no_phrase[SEAL_PHRASE_HASH_MAX] = "$argon2id$v=19$m=65536,t=2,p=1$Ym9va21vYmlsZSBub25lLg$"
                                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

enum bm_rc seal_phrase_hash(const char *phrase, char out[SEAL_PHRASE_HASH_MAX])
{
    bm_assert(phrase && out);
    size_t len = strnlen(phrase, SEAL_PHRASE_MAX + 1);
    bool plain = utf8_valid(phrase, len);
    for (size_t i = 0; i < len && plain; i++) plain = (unsigned char)phrase[i] >= 0x20 && phrase[i] != 0x7F;
    out[0] = '\0';
    if (len < SEAL_PHRASE_MIN || len > SEAL_PHRASE_MAX || !plain)
        return err_set(BM_EUSAGE, "a phrase has %d to %d bytes of UTF-8 without control characters; three words will do", SEAL_PHRASE_MIN,
                       SEAL_PHRASE_MAX);
    enum bm_rc rc = env_tick("seal.phrase");
    if (rc) return rc;
    if (crypto_pwhash_str(out, phrase, len, crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0) return BM_OK;
    out[0] = '\0';
    return err_set(BM_ENOMEM, "a phrase takes %d MiB to hash, and they are not free", (int)(crypto_pwhash_MEMLIMIT_INTERACTIVE >> 20));
}

enum bm_rc seal_phrase_check(const char *hash, const char *phrase)
{
    char text[SEAL_PHRASE_HASH_MAX]; /* as long as the library may read */
    bm_assert(phrase);
    size_t len = strnlen(phrase, SEAL_PHRASE_MAX + 1);
    if (!hash || !str_copy(text, sizeof text, hash)) memcpy(text, no_phrase, sizeof text), hash = NULL;
    errno = 0;
    int differs = crypto_pwhash_str_verify(text, phrase, len);
    seal_wipe(text, sizeof text);
    if (differs && errno == ENOMEM) return err_set(BM_ENOMEM, "out of memory: a phrase could not be checked");
    if (hash && !differs && len <= SEAL_PHRASE_MAX) return BM_OK;
    return err_set(BM_EAUTH, "no such account, or another phrase");
}

/* --- small things ------------------------------------------------------------------------ */

void seal_wipe(void *data, size_t len)
{
    sodium_memzero(data, len);
}

bool seal_equal(const void *a, const void *b, size_t len)
{
    return sodium_memcmp(a, b, len) == 0;
}

void seal_base64(const void *data, size_t len, struct buf *out)
{
    enum { PIECE = 3 * 256 }; /* a multiple of 3, so that pieces join */
    char text[sodium_base64_ENCODED_LEN(PIECE, sodium_base64_VARIANT_ORIGINAL)];
    const unsigned char *p = data;
    bm_assert(out && (data || !len));
    while (len) {
        size_t n = len < PIECE ? len : PIECE;
        sodium_bin2base64(text, sizeof text, p, n, sodium_base64_VARIANT_ORIGINAL);
        buf_puts(out, text);
        p += n;
        len -= n;
    }
}

enum bm_rc seal_unbase64(const char *text, size_t len, struct buf *out)
{
    bm_assert(text && out);
    size_t had = out->len, got = 0, room = len / 4 * 3;
    for (size_t i = 1; i <= 2 && i <= len && room; i++)
        if (text[len - i] == '=') room--;
    const char *end;
    buf_put(out, "", 0);
    unsigned char *to = reserve(out, room);
    if (!to) return buf_rc(out);
    bool ok = len % 4 == 0 && sodium_base642bin(to, room, text, len, NULL, &got, &end,
                                                sodium_base64_VARIANT_ORIGINAL) == 0 &&
              end == text + len;
    out->len = had + (ok ? got : 0);
    out->data[out->len] = '\0';
    return ok ? BM_OK : err_set(BM_EINPUT, "not base64");
}

void seal_hex(const void *data, size_t len, char *out)
{
    bm_assert(out && (data || !len));
    sodium_bin2hex(out, 2 * len + 1, data, len);
}

bool seal_unhex(const char *hex, void *out, size_t len)
{
    size_t got = 0;
    bm_assert(hex && out);
    size_t hex_len = strlen(hex);
    if (hex_len != 2 * len) return false;
    return sodium_hex2bin(out, len, hex, hex_len, NULL, &got, NULL) == 0 && got == len;
}

void seal_box_from_seed(const unsigned char seed[32], struct seal_box_key *out)
{
    crypto_box_seed_keypair(out->public, out->secret, seed);
}
