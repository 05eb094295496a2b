/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What each role may do: one table (rights.c), from which the sandbox, the tests and docs/RIGHTS.md are made.
 * Users (docs/decisions, "rights as they are"): started as root, roles run as vigie, auth as vigie-auth, web and local as vigie-web, plugins as nagios_user of the main file,
 * else vigie-run; where these users do not exist, fixed numeric ids between 61184 and 65519 for the roles and nobody for plugins, with a warning. As an ordinary user
 * everything runs as that user, said loudly; so it is as a container's root that cannot become other users.
 */
#include "base/err.h"
#include "os/proc.h"
#include "os/sandbox.h"
#include "wire/roles.h"

#include <sys/types.h>

struct role;

#define RIGHTS_GROUPS_MAX 32

struct rights_uid {
    uid_t uid;
    gid_t gid;
    gid_t groups[RIGHTS_GROUPS_MAX];
    size_t n_groups;
};

struct rights_uids {
    bool root; /* started as root, and able to become others: ids are changed */
    struct rights_uid role[ROLE_COUNT];
    struct rights_uid log_owner; /* whose rights open log_file and command_file */
    struct rights_uid own;       /* root itself, with the groups that it was started with */
    char warning[512];           /* to be shown; empty: all as it should be */
};

/* nagios_user, nagios_group: of the main file, may be empty. main_file: its owner opens the logs when no user is named. */
void rights_resolve_uids(struct rights_uids *u, const char *nagios_user, const char *nagios_group,
                         const char *main_file);
const struct rights_uid *rights_uid_of(const struct rights_uids *u, enum role_id id);
/* Fills in what the parent sets between fork and exec: ids, capabilities, no_new_privs, limits. */
void rights_spawn(enum role_id id, unsigned instance, const struct rights_uids *u, struct proc_spec *spec);
/* The last step of a role's birth, in its own process: closes the sandbox. Cannot be undone. */
int rights_enter(enum role_id id, struct role *r, struct err *err);

/* One row of the table. Paths are folders of the state folder ("" itself), or absolute. */
struct rights_row {
    enum role_id role;
    unsigned calls; /* enum sandbox_calls */
    bool landlock;
    const char *read[2], *write[5];
    const char *may, *may_not; /* for people: docs/RIGHTS.md is made from them */
};
const struct rights_row *rights_row(enum role_id id); /* NULL: the parent */
const struct rights_row *rights_row_at(size_t i);     /* NULL behind the last */

/* Opens a file that lines go to (with O_NONBLOCK: a named pipe, and nothing else), with the rights of log_owner (the parent takes its file-system ids and groups for the call). The file itself may be no symbolic link; folders on the way may, and are entered with the same rights. */
int rights_open_as(const struct rights_uids *u, const char *path, int flags, mode_t mode, int *fd,
                   struct err *err);
/* A file or folder that is ours alone as long as it is open; false: it is another process's. What is no file, or where there are no locks, is everybody's. */
bool rights_lock(int fd);
/* Renames a log. E_EXIST: `to` is there already; E_IO with the words of EXDEV: it is on another file system. */
int rights_move_as(const struct rights_uids *u, const char *from, const char *to, struct err *err);
/* Takes a file away, if it is still the one that is open as fd. */
int rights_unlink_as(const struct rights_uids *u, const char *path, int fd, struct err *err);
/* The same of a folder, and of an ordinary file in it; what is taken away must be the one that is open as fd, if that is not -1. */
int rights_open_folder(const struct rights_uids *u, const char *path, int *fd, struct err *err);
/* May files be made and taken away in the open folder? E_PERM and others: no, with what to do; path is for the message. */
int rights_may_change(const struct rights_uids *u, int folder, const char *path, struct err *err);
int rights_open_in(const struct rights_uids *u, int folder, const char *name, int *fd, struct err *err);
int rights_unlink_in(const struct rights_uids *u, int folder, const char *name, int fd, struct err *err);
/* E_BUSY: a living process reads that FIFO. Nothing is changed, and whoever waits to write goes on waiting. */
int rights_fifo_is_free(const char *path, struct err *err);
/* Makes a FIFO, or takes one that nobody reads any more, and opens it to read it alone; E_BUSY as above. */
int rights_fifo_open(const struct rights_uids *u, const char *path, mode_t mode, int *fd, struct err *err);
/* A listening socket of log_owner, in the group that its folder gives (setgid) as the FIFO; in a folder where log_owner may not write it is made by root and given to it. */
int rights_listen_as(const struct rights_uids *u, const char *path, mode_t mode, int *fd, struct err *err);

/* What a running process really has, from /proc. */
struct rights_level {
    pid_t pid;
    uid_t uid;
    int seccomp; /* 0 none, 2 filter */
    int no_new_privs;
    uint64_t caps; /* effective */
    uint64_t rss_kb;
};
bool rights_level_read(pid_t pid, struct rights_level *out);
