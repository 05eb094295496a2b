/* SPDX-License-Identifier: Apache-2.0 */
/*
 * local: the unix sockets and the command file. It takes bytes from local programs, says by the kernel's word who they are, and passes requests on; it decides nothing.
 */
#include "role/local_int.h"

#include "base/limits.h"
#include "base/log.h"
#include "core/handed.h"
#include "os/sock.h"

#include <string.h>
#include <unistd.h>

/* ---- connections ---- */

struct conn *local_conn_new(struct role *r, enum conn_kind kind, int fd)
{
    struct local *self = r->self;
    struct conn *c = mem_zalloc(sizeof(*c));
    uid_t uid = (uid_t)-1;
    gid_t gid;
    pid_t pid;

    sock_peer(fd, &uid, &gid, &pid);
    *c = (struct conn){
        .role = r, .kind = kind, .uid = (int64_t)uid, .fd = fd, .in = BUF_INIT, .out = BUF_INIT};
    c->next = self->conns;
    if (c->next)
        c->next->prev = c;
    self->conns = c;
    self->ls_connections += kind == CONN_LS;
    self->ls_open += kind == CONN_LS;
    return c;
}

void local_conn_free(struct conn *c)
{
    struct local *self = c->role->self;
    struct buf b = BUF_INIT;

    if (c->request) {
        msg_must(msg_put_api_gone(&b, &(struct msg_api_gone){.id = c->request}));
        role_send(role_peer(c->role, ROLE_GATE, 0), &b, -1);
        map_remove_u64(&self->requests, c->request);
        buf_release(&b);
    }
    loop_fd_remove(&c->watch);
    local_tls_free(c);
    self->ls_open -= c->kind == CONN_LS;
    if (c->kind == CONN_CTL)
        link_free(c->link);
    else
        close(c->fd);
    if (c->prev)
        c->prev->next = c->next;
    else
        self->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
    buf_release(&c->in);
    buf_release(&c->out);
    mem_free(c);
}

uint64_t local_request(struct conn *c)
{
    struct local *self = c->role->self;

    c->request = ++self->next_id;
    map_put_u64(&self->requests, c->request, (uint64_t)(uintptr_t)c);
    return c->request;
}

static struct conn *find(struct local *self, uint64_t id)
{
    uint64_t p;

    return map_get_u64(&self->requests, id, &p) ? (struct conn *)(uintptr_t)p : NULL;
}

static void request_done(struct local *self, struct conn *c)
{
    map_remove_u64(&self->requests, c->request);
    c->request = 0;
}

static bool has_room(const struct local *self, enum conn_kind kind, int fd)
{
    size_t most = kind == CONN_CTL ? LOCAL_CTL_OF_USER_MAX : LOCAL_LS_OF_USER_MAX, all = 0, own = 0;
    uid_t uid = (uid_t)-1;
    gid_t gid;
    pid_t pid;

    sock_peer(fd, &uid, &gid, &pid);
    for (const struct conn *c = self->conns; c; c = c->next) {
        all += c->kind == kind && c->uid != 0;
        own += c->kind == kind && c->uid == (int64_t)uid;
    }
    return uid == 0 ? own < LOCAL_CONNECTIONS_MAX : all < LOCAL_CONNECTIONS_MAX && own < most;
}

static void accept_all(struct role *r, int listener, enum conn_kind kind,
                       void (*take)(struct role *r, int fd))
{
    const struct local *self = r->self;
    int fd;

    while (sock_accept(listener, &fd) == 0) {
        if (has_room(self, kind, fd))
            take(r, fd);
        else
            close(fd);
    }
}

static void on_ctl_listen(void *user, uint32_t events UNUSED)
{
    struct role *r = user;

    accept_all(r, ((struct local *)r->self)->ctl_fd, CONN_CTL, local_ctl_accept);
}

static void on_ls_listen(void *user, uint32_t events UNUSED)
{
    struct role *r = user;

    accept_all(r, ((struct local *)r->self)->ls_fd, CONN_LS, local_ls_accept);
}

static void on_tcp_listen(void *user, uint32_t events UNUSED)
{
    struct role *r = user;

    accept_all(r, ((struct local *)r->self)->tcp_fd, CONN_LS, local_ls_accept_tcp);
}

static void on_tls_listen(void *user, uint32_t events UNUSED)
{
    struct role *r = user;

    accept_all(r, ((struct local *)r->self)->tls_fd, CONN_LS, local_ls_accept_tls);
}

/* ---- answers of gate ---- */

static void on_api_resp(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    struct local *self = r->self;
    struct conn *c = find(self, m->u.api_resp.id);

    if (!c || c->kind != CONN_CTL)
        return;
    if (!m->u.api_resp.more)
        request_done(self, c);
    local_ctl_answer(c, m->u.api_resp.status, m->u.api_resp.body, m->u.api_resp.more);
}

static void on_api_data(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    struct local *self = r->self;
    struct conn *c = find(self, m->u.api_data.id);

    if (!c || c->kind != CONN_CTL)
        return;
    if (m->u.api_data.end || m->u.api_data.broken)
        request_done(self, c);
    if (m->u.api_data.broken)
        local_ctl_lost(c, "Vigie is overloaded; ask again");
    else
        local_ctl_answer(c, 0, m->u.api_data.body, !m->u.api_data.end);
}

static void on_ls_resp(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    struct local *self = r->self;
    struct conn *c = find(self, m->u.ls_resp.id);

    if (!c || c->kind != CONN_LS)
        return;
    if (m->u.ls_resp.end)
        request_done(self, c);
    local_ls_answer(c, &m->u.ls_resp);
}

/* The command file has no way to answer: what was refused stands in the log. */
static void on_command_done(struct role *r, struct peer *p UNUSED, const struct msg *m)
{
    const struct msg_command_done *d = &m->u.command_done;

    if (!(d->id & HANDED_ID))
        local_pipe_had(r, d->id);
    else if (!d->status && !d->error.n) /* else it cannot be written now, and is asked for again */
        local_results_had(r, d->id);
}

/* ---- frame ---- */

static void local_fd(struct role *r, struct str purpose, struct str arg, int fd)
{
    struct local *self = r->self;

    if (str_eq_c(purpose, "ctl-listen"))
        self->ctl_fd = fd;
    else if (str_eq_c(purpose, "ls-listen"))
        self->ls_fd = fd;
    else if (str_eq_c(purpose, "ls-tcp-listen"))
        self->tcp_fd = fd;
    else if (str_eq_c(purpose, "command-hold"))
        local_pipe_hold(r, fd);
    else if (str_eq_c(purpose, "command-pipe"))
        local_pipe_begin(r, fd);
    else if (str_eq_c(purpose, "result-file"))
        local_results_file(r, arg, fd);
    else if (str_eq_c(purpose, "command-lines"))
        local_pipe_lines(r, arg, fd);
    else if (!local_tls_fd(r, purpose, arg, fd))
        BUG("local does not know this descriptor");
}

static void local_birth(struct role *r)
{
    struct local *self = r->self;

    self->ctl_fd = self->ls_fd = self->tcp_fd = self->tls_fd = self->pipe_fd = self->lines.fd =
        self->next_lines.fd = -1;
    tls_take_init(&self->tls, LISTENING_LIVESTATUS);
    self->tls.old = true; /* programs that ask are older than browsers */
}

static void local_open(struct role *r)
{
    local_who_read(r->self);
}

static void local_serve(struct role *r)
{
    struct local *self = r->self;

    if (self->ctl_fd >= 0)
        loop_fd_add(r->loop, &self->ctl_watch, self->ctl_fd, EPOLLIN, on_ctl_listen, r);
    if (self->ls_fd >= 0)
        loop_fd_add(r->loop, &self->ls_watch, self->ls_fd, EPOLLIN, on_ls_listen, r);
    if (self->tcp_fd >= 0)
        loop_fd_add(r->loop, &self->tcp_watch, self->tcp_fd, EPOLLIN, on_tcp_listen, r);
    if (self->tls_fd >= 0)
        loop_fd_add(r->loop, &self->tls_watch, self->tls_fd, EPOLLIN, on_tls_listen, r);
    role_ready(r);
}

static void local_peer_up(struct role *r, struct peer *p)
{
    if (p->id != ROLE_ENGINE)
        return;
    local_pipe_engine(r);
    local_results_engine(r);
}

static void local_peer_down(struct role *r, struct peer *p)
{
    struct local *self = r->self;
    struct conn *next;

    if (p->id != ROLE_GATE)
        return;
    for (struct conn *c = self->conns; c; c = next) {
        next = c->next;
        if (!c->request)
            continue;
        request_done(self, c);
        if (c->kind == CONN_CTL)
            local_ctl_lost(c, "the gate was restarted; ask again");
        else
            local_ls_lost(c);
    }
}

static void local_stop(struct role *r)
{
    struct local *self = r->self;
    const int fds[] = {self->ctl_fd, self->ls_fd, self->tcp_fd, self->tls_fd};

    local_results_end(r);
    while (self->conns)
        local_conn_free(self->conns);
    loop_fd_remove(&self->ctl_watch);
    loop_fd_remove(&self->ls_watch);
    loop_fd_remove(&self->tcp_watch);
    loop_fd_remove(&self->tls_watch);
    tls_take_release(&self->tls);
    local_pipe_end(r);
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
    map_release(&self->requests);
    VEC_RELEASE(&self->people);
    role_done(r);
}

static const struct role_inbox inbox[] = {
    {MSG_API_RESP, ROLE_BIT(GATE), on_api_resp},
    {MSG_API_DATA, ROLE_BIT(GATE), on_api_data},
    {MSG_LS_RESP, ROLE_BIT(GATE), on_ls_resp},
    {MSG_COMMAND_DONE, ROLE_BIT(ENGINE), on_command_done},
};

const struct role_ops role_local = {
    .id = ROLE_LOCAL,
    .self_size = sizeof(struct local),
    .inbox = inbox,
    .n_inbox = ARRAY_LEN(inbox),
    .birth = local_birth,
    .fd = local_fd,
    .open = local_open,
    .serve = local_serve,
    .peer_up = local_peer_up,
    .peer_down = local_peer_down,
    .stop = local_stop,
};
