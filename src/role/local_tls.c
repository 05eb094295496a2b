/* SPDX-License-Identifier: Apache-2.0 */
#include "role/local_tls.h"

#include "base/limits.h"
#include "base/log.h"
#include "role/local_int.h"

#include <stdio.h>

#define HALVED_US (2 * TIME_MIN) /* for the answer to who says no more; whoever is gone looks the same */
#define IDLE_US   (5 * TIME_MIN) /* what clients know from other servers */

/* ---- what the parent hands over ---- */

/* A certificate that was taken back ends the connection that it opened, too; a handshake under way would look at the former lists: it is begun anew. */
static void part_company(struct local *self)
{
    struct conn *next;

    for (struct conn *c = self->conns; c; c = next) {
        next = c->next;
        if (!c->io.tls || role_tls->holds(c->io.tls, self->tls.context))
            continue;
        if (tls_io_ready(&c->io))
            log_warn("Livestatus: a client's certificate does not count any more: its connection was closed");
        local_conn_free(c);
    }
}

bool local_tls_fd(struct role *r, struct str purpose, struct str at, int fd)
{
    struct local *self = r->self;
    bool last = false;

    if (str_eq_c(purpose, "ls-tls-listen"))
        self->tls_fd = fd;
    else if (!tls_take_fd(&self->tls, "ls-tls-", purpose, fd, &last))
        return false;
    if (last && tls_take_renew(&self->tls))
        part_company(self);
    if (at.n)
        log_debug("Livestatus with TLS: " STR_FMT, STR_ARG(at));
    return true;
}

/* ---- connections ---- */

static void too_late(void *user)
{
    local_conn_free(user);
}

static void within(struct conn *c, int64_t us)
{
    struct loop *l = c->role->loop;

    loop_timer_set(l, &c->patience, (struct mono){loop_now(l).us + us}, too_late, c);
}

void local_tls_begin(struct conn *c)
{
    const struct local *self = c->role->self;

    tls_io_init(&c->io, c->fd, role_tls, self->tls.context);
    within(c, LIMIT_HANDSHAKE_US);
}

int local_tls_take(struct conn *c, struct str in)
{
    return role_tls->take(c->io.tls, in, &c->in);
}

void local_tls_halved(struct conn *c)
{
    if (c->tcp)
        within(c, HALVED_US);
}

void local_tls_moved(struct conn *c)
{
    int64_t us = IDLE_US;

    if (!c->tcp || !tls_io_ready(&c->io) || c->input_ended)
        return;
    if (c->request) {
        loop_timer_cancel(&c->patience);
        return;
    }
    if (!time_parse_duration(str_of(role_option(c->role, "vigie_livestatus_tls_idle", "")), &us) ||
        us < TIME_S)
        us = IDLE_US;
    within(c, us);
}

int local_tls_send(struct conn *c)
{
    ssize_t n = 1;

    while (n > 0 && c->out_at < c->out.len) {
        n = tls_io_write(&c->io, &(struct iovec){c->out.data + c->out_at, c->out.len - c->out_at}, 1);
        c->out_at += (size_t)MAX(n, 0);
    }
    return n < 0 ? E_CLOSED : tls_io_flush(&c->io);
}

size_t local_tls_pending(const struct conn *c)
{
    return tls_io_pending(&c->io);
}

void local_tls_free(struct conn *c)
{
    loop_timer_cancel(&c->patience);
    tls_io_release(&c->io);
}

struct str local_tls_who(const struct conn *c, char *room, size_t size)
{
    char name[TLS_NAME_MAX];
    struct str peer = role_tls->peer(c->io.tls, name);
    int n = snprintf(room, size, peer.n ? "tls:" STR_FMT : "tls", STR_ARG(peer));

    return str_make(room, MIN((size_t)n, size - 1));
}
