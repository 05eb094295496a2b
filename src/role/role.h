/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A role: one job, one process (or, with --one-process, one of many in one loop). This file is the frame that all roles share: their birth, their links
 * to the parent and to their peers, the snapshot, the sandbox, their end. What a role does stands in role/NAME.c, as one const struct role_ops.
 *
 * Life of a role, in this order, each step by a message of the parent on the control link:
 *   START     role_ops.birth          options are known; nothing else is there yet
 *   FDPASS*   role_ops.fd             listeners, folders, log files, pipes (the purposes stand below)
 *   SNAPSHOT  role_ops.snapshot       mapped and checked; again at each reload
 *   PEER*     -                       a link begins; HELLO is exchanged and checked by this file
 *   GO        role_ops.open           last moment with all rights: open databases, load libraries, read files
 *             (the sandbox closes here, by the row of role/rights; not with --one-process)
 *             role_ops.serve          may talk to peers; when it can serve, it calls role_ready()
 *   PEER*     role_ops.peer_up / peer_down     at any time after serve; a peer that was restarted comes again
 *   STOP      role_ops.stop           save and hand over; call role_done() within LIMIT_STOP_US, else the parent kills
 * The control link closed: the parent is gone; the process ends at once.
 *
 * A message that is not in the inbox table, comes from a role the table does not allow, or does not decode ends the receiver (log_fatal): between parts of one
 * build that can only be an attack or a bug. With --one-process it is a BUG.
 */
#include "base/err.h"
#include "base/time.h"
#include "wire/msg.h"
#include "wire/roles.h"

struct loop;
struct link;
struct model;
struct role;

#define ROLE_PEERS_MAX         40
/* The instance of the runner whose plugins may gain rights (sudo, setuid): only commands named by vigie_command_privileged go there. */
#define ROLE_RUNNER_PRIVILEGED 16u

struct peer {
    struct role *owner;
    enum role_id id;
    unsigned instance;
    struct link *link;
    int waiting_fd; /* came before GO: the link begins then; -1 */
    bool up;        /* HELLO was received and fits */
    uint64_t epoch; /* of the peer's HELLO */
    void *user;     /* the role's own, for instance a queue for this peer */
};

/* A snapshot as it is mapped in this process: public part for all that get it, secret part only where the rights allow. */
struct role_snapshot {
    uint64_t generation;
    char hash[72];            /* hex, names the snapshot in the journal */
    int public_fd, secret_fd; /* -1: not there. Owned by the frame, open as long as the snapshot is current */
    const void *base;         /* public segment, read-only */
    size_t len;
    const void *secret; /* NULL where not allowed */
    size_t secret_len;
};

typedef void role_handler_f(struct role *r, struct peer *p, const struct msg *m);

struct role_inbox {
    enum msg_type type;
    uint32_t from; /* bits 1u << role_id of the roles that may send it */
    role_handler_f *handle;
};

struct role_ops {
    enum role_id id;
    size_t self_size;               /* r->self is that many zeroed bytes */
    const struct role_inbox *inbox; /* ended by n_inbox */
    size_t n_inbox;
    void (*birth)(struct role *r);
    /* Takes fd (close it when done). Unknown purposes are a BUG. */
    void (*fd)(struct role *r, struct str purpose, struct str arg, int fd);
    /* A new snapshot is current; old (NULL at first) stays mapped until this returns. */
    void (*snapshot)(struct role *r, const struct role_snapshot *now, const struct role_snapshot *old);
    void (*open)(struct role *r);
    void (*serve)(struct role *r);
    void (*peer_up)(struct role *r, struct peer *p);
    void (*peer_down)(struct role *r, struct peer *p);
    void (*drained)(struct role *r, struct peer *p); /* a queue that was full has room again; may be NULL */
    void (*hello)(
        struct role *r,
        struct msg_hello *mine); /* add what the peer must know (the runner: its runs); may be NULL */
    void (*stop)(struct role *r);
};

struct role {
    const struct role_ops *ops;
    struct loop *loop;
    void *self;
    unsigned instance;
    bool one_process;
    bool ready, stopping;
    int stop_signal; /* while stopping: what asked for it; 0: no signal */
    int landlock;    /* ABI in force; 0: none */
    uint64_t epoch;  /* engine epoch of this start, given by the parent, rises with every start of Vigie */
    char state_dir[4096];
    struct link *control;
    struct peer peers[ROLE_PEERS_MAX];
    size_t n_peers;
    struct role_snapshot snap;
    struct role_config *config; /* options of START: role_option() */
    /* Valid only inside a callback: */
    int *fds; /* descriptors of the message being handled; set an entry to -1 to take it */
    size_t n_fds;
    const struct msg_hello *hello; /* in peer_up: what the peer said */
    const struct msg_start *start; /* in birth */
};

/* ---- for role files ---- */

/* The value of an option handed over by the parent ("name=value" of START), or def. Borrowed for the life of the role. */
const char *role_option(const struct role *r, const char *name, const char *def);
/* The peer of that role and instance that is up, or NULL. */
struct peer *role_peer(struct role *r, enum role_id id, unsigned instance);
unsigned role_peer_count(struct role *r, enum role_id id); /* how many of that role are up */
/* Sends an encoded message (msg_put_X into b; b is cleared after). E_LIMIT: the peer's queue is full, nothing was sent. fd -1: none; else it is passed and
 * stays the caller's. */
int role_send(struct peer *p, struct buf *b, int fd);
int role_send_parent(struct role *r, struct buf *b, int fd);
void role_ready(struct role *r); /* tells the parent: this role serves */
void role_done(
    struct role *r); /* the answer to stop: ends the process (or, in one process, only this role) */

/* ---- for main_*.c and the parent ---- */

/* The whole life of a role process: control link on descriptor 3, own loop. Returns the exit status. */
int role_main(const struct role_ops *const *table, size_t n, int argc, char **argv);
/* A role inside the parent's loop (--one-process). control_fd is taken. on_end is called when it is done. */
struct role *role_attach(const struct role_ops *ops, struct loop *loop, int control_fd,
                         void (*on_end)(void *user, struct role *r), void *user);

extern const struct role_ops role_conf, role_engine, role_runner, role_prober, role_notifier, role_store,
    role_reader, role_gate, role_auth, role_web, role_local, role_export;

/*
 * Purposes of FDPASS: who gets what, and what arg says.
 *   store     state-dir (folder descriptor of STATE), nagios-log (append; arg = path; again when it was rotated or opened anew; no-log: there is none any more), syslog (connected datagram
 *             socket; arg = FORM PID HOST, role/store_log.c; no-syslog: those before are void; arg = how many are to come)
 *   engine    doing (memfd of struct doing_segment)
 *   reader    db-dir (folder descriptor of STATE/db; arg = absolute path)
 *   export    journal-dir, export-dir (folder descriptors of STATE/journal and STATE/export); export-ca (the file of vigie_export_ca, which the
 *             argument tells from another one; again after a reload)
 *   auth      auth-dir (folder descriptor of STATE/auth)
 *   web       web-tls-cert, web-tls-ca, web-tls-crl, web-tls-key (files, in this order; again with each reload), or in the place of the first and the last web-tls-own (certificate and key that
 *             web made, empty: it is to make them), http-listen (TCP listener; arg = "ADDR:PORT")
 *   local     ctl-listen (unix listener), ls-listen (unix listener; arg = path), ls-tls-cert, ls-tls-ca, ls-tls-key (files, in this order; again with each reload), ls-tls-listen (TCP listener; arg = "ADDR:PORT"), command-hold (memfd of struct hold_segment), command-pipe (FIFO, read end, nonblocking; arg = path; comes after READY), command-lines (a file of commands; arg = "ID AT MARK": its number, where to begin, which file it is)
 *   gate      board (memfd, read-only; arg = generation; sent again when the engine makes a new one)
 * The board travels engine -> parent (message BOARD + fd) -> gate (FDPASS board).
 */
