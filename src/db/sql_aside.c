/* SPDX-License-Identifier: Apache-2.0 */
#include "db/sql_aside.h"

#include "base/log.h"
#include "os/disk.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK ".damaged-"

/* ---- finding ---- */

int64_t sql_aside_time(const char *name, struct str *base)
{
    const char *mark = strstr(name, MARK);
    int64_t at_s;

    if (!mark || !str_to_i64(str_of(mark + strlen(MARK)), &at_s) || at_s < 1)
        return 0;
    *base = str_make(name, (size_t)(mark - name));
    return at_s;
}

struct search {
    struct str base;
    int fd;
    int64_t newest, large, most; /* large: the one that holds most of those that are not the newest */
};

static void look(void *user, const char *name)
{
    struct search *x = user;
    struct str base;
    int64_t at_s = sql_aside_time(name, &base);

    if (at_s && str_eq(base, x->base))
        x->newest = MAX(x->newest, at_s);
}

/* The folder of the database, and the newest there; -1: there is no such folder. */
static int search(const char *path, struct search *x)
{
    const char *slash = strrchr(path, '/');
    char dir[SQL_ASIDE_PATH];

    *x = (struct search){.base = str_of(slash ? slash + 1 : path)};
    snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    x->fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (x->fd >= 0)
        disk_list(x->fd, look, x);
    return x->fd;
}

int64_t sql_aside_newest(const char *path, char out[SQL_ASIDE_PATH])
{
    struct search x;

    if (search(path, &x) < 0)
        return 0;
    close(x.fd);
    snprintf(out, SQL_ASIDE_PATH, "%s" MARK "%lld", path, (long long)x.newest);
    return x.newest;
}

/* ---- moving ---- */

/* Of two that are as large the newer one. */
static void look_large(void *user, const char *name)
{
    struct search *x = user;
    struct str base;
    struct stat st;
    int64_t at_s = sql_aside_time(name, &base);

    if (!at_s || !str_eq(base, x->base) || at_s == x->newest ||
        fstatat(x->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
        (x->large && (st.st_size < x->most || (st.st_size == x->most && at_s < x->large))))
        return;
    x->large = at_s;
    x->most = st.st_size;
}

static void remove_other(void *user, const char *name)
{
    static const char *const beside[] = {"", "-wal", "-shm"};
    const struct search *x = user;
    char file[SQL_ASIDE_PATH];
    struct str base;
    int64_t at_s = sql_aside_time(name, &base);

    if (!at_s || !str_eq(base, x->base) || at_s == x->newest || at_s == x->large)
        return;
    for (size_t i = 0; i < ARRAY_LEN(beside); i++) {
        snprintf(file, sizeof(file), "%s%s", name, beside[i]);
        unlinkat(x->fd, file, 0);
    }
    log_warn("%s was removed: a newer damaged one and a larger one are there", name);
}

static void move(const char *path, const char *suffix, int64_t at_s)
{
    char from[SQL_ASIDE_PATH], to[SQL_ASIDE_PATH];

    snprintf(from, sizeof(from), "%s%s", path, suffix);
    snprintf(to, sizeof(to), "%s" MARK "%lld%s", path, (long long)at_s, suffix);
    rename(from, to);
}

/* A disk that breaks one after the other would be filled with them: beside the newest, the largest of the others stays, from which most can be had. */
static void trim(const char *path)
{
    struct search x;

    if (search(path, &x) < 0)
        return;
    disk_list(x.fd, look_large, &x);
    disk_list(x.fd, remove_other, &x);
    close(x.fd);
}

/* The second is that of no other one. */
static void move_all(const char *path, struct wall now, const char *why)
{
    char newest[SQL_ASIDE_PATH];
    int64_t at_s = MAX((int64_t)time_wall_s(now), sql_aside_newest(path, newest) + 1);

    move(path, "", at_s);
    move(path, "-wal", at_s);
    move(path, "-shm", at_s);
    log_error("%s: it was moved to %s" MARK "%lld and is made anew", why, path, (long long)at_s);
    trim(path);
}

int sql_open_or_renew(struct sql *s, const char *path, enum sql_how how, const struct sql_schema *schema,
                      struct wall now, bool *moved, struct err *err)
{
    struct err first = ERR_INIT;
    int r = sql_open(s, path, how, schema, &first);

    *moved = false;
    if (r != E_FORMAT) {
        if (r < 0)
            err_set(err, r, "%s", first.text);
        return r;
    }
    move_all(path, now, first.text);
    *moved = true;
    return sql_open(s, path, how, schema, err);
}

void sql_set_aside(struct sql *s, const char *path, struct wall now)
{
    char why[SQL_ASIDE_PATH];

    sql_settle(s);
    sql_close(s);
    snprintf(why, sizeof(why), "the database %s is damaged", path);
    move_all(path, now, why);
}
