/* SPDX-License-Identifier: Apache-2.0 */
#include "role/rights.h"

#include "base/log.h"
#include "os/sock.h"
#include "os/file.h"
#include "role/role.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the users of the package do not exist: ids that no distribution gives out (systemd's range for dynamic users). */
enum { ID_ROLES = 61184 + 4000, ID_AUTH, ID_WEB };

enum { MAP_MAX = 64 * 1024 };

static bool by_name(struct rights_uid *u, const char *user, const char *group)
{
    const struct passwd *pw;
    const struct group *gr;
    int n = RIGHTS_GROUPS_MAX;
    uint64_t uid;

    pw = user[0] ? getpwnam(user) : NULL;
    if (!pw && str_to_u64(str_of(user), &uid)) /* as Nagios takes it */
        pw = getpwuid((uid_t)uid);
    if (!pw)
        return false;
    u->uid = pw->pw_uid;
    u->gid = pw->pw_gid;
    if (getgrouplist(pw->pw_name, pw->pw_gid, u->groups, &n) < 0)
        n = RIGHTS_GROUPS_MAX;
    u->n_groups = (size_t)n;
    if (group[0] && (gr = getgrnam(group)))
        u->gid = gr->gr_gid;
    return true;
}

static struct rights_uid package_user(const char *name, uid_t fallback, bool *missing)
{
    struct rights_uid u = {.uid = fallback, .gid = fallback};

    if (!by_name(&u, name, ""))
        *missing = true;
    return u;
}

static bool next_number(struct str *line, uint64_t *v)
{
    *line = str_trim(*line);
    return str_to_u64(str_cut(line, ' '), v);
}

static bool maps(const char *map_file, const uint32_t *ids, size_t n)
{
    struct buf b = BUF_INIT;
    struct str text;
    size_t found = 0;

    if (file_read(map_file, MAP_MAX, &b, NULL) < 0)
        return true; /* a kernel without user namespaces */
    text = buf_str(&b);
    while (text.n) {
        struct str line = str_cut(&text, '\n');
        uint64_t first, count;

        if (!next_number(&line, &first) || !next_number(&line, &count) || !next_number(&line, &count))
            break;
        for (size_t i = 0; i < n; i++)
            found += ids[i] >= first && ids[i] - first < count;
    }
    buf_release(&b);
    return found == n;
}

/* Root of a container may lack what changing users takes: the capabilities, or the users themselves. */
static bool can_change_users(const struct rights_uids *u)
{
    static const uint64_t needed = 1ull << CAP_CHOWN | 1ull << CAP_SETGID | 1ull << CAP_SETUID;
    uint32_t uids[ROLE_COUNT], gids[ROLE_COUNT];
    struct rights_level level;

    for (int i = 0; i < ROLE_COUNT; i++) {
        uids[i] = u->role[i].uid;
        gids[i] = u->role[i].gid;
    }
    return rights_level_read(getpid(), &level) && (level.caps & needed) == needed &&
           maps("/proc/self/uid_map", uids, ROLE_COUNT) && maps("/proc/self/gid_map", gids, ROLE_COUNT);
}

static void resolve_root(struct rights_uids *u, const char *nagios_user, const char *nagios_group)
{
    bool missing = false;
    const struct rights_uid roles = package_user("vigie", ID_ROLES, &missing);
    struct rights_uid plugins = {0};
    bool named = by_name(&plugins, nagios_user, nagios_group);

    for (int i = 0; i < ROLE_COUNT; i++)
        u->role[i] = roles;
    u->role[ROLE_AUTH] = package_user("vigie-auth", ID_AUTH, &missing);
    u->role[ROLE_WEB] = u->role[ROLE_LOCAL] = package_user("vigie-web", ID_WEB, &missing);
    if (!named && !by_name(&plugins, "vigie-run", "") && !by_name(&plugins, "nobody", ""))
        plugins = (struct rights_uid){.uid = 65534, .gid = 65534};
    u->role[ROLE_RUNNER] = plugins;
    u->role[ROLE_PARENT] = u->role[ROLE_CONF] = (struct rights_uid){0};
    if (nagios_user[0] && plugins.uid == 0)
        snprintf(u->warning, sizeof(u->warning),
                 "nagios_user=%s: plugins run as root; a user of their own is safer", nagios_user);
    else if (nagios_user[0] && !named)
        snprintf(u->warning, sizeof(u->warning),
                 "nagios_user=%s: there is no such user, so plugins run as uid %u", nagios_user, plugins.uid);
    else if (missing)
        snprintf(u->warning, sizeof(u->warning),
                 "the users vigie, vigie-auth, vigie-web and vigie-run do not all exist: roles run under "
                 "fixed numbers from %d, plugins as uid %u; "
                 "`systemd-sysusers PATH/dist/vigie.sysusers` as root makes these users, for the next start",
                 ID_ROLES, plugins.uid);
}

static void share_one_user(struct rights_uids *u, const char *why)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        u->role[i] = (struct rights_uid){.uid = geteuid(), .gid = getegid()};
    u->log_owner = u->role[0];
    snprintf(u->warning, sizeof(u->warning), "%s: all roles and plugins share uid %u, plugins are unconfined",
             why, geteuid());
}

void rights_resolve_uids(struct rights_uids *u, const char *nagios_user, const char *nagios_group,
                         const char *main_file)
{
    const struct passwd *pw;
    struct stat st;
    int n;

    memset(u, 0, sizeof(*u));
    u->root = geteuid() == 0;
    if (u->root)
        resolve_root(u, nagios_user, nagios_group);
    if (u->root && !can_change_users(u)) {
        u->root = false;
        share_one_user(u, "started as a root that may not become other users (a container with one user or "
                          "few capabilities)");
        return;
    }
    if (!u->root) {
        share_one_user(u, "started as an ordinary user");
        return;
    }
    n = getgroups(RIGHTS_GROUPS_MAX, u->own.groups);
    u->own.n_groups = n < 0 ? 0 : (size_t)n; /* root can do without */
    if (by_name(&u->log_owner, nagios_user, nagios_group) || stat(main_file, &st) < 0)
        return;
    pw = getpwuid(st.st_uid);
    if (pw)
        by_name(&u->log_owner, pw->pw_name, "");
    u->log_owner.uid = st.st_uid;
    u->log_owner.gid = st.st_gid;
}

const struct rights_uid *rights_uid_of(const struct rights_uids *u, enum role_id id)
{
    return &u->role[id];
}

void rights_spawn(enum role_id id, unsigned instance, const struct rights_uids *u, struct proc_spec *spec)
{
    const struct rights_uid *who = &u->role[id];

    spec->no_new_privs = id != ROLE_RUNNER || (u->root && instance != ROLE_RUNNER_PRIVILEGED);
    if (!u->root)
        return;
    spec->set_ids = true;
    spec->uid = who->uid;
    spec->gid = who->gid;
    spec->groups = who->groups;
    spec->n_groups = who->n_groups;
    if ((id == ROLE_RUNNER && instance != ROLE_RUNNER_PRIVILEGED) || id == ROLE_PROBER)
        spec->ambient_caps = 1ull << CAP_NET_RAW;
    if (id == ROLE_CONF) {
        spec->set_ids = true;
        spec->uid = rights_uid_of(u, ROLE_ENGINE)->uid;
        spec->gid = rights_uid_of(u, ROLE_ENGINE)->gid;
        spec->ambient_caps = 1ull << CAP_DAC_READ_SEARCH;
    }
}

/* The file-system ids and the groups only: the parent keeps its own rights for everything else. */
static void become(const struct rights_uids *u, bool on)
{
    const struct rights_uid *who = on ? &u->log_owner : &u->own;

    if (!u->root)
        return;
    if (setgroups(who->n_groups, who->groups) < 0)
        log_warn("cannot set the groups of user %u: %s", (unsigned)who->uid, strerror(errno));
    setfsgid(who->gid);
    setfsuid(who->uid);
}

/* " as user nagios", where the rights of another than the own user were used. */
static void as_whom(const struct rights_uids *u, char *out, size_t size)
{
    const struct passwd *pw;

    out[0] = '\0';
    if (!u->root || u->log_owner.uid == 0)
        return;
    pw = getpwuid(u->log_owner.uid);
    if (pw)
        snprintf(out, size, " as user %s", pw->pw_name);
    else
        snprintf(out, size, " as user %u", u->log_owner.uid);
}

/* Its owner may put what he likes in its place: a FIFO would hold up whoever writes. 0, or an errno. */
static int not_for_lines(int fd, bool pipe)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return errno;
    if (pipe)
        return S_ISFIFO(st.st_mode) ? 0 : EINVAL;
    if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode))
        return EINVAL;
    return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) < 0 ? errno : 0;
}

int rights_open_as(const struct rights_uids *u, const char *path, int flags, mode_t mode, int *fd,
                   struct err *err)
{
    char whom[64];
    int f, e;

    become(u, true);
    f = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, mode);
    e = errno;
    become(u, false);
    if (f >= 0 && (e = not_for_lines(f, flags & O_NONBLOCK)) != 0) {
        close(f);
        f = -1;
    }
    if (f < 0) {
        as_whom(u, whom, sizeof(whom));
        if (e == ELOOP)
            return err_set(err, err_from_errno(e),
                           "%s is a symbolic link, and none is followed: name the file itself", path);
        if (e == EINVAL)
            return err_set(err, err_from_errno(e), "%s is %s", path,
                           flags & O_NONBLOCK ? "no FIFO" : "a FIFO or a socket: name an ordinary file");
        return err_sys(err, e, "cannot open %s%s", path, whom);
    }
    *fd = f;
    return 0;
}

bool rights_lock(int fd)
{
    struct stat st;

    return fstat(fd, &st) < 0 || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode) && !S_ISFIFO(st.st_mode)) ||
           flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

/* On a file system that cannot do it in one call, such as NFS, a second name comes first. */
static int move_file(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL)
        return errno;
    return link(from, to) == 0 && unlink(from) == 0 ? 0 : errno;
}

int rights_move_as(const struct rights_uids *u, const char *from, const char *to, struct err *err)
{
    char whom[64];
    int e;

    become(u, true);
    e = move_file(from, to);
    become(u, false);
    as_whom(u, whom, sizeof(whom));
    return e ? err_sys(err, e, "cannot move %s to %s%s", from, to, whom) : 0;
}

int rights_unlink_as(const struct rights_uids *u, const char *path, int fd, struct err *err)
{
    struct stat st, open;
    char whom[64];
    int e = 0;

    if (fstat(fd, &open) < 0 || lstat(path, &st) < 0 || st.st_ino != open.st_ino || st.st_dev != open.st_dev)
        return 0; /* it went already, or another one stands there now */
    become(u, true);
    if (unlink(path) < 0)
        e = errno;
    become(u, false);
    as_whom(u, whom, sizeof(whom));
    return e ? err_sys(err, e, "cannot delete %s%s", path, whom) : 0;
}

/* Relative to a folder, or with AT_FDCWD as a path. */
static int open_plain(const struct rights_uids *u, int folder, const char *name, int flags, int *fd,
                      struct err *err)
{
    char whom[64];
    int e;

    become(u, true);
    *fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | flags);
    e = errno;
    become(u, false);
    if (*fd >= 0)
        return 0;
    as_whom(u, whom, sizeof(whom));
    return err_sys(err, e, "cannot open %s%s", name, whom);
}

int rights_open_folder(const struct rights_uids *u, const char *path, int *fd, struct err *err)
{
    return open_plain(u, AT_FDCWD, path, O_DIRECTORY, fd, err);
}

int rights_may_change(const struct rights_uids *u, int folder, const char *path, struct err *err)
{
    char whom[64];
    int e = 0;

    become(u, true);
    if (faccessat(folder, ".", W_OK | X_OK, AT_EACCESS) < 0)
        e = errno;
    become(u, false);
    as_whom(u, whom, sizeof(whom));
    return e ? err_sys(err, e,
                       "files in %s cannot be made or deleted%s: chown the folder to nagios_user, or let its "
                       "group write",
                       path, whom)
             : 0;
}

int rights_open_in(const struct rights_uids *u, int folder, const char *name, int *fd, struct err *err)
{
    return open_plain(u, folder, name, 0, fd, err);
}

int rights_unlink_in(const struct rights_uids *u, int folder, const char *name, int fd, struct err *err)
{
    struct stat st, open;
    char whom[64];
    int e = 0;

    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
        (fd >= 0 && (fstat(fd, &open) < 0 || st.st_ino != open.st_ino || st.st_dev != open.st_dev)))
        return 0; /* it went already, or another one stands there now */
    become(u, true);
    if (unlinkat(folder, name, 0) < 0)
        e = errno;
    become(u, false);
    as_whom(u, whom, sizeof(whom));
    return e ? err_sys(err, e, "cannot delete %s%s", name, whom) : 0;
}

/* ---- the command file ---- */

static int fifo_busy(const char *path, struct err *err)
{
    return err_set(
        err, E_BUSY,
        "another program reads the command file %s: stop it, or give this Vigie one of its own with "
        "--set command_file=FIFO",
        path);
}

/* What stands there, whatever comes in its place: *fd is opened with O_PATH, -1 if nothing does. */
static int fifo_look(const char *path, int *fd, char name[32], struct err *err)
{
    struct stat st;

    *fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (*fd < 0 && errno == ENOENT)
        return 0;
    if (*fd < 0)
        return err_sys(err, errno, "cannot look at the command file %s", path);
    snprintf(name, 32, "/proc/self/fd/%d", *fd);
    if (fstat(*fd, &st) == 0 && S_ISFIFO(st.st_mode))
        return 0;
    close(*fd);
    *fd = -1;
    return err_set(err, E_EXIST, "%s exists and is no FIFO: take it away, or name another command_file",
                   path);
}

/* A FIFO can be opened for writing, without waiting, while somebody has it open for reading. */
static int fifo_ask(const char *path, const char *name, struct err *err)
{
    int fd = open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0 && errno == ENXIO)
        return 0;
    if (fd < 0 && errno == EACCES) /* left by another user, who may still run what reads it */
        return err_set(err, E_PERM,
                       "it cannot be known whether another program reads the command file %s, as this user "
                       "may not write to it: if none does, delete it, and Vigie makes it anew",
                       path);
    if (fd < 0)
        return err_sys(err, errno, "cannot ask whether another program reads the command file %s", path);
    close(fd);
    return fifo_busy(path, err);
}

int rights_fifo_is_free(const char *path, struct err *err)
{
    char name[32];
    int fd, r = fifo_look(path, &fd, name, err);

    if (r < 0 || fd < 0)
        return r;
    r = fifo_ask(path, name, err);
    close(fd);
    return r;
}

/* Who reads it holds a lock on it, and only who holds the lock may put another one there: of two that start at once one is refused. */
static int fifo_take(const char *path, int *fd, struct err *err)
{
    struct stat ours, there;
    char name[32];
    int at, r = fifo_look(path, &at, name, err);

    if (r < 0 || at < 0)
        return r < 0 ? r : fifo_busy(path, err); /* gone since it was made */
    r = fifo_ask(path, name, err);
    *fd = r < 0 ? -1 : open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (r == 0 && *fd < 0)
        r = err_sys(err, errno, "cannot open the command file %s", path);
    close(at);
    if (r < 0)
        return r;
    if (rights_lock(*fd) && fstat(*fd, &ours) == 0 && lstat(path, &there) == 0 &&
        ours.st_ino == there.st_ino && ours.st_dev == there.st_dev)
        return 0;
    close(*fd);
    *fd = -1;
    return fifo_busy(path, err);
}

static int fifo_make(const struct rights_uids *u, const char *path, mode_t mode, struct err *err)
{
    char whom[64];
    int e = 0;

    become(u, true);
    if (mkfifo(path, mode) < 0 && errno != EEXIST)
        e = errno;
    become(u, false);
    as_whom(u, whom, sizeof(whom));
    return e ? err_sys(err, e, "cannot make the command file %s%s", path, whom) : 0;
}

int rights_fifo_open(const struct rights_uids *u, const char *path, mode_t mode, int *fd, struct err *err)
{
    uid_t owner = u->root ? u->log_owner.uid : geteuid();
    struct stat st;
    int r = fifo_make(u, path, mode, err);

    if (r == 0)
        r = fifo_take(path, fd, err);
    if (r == 0 && fstat(*fd, &st) == 0 && st.st_uid != owner) { /* left by one with another nagios_user */
        r = rights_unlink_as(u, path, *fd, err);
        if (r == 0)
            r = fifo_make(u, path, mode, err);
        close(*fd);
        if (r == 0)
            r = fifo_take(path, fd, err);
    }
    if (r == 0 && fchmod(*fd, mode) < 0) {
        r = err_sys(err, errno, "cannot open the command file %s to its group", path);
        close(*fd);
    }
    if (r < 0)
        *fd = -1;
    return r;
}

int rights_listen_as(const struct rights_uids *u, const char *path, mode_t mode, int *fd, struct err *err)
{
    struct stat st;
    int r;

    become(u, true);
    r = sock_listen_unix(path, mode, fd, err);
    become(u, false);
    if (r != E_PERM || !u->root)
        return r;
    err_clear(err);
    r = sock_listen_unix(path, mode, fd, err);
    if (r == 0 && (lstat(path, &st) < 0 ||
                   lchown(path, u->log_owner.uid, st.st_gid ? (gid_t)-1 : u->log_owner.gid) < 0))
        log_warn("the socket %s stays root's: %s", path, strerror(errno));
    return r;
}

/* The number behind a name of /proc/PID/status. */
static uint64_t field(const char *text, const char *name, int base)
{
    const char *at = strstr(text, name);

    return at ? strtoull(at + strlen(name), NULL, base) : 0;
}

bool rights_level_read(pid_t pid, struct rights_level *out)
{
    char path[64], text[8192];
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    n = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (n <= 0)
        return false;
    text[n] = '\0';
    *out = (struct rights_level){
        .pid = pid,
        .uid = (uid_t)field(text, "\nUid:", 10),
        .seccomp = (int)field(text, "\nSeccomp:", 10),
        .no_new_privs = (int)field(text, "\nNoNewPrivs:", 10),
        .caps = field(text, "\nCapEff:", 16),
        .rss_kb = field(text, "\nVmRSS:", 10),
    };
    return true;
}
