/* SPDX-License-Identifier: Apache-2.0 */
#include "core/handler.h"

#include "core/expand.h"
#include "core/line.h"
#include "core/nlog.h"
#include "core/over.h"
#include "core/sched.h"
#include "core/world_in.h"

static struct world_effect *begin_line(struct world *w, uint32_t check, enum handler_job job,
                                       int64_t timeout_us)
{
    struct world_effect *e = world_effect(w, WORLD_RUN);
    uint32_t slot;

    if (!w->opt.rehearses) {
        slot = sched_begin_run(w, check, WORLD_RUN_HANDLER, timeout_us);
        w->runs.at[slot].job = (uint8_t)job;
        e->id = w->runs.at[slot].id;
    }
    e->check = check;
    e->run_kind = WORLD_RUN_HANDLER;
    e->timeout_us = timeout_us;
    return e;
}

uint64_t handler_run_line(struct world *w, uint32_t check, enum handler_job job, uint32_t line,
                          int64_t timeout_us)
{
    struct world_effect *e;

    if (w->opt.rehearses)
        return 0;
    e = begin_line(w, check, job, timeout_us);
    e->privileged = model_line(w->m, line)->privileged != 0;
    expand_run(w, e, line, &(struct expand_of){.check = check, .contact = MODEL_NONE});
    return e->id;
}

void handler_obsess(struct world *w, uint32_t check)
{
    const struct model_globals *g = w->m->globals;
    bool host = world_kind(w, check) == MODEL_HOST;
    uint32_t line = host ? g->ochp_line : g->ocsp_line;

    if (line != MODEL_NONE && world_switch(w, host ? BOARD_SW_OBSESS_HOSTS : BOARD_SW_OBSESS_SERVICES) &&
        (w->st[check].switches & MODEL_CHECK_OBSESS))
        handler_run_line(w, check, HANDLER_OBSESS, line, host ? g->ochp_timeout_us : g->ocsp_timeout_us);
}

/* What a run was given, by its name and with its arguments, as they are now. */
static struct str command_of(const struct world *w, const struct world_run *run, bool host)
{
    const struct model_globals *g = w->m->globals;
    const struct over *o = run->job == HANDLER_GLOBAL  ? w->global_handler[!host]
                           : run->job == HANDLER_EVENT ? over_of(&w->st[run->check])
                                                       : NULL;
    uint32_t line = MODEL_NONE;

    if (o && o->text[OVER_HANDLER])
        return str_of(o->text[OVER_HANDLER]);
    switch ((enum handler_job)run->job) {
    case HANDLER_EVENT: return model_str(w->m, model_check(w->m, run->check)->handler_text);
    case HANDLER_GLOBAL: line = host ? g->global_host_handler_line : g->global_service_handler_line; break;
    case HANDLER_OBSESS: line = host ? g->ochp_line : g->ocsp_line; break;
    case HANDLER_PERFDATA: line = host ? g->host_perfdata_line : g->service_perfdata_line; break;
    case HANDLER_PERF_SERVICES: line = g->service_perfdata_file_line; break;
    case HANDLER_PERF_HOSTS: line = g->host_perfdata_file_line; break;
    }
    return line == MODEL_NONE ? STR("") : model_str(w->m, model_line(w->m, line)->text);
}

/* As Nagios begins a line about it, with the object where Nagios leaves that out. */
static void name_run(const struct world *w, const struct world_run *run, struct buf *b)
{
    bool host =
        run->check == MODEL_NONE ? run->job == HANDLER_PERF_HOSTS : world_kind(w, run->check) == MODEL_HOST;
    const char *kind = host ? "Host" : "Service", *what = "event handler";

    if (run->job == HANDLER_PERFDATA)
        what = "performance data";
    else if (run->job > HANDLER_PERFDATA)
        what = "performance data file processing";
    if (run->job == HANDLER_OBSESS)
        buf_add_c(b, host ? "OCHP" : "OCSP");
    else if (run->job == HANDLER_GLOBAL)
        buf_printf(b, "Global %s %s", host ? "host" : "service", what);
    else
        buf_printf(b, "%s %s", kind, what);
    buf_printf(b, " command '" STR_FMT "'", STR_ARG(command_of(w, run, host)));
    if (run->check != MODEL_NONE) {
        buf_add_c(b, " for ");
        nlog_object(w, run->check, b);
    }
}

void handler_failed(struct world *w, const struct world_run *run, int64_t lasted_us, struct str why)
{
    struct buf name = BUF_INIT;

    /* of a check that the configuration no longer has */
    if (run->check == MODEL_NONE && run->job < HANDLER_PERF_SERVICES)
        return;
    if (w->failure_said.us && w->now.mono.us < w->failure_said.us + TIME_S)
        return;
    w->failure_said = w->now.mono;
    name_run(w, run, &name);
    if (why.n)
        nlog_text(w, "Warning: " STR_FMT " failed: " STR_FMT, STR_ARG(buf_str(&name)), STR_ARG(why));
    else
        nlog_text(w, "Warning: " STR_FMT " timed out after %lld.%02lld seconds", STR_ARG(buf_str(&name)),
                  (long long)(lasted_us / TIME_S), (long long)(lasted_us % TIME_S / 10000));
    buf_release(&name);
}

void handler_events(struct world *w, uint32_t check)
{
    const struct model_globals *g = w->m->globals;
    const struct model_check *c = model_check(w->m, check);
    bool host = world_kind(w, check) == MODEL_HOST;
    uint32_t global = host ? g->global_host_handler_line : g->global_service_handler_line;
    const struct over *o = over_of(&w->st[check]), *all = w->global_handler[!host];

    if (!world_switch(w, BOARD_SW_HANDLERS) || !(w->st[check].switches & MODEL_CHECK_EVENT_HANDLER))
        return;
    if (all && all->text[OVER_HANDLER]) {
        nlog_handler(w, check, true, str_of(all->text[OVER_HANDLER]));
        expand_use(w, begin_line(w, check, HANDLER_GLOBAL, g->event_handler_timeout_us),
                   &(struct line_use){all->idx[OVER_HANDLER], str_of(all->text[OVER_HANDLER]), true, false},
                   &(struct expand_of){.check = check, .contact = MODEL_NONE});
    } else if (global != MODEL_NONE) {
        nlog_handler(w, check, true, model_str(w->m, model_line(w->m, global)->text));
        handler_run_line(w, check, HANDLER_GLOBAL, global, g->event_handler_timeout_us);
    }
    if ((o && o->text[OVER_HANDLER]) || c->handler_line != MODEL_NONE) {
        nlog_handler(w, check, false,
                     o && o->text[OVER_HANDLER] ? str_of(o->text[OVER_HANDLER])
                                                : model_str(w->m, c->handler_text));
        expand_check(w, begin_line(w, check, HANDLER_EVENT, g->event_handler_timeout_us), true);
    }
}
