/* SPDX-License-Identifier: Apache-2.0 */
#include "os/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads it in one piece when its size is known, so that small files take little memory. */
int file_read_fd(int fd, const char *path, size_t max, struct buf *out, struct err *err)
{
    struct stat st;
    size_t piece = 64 * 1024;

    if (fstat(fd, &st) == 0 && st.st_size > 0 && (uint64_t)st.st_size <= max)
        piece = (size_t)st.st_size + 1;
    for (;; piece = MIN(piece, (size_t)64 * 1024)) {
        ssize_t n;

        if (out->cap - out->len < piece + 1) /* the last read, which finds the end, needs no more room */
            buf_reserve(out, piece);
        n = read(fd, out->data + out->len, MIN(piece, out->cap - out->len - 1));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_sys(err, errno, "cannot read %s", path);
        if (n == 0)
            return 0;
        out->len += (size_t)n;
        out->data[out->len] = '\0';
        if (out->len > max)
            return err_set(err, E_LIMIT, "%s is larger than %zu bytes", path, max);
    }
}

static int open_and_read(int dir, const char *path, int flags, size_t max, struct buf *out, struct err *err)
{
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | flags), r;

    if (fd < 0)
        return err_sys(err, errno, "cannot open %s", path);
    r = file_read_fd(fd, path, max, out, err);
    close(fd);
    return r;
}

int file_read(const char *path, size_t max, struct buf *out, struct err *err)
{
    return open_and_read(AT_FDCWD, path, 0, max, out, err);
}

int file_read_at(int dir, const char *name, size_t max, struct buf *out, struct err *err)
{
    return open_and_read(dir, name, O_NOFOLLOW, max, out, err);
}

int file_write_all(int fd, const void *p, size_t n)
{
    const char *s = p;

    while (n) {
        ssize_t w = write(fd, s, n);

        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return -errno;
        s += w;
        n -= (size_t)w;
    }
    return 0;
}

int file_sync_dir(int dir)
{
    return fsync(dir) == 0 || errno == EINVAL ? 0
                                              : err_from_errno(errno); /* EINVAL: it knows no such thing */
}

int file_sync_parent(const char *path)
{
    char parent[PATH_MAX];
    int fd, e = 0;

    snprintf(parent, sizeof(parent), "%.*s", MAX((int)(strrchr(path, '/') - path), 1), path);
    fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    if (file_sync_dir(fd) < 0)
        e = errno;
    close(fd);
    return e;
}

static int remove_one(const char *path, const struct stat *st UNUSED, int kind UNUSED, struct FTW *at UNUSED)
{
    return remove(path);
}

void file_remove_tree(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void file_empty_tree(const char *path, const char *but)
{
    char inside[PATH_MAX];
    DIR *all = opendir(path);
    const struct dirent *d;

    while (all && (d = readdir(all))) {
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 || strcmp(d->d_name, but) == 0)
            continue;
        if (snprintf(inside, sizeof(inside), "%s/%s", path, d->d_name) < (int)sizeof(inside))
            file_remove_tree(inside);
    }
    if (all)
        closedir(all);
}

enum was { WAS_NONE, WAS_ASIDE, WAS_LOST };

/* Gives NAME.new its name. Where the file system can do it, what was there stands in NAME.new then. */
static int put_in_place(int dir, const char *temp, const char *name, enum was *was)
{
    struct stat st;

    *was = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ? WAS_NONE : WAS_LOST;
    if (*was != WAS_NONE && S_ISREG(st.st_mode) && renameat2(dir, temp, dir, name, RENAME_EXCHANGE) == 0)
        *was = WAS_ASIDE;
    else if (renameat(dir, temp, dir, name) < 0)
        return -errno;
    return 0;
}

static void take_back(int dir, const char *temp, const char *name, enum was was)
{
    if (was == WAS_ASIDE)
        renameat(dir, temp, dir, name);
    else if (was == WAS_NONE)
        unlinkat(dir, name, 0);
}

int file_replace_at(int dir, const char *name, const void *p, size_t n, mode_t mode, struct err *err)
{
    enum was was = WAS_NONE;
    char temp[300];
    int fd, r = 0;

    snprintf(temp, sizeof(temp), "%s.new", name);
    unlinkat(dir, temp, 0);
    fd = openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return err_sys(err, errno, "cannot write %s", temp);
    r = file_write_all(fd, p, n);
    if (r == 0 && fdatasync(fd) < 0)
        r = -errno;
    if (close(fd) < 0 && r == 0)
        r = -errno;
    if (r == 0)
        r = put_in_place(dir, temp, name, &was);
    if (r == 0 && file_sync_dir(dir) < 0) {
        r = -errno;
        take_back(dir, temp, name, was);
    }
    if (r < 0 || was == WAS_ASIDE)
        unlinkat(dir, temp, 0);
    return r < 0 ? err_sys(err, -r, "cannot write %s", name) : 0;
}

int file_overwrite_at(int dir, const char *name, const void *p, size_t n)
{
    int fd = openat(dir, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW), r = 0;

    if (fd < 0)
        return -errno;
    if (pwrite(fd, p, n, 0) != (ssize_t)n || fdatasync(fd) < 0 || file_sync_dir(dir) < 0)
        r = errno ? -errno : -EIO;
    close(fd);
    return r;
}

int file_mkdir_parents(const char *path, mode_t mode, struct err *err)
{
    char part[4096];
    size_t n = strlen(path);

    if (n >= sizeof(part))
        return err_set(err, E_LIMIT, "the path %s is too long", path);
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i])
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, mode) < 0 && errno != EEXIST)
            return err_sys(err, errno, "cannot make the folder %s", part);
    }
    return 0;
}

int file_lock(int fd)
{
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    return errno == EWOULDBLOCK ? E_BUSY : E_IO;
}

void file_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
