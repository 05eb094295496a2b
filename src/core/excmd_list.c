/* SPDX-License-Identifier: Apache-2.0 */
#include "core/excmd_list.h"

#include "core/excmd_unplan.h"
#include "core/note.h"
#include "core/world_in.h"

static void add(struct excmd_list *l, uint64_t what)
{
    *VEC_ADD(l) = what;
}

static void services_of(const struct world *w, uint32_t host, struct excmd_list *out)
{
    const struct model_check *h = model_check(w->m, host);

    for (uint32_t i = 0; i < h->n_services; i++)
        add(out, h->first_service + i);
}

/* Every host behind this one once: with its services, or with the one it began with. An explicit list instead of recursion, each host marked. */
static void beyond(const struct world *w, uint32_t host, bool services, struct excmd_list *out)
{
    unsigned char *seen = mem_zalloc(w->m->n_hosts);
    VEC(uint32_t) todo = {0};

    *VEC_ADD(&todo) = host;
    seen[host] = 1;
    while (todo.n) {
        uint32_t at = todo.at[--todo.n];
        struct model_list kids = model_check(w->m, at)->children;

        if (at != host || !services)
            add(out, at);
        if (at != host && services)
            services_of(w, at, out);
        for (uint32_t i = 0; i < kids.n; i++) {
            uint32_t kid = model_item(w->m, kids, i);

            if (!seen[kid])
                *VEC_ADD(&todo) = kid;
            seen[kid] = 1;
        }
    }
    VEC_RELEASE(&todo);
    mem_free(seen);
}

static void group_members(const struct world *w, uint32_t group, bool hosts, bool services,
                          struct excmd_list *out)
{
    struct model_list l = model_host_group(w->m, group)->members;

    for (uint32_t i = 0; i < l.n; i++) {
        if (hosts)
            add(out, model_item(w->m, l, i));
        if (services)
            services_of(w, model_item(w->m, l, i), out);
    }
}

/* The services of a service group, or each of their hosts once. */
static void service_group(const struct world *w, uint32_t group, bool hosts, struct excmd_list *out)
{
    struct model_list l = model_service_group(w->m, group)->members;
    unsigned char *seen = mem_zalloc((size_t)w->m->n_hosts + 1);

    for (uint32_t i = 0; i < l.n; i++) {
        uint32_t service = model_item(w->m, l, i), host = model_check(w->m, service)->host;

        if (!hosts)
            add(out, service);
        else if (!seen[host])
            add(out, host);
        seen[host] = 1;
    }
    mem_free(seen);
}

static void comments_of(const struct world *w, uint32_t check, struct excmd_list *out)
{
    const struct world_comment *c = note_comment_find(w, w->st[check].newest_comment);

    while (c) {
        add(out, c->id);
        c = c->older ? note_comment_find(w, c->older) : NULL;
    }
}

enum excmd_of excmd_list_of(const struct excmd *c)
{
    switch (c->row->target) {
    case EXCMD_COMMENTS: return EXCMD_OF_COMMENTS;
    case EXCMD_DOWNTIME:
    case EXCMD_DOWNTIMES_OF_HOST:
    case EXCMD_DOWNTIMES_OF_GROUP:
    case EXCMD_DOWNTIMES_LIKE:
    case EXCMD_DOWNTIMES_FULL: return EXCMD_OF_DOWNTIMES;
    default: return EXCMD_OF_CHECKS;
    }
}

bool excmd_list_is_one_check(const struct excmd *c)
{
    return c->row->target == EXCMD_CHECK || c->row->target == EXCMD_COMMENTS;
}

int excmd_list(const struct world *w, const struct excmd *c, struct excmd_list *out, struct err *err)
{
    switch (c->row->target) {
    case EXCMD_NONE: add(out, MODEL_NONE); break;
    case EXCMD_PROGRAM_AND_ALL:
        add(out, MODEL_NONE);
        for (uint32_t i = 0; i < w->n; i++)
            add(out, i);
        break;
    case EXCMD_CHECK: add(out, c->check); break;
    case EXCMD_HOST_SERVICES: services_of(w, c->check, out); break;
    case EXCMD_HOST_AND_CHILDREN: beyond(w, c->check, false, out); break;
    case EXCMD_BEYOND: beyond(w, c->check, true, out); break;
    case EXCMD_HG_HOSTS: group_members(w, c->group, true, false, out); break;
    case EXCMD_HG_SERVICES: group_members(w, c->group, false, true, out); break;
    case EXCMD_SG_HOSTS: service_group(w, c->group, true, out); break;
    case EXCMD_SG_SERVICES: service_group(w, c->group, false, out); break;
    case EXCMD_COMMENTS: comments_of(w, c->check, out); break;
    default: return excmd_unplan_list(w, c, out, err);
    }
    return 0;
}
