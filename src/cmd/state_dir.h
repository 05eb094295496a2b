/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Which Vigie a sub-command means: -c MAIN (its vigie_state_dir), --state DIR, or without either that of /etc/vigie/vigie.conf. */
#include "base/err.h"

#define STATE_DIR_HELP                                                                                       \
    "Its state folder (instead of -c). Without both, that of /etc/vigie/vigie.conf, or /var/lib/vigie."

int state_dir_find(const char *config, const char *state, char *out, size_t size, struct err *err);
/* The same without symbolic links on the way, whatever lead to it; one that is to be made is where it will be. */
int state_dir_real(const char *config, const char *state, char *out, size_t size, struct err *err);
/* A path without symbolic links on the way, which SQLite does not follow; its last part need not exist. Longer names are made of it. */
int state_dir_straighten(const char *path, char *out, size_t size, struct err *err);
