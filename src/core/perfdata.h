/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Performance data handed on, as the main file says (process_performance_data): a command after each result, lines of a template into a file, and a command that takes the file over now and
 * then. While that command runs the store holds lines back (WORLD_PERF_HOLD), and opens the file anew when it ended, so that no line goes into a file that was taken.
 */
#include "core/world_in.h"

void perfdata_plan(struct world *w);                   /* another configuration is in force */
void perfdata_result(struct world *w, uint32_t check); /* a result was applied */
void perfdata_step(struct world *w);
void perfdata_held(struct world *w, bool of_hosts);    /* the store holds the lines of that file back */
void perfdata_ended(struct world *w, uint64_t run_id); /* a run ended: if it was the command of a file */
/* When something is due, if before *at (µs); INT64_MAX: never. */
int64_t perfdata_due(const struct world *w, int64_t at);
