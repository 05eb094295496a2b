/* SPDX-License-Identifier: Apache-2.0 */
/* What ties checks to each other: parents, dependencies, escalations. */
#include "core/conf_build.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

static void host_parents(struct conf *c)
{
    struct model_build *b = c->build;
    struct conf_names names = {.given = false};

    for (uint32_t i = 0; i < b->n_hosts; i++) {
        const struct conf_object *o = conf_ranked(c, CONF_HOST, i);

        if (!conf_get(c, o, CONF_D_HOST_parents))
            continue;
        conf_names_row(c, o, CONF_HOST, CONF_D_HOST_parents, &names);
        b->check.at[i].parents = model_build_list(b, names.yes.at, names.yes.n);
    }
    conf_names_release(&names);
}

/* One description alone is of the same host; else pairs of a host and a description. */
static void parents_of_service(struct conf *c, uint32_t own_host, uint32_t prop, struct str text,
                               struct conf_names *out)
{
    struct str rest = text, first, description;
    bool pairs = str_find_char(text, ',') >= 0;
    struct str raw = c->props.at[prop].value; /* a + that no template took stays in the name */

    if (!raw.n || raw.p[0] == '+' || (raw.p[0] == '!' && !pairs)) {
        conf_say(c, CONF_ERROR, conf_value_place(c, prop),
                 "'" STR_FMT "' names no parent; write: host,service description", STR_ARG(raw));
        return;
    }
    while (conf_next_name(&rest, &first)) {
        uint32_t host = pairs ? conf_rank(c, CONF_HOST, first) : own_host;

        description = pairs ? str_trim(str_cut(&rest, ',')) : first;
        if (host != CONF_NONE && conf_services_text(c, host, prop, description, out))
            continue;
        /* Nagios looks no further where nothing can be named. */
        if (pairs && (!description.n || description.p[0] == '!') && conf_say_once(c, prop, first))
            conf_say(c, CONF_MISTAKE, conf_value_place(c, prop),
                     "'" STR_FMT "' names no parent; write: host,service description", STR_ARG(text));
        else if (conf_say_once(c, prop, first))
            conf_say(c, CONF_ERROR, conf_value_place(c, prop),
                     "there is no parent service '" STR_FMT "'; write: host,service description",
                     STR_ARG(text));
    }
}

static void service_parents(struct conf *c)
{
    struct model_build *b = c->build;

    for (uint32_t i = 0; i < c->services.n; i++) {
        const struct conf_object *o = &c->objects.at[c->services.at[i].object];
        const struct conf_prop *p = conf_get(c, o, CONF_D_SERVICE_parents);
        struct conf_names names = {.given = false};

        if (!p)
            continue;
        parents_of_service(c, c->services.at[i].host, (uint32_t)(p - c->props.at),
                           conf_text(c, o, CONF_D_SERVICE_parents), &names);
        conf_list_sort(&names.yes);
        conf_list_sort(&names.no);
        conf_list_subtract(&names.yes, &names.no);
        for (size_t k = 0; k < names.yes.n; k++)
            names.yes.at[k] += b->n_hosts;
        b->check.at[b->n_hosts + i].parents = model_build_list(b, names.yes.at, names.yes.n);
        conf_names_release(&names);
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

/* The rows that name the services (or hosts) of a dependency or escalation. */
struct target_rows {
    struct conf_host_rows hosts;
    unsigned description, service_group;
    bool service;
};

struct targets {
    conf_list checks; /* sorted */
    bool given;       /* something is written that can name one */
    bool wrong;       /* something in it does not exist */
};

static void services_of_groups(struct conf *c, const struct conf_object *o, unsigned row,
                               struct conf_names *out, struct targets *t)
{
    struct conf_names groups = {.given = false};

    conf_names_row(c, o, CONF_SERVICEGROUP, row, &groups);
    t->given |= groups.given;
    t->wrong |= groups.wrong;
    for (size_t i = 0; i < groups.yes.n + groups.no.n; i++) {
        bool no = i >= groups.yes.n;
        const conf_list *m =
            &c->groups[CONF_SERVICEGROUP].at[no ? groups.no.at[i - groups.yes.n] : groups.yes.at[i]].members;

        for (size_t k = 0; k < m->n; k++)
            conf_list_add(no ? &out->no : &out->yes, m->at[k]);
    }
    conf_names_release(&groups);
}

static void services_meant(struct conf *c, const struct conf_object *o, const struct target_rows *r,
                           const struct conf_hosts *hosts, struct targets *t)
{
    struct conf_names names = {.given = false};
    bool described = conf_text(c, o, r->description).n > 0;

    t->given = conf_says(c, o, r->description) && hosts->given;
    for (size_t i = 0; i < hosts->all.n && described; i++)
        t->wrong |= !conf_services_row(c, o, hosts->all.at[i], r->description, &names);
    services_of_groups(c, o, r->service_group, &names, t);
    conf_list_sort(&names.yes);
    conf_list_sort(&names.no);
    conf_list_subtract(&names.yes, &names.no);
    for (size_t i = 0; i < names.yes.n; i++)
        conf_list_add(&t->checks, c->build->n_hosts + names.yes.at[i]);
    conf_names_release(&names);
}

static void targets(struct conf *c, const struct conf_object *o, const struct target_rows *r,
                    struct targets *t)
{
    struct conf_hosts hosts = {.given = false};

    conf_hosts_rows(c, o, r->hosts, &hosts);
    t->wrong = hosts.wrong;
    t->given = hosts.given;
    if (r->service)
        services_meant(c, o, r, &hosts, t);
    for (size_t i = 0; i < hosts.all.n && !r->service; i++)
        conf_list_add(&t->checks, hosts.all.at[i]);
    conf_hosts_release(&hosts);
}

static const struct target_rows host_escalation = {
    {CONF_D_HOSTESCALATION_host_name, CONF_D_HOSTESCALATION_hostgroup_name, CONF_HOSTS_NAMED_STAY},
    0,
    0,
    false};
static const struct target_rows service_escalation = {
    {CONF_D_SERVICEESCALATION_host_name, CONF_D_SERVICEESCALATION_hostgroup_name, CONF_HOSTS_LESS},
    CONF_D_SERVICEESCALATION_service_description,
    CONF_D_SERVICEESCALATION_servicegroup_name,
    true};

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

static bool is_additive(const struct conf *c, const struct conf_object *o, unsigned row)
{
    const struct conf_prop *p = conf_get(c, o, row);

    return p && p->value.n && p->value.p[0] == '+';
}

/* A list that begins with + is added to that of the check itself. */
static void add_own_contacts(struct conf *c, const struct model_check *k, bool contacts, bool groups,
                             struct model_escalation *e)
{
    conf_list own = {0}, in = {0};

    for (uint32_t i = 0; i < e->own_contacts.n; i++)
        conf_list_add(&own, c->build->index.at[e->own_contacts.first + i].v);
    for (uint32_t i = 0; contacts && i < k->own_contacts.n; i++)
        conf_list_add(&own, c->build->index.at[k->own_contacts.first + i].v);
    for (uint32_t i = 0; i < e->contact_groups.n; i++)
        conf_list_add(&in, c->build->index.at[e->contact_groups.first + i].v);
    for (uint32_t i = 0; groups && i < k->contact_groups.n; i++)
        conf_list_add(&in, c->build->index.at[k->contact_groups.first + i].v);
    conf_list_sort(&own);
    conf_list_sort(&in);
    e->own_contacts = model_build_list(c->build, own.at, own.n);
    e->contact_groups = model_build_list(c->build, in.at, in.n);
    e->contacts = conf_all_contacts(c, &own, &in);
    VEC_RELEASE(&own);
    VEC_RELEASE(&in);
}

static void escalate(struct conf *c, const struct conf_object *o, const struct model_escalation *e,
                     uint32_t check)
{
    bool service = o->type == CONF_SERVICEESCALATION;
    unsigned contacts = service ? CONF_D_SERVICEESCALATION_contacts : CONF_D_HOSTESCALATION_contacts;
    unsigned groups =
        service ? CONF_D_SERVICEESCALATION_contact_groups : CONF_D_HOSTESCALATION_contact_groups;
    const struct model_check *k = &c->build->check.at[check];
    struct model_escalation mine = *e;

    if (!conf_get(c, o, contacts) && !conf_get(c, o, groups)) {
        mine.contacts = k->contacts;
        mine.own_contacts = k->own_contacts;
        mine.contact_groups = k->contact_groups;
    } else if (is_additive(c, o, contacts) || is_additive(c, o, groups)) {
        add_own_contacts(c, k, is_additive(c, o, contacts), is_additive(c, o, groups), &mine);
    }
    if (mine.interval_us < 0)
        mine.interval_us = said_interval(c, k);
    if (!conf_get(c, o,
                  service ? CONF_D_SERVICEESCALATION_escalation_period
                          : CONF_D_HOSTESCALATION_escalation_period))
        mine.period = k->notification_period;
    mine.check = check;
    *VEC_ADD(&c->build->escalation) = mine;
}

static void add_escalation(struct conf *c, const struct conf_object *o)
{
    bool service = o->type == CONF_SERVICEESCALATION;
    struct model_escalation e = {.interval_us = -1, .file = o->file, .line = o->line};
    struct conf_who_entry who =
        service
            ? conf_contacts(c, o, CONF_D_SERVICEESCALATION_contacts, CONF_D_SERVICEESCALATION_contact_groups)
            : conf_contacts(c, o, CONF_D_HOSTESCALATION_contacts, CONF_D_HOSTESCALATION_contact_groups);
    struct targets t = {.given = false};

    conf_fill(c, o, &e, NULL);
    if (e.last < 0 && o->registered)
        conf_say(c, CONF_MISTAKE, conf_object_place(o),
                 "this %s has no last_notification and never counts; write last_notification 0 for no end",
                 conf_type_name(o->type));
    e.contacts = who.all;
    e.own_contacts = who.own;
    e.contact_groups = who.groups;
    targets(c, o, service ? &service_escalation : &host_escalation, &t);
    for (size_t i = 0;
         o->registered && i < t.checks.n && !too_many(c, o, c->build->escalation.n + t.checks.n - i); i++)
        escalate(c, o, &e, t.checks.at[i]);
    if (!t.checks.n && !t.wrong && !o->torn)
        conf_say(c, CONF_ERROR, conf_object_place(o), "this %s is for no %s; write host_name%s",
                 conf_type_name(o->type), service ? "service" : "host",
                 service ? " and service_description" : " or hostgroup_name");
    VEC_RELEASE(&t.checks);
}

static const struct target_rows host_master = {
    {CONF_D_HOSTDEPENDENCY_host_name, CONF_D_HOSTDEPENDENCY_hostgroup_name, CONF_HOSTS_NAMED_STAY},
    0,
    0,
    false};
static const struct target_rows host_dependent = {{CONF_D_HOSTDEPENDENCY_dependent_host_name,
                                                   CONF_D_HOSTDEPENDENCY_dependent_hostgroup_name,
                                                   CONF_HOSTS_NAMED_STAY},
                                                  0,
                                                  0,
                                                  false};
static const struct target_rows service_master = {
    {CONF_D_SERVICEDEPENDENCY_host_name, CONF_D_SERVICEDEPENDENCY_hostgroup_name, CONF_HOSTS_LESS},
    CONF_D_SERVICEDEPENDENCY_service_description,
    CONF_D_SERVICEDEPENDENCY_servicegroup_name,
    true};
static const struct target_rows service_dependent = {{CONF_D_SERVICEDEPENDENCY_dependent_host_name,
                                                      CONF_D_SERVICEDEPENDENCY_dependent_hostgroup_name,
                                                      CONF_HOSTS_LESS},
                                                     CONF_D_SERVICEDEPENDENCY_dependent_service_description,
                                                     CONF_D_SERVICEDEPENDENCY_dependent_servicegroup_name,
                                                     true};

/* Descriptions without a host are services of the host of the other side. */
static void on_host_of(struct conf *c, const struct conf_object *o, unsigned row, uint32_t other,
                       struct targets *t)
{
    struct conf_names names = {.given = false};

    conf_services_row(c, o, c->build->check.at[other].host, row, &names);
    conf_list_sort(&names.yes);
    conf_list_sort(&names.no);
    conf_list_subtract(&names.yes, &names.no);
    VEC_CLEAR(&t->checks);
    for (size_t i = 0; i < names.yes.n; i++)
        conf_list_add(&t->checks, c->build->n_hosts + names.yes.at[i]);
    conf_names_release(&names);
}

static bool only_described(const struct conf *c, const struct conf_object *o, const struct target_rows *r)
{
    return r->service && conf_says(c, o, r->description) && !conf_says(c, o, r->hosts.host) &&
           !conf_says(c, o, r->hosts.group) && !conf_says(c, o, r->service_group);
}

struct sides {
    struct targets masters, dependents;
    const struct target_rows *master, *dependent;
    bool master_follows, dependent_follows; /* described only: on the host of the other */
};

static void tie(struct conf *c, const struct conf_object *o, struct sides *s, struct model_dep *d)
{
    struct targets *outer = s->master_follows ? &s->dependents : &s->masters;
    struct targets *inner = s->master_follows ? &s->masters : &s->dependents;

    for (size_t i = 0; i < outer->checks.n; i++) {
        if (s->master_follows || s->dependent_follows)
            on_host_of(c, o, s->master_follows ? s->master->description : s->dependent->description,
                       outer->checks.at[i], inner);
        if (too_many(c, o, c->build->dep.n + inner->checks.n))
            return;
        for (size_t k = 0; k < inner->checks.n; k++) {
            d->check = s->master_follows ? outer->checks.at[i] : inner->checks.at[k];
            d->master = s->master_follows ? inner->checks.at[k] : outer->checks.at[i];
            *VEC_ADD(&c->build->dep) = *d;
        }
    }
}

static void sides_of(struct conf *c, const struct conf_object *o, struct sides *s)
{
    s->master_follows = only_described(c, o, s->master);
    s->dependent_follows = !s->master_follows && only_described(c, o, s->dependent);
    if (!s->master_follows)
        targets(c, o, s->master, &s->masters);
    if (!s->dependent_follows)
        targets(c, o, s->dependent, &s->dependents);
    if (s->masters.wrong || s->dependents.wrong)
        s->masters.checks.n = s->dependents.checks.n = 0;
}

/* allow_empty_hostgroup_assignment=0 forbids host dependencies of which a side is empty, too; in templates as well. */
static bool empty_is_refused(const struct conf *c)
{
    unsigned row;

    BUG_ON(!conf_main_find(STR("allow_empty_hostgroup_assignment"), &row));
    return str_eq_c(c->main_value[row], "0");
}

static bool names_sides(const struct conf *c, const struct conf_object *o)
{
    return conf_says(c, o, CONF_D_HOSTDEPENDENCY_host_name) ||
           conf_says(c, o, CONF_D_HOSTDEPENDENCY_hostgroup_name) ||
           conf_says(c, o, CONF_D_HOSTDEPENDENCY_dependent_host_name) ||
           conf_says(c, o, CONF_D_HOSTDEPENDENCY_dependent_hostgroup_name);
}

static void check_sides(struct conf *c, const struct conf_object *o, const struct sides *s)
{
    if (names_sides(c, o) && !s->masters.wrong && !s->dependents.wrong &&
        (!s->masters.checks.n || !s->dependents.checks.n))
        conf_say(c, CONF_ERROR, conf_object_place(o),
                 "this hostdependency names no host on one side, which allow_empty_hostgroup_assignment=0 "
                 "forbids");
}

static void add_pairs(struct conf *c, const struct conf_object *o, struct model_dep *d)
{
    bool service = o->type == CONF_SERVICEDEPENDENCY;
    struct sides s = {.master = service ? &service_master : &host_master,
                      .dependent = service ? &service_dependent : &host_dependent};
    size_t before = c->build->dep.n;

    /* As Nagios: a host dependency with a host that does not exist is left out. */
    c->lenient = !service && !empty_is_refused(c);
    sides_of(c, o, &s);
    if (!service && !c->lenient)
        check_sides(c, o, &s);
    c->lenient = false;
    if (o->registered)
        tie(c, o, &s, d);
    if (service &&
        ((!s.masters.given && !s.master_follows && !conf_get(c, o, service_master.service_group)) ||
         (!s.dependents.given && !s.dependent_follows)))
        conf_say(c, CONF_ERROR, conf_object_place(o),
                 "this servicedependency does not say which service depends on which; write host_name, "
                 "service_description, dependent_host_name and dependent_service_description");
    else if (o->registered && c->build->dep.n == before)
        conf_say(c, CONF_MISTAKE, conf_object_place(o),
                 "this %s ties nothing; write host_name and dependent_host_name%s", conf_type_name(o->type),
                 service ? " with both service descriptions" : "");
    VEC_RELEASE(&s.masters.checks);
    VEC_RELEASE(&s.dependents.checks);
}

static void add_dependency(struct conf *c, const struct conf_object *o)
{
    bool service = o->type == CONF_SERVICEDEPENDENCY;
    struct model_dep d = {.file = o->file, .line = o->line};
    int64_t inherits;

    conf_fill(c, o, &d, NULL);
    conf_whole(
        conf_text(c, o,
                  service ? CONF_D_SERVICEDEPENDENCY_inherits_parent : CONF_D_HOSTDEPENDENCY_inherits_parent),
        &inherits);
    d.inherits = inherits >= 1000000;
    if (conf_get(c, o,
                 service ? CONF_D_SERVICEDEPENDENCY_execution_failure_criteria
                         : CONF_D_HOSTDEPENDENCY_execution_failure_criteria))
        d.said |= MODEL_DEP_EXECUTE;
    if (conf_get(c, o,
                 service ? CONF_D_SERVICEDEPENDENCY_notification_failure_criteria
                         : CONF_D_HOSTDEPENDENCY_notification_failure_criteria))
        d.said |= MODEL_DEP_NOTIFY;
    add_pairs(c, o, &d);
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

static bool names_hosts(const struct conf *c, const struct conf_object *o)
{
    return conf_says(c, o, CONF_D_HOSTESCALATION_host_name) ||
           conf_says(c, o, CONF_D_HOSTESCALATION_hostgroup_name);
}

void conf_build_relations(struct conf *c)
{
    host_parents(c);
    service_parents(c);
    children(c);
    for (uint32_t i = 0; i < c->objects.n; i++) {
        const struct conf_object *o = &c->objects.at[i];

        /* Nagios looks for the hosts of a template of these, too. */
        if (!o->registered && (o->type != CONF_HOSTESCALATION || !names_hosts(c, o)) &&
            (o->type != CONF_HOSTDEPENDENCY || !empty_is_refused(c)))
            continue;
        if (o->type == CONF_HOSTESCALATION || o->type == CONF_SERVICEESCALATION)
            add_escalation(c, o);
        else if (o->type == CONF_HOSTDEPENDENCY || o->type == CONF_SERVICEDEPENDENCY)
            add_dependency(c, o);
    }
    conf_check_circles(c);
    runs(c->build);
}
