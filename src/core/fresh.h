/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Freshness: results that are older than their threshold are logged, and the check is run, whatever its switches say. Hosts are looked over every
 * host_freshness_check_interval, services every service_freshness_check_interval, each on its own.
 */
#include "core/world.h"

/* Looks for stale results, when it is time for that. */
void fresh_step(struct world *w);
/* When that is next, mono µs; false: never. */
bool fresh_next(const struct world *w, int64_t *at);
/* After a start both are looked over at once. */
void fresh_soon(struct world *w);
/* Are the results of this check looked at, so that it runs when they are stale? */
bool fresh_is_watched(const struct world *w, uint32_t check);
/* Until when the results of a check whose freshness is watched count. Wall clock µs. */
int64_t fresh_until(const struct world *w, uint32_t check);
