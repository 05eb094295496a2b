/* SPDX-License-Identifier: Apache-2.0 */
/* What the parent opens for the roles: executables, state folder, listeners, command file. */
#include "role/parent_int.h"

#include "base/limits.h"
#include "base/log.h"
#include "core/listening.h"
#include "db/statedir.h"
#include "os/file.h"
#include "os/mem.h"
#include "os/sock.h"
#include "role/parent_hold.h"
#include "role/parent_tls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

int parent_open_executables(struct parent *p, struct err *err)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
    char *slash;

    if (n < 0)
        return err_sys(err, errno, "cannot tell where this program is (/proc/self/exe)");
    path[n] = '\0';
    slash = strrchr(path, '/');
    BUG_ON(!slash);
    *slash = '\0';
    p->exe_dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (p->exe_dir < 0)
        return err_sys(err, errno, "cannot open %s, the folder of Vigie's programs", path);
    return 0;
}

/* A setting that --set or the main file may give: "" when absent. */
static const char *setting(struct parent *p, const char *name, const char *def)
{
    struct str s = model_option_get(&p->model, name, str_of(def));

    return s.n ? s.p : "";
}

/* What a run in one process left as root's own. */
static int give_files(struct parent *p, const char *name, uid_t uid, gid_t gid, struct err *err)
{
    int fd = openat(p->state_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW), r = 0;
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *d;
    struct stat st;

    if (!dir) {
        if (fd >= 0)
            close(fd);
        return err_sys(err, errno, "cannot read the folder %s/%s", p->state_dir, name);
    }
    while (r == 0 && (d = readdir(dir))) {
        if (d->d_name[0] == '.' || fstatat(fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_uid == uid ||
            !S_ISREG(st.st_mode))
            continue;
        if (fchownat(fd, d->d_name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
            r = err_sys(err, errno, "cannot give %s/%s/%s to its user", p->state_dir, name, d->d_name);
    }
    closedir(dir);
    return r;
}

/* With root's start the roles are other users: each folder goes to the one that writes in it. */
static int give_folder(struct parent *p, const char *name, uid_t uid, gid_t gid, struct err *err)
{
    if (mkdirat(p->state_fd, name, 0700) < 0 && errno != EEXIST)
        return err_sys(err, errno, "cannot make the folder %s/%s", p->state_dir, name);
    if (p->uids.root && fchownat(p->state_fd, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
        return err_sys(err, errno, "cannot give the folder %s/%s to its user", p->state_dir, name);
    return p->uids.root && uid ? give_files(p, name, uid, gid, err) : 0;
}

static int make_folders(struct parent *p, struct err *err)
{
    static const char *const of_store[] = {"journal", "snapshots", "db", "db/series", "export", "audit"};
    const struct rights_uid *store = rights_uid_of(&p->uids, ROLE_STORE),
                            *auth = rights_uid_of(&p->uids, ROLE_AUTH);
    int r = give_folder(p, "run", 0, 0, err);

    if (r == 0 && fchmodat(p->state_fd, "run", 0755, 0) < 0)
        r = err_sys(err, errno, "cannot open %s/run to others", p->state_dir);
    for (size_t i = 0; r == 0 && i < ARRAY_LEN(of_store); i++)
        r = give_folder(p, of_store[i], store->uid, store->gid, err);
    if (r == 0 && faccessat(p->state_fd, "auth/users", F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT &&
        statedir_has_past(p->state_fd))
        log_warn(
            "the state folder %s has a past and no auth/users: the users and API tokens that there were "
            "did not come with it, and who opens the set-up link begins anew. If there is a backup, 'vigie "
            "restore' brings them back",
            p->state_dir);
    if (r == 0)
        r = give_folder(p, "auth", auth->uid, auth->gid, err);
    return r;
}

/* *made: it was not there. */
static int take_lock(struct parent *p, bool *made, struct err *err)
{
    char text[32];
    ssize_t n;

    *made = faccessat(p->state_fd, "lock", F_OK, AT_SYMLINK_NOFOLLOW) < 0;
    p->lock_fd = openat(p->state_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (p->lock_fd < 0)
        return err_sys(err, errno, "cannot write in the state folder %s", p->state_dir);
    if (flock(p->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    n = pread(p->lock_fd, text, sizeof(text) - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    *made = false;
    return err_set(
        err, E_BUSY,
        "another Vigie (process %s) runs on the state folder %s: stop it, or give this one a folder, a "
        "command file, a log and whatever else it uses of its own: --set vigie_state_dir=DIR --set "
        "command_file=FIFO --set log_file=FILE%s%s%s%s",
        text[0] ? text : "unknown", p->state_dir,
        setting(p, "vigie_http_listen", LISTENING_PAGE_AT)[0] ? " --set vigie_http_listen=ADDRESS:PORT" : "",
        setting(p, "vigie_livestatus_socket", "")[0] ? " --set vigie_livestatus_socket=SOCKET" : "",
        setting(p, "vigie_livestatus_tcp", "")[0] ? " --set vigie_livestatus_tcp=ADDRESS:PORT" : "",
        setting(p, "vigie_livestatus_tls", "")[0] ? " --set vigie_livestatus_tls=ADDRESS:PORT" : "");
}

static void sign_lock(const struct parent *p)
{
    char text[32];
    int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());

    if (ftruncate(p->lock_fd, 0) < 0 || pwrite(p->lock_fd, text, (size_t)n, 0) != n)
        log_warn("cannot write the process number into %s/lock: %s", p->state_dir, strerror(errno));
}

/* The epoch numbers the engines of this state folder: run ids of an earlier one are never taken for ours. A full disk keeps none from starting: the few bytes have their place in the file of before. */
int parent_raise_epoch(struct parent *p, struct err *err)
{
    char text[32] = "";
    uint64_t old = 0;
    struct err full = ERR_INIT;
    int fd = openat(p->state_fd, "epoch", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t n;

    if (fd >= 0) {
        n = read(fd, text, sizeof(text) - 1);
        close(fd);
        if (n <= 0 || !str_to_u64(str_trim(str_make(text, (size_t)n)), &old) || old >= UINT32_MAX)
            return err_set(
                err, E_FORMAT,
                "%s/epoch is damaged: write a number above every earlier one into it, for instance %u",
                p->state_dir, 1000000u);
    }
    p->epoch = MAX((uint32_t)old, p->epoch) + 1;
    n = snprintf(text, sizeof(text), "%u\n", p->epoch);
    if (file_replace_at(p->state_fd, "epoch", text, (size_t)n, 0644, &full) == 0 ||
        file_overwrite_at(p->state_fd, "epoch", text, (size_t)n) == 0)
        return 0;
    return err_set(err, full.code, "%s/epoch, the number of this start: %s; give that disk some space",
                   p->state_dir, full.text);
}

/* Started as root, the roles are other users: they must be able to pass through every folder above theirs (SQLite opens by path). */
static int check_way(struct parent *p, struct err *err)
{
    char part[sizeof(p->state_dir)];
    struct stat st;

    if (!p->uids.root)
        return 0;
    for (size_t i = 1; i <= strlen(p->state_dir); i++) {
        if (p->state_dir[i] != '/' && p->state_dir[i])
            continue;
        memcpy(part, p->state_dir, i);
        part[i] = '\0';
        if (stat(part, &st) == 0 && !S_ISDIR(st.st_mode))
            return err_set(err, E_INVAL,
                           "%s is no folder, and the state folder should be there: move it away, or name "
                           "another with vigie_state_dir=DIR",
                           part);
        if (stat(part, &st) == 0 && !(st.st_mode & S_IXOTH))
            return err_set(err, E_PERM,
                           "the state folder %s cannot be reached by Vigie's users, since %s is closed to "
                           "others: chmod o+x %s, or name another folder with "
                           "vigie_state_dir=DIR",
                           p->state_dir, part, part);
    }
    return 0;
}

static bool is_ours(const struct parent *p, uid_t uid)
{
    bool ours = uid == 0 || uid == geteuid();

    for (size_t i = 0; i < ARRAY_LEN(p->uids.role); i++)
        ours = ours || (p->uids.root && uid == p->uids.role[i].uid);
    return ours;
}

/* Not only the folder but what is in it belongs to a user: it is a Vigie that runs without root, and could not start again on what root had taken. A number that nobody has
   is left from a copy, or from users of Vigie's that are others now. */
static bool is_anothers(const struct parent *p, uid_t uid)
{
    static const char *const of_store[] = {"journal", "db"};
    struct stat st;
    bool all = getpwuid(uid) != NULL;

    for (size_t i = 0; i < ARRAY_LEN(of_store); i++)
        all = all && fstatat(p->state_fd, of_store[i], &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_uid == uid;
    return all;
}

/* Is it one that may be used, or taken over? Nothing is changed. */
static int check_owner(const struct parent *p, struct err *err)
{
    struct stat st;

    if (fstat(p->state_fd, &st) < 0)
        return err_sys(err, errno, "cannot look at the state folder %s", p->state_dir);
    if (is_ours(p, st.st_uid))
        return 0;
    if (geteuid() != 0)
        return err_set(err, E_PERM,
                       "the state folder %s belongs to user %u: start Vigie as that user, or give it the "
                       "folder (chown -R), or name another with vigie_state_dir=DIR; nothing was changed",
                       p->state_dir, (unsigned)st.st_uid);
    if (p->uids.root && is_anothers(p, st.st_uid))
        return err_set(err, E_PERM,
                       "the state folder %s is that of a Vigie which user %u runs: start it as that user, "
                       "or give it to root for ever (chown -R root %s), or name another with "
                       "vigie_state_dir=DIR; nothing was changed",
                       p->state_dir, (unsigned)st.st_uid, p->state_dir);
    return 0;
}

/* Who may write into the folder itself could put other files in the place of Vigie's. */
static int claim(struct parent *p, struct err *err)
{
    struct stat st;

    if (fstat(p->state_fd, &st) < 0)
        return err_sys(err, errno, "cannot look at the state folder %s", p->state_dir);
    if (!is_ours(p, st.st_uid)) {
        if (fchown(p->state_fd, geteuid(), getegid()) < 0)
            return err_sys(err, errno, "cannot take the state folder %s over from user %u", p->state_dir,
                           (unsigned)st.st_uid);
        log_warn("the state folder %s belonged to user %u: it was taken over; who copied it there?",
                 p->state_dir, (unsigned)st.st_uid);
    }
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) && fchmod(p->state_fd, st.st_mode & 0711) == 0)
        log_warn("others could write into the state folder %s (mode %04o): they no longer can", p->state_dir,
                 (unsigned)(st.st_mode & 07777));
    return 0;
}

/* Vigie's own folders are closed to others, so this is what an ordinary user meets at that of root's Vigie. */
static int cannot_open(const struct parent *p, struct err *err)
{
    struct stat st;
    int e = errno;

    if (e == EACCES && stat(p->state_dir, &st) == 0 && st.st_uid != geteuid())
        return err_set(err, E_PERM,
                       "the state folder %s is that of a Vigie which user %u runs: start it as that user, or "
                       "name another folder with vigie_state_dir=DIR; nothing was changed",
                       p->state_dir, (unsigned)st.st_uid);
    return err_sys(err, e, "cannot open the state folder %s", p->state_dir);
}

/* The folder, or what is mounted below it. One of them is said. */
static void warn_of_network(const struct parent *p)
{
    static const char *const parts[] = {"", "/journal", "/db", "/db/series", "/snapshots", "/auth"};
    char path[sizeof(p->state_dir) + 16];
    const char *name = NULL;
    struct statfs fs;

    for (size_t i = 0; !name && i < ARRAY_LEN(parts); i++) {
        snprintf(path, sizeof(path), "%s%s", p->state_dir, parts[i]);
        name = statfs(path, &fs) == 0 ? statedir_network(fs.f_type) : NULL;
    }
    if (name)
        log_warn("the state folder %s is on %s: a server that loses power, or a lock that it forgets, can "
                 "cost what was acknowledged. Name a local disk with vigie_state_dir=DIR",
                 path, name);
}

/* Where a symbolic link to it leads: databases are opened by their path, and through no link. */
static int straighten(struct parent *p, struct err *err)
{
    char *real = realpath(p->state_dir, NULL);
    int r = 0;

    if (!real)
        return cannot_open(p, err);
    if (!str_copy(p->state_dir, sizeof(p->state_dir), str_of(real)))
        r = err_set(err, E_LIMIT, "the path of the state folder is too long: %.200s", real);
    free(real);
    return r;
}

/* It is not in the way, but disks are not for ever, and the old folder may be wanted. */
static void warn_of_left(const struct parent *p)
{
    switch (statedir_left(p->state_fd, p->state_dir)) {
    case STATEDIR_LEFT_OLD:
        log_warn("a restore into the state folder %s was killed when it had taken its place: what was there "
                 "before is %s" STATEDIR_RESTORING ". Give that another name, or remove it; the next "
                 "'vigie restore' sets it aside",
                 p->state_dir, p->state_dir);
        break;
    case STATEDIR_LEFT_NEW:
        log_warn("a restore into the state folder %s was broken off before it changed anything: what it "
                 "had unpacked is in %s" STATEDIR_RESTORING ". The next 'vigie restore' removes it",
                 p->state_dir, p->state_dir);
        break;
    default: break;
    }
}

/* All that may refuse it comes before the first change. */
static int take_folder(struct parent *p, struct err *err)
{
    bool made = false;
    int r = statedir_may_begin(p->state_fd, p->state_dir, err);

    if (r == 0)
        r = check_owner(p, err);
    if (r == 0)
        r = take_lock(p, &made, err);
    if (r == 0)
        r = statedir_check_format(p->state_fd, p->state_dir, p->site, err);
    if (r == 0)
        r = claim(p, err);
    if (r < 0 && made)
        unlinkat(p->state_fd, "lock", 0);
    if (r < 0)
        return r;
    sign_lock(p);
    warn_of_left(p);
    return statedir_mark_format(p->state_fd, p->site, err);
}

int parent_open_state(struct parent *p, struct err *err)
{
    uint64_t site = 0;
    int r;

    snprintf(p->state_dir, sizeof(p->state_dir), "%s", setting(p, "vigie_state_dir", "/var/lib/vigie"));
    if (p->state_dir[0] != '/')
        return err_set(err, E_INVAL, "vigie_state_dir=%s: write an absolute path", p->state_dir);
    if (setting(p, "vigie_site", "")[0] &&
        (!str_to_u64(str_of(setting(p, "vigie_site", "")), &site) || site > LIMIT_SITE))
        return err_set(err, E_INVAL, "vigie_site=%s: write a number from 0 to %u",
                       setting(p, "vigie_site", ""), LIMIT_SITE);
    p->site = (uint32_t)site;
    r = check_way(p, err);
    if (r == 0)
        r = file_mkdir_parents(p->state_dir, 0711, err);
    if (r < 0)
        return r;
    r = straighten(p, err);
    if (r == 0)
        r = check_way(p, err);
    if (r < 0)
        return r;
    p->state_fd = open(p->state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (p->state_fd < 0)
        return cannot_open(p, err);
    r = take_folder(p, err);
    if (r == 0)
        r = make_folders(p, err);
    if (r == 0)
        r = parent_raise_epoch(p, err);
    if (r == 0)
        warn_of_network(p);
    return r;
}

/* ---- listeners ---- */

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

int parent_open_listeners(struct parent *p, struct err *err)
{
    const char *ls = setting(p, "vigie_livestatus_socket", "");
    char path[sizeof(p->state_dir) + 32];
    int r;

    snprintf(path, sizeof(path), "%s/run/ctl.sock", p->state_dir);
    r = sock_listen_unix(path, 0666, &p->ctl_fd, err);
    if (r == 0 && ls[0])
        r = rights_listen_as(&p->uids, ls, 0660, &p->ls_fd, err);
    snprintf(p->ls_at, sizeof(p->ls_at), "%s", ls);
    if (r == 0)
        r = parent_tls_open_page(p, err);
    if (r == 0)
        r = parent_tls_open_tcp(p, err);
    if (r == 0)
        r = parent_tls_open_livestatus(p, err);
    if (r < 0) {
        close_one(&p->ctl_fd);
        close_one(&p->ls_fd);
        close_one(&p->http_fd);
        close_one(&p->tcp_fd);
        close_one(&p->tls_fd);
    }
    return r;
}

/* ---- command file ---- */

/* "": there is none. */
static const char *pipe_path(const struct parent *p)
{
    return p->model.globals->check_external_commands ? model_c(&p->model, p->model.globals->command_file)
                                                     : "";
}

int parent_pipe_is_free(struct parent *p, struct err *err)
{
    return pipe_path(p)[0] ? rights_fifo_is_free(pipe_path(p), err) : 0;
}

int parent_open_pipe(struct parent *p, struct err *err)
{
    const char *path = pipe_path(p);

    if (!path[0])
        return 0;
    if (rights_fifo_open(&p->uids, path, 0660, &p->pipe_fd, err) < 0)
        return err->code;
    snprintf(p->pipe_at, sizeof(p->pipe_at), "%s", path);
    p->pipe_keep_fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    return 0;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void parent_close_all(struct parent *p)
{
    int *const fds[] = {&p->exe_dir, &p->http_fd,      &p->tcp_fd,   &p->tls_fd,  &p->log_fd,
                        &p->pipe_fd, &p->pipe_keep_fd, &p->board_fd, &p->doing_fd};

    parent_hold_end(p);
    if (p->pipe_fd >= 0)
        rights_unlink_as(&p->uids, p->pipe_at, p->pipe_fd, NULL);
    if (p->ls_fd >= 0)
        unlink(p->ls_at);
    if (p->ctl_fd >= 0)
        unlinkat(p->state_fd, "run/ctl.sock", 0);
    close_fd(&p->ls_fd);
    close_fd(&p->ctl_fd);
    for (size_t i = 0; i < ARRAY_LEN(fds); i++)
        close_fd(fds[i]);
    close_fd(&p->state_fd);
    close_fd(&p->lock_fd); /* last: the folder is free again */
}
