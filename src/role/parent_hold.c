/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the lines of the command file wait that were read and are not done (wire/hold.h). The segment outlives the parent, too: it is a file in memory, vigie-lines-... in /run/vigie or /dev/shm, named after the
 * state folder, and who starts anew on that folder finds the lines. On a disk it would not do: a read into a page that waits for the disk can be cut in its middle. Where there is
 * no such place it is a segment of the parent's own.
 */
#include "role/parent_hold.h"

#include "os/mem.h"
#include "role/parent_int.h"
#include "wire/hold.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MEMORY 0x01021994 /* statfs(2): tmpfs */

/* A service of systemd's has the first, and a /dev of its own at each start. */
static const char *const places[] = {"/run/vigie", "/dev/shm"};

/* The mark of the folder was written once: a folder that got the same number later has another one. */
static int name_it(struct parent *p, const char *place)
{
    struct stat folder, mark;

    if (fstat(p->state_fd, &folder) < 0 || fstatat(p->state_fd, "format", &mark, AT_SYMLINK_NOFOLLOW) < 0)
        return -1;
    snprintf(p->hold_name, sizeof(p->hold_name), "%s/vigie-lines-%u-%llx-%llx-%llx%09lx", place,
             (unsigned)geteuid(), (unsigned long long)folder.st_dev, (unsigned long long)folder.st_ino,
             (unsigned long long)mark.st_mtim.tv_sec, mark.st_mtim.tv_nsec);
    return 0;
}

/* Anybody may write in that folder: what is not ours alone is not used. */
static bool is_usable(int fd, struct stat *st)
{
    struct statfs fs;

    return fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_uid == geteuid() && !(st->st_mode & 077) &&
           st->st_nlink == 1 && fstatfs(fd, &fs) == 0 && fs.f_type == MEMORY;
}

static int begin(struct parent *p, int fd, struct err *err)
{
    void *base;
    int r = mem_map_rw(fd, sizeof(struct hold_segment), &base, err);

    if (r == 0) {
        hold_begin(base, p->epoch);
        mem_unmap(base, sizeof(struct hold_segment));
    }
    return r;
}

/* -1: there is no such place. *is_new: nothing waits in it. */
static int open_file(struct parent *p, const char *place, bool *is_new)
{
    struct stat st;
    int fd = name_it(p, place) < 0
                 ? -1
                 : open(p->hold_name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

    if (fd >= 0 && is_usable(fd, &st)) {
        *is_new = st.st_size != (off_t)sizeof(struct hold_segment);
        if (!*is_new || (ftruncate(fd, 0) == 0 && posix_fallocate(fd, 0, sizeof(struct hold_segment)) == 0))
            return fd;
        unlink(p->hold_name);
    }
    if (fd >= 0)
        close(fd);
    p->hold_name[0] = 0;
    return -1;
}

int parent_hold_open(struct parent *p, struct err *err)
{
    bool is_new = true;
    int r = 0;

    for (size_t i = 0; i < ARRAY_LEN(places) && p->hold_fd < 0; i++)
        p->hold_fd = open_file(p, places[i], &is_new);
    if (p->hold_fd < 0)
        r = mem_segment("command-lines", sizeof(struct hold_segment), &p->hold_fd, err);
    return r == 0 && is_new ? begin(p, p->hold_fd, err) : r;
}

void parent_hold_end(struct parent *p)
{
    struct hold_segment *s;
    void *base;

    if (p->hold_fd < 0 || !p->hold_name[0] ||
        mem_map_rw(p->hold_fd, sizeof(struct hold_segment), &base, NULL) < 0)
        return;
    s = base;
    if (!s->half[s->current & 1].data
             [0]) /* a line whose answer came too late is there still: the next start knows that it was done */
        unlink(p->hold_name);
    mem_unmap(base, sizeof(struct hold_segment));
}
