/* SPDX-License-Identifier: Apache-2.0 */
#include "api/object.h"

#include "api/api_reply.h"
#include "api/eyes.h"
#include "api/group.h"
#include "api/list.h"
#include "api/names.h"
#include "api/near.h"
#include "api/object_value.h"
#include "api/route.h"
#include "core/when.h"
#include "wire/json.h"

#include <string.h>

#define TRANSITIONS 8u

const char *const object_query[] = {"q", "order", "limit", "cursor", NULL};
const char *const object_query_services[] = {"q", "host", "order", "limit", "cursor", NULL};

/* ---- which kinds there are ---- */

struct kind {
    const char *path; /* the beginning of its routes */
    enum conf_type type;
    enum problem missing;
};

static const struct kind kinds[] = {
    {"/api/v1/host-groups", CONF_HOSTGROUP, PROBLEM_NO_HOST_GROUP},
    {"/api/v1/hosts", CONF_HOST, PROBLEM_NO_HOST},
    {"/api/v1/services", CONF_SERVICE, PROBLEM_NO_SERVICE},
    {"/api/v1/service-groups", CONF_SERVICEGROUP, PROBLEM_NO_SERVICE_GROUP},
    {"/api/v1/contact-groups", CONF_CONTACTGROUP, PROBLEM_NO_CONTACT_GROUP},
    {"/api/v1/contacts", CONF_CONTACT, PROBLEM_NO_CONTACT},
    {"/api/v1/time-periods", CONF_TIMEPERIOD, PROBLEM_NO_PERIOD},
    {"/api/v1/commands", CONF_COMMAND, PROBLEM_NO_COMMAND},
};

static const struct kind *kind_of(const struct api_request *q)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        size_t n = strlen(kinds[i].path);

        if (strncmp(q->route->path, kinds[i].path, n) == 0 &&
            (!q->route->path[n] || q->route->path[n] == '/'))
            return &kinds[i];
    }
    BUG("kind of object");
}

/* Its run in the table of its type: from to to. */
static void run_of(const struct model *m, enum conf_type type, uint32_t *from, uint32_t *to)
{
    *from = type == CONF_SERVICE ? m->n_hosts : 0;
    switch ((int)type) {
    case CONF_HOST: *to = m->n_hosts; break;
    case CONF_SERVICE: *to = m->n_check; break;
    case CONF_HOSTGROUP: *to = m->n_host_group; break;
    case CONF_SERVICEGROUP: *to = m->n_service_group; break;
    case CONF_CONTACTGROUP: *to = m->n_contact_group; break;
    case CONF_CONTACT: *to = m->n_contact; break;
    case CONF_COMMAND: *to = m->n_command; break;
    default: *to = m->globals->n_periods; /* without those that are made of several */
    }
}

struct said { /* of any object */
    struct str name, alias;
    uint32_t file, line;
};

static struct said said_of(const struct model *m, enum conf_type type, uint32_t at)
{
    const struct model_group *g = NULL;

    switch ((int)type) {
    case CONF_HOST:
    case CONF_SERVICE: {
        const struct model_check *c = model_check(m, at);

        return (struct said){model_str(m, c->name),
                             model_str(m, type == CONF_HOST ? c->alias : c->display_name), c->file, c->line};
    }
    case CONF_CONTACT: {
        const struct model_contact *c = model_contact(m, at);

        return (struct said){model_str(m, c->name), model_str(m, c->alias), c->file, c->line};
    }
    case CONF_COMMAND: {
        const struct model_command *c = model_command(m, at);

        return (struct said){model_str(m, c->name), STR(""), c->file, c->line};
    }
    case CONF_TIMEPERIOD: {
        const struct model_period *p = model_period(m, at);

        return (struct said){model_str(m, p->name), model_str(m, p->alias), p->file, p->line};
    }
    case CONF_HOSTGROUP: g = model_host_group(m, at); break;
    case CONF_SERVICEGROUP: g = model_service_group(m, at); break;
    default: g = model_contact_group(m, at);
    }
    return (struct said){model_str(m, g->name), model_str(m, g->alias), g->file, g->line};
}

/* ---- what is seen of them ---- */

static bool is_seen(struct eyes *e, enum conf_type type, uint32_t at)
{
    switch ((int)type) {
    case CONF_HOST:
    case CONF_SERVICE: return sight_sees(e->sight, at);
    case CONF_HOSTGROUP: return group_seen(e->m, model_host_group(e->m, at), true, e->sight);
    case CONF_SERVICEGROUP: return group_seen(e->m, model_service_group(e->m, at), false, e->sight);
    case CONF_CONTACT: return eyes_see(e, EYES_CONTACT, at);
    case CONF_CONTACTGROUP: return eyes_see(e, EYES_CONTACT_GROUP, at);
    case CONF_COMMAND: return eyes_see(e, EYES_COMMAND, at);
    default: return eyes_see(e, EYES_PERIOD, at);
    }
}

/* ---- writing one ---- */

static uint64_t members_seen(const struct model *m, const struct sight *sight, enum conf_type type,
                             struct model_list l)
{
    uint64_t n = type == CONF_CONTACTGROUP || !sight ? l.n : 0;

    for (uint32_t i = 0; type != CONF_CONTACTGROUP && sight && i < l.n; i++)
        n += sight_sees(sight, model_item(m, l, i));
    return n;
}

static const struct model_list *members_of(const struct model *m, enum conf_type type, uint32_t at)
{
    switch ((int)type) {
    case CONF_HOSTGROUP: return &model_host_group(m, at)->members;
    case CONF_SERVICEGROUP: return &model_service_group(m, at)->members;
    case CONF_CONTACTGROUP: return &model_contact_group(m, at)->members;
    default: return NULL;
    }
}

static void head(struct json *j, struct api *a, const struct eyes *e, enum conf_type type, uint32_t at)
{
    const struct model *m = &a->model;
    struct said s = said_of(m, type, at);
    const struct model_list *members = members_of(m, type, at);
    struct buf id = BUF_INIT;

    if (type == CONF_HOST || type == CONF_SERVICE) {
        names_id(a, at, 0, &id);
        json_key_str(j, "id", buf_str(&id));
    }
    json_key_str(j, "name", s.name);
    if (type == CONF_SERVICE)
        json_key_str(j, "host", model_host_name(m, at));
    if (type != CONF_COMMAND)
        json_key_str(j, type == CONF_SERVICE ? "display_name" : "alias", s.alias);
    if (type == CONF_HOST)
        json_key_str(j, "address", model_str(m, model_check(m, at)->address));
    if (members && (type != CONF_CONTACTGROUP || !e->sight))
        json_key_u64(j, "member_count", members_seen(m, e->sight, type, *members));
    json_key_str(j, "file", model_str(m, model_file(m, s.file)->v));
    json_key_u64(j, "line", s.line);
    buf_release(&id);
}

/* Names; of services with their host. At most as many as a page has: the list of resources with `group` has all of them. */
static void members(struct json *j, struct api *a, struct api_request *q, enum conf_type type, uint32_t at)
{
    const struct model *m = &a->model;
    const struct model_list *l = members_of(m, type, at);
    struct eyes e = eyes_of(m, q->sight, &q->arena);
    struct buf b = BUF_INIT;
    uint32_t n = 0;

    if (!l)
        return;
    json_key(j, "members");
    json_list(j);
    for (uint32_t i = 0; i < l->n && n < LIST_LIMIT_MAX; i++) {
        uint32_t x = model_item(m, *l, i);

        if (type == CONF_CONTACTGROUP && is_seen(&e, CONF_CONTACT, x)) {
            json_str(j, model_str(m, model_contact(m, x)->name));
        } else if (type != CONF_CONTACTGROUP && sight_sees(q->sight, x)) {
            buf_clear(&b);
            buf_add_str(&b, model_host_name(m, x));
            if (type == CONF_SERVICEGROUP)
                buf_printf(&b, ";" STR_FMT, STR_ARG(model_description(m, x)));
            json_str(j, buf_str(&b));
            n++;
        }
    }
    json_list_end(j);
    buf_release(&b);
}

/* Whether now is inside, and the next moments at which that changes. */
static void transitions(struct json *j, const struct api *a, uint32_t period)
{
    struct wall t = api_wall(a);
    struct when w;
    bool inside;

    when_init(&w, &a->model);
    inside = when_contains(&w, period, t);
    json_key_bool(j, "inside", inside);
    json_key(j, "next");
    json_list(j);
    for (unsigned i = 0; i < TRANSITIONS; i++) {
        t = inside ? when_end(&w, period, t) : when_next(&w, period, t);
        if (t.us == INT64_MAX)
            break;
        inside = !inside;
        json_map(j);
        json_key_time(j, "time", t);
        json_key_bool(j, "inside", inside);
        json_map_end(j);
    }
    json_list_end(j);
    when_release(&w);
}

/* ---- GET one ---- */

static uint32_t find(const struct model *m, enum conf_type type, const struct str *names)
{
    uint32_t at;

    switch ((int)type) {
    case CONF_HOST: return model_find_host(m, names[0]);
    case CONF_SERVICE: return model_find_service(m, names[0], names[1]);
    case CONF_HOSTGROUP: return model_find_host_group(m, names[0]);
    case CONF_SERVICEGROUP: return model_find_service_group(m, names[0]);
    case CONF_CONTACTGROUP: return model_find_contact_group(m, names[0]);
    case CONF_CONTACT: return model_find_contact(m, names[0]);
    case CONF_COMMAND: return model_find_command(m, names[0]);
    default: at = model_find_period(m, names[0]); return at < m->globals->n_periods ? at : MODEL_NONE;
    }
}

static void not_there(struct api *a, struct api_request *q, const struct kind *k, struct eyes *e)
{
    struct near near = {.name = q->param[k->type == CONF_SERVICE]};
    uint32_t from, to;

    run_of(&a->model, k->type, &from, &to);
    for (uint32_t i = from; i < to; i++)
        if (is_seen(e, k->type, i) &&
            (k->type != CONF_SERVICE || str_eq(model_host_name(&a->model, i), q->param[0])))
            near_try(&near, said_of(&a->model, k->type, i).name);
    near_fail(a, q, k->type == CONF_SERVICE ? "service" : "name", k->missing, &near);
}

void object_show(struct api *a, struct api_request *q)
{
    const struct kind *k = kind_of(q);
    struct buf out = BUF_INIT;
    struct eyes e, commands;
    struct json j;
    uint32_t at;

    if (api_not_ready(a, q))
        return;
    e = eyes_of(&a->model, q->sight, &q->arena);
    commands = eyes_of(&a->model, who_sight(&q->who, right_bit(RIGHT_COMMANDS_READ), a->sights), &q->arena);
    at = find(&a->model, k->type, q->param);
    if (at == MODEL_NONE || !is_seen(&e, k->type, at)) {
        not_there(a, q, k, &e);
        return;
    }
    json_init(&j, &out);
    json_map(&j);
    json_key_c(&j, "type", conf_type_name(k->type));
    head(&j, a, &e, k->type, at);
    object_values(&j, &e, &commands, k->type, at);
    members(&j, a, q, k->type, at);
    if (k->type == CONF_TIMEPERIOD)
        transitions(&j, a, at);
    json_map_end(&j);
    api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

/* ---- GET a list ---- */

static bool matches(const struct api *a, const struct kind *k, struct eyes *e, uint32_t at, struct str text)
{
    struct said s;

    if (!is_seen(e, k->type, at))
        return false;
    s = said_of(&a->model, k->type, at);
    return !text.n || str_icontains(s.name, text) || str_icontains(s.alias, text) ||
           (k->type == CONF_SERVICE && str_icontains(model_host_name(&a->model, at), text));
}

/* The services of one host are a run. */
static bool narrow(struct api *a, struct api_request *q, uint32_t *from, uint32_t *to)
{
    struct str host = api_query(q, "host");
    uint32_t at;

    if (!host.p)
        return true;
    at = model_find_host(&a->model, host);
    if (at == MODEL_NONE || !sight_names_host(q->sight, at)) {
        struct near near = {.name = host};

        for (uint32_t i = 0; i < a->model.n_hosts; i++)
            if (sight_names_host(q->sight, i))
                near_try(&near, model_host_name(&a->model, i));
        api_fail_near(a, q, 400, "host", PROBLEM_NO_HOST, host, near.found);
        return false;
    }
    *from = model_check(&a->model, at)->first_service;
    *to = *from + model_check(&a->model, at)->n_services;
    return true;
}

static void write_list(struct json *j, struct api *a, struct api_request *q, const struct kind *k,
                       const struct list_page *p)
{
    struct eyes e = eyes_of(&a->model, q->sight, &q->arena);
    struct str text = api_query(q, "q");
    struct buf cursor = BUF_INIT;
    uint32_t from, to, matched = 0, n = 0;

    run_of(&a->model, k->type, &from, &to);
    if (k->type == CONF_SERVICE && !narrow(a, q, &from, &to))
        return;
    json_map(j);
    json_key(j, "objects");
    json_list(j);
    for (uint32_t i = 0; i < to - from; i++) {
        uint32_t at = p->descending ? to - 1 - i : from + i;

        if (!matches(a, k, &e, at, text))
            continue;
        if (matched++ < p->offset || n == p->limit)
            continue;
        n++;
        json_map(j);
        head(j, a, &e, k->type, at);
        json_map_end(j);
    }
    json_list_end(j);
    json_key_u64(j, "matched", matched);
    json_key(j, "next");
    buf_printf(&cursor, "o%u", p->offset + n);
    if (n && p->offset + n < matched)
        json_str(j, buf_str(&cursor));
    else
        json_none(j);
    json_map_end(j);
    buf_release(&cursor);
}

void object_list(struct api *a, struct api_request *q)
{
    struct buf out = BUF_INIT;
    struct list_page p;
    struct json j;

    if (api_not_ready(a, q) || !list_page_parse(a, q, &p))
        return;
    json_init(&j, &out);
    write_list(&j, a, q, kind_of(q), &p);
    if (out.len)
        api_reply_json(a, q, 200, &out);
    buf_release(&out);
}

/* ---- what the answers look like ---- */

static const struct shape_field item_fields[] = {
    {"id", SHAPE_TEXT, SHAPE_MAYBE, "of a host or service: its id among the resources"},
    {"name", SHAPE_TEXT, 0, NULL, .like = "\"web-1\""},
    {"host", SHAPE_TEXT, SHAPE_MAYBE, "of a service"},
    {"alias", SHAPE_TEXT, SHAPE_MAYBE, NULL},
    {"display_name", SHAPE_TEXT, SHAPE_MAYBE, "of a service"},
    {"address", SHAPE_TEXT, SHAPE_MAYBE, "of a host"},
    {"member_count", SHAPE_INT, SHAPE_MAYBE, "of a group"},
    {"file", SHAPE_TEXT, 0, "where it is defined"},
    {"line", SHAPE_INT, 0, NULL},
    {NULL},
};
static const struct shape item_shape = {"ConfiguredItem", item_fields};
static const struct shape_field list_fields[] = {
    {"objects", SHAPE_OBJECT, SHAPE_LIST, "in the order of their names", .of = &item_shape},
    {"matched", SHAPE_INT, 0, "how many the parameters choose"},
    {"next", SHAPE_TEXT, SHAPE_NULL, "the cursor of the next page; null at the end"},
    {NULL},
};
const struct shape object_list_shape = {"ConfiguredList", list_fields};
static const struct shape_field turn_fields[] = {
    {"time", SHAPE_TIME, 0, NULL}, {"inside", SHAPE_BOOL, 0, "from then on"}, {NULL}};
static const struct shape turn_shape = {"PeriodTurn", turn_fields};
static const struct shape_field fields[] = {
    {"type", SHAPE_TEXT, 0, "as in the configuration: host, timeperiod ...", .like = "\"host\""},
    {"", SHAPE_INSIDE, 0, NULL, .of = &item_shape},
    {"values", SHAPE_OBJECT, SHAPE_LIST, "what counts: templates applied, defaults filled in",
     .of = &object_value_shape},
    {"members", SHAPE_TEXT, SHAPE_MAYBE | SHAPE_LIST,
     "of a group: the first of them; services as host;service"},
    {"inside", SHAPE_BOOL, SHAPE_MAYBE, "of a time period: now is in it"},
    {"next", SHAPE_OBJECT, SHAPE_MAYBE | SHAPE_LIST, "of a time period: when that changes",
     .of = &turn_shape},
    {NULL},
};
const struct shape object_shape = {"Configured", fields};
