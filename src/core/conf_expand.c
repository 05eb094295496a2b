/* SPDX-License-Identifier: Apache-2.0 */
/* Groups get their members, services get their hosts. */
#include "core/conf_list.h"

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

static void add_list(conf_list *to, const conf_list *more)
{
    for (size_t i = 0; i < more->n; i++)
        conf_list_add(to, more->at[i]);
}

/* hosts or contacts: the group's own list, and the objects that name the group */
static void own_members(struct conf *c, const struct kind *k, enum conf_type member, unsigned joins_row)
{
    struct conf_names names = {.given = false};

    for (uint32_t i = 0; i < c->groups[k->group].n; i++) {
        struct conf_group *g = group_at(c, k->group, i);

        conf_names_row(c, &c->objects.at[g->object], member, k->members_row, &names);
        add_list(&g->members, &names.yes);
        add_list(&g->left_out, &names.no);
    }
    for (uint32_t i = 0; i < c->ranked[member].n; i++) {
        const struct conf_object *o = conf_ranked(c, member, i);

        conf_names_row(c, o, k->group, joins_row, &names);
        conf_names_settle(c, o, joins_row, &names);
        for (size_t m = 0; m < names.yes.n; m++)
            conf_list_add(&group_at(c, k->group, names.yes.at[m])->members, i);
    }
    conf_names_release(&names);
}

/* Nagios looks for a group called "" and does not find it. */
static void empty_names(struct conf *c, const struct conf_object *o, unsigned row)
{
    const struct conf_prop *p = conf_get(c, o, row);
    struct str rest = p ? conf_text(c, o, row) : STR_NULL;

    while (rest.n)
        if (!str_trim(str_cut(&rest, ',')).n || (rest.p && !str_trim(rest).n)) {
            conf_say(c, CONF_ERROR, conf_value_place(c, (uint32_t)(p - c->props.at)),
                     "there is a comma too many in %s; take it out", conf_directive(row)->name);
            return;
        }
}

/* Members of nested groups, each group once; a circle is said and cut. */
static void nest(struct conf *c, const struct kind *k, uint32_t rank, unsigned depth)
{
    struct conf_group *g = group_at(c, k->group, rank);
    const struct conf_object *o = &c->objects.at[g->object];
    struct conf_names inner = {.given = false};

    if (g->step == 2)
        return;
    if (g->step == 0 && depth > LIMIT_CONF_NEST) {
        conf_say(c, CONF_ERROR, conf_object_place(o),
                 "%ss are members of each other more than %u deep here; take some out",
                 conf_type_name(k->group), LIMIT_CONF_NEST);
        return;
    }
    if (g->step == 1) {
        conf_say(c, CONF_ERROR, conf_object_place(o), "this %s is a member of itself; take one %s out",
                 conf_type_name(k->group), conf_directive(k->nested_row)->name);
        return;
    }
    g->step = 1;
    empty_names(c, o, k->nested_row);
    conf_names_row(c, o, k->group, k->nested_row, &inner);
    for (size_t i = 0; i < inner.yes.n; i++) {
        struct conf_group *in = group_at(c, k->group, inner.yes.at[i]);

        nest(c, k, inner.yes.at[i], depth + 1);
        for (size_t m = 0; in != g && m < in->members.n; m++)
            conf_list_add(&g->members, in->members.at[m]);
    }
    conf_list_sort(&g->members);
    conf_list_sort(&g->left_out);
    conf_list_subtract(&g->members, &g->left_out);
    g->step = 2;
    conf_names_release(&inner);
}

static void nest_all(struct conf *c, const struct kind *k)
{
    for (uint32_t i = 0; i < c->groups[k->group].n; i++)
        nest(c, k, i, 0);
}

static void add_members(struct conf *c, const conf_list *groups, conf_list *out)
{
    for (size_t i = 0; i < groups->n; i++) {
        const conf_list *m = &group_at(c, CONF_HOSTGROUP, groups->at[i])->members;

        for (size_t k = 0; k < m->n; k++)
            conf_list_add(out, m->at[k]);
    }
}

void conf_hosts_release(struct conf_hosts *h)
{
    VEC_RELEASE(&h->all);
    VEC_RELEASE(&h->by_name);
}

void conf_hosts_rows(struct conf *c, const struct conf_object *o, struct conf_host_rows rows,
                     struct conf_hosts *out)
{
    struct conf_names hosts = {.given = false}, groups = {.given = false};

    conf_names_row(c, o, CONF_HOST, rows.host, &hosts);
    conf_names_row(c, o, CONF_HOSTGROUP, rows.group, &groups);
    out->given = conf_says(c, o, rows.host) || conf_says(c, o, rows.group);
    out->wrong = hosts.wrong || groups.wrong;
    out->no_group = groups.given && !groups.yes.n;
    conf_list_subtract(&groups.yes, &groups.no);
    add_members(c, &groups.yes, &out->all);
    add_members(c, &groups.no, &hosts.no); /* a group behind ! takes its hosts out */
    out->no_group = out->no_group && !hosts.no.n;
    conf_list_sort(&hosts.no);
    conf_list_sort(&out->all);
    conf_list_subtract(&out->all, &hosts.no);
    if (rows.how == CONF_HOSTS_LESS || c->rq.native)
        conf_list_subtract(&hosts.yes, &hosts.no);
    for (size_t i = 0; i < hosts.yes.n; i++) {
        conf_list_add(&out->by_name, hosts.yes.at[i]);
        conf_list_add(&out->all, hosts.yes.at[i]);
    }
    conf_list_sort(&out->all);
    conf_names_release(&hosts);
    conf_names_release(&groups);
}

/*
 * allow_empty_hostgroup_assignment: 0 forbids it, 1 allows it, 2 allows it with a word. Nagios looks whether groups are named, not whether somebody is in
 * them, and what it takes is taken.
 */
static void on_no_host(struct conf *c, const struct conf_object *o, struct str description, bool no_group)
{
    struct str allowed;
    unsigned row;

    BUG_ON(!conf_main_find(STR("allow_empty_hostgroup_assignment"), &row));
    allowed = c->main_value[row].n ? c->main_value[row] : str_of(conf_main(row)->def);
    if (!str_eq_c(allowed, "1"))
        conf_say(c, str_eq_c(allowed, "0") && (no_group || c->rq.native) ? CONF_ERROR : CONF_WARNING,
                 conf_object_place(o),
                 "the service '" STR_FMT "' is on no host: nothing is left of its hosts and groups",
                 STR_ARG(description));
}

static void expand_service(struct conf *c, uint32_t object)
{
    const struct conf_object *o = &c->objects.at[object];
    struct str description = conf_text(c, o, CONF_D_SERVICE_service_description);
    struct conf_hosts hosts = {.given = false};

    if (!description.n && o->torn)
        return;
    if (!description.n) {
        conf_say(c, CONF_ERROR, conf_object_place(o),
                 "this service has no name; write: service_description NAME (or register 0 for a template)");
        return;
    }
    conf_hosts_rows(
        c, o,
        (struct conf_host_rows){CONF_D_SERVICE_host_name, CONF_D_SERVICE_hostgroup_name, CONF_HOSTS_LESS},
        &hosts);
    if (!hosts.given) {
        if (!o->torn)
            conf_say(c, CONF_ERROR, conf_object_place(o),
                     "the service '" STR_FMT
                     "' is on no host; write: host_name HOST, or hostgroup_name GROUP",
                     STR_ARG(description));
        conf_hosts_release(&hosts);
        return;
    }
    if (c->services.n + hosts.all.n > LIMIT_CHECKS) {
        if (conf_say_once(c, CONF_NONE, STR("services")))
            conf_say(c, CONF_ERROR, conf_object_place(o),
                     "with this definition there are more than %u services; put it on fewer hosts",
                     LIMIT_CHECKS);
        hosts.all.n = 0;
    }
    if (hosts.all.n)
        conf_check_name(c, o, description);
    for (size_t i = 0; i < hosts.all.n; i++) {
        struct conf_service *s = VEC_ADD(&c->services);

        s->object = object;
        s->host = hosts.all.at[i];
        s->description = description;
        s->from_group = !conf_list_has(&hosts.by_name, hosts.all.at[i]);
    }
    if (!hosts.all.n && !hosts.wrong)
        on_no_host(c, o, description, hosts.no_group);
    conf_hosts_release(&hosts);
}

static int by_host(const void *a, const void *b)
{
    const struct conf_service *x = a, *y = b;
    int d;

    if (x->host != y->host)
        return x->host < y->host ? -1 : 1;
    d = str_cmp(x->description, y->description);
    if (d)
        return d;
    return x->object < y->object ? -1 : x->object > y->object;
}

static void services(struct conf *c)
{
    size_t at = 0;

    for (uint32_t i = 0; i < c->objects.n; i++)
        if (c->objects.at[i].type == CONF_SERVICE && c->objects.at[i].registered)
            expand_service(c, i);
    if (c->services.n)
        qsort(c->services.at, c->services.n, sizeof(*c->services.at), by_host);
    conf_drop_doubles(c);
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

bool conf_services_text(struct conf *c, uint32_t host, uint32_t prop, struct str text, struct conf_names *out)
{
    uint32_t from = c->first_service[host], to = c->first_service[host + 1], s;
    bool all_found = true;
    struct str name;

    while (conf_next_name(&text, &name)) {
        bool no = name.p[0] == '!', found = no;
        conf_list *list = no ? &out->no : &out->yes;

        if (no)
            name = str_trim(str_sub(name, 1, name.n));
        if (no && str_eq_c(name, "*") && c->patterns == CONF_PATTERNS_NONE)
            continue; /* Nagios looks for a service called * and leaves none out */
        if (str_eq_c(name, "*") || conf_is_pattern(c, name)) {
            bool all = c->patterns == CONF_PATTERNS_NONE;

            found = found || all || str_eq_c(name, ".*") || conf_match_wrong(c, prop, name);
            for (s = from; s < to; s++)
                if (all || conf_match_one(c, prop, name, c->services.at[s].description)) {
                    conf_list_add(list, s);
                    found = true;
                }
        } else if ((s = conf_service_find(c, host, name)) != CONF_NONE) {
            conf_list_add(list, s);
            found = true;
        }
        all_found = all_found && found;
    }
    return all_found;
}

/* A service of the host whose description is like this; "" when there is none. */
static struct str service_near(struct conf *c, uint32_t host, struct str description)
{
    struct map names = {0};
    struct str near;

    for (size_t i = 0; i < c->services.n; i++)
        if (c->services.at[i].host == host)
            map_put(&names, c->services.at[i].description, 1);
    near = conf_near(c, &names, description);
    near = arena_str(&c->arena, near);
    map_release(&names);
    return near;
}

static void say_no_service(struct conf *c, uint32_t prop, struct str host, struct str description)
{
    uint32_t rank = conf_rank(c, CONF_HOST, host);
    struct str near = rank == CONF_NONE ? STR("") : service_near(c, rank, description);

    if (near.n)
        conf_say(c, CONF_ERROR, conf_value_place(c, prop),
                 "the host '" STR_FMT "' has no service '" STR_FMT "'; did you mean '" STR_FMT "'?",
                 STR_ARG(host), STR_ARG(description), STR_ARG(near));
    else
        conf_say(c, CONF_ERROR, conf_value_place(c, prop),
                 "the host '" STR_FMT "' has no service '" STR_FMT "'; define it or take the name out",
                 STR_ARG(host), STR_ARG(description));
}

bool conf_services_row(struct conf *c, const struct conf_object *o, uint32_t host, unsigned row,
                       struct conf_names *out)
{
    const struct conf_prop *p = conf_get(c, o, row);
    uint32_t prop = p ? (uint32_t)(p - c->props.at) : CONF_NONE;
    struct str text = p ? conf_text(c, o, row) : STR_NULL;

    if (conf_services_text(c, host, prop, text, out))
        return true;
    if (conf_say_once(c, prop, STR("services")))
        say_no_service(c, prop, conf_text(c, conf_ranked(c, CONF_HOST, host), CONF_D_HOST_host_name), text);
    return false;
}

/* One pair of a service group. A pattern for the host needs a service on one of the hosts only. */
static void group_pair(struct conf *c, struct conf_names *out, uint32_t prop, struct str host,
                       struct str description)
{
    conf_list one = {0};
    const conf_list *hosts = &one;
    bool found = description.p[0] == '!', wrong = false;

    c->lenient = found; /* what is not there need not be left out */
    if (conf_is_pattern(c, host))
        hosts = conf_match(c, CONF_HOST, prop, host);
    else
        conf_names_add(c, CONF_HOST, prop, host, &one, &wrong);
    c->lenient = false;
    for (size_t i = 0; hosts && i < hosts->n; i++)
        found = conf_services_text(c, hosts->at[i], prop, description, out) || found;
    if (hosts && !found && !wrong && conf_say_once(c, prop, description))
        say_no_service(c, prop, host, description);
    VEC_RELEASE(&one);
}

/* "host,description,host,description" of a service group */
static void group_pairs(struct conf *c, struct conf_group *g)
{
    const struct conf_object *o = &c->objects.at[g->object];
    const struct conf_prop *p = conf_get(c, o, CONF_D_SERVICEGROUP_members);
    struct str rest = p ? conf_text(c, o, CONF_D_SERVICEGROUP_members) : STR_NULL, host, description;
    uint32_t prop = p ? (uint32_t)(p - c->props.at) : CONF_NONE;
    struct conf_names names = {.given = false};

    conf_names_nothing(c, o, CONF_D_SERVICEGROUP_members);
    while (conf_next_name(&rest, &host)) {
        if (!conf_next_name(&rest, &description)) {
            conf_say(c, CONF_ERROR, conf_value_place(c, prop),
                     "members of a servicegroup come in pairs; write: host,service description");
            break;
        }
        group_pair(c, &names, prop, host, description);
    }
    add_list(&g->members, &names.yes);
    add_list(&g->left_out, &names.no);
    conf_names_release(&names);
}

static void join_groups(struct conf *c, const struct conf_object *o, uint32_t service)
{
    struct conf_names names = {.given = false};

    if (!conf_get(c, o, CONF_D_SERVICE_servicegroups))
        return;
    conf_names_row(c, o, CONF_SERVICEGROUP, CONF_D_SERVICE_servicegroups, &names);
    conf_names_settle(c, o, CONF_D_SERVICE_servicegroups, &names);
    for (size_t m = 0; m < names.yes.n; m++)
        conf_list_add(&group_at(c, CONF_SERVICEGROUP, names.yes.at[m])->members, service);
    conf_names_release(&names);
}

static void service_groups(struct conf *c)
{
    for (uint32_t i = 0; i < c->groups[CONF_SERVICEGROUP].n; i++)
        group_pairs(c, group_at(c, CONF_SERVICEGROUP, i));
    for (uint32_t i = 0; i < c->services.n; i++)
        join_groups(c, &c->objects.at[c->services.at[i].object], i);
    /* In Nagios a service is in the groups of all its definitions, those that do not count among them. */
    for (uint32_t i = 0; i < c->doubles.n && !c->rq.native; i++) {
        const struct conf_service *s = &c->doubles.at[i];

        join_groups(c, &c->objects.at[s->object], conf_service_find(c, s->host, s->description));
    }
}

/* Nagios looks for the members of a group that is a template, too. */
static void templates_of_groups(struct conf *c, const struct kind *k, enum conf_type member)
{
    struct conf_names names = {.given = false};

    for (uint32_t i = 0; i < c->objects.n; i++) {
        const struct conf_object *o = &c->objects.at[i];
        struct conf_group g = {.object = i};

        if (o->type != k->group || o->registered)
            continue;
        if (member == CONF_SERVICE)
            group_pairs(c, &g);
        else
            conf_names_row(c, o, member, k->members_row, &names);
        VEC_RELEASE(&g.members);
        VEC_RELEASE(&g.left_out);
        conf_names_row(c, o, k->group, k->nested_row, &names);
    }
    conf_names_release(&names);
}

void conf_expand(struct conf *c)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        make_groups(c, kinds[i].group);
    own_members(c, &kinds[0], CONF_HOST, CONF_D_HOST_hostgroups);
    nest_all(c, &kinds[0]);
    own_members(c, &kinds[2], CONF_CONTACT, CONF_D_CONTACT_contactgroups);
    nest_all(c, &kinds[2]);
    conf_order_contacts(c);
    services(c);
    service_groups(c);
    nest_all(c, &kinds[1]);
    templates_of_groups(c, &kinds[0], CONF_HOST);
    templates_of_groups(c, &kinds[1], CONF_SERVICE);
    templates_of_groups(c, &kinds[2], CONF_CONTACT);
}
