/* SPDX-License-Identifier: Apache-2.0 */
#include "core/explain.h"

#include "core/fresh.h"
#include "core/nlog.h"
#include "core/over.h"
#include "core/plan.h"
#include "core/reach.h"
#include "core/reason.h"
#include "core/sched.h"
#include "core/world_in.h"

#define PARENTS_MOST 10u /* so many are named */

void explain_parents(const struct model *m, uint32_t host, struct buf *out)
{
    struct model_list l = model_check(m, host)->parents;

    for (uint32_t i = 0; i < l.n && i < PARENTS_MOST; i++)
        buf_printf(out, "%s" STR_FMT, i ? ", " : "", STR_ARG(model_host_name(m, model_item(m, l, i))));
    if (l.n > PARENTS_MOST)
        buf_add_c(out, ", ...");
}

void explain_object(const struct world *w, const struct state_why *why, struct buf *out)
{
    if (why->idx == MODEL_NONE)
        return;
    if (why_object_of(why->code) == WHY_OF_PERIOD) {
        if (why->idx < w->m->n_period)
            buf_add_str(out, model_str(w->m, model_period(w->m, why->idx)->name));
    } else if (why->idx < w->n && why->code == WHY_STATE_PARENTS) {
        explain_parents(w->m, why->idx, out);
    } else if (why->idx < w->n) {
        nlog_name(w, why->idx, out);
    }
}

void explain_put(const struct world *w, unsigned topic, const struct state_why *why, struct buf *out)
{
    struct buf object = BUF_INIT;

    explain_object(w, why, &object);
    reason_put(out, &(struct reason){.topic = (enum reason_topic)topic,
                                     .code = why->code,
                                     .arg = {why->arg[0], why->arg[1]},
                                     .object = buf_str(&object)});
    buf_release(&object);
}

void explain_renew(const struct world *w, uint32_t check, struct state_why *why)
{
    const struct model_check *c = model_check(w->m, check);

    switch (why->code) {
    case WHY_NOTIFY_PERIOD: why->idx = over_notify_period(w, check); break;
    case WHY_RUN_PERIOD: why->idx = over_check_period(w, check); break;
    case WHY_NOTIFY_DEPENDENCY: why->idx = reach_bad_master(w, check, REACH_NOTIFY); break;
    case WHY_RUN_DEPENDENCY: why->idx = reach_bad_master(w, check, REACH_EXECUTE); break;
    case WHY_NOTIFY_HOST_DOWN:
    case WHY_STATE_HOST_DOWN:
    case WHY_RUN_HOST_DOWN: why->idx = c->host; break;
    case WHY_STATE_PARENTS: why->idx = check; break;                      /* whose they are */
    case WHY_NOTIFY_SOFT: why->arg[1] = w->st[check].max_attempts; break; /* the other one is kept */
    default: why->idx = MODEL_NONE; break;
    }
}

/* ---- checks ---- */

static void put(const struct world *w, unsigned topic, enum why_code code, int64_t arg0, int64_t arg1,
                struct buf *out)
{
    struct state_why why = why_make(code, MODEL_NONE, arg0, arg1);

    explain_put(w, topic, &why, out);
}

/* Nothing is planned: because of what? */
static void not_planned(const struct world *w, uint32_t check, struct buf *out)
{
    const struct state *s = &w->st[check];
    bool passive = (s->switches & MODEL_CHECK_PASSIVE) != 0;

    if (!over_can_run(w, check))
        put(w, REASON_NEXT, passive ? WHY_RUN_PASSIVE : WHY_RUN_NO_COMMAND, 0, 0, out);
    else if (!(s->switches &
               MODEL_CHECK_ACTIVE)) /* switched off, or meant to have its results from outside */
        put(w, REASON_NEXT,
            passive && !(model_check(w->m, check)->flags & MODEL_CHECK_ACTIVE) ? WHY_RUN_PASSIVE
                                                                               : WHY_RUN_OFF,
            0, 0, out);
    else
        put(w, REASON_NEXT, WHY_RUN_NO_INTERVAL, 0, 0, out);
    if (fresh_is_watched(w, check))
        put(w, REASON_NEXT, WHY_RUN_FRESHNESS, fresh_until(w, check), 0, out);
}

static void planned(const struct world *w, uint32_t check, struct buf *out)
{
    const struct state *s = &w->st[check];
    bool retry = s->state != STATE_OK && !s->hard;
    int64_t step = world_interval(w, check, retry);
    bool once = step <= 0 || sched_looks_again(w, check);
    enum why_code code = s->due_options & SCHED_FORCED ? WHY_RUN_FORCED
                         : once                        ? WHY_RUN_ONCE
                         : retry                       ? WHY_RUN_RETRY
                                                       : WHY_RUN_PLANNED;

    if (w->due.key[check] > w->now.mono.us)
        put(w, REASON_NEXT, code, s->next_check, step, out);
    else if (!w->runners)
        put(w, REASON_NEXT, WHY_RUN_NO_RUNNER, 0, 0, out);
    else
        put(w, REASON_NEXT, WHY_RUN_LIMIT, sched_most(w), 0, out);
}

static void explain_runs(const struct world *w, uint32_t check, struct buf *out)
{
    const struct state *s = &w->st[check];
    struct state_why ran = why_make(s->ran.code, s->ran.idx, 0, s->ran.at);
    struct state_why now = sched_may_run(w, check, s->due_options);

    if (s->ran.code != WHY_NONE)
        explain_put(w, REASON_RAN, &ran, out);
    if (s->run)
        put(w, REASON_NEXT, WHY_RUN_UNDER_WAY, world_to_wall(w, w->runs.at[s->run - 1].sent).us, 0, out);
    else if (heap_has(&w->due, check))
        planned(w, check, out);
    else
        not_planned(w, check, out);
    if (now.code != WHY_NONE && now.code != WHY_RUN_OFF && !s->run && heap_has(&w->due, check))
        explain_put(w, REASON_NEXT, &now, out);
}

/* ---- notifications ---- */

/* The last decision. Options that want the state can have left out a message only. */
static struct state_why decided(const struct world *w, uint32_t check)
{
    const struct state *s = &w->st[check];
    uint32_t state =
        s->state == STATE_OK ? (uint32_t)MODEL_ON_RECOVERY : state_on(world_kind(w, check), s->state);

    if (s->why_notify.code == WHY_NOTIFY_OPTION && model_check(w->m, check)->notify_on & state)
        return why_make(WHY_NOTIFY_MESSAGE, MODEL_NONE, 0, 0);
    return s->why_notify;
}

struct state_why explain_standing(const struct world *w, uint32_t check)
{
    struct state_why why = decided(w, check);
    bool no_problem = why.code == WHY_NOTIFY_MESSAGE || why.code == WHY_NOTIFY_NOBODY;

    if (no_problem && w->st[check].state != STATE_OK && w->st[check].downtime_depth)
        return why_make(WHY_NOTIFY_DOWNTIME, MODEL_NONE, 0, 0);
    return why;
}

static void explain_notices(const struct world *w, uint32_t check, struct buf *out)
{
    const struct state *s = &w->st[check];
    struct plan p = {.check = check,
                     .type = s->state == STATE_OK ? NOTIFY_RECOVERY : NOTIFY_PROBLEM,
                     .number = s->notification_number + (s->state != STATE_OK)};
    struct state_why why = decided(w, check);

    if (why.code != WHY_NONE)
        explain_put(w, REASON_DECIDED, &why, out);
    if (s->state == STATE_OK)
        return; /* there is nothing to tell of */
    why = plan_decide(w, &p);
    plan_choose(w, &p);
    if (why.code == WHY_NONE)
        why = why_make(p.n_told   ? WHY_NOTIFY_GO
                       : p.list.n ? WHY_NOTIFY_NOBODY
                                  : WHY_NOTIFY_NO_CONTACT,
                       MODEL_NONE, 0, 0);
    explain_put(w, REASON_NOW, &why, out);
    plan_put(w, &p, REASON_CONTACT_NOW, WHY_CONTACT_WANTS, out);
    plan_release(&p);
}

void explain_check(const struct world *w, uint32_t check, struct buf *out)
{
    const struct state *s = &w->st[check];
    struct state_why pending = why_make(WHY_STATE_PENDING, MODEL_NONE, 0, 0);

    explain_put(w, REASON_STATE, s->checked ? &s->why_state : &pending, out);
    explain_runs(w, check, out);
    explain_notices(w, check, out);
}

bool explain_oid(const struct world *w, uint64_t oid, struct buf *out)
{
    uint32_t check;

    if (!oids_find(&w->oids, oid, &check))
        return false;
    explain_check(w, check, out);
    return true;
}
