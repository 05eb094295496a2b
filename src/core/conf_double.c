/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services that are defined more than once for a host, and which definition counts. In native configurations it is the one that names the host, else the
 * last. In those of Nagios it depends on how Nagios spreads a definition over its hosts: the last host it comes to keeps the definition itself, the others get
 * copies. A copy counts before a definition itself, of copies the first counts, of definitions the last; and only a copy knows that it came by a group, which
 * lets it give way to all that do not.
 */
#include "core/conf_list.h"

#include "base/limits.h"

#include <stdlib.h>

struct doubles {
    struct conf *c;
    struct map kept_by; /* definition -> host that keeps it, CONF_NONE: none */
    conf_list backwards[CONF_TYPE_COUNT];
    conf_list
        *order; /* of each host group: its members as Nagios comes to them, from the last to the first */
    conf_list *joined; /* of each host group; NULL: not known yet */
    uint8_t *step;
};

struct defined {
    uint32_t object, rank;
};

static int last_first(const void *a, const void *b)
{
    const struct defined *x = a, *y = b;

    return x->object > y->object ? -1 : x->object < y->object;
}

/* The ranks of a type, that which is defined last first. */
static const conf_list *backwards(struct doubles *d, enum conf_type type)
{
    conf_list *l = &d->backwards[type];
    VEC(struct defined) all = {0};

    if (l->n || !d->c->ranked[type].n)
        return l;
    for (uint32_t i = 0; i < d->c->ranked[type].n; i++)
        *VEC_ADD(&all) = (struct defined){d->c->ranked[type].at[i], i};
    qsort(all.at, all.n, sizeof(*all.at), last_first);
    for (size_t i = 0; i < all.n; i++)
        conf_list_add(l, all.at[i].rank);
    VEC_RELEASE(&all);
    return l;
}

/* Adds what is not among the first ones. */
static void add_new(conf_list *l, size_t first, uint32_t v)
{
    for (size_t i = 0; i < first; i++)
        if (l->at[i] == v)
            return;
    conf_list_add(l, v);
}

/* What a row names, in the order in which it is found; what stands behind a ! is passed over. */
static void named(struct doubles *d, const struct conf_object *o, enum conf_type type, unsigned row,
                  conf_list *out)
{
    struct conf *c = d->c;
    const struct conf_prop *p = conf_get(c, o, row);
    struct str rest = p ? conf_text(c, o, row) : STR_NULL, name;

    while (conf_next_name(&rest, &name)) {
        const conf_list *all = backwards(d, type), *hits = NULL;
        bool pattern = conf_is_pattern(c, name);
        uint32_t rank = conf_rank(c, type, name);
        size_t before = out->n;

        if (name.p[0] == '!')
            continue;
        if (pattern)
            hits = conf_match(c, type, (uint32_t)(p - c->props.at), name);
        for (size_t i = 0; (pattern ? hits != NULL : str_eq_c(name, "*")) && i < all->n; i++)
            if (!pattern || conf_list_has(hits, all->at[i]))
                add_new(out, before, all->at[i]);
        if (!pattern && rank != CONF_NONE)
            add_new(out, before, rank);
    }
}

static void order_add(struct doubles *d, uint32_t group, bool *in, uint32_t host)
{
    if (!in[host] && !conf_list_has(&d->c->groups[CONF_HOSTGROUP].at[group].left_out, host))
        conf_list_add(&d->order[group], host);
    in[host] = true;
}

/* Who joins which group by its own hostgroups, in the order in which Nagios comes to them. */
static void know_joined(struct doubles *d)
{
    const conf_list *hosts = backwards(d, CONF_HOST);

    d->joined = mem_calloc(d->c->ranked[CONF_HOSTGROUP].n + 1, sizeof(*d->joined));
    for (size_t i = 0; i < hosts->n; i++) {
        const struct conf_object *o = conf_ranked(d->c, CONF_HOST, hosts->at[i]);
        struct conf_names names = {.given = false};

        if (!conf_get(d->c, o, CONF_D_HOST_hostgroups))
            continue;
        conf_names_row(d->c, o, CONF_HOSTGROUP, CONF_D_HOST_hostgroups, &names);
        for (size_t k = 0; k < names.yes.n; k++)
            if (!conf_list_has(&names.no, names.yes.at[k]))
                conf_list_add(&d->joined[names.yes.at[k]], hosts->at[i]);
        conf_names_release(&names);
    }
}

/* Own members, then hosts that join, then those of groups within; each time in the order of Nagios' lists. */
static const conf_list *order_of(struct doubles *d, uint32_t group, unsigned depth)
{
    const struct conf_object *o = conf_ranked(d->c, CONF_HOSTGROUP, group);
    const conf_list *inner;
    conf_list own = {0};
    bool *in;

    if (d->step[group] || depth > LIMIT_CONF_NEST)
        return &d->order[group];
    d->step[group] = 1;
    in = mem_zalloc(d->c->ranked[CONF_HOST].n + 1);
    named(d, o, CONF_HOST, CONF_D_HOSTGROUP_members, &own);
    for (size_t i = own.n; i > 0; i--)
        order_add(d, group, in, own.at[i - 1]);
    if (!d->joined)
        know_joined(d);
    for (size_t i = 0; i < d->joined[group].n; i++)
        order_add(d, group, in, d->joined[group].at[i]);
    VEC_CLEAR(&own);
    named(d, o, CONF_HOSTGROUP, CONF_D_HOSTGROUP_hostgroup_members, &own);
    for (size_t i = own.n; i > 0; i--) {
        inner = order_of(d, own.at[i - 1], depth + 1);
        for (size_t k = inner->n; own.at[i - 1] != group && k > 0; k--)
            order_add(d, group, in, inner->at[k - 1]);
    }
    VEC_RELEASE(&own);
    mem_free(in);
    return &d->order[group];
}

/* The host that Nagios comes to last and for the first time: of the hosts the first, or of the first group the last. */
static uint32_t keeper(struct doubles *d, uint32_t object)
{
    const struct conf_object *o = &d->c->objects.at[object];
    conf_list hosts = {0}, groups = {0};
    const conf_list *members;
    uint32_t host = CONF_NONE;

    named(d, o, CONF_HOST, CONF_D_SERVICE_host_name, &hosts);
    named(d, o, CONF_HOSTGROUP, CONF_D_SERVICE_hostgroup_name, &groups);
    if (groups.n) {
        members = order_of(d, groups.at[0], 0);
        host = members->n ? members->at[0] : CONF_NONE;
    } else if (hosts.n) {
        host = hosts.at[0];
    }
    for (size_t i = 0; groups.n && i < hosts.n; i++)
        if (hosts.at[i] == host)
            host = CONF_NONE;
    for (size_t i = 1; i < groups.n && host != CONF_NONE; i++)
        if (groups.at[i] != groups.at[0] &&
            conf_list_has(&d->c->groups[CONF_HOSTGROUP].at[groups.at[i]].members, host))
            host = CONF_NONE;
    VEC_RELEASE(&hosts);
    VEC_RELEASE(&groups);
    return host;
}

static bool is_copy(struct doubles *d, const struct conf_service *s)
{
    uint64_t host;

    if (!map_get_u64(&d->kept_by, s->object, &host)) {
        host = keeper(d, s->object);
        map_put_u64(&d->kept_by, s->object, host);
    }
    return host != s->host;
}

/* Does a count where b is there, too? */
static bool counts_before(struct doubles *d, const struct conf_service *a, const struct conf_service *b)
{
    bool copy_a = false, copy_b = false, from_a = a->from_group, from_b = b->from_group;

    if (!d->c->rq.native) {
        copy_a = is_copy(d, a);
        copy_b = is_copy(d, b);
        from_a = from_a && copy_a;
        from_b = from_b && copy_b;
    }
    if (from_a != from_b)
        return from_b;
    if (copy_a != copy_b)
        return copy_a;
    return copy_a ? a->object < b->object : a->object > b->object;
}

static void say(struct conf *c, const struct conf_service *s, const struct conf_service *counts)
{
    const struct conf_object *o = &c->objects.at[s->object], *other = &c->objects.at[counts->object];

    if ((counts->from_group || !s->from_group) && conf_say_once(c, s->object, s->description))
        conf_say(c, CONF_MISTAKE, conf_object_place(o),
                 "the service '" STR_FMT "' of the host '" STR_FMT
                 "' is defined again in %s:%u, which counts; remove one",
                 STR_ARG(s->description),
                 STR_ARG(conf_text(c, conf_ranked(c, CONF_HOST, s->host), CONF_D_HOST_host_name)),
                 conf_file_path(c, other->file), other->line);
}

static void release(struct doubles *d)
{
    for (uint32_t i = 0; i < d->c->ranked[CONF_HOSTGROUP].n; i++) {
        VEC_RELEASE(&d->order[i]);
        if (d->joined)
            VEC_RELEASE(&d->joined[i]);
    }
    for (unsigned t = 0; t < CONF_TYPE_COUNT; t++)
        VEC_RELEASE(&d->backwards[t]);
    map_release(&d->kept_by);
    mem_free(d->order);
    mem_free(d->joined);
    mem_free(d->step);
}

void conf_drop_doubles(struct conf *c)
{
    struct doubles d = {.c = c,
                        .order = mem_calloc(c->ranked[CONF_HOSTGROUP].n + 1, sizeof(*d.order)),
                        .step = mem_zalloc(c->ranked[CONF_HOSTGROUP].n + 1)};
    struct conf_service *all = c->services.at;
    size_t n = 0;

    for (size_t i = 0, end; i < c->services.n; i = end) {
        size_t best = i;

        for (end = i + 1; end < c->services.n && all[end].host == all[i].host &&
                          str_eq(all[end].description, all[i].description);
             end++)
            best = counts_before(&d, &all[end], &all[best]) ? end : best;
        for (size_t k = i; k < end; k++)
            if (k != best) {
                say(c, &all[k], &all[best]);
                *VEC_ADD(&c->doubles) = all[k];
            }
        all[n++] = all[best];
    }
    c->services.n = n;
    release(&d);
}
