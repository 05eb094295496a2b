/* SPDX-License-Identifier: Apache-2.0 */
#include "core/forget.h"

#include "core/note.h"
#include "core/retain.h"
#include "core/world_in.h"

#include <string.h>

static void forget_contacts(struct world *w)
{
    for (uint32_t i = 0; i < w->m->n_contact; i++) {
        over_free(w->contact[i].over);
        memset(&w->contact[i], 0, sizeof(w->contact[i]));
        world_touch_contact(w, i);
    }
}

static void forget_states(struct world *w)
{
    for (uint32_t i = 0; i < w->n; i++) {
        uint64_t oid = w->st[i].oid;

        state_release(&w->st[i]);
        retain_fresh(w, i);
        w->st[i].oid = oid;
        if (oid)
            world_touch(w, i);
    }
}

bool forget_after_stop(struct world *w)
{
    const struct model_globals *g = w->m->globals;

    if (!g->compatible || g->retain_state_information || !w->was_stopped)
        return false;
    note_forget_all(w);
    forget_states(w);
    forget_contacts(w);
    w->modified_host = w->modified_service = 0; /* switches and handlers of the program go with them */
    return true;
}
