/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Results of result files (core/resultfile.h). Files come one after the other, each until its end; the world remembers the last one and how many of its results it has, in the record, too, so
 * that after whatever was killed none is applied twice when the file is sent once more.
 */
#include "core/world.h"

/* The id of a message: which of local's files it is, from 1 on (31 bits), and the number of the result in it. An answer that comes late is none of the next file's. */
#define HANDED_ID          (1ull << 63)
#define HANDED_ID_OF(file) (HANDED_ID | (uint64_t)((file)&0x7fffffffu) << 32)
#define HANDED_NUMBER(id)  ((id)&0xffffffffu)

/* Was it done, by us or by an engine before us? */
bool handed_had(const struct world *w, struct str file, uint64_t index);
/* A WORLD_HANDED. What cannot be is said in the log, with file and line, and counts as done. */
void handed_take(struct world *w, const struct world_event *e);
/* As the record had it. */
void handed_load(struct world *w, struct str file, uint64_t n);
