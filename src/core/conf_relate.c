/* SPDX-License-Identifier: Apache-2.0 */
/* What ties checks to each other: parents, dependencies, escalations. */
#include "core/conf_build.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

static void host_parents(struct conf *c)
{
    struct model_build *b = c->build;
    conf_list list = {0}, reject = {0};

    for (uint32_t i = 0; i < b->n_hosts; i++) {
        const struct conf_object *o = conf_ranked(c, CONF_HOST, i);

        if (!conf_get(c, o, CONF_D_HOST_parents))
            continue;
        VEC_CLEAR(&list);
        VEC_CLEAR(&reject);
        conf_expand_row(c, o, CONF_HOST, CONF_D_HOST_parents, &list, &reject);
        conf_list_sort(&list);
        b->check.at[i].parents = model_build_list(b, list.at, list.n);
    }
    VEC_RELEASE(&list);
    VEC_RELEASE(&reject);
}

/* "host,description,..." or a bare description of the same host */
static void service_parents(struct conf *c)
{
    struct model_build *b = c->build;

    for (uint32_t i = 0; i < c->services.n; i++) {
        const struct conf_object *o = &c->objects.at[c->services.at[i].object];
        const struct conf_prop *p = conf_get(c, o, CONF_D_SERVICE_parents);
        struct str rest = p ? conf_text(c, o, CONF_D_SERVICE_parents) : STR_NULL, a, d;
        conf_list list = {0};

        while (conf_next_name(&rest, &a)) {
            uint32_t host = conf_rank(c, CONF_HOST, a), s;
            struct str peek = rest;

            if (host != CONF_NONE && conf_next_name(&peek, &d)) {
                s = conf_service_find(c, host, d);
                rest = peek;
            } else {
                s = conf_service_find(c, c->services.at[i].host, a);
            }
            if (s != CONF_NONE)
                conf_list_add(&list, b->n_hosts + s);
            else if (conf_say_once(c, (uint32_t)(p - c->props.at), a))
                conf_say(c, CONF_ERROR, conf_value_place(c, (uint32_t)(p - c->props.at)),
                         "there is no parent service '" STR_FMT "'; write: host,service description",
                         STR_ARG(a));
        }
        conf_list_sort(&list);
        b->check.at[b->n_hosts + i].parents = model_build_list(b, list.at, list.n);
        VEC_RELEASE(&list);
    }
}

/* The other direction of parents, in two passes like a counting sort. */
static void children(struct conf *c)
{
    struct model_build *b = c->build;
    size_t n = b->check.n;
    uint32_t *start = mem_calloc(n + 2, sizeof(*start)), *flat;

    for (size_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < b->check.at[i].parents.n; k++)
            start[b->index.at[b->check.at[i].parents.first + k].v + 2]++;
    for (size_t i = 2; i < n + 2; i++)
        start[i] += start[i - 1];
    flat = mem_calloc(start[n + 1] + 1, sizeof(*flat));
    for (size_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < b->check.at[i].parents.n; k++)
            flat[start[b->index.at[b->check.at[i].parents.first + k].v + 1]++] = (uint32_t)i;
    for (size_t i = 0; i < n; i++)
        b->check.at[i].children = model_build_list(b, flat + start[i], start[i + 1] - start[i]);
    mem_free(start);
    mem_free(flat);
}

/* A host above itself: found by taking hosts without open parents away until none is left. */
static void circles(struct conf *c)
{
    struct model_build *b = c->build;
    uint32_t *open = mem_calloc(b->n_hosts + 1, sizeof(*open));
    conf_list ready = {0};
    size_t done = 0;

    for (uint32_t i = 0; i < b->n_hosts; i++) {
        open[i] = b->check.at[i].parents.n;
        if (!open[i])
            conf_list_add(&ready, i);
    }
    for (; done < ready.n; done++) {
        struct model_list l = b->check.at[ready.at[done]].children;

        for (uint32_t k = 0; k < l.n; k++)
            if (--open[b->index.at[l.first + k].v] == 0)
                conf_list_add(&ready, b->index.at[l.first + k].v);
    }
    for (uint32_t i = 0; done < b->n_hosts && i < b->n_hosts; i++)
        if (open[i])
            conf_say(
                c, CONF_ERROR, conf_object_place(conf_ranked(c, CONF_HOST, i)),
                "the parents of this host lead back to it, or to a circle above it; take one parent out");
    mem_free(open);
    VEC_RELEASE(&ready);
}

/* The rows that name the services (or hosts) of a dependency or escalation. */
struct target_rows {
    unsigned host, group, description, service_group;
    bool service;
};

/* Descriptions of an escalation or dependency: a list, * for all of the host. */
static void services_of_host(struct conf *c, const struct conf_object *o, uint32_t host, unsigned row,
                             conf_list *out)
{
    const struct conf_prop *p = conf_get(c, o, row);
    struct str rest = conf_text(c, o, row), name;

    while (conf_next_name(&rest, &name)) {
        uint32_t s;

        if (str_eq_c(name, "*")) {
            for (s = c->first_service[host]; s < c->first_service[host + 1]; s++)
                conf_list_add(out, c->build->n_hosts + s);
            continue;
        }
        s = conf_service_find(c, host, name);
        if (s != CONF_NONE)
            conf_list_add(out, c->build->n_hosts + s);
        else if (conf_say_once(c, (uint32_t)(p - c->props.at), name))
            conf_say(c, CONF_ERROR, conf_value_place(c, (uint32_t)(p - c->props.at)),
                     "the host '" STR_FMT "' has no service '" STR_FMT "'; define it or take the name out",
                     STR_ARG(conf_text(c, conf_ranked(c, CONF_HOST, host), CONF_D_HOST_host_name)),
                     STR_ARG(name));
    }
}

static void targets(struct conf *c, const struct conf_object *o, const struct target_rows *r, conf_list *out)
{
    conf_list hosts = {0}, groups = {0}, reject = {0};

    conf_expand_hosts(c, o, r->host, r->group, &hosts, NULL);
    for (size_t i = 0; i < hosts.n; i++)
        if (r->service)
            services_of_host(c, o, hosts.at[i], r->description, out);
        else
            conf_list_add(out, hosts.at[i]);
    if (r->service)
        conf_expand_row(c, o, CONF_SERVICEGROUP, r->service_group, &groups, &reject);
    for (size_t i = 0; i < groups.n; i++) {
        const conf_list *m = &c->groups[CONF_SERVICEGROUP].at[groups.at[i]].members;

        for (size_t k = 0; k < m->n; k++)
            conf_list_add(out, c->build->n_hosts + m->at[k]);
    }
    conf_list_sort(out);
    VEC_RELEASE(&hosts);
    VEC_RELEASE(&groups);
    VEC_RELEASE(&reject);
}

static const struct target_rows host_escalation = {CONF_D_HOSTESCALATION_host_name,
                                                   CONF_D_HOSTESCALATION_hostgroup_name, 0, 0, false};
static const struct target_rows service_escalation = {
    CONF_D_SERVICEESCALATION_host_name, CONF_D_SERVICEESCALATION_hostgroup_name,
    CONF_D_SERVICEESCALATION_service_description, CONF_D_SERVICEESCALATION_servicegroup_name, true};

/* The interval that a check says itself or has from its host; 0 when neither says one, as Nagios has it for escalations. */
static int64_t said_interval(const struct conf *c, const struct model_check *k)
{
    const struct conf_object *host = conf_ranked(c, CONF_HOST, k->host);
    bool said = conf_get(c, host, CONF_D_HOST_notification_interval);

    if (k->kind == MODEL_SERVICE) {
        uint32_t s = (uint32_t)(k - c->build->check.at) - c->build->n_hosts;

        said |= conf_get(c, &c->objects.at[c->services.at[s].object], CONF_D_SERVICE_notification_interval) !=
                NULL;
    }
    return said ? k->notification_interval_us : 0;
}

/* Not even a name is written, so that nothing can be meant. */
static bool names_nobody(const struct conf *c, const struct conf_object *o)
{
    if (o->type == CONF_HOSTESCALATION)
        return !conf_get(c, o, host_escalation.host) && !conf_get(c, o, host_escalation.group);
    if (conf_get(c, o, service_escalation.service_group))
        return false;
    return !conf_get(c, o, service_escalation.description) ||
           (!conf_get(c, o, service_escalation.host) && !conf_get(c, o, service_escalation.group));
}

/* Group against group multiplies: said once, then no more are made. */
static bool too_many(struct conf *c, const struct conf_object *o, size_t n)
{
    if (n <= LIMIT_CONF_PAIRS)
        return false;
    if (conf_say_once(c, CONF_NONE, STR("pairs")))
        conf_say(c, CONF_ERROR, conf_object_place(o), "with this %s there are more than %u; name fewer hosts",
                 conf_type_name(o->type), LIMIT_CONF_PAIRS);
    return true;
}

static void add_escalation(struct conf *c, const struct conf_object *o)
{
    bool service = o->type == CONF_SERVICEESCALATION;
    struct model_escalation e = {.interval_us = -1, .file = o->file, .line = o->line};
    struct conf_who_entry who =
        service
            ? conf_contacts(c, o, CONF_D_SERVICEESCALATION_contacts, CONF_D_SERVICEESCALATION_contact_groups)
            : conf_contacts(c, o, CONF_D_HOSTESCALATION_contacts, CONF_D_HOSTESCALATION_contact_groups);
    conf_list list = {0};

    if (!conf_get(c, o,
                  service ? CONF_D_SERVICEESCALATION_last_notification
                          : CONF_D_HOSTESCALATION_last_notification)) {
        conf_say(c, CONF_WARNING, conf_object_place(o),
                 "this %s has no last_notification and never counts; write last_notification 0 for no end",
                 conf_type_name(o->type));
        return;
    }
    conf_fill(c, o, &e, NULL);
    e.contacts = who.all;
    e.own_contacts = who.own;
    e.contact_groups = who.groups;
    targets(c, o, service ? &service_escalation : &host_escalation, &list);
    for (size_t i = 0; i < list.n && !too_many(c, o, c->build->escalation.n + list.n - i); i++) {
        struct model_escalation mine = e;
        const struct model_check *k = &c->build->check.at[list.at[i]];

        if (!conf_get(c, o, service ? CONF_D_SERVICEESCALATION_contacts : CONF_D_HOSTESCALATION_contacts) &&
            !conf_get(c, o,
                      service ? CONF_D_SERVICEESCALATION_contact_groups
                              : CONF_D_HOSTESCALATION_contact_groups)) {
            mine.contacts = k->contacts;
            mine.own_contacts = k->own_contacts;
            mine.contact_groups = k->contact_groups;
        }
        if (mine.interval_us < 0)
            mine.interval_us = said_interval(c, k);
        if (mine.period == MODEL_NONE)
            mine.period = k->notification_period;
        mine.check = list.at[i];
        *VEC_ADD(&c->build->escalation) = mine;
    }
    if (!list.n)
        conf_say(c, names_nobody(c, o) ? CONF_ERROR : CONF_WARNING, conf_object_place(o),
                 "this %s is for no %s; write host_name%s", conf_type_name(o->type),
                 service ? "service" : "host", service ? " and service_description" : " or hostgroup_name");
    VEC_RELEASE(&list);
}

static const struct target_rows host_master = {CONF_D_HOSTDEPENDENCY_host_name,
                                               CONF_D_HOSTDEPENDENCY_hostgroup_name, 0, 0, false};
static const struct target_rows host_dependent = {
    CONF_D_HOSTDEPENDENCY_dependent_host_name, CONF_D_HOSTDEPENDENCY_dependent_hostgroup_name, 0, 0, false};
static const struct target_rows service_master = {
    CONF_D_SERVICEDEPENDENCY_host_name, CONF_D_SERVICEDEPENDENCY_hostgroup_name,
    CONF_D_SERVICEDEPENDENCY_service_description, CONF_D_SERVICEDEPENDENCY_servicegroup_name, true};
static const struct target_rows service_dependent = {
    CONF_D_SERVICEDEPENDENCY_dependent_host_name, CONF_D_SERVICEDEPENDENCY_dependent_hostgroup_name,
    CONF_D_SERVICEDEPENDENCY_dependent_service_description,
    CONF_D_SERVICEDEPENDENCY_dependent_servicegroup_name, true};

static void pair(struct conf *c, const struct model_dep *d, uint32_t check, uint32_t master)
{
    struct model_dep mine = *d;

    if (check == master)
        return;
    mine.check = check;
    mine.master = master;
    *VEC_ADD(&c->build->dep) = mine;
}

static void add_dependency(struct conf *c, const struct conf_object *o)
{
    bool service = o->type == CONF_SERVICEDEPENDENCY;
    struct model_dep d = {.file = o->file, .line = o->line};
    conf_list masters = {0}, list = {0};
    /* A service dependency that names no dependent host means services of the master's own host. */
    bool same_host = service && !conf_get(c, o, service_dependent.host) &&
                     !conf_get(c, o, service_dependent.group) &&
                     !conf_get(c, o, service_dependent.service_group);

    conf_fill(c, o, &d, NULL);
    d.inherits = str_eq_c(
        conf_text(c, o,
                  service ? CONF_D_SERVICEDEPENDENCY_inherits_parent : CONF_D_HOSTDEPENDENCY_inherits_parent),
        "1");
    if (conf_get(c, o,
                 service ? CONF_D_SERVICEDEPENDENCY_execution_failure_criteria
                         : CONF_D_HOSTDEPENDENCY_execution_failure_criteria))
        d.said |= MODEL_DEP_EXECUTE;
    if (conf_get(c, o,
                 service ? CONF_D_SERVICEDEPENDENCY_notification_failure_criteria
                         : CONF_D_HOSTDEPENDENCY_notification_failure_criteria))
        d.said |= MODEL_DEP_NOTIFY;
    c->lenient = !service; /* as Nagios: a host dependency with a host that does not exist is left out */
    targets(c, o, service ? &service_master : &host_master, &masters);
    if (!same_host)
        targets(c, o, service ? &service_dependent : &host_dependent, &list);
    c->lenient = false;
    for (size_t i = 0; i < masters.n; i++) {
        if (same_host) {
            VEC_CLEAR(&list);
            services_of_host(c, o, c->build->check.at[masters.at[i]].host, service_dependent.description,
                             &list);
        }
        if (too_many(c, o, c->build->dep.n + list.n))
            break;
        for (size_t k = 0; k < list.n; k++)
            pair(c, &d, list.at[k], masters.at[i]);
    }
    if (!masters.n || !list.n)
        conf_say(c, CONF_WARNING, conf_object_place(o),
                 "this %s ties nothing; write host_name and dependent_host_name%s", conf_type_name(o->type),
                 service ? " with both service descriptions" : "");
    VEC_RELEASE(&masters);
    VEC_RELEASE(&list);
}

static int dep_by_check(const void *a, const void *b)
{
    const struct model_dep *x = a, *y = b;

    if (x->check != y->check)
        return x->check < y->check ? -1 : 1;
    return x->master != y->master ? (x->master < y->master ? -1 : 1)
           : x->line < y->line    ? -1
                                  : x->line > y->line;
}

static int escalation_by_check(const void *a, const void *b)
{
    const struct model_escalation *x = a, *y = b;

    if (x->check != y->check)
        return x->check < y->check ? -1 : 1;
    return x->file != y->file ? (x->file < y->file ? -1 : 1) : x->line < y->line ? -1 : x->line > y->line;
}

static void runs(struct model_build *b)
{
    if (b->dep.n)
        qsort(b->dep.at, b->dep.n, sizeof(*b->dep.at), dep_by_check);
    for (size_t i = b->dep.n; i > 0; i--) {
        b->check.at[b->dep.at[i - 1].check].first_dep = (uint32_t)i - 1;
        b->check.at[b->dep.at[i - 1].check].n_deps++;
    }
    if (b->escalation.n)
        qsort(b->escalation.at, b->escalation.n, sizeof(*b->escalation.at), escalation_by_check);
    for (size_t i = b->escalation.n; i > 0; i--) {
        b->check.at[b->escalation.at[i - 1].check].first_escalation = (uint32_t)i - 1;
        b->check.at[b->escalation.at[i - 1].check].n_escalations++;
    }
}

void conf_build_relations(struct conf *c)
{
    host_parents(c);
    service_parents(c);
    children(c);
    circles(c);
    for (uint32_t i = 0; i < c->objects.n; i++) {
        const struct conf_object *o = &c->objects.at[i];

        if (!o->registered)
            continue;
        if (o->type == CONF_HOSTESCALATION || o->type == CONF_SERVICEESCALATION)
            add_escalation(c, o);
        else if (o->type == CONF_HOSTDEPENDENCY || o->type == CONF_SERVICEDEPENDENCY)
            add_dependency(c, o);
    }
    runs(c->build);
}
