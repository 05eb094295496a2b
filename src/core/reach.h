/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Reachability: a host that does not answer is UNREACHABLE when it has parents and none of them is up; and dependencies: does a master's state forbid
 * to check, or to tell, a dependent one?
 */
#include "core/world.h"

/* What "not up" means for this host now: STATE_DOWN or STATE_UNREACHABLE. */
uint8_t reach_of(const struct world *w, uint32_t host);
enum reach_for { REACH_EXECUTE, REACH_NOTIFY };
/* The master by which a dependency of that kind fails, or MODEL_NONE. What is inherited is of the same kind. */
uint32_t reach_bad_master(const struct world *w, uint32_t check, enum reach_for what);
/* The first parent service, or parent of one, with a hard critical or unknown state, or MODEL_NONE: then a service is not checked. */
uint32_t reach_bad_parent(const struct world *w, uint32_t check);
