/* SPDX-License-Identifier: Apache-2.0 */
/* The children of a host that changed. */
#include "core/sched.h"
#include "core/world_in.h"

#include <string.h>

#define LOOK_MOST 4000u /* checks that are looked at in one step */

/* It can be unreachable by now, or up again. */
static bool is_worth_while(const struct world *w, uint32_t host, uint32_t child)
{
    return w->st[child].state != (w->st[host].state == STATE_UP ? STATE_UP : STATE_UNREACHABLE);
}

void sched_children(struct world *w, uint32_t host)
{
    if (model_check(w->m, host)->children.n)
        *VEC_ADD(&w->around) = (struct world_around){host, 0};
}

void sched_around(struct world *w, bool all)
{
    uint32_t left = all ? UINT32_MAX : LOOK_MOST;

    while (w->around.n && left) {
        struct world_around *a = &w->around.at[0];
        struct model_list kids = model_check(w->m, a->host)->children;

        for (; a->next < kids.n && left; a->next++, left--)
            if (is_worth_while(w, a->host, model_item(w->m, kids, a->next)))
                sched_on_demand(w, model_item(w->m, kids, a->next));
        if (a->next < kids.n)
            break;
        w->around.n--;
        memmove(w->around.at, w->around.at + 1, w->around.n * sizeof(*w->around.at));
    }
}
