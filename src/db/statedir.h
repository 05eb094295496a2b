/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The state folder's own mark: a file `format` with the lines "vigie-state N" and "site N". A folder without the mark gets one; one of a newer version, of another site, or with a damaged
 * mark is refused with one message. Where the line of the site is missing (a folder from before there was one, or one that has a record and no mark), the segments of the journal and
 * the identities say whose it is (db/journal.h, db/objects.h).
 */
#include "base/err.h"

#define STATEDIR_FORMAT 1

/* What a file system of that number (statfs(2)) is called if it lies on another machine; NULL: it does not, or is not known. */
const char *statedir_network(long type);

#define STATEDIR_ANY_SITE UINT32_MAX

/* Before anything is made in it: a folder that has something, but neither the mark nor anything of Vigie's, is refused. What file systems put there by themselves (lost+found,
 * .snapshot and the like) is nothing; any other name counts, also one that begins with a dot. And one into which a restore was broken off, in it or beside it. */
int statedir_may_begin(int dir, const char *path, struct err *err);
/* By the same rule: a name that does not count; nothing counts in it. It has Vigie's files. */
bool statedir_is_nothing(const char *name);
bool statedir_is_empty(int dir);
bool statedir_is_vigies(int dir);
bool statedir_has_past(int dir); /* a segment of the journal */
/* What a restore is about to put into its place: beside the state folder, DIR.restoring; in it, where it is a file system of its own. */
#define STATEDIR_RESTORING    ".restoring"
/* A file in a folder that is being restored, from its first moment on until it has taken its place and the old one its name, or nothing is left in it that has not. */
#define STATEDIR_RESTORE_MARK ".vigie-restore"
/* What a restore that was killed left beside the state folder. */
enum statedir_left {
    STATEDIR_LEFT_NOTHING,
    STATEDIR_LEFT_NEW,   /* what it had unpacked, wholly or in part */
    STATEDIR_LEFT_OLD,   /* the old state folder: it had exchanged the two */
    STATEDIR_LEFT_EMPTY, /* the same, and nothing was in it */
    STATEDIR_LEFT_OTHER, /* something of that name, not known whose */
};
enum statedir_left statedir_left(int dir, const char *path);
/* Refuses by the mark, and changes nothing: where there is none, nothing speaks against it. */
int statedir_check_format(int dir, const char *path, uint32_t site, struct err *err);
/* Gives one to a folder that has none. */
int statedir_mark_format(int dir, uint32_t site, struct err *err);
/* The words with which a folder, or a file of it, is refused to another site. */
int statedir_other_site(struct err *err, const char *what, uint32_t theirs, uint32_t ours);
