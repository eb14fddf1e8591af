/* mobile/lan.h -- the certificate that the desk shows to other screens aboard: self-made, kept in the data directory, known by its
 * fingerprint.
 * Floor:      mobile. Uses err, mem; runs the command `openssl`.
 * Owns:       the files lan-ADDRESS.pem and lan-ADDRESS.key (0600) of the data directory.
 * Threads:    any; not two for one directory at once. */
#ifndef BM_LAN_H
#define BM_LAN_H

#include "common/err.h"
#include "common/mem.h"

enum { LAN_PRINT_MAX = 128, LAN_DAYS = 820, LAN_ANEW_S = 7 * 86400 };

struct lan_certificate {
    const char *cert_pem, *key_pem; /* in the arena */
    char fingerprint[LAN_PRINT_MAX]; /* SHA-256, as browsers show it: "AB:CD:..." */
};
/* The one for this address (numeric, of this machine), made if there is none or it ends within a week.
 * ret: BM_OK | BM_EUSAGE not one address | BM_ENOTFOUND no openssl | BM_EIO, BM_ENOMEM */
BM_MUST_CHECK enum bm_rc lan_certificate(const char *dir, const char *address, struct arena *a, struct lan_certificate *out);

#endif
