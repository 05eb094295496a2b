/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Growing arrays of any type: `VEC(struct foo) v = {0}; *VEC_ADD(&v) = foo; v.at[i]; v.n; VEC_RELEASE(&v)`.
 * Elements move when the array grows: keep indexes, not pointers. VEC_ADD returns a pointer to a new zeroed element.
 */
#include "base/bug.h"

#include <string.h>

#define VEC(type)                                                                                            \
    struct {                                                                                                 \
        type *at;                                                                                            \
        size_t n, cap;                                                                                       \
    }
#define VEC_ADD(v)                                                                                           \
    (vec_grow((void **)&(v)->at, &(v)->cap, (v)->n + 1, sizeof(*(v)->at)),                                   \
     memset(&(v)->at[(v)->n], 0, sizeof(*(v)->at)), &(v)->at[(v)->n++])
#define VEC_RESERVE(v, count) vec_grow((void **)&(v)->at, &(v)->cap, (count), sizeof(*(v)->at))
#define VEC_CLEAR(v)          ((v)->n = 0)
#define VEC_RELEASE(v)        (mem_free((v)->at), (v)->at = NULL, (v)->n = (v)->cap = 0)
#define VEC_LAST(v)           ((v)->at[(v)->n - 1])
/* Removes element i by moving the last into its place (order is lost). */
#define VEC_SWAP_REMOVE(v, i) ((v)->at[i] = (v)->at[(v)->n - 1], (v)->n--)

static inline void vec_grow(void **at, size_t *cap, size_t need, size_t size)
{
    size_t want = *cap ? *cap : 8;

    if (need <= *cap)
        return;
    while (want < need)
        want *= 2;
    *at = mem_realloc_array(*at, want, size);
    *cap = want;
}
