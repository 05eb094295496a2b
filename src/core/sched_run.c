/* SPDX-License-Identifier: Apache-2.0 */
/* Runs under way: begun, listed by their runner, ended or lost. */
#include "core/sched.h"

#include "base/limits.h"
#include "core/nlog.h"
#include "core/perfdata.h"
#include "core/result.h"
#include "core/tell.h"
#include "core/why.h"
#include "core/world_in.h"

#include <string.h>

#define GRACE (15 * TIME_S) /* on top of a run's time-out before it counts as lost: the runner kills in 2 s */
#define BEGIN_WAIT                                                                                           \
    (10 *                                                                                                    \
     TIME_MIN) /* for the begin of a run that waits with many others for its runner, on a machine that is busy */
#define TURN_WAIT                                                                                            \
    (24 *                                                                                                    \
     TIME_H) /* likewise of a command behind thousands of its kind: if the runner dies it is given anew */
#define AT_ONCE 200u /* of many that are overdue some wait for the next step, which comes at once */

static uint32_t *in_turn(struct world *w, const struct world_run *r)
{
    return &w->in_turn[r->kind != WORLD_RUN_NOTIFY];
}

/* It begins, or is over. */
static void no_longer_in_turn(struct world *w, struct world_run *r)
{
    if (r->in_turn)
        --*in_turn(w, r);
    w->program_unseen = w->program_unseen || r->in_turn;
    r->in_turn = false;
}

static uint32_t begin_run(struct world *w, uint64_t id, uint32_t check, enum world_run_kind kind,
                          int64_t timeout_us)
{
    uint32_t slot;
    struct world_run *r;

    if (w->free_runs.n) {
        slot = w->free_runs.at[--w->free_runs.n];
    } else {
        slot = (uint32_t)w->runs.n;
        VEC_ADD(&w->runs);
        heap_resize(&w->deadline, w->runs.cap);
    }
    r = &w->runs.at[slot];
    memset(r, 0, sizeof(*r));
    r->id = id;
    r->check = check;
    r->kind = (uint8_t)kind;
    r->sent = w->now.mono;
    r->due = w->now.mono;
    r->timeout_us = timeout_us;
    map_put_u64(&w->run_by_id, r->id, slot);
    heap_set(&w->deadline, slot, w->now.mono.us + timeout_us + GRACE);
    w->running++;
    if (kind == WORLD_RUN_CHECK) {
        w->running_checks++;
        w->st[check].run = slot + 1;
        w->prog.parallel_max = MAX(w->prog.parallel_max, w->running_checks);
    }
    w->prog.parallel = w->running_checks;
    return slot;
}

uint32_t sched_begin_run(struct world *w, uint32_t check, enum world_run_kind kind, int64_t timeout_us)
{
    uint64_t id = w->opt.epoch << 32 | (uint32_t)++w->next_run;

    return begin_run(w, id, check, kind, timeout_us);
}

int64_t sched_timeout(const struct world *w, uint32_t check)
{
    const struct model_globals *g = w->m->globals;

    return world_kind(w, check) == MODEL_HOST ? g->host_check_timeout_us : g->service_check_timeout_us;
}

bool sched_adopt(struct world *w, unsigned instance, const struct world_listed *run, struct wall started,
                 uint32_t *slot)
{
    uint32_t check;
    struct state *s;
    bool forced = false; /* the run is that of the forced check that is planned to be made again */

    if (!run->id || run->id >> 32 >= w->opt.epoch || !oids_find(&w->oids, run->oid, &check))
        return false;
    s = &w->st[check];
    if (s->run || started.us <= s->last_check)
        return false;
    if (heap_has(&w->due, check))
        forced = s->due_options & SCHED_FORCED && s->begun;
    if (heap_has(&w->due, check) && (forced || !(s->due_options & SCHED_FORCED))) {
        heap_remove(&w->due, check);
        s->due_options = 0;
    }
    *slot = begin_run(w, run->id, check, WORLD_RUN_CHECK, sched_timeout(w, check));
    w->runs.at[*slot].instance = (uint8_t)instance;
    w->runs.at[*slot].options = forced ? SCHED_FORCED : 0;
    world_touch_board(w, check);
    return true;
}

void world_sent(struct world *w, uint64_t run_id, unsigned instance, bool tells)
{
    uint32_t slot;
    struct world_run *r;

    if (!sched_find_run(w, run_id, &slot))
        return;
    r = &w->runs.at[slot];
    r->instance = (uint8_t)instance;
    if (tells && r->kind != WORLD_RUN_CHECK && !r->in_turn) {
        r->in_turn = true;
        ++*in_turn(w, r);
        w->program_unseen = true;
    }
    if (r->in_turn)
        heap_set(&w->deadline, slot, r->sent.us + r->timeout_us + GRACE + TURN_WAIT);
    else if (tells)
        heap_set(&w->deadline, slot, r->sent.us + r->timeout_us + GRACE + BEGIN_WAIT);
}

void sched_begun(struct world *w, uint64_t run_id)
{
    uint32_t slot;
    struct world_run *r;

    if (!sched_find_run(w, run_id, &slot))
        return;
    r = &w->runs.at[slot];
    no_longer_in_turn(w, r);
    r->sent = w->now.mono;
    heap_set(&w->deadline, slot, r->sent.us + r->timeout_us + GRACE);
}

bool sched_find_run(const struct world *w, uint64_t id, uint32_t *slot)
{
    uint64_t v;

    if (!map_get_u64(&w->run_by_id, id, &v))
        return false;
    *slot = (uint32_t)v;
    return true;
}

void sched_end_run(struct world *w, uint32_t slot)
{
    struct world_run *r = &w->runs.at[slot];

    BUG_ON(!r->id);
    map_remove_u64(&w->run_by_id, r->id);
    heap_remove(&w->deadline, slot);
    w->running--;
    if (r->kind == WORLD_RUN_CHECK) {
        w->running_checks--;
        w->st[r->check].run = 0;
        w->st[r->check].begun = 0;
        world_touch_board(w, r->check);
        if (r->forced_next)
            sched_at(w, r->check, w->now.mono, SCHED_FORCED, true);
    }
    no_longer_in_turn(w, r);
    w->prog.parallel = w->running_checks;
    if (r->kind == WORLD_RUN_HANDLER)
        perfdata_ended(w, r->id);
    r->id = 0;
    if (w->opt.mutation != WORLD_LEAKS_RUNS)
        *VEC_ADD(&w->free_runs) = slot;
}

void sched_lost(struct world *w, uint32_t slot)
{
    struct world_run r = w->runs.at[slot];
    struct state *s;
    int64_t apart;

    w->prog.runs_lost++;
    w->program_unseen = true;
    sched_end_run(w, slot);
    if (r.kind == WORLD_RUN_NOTIFY)
        tell_unsent(w, r.intent);
    if (r.kind != WORLD_RUN_CHECK)
        return;
    s = &w->st[r.check];
    if (++s->losses >= SCHED_LOSSES_MAX) {
        result_lost(w, &r);
        return;
    }
    sched_note_turn(w, r.check, &(struct state_why){.code = WHY_RUN_LOST, .idx = MODEL_NONE}, false);
    apart = s->losses == 1
                ? 0
                : sched_phase(r.check, MIN(MAX(world_interval(w, r.check, false), TIME_S), TIME_MIN));
    sched_at(w, r.check, (struct mono){w->now.mono.us + apart}, r.options | SCHED_LOST, true);
}

void sched_runner(struct world *w, unsigned instance, bool up, const struct world_listed *runs, size_t n)
{
    uint32_t bit = 1u << (instance & 31), slot;

    if (!up) {
        w->runners &= ~bit;
        return;
    }
    w->runners |= bit;
    for (size_t i = 0; i < w->runs.n; i++)
        w->runs.at[i].listed = false;
    for (size_t i = 0; i < n; i++) {
        struct world_effect *e;

        if (sched_find_run(w, runs[i].id, &slot) || sched_adopt(w, instance, &runs[i], w->now.wall, &slot)) {
            w->runs.at[slot].listed = true;
            continue;
        }
        e = world_effect(w, WORLD_KILL);
        e->id = runs[i].id;
        e->check = MODEL_NONE;
        e->source = instance;
    }
    /* What it no longer has may still come as a stored result; after a moment it counts as lost. */
    for (uint32_t i = 0; i < w->runs.n; i++) {
        const struct world_run *r = &w->runs.at[i];

        if (r->id && !r->listed && r->instance == instance &&
            w->deadline.key[i] > w->now.mono.us + SCHED_ADOPT_WAIT)
            heap_set(&w->deadline, i, w->now.mono.us + SCHED_ADOPT_WAIT);
    }
}

static void warn_lost(struct world *w, uint32_t check)
{
    const struct model_globals *g = w->m->globals;
    bool host = world_kind(w, check) == MODEL_HOST;
    struct buf name = BUF_INIT;

    if (!(host ? g->check_for_orphaned_hosts : g->check_for_orphaned_services))
        return;
    nlog_object(w, check, &name);
    nlog_text(w, "Warning: The check of %s was lost.  I'm scheduling an immediate check of the %s...",
              name.data, host ? "host" : "service");
    buf_release(&name);
}

/* A check is made again, and so is what tells somebody; these are not. */
static void warn_handlers(struct world *w, unsigned n)
{
    if (n)
        nlog_text(
            w,
            "Warning: %u command%s of event handlers, or for results and performance data, %s lost with "
            "the process that had %s.  %s not run again.",
            n, n == 1 ? "" : "s", n == 1 ? "was" : "were", n == 1 ? "it" : "them",
            n == 1 ? "It is" : "They are");
}

void sched_give_up(struct world *w)
{
    unsigned n = 0, handlers = 0;
    uint32_t slot;
    int64_t at;

    while (n++ < AT_ONCE && heap_peek(&w->deadline, &slot, &at) && at <= w->now.mono.us) {
        struct world_effect *e = world_effect(w, WORLD_KILL);

        e->id = w->runs.at[slot].id;
        e->check = w->runs.at[slot].check;
        if (w->runs.at[slot].kind == WORLD_RUN_CHECK)
            warn_lost(w, w->runs.at[slot].check);
        handlers += w->runs.at[slot].kind == WORLD_RUN_HANDLER;
        sched_lost(w, slot);
    }
    warn_handlers(w, handlers);
}
