/* SPDX-License-Identifier: Apache-2.0 */
/* A role's start, its links, its death and its restart. */
#include "role/parent_int.h"
#include "role/parent_log.h"
#include "role/parent_results.h"
#include "role/parent_tls.h"

#include "base/limits.h"
#include "base/log.h"
#include "build_id.h"
#include "role/main_roles.h"
#include "os/clock.h"
#include "os/sock.h"
#include "os/stray.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct plan plans[] = {
    {ROLE_STORE, "vigie-db", false, true, false},     {ROLE_ENGINE, "vigie-core", false, true, false},
    {ROLE_RUNNER, "vigie-core", true, false, true},   {ROLE_PROBER, "vigie-net", false, false, true},
    {ROLE_NOTIFIER, "vigie-net", false, true, true},  {ROLE_READER, "vigie-db", false, true, false},
    {ROLE_AUTH, "vigie-gate", false, false, false},   {ROLE_GATE, "vigie-gate", false, true, false},
    {ROLE_WEB, "vigie-web", false, false, false},     {ROLE_LOCAL, "vigie-core", false, false, false},
    {ROLE_EXPORT, "vigie-export", false, true, true}, {ROLE_CONF, "vigie", false, false, false},
};

#define BACKOFF_FIRST_US (100 * TIME_MS)
#define BACKOFF_MAX_US   (5 * TIME_S) /* nothing is checked, or recorded, while an engine or a store waits */
#define STRAY_AGAIN_US   (TIME_S / 5)
#define STOP_ROLE_US     (3 * TIME_S) /* a role's time; the engine and store need most of it only under load */
#define QUIET_US         TIME_MIN     /* alive that long: the next death is the first again */

const struct plan *parent_plan_of(enum role_id id)
{
    for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
        if (plans[i].id == id)
            return &plans[i];
    }
    BUG("role without a plan");
}

static unsigned instances_of(struct parent *p, const struct plan *plan)
{
    uint64_t n;

    if (plan->id == ROLE_CONF)
        return 0;
    if (plan->id == ROLE_WEB && p->http_fd < 0)
        return 0;
    if (plan->id == ROLE_EXPORT)
        return model_option_get(&p->model, "vigie_remote_write_url", STR("")).n ||
               model_option_get(&p->model, "vigie_influx_url", STR("")).n;
    if (!plan->per_core || p->options.one_process)
        return 1;
    if (!str_to_u64(model_option_get(&p->model, "vigie_runners", STR("")), &n) || !n)
        n = proc_cores();
    return (unsigned)MIN(n, (uint64_t)LIMIT_RUNNERS);
}

/* A role that a reload may end, or begin: it asks for that by ending with status 0. */
static bool is_wanted(struct parent *p, const struct child *c)
{
    return c->id != ROLE_EXPORT || instances_of(p, parent_plan_of(c->id)) > c->instance;
}

static bool wants_privileged(const struct parent *p)
{
    for (uint32_t i = 0; i < p->model.n_command; i++) {
        if (model_command(&p->model, i)->privileged)
            return true;
    }
    return false;
}

/* The runner for commands that need rights, when one is named and it is not planned yet. */
static struct child *plan_privileged(struct parent *p)
{
    struct child *c;

    if (!wants_privileged(p) || parent_find(p, ROLE_RUNNER, ROLE_RUNNER_PRIVILEGED))
        return NULL;
    BUG_ON(p->n_children == PARENT_CHILDREN_MAX);
    log_warn("vigie_command_privileged is set: the commands it names run in a runner whose plugins may gain "
             "rights");
    c = &p->child[p->n_children++];
    *c = (struct child){.parent = p, .id = ROLE_RUNNER, .instance = ROLE_RUNNER_PRIVILEGED};
    return c;
}

/* The one that sends measurements elsewhere, when an address is named now and it neither runs nor waits for its restart. */
static struct child *plan_export(struct parent *p)
{
    struct child *c = parent_find(p, ROLE_EXPORT, 0);

    if (!instances_of(p, parent_plan_of(ROLE_EXPORT)))
        return NULL;
    if (c)
        return c->state == CHILD_DOWN && !c->timer.slot ? c : NULL;
    BUG_ON(p->n_children == PARENT_CHILDREN_MAX);
    c = &p->child[p->n_children++];
    *c = (struct child){.parent = p, .id = ROLE_EXPORT};
    return c;
}

void parent_plan_children(struct parent *p)
{
    for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
        unsigned n = instances_of(p, &plans[i]);

        for (unsigned k = 0; k < n; k++) {
            BUG_ON(p->n_children == PARENT_CHILDREN_MAX);
            p->child[p->n_children++] = (struct child){.parent = p, .id = plans[i].id, .instance = k};
        }
    }
    plan_privileged(p);
}

struct child *parent_find(struct parent *p, enum role_id id, unsigned instance)
{
    for (size_t i = 0; i < p->n_children; i++) {
        if (p->child[i].id == id && p->child[i].instance == instance)
            return &p->child[i];
    }
    return NULL;
}

/* ---- birth ---- */

static const struct role_ops *main_role(enum role_id id)
{
    for (size_t i = 0; i < main_roles_n; i++) {
        if (main_roles[i]->id == id)
            return main_roles[i];
    }
    BUG("--one-process in a program that lacks a role");
}

/* The one that has TLS only where it is used. */
static const char *exe_of(const struct parent *p, const struct plan *plan)
{
    if (plan->id == ROLE_WEB && p->http_tls)
        return "vigie-web-tls";
    return plan->id == ROLE_LOCAL && p->tls_fd >= 0 ? "vigie-local" : plan->exe;
}

/*
 * How glibc's allocator takes memory (glibc manual, "Memory Allocation Tunables"). conf reads all and ends: in large pages it meets a thirtieth of the page faults, which were a quarter of its
 * time. Those that stay keep the pages that they use, and no more.
 */
static const char *heap_of(enum role_id id)
{
    return id == ROLE_CONF ? "GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.top_pad=16777216:glibc."
                             "malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=1073741824"
                           : "GLIBC_TUNABLES=";
}

static int spawn_process(struct parent *p, struct child *c, int control, struct err *err)
{
    const struct plan *plan = parent_plan_of(c->id);
    char instance[16];
    const char *exe = exe_of(p, plan),
               *argv[] = {exe, "-x", role_name(c->id), "-i", instance, p->options.verbose ? "-v" : NULL,
                          NULL};
    const char *envv[4 + PARENT_TEST_ENV + 1] = {"TZ=UTC0", "LC_ALL=C.UTF-8",
                                                 "PATH=/usr/sbin:/usr/bin:/sbin:/bin", heap_of(c->id)};
    const struct proc_fd fds[] = {{control, 3}};
    struct proc_spec spec = PROC_SPEC_INIT;

    for (size_t n = 0; n < PARENT_TEST_ENV && p->test_env[n]; n++)
        envv[4 + n] = p->test_env[n];
    snprintf(instance, sizeof(instance), "%u", c->instance);
    spec.exe_dir = p->exe_dir;
    spec.exe = exe;
    spec.argv = argv;
    spec.envv = envv;
    spec.fds = fds;
    spec.n_fds = ARRAY_LEN(fds);
    spec.death_signal = SIGKILL; /* when the parent is killed, every role ends */
    if (plan->per_core && proc_cores() > 1)
        spec.cpu = (int)(c->instance % proc_cores());
    rights_spawn(c->id, c->instance, &p->uids, &spec);
    return proc_spawn(&c->proc, &spec, err);
}

static void on_exit_event(void *user, uint32_t events);
static void on_inside_end(void *user, struct role *r);
static void on_message(void *user, const struct msg *m, int *fds, size_t n_fds);
static void on_closed(void *user, const struct err *err);

static const struct link_ops control_ops = {on_message, on_closed, NULL};

int parent_spawn(struct parent *p, struct child *c, struct err *err)
{
    bool inside = p->options.one_process && c->id != ROLE_CONF;
    int fd[2], r = sock_pair(fd, err);

    if (r < 0)
        return r;
    if (inside)
        c->inside = role_attach(main_role(c->id), p->loop, fd[1], on_inside_end, c);
    else
        r = spawn_process(p, c, fd[1], err);
    if (!inside)
        close(fd[1]);
    if (r < 0) {
        close(fd[0]);
        return r;
    }
    c->started = loop_now(p->loop);
    c->state = CHILD_STARTING;
    c->control = link_new(p->loop, fd[0], &control_ops, c);
    if (!inside)
        loop_fd_add(p->loop, &c->exited, c->proc.pidfd, EPOLLIN, on_exit_event, c);
    return 0;
}

int parent_start_child(struct parent *p, struct child *c, struct err *err)
{
    int r;

    if (c->id == ROLE_ENGINE && c->restarts && parent_raise_epoch(p, err) < 0)
        return err->code;
    r = parent_spawn(p, c, err);
    if (r < 0)
        return r;
    parent_tell_start(p, c);
    parent_tell_descriptors(p, c);
    parent_tell_snapshot(p, c);
    parent_tell_peers(p, c);
    return 0;
}

void parent_go(struct child *c)
{
    struct buf b = BUF_INIT;

    msg_must(msg_put_go(&b, &(struct msg_go){}));
    link_send(c->control, &b, NULL, 0);
    buf_release(&b);
}

/* ---- what a child says ---- */

static void take_board(struct parent *p, const struct msg_board *m, int *fds, size_t n_fds)
{
    struct child *gate = parent_find(p, ROLE_GATE, 0);

    if (n_fds != 1)
        return;
    if (p->board_fd >= 0)
        close(p->board_fd);
    p->board_fd = fds[0];
    fds[0] = -1;
    p->board_generation = m->generation;
    if (gate && parent_child_lives(gate))
        parent_tell_board(p, gate);
}

static bool take_message(struct parent *p, struct child *c, const struct msg *m, int *fds, size_t n_fds)
{
    const struct msg_info *info = msg_info(m->type);

    /* The stronger process looks again at what the table allows: a child may be taken over. */
    if (!(info->from & 1u << c->id) || !(info->to & ROLE_BIT(PARENT)))
        return false;
    if (c->id == ROLE_CONF)
        return parent_conf_message(p, m, fds, n_fds);
    switch (m->type) {
    case MSG_READY:
        c->landlock = m->u.ready.landlock;
        parent_child_ready(p, c);
        return true;
    case MSG_BOARD: take_board(p, &m->u.board, fds, n_fds); return true;
    case MSG_SETUP_TOKEN:
        str_copy(p->setup_token, sizeof(p->setup_token), m->u.setup_token.token);
        return true;
    case MSG_PAGE_TLS: parent_tls_page(p, &m->u.page_tls); return true;
    case MSG_LOG_OPEN: parent_log_open(p, c, &m->u.log_open); return true;
    case MSG_LOG_ROTATE: parent_log_rotate(p, m->u.log_rotate.name); return true;
    case MSG_RELOAD: parent_reload(p, m->u.reload.id); return true;
    case MSG_WISH: parent_wish(p, m->u.wish.reload != 0); return true;
    case MSG_COMMAND_LINES: parent_lines_open(p, &m->u.command_lines); return true;
    case MSG_LINES_READ: parent_lines_read(p, m->u.lines_read.id); return true;
    case MSG_HANDED_READ: parent_results_read(p, &m->u.handed_read); return true;
    default: return false;
    }
}

static void kill_child(struct child *c)
{
    if (c->proc.pid)
        proc_signal(&c->proc, SIGKILL);
}

static void on_message(void *user, const struct msg *m, int *fds, size_t n_fds)
{
    struct child *c = user;

    if (take_message(c->parent, c, m, fds, n_fds))
        return;
    log_error("%s sent %s, which it may not: it is killed", role_name(c->id), msg_info(m->type)->name);
    kill_child(c);
}

static void on_closed(void *user, const struct err *err)
{
    struct child *c = user;

    link_free(c->control);
    c->control = NULL;
    if (err->code == E_FORMAT) {
        log_error("%s sent %s: it is killed", role_name(c->id), err->text);
        kill_child(c);
    }
}

/* ---- death and restart ---- */

/* One that refuses to start (log_fatal) has said why, and the others end with it: nothing more is to be said. */
static bool was_said(const struct child *c, int status)
{
    return WIFEXITED(status) && ((c->parent->phase == PHASE_START && WEXITSTATUS(status) == 1) ||
                                 (c->parent->phase == PHASE_STOP && WEXITSTATUS(status) == 0));
}

static void say_death(const struct child *c, int status)
{
    if (was_said(c, status))
        return;
    if (c->state == CHILD_STOPPING && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
        return;
    if (WIFSIGNALED(status))
        log_error("%s (process of instance %u) was ended by signal %d (%s)", role_name(c->id), c->instance,
                  WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (c->id != ROLE_CONF && !c->anew)
        log_error("%s (instance %u) ended with status %d", role_name(c->id), c->instance,
                  WEXITSTATUS(status));
}

static void on_restart_time(void *user)
{
    struct child *c = user;
    struct err err = ERR_INIT;

    if (c->parent->phase != PHASE_RUN)
        return;
    c->restarts += !c->anew;
    c->anew = false;
    if (parent_start_child(c->parent, c, &err) < 0) {
        log_error("%s cannot be started again: %s", role_name(c->id), err.text);
        loop_timer_set(c->parent->loop, &c->timer,
                       (struct mono){loop_now(c->parent->loop).us + BACKOFF_MAX_US}, on_restart_time, c);
        return;
    }
    parent_go(c);
}

static void plan_restart(struct parent *p, struct child *c)
{
    int64_t now = loop_now(p->loop).us, wait = BACKOFF_FIRST_US;

    if (!is_wanted(p, c)) {
        log_notice("%s ended: the configuration asks for it no more", role_name(c->id));
        return;
    }
    if (now - c->started.us > QUIET_US)
        c->in_a_row = 0;
    for (unsigned i = 0; i < c->in_a_row && wait < BACKOFF_MAX_US; i++)
        wait *= 2;
    c->in_a_row++;
    wait = MIN(wait, BACKOFF_MAX_US);
    log_notice("%s is started again in %lld ms%s", role_name(c->id), (long long)(wait / TIME_MS),
               c->anew                  ? ", with its new options"
               : wait == BACKOFF_MAX_US ? ": it ends again and again"
                                        : "");
    loop_timer_set(p->loop, &c->timer, (struct mono){now + wait}, on_restart_time, c);
}

static void start_more(struct parent *p, struct child *c)
{
    struct err err = ERR_INIT;

    if (parent_start_child(p, c, &err) < 0) {
        log_error("%s", err.text);
        plan_restart(p, c);
        return;
    }
    parent_go(c);
}

void parent_more_children(struct parent *p)
{
    struct child *const more[] = {plan_privileged(p), plan_export(p)};

    for (size_t i = 0; i < ARRAY_LEN(more); i++)
        if (more[i])
            start_more(p, more[i]);
}

static bool all_ended(const struct parent *p)
{
    for (size_t i = 0; i < p->n_children; i++) {
        if (p->child[i].state != CHILD_ENDED)
            return false;
    }
    return p->conf.state == CHILD_DOWN || p->conf.state == CHILD_ENDED;
}

static void stop_next(struct parent *p);

static bool is_ours(void *user, pid_t pid)
{
    struct parent *p = user;

    for (size_t i = 0; i < p->n_children; i++) {
        if (p->child[i].proc.pid == pid)
            return true;
    }
    return p->conf.proc.pid == pid;
}

/* What a runner that died had running, and what that had left, has come to us. Its checks are run again, so it ends now, not at its deadline; who is killed leaves its children
 * to us, too: they are seen in the next round. */
static void end_strays(void *user)
{
    struct parent *p = user;

    if (stray_sweep((struct mono){INT64_MAX}, is_ours, p))
        loop_timer_set(p->loop, &p->stray_timer, (struct mono){loop_now(p->loop).us + STRAY_AGAIN_US},
                       end_strays, p);
}

static void child_ended(struct parent *p, struct child *c)
{
    loop_timer_cancel(&c->timer);
    if (c->id == ROLE_RUNNER && !p->options.one_process)
        end_strays(p);
    link_free(c->control);
    c->control = NULL;
    if (c->id == ROLE_CONF) {
        c->state = CHILD_DOWN;
        if (p->phase != PHASE_STOP)
            parent_conf_ended(p);
        else
            stop_next(p);
        return;
    }
    if (p->phase == PHASE_STOP) {
        c->state = CHILD_ENDED;
        stop_next(p);
        return;
    }
    c->state = CHILD_DOWN;
    if (p->phase == PHASE_START) {
        c->state = CHILD_ENDED;
        log_notice("%s could not start; its message stands above", role_name(c->id));
        parent_give_up(p, NULL);
        return;
    }
    if (c->id == ROLE_GATE) { /* its successor asked for nothing */
        VEC_CLEAR(&p->asked);
        VEC_CLEAR(&p->asked_next);
    }
    plan_restart(p, c);
    parent_status_send(p);
}

static void on_exit_event(void *user, uint32_t events UNUSED)
{
    struct child *c = user;
    int status;

    loop_fd_remove(&c->exited);
    if (!proc_reap(&c->proc, &status)) {
        loop_fd_add(c->parent->loop, &c->exited, c->proc.pidfd, EPOLLIN, on_exit_event, c);
        return;
    }
    /* What it still said before it died is heard first. */
    if (c->control)
        link_drain(c->control);
    c->anew =
        c->id == ROLE_EXPORT && c->state == CHILD_READY && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    say_death(c, status);
    child_ended(c->parent, c);
}

static void on_inside_end(void *user, struct role *r UNUSED)
{
    struct child *c = user;

    c->inside = NULL;
    c->anew = c->id == ROLE_EXPORT && c->state == CHILD_READY;
    child_ended(c->parent, c);
}

void parent_on_sigchld(void *user, int signo UNUSED)
{
    if (!((struct parent *)user)->options.one_process)
        proc_reap_orphans(is_ours, user);
}

/* ---- the end ---- */

/* Who takes from others ends after them: inputs first, then the engine, which saves into store, then the answers. */
static const enum role_id stop_order[] = {ROLE_WEB,    ROLE_LOCAL,    ROLE_RUNNER, ROLE_PROBER,
                                          ROLE_ENGINE, ROLE_NOTIFIER, ROLE_EXPORT, ROLE_STORE,
                                          ROLE_READER, ROLE_GATE,     ROLE_AUTH};

static void on_patience_end(void *user)
{
    struct child *c = user;

    log_warn("%s did not end in time: it is killed", role_name(c->id));
    kill_child(c);
}

static void stop_child(struct parent *p, struct child *c)
{
    struct buf b = BUF_INIT;
    bool serving = c->control && c->state != CHILD_DOWN;

    loop_timer_cancel(&c->timer);
    if (!serving && !c->proc.pid) {
        c->state = CHILD_ENDED;
        return;
    }
    c->state = CHILD_STOPPING;
    if (!serving) {
        kill_child(c);
        return;
    }
    msg_must(msg_put_stop(&b, &(struct msg_stop){.signal = (uint64_t)p->stop_signal}));
    link_send(c->control, &b, NULL, 0);
    buf_release(&b);
    loop_timer_set(p->loop, &c->timer, (struct mono){loop_now(p->loop).us + STOP_ROLE_US}, on_patience_end,
                   c);
}

/* Stops the next kind of role when all of the kind before have ended. */
static void stop_next(struct parent *p)
{
    for (size_t k = 0; k < ARRAY_LEN(stop_order); k++) {
        bool waiting = false;

        for (size_t i = 0; i < p->n_children; i++) {
            struct child *c = &p->child[i];

            if (c->id != stop_order[k])
                continue;
            if (c->state != CHILD_STOPPING && c->state != CHILD_ENDED)
                stop_child(p, c);
            waiting |= c->state == CHILD_STOPPING;
        }
        if (waiting)
            return;
    }
    if (all_ended(p))
        parent_all_ended(p);
}

void parent_stop_all(struct parent *p, int exit_status)
{
    p->exit_status = exit_status;
    p->phase = PHASE_STOP;
    if (p->conf.proc.pid)
        kill_child(&p->conf);
    stop_next(p);
}
