/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Notifications of which a damaged journal has lost the intent. The state of a check that comes from the database of states instead says when the last one was; whether it arrived, nobody knows. It
 * is sent once more, late rather than never: of each check at most one, only if the problem or the recovery that it told of is how things still are, and if it was decided in the last hour of the
 * record, for what is older was sent, or known to wait. Numbers and times of the state stay as they are.
 */
#include "base/vec.h"
#include "core/world.h"

struct tell_doubt {
    uint64_t oid; /* a reload may come before its turn */
    int64_t last,
        changed; /* last_notification and last_hard_change: as the journal has them, then as they are loaded */
    uint8_t state; /* loaded */
};

struct tell_doubts {
    VEC(struct tell_doubt) all; /* while records are loaded; then those to be told, ... */
    size_t told;                /* of which so many were */
};

/* The state of that check that is loaded next is not the journal's. */
void tell_again_doubt(struct world *w, uint32_t check);
/* All is loaded. */
void tell_again_after_load(struct world *w);
/* Tells some; false: there are none left. */
bool tell_again_step(struct world *w);
bool tell_again_wants(const struct world *w);
