/* SPDX-License-Identifier: Apache-2.0 */
/* When there is something to do. */
#include "core/excmd_queue.h"
#include "core/fresh.h"
#include "core/perfdata.h"
#include "core/sched.h"
#include "core/telling.h"
#include "core/world_in.h"

bool world_next_due(const struct world *w, struct mono *at)
{
    bool any = sched_next(w, at);
    int64_t fresh;

    if (w->stopping)
        return any;
    if (excmd_queue_wants(w) || telling_wants(w) || tell_again_wants(w)) {
        at->us = w->now.mono.us;
        any = true;
    }
    if (w->around.n) {
        at->us = w->now.mono.us;
        any = true;
    }
    if (w->next_wall != INT64_MAX) {
        at->us = MIN(at->us, w->next_wall == INT64_MIN ? w->now.mono.us
                                                       : world_to_mono(w, (struct wall){w->next_wall}).us);
        any = true;
    }
    if (w->next_rotation != INT64_MAX) {
        at->us = MIN(at->us, world_to_mono(w, (struct wall){w->next_rotation}).us);
        any = true;
    }
    if (w->next_recur != INT64_MAX) {
        at->us = MIN(at->us, w->next_recur == INT64_MIN ? w->now.mono.us
                                                        : world_to_mono(w, (struct wall){w->next_recur}).us);
        any = true;
    }
    if (perfdata_due(w, INT64_MAX) != INT64_MAX) {
        at->us = perfdata_due(w, any ? at->us : INT64_MAX);
        any = true;
    }
    if (w->next_postponed != INT64_MAX) {
        at->us = MIN(at->us, world_to_mono(w, (struct wall){w->next_postponed}).us);
        any = true;
    }
    if (w->end.at != INT64_MAX) {
        at->us = MIN(at->us, world_to_mono(w, (struct wall){w->end.at}).us);
        any = true;
    }
    if (fresh_next(w, &fresh)) {
        at->us = MIN(at->us, fresh);
        any = true;
    }
    if (w->unsent) {
        at->us = MIN(at->us, w->next_sweep.us);
        any = true;
    }
    return any;
}
