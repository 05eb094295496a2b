/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fresh.h"

#include "core/nlog.h"
#include "core/over.h"
#include "core/sched.h"
#include "core/world_in.h"

#define STALE_LEAST (1 * TIME_S)
#define LONG_STOP   618 /* thousandths of the threshold: so long a stop counts as one */
/* So many are looked at, and so many that are stale are planned in one step; the rest in the next, which comes at once. */
#define LOOK_MOST   4000u
#define AT_ONCE     200u

/* How old a result may be. */
static int64_t threshold_of(const struct world *w, uint32_t i)
{
    int64_t threshold = model_check(w->m, i)->freshness_threshold_us;

    if (threshold <= 0)
        threshold = world_interval(w, i, w->st[i].state != STATE_OK && !w->st[i].hard) + w->st[i].latency_us +
                    w->m->globals->additional_freshness_latency_us;
    return MAX(threshold / TIME_S * TIME_S, (int64_t)STALE_LEAST);
}

/* Until when the last result counts as fresh. What was not checked yet has the time from the start; so have, when nobody said how old results may be,
 * active checks that are only now spread again; and so have results from outside after a stop that was long beside the threshold. */
static int64_t until_of(const struct world *w, uint32_t i, int64_t threshold)
{
    const struct model_globals *g = w->m->globals;
    const struct state *s = &w->st[i];
    int64_t at = sched_checked_at(w, i).us, start = w->prog.program_start;
    bool again = w->prog.last_reload > start && w->prog.last_reload <= w->now.wall.us;

    if (again)
        start = w->prog.last_reload;
    if (!s->checked ||
        at > w->now.wall.us) /* later than now: the clock has been set back before this start */
        return start + threshold;
    if (s->passive && at < start && !again &&
        (start - w->loaded_at.us) / 1000 > threshold / 1000000 * LONG_STOP)
        return start + threshold;
    if (!(s->switches & MODEL_CHECK_ACTIVE) || at >= start ||
        model_check(w->m, i)->freshness_threshold_us > 0)
        return at + threshold;
    return start + threshold +
           (world_kind(w, i) == MODEL_HOST ? g->max_host_check_spread_us : g->max_service_check_spread_us);
}

/* As Nagios writes it: with every unit. */
static void add_age(struct buf *b, int64_t us)
{
    buf_printf(b, "%lldd %lldh %lldm %llds", (long long)(us / TIME_DAY), (long long)(us % TIME_DAY / TIME_H),
               (long long)(us % TIME_H / TIME_MIN), (long long)(us % TIME_MIN / TIME_S));
}

int64_t fresh_until(const struct world *w, uint32_t check)
{
    return until_of(w, check, threshold_of(w, check));
}

/* Something says how old its results may be, and something can be done about it. */
static bool can_be_stale(const struct world *w, uint32_t i)
{
    return (model_check(w->m, i)->freshness_threshold_us > 0 || world_interval(w, i, false) > 0) &&
           (w->st[i].switches & (MODEL_CHECK_ACTIVE | MODEL_CHECK_PASSIVE)) && over_can_run(w, i);
}

/* True: it was. */
static bool look_stale(struct world *w, uint32_t i)
{
    struct state *s = &w->st[i];
    uint32_t period = over_check_period(w, i);
    bool host = world_kind(w, i) == MODEL_HOST;
    int64_t threshold = threshold_of(w, i), until = until_of(w, i, threshold);
    struct buf late = BUF_INIT, most = BUF_INIT, name = BUF_INIT;

    if (s->run || s->stale || !can_be_stale(w, i) ||
        time_wall_s((struct wall){until}) >= time_wall_s(w->now.wall))
        return false;
    if (period != MODEL_NONE && !when_contains(&w->when, period, w->now.wall))
        return false;
    s->stale = true;
    add_age(&late, w->now.wall.us - until);
    add_age(&most, threshold);
    nlog_object(w, i, &name);
    nlog_text(
        w,
        "Warning: The results of %s are stale by %s (threshold=%s).  I'm forcing an immediate check of the "
        "%s.",
        name.data, late.data, most.data, host ? "host" : "service");
    buf_release(&name);
    buf_release(&late);
    buf_release(&most);
    sched_at(w, i, w->now.mono, SCHED_FRESHNESS | SCHED_FORCED, true);
    world_touch_board(w, i);
    return true;
}

/* From where the step before stopped. True: that was all. */
static bool look_on(struct world *w, enum model_kind kind)
{
    uint32_t first = kind == MODEL_HOST ? 0 : w->m->n_hosts;
    uint32_t n = (kind == MODEL_HOST ? w->m->n_hosts : w->n) - first;
    uint32_t from = w->fresh_at[kind], i = from;
    unsigned stale = 0;

    for (; i < n && i - from < LOOK_MOST && stale < AT_ONCE && !(stale && world_spent(w)); i++)
        if (w->st[first + i].switches & MODEL_CHECK_FRESHNESS)
            stale += look_stale(w, first + i);
    w->fresh_at[kind] = i < n ? i : 0;
    return i >= n;
}

static bool is_on(const struct world *w, enum model_kind kind)
{
    return world_switch(w, kind == MODEL_HOST ? BOARD_SW_HOST_FRESHNESS : BOARD_SW_SERVICE_FRESHNESS);
}

bool fresh_is_watched(const struct world *w, uint32_t check)
{
    return (w->st[check].switches & MODEL_CHECK_FRESHNESS) && is_on(w, world_kind(w, check)) &&
           can_be_stale(w, check);
}

void fresh_step(struct world *w)
{
    const struct model_globals *g = w->m->globals;
    const int64_t every[] = {g->host_freshness_interval_us, g->service_freshness_interval_us};

    for (int kind = MODEL_HOST; kind <= MODEL_SERVICE; kind++) {
        if (!is_on(w, (enum model_kind)kind) || w->now.mono.us < w->next_freshness[kind].us)
            continue;
        w->next_freshness[kind].us =
            w->now.mono.us + (look_on(w, (enum model_kind)kind) ? MAX(every[kind], TIME_S) : 0);
    }
}

bool fresh_next(const struct world *w, int64_t *at)
{
    bool any = false;

    for (int kind = MODEL_HOST; kind <= MODEL_SERVICE; kind++) {
        if (!is_on(w, (enum model_kind)kind))
            continue;
        *at = any ? MIN(*at, w->next_freshness[kind].us) : w->next_freshness[kind].us;
        any = true;
    }
    return any;
}

void fresh_soon(struct world *w)
{
    w->next_freshness[MODEL_HOST] = w->next_freshness[MODEL_SERVICE] = w->now.mono;
}
