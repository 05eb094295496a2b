/* SPDX-License-Identifier: Apache-2.0 */
#include "core/postpone.h"

#include "core/over.h"
#include "core/tell.h"
#include "core/why.h"
#include "core/world_in.h"

static bool waits(const struct world *w, uint32_t check)
{
    const struct state *s = &w->st[check];

    return w->m->globals->postpone_to_period && s->why_notify.code == WHY_NOTIFY_PERIOD && s->hard &&
           (s->state != STATE_OK || s->notified_on);
}

/* So many are told, and so many looked at, in one step; the rest in the next, which comes at once. */
#define AT_ONCE   256u
#define LOOK_MOST 4000u

static void plan_next(struct world *w)
{
    uint32_t check;

    if (!heap_peek(&w->postponed, &check, &w->next_postponed))
        w->next_postponed = INT64_MAX;
}

static void add(struct world *w, uint32_t check)
{
    heap_set(&w->postponed, check, when_next(&w->when, over_notify_period(w, check), w->now.wall).us);
    plan_next(w);
}

void postpone_note(struct world *w, uint32_t check)
{
    if (waits(w, check))
        add(w, check);
}

bool postpone_recovery(const struct world *w, uint32_t check)
{
    return w->st[check].state == STATE_OK && waits(w, check);
}

void postpone_look_begin(struct world *w)
{
    heap_release(&w->postponed);
    if (w->m->globals->postpone_to_period)
        heap_init(&w->postponed, w->n);
    plan_next(w);
}

void postpone_look(struct world *w)
{
    postpone_look_begin(w);
    for (uint32_t i = 0; i < w->n; i++)
        postpone_note(w, i);
}

static void tell_late(struct world *w, uint32_t check)
{
    if (w->st[check].state != STATE_OK) {
        tell(w, check, NOTIFY_PROBLEM, 0, NULL);
    } else {
        tell(w, check, NOTIFY_RECOVERY, 0, NULL);
        state_forget_problem(&w->st[check]);
    }
    world_touch(w, check);
    world_weigh(w, check);
}

/* True: it was told. */
static bool do_one(struct world *w, uint32_t check)
{
    uint32_t period = over_notify_period(w, check);
    bool now = waits(w, check) && (period == MODEL_NONE || when_contains(&w->when, period, w->now.wall));

    heap_remove(&w->postponed, check);
    if (now)
        tell_late(w, check); /* its reason is another one then */
    if (waits(w, check))
        add(w, check);
    return now;
}

void postpone_step(struct world *w)
{
    unsigned told = 0;
    uint32_t check;
    int64_t at;

    if (w->now.wall.us < w->next_postponed)
        return;
    for (unsigned n = 0; n < LOOK_MOST && told < AT_ONCE && !(told && world_did_enough(w)); n++) {
        if (!heap_peek(&w->postponed, &check, &at) || at > w->now.wall.us)
            break;
        told += do_one(w, check);
    }
    plan_next(w);
}
