/* SPDX-License-Identifier: Apache-2.0 */
/* What leads back to itself: parents of hosts and services, dependencies. */
#include "core/conf_build.h"

struct arrow {
    uint32_t from, to;
};

struct graph {
    uint32_t n; /* nodes */
    VEC(struct arrow) arrows;
    bool *gone; /* nodes that are in no circle */
};

static void arrow_add(struct graph *g, uint32_t from, uint32_t to)
{
    *VEC_ADD(&g->arrows) = (struct arrow){from, to};
}

/* Takes nodes away that no arrow leaves, until every one left has one. With back the arrows count the other way round. */
static void peel(struct graph *g, bool back)
{
    uint32_t *open = mem_calloc(g->n + 1, sizeof(*open)), *start = mem_calloc(g->n + 2, sizeof(*start));
    uint32_t *in = mem_calloc(g->arrows.n + 1, sizeof(*in));
    conf_list ready = {0};

    for (size_t i = 0; i < g->arrows.n; i++) {
        struct arrow a = g->arrows.at[i];

        if (g->gone[a.from] || g->gone[a.to])
            continue;
        open[back ? a.to : a.from]++;
        start[(back ? a.from : a.to) + 2]++;
    }
    for (uint32_t i = 2; i < g->n + 2; i++)
        start[i] += start[i - 1];
    for (size_t i = 0; i < g->arrows.n; i++) {
        struct arrow a = g->arrows.at[i];

        if (!g->gone[a.from] && !g->gone[a.to])
            in[start[(back ? a.from : a.to) + 1]++] = back ? a.to : a.from;
    }
    for (uint32_t i = 0; i < g->n; i++)
        if (!open[i] && !g->gone[i])
            conf_list_add(&ready, i);
    for (size_t done = 0; done < ready.n; done++) {
        uint32_t node = ready.at[done];

        g->gone[node] = true;
        for (uint32_t k = start[node]; k < start[node + 1]; k++)
            if (--open[in[k]] == 0)
                conf_list_add(&ready, in[k]);
    }
    mem_free(open);
    mem_free(start);
    mem_free(in);
    VEC_RELEASE(&ready);
}

static void graph_peel(struct graph *g)
{
    g->gone = mem_zalloc(g->n + 1);
    peel(g, false);
    peel(g, true);
}

static void graph_release(struct graph *g)
{
    VEC_RELEASE(&g->arrows);
    mem_free(g->gone);
}

static void parents(struct conf *c)
{
    const struct model_build *b = c->build;
    struct graph g = {.n = (uint32_t)b->check.n};

    for (uint32_t i = 0; i < g.n; i++)
        for (uint32_t k = 0; k < b->check.at[i].parents.n; k++)
            arrow_add(&g, i, b->index.at[b->check.at[i].parents.first + k].v);
    graph_peel(&g);
    for (uint32_t i = 0; i < g.n; i++) {
        const struct conf_object *o = i < b->n_hosts ? conf_ranked(c, CONF_HOST, i)
                                                     : &c->objects.at[c->services.at[i - b->n_hosts].object];

        if (!g.gone[i] && conf_say_once(c, (uint32_t)(o - c->objects.at), STR("circle of parents")))
            conf_say(c, CONF_ERROR, conf_object_place(o),
                     "the parents of this %s lead back to it; take one parent out", conf_type_name(o->type));
    }
    graph_release(&g);
}

/* Does it count in the search? Nagios follows criteria that are never met, too. */
static bool follows(const struct conf *c, const struct model_dep *d, bool notify)
{
    if (!c->rq.native)
        return d->said & (notify ? MODEL_DEP_NOTIFY : MODEL_DEP_EXECUTE);
    return notify ? d->notify_on : d->execute_on;
}

static void dependencies(struct conf *c, bool notify)
{
    const struct model_build *b = c->build;
    struct graph g = {.n = (uint32_t)b->check.n};

    for (size_t i = 0; i < b->dep.n; i++)
        if (follows(c, &b->dep.at[i], notify))
            arrow_add(&g, b->dep.at[i].check, b->dep.at[i].master);
    graph_peel(&g);
    for (size_t i = 0; i < b->dep.n; i++) {
        const struct model_dep *d = &b->dep.at[i];

        if (!follows(c, d, notify) || g.gone[d->check] || g.gone[d->master])
            continue;
        if (conf_say_once(c, CONF_NONE - 4 - d->file, str_make((const char *)&d->line, sizeof(d->line))))
            conf_say(c, CONF_ERROR, (struct conf_place){d->file, d->line, 1},
                     "this dependency leads back to where it begins, for %s; take it out, or another of the "
                     "circle",
                     notify ? "notifications" : "checks");
    }
    graph_release(&g);
}

void conf_check_circles(struct conf *c)
{
    parents(c);
    if (conf_main_is_on(c, "allow_circular_dependencies"))
        return;
    dependencies(c, true);
    dependencies(c, false);
}
