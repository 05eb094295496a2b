/* SPDX-License-Identifier: Apache-2.0 */
#include "core/reach.h"

#include "core/world_in.h"

#define DEPTH_MAX 32 /* conf refuses loops; this only bounds the walk */

uint8_t reach_of(const struct world *w, uint32_t host)
{
    struct model_list parents = model_check(w->m, host)->parents;

    for (uint32_t i = 0; i < parents.n; i++)
        if (w->st[model_item(w->m, parents, i)].state == STATE_UP)
            return STATE_DOWN;
    return parents.n ? STATE_UNREACHABLE : STATE_DOWN;
}

static bool dependency_fails(const struct world *w, const struct model_dep *d, enum reach_for what)
{
    const struct state *master = &w->st[d->master];
    uint8_t state = w->m->globals->soft_state_dependencies ? master->state : master->last_hard_state;
    uint32_t on = what == REACH_EXECUTE ? d->execute_on : d->notify_on;

    if (d->period != MODEL_NONE && !when_contains(&w->when, d->period, w->now.wall))
        return false;
    if (!master->checked)
        return (on & MODEL_ON_PENDING) != 0;
    return (on & state_on(world_kind(w, d->master), state)) != 0;
}

static uint32_t bad_master(const struct world *w, uint32_t check, enum reach_for what, unsigned depth)
{
    const struct model_check *c = model_check(w->m, check);

    for (uint32_t i = 0; i < c->n_deps && depth < DEPTH_MAX; i++) {
        const struct model_dep *d = model_dep(w->m, c->first_dep + i);
        uint32_t inherited;

        if (dependency_fails(w, d, what))
            return d->master;
        inherited = d->inherits ? bad_master(w, d->master, what, depth + 1) : MODEL_NONE;
        if (inherited != MODEL_NONE)
            return inherited;
    }
    return MODEL_NONE;
}

uint32_t reach_bad_master(const struct world *w, uint32_t check, enum reach_for what)
{
    return bad_master(w, check, what, 0);
}

static uint32_t bad_parent(const struct world *w, uint32_t service, unsigned depth)
{
    struct model_list parents = model_check(w->m, service)->parents;

    for (uint32_t i = 0; i < parents.n && depth < DEPTH_MAX; i++) {
        uint32_t parent = model_item(w->m, parents, i), behind;

        if (w->st[parent].last_hard_state >= STATE_CRITICAL)
            return parent;
        behind = bad_parent(w, parent, depth + 1);
        if (behind != MODEL_NONE)
            return behind;
    }
    return MODEL_NONE;
}

uint32_t reach_bad_parent(const struct world *w, uint32_t check)
{
    return world_kind(w, check) == MODEL_HOST ? MODEL_NONE : bad_parent(w, check, 0);
}

bool reach_parents_bad(const struct world *w, uint32_t service)
{
    const struct model_check *c = model_check(w->m, service);

    if (world_kind(w, service) == MODEL_HOST || !c->parents.n)
        return false;
    for (uint32_t i = 0; i < c->parents.n; i++)
        if (w->st[model_item(w->m, c->parents, i)].state == STATE_OK)
            return false;
    return true;
}
