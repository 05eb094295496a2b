/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Results of result files (core/resultfile.h). Files come one after the other, each until its end; the world remembers the last one and how many of its results it has, in the record, too, so
 * that after whatever was killed none is applied twice when the file is sent once more.
 */
#include "core/world.h"

#define HANDED_ID (1ull << 63) /* in the id of a message: the rest of it is a number in a result file */

/* Was it done, by us or by an engine before us? */
bool handed_had(const struct world *w, struct str file, uint64_t index);
/* A WORLD_HANDED. What cannot be is said in the log, with file and line, and counts as done. */
void handed_take(struct world *w, const struct world_event *e);
/* As the record had it. */
void handed_load(struct world *w, struct str file, uint64_t n);
