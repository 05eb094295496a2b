/* SPDX-License-Identifier: Apache-2.0 */
/* Groups get their members, services get their hosts. */
#include "core/conf_int.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

/* What the three kinds of groups have of their own. */
struct kind {
    enum conf_type group;
    unsigned members_row, nested_row;
};
static const struct kind kinds[] = {
    {CONF_HOSTGROUP, CONF_D_HOSTGROUP_members, CONF_D_HOSTGROUP_hostgroup_members},
    {CONF_SERVICEGROUP, CONF_D_SERVICEGROUP_members, CONF_D_SERVICEGROUP_servicegroup_members},
    {CONF_CONTACTGROUP, CONF_D_CONTACTGROUP_members, CONF_D_CONTACTGROUP_contactgroup_members},
};

static struct conf_group *group_at(struct conf *c, enum conf_type type, uint32_t rank)
{
    BUG_ON(rank >= c->groups[type].n);
    return &c->groups[type].at[rank];
}

static void make_groups(struct conf *c, enum conf_type type)
{
    for (uint32_t i = 0; i < c->ranked[type].n; i++)
        VEC_ADD(&c->groups[type])->object = c->ranked[type].at[i];
}

/* hosts or contacts: the group's own list, and the objects that name the group */
static void own_members(struct conf *c, const struct kind *k, enum conf_type member, unsigned joins_row)
{
    conf_list list = {0}, reject = {0};

    for (uint32_t i = 0; i < c->groups[k->group].n; i++) {
        struct conf_group *g = group_at(c, k->group, i);

        VEC_CLEAR(&list);
        VEC_CLEAR(&reject);
        conf_expand_row(c, &c->objects.at[g->object], member, k->members_row, &list, &reject);
        conf_list_sort(&list);
        conf_list_sort(&reject);
        conf_list_subtract(&list, &reject);
        for (size_t m = 0; m < list.n; m++)
            conf_list_add(&g->members, list.at[m]);
    }
    for (uint32_t i = 0; i < c->ranked[member].n; i++) {
        VEC_CLEAR(&list);
        VEC_CLEAR(&reject);
        conf_expand_row(c, conf_ranked(c, member, i), k->group, joins_row, &list, &reject);
        conf_list_sort(&list);
        conf_list_sort(&reject);
        conf_list_subtract(&list, &reject);
        for (size_t m = 0; m < list.n; m++)
            conf_list_add(&group_at(c, k->group, list.at[m])->members, i);
    }
    VEC_RELEASE(&list);
    VEC_RELEASE(&reject);
}

/* Members of nested groups, each group once; a circle is said and cut. */
static void nest(struct conf *c, const struct kind *k, uint32_t rank, unsigned depth)
{
    struct conf_group *g = group_at(c, k->group, rank);
    const struct conf_object *o = &c->objects.at[g->object];
    conf_list inner = {0}, reject = {0};

    if (g->step == 2)
        return;
    if (g->step == 1 || depth > LIMIT_CONF_DEPTH) {
        conf_say(c, CONF_WARNING, conf_object_place(o), "this %s is a member of itself; take one %s out",
                 conf_type_name(k->group), conf_directive(k->nested_row)->name);
        return;
    }
    g->step = 1;
    conf_expand_row(c, o, k->group, k->nested_row, &inner, &reject);
    for (size_t i = 0; i < inner.n; i++) {
        struct conf_group *in = group_at(c, k->group, inner.at[i]);

        nest(c, k, inner.at[i], depth + 1);
        for (size_t m = 0; in != g && m < in->members.n; m++)
            conf_list_add(&g->members, in->members.at[m]);
    }
    conf_list_sort(&g->members);
    g->step = 2;
    VEC_RELEASE(&inner);
    VEC_RELEASE(&reject);
}

static void nest_all(struct conf *c, const struct kind *k)
{
    for (uint32_t i = 0; i < c->groups[k->group].n; i++)
        nest(c, k, i, 0);
}

void conf_expand_hosts(struct conf *c, const struct conf_object *o, unsigned host_row, unsigned group_row,
                       conf_list *out, conf_list *by_name)
{
    conf_list reject = {0}, groups = {0}, no_groups = {0};

    conf_expand_row(c, o, CONF_HOST, host_row, out, &reject);
    conf_list_sort(out);
    for (size_t i = 0; by_name && i < out->n; i++)
        conf_list_add(by_name, out->at[i]);
    conf_expand_row(c, o, CONF_HOSTGROUP, group_row, &groups, &no_groups);
    conf_list_sort(&groups);
    conf_list_sort(&no_groups);
    conf_list_subtract(&groups, &no_groups);
    for (size_t i = 0; i < groups.n; i++) {
        const conf_list *m = &group_at(c, CONF_HOSTGROUP, groups.at[i])->members;

        for (size_t k = 0; k < m->n; k++)
            conf_list_add(out, m->at[k]);
    }
    for (size_t i = 0; i < no_groups.n; i++) { /* a group behind ! takes its hosts out */
        const conf_list *m = &group_at(c, CONF_HOSTGROUP, no_groups.at[i])->members;

        for (size_t k = 0; k < m->n; k++)
            conf_list_add(&reject, m->at[k]);
    }
    conf_list_sort(out);
    conf_list_sort(&reject);
    conf_list_subtract(out, &reject);
    VEC_RELEASE(&reject);
    VEC_RELEASE(&groups);
    VEC_RELEASE(&no_groups);
}

static bool in_list(const conf_list *l, uint32_t v)
{
    size_t from = 0, to = l->n;

    while (from < to) {
        size_t mid = from + (to - from) / 2;

        if (l->at[mid] == v)
            return true;
        if (l->at[mid] < v)
            from = mid + 1;
        else
            to = mid;
    }
    return false;
}

static void expand_service(struct conf *c, uint32_t object)
{
    const struct conf_object *o = &c->objects.at[object];
    struct str description = conf_text(c, o, CONF_D_SERVICE_service_description);
    conf_list hosts = {0}, by_name = {0};
    bool named = conf_get(c, o, CONF_D_SERVICE_host_name),
         grouped = conf_get(c, o, CONF_D_SERVICE_hostgroup_name);

    if (!description.n) {
        conf_say(c, CONF_ERROR, conf_object_place(o),
                 "this service has no name; write: service_description NAME (or register 0 for a template)");
        return;
    }
    if (!named && !grouped) {
        conf_say(c, CONF_ERROR, conf_object_place(o),
                 "the service '" STR_FMT "' is on no host; write: host_name HOST, or hostgroup_name GROUP",
                 STR_ARG(description));
        return;
    }
    conf_expand_hosts(c, o, CONF_D_SERVICE_host_name, CONF_D_SERVICE_hostgroup_name, &hosts, &by_name);
    if (c->services.n + hosts.n > LIMIT_CHECKS) {
        if (conf_say_once(c, CONF_NONE, STR("services")))
            conf_say(c, CONF_ERROR, conf_object_place(o),
                     "with this definition there are more than %u services; put it on fewer hosts",
                     LIMIT_CHECKS);
        hosts.n = 0;
    }
    for (size_t i = 0; i < hosts.n; i++) {
        struct conf_service *s = VEC_ADD(&c->services);

        s->object = object;
        s->host = hosts.at[i];
        s->description = description;
        s->from_group = !in_list(&by_name, hosts.at[i]);
    }
    if (!hosts.n && !c->counts.errors)
        conf_say(c, CONF_WARNING, conf_object_place(o),
                 "the service '" STR_FMT "' is on no host: its groups are empty", STR_ARG(description));
    VEC_RELEASE(&hosts);
    VEC_RELEASE(&by_name);
}

/* Of two definitions for one host and name, that which names the host comes first, then the later one: the first is taken. */
static int by_host(const void *a, const void *b)
{
    const struct conf_service *x = a, *y = b;
    int d;

    if (x->host != y->host)
        return x->host < y->host ? -1 : 1;
    d = str_cmp(x->description, y->description);
    if (d)
        return d;
    if (x->from_group != y->from_group)
        return x->from_group ? 1 : -1;
    return x->object > y->object ? -1 : x->object < y->object;
}

static void drop_doubles(struct conf *c)
{
    struct conf_service *all = c->services.at;
    size_t n = 0;

    if (!all)
        return;

    for (size_t i = 0; i < c->services.n; i++) {
        const struct conf_service *s = &all[i], *before = n ? &all[n - 1] : NULL;

        if (before && before->host == s->host && str_eq(before->description, s->description)) {
            const struct conf_object *o = &c->objects.at[s->object], *other = &c->objects.at[before->object];

            if (before->from_group == s->from_group && conf_say_once(c, s->object, s->description))
                conf_say(c, CONF_WARNING, conf_object_place(o),
                         "the service '" STR_FMT
                         "' of this host is defined again in %s:%u, which counts; remove one",
                         STR_ARG(s->description), conf_file_path(c, other->file), other->line);
            continue;
        }
        all[n++] = *s;
    }
    c->services.n = n;
}

static void services(struct conf *c)
{
    size_t at = 0;

    for (uint32_t i = 0; i < c->objects.n; i++)
        if (c->objects.at[i].type == CONF_SERVICE && c->objects.at[i].registered)
            expand_service(c, i);
    if (c->services.n)
        qsort(c->services.at, c->services.n, sizeof(*c->services.at), by_host);
    drop_doubles(c);
    c->first_service = arena_alloc(&c->arena, (c->ranked[CONF_HOST].n + 1) * sizeof(*c->first_service));
    for (uint32_t h = 0; h <= c->ranked[CONF_HOST].n; h++) {
        while (at < c->services.n && c->services.at[at].host < h)
            at++;
        c->first_service[h] = (uint32_t)at;
    }
}

uint32_t conf_service_find(const struct conf *c, uint32_t host, struct str description)
{
    uint32_t from = c->first_service[host], to = c->first_service[host + 1];

    while (from < to) {
        uint32_t mid = from + (to - from) / 2;
        int d = str_cmp(c->services.at[mid].description, description);

        if (d == 0)
            return mid;
        if (d < 0)
            from = mid + 1;
        else
            to = mid;
    }
    return CONF_NONE;
}

/* "host,description,host,description" of a service group; host may be * or !host. */
static void group_pairs(struct conf *c, struct conf_group *g)
{
    const struct conf_object *o = &c->objects.at[g->object];
    const struct conf_prop *p = conf_get(c, o, CONF_D_SERVICEGROUP_members);
    struct str rest = p ? conf_text(c, o, CONF_D_SERVICEGROUP_members) : STR_NULL, host, description;
    uint32_t prop = p ? (uint32_t)(p - c->props.at) : CONF_NONE;

    while (conf_next_name(&rest, &host)) {
        conf_list hosts = {0}, reject = {0};

        if (!conf_next_name(&rest, &description)) {
            conf_say(c, CONF_ERROR, conf_value_place(c, prop),
                     "members of a servicegroup come in pairs; write: host,service description");
            break;
        }
        conf_expand_text(c, CONF_HOST, prop, host, &hosts, &reject);
        for (size_t i = 0; i < hosts.n; i++) {
            uint32_t s = conf_service_find(c, hosts.at[i], description);

            if (s != CONF_NONE)
                conf_list_add(&g->members, s);
            else if (!str_eq_c(host, "*") && conf_say_once(c, prop, description))
                conf_say(c, CONF_ERROR, conf_value_place(c, prop),
                         "the host '" STR_FMT "' has no service '" STR_FMT
                         "'; define it or take the pair out",
                         STR_ARG(host), STR_ARG(description));
        }
        VEC_RELEASE(&hosts);
        VEC_RELEASE(&reject);
    }
}

static void service_groups(struct conf *c)
{
    conf_list list = {0}, reject = {0};

    for (uint32_t i = 0; i < c->groups[CONF_SERVICEGROUP].n; i++)
        group_pairs(c, group_at(c, CONF_SERVICEGROUP, i));
    for (uint32_t i = 0; i < c->services.n; i++) {
        VEC_CLEAR(&list);
        VEC_CLEAR(&reject);
        conf_expand_row(c, &c->objects.at[c->services.at[i].object], CONF_SERVICEGROUP,
                        CONF_D_SERVICE_servicegroups, &list, &reject);
        conf_list_sort(&list);
        conf_list_sort(&reject);
        conf_list_subtract(&list, &reject);
        for (size_t m = 0; m < list.n; m++)
            conf_list_add(&group_at(c, CONF_SERVICEGROUP, list.at[m])->members, i);
    }
    VEC_RELEASE(&list);
    VEC_RELEASE(&reject);
}

void conf_expand(struct conf *c)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        make_groups(c, kinds[i].group);
    own_members(c, &kinds[0], CONF_HOST, CONF_D_HOST_hostgroups);
    nest_all(c, &kinds[0]);
    own_members(c, &kinds[2], CONF_CONTACT, CONF_D_CONTACT_contactgroups);
    nest_all(c, &kinds[2]);
    services(c);
    service_groups(c);
    nest_all(c, &kinds[1]);
}
