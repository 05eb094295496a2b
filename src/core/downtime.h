/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The downtime half of core/note.h, for core/checkpoint; below, what its own files share. */
#include "core/note.h"

bool downtime_put_all(const struct world *w, struct wall at, uint64_t *next, size_t most,
                      struct buf *out); /* as note_put_comments */

void downtime_forget_all(struct world *w); /* for note_forget_all */

struct world_downtime;
/* Where it stands in the table, or would stand; and whether it is there. */
size_t downtime_at(const struct world *w, uint64_t id);
bool downtime_is(const struct world *w, size_t i, uint64_t id);
struct world_downtime *downtime_get(const struct world *w, uint64_t id); /* NULL: there is none */
/* The i-th is among those of its check and its trigger; it no longer is, and walks that were to go on with it go on behind it. */
void downtime_link(struct world *w, size_t i);
void downtime_unlink(struct world *w, const struct world_downtime *d);
