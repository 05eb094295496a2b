/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* "Did you mean": the nearest of many names to one that there is not, a slip or two away. */
#include "api/api.h"

struct near {
    struct str name;  /* that there is not */
    struct str found; /* n 0: none is near */
    unsigned best;    /* how far found is */
};

void near_try(struct near *n, struct str candidate);
/* 404 with the problem of that name, and asks whether the near one is what was meant. */
void near_fail(struct api *a, struct api_request *q, const char *field, enum problem p,
               const struct near *near);
