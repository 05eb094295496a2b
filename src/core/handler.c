/* SPDX-License-Identifier: Apache-2.0 */
#include "core/handler.h"

#include "core/expand.h"
#include "core/line.h"
#include "core/nlog.h"
#include "core/over.h"
#include "core/sched.h"
#include "core/world_in.h"

static struct world_effect *begin_line(struct world *w, uint32_t check, int64_t timeout_us)
{
    struct world_effect *e = world_effect(w, WORLD_RUN);
    uint32_t slot;

    if (!w->opt.rehearses) {
        slot = sched_begin_run(w, check, WORLD_RUN_HANDLER, timeout_us);
        e->id = w->runs.at[slot].id;
    }
    e->check = check;
    e->run_kind = WORLD_RUN_HANDLER;
    e->timeout_us = timeout_us;
    return e;
}

uint64_t handler_run_line(struct world *w, uint32_t check, uint32_t line, int64_t timeout_us)
{
    struct world_effect *e;

    if (w->opt.rehearses)
        return 0;
    e = begin_line(w, check, timeout_us);
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
        handler_run_line(w, check, line, host ? g->ochp_timeout_us : g->ocsp_timeout_us);
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
        expand_use(w, begin_line(w, check, g->event_handler_timeout_us),
                   &(struct line_use){all->idx[OVER_HANDLER], str_of(all->text[OVER_HANDLER]), true},
                   &(struct expand_of){.check = check, .contact = MODEL_NONE});
    } else if (global != MODEL_NONE) {
        nlog_handler(w, check, true, model_str(w->m, model_line(w->m, global)->text));
        handler_run_line(w, check, global, g->event_handler_timeout_us);
    }
    if ((o && o->text[OVER_HANDLER]) || c->handler_line != MODEL_NONE) {
        nlog_handler(w, check, false,
                     o && o->text[OVER_HANDLER] ? str_of(o->text[OVER_HANDLER])
                                                : model_str(w->m, c->handler_text));
        expand_check(w, begin_line(w, check, g->event_handler_timeout_us), true);
    }
}
