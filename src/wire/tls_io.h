/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The bytes of a connection that was accepted, with TLS or without: whoever serves it reads and writes plain text here. It watches nothing and waits for nothing; the socket is nonblocking, and
 * the caller's. What is encrypted and not sent yet is bounded (TLS_IO_HIGH), so that a slow client leaves its answer with who made it.
 */
#include "wire/tls.h"

#include <sys/types.h>
#include <sys/uio.h>

#define TLS_IO_HIGH (64u * 1024) /* no more is encrypted while so much is still to be sent */

struct tls_io {
    int fd;
    const struct tls_library *library;
    struct tls *tls; /* NULL: without */
    uint64_t went;   /* bytes that the network took so far */
};

/* library NULL: without TLS. */
void tls_io_init(struct tls_io *io, int fd, const struct tls_library *library, struct tls_context *context);
void tls_io_release(struct tls_io *io);     /* the socket stays open */
bool tls_io_ready(const struct tls_io *io); /* its handshake is over, or it has none */
/* What came is added to in. 0: it may be nothing; E_CLOSED: no more comes; else it is broken, and what there is to say about that was sent. */
int tls_io_read(struct tls_io *io, size_t most, struct buf *in);
/* How many bytes of these parts were taken, 0: none just now; negative: it is broken. */
ssize_t tls_io_write(struct tls_io *io, const struct iovec *part, size_t n);
size_t tls_io_pending(const struct tls_io *io); /* bytes taken that wait for the network */
int tls_io_flush(struct tls_io *io);            /* 0: none waits; E_AGAIN; E_CLOSED */
void tls_io_end(struct tls_io *io);             /* says that nothing follows, with the next flush */
