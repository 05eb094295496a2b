/* SPDX-License-Identifier: Apache-2.0 */
/* The order of a start, the signals, the end. */
#include "role/parent_int.h"
#include "role/parent_log.h"
#include "role/parent_results.h"

#include "base/address.h"
#include "base/limits.h"
#include "base/log.h"
#include "os/clock.h"
#include "os/sock.h"
#include "role/parent_hold.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The one mutable variable of this process's frame: everything is reached through it. */
static struct parent P;

#define STATUS_EVERY_US (5 * TIME_S)

enum { BUSY_TRIES = 20, BUSY_MS = 100 };

void parent_notify_systemd(const char *text)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct err err = ERR_INIT;

    if (path && path[0] && sock_send_datagram(path, str_of(text), &err) < 0)
        log_warn("systemd cannot be told: %s", err.text);
}

void parent_give_up(struct parent *p, const char *why)
{
    if (why)
        log_error("%s", why);
    parent_stop_all(p, 1);
}

/* The second half of a start, once a configuration is accepted. */
static const struct step {
    int (*run)(struct parent *p, struct err *err);
    bool
        wait; /* The processes of a Vigie that was killed have what they had for a moment after it: who starts anew at once waits for that. */
} start_steps[] = {
    {parent_open_state, false},  {parent_hold_open, false}, {parent_open_listeners, true},
    {parent_pipe_is_free, true}, {parent_open_log, true},   {parent_log_judge, false},
};

static int take_step(struct parent *p, const struct step *s, struct err *err)
{
    int r = s->run(p, err);

    for (int i = 0; r == E_BUSY && s->wait && i < BUSY_TRIES; i++) {
        poll(NULL, 0, BUSY_MS);
        err_clear(err);
        r = s->run(p, err);
    }
    return r;
}

void parent_start_roles(struct parent *p)
{
    struct err err = ERR_INIT;

    rights_resolve_uids(&p->uids, model_c(&p->model, p->model.globals->nagios_user),
                        model_c(&p->model, p->model.globals->nagios_group), p->main_file);
    if (p->options.one_process)
        p->uids.warning[0] = '\0'; /* all are one user anyway */
    p->phase = PHASE_START;
    for (size_t i = 0; i < ARRAY_LEN(start_steps); i++) {
        if (take_step(p, &start_steps[i], &err) < 0) {
            parent_give_up(p, err.text);
            return;
        }
    }
    parent_plan_children(p);
    for (size_t i = 0; i < p->n_children; i++) {
        if (parent_start_child(p, &p->child[i], &err) < 0) {
            parent_give_up(p, err.text);
            return;
        }
    }
    for (size_t i = 0; i < p->n_children; i++)
        parent_go(&p->child[i]);
}

/* The link makes an administrator only for who is on this machine, by an address of its loopback. */
static void print_first_use(const struct parent *p, const char *scheme)
{
    struct address a = {0};
    uint16_t port = 0;

    if (!address_parse_at(str_of(p->http_at), &a, &port) ||
        (!address_is_loopback(&a) && !address_is_any(&a))) {
        printf("vigie: first use: there is no user yet; on this machine: vigie ctl user add NAME --role "
               "admin\n");
        return;
    }
    printf("vigie: first use: open this link within 30 minutes to choose your name and password (it works "
           "once):\nvigie: %s://",
           scheme);
    if (address_is_any(&a))
        printf("localhost:%u", port);
    else
        printf("%s", p->http_at);
    printf("/#setup=%s\n", p->setup_token);
}

static void print_address(const struct parent *p)
{
    const char *scheme = p->http_tls ? "https" : "http";

    if (!p->http_at[0])
        return;
    printf("vigie: %s://%s/\n", scheme, p->http_at);
    if (p->page_own)
        printf("vigie: its certificate is Vigie's own, and browsers ask about it: compare its SHA-256 "
               "fingerprint\nvigie: %s\n",
               p->page_print);
    if (p->setup_token[0])
        print_first_use(p, scheme);
}

/* Every role serves: the command file is made last, since its presence is what others wait for. */
static void announce(struct parent *p)
{
    struct err err = ERR_INIT;
    struct child *local = parent_find(p, ROLE_LOCAL, 0);

    if (parent_open_pipe(p, &err) < 0) {
        parent_give_up(p, err.text);
        return;
    }
    p->phase = PHASE_RUN;
    p->announced = true;
    if (local)
        parent_pass(local, "command-pipe", p->pipe_at, p->pipe_fd);
    parent_results_begin(p);
    parent_status_levels(p);
    print_address(p);
    printf("vigie: READY, watching %u host%s and %u service%s\n", p->model.n_hosts,
           p->model.n_hosts == 1 ? "" : "s", p->model.n_services, p->model.n_services == 1 ? "" : "s");
    fflush(stdout);
    parent_notify_systemd("READY=1");
}

void parent_child_ready(struct parent *p, struct child *c)
{
    c->state = CHILD_READY;
    parent_status_send(p);
    if (p->phase != PHASE_START)
        return;
    for (size_t i = 0; i < p->n_children; i++) {
        if (p->child[i].state != CHILD_READY)
            return;
    }
    announce(p);
}

void parent_all_ended(struct parent *p)
{
    loop_stop(p->loop);
}

/* ---- signals ---- */

static void on_end_signal(void *user, int signo)
{
    struct parent *p = user;

    if (p->phase == PHASE_STOP)
        return;
    log_notice("%s: stopping", signo == SIGINT ? "interrupted" : "asked to end");
    p->stop_signal = signo;
    parent_notify_systemd("STOPPING=1");
    parent_stop_all(p, 0);
}

static void on_reload_signal(void *user, int signo UNUSED)
{
    struct parent *p = user;

    if (p->phase == PHASE_RUN)
        parent_reload(p, 0);
}

void parent_wish(struct parent *p, bool reload)
{
    if (p->phase != PHASE_RUN)
        return;
    if (reload) {
        parent_reload(p, 0);
        return;
    }
    log_notice("asked to end by an external command: stopping");
    parent_notify_systemd("STOPPING=1");
    parent_stop_all(p, 0);
}

static void on_status_timer(void *user)
{
    struct parent *p = user;

    parent_status_send(p);
    loop_timer_set(p->loop, &p->status_timer, (struct mono){loop_now(p->loop).us + STATUS_EVERY_US},
                   on_status_timer, p);
}

/* In a release build the roles' environment is ours alone. */
static void keep_test_env(struct parent *p)
{
#ifdef VIGIE_SANITIZED
    static const char *const names[] = {"LD_PRELOAD", "UBSAN_OPTIONS", "LSAN_OPTIONS"};
    const char *asan = getenv("ASAN_OPTIONS");
    struct buf options = BUF_INIT;
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct buf b = BUF_INIT;

        if (!getenv(names[i]))
            continue;
        buf_printf(&b, "%s=%s", names[i], getenv(names[i]));
        p->test_env[n++] = buf_take(&b, NULL);
    }
    /* A role ends by _exit, before its memory is looked through for leaks. */
    buf_printf(&options, "ASAN_OPTIONS=%s:detect_leaks=0", asan ? asan : "");
    p->test_env[n] = buf_take(&options, NULL);
#else
    (void)p;
#endif
}

static int prepare(struct parent *p, struct err *err)
{
    keep_test_env(p);
    if (!realpath(p->options.main_file, p->main_file))
        return err_sys(err, errno, "cannot read the configuration %s", p->options.main_file);
    if (parent_open_executables(p, err) < 0)
        return err->code;
    p->loop = loop_new();
    signal(SIGPIPE, SIG_IGN);
    loop_signal(p->loop, SIGTERM, on_end_signal, p);
    loop_signal(p->loop, SIGINT, on_end_signal, p);
    loop_signal(p->loop, SIGHUP, on_reload_signal, p);
    loop_signal(p->loop, SIGCHLD, parent_on_sigchld, p);
    proc_become_subreaper();
    return 0;
}

static void release_all(struct parent *p)
{
    parent_lines_release(p);
    parent_results_release(p);
    parent_close_all(p);
    parent_said_release(p);
    loop_timer_cancel(&p->status_timer);
    loop_free(p->loop);
}

int parent_run(const struct parent_options *options)
{
    struct parent *p = &P;
    struct err err = ERR_INIT;

    log_init("", options->verbose ? LOG_DEBUG : LOG_INFO);
    p->options = *options;
    p->exe_dir = p->state_fd = p->lock_fd = p->http_fd = p->ls_fd = p->tcp_fd = p->tls_fd = p->ctl_fd =
        p->log_fd = p->pipe_fd = p->doing_fd = -1;
    p->hold.fd = p->lines.fd = p->pipe_keep_fd = p->board_fd = p->snap.public_fd = p->snap.secret_fd = -1;
    if (prepare(p, &err) < 0) {
        log_error("%s", err.text);
        return 1;
    }
    if (options->one_process)
        log_warn("UNSANDBOXED: all roles run in this one process, for the debugger only");
    p->phase = PHASE_CONF;
    if (parent_conf_start(p, &err) < 0) {
        log_error("%s", err.text);
        return 1;
    }
    on_status_timer(p);
    loop_run(p->loop);
    release_all(p);
    if (p->exit_status == 0)
        log_notice("ended");
    return p->exit_status;
}
