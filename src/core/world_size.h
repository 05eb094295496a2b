/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* How much one step of the world brings, and how much it may. Only for core/world. */
#include "core/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world;

/* What the record of its state will take, about. */
size_t world_state_bytes(const struct world *w, uint32_t check);
/* This step has brought so much that what can wait is left to the next one. By what came out of it, not by a clock: the same events give the same steps. */
bool world_spent(const struct world *w);
/* The same for what a replay has to stop at the same places (what time brings: notes, what was put off): by the events, notes and states of this step, which a rehearsal has, too,
 * while it has none of the other records and effects. */
bool world_did_enough(const struct world *w);
/* The state of a check will be written because of that; each time anew, stored or not. */
void world_weigh(struct world *w, uint32_t check);
void world_weigh_record(struct world *w, enum record_kind kind, const void *record); /* of world_record */
