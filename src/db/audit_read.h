/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Reading the folder of the audit record: its files in order, and whether they are what was written. Changes nothing, so a person may run it on a live state folder. The lines are described in db/audit_line.h.
 *
 * Files: STATE/audit/NNNNNNNNNNNNNNNN.audit, named by the number of their first entry. One is whole before the next is begun. Files of the past are removed as a whole, behind an entry (cut) that
 * says up to which number and which hash that had.
 */
#include "base/vec.h"
#include "db/audit_line.h"
#include "db/journal_io.h"

#define AUDIT_NAME     32
#define AUDIT_FILE_MAX (16u * 1024 * 1024) /* none of ours is longer */

void audit_name(char *out, uint64_t first); /* out: AUDIT_NAME */
bool audit_name_parse(const char *name, uint64_t *first);

struct audit_file {
    char name[AUDIT_NAME];
    uint64_t first;
};

struct audit_files {
    VEC(struct audit_file) v; /* in order */
};
int audit_files_read(struct audit_files *f, const struct journal_io *io, struct err *err);
void audit_files_release(struct audit_files *f);
/* A whole file into b, which is cleared before. */
int audit_file_read(const struct journal_io *io, const char *name, struct buf *b, struct err *err);

/* What somebody else remembers of the chain: the journal does. */
struct audit_head {
    uint64_t n;
    char hash[AUDIT_HASH + 1];
    bool kept; /* by somebody, elsewhere; else the journal has it */
};

struct audit_found {
    uint64_t first, last; /* entries that are there */
    uint64_t files, heads;
    char hash[AUDIT_HASH + 1]; /* of the last */
    uint64_t torn;             /* bytes at the end that are no whole line: a crash, or a write under way */
    uint64_t unacknowledged;   /* entries that a failed write left: nobody was told of them */
    bool restored, cut;        /* it comes from a backup; old entries were removed */
    bool
        anew; /* wrong is that what stands there is not what stood there: nothing before can be told to be good */
    char wrong[1024]; /* FILE, line: what was expected; empty: it is whole */
};

/*
 * Reads all of it and compares it with the heads (in any order; those before the first entry that is kept count for nothing). 0: looked, found->wrong says whether it is what was written; E_*: it cannot
 * be looked at.
 */
int audit_verify(const struct journal_io *io, const struct audit_head *heads, size_t n_heads,
                 struct audit_found *found, struct err *err);
