/* SPDX-License-Identifier: Apache-2.0 */
#include "api/group.h"

#include "api/api_reply.h"
#include "wire/json.h"

#include <string.h>

#define GROUPS_MAX 1000u /* that `limit` may ask for */

const char *const group_query[] = {"q", "name", "limit", NULL};

/* ---- in a list ---- */

static void set(uint64_t *bits, uint32_t idx)
{
    bits[idx / 64] |= (uint64_t)1 << (idx % 64);
}

bool group_seen(const struct model *m, const struct model_group *g, bool of_hosts, const struct sight *sight)
{
    bool seen = !sight;

    for (uint32_t i = 0; !seen && i < g->members.n; i++) {
        uint32_t at = model_item(m, g->members, i);

        seen = of_hosts ? sight_names_host(sight, at) : sight_sees(sight, at);
    }
    return seen;
}

static bool mark_hosts(const struct model *m, const struct sight *sight, struct str name, uint64_t *bits)
{
    uint32_t g = model_find_host_group(m, name);

    for (uint32_t i = 0; g != MODEL_NONE && i < model_host_group(m, g)->members.n; i++) {
        uint32_t host = model_item(m, model_host_group(m, g)->members, i);
        const struct model_check *c = model_check(m, host);

        set(bits, host);
        for (uint32_t s = 0; s < c->n_services; s++)
            set(bits, c->first_service + s);
    }
    return g != MODEL_NONE && group_seen(m, model_host_group(m, g), true, sight);
}

static bool mark_services(const struct model *m, const struct sight *sight, struct str name, uint64_t *bits)
{
    uint32_t g = model_find_service_group(m, name);

    for (uint32_t i = 0; g != MODEL_NONE && i < model_service_group(m, g)->members.n; i++)
        set(bits, model_item(m, model_service_group(m, g)->members, i));
    return g != MODEL_NONE && group_seen(m, model_service_group(m, g), false, sight);
}

void group_near(const struct model *m, const struct sight *sight, bool host_groups, struct near *near)
{
    for (uint32_t i = 0; host_groups && i < m->n_host_group; i++) {
        if (group_seen(m, model_host_group(m, i), true, sight))
            near_try(near, model_str(m, model_host_group(m, i)->name));
    }
    for (uint32_t i = 0; i < m->n_service_group; i++) {
        if (group_seen(m, model_service_group(m, i), false, sight))
            near_try(near, model_str(m, model_service_group(m, i)->name));
    }
}

/* Which one is near; host_groups false: among service groups only. */
static void fail(struct api *a, struct api_request *q, const char *field, struct str name, bool host_groups)
{
    const struct model *m = &a->model;
    struct near near = {.name = name};

    group_near(m, q->sight, host_groups, &near);
    api_fail_near(a, q, 400, field, host_groups ? PROBLEM_NO_GROUP : PROBLEM_NO_SERVICE_GROUP, name,
                  near.found);
}

/* The checks of one parameter's groups; of all where they are already limited, only those that are in both. */
static bool parse_names(struct api *a, struct api_request *q, const char *field, bool host_groups,
                        struct str names, struct group_choice *c)
{
    const struct model *m = &a->model;
    size_t words = m->n_check / 64u + 1;
    uint64_t *bits;

    if (!names.p)
        return true;
    bits = arena_alloc(&q->arena, words * sizeof(*bits));
    memset(bits, 0, words * sizeof(*bits));
    while (names.p) {
        struct str one = str_cut(&names, ',');
        bool found = host_groups && mark_hosts(m, q->sight, one, bits);

        found = mark_services(m, q->sight, one, bits) || found;
        if (!found) {
            fail(a, q, field, one, host_groups);
            return false;
        }
    }
    for (size_t i = 0; c->in && i < words; i++)
        bits[i] &= c->in[i];
    c->in = bits;
    c->words = words;
    return true;
}

bool group_parse(struct api *a, struct api_request *q, struct group_choice *c)
{
    *c = (struct group_choice){.group = api_query(q, "group"), .servicegroup = api_query(q, "servicegroup")};
    return parse_names(a, q, "group", true, c->group, c) &&
           parse_names(a, q, "servicegroup", false, c->servicegroup, c);
}

struct group_choice group_keep(const struct group_choice *c, struct arena *to)
{
    struct group_choice own = *c;
    uint64_t *bits;

    if (!c->in)
        return own;
    bits = arena_alloc(to, c->words * sizeof(*bits));
    memcpy(bits, c->in, c->words * sizeof(*bits));
    own.in = bits;
    own.group = c->group.p ? arena_str(to, c->group) : c->group;
    own.servicegroup = c->servicegroup.p ? arena_str(to, c->servicegroup) : c->servicegroup;
    return own;
}

void group_key(const struct group_choice *c, struct buf *out)
{
    if (c->group.p)
        buf_printf(out, " group=%zu:" STR_FMT, c->group.n, STR_ARG(c->group));
    if (c->servicegroup.p)
        buf_printf(out, " servicegroup=%zu:" STR_FMT, c->servicegroup.n, STR_ARG(c->servicegroup));
}

/* ---- GET /api/v1/groups ---- */

struct wish {
    const struct sight *sight;
    struct str text, name; /* p NULL: any */
    uint64_t left;         /* may still be written */
    uint64_t matched;
};

static void count_members(const struct model *m, const struct model_group *g, bool of_hosts,
                          const struct sight *sight, uint64_t *hosts, uint64_t *services)
{
    for (uint32_t i = 0; i < g->members.n; i++) {
        uint32_t at = model_item(m, g->members, i);
        const struct model_check *c = model_check(m, at);

        *(of_hosts ? hosts : services) += sight_sees(sight, at);
        if (of_hosts && !sight)
            *services += c->n_services;
        for (uint32_t s = 0; of_hosts && sight && s < c->n_services; s++)
            *services += sight_sees(sight, c->first_service + s);
    }
}

static void write_group(const struct model *m, const struct model_group *g, bool of_hosts, struct wish *w,
                        struct json *j)
{
    struct str name = model_str(m, g->name), alias = model_str(m, g->alias);
    uint64_t hosts = 0, services = 0;

    if ((w->name.p && !str_eq(name, w->name)) ||
        (w->text.n && !str_icontains(name, w->text) && !str_icontains(alias, w->text)))
        return;
    if (!group_seen(m, g, of_hosts, w->sight))
        return;
    w->matched++;
    if (!w->left)
        return;
    w->left--;
    count_members(m, g, of_hosts, w->sight, &hosts, &services);
    json_map(j);
    json_key_str(j, "name", name);
    json_key_c(j, "kind", of_hosts ? "hostgroup" : "servicegroup");
    json_key_str(j, "alias", alias);
    json_key_u64(j, "hosts", hosts);
    json_key_u64(j, "services", services);
    json_map_end(j);
}

void group_list(struct api *a, struct api_request *q)
{
    const struct model *m = &a->model;
    struct str limit = api_query(q, "limit");
    struct wish w = {
        .sight = q->sight, .text = api_query(q, "q"), .name = api_query(q, "name"), .left = UINT64_MAX};
    struct buf out = BUF_INIT;
    struct json j;

    if (api_not_ready(a, q))
        return;
    if (limit.p && (limit.n > 9 || !str_to_u64(limit, &w.left) || !w.left || w.left > GROUPS_MAX)) {
        api_fail_with(a, q, 400, "limit", PROBLEM_PARAMETER_FROM_ONE, STR("limit"), STR("1000"));
        return;
    }
    json_init(&j, &out);
    json_map(&j);
    json_key(&j, "groups");
    json_list(&j);
    for (uint32_t i = 0; i < m->n_host_group; i++)
        write_group(m, model_host_group(m, i), true, &w, &j);
    for (uint32_t i = 0; i < m->n_service_group; i++)
        write_group(m, model_service_group(m, i), false, &w, &j);
    json_list_end(&j);
    json_key_u64(&j, "matched", w.matched);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

/* ---- what the answers look like ---- */

static const char *const kinds[] = {"hostgroup", "servicegroup", NULL};
static const struct shape_field group_fields[] = {
    {"name", SHAPE_TEXT, 0, NULL},    {"kind", SHAPE_WORD, 0, NULL, .words = kinds},
    {"alias", SHAPE_TEXT, 0, NULL},   {"hosts", SHAPE_INT, 0, NULL},
    {"services", SHAPE_INT, 0, NULL}, {NULL},
};
static const struct shape group_shape = {"GroupCounts", group_fields};
static const struct shape_field list_fields[] = {
    {"groups", SHAPE_OBJECT, SHAPE_LIST, NULL, .of = &group_shape},
    {"matched", SHAPE_INT, 0, NULL},
    {NULL},
};
const struct shape group_list_shape = {"Groups", list_fields};
