/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What vigie-backup tells of an archive that it made or read. */
#include "db/backup.h"

void backup_say_bytes(uint64_t bytes);
void backup_say_size(uint64_t files, uint64_t bytes);
/* Of one that was read: where it comes from; and what was damaged when it was saved. */
void backup_say_seen(const char *name, const struct backup_seen *seen);
void backup_say_damage(const struct backup_seen *seen);
/* Of one that was made: what of it is damaged, if anything is. The exit status. */
int backup_say_made(const char *name, const struct backup_made *made);
