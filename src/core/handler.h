/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Commands that a result has run, beside the checks: event handlers, obsessing commands, those that take performance data. In a rehearsal none is. */
#include "core/world.h"

enum handler_job {
    HANDLER_EVENT,
    HANDLER_GLOBAL,
    HANDLER_OBSESS,
    HANDLER_PERFDATA,
    HANDLER_PERF_SERVICES, /* these two take a whole file */
    HANDLER_PERF_HOSTS
};

/* Runs a command of the main file, of a check or (MODEL_NONE) of none, as a handler: the id of its run. */
uint64_t handler_run_line(struct world *w, uint32_t check, enum handler_job job, uint32_t line,
                          int64_t timeout_us);
/* One failed: it is in the log, once a second at most. why: empty if it timed out, after lasted_us. */
struct world_run;
void handler_failed(struct world *w, const struct world_run *run, int64_t lasted_us, struct str why);
/* ocsp_command, ochp_command: after every result. */
void handler_obsess(struct world *w, uint32_t check);
/* The event handlers of a change: the global one, then the check's own. */
void handler_events(struct world *w, uint32_t check);
