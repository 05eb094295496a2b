/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/vec.h"
#include "os/sock.h"
#include "wire/http_put.h"
#include "wire/http_text.h"
#include "wire/tls_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 *            +-----------------------------------------------+ keep-alive
 *            v                                               |
 *  HEAD -> BODY -> ANSWER (the user has it) -> FLUSH (all of the answer is here) -> LINGER -> closed
 *  ^  \-> ASK ^       \-> STREAM (parts come) ----^
 *  GREET (with TLS: its handshake)
 *
 * ASK: the body is large, and the user is asked by the head whether it may come; until then it waits in the kernel.
 *
 * LINGER: our side is shut, what the client still sends is thrown away for a moment, because closing a socket with
 * unread bytes would reset the connection before the client has read the answer.
 */
enum phase { HTTP_GREET, HTTP_HEAD, HTTP_ASK, HTTP_BODY, HTTP_ANSWER, HTTP_STREAM, HTTP_FLUSH, HTTP_LINGER };

#define HTTP_READ      16384u
#define HTTP_LINGER_US (2 * TIME_S)
#define HTTP_ACCEPT_RUN                                                                                      \
    64 /* connections taken in one round, so that a flood does not starve those being served */

struct conn {
    struct http_server *s;
    struct loop_fd watch;
    struct loop_timer timer;
    struct mono since; /* when this phase began, or, sending, when the client last took something */
    struct tls_io io;
    uint32_t slot, round; /* the id is round << 32 | slot; round rises with each request */
    enum phase phase;
    bool keep, head_only, chunked, continues, whole, ended;
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

/* Bytes of an answer that the network does not have yet. */
static bool conn_owes(const struct conn *c)
{
    return c->out.len > c->sent || tls_io_pending(&c->io);
}

static struct conn *conn_find(const struct http_server *s, uint64_t id)
{
    uint32_t slot = (uint32_t)id;
    struct conn *c = slot < s->conn.n ? s->conn.at[slot] : NULL;

    if (!c || c->dead || c->round != (uint32_t)(id >> 32))
        return NULL;
    return c->phase == HTTP_ASK || c->phase == HTTP_ANSWER || c->phase == HTTP_STREAM ? c : NULL;
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
    tls_io_release(&c->io);
    mem_free(c);
    if (s->full) {
        s->full = false;
        accept_all(s, true);
    }
}

static void conn_close(struct conn *c)
{
    struct http_server *s = c->s;
    bool owed = c->phase == HTTP_ASK || c->phase == HTTP_ANSWER || c->phase == HTTP_STREAM;
    uint64_t id = conn_id(c);

    if (c->dead)
        return;
    c->dead = true;
    conn_phase(c, HTTP_LINGER);
    loop_fd_remove(&c->watch);
    loop_timer_cancel(&c->timer);
    close(c->io.fd);
    s->stats.open--;
    if (!c->running)
        conn_free(c);
    if (owed)
        s->config.gone(s->config.user, id);
}

/* ---- answers ---- */

static void put_head(struct conn *c, const struct http_answer *a, bool ends)
{
    http_put_head(&c->out, a, &(struct http_put){c->s->config.always, ends, c->chunked, c->head_only},
                  &c->keep);
}

/* A part of a body. When nothing waits it goes to the socket from where it is: only what the client does not take yet is copied. */
static void put_chunk(struct conn *c, struct str bytes)
{
    char size[24];
    struct iovec part[] = {{size, (size_t)snprintf(size, sizeof(size), "%zx\r\n", bytes.n)},
                           {(char *)(uintptr_t)bytes.p, bytes.n},
                           {(char[]){'\r', '\n'}, 2}};
    const struct iovec *first = part + !c->chunked;
    size_t n = c->chunked ? ARRAY_LEN(part) : 1;
    uint64_t before = c->io.went;
    ssize_t went;

    if (!bytes.n || c->head_only)
        return;
    went = c->out.len > c->sent ? 0 : tls_io_write(&c->io, first, n);
    c->since = c->io.went > before ? loop_now(c->s->loop) : c->since;
    for (size_t i = 0, gone = (size_t)MAX(went, 0); i < n; i++) {
        size_t skip = MIN(gone, first[i].iov_len);

        buf_add(&c->out, (const char *)first[i].iov_base + skip, first[i].iov_len - skip);
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

/* Every request has an id of its own, the question about its body another. */
static struct http_request next_request(struct conn *c, const struct http_head *h)
{
    struct http_server *s = c->s;

    if (!++s->rounds)
        s->rounds = 1;
    c->round = s->rounds;
    return (struct http_request){
        .id = conn_id(c), .head = h, .peer = str_of(c->peer), .tls = c->io.tls != NULL};
}

static void conn_take_body(struct conn *c)
{
    conn_phase(c, HTTP_BODY);
    if (c->continues && c->in.len < c->head_len + c->body_len)
        buf_add_c(&c->out, "HTTP/1.1 100 Continue\r\n\r\n");
}

static void conn_body_wanted(struct conn *c, const struct http_head *h)
{
    const struct http_config *k = &c->s->config;
    struct http_request rq;

    if (h->length > k->body_max) {
        conn_refuse(c, 413, "The body is too large.");
        return;
    }
    c->body_len = (size_t)h->length;
    c->continues = h->expect_continue;
    if (c->body_len <= k->body_unasked) {
        conn_take_body(c);
        return;
    }
    rq = next_request(c, h);
    conn_phase(c, HTTP_ASK);
    k->large(k->user, &rq); /* the answer may come in here */
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
    struct http_request rq;
    size_t whole = c->head_len + c->body_len;

    if (c->in.len < whole)
        return false;
    BUG_ON(http_parse_head(str_make(c->in.data, c->head_len), &h, &why));
    rq = next_request(c, &h);
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
    uint64_t before = c->io.went;
    ssize_t n = 1;

    while (n > 0 && c->sent < c->out.len) {
        n = tls_io_write(&c->io, &(struct iovec){c->out.data + c->sent, c->out.len - c->sent}, 1);
        c->sent += (size_t)MAX(n, 0);
    }
    if (n < 0 || tls_io_flush(&c->io) == E_CLOSED)
        return false;
    if (c->io.went > before)
        c->since = loop_now(c->s->loop);
    if (c->sent < c->out.len)
        return true;
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
    if (conn_owes(c))
        return false;
    if (c->keep) {
        conn_phase(c, HTTP_HEAD);
        return c->in.len > 0;
    }
    if (!c->ended) {
        c->ended = true;
        tls_io_end(&c->io);
        return true;
    }
    shutdown(c->io.fd, SHUT_WR);
    conn_phase(c, HTTP_LINGER);
    return false;
}

static bool step_greet(struct conn *c)
{
    if (!tls_io_ready(&c->io))
        return false;
    conn_phase(c, HTTP_HEAD);
    return c->in.len > 0;
}

static bool conn_step(struct conn *c)
{
    if (conn_owes(c) && !conn_flush(c)) {
        conn_close(c);
        return false;
    }
    switch (c->phase) {
    case HTTP_GREET: return step_greet(c);
    case HTTP_HEAD: return step_head(c);
    case HTTP_BODY: return step_body(c);
    case HTTP_FLUSH: return step_flush(c);
    case HTTP_ASK:
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
    case HTTP_GREET: return LIMIT_HANDSHAKE_US;
    case HTTP_HEAD: return c->in.len ? k->head_us : k->idle_us;
    case HTTP_BODY: return k->body_us;
    case HTTP_ASK:
    case HTTP_ANSWER: return INT64_MAX; /* the user answers in its own time */
    case HTTP_STREAM:
    case HTTP_FLUSH: return conn_owes(c) ? k->stall_us : INT64_MAX;
    case HTTP_LINGER: return HTTP_LINGER_US;
    }
    BUG("phase");
}

static void conn_late(void *user);

static bool conn_reads(const struct conn *c)
{
    return c->phase == HTTP_GREET || c->phase == HTTP_HEAD || c->phase == HTTP_BODY ||
           c->phase == HTTP_LINGER;
}

/* What to listen for, and how long, follows from the phase. */
static void conn_settle(struct conn *c)
{
    uint32_t events = 0;
    int64_t us = phase_us(c);

    if (conn_reads(c))
        events |= EPOLLIN;
    if (c->phase == HTTP_STREAM)
        events |= EPOLLRDHUP;
    if (conn_owes(c))
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
    size_t had = c->in.len, room = HTTP_READ;

    if (c->phase == HTTP_LINGER) {
        char waste[HTTP_READ];
        ssize_t n = recv(c->io.fd, waste, sizeof(waste), MSG_DONTWAIT);

        return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
    }
    if (c->phase == HTTP_BODY)
        room = c->head_len + c->body_len - c->in.len;
    if (tls_io_read(&c->io, room, &c->in) < 0)
        return false;
    if (c->phase == HTTP_HEAD && !had && c->in.len)
        c->since = loop_now(c->s->loop); /* the time for a head begins with its first byte */
    return true;
}

static void conn_ready(void *user, uint32_t events)
{
    struct conn *c = user;
    bool reads = conn_reads(c);

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

bool http_take(struct http_server *s, uint64_t id)
{
    struct conn *c = conn_find(s, id);

    if (!c || c->phase != HTTP_ASK)
        return false;
    conn_take_body(c);
    conn_run(c);
    return true;
}

bool http_answer(struct http_server *s, uint64_t id, const struct http_answer *a)
{
    struct conn *c = conn_find(s, id);

    if (!c || c->phase == HTTP_STREAM)
        return false;
    c->keep &= c->phase != HTTP_ASK; /* the body that was not taken is in the way */
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
    if (!conn_owes(c))
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
    loop_fd_add(s->loop, &c->watch, fd, EPOLLIN, conn_ready, c);
    conn_settle(c);
}

/* When all connections are in use, the one that has waited longest for a request gives way. NULL: all are busy. */
static struct conn *oldest_idle(struct http_server *s)
{
    struct conn *oldest = NULL;

    for (size_t i = 0; i < s->conn.n; i++) {
        struct conn *c = s->conn.at[i];

        if (c && !c->dead && !c->running && (c->phase == HTTP_HEAD || c->phase == HTTP_GREET) &&
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

size_t http_renew(struct http_server *s, struct tls_context *context)
{
    size_t closed = 0;

    s->config.tls_context = context;
    for (size_t i = 0; i < s->conn.n; i++) {
        struct conn *c = s->conn.at[i];

        if (!c || c->dead || !c->io.tls || s->config.tls->holds(c->io.tls, context))
            continue;
        closed += c->phase != HTTP_GREET;
        conn_close(c);
    }
    return closed;
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
