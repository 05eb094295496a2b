/* SPDX-License-Identifier: Apache-2.0 */
#include "os/disk.h"

#include "os/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int code(int errno_value)
{
    switch (errno_value) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EROFS: return E_NOSPC;
    default: return err_from_errno(errno_value);
    }
}

int disk_open(int dir, const char *name, enum disk_open_how how)
{
    static const int flags[] = {O_RDONLY | O_NONBLOCK, O_RDWR,
                                O_RDWR | O_CREAT | O_TRUNC}; /* a FIFO in its place */
    int fd = openat(dir, name, flags[how] | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return code(errno);
    return fd;
}

int64_t disk_size(int fd)
{
    struct stat st;

    return fstat(fd, &st) < 0 ? code(errno) : st.st_size;
}

int64_t disk_read(int fd, uint64_t at, void *to, size_t n)
{
    size_t got = 0;

    while (got < n) {
        ssize_t r = pread(fd, (char *)to + got, n - got, (off_t)(at + got));

        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return code(errno);
        if (r == 0)
            break;
        got += (size_t)r;
    }
    return (int64_t)got;
}

int disk_write(int fd, uint64_t at, const void *from, size_t n)
{
    size_t done = 0;

    while (done < n) {
        ssize_t r = pwrite(fd, (const char *)from + done, n - done, (off_t)(at + done));

        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return code(errno);
        done += (size_t)r;
    }
    return 0;
}

int disk_sync(int fd)
{
    return fdatasync(fd) < 0 ? code(errno) : 0;
}

int disk_allocate(int fd, uint64_t to)
{
    if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)to) == 0)
        return 0;
    return errno == EOPNOTSUPP || errno == ENOSYS ? 1 : code(errno);
}

int disk_truncate(int fd, uint64_t size)
{
    return ftruncate(fd, (off_t)size) < 0 ? code(errno) : 0;
}

int disk_unlink(int dir, const char *name)
{
    return unlinkat(dir, name, 0) < 0 ? code(errno) : 0;
}

int disk_list(int dir, void (*each)(void *user, const char *name), void *user)
{
    int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *e;

    if (!d)
        return code(errno);
    while ((e = readdir(d)) != NULL)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            each(user, e->d_name);
    closedir(d);
    return 0;
}

int disk_changed_at(int dir, const char *name, int64_t *wall_us)
{
    struct stat st;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return code(errno);
    *wall_us = (int64_t)st.st_mtim.tv_sec * 1000000 + st.st_mtim.tv_nsec / 1000;
    return 0;
}

int disk_touch(int dir, const char *name, int64_t wall_us)
{
    struct timespec t = {.tv_sec = wall_us / 1000000, .tv_nsec = wall_us % 1000000 * 1000};

    return utimensat(dir, name, (struct timespec[2]){t, t}, AT_SYMLINK_NOFOLLOW) < 0 ? code(errno) : 0;
}
