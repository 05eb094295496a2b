/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/vec.h"
#include "os/clock.h"
#include "wire/http_text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/*
 *            +-----------------------------------------------+ keep-alive
 *            v                                               |
 *  HEAD -> BODY -> ANSWER (the user has it) -> FLUSH (all of the answer is here) -> LINGER -> closed
 *                     \-> STREAM (parts come) ----^
 *
 * LINGER: our side is shut, what the client still sends is thrown away for a moment, because closing a socket with
 * unread bytes would reset the connection before the client has read the answer.
 */
enum phase { HTTP_HEAD, HTTP_BODY, HTTP_ANSWER, HTTP_STREAM, HTTP_FLUSH, HTTP_LINGER };

#define HTTP_READ      16384u
#define HTTP_LINGER_US (2 * TIME_S)
#define HTTP_ACCEPT_RUN                                                                                      \
    64 /* connections taken in one round, so that a flood does not starve those being served */

struct conn {
    struct http_server *s;
    struct loop_fd watch;
    struct loop_timer timer;
    struct mono since; /* when this phase began, or, sending, when the client last took something */
    int fd;
    uint32_t slot, round; /* the id is round << 32 | slot; round rises with each request */
    enum phase phase;
    bool keep, head_only, chunked, whole;
    bool running, dead; /* inside conn_run; to be freed at its end */
    struct buf in;
    size_t scanned, head_len, body_len; /* in[0..head_len) head, then body */
    struct buf out;
    size_t sent; /* bytes of out the client has */
    char peer[INET6_ADDRSTRLEN];
};

struct listener {
    struct http_server *s;
    struct loop_fd watch;
    int fd;
};

struct http_server {
    struct loop *loop;
    struct http_config config;
    VEC(struct conn *) conn; /* by slot; NULL: free */
    VEC(uint32_t) spare;     /* free slots */
    VEC(struct listener *) listeners;
    struct loop_timer again; /* accept again after the process ran out of descriptors */
    bool full;               /* not accepting: all connections are in use */
    struct http_stats stats;
    uint32_t rounds;
};

static uint64_t conn_id(const struct conn *c)
{
    return (uint64_t)c->round << 32 | c->slot;
}

static struct conn *conn_find(const struct http_server *s, uint64_t id)
{
    uint32_t slot = (uint32_t)id;
    struct conn *c = slot < s->conn.n ? s->conn.at[slot] : NULL;

    if (!c || c->dead || c->round != (uint32_t)(id >> 32))
        return NULL;
    return c->phase == HTTP_ANSWER || c->phase == HTTP_STREAM ? c : NULL;
}

static void conn_phase(struct conn *c, enum phase phase)
{
    if (c->phase == HTTP_STREAM)
        c->s->stats.streams--;
    c->phase = phase;
    if (phase == HTTP_STREAM)
        c->s->stats.streams++;
    c->since = loop_now(c->s->loop);
}

static void accept_all(struct http_server *s, bool on)
{
    for (size_t i = 0; i < s->listeners.n; i++)
        loop_fd_events(&s->listeners.at[i]->watch, on ? EPOLLIN : 0);
}

static void conn_free(struct conn *c)
{
    struct http_server *s = c->s;

    s->conn.at[c->slot] = NULL;
    *VEC_ADD(&s->spare) = c->slot;
    buf_release(&c->in);
    buf_release(&c->out);
    mem_free(c);
    if (s->full) {
        s->full = false;
        accept_all(s, true);
    }
}

static void conn_close(struct conn *c)
{
    struct http_server *s = c->s;
    bool owed = c->phase == HTTP_ANSWER || c->phase == HTTP_STREAM;
    uint64_t id = conn_id(c);

    if (c->dead)
        return;
    c->dead = true;
    conn_phase(c, HTTP_LINGER);
    loop_fd_remove(&c->watch);
    loop_timer_cancel(&c->timer);
    close(c->fd);
    s->stats.open--;
    if (!c->running)
        conn_free(c);
    if (owed)
        s->config.gone(s->config.user, id);
}

/* ---- answers ---- */

/* Header lines come from the gate, through a message: none may hold a control character. */
static bool header_is_clean(struct str line)
{
    for (size_t i = 0; i < line.n; i++) {
        unsigned char ch = (unsigned char)line.p[i];

        if (ch < 0x20 || ch == 0x7f)
            return false;
    }
    return line.n > 0;
}

static void put_head(struct conn *c, const struct http_answer *a, bool ends)
{
    struct buf *b = &c->out;
    bool bodiless = a->status == 204 || a->status == 304;

    buf_printf(b, "HTTP/1.1 %d %s\r\nDate: ", a->status, http_text_reason(a->status));
    http_text_date(clock_wall(), b);
    buf_add_c(b, "\r\n");
    buf_add_c(b, c->s->config.always);
    for (size_t i = 0; i < a->n_headers; i++) {
        if (!header_is_clean(a->headers[i]))
            continue;
        buf_add_str(b, a->headers[i]);
        buf_add_c(b, "\r\n");
    }
    if (ends && !bodiless)
        buf_printf(b, "Content-Length: %zu\r\n", a->body.n);
    else if (!ends && c->chunked)
        buf_add_c(b, "Transfer-Encoding: chunked\r\n");
    else if (!ends)
        c->keep = false; /* HTTP/1.0: the end of the connection is the end of the body */
    buf_add_c(b, c->keep ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
    if (ends && !bodiless && !c->head_only)
        buf_add_str(b, a->body);
}

/* A part of a body. When nothing waits it goes to the socket from where it is: only what the client does not take yet is copied. */
static void put_chunk(struct conn *c, struct str bytes)
{
    char size[24];
    struct iovec part[] = {{size, (size_t)snprintf(size, sizeof(size), "%zx\r\n", bytes.n)},
                           {(char *)(uintptr_t)bytes.p, bytes.n},
                           {(char[]){'\r', '\n'}, 2}};
    struct msghdr all = {.msg_iov = part + !c->chunked, .msg_iovlen = c->chunked ? ARRAY_LEN(part) : 1};
    ssize_t went;

    if (!bytes.n || c->head_only)
        return;
    went = c->out.len > c->sent ? 0 : sendmsg(c->fd, &all, MSG_NOSIGNAL);
    c->since = went > 0 ? loop_now(c->s->loop) : c->since;
    for (size_t i = 0, gone = (size_t)MAX(went, 0); i < all.msg_iovlen; i++) {
        size_t skip = MIN(gone, all.msg_iov[i].iov_len);

        buf_add(&c->out, (const char *)all.msg_iov[i].iov_base + skip, all.msg_iov[i].iov_len - skip);
        gone -= skip;
    }
}

/* Answers a request that never reaches the user, and ends the connection: what follows cannot be trusted. */
static void conn_refuse(struct conn *c, int status, const char *why)
{
    struct http_server *s = c->s;
    struct buf body = BUF_INIT;
    struct http_answer a = {.status = status};
    struct http_head h = {.path = STR_NULL};
    const char *not_said;

    s->stats.refused++;
    if (c->head_len && c->head_len <= c->in.len)
        (void)http_parse_head(str_make(c->in.data, c->head_len), &h, &not_said);
    s->config.refusal(s->config.user, h.path, why, &a, &body);
    a.body = buf_str(&body);
    c->keep = false;
    put_head(c, &a, true);
    buf_release(&body);
    conn_phase(c, HTTP_FLUSH);
}

/* ---- the steps of a connection ---- */

static void conn_body_wanted(struct conn *c, const struct http_head *h)
{
    const struct http_config *k = &c->s->config;
    bool known = http_parse_field(h, "cookie").p || http_parse_field(h, "authorization").p;
    uint64_t max = known ? k->body_max : k->body_max_anonymous;

    if (h->length > max) {
        conn_refuse(c, 413, "The body is too large.");
        return;
    }
    c->body_len = (size_t)h->length;
    conn_phase(c, HTTP_BODY);
    if (h->expect_continue && c->in.len < c->head_len + c->body_len)
        buf_add_c(&c->out, "HTTP/1.1 100 Continue\r\n\r\n");
}

/* Looks for the end of the head; judges it and goes on to the body. False: more bytes are needed. */
static bool step_head(struct conn *c)
{
    struct http_head h;
    const char *why;
    int status;

    c->head_len = http_parse_end(buf_str(&c->in), &c->scanned);
    if (c->head_len > c->s->config.head_max || (!c->head_len && c->in.len > c->s->config.head_max)) {
        conn_refuse(c, 431, "The head of the request is too large.");
        return true;
    }
    if (!c->head_len)
        return false;
    status = http_parse_head(str_make(c->in.data, c->head_len), &h, &why);
    c->keep = !status && h.keep_alive;
    c->head_only = !status && str_eq_c(h.method, "HEAD");
    c->chunked = !status && h.minor == 1;
    if (status)
        conn_refuse(c, status, why);
    else
        conn_body_wanted(c, &h);
    return true;
}

/* The request is whole. The head is parsed again, since the bytes may have moved while the body came. */
static bool step_body(struct conn *c)
{
    struct http_server *s = c->s;
    struct http_head h;
    const char *why;
    struct http_request rq = {.head = &h, .peer = str_of(c->peer)};
    size_t whole = c->head_len + c->body_len;

    if (c->in.len < whole)
        return false;
    BUG_ON(http_parse_head(str_make(c->in.data, c->head_len), &h, &why));
    if (!++s->rounds)
        s->rounds = 1;
    c->round = s->rounds;
    rq.id = conn_id(c);
    rq.body = str_make(c->in.data + c->head_len, c->body_len);
    s->stats.requests++;
    conn_phase(c, HTTP_ANSWER);
    s->config.request(s->config.user,
                      &rq); /* the answer may come in here, even the end of c (then it is only marked dead) */
    buf_drop_front(&c->in, whole);
    c->scanned = 0;
    if (!c->in.len)
        buf_release(&c->in);
    return true;
}

/* Sends what it can; false when the connection is broken. */
static bool conn_flush(struct conn *c)
{
    while (c->sent < c->out.len) {
        ssize_t n = send(c->fd, c->out.data + c->sent, c->out.len - c->sent, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN;
        c->sent += (size_t)n;
        c->since = loop_now(c->s->loop);
    }
    c->sent = 0;
    if (c->out.cap > HTTP_READ && !(c->phase == HTTP_STREAM && c->whole)) /* else more of it comes at once */
        buf_release(&c->out);
    else
        buf_clear(&c->out);
    return true;
}

/* The answer is with the client: the next request, or the end. */
static bool step_flush(struct conn *c)
{
    if (c->out.len > c->sent)
        return false;
    if (c->keep) {
        conn_phase(c, HTTP_HEAD);
        return c->in.len > 0;
    }
    shutdown(c->fd, SHUT_WR);
    conn_phase(c, HTTP_LINGER);
    return false;
}

static bool conn_step(struct conn *c)
{
    if (c->out.len > c->sent && !conn_flush(c)) {
        conn_close(c);
        return false;
    }
    switch (c->phase) {
    case HTTP_HEAD: return step_head(c);
    case HTTP_BODY: return step_body(c);
    case HTTP_FLUSH: return step_flush(c);
    case HTTP_ANSWER:
    case HTTP_STREAM:
    case HTTP_LINGER: return false;
    }
    BUG("phase");
}

static int64_t phase_us(const struct conn *c)
{
    const struct http_config *k = &c->s->config;

    switch (c->phase) {
    case HTTP_HEAD: return c->in.len ? k->head_us : k->idle_us;
    case HTTP_BODY: return k->body_us;
    case HTTP_ANSWER: return INT64_MAX; /* the user answers in its own time */
    case HTTP_STREAM:
    case HTTP_FLUSH: return c->out.len > c->sent ? k->stall_us : INT64_MAX;
    case HTTP_LINGER: return HTTP_LINGER_US;
    }
    BUG("phase");
}

static void conn_late(void *user);

/* What to listen for, and how long, follows from the phase. */
static void conn_settle(struct conn *c)
{
    uint32_t events = 0;
    int64_t us = phase_us(c);

    if (c->phase == HTTP_HEAD || c->phase == HTTP_BODY || c->phase == HTTP_LINGER)
        events |= EPOLLIN;
    if (c->phase == HTTP_STREAM)
        events |= EPOLLRDHUP;
    if (c->out.len > c->sent)
        events |= EPOLLOUT;
    loop_fd_events(&c->watch, events);
    if (us == INT64_MAX)
        loop_timer_cancel(&c->timer);
    else
        loop_timer_set(c->s->loop, &c->timer, (struct mono){c->since.us + us}, conn_late, c);
}

/* All steps that the bytes at hand allow. Not recursive: an answer given inside a request's callback is sent by the loop
 * that made the call, so that a client's requests, sent ahead, cannot deepen the stack. */
static void conn_run(struct conn *c)
{
    if (c->running)
        return;
    c->running = true;
    while (!c->dead && conn_step(c))
        ;
    c->running = false;
    if (c->dead)
        conn_free(c);
    else
        conn_settle(c);
}

static void conn_late(void *user)
{
    struct conn *c = user;

    c->s->stats.timed_out++;
    if ((c->phase == HTTP_HEAD && c->in.len) || c->phase == HTTP_BODY) {
        conn_refuse(c, 408, "The request did not come in time.");
        conn_run(c);
        return;
    }
    conn_close(c);
}

/* False: the other side is done, or broken. */
static bool conn_read(struct conn *c)
{
    char chunk[HTTP_READ];
    size_t room = sizeof(chunk);
    ssize_t n;

    if (c->phase == HTTP_BODY)
        room = MIN(room, c->head_len + c->body_len - c->in.len);
    n = recv(c->fd, chunk, room, 0);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (n == 0)
        return false;
    if (c->phase == HTTP_LINGER)
        return true;
    if (c->phase == HTTP_HEAD && !c->in.len)
        c->since = loop_now(c->s->loop); /* the time for a head begins with its first byte */
    buf_add(&c->in, chunk, (size_t)n);
    return true;
}

static void conn_ready(void *user, uint32_t events)
{
    struct conn *c = user;
    bool reads = c->phase == HTTP_HEAD || c->phase == HTTP_BODY || c->phase == HTTP_LINGER;

    if (reads && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && !conn_read(c)) {
        conn_close(c);
        return;
    }
    if (!reads && (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP))) {
        conn_close(c);
        return;
    }
    conn_run(c);
}

/* ---- what the user calls ---- */

bool http_answer(struct http_server *s, uint64_t id, const struct http_answer *a)
{
    struct conn *c = conn_find(s, id);

    if (!c || c->phase != HTTP_ANSWER)
        return false;
    put_head(c, a, true);
    conn_phase(c, HTTP_FLUSH);
    conn_run(c);
    return true;
}

bool http_begin(struct http_server *s, uint64_t id, const struct http_answer *a)
{
    struct conn *c = conn_find(s, id);

    if (!c || c->phase != HTTP_ANSWER)
        return false;
    put_head(c, a, false);
    c->whole = a->whole;
    conn_phase(c, HTTP_STREAM);
    put_chunk(c, a->body);
    conn_run(c);
    return conn_find(s, id) != NULL;
}

bool http_more(struct http_server *s, uint64_t id, struct str bytes)
{
    struct conn *c = conn_find(s, id);

    if (!c || c->phase != HTTP_STREAM)
        return false;
    if (!c->whole && c->out.len - c->sent > s->config.waiting_max) {
        s->stats.overflowed++;
        conn_close(c);
        return false;
    }
    if (c->sent >= c->out.len - c->sent) { /* not for each part of a long one: that would be dear */
        buf_drop_front(&c->out, c->sent);
        c->sent = 0;
    }
    if (!c->out.len)
        c->since = loop_now(s->loop); /* nothing was waiting: the client is not late */
    put_chunk(c, bytes);
    conn_run(c);
    return conn_find(s, id) != NULL;
}

bool http_end(struct http_server *s, uint64_t id)
{
    struct conn *c = conn_find(s, id);

    if (!c || c->phase != HTTP_STREAM)
        return false;
    if (c->chunked && !c->head_only)
        buf_add_c(&c->out, "0\r\n\r\n");
    conn_phase(c, HTTP_FLUSH);
    conn_run(c);
    return true;
}

void http_abort(struct http_server *s, uint64_t id)
{
    struct conn *c = conn_find(s, id);

    if (c)
        conn_close(c);
}

struct http_stats http_stats(const struct http_server *s)
{
    return s->stats;
}

/* ---- listening ---- */

static void peer_name(const struct sockaddr_storage *a, char *out, size_t size)
{
    const struct sockaddr_in *v4 = (const void *)a;
    const struct sockaddr_in6 *v6 = (const void *)a;

    str_copy(out, size, STR("unknown"));
    if (a->ss_family == AF_INET)
        inet_ntop(AF_INET, &v4->sin_addr, out, (socklen_t)size);
    else if (a->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
        inet_ntop(AF_INET, v6->sin6_addr.s6_addr + 12, out, (socklen_t)size);
    else if (a->ss_family == AF_INET6)
        inet_ntop(AF_INET6, &v6->sin6_addr, out, (socklen_t)size);
}

static void conn_new(struct http_server *s, int fd, const struct sockaddr_storage *from)
{
    struct conn *c = mem_zalloc(sizeof(*c));
    int on = 1;

    c->s = s;
    c->fd = fd;
    c->since = loop_now(s->loop);
    buf_init(&c->in);
    buf_init(&c->out);
    peer_name(from, c->peer, sizeof(c->peer));
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
    loop_fd_add(s->loop, &c->watch, fd, EPOLLIN, conn_ready, c);
    conn_settle(c);
}

/* When all connections are in use, the one that has waited longest for a request gives way. NULL: all are busy. */
static struct conn *oldest_idle(struct http_server *s)
{
    struct conn *oldest = NULL;

    for (size_t i = 0; i < s->conn.n; i++) {
        struct conn *c = s->conn.at[i];

        if (c && !c->dead && !c->running && c->phase == HTTP_HEAD &&
            (!oldest || c->since.us < oldest->since.us))
            oldest = c;
    }
    return oldest;
}

static void accept_again(void *user)
{
    accept_all(user, true);
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
            accept_all(s, false);
            return;
        }
        fd = accept4(l->fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
            log_warn("cannot take a connection: %s; trying again in a second", strerror(errno));
            accept_all(s, false);
            loop_timer_set(s->loop, &s->again, (struct mono){loop_now(s->loop).us + TIME_S}, accept_again, s);
            return;
        }
        if (fd < 0)
            return;
        if (yields)
            conn_close(yields);
        conn_new(s, fd, &from);
    }
}

struct http_server *http_new(struct loop *loop, const struct http_config *config)
{
    struct http_server *s = mem_zalloc(sizeof(*s));

    s->loop = loop;
    s->config = *config;
    return s;
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

void http_free(struct http_server *s)
{
    if (!s)
        return;
    http_unlisten(s);
    for (size_t i = 0; i < s->conn.n; i++) {
        struct conn *c = s->conn.at[i];

        if (!c)
            continue;
        conn_phase(c, HTTP_HEAD); /* nobody is told */
        conn_close(c);
    }
    VEC_RELEASE(&s->conn);
    VEC_RELEASE(&s->spare);
    VEC_RELEASE(&s->listeners);
    mem_free(s);
}
