/* SPDX-License-Identifier: Apache-2.0 */
#include "role/parent_results.h"

#include "base/hash.h"
#include "base/log.h"
#include "core/resultfile.h"
#include "os/clock.h"
#include "os/file.h"
#include "role/parent_int.h"
#include "role/parent_log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME   8         /* cXXXXXX and its end, as mkstemp makes them of cXXXXXX */
#define NOTE   "results" /* in the state folder: what the file under way is known by */
#define MOST   4096u     /* files of one look into the folder; the others with the next one */
#define LOOKED 200000u   /* entries that are looked at */
#define SAID   200u      /* files that are refused and said, of one look */
#define STUCK  1000u     /* files that were read and cannot be deleted; with so many no more are read */

struct found {
    char name[NAME];
    int64_t at_ns; /* when it was written */
};

struct parent_results {
    char path[4096];
    int dir; /* -1: there is none */
    uint64_t age_s;
    int64_t every_us;
    VEC(struct found) found;         /* the next ones, the first last */
    VEC(uint64_t) said, said_before; /* hashes of what was refused, in this look and in the one before */
    VEC(uint64_t) stuck;             /* of what cannot be deleted: it is not read again */
    char name[NAME];                 /* under way; empty: none */
    int fd;                          /* of it */
    char known_by[128];
    char noted[128]; /* what was under way at the end of the life before */
    bool dir_said, note_said;
    struct loop_timer timer;
};

static void complain(struct parent *p, const char *why)
{
    struct buf line = BUF_INIT;

    log_warn("check_result_path: %s", why);
    buf_printf(&line, "Warning: check_result_path: %s", why);
    parent_log_lines(p, buf_str(&line));
    buf_release(&line);
}

/* ---- one file ---- */

static void known_by(char out[128], const char *name, const struct stat *st)
{
    snprintf(out, 128, "%s %llu %lld.%09ld", name, (unsigned long long)st->st_ino,
             (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
}

static uint64_t hash_of(const char *name, const struct stat *st)
{
    char id[128];

    known_by(id, name, st);
    return hash_bytes(id, strlen(id));
}

static bool is_stuck(const struct parent_results *x, const char *name, const struct stat *st)
{
    uint64_t hash = x->stuck.n ? hash_of(name, st) : 0;

    for (size_t i = 0; i < x->stuck.n; i++)
        if (x->stuck.at[i] == hash)
            return true;
    return false;
}

/* It stays there, and must not be done again. */
static void leave_there(struct parent *p, const char *name, const char *why)
{
    struct parent_results *x = p->results;
    char text[5000];
    struct stat st;

    if (fstatat(x->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return;
    *VEC_ADD(&x->stuck) = hash_of(name, &st);
    snprintf(text, sizeof(text), "%s: %s; it is not read again: take it away%s", x->path, why,
             x->stuck.n == STUCK ? ", then restart Vigie: so many are left that no more are read" : "");
    complain(p, text);
}

static void remove_file(struct parent *p, const char *name, int fd)
{
    struct parent_results *x = p->results;
    struct err err = ERR_INIT;
    char ok[NAME + 3];

    snprintf(ok, sizeof(ok), "%s.ok", name);
    if (rights_unlink_in(&p->uids, x->dir, name, fd, &err) < 0)
        leave_there(p, name, err.text);
    if (rights_unlink_in(&p->uids, x->dir, ok, -1, &err) < 0)
        log_debug("%s", err.text);
    if (fsync(x->dir) < 0) /* else it could be there again after a power cut, when another one is noted */
        log_debug("the folder %s cannot be synced: %s", x->path, strerror(errno));
}

static bool is_known_owner(const struct parent *p, uid_t uid)
{
    struct stat folder;

    return uid == 0 || uid == geteuid() || uid == p->uids.log_owner.uid ||
           (fstat(p->results->dir, &folder) == 0 && uid == folder.st_uid);
}

/* In a folder with the sticky bit files are deleted by their owners and the folder's only. */
static bool is_for_its_owner(const struct parent *p, uid_t uid)
{
    uid_t own = p->uids.log_owner.uid;
    struct stat folder;

    return own && own != uid && fstat(p->results->dir, &folder) == 0 && folder.st_mode & S_ISVTX &&
           folder.st_uid != own;
}

/* Why it is not read; NULL: it may be. */
static const char *why_not(const struct parent *p, const struct stat *st)
{
    if (!S_ISREG(st->st_mode) || st->st_nlink != 1)
        return "it is no ordinary file with one name: take it away";
    if (!is_known_owner(p, st->st_uid))
        return "it belongs neither to nagios_user nor to the folder's owner: chown it, or let its writer run "
               "as one "
               "of them";
    if (is_for_its_owner(p, st->st_uid))
        return "it could not be deleted, for its folder is sticky (chmod -t) and it belongs to another than "
               "nagios_user: chown it";
    if (st->st_mode & S_IWOTH)
        return "others can write into it: chmod o-w";
    if (st->st_size > (off_t)RESULTFILE_BYTES)
        return "it is larger than 1 MiB: write several files";
    return NULL;
}

static void refuse(struct parent *p, const char *name, const struct stat *st, const char *why)
{
    struct parent_results *x = p->results;
    char text[5000];
    uint64_t hash = hash_of(name, st);
    bool was_said = false;

    for (size_t i = 0; i < x->said_before.n; i++)
        was_said = was_said || x->said_before.at[i] == hash;
    if (x->said.n >= SAID)
        return;
    *VEC_ADD(&x->said) = hash;
    if (was_said)
        return;
    snprintf(text, sizeof(text), "%s/%s is refused: %s", x->path, name, why);
    complain(p, text);
}

static bool is_old(const struct parent_results *x, const struct stat *st)
{
    return x->age_s && st->st_mtim.tv_sec < time_wall_s(clock_wall()) - (int64_t)x->age_s;
}

/* Opens it if it may be read. A link, or what is gone, is none of ours. */
static int open_found(struct parent *p, const char *name, struct stat *st)
{
    struct parent_results *x = p->results;
    struct err err = ERR_INIT;
    const char *why;
    int fd = -1;

    if (fstatat(x->dir, name, st, AT_SYMLINK_NOFOLLOW) < 0)
        return -1;
    why = why_not(p, st);
    if (!why && rights_open_in(&p->uids, x->dir, name, &fd, &err) < 0)
        why = err.text;
    if (!why && (fstat(fd, st) < 0 || (why = why_not(p, st)))) /* another one stands there now */
        why = why ? why : "it cannot be looked at";
    if (why)
        refuse(p, name, st, why);
    if (why && fd >= 0)
        close(fd);
    return why ? -1 : fd;
}

/* ---- one after the other ---- */

static bool note(struct parent *p, const char *id)
{
    struct parent_results *x = p->results;
    struct err err = ERR_INIT;
    bool noted = file_replace_at(p->state_fd, NOTE, id, strlen(id), 0600, &err) == 0;

    if (!noted && !x->note_said)
        log_warn("results wait in check_result_path: %s", err.text);
    x->note_said = !noted;
    return noted;
}

static void next(struct parent *p)
{
    struct parent_results *x = p->results;
    struct child *local = parent_find(p, ROLE_LOCAL, 0);

    while (!x->name[0] && x->found.n) {
        struct found f = x->found.at[--x->found.n];
        struct stat st = {.st_ino = 0};
        int fd = open_found(p, f.name, &st);

        if (st.st_ino && is_old(x, &st)) {
            log_warn("%s/%s is older than max_check_result_file_age: it was deleted unread", x->path, f.name);
            remove_file(p, f.name, fd);
            if (fd >= 0)
                close(fd);
            continue;
        }
        if (fd < 0)
            continue;
        known_by(x->known_by, f.name, &st);
        if (!note(p, x->known_by)) {
            close(fd);
            x->found.n++; /* the next look tries it again */
            return;
        }
        memcpy(x->name, f.name, NAME);
        x->fd = fd;
        if (local && parent_child_lives(local))
            parent_results_pass(p, local);
    }
}

void parent_results_pass(struct parent *p, struct child *local)
{
    const struct parent_results *x = p->results;
    char arg[160];

    if (!x || !x->name[0])
        return;
    snprintf(arg, sizeof(arg), "%llu %s", (unsigned long long)x->age_s, x->known_by);
    parent_pass(local, "result-file", arg, x->fd);
}

static void leave(struct parent_results *x)
{
    close(x->fd);
    x->fd = -1;
    x->name[0] = '\0';
}

void parent_results_read(struct parent *p, const struct msg_handed_read *m)
{
    struct parent_results *x = p->results;

    if (!x || !x->name[0] || !str_eq_c(m->file, x->known_by))
        return; /* of a local that was restarted */
    if (m->old)
        log_warn(
            "%s/%s says that it was written longer than max_check_result_file_age ago: it was deleted unread",
            x->path, x->name);
    remove_file(p, x->name, x->fd);
    leave(x);
    next(p);
}

/* ---- the folder ---- */

static int by_age(const void *a, const void *b)
{
    const struct found *x = a, *y = b;

    if (x->at_ns != y->at_ns)
        return x->at_ns > y->at_ns ? -1 : 1;
    return strcmp(y->name, x->name);
}

static void take_entry(struct parent *p, const char *name)
{
    struct parent_results *x = p->results;
    char ok[NAME + 3], id[128];
    struct stat st, unused;
    struct found f;

    if (strlen(name) != NAME - 1 || name[0] != 'c' || strchr(name, '.') || x->found.n >= MOST)
        return;
    if (x->found.n && strcmp(x->found.at[0].name, name) == 0)
        return; /* the noted one */
    memcpy(ok, name, NAME - 1);
    memcpy(ok + NAME - 1, ".ok", sizeof(".ok"));
    if (fstatat(x->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
        fstatat(x->dir, ok, &unused, AT_SYMLINK_NOFOLLOW) < 0 || is_stuck(x, name, &st))
        return;
    memcpy(f.name, name, NAME);
    f.at_ns = st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    known_by(id, name, &st);
    if (strcmp(id, x->noted) == 0)
        f.at_ns = INT64_MIN; /* it was under way: before all others */
    *VEC_ADD(&x->found) = f;
}

/* What was under way: it is the first, however many there are. */
static void take_noted(struct parent *p)
{
    struct str id = str_of(p->results->noted), name = str_cut(&id, ' ');
    char room[NAME];

    if (name.n != NAME - 1)
        return;
    str_copy(room, sizeof(room), name);
    take_entry(p, room);
}

static void read_folder(struct parent *p)
{
    struct parent_results *x = p->results;
    int fd = openat(x->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *d;
    size_t n = 0;

    if (!dir && fd >= 0)
        close(fd);
    take_noted(p);
    while (dir && n++ < LOOKED && (d = readdir(dir)))
        take_entry(p, d->d_name);
    if (dir)
        closedir(dir);
    if (x->found.n)
        qsort(x->found.at, x->found.n, sizeof(*x->found.at), by_age);
    x->noted[0] = '\0';
}

/* Anybody could put another file in the place of one that is under way. */
static bool open_folder(struct parent *p)
{
    struct parent_results *x = p->results;
    struct err err = ERR_INIT;
    struct stat st;
    int r;

    if (x->dir >= 0)
        close(x->dir);
    x->dir = -1;
    r = rights_open_folder(&p->uids, x->path, &x->dir, &err);
    if (r == 0 && (fstat(x->dir, &st) < 0 || ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX)))) {
        r = err_set(&err, E_PERM, "everybody may write into the folder %s: chmod o-w", x->path);
    }
    if (r == 0)
        r = rights_may_change(&p->uids, x->dir, x->path, &err);
    if (r == 0 && !rights_lock(x->dir))
        r = err_set(&err, E_BUSY,
                    "another Vigie reads the files in %s: stop it, or give this one a folder of its own with "
                    "--set check_result_path=FOLDER",
                    x->path);
    if (r < 0 && x->dir >= 0) {
        close(x->dir);
        x->dir = -1;
    }
    if (r < 0 && !x->dir_said)
        complain(p, err.text);
    x->dir_said = r < 0;
    return r == 0;
}

static void look(void *user)
{
    struct parent *p = user;
    struct parent_results *x = p->results;

    loop_timer_set(p->loop, &x->timer, (struct mono){loop_now(p->loop).us + x->every_us}, look, p);
    if (x->name[0])
        return; /* those of the look before are under way */
    if (x->found.n) {
        next(p);
        return;
    }
    VEC_CLEAR(&x->said_before);
    for (size_t i = 0; i < x->said.n; i++)
        *VEC_ADD(&x->said_before) = x->said.at[i];
    VEC_CLEAR(&x->said);
    if (x->stuck.n >= STUCK || !open_folder(p))
        return;
    read_folder(p);
    next(p);
}

/* ---- begin and end ---- */

static void read_note(struct parent *p)
{
    struct parent_results *x = p->results;
    int fd = openat(p->state_fd, NOTE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t n = fd < 0 ? 0 : read(fd, x->noted, sizeof(x->noted) - 1);

    x->noted[MAX(n, 0)] = '\0';
    if (fd >= 0)
        close(fd);
}

void parent_results_begin(struct parent *p)
{
    const struct model_globals *g = p->model.globals;
    const char *path = model_c(&p->model, g->check_result_path);

    if (!p->results && !path[0])
        return;
    if (!p->results) {
        p->results = mem_zalloc(sizeof(*p->results));
        p->results->dir = p->results->fd = -1;
        read_note(p);
    }
    snprintf(p->results->path, sizeof(p->results->path), "%s", path);
    VEC_CLEAR(&p->results->found); /* what is under way comes to its end, wherever it is */
    p->results->dir_said = false;
    p->results->age_s = g->max_check_result_file_age;
    p->results->every_us = MAX(g->check_result_reaper_frequency, 1u) * TIME_S;
    loop_timer_cancel(&p->results->timer);
    if (path[0])
        look(p);
}

void parent_results_release(struct parent *p)
{
    struct parent_results *x = p->results;

    if (!x)
        return;
    loop_timer_cancel(&x->timer);
    if (x->name[0])
        leave(x);
    if (x->dir >= 0)
        close(x->dir);
    VEC_RELEASE(&x->found);
    VEC_RELEASE(&x->said);
    VEC_RELEASE(&x->said_before);
    VEC_RELEASE(&x->stuck);
    mem_free(x);
    p->results = NULL;
}
