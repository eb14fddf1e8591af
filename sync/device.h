/* sync/device.h -- laptops: enrolled with a one-time code, known by their key.
 * Floor:      sync. Uses branch, seal.
 * Owns:       nothing.
 * Invariants: a code works once and for BRANCH_CODE_VALID_S; its hash alone is stored; a practice branch enrols
 *             practice laptops only, so that no practice entry reaches a real branch; ranges of card numbers of two
 *             devices, revoked ones too, have no number in common.
 * Threads:    one per branch handle. */
#ifndef BM_DEVICE_H
#define BM_DEVICE_H

#include "common/cards.h"
#include "common/jsonw.h"
#include "sync/branch.h"

/* A new device, or a new code for one that is not enrolled yet. name: [a-z0-9-], 2 to 23 bytes, not "branch".
 * ret: BM_OK | BM_EUSAGE name | BM_EEXISTS it is enrolled already */
BM_MUST_CHECK enum bm_rc device_add(struct branch *b, const char *dev, const char *name, char code[SEAL_CODE_MAX],
                                    int64_t *until_s);
/* Use a code up. ret: BM_OK, dev set | BM_EAUTH wrong, used or too old (one answer for all three) */
BM_MUST_CHECK enum bm_rc device_enrol(struct branch *b, const char *code, const unsigned char public_key[SEAL_PUBLIC_BYTES],
                                      char dev[ENTRY_DEV_MAX]);
/* Give a device a range of card numbers to register with ("FIRST-LAST"; NULL takes it away); another name.
 * ret: BM_OK | BM_ENOTFOUND no such device | BM_EREFUSED another device has numbers of the range | BM_EINPUT, BM_ELIMIT no
 *      sound range; nothing changed unless BM_OK */
BM_MUST_CHECK enum bm_rc device_set_cards(struct branch *b, const char *dev, const char *range);
BM_MUST_CHECK enum bm_rc device_set_name(struct branch *b, const char *dev, const char *name);
/* The range, "" = none. */
BM_MUST_CHECK enum bm_rc device_cards(struct branch *b, const char *dev, char range[CARDS_TEXT_MAX]);
/* ret: BM_OK | BM_EAUTH not enrolled, or revoked */
BM_MUST_CHECK enum bm_rc device_key(struct branch *b, const char *dev, unsigned char public_key[SEAL_PUBLIC_BYTES]);
/* Rows of SQL_DEVICE_LIST as people see them: "revoked" "enrolled" "invited"; and all of them as a JSON array. */
const char *device_state(struct stmt *row);
BM_MUST_CHECK enum bm_rc device_list_json(struct branch *b, struct jsonw *w);
/* The same, each with its sums (reckon.h); *add_up: all do. Dearer: it counts outcomes. */
BM_MUST_CHECK enum bm_rc device_sums_json(struct branch *b, struct jsonw *w, bool *add_up);

#endif
