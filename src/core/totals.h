/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How many checks are in which state: $TOTALHOSTSUP$ and its like, of all checks or of those that a contact is told of; $TOTALHOSTSERVICESOK$ and its like, of the services of a host. From the first
 * that asks on they are kept, not counted anew: with macros in the environment each command asks for all of them. What changed is what has to be stored (world_touch).
 */
#include "base/vec.h"
#include "core/macro.h"
#include "core/world.h"

typedef uint32_t totals_n[2][4][2]; /* by kind, state and whether somebody sees to it */
struct totals_group {               /* the checks that tell the same contacts */
    struct model_list contacts;
    totals_n n;
};
struct totals {
    uint8_t *as;        /* by check: how it is counted; NULL: nobody has asked since the configuration came */
    uint32_t *group_of; /* by check */
    uint32_t (*services)
        [4]; /* by host: of its services so many are in each state, also before their first result */
    VEC(struct totals_group) groups;
    totals_n all, own; /* own: of contact */
    uint32_t contact;  /* MODEL_NONE: own is not known */
    bool known;        /* nothing was touched since */
};

/* Nothing for a macro that is none of them. */
void totals_add(struct world *w, enum macro_id id, uint32_t contact, struct buf *b);
/* So many services of a host are in that state (enum of core/state). */
uint32_t totals_services(struct world *w, uint32_t host, uint8_t state);
/* What was touched counts as it is now; behind each step, before it is stored. */
void totals_follow(struct world *w);
/* The same for a check that is under way, and its host. */
void totals_look(struct world *w, uint32_t check);
void totals_release(struct world *w);
