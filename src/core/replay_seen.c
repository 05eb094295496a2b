/* SPDX-License-Identifier: Apache-2.0 */
#include "core/replay_seen.h"

#include <stdlib.h>

static int by_key(const void *a, const void *b)
{
    const struct replay_seen_one *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->off < y->off ? -1 : x->off > y->off;
}

static int by_place(const void *a, const void *b)
{
    const struct replay_seen_one *x = a, *y = b;

    return x->off < y->off ? -1 : x->off > y->off;
}

void replay_seen_cancel(struct replay_seen s[2])
{
    size_t i[2] = {0, 0}, to[2] = {0, 0};

    for (int k = 0; k < 2; k++)
        if (s[k].list.n)
            qsort(s[k].list.at, s[k].list.n, sizeof(*s[k].list.at), by_key);
    while (i[0] < s[0].list.n || i[1] < s[1].list.n) {
        const struct replay_seen_one *a = i[0] < s[0].list.n ? &s[0].list.at[i[0]] : NULL;
        const struct replay_seen_one *b = i[1] < s[1].list.n ? &s[1].list.at[i[1]] : NULL;
        int less = !b || (a && a->key < b->key) ? 0 : 1;

        if (a && b && a->key == b->key) {
            i[0]++;
            i[1]++;
            continue;
        }
        s[less].list.at[to[less]++] = s[less].list.at[i[less]++];
    }
    for (int k = 0; k < 2; k++) {
        s[k].list.n = to[k];
        if (to[k])
            qsort(s[k].list.at, to[k], sizeof(*s[k].list.at), by_place);
    }
}
