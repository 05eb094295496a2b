/* SPDX-License-Identifier: Apache-2.0 */
#include "api/near.h"

#include "api/api_reply.h"

void near_try(struct near *n, struct str candidate)
{
    unsigned most = n->found.n ? n->best - 1 : (unsigned)MIN(n->name.n / 3 + 1, (size_t)3);
    unsigned d;

    if (n->found.n && !n->best) /* only letters of another case are other ones */
        return;
    d = str_distance(n->name, candidate, most);
    if (d > most)
        return;
    n->best = d;
    n->found = candidate;
}

void near_fail(struct api *a, struct api_request *q, const char *field, enum problem p,
               const struct near *near)
{
    api_fail_name(a, q, field, p, near->name, near->found);
}
