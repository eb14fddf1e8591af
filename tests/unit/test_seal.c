/* tests/unit/test_seal.c -- hashes, signatures, key files, boxes, codes. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/seal.h"

struct fixture {
    struct env env;
    char folder[64];
    char path[128]; /* of a key file, not there yet */
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    env_made(&f->env, 7, 1000, 1000);
    str_copy(f->folder, sizeof f->folder, "/tmp/bm-seal-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/device.key", f->folder);
    *state = f;
    return seal_init() == BM_OK ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    unlink(f->path);
    assert_int_equal(rmdir(f->folder), 0); /* fails if something was left beside the key */
    free(f);
    return 0;
}

static void assert_hex(const unsigned char *data, size_t len, const char *want)
{
    char hex[200];
    assert_true(len < sizeof hex / 2);
    seal_hex(data, len, hex);
    assert_string_equal(hex, want);
}

/* --- hashes ------------------------------------------------------------------------------ */

static void test_seal_hash_is_blake2b_256(void **state)
{
    (void)state;
    unsigned char out[SEAL_HASH_BYTES];
    seal_hash(NULL, 0, out);
    assert_hex(out, sizeof out,
               "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    seal_hash("abc", 3, out);
    assert_hex(out, sizeof out,
               "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

static void test_seal_chain_is_the_hash_of_prev_then_bytes(void **state)
{
    (void)state;
    unsigned char prev[SEAL_HASH_BYTES], joined[SEAL_HASH_BYTES + 3], want[SEAL_HASH_BYTES];
    for (size_t i = 0; i < sizeof prev; i++) prev[i] = (unsigned char)(i * 7);
    memcpy(joined, prev, sizeof prev);
    memcpy(joined + sizeof prev, "abc", 3);
    seal_hash(joined, sizeof joined, want);

    unsigned char got[SEAL_HASH_BYTES];
    seal_chain(prev, "abc", 3, got);
    assert_memory_equal(got, want, sizeof want);
    seal_chain(prev, "abc", 3, prev); /* in place */
    assert_memory_equal(prev, want, sizeof want);
    seal_chain(joined, "abd", 3, got);
    assert_memory_not_equal(got, want, sizeof want);
}

static void test_seal_hasher_does_not_see_how_bytes_were_cut(void **state)
{
    (void)state;
    unsigned char data[1000], want[SEAL_HASH_BYTES], got[SEAL_HASH_BYTES];
    for (size_t i = 0; i < sizeof data; i++) data[i] = (unsigned char)(i * 31 >> 3);
    seal_hash(data, sizeof data, want);
    for (size_t step = 1; step < 300; step += 13) {
        struct seal_hasher h;
        seal_hasher_start(&h);
        seal_hasher_add(&h, NULL, 0);
        for (size_t i = 0; i < sizeof data; i += step)
            seal_hasher_add(&h, data + i, sizeof data - i < step ? sizeof data - i : step);
        seal_hasher_end(&h, got);
        assert_memory_equal(got, want, sizeof want);
    }
}

static void test_seal_keyed_depends_on_key_and_text(void **state)
{
    (void)state;
    unsigned char key[SEAL_KEYED_KEY_BYTES] = { 1 }, a[SEAL_KEYED_BYTES], b[SEAL_KEYED_BYTES];
    seal_keyed(key, "card 1", 6, a);
    seal_keyed(key, "card 1", 6, b);
    assert_memory_equal(a, b, sizeof a);
    seal_keyed(key, "card 2", 6, b);
    assert_memory_not_equal(a, b, sizeof a);
    key[31] ^= 1;
    seal_keyed(key, "card 1", 6, b);
    assert_memory_not_equal(a, b, sizeof a);
}

/* --- signatures -------------------------------------------------------------------------- */

static void test_seal_sign_makes_the_signature_of_rfc_8032(void **state)
{
    (void)state; /* section 7.1, TEST 1 (empty) and TEST 2 (one byte) */
    unsigned char seed[32], sig[SEAL_SIG_BYTES];
    struct seal_key key;
    assert_true(seal_unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                           seed, 32));
    seal_key_from_seed(seed, &key);
    assert_hex(key.public, 32,
               "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    seal_sign(&key, NULL, 0, sig);
    assert_hex(sig, 64,
               "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
               "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    assert_true(seal_verify(key.public, NULL, 0, sig));

    assert_true(seal_unhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                           seed, 32));
    seal_key_from_seed(seed, &key);
    seal_sign(&key, "\x72", 1, sig);
    assert_hex(sig, 64,
               "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
               "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

static void test_seal_verify_refuses_every_changed_bit(void **state)
{
    struct fixture *f = *state;
    struct seal_key key, other;
    unsigned char msg[24] = "epoch 1, entries 1-400", sig[SEAL_SIG_BYTES];
    assert_int_equal(seal_key_new(&f->env, &key), BM_OK);
    assert_int_equal(seal_key_new(&f->env, &other), BM_OK);
    seal_sign(&key, msg, sizeof msg, sig);
    assert_true(seal_verify(key.public, msg, sizeof msg, sig));
    assert_false(seal_verify(other.public, msg, sizeof msg, sig));
    assert_false(seal_verify(key.public, msg, sizeof msg - 1, sig));
    for (size_t bit = 0; bit < 8 * sizeof msg; bit++) {
        msg[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_false(seal_verify(key.public, msg, sizeof msg, sig));
        msg[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * sizeof sig; bit++) {
        sig[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_false(seal_verify(key.public, msg, sizeof msg, sig));
        sig[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    assert_true(seal_verify(key.public, msg, sizeof msg, sig));
}

static void test_seal_key_new_follows_the_world(void **state)
{
    (void)state;
    struct env a, b;
    struct seal_key ka, kb;
    env_made(&a, 5, 1, 1);
    env_made(&b, 5, 1, 1);
    assert_int_equal(seal_key_new(&a, &ka), BM_OK);
    assert_int_equal(seal_key_new(&b, &kb), BM_OK);
    assert_memory_equal(&ka, &kb, sizeof ka);
    env_real(&b);
    assert_int_equal(seal_key_new(&b, &kb), BM_OK);
    assert_memory_not_equal(&ka, &kb, sizeof ka);
}

/* --- key files --------------------------------------------------------------------------- */

static void test_seal_key_saved_is_private_and_loads_again(void **state)
{
    struct fixture *f = *state;
    struct seal_key key, back;
    struct stat st;
    umask(0);
    assert_int_equal(seal_key_new(&f->env, &key), BM_OK);
    assert_int_equal(seal_key_load(f->path, &back), BM_ENOTFOUND);
    assert_int_equal(seal_key_save(f->path, &key), BM_OK);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_nlink, 1);
    assert_int_equal(seal_key_load(f->path, &back), BM_OK);
    assert_memory_equal(&key, &back, sizeof key);
}

static void test_seal_key_save_never_overwrites(void **state)
{
    struct fixture *f = *state;
    struct seal_key first, second, back;
    assert_int_equal(seal_key_new(&f->env, &first), BM_OK);
    assert_int_equal(seal_key_new(&f->env, &second), BM_OK);
    assert_int_equal(seal_key_save(f->path, &first), BM_OK);
    assert_int_equal(seal_key_save(f->path, &second), BM_EEXISTS);
    assert_int_equal(seal_key_load(f->path, &back), BM_OK);
    assert_memory_equal(&first, &back, sizeof back);
}

static void test_seal_key_save_in_a_missing_folder_says_which(void **state)
{
    struct fixture *f = *state;
    struct seal_key key;
    char path[200];
    assert_int_equal(seal_key_new(&f->env, &key), BM_OK);
    snprintf(path, sizeof path, "%s/none/device.key", f->folder);
    assert_int_equal(seal_key_save(path, &key), BM_EIO);
    assert_non_null(strstr(err_text(BM_EIO), path));
}

static void test_seal_key_load_refuses_what_others_can_read(void **state)
{
    struct fixture *f = *state;
    struct seal_key key, back, none = { 0 };
    assert_int_equal(seal_key_new(&f->env, &key), BM_OK);
    assert_int_equal(seal_key_save(f->path, &key), BM_OK);
    static const mode_t open_modes[] = { 0640, 0604, 0620, 0602, 0644, 0610, 0601 };
    for (size_t i = 0; i < sizeof open_modes / sizeof *open_modes; i++) {
        assert_int_equal(chmod(f->path, open_modes[i]), 0);
        assert_int_equal(seal_key_load(f->path, &back), BM_EAUTH);
        assert_non_null(strstr(err_text(BM_EAUTH), "chmod 600"));
        assert_memory_equal(&back, &none, sizeof back);
    }
    assert_int_equal(chmod(f->path, 0400), 0);
    assert_int_equal(seal_key_load(f->path, &back), BM_OK);
}

static void put_file(const char *path, const char *text, size_t len)
{
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), (ssize_t)len);
    close(fd);
}

static void test_seal_key_load_notices_every_kind_of_damage(void **state)
{
    struct fixture *f = *state;
    struct seal_key key, back, none = { 0 };
    char text[256];
    assert_int_equal(seal_key_new(&f->env, &key), BM_OK);
    assert_int_equal(seal_key_save(f->path, &key), BM_OK);
    int fd = open(f->path, O_RDONLY);
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    assert_int_equal(n, 147);
    size_t len = (size_t)n;
    for (size_t cut = 0; cut < len; cut++) {
        put_file(f->path, text, cut);
        assert_int_equal(seal_key_load(f->path, &back), BM_ECORRUPT);
        assert_memory_equal(&back, &none, sizeof back);
    }
    for (size_t i = 0; i < len; i++) {
        char was = text[i];
        text[i] = was == '5' ? '6' : '5';
        put_file(f->path, text, len);
        enum bm_rc rc = seal_key_load(f->path, &back);
        assert_true(rc == BM_ECORRUPT || (rc == BM_EVERSION && i == 15));
        assert_memory_equal(&back, &none, sizeof back);
        text[i] = was;
    }
    text[len] = 'x';
    put_file(f->path, text, len + 1);
    assert_int_equal(seal_key_load(f->path, &back), BM_ECORRUPT);
    put_file(f->path, "bookmobile-key-2 abc\n", 21);
    assert_int_equal(seal_key_load(f->path, &back), BM_EVERSION);
    put_file(f->path, text, len);
    assert_int_equal(seal_key_load(f->path, &back), BM_OK);
}

#ifndef NDEBUG
/* The tick's count is one per process: a child for each failure. ret: what the child's save
 * gave */
static int save_failing_at(const char *variable, const char *tick, const char *path,
                           const struct seal_key *key)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (!pid) {
        setenv(variable, tick, 1);
        _exit((int)seal_key_save(path, key));
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void test_seal_key_save_survives_every_failure(void **state)
{
    struct fixture *f = *state;
    struct seal_key key, back;
    static const char *const tick[] = { "seal.key.write:1", "seal.key.link:1",
                                        "seal.key.sync:1" };
    assert_int_equal(seal_key_new(&f->env, &key), BM_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(save_failing_at("BOOKMOBILE_FAIL", tick[i], f->path, &key), BM_EIO);
        assert_int_equal(seal_key_load(f->path, &back), i < 2 ? BM_ENOTFOUND : BM_OK);
        if (i < 2) assert_int_equal(rmdir(f->folder) == 0 ? mkdir(f->folder, 0700) : -1, 0);
        unlink(f->path);
    }
}

static void test_seal_key_save_killed_anywhere_leaves_all_or_nothing(void **state)
{
    struct fixture *f = *state;
    struct seal_key key, back;
    static const char *const tick[] = { "seal.key.write:1", "seal.key.link:1",
                                        "seal.key.sync:1" };
    assert_int_equal(seal_key_new(&f->env, &key), BM_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(save_failing_at("BOOKMOBILE_CRASH", tick[i], f->path, &key), -9);
        assert_int_equal(seal_key_load(f->path, &back), i < 2 ? BM_ENOTFOUND : BM_OK);
        unlink(f->path);
    }
    char command[128];
    snprintf(command, sizeof command, "%s", f->folder); /* what the dead left beside goes */
    pid_t pid = fork();
    if (!pid) {
        execlp("find", "find", command, "-name", "*.new-*", "-delete", (char *)NULL);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}
#endif

/* --- sealed boxes ------------------------------------------------------------------------ */

static void test_seal_box_opens_with_its_key_only(void **state)
{
    struct fixture *f = *state;
    struct seal_box_key key, other;
    struct buf sealed = { 0 }, again = { 0 }, open = { 0 };
    assert_int_equal(seal_box_new(&f->env, &key), BM_OK);
    assert_int_equal(seal_box_new(&f->env, &other), BM_OK);
    assert_int_equal(seal_box(key.public, "1984-03-01", 10, &sealed), BM_OK);
    assert_int_equal(seal_box(key.public, "1984-03-01", 10, &again), BM_OK);
    assert_string_not_equal(buf_str(&sealed), buf_str(&again));

    buf_puts(&open, "born ");
    assert_int_equal(seal_box_open(&key, sealed.data, sealed.len, &open), BM_OK);
    assert_string_equal(buf_str(&open), "born 1984-03-01");
    assert_int_equal(seal_box_open(&other, sealed.data, sealed.len, &open), BM_EAUTH);
    assert_string_equal(buf_str(&open), "born 1984-03-01"); /* nothing added by a failure */
    buf_free(&sealed);
    buf_free(&again);
    buf_free(&open);
}

static void test_seal_box_refuses_damage_and_cuts(void **state)
{
    struct fixture *f = *state;
    struct seal_box_key key;
    struct buf sealed = { 0 }, raw = { 0 }, bad = { 0 }, open = { 0 };
    assert_int_equal(seal_box_new(&f->env, &key), BM_OK);
    assert_int_equal(seal_box(key.public, "x", 1, &sealed), BM_OK);
    assert_int_equal(seal_unbase64(sealed.data, sealed.len, &raw), BM_OK);
    assert_int_equal(raw.len, SEAL_BOX_EXTRA_BYTES + 1);
    for (size_t i = 0; i < raw.len; i++) {
        raw.data[i] ^= 1;
        buf_clear(&bad);
        seal_base64(raw.data, raw.len, &bad);
        assert_int_equal(seal_box_open(&key, bad.data, bad.len, &open), BM_EAUTH);
        raw.data[i] ^= 1;
        buf_clear(&bad);
        seal_base64(raw.data, i, &bad);
        assert_int_equal(seal_box_open(&key, buf_str(&bad), bad.len, &open), BM_EAUTH);
    }
    assert_int_equal(seal_box_open(&key, sealed.data, sealed.len - 1, &open), BM_EINPUT);
    assert_int_equal(seal_box_open(&key, "no base64!!!", 12, &open), BM_EINPUT);
    assert_int_equal(open.len, 0);
    buf_free(&sealed);
    buf_free(&raw);
    buf_free(&bad);
    buf_free(&open);
}

static void test_seal_box_takes_texts_from_none_to_the_limit(void **state)
{
    struct fixture *f = *state;
    struct seal_box_key key;
    static char big[SEAL_BOX_TEXT_MAX + 1];
    static const size_t len[] = { 0, 1, 2, 3, 4096, SEAL_BOX_TEXT_MAX - 1, SEAL_BOX_TEXT_MAX };
    memset(big, 'q', sizeof big);
    assert_int_equal(seal_box_new(&f->env, &key), BM_OK);
    for (size_t i = 0; i < sizeof len / sizeof *len; i++) {
        struct buf sealed = { 0 }, open = { 0 };
        assert_int_equal(seal_box(key.public, big, len[i], &sealed), BM_OK);
        assert_int_equal(seal_box_open(&key, sealed.data, sealed.len, &open), BM_OK);
        assert_int_equal(open.len, len[i]);
        assert_memory_equal(buf_str(&open), big, len[i]);
        buf_free(&sealed);
        buf_free(&open);
    }
    struct buf sealed = { 0 }, small = { .max = 20 };
    assert_int_equal(seal_box(key.public, big, sizeof big, &sealed), BM_ELIMIT);
    assert_int_equal(seal_box(key.public, big, 10, &small), BM_ELIMIT); /* receiver's ceiling */
    unsigned char zero[SEAL_PUBLIC_BYTES] = { 0 };
    assert_int_equal(seal_box(zero, "x", 1, &sealed), BM_EINPUT);
    buf_free(&sealed);
    buf_free(&small);
}

/* --- codes and small things -------------------------------------------------------------- */

static void test_seal_code_is_sixteen_plain_characters_and_new_each_time(void **state)
{
    struct fixture *f = *state;
    char code[SEAL_CODE_MAX], before[SEAL_CODE_MAX] = "";
    for (int i = 0; i < 200; i++) {
        assert_int_equal(seal_code_new(&f->env, code), BM_OK);
        assert_int_equal(strlen(code), 19);
        for (size_t k = 0; k < 19; k++)
            assert_true(k % 5 == 4
                            ? code[k] == '-'
                            : strchr("0123456789ABCDEFGHJKMNPQRSTVWXYZ", code[k]) != NULL);
        assert_string_not_equal(code, before);
        memcpy(before, code, sizeof before);
    }
}

static void test_seal_code_hash_forgives_how_it_was_typed(void **state)
{
    (void)state;
    unsigned char want[SEAL_HASH_BYTES], got[SEAL_HASH_BYTES];
    assert_int_equal(seal_code_hash("A0B1-C2D3-E4F5-G6H7", want), BM_OK);
    static const char *const same[] = { "a0b1c2d3e4f5g6h7", " AOBL c2d3-e4f5 g6h7 ",
                                        "aobic2d3e4f5g6h7" };
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(seal_code_hash(same[i], got), BM_OK);
        assert_memory_equal(got, want, sizeof want);
    }
    assert_int_equal(seal_code_hash("A0B1-C2D3-E4F5-G6H8", got), BM_OK);
    assert_memory_not_equal(got, want, sizeof want);
    static const char *const wrong[] = { "",
                                         "A0B1",
                                         "A0B1-C2D3-E4F5-G6H",
                                         "A0B1-C2D3-E4F5-G6H78",
                                         "A0B1-C2D3-E4F5-G6H!",
                                         "A0B1-C2D3-E4F5-U6H7",
                                         "A0B1_C2D3-E4F5-G6H7" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(seal_code_hash(wrong[i], got), BM_EINPUT);
}

static void test_seal_base64_is_standard_and_strict(void **state)
{
    (void)state;
    static const char *const text[] = { "", "f", "fo", "foo", "foob", "fooba", "foobar" };
    static const char *const coded[] = { "",         "Zg==",     "Zm8=",    "Zm9v",
                                         "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy" };
    for (size_t i = 0; i < 7; i++) { /* RFC 4648 section 10 */
        struct buf out = { 0 }, back = { 0 };
        seal_base64(text[i], strlen(text[i]), &out);
        assert_string_equal(buf_str(&out), coded[i]);
        assert_int_equal(seal_unbase64(coded[i], strlen(coded[i]), &back), BM_OK);
        assert_string_equal(buf_str(&back), text[i]);
        buf_free(&out);
        buf_free(&back);
    }
    static const char *const wrong[] = { "Z",      "Zg",   "Zg=",  "Zh==",        "Zg==Zg==",
                                         "Zm9v\n", "Zm-_", "====", "Zg==\n\n\n\n" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct buf back = { 0 };
        buf_puts(&back, "kept");
        assert_int_equal(seal_unbase64(wrong[i], strlen(wrong[i]), &back), BM_EINPUT);
        assert_string_equal(buf_str(&back), "kept");
        buf_free(&back);
    }
}

static void test_seal_base64_of_long_runs_comes_back(void **state)
{
    (void)state;
    unsigned char data[5000];
    for (size_t i = 0; i < sizeof data; i++) data[i] = (unsigned char)(i * 131 >> 2);
    for (size_t len = 760; len <= sizeof data; len += 101) {
        struct buf out = { 0 }, back = { .max = len }; /* room for the bytes, not one more */
        seal_base64(data, len, &out);
        assert_int_equal(out.len, (len + 2) / 3 * 4);
        assert_int_equal(seal_unbase64(out.data, out.len, &back), BM_OK);
        assert_int_equal(back.len, len);
        assert_memory_equal(back.data, data, len);
        buf_free(&out);
        buf_free(&back);
    }
}

static void test_seal_hex_and_equal_and_wipe(void **state)
{
    (void)state;
    unsigned char a[4] = { 0, 0x9f, 0xa0, 0xff }, b[4];
    char hex[9];
    seal_hex(a, 4, hex);
    assert_string_equal(hex, "009fa0ff");
    assert_true(seal_unhex("009FA0ff", b, 4));
    assert_true(seal_equal(a, b, 4));
    b[3] ^= 0x80;
    assert_false(seal_equal(a, b, 4));
    assert_true(seal_equal(a, b, 3));
    assert_false(seal_unhex("009fa0f", b, 4));
    assert_false(seal_unhex("009fa0fff", b, 4));
    assert_false(seal_unhex("009fa0fg", b, 4));
    assert_false(seal_unhex("00 9fa0f", b, 4));
    seal_wipe(a, 4);
    assert_memory_equal(a, "\0\0\0\0", 4);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
static void test_seal_phrase_is_hashed_with_salt_and_known_again(void **state)
{
    char one[SEAL_PHRASE_HASH_MAX], two[SEAL_PHRASE_HASH_MAX];
    (void)state;
    assert_int_equal(seal_phrase_hash("grüne Wörter", one), BM_OK);
    assert_int_equal(seal_phrase_hash("grüne Wörter", two), BM_OK);
    assert_string_not_equal(one, two);
    /* the costs of what is checked where there is no account: another time would tell (seal.c) */
    assert_memory_equal(one, "$argon2id$v=19$m=65536,t=2,p=1$", 31);
    assert_int_equal(seal_phrase_check(one, "grüne Wörter"), BM_OK);
    assert_int_equal(seal_phrase_check(two, "grüne Wörter"), BM_OK);
    assert_int_equal(seal_phrase_check(one, "grüne Worter"), BM_EAUTH);
    assert_int_equal(seal_phrase_check(one, "grüne Wörter "), BM_EAUTH);
    assert_int_equal(seal_phrase_check(one, ""), BM_EAUTH);
    assert_int_equal(seal_phrase_check(NULL, "grüne Wörter"), BM_EAUTH);
    assert_int_equal(seal_phrase_check("not a hash", "grüne Wörter"), BM_EAUTH);
}

static void test_seal_phrase_has_eight_to_128_bytes(void **state)
{
    char hash[SEAL_PHRASE_HASH_MAX], phrase[SEAL_PHRASE_MAX + 2];
    (void)state;
    static const char *const bad[] = { "", "1234567", "tab\there", "line\nend", "not utf-8 \xff", "ctrl-c \x03 typed" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(seal_phrase_hash(bad[i], hash), BM_EUSAGE);
        assert_string_equal(hash, "");
    }
    memset(phrase, 'x', sizeof phrase);
    phrase[SEAL_PHRASE_MAX + 1] = '\0';
    assert_int_equal(seal_phrase_hash(phrase, hash), BM_EUSAGE);
    phrase[SEAL_PHRASE_MAX] = '\0';
    assert_int_equal(seal_phrase_hash(phrase, hash), BM_OK);
    assert_int_equal(seal_phrase_check(hash, phrase), BM_OK);
    phrase[SEAL_PHRASE_MAX] = 'x'; /* longer than any, though it begins like this one */
    assert_int_equal(seal_phrase_check(hash, phrase), BM_EAUTH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_seal_hash_is_blake2b_256),
        T(test_seal_chain_is_the_hash_of_prev_then_bytes),
        T(test_seal_hasher_does_not_see_how_bytes_were_cut),
        T(test_seal_keyed_depends_on_key_and_text),
        T(test_seal_sign_makes_the_signature_of_rfc_8032),
        T(test_seal_verify_refuses_every_changed_bit),
        T(test_seal_key_new_follows_the_world),
        T(test_seal_key_saved_is_private_and_loads_again),
        T(test_seal_key_save_never_overwrites),
        T(test_seal_key_save_in_a_missing_folder_says_which),
        T(test_seal_key_load_refuses_what_others_can_read),
        T(test_seal_key_load_notices_every_kind_of_damage),
#ifndef NDEBUG
        T(test_seal_key_save_survives_every_failure),
        T(test_seal_key_save_killed_anywhere_leaves_all_or_nothing),
#endif
        T(test_seal_box_opens_with_its_key_only),
        T(test_seal_box_refuses_damage_and_cuts),
        T(test_seal_box_takes_texts_from_none_to_the_limit),
        T(test_seal_code_is_sixteen_plain_characters_and_new_each_time),
        T(test_seal_code_hash_forgives_how_it_was_typed),
        T(test_seal_base64_is_standard_and_strict),
        T(test_seal_base64_of_long_runs_comes_back),
        T(test_seal_hex_and_equal_and_wipe),
        T(test_seal_phrase_is_hashed_with_salt_and_known_again),
        T(test_seal_phrase_has_eight_to_128_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
