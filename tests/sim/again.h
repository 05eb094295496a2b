/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The laboratory's journal through core/replay, and what its decisions say. */
#include "lab.h"

/* lab->journal begins with a checkpoint made at `at` under the configuration `hash`: what comes out of it once more is what the world has now, and no event differs. False: said
 * says the first difference. Without a checkpoint at its head it is true. */
bool again_is_same(struct lab *lab, struct wall at, struct str hash, struct buf *said);
/* Every hard change to a problem, and every hard recovery from one, has a decision in the same moment. The moment of the first without one; 0: none. */
int64_t again_undecided(const struct lab *lab);
