/* SPDX-License-Identifier: Apache-2.0 */
#include "core/perfdata.h"

#include "core/expand.h"
#include "core/handler.h"

#define ASK_AGAIN_US TIME_MIN /* a store that does not answer is asked once more */

/* What the main file says for hosts, or for services. */
struct kind {
    uint32_t line, file, template, file_line;
    int64_t interval_us;
    bool empty_too;
};

static struct kind kind_of(const struct world *w, bool host)
{
    const struct model_globals *g = w->m->globals;

    if (host)
        return (struct kind){g->host_perfdata_line,
                             g->host_perfdata_file,
                             g->host_perfdata_file_template,
                             g->host_perfdata_file_line,
                             g->host_perfdata_file_interval_us,
                             g->host_perfdata_empty != 0};
    return (struct kind){g->service_perfdata_line,
                         g->service_perfdata_file,
                         g->service_perfdata_file_template,
                         g->service_perfdata_file_line,
                         g->service_perfdata_file_interval_us,
                         g->service_perfdata_empty != 0};
}

static bool has_file(const struct world *w, const struct kind *k)
{
    return model_str(w->m, k->file).n != 0;
}

/* ---- results ---- */

static void write_line(struct world *w, uint32_t check, bool host, const struct kind *k)
{
    struct buf b = BUF_INIT;
    struct world_effect *e;

    expand_text(w, model_str(w->m, k->template), &(struct expand_of){.check = check, .contact = MODEL_NONE},
                &b);
    e = world_effect(w, WORLD_PERF_LINE);
    e->status = host;
    e->words = world_keep(w, buf_str(&b));
    buf_release(&b);
}

void perfdata_result(struct world *w, uint32_t check)
{
    bool host = world_kind(w, check) == MODEL_HOST;
    struct kind k;

    if (!world_switch(w, BOARD_SW_PERFDATA) || !(w->st[check].switches & MODEL_CHECK_PERFDATA))
        return;
    k = kind_of(w, host);
    if (!k.empty_too && !state_perf(&w->st[check]).n)
        return;
    if (k.line != MODEL_NONE)
        handler_run_line(w, check, HANDLER_PERFDATA, k.line, w->m->globals->perfdata_timeout_us);
    if (has_file(w, &k))
        write_line(w, check, host, &k);
}

/* ---- files ---- */

/* When the command of that file comes next. */
static int64_t next_of(const struct world *w, const struct kind *k)
{
    bool taken = has_file(w, k) && k->file_line != MODEL_NONE && k->interval_us > 0;

    return taken ? w->now.mono.us + k->interval_us : INT64_MAX;
}

/* A command that runs goes on: its file is opened anew when it ends. */
void perfdata_plan(struct world *w)
{
    for (int host = 0; host < 2; host++) {
        struct kind k = kind_of(w, host);

        w->perf[host].due = next_of(w, &k);
    }
}

void perfdata_step(struct world *w)
{
    for (int host = 0; host < 2; host++) {
        struct world_perf *p = &w->perf[host];

        if (w->stopping || p->run || w->now.mono.us < p->due)
            continue;
        world_effect(w, WORLD_PERF_HOLD)->status = (uint8_t)host;
        p->asked = true;
        p->due = w->now.mono.us + ASK_AGAIN_US;
    }
}

static void go(struct world *w, bool of_hosts)
{
    struct kind k = kind_of(w, of_hosts);

    w->perf[of_hosts].due = next_of(w, &k);
    world_effect(w, WORLD_PERF_GO)->status = of_hosts;
}

void perfdata_held(struct world *w, bool of_hosts)
{
    struct world_perf *p = &w->perf[of_hosts];
    struct kind k = kind_of(w, of_hosts);
    bool asked = p->asked;

    if (p->run)
        return; /* asked twice */
    p->asked = false;
    if (asked && k.file_line != MODEL_NONE)
        p->run = handler_run_line(w, MODEL_NONE, of_hosts ? HANDLER_PERF_HOSTS : HANDLER_PERF_SERVICES,
                                  k.file_line, w->m->globals->perfdata_timeout_us);
    if (!p->run)
        go(w, of_hosts); /* another configuration came meanwhile */
}

void perfdata_ended(struct world *w, uint64_t run_id)
{
    for (int host = 0; host < 2; host++) {
        if (!w->perf[host].run || w->perf[host].run != run_id)
            continue;
        w->perf[host].run = 0;
        go(w, host != 0);
    }
}

int64_t perfdata_due(const struct world *w, int64_t at)
{
    for (int host = 0; host < 2; host++)
        if (!w->perf[host].run)
            at = MIN(at, w->perf[host].due);
    return at;
}
