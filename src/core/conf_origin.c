/* SPDX-License-Identifier: Apache-2.0 */
#include "core/conf_origin.h"

#include "base/limits.h"
#include "core/conf_origin_int.h"
#include "core/conf_secret.h"

#include <stdio.h>
#include <string.h>

/* The templates between the object asked for and the one at hand, innermost last. */
struct chain {
    const struct chain *up;
    uint32_t object;
    unsigned depth;
};

enum { STEPS_MAX = 100000 }; /* of one value: templates that use each other again and again multiply, too */
enum { PARTS_MAX = 1000 };   /* of one value: templates of templates with + multiply */

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

static void add_part(struct conf_tracer *t, uint32_t prop, const struct chain *ch)
{
    const struct conf_prop *p = &t->c->props.at[prop];
    struct buf b = BUF_INIT;

    add_chain(t->c, ch, &b);
    *VEC_ADD(&t->out->parts) = (struct conf_origin_part){p->file, p->line, p->column, p->value,
                                                         arena_str(&t->out->arena, buf_str(&b))};
    buf_release(&b);
}

static struct str joined(struct conf_tracer *t, struct str a, struct str b)
{
    struct buf out = BUF_INIT;
    struct str s;

    buf_printf(&out, STR_FMT "," STR_FMT, STR_ARG(a), STR_ARG(b));
    s = arena_str(&t->out->arena, buf_str(&out));
    buf_release(&out);
    return s;
}

/* What the definition itself says of a row, as conf_resolve counts it: the last, but a null behind a text; all of those that are joined. */
static bool trace_own(struct conf_tracer *t, const struct chain *ch, unsigned row, struct str *value)
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
        if (conf_takes_back(t->c, p)) {
            t->out->parts.n = first;
            has = false;
            continue;
        }
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
static bool trace(struct conf_tracer *t, const struct chain *ch, unsigned row, struct str *value)
{
    const struct conf_object *o = &t->c->objects.at[ch->object];
    unsigned first = conf_type_info(o->type)->first;
    bool has = trace_own(t, ch, row, value);
    struct str rest = o->use, name, theirs;
    size_t begun = t->out->parts.n;
    uint64_t at;

    while ((!has || wants_more(row, *value)) && ch->depth < LIMIT_CONF_NEST &&
           t->out->parts.n - begun < PARTS_MAX && t->steps++ < STEPS_MAX && conf_next_name(&rest, &name)) {
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

/* Does an object have this line, its own or inherited as it is? */
static bool has_prop(const struct conf_object *o, uint32_t prop)
{
    unsigned row_count = conf_type_info(o->type)->n;

    for (uint32_t i = 0; i < o->n_keyed; i++)
        if (o->keyed[i] == prop)
            return true;
    for (unsigned i = 0; i < row_count; i++)
        if (o->value[i] == prop + 1)
            return true;
    return false;
}

/* A value that was not put together is a line of the object or of one of its templates. */
static bool trace_prop(struct conf_tracer *t, const struct chain *ch, uint32_t prop)
{
    const struct conf_object *o = &t->c->objects.at[ch->object];
    struct str rest = o->use, name;
    uint64_t at;

    if (prop - o->first_prop < o->n_props) {
        add_part(t, prop, ch);
        return true;
    }
    while (ch->depth < LIMIT_CONF_NEST && t->steps++ < STEPS_MAX && conf_next_name(&rest, &name)) {
        struct chain link = {ch, 0, ch->depth + 1};

        if (!map_get(&t->c->templates[o->type], name, &at) || is_in(ch, (uint32_t)at) ||
            !has_prop(&t->c->objects.at[at], prop))
            continue;
        link.object = (uint32_t)at;
        if (trace_prop(t, &link, prop))
            return true;
    }
    return false;
}

void conf_origin_trace(struct conf_tracer *t, uint32_t object, unsigned row)
{
    const struct conf_object *o = &t->c->objects.at[object];
    const struct conf_prop *p = conf_get(t->c, o, row);
    const struct chain self = {NULL, object, 0};
    struct str ignored;

    t->steps = 0;
    if (p && !trace_prop(t, &self, (uint32_t)(p - t->c->props.at)))
        trace(t, &self, row, &ignored);
}

void conf_origin_trace_key(struct conf_tracer *t, uint32_t object, uint32_t i)
{
    const struct chain self = {NULL, object, 0};

    t->steps = 0;
    trace_prop(t, &self, t->c->objects.at[object].keyed[i]);
}

/* ---- rows ---- */

static struct conf_origin_row *add_row(struct conf_tracer *t, struct str name, struct str value,
                                       enum conf_origin_source source)
{
    struct conf_origin_row *r = VEC_ADD(&t->out->rows);

    *r = (struct conf_origin_row){.name = name,
                                  .value = value,
                                  .source = source,
                                  .row = CONF_D_ALL,
                                  .first_part = (uint32_t)t->out->parts.n};
    return r;
}

static void end_row(struct conf_tracer *t)
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

static void row_of(struct conf_tracer *t, uint32_t object, unsigned row)
{
    const struct conf_object *o = &t->c->objects.at[object];
    const struct conf_directive *d = conf_directive(row);
    bool said = conf_get(t->c, o, row);
    struct str value = conf_text(t->c, o, row);

    if (row == CONF_D_SERVICE_check_command && value.n && value.p[0] == '!') /* is no part of the name */
        value = str_sub(value, 1, value.n);
    if (!said && !value.n && is_named_so(row) && !t->out->is_template)
        value = conf_text(t->c, o, conf_type_info(o->type)->name_row);
    if (!said && (!value.n || d->acted != 1)) /* the default of what is not acted on counts for nothing */
        return;
    add_row(t, str_of(d->name), value, said ? CONF_ORIGIN_FILE : CONF_ORIGIN_DEFAULT)->secret =
        conf_secret_row(row);
    VEC_LAST(&t->out->rows).row = row;
    if (said)
        conf_origin_trace(t, object, row);
    end_row(t);
}

static void keyed_of(struct conf_tracer *t, uint32_t object)
{
    const struct conf_object *o = &t->c->objects.at[object];

    for (uint32_t i = 0; i < o->n_keyed; i++) {
        const struct conf_prop *p = &t->c->props.at[o->keyed[i]];
        struct buf name = BUF_INIT;
        bool day = o->type == CONF_TIMEPERIOD;

        buf_printf(&name, "%s" STR_FMT, day ? "" : "_", STR_ARG(p->key));
        add_row(t, arena_str(&t->out->arena, buf_str(&name)), is_null(p->value) && !day ? STR_NULL : p->value,
                CONF_ORIGIN_FILE)
            ->secret = !day && conf_secret_name(p->key);
        conf_origin_trace_key(t, object, i);
        end_row(t);
        buf_release(&name);
    }
}

/* The row of a directive; one that is not there yet is made, in the order of the table. */
static struct conf_origin_row *place_row(struct conf_tracer *t, unsigned row)
{
    struct conf_origin_row fresh;
    size_t at = 0;

    while (at < t->out->rows.n && t->out->rows.at[at].row < row)
        at++;
    if (at < t->out->rows.n && t->out->rows.at[at].row == row)
        return &t->out->rows.at[at];
    add_row(t, str_of(conf_directive(row)->name), STR_NULL, CONF_ORIGIN_DEFAULT)->row = row;
    fresh = VEC_LAST(&t->out->rows);
    memmove(t->out->rows.at + at + 1, t->out->rows.at + at, (t->out->rows.n - 1 - at) * sizeof(fresh));
    t->out->rows.at[at] = fresh;
    return &t->out->rows.at[at];
}

void conf_origin_fallback(struct conf_tracer *t, unsigned row, struct str value)
{
    struct conf_origin_row *r = place_row(t, row);

    if (r->source == CONF_ORIGIN_DEFAULT && !r->value.n)
        r->value = value;
}

/* A list of mine that begins with + stands behind the holder's. */
void conf_origin_take(struct conf_tracer *t, uint32_t holder, unsigned my_row, unsigned holder_row,
                      enum conf_origin_source source)
{
    const struct conf_object *h = &t->c->objects.at[holder];
    struct str theirs = conf_text(t->c, h, holder_row), own;
    struct conf_origin_row *r;
    uint32_t first = (uint32_t)t->out->parts.n;

    if (!conf_get(t->c, h, holder_row))
        return;
    r = place_row(t, my_row);
    if (r->source == CONF_ORIGIN_FILE && !theirs.n)
        return;
    own = r->value;
    if (r->source == CONF_ORIGIN_FILE) {
        for (uint32_t i = 0; i < r->n_parts; i++) {
            struct conf_origin_part p = t->out->parts.at[r->first_part + i];

            *VEC_ADD(&t->out->parts) = p;
        }
        r->value = own.n ? joined(t, theirs, own) : theirs;
    } else {
        r->source = source;
        r->value = theirs;
        r->secret = conf_secret_row(holder_row);
    }
    r->first_part = first;
    conf_origin_trace(t, holder, holder_row);
    r->n_parts = (uint32_t)t->out->parts.n - first;
}

/* What a service that says nothing has from its host: contacts of both kinds together. */
static void from_host(struct conf_tracer *t, uint32_t object, uint32_t host)
{
    const struct conf_object *o = &t->c->objects.at[object];
    bool told =
        conf_get(t->c, o, CONF_D_SERVICE_contacts) || conf_get(t->c, o, CONF_D_SERVICE_contact_groups);

    for (unsigned i = 0; i < conf_type_info(CONF_SERVICE)->n; i++) {
        unsigned row = conf_type_info(CONF_SERVICE)->first + i, host_row;
        bool who = row == CONF_D_SERVICE_contacts || row == CONF_D_SERVICE_contact_groups;

        if (conf_directive(row)->how == CONF_HOW_HOST && !(who ? told : conf_get(t->c, o, row) != NULL) &&
            conf_directive_find(CONF_HOST, str_of(conf_directive(row)->name), &host_row))
            conf_origin_take(t, host, row, host_row, CONF_ORIGIN_HOST);
    }
}

/* ---- the whole ---- */

void conf_origin_describe(struct conf_tracer *t, uint32_t object)
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

static bool service_of(struct conf_tracer *t, struct str host_name, struct str description, struct str *near)
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
    conf_origin_describe(t, c->services.at[at].object);
    t->out->is_template = false;
    from_host(t, c->services.at[at].object, c->ranked[CONF_HOST].at[host]);
    conf_origin_extinfo(t, host, at);
    if (c->services.at[at].from_group)
        conf_origin_brought(t, CONF_HOST, c->services.at[at].object, CONF_D_SERVICE_hostgroup_name, host);
    conf_origin_groups(t, CONF_SERVICE, at);
    return true;
}

static bool named_of(struct conf_tracer *t, enum conf_type type, struct str name, struct str *near)
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
    conf_origin_describe(t, (uint32_t)object);
    if (rank == CONF_NONE)
        return true;
    if (type == CONF_HOST)
        conf_origin_extinfo(t, rank, CONF_NONE);
    conf_origin_groups(t, type, rank);
    conf_origin_members(t, type, rank);
    return true;
}

bool conf_origin_of(struct conf *c, enum conf_type type, struct str name, struct str service,
                    struct conf_origin *out, struct str *near)
{
    struct conf_tracer t = {c, out};

    *out = (struct conf_origin){.type = type, .name = name, .service = service};
    *near = STR_NULL;
    return service.n ? service_of(&t, name, service, near) : named_of(&t, type, name, near);
}

void conf_origin_release(struct conf_origin *o)
{
    VEC_RELEASE(&o->rows);
    VEC_RELEASE(&o->parts);
    VEC_RELEASE(&o->groups);
    VEC_RELEASE(&o->members);
    arena_release(&o->arena);
}

/* ---- the main file ---- */

static void add_place(struct conf_tracer *t, struct conf_place at, struct str value)
{
    *VEC_ADD(&t->out->parts) = (struct conf_origin_part){at.file, at.line, at.column, value, STR_NULL};
}

static void user_macros(struct conf_tracer *t)
{
    for (unsigned n = 1; n < ARRAY_LEN(t->c->user_macro); n++) {
        char name[64];

        if (!t->c->user_macro[n].p)
            continue;
        if (t->c->user_name[n].n)
            snprintf(name, sizeof(name), "$" STR_FMT "$", STR_ARG(t->c->user_name[n]));
        else
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

/* All files and folders of objects: each counts, in this order. False: the directive is none of these. */
static bool object_files(struct conf_tracer *t, const struct conf_directive *d)
{
    size_t before = t->out->rows.n;

    for (size_t i = 0; i < t->c->to_read.n; i++) {
        const struct conf_prop *p = &t->c->to_read.at[i];

        if (!str_eq_c(p->key, d->name))
            continue;
        add_row(t, p->key, p->value, CONF_ORIGIN_FILE);
        add_place(t, (struct conf_place){p->file, p->line, p->column}, p->value);
        end_row(t);
    }
    return t->out->rows.n > before;
}

void conf_origin_main(struct conf *c, struct conf_origin *out)
{
    struct conf_tracer t = {c, out};

    *out = (struct conf_origin){.type = CONF_TYPE_COUNT};
    for (unsigned i = 0; i < conf_main_count(); i++) {
        const struct conf_directive *d = conf_main(i);
        struct str value = c->main_value[i].p ? c->main_value[i] : str_of(d->def);

        if (!value.n || (!c->main_value[i].p && d->acted != 1) || is_set_option(c, d) || object_files(&t, d))
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
