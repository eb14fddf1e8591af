/* tests/fuzz/fuzz.h -- a fuzz target: bytes in, a promise that must hold whatever they are.
 * Floor:   tests.
 * Built with FUZZ=1 libFuzzer calls it; else driver.c does, once for each file of a corpus. */
#ifndef BM_FUZZ_H
#define BM_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A law that every input must keep, in every flavour of the build. */
#define LAW(x)                                                                                 \
    do {                                                                                       \
        if (x) break;                                                                          \
        fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #x);                        \
        abort();                                                                               \
    } while (0)

/* Bytes used up one after the other; nought when there are no more. */
struct fuzz_bytes {
    const uint8_t *data;
    size_t size, at;
};

static inline unsigned fuzz_byte(struct fuzz_bytes *b)
{
    return b->at < b->size ? b->data[b->at++] : 0;
}

static inline int64_t fuzz_int(struct fuzz_bytes *b)
{
    uint64_t x = 0;
    for (int i = 0; i < 8; i++) x = x << 8 | fuzz_byte(b);
    return (int64_t)x;
}

static inline int fuzz_ended(const struct fuzz_bytes *b)
{
    return b->at >= b->size;
}

#endif
