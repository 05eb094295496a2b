/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/http_int.h"

#include "base/limits.h"
#include "base/log.h"
#include "wire/http_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HTTP_READ      16384u
#define HTTP_COPIED    4096u /* a shorter body is copied behind its head */
#define HTTP_LINGER_US (2 * TIME_S)

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
        http_accept(s, true);
    }
}

void http_conn_close(struct conn *c)
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

static void put_head(struct conn *c, const struct http_answer *a, bool ends, struct buf *to)
{
    http_put_head(to, a,
                  &(struct http_put){c->s->config.always, http_put_date(&c->s->date), ends, c->chunked},
                  &c->keep);
}

/* Sends these parts, behind what waits. When nothing does they go to the socket from where they are: only what the client does not take yet is copied. */
static void put_parts(struct conn *c, const struct iovec *part, size_t n)
{
    uint64_t before = c->io.went;
    ssize_t went = c->out.len > c->sent ? 0 : tls_io_write(&c->io, part, n);

    c->since = c->io.went > before ? loop_now(c->s->loop) : c->since;
    for (size_t i = 0, gone = (size_t)MAX(went, 0); i < n; i++) {
        size_t skip = MIN(gone, part[i].iov_len);

        buf_add(&c->out, (const char *)part[i].iov_base + skip, part[i].iov_len - skip);
        gone -= skip;
    }
}

/* A whole answer. A long body is not copied behind its head: both go out in one call. */
static void put_answer(struct conn *c, const struct http_answer *a)
{
    struct buf head = BUF_INIT;
    struct str body = c->head_only || a->status == 204 || a->status == 304 ? STR_NULL : a->body;

    if (body.n < HTTP_COPIED || c->out.len > c->sent) {
        put_head(c, a, true, &c->out);
        buf_add_str(&c->out, body);
        return;
    }
    put_head(c, a, true, &head);
    put_parts(c, (const struct iovec[]){{head.data, head.len}, {(char *)(uintptr_t)body.p, body.n}}, 2);
    buf_release(&head);
}

/* A part of a body. */
static void put_chunk(struct conn *c, struct str bytes)
{
    char size[24];
    struct iovec part[] = {{size, (size_t)snprintf(size, sizeof(size), "%zx\r\n", bytes.n)},
                           {(char *)(uintptr_t)bytes.p, bytes.n},
                           {(char[]){'\r', '\n'}, 2}};
    const struct iovec *first = part + !c->chunked;

    if (bytes.n)
        put_parts(c, first, c->chunked ? ARRAY_LEN(part) : 1);
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
    put_answer(c, &a);
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

/* The request is whole. */
static void conn_request(struct conn *c, const struct http_head *h)
{
    struct http_server *s = c->s;
    size_t whole = c->head_len + c->body_len;
    struct http_request rq = next_request(c, h);

    rq.body = str_make(c->in.data + c->head_len, c->body_len);
    s->stats.requests++;
    conn_phase(c, HTTP_ANSWER);
    s->config.request(s->config.user,
                      &rq); /* the answer may come in here, even the end of c (then it is only marked dead) */
    buf_drop_front(&c->in, whole);
    c->scanned = 0;
    if (!c->in.len)
        buf_release(&c->in);
}

/* Looks for the end of the head; judges it and goes on to the body, of which mostly there is none. False: more bytes are needed. */
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
    c->body_len = 0;
    if (status)
        conn_refuse(c, status, why);
    else if (h.length)
        conn_body_wanted(c, &h);
    else
        conn_request(c, &h);
    return true;
}

/* The head is parsed again, since the bytes may have moved while the body came. */
static bool step_body(struct conn *c)
{
    struct http_head h;
    const char *why;

    if (c->in.len < c->head_len + c->body_len)
        return false;
    BUG_ON(http_parse_head(str_make(c->in.data, c->head_len), &h, &why));
    conn_request(c, &h);
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
        http_conn_close(c);
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

/* What to listen for, and how long, follows from the phase. That no bytes are wanted while an answer is made is told to the kernel only when some come: mostly none do. */
void http_conn_settle(struct conn *c)
{
    uint32_t events = c->phase == HTTP_ANSWER && !c->unwanted ? EPOLLIN : 0;
    int64_t us = phase_us(c);

    if (conn_reads(c))
        events |= EPOLLIN;
    if (c->phase == HTTP_STREAM && !c->whole) /* who has said all that he will may still want the end of it */
        events |= EPOLLRDHUP;
    if (conn_owes(c))
        events |= EPOLLOUT;
    if (events != c->events) {
        c->events = events;
        loop_fd_events(&c->watch, events);
    }
    if (us == INT64_MAX)
        loop_timer_cancel(&c->timer);
    else
        loop_timer_set(c->s->loop, &c->timer, (struct mono){c->since.us + us}, conn_late, c);
}

/* The last that is done with c, which may be gone then. */
static void tell_taken(struct conn *c)
{
    const struct http_config *k = &c->s->config;

    if (!c->behind || c->phase != HTTP_STREAM || c->out.len - c->sent >= k->waiting_max / 2)
        return;
    c->behind = false;
    if (k->taken)
        k->taken(k->user, conn_id(c));
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
    if (c->dead) {
        conn_free(c);
        return;
    }
    http_conn_settle(c);
    tell_taken(c);
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
    http_conn_close(c);
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

void http_conn_ready(void *user, uint32_t events)
{
    struct conn *c = user;
    bool reads = conn_reads(c);

    c->unwanted = !reads && (events & EPOLLIN);
    if (reads && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && !conn_read(c)) {
        http_conn_close(c);
        return;
    }
    if (!reads && (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP))) {
        http_conn_close(c);
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
    put_answer(c, a);
    conn_phase(c, HTTP_FLUSH);
    conn_run(c);
    return true;
}

bool http_begin(struct http_server *s, uint64_t id, const struct http_answer *a)
{
    struct conn *c = conn_find(s, id);

    if (!c || c->phase != HTTP_ANSWER)
        return false;
    put_head(c, a, false, &c->out);
    if (c->head_only) { /* that was all of it */
        conn_phase(c, HTTP_FLUSH);
        conn_run(c);
        s->config.gone(s->config.user, id);
        return false;
    }
    c->whole = a->whole;
    c->behind = false;
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
        http_conn_close(c);
        return false;
    }
    if (c->sent >= c->out.len - c->sent) { /* not for each part of a long one: that would be dear */
        buf_drop_front(&c->out, c->sent);
        c->sent = 0;
    }
    if (!conn_owes(c))
        c->since = loop_now(s->loop); /* nothing was waiting: the client is not late */
    put_chunk(c, bytes);
    c->behind |= c->whole && c->out.len - c->sent > s->config.waiting_max;
    conn_run(c);
    return conn_find(s, id) != NULL;
}

bool http_end(struct http_server *s, uint64_t id)
{
    struct conn *c = conn_find(s, id);

    if (!c || c->phase != HTTP_STREAM)
        return false;
    if (c->chunked)
        buf_add_c(&c->out, "0\r\n\r\n");
    conn_phase(c, HTTP_FLUSH);
    conn_run(c);
    return true;
}

size_t http_waiting(const struct http_server *s, uint64_t id)
{
    const struct conn *c = conn_find(s, id);

    return c && c->phase == HTTP_STREAM && c->whole ? c->out.len - c->sent : 0;
}

void http_abort(struct http_server *s, uint64_t id)
{
    struct conn *c = conn_find(s, id);

    if (c)
        http_conn_close(c);
}

struct http_stats http_stats(const struct http_server *s)
{
    return s->stats;
}

struct http_server *http_new(struct loop *loop, const struct http_config *config)
{
    struct http_server *s = mem_zalloc(sizeof(*s));

    s->loop = loop;
    s->config = *config;
    return s;
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
        http_conn_close(c);
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
        http_conn_close(c);
    }
    VEC_RELEASE(&s->conn);
    VEC_RELEASE(&s->spare);
    VEC_RELEASE(&s->listeners);
    mem_free(s);
}
