/* SPDX-License-Identifier: Apache-2.0 */
#include "role/local_tls.h"

#include "base/limits.h"
#include "base/log.h"
#include "os/file.h"
#include "role/local_int.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HALVED_US  (2 * TIME_MIN) /* for the answer to who says no more; whoever is gone looks the same */
#define IDLE_US    (5 * TIME_MIN) /* what clients know from other servers */
#define WIRE_HIGH  (64u * 1024)   /* no more is encrypted while so much is still to be sent */
#define WIRE_PIECE (16u * 1024)

/* ---- what the parent hands over ---- */

static void take_file(struct buf *to, int fd)
{
    struct err err = ERR_INIT;

    buf_clear(to);
    if (file_read_fd(fd, "a file of it", LIMIT_TLS_FILE, to, &err) < 0)
        log_error("vigie_livestatus_tls: %s", err.text);
    close(fd);
}

static void wipe(struct buf *b)
{
    if (b->cap)
        explicit_bzero(b->data, b->cap);
    buf_clear(b);
}

/* A certificate that was taken back ends the connection that it opened, too; a handshake under way would look at the former lists: it is begun anew. */
static void part_company(struct local *self)
{
    struct conn *next;

    for (struct conn *c = self->conns; c; c = next) {
        next = c->next;
        if (!c->tls || local_tls->holds(c->tls, self->tls))
            continue;
        if (local_tls->ready(c->tls))
            log_warn("Livestatus: a client's certificate does not count any more: its connection was closed");
        local_conn_free(c);
    }
}

/* At the start a wrong file ends Vigie, which says so; later the former ones stay. */
static void renew(struct role *r)
{
    struct local *self = r->self;
    const struct tls_files files = {.cert = buf_str(&self->tls_cert),
                                    .key = buf_str(&self->tls_key),
                                    .ca = buf_str(&self->tls_ca),
                                    .crl = buf_str(&self->tls_crl)};
    struct tls_context *now;
    struct err err = ERR_INIT;

    BUG_ON(!local_tls);
    now = local_tls->context_new(&files, &err);
    wipe(&self->tls_key);
    if (!now && !self->tls)
        log_fatal("vigie_livestatus_tls: %s", err.text);
    if (!now) {
        log_error("vigie_livestatus_tls: %s; the former certificate stays in use", err.text);
        return;
    }
    local_tls->context_free(self->tls);
    self->tls = now;
    part_company(self);
}

bool local_tls_fd(struct role *r, struct str purpose, struct str at, int fd)
{
    struct local *self = r->self;

    if (str_eq_c(purpose, "ls-tls-cert"))
        take_file(&self->tls_cert, fd);
    else if (str_eq_c(purpose, "ls-tls-ca"))
        take_file(&self->tls_ca, fd);
    else if (str_eq_c(purpose, "ls-tls-crl"))
        take_file(&self->tls_crl, fd);
    else if (str_eq_c(purpose, "ls-tls-listen"))
        self->tls_fd = fd;
    else if (str_eq_c(purpose, "ls-tls-key")) { /* the last of them */
        take_file(&self->tls_key, fd);
        renew(r);
    } else
        return false;
    if (at.n)
        log_debug("Livestatus with TLS: " STR_FMT, STR_ARG(at));
    return true;
}

void local_tls_stop(struct local *self)
{
    if (self->tls)
        local_tls->context_free(self->tls);
    self->tls = NULL;
    wipe(&self->tls_key);
    buf_release(&self->tls_key);
    buf_release(&self->tls_cert);
    buf_release(&self->tls_ca);
    buf_release(&self->tls_crl);
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

    c->tls = local_tls->open(self->tls);
    within(c, LIMIT_HANDSHAKE_US);
}

int local_tls_take(struct conn *c, struct str in)
{
    return local_tls->take(c->tls, in, &c->in);
}

void local_tls_halved(struct conn *c)
{
    if (c->tcp)
        within(c, HALVED_US);
}

void local_tls_moved(struct conn *c)
{
    int64_t us = IDLE_US;

    if (!c->tcp || (c->tls && !local_tls->ready(c->tls)) || c->input_ended)
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

/* Encrypts a little of the answer, when the network has taken what was before it. */
static int more(struct conn *c)
{
    struct str rest = str_sub(buf_str(&c->out), c->out_at, c->out.len), piece = str_sub(rest, 0, WIRE_PIECE);

    if (!piece.n || !local_tls->ready(c->tls) || local_tls->out(c->tls)->len >= WIRE_HIGH)
        return 0;
    c->out_at += piece.n;
    return local_tls->put(c->tls, piece) < 0 ? E_CLOSED : 1;
}

int local_tls_send(struct conn *c)
{
    struct buf *wire = local_tls->out(c->tls);
    int r;

    while ((r = more(c)) == 1 || (r == 0 && wire->len)) {
        ssize_t n = wire->len ? send(c->fd, wire->data, wire->len, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return E_AGAIN;
        if (n < 0)
            return E_CLOSED;
        buf_drop_front(wire, (size_t)n);
    }
    return r;
}

size_t local_tls_pending(const struct conn *c)
{
    return c->tls ? local_tls->out(c->tls)->len : 0;
}

void local_tls_free(struct conn *c)
{
    loop_timer_cancel(&c->patience);
    if (c->tls)
        local_tls->free(c->tls);
    c->tls = NULL;
}

struct str local_tls_who(const struct conn *c, char *room, size_t size)
{
    char name[TLS_NAME_MAX];
    struct str peer = local_tls->peer(c->tls, name);
    int n = snprintf(room, size, peer.n ? "tls:" STR_FMT : "tls", STR_ARG(peer));

    return str_make(room, MIN((size_t)n, size - 1));
}
