/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Files of performance data in role store: lines that the engine sends, and what holds them back while a file is taken over. */
#include "base/buf.h"

struct msg;
struct peer;
struct role;
struct store;

struct store_perf {   /* a file of performance data */
    int fd;           /* -1: there is none */
    bool held;        /* it is being taken over: lines wait */
    bool asked;       /* it was: the parent was asked for a new one */
    bool cut;         /* the last thing written was not the end of a line */
    struct buf lines; /* not yet written */
    uint64_t n, last; /* how many, with one that is half written; number of the last, of this engine's */
    uint64_t told;    /* up to which it knows */
    uint64_t lost;    /* bytes given up */
    char path[512];   /* for messages */
};

void store_perf_message(struct role *r, struct peer *engine, const struct msg *m);
bool store_perf_fd(struct store *s, struct str what, struct str arg, int fd); /* false: not ours */
void store_perf_write(struct store *s);
void store_perf_engine_gone(struct store *s);
void store_perf_release(struct store *s);
