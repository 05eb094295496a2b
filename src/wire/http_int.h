/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What http.c, where a connection goes its way, and http_listen.c, where it comes from, know of each other. No user includes this. */
#include "base/vec.h"
#include "wire/http.h"
#include "wire/http_put.h"
#include "wire/tls_io.h"

#include <netinet/in.h>

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

struct conn {
    struct http_server *s;
    struct loop_fd watch;
    uint32_t events; /* what it waits for: mostly the same again, and then no system call is needed */
    struct loop_timer timer;
    struct mono since; /* when this phase began, or, sending, when the client last took something */
    struct tls_io io;
    uint32_t slot, round; /* the id is round << 32 | slot; round rises with each request */
    enum phase phase;
    bool keep, head_only, chunked, continues, whole, ended;
    bool unwanted;      /* bytes came while an answer is made */
    bool behind;        /* more than waiting_max of a whole answer waited: that it does no more is told */
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
    struct http_date date;
};

void http_conn_close(struct conn *c);
void http_conn_settle(struct conn *c);
void http_conn_ready(void *user, uint32_t events); /* of its watch */
void http_accept(struct http_server *s, bool on);  /* whether new connections are taken */
