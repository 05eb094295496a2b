/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Recurring downtimes: vigie_downtime_period of a host or service. Whenever that time period holds, a fixed downtime to its end is there (a year long at most, and then the next), once: a reload that changes the period moves the end of the one under way; who cancels it is not overruled, and a restart
 * or a reload in the middle makes no second one. Hours and days are those of the period's zone, so a change of the clock moves nothing.
 */
#include "core/world_in.h"

void recur_plan(struct world *w); /* another configuration is in force, or the clock was set */
void recur_step(struct world *w); /* begins what is due */
