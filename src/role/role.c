/* SPDX-License-Identifier: Apache-2.0 */
#include "role/role.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/map.h"
#include "build_id.h"
#include "os/loop.h"
#include "os/mem.h"
#include "role/rights.h"
#include "wire/link.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONTROL_FD = 3 };

struct role_config {
    struct map options; /* name -> pointer to the value */
    bool served;        /* GO was carried out */
    bool done;
    void (*on_end)(void *user, struct role *r);
    void *user;
};

const char *role_option(const struct role *r, const char *name, const char *def)
{
    uint64_t p;

    return map_get(&r->config->options, str_of(name), &p) ? (const char *)(uintptr_t)p : def;
}

struct peer *role_peer(struct role *r, enum role_id id, unsigned instance)
{
    for (size_t i = 0; i < r->n_peers; i++) {
        struct peer *p = &r->peers[i];

        if (p->up && p->id == id && p->instance == instance)
            return p;
    }
    return NULL;
}

unsigned role_peer_count(struct role *r, enum role_id id)
{
    unsigned n = 0;

    for (size_t i = 0; i < r->n_peers; i++)
        n += r->peers[i].up && r->peers[i].id == id;
    return n;
}

int role_send(struct peer *p, struct buf *b, int fd)
{
    if (!p || !p->link)
        return E_CLOSED;
    return link_send(p->link, b, &fd, fd >= 0);
}

int role_send_parent(struct role *r, struct buf *b, int fd)
{
    return r->control ? link_send(r->control, b, &fd, fd >= 0) : E_CLOSED;
}

/* ---- peers ---- */

static void peer_ends(struct peer *p)
{
    bool was_up = p->up;

    p->up = false;
    link_free(p->link);
    p->link = NULL;
    if (was_up && p->owner->config->served && !p->owner->config->done && p->owner->ops->peer_down)
        p->owner->ops->peer_down(p->owner, p);
}

static void peer_hello(struct peer *p, const struct msg_hello *h)
{
    if (!str_eq_c(h->build_id, BUILD_REVISION))
        log_fatal("%s is of another build (" STR_FMT ", this is %s): Vigie must be restarted",
                  role_name(p->id), STR_ARG(h->build_id), BUILD_REVISION);
    if (h->role != p->id || h->instance != p->instance)
        log_fatal("the peer %s says that it is %s", role_name(p->id), role_name((enum role_id)h->role));
    p->epoch = h->epoch;
    p->up = true;
    if (p->owner->ops->peer_up)
        p->owner->ops->peer_up(p->owner, p);
}

static const struct role_inbox *inbox_find(const struct role *r, enum msg_type type)
{
    for (size_t i = 0; i < r->ops->n_inbox; i++) {
        if (r->ops->inbox[i].type == type)
            return &r->ops->inbox[i];
    }
    return NULL;
}

static void peer_message(void *user, const struct msg *m, int *fds, size_t n_fds)
{
    struct peer *p = user;
    struct role *r = p->owner;
    const struct role_inbox *in;

    if (m->type == MSG_HELLO && !p->up) {
        r->hello = &m->u.hello;
        peer_hello(p, &m->u.hello);
        r->hello = NULL;
        return;
    }
    in = inbox_find(r, m->type);
    if (!p->up || !in || !(in->from & 1u << p->id))
        log_fatal("%s may not send %s here", role_name(p->id), msg_info(m->type)->name);
    r->fds = fds;
    r->n_fds = n_fds;
    in->handle(r, p, m);
    r->fds = NULL;
    r->n_fds = 0;
}

static void peer_closed(void *user, const struct err *err)
{
    struct peer *p = user;

    if (err->code == E_FORMAT)
        log_fatal("%s sent %s", role_name(p->id), err->text);
    peer_ends(p);
}

static void peer_drained(void *user)
{
    struct peer *p = user;

    if (p->owner->ops->drained)
        p->owner->ops->drained(p->owner, p);
}

static const struct link_ops peer_ops = {peer_message, peer_closed, peer_drained};

/* The link of a peer begins to be served: after GO, or at once when GO was before. */
static void peer_begin(struct peer *p)
{
    struct role *r = p->owner;
    struct buf b = BUF_INIT;
    struct msg_hello h = {
        .build_id = STR(BUILD_REVISION), .role = r->ops->id, .instance = r->instance, .epoch = r->epoch};
    int fd = p->waiting_fd;

    p->waiting_fd = -1;
    p->link = link_new(r->loop, fd, &peer_ops, p);
    if (r->ops->hello)
        r->ops->hello(r, &h);
    msg_must(msg_put_hello(&b, &h));
    link_send(p->link, &b, NULL, 0);
    buf_release(&b);
}

static struct peer *peer_slot(struct role *r, enum role_id id, unsigned instance)
{
    struct peer *p;

    for (size_t i = 0; i < r->n_peers; i++) {
        if (r->peers[i].id == id && r->peers[i].instance == instance)
            return &r->peers[i];
    }
    BUG_ON(r->n_peers == ROLE_PEERS_MAX);
    p = &r->peers[r->n_peers++];
    *p = (struct peer){.owner = r, .id = id, .instance = instance, .waiting_fd = -1};
    return p;
}

static void take_peer(struct role *r, const struct msg_peer *m, int fd)
{
    struct peer *p = peer_slot(r, (enum role_id)m->role, (unsigned)m->instance);

    if (p->link)
        link_drain(p->link); /* what the old one said last is heard */
    if (p->link)
        peer_ends(p);
    if (p->waiting_fd >= 0)
        close(p->waiting_fd);
    p->waiting_fd = fd;
    if (r->config->served)
        peer_begin(p);
}

/* ---- what the parent says ---- */

static void take_start(struct role *r, const struct msg_start *m)
{
    r->epoch = m->epoch;
    r->instance = (unsigned)m->instance;
    if (!str_copy(r->state_dir, sizeof(r->state_dir), m->state_dir))
        log_fatal("the state folder's path is too long");
    for (size_t i = 0; i < m->options.n; i++) {
        struct str value = m->options.at[i], name = str_cut(&value, '=');
        uint64_t before;

        if (map_get(&r->config->options, name, &before))
            mem_free((void *)(uintptr_t)before);
        map_put(&r->config->options, name, (uint64_t)(uintptr_t)str_dup(value));
    }
    r->start = m;
    if (r->ops->birth)
        r->ops->birth(r);
    r->start = NULL;
}

static void map_segment(int fd, const void **base, size_t *len)
{
    struct err err = ERR_INIT;

    if (mem_check_sealed(fd, &err) < 0 || mem_map_ro(fd, base, len, &err) < 0)
        log_fatal("the snapshot: %s", err.text);
}

static void drop_snapshot(struct role_snapshot *s)
{
    mem_unmap(s->base, s->len);
    mem_unmap(s->secret, s->secret_len);
    if (s->public_fd >= 0)
        close(s->public_fd);
    if (s->secret_fd >= 0)
        close(s->secret_fd);
}

static void take_snapshot(struct role *r, const struct msg_snapshot *m, int *fds, size_t n_fds)
{
    struct role_snapshot old = r->snap, now = {.generation = m->generation, .public_fd = -1, .secret_fd = -1};
    size_t at = 0;

    if (n_fds != (size_t)(m->public_len > 0) + (m->secret_len > 0))
        log_fatal("a snapshot without its descriptors");
    str_copy(now.hash, sizeof(now.hash), m->hash);
    if (m->public_len) {
        now.public_fd = fds[at];
        map_segment(fds[at++], &now.base, &now.len);
    }
    if (m->secret_len) {
        now.secret_fd = fds[at];
        map_segment(fds[at], &now.secret, &now.secret_len);
    }
    for (size_t i = 0; i < n_fds; i++)
        fds[i] = -1; /* ours now */
    r->snap = now;
    if (r->ops->snapshot)
        r->ops->snapshot(r, &r->snap, old.generation ? &old : NULL);
    if (old.generation)
        drop_snapshot(&old);
}

static void carry_out_go(struct role *r)
{
    struct err err = ERR_INIT;

    if (r->ops->open)
        r->ops->open(r);
    if (!r->one_process && rights_enter(r->ops->id, r, &err) < 0)
        log_fatal("the sandbox cannot be closed: %s", err.text);
    r->config->served = true;
    if (r->ops->serve)
        r->ops->serve(r);
    for (size_t i = 0; i < r->n_peers; i++) {
        if (r->peers[i].waiting_fd >= 0)
            peer_begin(&r->peers[i]);
    }
}

static void take_fd(struct role *r, const struct msg_fdpass *m, int fd)
{
    if (!r->ops->fd)
        BUG("a descriptor for a role that takes none");
    r->ops->fd(r, m->purpose, m->arg, fd);
}

static void from_parent(struct role *r, const struct msg *m)
{
    struct peer parent = {.owner = r, .id = ROLE_PARENT, .link = r->control, .up = true, .waiting_fd = -1};
    const struct role_inbox *in = inbox_find(r, m->type);

    if (!in || !(in->from & ROLE_BIT(PARENT)))
        log_fatal("the parent may not send %s here", msg_info(m->type)->name);
    in->handle(r, &parent, m);
}

static void control_message(void *user, const struct msg *m, int *fds, size_t n_fds)
{
    struct role *r = user;
    int fd = n_fds ? fds[0] : -1;

    switch (m->type) {
    case MSG_START: take_start(r, &m->u.start); return;
    case MSG_SNAPSHOT: take_snapshot(r, &m->u.snapshot, fds, n_fds); return;
    case MSG_GO: carry_out_go(r); return;
    case MSG_STOP:
        r->stopping = true;
        r->stop_signal = (int)m->u.stop.signal;
        if (r->ops->stop)
            r->ops->stop(r);
        else
            role_done(r);
        return;
    case MSG_PEER:
    case MSG_FDPASS:
        if (fd < 0)
            log_fatal("%s without a descriptor", msg_info(m->type)->name);
        fds[0] = -1;
        if (m->type == MSG_PEER)
            take_peer(r, &m->u.peer, fd);
        else
            take_fd(r, &m->u.fdpass, fd);
        return;
    default: from_parent(r, m);
    }
}

static void control_closed(void *user, const struct err *err UNUSED)
{
    struct role *r = user;

    if (r->one_process)
        role_done(r);
    else
        _exit(1); /* the parent is gone: so are we */
}

static const struct link_ops control_ops = {control_message, control_closed, NULL};

/* ---- life ---- */

void role_ready(struct role *r)
{
    struct buf b = BUF_INIT;

    if (r->ready)
        return;
    r->ready = true;
    msg_must(msg_put_ready(&b, &(struct msg_ready){.landlock = (uint64_t)r->landlock}));
    role_send_parent(r, &b, -1);
    buf_release(&b);
}

static void release(struct role *r)
{
    uint64_t value;
    struct str key;

    for (size_t i = 0; i < r->n_peers; i++) {
        link_free(r->peers[i].link);
        if (r->peers[i].waiting_fd >= 0)
            close(r->peers[i].waiting_fd);
    }
    link_free(r->control);
    if (r->snap.generation)
        drop_snapshot(&r->snap);
    for (size_t i = 0; i < r->config->options.n_entry; i++) {
        if (map_at(&r->config->options, i, &key, &value))
            mem_free((void *)(uintptr_t)value);
    }
    map_release(&r->config->options);
    mem_free(r->config);
    mem_free(r->self);
    mem_free(r);
}

static void end_inside(void *user)
{
    struct role *r = user;
    void (*on_end)(void *u, struct role *role) = r->config->on_end;
    void *on_end_user = r->config->user;

    release(r);
    on_end(on_end_user, r);
}

void role_done(struct role *r)
{
    if (r->config->done)
        return;
    r->config->done = true;
    for (size_t i = 0; i < r->n_peers; i++) {
        if (r->peers[i].link)
            link_flush(r->peers[i].link, TIME_S);
    }
    if (r->control)
        link_flush(r->control, TIME_S);
    if (!r->one_process)
        _exit(0);
    loop_later(r->loop, end_inside, r);
}

static struct role *new_role(const struct role_ops *ops, struct loop *loop, int control_fd, bool one_process)
{
    struct role *r = mem_zalloc(sizeof(*r));

    r->ops = ops;
    r->loop = loop;
    r->one_process = one_process;
    r->self = mem_zalloc(ops->self_size);
    r->config = mem_zalloc(sizeof(*r->config));
    r->snap.public_fd = r->snap.secret_fd = -1;
    r->control = link_new(loop, control_fd, &control_ops, r);
    return r;
}

struct role *role_attach(const struct role_ops *ops, struct loop *loop, int control_fd,
                         void (*on_end)(void *user, struct role *r), void *user)
{
    struct role *r = new_role(ops, loop, control_fd, true);

    r->config->on_end = on_end;
    r->config->user = user;
    return r;
}

static void ignore_signal(void *user UNUSED, int signo UNUSED)
{
}

int role_main(const struct role_ops *const *table, size_t n, int argc, char **argv)
{
    const char *name = argc > 2 ? argv[2] : "";
    bool verbose = argc > 5 && strcmp(argv[5], "-v") == 0;
    const struct role_ops *ops = NULL;
    struct loop *loop;

    for (size_t i = 0; i < n; i++) {
        if (strcmp(role_name(table[i]->id), name) == 0)
            ops = table[i];
    }
    if (!ops) {
        fprintf(stderr, "%s: no role '%s' in this program: it is started by 'vigie run'\n", argv[0], name);
        return 2;
    }
    log_init(name, verbose ? LOG_DEBUG : LOG_INFO);
    if (ops->id != ROLE_CONF) /* its heap is of its environment (role/parent_child.c) */
        mem_set_heap();
    loop = loop_new();
    signal(SIGPIPE, SIG_IGN);
    /* Ctrl-C goes to the whole foreground group: the parent alone decides the order of the end. */
    loop_signal(loop, SIGINT, ignore_signal, NULL);
    loop_signal(loop, SIGTERM, ignore_signal, NULL);
    loop_signal(loop, SIGHUP, ignore_signal, NULL);
    new_role(ops, loop, CONTROL_FD, false);
    loop_run(loop);
    return 0;
}
