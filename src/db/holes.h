/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the journal was found to lack, kept in STATE/db/journal.damaged: a start reads only the end of the journal, and would not find it again. Whoever removes the file has seen it. A text for
 * people: lines with # say what it is, all others are a hole: first number, how many (0: not known), written after and before (wall clock µs, 0: not known).
 */
#include "base/err.h"
#include "db/journal_read.h"

#define HOLES_FILE "journal.damaged"

/* dir: STATE/db. Adds those of the file; what is no hole is passed over. False: there is no file. */
bool holes_read(int dir, struct journal_damage *d);
/* Whole or not at all; without holes the file goes. */
int holes_write(int dir, const struct journal_damage *d, struct err *err);
bool holes_are_kept(int dir); /* the file is there, as far as can be seen */
/* Those go whose place the journal has left: it begins with `first` (UINT64_MAX: it is empty). True: some went. */
bool holes_left(struct journal_damage *d, uint64_t first);
