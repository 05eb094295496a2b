/* SPDX-License-Identifier: Apache-2.0 */
#include "os/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- Landlock: the numbers of its interface, since Debian 12's headers end at ABI 2 ---- */

enum { LL_CREATE = 444, LL_ADD = 445, LL_RESTRICT = 446, LL_VERSION = 1, LL_RULE_PATH = 1 };

#define LL_EXECUTE     (1ull << 0)
#define LL_WRITE       (1ull << 1)
#define LL_READ        (1ull << 2)
#define LL_READ_DIR    (1ull << 3)
#define LL_FS_ABI1     ((1ull << 13) - 1)
#define LL_REFER       (1ull << 13) /* ABI 2 */
#define LL_TRUNCATE    (1ull << 14) /* ABI 3 */
#define LL_IOCTL_DEV   (1ull << 15) /* ABI 5 */
#define LL_BIND_TCP    (1ull << 0)  /* ABI 4 */
#define LL_CONNECT_TCP (1ull << 1)
#define LL_SCOPES      3ull /* ABI 6: abstract sockets and signals to outside */

struct ll_ruleset {
    uint64_t fs, net, scoped;
};
struct ll_path {
    uint64_t access;
    int32_t fd;
} __attribute__((packed));

int sandbox_landlock_abi(void)
{
    long v = syscall(LL_CREATE, NULL, 0, LL_VERSION);

    return v > 0 ? (int)v : 0;
}

static uint64_t all_fs(int abi)
{
    uint64_t all = LL_FS_ABI1;

    if (abi >= 2)
        all |= LL_REFER;
    if (abi >= 3)
        all |= LL_TRUNCATE;
    if (abi >= 5)
        all |= LL_IOCTL_DEV;
    return all;
}

static int add_path(int ruleset, const struct sandbox_path *p, uint64_t all, struct err *err)
{
    struct ll_path rule = {.access = p->write ? all & ~LL_EXECUTE : LL_READ | LL_READ_DIR};
    int r = 0;

    rule.fd = open(p->path, O_PATH | O_CLOEXEC);
    if (rule.fd < 0)
        return err_sys(err, errno, "cannot open %s for the sandbox", p->path);
    if (syscall(LL_ADD, ruleset, LL_RULE_PATH, &rule, 0) < 0)
        r = err_sys(err, errno, "Landlock refuses %s", p->path);
    close(rule.fd);
    return r;
}

static int enter_landlock(const struct sandbox_rules *rules, struct sandbox_level *level, struct err *err)
{
    int abi = sandbox_landlock_abi(), fd, r = 0;
    struct ll_ruleset set = {.fs = all_fs(abi)};
    size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;

    if (!abi)
        return 0;
    if (abi >= 4)
        set.net = LL_BIND_TCP | (rules->calls & SANDBOX_NET_CONNECT ? 0 : LL_CONNECT_TCP);
    if (abi >= 6)
        set.scoped = LL_SCOPES;
    fd = (int)syscall(LL_CREATE, &set, size, 0);
    if (fd < 0)
        return err_sys(err, errno, "Landlock cannot be set up");
    for (size_t i = 0; r == 0 && i < rules->n_paths; i++)
        r = add_path(fd, &rules->paths[i], set.fs, err);
    if (r == 0 && syscall(LL_RESTRICT, fd, 0) < 0)
        r = err_sys(err, errno, "Landlock cannot be closed");
    close(fd);
    if (r == 0)
        level->landlock = abi;
    return r;
}

/* ---- seccomp ---- */

#ifndef VIGIE_SANITIZED

#define CALL(name) SCMP_SYS(name)

static const int base_calls[] = {
    CALL(read),
    CALL(readv),
    CALL(write),
    CALL(writev),
    CALL(pread64),
    CALL(preadv),
    CALL(pwrite64),
    CALL(pwritev),
    CALL(close),
    CALL(close_range),
    CALL(fstat),
    CALL(newfstatat),
    CALL(lseek),
    CALL(fcntl),
    CALL(dup),
    CALL(dup2),
    CALL(dup3),
    CALL(ftruncate),
    CALL(munmap),
    CALL(mremap),
    CALL(brk),
    CALL(madvise),
    CALL(rt_sigaction),
    CALL(rt_sigprocmask),
    CALL(rt_sigreturn),
    CALL(sigaltstack),
    CALL(epoll_wait),
    CALL(epoll_pwait),
    CALL(epoll_pwait2),
    CALL(epoll_ctl),
    CALL(epoll_create1),
    CALL(poll),
    CALL(ppoll),
    CALL(select),
    CALL(pselect6),
    CALL(clock_gettime),
    CALL(clock_getres),
    CALL(clock_nanosleep),
    CALL(nanosleep),
    CALL(gettimeofday),
    CALL(time),
    CALL(getpid),
    CALL(getppid),
    CALL(gettid),
    CALL(getuid),
    CALL(geteuid),
    CALL(getgid),
    CALL(getegid),
    CALL(exit),
    CALL(exit_group),
    CALL(futex),
    CALL(restart_syscall),
    CALL(sched_yield),
    CALL(getrandom),
    CALL(sendmsg),
    CALL(recvmsg),
    CALL(sendto),
    CALL(recvfrom),
    CALL(shutdown),
    CALL(getsockopt),
    CALL(setsockopt),
    CALL(getsockname),
    CALL(getpeername),
    CALL(timerfd_create),
    CALL(timerfd_settime),
    CALL(signalfd4),
    CALL(eventfd2),
    CALL(pipe2),
    CALL(set_robust_list),
    CALL(rseq),
    CALL(tgkill),
    CALL(sched_getaffinity),
    CALL(uname),
    CALL(getrusage),
    CALL(mlock),
    CALL(munlock),
};
static const int file_calls[] = {
    CALL(open),      CALL(openat),          CALL(openat2),   CALL(stat),       CALL(lstat),
    CALL(statx),     CALL(access),          CALL(faccessat), CALL(faccessat2), CALL(unlink),
    CALL(unlinkat),  CALL(rename),          CALL(renameat),  CALL(renameat2),  CALL(mkdir),
    CALL(mkdirat),   CALL(rmdir),           CALL(fsync),     CALL(fdatasync),  CALL(sync_file_range),
    CALL(fallocate), CALL(truncate),        CALL(flock),     CALL(fchmod),     CALL(fchmodat),
    CALL(fchown),    CALL(getdents64),      CALL(readlink),  CALL(readlinkat), CALL(getcwd),
    CALL(statfs),    CALL(fstatfs),         CALL(utimensat), CALL(linkat),     CALL(umask),
    CALL(fadvise64), CALL(copy_file_range), CALL(sendfile),
};
static const int connect_calls[] = {
    CALL(socket), CALL(socketpair), CALL(connect), CALL(bind), CALL(sendmmsg), CALL(recvmmsg), CALL(ioctl),
};
static const int accept_calls[] = {CALL(accept), CALL(accept4)};
static const int memfd_calls[] = {CALL(memfd_create)};

/* Nobody of ours calls these: who does is not us any more. */
static const int fatal_calls[] = {
    CALL(execve), CALL(execveat), CALL(ptrace), CALL(process_vm_readv), CALL(process_vm_writev),
};
/* For the runner and all it starts: what no plugin needs, refused. */
static const int denied_to_plugins[] = {
    CALL(ptrace),
    CALL(process_vm_readv),
    CALL(process_vm_writev),
    CALL(mount),
    CALL(umount2),
    CALL(pivot_root),
    CALL(chroot),
    CALL(move_mount),
    CALL(open_tree),
    CALL(fsopen),
    CALL(fsmount),
    CALL(fsconfig),
    CALL(mount_setattr),
    CALL(bpf),
    CALL(keyctl),
    CALL(add_key),
    CALL(request_key),
    CALL(unshare),
    CALL(setns),
    CALL(init_module),
    CALL(finit_module),
    CALL(delete_module),
    CALL(kexec_load),
    CALL(kexec_file_load),
    CALL(reboot),
    CALL(swapon),
    CALL(swapoff),
    CALL(open_by_handle_at),
    CALL(perf_event_open),
    CALL(userfaultfd),
    CALL(acct),
    CALL(quotactl),
    CALL(settimeofday),
    CALL(clock_settime),
    CALL(adjtimex),
    CALL(clock_adjtime),
    CALL(sethostname),
    CALL(setdomainname),
    CALL(iopl),
    CALL(ioperm),
    CALL(modify_ldt),
    CALL(vhangup),
};

static int add_calls(scmp_filter_ctx f, uint32_t action, const int *calls, size_t n)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++)
        r = seccomp_rule_add(f, action, calls[i], 0);
    return r;
}

/* Memory that can be executed is never made again. */
static int add_memory(scmp_filter_ctx f)
{
    int r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

    if (r == 0)
        r = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                             SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    return r;
}

static int add_allowed(scmp_filter_ctx f, unsigned calls)
{
    const struct {
        unsigned bit;
        const int *list;
        size_t n;
    } groups[] = {
        {SANDBOX_BASE, base_calls, ARRAY_LEN(base_calls)},
        {SANDBOX_FILES, file_calls, ARRAY_LEN(file_calls)},
        {SANDBOX_NET_CONNECT, connect_calls, ARRAY_LEN(connect_calls)},
        {SANDBOX_NET_ACCEPT, accept_calls, ARRAY_LEN(accept_calls)},
        {SANDBOX_MEMFD, memfd_calls, ARRAY_LEN(memfd_calls)},
    };
    int r = add_memory(f);

    for (size_t i = 0; r == 0 && i < ARRAY_LEN(groups); i++) {
        if ((calls & groups[i].bit) == groups[i].bit)
            r = add_calls(f, SCMP_ACT_ALLOW, groups[i].list, groups[i].n);
    }
    if (r == 0)
        r = add_calls(f, SCMP_ACT_KILL_PROCESS, fatal_calls, ARRAY_LEN(fatal_calls));
    return r;
}

/* New user namespaces are refused whatever way they are asked for; clone3 hides its flags, so it "does not exist" and libc falls back to clone. */
static int add_denied(scmp_filter_ctx f)
{
    const uint64_t new_user = 0x10000000;
    int r = add_calls(f, SCMP_ACT_ERRNO(EPERM), denied_to_plugins, ARRAY_LEN(denied_to_plugins));

    if (r == 0)
        r = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (r == 0)
        r = seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                             SCMP_A0(SCMP_CMP_MASKED_EQ, new_user, new_user));
    return r;
}

static int enter_seccomp(unsigned calls, struct sandbox_level *level, struct err *err)
{
    bool deny_list = calls & SANDBOX_SPAWN;
    scmp_filter_ctx f = seccomp_init(deny_list ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM));
    int r;

    if (!f)
        return err_set(err, E_IO, "the seccomp filter cannot be made");
    r = deny_list ? add_denied(f) : add_allowed(f, calls);
    if (r == 0) {
        seccomp_attr_set(f, SCMP_FLTATR_CTL_NNP, 0); /* no_new_privs is decided by the rights table */
        seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);
        r = seccomp_load(f);
    }
    seccomp_release(f);
    if (r < 0)
        return err_sys(err, -r, "the seccomp filter cannot be loaded");
    level->seccomp = true;
    return 0;
}

#else

static int enter_seccomp(unsigned calls UNUSED, struct sandbox_level *level UNUSED, struct err *err UNUSED)
{
    return 0;
}

#endif

int sandbox_enter(const struct sandbox_rules *rules, struct sandbox_level *level, struct err *err)
{
    int r = 0;

    memset(level, 0, sizeof(*level));
    level->no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
    if (!(rules->calls & SANDBOX_SPAWN)) {
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
        level->no_new_privs = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    }
    if (!level->no_new_privs)
        return 0; /* the runner of an ordinary user: plugins unconfined, and said so */
    if (rules->landlock)
        r = enter_landlock(rules, level, err);
    if (r == 0)
        r = enter_seccomp(rules->calls, level, err);
    return r;
}
