/* SPDX-License-Identifier: Apache-2.0 */
/* Downtimes by their number, those of one check, and those of one trigger. */
#include "core/downtime.h"

#include "core/world_in.h"

size_t downtime_at(const struct world *w, uint64_t id)
{
    return note_place(w->downtimes.at, w->downtimes.n, sizeof(*w->downtimes.at), id);
}

bool downtime_is(const struct world *w, size_t i, uint64_t id)
{
    return i < w->downtimes.n && w->downtimes.at[i].id == id && !w->downtimes.at[i].gone;
}

const struct world_downtime *note_downtime_find(const struct world *w, uint64_t id)
{
    size_t i = downtime_at(w, id);

    return downtime_is(w, i, id) ? &w->downtimes.at[i] : NULL;
}

bool note_downtime_of(const struct world *w, uint64_t id, uint32_t *check)
{
    size_t i = downtime_at(w, id);

    if (!downtime_is(w, i, id))
        return false;
    *check = w->downtimes.at[i].check;
    return true;
}

/* ---- the downtimes of one check, and those that one triggers ---- */

struct world_downtime *downtime_get(const struct world *w, uint64_t id)
{
    size_t i = downtime_at(w, id);

    return downtime_is(w, i, id) ? &w->downtimes.at[i] : NULL;
}

static void join_trigger(struct world *w, struct world_downtime *d)
{
    struct world_downtime *t = d->triggered_by ? downtime_get(w, d->triggered_by) : NULL, *last;

    d->older_sibling = d->next_sibling = 0;
    if (!t)
        return;
    last = t->last_child ? downtime_get(w, t->last_child) : NULL;
    d->older_sibling = t->last_child;
    if (last)
        last->next_sibling = d->id;
    else
        t->first_child = d->id;
    t->last_child = d->id;
}

static void leave_trigger(struct world *w, const struct world_downtime *d)
{
    struct world_downtime *t = d->triggered_by ? downtime_get(w, d->triggered_by) : NULL;
    struct world_downtime *older = d->older_sibling ? downtime_get(w, d->older_sibling) : NULL;
    struct world_downtime *next = d->next_sibling ? downtime_get(w, d->next_sibling) : NULL;

    if (older)
        older->next_sibling = d->next_sibling;
    else if (t && t->first_child == d->id)
        t->first_child = d->next_sibling;
    if (next)
        next->older_sibling = d->older_sibling;
    else if (t && t->last_child == d->id)
        t->last_child = d->older_sibling;
    for (size_t i = 0; i < w->begins.n; i++)
        if (w->begins.at[i].next == d->id)
            w->begins.at[i].next = d->next_sibling;
}

/* Those whose trigger is gone are in a row as before: who ends them is perhaps on his way. */
static void join_orphans(struct world *w)
{
    struct map last = MAP_INIT;
    uint64_t older;

    for (size_t i = 0; i < w->downtimes.n; i++) {
        struct world_downtime *d = &w->downtimes.at[i];

        if (d->gone || !d->triggered_by || downtime_get(w, d->triggered_by))
            continue;
        if (map_get_u64(&last, d->triggered_by, &older)) {
            d->older_sibling = older;
            downtime_get(w, older)->next_sibling = d->id;
        }
        map_put_u64(&last, d->triggered_by, d->id);
    }
    map_release(&last);
}

void downtime_link(struct world *w, size_t i)
{
    struct world_downtime *d = &w->downtimes.at[i], *before;
    uint64_t newest = 0;

    map_get_u64(&w->downtimes_of, d->check, &newest);
    before = newest ? downtime_get(w, newest) : NULL;
    d->older = newest;
    d->newer = 0;
    if (before)
        before->newer = d->id;
    map_put_u64(&w->downtimes_of, d->check, d->id);
    join_trigger(w, d);
}

void downtime_unlink(struct world *w, const struct world_downtime *d)
{
    struct world_downtime *newer = d->newer ? downtime_get(w, d->newer) : NULL;
    struct world_downtime *older = d->older ? downtime_get(w, d->older) : NULL;

    if (newer)
        newer->older = d->older;
    else if (d->older)
        map_put_u64(&w->downtimes_of, d->check, d->older);
    else
        map_remove_u64(&w->downtimes_of, d->check);
    if (older)
        older->newer = d->newer;
    leave_trigger(w, d);
}

void note_index(struct world *w)
{
    map_release(&w->downtimes_of);
    for (size_t i = 0; i < w->downtimes.n; i++)
        w->downtimes.at[i].first_child = w->downtimes.at[i].last_child = 0;
    for (size_t i = 0; i < w->downtimes.n; i++)
        if (!w->downtimes.at[i].gone)
            downtime_link(w, i);
    join_orphans(w);
}

uint64_t note_newest_downtime(const struct world *w, uint32_t check)
{
    uint64_t id = 0;

    map_get_u64(&w->downtimes_of, check, &id);
    return id;
}
