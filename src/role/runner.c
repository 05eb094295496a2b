/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runner: executes plugins, notification commands and event handlers. It knows no configuration but the secrets that it fills in, decides nothing, and keeps every
 * result until the engine says that it is on disk.
 */
#include "role/runner_int.h"

#include "base/limits.h"
#include "base/log.h"

#include <string.h>

/* ---- results ---- */

void runner_finish(struct run *run, const struct msg_result *res)
{
    struct role *r = run->role;
    struct runner *self = r->self;
    struct msg_result m = *res;

    map_remove_u64(&self->runs, run->run_id);
    if (!run->unwanted) {
        m.run_id = run->run_id;
        m.started_us = run->began_wall.us;
        m.lasted_us = loop_now(r->loop).us - run->began.us;
        keep_send(&self->keep, role_peer(r, ROLE_ENGINE, 0), &m);
    }
    buf_release(&run->out);
    buf_release(&run->err);
    mem_free(run);
}

static void on_stored(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    keep_stored(&((struct runner *)r->self)->keep, m->u.result_stored.seq);
}

/* ---- messages ---- */

static void on_run(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    runner_start(r, &m->u.run);
}

static void on_kill(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    runner_kill(r, m->u.kill.run_id);
}

static void runner_birth(struct role *r)
{
    struct runner *self = r->self;
    struct str more = str_of(role_option(r, "vigie_env", ""));
    static const char *const base[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/",
                                       "LANG=C.UTF-8"};

    buf_init(&self->env);
    for (size_t i = 0; i < ARRAY_LEN(base); i++)
        buf_add(&self->env, base[i], strlen(base[i]) + 1);
    /* vigie_env=NAME=value,NAME=value: what some plugins need besides. */
    while (more.p) {
        struct str word = str_trim(str_cut(&more, ','));

        if (str_find_char(word, '=') > 0) {
            buf_add_str(&self->env, word);
            buf_add_char(&self->env, '\0');
        }
    }
}

static void runner_snapshot(struct role *r, const struct role_snapshot *now, const struct role_snapshot *old UNUSED)
{
    struct runner *self = r->self;
    struct err err = ERR_INIT;

    if (secret_open(&self->secret, now->secret, now->secret_len, &err) < 0)
        log_fatal("the secrets of the configuration: %s", err.text);
    self->has_secret = true;
}

static void runner_serve(struct role *r)
{
    proc_become_subreaper();
    runner_sweep(r);
    role_ready(r);
}

/* Tells a (new) engine what still runs here, so that it adopts its own and has the others ended. */
static void runner_hello(struct role *r, struct msg_hello *mine)
{
    struct runner *self = r->self;

    mine->runs = keep_run_ids(&self->keep, &self->runs);
}

static void runner_peer_up(struct role *r, struct peer *p)
{
    keep_resend(&((struct runner *)r->self)->keep, p);
}

static void runner_stop(struct role *r)
{
    struct runner *self = r->self;

    runner_kill_all(r);
    keep_release(&self->keep);
    loop_timer_cancel(&self->sweep);
    map_release(&self->runs);
    buf_release(&self->env);
    role_done(r);
}

static const struct role_inbox inbox[] = {
    {MSG_RUN, ROLE_BIT(ENGINE), on_run},
    {MSG_KILL, ROLE_BIT(ENGINE), on_kill},
    {MSG_RESULT_STORED, ROLE_BIT(ENGINE), on_stored},
};

const struct role_ops role_runner = {
    .id = ROLE_RUNNER,
    .self_size = sizeof(struct runner),
    .inbox = inbox,
    .n_inbox = ARRAY_LEN(inbox),
    .birth = runner_birth,
    .snapshot = runner_snapshot,
    .serve = runner_serve,
    .hello = runner_hello,
    .peer_up = runner_peer_up,
    .stop = runner_stop,
};
