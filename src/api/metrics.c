/* SPDX-License-Identifier: Apache-2.0 */
/* GET /metrics: figures for Prometheus (text format 0.0.4), on loopback, without signing in, and so without any name. */
#include "api/metrics.h"

#include "api/list.h"
#include "api/stream.h"
#include "build_id.h"

#include <inttypes.h>

static void metric(struct buf *b, const char *name, const char *type, const char *help, uint64_t value)
{
    buf_printf(b, "# HELP vigie_%s %s\n# TYPE vigie_%s %s\nvigie_%s %" PRIu64 "\n", name, help, name, type,
               name, value);
}

/* Microseconds as seconds, without floating point. */
static void seconds(struct buf *b, const char *name, const char *help, int64_t us)
{
    buf_printf(b, "# HELP vigie_%s %s\n# TYPE vigie_%s gauge\nvigie_%s %" PRId64 ".%06" PRId64 "\n", name,
               help, name, name, us / TIME_S, us % TIME_S);
}

static void states(struct buf *b, const struct api *a)
{
    struct list_counts k;

    list_count(a, &k);
    buf_add_c(b, "# HELP vigie_resources Hosts and services by state.\n# TYPE vigie_resources gauge\n");
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
    buf_add_c(b, "# HELP vigie_checks_total Check results by kind.\n# TYPE vigie_checks_total counter\n");
    buf_printf(b, "vigie_checks_total{kind=\"active\",of=\"host\"} %" PRIu64 "\n", p.active_host_checks);
    buf_printf(b, "vigie_checks_total{kind=\"active\",of=\"service\"} %" PRIu64 "\n",
               p.active_service_checks);
    buf_printf(b, "vigie_checks_total{kind=\"passive\",of=\"host\"} %" PRIu64 "\n", p.passive_host_checks);
    buf_printf(b, "vigie_checks_total{kind=\"passive\",of=\"service\"} %" PRIu64 "\n",
               p.passive_service_checks);
    metric(b, "on_demand_checks_total", "counter", "Host checks made on demand.", p.on_demand_host_checks);
    metric(b, "checks_running", "gauge", "Checks under way.", p.parallel);
    seconds(b, "check_latency_seconds", "Mean time between due and started.", p.latency_avg_us);
    seconds(b, "check_latency_max_seconds", "The longest time between due and started.", p.latency_max_us);
    seconds(b, "check_execution_seconds", "Mean time a check takes.", p.execution_avg_us);
    metric(b, "results_late_total", "counter", "Results of runs that were over already.", p.results_late);
    metric(b, "results_unknown_total", "counter", "Results of runs that nobody had asked for.",
           p.results_unknown);
    metric(b, "runs_lost_total", "counter", "Runs that were lost and repeated.", p.runs_lost);
    metric(b, "commands_total", "counter", "External commands and actions.", p.external_commands);
    metric(b, "commands_refused_total", "counter", "External commands and actions that were refused.",
           p.commands_refused);
    metric(b, "notifications_total", "counter", "Notifications sent.", p.notifications);
    metric(b, "journal_sequence", "counter", "The newest record that is on disk.", p.journal_seq);
    metric(b, "journal_degraded", "gauge", "1 while nothing can be written to disk.", p.degraded[0] != '\0');
}

static void configuration(struct buf *b, const struct api *a)
{
    metric(b, "config_reload_ok", "gauge",
           "0 when the last reload was refused and an older configuration is in force.", !a->reload_refused);
    metric(b, "config_warnings", "gauge", "Warnings on the configuration in force.", a->config_warning_count);
}

static void gate(struct buf *b, const struct api *a)
{
    buf_printf(b,
               "# HELP vigie_build_info The version.\n# TYPE vigie_build_info "
               "gauge\nvigie_build_info{version=\"%s\",build=\"%s\"} 1\n",
               BUILD_VERSION, BUILD_REVISION);
    metric(b, "ready", "gauge", "1 when the engine shows its states.", a->ready);
    metric(b, "api_requests_total", "counter", "Requests to the API.", a->count.requests);
    metric(b, "api_timeouts_total", "counter", "Requests that got no answer in time.", a->count.timed_out);
    metric(b, "api_requests_pending", "gauge", "Requests under way.", a->n_pending);
    metric(b, "api_streams", "gauge", "Live views.", stream_count(a->streams));
    metric(b, "web_queue_bytes", "gauge", "Bytes on their way to the web role.",
           a->ports->queued(a->user, API_BY_WEB));
    buf_add_c(b, "# HELP vigie_api_answers_total Answers of the API by class.\n# TYPE "
                 "vigie_api_answers_total counter\n");
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
        buf_printf(b, "# HELP vigie_%s %s\n# TYPE vigie_%s gauge\n", table[k].name, table[k].help,
                   table[k].name);
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
    if (a->ready) {
        program(&out, a);
        states(&out, a);
    }
    api_reply_text(a, q, "text/plain; version=0.0.4; charset=utf-8", &out);
    buf_release(&out);
}
