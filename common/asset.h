/* common/asset.h -- the files of a page, inside the program: tables made at build by
 * common/ui/embed.c from common/ui, mobile/ui and sync/ui.
 * Floor:   common.
 * Owns:    nothing; all is constant.
 * Threads: safe. */
#ifndef BM_ASSET_H
#define BM_ASSET_H

#include <stddef.h>

struct asset {
    const char *name; /* "main.js", without a folder; NULL ends a table */
    const char *type; /* Content-Type */
    const char *etag; /* of the content, without quotes */
    const unsigned char *data;
    size_t len;
    const unsigned char *packed; /* the same by gzip; NULL where that gains nothing */
    size_t packed_len;
};

extern const struct asset assets_common[];

/* in: tables, NULL ends the list; of two files of one name the first table's counts. ret: NULL = none */
const struct asset *asset_find(const struct asset *const *tables, const char *name);

#endif
