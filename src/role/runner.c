/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runner: executes plugins, notification commands and event handlers. It knows no configuration but the secrets that it fills in, decides nothing, and keeps every
 * result until the engine says that it is on disk.
 */
#include "role/runner_int.h"

#include "base/limits.h"
#include "base/log.h"
#include "wire/link.h"

#include <string.h>

enum { KEPT_BYTES_MAX = 64 * 1024 * 1024 };

/* ---- results ---- */

static void drop_oldest(struct runner *self)
{
    struct kept *k = &self->kept.at[self->kept_at++];

    self->kept_bytes -= k->len;
    mem_free(k->frame);
    k->frame = NULL;
    if (self->kept_at > 1024 && self->kept_at > self->kept.n / 2) {
        memmove(self->kept.at, self->kept.at + self->kept_at, (self->kept.n - self->kept_at) * sizeof(*self->kept.at));
        self->kept.n -= self->kept_at;
        self->kept_at = 0;
    }
}

static void keep(struct runner *self, uint64_t seq, struct str frame)
{
    *VEC_ADD(&self->kept) = (struct kept){.seq = seq, .frame = str_dup(frame), .len = frame.n};
    self->kept_bytes += frame.n;
    while (self->kept_bytes > KEPT_BYTES_MAX)
        drop_oldest(self); /* the engine is away for so long that its checks are due again */
}

void runner_finish(struct run *run, const struct msg_result *res)
{
    struct role *r = run->role;
    struct runner *self = r->self;
    struct msg_result m = *res;
    struct buf b = BUF_INIT;

    map_remove_u64(&self->runs, run->run_id);
    if (!run->unwanted) {
        m.run_id = run->run_id;
        m.seq = ++self->next_seq;
        m.started_us = run->began_wall.us;
        m.lasted_us = loop_now(r->loop).us - run->began.us;
        BUG_ON(msg_put_result(&b, &m) < 0);
        keep(self, m.seq, buf_str(&b));
        role_send(role_peer(r, ROLE_ENGINE, 0), &b, -1);
    }
    buf_release(&b);
    buf_release(&run->out);
    buf_release(&run->err);
    mem_free(run);
}

static void on_stored(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    struct runner *self = r->self;

    while (self->kept_at < self->kept.n && self->kept.at[self->kept_at].seq <= m->u.result_stored.seq)
        drop_oldest(self);
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
    struct buf ids = BUF_INIT;
    struct str key;
    uint64_t value;
    size_t n;

    for (size_t i = 0; i < self->runs.n_entry; i++) {
        if (map_at(&self->runs, i, &key, &value))
            buf_add_le64(&ids, ((struct run *)(uintptr_t)value)->run_id);
    }
    n = ids.len;
    mine->runs = str_make(buf_take(&ids, NULL), n);
    mem_free(self->hello_runs);
    self->hello_runs = (char *)(uintptr_t)mine->runs.p;
}

static void runner_peer_up(struct role *r, struct peer *p)
{
    struct runner *self = r->self;

    for (size_t i = self->kept_at; i < self->kept.n; i++) {
        struct buf b = BUF_INIT;

        buf_add(&b, self->kept.at[i].frame, self->kept.at[i].len);
        role_send(p, &b, -1);
        buf_release(&b);
    }
}

static void runner_stop(struct role *r)
{
    struct runner *self = r->self;

    runner_kill_all(r);
    while (self->kept_at < self->kept.n)
        drop_oldest(self);
    VEC_RELEASE(&self->kept);
    loop_timer_cancel(&self->sweep);
    map_release(&self->runs);
    buf_release(&self->env);
    mem_free(self->hello_runs);
    self->hello_runs = NULL;
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
