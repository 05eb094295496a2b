/* SPDX-License-Identifier: Apache-2.0 */
#include "core/conf_origin.h"

#include "base/limits.h"
#include "core/conf_build.h"
#include "core/conf_secret.h"

#include <stdio.h>
#include <string.h>

struct tracer {
    struct conf *c;
    struct conf_origin *out;
};

/* The templates between the object asked for and the one at hand, innermost last. */
struct chain {
    const struct chain *up;
    uint32_t object;
    unsigned depth;
};

static bool is_null(struct str v)
{
    return str_eq_c(v, "null");
}

static bool is_in(const struct chain *ch, uint32_t object)
{
    for (; ch; ch = ch->up)
        if (ch->object == object)
            return true;
    return false;
}

static void add_chain(const struct conf *c, const struct chain *ch, struct buf *b)
{
    if (!ch->up) /* the object itself */
        return;
    add_chain(c, ch->up, b);
    if (b->len)
        buf_add_c(b, " > ");
    buf_add_str(b, c->objects.at[ch->object].name);
}

static void add_part(struct tracer *t, uint32_t prop, const struct chain *ch)
{
    const struct conf_prop *p = &t->c->props.at[prop];
    struct buf b = BUF_INIT;

    add_chain(t->c, ch, &b);
    *VEC_ADD(&t->out->parts) = (struct conf_origin_part){p->file, p->line, p->column, p->value,
                                                         arena_str(&t->out->arena, buf_str(&b))};
    buf_release(&b);
}

static struct str joined(struct tracer *t, struct str a, struct str b)
{
    struct buf out = BUF_INIT;
    struct str s;

    buf_printf(&out, STR_FMT "," STR_FMT, STR_ARG(a), STR_ARG(b));
    s = arena_str(&t->out->arena, buf_str(&out));
    buf_release(&out);
    return s;
}

/* What the definition itself says of a row, as conf_resolve counts it: the last, but a null behind a text; all of those that are joined. */
static bool trace_own(struct tracer *t, const struct chain *ch, unsigned row, struct str *value)
{
    const struct conf_object *o = &t->c->objects.at[ch->object];
    const struct conf_directive *d = conf_directive(row);
    size_t first = t->out->parts.n;
    bool has = false;

    for (uint32_t i = 0; i < o->n_props; i++) {
        const struct conf_prop *p = &t->c->props.at[o->first_prop + i];
        bool none = is_null(p->value) && conf_kind_has_null(d->kind);

        if (p->row != row)
            continue;
        if (has && d->how == CONF_HOW_JOIN && !none && !is_null(*value)) {
            *value = joined(t, *value, p->value);
        } else if (!has || !none) {
            t->out->parts.n = first;
            *value = p->value;
        } else {
            continue;
        }
        add_part(t, o->first_prop + i, ch);
        has = true;
    }
    return has;
}

static bool wants_more(unsigned row, struct str value)
{
    return conf_kind_is_list(conf_directive(row)->kind) && value.n && value.p[0] == '+';
}

/* The parts of a row's value, those of the object first; false: it has none. Follows what conf_resolve did. */
static bool trace(struct tracer *t, const struct chain *ch, unsigned row, struct str *value)
{
    const struct conf_object *o = &t->c->objects.at[ch->object];
    unsigned first = conf_type_info(o->type)->first;
    bool has = trace_own(t, ch, row, value);
    struct str rest = o->use, name, theirs;
    uint64_t at;

    while ((!has || wants_more(row, *value)) && ch->depth < LIMIT_CONF_NEST &&
           conf_next_name(&rest, &name)) {
        struct chain link = {ch, 0, ch->depth + 1};
        size_t before = t->out->parts.n;

        if (!map_get(&t->c->templates[o->type], name, &at) || is_in(ch, (uint32_t)at) ||
            !t->c->objects.at[at].value[row - first])
            continue;
        link.object = (uint32_t)at;
        if (!trace(t, &link, row, &theirs))
            continue;
        if (!has)
            *value = theirs;
        else if (is_null(theirs))
            t->out->parts.n = before;
        else
            *value = joined(t, theirs, str_sub(*value, 1, value->n));
        has = true;
    }
    return has;
}

/* Custom variables and days are never put together: the one that counts is a line of the object or of one of its templates. */
static bool trace_keyed(struct tracer *t, const struct chain *ch, uint32_t prop)
{
    const struct conf_object *o = &t->c->objects.at[ch->object];
    struct str rest = o->use, name;
    uint64_t at;

    if (prop - o->first_prop < o->n_props) {
        add_part(t, prop, ch);
        return true;
    }
    while (ch->depth < LIMIT_CONF_NEST && conf_next_name(&rest, &name)) {
        struct chain link = {ch, 0, ch->depth + 1};

        if (!map_get(&t->c->templates[o->type], name, &at) || is_in(ch, (uint32_t)at))
            continue;
        link.object = (uint32_t)at;
        if (trace_keyed(t, &link, prop))
            return true;
    }
    return false;
}

/* ---- rows ---- */

static struct conf_origin_row *add_row(struct tracer *t, struct str name, struct str value,
                                       enum conf_origin_source source)
{
    struct conf_origin_row *r = VEC_ADD(&t->out->rows);

    *r = (struct conf_origin_row){
        .name = name, .value = value, .source = source, .first_part = (uint32_t)t->out->parts.n};
    return r;
}

static void end_row(struct tracer *t)
{
    struct conf_origin_row *r = &VEC_LAST(&t->out->rows);

    r->n_parts = (uint32_t)t->out->parts.n - r->first_part;
}

/* Rows whose default is the object's name. */
static bool is_named_so(unsigned row)
{
    return row == CONF_D_HOST_alias || row == CONF_D_HOST_display_name || row == CONF_D_HOST_address ||
           row == CONF_D_SERVICE_display_name;
}

static void row_of(struct tracer *t, uint32_t object, unsigned row)
{
    const struct conf_object *o = &t->c->objects.at[object];
    const struct conf_directive *d = conf_directive(row);
    const struct chain self = {NULL, object, 0};
    bool said = conf_get(t->c, o, row);
    struct str value = conf_text(t->c, o, row);

    if (!said && !value.n && is_named_so(row) && !t->out->is_template)
        value = conf_text(t->c, o, conf_type_info(o->type)->name_row);
    if (!said && (!value.n || d->acted != 1)) /* the default of what is not acted on counts for nothing */
        return;
    add_row(t, str_of(d->name), value, said ? CONF_ORIGIN_FILE : CONF_ORIGIN_DEFAULT)->secret =
        conf_secret_row(row);
    if (said)
        trace(t, &self, row, &value);
    end_row(t);
}

static void keyed_of(struct tracer *t, uint32_t object)
{
    const struct conf_object *o = &t->c->objects.at[object];
    const struct chain self = {NULL, object, 0};

    for (uint32_t i = 0; i < o->n_keyed; i++) {
        const struct conf_prop *p = &t->c->props.at[o->keyed[i]];
        struct buf name = BUF_INIT;
        bool day = o->type == CONF_TIMEPERIOD;

        buf_printf(&name, "%s" STR_FMT, day ? "" : "_", STR_ARG(p->key));
        add_row(t, arena_str(&t->out->arena, buf_str(&name)), is_null(p->value) && !day ? STR_NULL : p->value,
                CONF_ORIGIN_FILE)
            ->secret = !day && conf_secret_name(p->key);
        trace_keyed(t, &self, o->keyed[i]);
        end_row(t);
        buf_release(&name);
    }
}

static struct conf_origin_row *find_row(struct conf_origin *out, const char *name)
{
    for (size_t i = 0; i < out->rows.n; i++)
        if (str_eq_c(out->rows.at[i].name, name))
            return &out->rows.at[i];
    return NULL;
}

/* One row of the host in the place of the service's; it stands at the end of the rows, or takes the place of the default. */
static void take_from_host(struct tracer *t, uint32_t host, unsigned service_row, unsigned host_row)
{
    const struct conf_object *h = &t->c->objects.at[host];
    const char *name = conf_directive(service_row)->name;
    struct conf_origin_row *r = find_row(t->out, name);
    const struct chain self = {NULL, host, 0};
    struct str value;

    if (!conf_get(t->c, h, host_row))
        return;
    if (!r)
        r = add_row(t, str_of(name), STR_NULL, CONF_ORIGIN_HOST);
    r->source = CONF_ORIGIN_HOST;
    r->value = conf_text(t->c, h, host_row);
    r->first_part = (uint32_t)t->out->parts.n;
    trace(t, &self, host_row, &value);
    r->n_parts = (uint32_t)t->out->parts.n - r->first_part;
}

static void from_host(struct tracer *t, uint32_t object, uint32_t host)
{
    const struct conf_object *o = &t->c->objects.at[object];

    if (!conf_get(t->c, o, CONF_D_SERVICE_contacts) && !conf_get(t->c, o, CONF_D_SERVICE_contact_groups)) {
        take_from_host(t, host, CONF_D_SERVICE_contacts, CONF_D_HOST_contacts);
        take_from_host(t, host, CONF_D_SERVICE_contact_groups, CONF_D_HOST_contact_groups);
    }
    if (!conf_get(t->c, o, CONF_D_SERVICE_notification_interval))
        take_from_host(t, host, CONF_D_SERVICE_notification_interval, CONF_D_HOST_notification_interval);
    if (!conf_get(t->c, o, CONF_D_SERVICE_notification_period))
        take_from_host(t, host, CONF_D_SERVICE_notification_period, CONF_D_HOST_notification_period);
}

/* ---- groups ---- */

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

static bool is_member(const struct conf_group *g, uint32_t rank)
{
    for (size_t i = 0; i < g->members.n; i++)
        if (g->members.at[i] == rank)
            return true;
    return false;
}

/* Does this name, or pattern, of a list mean that one? */
static bool means(struct conf *c, uint32_t prop, struct str text, struct str name)
{
    if (text.n && text.p[0] == '!')
        return false;
    return str_eq(text, name) || str_eq_c(text, "*") ||
           (conf_is_pattern(c, text) && conf_match_one(c, prop, text, name));
}

static const struct conf_prop *list_names(struct conf *c, const struct conf_object *o, unsigned row,
                                          struct str name)
{
    const struct conf_prop *p = conf_get(c, o, row);
    struct str rest = p ? conf_text(c, o, row) : STR_NULL, one;

    while (conf_next_name(&rest, &one))
        if (means(c, (uint32_t)(p - c->props.at), one, name))
            return p;
    return NULL;
}

/* "host,description" pairs */
static const struct conf_prop *pairs_name(struct conf *c, const struct conf_object *o, unsigned row,
                                          struct str host, struct str service)
{
    const struct conf_prop *p = conf_get(c, o, row);
    struct str rest = p ? conf_text(c, o, row) : STR_NULL, h, s;

    while (conf_next_name(&rest, &h) && conf_next_name(&rest, &s))
        if (means(c, (uint32_t)(p - c->props.at), h, host) &&
            means(c, (uint32_t)(p - c->props.at), s, service))
            return p;
    return NULL;
}

static struct str group_name(const struct conf *c, const struct conf_object *o)
{
    return conf_text(c, o, conf_type_info(o->type)->name_row);
}

static void add_group(struct tracer *t, const struct kind *k, const struct conf_object *g, const char *by,
                      struct str inner, const struct conf_prop *p)
{
    *VEC_ADD(&t->out->groups) = (struct conf_origin_group){.type = k->group,
                                                           .name = group_name(t->c, g),
                                                           .by = by,
                                                           .inner = inner,
                                                           .file = p ? p->file : g->file,
                                                           .line = p ? p->line : g->line,
                                                           .column = p ? p->column : 1};
}

static void nested_group(struct tracer *t, const struct kind *k, const struct conf_object *g, uint32_t rank)
{
    struct conf *c = t->c;
    const struct conf_prop *p = conf_get(c, g, k->nested_row);
    struct str rest = p ? conf_text(c, g, k->nested_row) : STR_NULL, name;

    while (conf_next_name(&rest, &name)) {
        uint32_t inner = conf_rank(c, k->group, name);

        if (inner == CONF_NONE || !is_member(&c->groups[k->group].at[inner], rank))
            continue;
        add_group(t, k, g, conf_directive(k->nested_row)->name, name, p);
        return;
    }
    add_group(t, k, g, conf_directive(k->nested_row)->name, STR_NULL, p);
}

/* rank: of the member in its table, for services the index of conf.services */
static void groups_of(struct tracer *t, const struct kind *k, uint32_t object, uint32_t rank)
{
    struct conf *c = t->c;

    for (size_t i = 0; i < c->groups[k->group].n; i++) {
        const struct conf_object *g = &c->objects.at[c->groups[k->group].at[i].object],
                                 *o = &c->objects.at[object];
        const struct conf_prop *p;

        if (!is_member(&c->groups[k->group].at[i], rank))
            continue;
        p = list_names(c, o, k->joins_row, group_name(c, g));
        if (p) {
            add_group(t, k, g, conf_directive(k->joins_row)->name, STR_NULL, p);
            continue;
        }
        p = k->member == CONF_SERVICE ? pairs_name(c, g, k->members_row, t->out->name, t->out->service)
                                      : list_names(c, g, k->members_row, t->out->name);
        if (p)
            add_group(t, k, g, conf_directive(k->members_row)->name, STR_NULL, p);
        else
            nested_group(t, k, g, rank);
    }
}

/* The host groups that bring a service to its host. */
static void brought_by(struct tracer *t, const struct conf_service *s)
{
    const struct conf_object *o = &t->c->objects.at[s->object];
    const struct conf_prop *p = conf_get(t->c, o, CONF_D_SERVICE_hostgroup_name);
    struct conf *c = t->c;

    for (size_t i = 0; s->from_group && p && i < c->groups[CONF_HOSTGROUP].n; i++) {
        const struct conf_object *g = &c->objects.at[c->groups[CONF_HOSTGROUP].at[i].object];

        if (is_member(&c->groups[CONF_HOSTGROUP].at[i], s->host) &&
            list_names(c, o, CONF_D_SERVICE_hostgroup_name, group_name(c, g)))
            add_group(t, &kinds[0], g, "hostgroup_name", STR_NULL, p);
    }
}

/* ---- the whole ---- */

static void describe(struct tracer *t, uint32_t object)
{
    const struct conf_object *o = &t->c->objects.at[object];
    const struct conf_type_info *info = conf_type_info(o->type);

    t->out->file = o->file;
    t->out->line = o->line;
    t->out->uses = o->use;
    t->out->is_template = !o->registered;
    for (unsigned i = 0; i < info->n; i++)
        row_of(t, object, info->first + i);
    keyed_of(t, object);
}

static bool service_of(struct tracer *t, struct str host_name, struct str description, struct str *near)
{
    struct conf *c = t->c;
    uint32_t host = conf_rank(c, CONF_HOST, host_name), at;
    struct map names = {.count = 0};

    if (host == CONF_NONE) {
        *near = conf_near(c, &c->rank[CONF_HOST], host_name);
        return false;
    }
    at = conf_service_find(c, host, description);
    if (at == CONF_NONE) {
        for (uint32_t i = c->first_service[host]; i < c->first_service[host + 1]; i++)
            map_put(&names, c->services.at[i].description, i);
        *near = arena_str(&t->out->arena, conf_near(c, &names, description));
        map_release(&names);
        return false;
    }
    describe(t, c->services.at[at].object);
    t->out->is_template = false;
    from_host(t, c->services.at[at].object, c->ranked[CONF_HOST].at[host]);
    brought_by(t, &c->services.at[at]);
    groups_of(t, &kinds[1], c->services.at[at].object, at);
    return true;
}

static bool named_of(struct tracer *t, enum conf_type type, struct str name, struct str *near)
{
    struct conf *c = t->c;
    uint32_t rank = conf_type_info(type)->name_row == CONF_D_ALL || type == CONF_SERVICE
                        ? CONF_NONE
                        : conf_rank(c, type, name);
    uint64_t object;

    if (rank != CONF_NONE) {
        object = c->ranked[type].at[rank];
    } else if (!map_get(&c->templates[type], name, &object)) {
        *near = conf_near(c, &c->rank[type], name);
        if (!near->n)
            *near = conf_near(c, &c->templates[type], name);
        return false;
    }
    describe(t, (uint32_t)object);
    for (size_t i = 0; rank != CONF_NONE && i < ARRAY_LEN(kinds); i++)
        if (kinds[i].member == type)
            groups_of(t, &kinds[i], (uint32_t)object, rank);
    return true;
}

bool conf_origin_of(struct conf *c, enum conf_type type, struct str name, struct str service,
                    struct conf_origin *out, struct str *near)
{
    struct tracer t = {c, out};

    *out = (struct conf_origin){.type = type, .name = name, .service = service};
    *near = STR_NULL;
    return service.n ? service_of(&t, name, service, near) : named_of(&t, type, name, near);
}

void conf_origin_release(struct conf_origin *o)
{
    VEC_RELEASE(&o->rows);
    VEC_RELEASE(&o->parts);
    VEC_RELEASE(&o->groups);
    arena_release(&o->arena);
}

/* ---- the main file ---- */

static void add_place(struct tracer *t, struct conf_place at, struct str value)
{
    *VEC_ADD(&t->out->parts) = (struct conf_origin_part){at.file, at.line, at.column, value, STR_NULL};
}

static void user_macros(struct tracer *t)
{
    for (unsigned n = 1; n < ARRAY_LEN(t->c->user_macro); n++) {
        char name[16];

        if (!t->c->user_macro[n].p)
            continue;
        snprintf(name, sizeof(name), "$USER%u$", n);
        add_row(t, arena_str(&t->out->arena, str_of(name)), t->c->user_macro[n], CONF_ORIGIN_FILE)->secret =
            conf_user_is_secret(t->c, n);
        add_place(t, t->c->user_place[n], t->c->user_macro[n]);
        end_row(t);
    }
}

/* Options may stand several times: they follow behind. */
static bool is_set_option(const struct conf *c, const struct conf_directive *d)
{
    for (size_t i = 0; i < c->options.n; i++)
        if (str_eq_c(c->options.at[i].key, d->name))
            return true;
    return false;
}

void conf_origin_main(struct conf *c, struct conf_origin *out)
{
    struct tracer t = {c, out};

    *out = (struct conf_origin){.type = CONF_TYPE_COUNT};
    for (unsigned i = 0; i < conf_main_count(); i++) {
        const struct conf_directive *d = conf_main(i);
        struct str value = c->main_value[i].p ? c->main_value[i] : str_of(d->def);

        if (!value.n || (!c->main_value[i].p && d->acted != 1) || is_set_option(c, d))
            continue;
        add_row(&t, str_of(d->name), value, c->main_value[i].p ? CONF_ORIGIN_FILE : CONF_ORIGIN_DEFAULT);
        if (c->main_value[i].p)
            add_place(&t, c->main_place[i], value);
        end_row(&t);
    }
    for (size_t i = 0; i < c->options.n; i++) {
        const struct conf_prop *p = &c->options.at[i];
        unsigned row;

        add_row(&t, p->key, p->value, CONF_ORIGIN_FILE)->secret =
            conf_main_find(p->key, &row) && conf_main(row)->kind == CONF_KIND_OPTION_SECRET;
        add_place(&t, (struct conf_place){p->file, p->line, p->column}, p->value);
        end_row(&t);
    }
    user_macros(&t);
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

void conf_origin_names(const struct conf *c, enum conf_type type, conf_origin_name_f *each, void *user)
{
    if (type == CONF_SERVICE) {
        service_names(c, each, user);
        return;
    }
    for (size_t i = 0; i < c->ranked[type].n; i++) {
        const struct conf_object *o = conf_ranked(c, type, (uint32_t)i);

        each(user, group_name(c, o), STR_NULL, o->file, o->line);
    }
}
