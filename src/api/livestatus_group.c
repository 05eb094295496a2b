/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of groups, contacts, commands, time periods, and the table of all columns. */
#include "api/livestatus_int.h"

#include "core/when.h"

#include <string.h>

const struct ls_table *const ls_tables[] = {
    &ls_hosts,          &ls_services, &ls_status,         &ls_comments, &ls_downtimes, &ls_host_groups,
    &ls_service_groups, &ls_contacts, &ls_contact_groups, &ls_commands, &ls_periods,   &ls_columns};
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

    for (uint32_t i = 0; i < l.n; i++)
        *VEC_ADD(&v->list) = model_str(m, model_check(m, model_item(m, l, i))->name);
}

/* "host|service", one text a member. */
static void service_members(struct ls_row *row, const struct ls_column *c UNUSED, struct ls_value *v)
{
    const struct model *m = row->w->m;
    struct model_list l = model_service_group(m, row->idx)->members;
    VEC(size_t) ends = {0};

    for (uint32_t i = 0; i < l.n; i++) {
        uint32_t check = model_item(m, l, i);

        buf_add_str(&v->scratch, model_host_name(m, check));
        buf_add_char(&v->scratch, '|');
        buf_add_str(&v->scratch, model_description(m, check));
        *VEC_ADD(&ends) = v->scratch.len;
    }
    for (size_t i = 0, at = 0; i < ends.n; at = ends.at[i++])
        *VEC_ADD(&v->list) = str_make(v->scratch.data + at, ends.at[i] - at);
    VEC_RELEASE(&ends);
}

static void contact_members(struct ls_row *row, const struct ls_column *c UNUSED, struct ls_value *v)
{
    const struct model *m = row->w->m;
    struct model_list l = model_contact_group(m, row->idx)->members;

    for (uint32_t i = 0; i < l.n; i++)
        *VEC_ADD(&v->list) = model_str(m, model_contact(m, model_item(m, l, i))->name);
}

/* How many members are in a state; arg: -1 all, 0..3 a state, 4 pending. */
static int64_t count_members(const struct livestatus_world *w, struct model_list l, int arg)
{
    int64_t n = 0;

    for (uint32_t i = 0; i < l.n; i++) {
        struct board_check b;

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
    v->number = count_members(row->w, model_service_group(row->w->m, row->idx)->members, c->arg);
}

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
    {"num_hosts", LS_INT, count_hosts_in, -1, "hosts"},
    {"num_hosts_up", LS_INT, count_hosts_in, 0, "hosts that are UP"},
    {"num_hosts_down", LS_INT, count_hosts_in, 1, "hosts that are DOWN"},
    {"num_hosts_unreach", LS_INT, count_hosts_in, 2, "hosts that are UNREACHABLE"},
    {"num_hosts_pending", LS_INT, count_hosts_in, 4, "hosts not checked yet"},
};

static const struct ls_column service_group_columns[] = {
    GROUP_COLUMNS(get_service_group),
    {"members", LS_LIST, service_members, 0, "host|description"},
    {"num_services", LS_INT, count_services_in, -1, "services"},
    {"num_services_ok", LS_INT, count_services_in, 0, "services that are OK"},
    {"num_services_warn", LS_INT, count_services_in, 1, "services that are WARNING"},
    {"num_services_crit", LS_INT, count_services_in, 2, "services that are CRITICAL"},
    {"num_services_unknown", LS_INT, count_services_in, 3, "services that are UNKNOWN"},
    {"num_services_pending", LS_INT, count_services_in, 4, "services not checked yet"},
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
COUNT(periods, period)
#undef COUNT

const struct ls_table ls_host_groups = {.name = "hostgroups",
                                        .columns = host_group_columns,
                                        .n_columns = ARRAY_LEN(host_group_columns),
                                        .count = count_host_groups,
                                        .load = load_index};
const struct ls_table ls_service_groups = {.name = "servicegroups",
                                           .columns = service_group_columns,
                                           .n_columns = ARRAY_LEN(service_group_columns),
                                           .count = count_service_groups,
                                           .load = load_index};
const struct ls_table ls_contact_groups = {.name = "contactgroups",
                                           .columns = contact_group_columns,
                                           .n_columns = ARRAY_LEN(contact_group_columns),
                                           .count = count_contact_groups,
                                           .load = load_index};

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
    K_SUBMIT
};

static void get_contact(struct ls_row *row, const struct ls_column *col, struct ls_value *v)
{
    const struct model *m = row->w->m;
    const struct model_contact *c = model_contact(m, row->idx);
    uint32_t period = col->arg == K_HOST_PERIOD ? c->host_period : c->service_period;
    struct board_contact b;

    board_read_contact(row->w->b, row->idx, &b);
    switch ((enum contact)col->arg) {
    case K_NAME: v->text = model_str(m, c->name); break;
    case K_ALIAS: v->text = model_str(m, c->alias); break;
    case K_EMAIL: v->text = model_str(m, c->email); break;
    case K_PAGER: v->text = model_str(m, c->pager); break;
    case K_HOST_PERIOD:
    case K_SERVICE_PERIOD:
        v->text = period == MODEL_NONE ? STR_NULL : model_str(m, model_period(m, period)->name);
        break;
    case K_HOST_ON: v->number = b.host_notify; break;
    case K_SERVICE_ON: v->number = b.service_notify; break;
    case K_SUBMIT: v->number = (c->flags & MODEL_CONTACT_CAN_SUBMIT) != 0; break;
    }
}

static const struct ls_column contact_columns[] = {
    {"name", LS_STRING, get_contact, K_NAME, "contact name"},
    {"alias", LS_STRING, get_contact, K_ALIAS, "alias"},
    {"email", LS_STRING, get_contact, K_EMAIL, "mail address"},
    {"pager", LS_STRING, get_contact, K_PAGER, "pager"},
    {"can_submit_commands", LS_INT, get_contact, K_SUBMIT, "may send commands"},
    {"host_notification_period", LS_STRING, get_contact, K_HOST_PERIOD, "when told of hosts"},
    {"service_notification_period", LS_STRING, get_contact, K_SERVICE_PERIOD, "when told of services"},
    {"host_notifications_enabled", LS_INT, get_contact, K_HOST_ON, "told of hosts"},
    {"service_notifications_enabled", LS_INT, get_contact, K_SERVICE_ON, "told of services"},
};

const struct ls_table ls_contacts = {.name = "contacts",
                                     .columns = contact_columns,
                                     .n_columns = ARRAY_LEN(contact_columns),
                                     .count = count_contacts,
                                     .load = load_index};

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
                                     .columns = command_columns,
                                     .n_columns = ARRAY_LEN(command_columns),
                                     .count = count_commands,
                                     .load = load_index};

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
                                    .columns = period_columns,
                                    .n_columns = ARRAY_LEN(period_columns),
                                    .count = count_periods,
                                    .load = load_index};

/* ---- all columns ---- */

/* One line of the table columns. Those that a table borrows from hosts or services stand behind its own, with their prefix. */
struct place {
    const struct ls_table *table;
    const char *prefix;
    const struct ls_column *column;
};

static bool place_in(const struct ls_table *t, uint32_t *i, struct place *p)
{
    const struct ls_table *lenders[3] = {t};
    const char *prefixes[3] = {""};

    for (unsigned k = 0; k < 2; k++)
        lenders[k + 1] = ls_lender(t, k, &prefixes[k + 1]);
    for (size_t k = 0; k < ARRAY_LEN(lenders); k++) {
        uint32_t n = lenders[k] ? (uint32_t)lenders[k]->n_columns : 0;

        if (*i < n) {
            *p = (struct place){.table = t, .prefix = prefixes[k], .column = &lenders[k]->columns[*i]};
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
    static const char *const types[] = {"int", "time", "float", "string", "list", "dict"};
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
        n += ls_tables[t]->n_columns;
        for (unsigned k = 0; k < 2; k++) {
            const char *prefix;
            const struct ls_table *lender = ls_lender(ls_tables[t], k, &prefix);

            n += lender ? lender->n_columns : 0;
        }
    }
    return (uint32_t)n;
}

const struct ls_table ls_columns = {.name = "columns",
                                    .columns = column_columns,
                                    .n_columns = ARRAY_LEN(column_columns),
                                    .count = count_columns,
                                    .load = load_index};
