/* SPDX-License-Identifier: Apache-2.0 */
/* vigie:tcp: connects and says how long it took. */
#include "probe/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct tcp {
    uint16_t port;
    int64_t warn_us, crit_us, timeout_us; /* 0: no threshold */
    int fd;
    struct loop_fd watch;
    struct loop_timer timer;
};

static bool take(struct probe *p, char letter, const char *value)
{
    struct tcp *t = p->self;
    uint64_t port;

    switch (letter) {
    case 'p':
        if (!str_to_u64(str_of(value), &port) || !port || port > 65535)
            return false;
        t->port = (uint16_t)port;
        return true;
    case 'w': return probe_time(value, &t->warn_us);
    case 'c': return probe_time(value, &t->crit_us);
    case 't': return probe_time(value, &t->timeout_us) && t->timeout_us;
    default: return false;
    }
}

static int tcp_parse(struct probe *p, struct err *err)
{
    struct tcp *t = p->self;
    int r;

    t->fd = -1;
    t->timeout_us = 10 * TIME_S;
    r = probe_options(p, take, err);
    if (r == 0 && !t->port)
        r = err_set(err, E_INVAL, "vigie:tcp: the option -p PORT is missing");
    return r;
}

static void tcp_cancel(struct probe *p)
{
    struct tcp *t = p->self;

    loop_fd_remove(&t->watch);
    loop_timer_cancel(&t->timer);
    if (t->fd >= 0)
        close(t->fd);
    t->fd = -1;
}

static void finish(struct probe *p, enum probe_state state, const char *text)
{
    static const char *const word[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    struct tcp *t = p->self;
    struct buf b = BUF_INIT;

    buf_printf(&b, "TCP %s: %s port %u: %s", word[state], p->host, t->port, text);
    tcp_cancel(p);
    probe_end(p, state, buf_str(&b), false);
    buf_release(&b);
}

static void connected(struct probe *p)
{
    struct tcp *t = p->self;
    int64_t took = loop_now(p->env->loop).us - p->began.us;
    enum probe_state state = PROBE_OK;
    struct buf b = BUF_INIT;

    if (t->crit_us && took > t->crit_us)
        state = PROBE_CRITICAL;
    else if (t->warn_us && took > t->warn_us)
        state = PROBE_WARNING;
    buf_printf(&b, "connected in %lld.%03lld ms|time=%lld.%06llds;", (long long)(took / TIME_MS),
               (long long)(took % TIME_MS), (long long)(took / TIME_S), (long long)(took % TIME_S));
    if (t->warn_us)
        buf_printf(&b, "%lld.%06lld", (long long)(t->warn_us / TIME_S), (long long)(t->warn_us % TIME_S));
    buf_add_char(&b, ';');
    if (t->crit_us)
        buf_printf(&b, "%lld.%06lld", (long long)(t->crit_us / TIME_S), (long long)(t->crit_us % TIME_S));
    buf_add_c(&b, ";0");
    finish(p, state, b.data);
    buf_release(&b);
}

static void on_ready(void *user, uint32_t events UNUSED)
{
    struct probe *p = user;
    struct tcp *t = p->self;
    int e = 0;
    socklen_t n = sizeof(e);

    getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &e, &n);
    if (e)
        finish(p, PROBE_CRITICAL, strerror(e));
    else
        connected(p);
}

static void on_timeout(void *user)
{
    finish(user, PROBE_CRITICAL, "no answer in time");
}

static void tcp_begin(struct probe *p)
{
    struct tcp *t = p->self;
    socklen_t len = p->addr.any.sa_family == AF_INET ? sizeof(p->addr.v4) : sizeof(p->addr.v6);
    struct loop *loop = p->env->loop;

    if (p->addr.any.sa_family == AF_INET)
        p->addr.v4.sin_port = htons(t->port);
    else
        p->addr.v6.sin6_port = htons(t->port);
    t->fd = socket(p->addr.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (t->fd < 0) {
        finish(p, PROBE_UNKNOWN, strerror(errno));
        return;
    }
    if (connect(t->fd, &p->addr.any, len) < 0 && errno != EINPROGRESS) {
        finish(p, PROBE_CRITICAL, strerror(errno));
        return;
    }
    loop_fd_add(loop, &t->watch, t->fd, EPOLLOUT, on_ready, p);
    loop_timer_set(loop, &t->timer, (struct mono){p->began.us + t->timeout_us}, on_timeout, p);
}

const struct probe_kind probe_tcp = {
    .name = "tcp", .size = sizeof(struct tcp), .parse = tcp_parse, .begin = tcp_begin, .cancel = tcp_cancel};
