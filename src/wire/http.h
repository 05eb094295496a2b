/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * An HTTP/1.1 server on one loop: it reads requests whole (head, then body by Content-Length), hands each to its user,
 * and sends the answer when the user has it, at once or much later; a body may come in parts, without end (server-sent
 * events). One request at a time on a connection; what a client sends ahead waits in the kernel.
 *
 * The user never holds a pointer to a connection: requests have ids, and an id that is gone is simply not found, so a client
 * that leaves costs nothing but a call of `gone`. Every answer, those to malformed requests too, carries `always`.
 * Limits: head, body, connections, time for each phase, bytes waiting for a slow client. Why this is not a library:
 * docs/decisions/0015. Above this file stands only role/web; below, only a socket, with TLS between (wire/tls_io.h) where
 * there is any.
 */
#include "base/buf.h"
#include "os/loop.h"
#include "wire/http_parse.h"
#include "wire/tls.h"

struct http_server;

struct http_request { /* borrowed: valid until the callback returns */
    uint64_t id;
    const struct http_head *head;
    struct str body;
    struct str peer; /* address of the client, without port */
    bool tls;
};

/* headers: lines "name: value", without line end; a line with a control character is left out. */
struct http_answer {
    int status;
    const struct str *headers;
    size_t n_headers;
    struct str body;
    bool
        whole; /* of http_begin: it comes in parts, and has an end that the client shall get however slow it is */
};

struct http_config {
    size_t connections_max;
    size_t head_max, body_max;
    size_t
        body_unasked; /* a larger body is read only when the user, who gets the head first (large), takes it */
    size_t waiting_max; /* bytes of answer that a slow client may leave waiting; more ends a stream */
    int64_t head_us, body_us, idle_us; /* time to send a head, a body; between requests */
    int64_t stall_us;                  /* time in which a client must take some bytes of its answer */
    const char *always;                /* header lines, each ended by CR LF, on every answer */
    /* An answer made here (malformed request, too large, too slow), from a->status and one sentence: its header lines, which stay where they are, and its body. path: that
     * of the request; p NULL if it cannot be read. */
    void (*refusal)(void *user, struct str path, const char *why, struct http_answer *a, struct buf *body);
    void (*request)(void *user, const struct http_request *rq);
    /* The head of a request with a larger body, which waits: http_take, at once or later, or an answer, which ends the connection. The request comes then, with another id. */
    void (*large)(void *user, const struct http_request *rq);
    /* The client left before the end of the answer, or wants no more of it than was said (HEAD); id is not known any more. */
    void (*gone)(void *user, uint64_t id);
    /* Of a whole answer in parts more than waiting_max waited (http_waiting), and is less than half of that now. NULL: nobody asks. */
    void (*taken)(void *user, uint64_t id);
    void *user;
    const struct tls_library *tls;   /* NULL: plain HTTP */
    struct tls_context *tls_context; /* the caller's; a connection keeps the one that it began with */
};

struct http_stats {
    uint64_t accepted, requests, refused, timed_out, overflowed;
    size_t open, streams;
};

/* listen_fd: bound, listening, nonblocking; stays the caller's. Several listeners may be added. config is copied. */
struct http_server *http_new(struct loop *loop, const struct http_config *config);
void http_listen(struct http_server *s, int listen_fd);
void http_unlisten(struct http_server *s); /* takes no new connections; the open ones go on */
/* The certificate, and who may come, from now on. What is open goes on, unless its own certificate does not count any more: how many of these were closed. */
size_t http_renew(struct http_server *s, struct tls_context *context);
void http_free(struct http_server *s); /* closes every connection, without calling gone */

bool http_take(struct http_server *s, uint64_t id); /* the body of a large request may come */
/* All return false when the id is gone. The whole answer; for 204 and 304 no body is sent. */
bool http_answer(struct http_server *s, uint64_t id, const struct http_answer *a);
/* An answer whose end is not known: begin (with the first bytes; false: the client wants or gets no more), more, end. more ends the connection of a client that
 * has left more than waiting_max bytes waiting (but of a whole answer), and then returns false. */
bool http_begin(struct http_server *s, uint64_t id, const struct http_answer *a);
bool http_more(struct http_server *s, uint64_t id, struct str bytes);
bool http_end(struct http_server *s, uint64_t id);
/* How many bytes of a whole answer that comes in parts wait for its client: who makes it keeps to that pace. 0: of none. */
size_t http_waiting(const struct http_server *s, uint64_t id);
/* Breaks an answer off: the client sees an incomplete body. */
void http_abort(struct http_server *s, uint64_t id);
struct http_stats http_stats(const struct http_server *s);
