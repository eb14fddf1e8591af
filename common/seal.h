/* common/seal.h -- hashes, signatures, sealed boxes, key files and one-time codes.
 * Floor:      common. Uses err, mem, env; the only room that touches libsodium.
 * Owns:       nothing; keys and hashers are structs of the caller (seal_wipe them after use).
 * Invariants: I3 (chain: BLAKE2b-256 of hash before, then bytes); no key file is overwritten.
 * Threads:    safe after seal_init; a struct belongs to one thread at a time. */
#ifndef BM_SEAL_H
#define BM_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/env.h"
#include "common/err.h"
#include "common/mem.h"

enum {
    SEAL_HASH_BYTES = 32,     /* BLAKE2b-256 */
    SEAL_PUBLIC_BYTES = 32,   /* Ed25519, and the box's X25519 */
    SEAL_SECRET_BYTES = 64,   /* Ed25519: seed, then public */
    SEAL_SIG_BYTES = 64,
    SEAL_BOX_SECRET_BYTES = 32,
    SEAL_BOX_EXTRA_BYTES = 48, /* a sealed text is longer by this, before base64 */
    SEAL_BOX_TEXT_MAX = 64 << 10,
    SEAL_KEYED_KEY_BYTES = 32,
    SEAL_KEYED_BYTES = 16,
    SEAL_CODE_MAX = 20, /* "XXXX-XXXX-XXXX-XXXX" and NUL */
    SEAL_CODE_BITS = 80,
    SEAL_PHRASE_MIN = 8, /* bytes of a login phrase */
    SEAL_PHRASE_MAX = 128,
    SEAL_PHRASE_HASH_MAX = 128 /* its hash as text, with its NUL */
};

/* Make libsodium ready; call once before any other thread runs, again does no harm.
 * ret: BM_OK | BM_EINTERNAL, the library does not start */
BM_MUST_CHECK enum bm_rc seal_init(void);

/* --- hashes ------------------------------------------------------------------------------ */

/* BLAKE2b-256 of len bytes (data may be NULL if len is 0). src: RFC 7693 */
void seal_hash(const void *data, size_t len, unsigned char out[SEAL_HASH_BYTES]);

/* The hash of an entry: BLAKE2b-256 of the hash before it, then its bytes. out may be prev.
 * src: DESIGN 5 */
void seal_chain(const unsigned char prev[SEAL_HASH_BYTES], const void *data, size_t len,
                unsigned char out[SEAL_HASH_BYTES]);

/* The same BLAKE2b-256 in pieces: start, add as often as needed, end once. */
struct seal_hasher {
    _Alignas(64) unsigned char state[384]; /* libsodium's, size checked when compiled */
};
void seal_hasher_start(struct seal_hasher *h);
void seal_hasher_add(struct seal_hasher *h, const void *data, size_t len);
void seal_hasher_end(struct seal_hasher *h, unsigned char out[SEAL_HASH_BYTES]);

/* Keyed hash, to recognise a text without keeping it (who has not the key cannot try texts). */
void seal_keyed(const unsigned char key[SEAL_KEYED_KEY_BYTES], const void *text, size_t len,
                unsigned char out[SEAL_KEYED_BYTES]);

/* --- signatures -------------------------------------------------------------------------- */

/* A device's key pair, Ed25519. */
struct seal_key {
    unsigned char public[SEAL_PUBLIC_BYTES];
    unsigned char secret[SEAL_SECRET_BYTES];
};

/* A new pair out of the world's randomness.
 * ret: BM_OK | BM_EIO, no randomness; *out is then all zero */
BM_MUST_CHECK enum bm_rc seal_key_new(struct env *env, struct seal_key *out);

/* The pair that belongs to a seed of 32 bytes. */
void seal_key_from_seed(const unsigned char seed[32], struct seal_key *out);

void seal_sign(const struct seal_key *key, const void *msg, size_t len,
               unsigned char sig[SEAL_SIG_BYTES]);
BM_MUST_CHECK bool seal_verify(const unsigned char public[SEAL_PUBLIC_BYTES], const void *msg,
                               size_t len, const unsigned char sig[SEAL_SIG_BYTES]);

/* Write a key to a new file, mode 0600: written aside, fsynced, linked in place, folder
 * fsynced.
 * ret: BM_OK | BM_EEXISTS, the name is taken (left untouched) | BM_EIO, BM_EFULL; unless BM_OK
 *      or a failure of the folder's fsync, nothing stands under the name */
BM_MUST_CHECK enum bm_rc seal_key_save(const char *path, const struct seal_key *key);

/* Read a key file.
 * ret: BM_OK | BM_ENOTFOUND | BM_EAUTH, group or others may read it | BM_EVERSION |
 *      BM_ECORRUPT, halves do not belong together | BM_EIO; *out is all zero unless BM_OK */
BM_MUST_CHECK enum bm_rc seal_key_load(const char *path, struct seal_key *out);

/* --- sealed boxes ------------------------------------------------------------------------ */

/* A receiver's pair, X25519: anybody seals with the public half, the secret half opens. */
struct seal_box_key {
    unsigned char public[SEAL_PUBLIC_BYTES];
    unsigned char secret[SEAL_BOX_SECRET_BYTES];
};
BM_MUST_CHECK enum bm_rc seal_box_new(struct env *env, struct seal_box_key *out);

/* The pair that belongs to a seed of 32 bytes. */
void seal_box_from_seed(const unsigned char seed[32], struct seal_box_key *out);

/* Seal a text to a receiver; two seals of one text differ.
 * in:  len up to SEAL_BOX_TEXT_MAX
 * out: base64 is appended to *out
 * ret: BM_OK | BM_ELIMIT | BM_ENOMEM | BM_EINPUT, not a usable public key */
BM_MUST_CHECK enum bm_rc seal_box(const unsigned char public[SEAL_PUBLIC_BYTES],
                                  const void *text, size_t len, struct buf *out);

/* Open what seal_box made; the text is appended to *out.
 * ret: BM_OK | BM_EINPUT, not base64 | BM_EAUTH, damaged or sealed to another key | BM_ELIMIT |
 *      BM_ENOMEM */
BM_MUST_CHECK enum bm_rc seal_box_open(const struct seal_box_key *key, const char *base64,
                                       size_t len, struct buf *out);

/* --- one-time codes ---------------------------------------------------------------------- */

/* A code to read out and type in: four groups of four, digits and capitals without I L O U.
 * ret: BM_OK | BM_EIO, no randomness */
BM_MUST_CHECK enum bm_rc seal_code_new(struct env *env, char out[SEAL_CODE_MAX]);

/* The hash to store for a code as typed: case, blanks and dashes do not matter, O counts as 0,
 * I and L as 1. ret: BM_OK | BM_EINPUT, not a code of this form */
BM_MUST_CHECK enum bm_rc seal_code_hash(const char *code, unsigned char out[SEAL_HASH_BYTES]);

/* --- login phrases ----------------------------------------------------------------------- */

/* What is kept of a phrase: Argon2id of it and a fresh salt, with both costs, as text. Takes 64 MiB for a tenth of a second,
 * on purpose: a laptop that is stolen holds these. src: RFC 9106; libsodium's INTERACTIVE limits
 * in:  phrase, UTF-8, SEAL_PHRASE_MIN to SEAL_PHRASE_MAX bytes, no control characters
 * ret: BM_OK | BM_EUSAGE, not such a phrase | BM_ENOMEM */
BM_MUST_CHECK enum bm_rc seal_phrase_hash(const char *phrase, char out[SEAL_PHRASE_HASH_MAX]);

/* in:  hash, what seal_phrase_hash gave; NULL: there is none, which takes as long
 * ret: BM_OK, it is the phrase | BM_EAUTH, it is not, or there is no hash | BM_ENOMEM */
BM_MUST_CHECK enum bm_rc seal_phrase_check(const char *hash, const char *phrase);

/* --- small things ------------------------------------------------------------------------ */

void seal_wipe(void *data, size_t len);                         /* not optimised away */
bool seal_equal(const void *a, const void *b, size_t len);      /* in constant time */
void seal_base64(const void *data, size_t len, struct buf *out); /* appended; +/ and = */
/* ret: BM_OK | BM_EINPUT, not base64 (strict) | BM_ELIMIT, BM_ENOMEM; bytes appended to *out */
BM_MUST_CHECK enum bm_rc seal_unbase64(const char *text, size_t len, struct buf *out);
void seal_hex(const void *data, size_t len, char *out); /* constant time; 2 * len + 1 */
/* Exactly len bytes of hex, either case. ret: false if it is anything else */
BM_MUST_CHECK bool seal_unhex(const char *hex, void *out, size_t len);

#endif
