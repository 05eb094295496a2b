/* SPDX-License-Identifier: Apache-2.0 */
/* One execution: the process in a session of its own, its output up to the limit, its deadline, its end. */
#include "role/runner_int.h"

#include "base/limits.h"
#include "base/log.h"
#include "os/clock.h"
#include "os/stray.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SWEEP_US (TIME_S / 2)
#define ROOM_US  (TIME_S / 5) /* until a start is tried again that the system had no room for */
#define END_US   (2 * TIME_S)
enum { ERR_MAX = 4096, READ_CHUNK = 16 * 1024, READS_A_ROUND = 16 };

static void try_start(void *user);
static void on_exited(void *user, uint32_t events);

/* ---- processes that left their plugin ---- */

static bool is_run(void *user, pid_t pid)
{
    return map_get_u64(&((struct runner *)user)->pids, (uint64_t)pid, NULL);
}

static void on_sweep(void *user)
{
    struct role *r = user;
    struct runner *self = r->self;
    struct mono now = clock_mono();

    if (!r->one_process)
        proc_reap_orphans(is_run, self);
    self->sweeping = stray_sweep(now, is_run, self) || self->runs.count;
    if (self->sweeping)
        loop_timer_set(r->loop, &self->sweep, (struct mono){now.us + SWEEP_US}, on_sweep, r);
}

/* While anything runs, or was left behind, it is looked after. */
static void begin_sweeping(struct role *r)
{
    struct runner *self = r->self;

    if (self->sweeping)
        return;
    self->sweeping = true;
    loop_timer_set(r->loop, &self->sweep, (struct mono){loop_now(r->loop).us + SWEEP_US}, on_sweep, r);
}

/* ---- the end of a run ---- */

static void close_pipe(struct loop_fd *watch, int *fd)
{
    loop_fd_remove(watch);
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void let_go(struct run *run)
{
    close_pipe(&run->out_watch, &run->out_fd);
    close_pipe(&run->err_watch, &run->err_fd);
    loop_fd_remove(&run->exited);
    loop_timer_cancel(&run->timer);
    runner_words_release(&run->argv);
    runner_words_release(&run->env);
}

static void end_unstarted(struct run *run, enum run_how how, int error, const char *text)
{
    let_go(run);
    runner_finish(run, &(struct msg_result){.how = how,
                                            .code = (uint64_t)error,
                                            .error = str_of(text),
                                            .rightless = run->pings && error == EPERM});
}

static void end_ran(struct run *run, int status)
{
    struct msg_result m = {
        .output = buf_str(&run->out), .truncated = run->truncated, .error = buf_str(&run->err)};

    if (run->timed_out) {
        m.how = RUN_TIMEOUT;
    } else if (WIFSIGNALED(status)) {
        m.how = RUN_SIGNAL;
        m.code = (uint64_t)WTERMSIG(status);
    } else {
        m.how = RUN_EXIT;
        m.code = (uint64_t)WEXITSTATUS(status);
    }
    m.rightless = m.how == RUN_EXIT && m.code && runner_is_rightless(run->pings, m.output, m.error);
    let_go(run);
    runner_finish(run, &m);
}

/* ---- output ---- */

/* Reads what is there. False: end of the pipe. Bytes past the limit are read and dropped. */
static bool read_pipe(int fd, struct buf *into, size_t max, bool *truncated)
{
    char chunk[READ_CHUNK];

    for (int i = 0; i < READS_A_ROUND; i++) {
        ssize_t n = read(fd, chunk, sizeof(chunk));
        size_t room = max - into->len;

        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        if (n == 0)
            return false;
        if ((size_t)n > room && truncated)
            *truncated = true;
        buf_add(into, chunk, MIN((size_t)n, room));
    }
    return true;
}

static void on_out(void *user, uint32_t events UNUSED)
{
    struct run *run = user;

    if (!read_pipe(run->out_fd, &run->out, run->out_max, &run->truncated))
        close_pipe(&run->out_watch, &run->out_fd);
}

static void on_err(void *user, uint32_t events UNUSED)
{
    struct run *run = user;

    if (!read_pipe(run->err_fd, &run->err, ERR_MAX, NULL))
        close_pipe(&run->err_watch, &run->err_fd);
}

/* Takes the plugin's end if it has ended: that is the result, even if a child of it still holds the pipe. */
static bool take_end(struct run *run)
{
    struct runner *self = run->role->self;
    siginfo_t si = {0};
    pid_t pid = run->proc.pid;
    int status;

    if (waitid(P_PIDFD, (id_t)run->proc.pidfd, &si, WEXITED | WNOHANG | WNOWAIT) < 0 || !si.si_pid)
        return false;
    /* While it is not reaped its number is no other's: the last moment to reach its group by it. */
    if (run->timed_out || run->unwanted)
        proc_signal_group(&run->proc, SIGKILL);
    loop_fd_remove(&run->exited);
    if (!proc_reap(&run->proc, &status))
        return false;
    map_remove_u64(&self->pids, (uint64_t)pid);
    if (run->out_fd >= 0)
        read_pipe(run->out_fd, &run->out, run->out_max, &run->truncated);
    if (run->err_fd >= 0)
        read_pipe(run->err_fd, &run->err, ERR_MAX, NULL);
    end_ran(run, status);
    return true;
}

static void on_exited(void *user, uint32_t events UNUSED)
{
    take_end(user);
}

static void kill_run(struct run *run)
{
    stray_kill_below(run->proc.pid); /* those that left the group: their way to us ends with it */
    proc_signal_group(&run->proc, SIGKILL);
    proc_signal(&run->proc, SIGKILL);
}

static void on_grace_end(void *user)
{
    kill_run(user);
}

static void on_deadline(void *user)
{
    struct run *run = user;

    if (take_end(run))
        return; /* in time; it was us who came late */
    run->timed_out = true;
    proc_signal_group(&run->proc, SIGTERM);
    loop_timer_set(run->role->loop, &run->timer, (struct mono){run->deadline.us + LIMIT_KILL_GRACE_US},
                   on_grace_end, run);
}

/* ---- the begin ---- */

static int open_pipe(int fd[2])
{
    if (pipe2(fd, O_CLOEXEC) < 0)
        return errno;
    fcntl(fd[0], F_SETFL, O_NONBLOCK);
    return 0;
}

/* Starts the process: 0, or errno. */
static int spawn(struct run *run, const char *exe, const char *const *argv, int out, int err)
{
    struct runner *self = run->role->self;
    struct proc_spec spec = PROC_SPEC_INIT;
    struct proc_limit limits[3] = {{RLIMIT_CORE, {0, 0}}, {RLIMIT_NOFILE, {0, 0}}};
    const struct proc_fd fds[] = {{out, 1}, {err, 2}};
    struct rlimit files;
    size_t n = 1;

    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        limits[n].value = (struct rlimit){MIN((rlim_t)self->files, files.rlim_max), files.rlim_max};
        n++;
    }
    /* What an event handler or a notification leaves running, a daemon, is its business. */
    if (run->kind == RUN_CHECK && stray_mark(&limits[n], run->deadline))
        n++;
    spec.exe = exe;
    spec.argv = argv;
    spec.envv = run->env.list.at;
    spec.fds = fds;
    spec.n_fds = ARRAY_LEN(fds);
    spec.new_session = true;
    spec.limits = limits;
    spec.n_limits = n;
    spec.death_signal = SIGKILL;
    return proc_spawn_errno(&run->proc, &spec);
}

/* A script without a first line that names its interpreter is the shell's, as execvp has it. */
static int spawn_as_script(struct run *run, const char *exe, int out, int err)
{
    VEC(const char *) argv = {0};
    int r;

    *VEC_ADD(&argv) = "/bin/sh";
    *VEC_ADD(&argv) = exe;
    for (size_t i = 1; i < run->argv.list.n; i++)
        *VEC_ADD(&argv) = run->argv.list.at[i];
    r = spawn(run, "/bin/sh", argv.at, out, err);
    VEC_RELEASE(&argv);
    return r;
}

static int start_process(struct run *run, const char *exe)
{
    int out[2], err[2], e = open_pipe(out);

    if (e)
        return e;
    e = open_pipe(err);
    if (e) {
        close(out[0]);
        close(out[1]);
        return e;
    }
    run->out_fd = out[0];
    run->err_fd = err[0];
    e = spawn(run, exe, run->argv.list.at, out[1], err[1]);
    if (e == ENOEXEC)
        e = spawn_as_script(run, exe, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    if (e) {
        close_pipe(&run->out_watch, &run->out_fd);
        close_pipe(&run->err_watch, &run->err_fd);
    }
    return e;
}

static bool is_shortage(int error)
{
    return error == EAGAIN || error == EMFILE || error == ENFILE || error == ENOMEM;
}

static void watch(struct run *run)
{
    struct loop *loop = run->role->loop;
    struct runner *self = run->role->self;

    runner_words_release(&run->argv);
    runner_words_release(&run->env);
    map_put_u64(&self->pids, (uint64_t)run->proc.pid, (uint64_t)(uintptr_t)run);
    loop_fd_add(loop, &run->out_watch, run->out_fd, EPOLLIN, on_out, run);
    loop_fd_add(loop, &run->err_watch, run->err_fd, EPOLLIN, on_err, run);
    loop_fd_add(loop, &run->exited, run->proc.pidfd, EPOLLIN, on_exited, run);
    loop_timer_set(loop, &run->timer, run->deadline, on_deadline, run);
    begin_sweeping(run->role);
}

/* No room for another process or descriptor is our trouble, not the plugin's: it waits, and in the end its run is lost and done again. */
static void try_start(void *user)
{
    struct run *run = user;
    struct mono now = clock_mono();
    char path[4200], text[4600];
    const char *exe = runner_find_program(run->argv.list.at[0], path, sizeof(path));
    int e = start_process(run, exe);

    if (e == 0) {
        watch(run);
    } else if (!is_shortage(e)) {
        runner_why_not_started(exe, run->argv.shown, e, text, sizeof(text));
        end_unstarted(run, RUN_NOT_STARTED, e, text);
    } else if (now.us + ROOM_US < run->deadline.us) {
        loop_timer_set(run->role->loop, &run->timer, (struct mono){now.us + ROOM_US}, try_start, run);
    } else {
        log_warn("no room to start %s: %s", *run->argv.shown ? run->argv.shown : exe, strerror(e));
        end_unstarted(run, RUN_LOST, e, "no room for another process");
    }
}

/* Its time counts from now on, for the engine, too. If the message does not go, the engine waits longer. */
static void tell_begun(struct role *r, uint64_t run_id)
{
    struct buf b = BUF_INIT;

    msg_must(msg_put_begun(&b, &(struct msg_begun){.run_id = run_id}));
    role_send(role_peer(r, ROLE_ENGINE, 0), &b, -1);
    buf_release(&b);
}

void runner_begin(struct run *run)
{
    run->began = clock_mono();
    run->began_wall = clock_wall();
    run->deadline.us = run->began.us + run->timeout_us;
    run->pings = runner_is_ping(&run->argv);
    if (run->run_id != RUN_TRIAL)
        tell_begun(run->role, run->run_id);
    try_start(run);
}

void runner_start(struct role *r, const struct msg_run *m)
{
    struct runner *self = r->self;
    const struct secret *secret;
    struct run *run;

    if (map_get_u64(&self->runs, m->run_id, NULL))
        return; /* said twice: it runs */
    run = mem_zalloc(sizeof(*run));
    *run = (struct run){.role = r,
                        .run_id = m->run_id,
                        .oid = m->oid,
                        .kind = (enum run_kind)m->kind,
                        .out_fd = -1,
                        .err_fd = -1,
                        .out = BUF_INIT,
                        .err = BUF_INIT,
                        .argv = {.block = BUF_INIT},
                        .env = {.block = BUF_INIT},
                        .began = clock_mono(),
                        .began_wall = clock_wall()};
    run->out_max = m->out_max ? MIN(m->out_max, (uint64_t)LIMIT_OUTPUT_TOTAL) : LIMIT_OUTPUT_TOTAL;
    run->timeout_us = m->timeout_us;
    map_put_u64(&self->runs, run->run_id, (uint64_t)(uintptr_t)run);
    secret = secrets_of(&self->secrets, r, m->generation);
    if (secret)
        self->secret = *secret;
    if (!secret) { /* we began while a reload was under way, and the engine is behind it: it is said again */
        end_unstarted(run, RUN_LOST, EINVAL, "the secrets of its configuration are not here");
    } else if (runner_words(self, m, &run->argv, &run->env) < 0) {
        end_unstarted(run, RUN_NOT_STARTED, EINVAL, "the command cannot be put together");
    } else if (!run->argv.list.at[0][0]) {
        end_unstarted(run, RUN_NOT_STARTED, EINVAL, "the command is empty");
    } else if (runner_turn_is_full(run)) {
        end_unstarted(run, RUN_NOT_STARTED, EAGAIN, "too many commands wait for their turn");
    } else if (runner_turn_may(run)) {
        runner_begin(run);
    }
}

void runner_kill(struct role *r, uint64_t run_id)
{
    struct runner *self = r->self;
    struct run *run;
    uint64_t p;

    if (!map_get_u64(&self->runs, run_id, &p))
        return;
    run = (struct run *)(uintptr_t)p;
    run->unwanted = true;
    if (run->proc.pid)
        kill_run(run);
    else
        end_unstarted(run, RUN_LOST, 0, "");
}

void runner_end_all(struct role *r)
{
    struct runner *self = r->self;
    struct str key;
    uint64_t p;

    for (size_t i = 0; i < self->runs.n_entry; i++) {
        struct run *run;

        if (!map_at(&self->runs, i, &key, &p))
            continue;
        run = (struct run *)(uintptr_t)p;
        if (run->proc.pid)
            proc_signal_group(&run->proc, SIGKILL);
        let_go(run);
        proc_forget(&run->proc);
        buf_release(&run->out);
        buf_release(&run->err);
        mem_free(run);
    }
    loop_timer_cancel(&self->sweep);
    runner_turn_stop(self);
    stray_end_all(END_US);
    map_release(&self->runs);
    map_release(&self->pids);
}
