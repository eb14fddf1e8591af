/* sync/import_marc.h -- read a file of MARC records: ISO 2709 or MARCXML, MARC-8 or UTF-8.
 * Floor:   sync. Uses window, marc_title; alone includes libyaz (and the XML reader that comes
 *          with it).
 * Owns:    nothing after the call.
 * Invariants: a record that cannot be read is reported by number and the rest go on; memory
 *             does not grow with the file; records are numbered from 1, readable or not.
 * Threads: safe; one file per call. */
#ifndef BM_IMPORT_MARC_H
#define BM_IMPORT_MARC_H

#include "sync/marc_title.h"

enum {
    MARC_ISO_BYTES_MAX = 99999,   /* of a record: five digits in its leader */
    MARC_XML_BYTES_MAX = 1 << 20, /* of a <record> element */
    MARC_ARENA_MAX = 64 << 20     /* memory for one record */
};

struct marc_sink {
    /* A title; lasts until the function returns. Another answer than BM_OK ends the reading
     * with it. */
    enum bm_rc (*on_record)(void *ctx, const struct marc_title *title);
    /* A record (or garbage between two) that could not be read. NULL = only counted. */
    void (*on_bad)(void *ctx, int64_t number, const char *reason);
    void *ctx;
};

struct marc_counts {
    int64_t records;     /* titles + bad_records */
    int64_t titles;      /* given to on_record */
    int64_t bad_records; /* given to on_bad */
    int64_t items;       /* of the titles */
    int64_t bad_items;   /* left out: empty or over-long barcode */
    int64_t repaired;    /* texts with bytes that are no character; U+FFFD stands for each */
};

/* Read a whole file. Its format is found by looking at it; so is UTF-8 in a record that says
 * MARC-8. The same 001 may come twice: the caller decides what that means.
 * out: *out, also after a failure (what was read until then)
 * ret: BM_OK, even if some records were bad | BM_ENOTFOUND no such file | BM_EINPUT it holds no
 *      MARC records | BM_EIO | BM_ENOMEM | what on_record answered
 * src: ISO 2709; MARC 21 record structure; MARCXML schema */
BM_MUST_CHECK enum bm_rc marc_read_file(const char *path, enum marc_items preset,
                                        const struct marc_sink *sink, struct marc_counts *out);

#endif
