/* SPDX-License-Identifier: Apache-2.0 */
#include "os/lasting.h"

#include "os/file.h"
#include "os/rand.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MEMORY 0x01021994 /* statfs(2): tmpfs */

static bool is_memory(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && fs.f_type == MEMORY;
}

/* A second link that somebody made of it gives nobody a right, and the mode is never widened: links do not matter. */
static bool is_ours(int fd, struct stat *st)
{
    return fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_uid == geteuid() && !(st->st_mode & 077) &&
           is_memory(fd);
}

const char *lasting_name(const struct lasting *l)
{
    const char *slash = strrchr(l->path, '/');

    return slash ? slash + 1 : l->path;
}

void lasting_close(struct lasting *l, bool remove)
{
    if (l->fd < 0)
        return;
    if (remove && l->path[0]) {
        unlink(l->path);
        if (ftruncate(l->fd, 0) < 0) /* its memory goes with the last descriptor then */
            l->path[0] = '\0';
    }
    close(l->fd);
    l->fd = -1;
    l->path[0] = '\0';
}

/* ---- a new one ---- */

static int make(const char *place, size_t size)
{
    int fd = open(place, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), r;

    if (fd < 0)
        return -errno;
    r = is_memory(fd) ? -posix_fallocate(fd, 0, (off_t)size) : -EMEDIUMTYPE;
    if (r == 0 && file_lock(fd) < 0)
        r = -EIO;
    if (r == 0)
        return fd;
    close(fd);
    return r;
}

int lasting_new(const char *const *places, const char *prefix, size_t size, struct lasting *out,
                struct err *err)
{
    unsigned char random[16];
    char why[512] = "", hex[2 * sizeof(random) + 1];
    size_t at = 0;

    rand_bytes(random, sizeof(random));
    for (size_t i = 0; i < sizeof(random); i++)
        snprintf(hex + 2 * i, 3, "%02x", random[i]);
    *out = (struct lasting){.fd = -1};
    for (size_t i = 0; places[i]; i++) {
        out->fd = make(places[i], size);
        if (out->fd >= 0) {
            snprintf(out->path, sizeof(out->path), "%s/%s%s", places[i], prefix, hex);
            return 0;
        }
        at += (size_t)snprintf(why + at, sizeof(why) - at, "%s%s: %s", at ? ", " : "", places[i],
                               out->fd == -EMEDIUMTYPE ? "no file system in memory" : strerror(-out->fd));
        at = at < sizeof(why) ? at : sizeof(why) - 1;
        out->fd = -1;
    }
    return err_set(err, E_NOENT, "%s", why);
}

int lasting_enter(struct lasting *l, struct err *err)
{
    char self[64];

    snprintf(self, sizeof(self), "/proc/self/fd/%d", l->fd);
    if (linkat(AT_FDCWD, self, AT_FDCWD, l->path, AT_SYMLINK_FOLLOW) < 0)
        return err_sys(err, errno, "%s", l->path);
    return 0;
}

/* ---- one that is there ---- */

static int take_one(int dir, const char *name, size_t *size, int *fd)
{
    struct stat st;
    int r = 0;

    *fd = openat(dir, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (*fd < 0)
        return errno == ENOENT ? E_NOENT : E_PERM;
    if (!is_ours(*fd, &st))
        r = E_PERM;
    else if (file_lock(*fd) < 0)
        r = E_BUSY;
    else
        *size = (size_t)st.st_size;
    if (r < 0) {
        close(*fd);
        *fd = -1;
    }
    return r;
}

int lasting_take(const char *const *places, const char *name, size_t size, struct lasting *out,
                 struct err *err)
{
    size_t has = 0;
    int r = E_NOENT;

    *out = (struct lasting){.fd = -1};
    for (size_t i = 0; places[i] && r == E_NOENT; i++) {
        snprintf(out->path, sizeof(out->path), "%s/%s", places[i], name);
        r = take_one(AT_FDCWD, out->path, &has, &out->fd);
    }
    switch (r) {
    case 0: break;
    case E_PERM: return err_set(err, r, "%s is not this user's alone", out->path);
    case E_BUSY: return err_set(err, r, "%s is held by another process", out->path);
    default: return err_set(err, r, "there is no %s", name);
    }
    if (has == size)
        return 0;
    lasting_close(out, false);
    return err_set(err, E_FORMAT, "%s has %zu bytes, not %zu", name, has, size);
}

static void look_in(DIR *dir, const char *place, const char *prefix,
                    bool (*look)(void *user, const struct lasting *l, size_t size), void *user)
{
    const struct dirent *d;
    struct lasting l;
    size_t size = 0;

    while ((d = readdir(dir))) {
        if (strncmp(d->d_name, prefix, strlen(prefix)) != 0 || strlen(d->d_name) >= LASTING_NAME ||
            take_one(dirfd(dir), d->d_name, &size, &l.fd) < 0)
            continue;
        snprintf(l.path, sizeof(l.path), "%s/%.*s", place, LASTING_NAME, d->d_name);
        lasting_close(&l, look(user, &l, size));
    }
}

void lasting_left(const char *const *places, const char *prefix,
                  bool (*look)(void *user, const struct lasting *l, size_t size), void *user)
{
    for (size_t i = 0; places[i]; i++) {
        DIR *dir = opendir(places[i]);

        if (!dir)
            continue;
        look_in(dir, places[i], prefix, look, user);
        closedir(dir);
    }
}
