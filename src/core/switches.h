/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The switches of the whole program (enable_notifications and the like; BOARD_SW_*). The main file says how they stand; a command moves one, and from then on,
 * over restarts and reloads, the main file has no say in it, as in Nagios, where modified_host_attributes and modified_service_attributes remember which.
 */
#include "base/bug.h"

#include <stdbool.h>
#include <stdint.h>

struct world;

/* A command. which: one of BOARD_SW_*. */
void switches_set(struct world *w, uint32_t which, bool on);
/* As the main file says, but for those that a command moved: these stand as in `stood`. Which were moved is in w->modified_host and w->modified_service. */
void switches_read(struct world *w, uint32_t stood);
