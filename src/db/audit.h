/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The audit record: who did what, before it was done. One writer (role store), in files of its own (db/audit_read.h) that are only ever appended to, each line chained to the one before (db/audit_line.h).
 *
 * Acknowledged means synced, as with the journal: audit_add only collects, audit_commit writes all of it as one batch and calls fdatasync once. When that fails nothing that was collected is written
 * later, but what came of entries that are on disk: it waits, bounded, for the next commit that works. Ahead of its end the file holds a reserve of allocated blocks, so a full disk is no reason to refuse what people do to mend
 * it; when that is used up, audit_commit fails.
 *
 * A torn end is cut off at the next open, and an entry says so. What else is not as it was written is left as it stands for whoever looks into it: a file is begun behind it.
 *
 * The hash of the last entry (its head) says all of the record. It goes into the journal (RECORD_AUDIT_HEAD), so whoever cuts or rewrites this has to rewrite that, too.
 */
#include "db/audit_read.h"

#define AUDIT_ROTATE_BYTES (4u * 1024 * 1024) /* a file ends there, or with its month */
#define AUDIT_RESERVE      (1024u * 1024)
#define AUDIT_LATE_MAX     1024u /* ends of what was done that wait for a disk */

struct audit_late {
    struct wall at;
    uint64_t of, status;
};

struct audit {
    struct journal_io io;
    int64_t keep_us;
    int handle; /* of the current file; -1: the next commit begins one */
    char file[AUDIT_NAME];
    uint64_t at, allocated;        /* end of what is synced; blocks are there up to */
    struct wall begun;             /* the current file */
    struct audit_chain disk, next; /* behind what is synced; behind what is collected */
    struct buf pending;
    VEC(struct audit_late) late; /* collected, or waiting for a disk */
    bool low;                    /* the disk is full: only the reserve is left */
    bool broken;                 /* a sync failed: the file is left */
    uint64_t failures, late_lost;
    char why[512];   /* why it cannot be written now, with the file; empty: it can */
    char wrong[512]; /* what open found that is not what was written; empty: nothing */
    uint64_t torn;   /* bytes cut off at open */
};

/* Never fails for what stands there: it says so (wrong) and begins a file behind it. E_*: the folder cannot be read. keep_us: how long files are kept. */
int audit_open(struct audit *a, const struct journal_io *io, int64_t keep_us, struct wall now,
               struct err *err);
void audit_release(struct audit *a);
/* Collects an entry; its number, if the commit works. */
uint64_t audit_add(struct audit *a, struct wall at, const struct audit_entry *e);
/* 0: all that was collected is on disk. Else why says why not, and only ends of entries (DONE) are kept for another time. */
int audit_commit(struct audit *a, struct wall now);
/* Whether there is room again behind a full disk: low says it. */
void audit_look_for_room(struct audit *a);
/* Something waits for a disk. */
bool audit_waits(const struct audit *a);
/* Removes files that are older than they are kept, behind an entry that says so. */
void audit_trim(struct audit *a, struct wall now);
