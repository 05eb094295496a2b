/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How many checks are in which state: $TOTALHOSTSUP$ and its like, of all checks or of those that a contact is told of. */
#include "core/macro.h"
#include "core/world.h"

struct totals {
    bool known;          /* and no state changed since (world_touch) */
    uint32_t contact;    /* whose; MODEL_NONE: all */
    uint32_t n[2][4][2]; /* by kind, state and whether somebody sees to it */
};

/* Nothing for a macro that is none of them. */
void totals_add(struct world *w, enum macro_id id, uint32_t contact, struct buf *b);
