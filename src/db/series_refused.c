/* SPDX-License-Identifier: Apache-2.0 */
#include "db/series_refused.h"

static uint16_t day_of(struct wall now)
{
    return (uint16_t)(now.us / TIME_DAY);
}

/* n: there is none. */
static size_t find(const struct series_refused *x, uint64_t oid, unsigned why)
{
    size_t i = 0;

    while (i < x->n && (x->at[i].oid != oid || x->at[i].why != why))
        i++;
    return i;
}

void series_refused_count(struct series_refused *x, uint64_t oid, unsigned why, uint64_t n, struct wall now)
{
    uint16_t day = day_of(now);
    size_t i = find(x, oid, why);
    struct series_refused_of *o;

    x->looked++;
    if (i == SERIES_REFUSED_MOST && x->oldest < day) {
        series_refused_trim(x, now);
        i = x->n;
    }
    if (i == SERIES_REFUSED_MOST)
        return;
    if (i == x->n) {
        x->oldest = i ? MIN(x->oldest, day) : day;
        x->at[x->n++] = (struct series_refused_of){.oid = oid, .day = day, .why = (uint8_t)why};
    }
    o = &x->at[i];
    if (day > o->day) {
        o->day = day;
        o->n = 0;
    }
    o->n += (uint32_t)MIN(n, UINT32_MAX - o->n);
}

void series_refused_trim(struct series_refused *x, struct wall now)
{
    size_t kept = 0;

    x->looked++;
    for (size_t i = 0; i < x->n; i++)
        if (x->at[i].day >= day_of(now))
            x->at[kept++] = x->at[i];
    x->n = kept;
    x->oldest = day_of(now);
}

uint32_t series_refused_of(const struct series_refused *x, uint64_t oid, unsigned why, struct wall now)
{
    size_t i = find(x, oid, why);

    return i < x->n && x->at[i].day >= day_of(now) ? x->at[i].n : 0;
}
