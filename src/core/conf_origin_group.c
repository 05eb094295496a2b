/* SPDX-License-Identifier: Apache-2.0 */
/* Who is in which group by which line: of a member its groups, of a group its members, of a definition the groups that bring it to a host or service. */
#include "core/conf_origin_int.h"

static const struct kind {
    enum conf_type group, member;
    unsigned members_row, nested_row, joins_row;
} kinds[] = {
    {CONF_HOSTGROUP, CONF_HOST, CONF_D_HOSTGROUP_members, CONF_D_HOSTGROUP_hostgroup_members,
     CONF_D_HOST_hostgroups},
    {CONF_SERVICEGROUP, CONF_SERVICE, CONF_D_SERVICEGROUP_members, CONF_D_SERVICEGROUP_servicegroup_members,
     CONF_D_SERVICE_servicegroups},
    {CONF_CONTACTGROUP, CONF_CONTACT, CONF_D_CONTACTGROUP_members, CONF_D_CONTACTGROUP_contactgroup_members,
     CONF_D_CONTACT_contactgroups},
};

static const struct kind *kind_of(enum conf_type type, bool of_group)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if ((of_group ? kinds[i].group : kinds[i].member) == type)
            return &kinds[i];
    return NULL;
}

static struct str name_of(const struct conf *c, const struct conf_object *o)
{
    return conf_text(c, o, conf_type_info(o->type)->name_row);
}

/* ---- lists of names ---- */

/* A list, taken apart once: a group of all hosts is asked for each of them. */
struct names {
    const struct conf_prop *prop; /* NULL: there is no list */
    struct map plain;             /* name, of services "host,description" */
    VEC(struct str) patterns;     /* of services two a pair */
    bool pairs;
};

static bool is_plain(const struct conf *c, struct str text)
{
    return !str_eq_c(text, "*") && !conf_is_pattern(c, text);
}

static struct str pair(struct buf *b, struct str host, struct str service)
{
    buf_clear(b);
    buf_printf(b, STR_FMT "," STR_FMT, STR_ARG(host), STR_ARG(service));
    return buf_str(b);
}

static void names_read(struct names *n, struct conf *c, const struct conf_object *o, unsigned row, bool pairs)
{
    struct str rest, one, two = STR_NULL;
    struct buf b = BUF_INIT;

    *n = (struct names){.prop = conf_get(c, o, row), .pairs = pairs};
    rest = n->prop ? conf_text(c, o, row) : STR_NULL;
    while (conf_next_name(&rest, &one) && (!pairs || conf_next_name(&rest, &two))) {
        if (one.n && one.p[0] == '!') /* leaves out */
            continue;
        if (is_plain(c, one) && (!pairs || is_plain(c, two))) {
            map_put(&n->plain, pairs ? pair(&b, one, two) : one, 1);
            continue;
        }
        *VEC_ADD(&n->patterns) = one;
        if (pairs)
            *VEC_ADD(&n->patterns) = two;
    }
    buf_release(&b);
}

static void names_release(struct names *n)
{
    map_release(&n->plain);
    VEC_RELEASE(&n->patterns);
}

static bool fits(struct conf *c, const struct names *n, struct str pattern, struct str name)
{
    return str_eq_c(pattern, "*") || str_eq(pattern, name) ||
           (conf_is_pattern(c, pattern) &&
            conf_match_one(c, (uint32_t)(n->prop - c->props.at), pattern, name));
}

static bool names_have(struct conf *c, const struct names *n, struct str name, struct str service)
{
    struct buf b = BUF_INIT;
    bool has = n->prop && map_get(&n->plain, n->pairs ? pair(&b, name, service) : name, NULL);

    buf_release(&b);
    for (size_t i = 0; i < n->patterns.n && !has; i += n->pairs ? 2 : 1)
        has =
            fits(c, n, n->patterns.at[i], name) && (!n->pairs || fits(c, n, n->patterns.at[i + 1], service));
    return has;
}

bool conf_origin_names_it(struct conf *c, const struct conf_object *o, unsigned row, struct str name)
{
    struct names n;
    bool has;

    names_read(&n, c, o, row, false);
    has = names_have(c, &n, name, STR_NULL);
    names_release(&n);
    return has;
}

/* ---- why is that one in this group? ---- */

struct why {
    const char *by;
    struct str inner;
    const struct conf_prop *prop;
};

/* The inner group that brings a member; a group that none brings has it by its list. */
static struct why nested(struct conf *c, const struct kind *k, const struct conf_object *g, uint32_t rank)
{
    struct why w = {conf_directive(k->nested_row)->name, STR_NULL, conf_get(c, g, k->nested_row)};
    struct str rest = w.prop ? conf_text(c, g, k->nested_row) : STR_NULL, name;

    while (conf_next_name(&rest, &name)) {
        uint32_t inner = conf_rank(c, k->group, name);

        if (inner == CONF_NONE || !conf_list_has(&c->groups[k->group].at[inner].members, rank))
            continue;
        w.inner = name;
        return w;
    }
    return w;
}

static uint32_t object_of(const struct conf *c, const struct kind *k, uint32_t rank)
{
    return k->member == CONF_SERVICE ? c->services.at[rank].object : c->ranked[k->member].at[rank];
}

static void member_name(const struct conf *c, const struct kind *k, uint32_t rank, struct str *name,
                        struct str *service)
{
    const struct conf_object *o = k->member == CONF_SERVICE
                                      ? conf_ranked(c, CONF_HOST, c->services.at[rank].host)
                                      : conf_ranked(c, k->member, rank);

    *name = name_of(c, o);
    *service = k->member == CONF_SERVICE ? c->services.at[rank].description : STR_NULL;
}

/* members: the group's own list. */
static struct why why_in(struct conf *c, const struct kind *k, const struct conf_object *g,
                         const struct names *members, uint32_t rank)
{
    const struct conf_object *o = &c->objects.at[object_of(c, k, rank)];
    struct str name, service;

    if (conf_origin_names_it(c, o, k->joins_row, name_of(c, g)))
        return (struct why){conf_directive(k->joins_row)->name, STR_NULL, conf_get(c, o, k->joins_row)};
    member_name(c, k, rank, &name, &service);
    if (names_have(c, members, name, service))
        return (struct why){conf_directive(k->members_row)->name, STR_NULL, members->prop};
    return nested(c, k, g, rank);
}

static struct conf_origin_group entry(const struct conf_object *o, const struct why *w)
{
    return (struct conf_origin_group){.type = o->type,
                                      .by = w->by,
                                      .inner = w->inner,
                                      .file = w->prop ? w->prop->file : o->file,
                                      .line = w->prop ? w->prop->line : o->line,
                                      .column = w->prop ? w->prop->column : 1};
}

void conf_origin_groups(struct conf_tracer *t, enum conf_type member, uint32_t rank)
{
    const struct kind *k = kind_of(member, false);
    struct conf *c = t->c;

    for (size_t i = 0; k && i < c->groups[k->group].n; i++) {
        const struct conf_object *g = &c->objects.at[c->groups[k->group].at[i].object];
        struct names list;
        struct why w;

        if (!conf_list_has(&c->groups[k->group].at[i].members, rank))
            continue;
        names_read(&list, c, g, k->members_row, member == CONF_SERVICE);
        w = why_in(c, k, g, &list, rank);
        *VEC_ADD(&t->out->groups) = entry(g, &w);
        VEC_LAST(&t->out->groups).name = name_of(c, g);
        names_release(&list);
    }
}

void conf_origin_members(struct conf_tracer *t, enum conf_type group, uint32_t rank)
{
    const struct kind *k = kind_of(group, true);
    struct conf *c = t->c;
    const struct conf_group *g = k ? &c->groups[group].at[rank] : NULL;
    struct names list;

    if (!k)
        return;
    names_read(&list, c, &c->objects.at[g->object], k->members_row, k->member == CONF_SERVICE);
    for (size_t i = 0; i < g->members.n; i++) {
        struct why w = why_in(c, k, &c->objects.at[g->object], &list, g->members.at[i]);
        struct conf_origin_group *m = VEC_ADD(&t->out->members);

        *m = entry(&c->objects.at[g->object], &w);
        m->type = k->member;
        member_name(c, k, g->members.at[i], &m->name, &m->service);
    }
    names_release(&list);
}

void conf_origin_brought(struct conf_tracer *t, enum conf_type member, uint32_t object, unsigned group_row,
                         uint32_t rank)
{
    const struct kind *k = kind_of(member, false);
    const struct conf_object *o = &t->c->objects.at[object];
    struct conf *c = t->c;
    struct names list;

    names_read(&list, c, o, group_row, false);
    for (size_t i = 0; list.prop && i < c->groups[k->group].n; i++) {
        const struct conf_object *g = &c->objects.at[c->groups[k->group].at[i].object];
        struct why w = {conf_directive(group_row)->name, STR_NULL, list.prop};

        if (!conf_list_has(&c->groups[k->group].at[i].members, rank) ||
            !names_have(c, &list, name_of(c, g), STR_NULL))
            continue;
        *VEC_ADD(&t->out->groups) = entry(g, &w);
        VEC_LAST(&t->out->groups).name = name_of(c, g);
        VEC_LAST(&t->out->groups).brings = true;
    }
    names_release(&list);
}
