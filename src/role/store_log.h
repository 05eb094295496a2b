/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The log in Nagios' format and syslog in role store: lines that the engine sends with its records. */
#include "base/buf.h"
#include "base/vec.h"

struct msg_load;
struct msg_put;
struct store;

struct store_syslog { /* one place that log lines go to besides the file */
    int fd;           /* connected datagram socket */
    enum { STORE_SYSLOG_LOCAL, STORE_SYSLOG_JOURNALD, STORE_SYSLOG_RFC5424 } form;
    int pid;        /* that it names: the parent's */
    char host[256]; /* this machine */
};

struct store_log {    /* in Nagios' format */
    struct buf text;  /* not yet written */
    uint64_t lines;   /* of it, of this engine */
    uint64_t earlier; /* before them, of engines that have ended */
    VEC(size_t)
    own; /* where in it a line of the store's own begins, or what is left of one: these have no number */
    struct buf begun; /* what of its first line is in the file */
    bool engine;      /* it has said where it stands: its lines count from there */
    uint64_t last;    /* number of the newest line it sent */
    uint64_t file;    /* inode; 0: there is no log */
    struct {
        uint64_t line, file;
    } told;  /* to the engine */
    struct { /* what is in the file behind the lines that the engine knows to be written */
        struct buf text;
        size_t at;     /* so far it is known whose lines these are */
        uint64_t from; /* where it begins in the file */
    } behind;
    uint64_t lost;         /* lines, ever */
    uint64_t held, unsaid; /* lines that only the engine has; lost ones of which it is still to say so */
    uint64_t gone;         /* of which what waits tells */
    char why[320];         /* it is not written; empty: it is */
};

void store_log_load(struct store *s, const struct msg_load *m); /* an engine begins to send its lines */
void store_log_take(struct store *s, const struct msg_put *m);
void store_log_write(struct store *s); /* what waits, as far as it goes */
void store_log_engine_gone(struct store *s);
bool store_log_fd(struct store *s, struct str purpose, struct str arg, int fd); /* false: not ours */
void store_log_release(struct store *s);
