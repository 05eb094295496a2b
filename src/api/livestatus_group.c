/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of groups, contacts, commands, time periods, and the table of all columns. */
#include "api/group.h"
#include "api/inforce.h"
#include "api/livestatus_query.h"
#include "api/livestatus_sum.h"

#include "core/when.h"

#include <string.h>

const struct ls_table *const ls_tables[] = {&ls_hosts,
                                            &ls_services,
                                            &ls_status,
                                            &ls_comments,
                                            &ls_downtimes,
                                            &ls_host_groups,
                                            &ls_service_groups,
                                            &ls_contacts,
                                            &ls_contact_groups,
                                            &ls_commands,
                                            &ls_periods,
                                            &ls_columns,
                                            &ls_hosts_by_group,
                                            &ls_services_by_group,
                                            &ls_services_by_host_group,
                                            &ls_statehist,
                                            &ls_log};
const size_t ls_n_tables = ARRAY_LEN(ls_tables);

const struct ls_table *ls_table_find(struct str name)
{
    for (size_t i = 0; i < ls_n_tables; i++) {
        if (str_eq_c(name, ls_tables[i]->name))
            return ls_tables[i];
    }
    return NULL;
}

static bool load_index(struct ls_row *row, uint32_t i)
{
    row->idx = i;
    return true;
}

/* ---- groups ---- */

enum group { G_NAME, G_ALIAS, G_NOTES, G_NOTES_URL, G_ACTION_URL };

static void group_text(const struct model *m, const struct model_group *g, enum group what,
                       struct ls_value *v)
{
    const uint32_t at[] = {g->name, g->alias, g->notes, g->notes_url, g->action_url};

    v->text = model_str(m, at[what]);
}

static void get_host_group(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    group_text(row->w->m, model_host_group(row->w->m, row->idx), (enum group)c->arg, v);
}

static void get_service_group(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    group_text(row->w->m, model_service_group(row->w->m, row->idx), (enum group)c->arg, v);
}

static void get_contact_group(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    group_text(row->w->m, model_contact_group(row->w->m, row->idx), (enum group)c->arg, v);
}

static void host_members(struct ls_row *row, const struct ls_column *c UNUSED, struct ls_value *v)
{
    const struct model *m = row->w->m;
    struct model_list l = model_host_group(m, row->idx)->members;

    for (uint32_t i = 0; i < l.n; i++) {
        if (ls_sees(row->w, model_item(m, l, i)))
            *VEC_ADD(&v->list) = model_str(m, model_check(m, model_item(m, l, i))->name);
    }
}

/* "host|service", one text a member. */
static void service_members(struct ls_row *row, const struct ls_column *c UNUSED, struct ls_value *v)
{
    const struct model *m = row->w->m;
    struct model_list l = model_service_group(m, row->idx)->members;

    for (uint32_t i = 0; i < l.n; i++) {
        uint32_t check = model_item(m, l, i);

        if (!ls_sees(row->w, check))
            continue;
        buf_add_str(&v->scratch, model_host_name(m, check));
        buf_add_char(&v->scratch, '|');
        buf_add_str(&v->scratch, model_description(m, check));
        ls_cut(v);
    }
    ls_cut_end(v);
}

static void add_state(const struct ls_row *row, uint32_t check, struct ls_value *v)
{
    struct board_check b;

    board_read_check(row->w->b, check, &b);
    buf_add_i64(&v->scratch, b.state);
    ls_cut(v);
    buf_add_i64(&v->scratch, (b.flags & BOARD_CHECKED) != 0);
    ls_cut(v);
}

static void hosts_with_state(struct ls_row *row, const struct ls_column *c UNUSED, struct ls_value *v)
{
    const struct model *m = row->w->m;
    struct model_list l = model_host_group(m, row->idx)->members;

    v->cells = "snn";
    for (uint32_t i = 0; i < l.n; i++) {
        if (!ls_sees(row->w, model_item(m, l, i)))
            continue;
        buf_add_str(&v->scratch, model_host_name(m, model_item(m, l, i)));
        ls_cut(v);
        add_state(row, model_item(m, l, i), v);
    }
    ls_cut_end(v);
}

static void services_with_state(struct ls_row *row, const struct ls_column *c UNUSED, struct ls_value *v)
{
    const struct model *m = row->w->m;
    struct model_list l = model_service_group(m, row->idx)->members;

    v->cells = "ssnn";
    for (uint32_t i = 0; i < l.n; i++) {
        if (!ls_sees(row->w, model_item(m, l, i)))
            continue;
        buf_add_str(&v->scratch, model_host_name(m, model_item(m, l, i)));
        ls_cut(v);
        buf_add_str(&v->scratch, model_description(m, model_item(m, l, i)));
        ls_cut(v);
        add_state(row, model_item(m, l, i), v);
    }
    ls_cut_end(v);
}

static void contact_members(struct ls_row *row, const struct ls_column *c UNUSED, struct ls_value *v)
{
    const struct model *m = row->w->m;
    struct model_list l = model_contact_group(m, row->idx)->members;

    for (uint32_t i = 0; i < l.n; i++) {
        if (ls_sees_object(row->w, EYES_CONTACT, model_item(m, l, i)))
            *VEC_ADD(&v->list) = model_str(m, model_contact(m, model_item(m, l, i))->name);
    }
}

/* How many members are in a state; arg: -1 all, 0..3 a state, 4 pending. */
static int64_t count_members(const struct livestatus_world *w, struct model_list l, int arg)
{
    int64_t n = 0;

    for (uint32_t i = 0; i < l.n; i++) {
        struct board_check b;

        if (!ls_sees(w, model_item(w->m, l, i)))
            continue;
        board_read_check(w->b, model_item(w->m, l, i), &b);
        if (arg < 0)
            n++;
        else
            n += b.flags & BOARD_CHECKED ? b.state == arg : arg == 4;
    }
    return n;
}

static void count_hosts_in(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    v->number = count_members(row->w, model_host_group(row->w->m, row->idx)->members, c->arg);
}

static void count_services_in(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    const struct model *m = row->w->m;
    struct model_list l = model_service_group(m, row->idx)->members;

    for (uint32_t i = 0; i < l.n; i++)
        livestatus_sum_add(row->w, model_item(m, l, i), c->arg, v);
}

/* Of the services of all members. */
static void count_services_behind(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    const struct model *m = row->w->m;
    struct model_list l = model_host_group(m, row->idx)->members;

    for (uint32_t i = 0; i < l.n; i++) {
        const struct model_check *host = model_check(m, model_item(m, l, i));

        for (uint32_t k = 0; k < host->n_services; k++)
            livestatus_sum_add(row->w, host->first_service + k, c->arg, v);
    }
}

/* The worst state of the hosts. */
static void worst_host(struct ls_row *row, const struct ls_column *c UNUSED, struct ls_value *v)
{
    const struct model *m = row->w->m;
    struct model_list l = model_host_group(m, row->idx)->members;

    for (uint32_t i = 0; i < l.n; i++) {
        struct board_check b;

        if (!ls_sees(row->w, model_item(m, l, i)))
            continue;
        board_read_check(row->w->b, model_item(m, l, i), &b);
        if (b.flags & BOARD_CHECKED)
            v->number = MAX(v->number, (int64_t)b.state);
    }
}

/* A group is seen by the contact that sees all of it; by a user of Vigie who sees something of it, and only that. */
static bool is_group_seen(const struct ls_row *row, const struct model_group *g, bool of_hosts,
                          uint32_t contact)
{
    const struct model *m = row->w->m;

    if (row->w->eyes.user)
        return group_seen(m, g, of_hosts, row->w->eyes.resources);
    for (uint32_t i = 0; i < g->members.n; i++) {
        if (!model_sees(m, contact, model_item(m, g->members, i)))
            return false;
    }
    return true;
}

static bool host_group_seen(const struct ls_row *row, uint32_t contact)
{
    return is_group_seen(row, model_host_group(row->w->m, row->idx), true, contact);
}

static bool service_group_seen(const struct ls_row *row, uint32_t contact)
{
    return is_group_seen(row, model_service_group(row->w->m, row->idx), false, contact);
}

#define SEEN(name, kind)                                                                                     \
    static bool name##_seen(const struct ls_row *row, uint32_t contact UNUSED)                               \
    {                                                                                                        \
        return ls_sees_object(row->w, kind, row->idx);                                                       \
    }
SEEN(contact, EYES_CONTACT)
SEEN(contact_group, EYES_CONTACT_GROUP)
SEEN(command, EYES_COMMAND)
SEEN(period, EYES_PERIOD)
#undef SEEN

#define GROUP_COLUMNS(get)                                                                                   \
    {"name", LS_STRING, get, G_NAME, "name"}, {"alias", LS_STRING, get, G_ALIAS, "alias"},                   \
        {"notes", LS_STRING, get, G_NOTES, "notes"},                                                         \
        {"notes_url", LS_STRING, get, G_NOTES_URL, "link to notes"},                                         \
    {                                                                                                        \
        "action_url", LS_STRING, get, G_ACTION_URL, "link to an action"                                      \
    }

static const struct ls_column host_group_columns[] = {
    GROUP_COLUMNS(get_host_group),
    {"members", LS_LIST, host_members, 0, "host names"},
    {"members_with_state", LS_ROWS, hosts_with_state, 0, "host, state, checked"},
    {"num_hosts", LS_INT, count_hosts_in, -1, "hosts"},
    {"num_hosts_up", LS_INT, count_hosts_in, 0, "hosts that are UP"},
    {"num_hosts_down", LS_INT, count_hosts_in, 1, "hosts that are DOWN"},
    {"num_hosts_unreach", LS_INT, count_hosts_in, 2, "hosts that are UNREACHABLE"},
    {"num_hosts_pending", LS_INT, count_hosts_in, 4, "hosts not checked yet"},
    LS_SUM_COLUMNS(count_services_behind),
    {"worst_host_state", LS_INT, worst_host, 0, "the worst state of its hosts"},
};

static const struct ls_column service_group_columns[] = {
    GROUP_COLUMNS(get_service_group),
    {"members", LS_LIST, service_members, 0, "host|description"},
    {"members_with_state", LS_ROWS, services_with_state, 0, "host, description, state, checked"},
    LS_SUM_COLUMNS(count_services_in),
};

static const struct ls_column contact_group_columns[] = {
    {"name", LS_STRING, get_contact_group, G_NAME, "name"},
    {"alias", LS_STRING, get_contact_group, G_ALIAS, "alias"},
    {"members", LS_LIST, contact_members, 0, "contact names"},
};

#define COUNT(name, table)                                                                                   \
    static uint32_t count_##name(const struct livestatus_world *w)                                           \
    {                                                                                                        \
        return w->m->n_##table;                                                                              \
    }
COUNT(host_groups, host_group)
COUNT(service_groups, service_group)
COUNT(contact_groups, contact_group)
COUNT(contacts, contact)
COUNT(commands, command)

static uint32_t count_periods(const struct livestatus_world *w)
{
    return w->m->globals->n_periods;
}
#undef COUNT

const struct ls_table ls_host_groups = {.name = "hostgroups",
                                        .key = "name",
                                        .text = "a row a host group",
                                        .columns = host_group_columns,
                                        .n_columns = ARRAY_LEN(host_group_columns),
                                        .count = count_host_groups,
                                        .load = load_index,
                                        .seen = host_group_seen};
const struct ls_table ls_service_groups = {.name = "servicegroups",
                                           .key = "name",
                                           .text = "a row a service group",
                                           .columns = service_group_columns,
                                           .n_columns = ARRAY_LEN(service_group_columns),
                                           .count = count_service_groups,
                                           .load = load_index,
                                           .seen = service_group_seen};
const struct ls_table ls_contact_groups = {.name = "contactgroups",
                                           .key = "name",
                                           .text = "a row a contact group",
                                           .columns = contact_group_columns,
                                           .n_columns = ARRAY_LEN(contact_group_columns),
                                           .count = count_contact_groups,
                                           .load = load_index,
                                           .seen = contact_group_seen};

/* ---- contacts ---- */

enum contact {
    K_NAME,
    K_ALIAS,
    K_EMAIL,
    K_PAGER,
    K_HOST_PERIOD,
    K_SERVICE_PERIOD,
    K_HOST_ON,
    K_SERVICE_ON,
    K_SUBMIT,
    K_MODIFIED
};

/* Addresses and variables of people are for who sees everything, as in the API. */
static bool hides_addresses(const struct ls_row *row)
{
    return row->w->eyes.user && row->w->eyes.resources;
}

static uint32_t contact_period(const struct ls_row *row, const struct board_contact *b, bool of_services)
{
    const struct model_contact *c = model_contact(row->w->m, row->idx);

    return of_services ? inforce_period(row->w->m, b->over_service_period, c->service_period)
                       : inforce_period(row->w->m, b->over_host_period, c->host_period);
}

static void get_contact(struct ls_row *row, const struct ls_column *col, struct ls_value *v)
{
    const struct model *m = row->w->m;
    const struct model_contact *c = model_contact(m, row->idx);
    struct board_contact b;
    uint32_t period;

    board_read_contact(row->w->b, row->idx, &b, NULL);
    period = contact_period(row, &b, col->arg == K_SERVICE_PERIOD);
    switch ((enum contact)col->arg) {
    case K_NAME: v->text = model_str(m, c->name); break;
    case K_ALIAS: v->text = model_str(m, c->alias); break;
    case K_EMAIL: v->text = hides_addresses(row) ? STR_NULL : model_str(m, c->email); break;
    case K_PAGER: v->text = hides_addresses(row) ? STR_NULL : model_str(m, c->pager); break;
    case K_HOST_PERIOD:
    case K_SERVICE_PERIOD:
        v->text = period == MODEL_NONE || !ls_sees_object(row->w, EYES_PERIOD, period)
                      ? STR_NULL
                      : model_str(m, model_period(m, period)->name);
        break;
    case K_HOST_ON: v->number = b.host_notify; break;
    case K_SERVICE_ON: v->number = b.service_notify; break;
    case K_MODIFIED: v->number = b.modified_attributes; break;
    case K_SUBMIT: v->number = (c->flags & MODEL_CONTACT_CAN_SUBMIT) != 0; break;
    }
}

/* Custom variables without those that hold secrets: arg 0 names, 1 values, 2 both. */
static void get_contact_vars(struct ls_row *row, const struct ls_column *col, struct ls_value *v)
{
    const struct model *m = row->w->m;
    const struct model_contact *c = model_contact(m, row->idx);
    struct board_contact b;

    board_read_contact(row->w->b, row->idx, &b, &v->scratch);
    for (uint32_t i = 0; i < c->n_vars && !hides_addresses(row); i++) {
        const struct model_var *var = model_var(m, c->first_var + i);

        if (col->arg != 1)
            *VEC_ADD(&v->list) = model_str(m, var->name);
        if (col->arg)
            *VEC_ADD(&v->list) = inforce_var(m, var, buf_str(&v->scratch));
    }
}

/* The letters of notification_options; arg 1: for services. */
static void get_contact_options(struct ls_row *row, const struct ls_column *col, struct ls_value *v)
{
    static const struct {
        uint32_t bit;
        char letter;
    } letters[] = {{MODEL_ON_DOWN, 'd'},     {MODEL_ON_UNREACHABLE, 'u'}, {MODEL_ON_WARNING, 'w'},
                   {MODEL_ON_UNKNOWN, 'u'},  {MODEL_ON_CRITICAL, 'c'},    {MODEL_ON_RECOVERY, 'r'},
                   {MODEL_ON_FLAPPING, 'f'}, {MODEL_ON_DOWNTIME, 's'}};
    const struct model_contact *c = model_contact(row->w->m, row->idx);
    uint32_t on = col->arg ? c->service_on : c->host_on;

    for (size_t i = 0; i < ARRAY_LEN(letters); i++) {
        if (on & letters[i].bit)
            buf_add_char(&v->scratch, letters[i].letter);
    }
    v->text = buf_str(&v->scratch);
}

static void get_contact_address(struct ls_row *row, const struct ls_column *col, struct ls_value *v)
{
    v->text = hides_addresses(row)
                  ? STR_NULL
                  : model_str(row->w->m, model_contact(row->w->m, row->idx)->address[col->arg]);
}

static void get_contact_groups(struct ls_row *row, const struct ls_column *col UNUSED, struct ls_value *v)
{
    const struct model *m = row->w->m;
    struct model_list l = model_contact(m, row->idx)->groups;

    for (uint32_t i = 0; i < l.n; i++)
        if (ls_sees_object(row->w, EYES_CONTACT_GROUP, model_item(m, l, i)))
            *VEC_ADD(&v->list) = model_str(m, model_contact_group(m, model_item(m, l, i))->name);
}

/* Now is inside; arg 1: of services. */
static void get_contact_in(struct ls_row *row, const struct ls_column *col, struct ls_value *v)
{
    struct board_contact b;
    struct when when;

    board_read_contact(row->w->b, row->idx, &b, NULL);
    when_init(&when, row->w->m);
    v->number = when_contains(&when, contact_period(row, &b, col->arg != 0), row->w->now);
    when_release(&when);
}

static const struct ls_column contact_columns[] = {
    {"name", LS_STRING, get_contact, K_NAME, "contact name"},
    {"alias", LS_STRING, get_contact, K_ALIAS, "alias"},
    {"email", LS_STRING, get_contact, K_EMAIL, "mail address"},
    {"pager", LS_STRING, get_contact, K_PAGER, "pager"},
    {"address1", LS_STRING, get_contact_address, 0, "as configured"},
    {"address2", LS_STRING, get_contact_address, 1, "as configured"},
    {"address3", LS_STRING, get_contact_address, 2, "as configured"},
    {"address4", LS_STRING, get_contact_address, 3, "as configured"},
    {"address5", LS_STRING, get_contact_address, 4, "as configured"},
    {"address6", LS_STRING, get_contact_address, 5, "as configured"},
    {"groups", LS_LIST, get_contact_groups, 0, "contact groups it is a member of"},
    {"in_host_notification_period", LS_INT, get_contact_in, 0, "now may be told of hosts"},
    {"in_service_notification_period", LS_INT, get_contact_in, 1, "now may be told of services"},
    {"modified_attributes", LS_INT, get_contact, K_MODIFIED, "what was changed at run time"},
    {"can_submit_commands", LS_INT, get_contact, K_SUBMIT, "may send commands"},
    {"host_notification_period", LS_STRING, get_contact, K_HOST_PERIOD, "when told of hosts"},
    {"service_notification_period", LS_STRING, get_contact, K_SERVICE_PERIOD, "when told of services"},
    {"host_notifications_enabled", LS_INT, get_contact, K_HOST_ON, "told of hosts"},
    {"service_notifications_enabled", LS_INT, get_contact, K_SERVICE_ON, "told of services"},
    {"host_notification_options", LS_STRING, get_contact_options, 0, "letters of what is told of hosts"},
    {"service_notification_options", LS_STRING, get_contact_options, 1,
     "letters of what is told of services"},
    {"custom_variable_names", LS_LIST, get_contact_vars, 0, "names without underscore"},
    {"custom_variable_values", LS_LIST, get_contact_vars, 1, "their values, secrets hidden"},
    {"custom_variables", LS_DICT, get_contact_vars, 2, "names and values"},
};

const struct ls_table ls_contacts = {.name = "contacts",
                                     .key = "name",
                                     .text = "a row a contact",
                                     .columns = contact_columns,
                                     .n_columns = ARRAY_LEN(contact_columns),
                                     .count = count_contacts,
                                     .load = load_index,
                                     .seen = contact_seen};

/* ---- commands and periods ---- */

static void get_command(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    const struct model_command *cmd = model_command(row->w->m, row->idx);

    v->text = model_str(row->w->m, c->arg ? cmd->text : cmd->name);
}

static const struct ls_column command_columns[] = {
    {"name", LS_STRING, get_command, 0, "command name"},
    {"line", LS_STRING, get_command, 1, "command line as written"},
};

const struct ls_table ls_commands = {.name = "commands",
                                     .key = "name",
                                     .text = "a row a command",
                                     .columns = command_columns,
                                     .n_columns = ARRAY_LEN(command_columns),
                                     .count = count_commands,
                                     .load = load_index,
                                     .seen = command_seen};

static void get_period(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    const struct model_period *p = model_period(row->w->m, row->idx);
    struct when when;

    if (c->arg < 2) {
        v->text = model_str(row->w->m, c->arg ? p->alias : p->name);
        return;
    }
    when_init(&when, row->w->m);
    v->number = when_contains(&when, row->idx, row->w->now);
    when_release(&when);
}

static const struct ls_column period_columns[] = {
    {"name", LS_STRING, get_period, 0, "time period name"},
    {"alias", LS_STRING, get_period, 1, "alias"},
    {"in", LS_INT, get_period, 2, "now is inside"},
};

const struct ls_table ls_periods = {.name = "timeperiods",
                                    .key = "name",
                                    .text = "a row a time period",
                                    .columns = period_columns,
                                    .n_columns = ARRAY_LEN(period_columns),
                                    .count = count_periods,
                                    .load = load_index,
                                    .seen = period_seen};

/* ---- all columns ---- */

/* One line of the table columns. Those that a table borrows from hosts or services stand behind its own, with their prefix. */
struct place {
    const struct ls_table *table;
    const char *prefix;
    const struct ls_column *column;
};

static bool place_in(const struct ls_table *t, uint32_t *i, struct place *p)
{
    for (unsigned k = 0; k <= LS_LENDERS; k++) {
        const char *prefix = k ? t->lend[k - 1].prefix : "";
        const struct ls_table *from = k ? t->lend[k - 1].table : ls_own(t);
        uint32_t n = prefix ? (uint32_t)from->n_columns : 0;

        if (*i < n) {
            *p = (struct place){.table = t, .prefix = prefix, .column = &from->columns[*i]};
            return true;
        }
        *i -= n;
    }
    return false;
}

static bool place_at(uint32_t i, struct place *p)
{
    for (size_t t = 0; t < ls_n_tables; t++) {
        if (place_in(ls_tables[t], &i, p))
            return true;
    }
    return false;
}

static void get_column(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    static const char *const types[] = {"int", "time", "float", "string", "list", "dict", "list"};
    struct place p;

    BUG_ON(!place_at(row->idx, &p) || !p.table || !p.column);
    if (c->arg == 1)
        buf_add_c(&v->scratch, p.prefix);
    buf_add_c(&v->scratch, c->arg == 0   ? p.table->name
                           : c->arg == 1 ? p.column->name
                           : c->arg == 2 ? types[p.column->type]
                                         : p.column->text);
    v->text = buf_str(&v->scratch);
}

static const struct ls_column column_columns[] = {
    {"table", LS_STRING, get_column, 0, "table"},
    {"name", LS_STRING, get_column, 1, "column"},
    {"type", LS_STRING, get_column, 2, "int, time, float, string, list, dict"},
    {"description", LS_STRING, get_column, 3, "what it is"},
};

static uint32_t count_columns(const struct livestatus_world *w UNUSED)
{
    size_t n = 0;

    for (size_t t = 0; t < ls_n_tables; t++) {
        n += ls_own(ls_tables[t])->n_columns;
        for (unsigned k = 0; k < LS_LENDERS; k++)
            n += ls_tables[t]->lend[k].prefix ? ls_tables[t]->lend[k].table->n_columns : 0;
    }
    return (uint32_t)n;
}

const struct ls_table ls_columns = {.name = "columns",
                                    .text = "a row a column of any table",
                                    .columns = column_columns,
                                    .n_columns = ARRAY_LEN(column_columns),
                                    .count = count_columns,
                                    .load = load_index};
