/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What follows from a result: its meaning, the new state, and then, in this order, log, acknowledgement, flexible downtimes, event handlers,
 * notifications, checks of other hosts, the next check. A result is applied once: one for a run that is not known is counted and dropped.
 */
#include "base/err.h"
#include "core/world.h"

struct world_run;
struct record_result;

void result_of_run(struct world *w, const struct world_result *r);
/* Nothing came of it, again and again (sched_lost): the check is UNKNOWN, a host as it was. */
void result_lost(struct world *w, const struct world_run *run);
/* One from the record, applied once more; that of a check which is not there is left out. */
void result_again(struct world *w, const struct record_result *r);
/* Whether results of that check are taken from outside; an error with the reason. */
int result_may_be_passive(const struct world *w, uint32_t check, struct err *err);
/* What an active check brought that somebody else ran; latency_us: how late it began. */
void result_handed(struct world *w, uint32_t check, const struct world_result *r, int64_t latency_us);
/* Submitted from outside; code as given. who: for the record. said: when it was, as its sender says; 0: now. */
void result_passive(struct world *w, uint32_t check, uint64_t code, struct str text, struct str who,
                    struct wall said);
