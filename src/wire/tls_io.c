/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/tls_io.h"

#include <errno.h>
#include <sys/socket.h>

#define PIECE       (16u * 1024) /* of a record of TLS */
/* Not set to zero at each call, which is done for all else (-ftrivial-auto-var-init): only what came is read of it. */
#define NOT_CLEARED __attribute__((uninitialized))

void tls_io_init(struct tls_io *io, int fd, const struct tls_library *library, struct tls_context *context)
{
    *io = (struct tls_io){.fd = fd, .library = library, .tls = library ? library->open(context) : NULL};
}

void tls_io_release(struct tls_io *io)
{
    if (io->tls)
        io->library->free(io->tls);
    io->tls = NULL;
}

bool tls_io_ready(const struct tls_io *io)
{
    return !io->tls || io->library->ready(io->tls);
}

int tls_io_read(struct tls_io *io, size_t most, struct buf *in)
{
    char piece[PIECE] NOT_CLEARED;
    size_t had = in->len;
    ssize_t n = recv(io->fd, piece, io->tls ? sizeof(piece) : MIN(most, sizeof(piece)), MSG_DONTWAIT);
    int r;

    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : E_CLOSED;
    if (n == 0)
        return E_CLOSED;
    if (!io->tls) {
        buf_add(in, piece, (size_t)n);
        return 0;
    }
    r = io->library->take(io->tls, str_make(piece, (size_t)n), in);
    if (r == E_CLOSED && in->len > had)
        return 0; /* its last words, to be heard first */
    if (r < 0)
        tls_io_flush(io);
    return r;
}

size_t tls_io_pending(const struct tls_io *io)
{
    return io->tls ? io->library->out(io->tls)->len : 0;
}

int tls_io_flush(struct tls_io *io)
{
    struct buf *wire = io->tls ? io->library->out(io->tls) : NULL;

    while (wire && wire->len) {
        ssize_t n = send(io->fd, wire->data, wire->len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? E_AGAIN : E_CLOSED;
        io->went += (size_t)n;
        buf_drop_front(wire, (size_t)n);
    }
    return 0;
}

static ssize_t write_plain(struct tls_io *io, const struct iovec *part, size_t n)
{
    const struct msghdr all = {.msg_iov = (struct iovec *)(uintptr_t)part, .msg_iovlen = n};
    ssize_t went;

    do
        went = n == 1 ? send(io->fd, part->iov_base, part->iov_len, MSG_NOSIGNAL | MSG_DONTWAIT)
                      : sendmsg(io->fd, &all, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (went < 0 && errno == EINTR);
    if (went < 0)
        return errno == EAGAIN ? 0 : -1;
    io->went += (size_t)went;
    return went;
}

/* As much of one part as may wait for the network. */
static ssize_t encrypt(struct tls_io *io, struct str bytes)
{
    size_t done = 0;

    while (done < bytes.n) {
        struct str piece = str_sub(bytes, done, PIECE);
        int r = tls_io_pending(io) < TLS_IO_HIGH ? 0 : tls_io_flush(io);

        if (r == E_AGAIN)
            break;
        if (r < 0 || io->library->put(io->tls, piece) < 0)
            return -1;
        done += piece.n;
    }
    return (ssize_t)done;
}

ssize_t tls_io_write(struct tls_io *io, const struct iovec *part, size_t n)
{
    ssize_t all = 0;

    if (!io->tls)
        return write_plain(io, part, n);
    for (size_t i = 0; i < n && tls_io_ready(io); i++) {
        ssize_t took = encrypt(io, str_make(part[i].iov_base, part[i].iov_len));

        if (took < 0)
            return took;
        all += took;
        if ((size_t)took < part[i].iov_len)
            break;
    }
    return tls_io_flush(io) == E_CLOSED ? -1 : all;
}

void tls_io_end(struct tls_io *io)
{
    if (io->tls)
        io->library->end(io->tls);
}
