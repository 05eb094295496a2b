/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Looks at the journal of a state folder that is to be saved, or was restored: what of it is damaged, and what the databases beside it know to be lost. */
#include "db/backup.h"
#include "db/journal_read.h"

/* The greatest number that a database of the folder knows. Ask before the journal is read: one that is being written only grows. */
uint64_t backup_look_known(const struct backup_where *state);
int backup_look_journal(const struct backup_where *state, uint64_t known, struct journal_damage *damage,
                        struct err *err);
