/* SPDX-License-Identifier: Apache-2.0 */
#include "api/object_value.h"

#include "api/group.h"
#include "core/conf_secret.h"
#include "core/model.h"
#include "core/origin.h"
#include "wire/json.h"

#include <inttypes.h>
#include <string.h>

#define LINES_MOST 64u /* of one value: lists that templates add to */

struct of {
    const struct model *m;
    const struct sight *sight;
    struct eyes *eyes, *commands; /* the latter by the right to read commands */
    enum conf_type type;
    uint32_t at;
    const char *base; /* its struct in the snapshot */
    bool all;
    const struct model_origin *origin, *host; /* of it, and of a service's host */
};

static const char *base_of(const struct model *m, enum conf_type type, uint32_t at)
{
    switch ((int)type) {
    case CONF_HOST:
    case CONF_SERVICE: return (const char *)model_check(m, at);
    case CONF_HOSTGROUP: return (const char *)model_host_group(m, at);
    case CONF_SERVICEGROUP: return (const char *)model_service_group(m, at);
    case CONF_CONTACTGROUP: return (const char *)model_contact_group(m, at);
    case CONF_CONTACT: return (const char *)model_contact(m, at);
    case CONF_COMMAND: return (const char *)model_command(m, at);
    default: return (const char *)model_period(m, at);
    }
}

/* ---- numbers and words of one field ---- */

static uint32_t u32_at(const struct of *o, int32_t field)
{
    uint32_t v;

    memcpy(&v, o->base + field, sizeof(v));
    return v;
}

static int64_t i64_at(const struct of *o, int32_t field)
{
    int64_t v;

    memcpy(&v, o->base + field, sizeof(v));
    return v;
}

/* In thousandths, without zeros behind. */
static void milli(struct buf *b, int64_t v)
{
    buf_printf(b, "%" PRId64, v / 1000);
    if (v % 1000) {
        buf_printf(b, ".%03" PRId64, v % 1000);
        while (b->data[b->len - 1] == '0')
            buf_truncate(b, b->len - 1);
    }
}

static void options(struct buf *b, uint32_t mask)
{
    static const struct {
        uint32_t bit;
        char letter;
    } letters[] = {{MODEL_ON_OK, 'o'},       {MODEL_ON_WARNING, 'w'},  {MODEL_ON_UNKNOWN, 'u'},
                   {MODEL_ON_CRITICAL, 'c'}, {MODEL_ON_DOWN, 'd'},     {MODEL_ON_UNREACHABLE, 'u'},
                   {MODEL_ON_PENDING, 'p'},  {MODEL_ON_RECOVERY, 'r'}, {MODEL_ON_FLAPPING, 'f'},
                   {MODEL_ON_DOWNTIME, 's'}, {MODEL_ON_NOTIFY, 'N'}};
    size_t before = b->len;

    for (size_t i = 0; i < ARRAY_LEN(letters) && !(mask & MODEL_ON_ALL); i++)
        if (mask & letters[i].bit)
            buf_printf(b, "%s%c", b->len > before ? "," : "", letters[i].letter);
    if (b->len == before)
        buf_add_char(b, mask & MODEL_ON_ALL ? 'a' : 'n');
}

static void flags(const struct of *o, const struct conf_directive *d, struct buf *b)
{
    uint32_t have =
        o->type == CONF_CONTACT ? model_contact(o->m, o->at)->flags : model_check(o->m, o->at)->flags;

    buf_add_char(b, have & (uint32_t)d->field ? '1' : '0');
}

static void field(const struct of *o, const struct conf_directive *d, struct buf *b)
{
    const struct model *m = o->m;
    uint32_t at;

    switch ((int)d->kind) {
    case CONF_KIND_STRING:
    case CONF_KIND_TEXT:
    case CONF_KIND_NAME: buf_add_str(b, model_str(m, u32_at(o, d->field))); break;
    case CONF_KIND_BOOL: flags(o, d, b); break;
    case CONF_KIND_UINT: buf_add_u64(b, u32_at(o, d->field)); break;
    case CONF_KIND_UNITS:
        milli(b, i64_at(o, d->field) / MAX(m->globals->interval_length_us / 1000, (int64_t)1));
        break;
    case CONF_KIND_SECONDS: milli(b, i64_at(o, d->field) / 1000); break;
    case CONF_KIND_PERCENT: milli(b, (int64_t)u32_at(o, d->field) * 10); break;
    case CONF_KIND_STATE:
        buf_add_char(b, (o->type == CONF_HOST ? "oduu" : "owcu")[*(const uint8_t *)(o->base + d->field) & 3]);
        break;
    case CONF_KIND_PERIOD:
        at = u32_at(o, d->field);
        if (at != MODEL_NONE && eyes_see(o->eyes, EYES_PERIOD, at)) /* a contact's own may be nobody else's */
            buf_add_str(b, model_str(m, model_period(m, at)->name));
        break;
    default:
        if (conf_kind_is_option(d->kind))
            options(b, u32_at(o, d->field));
    }
}

/* ---- those that are no single field ---- */

enum list_of {
    OF_CHECKS,
    OF_HOST_GROUPS,
    OF_SERVICE_GROUPS,
    OF_CONTACTS,
    OF_CONTACT_GROUPS,
    OF_PERIODS,
    OF_LINES
};

static void add_one(const struct of *o, enum list_of of, uint32_t at, struct buf *b)
{
    const struct model *m = o->m;
    uint32_t name = 0;

    switch (of) {
    case OF_CHECKS:
        if (!sight_sees(o->sight, at))
            return;
        if (o->type == CONF_SERVICE)
            buf_printf(b, "%s" STR_FMT, b->len ? "," : "", STR_ARG(model_host_name(m, at)));
        name = model_check(m, at)->name;
        break;
    case OF_HOST_GROUPS: name = model_host_group(m, at)->name; break;
    case OF_SERVICE_GROUPS: name = model_service_group(m, at)->name; break;
    case OF_CONTACTS: name = model_contact(m, at)->name; break;
    case OF_CONTACT_GROUPS: /* a contact may be in others' groups, too */
        name = eyes_see(o->eyes, EYES_CONTACT_GROUP, at) ? model_contact_group(m, at)->name : 0;
        break;
    case OF_PERIODS: name = eyes_see(o->eyes, EYES_PERIOD, at) ? model_period(m, at)->name : 0; break;
    case OF_LINES:
        name = eyes_see(o->commands, EYES_COMMAND, model_line(m, at)->command) ? model_line(m, at)->text : 0;
        break;
    }
    if (!name)
        return;
    if (b->len)
        buf_add_char(b, ',');
    buf_add_str(b, model_str(m, name));
}

static void list(const struct of *o, enum list_of of, struct model_list l, struct buf *b)
{
    for (uint32_t i = 0; i < l.n; i++)
        add_one(o, of, model_item(o->m, l, i), b);
}

static void of_check(const struct of *o, unsigned row, struct buf *b)
{
    const struct model *m = o->m;
    const struct model_check *c = model_check(m, o->at);
    const struct model_extra *x = c->extra == MODEL_NONE ? NULL : model_extra(m, c->extra);
    const int64_t unit = MAX(m->globals->interval_length_us / 1000, (int64_t)1);

#define ROW(name)                                                                                            \
    case CONF_D_HOST_##name:                                                                                 \
    case CONF_D_SERVICE_##name
#define TEXT(name)                                                                                           \
    ROW(name) : if (x) buf_add_str(b, model_str(m, x->name));                                                \
    break
    switch (row) {
    case CONF_D_SERVICE_host_name:
        buf_add_str(b, model_host_name(m, o->at));
        break;
        ROW(parents) : list(o, OF_CHECKS, c->parents, b);
        break;
    case CONF_D_HOST_hostgroups: list(o, OF_HOST_GROUPS, c->groups, b); break;
    case CONF_D_SERVICE_servicegroups:
        list(o, OF_SERVICE_GROUPS, c->groups, b);
        break;
        ROW(check_command) : buf_add_str(b, model_str(m, c->check_text));
        break;
        ROW(event_handler) : buf_add_str(b, model_str(m, c->handler_text));
        break;
        ROW(contacts) : list(o, OF_CONTACTS, c->own_contacts, b);
        break;
        ROW(contact_groups) : list(o, OF_CONTACT_GROUPS, c->contact_groups, b);
        break;
        TEXT(notes);
        TEXT(notes_url);
        TEXT(action_url);
        TEXT(icon_image);
        TEXT(icon_image_alt);
        ROW(acknowledgement_timeout) : if (x && x->ack_timeout_us) milli(b, x->ack_timeout_us / unit);
        break;
        ROW(recovery_notification_delay)
            : if (x && x->recovery_delay_us) milli(b, x->recovery_delay_us / unit);
        break;
    default: break;
    }
#undef TEXT
#undef ROW
}

static void of_contact(const struct of *o, unsigned row, struct buf *b)
{
    const struct model_contact *c = model_contact(o->m, o->at);

    switch (row) {
    case CONF_D_CONTACT_contactgroups: list(o, OF_CONTACT_GROUPS, c->groups, b); break;
    case CONF_D_CONTACT_host_notification_commands: list(o, OF_LINES, c->host_lines, b); break;
    case CONF_D_CONTACT_service_notification_commands: list(o, OF_LINES, c->service_lines, b); break;
    case CONF_D_CONTACT_vigie_webhook: buf_add_c(b, c->webhook ? CONF_MASK : ""); break;
    default: break;
    }
}

static bool is_address(unsigned row)
{
    return (row >= CONF_D_CONTACT_email && row <= CONF_D_CONTACT_address6) ||
           row == CONF_D_CONTACT_vigie_mail || row == CONF_D_CONTACT_vigie_webhook;
}

void object_line(struct str line, struct buf *out)
{
    bool hide = false;

    while (line.p) {
        struct str word = str_cut(&line, ' '), value = word, name = str_cut(&value, '=');
        bool option = str_starts(word, STR("--")) && conf_secret_name(name);

        if (option && value.p)
            buf_printf(out, STR_FMT "=%s", STR_ARG(name), CONF_MASK);
        else if (hide && word.n && word.p[0] != '$' && word.p[0] != '-')
            buf_add_c(out, CONF_MASK);
        else
            buf_add_str(out, word);
        hide = (option && !value.p) || (hide && !word.n);
        if (line.p)
            buf_add_char(out, ' ');
    }
}

/* ---- where a value stands ---- */

struct stands {
    const char *source;
    struct origin_line line[LINES_MOST];
    size_t n;
    bool groups; /* the lines are those of groups, with their names */
};

static const struct model_origin *origin_of(const struct model *m, enum conf_type type, uint32_t at)
{
    const struct model_group *g = NULL;

    switch ((int)type) {
    case CONF_HOST:
    case CONF_SERVICE: return origin_find(m, model_check(m, at)->file, model_check(m, at)->line);
    case CONF_CONTACT: return origin_find(m, model_contact(m, at)->file, model_contact(m, at)->line);
    case CONF_COMMAND: return origin_find(m, model_command(m, at)->file, model_command(m, at)->line);
    case CONF_TIMEPERIOD: return origin_find(m, model_period(m, at)->file, model_period(m, at)->line);
    case CONF_HOSTGROUP: g = model_host_group(m, at); break;
    case CONF_SERVICEGROUP: g = model_service_group(m, at); break;
    default: g = model_contact_group(m, at);
    }
    return origin_find(m, g->file, g->line);
}

/* The lines of a row of the table of all directives. */
static size_t lines_of(const struct of *o, const struct model_origin *origin, unsigned row, struct stands *s)
{
    enum conf_type type = origin == o->origin ? o->type : CONF_HOST;

    s->n = origin ? origin_lines(o->m, origin, row - conf_type_info(type)->first, s->line, LINES_MOST) : 0;
    s->n = MIN(s->n, (size_t)LINES_MOST);
    return s->n;
}

/* What a service that says nothing has from its host; contacts and their groups go together. A host out of sight keeps its lines to itself. */
static bool is_of_host(const struct of *o, unsigned row, struct stands *s)
{
    bool who = row == CONF_D_SERVICE_contacts || row == CONF_D_SERVICE_contact_groups;
    unsigned host_row;

    if (o->type != CONF_SERVICE || conf_directive(row)->how != CONF_HOW_HOST ||
        (who && (lines_of(o, o->origin, CONF_D_SERVICE_contacts, s) ||
                 lines_of(o, o->origin, CONF_D_SERVICE_contact_groups, s))) ||
        !conf_directive_find(CONF_HOST, str_of(conf_directive(row)->name), &host_row) ||
        !lines_of(o, o->host, host_row, s))
        return false;
    if (!sight_sees(o->sight, model_check(o->m, o->at)->host))
        s->n = 0;
    return true;
}

/* A group may be what says that something is in it. */
static bool is_of_groups(const struct of *o, unsigned row, struct stands *s)
{
    struct model_list l;

    if (row == CONF_D_HOST_hostgroups || row == CONF_D_SERVICE_servicegroups)
        l = model_check(o->m, o->at)->groups;
    else if (row == CONF_D_CONTACT_contactgroups)
        l = model_contact(o->m, o->at)->groups;
    else
        return false;
    s->n = 0;
    for (uint32_t i = 0; i < l.n && s->n < LINES_MOST; i++) {
        uint32_t at = model_item(o->m, l, i);
        const struct model_group *g = row == CONF_D_HOST_hostgroups         ? model_host_group(o->m, at)
                                      : row == CONF_D_SERVICE_servicegroups ? model_service_group(o->m, at)
                                                                            : model_contact_group(o->m, at);

        if (row != CONF_D_CONTACT_contactgroups || eyes_see(o->eyes, EYES_CONTACT_GROUP, at))
            s->line[s->n++] = (struct origin_line){g->file, g->line, model_str(o->m, g->name)};
    }
    s->groups = true;
    return true;
}

static bool is_extended(unsigned row)
{
    switch (row) {
    case CONF_D_HOST_notes:
    case CONF_D_HOST_notes_url:
    case CONF_D_HOST_action_url:
    case CONF_D_HOST_icon_image:
    case CONF_D_HOST_icon_image_alt:
    case CONF_D_SERVICE_notes:
    case CONF_D_SERVICE_notes_url:
    case CONF_D_SERVICE_action_url:
    case CONF_D_SERVICE_icon_image:
    case CONF_D_SERVICE_icon_image_alt: return true;
    default: return false;
    }
}

static void find_stand(const struct of *o, unsigned row, struct stands *s)
{
    s->groups = false;
    if (lines_of(o, o->origin, row, s) ||
        (row == CONF_D_SERVICE_host_name && lines_of(o, o->origin, CONF_D_SERVICE_hostgroup_name, s)))
        s->source = s->line[0].through.n ? "template" : "object";
    else if (is_of_host(o, row, s))
        s->source = "host";
    else if (is_of_groups(o, row, s))
        s->source = "group";
    else if (!o->origin || origin_is_cut(o->m, o->origin))
        s->source = "unknown";
    else
        s->source = is_extended(row) ? "extinfo" : "default";
}

/* Of a custom variable, by its place among them. */
static void find_variable(const struct of *o, uint32_t i, struct stands *s)
{
    unsigned row = conf_type_info(o->type)->first + conf_type_info(o->type)->n + i;

    s->groups = false;
    if (lines_of(o, o->origin, row, s))
        s->source = s->line[0].through.n ? "template" : "object";
    else
        s->source = "unknown";
}

static void write_stand(const struct of *o, const struct stands *s, struct json *j)
{
    json_key_c(j, "source", s->source);
    json_key(j, "from");
    json_list(j);
    for (size_t i = 0; i < s->n; i++) {
        const struct origin_line *l = &s->line[i];

        json_map(j);
        json_key_str(j, "file", model_str(o->m, model_file(o->m, l->file)->v));
        json_key_u64(j, "line", l->line);
        json_key(j, "template");
        if (l->through.n && !s->groups)
            json_str(j, l->through);
        else
            json_none(j);
        if (s->groups)
            json_key_str(j, "group", l->through);
        json_map_end(j);
    }
    json_list_end(j);
}

/* ---- all of it ---- */

static void put(struct json *j, struct str name, struct str value, bool secret, const struct of *o,
                const struct stands *s)
{
    json_map(j);
    json_key_str(j, "name", name);
    json_key_str(j, "value", secret ? STR(CONF_MASK) : value);
    if (secret)
        json_key_bool(j, "secret", true);
    write_stand(o, s, j);
    json_map_end(j);
}

static void put_row(struct json *j, const struct of *o, unsigned row, struct str value)
{
    struct stands s;

    if (!value.n)
        return;
    find_stand(o, row, &s);
    put(j, str_of(conf_directive(row)->name), value, false, o, &s);
}

static void variables(struct json *j, const struct of *o)
{
    bool contact = o->type == CONF_CONTACT, check = o->type == CONF_HOST || o->type == CONF_SERVICE;
    uint32_t first = 0, n = 0;
    struct buf name = BUF_INIT;
    struct stands s;

    if (contact) {
        first = model_contact(o->m, o->at)->first_var;
        n = model_contact(o->m, o->at)->n_vars;
    } else if (check) {
        first = model_check(o->m, o->at)->first_var;
        n = model_check(o->m, o->at)->n_vars;
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct model_var *v = model_var(o->m, first + i);

        if (!model_str(o->m, v->value).n)
            continue;
        buf_clear(&name);
        buf_printf(&name, "_" STR_FMT, STR_ARG(model_str(o->m, v->name)));
        find_variable(o, i, &s);
        put(j, buf_str(&name), model_str(o->m, v->value),
            v->secret || conf_secret_name(model_str(o->m, v->name)), o, &s);
    }
    buf_release(&name);
}

static void value_of(const struct of *o, unsigned row, struct buf *b)
{
    const struct conf_directive *d = conf_directive(row);
    struct buf line = BUF_INIT;

    if (d->field != CONF_NO_FIELD)
        field(o, d, b);
    else if (o->type == CONF_HOST || o->type == CONF_SERVICE)
        of_check(o, row, b);
    else if (o->type == CONF_CONTACT)
        of_contact(o, row, b);
    else if (row == CONF_D_TIMEPERIOD_exclude)
        list(o, OF_PERIODS, model_period(o->m, o->at)->excludes, b);
    if (row == CONF_D_COMMAND_command_line) {
        object_line(buf_str(b), &line);
        buf_clear(b);
        buf_add_str(b, buf_str(&line));
    }
    buf_release(&line);
}

void object_values(struct json *j, struct eyes *eyes, struct eyes *commands, enum conf_type type, uint32_t at)
{
    const struct conf_type_info *info = conf_type_info(type);
    const struct model *m = eyes->m;
    bool all = !eyes->sight;
    struct of o = {.m = m,
                   .sight = eyes->sight,
                   .eyes = eyes,
                   .commands = commands,
                   .type = type,
                   .at = at,
                   .base = base_of(m, type, at),
                   .all = all,
                   .origin = origin_of(m, type, at)};
    struct buf b = BUF_INIT;

    if (type == CONF_SERVICE)
        o.host = origin_of(m, CONF_HOST, model_check(m, at)->host);
    json_key(j, "values");
    json_list(j);
    for (unsigned row = info->first; row < (unsigned)info->first + info->n; row++) {
        if (is_address(row) && !all)
            continue;
        buf_clear(&b);
        value_of(&o, row, &b);
        put_row(j, &o, row, buf_str(&b));
    }
    if (all || type != CONF_CONTACT)
        variables(j, &o);
    json_list_end(j);
    buf_release(&b);
}

static const char *const sources[] = {"object",  "template", "host",    "group",
                                      "extinfo", "default",  "unknown", NULL};
static const struct shape_field from_fields[] = {
    {"file", SHAPE_TEXT, 0, NULL},
    {"line", SHAPE_INT, 0, NULL},
    {"template", SHAPE_TEXT, SHAPE_NULL,
     "the template that the line is of, behind those that lead to it; null: the object's own",
     .like = "\"linux-server > generic-host\""},
    {"group", SHAPE_TEXT, SHAPE_MAYBE, "the group that says it"},
    {NULL},
};
static const struct shape from_shape = {"ConfigurationLine", from_fields};
static const struct shape_field fields[] = {
    {"name", SHAPE_TEXT, 0, "the directive, or _VARIABLE", .like = "\"check_interval\""},
    {"value", SHAPE_TEXT, 0, "as the configuration would say it", .like = "\"5\""},
    {"secret", SHAPE_BOOL, SHAPE_MAYBE, "the value is masked"},
    {"source", SHAPE_WORD, 0,
     "who says it: the object, a template, its host, a group it is in, an extended-information object, or "
     "nobody",
     .words = sources},
    {"from", SHAPE_OBJECT, SHAPE_LIST, "the lines that made it, the object's own first", .of = &from_shape},
    {NULL},
};
const struct shape object_value_shape = {"ConfigurationValue", fields};
