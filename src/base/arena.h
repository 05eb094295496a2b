/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * An arena: allocations that are all given back at once (a configuration being read, one request). Memory is zeroed and
 * aligned for any type. No single free.
 */
#include "base/str.h"

struct arena {
    struct arena_block *head;
    size_t used; /* bytes handed out, for limits */
};

#define ARENA_INIT                                                                                           \
    {                                                                                                        \
        .head = NULL                                                                                         \
    }

void *arena_alloc(struct arena *a, size_t n);
char *arena_dup(struct arena *a, struct str s);      /* NUL-ended */
struct str arena_str(struct arena *a, struct str s); /* a copy that lives in the arena, NUL-ended behind n */
void arena_release(struct arena *a);
