/* SPDX-License-Identifier: Apache-2.0 */
/* What has no name of its own: escalations and dependencies, found by what they are about; extended information, told with its host or service. And lists of all. */
#include "core/conf_origin_int.h"

/* ---- extended information ---- */

/* A definition further back gives way: the first value met is the one that counts. */
static void take_extinfo(struct conf_tracer *t, uint32_t object, enum conf_type of)
{
    const struct conf_object *o = &t->c->objects.at[object];
    const struct conf_type_info *info = conf_type_info(o->type);

    for (unsigned i = 0; i < info->n; i++) {
        unsigned row = info->first + i, mine;
        bool there = false;

        if (!conf_text(t->c, o, row).n ||
            !conf_directive_find(of, str_of(conf_directive(row)->name), &mine) ||
            row == CONF_D_HOSTEXTINFO_host_name || row == CONF_D_SERVICEEXTINFO_host_name ||
            row == CONF_D_SERVICEEXTINFO_hostgroup_name || row == CONF_D_SERVICEEXTINFO_service_description)
            continue;
        for (size_t k = 0; k < t->out->rows.n && !there; k++)
            there = t->out->rows.at[k].row == mine && t->out->rows.at[k].value.n;
        if (!there)
            conf_origin_take(t, object, mine, row, CONF_ORIGIN_EXTINFO);
    }
}

static bool is_about_host(struct conf *c, const struct conf_object *o, uint32_t host)
{
    static const struct conf_host_rows rows = {CONF_D_HOSTEXTINFO_host_name,
                                               CONF_D_HOSTEXTINFO_hostgroup_name, CONF_HOSTS_NAMED_STAY};
    struct conf_hosts hosts = {.given = false};
    bool is;

    conf_hosts_rows(c, o, rows, &hosts);
    is = conf_list_has(&hosts.all, host);
    conf_hosts_release(&hosts);
    return is;
}

static bool is_about_service(struct conf *c, const struct conf_object *o, uint32_t host, uint32_t service)
{
    static const struct conf_host_rows rows = {CONF_D_SERVICEEXTINFO_host_name,
                                               CONF_D_SERVICEEXTINFO_hostgroup_name, CONF_HOSTS_LESS};
    struct conf_hosts hosts = {.given = false};
    struct conf_names names = {.given = false};
    bool is;

    conf_hosts_rows(c, o, rows, &hosts);
    for (size_t i = 0; i < hosts.all.n; i++)
        if (hosts.all.at[i] == host)
            conf_services_row(c, o, host, CONF_D_SERVICEEXTINFO_service_description, &names);
    conf_list_sort(&names.yes);
    conf_list_sort(&names.no);
    is = conf_list_has(&names.yes, service) && !conf_list_has(&names.no, service);
    conf_names_release(&names);
    conf_hosts_release(&hosts);
    return is;
}

void conf_origin_extinfo(struct conf_tracer *t, uint32_t host, uint32_t service)
{
    struct conf *c = t->c;
    enum conf_type type = service == CONF_NONE ? CONF_HOSTEXTINFO : CONF_SERVICEEXTINFO;

    for (size_t i = c->objects.n; i > 0; i--) {
        const struct conf_object *o = &c->objects.at[i - 1];

        if (o->type == type &&
            (service == CONF_NONE ? is_about_host(c, o, host) : is_about_service(c, o, host, service)))
            take_extinfo(t, (uint32_t)i - 1, service == CONF_NONE ? CONF_HOST : CONF_SERVICE);
    }
}

/* ---- escalations and dependencies ---- */

bool conf_origin_is_relation(enum conf_type type)
{
    return type == CONF_HOSTDEPENDENCY || type == CONF_SERVICEDEPENDENCY || type == CONF_HOSTESCALATION ||
           type == CONF_SERVICEESCALATION;
}

static bool is_of_services(enum conf_type type)
{
    return type == CONF_SERVICEDEPENDENCY || type == CONF_SERVICEESCALATION;
}

/* Which check, and where the definition stands. */
struct relation {
    uint32_t check, file, line;
};

static size_t n_relations(const struct conf *c, enum conf_type type)
{
    return type == CONF_HOSTDEPENDENCY || type == CONF_SERVICEDEPENDENCY ? c->build->dep.n
                                                                         : c->build->escalation.n;
}

static struct relation relation_at(const struct conf *c, enum conf_type type, size_t i)
{
    const struct model_build *b = c->build;

    if (type == CONF_HOSTDEPENDENCY || type == CONF_SERVICEDEPENDENCY)
        return (struct relation){b->dep.at[i].check, b->dep.at[i].file, b->dep.at[i].line};
    return (struct relation){b->escalation.at[i].check, b->escalation.at[i].file, b->escalation.at[i].line};
}

/* CONF_NONE: of no definition any more */
static uint32_t object_at(const struct conf *c, enum conf_type type, const struct relation *r)
{
    for (uint32_t i = 0; i < c->objects.n; i++)
        if (c->objects.at[i].type == type && c->objects.at[i].file == r->file &&
            c->objects.at[i].line == r->line)
            return i;
    return CONF_NONE;
}

/* The nth definition about a check. A dependency on several masters stands in the table several times, sorted by master. */
static uint32_t nth_about(const struct conf *c, enum conf_type type, uint32_t check, size_t nth)
{
    VEC(uint32_t) met = {0};
    uint32_t found = CONF_NONE;

    for (size_t i = 0; i < n_relations(c, type) && found == CONF_NONE; i++) {
        struct relation r = relation_at(c, type, i);
        uint32_t object = r.check == check ? object_at(c, type, &r) : CONF_NONE;
        bool known = object == CONF_NONE;

        for (size_t k = 0; k < met.n && !known; k++)
            known = met.at[k] == object;
        if (known)
            continue;
        if (met.n == nth)
            found = object;
        *VEC_ADD(&met) = object;
    }
    VEC_RELEASE(&met);
    return found;
}

/* The row of that name, CONF_D_ALL: none. */
static unsigned row_named(enum conf_type type, const char *name)
{
    unsigned row;

    return conf_directive_find(type, str_of(name), &row) ? row : CONF_D_ALL;
}

/* Contacts, interval and period that an escalation does not say. A service has some of them from its host in turn. */
static void from_check(struct conf_tracer *t, enum conf_type type, uint32_t object, uint32_t host,
                       uint32_t service)
{
    static const struct {
        const char *mine, *theirs;
        bool who;
    } rows[] = {{"contacts", "contacts", true},
                {"contact_groups", "contact_groups", true},
                {"notification_interval", "notification_interval", false},
                {"escalation_period", "notification_period", false}};
    struct conf *c = t->c;
    const struct conf_object *o = &c->objects.at[object],
                             *s = service == CONF_NONE ? NULL : &c->objects.at[service];
    bool told =
        conf_get(c, o, row_named(type, "contacts")) || conf_get(c, o, row_named(type, "contact_groups"));
    bool theirs =
        s && (conf_get(c, s, CONF_D_SERVICE_contacts) || conf_get(c, s, CONF_D_SERVICE_contact_groups));

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        unsigned mine = row_named(type, rows[i].mine), service_row = row_named(CONF_SERVICE, rows[i].theirs);
        const struct conf_prop *p = conf_get(c, o, mine);
        bool added = rows[i].who && p && p->value.n && p->value.p[0] == '+';

        if (!added && (rows[i].who ? told : p != NULL))
            continue;
        if (s && (rows[i].who ? theirs : conf_get(c, s, service_row) != NULL))
            conf_origin_take(t, service, mine, service_row, CONF_ORIGIN_SERVICE);
        else
            conf_origin_take(t, host, mine, row_named(CONF_HOST, rows[i].theirs), CONF_ORIGIN_HOST);
    }
}

/* By which groups the definition is about that host and service. */
static void brought(struct conf_tracer *t, enum conf_type type, uint32_t object, uint32_t host,
                    uint32_t service)
{
    bool dep = type == CONF_HOSTDEPENDENCY || type == CONF_SERVICEDEPENDENCY;
    unsigned hosts = row_named(type, dep ? "dependent_host_name" : "host_name"),
             groups = row_named(type, dep ? "dependent_hostgroup_name" : "hostgroup_name"),
             service_groups = row_named(type, dep ? "dependent_servicegroup_name" : "servicegroup_name");
    const struct conf_object *o = &t->c->objects.at[object];

    if (groups != CONF_D_ALL && !conf_origin_names_it(t->c, o, hosts, t->out->name))
        conf_origin_brought(t, CONF_HOST, object, groups, host);
    if (service != CONF_NONE && service_groups != CONF_D_ALL)
        conf_origin_brought(t, CONF_SERVICE, object, service_groups, service);
}

bool conf_origin_about(struct conf *c, enum conf_type type, struct str host, struct str service, size_t nth,
                       struct conf_origin *out)
{
    struct conf_tracer t = {c, out};
    uint32_t rank = conf_rank(c, CONF_HOST, host), at = CONF_NONE, object;
    bool escalation = type == CONF_HOSTESCALATION || type == CONF_SERVICEESCALATION;
    unsigned interval = row_named(type, "notification_interval");

    if (rank == CONF_NONE || is_of_services(type) != (service.n > 0))
        return false;
    if (service.n)
        at = conf_service_find(c, rank, service);
    if (service.n && at == CONF_NONE)
        return false;
    object = nth_about(c, type, service.n ? c->build->n_hosts + at : rank, nth);
    if (object == CONF_NONE)
        return false;
    *out = (struct conf_origin){.type = type, .name = host, .service = service};
    conf_origin_describe(&t, object);
    out->is_template = false;
    if (escalation) {
        from_check(&t, type, object, c->ranked[CONF_HOST].at[rank],
                   service.n ? c->services.at[at].object : CONF_NONE);
        conf_origin_fallback(&t, interval, STR("0"));
    }
    brought(&t, type, object, rank, at);
    return true;
}

/* ---- names ---- */

static void service_names(const struct conf *c, conf_origin_name_f *each, void *user)
{
    for (size_t i = 0; i < c->services.n; i++) {
        const struct conf_service *s = &c->services.at[i];
        const struct conf_object *o = &c->objects.at[s->object];

        each(user, conf_text(c, conf_ranked(c, CONF_HOST, s->host), CONF_D_HOST_host_name), s->description,
             o->file, o->line);
    }
}

static void relation_names(const struct conf *c, enum conf_type type, conf_origin_name_f *each, void *user)
{
    struct relation before = {CONF_NONE, CONF_NONE, 0};

    for (size_t i = 0; i < n_relations(c, type); i++) {
        struct relation r = relation_at(c, type, i);
        bool service = r.check >= c->build->n_hosts;
        const struct conf_service *s = service ? &c->services.at[r.check - c->build->n_hosts] : NULL;

        if (service != is_of_services(type) ||
            (r.check == before.check && r.file == before.file && r.line == before.line))
            continue;
        before = r;
        each(user, conf_text(c, conf_ranked(c, CONF_HOST, s ? s->host : r.check), CONF_D_HOST_host_name),
             s ? s->description : STR_NULL, r.file, r.line);
    }
}

void conf_origin_names(const struct conf *c, enum conf_type type, conf_origin_name_f *each, void *user)
{
    if (type == CONF_SERVICE) {
        service_names(c, each, user);
        return;
    }
    if (conf_origin_is_relation(type)) {
        relation_names(c, type, each, user);
        return;
    }
    for (size_t i = 0; i < c->ranked[type].n; i++) {
        const struct conf_object *o = conf_ranked(c, type, (uint32_t)i);

        each(user, conf_text(c, o, conf_type_info(type)->name_row), STR_NULL, o->file, o->line);
    }
}
