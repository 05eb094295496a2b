/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the journal asks of a disk, as a table, so that a test can lose unsynced writes, tear pages and fail the nth call. The real body is on os/file
 * (journal_io_dir); the tests have one in memory. Names are plain file names inside one folder. Results: 0 or a handle, or a negative E_*; E_NOSPC for
 * a full or read-only disk.
 */
#include "base/err.h"
#include "base/str.h"

enum journal_open_how { JOURNAL_READ, JOURNAL_WRITE, JOURNAL_CREATE /* empty, even if it existed */ };

struct journal_io {
    void *user;
    int (*open)(void *user, const char *name, enum journal_open_how how);
    void (*close)(void *user, int handle);
    int64_t (*size)(void *user, int handle);
    int64_t (*read)(void *user, int handle, uint64_t at, void *to,
                    size_t n); /* bytes read; fewer than n only at the end */
    int (*write)(void *user, int handle, uint64_t at, const void *from,
                 size_t n);                               /* all of it, or an error and anything in between */
    int (*sync)(void *user, int handle);                  /* fdatasync */
    int (*allocate)(void *user, int handle, uint64_t to); /* room for all bytes below `to`; the size stays */
    int (*truncate)(void *user, int handle, uint64_t size);
    int (*unlink)(void *user, const char *name);
    int (*sync_names)(void *user); /* makes creations and unlinks durable */
    int (*list)(void *user, void (*each)(void *each_user, const char *name), void *each_user);
    uint64_t (*nonce)(void *user); /* a random number */
};

struct journal_dir {
    int fd;
    bool no_reserve; /* it was said that its file system cannot set room aside */
};
/* The real body on an open folder; dir is the caller's and outlives io. */
void journal_io_dir(struct journal_io *io, struct journal_dir *dir);
