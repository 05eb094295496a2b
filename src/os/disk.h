/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Files as blocks: what a writer of logs and journals needs of a descriptor. All take a descriptor or an open folder and a plain name; none follows a symbolic link.
 * 0, a descriptor or a count when it worked, else a negative E_*; E_NOSPC for a full, read-only or exhausted (quota, size limit) disk.
 */
#include "base/err.h"

#include <sys/types.h>

enum disk_open_how { DISK_READ, DISK_WRITE, DISK_CREATE /* empty, even if it existed */ };

int disk_open(int dir, const char *name, enum disk_open_how how);
int64_t disk_size(int fd);
int64_t disk_read(int fd, uint64_t at, void *to, size_t n); /* fewer than n only at the end */
int disk_write(int fd, uint64_t at, const void *from, size_t n);
int disk_sync(int fd); /* fdatasync */
/* blocks for all bytes below `to`, the size stays; 1 where the file system cannot do that */
int disk_allocate(int fd, uint64_t to);
int disk_truncate(int fd, uint64_t size);
int disk_unlink(int dir, const char *name);
/* plain names, no "." and ".." */
int disk_list(int dir, void (*each)(void *user, const char *name), void *user);
/* The time of last change of a name, and setting it to now. */
int disk_changed_at(int dir, const char *name, int64_t *wall_us);
int disk_touch(int dir, const char *name, int64_t wall_us); /* changed then */
