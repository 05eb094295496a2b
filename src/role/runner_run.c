/* SPDX-License-Identifier: Apache-2.0 */
/* One execution: words and secrets to argv, the process in a group of its own, its output up to the limit, its deadline, its end. */
#include "role/runner_int.h"

#include "base/limits.h"
#include "base/log.h"
#include "os/clock.h"
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SWEEP_US (TIME_S / 2)
enum { ERR_MAX = 4096, READ_CHUNK = 16 * 1024, READS_A_ROUND = 16 };

static void send_end(struct run *run, int status);

/* ---- words ---- */

/* argv or envp: NUL-ended words in one block. */
struct words {
    struct buf block;
    VEC(size_t) at;
    VEC(const char *) list;
};

static void words_release(struct words *w)
{
    mem_wipe(w->block.data, w->block.cap);
    buf_release(&w->block);
    VEC_RELEASE(&w->at);
    VEC_RELEASE(&w->list);
}

static void words_end(struct words *w)
{
    for (size_t i = 0; i < w->at.n; i++)
        *VEC_ADD(&w->list) = w->block.data + w->at.at[i];
    *VEC_ADD(&w->list) = NULL;
}

/* A coded word: slots become what the secret segment holds. A NUL inside would end the word early: it is left out. */
static int words_add_coded(struct words *w, const struct runner *self, struct str coded)
{
    size_t from = w->block.len, to = from;
    int r;

    *VEC_ADD(&w->at) = from;
    r = secret_fill(&self->secret, coded, &w->block);
    for (size_t i = from; i < w->block.len; i++) {
        if (w->block.data[i])
            w->block.data[to++] = w->block.data[i];
    }
    buf_truncate(&w->block, to);
    buf_add_char(&w->block, '\0');
    return r;
}

static void words_add_plain(struct words *w, struct str s)
{
    *VEC_ADD(&w->at) = w->block.len;
    buf_add_str(&w->block, s);
    buf_add_char(&w->block, '\0');
}

static int make_words(const struct runner *self, const struct msg_run *m, struct mono deadline, struct words *argv, struct words *env)
{
    struct str base = buf_str(&self->env);
    char mark[40];

    for (size_t i = 0; i < m->argv.n; i++) {
        if (words_add_coded(argv, self, m->argv.at[i]) < 0)
            return E_FORMAT;
    }
    while (base.n)
        words_add_plain(env, str_cut(&base, '\0'));
    for (size_t i = 0; i < m->env.n; i++) {
        if (words_add_coded(env, self, m->env.at[i]) < 0)
            return E_FORMAT;
    }
    snprintf(mark, sizeof(mark), "VIGIE_DEADLINE=%lld", (long long)deadline.us);
    words_add_plain(env, str_of(mark));
    words_end(argv);
    words_end(env);
    return 0;
}

/* A name without a slash is looked for as a shell would. */
static const char *find_program(const char *name, char *path, size_t size)
{
    struct str dirs = STR("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");

    if (strchr(name, '/'))
        return name;
    while (dirs.p) {
        struct str d = str_cut(&dirs, ':');

        snprintf(path, size, STR_FMT "/%s", STR_ARG(d), name);
        if (access(path, X_OK) == 0)
            return path;
    }
    return name;
}

/* ---- the end of a run ---- */

/* Words by which plugins say that a right was missing: such a result says nothing about the host. */
static bool is_rightless(struct str out, struct str err)
{
    static const char *const marks[] = {"Operation not permitted", "lacking privilege", "Lacking privilege",
                                        "must be run as root", "need root", "root privileges", "cap_net_raw"};

    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        if (str_contains(out, str_of(marks[i])) || str_contains(err, str_of(marks[i])))
            return true;
    }
    return false;
}

static void close_pipe(struct loop_fd *watch, int *fd)
{
    loop_fd_remove(watch);
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void fail_start(struct run *run, const char *text)
{
    struct msg_result m = {.how = RUN_NOT_STARTED, .error = str_of(text)};

    close_pipe(&run->out_watch, &run->out_fd);
    close_pipe(&run->err_watch, &run->err_fd);
    runner_finish(run, &m);
}

static void send_end(struct run *run, int status)
{
    struct msg_result m = {.output = buf_str(&run->out), .truncated = run->truncated, .error = buf_str(&run->err)};

    if (run->timed_out) {
        m.how = RUN_TIMEOUT;
    } else if (WIFSIGNALED(status)) {
        m.how = RUN_SIGNAL;
        m.code = (uint64_t)WTERMSIG(status);
    } else {
        m.how = RUN_EXIT;
        m.code = (uint64_t)WEXITSTATUS(status);
    }
    m.rightless = m.code && is_rightless(m.output, m.error);
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

/* The plugin itself has ended: that is the result, even if a child of it still holds the pipe. */
static void on_exited(void *user, uint32_t events UNUSED)
{
    struct run *run = user;
    pid_t group = run->proc.pid;
    int status;

    loop_fd_remove(&run->exited);
    if (!proc_reap(&run->proc, &status))
        return;
    if (run->out_fd >= 0)
        read_pipe(run->out_fd, &run->out, run->out_max, &run->truncated);
    if (run->err_fd >= 0)
        read_pipe(run->err_fd, &run->err, ERR_MAX, NULL);
    if (run->timed_out || run->killed || run->unwanted)
        kill(-group, SIGKILL); /* who is left of its group */
    loop_timer_cancel(&run->timer);
    close_pipe(&run->out_watch, &run->out_fd);
    close_pipe(&run->err_watch, &run->err_fd);
    send_end(run, status);
}

static void on_grace_end(void *user)
{
    struct run *run = user;

    run->killed = true;
    proc_signal_group(&run->proc, SIGKILL);
    proc_signal(&run->proc, SIGKILL); /* if it left its group */
}

static void on_deadline(void *user)
{
    struct run *run = user;

    run->timed_out = true;
    proc_signal_group(&run->proc, SIGTERM);
    loop_timer_set(run->role->loop, &run->timer, (struct mono){run->deadline.us + LIMIT_KILL_GRACE_US}, on_grace_end, run);
}

/* ---- the begin ---- */

static int open_pipe(int fd[2])
{
    if (pipe2(fd, O_CLOEXEC) < 0)
        return -1;
    fcntl(fd[0], F_SETFL, O_NONBLOCK);
    return 0;
}

static int spawn_run(struct run *run, const struct words *argv, const struct words *env, struct err *err)
{
    struct loop *loop = run->role->loop;
    struct proc_spec spec = PROC_SPEC_INIT;
    static const struct proc_limit limits[] = {{RLIMIT_CORE, {0, 0}}};
    char path[4200];
    int out[2], errp[2], r;

    if (open_pipe(out) < 0)
        return err_sys(err, errno, "cannot make a pipe");
    if (open_pipe(errp) < 0) {
        r = err_sys(err, errno, "cannot make a pipe");
        close(out[0]);
        close(out[1]);
        return r;
    }
    const struct proc_fd fds[] = {{out[1], 1}, {errp[1], 2}};
    spec.exe = find_program(argv->list.at[0], path, sizeof(path));
    spec.argv = argv->list.at;
    spec.envv = env->list.at;
    spec.fds = fds;
    spec.n_fds = ARRAY_LEN(fds);
    spec.new_session = true;
    spec.limits = limits;
    spec.n_limits = ARRAY_LEN(limits);
    spec.death_signal = SIGKILL;
    r = proc_spawn(&run->proc, &spec, err);
    close(out[1]);
    close(errp[1]);
    run->out_fd = out[0];
    run->err_fd = errp[0];
    if (r < 0)
        return r;
    loop_fd_add(loop, &run->out_watch, run->out_fd, EPOLLIN, on_out, run);
    loop_fd_add(loop, &run->err_watch, run->err_fd, EPOLLIN, on_err, run);
    loop_fd_add(loop, &run->exited, run->proc.pidfd, EPOLLIN, on_exited, run);
    loop_timer_set(loop, &run->timer, run->deadline, on_deadline, run);
    return 0;
}

void runner_start(struct role *r, const struct msg_run *m)
{
    struct runner *self = r->self;
    struct run *run = mem_zalloc(sizeof(*run));
    struct words argv = {.block = BUF_INIT}, env = {.block = BUF_INIT};
    struct err err = ERR_INIT;

    *run = (struct run){.role = r, .run_id = m->run_id, .out_fd = -1, .err_fd = -1, .out = BUF_INIT, .err = BUF_INIT,
                        .began = clock_mono(), .began_wall = clock_wall()};
    run->out_max = m->out_max ? MIN(m->out_max, (uint64_t)LIMIT_OUTPUT_TOTAL) : LIMIT_OUTPUT_TOTAL;
    run->deadline.us = run->began.us + m->timeout_us;
    map_put_u64(&self->runs, run->run_id, (uint64_t)(uintptr_t)run);
    if (!self->has_secret || !m->argv.n || make_words(self, m, run->deadline, &argv, &env) < 0)
        fail_start(run, "the command cannot be put together");
    else if (!argv.list.at[0][0])
        fail_start(run, "the command is empty");
    else if (spawn_run(run, &argv, &env, &err) < 0)
        fail_start(run, err.text);
    words_release(&argv);
    words_release(&env);
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
    proc_signal_group(&run->proc, SIGKILL);
}

void runner_kill_all(struct role *r)
{
    struct runner *self = r->self;
    struct str key;
    uint64_t p;

    for (size_t i = 0; i < self->runs.n_entry; i++) {
        struct run *run;

        if (!map_at(&self->runs, i, &key, &p))
            continue;
        run = (struct run *)(uintptr_t)p;
        proc_signal_group(&run->proc, SIGKILL);
        loop_timer_cancel(&run->timer);
        loop_fd_remove(&run->exited);
        close_pipe(&run->out_watch, &run->out_fd);
        close_pipe(&run->err_watch, &run->err_fd);
        proc_forget(&run->proc);
        buf_release(&run->out);
        buf_release(&run->err);
        mem_free(run);
    }
}

/* ---- strays ---- */

static bool is_run(const struct runner *self, pid_t pid)
{
    struct str key;
    uint64_t p;

    for (size_t i = 0; i < self->runs.n_entry; i++) {
        if (map_at(&self->runs, i, &key, &p) && ((const struct run *)(uintptr_t)p)->proc.pid == pid)
            return true;
    }
    return false;
}

static bool keep_run(void *user, pid_t pid)
{
    return is_run(user, pid);
}

/* A process that left its plugin's group came to us as its reaper; its environment still says until when it may live. One that hid its environment may not live. */
static void judge_stray(const struct runner *self, pid_t pid, int64_t now)
{
    struct buf env = BUF_INIT;
    char path[64];
    struct str rest;
    int64_t deadline = 0;

    if (is_run(self, pid))
        return;
    snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
    file_read(path, 256 * 1024, &env, NULL);
    rest = buf_str(&env);
    while (rest.p) {
        struct str word = str_cut(&rest, '\0'), mark = STR("VIGIE_DEADLINE=");

        if (str_starts(word, mark))
            str_to_i64(str_sub(word, mark.n, word.n), &deadline);
    }
    buf_release(&env);
    if (deadline < now)
        kill(pid, SIGKILL);
}

void runner_sweep(void *user)
{
    struct role *r = user;
    struct runner *self = r->self;
    struct buf list = BUF_INIT;
    struct mono now = clock_mono();
    char path[64];
    struct str rest;

    loop_timer_set(r->loop, &self->sweep, (struct mono){now.us + SWEEP_US}, runner_sweep, r);
    if (r->one_process)
        return; /* the children here are not only plugins */
    proc_reap_orphans(keep_run, self);
    snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    if (file_read(path, 1024 * 1024, &list, NULL) == 0) {
        rest = str_trim(buf_str(&list));
        while (rest.p) {
            uint64_t pid;

            if (str_to_u64(str_cut(&rest, ' '), &pid))
                judge_stray(self, (pid_t)pid, now.us);
        }
    }
    buf_release(&list);
}
