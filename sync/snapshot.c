/* sync/snapshot.c -- see snapshot.h */
#include "sync/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "sync/feed.h"

enum { CHUNK = 64 << 10, LENGTH_BYTES = 8, PATH_BYTES = BRANCH_PATH_MAX + SNAPSHOT_NAME_MAX + 16, LEVEL = 6 };

void snapshot_signed(const unsigned char hash[SEAL_HASH_BYTES], unsigned char out[SNAPSHOT_MESSAGE])
{
    memcpy(out, "bookmobile-snapshot-1", 22);
    memcpy(out + 22, hash, SEAL_HASH_BYTES);
}

/* --- making ---------------------------------------------------------------------------------------- */

static enum bm_rc fill(struct branch *b, struct db *to, int64_t mark_seq, const char *mark_ep, int64_t *rows)
{
    int64_t rev, tag;
    static const unsigned char none[JOURNAL_HASH];
    enum bm_rc rc = db_begin_read(b->db);
    if (rc) return rc;
    rc = db_begin(to);
    if (rc) return db_end(b->db, rc);
    rc = feed_head(b->db, &rev, &tag);
    if (!rc) rc = feed_copy(b->db, to, rows);
    if (!rc)
        rc = db_run(to, SQL_STATE_PUT, "server", 's', b->server, "rev", 'i', rev, "tag", 'i', tag, "mark_seq", 'i', mark_seq,
                    "mark_ep", 's', mark_ep, "ep", 's', mark_ep, "seq", 'i', (int64_t)0, "hash", 'b', (const void *)none,
                    (size_t)JOURNAL_HASH, NULL);
    rc = db_end(to, rc);
    return db_end(b->db, rc);
}

static enum bm_rc write_all(int fd, const void *bytes, size_t len)
{
    for (const char *p = bytes; len;) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return err_set(errno == ENOSPC ? BM_EFULL : BM_EIO, "writing a snapshot: %s", strerror(errno));
        p += n;
        len -= (size_t)n;
    }
    return BM_OK;
}

/* Deflate a file into another, hashing what goes in. */
static enum bm_rc pack_file(const char *from, const char *to, struct snapshot_info *out)
{
    unsigned char in[CHUNK], packed[CHUNK];
    struct seal_hasher hasher;
    z_stream z = { 0 };
    struct stat st;
    int src = open(from, O_RDONLY | O_CLOEXEC), dst = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    enum bm_rc rc = src < 0 || dst < 0 ? err_set(BM_EIO, "%s: %s", dst < 0 ? to : from, strerror(errno)) : BM_OK;
    if (!rc && deflateInit(&z, LEVEL) != Z_OK) rc = err_set(BM_ENOMEM, "out of memory");
    bool ready = !rc;
    seal_hasher_start(&hasher);
    for (int flush = Z_NO_FLUSH; !rc && flush != Z_FINISH;) {
        ssize_t n = read(src, in, sizeof in);
        if (n < 0) rc = err_set(BM_EIO, "%s: %s", from, strerror(errno));
        if (rc) break;
        flush = n == 0 ? Z_FINISH : Z_NO_FLUSH;
        seal_hasher_add(&hasher, in, (size_t)n);
        out->raw_bytes += n;
        z.next_in = in;
        z.avail_in = (uInt)n;
        do {
            z.next_out = packed;
            z.avail_out = sizeof packed;
            deflate(&z, flush);
            rc = write_all(dst, packed, sizeof packed - z.avail_out);
        } while (!rc && z.avail_out == 0);
    }
    if (ready) deflateEnd(&z);
    seal_hasher_end(&hasher, out->hash);
    if (!rc && fstat(dst, &st) != 0) rc = err_set(BM_EIO, "%s: %s", to, strerror(errno));
    if (!rc) out->packed_bytes = st.st_size;
    if (src >= 0) close(src);
    if (dst >= 0) close(dst);
    return rc;
}

enum bm_rc snapshot_make(struct branch *b, int64_t mark_seq, const char *mark_ep, struct snapshot_info *out)
{
    char id[33], raw[PATH_BYTES], packed[PATH_BYTES];
    struct db *db = NULL;
    struct buf sql;
    *out = (struct snapshot_info){ 0 };
    buf_init(&sql, 1 << 20);
    buf_puts(&sql, SQL_FILE_CIRCULATION);
    buf_puts(&sql, SQL_FILE_REPLICA);
    snapshot_sweep(b, 6 * 3600);
    enum bm_rc rc = env_random_hex(&b->env, id, 16);
    if (rc) goto done;
    snprintf(out->name, sizeof out->name, "snapshot-%s.z", id);
    snprintf(raw, sizeof raw, "%s/snapshot-%s.db", b->dir, id);
    snprintf(packed, sizeof packed, "%s/%s", b->dir, out->name);
    rc = db_open(raw, DB_REPLICA, buf_str(&sql), NULL, &db);
    if (!rc) rc = fill(b, db, mark_seq, mark_ep, &out->rows);
    if (!rc) rc = db_checkpoint(db);
    db_close(db);
    if (!rc) rc = pack_file(raw, packed, out);
    unlink(raw);
    if (rc) unlink(packed);
    unsigned char message[SNAPSHOT_MESSAGE];
    snapshot_signed(out->hash, message);
    seal_sign(&b->key, message, sizeof message, out->signature);
done:
    buf_free(&sql);
    return rc;
}

/* Exactly "snapshot-" 32 hex digits ".z": no path can be made of it. */
static bool is_name(const char *name)
{
    unsigned char id[16];
    char hex[33];
    if (strlen(name) != 43 || strncmp(name, "snapshot-", 9) != 0 || strcmp(name + 41, ".z") != 0) return false;
    memcpy(hex, name + 9, 32);
    hex[32] = '\0';
    return hex_decode(id, sizeof id, hex);
}

enum bm_rc snapshot_open(struct branch *b, const char *name, int *fd)
{
    char path[PATH_BYTES];
    if (!is_name(name)) return err_set(BM_ENOTFOUND, "no such snapshot");
    snprintf(path, sizeof path, "%s/%s", b->dir, name);
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    return *fd < 0 ? err_set(BM_ENOTFOUND, "no such snapshot; ask for a new one") : BM_OK;
}

void snapshot_sweep(struct branch *b, int64_t age_s)
{
    DIR *dir = opendir(b->dir);
    if (!dir) return;
    time_t now = time(NULL); /* files' ages are the machine's own, practice or not */
    for (struct dirent *f; (f = readdir(dir));) {
        char path[PATH_BYTES + 256];
        struct stat st;
        if (strncmp(f->d_name, "snapshot-", 9) != 0) continue;
        snprintf(path, sizeof path, "%s/%s", b->dir, f->d_name);
        if (stat(path, &st) == 0 && now - st.st_mtime >= age_s) unlink(path);
    }
    closedir(dir);
}

/* --- packing and unpacking ------------------------------------------------------------------------------ */

enum bm_rc snapshot_pack(const void *text, size_t len, struct buf *out)
{
    uLongf n = compressBound(len);
    unsigned char *packed = malloc(n), length[LENGTH_BYTES];
    if (!packed) return err_set(BM_ENOMEM, "out of memory");
    for (size_t i = 0; i < LENGTH_BYTES; i++) length[i] = (unsigned char)((uint64_t)len >> (8 * (LENGTH_BYTES - 1 - i)));
    enum bm_rc rc = compress2(packed, &n, text, len, LEVEL) == Z_OK ? BM_OK : err_set(BM_ENOMEM, "out of memory");
    if (!rc) {
        buf_put(out, length, sizeof length);
        buf_put(out, packed, n);
        rc = buf_rc(out);
    }
    free(packed);
    return rc;
}

enum bm_rc snapshot_unpack(const void *packed, size_t len, size_t max, struct buf *out)
{
    const unsigned char *p = packed;
    uint64_t want = 0;
    if (len < LENGTH_BYTES) return err_set(BM_EINPUT, "what the branch sent was cut short");
    for (size_t i = 0; i < LENGTH_BYTES; i++) want = want << 8 | p[i];
    if (want > max) return err_set(BM_ELIMIT, "the branch sent more than %zu bytes", max);
    uLongf got = (uLongf)want;
    unsigned char *text = malloc((size_t)want + 1);
    if (!text) return err_set(BM_ENOMEM, "out of memory");
    bool sound = uncompress(text, &got, p + LENGTH_BYTES, len - LENGTH_BYTES) == Z_OK && got == want;
    if (sound) buf_put(out, text, got);
    free(text);
    return sound ? buf_rc(out) : err_set(BM_EINPUT, "what the branch sent is damaged; sync again");
}

enum bm_rc snapshot_unpack_file(int from_fd, const char *to_path, int64_t raw_max, unsigned char hash[SEAL_HASH_BYTES], int64_t *raw_bytes)
{
    unsigned char in[CHUNK], raw[CHUNK];
    struct seal_hasher hasher;
    z_stream z = { 0 };
    int state = Z_OK, to = open(to_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    *raw_bytes = 0;
    if (to < 0) return err_set(errno == ENOSPC ? BM_EFULL : BM_EIO, "%s: %s", to_path, strerror(errno));
    enum bm_rc rc = inflateInit(&z) == Z_OK ? BM_OK : err_set(BM_ENOMEM, "out of memory");
    bool ready = !rc;
    seal_hasher_start(&hasher);
    while (!rc && state != Z_STREAM_END) {
        ssize_t n = read(from_fd, in, sizeof in);
        if (n <= 0) rc = err_set(n < 0 ? BM_EIO : BM_EINPUT, "the snapshot is cut short; sync again");
        z.next_in = in;
        z.avail_in = rc ? 0 : (uInt)n;
        while (!rc && state != Z_STREAM_END && (z.avail_in > 0)) {
            z.next_out = raw;
            z.avail_out = sizeof raw;
            state = inflate(&z, Z_NO_FLUSH);
            size_t got = sizeof raw - z.avail_out;
            if (state != Z_OK && state != Z_STREAM_END) rc = err_set(BM_EINPUT, "the snapshot is damaged; sync again");
            if (!rc && (*raw_bytes += (int64_t)got) > raw_max) rc = err_set(BM_ELIMIT, "the snapshot is larger than it said");
            seal_hasher_add(&hasher, raw, got);
            if (!rc) rc = write_all(to, raw, got);
        }
    }
    if (ready) inflateEnd(&z);
    seal_hasher_end(&hasher, hash);
    if (!rc && fsync(to) != 0) rc = err_set(errno == ENOSPC ? BM_EFULL : BM_EIO, "%s: %s", to_path, strerror(errno));
    close(to);
    return rc;
}
