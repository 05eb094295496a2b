/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A disk for SQLite that loses power: files in memory, of which only what was synced is sure. At a crash each write since the last sync of its file is kept, lost, or torn at a
 * multiple of 512 bytes or 4 KiB, independently of the others, as the seed decides; a file that was removed is gone. One process, one test at a time.
 */
#include <stdbool.h>
#include <stdint.h>

enum crash_how {
    CRASH_NONE,
    CRASH_POWER, /* from the nth call on nothing is done any more */
    CRASH_IO,    /* the nth call fails once: a write with E/A error, a sync with a failed fsync */
    CRASH_FULL,  /* the disk is full for the nth call and the twenty behind it */
};

void crash_vfs_begin(uint64_t seed); /* the default from here on; all files are gone */
void crash_vfs_end(void);
void crash_vfs_plan(enum crash_how how,
                    uint64_t nth); /* counts writes, syncs, truncations and removals from now on */
uint64_t crash_vfs_calls(void);    /* since the plan */
bool crash_vfs_happened(void);
void crash_vfs_power_back(
    void); /* what is left of the files is decided; the disk works again. All databases must be closed */
