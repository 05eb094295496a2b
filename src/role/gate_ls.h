/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Livestatus in gate: most requests are answered at once from board and snapshot; one for the log waits until the reader has handed over its time. Answers larger than the queue
 * of their link wait here for room.
 */
#include "api/api.h"
#include "api/livestatus_log.h"
#include "role/role.h"

#define GATE_PART (160u * 1024) /* of a body in one message: LIMIT_MESSAGE less what stands around it */

struct ls_answer {
    uint64_t id; /* of the request */
    struct buf text;
    size_t at;
    bool keep;
};

struct ls_search { /* a request for the log */
    uint64_t id, serial;
    int64_t uid;
    struct buf request;
    struct livestatus_log log;
    struct livestatus_log_range range;
    size_t before; /* events that the pages before this one had */
};

struct gate_ls {
    struct role *role;
    struct api *api;
    int64_t parent; /* process id of Vigie, as status shows it */
    uint64_t serials;
    VEC(struct ls_answer *) answers; /* in the order they are sent */
    VEC(struct ls_search *) searches;
};

void gate_ls_request(struct gate_ls *g, const struct msg_ls_req *x);
void gate_ls_drained(struct gate_ls *g);
void gate_ls_gone(struct gate_ls *g, uint64_t id);              /* nobody waits for the answer any more */
bool gate_ls_rows(struct gate_ls *g, const struct msg_rows *x); /* false: not of a search of ours */
void gate_ls_reader_lost(struct gate_ls *g);
void gate_ls_release(struct gate_ls *g); /* forgets all requests */

/* Sends a question to the readers in turn; one that is down is passed over. */
int gate_ask_reader(struct role *r, uint64_t serial, const char *stmt, const struct str *args, size_t n);
