/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_refused.h"

#include <stdbool.h>

static uint16_t day_of(struct wall now)
{
    return (uint16_t)(now.us / TIME_DAY);
}

static bool is_of(const struct series_refused_of *o, uint64_t oid, unsigned why)
{
    return o->oid == oid && o->why == why;
}

/* Mostly one result has many, one behind the other. n: there is none. */
static size_t find(const struct series_refused *x, uint64_t oid, unsigned why)
{
    size_t i = 0;

    if (x->last < x->n && is_of(&x->at[x->last], oid, why))
        return x->last;
    while (i < x->n && !is_of(&x->at[i], oid, why))
        i++;
    return i;
}

void series_refused_count(struct series_refused *x, uint64_t oid, unsigned why, struct wall now)
{
    uint16_t day = day_of(now);
    size_t i = find(x, oid, why);

    if (i == SERIES_REFUSED_MOST) {
        series_refused_trim(x, now);
        i = x->n;
    }
    if (i == SERIES_REFUSED_MOST)
        return;
    if (i == x->n)
        x->at[x->n++] = (struct series_refused_of){.oid = oid, .day = day, .why = (uint8_t)why};
    if (day > x->at[i].day) {
        x->at[i].day = day;
        x->at[i].n = 0;
    }
    x->at[i].n += x->at[i].n < UINT32_MAX;
    x->last = i;
}

void series_refused_trim(struct series_refused *x, struct wall now)
{
    size_t kept = 0;

    for (size_t i = 0; i < x->n; i++)
        if (x->at[i].day >= day_of(now))
            x->at[kept++] = x->at[i];
    x->n = kept;
}

uint32_t series_refused_of(const struct series_refused *x, uint64_t oid, unsigned why, struct wall now)
{
    size_t i = find(x, oid, why);

    return i < x->n && x->at[i].day >= day_of(now) ? x->at[i].n : 0;
}
