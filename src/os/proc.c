/* SPDX-License-Identifier: Apache-2.0 */
#include "os/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child runs on a stack of its own in our memory: the sanitizers must not track its frames. */
#define IN_CHILD __attribute__((no_sanitize("address", "undefined")))

enum { CHILD_STACK = 64 * 1024, FDS_MAX = 64 };

/* What the child does and how it failed; shared memory, since vfork's child runs in ours. */
struct start {
    const struct proc_spec *spec;
    const char *step; /* the step that failed */
    int error;
    int exe_dir; /* spec->exe_dir, where no passed descriptor takes its number */
    sigset_t mask;
};

IN_CHILD static bool fail(struct start *s, const char *step)
{
    s->step = step;
    s->error = errno;
    return false;
}

/* Moves the wanted descriptors to their numbers without treading on one another, closes all others. */
IN_CHILD static bool child_fds(struct start *s)
{
    const struct proc_spec *spec = s->spec;
    int high[FDS_MAX], top = 2;
    bool std[3] = {false};

    for (size_t i = 0; i < spec->n_fds; i++)
        top = MAX(top, spec->fds[i].to);
    syscall(SYS_close_range, 3u, ~0u,
            4u /* CLOSE_RANGE_CLOEXEC: nothing of ours reaches the program by mistake */);
    s->exe_dir = spec->exe_dir < 0 ? -1 : fcntl(spec->exe_dir, F_DUPFD_CLOEXEC, top + 1);
    if (spec->exe_dir >= 0 && s->exe_dir < 0)
        return fail(s, "passing a descriptor");
    for (size_t i = 0; i < spec->n_fds; i++) {
        high[i] = fcntl(spec->fds[i].from, F_DUPFD_CLOEXEC, top + 1);
        if (high[i] < 0)
            return fail(s, "passing a descriptor");
    }
    for (size_t i = 0; i < spec->n_fds; i++) {
        if (dup2(high[i], spec->fds[i].to) < 0)
            return fail(s, "passing a descriptor");
        if (spec->fds[i].to < 3)
            std[spec->fds[i].to] = true;
    }
    if (!std[0]) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);

        if (null < 0 || dup2(null, 0) < 0)
            return fail(s, "opening /dev/null");
    }
    return true;
}

IN_CHILD static bool child_ids(struct start *s)
{
    const struct proc_spec *spec = s->spec;

    if (!spec->set_ids)
        return true;
    if (spec->ambient_caps && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
        return fail(s, "keeping capabilities");
    /* The raw calls: the C library's would try to tell other threads. */
    if (syscall(SYS_setgroups, spec->n_groups, spec->groups) < 0 ||
        syscall(SYS_setresgid, spec->gid, spec->gid, spec->gid) < 0 ||
        syscall(SYS_setresuid, spec->uid, spec->uid, spec->uid) < 0)
        return fail(s, "changing the user");
    return true;
}

IN_CHILD static bool child_caps(struct start *s)
{
    uint64_t caps = s->spec->ambient_caps;
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {0};

    if (!s->spec->set_ids && !caps)
        return true;
    if (syscall(SYS_capget, &head, data) < 0)
        return fail(s, "reading capabilities");
    caps &= data[0].permitted | (uint64_t)data[1].permitted << 32; /* a container may hold some back */
    head.version = _LINUX_CAPABILITY_VERSION_3;
    for (int i = 0; i < 2; i++)
        data[i].permitted = data[i].effective = data[i].inheritable = (uint32_t)(caps >> (32 * i));
    if (syscall(SYS_capset, &head, data) < 0)
        return fail(s, "setting capabilities");
    for (int i = 0; i < 64; i++) {
        if (caps >> i & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0) < 0)
            return fail(s, "handing on a capability");
    }
    return true;
}

IN_CHILD static bool child_rest(struct start *s)
{
    const struct proc_spec *spec = s->spec;

    for (size_t i = 0; i < spec->n_limits; i++) {
        if (syscall(SYS_prlimit64, 0, spec->limits[i].resource, &spec->limits[i].value, NULL) < 0)
            return fail(s, "setting a limit");
    }
    if (spec->cpu >= 0) {
        cpu_set_t set;

        CPU_ZERO(&set);
        CPU_SET((size_t)spec->cpu, &set);
        sched_setaffinity(0, sizeof(set), &set);
    }
    if (spec->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return fail(s, "no_new_privs");
    if (spec->death_signal && prctl(PR_SET_PDEATHSIG, spec->death_signal, 0, 0, 0) < 0)
        return fail(s, "the death signal");
    if (chdir(spec->cwd ? spec->cwd : "/") < 0)
        return fail(s, "changing the folder");
    return true;
}

IN_CHILD static void child_signals(const struct start *s UNUSED)
{
    struct sigaction sa = {.sa_handler = SIG_DFL};
    sigset_t none;

    for (int i = 1; i < 65; i++)
        sigaction(i, &sa, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

IN_CHILD static int child_main(void *user)
{
    struct start *s = user;
    const struct proc_spec *spec = s->spec;

    if (spec->new_session)
        setsid();
    child_signals(s);
    if (!child_fds(s) || !child_ids(s) || !child_caps(s) || !child_rest(s))
        _exit(127);
    if (s->exe_dir >= 0)
        syscall(SYS_execveat, s->exe_dir, spec->exe, spec->argv, spec->envv, 0);
    else
        execve(spec->exe, (char *const *)(uintptr_t)spec->argv, (char *const *)(uintptr_t)spec->envv);
    fail(s, "exec");
    _exit(127);
}

static int spawn_error(const struct start *s, struct err *err)
{
    if (strcmp(s->step, "exec") == 0)
        return err_sys(err, s->error, "cannot execute %s", s->spec->exe);
    return err_sys(err, s->error, "cannot start %s (%s)", s->spec->exe, s->step);
}

/* 0, or errno; s->step is the step that failed, NULL when there is no process at all. */
static int spawn(struct proc *p, struct start *s)
{
    const struct proc_spec *spec = s->spec;
    sigset_t all;
    char *stack;
    int pidfd = -1;
    pid_t pid;

    BUG_ON(spec->n_fds > FDS_MAX);
    stack = mem_alloc(CHILD_STACK);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &s->mask); /* no handler of ours may run in the child's borrowed memory */
    pid = clone(child_main, stack + CHILD_STACK, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, s, &pidfd);
    s->error = pid < 0 ? errno : s->error;
    sigprocmask(SIG_SETMASK, &s->mask, NULL);
    mem_free(stack);
    if (pid < 0)
        return s->error;
    if (s->step) {
        waitpid(pid, NULL, 0);
        close(pidfd);
        return s->error;
    }
    p->pid = pid;
    p->pidfd = pidfd;
    return 0;
}

int proc_spawn(struct proc *p, const struct proc_spec *spec, struct err *err)
{
    struct start s = {.spec = spec};

    if (spawn(p, &s) == 0)
        return 0;
    return s.step ? spawn_error(&s, err) : err_sys(err, s.error, "cannot start a process for %s", spec->exe);
}

int proc_spawn_errno(struct proc *p, const struct proc_spec *spec)
{
    struct start s = {.spec = spec};

    return spawn(p, &s);
}

int proc_reap(struct proc *p, int *status)
{
    pid_t r = p->pid ? waitpid(p->pid, status, WNOHANG) : 0;

    if (r == 0 || (r < 0 && errno == EINTR))
        return 0;
    if (r < 0)
        *status = 0; /* somebody else reaped it */
    proc_forget(p);
    return 1;
}

void proc_forget(struct proc *p)
{
    if (p->pidfd >= 0 && p->pid)
        close(p->pidfd);
    p->pid = 0;
    p->pidfd = -1;
}

int proc_signal(const struct proc *p, int signo)
{
    if (!p->pid)
        return E_NOENT;
    return syscall(SYS_pidfd_send_signal, p->pidfd, signo, NULL, 0) < 0 ? err_from_errno(errno) : 0;
}

int proc_signal_group(const struct proc *p, int signo)
{
    if (!p->pid)
        return E_NOENT;
    return kill(-p->pid, signo) < 0 ? err_from_errno(errno) : 0;
}

unsigned proc_cores(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof(set), &set) < 0)
        return 1;
    return (unsigned)CPU_COUNT(&set);
}

void proc_become_subreaper(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

void proc_reap_orphans(bool (*keep)(void *user, pid_t pid), void *user)
{
    siginfo_t si;

    for (;;) {
        si.si_pid = 0;
        if (waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) < 0 || !si.si_pid)
            return;
        if (keep(user, si.si_pid))
            return; /* its owner reaps it by its pidfd; the next SIGCHLD brings us back */
        waitpid(si.si_pid, NULL, WNOHANG);
    }
}
