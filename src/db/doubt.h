/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which times the spans believe. A clock that goes back by more than DOUBT_US was wrong before, or is wrong now: a battery is empty, a time server is not reached yet. If what was written for
 * that time were taken out at once, an hour with a wrong clock would cost the availability of a year. So time stands still for the spans at the moment that they know, until the clock has
 * come there again (it was wrong for a while: that while is a gap), or has gone on behind it for DOUBT_US: then it is right, and what was known last counts from where it went back to.
 */
#include "core/record.h"
#include "db/sql.h"

#define DOUBT_US TIME_DAY

struct doubt {
    int64_t ahead;   /* the moment at which time stands still; 0: there is no doubt */
    int64_t back_to; /* where the clock went back to */
};

int doubt_load(struct doubt *d, struct sql *s);
int doubt_store(const struct doubt *d, struct sql *s);
/* The moment that stands for t. */
static inline int64_t doubt_time(const struct doubt *d, int64_t t)
{
    return MAX(t, d->ahead);
}
/* The event of a start or of a clock that was set, which came after a record of `alive`. True: the spans do not hear of it. It may be changed: then it says what the spans are to believe. */
bool doubt_event(struct doubt *d, struct wall at, struct record_event *e, int64_t alive);
/* A record was written at that time: may there be no more doubt? */
enum doubt_end { DOUBT_STAYS, DOUBT_NONE, DOUBT_WAS_WRONG };
enum doubt_end doubt_ends(const struct doubt *d, int64_t alive);
