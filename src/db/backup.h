/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Backups of a state folder: one file, a tar archive (POSIX pax) compressed with zstd, that `tar --zstd -t` can list too.
 *
 *   format, epoch              as they stand in the folder
 *   export/NAME                how far stores elsewhere have the measurements
 *   db/NAME.db                 copies made through SQLite, each of one moment
 *   db/series/NAME             the series store, as far as it was committed
 *   journal/NAME.vj            as far as they were written
 *   snapshots/NAME             the configurations that the journal names
 *   audit/NAME.audit           the audit record, as far as it was written; behind the journal, which knows its heads
 *   auth/users                 users and tokens; sessions are left out: who signed in before signs in again
 *   manifest.json              the last: {"vigie_backup": 1, "version", "made", "host", "files": [{"name", "size", "sha256"}, ...], "damaged": [{"name", "what"}, ...]}
 *
 * What is damaged is saved as it is, and the manifest says so: after a restore the start makes the best of it, as it would have done here. "name" is a file, or "journal".
 *
 * Vigie may run meanwhile. The databases are taken first and the journal after them, so the journal knows all that a database holds, and a start brings them to its end; only db/objects.db, who is who, comes behind journal and snapshots, so that nobody whom these name is missing in it. An export goes on after a
 * restore from where it stood in the backup: what waited then is sent, what was sent since is sent once more, up to the journal's end, and no further. A batch under way at the end of the journal is cut off at that start, as after a crash.
 */
#include "base/err.h"
#include "base/time.h"

#define BACKUP_FORMAT 1

#define BACKUP_DAMAGES 8 /* that are told: the databases, and the journal */

struct backup_damage {
    char name[64], what[512];
};

struct backup_made {
    uint64_t files, bytes; /* before compression */
    unsigned n_damage;     /* of what was saved */
    struct backup_damage damage[BACKUP_DAMAGES];
};

struct backup_where {
    int fd;           /* the folder */
    const char *path; /* absolute, for messages and SQLite */
};

/* Writes the archive to out_fd. scratch: path of a file that may be made and is removed again (a database's copy). */
int backup_make(const struct backup_where *state, int out_fd, const char *scratch, struct wall now,
                struct backup_made *made, struct err *err);

struct backup_seen {
    uint64_t files, bytes;
    unsigned
        journal_damage; /* places of the journal that were damaged when it was saved, and at least how many records these cost */
    uint64_t journal_lost;
    unsigned n_damage; /* databases that were damaged when they were saved */
    struct backup_damage damage[BACKUP_DAMAGES];
    char made[TIME_RFC3339], host[256], version[64];
};

/*
 * Reads an archive to its end and compares every file with the manifest; with a folder (fd >= 0), an empty one of the caller's, writes the files there and syncs them, and reads the
 * journal and looks at the databases to see that they are whole: a damaged database is E_FORMAT, unless the manifest says that it was damaged when it was saved; of a journal what is whole is of use. What is in an archive is not trusted: only the names above are taken. E_FORMAT: not a whole backup, and why.
 */
int backup_read(int in_fd, const struct backup_where *to, struct backup_seen *seen, struct err *err);
