/* common/asset.c -- see asset.h */
#include "common/asset.h"

#include <string.h>

const struct asset *asset_find(const struct asset *const *tables, const char *name)
{
    for (; *tables; tables++)
        for (const struct asset *a = *tables; a->name; a++)
            if (strcmp(a->name, name) == 0) return a;
    return NULL;
}
