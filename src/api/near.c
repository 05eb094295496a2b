/* SPDX-License-Identifier: Apache-2.0 */
#include "api/near.h"

void near_try(struct near *n, struct str candidate)
{
    unsigned most = n->found.n ? n->best - 1 : (unsigned)MIN(n->name.n / 3 + 1, (size_t)3);
    unsigned d = str_distance(n->name, candidate, most);

    if (d > most)
        return;
    n->best = d;
    n->found = candidate;
}
