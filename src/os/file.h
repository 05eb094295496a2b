/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Files: reading whole, replacing whole, folders, locks. No symbolic link is followed in the last component of a path. */
#include "base/buf.h"
#include "base/err.h"

#include <sys/types.h>

/* follows symlinks: configuration */
int file_read(const char *path, size_t max, struct buf *out, struct err *err);
int file_read_at(int dir, const char *name, size_t max, struct buf *out, struct err *err);
/* From where it stands to its end; path: what it is called in an error. */
int file_read_fd(int fd, const char *path, size_t max, struct buf *out, struct err *err);
int file_write_all(int fd, const void *p, size_t n); /* 0 or -errno */
/* Writes NAME.new, syncs, renames over NAME, syncs the folder: after a crash the old or the new content is there, whole. On an error the old one is there
 * (the new one, if the folder cannot be synced and the file system cannot exchange two names). */
int file_replace_at(int dir, const char *name, const void *p, size_t n, mode_t mode, struct err *err);
/* The same into the file that is there, and in one write: not whole at every moment, but it needs no room on a full disk. 0 or -errno. */
int file_overwrite_at(int dir, const char *name, const void *p, size_t n);
/* made ones get mode; existing ones stay as they are */
int file_mkdir_parents(const char *path, mode_t mode, struct err *err);
int file_lock(int fd); /* flock without waiting: 0, E_BUSY or E_IO */
int file_sync_dir(int dir);
/* Of the folder that a path is in: a loss of power takes a name away again whose folder was not synced. 0, or an errno; path: from the root on. */
int file_sync_parent(const char *path);
/* Removes what is there, with all that is in it, as far as that can be done. */
void file_remove_tree(const char *path);
/* Only what is in the folder, and not the name `but`. */
void file_empty_tree(const char *path, const char *but);
void file_close(int *fd); /* -1: there is none; it is -1 after */
