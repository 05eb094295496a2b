/* SPDX-License-Identifier: Apache-2.0 */
/* The tables besides hosts and services: status, comments, downtimes, groups, contacts, commands, timeperiods, columns. */
#include "api/livestatus_int.h"

#include "core/when.h"

#include <string.h>

/* ---- status: one row ---- */

enum status {
    P_START,
    P_NOW,
    P_LAST_COMMAND,
    P_PID,
    P_INTERVAL,
    P_HOSTS,
    P_SERVICES,
    P_SW,
    P_HOST_CHECKS,
    P_SERVICE_CHECKS,
    P_EXTERNAL,
    P_ONE,
    P_ZERO,
    P_PARALLEL,
    P_ROTATION,
    P_RUNS,
    P_LINES,
    P_CONNECTIONS,
    P_OPEN,
    P_REQUESTS,
    P_WAITING,
};

static void get_status(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    const struct sight *seen = row->w->eyes.resources; /* NULL also where nobody is restricted */
    struct board_program p;

    board_read_program(row->w->b, &p);
    if (c->arg >= 1000) { /* a global switch: 1000 + its bit's number */
        v->number = p.switches >> (c->arg - 1000) & 1;
        return;
    }
    switch ((enum status)c->arg) {
    case P_START: v->number = p.program_start / TIME_S; break;
    case P_NOW: v->number = time_wall_s(row->w->now); break;
    case P_LAST_COMMAND: v->number = p.last_command_check / TIME_S; break;
    case P_PID: v->number = row->w->pid; break;
    case P_INTERVAL: v->number = row->w->m->globals->interval_length_us / TIME_S; break;
    case P_HOSTS: v->number = seen ? seen->seen_hosts : row->w->m->n_hosts; break;
    case P_SERVICES: v->number = seen ? seen->seen_services : row->w->m->n_services; break;
    case P_SW: v->number = p.switches; break;
    case P_HOST_CHECKS: v->number = (int64_t)(p.active_host_checks + p.passive_host_checks); break;
    case P_SERVICE_CHECKS: v->number = (int64_t)(p.active_service_checks + p.passive_service_checks); break;
    case P_EXTERNAL: v->number = (int64_t)p.external_commands; break;
    case P_PARALLEL: v->number = (int64_t)p.parallel; break;
    case P_ROTATION: v->number = p.last_log_rotation / TIME_S; break;
    case P_RUNS: v->number = (int64_t)p.runs; break;
    case P_LINES: v->number = (int64_t)p.log_lines; break;
    case P_CONNECTIONS: v->number = (int64_t)row->w->connections; break;
    case P_OPEN: v->number = (int64_t)row->w->open; break;
    case P_REQUESTS: v->number = (int64_t)row->w->requests; break;
    case P_WAITING: v->number = (int64_t)row->w->waiting; break;
    case P_ONE: v->number = 1; break;
    case P_ZERO: break;
    }
}

/* A mean since the start, in millionths. */
static void get_rate(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    struct board_program p;
    int64_t ran_us;

    board_read_program(row->w->b, &p);
    ran_us = row->w->now.us - p.program_start;
    get_status(row, c, v);
    v->number = ran_us > 0 ? v->number * TIME_S / MAX(ran_us / TIME_S, (int64_t)1) : 0;
}

static void get_latency(struct ls_row *row, const struct ls_column *c UNUSED, struct ls_value *v)
{
    struct board_program p;

    board_read_program(row->w->b, &p);
    v->number = p.latency_avg_us;
}

static void get_version(struct ls_row *row, const struct ls_column *c, struct ls_value *v)
{
    buf_printf(&v->scratch, c->arg ? "Vigie %s" : "1.0.0-vigie-%s", row->w->version);
    v->text = buf_str(&v->scratch);
}

static void get_degraded(struct ls_row *row, const struct ls_column *c UNUSED, struct ls_value *v)
{
    struct board_program p;

    board_read_program(row->w->b, &p);
    buf_add_c(&v->scratch, p.degraded);
    v->text = buf_str(&v->scratch);
}

static const struct ls_column status_columns[] = {
    {"accept_passive_host_checks", LS_INT, get_status, 1004, "passive host results are taken"},
    {"accept_passive_service_checks", LS_INT, get_status, 1002, "passive service results are taken"},
    {"average_latency_generic", LS_FLOAT, get_latency, 0, "mean lateness of checks, seconds"},
    {"cached_log_messages", LS_INT, get_status, P_ZERO, "kept for older clients, 0"},
    {"check_external_commands", LS_INT, get_status, 1012, "external commands are taken"},
    {"check_host_freshness", LS_INT, get_status, 1009, "old host results are noticed"},
    {"check_service_freshness", LS_INT, get_status, 1008, "old service results are noticed"},
    {"connections", LS_INT, get_status, P_CONNECTIONS, "Livestatus connections since the start"},
    {"connections_rate", LS_FLOAT, get_rate, P_CONNECTIONS, "of them, a second"},
    {"degraded", LS_STRING, get_degraded, 0, "why nothing can be stored now; empty: all is well"},
    {"enable_event_handlers", LS_INT, get_status, 1005, "event handlers are used"},
    {"enable_flap_detection", LS_INT, get_status, 1010, "flapping is looked for"},
    {"enable_notifications", LS_INT, get_status, 1000, "people are told"},
    {"execute_host_checks", LS_INT, get_status, 1003, "host checks are executed"},
    {"execute_service_checks", LS_INT, get_status, 1001, "service checks are executed"},
    {"external_commands", LS_INT, get_status, P_EXTERNAL, "external commands since the start"},
    {"external_commands_rate", LS_FLOAT, get_rate, P_EXTERNAL, "of them, a second"},
    {"forks", LS_INT, get_status, P_RUNS,
     "plugins, handlers and notification commands begun since the start"},
    {"forks_rate", LS_FLOAT, get_rate, P_RUNS, "of them, a second"},
    {"host_checks", LS_INT, get_status, P_HOST_CHECKS, "host results since the start"},
    {"host_checks_rate", LS_FLOAT, get_rate, P_HOST_CHECKS, "of them, a second"},
    {"interval_length", LS_INT, get_status, P_INTERVAL, "seconds of one interval length"},
    {"last_command_check", LS_TIME, get_status, P_LAST_COMMAND, "when commands were last looked for"},
    {"last_log_rotation", LS_TIME, get_status, P_ROTATION,
     "when the log was begun anew, 0: not since the start"},
    {"livestatus_active_connections", LS_INT, get_status, P_OPEN, "Livestatus connections now"},
    {"livestatus_queued_connections", LS_INT, get_status, P_ZERO,
     "kept for older clients, 0: none waits for another"},
    {"livestatus_threads", LS_INT, get_status, P_ONE, "kept for older clients, 1"},
    {"livestatus_version", LS_STRING, get_version, 0, "version of this interface"},
    {"livestatus_waiting_connections", LS_INT, get_status, P_WAITING,
     "clients that wait for something to happen"},
    {"log_messages", LS_INT, get_status, P_LINES, "lines given to the log since the start"},
    {"log_messages_rate", LS_FLOAT, get_rate, P_LINES, "of them, a second"},
    {"core_pid", LS_INT, get_status, P_PID, "process number of Vigie"},
    {"nagios_pid", LS_INT, get_status, P_PID, "process number of Vigie"},
    {"neb_callbacks", LS_INT, get_status, P_ZERO, "kept for older clients, 0"},
    {"neb_callbacks_rate", LS_FLOAT, get_status, P_ZERO, "kept for older clients, 0"},
    {"num_hosts", LS_INT, get_status, P_HOSTS, "hosts"},
    {"num_services", LS_INT, get_status, P_SERVICES, "services"},
    {"obsess_over_hosts", LS_INT, get_status, 1007, "host results go to the obsessing command"},
    {"obsess_over_services", LS_INT, get_status, 1006, "service results go to the obsessing command"},
    {"process_performance_data", LS_INT, get_status, 1011, "performance data is used"},
    {"program_start", LS_TIME, get_status, P_START, "when Vigie was started"},
    {"program_version", LS_STRING, get_version, 1, "version of Vigie"},
    {"requests", LS_INT, get_status, P_REQUESTS, "Livestatus requests since the start"},
    {"requests_rate", LS_FLOAT, get_rate, P_REQUESTS, "of them, a second"},
    {"service_checks", LS_INT, get_status, P_SERVICE_CHECKS, "service results since the start"},
    {"service_checks_rate", LS_FLOAT, get_rate, P_SERVICE_CHECKS, "of them, a second"},
};

static uint32_t count_one(const struct livestatus_world *w UNUSED)
{
    return 1;
}

static bool load_index(struct ls_row *row, uint32_t i)
{
    row->idx = i;
    return true;
}

const struct ls_table ls_status = {.name = "status",
                                   .text = "one row: Vigie itself",
                                   .columns = status_columns,
                                   .n_columns = ARRAY_LEN(status_columns),
                                   .count = count_one,
                                   .load = load_index};

/* ---- comments and downtimes ---- */

enum note {
    O_ID,
    O_ENTRY,
    O_AUTHOR,
    O_TEXT,
    O_IS_SERVICE,
    O_TYPE,
    O_PERSISTENT,
    O_SOURCE,
    O_EXPIRES,
    O_EXPIRE_TIME,
    O_FIXED,
    O_START,
    O_END,
    O_DURATION,
    O_TRIGGER,
    O_EFFECT,
    O_SERVICE_KIND
};

static void get_comment(struct ls_row *row, const struct ls_column *col, struct ls_value *v)
{
    const struct board_comment *c = &row->comment;
    bool service = model_check(row->w->m, c->idx)->kind == MODEL_SERVICE;

    switch ((enum note)col->arg) {
    case O_ID: v->number = (int64_t)c->id; break;
    case O_ENTRY: v->number = c->entry_time / TIME_S; break;
    case O_AUTHOR: v->text = row->note.author; break;
    case O_TEXT: v->text = row->note.text; break;
    case O_IS_SERVICE: v->number = service; break;
    case O_SERVICE_KIND: v->number = service ? 2 : 1; break;
    case O_TYPE: v->number = c->entry_type; break;
    case O_PERSISTENT: v->number = c->persistent; break;
    case O_SOURCE: v->number = c->source || c->entry_type == BOARD_COMMENT_ACK; break;
    case O_EXPIRES: v->number = c->expires; break;
    case O_EXPIRE_TIME: v->number = c->expire_time / TIME_S; break;
    default: break;
    }
}

static const struct ls_column comment_columns[] = {
    {"author", LS_STRING, get_comment, O_AUTHOR, "who wrote it"},
    {"comment", LS_STRING, get_comment, O_TEXT, "the text"},
    {"entry_time", LS_TIME, get_comment, O_ENTRY, "when it was written"},
    {"entry_type", LS_INT, get_comment, O_TYPE, "1 user, 2 downtime, 3 flapping, 4 acknowledgement"},
    {"expire_time", LS_TIME, get_comment, O_EXPIRE_TIME, "when it goes"},
    {"expires", LS_INT, get_comment, O_EXPIRES, "it goes by itself"},
    {"id", LS_INT, get_comment, O_ID, "number of the comment"},
    {"is_service", LS_INT, get_comment, O_IS_SERVICE, "1: of a service"},
    {"persistent", LS_INT, get_comment, O_PERSISTENT, "it outlives a restart"},
    {"source", LS_INT, get_comment, O_SOURCE, "0 Vigie, 1 a person or program"},
    {"type", LS_INT, get_comment, O_SERVICE_KIND, "1 host, 2 service"},
};

static void get_downtime(struct ls_row *row, const struct ls_column *col, struct ls_value *v)
{
    const struct board_downtime *d = &row->downtime;
    bool service = model_check(row->w->m, d->idx)->kind == MODEL_SERVICE;

    switch ((enum note)col->arg) {
    case O_ID: v->number = (int64_t)d->id; break;
    case O_ENTRY: v->number = d->entry_time / TIME_S; break;
    case O_AUTHOR: v->text = row->note.author; break;
    case O_TEXT: v->text = row->note.text; break;
    case O_IS_SERVICE: v->number = service; break;
    case O_FIXED: v->number = d->fixed; break;
    case O_START: v->number = d->start / TIME_S; break;
    case O_END: v->number = d->end / TIME_S; break;
    case O_DURATION: v->number = d->duration_us / TIME_S; break;
    case O_TRIGGER: v->number = (int64_t)d->triggered_by; break;
    case O_EFFECT: v->number = !d->in_effect; break;
    case O_TYPE: v->number = !d->in_effect; break;
    default: break;
    }
}

static const struct ls_column downtime_columns[] = {
    {"author", LS_STRING, get_downtime, O_AUTHOR, "who planned it"},
    {"comment", LS_STRING, get_downtime, O_TEXT, "the text"},
    {"duration", LS_INT, get_downtime, O_DURATION, "seconds, of a flexible one"},
    {"end_time", LS_TIME, get_downtime, O_END, "end"},
    {"entry_time", LS_TIME, get_downtime, O_ENTRY, "when it was planned"},
    {"fixed", LS_INT, get_downtime, O_FIXED, "1 fixed, 0 flexible"},
    {"id", LS_INT, get_downtime, O_ID, "number of the downtime"},
    {"is_pending", LS_INT, get_downtime, O_EFFECT, "it is not yet in effect"},
    {"is_service", LS_INT, get_downtime, O_IS_SERVICE, "1: of a service"},
    {"start_time", LS_TIME, get_downtime, O_START, "begin"},
    {"triggered_by", LS_INT, get_downtime, O_TRIGGER, "the downtime that starts it; 0 none"},
    {"type", LS_INT, get_downtime, O_TYPE, "0 in effect, 1 not yet"},
};

static uint32_t count_comments(const struct livestatus_world *w)
{
    return board_comments_high(w->b);
}

static uint32_t count_downtimes(const struct livestatus_world *w)
{
    return board_downtimes_high(w->b);
}

static bool load_comment(struct ls_row *row, uint32_t i)
{
    if (!board_read_comment(row->w->b, i, &row->comment, &row->note, &row->note_buf) ||
        row->comment.idx >= row->w->m->n_check)
        return false;
    row->idx = row->comment.idx;
    return true;
}

static bool load_downtime(struct ls_row *row, uint32_t i)
{
    if (!board_read_downtime(row->w->b, i, &row->downtime, &row->note, &row->note_buf) ||
        row->downtime.idx >= row->w->m->n_check)
        return false;
    row->idx = row->downtime.idx;
    return true;
}

static void note_service(const struct ls_row *row, struct ls_row *out)
{
    out->idx = MODEL_NONE;
    if (model_check(row->w->m, row->idx)->kind != MODEL_SERVICE)
        return;
    ls_load_check(out, row->idx);
}

const struct ls_table ls_comments = {
    .name = "comments",
    .key = "id",
    .text = "a row a comment",
    .columns = comment_columns,
    .n_columns = ARRAY_LEN(comment_columns),
    .lend = {{"host_", &ls_hosts, ls_as_host}, {"service_", &ls_services, note_service}},
    .count = count_comments,
    .load = load_comment,
    .seen = ls_seen_check};

const struct ls_table ls_downtimes = {
    .name = "downtimes",
    .key = "id",
    .text = "a row a downtime",
    .columns = downtime_columns,
    .n_columns = ARRAY_LEN(downtime_columns),
    .lend = {{"host_", &ls_hosts, ls_as_host}, {"service_", &ls_services, note_service}},
    .count = count_downtimes,
    .load = load_downtime,
    .seen = ls_seen_check};
