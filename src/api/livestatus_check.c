/* SPDX-License-Identifier: Apache-2.0 */
/* The tables hosts and services. Both are checks: their columns share getters; arg tells which field. */
#include "api/inforce.h"
#include "api/livestatus_notes.h"
#include "api/livestatus_query.h"
#include "api/livestatus_sum.h"
#include "api/replaced.h"

#include "core/when.h"

#include <string.h>

static const struct model_check *check_of(const struct ls_row *row)
{
    return model_check(row->w->m, row->idx);
}

/* ---- numbers of the board ---- */

enum num {
    N_STATE,
    N_HARD,
    N_ATTEMPT,
    N_MAX,
    N_LAST_STATE,
    N_LAST_HARD,
    N_ACK,
    N_ACK_TYPE,
    N_DOWNTIME,
    N_FLAPPING,
    N_NOTIFY,
    N_ACTIVE,
    N_PASSIVE,
    N_HANDLER,
    N_FLAP,
    N_NUMBER,
    N_CHECKED,
    N_TYPE,
    N_OBSESS,
    N_FRESH,
    N_PERF,
    N_RUNNING,
    N_MODIFIED,
    N_NO_MORE,
    N_HARD_STATE,
    N_NOTIFIED,
    N_PENDING_FLEX,
    N_VALUE,
};

static int64_t flag(const struct board_check *b, uint32_t bit)
{
    return (b->flags & bit) != 0;
}

/* Of a host, what it was when its last result came: older clients know it so. */
static int64_t last_hard_state(const struct ls_row *row)
{
    const struct board_check *b = &row->check;

    if (check_of(row)->kind != MODEL_HOST || !b->state_hard || b->last_hard_state_change != b->last_update)
        return b->last_hard_state;
    return b->last_state == b->state ? 0 : b->last_state; /* it was soft until now */
}

static int64_t board_number(const struct ls_row *row, enum num n)
{
    const struct board_check *b = &row->check;

    switch (n) {
    case N_STATE: return b->state;
    case N_HARD: return b->state_hard;
    case N_ATTEMPT: return b->attempt;
    case N_MAX: return b->max_attempts;
    case N_LAST_STATE: return b->last_state;
    case N_LAST_HARD: return last_hard_state(row);
    case N_ACK: return flag(b, BOARD_ACKNOWLEDGED);
    case N_ACK_TYPE: return b->ack_type;
    case N_DOWNTIME: return b->downtime_depth;
    case N_FLAPPING: return flag(b, BOARD_FLAPPING);
    case N_NOTIFY: return flag(b, BOARD_NOTIFY_ENABLED);
    case N_ACTIVE: return flag(b, BOARD_ACTIVE_ENABLED);
    case N_PASSIVE: return flag(b, BOARD_PASSIVE_ENABLED);
    case N_HANDLER: return flag(b, BOARD_HANDLER_ENABLED);
    case N_FLAP: return flag(b, BOARD_FLAP_ENABLED);
    case N_NUMBER: return b->notification_number;
    case N_CHECKED: return flag(b, BOARD_CHECKED);
    case N_TYPE: return flag(b, BOARD_PASSIVE_RESULT);
    case N_OBSESS: return flag(b, BOARD_OBSESS);
    case N_FRESH: return flag(b, BOARD_FRESHNESS_ENABLED);
    case N_PERF: return flag(b, BOARD_PERFDATA);
    case N_RUNNING: return flag(b, BOARD_RUNNING);
    case N_MODIFIED: return b->modified_attributes;
    case N_NO_MORE: return flag(b, BOARD_NO_MORE_NOTIFY);
    case N_HARD_STATE: return b->state_hard ? b->state : b->last_hard_state;
    case N_NOTIFIED: return b->notified_on;
    case N_PENDING_FLEX: return b->pending_flexible;
    case N_VALUE: return check_of(row)->hourly_value;
    }
    return 0;
}

static void get_num(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    v->number = board_number(row, (enum num)c->arg);
}

enum moment {
    T_LAST_CHECK,
    T_NEXT_CHECK,
    T_LAST_CHANGE,
    T_LAST_HARD_CHANGE,
    T_0,
    T_1,
    T_2,
    T_3,
    T_LAST_NOTIFY,
    T_NEXT_NOTIFY,
    T_UPDATE
};

static int64_t board_time(const struct board_check *b, enum moment n)
{
    switch (n) {
    case T_LAST_CHECK: return b->last_check;
    case T_NEXT_CHECK: return b->next_check;
    case T_LAST_CHANGE: return b->last_state_change;
    case T_LAST_HARD_CHANGE: return b->last_hard_state_change;
    case T_0:
    case T_1:
    case T_2:
    case T_3: return b->last_time_s[n - T_0] * TIME_S;
    case T_LAST_NOTIFY: return b->last_notification;
    case T_NEXT_NOTIFY: return b->next_notification;
    case T_UPDATE: return b->last_update;
    }
    return 0;
}

static void get_time(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    v->number = board_time(&row->check, (enum moment)c->arg) / TIME_S;
}

enum real {
    F_LATENCY,
    F_EXECUTION,
    F_INTERVAL,
    F_RETRY,
    F_NOTIFY_INTERVAL,
    F_FIRST_DELAY,
    F_PERCENT,
    F_STALENESS,
    F_LOW,
    F_HIGH
};

static int64_t staleness(const struct ls_row *row)
{
    const struct board_check *b = &row->check;
    int64_t interval = MAX(b->check_interval_us, TIME_S);

    if (!b->last_check)
        return 0;
    return MAX(row->w->now.us - b->last_check, (int64_t)0) / (interval / 1000000 ? interval / 1000000 : 1);
}

static void get_float(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    const struct model_globals *g = row->w->m->globals;
    int64_t unit = MAX(g->interval_length_us, (int64_t)1);
    const struct model_check *mc = check_of(row);

    switch ((enum real)c->arg) {
    case F_LATENCY: v->number = row->check.latency_us; break;
    case F_EXECUTION: v->number = row->check.execution_us; break;
    case F_INTERVAL: v->number = row->check.check_interval_us * 1000 / unit * 1000; break;
    case F_RETRY: v->number = row->check.retry_interval_us * 1000 / unit * 1000; break;
    case F_NOTIFY_INTERVAL: v->number = mc->notification_interval_us * 1000 / unit * 1000; break;
    case F_FIRST_DELAY:
        v->number = inforce_first_delay(row->w->m, row->idx, &row->check) * 1000 / unit * 1000;
        break;
    case F_PERCENT: v->number = (int64_t)row->check.flap_percent * 10000; break;
    case F_STALENESS: v->number = staleness(row); break;
    case F_LOW: v->number = (int64_t)mc->low_flap * 10000; break;
    case F_HIGH: v->number = (int64_t)mc->high_flap * 10000; break;
    }
}

/* ---- texts ---- */

enum text {
    S_NAME,
    S_ALIAS,
    S_DISPLAY,
    S_ADDRESS,
    S_COMMAND,
    S_HANDLER,
    S_CHECK_PERIOD,
    S_NOTIFY_PERIOD,
    S_NOTES,
    S_NOTES_URL,
    S_ACTION_URL,
    S_ICON,
    S_ICON_ALT,
    S_OUTPUT,
    S_LONG,
    S_PERF
};

static struct str period_name(const struct ls_row *row, uint32_t period)
{
    return period == MODEL_NONE ? STR_NULL : model_str(row->w->m, model_period(row->w->m, period)->name);
}

static struct str extra_text(const struct ls_row *row, enum text which)
{
    const struct model_check *c = check_of(row);
    const struct model_extra *e;

    if (c->extra == MODEL_NONE)
        return STR_NULL;
    e = model_extra(row->w->m, c->extra);
    switch (which) {
    case S_NOTES: return model_str(row->w->m, e->notes);
    case S_NOTES_URL: return model_str(row->w->m, e->notes_url);
    case S_ACTION_URL: return model_str(row->w->m, e->action_url);
    case S_ICON: return model_str(row->w->m, e->icon_image);
    default: return model_str(row->w->m, e->icon_image_alt);
    }
}

/* What commands set, of the few rows that have any. */
static struct str over_of(struct ls_row *row)
{
    if (!row->check.over_len)
        return STR_NULL;
    ls_row_text(row);
    return row->text.over;
}

static struct str board_text_of(struct ls_row *row, enum text which)
{
    ls_row_text(row);
    return which == S_OUTPUT ? row->text.output
           : which == S_LONG ? row->text.long_output
                             : row->text.perfdata;
}

static void get_text(struct ls_row *row, const struct ls_column *col, struct ls_value *v)
{
    const struct model *m = row->w->m;
    const struct model_check *c = check_of(row);

    switch ((enum text)col->arg) {
    case S_NAME: v->text = model_str(m, c->name); break;
    case S_ALIAS: v->text = model_str(m, c->alias); break;
    case S_DISPLAY: v->text = model_str(m, c->display_name); break;
    case S_ADDRESS: v->text = model_str(m, c->address); break;
    case S_COMMAND: v->text = inforce_command(m, row->idx, over_of(row)); break;
    case S_HANDLER: v->text = inforce_handler(m, row->idx, over_of(row)); break;
    case S_CHECK_PERIOD: v->text = period_name(row, inforce_check_period(m, row->idx, &row->check)); break;
    case S_NOTIFY_PERIOD: v->text = period_name(row, inforce_notify_period(m, row->idx, &row->check)); break;
    case S_OUTPUT:
    case S_LONG:
    case S_PERF: v->text = board_text_of(row, (enum text)col->arg); break;
    default: v->text = extra_text(row, (enum text)col->arg); break;
    }
}

static void get_expanded(struct ls_row *row, const struct ls_column *col, struct ls_value *v)
{
    replaced_text(row->w->m, row->w->b, row->w->eyes.resources, row->idx,
                  extra_text(row, (enum text)col->arg), &v->scratch);
    v->text = buf_str(&v->scratch);
}

/* ---- lists ---- */

enum many {
    L_PARENTS,
    L_CHILDREN,
    L_GROUPS,
    L_CONTACTS,
    L_CONTACT_GROUPS,
    L_SERVICES,
    L_VAR_NAMES,
    L_VAR_VALUES,
    L_VARS
};

static void add_list(struct ls_row *row, struct model_list l,
                     uint32_t (*name)(const struct model *m, uint32_t i), struct ls_value *v)
{
    const struct model *m = row->w->m;

    for (uint32_t i = 0; i < l.n; i++)
        *VEC_ADD(&v->list) = model_str(m, name(m, model_item(m, l, i)));
}

static void add_checks(struct ls_row *row, struct model_list l, struct ls_value *v)
{
    const struct model *m = row->w->m;

    for (uint32_t i = 0; i < l.n; i++) {
        if (ls_sees(row->w, model_item(m, l, i)))
            *VEC_ADD(&v->list) = model_str(m, model_check(m, model_item(m, l, i))->name);
    }
}

static uint32_t name_host_group(const struct model *m, uint32_t i)
{
    return model_host_group(m, i)->name;
}

static uint32_t name_service_group(const struct model *m, uint32_t i)
{
    return model_service_group(m, i)->name;
}

static uint32_t name_contact(const struct model *m, uint32_t i)
{
    return model_contact(m, i)->name;
}

static uint32_t name_contact_group(const struct model *m, uint32_t i)
{
    return model_contact_group(m, i)->name;
}

/* Custom variables without those that hold secrets. */
static void add_vars(struct ls_row *row, bool names, bool values, struct ls_value *v)
{
    const struct model *m = row->w->m;
    const struct model_check *c = check_of(row);

    for (uint32_t i = 0; i < c->n_vars; i++) {
        const struct model_var *var = model_var(m, c->first_var + i);

        if (names)
            *VEC_ADD(&v->list) = model_str(m, var->name);
        if (values)
            *VEC_ADD(&v->list) = inforce_var(m, var, over_of(row));
    }
}

/* The last first, as older clients are used to. */
static void turn_round(struct ls_value *v)
{
    for (size_t i = 0; i < v->list.n / 2; i++) {
        struct str former = v->list.at[i];

        v->list.at[i] = v->list.at[v->list.n - 1 - i];
        v->list.at[v->list.n - 1 - i] = former;
    }
}

static void get_list(struct ls_row *row, const struct ls_column *col, struct ls_value *v)
{
    const struct model *m = row->w->m;
    const struct model_check *c = check_of(row);

    switch ((enum many)col->arg) {
    case L_PARENTS: add_checks(row, c->parents, v); break;
    case L_CHILDREN: add_checks(row, c->children, v); break;
    case L_GROUPS:
        add_list(row, c->groups, c->kind == MODEL_HOST ? name_host_group : name_service_group, v);
        turn_round(v);
        break;
    case L_CONTACTS: add_list(row, c->contacts, name_contact, v); break;
    case L_CONTACT_GROUPS: add_list(row, c->contact_groups, name_contact_group, v); break;
    case L_SERVICES:
        for (uint32_t i = 0; i < c->n_services; i++) {
            if (ls_sees(row->w, c->first_service + i))
                *VEC_ADD(&v->list) = model_str(m, model_check(m, c->first_service + i)->name);
        }
        turn_round(v);
        break;
    case L_VAR_NAMES: add_vars(row, true, false, v); break;
    case L_VAR_VALUES: add_vars(row, false, true, v); break;
    case L_VARS: add_vars(row, true, true, v); break;
    }
}

/* Services of a host with their states: rows of description, state, whether it was checked, and the output where arg says so. */
static void get_services_with(struct ls_row *row, const struct ls_column *col, struct ls_value *v)
{
    const struct model_check *c = check_of(row);

    v->cells = col->arg ? "snns" : "snn";
    for (uint32_t i = c->n_services; i-- > 0;) {
        struct ls_row service;

        if (!ls_sees(row->w, c->first_service + i))
            continue;
        ls_row_init(&service, row->w);
        ls_load_check(&service, c->first_service + i);
        buf_add_str(&v->scratch, model_str(row->w->m, check_of(&service)->name));
        ls_cut(v);
        buf_add_i64(&v->scratch, service.check.state);
        ls_cut(v);
        buf_add_i64(&v->scratch, flag(&service.check, BOARD_CHECKED));
        ls_cut(v);
        if (col->arg) {
            ls_row_text(&service);
            buf_add_str(&v->scratch, service.text.output);
            ls_cut(v);
        }
        ls_row_release(&service);
    }
    ls_cut_end(v);
}

/* What was changed at run time, by name. The bits are those of Nagios, and the last. */
static void get_modified(struct ls_row *row, const struct ls_column *col UNUSED, struct ls_value *v)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } names[] = {{1, "notifications_enabled"},       {2, "active_checks_enabled"},
                 {4, "passive_checks_enabled"},      {8, "event_handler_enabled"},
                 {16, "flap_detection_enabled"},     {32, "failure_prediction_enabled"},
                 {64, "performance_data_enabled"},   {128, "obsessive_handler_enabled"},
                 {256, "event_handler_command"},     {512, "check_command"},
                 {1024, "normal_check_interval"},    {2048, "retry_check_interval"},
                 {4096, "max_check_attempts"},       {8192, "freshness_checks_enabled"},
                 {16384, "check_timeperiod"},        {32768, "custom_variable"},
                 {65536, "notification_timeperiod"}, {131072, "first_notification_delay"}};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (row->check.modified_attributes & names[i].bit)
            *VEC_ADD(&v->list) = str_of(names[i].name);
    }
}

/* ---- the services of a host, counted ---- */

static void get_sum(struct ls_row *row, const struct ls_column *col, struct ls_value *v)
{
    const struct model_check *c = check_of(row);

    for (uint32_t i = 0; i < c->n_services; i++)
        livestatus_sum_add(row->w, c->first_service + i, col->arg, v);
}

static void get_constant(struct ls_row *row UNUSED, const struct ls_column *c, struct ls_value *v)
{
    v->number = c->arg;
}

/* In force now: arg 0 the notification period, 1 the check period. */
static void get_one(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    const struct model *m = row->w->m;
    uint32_t period = c->arg ? inforce_check_period(m, row->idx, &row->check)
                             : inforce_notify_period(m, row->idx, &row->check);
    struct when when;

    when_init(&when, m);
    v->number = when_contains(&when, period, row->w->now);
    when_release(&when);
}

#define COMMON_COLUMNS                                                                                       \
    {"acknowledged", LS_INT, get_num, N_ACK, "1 when the problem is acknowledged"},                          \
        {"acknowledgement_type", LS_INT, get_num, N_ACK_TYPE, "0 none, 1 normal, 2 sticky"},                 \
        {"accept_passive_checks", LS_INT, get_num, N_PASSIVE, "passive results are taken"},                  \
        {"active_checks_enabled", LS_INT, get_num, N_ACTIVE, "checks are executed"},                         \
        {"checks_enabled", LS_INT, get_num, N_ACTIVE, "checks are executed"},                                \
        {"action_url", LS_STRING, get_text, S_ACTION_URL, "link to an action"},                              \
        {"action_url_expanded", LS_STRING, get_expanded, S_ACTION_URL,                                       \
         "link to an action, its macros replaced"},                                                          \
        {"check_command", LS_STRING, get_text, S_COMMAND, "command and arguments as written"},               \
        {"check_flapping_recovery_notification", LS_INT, get_num, N_FLAPPING,                                \
         "a recovery waits for the end of flapping"},                                                        \
        {"check_freshness", LS_INT, get_num, N_FRESH, "old results are noticed"},                            \
        {"check_interval", LS_FLOAT, get_float, F_INTERVAL, "in interval lengths"},                          \
        {"check_options", LS_INT, get_num, N_NO_MORE, "kept for older clients"},                             \
        {"check_period", LS_STRING, get_text, S_CHECK_PERIOD, "when checks are made; empty: always"},        \
        {"check_type", LS_INT, get_num, N_TYPE, "0 active, 1 passive"},                                      \
        {"comments", LS_LIST, livestatus_notes_comments, LS_NOTE_ID, "ids of its comments"},                 \
        {"comments_with_extra_info", LS_ROWS, livestatus_notes_comments, LS_NOTE_ALL,                        \
         "id, author, text, entry type, time"},                                                              \
        {"comments_with_info", LS_ROWS, livestatus_notes_comments, LS_NOTE_INFO, "id, author, text"},        \
        {"contact_groups", LS_LIST, get_list, L_CONTACT_GROUPS, "contact groups as named"},                  \
        {"contacts", LS_LIST, get_list, L_CONTACTS, "all contacts, groups expanded"},                        \
        {"current_attempt", LS_INT, get_num, N_ATTEMPT, "attempt of the soft state"},                        \
        {"current_notification_number", LS_INT, get_num, N_NUMBER,                                           \
         "how many notifications of this problem"},                                                          \
        {"custom_variable_names", LS_LIST, get_list, L_VAR_NAMES, "names without underscore"},               \
        {"custom_variable_values", LS_LIST, get_list, L_VAR_VALUES, "their values, secrets hidden"},         \
        {"custom_variables", LS_DICT, get_list, L_VARS, "names and values"},                                 \
        {"display_name", LS_STRING, get_text, S_DISPLAY, "name for people"},                                 \
        {"downtimes", LS_LIST, livestatus_notes_downtimes, LS_NOTE_ID, "ids of its downtimes"},              \
        {"downtimes_with_info", LS_ROWS, livestatus_notes_downtimes, LS_NOTE_INFO, "id, author, text"},      \
        {"event_handler", LS_STRING, get_text, S_HANDLER, "event handler as written"},                       \
        {"event_handler_enabled", LS_INT, get_num, N_HANDLER, "the event handler is used"},                  \
        {"execution_time", LS_FLOAT, get_float, F_EXECUTION, "seconds the last check took"},                 \
        {"first_notification_delay", LS_FLOAT, get_float, F_FIRST_DELAY, "in interval lengths"},             \
        {"flap_detection_enabled", LS_INT, get_num, N_FLAP, "flapping is looked for"},                       \
        {"groups", LS_LIST, get_list, L_GROUPS, "groups it is a member of"},                                 \
        {"hard_state", LS_INT, get_num, N_HARD_STATE, "the last state that was hard"},                       \
        {"has_been_checked", LS_INT, get_num, N_CHECKED, "a result has come"},                               \
        {"high_flap_threshold", LS_FLOAT, get_float, F_HIGH, "percent; 0: the global one"},                  \
        {"hourly_value", LS_INT, get_num, N_VALUE, "importance"},                                            \
        {"icon_image", LS_STRING, get_text, S_ICON, "icon"},                                                 \
        {"icon_image_alt", LS_STRING, get_text, S_ICON_ALT, "icon in words"},                                \
        {"icon_image_expanded", LS_STRING, get_expanded, S_ICON, "icon, its macros replaced"},               \
        {"in_notification_period", LS_INT, get_one, 0, "now is in the notification period"},                 \
        {"in_check_period", LS_INT, get_one, 1, "now is in the check period"},                               \
        {"is_executing", LS_INT, get_num, N_RUNNING, "a check is under way"},                                \
        {"is_flapping", LS_INT, get_num, N_FLAPPING, "it is flapping"},                                      \
        {"last_check", LS_TIME, get_time, T_LAST_CHECK, "when it was last checked"},                         \
        {"last_hard_state", LS_INT, get_num, N_LAST_HARD, "the last hard state"},                            \
        {"last_hard_state_change", LS_TIME, get_time, T_LAST_HARD_CHANGE, "when the hard state changed"},    \
        {"last_notification", LS_TIME, get_time, T_LAST_NOTIFY, "when somebody was last told"},              \
        {"last_state", LS_INT, get_num, N_LAST_STATE, "the state before"},                                   \
        {"last_state_change", LS_TIME, get_time, T_LAST_CHANGE, "when the state changed"},                   \
        {"last_update", LS_TIME, get_time, T_UPDATE, "when anything of it changed"},                         \
        {"latency", LS_FLOAT, get_float, F_LATENCY, "seconds the last check began late"},                    \
        {"long_plugin_output", LS_STRING, get_text, S_LONG, "lines behind the first"},                       \
        {"low_flap_threshold", LS_FLOAT, get_float, F_LOW, "percent; 0: the global one"},                    \
        {"max_check_attempts", LS_INT, get_num, N_MAX, "attempts until a state is hard"},                    \
        {"modified_attributes", LS_INT, get_num, N_MODIFIED, "what was changed at run time"},                \
        {"modified_attributes_list", LS_LIST, get_modified, 0, "their names"},                               \
        {"next_check", LS_TIME, get_time, T_NEXT_CHECK, "when it is checked next"},                          \
        {"next_notification", LS_TIME, get_time, T_NEXT_NOTIFY, "when somebody is told next"},               \
        {"no_more_notifications", LS_INT, get_num, N_NO_MORE, "nobody is told again"},                       \
        {"notes", LS_STRING, get_text, S_NOTES, "notes"},                                                    \
        {"notes_expanded", LS_STRING, get_expanded, S_NOTES, "notes, its macros replaced"},                  \
        {"notes_url", LS_STRING, get_text, S_NOTES_URL, "link to notes"},                                    \
        {"notes_url_expanded", LS_STRING, get_expanded, S_NOTES_URL, "link to notes, its macros replaced"},  \
        {"notification_interval", LS_FLOAT, get_float, F_NOTIFY_INTERVAL, "in interval lengths"},            \
        {"notification_period", LS_STRING, get_text, S_NOTIFY_PERIOD,                                        \
         "when people are told; empty: always"},                                                             \
        {"notifications_enabled", LS_INT, get_num, N_NOTIFY, "people are told"},                             \
        {"obsess", LS_INT, get_num, N_OBSESS, "results go to the obsessing command"},                        \
        {"parents", LS_LIST, get_list, L_PARENTS, "names of its parents"},                                   \
        {"pending_flex_downtime", LS_INT, get_num, N_PENDING_FLEX,                                           \
         "flexible downtimes that have not begun"},                                                          \
        {"percent_state_change", LS_FLOAT, get_float, F_PERCENT, "how much it changes, in percent"},         \
        {"perf_data", LS_STRING, get_text, S_PERF, "performance data as the plugin wrote it"},               \
        {"plugin_output", LS_STRING, get_text, S_OUTPUT, "first line of the output"},                        \
        {"pnpgraph_present", LS_INT, get_constant, -1, "kept for older clients, -1: nobody knows"},          \
        {"process_performance_data", LS_INT, get_num, N_PERF, "performance data is used"},                   \
        {"retry_interval", LS_FLOAT, get_float, F_RETRY, "in interval lengths"},                             \
        {"scheduled_downtime_depth", LS_INT, get_num, N_DOWNTIME, "downtimes in effect"},                    \
        {"staleness", LS_FLOAT, get_float, F_STALENESS, "age of the last result in check intervals"},        \
        {"state", LS_INT, get_num, N_STATE, "the state"},                                                    \
    {                                                                                                        \
        "state_type", LS_INT, get_num, N_HARD, "0 soft, 1 hard"                                              \
    }

static const struct ls_column host_columns[] = {
    {"name", LS_STRING, get_text, S_NAME, "host name"},
    {"alias", LS_STRING, get_text, S_ALIAS, "alias"},
    {"address", LS_STRING, get_text, S_ADDRESS, "address"},
    COMMON_COLUMNS,
    {"childs", LS_LIST, get_list, L_CHILDREN, "hosts that have this one as parent"},
    {"last_time_up", LS_TIME, get_time, T_0, "when it was last UP"},
    {"last_time_down", LS_TIME, get_time, T_1, "when it was last DOWN"},
    {"last_time_unreachable", LS_TIME, get_time, T_2, "when it was last UNREACHABLE"},
    LS_SUM_COLUMNS(get_sum),
    {"total_services", LS_INT, get_sum, LS_SUM_ALL, "services"},
    {"obsess_over_host", LS_INT, get_num, N_OBSESS, "results go to the obsessing command"},
    {"services", LS_LIST, get_list, L_SERVICES, "descriptions of its services"},
    {"services_with_state", LS_ROWS, get_services_with, 0, "description, state, checked"},
    {"services_with_info", LS_ROWS, get_services_with, 1, "description, state, checked, output"},
};

static const struct ls_column service_columns[] = {
    {"description", LS_STRING, get_text, S_NAME, "service description"},
    COMMON_COLUMNS,
    {"last_time_ok", LS_TIME, get_time, T_0, "when it was last OK"},
    {"last_time_warning", LS_TIME, get_time, T_1, "when it was last WARNING"},
    {"last_time_critical", LS_TIME, get_time, T_2, "when it was last CRITICAL"},
    {"last_time_unknown", LS_TIME, get_time, T_3, "when it was last UNKNOWN"},
    {"obsess_over_service", LS_INT, get_num, N_OBSESS, "results go to the obsessing command"},
};

bool ls_load_check(struct ls_row *row, uint32_t idx)
{
    row->idx = idx;
    board_read_check(row->w->b, idx, &row->check);
    return true;
}

static bool load_service(struct ls_row *row, uint32_t i)
{
    return ls_load_check(row, row->w->m->n_hosts + i);
}

static uint32_t count_hosts(const struct livestatus_world *w)
{
    return w->m->n_hosts;
}

static uint32_t count_services(const struct livestatus_world *w)
{
    return w->m->n_services;
}

void ls_as_host(const struct ls_row *row, struct ls_row *out)
{
    ls_load_check(out, check_of(row)->host);
}

bool ls_seen_check(const struct ls_row *row, uint32_t contact)
{
    return row->w->eyes.user ? ls_sees(row->w, row->idx) : model_sees(row->w->m, contact, row->idx);
}

const struct ls_table ls_hosts = {.name = "hosts",
                                  .key = "name",
                                  .text = "a row a host",
                                  .columns = host_columns,
                                  .n_columns = ARRAY_LEN(host_columns),
                                  .count = count_hosts,
                                  .load = ls_load_check,
                                  .own_prefix = "host_",
                                  .seen = ls_seen_check};

const struct ls_table ls_services = {.name = "services",
                                     .key = "description",
                                     .text = "a row a service",
                                     .columns = service_columns,
                                     .n_columns = ARRAY_LEN(service_columns),
                                     .lend = {{"host_", &ls_hosts, ls_as_host}},
                                     .count = count_services,
                                     .load = load_service,
                                     .own_prefix = "service_",
                                     .seen = ls_seen_check};
