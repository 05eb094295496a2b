/* SPDX-License-Identifier: Apache-2.0 */
/* The snapshot's tables of what has a name: globals, zone, commands, contacts, groups. */
#include "core/conf_build.h"

#include "core/conf_secret.h"

#include <string.h>

static int64_t main_number(struct str text)
{
    int64_t v;

    conf_decimal(text, &v);
    return v;
}

/* On from 1 upwards; allow_empty_hostgroup_assignment knows a 2. */
static uint32_t main_bool(struct str text)
{
    int64_t v = main_number(text) / 1000000;

    return v < 0 ? 0 : (uint32_t)MIN(v, 2);
}

static uint32_t word_in(struct conf *c, unsigned row, struct str text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_c(text, words[i]))
            return (uint32_t)i;
    conf_say(c, CONF_MISTAKE, c->main_place[row],
             "%s is '" STR_FMT "', which means nothing; see the manual: %s", conf_main(row)->name,
             STR_ARG(text), conf_main(row)->doc);
    return 0;
}

static int64_t command_interval(struct conf *c, struct str text)
{
    int64_t v = main_number(text);

    if (text.n && text.p[text.n - 1] == 's')
        return v;
    return v < 0 ? -1 : (int64_t)((__int128)v * c->build->globals.interval_length_us / 1000000);
}

static void main_field(struct conf *c, unsigned row)
{
    static const char *const dates[] = {"us", "euro", "iso8601", "strict-iso8601"};
    const struct conf_directive *d = conf_main(row);
    struct str text = c->main_value[row].p ? c->main_value[row] : str_of(d->def);
    char *at = (char *)&c->build->globals + d->field;
    int64_t i64 = 0;
    uint32_t u32 = 0;

    switch (d->kind) {
    case CONF_KIND_SECONDS: i64 = main_number(text); break;
    case CONF_KIND_MINUTES: i64 = main_number(text) * 60; break;
    case CONF_KIND_COMMAND_INTERVAL: i64 = command_interval(c, text); break;
    case CONF_KIND_LINE:
    case CONF_KIND_TEMPLATE: return; /* compiled with the commands */
    case CONF_KIND_SWITCH:
    case CONF_KIND_UINT: u32 = (uint32_t)(MAX(main_number(text), 0) / 1000000); break;
    case CONF_KIND_BOOL: u32 = main_bool(text); break;
    case CONF_KIND_PERCENT: u32 = (uint32_t)(main_number(text) / 10000); break;
    case CONF_KIND_DATE_FORMAT: u32 = word_in(c, row, text, dates, ARRAY_LEN(dates)); break;
    case CONF_KIND_LETTER:
    case CONF_KIND_ROTATION: u32 = text.n ? (unsigned char)text.p[0] : 0; break;
    case CONF_KIND_SKIP_STATE: u32 = (uint32_t)(MIN(MAX(main_number(text) / 1000000, -1), 3) + 1); break;
    case CONF_KIND_TIMEOUT_STATE:
        u32 = text.n && strchr("owcu", text.p[0]) ? (uint32_t)(strchr("owcu", text.p[0]) - "owcu") : 2;
        break;
    default: u32 = model_build_str(c->build, text);
    }
    if (d->kind == CONF_KIND_SECONDS || d->kind == CONF_KIND_MINUTES || d->kind == CONF_KIND_COMMAND_INTERVAL)
        memcpy(at, &i64, sizeof(i64));
    else
        memcpy(at, &u32, sizeof(u32));
}

void conf_build_globals(struct conf *c)
{
    struct model_globals *g = &c->build->globals;
    unsigned first;

    BUG_ON(!conf_main_find(STR("interval_length"), &first));
    main_field(c, first); /* other values are counted in it */
    if (g->interval_length_us <= 0)
        g->interval_length_us = TIME_MIN; /* the reader of the main file refused it */
    for (unsigned row = 0; row < conf_main_count(); row++)
        if (row != first && conf_main(row)->field != CONF_NO_FIELD)
            main_field(c, row);
    g->main_file = model_build_str(c->build, str_of(c->rq.main_path));
    g->compatible = !c->rq.native;
    for (size_t i = 0; i < c->files.n; i++)
        VEC_ADD(&c->build->file)->v = model_build_str(c->build, str_of(c->files.at[i].path));
}

static bool is_privileged(const struct conf *c, struct str name)
{
    for (size_t i = 0; i < c->options.n; i++)
        if (str_eq_c(c->options.at[i].key, "vigie_command_privileged") &&
            str_eq(c->options.at[i].value, name))
            return true;
    return false;
}

void conf_build_commands(struct conf *c)
{
    for (uint32_t i = 0; i < c->ranked[CONF_COMMAND].n; i++) {
        const struct conf_object *o = conf_ranked(c, CONF_COMMAND, i);
        struct model_command cmd = {.file = o->file, .line = o->line};

        conf_fill(c, o, &cmd, NULL);
        cmd.privileged = is_privileged(c, conf_text(c, o, CONF_D_COMMAND_command_name));
        cmd.no_shell =
            conf_shell_is_off(c) || (cmd.file < c->files.n && c->files.at[cmd.file].distrust[0] != '\0');
        if (!cmd.text)
            conf_say(c, CONF_ERROR, conf_object_place(o),
                     "this command has no line; write: command_line PROGRAM ARGUMENTS");
        *VEC_ADD(&c->build->command) = cmd;
    }
}

uint32_t conf_secret_text(struct conf *c, struct str secret)
{
    struct buf coded = BUF_INIT;
    uint32_t at;

    macro_put_slot(&coded, model_build_slot(c->build, secret));
    at = model_build_str(c->build, buf_str(&coded));
    buf_release(&coded);
    return at;
}

void conf_build_vars(struct conf *c, const struct conf_object *o, uint32_t *first, uint32_t *n)
{
    *first = (uint32_t)c->build->var.n;
    for (uint32_t i = 0; i < o->n_keyed; i++) {
        const struct conf_prop *p = &c->props.at[o->keyed[i]];
        struct model_var v = {.name = model_build_str(c->build, p->key)};
        struct str value = str_eq_c(p->value, "null") ? STR("") : p->value;

        v.secret = value.n && conf_secret_name(p->key);
        v.value = v.secret ? conf_secret_text(c, value) : model_build_str(c->build, value);
        *VEC_ADD(&c->build->var) = v;
    }
    *n = (uint32_t)c->build->var.n - *first;
}

struct model_list conf_all_contacts(struct conf *c, const conf_list *own, const conf_list *groups)
{
    conf_list all = {0};
    struct model_list made;

    conf_list_reverse(&all, own);
    for (size_t i = groups->n; i-- > 0;) {
        const conf_list *m = &c->groups[CONF_CONTACTGROUP].at[groups->at[i]].order;

        for (size_t k = 0; k < m->n; k++)
            conf_list_add(&all, m->at[k]);
    }
    conf_list_first(&all);
    made = model_build_list(c->build, all.at, all.n);
    VEC_RELEASE(&all);
    return made;
}

struct conf_who_entry conf_contacts(struct conf *c, const struct conf_object *o, unsigned contacts_row,
                                    unsigned groups_row)
{
    const struct conf_prop *a = conf_get(c, o, contacts_row), *b = conf_get(c, o, groups_row);
    uint64_t key = (uint64_t)(a ? a - c->props.at + 1 : 0) << 32 | (uint64_t)(b ? b - c->props.at + 1 : 0),
             at;
    struct conf_names own = {.as_written = true}, groups = {.as_written = true};
    struct conf_who_entry w;

    if (map_get_u64(&c->who, key, &at))
        return c->whos.at[at];
    conf_names_row(c, o, CONF_CONTACT, contacts_row, &own);
    conf_names_row(c, o, CONF_CONTACTGROUP, groups_row, &groups);
    w.all = conf_all_contacts(c, &own.yes, &groups.yes);
    conf_list_sort(&own.yes);
    conf_list_sort(&groups.yes);
    w.own = model_build_list(c->build, own.yes.at, own.yes.n);
    w.groups = model_build_list(c->build, groups.yes.at, groups.yes.n);
    map_put_u64(&c->who, key, c->whos.n);
    *VEC_ADD(&c->whos) = w;
    conf_names_release(&own);
    conf_names_release(&groups);
    return w;
}

void conf_build_contacts(struct conf *c)
{
    for (uint32_t i = 0; i < c->ranked[CONF_CONTACT].n; i++) {
        const struct conf_object *o = conf_ranked(c, CONF_CONTACT, i);
        struct model_contact k = {.file = o->file, .line = o->line};
        struct str hook = conf_text(c, o, CONF_D_CONTACT_vigie_webhook);
        uint32_t zone;

        conf_fill(c, o, &k, &k.flags);
        if (!k.alias)
            k.alias = k.name;
        zone = conf_zone_said(c, o, CONF_D_CONTACT_timezone);
        k.host_period = conf_zone_period(c, zone, k.host_period);
        k.service_period = conf_zone_period(c, zone, k.service_period);
        if (hook.n)
            k.webhook = conf_secret_text(c, hook);
        conf_build_vars(c, o, &k.first_var, &k.n_vars);
        *VEC_ADD(&c->build->contact) = k;
    }
}

/* Lists of groups by member, made in one pass over the groups: which[member] grows by each group. */
static void member_of(struct conf *c, enum conf_type type, size_t n_members, uint32_t base,
                      void (*set)(struct conf *, uint32_t, struct model_list))
{
    uint32_t *start = mem_calloc(n_members + 2, sizeof(*start)), *flat;

    for (size_t g = 0; g < c->groups[type].n; g++)
        for (size_t i = 0; i < c->groups[type].at[g].members.n; i++)
            start[c->groups[type].at[g].members.at[i] + 2]++;
    for (size_t i = 2; i < n_members + 2; i++)
        start[i] += start[i - 1];
    flat = mem_calloc(start[n_members + 1] + 1, sizeof(*flat));
    for (size_t g = 0; g < c->groups[type].n; g++)
        for (size_t i = 0; i < c->groups[type].at[g].members.n; i++)
            flat[start[c->groups[type].at[g].members.at[i] + 1]++] = (uint32_t)g;
    for (size_t i = 0; i < n_members; i++)
        if (start[i + 1] > start[i])
            set(c, base + (uint32_t)i, model_build_list(c->build, flat + start[i], start[i + 1] - start[i]));
    mem_free(start);
    mem_free(flat);
}

static void set_check_groups(struct conf *c, uint32_t i, struct model_list l)
{
    c->build->check.at[i].groups = l;
}

static void set_contact_groups(struct conf *c, uint32_t i, struct model_list l)
{
    c->build->contact.at[i].groups = l;
}

static void group_table(struct conf *c, enum conf_type type, uint32_t base, struct model_group *out)
{
    for (uint32_t i = 0; i < c->groups[type].n; i++) {
        const struct conf_group *from = &c->groups[type].at[i];
        const struct conf_object *o = &c->objects.at[from->object];
        const conf_list *order = type == CONF_CONTACTGROUP ? &from->order : &from->members;
        conf_list members = {0};

        memset(&out[i], 0, sizeof(out[i]));
        conf_fill(c, o, &out[i], NULL);
        if (!out[i].alias)
            out[i].alias = out[i].name;
        out[i].file = o->file;
        out[i].line = o->line;
        for (size_t m = 0; m < order->n; m++)
            conf_list_add(&members, base + order->at[m]);
        out[i].members = model_build_list(c->build, members.at, members.n);
        VEC_RELEASE(&members);
    }
}

void conf_build_groups(struct conf *c)
{
    struct model_build *b = c->build;

#define TABLE(table, type, base)                                                                             \
    VEC_RESERVE(&b->table, c->groups[type].n);                                                               \
    b->table.n = c->groups[type].n;                                                                          \
    group_table(c, type, base, b->table.at)
    TABLE(host_group, CONF_HOSTGROUP, 0);
    TABLE(service_group, CONF_SERVICEGROUP, b->n_hosts);
    TABLE(contact_group, CONF_CONTACTGROUP, 0);
#undef TABLE
    member_of(c, CONF_HOSTGROUP, b->n_hosts, 0, set_check_groups);
    member_of(c, CONF_SERVICEGROUP, c->services.n, b->n_hosts, set_check_groups);
    member_of(c, CONF_CONTACTGROUP, b->contact.n, 0, set_contact_groups);
}

/* Values of the resource files, for the engine: secret ones by slot. */
static void build_users(struct conf *c)
{
    for (unsigned n = 1; n < ARRAY_LEN(c->user_macro); n++) {
        struct str value = c->user_macro[n];
        struct buf name = BUF_INIT, coded = BUF_INIT;

        if (!value.p)
            continue;
        if (c->user_name[n].n)
            buf_add_str(&name, c->user_name[n]);
        else
            buf_printf(&name, "USER%u", n);
        if (conf_user_is_secret(c, n))
            macro_put_slot(&coded, model_build_slot(c->build, value));
        else
            macro_put_literal(&coded, value);
        *VEC_ADD(&c->build->user) = (struct model_user){model_build_str(c->build, buf_str(&name)),
                                                        model_build_str(c->build, buf_str(&coded))};
        buf_release(&name);
        buf_release(&coded);
    }
}

void conf_build_rest(struct conf *c)
{
    unsigned row;

    build_users(c);

    for (size_t i = 0; i < c->options.n; i++) {
        const struct conf_prop *p = &c->options.at[i];
        struct model_option o = {.name = model_build_str(c->build, p->key)};

        BUG_ON(!conf_main_find(p->key, &row));
        o.value = conf_main(row)->kind == CONF_KIND_OPTION_SECRET && p->value.n
                      ? conf_secret_text(c, p->value)
                      : model_build_str(c->build, p->value);
        *VEC_ADD(&c->build->option) = o;
    }
    for (size_t i = 0; i < c->notices.n; i++) {
        const struct conf_notice *n = &c->notices.at[i];

        *VEC_ADD(&c->build->notice) = (struct model_notice){model_build_str(c->build, str_of(n->object)),
                                                            model_build_str(c->build, str_of(n->directive)),
                                                            n->file, n->line, n->count};
    }
}
