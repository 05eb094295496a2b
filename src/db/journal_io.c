/* SPDX-License-Identifier: Apache-2.0 */
#include "db/journal_io.h"

#include "base/log.h"
#include "os/disk.h"
#include "os/file.h"
#include "os/rand.h"

#include <sys/stat.h>
#include <unistd.h>

static int folder(void *user)
{
    return ((struct journal_dir *)user)->fd;
}

static int dir_open(void *user, const char *name, enum journal_open_how how)
{
    static const enum disk_open_how as[] = {
        [JOURNAL_READ] = DISK_READ, [JOURNAL_WRITE] = DISK_WRITE, [JOURNAL_CREATE] = DISK_CREATE};

    int h = disk_open(folder(user), name, as[how]);
    struct stat st;

    if (h < 0 || how == JOURNAL_CREATE || (fstat(h, &st) == 0 && S_ISREG(st.st_mode)))
        return h;
    close(h); /* a folder can be opened, too */
    return E_INVAL;
}

static void dir_close(void *user UNUSED, int handle)
{
    close(handle);
}

static int64_t dir_size(void *user UNUSED, int handle)
{
    return disk_size(handle);
}

static int64_t dir_read(void *user UNUSED, int handle, uint64_t at, void *to, size_t n)
{
    return disk_read(handle, at, to, n);
}

static int dir_write(void *user UNUSED, int handle, uint64_t at, const void *from, size_t n)
{
    return disk_write(handle, at, from, n);
}

static int dir_sync(void *user UNUSED, int handle)
{
    return disk_sync(handle);
}

static int dir_allocate(void *user, int handle, uint64_t to)
{
    struct journal_dir *dir = user;
    int r = disk_allocate(handle, to);

    if (r > 0 && !dir->no_reserve)
        log_warn("the file system of the journal cannot set room aside: there is no reserve for events when "
                 "the disk is full. They wait in memory then, and a restart loses them");
    dir->no_reserve = dir->no_reserve || r > 0;
    return MIN(r, 0);
}

static int dir_truncate(void *user UNUSED, int handle, uint64_t size)
{
    return disk_truncate(handle, size);
}

static int dir_unlink(void *user, const char *name)
{
    return disk_unlink(folder(user), name);
}

static int dir_sync_names(void *user)
{
    return file_sync_dir(folder(user));
}

static int dir_list(void *user, void (*each)(void *each_user, const char *name), void *each_user)
{
    return disk_list(folder(user), each, each_user);
}

static uint64_t dir_nonce(void *user UNUSED)
{
    uint64_t n;

    rand_bytes(&n, sizeof(n));
    return n;
}

void journal_io_dir(struct journal_io *io, struct journal_dir *dir)
{
    dir->no_reserve = false;
    *io = (struct journal_io){
        .user = dir,
        .open = dir_open,
        .close = dir_close,
        .size = dir_size,
        .read = dir_read,
        .write = dir_write,
        .sync = dir_sync,
        .allocate = dir_allocate,
        .truncate = dir_truncate,
        .unlink = dir_unlink,
        .sync_names = dir_sync_names,
        .list = dir_list,
        .nonce = dir_nonce,
    };
}
