/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prober: native checks (src/probe) in one event loop. As the runner, it decides nothing and keeps each result until the engine says that it is on disk.
 */
#include "base/limits.h"
#include "base/log.h"
#include "core/record.h"
#include "os/clock.h"
#include "probe/probe.h"
#include "role/keep.h"
#include "role/role.h"
#include "role/secrets.h"

#include <stdio.h>
#include <string.h>

struct probing {
    struct role *role;
    uint64_t run_id, oid, ticket;
    struct probe probe;
    struct buf words;
    const char **argv;
    struct wall began_wall;
    struct loop_timer deadline;
};

struct prober {
    struct secrets secrets;
    struct probe_env env;
    struct map runs; /* run id -> struct probing */
    struct keep keep;
};

static void finish(struct probing *g, const struct msg_result *res)
{
    struct role *r = g->role;
    struct prober *self = r->self;
    struct msg_result m = *res;

    m.run_id = g->run_id;
    m.oid = g->oid;
    m.started_us = g->began_wall.us;
    m.lasted_us = clock_mono().us - g->probe.began.us;
    map_remove_u64(&self->runs, g->run_id);
    loop_timer_cancel(&g->deadline);
    if (g->ticket)
        resolve_cancel(self->env.resolve, g->ticket);
    keep_send(&self->keep, role_peer(r, ROLE_ENGINE, 0), &m);
    mem_free(g->probe.self);
    mem_free(g->argv);
    buf_release(&g->words);
    mem_free(g);
}

static void on_end(struct probe *p, enum probe_state state, struct str output, bool rightless)
{
    finish(p->user, &(struct msg_result){.how = 0, .code = state, .output = output, .rightless = rightless});
}

static void fail(struct probing *g, const char *text)
{
    finish(g, &(struct msg_result){.how = 0, .code = PROBE_UNKNOWN, .output = str_of(text)});
}

static void on_resolved(void *user, const union resolve_addr *addr, const char *error)
{
    struct probing *g = user;
    char text[400];

    g->ticket = 0;
    if (!addr) {
        snprintf(text, sizeof(text), "the name %.200s cannot be resolved: %s", g->probe.host, error);
        finish(g, &(struct msg_result){.how = 0, .code = PROBE_UNKNOWN, .output = str_of(text)});
        return;
    }
    g->probe.addr = *addr;
    g->probe.kind->begin(&g->probe);
}

static void on_deadline(void *user)
{
    struct probing *g = user;

    if (!g->ticket)
        g->probe.kind->cancel(&g->probe);
    finish(g, &(struct msg_result){.how = 2});
}

static int make_argv(struct probing *g, const struct msg_run *m, const struct secret *secret)
{
    size_t *at = mem_calloc(m->argv.n + 1, sizeof(*at));
    int r = 0;

    for (size_t i = 0; r == 0 && i < m->argv.n; i++) {
        at[i] = g->words.len;
        r = secret_fill(secret, m->argv.at[i], &g->words);
        buf_add_char(&g->words, '\0');
    }
    g->argv = mem_calloc(m->argv.n + 1, sizeof(*g->argv));
    for (size_t i = 0; i < m->argv.n; i++)
        g->argv[i] = g->words.data + at[i];
    mem_free(at);
    return r;
}

static void begin(struct prober *self, struct probing *g)
{
    const char *name = g->argv[0];
    struct err err = ERR_INIT;

    if (strncmp(name, "vigie:", 6) == 0)
        name += 6;
    g->probe.kind = probe_find(name);
    if (!g->probe.kind) {
        fail(g, "no native check has this name; known are vigie:tcp and vigie:ping");
        return;
    }
    g->argv[0] = name;
    g->probe.argv = g->argv;
    g->probe.self = mem_zalloc(g->probe.kind->size);
    if (g->probe.kind->parse(&g->probe, &err) < 0) {
        fail(g, err.text);
        return;
    }
    g->ticket = resolve_name(self->env.resolve, g->probe.host, on_resolved, g);
}

static void on_run(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    struct prober *self = r->self;
    struct probing *g = mem_zalloc(sizeof(*g));
    const struct secret *secret;

    *g = (struct probing){.role = r,
                          .run_id = m->u.run.run_id,
                          .oid = m->u.run.oid,
                          .words = BUF_INIT,
                          .began_wall = clock_wall(),
                          .probe = {.env = &self->env, .began = clock_mono(), .user = g, .end = on_end}};
    map_put_u64(&self->runs, g->run_id, (uint64_t)(uintptr_t)g);
    loop_timer_set(r->loop, &g->deadline, (struct mono){g->probe.began.us + m->u.run.timeout_us}, on_deadline,
                   g);
    secret = secrets_of(&self->secrets, r, m->u.run.generation);
    if (!secret) /* we began while a reload was under way, and the engine is behind it: it is said again */
        finish(g, &(struct msg_result){.how = RECORD_HOW_LOST});
    else if (!m->u.run.argv.n || make_argv(g, &m->u.run, secret) < 0)
        fail(g, "the command cannot be put together");
    else
        begin(self, g);
}

static void drop(struct probing *g)
{
    struct prober *self = g->role->self;

    if (g->ticket)
        resolve_cancel(self->env.resolve, g->ticket);
    else
        g->probe.kind->cancel(&g->probe);
    loop_timer_cancel(&g->deadline);
    map_remove_u64(&self->runs, g->run_id);
    mem_free(g->probe.self);
    mem_free(g->argv);
    buf_release(&g->words);
    mem_free(g);
}

static void on_kill(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    struct prober *self = r->self;
    uint64_t at;

    if (map_get_u64(&self->runs, m->u.kill.run_id, &at))
        drop((struct probing *)(uintptr_t)at);
}

static void on_stored(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    keep_stored(&((struct prober *)r->self)->keep, m->u.result_stored.seq);
}

static void prober_peer_up(struct role *r, struct peer *p)
{
    keep_resend(&((struct prober *)r->self)->keep, p);
}

static void prober_drained(struct role *r, struct peer *p)
{
    keep_go_on(&((struct prober *)r->self)->keep, p);
}

static uint64_t oid_of(uint64_t run)
{
    return ((const struct probing *)(uintptr_t)run)->oid;
}

static void prober_hello(struct role *r, struct msg_hello *mine)
{
    struct prober *self = r->self;

    mine->runs = keep_list(&self->keep, &self->runs, oid_of);
}

static void prober_snapshot(struct role *r, const struct role_snapshot *now,
                            const struct role_snapshot *old UNUSED)
{
    struct prober *self = r->self;

    secrets_take(&self->secrets, now);
}

static void prober_open(struct role *r)
{
    struct prober *self = r->self;
    struct err err = ERR_INIT;

    self->env.loop = r->loop;
    self->env.resolve = resolve_new(r->loop, &err);
    if (!self->env.resolve)
        log_fatal("%s", err.text);
    self->env.icmp = icmp_open(r->loop);
    if (!self->env.icmp)
        log_notice("no right to send ICMP: vigie:ping answers UNKNOWN");
}

static void prober_stop(struct role *r)
{
    struct prober *self = r->self;
    struct str key;
    uint64_t at;

    for (size_t i = 0; i < self->runs.n_entry; i++) {
        if (map_at(&self->runs, i, &key, &at))
            drop((struct probing *)(uintptr_t)at);
    }
    resolve_free(self->env.resolve);
    icmp_close(self->env.icmp);
    map_release(&self->runs);
    keep_release(&self->keep);
    secrets_release(&self->secrets);
    role_done(r);
}

static const struct role_inbox inbox[] = {
    {MSG_RUN, ROLE_BIT(ENGINE), on_run},
    {MSG_KILL, ROLE_BIT(ENGINE), on_kill},
    {MSG_RESULT_STORED, ROLE_BIT(ENGINE), on_stored},
};

const struct role_ops role_prober = {
    .id = ROLE_PROBER,
    .self_size = sizeof(struct prober),
    .inbox = inbox,
    .n_inbox = ARRAY_LEN(inbox),
    .snapshot = prober_snapshot,
    .open = prober_open,
    .serve = role_ready,
    .hello = prober_hello,
    .peer_up = prober_peer_up,
    .drained = prober_drained,
    .stop = prober_stop,
};
