/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_labels.h"

#include "base/bug.h"

#include <string.h>

void series_labels_release(struct series_labels *l)
{
    mem_free(l->at);
    *l = (struct series_labels){.at = NULL};
}

static struct series_labels_of *place(const struct series_labels *l, uint64_t oid)
{
    size_t i = (size_t)(oid * 0x9e3779b97f4a7c15ull >> 32) & (l->cap - 1);

    while (l->at[i].oid && l->at[i].oid != oid)
        i = (i + 1) & (l->cap - 1);
    return &l->at[i];
}

/* A quarter of it, at least, is free: each byte of it is one of a series. Objects that had nothing for a day are left behind. */
static void grow(struct series_labels *l, uint16_t day)
{
    struct series_labels was = *l;

    l->cap = 64;
    l->n = 0;
    for (size_t i = 0; i < was.cap; i++)
        l->n += was.at[i].oid && was.at[i].day + 1 >= day;
    while (3 * l->cap < 4 * (l->n + 1))
        l->cap *= 2;
    l->at = mem_calloc(l->cap, sizeof(l->at[0]));
    for (size_t i = 0; i < was.cap; i++)
        if (was.at[i].oid && was.at[i].day + 1 >= day)
            *place(l, was.at[i].oid) = was.at[i];
    mem_free(was.at);
}

static struct series_labels_of *of(struct series_labels *l, uint64_t oid, uint16_t day)
{
    struct series_labels_of *o;

    if (4 * (l->n + 1) > 3 * l->cap)
        grow(l, day);
    o = place(l, oid);
    l->n += !o->oid;
    if (!o->oid || day > o->day)
        *o = (struct series_labels_of){.oid = oid, .day = day};
    return o;
}

void series_labels_count(struct series_labels *l, uint64_t oid, uint16_t day)
{
    struct series_labels_of *o = of(l, oid, day);

    o->n = (uint16_t)MIN(o->n + 1u, UINT16_MAX);
}

bool series_labels_allow(struct series_labels *l, uint64_t oid, uint16_t day, uint32_t most)
{
    return of(l, oid, day)->n < most;
}
