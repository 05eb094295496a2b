/* SPDX-License-Identifier: Apache-2.0 */
#include "api/object_value.h"

#include "core/conf_secret.h"
#include "core/model.h"
#include "wire/json.h"

#include <inttypes.h>
#include <string.h>

struct of {
    const struct model *m;
    const struct sight *sight;
    enum conf_type type;
    uint32_t at;
    const char *base; /* its struct in the snapshot */
    bool all;
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
        if (at != MODEL_NONE)
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
    case OF_CONTACT_GROUPS: name = model_contact_group(m, at)->name; break;
    case OF_PERIODS: name = model_period(m, at)->name; break;
    case OF_LINES: name = model_line(m, at)->text; break;
    }
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

/* ---- all of it ---- */

static void put(struct json *j, struct str name, struct str value, bool secret)
{
    if (!value.n)
        return;
    json_map(j);
    json_key_str(j, "name", name);
    json_key_str(j, "value", secret ? STR(CONF_MASK) : value);
    if (secret)
        json_key_bool(j, "secret", true);
    json_map_end(j);
}

static void variables(struct json *j, const struct of *o)
{
    bool contact = o->type == CONF_CONTACT, check = o->type == CONF_HOST || o->type == CONF_SERVICE;
    uint32_t first = 0, n = 0;
    struct buf name = BUF_INIT;

    if (contact) {
        first = model_contact(o->m, o->at)->first_var;
        n = model_contact(o->m, o->at)->n_vars;
    } else if (check) {
        first = model_check(o->m, o->at)->first_var;
        n = model_check(o->m, o->at)->n_vars;
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct model_var *v = model_var(o->m, first + i);

        buf_clear(&name);
        buf_printf(&name, "_" STR_FMT, STR_ARG(model_str(o->m, v->name)));
        put(j, buf_str(&name), model_str(o->m, v->value),
            v->secret || conf_secret_name(model_str(o->m, v->name)));
    }
    buf_release(&name);
}

void object_values(struct json *j, const struct api *a, const struct sight *sight, enum conf_type type,
                   uint32_t at, bool all)
{
    const struct conf_type_info *info = conf_type_info(type);
    struct of o = {&a->model, sight, type, at, base_of(&a->model, type, at), all};
    struct buf b = BUF_INIT, line = BUF_INIT;

    json_key(j, "values");
    json_list(j);
    for (unsigned row = info->first; row < (unsigned)info->first + info->n; row++) {
        const struct conf_directive *d = conf_directive(row);

        buf_clear(&b);
        if (is_address(row) && !all)
            continue;
        if (d->field != CONF_NO_FIELD)
            field(&o, d, &b);
        else if (type == CONF_HOST || type == CONF_SERVICE)
            of_check(&o, row, &b);
        else if (type == CONF_CONTACT)
            of_contact(&o, row, &b);
        else if (row == CONF_D_TIMEPERIOD_exclude)
            list(&o, OF_PERIODS, model_period(o.m, at)->excludes, &b);
        if (row == CONF_D_COMMAND_command_line) {
            object_line(buf_str(&b), &line);
            put(j, str_of(d->name), buf_str(&line), false);
        } else {
            put(j, str_of(d->name), buf_str(&b), false);
        }
    }
    if (all || type != CONF_CONTACT)
        variables(j, &o);
    json_list_end(j);
    buf_release(&b);
    buf_release(&line);
}

static const struct shape_field fields[] = {
    {"name", SHAPE_TEXT, 0, "the directive, or _VARIABLE", .like = "\"check_interval\""},
    {"value", SHAPE_TEXT, 0, "as the configuration would say it", .like = "\"5\""},
    {"secret", SHAPE_BOOL, SHAPE_MAYBE, "the value is masked"},
    {NULL},
};
const struct shape object_value_shape = {"ConfigurationValue", fields};
