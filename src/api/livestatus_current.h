/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Lines "CURRENT HOST STATE" and "CURRENT SERVICE STATE" of the table log (class 6): with log_current_states, the state of each check at each rotation of the log and at each start, though the
 * file has them at a rotation alone, as with Nagios (core/nlog.h). Programs that work out availability from the log begin with them. They are no events: they are made from the spans that statehist is made
 * from, when the filters let them through.
 *   - None for a moment at which Vigie did not run, or before the first result.
 *   - Together with the other lines at most LIVESTATUS_LOG_MAX: were they more, log->states_full says so, and none of them is there. An answer without them would look like a whole one.
 */
#include "api/livestatus_log.h"
#include "api/livestatus_statehist.h"

/* Whether a request for the log, of that time, needs them: then *h is begun, and to be asked for and taken as for statehist. */
bool livestatus_current_wanted(const struct livestatus_world *w, struct str request,
                               const struct livestatus_log_range *range, struct livestatus_statehist *h);
/* Adds them to the events of the log, of which all were taken. */
void livestatus_current_add(struct livestatus_log *log, const struct livestatus_statehist *h, struct api *a);
