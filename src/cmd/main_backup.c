/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vigie-backup: what 'vigie backup' and 'vigie restore' call. An executable of its own, since nothing else links libarchive.
 * A restore goes into a new folder beside the state folder, is verified there, and takes its place only then.
 */
#include "base/log.h"
#include "base/vec.h"
#include "cmd/backup_say.h"
#include "cmd/cmd.h"
#include "cmd/opt.h"
#include "cmd/state_dir.h"
#include "db/backup.h"
#include "db/statedir.h"
#include "os/clock.h"
#include "os/disk.h"
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct options {
    const char *config, *state;
    bool replace, verify, force;
};

static int say(const char *word, const struct err *err)
{
    fprintf(stderr, "vigie %s: %s\n", word, err->text);
    return CMD_FAILED;
}

/* ---- backup ---- */

/* A database's copy is made in a folder that nobody else may enter. */
static int copy_all(const struct backup_where *state, const char *name, int fd, struct backup_made *made,
                    struct err *err)
{
    char scratch[4400], file[4500];
    int r;

    snprintf(scratch, sizeof(scratch), "%s.part-XXXXXX", name);
    if (!mkdtemp(scratch))
        return err_sys(err, errno, "cannot make a folder beside %s", name);
    snprintf(file, sizeof(file), "%s/db", scratch);
    r = backup_make(state, fd, file, clock_wall(), made, err);
    file_remove_tree(scratch);
    return r;
}

/* A backup of what is damaged takes the place of no other one, which may be of before. */
static void name_apart(char *name, size_t size)
{
    size_t n = strlen(name);

    if (access(name, F_OK) == 0)
        snprintf(name + n, size - n, ".damaged");
}

/* The archive appears under its name, of size bytes, when it is whole: before that it is NAME.part. */
static int write_archive(const struct backup_where *state, char *name, size_t size, struct backup_made *made,
                         struct err *err)
{
    char part[4400];
    int fd, r, e;

    snprintf(part, sizeof(part), "%s.part", name);
    unlink(part);
    fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_sys(err, errno, "cannot make %s", part);
    r = copy_all(state, name, fd, made, err);
    if (r == 0 && fsync(fd) < 0)
        r = err_sys(err, errno, "cannot write %s", part);
    close(fd);
    if (r == 0 && made->n_damage)
        name_apart(name, size);
    if (r == 0 && rename(part, name) < 0)
        r = err_sys(err, errno, "cannot name the backup %s", name);
    else if (r == 0 && (e = file_sync_parent(name)) != 0)
        r = err_sys(err, e, "the backup %s is there, but a loss of power may take it away: its folder", name);
    if (r < 0)
        unlink(part);
    return r;
}

/* A name under which a backup may be written. */
static int judge_name(const struct options *o, const char *name, const char *file, struct err *err)
{
    struct stat st;

    if (strcmp(name, "-") == 0)
        return err_set(err, E_INVAL, "a backup is no stream: name a file ('./-' if it is to be called so)");
    if (!o->force && lstat(name, &st) == 0)
        return err_set(err, E_EXIST, "%s exists: name another file, or give --force to replace it", name);
    if (lstat(file, &st) == 0 && !S_ISREG(st.st_mode))
        return err_set(err, E_INVAL, "%s is no ordinary file, and stays as it is: name another", name);
    return 0;
}

/* A folder that this version understands, and a file that is not lost together with it. */
static int judge_state(const struct backup_where *state, const char *file, struct err *err)
{
    size_t n = strlen(state->path);
    int r = statedir_check_format(state->fd, state->path, STATEDIR_ANY_SITE, err);

    if (r == 0 && statedir_is_vigies(state->fd) && strncmp(file, state->path, n) == 0 && file[n] == '/')
        r = err_set(
            err, E_INVAL,
            "%s is in the state folder that is saved, and would be lost with it: name a file elsewhere",
            file);
    return r;
}

static int backup(const struct options *o, const char *name)
{
    struct backup_where state;
    struct backup_made made = {0};
    struct err err = ERR_INIT;
    struct stat st;
    char dir[PATH_MAX], file[4216];
    int r = state_dir_real(o->config, o->state, dir, sizeof(dir), &err);

    if (r == 0)
        r = state_dir_straighten(name, file, sizeof(file) - sizeof(".damaged"), &err);
    if (r == 0)
        r = judge_name(o, name, file, &err);
    if (r < 0)
        return say("backup", &err);
    state = (struct backup_where){open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), dir};
    if (state.fd < 0)
        r = err_sys(&err, errno, "cannot open the state folder %s", dir);
    if (r == 0)
        r = judge_state(&state, file, &err);
    if (r == 0)
        r = write_archive(&state, file, sizeof(file), &made, &err);
    if (state.fd >= 0)
        close(state.fd);
    if (r < 0)
        return say("backup", &err);
    if (made.n_damage)
        name = file;
    printf("%s: ", name);
    backup_say_size(made.files, made.bytes);
    printf(", compressed: ");
    backup_say_bytes(stat(name, &st) == 0 ? (uint64_t)st.st_size : 0);
    printf("\n");
    return backup_say_made(name, &made);
}

/* ---- restore ---- */

struct place {
    char dir[PATH_MAX], staging[4400], aside[4400];
    bool there, full;
    bool mount; /* it cannot be given another name: what is in it is moved */
    bool
        broken; /* and was, in part: until that is made good, staging and its mark stay, so that no Vigie begins */
    uid_t owner; /* of the old folder */
    int lock;    /* of the old folder, held; -1: there was none */
    bool lock_made;
};

static int take_lock(struct place *p, int dir, struct err *err)
{
    p->lock = openat(dir, "lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (p->lock < 0 && errno == ENOENT) {
        p->lock = openat(dir, "lock", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        p->lock_made = p->lock >= 0;
    }
    if (p->lock < 0)
        return err_sys(err, errno, "cannot write in the state folder %s", p->dir);
    return file_lock(p->lock) == E_BUSY
               ? err_set(err, E_BUSY, "a Vigie runs on %s: stop it first; nothing was changed", p->dir)
               : 0;
}

/* Is there something in the folder, whose is it, and does a Vigie use it? The lock is held from here to the end, so that none begins to. */
static int look_at_old(struct place *p, bool replace, struct err *err)
{
    int fd = open(p->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;

    if (fd < 0)
        return errno == ENOENT ? 0 : err_sys(err, errno, "cannot open the state folder %s", p->dir);
    p->full = !statedir_is_empty(fd);
    if (p->full && !statedir_is_vigies(fd) &&
        faccessat(fd, STATEDIR_RESTORING, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        r = err_set(
            err, E_INVAL,
            "the folder %s is not empty and not Vigie's: name an empty one, or one that is not there; "
            "nothing was changed",
            p->dir);
    else if (p->full && !replace)
        r = err_set(err, E_EXIST,
                    "the state folder %s is not empty: give --replace to set it aside (as %s), or --state "
                    "DIR to restore into another; nothing was changed",
                    p->dir, p->aside);
    if (r == 0)
        r = take_lock(p, fd, err);
    close(fd);
    return r;
}

static int read_archive(const char *name, const struct backup_where *to, struct backup_seen *seen,
                        struct err *err)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC), r;
    struct stat st;

    if (fd < 0)
        return err_sys(err, errno, "cannot open the backup %s", name);
    if (fstat(fd, &st) == 0 && (S_ISDIR(st.st_mode) || (S_ISREG(st.st_mode) && !st.st_size)))
        r = err_set(err, E_INVAL, "%s is %s: name the file that 'vigie backup' wrote; nothing was changed",
                    name, S_ISDIR(st.st_mode) ? "a folder" : "empty");
    else
        r = backup_read(fd, to, seen, err);
    if (r == E_FORMAT)
        err_prefix(err, "%s: ", name);
    close(fd);
    return r;
}

static int mark(int dir, const char *path, struct err *err)
{
    int fd = openat(dir, STATEDIR_RESTORE_MARK, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return err_sys(err, errno, "cannot write in %s", path);
    close(fd);
    return 0;
}

static int unmark(const char *path, struct err *err)
{
    char mark_path[4500];
    int e;

    snprintf(mark_path, sizeof(mark_path), "%s/" STATEDIR_RESTORE_MARK, path);
    e = unlink(mark_path) < 0 && errno != ENOENT ? errno : file_sync_parent(mark_path);
    return e && e != ENOENT ? err_sys(err, e, "cannot remove %s", mark_path) : 0;
}

/* What was unpacked, if nothing of it is of use. */
static void drop_staging(const struct place *p)
{
    if (p->broken)
        file_empty_tree(p->staging, STATEDIR_RESTORE_MARK);
    else
        file_remove_tree(p->staging);
}

/* What a restore left that was killed goes; anything else of that name is somebody's. */
static int make_staging(struct place *p, struct err *err)
{
    char path[4500];
    bool left;

    snprintf(path, sizeof(path), "%s/" STATEDIR_RESTORE_MARK, p->staging);
    left = access(path, F_OK) == 0;
    p->broken = left && p->mount;
    if (left)
        drop_staging(p);
    if (p->broken)
        return 0;
    if (rmdir(p->staging) < 0 && errno != ENOENT)
        return err_set(err, E_EXIST,
                       "%s is in the way, and nothing says that a restore left it: it is somebody's, or an "
                       "old state folder. Give it another name; nothing was changed",
                       p->staging);
    return mkdir(p->staging, 0700) < 0 ? err_sys(err, errno, "cannot make the folder %s", p->staging) : 0;
}

static void name_aside(struct place *p)
{
    long long now = (long long)time_wall_s(clock_wall());

    do
        snprintf(p->aside, sizeof(p->aside), "%s%cbefore-restore-%lld", p->dir, p->mount ? '/' : '.', now++);
    while (access(p->aside, F_OK) == 0);
}

/* A restore that was killed had exchanged the folders, and not given the old one its name: that is made up for. */
static int name_left(struct place *p, struct err *err)
{
    int fd = p->there && !p->mount ? open(p->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    enum statedir_left left = fd < 0 ? STATEDIR_LEFT_NOTHING : statedir_left(fd, p->dir);
    char lock[4500];

    if (fd >= 0)
        close(fd);
    if (left == STATEDIR_LEFT_EMPTY) {
        snprintf(lock, sizeof(lock), "%s/lock", p->staging);
        unlink(lock);
        rmdir(p->staging); /* what holds more is in the way, and stays */
    }
    if (left != STATEDIR_LEFT_OLD)
        return 0;
    if (rename(p->staging, p->aside) < 0)
        return err_sys(err, errno,
                       "nothing was changed: %s, which was there before a restore that was killed, cannot be "
                       "named %s",
                       p->staging, p->aside);
    printf("What was there before a restore that was killed is in %s now.\n", p->aside);
    name_aside(p);
    return 0;
}

/* Into a folder of its own, which is there. */
static int unpack(const char *name, const char *staging, struct backup_seen *seen, struct err *err)
{
    struct backup_where to = {.path = staging};
    struct stat st;
    int r = 0;

    to.fd = open(staging, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (to.fd < 0)
        r = err_sys(err, errno, "cannot open %s", staging);
    else if (fstat(to.fd, &st) < 0 || st.st_uid != geteuid())
        r = err_set(err, E_PERM,
                    "%s is not what was made a moment ago: somebody else can write in that folder", staging);
    if (r == 0)
        r = mark(to.fd, staging, err);
    if (r == 0)
        r = read_archive(name, &to, seen, err);
    if (r == 0)
        r = statedir_check_format(to.fd, staging, STATEDIR_ANY_SITE, err);
    if (r == 0)
        r = statedir_mark_format(to.fd, STATEDIR_ANY_SITE, err);
    if (r == 0 && fchmod(to.fd, 0711) < 0)
        r = err_sys(err, errno, "cannot open %s to others", staging);
    if (to.fd >= 0)
        close(to.fd);
    return r;
}

/* In one step where the file system can do it: there is a state folder at every moment. */
static bool exchange(const struct place *p)
{
    return renameat2(AT_FDCWD, p->staging, AT_FDCWD, p->dir, RENAME_EXCHANGE) == 0;
}

/* After the exchange. *ours: what was unpacked, and nothing else, is in staging. */
static int name_old(const struct place *p, bool *ours, struct err *err)
{
    int e;

    if (rename(p->staging, p->aside) == 0)
        return 0;
    e = errno;
    *ours = exchange(p);
    return *ours ? err_sys(err, e, "nothing was changed: cannot name the old folder %s", p->aside)
                 : err_sys(err, e, "%s is restored, but the old folder is %s now and cannot be named %s",
                           p->dir, p->staging, p->aside);
}

/* The old folder goes aside, the new one takes its place. */
static int swap(const struct place *p, bool *ours, struct err *err)
{
    int e;

    *ours = !(p->there && exchange(p));
    if (!*ours)
        return name_old(p, ours, err);
    if (p->there && rename(p->dir, p->aside) < 0)
        return err_sys(err, errno, "nothing was changed: cannot name the old folder %s", p->aside);
    *ours = rename(p->staging, p->dir) < 0;
    if (!*ours)
        return 0;
    e = errno;
    *ours = !p->there || rename(p->aside, p->dir) == 0;
    return *ours ? err_sys(err, e, "nothing was changed: cannot name the restored folder %s", p->dir)
                 : err_sys(err, e,
                           "cannot name the restored folder %s: it is %s now, and the old one, which "
                           "belongs there, is %s",
                           p->dir, p->staging, p->aside);
}

static int find_place(const struct options *o, struct place *p, struct err *err)
{
    struct statx x;
    struct stat st;
    int r = state_dir_real(o->config, o->state, p->dir, sizeof(p->dir), err);

    p->lock = -1;
    p->there = p->full = p->mount = p->broken = p->lock_made = false;
    if (r < 0)
        return r;
    p->there = lstat(p->dir, &st) == 0;
    p->owner = p->there ? st.st_uid : geteuid();
    p->mount = p->there && statx(AT_FDCWD, p->dir, AT_SYMLINK_NOFOLLOW, 0, &x) == 0 &&
               (x.stx_attributes & STATX_ATTR_MOUNT_ROOT);
    snprintf(p->staging, sizeof(p->staging), p->mount ? "%s/" STATEDIR_RESTORING : "%s.restoring", p->dir);
    name_aside(p);
    return look_at_old(p, o->replace, err);
}

struct names {
    VEC(char *) v;
};

static void note_name(void *user, const char *name)
{
    *VEC_ADD(&((struct names *)user)->v) = str_dup(str_of(name));
}

/* Moves what is in `from`; not what stays there: the lock, both folders of the restore, what file systems have of their own. */
static int move_all(const struct place *p, const char *from, const char *to, struct err *err)
{
    int fd = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = fd < 0 ? -1 : 0;
    int there = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct names all = {.v = {0}};

    if (r == 0 && there >= 0)
        r = disk_list(fd, note_name, &all);
    for (size_t i = 0; i < all.v.n; i++) {
        bool goes = !statedir_is_nothing(all.v.at[i]) && strcmp(all.v.at[i], STATEDIR_RESTORING) != 0 &&
                    strcmp(all.v.at[i], STATEDIR_RESTORE_MARK) != 0 &&
                    strcmp(all.v.at[i], strrchr(p->aside, '/') + 1) != 0;

        if (r == 0 && goes && renameat(fd, all.v.at[i], there, all.v.at[i]) < 0)
            r = -1;
        mem_free(all.v.at[i]);
    }
    VEC_RELEASE(&all.v);
    if (r == 0 && there >= 0)
        r = file_sync_dir(there);
    if (r < 0 || there < 0)
        r = err_sys(
            err, errno,
            "cannot move from %s to %s; what was there is %s, what was restored is in %s: run the restore "
            "again when that is mended",
            from, to, p->aside, p->staging);
    if (fd >= 0)
        close(fd);
    if (there >= 0)
        close(there);
    return r;
}

/* While .restoring is there no Vigie begins. */
static int fill_mount(const struct place *p, bool *ours, struct err *err)
{
    int r;

    *ours = p->full && mkdir(p->aside, 0700) < 0;
    if (*ours)
        return err_sys(err, errno, "nothing was changed: cannot make the folder %s", p->aside);
    r = p->full ? move_all(p, p->dir, p->aside, err) : 0;
    if (r == 0)
        r = move_all(p, p->staging, p->dir, err);
    if (r == 0)
        r = unmark(p->staging, err);
    if (r == 0 && rmdir(p->staging) < 0)
        r = err_sys(err, errno, "cannot remove %s", p->staging);
    return r;
}

/* The mark is taken away when the new folder has its place: wherever a restore is killed, or the power fails, what was unpacked has the mark in staging, and the old folder has none. */
static int exchange_folders(const struct place *p, bool *ours, struct err *err)
{
    int r = unmark(p->dir, err);

    *ours = true;
    if (r == 0)
        r = swap(p, ours, err);
    if (r == 0)
        unmark(p->dir, NULL); /* else the next restore does */
    return r;
}

static int put_in_place(struct place *p, struct err *err)
{
    bool ours;
    int r = p->mount ? fill_mount(p, &ours, err) : exchange_folders(p, &ours, err), e;

    if (r < 0) {
        if (ours)
            drop_staging(p);
        return r;
    }
    p->lock_made = p->lock_made && p->mount;
    e = file_sync_parent(p->dir);
    if (e)
        return err_sys(err, e,
                       "%s is restored%s%s, but a loss of power may undo that: the folder that it is in",
                       p->dir, p->full ? ", and what was there is " : "", p->full ? p->aside : "");
    if (p->there && !p->full && !p->mount) { /* it holds a lock file at most; what holds more stays */
        char lock[4500];

        snprintf(lock, sizeof(lock), "%s/lock", p->aside);
        unlink(lock);
        rmdir(p->aside);
    }
    return 0;
}

static void leave(const struct place *p)
{
    char lock[4500];

    if (p->lock >= 0)
        close(p->lock);
    snprintf(lock, sizeof(lock), "%s/lock", p->dir);
    if (p->lock_made)
        unlink(lock);
}

/* As a restore does it, beside the file or where there is room for such things, and taken away again. */
static int verify(const char *name, struct backup_seen *seen, struct err *err)
{
    const char *tmp = getenv("TMPDIR");
    char near[4400], far[4400], *dir;
    int r;

    snprintf(near, sizeof(near), "%s.verify-XXXXXX", name);
    snprintf(far, sizeof(far), "%s/vigie-verify-XXXXXX", tmp && *tmp ? tmp : "/var/tmp");
    dir = mkdtemp(near);
    if (!dir)
        dir = mkdtemp(far);
    if (!dir)
        return err_sys(err, errno, "cannot make a folder beside %s, nor in %s: name one with TMPDIR", name,
                       tmp && *tmp ? tmp : "/var/tmp");
    r = unpack(name, dir, seen, err);
    file_remove_tree(dir);
    return r;
}

static void leave_out(struct err *err, struct str end)
{
    struct str text = str_of(err->text);

    if (str_ends(text, end))
        err->text[text.n - end.n] = '\0';
}

/* Of what failed beside the state folder, where the words for it do not say so. */
static void say_unchanged(struct err *err)
{
    size_t n = strlen(err->text);

    if (!strstr(err->text, "nothing was changed"))
        snprintf(err->text + n, sizeof(err->text) - n, "; nothing was changed");
}

static int verify_only(const char *name)
{
    struct backup_seen seen;
    struct err err = ERR_INIT;

    if (verify(name, &seen, &err) < 0) {
        leave_out(&err,
                  STR("; nothing was changed")); /* which is worth saying where something would have been */
        return say("restore", &err);
    }
    backup_say_seen(name, &seen);
    printf(": whole\n");
    backup_say_damage(&seen);
    return CMD_OK;
}

static int restore(const struct options *o, const char *name)
{
    struct backup_seen seen;
    struct place p;
    struct err err = ERR_INIT;
    int r = find_place(o, &p, &err);

    if (r == 0)
        r = name_left(&p, &err);
    if (r == 0)
        r = make_staging(&p, &err);
    if (r == 0 && (r = unpack(name, p.staging, &seen, &err)) < 0) {
        drop_staging(&p);
        say_unchanged(&err);
    }
    if (r == 0)
        r = put_in_place(&p, &err);
    if (r < 0 || p.mount)
        leave(&p);
    else if (p.lock >= 0)
        close(p.lock);
    if (r < 0)
        return say("restore", &err);
    backup_say_seen(name, &seen);
    printf(", restored into %s\n", p.dir);
    backup_say_damage(&seen);
    if (p.full)
        printf("What was there is in %s now.\n", p.aside);
    if (p.owner != geteuid())
        printf("It belonged to another user, for whom this one is to be made over: chown -R %u %s\n",
               (unsigned)p.owner, p.dir);
    return CMD_OK;
}

/* ---- */

static int parse(const struct opt_command *cmd, const char *word, int argc, char **argv)
{
    struct err err = ERR_INIT;
    size_t n;
    int r = opt_parse(cmd, argc, argv, &n, &err);

    if (r < 0)
        fprintf(stderr, "vigie %s: %s\n", word, err.text);
    return r;
}

static int backup_command(int argc, char **argv)
{
    struct options o = {.config = NULL};
    const struct opt opts[] = {
        {"config", 'c', OPT_STR, "MAIN", "The main configuration file of the Vigie to be saved.", &o.config},
        {"state", 0, OPT_STR, "DIR", STATE_DIR_HELP, &o.state},
        {"force", 0, OPT_FLAG, NULL, "Replace FILE if it exists.", &o.force},
    };
    const struct opt_command cmd = {
        .usage = "vigie backup [-c MAIN | --state DIR] [--force] FILE",
        .about =
            "Saves the state folder into one compressed file (tar with zstd), also while Vigie runs: "
            "journal, history, identities, users and tokens.\n"
            "Sessions are left out, and so is the configuration, which is not in the state folder. "
            "Needs to read the folder: run it as root, or as the user that "
            "runs Vigie.\n"
            "Exit status 3 where the backup is made, and the journal or a database that it holds is damaged: "
            "which, is said here, in its manifest and by 'vigie restore'.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_min = 1,
        .operands_max = 1,
        .operands = "FILE",
    };
    int r = parse(&cmd, "backup", argc, argv);

    return r == OPT_HELP ? CMD_OK : r < 0 ? CMD_USAGE : backup(&o, argv[0]);
}

static int restore_command(int argc, char **argv)
{
    struct options o = {.config = NULL};
    const struct opt opts[] = {
        {"config", 'c', OPT_STR, "MAIN", "The main configuration file of the Vigie to be restored.",
         &o.config},
        {"state", 0, OPT_STR, "DIR", STATE_DIR_HELP, &o.state},
        {"verify", 0, OPT_FLAG, NULL,
         "Only say whether FILE is whole: all a restore does but its last step, in a folder that is removed "
         "again.",
         &o.verify},
        {"replace", 0, OPT_FLAG, NULL,
         "Set aside a state folder that is not empty, as DIR.before-restore-SECONDS.", &o.replace},
    };
    const struct opt_command cmd = {
        .usage = "vigie restore [-c MAIN | --state DIR] [--replace] FILE\n       vigie restore --verify FILE",
        .about = "Makes a state folder again from a backup. Every file is compared with the backup's "
                 "checksums, and databases and journal are looked at, in a folder beside "
                 "the state folder; only then it takes its place. Vigie must be stopped. Exit status 1, and "
                 "nothing changed, if anything is wrong.",
        .opts = opts,
        .n = ARRAY_LEN(opts),
        .operands_min = 1,
        .operands_max = 1,
        .operands = "FILE",
    };
    int r = parse(&cmd, "restore", argc, argv);

    return r == OPT_HELP ? CMD_OK
           : r < 0       ? CMD_USAGE
           : o.verify    ? verify_only(argv[0])
                         : restore(&o, argv[0]);
}

int main(int argc, char **argv)
{
    log_init("", LOG_INFO);
    umask(077);
    if (argc >= 2 && strcmp(argv[1], "backup") == 0)
        return cmd_end("backup", backup_command(argc - 1, argv + 1), CMD_FAILED);
    if (argc >= 2 && strcmp(argv[1], "restore") == 0)
        return cmd_end("restore", restore_command(argc - 1, argv + 1), CMD_FAILED);
    fprintf(stderr, "vigie-backup is called by 'vigie backup' and 'vigie restore'\n");
    return CMD_USAGE;
}
