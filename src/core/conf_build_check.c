/* SPDX-License-Identifier: Apache-2.0 */
/* The snapshot's table of checks: hosts, then services. */
#include "core/conf_build.h"

#include <inttypes.h>
#include <string.h>

/* The rows that hosts and services have in common, so that one code fills both. */
struct rows {
    unsigned check_command, event_handler, contacts, contact_groups, notes, notes_url, action_url, icon_image,
        icon_image_alt, recovery_delay, ack_timeout, severity, group_tags, category_tags;
};
static const struct rows host_rows = {
    CONF_D_HOST_check_command,
    CONF_D_HOST_event_handler,
    CONF_D_HOST_contacts,
    CONF_D_HOST_contact_groups,
    CONF_D_HOST_notes,
    CONF_D_HOST_notes_url,
    CONF_D_HOST_action_url,
    CONF_D_HOST_icon_image,
    CONF_D_HOST_icon_image_alt,
    CONF_D_HOST_recovery_notification_delay,
    CONF_D_HOST_acknowledgement_timeout,
    CONF_D_HOST_severity_id,
    CONF_D_HOST_group_tags,
    CONF_D_HOST_category_tags,
};
static const struct rows service_rows = {
    CONF_D_SERVICE_check_command,
    CONF_D_SERVICE_event_handler,
    CONF_D_SERVICE_contacts,
    CONF_D_SERVICE_contact_groups,
    CONF_D_SERVICE_notes,
    CONF_D_SERVICE_notes_url,
    CONF_D_SERVICE_action_url,
    CONF_D_SERVICE_icon_image,
    CONF_D_SERVICE_icon_image_alt,
    CONF_D_SERVICE_recovery_notification_delay,
    CONF_D_SERVICE_acknowledgement_timeout,
    CONF_D_SERVICE_severity_id,
    CONF_D_SERVICE_group_tags,
    CONF_D_SERVICE_category_tags,
};

/* "name!arg!arg": the index of the command. */
static uint32_t command_of(struct conf *c, const struct conf_object *o, unsigned row, uint32_t *text)
{
    const struct conf_prop *p = conf_get(c, o, row);
    struct str all = conf_text(c, o, row), rest, name;
    uint32_t rank;

    if (row == CONF_D_SERVICE_check_command && all.n &&
        all.p[0] == '!') /* see is_important in conf_resolve.c */
        all = str_sub(all, 1, all.n);
    rest = all;

    *text = model_build_str(c->build, all);
    if (!all.n && p && !p->value.n)
        conf_say_unknown(c, CONF_COMMAND, (uint32_t)(p - c->props.at), all);
    if (!all.n)
        return MODEL_NONE;
    name = str_cut(&rest, '!'); /* a blank before the ! is a part of the name: so Nagios */
    rank = conf_rank(c, CONF_COMMAND, name);
    if (rank == CONF_NONE)
        conf_say_unknown(c, CONF_COMMAND, (uint32_t)(p - c->props.at), name);
    return rank;
}

/* Extended information, which hosts and services have from definitions of their own: any number, the last one first. */
struct ext {
    const struct conf_object *o;
    const struct ext *next;
};

static void ext_add(struct conf *c, const struct ext **first, const struct conf_object *o)
{
    struct ext *e = arena_alloc(&c->arena, sizeof(*e));

    e->o = o;
    e->next = *first;
    *first = e;
}

/* The text of the object itself, else of its extended information. */
static uint32_t extra_text(struct conf *c, const struct conf_object *o, unsigned row, const struct ext *ext,
                           unsigned ext_row)
{
    bool said = conf_says(c, o, row);
    struct str v = conf_text(c, o, row);

    for (; !said && ext; ext = ext->next) {
        said = conf_says(c, ext->o, ext_row);
        v = conf_text(c, ext->o, ext_row);
    }
    return said && !v.n ? model_build_empty(c->build) : model_build_str(c->build, v);
}

/* The next of several numbers that commas or blanks part; text counts as 0, as for Nagios. */
static bool next_number(struct str *rest, int64_t *millionths)
{
    size_t n = 0;

    while (rest->n && (rest->p[0] == ',' || rest->p[0] == ' '))
        *rest = str_sub(*rest, 1, rest->n);
    while (n < rest->n && rest->p[n] != ',' && rest->p[n] != ' ')
        n++;
    conf_decimal(str_sub(*rest, 0, n), millionths);
    *rest = str_sub(*rest, n, rest->n);
    return n > 0;
}

/* Two whole numbers, or three with a fraction; false: there are not as many, which is said. */
static bool coords_text(struct conf *c, uint32_t prop, struct buf *out)
{
    struct str rest = c->props.at[prop].value;
    size_t want = conf_directive(c->props.at[prop].row)->kind == CONF_KIND_COORDS_2D ? 2 : 3, n = 0;
    int64_t v;

    for (; n < want && next_number(&rest, &v); n++) {
        buf_printf(out, "%s%s%" PRId64, n ? "," : "", v < 0 ? "-" : "", (v < 0 ? -v : v) / 1000000);
        if (want == 3)
            buf_printf(out, ".%06" PRId64, (v < 0 ? -v : v) % 1000000);
    }
    if (n < want && conf_say_once(c, prop, STR("coords")))
        conf_say(c, CONF_ERROR, conf_value_place(c, prop), "'" STR_FMT "' are not %zu numbers; write %s",
                 STR_ARG(c->props.at[prop].value), want,
                 conf_kind_text(conf_directive(c->props.at[prop].row)->kind));
    return n == want;
}

static uint32_t coords(struct conf *c, const struct conf_object *o, unsigned row)
{
    const struct conf_prop *p = conf_get(c, o, row);
    struct buf b = BUF_INIT;
    uint32_t at = 0;

    if (p && coords_text(c, (uint32_t)(p - c->props.at), &b))
        at = model_build_str(c->build, buf_str(&b));
    buf_release(&b);
    return at;
}

/* Some values Nagios refuses wherever they stand, in templates that nobody uses as well. */
static void check_values(struct conf *c)
{
    struct buf b = BUF_INIT;

    for (uint32_t i = 0; i < c->objects.n; i++)
        for (uint32_t k = 0; k < c->objects.at[i].n_props; k++) {
            uint32_t prop = c->objects.at[i].first_prop + k;
            unsigned row = c->props.at[prop].row;

            if (row == CONF_D_ALL)
                continue;
            conf_check_letters(c, &c->objects.at[i], prop);
            buf_clear(&b);
            if (conf_directive(row)->kind == CONF_KIND_COORDS_2D ||
                conf_directive(row)->kind == CONF_KIND_COORDS_3D)
                coords_text(c, prop, &b);
        }
    buf_release(&b);
}

static uint32_t extra_of(struct conf *c, const struct conf_object *o, const struct rows *r,
                         const struct ext *ext)
{
    struct model_extra e = {.notes = 0};
    bool host = o->type == CONF_HOST;

    e.notes = extra_text(c, o, r->notes, ext, host ? CONF_D_HOSTEXTINFO_notes : CONF_D_SERVICEEXTINFO_notes);
    e.notes_url = extra_text(c, o, r->notes_url, ext,
                             host ? CONF_D_HOSTEXTINFO_notes_url : CONF_D_SERVICEEXTINFO_notes_url);
    e.action_url = extra_text(c, o, r->action_url, ext,
                              host ? CONF_D_HOSTEXTINFO_action_url : CONF_D_SERVICEEXTINFO_action_url);
    e.icon_image = extra_text(c, o, r->icon_image, ext,
                              host ? CONF_D_HOSTEXTINFO_icon_image : CONF_D_SERVICEEXTINFO_icon_image);
    e.icon_image_alt =
        extra_text(c, o, r->icon_image_alt, ext,
                   host ? CONF_D_HOSTEXTINFO_icon_image_alt : CONF_D_SERVICEEXTINFO_icon_image_alt);
    if (host) {
        e.statusmap_image =
            extra_text(c, o, CONF_D_HOST_statusmap_image, ext, CONF_D_HOSTEXTINFO_statusmap_image);
        e.vrml_image = extra_text(c, o, CONF_D_HOST_vrml_image, ext, CONF_D_HOSTEXTINFO_vrml_image);
        e.coords_2d = coords(c, o, CONF_D_HOST_2d_coords);
        e.coords_3d = coords(c, o, CONF_D_HOST_3d_coords);
        for (const struct ext *x = ext; !e.coords_2d && x; x = x->next)
            e.coords_2d = coords(c, x->o, CONF_D_HOSTEXTINFO_2d_coords);
        for (const struct ext *x = ext; !e.coords_3d && x; x = x->next)
            e.coords_3d = coords(c, x->o, CONF_D_HOSTEXTINFO_3d_coords);
    }
    e.recovery_delay_us = MAX(conf_number(c, o, r->recovery_delay), 0);
    e.ack_timeout_us = MAX(conf_number(c, o, r->ack_timeout), 0);
    e.severity = conf_label_severity(c, o, r->severity);
    e.tags = conf_label_tags(c, o, r->group_tags, r->category_tags);
    if (memcmp(&e, &(struct model_extra){.notes = 0}, sizeof(e)) == 0)
        return MODEL_NONE;
    *VEC_ADD(&c->build->extra) = e;
    return (uint32_t)c->build->extra.n - 1;
}

/* Numbers that Nagios refuses, whatever else is said; and one that it takes and that makes no sense. */
static void check_intervals(struct conf *c, const struct conf_object *o, struct model_check *k)
{
    bool host = o->type == CONF_HOST;
    const char *wrong = k->check_interval_us < 0             ? "check_interval must be at least 0"
                        : !host && k->retry_interval_us <= 0 ? "retry_interval must be above 0"
                        : k->notification_interval_us < 0    ? "notification_interval must be at least 0"
                        : k->first_notification_delay_us < 0 ? "first_notification_delay must be at least 0"
                        : host && k->freshness_threshold_us < 0 ? "freshness_threshold must be at least 0"
                                                                : NULL;
    const char *odd = k->retry_interval_us < 0        ? "retry_interval"
                      : k->freshness_threshold_us < 0 ? "freshness_threshold"
                                                      : NULL;

    k->retry_interval_us = MAX(k->retry_interval_us, 0);
    k->freshness_threshold_us = MAX(k->freshness_threshold_us, 0);
    if (!(wrong || odd) || !map_put_u64(&c->said, 5ull << 61 | (uint64_t)(o - c->objects.at), 1))
        return;
    if (wrong)
        conf_say(c, CONF_ERROR, conf_object_place(o), "%s for this %s; correct it", wrong,
                 conf_type_name(o->type));
    else
        conf_say(c, CONF_MISTAKE, conf_object_place(o),
                 "%s of this %s is below 0 and counts as 0; correct it", odd, conf_type_name(o->type));
}

static void no_attempts(struct conf *c, const struct conf_object *o)
{
    unsigned row = o->type == CONF_HOST ? CONF_D_HOST_max_check_attempts : CONF_D_SERVICE_max_check_attempts;
    const struct conf_prop *p = conf_get(c, o, row);
    int64_t number;

    if (p && p->value.n && !conf_whole(p->value, &number))
        conf_say(c, CONF_ERROR, conf_value_place(c, (uint32_t)(p - c->props.at)),
                 "max_check_attempts must be a number, 1 or more");
    else if (p)
        conf_say(c, CONF_ERROR, conf_value_place(c, (uint32_t)(p - c->props.at)),
                 "max_check_attempts must be 1 or more: 1 tells of a problem at once, 3 checks it twice "
                 "again before");
    else
        conf_say(c, CONF_ERROR, conf_object_place(o),
                 "this %s has no max_check_attempts; write for instance: max_check_attempts 3",
                 conf_type_name(o->type));
}

static void common(struct conf *c, const struct conf_object *o, const struct rows *r, const struct ext *ext,
                   struct model_check *k)
{
    struct conf_who_entry who;

    k->file = o->file;
    k->line = o->line;
    conf_fill(c, o, k, &k->flags);
    k->check_command = command_of(c, o, r->check_command, &k->check_text);
    k->handler_command = command_of(c, o, r->event_handler, &k->handler_text);
    k->check_line = k->handler_line = MODEL_NONE;
    k->extra = extra_of(c, o, r, ext);
    who = conf_contacts(c, o, r->contacts, r->contact_groups);
    k->contacts = who.all;
    k->own_contacts = who.own;
    k->contact_groups = who.groups;
    conf_build_vars(c, o, &k->first_var, &k->n_vars);
    if (!k->display_name)
        k->display_name = k->name;
    check_intervals(c, o, k);
    if (k->max_attempts == 0 && !o->torn &&
        map_put_u64(&c->said, 1ull << 62 | (uint64_t)(o - c->objects.at), 1))
        no_attempts(c, o);
}

/* Which extended information each host or service has. */
static const struct ext **host_ext(struct conf *c)
{
    static const struct conf_host_rows rows = {CONF_D_HOSTEXTINFO_host_name,
                                               CONF_D_HOSTEXTINFO_hostgroup_name, CONF_HOSTS_NAMED_STAY};
    const struct ext **ext = mem_calloc(c->ranked[CONF_HOST].n + 1, sizeof(*ext));

    for (uint32_t i = 0; i < c->objects.n; i++) {
        const struct conf_object *o = &c->objects.at[i];
        struct conf_hosts hosts = {.given = false};

        if (o->type != CONF_HOSTEXTINFO) /* templates count too, so Nagios has it */
            continue;
        conf_hosts_rows(c, o, rows, &hosts);
        if (hosts.given && !hosts.wrong && !hosts.all.n)
            conf_say(c, CONF_ERROR, conf_object_place(o), "this hostextinfo is for no host; name one");
        for (size_t k = 0; k < hosts.all.n; k++)
            ext_add(c, &ext[hosts.all.at[k]], o);
        conf_hosts_release(&hosts);
    }
    return ext;
}

static const struct ext **service_ext(struct conf *c)
{
    static const struct conf_host_rows rows = {CONF_D_SERVICEEXTINFO_host_name,
                                               CONF_D_SERVICEEXTINFO_hostgroup_name, CONF_HOSTS_LESS};
    const struct ext **ext = mem_calloc(c->services.n + 1, sizeof(*ext));

    for (uint32_t i = 0; i < c->objects.n; i++) {
        const struct conf_object *o = &c->objects.at[i];
        struct conf_hosts hosts = {.given = false};
        struct conf_names names = {.given = false};

        if (o->type != CONF_SERVICEEXTINFO || !conf_says(c, o, CONF_D_SERVICEEXTINFO_service_description))
            continue;
        conf_hosts_rows(c, o, rows, &hosts);
        for (size_t k = 0; k < hosts.all.n; k++)
            conf_services_row(c, o, hosts.all.at[k], CONF_D_SERVICEEXTINFO_service_description, &names);
        conf_list_sort(&names.yes);
        conf_list_sort(&names.no);
        conf_list_subtract(&names.yes, &names.no);
        for (size_t k = 0; k < names.yes.n; k++)
            ext_add(c, &ext[names.yes.at[k]], o);
        conf_names_release(&names);
        conf_hosts_release(&hosts);
    }
    return ext;
}

static void read_in_zone(struct conf *c, uint32_t zone, struct model_check *k)
{
    k->check_period = conf_zone_period(c, zone, k->check_period);
    k->notification_period = conf_zone_period(c, zone, k->notification_period);
    k->downtime_period = conf_zone_period(c, zone, k->downtime_period);
}

static void hosts(struct conf *c)
{
    const struct ext **ext = host_ext(c);

    for (uint32_t i = 0; i < c->ranked[CONF_HOST].n; i++) {
        const struct conf_object *o = conf_ranked(c, CONF_HOST, i);
        struct model_check k = {.kind = MODEL_HOST, .host = i};

        common(c, o, &host_rows, ext[i], &k);
        read_in_zone(c, conf_zone_said(c, o, CONF_D_HOST_timezone), &k);
        if (!k.alias)
            k.alias = k.name;
        if (!k.address)
            k.address = k.name;
        k.first_service = (uint32_t)c->ranked[CONF_HOST].n + c->first_service[i];
        k.n_services = c->first_service[i + 1] - c->first_service[i];
        *VEC_ADD(&c->build->check) = k;
    }
    c->build->n_hosts = (uint32_t)c->build->check.n;
    mem_free(ext);
}

/* What a service that says nothing of it takes from its host. */
static void from_host(struct conf *c, const struct conf_object *o, const struct conf_object *host_object,
                      const struct model_check *host, struct model_check *k)
{
    if (!conf_get(c, o, CONF_D_SERVICE_contacts) && !conf_get(c, o, CONF_D_SERVICE_contact_groups)) {
        k->contacts = host->contacts;
        k->own_contacts = host->own_contacts;
        k->contact_groups = host->contact_groups;
    }
    if (!conf_get(c, o, CONF_D_SERVICE_notification_interval) &&
        conf_get(c, host_object, CONF_D_HOST_notification_interval))
        k->notification_interval_us = host->notification_interval_us;
    if (!conf_get(c, o, CONF_D_SERVICE_notification_period))
        k->notification_period = host->notification_period;
}

static uint32_t zone_of_service(struct conf *c, const struct conf_object *o, uint32_t host)
{
    if (conf_get(c, o, CONF_D_SERVICE_timezone))
        return conf_zone_said(c, o, CONF_D_SERVICE_timezone);
    return conf_zone_said(c, conf_ranked(c, CONF_HOST, host), CONF_D_HOST_timezone);
}

static void services(struct conf *c)
{
    const struct ext **ext = service_ext(c);

    for (uint32_t i = 0; i < c->services.n; i++) {
        const struct conf_service *s = &c->services.at[i];
        const struct conf_object *o = &c->objects.at[s->object];
        struct model_check k = {.kind = MODEL_SERVICE, .host = s->host};

        common(c, o, &service_rows, ext[i], &k);
        from_host(c, o, conf_ranked(c, CONF_HOST, s->host), &c->build->check.at[s->host], &k);
        read_in_zone(c, zone_of_service(c, o, s->host), &k);
        if (!k.check_text && map_put_u64(&c->said, 3ull << 62 | (uint64_t)s->object, 1))
            conf_say(c, CONF_ERROR, conf_object_place(o),
                     "the service '" STR_FMT "' has no check_command; write: check_command NAME",
                     STR_ARG(s->description));
        *VEC_ADD(&c->build->check) = k;
    }
    mem_free(ext);
}

static void add_up_importance(struct conf *c)
{
    for (uint32_t i = 0; i < c->build->n_hosts; i++) {
        struct model_check *k = &c->build->check.at[i];
        uint64_t sum = 0;

        for (uint32_t s = 0; s < k->n_services; s++)
            sum += c->build->check.at[k->first_service + s].hourly_value;
        if (sum && k->extra == MODEL_NONE) {
            k->extra = (uint32_t)c->build->extra.n;
            VEC_ADD(&c->build->extra);
        }
        if (sum)
            c->build->extra.at[k->extra].services_importance = sum;
    }
}

void conf_build_checks(struct conf *c)
{
    check_values(c);
    VEC_RESERVE(&c->build->check, c->ranked[CONF_HOST].n + c->services.n);
    hosts(c);
    services(c);
    add_up_importance(c);
}
