/* SPDX-License-Identifier: Apache-2.0 */
/* The values of macros that the files decide, read from the model. */
#include "core/macro.h"

#include <string.h>

bool macro_target(const struct model *m, enum macro_scope scope, struct str arg, struct macro_scope_of *of)
{
    struct str host, rest = arg;

    switch (scope) {
    case MACRO_HOST:
        of->host = model_find_host(m, arg);
        of->service = MODEL_NONE;
        return of->host != MODEL_NONE;
    case MACRO_SERVICE:
        host = str_cut(&rest, ':');
        if (!host.n && of->host != MODEL_NONE)
            host = model_host_name(m, of->host);
        of->service = model_find_service(m, host, rest);
        of->host = of->service == MODEL_NONE ? MODEL_NONE : model_check(m, of->service)->host;
        return of->service != MODEL_NONE;
    case MACRO_CONTACT: of->contact = model_find_contact(m, arg); return of->contact != MODEL_NONE;
    default: return true;
    }
}

static enum macro_scope var_scope(enum macro_id id)
{
    return id == MACRO_ID_HOST_VAR ? MACRO_HOST : id == MACRO_ID_SERVICE_VAR ? MACRO_SERVICE : MACRO_CONTACT;
}

bool macro_var_target(const struct model *m, enum macro_id id, struct str arg, struct macro_scope_of *of)
{
    uint32_t present = of->host;

    return macro_target(m, var_scope(id), arg, of) && (id != MACRO_ID_SERVICE_VAR || of->host == present);
}

bool macro_members(const struct model *m, enum macro_scope scope, struct str arg, struct macro_members *out)
{
    struct str rest = arg, name = str_cut(&rest, ':');
    const struct model_group *table = scope == MACRO_HOST      ? m->host_group
                                      : scope == MACRO_SERVICE ? m->service_group
                                                               : m->contact_group;
    uint32_t i = scope == MACRO_HOST      ? model_find_host_group(m, name)
                 : scope == MACRO_SERVICE ? model_find_service_group(m, name)
                 : scope == MACRO_CONTACT ? model_find_contact_group(m, name)
                                          : MODEL_NONE;

    if (!rest.p || i == MODEL_NONE)
        return false;
    *out = (struct macro_members){scope, table[i].members, rest};
    return true;
}

struct macro_scope_of macro_member(const struct model *m, const struct macro_members *all, uint32_t i)
{
    struct macro_scope_of of = {MODEL_NONE, MODEL_NONE, MODEL_NONE};

    if (all->scope == MACRO_CONTACT) {
        of.contact = model_item(m, all->list, i);
        return of;
    }
    of.host = model_item(m, all->list, i);
    if (all->scope == MACRO_SERVICE) {
        of.service = of.host;
        of.host = model_check(m, of.service)->host;
    }
    return of;
}

static void put(const struct model *m, struct buf *out, uint32_t string)
{
    macro_put_literal(out, model_str(m, string));
}

/* Nagios names the last group by name first. */
static void put_names(const struct model *m, struct buf *out, const struct model_group *groups,
                      struct model_list l, bool all)
{
    for (uint32_t i = 0; i < l.n && (all || i == 0); i++) {
        if (i)
            buf_add_char(out, ',');
        put(m, out, groups[model_item(m, l, l.n - 1 - i)].name);
    }
}

static void put_checks(const struct model *m, struct buf *out, struct model_list l)
{
    for (uint32_t i = 0; i < l.n; i++) {
        if (i)
            buf_add_char(out, ',');
        put(m, out, model_check(m, model_item(m, l, i))->name);
    }
}

static void put_period(const struct model *m, struct buf *out, uint32_t period)
{
    if (period != MODEL_NONE)
        put(m, out, model_period(m, period)->name);
}

static uint32_t extra(const struct model *m, const struct model_check *c, size_t field)
{
    uint32_t string;

    if (c->extra == MODEL_NONE)
        return 0;
    memcpy(&string, (const char *)model_extra(m, c->extra) + field, sizeof(string));
    return string;
}

static void host_value(const struct model *m, enum macro_id id, const struct model_check *c, struct buf *out)
{
    switch (id) {
    case MACRO_ID_HOSTNAME: put(m, out, c->name); break;
    case MACRO_ID_HOSTDISPLAYNAME: put(m, out, c->display_name); break;
    case MACRO_ID_HOSTNOTIFICATIONPERIOD: put_period(m, out, c->notification_period); break;
    case MACRO_ID_HOSTALIAS: put(m, out, c->alias); break;
    case MACRO_ID_HOSTADDRESS: put(m, out, c->address); break;
    case MACRO_ID_HOSTCHECKCOMMAND: put(m, out, c->check_text); break;
    case MACRO_ID_MAXHOSTATTEMPTS: buf_add_u64(out, c->max_attempts); break;
    case MACRO_ID_HOSTGROUPNAME: put_names(m, out, m->host_group, c->groups, false); break;
    case MACRO_ID_HOSTGROUPNAMES: put_names(m, out, m->host_group, c->groups, true); break;
    case MACRO_ID_HOSTPARENTS: put_checks(m, out, c->parents); break;
    case MACRO_ID_HOSTCHILDREN: put_checks(m, out, c->children); break;
    case MACRO_ID_HOSTACTIONURL: put(m, out, extra(m, c, offsetof(struct model_extra, action_url))); break;
    case MACRO_ID_HOSTNOTESURL: put(m, out, extra(m, c, offsetof(struct model_extra, notes_url))); break;
    case MACRO_ID_HOSTNOTES: put(m, out, extra(m, c, offsetof(struct model_extra, notes))); break;
    case MACRO_ID_HOSTIMPORTANCE: buf_add_u64(out, c->hourly_value); break;
    case MACRO_ID_HOSTANDSERVICESIMPORTANCE: buf_add_u64(out, model_importance(m, c)); break;
    case MACRO_ID_TOTALHOSTSERVICES: buf_add_u64(out, c->n_services); break;
    default: BUG("a host macro without a value");
    }
}

static void service_value(const struct model *m, enum macro_id id, const struct model_check *c,
                          struct buf *out)
{
    switch (id) {
    case MACRO_ID_SERVICEDESC: put(m, out, c->name); break;
    case MACRO_ID_SERVICENOTIFICATIONPERIOD: put_period(m, out, c->notification_period); break;
    case MACRO_ID_SERVICEDISPLAYNAME: put(m, out, c->display_name); break;
    case MACRO_ID_SERVICECHECKCOMMAND: put(m, out, c->check_text); break;
    case MACRO_ID_MAXSERVICEATTEMPTS: buf_add_u64(out, c->max_attempts); break;
    case MACRO_ID_SERVICEISVOLATILE: buf_add_u64(out, !!(c->flags & MODEL_CHECK_VOLATILE)); break;
    case MACRO_ID_SERVICEGROUPNAME: put_names(m, out, m->service_group, c->groups, false); break;
    case MACRO_ID_SERVICEGROUPNAMES: put_names(m, out, m->service_group, c->groups, true); break;
    case MACRO_ID_SERVICEACTIONURL: put(m, out, extra(m, c, offsetof(struct model_extra, action_url))); break;
    case MACRO_ID_SERVICENOTESURL: put(m, out, extra(m, c, offsetof(struct model_extra, notes_url))); break;
    case MACRO_ID_SERVICENOTES: put(m, out, extra(m, c, offsetof(struct model_extra, notes))); break;
    case MACRO_ID_SERVICEIMPORTANCE: buf_add_u64(out, c->hourly_value); break;
    default: BUG("a service macro without a value");
    }
}

static void contact_value(const struct model *m, enum macro_id id, const struct model_contact *c,
                          struct buf *out)
{
    switch (id) {
    case MACRO_ID_CONTACTNAME: put(m, out, c->name); break;
    case MACRO_ID_CONTACTALIAS: put(m, out, c->alias); break;
    case MACRO_ID_CONTACTEMAIL: put(m, out, c->email); break;
    case MACRO_ID_CONTACTPAGER: put(m, out, c->pager); break;
    case MACRO_ID_CONTACTGROUPNAME: put_names(m, out, m->contact_group, c->groups, false); break;
    case MACRO_ID_CONTACTGROUPNAMES: put_names(m, out, m->contact_group, c->groups, true); break;
    default:
        BUG_ON(id < MACRO_ID_CONTACTADDRESS1 || id > MACRO_ID_CONTACTADDRESS6);
        put(m, out, c->address[id - MACRO_ID_CONTACTADDRESS1]);
    }
}

static void put_members(const struct model *m, const struct model_group *g, enum macro_id id, struct buf *out)
{
    for (uint32_t i = 0; i < g->members.n; i++) {
        uint32_t member = model_item(m, g->members, i);

        if (i)
            buf_add_char(out, ',');
        if (id == MACRO_ID_CONTACTGROUPMEMBERS) {
            put(m, out, model_contact(m, member)->name);
        } else if (id == MACRO_ID_HOSTGROUPMEMBERADDRESSES) {
            put(m, out, model_check(m, member)->address);
        } else {
            macro_put_literal(out, model_host_name(m, member));
            if (id == MACRO_ID_SERVICEGROUPMEMBERS) {
                buf_add_char(out, ',');
                put(m, out, model_check(m, member)->name);
            }
        }
    }
}

static void group_value(const struct model *m, enum macro_id id, const struct model_group *g, struct buf *out)
{
    switch (id) {
    case MACRO_ID_HOSTGROUPALIAS:
    case MACRO_ID_SERVICEGROUPALIAS:
    case MACRO_ID_CONTACTGROUPALIAS: put(m, out, g->alias); break;
    case MACRO_ID_HOSTGROUPNOTES:
    case MACRO_ID_SERVICEGROUPNOTES: put(m, out, g->notes); break;
    case MACRO_ID_HOSTGROUPNOTESURL:
    case MACRO_ID_SERVICEGROUPNOTESURL: put(m, out, g->notes_url); break;
    case MACRO_ID_HOSTGROUPACTIONURL:
    case MACRO_ID_SERVICEGROUPACTIONURL: put(m, out, g->action_url); break;
    default: put_members(m, g, id, out);
    }
}

/* The group meant: the one named, else the first of the object. */
static const struct model_group *group_of(const struct model *m, enum macro_scope scope, struct str arg,
                                          const struct macro_scope_of *of)
{
    const struct model_group *table = scope == MACRO_HOSTGROUP      ? m->host_group
                                      : scope == MACRO_SERVICEGROUP ? m->service_group
                                                                    : m->contact_group;
    uint32_t object = scope == MACRO_HOSTGROUP      ? of->host
                      : scope == MACRO_SERVICEGROUP ? of->service
                                                    : of->contact;
    struct model_list l;
    uint32_t i;

    if (arg.p) {
        i = scope == MACRO_HOSTGROUP      ? model_find_host_group(m, arg)
            : scope == MACRO_SERVICEGROUP ? model_find_service_group(m, arg)
                                          : model_find_contact_group(m, arg);
        return i == MODEL_NONE ? NULL : &table[i];
    }
    if (object == MODEL_NONE)
        return NULL;
    l = scope == MACRO_CONTACTGROUP ? model_contact(m, object)->groups : model_check(m, object)->groups;
    return l.n ? &table[model_item(m, l, l.n - 1)] : NULL;
}

static void main_value(const struct model *m, enum macro_id id, struct buf *out)
{
    const struct model_globals *g = m->globals;
    const struct {
        enum macro_id id;
        uint32_t string;
    } value[] = {
        {MACRO_ID_MAINCONFIGFILE, g->main_file},
        {MACRO_ID_STATUSDATAFILE, g->status_file},
        {MACRO_ID_COMMENTDATAFILE, g->status_file},
        {MACRO_ID_DOWNTIMEDATAFILE, g->status_file},
        {MACRO_ID_RETENTIONDATAFILE, g->state_retention_file},
        {MACRO_ID_OBJECTCACHEFILE, g->object_cache_file},
        {MACRO_ID_TEMPFILE, g->temp_file},
        {MACRO_ID_TEMPPATH, g->temp_path},
        {MACRO_ID_LOGFILE, g->log_file},
        {MACRO_ID_RESOURCEFILE, g->resource_file},
        {MACRO_ID_COMMANDFILE, g->command_file},
        {MACRO_ID_HOSTPERFDATAFILE, g->host_perfdata_file},
        {MACRO_ID_SERVICEPERFDATAFILE, g->service_perfdata_file},
        {MACRO_ID_ADMINEMAIL, g->admin_email},
        {MACRO_ID_ADMINPAGER, g->admin_pager},
    };

    for (size_t i = 0; i < ARRAY_LEN(value); i++)
        if (value[i].id == id)
            put(m, out, value[i].string);
}

static void value_of(const struct model *m, enum macro_id id, enum macro_scope scope,
                     struct macro_scope_of of, struct buf *out)
{
    if (scope == MACRO_HOST && of.host != MODEL_NONE)
        host_value(m, id, model_check(m, of.host), out);
    else if (scope == MACRO_SERVICE && of.service != MODEL_NONE)
        service_value(m, id, model_check(m, of.service), out);
    else if (scope == MACRO_CONTACT && of.contact != MODEL_NONE)
        contact_value(m, id, model_contact(m, of.contact), out);
}

static const struct model_var *find_var(const struct model *m, enum macro_scope scope, uint32_t object,
                                        struct str name)
{
    if (scope == MACRO_CONTACT)
        return model_find_var(m, model_contact(m, object)->first_var, model_contact(m, object)->n_vars, name);
    return model_find_var(m, model_check(m, object)->first_var, model_check(m, object)->n_vars, name);
}

static void var_of(const struct model *m, enum macro_scope scope, struct str name, struct macro_scope_of of,
                   struct buf *out)
{
    const struct model_var *v;
    uint32_t object;

    object = scope == MACRO_HOST ? of.host : scope == MACRO_SERVICE ? of.service : of.contact;
    if (object == MODEL_NONE)
        return;
    v = find_var(m, scope, object, name);
    if (v && v->secret)
        buf_add_str(out, model_str(m, v->value));
    else if (v)
        put(m, out, v->value);
}

/* What there is of the members of a group: a value that is empty is left out, and its delimiter with it. */
static void each_member(const struct model *m, enum macro_id id, struct str name,
                        const struct macro_members *all, struct buf *out)
{
    struct buf one = BUF_INIT;
    size_t from = out->len;

    for (uint32_t i = 0; i < all->list.n; i++) {
        buf_clear(&one);
        if (name.p)
            var_of(m, all->scope, name, macro_member(m, all, i), &one);
        else
            value_of(m, id, all->scope, macro_member(m, all, i), &one);
        if (one.len && out->len > from)
            macro_put_literal(out, all->delimiter);
        buf_add_str(out, buf_str(&one));
    }
    buf_release(&one);
}

static void var_value(const struct model *m, enum macro_id id, struct str arg, bool on_demand,
                      struct macro_scope_of of, struct buf *out)
{
    enum macro_scope scope = var_scope(id);
    struct macro_members all;
    struct str name = arg;

    if (on_demand)
        name = str_cut(&arg, ':');
    if (!on_demand || macro_var_target(m, id, arg, &of))
        var_of(m, scope, name, of, out);
    else if (macro_members(m, scope, arg, &all))
        each_member(m, id, name, &all, out);
}

static bool is_group_name(enum macro_id id)
{
    return id == MACRO_ID_HOSTGROUPNAME || id == MACRO_ID_SERVICEGROUPNAME || id == MACRO_ID_CONTACTGROUPNAME;
}

bool macro_means(const struct model *m, enum macro_id id, struct str arg, bool on_demand,
                 const struct macro_scope_of *of)
{
    bool var = id >= MACRO_ID_HOST_VAR && id <= MACRO_ID_CONTACT_VAR;
    struct macro_scope_of who = *of;
    struct macro_members all;
    struct str name = arg;
    enum macro_scope scope;
    uint32_t object;
    bool found;

    if ((id >= MACRO_ID_COUNT && !var) || (on_demand && is_group_name(id)))
        return true;
    scope = var ? var_scope(id) : macro_info(id)->scope;
    if (scope > MACRO_CONTACT)
        return true;
    if (on_demand && var)
        name = str_cut(&arg, ':');
    found = !on_demand || (var ? macro_var_target(m, id, arg, &who) : macro_target(m, scope, arg, &who));
    if (!found && macro_members(m, scope, arg, &all))
        return true;
    if (!found) /* an empty host is none, and empties the macro */
        return !var && scope == MACRO_SERVICE && str_starts(arg, STR(":"));
    object = scope == MACRO_HOST ? who.host : scope == MACRO_SERVICE ? who.service : who.contact;
    if (object == MODEL_NONE)
        return false;
    if (var)
        return find_var(m, scope, object, name) != NULL;
    return !is_group_name(id) ||
           (scope == MACRO_CONTACT ? model_contact(m, object)->groups.n : model_check(m, object)->groups.n);
}

bool macro_static(const struct model *m, enum macro_id id, struct str arg, bool on_demand,
                  const struct macro_scope_of *of, struct buf *out)
{
    struct macro_scope_of who = *of;
    const struct model_group *g;
    const struct macro_info *info;
    struct macro_members all;

    if (id >= MACRO_ID_HOST_VAR) {
        if (id <= MACRO_ID_CONTACT_VAR)
            var_value(m, id, arg, on_demand, who, out);
        return true;
    }
    info = macro_info(id);
    if (info->class == MACRO_DATA)
        return false;
    /* $HOSTGROUPNAME:x$ and its like name a group in their argument and mean that name. */
    if (on_demand && is_group_name(id)) {
        macro_put_literal(out, arg);
        return true;
    }
    if (on_demand && !macro_target(m, info->scope, arg, &who)) {
        if (macro_members(m, info->scope, arg, &all))
            each_member(m, id, STR_NULL, &all, out);
        return true;
    }
    switch (info->scope) {
    case MACRO_HOST:
    case MACRO_SERVICE:
    case MACRO_CONTACT: value_of(m, id, info->scope, who, out); break;
    case MACRO_MAIN: main_value(m, id, out); break;
    default:
        g = group_of(m, info->scope, on_demand ? arg : STR_NULL, &who);
        if (g)
            group_value(m, id, g, out);
    }
    return true;
}
