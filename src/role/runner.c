/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runner: executes plugins, notification commands and event handlers. It knows no configuration but the secrets that it fills in, decides nothing, and keeps every
 * result until the engine says that it is on disk.
 */
#include "role/runner_int.h"

#include "base/log.h"
#include "os/clock.h"

#include <pwd.h>
#include <unistd.h>

enum { FILES_OF_PLUGIN = 1024 };

/* ---- results ---- */

void runner_finish(struct run *run, const struct msg_result *res)
{
    struct role *r = run->role;
    struct runner *self = r->self;
    struct msg_result m = *res;
    struct peer *engine = role_peer(r, ROLE_ENGINE, 0);
    bool asked = !run->unwanted && !run->orphan && (engine || run->kind != RUN_HANDLER);

    map_remove_u64(&self->runs, run->run_id);
    runner_turn_over(run);
    m.run_id = run->run_id;
    m.oid = run->oid;
    m.started_us = run->began_wall.us;
    m.lasted_us = clock_mono().us - run->began.us;
    if (run->run_id == RUN_TRIAL)
        runner_trial_end(&m);
    else if (asked)
        keep_send(&self->keep, engine, &m);
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

/* ---- life ---- */

/* The home of the user that plugins run as: some keep their own settings there (keys, password files). */
static const char *home(void)
{
    const struct passwd *pw = getpwuid(geteuid());

    return pw && pw->pw_dir && pw->pw_dir[0] == '/' ? pw->pw_dir : "/";
}

/* Each plugin under way takes three descriptors of ours: as many as we may have. The plugins get what was there before, since many cannot go over 1024. */
static void take_descriptors(struct runner *self)
{
    struct rlimit l;

    self->files = FILES_OF_PLUGIN;
    if (getrlimit(RLIMIT_NOFILE, &l) < 0)
        return;
    self->files = MIN(l.rlim_cur, (rlim_t)FILES_OF_PLUGIN);
    l.rlim_cur = l.rlim_max;
    setrlimit(RLIMIT_NOFILE, &l);
}

static void runner_birth(struct role *r)
{
    struct runner *self = r->self;

    buf_init(&self->env);
    runner_env_base(&self->env, home());
    for (size_t i = 0; i < r->start->options.n; i++)
        runner_env_add(&self->env, r->start->options.at[i]);
    take_descriptors(self);
    runner_turn_birth(r);
}

static void runner_snapshot(struct role *r, const struct role_snapshot *now,
                            const struct role_snapshot *old UNUSED)
{
    struct runner *self = r->self;

    secrets_take(&self->secrets, now);
}

static void runner_serve(struct role *r)
{
    proc_become_subreaper();
    role_ready(r);
    if (r->instance == 0)
        runner_trial_begin(r);
}

/*
 * A handler, or a command for performance data, belongs to what happened, which is on disk, and no other engine would give it again as it gives a notification. So it goes on, and has its turn, when
 * its engine has ended.
 */
static uint64_t oid_of(uint64_t value)
{
    struct run *run = (struct run *)(uintptr_t)value;

    run->orphan = run->kind == RUN_HANDLER;
    return run->orphan ? KEEP_UNTOLD : run->oid;
}

/* Tells a (new) engine what still runs here, so that it adopts its own and has the others ended. */
static void runner_hello(struct role *r, struct msg_hello *mine)
{
    struct runner *self = r->self;

    mine->runs = keep_list(&self->keep, &self->runs, oid_of);
}

static void runner_peer_up(struct role *r, struct peer *p)
{
    keep_resend(&((struct runner *)r->self)->keep, p);
}

static void runner_drained(struct role *r, struct peer *p)
{
    keep_go_on(&((struct runner *)r->self)->keep, p);
}

static void runner_stop(struct role *r)
{
    struct runner *self = r->self;

    runner_end_all(r);
    keep_release(&self->keep);
    buf_release(&self->env);
    secrets_release(&self->secrets);
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
    .drained = runner_drained,
    .stop = runner_stop,
};
