/* tests/fuzz/fuzz_scan.c -- bytes as from a scanner: what is left is a barcode that nobody would clean further. */
#include <string.h>

#include "common/mem.h"
#include "common/scan.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char out[BARCODE_MAX + 1], again[BARCODE_MAX + 1], as_desk[BARCODE_MAX + 1];
    char *exact = malloc(size ? size : 1); /* not a byte beyond it may be read */
    LAW(exact != NULL);
    if (size) memcpy(exact, data, size);
    if (scan_clean(exact, size, out)) {
        LAW(out[0] == '\0');
    } else {
        LAW(out[0] != '\0');
        LAW(strlen(out) <= BARCODE_MAX);
        LAW(utf8_valid(out, strlen(out)));
        for (const char *p = out; *p; p++) LAW((unsigned char)*p >= ' ' && *p != 0x7F);
        LAW(scan_clean(out, strlen(out), again) == BM_OK);
        LAW(strcmp(out, again) == 0);
        LAW(barcode_clean(out, as_desk, sizeof as_desk) == BM_OK);
        LAW(strcmp(out, as_desk) == 0);
        (void)scan_is_misread(out);
    }
    free(exact);
    return 0;
}
