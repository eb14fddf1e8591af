/* sync/wire.h -- how entries travel: carried lines, zlib, and the frame of a signed batch.
 * Floor:   sync. Uses err, mem, entry (identities and limits only), zlib. Knows no key, no
 *          socket, no operation.
 * Owns:    nothing; what is read lives in the caller's arena or buf.
 * Invariants: I4 (any line passes, known operation or not), DESIGN 7 (wire), attack 15.
 * Threads: no state between calls.
 *
 * CARRIED TEXT. Lines, each ended by LF. Both sides keep: for each member name the value it had
 * last (or that it was absent), and for each operation a *shape*: the members, in order, of its
 * last whole line.
 *   whole    `!` and the line. If it is a flat object (no spaces outside strings, no control
 *            characters; names without escapes; no name twice; values are strings or runs of
 *            characters other than ,:"[]{} and space; an `op` that is a string; at most 52
 *            members), its members become the shape of its op and their values the last ones.
 *            Shapes are lettered a-z A-Z in the order in which their ops first came; a line is
 *            not remembered if that would make a 53rd shape, or a 129th name. Any other line is
 *            carried too, and not remembered.
 *   carried  the shape's letter, then cells between TABs, by rising place: the place's letter
 *            (a = first member) and its value as written, a string without its closing quote.
 *            `-` alone: absent. No cell: as it was last, present or absent; but `op` is the
 *            shape's, and `seq` one more than it was, if it was a number. A number in a cell of
 *            `t` is added to the last t, if that was a number. (Number here: 0 to 2^62 in
 *            decimal, with no needless zero; a difference may have a sign.) Afterwards the last
 *            value of each of the shape's members is the one in this line. The line must have
 *            the shape's op.
 * An example:
 *   !{"v":1,"dev":"van1","ep":"00f1e2d3c4b5a697","seq":41,"op":"checkin","t":9000,"item":"31"}
 * then `af2500 TAB g"32` is that line with seq 42, t 11500, item "32". The writer decodes every
 * line it makes and sends it whole if other bytes come out.
 *
 * BATCH. Integers big-endian. A frame is one message; nothing follows it.
 *   u8 version = 1 | u8 n, n bytes of device name | u64 epoch | u64 first seq | u64 last seq
 *   | 32 bytes head before first | 32 bytes head of last | 64 bytes signature (Ed25519)
 *   | u32 length of the carried text | u32 length of what follows
 *   | zlib stream (RFC 1950) of the carried text
 * The text holds last - first + 1 lines. The signature is over (wire_signed_message):
 * `bookmobile-batch-1`, a zero byte, and the frame's bytes from n up to head of last. It binds
 * the lines through the chain of hashes, so it holds however they are packed. Whose lines they
 * are and that the chain reaches its head, the receiver checks: nothing else proves the lines.
 * (zlib's Adler-32 is weak on short texts: one flipped bit can slip through.) */
#ifndef BM_WIRE_H
#define BM_WIRE_H

#include "common/entry.h"

enum {
    WIRE_VERSION = 1,
    WIRE_ENTRIES_MAX = 500,    /* lines of a batch */
    WIRE_PACKED_MAX = 1 << 20, /* bytes of a zlib stream */
    WIRE_TEXT_MAX = 8 << 20,   /* bytes of carried text; bytes of all lines it gives */
    WIRE_HASH_BYTES = 32,
    WIRE_SIGNATURE_BYTES = 64,
    WIRE_MESSAGE_MAX = 19 + 1 + ENTRY_DEV_MAX + 3 * 8 + 2 * WIRE_HASH_BYTES,
    WIRE_FRAME_MAX = 256 + WIRE_PACKED_MAX,
    WIRE_LEVEL = 6 /* zlib's; 9 saves 1 % and takes twice the time */
};

/* A line without its end: 1 to ENTRY_BYTES_MAX bytes, no LF among them. */
struct wire_line {
    const char *bytes;
    size_t len;
};

/* Append the carried text of up to WIRE_ENTRIES_MAX lines, best of one (dev, ep), seq rising.
 * ret: BM_OK | BM_EINPUT a line is empty or holds LF | BM_ELIMIT too many or too long |
 *      BM_ENOMEM; out as it was unless BM_OK */
BM_MUST_CHECK enum bm_rc wire_carry(const struct wire_line *lines, size_t count, struct buf *out);

/* The lines of a carried text, byte for byte; they and the array live in the arena.
 * ret: BM_OK | BM_EINPUT not a carried text | BM_ELIMIT too many lines or bytes | BM_ENOMEM */
BM_MUST_CHECK enum bm_rc wire_uncarry(const char *text, size_t len, struct arena *a,
                                      struct wire_line **lines, size_t *count);

/* Append a zlib stream of the bytes. in: level 1 to 9
 * ret: BM_OK | BM_ELIMIT | BM_ENOMEM; out as it was unless BM_OK */
BM_MUST_CHECK enum bm_rc wire_pack(const void *bytes, size_t len, int level, struct buf *out);

/* Append what a zlib stream of exactly len bytes holds, which must be exactly want bytes. Stops as
 * soon as there is more.
 * ret: BM_OK | BM_EINPUT damaged, cut, or followed by something | BM_ELIMIT len or want too large,
 *      or out's own ceiling | BM_ENOMEM; out as it was unless BM_OK */
BM_MUST_CHECK enum bm_rc wire_unpack(const void *bytes, size_t len, size_t want, struct buf *out);

struct wire_batch {
    char dev[ENTRY_DEV_MAX];
    uint64_t ep, first, last;              /* seq of the first and last line */
    unsigned char before[WIRE_HASH_BYTES]; /* head of the chain before the first line */
    unsigned char head[WIRE_HASH_BYTES];   /* after the last */
    unsigned char signature[WIRE_SIGNATURE_BYTES];
    struct wire_line *lines;
    size_t count; /* last - first + 1 */
};

/* The bytes to sign, or to hold a signature against.
 * in:  batch, all but signature, lines and count
 * ret: how many */
size_t wire_signed_message(const struct wire_batch *batch, unsigned char out[WIRE_MESSAGE_MAX]);

/* Append a frame.
 * in:  batch, signed already
 * ret: BM_OK | BM_EINPUT a line, dev, first, last or count is not sound | BM_ELIMIT send fewer
 *      lines at a time | BM_ENOMEM; out as it was unless BM_OK */
BM_MUST_CHECK enum bm_rc wire_batch_write(const struct wire_batch *batch, int level,
                                          struct buf *out);

/* Read a frame from anybody; the lines live in the arena. The signature is not looked at.
 * ret: BM_OK | BM_EINPUT not a sound frame | BM_EVERSION another version | BM_ELIMIT |
 *      BM_ENOMEM */
BM_MUST_CHECK enum bm_rc wire_batch_read(const void *bytes, size_t len, struct arena *a,
                                         struct wire_batch *out);

#endif
