/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * `retain_state_information=0` in a Nagios main file: the engine begins anew at each start after a stop, as if nothing had been before. States, comments, downtimes and what commands
 * changed are gone, and the record says so; the history stays, ids go on. After a crash, and over a reload, all is kept.
 */
#include "core/world.h"

/* In world_start, when everything is loaded and nothing is settled yet. True: all was forgotten. */
bool forget_after_stop(struct world *w);
