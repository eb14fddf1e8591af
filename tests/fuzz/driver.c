/* tests/fuzz/driver.c -- replay a corpus through a fuzz target that is built without libFuzzer.
 * usage: TARGET FOLDER -- every file in it, and the empty input; ends with "N passed, N failed" */
#include <dirent.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX = 1 << 20, PATH_SIZE = 4096 };

static int replay(const char *path, uint8_t *bytes)
{
    FILE *f = fopen(path, "rb");
    if (!f) return -1;
    size_t size = fread(bytes, 1, INPUT_MAX, f);
    int bad = ferror(f);
    fclose(f);
    if (bad) return -1;
    fprintf(stderr, "%s\n", path); /* the last one named is the one that broke a law */
    uint8_t *exact = malloc(size ? size : 1); /* so that a read past the end is noticed */
    if (!exact) return -1;
    memcpy(exact, bytes, size);
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 0;
}

int main(int argc, char **argv)
{
    static uint8_t bytes[INPUT_MAX];
    char path[PATH_SIZE];
    int passed = 1, failed = 0;
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (!folder) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    (void)LLVMFuzzerTestOneInput(bytes, 0);
    for (struct dirent *d; (d = readdir(folder));) {
        if (d->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], d->d_name);
        if (replay(path, bytes))
            failed++;
        else
            passed++;
    }
    closedir(folder);
    printf("%d passed, %d failed\n", passed, failed);
    return failed || passed < 2;
}
