/* tests/fuzz/fuzz_policy.c -- bytes to a rule file and a question: policy_laws.h holds. */
#include "tests/fuzz/policy_laws.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    if (!ready && zone_open("Europe/London")) abort();
    ready = true;
    laws_try(data, size);
    return 0;
}
