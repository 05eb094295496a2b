/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which files of a series store (db/series.h) to take, in which order, while its writer goes on. What was taken opens as a store that lacks nothing up to the number of the head that was taken first;
 * the journal, taken after it, has the rest.
 *
 * Heads come first, and only those of the first look: what is open in them may stand in a log too, which is no harm; what the writer moves (open chunks into a log, logs into a whole file) it moves to
 * where is looked later. A whole file or a part is taken only when it has its END; then the folder is looked through again, until there is nothing that was not there before.
 */
#include "db/journal_io.h"

/* put: 0 taken, or gone meanwhile; below 0: ends it. io is only read. */
int backup_series(const struct journal_io *io, int (*put)(void *user, const char *name), void *user);
