/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Shared by gate.c, which keeps the world and takes what others say, and gate_ports.c, the hands that it lends to the API. */
#include "api/api.h"
#include "os/loop.h"
#include "role/gate_ls.h"

struct segment { /* mapped here, for as long as the API uses it */
    uint64_t generation;
    const void *base;
    size_t len;
};

struct gate {
    struct api api;
    struct gate_ls ls;
    bool wakes, stops;                     /* woken is planned; nothing more is done */
    bool serves;                           /* its life has begun */
    struct segment model, board;           /* the pair in use */
    struct segment next_model, next_board; /* come already, the other half not yet */
    struct segment oids;
    VEC(uint64_t) reloaded; /* who asked for a reload that is in force, and not yet shown */
    unsigned reloaded_ticks;
    struct loop_timer tick;
    struct buf out;
};

/* Sends the message in gate's `out`, unless rc says that it could not be written; empties that. */
int gate_send(struct role *r, struct peer *p, int rc);
extern const struct api_ports gate_ports; /* user: the role */
