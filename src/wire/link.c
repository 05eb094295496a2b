/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/link.h"

#include "base/err.h"
#include "base/vec.h"
#include "os/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    READ_CHUNK = 64 * 1024,
    FRAMES_A_ROUND = 64,
    ROUND_US =
        5000, /* of the messages of one link: then timers and others have their turn, though more have come */
    NEARLY_EMPTY = LIMIT_QUEUE / 8,
    GATHERED_MAX = 64 * 1024
};

/* A descriptor waits with the offset (in bytes ever queued) of the first byte of its message: it goes out with exactly that byte. */
struct out_fd {
    uint64_t at;
    int fd;
};

struct link {
    struct loop *loop;
    struct loop_fd watch;
    const struct link_ops *ops;
    void *user;
    int fd;
    uint32_t events; /* what the watch waits for */
    bool paused, closed, resume_posted;
    bool gathers, write_posted; /* what is queued is written at the end of the round */
    size_t call_below;          /* drained is called; 0: it is not */
    unsigned busy;              /* inside a callback: freeing waits */
    bool freed;
    struct buf in;
    size_t in_at; /* bytes of in already delivered */
    VEC(int) in_fds;
    struct buf out;
    size_t out_at;
    uint64_t out_sent; /* bytes ever written */
    VEC(struct out_fd) out_fds;
    struct msg msg;
};

static void on_ready(void *user, uint32_t events);

static void set_events(struct link *l)
{
    uint32_t want = (l->paused ? 0 : EPOLLIN) | (l->out.len > l->out_at || l->call_below ? EPOLLOUT : 0);

    if (l->closed || want == l->events)
        return; /* most sends are written at once: no system call for the watch */
    l->events = want;
    loop_fd_events(&l->watch, want);
}

struct link *link_new(struct loop *loop, int fd, const struct link_ops *ops, void *user)
{
    struct link *l = mem_zalloc(sizeof(*l));

    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    l->loop = loop;
    l->fd = fd;
    l->ops = ops;
    l->user = user;
    buf_init(&l->in);
    buf_init(&l->out);
    l->events = EPOLLIN;
    loop_fd_add(loop, &l->watch, fd, l->events, on_ready, l);
    return l;
}

static void close_link(struct link *l)
{
    if (l->closed)
        return;
    l->closed = true;
    loop_fd_remove(&l->watch);
    close(l->fd);
    for (size_t i = 0; i < l->out_fds.n; i++)
        close(l->out_fds.at[i].fd);
    for (size_t i = 0; i < l->in_fds.n; i++)
        close(l->in_fds.at[i]);
    l->out_fds.n = l->in_fds.n = 0;
}

static void dispose(struct link *l)
{
    buf_release(&l->in);
    buf_release(&l->out);
    VEC_RELEASE(&l->in_fds);
    VEC_RELEASE(&l->out_fds);
    mem_free(l);
}

void link_free(struct link *l)
{
    if (!l)
        return;
    close_link(l);
    l->freed = true;
    if (!l->busy)
        dispose(l);
}

/* A callback may free the link: busy guards it, and the return value says whether it is still to be used. */
static bool leave(struct link *l)
{
    l->busy--;
    if (!l->freed)
        return !l->closed;
    if (!l->busy)
        dispose(l);
    return false;
}

static void end_link(struct link *l, const struct err *err)
{
    close_link(l);
    l->busy++;
    l->ops->closed(l->user, err);
    leave(l);
}

/* ---- writing ---- */

/* How many bytes may go out in one call: up to the next message that carries descriptors. */
static size_t span(const struct link *l, size_t *n_fds)
{
    size_t left = l->out.len - l->out_at, n = 0;

    while (n < l->out_fds.n && n < LINK_FDS_MAX && l->out_fds.at[n].at == l->out_sent)
        n++;
    *n_fds = n;
    if (n < l->out_fds.n)
        left = MIN(left, (size_t)(l->out_fds.at[n].at - l->out_sent));
    return left;
}

static ssize_t send_some(struct link *l)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int) * LINK_FDS_MAX)];
    } control = {0};
    struct msghdr mh = {0};
    struct iovec iov;
    size_t n_fds;
    ssize_t n;

    iov = (struct iovec){l->out.data + l->out_at, span(l, &n_fds)};
    mh.msg_iov = &iov;
    mh.msg_iovlen = 1;
    if (n_fds) {
        control.head.cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
        control.head.cmsg_level = SOL_SOCKET;
        control.head.cmsg_type = SCM_RIGHTS;
        for (size_t i = 0; i < n_fds; i++)
            memcpy(CMSG_DATA(&control.head) + i * sizeof(int), &l->out_fds.at[i].fd, sizeof(int));
        mh.msg_control = &control;
        mh.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
    }
    n = sendmsg(l->fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n <= 0)
        return n;
    for (size_t i = 0; i < n_fds; i++)
        close(l->out_fds.at[i].fd);
    if (n_fds)
        memmove(l->out_fds.at, l->out_fds.at + n_fds, (l->out_fds.n - n_fds) * sizeof(*l->out_fds.at));
    l->out_fds.n -= n_fds;
    l->out_at += (size_t)n;
    l->out_sent += (uint64_t)n;
    return n;
}

/* False: the socket is broken; the reading side will find out and end the link. */
static bool write_queue(struct link *l)
{
    while (l->out_at < l->out.len) {
        if (send_some(l) < 0) {
            if (errno == EAGAIN || errno == EINTR)
                break;
            return false;
        }
    }
    if (l->out_at == l->out.len) {
        buf_clear(&l->out);
        l->out_at = 0;
        if (l->out.cap > 1024 * 1024)
            buf_release(&l->out);
    } else if (l->out_at > l->out.len / 2) {
        buf_drop_front(&l->out, l->out_at);
        l->out_at = 0;
    }
    return true;
}

/* How much of it went to the socket at once, uncopied: mostly all. */
static size_t send_at_once(struct link *l, struct str s)
{
    ssize_t n = link_queued(l) ? 0 : send(l->fd, s.p, s.n, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (n <= 0)
        return 0;
    l->out_sent += (uint64_t)n;
    return (size_t)n;
}

size_t link_queued(const struct link *l)
{
    return l->out.len - l->out_at;
}

void link_call_below(struct link *l, size_t n)
{
    l->call_below = MAX(l->call_below, n);
    set_events(l);
}

void link_gather(struct link *l)
{
    l->gathers = true;
}

static void write_gathered(void *user)
{
    struct link *l = user;

    l->write_posted = false;
    if (!l->closed)
        write_queue(l);
    if (leave(l))
        set_events(l);
}

/* True: b waits for the end of the round. Only what would make many small calls does: a full queue is written by the loop. */
static bool gather(struct link *l, const struct buf *b)
{
    if (!l->gathers || link_queued(l) + b->len > GATHERED_MAX || (link_queued(l) && !l->write_posted))
        return false;
    buf_add_str(&l->out, buf_str(b));
    if (!l->write_posted) {
        l->write_posted = true;
        l->busy++; /* until write_gathered ran */
        loop_later(l->loop, write_gathered, l);
    }
    return true;
}

int link_send(struct link *l, struct buf *b, const int *fds, size_t n_fds)
{
    uint64_t at = l->out_sent + link_queued(l);
    size_t went;

    BUG_ON(n_fds > LINK_FDS_MAX || (n_fds && !b->len));
    if (l->closed)
        return E_CLOSED;
    if (link_queued(l) + b->len > LIMIT_QUEUE) {
        link_call_below(l, NEARLY_EMPTY);
        return E_LIMIT;
    }
    if (!n_fds && gather(l, b)) {
        buf_clear(b);
        return 0;
    }
    for (size_t i = 0; i < n_fds; i++) {
        int copy = fcntl(fds[i], F_DUPFD_CLOEXEC, 0);

        BUG_ON(copy < 0);
        *VEC_ADD(&l->out_fds) = (struct out_fd){at, copy};
    }
    went = n_fds ? 0 : send_at_once(l, buf_str(b));
    if (went < b->len) {
        buf_add_str(&l->out, str_sub(buf_str(b), went, SIZE_MAX));
        write_queue(l);
    }
    buf_clear(b);
    if (link_queued(l) > LIMIT_QUEUE / 2)
        link_call_below(l, NEARLY_EMPTY);
    set_events(l);
    return 0;
}

void link_flush(struct link *l, int64_t max_us)
{
    struct pollfd p = {.fd = l->fd, .events = POLLOUT};
    int64_t until = clock_mono().us + max_us, left;

    while (!l->closed && link_queued(l)) {
        if (!write_queue(l) || !link_queued(l))
            return;
        left = until - clock_mono().us;
        if (left <= 0 || poll(&p, 1, (int)(left / TIME_MS)) <= 0)
            return;
    }
}

/* ---- reading ---- */

static void keep_fds(struct link *l, struct msghdr *mh)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(mh); c; c = CMSG_NXTHDR(mh, c)) {
        size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t i = 0; i < n; i++)
            memcpy(VEC_ADD(&l->in_fds), CMSG_DATA(c) + i * sizeof(int), sizeof(int));
    }
}

/* 1: bytes came; 0: nothing now; E_CLOSED. The kernel never joins bytes sent with descriptors to bytes sent before them, so the
 * descriptors that wait here belong to the first message that is not yet delivered when the read that brought them began a frame. */
static int read_some(struct link *l)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int) * LINK_FDS_MAX)];
    } control;
    struct iovec iov;
    struct msghdr mh = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
    ssize_t n;

    buf_reserve(&l->in, READ_CHUNK);
    iov = (struct iovec){l->in.data + l->in.len, READ_CHUNK};
    n = recvmsg(l->fd, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : E_CLOSED;
    if (n == 0)
        return E_CLOSED;
    keep_fds(l, &mh);
    l->in.len += (size_t)n;
    l->in.data[l->in.len] = '\0';
    return 1;
}

/* Delivers one frame. False: the link ended or was freed. */
static bool deliver(struct link *l, size_t len)
{
    struct err err = ERR_INIT;
    int fds[LINK_FDS_MAX * 2];
    size_t n_fds = 0;

    if (msg_decode(str_make(l->in.data + l->in_at, len), &l->msg) < 0) {
        err_set(&err, E_FORMAT, "a message that does not decode");
        end_link(l, &err);
        return false;
    }
    l->in_at += len;
    if (msg_carries_fds(&l->msg)) {
        n_fds = MIN(msg_carries_fds(&l->msg), l->in_fds.n);
        memcpy(fds, l->in_fds.at, n_fds * sizeof(int));
        memmove(l->in_fds.at, l->in_fds.at + n_fds, (l->in_fds.n - n_fds) * sizeof(int));
        l->in_fds.n -= n_fds;
    }
    l->busy++;
    l->ops->message(l->user, &l->msg, fds, n_fds);
    for (size_t i = 0; i < n_fds; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
    return leave(l);
}

/* Delivers whole frames that were read, as many as may be in one round. False: stop looking at l. */
static bool deliver_frames(struct link *l)
{
    int64_t until = clock_mono().us + ROUND_US;

    for (unsigned k = 0; k < FRAMES_A_ROUND && !l->paused && (!k || clock_mono().us < until); k++) {
        struct str rest = str_make(l->in.data + l->in_at, l->in.len - l->in_at);
        int64_t len = msg_frame_len(rest);

        if (len < 0) {
            struct err err = ERR_INIT;

            err_set(&err, E_FORMAT, "bytes that are no message");
            end_link(l, &err);
            return false;
        }
        if (!len || (size_t)len > rest.n)
            break;
        if (!deliver(l, (size_t)len))
            return false;
    }
    if (l->in_at) {
        buf_drop_front(&l->in, l->in_at);
        l->in_at = 0;
    }
    return true;
}

static bool has_frame(const struct link *l)
{
    struct str rest = str_make(l->in.data + l->in_at, l->in.len - l->in_at);
    int64_t len = msg_frame_len(rest);

    return len < 0 || (len && (size_t)len <= rest.n);
}

static void go_on(void *user)
{
    struct link *l = user;

    l->resume_posted = false;
    if (l->freed) {
        if (!--l->busy)
            dispose(l);
        return;
    }
    l->busy--;
    if (l->closed || l->paused || !deliver_frames(l))
        return;
    if (has_frame(l))
        link_resume(l);
}

static void on_ready(void *user, uint32_t events)
{
    struct link *l = user;
    int r = 0;

    if (events & EPOLLOUT) {
        bool below;

        write_queue(l);
        below = link_queued(l) < l->call_below;
        if (below)
            l->call_below = 0;
        set_events(l);
        if (below) {
            l->busy++;
            if (l->ops->drained)
                l->ops->drained(l->user);
            if (!leave(l))
                return;
        }
    }
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        return;
    if (!l->paused)
        r = read_some(l);
    else if (events & (EPOLLHUP | EPOLLERR))
        r = E_CLOSED;
    if (r > 0 && !deliver_frames(l))
        return;
    if (r < 0) {
        while (!l->paused && has_frame(l)) { /* its last words are heard */
            if (!deliver_frames(l))
                return;
        }
        end_link(l, &(struct err){.code = E_CLOSED});
        return;
    }
    if (!l->paused && has_frame(l))
        link_resume(l);
}

void link_pause(struct link *l)
{
    l->paused = true;
    set_events(l);
}

void link_resume(struct link *l)
{
    l->paused = false;
    set_events(l);
    if (l->resume_posted || !has_frame(l))
        return;
    l->resume_posted = true;
    l->busy++; /* until go_on ran */
    loop_later(l->loop, go_on, l);
}

bool link_drain(struct link *l)
{
    int r = 0;

    l->busy++;
    while (!l->closed && !l->freed && (r = read_some(l)) > 0) {
        while (has_frame(l) && !l->paused) {
            if (!deliver_frames(l))
                break;
        }
        if (l->paused)
            break;
    }
    return leave(l) && r >= 0;
}
