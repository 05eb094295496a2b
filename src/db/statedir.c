/* SPDX-License-Identifier: Apache-2.0 */
#include "db/statedir.h"

#include "base/buf.h"
#include "base/limits.h"
#include "os/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *statedir_network(long type)
{
    static const struct {
        uint32_t type; /* statfs(2) has them */
        const char *name;
    } known[] = {
        {0x6969, "NFS"},
        {0x517b, "SMB"},
        {0xff534d42, "CIFS"},
        {0xfe534d42, "SMB2"},
        {0x00c36400, "Ceph"},
        {0x5346414f, "AFS"},
        {0x01021997, "9p"},
        {0x47504653, "GPFS"},
        {0x0bd00bd0, "Lustre"},
        {0x013111a8, "a Veritas file system"},
        {0x01161970, "GFS2"},
        {0x7461636f, "OCFS2"},
        {0x65735546, "a FUSE file system, such as sshfs or GlusterFS"},
    };

    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if ((uint32_t)type == known[i].type)
            return known[i].name;
    return NULL;
}

int statedir_other_site(struct err *err, const char *what, uint32_t theirs, uint32_t ours)
{
    return err_set(
        err, E_INVAL,
        "%s belongs to site %u, and this Vigie is site %u: write vigie_site=%u if it is that site, "
        "or name another folder with vigie_state_dir=DIR; nothing was changed",
        what, theirs, ours, theirs);
}

/* A folder from before the mark, or one that lost it, is known by what Vigie begins with: the number of its engines, a segment, the identities. */
bool statedir_is_vigies(int dir)
{
    return faccessat(dir, "format", F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
           faccessat(dir, "epoch", F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
           faccessat(dir, "db/objects.db", F_OK, AT_SYMLINK_NOFOLLOW) == 0 || statedir_has_past(dir);
}

bool statedir_has_past(int dir)
{
    int fd = openat(dir, "journal", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *journal = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *d;
    bool found = false;

    while (!found && journal && (d = readdir(journal)))
        found = str_ends(str_of(d->d_name), STR(".vj"));
    if (journal)
        closedir(journal);
    else if (fd >= 0)
        close(fd);
    return found;
}

/* What may be there in a new one: what file systems and packages put there by themselves, and the lock that a start left that was killed. Any other name, also one with a dot before it, is somebody's. */
bool statedir_is_nothing(const char *name)
{
    static const char *const names[] = {".",          "..",          "lock",        "lost+found",
                                        "quota.user", "quota.group", "aquota.user", "aquota.group",
                                        ".snapshot",  ".snapshots",  ".snap",       ".zfs",
                                        ".keep",      ".gitkeep"};
    static const char *const beginnings[] = {".nfs", ".fuse_hidden", ".keep_"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    for (size_t i = 0; i < ARRAY_LEN(beginnings); i++)
        if (str_starts(str_of(name), str_of(beginnings[i])))
            return true;
    return false;
}

bool statedir_is_empty(int dir)
{
    int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *all = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *d;
    bool empty = all != NULL;

    while (empty && (d = readdir(all)))
        empty = statedir_is_nothing(d->d_name);
    if (all)
        closedir(all);
    else if (fd >= 0)
        close(fd);
    return empty;
}

static bool has_mark(int dir)
{
    return faccessat(dir, STATEDIR_RESTORE_MARK, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

enum statedir_left statedir_left(int dir, const char *path)
{
    enum statedir_left left = STATEDIR_LEFT_OTHER;
    char beside[4400];
    int fd;

    snprintf(beside, sizeof(beside), "%s" STATEDIR_RESTORING, path);
    fd = open(beside, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? STATEDIR_LEFT_NOTHING : STATEDIR_LEFT_OTHER;
    if (has_mark(fd))
        left = STATEDIR_LEFT_NEW;
    else if (has_mark(dir) && statedir_is_empty(fd))
        left = STATEDIR_LEFT_EMPTY;
    else if (has_mark(dir) && statedir_is_vigies(fd))
        left = STATEDIR_LEFT_OLD;
    close(fd);
    return left;
}

int statedir_may_begin(int dir, const char *path, struct err *err)
{
    int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
    DIR *all = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *d;

    if (!all) {
        r = err_sys(err, errno, "cannot read the state folder %s", path);
        if (fd >= 0)
            close(fd);
        return r;
    }
    if (faccessat(dir, STATEDIR_RESTORING, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        r = err_set(err, E_INVAL,
                    "a restore into the state folder %s was broken off: run 'vigie restore --replace' again; "
                    "nothing was changed",
                    path);
    else if (statedir_is_empty(dir) && statedir_left(dir, path) == STATEDIR_LEFT_NEW)
        r = err_set(err, E_INVAL,
                    "a restore into the state folder %s did not come to its end, and what it unpacked is in "
                    "%s" STATEDIR_RESTORING ": if none is at work, run 'vigie restore' again, or, to begin "
                    "anew, remove that; nothing was changed",
                    path, path);
    while (r == 0 && (d = readdir(all)))
        if (!statedir_is_nothing(d->d_name) && !statedir_is_vigies(dir))
            r = err_set(err, E_INVAL,
                        "the state folder %s is not empty (%s) and not Vigie's: name an empty one, or one "
                        "that is not there, "
                        "with vigie_state_dir=DIR; if Vigie's files were there, bring them back with 'vigie "
                        "restore'; nothing "
                        "was changed",
                        path, d->d_name);
        else if (!statedir_is_nothing(d->d_name))
            break;
    closedir(all);
    return r;
}

/* The number behind `mark` on the next line of text. */
static bool line_number(struct str *text, struct str mark, uint64_t *n)
{
    struct str line = str_trim(str_cut(text, '\n'));

    return str_starts(line, mark) && str_to_u64(str_sub(line, mark.n, line.n), n);
}

static int judge(struct str text, const char *path, uint32_t site, struct err *err)
{
    uint64_t version, theirs;
    char what[4200];

    if (!line_number(&text, STR("vigie-state "), &version) || !version)
        return err_set(err, E_FORMAT,
                       "%s/format is damaged or this folder is not Vigie's: name another with "
                       "vigie_state_dir=DIR, or, if it is Vigie's, "
                       "write the line \"vigie-state %d\" into it again",
                       path, STATEDIR_FORMAT);
    if (version > STATEDIR_FORMAT)
        return err_set(err, E_FORMAT,
                       "the state folder %s was written by a newer Vigie (format %llu, this one knows %d): "
                       "run that version, or name another "
                       "folder with vigie_state_dir=DIR; nothing was changed",
                       path, (unsigned long long)version, STATEDIR_FORMAT);
    if (!str_trim(text).n)
        return 0;
    if (!line_number(&text, STR("site "), &theirs) || theirs > LIMIT_SITE || str_trim(text).n)
        return err_set(
            err, E_FORMAT,
            "%s/format is damaged: below \"vigie-state %d\" stands the line \"site N\" with the number "
            "of the site (vigie_site) and nothing else: write it so again",
            path, STATEDIR_FORMAT);
    if (site == STATEDIR_ANY_SITE || theirs == site)
        return 0;
    snprintf(what, sizeof(what), "the state folder %s", path);
    return statedir_other_site(err, what, (uint32_t)theirs, site);
}

int statedir_check_format(int dir, const char *path, uint32_t site, struct err *err)
{
    struct buf b = BUF_INIT;
    struct err why = ERR_INIT;
    int r = file_read_at(dir, "format", 4096, &b, &why);

    if (r == 0)
        r = judge(buf_str(&b), path, site, err);
    else
        r = r == E_NOENT ? 0 : err_set(err, r, "the state folder %s: %s", path, why.text);
    buf_release(&b);
    return r;
}

/* A folder with a record and no mark came from somewhere: whose it is, its record says. */
int statedir_mark_format(int dir, uint32_t site, struct err *err)
{
    char text[64];
    int n = snprintf(text, sizeof(text), "vigie-state %d\n", STATEDIR_FORMAT);

    if (faccessat(dir, "format", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return 0;
    if (site != STATEDIR_ANY_SITE && faccessat(dir, "journal", F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
        faccessat(dir, "db", F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        n += snprintf(text + n, sizeof(text) - (size_t)n, "site %u\n", site);
    return file_replace_at(dir, "format", text, (size_t)n, 0644, err);
}
