/* SPDX-License-Identifier: Apache-2.0 */
#include "role/conf_io.h"

#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "os/file.h"

#define ZONE_DIR     "/usr/share/zoneinfo/"
#define ZONE_MAX     (256u * 1024)
#define NSSWITCH_MAX (64u * 1024)

/* Shell commands are only taken from files that none but root, or the ordinary user who runs Vigie, can change. The conf role of a Vigie started as root has a user
 * of its own, whose files are not trusted. */
static void name_owner(uid_t uid, char distrust[128])
{
    const struct passwd *pw = getpwuid(uid);

    if (pw)
        snprintf(distrust, 128, "belongs to %s", pw->pw_name);
    else
        snprintf(distrust, 128, "belongs to user %u", (unsigned)uid);
}

static void judge_owner(const struct stat *st, char distrust[128])
{
    bool as_root =
        geteuid() == 0 || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_DAC_READ_SEARCH, 0, 0) == 1;

    distrust[0] = '\0';
    if (st->st_uid != 0 && (as_root || st->st_uid != geteuid()))
        name_owner(st->st_uid, distrust);
    else if (st->st_mode & (S_IWGRP | S_IWOTH))
        snprintf(distrust, 128, "can be written by others");
}

static int read_conf(void *ctx UNUSED, const char *path, struct buf *out, char distrust[128], struct err *err)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return err_sys(err, errno, "cannot open %s", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, E_INVAL, "%s is no file; for a folder write cfg_dir", path);
    judge_owner(&st, distrust);
    return file_read(path, LIMIT_CONF_FILE, out, err);
}

static bool is_folder(int dir, const struct dirent *d)
{
    struct stat st;

    if (d->d_type != DT_UNKNOWN && d->d_type != DT_LNK)
        return d->d_type == DT_DIR;
    return fstatat(dir, d->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

static int list_conf(void *ctx UNUSED, const char *path, conf_entry_f *each, void *arg, struct err *err)
{
    DIR *dir = opendir(path);
    const struct dirent *d;

    if (!dir && errno == ELOOP)
        return err_set(err, E_LIMIT, "cannot read the folder %s: too many links on the way; is there a loop?",
                       path);
    if (!dir)
        return err_sys(err, errno, "cannot read the folder %s", path);
    while ((d = readdir(dir)))
        each(arg, str_of(d->d_name), is_folder(dirfd(dir), d));
    closedir(dir);
    return 0;
}

static bool folder_id(void *ctx UNUSED, const char *path, uint64_t id[2])
{
    struct stat st;

    if (stat(path, &st) < 0)
        return false;
    id[0] = st.st_dev;
    id[1] = st.st_ino;
    return true;
}

static int judge_program(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return errno == ENOENT || errno == ENOTDIR ? E_NOENT : E_AGAIN;
    return S_ISREG(st.st_mode) && (st.st_mode & 0111) ? 0 : E_PERM;
}

static int find_program(void *ctx UNUSED, const char *path)
{
    static const char *const places[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
                                         "/usr/bin",        "/sbin",          "/bin"};
    char full[4096];

    if (strchr(path, '/'))
        return judge_program(path);
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        snprintf(full, sizeof(full), "%s/%s", places[i], path);
        if (judge_program(full) == 0)
            return 0;
    }
    return E_NOENT;
}

static int read_zone(void *ctx UNUSED, const char *name, struct buf *out)
{
    char path[512];

    if (!*name)
        return file_read("/etc/localtime", ZONE_MAX, out, NULL);
    if (name[0] == '/')
        return file_read(name, ZONE_MAX, out, NULL);
    if (strstr(name, "..") || (size_t)snprintf(path, sizeof(path), ZONE_DIR "%s", name) >= sizeof(path))
        return E_INVAL;
    return file_read(path, ZONE_MAX, out, NULL);
}

/* Are all users of this machine in its files? Others are not always there to be asked. */
static bool users_in_files(void)
{
    struct buf b = BUF_INIT;
    struct str text, line;
    bool all = true;

    if (file_read("/etc/nsswitch.conf", NSSWITCH_MAX, &b, NULL) < 0)
        return true;
    text = buf_str(&b);
    while (text.n) {
        line = str_cut(&text, '\n');
        if (!str_starts(line, STR("passwd:")))
            continue;
        line = str_trim(str_sub(line, 7, line.n));
        while (line.n) {
            struct str word = str_cut(&line, ' ');

            all = all && (str_eq_c(word, "files") || str_eq_c(word, "compat") || str_eq_c(word, "systemd"));
            line = str_trim(line);
        }
    }
    buf_release(&b);
    return all;
}

static int find_user(void *ctx UNUSED, const char *name)
{
    uint64_t uid;

    if (getpwnam(name) || (str_to_u64(str_of(name), &uid) && getpwuid((uid_t)uid)))
        return 0;
    return users_in_files() ? E_NOENT : E_AGAIN;
}

struct conf_io conf_io_files(void)
{
    return (struct conf_io){NULL, read_conf, list_conf, folder_id, find_program, read_zone, find_user};
}

bool conf_io_is_native(const char *main_path)
{
    const char *base = strrchr(main_path, '/');

    return strcmp(base ? base + 1 : main_path, "vigie.conf") == 0;
}
