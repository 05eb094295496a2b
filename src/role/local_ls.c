/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Livestatus connections: a request ends with an empty line or with the end of input (half-closed connections); answers go back in order. A new request of the same
 * connection waits until the answer before it was handed over.
 */
#include "role/local_int.h"

#include "base/limits.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* No further request is begun for a client that has so much still to read; one that reads nothing at all is let go. */
enum { READ_CHUNK = 16 * 1024, OUT_HIGH = 4 * 1024 * 1024, OUT_MOST = 256 * 1024 * 1024 };

static size_t unread(const struct conn *c)
{
    return c->out.len - c->out_at + local_tls_pending(c);
}

static void set_events(struct conn *c)
{
    uint32_t want = unread(c) ? EPOLLOUT : 0;

    local_tls_moved(c);
    if (!c->input_ended && c->in.len < LIMIT_LS_QUERY)
        want |= EPOLLIN;
    loop_fd_events(&c->watch, want);
}

/* Whether a new request begins there: clients write commands without an empty line between them, or before a question. */
static bool begins(struct str in, size_t at)
{
    struct str rest = str_sub(in, at, in.n);

    return str_starts(rest, STR("COMMAND ")) || str_starts(rest, STR("GET "));
}

/* The length of the request that is whole in c->in, its closing line included; 0: none yet. */
static size_t whole_request(const struct conn *c)
{
    struct str in = buf_str(&c->in);
    bool command = str_starts(in, STR("COMMAND "));

    for (size_t i = 0; i + 1 < in.n; i++) {
        if (command && in.p[i] == '\n' && begins(in, i + 1))
            return i + 1;
        if (in.p[i] == '\n' && in.p[i + 1] == '\n')
            return i + 2;
        if (in.p[i] == '\n' && i + 2 < in.n && in.p[i + 1] == '\r' && in.p[i + 2] == '\n')
            return i + 3;
    }
    return c->input_ended ? in.n : 0;
}

/* 0; E_AGAIN: the client takes no more now; E_CLOSED: it is gone. */
static int send_out(struct conn *c)
{
    if (c->io.tls)
        return local_tls_send(c);
    while (c->out_at < c->out.len) {
        ssize_t n = send(c->fd, c->out.data + c->out_at, c->out.len - c->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0)
            return errno == EAGAIN || errno == EINTR ? E_AGAIN : E_CLOSED;
        c->out_at += (size_t)n;
    }
    return 0;
}

/* False: c is gone. */
static bool write_out(struct conn *c)
{
    int r = send_out(c);

    if (r == 0 && c->io.tls && c->close_after && !c->request) {
        tls_io_end(&c->io);
        r = send_out(c);
    }
    if (r == E_AGAIN || (r == 0 && unread(c))) /* or the handshake is not over */
        return true;
    if (r < 0) {
        local_conn_free(c);
        return false;
    }
    buf_clear(&c->out);
    c->out_at = 0;
    if (c->refused &&
        !c->input_ended) { /* closed now, with input unread, the client would see a reset and no answer */
        shutdown(c->fd, SHUT_WR);
        return true;
    }
    if (c->close_after && !c->request) {
        local_conn_free(c);
        return false;
    }
    return true;
}

/* The last answer of a connection, in the form that the client asked for. */
static void refuse(struct conn *c, int code, const char *text)
{
    if (c->fixed16)
        buf_printf(&c->out, "%03d %11zu\n", code, strlen(text));
    buf_add_c(&c->out, text);
    buf_clear(&c->in);
    c->close_after = c->refused = true;
}

static struct str who_asks(const struct conn *c, char room[LOCAL_WHO])
{
    if (c->io.tls)
        return local_tls_who(c, room, LOCAL_WHO);
    return c->tcp ? STR("tcp") : local_who(c->role->self, c->uid, room);
}

/* False: c is gone. */
static bool next_request(struct conn *c)
{
    struct peer *gate = role_peer(c->role, ROLE_GATE, 0);
    const struct local *self = c->role->self;
    struct buf b = BUF_INIT;
    size_t n;
    char who[LOCAL_WHO];
    int r;

    while (c->in.len && c->in.data[0] == '\n') /* empty lines between requests */
        buf_drop_front(&c->in, 1);
    n = c->request || c->close_after || unread(c) > OUT_HIGH ? 0 : whole_request(c);
    if (!c->request)
        c->fixed16 = str_contains(str_make(c->in.data, n ? n : c->in.len), STR("fixed16"));
    if (!n) {
        if (c->input_ended && !c->request && !unread(c)) {
            local_conn_free(c);
            return false;
        }
        if (c->in.len >= LIMIT_LS_QUERY && !c->request && !c->close_after && !whole_request(c)) {
            refuse(c, 413, "the request is longer than 65536 bytes\n");
            return write_out(c);
        }
        return true;
    }
    if (!gate) {
        refuse(c, 502, "the gate is being restarted; ask again\n");
        return write_out(c);
    }
    r = msg_put_ls_req(&b, &(struct msg_ls_req){.id = local_request(c),
                                                .text = str_make(c->in.data, n),
                                                .uid = c->uid,
                                                .connections = self->ls_connections,
                                                .open = self->ls_open,
                                                .user = who_asks(c, who)});
    if (r == 0)
        r = role_send(gate, &b, -1);
    buf_release(&b);
    if (r < 0) {
        local_conn_free(c);
        return false;
    }
    buf_drop_front(&c->in, n);
    return true;
}

/* Adds what was read; the bytes stand behind c->in. */
static int take_in(struct conn *c, size_t n)
{
    char room[READ_CHUNK];
    int r;

    if (!c->io.tls) {
        c->in.len += n;
        return 0;
    }
    memcpy(room, c->in.data + c->in.len, n);
    r = local_tls_take(c, str_make(room, n));
    if (r == E_CLOSED)
        c->input_ended = true;
    return r == E_CLOSED ? 0 : r;
}

static bool read_in(struct conn *c)
{
    ssize_t n;

    if (c->input_ended || c->in.len >= LIMIT_LS_QUERY)
        return true;
    buf_reserve(&c->in, READ_CHUNK);
    n = recv(c->fd, c->in.data + c->in.len, READ_CHUNK, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (n < 0 || (n && take_in(c, (size_t)n) < 0)) {
        if (n > 0)
            send_out(c); /* why it was not understood */
        local_conn_free(c);
        return false;
    }
    if (n == 0)
        c->input_ended = true;
    if (c->refused)
        buf_clear(&c->in);
    c->in.data[c->in.len] = '\0';
    if (c->input_ended)
        local_tls_halved(c);
    return true;
}

static void on_ready(void *user, uint32_t events)
{
    struct conn *c = user;

    if (events & EPOLLERR || (events & EPOLLHUP && c->input_ended)) {
        local_conn_free(c);
        return;
    }
    if (!write_out(c) || !read_in(c) || !next_request(c))
        return;
    if (c->io.tls && !write_out(c)) /* its handshake answers what was read */
        return;
    if (c->refused && c->input_ended && !unread(c))
        local_conn_free(c);
    else
        set_events(c);
}

void local_ls_answer(struct conn *c, const struct msg_ls_resp *m)
{
    buf_add_str(&c->out, m->body);
    if (unread(c) > OUT_MOST) {
        local_conn_free(c);
        return;
    }
    if (m->end && !m->keep)
        c->close_after = true;
    if (!write_out(c) || !next_request(c))
        return;
    set_events(c);
}

void local_ls_lost(struct conn *c)
{
    if (c->out.len) /* half of the answer is on its way: only its end can be told */
        c->close_after = true;
    else
        refuse(c, 502, "the gate was restarted; ask again\n");
    if (write_out(c))
        set_events(c);
}

void local_ls_accept_tcp(struct role *r, int fd)
{
    struct conn *c = local_conn_new(r, CONN_LS, fd);

    c->tcp = true;
    loop_fd_add(r->loop, &c->watch, fd, EPOLLIN, on_ready, c);
    local_tls_moved(c);
}

void local_ls_accept_tls(struct role *r, int fd)
{
    struct conn *c = local_conn_new(r, CONN_LS, fd);

    c->tcp = true;
    local_tls_begin(c);
    loop_fd_add(r->loop, &c->watch, fd, EPOLLIN, on_ready, c);
}

void local_ls_accept(struct role *r, int fd)
{
    struct conn *c = local_conn_new(r, CONN_LS, fd);

    loop_fd_add(r->loop, &c->watch, fd, EPOLLIN, on_ready, c);
}
