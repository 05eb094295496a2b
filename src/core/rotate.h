/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Rotation of the Nagios-format log: when the main file's log_rotation_method asks for it, what the old file is called, and the lines that begin the new one.
 * Moments are local time of the configuration's zone, as in Nagios: h at each full hour, d at midnight, w at the midnight between Saturday and Sunday, m at the midnight
 * that begins a month. A midnight that a clock change skips is the moment of the change. The old file is
 * nagios-MM-DD-YYYY-HH.log with the moment of the rotation, which names the day after the last line (base/logging.c of Nagios 4).
 */
#include "base/buf.h"
#include "base/time.h"

struct world;

/* The first rotation after t; INT64_MAX: never (method n, or none of the letters). z NULL: UTC. */
struct wall rotate_next(const struct time_zone *z, uint32_t method, struct wall t);
/* The archive's file name, for a rotation at that moment. */
void rotate_name(const struct time_zone *z, struct wall at, struct buf *out);

/* A configuration was taken, or the clock was set: plans the next rotation from now. */
void rotate_plan(struct world *w);
/* Rotates if it is time: the first lines of the new log, between two WORLD_ROTATE. */
void rotate_step(struct world *w);
