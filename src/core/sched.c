/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sched.h"

#include "base/limits.h"
#include "core/expand.h"
#include "core/explain.h"
#include "core/nlog.h"
#include "core/perfdata.h"
#include "core/reach.h"
#include "core/reason.h"
#include "core/result.h"
#include "core/tell.h"
#include "core/why.h"
#include "core/world_in.h"

#include <stdlib.h>
#include <string.h>

#define SPREAD_STEP                                                                                          \
    2654435769u /* 2^32 / golden ratio: its multiples fill the interval evenly and interleave the hosts */
#define NO_INTERVAL                                                                                          \
    (5 * TIME_MIN) /* until a host that is checked on demand only is tried again, as in Nagios */
#define RATE_SPAN    (1000 * TIME_DAY) /* in whole checks in this time even of those that come once a year */
#define FORCED_APART (TIME_S / 10)
#define AT_ONCE      200u /* of many that are due some wait for the next step, which comes at once */

bool sched_looks_again(const struct world *w, uint32_t check)
{
    return world_kind(w, check) == MODEL_SERVICE && state_recovered_softly(&w->st[check]) &&
           world_interval(w, check, false) > 0;
}

/* From one check to the next: a host may be looked at only when asked for, and yet be tried again while its problem is soft. */
static int64_t step_of(const struct world *w, uint32_t check)
{
    const struct state *s = &w->st[check];

    return world_interval(w, check, (s->state != STATE_OK && !s->hard) || sched_looks_again(w, check));
}

static bool wants_schedule(const struct world *w, uint32_t check)
{
    return (w->st[check].switches & MODEL_CHECK_ACTIVE) && over_can_run(w, check) && step_of(w, check) > 0;
}

void sched_at(struct world *w, uint32_t check, struct mono at, uint32_t options, bool keep_earlier)
{
    struct state *s = &w->st[check];

    if (heap_has(&w->due, check) && keep_earlier && w->due.key[check] <= at.us) {
        s->due_options |= options;
        return;
    }
    if (heap_has(&w->due, check) && keep_earlier && (s->due_options & ~options & SCHED_FORCED))
        return;
    heap_set(&w->due, check, at.us);
    s->due_options = options;
    s->wall_due = false;
    s->next_check = world_to_wall(w, at).us;
    world_touch_board(w, check);
}

void sched_at_wall(struct world *w, uint32_t check, struct wall at, uint32_t options)
{
    sched_at(w, check, world_to_mono(w, at), options, false);
    w->st[check].wall_due = true;
    w->st[check].next_check = at.us;
}

bool sched_wish(struct world *w, uint32_t check, struct wall at, uint32_t options)
{
    const struct state *s = &w->st[check];
    bool stands = heap_has(&w->due, check);
    bool was = stands && (s->due_options & SCHED_FORCED), is = options & SCHED_FORCED;
    bool earlier = stands && world_to_mono(w, at).us < w->due.key[check];

    if (stands && (is == was ? !earlier : was))
        return false;
    sched_at_wall(w, check, at, options);
    return true;
}

static bool is_forced(uint32_t options)
{
    return (options & (SCHED_FORCED | SCHED_FRESHNESS)) == SCHED_FORCED;
}

uint32_t sched_forced(const struct world *w, uint32_t check)
{
    const struct state *s = &w->st[check];
    const struct world_run *run = s->run ? &w->runs.at[s->run - 1] : NULL;

    if (heap_has(&w->due, check) && is_forced(s->due_options))
        return run ? 1 : 1u + s->begun;
    if (!run || run->forced_next)
        return run != NULL;
    return is_forced(run->options) ? 1u + s->begun : 0;
}

void sched_now(struct world *w, uint32_t check)
{
    const struct state *s = &w->st[check];

    if ((s->switches & MODEL_CHECK_ACTIVE) && over_can_run(w, check) && !s->run &&
        world_interval(w, check, false) > 0)
        sched_at(w, check, w->now.mono, 0, true);
}

int64_t sched_phase(uint32_t i, int64_t window)
{
    return (int64_t)(((unsigned __int128)(uint32_t)(i * SPREAD_STEP) * (uint64_t)window) >> 32);
}

static int64_t planted_jitter(const struct world *w)
{
    return w->opt.mutation == WORLD_DEPENDS_ON_ADDRESSES ? (int64_t)((uintptr_t)w >> 4) % 1000 : 0;
}

struct sched_spread sched_spread_begin(const struct world *w, bool only_new)
{
    const struct model_globals *g = w->m->globals;
    bool died = !only_new && !w->was_stopped;

    return (struct sched_spread){.only_new = only_new,
                                 .died = died,
                                 .keeps = died || (g->use_retained_scheduling_info &&
                                                   (only_new || w->now.wall.us - w->loaded_at.us <
                                                                    g->retention_scheduling_horizon_us))};
}

/* One that ended its engine each time would end every engine. */
static bool ended_too_many(struct world *w, uint32_t i)
{
    struct buf name = BUF_INIT;

    if (w->st[i].begun < SCHED_LOSSES_MAX)
        return false;
    nlog_object(w, i, &name);
    nlog_text(
        w,
        "Warning: The forced check of %s was begun %u times, and Vigie ended before its result each time. "
        " It is not made again.",
        name.data, (unsigned)w->st[i].begun);
    buf_release(&name);
    return true;
}

/*
 * A check that was forced before the stop and has no result yet: whatever is switched off. If the clock was set back meanwhile, how long the stop was is not known, and as much is left to wait as was
 * when the last record was written. One that had begun is made again, unless its runner says that it still runs.
 */
static bool spread_forced(struct world *w, uint32_t i, struct sched_spread *p)
{
    struct state *s = &w->st[i];
    bool forced = s->due_options & SCHED_FORCED;
    int64_t back = p->only_new ? 0 : MAX(w->loaded_at.us - w->now.wall.us, 0), at;

    if (heap_has(&w->due, i) || s->run) /* under way: whether it was forced, and how often begun, stands */
        return false;
    s->due_options = 0;
    if (!forced || !p->keeps || !over_can_run(w, i) || ended_too_many(w, i)) {
        s->begun = 0;
        if (forced)
            world_touch(w, i);
        return false;
    }
    at = s->next_check - back;
    if (s->begun || at <= w->now.wall.us)
        *VEC_ADD(&p->overdue) =
            (struct sched_overdue){.was = at, .window = INT64_MAX, .check = i, .options = SCHED_FORCED};
    else
        sched_at_wall(w, i, (struct wall){at}, SCHED_FORCED);
    if (back)
        world_touch(w, i);
    return true;
}

void sched_spread_one(struct world *w, uint32_t i, struct sched_spread *p)
{
    const struct model_globals *g = w->m->globals;
    struct state *s = &w->st[i];
    int64_t most =
        world_kind(w, i) == MODEL_HOST ? g->max_host_check_spread_us : g->max_service_check_spread_us;
    int64_t interval = world_interval(w, i, false), window = interval, late;
    struct wall kept = {s->next_check};

    if (spread_forced(w, i, p) || (p->only_new && heap_has(&w->due, i)) || !wants_schedule(w, i) ||
        (p->only_new && s->run))
        return;
    p->ordinal++;
    p->rate += interval > 0 ? (uint64_t)(RATE_SPAN / interval) : 0;
    if (most > 0 && most < window)
        window = most;
    if (p->died && !kept.us && w->planned_at.us)
        kept.us = w->planned_at.us + sched_phase(p->ordinal - 1, window);
    late = w->now.wall.us - kept.us;
    if (p->keeps && kept.us > w->now.wall.us && kept.us < w->now.wall.us + interval)
        sched_at(w, i, world_to_mono(w, kept), 0, false);
    else if (p->died && kept.us && late >= 0 && interval > 0)
        *VEC_ADD(&p->overdue) = (struct sched_overdue){.was = kept.us, .window = window, .check = i};
    else
        sched_at(w, i,
                 (struct mono){w->now.mono.us + sched_phase(p->ordinal - 1, window) + planted_jitter(w)}, 0,
                 false);
}

static int first_due(const void *a, const void *b)
{
    const struct sched_overdue *x = a, *y = b;
    bool forced = x->options & SCHED_FORCED;

    if (x->options != y->options)
        return forced ? -1 : 1;
    if (x->was != y->was)
        return x->was < y->was ? -1 : 1;
    return x->check < y->check ? -1 : x->check > y->check;
}

/* Where few checks are, one that is forced need not wait as long as they are apart. */
void sched_spread_end(struct world *w, struct sched_spread *p)
{
    int64_t apart = p->rate ? (int64_t)((uint64_t)RATE_SPAN / p->rate) : FORCED_APART, at = 0;

    if (p->overdue.n)
        qsort(p->overdue.at, p->overdue.n, sizeof(*p->overdue.at), first_due);
    for (uint32_t i = 0; i < p->overdue.n; i++) {
        const struct sched_overdue *o = &p->overdue.at[i];

        sched_at(w, o->check,
                 (struct mono){w->now.mono.us + SCHED_ADOPT_WAIT +
                               (at <= o->window ? at : sched_phase(i, o->window))},
                 o->options, false);
        at += o->options & SCHED_FORCED ? MIN(apart, FORCED_APART) : apart;
    }
    VEC_RELEASE(&p->overdue);
}

void sched_spread(struct world *w, bool only_new)
{
    struct sched_spread p = sched_spread_begin(w, only_new);

    for (uint32_t i = 0; i < w->n; i++)
        sched_spread_one(w, i, &p);
    sched_spread_end(w, &p);
}

struct wall sched_checked_at(const struct world *w, uint32_t check)
{
    const struct state *s = &w->st[check];

    return (struct wall){s->last_check + (w->steps_us - s->check_steps)};
}

void sched_on_demand(struct world *w, uint32_t check)
{
    const struct model_globals *g = w->m->globals;
    const struct state *s = &w->st[check];
    int64_t horizon = world_kind(w, check) == MODEL_HOST ? g->cached_host_check_horizon_us
                                                         : g->cached_service_check_horizon_us;
    int64_t at = sched_checked_at(w, check).us;

    if (!(s->switches & MODEL_CHECK_ACTIVE) || !over_can_run(w, check) || s->run)
        return;
    /* One that lies ahead was before the clock was set back: how long ago that is, is not known. Ages are whole seconds, as in Nagios. */
    if (horizon > 0 && s->checked && at <= w->now.wall.us &&
        at / TIME_S + horizon / TIME_S >= w->now.wall.us / TIME_S)
        return;
    sched_at(w, check, w->now.mono, SCHED_ON_DEMAND, true);
}

void sched_after(struct world *w, uint32_t check, struct mono due)
{
    struct state *s = &w->st[check];
    int64_t step = step_of(w, check), next = due.us + step;

    if (w->opt.mutation == WORLD_FORGETS_TO_PLAN && check % 5 == 1)
        return;
    /* A plan that is there (made while this run was under way, by a person or a result) stays. */
    if (heap_has(&w->due, check) || !(s->switches & MODEL_CHECK_ACTIVE) || step <= 0 ||
        !over_can_run(w, check))
        return;
    if (next <= w->now.mono.us)
        next += (w->now.mono.us - next + step) / step * step;
    if (w->opt.mutation == WORLD_PLANS_LATE && check % 5 == 1)
        next += 2 * TIME_MIN;
    if (w->opt.mutation == WORLD_HURRIES && check % 5 == 1)
        next = w->now.mono.us + 5 * TIME_S;
    sched_at(w, check, (struct mono){next}, 0, false);
}

void sched_confirm(struct world *w, uint32_t check)
{
    const struct state *s = &w->st[check];
    bool regular = world_kind(w, check) == MODEL_HOST && s->last_state == STATE_UP &&
                   !w->m->globals->translate_passive_host_checks;
    int64_t wait = world_interval(w, check, !regular);

    if (!(s->switches & MODEL_CHECK_ACTIVE) || !over_can_run(w, check) || s->run || (!regular && wait <= 0) ||
        (heap_has(&w->due, check) && (s->due_options & SCHED_FORCED)))
        return;
    sched_at(w, check, (struct mono){w->now.mono.us + MAX(wait, 0)}, 0, true);
}

/* The plan was made with a longer interval, or for a period that has come by another way: a reload, a clock that was set. */
static bool is_too_far(const struct world *w, uint32_t check)
{
    const struct state *s = &w->st[check];

    return heap_has(&w->due, check) && !(s->due_options & SCHED_FORCED) &&
           w->due.key[check] >
               w->now.mono.us + MAX(world_interval(w, check, false), world_interval(w, check, true));
}

void sched_again(struct world *w, uint32_t check)
{
    const struct state *s = &w->st[check];
    uint32_t stays =
        SCHED_FORCED | SCHED_FRESHNESS | (s->switches & MODEL_CHECK_ACTIVE ? SCHED_ON_DEMAND : 0u);

    if (!wants_schedule(w, check)) {
        if (heap_has(&w->due, check) && !(s->due_options & stays))
            heap_remove(&w->due, check);
        world_touch_board(w, check);
        return;
    }
    if (is_too_far(w, check) || (!heap_has(&w->due, check) && !s->run))
        sched_at(w, check, (struct mono){w->now.mono.us + sched_phase(check, step_of(w, check))}, 0, false);
}

void sched_period_changed(struct world *w, uint32_t check)
{
    struct state *s = &w->st[check];

    if (heap_has(&w->due, check) && s->wall_due && !(s->due_options & SCHED_FORCED))
        sched_at(w, check, w->now.mono, s->due_options,
                 false); /* what the new one says of now is looked at then */
}

/* ---- starting ---- */

struct state_why sched_may_run(const struct world *w, uint32_t check, uint32_t options)
{
    const struct state *s = &w->st[check];
    const struct model_check *c = model_check(w->m, check);
    bool host = world_kind(w, check) == MODEL_HOST;
    uint32_t master, period = over_check_period(w, check);

    /* These two hold for what a person forces, too. */
    master = w->m->globals->service_parents_disable_service_checks ? reach_bad_parent(w, check) : MODEL_NONE;
    if (master != MODEL_NONE)
        return why_make(WHY_RUN_PARENT, master, 0, 0);
    if (!host && w->m->globals->host_down_disable_service_checks && w->st[c->host].state != STATE_UP)
        return why_make(WHY_RUN_HOST_DOWN, c->host, 0, 0);
    if (options & SCHED_FORCED)
        return why_make(WHY_NONE, MODEL_NONE, 0, 0);
    if (!world_switch(w, host ? BOARD_SW_HOST_CHECKS : BOARD_SW_SERVICE_CHECKS))
        return why_make(WHY_RUN_OFF_GLOBAL, MODEL_NONE, 0, 0);
    if (!(s->switches & MODEL_CHECK_ACTIVE) && !(options & SCHED_FRESHNESS))
        return why_make(WHY_RUN_OFF, MODEL_NONE, 0, 0);
    if (period != MODEL_NONE && !when_contains(&w->when, period, w->now.wall))
        return why_make(WHY_RUN_PERIOD, period, 0, 0);
    master = c->n_deps ? reach_bad_master(w, check, REACH_EXECUTE) : MODEL_NONE;
    if (master != MODEL_NONE)
        return why_make(WHY_RUN_DEPENDENCY, master, 0, 0);
    return why_make(WHY_NONE, MODEL_NONE, 0, 0);
}

void sched_note_turn(struct world *w, uint32_t check, const struct state_why *why, bool runs)
{
    struct state *s = &w->st[check];
    struct state_why turn = *why;
    struct buf reason = BUF_INIT;

    turn.arg[1] = w->now.wall.us;
    if (!runs && (s->ran.code != why->code || s->ran.idx != why->idx)) {
        explain_put(w, REASON_RAN, &turn, &reason);
        world_event(w, RECORD_EVENT_SKIPPED, check,
                    &(struct record_event){.state = s->state, .text = buf_str(&reason)});
    }
    s->ran = (struct state_ran){why->code, why->idx, w->now.wall.us};
    buf_release(&reason);
}

/* The main file may say which state a check has that is skipped. Only that is set: nothing is logged and nobody told, as in Nagios. */
static void take_skip_state(struct world *w, uint32_t check, uint64_t why)
{
    const struct model_globals *g = w->m->globals;
    bool host = world_kind(w, check) == MODEL_HOST;
    uint32_t state = 0;

    if (why == WHY_RUN_DEPENDENCY)
        state = host ? g->skip_host_dependency : g->skip_service_dependency;
    else if (why == WHY_RUN_PARENT)
        state = g->skip_service_parent;
    else if (why == WHY_RUN_HOST_DOWN)
        state = g->skip_service_host_down;
    if (!state || w->st[check].state == state - 1)
        return;
    /* Turns come from plans and runners, which a replay has not. */
    world_record(w, RECORD_SKIP, &(struct record_skip){.oid = w->st[check].oid, .why = why});
    w->st[check].state = (uint8_t)(state - 1);
    world_touch(w, check);
}

void sched_skip_again(struct world *w, const struct record_skip *r)
{
    uint32_t check;

    if (r->oid && oids_find(&w->oids, r->oid, &check))
        take_skip_state(w, check, r->why);
}

/* It does not run this time: when will it be looked at again? */
static void skip(struct world *w, uint32_t check, struct mono due, struct state_why why)
{
    struct wall next;

    sched_note_turn(w, check, &why, false);
    take_skip_state(w, check, why.code);
    if (why.code == WHY_RUN_OFF || world_interval(w, check, false) <= 0)
        return;
    if (why.code != WHY_RUN_PERIOD) {
        sched_after(w, check, due);
        return;
    }
    /* All checks of a period would begin in its first moment: the phase keeps them apart. */
    next = when_next(&w->when, over_check_period(w, check), w->now.wall);
    if (next.us == INT64_MAX)
        next.us = w->now.wall.us + TIME_DAY;
    else
        next.us += sched_phase(check, MIN(world_interval(w, check, false), TIME_MIN));
    sched_at_wall(w, check, next, 0);
    world_touch(w, check); /* it may be far: kept over a restart, if plans are */
}

/*
 * Nagios drops a planned check of a host that comes so soon after a result, a retry as well, and waits for the regular interval. Horizons and plans are whole seconds there: half of one is
 * left here for how late a check began.
 */
static bool drop_cached(struct world *w, uint32_t check, struct mono due)
{
    const struct model_globals *g = w->m->globals;
    int64_t horizon = g->cached_host_check_horizon_us, at = sched_checked_at(w, check).us,
            step = world_interval(w, check, false);
    struct state_why why = why_make(WHY_RUN_CACHED, MODEL_NONE, 0, 0);

    if (!g->compatible || horizon <= 0 || world_kind(w, check) != MODEL_HOST || !w->st[check].checked ||
        at > w->now.wall.us || at + horizon <= w->now.wall.us + TIME_S / 2)
        return false;
    sched_note_turn(w, check, &why, false);
    if (step <= 0)
        step = NO_INTERVAL;
    sched_at(w, check, (struct mono){due.us + (w->now.mono.us - due.us) / step * step + step}, 0, true);
    return true;
}

static struct state_why ran_for(uint32_t options)
{
    enum why_code code = options & SCHED_LOST        ? WHY_RAN_AGAIN
                         : options & SCHED_FRESHNESS ? WHY_RAN_STALE
                         : options & SCHED_FORCED    ? WHY_RAN_FORCED
                         : options & SCHED_ON_DEMAND ? WHY_RAN_ON_DEMAND
                                                     : WHY_RAN_PLANNED;

    return why_make(code, MODEL_NONE, 0, 0);
}

static void start_check(struct world *w, uint32_t check, struct mono due, uint32_t options)
{
    bool host = world_kind(w, check) == MODEL_HOST;
    uint32_t slot = sched_begin_run(w, check, WORLD_RUN_CHECK, sched_timeout(w, check));
    struct world_run *r = &w->runs.at[slot];
    struct world_effect *e = world_effect(w, WORLD_RUN);
    struct state_why why = ran_for(options);

    sched_note_turn(w, check, &why, true);
    if (is_forced(options))
        w->st[check].begun += w->st[check].begun < UINT8_MAX;
    r->options = (uint8_t)options;
    r->due = due;
    e->id = r->id;
    e->check = check;
    e->run_kind = WORLD_RUN_CHECK;
    e->timeout_us = r->timeout_us;
    expand_check(w, e, false);
    if (host && (options & SCHED_ON_DEMAND))
        w->prog.on_demand_host_checks++;
    world_touch_board(w, check);
    if (w->opt.mutation == WORLD_RUNS_TWICE && check % 5 == 1 && !(options & SCHED_FORCED))
        sched_at(w, check, (struct mono){w->now.mono.us + TIME_MS}, SCHED_FORCED, true);
}

void sched_leave_out(struct world *w, uint64_t oid)
{
    *VEC_ADD(&w->left_out) = oid;
}

static bool is_left_out(const struct world *w, uint32_t check)
{
    for (size_t i = 0; i < w->left_out.n; i++)
        if (w->left_out.at[i] == w->st[check].oid)
            return true;
    return false;
}

/* It is said once: the reason stands until it runs. */
static struct state_why left_out(struct world *w, uint32_t check)
{
    struct buf name = BUF_INIT;

    nlog_object(w, check, &name);
    if (w->st[check].ran.code != WHY_RUN_LEFT_OUT)
        nlog_text(w,
                  "Warning: The engine ended each time that it began the check of %s.  It is left out until "
                  "Vigie is started again (please report this).",
                  name.data);
    buf_release(&name);
    w->st[check].begun = 0; /* also if it was forced */
    return why_make(WHY_RUN_LEFT_OUT, MODEL_NONE, 0, 0);
}

static void due_now(struct world *w, uint32_t check, struct mono due)
{
    struct state *s = &w->st[check];
    uint32_t options = s->due_options;
    struct state_why why;

    heap_remove(&w->due, check);
    s->due_options = 0;
    s->wall_due = false;
    if (s->run && w->opt.mutation != WORLD_RUNS_TWICE) { /* its result plans the next one */
        w->runs.at[s->run - 1].forced_next |= is_forced(options);
        return;
    }
    if (!over_can_run(w, check))
        return;
    why = sched_may_run(w, check, options);
    if (why.code == WHY_NONE && is_left_out(w, check))
        why = left_out(w, check);
    if (why.code == WHY_NONE && !options && drop_cached(w, check, due))
        return;
    if (why.code == WHY_NONE)
        start_check(w, check, due, options);
    else
        skip(w, check, due, why);
    if (is_forced(options))
        world_touch(w, check); /* skipped, or how often it was begun */
}

/* Where the next engine reads it, if this one ends here. */
static void begin_due(struct world *w, uint32_t check, struct mono due)
{
    if (w->opt.doing)
        __atomic_store_n(&w->opt.doing->check, w->st[check].oid, __ATOMIC_RELEASE);
    due_now(w, check, due);
    if (w->opt.doing)
        __atomic_store_n(&w->opt.doing->check, 0, __ATOMIC_RELEASE);
}

uint32_t sched_most(const struct world *w)
{
    uint32_t most = w->m->globals->max_concurrent_checks;

    return most && most < w->max_parallel ? most : w->max_parallel;
}

static uint32_t room(const struct world *w)
{
    uint32_t most = sched_most(w);

    return w->running_checks >= most ? 0 : most - w->running_checks;
}

bool sched_holds(const struct world *w)
{
    return !w->stopping && (!w->runners || !room(w));
}

size_t sched_held(const struct world *w)
{
    return sched_holds(w) ? heap_count_to(&w->due, w->now.mono.us) : 0;
}

void sched_run(struct world *w)
{
    unsigned n = 0;
    uint32_t check;
    int64_t at;

    sched_give_up(w);
    if (!w->runners || w->stopping)
        return;
    while (n++ < AT_ONCE && !(n > 1 && world_spent(w)) && room(w) && heap_peek(&w->due, &check, &at) &&
           at <= w->now.mono.us)
        begin_due(w, check, (struct mono){at});
}

bool sched_next(const struct world *w, struct mono *at)
{
    uint32_t item;
    int64_t key;
    bool any = false;

    at->us = INT64_MAX;
    if (w->runners && !w->stopping && room(w) && heap_peek(&w->due, &item, &key)) {
        at->us = key;
        any = true;
    }
    if (heap_peek(&w->deadline, &item, &key)) {
        at->us = MIN(at->us, key);
        any = true;
    }
    return any;
}

/* What was due already is not put off, and nothing that a person forced: until then nothing else is checked of the object. */
static void move_to_wall(struct world *w, uint32_t check)
{
    struct state *s = &w->st[check];
    int64_t was = w->due.key[check], at = world_to_mono(w, (struct wall){s->next_check}).us;

    if (s->due_options & SCHED_FORCED)
        at = MIN(at, was);
    if (was > w->now.mono.us)
        heap_set(&w->due, check, at);
    if (sched_forced(w, check))
        world_touch(w, check); /* a start is to find when */
}

void sched_clock_step(struct world *w)
{
    for (uint32_t i = 0; i < w->n; i++) {
        struct state *s = &w->st[i];

        if (!heap_has(&w->due, i))
            continue;
        if (s->wall_due)
            move_to_wall(w, i);
        s->next_check = world_to_wall(w, (struct mono){w->due.key[i]}).us;
        if (s->wall_due)
            sched_again(w, i);
        world_touch_board(w, i);
    }
}
