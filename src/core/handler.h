/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Commands that a result has run, beside the checks: event handlers, obsessing commands, those that take performance data. In a rehearsal none is. */
#include "core/world.h"

/* Runs a command of the main file, of a check or (MODEL_NONE) of none, as a handler: the id of its run. */
uint64_t handler_run_line(struct world *w, uint32_t check, uint32_t line, int64_t timeout_us);
/* ocsp_command, ochp_command: after every result. */
void handler_obsess(struct world *w, uint32_t check);
/* The event handlers of a change: the global one, then the check's own. */
void handler_events(struct world *w, uint32_t check);
