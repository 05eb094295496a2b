/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Processes: started with vfork semantics (cost independent of our size), watched by pidfd. Between vfork and exec only async-signal-safe calls are made.
 */
#include "base/err.h"
#include "os/loop.h"

#include <sys/resource.h>
#include <sys/types.h>

struct proc_fd {
    int from, to; /* our descriptor becomes that number in the child; to is not close-on-exec there */
};

struct proc_limit {
    int resource; /* RLIMIT_... */
    struct rlimit value;
};

struct proc_spec {
    int exe_dir;     /* folder of exe when exe has no slash and exe_dir >= 0 (execveat); else AT_FDCWD */
    const char *exe; /* path, or name in exe_dir */
    const char *const *argv; /* ended by NULL */
    const char *const *envv; /* ended by NULL: the whole environment */
    const struct proc_fd *fds;
    size_t n_fds;
    const char *cwd; /* NULL: "/" */
    bool set_ids;    /* uid and gid below; needs root */
    uid_t uid;
    gid_t gid;
    const gid_t *groups; /* supplementary groups, with set_ids */
    size_t n_groups;
    uint64_t ambient_caps; /* bits 1 << CAP_x kept over set_ids and exec, as far as we have them ourselves */
    bool no_new_privs;
    bool new_session; /* own session and process group: kill(-pid) reaches the group */
    int death_signal; /* sent to it when we die; 0: none */
    int cpu;          /* pinned to that processor; -1: not */
    const struct proc_limit *limits;
    size_t n_limits;
};

#define PROC_SPEC_INIT                                                                                       \
    {                                                                                                        \
        .exe_dir = -1, .cpu = -1                                                                             \
    }

struct proc {
    pid_t pid; /* 0: none */
    int pidfd;
};

/* Starts it. Descriptors that are not in fds are closed in the child; 0, 1, 2 must be in fds or become /dev/null (0) and ours (1, 2). E_NOENT, E_PERM ... with
 * a text that names the program when exec fails. */
int proc_spawn(struct proc *p, const struct proc_spec *spec, struct err *err);
int proc_spawn_errno(struct proc *p,
                     const struct proc_spec *spec); /* for who words the failure itself: 0, or errno */
/* The status of an ended process as waitpid gives it. 1: reaped (pidfd is closed, pid 0); 0: still runs. */
int proc_reap(struct proc *p, int *status);
int proc_signal(const struct proc *p, int signo);       /* the process */
int proc_signal_group(const struct proc *p, int signo); /* its whole group */
void proc_forget(struct proc *p);                       /* closes the pidfd without reaping */
unsigned proc_cores(void);                              /* processors we may use */
void proc_become_subreaper(void);
/* Reaps every ended child that is none of the spawned ones (adopted orphans): call on SIGCHLD. keep says which pids are not to be touched. */
void proc_reap_orphans(bool (*keep)(void *user, pid_t pid), void *user);
