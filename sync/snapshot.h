/* sync/snapshot.h -- a whole copy of what a laptop holds, made at the branch: a database file, packed, hashed, signed.
 * Floor:      sync. Uses branch, feed, seal, zlib.
 * Owns:       DIR/snapshot-*.z files; they go after SERVER_SNAPSHOT_S, and when the server starts.
 * Invariants: made in one read transaction: its rows, revision and mark belong together (I2).
 * Threads:    one per branch handle.
 *
 * Packed: a zlib stream (RFC 1950) of the file. A packed feed is u64 raw length, big-endian, then a zlib stream. */
#ifndef BM_SNAPSHOT_H
#define BM_SNAPSHOT_H

#include "sync/branch.h"

enum { SNAPSHOT_NAME_MAX = 64, SNAPSHOT_RAW_MAX = INT32_MAX };

struct snapshot_info {
    char name[SNAPSHOT_NAME_MAX]; /* of the packed file, no path */
    int64_t packed_bytes, raw_bytes, rows;
    unsigned char hash[SEAL_HASH_BYTES]; /* BLAKE2b-256 of the raw file */
    unsigned char signature[SEAL_SIG_BYTES]; /* by the branch, over snapshot_signed */
};
/* The message that is signed: "bookmobile-snapshot-1\0" and the hash. */
enum { SNAPSHOT_MESSAGE = 22 + SEAL_HASH_BYTES };
void snapshot_signed(const unsigned char hash[SEAL_HASH_BYTES], unsigned char out[SNAPSHOT_MESSAGE]);

/* in: mark_seq, mark_ep: the laptop's last entry that the rows contain */
BM_MUST_CHECK enum bm_rc snapshot_make(struct branch *b, int64_t mark_seq, const char *mark_ep, struct snapshot_info *out);
/* Open a packed file by its name. ret: BM_OK | BM_ENOTFOUND (also for anything that is not such a name) */
BM_MUST_CHECK enum bm_rc snapshot_open(struct branch *b, const char *name, int *fd);
/* Remove files older than age_s. */
void snapshot_sweep(struct branch *b, int64_t age_s);

/* A text with its length before it, packed; and back, at most max bytes. */
BM_MUST_CHECK enum bm_rc snapshot_pack(const void *text, size_t len, struct buf *out);
BM_MUST_CHECK enum bm_rc snapshot_unpack(const void *packed, size_t len, size_t max, struct buf *out);
/* Unpack a file into another, hashing: ret: BM_OK, *hash, *raw_bytes | BM_EINPUT damaged | BM_ELIMIT | faults */
BM_MUST_CHECK enum bm_rc snapshot_unpack_file(int from_fd, const char *to_path, int64_t raw_max,
                                              unsigned char hash[SEAL_HASH_BYTES], int64_t *raw_bytes);

#endif
