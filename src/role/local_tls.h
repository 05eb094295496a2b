/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Livestatus over TCP with TLS, in local. A connection that does not finish its handshake, or of which nothing more will come, is let go after a while.
 */
#include "role/tls_take.h"
#include "wire/tls_io.h"

struct conn;
struct local;

/* Takes a descriptor that is meant for TLS. */
bool local_tls_fd(struct role *r, struct str purpose, struct str at, int fd);

void local_tls_begin(struct conn *c); /* a connection that was accepted: its handshake is to come */
int local_tls_take(struct conn *c, struct str in); /* as tls_library.take, into c->in */
/* Sends what there is to send. 0, E_AGAIN: the network takes no more now; E_CLOSED: c must go. */
int local_tls_send(struct conn *c);
size_t local_tls_pending(const struct conn *c);
/* These two also of a connection over TCP that has no TLS. */
/* Nothing more will come: its answer is waited for, but not for ever. */
void local_tls_halved(struct conn *c);
/* Bytes came or went: without a question under way it is let go when nothing follows for vigie_livestatus_tls_idle. */
void local_tls_moved(struct conn *c);
void local_tls_free(struct conn *c);
/* "tls:NAME" by the client's certificate, else "tls". */
struct str local_tls_who(const struct conn *c, char *room, size_t size);
