/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A link: one connected unix stream socket that carries messages, and descriptors beside them. Reading and writing never block; what cannot be written yet waits in a
 * bounded queue. The link owns its socket.
 */
#include "base/err.h"
#include "os/loop.h"
#include "wire/msg.h"

#define LINK_FDS_MAX 4

struct link;

struct link_ops {
    /* A whole message. fds (n_fds of them) came with it: set an entry to -1 to take it, the others are closed after the call. m and what it borrows are
     * valid during the call only. The link may be freed inside. */
    void (*message)(void *user, const struct msg *m, int *fds, size_t n_fds);
    /* The other side is gone, or sent what is no message (err says which). Nothing comes after. The link may be freed inside. */
    void (*closed)(void *user, const struct err *err);
    /* The queue, once over half its limit, is nearly empty again, or as link_call_below wants: who held back may go on. NULL allowed. */
    void (*drained)(void *user);
};

struct link *link_new(struct loop *loop, int fd, const struct link_ops *ops, void *user);
void link_free(struct link *l); /* closes; unsent bytes are lost; NULL allowed */
/* Queues the frames of b (whole ones, from msg_put_*) and clears b. fds are duplicated: they stay the caller's. E_LIMIT: the queue is full, nothing was
 * queued and b is as before. E_CLOSED: the link is closed. */
int link_send(struct link *l, struct buf *b, const int *fds, size_t n_fds);
size_t link_queued(const struct link *l); /* bytes not yet written */
/* From now on small frames that are queued in one round of the loop are written together at its end: one system call for many questions or answers. */
void link_gather(struct link *l);
/* drained is called once, from the loop, when less than n bytes wait. For who sends at the pace of the other side. */
void link_call_below(struct link *l, size_t n);
/* No message is delivered between pause and resume (back pressure). */
void link_pause(struct link *l);
void link_resume(struct link *l);
/* Reads and delivers what the other side sent, without waiting: before a peer that ended is let go. False: it ended, of which the loop tells (closed) or has told. The link may be freed inside. */
bool link_drain(struct link *l);
/* Writes what is queued now, blocking at most max_us: for the last words of a process. */
void link_flush(struct link *l, int64_t max_us);
