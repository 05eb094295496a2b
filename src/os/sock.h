/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Sockets: listeners, connections, pairs. All descriptors are close-on-exec and, unless said otherwise, nonblocking. */
#include "base/err.h"
#include "base/str.h"

#include <sys/socket.h>
#include <sys/types.h>

int sock_pair(int fd[2], struct err *err); /* AF_UNIX stream */
/* at: "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:8443"; port 0 takes a free one. bound (size bytes) says where it is. Numeric addresses only. The error
 * tells a port in use and a missing right apart and says what to do. */
int sock_listen_tcp(const char *at, int *fd, char *bound, size_t size, struct err *err);
/* A unix listener with that mode. A stale socket file in the way is replaced; a live one, or another kind of file, is an error. */
int sock_listen_unix(const char *path, unsigned mode, int *fd, struct err *err);
int sock_connect_unix(const char *path, int *fd, struct err *err); /* blocking */
/* Datagrams to ADDRESS:PORT, or to the unix socket at that path; nonblocking, connected. */
int sock_connect_datagram(const char *to, int *fd, struct err *err);
/* The address alone, without its port, for people; at least 46 bytes. */
void sock_name(const struct sockaddr_storage *a, char *out, size_t size);
int sock_accept(int listener, int *fd); /* E_AGAIN: nobody waits */
/* Who is at the other end of a unix connection. */
int sock_peer(int fd, uid_t *uid, gid_t *gid, pid_t *pid);
/* All of it; a peer that is gone is an error, never a signal. */
int sock_send_all(int fd, struct str bytes, struct err *err);
int sock_send_datagram(const char *path, struct str text, struct err *err); /* path "@x": abstract */
int sock_check_address(const char *at, struct err *err);                    /* is it ADDRESS:PORT? */
/* True for 127.0.0.0/8 and ::1 in the numeric form of sock_listen_tcp. */
bool sock_is_loopback(const char *at);
/* True for these, and for what no router forwards from outside: private, link-local and shared networks, unique local addresses. Not for "all addresses". */
bool sock_is_private(const char *at);
/* Peers that are gone without a word are noticed after some minutes: of a listener, for whatever it accepts. */
void sock_keep_alive(int fd);
