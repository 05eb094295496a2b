/* SPDX-License-Identifier: Apache-2.0 */
#include "core/reach.h"

#include "core/world_in.h"

uint8_t reach_of(const struct world *w, uint32_t host)
{
    struct model_list parents = model_check(w->m, host)->parents;

    for (uint32_t i = 0; i < parents.n && (!i || w->opt.mutation != WORLD_KNOWS_ONE_PARENT); i++)
        if (w->st[model_item(w->m, parents, i)].state == STATE_UP)
            return STATE_DOWN;
    return parents.n ? STATE_UNREACHABLE : STATE_DOWN;
}

/* 0: it is none of this kind, whatever it says of the other. */
static uint32_t criteria_of(const struct model_dep *d, enum reach_for what)
{
    return what == REACH_EXECUTE ? d->execute_on : d->notify_on;
}

/* Outside its period it is none at all: nothing is inherited by it, either. */
static bool dependency_counts(const struct world *w, const struct model_dep *d, enum reach_for what)
{
    return criteria_of(d, what) && (d->period == MODEL_NONE || w->opt.mutation == WORLD_DEPENDS_ALWAYS ||
                                    when_contains(&w->when, d->period, w->now.wall));
}

static bool dependency_fails(const struct world *w, const struct model_dep *d, enum reach_for what)
{
    const struct state *master = &w->st[d->master];
    uint8_t state = w->m->globals->soft_state_dependencies ? master->state : master->last_hard_state;

    /* What has no result yet counts as it begins; as in the old engines no state is "pending". */
    return (criteria_of(d, what) & state_on(world_kind(w, d->master), state)) != 0;
}

/* What is still to be looked at, each once: there may be many ways to one, and circles of dependencies if the main file allows them. */
struct walk {
    VEC(uint32_t) todo;
    struct map seen;
};

static void walk_to(struct walk *walk, uint32_t check)
{
    if (map_get_u64(&walk->seen, check, NULL))
        return;
    map_put_u64(&walk->seen, check, 0);
    *VEC_ADD(&walk->todo) = check;
}

static void walk_end(struct walk *walk)
{
    VEC_RELEASE(&walk->todo);
    map_release(&walk->seen);
}

/* One that this depends by itself; what it inherits from is walked to. */
static uint32_t own_bad_master(const struct world *w, uint32_t check, enum reach_for what, struct walk *walk)
{
    const struct model_check *c = model_check(w->m, check);

    for (uint32_t i = 0; i < c->n_deps; i++) {
        const struct model_dep *d = model_dep(w->m, c->first_dep + i);

        if (!dependency_counts(w, d, what))
            continue;
        if (dependency_fails(w, d, what))
            return d->master;
        if (d->inherits && w->opt.mutation != WORLD_INHERITS_NOTHING)
            walk_to(walk, d->master);
    }
    return MODEL_NONE;
}

/* Planted bugs. */
static bool planted_freedom(const struct world *w, uint32_t check, enum reach_for what)
{
    unsigned bug = what == REACH_EXECUTE ? WORLD_CHECKS_ANYWAY : WORLD_TELLS_ANYWAY;

    return w->opt.mutation == bug && world_kind(w, check) == MODEL_HOST;
}

uint32_t reach_bad_master(const struct world *w, uint32_t check, enum reach_for what)
{
    struct walk walk = {.seen = MAP_INIT};
    uint32_t bad = planted_freedom(w, check, what) ? MODEL_NONE : own_bad_master(w, check, what, &walk);

    for (size_t i = 0; i < walk.todo.n && bad == MODEL_NONE; i++)
        bad = own_bad_master(w, walk.todo.at[i], what, &walk);
    walk_end(&walk);
    return bad;
}

static uint32_t own_bad_parent(const struct world *w, uint32_t service, struct walk *walk)
{
    struct model_list parents = model_check(w->m, service)->parents;

    for (uint32_t i = 0; i < parents.n; i++) {
        uint32_t parent = model_item(w->m, parents, i);

        if (w->st[parent].last_hard_state >= STATE_CRITICAL)
            return parent;
        if (model_check(w->m, parent)->parents.n)
            walk_to(walk, parent);
    }
    return MODEL_NONE;
}

uint32_t reach_bad_parent(const struct world *w, uint32_t check)
{
    struct walk walk = {.seen = MAP_INIT};
    uint32_t bad = world_kind(w, check) == MODEL_HOST ? MODEL_NONE : own_bad_parent(w, check, &walk);

    for (size_t i = 0; i < walk.todo.n && bad == MODEL_NONE; i++)
        bad = own_bad_parent(w, walk.todo.at[i], &walk);
    walk_end(&walk);
    return bad;
}
