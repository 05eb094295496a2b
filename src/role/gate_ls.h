/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Livestatus in gate: who AuthUser is is asked of auth (gate_ls_who.c), unless it is known; then most requests are answered at once from board and snapshot; one that waits for something is held until it has happened or its time is over (gate_ls_wait.c), one about the
 * past until the reader has handed over its time (gate_ls_search.c). Answers larger than the queue of their link wait here for room.
 */
#include "api/api.h"
#include "api/livestatus_log.h"
#include "api/livestatus_statehist.h"
#include "api/livestatus_wait.h"
#include "api/livestatus_who.h"
#include "os/loop.h"
#include "role/role.h"

#define GATE_LS_SERIAL (1ull << 63)  /* questions of ours; those of the API count from 1 */
#define GATE_PART      (160u * 1024) /* of a body in one message: LIMIT_MESSAGE less what stands around it */

struct ls_request { /* one that is held */
    uint64_t id;
    int64_t uid;
    struct buf text;
    struct mono began;
    int64_t limit_us; /* Timelimit; -1: none */
    struct livestatus_eyes eyes;
    uint64_t judged; /* api->revoked when these were made */
};

struct ls_ask { /* a request whose AuthUser auth is asked about */
    struct ls_request request;
    uint64_t serial;
    struct mono asked;
    bool waited; /* it has waited for something already */
};

struct ls_answer {
    uint64_t id; /* of the request */
    struct buf text;
    size_t at;
    bool keep;
};

struct ls_search { /* a request about the past: of the log or of statehist */
    struct ls_request request;
    uint64_t serial;
    struct buf scope; /* what of the past it may see */
    bool of_log;      /* else of statehist */
    bool with_states; /* after the events of the log: what the states at its rotations are made from */
    struct livestatus_log log;
    struct livestatus_log_range range;
    size_t before; /* events that the pages before this one had */
    bool events_done;
    struct livestatus_statehist history;
};

struct livestatus_run;
struct ls_job { /* an answer of many rows, that is written between others */
    struct ls_request request;
    struct livestatus_run *run;
};

struct ls_wait {
    struct ls_request request;
    unsigned triggers;
    struct mono until; /* 0: for as long as it takes */
    struct livestatus_pulse pulse;
    unsigned
        armed; /* looks that are still due after a trigger: what it counted may be seen later than the count */
};

struct gate_ls {
    struct role *role;
    struct api *api;
    int64_t parent; /* process id of Vigie, as status shows it */
    uint64_t serials;
    VEC(struct ls_answer *) answers; /* in the order they are sent */
    VEC(struct ls_ask) asks;
    VEC(struct ls_search *) searches;
    VEC(struct ls_request) queue; /* for a search, in the order they came */
    VEC(struct ls_wait *) waits;
    VEC(struct ls_job) jobs; /* the first is worked at */
    struct loop_timer tick, work;
};

void gate_ls_request(struct gate_ls *g, const struct msg_ls_req *x);
void gate_ls_drained(struct gate_ls *g);
void gate_ls_gone(struct gate_ls *g, uint64_t id);              /* nobody waits for the answer any more */
bool gate_ls_rows(struct gate_ls *g, const struct msg_rows *x); /* false: not of a search of ours */
void gate_ls_reader_lost(struct gate_ls *g);
bool gate_ls_auth(struct gate_ls *g, uint64_t serial,
                  const struct api_answer *x); /* false: not asked by us */
void gate_ls_auth_lost(struct gate_ls *g);
void gate_ls_release(struct gate_ls *g);   /* forgets all requests */
void gate_ls_reloading(struct gate_ls *g); /* before the snapshot and the board change */

/* ---- shared by its files ---- */
struct ls_past { /* what was gathered for a request; NULL: nothing of that kind */
    const struct livestatus_log *log;
    const struct livestatus_statehist *history;
};
/* What a request is answered from. *began is borrowed. */
struct ls_clock {
    struct mono began;
    int64_t busy_us;
};
struct livestatus_world gate_ls_world(struct gate_ls *g, struct ls_clock *clock,
                                      const struct livestatus_eyes *eyes);
/* What it holds goes with it; then it is empty. */
void gate_ls_forget(struct gate_ls *g, struct ls_request *q);
/* Somebody else holds now what it held. */
void gate_ls_moved(struct ls_request *q);
/* What AuthUser may see has changed since it was judged. */
bool gate_ls_is_stale(const struct gate_ls *g, const struct ls_request *q);
void gate_ls_reply(struct gate_ls *g, const struct ls_request *q, const struct ls_past *past);
bool gate_ls_overdue(const struct ls_request *q); /* its Timelimit is over */
void gate_ls_refuse(struct gate_ls *g, const struct ls_request *q, int code, const char *text);
/* Takes over what request holds. */
void gate_ls_go_on(struct gate_ls *g, struct ls_request *q, struct str user);
/* Judges AuthUser and goes on; waited: not to wait again. Takes over what request holds. */
void gate_ls_judge(struct gate_ls *g, struct ls_request *q, struct str user, bool waited);
void gate_ls_judged(struct gate_ls *g, struct ls_request *q, struct str user, bool waited);
void gate_ls_ask_gone(struct gate_ls *g, uint64_t id); /* 0: all */
void gate_ls_ask_tick(struct gate_ls *g); /* refuses those whose time is over while auth has not answered */
void gate_ls_tick(struct gate_ls *g);     /* looks again soon, while there is a reason */
/* True: it is held from now on, or was answered. */
bool gate_ls_search(struct gate_ls *g, struct ls_request *q);
void gate_ls_search_tick(struct gate_ls *g);
void gate_ls_search_gone(struct gate_ls *g, uint64_t id); /* 0: all */
bool gate_ls_wait(struct gate_ls *g, struct ls_request *q);
void gate_ls_wait_tick(struct gate_ls *g);
void gate_ls_wait_gone(struct gate_ls *g, uint64_t id);

/* Sends a question to the readers in turn; one that is down is passed over. */
int gate_ask_reader(struct role *r, uint64_t serial, const char *stmt, const struct str *args, size_t n);
