/* SPDX-License-Identifier: Apache-2.0 */
/* Which command lines there are: of checks, event handlers, contacts and the main file. Then what no single object shows. */
#include "core/conf_build.h"

#include <string.h>

static const struct macro_scope_of nobody = {MODEL_NONE, MODEL_NONE, MODEL_NONE};

static struct str text_at(const struct conf *c, uint32_t string)
{
    struct model m;

    model_build_view(c->build, &m);
    return model_str(&m, string);
}

static void check_lines(struct conf *c, struct conf_liner *l)
{
    for (uint32_t i = 0; i < c->build->check.n; i++) {
        struct model_check *k = &c->build->check.at[i];
        struct macro_scope_of of = {k->host, k->kind == MODEL_SERVICE ? i : MODEL_NONE, MODEL_NONE};

        if (k->check_command != MODEL_NONE)
            k->check_line =
                conf_line(l, k->check_command, arena_str(&c->arena, text_at(c, k->check_text)), &of, false);
        if (k->handler_command != MODEL_NONE)
            k->handler_line = conf_line(l, k->handler_command,
                                        arena_str(&c->arena, text_at(c, k->handler_text)), &of, false);
    }
}

/* Commands are parted by commas; those without arguments also by blanks, as Nagios has it. */
static bool next_command(struct str *rest, struct str *use)
{
    struct str all = *rest, tail;

    if (!conf_next_name(rest, use))
        return false;
    tail = *use;
    if (str_find_char(*use, '!') >= 0 || str_find_char(*use, ' ') < 0)
        return true;
    *use = str_cut(&tail, ' ');
    *rest = str_sub(all, (size_t)(tail.p - all.p), all.n);
    return true;
}

/* A list of commands, each with its arguments, for one contact. */
static struct model_list contact_lines(struct conf *c, struct conf_liner *l, const struct conf_object *o,
                                       uint32_t contact, unsigned row)
{
    const struct conf_prop *p = conf_get(c, o, row);
    struct macro_scope_of of = {MODEL_NONE, MODEL_NONE, contact};
    struct str rest = conf_text(c, o, row), use;
    struct model_list out;
    conf_list lines = {0};

    while (next_command(&rest, &use)) {
        struct str tail = use, name = str_cut(&tail, '!');
        uint32_t command = conf_rank(c, CONF_COMMAND, name), line;

        if (command == CONF_NONE) {
            conf_say_unknown(c, CONF_COMMAND, (uint32_t)(p - c->props.at), name);
            continue;
        }
        line = conf_line(l, command, use, &of, true);
        if (line != MODEL_NONE)
            conf_list_add(&lines, line);
    }
    out = model_build_list(c->build, lines.at, lines.n);
    VEC_RELEASE(&lines);
    return out;
}

static bool names_none(const struct conf *c, const struct conf_object *o, unsigned row)
{
    struct str rest = conf_text(c, o, row), name;

    return !conf_next_name(&rest, &name);
}

static void lines_of_contacts(struct conf *c, struct conf_liner *l)
{
    for (uint32_t i = 0; i < c->build->contact.n; i++) {
        const struct conf_object *o = conf_ranked(c, CONF_CONTACT, i);
        struct model_list host = contact_lines(c, l, o, i, CONF_D_CONTACT_host_notification_commands);
        struct model_list service = contact_lines(c, l, o, i, CONF_D_CONTACT_service_notification_commands);
        struct model_contact *k = &c->build->contact.at[i];
        bool channel = k->mail || k->webhook;

        k->host_lines = host;
        k->service_lines = service;
        if (!host.n && !channel && !o->torn && names_none(c, o, CONF_D_CONTACT_host_notification_commands))
            conf_say(c, CONF_ERROR, conf_object_place(o),
                     "this contact has no host_notification_commands; write one, or vigie_mail ADDRESS");
        if (!service.n && !channel && !o->torn &&
            names_none(c, o, CONF_D_CONTACT_service_notification_commands))
            conf_say(c, CONF_ERROR, conf_object_place(o),
                     "this contact has no service_notification_commands; write one, or vigie_mail ADDRESS");
    }
}

static void templates_of_main(struct conf *c, struct conf_liner *l)
{
    for (unsigned row = 0; row < conf_main_count(); row++) {
        const struct conf_directive *d = conf_main(row);
        uint32_t text;

        if (d->kind != CONF_KIND_TEMPLATE)
            continue;
        text = conf_line_template(l, c->main_value[row].n ? c->main_value[row] : str_of(d->def),
                                  c->main_place[row]);
        memcpy((char *)&c->build->globals + d->field, &text, sizeof(text));
    }
}

static void lines_of_main(struct conf *c, struct conf_liner *l)
{
    for (unsigned row = 0; row < conf_main_count(); row++) {
        struct str text = c->main_value[row], tail = text, name;
        uint32_t command, line;

        if (conf_main(row)->kind != CONF_KIND_LINE || !text.n)
            continue;
        name = str_cut(&tail, '!');
        command = conf_rank(c, CONF_COMMAND, name);
        if (command == CONF_NONE) {
            struct str near = conf_near(c, &c->rank[CONF_COMMAND], name);

            /* Nagios goes on without a command for performance data that it does not find. */
            conf_say(c, strstr(conf_main(row)->name, "perfdata") ? CONF_MISTAKE : CONF_ERROR,
                     c->main_place[row], "%s: there is no command '" STR_FMT "'%s" STR_FMT "%s",
                     conf_main(row)->name, STR_ARG(name), near.n ? "; did you mean '" : "; define it",
                     STR_ARG(near), near.n ? "'?" : "");
            continue;
        }
        line = conf_line(l, command, text, &nobody, true);
        memcpy((char *)&c->build->globals + conf_main(row)->field, &line, sizeof(line));
    }
}

void conf_build_lines(struct conf *c)
{
    struct conf_liner *l = conf_liner_new(c);

    check_lines(c, l);
    lines_of_contacts(c, l);
    lines_of_main(c, l);
    templates_of_main(c, l);
    conf_liner_free(l);
}

/* Nobody is told: as Nagios does, a warning a definition. */
static void untold(struct conf *c, const struct conf_object *o, const struct model_check *k)
{
    if (o->torn || !(k->flags & MODEL_CHECK_NOTIFY) || k->contacts.n || k->contact_groups.n)
        return;
    if (map_put_u64(&c->said, 1ull << 63 | (uint64_t)(o - c->objects.at), 1))
        conf_say(c, CONF_WARNING, conf_object_place(o),
                 "nobody is told of problems of this %s; write contacts or contact_groups",
                 conf_type_name(o->type));
}

#define PROBLEMS                                                                                             \
    (MODEL_ON_DOWN | MODEL_ON_UNREACHABLE | MODEL_ON_WARNING | MODEL_ON_UNKNOWN | MODEL_ON_CRITICAL)

/* A row by which recoveries are told, and no problem is: nobody knows what it is that ended. Nagios warns of it, too. */
static void only_recoveries(struct conf *c, const struct conf_object *o, unsigned row, uint32_t on)
{
    const struct conf_prop *p = conf_get(c, o, row);

    if (p && (on & MODEL_ON_RECOVERY) && !(on & PROBLEMS) &&
        conf_say_once(c, (uint32_t)(p - c->props.at), STR("recoveries")))
        conf_say(c, CONF_MISTAKE, conf_value_place(c, (uint32_t)(p - c->props.at)),
                 "recoveries are told, and no problem is; add the problems, or write n");
}

/* Notifications are repeated when a check comes, and none comes as often. Nagios warns of it, too. */
static void seldom_checked(struct conf *c, const struct conf_object *o, const struct model_check *k)
{
    const struct conf_prop *p = conf_get(c, o, CONF_D_SERVICE_notification_interval);

    if (p && k->notification_interval_us > 0 && k->check_interval_us > k->notification_interval_us &&
        conf_say_once(c, (uint32_t)(p - c->props.at), STR("seldom")))
        conf_say(c, CONF_WARNING, conf_value_place(c, (uint32_t)(p - c->props.at)),
                 "notification_interval is shorter than check_interval, and it is told again after a check "
                 "only; write at least check_interval, or 0 to tell once");
}

static void odd_telling(struct conf *c)
{
    for (uint32_t i = 0; i < c->build->check.n; i++) {
        const struct model_check *k = &c->build->check.at[i];

        if (k->kind == MODEL_HOST) {
            only_recoveries(c, conf_ranked(c, CONF_HOST, i), CONF_D_HOST_notification_options, k->notify_on);
        } else {
            const struct conf_object *o = &c->objects.at[c->services.at[i - c->build->n_hosts].object];

            only_recoveries(c, o, CONF_D_SERVICE_notification_options, k->notify_on);
            seldom_checked(c, o, k);
        }
    }
    for (uint32_t i = 0; i < c->build->contact.n; i++) {
        const struct conf_object *o = conf_ranked(c, CONF_CONTACT, i);

        only_recoveries(c, o, CONF_D_CONTACT_host_notification_options, c->build->contact.at[i].host_on);
        only_recoveries(c, o, CONF_D_CONTACT_service_notification_options,
                        c->build->contact.at[i].service_on);
    }
}

void conf_verify(struct conf *c)
{
    struct conf_place nowhere = {CONF_NONE, 0, 0};

    for (uint32_t i = 0; i < c->build->check.n; i++) {
        const struct model_check *k = &c->build->check.at[i];
        const struct conf_object *o = k->kind == MODEL_HOST
                                          ? conf_ranked(c, CONF_HOST, i)
                                          : &c->objects.at[c->services.at[i - c->build->n_hosts].object];

        untold(c, o, k);
    }
    odd_telling(c);
    if (!c->build->n_hosts && !c->counts.errors)
        conf_say(c, CONF_WARNING, nowhere,
                 "there is no host: nothing is monitored; name files with hosts by cfg_file or cfg_dir");
}
