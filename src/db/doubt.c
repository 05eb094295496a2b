/* SPDX-License-Identifier: Apache-2.0 */
#include "db/doubt.h"

int doubt_load(struct doubt *d, struct sql *s)
{
    int r = sql_meta_get(s, "doubt_ahead", 0, &d->ahead);

    return r < 0 ? r : sql_meta_get(s, "doubt_back_to", 0, &d->back_to);
}

int doubt_store(const struct doubt *d, struct sql *s)
{
    int r = sql_meta_set(s, "doubt_ahead", d->ahead);

    return r < 0 ? r : sql_meta_set(s, "doubt_back_to", d->back_to);
}

static bool goes_back(struct doubt *d, int64_t from, int64_t to)
{
    if (!from || from - to <= DOUBT_US)
        return false;
    d->back_to = d->ahead ? MIN(d->back_to, to) : to;
    d->ahead = MAX(d->ahead, from);
    return true;
}

bool doubt_event(struct doubt *d, struct wall at, struct record_event *e, int64_t alive)
{
    int64_t step = (int64_t)e->ref;

    if (e->kind == RECORD_EVENT_START)
        return goes_back(d, alive, at.us);
    if (e->kind != RECORD_EVENT_CLOCK_STEP)
        return false;
    if (goes_back(d, at.us - step, at.us))
        return true;
    if (!d->ahead)
        return false;
    /* Of a step forward only what lies behind the moment at which time stands still is a gap; one back, too small for a doubt, is none while time stands still. */
    e->ref = (uint64_t)(doubt_time(d, at.us) - doubt_time(d, at.us - step));
    return (int64_t)e->ref <= 0;
}

enum doubt_end doubt_ends(const struct doubt *d, int64_t alive)
{
    if (!d->ahead)
        return DOUBT_STAYS;
    if (alive >= d->ahead)
        return DOUBT_NONE;
    return alive - d->back_to > DOUBT_US ? DOUBT_WAS_WRONG : DOUBT_STAYS;
}
