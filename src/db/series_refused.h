/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Of which objects measurements were not taken today (by UTC), for which reasons, and how many: what a person sees beside each object. Bounded: of an object that finds no place only all together counts. */
#include "base/time.h"

#include <stddef.h>
#include <stdint.h>

#define SERIES_REFUSED_MOST 1000u /* objects, one for each reason */

struct series_refused_of {
    uint64_t oid;
    uint16_t day; /* since 1970 */
    uint8_t why;  /* enum series_refusal */
    uint32_t n;
};

struct series_refused {
    struct series_refused_of at[SERIES_REFUSED_MOST];
    size_t n;
    uint16_t oldest; /* no day of them is before it */
    uint64_t looked; /* how often all were looked through: what one result costs */
};

/* So many more. Once for each reason of a result: it looks through all of them. */
void series_refused_count(struct series_refused *x, uint64_t oid, unsigned why, uint64_t n, struct wall now);
/* Forgets what was not of the day of now. */
void series_refused_trim(struct series_refused *x, struct wall now);
/* So many on that day or later; 0: none is known. */
uint32_t series_refused_of(const struct series_refused *x, uint64_t oid, unsigned why, struct wall now);
