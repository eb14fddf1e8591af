/* tests/sample/day.h -- the acts of the service day, and who must have what after them.
 * Floor:   tests. Uses base, catalog, people, lending, drive.
 * Owns:    nothing on the heap but for the length of day_write.
 * Invariants: acts aboard lie within true visits; van and branch hear nothing of each other
 *          until evening: what each expects follows from the evening before and its own acts.
 * Threads: one. */
#ifndef SAMPLE_DAY_H
#define SAMPLE_DAY_H

#include "tests/sample/drive.h"
#include "tests/sample/lending.h"

/* Write day.csv and who_has_what.csv.
 * day.csv: time_utc,where,op,arg1,arg2,arg3,expect. Where: van or branch. Acts and their
 * arguments: checkout card item        checkin item         renew item hold card bib pickup
 * damaged item note    register card name category bar card                  rule
 * branch/category/itype column value Expect: ok, or refused:reason as common/policy names it.
 * who_has_what.csv: item_barcode,cardnumber of every copy that was lent or handled; no card =
 * in. ret: BM_OK | BM_EIO | BM_ENOMEM */
BM_MUST_CHECK enum bm_rc day_write(const struct sample *s, const struct route *route,
                                   const struct drive *drive, struct catalog *c,
                                   struct people *p, struct lending *l);

#endif
