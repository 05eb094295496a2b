/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the files of local share: local.c (frame, messages), local_ctl.c (vigie ctl), local_ls.c (Livestatus), local_pipe.c (command file), local_who.c (names of users). Every request to gate has an id;
 * one table finds the connection it belongs to.
 */
#include "base/map.h"
#include "base/vec.h"
#include "os/loop.h"
#include "core/resultfile.h"
#include "role/local_tls.h"
#include "role/role.h"
#include "wire/hold.h"
#include "wire/link.h"

/* Connections of one kind. One user cannot take them all, and root always comes in: the control socket is everybody's. */
enum { LOCAL_CONNECTIONS_MAX = 512, LOCAL_CTL_OF_USER_MAX = 32, LOCAL_LS_OF_USER_MAX = 256 };

enum conn_kind { CONN_CTL, CONN_LS };

/* One client at a unix socket. */
struct conn {
    struct role *role;
    enum conn_kind kind;
    int64_t uid;
    uint64_t request;   /* id of the request at gate; 0: none */
    uint64_t client_id; /* CONN_CTL: the client's own id of it */
    bool begun;         /* CONN_CTL: a part of its answer went there */
    struct link *link;  /* CONN_CTL */
    int fd;             /* CONN_LS */
    struct loop_fd watch;
    struct buf in, out;
    size_t out_at;
    bool input_ended, close_after;
    bool fixed16;     /* CONN_LS: the request under way asked for that header */
    bool tcp;         /* CONN_LS: over TCP, with TLS or without */
    struct tls_io io; /* CONN_LS: of its TLS, if it has it */
    struct loop_timer patience;
    bool refused; /* CONN_LS: what still comes is thrown away, up to the end of the input */
    struct conn *prev, *next;
};

/* Names of the machine's users. */
struct person {
    uint32_t uid;
    char name[65];
};

/* A file of commands. */
struct local_lines {
    uint64_t id;       /* 0: there is none */
    int fd;            /* owned; -1: it was read to its end */
    uint64_t at, mark; /* bytes that were read; which file it is */
    bool begun;        /* what stands last in the hold came from it */
};

/* The result file that is read. */
struct local_results {
    char file[128]; /* what it is known by; empty: there is none */
    uint32_t files; /* how many there were, with this one: in the ids of its results */
    struct buf text;
    struct resultfile reader;
    uint64_t sent, had; /* of its results: sent, or passed over; on disk */
    uint64_t mark;      /* had, when again was set */
    bool ended;         /* all were sent */
    struct loop_timer again;
};

struct local {
    struct local_results results;
    VEC(struct person) people; /* by uid */
    int ctl_fd, ls_fd, pipe_fd, tcp_fd, tls_fd;
    struct loop_fd ctl_watch, ls_watch, pipe_watch, tcp_watch, tls_watch;
    struct tls_take tls;
    struct conn *conns;
    struct map requests; /* id -> struct conn */
    uint64_t next_id;
    uint64_t ls_connections, ls_open; /* of Livestatus: since the start, and now */
    struct hold hold;                 /* lines of the command file that the engine does not have yet */
    uint64_t pipe_sent, pipe_had;     /* numbers: sent to the engine; known to have come there */
    struct local_lines lines;         /* a file of commands that is read in between, ... */
    struct local_lines next_lines;    /* and the one behind it */
    uint64_t pipe_mark;               /* pipe_had when pipe_again was set */
    struct loop_timer pipe_again;
};

struct conn *local_conn_new(struct role *r, enum conn_kind kind, int fd);
void local_conn_free(struct conn *c);
/* Gives the request of c an id and remembers it. */
uint64_t local_request(struct conn *c);

/* The table is read before the sandbox closes; who is added to the machine later has a number until local starts again. */
void local_who_read(struct local *self);
/* The name of that user as far as it fits into a command, else "uid:1000", in out. */
#define LOCAL_WHO 80
struct str local_who(const struct local *self, int64_t uid, char out[LOCAL_WHO]);

void local_ctl_accept(struct role *r, int fd);
void local_ctl_answer(struct conn *c, uint64_t status, struct str body, bool more);
void local_ctl_fail(struct conn *c, const char *text);
void local_ctl_lost(struct conn *c, const char *text); /* what is left does not come; c may be gone after */

void local_ls_accept(struct role *r, int fd);
void local_ls_accept_tcp(struct role *r, int fd);
void local_ls_accept_tls(struct role *r, int fd);
void local_ls_lost(struct conn *c); /* its question went with the gate; c may be gone after */
void local_ls_answer(struct conn *c, const struct msg_ls_resp *m);

void local_pipe_hold(struct role *r, int fd);                  /* where the lines are kept; before begin */
void local_pipe_begin(struct role *r, int fd);                 /* the FIFO */
void local_pipe_lines(struct role *r, struct str arg, int fd); /* a file of commands */
void local_pipe_engine(struct role *r);                        /* there is an engine (again) */
void local_pipe_had(struct role *r, uint64_t number);          /* the engine has this line and those before */
void local_results_file(struct role *r, struct str file, int fd);
void local_results_engine(struct role *r);
void local_results_had(struct role *r, uint64_t id); /* of a HANDED, whichever file it is of */
void local_results_end(struct role *r);

void local_pipe_end(struct role *r);
