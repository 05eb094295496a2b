/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http_int.h"

#include "base/log.h"
#include "os/sock.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define HTTP_ACCEPT_RUN                                                                                      \
    64 /* connections taken in one round, so that a flood does not starve those being served */

void http_accept(struct http_server *s, bool on)
{
    for (size_t i = 0; i < s->listeners.n; i++)
        loop_fd_events(&s->listeners.at[i]->watch, on ? EPOLLIN : 0);
}

static void conn_new(struct http_server *s, int fd, const struct sockaddr_storage *from)
{
    struct conn *c = mem_zalloc(sizeof(*c));
    int on = 1;

    c->s = s;
    tls_io_init(&c->io, fd, s->config.tls, s->config.tls_context);
    c->phase = s->config.tls ? HTTP_GREET : HTTP_HEAD;
    c->since = loop_now(s->loop);
    buf_init(&c->in);
    buf_init(&c->out);
    sock_name(from, c->peer, sizeof(c->peer));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (s->spare.n) {
        c->slot = VEC_LAST(&s->spare);
        s->spare.n--;
    } else {
        c->slot = (uint32_t)s->conn.n;
        *VEC_ADD(&s->conn) = NULL;
    }
    s->conn.at[c->slot] = c;
    s->stats.open++;
    s->stats.accepted++;
    c->events = EPOLLIN;
    loop_fd_add(s->loop, &c->watch, fd, EPOLLIN, http_conn_ready, c);
    http_conn_settle(c);
}

/*
 * When all connections are in use, one gives way that keeps us waiting: the longest without a request; if there is none such, the longest that owes the rest of a body or takes nothing of its answer, else
 * a few slow clients would shut out all others. NULL: all are busy.
 */
static struct conn *oldest_idle(struct http_server *s)
{
    static const unsigned char idle[] = {
        [HTTP_GREET] = 2, [HTTP_HEAD] = 2, [HTTP_LINGER] = 2, [HTTP_BODY] = 1,
        [HTTP_FLUSH] = 1, [HTTP_ASK] = 0,  [HTTP_ANSWER] = 0, [HTTP_STREAM] = 0};
    struct conn *oldest = NULL;

    for (size_t i = 0; i < s->conn.n; i++) {
        struct conn *c = s->conn.at[i];
        int more;

        if (!c || c->dead || c->running || !idle[c->phase])
            continue;
        more = oldest ? (int)idle[c->phase] - (int)idle[oldest->phase] : 1;
        if (more > 0 || (!more && c->since.us < oldest->since.us))
            oldest = c;
    }
    return oldest;
}

static void accept_again(void *user)
{
    http_accept(user, true);
}

static void accept_ready(void *user, uint32_t events UNUSED)
{
    struct listener *l = user;
    struct http_server *s = l->s;

    for (int i = 0; i < HTTP_ACCEPT_RUN; i++) {
        struct sockaddr_storage from = {0};
        socklen_t len = sizeof(from);
        struct conn *yields = s->stats.open >= s->config.connections_max ? oldest_idle(s) : NULL;
        int fd;

        if (s->stats.open >= s->config.connections_max && !yields) {
            s->full = true;
            http_accept(s, false);
            return;
        }
        fd = accept4(l->fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
            log_warn("cannot take a connection: %s; trying again in a second", strerror(errno));
            http_accept(s, false);
            loop_timer_set(s->loop, &s->again, (struct mono){loop_now(s->loop).us + TIME_S}, accept_again, s);
            return;
        }
        if (fd < 0)
            return;
        if (yields)
            http_conn_close(yields);
        conn_new(s, fd, &from);
    }
}

void http_listen(struct http_server *s, int listen_fd)
{
    struct listener *l = mem_zalloc(sizeof(*l));

    l->s = s;
    l->fd = listen_fd;
    *VEC_ADD(&s->listeners) = l;
    loop_fd_add(s->loop, &l->watch, listen_fd, EPOLLIN, accept_ready, l);
}

void http_unlisten(struct http_server *s)
{
    loop_timer_cancel(&s->again);
    for (size_t i = 0; i < s->listeners.n; i++) {
        loop_fd_remove(&s->listeners.at[i]->watch);
        mem_free(s->listeners.at[i]);
    }
    VEC_CLEAR(&s->listeners);
}
