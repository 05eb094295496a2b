/* SPDX-License-Identifier: Apache-2.0 */
/* GET /metrics: figures in OpenMetrics 1.0, on loopback, without signing in, and so without any name. docs/METRICS.md says what each is good for. */
#include "api/metrics.h"

#include "api/audit_say.h"
#include "api/api_reply.h"
#include "api/list.h"
#include "api/stream.h"
#include "build_id.h"

#include <inttypes.h>
#include <string.h>

/* Every metric begins here. Of a counter the name stands without the _total that its samples have. */
static void head(struct buf *b, const char *name, const char *type, const char *help)
{
    buf_printf(b, "# TYPE vigie_%s %s\n# HELP vigie_%s %s\n", name, type, name, help);
}

static void metric(struct buf *b, const char *name, const char *type, const char *help, uint64_t value)
{
    head(b, name, type, help);
    buf_printf(b, "vigie_%s%s %" PRIu64 "\n", name, strcmp(type, "counter") == 0 ? "_total" : "", value);
}

/* Microseconds as seconds, without floating point. */
static void add_seconds(struct buf *b, int64_t us)
{
    buf_printf(b, "%" PRId64 ".%06" PRId64, us / TIME_S, us % TIME_S);
}

static void seconds(struct buf *b, const char *name, const char *help, int64_t us)
{
    head(b, name, "gauge", help);
    buf_printf(b, "vigie_%s ", name);
    add_seconds(b, us);
    buf_add_char(b, '\n');
}

static void latency(struct buf *b, const struct board_program *p)
{
    uint64_t n = 0;

    head(b, "check_latency_seconds", "histogram", "How late active checks began, in seconds.");
    for (size_t i = 0; i <= BOARD_LATENCY_STEPS; i++) {
        n += p->latency[i];
        buf_add_c(b, "vigie_check_latency_seconds_bucket{le=\"");
        if (i < BOARD_LATENCY_STEPS)
            add_seconds(b, board_latency_us[i]);
        else
            buf_add_c(b, "+Inf");
        buf_printf(b, "\"} %" PRIu64 "\n", n);
    }
    buf_add_c(b, "vigie_check_latency_seconds_sum ");
    add_seconds(b, p->latency_sum_us);
    buf_printf(b, "\nvigie_check_latency_seconds_count %" PRIu64 "\n", n);
}

static void states(struct buf *b, const struct api *a, const struct sight *sight)
{
    struct list_counts k;

    list_count(a, sight, &k);
    head(b, "resources", "gauge", "Hosts and services by state.");
    for (int i = 0; i < ROW_STATES; i++)
        buf_printf(b, "vigie_resources{state=\"%s\"} %u\n", row_state_word((enum row_state)i), k.state[i]);
    metric(b, "resources_unhandled", "gauge", "Problems neither acknowledged nor in downtime.", k.unhandled);
}

static void program(struct buf *b, const struct api *a)
{
    struct board_program p;

    board_read_program(&a->board, &p);
    metric(b, "start_time_seconds", "gauge", "When the engine began, seconds since 1970.",
           (uint64_t)MAX(p.program_start / TIME_S, (int64_t)0));
    head(b, "checks", "counter", "Check results by kind.");
    buf_printf(b, "vigie_checks_total{kind=\"active\",of=\"host\"} %" PRIu64 "\n", p.active_host_checks);
    buf_printf(b, "vigie_checks_total{kind=\"active\",of=\"service\"} %" PRIu64 "\n",
               p.active_service_checks);
    buf_printf(b, "vigie_checks_total{kind=\"passive\",of=\"host\"} %" PRIu64 "\n", p.passive_host_checks);
    buf_printf(b, "vigie_checks_total{kind=\"passive\",of=\"service\"} %" PRIu64 "\n",
               p.passive_service_checks);
    metric(b, "on_demand_checks", "counter", "Host checks made on demand.", p.on_demand_host_checks);
    metric(b, "checks_running", "gauge", "Checks under way.", p.parallel);
    metric(b, "checks_running_max", "gauge", "The most that were under way at a time.", p.parallel_max);
    metric(b, "checks_held", "gauge",
           "Checks that are due and wait, for as many run as may, or nobody executes them.", p.checks_held);
    latency(b, &p);
    seconds(b, "check_latency_max_seconds", "The longest that a check began late.", p.latency_max_us);
    seconds(b, "check_execution_seconds", "Time a check takes, moving average.", p.execution_avg_us);
    metric(b, "results_late", "counter", "Results of runs that were over already.", p.results_late);
    metric(b, "results_unknown", "counter", "Results of runs that nobody had asked for.", p.results_unknown);
    metric(b, "runs_lost", "counter", "Runs that were lost and repeated.", p.runs_lost);
    metric(b, "commands", "counter", "External commands and actions.", p.external_commands);
    metric(b, "commands_refused", "counter", "External commands and actions that were refused.",
           p.commands_refused);
    metric(b, "commands_waiting", "gauge", "External commands and actions that are under way or wait.",
           p.commands_waiting);
    metric(b, "notifications", "counter", "Notifications sent.", p.notifications);
    metric(b, "notifications_undelivered", "counter", "Notifications that did not arrive, and are given up.",
           p.undelivered);
    metric(b, "notifications_waiting", "gauge",
           "Notifications on their way: nobody said yet whether they arrived.", p.intents);
    head(b, "commands_in_turn", "gauge",
         "Commands that wait until others of their kind, as many as may run at once, have ended.");
    buf_printf(b, "vigie_commands_in_turn{kind=\"notification\"} %" PRIu64 "\n", p.commands_in_turn[0]);
    buf_printf(b, "vigie_commands_in_turn{kind=\"handler\"} %" PRIu64 "\n", p.commands_in_turn[1]);
    metric(b, "log_lines_waiting", "gauge", "Lines of the log that are made and not yet in it.",
           p.lines_waiting);
    metric(b, "journal_sequence", "gauge", "Number of the newest record that is on disk.", p.journal_seq);
    metric(b, "journal_waiting_records", "gauge", "Records that are made and not yet on disk.",
           p.record_seq > p.journal_seq ? p.record_seq - p.journal_seq : 0);
    seconds(b, "journal_lag_seconds",
            "Time since something came to disk, while records wait for it; 0: none do.",
            metrics_journal_lag(&p, api_wall(a)));
    metric(b, "journal_degraded", "gauge",
           "1 while the disk is full or broken: results are given up, or nothing can be written.",
           p.degraded[0] != '\0');
    metric(
        b, "record_degraded", "gauge",
        "1 while something is not written as it should be: the journal, the history, the states, the series, "
        "the log.",
        a->record_why[0] != '\0' || p.degraded[0] != '\0');
}

int64_t metrics_journal_lag(const struct board_program *p, struct wall now)
{
    return p->unstored_since ? MAX(now.us - p->unstored_since, 0) : 0;
}

struct metrics_given_up metrics_given_up(const struct api *a, const struct board_program *p)
{
    return (struct metrics_given_up){.lines = MAX(a->log_lost, p->lines_lost),
                                     .results = MAX(a->series.given_up, p->results_lost),
                                     .history = a->records_lost || p->gaps};
}

static void history(struct buf *b, const struct api *a)
{
    struct board_program p;

    board_read_program(&a->board, &p);
    metric(b, "history_sequence", "gauge", "Number of the newest record that the history knows.",
           a->history.applied);
    metric(b, "history_lag_records", "gauge",
           "Records that the history has yet to read; 0: it is up to date.", a->history.lag);
    metric(b, "states_sequence", "gauge", "Number up to which the database of states knows all records.",
           a->states.applied);
    metric(b, "states_lag_records", "gauge",
           "Records that the database of states should know and does not; 0: it is up to date.",
           a->states.lag);
    metric(b, "log_lines_lost", "counter",
           "Lines of the log that were given up, for it could not be written.",
           metrics_given_up(a, &p).lines);
    metric(b, "syslog_lines_lost", "counter",
           "Lines that a target of vigie_syslog, or use_syslog, did not take.", a->syslog_lost);
    metrics_damage_put(b, &a->damage);
}

static void configuration(struct buf *b, const struct api *a)
{
    metric(b, "config_reload_ok", "gauge",
           "0 when the last reload was refused and an older configuration is in force.", !a->reload_refused);
    metric(b, "config_warnings", "gauge", "Warnings on the configuration in force.", a->config_warning_count);
}

static void gate(struct buf *b, const struct api *a)
{
    head(b, "build", "info", "The version.");
    buf_printf(b, "vigie_build_info{version=\"%s\",build=\"%s\"} 1\n", BUILD_VERSION, BUILD_REVISION);
    metric(b, "ready", "gauge", "1 when the engine shows its states.", a->ready);
    metric(b, "api_requests", "counter", "Requests to the API.", a->count.requests);
    metric(b, "api_timeouts", "counter", "Requests that got no answer in time.", a->count.timed_out);
    metric(b, "api_requests_pending", "gauge", "Requests under way.", a->n_pending);
    metric(b, "api_streams", "gauge", "Live views.", stream_count(a->streams));
    metric(b, "livestatus_connections", "counter", "Livestatus connections.", a->livestatus.connections);
    metric(b, "livestatus_connections_open", "gauge",
           "Livestatus connections open when the last request came.", a->livestatus.open);
    metric(b, "livestatus_requests", "counter", "Livestatus requests.", a->livestatus.requests);
    metric(b, "livestatus_waiting", "gauge", "Livestatus clients that wait for something to happen.",
           a->livestatus.waiting);
    metric(b, "web_queue_bytes", "gauge", "Bytes on their way to the web role.",
           a->ports->queued(a->user, API_BY_WEB));
    head(b, "api_answers", "counter", "Answers of the API by class.");
    for (unsigned i = 2; i < ARRAY_LEN(a->count.by_class); i++)
        buf_printf(b, "vigie_api_answers_total{class=\"%uxx\"} %" PRIu64 "\n", i, a->count.by_class[i]);
}

static void roles(struct buf *b, const struct api *a)
{
    static const struct {
        const char *name, *help;
        size_t offset;
    } table[] = {
        {"role_up", "1 when the role serves.", offsetof(struct api_role_level, up)},
        {"role_seccomp", "1 when its system calls are filtered.", offsetof(struct api_role_level, seccomp)},
        {"role_no_new_privs", "1 when it can gain no rights.", offsetof(struct api_role_level, no_new_privs)},
        {"role_landlock", "The Landlock version it is closed with; 0: none.",
         offsetof(struct api_role_level, landlock)},
        {"role_restarts", "How often it was restarted.", offsetof(struct api_role_level, restarts)},
        {"role_resident_kilobytes", "Its resident memory.", offsetof(struct api_role_level, rss_kb)},
    };

    for (size_t k = 0; k < ARRAY_LEN(table); k++) {
        head(b, table[k].name, "gauge", table[k].help);
        for (size_t i = 0; i < a->levels.n; i++) {
            const struct api_role_level *r = &a->levels.at[i];
            const uint64_t *value = (const void *)((const char *)r + table[k].offset);

            buf_printf(b, "vigie_%s{role=\"%s\",instance=\"%u\"} %" PRIu64 "\n", table[k].name, r->name,
                       r->instance, *value);
        }
    }
}

void metrics_show(struct api *a, struct api_request *q)
{
    struct buf out = BUF_INIT;

    gate(&out, a);
    roles(&out, a);
    configuration(&out, a);
    history(&out, a);
    audit_say_metrics(&out, &a->audit);
    metrics_series_put(&out, &a->series);
    metrics_export_put(&out, a->exports);
    if (a->ready) {
        program(&out, a);
        states(&out, a, q->sight);
    }
    buf_add_c(&out, "# EOF\n");
    api_reply_as(a, q, 200, STR("application/openmetrics-text; version=1.0.0; charset=utf-8"), buf_str(&out));
    buf_release(&out);
}

/* ---- what the answers look like ---- */

const struct shape metrics_shape = {"Metrics", .media = "application/openmetrics-text"};
