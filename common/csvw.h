/* common/csvw.h -- one value of comma-separated values, as spreadsheets read them and do nothing.
 * Floor:   common. Uses mem.
 * Threads: safe; nothing is kept. */
#ifndef BM_CSVW_H
#define BM_CSVW_H

#include "common/mem.h"

/* Append one value: quoted where needed; with ' before what a spreadsheet would take for a
 * formula (it begins with = + - @ tab or CR) unless it is a plain number. NULL is written as
 * empty. The caller puts the commas.
 * src: RFC 4180; OWASP ASVS 1.2.10 */
void csv_write_field(struct buf *out, const char *value);

#endif
