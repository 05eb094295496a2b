/* SPDX-License-Identifier: Apache-2.0 */
#include "core/precache.h"

#include "core/macro.h"

#include <string.h>

struct writer {
    const struct model_build *b;
    struct model m;
    struct buf *out;
};

static void open_object(struct writer *w, const char *type)
{
    buf_printf(w->out, "define %s {\n", type);
}

static void close_object(struct writer *w)
{
    buf_add_c(w->out, "\t}\n\n");
}

static void text(struct writer *w, const char *name, uint32_t string)
{
    if (string)
        buf_printf(w->out, "\t%s\t%s\n", name, model_c(&w->m, string));
}

static void number(struct writer *w, const char *name, uint32_t v)
{
    buf_printf(w->out, "\t%s\t%u\n", name, v);
}

static void flag(struct writer *w, const char *name, bool on)
{
    number(w, name, on);
}

/* Units of interval_length, as Nagios prints a floating-point number. */
static void units(struct writer *w, const char *name, int64_t us)
{
    __int128 millionths = (__int128)us * 1000000 / w->m.globals->interval_length_us;

    buf_printf(w->out, "\t%s\t%lld.%06lld\n", name, (long long)(millionths / 1000000),
               (long long)(millionths % 1000000));
}

static void percent(struct writer *w, const char *name, uint32_t hundredths)
{
    buf_printf(w->out, "\t%s\t%u.%02u0000\n", name, hundredths / 100, hundredths % 100);
}

/* An a is said again as an a, letters as letters; contacts always have letters. */
static void options(struct writer *w, const char *name, uint32_t on, bool letters, bool host)
{
    static const struct {
        uint32_t bit;
        char host, service;
    } letter[] = {
        {MODEL_ON_OK, 'o', 'o'},        {MODEL_ON_RECOVERY, 'r', 'r'}, {MODEL_ON_DOWN, 'd', 0},
        {MODEL_ON_UNREACHABLE, 'u', 0}, {MODEL_ON_WARNING, 0, 'w'},    {MODEL_ON_UNKNOWN, 0, 'u'},
        {MODEL_ON_CRITICAL, 0, 'c'},    {MODEL_ON_FLAPPING, 'f', 'f'}, {MODEL_ON_DOWNTIME, 's', 's'},
        {MODEL_ON_PENDING, 'p', 'p'},   {MODEL_ON_NOTIFY, 'N', 'N'},
    };
    bool any = false;

    buf_printf(w->out, "\t%s\t", name);
    if ((on & MODEL_ON_ALL) && !letters)
        buf_add_char(w->out, 'a');
    else if (!on)
        buf_add_char(w->out, 'n');
    for (size_t i = 0; (letters || !(on & MODEL_ON_ALL)) && i < ARRAY_LEN(letter); i++)
        if (on & letter[i].bit) {
            if (any)
                buf_add_char(w->out, ',');
            buf_add_char(w->out, host ? letter[i].host : letter[i].service);
            any = true;
        }
    buf_add_char(w->out, '\n');
}

static void period(struct writer *w, const char *name, uint32_t p)
{
    if (p != MODEL_NONE)
        text(w, name, model_period(&w->m, p)->name);
}

typedef uint32_t name_f(const struct model *m, uint32_t i);
static uint32_t contact_name(const struct model *m, uint32_t i)
{
    return model_contact(m, i)->name;
}
static uint32_t contact_group_name(const struct model *m, uint32_t i)
{
    return model_contact_group(m, i)->name;
}
static uint32_t check_name(const struct model *m, uint32_t i)
{
    return model_check(m, i)->name;
}
static uint32_t period_name(const struct model *m, uint32_t i)
{
    return model_period(m, i)->name;
}
static uint32_t line_text(const struct model *m, uint32_t i)
{
    return model_line(m, i)->text;
}

static void names(struct writer *w, const char *name, struct model_list l, name_f *of)
{
    if (!l.n)
        return;
    buf_printf(w->out, "\t%s\t", name);
    for (uint32_t i = 0; i < l.n; i++)
        buf_printf(w->out, "%s%s", i ? "," : "", model_c(&w->m, of(&w->m, model_item(&w->m, l, i))));
    buf_add_char(w->out, '\n');
}

static void vars(struct writer *w, uint32_t first, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct model_var *v = model_var(&w->m, first + i);
        struct str rest = model_str(&w->m, v->value);
        struct macro_part part;

        buf_printf(w->out, "\t_%s\t", model_c(&w->m, v->name));
        if (!v->secret)
            buf_add_str(w->out, rest);
        while (v->secret && macro_next(&rest, &part) > 0)
            buf_add_str(w->out,
                        part.kind == MACRO_PART_SLOT ? model_build_slot_value(w->b, part.slot) : part.text);
        if (!model_str(&w->m, v->value).n)
            buf_add_c(w->out, "null");
        buf_add_char(w->out, '\n');
    }
}

/* ---- periods ---- */

static const char *const weekdays[] = {"sunday",   "monday", "tuesday", "wednesday",
                                       "thursday", "friday", "saturday"};
static const char *const months[] = {"",     "january", "february",  "march",   "april",    "may",     "june",
                                     "july", "august",  "september", "october", "november", "december"};

static void ranges(struct writer *w, uint32_t first, uint32_t n)
{
    buf_add_char(w->out, '\t');
    for (uint32_t i = 0; i < n; i++) {
        const struct model_range *r = model_range(&w->m, first + i);

        buf_printf(w->out, "%s%02d:%02d-%02d:%02d", i ? "," : "", r->from / 3600, r->from / 60 % 60,
                   r->to / 3600, r->to / 60 % 60);
    }
    buf_add_char(w->out, '\n');
}

static void day(struct writer *w, int kind, const int32_t v[5], bool second)
{
    switch (kind) {
    case MODEL_DAY_DATE: buf_printf(w->out, "%d-%02d-%02d", v[0], v[1], v[2]); break;
    case MODEL_DAY_MONTH_DATE: buf_printf(w->out, "%s %d", months[v[1]], v[2]); break;
    case MODEL_DAY_MONTH_DAY: buf_printf(w->out, "%s%d", second ? "" : "day ", v[2]); break;
    case MODEL_DAY_MONTH_WEEKDAY: buf_printf(w->out, "%s %d %s", weekdays[v[3]], v[4], months[v[1]]); break;
    default: buf_printf(w->out, "%s %d", weekdays[v[3]], v[4]);
    }
}

static void exception(struct writer *w, const struct model_exception *x)
{
    const int32_t a[5] = {x->year, x->month, x->day, x->weekday, x->nth};
    const int32_t b[5] = {x->year2, x->month2, x->day2, x->weekday2, x->nth2};
    bool open = x->kind == MODEL_DAY_DATE && !x->year2, single = memcmp(a, b, sizeof(a)) == 0;

    buf_add_char(w->out, '\t');
    day(w, x->kind, a, false);
    if (!open && !single) {
        buf_add_c(w->out, " - ");
        day(w, x->kind, b, true);
    }
    if (x->skip > 1 &&
        (open || !single)) /* with one day there is nothing to skip, and Nagios does not read it */
        buf_printf(w->out, " / %d", x->skip);
    ranges(w, x->first_range, x->n_ranges);
}

static void periods(struct writer *w)
{
    for (uint32_t i = 0; i < w->m.globals->n_periods; i++) {
        const struct model_period *p = model_period(&w->m, i);

        open_object(w, "timeperiod");
        text(w, "timeperiod_name", p->name);
        text(w, "alias", p->alias);
        names(w, "exclude", p->excludes, period_name);
        for (uint32_t k = 0; k < p->n_exceptions; k++)
            exception(w, model_exception(&w->m, p->first_exception + k));
        for (int d = 0; d < 7; d++)
            if (p->n_ranges[d]) {
                buf_printf(w->out, "\t%s", weekdays[d]);
                ranges(w, p->first_range[d], p->n_ranges[d]);
            }
        close_object(w);
    }
}

/* ---- groups, contacts ---- */

static void service_members(struct writer *w, struct model_list l)
{
    if (!l.n)
        return;
    buf_add_c(w->out, "\tmembers\t");
    for (uint32_t i = 0; i < l.n; i++) {
        uint32_t s = model_item(&w->m, l, i);

        buf_printf(w->out, "%s%s,%s", i ? "," : "", model_host_name(&w->m, s).p,
                   model_c(&w->m, model_check(&w->m, s)->name));
    }
    buf_add_char(w->out, '\n');
}

static void groups(struct writer *w, const char *type, const struct model_group *g, uint32_t n,
                   name_f *member)
{
    for (uint32_t i = 0; i < n; i++) {
        open_object(w, type);
        buf_printf(w->out, "\t%s_name\t%s\n", type, model_c(&w->m, g[i].name));
        text(w, "alias", g[i].alias);
        if (member)
            names(w, "members", g[i].members, member);
        else
            service_members(w, g[i].members);
        text(w, "notes", g[i].notes);
        text(w, "notes_url", g[i].notes_url);
        text(w, "action_url", g[i].action_url);
        close_object(w);
    }
}

static void contacts(struct writer *w)
{
    static const char *const address[] = {"address1", "address2", "address3",
                                          "address4", "address5", "address6"};

    for (uint32_t i = 0; i < w->m.n_contact; i++) {
        const struct model_contact *k = model_contact(&w->m, i);

        open_object(w, "contact");
        text(w, "contact_name", k->name);
        text(w, "alias", k->alias);
        period(w, "service_notification_period", k->service_period);
        period(w, "host_notification_period", k->host_period);
        options(w, "service_notification_options", k->service_on, true, false);
        options(w, "host_notification_options", k->host_on, true, true);
        names(w, "service_notification_commands", k->service_lines, line_text);
        names(w, "host_notification_commands", k->host_lines, line_text);
        text(w, "email", k->email);
        text(w, "pager", k->pager);
        for (size_t a = 0; a < ARRAY_LEN(address); a++)
            text(w, address[a], k->address[a]);
        number(w, "minimum_importance", k->importance);
        flag(w, "host_notifications_enabled", k->flags & MODEL_CONTACT_HOST_NOTIFY);
        flag(w, "service_notifications_enabled", k->flags & MODEL_CONTACT_SERVICE_NOTIFY);
        flag(w, "can_submit_commands", k->flags & MODEL_CONTACT_CAN_SUBMIT);
        flag(w, "retain_status_information", k->flags & MODEL_CONTACT_RETAIN_STATUS);
        flag(w, "retain_nonstatus_information", k->flags & MODEL_CONTACT_RETAIN_NONSTATUS);
        vars(w, k->first_var, k->n_vars);
        close_object(w);
    }
}

/* ---- checks ---- */

static void flags(struct writer *w, const struct model_check *k)
{
    flag(w, "active_checks_enabled", k->flags & MODEL_CHECK_ACTIVE);
    flag(w, "passive_checks_enabled", k->flags & MODEL_CHECK_PASSIVE);
    flag(w, "obsess", k->flags & MODEL_CHECK_OBSESS);
    flag(w, "event_handler_enabled", k->flags & MODEL_CHECK_EVENT_HANDLER);
    percent(w, "low_flap_threshold", k->low_flap);
    percent(w, "high_flap_threshold", k->high_flap);
    flag(w, "flap_detection_enabled", k->flags & MODEL_CHECK_FLAP);
}

static void extra(struct writer *w, const struct model_check *k)
{
    const struct model_extra *e = k->extra == MODEL_NONE ? NULL : model_extra(&w->m, k->extra);

    flag(w, "process_perf_data", k->flags & MODEL_CHECK_PERFDATA);
    if (e) {
        text(w, "notes", e->notes);
        text(w, "notes_url", e->notes_url);
        text(w, "action_url", e->action_url);
        text(w, "icon_image", e->icon_image);
        text(w, "icon_image_alt", e->icon_image_alt);
        text(w, "vrml_image", e->vrml_image);
        text(w, "statusmap_image", e->statusmap_image);
        text(w, "2d_coords", e->coords_2d);
        text(w, "3d_coords", e->coords_3d);
    }
    flag(w, "retain_status_information", k->flags & MODEL_CHECK_RETAIN_STATUS);
    flag(w, "retain_nonstatus_information", k->flags & MODEL_CHECK_RETAIN_NONSTATUS);
    vars(w, k->first_var, k->n_vars);
}

/* What stands between the name and the end in hosts and services alike. */
static void body(struct writer *w, const struct model_check *k)
{
    bool host = k->kind == MODEL_HOST;
    period(w, "check_period", k->check_period);
    text(w, "check_command", k->check_text);
    text(w, "event_handler", k->handler_text);
    names(w, "contacts", k->own_contacts, contact_name);
    names(w, "contact_groups", k->contact_groups, contact_group_name);
    period(w, "notification_period", k->notification_period);
    buf_printf(w->out, "\tinitial_state\t%c\n", (host ? "odu" : "owcu")[k->initial_state]);
    number(w, "importance", k->hourly_value);
    units(w, "check_interval", k->check_interval_us);
    units(w, "retry_interval", k->retry_interval_us);
    number(w, "max_check_attempts", k->max_attempts);
    if (!host) {
        flag(w, "is_volatile", k->flags & MODEL_CHECK_VOLATILE);
        flag(w, "parallelize_check", k->flags & MODEL_CHECK_PARALLEL);
    }
    flags(w, k);
    options(w, "flap_detection_options", k->flap_on, false, host);
    number(w, "freshness_threshold", (uint32_t)(k->freshness_threshold_us / TIME_S));
    flag(w, "check_freshness", k->flags & MODEL_CHECK_FRESHNESS);
    options(w, "notification_options", k->notify_on, false, host);
    flag(w, "notifications_enabled", k->flags & MODEL_CHECK_NOTIFY);
    units(w, "notification_interval", k->notification_interval_us);
    units(w, "first_notification_delay", k->first_notification_delay_us);
    options(w, "stalking_options", k->stalk_on, false, host);
    extra(w, k);
}

static void service_parents(struct writer *w, const struct model_check *k)
{
    bool short_form = k->parents.n == 1; /* a single name is read as one of the same host */

    if (!k->parents.n)
        return;
    buf_add_c(w->out, "\tparents\t");
    for (uint32_t i = 0; i < k->parents.n; i++) {
        const struct model_check *p = model_check(&w->m, model_item(&w->m, k->parents, i));

        buf_add_c(w->out, i ? "," : "");
        if (!short_form || p->host != k->host)
            buf_printf(w->out, "%s,", model_c(&w->m, model_check(&w->m, p->host)->name));
        buf_add_c(w->out, model_c(&w->m, p->name));
    }
    buf_add_char(w->out, '\n');
}

static void checks(struct writer *w)
{
    for (uint32_t i = 0; i < w->m.n_check; i++) {
        const struct model_check *k = model_check(&w->m, i);
        bool host = k->kind == MODEL_HOST;

        open_object(w, host ? "host" : "service");
        text(w, "host_name", model_check(&w->m, k->host)->name);
        if (!host) {
            text(w, "service_description", k->name);
            if (k->display_name != k->name)
                text(w, "display_name", k->display_name);
            service_parents(w, k);
        } else {
            if (k->display_name != k->name)
                text(w, "display_name", k->display_name);
            text(w, "alias", k->alias);
            text(w, "address", k->address);
            names(w, "parents", k->parents, check_name);
        }
        body(w, k);
        close_object(w);
    }
}

/* ---- relations: Nagios writes one object for each kind of failure criteria ---- */

static void dependency(struct writer *w, const struct model_dep *d, const char *name, uint32_t on)
{
    const struct model_check *dep = model_check(&w->m, d->check), *master = model_check(&w->m, d->master);
    bool host = dep->kind == MODEL_HOST;

    open_object(w, host ? "hostdependency" : "servicedependency");
    text(w, "host_name", model_check(&w->m, master->host)->name);
    if (!host)
        text(w, "service_description", master->name);
    text(w, "dependent_host_name", model_check(&w->m, dep->host)->name);
    if (!host)
        text(w, "dependent_service_description", dep->name);
    period(w, "dependency_period", d->period);
    flag(w, "inherits_parent", d->inherits);
    options(w, name, on, false, host);
    close_object(w);
}

static void escalation(struct writer *w, const struct model_escalation *e)
{
    const struct model_check *k = model_check(&w->m, e->check);
    bool host = k->kind == MODEL_HOST;

    open_object(w, host ? "hostescalation" : "serviceescalation");
    text(w, "host_name", model_check(&w->m, k->host)->name);
    if (!host)
        text(w, "service_description", k->name);
    buf_printf(w->out, "\tfirst_notification\t%d\n\tlast_notification\t%d\n", e->first, e->last);
    units(w, "notification_interval", e->interval_us);
    period(w, "escalation_period", e->period);
    options(w, "escalation_options", e->on, false, host);
    names(w, "contacts", e->own_contacts, contact_name);
    names(w, "contact_groups", e->contact_groups, contact_group_name);
    close_object(w);
}

void precache_write(const struct model_build *b, struct buf *out)
{
    struct writer w = {.b = b, .out = out};

    model_build_view(b, &w.m);
    buf_add_c(out, "# Resolved objects, written by Vigie in the Nagios object format. Changes made here have "
                   "no effect.\n\n");
    periods(&w);
    for (uint32_t i = 0; i < w.m.n_command; i++) {
        open_object(&w, "command");
        text(&w, "command_name", w.m.command[i].name);
        text(&w, "command_line", w.m.command[i].text);
        close_object(&w);
    }
    groups(&w, "contactgroup", w.m.contact_group, w.m.n_contact_group, contact_name);
    groups(&w, "hostgroup", w.m.host_group, w.m.n_host_group, check_name);
    groups(&w, "servicegroup", w.m.service_group, w.m.n_service_group, NULL);
    contacts(&w);
    checks(&w);
    for (uint32_t i = 0; i < w.m.n_dep; i++) {
        const struct model_dep *d = &w.m.dep[i];

        if (d->said & MODEL_DEP_NOTIFY)
            dependency(&w, d, "notification_failure_options", d->notify_on);
        if (d->said & MODEL_DEP_EXECUTE)
            dependency(&w, d, "execution_failure_options", d->execute_on);
    }
    for (uint32_t i = 0; i < w.m.n_escalation; i++)
        escalation(&w, &w.m.escalation[i]);
}
