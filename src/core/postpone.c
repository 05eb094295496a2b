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

static void add(struct world *w, uint32_t check)
{
    uint32_t period = over_notify_period(w, check);

    if (!w->st[check].postponed)
        *VEC_ADD(&w->postponed) = check;
    w->st[check].postponed = true;
    w->next_postponed = MIN(w->next_postponed, when_next(&w->when, period, w->now.wall).us);
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

void postpone_look(struct world *w)
{
    VEC_CLEAR(&w->postponed);
    w->next_postponed = INT64_MAX;
    for (uint32_t i = 0; i < w->n; i++) {
        w->st[i].postponed = false;
        postpone_note(w, i);
    }
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
}

void postpone_step(struct world *w)
{
    size_t kept = 0, n = w->postponed.n;

    if (w->now.wall.us < w->next_postponed)
        return;
    w->next_postponed = INT64_MAX;
    for (size_t i = 0; i < n; i++) {
        uint32_t check = w->postponed.at[i], period = over_notify_period(w, check);

        if (waits(w, check) && (period == MODEL_NONE || when_contains(&w->when, period, w->now.wall)))
            tell_late(w, check); /* its reason is another one then */
        if (!waits(w, check)) {
            w->st[check].postponed = false;
            continue;
        }
        w->postponed.at[kept++] = check;
        w->next_postponed = MIN(w->next_postponed, when_next(&w->when, period, w->now.wall).us);
    }
    w->postponed.n = kept;
}
