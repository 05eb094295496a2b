/* SPDX-License-Identifier: Apache-2.0 */
#include "api/choose.h"

#include "api/api_reply.h"
#include "api/group.h"

#include <string.h>

#define LONGEST_US (10 * 365 * TIME_DAY)

bool choose_moment(struct api *a, struct api_request *q, const char *name, struct wall def, struct wall *out)
{
    struct str s = api_query(q, name);

    *out = def;
    if (!s.p || (time_parse_rfc3339(s, out) && out->us >= 0))
        return true;
    api_fail_with(a, q, 400, name, PROBLEM_MEMBER_TIME, str_of(name), STR_NULL);
    return false;
}

bool choose_interval(struct api *a, struct api_request *q, int64_t def_us, struct wall *from, struct wall *to)
{
    struct wall now = api_wall(a);

    if (!choose_moment(a, q, "to", now, to))
        return false;
    to->us = MIN(to->us, now.us);
    if (!choose_moment(a, q, "from", (struct wall){to->us - def_us}, from))
        return false;
    if (from->us < to->us && to->us - from->us <= LONGEST_US)
        return true;
    api_fail(a, q, 400, "from", PROBLEM_INTERVAL);
    return false;
}

bool choose_seconds(struct api *a, struct api_request *q, int64_t def_us, struct wall *from, struct wall *to)
{
    if (!choose_interval(a, q, def_us, from, to))
        return false;
    from->us = time_wall_s(*from) * TIME_S;
    to->us = (to->us + TIME_S - 1) / TIME_S * TIME_S;
    return true;
}

struct marks {
    const struct model *m;
    const struct sight *sight;
    bool *in; /* by index */
    bool hosts, services;
    enum choose_how how;
};

static void mark_host(struct marks *k, uint32_t host, bool with_services)
{
    const struct model_check *c = model_check(k->m, host);

    if (k->hosts)
        k->in[host] = true;
    for (uint32_t i = 0; with_services && k->services && i < c->n_services; i++)
        k->in[c->first_service + i] = true;
}

static bool mark_group(struct marks *k, struct str name)
{
    uint32_t h = model_find_host_group(k->m, name), s = model_find_service_group(k->m, name);
    bool deep = k->how == CHOOSE_EVERYTHING || !k->hosts;

    for (uint32_t i = 0; h != MODEL_NONE && i < model_host_group(k->m, h)->members.n; i++)
        mark_host(k, model_item(k->m, model_host_group(k->m, h)->members, i), deep);
    for (uint32_t i = 0; s != MODEL_NONE && k->services && i < model_service_group(k->m, s)->members.n; i++)
        k->in[model_item(k->m, model_service_group(k->m, s)->members, i)] = true;
    return (h != MODEL_NONE && group_seen(k->m, model_host_group(k->m, h), true, k->sight)) ||
           (s != MODEL_NONE && group_seen(k->m, model_service_group(k->m, s), false, k->sight));
}

static bool mark(struct api *a, struct api_request *q, struct marks *k)
{
    struct str group = api_query(q, "group"), host = api_query(q, "host");
    uint32_t h = host.p ? model_find_host(k->m, host) : MODEL_NONE;

    if (host.p && (h == MODEL_NONE || !sight_names_host(k->sight, h))) {
        api_fail_with(a, q, 404, "host", PROBLEM_NO_HOST, host, STR_NULL);
        return false;
    }
    if (group.p && !mark_group(k, group)) {
        struct near near = {.name = group};

        group_near(k->m, k->sight, true, &near);
        near_fail(a, q, "group", PROBLEM_NO_GROUP, &near);
        return false;
    }
    if (h != MODEL_NONE && !group.p)
        mark_host(k, h, true);
    for (uint32_t i = 0; i < k->m->n_check; i++) {
        if (!group.p && !host.p)
            k->in[i] = i < k->m->n_hosts ? k->hosts : k->services;
        else if (h != MODEL_NONE && model_check(k->m, i)->host != h)
            k->in[i] = false;
    }
    return true;
}

bool choose_checks(struct api *a, struct api_request *q, enum choose_how how, struct choose_set *out)
{
    struct str kind = how == CHOOSE_MEMBERS ? api_query(q, "kind") : STR_NULL,
               service = api_query(q, "service");
    struct marks k = {.m = &a->model,
                      .sight = q->sight,
                      .in = mem_calloc((size_t)a->model.n_check + 1, sizeof(bool)),
                      .hosts = !str_eq_c(kind, "service"),
                      .services = !str_eq_c(kind, "host"),
                      .how = how};
    bool good = true;

    *out = (struct choose_set){.all = !kind.n && !api_query(q, "group").p && !api_query(q, "host").p};
    if (kind.n && k.hosts && k.services) {
        api_fail_with(a, q, 400, "kind", PROBLEM_PARAMETER_WORD, STR("kind"), STR("host, service"));
        good = false;
    }
    good = good && mark(a, q, &k);
    if (good)
        out->idx = arena_alloc(&q->arena, ((size_t)a->model.n_check + 1) * sizeof(*out->idx));
    for (uint32_t i = 0; good && i < a->model.n_check; i++) {
        bool other = service.p && !str_eq(service, model_description(&a->model, i));

        if (k.in[i] && !other && sight_sees(q->sight, i))
            out->idx[out->n++] = i;
    }
    mem_free(k.in);
    return good;
}
