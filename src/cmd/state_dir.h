/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Which Vigie a sub-command means: -c MAIN (its vigie_state_dir), --state DIR, or without either that of /etc/vigie/vigie.conf. */
#include "base/err.h"

#define STATE_DIR_HELP                                                                                       \
    "Its state folder (instead of -c). Without both, that of /etc/vigie/vigie.conf, or /var/lib/vigie."

int state_dir_find(const char *config, const char *state, char *out, size_t size, struct err *err);
